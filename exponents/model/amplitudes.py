"""How large is the loss, not only how steep: what is A in L(t) ~ A t^{-chi}?

At N, B -> infinity, for the flow of Bordelon, Atanasov and Pehlevan (2024, eq. 51, 52), chi is the exponent of eq. 10
and A follows from three numbers: m in tau ~ t^m (`timescale`), the integral I1 over the scaling function
(`learned_fraction`), and a in kappa ~ a tau^{(m-1)/m}.

1. `kernel_in_clock` is a.  kappa^2 - kappa = gamma U with U = sum_k (y_k^2/lambda_k) phi_k^2: below beta = 1
   U ~ (I2/alpha) tau^{1-beta}, so a = (gamma I2/alpha)^{1/2}; above, U -> |w*|^2 and kappa reaches its limit.
2. `flow_law` integrates d tau/dt = kappa:  tau ~ T t^m with T = (a/m)^m, and kappa ~ m T t^{m-1}.
3. L ~ (I1/alpha) tau^{-beta}, so A = (I1/alpha) T^{-beta}.

On beta = 1, U ~ ln(tau)/alpha: `log_law`.  A lazy model has kappa = 1 and A = Gamma(beta)/(2^beta alpha).

Worked case: beta = 1/2, where m = 4/3, I2 = 2.3159... and I1 = 1.1546...  With alpha = 2 and gamma = 1, a = 1.0761...
and L ~ 0.66599... t^{-2/3}; lazy, L ~ 0.62665... t^{-1/2}.

Amplitudes are those of y^2(k) dk = k^{-alpha beta-1} dk on k >= 1 ("continuum") or of the sum over integer k ("modes").
To leading order they differ only in |w*|^2, so for beta > 1 in the rich regime.

Limits: gamma > 0 fixed and t -> infinity.  Corrections fall as tau^{-(1-beta)/2} below beta = 1 and as tau^{1-beta}
above, so near beta = 1 the law is reached late, and A tends to 0 from both sides; nor does gamma -> 0 turn the rich law
below beta = 1 into the lazy one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from sympy import Expr, Piecewise, S, Symbol, log, sqrt
from sympy.logic.boolalg import Boolean

from ..errors import IncompleteProof
from ..names import LAZY, REGIMES, RICH, SPECTRA, Regime, SpectrumKind, require
from ..symbols import alpha, beta, gamma, s, t
from .scaling_function import c, integrals, lazy_sum, learned_sum, relaxation
from .timescale import Piece, chi, clock_growth, clock_logarithm, solve_self_consistency

CONTINUUM, MODES = SPECTRA

Quantity = Literal["loss", "kernel", "clock"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

loss_value = Symbol("I_1", positive=True)
learned_value = Symbol("I_2", positive=True)
limit_value = Symbol("kappa_max", positive=True)
"""Stand for the integrals I1 and I2 below beta = 1, and for the limit of kappa above: the laws are short in them."""


@dataclass(frozen=True)
class FlowLaw:
    """kappa ~ kernel t^{m-1}, tau ~ clock t^m and L ~ loss t^{-chi} as t grows, where ``where`` holds."""

    where: Boolean
    kernel: Expr
    clock: Expr
    loss: Expr

    def fill_in(self, values: Mapping[Symbol, Expr]) -> FlowLaw:
        """The law with the integrals, or the limit of the kernel, put in."""
        return FlowLaw(self.where, *(found.subs(values) for found in (self.kernel, self.clock, self.loss)))


def flow_law(piece: Piece, kernel_in_clock: Expr) -> FlowLaw:
    """The law on one piece of the time scale, from a in kappa ~ a tau^{(m-1)/m} and L ~ (I1/alpha) tau^{-beta}.

    dt = d tau/kappa gives t = (m/a) tau^{1/m}, so tau = (a t/m)^m and kappa = d tau/dt.
    """
    m = piece.growth
    clock = (kernel_in_clock**2 / m**2) ** (m / 2)  # the square, for a is a root below beta = 1
    return FlowLaw(piece.where, m * clock, clock, loss_value / alpha * clock**-beta)


def kernel_in_clock() -> tuple[Expr, Expr]:
    """a in kappa ~ a tau^{(m-1)/m} on either side of beta = 1, from kappa^2 - kappa = gamma U.

    Below, U ~ (I2/alpha) tau^{1-beta} outgrows kappa; above, kappa has a limit.
    """
    return sqrt(gamma * learned_value / alpha), limit_value


def kernel_limit(norm: Expr) -> Expr:
    """The positive solution of kappa^2 - kappa = gamma |w*|^2, for beta > 1."""
    return (1 + sqrt(1 + 4 * gamma * norm)) / 2


def target_norm(spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """|w*|^2 = sum_k y_k^2/lambda_k for beta > 1, the limit of U: over integer k, or the integral over k >= 1."""
    if spectrum == MODES:
        return learned_sum().amplitude.args[-1][0]
    return 1 / (alpha * learned_sum().pole)


def open_laws() -> tuple[FlowLaw, FlowLaw]:
    """The rich laws below and above beta = 1, in the symbols for I1, I2 and the limit of kappa."""
    below, above = solve_self_consistency().pieces
    return flow_law(below, kernel_in_clock()[0]), flow_law(above, kernel_in_clock()[1])


@lru_cache(maxsize=8)
def flow_laws(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> tuple[FlowLaw, ...]:
    """The laws of the flow, one for each piece of beta > 0; rich, the boundary beta = 1 belongs to none.

    Raises
    ------
    InputError
        For a regime or a spectrum that does not exist.
    """
    require(regime, REGIMES, "the regime")
    require(spectrum, SPECTRA, "the spectrum")
    if regime == LAZY:
        return (FlowLaw(S.true, S.One, S.One, lazy_sum().amplitude),)
    below, above = open_laws()
    learned, _, loss = (integral.subs(c, relaxation()) for integral in integrals())
    return (
        below.fill_in({learned_value: learned, loss_value: loss}),
        above.fill_in({limit_value: kernel_limit(target_norm(spectrum)), loss_value: alpha * lazy_sum().amplitude}),
    )


def amplitude(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """A in L ~ A t^{-chi}; rich, a Piecewise that has no value on beta = 1, where `log_law` holds."""
    return Piecewise(*((law.loss, law.where) for law in flow_laws(regime, spectrum)))


def kernel_amplitude(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """K in kappa ~ K t^{m-1}, the growth of the kernel; see `amplitude`."""
    return Piecewise(*((law.kernel, law.where) for law in flow_laws(regime, spectrum)))


def clock_amplitude(regime: Regime = RICH, spectrum: SpectrumKind = CONTINUUM) -> Expr:
    """T in tau ~ T t^m; see `amplitude`."""
    return Piecewise(*((law.clock, law.where) for law in flow_laws(regime, spectrum)))


@dataclass(frozen=True)
class LogLaw:
    """constant * t^power * (ln t)^log_power."""

    constant: Expr
    power: Expr
    log_power: Expr

    def as_expr(self) -> Expr:
        """The law as one expression in `symbols.t`."""
        return self.constant * t**self.power * log(t) ** self.log_power


def log_law(quantity: Quantity = "loss") -> LogLaw:
    """The law of the rich flow on beta = 1, the same for both spectra; corrections fall as ln ln t/ln t.

    U ~ u ln tau, so kappa ~ a (ln tau)^{1/2} with a^2 = gamma u, and tau ~ a t (ln t)^{1/2}: the power of the logarithm
    must be that of `timescale.clock_logarithm`.  There c = 0, and L ~ (I1/alpha) tau^{-beta} with phi = 1 - e^{-x}.

    Raises
    ------
    InputError
        For a quantity that is none of loss, kernel, clock.
    IncompleteProof
        If the two powers of the logarithm differ.
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
