"""For one budget: how to split it, what loss to expect, what each term adds, and what another split would cost."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, product
from math import comb

import mpmath
from mpmath import mp, mpf
from sympy import Symbol

from ..errors import InputError
from ..losses.terms import PowerLaw
from ..optimum.programme import Programme
from ..rationals import abbreviate, exact
from .constants import Law, exponent_systems, leading_law, numerical_prefactor, read_prefactors, solve_unknowns
from .geometric_programme import DIGITS, Minimum, log_loss, minimise, number, unit_row

FACTOR = Fraction(11, 10)
"""How closely the leading law must hold, unless said otherwise."""

SAME = mpf(10) ** -6
"""Difference in ln of a resource below which two splits are the same."""

MAX_BALANCES = 3_000
"""Ties examined in search of the second-best balance; beyond, none is reported."""


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
        r in how its loss falls, C^{-r}.
    loss_factor : mpf
        Its loss over the least one, irreducible terms aside.
    compute_factor : mpf
        How many times the budget the best split needs less for the same loss, by the leading law.
    """

    tied: tuple[str, ...]
    held: tuple[Symbol, ...]
    exponents: tuple[Fraction, ...]
    exponent: Fraction
    loss_factor: mpf
    compute_factor: mpf


@dataclass(frozen=True)
class Plan:
    """The best split of a budget.

    Attributes
    ----------
    budget : Fraction
        C.
    loss : mpf
        The least loss, irreducible terms included.
    allocation : tuple of (Symbol, mpf)
        What each resource gets.
    unique : bool
        Whether this is the only best split.
    terms : tuple of (str, mpf)
        What each term contributes to the loss.
    law : Law
        The leading law, irreducible terms aside.
    predicted : mpf
        The loss by that law, irreducible terms included.
    factor, beyond : Fraction
        From the budget ``beyond`` on, the law holds within ``factor``; None if that budget is beyond all reach.
    alternative : Alternative or None
        The second-best balance, if there is another.
    """

    budget: Fraction
    loss: mpf
    allocation: tuple[tuple[Symbol, mpf], ...]
    unique: bool
    terms: tuple[tuple[str, mpf], ...]
    law: Law
    predicted: mpf
    factor: Fraction
    beyond: Fraction | None
    alternative: Alternative | None


def plan_budget(programme: Programme, budget: object, factor: object = FACTOR) -> Plan:
    """The best split of ``budget`` for a loss with numerical exponents and prefactors.

    Parameters
    ----------
    programme : Programme
        Without parameters, prefactors numbers; see `compute_optimal.programme`.
    budget : exact number
        C, the value of every cost; at least what resources of 1 cost.
    factor : exact number
        See `Plan.beyond`.

    Raises
    ------
    InputError
        If something is no number, or the budget does not pay for resources of 1.
    NoBalance
        If the loss has no least value.
    """
    spent = exact(budget, "the budget")
    if spent <= 0:
        raise InputError(f"the budget must be positive; got {abbreviate(spent)}; try 1e6")
    wanted = exact(factor, "the factor")
    for term in programme.loss:
        numerical_prefactor(term)
    law = leading_law(programme)
    beyond = law.beyond(wanted)
    with mp.workdps(DIGITS):
        size = mpmath.log(number(spent))
        terms, budgets = exponent_systems(law.programme)
        prefactors, costs = read_prefactors(law.programme)
        kept = [i for i, (r, _) in enumerate(law.shares) if r not in programme.free]
        for monomial, row, k in zip(law.programme.budgets, budgets, costs, strict=True):
            if number(k) > number(spent) and all(c == 0 or (c > 0 and i in kept) for i, c in enumerate(row)):
                needed = f"{monomial.name} = {k}"
                raise InputError(
                    f"the budget must pay for one of each resource, {needed}; got {abbreviate(spent)}; give more"
                )
        place = law.placement
        start = [number(x) * size + v for x, v in zip(place.direction, place.logs, strict=True)]
        least = minimise(
            [mpmath.log(number(p)) for p in prefactors],
            terms,
            budgets,
            [size - mpmath.log(number(k)) for k in costs],
            kept,
            start,
        )
        contributions = dict(zip((term.name for term in law.programme.loss), least.shares, strict=True))
        falling = mpmath.exp(least.loss)
        irreducible = number(law.irreducible)
        return Plan(
            spent,
            falling + irreducible,
            tuple((r, mpmath.exp(u)) for r, u in zip(law.programme.resources, least.logs, strict=True)),
            least.unique,
            tuple((term.name, _contribution(term, contributions, falling)) for term in programme.loss),
            law,
            law.value() * mpmath.exp(-number(law.exponent) * size) + irreducible,
            wanted,
            beyond,
            _alternative(law, size, least),
        )


def _alternative(law: Law, size: mpf, least: Minimum) -> Alternative | None:
    """Of all other allocations that ties of terms and floors fix, that whose loss is least at the budget."""
    terms, budgets = exponent_systems(law.programme)
    prefactors, costs = read_prefactors(law.programme)
    width, resources = len(terms[0]), law.programme.resources
    floored = [i for i, r in enumerate(resources) if r not in law.programme.free]
    free = width - len(budgets)
    if comb(len(terms) + width, free + 1) > MAX_BALANCES:
        return None
    logs = [mpmath.log(number(p)) for p in prefactors]
    spent = [size - mpmath.log(number(k)) for k in costs]
    seen = {vertex.allocation for vertex in law.optimum.vertices}
    found: list[Alternative] = []
    for count in range(1, free + 2):
        for tied, held in product(combinations(range(len(terms)), count), combinations(floored, free + 1 - count)):
            ties = [[a - b for a, b in zip(terms[i], terms[tied[0]], strict=True)] for i in tied[1:]]
            solved = solve_unknowns([*ties, *(unit_row(r, width) for r in held), *budgets], width)
            rows = [row for row in solved if row is not None]
            allocation = tuple(sum(row[len(row) - len(budgets) :], Fraction(0)) for row in rows)
            if len(rows) < width or allocation in seen or any(allocation[i] < 0 for i in floored):
                continue
            seen.add(allocation)
            right = [*(logs[i] - logs[tied[0]] for i in tied[1:]), *(mpf(0) for _ in held), *spent]
            place = [mpmath.fsum(number(c) * s for c, s in zip(row, right, strict=True)) for row in rows]
            moved = max(abs(u - best) for u, best in zip(place, least.logs, strict=True))
            if moved > SAME and all(place[i] >= 0 for i in floored):
                excess = log_loss(logs, terms, place) - least.loss
                names = tuple(law.programme.loss.terms[i].name for i in tied)
                found.append(_costed(law, terms, names, tuple(resources[r] for r in held), allocation, excess))
    return min(found, key=lambda other: other.loss_factor, default=None)


def _costed(
    law: Law,
    terms: list[list[Fraction]],
    tied: tuple[str, ...],
    held: tuple[Symbol, ...],
    allocation: tuple[Fraction, ...],
    excess: mpf,
) -> Alternative:
    rate = min(sum((e * x for e, x in zip(row, allocation, strict=True)), Fraction(0)) for row in terms)
    saved = mpmath.exp(excess / number(law.exponent)) if law.exponent > 0 else mpmath.inf
    return Alternative(tied, held, allocation, rate, mpmath.exp(excess), saved)


def _contribution(term: PowerLaw, shares: dict[str, mpf], falling: mpf) -> mpf:
    """What a term adds to the loss: its share of the part that falls, or all of itself if it is irreducible."""
    if term.name in shares:
        return shares[term.name] * falling
    return number(numerical_prefactor(term))
