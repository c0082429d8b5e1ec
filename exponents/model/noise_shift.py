"""How large is the shift of the mean loss that the noise of batches causes in the rich regime, for beta < 1?

Noise shifts the invariant B B^T - gamma w w^T of the flow (`batch_noise.sgd_mean_shift`).  Where the kernel is large,
the part of the shift that acts is R u u^T with u = B^T w, and d(R kappa)/dtau is the noise that is added.  While all
batches are noisy, R grows as kappa; once they no longer are, R kappa = D stays.  So R ~ kappa^j with j = 1 or -1, and
kappa ~ tau^{2 nu} with the nu = c of `scaling_function`.

1. `solve_profile`.  The mean of p = u/sqrt(kappa) shifts by R p g/phi with a function g of x = mu tau.  From the
   equation of the mean, where terms smaller by 1/kappa or by tau^{1/alpha - 1} are left out,

       x g' + (x + (2j - 1) nu) g = sigma x (1/2 - phi) - (j nu/2) phi - (x/2) (1 - phi),

   where R kappa sigma is the shift of kappa.  With phi_b, the `solution` for b = (1 - 2j) nu in place of c,

       g = A phi + B phi_b + C x (1 - phi).

2. `close`.  kappa = 1 + gamma |p|^2 asks for sigma I2 = 2 int x^{beta-2} phi g dx.
3. `shift_integral`.  The loss shifts by -2 R (tau^{-beta}/alpha) int x^{beta-1} (1 - phi) (g + sigma phi/2) dx.
4. `shift_over_variance` divides this, for j = 1, by (eta/B) kappa L tr(Lambda)/2, the variance of the modes that follow
   at once.  R follows from d(R kappa)/dtau = (eta/B) gamma L tr(Lambda) and kappa^2 = gamma U.
5. `shift_by_invariant` gives it for j = -1 in units of D/(gamma t).

All integrals follow from G_b = int x^{beta-2} phi phi_b dx (`scaling_function.residue_sums`) and
J_b = int x^{beta-1} (1 - phi_b) dx by parts.  They converge, and no two powers meet, so there is no logarithm.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from sympy import Expr, Piecewise, Symbol, cancel, expand, factor, solve

from ..symbols import beta, x, z
from .scaling_function import c, learned_sum, relaxation, residue_sums, transform
from .timescale import solve_self_consistency

j, sigma = Symbol("j"), Symbol("sigma")
A, B, C = map(Symbol, "ABC")
learned, crossed = Symbol("G"), Symbol("G_b")
loss, cross_loss = Symbol("I_1"), Symbol("I_b")


class Profile(NamedTuple):
    """The coefficients A, B and C of g, in nu (as `c`), j and sigma."""

    same: Expr
    other: Expr
    clock: Expr


@lru_cache(maxsize=1)
def solve_profile() -> Profile:
    """Return A, B and C by putting g into its equation; phi' and phi_b' follow from x phi' = x (1 - phi) + c phi.

    Examples
    --------
    >>> solve_profile().same
    -1/4
    """
    phi, other = Symbol("phi"), Symbol("phi_b")
    rest = (1 - 2 * j) * c  # b
    slopes = {phi: x * (1 - phi) + c * phi, other: x * (1 - other) + rest * other}
    g = A * phi + B * other + C * x * (1 - phi)
    slope = x * g.diff(x) + sum(g.diff(f) * slopes[f] for f in slopes)
    due = sigma * x * (1 - 2 * phi) / 2 - j * c * phi / 2 - x * (1 - phi) / 2
    equations = expand(slope + (x - rest) * g - due).as_poly(x, phi, other).coeffs()
    (found,) = solve(equations, (A, B, C), dict=True)
    return Profile(found[A], found[B], found[C])


@lru_cache(maxsize=1)
def close() -> Expr:
    """Return sigma, by sigma G = 2 int x^{beta-2} phi g dx.

    Examples
    --------
    >>> close().subs({j: 1, c: relaxation()}).factor()
    (G*beta - 2*G + G_b)/(2*(G + G_b))
    """
    same, other, clock = solve_profile()
    (found,) = solve(sigma * learned - 2 * (same * learned + other * crossed + clock * _overlap()), sigma)
    return cancel(found)


def _overlap() -> Expr:
    """Return int x^{beta-1} phi (1 - phi) dx, in units where int x^{beta-2} phi^2 dx is G."""
    return (-learned_sum().pole / 2 - c) * learned


def shift_integral(power: int) -> Expr:
    """Return int x^{beta-1} (1 - phi) (g + sigma phi/2) dx for j = ``power``.

    In G, G_b, I_1 = int x^{beta-1} (1 - phi)^2 dx and I_b = int x^{beta-1} (1 - phi) (1 - phi_b) dx.  By parts,
    int x^beta (1 - phi)^2 dx is beta I_1/2 - c int x^{beta-1} phi (1 - phi) dx.

    Examples
    --------
    >>> shift_integral(-1)
    -G*I_b/(2*G + 2*G_b)
    """
    same, other, clock = (part.subs(sigma, close()) for part in solve_profile())
    squares = beta * loss / 2 - c * _overlap()
    found = (same + close() / 2) * _overlap() + other * (loss + _overlap() - cross_loss) + clock * squares
    return cancel(found.subs({j: power, c: relaxation()}))


def ratio_in_symbols() -> Expr:
    """Return the shift of the mean over the variance, of all batches, in the symbols of the integrals.

    L = I_1 tau^-beta/alpha and kappa^2 = gamma G tau^(1-beta)/alpha, so R/kappa = (eta/B) tr(Lambda) I_1/((1-beta) G).

    Examples
    --------
    >>> ratio_in_symbols()
    -2*(I_1*beta - I_1 + I_b)/((G + G_b)*(beta - 1))
    """
    growth = -learned_sum().pole
    return factor(-4 * shift_integral(1) / (growth * learned))


def shift_over_variance() -> Expr:
    """Return the shift of the mean loss over the variance, where all batches are noisy at a fixed learning rate.

    It does not depend on alpha, gamma or eta/B.  Corrections fall as 1/kappa and tau^{1/alpha - 1}.

    Returns
    -------
    Expr
        In beta, for beta < 1.

    Examples
    --------
    >>> from exponents.asymptotics.evaluation import evaluate
    >>> round(float(evaluate(shift_over_variance(), 2, "1/2", 1)), 5)
    0.59403
    """
    return _insert(ratio_in_symbols(), 1)


def shift_by_invariant() -> Expr:
    """Return gamma t/D times the shift of the mean loss, once noise has ended and left the shift D of the invariant.

    Returns
    -------
    Expr
        In beta, for beta < 1.

    Examples
    --------
    >>> from exponents.asymptotics.evaluation import evaluate
    >>> round(float(evaluate(shift_by_invariant(), 2, "1/2", 1)), 5)
    0.27261
    """
    # L shifts by -2 (D/kappa) (tau^-beta/alpha) times the integral; kappa^2 as above, and t = tau/(m kappa)
    m = solve_self_consistency().pieces[0].growth
    return _insert(-2 * shift_integral(-1) * m / learned, -1)


def _insert(formula: Expr, power: int) -> Expr:
    """Return a formula with the values of its integrals, where beta < 1."""
    nu, b = relaxation(), Symbol("b")
    rest = {c: nu, b: (1 - 2 * power) * nu}
    unlearned = -transform().subs(z, beta)  # J
    product = sum(residue_sums(c, b))
    # int x^{beta-1} [(1 - phi) phi_b + (1 - phi_b) phi] dx = (1 - beta - c - b) G_b, by parts
    both = (unlearned + unlearned.subs(c, b) + (learned_sum().pole + c + b) * product) / 2
    values = {learned: product.subs(b, c), crossed: product, loss: both.subs(b, c), cross_loss: both}
    return Piecewise((formula.subs(values).subs(rest), solve_self_consistency().pieces[0].where))
