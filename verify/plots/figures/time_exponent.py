"""How much faster does a rich model learn? The exponent chi of L ~ t^{-chi} against beta (Fig. 1a of the paper).

The curves are the derived exponents, rich and lazy; the points are measured, each the limit of a local slope of the
loss with the error of that limit.  On beta = 1 a logarithm multiplies the power law.  It leaves the exponent as it is,
but slows its measurement: the error there is by far the largest, and is written beside that of all others.
"""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

import numpy as np
from sympy import lambdify, latex

from exponents.model.amplitudes import log_law
from exponents.model.timescale import chi, solve_self_consistency
from exponents.names import LAZY, TASKS
from exponents.symbols import beta

from ...measurements.points import SOURCES
from ..style import FORMULA, HAIR, INK, NAME, PALE
from .axes import Scale
from .measured_points import ALPHA, GAMMA, Measured, bound, measured
from .page import BLUE, VERMILION, Panel, Row, Sheet

CLAIM = "chi: time exponent"

FARTHEST = 1.8
"""Largest beta."""

GRID = np.linspace(0, FARTHEST, 361)[1:]
"""Values of beta along a curve; 1 is one of them."""

ROOM = 0.06
"""Room beyond the last point."""

BOLD = 1.5
"""Width of the curve that is measured, in points."""

RIGHT = 8.0
"""Room beside the panel, in points."""

HEIGHT = 172.0
"""Height of the panel in points."""


def computed(executor: Executor | None = None) -> tuple[Measured, ...]:
    """The measured exponents, at the points where claims are tested."""
    return measured(SOURCES, [CLAIM], executor)


def drawn(found: tuple[Measured, ...]) -> Any:
    """The figure."""
    numbers = np.arange(0, FARTHEST + 0.1, 0.3)
    scales = [Scale(label, 0, FARTHEST + ROOM, numbers) for label in (r"$\beta$", r"$\chi$")]
    sheet = Sheet(scales[0], RIGHT, r"$L \sim t^{-\chi(\beta)}$", r"$N, B \to \infty$", Row(scales[1], HEIGHT))
    (panel,) = sheet.panels
    for name, exponent, colour, width in (("lazy", chi(LAZY), BLUE, HAIR), ("rich", chi(), VERMILION, BOLD)):
        panel.curve(GRID, lambdify(beta, exponent)(GRID), name, colour, width)
    sources = [float(one.at.beta) for one in found]
    limits = [one.limits[0] for one in found]
    panel.points(sources, [limit.value for limit in limits], [limit.error for limit in limits], "measured", INK)
    _name_curves(panel)
    _tell_tasks_apart(panel)
    _say_errors(panel, found)
    return sheet.figure


def _name_curves(panel: Panel) -> None:
    """The formula of each curve beside it."""
    hard, easy = solve_self_consistency().pieces
    lazy = chi(LAZY)
    for name, value, at, right, colour in (
        ("rich", hard.value, 0.66, False, VERMILION),
        ("lazy", lazy, 0.4, True, BLUE),
        ("both", easy.value, 1.6, False, INK),
    ):
        beside, side = ((4, -9), "left") if right else ((-6, 4), "right")
        words = rf"{name}:  $\chi = {latex(value)}$"
        panel.write(words, (at, float(value.subs(beta, at))), beside, colour, FORMULA, ha=side)


def _tell_tasks_apart(panel: Panel) -> None:
    """A line where hard tasks end, and what becomes of the law on it."""
    (boundary,) = solve_self_consistency().boundaries
    at, law = float(boundary.curve.rhs), log_law()
    panel.curve([at, at], [0, panel.y.high], "boundary", PALE, HAIR, zorder=1)
    for task, side in zip(TASKS, ("right", "left"), strict=False):
        panel.write(task, (at, 0), (-4 if side == "right" else 4, 4), PALE, NAME, ha=side)
    words = rf"logarithm:  $t^{{{latex(law.power)}}} (\ln t)^{{{law.log_power}}}$"
    panel.write(words, (at, at), (7, -9), PALE, ha="left")


def _say_errors(panel: Panel, found: tuple[Measured, ...]) -> None:
    """Where exponents were measured, and how well: the largest error on the boundary and elsewhere."""
    (boundary,) = solve_self_consistency().boundaries
    on = [one.limits[0].error for one in found if one.at.beta == boundary.curve.rhs]
    off = [one.limits[0].error for one in found if one.at.beta != boundary.curve.rhs]
    lines = [rf"points:  $\alpha = {ALPHA}$,  $\gamma = {GAMMA}$"]
    lines += [rf"error $\leq {bound(max(off))}$"] if off else []
    lines += [rf"on $\beta = {boundary.curve.rhs}$:  ${bound(max(on))}$"] if on else []
    for number, line in enumerate(lines):
        panel.write(line, (1.14, 0.58), (0, -11 * number), ha="left")
