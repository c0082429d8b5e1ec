"""At one point: which allocation of resources makes a sum of power laws fall fastest?

Write each resource as a power of the budget, r = C^{x_r} with x_r >= 0.  A term that falls as prod r^{-e_r}
falls as C^{-e.x}; the sum falls as slowly as its slowest term.  So the compute optimum is a linear programme,

    maximise z   subject to   e_i.x >= z for each term i,   c_j.x = 1 for each budget j,   x >= 0,

solved here exactly, over the rationals, by the simplex method with Bland's rule (which cannot cycle).  The
optimal basis says which constraints are tight: terms that balance, and resources at their floor.  Those
tight constraints are a square linear system; solved over the field of rational functions (`lift`) it gives
the optimum as a function of the parameters, with the dual multipliers that prove it.

Duality is the proof a reader can check by hand: the multipliers y_i are weights with sum 1, and the weighted
geometric mean of the terms, prod_i term_i^{y_i}, is at least C^{-z} for every allocation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from sympy.polys.fields import FracElement

from .errors import NoBalance
from .parametric import Functions

Row = Sequence[Fraction]

MAX_VERTICES = 10_000
"""Bases visited on an optimal face before the search is given up as too large."""


class Basis(NamedTuple):
    """The constraints that are tight at a vertex."""

    terms: tuple[int, ...]
    floors: tuple[int, ...]


@dataclass(frozen=True)
class Vertex:
    """An optimal vertex: its basis and the powers x_r of the budget given to each resource."""

    basis: Basis
    allocation: tuple[Fraction, ...]


@dataclass(frozen=True)
class PointOptimum:
    """The optimum of a programme at one exact point.

    Attributes
    ----------
    exponent : Fraction
        z: the optimal loss falls as C^{-z}.
    vertices : tuple of Vertex
        All vertices of the optimal face; one where the optimum is unique.
    binding : tuple of int
        Terms that are tight on the whole face.
    """

    exponent: Fraction
    vertices: tuple[Vertex, ...]
    binding: tuple[int, ...]


class _Tableau:
    """Simplex tableau with the basic variables as rows, in integers over one common denominator.

    Variables: x_0 .. x_{R-1}, then slacks s_0 .. s_{T-1}, then one artificial variable for each budget.  Slacks and
    artificials count in units of their own, since only whether they vanish matters; z is eliminated through term 0,
    z = e_0.x - s_0.  A pivot multiplies crosswise and divides by the old denominator, which is exact (Edmonds;
    Bareiss), so that no fraction is ever reduced.
    """

    def __init__(self, terms: Sequence[Row], budgets: Sequence[Row]) -> None:
        self.resources, self.terms = len(terms[0]), len(terms)
        self.structural = self.resources + self.terms
        width = self.structural + len(budgets)
        self.denominator = 1
        self.rows: dict[int, list[int]] = {}
        for i, term in enumerate(terms[1:], start=1):
            difference = [first - own for first, own in zip(terms[0], term, strict=True)]
            self.rows[self.resources + i] = self._row(difference, -1, 0, self.resources + i, width)
        for j, budget in enumerate(budgets):
            self.rows[self.structural + j] = self._row(budget, 0, 1, self.structural + j, width)
        self.objective = self._row(terms[0], -1, 0, None, width)

    def _row(self, x: Row, first_slack: int, right: int, basic: int | None, width: int) -> list[int]:
        scale = lcm(*(value.denominator for value in x))
        row = [*(int(value * scale) for value in x), *[0] * (width - self.resources), right * scale]
        row[self.resources] = first_slack * scale
        if basic is not None:
            row[basic] = 1
        return row

    def feasible(self) -> bool:
        """Drive the artificial variables out; False if some budget cannot be met."""
        artificial = [basic for basic in self.rows if basic >= self.structural]
        goal = [sum(column) for column in zip(*(self.rows[basic] for basic in artificial), strict=True)]
        goal[self.structural : -1] = [0] * len(artificial)
        if self._maximise(goal)[-1] != 0:
            return False
        for basic in [b for b in self.rows if b >= self.structural]:
            column = next((c for c in range(self.structural) if self.rows[basic][c] != 0), None)
            if column is None:
                del self.rows[basic]  # a budget that repeats another
            else:
                self.pivot(column, basic)
        return True

    def solve(self) -> None:
        """Maximise z from a feasible basis; raises `_Unbounded` if it has no bound."""
        self._maximise(list(self.objective))

    def _maximise(self, goal: list[int]) -> list[int]:
        while (column := next((c for c in range(self.structural) if goal[c] > 0), None)) is not None:
            leaving = self.ratio_test(column)
            if not leaving:
                raise _Unbounded(column)
            old = self.denominator
            self.pivot(column, min(leaving))
            goal = self._eliminated(goal, self.rows[column], column, old)
        return goal

    def ratio_test(self, column: int) -> list[int]:
        """The basic variables that reach zero first as ``column`` enters."""
        ratios = {b: Fraction(row[-1], row[column]) for b, row in self.rows.items() if row[column] > 0}
        least = min(ratios.values(), default=None)
        return [b for b, ratio in ratios.items() if ratio == least]

    def pivot(self, column: int, basic: int) -> None:
        """Let ``column`` enter the basis and ``basic`` leave it."""
        row, old = self.rows.pop(basic), self.denominator
        if row[column] < 0:  # only when an artificial variable at zero is driven out
            row = [-value for value in row]
        self.denominator = row[column]
        self.rows = {b: self._eliminated(other, row, column, old) for b, other in self.rows.items()}
        self.objective = self._eliminated(self.objective, row, column, old)
        self.rows[column] = row

    def _eliminated(self, target: list[int], row: list[int], column: int, old: int) -> list[int]:
        factor = target[column]
        return [(value * self.denominator - factor * other) // old for value, other in zip(target, row, strict=True)]

    def vertex(self) -> Vertex:
        """The vertex of the present basis."""
        nonbasic = [v for v in range(self.structural) if v not in self.rows]
        floors = tuple(v for v in nonbasic if v < self.resources)
        tight = tuple(v - self.resources for v in nonbasic if v >= self.resources)
        allocation = tuple(
            Fraction(self.rows[r][-1], self.denominator) if r in self.rows else Fraction(0)
            for r in range(self.resources)
        )
        return Vertex(Basis(tight, floors), allocation)


class _Unbounded(Exception):
    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column


def optimum_at_point(terms: Sequence[Row], budgets: Sequence[Row], names: Sequence[str]) -> PointOptimum:
    """Solve the programme exactly.

    Parameters
    ----------
    terms : sequence of rows of Fraction
        e_i: one row for each term, one column for each resource.
    budgets : sequence of rows of Fraction
        c_j, over the same resources.
    names : sequence of str
        The resources' names, for messages.

    Raises
    ------
    NoBalance
        If no allocation meets the budgets, or the loss can be driven down without bound.
    """
    tableau = _Tableau(terms, budgets)
    if not tableau.feasible():
        raise NoBalance("no allocation meets every budget with all resources at least 1; change the cost", "budget")
    try:
        tableau.solve()
    except _Unbounded as error:
        free = names[error.column] if error.column < len(names) else "a resource outside the budget"
        raise NoBalance(f"the loss falls without bound as {free} grows; give {free} a cost", free) from error
    vertices = _face(tableau)
    exponent = min(_power(row, vertices[0]) for row in terms)
    binding = tuple(i for i, row in enumerate(terms) if all(_power(row, vertex) == exponent for vertex in vertices))
    return PointOptimum(exponent, vertices, binding)


def _power(row: Row, vertex: Vertex) -> Fraction:
    """r in how a term falls as C^{-r} at a vertex."""
    return sum((e * x for e, x in zip(row, vertex.allocation, strict=True)), Fraction(0))


def _face(tableau: _Tableau) -> tuple[Vertex, ...]:
    """All vertices of the optimal face, by pivots that leave the objective alone."""
    found: dict[tuple[Fraction, ...], Vertex] = {}
    seen: set[Basis] = set()

    def visit() -> None:
        here = tableau.vertex()
        if here.basis in seen:
            return
        if len(seen) >= MAX_VERTICES:
            raise NoBalance(f"the optimal face has more than {MAX_VERTICES} bases; remove parallel terms", "face")
        seen.add(here.basis)
        found.setdefault(here.allocation, here)
        free = [c for c in range(tableau.structural) if c not in tableau.rows and tableau.objective[c] == 0]
        for column in free:
            for basic in tableau.ratio_test(column):
                before = dict(tableau.rows), tableau.objective, tableau.denominator
                tableau.pivot(column, basic)
                visit()
                tableau.rows, tableau.objective, tableau.denominator = before

    visit()
    return tuple(found[allocation] for allocation in sorted(found))


@dataclass(frozen=True)
class Lifted:
    """A vertex as a function of the parameters, with the multipliers that prove it optimal.

    Attributes
    ----------
    exponent : FracElement
        z.
    allocation : tuple of FracElement
        x_r for each resource.
    slacks : tuple of FracElement
        e_i.x - z for each term; zero on tight ones, and non-negative where the vertex is feasible.
    weights : tuple of FracElement
        y_i for each term, zero outside the basis; non-negative where the vertex is optimal.
    floors : tuple of FracElement
        Multiplier of x_r >= 0 for each resource; likewise.
    prices : tuple of FracElement
        Multiplier of each budget; they sum to the exponent.
    """

    exponent: FracElement
    allocation: tuple[FracElement, ...]
    slacks: tuple[FracElement, ...]
    weights: tuple[FracElement, ...]
    floors: tuple[FracElement, ...]
    prices: tuple[FracElement, ...]

    def conditions(self) -> tuple[FracElement, ...]:
        """What must be non-negative for the vertex to be feasible and optimal."""
        return (*self.slacks, *self.allocation, *self.weights, *self.floors)


def lift(
    basis: Basis,
    terms: Sequence[Sequence[FracElement]],
    budgets: Sequence[Sequence[FracElement]],
    functions: Functions,
) -> Lifted:
    """The vertex with this basis as exact functions of the parameters, primal and dual.

    Rows of the square matrix M: (e_i, -1) for tight terms, unit vectors for floors, (c_j, 0) for budgets.  The
    vertex is M^{-1} applied to the right-hand side; the multipliers are the last row of M^{-1}.

    Raises
    ------
    NoBalance
        If the tight constraints do not determine a vertex.
    """
    zero, one = functions.zero, functions.one
    resources = len(terms[0])
    unit = [[one if c == r else zero for c in range(resources + 1)] for r in basis.floors]
    matrix = [*([*terms[i], -one] for i in basis.terms), *unit, *([*budget, zero] for budget in budgets)]
    try:
        inverse = functions.inverse(matrix)
    except ValueError as error:
        raise NoBalance(f"the tight constraints {basis} do not determine an allocation", str(basis)) from error
    *allocation, exponent = (sum(row[len(matrix) - len(budgets) :], zero) for row in inverse)
    dual, prices = [-entry for entry in inverse[-1]], inverse[-1][len(matrix) - len(budgets) :]
    weights, floors = [zero] * len(terms), [zero] * resources
    for position, i in enumerate(basis.terms):
        weights[i] = dual[position]
    for position, r in enumerate(basis.floors, start=len(basis.terms)):
        floors[r] = dual[position]
    slacks = [
        zero if i in basis.terms else sum((e * x for e, x in zip(row, allocation, strict=True)), zero) - exponent
        for i, row in enumerate(terms)
    ]
    return Lifted(exponent, tuple(allocation), tuple(slacks), tuple(weights), tuple(floors), tuple(prices))
