"""Where is a sum of power laws smallest on a budget?  By search, as the witness for the linear programme.

With N = C^x and t = C^y on a monomial budget, ln L is a convex function of the one free power (the logarithm of a sum
of exponentials of linear functions), so a golden-section search finds its minimum to any precision.  Between two
budgets, C and C^2 with ln C astronomically large, the slope of ln L*(C) is the exponent, up to terms that vanish as
powers of C; a tie leaves an error of order ln(terms)/ln C at most.

Nothing of the linear programme in `exponents.optimum` is used.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeAlias

from mpmath import exp, mp, mpf, sqrt, workdps
from mpmath import log as ln

Real: TypeAlias = "int | float | Fraction | mpf"

LOG_BUDGET = mpf(10) ** 8
"""ln C of the smaller budget: C itself has forty million digits."""


def measured_exponent(
    terms: Sequence[tuple[Real, Sequence[Real]]], cost: Sequence[Real], digits: int = 40
) -> tuple[mpf, tuple[mpf, mpf]]:
    """Return the exponent of the minimised loss, and the powers of the budget at the minimum, for two resources.

    Parameters
    ----------
    terms : sequence of (prefactor, (e_1, e_2))
        The loss is the sum of prefactor * r_1**(-e_1) * r_2**(-e_2).
    cost : (c_1, c_2)
        The budget is r_1**c_1 * r_2**c_2 = C; both positive.
    digits : int
        Working precision.

    Returns
    -------
    exponent : mpf
        -d ln L*/d ln C between C and C**2.
    allocation : (mpf, mpf)
        ln r_i / ln C at the minimum of the larger budget.

    Examples
    --------
    L = N^-1 + t^-2 on N t = C: both terms fall as C^(-2/3), with N = C^(2/3).

    >>> exponent, (first, _) = measured_exponent([(1, (1, 0)), (1, (0, 2))], (1, 1), digits=20)
    >>> round(float(exponent), 6), round(float(first), 6)
    (0.666667, 0.666667)
    """
    with workdps(digits):
        small, _ = _minimise(terms, cost, LOG_BUDGET)
        large, allocation = _minimise(terms, cost, 2 * LOG_BUDGET)
        return (small - large) / LOG_BUDGET, allocation


def _minimise(
    terms: Sequence[tuple[Real, Sequence[Real]]], cost: Sequence[Real], log_budget: mpf
) -> tuple[mpf, tuple[mpf, mpf]]:
    """Return the minimum of ln L on one budget, and its place; r_1 runs from 1 to what the whole budget buys."""
    first, second = map(_number, cost)
    laws = [(ln(_number(prefactor)), *map(_number, exponents)) for prefactor, exponents in terms]

    def powers(share: mpf) -> tuple[mpf, mpf]:
        return share / first, (1 - share) / second

    def log_loss(share: mpf) -> mpf:
        x, y = powers(share)
        parts = [front - log_budget * (e * x + f * y) for front, e, f in laws]
        top = max(parts)
        return top + ln(mp.fsum(exp(part - top) for part in parts))

    best = _golden_section(log_loss)
    return log_loss(best), powers(best)


def _number(value: Real) -> mpf:
    return mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpf(value)


def _golden_section(f: Callable[[mpf], mpf]) -> mpf:
    """Return the place of the minimum of a convex function on [0, 1], to half the digits of the working precision."""
    ratio = (sqrt(mpf(5)) - 1) / 2
    low, high = mpf(0), mpf(1)
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = f(left), f(right)
    while high - low > mpf(10) ** -(mp.dps - 5):
        if at_left <= at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = f(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = f(right)
    return min((low, (low + high) / 2, high), key=f)
