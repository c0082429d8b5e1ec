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

from exponents.errors import Unresolved

from ..finite_model import limit_spectra
from ..methods import LossCurve, Model
from ..quadrature import Reals
from ..simulate import standard_error
from . import two_time
from .drawn import drawn
from .mean import curve, mean_reuse

INTERVALS = 2.0
"""Intervals of time a factor e, and half as long ones beside, from which errors are read off."""

DEEPER = 1e3
"""By what factor the clock may be ahead of time at first, and then once more each time it was further."""


def by_flow(model: Model, times: Sequence[float]) -> LossCurve:
    """The mean over features and samples.

    Raises
    ------
    InputError, FlowFailed
        See `mean.mean_reuse` and `mean.curve`.
    """
    assert model.alpha is not None and model.beta is not None and model.samples is not None
    size = inf if model.size is None else model.size
    reuse = mean_reuse(model.alpha, model.beta, size, model.samples)
    found = curve(reuse, model.gamma, times)
    return LossCurve(
        time=found.time,
        loss=found.loss,
        error=found.loss_error,
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
    assert model.alpha is not None and model.beta is not None
    last = max(times[-1], 1.0)
    steps = two_time.grid(last, ceil(INTERVALS * log1p(last)))
    places = np.union1d(steps, times)
    clock = DEEPER * last
    while True:
        spectra = limit_spectra(model.alpha, model.beta, clock, model.spectrum, model.modes)
        try:
            found = two_time.limit_of_fine_grids(*spectra, model.gamma, places, model.size, model.samples)
            break
        except Unresolved:
            clock *= DEEPER
    wanted = np.searchsorted(places, times)
    return LossCurve(
        time=found.time[wanted],
        loss=found.loss[wanted],
        error=found.loss_error[wanted],
        kernel=found.kernel[wanted],
        start=float(found.loss[0]),
        train=found.train_loss[wanted],
    )


def by_simulation(model: Model, times: Sequence[float], seeds: int) -> LossCurve:
    """The mean over draws of the seeds 0, 1, ..., with its standard error; of those that are done if interrupted.

    Raises
    ------
    InputError, FlowFailed
        See `drawn.drawn`.
    KeyboardInterrupt
        Before two draws are done.
    """
    assert model.samples is not None and model.modes is not None
    rows: list[Reals] = []
    interrupted = False
    for seed in range(seeds):
        try:
            one = drawn(model.alpha, model.beta, model.size, model.samples, model.modes, seed)
            found = one.curve(model.gamma, times)
            start = one.curve(model.gamma, [0.0]).test
        except KeyboardInterrupt:
            if len(rows) < 2:
                raise
            interrupted = True
            break
        rows.append(np.array([found.test, found.train, found.kernel, np.broadcast_to(start, found.test.shape)]))
    losses = np.array(rows)
    test, train, kernel, first = losses.mean(axis=0)
    return LossCurve(
        time=np.asarray(times, float),
        loss=test,
        error=standard_error(losses[:, 0]),
        kernel=kernel,
        start=float(first[0]),
        train=train,
        seeds=len(rows),
        interrupted=interrupted,
    )
