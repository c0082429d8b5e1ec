"""With prefactors: what is a in L*(C) ~ a C^{-r}, what is b in N* ~ b C^n, and from which C on do these laws hold?

The weights y of the proof (`balance`) are the shares of the terms in the optimal loss.  Where they are unique, as where
two terms balance, duality gives the constant in closed form,

    a = prod_i (p_i / y_i)^{y_i}  prod_j k_j^{price_j},

for terms p_i prod_r r^{-e_r} and budgets k_j prod_r r^{c_jr} = C.  The allocation follows from
p_i prod_r r^{-e_r} = y_i L, which is linear in logarithms.  Where more terms tie, the weights are those that maximise
the product, and a is certified between two rationals: the product for weights close to these, and the loss at an
allocation close to the best.

Terms that depend on no resource are irreducible: the law is that of the loss above them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import mpmath
from mpmath import mp, mpf
from sympy import Expr, Mul, Pow, Rational, S, Symbol

from .balance import PointOptimum
from .enclosures import Enclosure, dual_bound, dual_rows, primal_bound, unit
from .errors import InputError, NoBalance
from .geometric import DIGITS, minimise, number, reduced
from .phases import Programme
from .rationals import exact, shown
from .terms import Loss, PowerLaw

CERTIFIED = Fraction(1, 10**20)
"""Relative width within which a constant that has no closed form is certified."""

Constant: TypeAlias = "Expr | Enclosure"
"""A closed form, or a certified number."""


@dataclass(frozen=True)
class Share:
    """How a resource grows, ``constant * C**exponent``; None where the leading balance leaves the constant open."""

    exponent: Fraction
    constant: Constant | None


@dataclass(frozen=True)
class Law:
    """The leading law of a compute optimum with prefactors, at one point of its parameters.

    Attributes
    ----------
    programme : Programme
        Without parameters.
    optimum : PointOptimum
        The exponents, exact.
    constant : Expr or Enclosure
        a in L*(C) - irreducible ~ a C^{-r}.
    shares : tuple of (Symbol, Share)
        n and b in resource ~ b C^n.
    irreducible : Expr
        The sum of the terms that no resource lowers.
    """

    programme: Programme
    optimum: PointOptimum
    constant: Constant
    shares: tuple[tuple[Symbol, Share], ...]
    irreducible: Expr

    @property
    def exponent(self) -> Fraction:
        """r in L*(C) - irreducible ~ a C^{-r}."""
        return self.optimum.exponent

    def value(self) -> mpf:
        """a as a number at the working precision."""
        if isinstance(self.constant, Enclosure):
            return number((self.constant.low + self.constant.high) / 2)
        return mpf(str(self.constant.evalf(DIGITS)))

    def beyond(self, factor: object) -> Fraction:
        """The budget from which on a C^{-r} <= L*(C) - irreducible <= factor a C^{-r}, rounded up to three digits.

        The allocation of the law reaches the upper bound, so it costs that factor at most.

        Raises
        ------
        InputError
            If the factor is not an exact number above 1, or a prefactor is a symbol.
        """
        allowed = exact(factor, "the factor")
        if allowed <= 1:
            raise InputError(f"the factor must exceed 1; got {shown(allowed)}; try 1.1")
        with mp.workdps(DIGITS):
            place = _placement(self)
            logs = [number(x) for x in place.direction]
            low = max([mpf(0), *(-v / x for v, x in zip(place.logs, logs, strict=True) if x > 0)])
            excess = [(size, number(rate)) for size, rate in place.rest]

            def over(c: mpf) -> bool:
                return mpmath.fsum(mpmath.exp(size - rate * c) for size, rate in excess) > number(allowed - 1)

            high = low + 1
            while over(high):
                high *= 2
            while high - low > mpf(10) ** -6:
                middle = (low + high) / 2
                low, high = (middle, high) if over(middle) else (low, middle)
            return _rounded_up(mpmath.exp(high))


def leading_law(programme: Programme) -> Law:
    """The law of the optimum with prefactors, for a programme without parameters.

    Raises
    ------
    InputError
        If the exponents hold parameters, or no term depends on a resource.
    NoBalance
        If there is no optimum, or its constant depends on which of several allocations is taken.
    """
    if programme.parameters:
        raise InputError(f"constants need numbers for {shown(programme.parameters)}; substitute them in the exponents")
    constant_terms = [term for term in programme.loss if not any(term.exponent(r) for r in programme.resources)]
    falling = tuple(term for term in programme.loss if term not in constant_terms)
    if not falling:
        raise InputError("the loss must have a term that depends on a resource of the budget; add one, such as t**-1")
    reducible = Programme(Loss(falling), programme.resources, programme.budgets, (), programme.domain)
    optimum = reducible.at({})
    constant, shares = _closed(reducible, optimum) or _certified(reducible, optimum)
    irreducible = sum((term.prefactor for term in constant_terms), S.Zero)
    return Law(reducible, optimum, constant, tuple(zip(programme.resources, shares, strict=True)), irreducible)


def systems(programme: Programme) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """e_i and c_j as rationals."""
    return (
        [[_fraction(e) for e in row] for row in programme.term_exponents()],
        [[_fraction(c) for c in row] for row in programme.budget_exponents()],
    )


def _equations(programme: Programme, optimum: PointOptimum) -> tuple[list[int], list[int]]:
    """The terms that balance, and the resources at their floor on the whole optimal face."""
    resources = range(len(programme.resources))
    return list(optimum.binding), [r for r in resources if not any(v.allocation[r] for v in optimum.vertices)]


def _closed(programme: Programme, optimum: PointOptimum) -> tuple[Expr, list[Share]] | None:
    """The constants in closed form, if the weights of the balance are unique."""
    terms, budgets = systems(programme)
    bound, floors = _equations(programme, optimum)
    weights = _weights(terms, budgets, bound, floors)
    if weights is None:
        return None
    shares_of_loss, prices = weights
    # ln a and ln b as combinations of ln(p_i / y_i) and ln k_j.
    sides = [_rational(y) for y in shares_of_loss]
    bases = [programme.loss.terms[i].prefactor / y for i, y in zip(bound, sides, strict=True)]
    costs = [budget.prefactor for budget in programme.budgets]
    constant = _product([*bases, *costs], [*shares_of_loss, *prices])
    rows = [terms[i] for i in bound] + [unit(r, len(programme.resources)) for r in floors] + budgets
    solved = fixed(rows, len(programme.resources))
    found = []
    for r, x in enumerate(_middle(optimum)):
        own = solved[r]
        if own is None:
            found.append(Share(x, None))
            continue
        first, last = own[: len(bound)], own[len(bound) + len(floors) :]
        total = sum(first, Fraction(0))  # each equation of a term has - ln a on its right
        powers = [c - total * y for c, y in zip(first, shares_of_loss, strict=True)]
        powers += [-c - total * price for c, price in zip(last, prices, strict=True)]
        found.append(Share(x, _product([*bases, *costs], powers)))
    return constant, found


def _weights(
    terms: list[list[Fraction]], budgets: list[list[Fraction]], bound: list[int], floors: list[int]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """The shares of the balancing terms in the loss and the prices of the budgets; None if they are not unique."""
    rows, width = dual_rows(terms, budgets, bound, floors)
    matrix, pivots = reduced(rows, width)
    if any(c not in pivots for c in range(len(bound))):
        return None
    values = [Fraction(0)] * width
    for row, pivot in zip(matrix, pivots, strict=True):
        if pivot < len(bound) and any(row[c] for c in range(width) if c != pivot):
            return None
        values[pivot] = row[-1]
    return values[: len(bound)], values[len(bound) + len(floors) :]


def _certified(programme: Programme, optimum: PointOptimum) -> tuple[Enclosure, list[Share]]:
    """The constant between a dual and a primal bound, where several weights prove the same exponent."""
    terms, budgets = systems(programme)
    bound, floors = _equations(programme, optimum)
    prefactors, costs = sizes(programme)
    with mp.workdps(DIGITS):
        least = minimise(
            [mpmath.log(number(prefactors[i])) for i in bound],
            [terms[i] for i in bound],
            budgets,
            [-mpmath.log(number(k)) for k in costs],
            floors,
            [mpf(0)] * len(programme.resources),
        )
        low = dual_bound(terms, budgets, bound, floors, prefactors, costs, least)
        high = primal_bound(terms, budgets, bound, prefactors, costs, least)
        if not 0 < low <= high <= low * (1 + CERTIFIED):
            raise NoBalance(
                f"the constant is certified only between {float(low)} and {float(high)}; change a prefactor"
            )
        rows = [terms[i] for i in bound] + [unit(r, len(programme.resources)) for r in least.at_floor] + budgets
        known = fixed(rows, len(programme.resources))
        shares = [
            Share(x, None if known[r] is None else _around(mpmath.exp(least.logs[r])))
            for r, x in enumerate(_middle(optimum))
        ]
    return Enclosure(low, high), shares


@dataclass(frozen=True)
class _Placement:
    """An allocation C^x e^v of the leading law, and ln of each other term over a, with the rate at which it falls."""

    direction: tuple[Fraction, ...]
    logs: tuple[mpf, ...]
    rest: tuple[tuple[mpf, Fraction], ...]


def _placement(law: Law) -> _Placement:
    terms, budgets = systems(law.programme)
    prefactors, costs = sizes(law.programme)
    bound, floors = _equations(law.programme, law.optimum)
    least = minimise(
        [mpmath.log(number(prefactors[i])) for i in bound],
        [terms[i] for i in bound],
        budgets,
        [-mpmath.log(number(k)) for k in costs],
        floors,
        [mpf(0)] * len(law.shares),
    )
    direction = _middle(law.optimum)
    rest = []
    for i in (i for i in range(len(terms)) if i not in bound):
        size = mpmath.log(number(prefactors[i])) - mpmath.fsum(
            number(e) * v for e, v in zip(terms[i], least.logs, strict=True)
        )
        rate = sum((e * x for e, x in zip(terms[i], direction, strict=True)), Fraction(0)) - law.exponent
        rest.append((size - least.loss, rate))
    return _Placement(tuple(direction), least.logs, tuple(rest))


def _middle(optimum: PointOptimum) -> list[Fraction]:
    """A point inside the optimal face: the mean of its vertices."""
    columns = zip(*(vertex.allocation for vertex in optimum.vertices), strict=True)
    return [sum(column, Fraction(0)) / len(optimum.vertices) for column in columns]


def fixed(rows: list[list[Fraction]], width: int) -> list[list[Fraction] | None]:
    """Each unknown as a combination of the right-hand sides; None where the rows do not fix it."""
    matrix, pivots = reduced([[*row, *unit(i, len(rows))] for i, row in enumerate(rows)], width)
    found: list[list[Fraction] | None] = [None] * width
    for row, pivot in zip(matrix, pivots, strict=True):
        if not any(row[c] for c in range(width) if c != pivot):
            found[pivot] = row[width:]
    return found


def sizes(programme: Programme) -> tuple[list[Fraction], list[Fraction]]:
    """The prefactors of terms and of budgets as rationals; raises `InputError` if one is a symbol."""
    return (
        [_number(term) for term in programme.loss],
        [_number(budget) for budget in programme.budgets],
    )


def _number(term: PowerLaw) -> Fraction:
    if not term.prefactor.is_Rational:
        raise InputError(f"a prefactor must be a number here; got {shown(term.prefactor)}; write it as 3/2 or 1.5")
    return _fraction(term.prefactor)


def _product(bases: Sequence[Expr], powers: Sequence[Fraction]) -> Expr:
    return Mul(*(Pow(base, _rational(power)) for base, power in zip(bases, powers, strict=True)))


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _fraction(value: Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _around(value: mpf) -> Enclosure:
    """A number solved for at the working precision, with the width that is certified for the constant."""
    middle = Fraction(int(mpmath.floor(value * mpf(10) ** 30)), 10**30)
    return Enclosure(middle * (1 - CERTIFIED), middle * (1 + CERTIFIED))


def _rounded_up(value: mpf) -> Fraction:
    power = int(mpmath.floor(mpmath.log10(value))) - 2
    return Fraction(int(mpmath.ceil(value / mpf(10) ** power))) * Fraction(10) ** power
