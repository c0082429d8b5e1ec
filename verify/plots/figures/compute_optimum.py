"""What is the smallest loss at a given compute C = N t? (Fig. 4 of the paper: a hard, an easy and a super-easy task.)

1-3. L against C for models of sizes N = 2^3 to 2^16: the flow on the mean spectrum of N features (`random_features`), in
   the super-easy task with the variance of batches, to first order in eta/B (`noise`).  Black is the smallest loss at
   each C, dashed its predicted slope C^{-r}.  Points are models that were trained.
4. The local exponent -d ln L/d ln C of the smallest loss, and what it tends to, dashed.  In the super-easy task it is
   approached as slowly as the flow fades beside the noise of batches, as a small power of t.

The optimum is found on the curves that are drawn, at the time at which each size is the best: see `best`.
`compute_budget` does the same on the continuum, where N may be any number; but models that are trained have modes.

The paper gives beta and gamma = 3/4, but neither alpha nor eta/B; here they are 3/2 and 1/20.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from exponents.errors import NotSolved
from exponents.model.table1 import optimum
from exponents.names import DERIVED, RICH

from ...arrays import Reals
from ...flow.curve import flow_curve
from ...flow.noise import noisy_curve
from ...measurements.compute_budget import Optimum
from ...spectra.random_features import mean_spectra
from ..style import HAIR, INK, NAME
from .axes import Scale, decades, even
from .page import BLUE, VERMILION, Panel, Row, Sheet, gradient
from .power_laws import exponent, power, power_of_two, task
from .trained_points import Points, Run, said, simulated

ALPHA, GAMMA = Fraction(3, 2), 0.75
"""Capacity and richness."""

CASES = ((Fraction(1, 2), None), (Fraction(5, 4), None), (Fraction(7, 4), 1))
"""beta and B of each panel; without batches where the optimum does not depend on them."""

RATE = Fraction(1, 20)
"""eta; with B = 1, eta/B is small enough for the first order to be met within the error of the points."""

SIZES = tuple(2**power for power in range(3, 17))
"""N."""

TIMES = np.geomspace(0.5, 1.25e8, 152)
"""Times of a curve, on to the right end of the axis for the smallest model; 18 a decade."""

COMPUTE = 10.0, 1e9
"""Ends of the axis."""

SIMULATED, MODES = (16, 64), 2**17
"""N and M of models that are trained.  Curves have all modes; those beyond M are one or two hundredths of the loss."""

SEEDS = 16
"""Models of each size."""

POINTS = tuple(float(time) for time in np.geomspace(2, 100, 5))
"""Times of points."""

COLOURS = (BLUE, "#7a4a9c", VERMILION)
"""Of local exponents."""

GUIDE = np.array([3e5, 6e6, 1e8])
"""From where to where the predicted slope is drawn below the optimum, and where it bears its name."""

BESIDE = 11.0
"""How far below, in points."""

BOLD = 1.4
"""Width of the optimum, in points."""

HEIGHTS = 118.0, 118.0, 118.0, 84.0
"""Of the panels, in points."""

MARGIN = 62.0
"""Room for names, in points."""


@dataclass(frozen=True)
class Budget:
    """A task.

    Attributes
    ----------
    beta : Fraction
    batch : int or None
        B.
    losses : tuple of arrays of shape (times,)
        For `SIZES`, at `TIMES`.
    best : Optimum
        For all sizes but the first and the last.
    points : tuple of Points
        For `SIMULATED`.
    predicted : Fraction
        r.
    """

    beta: Fraction
    batch: int | None
    losses: tuple[Reals, ...]
    best: Optimum
    points: tuple[Points, ...]
    predicted: Fraction

    @property
    def slopes(self) -> tuple[Reals, Reals]:
        """C between the sizes, and -d ln L/d ln C of the smallest loss there."""
        compute, loss = np.log(self.best.compute), np.log(self.best.loss)
        return np.exp((compute[1:] + compute[:-1]) / 2), -np.diff(loss) / np.diff(compute)


def computed(executor: Executor | None = None) -> tuple[Budget, ...]:
    """All tasks."""
    spread = map if executor is None else executor.map
    losses = [spread(_losses, *zip(*((beta, batch, size) for size in SIZES), strict=True)) for beta, batch in CASES]
    runs = [
        [Run(ALPHA, beta, GAMMA, size, batch, MODES, float(RATE), POINTS, SEEDS) for size in SIMULATED]
        for beta, batch in CASES
    ]
    points = [simulated(some, executor) for some in runs]
    predicted = optimum(RICH, DERIVED).exponent
    found = []
    for (beta, batch), curves, some in zip(CASES, losses, points, strict=True):
        known = tuple(curves)
        found.append(Budget(beta, batch, known, best(SIZES, TIMES, known), some, exponent(predicted, ALPHA, beta)))
    return tuple(found)


def _losses(beta: Fraction, batch: int | None, size: int) -> Reals:
    spectra = mean_spectra(ALPHA, beta, size, "modes")
    if batch is None:
        return flow_curve(spectra.target, GAMMA, TIMES).loss
    return noisy_curve(spectra.target, spectra.trace, GAMMA, float(RATE / batch), TIMES).loss


def best(sizes: Sequence[float], times: Reals, losses: Sequence[Reals]) -> Optimum:
    """Where each size but the first and the last is the best at its C = N t.

    There d ln L/d ln N = d ln L/d ln t.  Both are those of cubic splines, across the sizes and along the curve.  What
    the former misses, with sizes a factor of two apart, is the same at all sizes once laws of powers are reached.

    Parameters
    ----------
    sizes : sequence of float
        At least four, rising.
    times : array of shape (times,)
        Rising, above 0.
    losses : arrays of that shape
        For each size.

    Raises
    ------
    NotSolved
        If there is no such time for a size.
    """
    size, time, log_loss = np.log(sizes), np.log(times), np.log(losses)
    gain = CubicSpline(size, log_loss)(size, 1) - CubicSpline(time, log_loss, axis=1)(time, 1)
    rows = []
    for place in range(1, len(size) - 1):
        worth = CubicSpline(time, gain[place])  # positive while time is worth more than size
        ends = [root for root in worth.roots(extrapolate=False) if worth(root, 1) < 0]
        if not ends:
            raise NotSolved(f"N = {sizes[place]:g} is at no time up to {times[-1]:.3g} the best size")
        loss = float(CubicSpline(time, log_loss[place])(ends[-1]))
        rows.append((size[place] + ends[-1], loss, size[place], ends[-1]))
    return Optimum(*np.exp(rows).T)


def drawn(found: tuple[Budget, ...]) -> Any:
    """The figure."""
    first, last_power = np.log10(COMPUTE)
    compute = Scale(r"$C = N t$", *COMPUTE, 10.0 ** np.arange(first, last_power + 1, 2), logarithmic=True)
    slopes = [float(value) for one in found for value in (*one.slopes[1], one.predicted)]
    rows = [decades(r"$L$", [min(_ends(one)), one.losses[0][0]]) for one in found]
    rows.append(even(r"$-\mathrm{d}\,\ln L_\star/\,\mathrm{d}\,\ln C$", slopes))
    title, note = r"loss at compute $C$,  smallest $L_\star$", rf"$\alpha = {ALPHA}$,  $\gamma = {Fraction(GAMMA)}$"
    sheet = Sheet(compute, MARGIN, title, note, *map(Row, rows, HEIGHTS))
    *panels, last = sheet.panels
    for panel, one in zip(panels, found, strict=True):
        _curves(panel, one)
        _optimum(panel, one)
        _explain(panel, one)
    _slopes(last, found)
    return sheet.figure


def _curves(panel: Panel, found: Budget) -> None:
    """Curves by model size, with every second name, and points."""
    colours = dict(zip(SIZES, gradient(len(SIZES)), strict=True))
    low, high = COMPUTE
    for size, losses in zip(SIZES, found.losses, strict=True):
        shown = (size * TIMES >= low) & (size * TIMES <= high * (1 + 1e-9))
        panel.curve(size * TIMES[shown], losses[shown], f"N {size}", colours[size], HAIR)
    for one in found.points:
        size = one.run.model_size
        panel.points(size * one.time, one.loss, one.error, f"simulated {size}", colours[size])
    named = list(zip(SIZES, _ends(found), strict=True))[1::2]
    panel.margin([(f"$N = {power_of_two(size)}$", end, colours[size]) for size, end in named])


def _ends(found: Budget) -> list[float]:
    """Losses at the right end of the axis."""
    return [
        float(np.interp(COMPUTE[1] / size, TIMES, losses)) for size, losses in zip(SIZES, found.losses, strict=True)
    ]


def _optimum(panel: Panel, found: Budget) -> None:
    """The smallest loss and its predicted slope."""
    panel.curve(found.best.compute, found.best.loss, "optimum", INK, BOLD, zorder=3)
    middle = float(np.exp(np.interp(np.log(GUIDE[1]), np.log(found.best.compute), np.log(found.best.loss))))
    guide = panel.y.above(middle * (GUIDE / GUIDE[1]) ** -float(found.predicted), -BESIDE / panel.height)
    panel.dashed(GUIDE, guide, "slope", INK)
    panel.beside(f"${power('C', found.predicted)}$", (GUIDE[1], guide[1]), -1)


def _explain(panel: Panel, found: Budget) -> None:
    """What the task and the points are."""
    batch = r"B \to \infty" if found.batch is None else rf"B = {found.batch}$,  $\eta = {RATE}"
    lines = [f"${batch}$", *said(found.points)]
    for number, line in enumerate(reversed(lines)):
        panel.write(line, (0, 0), (6, 6 + 10 * number), page=True, ha="left")
    words = rf"{task(ALPHA, found.beta)} task,  $\beta = {found.beta}$"
    panel.write(words, (0, 0), (6, 6 + 10 * len(lines)), size=NAME, page=True, ha="left")


def _slopes(panel: Panel, found: tuple[Budget, ...]) -> None:
    """Local exponents and what they tend to."""
    names = []
    for one, colour in zip(found, COLOURS, strict=True):
        panel.curve(*one.slopes, f"slope {one.beta}", colour)
        panel.dashed(COMPUTE, [float(one.predicted)] * 2, f"limit {one.beta}", colour, zorder=1)
        names.append((rf"{task(ALPHA, one.beta)}: ${one.predicted}$", float(one.predicted), colour))
    panel.margin(names)
