"""A constant certified between two rationals: a dual bound from below, an attained loss from above.

Both bounds are evaluated in ball arithmetic, at exact rational weights and allocations close to the optimum.  They hold
for any weights and allocations; the closer these are to the optimum, the closer are the bounds.

Map: `Enclosure` is the result; `dual_bound` and `primal_bound` are the bounds of the constant, `enclose_minimiser`
those of the allocation.  `_Allocations` holds the allocations that meet all budgets exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import add, mul

import mpmath
from flint import arb, arb_mat, ctx, fmpq
from mpmath import mp, mpf
from sympy import Expr

from ..errors import InputError, TooMuchWork
from ..rationals import abbreviate
from ..text.number_powers import NumberPower
from .geometric_programme import DIGITS, Minimum, number
from .linear_equations import row_echelon_form, unit_row
from .numeric_programme import System

RADIUS = 1e-25
"""Radius of the ball around ln of an allocation, in which the best allocation is proved to lie."""

MAX_POWER = 100_000
"""Most digits of a constant."""

BITS = 400
"""Precision of the balls that certify it."""


@dataclass(frozen=True)
class Enclosure:
    """A positive number certified to lie between two rationals.

    Attributes
    ----------
    low, high : Fraction

    Examples
    --------
    >>> str(Enclosure(Fraction("1.23456"), Fraction("1.23478")))
    '1.234'
    """

    low: Fraction
    high: Fraction

    def __float__(self) -> float:
        return float(self.low)

    def __str__(self) -> str:
        with mp.workdps(DIGITS):
            low, high = (mpmath.nstr(number(end), 18, strip_zeros=False) for end in (self.low, self.high))
        digits = 0
        while digits < min(len(low), len(high)) and low[digits] == high[digits]:
            digits += 1
        return low[:digits]


def dual_rows(system: System, floors: Sequence[int]) -> list[list[Fraction]]:
    """Return the equations of the dual problem.

    They are sum_i y_i = 1 and, for each resource, sum_i y_i e_ir + (multiplier of its floor) = sum_j price_j c_jr.
    Unknowns are the weights y_i, the multipliers of the floors and the prices; the right-hand side is the last column.

    >>> one = Fraction(1)
    >>> dual_rows(System([[one]], [[one]], [], [], []), [])[0]
    [Fraction(1, 1), Fraction(0, 1), Fraction(1, 1)]
    """
    others = len(floors) + len(system.budgets)
    rows = [[Fraction(1)] * len(system.terms) + [Fraction(0)] * others + [Fraction(1)]]
    for r in range(system.width):
        own = [Fraction(int(r == floor)) for floor in floors]
        rows.append([*(term[r] for term in system.terms), *own, *(-c[r] for c in system.budgets), Fraction(0)])
    return rows


def dual_bound(system: System, least: Minimum) -> Fraction:
    """Return prod (p/y)^y prod k^price for exact weights close to the shares found, rounded down.

    By duality every allocation has a loss of at least that times C^{-r}.  It is 0 if some weight came out negative.

    Parameters
    ----------
    system : System
        The terms that balance.
    least : Minimum
        Their minimum at the budget C = 1.

    Returns
    -------
    Fraction

    Raises
    ------
    InputError
        If a prefactor is not made of rational powers.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> from exponents.budget.constants import least_constant
    >>> from exponents.budget.numeric_programme import read_system
    >>> system = read_system(programme(3 / t + 2 / N))
    >>> with mp.workdps(DIGITS):
    ...     least = least_constant(system, [0, 1], [])
    >>> round(float(dual_bound(system, least)), 6)  # 2 sqrt(6)
    4.898979
    """
    floors = list(least.at_floor)
    while True:
        weights, multipliers, prices = _exact_dual(system, floors, least)
        kept = [r for r, multiplier in zip(floors, multipliers, strict=True) if multiplier >= 0]
        if len(kept) == len(floors):
            break
        floors = kept  # a multiplier that vanishes at the optimum may come out negative: it is then taken to be 0
    if min(weights) < 0:
        return Fraction(0)
    with ctx.workprec(BITS):
        total = sum(
            (
                ball_of(y) * (ball_of(p) / ball_of(y)).log()
                for y, p in zip(weights, system.prefactors, strict=True)
                if y
            ),
            arb(0),
        )
        total += sum((ball_of(price) * ball_of(k).log() for price, k in zip(prices, system.costs, strict=True)), arb(0))
        return _end(total.exp(), -1)


def _exact_dual(
    system: System, floors: list[int], least: Minimum
) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """Return weights, multipliers of floors and prices that meet the dual's equations exactly, close to those found."""
    rows, count = dual_rows(system, floors), len(system.terms)
    width = len(rows[0]) - 1
    # Multipliers and prices are solved for first, then the largest weights, so that small ones stay as found.
    order = [*range(count, width), *sorted(range(count), key=lambda i: -least.shares[i])]
    matrix, pivots = row_echelon_form([[*(row[c] for c in order), row[width]] for row in rows], width)
    start = [_exact_value(least.shares[c]) if c < count else Fraction(0) for c in order]
    values = dict(zip(order, start, strict=True))
    for row, pivot in zip(matrix, pivots, strict=True):
        others = (row[c] * start[c] for c in range(width) if c not in pivots and row[c])
        values[order[pivot]] = row[-1] - sum(others, Fraction(0))
    found = [values[c] for c in range(width)]
    return found[:count], found[count : count + len(floors)], found[count + len(floors) :]


class _Allocations:
    """The allocations that meet the budgets and the held floors exactly, as functions of the free resources."""

    def __init__(self, system: System, least: Minimum) -> None:
        self._system, width = system, system.width
        rows = [*system.budgets, *(unit_row(r, width) for r in least.at_floor)]
        matrix, pivots = row_echelon_form([[*row, *unit_row(i, len(rows))] for i, row in enumerate(rows)], width)
        self._solved = dict(zip(pivots, matrix, strict=True))
        self._right = [-ball_of(k).log() for k in system.costs] + [arb(0)] * len(least.at_floor)
        self.found = {c: ball_of(_to_rational(least.logs[c])) for c in range(width) if c not in pivots}

    def slopes(self) -> list[list[Fraction]]:
        """Return how fast each term falls along each free resource."""
        return [
            [row[c] - sum((row[p] * line[c] for p, line in self._solved.items()), Fraction(0)) for c in self.found]
            for row in self._system.terms
        ]

    def logs(self, free: Mapping[int, arb]) -> list[arb]:
        """Return u of every resource, given those of the free ones."""
        logs, width = dict(free), self._system.width
        for pivot, row in self._solved.items():
            value = _combine(row[width:], self._right)
            logs[pivot] = value - _combine([row[c] for c in free], list(free.values()))
        return [logs[r] for r in range(width)]

    def sizes(self, free: Mapping[int, arb]) -> list[arb]:
        """Return each term, given u of the free resources."""
        logs, system = self.logs(free), self._system
        return [
            ball_of(p) * (-_combine(row, logs)).exp() for p, row in zip(system.prefactors, system.terms, strict=True)
        ]


def _combine(row: Sequence[Fraction], values: Sequence[arb]) -> arb:
    return sum((ball_of(c) * value for c, value in zip(row, values, strict=True)), arb(0))


def primal_bound(system: System, least: Minimum) -> Fraction:
    """Return the loss at an allocation close to the best that meets the budgets exactly, rounded up.

    Parameters
    ----------
    system : System
        The terms that balance.
    least : Minimum
        Their minimum at the budget C = 1.

    Returns
    -------
    Fraction

    Raises
    ------
    InputError
        If a prefactor is not made of rational powers.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> from exponents.budget.constants import least_constant
    >>> from exponents.budget.numeric_programme import read_system
    >>> system = read_system(programme(3 / t + 2 / N))
    >>> with mp.workdps(DIGITS):
    ...     least = least_constant(system, [0, 1], [])
    >>> round(float(primal_bound(system, least)), 6)  # 2 sqrt(6)
    4.898979
    """
    with ctx.workprec(BITS):
        allocations = _Allocations(system, least)
        return _end(sum(allocations.sizes(allocations.found), arb(0)), 1)


def enclose_minimiser(system: System, least: Minimum) -> list[Enclosure] | None:
    """Return bounds of each resource at the best allocation, by one Newton step in balls.

    The step maps the ball of radius `RADIUS` around the allocation found into itself, so the one point at which the
    loss is stationary lies in that ball.  Directions that change no term stay where they were found.

    Parameters
    ----------
    system : System
        The terms that balance.
    least : Minimum
        Their minimum at the budget C = 1.

    Returns
    -------
    list of Enclosure, or None
        None if the step proves nothing.

    Raises
    ------
    InputError
        If a prefactor is not made of rational powers.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> from exponents.budget.constants import least_constant
    >>> from exponents.budget.numeric_programme import read_system
    >>> system = read_system(programme(3 / t + 2 / N))
    >>> with mp.workdps(DIGITS):
    ...     least = least_constant(system, [0, 1], [])
    >>> with mp.workdps(DIGITS):
    ...     found = enclose_minimiser(system, least)
    >>> [round(float(bounds), 6) for bounds in found]  # N and t: sqrt(6)/3 and sqrt(6)/2
    [0.816497, 1.224745]
    """
    with ctx.workprec(BITS):
        allocations = _Allocations(system, least)
        start, slopes = allocations.found, allocations.slopes()
        kept = row_echelon_form(slopes, len(start))[1]
        box = {c: arb(u.mid(), RADIUS) if k in kept else u for k, (c, u) in enumerate(start.items())}
        if kept:
            columns = [[row[k] for row in slopes] for k in kept]
            here, around = allocations.sizes(start), allocations.sizes(box)
            gradient = [[_combine(column, here)] for column in columns]
            hessian = [
                [_combine([a * b for a, b in zip(one, other, strict=True)], around) for other in columns]
                for one in columns
            ]
            try:
                steps = arb_mat(hessian).solve(arb_mat(gradient))
            except ZeroDivisionError:
                return None
            if not all(abs(steps[k, 0]) < RADIUS for k in range(len(kept))):
                return None
        ends = [u.exp() for u in allocations.logs(box)]
        return [Enclosure(_end(ball, -1), _end(ball, 1)) for ball in ends]


def _exact_value(value: mpf) -> Fraction:
    """Return a number as a rational, without rounding."""
    sign, digits, power, _ = value._mpf_
    return (-1) ** sign * int(digits) * Fraction(2) ** power


def _to_rational(value: mpf) -> Fraction:
    """Return a rational within the working precision."""
    return Fraction(int(mpmath.nint(value * mpf(10) ** (DIGITS - 5))), 10 ** (DIGITS - 5))


def ball_of(value: Fraction | Expr) -> arb:
    """Return a ball around a rational, or around a product or sum of rational powers of rationals.

    Raises
    ------
    InputError
        If the value is none of these.

    Examples
    --------
    >>> ball_of(Fraction(1, 4))
    0.250000000000000
    """
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if value.is_Rational:
        return arb(fmpq(int(value.p), int(value.q)))
    if isinstance(value, NumberPower):
        value = value.as_power()
    if value.is_Pow:
        return (ball_of(value.base).log() * ball_of(value.exp)).exp()
    if value.is_Mul or value.is_Add:
        return reduce(mul if value.is_Mul else add, map(ball_of, value.args))
    raise InputError(f"a prefactor must be made of rational powers; got {abbreviate(value)}; write it as a decimal")


def _end(ball: arb, side: int) -> Fraction:
    """Return the lower or upper end of a positive ball, rounded outward to `DIGITS` digits."""
    parts = [(int(m), int(e)) for m, e in (ball.mid().man_exp(), ball.rad().man_exp())]
    if any(m and abs(e) > 4 * MAX_POWER for m, e in parts):
        raise TooMuchWork(f"the constants of the leading law have more than {MAX_POWER} digits; use larger exponents")
    middle, radius = (m * Fraction(2) ** e for m, e in parts)
    end = middle + side * radius
    if end <= 0:
        return Fraction(0)
    unit_of_last = Fraction(10) ** (int(mpmath.floor(mpmath.log10(number(end)))) - DIGITS)
    return (ceil if side > 0 else floor)(end / unit_of_last) * unit_of_last
