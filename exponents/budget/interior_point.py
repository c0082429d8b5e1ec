"""Where is a geometric programme least, and between which numbers does its minimum lie?

`minimise_posynomial` takes the steps of a primal-dual interior-point method in w (Boyd and Vandenberghe 2004,
section 11.7) on the convex functions F_k = ln f_k:

    grad F_0 + sum_k l_k grad F_k = 0,      -l_k F_k = 1/q,      q -> infinity.

A first phase finds a point where all F_k < 0, or a proof that there is none: it minimises T where f_k <= T.

The multipliers l_k, times the shares of the monomials, are weights that prove a lower bound (`weight_certificate`), so
that no step has to be trusted.  The steps are generic in their arithmetic: floats, or mpmath's numbers.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from operator import mul
from typing import Any

import mpmath
from flint import arb, ctx
from mpmath import mpf

from ..algebra.work_limit import WorkLimit
from ..errors import NoBalance, TooMuchWork
from .posynomials import Reduced, Rows
from .weight_certificate import BITS, certify

MAX_STEPS = 400
"""Most steps of one phase; 20 to 60 are usual."""

RAISE = 12
"""How much faster than the gap the parameter q grows."""

INSIDE = 0.3
"""A first phase stops where each ln f_k is below minus this."""

REACH = 4000
"""Largest |w| that a first phase tries at first, so that no variable runs away that does not matter."""

UNITS = {True: 60, False: 8}
"""Units of work, for each hundred products, in many digits and in floats."""


@dataclass(frozen=True)
class Accuracy:
    """In which arithmetic to minimise, and how closely.

    Attributes
    ----------
    digits : int
        Decimal digits; 0 for floats.
    gap : number
        Where the steps end: the gap between ln f_0 and what the multipliers prove.
    slack : number
        How far a bound may be exceeded, in ln, where no point lies strictly inside.
    """

    digits: int
    gap: Any
    slack: Any


FLOATS = Accuracy(0, 1e-11, 1e-10)
EXACT = Accuracy(70, mpf(10) ** -36, mpf(10) ** -40)


@dataclass(frozen=True)
class Solution:
    """Where a sum of monomials is least.

    Attributes
    ----------
    place : tuple of numbers
        w.
    value : mpf
        ln f_0 there.
    bound : arb or None
        A proved lower bound of ln f_0; None if there is none.
    weights : tuple of tuples of numbers
        The weights y found, of the objective's monomials and of those of each bound.
    tight : bool
        Whether no point lies strictly inside the bounds, which then may be exceeded by the slack of the accuracy.
    """

    place: tuple[Any, ...]
    value: mpf
    bound: arb | None
    weights: tuple[tuple[Any, ...], ...]
    tight: bool = False


class Undecided(TooMuchWork):
    """The arithmetic has too few digits to tell whether any point meets the bounds."""


class Infeasible(NoBalance):
    """No point meets the bounds; the evidence is a positive lower bound of ln T."""


class _Floats:
    """The arithmetic of floats, under the names that mpmath gives its own."""

    mpf, exp, log, sqrt = float, staticmethod(math.exp), staticmethod(math.log), staticmethod(math.sqrt)
    eps = sys.float_info.epsilon
    fsum = staticmethod(sum)

    @staticmethod
    def fdot(one: Sequence[float], other: Sequence[float]) -> float:
        """Return the scalar product."""
        return sum(map(mul, one, other))


class _Sum:
    """A sum of monomials in one arithmetic, with its derivatives."""

    def __init__(self, own: Rows, field: Any) -> None:
        self.field = field
        self.fronts = [_to_number(front, field) for front in own.fronts]
        self.rows = [[_ratio(c, field) for c in row] for row in own.rows]

    def look(self, place: Sequence[Any]) -> tuple[Any, list[Any]]:
        """Return ln f and the share of each monomial."""
        sizes = [b + self.field.fdot(row, place) for b, row in zip(self.fronts, self.rows, strict=True)]
        if len(sizes) == 1:
            return sizes[0], [self.field.mpf(1)]
        largest = max(sizes)
        parts = [self.field.exp(size - largest) for size in sizes]
        total = self.field.fsum(parts)
        return largest + self.field.log(total), [part / total for part in parts]

    def slope(self, shares: Sequence[Any]) -> list[Any]:
        """Return the gradient of ln f."""
        if len(shares) == 1:
            return self.rows[0]
        return [self.field.fdot(shares, column) for column in zip(*self.rows, strict=True)]


def _to_number(value: arb, field: Any) -> Any:
    if field is _Floats:
        return float(value)
    mantissa, power = value.mid().man_exp()
    return mpf((int(mantissa), int(power)))


def _ratio(value: Fraction, field: Any) -> Any:
    return float(value) if field is _Floats else mpf(value.numerator) / value.denominator


def minimise_posynomial(reduced: Reduced, accuracy: Accuracy, work: WorkLimit) -> Solution:
    """Minimise a geometric programme without equations.

    Parameters
    ----------
    reduced : Reduced
    accuracy : Accuracy
    work : WorkLimit

    Raises
    ------
    Infeasible
        If it is proved that no point meets the bounds.
    TooMuchWork
        If the work or `MAX_STEPS` do not suffice.

    Examples
    --------
    >>> from exponents.budget.posynomials import GeometricProgramme, Monomial, reduce_programme
    >>> one = Fraction(1)
    >>> fall, rise = Monomial(arb(0), {0: -one}), Monomial(arb(0), {0: one})
    >>> both = reduce_programme(GeometricProgramme([fall, rise], [], [], ["N"]))
    >>> found = minimise_posynomial(both, FLOATS, WorkLimit())
    >>> round(float(found.bound), 9) == round(float(mpmath.log(2)), 9)  # N + 1/N
    True
    """
    field: Any = mpmath.mp if accuracy.digits else _Floats
    with mpmath.workdps(accuracy.digits or 15), ctx.workprec(BITS):
        objective = _Sum(reduced.objective, field)
        bounds = [_Sum(own, field) for own in reduced.bounds]
        place, tight = [field.mpf(0)] * reduced.width, False
        if not reduced.width:
            return _at_point(reduced, objective, bounds, accuracy)
        if bounds:
            place, tight, _ = _find_inside(reduced, field, accuracy, work)
        if tight:
            for own in bounds:
                own.fronts = [front - accuracy.slack for front in own.fronts]
        place, prices = _descend(objective, bounds, place, accuracy.gap, work, lambda *_: False)
        shares = [objective.look(place)[1], *(own.look(place)[1] for own in bounds)]
        weights = tuple(
            tuple(price * y for y in own) for price, own in zip((field.mpf(1), *prices), shares, strict=True)
        )
        bound = certify((reduced.objective, *reduced.bounds), weights)
        return Solution(tuple(place), mpf(objective.look(place)[0]), bound, weights, tight)


def _at_point(reduced: Reduced, objective: _Sum, bounds: Sequence[_Sum], accuracy: Accuracy) -> Solution:
    """Return the solution where the equations leave no choice."""
    over = max((own.look(())[0] for own in bounds), default=0)
    if over > accuracy.slack:
        raise Infeasible("the equations leave one point, which exceeds a bound", arb(float(over)))
    value, shares = objective.look(())
    weights = (tuple(shares), *((objective.field.mpf(0),) * len(own.rows) for own in reduced.bounds))
    return Solution((), mpf(value), certify((reduced.objective, *reduced.bounds), weights), weights, over > 0)


def find_contact(reduced: Reduced, work: WorkLimit) -> list[float]:
    """Return the weight that each bound has in the proof that no point lies strictly inside; 0 for all if one does.

    Raises
    ------
    Infeasible
        If it is proved that no point meets the bounds.

    Examples
    --------
    >>> from exponents.budget.posynomials import GeometricProgramme, Monomial, reduce_programme
    >>> at_least, at_most = Monomial(arb(0), {0: Fraction(-1)}), Monomial(arb(0), {0: Fraction(1)})
    >>> both = GeometricProgramme([at_most], [[at_least], [at_most]], [], ["N"])  # 1 <= N <= 1
    >>> [round(weight, 6) for weight in find_contact(reduce_programme(both), WorkLimit())]
    [0.5, 0.5]
    """
    if not (reduced.bounds and reduced.width):
        return [0.0] * len(reduced.bounds)
    with mpmath.workdps(EXACT.digits), ctx.workprec(BITS):
        _, tight, weights = _find_inside(reduced, mpmath.mp, EXACT, work)
    return [float(sum(own)) if tight else 0.0 for own in weights]


def _find_inside(
    reduced: Reduced, field: Any, accuracy: Accuracy, work: WorkLimit
) -> tuple[list[Any], bool, list[tuple[Any, ...]]]:
    """Return a point inside the bounds; whether it is not strictly inside, but within the slack; and the weights."""
    last = reduced.width
    unit = Rows((arb(0),), ((*[Fraction(0)] * last, Fraction(1)),))
    widened = [Rows(own.fronts, tuple((*row, Fraction(-1)) for row in own.rows)) for own in reduced.bounds]
    bounds = [_Sum(own, field) for own in widened]
    box = [_Sum(Rows((arb(-REACH),), (tuple(map(Fraction, row)),)), field) for row in _sides(last)]
    floor = _Sum(Rows((arb(-1),), ((*[Fraction(0)] * last, Fraction(-1)),)), field)
    for more in ([*box, floor], [floor]):
        start = [field.mpf(0)] * (last + 1)
        start[last] = max([field.mpf(0), *(own.look(start)[0] for own in bounds)]) + 1
        place, prices = _descend(
            _Sum(unit, field), [*bounds, *more], start, accuracy.slack / 10, work, lambda w: w[last] < -INSIDE
        )
        weights = [tuple(p * y for y in own.look(place)[1]) for p, own in zip(prices, bounds, strict=False)]
        if place[last] <= accuracy.slack / 2:
            return place[:last], place[last] >= -accuracy.slack, weights
        bound = certify((unit, *widened), ((field.mpf(1),), *weights))
        if bound is not None and bound > 0:
            raise Infeasible("no point meets the bounds", bound)
    raise Undecided("it was not decided whether any allocation meets the budgets; change a budget or a bound a little")


def _sides(width: int) -> list[list[int]]:
    """Return the directions of the sides of a box in w, beside the last column of zeros."""
    return [[side * int(c == r) for c in range(width + 1)] for r in range(width) for side in (1, -1)]


def _descend(
    objective: _Sum,
    bounds: Sequence[_Sum],
    place: list[Any],
    gap: Any,
    work: WorkLimit,
    is_enough: Callable[[list[Any]], bool],
) -> tuple[list[Any], list[Any]]:
    """Take primal-dual steps from a point strictly inside the bounds; return the last point and the multipliers."""
    field, size = objective.field, len(place)
    state = _State(objective, bounds, place, [])
    state.prices = [1 / -value for value in state.values]
    cost = UNITS[field is mpmath.mp] * (sum(len(own.rows) for own in (objective, *bounds)) * size * (size + 8)) // 100
    best, stalled = None, 0
    for _ in range(MAX_STEPS):
        work.spend(cost + 10)
        left = field.fsum(-v * p for v, p in zip(state.values, state.prices, strict=True))
        error = left + max((abs(g) for g in state.residual()), default=0)
        if is_enough(state.place) or error < gap:
            break
        if best is None or error < best[0] / 2:
            best, stalled = (error, state), 0
        else:
            stalled += 1
            if stalled > (30 if error < 1000 * gap else 120):
                state = best[1]
                break
        state = _step(state, RAISE * len(bounds) / left if bounds else field.mpf(1))
    return state.place, state.prices


class _State:
    """A point, its multipliers, and all values and slopes there."""

    def __init__(self, objective: _Sum, bounds: Sequence[_Sum], place: list[Any], prices: list[Any]) -> None:
        self.objective, self.bounds, self.place, self.prices = objective, bounds, place, prices
        self.sums = [objective, *bounds]
        looks = [own.look(place) for own in self.sums]
        self.values = [value for value, _ in looks[1:]]
        self.shares = [shares for _, shares in looks]
        self.slopes = [own.slope(shares) for own, shares in zip(self.sums, self.shares, strict=True)]

    def residual(self) -> list[Any]:
        """Return grad F_0 + sum_k l_k grad F_k."""
        field = self.objective.field
        prices = [field.mpf(1), *self.prices]
        return [field.fdot(prices, column) for column in zip(*self.slopes, strict=True)]


def _step(state: _State, sharpness: Any) -> _State:
    """Take one step towards the solution at q = ``sharpness``."""
    field, size = state.objective.field, len(state.place)
    matrix = [[field.mpf(0)] * size for _ in range(size)]
    right = [-g for g in state.slopes[0]]
    for k, (own, shares, slope) in enumerate(zip(state.sums, state.shares, state.slopes, strict=True)):
        price = field.mpf(1) if k == 0 else state.prices[k - 1]
        outer = -price if len(shares) > 1 else field.mpf(0)
        if k:
            outer += price / -state.values[k - 1]
            front = 1 / (sharpness * -state.values[k - 1])
            right = [own_right - front * g for own_right, g in zip(right, slope, strict=True)]
            if len(shares) > 1:
                for y, row in zip(shares, own.rows, strict=True):
                    _add_outer(matrix, row, price * y)
        elif len(shares) > 1:
            for y, row in zip(shares, own.rows, strict=True):
                _add_outer(matrix, row, y)
        if outer:
            _add_outer(matrix, slope, outer)
    way = _solve_positive(matrix, right, field)
    moves = []
    for price, value, slope in zip(state.prices, state.values, state.slopes[1:], strict=True):
        moves.append((1 / sharpness + price * field.fdot(slope, way)) / -value - price)
    return _search_line(state, way, moves, sharpness)


def _add_outer(matrix: list[list[Any]], row: Sequence[Any], factor: Any) -> None:
    for i, own in enumerate(row):
        if own:
            scaled, line = factor * own, matrix[i]
            for j in range(i + 1):
                line[j] += scaled * row[j]


def _search_line(state: _State, way: list[Any], moves: list[Any], sharpness: Any) -> _State:
    """Go along a step as far as prices stay positive, bounds hold, and the equations come closer."""
    field = state.objective.field
    length = min([field.mpf(1), *(-p / d for p, d in zip(state.prices, moves, strict=True) if d < 0)]) * 0.99
    before = _error(state, sharpness)
    found = state
    for _ in range(60):
        place = [w + length * d for w, d in zip(state.place, way, strict=True)]
        prices = [p + length * d for p, d in zip(state.prices, moves, strict=True)]
        found = _State(state.objective, state.bounds, place, prices)
        inside = all(value < 0.01 * last for value, last in zip(found.values, state.values, strict=True))
        if inside and _error(found, sharpness) <= 1.5 * before:
            return found
        length *= 0.5
    return found if all(value < 0 for value in found.values) else state


def _error(state: _State, sharpness: Any) -> Any:
    field = state.objective.field
    return field.sqrt(
        field.fsum(g * g for g in state.residual())
        + field.fsum((-v * p - 1 / sharpness) ** 2 for v, p in zip(state.values, state.prices, strict=True))
    )


def _solve_positive(matrix: list[list[Any]], right: list[Any], field: Any) -> list[Any]:
    """Solve a symmetric system, given its lower half, that is positive but for rounding (Cholesky)."""
    size = len(right)
    largest = max((matrix[i][i] for i in range(size)), default=field.mpf(1)) or field.mpf(1)
    least = field.eps * largest
    rows: list[list[Any]] = []
    for i in range(size):
        line: list[Any] = []
        for j in range(i):
            line.append((matrix[i][j] - field.fdot(line[:j], rows[j][:j])) / rows[j][j])
        pivot = matrix[i][i] - field.fdot(line, line)
        line.append(field.sqrt(max(pivot, least)))
        rows.append(line)
    for i in range(size):
        right[i] = (right[i] - field.fdot(rows[i][:i], right[:i])) / rows[i][i]
    for i in reversed(range(size)):
        rest = field.fsum(rows[k][i] * right[k] for k in range(i + 1, size))
        right[i] = (right[i] - rest) / rows[i][i]
    return right
