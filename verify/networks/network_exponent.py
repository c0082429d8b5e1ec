"""Which exponent does the loss of trained networks have, and does it agree with a prediction?

The window is chosen before anything is fitted: the later half of the times in ln t, from the root of the last time (in
units of the time in which the network starts to move) to the last.  In it each seed has the slope of a line through its
ln L against ln t, by least squares.  The exponent is the mean of these slopes.  Its error is the sum of two parts:

* noise: the standard error over seeds times the 97.5 % point of Student's t;
* drift: half of the difference between the slopes, on the mean over seeds, in the two halves of the window.

A prediction is refuted outside the error.  Inside it is confirmed if the error is at most `RESOLVED`, and undecided
otherwise.  One seed alone decides nothing.

The prediction is that of the solvable model: t^-beta for the lazy network, and the exponent chi(beta) of the rich one.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal

import numpy as np
from scipy.stats import t as student

from exponents.display import Described
from exponents.errors import InputError
from exponents.names import require_type

from ..arrays import Mask, Reals
from ..curves import LossCurve

RESOLVED = 0.05
"""Largest error of a decision that confirms."""

FEWEST = 8
"""Times in the window."""

COVERAGE = 0.975
"""Point of Student's t: 95 % of the seeds' means lie inside, on both sides."""


@dataclass(frozen=True, repr=False)
class NetworkExponent(Described):
    """A measured exponent r of L ~ t^-r.

    Attributes
    ----------
    value, error : float
        The error is infinite for one seed.
    noise, drift : float
        The parts of the error.
    window : (float, float)
        First and last time, in units of 1/(learning rate).
    seeds : int

    Examples
    --------
    >>> found = NetworkExponent(0.41, 0.03, 0.02, 0.01, (40.0, 2000.0), 3)
    >>> print(found.judge(0.4), found.judge(0.25), found)
    confirmed refuted 0.410 +- 0.030 (noise 0.020, drift 0.010) from t = 40 to 2e+03, 3 seeds
    """

    value: float
    error: float
    noise: float
    drift: float
    window: tuple[float, float]
    seeds: int

    def judge(self, predicted: float, uncertain: float = 0.0) -> Literal["confirmed", "refuted", "undecided"]:
        """Return the verdict on a predicted exponent, whose own error ``uncertain`` adds to that of the measurement."""
        error = self.error + uncertain
        if abs(predicted - self.value) > error:
            return "refuted"
        return "confirmed" if error <= RESOLVED else "undecided"

    def describe(self) -> str:
        """Return the value, the error with its parts, and the window."""
        parts = f"(noise {self.noise:.3f}, drift {self.drift:.3f})"
        return (
            f"{self.value:.3f} +- {self.error:.3f} {parts} from t = {self.window[0]:.3g} to {self.window[1]:.3g}, "
            f"{self.seeds} seeds"
        )

    __str__ = describe


def choose_window(time: Reals) -> Mask:
    """Return which times are in the window.

    Examples
    --------
    >>> choose_window(np.geomspace(1, 1e4, 5)).tolist()
    [False, False, True, True, True]
    """
    return time >= np.sqrt(max(1.0, float(time[-1]))) * (1 - 1e-9)


def measure_exponent(curve: LossCurve) -> NetworkExponent:
    """Return the exponent of a loss curve of `train_networks`.

    Parameters
    ----------
    curve : LossCurve
        With the losses of each seed.

    Returns
    -------
    NetworkExponent

    Raises
    ------
    InputError
        If too few times lie in the window.

    Examples
    --------
    >>> time = np.geomspace(0.1, 1e4, 81)
    >>> losses = np.array([factor * time**-0.5 for factor in (1.0, 1.1, 0.9)])
    >>> print(measure_exponent(LossCurve(time, losses.mean(axis=0), 0 * time, 1.0, observed={"losses": losses})))
    0.500 +- 0.000 (noise 0.000, drift 0.000) from t = 100 to 1e+04, 3 seeds
    """
    require_type(curve, LossCurve, "what is measured", "make one with train_networks")
    chosen = choose_window(curve.time)
    x, y = np.log(curve.time[chosen]), np.log(curve.losses[:, chosen])
    if len(x) < FEWEST:
        raise InputError(
            f"an exponent needs at least {FEWEST} times in the later half of ln t, from t = 1 on; got {len(x)} up to "
            f"t = {curve.time[-1]:.3g}; train for more steps"
        )
    slopes = -_slopes(x, y)
    late = x >= (x[0] + x[-1]) / 2
    mean = np.log(curve.loss[chosen])[None]
    drift = abs(float(_slopes(x[late], mean[:, late])[0] - _slopes(x[~late], mean[:, ~late])[0])) / 2
    seeds = len(slopes)
    noise = inf
    if seeds > 1:
        noise = float(slopes.std(ddof=1) / np.sqrt(seeds) * student.ppf(COVERAGE, seeds - 1))
    window = float(curve.time[chosen][0]), float(curve.time[-1])
    return NetworkExponent(float(slopes.mean()), noise + drift, noise, drift, window, seeds)


def _slopes(x: Reals, y: Reals) -> Reals:
    """Return the slopes of lines through the rows of y by least squares."""
    centred = x - x.mean()
    found: Reals = (y @ centred) / (centred @ centred)
    return found
