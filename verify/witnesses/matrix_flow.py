"""How does the whole kernel matrix evolve under gradient flow at N, B = infinity?

The Markovian form of eq. 51, in the residual v0 of every mode and the matrix M = A^T A/N + (gamma/N) |w|^2 I that
preconditions its descent,

    dv0/dt = -M Lambda v0,                                                           v0(0) = w*,
    dM/dt  = gamma [u s^T + s u^T] + 2 gamma (u . s) I,                              M(0) = I,

with u = w* - v0 what has been learned and s = Lambda v0.  It is the witness against `flow`: no conservation law and no
reduction to one function of the eigenvalue enters here.  Both follow from it.  If `flow` is right, then at all times

    M = kappa I + (gamma/kappa) u u^T,

so n - 1 eigenvalues of M are kappa and one is 2 kappa - 1.  How far M is from that form is part of the result.

The modes and weights are those of a measure, w*_k = (p_k/mu_k)^{1/2}.  v0 and the upper triangle of M are integrated by
the explicit Runge-Kutta pair of order 8 of Dormand and Prince, with steps chosen by its error estimate.  Explicit,
because an implicit step, which would have to solve for n(n + 3)/2 unknowns, costs more than it saves over the horizons
for which a witness is needed.

Layout: a state is v0, then the rows of M's upper triangle.  Cost: a step for every few relaxation times of the fastest
mode, altogether 2 or 3 mu_1 int kappa dt evaluations of n^2 operations; for alpha = 3/2, beta = 1/2, gamma = 1 seconds
to t = 1e3 and about a minute to t = 1e4.  Memory: 16 states for a step, and one for each time that is asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, NotSolved

from ..arrays import Reals
from ..inputs import check_richness, check_times
from ..spectra.spectrum import Spectrum

TOLERANCE = 1e-9
"""Relative error of a step.  Steps are as short as stability wants, so that the loss comes out better than that."""

TOLERANCES = (1e-13, 1e-2)
"""The smallest and the largest tolerance that double precision and the step control allow."""

ABSOLUTE = 1e-3
"""Absolute error of a step in units of w* and of I, over the relative one."""

MODES = 400
"""Modes that are taken: an evaluation then moves 80,000 numbers."""

MEMORY = 2**30
"""Bytes that the states at the times asked for may take."""

EVALUATIONS = 1_000_000
"""Evaluations of the right side after which a solution is given up."""


class MatrixFlowFailed(NotSolved):
    """The matrix equation could not be solved on.

    Attributes
    ----------
    time : float
        The last time that was reached, in units of 1/(learning rate).
    evaluations : int
        Evaluations of the right side that were made.
    """

    def __init__(self, message: str, time: float, evaluations: int) -> None:
        super().__init__(message, time, evaluations)
        self.time, self.evaluations = time, evaluations


@dataclass(frozen=True)
class MatrixFlow:
    """A solution at the times asked for.

    Attributes
    ----------
    time : array of shape (times,)
        Units of 1/(learning rate).
    loss : array of shape (times,)
        L = floor + v0^T Lambda v0 in units of the target's variance.
    kernel : array of shape (times,)
        The smallest eigenvalue of M, which is the kappa of the flow.
    departure : array of shape (times,)
        Largest entry of M - kappa I - (gamma/kappa) u u^T, in units of kappa.
    residuals : array of shape (times, n)
        v0.
    evaluations : int
        Evaluations of the right side.
    """

    time: Reals
    loss: Reals
    kernel: Reals
    departure: Reals
    residuals: Reals
    evaluations: int


def solve_matrix_flow(
    measure: Spectrum,
    gamma: float,
    times: ArrayLike,
    tolerance: float = TOLERANCE,
    evaluations: int = EVALUATIONS,
) -> MatrixFlow:
    """The matrix equation on the modes of ``measure``, at ``times``.

    Parameters
    ----------
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising, at least 0.
    tolerance : float
        Relative error of a step.
    evaluations : int
        Evaluations of the right side that are allowed.

    Raises
    ------
    InputError
        For a negative gamma, times that do not rise, a tolerance outside `TOLERANCES`, or too many modes or times.
    MatrixFlowFailed
        If the step became too short, the state infinite, or the evaluations too many.
    """
    t = check_times(times)
    _check(measure, gamma, t, tolerance)
    mu, target = measure.eigenvalues, np.sqrt(measure.weights / measure.eigenvalues)
    packed = _Packed(len(measure))
    start = np.concatenate([target, packed.identity])
    absolute = ABSOLUTE * tolerance * np.concatenate([target, np.ones_like(packed.identity)])
    states, count = _integrated(
        lambda _, y: _rates(packed, mu, target, gamma, y), start, t, tolerance, absolute, evaluations
    )
    v0 = states[:, : len(mu)]
    seen = [_spectrum(packed.matrix(y), target - y[: len(mu)], gamma) for y in states]
    kernel, departure = (np.array(column) for column in zip(*seen, strict=True))
    return MatrixFlow(t, v0**2 @ mu + measure.floor, kernel, departure, v0, count)


def _check(measure: Spectrum, gamma: float, times: Reals, tolerance: float) -> None:
    check_richness(gamma)
    low, high = TOLERANCES
    if not low <= tolerance <= high:
        raise InputError(
            f"the tolerance must lie between {low:.0e} and {high:.0e}; got {tolerance}; try {TOLERANCE:.0e}"
        )
    n = len(measure)
    if n > MODES:
        raise InputError(
            f"the matrix equation takes up to {MODES} modes; got {n}, which would be {n * (n + 3) // 2} unknowns; "
            "try the compressed measure"
        )
    if 4 * len(times) * n * (n + 3) > MEMORY:
        raise InputError(f"{len(times)} states of {n} modes do not fit {MEMORY / 2**30:g} GiB; ask for fewer times")


class _Packed:
    """Where the upper triangle of a symmetric matrix of n x n lies in a state.

    Attributes
    ----------
    upper : array of shape (n(n+1)/2,)
        Places of the upper triangle in the flattened matrix.
    whole : array of shape (n, n)
        Places of the matrix in the triangle.
    diagonal : array of shape (n,)
        Places of the diagonal in the triangle.
    """

    def __init__(self, n: int) -> None:
        row, column = np.triu_indices(n)
        self.modes, self.upper = n, row * n + column
        self.whole = np.empty((n, n), dtype=int)
        self.whole[row, column] = self.whole[column, row] = np.arange(len(row))
        self.diagonal = self.whole.diagonal().copy()

    @property
    def identity(self) -> Reals:
        """The triangle of I."""
        return np.eye(self.modes).ravel()[self.upper]

    def matrix(self, state: Reals) -> Reals:
        """M."""
        return state[self.modes :].take(self.whole)


def _rates(packed: _Packed, mu: Reals, target: Reals, gamma: float, state: Reals) -> Reals:
    """The right side of eq. 51."""
    n = packed.modes
    s = mu * state[:n]
    u = target - state[:n]
    product = np.multiply.outer(gamma * u, s)
    rates = np.empty_like(state)
    rates[:n] = -(packed.matrix(state) @ s)
    rates[n:] = (product + product.T).take(packed.upper)
    rates[n + packed.diagonal] += 2 * gamma * (u @ s)
    return rates


def _integrated(
    rates: Callable[[float, Reals], Reals],
    start: Reals,
    times: Reals,
    tolerance: float,
    absolute: Reals,
    evaluations: int,
) -> tuple[Reals, int]:
    """States of shape (times, unknowns), and how many evaluations they took."""
    from scipy.integrate import DOP853

    found, end = [start] if times[0] == 0 else [], float(times[-1])
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        solver = DOP853(rates, 0.0, start, end, rtol=tolerance, atol=absolute)
        while len(found) < len(times):
            if solver.nfev >= evaluations:
                raise _failed(
                    "it has taken all evaluations allowed; ask for less time, or allow more", solver.t, solver.nfev
                )
            solver.step()
            if solver.status == "failed" or not np.isfinite(solver.y).all():
                raise _failed("no step is short enough; try another tolerance", solver.t, solver.nfev)
            due = times[len(found) : np.searchsorted(times, solver.t, side="right")]
            if len(due):
                found.extend(solver.dense_output()(due).T)
    return np.array(found), solver.nfev


def _failed(why: str, time: float, evaluations: int) -> MatrixFlowFailed:
    return MatrixFlowFailed(
        f"the matrix equation was not solved beyond t = {time:.6g}, after {evaluations} evaluations: {why}",
        float(time),
        evaluations,
    )


def _spectrum(matrix: Reals, u: Reals, gamma: float) -> tuple[float, float]:
    """The smallest eigenvalue kappa, and how far the matrix is from kappa I + (gamma/kappa) u u^T."""
    kappa = float(np.linalg.eigvalsh(matrix)[0])
    form = kappa * np.eye(len(u)) + gamma / kappa * np.multiply.outer(u, u)
    return kappa, float(np.abs(matrix - form).max()) / kappa
