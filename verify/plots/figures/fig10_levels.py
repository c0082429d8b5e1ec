"""How does perturbation theory approach the exponent chi? Its levels 0 to 6 against beta (Fig. 10 of the paper).

Above: chi_n of eq. 62, exact, and the limit chi.  Below: chi_n - chi, which alternates in sign and falls by the factor
beta from level to level.  The points are measured: the dynamics of eq. 63-67, each level driven by the one before, with
no exponent put in.

Beyond beta = 1 eq. 62 still has values, drawn dashed, which diverge.  They are not exponents of any dynamics: the
recursion follows the growing candidate of the clock, 2 - chi_n, but from level 0 on the constant candidate, 1, leads.
So every level falls as t^{-beta}, and that is where the points lie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sympy import lambdify, latex

from exponents.model.level_series import level_series
from exponents.model.timescale import chi, solve_self_consistency
from exponents.symbols import beta

from ..style import BLUE, VERMILION, bold
from .axes import Scale
from .chart import Chart, set_up
from .measured_points import GAMMA, Measured, describe_points, measure_exponents
from .page import Choice, Figure, Map
from .power_laws import ALPHA

SOURCES = ("1/10", "3/10", "1/2", "7/10", "11/10")
"""Values of beta at which levels are measured; next to 1 they are reached too slowly to be distinguished."""

LEVELS = 6  # the highest level

COLOURS = (BLUE, "#5a57a5", "#7a4a9c", "#97408d", "#b03c78", "#c33b5e", "#cf4038")
"""A colour for each level: from the colour of the lazy model towards the rich one's."""

FARTHEST = 1.2  # the largest beta

GRID = np.linspace(0, FARTHEST, 241)[1:]
"""Values of beta along a curve; 1 is one of them."""

LOWEST = 0.4
"""Where level 0 is farthest below the limit; its name stands there."""


def _compute_levels(choice: Choice, spread: Map) -> tuple[Measured, ...]:
    """Measure the exponents of every level."""
    claims = [f"levels: level {number}" for number in range(LEVELS + 1)]
    return measure_exponents(SOURCES, claims, spread, choice.capacity, *choice.gamma)


def _draw_levels(found: tuple[Measured, ...], axes: Sequence[Any]) -> None:
    """Draw the levels on two Axes, and on the second their distance from the limit."""
    across = Scale(r"$\beta$", 0, FARTHEST, np.arange(0, FARTHEST + 0.1, 0.2))
    upwards = (
        Scale(r"$\chi_n$", 0, 1.5, [0, 0.5, 1, 1.5]),
        Scale(r"$\chi_n - \chi$", -0.42, 0.28, [-0.4, -0.2, 0, 0.2]),
    )
    charts = set_up(axes, [(across, y) for y in upwards], r"$B_n \sim t^{-\chi_n(\beta)}$", "levels of eq. 62")
    limit = lambdify(beta, chi())
    _draw_exponents(charts[0], found, lambda at: np.zeros_like(at))
    _draw_exponents(charts[1], found, limit)
    first, second = charts
    ends = [float(level_series().level(number).subs(beta, FARTHEST)) for number in range(LEVELS + 1)]
    last = float(limit(FARTHEST))
    names = [(f"$n = {number}$", end, colour) for number, (end, colour) in enumerate(zip(ends, COLOURS, strict=True))]
    first.margin([*names, (r"$\chi$", last, VERMILION)])
    second.margin([(name, end - last, colour) for name, end, colour in names[1:]])
    second.write(names[0][0], (LOWEST, LOWEST - float(limit(LOWEST))), (0, -10), BLUE)
    _explain(first, found)


def _draw_exponents(chart: Chart, found: tuple[Measured, ...], base: Callable[[Any], Any]) -> None:
    """Draw every level and the limit, derived and measured, above ``base``."""
    (boundary,) = solve_self_consistency().boundaries
    inside = float(boundary.curve.rhs) >= GRID
    chart.curve(GRID, lambdify(beta, chi())(GRID) - base(GRID), "limit", VERMILION, bold(), zorder=3)
    for number, colour in enumerate(COLOURS):
        exponent = lambdify(beta, level_series().level(number))(GRID) - base(GRID)
        chart.curve(GRID[inside], exponent[inside], f"level {number}", colour)
        chart.dashed(GRID[~inside], exponent[~inside], f"level {number} beyond", colour)
        at = np.array([float(one.at.beta) for one in found])
        values = np.array([one.limits[number].value for one in found]) - base(at)
        chart.points(at, values, [one.limits[number].error for one in found], f"measured {number}", colour)


def _explain(chart: Chart, found: tuple[Measured, ...]) -> None:
    """Say what the points and the dashed lines are."""
    (boundary,) = solve_self_consistency().boundaries
    *_, above = solve_self_consistency().pieces
    chart.lines(describe_points(found), (0.0, 1.35), (6, 0), ha="left")
    dashes = (
        rf"$\beta > {latex(boundary.curve.rhs)}$: eq. 62, dashed, diverges;",
        rf"each measured level falls as $t^{{-{latex(above.value)}}}$",
    )
    chart.lines(dashes, (FARTHEST, 0.25), (-6, 0), ha="right")


FIG10 = Figure("fig10", "Fig. 10", _compute_levels, _draw_levels, ((150.0, 110.0),), Choice(ALPHA, gamma=(GAMMA,)))
