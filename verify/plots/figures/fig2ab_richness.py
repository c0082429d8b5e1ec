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
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.asymptotics.evaluation import evaluate
from exponents.model.amplitudes import amplitude
from exponents.model.timescale import chi
from exponents.names import LAZY, REGIMES, RICH

from ...curves import LossCurve
from ...flow.curve import limit_curve
from ..style import BLUE, VERMILION, ink
from .axes import fit_linear_scale, fit_log_scale, slope_label, span_time
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map
from .power_laws import ALPHA, evaluate_exponent, task_at

GAMMAS = (Fraction(0), *(Fraction(2) ** power for power in range(-3, 2)))
"""Richness, as in the paper's legend."""

DARKER = ("#ec8a1c", "#dd6a12", VERMILION, "#9b3503", "#5f2404")
"""Colours of rich curves, evenly from the smallest gamma to the largest; the lazy curve is blue."""

TIMES = np.concatenate([np.geomspace(1, 1e3, 72, endpoint=False), np.geomspace(1e3, 1e12, 73)])
"""From the first unit of time on: 24 per decade, and 8 later, where curves are straight."""

GUIDE = 0.25, 0.5, 0.75
"""From where to where slopes are drawn beside the curves, and where they bear their names, in parts of the axis."""

NAMED = 0.14
"""Where the law bears its name, likewise."""


@dataclass(frozen=True)
class LossCurves:
    """Curves of the flow for several gamma, with derived exponents and constants.

    Attributes
    ----------
    choice : Choice
        With one beta, and with gamma rising.
    curves : tuple of LossCurve
        For each gamma.
    lazy, rich : Fraction
        The derived exponents beta and chi.
    amplitudes : tuple of float
        A in L ~ A t^{-chi} for each gamma; for gamma = 0 in L ~ A t^{-beta}.
    """

    choice: Choice
    curves: tuple[LossCurve, ...]
    lazy: Fraction
    rich: Fraction
    amplitudes: tuple[float, ...]

    @property
    def colours(self) -> list[str]:
        """A colour for each gamma: blue for 0, then darker with gamma."""
        rich = sum(gamma > 0 for gamma in self.choice.gamma)
        return [BLUE] * (len(self.curves) - rich) + make_gradient(rich, DARKER)


def _compute_losses(choice: Choice, spread: Map) -> LossCurves:
    """Solve the flow for each richness at one beta."""
    choice = replace(choice, gamma=tuple(sorted(set(choice.gamma))))
    alpha, (beta,), gammas = choice.capacity, choice.beta, choice.gamma
    curves = spread(partial(limit_curve, alpha, beta, times=choice.time), map(float, gammas))
    constants = tuple(
        float(evaluate(amplitude(RICH if gamma else LAZY), alpha, beta, gamma or 1, 15)) for gamma in gammas
    )
    lazy, rich = (evaluate_exponent(chi(regime), alpha, beta) for regime in REGIMES)
    return LossCurves(choice, tuple(curves), lazy, rich, constants)


def _draw_losses(found: LossCurves, axes: Sequence[Any]) -> None:
    """Draw the loss, the loss over its law, and the local exponent on three Axes."""
    power = float(found.rich)
    losses = [curve.loss for curve in found.curves]
    scaled = [curve.time**power * curve.loss for curve in found.curves]
    slopes = [-curve.loss_slope for curve in found.curves]
    leaves = found.lazy != found.rich and any(found.choice.gamma)  # the lazy curve leaves the panel
    kept = [gamma > 0 or not leaves for gamma in found.choice.gamma]
    shown = [*np.concatenate([one for one, keep in zip(scaled, kept, strict=True) if keep])]
    shown += [one for one, keep in zip(found.amplitudes, kept, strict=True) if keep]
    times = found.choice.time
    time = span_time(times)
    upwards = (
        fit_log_scale(r"$L$", losses),
        fit_log_scale(r"$t^{\chi} L \to A$", shown),
        fit_linear_scale(slope_label("L", "t"), slopes),
    )
    alpha, (beta,) = found.choice.capacity, found.choice.beta
    note = rf"$\alpha = {alpha}$,  $N, B \to \infty$"
    charts = set_up(axes, [(time, y) for y in upwards], task_at(alpha, beta), note)
    for chart, values in zip(charts, (losses, scaled, slopes), strict=True):
        chart.curves(times, values, "gamma", found.choice.gamma, found.colours)
    _draw_guides(charts[0], found)
    _draw_constants(charts[1], found, [float(above[-1]) for above in scaled])
    _draw_limits(charts[2], found)


def _draw_guides(chart: Chart, found: LossCurves) -> None:
    """Draw the predicted slopes beside the curves, the derived law of the richest one, and names at both ends."""
    times, gammas, colour = found.choice.time, found.choice.gamma, found.colours[-1]
    guide, (named,) = found.choice.along(*GUIDE), found.choice.along(NAMED)
    if gammas[0] == 0:
        law = found.amplitudes[0] * times ** -float(found.lazy)
        chart.guide(guide, (times, law), found.lazy, 1, "lazy slope", text=r"$t^{-\beta}$", colour=BLUE)
    if gammas[-1] > 0:
        power = -float(found.rich)
        law = found.amplitudes[-1] * times**power
        chart.dashed(times, law, "law", colour, alpha=0.6)
        chart.beside(r"$A \, t^{-\chi}$", (named, found.amplitudes[-1] * named**power), -1, colour)
        chart.guide(guide, (times, law), found.rich, -1, "rich slope", text=r"$t^{-\chi}$", colour=VERMILION)
    ends = sorted({0, len(gammas) - 1})
    chart.margin([(rf"$\gamma = {gammas[at]}$", found.curves[at].loss[-1], found.colours[at]) for at in ends])


def _draw_constants(chart: Chart, found: LossCurves, last: list[float]) -> None:
    """Draw derived constants, and in the margin the names of all curves that end in the panel."""
    names: list[tuple[str, float, str]] = []
    for gamma, constant, end, colour in zip(found.choice.gamma, found.amplitudes, last, found.colours, strict=True):
        if end > chart.y.high:
            continue
        chart.level(constant, f"constant {gamma}")
        names.append((f"${gamma}$" if names else rf"$\gamma = {gamma}$", end, colour))
    chart.margin(names)


def _draw_limits(chart: Chart, found: LossCurves) -> None:
    """Draw the limits of the local exponents."""
    limits = {found.rich: (r"\chi", VERMILION)} | {found.lazy: (r"\beta", BLUE)}
    if found.rich == found.lazy:
        limits = {found.rich: (r"\chi = \beta", ink())}
    for value in limits:
        chart.level(value, f"limit {value}", ink(), zorder=3)
    chart.margin([(rf"${symbol} = {value}$", float(value), colour) for value, (symbol, colour) in limits.items()])


FIG2A, FIG2B = (
    Figure(
        name,
        source,
        _compute_losses,
        _draw_losses,
        ((132.0, 78.0, 78.0),),
        Choice(ALPHA, (Fraction(beta),), GAMMAS, TIMES),
        several=("gamma",),
    )
    for name, source, beta in (("fig2a", "Fig. 2a", "6/5"), ("fig2b", "Fig. 2b", "2/5"))
)
