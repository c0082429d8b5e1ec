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
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeAlias

import mpmath
from mpmath import mp, mpf
from sympy import Expr, Mul, Pow, Rational, S, Symbol, simplify

from ..errors import InputError, NoBalance
from ..losses.terms import PowerLaw
from ..optimum.dominant_balance import PointOptimum
from ..optimum.programme import Programme
from ..rationals import MAX_DIGITS, abbreviate, exact
from .certified import Enclosure, dual_bound, dual_rows, enclose_minimiser, primal_bound
from .geometric_programme import DIGITS, Minimum, is_determined, minimise, number, row_echelon_form, unit_row

LONGEST = 10_000
"""Largest denominator of a power in a closed form; beyond it, and for bases of many digits, a constant is certified."""

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

    def beyond(self, factor: object) -> Fraction | None:
        """The budget from which on a C^{-r} <= L*(C) - irreducible <= factor a C^{-r}, rounded up.

        The allocation of the law reaches the upper bound, so it costs that factor at most.  None if that budget has
        more than `MAX_DIGITS` digits.

        Raises
        ------
        InputError
            If the factor is not an exact number above 1, or a prefactor is a symbol.
        """
        allowed = exact(factor, "the factor")
        if allowed <= 1:
            raise InputError(f"the factor must exceed 1; got {abbreviate(allowed)}; try 1.1")
        with mp.workdps(DIGITS):
            place = self.placement
            shares = zip(self.programme.resources, place.logs, place.direction, strict=True)
            low = max([mpf(0), *(-v / number(x) for r, v, x in shares if x > 0 and r not in self.programme.free)])

            def over(c: mpf) -> bool:
                return mpmath.fsum(mpmath.exp(size - number(rate) * c) for size, rate in place.rest) > number(
                    allowed - 1
                )

            high, most = low + 1, MAX_DIGITS * mpmath.log(10)
            while over(high) and high < most:
                high *= 2
            while high - low > mpf(10) ** -6:
                middle = (low + high) / 2
                low, high = (middle, high) if over(middle) else (low, middle)
            return _rounded_up(mpmath.exp(high)) if high < most else None

    @cached_property
    def placement(self) -> Placement:
        """Where the leading law puts the resources, and how the other terms compare there."""
        terms, _ = exponent_systems(self.programme)
        prefactors, _ = read_prefactors(self.programme)
        bound, floors = _equations(self.programme, self.optimum)
        least = _least(self.programme, bound, floors)
        direction = _middle(self.optimum)
        rest = []
        for i in (i for i in range(len(terms)) if i not in bound):
            fall = mpmath.fsum(number(e) * v for e, v in zip(terms[i], least.logs, strict=True))
            rate = sum((e * x for e, x in zip(terms[i], direction, strict=True)), Fraction(0)) - self.exponent
            rest.append((mpmath.log(number(prefactors[i])) - fall - least.loss, rate))
        return Placement(tuple(direction), least.logs, tuple(rest))


@dataclass(frozen=True)
class Placement:
    """An allocation C^x e^v of the leading law, and ln of each other term over a, with the rate at which it falls."""

    direction: tuple[Fraction, ...]
    logs: tuple[mpf, ...]
    rest: tuple[tuple[mpf, Fraction], ...]


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
        raise InputError(
            f"constants need numbers for {abbreviate(programme.parameters)}; give each a value, as with --set alpha=3/2"
        )
    falling, irreducible_terms = programme.reducible()
    if not any(e != 0 for term in falling.loss for _, e in term.exponents):
        raise InputError("the loss must have a term that depends on a resource of the budget; add one, such as t**-1")
    reducible = _without_repeats(falling)
    optimum = reducible.at({})
    constant, shares = _closed(reducible, optimum) or _certified(reducible, optimum)
    for resource, share in zip(reducible.resources, shares, strict=True):
        kept = share.exponent == 0 and resource not in reducible.free
        if kept and share.constant is not None and _is_below_one(share.constant):
            raise NoBalance(f"these budgets force {resource} below 1; change a cost, or leave one out", resource.name)
    irreducible = sum((term.prefactor for term in irreducible_terms), S.Zero)
    return Law(reducible, optimum, constant, tuple(zip(programme.resources, shares, strict=True)), irreducible)


def _is_below_one(constant: Constant) -> bool:
    if isinstance(constant, Enclosure):
        return constant.high < 1 - CERTIFIED
    return bool(constant.is_number and constant.evalf(DIGITS) < 1)


def _without_repeats(programme: Programme) -> Programme:
    """The programme without budgets that follow from others.

    Raises
    ------
    NoBalance
        If one that does contradicts them by its prefactor, as N t = C and 2 N t = C do.
    """
    _, rows = exponent_systems(programme)
    kept: list[int] = []
    for j, row in enumerate(rows):
        width = len(kept)
        columns = [[rows[k][r] for k in kept] + [row[r]] for r in range(len(row))]
        matrix, pivots = row_echelon_form([*columns, [Fraction(1)] * (width + 1)], width + 1)
        if width in pivots:
            kept.append(j)
            continue
        powers = [line[-1] for line in matrix]
        budgets = [programme.budgets[k].prefactor for k in kept]
        if simplify(_product(budgets, powers) - programme.budgets[j].prefactor) != 0:
            names = " and ".join(f"{programme.budgets[k].name} = C" for k in (*kept, j))
            raise NoBalance(f"no allocation meets {names}; leave one of these costs out")
    return replace(programme, budgets=tuple(programme.budgets[k] for k in kept))


def exponent_systems(programme: Programme) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """e_i and c_j as rationals."""
    return (
        [[_fraction(e) for e in row] for row in programme.term_exponents()],
        [[_fraction(c) for c in row] for row in programme.budget_exponents()],
    )


def _equations(programme: Programme, optimum: PointOptimum) -> tuple[list[int], list[int]]:
    """The terms that balance, and the resources at their floor on the whole optimal face."""
    _, rows = exponent_systems(programme)
    width, floors = len(programme.resources), list[int]()
    for r, resource in enumerate(programme.resources):
        still = not any(v.allocation[r] for v in optimum.vertices) and resource not in programme.free
        known = [*rows, *(unit_row(f, width) for f in floors)]
        if still and not is_determined(r, known):  # what the budgets pin at a constant is not at its floor
            floors.append(r)
    return list(optimum.binding), floors


def _closed(programme: Programme, optimum: PointOptimum) -> tuple[Expr, list[Share]] | None:
    """The constants in closed form, if the weights of the balance are unique."""
    terms, budgets = exponent_systems(programme)
    bound, floors = _equations(programme, optimum)
    weights = _weights(terms, budgets, bound, floors)
    if weights is None:
        return None
    shares_of_loss, prices = weights
    # ln a and ln b as combinations of ln(p_i / y_i) and ln k_j.
    sides = [_rational(y) for y in shares_of_loss]
    bases = [programme.loss.terms[i].prefactor / y for i, y in zip(bound, sides, strict=True)]
    costs = [budget.prefactor for budget in programme.budgets]
    if not all(map(_is_short, [*bases, *costs])) or max(p.denominator for p in shares_of_loss) > LONGEST:
        return None
    constant = _product([*bases, *costs], [*shares_of_loss, *prices])
    rows = [terms[i] for i in bound] + [unit_row(r, len(programme.resources)) for r in floors] + budgets
    solved = solve_unknowns(rows, len(programme.resources))
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


def _is_short(base: Expr) -> bool:
    """Whether a base is a symbol, or a number of few digits: powers of others take long and read badly."""
    return all(max(abs(int(n.p)), int(n.q)) < LONGEST**3 for n in base.atoms(Rational))


def _weights(
    terms: list[list[Fraction]], budgets: list[list[Fraction]], bound: list[int], floors: list[int]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """The shares of the balancing terms in the loss and the prices of the budgets; None if they are not unique."""
    rows, width = dual_rows(terms, budgets, bound, floors)
    matrix, pivots = row_echelon_form(rows, width)
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
    terms, budgets = exponent_systems(programme)
    bound, floors = _equations(programme, optimum)
    prefactors, costs = read_prefactors(programme)
    with mp.workdps(DIGITS):
        least = _least(programme, bound, floors)
        low = dual_bound(terms, budgets, bound, list(least.at_floor), prefactors, costs, least)
        tied, fronts = [terms[i] for i in bound], [prefactors[i] for i in bound]
        high = primal_bound(tied, budgets, fronts, costs, least)
        if not 0 < low <= high <= low * (1 + CERTIFIED):
            raise NoBalance(f"the constant could not be certified: it lies between {number(low)} and {number(high)}")
        rows = [terms[i] for i in bound] + [unit_row(r, len(programme.resources)) for r in least.at_floor] + budgets
        known = solve_unknowns(rows, len(programme.resources))
        amounts = enclose_minimiser(tied, budgets, fronts, costs, least)
        if amounts is None:
            raise NoBalance("the allocation could not be certified; change a prefactor a little")
        shares = [Share(x, amounts[r] if known[r] is not None else None) for r, x in enumerate(_middle(optimum))]
    return Enclosure(low, high), shares


def _least(programme: Programme, bound: list[int], floors: list[int]) -> Minimum:
    """The balancing terms alone, minimised over the constants of the allocation."""
    terms, budgets = exponent_systems(programme)
    prefactors, costs = read_prefactors(programme)
    return minimise(
        [mpmath.log(number(prefactors[i])) for i in bound],
        [terms[i] for i in bound],
        budgets,
        [-mpmath.log(number(k)) for k in costs],
        floors,
        [mpf(0)] * len(programme.resources),
    )


def _middle(optimum: PointOptimum) -> list[Fraction]:
    """A point inside the optimal face: the mean of its vertices."""
    columns = zip(*(vertex.allocation for vertex in optimum.vertices), strict=True)
    return [sum(column, Fraction(0)) / len(optimum.vertices) for column in columns]


def solve_unknowns(rows: list[list[Fraction]], width: int) -> list[list[Fraction] | None]:
    """Each unknown as a combination of the right-hand sides; None where the rows do not fix it."""
    matrix, pivots = row_echelon_form([[*row, *unit_row(i, len(rows))] for i, row in enumerate(rows)], width)
    found: list[list[Fraction] | None] = [None] * width
    for row, pivot in zip(matrix, pivots, strict=True):
        if not any(row[c] for c in range(width) if c != pivot):
            found[pivot] = row[width:]
    return found


def read_prefactors(programme: Programme) -> tuple[list[Expr], list[Expr]]:
    """The prefactors of terms and of budgets, which must be numbers; raises `InputError` if one is not."""
    return (
        [numerical_prefactor(term) for term in programme.loss],
        [numerical_prefactor(budget) for budget in programme.budgets],
    )


def numerical_prefactor(term: PowerLaw) -> Expr:
    """The prefactor of a monomial, if it is a number."""
    if not term.prefactor.is_number:
        raise InputError(
            f"a prefactor must be a number here; got {abbreviate(term.prefactor)} in {abbreviate(term.name)}; "
            "give a number, or a cost to what should be a resource"
        )
    return term.prefactor


def _product(bases: Sequence[Expr], powers: Sequence[Fraction]) -> Expr:
    return Mul(*(Pow(base, _rational(power)) for base, power in zip(bases, powers, strict=True)))


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _fraction(value: Expr) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _rounded_up(value: mpf) -> Fraction:
    power = int(mpmath.floor(mpmath.log10(value))) - 2
    return Fraction(int(mpmath.ceil(value / mpf(10) ** power))) * Fraction(10) ** power
