"""A constant certified between two rationals: a dual bound from below, a loss that is attained from above.

Both are evaluated in ball arithmetic at exact rational weights and allocations close to the optimum, so neither depends
on how close these are; only the distance between the bounds does.
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

from ..errors import InputError
from ..rationals import abbreviate
from .geometric_programme import DIGITS, Minimum, number, row_echelon_form, unit_row

RADIUS = 1e-25
"""Of the ball around ln of an allocation in which the best one is proved to lie."""

BITS = 400
"""Precision of the balls that certify it."""


@dataclass(frozen=True)
class Enclosure:
    """A positive number certified to lie between two rationals."""

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


def dual_rows(
    terms: list[list[Fraction]], budgets: list[list[Fraction]], bound: list[int], floors: list[int]
) -> tuple[list[list[Fraction]], int]:
    """Equations of the weights, the multipliers of floors and the prices, with their right-hand sides last."""
    width = len(bound) + len(floors) + len(budgets)
    rows = [[Fraction(1)] * len(bound) + [Fraction(0)] * (width - len(bound)) + [Fraction(1)]]
    for r in range(len(terms[0])):
        own = [Fraction(int(r == floor)) for floor in floors]
        rows.append([*(terms[i][r] for i in bound), *own, *(-c[r] for c in budgets), Fraction(0)])
    return rows, width


def dual_bound(
    terms: list[list[Fraction]],
    budgets: list[list[Fraction]],
    bound: list[int],
    floors: list[int],
    prefactors: Sequence[Expr],
    costs: Sequence[Expr],
    least: Minimum,
) -> Fraction:
    """prod (p/y)^y prod k^price for exact weights close to the shares found, rounded down."""
    while True:
        shares, multipliers, prices = _exact_dual(terms, budgets, bound, floors, least)
        kept = [r for r, multiplier in zip(floors, multipliers, strict=True) if multiplier >= 0]
        if len(kept) == len(floors):
            break
        floors = kept  # a multiplier that vanishes at the optimum may come out negative: it is then taken to be 0
    if min(shares) <= 0:
        return Fraction(0)
    powers = zip(prices, costs, strict=True)
    with _Balls():
        total = sum(
            (_ball(y) * (_ball(prefactors[i]) / _ball(y)).log() for y, i in zip(shares, bound, strict=True)), arb(0)
        )
        total += sum((_ball(price) * _ball(k).log() for price, k in powers), arb(0))
        return _end(total.exp(), -1)


def _exact_dual(
    terms: list[list[Fraction]], budgets: list[list[Fraction]], bound: list[int], floors: list[int], least: Minimum
) -> tuple[list[Fraction], list[Fraction], list[Fraction]]:
    """Shares, multipliers of floors and prices that meet all equations of the dual exactly, close to those found."""
    rows, width = dual_rows(terms, budgets, bound, floors)
    count = len(bound)
    # The multipliers and prices are solved for first, so that as many shares as possible stay where they were found.
    turned = [[*row[count:width], *row[:count], row[width]] for row in rows]
    matrix, pivots = row_echelon_form(turned, width)
    start = [Fraction(0)] * (width - count) + [round_to_precision(y) for y in least.shares]
    values = list(start)
    for row, pivot in zip(matrix, pivots, strict=True):
        values[pivot] = row[-1] - sum((row[c] * start[c] for c in range(width) if c not in pivots), Fraction(0))
    return values[width - count :], values[: len(floors)], values[len(floors) : width - count]


class _Allocations:
    """Allocations that meet the budgets and the held floors exactly, as functions of the resources these leave free.

    Used inside `_Balls`.
    """

    def __init__(
        self,
        terms: list[list[Fraction]],
        budgets: list[list[Fraction]],
        prefactors: Sequence[Expr],
        costs: Sequence[Expr],
        least: Minimum,
    ) -> None:
        self._terms, self._prefactors, self._width = terms, prefactors, len(least.logs)
        rows = [*budgets, *(unit_row(r, self._width) for r in least.at_floor)]
        matrix, pivots = row_echelon_form([[*row, *unit_row(i, len(rows))] for i, row in enumerate(rows)], self._width)
        self._solved = dict(zip(pivots, matrix, strict=True))
        self._right = [-_ball(k).log() for k in costs] + [arb(0)] * len(least.at_floor)
        self.found = {c: _ball(round_to_precision(least.logs[c])) for c in range(self._width) if c not in pivots}

    def slopes(self) -> list[list[Fraction]]:
        """How fast each term falls along each free resource."""
        return [
            [row[c] - sum((row[p] * line[c] for p, line in self._solved.items()), Fraction(0)) for c in self.found]
            for row in self._terms
        ]

    def logs(self, free: Mapping[int, arb]) -> list[arb]:
        """u of every resource, given those of the free ones."""
        logs = dict(free)
        for pivot, row in self._solved.items():
            value = _combined(row[self._width :], self._right)
            logs[pivot] = value - _combined([row[c] for c in free], list(free.values()))
        return [logs[r] for r in range(self._width)]

    def sizes(self, free: Mapping[int, arb]) -> list[arb]:
        """Each term, given u of the free resources."""
        logs = self.logs(free)
        return [_ball(p) * (-_combined(row, logs)).exp() for p, row in zip(self._prefactors, self._terms, strict=True)]


def _combined(row: Sequence[Fraction], values: Sequence[arb]) -> arb:
    return sum((_ball(c) * value for c, value in zip(row, values, strict=True)), arb(0))


def primal_bound(
    terms: list[list[Fraction]],
    budgets: list[list[Fraction]],
    prefactors: Sequence[Expr],
    costs: Sequence[Expr],
    least: Minimum,
) -> Fraction:
    """The sum of the terms at an allocation close to the best that meets the budgets exactly, rounded up."""
    with _Balls():
        allocations = _Allocations(terms, budgets, prefactors, costs, least)
        return _end(sum(allocations.sizes(allocations.found), arb(0)), 1)


def enclose_minimiser(
    terms: list[list[Fraction]],
    budgets: list[list[Fraction]],
    prefactors: Sequence[Expr],
    costs: Sequence[Expr],
    least: Minimum,
) -> list[Enclosure] | None:
    """Bounds of e^{u_r} at the best allocation, by one Newton step in balls; None if it proves nothing.

    The step maps the ball of radius `RADIUS` around the allocation found into itself, so that the one point at which
    the loss is stationary lies in it.  Directions that change no term stay where they were found.
    """
    with _Balls():
        allocations = _Allocations(terms, budgets, prefactors, costs, least)
        start, slopes = allocations.found, allocations.slopes()
        kept = row_echelon_form(slopes, len(start))[1]
        box = {c: arb(u.mid(), RADIUS) if k in kept else u for k, (c, u) in enumerate(start.items())}
        if kept:
            columns = [[row[k] for row in slopes] for k in kept]
            here, around = allocations.sizes(start), allocations.sizes(box)
            gradient = [[_combined(column, here)] for column in columns]
            hessian = [
                [_combined([a * b for a, b in zip(one, other, strict=True)], around) for other in columns]
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


def round_to_precision(value: mpf) -> Fraction:
    """A rational within the working precision."""
    return Fraction(int(mpmath.nint(value * mpf(10) ** (DIGITS - 5))), 10 ** (DIGITS - 5))


def _ball(value: Fraction | Expr) -> arb:
    """A ball around a rational, or around a product or sum of rational powers of rationals."""
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if value.is_Rational:
        return arb(fmpq(int(value.p), int(value.q)))
    if value.is_Pow:
        return (_ball(value.base).log() * _ball(value.exp)).exp()
    if value.is_Mul or value.is_Add:
        return reduce(mul if value.is_Mul else add, map(_ball, value.args))
    raise InputError(f"a prefactor must be made of rational powers; got {abbreviate(value)}; write it as a decimal")


def _end(ball: arb, side: int) -> Fraction:
    """The lower or upper end of a positive ball, rounded outward to `DIGITS` digits."""
    parts = [part.man_exp() for part in (ball.mid(), ball.rad())]
    middle, radius = (Fraction(int(m)) * Fraction(2) ** int(e) for m, e in parts)
    end = middle + side * radius
    unit_of_last = Fraction(10) ** (len(str(int(end))) - len(str(int(1 / end))) - DIGITS)
    return (ceil if side > 0 else floor)(end / unit_of_last) * unit_of_last


class _Balls:
    """Ball arithmetic at the precision of certificates."""

    def __enter__(self) -> None:
        self._before = ctx.prec
        ctx.prec = BITS

    def __exit__(self, *_: object) -> None:
        ctx.prec = self._before
