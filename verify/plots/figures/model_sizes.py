"""How does the loss of a model of finite size fall, and what remains of it? (Fig. 2c, d of the paper, B -> infinity.)

1. L(t) for N = 2^4, ..., 2^11: the flow on the mean spectrum of N features (`random_features`).  Points are models that
   were trained on the same M modes by steps of the population gradient, small enough to be the flow.  Black is the
   limit N -> infinity, on all modes, dashed its predicted slope.
2. The local exponent -d ln L/d ln N of what remains at infinite time, for all modes and sizes far beyond the paper's.
   Derived is alpha min(1, beta); the exponent as published, alpha min(2, beta), differs for beta > 1 (`floor`).

The paper gives beta, but neither alpha nor gamma; here they are 3/2 and 1, as in Fig. 2a, b.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.model.online_loss import loss
from exponents.names import DERIVED, PUBLISHED, RICH, TASKS
from exponents.rationals import exact
from exponents.symbols import N, t

from ...arrays import Reals
from ...curves import LossCurve
from ...flow.curve import flow_curve, limit_curve
from ...spectra.floor import mean_floor
from ...spectra.random_features import mean_spectra
from ..style import FORMULA, INK, PALE
from .axes import Scale, decades, even
from .page import Panel, Row, Sheet, gradient
from .power_laws import exponent, power, power_of_two
from .richness import ALPHA, BESIDE
from .trained_points import Points, Run, said, simulated

GAMMA = 1.0
"""Richness."""

MODES = 2**16
"""M of the models of finite size.  With all modes the floor would be higher, by up to 5 % of itself for those that are
trained, and by a seventh for the largest."""

SIZES = tuple(2**power for power in range(4, 12))
"""N, as in the paper's legend."""

TIMES = np.geomspace(1, 1e4, 97)
"""From the first unit of time to where the largest model has arrived at its floor."""

SIMULATED = (16, 64, 256)
"""N of models that are trained."""

SEEDS = 32
"""Models of each size; as many as in the paper."""

RATE = 0.05
"""eta: from the first point on steps are so short that the flow is met within a standard error."""

POINTS = tuple(float(time) for time in np.geomspace(1.6, 100, 8))
"""Times of points."""

FLOORS = tuple(round(2 ** (power / 2)) for power in range(8, 81))
"""N for which the floor is computed."""

GUIDE = np.array([3e1, 3e2, 3e3])
"""From where to where the predicted slope is drawn below the limit, and where it bears its name."""

BOLD = 1.4
"""Width of the limit, in points."""

HEIGHTS = 168.0, 72.0
"""Of the panels, in points."""

MARGIN = 60.0
"""Room for names, in points."""


@dataclass(frozen=True)
class ModelSizes:
    """Curves of models of `SIZES`, and what is derived of them.

    Attributes
    ----------
    beta : Fraction
    curves : tuple of LossCurve
    limit : LossCurve
    points : tuple of Points
        For `SIMULATED`.
    floors : array of shape (sizes,)
        What remains at infinite time, for `FLOORS`.
    time_exponent, floor_exponent, published : Fraction
        Derived exponents of the limit and of the floor, and that of the floor as published.
    """

    beta: Fraction
    curves: tuple[LossCurve, ...]
    limit: LossCurve
    points: tuple[Points, ...]
    floors: Reals
    time_exponent: Fraction
    floor_exponent: Fraction
    published: Fraction


def computed(beta: object, executor: Executor | None = None) -> ModelSizes:
    """The curves and points at one beta."""
    source = exact(beta, "beta")
    spread = map if executor is None else executor.map
    curves = spread(partial(_curve, source), SIZES)
    runs = [Run(ALPHA, source, GAMMA, size, None, MODES, RATE, POINTS, SEEDS) for size in SIMULATED]
    points = simulated(runs, executor)
    limit = limit_curve(ALPHA, source, GAMMA, TIMES, "modes")
    floors = np.array([mean_floor(ALPHA, source, size, "modes") for size in FLOORS])
    derived, published = loss(RICH, DERIVED), loss(RICH, PUBLISHED)
    exponents = (
        exponent(derived["gradient_flow"].exponent(t), ALPHA, source),
        exponent(derived["model_bottleneck"].exponent(N), ALPHA, source),
        exponent(published["model_bottleneck"].exponent(N), ALPHA, source),
    )
    return ModelSizes(source, tuple(curves), limit, points, floors, *exponents)


def _curve(source: Fraction, size: int) -> LossCurve:
    return flow_curve(mean_spectra(ALPHA, source, size, "modes", MODES).target, GAMMA, TIMES)


def drawn(found: ModelSizes) -> Any:
    """The figure."""
    exponents = -np.diff(np.log(found.floors)) / np.diff(np.log(FLOORS))
    limits = [float(found.floor_exponent), float(found.published)]
    rows = (
        decades(r"$L$", [found.limit.loss[-1], found.curves[0].loss[0]]),
        even(r"$-\mathrm{d}\,\ln L_\infty/\,\mathrm{d}\,\ln N$", [*exponents, *limits]),
    )
    time = Scale(r"$t$", TIMES[0], TIMES[-1], 10.0 ** np.arange(5), logarithmic=True)
    size = Scale(r"$N$", FLOORS[0], FLOORS[-1], 10.0 ** np.arange(3, 13, 3), logarithmic=True)
    task = TASKS[0 if found.beta < found.time_exponent else 1]
    note = rf"$\alpha = {ALPHA}$,  $\gamma = {GAMMA:g}$,  $B \to \infty$"
    sheet = Sheet(
        time,
        MARGIN,
        rf"{task} task,  $\beta = {found.beta}$",
        note,
        Row(rows[0], HEIGHTS[0]),
        Row(rows[1], HEIGHTS[1], size),
    )
    _losses(sheet.panels[0], found)
    _floors(sheet.panels[1], found, exponents)
    return sheet.figure


def _losses(panel: Panel, found: ModelSizes) -> None:
    """Curves, points, the limit and its slope."""
    colours = dict(zip(SIZES, gradient(len(SIZES)), strict=True))
    for size, one in zip(SIZES, found.curves, strict=True):
        panel.curve(TIMES, one.loss, f"N {size}", colours[size])
    panel.curve(TIMES, found.limit.loss, "limit", INK, BOLD)
    for some in found.points:
        size = some.run.model_size
        panel.points(some.time, some.loss, some.error, f"simulated {size}", colours[size])
    start = float(np.interp(GUIDE[0], TIMES, found.limit.loss))
    guide = panel.y.above(start * (GUIDE / GUIDE[0]) ** -float(found.time_exponent), -BESIDE / panel.height)
    panel.dashed(GUIDE, guide, "slope", INK)
    panel.beside(f"${power('t', found.time_exponent)}$", (GUIDE[1], guide[1]), -1)
    ends = [one.loss[-1] for one in found.curves]
    names = [(f"$N = {power_of_two(size)}$", end, colours[size]) for size, end in zip(SIZES, ends, strict=True)]
    panel.margin([*names, (r"$N \to \infty$", found.limit.loss[-1], INK)])
    lines = (*said(found.points), rf"$M = {power_of_two(MODES)}$ modes")
    for number, line in enumerate(reversed(lines)):
        panel.write(line, (0, 0), (6, 7 + 11 * number), page=True, ha="left")


def _floors(panel: Panel, found: ModelSizes, exponents: Reals) -> None:
    """Local exponents of the floor, and what they tend to."""
    between = np.sqrt(np.array(FLOORS[1:], float) * np.array(FLOORS[:-1], float))
    panel.curve(between, exponents, "floor", INK)
    ends = np.array([FLOORS[0], FLOORS[-1]], float)
    lines = [("published", found.published, PALE), ("derived", found.floor_exponent, INK)]
    for name, value, colour in lines:
        panel.dashed(ends, [float(value)] * 2, f"{name} floor", colour, zorder=1)
    apart = found.published != found.floor_exponent
    panel.margin([(f"{name}: ${value}$", float(value), colour) for name, value, colour in lines[0 if apart else 1 :]])
    law = rf"$L_\infty \sim {power('N', found.floor_exponent)}$" + ("" if apart else ", as published")
    panel.write(law, (1, 0), (-6, 8), INK, FORMULA, page=True, ha="right")
