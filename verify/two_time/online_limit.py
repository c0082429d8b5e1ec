"""What does gradient descent in finite steps do at N, B = infinity, seen as correlations between any two times?

The dynamical mean field equations of eq. 44 on modes of any spectrum, t and s counting steps of length eta:

    v0_k(t)   = w*_k - vw_k(t) - eta gamma lambda_k sum_{s<t} Cw(t,s) v0_k(s)
    vw_k(t+1) = vw_k(t) + eta lambda_k v0_k(t) + eta^2 gamma sum_{s<t} C2(t,s) vw_k(s),      vw_k(0) = 0
    w(t+1)    = w(t) + eta v3(t) + eta^2 gamma sum_{s<t} C2(t,s) w(s),      w(0) = 0,      <v3 v3> = C2
    C2(t,s)   = sum_k lambda_k^2 v0_k(t) v0_k(s),      Cw = <w w>,      L(t) = floor + sum_k lambda_k v0_k(t)^2.

The paper prints eta gamma in the second and third line.  Both steps of eq. 4 enter there, that of w and, through A,
those before it, hence eta^2: with one eta the equations have no limit of small steps.

The average over w needs no T x T matrices.  v3 is Gaussian, with the covariance of sum_k lambda_k v0_k xi_k for
independent normal xi_k.  The third line is linear, and the coefficient of xi_k in it obeys the second line, from the
same start.  So w = sum_k vw_k xi_k, and

    Cw(t,s) = sum_k vw_k(t) vw_k(s).

Everything is causal: row t of Cw, v0(t), row t of C2 and vw(t+1) follow in this order from what came before.  That
solves the discrete equations exactly; as an approximation to the flow they have order 1 in eta, which
`limit_of_small_steps` removes by Richardson's extrapolation.

Where the kernel grows, eta kappa mu_1 in the end exceeds 2, and the flow no longer describes the steps.  The loss need
not diverge there: the fastest mode oscillates, which keeps the kernel near 2/(eta mu_1), and the loss falls on as it
would with that fixed kernel.  `TwoTime.sharpness` tells.

Layout: time along the first axis, modes or the earlier time along the last.  Cost for T steps and n modes: 4 T^2 n
operations.  Memory: 16 T (T + n) bytes for two correlation functions and two histories, refused above `MEMORY`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..inputs import check_richness, check_step, check_whole
from ..spectra.spectrum import Spectrum
from ..training.stability import StabilityWatch

MEMORY = 4 * 2**30
"""Bytes that one solution may take."""

BLOCK = 2**18
"""Entries of a history that are multiplied in one call: they stay in the cache, and below the size at which a linear
algebra library starts threads, which costs more than it saves."""

LEVELS = 3
"""Step lengths eta, eta/2, eta/4 from which the limit of small steps is extrapolated."""

ROUNDING = 4e-15
"""Differences of losses below it, in units of the first loss, are rounding."""

NEARBY = 2
"""An error is the largest of the relative ones within this factor in time: a difference may pass through zero."""


@dataclass(frozen=True)
class TwoTime:
    """A solution at steps 0, 1, ..., T.

    Attributes
    ----------
    time : array of shape (T + 1,)
        eta times the step.
    loss : array of shape (T + 1,)
        L in units of the target's variance.
    force : array of shape (T + 1, T + 1)
        C2(t,s), the correlation of the pull on the readout.
    readout : array of shape (T + 1, T + 1)
        Cw(t,s), the correlation of the readout weights; its diagonal is |w|^2/N.
    kernel : array of shape (T + 1,)
        1 + gamma Cw(t,t), the kappa of the flow.
    sharpness : array of shape (T + 1,)
        eta kappa mu_1; gradient descent follows the flow while it is below `STABLE`.
    """

    time: Reals
    loss: Reals
    force: Reals
    readout: Reals
    kernel: Reals
    sharpness: Reals


@dataclass(frozen=True)
class SmallSteps:
    """The limit eta -> 0, each an array of shape (T + 1,).

    Attributes
    ----------
    time, loss : array
        L in units of the target's variance at times in units of 1/(learning rate).
    loss_error : array
        Estimated error: how far the last stage of the extrapolation moved the loss, and the error of the measure.
    order : array
        Observed order in eta, which should be near 1; NaN where the loss does not depend on eta.
    """

    time: Reals
    loss: Reals
    loss_error: Reals
    order: Reals


def solve_online_limit(measure: Spectrum, gamma: float, learning_rate: float, steps: int) -> TwoTime:
    """The two-time equations on the modes of ``measure``.

    Parameters
    ----------
    gamma : float
        Richness, at least 0.
    learning_rate : float
        eta > 0, in units of one over the measure's eigenvalues.
    steps : int
        T, at least 1.

    Raises
    ------
    InputError
        For numbers outside these ranges, or a solution that would not fit `MEMORY`.
    Diverged
        If the loss grows beyond `DIVERGED` times the first.
    """
    _check(measure, gamma, learning_rate, steps, 2 * (steps + 1))
    loss = np.empty(steps + 1)
    force, readout = np.empty((steps + 1, steps + 1)), np.empty((steps + 1, steps + 1))
    for t, (value, by_force, by_readout) in enumerate(_bounded(measure, gamma, learning_rate, steps)):
        loss[t] = value
        force[t, : t + 1] = force[: t + 1, t] = by_force
        readout[t, : t + 1] = readout[: t + 1, t] = by_readout
    kernel = 1 + gamma * readout.diagonal()
    sharpness = learning_rate * measure.eigenvalues[0] * kernel
    return TwoTime(_times(learning_rate, steps), loss, force, readout, kernel, sharpness)


def limit_of_small_steps(measure: Spectrum, gamma: float, learning_rate: float, steps: int) -> SmallSteps:
    """The limit of small steps at the times of ``steps`` steps of ``learning_rate``, by Richardson's extrapolation.

    With losses L_0, L_1, L_2 at eta, eta/2, eta/4, an error c_1 eta + c_2 eta^2 + ... loses its first term in
    2 L_{i+1} - L_i and its second in (4 E_1 - E_0)/3.  Takes 21 times the work of `solve`.

    Raises
    ------
    InputError, Diverged
        See `solve`.
    """
    _check(measure, gamma, learning_rate, steps, 0, 2 ** (LEVELS - 1))
    first, second, third = (
        np.array([row[0] for row in _bounded(measure, gamma, learning_rate / n, n * steps)])[::n]
        for n in (2**level for level in range(LEVELS))
    )
    linear, finer = 2 * second - first, 2 * third - second
    loss = (4 * finer - linear) / 3
    moved, further = np.abs(first - second), np.abs(second - third)
    rounding = ROUNDING * loss[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        order = np.where(further > rounding, np.log2(moved / further), np.nan)
    apart = np.abs(loss - finer) / np.maximum(loss, rounding)
    apart = np.array([apart[t // NEARBY : NEARBY * t + 1].max() for t in range(steps + 1)])
    error = (apart + measure.error) * np.abs(loss) + rounding
    return SmallSteps(_times(learning_rate, steps), loss, error, order)


def _times(eta: float, steps: int) -> Reals:
    return np.asarray(eta * np.arange(steps + 1), dtype=float)


def _check(measure: Spectrum, gamma: float, learning_rate: float, steps: int, wide: int, finer: int = 1) -> None:
    """Refuse what cannot be solved; ``wide`` is the width of a row of results, ``finer`` divides the step."""
    check_richness(gamma)
    check_step(learning_rate, float(measure.eigenvalues[0]))
    check_whole(steps, "the number of steps", 1, 1000)
    needed = 8 * (finer * steps + 1) * (2 * len(measure) + wide)
    if needed > MEMORY:
        raise InputError(
            f"a solution may take {MEMORY / 2**30:.3g} GiB; {abbreviate(steps)} steps of {len(measure)} modes take more; "
            "take fewer, larger steps or a compressed measure"
        )


_Row = tuple[float, Reals, Reals]
"""L(t), C2(t, s <= t) and Cw(t, s <= t)."""


def _bounded(measure: Spectrum, gamma: float, learning_rate: float, steps: int) -> Iterator[_Row]:
    """The march, given up when the loss grows too far."""
    watch = StabilityWatch(measure.variance, learning_rate, float(measure.eigenvalues[0]))
    with np.errstate(over="ignore", invalid="ignore"):
        for t, row in enumerate(_march(measure, gamma, learning_rate, steps)):
            loss = row[0] + measure.floor
            watch.see(t, loss, 1 + gamma * float(row[2][t]))
            yield loss, row[1], row[2]


def _march(measure: Spectrum, gamma: float, eta: float, steps: int) -> Iterator[_Row]:
    """Row by row through time, without the floor.

    At finite N and B the rows of more correlation and response functions are marched, see `two_time_sgd`.
    """
    mu = measure.eigenvalues
    target = np.sqrt(measure.weights / mu)
    residuals, readouts = np.empty((2, steps + 1, len(mu)))
    vw = np.zeros(len(mu))
    for t in range(steps + 1):
        readouts[t] = vw
        by_readout = _inner(readouts[: t + 1], vw)
        residuals[t] = v0 = _residual(target, mu, gamma, eta, vw, _mixed(by_readout[:t], residuals[:t]))
        by_force = _inner(residuals[: t + 1], mu**2 * v0)
        yield float(mu @ v0**2), by_force, by_readout
        vw = _stepped(mu, gamma, eta, vw, v0, _mixed(by_force[:t], readouts[:t]))


def _residual(target: Reals, mu: Reals, gamma: float, eta: float, vw: Reals, past: Reals) -> Reals:
    """v0(t) of eq. 44, ``past`` being sum_{s<t} Cw(t,s) v0(s)."""
    return np.asarray(target - vw - past * mu * gamma * eta)


def _stepped(mu: Reals, gamma: float, eta: float, vw: Reals, v0: Reals, past: Reals) -> Reals:
    """vw(t+1) of eq. 44, ``past`` being sum_{s<t} C2(t,s) vw(s)."""
    return np.asarray(vw + eta * mu * v0 + past * gamma * eta * eta)


def _inner(history: Reals, vector: Reals) -> Reals:
    """sum_k history[s, k] vector[k], of shape (times,)."""
    rows = max(1, BLOCK // len(vector))
    return np.concatenate([history[i : i + rows] @ vector for i in range(0, len(history), rows)])


def _mixed(coefficients: Reals, history: Reals) -> Reals:
    """sum_s coefficients[s] history[s, k], of shape (modes,)."""
    rows = max(1, BLOCK // history.shape[1])
    parts = [coefficients[i : i + rows] @ history[i : i + rows] for i in range(0, len(history), rows)]
    return np.asarray(sum(parts, np.zeros(history.shape[1])))
