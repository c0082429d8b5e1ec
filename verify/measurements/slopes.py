"""What does a quantity tend to as t -> infinity, and how well is that known?

A measured exponent is the limit of a local slope, s(t) = -d ln L/d ln t, never the slope of one line through all
points.  On the way to its limit a slope has corrections that are powers of t,

    s = s_inf + sum_{j=1}^{K} a_j e^{-j d l},        l = ln t,

with an unknown d: the expansion of a function of t^{-d}.  For a given d the fit is linear, and the best d is searched.
K is the smallest number of corrections with which the misfit is no larger than the noise.

The error has three parts, added up.  Twice the standard error of the limit; what one more correction would change; and
what the earlier half of the window changes.  On curves with a known limit the sum covers it at least 95 times in 100;
that is tested, with noise and with corrections of other kinds than those fitted.

A logarithm is no power: where L ~ t^{-s} (ln t)^{-p} the slope is s + p/l + ..., which a small d can imitate over any
window.  So a slow correction is fitted as powers of 1/l too.  If that fits no worse, the limit is said to be reached
logarithmically; and whenever the correction is that slow, the difference between both limits is part of the error.
What hides below the noise is not seen: of noisy data the error is that for corrections by powers.  Over less than six
factors of ten, with noise of a hundredth, it covers 80 to 95 times in 100, and 70 where two corrections nearly cancel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError

from ..arrays import Reals

CORRECTIONS = 3
"""Powers t^{-d}, ... t^{-Kd} at the most."""

RATES = (0.3, 40.0)
"""Smallest and largest d times the length of the window: slower is constant, faster is gone."""

SLOW = 4.0
"""d times the length of the window below which a power cannot be told from a logarithm."""

GRID, ZOOMS = 16, 9
"""Values of d that are tried at once; how often the search narrows to the neighbours of the best, by 2/15 a time."""

FEWEST = 8
"""Points that an extrapolation needs."""

ROUNDING = 1e-11
"""Noise that any slope is taken to have."""


@dataclass(frozen=True)
class Limit:
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
    """

    value: float
    error: float
    window: tuple[float, float]
    correction: float
    logarithm: bool

    def covers(self, value: float) -> bool:
        """Whether ``value`` lies inside the error."""
        return abs(self.value - value) <= self.error

    def widen(self, more: float) -> Limit:
        """The same limit with an error that is larger by ``more``."""
        return replace(self, error=self.error + more)

    def __neg__(self) -> Limit:
        return replace(self, value=-self.value)

    def __str__(self) -> str:
        return f"{self.value:.6g} +- {self.error:.1e}"


Exponent = Limit
"""A limit of a slope."""


@dataclass(frozen=True)
class _Fit:
    """One linear fit: the limit, its standard error for unit noise, and the sum of squared misfits over the noise."""

    value: float
    spread: float
    misfit: float
    freedom: int
    rate: float = nan

    @property
    def acceptable(self) -> bool:
        """Whether the misfit is what noise would leave, to two standard deviations."""
        return self.misfit <= self.freedom + 2 * sqrt(2 * self.freedom)


def extrapolate(time: ArrayLike, values: ArrayLike, noise: ArrayLike = 0.0) -> Limit:
    """The limit of ``values`` as time grows.

    Parameters
    ----------
    time : array of shape (n,)
        Rising, above 1; n >= `FEWEST`.
    values : array of shape (n,)
        A slope, or anything else that tends to a constant.
    noise : float or array of shape (n,)
        Standard error of each value, independent of each other.

    Raises
    ------
    InputError
        For too few points, times that do not rise from above 1, or numbers that are not finite.
    """
    t, y, given = np.asarray(time, float), np.asarray(values, float), np.asarray(noise, float)
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
    length = np.log(t)
    late = length >= (length[0] + length[-1]) / 2
    if np.count_nonzero(late) < FEWEST:
        late[-FEWEST:] = True
    window = (float(t[late][0]), float(t[-1]))
    whole, _, seen = _limit(_power_fit, length, y, sigma)
    value, error, best = _limit(_power_fit, length[late], y[late], sigma[late])
    if np.isnan(best.rate) and not np.isnan(seen.rate):  # what shows in the whole window may hide in its later half
        best = _with_rate(length[late], y[late], sigma[late], 1, [seen.rate])[0]
        value, error = best.value, error + 2 * best.spread + abs(best.value - value)
    error += abs(value - whole)
    if not best.rate * (length[-1] - length[late][0]) < SLOW:
        return Limit(value, error, window, best.rate, False)
    inverse = [_limit(_logarithm_fit, length[part], y[part], sigma[part]) for part in (late, slice(None))]
    (other, other_error, other_best), (other_whole, _, _) = inverse
    other_error += abs(other - other_whole)
    apart = abs(other - value)
    if other_best.misfit <= best.misfit:
        return Limit(other, other_error + apart, window, nan, True)
    return Limit(value, error + apart, window, best.rate, False)


def _limit(
    fit: Callable[[Reals, Reals, Reals, int], _Fit], length: Reals, y: Reals, sigma: Reals
) -> tuple[float, float, _Fit]:
    """The limit by the simplest acceptable fit, the error but for the window's part, and that fit."""
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


def _power_fit(length: Reals, y: Reals, sigma: Reals, corrections: int) -> _Fit:
    """The best fit with corrections e^{-j d l}, over all d."""
    if corrections == 0:
        return _fits(np.ones((1, len(y), 1)), y, sigma, [nan])[0]
    ahead = length - length[0]
    low, high = (log(rate / ahead[-1]) for rate in RATES)
    for _ in range(ZOOMS):
        rates = np.exp(np.linspace(low, high, GRID))
        fits = _with_rate(length, y, sigma, corrections, list(rates))
        best = min(range(GRID), key=lambda i: fits[i].misfit)
        low, high = log(rates[max(best - 1, 0)]), log(rates[min(best + 1, GRID - 1)])
    return fits[best]


def _with_rate(length: Reals, y: Reals, sigma: Reals, corrections: int, rates: list[float]) -> list[_Fit]:
    """The fits with corrections e^{-j d l} for given d."""
    powers = np.arange(corrections + 1) * (length - length[0])[:, None]
    return _fits(np.exp(-np.array(rates)[:, None, None] * powers), y, sigma, rates)


def _logarithm_fit(length: Reals, y: Reals, sigma: Reals, corrections: int) -> _Fit:
    """The fit with corrections l^{-j}; one more than there are powers, as there is no d to be chosen."""
    powers = np.arange(corrections + 2 if corrections else 1)
    return _fits((length[None, :, None] / length[0]) ** -powers, y, sigma, [nan])[0]


def _fits(designs: Reals, y: Reals, sigma: Reals, rates: list[float]) -> list[_Fit]:
    """Weighted least squares for each of several designs, of shape (fits, points, columns), the constant first."""
    q, r = np.linalg.qr(designs / sigma[:, None])
    scaled = y / sigma
    inside = np.swapaxes(q, 1, 2) @ scaled
    misfit = ((scaled - (q @ inside[:, :, None])[:, :, 0]) ** 2).sum(axis=1)
    inverse = np.linalg.inv(r)
    values, spreads = (inverse[:, 0] * inside).sum(axis=1), np.sqrt((inverse[:, 0] ** 2).sum(axis=1))
    return [
        _Fit(float(v), float(e), float(m), max(1, len(y) - designs.shape[2] - (0 if np.isnan(d) else 1)), float(d))
        for v, e, m, d in zip(values, spreads, misfit, rates, strict=True)
    ]


def exponent_of(place: ArrayLike, values: ArrayLike) -> Limit:
    """The exponent with which a quantity without noise grows, from differences.

    Their noise is what is left of their third differences in the later half, and added to the error once more.

    Parameters
    ----------
    place, values : array of shape (n,)
        Rising from above 1, evenly or nearly so in their logarithm, and positive; n > `FEWEST`.

    Raises
    ------
    InputError
        For too few places, places that do not rise from above 1, or values that are not positive and finite.
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
    noise = float(np.sqrt(np.mean(third**2) / 20))  # 1, 3, 3 and 1, squared
    return extrapolate(np.exp(middles), slopes, noise).widen(noise)


def local_slopes(time: ArrayLike, values: ArrayLike, errors: ArrayLike, pieces: int = 24) -> tuple[Reals, ...]:
    """Local slopes d ln value/d ln t of a noisy curve, from straight lines through disjoint pieces of it.

    Parameters
    ----------
    time, values, errors : array of shape (n,)
        Rising times, positive values and their independent standard errors.
    pieces : int
        Pieces of equal length in ln t, of which those with three points or more are used.

    Returns
    -------
    time, slope, noise : arrays of shape (pieces used,)
        The middle of each piece, its slope, and the standard error of the slope.

    Raises
    ------
    InputError
        For values that are not positive, or where no piece has enough points.
    """
    t, v, e = (np.asarray(column, float) for column in (time, values, errors))
    if t.ndim != 1 or not len(t) or not t.shape == v.shape == e.shape:
        raise InputError(f"a slope needs times, values and errors of one shape; got {t.shape}, {v.shape}, {e.shape}")
    if not (np.isfinite(t) & np.isfinite(v) & np.isfinite(e) & (t > 0) & (v > 0) & (e >= 0)).all():
        raise InputError("a slope needs positive, finite times and values, and errors of at least 0; leave others out")
    if (np.diff(t) <= 0).any():
        raise InputError("a slope needs times that rise; sort them")
    length, height, sigma = np.log(t), np.log(v), np.maximum(e / v, ROUNDING)
    edges = np.linspace(length[0], length[-1] + 1e-9, pieces + 1)
    rows = [
        _line(length[part], height[part], sigma[part])
        for low, high in pairwise(edges)
        if np.count_nonzero(part := (length >= low) & (length < high)) >= 3
    ]
    if not rows:
        raise InputError(f"a slope needs pieces of three points or more; got {len(t)} points; try fewer pieces")
    middle, slope, noise = np.array(rows).T
    return np.exp(middle), slope, noise


def _line(length: Reals, height: Reals, sigma: Reals) -> tuple[float, float, float]:
    """Middle, slope and its standard error of the best straight line."""
    weight = sigma**-2.0
    middle = float((weight * length).sum() / weight.sum())
    spread = float((weight * (length - middle) ** 2).sum())
    slope = float((weight * (length - middle) * height).sum()) / spread
    return middle, slope, 1 / sqrt(spread)
