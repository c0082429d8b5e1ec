"""What does eq. 32 do when it is solved as printed, in w and all of A?

    dw/dt = A (Psi^T Psi/P) v0,     dA/dt = gamma w v0^T (Psi^T Psi/P)(A(0)^T A(0)/N),     v0 = w* - A^T w/N,  w(0) = 0.

It is the witness for `verify.reuse.draws`, which reduces eq. 32 to the eigenvalues of one matrix.  Here nothing is
reduced: SciPy's DOP853 integrates N M + N unknowns.  N = infinity, where A(0)^T A(0)/N = I, is N = M with A(0) =
sqrt(M) I, as only products of the features matter.

Cost: 2 (P + 3 N) M operations an evaluation, and two evaluations or more for each 1/(kappa mu_1) of time, as longer
steps are unstable.  Memory: some 22 copies of the unknowns.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from exponents.errors import NotSolved

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_times
from ..reuse.draws import Draw

TOLERANCE = 1e-10
"""Relative error of a step."""

ABSOLUTE = 1e-3
"""The absolute error of an unknown, in units of the relative one; unknowns are of order 1."""


def solve_reuse_equations(given: Draw, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE) -> LossCurve:
    """Solve eq. 32 on one draw.

    Parameters
    ----------
    given : Draw
        A(0), Psi, Lambda and w*.
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising, from 0 or later; the last is later than 0.
    tolerance : float
        Relative error of a step.

    Returns
    -------
    LossCurve
        ``loss`` = v0^T Lambda v0; the error is not known.  ``observed`` has ``train_loss`` = |Psi v0|^2/P and
        ``kernel`` = 1 + gamma |w|^2/N.

    Raises
    ------
    NotSolved
        If no step is short enough.

    Examples
    --------
    >>> given = Draw(np.ones(1), np.ones(1), None, np.ones((1, 1)))
    >>> solve_reuse_equations(given, 0.0, [0.0, 1.0]).loss.round(6), round(np.exp(-2), 6)
    (array([1.      , 0.135335]), np.float64(0.135335))
    """
    t = check_times(times)
    count, modes = given.samples.shape
    size = modes if given.features is None else len(given.features)
    first = sqrt(modes) * np.eye(modes) if given.features is None else given.features
    psi, target = given.samples, given.target

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

    start = np.concatenate([np.zeros(size), first.ravel()])
    solved = solve_ivp(rates, (0.0, t[-1]), start, "DOP853", t, rtol=tolerance, atol=ABSOLUTE * tolerance)
    if not solved.success:
        raise NotSolved(f"eq. 32 was not solved: {solved.message}")
    loss, train_loss, kernel = np.array([observe(state) for state in solved.y.T]).T
    return LossCurve(
        time=t,
        loss=loss,
        error=np.full(len(t), np.nan),
        start=float(given.eigenvalues @ target**2),
        observed={"train_loss": train_loss, "kernel": kernel},
        settings={"gamma": gamma, "tolerance": tolerance},
    )
