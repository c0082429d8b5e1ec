"""On which curves is the optimum not that of the regions beside them, because the budgets change there?

Inside a region the optimum is a continuous function of the parameters, and so it mostly is across boundaries.  Several
budgets make exceptions.  Where one follows from the others, or where a resource drops out of one, more allocations meet
them than beside the curve: with N t = C and N^a t = C, N stays 1 unless a = 1.  `find_exceptions` looks for such
curves, solves the programme on each, with one parameter fewer, and keeps what differs from the regions.

It knows curves that are linear in a parameter, a b = 1 among them.  Where the budgets cannot be met on one side of a
curve, or on both, the curve is looked at as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sympy import Expr, Integer, Max, Min, Piecewise, S, Symbol

from ..algebra.covering import divide_domain
from ..algebra.parametric import Point, choose_branches
from ..algebra.polynomials import Functions, Polynomial, RationalFunction, factors
from ..errors import InputError, NoBalance, Refuted, TooMuchWork
from .phase_diagram import Exceptional, Phase, PhaseDiagram
from .programme import Programme
from .proof import prove_equal

Rows: TypeAlias = "tuple[tuple[RationalFunction, ...], ...]"


def find_exceptions(diagram: PhaseDiagram, solve: Callable[[Programme], PhaseDiagram]) -> tuple[Exceptional, ...]:
    """Return the curves on which the optimum differs from that of the regions beside them.

    Parameters
    ----------
    diagram : PhaseDiagram
    solve : callable
        programme -> its diagram, for the programme on a single curve.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> found = compute_optimum(1 / t + 1 / N, (N * t, N**beta * t))
    >>> found.exponent, found.at(1).exponent
    (Piecewise((1/2, Eq(beta, 1)), (0, True)), Fraction(1, 2))
    """
    programme = diagram.programme
    if len(programme.budgets) < 2:
        return ()
    functions = Functions(programme.parameters)
    found = []
    for curve in sorted(_candidates(functions, diagram), key=lambda p: p.simplicity):
        solved = _solve(curve, programme.parameters)
        if solved is None:
            continue
        try:
            here = Exceptional(*solved, solve(programme.restrict(*solved)))
        except TooMuchWork:
            raise
        except (InputError, NoBalance):  # outside the domain, at a pole, or where the budgets cannot be met
            continue
        if not _agrees(diagram, here):
            found.append(here)
    return tuple(found)


def _candidates(functions: Functions, diagram: PhaseDiagram) -> frozenset[Polynomial]:
    """Return curves on which budgets may follow from each other or lose a resource, or on which the optimum jumps."""
    found: set[Polynomial] = set()
    for rows in _rows_in_force(functions, diagram.programme):
        found.update(p for row in rows for e in row if e for p in factors(e))
        found.update(p for head in _pivots([[*row, functions.one] for row in rows]) for p in factors(head))
    for boundary in diagram.boundaries:
        curve = functions.irreducible(functions.element(boundary.polynomial).numer)
        sides = [diagram.phases[i] for i in boundary.phases]
        if any(side.infeasible for side in sides):
            found |= curve
            continue
        first, second = (functions.element(side.exponent) for side in sides)
        if first != second and not curve <= functions.irreducible((first - second).numer):
            found |= curve
    return frozenset(found)


def _rows_in_force(functions: Functions, programme: Programme) -> list[Rows]:
    """Return the exponents of the budgets, once for each branch of their Min, Max and Piecewise."""
    written = programme.budget_exponents()

    def decide(sample: Point) -> tuple[Rows, list[RationalFunction]]:
        guards: list[Expr] = []
        rows = tuple(tuple(functions.element(choose_branches(e, sample, guards)) for e in row) for row in written)
        return rows, list(map(functions.element, guards))

    if not any(e.has(Min, Max, Piecewise) for row in written for e in row):
        return [tuple(tuple(map(functions.element, row)) for row in written)]
    return list(dict.fromkeys(leaf.found for leaf in divide_domain(functions, programme.domain, decide).leaves))


def _pivots(rows: Sequence[Sequence[RationalFunction]]) -> list[RationalFunction]:
    """Return the pivots of elimination, right sides last; where none vanishes, no row depends on the others."""
    found = []
    for column in range(len(rows[0])):
        head = next((row for row in rows if row[column]), None)
        if head is not None:
            found.append(head[column])
            rows = [
                [own - row[column] / head[column] * above for own, above in zip(row, head, strict=True)]
                for row in rows
                if row is not head
            ]
    return found


def _solve(curve: Polynomial, parameters: tuple[Symbol, ...]) -> tuple[Symbol, Expr] | None:
    """Return a parameter in which a curve is linear, and its value there; with a constant slope if there is one."""
    expression = curve.as_expr()
    slopes = [(symbol, expression.diff(symbol)) for symbol in reversed(parameters)]
    linear = [(symbol, slope) for symbol, slope in slopes if slope != 0 and symbol not in slope.free_symbols]
    if not linear:
        return None
    symbol, slope = min(linear, key=lambda own: not own[1].is_Rational)
    return symbol, -expression.subs(symbol, 0) / slope


def _agrees(diagram: PhaseDiagram, here: Exceptional) -> bool:
    """Return whether the exponent on a curve, and the shares if they are unique, are what the regions say there."""
    inside, parts = here.diagram.programme, here.diagram.phases
    some = [part for part in (*parts, *diagram.phases) if not part.infeasible]
    quantities: list[Callable[[Phase], Expr]] = [lambda phase: Integer(phase.infeasible), lambda phase: phase.exponent]
    if all(len(part.vertices) == 1 and not part.rays for part in some):
        quantities += [lambda phase, r=r: dict(phase.allocation)[r] for r in inside.resources]  # type: ignore[misc]
    try:
        for quantity in quantities:
            own, beside = (
                found.regions.piecewise([S.Zero if value is S.NaN else value for value in map(quantity, found.phases)])
                for found in (here.diagram, diagram)
            )
            prove_equal(own, beside.subs(here.parameter, here.value), inside.parameters, inside.domain)
    except (Refuted, InputError):
        return False
    return True
