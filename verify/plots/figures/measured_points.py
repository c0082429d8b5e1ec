"""Points of a figure: measured exponents at several values of beta, with their errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat
from math import floor, log10

from exponents.model.timescale import solve_self_consistency

from ...measurements.limit_dynamics import LimitMeasurements
from ...measurements.points import Point, read_point
from ...measurements.slopes import Limit
from .page import Map
from .power_laws import ALPHA

GAMMA = Fraction(1)
"""Exponents are measured on the continuum at this richness; they depend on it as little as on alpha."""


@dataclass(frozen=True)
class Measured:
    """The measurements of several claims at one point."""

    at: Point
    limits: tuple[Limit, ...]


def measure_exponents(
    sources: Sequence[str | Fraction],
    claims: Sequence[str],
    spread: Map = map,
    alpha: Fraction = ALPHA,
    gamma: Fraction = GAMMA,
) -> tuple[Measured, ...]:
    """Measure ``claims`` at each beta of ``sources``.

    >>> (found,) = measure_exponents(["1/2"], ["chi: lazy time exponent"])
    >>> round(found.limits[0].value, 6)
    0.5
    """
    points = [read_point(alpha, source, gamma) for source in sources]
    found = spread(_measure_limits, points, repeat(tuple(claims)))
    return tuple(Measured(at, limits) for at, limits in zip(points, found, strict=True))


def _measure_limits(at: Point, claims: Sequence[str]) -> tuple[Limit, ...]:
    measurements = LimitMeasurements(at)
    return tuple(measurements.measure(claim) for claim in claims)


def describe_points(found: Sequence[Measured]) -> list[str]:
    """Return lines that say where exponents were measured, and the largest error, apart where tasks change.

    Examples
    --------
    >>> found = [Measured(read_point(ALPHA, "1/2", GAMMA), (Limit(0.5, 2.44e-5, (1e3, 1e9), 0.4, False),))]
    >>> print(describe_points(found)[1])
    error $\\leq 2.5 \\times 10^{-5}$
    """
    (boundary,) = solve_self_consistency().boundaries
    lines = [rf"points:  $\alpha = {found[0].at.alpha}$,  $\gamma = {found[0].at.gamma}$"]
    for on, said in ((False, r"error $\leq "), (True, rf"on $\beta = {boundary.curve.rhs}$:  $")):
        errors = [limit.error for one in found for limit in one.limits if (one.at.beta == boundary.curve.rhs) == on]
        lines += [f"{said}{format_error(max(errors))}$"] if errors else []
    return lines


def format_error(error: float) -> str:
    """Write an error in a formula, rounded up to two digits.

    >>> print(format_error(2.44e-5))
    2.5 \\times 10^{-5}
    """
    power = floor(log10(error))
    digits = -floor(-error / 10.0 ** (power - 1)) / 10
    if digits == 10:
        digits, power = 1.0, power + 1
    return rf"{digits:.1f} \times 10^{{{power}}}"
