"""Which spectrum does a model of N features see if the modes of the limit form a continuum?

That of `mean_model` without a bound on samples, as the measures of `finite_model`.  N may be any number of at least 1,
however large.  What was not used is the check, as there: the masses of target and trace, and their first moments.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np

from .finite_model import Spectra
from .mean_model import MeanModel
from .spectrum import Spectrum


def mean_spectra(alpha: object, beta: object, model_size: float) -> Spectra:
    """The mean measure of the target, and the trace, of a model of size N on the continuum.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size : float
        N, any number of at least 1: its mean depends on it smoothly.

    Raises
    ------
    InputError
        For numbers outside these ranges, or such that the lowest eigenvalues leave double precision.
    """
    model = MeanModel.of(alpha, beta, model_size)
    found = model.resolved
    target = Spectrum(found.eigenvalues, found.power, model.floor)
    whole = Spectrum(found.eigenvalues, found.trace)
    return Spectra(_stated(target, *model.target_moments()), _stated(whole, *model.trace_moments()))


def bottleneck(alpha: object, beta: object, model_size: float) -> float:
    """The loss that no training removes, sum_k y_k^2 nu/(lambda_k + nu) where V(nu) = N, on the continuum."""
    return MeanModel.of(alpha, beta, model_size).floor


def resolution(alpha: object, beta: object, model_size: float, samples: float = inf) -> float:
    """r = 1/nu where V(nu) is the smaller of N and P: eigenvalues above 1/r are resolved (eq. 75, 77)."""
    return 1 / MeanModel.of(alpha, beta, model_size, samples).level


def _stated(measure: Spectrum, mass: float, moment: float) -> Spectrum:
    """The measure, with the deviation of its first two moments as the error of its rule."""
    apart = max(abs(measure.variance / mass - 1), abs(float(measure.weights @ measure.eigenvalues) / moment - 1))
    return replace(measure, error=max(apart, float(np.finfo(float).eps)))
