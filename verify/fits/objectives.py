"""What does a fit minimise?

With y = ln L, m the logarithm of the prediction, r = y - m, and weights w (1, or how often a bootstrap draws a run):

    huber:DELTA   sum w rho(r),  rho = r^2/2 for |r| <= DELTA, else DELTA (|r| - DELTA/2)
    ls            sum w r^2
    ls-raw        sum w (L - e^m)^2
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError
from exponents.names import OBJECTIVES, require
from exponents.rationals import abbreviate

from ..arrays import Reals

HUBER, LS, LS_RAW = OBJECTIVES


@dataclass(frozen=True)
class Objective:
    """An objective; ``delta`` is None except for huber, where None means the robust scale of the noise.

    Examples
    --------
    >>> read_objective("huber:1e-3"), read_objective("ls")
    (Objective(name='huber', delta=0.001), Objective(name='ls', delta=None))
    """

    name: str
    delta: float | None = None

    def value(self, loss: Reals, m: Reals, weights: Reals) -> Reals:
        """Return the objective of each fit, (b,)."""
        r = self.residuals(loss, m)
        if self.name != HUBER:
            return np.einsum("bn,bn,bn->b", weights, r, r)
        assert self.delta is not None
        psi = np.clip(r, -self.delta, self.delta)
        return np.einsum("bn,bn,bn->b", weights, psi, r - psi / 2)

    def derivatives(self, loss: Reals, m: Reals, weights: Reals) -> tuple[Reals, Reals, Reals]:
        """Return the objective (b,), and its first and second derivative in each m, (b, n)."""
        if self.name == LS_RAW:
            predicted = np.exp(np.minimum(m, 300.0))
            r = loss - predicted
            return (
                np.einsum("bn,bn,bn->b", weights, r, r),
                -2 * weights * r * predicted,
                2 * weights * predicted * (predicted - r),
            )
        r = np.log(loss) - m
        if self.name == LS:
            return np.einsum("bn,bn,bn->b", weights, r, r), -2 * weights * r, 2 * weights * np.ones_like(r)
        assert self.delta is not None
        psi = np.clip(r, -self.delta, self.delta)
        value = np.einsum("bn,bn,bn->b", weights, psi, r - psi / 2)
        return value, -weights * psi, weights * (np.abs(r) <= self.delta)

    def residuals(self, loss: Reals, m: Reals) -> Reals:
        """Return r, or L - e^m for ls-raw."""
        return loss - np.exp(np.minimum(m, 300.0)) if self.name == LS_RAW else np.log(loss) - m


def read_objective(text: str) -> Objective:
    """Return the objective that a text names.

    Parameters
    ----------
    text : str
        ``huber``, ``huber:1e-3``, ``ls`` or ``ls-raw``.

    Raises
    ------
    InputError
        If it names none, or delta is not a positive number.

    Examples
    --------
    >>> read_objective("huber")
    Objective(name='huber', delta=None)
    """
    name, colon, number = text.partition(":") if isinstance(text, str) else (text, "", "")
    require(name, OBJECTIVES, "the objective")
    if not colon:
        return Objective(name)
    try:
        delta = float(number)
    except ValueError:
        delta = np.nan
    if name != HUBER or not (0 < delta < np.inf):
        raise InputError(f"an objective must be huber:DELTA, ls or ls-raw; got {abbreviate(text)}; try huber:1e-3")
    return Objective(name, delta)


def robust_scale(residuals: Reals) -> float:
    """Return 1.4826 times the median of |r|: the standard deviation, if the noise is normal.

    Examples
    --------
    >>> round(robust_scale(np.array([-1.0, 0.5, 1.0, 50.0])), 4)
    1.4826
    """
    return float(1.4826 * np.median(np.abs(residuals)))
