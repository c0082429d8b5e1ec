"""How are claims about trained networks measured?

At one point, on deep networks with units relu(h)^(alpha/2) and richness gamma, which learn a target on the circle
(`networks.network_ensemble`).  An exponent is measured as in the figures (`networks.network_exponent`).  A point is
trained once, whatever is asked of it.

The lazy network is taken at infinite width, where its loss is a sum over the Fourier modes of its kernel: at the widths
that can be trained, lazy networks are slower.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import nan

import numpy as np

from exponents.claims.networks import APART
from exponents.model.conventions import convention

from ..arrays import Reals
from ..curves import LossCurve
from ..networks.circle_spectrum import circle_spectrum
from ..networks.network_ensemble import Training, train_networks
from ..networks.network_exponent import NetworkExponent, measure_exponent
from ..networks.network_prediction import choose_learning_rate
from ..networks.online_tasks import circle_task
from ..networks.perceptron import Perceptron
from .experiment import Measurements
from .slopes import Limit

WIDTH, DEPTH, BATCH, STEPS, SEEDS = 128, 4, 128, 10_000, 3
"""Of the networks."""

MODES = 2**17
"""Modes of the lazy network: as many as the batches see."""


def measure_time_exponent(measurements: Measurements) -> Limit:
    """Measure the exponent of the loss of trained networks."""
    return _as_limit(_train(measurements.at.alpha, measurements.at.beta, measurements.at.gamma))


def measure_gain(measurements: Measurements) -> Limit:
    """Measure the exponent of the loss of trained networks, less that of infinitely wide lazy ones then."""
    at = measurements.at
    rich = _train(at.alpha, at.beta, at.gamma)
    time = np.geomspace(1, rich.window[1], 200)
    loss = compute_lazy_loss(time, at.alpha, at.beta, DEPTH)
    lazy = measure_exponent(LossCurve(time, loss, 0 * time, 1.0, observed={"losses": loss[None]}))
    return _as_limit(rich, less=lazy.value, uncertain=lazy.drift)


def measure_gap(measurements: Measurements) -> Limit:
    """Measure the exponent on a target of larger source, by 1/2, less that on the target."""
    at = measurements.at
    lower, upper = (_train(at.alpha, beta, at.gamma) for beta in (at.beta, at.beta + APART))
    return _as_limit(upper, less=lower.value, uncertain=lower.error)


def compute_lazy_loss(time: Reals, alpha: Fraction, beta: Fraction, depth: int) -> Reals:
    """Return the loss of infinitely wide lazy networks on the circle, an array of shape (times,).

    Mode k of the target decays as e^{-lambda_k t}, with lambda_k the mean of cos^2 times the Fourier coefficient of the
    tangent kernel, in units of its diagonal.

    Parameters
    ----------
    time : array of shape (times,)
        In units in which a step moves an output by eta.
    alpha, beta : Fraction
        Capacity, twice the power of the units, and source.
    depth : int
        Layers of weights.

    Examples
    --------
    >>> loss = compute_lazy_loss(np.array([0.0, 10.0, 1000.0]), Fraction(2), Fraction(1, 2), 4)
    >>> loss.round(4).tolist()
    [0.8225, 0.2131, 0.0252]
    """
    modes = np.arange(MODES)
    spectrum = circle_spectrum(modes, float(alpha / 2), depth - 1)
    rates = spectrum[1:] / 2 / spectrum.sum()
    weights = modes[1:] ** (-2 * float(_decay(alpha, beta)))
    return np.array([(weights * np.exp(-2 * rates * moment)).sum() / 2 for moment in time])


@lru_cache(maxsize=8)
def _train(alpha: Fraction, beta: Fraction, gamma: Fraction) -> NetworkExponent:
    """Return the measured exponent of networks on the target of source beta."""
    eta = choose_learning_rate(beta, STEPS, lazy=gamma == 0)
    network = Perceptron(WIDTH, DEPTH, float(alpha / 2), float(gamma))
    task = circle_task(_decay(alpha, beta))
    return measure_exponent(train_networks(network, task, Training(BATCH, eta, STEPS), range(SEEDS)))


def _decay(alpha: Fraction, beta: Fraction) -> Fraction:
    """Return q of the target's Fourier modes k^-q."""
    return convention("circle").from_model(alpha, beta)[1]


def _as_limit(found: NetworkExponent, less: float = 0.0, uncertain: float = 0.0) -> Limit:
    """Return an exponent, or its difference to another one, as what `judge` takes."""
    return Limit(found.value - less, found.error + uncertain, found.window, nan, False)
