"""What does eq. 32 do when it is solved as it is written, in w and all of A?

    dw/dt = A (Psi^T Psi/P) v0,     dA/dt = gamma w v0^T (Psi^T Psi/P)(A(0)^T A(0)/N),     v0 = w* - A^T w/N,  w(0) = 0.

`drawn` reduces it to the eigenvalues of one matrix; this is the witness, and uses nothing of that: N M + N unknowns by
an explicit method of order 8.  N = infinity, where A(0)^T A(0)/N = I, is N = M with A(0) = sqrt(M) I: what features
learn is in their products alone.

Cost: 2 (P + 3 N) M operations an evaluation, and two evaluations or more for each 1/(kappa mu_1) of time, as steps that
are longer are unstable.  Memory: some 22 copies of the unknowns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, NotSolved

from ..arrays import Reals
from ..inputs import check_richness, check_times, check_whole
from ..reuse.draws import Draw

TOLERANCE, TOLERANCES = 1e-10, (1e-13, 1e-3)
"""Relative error of a step, and the range it may be given in."""

ABSOLUTE = 1e-3
"""The absolute error of an unknown, in units of the relative one; unknowns are of order 1."""

EVALUATIONS = 20_000
"""Evaluations of the right side that are allowed."""

UNKNOWNS = 2**21
"""Largest N M + N: 350 MiB."""

STABLE = 7.0
"""Length of a step, in units of 1/mu_1, that the method cannot exceed: its region of stability ends at 6.1."""

PER_STEP = 12
"""Evaluations of a step."""


class TrainingFailed(NotSolved):
    """The equations could not be solved on.

    Attributes
    ----------
    time : float
        The last time that was reached.
    evaluations : int
        Evaluations of the right side up to there.
    """

    def __init__(self, message: str, time: float, evaluations: int) -> None:
        super().__init__(message, time, evaluations)
        self.time, self.evaluations = time, evaluations


@dataclass(frozen=True)
class Training:
    """A solution, each field but the last an array of shape (times,).

    Attributes
    ----------
    time : array
        Units of 1/(learning rate).
    test, train : array
        v0^T Lambda v0 and |Psi v0|^2/P, in units in which the mode k = 1 contributes 1 to the target's variance.
    kernel : array
        1 + gamma |w|^2/N: the kappa of the flow.
    evaluations : int
        Evaluations of the right side that were taken.
    """

    time: Reals
    test: Reals
    train: Reals
    kernel: Reals
    evaluations: int


def solve_reuse_equations(
    given: Draw, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE, evaluations: int = EVALUATIONS
) -> Training:
    """Eq. 32 on one draw.

    Parameters
    ----------
    given : Draw
        A(0), Psi, Lambda and w*.
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
        For numbers outside these ranges, more than `UNKNOWNS`, or a time that takes more evaluations than allowed even
        if the kernel does not grow.
    TrainingFailed
        If it takes more as the kernel grows, or no step is short enough.
    """
    t = check_times(times)
    check_richness(gamma)
    check_whole(evaluations, "the number of evaluations", 1, EVALUATIONS)
    low, high = TOLERANCES
    if not low <= tolerance <= high:
        raise InputError(
            f"the tolerance must lie between {low:.0e} and {high:.0e}; got {tolerance}; try {TOLERANCE:.0e}"
        )
    count, modes = given.samples.shape
    size = modes if given.features is None else len(given.features)
    if size * (modes + 1) > UNKNOWNS:
        raise InputError(
            f"w and A may have at most {UNKNOWNS} entries; got N M + N = {size * (modes + 1)}; take fewer modes"
        )
    first = sqrt(modes) * np.eye(modes) if given.features is None else given.features
    psi, target = given.samples, given.target
    fastest = float(np.linalg.norm(psi @ first.T / sqrt(size * count), 2)) ** 2
    least = PER_STEP * fastest * float(t[-1]) / STABLE
    if least > evaluations:
        raise InputError(
            f"t = {t[-1]:.6g} takes {least:.3g} evaluations or more; allowed are {evaluations}, which end before "
            f"t = {STABLE * evaluations / (PER_STEP * fastest):.3g}; ask for less time, or allow more"
        )

    def split(state: Reals) -> tuple[Reals, Reals, Reals]:
        """w, A and v0."""
        w, features = state[:size], state[size:].reshape(size, modes)
        return w, features, target - features.T @ w / size

    def rates(_: float, state: Reals) -> Reals:
        w, features, v0 = split(state)
        pull = psi.T @ (psi @ v0) / count
        return np.concatenate([features @ pull, np.outer(gamma * w, first.T @ (first @ pull) / size).ravel()])

    rows, used, start = [], 0, np.concatenate([np.zeros(size), first.ravel()])
    for state, used in _followed(rates, start, t, tolerance, evaluations):  # noqa: B007
        w, _, v0 = split(state)
        seen = psi @ v0
        rows.append((given.eigenvalues @ v0**2, seen @ seen / count, 1 + gamma * (w @ w) / size))
    test, train_loss, kernel = np.array(rows).T
    return Training(t, test, train_loss, kernel, used)


def _followed(
    rates: Callable[[float, Reals], Reals], state: Reals, times: Reals, tolerance: float, evaluations: int
) -> Iterator[tuple[Reals, int]]:
    """The state at each time, where a step ends so that nothing is interpolated, and the evaluations taken."""
    from scipy.integrate import DOP853

    reached, used = 0.0, 0
    with np.errstate(over="ignore", invalid="ignore"):
        for time in times:
            if time > reached:
                solver = DOP853(rates, reached, state, float(time), rtol=tolerance, atol=ABSOLUTE * tolerance)
                while solver.status == "running":
                    if used + solver.nfev >= evaluations:
                        raise _failed("ask for less time, or allow more evaluations", solver.t, used + solver.nfev)
                    solver.step()
                    if solver.status == "failed" or not np.isfinite(solver.y).all():
                        raise _failed("no step is short enough; try another tolerance", solver.t, used + solver.nfev)
                reached, state, used = float(time), solver.y, used + solver.nfev
            yield state, used


def _failed(why: str, time: float, evaluations: int) -> TrainingFailed:
    return TrainingFailed(
        f"eq. 32 was not solved beyond t = {time:.6g}, after {evaluations} evaluations: {why}", float(time), evaluations
    )
