"""How is one interval of time after another added to a solution of the equations of `offline`?  By collocation.

On each interval of a grid, functions are polynomials through their values at Radau's nodes (`verify.flow.collocation`).
Theta integrates them exactly, M_ is the product of M and Theta entry by entry, and the rest is the algebra of matrices.
At the ends of intervals, where results are read, the order is about 8 if the intervals resolve the modes; modes that
are much faster are damped, so that intervals may grow with t.

Rows of an interval depend on those before it and on one another.  Along an eigenvector of the block of G on the
diagonal, g and s being the eigenvalues of G and S and f = F(s), a row x of S, C0 or E solves x M = ... or x M^T = ...,

    (7)  M = I + g Phi [1/N + 1/P - (f + F)/(N P)],        Phi = sum_k lambda_k J_k/(1 + lambda_k s),
    (8)  s = g (1 - f/N) (1 - f/P).

(7) follows from S = G R with F(S) = f(s) + (S - s) Phi.  So a row is solved at once, however strongly it acts on
itself.  Only what gamma feeds back, C3 -> G -> C3, is iterated; some ten sweeps reach rounding, more if intervals are
long.  If gamma Theta C3_ has an eigenvalue of 1 or more within an interval, w grows so fast that polynomials do not
follow, and the inverse in H is not the sum that it stands for: such an interval is refused.

Layout: modes along the first axis, times along the last.  Equations (1) to (6) are those of `offline`.

Map: `March.interval` sweeps one interval until it stays; a sweep fills the readout (1), the responses (2), (3) and the
correlations (4) to (6); `_with_past` and `_within` solve (4), (5) before and inside the interval; `_solve_scale` is
(8).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, log, log2

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

from exponents.errors import FlowFailed

from ..arrays import Reals
from ..flow.collocation import NODES, STAGES, integrate_basis
from ..spectra.spectrum import Spectrum

Complexes = NDArray[np.complex128]

TOLERANCE = 1e-9
"""Relative change of C0 and Cw at which their iteration has converged: the error left is about a third of it."""

LOOSEST = 1e-5
"""Relative change that is accepted, and stated, if rounding keeps it from falling further."""

ROUNDING = 1e-13
"""Changes below it, in units of the largest correlation, are rounding."""

SWEEPS, STUCK = 100, 8
"""Most sweeps of an interval, and how many may go by without a smaller change."""

NEWTON, CONVERGED = 40, 1e-13
"""Most steps of Newton's method for s, some four from one doubling of g to the next, and the last change of ln s."""


@dataclass(frozen=True)
class _Block:
    """A block of G on the diagonal, in its eigenvectors, and functions of it.

    Attributes
    ----------
    vectors, inverse : array of shape (STAGES, STAGES)
        G = vectors diag(g) inverse.
    g, s, f, r : array of shape (STAGES,)
        Eigenvalues of G, S, F and R.
    shares : array of shape (STAGES, nodes)
        1/(1 + lambda_k s), the eigenvalues of J_k.
    half : array of int
        One of each conjugate pair of eigenvalues.
    """

    vectors: Complexes
    inverse: Complexes
    g: Complexes
    s: Complexes
    f: Complexes
    r: Complexes
    shares: Complexes
    half: NDArray[np.intp]

    def matrix(self, values: Complexes) -> Reals:
        """Return the matrices with these eigenvalues, along the last axis."""
        return np.asarray(((self.vectors * values[..., None, :]) @ self.inverse).real)

    def rows(self, parts: Complexes) -> Reals:
        """Return real rows from their parts along one eigenvector of each pair."""
        twice = np.where(self.g[self.half].imag > 0, 2.0, 1.0)
        return np.asarray(((self.vectors[:, self.half] * twice) @ parts).real)


@dataclass(frozen=True)
class _Rows:
    """What the correlations of an interval need of its responses.

    Attributes
    ----------
    q : array of shape (nodes, STAGES, past)
        Rows of Q_k at times before the interval.
    inside, relaxed : array of shape (nodes, STAGES, STAGES)
        Blocks of Q_k and J_k on the diagonal.
    phi : array of shape (half, past, past)
    factors : list
        Factorised M.
    """

    q: Reals
    inside: Reals
    relaxed: Reals
    phi: Complexes
    factors: list[tuple[Complexes, NDArray[np.int32]]]


class March:
    """All matrices, filled interval by interval; ``bias`` holds J_k 1 by time and mode.

    Examples
    --------
    >>> modes = np.array([1.0, 0.5])
    >>> march = March(Spectrum(modes, np.ones(2)), Spectrum(modes, modes), 0.0, np.array([0.0, 1.0]), 0.0, 0.0)
    >>> march.interval(0)
    >>> march.observe()[0].round(6), np.round(np.exp(-2) + np.exp(-1), 6)
    (array([2.      , 0.503215]), np.float64(0.503215))
    """

    def __init__(
        self,
        target: Spectrum,
        trace: Spectrum,
        gamma: float,
        times: Reals,
        by_n: float,
        by_p: float,
    ) -> None:
        n = STAGES * (len(times) - 1)
        self.mu, self.power = target.eigenvalues, target.weights
        self.floor, self.variance = target.floor, target.variance
        self.lam, self.weights = trace.eigenvalues, trace.weights
        self.gamma, self.times = gamma, times
        self.by_n, self.by_p = by_n, by_p
        self.theta = _integrate_matrix(np.diff(times))
        self.h, self.g, self.s, self.f, self.r, self.c0, self.e, self.c3, self.cw = np.zeros((9, n, n))
        self.bias, self.j = np.empty((n, len(self.mu))), np.zeros((len(trace), n, n))
        self.force = float(self.power @ self.mu) + self.by_p * float(self.weights.sum()) * self.variance  # C3(0,0)
        self.change, self.gain = 0.0, 0.0  # of the iteration so far; of w by the pull on itself within an interval

    def interval(self, number: int) -> None:
        """Fill the rows of an interval; the first guess is that C3 stays constant.

        Raises
        ------
        FlowFailed
            If the iteration does not converge, or w pulls on itself with a gain of 1 or more.
        """
        first, last = STAGES * number, STAGES * (number + 1)
        new = slice(first, last)
        guess = self.c3[first - 1, :first] if first else np.empty(0)
        self.c3[new, :first], self.c3[new, new] = guess, guess[-1] if first else self.force
        self.c3[:first, new] = self.c3[new, :first].T
        least, since = inf, 0
        for _ in range(SWEEPS):
            before = self.c0[new, :last].copy(), self.cw[new, :last].copy()
            if not self._sweep(first, last):
                least = inf
                break
            if self.gamma == 0:
                return
            change = max(_change(now, old, first) for now, old in zip((self.c0, self.cw), before, strict=True))
            least, since = (change, 0) if change < least else (least, since + 1)
            if self.gain < 1 and (least < TOLERANCE or (since >= STUCK and least < LOOSEST)):
                self.change = max(self.change, least)
                return
            if least < TOLERANCE or since >= 3 * STUCK:
                break
        time = float(self.times[number])
        raise FlowFailed(
            f"the two-time equations were solved up to t = {time:.6g}; in the interval to {self.times[number + 1]:.6g} "
            f"correlations still changed by {least:.1e} of themselves, and w pulled on itself with a gain of "
            f"{self.gain:.1e}, which must be below 1; take shorter intervals there, or end earlier",
            time,
            least,
        )

    def _sweep(self, first: int, last: int) -> bool:
        """Do one sweep; return whether all is finite."""
        self._fill_readout(first, last)
        if not np.isfinite(self.g[first:last, :last]).all() or not (self.cw.diagonal()[first:last] >= 0).all():
            return False
        self._fill_correlations(first, last, *self._fill_responses(first, last))
        return bool(np.isfinite(self.c3[first:last, :last]).all())

    def clock(self, number: int) -> float:
        """Return int kappa dt up to the end of an interval."""
        last = STAGES * (number + 1)
        return float(self.theta[last - 1, :last] @ (1 + self.gamma * self.cw.diagonal()[:last]))

    def observe(self) -> tuple[Reals, Reals, Reals]:
        """Return test loss, train loss and kernel at the times of the grid, by (6)."""
        ends = STAGES * np.arange(1, len(self.times)) - 1
        r1 = np.eye(len(self.f))[ends] - self.by_p * self.f[ends]
        train = np.maximum(((r1 @ self.c0) * r1).sum(axis=1), 0.0)  # a difference of nearly equal numbers
        return (
            np.append(self.variance, self.c0.diagonal()[ends]),
            np.append(self.variance, train),
            np.append(1.0, 1 + self.gamma * self.cw.diagonal()[ends]),
        )

    def _fill_readout(self, first: int, last: int) -> None:
        """Fill H, Cw and G from C3, by (1)."""
        new, theta, c3, h = slice(first, last), self.theta[:last, :last], self.c3[:last, :last], self.h
        pull = self.gamma * theta[new] @ (c3 * theta)
        right = theta[new].copy()
        right[:, :first] += pull[:, :first] @ h[:first, :first]
        self.gain = float(np.abs(np.linalg.eigvals(pull[:, first:])).max()) if np.isfinite(pull).all() else inf
        h[new, :last] = np.linalg.solve(np.eye(STAGES) - pull[:, first:], right)
        _set(self.cw, first, h[new, :last] @ c3 @ h[:last, :last].T)
        self.g[new, :last] = h[new, :last] + self.gamma * self.cw[new, :last] * theta[new]

    def _block(self, block: Reals) -> _Block:
        """Return a block of G on the diagonal, in its eigenvectors."""
        g, vectors = np.linalg.eig(block)
        g, vectors = g.astype(complex), vectors.astype(complex)
        s = _solve_scale(g, self.lam, self.weights, self.by_n, self.by_p)
        shares: Complexes = np.reciprocal(1 + s[:, None] * self.lam)
        f = s * (shares @ self.weights)
        r = (1 - self.by_n * f) * (1 - self.by_p * f)
        return _Block(vectors, np.linalg.inv(vectors), g, s, f, r, shares, np.flatnonzero(g.imag >= 0))

    def _fill_responses(self, first: int, last: int) -> tuple[_Block, _Rows]:
        """Fill S, F, R, J_k and the bias from G, by (1) to (3)."""
        new, old = slice(first, last), slice(0, first)
        block = self._block(self.g[new, new])
        half, both = block.half, self.by_n * self.by_p
        # blocks on the diagonal are functions of G's block
        self.s[new, new], self.f[new, new], self.r[new, new] = map(block.matrix, (block.s, block.f, block.r))
        relaxed, inside = block.matrix(block.shares.T), block.matrix(block.s * block.shares.T)
        # Phi and M of (7), along one eigenvector of each pair
        past, f = self.j[:, old, old], self.f[old, old]
        weights = self.weights * block.shares[half]
        parts = np.concatenate([weights.real, weights.imag]) @ past.transpose(1, 0, 2)
        phi = (parts[:, : len(half)] + 1j * parts[:, len(half) :]).transpose(1, 0, 2)
        folded = phi.real @ f + 1j * (phi.imag @ f)
        linear = self.by_n + self.by_p - both * block.f[half]
        matrices = block.g[half, None, None] * (linear[:, None, None] * phi - both * folded) + np.eye(first)
        factors = [lu_factor(matrix, check_finite=False) for matrix in matrices] if first else []
        # rows before the interval: S from M, then (2) and (3)
        right = block.inverse[half] @ (self.g[new, old] @ self.r[old, old])
        found = [lu_solve(pair, row, trans=1, check_finite=False) for pair, row in zip(factors, right, strict=False)]
        self.s[new, old] = block.rows(np.array(found)) if first else 0
        q = relaxed @ self.s[new, old] @ past
        self.f[new, old] = np.tensordot(self.weights, q, 1)
        self.r[new, old] = both * (self.f[new, :last] @ self.f[:last, old]) - (self.by_n + self.by_p) * self.f[new, old]
        self.j[:, new, old], self.j[:, new, new] = -self.lam[:, None, None] * q, relaxed
        # J_k 1 for the modes of the target
        shares = 1 / (1 + np.multiply.outer(block.s, self.mu))
        moved = block.inverse @ (1 - self.mu * (self.s[new, old] @ self.bias[old]))
        self.bias[new] = (block.vectors @ (shares * moved)).real
        return block, _Rows(q, inside, relaxed, phi, factors)

    def _fill_correlations(self, first: int, last: int, block: _Block, rows: _Rows) -> None:
        """Fill C0, E and C3 by (4) to (6), first with times before the interval, then within it."""
        new, old = slice(first, last), slice(0, first)
        # the target's part of (4) and (5)
        biased = self.bias[new] * self.power
        c0, e = biased @ self.bias[:last].T + self.floor, biased * self.mu @ self.bias[:last].T
        weights = np.array([self.weights, self.weights * self.lam])
        # Q_k C0 and Q_k E at times before, all modes in one product
        flat = rows.q.reshape(len(self.lam) * STAGES, first)
        on_c0, on_e = ((flat @ c[old, old]).reshape(rows.q.shape) for c in (self.c0, self.e))
        back = np.concatenate([on_c0, on_e], axis=1) @ self.j[:, old, old].transpose(0, 2, 1)
        (by_c0, by_e), (by_c0_again, _) = np.tensordot(weights, back, 1).reshape(2, 2, STAGES, first)
        f_row = self.f[new, old]
        known = (
            c0[:, old] + self.by_n * by_e @ self.s[old, old].T + self.by_p * (f_row @ self.c0[old, old] - by_c0),
            e[:, old] + self.by_n * (f_row @ self.e[old, old] - by_e) - self.by_p * by_c0_again,
        )
        if first:
            for matrix, row in zip((self.c0, self.e), self._with_past(first, block, rows, *known), strict=True):
                _set(matrix, first, row)
        c0_row, e_row = self.c0[new, old], self.e[new, old]

        def within(scale: Reals | float, on: Reals, row: Reals, block: Reals) -> Reals:
            """Return (scale q, block) C (scale q, block)^T for each mode, with C = 0 within the interval."""
            cross = scale * (rows.q @ row.T) @ block.transpose(0, 2, 1)
            return np.asarray(scale**2 * on @ rows.q.transpose(0, 2, 1) + cross + cross.transpose(0, 2, 1))

        by_c0 = np.tensordot(weights[1], within(1.0, on_c0, c0_row, rows.inside), 1)
        by_e = np.tensordot(weights, within(1.0, on_e, e_row, rows.inside), 1)
        by_relaxed = np.tensordot(weights[0], within(-self.lam[:, None, None], on_c0, c0_row, rows.relaxed), 1)
        known = (
            c0[:, first:] + self.by_n * by_e[0] + self.by_p * by_c0,
            e[:, first:] + self.by_n * by_e[1] + self.by_p * by_relaxed,
        )
        for matrix, inner in zip((self.c0, self.e), self._within(block, *known), strict=True):
            matrix[new, new] = (inner + inner.T) / 2
        # C3 of (6)
        _set(self.c3, first, self.r[new, :last] @ self.e[:last, :last] @ self.r[:last, :last].T)

    def _with_past(self, first: int, block: _Block, rows: _Rows, c0: Reals, e: Reals) -> tuple[Reals, Reals]:
        """Return C0 and E between the interval and times before, from the known parts of their equations.

        Row by row, C0 (I - X2/P) - E X1/N and E (I - X2/N) - C0 X0/P are known, with X0 = Phi^T, X1 = s (S Phi)^T and
        X2 = f - s Phi^T, and (I - X2/P) (I - X2/N) - X0 X1/(N P) = r M^T.
        """
        half = block.half
        s, f = block.s[half, None], block.f[half, None]
        left, right = block.inverse[half] @ c0, block.inverse[half] @ e
        by_left, by_right = ((rows.phi @ row[:, :, None])[:, :, 0] for row in (left, right))
        rights = (
            (1 - self.by_n * f) * left + self.by_n * s * (by_left + by_right @ self.s[:first, :first].T),
            (1 - self.by_p * f) * right + self.by_p * (s * by_right + by_left),
        )
        found = [
            lu_solve(pair, right.T, check_finite=False)
            for pair, right in zip(rows.factors, np.stack(rights, 1), strict=True)
        ]
        by_row = np.array(found) / block.r[half, None, None]
        return block.rows(by_row[:, :, 0]), block.rows(by_row[:, :, 1])

    def _within(self, block: _Block, c0: Reals, e: Reals) -> tuple[Reals, Reals]:
        """Return C0 and E within the interval, where X0, X1 and X2 are numbers for each pair of eigenvectors."""
        left, right = (block.inverse @ known @ block.inverse.T for known in (c0, e))
        x0 = block.shares * self.weights @ block.shares.T
        x1 = np.multiply.outer(block.s, block.s) * x0
        x2 = block.f[:, None] - block.s[:, None] * x0
        determinant = (1 - self.by_p * x2) * (1 - self.by_n * x2) - self.by_n * self.by_p * x0 * x1
        first = ((1 - self.by_n * x2) * left + self.by_n * x1 * right) / determinant
        second = ((1 - self.by_p * x2) * right + self.by_p * x0 * left) / determinant
        return (block.vectors @ first @ block.vectors.T).real, (block.vectors @ second @ block.vectors.T).real


def _set(matrix: Reals, first: int, rows: Reals) -> None:
    """Write rows into a symmetric matrix, from row ``first`` on, up to where they end."""
    count, width = rows.shape
    matrix[first : first + count, :width] = rows
    matrix[:width, first : first + count] = rows.T


def _change(matrix: Reals, before: Reals, first: int) -> float:
    """Return the largest change of rows of a correlation, in units of the root of its two variances, or of rounding."""
    count, width = before.shape
    root = np.sqrt(np.abs(matrix.diagonal()[:width]))
    scale = root[first : first + count, None] * root + ROUNDING / TOLERANCE * root.max() ** 2
    return float((np.abs(matrix[first : first + count, :width] - before) / scale).max())


def _integrate_matrix(lengths: Reals) -> Reals:
    """Return Theta on intervals of these lengths."""
    n, inside = len(lengths), integrate_basis(NODES).T
    found = np.zeros((n, STAGES, n, STAGES))
    for i, length in enumerate(lengths):
        found[i, :, i] = length * inside
        found[i + 1 :, :, i] = length * inside[-1]
    return found.reshape(n * STAGES, n * STAGES)


def _solve_scale(g: Complexes, lam: Reals, weights: Reals, by_n: float, by_p: float) -> Complexes:
    """Solve (8) for s: Newton's method for ln s, followed from small g, where s = g, by doubling g."""
    weak = float(np.abs(g).max() * weights.sum()) * (by_n + by_p)
    doublings = 4 + max(0, ceil(log2(weak + 1)))
    goal = np.log(g) - doublings * log(2)
    found, slope = goal.copy(), np.ones_like(goal)
    for number in range(doublings + 1):
        if number:
            goal, found = goal + log(2), found + slope * log(2)
        for _ in range(NEWTON):
            s = np.exp(found)
            shares = 1 / (1 + np.multiply.outer(s, lam))
            f, rise = s * (shares @ weights), s * (shares**2 @ weights)
            slope = 1 / (1 + rise * by_n / (1 - by_n * f) + rise * by_p / (1 - by_p * f))
            change = slope * (found - np.log(1 - by_n * f) - np.log(1 - by_p * f) - goal)
            found = found - change
            if not np.abs(change).max() > CONVERGED:
                break
        else:
            return np.full_like(g, np.nan)
    return np.exp(found)
