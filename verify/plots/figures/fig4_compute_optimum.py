"""What is the smallest loss at a given compute C = N t? (Fig. 4 of the paper: a hard, an easy and a super-easy task.)

1-3. L against C for models of sizes N = 2^3 to 2^16: the flow on the mean field of N features
   (`random_features`), in the super-easy task with the variance of batches, to first order in eta/B (`noise`).  The
   smallest loss at each C is black, and its predicted slope C^{-r} dashed.  Points are models that were trained.
4. The local exponent -d ln L/d ln C of the smallest loss, and its limit, dashed.  In the super-easy task the limit is
   approached slowly, as the flow fades beside the noise of batches as a small power of t.

The optimum is found on the curves that are drawn, at the time at which each size is the best: see `find_optimum`.
`compute_budget` does the same on the continuum, where N may be any number; but models that are trained have modes.

The paper gives beta and gamma = 3/4, but neither alpha nor eta/B; here they are 3/2 and 1/20.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from scipy.interpolate import CubicSpline

from exponents.errors import NotSolved
from exponents.model.table1 import optimum
from exponents.names import DERIVED, RICH, TASKS

from ...arrays import Reals
from ...flow.curve import flow_curve
from ...flow.noise import noisy_curve
from ...measurements.compute_budget import Optimum
from ...spectra.random_features import mean_spectra
from ..style import BLUE, VERMILION, bold, hair, ink
from .axes import fit_linear_scale, fit_log_scale, slope_label, span_log_scale
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map
from .power_laws import ALPHA, evaluate_exponent, local_exponents, power_of_two, task, task_at
from .trained_points import Points, Run, describe_seeds, train_points

GAMMA = Fraction(3, 4)  # richness

SOURCES = Fraction(1, 2), Fraction(5, 4), Fraction(7, 4)
"""beta of each panel."""

RATE = Fraction(1, 20)
"""eta; with B = 1, eta/B is small enough for the first order to be met within the error of the points."""

SIZES = tuple(2**power for power in range(3, 17))
"""N."""

TIMES = np.geomspace(0.5, 1.25e8, 152)
"""Times of a curve, up to the right end of the axis for the smallest model; 18 per decade."""

COMPUTE = 10.0, 1e9
"""Ends of the axis."""

SIMULATED, MODES = (16, 64), 2**17
"""N and M of models that are trained.  Curves have all modes; those beyond M are one or two hundredths of the loss."""

SEEDS = 16
"""Models of each size."""

POINTS = tuple(float(time) for time in np.geomspace(2, 100, 5))
"""Times of points."""

COLOURS = (BLUE, "#7a4a9c", VERMILION)
"""Colours of local exponents, evenly from the first task to the last."""

FEWEST = 3
"""Sizes that an optimum is drawn through, at least."""

GUIDE = np.array([3e5, 6e6, 1e8])
"""From where to where the predicted slope is drawn below the optimum, and where it bears its name."""


@dataclass(frozen=True)
class Budget:
    """A task.

    Attributes
    ----------
    choice : Choice
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

    choice: Choice
    beta: Fraction
    batch: int | None
    losses: tuple[Reals, ...]
    best: Optimum
    points: tuple[Points, ...]
    predicted: Fraction

    @property
    def slopes(self) -> tuple[Reals, Reals]:
        """C between the sizes, and -d ln L/d ln C of the smallest loss there."""
        return local_exponents(self.best.compute, self.best.loss)


def _compute_budgets(choice: Choice, spread: Map) -> tuple[Budget, ...]:
    """Solve the flow for all sizes, find the optimum and train models, for each task."""
    alpha = choice.capacity
    cases = [(beta, _batch_size(alpha, beta)) for beta in choice.beta]
    losses = [spread(partial(_solve, choice, beta, batch), SIZES) for beta, batch in cases]
    runs = [
        Run(alpha, beta, choice.richness, size, batch, MODES, float(RATE), POINTS, SEEDS)
        for beta, batch in cases
        for size in SIMULATED
    ]
    points = train_points(runs, spread)
    predicted = optimum(RICH, DERIVED).exponent
    found = []
    for (beta, batch), curves in zip(cases, map(tuple, losses), strict=True):
        own = tuple(one for one in points if one.run.beta == beta)
        value = evaluate_exponent(predicted, alpha, beta)
        found.append(Budget(choice, beta, batch, curves, find_optimum(SIZES, TIMES, curves), own, value))
    return tuple(found)


def _batch_size(alpha: Fraction, beta: Fraction) -> int | None:
    """Return B: 1 in a super-easy task, and None where the optimum does not depend on batches."""
    return 1 if task(alpha, beta) == TASKS[-1] else None


def _solve(choice: Choice, beta: Fraction, batch: int | None, size: int) -> Reals:
    spectra, gamma = mean_spectra(choice.capacity, beta, size, "modes"), choice.richness
    if batch is None:
        return flow_curve(spectra.target, gamma, TIMES).loss
    return noisy_curve(spectra.target, spectra.trace, gamma, float(RATE / batch), TIMES).loss


def find_optimum(sizes: Sequence[float], times: Reals, losses: Sequence[Reals]) -> Optimum:
    """Find where each size but the first and the last is the best at its C = N t; sizes that never are drop out.

    There d ln L/d ln N = d ln L/d ln t.  Both come from cubic splines, across the sizes and along the curve.  The
    error of the former, with sizes a factor of two apart, is the same at all sizes once losses are power laws.

    Parameters
    ----------
    sizes : sequence of float
        At least four, rising.
    times : array of shape (times,)
        Rising, above 0.
    losses : arrays of that shape
        For each size.

    Returns
    -------
    Optimum

    Raises
    ------
    NotSolved
        If fewer than `FEWEST` sizes are the best at some time.

    Examples
    --------
    >>> sizes, times = [2.0**power for power in range(1, 9)], np.geomspace(0.1, 1e4, 200)
    >>> found = find_optimum(sizes, times, [1 / times + 1 / size for size in sizes])  # the best has t = N
    >>> (found.time / found.model_size).round(2).tolist()
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    size, time, log_loss = np.log(sizes), np.log(times), np.log(losses)
    gain = CubicSpline(size, log_loss)(size, 1) - CubicSpline(time, log_loss, axis=1)(time, 1)
    rows = []
    for place in range(1, len(size) - 1):
        worth = CubicSpline(time, gain[place])  # positive while time is worth more than size
        ends = [root for root in worth.roots(extrapolate=False) if worth(root, 1) < 0]
        if not ends:
            continue
        loss = float(CubicSpline(time, log_loss[place])(ends[-1]))
        rows.append((size[place] + ends[-1], loss, size[place], ends[-1]))
    if len(rows) < FEWEST:
        raise NotSolved(
            f"of the sizes N = {sizes[0]:g} to {sizes[-1]:g} only {len(rows)} are the best at a time up to "
            f"{times[-1]:.3g}; an optimum needs {FEWEST}; try another alpha or beta"
        )
    return Optimum(*np.exp(rows).T)


def _draw_budgets(found: tuple[Budget, ...], axes: Sequence[Any]) -> None:
    """Draw the loss of each task, and the local exponents of the smallest losses, on four Axes."""
    choice = found[0].choice
    compute = span_log_scale(r"$C = N t$", *COMPUTE, 2)
    slopes = [float(value) for one in found for value in (*one.slopes[1], one.predicted)]
    upwards = [fit_log_scale(r"$L$", [min(_ends(one)), one.losses[0][0]]) for one in found]
    upwards.append(fit_linear_scale(slope_label(r"L_\star", "C"), slopes))
    title = r"loss at compute $C$,  smallest $L_\star$"
    *charts, last = set_up(axes, [(compute, y) for y in upwards], title, choice.note)
    for chart, one in zip(charts, found, strict=True):
        _draw_losses(chart, one)
        chart.curve(one.best.compute, one.best.loss, "optimum", ink(), bold(), zorder=3)
        chart.guide(GUIDE, (one.best.compute, one.best.loss), one.predicted, -1, symbol="C")
        batch = r"B \to \infty" if one.batch is None else rf"B = {one.batch}$,  $\eta = {RATE}"
        chart.caption((0, 0), task_at(choice.capacity, one.beta), (f"${batch}$", *describe_seeds(one.points)))
    _draw_slopes(last, found)


def _draw_losses(chart: Chart, found: Budget) -> None:
    """Draw curves by model size, with every second name, and points."""
    colours = dict(zip(SIZES, make_gradient(len(SIZES)), strict=True))
    low, high = COMPUTE
    for size, losses in zip(SIZES, found.losses, strict=True):
        shown = (size * TIMES >= low) & (size * TIMES <= high * (1 + 1e-9))
        chart.curve(size * TIMES[shown], losses[shown], f"N {size}", colours[size], hair())
    for one in found.points:
        size = one.run.model_size
        chart.points(size * one.time, one.loss, one.error, f"simulated {size}", colours[size])
    named = list(zip(SIZES, _ends(found), strict=True))[1::2]
    chart.margin([(f"$N = {power_of_two(size)}$", end, colours[size]) for size, end in named])


def _ends(found: Budget) -> list[float]:
    """Return the losses at the right end of the axis."""
    return [
        float(np.interp(COMPUTE[1] / size, TIMES, losses)) for size, losses in zip(SIZES, found.losses, strict=True)
    ]


def _draw_slopes(chart: Chart, found: tuple[Budget, ...]) -> None:
    """Draw local exponents and their limits."""
    names = []
    for one, colour in zip(found, make_gradient(len(found), COLOURS), strict=True):
        chart.curve(*one.slopes, f"slope {one.beta}", colour)
        chart.level(one.predicted, f"limit {one.beta}", colour)
        names.append((rf"{task(one.choice.capacity, one.beta)}: ${one.predicted}$", float(one.predicted), colour))
    chart.margin(names)


FIG4 = Figure(
    "fig4",
    "Fig. 4",
    _compute_budgets,
    _draw_budgets,
    ((118.0, 118.0, 118.0, 84.0),),
    Choice(ALPHA, SOURCES, (GAMMA,)),
)
