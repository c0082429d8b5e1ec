"""Claims about models of finite size and finite batches: the bottleneck, the transients, and the compute optimum.

A model comes to its floor when the clock reaches the resolution r(N).  It leaves the limit where the first other term
of the loss meets the flow.  The published sides of both follow from eq. 8 and 9 as printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..names import LAZY, REGIMES, RICH, Regime
from .claim import FINITE, MINUTES, Claim, Deferred
from .limit import ACCELERATION, EASY, HARD

if TYPE_CHECKING:
    from . import derived
else:
    derived = Deferred(".derived")

FLOOR, SQUARED_FLOOR = "alpha*beta", "alpha*Min(2, beta)"
"""Exponent in N of what remains at infinite time, by eq. 12 and by eq. 76."""

TRANSIENT, NOISE = "(1 - 1/alpha)", "(2 - 1/alpha)"
"""Lazy exponents in t of the transients of finite models and of batches, by eq. 8."""

EQUATION: dict[Regime, str] = {LAZY: "eq. 8", RICH: "eq. 9"}
FACTOR: dict[Regime, str] = {LAZY: "1", RICH: ACCELERATION}
"""By what factor the clock of each regime runs ahead of time, as printed."""

_OTHERS = "(alpha*beta/(alpha*beta + 1), beta <= 2 - 1/alpha), (1 - 1/(2*alpha), True)"
TABLE_1: dict[Regime, str] = {
    LAZY: f"Piecewise((alpha*beta/(alpha + 1), beta <= 1), {_OTHERS})",
    RICH: f"Piecewise((2*alpha*beta/(alpha*(1 + beta) + 2), beta <= 1), {_OTHERS})",
}
"""The exponent of the optimal loss as printed."""


def _floor(source: str, published: str) -> Claim:
    return Claim(
        "bottleneck: infinite time", FINITE, source, published, lambda _: derived.term_in_size(LAZY, "model_bottleneck")
    )


def _arrival(regime: Regime) -> Claim:
    faster, floor = FACTOR[regime], SQUARED_FLOOR
    published = f"Max({floor}/(beta*{faster}), ({floor} - 1)/({TRANSIENT}*{faster}))"
    return Claim(
        f"bottleneck: arrival, {regime}",
        FINITE,
        EQUATION[regime],
        published,
        lambda _: derived.arrival(regime),
        cost=MINUTES,
        tabulated=False,
    )


def _departure(regime: Regime) -> Claim:
    return Claim(
        f"transient: departure, {regime}",
        FINITE,
        EQUATION[regime],
        "1/(beta - 1 + 1/alpha)",
        lambda _: derived.departure(regime),
        stated_for=EASY,
        cost=MINUTES,
        tabulated=False,
    )


def _term(family: str, regime: Regime, source: str, published: str, term: str) -> Claim:
    """The exponent in t of a term of the loss."""
    return Claim(
        f"{family}: {regime}",
        FINITE,
        source,
        published,
        lambda _: derived.term_in_time(regime, term),
        cost=MINUTES,
    )


def _all_batches(regime: Regime) -> Claim:
    return Claim(
        f"sgd: all batches, {regime}",
        FINITE,
        "first order in eta/B",
        None,
        lambda _: derived.noise_feedback(regime),
        cost=MINUTES,
    )


def _optimum(regime: Regime) -> tuple[Claim, Claim]:
    """Table 1, which `exponents table compute-optimal` derives row by row."""
    return (
        Claim(
            f"compute-optimal: {regime}",
            FINITE,
            "Table 1",
            TABLE_1[regime],
            lambda _: derived.compute_exponent(regime),
            cost=MINUTES,
            tabulated=False,
        ),
        Claim(
            f"compute-optimal: model size, {regime}",
            FINITE,
            "Table 1",
            None,
            lambda _: derived.model_size_exponent(regime),
            cost=MINUTES,
        ),
    )


FINITE_CLAIMS = (
    Claim("bottleneck: resolution", FINITE, "eq. 75", "alpha", lambda _: derived.resolution()),
    _floor("eq. 12", FLOOR),
    _floor("eq. 76", SQUARED_FLOOR),
    *map(_arrival, REGIMES),
    _term("transient", LAZY, "eq. 8", TRANSIENT, "finite_model_transient"),
    _term("transient", RICH, "eq. 9, 80", f"{TRANSIENT}*{ACCELERATION}", "finite_model_transient"),
    *map(_departure, REGIMES),
    _term("sgd", LAZY, "eq. 8", NOISE, "sgd_transient"),
    _term("sgd", RICH, "eq. 9", f"{NOISE}*{ACCELERATION}", "sgd_transient"),
    _term("sgd", RICH, "eq. 83", f"{TRANSIENT}*{ACCELERATION}", "sgd_transient"),
    *map(_all_batches, REGIMES),
    Claim(
        "sgd: stability horizon",
        FINITE,
        "eta kappa = 2",
        None,
        lambda _: derived.stability_horizon(),
        derived_for=HARD,
        cost=MINUTES,
    ),
    *_optimum(LAZY),
    *_optimum(RICH),
)
