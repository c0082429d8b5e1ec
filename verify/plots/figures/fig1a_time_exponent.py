"""How much faster does a rich model learn? The exponent chi of L ~ t^{-chi} against beta (Fig. 1a of the paper).

The curves are the derived exponents, rich and lazy.  The points are measured: each is the limit of a local slope of the
loss, with the error of that limit.  On beta = 1 a logarithm multiplies the power law.  It does not change the exponent,
but slows its measurement: the error there is by far the largest, and is written beside the error of all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import lambdify, latex

from exponents.model.amplitudes import log_law
from exponents.model.timescale import chi, solve_self_consistency
from exponents.names import LAZY, TASKS
from exponents.symbols import beta

from ...measurements.points import SOURCES
from ..style import BLUE, FORMULA, VERMILION, bold, hair, ink, pale
from .axes import Scale
from .chart import Chart, set_up
from .measured_points import GAMMA, Measured, describe_points, measure_exponents
from .page import Choice, Figure, Map
from .power_laws import ALPHA

CLAIM = "chi: time exponent"

FARTHEST, STEP = 1.8, 0.005
"""The largest beta, unless points lie beyond it, and the distance of values along a curve; 1 is one of them."""

ROOM = 0.06  # beyond the last point


def _compute_time_exponent(choice: Choice, spread: Map) -> tuple[Measured, ...]:
    """Measure the exponent at the points where claims are tested, or at those that were chosen."""
    return measure_exponents(choice.beta, [CLAIM], spread, choice.capacity, *choice.gamma)


def _draw_time_exponent(found: tuple[Measured, ...], axes: Sequence[Any]) -> None:
    """Draw derived and measured exponents on one pair of Axes."""
    farthest = max(FARTHEST, *(float(one.at.beta) for one in found))
    grid = STEP * np.arange(1, round(farthest / STEP) + 1)
    numbers = np.arange(0, farthest + 0.1, 0.3 if farthest == FARTHEST else float(f"{farthest / 6:.1g}"))
    x, y = (Scale(label, 0, farthest + ROOM, numbers) for label in (r"$\beta$", r"$\chi$"))
    (chart,) = set_up(axes, [(x, y)], r"$L \sim t^{-\chi(\beta)}$", r"$N, B \to \infty$")
    for name, exponent, colour, width in (("lazy", chi(LAZY), BLUE, hair()), ("rich", chi(), VERMILION, bold())):
        chart.curve(grid, lambdify(beta, exponent)(grid), name, colour, width)
    sources = [float(one.at.beta) for one in found]
    limits = [one.limits[0] for one in found]
    chart.points(sources, [limit.value for limit in limits], [limit.error for limit in limits], "measured", ink())
    _name_curves(chart)
    _tell_tasks_apart(chart)
    chart.lines(describe_points(found), (1.14, 0.58), (0, 0), ha="left")


def _name_curves(chart: Chart) -> None:
    """Write the formula of each curve beside it."""
    hard, easy = solve_self_consistency().pieces
    for name, value, at, right, colour in (
        ("rich", hard.value, 0.66, False, VERMILION),
        ("lazy", chi(LAZY), 0.4, True, BLUE),
        ("both", easy.value, 1.6, False, ink()),
    ):
        offset, side = ((4, -9), "left") if right else ((-6, 4), "right")
        words = rf"{name}:  $\chi = {latex(value)}$"
        chart.write(words, (at, float(value.subs(beta, at))), offset, colour, FORMULA, ha=side)


def _tell_tasks_apart(chart: Chart) -> None:
    """Draw a line where hard tasks end, and write the law that holds on it."""
    (boundary,) = solve_self_consistency().boundaries
    at, law = float(boundary.curve.rhs), log_law()
    chart.curve([at, at], [0, chart.y.high], "boundary", pale(), hair(), zorder=1)
    for task, side in zip(TASKS, ("right", "left"), strict=False):
        chart.write(task, (at, 0), (-4 if side == "right" else 4, 4), pale(), FORMULA, ha=side)
    words = rf"logarithm:  $t^{{{latex(law.power)}}} (\ln t)^{{{law.log_power}}}$"
    chart.write(words, (at, at), (7, -9), pale(), ha="left")


FIG1A = Figure(
    "fig1a",
    "Fig. 1a",
    _compute_time_exponent,
    _draw_time_exponent,
    ((172.0,),),
    Choice(ALPHA, tuple(map(Fraction, SOURCES)), (GAMMA,)),
    several=("beta",),
)
