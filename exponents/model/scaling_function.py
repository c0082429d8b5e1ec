"""Which part of a mode has been learned at time t, when the features learn as well?

At N, B -> infinity the flow of Bordelon, Atanasov and Pehlevan (2024, eq. 51, 52) is, in its clock d tau = kappa dt,

    d psi/d tau = mu (h - psi),   psi = h phi,   h = kappa^{-1/2},   kappa = 1 + gamma sum_k (y_k^2/mu_k) psi_k^2,

where phi is the learned fraction of a mode of eigenvalue mu = k^{-alpha}, and L = sum_k y_k^2 (1 - phi_k)^2.  One
scalar function h drives every mode.  Below beta = 1 the steps are:

1. `relaxation`: the clock of `timescale`, tau ~ t^m, makes h ~ tau^{-c} with c = (m - 1)/(2m).
2. `solution`: phi then depends on x = mu tau alone; x phi' = x (1 - phi) + c phi.
3. `transform`: its Mellin transform Phi, for which that equation reads Phi(z + 1) = (z + c) Phi(z).
4. `residue_sums`: I2 = int x^{beta-2} phi^2 dx = (1/2 pi i) int Phi(z) Phi(beta-1-z) dz, closed to the right.
5. `integrals`: J = int x^{beta-1} (1 - phi) dx = -Phi(beta), continued across the pole at 0, and
   I1 = int x^{beta-1} (1 - phi)^2 dx = J - ((1 - beta)/2 - c) I2, from the equation times x^{beta-2} phi, by parts.

These hold for any 0 < c < 1.  The equation d kappa^2/d tau = 4 gamma sum_k y_k^2 phi (1 - phi) selects one c: with
U ~ tau^{1-beta} it says (1 - beta)/4 = (1 - beta)/2 - c, which is step 1 again, and I1 = J - c I2.

Worked case: beta = 1/2.  m = 4/3, so c = 1/8.  Learned modes overshoot and relax as a power law, 1 - phi ~ -c/x.
With c = 0, without the rank-one part of the kernel, phi would be 1 - e^{-x}; from beta = 1 on that is phi.

Breaks down at beta = 1, where I2 diverges: there tau ~ t (ln t)^l (`amplitudes.log_law`).

Map: after the steps above, `scaling_function`, `learned_integral`, `unlearned_integral` and `loss_integral` return
phi, I2, J and I1 for all beta; `lazy_sum` and `learned_sum` are the mode sums with phi = 1 - e^{-x}.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sympy import Expr, Mul, Piecewise, Symbol, cancel, exp, factorial, gammasimp, hyper
from sympy import gamma as gamma_function
from sympy.simplify.simplify import hypersimp

from ..asymptotics.mode_sums import ModeSum, mode_sum
from ..errors import IncompleteProof
from ..symbols import alpha, beta, n, x, z
from .numeric_functions import make_callable
from .target import TARGET_WEIGHT
from .timescale import solve_self_consistency

c = Symbol("c", positive=True)  # h ~ tau^{-c}


def lazy_sum() -> ModeSum:
    """Return L for phi = 1 - e^{-x}: sum_k y_k^2 exp(-2 lambda_k tau).

    Examples
    --------
    >>> lazy_sum().exponent
    beta
    """
    return mode_sum(TARGET_WEIGHT, exp(-2 * x))


def learned_sum() -> ModeSum:
    """Return U = sum_k (y_k^2/lambda_k) phi^2 for phi = 1 - e^{-x}.

    Every phi that vanishes as x at 0 and tends to 1 at infinity has the same strip.  So all have the same power of U
    and the same law at the strip's end; they differ only in the amplitude inside the strip.

    Examples
    --------
    >>> learned_sum().pole  # U grows as s^(1 - beta)
    beta - 1
    """
    return mode_sum(TARGET_WEIGHT - alpha, (1 - exp(-x)) ** 2)


@lru_cache(maxsize=1)
def relaxation() -> Expr:
    """Return c in h ~ tau^{-c} below beta = 1: kappa = d tau/dt ~ t^{m-1}, and h = kappa^{-1/2}.

    Raises
    ------
    IncompleteProof
        If kappa^2 does not grow as gamma U, or phi is not learned at the rate at which kappa^2 grows.

    Examples
    --------
    >>> relaxation()
    1/4 - beta/4
    """
    growth = solve_self_consistency().pieces[0].growth
    found = cancel((growth - 1) / (2 * growth))
    if cancel(4 * found + learned_sum().pole) != 0 or cancel(overlap() - c).subs(c, found).expand() != 0:
        raise IncompleteProof(f"the clock t^({growth}) is not that of a flow with U ~ tau^({-learned_sum().pole})")
    return found


def overlap() -> Expr:
    """Return int x^{beta-1} phi (1 - phi) dx in units of I2: x phi phi' = (x/2) (phi^2)' by parts, minus c I2.

    Examples
    --------
    >>> overlap()
    -beta/2 - c + 1/2
    """
    return -learned_sum().pole / 2 - c


def solution() -> Expr:
    """Return phi(x) = x int_0^1 e^{-x(1-u)} u^{-c} du, which solves d psi/d tau = mu (h - psi) for h = tau^{-c}.

    Examples
    --------
    >>> solution()
    x*hyper((1,), (2 - c,), -x)/(1 - c)
    """
    return x * hyper((1,), (2 - c,), -x) / (1 - c)


@lru_cache(maxsize=1)
def transform() -> Expr:
    """Return Phi(z) = int x^{z-1} phi dx on -1 < Re z < 0, that is Gamma(1 + z) int_0^1 (1 - u)^{-1-z} u^{-c} du.

    Raises
    ------
    IncompleteProof
        If it does not solve the equation of phi.

    Examples
    --------
    >>> shift_ratio(transform())
    c + z
    """
    found = gamma_function(1 + z) * gamma_function(-z) * gamma_function(1 - c) / gamma_function(1 - c - z)
    if cancel(shift_ratio(found) - (z + c)) != 0:
        raise IncompleteProof(f"{found} is not the transform of the scaling function")
    return found


def shift_ratio(phi: Expr) -> Expr:
    """Return Phi(z + 1)/Phi(z).  The transform of x phi' = x (1 - phi) + c phi is -z Phi(z) = -Phi(z + 1) + c Phi(z).

    Examples
    --------
    >>> shift_ratio(gamma_function(z))
    z
    """
    return gammasimp(phi.subs(z, z + 1) / phi)


@lru_cache(maxsize=8)
def residue_sums(first: Expr = c, second: Expr = c) -> tuple[Expr, ...]:
    """Return int x^{beta-2} phi phi' dx as one series for each row of poles right of the contour, z = n and beta + n.

    phi and phi' are `solution` with the parameters ``first`` and ``second`` for c; where they are equal this is I2.
    Gamma(u - z) has the residue -(-1)^n/n! at z = u + n, and a contour closed to the right runs clockwise.  The ratio
    of successive terms is rational in n, which makes the sum over a row a 2F1(1, a; b; -1).

    Examples
    --------
    >>> len(residue_sums())
    2
    """
    # Parseval: Phi(z) Phi'(beta - 1 - z)
    integrand = transform().subs(c, first) * transform().subs(c, second).subs(z, beta - 1 - z)
    found = []
    for factor in Mul.make_args(integrand):
        if isinstance(factor, gamma_function) and factor.args[0].coeff(z) == -1:
            start = factor.args[0] + z  # Gamma(u - z): poles at z = u + n
            term = (-1) ** n / factorial(n) * (integrand / factor).subs(z, start + n)  # minus the residue
            # the ratio of successive terms, (n + a)/(n + b) times a number, gives the parameters of the series
            top, bottom = (side.as_poly(n).all_coeffs() for side in hypersimp(term, n).as_numer_denom())
            series = hyper((1, cancel(top[1] / top[0])), (cancel(bottom[1] / bottom[0]),), top[0] / bottom[0])
            found.append(gammasimp(term.subs(n, 0)) * series)
    return tuple(found)


class Integrals(NamedTuple):
    """The integrals I2, J and I1 of the module docstring."""

    learned: Expr
    unlearned: Expr
    loss: Expr


@lru_cache(maxsize=1)
def integrals() -> Integrals:
    """Return the integrals over the scaling function, in c and beta, for beta < 1.

    Examples
    --------
    >>> float(integrals().learned.subs({c: 0.125, beta: 0.5}).evalf(6))  # doctest: +ELLIPSIS
    2.3159...
    """
    learned = sum(residue_sums())
    unlearned = gammasimp(-transform().subs(z, beta))
    return Integrals(learned, unlearned, unlearned - overlap() * learned)


def scaling_function() -> Expr:
    """Return phi(x), the learned fraction at late times, where x = eigenvalue times clock.

    Returns
    -------
    Expr
        In `symbols.x` and beta.

    Examples
    --------
    >>> scaling_function().subs(beta, 2)
    1 - exp(-x)
    """
    return _join_at_one(solution(), 1 - exp(-x))


def learned_integral() -> Expr:
    """Return I2 = int_0^inf x^{beta-2} phi^2 dx for beta < 1; it diverges beyond, and the Piecewise has no value there.

    Returns
    -------
    Expr
        In beta.

    Examples
    --------
    >>> from exponents.asymptotics.evaluation import evaluate
    >>> round(float(evaluate(learned_integral(), 2, "1/2", 1)), 4)
    2.316
    """
    below = solve_self_consistency().pieces[0].where
    return make_callable(Piecewise((integrals().learned.subs(c, relaxation()), below)))


def unlearned_integral() -> Expr:
    """Return J = int_0^inf x^{beta-1} (1 - phi) dx.

    Returns
    -------
    Expr
        In beta.

    Examples
    --------
    >>> unlearned_integral().subs(beta, 2)
    1
    """
    return _join_at_one(integrals().unlearned, mode_sum(TARGET_WEIGHT, exp(-x)).amplitude * alpha)


def loss_integral() -> Expr:
    """Return I1 = int_0^inf x^{beta-1} (1 - phi)^2 dx, alpha times the amplitude of L in its clock.

    Returns
    -------
    Expr
        In beta.

    Examples
    --------
    >>> loss_integral().subs(beta, 2)
    1/4
    """
    return _join_at_one(integrals().loss, lazy_sum().amplitude * alpha)


def _join_at_one(inside: Expr, beyond: Expr) -> Expr:
    pieces = ((inside.subs(c, relaxation()), solve_self_consistency().pieces[0].where), (beyond, True))
    return make_callable(Piecewise(*pieces))
