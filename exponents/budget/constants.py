"""What is a in L*(C) ~ a C^{-r}, and what is b in N* ~ b C^n?

The weights y of the proof (`optimum.dominant_balance`) are the shares of the terms in the optimal loss.  Where they are
unique, as where two terms balance, duality gives the constant in closed form,

    a = prod_i (p_i / y_i)^{y_i}  prod_j k_j^{price_j},

for terms p_i prod_r r^{-e_r} and budgets k_j prod_r r^{c_jr} = C.  The allocation follows from
p_i prod_r r^{-e_r} = y_i L, which is linear in logarithms.

Where more terms tie, the weights are those that maximise the product.  Then a is certified between two rationals: the
product for weights close to these, and the loss at an allocation close to the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import log10
from typing import TypeAlias

from mpmath import mp
from sympy import Expr, Mul, Pow, Rational

from ..errors import NoBalance
from ..optimum.dominant_balance import PointOptimum
from ..optimum.programme import Programme
from ..rationals import MAX_DIGITS
from .certified_bounds import Enclosure, dual_bound, dual_rows, enclose_minimiser, primal_bound
from .geometric_programme import DIGITS, Minimum, number
from .linear_equations import independent_rows, is_determined, row_echelon_form, solve_unknowns, unit_row
from .numeric_programme import System, read_system

LONGEST = 10_000
"""Largest denominator of a power in a closed form; beyond it, and for bases of many digits, a constant is certified."""

ROOTED = 5000
"""Most digits of a number under a root in a closed form."""

CERTIFIED = Fraction(1, 10**20)
"""Relative width within which a constant that has no closed form is certified."""

Constant: TypeAlias = "Expr | Enclosure"
"""A closed form, or a certified number."""


@dataclass(frozen=True)
class Share:
    """How a resource grows, ``constant * C**exponent``; None where the leading balance leaves the constant open."""

    exponent: Fraction
    constant: Constant | None


def find_constants(programme: Programme, optimum: PointOptimum) -> tuple[Constant, list[Share]]:
    """Return a, and the exponent and constant of each resource.

    Parameters
    ----------
    programme : Programme
        Without parameters; each term depends on a resource, and no budget follows from the others.
    optimum : PointOptimum
        Its exponents.

    Raises
    ------
    InputError
        If a prefactor is a symbol where the constant has no closed form.
    NoBalance
        If neither a closed form nor a certificate was found.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> loss = programme(3 / t + 2 / N)
    >>> find_constants(loss, loss.at({}))[0]
    2*sqrt(6)
    """
    system = read_system(programme, symbolic=True)
    bound, still = tight_constraints(system, optimum)
    if not all(p.is_number for p in (*system.prefactors, *system.costs)):
        # A resource that the budgets fix is not at its floor; where they fix several together, numbers must tell.
        floors = [r for r in still if not is_determined(r, system.budgets)]
        equations = [*system.budgets, *(unit_row(r, system.width) for r in floors)]
        independent = len(independent_rows(equations, system.width)) == len(equations)
        closed = _closed(system, optimum, floors) if independent else None
        if closed is not None:
            return closed
        system = read_system(programme)  # raises
    least = least_constant(system, bound, still)
    return _closed(system, optimum, least.at_floor) or _certified(system, optimum, least)


def tight_constraints(system: System, optimum: PointOptimum) -> tuple[list[int], list[int]]:
    """Return the terms that balance, and the resources at their floor on the whole optimal face.

    >>> from exponents import N, programme, t
    >>> loss = programme(3 / t + 0 * N)
    >>> tight_constraints(read_system(loss), loss.at({}))
    ([0], [0])
    """
    ways = [*(vertex.allocation for vertex in optimum.vertices), *(ray.direction for ray in optimum.rays)]
    floors = [r for r in system.floored if not any(way[r] for way in ways)]
    return list(optimum.binding), floors


def least_constant(system: System, bound: Sequence[int], floors: Sequence[int]) -> Minimum:
    """Minimise the terms that balance at the budget C = 1, which gives ln a and ln of the resources' constants.

    Raises
    ------
    NoBalance
        If the budgets force a resource below 1.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> loss = programme(1 / t + 1 / N)
    >>> float(least_constant(read_system(loss), [0, 1], []).loss)  # ln 2
    0.6931471805599453
    """
    return system.restrict(bound).minimise(Fraction(1), floors)


def mean_allocation(optimum: PointOptimum) -> list[Fraction]:
    """Return a point inside the optimal face: the mean of its vertices.

    >>> from exponents import N, programme, t
    >>> mean_allocation(programme(1 / t + 1 / N).at({}))
    [Fraction(1, 2), Fraction(1, 2)]
    """
    columns = zip(*(vertex.allocation for vertex in optimum.vertices), strict=True)
    return [sum(column, Fraction(0)) / len(optimum.vertices) for column in columns]


def product_of_powers(bases: Sequence[Expr], powers: Sequence[Fraction]) -> Expr:
    """Return prod base^power.

    >>> from sympy import Integer
    >>> product_of_powers([Integer(4)], [Fraction(3, 2)])
    8
    """
    return Mul(*(Pow(base, Rational(power)) for base, power in zip(bases, powers, strict=True)))


def _closed(system: System, optimum: PointOptimum, floors: Sequence[int]) -> tuple[Expr, list[Share]] | None:
    """Return the constants in closed form, if the weights of the balance are unique and the numbers not too long."""
    bound = list(optimum.binding)
    balancing = system.restrict(bound)
    unique = _weights(balancing, floors)
    if unique is None:
        return None
    weights, prices = unique
    bases = [p / Rational(y) for p, y in zip(balancing.prefactors, weights, strict=True)]
    if not all(map(_is_short, [*bases, *system.costs])) or max(y.denominator for y in weights) > LONGEST:
        return None
    bases += system.costs
    if not _is_printable(bases, [*weights, *prices]):
        return None
    constant = product_of_powers(bases, [*weights, *prices])
    # e_i.u = ln(p_i / y_i) - ln a for each term, u_r = 0 at floors, c_j.u = -ln k_j: ln b as a combination of these.
    rows = [*balancing.terms, *(unit_row(r, system.width) for r in floors), *system.budgets]
    shares = []
    for x, own in zip(mean_allocation(optimum), solve_unknowns(rows, system.width), strict=True):
        if own is None:
            shares.append(Share(x, None))
            continue
        first, last = own[: len(bound)], own[len(bound) + len(floors) :]
        total = sum(first, Fraction(0))  # each equation of a term has - ln a on its right
        powers = [c - total * y for c, y in zip(first, weights, strict=True)]
        powers += [-c - total * price for c, price in zip(last, prices, strict=True)]
        if not _is_printable(bases, powers):
            return None
        shares.append(Share(x, product_of_powers(bases, powers)))
    return constant, shares


def _is_short(base: Expr) -> bool:
    """Return whether a base is a symbol, or a number of few digits: powers of others take long and read badly."""
    return all(max(abs(int(n.p)), int(n.q)) < LONGEST**3 for n in base.atoms(Rational))


def _is_printable(bases: Sequence[Expr], powers: Sequence[Fraction]) -> bool:
    """Return whether a product of powers has no number of more than `MAX_DIGITS` digits, nor a root too long for SymPy.

    SymPy writes whole powers out, one more where a power is negative, and multiplies roots of one order: no number has
    more digits than all of these together.
    """
    digits = 0.0
    for base, power in zip(bases, powers, strict=True):
        numbers = [n for n in base.atoms(Rational) if n != 1]
        length = max((len(str(n.p)) + len(str(n.q)) for n in numbers), default=0)
        # SymPy writes b^(p/q) with a root of up to b^q, and tests whether that is prime
        if power.denominator * length > ROOTED:
            return False
        digits += (abs(power) + 1) * max((log10(max(abs(int(n.p)), int(n.q))) for n in numbers), default=0)
    return digits < MAX_DIGITS


def _weights(balancing: System, floors: Sequence[int]) -> tuple[list[Fraction], list[Fraction]] | None:
    """Return the shares of the balancing terms in the loss and the prices of the budgets; None if not unique."""
    rows, count = dual_rows(balancing, floors), len(balancing.terms)
    width = len(rows[0]) - 1
    matrix, pivots = row_echelon_form(rows, width)
    if any(c not in pivots for c in range(count)):
        return None
    values = [Fraction(0)] * width
    for row, pivot in zip(matrix, pivots, strict=True):
        if pivot < count and any(row[c] for c in range(width) if c != pivot):
            return None
        values[pivot] = row[-1]
    return values[:count], values[count + len(floors) :]


def _certified(system: System, optimum: PointOptimum, least: Minimum) -> tuple[Enclosure, list[Share]]:
    """Return the constants between a dual and a primal bound, where several weights prove the same exponent."""
    balancing = system.restrict(optimum.binding)
    with mp.workdps(DIGITS):
        low, high = dual_bound(balancing, least), primal_bound(balancing, least)
        if not 0 < low <= high <= low * (1 + CERTIFIED):
            raise NoBalance(f"the constant could not be certified: it lies between {number(low)} and {number(high)}")
        rows = [*balancing.terms, *(unit_row(r, system.width) for r in least.at_floor), *system.budgets]
        known = solve_unknowns(rows, system.width)
        amounts = enclose_minimiser(balancing, least)
        if amounts is None:
            raise NoBalance("the allocation could not be certified; change a prefactor a little")
        columns = zip(mean_allocation(optimum), known, amounts, strict=True)
        shares = [Share(x, None if own is None else amount) for x, own, amount in columns]
    return Enclosure(low, high), shares
