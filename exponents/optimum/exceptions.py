"""On which curves is the optimum not that of the regions beside them, because the budgets change there?

Inside a region the optimum is a continuous function of the parameters, and so it mostly is across boundaries.  Several
budgets make exceptions.  Where one follows from the others, or where a resource drops out of one, more allocations meet
them than beside the curve: with N t = C and N^a t = C, N stays 1 unless a = 1.  `find_exceptions` looks for such
curves, solves the programme on each, with one parameter fewer, and keeps what differs from the regions.

On a curve that is linear in a parameter, a b = 1 among them, this parameter is replaced.  On others, such as
a^2 + b^2 = 1, the budgets are (`curve_reduction`).  Where there is no optimum on one side of a
curve, or on both, the curve is looked at as well.  Where no optimum is found on a curve, `Undecided` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from sympy import Eq, Expr, Max, Min, Piecewise, S, Symbol
from sympy.core.relational import Relational

from ..algebra.covering import Searcher, divide_domain
from ..algebra.parametric import Point, choose_branches, holds
from ..algebra.polynomials import Functions, Polynomial, RationalFunction, factors
from ..algebra.work_limit import problem_limit
from ..errors import FallsWithoutBound, IncompleteProof, InputError, NoBalance, TooMuchWork
from .curve_reduction import has_pole, proved_pieces, restrict
from .phase_diagram import Exceptional, Phase, PhaseDiagram, Undecided
from .programme import Programme

Rows: TypeAlias = "tuple[tuple[RationalFunction, ...], ...]"


def find_exceptions(
    diagram: PhaseDiagram, solve: Callable[[Programme], PhaseDiagram]
) -> tuple[tuple[Exceptional, ...], tuple[Undecided, ...]]:
    """Return the curves on which the optimum differs from that of the regions beside them, and those without one.

    Parameters
    ----------
    diagram : PhaseDiagram
    solve : callable
        programme -> its diagram, for the programme on a single curve.

    Examples
    --------
    >>> from exponents import N, alpha, beta, compute_optimum, t
    >>> found = compute_optimum(1 / t + 1 / N, (N * t, N**beta * t))
    >>> found.exponent, found.at(1).exponent
    (Piecewise((1/2, Eq(beta, 1)), (0, True)), Fraction(1, 2))
    >>> found = compute_optimum(1 / t + 1 / N, (N * t, N ** (alpha**2 + beta**2) * t))
    >>> found.exponent
    Piecewise((1/2, Eq(alpha**2 + beta**2, 1)), (0, True))
    """
    programme = diagram.programme
    if len(programme.budgets) < 2 and not diagram.phases[-1].fault:
        return (), ()
    functions = Functions(programme.parameters)
    found: list[Exceptional | Undecided] = []
    for curve in sorted(_candidates(functions, diagram), key=lambda p: p.simplicity):
        solved = _solve(curve, programme.parameters)
        equation = Eq(*(solved or (curve.as_expr(), S.Zero)), evaluate=False)
        try:
            own = _on_solved(diagram, equation, solve) if solved else _on_curve(diagram, curve, equation, solve)
        except NoBalance as error:
            fault = "unbounded" if isinstance(error, FallsWithoutBound) else "infeasible"
            own = None if _says(diagram, equation, fault) else Undecided(equation, str(error))
        if own is not None:
            found.append(own)
    exceptions = tuple(own for own in found if isinstance(own, Exceptional))
    return exceptions, tuple(own for own in found if isinstance(own, Undecided))


def _on_solved(
    diagram: PhaseDiagram, equation: Relational, solve: Callable[[Programme], PhaseDiagram]
) -> Exceptional | None:
    """Return the optimum on a curve that is solved for a parameter, if it is not that of the regions."""
    try:
        here = Exceptional(equation, solve(restrict(diagram.programme, equation)))
    except TooMuchWork:
        raise
    except InputError:  # outside the domain, or at a pole
        return None
    return None if _agrees(diagram, here) else here


def _on_curve(
    diagram: PhaseDiagram, curve: Polynomial, equation: Relational, solve: Callable[[Programme], PhaseDiagram]
) -> Exceptional | Undecided | None:
    """Return the optimum on a curve that is linear in no parameter, if it is not that of the regions."""
    functions, programme = curve.functions, diagram.programme
    phases = [phase for part in (diagram.parts or (diagram,)) for phase in part.phases]
    if not any(has_pole(curve, functions, phase, proof) for phase in phases for proof in phase.certificates):
        return None
    try:
        with problem_limit().hold(problem_limit().left // 2):
            if len(programme.parameters) > 2:
                inside = Searcher(functions, programme.domain)
                return Undecided(equation) if all(inside.find({curve: s}) for s in (1, -1)) else None
            if all(piece.is_right(0) for piece in proved_pieces(curve, functions, [diagram])):
                return None
            reduced = restrict(programme, equation)
            try:
                here = Exceptional(equation, solve(reduced))
            except NoBalance:  # perhaps far from the curve
                return Undecided(equation)
            pieces = proved_pieces(curve, functions, [diagram, here.diagram])
    except (TooMuchWork, IncompleteProof, InputError, ZeroDivisionError):
        return Undecided(equation)
    if not all(piece.is_right(1) for piece in pieces):
        return Undecided(equation)
    return here if any(piece.is_exception() for piece in pieces) else None


def _candidates(functions: Functions, diagram: PhaseDiagram) -> frozenset[Polynomial]:
    """Return curves on which budgets may follow from each other or lose a resource, or on which the optimum jumps."""
    found: set[Polynomial] = set()
    for rows in _rows_in_force(functions, diagram.programme):
        found.update(p for row in rows for e in row if e for p in factors(e))
        found.update(p for head in _pivots([[*row, functions.one] for row in rows]) for p in factors(head))
    for phase in (phase for part in (diagram.parts or (diagram,)) for phase in part.phases if phase.unbounded):
        # On these the loss may stop to fall, although it falls without bound on both sides.
        rates = [functions.element(proof.ascent.rate) for proof in phase.certificates if proof.ascent]
        found.update(p for rate in rates for p in functions.irreducible(rate.numer))
    for boundary in diagram.boundaries:
        curve = functions.irreducible(functions.element(boundary.polynomial).numer)
        sides = [diagram.phases[i] for i in boundary.phases]
        if any(side.fault for side in sides):
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


def _says(diagram: PhaseDiagram, equation: Relational, fault: str) -> bool:
    """Return whether the regions say, on all of a curve, that there is no optimum for one reason."""
    if not (equation.lhs.is_Symbol and diagram.phases[-1].fault):
        return False
    try:
        found = _phases_along(equation, restrict(diagram.programme, equation), diagram)
    except InputError:
        return False
    return all(phase is not None and phase.fault == fault for (phase,) in found)


def _phases_along(equation: Relational, inside: Programme, *diagrams: PhaseDiagram) -> list[tuple[Phase | None, ...]]:
    """Return, for each part of a curve that is solved for a parameter, the phase that each diagram names there."""
    functions = Functions(inside.parameters)
    cases = [[case.subs(*equation.args) for case in diagram.regions.cases] for diagram in diagrams]

    def decide(sample: Point) -> tuple[tuple[int, ...], list[RationalFunction]]:
        guards: list[Expr] = []
        places = tuple(next((i for i, c in enumerate(own) if holds(c, sample, guards)), -1) for own in cases)
        return places, list(map(functions.element, guards))

    leaves = divide_domain(functions, inside.domain, decide).leaves
    return [
        tuple(None if place < 0 else own.phases[place] for own, place in zip(diagrams, leaf.found, strict=True))
        for leaf in leaves
    ]


def _agrees(diagram: PhaseDiagram, here: Exceptional) -> bool:
    """Return whether the exponent on a curve, and the shares if they are unique, are what the regions say there."""
    inside, parts = here.diagram.programme, here.diagram.phases
    functions = Functions(inside.parameters)
    some = [part for part in (*parts, *diagram.phases) if not part.fault]
    unique = all(len(part.vertices) == 1 and not part.rays for part in some)
    try:
        for own, beside in _phases_along(here.curve, inside, here.diagram, diagram):
            if own is None or beside is None or own.fault != beside.fault:
                return False
            if own.fault:
                continue
            rows = [(own.exponent, beside.exponent)]
            if unique:
                shares = dict(own.allocation), dict(beside.allocation)
                rows += [(shares[0][r], shares[1][r]) for r in inside.resources]
            if any(functions.element(value - other.subs(*here.curve.args)) for value, other in rows):
                return False
    except InputError:  # a pole all along
        return False
    return True
