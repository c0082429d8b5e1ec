"""How does the loss fall for tasks easy and hard, lazy and rich? (Fig. 2a, b of the paper, N and B -> infinity.)

Three panels share the time axis, which runs beyond the end of the paper's.

1. L(t), with the predicted slopes t^{-beta} and t^{-chi}, and the derived law A t^{-chi} of the richest model.
2. t^chi L: each rich curve levels off at its derived constant A, dashed.
3. The local exponent -d ln L/d ln t, from the equations: its limit is derived, not fitted.

The paper gives beta and gamma, but not the capacity alpha of its curves; here it is 3/2.  The spectrum is the continuum
y^2(k) dk = k^{-alpha beta-1} dk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.asymptotics.evaluation import evaluate
from exponents.model.amplitudes import amplitude
from exponents.model.timescale import chi
from exponents.names import LAZY, REGIMES, RICH
from exponents.rationals import exact

from ...curves import LossCurve
from ...flow.curve import limit_curve
from ..style import BLUE, INK, VERMILION
from .axes import fit_linear_scale, fit_log_scale, slope_label, span_log_scale
from .chart import Chart, set_up
from .page import Figure, Map
from .power_laws import ALPHA, evaluate_exponent, task_at

GAMMAS = (Fraction(0), *(Fraction(2) ** power for power in range(-3, 2)))
"""Richness, as in the paper's legend."""

COLOURS = (BLUE, "#ec8a1c", "#dd6a12", VERMILION, "#9b3503", "#5f2404")
"""A colour for each: blue, then darker with gamma."""

TIMES = np.concatenate([np.geomspace(1, 1e3, 72, endpoint=False), np.geomspace(1e3, 1e12, 73)])
"""From the first unit of time on: 24 per decade, and 8 later, where curves are straight."""

GUIDE = np.array([1e3, 1e6, 1e9])
"""From where to where slopes are drawn beside the curves, and where they bear their names."""

NAMED = 50.0
"""Time at which the law bears its name."""


@dataclass(frozen=True)
class LossCurves:
    """Curves of the flow for `GAMMAS`, with derived exponents and constants.

    Attributes
    ----------
    beta : Fraction
    curves : tuple of LossCurve
    lazy, rich : Fraction
        The derived exponents beta and chi.
    amplitudes : tuple of float
        A in L ~ A t^{-beta}, then each A in L ~ A t^{-chi}.
    """

    beta: Fraction
    curves: tuple[LossCurve, ...]
    lazy: Fraction
    rich: Fraction
    amplitudes: tuple[float, ...]


def _compute_losses(beta: object, spread: Map) -> LossCurves:
    """Solve the flow for each richness at one beta."""
    source = exact(beta, "beta")
    curves = spread(partial(_solve, source), map(float, GAMMAS))
    constants = tuple(
        float(evaluate(amplitude(RICH if gamma else LAZY), ALPHA, source, gamma or 1, 15)) for gamma in GAMMAS
    )
    lazy, rich = (evaluate_exponent(chi(regime), ALPHA, source) for regime in REGIMES)
    return LossCurves(source, tuple(curves), lazy, rich, constants)


def _solve(beta: Fraction, gamma: float) -> LossCurve:
    return limit_curve(ALPHA, beta, gamma, TIMES)


def _draw_losses(found: LossCurves, axes: Sequence[Any]) -> None:
    """Draw the loss, the loss over its law, and the local exponent on three Axes."""
    power = float(found.rich)
    losses = [curve.loss for curve in found.curves]
    scaled = [curve.time**power * curve.loss for curve in found.curves]
    slopes = [-curve.loss_slope for curve in found.curves]
    shown = scaled if found.lazy == found.rich else scaled[1:]  # else the lazy curve leaves the panel
    time = span_log_scale(r"$t$", TIMES[0], TIMES[-1], 3)
    upwards = (
        fit_log_scale(r"$L$", losses),
        fit_log_scale(r"$t^{\chi} L \to A$", shown),
        fit_linear_scale(slope_label("L", "t"), slopes),
    )
    note = rf"$\alpha = {ALPHA}$,  $N, B \to \infty$"
    charts = set_up(axes, [(time, y) for y in upwards], task_at(ALPHA, found.beta), note)
    for chart, values in zip(charts, (losses, scaled, slopes), strict=True):
        chart.curves(TIMES, values, "gamma", GAMMAS, COLOURS)
    _draw_guides(charts[0], found)
    _draw_constants(charts[1], found, [float(above[-1]) for above in scaled])
    _draw_limits(charts[2], found)


def _draw_guides(chart: Chart, found: LossCurves) -> None:
    """Draw the predicted slopes beside the curves, the derived law of the richest one, and names at both ends."""
    lazy, rich = float(found.lazy), float(found.rich)
    first, last = found.amplitudes[0] * TIMES**-lazy, found.amplitudes[-1] * TIMES**-rich
    chart.dashed(TIMES, last, "law", COLOURS[-1], alpha=0.6)
    chart.beside(r"$A \, t^{-\chi}$", (NAMED, found.amplitudes[-1] * NAMED**-rich), -1, COLOURS[-1])
    chart.guide(GUIDE, (TIMES, first), found.lazy, 1, "lazy slope", text=r"$t^{-\beta}$", colour=BLUE)
    chart.guide(GUIDE, (TIMES, last), found.rich, -1, "rich slope", text=r"$t^{-\chi}$", colour=VERMILION)
    chart.margin([(rf"$\gamma = {GAMMAS[at]}$", found.curves[at].loss[-1], COLOURS[at]) for at in (0, -1)])


def _draw_constants(chart: Chart, found: LossCurves, last: list[float]) -> None:
    """Draw derived constants, and in the margin the names of all curves that end in the panel."""
    names: list[tuple[str, float, str]] = []
    for gamma, constant, end, colour in zip(GAMMAS, found.amplitudes, last, COLOURS, strict=True):
        if end > chart.y.high:
            continue
        chart.level(constant, f"constant {gamma}")
        names.append((f"${gamma}$" if names else rf"$\gamma = {gamma}$", end, colour))
    chart.margin(names)


def _draw_limits(chart: Chart, found: LossCurves) -> None:
    """Draw the limits of the local exponents."""
    limits = {found.rich: (r"\chi", VERMILION)} | {found.lazy: (r"\beta", BLUE)}
    if found.rich == found.lazy:
        limits = {found.rich: (r"\chi = \beta", INK)}
    for value in limits:
        chart.level(value, f"limit {value}", INK, zorder=3)
    chart.margin([(rf"${symbol} = {value}$", float(value), colour) for value, (symbol, colour) in limits.items()])


FIG2A, FIG2B = (
    Figure(name, source, partial(_compute_losses, beta), _draw_losses, ((132.0, 78.0, 78.0),), 51.0)
    for name, source, beta in (("fig2a", "Fig. 2a", "6/5"), ("fig2b", "Fig. 2b", "2/5"))
)
