"""Are the vertices and rays of a phase all of its optimal face?

By complementary slackness the face is a polyhedron: the budgets are spent, terms of positive weight fall as C^{-r},
resources with a positive multiplier stay at their floor, and all other terms and floors are inequalities.  The vertices
of a polyhedron without lines are connected by its edges, and its rays start from vertices.  So a list of vertices and
rays is complete if from each vertex every edge leads to another one of the list, or has no end and is a ray of it.

`prove_face` checks that from the finished statements.  It solves no programme and knows no basis: it follows edges.

Map: `_Face` holds the polyhedron in coordinates of its own, `_Face.fault` checks the list; `_reduce` is elimination.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from sympy import Expr

from ..algebra.covering import divide_domain
from ..algebra.parametric import Point, choose_branches, describe_point
from ..algebra.polynomials import Functions, RationalFunction, sign
from ..errors import Refuted
from .phase_diagram import Certificate, Phase
from .programme import Programme

Row = Sequence[RationalFunction]
Inequality = tuple[list[RationalFunction], RationalFunction]
"""A gradient and an offset: gradient . y + offset >= 0."""


def prove_face(programme: Programme, phase: Phase, certificate: Certificate, region: Sequence[Expr]) -> None:
    """Prove that the vertices and rays of a phase are all of its optimal face.

    Parameters
    ----------
    programme : Programme
    phase : Phase
        Its vertices are optimal, and the certificate proves it; `proof.prove_phase` checks this first.
    certificate : Certificate
    region : sequence of Expr
        Functions that are positive on the region.

    Raises
    ------
    Refuted
        If a vertex or a ray is missing, or one is listed that is none.

    Examples
    --------
    >>> from exponents import N, compute_optimum, t
    >>> diagram = compute_optimum(1 / (N * t))
    >>> (phase,) = diagram.phases
    >>> prove_face(diagram.programme, phase, phase.certificates[0], ())
    """
    functions = Functions(programme.parameters)

    def decide(sample: Point) -> tuple[str, list[RationalFunction]]:
        face = _Face(functions, sample)
        face.read(programme, phase, certificate)
        return face.fault(phase.vertices, phase.rays), face.deciding

    for leaf in divide_domain(functions, region, decide).leaves:
        if leaf.found:
            place = describe_point(leaf.sample)
            raise Refuted(f"the optimal face of the phase {phase.where} {leaf.found} at {place}", leaf.sample)


@dataclass
class _Face:
    """The optimal face at a sample, as functions of the parameters: ``x = origin + sum_j y_j directions_j``.

    Attributes
    ----------
    deciding : list of RationalFunction
        What was asked for its sign.
    chart : tuple of int
        The resources whose shares are the coordinates y.
    sides : list of Inequality
        The inequalities in y.
    equations : list of rows
        Solved for the other shares, each with its right side.
    """

    functions: Functions
    sample: Point
    deciding: list[RationalFunction] = field(default_factory=list)
    chart: tuple[int, ...] = ()
    sides: list[Inequality] = field(default_factory=list)
    equations: list[list[RationalFunction]] = field(default_factory=list)

    def read(self, programme: Programme, phase: Phase, certificate: Certificate) -> None:
        """Take equations and inequalities from the statements, and solve the equations."""
        terms, budgets = (
            [[self._element(e) for e in row] for row in rows]
            for rows in (programme.term_exponents(), programme.budget_exponents())
        )
        weights, names = dict(certificate.weights), [term.name for term in programme.loss]
        found = [self._element(weights[name]) if name in weights else self.functions.zero for name in names]
        prices = [self._element(price) for price in certificate.prices]
        exponent, one, zero = self._element(phase.exponent), self.functions.one, self.functions.zero
        equations = [[*row, one] for row in budgets]
        rows: list[tuple[list[RationalFunction], RationalFunction]] = []
        for term, weight in zip(terms, found, strict=True):
            if weight:
                equations.append([*term, exponent])
            else:
                rows.append((term, -exponent))
        for r, resource in enumerate(programme.resources):
            unit = [one if c == r else zero for c in range(len(programme.resources))]
            gain = _dot(prices, [row[r] for row in budgets]) - _dot(found, [row[r] for row in terms])
            if gain:
                equations.append([*unit, zero])
            elif resource not in programme.free:
                rows.append((unit, zero))
        self._solve(equations, rows, len(programme.resources))

    def _element(self, expression: Expr) -> RationalFunction:
        guards: list[Expr] = []
        element = self.functions.element(choose_branches(expression, self.sample, guards))
        self.deciding += [self.functions.element(guard) for guard in guards]
        self.deciding += [element] if not element.denom.is_constant() else []
        return element

    def _solve(self, equations: list[list[RationalFunction]], rows: Sequence[Inequality], width: int) -> None:
        """Write the inequalities in the coordinates that the equations leave open."""
        solved, pivots = _reduce(equations, width)
        self.equations = solved
        self.deciding += [entry for row in solved for entry in row]
        self.chart = tuple(r for r in range(width) if r not in pivots)
        for row, offset in rows:
            gradient = [row[c] - _dot([row[p] for p in pivots], [own[c] for own in solved]) for c in self.chart]
            level = _dot([row[p] for p in pivots], [own[width] for own in solved]) + offset
            self.sides.append((gradient, level))

    def fault(self, vertices: Sequence[Sequence[Expr]], rays: Sequence[Sequence[Expr]]) -> str:
        """Return what is wrong with a list of vertices and rays, or nothing."""
        points, directions = ([[self._element(x) for x in row] for row in rows] for rows in (vertices, rays))
        if any(_dot(row[:-1], x) - row[-1] for row in self.equations for x in points):
            return "lies where equations hold that a listed vertex violates"
        if any(_dot(row[:-1], x) for row in self.equations for x in directions) or not all(map(any, directions)):
            return "has no ray in the direction of one that is listed"
        if not self.chart:
            return "" if len(vertices) == 1 and not rays else "is a single vertex"
        corners, endless = ([[x[c] for c in self.chart] for x in rows] for rows in (points, directions))
        lines = self._lines()
        if any(not self._is_listed(line, endless) or not self._is_listed(_negated(line), endless) for line in lines):
            return "contains a line that is not among its rays"
        # Lines aside, the face is followed where the coordinates that parametrise them vanish.
        corners, endless = ([self._without(lines, y) for y in listed] for listed in (corners, endless))
        endless = [ray for ray in endless if any(ray)]
        if len({tuple(corner) for corner in corners}) < len(corners):
            return "has a vertex that is listed twice"
        reached: set[int] = set()
        for corner in corners:
            slacks = [_dot(gradient, corner) + level for gradient, level in self.sides]
            if any(self._sign(slack) < 0 for slack in slacks):
                return "does not reach a vertex that is listed"
            tight = [gradient for (gradient, _), slack in zip(self.sides, slacks, strict=True) if not slack]
            edges = self._edges(tight, lines)
            if edges is None:
                return "has no vertex where one is listed"
            for edge in edges:
                end = self._end(corner, slacks, edge)
                if end is None:
                    same = [i for i, ray in enumerate(endless) if self._is_listed(edge, [ray])]
                    if not same:
                        return "has no end along an edge that is not among its rays"
                    reached.update(same)
                elif end not in corners:
                    return "has a vertex that is not listed"
        return "" if reached == set(range(len(endless))) else "does not contain a ray that is listed"

    def _sign(self, value: RationalFunction) -> int:
        self.deciding.append(value)
        return sign(value, self.sample)

    def _lines(self) -> list[list[RationalFunction]]:
        """Return directions along which no inequality changes, each with a coordinate of its own that is 1."""
        return _null_space([gradient for gradient, _ in self.sides], len(self.chart), self.functions)

    def _without(self, lines: Sequence[Row], y: list[RationalFunction]) -> list[RationalFunction]:
        for line in lines:
            own = _last_unit(line)
            y = [value - y[own] * rate for value, rate in zip(y, line, strict=True)]
        return y

    def _edges(self, tight: Sequence[Row], lines: Sequence[Row]) -> list[list[RationalFunction]] | None:
        """Return the edges from a vertex with these tight gradients, or None if they do not determine a vertex."""
        zero, one, width = self.functions.zero, self.functions.one, len(self.chart)
        fixed = [[one if c == _last_unit(line) else zero for c in range(width)] for line in lines]
        size = width - len(fixed)
        if len(_reduce([*tight, *fixed], width)[1]) < width:
            return None
        found: list[list[RationalFunction]] = []
        for chosen in combinations(tight, size - 1) if size else ():
            directions = _null_space([*chosen, *fixed], width, self.functions)
            if len(directions) != 1:
                continue
            for edge in (directions[0], _negated(directions[0])):
                if all(self._sign(_dot(g, edge)) >= 0 for g in tight) and not self._is_listed(edge, found):
                    found.append(edge)
        return found

    def _end(self, corner: Row, slacks: Row, edge: Row) -> list[RationalFunction] | None:
        """Return the vertex to which an edge leads; None if it has no end."""
        ends: list[RationalFunction] = []
        for (gradient, _), slack in zip(self.sides, slacks, strict=True):
            rate = _dot(gradient, edge)
            if slack and self._sign(rate) < 0:
                ends.append(-(slack / rate))
        if not ends:
            return None
        nearest = ends[0]
        for length in ends[1:]:
            nearest = length if self._sign(nearest - length) > 0 else nearest
        return [start + nearest * rate for start, rate in zip(corner, edge, strict=True)]

    def _is_listed(self, direction: Row, listed: Sequence[Row]) -> bool:
        """Return whether a direction is a positive multiple of one that is listed."""
        unit = next(c for c, rate in enumerate(direction) if rate)
        for other in listed:
            crossed = (a * other[unit] - b * direction[unit] for a, b in zip(direction, other, strict=True))
            if other[unit] and not any(crossed) and self._sign(other[unit] / direction[unit]) > 0:
                return True
        return False


def _dot(left: Row, right: Row) -> RationalFunction:
    first, *rest = (a * b for a, b in zip(left, right, strict=True))
    return sum(rest, first)


def _negated(row: Row) -> list[RationalFunction]:
    return [-value for value in row]


def _last_unit(line: Row) -> int:
    """Return the coordinate by which a line is parametrised: its last that does not vanish."""
    return max(c for c, rate in enumerate(line) if rate)


def _reduce(rows: Sequence[Row], width: int) -> tuple[list[list[RationalFunction]], list[int]]:
    """Return independent rows in reduced echelon form over the first ``width`` columns, and their pivots."""
    waiting, solved, pivots = [list(row) for row in rows], list[list[RationalFunction]](), list[int]()
    for column in range(width):
        place = next((i for i, row in enumerate(waiting) if row[column]), None)
        if place is None:
            continue
        head = waiting.pop(place)
        head = [value / head[column] for value in head]
        waiting, solved = (
            [[own - row[column] * above for own, above in zip(row, head, strict=True)] for row in listed]
            for listed in (waiting, solved)
        )
        solved.append(head)
        pivots.append(column)
    return solved, pivots


def _null_space(rows: Sequence[Row], width: int, functions: Functions) -> list[list[RationalFunction]]:
    """Return a basis of the directions on which all rows vanish, each with a last coordinate of its own that is 1."""
    solved, pivots = _reduce(rows, width)
    found = []
    for own in (c for c in range(width) if c not in pivots):
        direction = [functions.one if c == own else functions.zero for c in range(width)]
        for row, pivot in zip(solved, pivots, strict=True):
            direction[pivot] = -row[own]
        found.append(direction)
    return found
