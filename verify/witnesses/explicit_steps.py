"""How are the equations of a witness integrated?  By the explicit Runge-Kutta pair of order 8 of Dormand and Prince.

Steps are chosen by its error estimate.  It is explicit, because an implicit step would have to solve for all unknowns
at once, which costs more than it saves over the horizons for which a witness is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from exponents.errors import InputError, NotSolved

from ..arrays import Reals


class IntegrationFailed(NotSolved):
    """The equations of a witness could not be solved any further.

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


def check_step_tolerance(tolerance: float, usual: float, allowed: tuple[float, float]) -> None:
    """Raise InputError unless the tolerance lies in the range that is allowed.

    >>> check_step_tolerance(1e-9, 1e-9, (1e-13, 1e-2))
    """
    low, high = allowed
    if not low <= tolerance <= high:
        raise InputError(f"the tolerance must lie between {low:.0e} and {high:.0e}; got {tolerance}; try {usual:.0e}")


def step_explicitly(
    equation: str,
    rates: Callable[[float, Reals], Reals],
    span: tuple[float, float],
    state: Reals,
    tolerance: float,
    absolute: Reals | float,
    evaluations: int,
    used: int = 0,
) -> Iterator[Any]:
    """Yield SciPy's solver after each step, until the end of the span.

    Parameters
    ----------
    equation : str
        Its name in messages.
    rates : callable
        Time and state -> d state/dt.
    span : (float, float)
        First and last time.
    state : array
        At the first time.
    tolerance, absolute : float or array
        Relative and absolute error of a step.
    evaluations, used : int
        Evaluations of the right side that are allowed, and that were made before.

    Raises
    ------
    IntegrationFailed
        If no step is short enough, the state becomes infinite, or the evaluations are used up.

    Examples
    --------
    >>> *_, solver = step_explicitly("y' = -y", lambda _, y: -y, (0.0, 1.0), np.ones(1), 1e-9, 1e-12, 1000)
    >>> solver.y.round(6)
    array([0.367879])
    """
    from scipy.integrate import DOP853

    def fail(why: str) -> IntegrationFailed:
        return IntegrationFailed(
            f"{equation} was not solved beyond t = {solver.t:.6g}, after {used + solver.nfev} evaluations: {why}",
            float(solver.t),
            used + solver.nfev,
        )

    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        solver = DOP853(rates, span[0], state, span[1], rtol=tolerance, atol=absolute)
        while solver.status == "running":
            if used + solver.nfev >= evaluations:
                raise fail("ask for less time, or allow more evaluations")
            solver.step()
            if solver.status == "failed" or not np.isfinite(solver.y).all():
                raise fail("no step is short enough; try another tolerance")
            yield solver
