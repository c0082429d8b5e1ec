"""What does the noise of batches do to the loss? (Fig. 3 of the paper: a hard and a super-easy task.)

1, 2. Hard, super-easy.  Curves are the two-time equations of online SGD at finite N and B, step by step
   (`solve_online`), for B = 1 to 32 and, black, B -> infinity.  Points are models that were trained by the same steps
   on the same M modes.
3. The super-easy task for a larger model and longer: the flow on its mean field with the variance of batches, to
   first order in eta/B (`noise`).

Predicted slopes are dashed.  In the hard task noise adds to the loss and leaves its slope as it is.  In the super-easy
one the flow t^{-beta} is soon over.  Then what early batches left leads, (eta/B) t^{-2+1/alpha}, sooner for smaller
batches, and at last the first correction in 1/N, t^{-1+1/alpha}.

The two-time equations leave out the four-point part of a batch.  It is as large as the rest where a single mode has
most of the loss.  So points of B = 1 lie above their curve: by some per cent in the hard task, and by a factor at early
times in the super-easy task, when nearly all of the loss is in one mode.  There seeds differ more, and errors are wide.

The paper gives beta, but neither alpha, gamma, eta nor N.  Here alpha is 2: then the loss that remains at infinite time
is far below all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.model.online_loss import loss
from exponents.names import DERIVED, RICH
from exponents.symbols import t

from ...arrays import Reals
from ...flow.noise import noisy_curve
from ...spectra.random_features import mean_spectra
from ...two_time.online import solve_online
from ..style import ink
from .axes import fit_log_scale, span_log_scale
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map
from .power_laws import evaluate_exponent, power_of_two, task_at
from .trained_points import Points, Run, describe_seeds, train_points

ALPHA, GAMMA = Fraction(2), Fraction(1)
"""Capacity and richness."""

HARD, SUPER_EASY = Fraction(1, 2), Fraction(18, 5)
"""beta."""

SIZE, MODES = 512, 4096
"""N and M of models that are trained."""

RATE = Fraction(1, 16)
"""eta.  With B = 1, and kappa up to 5, eta kappa tr Lambda/2 = 1/4 is well below 1, above which noise grows by
itself."""

STEPS = 512
"""T; the equations cost T^3."""

BATCHES = (1, 2, 4, 8, 16, 32)
"""B."""

SIMULATED = (1, 4, 32)
"""B of models that are trained."""

SEEDS = 16
"""Models of each batch size."""

POINTS = tuple(float(time) for time in np.geomspace(1.5, 29, 21))
"""Times of points, of each batch size in turn, so that none hides another."""

FIRST = 0.5
"""Where the time axis of the first panels begins."""

LARGE = 2**16
"""N of the last panel, on all modes."""

TIMES = np.geomspace(1, 1e5, 81)
"""Times of the last panel, up to where the correction in 1/N leads for all batch sizes."""

HARD_GUIDE = np.array([2.5, 8.0, 25.0])
"""From where to where the predicted slope is drawn below the curves of the hard task, and where it bears its name."""

GUIDES = {
    "gradient_flow": (np.array([2.4, 4.0, 6.7]), -1, -1),
    "sgd_transient": (np.array([8.0, 40.0, 200.0]), 0, 1),
    "finite_model_transient": (np.array([3e2, 3e3, 3e4]), -1, -1),
}
"""The same for the last panel, by the term of the loss: where, along which curve, and whether above (1) or below."""


@dataclass(frozen=True)
class BatchSizes:
    """A panel.  Curves are for `BATCHES` and, last, B = infinity.

    Attributes
    ----------
    choice : Choice
    beta : Fraction
    size : int
        N.
    time : array of shape (times,)
    losses : tuple of arrays of that shape
    points : tuple of Points
        For `SIMULATED`, or none.
    """

    choice: Choice
    beta: Fraction
    size: int
    time: Reals
    losses: tuple[Reals, ...]
    points: tuple[Points, ...] = ()

    def slope(self, term: str) -> Fraction:
        """Return the derived exponent of a term of the loss in t."""
        return evaluate_exponent(loss(RICH, DERIVED)[term].exponent(t), self.choice.capacity, self.beta)


def _compute_batch_sizes(choice: Choice, spread: Map) -> tuple[BatchSizes, ...]:
    """Solve the equations and train models for all panels."""
    tasks, batches = (HARD, SUPER_EASY), (*BATCHES, None)
    losses = [spread(partial(_solve_by_steps, choice, beta), batches) for beta in tasks]
    late = spread(partial(_solve_late, choice), [batches])  # one call, as all batch sizes have one spectrum
    alpha, gamma, rate = choice.capacity, choice.richness, float(RATE)
    shares = [(batch, POINTS[place :: len(SIMULATED)]) for place, batch in enumerate(SIMULATED)]
    runs = [
        Run(alpha, beta, gamma, SIZE, batch, MODES, rate, share, SEEDS) for beta in tasks for batch, share in shares
    ]
    points = train_points(runs, spread)
    time = np.array([float(RATE * step) for step in range(1, STEPS + 1)])
    by_steps = [
        BatchSizes(choice, beta, SIZE, time, tuple(found), tuple(one for one in points if one.run.beta == beta))
        for beta, found in zip(tasks, losses, strict=True)
    ]
    return (*by_steps, BatchSizes(choice, SUPER_EASY, LARGE, TIMES, *late))


def _solve_by_steps(choice: Choice, beta: Fraction, batch: int | None) -> Reals:
    spectra = mean_spectra(choice.capacity, beta, SIZE, "modes", MODES)
    gamma = choice.richness
    return solve_online(spectra.target, spectra.trace, gamma, float(RATE), STEPS, batch_size=batch).loss[1:]


def _solve_late(choice: Choice, batches: Sequence[int | None]) -> tuple[Reals, ...]:
    spectra = mean_spectra(choice.capacity, SUPER_EASY, LARGE, "modes")
    temperatures = [0.0 if batch is None else float(RATE / batch) for batch in batches]
    gamma = choice.richness
    return tuple(noisy_curve(spectra.target, spectra.trace, gamma, heat, TIMES).loss for heat in temperatures)


def _draw_batch_sizes(found: tuple[BatchSizes, ...], axes: Sequence[Any]) -> None:
    """Draw the hard task, the super-easy one, and the latter longer, on three Axes."""
    early, late = span_log_scale(r"$t$", FIRST, float(RATE) * STEPS), span_log_scale(r"$t$", TIMES[0], TIMES[-1])
    scales = [
        (time, fit_log_scale(r"$L$", [_low(one), *(losses[one.time >= FIRST].max() for losses in one.losses)]))
        for one, time in zip(found, (early, early, late), strict=True)
    ]
    note = rf"{found[0].choice.note},  $\eta = {RATE}$"
    charts = set_up(axes, scales, "SGD,  batch size $B$", note)
    for chart, one in zip(charts, found, strict=True):
        _draw_losses(chart, one)
    guides = [(0, "gradient_flow", HARD_GUIDE, -1, -1), *((2, term, *guide) for term, guide in GUIDES.items())]
    for panel, term, where, along, side in guides:
        one = found[panel]
        charts[panel].guide(where, (one.time, one.losses[along]), one.slope(term), side, term)


def _low(found: BatchSizes) -> float:
    """Return a loss below all curves: there is room for what stands below them."""
    return float(found.losses[-1].min()) / (2 if found.points else 8)


def _draw_losses(chart: Chart, found: BatchSizes) -> None:
    """Draw curves by batch size and points, and say what they are."""
    shown = found.time >= FIRST
    colours = [*make_gradient(len(BATCHES)), ink()]
    names = [*map(str, BATCHES), r"\infty"]
    chart.curves(found.time[shown], [losses[shown] for losses in found.losses], "B", names, colours)
    for one in found.points:
        batch = one.run.batch_size
        chart.points(one.time, one.loss, one.error, f"simulated {batch}", colours[BATCHES.index(batch)])
    ends = [losses[-1] for losses in found.losses]
    names[0] = f"B = {names[0]}"
    chart.margin([(f"${name}$", end, colour) for name, end, colour in zip(names, ends, colours, strict=True)])
    size, modes = power_of_two(found.size), f"= {power_of_two(MODES)}" if found.points else r"\to \infty"
    points = describe_seeds(found.points) if found.points else ("curves only",)
    chart.caption((1, 1), task_at(found.choice.capacity, found.beta), (f"$N = {size}$,  $M {modes}$", *points))


FIG3 = Figure(
    "fig3",
    "Fig. 3",
    _compute_batch_sizes,
    _draw_batch_sizes,
    ((128.0, 128.0), (150.0,)),
    Choice(ALPHA, gamma=(GAMMA,)),
)
