"""How does perturbation theory approach the exponent chi? Its levels 0 to 6 against beta (Fig. 10 of the paper).

Above: chi_n of eq. 62, exact, and the limit chi.  Below: chi_n - chi, which alternates in sign and falls by the factor
beta from level to level.  The points are measured: the dynamics of eq. 63-67, each level driven by the one before, with
no exponent put in.

Beyond beta = 1 eq. 62 still has values, drawn dashed, which diverge.  They are no exponents of any dynamics: the
recursion follows the growing candidate of the clock, 2 - chi_n, and there the constant one, 1, leads from level 0 on.
So every level falls as t^{-beta}, and that is where the points lie.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import numpy as np
from sympy import lambdify, latex

from exponents.model.level_series import level_series
from exponents.model.timescale import chi, solve_self_consistency
from exponents.symbols import beta

from .axes import Scale
from .measured_points import ALPHA, GAMMA, Measured, bound, measured
from .page import BLUE, VERMILION, Panel, Row, Sheet

SOURCES = ("1/10", "3/10", "1/2", "7/10", "11/10")
"""Values of beta at which levels are measured; next to 1 they are reached too slowly to be told apart."""

LEVELS = 6
"""Highest level."""

COLOURS = (BLUE, "#5a57a5", "#7a4a9c", "#97408d", "#b03c78", "#c33b5e", "#cf4038")
"""A colour for each level: from that of the lazy model towards that of the rich one."""

FARTHEST = 1.2
"""Largest beta."""

GRID = np.linspace(0, FARTHEST, 241)[1:]
"""Values of beta along a curve; 1 is one of them."""

BOLD = 1.8
"""Width of the limit, in points."""

HEIGHTS = 150.0, 110.0
"""Of the panels, in points."""

LOWEST = 0.4
"""Where level 0 is farthest below the limit, and bears its name."""

MARGIN = 40.0
"""Room for names, in points."""


def computed(executor: Executor | None = None) -> tuple[Measured, ...]:
    """The measured exponents of every level."""
    return measured(SOURCES, [f"levels: level {number}" for number in range(LEVELS + 1)], executor)


def drawn(found: tuple[Measured, ...]) -> Any:
    """The figure."""
    across = Scale(r"$\beta$", 0, FARTHEST, np.arange(0, FARTHEST + 0.1, 0.2))
    rows = (
        Scale(r"$\chi_n$", 0, 1.5, [0, 0.5, 1, 1.5]),
        Scale(r"$\chi_n - \chi$", -0.42, 0.28, [-0.4, -0.2, 0, 0.2]),
    )
    sheet = Sheet(across, MARGIN, r"$B_n \sim t^{-\chi_n(\beta)}$", "levels of eq. 62", *map(Row, rows, HEIGHTS))
    limit = lambdify(beta, chi())
    _draw(sheet.panels[0], found, lambda at: np.zeros_like(at))
    _draw(sheet.panels[1], found, limit)
    first, second = sheet.panels
    ends = [float(level_series().level(number).subs(beta, FARTHEST)) for number in range(LEVELS + 1)]
    last = float(limit(FARTHEST))
    names = [(f"$n = {number}$", end, colour) for number, (end, colour) in enumerate(zip(ends, COLOURS, strict=True))]
    first.margin([*names, (r"$\chi$", last, VERMILION)])
    second.margin([(name, end - last, colour) for name, end, colour in names[1:]])
    lowest = LOWEST, LOWEST - float(limit(LOWEST))
    second.write(names[0][0], lowest, (0, -10), BLUE)
    _explain(first, found)
    return sheet.figure


def _draw(panel: Panel, found: tuple[Measured, ...], base: Callable[[Any], Any]) -> None:
    """Every level and the limit, derived and measured, above ``base``."""
    (boundary,) = solve_self_consistency().boundaries
    inside = float(boundary.curve.rhs) >= GRID
    limit = lambdify(beta, chi())(GRID) - base(GRID)
    panel.curve(GRID, limit, "limit", VERMILION, BOLD, zorder=3)
    for number, colour in enumerate(COLOURS):
        exponent = lambdify(beta, level_series().level(number))(GRID) - base(GRID)
        panel.curve(GRID[inside], exponent[inside], f"level {number}", colour)
        panel.dashed(GRID[~inside], exponent[~inside], f"level {number} beyond", colour)
        at = np.array([float(one.at.beta) for one in found])
        values = np.array([one.limits[number].value for one in found]) - base(at)
        panel.points(at, values, [one.limits[number].error for one in found], f"measured {number}", colour)


def _explain(panel: Panel, found: tuple[Measured, ...]) -> None:
    """What the points and the dashed lines are."""
    largest = max(limit.error for one in found for limit in one.limits)
    (boundary,) = solve_self_consistency().boundaries
    *_, above = solve_self_consistency().pieces
    points = (rf"points:  $\alpha = {ALPHA}$,  $\gamma = {GAMMA}$", rf"error $\leq {bound(largest)}$")
    dashes = (
        rf"$\beta > {latex(boundary.curve.rhs)}$: eq. 62, dashed, diverges;",
        rf"each measured level falls as $t^{{-{latex(above.value)}}}$",
    )
    for lines, at, side in ((points, (0.0, 1.35), "left"), (dashes, (FARTHEST, 0.25), "right")):
        for number, line in enumerate(lines):
            panel.write(line, at, (6 if side == "left" else -6, -11 * number), ha=side)
