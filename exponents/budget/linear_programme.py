"""Which directions does a loss fall in without end, and where is its largest term least?  Exact linear programmes.

Both are solved by the simplex method of `optimum.simplex`, which knows one form: maximise the least of some rows times
x where others times x equal 1, and x >= 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from mpmath import mpf

from ..errors import NoBalance
from ..optimum.simplex import Tableau, Unbounded
from .linear_equations import Row, independent_rows, row_echelon_form

WIDENED = Fraction(1, 10**60)
"""How far, about, the floors are lowered.

Each by another amount, so that no two constraints meet by chance, and a method that follows them cannot go in circles.
"""

ROUNDED = 10**90
"""Logarithms are rounded to multiples of its inverse, which is small beside `WIDENED`."""


@dataclass(frozen=True)
class Start:
    """Where the largest term is least.

    Attributes
    ----------
    logs : tuple of mpf
        u_r = ln r.
    floors : dict of int to mpf
        The lowest u_r allowed, which is 0 but for `WIDENED`.
    held : set of int
        Resources at their floor.
    """

    logs: tuple[mpf, ...]
    floors: dict[int, mpf]
    held: set[int]


def falls_without_end(growing: Sequence[str]) -> NoBalance:
    """Return the error for a loss that falls as some resources grow.

    >>> falls_without_end(["N", "t"])
    NoBalance('the loss keeps falling as N and t grow; give one of them a cost or a bound')
    """
    listed = f"{', '.join(growing[:-1])} and {growing[-1]}" if len(growing) > 1 else growing[0]
    verb, which = ("grow", "one of them") if len(growing) > 1 else ("grows", "it")
    return NoBalance(f"the loss keeps falling as {listed} {verb}; give {which} a cost or a bound", "minimum")


def find_direction(
    rising: Sequence[Row], level: Sequence[Row], free: Sequence[int], beside: Sequence[Row] = ()
) -> list[Fraction] | None:
    """Return d with rising.d >= 0 and not 0, level.d = 0, and d_r >= 0 unless r is free; None if there is none.

    Parameters
    ----------
    rising, level : sequences of rows of Fraction
    free : sequence of int
    beside : sequence of rows of Fraction
        Rows with row.d >= 0, which may all be 0.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> find_direction([[one, zero]], [[one, one]], [])  # 1/N falls without end on N t = C only if t may fall
    >>> find_direction([[one, zero]], [[one, one]], [1])
    [Fraction(1, 1), Fraction(-1, 1)]
    """
    total = [sum(column, Fraction(0)) for column in zip(*rising, strict=True)]
    # total.d = 1 excludes d = 0; added to the equations that are to be 0, it makes them 1.
    equations = [total, *([own + more for own, more in zip(row, total, strict=True)] for row in level)]
    every = [*rising, *beside]
    tableau = Tableau(every, equations, free)
    if not tableau.find_feasible():
        return None
    tableau.solve()
    found = list(tableau.vertex().allocation)
    falls = (sum((e * d for e, d in zip(row, found, strict=True)), Fraction(0)) for row in every)
    return found if min(falls) >= 0 else None


def least_largest_term(
    prefactors: Sequence[mpf], terms: Sequence[Row], budgets: Sequence[Row], spent: Sequence[mpf], floors: Sequence[int]
) -> Start | None:
    """Minimise max_i (p_i - e_i.u) subject to c_j.u = s_j, and u_r >= 0 for the resources in ``floors``.

    The parameters are those of `geometric_programme.minimise`.

    Returns
    -------
    Start or None
        None if no u meets the budgets.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> found = least_largest_term([mpf(0)] * 2, [[one, zero], [zero, one]], [[one, one]], [mpf(4)], [0, 1])
    >>> [round(float(u), 9) for u in found.logs]
    [2.0, 2.0]
    """
    width = len(terms[0])
    free = [r for r in range(width) if r not in floors]
    kept = independent_rows(budgets, width)
    if not _follow(budgets, spent, kept):
        return None
    # x_r = u_r + shift_r >= 0; a free resource is shifted too, so that some equation has a right-hand side.
    shift = [
        WIDENED * (1 + Fraction((r + 3) ** 5 % 97, 97)) if r in floors else 2**r + Fraction(1, r + 11)
        for r in range(width)
    ]
    rows = [budgets[j] for j in kept]
    right = [_round(spent[j]) + sum((c * s for c, s in zip(budgets[j], shift, strict=True)), Fraction(0)) for j in kept]
    head = max(range(len(rows)), key=lambda j: abs(right[j]))
    unit = [c / right[head] for c in rows[head]]  # unit.x = 1
    equations = [_add(row, unit, 1 - s) for row, s in zip(rows, right, strict=True)]
    fronts = [
        _round(p) + sum((e * s for e, s in zip(row, shift, strict=True)), Fraction(0))
        for p, row in zip(prefactors, terms, strict=True)
    ]
    falls = [_add(row, unit, -front) for row, front in zip(terms, fronts, strict=True)]
    tableau = Tableau(falls, equations, free)
    if not tableau.find_feasible():
        return None
    with suppress(Unbounded):  # then `find_direction` finds the direction
        tableau.solve()
    vertex = tableau.vertex()
    logs = tuple(_number(x - s) for x, s in zip(vertex.allocation, shift, strict=True))
    held = {r for r in vertex.basis.floors if r in floors}
    return Start(logs, {r: _number(-shift[r]) for r in floors}, held)


def _follow(budgets: Sequence[Row], spent: Sequence[mpf], kept: Sequence[int]) -> bool:
    """Return whether the budgets that are combinations of those kept have the values that these give."""
    for j in (j for j in range(len(budgets)) if j not in kept):
        columns = [[*(budgets[k][r] for k in kept), budgets[j][r]] for r in range(len(budgets[j]))]
        powers = [row[-1] for row in row_echelon_form(columns, len(kept))[0]]
        if abs(sum((p * _round(spent[k]) for p, k in zip(powers, kept, strict=True)), -_round(spent[j]))) > WIDENED:
            return False
    return True


def _add(row: Row, other: Row, factor: Fraction) -> list[Fraction]:
    return [own + factor * more for own, more in zip(row, other, strict=True)]


def _round(value: mpf) -> Fraction:
    return Fraction(int(value * ROUNDED), ROUNDED)


def _number(value: Fraction) -> mpf:
    return mpf(value.numerator) / value.denominator
