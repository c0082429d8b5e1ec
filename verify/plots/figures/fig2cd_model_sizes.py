"""How does the loss of a model of finite size fall, and what remains of it? (Fig. 2c, d of the paper, B -> infinity.)

1. L(t) for N = 2^4, ..., 2^11: the flow on the mean field of N features (`random_features`).  Points are models that
   were trained on the same M modes by steps of the population gradient, small enough to be the flow.  The limit N ->
   infinity, on all modes, is black, and its predicted slope dashed.
2. The local exponent -d ln L/d ln N of what remains at infinite time, for all modes and sizes far beyond the paper's.
   The derived exponent is alpha min(1, beta); the published one, alpha min(2, beta), differs for beta > 1 (`floor`).

The paper gives beta, but neither alpha nor gamma; here they are 3/2 and 1, as in Fig. 2a, b.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.model.online_loss import loss
from exponents.names import DERIVED, PUBLISHED, RICH
from exponents.symbols import N, t

from ...arrays import Reals
from ...curves import LossCurve
from ...flow.curve import flow_curve, limit_curve
from ...spectra.floor import mean_floor
from ...spectra.random_features import mean_spectra
from ..style import FORMULA, bold, ink, pale
from .axes import fit_linear_scale, fit_log_scale, slope_label, span_log_scale, span_time
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map
from .power_laws import ALPHA, evaluate_exponent, local_exponents, power, power_of_two, task_at
from .trained_points import Points, Run, describe_seeds, train_points

GAMMA = Fraction(1)
"""Richness."""

MODES = 2**16
"""M of the models of finite size.  With all modes the floor would be higher, by up to 5 % for the trained models, and
by a seventh for the largest."""

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

GUIDE = 0.37, 0.62, 0.87
"""From where to where the predicted slope is drawn below the limit, and where it bears its name, in parts of the axis.
"""


@dataclass(frozen=True)
class ModelSizes:
    """Curves of models of `SIZES`, and derived exponents.

    Attributes
    ----------
    choice : Choice
        With one beta and one gamma.
    curves : tuple of LossCurve
    limit : LossCurve
    points : tuple of Points
        For `SIMULATED`.
    floors : array of shape (sizes,)
        What remains at infinite time, for `FLOORS`.
    time_exponent, floor_exponent, published : Fraction
        Derived exponents of the limit and of the floor, and the published exponent of the floor.
    """

    choice: Choice
    curves: tuple[LossCurve, ...]
    limit: LossCurve
    points: tuple[Points, ...]
    floors: Reals
    time_exponent: Fraction
    floor_exponent: Fraction
    published: Fraction


def _compute_model_sizes(choice: Choice, spread: Map) -> ModelSizes:
    """Solve the flow for each size, train models and compute floors, at one beta."""
    alpha, beta, gamma = choice.capacity, choice.source, choice.richness
    curves = spread(partial(_solve, choice), SIZES)
    runs = [Run(alpha, beta, gamma, size, None, MODES, RATE, POINTS, SEEDS) for size in SIMULATED]
    points = train_points(runs, spread)
    limit = limit_curve(alpha, beta, gamma, choice.time, "modes")
    floors = np.array([mean_floor(alpha, beta, size, "modes") for size in FLOORS])
    derived, published = loss(RICH, DERIVED), loss(RICH, PUBLISHED)
    exponents = (
        derived["gradient_flow"].exponent(t),
        derived["model_bottleneck"].exponent(N),
        published["model_bottleneck"].exponent(N),
    )
    values = (evaluate_exponent(formula, alpha, beta) for formula in exponents)
    return ModelSizes(choice, tuple(curves), limit, points, floors, *values)


def _solve(choice: Choice, size: int) -> LossCurve:
    target = mean_spectra(choice.capacity, choice.source, size, "modes", MODES).target
    return flow_curve(target, choice.richness, choice.time)


def _draw_model_sizes(found: ModelSizes, axes: Sequence[Any]) -> None:
    """Draw the loss against time and the local exponent of the floor against N on two Axes."""
    between, exponents = local_exponents(FLOORS, found.floors)
    limits = [float(found.floor_exponent), float(found.published)]
    time, size = span_time(found.choice.time), span_log_scale(r"$N$", FLOORS[0], FLOORS[-1], 3)
    losses = fit_log_scale(r"$L$", [found.limit.loss[-1], found.curves[0].loss[0]])
    slopes = fit_linear_scale(slope_label(r"L_\infty", "N"), [*exponents, *limits])
    alpha, (beta,), (gamma,) = found.choice.capacity, found.choice.beta, found.choice.gamma
    note = rf"$\alpha = {alpha}$,  $\gamma = {gamma}$,  $B \to \infty$"
    first, second = set_up(axes, [(time, losses), (size, slopes)], task_at(alpha, beta), note)
    second.curve(between, exponents, "floor", ink())
    _draw_losses(first, found)
    _name_floors(second, found)


def _draw_losses(chart: Chart, found: ModelSizes) -> None:
    """Draw curves, points, the limit and its slope."""
    colours = dict(zip(SIZES, make_gradient(len(SIZES)), strict=True))
    chart.curves(found.choice.time, [one.loss for one in found.curves], "N", SIZES, colours.values())
    chart.curve(found.choice.time, found.limit.loss, "limit", ink(), bold())
    for some in found.points:
        size = some.run.model_size
        chart.points(some.time, some.loss, some.error, f"simulated {size}", colours[size])
    chart.guide(found.choice.along(*GUIDE), (found.choice.time, found.limit.loss), found.time_exponent, -1)
    names = [
        (f"$N = {power_of_two(size)}$", one.loss[-1], colours[size])
        for size, one in zip(SIZES, found.curves, strict=True)
    ]
    chart.margin([*names, (r"$N \to \infty$", found.limit.loss[-1], ink())])
    chart.caption((0, 0), lines=(*describe_seeds(found.points), rf"$M = {power_of_two(MODES)}$ modes"))


def _name_floors(chart: Chart, found: ModelSizes) -> None:
    """Draw the limits of the local exponents, and write the law of the floor."""
    lines = [("published", found.published, pale()), ("derived", found.floor_exponent, ink())]
    for name, value, colour in lines:
        chart.level(value, f"{name} floor", colour)
    apart = found.published != found.floor_exponent
    chart.margin([(f"{name}: ${value}$", float(value), colour) for name, value, colour in lines[0 if apart else 1 :]])
    law = rf"$L_\infty \sim {power('N', found.floor_exponent)}$" + ("" if apart else ", as published")
    chart.write(law, (1, 0), (-6, 8), ink(), FORMULA, page=True, ha="right")


FIG2C, FIG2D = (
    Figure(
        name,
        source,
        _compute_model_sizes,
        _draw_model_sizes,
        ((168.0,), (72.0,)),
        Choice(ALPHA, (Fraction(beta),), (GAMMA,), TIMES),
    )
    for name, source, beta in (("fig2c", "Fig. 2c", "6/5"), ("fig2d", "Fig. 2d", "2/5"))
)
