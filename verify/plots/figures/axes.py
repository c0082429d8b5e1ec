"""Scales of axes: what an axis shows, from where to where, and where it has numbers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

FAR = 1e3
"""Numbers of an axis are written as powers of ten if their ratio is at least this."""

ROOM = 0.06
"""Room beyond the values on an axis, in units of their range."""

FEWEST = 3
"""Numbers of an axis at least."""


@dataclass(frozen=True)
class Scale:
    """An axis: what it shows, from where to where, and where it has numbers.

    Attributes
    ----------
    label : str
    low, high : float
    ticks : array of float
    logarithmic : bool
    """

    label: str
    low: float
    high: float
    ticks: ArrayLike
    logarithmic: bool = False

    def units(self, value: ArrayLike) -> Any:
        """Return a value in units in which the axis is even: its decimal logarithm on a logarithmic axis."""
        return np.log10(value) if self.logarithmic else np.asarray(value, float)

    @property
    def length(self) -> float:
        """Length of the axis in those units."""
        return float(self.units(self.high) - self.units(self.low))

    def place(self, value: ArrayLike) -> Any:
        """Return how far along the axis a value stands, from 0 to 1.

        >>> float(Scale("t", 1, 1e4, [1, 1e4], logarithmic=True).place(100))
        0.5
        """
        return (self.units(value) - self.units(self.low)) / self.length

    def above(self, value: ArrayLike, distance: float) -> Any:
        """Return the value that stands ``distance`` further along the axis, in units of all of it."""
        moved = self.units(value) + distance * self.length
        return 10.0**moved if self.logarithmic else moved

    @property
    def far(self) -> bool:
        """Whether the numbers are far apart, so that they are written as powers of ten."""
        return self.logarithmic and bool(np.max(self.ticks) / np.min(self.ticks) >= FAR)

    @property
    def short_ticks(self) -> Any:
        """Places of ticks without numbers: every decade, or inside the decades if there are few of them."""
        if not self.logarithmic:
            return np.array([])
        whole = 10.0 ** np.arange(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        return whole if self.far else np.outer(whole, np.arange(1, 10)).ravel()

    def number(self, value: float) -> str:
        """Write a number of the axis."""
        return f"$10^{{{round(log10(value))}}}$" if self.far and value != 1 else f"${value:.6g}$"


def fit_linear_scale(label: str, values: ArrayLike) -> Scale:
    """Return an axis with room for ``values``, and numbers at multiples of 1, 2 or 5.

    >>> fit_linear_scale("r", [0.1, 0.9]).ticks
    array([0.2, 0.4, 0.6, 0.8])
    """
    low, high = _add_room(np.min(values), np.max(values))
    size = ceil(log10(high - low))
    steps = [part * 10.0**power for power in (size, size - 1, size - 2) for part in (5, 2, 1)]
    ticks = next(found for step in steps if len(found := _multiples(low, high, step)) >= FEWEST)
    return Scale(label, low, high, ticks)


def fit_log_scale(label: str, values: ArrayLike) -> Scale:
    """Return a logarithmic axis with room for ``values``; numbers are powers of ten or stand inside decades.

    >>> fit_log_scale("L", [1e-5, 1]).ticks
    array([1.e-04, 1.e-02, 1.e+00])
    """
    low, high = _add_room(*np.log10([np.min(values), np.max(values)]))
    whole = 10.0 ** np.arange(floor(low), ceil(high))
    inside = [np.outer(whole, digits).ravel() for digits in ((1, 2, 5), range(1, 10))]
    inside = [ticks[(ticks >= 10.0**low) & (ticks <= 10.0**high)] for ticks in inside]
    powers = [10.0 ** _multiples(low, high, every) for every in (4, 3, 2, 1)]
    enough = [found for found in powers if len(found) >= FEWEST] + [found for found in inside if len(found) > 1]
    ticks = enough[0] if enough else np.asarray(fit_linear_scale(label, values).ticks)
    ticks = ticks[(ticks >= 10.0**low) & (ticks <= 10.0**high)]
    return Scale(label, 10.0**low, 10.0**high, ticks, logarithmic=True)


def span_log_scale(label: str, low: float, high: float, every: int = 1) -> Scale:
    """Return a logarithmic axis from ``low`` to ``high`` with numbers at every so many decades, from the last one down.

    >>> span_log_scale("t", 1, 1e5, 2).ticks
    array([1.e+01, 1.e+03, 1.e+05])
    """
    ticks = 10.0 ** np.arange(floor(log10(high)), log10(low) - 1e-9, -every)[::-1]
    return Scale(label, low, high, ticks, logarithmic=True)


def span_time(times: ArrayLike) -> Scale:
    """Return the axis of some times, with a number at every, every second or every third decade.

    >>> span_time([1, 1e12]).ticks
    array([1.e+00, 1.e+03, 1.e+06, 1.e+09, 1.e+12])
    """
    low, high = float(np.min(times)), float(np.max(times))
    decades = log10(high / low)
    if decades < FEWEST - 1:
        ticks = np.asarray(fit_log_scale("", [low, high]).ticks)
        shown = ticks[(ticks >= low) & (ticks <= high)]
        return Scale(r"$t$", low, high, shown if len(shown) else np.array([low, high]), logarithmic=True)
    return span_log_scale(r"$t$", low, high, 1 if decades <= 5.5 else 2 if decades <= 8 else ceil(decades / 4))


def slope_label(quantity: str, variable: str) -> str:
    """Label an axis that shows a local exponent, -d ln L/d ln t.

    Examples
    --------
    >>> print(slope_label("L", "t"))
    $-\\mathrm{d}\\,\\ln L\\,/\\,\\mathrm{d}\\,\\ln t$
    """
    return rf"$-\mathrm{{d}}\,\ln {quantity}\,/\,\mathrm{{d}}\,\ln {variable}$"


def _add_room(low: float, high: float) -> tuple[float, float]:
    room = ROOM * (high - low)
    return float(low - room), float(high + room)


def _multiples(low: float, high: float, step: float) -> Any:
    return np.arange(ceil(low / step), floor(high / step) + 1) * step
