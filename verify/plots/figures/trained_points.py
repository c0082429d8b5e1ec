"""Points of a figure: models that were trained, in the mean over seeds, with one standard error.

Seeds are shared out in parts to several processes.  A seed's curve does not depend on the others of its part, so that
the points are the same bits however many processes there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from ...arrays import Reals
from ...training.ensemble import train_ensemble
from ...training.seeds import standard_error

PART = 8
"""Seeds of a part: few enough to keep every process busy to the end, and enough that calls do not cost more than
steps."""


@dataclass(frozen=True)
class Run:
    """Models to be trained; names as in `simulate.ensemble`.

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
        return sorted({round(time / self.learning_rate) for time in self.times})


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


def simulated(runs: Sequence[Run], executor: Executor | None = None) -> tuple[Points, ...]:
    """The points of each run."""
    parts = [(run, range(first, min(first + PART, run.seeds))) for run in runs for first in range(0, run.seeds, PART)]
    spread = map if executor is None else executor.map
    found = list(spread(_losses, *zip(*parts, strict=True)))
    return tuple(
        _points(run, np.concatenate([losses for (other, _), losses in zip(parts, found, strict=True) if other is run]))
        for run in runs
    )


def said(points: Sequence[Points]) -> tuple[str, str]:
    """How many seeds there are, and the largest relative error, rounded up to a whole per cent."""
    seeds = sorted({one.run.seeds for one in points})
    largest = ceil(100 * max(float((one.error / one.loss).max()) for one in points))
    return f"points: {' or '.join(map(str, seeds))} seeds", rf"standard error $\leq {largest}\,\%$"


def _losses(run: Run, seeds: range) -> Reals:
    """Losses of some seeds, of shape (seeds, times)."""
    steps = run.steps
    found = train_ensemble(
        run.alpha,
        run.beta,
        run.gamma,
        run.model_size,
        run.batch_size,
        run.modes,
        run.learning_rate,
        steps[-1],
        seeds,
        record=steps,
    )
    if found.status.interrupted:  # a mean over fewer seeds than the figure states
        raise KeyboardInterrupt
    return found.losses


def _points(run: Run, losses: Reals) -> Points:
    return Points(run, run.learning_rate * np.array(run.steps), losses.mean(axis=0), standard_error(losses))
