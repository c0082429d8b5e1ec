"""How do linear networks of two layers learn, and how do their readouts grow? (Fig. 11 and 12 of the paper.)

Fig. 11.  L(t) in an easy and a hard task, for gamma0 from 10^-3 to 1.  Below, the local exponent of the hard task: from
the exponent of the lazy network to chi.

Fig. 12.  |w|^2/N, which starts at sigma^2.  In the easy task it levels off at (1 + sigma^2) kappa - 1, dashed, where
kappa is the derived limit of the kernel.  In the hard task it grows without end: its gain grows as t^{1-beta} at first,
in proportion to gamma0^2, and as t^{1-chi} in the end.  The paper labels both slopes.  Its caption, as
extracted, has 1 - 2 beta (1 + beta) for the second, a slope that the curves do not have.  Extraction may have lost a
slash: whether the paper printed that formula is undecided.

Curves are networks of infinite width on all modes (`infinite_width`).  Points are networks that were trained by SGD,
with the paper's N and B and, for gamma0 = 1, with a larger N (`linear_ensemble`).  They have M modes.  The modes
beyond M would be learned too late to matter: sum_{k > M} y_k^2 is added to the loss.

At N = 100 the finite width is visible.  In the easy task its first correction, t^{-1+1/alpha}/N, outlasts the flow
t^{-beta}.  And w0 is not orthogonal to the features, so that a readout first gains or loses a part of order
gamma0/sqrt(N).  The smaller gamma0 is, the larger is this part of the gain: the last panel has points only for the
larger gamma0.  |w|^2/N itself starts at sigma^2 up to a relative sqrt(2/N), so that the points of one ensemble are too
high or too low together.

The paper gives neither sigma nor eta.  Here sigma is 1, and eta small enough for steps to be the flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from scipy.special import zeta

from exponents.asymptotics.evaluation import evaluate
from exponents.model.amplitudes import kernel_limit, target_norm
from exponents.model.level_series import level_series
from exponents.model.target import target_sum
from exponents.model.timescale import chi, kernel_growth
from exponents.names import LAZY, RICH
from exponents.names import MODES as SPECTRUM

from ...arrays import Reals
from ...curves import LossCurve
from ...linear.infinite_width import linear_limit_curve
from ...training.linear_ensemble import train_linear_ensemble
from ..style import ink
from .axes import Scale, fit_linear_scale, fit_log_scale, slope_label, span_time
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map
from .power_laws import evaluate_exponent, power_of_two, task_at
from .trained_points import average_seeds, describe_error, nearest_steps

ALPHA, INIT = Fraction(2), 1
"""Capacity, and sigma."""

EASY, HARD = Fraction(6, 5), Fraction(1, 5)
"""beta."""

GAMMAS = tuple(Fraction(1, 10**power) for power in (3, 2, 1, 0))
"""gamma0."""

TIMES = np.geomspace(1, 1e6, 97)
"""16 per decade, up to where the hard task has its slope for all but the smallest gamma0."""

BATCH, MODES, RATE = 128, 512, 0.02
"""B, M and eta of networks that are trained."""

NARROW, WIDE = 100, 512
"""N: as in the paper, and larger."""

SEEDS = {NARROW: 8, WIDE: 8}
"""Networks of each N and gamma0."""

POINTS = tuple(float(time) for time in np.geomspace(1.2, 40, 25))
"""Times of points, of each ensemble in turn, so that none hides another."""

PARTS = {NARROW: 8, WIDE: 1}
"""Seeds that are trained together."""

GROWN = Fraction(1, 10)
"""gamma0 from which on the gain of a readout exceeds what its start causes."""

EARLY, LATE = (1 / 3, 1 / 2, 2 / 3), (1 / 2, 2 / 3, 5 / 6)
"""From where to where predicted slopes are drawn beside curves, and where they bear their names, in parts of the axis.
"""

ROOM, LOWER = 30.0, 0.04
"""Factors, or amounts, by which an axis goes beyond its curves, for slopes and words that stand there."""


@dataclass(frozen=True)
class Trained:
    """What was measured of an ensemble of networks; each array has the shape (times,).

    Attributes
    ----------
    width : int
    gamma0 : Fraction
    seeds : int
    time : array
    loss, readout, gain : tuple of two arrays
        Mean and standard error of the loss, of |w|^2/N, and of its gain since the start.
    """

    width: int
    gamma0: Fraction
    seeds: int
    time: Reals
    loss: tuple[Reals, Reals]
    readout: tuple[Reals, Reals]
    gain: tuple[Reals, Reals]


@dataclass(frozen=True)
class Task:
    """One task.

    Attributes
    ----------
    choice : Choice
        With gamma0 rising as its gamma.
    beta : Fraction
    curves : tuple of LossCurve
        For each gamma0.
    trained : tuple of Trained
    lazy, rich : Fraction
        Derived exponents of the loss.
    first_gain, gain : Fraction
        Exponents with which the readout grows: to first order in gamma0^2, and in the end.
    limits : tuple of float
        Derived limits of the readout for each gamma0; none in the hard task.
    """

    choice: Choice
    beta: Fraction
    curves: tuple[LossCurve, ...]
    trained: tuple[Trained, ...]
    limits: tuple[float, ...]
    lazy: Fraction
    rich: Fraction
    first_gain: Fraction
    gain: Fraction


def _compute_linear_networks(choice: Choice, spread: Map) -> tuple[Task, Task]:
    """Solve and train the networks of both tasks."""
    gammas = tuple(sorted(set(choice.gamma)))
    choice = replace(choice, gamma=gammas)
    ensembles = [*((NARROW, gamma0) for gamma0 in gammas), (WIDE, gammas[-1])]
    runs = [(beta, width, gamma0) for width, gamma0 in ensembles for beta in (EASY, HARD)]
    seeds, parts = ([held[width] for _, width, _ in runs] for held in (SEEDS, PARTS))
    found = average_seeds(partial(_train, choice.capacity), runs, seeds, parts, spread)
    time, trained = RATE * np.array(nearest_steps(POINTS, RATE), float), []
    for place, ((_, width, gamma0), means) in enumerate(zip(runs, found, strict=True)):
        own = slice(place // 2, None, len(ensembles))  # its share of the steps
        measured = zip(*(values[:, own] for values in means), strict=True)
        trained.append(Trained(width, gamma0, SEEDS[width], time[own], *measured))
    easy, hard = (_gather(choice, beta, tuple(trained[at::2]), spread) for at, beta in enumerate((EASY, HARD)))
    return easy, hard


def _train(alpha: Fraction, run: tuple[Fraction, int, Fraction], seeds: range) -> Reals:
    """Return the loss, |w|^2/N and its gain, of shape (seeds, 3, steps).

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted: the mean would be over fewer seeds than the figure states.
    """
    beta, width, gamma0 = run
    steps = [0, *nearest_steps(POINTS, RATE)]
    found = train_linear_ensemble(
        alpha, beta, float(gamma0), width, BATCH, MODES, RATE, steps[-1], seeds, INIT, record=steps, looks=[0]
    )
    if found.status.interrupted:
        raise KeyboardInterrupt
    gain = found.readouts - found.readouts[:, :1]
    return np.stack([found.losses + unlearned(alpha, beta), found.readouts, gain], axis=1)[:, :, 1:]


def _gather(choice: Choice, beta: Fraction, trained: tuple[Trained, ...], spread: Map) -> Task:
    """Return the curves of a task, its points, and what is derived."""
    curves = spread(partial(_solve, choice, beta), choice.gamma)
    first = level_series().level(1) / target_sum().exponent - 1  # kappa = dtau/dt, driven by the lazy clock
    formulas = chi(LAZY), chi(RICH), first, kernel_growth(RICH)
    exponents = (evaluate_exponent(formula, choice.capacity, beta) for formula in formulas)
    return Task(choice, beta, tuple(curves), trained, _limits(choice, beta), *exponents)


def _solve(choice: Choice, beta: Fraction, gamma0: Fraction) -> LossCurve:
    return linear_limit_curve(choice.capacity, beta, float(gamma0), choice.time, INIT, SPECTRUM)


def unlearned(alpha: Fraction, beta: Fraction) -> float:
    """Return sum_{k > M} y_k^2, the loss of the modes that are not trained.

    >>> print(f"{unlearned(ALPHA, EASY):.3g}")
    1.31e-07
    """
    return float(zeta(float(alpha * beta + 1), MODES + 1))


def _limits(choice: Choice, beta: Fraction) -> tuple[float, ...]:
    """Return (1 + sigma^2) kappa - 1 at infinite time for each gamma0; nothing in a hard task."""
    if beta <= 1:
        return ()
    speed, limit = 1 + INIT**2, kernel_limit(target_norm(SPECTRUM))
    kernels = (evaluate(limit, choice.capacity, beta, gamma0**2 / speed**2, 15) for gamma0 in choice.gamma)
    return tuple(speed * float(kappa) - 1 for kappa in kernels)


def _draw_losses(found: tuple[Task, Task], axes: Sequence[Any]) -> None:
    """Draw the loss of both tasks, and the local exponent of the hard one, on three Axes."""
    easy, hard = found
    slopes = [-curve.loss_slope for curve in hard.curves]
    ends = [*np.ravel(slopes), float(hard.rich), float(hard.lazy) - LOWER]
    first, second, third = _set_up(
        axes,
        easy.choice,
        *(fit_log_scale(r"$L$", [[curve.loss[0], curve.loss[-1]] for curve in task.curves]) for task in found),
        fit_linear_scale(slope_label("L", "t"), ends),
    )
    for chart, task in ((first, easy), (second, hard)):
        _draw_curves(chart, task.choice, [curve.loss for curve in task.curves])
        _draw_points(chart, task.choice, [(some, some.loss) for some in task.trained])
    gammas = hard.choice.gamma
    third.curves(hard.choice.time, slopes, "gamma0", gammas, make_gradient(len(gammas)))
    _draw_guide(first, easy.choice, easy.curves[-1].loss, easy.rich, EARLY, -1, "rich slope")
    _draw_guide(second, hard.choice, hard.curves[0].loss, hard.lazy, LATE, 1, "lazy slope")
    _draw_guide(second, hard.choice, hard.curves[-1].loss, hard.rich, LATE, -1, "rich slope")
    limits = {r"\beta": hard.lazy, r"\chi": hard.rich}
    for value in limits.values():
        third.level(value, f"limit {value}")
    third.margin([(rf"${symbol} = {value}$", float(value), ink()) for symbol, value in limits.items()])
    first.caption(
        (1, 1), task_at(easy.choice.capacity, EASY), _describe([some.loss for task in found for some in task.trained])
    )
    second.caption((0, 0), task_at(hard.choice.capacity, HARD))
    third.caption((1, 0), task_at(hard.choice.capacity, HARD))


def _draw_readouts(found: tuple[Task, Task], axes: Sequence[Any]) -> None:
    """Draw |w|^2/N of both tasks, and its gain in the hard one, on three Axes."""
    easy, hard = found
    gains = [curve.readout - INIT**2 for curve in hard.curves]
    ends = [[INIT**2, *(curve.readout[-1] for curve in task.curves)] for task in found]
    first, second, third = _set_up(
        axes,
        easy.choice,
        fit_linear_scale(r"$|w|^2 / N$", [*ends[0], *easy.limits]),
        fit_log_scale(r"$|w|^2 / N$", ends[1]),
        fit_log_scale(r"$(|w|^2 - |w_0|^2) / N$", [gains[0][0], ROOM * gains[-1][-1]]),
    )
    for chart, task in ((first, easy), (second, hard)):
        _draw_curves(chart, task.choice, [curve.readout for curve in task.curves])
        _draw_points(chart, task.choice, [(some, some.readout) for some in task.trained])
    for gamma0, limit in zip(easy.choice.gamma, easy.limits, strict=True):
        first.level(limit, f"limit {gamma0}")
    _draw_curves(third, hard.choice, gains)
    _draw_points(third, hard.choice, [(some, some.gain) for some in hard.trained if some.gamma0 >= GROWN])
    _draw_guide(second, hard.choice, hard.curves[-1].readout, -hard.gain, LATE, 1, "rich slope")
    _draw_guide(third, hard.choice, gains[-1], -hard.gain, LATE, 1, "rich slope")
    _draw_guide(third, hard.choice, gains[0], -hard.first_gain, EARLY, -1, "first slope")
    points = [some.readout for task in found for some in task.trained]
    first.caption((1, 0.8), task_at(easy.choice.capacity, EASY), _describe(points))
    for chart in (second, third):
        chart.caption((0, 1), task_at(hard.choice.capacity, HARD))
    first.beside(r"$(1 + \sigma^2) \, \kappa_\infty - 1$", (easy.choice.along(EARLY[0])[0], easy.limits[-1]), -1)


def _set_up(axes: Sequence[Any], choice: Choice, *upwards: Scale) -> list[Chart]:
    time = span_time(choice.time)
    note = rf"$\alpha = {choice.capacity}$,  $\sigma = {INIT}$"
    return set_up(axes, [(time, y) for y in upwards], "linear networks", note)


def _draw_curves(chart: Chart, choice: Choice, values: Sequence[Reals]) -> None:
    """Draw curves by gamma0 and their names, the last one in full."""
    colours = make_gradient(len(choice.gamma))
    chart.curves(choice.time, values, "gamma0", choice.gamma, colours)
    names = [_write_richness(gamma0) for gamma0 in choice.gamma]
    names[-1] = rf"\gamma_0 = {names[-1]}"
    chart.margin([(f"${name}$", y[-1], colour) for name, y, colour in zip(names, values, colours, strict=True)])


def _write_richness(gamma0: Fraction) -> str:
    """Write gamma0, a small power of ten as such."""
    zeros = len(str(gamma0.denominator)) - 1
    return f"10^{{-{zeros}}}" if zeros and gamma0 == Fraction(1, 10**zeros) else str(gamma0)


def _draw_points(chart: Chart, choice: Choice, points: Sequence[tuple[Trained, tuple[Reals, Reals]]]) -> None:
    """Draw points, filled where N is the paper's."""
    for some, measured in points:
        colour = make_gradient(len(choice.gamma))[choice.gamma.index(some.gamma0)]
        name = f"trained {some.width} {some.gamma0}"
        chart.points(some.time, *measured, name, colour, filled=some.width == NARROW)


def _draw_guide(
    chart: Chart, choice: Choice, values: Reals, exponent: Fraction, where: Sequence[float], side: int, name: str
) -> None:
    """Draw a predicted slope beside a curve."""
    chart.guide(choice.along(*where), (choice.time, values), exponent, side, name)


def _describe(points: Sequence[tuple[Reals, Reals]]) -> list[str]:
    """Return lines that say what the points are."""
    return [
        f"filled: $N = {NARROW}$, {SEEDS[NARROW]} seeds",
        f"open: $N = {WIDE}$, {SEEDS[WIDE]} seeds",
        rf"$B = {BATCH}$,  $M = {power_of_two(MODES)}$",
        describe_error(points),
    ]


FIG11, FIG12 = (
    Figure(
        name,
        source,
        _compute_linear_networks,
        draw,
        (heights,),
        Choice(ALPHA, gamma=GAMMAS, times=TIMES),
        several=("gamma",),
    )
    for name, source, draw, heights in (
        ("fig11", "Fig. 11", _draw_losses, (128.0, 128.0, 78.0)),
        ("fig12", "Fig. 12", _draw_readouts, (96.0, 112.0, 128.0)),
    )
)
