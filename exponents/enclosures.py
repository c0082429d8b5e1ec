"""A constant certified between two rationals: a dual bound from below, a loss that is attained from above.

Both are evaluated in ball arithmetic at exact rational weights and allocations close to the optimum, so neither depends
on how close these are; only the distance between the bounds does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import add, mul

import mpmath
from flint import arb, arb_mat, ctx, fmpq
from mpmath import mp, mpf
from sympy import Expr

from .errors import InputError
from .geometric import DIGITS, Minimum, number, reduced
from .rationals import shown

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
    matrix, pivots = reduced(turned, width)
    start = [Fraction(0)] * (width - count) + [near(y) for y in least.shares]
    values = list(start)
    for row, pivot in zip(matrix, pivots, strict=True):
        values[pivot] = row[-1] - sum((row[c] * start[c] for c in range(width) if c not in pivots), Fraction(0))
    return values[width - count :], values[: len(floors)], values[len(floors) : width - count]


def primal_bound(
    terms: list[list[Fraction]],
    budgets: list[list[Fraction]],
    bound: list[int],
    prefactors: Sequence[Expr],
    costs: Sequence[Expr],
    least: Minimum,
) -> Fraction:
    """The sum of the balancing terms at an allocation close to the best that meets the budgets exactly, rounded up."""
    width = len(least.logs)
    rows = [*budgets, *(unit(r, width) for r in least.at_floor)]
    combined, pivots = reduced([[*row, *unit(i, len(rows))] for i, row in enumerate(rows)], width)
    with _Balls():
        right = [-_ball(k).log() for k in costs] + [arb(0)] * len(least.at_floor)
        logs: list[arb] = [_ball(near(u)) for u in least.logs]
        for row, pivot in zip(combined, pivots, strict=True):
            value = sum((_ball(c) * s for c, s in zip(row[width:], right, strict=True) if c), arb(0))
            logs[pivot] = value - sum(
                (_ball(row[c]) * logs[c] for c in range(width) if c not in pivots and row[c]), arb(0)
            )
        total = arb(0)
        for i in bound:
            fall = sum((_ball(e) * u for e, u in zip(terms[i], logs, strict=True) if e), arb(0))
            total += _ball(prefactors[i]) * (-fall).exp()
        return _end(total, 1)


def located(
    terms: list[list[Fraction]],
    budgets: list[list[Fraction]],
    bound: list[int],
    prefactors: Sequence[Expr],
    costs: Sequence[Expr],
    least: Minimum,
) -> list[Enclosure] | None:
    """Bounds of e^{u_r} at the best allocation, by one Newton step in balls; None if it proves nothing.

    The step maps the ball of radius `RADIUS` around the allocation found into itself, so that the one point at which
    the loss is stationary lies in it.  Directions that change no term stay where they were found.
    """
    width = len(least.logs)
    rows = [*budgets, *(unit(r, width) for r in least.at_floor)]
    combined, pivots = reduced([[*row, *unit(i, len(rows))] for i, row in enumerate(rows)], width)
    free = [c for c in range(width) if c not in pivots]
    solved = dict(zip(pivots, combined, strict=True))
    slopes = [[terms[i][c] - sum(terms[i][p] * row[c] for p, row in solved.items()) for c in free] for i in bound]
    kept = reduced(slopes, len(free))[1]
    with _Balls():
        right = [-_ball(k).log() for k in costs] + [arb(0)] * len(least.at_floor)
        start = {c: _ball(near(least.logs[c])) for c in free}
        box = {c: arb(u.mid(), RADIUS) if free.index(c) in kept else u for c, u in start.items()}

        def at(place: dict[int, arb]) -> list[arb]:
            logs = dict(place)
            for pivot, row in solved.items():
                value = sum((_ball(c) * s for c, s in zip(row[width:], right, strict=True)), arb(0))
                logs[pivot] = value - sum((_ball(row[c]) * place[c] for c in free), arb(0))
            return [logs[r] for r in range(width)]

        def sizes(place: dict[int, arb]) -> list[arb]:
            logs = at(place)
            falls = (sum((_ball(e) * u for e, u in zip(terms[i], logs, strict=True)), arb(0)) for i in bound)
            return [_ball(prefactors[i]) * (-fall).exp() for i, fall in zip(bound, falls, strict=True)]

        if kept:
            here, around = sizes(start), sizes(box)
            gradient = [[sum((z * _ball(s[k]) for z, s in zip(here, slopes, strict=True)), arb(0))] for k in kept]
            hessian = [
                [sum((z * _ball(s[k] * s[m]) for z, s in zip(around, slopes, strict=True)), arb(0)) for m in kept]
                for k in kept
            ]
            try:
                steps = arb_mat(hessian).solve(arb_mat(gradient))
            except ZeroDivisionError:
                return None
            if not all(abs(steps[k, 0]) < RADIUS for k in range(len(kept))):
                return None
        ends = [u.exp() for u in at(box)]
        return [Enclosure(_end(ball, -1), _end(ball, 1)) for ball in ends]


def unit(position: int, width: int) -> list[Fraction]:
    """The row that picks one variable."""
    return [Fraction(int(c == position)) for c in range(width)]


def near(value: mpf) -> Fraction:
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
    raise InputError(f"a prefactor must be made of rational powers; got {shown(value)}; write it as a decimal")


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
