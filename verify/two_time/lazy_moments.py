"""What is the mean loss of stochastic gradient descent in the lazy limit, after any number of steps?

At gamma = 0 features are fixed: least squares on Gaussian batches.  In the eigenbasis of the kernel a sample is
independent normals z, and its residual is r = d . z, where d_j = sqrt(mu_j)(omega_j - u_j) for each mode, and d_0 =
sqrt(floor) is the part of the target that no feature has.  With x_j = eta mu_j, x_0 = 0, a step is

    d_j <- d_j - x_j (1/B) sum_b z_bj (d . z_b).

Isserlis' theorem gives E[z z^T S z z^T] = 2 S + tr S.  So the mean squares l_j = E[d_j^2] close, and with
L = floor + sum_j l_j

    (1)  l_j(n+1) = a_j l_j(n) + k_j L(n),     a_j = 1 - 2 x_j + (1 + 1/B) x_j^2,     k_j = x_j^2/B.

The 1/B in a_j is the four-point part of a batch, which no mean field contains.  As a Volterra equation, with
p_j = l_j(0),

    (2)  L(n) = floor + sum_j p_j a_j^n + sum_{s<n} K(n-1-s) L(s),     K(m) = sum_j k_j a_j^m.

Its generating function is rational.  With g_j = 1 - a_j and decays sigma = 1 - (pole),

    (3)  1 = sum_j k_j/(g_j - sigma)       has one root below each g_j with k_j > 0,
    (4)  L(n) = L_inf + sum_i c_i (1 - sigma_i)^n,     c_i = [sum_j p_j/(g_j - sigma_i) - floor/sigma_i]
                                                             / [sum_j k_j/(g_j - sigma_i)^2],
    (5)  L_inf = floor/(1 - G),     G = sum_j k_j/g_j.

A node of the target without noise of its own (k_j = 0) adds p_j a_j^n/(1 - sum_l k_l/(g_l - g_j)).  The mean is bounded
if all x_j < 2/(1 + 1/B) and G < 1.  With the eigenvalues' sum, the trace, in place of modes, that is

    (6)  (eta/B) sum_j mu_j/(2 - (1 + 1/B) eta mu_j) < 1.

It is exact for one model, whose spectrum is drawn, and at N = infinity.  On the mean spectrum of N features it leaves
out that models differ: a relative order 1/N.

Digits: roots are found as distances from the next g_j, and differences of g_j from those of x_j, so that both keep
their digits however slow a mode is.  Powers go through logarithms.  The mean response sum_j p_j (1 - x_j)^{2n} and the
flow at t = eta n split L into the flow, what steps add (``from_steps``) and the variance that batches add.

Layout: roots or nodes along the first axis, steps along the last.  Cost for m nodes: `BISECTIONS` m^2 operations, and m
for each step that is asked for, whatever its number.

Map: `solve_lazy` collects; `_merge` puts both spectra on common nodes; `_decompose` is (3)-(5), `_find_roots` (3);
`largest_stable_rate` is (6).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from ..arrays import Reals
from ..curves import LossCurve, Status
from ..inputs import check_step
from ..spectra.spectrum import Spectrum
from ..training.stability import DIVERGED, STABLE, Diverged
from .sizes import check_sizes

BLOCK = 2**16
"""Entries of an array over nodes and steps."""

BISECTIONS = 70
"""Halvings of the logarithm of a root's distance from a pole: from all of double precision to its last digit."""

SMALLEST = 1e-300
"""Smallest distance of a root from a pole."""

EDGE = 1e-14
"""Relative accuracy of the largest stable rate."""

ROUNDING = 2e-15
"""Rounding of a term of (4), and of its decay in units of x: nine times the last digit.  Over thousands of
random problems the true error stays below half of it."""


@dataclass(frozen=True)
class _Nodes:
    """Modes with equal a_j are one node; arrays of shape (nodes,), g rising.

    Attributes
    ----------
    x : array
        eta mu.
    power, noise : array
        p and k.
    four : float
        1 + 1/B.
    """

    x: Reals
    power: Reals
    noise: Reals
    four: float

    @property
    def decay(self) -> Reals:
        """g = 1 - a."""
        return self.x * (2 - self.four * self.x)

    def differences(self, of: Reals, at: Reals) -> Reals:
        """Return g(of) - g(at) for x of shape (n,) and (m,), as shape (n, m), without loss of digits."""
        return (of[:, None] - at) * (2 - self.four * (of[:, None] + at))


@dataclass(frozen=True)
class _Sum:
    """The closed form (4): L(n) = constant + sum_i terms_i (1 - decays_i)^n.

    ``scales`` are x: decays are rounded beside them.
    """

    constant: float
    decays: Reals
    terms: Reals
    scales: Reals

    def at(self, steps: Reals) -> tuple[Reals, Reals]:
        """Return the sum, and its rounding, both of shape (steps,)."""
        rates, size, found = np.log1p(-self.decays)[:, None], np.abs(self.terms), np.empty((3, len(steps)))
        weights = np.array([self.terms, size])
        for block in _blocks(len(rates), len(steps)):
            found[:2, block] = weights @ np.exp(steps[block] * rates)
            # the slope of (1 - decay)^n has one factor less, which counts where a step nearly ends a mode
            found[2, block] = (size * self.scales) @ np.exp(np.where(steps[block] > 1, (steps[block] - 1) * rates, 0.0))
        found[:2, steps == 0] = weights.sum(axis=1)[:, None]  # also of a mode that one step ends, a = 0
        return self.constant + found[0], ROUNDING * (abs(self.constant) + found[1] + steps * found[2])


def largest_stable_rate(target: Spectrum, trace: Spectrum, batch_size: int | None = None) -> float:
    """Return the largest learning rate at which the mean loss of a lazy model stays bounded, by (6).

    Parameters
    ----------
    target, trace, batch_size
        As in `solve_lazy`.

    Examples
    --------
    >>> one = Spectrum(np.array([1.0]), np.array([1.0]))
    >>> largest_stable_rate(one, one), round(largest_stable_rate(one, one, 1), 12)  # 2/(B + 2) of B for a single mode
    (2.0, 0.666666666667)
    """
    largest = max(float(target.eigenvalues[0]), float(trace.eigenvalues[0]))
    if batch_size is None:
        return STABLE / largest
    end = STABLE / ((1 + 1 / batch_size) * largest) * (1 - EDGE)

    def excess(rate: float) -> float:
        return _noise_gain(trace, rate, 1 / batch_size) - 1

    # at the edge of a band of a mean spectrum the sum may stay below 1 to the end
    return end if excess(end) <= 0 else float(brentq(excess, 0.0, end, xtol=EDGE * end))


def solve_lazy(
    target: Spectrum,
    trace: Spectrum,
    learning_rate: float,
    steps: ArrayLike,
    batch_size: int | None = None,
) -> LossCurve:
    """Return the mean loss at gamma = 0 after some numbers of steps, in closed form.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_j mu_j delta(mu_j), which drives the noise of batches; their nodes may differ.
    learning_rate : float
        eta > 0, in units of one over the eigenvalues.
    steps : array of shape (times,)
        Rising, at least 0.  Numbers that are not whole interpolate.
    batch_size : int, optional
        B; None is infinite.

    Returns
    -------
    LossCurve
        ``error`` is that of both spectra's rules, and rounding.  ``floor`` is L_inf, 0 if the mean grows.  ``observed``
        has ``kernel`` = 1; ``from_steps``, what finite steps add to the flow; ``variance``, what batches add to that,
        with its error.  ``status.mean_bounded_below`` is the rate of `largest_stable_rate` if eta exceeds it.

    Raises
    ------
    InputError
        If the learning rate or the batch size is outside its range.
    Diverged
        If the loss grows beyond `stability.DIVERGED` times the first.

    Examples
    --------
    >>> mu = np.array([1.0, 0.5])
    >>> modes = Spectrum(mu, np.ones(2)), Spectrum(mu, mu)
    >>> found = solve_lazy(*modes, learning_rate=0.1, steps=[0, 1, 10**6], batch_size=1)
    >>> found.loss[:2].round(12).tolist(), float(found.loss[2])  # by (1): 1 - .2 + .02 + 1 - .1 + .005 + .0125 L(0)
    ([2.0, 1.75], 0.0)
    """
    (inverse_batch,) = check_sizes(0.0, {"the batch size": batch_size})
    check_step(learning_rate, float(target.eigenvalues[0]))
    n, eta = np.asarray(steps, dtype=float), learning_rate
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        closed = _decompose(_merge(target, trace, eta, inverse_batch), target.floor)
        loss, rounding = closed.at(n)
        loss[n == 0] = target.variance
        x = eta * target.eigenvalues
        flow, from_steps = _mean_response(x, target.weights, n)
        variance = np.where(n == 0, 0.0, loss - (target.floor + flow + from_steps))
    stable = largest_stable_rate(target, trace, batch_size)
    _check_growth(loss, target.variance, n, eta, stable)
    # noise is amplified by at most 1/(1 - G), and G, convex in eta, is below eta/stable; beyond, for all steps
    amplified = 1 / (1 - eta / stable) if eta < stable else 1 + n
    rounding = amplified * rounding
    observed, errors = {"kernel": np.ones(len(n)), "from_steps": from_steps}, {}
    if inverse_batch:
        observed["variance"] = variance
        errors["variance"] = (target.error + amplified * trace.error) * variance + rounding
    return LossCurve(
        time=eta * n,
        loss=loss,
        error=target.error * loss + amplified * trace.error * variance + rounding,
        start=target.variance,
        floor=closed.constant if eta < stable else 0.0,
        observed=observed,
        errors=errors,
        settings={"gamma": 0.0, "learning_rate": eta},
        status=Status(mean_bounded_below=stable if eta > stable else None),
    )


def _check_growth(loss: Reals, first: float, steps: Reals, eta: float, stable: float) -> None:
    """Raise Diverged if the loss is not a number, or above `DIVERGED` times the first."""
    beyond = np.flatnonzero(~(loss <= DIVERGED * first))
    if len(beyond):
        step, value = steps[beyond[0]], float(loss[beyond[0]])
        raise Diverged(
            f"gradient descent diverged: the mean loss was {value:.3g} at step {step:.6g}, t = {eta * step:.6g}; the "
            f"learning rate was {eta:.6g}, and the mean is bounded below {stable:.6g}; take a smaller one",
            int(step),
            float(eta * step),
            value,
        )


def _mean_response(x: Reals, weights: Reals, steps: Reals) -> tuple[Reals, Reals]:
    """Return sum_j p_j e^{-2 n x_j}, and what steps add to it without loss of digits, both of shape (steps,).

    They add up to sum_j p_j (1 - x_j)^{2n}.
    """
    apart = (np.log1p(-x * (2 - x)) + 2 * x)[:, None]
    slower, found = apart[:, 0] > 0, np.empty((2, len(steps)))
    for block in _blocks(len(x), len(steps)):
        n = steps[block]
        flow = np.exp(-2 * n * x[:, None])
        added = flow * np.expm1(n * apart)
        # the flow may have died where steps have not
        added[slower] = np.exp(n * (apart[slower] - 2 * x[slower, None])) - flow[slower]
        found[:, block] = weights @ flow, weights @ added
    found[1, steps == 0] = 0
    return found[0], found[1]


def _blocks(nodes: int, steps: int) -> Iterator[slice]:
    """Return slices of the steps, so many that an array over nodes and steps stays in the cache."""
    width = max(1, BLOCK // nodes)
    return (slice(first, first + width) for first in range(0, steps, width))


def _noise_gain(trace: Spectrum, eta: float, inverse_batch: float) -> float:
    """Return G of (5)."""
    x = eta * trace.eigenvalues
    return eta * inverse_batch * float((trace.weights / (2 - (1 + inverse_batch) * x)).sum())


def _merge(target: Spectrum, trace: Spectrum, eta: float, inverse_batch: float) -> _Nodes:
    """Return target and noise on the nodes of both, modes with one a_j together."""
    x = np.unique(np.concatenate([target.eigenvalues, trace.eigenvalues]))
    power, noise = np.zeros((2, len(x)))
    np.add.at(power, np.searchsorted(x, target.eigenvalues), target.weights)
    np.add.at(
        noise, np.searchsorted(x, trace.eigenvalues), inverse_batch * (eta * trace.weights) * (eta * trace.eigenvalues)
    )
    nodes = _Nodes(eta * x, power, noise, 1 + inverse_batch)
    order = np.argsort(nodes.decay)
    x = nodes.x[order]
    rising = (x[1:] - x[:-1]) * (2 - nodes.four * (x[1:] + x[:-1])) > 0
    place = np.concatenate([[0], np.cumsum(rising)])
    first = np.concatenate([[True], rising])
    power, noise = (np.bincount(place, weights[order]).astype(float) for weights in (power, noise))
    return _Nodes(x[first], power, noise, nodes.four)


def _decompose(nodes: _Nodes, floor: float) -> _Sum:
    """Return the closed form (4) of the solution of (2)."""
    noisy = nodes.noise > 0
    x, noise = nodes.x[noisy], nodes.noise[noisy]
    free = (nodes.power > 0) & ~noisy
    # nodes of the target without noise keep their own decay
    answer = 1 - noise @ (1 / nodes.differences(x, nodes.x[free]))
    constant = floor / (1 - float((noise / nodes.decay[noisy]).sum())) if floor else 0.0
    if not noisy.any():
        return _Sum(constant, nodes.decay[free], nodes.power[free], nodes.x[free])
    origin, offset = _find_roots(nodes.differences(x, x), noise)
    decays = nodes.decay[noisy][origin] + offset
    # (4) in units of the offset, which may be too small for its square
    near = offset / (nodes.differences(nodes.x, x[origin]) - offset)  # offset/(g_j - sigma_i)
    terms = (nodes.power @ near - floor * (offset / decays)) / (nodes.noise @ near**2) * offset
    return _Sum(
        constant,
        np.concatenate([decays, nodes.decay[free]]),
        np.concatenate([terms, nodes.power[free] / answer]),
        np.concatenate([x[origin], nodes.x[free]]),
    )


def _find_roots(apart: Reals, noise: Reals) -> tuple[NDArray[np.intp], Reals]:
    """Return for each root of (3) the number of the pole next to it, and the root's distance from that pole.

    Parameters
    ----------
    apart : array of shape (nodes, nodes)
        g_j - g_i, g rising.
    noise : array of shape (nodes,)
        k > 0.
    """
    count = len(noise)
    own, column = np.arange(count), apart.T  # row i: differences from pole i

    def sums(origin: NDArray[np.intp], offset: Reals) -> Reals:
        """Return sum_j k_j/(g_j - sigma)."""
        return (noise / (column[origin] - offset[:, None])).sum(axis=1)

    width = np.concatenate([[2 * noise.sum()], column[own[:-1], own[1:]]])
    # the root is in the lower half of its interval if the sum, which rises, exceeds 1 in the middle
    below = sums(own, -width / 2) > 1
    below[0] = False  # there is no pole below the first node
    origin, sign = np.where(below, own - 1, own), np.where(below, 1.0, -1.0)
    low, high = np.full(count, SMALLEST), width / 2
    for _ in range(BISECTIONS):
        middle = np.sqrt(low) * np.sqrt(high)
        # from a lower pole the sum is below 1 until the root, from an upper one above 1
        before = (sums(origin, sign * middle) < 1) == below
        low, high = np.where(before, middle, low), np.where(before, high, middle)
    return origin, sign * np.sqrt(low) * np.sqrt(high)
