"""Measured exponents at several values of beta, with their errors."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import repeat
from math import floor, log10

from ...measurements.limit_dynamics import LimitMeasurements
from ...measurements.points import Point, read_point
from ...measurements.slopes import Limit

ALPHA, GAMMA = "3/2", 1
"""Where exponents are measured, on the continuum; they depend on neither."""


@dataclass(frozen=True)
class Measured:
    """The measurements of several claims at one point."""

    at: Point
    limits: tuple[Limit, ...]


def measured(sources: Sequence[str], claims: Sequence[str], executor: Executor | None = None) -> tuple[Measured, ...]:
    """Measurements of ``claims`` at each beta of ``sources``, several points at once with an executor."""
    points = [read_point(ALPHA, source, GAMMA) for source in sources]
    spread = map if executor is None else executor.map
    found = spread(_limits, points, repeat(tuple(claims)))
    return tuple(Measured(at, limits) for at, limits in zip(points, found, strict=True))


def _limits(at: Point, claims: Sequence[str]) -> tuple[Limit, ...]:
    measurements = LimitMeasurements(at)
    return tuple(measurements.measure(claim) for claim in claims)


def bound(error: float) -> str:
    """An error in formula, rounded up to two digits."""
    power = floor(log10(error))
    digits = -floor(-error / 10.0 ** (power - 1)) / 10
    if digits == 10:
        digits, power = 1.0, power + 1
    return rf"{digits:.1f} \times 10^{{{power}}}"
