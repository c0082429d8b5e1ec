"""Which exponents do networks on the circle have: trained ones, and infinitely wide lazy ones?

Deep networks with units relu(h)^(alpha/2) and richness gamma learn a target on the circle
(`networks.circle_training`).  An exponent is measured as in the figures (`networks.network_exponent`).  Each
target is trained once, whatever is asked of it.

The lazy network is taken at infinite width, where its loss is a sum over the Fourier modes of its kernel: at the widths
that can be trained, lazy networks are slower.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy.special import zeta

from ..arrays import Reals
from ..curves import LossCurve
from ..networks.circle_spectrum import circle_spectrum
from ..networks.circle_training import find_decay, train_on_circle
from ..networks.network_exponent import NetworkExponent, measure_exponent

WIDTH, DEPTH, BATCH, STEPS, SEEDS = 128, 4, 128, 10_000, 3
"""Of the networks."""

MODES = 2**13
"""Modes of the lazy network that move; those beyond have rates below 1e-8."""


@lru_cache(maxsize=8)
def train_exponent(alpha: Fraction, beta: Fraction, gamma: Fraction) -> NetworkExponent:
    """Return the exponent of the loss of networks that are trained on the target of source beta.

    Parameters
    ----------
    alpha, beta, gamma : Fraction
        Capacity, twice the power of the units; source; and richness gamma_0, at least 0.

    Returns
    -------
    NetworkExponent

    Raises
    ------
    ExponentsError
        If alpha <= 1, beta <= 0, JAX is missing, or a step is unstable.

    Examples
    --------
    >>> train_exponent(Fraction(2), Fraction(0), Fraction(1))
    Traceback (most recent call last):
    exponents.errors.InputError: beta must be positive for a target of finite variance; got 0; try 1/2
    """
    return measure_exponent(train_on_circle(alpha, beta, gamma, WIDTH, DEPTH, BATCH, STEPS, SEEDS))


def compute_lazy_exponent(alpha: Fraction, beta: Fraction, last: float) -> NetworkExponent:
    """Return the exponent of infinitely wide lazy networks, in the window of networks that are trained up to ``last``.

    Examples
    --------
    >>> print(f"{compute_lazy_exponent(Fraction(2), Fraction(1, 2), 1000.0).value:.3f}")
    0.458
    """
    time = np.geomspace(1, last, 200)
    loss = compute_lazy_loss(time, alpha, beta, DEPTH)
    return measure_exponent(LossCurve(time, loss, 0 * time, 1.0, observed={"losses": loss[None]}))


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
    twice = 2 * float(find_decay(alpha, beta))
    weights, beyond = modes[1:] ** -twice, zeta(twice, MODES)
    return np.array([(weights * np.exp(-2 * rates * moment)).sum() + beyond for moment in time]) / 2
