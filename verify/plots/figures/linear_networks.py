"""How do linear networks of two layers learn, and how do their readouts grow? (Fig. 11 and 12 of the paper.)

Fig. 11.  L(t) in an easy and a hard task, for gamma0 from 10^-3 to 1.  Below, the local exponent of the hard task: from
that of the lazy network to chi.

Fig. 12.  |w|^2/N, which starts at sigma^2.  In the easy task it levels off at (1 + sigma^2) kappa - 1, dashed, where
kappa is the derived limit of the kernel.  In the hard task it grows for ever: what it has gained grows as t^{1-beta} at
first, in proportion to gamma0^2, and as t^{1-chi} in the end.  Those are the paper's labels; its caption prints
1 - 2 beta (1 + beta) for the latter, a slope that the curves do not have.

Curves are networks of infinite width on all modes (`linear.limit`).  Points are networks that were trained by SGD, with
the paper's N and B and, for gamma0 = 1, with a larger N (`linear.training`).  They have M modes.  What more there are
would be learned too late to matter: sum_{k > M} y_k^2 is added to the loss.

At N = 100 the width shows.  In the easy task its first correction, t^{-1+1/alpha}/N, outlasts the flow t^{-beta}.  And
w0 is not orthogonal to the features, so that a readout first gains or loses a part of order gamma0/sqrt(N), the more of
what it gains the smaller gamma0 is: only for the larger gamma0 does the last panel have points.
|w|^2/N itself starts at sigma^2 but for sqrt(2/N) of it, so that the points of one ensemble are too high or too low
together.

The paper gives neither sigma nor eta.  Here sigma is 1, and eta small enough for steps to be the flow.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import ceil
from typing import Any

import numpy as np
from scipy.special import zeta

from exponents.asymptotics.evaluation import evaluate
from exponents.model.amplitudes import kernel_limit, target_norm
from exponents.model.level_series import level_series
from exponents.model.online_loss import kernel_growth
from exponents.model.timescale import chi, target_sum
from exponents.names import LAZY, RICH
from exponents.names import MODES as SPECTRUM

from ...arrays import Reals
from ...curves import LossCurve
from ...linear.infinite_width import linear_limit_curve
from ...training.linear_ensemble import train_linear_ensemble
from ...training.seeds import standard_error
from ..style import FORMULA, INK, NAME, PALE, SMALL
from .axes import Scale, decades, even
from .page import Panel, Row, Sheet, gradient
from .power_laws import exponent, power, power_of_two
from .power_laws import task as named

ALPHA, INIT = Fraction(2), 1
"""Capacity, and sigma."""

EASY, HARD = Fraction(6, 5), Fraction(1, 5)
"""beta."""

GAMMAS = tuple(Fraction(1, 10**power) for power in (3, 2, 1, 0))
"""gamma0."""

TIMES = np.geomspace(1, 1e6, 97)
"""16 a decade, on to where the hard task has its slope for all but the smallest gamma0."""

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

GROWN = GAMMAS[2:]
"""gamma0 for which what a readout gains is more than what is due to how it started."""

EASY_GUIDE = np.array([1e2, 1e3, 1e4])
HARD_GUIDE = np.array([1e3, 1e4, 1e5])
EARLY_GUIDE = np.array([1e2, 1e3, 1e4])
"""From where to where predicted slopes are drawn beside curves, and where they bear their names."""

LIMIT_NAMED = 1e2
"""Time at which the limit of the readout bears its name."""

BESIDE = 12.0
"""How far above or below the curves, in points."""

ROOM, LOWER = 30.0, 0.04
"""By what factor, or how much, an axis goes beyond its curves, for slopes and words that stand there."""

HEIGHTS = 128.0, 128.0, 78.0
READOUT_HEIGHTS = 96.0, 112.0, 128.0
"""Of the panels, in points."""

MARGIN = 52.0
"""Room for names, in points."""


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
        Mean and standard error of the loss, of |w|^2/N, and of what that is more than at the start.
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
    beta : Fraction
    curves : tuple of LossCurve
        For `GAMMAS`.
    trained : tuple of Trained
    lazy, rich : Fraction
        Derived exponents of the loss.
    first_gain, gain : Fraction
        Those with which the readout grows: to first order in gamma0^2, and in the end.
    limits : tuple of float
        Derived limits of the readout for `GAMMAS`; none in the hard task.
    """

    beta: Fraction
    curves: tuple[LossCurve, ...]
    trained: tuple[Trained, ...]
    lazy: Fraction
    rich: Fraction
    first_gain: Fraction
    gain: Fraction
    limits: tuple[float, ...]


def computed(executor: Executor | None = None) -> tuple[Task, Task]:
    """Both tasks."""
    spread = map if executor is None else executor.map
    ensembles = [*((NARROW, gamma0) for gamma0 in GAMMAS), (WIDE, GAMMAS[-1])]
    parts = [
        (beta, width, gamma0, range(first, min(first + PARTS[width], SEEDS[width])))
        for width, gamma0 in ensembles
        for beta in (EASY, HARD)
        for first in range(0, SEEDS[width], PARTS[width])
    ]
    runs = list(zip(parts, spread(_run, *zip(*parts, strict=True)), strict=True))

    def task(beta: Fraction) -> Task:
        trained = [
            _measured(
                width,
                gamma0,
                place,
                np.concatenate([found for part, found in runs if part[:3] == (beta, width, gamma0)]),
            )
            for place, (width, gamma0) in enumerate(ensembles)
        ]
        curves = spread(partial(_curve, beta), GAMMAS)
        first = level_series().level(1) / target_sum().exponent - 1  # kappa = dtau/dt, driven by the lazy clock
        return Task(
            beta,
            tuple(curves),
            tuple(trained),
            exponent(chi(LAZY), ALPHA, beta),
            exponent(chi(RICH), ALPHA, beta),
            exponent(first, ALPHA, beta),
            exponent(kernel_growth(RICH), ALPHA, beta),
            _limits(beta),
        )

    return task(EASY), task(HARD)


def _curve(beta: Fraction, gamma0: Fraction) -> LossCurve:
    return linear_limit_curve(ALPHA, beta, float(gamma0), TIMES, INIT, SPECTRUM)


def _steps() -> list[int]:
    """Steps at which losses are taken."""
    return sorted({round(time / RATE) for time in POINTS})


def _run(beta: Fraction, width: int, gamma0: Fraction, seeds: range) -> Reals:
    """The loss, |w|^2/N and its gain, of shape (seeds, 3, steps)."""
    steps = [0, *_steps()]
    found = train_linear_ensemble(
        ALPHA, beta, float(gamma0), width, BATCH, MODES, RATE, steps[-1], seeds, INIT, record=steps, looks=[0]
    )
    if found.status.interrupted:  # a mean over fewer seeds than the figure states
        raise KeyboardInterrupt
    gain = found.readouts - found.readouts[:, :1]
    return np.stack([found.losses + unlearned(beta), found.readouts, gain], axis=1)[:, :, 1:]


def unlearned(beta: Fraction) -> float:
    """sum_{k > M} y_k^2."""
    return float(zeta(float(ALPHA * beta + 1), MODES + 1))


def _measured(width: int, gamma0: Fraction, place: int, rows: Reals) -> Trained:
    """Means over seeds, at every so many of the steps."""
    own = slice(place, None, len(GAMMAS) + 1)
    means = [(found.mean(axis=0)[own], standard_error(found)[own]) for found in rows.swapaxes(0, 1)]
    return Trained(width, gamma0, len(rows), RATE * np.array(_steps(), float)[own], *means)


def _limits(beta: Fraction) -> tuple[float, ...]:
    """(1 + sigma^2) kappa - 1 at infinite time."""
    if beta <= 1:
        return ()
    speed, limit = 1 + INIT**2, kernel_limit(target_norm(SPECTRUM))
    kernels = (evaluate(limit, ALPHA, beta, gamma0**2 / speed**2, 15) for gamma0 in GAMMAS)
    return tuple(speed * float(kappa) - 1 for kappa in kernels)


def losses(found: tuple[Task, Task]) -> Any:
    """Fig. 11."""
    hard = found[1]
    slopes = [-curve.loss_slope for curve in hard.curves]
    rows = [
        *(decades(r"$L$", [[curve.loss[0], curve.loss[-1]] for curve in task.curves]) for task in found),
        even(
            r"$-\mathrm{d}\,\ln L\,/\,\mathrm{d}\,\ln t$",
            [*np.ravel(slopes), float(hard.rich), float(hard.lazy) - LOWER],
        ),
    ]
    sheet = _sheet(*map(Row, rows, HEIGHTS))
    for panel, task in zip(sheet.panels, found, strict=False):
        for curve, gamma0, colour in zip(task.curves, GAMMAS, _colours(), strict=True):
            panel.curve(curve.time, curve.loss, f"gamma0 {gamma0}", colour)
        for some in task.trained:
            _points(panel, some, some.loss)
        panel.margin(_names([curve.loss[-1] for curve in task.curves]))
    first, second, third = sheet.panels
    slowest, fastest = hard.curves[0], hard.curves[-1]
    _guide(first, found[0].curves[-1].loss, -found[0].rich, EASY_GUIDE, -1, "rich slope")
    _guide(second, slowest.loss, -hard.lazy, HARD_GUIDE, 1, "lazy slope")
    _guide(second, fastest.loss, -hard.rich, HARD_GUIDE, -1, "rich slope")
    _words(first, found[0], (1, 1), [some.loss for task in found for some in task.trained])
    _words(second, hard, (0, 0))
    for slope, gamma0, colour in zip(slopes, GAMMAS, _colours(), strict=True):
        third.curve(TIMES, slope, f"gamma0 {gamma0}", colour)
    limits = {r"\beta": hard.lazy, r"\chi": hard.rich}
    for value in limits.values():
        third.dashed(TIMES[[0, -1]], [float(value)] * 2, f"limit {value}", PALE, zorder=1)
    third.margin([(rf"${symbol} = {value}$", float(value), INK) for symbol, value in limits.items()])
    _words(third, hard, (1, 0))
    return sheet.figure


def readouts(found: tuple[Task, Task]) -> Any:
    """Fig. 12."""
    easy, hard = found
    gains = [curve.readout - INIT**2 for curve in hard.curves]
    rows = [
        even(r"$|w|^2 / N$", [INIT**2, *(curve.readout[-1] for curve in easy.curves), *easy.limits]),
        decades(r"$|w|^2 / N$", [INIT**2, *(curve.readout[-1] for curve in hard.curves)]),
        decades(r"$(|w|^2 - |w_0|^2) / N$", [gains[0][0], ROOM * gains[-1][-1]]),
    ]
    sheet = _sheet(*map(Row, rows, READOUT_HEIGHTS))
    for panel, task in zip(sheet.panels, found, strict=False):
        for curve, gamma0, colour in zip(task.curves, GAMMAS, _colours(), strict=True):
            panel.curve(curve.time, curve.readout, f"gamma0 {gamma0}", colour)
        for some in task.trained:
            _points(panel, some, some.readout)
        panel.margin(_names([curve.readout[-1] for curve in task.curves]))
    first, second, third = sheet.panels
    for gamma0, limit in zip(GAMMAS, easy.limits, strict=True):
        first.dashed(TIMES[[0, -1]], [limit] * 2, f"limit {gamma0}", PALE, zorder=1)
    for gain, gamma0, colour in zip(gains, GAMMAS, _colours(), strict=True):
        third.curve(TIMES, gain, f"gamma0 {gamma0}", colour)
    for some in hard.trained:
        if some.gamma0 in GROWN:
            _points(third, some, some.gain)
    third.margin(_names([gain[-1] for gain in gains]))
    _guide(second, hard.curves[-1].readout, hard.gain, HARD_GUIDE, 1, "rich slope")
    _guide(third, gains[-1], hard.gain, HARD_GUIDE, 1, "rich slope")
    _guide(third, gains[0], hard.first_gain, EARLY_GUIDE, -1, "first slope")
    _words(first, easy, (1, 0.8), [some.readout for task in found for some in task.trained])
    for panel in (second, third):
        _words(panel, hard, (0, 1))
    first.beside(r"$(1 + \sigma^2) \, \kappa_\infty - 1$", (LIMIT_NAMED, easy.limits[-1]), -1)
    return sheet.figure


def _sheet(*rows: Row) -> Sheet:
    time = Scale(r"$t$", TIMES[0], TIMES[-1], 10.0 ** np.arange(0, 7, 2), logarithmic=True)
    note = rf"$\alpha = {ALPHA}$,  $\sigma = {INIT}$"
    return Sheet(time, MARGIN, "linear networks", note, *rows)


def _colours() -> list[str]:
    return gradient(len(GAMMAS))


def _names(ends: list[float]) -> list[tuple[str, float, str]]:
    """Names of curves by gamma0, the last one in full."""
    names = [f"${_text(gamma0)}$" for gamma0 in GAMMAS]
    names[-1] = rf"$\gamma_0 = {_text(GAMMAS[-1])}$"
    return list(zip(names, ends, _colours(), strict=True))


def _text(gamma0: Fraction) -> str:
    return str(gamma0) if gamma0.denominator == 1 else f"10^{{-{len(str(gamma0.denominator)) - 1}}}"


def _points(panel: Panel, some: Trained, measured: tuple[Reals, Reals]) -> None:
    """Points, filled where N is the paper's."""
    colour = _colours()[GAMMAS.index(some.gamma0)]
    name = f"trained {some.width} {some.gamma0}"
    panel.points(some.time, *measured, name, colour)
    if some.width == NARROW:
        (dots,) = [line for line in panel.axes.lines if line.get_gid() == name]
        dots.set_markerfacecolor(colour)


def _guide(panel: Panel, values: Reals, rate: Fraction, where: Reals, side: int, name: str) -> None:
    """A predicted slope d ln / d ln t beside a curve."""
    start = np.exp(np.interp(np.log(where[1]), np.log(TIMES), np.log(values)))
    beside = panel.y.above(start * (where / where[1]) ** float(rate), side * BESIDE / panel.height)
    panel.dashed(where, beside, name, INK)
    text, across = (power("t", -rate), side) if rate < 0 else (f"t^{{{rate}}}", -side)
    panel.write(
        f"${text}$",
        (where[1], beside[1]),
        (2.0 * across, 2.0 * side),
        size=FORMULA,
        ha="left" if across > 0 else "right",
        va="baseline" if side > 0 else "top",
    )


def _words(panel: Panel, task: Task, corner: tuple[float, float], points: Sequence[tuple[Reals, Reals]] = ()) -> None:
    """Which task it is, and what the points are, if there are any to be spoken of."""
    lines = [(rf"{named(ALPHA, task.beta)} task,  $\beta = {task.beta}$", NAME)]
    if points:
        largest = ceil(100 * max(float((error / mean).max()) for mean, error in points))
        lines += [
            (f"filled: $N = {NARROW}$, {SEEDS[NARROW]} seeds", SMALL),
            (f"open: $N = {WIDE}$, {SEEDS[WIDE]} seeds", SMALL),
            (rf"$B = {BATCH}$,  $M = {power_of_two(MODES)}$", SMALL),
            (rf"standard error $\leq {largest}\,\%$", SMALL),
        ]
    right, above = corner
    for number, (text, size) in enumerate(lines):
        offset = -6 if right else 6, (-13 if above else 7) - 11 * number - (number > 0)
        panel.write(text, corner, offset, size=size, page=True, ha="right" if right else "left")
