"""Which loss has a `Model` on samples that are reused, by each of three methods?"""

from __future__ import annotations

from math import inf

import numpy as np

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.clock import solve_deep_enough
from ..model import Model
from ..spectra.random_features import limit_spectra
from ..two_time.continuous_time import solve_reuse_flow
from .averaged_draws import average_draws
from .mean_loss import mean_reuse, reuse_curve

AHEAD = 1e3
"""Factor by which the clock may at first be ahead of time on reused samples."""


def reuse_flow(model: Model, times: Reals) -> LossCurve:
    """Solve the flow on the mean field of features and samples, at times of shape (times,).

    >>> reuse_flow(Model(2, 1, samples=50), np.array([1.0, 10.0])).loss.round(3).tolist()
    [0.204, 0.018]
    """
    assert model.samples is not None
    size = inf if model.model_size is None else model.model_size
    return reuse_curve(mean_reuse(*model.exponents, size, model.samples), model.gamma, times)


def reuse_two_time(model: Model, times: Reals) -> LossCurve:
    """Solve eq. 41, the equations between two times.

    >>> reuse_two_time(Model(2, 1, samples=50), np.array([1.0, 10.0])).loss.round(3).tolist()
    [0.204, 0.018]
    """

    def solver(clock: float) -> LossCurve:
        spectra = limit_spectra(*model.exponents, clock, model.spectrum, model.modes)
        return solve_reuse_flow(*spectra, model.gamma, times, model.model_size, model.samples)

    return solve_deep_enough(solver, AHEAD * max(float(times[-1]), 1.0))


def reuse_draws(model: Model, times: Reals, seeds: range) -> LossCurve:
    """Draw features and samples for each seed, and train each draw exactly.

    >>> model = Model(2, 1, samples=50, spectrum="modes", modes=100)
    >>> reuse_draws(model, np.array([1.0, 10.0]), range(4)).loss.shape
    (2,)
    """
    assert model.samples is not None and model.modes is not None
    places = np.union1d([0.0], times)
    found = average_draws(*model.exponents, model.gamma, model.model_size, model.samples, model.modes, places, seeds)
    return found.select(np.searchsorted(places, times))
