"""What is the exponent s of squared coefficients, y_k^2 ~ k^(-s), and how well is it known?

A coefficient of a generic target is Gaussian about 0, so that its square is its mean times chi^2 with one degree of
freedom; for several outputs, the sum has more.  These are Gamma distributions, of the shape m/2 for m outputs.  The
likelihood with ln E y_k^2 = b - s ln k is a generalised linear model with log link.  Its equations,

    sum_k (y_k^2 e^(s ln k - b) - 1) (1, ln k) = 0,

do not contain the shape.  The shape gives the error, and is fitted too.  For one output the error of s is sqrt(2/S_xx),
1.57 times less than that of least squares of ln y_k^2, which the smallest coefficients dominate.  Cumulative tails are
not used: their last values lack what is beyond the end.

The least distance from the log of a zero coefficient is infinite, so with zeros (modes that a symmetry forbids) the
shape is taken from the variance instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np

from exponents.errors import InputError

from ..arrays import Reals
from .capacity_fit import Range

ITERATIONS, CONVERGED = 200, 1e-11
"""Most Newton steps, and the size of a step at which they end; ten are usual."""

EMPTY = 1e-12
"""Coefficients below this share of their mean are zeros with rounding."""

SURELY = 5.0
"""Standard errors by which a curvature differs from 0 surely; those of few modes have long tails."""

TOLERATED = 0.15
"""Share of s by which local exponents at the ends of a range may differ."""


@dataclass(frozen=True)
class GammaFit:
    """A generalised linear model with Gamma distribution and log link.

    Attributes
    ----------
    coefficients : array of shape (columns,)
        In the logarithm of the mean.
    error : float
        Standard error of the last coefficient.
    shape : float
        Shape of the Gamma distribution: half of the degrees of freedom.
    freedom : int
        Modes less columns: degrees of freedom of the error.

    Examples
    --------
    >>> found = fit_gamma(np.arange(1.0, 5)[:, None], np.exp(-np.arange(1.0, 5)))
    >>> found.coefficients.round(9).tolist()
    [0.0, -1.0]
    """

    coefficients: Reals
    error: float
    shape: float
    freedom: int


@dataclass(frozen=True)
class SourceFit:
    """The exponent of squared coefficients.

    Attributes
    ----------
    values, errors : tuple of float
        s and its standard error in each window; the first is the estimate.
    freedom : int
        Degrees of freedom of the first error.
    prefactor : float
        The law's value at k = 1.
    outputs : float
        Degrees of freedom of the chi^2 distribution that the coefficients follow: that of independent outputs.
    excess : float
        What windows add to the error.
    parts : tuple of float
        s in each part of the range that is tested for curvature.
    is_curved : bool
        Whether a single exponent is excluded there.

    Examples
    --------
    >>> found = fit_source(np.arange(1.0, 101) ** -1.75, [(5, 50), (10, 50), (5, 25)], [(5, 15), (15, 50)])
    >>> round(found.values[0], 9), found.is_curved
    (1.75, False)
    """

    values: tuple[float, ...]
    errors: tuple[float, ...]
    freedom: int
    prefactor: float
    outputs: float
    excess: float
    parts: tuple[float, ...]
    is_curved: bool


def fit_source(coefficients: Reals, windows: Sequence[Range], parts: Sequence[Range]) -> SourceFit:
    """Fit s to squared coefficients in the order of falling eigenvalues.

    Parameters
    ----------
    coefficients : array of shape (modes,)
        y_k^2 >= 0.
    windows, parts : sequence of (int, int)
        As for `fit_capacity`.

    Returns
    -------
    SourceFit

    Raises
    ------
    InputError
        If nearly all coefficients of a window are zero.

    Examples
    --------
    >>> k = np.arange(1.0, 1001)
    >>> target = np.random.default_rng(0).standard_normal(1000) ** 2 * k**-1.75
    >>> found = fit_source(target, [(10, 500), (20, 500), (10, 250)], [(10, 500)])
    >>> abs(found.values[0] - 1.75) < 2 * found.errors[0], round(found.outputs, 1)
    (True, 1.0)
    """
    fits = [_fit_range(coefficients, window) for window in windows]
    values, errors = [-float(fit.coefficients[1]) for fit in fits], [fit.error for fit in fits]
    # The estimate is efficient, so its difference from another has the difference of both variances (Hausman).
    chance = [max(error**2 - errors[0] ** 2, 0) for error in errors[1:]]
    beyond = [max((value - values[0]) ** 2 - due, 0) for value, due in zip(values[1:], chance, strict=True)]
    whole = parts[0][0], parts[-1][1]
    bent = _fit_range(coefficients, whole, curved=True)
    change = 2 * abs(float(bent.coefficients[2])) * log(whole[1] / whole[0])  # of the local exponent, end to end
    return SourceFit(
        values=tuple(values),
        errors=tuple(errors),
        freedom=fits[0].freedom,
        prefactor=float(np.exp(fits[0].coefficients[0])),
        outputs=2 * fits[0].shape,
        excess=sqrt(sum(beyond) / len(beyond)) if beyond else 0.0,
        parts=tuple(-float(_fit_range(coefficients, part).coefficients[1]) for part in parts),
        is_curved=abs(float(bent.coefficients[2])) > SURELY * bent.error and change > TOLERATED * abs(values[0]),
    )


def _fit_range(coefficients: Reals, window: Range, curved: bool = False) -> GammaFit:
    """Fit the modes of a window on ln k, or on ln k and its square."""
    first, last = window
    x = np.log(np.arange(first, last + 1.0))
    columns = [x, x * x] if curved else [x]
    values = coefficients[first - 1 : last]
    if np.count_nonzero(values) < max(5, len(values) // 10):
        raise InputError(
            f"modes {first} to {last} must have squared coefficients above 0; got {np.count_nonzero(values)} of "
            f"{len(values)}; try another `window`"
        )
    return fit_gamma(np.stack(columns, axis=1), values)


def fit_gamma(columns: Reals, values: Reals) -> GammaFit:
    """Fit ln E values = b_0 + columns b, with Gamma-distributed values, by Newton's method on a convex function.

    Parameters
    ----------
    columns : array of shape (n, columns)
    values : array of shape (n,)
        At least 0.

    Returns
    -------
    GammaFit

    Examples
    --------
    >>> x = np.linspace(0.0, 1.0, 9)
    >>> fit_gamma(x[:, None], np.exp(2 - 3 * x)).coefficients.round(9).tolist()
    [2.0, -3.0]
    """
    design = np.column_stack([np.ones(len(values)), columns])
    basis, triangle = np.linalg.qr(design)  # orthogonal columns: a square of ln k is nearly a line
    scale = float(values.mean())
    share = values / scale
    b = basis.T @ np.log(np.maximum(share, 1e-3))
    for _ in range(ITERATIONS):
        ratio = share * np.exp(-np.clip(basis @ b, -600, 600))
        step = np.linalg.solve((basis * ratio[:, None]).T @ basis, basis.T @ (ratio - 1))
        largest = float(np.abs(basis @ step).max())
        b = b + step / max(1.0, largest)  # no mean changes by more than a factor e in one step
        if largest < CONVERGED:
            break
    ratio = share * np.exp(-np.clip(basis @ b, -600, 600))
    freedom = len(values) - design.shape[1]
    shape = _fit_shape(ratio, freedom)
    inverse = np.linalg.inv(triangle)
    found = inverse @ b
    found[0] += log(scale)
    error = sqrt(len(values) / freedom / shape * float((inverse @ inverse.T)[-1, -1]))
    return GammaFit(found, error, shape, freedom)


def _fit_shape(ratio: Reals, freedom: int) -> float:
    """Return the shape of a Gamma distribution from ratios of values to their means."""
    if ratio.min() < EMPTY:
        return freedom / max(float(((ratio - 1) ** 2).sum()), EMPTY)
    distance = max(log(ratio.mean()) - float(np.log(ratio).mean()), EMPTY)
    return (3 - distance + sqrt((distance - 3) ** 2 + 24 * distance)) / (12 * distance)  # within 1.5 % of the maximum
