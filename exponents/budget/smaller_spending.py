"""Which loss is possible if less than the whole of a budget may be spent, and what is then left?"""

from __future__ import annotations

from dataclasses import dataclass

from mpmath import mpf

from ..errors import ExponentsError
from ..optimum.unspent_budgets import allow_unspent
from .allocation import Plan, plan_budget, share_budget

WORTH = mpf("1e-6")
"""Part of the loss from which a smaller one is worth a word."""

ROOM = mpf("1e-3")
"""Part of a budget from which it counts as left."""


@dataclass(frozen=True)
class SmallerSpending:
    """A split that leaves a part of some budgets.

    Attributes
    ----------
    loss : mpf
        The least loss.
    left : tuple of int
        Positions of the costs that stay below their budgets.
    """

    loss: mpf
    left: tuple[int, ...]


def spend_less(plan: Plan) -> SmallerSpending | None:
    """Return the best split if costs may stay below their budgets; None if the plan is as good.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> found = spend_less(plan_budget(programme(1 / N + 1 / t, (N * t, t)), [10**6, 10**4]))
    >>> round(float(found.loss), 6), found.left
    (0.002, (1,))
    >>> spend_less(plan_budget(programme(1 / N + 1 / t, (N * t, t)), [10**6, 10**3]))
    """
    if plan.programme.constraints or len(plan.programme.costs) < 2:
        return None
    scaled = share_budget(plan.programme, plan.budgets)
    relaxed = allow_unspent(scaled)
    assert relaxed is not None
    try:
        found = plan_budget(relaxed, plan.budgets[0], plan.factor, plan.whole)
    except ExponentsError:  # no statement: it has no least value, or takes too much work
        return None
    if found.loss > plan.loss * (1 - WORTH):
        return None
    amounts = dict(found.allocation)
    spent = [cost.as_expr().evalf(20, subs=amounts) / plan.budgets[0] for cost in scaled.costs]
    return SmallerSpending(found.loss, tuple(i for i, part in enumerate(spent) if part < 1 - ROOM))
