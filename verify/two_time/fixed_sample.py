"""What does a fixed sample add to `block_solver`?  Answers of data and features, and correlations that stay smooth.

P samples, N features and the gradient flow of eq. 32, with t in units of one over the learning rate,

    dw/dt = A v2,    dA/dt = gamma w v2^T A(0)^T A(0)/N,    v2 = Psi^T Psi v0/P,    v0 = w* - A^T w/N,    w(0) = 0,

for Gaussian rows of Psi, of covariance Lambda, and a Gaussian A(0).  Its mean field equations are eq. 41.  With (2) of
`block_solver` they are in the clock, and in units of e = sqrt(kappa), as operators,

    (6)  S = Theta R,    J_k = (I + lambda_k S)^{-1},    Q_k = S J_k,    F = sum_k lambda_k Q_k,
    (7)  R1 = I - F/P,    R3 = I - F/N,    R = R3 R1,
    (8)  C0 = sum_k lambda_k [w*_k^2 n_k n_k^T + Q_k E Q_k^T/N] + (1/P) sum_k lambda_k^2 Q_k C0 Q_k^T,  n_k = J_k (1/e),
    (9)  E = sum_k lambda_k^2 [w*_k^2 n_k n_k^T + Q_k E Q_k^T/N] + (1/P) sum_k lambda_k J_k C0 J_k^T,
    (10) C1 = R1 C0 R1^T,    C = R E R^T,    test loss e^2 C0(x,x),    train loss e^2 C1(x,x).

gamma enters through e alone: (6) and (7) are those of the lazy model, and (8), (9) are linear in the n_k n_k^T.  All
responses are functions of Theta, so they commute.  E is R1^{-1} C2 R1^{-T}; with it no inverse of R1 or R3 is left.  C
itself is not needed, because of (5).  The floor makes noise of the labels in E.

Rows of an interval depend on those before it and on one another.  Along an eigenvector of the block of Theta on the
diagonal, g and s being the eigenvalues of Theta and S and f = F(s), a row x of S, C0 or E solves x M = ... or
x M^T = ...,

    (11) M = I + g Phi [1/N + 1/P - (f + F)/(N P)],        Phi = sum_k lambda_k J_k/(1 + lambda_k s),
    (12) s = g (1 - f/N) (1 - f/P).

(11) follows from S = Theta R with F(S) = f(s) + (S - s) Phi.  So a row is solved at once, however strongly it acts on
itself.

Two spectra enter, as in `online`: the target's, and the trace sum_k lambda_k delta(lambda_k).  They are either those of
the limit, with N as the model size; or, at P = infinity, those of the mean model of size N with no model size.

Cost for T = `STAGES` x intervals and n nodes of the trace: 4 n T^3 operations at any gamma.

Layout: modes along the first axis, times along the last, but for n_k, as in `block_solver`.

Map: `_begin` has what does not depend on gamma: `_fill_responses` is (6) and (7), `_know` the part of (8) and (9) by
times before.  `_balance` is (8) to (10), with `_with_past` and `_within` for times before and inside the interval.
`_solve_scale` is (12).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log, log2

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import lu_factor, lu_solve

from ..arrays import Reals
from ..flow.collocation import STAGES
from ..spectra.spectrum import Spectrum
from .block_solver import March, Step

Complexes = NDArray[np.complex128]

NEWTON, CONVERGED = 40, 1e-13
"""Most steps of Newton's method for s, some four from one doubling of g to the next, and the last change of ln s."""


@dataclass(frozen=True)
class _Block:
    """The block of Theta on the diagonal, in its eigenvectors, and functions of it.

    Attributes
    ----------
    vectors, inverse : array of shape (STAGES, STAGES)
        Theta = vectors diag(g) inverse.
    g, s, f, r : array of shape (STAGES,)
        Eigenvalues of Theta, S, F and R.
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


class FixedSample(March):
    """P samples that are used in every step; ``by_n`` and ``by_p`` are 1/N and 1/P.

    Examples
    --------
    >>> modes = np.array([1.0, 0.5])
    >>> march = FixedSample(Spectrum(modes, np.ones(2)), Spectrum(modes, modes), 0.0, np.array([0.0, 1.0]))
    >>> march.interval(0)
    >>> march.loss[-1].round(6), np.round(np.exp(-2) + np.exp(-1), 6)
    (np.float64(0.503215), np.float64(0.503215))
    """

    PART, START, remembers, MEANS = "train_loss", 1.0, True, 1e-11

    def __init__(
        self, target: Spectrum, trace: Spectrum, gamma: float, edges: Reals, by_n: float = 0.0, by_p: float = 0.0
    ) -> None:
        super().__init__(target, trace, gamma, edges)
        n = len(self.clock)
        self.by_n, self.by_p = by_n, by_p
        self.f, self.r, self.c0, self.e = np.zeros((4, n, n))
        self.j = np.zeros((len(trace), n, n))

    def _begin(self, step: Step) -> None:
        """Fill the responses, and the part of C0 and E by times before."""
        self.block, self.rows = self._fill_responses(step)
        self.known = self._know(step)

    def _fill_responses(self, step: Step) -> tuple[_Block, _Rows]:
        """Fill S, F, R and J_k by (6) and (7)."""
        new, old, first, last = step.new, step.old, step.first, step.last
        g, vectors = (part.astype(complex) for part in np.linalg.eig(step.inside))
        s = _solve_scale(g, self.lam, self.weights, self.by_n, self.by_p)
        shares: Complexes = np.reciprocal(1 + s[:, None] * self.lam)
        f = s * (shares @ self.weights)
        r = (1 - self.by_n * f) * (1 - self.by_p * f)
        block = _Block(vectors, np.linalg.inv(vectors), g, s, f, r, shares, np.flatnonzero(g.imag >= 0))
        half, both = block.half, self.by_n * self.by_p
        # blocks on the diagonal are functions of Theta's block
        self.response[new, new], self.f[new, new], self.r[new, new] = map(block.matrix, (s, f, r))
        relaxed, inside = block.matrix(shares.T), block.matrix(s * shares.T)
        # Phi and M of (11), along one eigenvector of each pair
        past, f_old = self.j[:, old, old], self.f[old, old]
        weights = self.weights * shares[half]
        parts = np.concatenate([weights.real, weights.imag]) @ past.transpose(1, 0, 2)
        phi = (parts[:, : len(half)] + 1j * parts[:, len(half) :]).transpose(1, 0, 2)
        folded = phi.real @ f_old + 1j * (phi.imag @ f_old)
        linear = self.by_n + self.by_p - both * f[half]
        matrices = g[half, None, None] * (linear[:, None, None] * phi - both * folded) + np.eye(first)
        factors = [lu_factor(matrix, check_finite=False) for matrix in matrices] if first else []
        # rows before the interval: S from M, then (6) and (7)
        right = block.inverse[half] @ (self.theta[new, old] @ self.r[old, old])
        found = [lu_solve(pair, row, trans=1, check_finite=False) for pair, row in zip(factors, right, strict=False)]
        self.response[new, old] = block.rows(np.array(found)) if first else 0
        q = relaxed @ self.response[new, old] @ past
        self.f[new, old] = np.tensordot(self.weights, q, 1)
        self.r[new, old] = both * (self.f[new, :last] @ self.f[:last, old]) - (self.by_n + self.by_p) * self.f[new, old]
        self.j[:, new, old], self.j[:, new, new] = -self.lam[:, None, None] * q, relaxed
        return block, _Rows(q, inside, relaxed, phi, factors)

    def _know(self, step: Step) -> tuple[Reals, Reals, Reals, Reals]:
        """Return what times before add to (8) and (9), and Q_k C0, Q_k E there: all modes in one product."""
        old, first, q, f = step.old, step.first, self.rows.q, self.f[step.new, step.old]
        flat = q.reshape(len(self.lam) * STAGES, first)
        on_c0, on_e = ((flat @ c[old, old]).reshape(q.shape) for c in (self.c0, self.e))
        back = np.concatenate([on_c0, on_e], axis=1) @ self.j[:, old, old].transpose(0, 2, 1)
        weights = np.array([self.weights, self.weights * self.lam])
        (by_c0, by_e), (by_c0_again, _) = np.tensordot(weights, back, 1).reshape(2, 2, STAGES, first)
        return (
            self.by_n * by_e @ self.response[old, old].T + self.by_p * (f @ self.c0[old, old] - by_c0),
            self.by_n * (f @ self.e[old, old] - by_e) - self.by_p * by_c0_again,
            on_c0,
            on_e,
        )

    def _balance(self, step: Step) -> tuple[Reals, Reals]:
        """Return L and X: fill C0 and E by (8) and (9), first with times before the interval, then within it."""
        new, old, first, last, rows = step.new, step.old, step.first, step.last, self.rows
        biased, e = self.bias[new] * self.power, self.scale[new]
        c0, force = biased @ self.bias[:last].T, biased * self.mu @ self.bias[:last].T
        known_c0, known_e, on_c0, on_e = self.known
        c0[:, old], force[:, old] = self._with_past(first, c0[:, old] + known_c0, force[:, old] + known_e)

        def within(scale: Reals | float, on: Reals, row: Reals, block: Reals) -> Reals:
            """Return (scale q, block) C (scale q, block)^T for each mode, with C = 0 within the interval."""
            cross = scale * (rows.q @ row.T) @ block.transpose(0, 2, 1)
            return np.asarray(scale**2 * on @ rows.q.transpose(0, 2, 1) + cross + cross.transpose(0, 2, 1))

        weights = np.array([self.weights, self.weights * self.lam])
        by_c0 = np.tensordot(weights[1], within(1.0, on_c0, c0[:, old], rows.inside), 1)
        by_e = np.tensordot(weights, within(1.0, on_e, force[:, old], rows.inside), 1)
        by_relaxed = np.tensordot(weights[0], within(-self.lam[:, None, None], on_c0, c0[:, old], rows.relaxed), 1)
        c0[:, new], force[:, new] = self._within(
            c0[:, new] + self.by_n * by_e[0] + self.by_p * by_c0,
            force[:, new] + self.by_n * by_e[1] + self.by_p * by_relaxed,
        )
        for matrix, row in ((self.c0, c0), (self.e, force)):
            matrix[new, :last], matrix[:last, new] = row, row.T
        answer = np.eye(STAGES, last, first) - self.by_p * self.f[new, :last]  # R1
        train = e**2 * ((answer @ self.c0[:last, :last]) * answer).sum(axis=1)
        self.part[new] = np.maximum(train, 0.0)  # a difference of nearly equal numbers
        return e**2 * c0[:, new].diagonal(), e * (answer @ (self.bias[:last] @ self.power)) - train

    def _with_past(self, first: int, c0: Reals, e: Reals) -> tuple[Reals, Reals]:
        """Return C0 and E between the interval and times before, from the known parts of their equations.

        Row by row, C0 (I - X2/P) - E X1/N and E (I - X2/N) - C0 X0/P are known, with X0 = Phi^T, X1 = s (S Phi)^T and
        X2 = f - s Phi^T, and (I - X2/P) (I - X2/N) - X0 X1/(N P) = r M^T.
        """
        if not first:
            return c0, e
        block, rows, half = self.block, self.rows, self.block.half
        s, f = block.s[half, None], block.f[half, None]
        left, right = block.inverse[half] @ c0, block.inverse[half] @ e
        by_left, by_right = ((rows.phi @ row[:, :, None])[:, :, 0] for row in (left, right))
        rights = (
            (1 - self.by_n * f) * left + self.by_n * s * (by_left + by_right @ self.response[:first, :first].T),
            (1 - self.by_p * f) * right + self.by_p * (s * by_right + by_left),
        )
        found = [
            lu_solve(pair, right.T, check_finite=False)
            for pair, right in zip(rows.factors, np.stack(rights, 1), strict=True)
        ]
        by_row = np.array(found) / block.r[half, None, None]
        return block.rows(by_row[:, :, 0]), block.rows(by_row[:, :, 1])

    def _within(self, c0: Reals, e: Reals) -> tuple[Reals, Reals]:
        """Return C0 and E within the interval, where X0, X1 and X2 are numbers for each pair of eigenvectors."""
        block = self.block
        left, right = (block.inverse @ known @ block.inverse.T for known in (c0, e))
        x0 = block.shares * self.weights @ block.shares.T
        x1 = np.multiply.outer(block.s, block.s) * x0
        x2 = block.f[:, None] - block.s[:, None] * x0
        determinant = (1 - self.by_p * x2) * (1 - self.by_n * x2) - self.by_n * self.by_p * x0 * x1
        first = ((1 - self.by_n * x2) * left + self.by_n * x1 * right) / determinant
        second = ((1 - self.by_p * x2) * right + self.by_p * x0 * left) / determinant
        parts = ((block.vectors @ part @ block.vectors.T).real for part in (first, second))
        inner_c0, inner_e = ((part + part.T) / 2 for part in parts)
        return inner_c0, inner_e


def _solve_scale(g: Complexes, lam: Reals, weights: Reals, by_n: float, by_p: float) -> Complexes:
    """Solve (12) for s: Newton's method for ln s, followed from small g, where s = g, by doubling g."""
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
