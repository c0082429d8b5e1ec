"""The allocation that minimises a sum of power laws at a given budget, prefactors included.

In logarithms, u_r = ln r, a sum of monomials is a sum of exponentials of linear functions: convex.  With budgets
c_j.u = s_j and floors u_r >= 0 its minimum is a geometric programme, solved here by Newton steps in the directions the
budgets leave free, floors taken in and let go as their multipliers say.  At the minimum the share y_i of each term in
the loss is the weight of a proof, as in `balance`: for any weights with sum 1 and sum_i y_i e_i <= sum_j price_j c_j,

    sum_i p_i r^{-e_i}  >=  prod_i (p_i/y_i)^{y_i} prod_j e^{-price_j s_j}      (Duffin, Peterson and Zener, 1967),

so what the minimum misses of this bound is the error that is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
from mpmath import mp, mpf
from sympy import Expr

from ..errors import NoBalance

DIGITS = 50
"""Working precision: beyond what a certified bound of 20 digits needs."""

MAX_STEPS = 400
"""Newton steps, which are doubled as long as that pays; near the end each doubles the digits."""

FARTHEST = 2**40
"""Doublings of a step after which a minimum is taken to lie at infinity."""


@dataclass(frozen=True)
class Minimum:
    """Where a sum of power laws is least.

    Attributes
    ----------
    logs : tuple of mpf
        u_r = ln r for each resource.
    loss : mpf
        ln of the least loss.
    shares : tuple of mpf
        The share y_i of each term in it; they sum to 1.
    at_floor : tuple of int
        Resources held at 1.
    unique : bool
        Whether no other allocation is as good.
    """

    logs: tuple[mpf, ...]
    loss: mpf
    shares: tuple[mpf, ...]
    at_floor: tuple[int, ...]
    unique: bool


def minimise(
    prefactors: Sequence[mpf],
    terms: Sequence[Sequence[Fraction]],
    budgets: Sequence[Sequence[Fraction]],
    spent: Sequence[mpf],
    floors: Sequence[int],
    start: Sequence[mpf],
) -> Minimum:
    """Minimise ``sum_i exp(p_i - e_i.u)`` subject to ``c_j.u = s_j``, and ``u_r >= 0`` for the resources in ``floors``.

    Parameters
    ----------
    prefactors : sequence of mpf
        ln p_i.
    terms, budgets : sequences of rows
        e_i and c_j.
    spent : sequence of mpf
        s_j, the logarithm of each budget.
    floors : sequence of int
        Resources that may not fall below 1.
    start : sequence of mpf
        Where to begin; floors that hold there are taken in at first.

    Raises
    ------
    NoBalance
        If no minimum was found: the loss falls without bound, or only slows at infinity.
    """
    with mp.workdps(DIGITS):
        width = len(start)
        held: set[int] = set()
        for r in sorted((r for r in floors if start[r] <= 0), key=lambda r: start[r]):
            if not is_determined(r, _rows(budgets, held, width)):
                held.add(r)
        for _ in range(4**width):
            rows = _rows(budgets, held, width)
            sizes = [*spent, *(mpf(0) for _ in held)]
            directions = _free_directions(rows, len(start))
            slopes, moves = _slopes(terms, directions)
            logs = _newton(prefactors, terms, _placed(rows, sizes, start), slopes, moves)
            below = [r for r in floors if r not in held and logs[r] < -(mpf(10) ** (5 - DIGITS))]
            if below:
                lowest = min(below, key=lambda r: logs[r])
                if is_determined(lowest, rows):
                    raise NoBalance(
                        "the budgets do not leave one of each resource; give more, or change a cost", "floor"
                    )
                held.add(lowest)
                continue
            shares = _shares(prefactors, terms, logs)
            gains = _gains(terms, budgets, shares, held)
            released = [r for r in held if gains[r] > mpf(10) ** (10 - DIGITS)]
            if not released:
                loss, unique = log_loss(prefactors, terms, logs), len(moves) == len(directions)
                return Minimum(tuple(logs), loss, tuple(shares), tuple(sorted(held)), unique)
            held.discard(max(released, key=lambda r: gains[r]))
    raise NoBalance("no allocation minimises this loss; give every resource a cost")


def _rows(budgets: Sequence[Sequence[Fraction]], held: set[int], width: int) -> list[Sequence[Fraction]]:
    """The equations in force: budgets, and floors that are held."""
    return [*budgets, *(unit_row(h, width) for h in sorted(held))]


def unit_row(position: int, width: int) -> list[Fraction]:
    """The row that picks one variable."""
    return [Fraction(int(c == position)) for c in range(width)]


def is_determined(resource: int, rows: Sequence[Sequence[Fraction]]) -> bool:
    """Whether the equations alone fix a resource."""
    width = len(rows[0])
    return len(row_echelon_form([*rows, unit_row(resource, width)], width)[1]) == len(row_echelon_form(rows, width)[1])


def number(value: Fraction | Expr) -> mpf:
    """A rational, or a SymPy number, at the working precision."""
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    if value.is_Rational:
        return mpf(int(value.p)) / int(value.q)
    return mpf(str(value.evalf(DIGITS + 5)))


def log_loss(prefactors: Sequence[mpf], terms: Sequence[Sequence[Fraction]], logs: Sequence[mpf]) -> mpf:
    """ln of the sum of terms, given ln p_i, e_i and u."""
    sizes = _sizes(prefactors, terms, logs)
    largest = max(sizes)
    return largest + mpmath.log(mpmath.fsum(mpmath.exp(size - largest) for size in sizes))


def _sizes(prefactors: Sequence[mpf], terms: Sequence[Sequence[Fraction]], logs: Sequence[mpf]) -> list[mpf]:
    """ln of each term."""
    return [p - _dot(row, logs) for p, row in zip(prefactors, terms, strict=True)]


def _product(left: Sequence[mpf], right: Sequence[mpf]) -> mpf:
    return mpmath.fsum(a * b for a, b in zip(left, right, strict=True))


def _shares(prefactors: Sequence[mpf], terms: Sequence[Sequence[Fraction]], logs: Sequence[mpf]) -> list[mpf]:
    total = log_loss(prefactors, terms, logs)
    return [mpmath.exp(size - total) for size in _sizes(prefactors, terms, logs)]


def _dot(row: Sequence[Fraction], values: Sequence[mpf]) -> mpf:
    return mpmath.fsum(number(e) * value for e, value in zip(row, values, strict=True) if e)


def _gains(
    terms: Sequence[Sequence[Fraction]], budgets: Sequence[Sequence[Fraction]], shares: Sequence[mpf], held: set[int]
) -> dict[int, mpf]:
    """By how much the loss would fall if a held resource were let go: sum_i y_i e_i less the price of the budget."""
    resources = range(len(terms[0]))
    falls = [mpmath.fsum(y * number(row[r]) for y, row in zip(shares, terms, strict=True)) for r in resources]
    free = [r for r in resources if r not in held]
    priced = _independent([[c[r] for r in free] for c in budgets], len(free))
    if not priced:
        return dict.fromkeys(held, mpf(0))  # the budget leaves nothing to choose
    matrix = mpmath.matrix([[number(budgets[j][r]) for j in priced] for r in free])
    prices = mpmath.lu_solve(matrix, mpmath.matrix([falls[r] for r in free]))
    return {
        r: falls[r] - mpmath.fsum(p * number(budgets[j][r]) for p, j in zip(prices, priced, strict=True)) for r in held
    }


def _independent(rows: Sequence[Sequence[Fraction]], width: int) -> list[int]:
    """Positions of rows that do not follow from those before."""
    kept: list[int] = []
    for i in range(len(rows)):
        if len(row_echelon_form([rows[k] for k in (*kept, i)], width)[1]) > len(kept):
            kept.append(i)
    return kept


def row_echelon_form(rows: Sequence[Sequence[Fraction]], width: int) -> tuple[list[list[Fraction]], list[int]]:
    """Reduced row echelon form, and the pivot columns among the first ``width``."""
    pivots: list[int] = []
    matrix = [list(row) for row in rows]
    for column in range(width):
        rank = len(pivots)
        found = next((i for i in range(rank, len(matrix)) if matrix[i][column]), None)
        if found is None:
            continue
        matrix[rank], matrix[found] = matrix[found], matrix[rank]
        head = matrix[rank][column]
        matrix[rank] = [value / head for value in matrix[rank]]
        for i, row in enumerate(matrix):
            if i != rank and row[column]:
                factor = row[column]
                matrix[i] = [own - factor * lead for own, lead in zip(row, matrix[rank], strict=True)]
        pivots.append(column)
    return matrix[: len(pivots)], pivots


def _free_directions(rows: Sequence[Sequence[Fraction]], width: int) -> list[list[Fraction]]:
    """A basis of the directions that the rows leave free."""
    matrix, pivots = row_echelon_form(rows, width)
    basis = []
    for free in (c for c in range(width) if c not in pivots):
        direction = [Fraction(int(c == free)) for c in range(width)]
        for row, pivot in zip(matrix, pivots, strict=True):
            direction[pivot] = -row[free]
        basis.append(direction)
    return basis


def _placed(rows: Sequence[Sequence[Fraction]], sizes: Sequence[mpf], start: Sequence[mpf]) -> list[mpf]:
    """The point nearest to ``start`` that meets ``row.u = size``."""
    independent = _independent(rows, len(start))
    kept = [rows[i] for i in independent]
    missing = mpmath.matrix([sizes[i] - _dot(rows[i], start) for i in independent])
    gram = mpmath.matrix([[_dot(a, [number(v) for v in b]) for b in kept] for a in kept])
    multipliers = mpmath.lu_solve(gram, missing)
    return [
        value + mpmath.fsum(m * number(row[r]) for m, row in zip(multipliers, kept, strict=True))
        for r, value in enumerate(start)
    ]


def _slopes(
    terms: Sequence[Sequence[Fraction]], directions: list[list[Fraction]]
) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """How fast each term falls along independent directions, and these; directions that change no term are left out."""
    slopes = [[sum((e * d for e, d in zip(row, way, strict=True)), Fraction(0)) for way in directions] for row in terms]
    kept = row_echelon_form(slopes, len(directions))[1]
    return [[row[c] for c in kept] for row in slopes], [directions[c] for c in kept]


def _step(
    prefactors: Sequence[mpf], terms: Sequence[Sequence[Fraction]], logs: list[mpf], columns: list[list[mpf]]
) -> tuple[list[mpf], list[mpf]]:
    """The Newton step and the gradient; with more digits where terms are too small to be seen with few."""
    for factor in (1, 4, 16, 64):
        with mp.workdps(factor * DIGITS):
            shares = _shares(prefactors, terms, logs)
            weighted = [[y * a for y, a in zip(shares, column, strict=True)] for column in columns]
            gradient = [-mpmath.fsum(column) for column in weighted]
            hessian = mpmath.matrix([[_product(one, other) for other in columns] for one in weighted])
            try:
                return list(mpmath.lu_solve(hessian, mpmath.matrix([-g for g in gradient]))), gradient
            except ZeroDivisionError:
                continue
    raise NoBalance("the terms of this loss are of too different sizes at this budget; give a smaller one")


def _moved(logs: list[mpf], step: Sequence[mpf], moves: list[list[Fraction]], scale: mpf) -> list[mpf]:
    return [
        u + scale * mpmath.fsum(d * number(m[r]) for d, m in zip(step, moves, strict=True)) for r, u in enumerate(logs)
    ]


def _newton(
    prefactors: Sequence[mpf],
    terms: Sequence[Sequence[Fraction]],
    logs: list[mpf],
    slopes: list[list[Fraction]],
    moves: list[list[Fraction]],
) -> list[mpf]:
    """Minimise along the given directions."""
    if not moves:
        return logs
    columns = [[number(row[k]) for row in slopes] for k in range(len(moves))]
    value = log_loss(prefactors, terms, logs)
    for _ in range(MAX_STEPS):
        step, gradient = _step(prefactors, terms, logs, columns)
        decrement = -mpmath.fsum(g * d for g, d in zip(gradient, step, strict=True))
        if decrement < mpf(10) ** (8 - 2 * DIGITS) or max(abs(d) for d in step) < mpf(10) ** (5 - DIGITS):
            return logs
        scale = mpf(1)
        while True:
            moved = _moved(logs, step, moves, scale)
            lower = log_loss(prefactors, terms, moved)
            if lower <= value - scale * decrement / 4 or scale < mpf(10) ** -20:
                break
            scale /= 2
        if lower >= value:
            return logs
        while 1 <= scale < FARTHEST:  # far off, one exponential dominates, and longer steps pay
            further = _moved(logs, step, moves, 2 * scale)
            if not log_loss(prefactors, terms, further) < lower:
                break
            scale, moved, lower = 2 * scale, further, log_loss(prefactors, terms, further)
        if scale >= FARTHEST:
            break
        logs, value = moved, lower
    raise NoBalance("the loss keeps falling as some resource grows; give every resource a cost", "minimum")
