"""Points of a figure: models that were trained, in the mean over seeds, with one standard error.

Seeds are shared out in parts to several processes.  A seed's curve does not depend on the others of its part, so that
the points are the same bits however many processes there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, TypeVar

import numpy as np

from ...arrays import Reals
from ...training.ensemble import train_ensemble
from ...training.seeds import standard_error
from .page import Map

PART = 8
"""Seeds of a part: few enough to keep every process busy to the end, and enough that calls do not cost more than
steps."""

AnyRun = TypeVar("AnyRun")


@dataclass(frozen=True)
class Run:
    """Models to be trained; names as in `train_ensemble`.

    Attributes
    ----------
    alpha, beta : Fraction
    gamma : float
    model_size : int
    batch_size : int or None
        None is the population gradient.
    modes : int
    learning_rate : float
    times : tuple of float
        Rising; the loss is taken at the nearest steps.
    seeds : int
        How many.
    """

    alpha: Fraction
    beta: Fraction
    gamma: float
    model_size: int
    batch_size: int | None
    modes: int
    learning_rate: float
    times: tuple[float, ...]
    seeds: int

    @property
    def steps(self) -> list[int]:
        """Steps at which the loss is taken."""
        return nearest_steps(self.times, self.learning_rate)


@dataclass(frozen=True)
class Points:
    """What was measured in a run, each an array of shape (times,).

    Attributes
    ----------
    run : Run
    time, loss, error : array
        eta times the step, the mean loss over seeds, and its standard error.
    """

    run: Run
    time: Reals
    loss: Reals
    error: Reals


def train_points(runs: Sequence[Run], spread: Map = map) -> tuple[Points, ...]:
    """Train the models of each run and return their points.

    Parameters
    ----------
    runs : sequence of Run
    spread : callable
        `map` or the map of an executor.

    Returns
    -------
    tuple of Points
        One for each run.

    Raises
    ------
    InputError
        If `train_ensemble` refuses a run.
    KeyboardInterrupt
        If training was interrupted: the mean would be over fewer seeds than the figure states.

    Examples
    --------
    >>> run = Run(Fraction(3, 2), Fraction(1, 2), 1.0, 8, None, 32, 0.1, (1.0, 2.0), 3)
    >>> (points,) = train_points([run])
    >>> points.loss.round(4).tolist(), points.error.round(4).tolist()
    ([0.7724, 0.586], [0.0388, 0.0687])
    """
    found = average_seeds(_train_seeds, runs, [run.seeds for run in runs], [PART] * len(runs), spread)
    return tuple(
        Points(run, run.learning_rate * np.array(run.steps), *mean_and_error)
        for run, mean_and_error in zip(runs, found, strict=True)
    )


def average_seeds(
    train: Callable[[AnyRun, range], Any],
    runs: Sequence[AnyRun],
    seeds: Sequence[int],
    part: Sequence[int],
    spread: Map,
) -> list[tuple[Reals, Reals]]:
    """Train each run in parts and return the mean over its seeds and the standard error.

    Parameters
    ----------
    train : callable
        ``train(run, seeds)`` returns an ensemble of these seeds, an array of shape (seeds, ...).
    runs : sequence
    seeds, part : sequence of int
        For each run, how many seeds there are, and how many are trained together.
    spread : callable
        `map` or the map of an executor.

    Examples
    --------
    >>> (found,) = average_seeds(lambda run, seeds: np.array([[run + seed] for seed in seeds]), [5], [3], [2], map)
    >>> [value.round(3).tolist() for value in found]
    [[6.0], [0.577]]
    """
    parts = [
        (at, range(first, min(first + size, count)))
        for at, (count, size) in enumerate(zip(seeds, part, strict=True))
        for first in range(0, count, size)
    ]
    found = list(spread(train, [runs[at] for at, _ in parts], [some for _, some in parts]))
    whole = [
        np.concatenate([rows for (of, _), rows in zip(parts, found, strict=True) if of == at])
        for at in range(len(runs))
    ]
    return [(rows.mean(axis=0), standard_error(rows)) for rows in whole]


def nearest_steps(times: Sequence[float], learning_rate: float) -> list[int]:
    """Return the steps nearest to some times, rising.

    >>> nearest_steps([0.1, 0.5, 0.52], 0.05)
    [2, 10]
    """
    return sorted({round(time / learning_rate) for time in times})


def describe_error(pairs: Sequence[tuple[Reals, Reals]]) -> str:
    """Write the largest relative error of several (mean, error), rounded up to a whole per cent.

    Examples
    --------
    >>> print(describe_error([(np.array([1.0, 2.0]), np.array([0.011, 0.01]))]))
    standard error $\\leq 2\\,\\%$
    """
    largest = ceil(100 * max(float((error / mean).max()) for mean, error in pairs))
    return rf"standard error $\leq {largest}\,\%$"


def describe_seeds(points: Sequence[Points]) -> tuple[str, str]:
    """Return lines that say how many seeds there are, and the largest relative error.

    Examples
    --------
    >>> run = Run(Fraction(3, 2), Fraction(1, 2), 1.0, 8, None, 32, 0.1, (1.0,), 3)
    >>> describe_seeds([Points(run, np.ones(1), np.ones(1), np.full(1, 0.01))])[0]
    'points: 3 seeds'
    """
    seeds = sorted({one.run.seeds for one in points})
    said = describe_error([(one.loss, one.error) for one in points])
    return f"points: {' or '.join(map(str, seeds))} seeds", said


def _train_seeds(run: Run, seeds: range) -> Reals:
    """Return the losses of some seeds, of shape (seeds, times).

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted: the mean would be over fewer seeds than the figure states.
    """
    system = run.alpha, run.beta, run.gamma, run.model_size, run.batch_size, run.modes
    found = train_ensemble(*system, run.learning_rate, run.steps[-1], seeds, record=run.steps)
    if found.status.interrupted:
        raise KeyboardInterrupt
    return found.losses
