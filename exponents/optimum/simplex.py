"""The simplex method in exact integers, for the programme of `dominant_balance`.

    maximise z   subject to   e_i.x >= z for each term i,   c_j.x = 1 for each budget j,   x >= 0 but for free ones.

Bland's rule prevents cycles.  Pivots without fractions (Edmonds; Bareiss) keep all numbers integers over one common
denominator.  There are two phases: `Tableau.find_feasible` meets the budgets, `Tableau.solve` raises z.

A free variable is the difference of two that are not, until z is largest.  Then `Tableau.solve` makes it one basic
variable of either sign, so that no corner of the optimal face comes from the difference alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import NamedTuple

from ..algebra.work_limit import WorkLimit, problem_limit

Row = Sequence[Fraction]


class Basis(NamedTuple):
    """The constraints that determine a vertex: tight terms, resources at their floor, independent budgets.

    A free resource among the floors could have any share without changing a term or a budget; it is held at zero.
    """

    terms: tuple[int, ...]
    floors: tuple[int, ...]
    budgets: tuple[int, ...]


@dataclass(frozen=True)
class Vertex:
    """An optimal vertex: its basis and the powers x_r of the budget given to each resource."""

    basis: Basis
    allocation: tuple[Fraction, ...]


class Ray(NamedTuple):
    """A direction in which the optimal face has no end.

    Attributes
    ----------
    basis : Basis
        That of the vertex from which it starts.
    position : int
        The constraint that loosens along it: a position in the basis, terms before floors.
    sign : int
        1, or -1 where a free resource that no constraint holds shrinks.
    direction : tuple of Fraction
        Rates at which the powers x_r change, in units of the constraint.
    """

    basis: Basis
    position: int
    sign: int
    direction: tuple[Fraction, ...]


class Tableau:
    """Simplex tableau with the basic variables as rows, in integers over one common denominator.

    >>> one, zero = Fraction(1), Fraction(0)
    >>> tableau = Tableau([[one, zero], [zero, one]], [[one, one]])  # 1/N + 1/t at N t = C
    >>> tableau.find_feasible()
    True
    >>> tableau.solve()
    >>> tableau.vertex().allocation
    (Fraction(1, 2), Fraction(1, 2))

    Variables: x_0 .. x_{R-1}, then slacks s_0 .. s_{T-1}, then what is subtracted from each free x, then one artificial
    variable for each budget.  Slacks and
    artificials count in units of their own, since only whether they vanish matters; z is eliminated through term 0,
    z = e_0.x - s_0.  A pivot multiplies crosswise and divides by the old denominator, which is exact (Edmonds;
    Bareiss), so that no fraction is ever reduced.
    """

    def __init__(
        self,
        terms: Sequence[Row],
        budgets: Sequence[Row],
        free: Sequence[int] = (),
        work: WorkLimit | None = None,
    ) -> None:
        self.work = work or problem_limit()
        self.resources, self.terms = len(terms[0]), len(terms)
        self.constrained = self.resources + self.terms
        self.negatives = dict(enumerate(free, start=self.constrained))
        self.structural = self.constrained + len(free)
        self.loose: frozenset[int] = frozenset()
        width = self.structural + len(budgets)
        self.budgets = tuple(range(len(budgets)))
        self.denominator = 1
        self.scales = [lcm(*(value.denominator for value in budget)) for budget in budgets]
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
        for column, r in self.negatives.items():
            row[column] = -row[r]
        row[self.resources] = first_slack * scale
        if basic is not None:
            row[basic] = 1
        return row

    def find_feasible(self, evenly: bool = False) -> bool:
        """Drive the artificial variables out; return False if some budget cannot be met.

        ``evenly``: what is missing counts alike for every budget, not in units of the row.
        """
        artificial = [basic for basic in self.rows if basic >= self.structural]
        whole = lcm(*self.scales)
        units = [whole // scale if evenly else 1 for scale in self.scales]
        weighted = ([unit * x for x in self.rows[basic]] for unit, basic in zip(units, artificial, strict=True))
        goal = [sum(column) for column in zip(*weighted, strict=True)]
        goal[self.structural : -1] = [0] * len(artificial)
        if self._maximise(goal)[-1] != 0:
            return False
        for basic in [b for b in self.rows if b >= self.structural]:
            column = next((c for c in range(self.structural) if self.rows[basic][c] != 0), None)
            if column is None:
                del self.rows[basic]  # a budget that follows from the others
                self.budgets = tuple(j for j in self.budgets if j != basic - self.structural)
            else:
                self.pivot(column, basic)
        return True

    def solve(self) -> None:
        """Maximise z from a feasible basis; raise `Unbounded` if it has no bound."""
        self._maximise(list(self.objective))
        self._release()

    def _release(self) -> None:
        """Let each free resource have either sign, and enter the basis if some constraint holds it."""
        self.loose = frozenset(self.negatives.values())
        for column, r in self.negatives.items():
            self._turn(column, r)
        for column, r in self.negatives.items():
            for entering in (r, column):
                if r not in self.rows and (leaving := self.leaving_candidates(entering)):
                    self.pivot(entering, min(leaving))
                    self._turn(column, r)

    def _turn(self, column: int, r: int) -> None:
        if column in self.rows:
            self.rows[r] = [-value for value in self.rows.pop(column)]

    def _maximise(self, goal: list[int]) -> list[int]:
        while (column := next((c for c in range(self.structural) if goal[c] > 0), None)) is not None:
            leaving = self.leaving_candidates(column)
            if not leaving:
                raise Unbounded(column)
            old = self.denominator
            self.pivot(column, min(leaving))
            goal = self._eliminate(goal, self.rows[column], column, old)
        return goal

    def leaving_candidates(self, column: int) -> list[int]:
        """Return the basic variables that reach zero first as ``column`` enters."""
        self.work.spend(1 + len(self.rows) // 6)
        rows = ((b, row) for b, row in self.rows.items() if row[column] > 0 and b not in self.loose)
        ratios = {b: Fraction(row[-1], row[column]) for b, row in rows}
        least = min(ratios.values(), default=None)
        return [b for b, ratio in ratios.items() if ratio == least]

    def pivot(self, column: int, basic: int) -> None:
        """Let ``column`` enter the basis and ``basic`` leave it."""
        row, old = self.rows.pop(basic), self.denominator
        self.work.spend(1 + len(self.rows) * len(row) // 40)
        if row[column] < 0:  # when an artificial variable at zero is driven out, or on the way to another basis
            row = [-value for value in row]
        self.denominator = row[column]
        self.rows = {b: self._eliminate(other, row, column, old) for b, other in self.rows.items()}
        self.objective = self._eliminate(self.objective, row, column, old)
        self.rows[column] = row

    def _eliminate(self, target: list[int], row: list[int], column: int, old: int) -> list[int]:
        factor = target[column]
        return [(value * self.denominator - factor * other) // old for value, other in zip(target, row, strict=True)]

    def free_columns(self) -> list[int]:
        """Return the nonbasic variables that can grow without changing the objective."""
        return [c for c in self._nonbasic() if c not in self.loose and self.objective[c] == 0]

    def idle_columns(self) -> list[int]:
        """Return the free resources that no constraint holds."""
        return [c for c in self._nonbasic() if c in self.loose]

    def _nonbasic(self) -> list[int]:
        return [c for c in range(self.constrained) if c not in self.rows]

    def find_growing(self, column: int) -> list[int]:
        """Return the resources, and what is subtracted from free ones, that grow as ``column`` grows without bound."""
        growing = {column, *(basic for basic, row in self.rows.items() if row[column] < 0)}
        return sorted(v for v in growing if v < self.resources or v >= self.constrained)

    def find_loosened(self, column: int) -> set[int]:
        """Return the terms whose slack grows as ``column`` grows without bound."""
        slacks = {column, *(basic for basic, row in self.rows.items() if row[column] < 0)}
        return {slack - self.resources for slack in slacks if slack >= self.resources}

    def go_to(self, basic: Collection[int]) -> None:
        """Pivot until the basic variables are those given, which must be a basis."""
        for column in [v for v in basic if v not in self.rows]:
            self.pivot(column, next(b for b, row in self.rows.items() if b not in basic and row[column]))

    def ray(self, column: int, sign: int = 1) -> Ray:
        """Return the direction in which ``column`` grows, or shrinks, without bound."""
        basis = self.vertex().basis
        tight = [*(i + self.resources for i in basis.terms), *basis.floors]
        rates = {basic: Fraction(-row[column], self.denominator) for basic, row in self.rows.items()}
        rates[column] = Fraction(1)
        direction = tuple(sign * rates.get(r, Fraction(0)) for r in range(self.resources))
        return Ray(basis, tight.index(column), sign, direction)

    def vertex(self) -> Vertex:
        """Return the vertex of the present basis."""
        nonbasic = self._nonbasic()
        floors = tuple(v for v in nonbasic if v < self.resources)
        tight = tuple(v - self.resources for v in nonbasic if v >= self.resources)
        allocation = tuple(
            Fraction(self.rows[r][-1], self.denominator) if r in self.rows else Fraction(0)
            for r in range(self.resources)
        )
        return Vertex(Basis(tight, floors, self.budgets), allocation)


class Unbounded(Exception):
    """The objective can be raised without limit along a column: a resource, or the slack of a term."""

    def __init__(self, column: int) -> None:
        super().__init__(column)
        self.column = column
