"""How far is the mean over models of N features from their mean spectrum?  To first order in 1/N, in the lazy limit.

The deterministic equivalent of the kernel K (`random_features`) would be exact to order 1/N for complex features.  Real
ones pair in one more way, and the mean of G = (K - z)^{-1} gains a term of order 1/N.  A feature x adds x x^T/N to K;
with G_0 the resolvent without it, x^T G = x^T G_0/(1 + q), q = x^T G_0 x/N.  To second order in q - E q, where q has
the variance 2 tr((Lambda G)^2)/N^2, and as G_0 lacks one feature,

    (1)  z E[G] + 1 = P Lambda G + (1/N) [P^3 Lambda G tr((Lambda G)^2)/N - P^2 (Lambda G)^2]/(1 - Q_2),
         P = 1/(1 + tr(Lambda G)/N),

the last factor because products of two resolvents are meant: E[G Lambda G] is E[G] Lambda E[G]/(1 - Q_2).

With -z = nu P, q_k = lambda_k/(lambda_k + nu), Q_j = (1/N) sum_k q_k^j and R = (Q_2 - Q_3)/(1 - Q_2) it is solved by

    (2)  P = 1 - Q_1,     E[G]_k = q_k/(P lambda_k) [1 + q_k (q_k - R)/(N (1 - Q_2))],
         E tr(K G) = N Q_1 - P R/(1 - Q_2).

Fluctuations enter where batches are finite.  Those of log det (K - z) at two z have the covariance -2 log(1 - Q_12),
Q_12 = (1/N) sum_k q_k q'_k (Bai and Silverstein).  Derivatives by z give those of t = tr(K G), and derivatives along
y y^T those of phi = y^T G y; `_covariances` has them.

The loss in steps (`two_time.lazy_moments`) has the generating function sum_n L(n) s^{-n-1} = F/(1 - V), where
F = y^T (s - a(K))^{-1} y and V = tr[(eta K)^2 (s - a(K))^{-1}]/B.  a is quadratic, so that with c = 1 + 1/B and the
roots z of a(z) = s

    (3)  eta z = [1 -+ (1 - c (1 - s))^{1/2}]/c,     kappa = 1/(c eta^2 (z_+ - z_-)),
         F = kappa (phi_- - phi_+),     V = (eta^2/B) kappa (z_- t_- - z_+ t_+).

Its mean is, to first order in 1/N, with delta for the terms of order 1/N of (2),

    (4)  F/(1 - V) + [delta F + (F delta V + Cov(F, V))/(1 - V) + F Var(V)/(1 - V)^2]/(1 - V),

and L(n) = (1/2 pi i) int s^n F/(1 - V) ds around 0 <= s <= 1.  Checks that are not used: without the bracket it is the
loss on the mean spectrum; R = q if all lambda are equal, where the floor 1 - N/M is exact.

The contour is the parabola of Weideman and Trefethen (2007) for w = ln s, a trapezoidal rule, and a circle for the
first steps.  nu is found on its first point, close to the real axis, by iterating nu = -z + nu Q_1, and followed along
it by Newton's method.

Layout: nodes of the limit along the first axis, times along the last.  Cost: a few milliseconds for each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .spectrum import Spectrum

MOST = 64
"""Times at which a share is computed; between more it is interpolated in ln t."""

POINTS = 10
"""Points of the parabola above the real axis; the rule errs by 2.85^(-2 POINTS), 1e-9."""

FIRST, RADIUS, ROUND = 8, 1.5, 60
"""Steps up to which the contour is a circle, its radius, and its points above the real axis: it errs by 1.5^(-120)."""

FIXED, NEWTON = 60, 8
"""Iterations at the first point, where they converge for any alpha up to 12, and from a point to the next."""

SMALL = 1e-6
"""Steps of a flow, in units of the shortest time or one over the largest eigenvalue; they err by as much."""

Complexes = NDArray[np.complex128]


class _Place(NamedTuple):
    """One z for each time: nu, q of the trace's nodes and of the target's own, P, Q_2 and Q_3."""

    nu: Complexes
    q: Complexes
    own: Complexes
    p: Complexes
    second: Complexes
    third: Complexes


@dataclass(frozen=True)
class _Modes:
    """The modes of the limit, and N."""

    target: Spectrum
    trace: Spectrum
    size: float

    def count(self, values: Complexes) -> Complexes:
        """Return (1/N) sum_k of values on the trace's nodes."""
        return np.asarray((self.trace.weights / self.trace.eigenvalues) @ values / self.size)

    def power(self, values: Complexes) -> Complexes:
        """Return sum_k y_k^2/lambda_k of values on the target's nodes."""
        return np.asarray((self.target.weights / self.target.eigenvalues) @ values)

    def at(self, z: Complexes, nu: Complexes | None) -> _Place:
        """Return the sums at z, from nu at the point before."""
        if nu is None:
            nu = -z
            for _ in range(FIXED):
                nu = -z + nu * self.count(self._share(self.trace, nu))
        for _ in range(NEWTON):
            q = self._share(self.trace, nu)
            nu = nu - (nu * (1 - self.count(q)) + z) / (1 - self.count(q * q))
        q = self._share(self.trace, nu)
        own = self._share(self.target, nu)
        return _Place(nu, q, own, 1 - self.count(q), self.count(q * q), self.count(q**3))

    @staticmethod
    def _share(spectrum: Spectrum, nu: Complexes) -> Complexes:
        return np.asarray(spectrum.eigenvalues[:, None] / (spectrum.eigenvalues[:, None] + nu))


def lazy_mean(
    target: Spectrum,
    trace: Spectrum,
    model_size: float,
    learning_rate: float,
    steps: Reals,
    batch_size: int | None = None,
) -> tuple[Reals, Reals]:
    """Return the lazy loss on the mean spectrum of N features, and what the mean over models adds to it.

    Parameters
    ----------
    target, trace : Spectrum
        Of the limit N = infinity: power of the target, and sum_k lambda_k delta(lambda_k).
    model_size : float
        N.
    learning_rate : float
        eta > 0, at which the mean loss is bounded.
    steps : array of shape (times,)
        Whole numbers of at least 1.
    batch_size : int, optional
        B; None is infinite.

    Returns
    -------
    mean, added : array of shape (times,)
        By (4).  ``added`` has the order 1/N; what follows has the order 1/N^2.

    Examples
    --------
    >>> k = np.arange(1.0, 129)
    >>> limit = Spectrum(k**-1.5, k**-1.75), Spectrum(k**-1.5, k**-1.5)
    >>> mean, added = lazy_mean(*limit, 16, 0.1, np.array([10.0, 1e6]), batch_size=1)
    >>> mean.round(4), added.round(4)
    (array([1.0037, 0.3999]), array([0.0175, 0.0099]))
    """
    modes, inverse_batch = _Modes(target, trace, model_size), 0.0 if batch_size is None else 1 / batch_size
    found = np.zeros((2, len(steps)))
    for early in (True, False):
        chosen = (steps <= FIRST) == early
        if not chosen.any():
            continue
        n, before = steps[chosen], None
        for w, dw in _contour(n, early):
            *parts, before = _transform(modes, learning_rate, inverse_batch, -np.expm1(w), before)
            # (1/2 pi i) int s^n ds = (1/2 pi i) int e^{(n + 1) w} dw; the other half of the contour is conjugate
            found[:, chosen] += (np.array(parts) * np.exp((n + 1) * w) * dw).imag / np.pi
    return found[0], found[1]


def share_between_models(
    target: Spectrum,
    trace: Spectrum,
    model_size: float,
    times: Reals,
    learning_rate: float | None = None,
    batch_size: int | None = None,
) -> Reals:
    """Return what the mean over models adds to the lazy loss on the mean spectrum, in units of that; 0 at time 0.

    Parameters
    ----------
    target, trace, model_size, batch_size
        As in `lazy_mean`.
    times : array of shape (times,)
        Rising, at least 0, in units of one over the eigenvalues.
    learning_rate : float, optional
        None is the flow.

    Examples
    --------
    >>> k = np.arange(1.0, 129)
    >>> limit = Spectrum(k**-1.5, k**-1.75), Spectrum(k**-1.5, k**-1.5)
    >>> share_between_models(*limit, 16, np.array([0.0, 1.0, 1e6])).round(4)
    array([0.    , 0.0197, 0.0245])
    """
    later, share = times[times > 0], np.zeros(len(times))
    if len(later):
        eta = learning_rate or SMALL * min(float(later[0]), 1 / float(trace.eigenvalues[0]))
        places = later if len(later) <= MOST else np.geomspace(later[0], later[-1], MOST)
        mean, added = lazy_mean(target, trace, model_size, eta, np.maximum(1.0, np.rint(places / eta)), batch_size)
        share[times > 0] = np.interp(np.log(later), np.log(places), added / mean)
    return share


def _contour(steps: Reals, early: bool) -> Iterator[tuple[Complexes, Complexes]]:
    """Yield w and dw along the upper half of the contour, from close to the real axis, for each number of steps."""
    if early:
        for point in range(ROUND):
            angle = (point + 0.5) * np.pi / ROUND
            yield np.full(len(steps), np.log(RADIUS) + 1j * angle), np.full(len(steps), 1j * np.pi / ROUND)
        return
    scale = 2 * POINTS / (steps + 1)
    for theta in (np.arange(POINTS) + 0.5) * np.pi / POINTS:
        w = scale * (0.1309 - 0.1194 * theta**2 + 0.25j * theta)
        yield w, scale * (-0.2388 * theta + 0.25j) * np.pi / POINTS


def _transform(
    modes: _Modes,
    eta: float,
    inverse_batch: float,
    decay: Complexes,
    before: tuple[Complexes, Complexes] | None,
) -> tuple[Complexes, Complexes, tuple[Complexes, Complexes]]:
    """Return both parts of (4) at 1 - s = ``decay``, and nu at both roots (3), given those at the point before."""
    four = 1 + inverse_batch
    root = np.sqrt(1 - four * decay)
    x = decay / (1 + root), (1 + root) / four  # eta z; the first without loss of digits
    low, high = (modes.at(np.asarray(x[i] / eta), before and before[i]) for i in (0, 1))
    kappa = 1 / (four * eta * (x[1] - x[0]))
    gain = [eta * kappa * inverse_batch * x[0], -eta * kappa * inverse_batch * x[1]]  # V = sum of gain t
    means = [_means(modes, place) for place in (low, high)]
    phi, phi_added, t, t_added = zip(*means, strict=True)
    whole, whole_added = kappa * (phi[0] - phi[1]), kappa * (phi_added[0] - phi_added[1])
    noise, noise_added = (gain[0] * v[0] + gain[1] * v[1] for v in (t, t_added))
    variance = covariance = 0.0 * whole
    if inverse_batch:
        for sign, one, weight in ((1, low, gain[0]), (-1, high, gain[1])):
            for other, second in ((low, gain[0]), (high, gain[1])):
                of_target, of_trace = _covariances(modes, one, other)
                variance = variance + weight * second * of_trace
                covariance = covariance + sign * kappa * second * of_target
    rest = 1 - noise
    added = whole_added + (whole * noise_added + covariance) / rest + whole * variance / rest**2
    return whole / rest, added / rest, (low.nu, high.nu)


def _means(modes: _Modes, place: _Place) -> tuple[Complexes, Complexes, Complexes, Complexes]:
    """Return phi and t by (2), each followed by its term of order 1/N."""
    rest = 1 - place.second
    shift = (place.second - place.third) / rest
    phi = modes.power(place.own) / place.p
    phi_added = modes.power(place.own**2 * (place.own - shift)) / (place.p * rest * modes.size)
    return phi, phi_added, modes.size * (1 - place.p), -place.p * shift / rest


def _covariances(modes: _Modes, one: _Place, other: _Place) -> tuple[Complexes, Complexes]:
    """Return Cov(phi, t') and Cov(t, t')."""
    q11, q21, q12, q22 = (modes.count(one.q**i * other.q**j) for i, j in ((1, 1), (2, 1), (1, 2), (2, 2)))
    w20, w21, w22 = (modes.power(one.own**2 * other.own**j) / modes.size for j in (0, 1, 2))
    rest, here, there = 1 - q11, 1 - one.second, 1 - other.second
    # derivatives of Q_12 by ln nu, by ln nu' and by both; with y y^T in K; and that by ln nu'
    first, second, both = q21 - q11, q12 - q11, q11 - q21 - q12 + q22
    along = (w20 / here * (q11 - q21) - w21) / one.p
    along_second = (w21 - w22 - w20 / here * both) / one.p
    of_trace = 2 * one.p * other.p * (both / rest + first * second / rest**2) / (here * there)
    of_target = -2 * other.p * (along_second / rest + along * second / rest**2) / there
    return of_target, of_trace
