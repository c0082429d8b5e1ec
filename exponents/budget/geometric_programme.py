"""Which allocation minimises a sum of power laws at a given budget, prefactors included?

In logarithms, u_r = ln r, a sum of monomials is a sum of exponentials of linear functions: convex.  With budgets
c_j.u = s_j and floors u_r >= 0 its minimum is a geometric programme.  `minimise` solves it by Newton steps in the
directions that the budgets leave free; floors are held or released as the signs of their multipliers say.

At the minimum the share y_i of each term in the loss is the weight of a proof, as in `optimum.dominant_balance`: for
any weights with sum 1 and sum_i y_i e_i <= sum_j price_j c_j,

    sum_i p_i r^{-e_i}  >=  prod_i (p_i/y_i)^{y_i} prod_j e^{-price_j s_j}      (Duffin, Peterson and Zener, 1967).

The gap between the minimum found and this bound is therefore a bound on its error.

Map: `LogLoss` is the function; `minimise` chooses the floors that are held; `_newton` minimises along the free
directions, from the feasible point of `_nearest_feasible`; `_gains` tells which floors to release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
from mpmath import mp, mpf
from sympy import Expr

from ..errors import NoBalance
from .linear_equations import Row, free_directions, independent_rows, is_determined, row_echelon_form, unit_row

DIGITS = 50
"""Working precision: beyond what a certified bound of 20 digits needs."""

MAX_STEPS = 400
"""Most Newton steps.  A step is doubled while the loss falls; near the end each step doubles the digits."""

FARTHEST = 2**40
"""Doublings of a step after which a minimum is taken to lie at infinity."""


def number(value: Fraction | Expr) -> mpf:
    """Return a rational, or a SymPy number, at the working precision.

    >>> number(Fraction(1, 4))
    mpf('0.25')
    """
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    if value.is_Rational:
        return mpf(int(value.p)) / int(value.q)
    return mpf(str(value.evalf(DIGITS + 5)))


@dataclass(frozen=True)
class LogLoss:
    """The convex function ln sum_i exp(p_i - e_i.u) of u.

    Attributes
    ----------
    prefactors : sequence of mpf
        ln p_i.
    terms : sequence of rows of Fraction
        e_i: one row for each term, one column for each resource.
    """

    prefactors: Sequence[mpf]
    terms: Sequence[Row]

    def value(self, logs: Sequence[mpf]) -> mpf:
        """Return the logarithm of the loss at u.

        >>> LogLoss([mpf(0)], [[Fraction(2)]]).value([mpf(3)])
        mpf('-6.0')
        """
        sizes = self._sizes(logs)
        largest = max(sizes)
        return largest + mpmath.log(mpmath.fsum(mpmath.exp(size - largest) for size in sizes))

    def shares(self, logs: Sequence[mpf]) -> list[mpf]:
        """Return the share of each term in the loss at u.

        >>> LogLoss([mpf(0), mpf(0)], [[Fraction(1)], [Fraction(1)]]).shares([mpf(0)])
        [mpf('0.5'), mpf('0.5')]
        """
        total = self.value(logs)
        return [mpmath.exp(size - total) for size in self._sizes(logs)]

    def _sizes(self, logs: Sequence[mpf]) -> list[mpf]:
        """Return ln of each term."""
        return [p - _dot(row, logs) for p, row in zip(self.prefactors, self.terms, strict=True)]


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
    terms: Sequence[Row],
    budgets: Sequence[Row],
    spent: Sequence[mpf],
    floors: Sequence[int],
    start: Sequence[mpf],
) -> Minimum:
    """Minimise ``sum_i exp(p_i - e_i.u)`` subject to ``c_j.u = s_j``, and ``u_r >= 0`` for the resources in ``floors``.

    Parameters
    ----------
    prefactors : sequence of mpf
        ln p_i.
    terms, budgets : sequences of rows of Fraction
        e_i and c_j, one column for each resource.
    spent : sequence of mpf
        s_j, the logarithm of each budget.
    floors : sequence of int
        Resources that may not fall below 1.
    start : sequence of mpf
        Where the search begins; it first holds the floors that are reached there.

    Raises
    ------
    NoBalance
        If the loss falls without bound, if the budgets leave less than one of a resource, or if the terms differ too
        much in size for the precision.

    Examples
    --------
    >>> N, t, both = unit_row(0, 2), unit_row(1, 2), [Fraction(1), Fraction(1)]
    >>> found = minimise([mpf(0)] * 2, [N, t], [both], [mpf(4)], [0, 1], [mpf(0)] * 2)  # 1/N + 1/t where N t = e^4
    >>> [float(u) for u in found.logs], found.unique
    ([2.0, 2.0], True)
    """
    with mp.workdps(DIGITS):
        width, loss = len(start), LogLoss(prefactors, terms)
        held: set[int] = set()
        for r in sorted((r for r in floors if start[r] <= 0), key=lambda r: start[r]):
            if not is_determined(r, _equations(budgets, held, width)):
                held.add(r)
        for _ in range(4**width):
            equations = _equations(budgets, held, width)
            directions = free_directions(equations, width)
            slopes, moves = _slopes(terms, directions)
            feasible = _nearest_feasible(equations, [*spent, *(mpf(0) for _ in held)], start)
            logs = _newton(loss, feasible, slopes, moves)
            # A floor that is crossed is held from now on, the lowest first.
            below = [r for r in floors if r not in held and logs[r] < -(mpf(10) ** (5 - DIGITS))]
            if below:
                lowest = min(below, key=lambda r: logs[r])
                if is_determined(lowest, equations):
                    raise NoBalance("these budgets force a resource below 1; give more, or change a cost", "floor")
                held.add(lowest)
                continue
            # A floor whose multiplier has the wrong sign is released, the worst first.
            shares = loss.shares(logs)
            gains = _gains(terms, budgets, shares, held)
            released = [r for r in held if gains[r] > mpf(10) ** (10 - DIGITS)]
            if not released:
                unique = len(moves) == len(directions)
                return Minimum(tuple(logs), loss.value(logs), tuple(shares), tuple(sorted(held)), unique)
            held.discard(max(released, key=lambda r: gains[r]))
    raise NoBalance("no allocation minimises this loss; give every resource a cost")


def _equations(budgets: Sequence[Row], held: set[int], width: int) -> list[Row]:
    """Return the equations in force: the budgets, and the floors that are held."""
    return [*budgets, *(unit_row(h, width) for h in sorted(held))]


def _product(left: Sequence[mpf], right: Sequence[mpf]) -> mpf:
    return mpmath.fsum(a * b for a, b in zip(left, right, strict=True))


def _dot(row: Row, values: Sequence[mpf]) -> mpf:
    return mpmath.fsum(number(e) * value for e, value in zip(row, values, strict=True) if e)


def _gains(terms: Sequence[Row], budgets: Sequence[Row], shares: Sequence[mpf], held: set[int]) -> dict[int, mpf]:
    """Return how fast ln L falls as each held resource grows: sum_i y_i e_ir less the price of the budget it takes."""
    resources = range(len(terms[0]))
    falls = [mpmath.fsum(y * number(row[r]) for y, row in zip(shares, terms, strict=True)) for r in resources]
    free = [r for r in resources if r not in held]
    priced = independent_rows([[c[r] for r in free] for c in budgets], len(free))
    if not priced:
        return dict.fromkeys(held, mpf(0))  # the budget leaves nothing to choose
    # The prices make the gain of every free resource vanish: sum_i y_i e_ir = sum_j price_j c_jr.
    matrix = mpmath.matrix([[number(budgets[j][r]) for j in priced] for r in free])
    prices = mpmath.lu_solve(matrix, mpmath.matrix([falls[r] for r in free]))
    return {
        r: falls[r] - mpmath.fsum(p * number(budgets[j][r]) for p, j in zip(prices, priced, strict=True)) for r in held
    }


def _nearest_feasible(rows: Sequence[Row], sizes: Sequence[mpf], start: Sequence[mpf]) -> list[mpf]:
    """Return the point nearest to ``start`` that meets ``row.u = size``."""
    independent = independent_rows(rows, len(start))
    kept = [rows[i] for i in independent]
    missing = mpmath.matrix([sizes[i] - _dot(rows[i], start) for i in independent])
    gram = mpmath.matrix([[_dot(a, [number(v) for v in b]) for b in kept] for a in kept])
    multipliers = mpmath.lu_solve(gram, missing)
    return [
        value + mpmath.fsum(m * number(row[r]) for m, row in zip(multipliers, kept, strict=True))
        for r, value in enumerate(start)
    ]


def _slopes(
    terms: Sequence[Row], directions: list[list[Fraction]]
) -> tuple[list[list[Fraction]], list[list[Fraction]]]:
    """Return how fast each term falls along independent directions, and the directions, without idle ones."""
    slopes = [[sum((e * d for e, d in zip(row, way, strict=True)), Fraction(0)) for way in directions] for row in terms]
    kept = row_echelon_form(slopes, len(directions))[1]
    return [[row[c] for c in kept] for row in slopes], [directions[c] for c in kept]


def _newton_step(loss: LogLoss, logs: list[mpf], columns: list[list[mpf]]) -> tuple[list[mpf], list[mpf]]:
    """Return the Newton step and the gradient; more digits are taken where terms are too small to count otherwise."""
    for factor in (1, 4, 16, 64):
        with mp.workdps(factor * DIGITS):
            shares = loss.shares(logs)
            weighted = [[y * a for y, a in zip(shares, column, strict=True)] for column in columns]
            gradient = [-mpmath.fsum(column) for column in weighted]
            hessian = mpmath.matrix([[_product(one, other) for other in columns] for one in weighted])
            try:
                return list(mpmath.lu_solve(hessian, mpmath.matrix([-g for g in gradient]))), gradient
            except ZeroDivisionError:
                continue
    raise NoBalance("the terms of this loss differ too much in size at this budget; give a smaller one")


def _advance(logs: list[mpf], step: Sequence[mpf], moves: list[list[Fraction]], scale: mpf) -> list[mpf]:
    return [
        u + scale * mpmath.fsum(d * number(m[r]) for d, m in zip(step, moves, strict=True)) for r, u in enumerate(logs)
    ]


def _newton(loss: LogLoss, logs: list[mpf], slopes: list[list[Fraction]], moves: list[list[Fraction]]) -> list[mpf]:
    """Minimise along the given directions."""
    if not moves:
        return logs
    columns = [[number(row[k]) for row in slopes] for k in range(len(moves))]
    value = loss.value(logs)
    for _ in range(MAX_STEPS):
        step, gradient = _newton_step(loss, logs, columns)
        decrement = -_product(gradient, step)
        if decrement < mpf(10) ** (8 - 2 * DIGITS) or max(abs(d) for d in step) < mpf(10) ** (5 - DIGITS):
            return logs
        # Halve the step until the loss falls by a quarter of what the slope promises (Armijo).
        scale = mpf(1)
        while True:
            trial = _advance(logs, step, moves, scale)
            lower = loss.value(trial)
            if lower <= value - scale * decrement / 4 or scale < mpf(10) ** -20:
                break
            scale /= 2
        if lower >= value:
            return logs
        # Far from the minimum one exponential dominates, and longer steps pay: double while the loss falls.
        while 1 <= scale < FARTHEST:
            further = _advance(logs, step, moves, 2 * scale)
            farther_value = loss.value(further)
            if not farther_value < lower:
                break
            scale, trial, lower = 2 * scale, further, farther_value
        if scale >= FARTHEST:
            break
        logs, value = trial, lower
    raise NoBalance("the loss keeps falling as some resource grows; give every resource a cost", "minimum")
