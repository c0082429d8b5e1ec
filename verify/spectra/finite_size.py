"""How far is the mean over models of N features from their mean spectrum?  To first order in 1/N, in the lazy limit.

The deterministic equivalent of the kernel K (`random_features`) would be exact to order 1/N for complex features.  Real
ones pair in one more way, and the mean of G = (K - z)^{-1} gains a term of order 1/N.  A feature x adds x x^T/N to K;
with G_0 the resolvent without it, x^T G = x^T G_0/(1 + q), q = x^T G_0 x/N.  To second order in q - E q, where q has
the variance 2 tr((Lambda G)^2)/N^2, and as G_0 lacks one feature,

    (1)  z E[G] + 1 = P Lambda G + (1/N) [P^3 Lambda G tr((Lambda G)^2)/N - P^2 (Lambda G)^2]/(1 - Q_2),
         P = 1/(1 + tr(Lambda G)/N),

the last factor because products of two resolvents are meant: E[G Lambda G] is E[G] Lambda E[G]/(1 - Q_2).

With -z = s = nu P, q_k = lambda_k/(lambda_k + nu) and Q_j = (1/N) sum_k q_k^j it is solved by E[G] = G + G_1/N,

    (2)  P = 1 - Q_1,     G_k = q_k/(P lambda_k),     G_1k = G_k q_k [q_k - (Q_2 - Q_3)/(1 - Q_2)]/(1 - Q_2).

So the mean of the lazy loss, sum_k y_k^2 (e^{-2tK})_kk, is

    (3)  (1/2 pi i) int e^{2ts} sum_k y_k^2 (G_k + G_1k/N) ds

on a contour about all s = -mu.  Checks that are not used: the first part is the loss on the mean spectrum; G_1 vanishes
if all lambda are equal, where the floor 1 - N/M is exact.

The contour is the parabola of Weideman and Trefethen (2007), a trapezoidal rule.  nu is found on its first point, close
to the real axis, by iterating nu = s + nu Q_1, and followed by Newton's method.

Layout: nodes of the limit along the first axis, times along the last.  Cost: a millisecond for each time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .spectrum import Spectrum

MOST = 64
"""Times at which a share is computed; between more it is interpolated in ln t."""

POINTS = 10
"""Points of the contour above the real axis; the rule errs by 2.85^(-2 POINTS), 1e-9."""

FIXED, NEWTON = 60, 8
"""Iterations at the first point, where they converge for any alpha up to 12, and from a point to the next."""

Complexes = NDArray[np.complex128]


def lazy_mean(target: Spectrum, trace: Spectrum, model_size: float, times: Reals) -> tuple[Reals, Reals]:
    """Return the lazy loss on the mean spectrum of N features, and what the mean over models adds to it.

    Parameters
    ----------
    target, trace : Spectrum
        Of the limit N = infinity: power of the target, and sum_k lambda_k delta(lambda_k).
    model_size : float
        N.
    times : array of shape (times,)
        t > 0 of the flow, in units of one over the eigenvalues.

    Returns
    -------
    mean, added : array of shape (times,)
        By (3).  ``added`` has the order 1/N; what follows has the order 1/N^2.

    Examples
    --------
    >>> k = np.arange(1.0, 129)
    >>> limit = Spectrum(k**-1.5, k**-1.75), Spectrum(k**-1.5, k**-1.5)
    >>> mean, added = lazy_mean(*limit, 16, np.array([1.0, 1e6]))
    >>> mean.round(4), added.round(4)
    (array([0.9035, 0.3477]), array([0.0178, 0.0085]))
    """
    nu, found = np.zeros(len(times), complex), np.zeros((2, len(times)))
    for theta in (np.arange(POINTS) + 0.5) * np.pi / POINTS:
        scale = POINTS / times
        s = scale * (0.1309 - 0.1194 * theta**2 + 0.25j * theta)
        ds = scale * (-0.2388 * theta + 0.25j) * np.pi / POINTS
        nu = _follow(trace, model_size, s, nu)
        q = target.eigenvalues[:, None] / (target.eigenvalues[:, None] + nu)
        second, third = (_share(trace, model_size, nu, power) for power in (2, 3))
        resolvent = q * (nu / s) / target.eigenvalues[:, None]  # (2)
        added = resolvent * q * (q - (second - third) / (1 - second)) / (1 - second)
        for row, part in enumerate((resolvent, added / model_size)):
            found[row] += (np.exp(2 * times * s) * (target.weights @ part) * ds).imag / np.pi  # (3)
    return found[0], found[1]


def share_between_models(target: Spectrum, trace: Spectrum, model_size: float, times: Reals) -> Reals:
    """Return what the mean over models adds to the lazy loss on the mean spectrum, in units of that; 0 at time 0.

    Parameters
    ----------
    target, trace, model_size, times
        As in `lazy_mean`, but time 0 is allowed.

    Examples
    --------
    >>> k = np.arange(1.0, 129)
    >>> limit = Spectrum(k**-1.5, k**-1.75), Spectrum(k**-1.5, k**-1.5)
    >>> share_between_models(*limit, 16, np.array([0.0, 1.0, 1e6])).round(4)
    array([0.    , 0.0197, 0.0245])
    """
    later = times[times > 0]
    places = later if len(later) <= MOST else np.geomspace(later[0], later[-1], MOST)
    share = np.zeros(len(times))
    if len(later):
        mean, added = lazy_mean(target, trace, model_size, places)
        share[times > 0] = np.interp(np.log(later), np.log(places), added / mean)
    return share


def _follow(trace: Spectrum, size: float, s: Complexes, nu: Complexes) -> Complexes:
    """Return nu at s, from nu at the point before; 0 is none."""
    if not nu.any():
        nu = s
        for _ in range(FIXED):
            nu = s + nu * _share(trace, size, nu, 1)
    for _ in range(NEWTON):
        nu = nu - (nu * (1 - _share(trace, size, nu, 1)) - s) / (1 - _share(trace, size, nu, 2))
    return nu


def _share(trace: Spectrum, size: float, nu: Complexes, power: int) -> Complexes:
    """Return Q_power."""
    q = trace.eigenvalues[:, None] / (trace.eigenvalues[:, None] + nu)
    return np.asarray((trace.weights / trace.eigenvalues) @ q**power / size)
