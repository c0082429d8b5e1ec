"""What does the paper state, and where does it hold?

Each `Claim` sets an exponent as the paper prints it beside the same exponent as this package derives it.  The
published side is typed in from the paper, with the number of its equation; nothing is ever derived from it.  A claim
that has no published side is derived here alone.  Exponents of decay are positive when the quantity falls, exponents of
growth when it grows.

Agreement here is algebra on alpha > 1, beta > 0.  It does not say which side is true; measurement does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import TypeAlias

from mpmath import mpf
from sympy import Expr, Max, Min, Ne, Piecewise, Rational, S, Symbol, exp, hyper, zeta
from sympy import gamma as gamma_function
from sympy.logic.boolalg import Boolean

from ..algebra.piecewise import agreement
from ..asymptotics.evaluation import evaluate
from ..asymptotics.mode_sums import mode_sum
from ..model.amplitudes import CONTINUUM, amplitude, clock_amplitude, kernel_amplitude, target_norm
from ..model.level_series import level_series
from ..model.online_loss import LOSS_EQUATION, TARGET_WEIGHT, kernel_growth, loss, noise_feedback, resolution
from ..model.table1 import DOMAIN, PARAMETERS, optimum
from ..model.timescale import chi, clock_growth
from ..names import DERIVED, FINITE, LAZY, LIMIT, RICH, Regime, SpectrumKind
from ..optimum.proof import sides
from ..symbols import N, alpha, beta, gamma, t, x

Value: TypeAlias = "Fraction | mpf"
"""Rational, or a number of 30 digits."""

LEVELS = 8
"""Levels of the series that are claimed one by one."""


@dataclass(frozen=True)
class Claim:
    """A statement about the model that can be checked: an exponent, or the constant in front of a power.

    Attributes
    ----------
    name : str
        Family, then what is claimed.
    source : str
        Equation of the paper, or what it belongs to.
    published : Expr or None
        The exponent as printed there, if it is.
    derived : callable
        Computes the exponent, or the constant, as this package derives it.
    stated_for : Boolean
        Where the paper states it.
    derived_for : Boolean
        Where this package derives it.
    """

    name: str
    source: str
    published: Expr | None
    derived: Callable[[], Expr]
    stated_for: Boolean = S.true
    derived_for: Boolean = S.true

    @property
    def family(self) -> str:
        """The part of the argument that it belongs to."""
        return self.name.partition(":")[0]

    @property
    def domain(self) -> tuple[Expr, ...]:
        """Positive where the paper states the claim."""
        return (*DOMAIN, *sides(self.stated_for))

    def published_at(self, alpha: Fraction, beta: Fraction, gamma: Fraction) -> Value | None:
        """The published value at a point, exact, or None where nothing is published."""
        return None if self.published is None else _value(self.published, self.stated_for, alpha, beta, gamma)

    def derived_at(self, alpha: Fraction, beta: Fraction, gamma: Fraction) -> Value | None:
        """The derived value at a point, exact or to 30 digits, or None where it is not derived."""
        return _value(self.derived(), self.derived_for, alpha, beta, gamma)

    def agreement(self) -> Boolean:
        """Where in its domain both sides are the same function; nowhere, if only one is known."""
        if self.published is None:
            return S.false
        return agreement(self.published, self.derived(), PARAMETERS, self.domain)


def _value(expression: Expr, where: Boolean, *at: Fraction) -> Value | None:
    """The value at (alpha, beta, gamma): a Fraction if it is rational."""
    point = dict(zip((alpha, beta, gamma), (Rational(v.numerator, v.denominator) for v in at), strict=True))
    if where.subs(point) != True:  # noqa: E712
        return None
    if not expression.has(gamma, gamma_function, hyper, zeta) and (found := expression.subs(point)).is_Rational:
        return Fraction(int(found.p), int(found.q))
    return evaluate(expression, at[0], at[1], at[2])


def _term(regime: Regime, name: str, resource: Symbol) -> Callable[[], Expr]:
    return lambda: loss(regime, DERIVED)[name].exponent(resource)


@lru_cache(maxsize=1)
def claims() -> tuple[Claim, ...]:
    """Every exponent the paper states of its model that this package derives, in the order of the argument.

    Those of its appendices on reused samples and linear networks are in `appendix_claims`.
    """
    hard = beta < 1
    acceleration = Max(1, 2 / (1 + beta))  # the factor of eq. 9 and 10, as printed
    return (
        Claim("chi: lazy time exponent", "eq. 8", beta, lambda: chi(LAZY)),
        Claim("chi: time exponent", "eq. 10, 68", beta * acceleration, lambda: chi(RICH)),
        Claim("chi: correlation", "eq. 66, 68", beta * acceleration, lambda: chi(RICH)),
        Claim("chi: kernel growth", "sec. 4", 1 - beta * acceleration, partial(kernel_growth, RICH), hard),
        Claim("chi: readout norm", "Fig. 12", Max(1 - beta * acceleration, 0), partial(kernel_growth, RICH)),
        Claim(
            "chi: learned mode", "eq. 11", (2 - beta * acceleration) / alpha, lambda: clock_growth(RICH) / alpha, hard
        ),
        *_level_claims(hard),
        Claim("levels: readout norm", "eq. 47", Max(1 - beta, 0), lambda: -_readout_norm()),
        Claim("levels: readout speed", "eq. 47", beta, lambda: mode_sum(TARGET_WEIGHT + alpha, exp(-2 * x)).exponent),
        _norm_claim(CONTINUUM),
        Claim("bottleneck: resolution", "eq. 75", alpha, resolution),
        Claim("bottleneck: infinite time", "eq. 12", alpha * beta, _term(LAZY, "model_bottleneck", N)),
        Claim("bottleneck: infinite time", "eq. 76", alpha * Min(2, beta), _term(LAZY, "model_bottleneck", N)),
        Claim("transient: lazy", "eq. 8", 1 - 1 / alpha, _term(LAZY, "finite_model_transient", t)),
        Claim("transient: rich", "eq. 9, 80", (1 - 1 / alpha) * acceleration, _term(RICH, "finite_model_transient", t)),
        Claim("sgd: lazy", "eq. 8", 2 - 1 / alpha, _term(LAZY, "sgd_transient", t)),
        Claim("sgd: rich", "eq. 9", (2 - 1 / alpha) * acceleration, _term(RICH, "sgd_transient", t)),
        Claim("sgd: rich", "eq. 83", (1 - 1 / alpha) * acceleration, _term(RICH, "sgd_transient", t)),
    )


@lru_cache(maxsize=2)
def flow_claims(spectrum: SpectrumKind = CONTINUUM) -> tuple[Claim, ...]:
    """What can be claimed of the limit dynamics on one spectrum: what the paper prints, and what is derived here alone.

    The constants are those of the continuum y^2(k) dk = k^{-alpha beta-1} dk, or of the sum over integer modes.
    """
    off = Ne(beta, 1)  # there a logarithm takes the place of each constant
    printed = {claim.name: claim for claim in (*claims(), _norm_claim(spectrum))}
    found = (
        *(claim for claim in printed.values() if claim.family in LIMIT),
        Claim("chi: learned norm", "eq. 7", None, lambda: 2 * kernel_growth(RICH)),
        Claim("amplitude: lazy loss", "eq. 8", None, lambda: amplitude(LAZY, spectrum)),
        Claim("amplitude: loss", "eq. 10", None, lambda: amplitude(RICH, spectrum), derived_for=off),
        Claim("amplitude: kernel", "sec. 4", None, lambda: kernel_amplitude(RICH, spectrum), derived_for=off),
        Claim("amplitude: clock", "eq. 67", None, lambda: clock_amplitude(RICH, spectrum), derived_for=off),
    )
    return tuple(sorted(found, key=lambda claim: LIMIT.index(claim.family)))


@lru_cache(maxsize=1)
def finite_claims() -> tuple[Claim, ...]:
    """What can be claimed of models of finite size and of finite batches: what the paper prints, and what follows here.

    A model arrives at its floor when the clock has come to the resolution r(N), and departs from the limit where the
    first other term of the loss reaches the flow.  The published sides are those of eq. 8 and 9 as they stand.
    """
    found = [claim for claim in claims() if claim.family in FINITE]
    for regime, equation in LOSS_EQUATION.items():
        faster = Max(1, 2 / (1 + beta)) if regime == RICH else S.One
        floor = alpha * Min(2, beta)
        arrival = Max(floor / (beta * faster), (floor - 1) / ((1 - 1 / alpha) * faster))
        departure = 1 / (beta - 1 + 1 / alpha)
        found += [
            Claim(f"bottleneck: arrival, {regime}", equation, arrival, partial(_arrival, regime)),
            Claim(f"transient: departure, {regime}", equation, departure, partial(_departure, regime), beta > 1),
            Claim(f"sgd: all batches, {regime}", "first order in eta/B", None, partial(noise_feedback, regime)),
            Claim(f"compute-optimal: {regime}", "Table 1", _table_1(regime), partial(_best_loss, regime)),
            Claim(f"compute-optimal: model size, {regime}", "Table 1", None, partial(_best_size, regime)),
        ]
    found.append(
        Claim("sgd: stability horizon", "eta kappa = 2", None, lambda: 1 / kernel_growth(RICH), derived_for=beta < 1)
    )
    return tuple(sorted(found, key=lambda claim: FINITE.index(claim.family)))


def _table_1(regime: Regime) -> Expr:
    """Table 1 as printed."""
    hard = alpha * beta / (alpha + 1) if regime == LAZY else 2 * alpha * beta / (alpha * (1 + beta) + 2)
    easy, super_easy = alpha * beta / (alpha * beta + 1), 1 - 1 / (2 * alpha)
    return Piecewise((hard, beta <= 1), (easy, beta <= 2 - 1 / alpha), (super_easy, True))


def _best_loss(regime: Regime) -> Expr:
    return optimum(regime, DERIVED).exponent


def _best_size(regime: Regime) -> Expr:
    return optimum(regime, DERIVED).allocation(N)


def _arrival(regime: Regime) -> Expr:
    return resolution() / clock_growth(regime)


def _departure(regime: Regime) -> Expr:
    terms = loss(regime, DERIVED)
    flow = terms["gradient_flow"].exponent(t)
    others = (terms[name] for name in ("model_bottleneck", "finite_model_transient"))
    return Min(*(term.exponent(N) / (flow - term.exponent(t)) for term in others))


def _norm_claim(spectrum: SpectrumKind) -> Claim:
    """Eq. 7, where the sum over k is replaced by an integral."""
    norm = 1 / (alpha * (beta - 1))
    return Claim("amplitude: RKHS norm", "eq. 7", norm, lambda: target_norm(spectrum), beta > 1, beta > 1)


def _level_claims(hard: Boolean) -> tuple[Claim, ...]:
    """Eq. 62 as printed: each level is beta times 2 minus the level before."""
    made: list[Claim] = []
    published: Expr = beta
    for number in range(LEVELS + 1):
        derive = partial(level_series().level, number)
        made.append(Claim(f"levels: level {number}", "eq. 62", published, derive, hard, hard))
        published = beta * (2 - published)
    return tuple(made)


def _readout_norm() -> Expr:
    """Decay of |w|^2/N = sum_k w_k^2 (1 - e^{-lambda_k t})^2 under lazy dynamics; negative where it grows."""
    return mode_sum(TARGET_WEIGHT - alpha, (1 - exp(-x)) ** 2).exponent
