"""How large is the loss: what is A in L(t) ~ A t^{-chi}?

At N, B -> infinity, for the flow of Bordelon, Atanasov and Pehlevan (2024, eq. 51, 52), chi is the exponent of eq. 10.
A follows from three numbers: m in tau ~ t^m (`timescale`), the integral I1 over the scaling function
(`scaling_function`), and a in kappa ~ a tau^{(m-1)/m}.

1. `kernel_in_clock` is a.  kappa^2 - kappa = gamma U with U = sum_k (y_k^2/lambda_k) phi_k^2: below beta = 1
   U ~ (I2/alpha) tau^{1-beta}, so a = (gamma I2/alpha)^{1/2}; above, U -> |w*|^2 and kappa reaches its limit.
2. `integrate_clock` integrates d tau/dt = kappa:  tau ~ T t^m with T = (a/m)^m, and kappa ~ m T t^{m-1}.
3. L ~ (I1/alpha) tau^{-beta}, so A = (I1/alpha) T^{-beta}.

On beta = 1, U ~ ln(tau)/alpha: `log_law`.  A lazy model has kappa = 1 and A = Gamma(beta)/(2^beta alpha).

Worked case: beta = 1/2, where m = 4/3, I2 = 2.3159... and I1 = 1.1546...  With alpha = 2 and gamma = 1, a = 1.0761...
and L ~ 0.66599... t^{-2/3}; lazy, L ~ 0.62665... t^{-1/2}.

Amplitudes are those of y^2(k) dk = k^{-alpha beta-1} dk on k >= 1 ("continuum") or of the sum over integer k ("modes").
To leading order they differ only in |w*|^2, and so only for beta > 1 in the rich regime.

Limits: gamma > 0 fixed and t -> infinity.  Corrections fall as tau^{-(1-beta)/2} below beta = 1 and as tau^{1-beta}
above, so the law is reached late near beta = 1, where A tends to 0 from both sides.  Below beta = 1 the rich law does
not become the lazy one as gamma -> 0.

Map: `amplitudes_in_symbols` has the rich laws in the symbols I_1, I_2 and kappa_max, `amplitudes_by_piece` puts their
values in.  `amplitude`, `kernel_amplitude` and `clock_amplitude` are its columns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from sympy import Expr, Piecewise, S, Symbol, log, sqrt
from sympy.logic.boolalg import Boolean

from ..errors import IncompleteProof
from ..names import LAZY, REGIMES, RICH, SPECTRA, Regime, SpectrumKind, remember, require
from ..symbols import alpha, beta, gamma, s, t
from .numeric_functions import make_callable
from .scaling_function import c, integrals, lazy_sum, learned_sum, relaxation
from .timescale import Piece, chi, clock_growth, clock_logarithm, solve_self_consistency

CONTINUUM, MODES = SPECTRA

Quantity = Literal["loss", "kernel", "clock"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

loss_value = Symbol("I_1", positive=True)
learned_value = Symbol("I_2", positive=True)
limit_value = Symbol("kappa_max", positive=True)
"""The integrals I1 and I2 below beta = 1, and the limit of kappa above, as symbols: they keep the laws short."""


@dataclass(frozen=True)
class Amplitudes:
    """Constants of the flow: kappa ~ kernel t^{m-1}, tau ~ clock t^m and L ~ loss t^{-chi}, where ``where`` holds."""

    where: Boolean
    kernel: Expr
    clock: Expr
    loss: Expr

    def substitute(self, values: Mapping[Symbol, Expr]) -> Amplitudes:
        """Return the constants with the values of the integrals, or of the limit of the kernel."""
        return Amplitudes(self.where, *(found.subs(values) for found in (self.kernel, self.clock, self.loss)))


def integrate_clock(piece: Piece, kernel_in_clock: Expr) -> Amplitudes:
    """Return the constants on one piece of the time scale, from a in kappa ~ a tau^{(m-1)/m}.

    dt = d tau/kappa gives t = (m/a) tau^{1/m}, so tau = (a t/m)^m and kappa = d tau/dt.  The loss is
    (I1/alpha) tau^{-beta}.

    Examples
    --------
    >>> _, above = solve_self_consistency().pieces
    >>> integrate_clock(above, limit_value).clock
    kappa_max
    """
    m = piece.growth
    clock = (kernel_in_clock**2 / m**2) ** (m / 2)  # a^2 is simpler than a, which is a root below beta = 1
    return Amplitudes(piece.where, m * clock, clock, loss_value / alpha * clock**-beta)


def kernel_in_clock() -> tuple[Expr, Expr]:
    """Return a in kappa ~ a tau^{(m-1)/m} below and above beta = 1, from kappa^2 - kappa = gamma U.

    Below, U ~ (I2/alpha) tau^{1-beta} outgrows kappa; above, kappa has a limit.

    Examples
    --------
    >>> kernel_in_clock()
    (sqrt(I_2)*sqrt(gamma)/sqrt(alpha), kappa_max)
    """
    return sqrt(gamma * learned_value / alpha), limit_value


def kernel_limit(norm: Expr) -> Expr:
    """Return the positive solution of kappa^2 - kappa = gamma |w*|^2, for beta > 1.

    Examples
    --------
    >>> kernel_limit(2 / gamma)
    2
    """
    return (1 + sqrt(1 + 4 * gamma * norm)) / 2


def target_norm(spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """Return |w*|^2 = sum_k y_k^2/lambda_k for beta > 1, the limit of U: a sum over k, or an integral over k >= 1.

    Examples
    --------
    >>> target_norm("continuum"), target_norm("modes")
    (1/(alpha*(beta - 1)), zeta(alpha*beta - alpha + 1))
    """
    if spectrum == MODES:
        return learned_sum().amplitude.args[-1][0]
    return 1 / (alpha * learned_sum().pole)


def amplitudes_in_symbols() -> tuple[Amplitudes, Amplitudes]:
    """Return the rich constants below and above beta = 1, in the symbols I_1, I_2 and kappa_max.

    Examples
    --------
    >>> amplitudes_in_symbols()[1].loss
    I_1/(alpha*kappa_max**beta)
    """
    below, above = solve_self_consistency().pieces
    return integrate_clock(below, kernel_in_clock()[0]), integrate_clock(above, kernel_in_clock()[1])


@remember(8)
def amplitudes_by_piece(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> tuple[Amplitudes, ...]:
    """Return the constants of the flow on each piece of beta > 0; in the rich regime beta = 1 lies in no piece.

    Raises
    ------
    InputError
        If the regime or the spectrum has another name.

    Examples
    --------
    >>> amplitudes_by_piece("lazy")[0].loss
    gamma(beta)/(2**beta*alpha)
    """
    require(regime, REGIMES, "the regime")
    require(spectrum, SPECTRA, "the spectrum")
    if regime == LAZY:
        return (Amplitudes(S.true, S.One, S.One, lazy_sum().amplitude),)
    below, above = amplitudes_in_symbols()
    learned, _, loss = (integral.subs(c, relaxation()) for integral in integrals())
    return (
        below.substitute({learned_value: learned, loss_value: loss}),
        above.substitute({limit_value: kernel_limit(target_norm(spectrum)), loss_value: alpha * lazy_sum().amplitude}),
    )


def amplitude(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """Return A in L ~ A t^{-chi}, for losses in units of the target's variance and times in 1/(learning rate).

    Parameters
    ----------
    regime : "lazy" or "rich"
    spectrum : "continuum" or "modes"
        The integral over k >= 1 or the sum over integer k.

    Returns
    -------
    Expr
        In alpha, beta and gamma.  In the rich regime it is a Piecewise without a value on beta = 1, where `log_law`
        holds.

    Raises
    ------
    InputError
        If the regime or the spectrum has another name.

    Examples
    --------
    >>> from exponents.asymptotics.evaluation import evaluate
    >>> round(float(evaluate(amplitude("rich"), 2, "1/2", 1)), 4)
    0.666
    """
    return make_callable(Piecewise(*((law.loss, law.where) for law in amplitudes_by_piece(regime, spectrum))))


def kernel_amplitude(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """Return K in kappa ~ K t^{m-1}, the growth of the kernel.

    Parameters
    ----------
    regime : "lazy" or "rich"
    spectrum : "continuum" or "modes"
        The integral over k >= 1 or the sum over integer k.

    Returns
    -------
    Expr
        In alpha, beta and gamma.  In the rich regime it is a Piecewise without a value on beta = 1, where `log_law`
        holds.

    Raises
    ------
    InputError
        If the regime or the spectrum has another name.

    Examples
    --------
    >>> from exponents.asymptotics.evaluation import evaluate
    >>> round(float(evaluate(kernel_amplitude(), 2, 2, 1)), 4)
    1.366
    """
    return make_callable(Piecewise(*((law.kernel, law.where) for law in amplitudes_by_piece(regime, spectrum))))


def clock_amplitude(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """Return T in tau ~ T t^m, the growth of the clock.

    Parameters
    ----------
    regime : "lazy" or "rich"
    spectrum : "continuum" or "modes"
        The integral over k >= 1 or the sum over integer k.

    Returns
    -------
    Expr
        In alpha, beta and gamma.  In the rich regime it is a Piecewise without a value on beta = 1, where `log_law`
        holds.

    Raises
    ------
    InputError
        If the regime or the spectrum has another name.

    Examples
    --------
    >>> from exponents.asymptotics.evaluation import evaluate
    >>> round(float(evaluate(clock_amplitude(), 2, 2, 1)), 4)
    1.366
    """
    return make_callable(Piecewise(*((law.clock, law.where) for law in amplitudes_by_piece(regime, spectrum))))


@dataclass(frozen=True)
class LogLaw:
    """A law constant * t^power * (ln t)^log_power.

    Attributes
    ----------
    constant, power, log_power : Expr

    Examples
    --------
    >>> law = LogLaw(S(3), -S.One, S(2))
    >>> law.as_expr()
    3*log(t)**2/t
    """

    constant: Expr
    power: Expr
    log_power: Expr

    def as_expr(self) -> Expr:
        """Return the law as one expression in `symbols.t`."""
        return self.constant * t**self.power * log(t) ** self.log_power


def log_law(quantity: Quantity = "loss") -> LogLaw:
    """Return the law of the rich flow on beta = 1, the same for both spectra; corrections fall as ln ln t/ln t.

    U ~ u ln tau, so kappa ~ a (ln tau)^{1/2} with a^2 = gamma u, and tau ~ a t (ln t)^{1/2}: the power of the logarithm
    must be that of `timescale.clock_logarithm`.  There c = 0, and L ~ (I1/alpha) tau^{-beta} with phi = 1 - e^{-x}.

    Parameters
    ----------
    quantity : "loss", "kernel" or "clock"

    Returns
    -------
    LogLaw

    Raises
    ------
    InputError
        If the quantity has another name.
    IncompleteProof
        If the two powers of the logarithm differ.

    Examples
    --------
    >>> log_law("clock").as_expr()
    sqrt(gamma)*t*sqrt(log(t))/sqrt(alpha)
    """
    require(quantity, QUANTITIES, "the quantity")
    curve, power = clock_logarithm()
    on_curve = {curve.lhs: curve.rhs}
    rate = learned_sum().amplitude.args[1][0].coeff(log(s))
    clock = sqrt(gamma * rate)
    if 2 * power != 1 or relaxation().subs(on_curve) != 0:
        raise IncompleteProof(f"tau ~ t (ln t)^({power}) disagrees with kappa^2 ~ gamma U ~ ln(tau) for c = 0")
    m, decay = clock_growth().subs(on_curve), chi().subs(on_curve)
    if quantity == "loss":
        source = decay / m
        return LogLaw(lazy_sum().amplitude.subs(on_curve) * clock**-source, -decay, -source * power)
    return LogLaw(clock, m if quantity == "clock" else m - 1, power)
