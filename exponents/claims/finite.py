"""Claims about models of finite size and finite batches: the bottleneck, the transients, and the compute optimum.

A model comes to its floor when the clock reaches the resolution r(N).  It leaves the limit where the first other term
of the loss meets the flow.  The published sides of both follow from eq. 8 and 9 as printed.

What early batches leave in the loss is a variance and a shift of the mean.  The paper's term is compared with each of
them: with the variance alone, from which it is derived, and with the whole loss.
"""

from __future__ import annotations

from functools import partial

from ..names import LAZY, REGIMES, RICH, Regime
from .claim import FINITE, MINUTES, Claim
from .limit import ACCELERATION, EASY, HARD

FLOOR, SQUARED_FLOOR = "alpha*beta", "alpha*Min(2, beta)"
"""Exponent in N of what remains at infinite time, by eq. 12 and by eq. 76."""

TRANSIENT, NOISE = "(1 - 1/alpha)", "(2 - 1/alpha)"
"""Lazy exponents in t of the transients of finite models and of batches, by eq. 8."""

EQUATION: dict[Regime, str] = {LAZY: "eq. 8", RICH: "eq. 9"}
FACTOR: dict[Regime, str] = {LAZY: "1", RICH: ACCELERATION}
"""Exponent in t of the clock of each regime, as printed."""

_OTHERS = "(alpha*beta/(alpha*beta + 1), beta <= 2 - 1/alpha), (1 - 1/(2*alpha), True)"
TABLE_1: dict[Regime, str] = {
    LAZY: f"Piecewise((alpha*beta/(alpha + 1), beta <= 1), {_OTHERS})",
    RICH: f"Piecewise((2*alpha*beta/(alpha*(1 + beta) + 2), beta <= 1), {_OTHERS})",
}
"""The exponent of the optimal loss as printed; `exponents table compute-optimal` derives it row by row."""

_slow = partial(Claim, cost=MINUTES)


def _arrival(regime: Regime) -> Claim:
    """Return the later of the times at which the flow and the transient meet the floor of eq. 76."""
    faster, floor = FACTOR[regime], SQUARED_FLOOR
    published = f"Max({floor}/(beta*{faster}), ({floor} - 1)/({TRANSIENT}*{faster}))"
    name = f"bottleneck: arrival, {regime}"
    return _slow(name, FINITE, EQUATION[regime], published, ("arrival", regime), tabulated=False)


def _departure(regime: Regime) -> Claim:
    """Return the time at which the transient of finite models meets the flow."""
    name, published = f"transient: departure, {regime}", "1/(beta - 1 + 1/alpha)"
    return _slow(name, FINITE, EQUATION[regime], published, ("departure", regime), EASY, tabulated=False)


def _noise(name: str, derivation: tuple[str | int, ...], derived_for: str = "") -> Claim:
    """Return a claim about noise that the paper does not print."""
    return _slow(f"sgd: {name}", FINITE, "first order in eta/B", None, derivation, derived_for=derived_for)


def _in_steps(name: str, *derivation: str) -> Claim:
    """Return a claim about the rich regime in stable steps, where the kernel grows; elsewhere steps change nothing."""
    return _slow(f"{name}, rich in steps", FINITE, "derive steps", None, derivation, derived_for=HARD)


def _optimum(regime: Regime) -> tuple[Claim, Claim]:
    name, size = f"compute-optimal: {regime}", f"compute-optimal: model size, {regime}"
    return (
        _slow(name, FINITE, "Table 1", TABLE_1[regime], ("compute_exponent", regime), tabulated=False),
        _slow(size, FINITE, "Table 1", None, ("model_size_exponent", regime)),
    )


_IN_SIZE, _IN_TIME = ("term_in_size", LAZY, "model_bottleneck"), ("term_in_time", RICH)

FINITE_CLAIMS = (
    Claim("bottleneck: resolution", FINITE, "eq. 75", "alpha", ("resolution",)),
    Claim("bottleneck: infinite time", FINITE, "eq. 12", FLOOR, _IN_SIZE),
    Claim("bottleneck: infinite time", FINITE, "eq. 76", SQUARED_FLOOR, _IN_SIZE),
    *map(_arrival, REGIMES),
    _slow("transient: lazy", FINITE, "eq. 8", TRANSIENT, ("term_in_time", LAZY, "finite_model_transient")),
    _slow("transient: rich", FINITE, "eq. 9, 80", f"{TRANSIENT}*{ACCELERATION}", (*_IN_TIME, "finite_model_transient")),
    *map(_departure, REGIMES),
    _slow("sgd: variance, lazy", FINITE, "eq. 8", NOISE, ("term_in_time", LAZY, "sgd_transient")),
    _slow("sgd: variance, rich", FINITE, "eq. 9", f"{NOISE}*{ACCELERATION}", (*_IN_TIME, "sgd_transient")),
    _slow("sgd: variance, rich", FINITE, "eq. 83", f"{TRANSIENT}*{ACCELERATION}", (*_IN_TIME, "sgd_transient")),
    _slow("sgd: loss, rich", FINITE, "eq. 9", f"{NOISE}*{ACCELERATION}", ("early_noise",)),
    *(_noise(f"all batches, {regime}", ("noise_feedback", regime)) for regime in REGIMES),
    _noise("shift over variance", ("shift_over_variance",), HARD),
    _in_steps("sgd: variance", "term_in_steps", "sgd_transient"),
    _slow("sgd: stability horizon", FINITE, "eta kappa = 2", None, ("stability_horizon",), derived_for=HARD),
    *_optimum(LAZY),
    *_optimum(RICH),
    _in_steps("compute-optimal: loss", "compute_exponent_in_steps"),
    _in_steps("compute-optimal: model size", "model_size_exponent_in_steps"),
)
