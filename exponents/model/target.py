"""Which power laws do the eigenvalues and the target of the paper's model follow?

The eigenvalues are lambda_k = k^{-alpha}, and the target has y_k^2 = k^{-alpha beta - 1} (eq. 42).  Every
term of the loss is a sum over these modes.
"""

from __future__ import annotations

from sympy import Expr, S, exp

from ..algebra.parametric import positive_side
from ..asymptotics.mode_sums import ModeSum, mode_sum
from ..symbols import alpha, beta, x

TARGET_WEIGHT = alpha * beta + 1
"""a of y_k^2 = k^{-a} (eq. 42)."""


def target_sum() -> ModeSum:
    """Return sum_k y_k^2 exp(-lambda_k tau), the sum of eq. 10, with y_k^2 = k^{-alpha beta - 1} (eq. 42).

    Examples
    --------
    >>> target_sum().exponent
    beta
    """
    return mode_sum(TARGET_WEIGHT, exp(-x))


def convergence_margins(*sums: ModeSum) -> tuple[Expr, ...]:
    """Return margins that are positive where the mode sums converge, without those that are always positive.

    Examples
    --------
    >>> convergence_margins(mode_sum(2 * alpha, exp(-2 * x)))
    (2 - 1/alpha,)
    """
    margins = (positive_side(found.condition) for found in sums if found.condition != S.true)
    return tuple(dict.fromkeys(margin for margin in margins if not margin.is_positive))
