"""How does the loss fall for tasks easy and hard, lazy and rich? (Fig. 2a, b of the paper, N and B -> infinity.)

Three panels share the time axis, which runs on where the paper's ends.

1. L(t), with the predicted slopes t^{-beta} and t^{-chi}, and the derived law A t^{-chi} of the richest model.
2. t^chi L: each rich curve levels off at its derived constant A, dashed.
3. The local exponent -d ln L/d ln t, from the equations: what it tends to is derived, and is no slope of a line fitted.

The paper gives beta and gamma, but not the capacity alpha of its curves; here it is 3/2.  The spectrum is the continuum
y^2(k) dk = k^{-alpha beta-1} dk.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from exponents.asymptotics.evaluation import evaluate
from exponents.model.amplitudes import amplitude
from exponents.model.timescale import chi
from exponents.names import LAZY, REGIMES, RICH, TASKS
from exponents.rationals import exact

from ...curves import LossCurve
from ...flow.curve import limit_curve
from ..style import INK, PALE
from .axes import Scale, decades, even
from .page import BLUE, VERMILION, Panel, Row, Sheet
from .power_laws import exponent

ALPHA = Fraction(3, 2)
"""Capacity."""

GAMMAS = (Fraction(0), *(Fraction(2) ** power for power in range(-3, 2)))
"""Richness, as in the paper's legend."""

COLOURS = (BLUE, "#ec8a1c", "#dd6a12", VERMILION, "#9b3503", "#5f2404")
"""A colour for each: blue, then darker with gamma."""

TIMES = np.concatenate([np.geomspace(1, 1e3, 72, endpoint=False), np.geomspace(1e3, 1e12, 73)])
"""From the first unit of time on, 24 a decade, and later, where curves are straight, 8."""

GUIDE = np.array([1e3, 1e6, 1e9])
"""From where to where slopes are drawn beside the curves, and where they bear their names."""

BESIDE = 13.0
"""How far above or below the curves, in points."""

NAMED = 50.0
"""Time at which the law bears its name."""

MARGIN = 51.0
"""Room for names, in points."""

HEIGHTS = 132.0, 78.0, 78.0
"""Of the panels, in points."""


@dataclass(frozen=True)
class LossCurves:
    """Curves of the flow for `GAMMAS`, with what is derived of them.

    Attributes
    ----------
    beta : Fraction
    curves : tuple of LossCurve
    lazy, rich : Fraction
        The derived exponents beta and chi.
    amplitudes : tuple of float
        A in L ~ A t^{-beta}, then those in L ~ A t^{-chi}.
    """

    beta: Fraction
    curves: tuple[LossCurve, ...]
    lazy: Fraction
    rich: Fraction
    amplitudes: tuple[float, ...]


def computed(beta: object) -> LossCurves:
    """The curves at one beta."""
    source = exact(beta, "beta")
    curves = tuple(limit_curve(ALPHA, source, float(gamma), TIMES) for gamma in GAMMAS)
    constants = tuple(
        float(evaluate(amplitude(RICH if gamma else LAZY), ALPHA, source, gamma or 1, 15)) for gamma in GAMMAS
    )
    lazy, rich = (exponent(chi(regime), ALPHA, source) for regime in REGIMES)
    return LossCurves(source, curves, lazy, rich, constants)


def drawn(found: LossCurves) -> Any:
    """The figure."""
    power = float(found.rich)
    scaled = [curve.time**power * curve.loss for curve in found.curves]
    shown = scaled if found.lazy == found.rich else scaled[1:]  # else the lazy curve leaves the panel
    rows = (
        decades(r"$L$", [curve.loss for curve in found.curves]),
        decades(r"$t^{\chi} L \to A$", shown),
        even(r"$-\mathrm{d}\,\ln L\,/\,\mathrm{d}\,\ln t$", [-curve.loss_slope for curve in found.curves]),
    )
    time = Scale(r"$t$", TIMES[0], TIMES[-1], 10.0 ** np.arange(0, 13, 3), logarithmic=True)
    task = TASKS[0 if found.lazy < found.rich else 1]
    note = rf"$\alpha = {ALPHA}$,  $N, B \to \infty$"
    sheet = Sheet(time, MARGIN, rf"{task} task,  $\beta = {found.beta}$", note, *map(Row, rows, HEIGHTS))
    first, second, third = sheet.panels
    for gamma, curve, above, colour in zip(GAMMAS, found.curves, scaled, COLOURS, strict=True):
        name = f"gamma {gamma}"
        first.curve(curve.time, curve.loss, name, colour)
        second.curve(curve.time, above, name, colour)
        third.curve(curve.time, -curve.loss_slope, name, colour)
    _guides(first, found)
    _constants(second, found, [float(above[-1]) for above in scaled])
    _limits(third, found)
    return sheet.figure


def _guides(panel: Panel, found: LossCurves) -> None:
    """The predicted slopes beside the curves, the derived law of the richest one, and names at both ends."""
    constant, power = found.amplitudes[-1], float(found.rich)
    panel.dashed(TIMES, constant * TIMES**-power, "law", COLOURS[-1], alpha=0.6)
    panel.beside(r"$A \, t^{-\chi}$", (NAMED, constant * NAMED**-power), -1, COLOURS[-1])
    for name, symbol, value, constant, colour, side in (
        ("lazy", r"\beta", found.lazy, found.amplitudes[0], BLUE, 1),
        ("rich", r"\chi", found.rich, found.amplitudes[-1], VERMILION, -1),
    ):
        beside = panel.y.above(constant * GUIDE ** -float(value), side * BESIDE / panel.height)
        panel.dashed(GUIDE, beside, f"{name} slope", INK)
        panel.beside(rf"$t^{{-{symbol}}}$", (GUIDE[1], beside[1]), side, colour)
    ends = [(0, found.curves[0]), (-1, found.curves[-1])]
    panel.margin([(rf"$\gamma = {GAMMAS[at]}$", curve.loss[-1], COLOURS[at]) for at, curve in ends])


def _constants(panel: Panel, found: LossCurves, last: list[float]) -> None:
    """Derived constants, and in the margin the names of all curves that end in the panel."""
    names: list[tuple[str, float, str]] = []
    for gamma, constant, end, colour in zip(GAMMAS, found.amplitudes, last, COLOURS, strict=True):
        if end > panel.y.high:
            continue
        panel.dashed(TIMES[[0, -1]], [constant, constant], f"constant {gamma}", PALE, zorder=1)
        names.append((f"${gamma}$" if names else rf"$\gamma = {gamma}$", end, colour))
    panel.margin(names)


def _limits(panel: Panel, found: LossCurves) -> None:
    """What the local exponents tend to."""
    limits = {found.rich: (r"\chi", VERMILION)} | {found.lazy: (r"\beta", BLUE)}
    if found.rich == found.lazy:
        limits = {found.rich: (r"\chi = \beta", INK)}
    for value in limits:
        panel.dashed(TIMES[[0, -1]], [float(value)] * 2, f"limit {value}", INK, zorder=3)
    panel.margin([(rf"${symbol} = {value}$", float(value), colour) for value, (symbol, colour) in limits.items()])
