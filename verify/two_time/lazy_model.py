"""What is the exact loss of a lazy `Model` in finite steps, and what do differences between models add to the mean?

Second moments close for each model (`lazy_moments`).  A `Model` of finite size stands for all draws of its features.
They run on the mean spectrum, and `spectra.finite_size` says what the mean over draws adds, to first order in 1/N.
"""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np

from ..arrays import Reals
from ..curves import LossCurve
from ..model import Model
from ..spectra.finite_size import share_between_models
from ..spectra.random_features import TargetAndTrace, limit_spectra, mean_spectra
from ..spectra.spectrum_file import read_model_spectrum
from ..training.stability import Diverged
from .lazy_moments import largest_stable_rate, solve_lazy

BEYOND = 1e6
"""Clock beyond which N features learn no more, in units of one over their smallest eigenvalue."""


def lazy_curve(model: Model, learning_rate: float, times: Reals) -> LossCurve:
    """Return the exact loss in steps of a model with gamma = 0; times between steps interpolate.

    Parameters
    ----------
    model : Model
        With new samples in every step.
    learning_rate : float
        eta > 0.
    times : array of shape (times,)
        Rising, at least 0.

    Returns
    -------
    LossCurve
        As of `solve_lazy`, with ``between_models`` at finite N.

    Raises
    ------
    InputError
        If a spectrum or the learning rate is refused.
    Diverged
        If the mean has grown too far.

    Examples
    --------
    >>> curve = lazy_curve(Model("3/2", "1/2", 0, model_size=64, batch_size=1), 0.1, np.array([1.0, 1e6]))
    >>> curve.loss.round(6).tolist(), curve.between_models.round(6).tolist()
    ([0.847105, 0.187163], [0.002174, 0.001134])
    """
    return add_between_models(model, _solve(model, learning_rate, times), learning_rate)


def lazy_distance(model: Model, learning_rate: float, times: Reals, loss: Reals) -> Reals:
    """Return the exact loss in steps less another; NaN if it has grown too far.

    Parameters
    ----------
    model, learning_rate, times
        As in `lazy_curve`.
    loss : array of shape (times,)

    Examples
    --------
    >>> lazy_distance(Model("3/2", "1/2", 0, batch_size=1), 0.1, np.array([1.0]), np.array([0.8])).round(4)
    array([0.0315])
    """
    try:
        return np.asarray(_solve(model, learning_rate, times).loss - loss)
    except Diverged:
        return np.full(len(times), np.nan)


def add_between_models(model: Model, curve: LossCurve, learning_rate: float | None = None) -> LossCurve:
    """Return a lazy curve with ``between_models`` if N is finite, NaN where the mean grows.

    Parameters
    ----------
    model : Model
    curve : LossCurve
    learning_rate : float, optional
        None is the flow, without batches.

    Examples
    --------
    >>> curve = LossCurve(np.ones(1), np.full(1, 0.8), np.zeros(1), start=1.3)
    >>> add_between_models(Model("3/2", "1/2", 0, model_size=64), curve).between_models.round(4)
    array([0.0021])
    """
    if model.model_size is None:
        return curve
    alpha, beta = model.exponents
    slowest = (float(alpha) * model.model_size) ** float(alpha)
    clock = min(max(1.0, float(curve.time[-1])), BEYOND * slowest)
    limit = limit_spectra(alpha, beta, clock, model.spectrum, model.modes, in_steps=True)
    batch_size = None if learning_rate is None else model.batch_size
    if learning_rate is not None and learning_rate >= largest_stable_rate(*_read_spectra(model, clock), batch_size):
        share = np.full(len(curve), np.nan)
    else:
        share = share_between_models(*limit, model.model_size, curve.time, learning_rate, batch_size)
    return replace(curve, observed={**curve.observed, "between_models": curve.loss * share})


def _solve(model: Model, learning_rate: float, times: Reals) -> LossCurve:
    """Return the loss in steps, on the mean spectrum if N is finite."""
    spectra = _read_spectra(model, float(times[-1]))
    found = replace(solve_lazy(*spectra, learning_rate, times / learning_rate, model.batch_size), time=times)
    if model.file is None:
        return found
    learned = log(2) / float(spectra.target.eigenvalues[-1])  # of small steps
    return found if times[-1] < learned else replace(found, status=replace(found.status, modes_learned_from=learned))


def _read_spectra(model: Model, last: float) -> TargetAndTrace:
    """Return target and trace of a model whose clock is time."""
    if model.file is not None:
        target = read_model_spectrum(model).compress()
        return TargetAndTrace(target, target)  # batches are infinite: the trace does not enter
    if model.model_size is None:
        return limit_spectra(*model.exponents, max(1.0, last), model.spectrum, model.modes, in_steps=True)
    return mean_spectra(*model.exponents, model.model_size, model.spectrum, model.modes)
