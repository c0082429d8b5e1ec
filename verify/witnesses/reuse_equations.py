"""What does eq. 32 do when it is solved as printed, in w and all of A?

    dw/dt = A (Psi^T Psi/P) v0,     dA/dt = gamma w v0^T (Psi^T Psi/P)(A(0)^T A(0)/N),     v0 = w* - A^T w/N,  w(0) = 0.

It is the witness for `verify.reuse.draws`, which reduces eq. 32 to the eigenvalues of one matrix.  Here nothing is
reduced: `explicit_steps` integrates N M + N unknowns.  N = infinity, where A(0)^T A(0)/N = I, is N = M with A(0) =
sqrt(M) I, as only products of the features matter.

Cost: 2 (P + 3 N) M operations an evaluation, and two evaluations or more for each 1/(kappa mu_1) of time, as longer
steps are unstable.  Memory: some 22 copies of the unknowns.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_richness, check_times, check_whole
from ..reuse.draws import Draw
from .explicit_steps import check_step_tolerance, step_explicitly

TOLERANCE, TOLERANCES = 1e-10, (1e-13, 1e-3)
"""Relative error of a step, and its range."""

ABSOLUTE = 1e-3
"""The absolute error of an unknown, in units of the relative one; unknowns are of order 1."""

EVALUATIONS = 20_000
"""Evaluations of the right side that are allowed."""

UNKNOWNS = 2**21
"""Largest N M + N: 350 MiB."""

STABLE = 7.0
"""Length of a step, in units of 1/mu_1, that the method cannot exceed: its region of stability ends at 6.1."""

PER_STEP = 12  # evaluations


def solve_reuse_equations(
    given: Draw, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE, evaluations: int = EVALUATIONS
) -> LossCurve:
    """Solve eq. 32 on one draw.

    Parameters
    ----------
    given : Draw
        A(0), Psi, Lambda and w*.
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising, at least 0.
    tolerance : float
        Relative error of a step, within `TOLERANCES`.
    evaluations : int
        Evaluations of the right side that are allowed.

    Returns
    -------
    LossCurve
        ``loss`` = v0^T Lambda v0; the error is not known.  ``observed`` has ``train_loss`` = |Psi v0|^2/P and
        ``kernel`` = 1 + gamma |w|^2/N; ``settings`` the ``evaluations`` that were made.

    Raises
    ------
    InputError
        If a number is outside its range, if there are more unknowns than `UNKNOWNS`, or if a time takes more
        evaluations than allowed even though the kernel does not grow.
    IntegrationFailed
        If it takes more as the kernel grows, or no step is short enough.

    Examples
    --------
    >>> given = Draw(np.ones(1), np.ones(1), None, np.ones((1, 1)))
    >>> solve_reuse_equations(given, 0.0, [0.0, 1.0]).loss.round(6), round(np.exp(-2), 6)
    (array([1.      , 0.135335]), np.float64(0.135335))
    """
    t = check_times(times)
    check_richness(gamma)
    check_whole(evaluations, "the number of evaluations", 1, EVALUATIONS)
    check_step_tolerance(tolerance, TOLERANCE, TOLERANCES)
    count, modes = given.samples.shape
    size = modes if given.features is None else len(given.features)
    if size * (modes + 1) > UNKNOWNS:
        raise InputError(
            f"w and A may have at most {UNKNOWNS} entries; got N M + N = {size * (modes + 1)}; take fewer modes"
        )
    first = sqrt(modes) * np.eye(modes) if given.features is None else given.features
    psi, target = given.samples, given.target
    _check_evaluations(float(np.linalg.norm(psi @ first.T / sqrt(size * count), 2)) ** 2, float(t[-1]), evaluations)

    def split(state: Reals) -> tuple[Reals, Reals, Reals]:
        """Return w, A and v0."""
        w, features = state[:size], state[size:].reshape(size, modes)
        return w, features, target - features.T @ w / size

    def rates(_: float, state: Reals) -> Reals:
        w, features, v0 = split(state)
        pull = psi.T @ (psi @ v0) / count
        return np.concatenate([features @ pull, np.outer(gamma * w, first.T @ (first @ pull) / size).ravel()])

    def observe(state: Reals) -> tuple[Reals, Reals, Reals]:
        """Return test loss, train loss and kernel."""
        w, _, v0 = split(state)
        seen = psi @ v0
        return np.asarray(given.eigenvalues @ v0**2), seen @ seen / count, 1 + gamma * (w @ w) / size

    reached, used, state = 0.0, 0, np.concatenate([np.zeros(size), first.ravel()])
    rows = []
    for time in t.tolist():  # a step ends at each time, so that nothing is interpolated
        if time > reached:
            span, absolute = (reached, time), ABSOLUTE * tolerance
            *_, solver = step_explicitly("eq. 32", rates, span, state, tolerance, absolute, evaluations, used)
            reached, state, used = time, solver.y, used + solver.nfev
        rows.append(observe(state))
    loss, train_loss, kernel = np.array(rows).T
    return LossCurve(
        time=t,
        loss=loss,
        error=np.full(len(t), np.nan),
        start=float(given.eigenvalues @ target**2),
        observed={"train_loss": train_loss, "kernel": kernel},
        settings={"gamma": gamma, "tolerance": tolerance, "evaluations": used},
    )


def _check_evaluations(fastest: float, last: float, evaluations: int) -> None:
    """Raise InputError unless ``evaluations`` are enough for stable steps up to the last time."""
    least = PER_STEP * fastest * last / STABLE
    if least > evaluations:
        raise InputError(
            f"t = {last:.6g} takes {least:.3g} evaluations or more; allowed are {evaluations}, which end before "
            f"t = {STABLE * evaluations / (PER_STEP * fastest):.3g}; ask for less time, or allow more"
        )
