"""On which curves is the optimum not that of the regions beside them, because the budgets change there?

Inside a region the optimum is a continuous function of the parameters, and so it mostly is across boundaries.  Several
budgets make exceptions.  Where one follows from the others, or where a resource drops out of one, more allocations meet
them than beside the curve: with N t = C and N^a t = C, N stays 1 unless a = 1.  `find_exceptions` looks for such
curves, solves the programme on each, with one parameter fewer, and keeps what differs from the regions.

It knows curves that are linear in a parameter, and budgets whose exponents are free of Min, Max and Piecewise.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Expr, Max, Min, Piecewise, Symbol

from ..algebra.polynomials import Functions, Polynomial, RationalFunction, factors
from ..errors import InputError, NoBalance, Refuted, TooMuchWork
from .phase_diagram import Exceptional, PhaseDiagram
from .programme import Programme
from .proof import prove_equal


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
    rows = diagram.programme.budget_exponents()
    if any(e.has(Min, Max, Piecewise) for row in rows for e in row):
        return frozenset()
    elements = [list(map(functions.element, row)) for row in rows]
    found = {p for row in elements for e in row if e for p in factors(e)}
    found.update(p for head in _pivots(elements) for p in factors(head))
    for boundary in diagram.boundaries:
        first, second = (functions.element(diagram.phases[i].exponent) for i in boundary.phases)
        curve = functions.irreducible(functions.element(boundary.polynomial).numer)
        if first != second and not curve <= functions.irreducible((first - second).numer):
            found |= curve
    return frozenset(found)


def _pivots(rows: list[list[RationalFunction]]) -> list[RationalFunction]:
    """Return the pivots of elimination; where none vanishes, no row depends on the others."""
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
    """Return the last parameter in which a curve is linear with a constant slope, and its value there."""
    expression = curve.as_expr()
    for symbol in reversed(parameters):
        slope = expression.diff(symbol)
        if slope.is_Rational and slope != 0:
            return symbol, -expression.subs(symbol, 0) / slope
    return None


def _agrees(diagram: PhaseDiagram, here: Exceptional) -> bool:
    """Return whether the exponent on a curve, and the shares if they are unique, are what the regions say there."""
    inside, parts = here.diagram.programme, here.diagram.phases
    unique = [part for part in (*parts, *diagram.phases) if len(part.vertices) == 1 and not part.rays]
    compared = [(here.diagram.exponent, [phase.exponent for phase in diagram.phases])]
    if len(unique) == len(parts) + len(diagram.phases):
        for r in inside.resources:
            compared.append((here.diagram.allocation(r), [dict(phase.allocation)[r] for phase in diagram.phases]))
    try:
        for own, values in compared:
            beside = diagram.regions.piecewise(values).subs(here.parameter, here.value)
            prove_equal(own, beside, inside.parameters, inside.domain)
    except (Refuted, InputError):
        return False
    return True
