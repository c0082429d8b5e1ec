"""What does gradient descent in finite steps do at N, B = infinity, seen as correlations between any two times?

The dynamical mean field equations of eq. 44 on modes of any spectrum, t and s counting steps of length eta:

    (1)  v0_k(t)   = w*_k - vw_k(t) - eta gamma lambda_k sum_{s<t} Cw(t,s) v0_k(s)
    (2)  vw_k(t+1) = vw_k(t) + eta lambda_k v0_k(t) + eta^2 gamma sum_{s<t} C2(t,s) vw_k(s),      vw_k(0) = 0
    (3)  w(t+1)    = w(t) + eta v3(t) + eta^2 gamma sum_{s<t} C2(t,s) w(s),      w(0) = 0,      <v3 v3> = C2
    (4)  C2(t,s)   = sum_k lambda_k^2 v0_k(t) v0_k(s),      Cw = <w w>
    (5)  L(t)      = floor + sum_k lambda_k v0_k(t)^2.

The paper prints eta gamma in (2) and (3).  The step of w enters there and, through A, the steps before it; hence eta^2.
With one eta the equations have no limit of small steps.

The average over w needs no T x T matrices.  v3 is Gaussian, with the covariance of sum_k lambda_k v0_k xi_k for
independent normal xi_k.  (3) is linear, and the coefficient of xi_k in it obeys (2), from the same start.  So
w = sum_k vw_k xi_k, and

    (6)  Cw(t,s) = sum_k vw_k(t) vw_k(s).

If the learning rate changes, eta^2 is eta(t) eta(s) in (2) and (3), and eta is eta(s) in (1): each factor belongs to a
step that was taken.

Everything is causal: row t of Cw, v0(t), row t of C2 and vw(t+1) follow in this order from what came before.  That
solves the discrete equations exactly.  As an approximation to the flow they have order 1 in eta.

Stability: if the kernel grows, eta kappa mu_1 exceeds 2 in the end, and the flow no longer describes the steps.  The
loss need not diverge there: the fastest mode oscillates, which keeps the kernel near 2/(eta mu_1), and the loss falls
further as with that fixed kernel.  ``sharpness`` shows it.  There the part of the solution that alternates from step to
step grows from rounding: after some time the solution depends on its last digits.  `SOLUTIONS` with inputs that differ
in the last digit tell from when on.

Layout: time along the first axis, modes or the earlier time along the last.  Cost for T steps and n modes: 4 T^2 n
operations.  Memory: 16 T (T + n) bytes for two correlation functions and two histories, refused above `sizes.MEMORY`.

Map: `solve_online_limit` checks, collects, and stops a loss that grows too far; `solve_stable_steps` does so for a
learning rate that follows the kernel; `_march` yields row after row;
`_residual` is (1), `_step_readout` (2); `_spread` compares solutions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exponents.rationals import abbreviate

from ..arrays import Reals
from ..curves import LossCurve, Status
from ..inputs import check_richness, check_whole
from ..spectra.spectrum import Spectrum
from ..training.stability import StabilityWatch, StableRate
from .sizes import check_memory, check_steps

SQUARE = 16
"""Bytes that a solution takes per square of its steps."""

BLOCK = 2**18
"""Entries of a history that are multiplied in one call: they stay in the cache, and below the size at which a linear
algebra library starts threads, which costs more than it saves."""

ROUNDING = 4e-15
"""Smaller differences of losses, in units of the first loss, are rounding."""

SOLUTIONS, NUDGE, WIDER = 4, 1e-15, 10
"""Solutions with nudged inputs, the relative size of a nudge, and the error in units of the largest difference."""

UNDETERMINED = 0.01
"""Relative error beyond which the solution depends on its last digits: it grows further within a few steps."""


def solve_online_limit(spectrum: Spectrum, gamma: float, learning_rate: float, steps: int) -> LossCurve:
    """Solve the two-time equations of eq. 44 at N, B = infinity.

    Parameters
    ----------
    spectrum : Spectrum
        Eigenvalues and the power of the target on them.
    gamma : float
        Richness, at least 0.
    learning_rate : float
        eta > 0, in units of one over the eigenvalues.
    steps : int
        T, at least 1.

    Returns
    -------
    LossCurve
        At the steps 0, 1, ..., T.  ``error`` is that of the spectrum's rule, and rounding.  ``observed`` has
        ``kernel`` = 1 + gamma Cw(t,t) and ``sharpness`` = eta kappa mu_1; ``details`` has ``force_correlation`` = C2
        and ``readout_correlation`` = Cw, of shape (T + 1, T + 1).

        From ``status.unstable_from`` on, where the sharpness has passed `STABLE`, the error includes what rounding has
        grown to.  From ``status.undetermined_from`` on, the error is at least the loss.

    Raises
    ------
    InputError
        If a number is outside its range, or the solution would not fit `sizes.MEMORY`.
    Diverged
        If the loss grows beyond `stability.DIVERGED` times the first.

    Examples
    --------
    >>> modes = Spectrum(np.array([1.0, 0.5]), np.array([1.0, 1.0]))
    >>> found = solve_online_limit(modes, gamma=1.0, learning_rate=0.1, steps=20)
    >>> found.loss[[0, -1]].round(3), found.kernel[-1].round(3)
    (array([2.   , 0.013]), np.float64(2.215))
    """
    check_richness(gamma)
    check_steps(learning_rate, steps, float(spectrum.eigenvalues[0]))
    check_memory(
        (steps + 1) * 2 * (len(spectrum) + steps + 1),
        f"{abbreviate(steps)} steps of {len(spectrum)} modes",
        "take fewer, larger steps or a compressed spectrum",
    )
    loss = np.empty(steps + 1)
    force, readout = np.empty((2, steps + 1, steps + 1))
    watch = StabilityWatch(spectrum.variance, learning_rate, float(spectrum.eigenvalues[0]))
    with np.errstate(over="ignore", invalid="ignore"):
        for t, (above, by_force, by_readout) in enumerate(_march(spectrum, gamma, lambda _: learning_rate, steps)):
            loss[t] = above + spectrum.floor
            watch.see(t, float(loss[t]), 1 + gamma * float(by_readout[t]))
            force[t, : t + 1] = force[: t + 1, t] = by_force
            readout[t, : t + 1] = readout[: t + 1, t] = by_readout
    kernel, time = 1 + gamma * readout.diagonal(), learning_rate * np.arange(steps + 1.0)
    error, status = spectrum.error * loss + ROUNDING * loss[0], Status()
    if watch.passed >= 0:
        grown = _spread(spectrum, gamma, learning_rate, loss)
        lost = grown > UNDETERMINED
        error += loss * np.where(lost, np.maximum(grown, 1), grown)
        status = Status(unstable_from=float(time[watch.passed]), undetermined_from=first_time(time, lost))
    return LossCurve(
        time=time,
        loss=loss,
        error=error,
        start=float(loss[0]),
        observed={"kernel": kernel, "sharpness": learning_rate * spectrum.eigenvalues[0] * kernel},
        details={"force_correlation": force, "readout_correlation": readout},
        settings={"gamma": gamma, "learning_rate": learning_rate},
        status=status,
    )


def solve_stable_steps(spectrum: Spectrum, gamma: float, sharpness: float, steps: int) -> LossCurve:
    """Solve the two-time equations with the learning rate eta = c/(kappa mu_1) in each step.

    Parameters
    ----------
    spectrum : Spectrum
        Eigenvalues and the power of the target on them.
    gamma : float
        Richness, at least 0.
    sharpness : float
        c, above 0 and at most 1.
    steps : int
        T, at least 1.

    Returns
    -------
    LossCurve
        At the steps 0, 1, ..., T.  ``time`` is the sum of learning rates; ``observed`` has ``kernel`` and ``clock``,
        the sum of learning rate times kernel.

    Raises
    ------
    InputError
        If a number is outside its range, or the solution would not fit `sizes.MEMORY`.

    Examples
    --------
    >>> modes = Spectrum(np.array([1.0, 0.5]), np.array([1.0, 1.0]))
    >>> found = solve_stable_steps(modes, gamma=1.0, sharpness=0.5, steps=20)
    >>> found.time[-1] < found.clock[-1], float(found.clock[-1])
    (np.True_, 10.0)
    """
    check_richness(gamma)
    rate = StableRate(sharpness, float(spectrum.eigenvalues[0]))
    check_whole(steps, "the number of steps", 1, 1000)
    check_memory((steps + 1) * 2 * len(spectrum), f"{abbreviate(steps)} steps", "take fewer steps")
    rows = ((above, float(by_readout[-1])) for above, _, by_readout in _march(spectrum, gamma, rate, steps))
    above, readout = np.array(list(rows)).T
    loss, kernel = above + spectrum.floor, 1 + gamma * readout
    taken = rate(kernel[:-1])
    return LossCurve(
        time=np.concatenate([[0.0], np.cumsum(taken)]),
        loss=loss,
        error=spectrum.error * loss + ROUNDING * loss[0],
        start=float(loss[0]),
        observed={"kernel": kernel, "clock": np.concatenate([[0.0], np.cumsum(taken * kernel[:-1])])},
        settings={"gamma": gamma, "sharpness": sharpness},
    )


def first_time(time: Reals, where: NDArray[np.bool_]) -> float | None:
    """Return the first time at which a condition holds, or None.

    >>> first_time(np.array([0.0, 0.5]), np.array([False, True])), first_time(np.zeros(1), np.array([False]))
    (0.5, None)
    """
    return float(time[np.argmax(where)]) if where.any() else None


def _spread(spectrum: Spectrum, gamma: float, eta: float, loss: Reals) -> Reals:
    """Return the error by rounding, relative to the loss, from solutions with nudged inputs; it never falls."""
    random = np.random.default_rng(0)
    apart = np.zeros(len(loss))
    for _ in range(SOLUTIONS):
        weights = spectrum.weights * (1 + NUDGE * random.uniform(-1, 1, len(spectrum)))
        with np.errstate(all="ignore"):  # a solution may overflow
            rows = _march(replace(spectrum, weights=weights), gamma, lambda _: eta, len(loss) - 1)
            other = np.array([above for above, _, _ in rows]) + spectrum.floor
            apart = np.fmax(apart, np.nan_to_num(np.abs(other / loss - 1), nan=np.inf))
    return WIDER * np.maximum.accumulate(apart)


_Row = tuple[float, Reals, Reals]
"""L(t) above the floor, C2(t, s <= t) and Cw(t, s <= t)."""


def _march(spectrum: Spectrum, gamma: float, rate: Callable[[Any], Any], steps: int) -> Iterator[_Row]:
    """Yield row after row through time, without the floor; ``rate`` takes the kernel to the learning rate."""
    mu = spectrum.eigenvalues
    target = np.sqrt(spectrum.weights / mu)
    residuals, readouts = np.empty((2, steps + 1, len(mu)))
    vw, etas = np.zeros(len(mu)), np.empty(steps + 1)
    for t in range(steps + 1):
        readouts[t] = vw
        by_readout = _inner(readouts[: t + 1], vw)  # (6)
        etas[t] = eta = float(rate(1 + gamma * float(by_readout[t])))
        past = _mix(by_readout[:t] * etas[:t], residuals[:t])
        residuals[t] = v0 = _residual(target, mu, gamma, vw, past)  # (1)
        by_force = _inner(residuals[: t + 1], mu**2 * v0)  # (4)
        yield float(mu @ v0**2), by_force, by_readout  # (5)
        vw = _step_readout(mu, gamma, eta, vw, v0, _mix(by_force[:t] * etas[:t], readouts[:t]))  # (2)


def _residual(target: Reals, mu: Reals, gamma: float, vw: Reals, past: Reals) -> Reals:
    """Return v0(t) by (1), ``past`` being sum_{s<t} Cw(t,s) eta(s) v0(s)."""
    return np.asarray(target - vw - past * mu * gamma)


def _step_readout(mu: Reals, gamma: float, eta: float, vw: Reals, v0: Reals, past: Reals) -> Reals:
    """Return vw(t+1) by (2), ``past`` being sum_{s<t} C2(t,s) eta(s) vw(s)."""
    return np.asarray(vw + eta * mu * v0 + past * gamma * eta)


def _inner(history: Reals, vector: Reals) -> Reals:
    """Return sum_k history[s, k] vector[k], of shape (times,)."""
    rows = max(1, BLOCK // len(vector))
    return np.concatenate([history[i : i + rows] @ vector for i in range(0, len(history), rows)])


def _mix(coefficients: Reals, history: Reals) -> Reals:
    """Return sum_s coefficients[s] history[s, k], of shape (modes,)."""
    rows = max(1, BLOCK // history.shape[1])
    parts = [coefficients[i : i + rows] @ history[i : i + rows] for i in range(0, len(history), rows)]
    return np.asarray(sum(parts, np.zeros(history.shape[1])))
