"""What does stochastic gradient descent do at finite N and B, seen as correlations between any two times?

The dynamical mean field equations of eq. 26-31 for online batches, t and s counting steps of length eta.  As matrices
in time, with Theta = eta times the strictly lower ones, D the diagonal of C0 + floor, and M_ the strictly lower part
of M,

    H = (I - eta gamma Theta C3_)^{-1} Theta,        S = (H + eta gamma Cw_) R3,
    Q_k = S (I + lambda_k S)^{-1},       P_k = I - lambda_k Q_k,       v_k = P_k 1,
    R3 = I - (1/N) sum_k lambda_k Q_k,
    C0 = sum_k lambda_k [w*_k^2 v_k v_k^T + Q_k C2 Q_k^T/N + (lambda_k/B) Q_k D Q_k^T],
    C2 = sum_k lambda_k^2 [w*_k^2 v_k v_k^T + Q_k C2 Q_k^T/N] + (1/B) sum_k lambda_k P_k D P_k^T,
    C3 = R3 C2 R3^T,         Cw = H C3 H^T,          L(t) = floor + C0(t,t).

This is eq. 27-31 with two identities put in: J_k is P_k, and H0_k G C3 G^T H0_k^T is Q_k C2 Q_k^T.  So every response
is a function of one matrix S, and no inverse of R3 is left.  (Printed, eq. 31 lacks a lambda_k in C2 and eq. 27 an eta
in front of gamma in the sums over C3; with both, the equations are those of eq. 26.)

All is causal: row t of each matrix follows from rows before it.  Row t of Q_k is a triangular system in S with a shift
lambda_k, and so is what a row of C2 needs, sum_k Q_k (Q_k C2/N + ...)^T.  Both are solved for all modes at once, block
by block: products with S serve all modes, and only blocks on the diagonal are inverted mode by mode.  No T x T matrix
is kept for a mode.

Two spectra enter: the target's measure, whose modes cost a vector each, and the trace sum_k lambda_k delta(lambda_k),
which drives R3 and the noise of batches and needs few nodes.  Either those of the limit, with N as the model size; or
those of the mean model of size N (`random_features`) with no model size, as there R3 = I.  Both routes give one curve.

At finite N and B the solution may leave the smooth one below eta kappa mu_1 = 2, as draws do, some of which diverge
while others do not: how it goes on then depends on its last digits.  `Descent.unstable_from` tells.

What is left out is what a mean field leaves out: the four-point part of a batch of Gaussian features, lambda_k lambda_l
v_k v_l/B in its noise, and its analogue for A(0).  It has the order of what is kept, times the share of single modes in
the loss.

Layout: modes along the first axis, times along the last.  Cost for T steps and n nodes of the trace: 4/3 n T^3
operations in matrix products.  Memory: 48 T^2 bytes for the matrices, 8 T per node of the target and 8 `BLOCK` T per
node of the trace; refused above `MEMORY`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..inputs import check_richness, check_step, check_whole
from ..spectra.quadrature import rule_of_points
from ..spectra.spectrum import Spectrum
from ..training.stability import STABLE, StabilityWatch

MEMORY = 4 * 2**30
"""Bytes that one solution may take."""

BLOCK = 32
"""Steps in a block: its products with S are large enough to be fast, its inverses, one a mode, small and cheap."""

PANEL, NODES = 1.5, 6
"""Width in ln(lambda) of a panel of the trace, and its nodes."""

SLOW, SLOW_NODES = 0.3, 4
"""Modes with lambda times the clock below the first share a rule exact for polynomials in lambda, which they follow."""

FADED = 1e-6
"""Share of the trace below which what its modes still do is not seen beside what they did before, nor is its error."""

SMOOTH, ROUGH = 1e-4, 1e-2
"""Second difference of the response, beside itself: a stable one falls below the first and stays there."""


@dataclass(frozen=True)
class Descent:
    """A solution at steps 0, 1, ..., T, each field an array of shape (T + 1,).

    Attributes
    ----------
    time : array
        eta times the step.
    loss : array
        L in units of the target's variance: floor and the three parts below.
    from_target : array
        What the mean response has not learned of the target.
    from_features : array
        Variance over the features A(0), of order 1/N.
    from_batches : array
        Variance over the batches, of order 1/B.
    kernel : array
        1 + gamma Cw(t,t), the kappa of the flow.
    sharpness : array
        eta kappa lambda_1, below `STABLE` while steps follow the flow.
    error : float
        Largest relative error of the two spectra's rules, in the flow and in steps of the largest sharpness.
    unstable_from : int or None
        First step at which the response alternates from step to step after it had been smooth.  There the solution
        has left the one that the flow is a limit of: gradient descent is at the edge of stability, which at finite N
        and B lies below `STABLE`, draws differ, and how the curve goes on depends on its last digits.
    """

    time: Reals
    loss: Reals
    from_target: Reals
    from_features: Reals
    from_batches: Reals
    kernel: Reals
    sharpness: Reals
    error: float
    unstable_from: int | None = None


def solve_online(
    target: Spectrum,
    trace: Spectrum,
    gamma: float,
    learning_rate: float,
    steps: int,
    model_size: int | None = None,
    batch_size: int | None = None,
) -> Descent:
    """The two-time equations of online SGD.

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

    Raises
    ------
    InputError
        For numbers outside these ranges, or a solution that would not fit `MEMORY`.
    Diverged
        If the loss grows beyond `DIVERGED` times the first.
    """
    check_richness(gamma)
    check_step(learning_rate, float(target.eigenvalues[0]))
    check_whole(steps, "the number of steps", 1, 1000)
    for value, name, example in ((model_size, "the model size", 64), (batch_size, "the batch size", 32)):
        if value is not None:
            check_whole(value, name, 1, example)
    _check_memory(steps, len(target))
    # eta kappa mu_1 < STABLE bounds the clock by the number of steps
    few = on_few_nodes(trace, STABLE * steps / float(trace.eigenvalues[0]))
    _check_memory(steps, len(target) + (BLOCK + 8) * len(few))
    march = _March(target, few, gamma, learning_rate, steps)
    march.inverse_size, march.inverse_batch = (0.0 if size is None else 1 / size for size in (model_size, batch_size))
    parts, kernel = np.empty((3, steps + 1)), np.empty(steps + 1)
    watch = StabilityWatch(target.variance, learning_rate, float(target.eigenvalues[0]))
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
    time = learning_rate * np.arange(steps + 1.0)
    by_target, by_features, by_batches = parts
    largest = min(watch.sharpness, STABLE) * float(trace.eigenvalues[0] / target.eigenvalues[0])
    error = max(target.error, few.error, _error_in_steps(trace, few, largest, steps))
    return Descent(time, march.loss, by_target, by_features, by_batches, kernel, watch.top * kernel, error, unstable)


def _check_memory(steps: int, width: int) -> None:
    """Refuse too many steps; ``width`` is what a step takes beside its rows of matrices, in numbers."""
    if 8 * (steps + 1) * (6 * (steps + 1) + width) > MEMORY:
        raise InputError(
            f"a solution may take {MEMORY / 2**30:.3g} GiB; {abbreviate(steps)} steps take more; take fewer or larger steps"
        )


class _March:
    """All matrices, filled row by row; names as in the equations, ``bias`` holding v_k/w*_k by time and mode."""

    inverse_size = inverse_batch = 0.0

    def __init__(self, target: Spectrum, trace: Spectrum, gamma: float, eta: float, steps: int) -> None:
        n, modes = steps + 1, len(trace)
        self.mu, self.power, self.floor = target.eigenvalues, target.weights, target.floor
        self.eigenvalues, self.weights = trace.eigenvalues[:, None], trace.weights[:, None]
        self.gamma, self.eta = gamma, eta
        self.s, self.h, self.r3, self.c2, self.c3, self.cw = np.zeros((6, n, n))
        self.bias, self.loss = np.empty((n, len(self.mu))), np.zeros(n)
        self.inverses = np.zeros((-(-n // BLOCK), modes, BLOCK, BLOCK))  # of the blocks of I + lambda_k S

    def step(self, t: int) -> tuple[float, float, float, float]:
        """Row t of everything; what the target, the features and the batches add to the loss, and Cw(t,t)."""
        self._readout(t)
        q = self._response(t)
        self.r3[t, :t] = -self.inverse_size * (self.weights[:, 0] @ q)
        self.r3[t, t] = 1
        self.bias[t] = 1 - self.mu * (self.s[t, :t] @ self.bias[:t])
        by_features = self.inverse_size * (q @ self.c2[:t, :t])
        by_batches = self.inverse_batch * self.eigenvalues * q * self.loss[:t]
        parts = (
            float(self.power @ self.bias[t] ** 2),
            float(self.weights[:, 0] @ (q * by_features).sum(axis=1)),
            float(self.weights[:, 0] @ (q * by_batches).sum(axis=1)),
        )
        self.loss[t] = self.floor + sum(parts)
        self._force(t, by_features, by_batches)
        return (*parts, float(self.cw[t, t]))

    def alternation(self, t: int) -> float:
        """Second difference of H(t,0) beside it."""
        first, second, third = self.h[t - 2 : t + 1, 0]
        return float(abs(first - 2 * second + third) / abs(third))

    def _readout(self, t: int) -> None:
        """H, Cw and S, from C3 and R3 before t."""
        if t == 0:
            return
        past, h, c3 = t - 1, self.h, self.c3
        h[t, :past] = h[past, :past] + self.eta * self.eta * self.gamma * (c3[past, :past] @ h[:past, :past])
        h[t, past] = self.eta
        self.cw[t, : t + 1] = self.cw[: t + 1, t] = h[: t + 1, :t] @ (c3[:t, :t] @ h[t, :t])
        self.s[t, :t] = (h[t, :t] + self.eta * self.gamma * self.cw[t, :t]) @ self.r3[:t, :t]

    def _force(self, t: int, by_features: Reals, by_batches: Reals) -> None:
        """C2 and C3.  sum_k Q_k f_k is S sum_k (I + lambda_k S)^{-1} f_k."""
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
        """Row t of Q_k for all modes, of shape (modes, t): Q_k (I + lambda_k S) = S, solved from the last block on."""
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
        """(I + lambda_k S)^{-1}, on times before t, of a vector for each mode: from the first block to the last."""
        found = np.empty_like(vectors)
        for number, first in enumerate(range(0, t, BLOCK)):
            last = min(first + BLOCK, t)
            right = vectors[:, first:last] - self.eigenvalues * (found[:, :first] @ self.s[first:last, :first].T)
            inverses = self.inverses[number, :, : last - first, : last - first]
            found[:, first:last] = np.matmul(inverses, right[:, :, None])[:, :, 0]
        return found


def on_few_nodes(trace: Spectrum, clock: float) -> Spectrum:
    """The trace on few nodes, enough for clocks up to ``clock``."""
    fast = trace.eigenvalues * clock >= SLOW
    place, slow = np.log(trace.eigenvalues[fast]), trace.eigenvalues[~fast]
    panel = np.floor((place[0] - place) / PANEL)
    parts = [_rule(place[panel == i], trace.weights[fast][panel == i], NODES) for i in np.unique(panel)]
    parts = [(np.exp(u), w) for u, w in parts]
    if len(slow):
        parts.append(_rule(slow, trace.weights[~fast], SLOW_NODES))
    eigenvalues, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(-eigenvalues)
    found = Spectrum(eigenvalues[order], weights[order], trace.floor)
    clocks = np.geomspace(0.1 / trace.eigenvalues[0], clock, 30)
    whole = trace.lazy_loss(clocks)
    apart = (np.abs(found.lazy_loss(clocks) - whole) / np.maximum(whole, FADED * trace.variance)).max()
    return replace(found, error=max(trace.error, float(apart)))


def _error_in_steps(trace: Spectrum, few: Spectrum, largest: float, steps: int) -> float:
    """The same for sum_k lambda_k (1 - x lambda_k/lambda_1)^{2t}, with x up to ``largest``: beyond 1, with two ends."""
    t = np.unique(np.geomspace(1, steps, 30).round())
    errors = [0.0]
    for x in largest * np.array([0.25, 0.5, 0.75, 1.0]):
        whole, found = (
            np.abs(1 - x * s.eigenvalues / trace.eigenvalues[0]) ** (2 * t[:, None]) @ s.weights for s in (trace, few)
        )
        errors.append(float((np.abs(found - whole) / np.maximum(whole, FADED * trace.variance)).max()))
    return max(errors)


def _rule(points: Reals, weights: Reals, nodes: int) -> tuple[Reals, Reals]:
    """A rule of points, several of which may be one."""
    values, place = np.unique(points, return_inverse=True)
    masses = np.bincount(place, weights).astype(float)
    return (values, masses) if len(values) <= nodes else rule_of_points(values, masses, nodes)
