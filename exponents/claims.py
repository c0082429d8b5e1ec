"""What does the paper state, and where does it hold?

Each `Claim` sets an exponent as the paper prints it beside the same exponent as this package derives it.  The
published side is typed in from the paper, with the number of its equation; nothing is ever derived from it.
Exponents of decay are positive when the quantity falls, exponents of growth when it grows.

Agreement here is algebra on alpha > 1, beta > 0.  It does not say which side is true; measurement does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, Max, Min, S, Symbol, exp
from sympy.logic.boolalg import Boolean

from .algebra.piecewise import agreement
from .compute_optimal import DOMAIN, PARAMETERS
from .level_series import level_series
from .mode_sums import mode_sum
from .model_loss import (
    TARGET_WEIGHT,
    data_bottleneck,
    loss,
    noise_kernel,
    resolution,
)
from .names import DERIVED, LAZY, RICH, Regime
from .proof import sides
from .symbols import N, P, alpha, beta, t, x
from .timescale import chi, clock_growth


@dataclass(frozen=True)
class Claim:
    """An exponent the paper states.

    Attributes
    ----------
    name : str
        Family, then what is claimed.
    source : str
        Equation of the paper.
    published : Expr
        The exponent as printed there.
    derived : callable
        Computes the exponent as this package derives it.
    stated_for : Boolean
        Where the paper states it.
    """

    name: str
    source: str
    published: Expr
    derived: Callable[[], Expr]
    stated_for: Boolean = S.true

    @property
    def domain(self) -> tuple[Expr, ...]:
        """Positive where the paper states the claim."""
        return (*DOMAIN, *sides(self.stated_for))

    def agreement(self) -> Boolean:
        """Where in its domain both sides are the same function."""
        return agreement(self.published, self.derived(), PARAMETERS, self.domain)


def _term(regime: Regime, name: str, resource: Symbol) -> Callable[[], Expr]:
    return lambda: loss(regime, DERIVED)[name].exponent(resource)


@lru_cache(maxsize=1)
def claims() -> tuple[Claim, ...]:
    """Every exponent the paper states that this package derives, in the order of the argument."""
    hard = beta < 1
    acceleration = Max(1, 2 / (1 + beta))  # the factor of eq. 9 and 10, as printed
    return (
        Claim("chi: time exponent", "eq. 10, 68", beta * acceleration, lambda: chi(RICH)),
        Claim("chi: kernel growth", "sec. 4", 1 - beta * acceleration, lambda: clock_growth(RICH) - 1, hard),
        Claim(
            "chi: learned mode", "eq. 11", (2 - beta * acceleration) / alpha, lambda: clock_growth(RICH) / alpha, hard
        ),
        Claim("levels: level 1", "eq. 59, 62", beta * (2 - beta), lambda: level_series().level(1)),
        Claim("levels: level 2", "eq. 62", beta * (2 - beta * (2 - beta)), lambda: level_series().level(2)),
        Claim("levels: readout norm", "eq. 47", Max(1 - beta, 0), lambda: -_readout_norm()),
        Claim("levels: readout speed", "eq. 47", beta, lambda: mode_sum(TARGET_WEIGHT + alpha, exp(-2 * x)).exponent),
        Claim("bottleneck: resolution", "eq. 75", alpha, resolution),
        Claim("bottleneck: infinite time", "eq. 12", alpha * beta, _term(LAZY, "model_bottleneck", N)),
        Claim("bottleneck: infinite time", "eq. 76", alpha * Min(2, beta), _term(LAZY, "model_bottleneck", N)),
        Claim("data: fixed point", "eq. 78", alpha * Min(2, beta), lambda: data_bottleneck().exponent(P)),
        Claim("transient: lazy", "eq. 8", 1 - 1 / alpha, _term(LAZY, "finite_model_transient", t)),
        Claim("transient: rich", "eq. 9, 80", (1 - 1 / alpha) * acceleration, _term(RICH, "finite_model_transient", t)),
        Claim("sgd: lazy", "eq. 8", 2 - 1 / alpha, _term(LAZY, "sgd_transient", t)),
        Claim("sgd: rich", "eq. 9", (2 - 1 / alpha) * acceleration, _term(RICH, "sgd_transient", t)),
        Claim(
            "sgd: rich", "eq. 83", (1 - 1 / alpha) * acceleration, lambda: clock_growth(RICH) * noise_kernel().exponent
        ),
    )


def _readout_norm() -> Expr:
    """Decay of |w|^2/N = sum_k w_k^2 (1 - e^{-lambda_k t})^2 under lazy dynamics; negative where it grows."""
    return mode_sum(TARGET_WEIGHT - alpha, (1 - exp(-x)) ** 2).exponent
