"""For one budget: how to split it, what loss to expect, what each term adds, and what another split would cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from math import comb

import mpmath
from mpmath import mp, mpf, nstr
from sympy import Rational, Symbol

from ..display import Reported
from ..errors import InputError, NoBalance, TooMuchWork
from ..names import require_type
from ..optimum.programme import Programme
from ..rationals import abbreviate, exact
from .certified_bounds import dual_bound
from .geometric_programme import DIGITS, LogLoss, Minimum, number
from .leading_law import Law, check_factor, leading_law, set_aside
from .lifting import value_at
from .linear_equations import solve_unknowns, unit_row
from .numeric_programme import System, check_prefactor, read_system
from .trade_off import Split, meet_budget, sums_of

FACTOR = Fraction(11, 10)
"""How closely the leading law must hold, by default."""

NO_LAW = "{} only the exponents are derived: see balance"
"""Why a plan has no leading law where a cost or a constraint is a sum, the loss is none, or amounts are whole."""

SAME = mpf(10) ** -6
"""Difference in ln of a resource below which two splits are the same."""

MAX_BALANCES = 3_000
"""Most ties examined in search of the second-best balance; if there are more, it is not reported."""


@dataclass(frozen=True)
class Alternative:
    """The second-best balance, and what it costs at the budget.

    Attributes
    ----------
    tied : tuple of str
        The terms that it makes equal.
    held : tuple of Symbol
        The resources that it leaves at 1.
    exponents : tuple of Fraction
        n in resource ~ C^n, in the order of the resources.
    exponent : Fraction
        r: its loss falls as C^{-r}.
    loss_factor : mpf
        Its loss over the least one, irreducible terms aside.
    compute_factor : mpf
        How many times less budget the best split needs for the same loss, by the leading law.
    """

    tied: tuple[str, ...]
    held: tuple[Symbol, ...]
    exponents: tuple[Fraction, ...]
    exponent: Fraction
    loss_factor: mpf
    compute_factor: mpf


@dataclass(frozen=True, repr=False)
class Plan(Reported):
    """The best split of a budget.

    Attributes
    ----------
    programme : Programme
    budgets : tuple of Fraction
        C, the value of every cost; or a value for each cost, and C is the first.
    loss, irreducible : mpf
        The least loss, irreducible terms included; and these alone.
    allocation : tuple of (Symbol, mpf)
        What each resource gets.
    low : mpf or None
        A proved lower bound of the least loss, irreducible terms included; None if there is none.
    pieces : int
        How many pieces of the domain were searched; 0 where the problem is convex in logarithms.
    unique : bool or None
        Whether this is the only best split; None if that was not decided.
    whole : tuple of Symbol
        The resources that are whole numbers.
    terms : tuple of (str, mpf)
        What each term contributes to the loss.
    law : Law or None
        The leading law, irreducible terms aside, if there is one; the budgets grow in proportion.
    no_law : str
        Why there is none.
    predicted : mpf or None
        The loss by that law, irreducible terms included.
    factor, beyond : Fraction
        From the budget ``beyond`` on, the law holds within ``factor``; None if that budget has too many digits.
    alternative : Alternative or None
        The second-best balance, if there is another.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> plan = plan_budget(programme(1 / t + 1 / N), 10**6)
    >>> plan.unique, [(name, round(float(value), 6)) for name, value in plan.terms]
    (True, [('1/N', 0.001), ('1/t', 0.001)])
    """

    programme: Programme
    budgets: tuple[Fraction, ...]
    loss: mpf
    irreducible: mpf
    allocation: tuple[tuple[Symbol, mpf], ...]
    low: mpf | None
    pieces: int
    unique: bool | None
    whole: tuple[Symbol, ...]
    terms: tuple[tuple[str, mpf], ...]
    law: Law | None
    no_law: str
    predicted: mpf | None
    factor: Fraction
    beyond: Fraction | None
    alternative: Alternative | None
    _report = "exponents.reports.budget_split:plan"

    def describe(self) -> str:
        """Return the loss and the best split."""
        visible = set(self.programme.visible)
        split = ", ".join(f"{r} = {nstr(value, 6)}" for r, value in self.allocation if r in visible)
        return f"loss {nstr(self.loss, 6)} at {split}"

    @property
    def budget(self) -> Fraction:
        """C, the first budget."""
        return self.budgets[0]


def plan_budget(programme: Programme, budget: object, factor: object = FACTOR, whole: Sequence[Symbol] = ()) -> Plan:
    """Return the best split of ``budget`` for a loss with numerical exponents and prefactors.

    Parameters
    ----------
    programme : Programme
        From `exponents.programme`; it has no parameters, and its prefactors are numbers.
    budget : exact number, or a sequence of them
        C, the value of every cost; or a value for each cost, in order.
    factor : exact number
        How closely the leading law must hold; `Plan.beyond` is the budget above which it does.
    whole : sequence of Symbol, optional
        Resources that must be whole numbers.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        If a budget, the factor or a prefactor is not an exact number, or no allocation meets the budgets.
    NoBalance
        If the loss has no least value.
    TooMuchWork
        If the terms are too many, or differ too much in size.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> plan = plan_budget(programme(3 / t + 2 / N), 10**6)
    >>> round(float(plan.loss), 8), [(r.name, round(float(x), 3)) for r, x in plan.allocation]
    (0.00489898, [('N', 816.497), ('t', 1224.745)])
    """
    require_type(programme, Programme, "what is planned", "make one with programme('1/N + 1/t', 'N*t')")
    amounts = budget if isinstance(budget, list | tuple) else (budget,)
    budgets = tuple(exact(amount, "the budget") for amount in amounts)
    for spent in budgets:
        if spent <= 0:
            raise InputError(f"the budget must be positive; got {abbreviate(spent)}; try 1e6")
    wanted = check_factor(factor)
    scaled, sums = share_budget(programme, budgets), sums_of(programme)
    if programme.loss.whole or sums or whole:
        what = "under a sum" if sums else "in whole numbers" if whole else "for such a loss"
        found = meet_budget(scaled, budgets[0], whole)
        return _describe(programme, budgets, wanted, tuple(whole), found, NO_LAW.format(what))
    for term in programme.loss:
        check_prefactor(term)
    falling, irreducible_terms = set_aside(scaled)
    system = read_system(falling)
    least = _minimise(programme, budgets, system)
    law, no_law = _find_law(scaled)
    with mp.workdps(DIGITS):
        size = mpmath.log(number(budgets[0]))
        shares = dict(zip((term.name for term in falling.loss), least.shares, strict=True))
        loss, irreducible = mpmath.exp(least.loss), mpmath.fsum(number(term.prefactor) for term in irreducible_terms)
        # A term adds its share of the part that falls, or all of itself if it is irreducible.
        terms = (
            (term.name, shares[term.name] * loss if term.name in shares else number(term.prefactor))
            for term in programme.loss
        )
        low = _lower_bound(system, least, budgets[0])
        return Plan(
            programme,
            budgets,
            loss + irreducible,
            irreducible,
            tuple((r, mpmath.exp(u)) for r, u in zip(falling.resources, least.logs, strict=True)),
            None if low is None else low + irreducible,
            0,
            least.unique,
            (),
            tuple(terms),
            law,
            no_law,
            law.value() * mpmath.exp(-number(law.exponent) * size) + irreducible if law else None,
            wanted,
            law.beyond(wanted) if law else None,
            _second_best(law, budgets[0], least) if law else None,
        )


def _describe(
    programme: Programme,
    budgets: tuple[Fraction, ...],
    factor: Fraction,
    whole: tuple[Symbol, ...],
    found: Split,
    no_law: str,
) -> Plan:
    """Return the plan of a split without a leading law."""
    resources = programme.visible
    with mp.workdps(DIGITS):
        amounts = {r: mpmath.exp(u) for r, u in zip(resources, found.logs, strict=True)}
        terms = tuple((name, value_at(part, amounts)) for name, part in programme.loss.parts)
        fixed = [part for _, part in programme.loss.parts if not part.free_symbols & set(resources)]
        irreducible = mpmath.fsum(map(number, fixed))
        return Plan(
            programme,
            budgets,
            found.loss + irreducible,
            irreducible,
            tuple(amounts.items()),
            found.low + irreducible,
            found.pieces,
            found.unique,
            whole,
            terms,
            None,
            no_law,
            None,
            factor,
            None,
            None,
        )


def _lower_bound(system: System, least: Minimum, spent: Fraction) -> mpf | None:
    """Return the lower bound of the least loss that the shares of its terms prove; None if there is none."""
    try:
        proved = dual_bound(replace(system, costs=[k / Rational(spent) for k in system.costs]), least)
    except (InputError, TooMuchWork):  # a prefactor without exact form, or a number of too many digits
        return None
    return number(proved) if proved else None


def share_budget(programme: Programme, budgets: Sequence[Fraction]) -> Programme:
    """Return the programme with each cost in units in which its budget is the first one.

    Parameters
    ----------
    programme : Programme
    budgets : sequence of Fraction
        One for all costs, or one for each, in order.

    Raises
    ------
    InputError
        If there are more or fewer, or several beside a cost that is a sum.

    Examples
    --------
    >>> from exponents import N, P, programme, t
    >>> both = programme(1 / t + 1 / N + 1 / P, (N * t, 4 * P))
    >>> [row.prefactor for row in share_budget(both, [Fraction(100), Fraction(10)]).budgets]
    [1, 40]
    """
    costs = programme.costs
    if len(budgets) > 1 and any(constraint.total is not None for constraint in programme.constraints):
        raise InputError(f"with a cost that is a sum there is one budget for all costs; got {len(budgets)}; give one")
    if len(budgets) not in (1, len(costs)):
        names = ", ".join(cost.name for cost in costs)
        raise InputError(
            f"there must be one budget, or one for each cost; got {len(budgets)} for {names}; give one each, in order"
        )
    amounts = _amounts(programme, budgets)
    scaled = (
        replace(row, prefactor=row.prefactor * Rational(budgets[0] / amount))
        for row, amount in zip(programme.budgets, amounts, strict=True)
    )
    return replace(programme, budgets=tuple(scaled))


def _amounts(programme: Programme, budgets: Sequence[Fraction]) -> list[Fraction]:
    """Return the budget of each row: of a cost its own, if there are several, and else the first."""
    own = iter(budgets if len(budgets) > 1 else [*budgets] * len(programme.costs))
    return [next(own) if row in programme.costs else budgets[0] for row in programme.budgets]


def _find_law(programme: Programme) -> tuple[Law | None, str]:
    """Return the leading law, or None and why there is none."""
    try:
        law = leading_law(programme)
        law.placement  # noqa: B018
    except (NoBalance, TooMuchWork) as error:
        return None, str(error)
    return law, ""


def _minimise(programme: Programme, budgets: Sequence[Fraction], system: System) -> Minimum:
    """Return the least loss; if the budgets cannot be met, raise InputError with the costs and what they came to."""
    spent = list(zip(programme.budgets, _amounts(programme, budgets), strict=True))
    for (cost, amount), row in zip(spent, system.budgets, strict=True):
        rising = all(c == 0 or (c > 0 and i in system.floored) for i, c in enumerate(row))
        if rising and number(cost.prefactor) > number(amount):
            raise InputError(
                f"the budget must pay for one of each resource, {cost.name} = {cost.prefactor}; "
                f"got {abbreviate(amount)}; give more"
            )
    try:
        return system.minimise(budgets[0], system.floored)
    except NoBalance as error:
        if error.evidence != "floor":
            raise
        costs = [f"{cost.name} = {abbreviate(amount)}" for cost, amount in spent if cost in programme.costs]
        listed = " and ".join([*costs, *(constraint.name for constraint in programme.constraints)])
        raise InputError(
            f"no allocation meets {listed} with all resources at least 1; change a budget or a cost, or free a resource"
        ) from error


def _second_best(law: Law, spent: Fraction, least: Minimum) -> Alternative | None:
    return min(_alternatives(law, spent, least), key=lambda other: other.loss_factor, default=None)


def _alternatives(law: Law, spent: Fraction, least: Minimum) -> Iterator[Alternative]:
    """Find all other allocations that ties of terms, and resources held at 1, determine with the budgets."""
    system, resources = law.system, law.programme.resources
    names = [term.name for term in law.programme.loss]
    loss = LogLoss(system.log_prefactors(), system.terms)
    seen = {vertex.allocation for vertex in law.optimum.vertices}
    for tied, held in _ties(system):
        ties = [[a - b for a, b in zip(system.terms[i], system.terms[tied[0]], strict=True)] for i in tied[1:]]
        equations = [*ties, *(unit_row(r, system.width) for r in held), *system.budgets]
        rows = [row for row in solve_unknowns(equations, system.width) if row is not None]
        # With ln C on the right of each budget, the rows give the exponents n of C^n.
        allocation = tuple(sum(row[len(row) - len(system.budgets) :], Fraction(0)) for row in rows)
        if len(rows) < system.width or allocation in seen or any(allocation[i] < 0 for i in system.floored):
            continue
        seen.add(allocation)
        right = [loss.prefactors[i] - loss.prefactors[tied[0]] for i in tied[1:]]
        right += [*(mpf(0) for _ in held), *system.log_budgets(spent)]
        place = [mpmath.fsum(number(c) * s for c, s in zip(row, right, strict=True)) for row in rows]
        distance = max(abs(u - best) for u, best in zip(place, least.logs, strict=True))
        if distance > SAME and all(place[i] >= 0 for i in system.floored):
            excess = loss.value(place) - least.loss
            falls = (sum((e * x for e, x in zip(row, allocation, strict=True)), Fraction(0)) for row in system.terms)
            saved = mpmath.exp(excess / number(law.exponent)) if law.exponent > 0 else mpmath.inf
            equal, at_one = tuple(names[i] for i in tied), tuple(resources[r] for r in held)
            yield Alternative(equal, at_one, allocation, min(falls), mpmath.exp(excess), saved)


def _ties(system: System) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """List terms to tie and resources to hold, as many as determine an allocation; nothing if there are too many."""
    free, count = system.width - len(system.budgets), len(system.terms)
    if comb(count + system.width, free + 1) > MAX_BALANCES:
        return
    for number_tied in range(1, free + 2):
        held = combinations(system.floored, free + 1 - number_tied)
        yield from product(combinations(range(count), number_tied), held)
