"""Which losses does each method give for samples that are reused, at the times that are asked for?

The three methods of `verify.methods`, for P samples and gradient flow on all of them at once:

* `by_flow`: the flow on the mean over features and samples (`mean`), on the continuum.
* `by_two_time`: the equations of eq. 41 (`two_time`).
* `by_simulation`: the mean over models and samples that are drawn, each trained exactly (`drawn`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf, log1p

import numpy as np

from .. import curves
from ..flow.clock import solve_deep_enough
from ..loss_curve import LossCurve, Model, capacity_and_source
from ..spectra.random_features import limit_spectra
from ..two_time import offline as two_time
from .averaged_draws import average_draws
from .mean_loss import mean_reuse, reuse_curve

INTERVALS = 2.0
"""Intervals of time a factor e, and half as long ones beside, from which errors are read off."""

DEEPER = 1e3
"""By what factor the clock may be ahead of time at first."""


def by_flow(model: Model, times: Sequence[float]) -> LossCurve:
    """The mean over features and samples.

    Raises
    ------
    InputError, FlowFailed
        See `mean.mean_reuse` and `mean.curve`.
    """
    assert model.samples is not None
    size = inf if model.size is None else model.size
    reuse = mean_reuse(*capacity_and_source(model), size, model.samples)
    found = reuse_curve(reuse, model.gamma, times)
    return LossCurve(
        time=found.time,
        loss=found.loss,
        error=found.error,
        kernel=found.kernel,
        start=reuse.variance,
        clock=found.clock,
        floor=reuse.unseen,
        train=found.train_loss,
    )


def by_two_time(model: Model, times: Sequence[float]) -> LossCurve:
    """The two-time equations on a grid and on one of half its intervals, which states the error.

    Raises
    ------
    InputError, FlowFailed
        See `two_time.solve`.
    """
    last = max(times[-1], 1.0)
    steps = two_time.time_grid(last, ceil(INTERVALS * log1p(last)))
    places = np.union1d(steps, times)

    def solver(clock: float) -> curves.LossCurve:
        spectra = limit_spectra(*capacity_and_source(model), clock, model.spectrum, model.modes)
        return two_time.limit_of_fine_grids(*spectra, model.gamma, places, model.size, model.samples)

    found = solve_deep_enough(solver, DEEPER * last)
    wanted = np.searchsorted(places, times)
    return LossCurve(
        time=found.time[wanted],
        loss=found.loss[wanted],
        error=found.error[wanted],
        kernel=found.kernel[wanted],
        start=float(found.loss[0]),
        train=found.train_loss[wanted],
    )


def by_simulation(model: Model, times: Sequence[float], seeds: int) -> LossCurve:
    """The mean over draws of the seeds 0, 1, ..., with its standard error; of those that are done if interrupted.

    Raises
    ------
    InputError, FlowFailed, KeyboardInterrupt
        See `ensemble.ensemble`.
    """
    assert model.samples is not None and model.modes is not None
    places = np.union1d([0.0], times)
    found = average_draws(
        model.alpha, model.beta, model.gamma, model.size, model.samples, model.modes, places, range(seeds)
    )
    wanted = np.searchsorted(places, times)
    return LossCurve(
        time=places[wanted],
        loss=found.loss[wanted],
        error=found.error[wanted],
        kernel=found.kernel[wanted],
        start=found.start,
        train=found.train_loss[wanted],
        seeds=len(found.status.seeds),
        interrupted=found.status.interrupted,
    )
