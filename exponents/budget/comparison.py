"""How does a split of one's own, or a resource that is held, compare with the best split?

A split costs what it costs: `compare_split` evaluates its costs, its loss and the constraints that it breaks, and asks
for the least budget of the best split with that loss.  A resource that is held is an equation among the budgets
(`hold`); `hold_resources` splits the rest, and says what holding costs in loss and in budget.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath
from mpmath import mp, mpf
from sympy import Add, Eq, Rational, S, Symbol

from ..errors import InputError, TooMuchWork
from ..losses.constraints import read_constraint
from ..losses.terms import PowerLaw
from ..optimum.programme import Programme
from ..rationals import abbreviate, exact
from ..symbols import C
from .allocation import Plan, plan_budget, share_budget
from .geometric_programme import DIGITS, number
from .lifting import value_at
from .trade_off import least_cost

ROUNDING = mpf(10) ** -9
"""Relative difference below which both sides of a constraint are equal."""


@dataclass(frozen=True)
class Held:
    """The best split with some resources held.

    Attributes
    ----------
    amounts : tuple of (Symbol, Fraction)
        What is held.
    plan : Plan
        The split of the same budget.
    needed : Fraction or None
        The budget that it takes for the loss of the best split; None if no budget reaches that.
    enough : Fraction
        The budget that the best split takes for the loss of `plan`.
    """

    amounts: tuple[tuple[Symbol, Fraction], ...]
    plan: Plan
    needed: Fraction | None
    enough: Fraction


@dataclass(frozen=True)
class Comparison:
    """A split of one's own.

    Attributes
    ----------
    amounts : tuple of (Symbol, Fraction)
    costs : tuple of (str, mpf)
        What each cost comes to.
    budget : mpf
        The budget that pays for all of them: the first, where they grow in proportion.
    loss : mpf
    needed : Fraction
        The budget that the best split takes for that loss.
    broken : tuple of str
        The constraints that do not hold.
    """

    amounts: tuple[tuple[Symbol, Fraction], ...]
    costs: tuple[tuple[str, mpf], ...]
    budget: mpf
    loss: mpf
    needed: Fraction
    broken: tuple[str, ...]


def hold(programme: Programme, amounts: Mapping[Symbol, object]) -> Programme:
    """Return the programme with some resources held at the amounts given.

    Raises
    ------
    InputError
        If one is no resource of the programme, or an amount is not an exact positive number.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> [row.name for row in hold(programme(1 / t + 1 / N), {N: 7}).budgets]
    ['N*t', 'N == 7', 'C']
    """
    checked = _check(programme, amounts)
    if C in programme.visible:
        raise InputError("where a resource is held, C is the budget; got a resource C; rename it")
    resources = programme.resources if programme.constraints else (*programme.resources, C)
    rows = [
        row
        for r, amount in checked
        for row in read_constraint(Eq(r, Rational(amount), evaluate=False), programme.visible)
    ]
    own = () if programme.constraints else (PowerLaw("C", ((C, S.NegativeOne),)),)
    return replace(
        programme,
        resources=resources,
        budgets=(*programme.budgets, *(row.budget for row in rows), *own),
        constraints=(*programme.constraints, *rows),
    )


def hold_resources(plan: Plan, amounts: Mapping[Symbol, object]) -> Held:
    """Return the best split of the plan's budget with some resources held, and what holding them costs.

    Parameters
    ----------
    plan : Plan
        The best split without that.
    amounts : mapping of Symbol to exact number

    Raises
    ------
    InputError
        If one is no resource of the plan, an amount is not an exact positive number, or the budget does not pay for it.
    NoBalance
        If the loss then has no least value.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> held = hold_resources(plan_budget(programme(1 / t + 1 / N), 100), {N: 5})  # 1/5 + 1/20
    >>> float(held.plan.loss), held.needed, held.enough == 64
    (0.25, None, True)
    """
    fixed = hold(plan.programme, amounts)
    found = plan_budget(fixed, plan.budgets, plan.factor, plan.whole)
    needed = None
    try:
        needed = least_cost(share_budget(fixed, plan.budgets), plan.loss, plan.whole).budget
    except TooMuchWork:
        raise
    except InputError:  # no budget reaches the loss
        pass
    enough = least_cost(share_budget(plan.programme, plan.budgets), found.loss, plan.whole)
    return Held(_check(plan.programme, amounts), found, needed, enough.budget)


def compare_split(plan: Plan, amounts: Mapping[Symbol, object]) -> Comparison:
    """Return what a split costs, its loss, and the budget that the best split takes for that loss.

    Parameters
    ----------
    plan : Plan
        The best split of a budget; several budgets are taken to grow in proportion.
    amounts : mapping of Symbol to exact number
        One for each resource.

    Raises
    ------
    InputError
        If a resource is missing or unknown, or an amount is not an exact positive number.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> found = compare_split(plan_budget(programme(1 / t + 1 / N), 100), {N: 5, t: 20})  # 2/sqrt(64) = 1/5 + 1/20
    >>> float(found.budget), float(found.loss), found.needed == 64
    (100.0, 0.25, True)
    """
    programme = plan.programme
    checked = _check(programme, amounts)
    missing = [r.name for r in programme.visible if r not in amounts]
    if missing:
        raise InputError(
            f"a split must give an amount to every resource; got none for {missing[0]}; add {missing[0]}=1"
        )
    with mp.workdps(DIGITS):
        logs = {r: mpmath.log(number(amount)) for r, amount in checked}
        sums = dict.fromkeys(
            c.total for c in programme.constraints if c.total is not None and C not in c.total.free_symbols
        )
        costs = [(cost.name, _evaluate(cost, logs)) for cost in programme.costs]
        costs += [(str(total), _add(total, programme, logs)) for total in sums]
        own = plan.budgets if len(plan.budgets) > 1 else plan.budgets * len(costs)
        first = number(plan.budget)
        budget = max((cost * first / number(c) for (_, cost), c in zip(costs, own, strict=True)), default=first)
        own_amounts = {r: number(amount) for r, amount in checked}
        loss = mpmath.fsum(value_at(part, own_amounts) for _, part in programme.loss.parts)
        spare = spare_room(programme, own_amounts, budget)
        broken = [name for name, room, equal in spare if room < -ROUNDING or (equal and room > ROUNDING)]
        broken += [f"{r} is whole" for r, amount in checked if r in plan.whole and amount.denominator > 1]
        broken += [f"{r} >= 1" for r, amount in checked if amount < 1 and r not in programme.free]
        needed = least_cost(share_budget(programme, plan.budgets), loss, plan.whole).budget
    return Comparison(checked, tuple(costs), budget, loss, needed, tuple(broken))


def spare_room(programme: Programme, amounts: Mapping[Symbol, mpf], budget: mpf) -> Iterator[tuple[str, mpf, bool]]:
    """Yield each constraint with ln of its larger side over its smaller one, and whether both must be equal.

    Parameters
    ----------
    programme : Programme
    amounts : mapping of Symbol to mpf
        One for each resource that a user named.
    budget : mpf
        C.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> problem = programme(1 / t + 1 / N, subject_to=[t >= 2 * N])
    >>> [(name, float(room), equal) for name, room, equal in spare_room(problem, {N: mpf(3), t: mpf(6)}, mpf(18))]
    [('t >= 2*N', 0.0, False)]
    """
    logs = {**{r: mpmath.log(x) for r, x in amounts.items() if r in programme.visible}, C: mpmath.log(budget)}
    totals = set()
    for constraint in programme.constraints:
        total = constraint.total
        if total is None:
            yield constraint.name, mpmath.log(_evaluate(constraint.budget, logs) / budget), constraint.slack is None
        elif total not in totals:
            totals.add(total)
            yield f"{total} <= C", mpmath.log(budget / _add(total, programme, logs)), False


def _add(total: object, programme: Programme, logs: Mapping[Symbol, mpf]) -> mpf:
    """Return the value of a sum of monomials."""
    parts = (PowerLaw.from_expr(part, programme.resources) for part in Add.make_args(total))
    return mpmath.fsum(_evaluate(part, logs) for part in parts)


def _evaluate(monomial: PowerLaw, logs: Mapping[Symbol, mpf]) -> mpf:
    """Return the value of a monomial; a slack, which has no logarithm of its own, counts as 1."""
    fall = mpmath.fsum(number(e) * logs.get(r, mpf(0)) for r, e in monomial.exponents)
    return number(monomial.prefactor) * mpmath.exp(-fall)


def _check(programme: Programme, amounts: Mapping[Symbol, object]) -> tuple[tuple[Symbol, Fraction], ...]:
    """Return the amounts in the order of the resources."""
    for r, value in amounts.items():
        if r not in programme.visible:
            names = ", ".join(s.name for s in programme.visible)
            raise InputError(f"an amount belongs to a resource; got {r}; the resources are {names}")
        if exact(value, f"the amount of {r}") <= 0:
            raise InputError(f"the amount of {r} must be positive; got {abbreviate(value)}; try 1e6")
    return tuple((r, exact(amounts[r], r.name)) for r in programme.visible if r in amounts)
