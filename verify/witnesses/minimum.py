"""Where is a sum of power laws smallest on a budget?  By its slope, as the witness for the linear programme.

With N = C^x and t = C^y on a monomial budget, ln L is a convex function of the one free power (the logarithm of a sum
of exponentials of linear functions), and its minimum is where its slope is 0.  Between two budgets, C and C^2 with ln C
astronomically large, the slope of ln L*(C) is the exponent, up to terms that vanish as powers of C; a tie leaves
an error of order ln(terms)/ln C at most.

Nothing of the linear programme in `exponents.optimum` is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np
from scipy.optimize import brentq
from scipy.special import logsumexp, softmax

Real: TypeAlias = "int | float | Fraction"

LOG_BUDGET = 1e8
"""ln C of the smaller budget: C itself has forty million digits."""


def measured_exponent(
    terms: Sequence[tuple[Real, Sequence[Real]]], cost: Sequence[Real]
) -> tuple[float, tuple[float, float]]:
    """Return the exponent of the minimised loss, and the powers of the budget at the minimum, for two resources.

    Parameters
    ----------
    terms : sequence of (prefactor, (e_1, e_2))
        The loss is the sum of prefactor * r_1**(-e_1) * r_2**(-e_2).
    cost : (c_1, c_2)
        The budget is r_1**c_1 * r_2**c_2 = C; both positive.

    Returns
    -------
    exponent : float
        -d ln L*/d ln C between C and C**2.
    allocation : (float, float)
        ln r_i / ln C at the minimum of the larger budget.

    Examples
    --------
    L = N^-1 + t^-2 on N t = C: both terms fall as C^(-2/3), with N = C^(2/3).

    >>> exponent, (first, _) = measured_exponent([(1, (1, 0)), (1, (0, 2))], (1, 1))
    >>> round(exponent, 6), round(first, 6)
    (0.666667, 0.666667)
    """
    small, _ = _minimise(terms, cost, LOG_BUDGET)
    large, allocation = _minimise(terms, cost, 2 * LOG_BUDGET)
    return (small - large) / LOG_BUDGET, allocation


def _minimise(
    terms: Sequence[tuple[Real, Sequence[Real]]], cost: Sequence[Real], log_budget: float
) -> tuple[float, tuple[float, float]]:
    """Return the minimum of ln L on one budget, and its place; r_1 runs from 1 to what the whole budget buys."""
    first, second = map(float, cost)
    spent = np.array([[float(e) / first, float(f) / second] for _, (e, f) in terms]) * log_budget
    starts = np.log([float(prefactor) for prefactor, _ in terms]) - spent[:, 1]
    slopes = spent[:, 1] - spent[:, 0]  # of the logarithm of each term, in the share that r_1 has

    def slope(share: float) -> float:
        return float(slopes @ softmax(starts + share * slopes))

    share = 0.0 if slope(0.0) >= 0 else 1.0 if slope(1.0) <= 0 else float(brentq(slope, 0.0, 1.0, xtol=1e-16))
    return float(logsumexp(starts + share * slopes)), (share / first, (1 - share) / second)
