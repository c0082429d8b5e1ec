"""What does stochastic gradient descent do at finite N and B, seen as correlations between any two times?

The dynamical mean field equations of eq. 26-31 for online batches, t and s counting steps of length eta.  As matrices
in time, with Theta = eta times the strictly lower ones, D the diagonal of C0 + floor, and M_ the strictly lower part
of M,

    (1)  H = (I - eta gamma Theta C3_)^{-1} Theta,        (2)  S = (H + eta gamma Cw_) R3,
    (3)  Q_k = S (I + lambda_k S)^{-1},       P_k = I - lambda_k Q_k,       v_k = P_k 1,
    (4)  R3 = I - (1/N) sum_k lambda_k Q_k,
    (5)  C0 = sum_k lambda_k [w*_k^2 v_k v_k^T + Q_k C2 Q_k^T/N + (lambda_k/B) Q_k D Q_k^T],
    (6)  C2 = sum_k lambda_k^2 [w*_k^2 v_k v_k^T + Q_k C2 Q_k^T/N] + (1/B) sum_k lambda_k P_k D P_k^T,
    (7)  C3 = R3 C2 R3^T,         (8)  Cw = H C3 H^T,          (9)  L(t) = floor + C0(t,t).

This is eq. 27-31 with two identities put in: J_k is P_k, and H0_k G C3 G^T H0_k^T is Q_k C2 Q_k^T.  So every response
is a function of one matrix S, and no inverse of R3 is left.  (As printed, eq. 31 lacks a lambda_k in C2 and eq. 27 an
eta before gamma in the sums over C3; with both, the equations are those of eq. 26.)

All is causal: row t of each matrix follows from rows before it.  Row t of Q_k solves a triangular system in S with a
shift lambda_k, and so does the sum that a row of C2 needs, sum_k Q_k (Q_k C2/N + ...)^T.  Both are solved for all modes
at once, block by block: products with S serve all modes, and only blocks on the diagonal are inverted mode by mode.  No
T x T matrix is kept for a mode.

Two spectra enter: the target's, whose modes cost a vector each, and the trace sum_k lambda_k delta(lambda_k), which
drives R3 and the noise of batches and needs few nodes.  They are either those of the limit, with N as the model size;
or those of the mean model of size N (`mean_spectra`) with no model size, because there R3 = I.  Both routes give one
curve.

Stability: at finite N and B the solution may leave the smooth one below eta kappa mu_1 = 2, as draws do: some diverge,
and others do not.  From ``status.undetermined_from`` on it depends on its last digits.

A mean field leaves out the four-point part of a batch of Gaussian features, lambda_k lambda_l v_k v_l/B in its noise,
and its analogue for A(0).  That part has the order of the terms kept, times the share of the loss in a single mode.

Layout: modes along the first axis, times along the last.  Cost for T steps and n nodes of the trace: 4/3 n T^3
operations in matrix products.  Memory: 48 T^2 bytes for the matrices, 8 T per node of the target and 8 `BLOCK` T per
node of the trace; refused above `sizes.MEMORY`.

Map: `solve_online` checks, follows and collects; `_March` fills the matrices row by row.  The trace on few nodes is
`few_nodes.on_few_nodes`.
"""

from __future__ import annotations

import numpy as np

from exponents.rationals import abbreviate

from ..arrays import Reals
from ..curves import LossCurve, Status
from ..spectra.few_nodes import error_in_steps, on_few_nodes
from ..spectra.spectrum import Spectrum
from ..training.stability import STABLE, StabilityWatch
from .online_limit import ROUNDING
from .sizes import MEMORY, check_memory, check_sizes, check_steps

BLOCK = 32
"""Steps in a block: its products with S are large enough to be fast, its inverses, one a mode, small and cheap."""

SMOOTH, ROUGH = 1e-4, 1e-2
"""Second difference of the response, beside itself: a stable one falls below the first and stays there."""


CUBIC, ROW = 3e-9, 48
"""Seconds that a solution takes per cube of its steps, and bytes per square."""


def estimate_two_time_seconds(steps: int) -> float:
    """Return about how many seconds `solve_online` takes; 0 if the solution does not fit into memory.

    Examples
    --------
    >>> round(estimate_two_time_seconds(4000))
    192
    """
    return CUBIC * steps**3 if ROW * steps**2 <= MEMORY else 0.0


def solve_online(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    learning_rate: float,
    steps: int,
    model_size: int | None = None,
    batch_size: int | None = None,
) -> LossCurve:
    """Solve the two-time equations of online SGD, eq. 26-31.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k), on the same eigenvalues.
    gamma : float
        Richness, at least 0.
    learning_rate : float
        eta > 0, in units of one over the eigenvalues.
    steps : int
        T, at least 1.
    model_size, batch_size : int, optional
        N and B, at least 1; None is infinite.

    Returns
    -------
    LossCurve
        At the steps 0, 1, ..., T.  ``error`` is that of the two spectra's rules, in the flow and in steps of the
        largest sharpness, and rounding; from ``status.undetermined_from`` on it is at least the loss.  ``observed`` has
        ``kernel`` = 1 + gamma Cw(t,t), ``sharpness`` = eta kappa lambda_1, and the three parts of the loss beside the
        floor: ``from_target``, what the mean response has not learned; ``from_features``, the variance over A(0), of
        order 1/N; ``from_batches``, that over batches, of order 1/B.

        ``status.undetermined_from`` is the time at which the response, smooth until then, begins to alternate from step
        to step: gradient descent is at the edge of stability, which at finite N and B lies below `STABLE`.

    Raises
    ------
    InputError
        If a number is outside its range, or the solution would not fit `sizes.MEMORY`.
    Diverged
        If the loss grows beyond `stability.DIVERGED` times the first, or is no number: the equations break down there,
        while trained models need not diverge.

    Examples
    --------
    >>> target, trace = Spectrum(np.array([1.0, 0.5]), np.ones(2)), Spectrum(np.array([1.0, 0.5]), np.array([1.0, 0.5]))
    >>> found = solve_online(target, trace, gamma=1.0, learning_rate=0.1, steps=20, model_size=16, batch_size=8)
    >>> found.loss[[0, -1]].round(3), found.from_batches[-1].round(3)
    (array([2.   , 0.041]), np.float64(0.002))
    """
    inverse_size, inverse_batch = check_sizes(gamma, {"the model size": model_size, "the batch size": batch_size})
    check_steps(learning_rate, steps, float(target.eigenvalues[0]))
    _check_memory(steps, len(target))
    # eta kappa mu_1 < STABLE bounds the clock by the number of steps
    few = on_few_nodes(trace, STABLE * steps / float(trace.eigenvalues[0]))
    _check_memory(steps, len(target) + (BLOCK + 8) * len(few))
    march = _March(target, few, gamma, learning_rate, steps, inverse_size, inverse_batch)
    parts, kernel = np.empty((3, steps + 1)), np.empty(steps + 1)
    finite = bool(gamma and (inverse_size or inverse_batch))
    watch = StabilityWatch(target.variance, learning_rate, float(target.eigenvalues[0]), finite)
    smooth, unstable = False, None
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t in range(steps + 1):
            *parts[:, t], readout = march.step(t)
            kernel[t] = 1 + gamma * readout
            watch.see(t, float(march.loss[t]), float(kernel[t]))
            if unstable is None and t > 2:
                alternation = march.alternation(t)
                smooth = smooth or alternation < SMOOTH
                if smooth and alternation > ROUGH:
                    unstable = t
    largest = min(watch.sharpness, STABLE) * float(trace.eigenvalues[0] / target.eigenvalues[0])
    error = max(target.error, few.error, error_in_steps(trace, few, largest, steps))
    names = ("from_target", "from_features", "from_batches")
    time, errors = learning_rate * np.arange(steps + 1.0), error * march.loss + ROUNDING * march.loss[0]
    if unstable is not None:
        errors[unstable:] += march.loss[unstable:]
    return LossCurve(
        time=time,
        loss=march.loss,
        error=errors,
        start=float(march.loss[0]),
        observed={"kernel": kernel, "sharpness": watch.top * kernel} | dict(zip(names, parts, strict=True)),
        settings={"gamma": gamma, "learning_rate": learning_rate, "rules_error": error},
        status=Status(
            unstable_from=float(time[watch.passed]) if watch.passed >= 0 else None,
            undetermined_from=None if unstable is None else float(time[unstable]),
        ),
    )


def _check_memory(steps: int, width: int) -> None:
    """Raise InputError for too many steps; a step takes ``width`` numbers beside its rows of matrices."""
    check_memory((steps + 1) * (6 * (steps + 1) + width), f"{abbreviate(steps)} steps", "take fewer or larger steps")


class _March:
    """All matrices, filled row by row; names as in the equations, ``bias`` holding v_k/w*_k by time and mode."""

    def __init__(
        self,
        target: Spectrum,
        trace: Spectrum,
        gamma: float,
        eta: float,
        steps: int,
        inverse_size: float,
        inverse_batch: float,
    ) -> None:
        n, modes = steps + 1, len(trace)
        self.mu, self.power, self.floor = target.eigenvalues, target.weights, target.floor
        self.eigenvalues, self.weights = trace.eigenvalues[:, None], trace.weights[:, None]
        self.gamma, self.eta, self.inverse_size, self.inverse_batch = gamma, eta, inverse_size, inverse_batch
        self.s, self.h, self.r3, self.c2, self.c3, self.cw = np.zeros((6, n, n))
        self.bias, self.loss = np.empty((n, len(self.mu))), np.zeros(n)
        self.inverses = np.zeros((-(-n // BLOCK), modes, BLOCK, BLOCK))  # of the blocks of I + lambda_k S

    def step(self, t: int) -> tuple[float, float, float, float]:
        """Fill row t; return what the target, the features and the batches add to the loss, and Cw(t,t)."""
        self._fill_readout(t)  # (1), (2), (8)
        q = self._response(t)  # (3)
        self.r3[t, :t] = -self.inverse_size * (self.weights[:, 0] @ q)  # (4)
        self.r3[t, t] = 1
        self.bias[t] = 1 - self.mu * (self.s[t, :t] @ self.bias[:t])  # v_k of (3), for the target's modes
        by_features = self.inverse_size * (q @ self.c2[:t, :t])
        by_batches = self.inverse_batch * self.eigenvalues * q * self.loss[:t]
        parts = (  # the diagonal of (5)
            float(self.power @ self.bias[t] ** 2),
            float(self.weights[:, 0] @ (q * by_features).sum(axis=1)),
            float(self.weights[:, 0] @ (q * by_batches).sum(axis=1)),
        )
        self.loss[t] = self.floor + sum(parts)  # (9)
        self._fill_force(t, by_features, by_batches)  # (6), (7)
        return (*parts, float(self.cw[t, t]))

    def alternation(self, t: int) -> float:
        """Return the second difference of H(t,0), in units of H(t,0)."""
        first, second, third = self.h[t - 2 : t + 1, 0]
        return float(abs(first - 2 * second + third) / abs(third))

    def _fill_readout(self, t: int) -> None:
        """Fill row t of H, Cw and S, from C3 and R3 before t."""
        if t == 0:
            return
        past, h, c3 = t - 1, self.h, self.c3
        h[t, :past] = h[past, :past] + self.eta * self.eta * self.gamma * (c3[past, :past] @ h[:past, :past])
        h[t, past] = self.eta
        self.cw[t, : t + 1] = self.cw[: t + 1, t] = h[: t + 1, :t] @ (c3[:t, :t] @ h[t, :t])
        self.s[t, :t] = (h[t, :t] + self.eta * self.gamma * self.cw[t, :t]) @ self.r3[:t, :t]

    def _fill_force(self, t: int, by_features: Reals, by_batches: Reals) -> None:
        """Fill row t of C2 and C3.  sum_k Q_k f_k is S sum_k (I + lambda_k S)^{-1} f_k."""
        weights = self.weights * self.eigenvalues
        relaxed = self._relaxed(weights * (by_features + by_batches), t).sum(axis=0)
        row = self.bias[: t + 1] @ (self.mu * self.power * self.bias[t])
        row += self.s[: t + 1, :t] @ relaxed
        row[:t] -= self.weights[:, 0] @ by_batches
        row[t] += self.inverse_batch * float(self.weights.sum()) * self.loss[t]
        self.c2[t, : t + 1] = self.c2[: t + 1, t] = row
        r3 = self.r3[: t + 1, : t + 1]
        self.c3[t, : t + 1] = self.c3[: t + 1, t] = r3 @ (self.c2[: t + 1, : t + 1] @ r3[t])

    def _response(self, t: int) -> Reals:
        """Return row t of Q_k for all modes, of shape (modes, t): Q_k (I + lambda_k S) = S, from the last block on."""
        q = np.empty((len(self.eigenvalues), t))
        block, place = divmod(t, BLOCK)
        for number in range(block, -1, -1):
            first, last = BLOCK * number, min(BLOCK * (number + 1), t)
            right = self.s[t, first:last] - self.eigenvalues * (q[:, last:] @ self.s[last:t, first:last])
            inverses = self.inverses[number, :, : last - first, : last - first]
            q[:, first:last] = np.matmul(right[:, None], inverses)[:, 0]
        self.inverses[block, :, place, place] = 1
        self.inverses[block, :, place, :place] = -self.eigenvalues * q[:, t - place :]
        return q

    def _relaxed(self, vectors: Reals, t: int) -> Reals:
        """Return (I + lambda_k S)^{-1} of a vector for each mode, on times before t, from the first block on."""
        found = np.empty_like(vectors)
        for number, first in enumerate(range(0, t, BLOCK)):
            last = min(first + BLOCK, t)
            right = vectors[:, first:last] - self.eigenvalues * (found[:, :first] @ self.s[first:last, :first].T)
            inverses = self.inverses[number, :, : last - first, : last - first]
            found[:, first:last] = np.matmul(inverses, right[:, :, None])[:, :, 0]
        return found
