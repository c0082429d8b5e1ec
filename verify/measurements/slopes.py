"""What does a quantity tend to as t -> infinity, and how well is that known?

A measured exponent is the limit of a local slope, s(t) = -d ln L/d ln t.  The slope of one line through all points is
never used.  On its way to the limit a slope has corrections that are powers of t,

    s = s_inf + sum_{j=1}^{K} a_j e^{-j d l},        l = ln t,

with an unknown d: the expansion of a function of t^{-d}.  For a given d the fit is linear, and the best d is searched
(`correction_fits`).  K is the smallest number of corrections whose misfit is no larger than the noise.

The error is the sum of three parts: twice the standard error of the limit; the change by one more correction; and the
change when the earlier half of the window is included.  On curves with a known limit the sum covers it at least 95
times in 100.  Tests check this with noise, and with corrections of other kinds than those fitted.

A logarithm is not a power: where L ~ t^{-s} (ln t)^{-p} the slope is s + p/l + ..., which a small d can imitate over
any window.  So a slow correction is fitted as powers of 1/l too.  If that fits no worse, the limit is reported as
reached logarithmically.  Whenever the correction is that slow, the difference between both limits is part of the error.
Corrections below the noise stay unseen, so the error of noisy data is that for corrections by powers.  Over less than
six factors of ten, with noise of a hundredth, it covers 80 to 95 times in 100, and 70 where two corrections nearly
cancel.

Map: `extrapolate` gives a limit from values; `extrapolate_exponent` an exponent from values without noise and
`extrapolate_noisy_exponent` from values with stated errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.display import Described
from exponents.errors import InputError

from ..arrays import Reals
from .correction_fits import Fit, fit_logarithms, fit_powers, fit_rates

CORRECTIONS = 3
"""Powers t^{-d}, ... t^{-Kd} at the most."""

SLOW = 4.0
"""If d times the length of the window is smaller, a power looks like a logarithm."""

FEWEST = 8
"""Points that an extrapolation needs."""

ROUNDING = 1e-11
"""Least noise of any slope."""


@dataclass(frozen=True, repr=False)
class Limit(Described):
    """A limit with its error.

    Attributes
    ----------
    value, error : float
        The limit and half the width of the interval that should contain it.
    window : (float, float)
        First and last time that was used, in units of 1/(learning rate).
    correction : float
        d of the leading correction t^{-d}; NaN where none is seen.
    logarithm : bool
        Whether the limit is reached as a power of 1/ln t.

    Examples
    --------
    >>> found = Limit(0.5, 0.01, (1e3, 1e9), 0.4, False)
    >>> print(found, found.covers(0.505), found.widen(0.01).error)
    0.5 +- 1.0e-02 True 0.02
    """

    value: float
    error: float
    window: tuple[float, float]
    correction: float
    logarithm: bool

    def covers(self, value: float) -> bool:
        """Return whether ``value`` lies inside the error."""
        return abs(self.value - value) <= self.error

    def widen(self, more: float) -> Limit:
        """Return the same limit with an error that is larger by ``more``."""
        return replace(self, error=self.error + more)

    def __neg__(self) -> Limit:
        return replace(self, value=-self.value)

    def describe(self) -> str:
        """Return the value, the error and the window."""
        return f"{self} from t = {self.window[0]:.3g} to {self.window[1]:.3g}"

    def __str__(self) -> str:
        return f"{self.value:.6g} +- {self.error:.1e}"


def extrapolate(time: ArrayLike, values: ArrayLike, noise: ArrayLike = 0.0) -> Limit:
    """Extrapolate ``values`` to infinite time.

    Parameters
    ----------
    time : array of shape (n,)
        Rising, above 1; n >= `FEWEST`.
    values : array of shape (n,)
        A slope, or anything else that tends to a constant.
    noise : float or array of shape (n,)
        Standard error of each value; errors at different times are independent.

    Returns
    -------
    Limit
        The limit and its error, from the later half of the window in ln t.

    Raises
    ------
    InputError
        If there are too few points, if times do not rise from above 1, or if a number is not finite.

    Examples
    --------
    >>> time = np.geomspace(10, 1e8, 40)
    >>> found = extrapolate(time, 0.7 + time**-0.5)
    >>> round(found.value, 6), round(found.correction, 3), found.covers(0.7)
    (0.7, 0.5, True)
    """
    try:
        t, y, given = np.asarray(time, float), np.asarray(values, float), np.asarray(noise, float)
    except (TypeError, ValueError, OverflowError) as caught:
        raise InputError(f"an extrapolation needs numbers; got something else ({caught})") from caught
    if t.ndim != 1 or len(t) < FEWEST or t.shape != y.shape or given.shape not in ((), t.shape):
        raise InputError(
            f"an extrapolation needs {FEWEST} points or more, each with a time and a value; got times of shape "
            f"{t.shape}, values of shape {y.shape} and noise of shape {given.shape}"
        )
    sigma = np.hypot(np.broadcast_to(given, t.shape), ROUNDING * max(1.0, float(np.abs(y).max())))
    if not (np.isfinite(t).all() and np.isfinite(y).all() and np.isfinite(sigma).all()):
        raise InputError("an extrapolation needs finite numbers; got some that are not; leave those times out")
    if t[0] <= 1 or (np.diff(t) <= 0).any():
        raise InputError(f"times must rise from above 1 for an extrapolation; got {t[0]:g} first")
    # The limit comes from the later half of the window; the whole window checks it.
    length = np.log(t)
    late = length >= (length[0] + length[-1]) / 2
    if np.count_nonzero(late) < FEWEST:
        late[-FEWEST:] = True
    window = (float(t[late][0]), float(t[-1]))
    whole, _, seen = _fit_simplest(fit_powers, length, y, sigma)
    value, error, best = _fit_simplest(fit_powers, length[late], y[late], sigma[late])
    if np.isnan(best.rate) and not np.isnan(seen.rate):
        # a correction that shows in the whole window may hide in its later half
        best = fit_rates(length[late], y[late], sigma[late], 1, [seen.rate])[0]
        value, error = best.value, error + 2 * best.spread + abs(best.value - value)
    error += abs(value - whole)
    # d times the window: a fast correction cannot be a logarithm; a slow one is fitted in powers of 1/l as well.
    if not best.rate * (length[-1] - length[late][0]) < SLOW:
        return Limit(value, error, window, best.rate, False)
    inverse = [_fit_simplest(fit_logarithms, length[part], y[part], sigma[part]) for part in (late, slice(None))]
    (other, other_error, other_best), (other_whole, _, _) = inverse
    other_error += abs(other - other_whole)
    apart = abs(other - value)
    if other_best.misfit <= best.misfit:
        return Limit(other, other_error + apart, window, nan, True)
    return Limit(value, error + apart, window, best.rate, False)


def _fit_simplest(
    fit: Callable[[Reals, Reals, Reals, int], Fit], length: Reals, y: Reals, sigma: Reals
) -> tuple[float, float, Fit]:
    """The limit by the simplest acceptable fit, its error without the part of the window, and that fit."""
    most = min(CORRECTIONS, len(y) // 2 - 2)
    number = 0
    best = fit(length, y, sigma, number)
    while not best.acceptable and number < most:
        number += 1
        best = fit(length, y, sigma, number)
    more = fit(length, y, sigma, number + 1)
    spread = max(best.spread, more.spread)  # a correction may hide below the noise
    noise = spread * sqrt(max(1.0, best.misfit / best.freedom))
    return best.value, 2 * noise + abs(more.value - best.value), best


def extrapolate_exponent(place: ArrayLike, values: ArrayLike) -> Limit:
    """Return the exponent with which a quantity without noise grows, from differences.

    The noise of the differences is estimated from their third differences in the later half, and added to the error
    once more.

    Parameters
    ----------
    place, values : array of shape (n,)
        Places that rise from above 1, evenly or nearly so in their logarithm; values that are positive; n > `FEWEST`.

    Raises
    ------
    InputError
        If there are too few places, if they do not rise from above 1, or if a value is not positive and finite.

    Examples
    --------
    >>> size = np.geomspace(10, 1e9, 20)
    >>> round(extrapolate_exponent(size, 3 * size**1.5).value, 6)
    1.5
    """
    at, value = np.asarray(place, float), np.asarray(values, float)
    if at.ndim != 1 or at.shape != value.shape or len(at) <= FEWEST:
        raise InputError(
            f"an exponent needs more than {FEWEST} places, each with a value; got places of shape {at.shape} and "
            f"values of shape {value.shape}"
        )
    if not (np.isfinite(at).all() and at[0] > 1 and (np.diff(at) > 0).all()):
        raise InputError("an exponent needs places that rise from above 1 and are finite; leave others out")
    if not (np.isfinite(value) & (value > 0)).all():
        raise InputError("an exponent needs values that are positive and finite; leave others out")
    x, y = np.log(at), np.log(value)
    slopes, middles = np.diff(y) / np.diff(x), (x[1:] + x[:-1]) / 2
    third = np.diff(slopes, 3)[len(slopes) // 2 :]
    noise = float(np.sqrt(np.mean(third**2) / 20))  # third differences weigh by 1, 3, 3, 1, whose squares sum to 20
    return extrapolate(np.exp(middles), slopes, noise).widen(noise)


def extrapolate_noisy_exponent(place: Reals, values: Reals, errors: Reals) -> Limit:
    """Return the exponent with which a quantity grows, from values with known and independent errors.

    Parameters
    ----------
    place, values, errors : array of shape (n,)
        As in `extrapolate_exponent`, and the standard error of each value.

    Examples
    --------
    >>> size = np.geomspace(10, 1e9, 20)
    >>> found = extrapolate_noisy_exponent(size, 3 * size**1.5, 1e-6 * size**1.5)
    >>> round(found.value, 6), found.error < 1e-5
    (1.5, True)
    """
    apart = np.diff(np.log(place))
    slopes = np.diff(np.log(values)) / apart
    noise = np.hypot(*(errors[part] / values[part] for part in (slice(1, None), slice(None, -1))))
    return extrapolate(np.sqrt(place[1:] * place[:-1]), slopes, noise / apart)
