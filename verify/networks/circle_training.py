"""How are networks trained on the circle at a point (alpha, beta) of the solvable model?"""

from __future__ import annotations

from fractions import Fraction

from exponents.model.conventions import convention

from ..curves import LossCurve
from .network_ensemble import Training, train_networks
from .network_prediction import choose_learning_rate
from .online_tasks import circle_task
from .perceptron import Perceptron


def find_decay(alpha: Fraction, beta: Fraction) -> Fraction:
    """Return q of the target's Fourier modes k^-q.

    Examples
    --------
    >>> find_decay(Fraction(2), Fraction(1, 2))
    Fraction(1, 1)
    """
    return convention("circle").from_model(alpha, beta)[1]


def train_on_circle(
    alpha: Fraction, beta: Fraction, gamma: Fraction, width: int, depth: int, batch: int, steps: int, seeds: int
) -> LossCurve:
    """Train networks with units relu(h)^(alpha/2) on the target of source beta, at the largest step that follows.

    Parameters
    ----------
    alpha, beta, gamma : Fraction
        Capacity, source, and richness gamma_0; 0 is linear in the weights.
    width, depth, batch, steps, seeds : int

    Returns
    -------
    LossCurve
        As of `train_networks`.

    Raises
    ------
    ExponentsError
        If alpha <= 1, beta <= 0, JAX is missing, or a step is unstable.

    Examples
    --------
    >>> train_on_circle(Fraction(2), Fraction(0), Fraction(1), 16, 2, 8, 10, 1)
    Traceback (most recent call last):
    exponents.errors.InputError: beta must be positive for a target of finite variance; got 0; try 1/2
    """
    task = circle_task(find_decay(alpha, beta))
    training = Training(batch, choose_learning_rate(beta, steps, lazy=gamma == 0), steps)
    return train_networks(Perceptron(width, depth, float(alpha / 2), float(gamma)), task, training, range(seeds))
