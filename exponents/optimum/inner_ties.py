"""On which curves inside a phase does another term tie, or a resource reach its floor, although the phase goes on?

There a function that is positive beside the curve touches zero.  (b - 1)^2 does so at b = 1, and max(b, 2 - b) - 1 too.
The slack of each term and the share of each resource is such a function on a phase.  `inner_ties` divides the phase by
the signs of all irreducible factors; a curve on which the function vanishes is then one on which two parts meet.
Isolated points are left out.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, Max, Min, Piecewise, S

from ..algebra.boundaries import find_neighbours
from ..algebra.parametric import Point, choose_branches
from ..algebra.partition import partition_domain
from ..algebra.polynomials import Functions, Polynomial, RationalFunction, factors, sign
from ..algebra.regions import make_boundary
from .boundary_ties import Tie
from .phase_diagram import Phase, PhaseDiagram
from .proof import clauses, sides

Signs = tuple[tuple[str, int], ...]


def inner_ties(diagram: PhaseDiagram) -> tuple[Tie, ...]:
    """Return the curves inside phases on which further terms tie or resources reach their floor.

    Parameters
    ----------
    diagram : PhaseDiagram

    Returns
    -------
    tuple of Tie
        Each with one phase on both sides; none with more than two parameters.
        ``logarithm`` is None where a term has one on the curve.

    Examples
    --------
    >>> from exponents import beta, compute_optimum, t
    >>> (tie,) = inner_ties(compute_optimum(1 / t + t ** (-1 - (beta - 2) ** 2), t))
    >>> tie.boundary.curve, tie.boundary.phases, tie.terms
    (Eq(beta, 2), (0, 0), ('1/t', 't**(-(beta - 2)**2 - 1)'))
    """
    if len(diagram.programme.parameters) > 2:
        return ()
    return tuple(tie for place in range(len(diagram.phases)) for tie in _ties_inside(diagram, place))


def _ties_inside(diagram: PhaseDiagram, place: int) -> list[Tie]:
    programme, phase = diagram.programme, diagram.phases[place]
    if phase.fault:
        return []
    loss = programme.branches[diagram.chosen[place]] if diagram.parts else programme.loss
    falls = {
        term.name: [sum((term.exponent(r) * x for r, x in _pairs(diagram, row)), S.Zero) for row in _rows(phase)]
        for term in loss
        if term.name not in phase.binding
    }
    shares = {
        r: [row[i] for row in _rows(phase)]
        for i, r in enumerate(programme.resources)
        if r not in programme.free and any(row[i] != 0 for row in _rows(phase))
    }
    tied: dict[Polynomial, list[str]] = {}
    stopped: dict[Polynomial, list[str]] = {}
    functions = Functions(programme.parameters)
    for found, parts, level in ((tied, falls, phase.exponent), (stopped, shares, S.Zero)):
        for key, values in parts.items():
            margins = [value - level if i < len(phase.vertices) else value for i, value in enumerate(values)]
            for curve in _touched(functions, diagram, phase, margins):
                found.setdefault(curve, []).append(key)
    whole = partition_domain(functions, programme.domain, lambda _: (None, ())).cut_by(()) if tied or stopped else None
    ties = []
    for curve in sorted({*tied, *stopped}, key=lambda p: p.simplicity):
        assert whole is not None
        names = tuple(term.name for term in loss if term.name in {*phase.binding, *tied.get(curve, ())})
        floors = tuple(r for r in programme.resources if r in stopped.get(curve, ()))
        logarithmic = any(term.logarithms for term in loss if term.name in names)
        boundary = make_boundary((place, place), curve, whole)
        ties.append(Tie(boundary, names, floors, None if logarithmic else S.Zero))
    return ties


def _rows(phase: Phase) -> list[tuple[Expr, ...]]:
    return [*phase.vertices, *phase.rays]


def _pairs(diagram: PhaseDiagram, row: Sequence[Expr]) -> zip[tuple[Expr, Expr]]:
    return zip(diagram.programme.resources, row, strict=True)


def _touched(
    functions: Functions, diagram: PhaseDiagram, phase: Phase, margins: Sequence[Expr]
) -> frozenset[Polynomial]:
    """Return the curves inside a phase on which several functions, none of which is negative there, all vanish."""
    found: frozenset[Polynomial] = frozenset()
    for region in clauses(phase.where):
        domain = (*diagram.programme.domain, *sides(region))
        zeros = [_zeros(functions, domain, margin) for margin in margins]
        listed = [curves for curves in zeros if curves is not None]
        found |= frozenset.intersection(*listed) if listed else frozenset()
    return found


def _zeros(functions: Functions, domain: Sequence[Expr], margin: Expr) -> frozenset[Polynomial] | None:
    """Return the curves inside a domain on which a function vanishes; None if it is zero everywhere."""
    if not margin.has(Min, Max, Piecewise):
        element = functions.element(margin)
        if not element:
            return None
        if not any(power > 0 and power % 2 == 0 for power in element.factor[1].values()):
            return frozenset()  # its zeros change its sign, so there are none inside

    def decide(sample: Point) -> tuple[tuple[RationalFunction, Signs], list[RationalFunction]]:
        guards: list[Expr] = []
        element = functions.element(choose_branches(margin, sample, guards))
        signs = tuple(sorted((p.text, sign(p, sample)) for p in factors(element))) if element else ()
        return (element, signs), [element, *map(functions.element, guards)]

    partition = partition_domain(functions, domain, decide)
    tops = {leaf.found[0]: functions.irreducible(leaf.found[0].numer) for leaf in partition.leaves if leaf.found[0]}
    if not tops:
        return None
    curves = frozenset().union(*tops.values()) & partition.divisions
    return frozenset(
        curve
        for curve in curves
        if any(curve in tops.get(side.found[0], ()) for pair in find_neighbours(partition, curve) for side in pair)
    )
