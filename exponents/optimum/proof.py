"""Is a statement about exponents true for all parameters of a region?

The proofs start from finished statements, as a reader meets them: inequalities for a region, an exponent, an
allocation, weights.  They share with `search` only the decomposition into cells, so a wrong boundary, a wrong exponent
or a superfluous term is refuted, with a point where it fails.

Statements are proved on the open cells.  On the curves between cells they hold by continuity.  A function that jumps
there, as a Piecewise may, is not examined on the curve itself.

* `prove_nonnegative`, `prove_equal`: an inequality or identity between piecewise rational functions.
* `prove_phase`: strong duality.  The allocation meets the budgets and no term exceeds C^{-r} (primal); the weights are
  non-negative, sum to 1, and the weighted exponents do not exceed the priced budgets (dual), so that
  max_i term_i >= prod_i term_i^{y_i} >= C^{-r} for every allocation.  Both bounds are r: it is the optimum.  That no
  other allocation is optimal than the listed ones is proved by `optimal_face.prove_face`.
* `prove_tiling`: in each cell of the domain exactly one region holds.
* `prove`: all of it, for a whole diagram.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from sympy import And, Expr, Integer, Or, S, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from ..algebra.covering import divide_domain
from ..algebra.parametric import Point, describe_point, holds, positive_side
from ..algebra.piecewise import partition_by_branch
from ..algebra.polynomials import Functions, RationalFunction, sign
from ..errors import IncompleteProof, InputError, Refuted
from ..losses.terms import PowerLaw
from ..names import require_type
from ..symbols import to_expr
from .curve_reduction import is_proved_along, restrict
from .optimal_face import prove_face
from .phase_diagram import Certificate, Phase, PhaseDiagram
from .programme import Programme


def prove_nonnegative(expression: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr], claim: str = "") -> None:
    """Prove ``expression >= 0`` on the domain, for a continuous expression.

    Parameters
    ----------
    expression : Expr
        A rational function of the parameters, or Min, Max, Piecewise of such.
    parameters : sequence of Symbol
        As many as there are.
    domain : sequence of Expr or inequalities
        Functions that are positive on the domain, or inequalities.
    claim : str
        The statement, for the message.

    Raises
    ------
    Refuted
        If the expression is negative somewhere, with an exact point where it is.

    Examples
    --------
    >>> from exponents import alpha
    >>> prove_nonnegative(alpha**2 - alpha, [alpha], [alpha > 1])
    >>> prove_nonnegative(alpha - 2, [alpha], [alpha > 1])
    Traceback (most recent call last):
    exponents.errors.Refuted: alpha - 2 >= 0 fails at alpha = 3/2
    """
    for value, point in _signs(to_expr(expression, "the expression"), parameters, domain):
        if value < 0:
            raise Refuted(f"{claim or f'{expression} >= 0'} fails at {describe_point(point)}", point)


def prove_equal(left: Expr, right: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr], claim: str = "") -> None:
    """Prove ``left == right`` as continuous functions on the domain.

    Parameters
    ----------
    left, right : Expr
        Rational functions of the parameters, or Min, Max, Piecewise of such.
    parameters : sequence of Symbol
        As many as there are.
    domain : sequence of Expr or inequalities
        Functions that are positive on the domain, or inequalities.
    claim : str
        The statement, for the message.

    Raises
    ------
    Refuted
        If they differ somewhere, with an exact point where they do.

    Examples
    --------
    >>> from sympy import Max
    >>> from exponents import alpha
    >>> prove_equal(Max(alpha, 1), alpha, [alpha], [alpha > 1])
    """
    difference = to_expr(left, "the left side") - to_expr(right, "the right side")
    for value, point in _signs(difference, parameters, domain):
        if value != 0:
            raise Refuted(f"{claim or f'{left} = {right}'} fails at {describe_point(point)}", point)


def _signs(expression: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> list[tuple[int, Point]]:
    """Return the sign of ``expression`` on each cell of a decomposition of the domain, with a sample of the cell."""
    if not isinstance(domain, Iterable) or not isinstance(parameters, Iterable):
        raise InputError("parameters and domain must be lists; got something else; try [alpha], [alpha > 1]")
    positive = [positive_side(side) if isinstance(side, Relational) else side for side in domain]
    return [(leaf.found, leaf.sample) for leaf in partition_by_branch(expression, parameters, positive, sign).leaves]


def prove_phase(programme: Programme, phase: Phase) -> None:
    """Prove that a phase's exponent is the optimum on its whole region, by strong duality.

    Raises
    ------
    Refuted
        If a condition of the proof fails; the message names it and a point of the region.

    Examples
    --------
    >>> from exponents import N, compute_optimum, t
    >>> diagram = compute_optimum(1 / t + 1 / N)
    >>> prove_phase(diagram.programme, diagram.phases[0])
    """
    if phase.fault:
        (_prove_infeasible if phase.infeasible else _prove_unbounded)(programme, phase)
        return
    _check_names(programme, phase)
    _prove_covered(programme, phase)
    for certificate in phase.certificates:
        for clause in clauses(certificate.where):
            region = (*programme.domain, *sides(clause))
            for claim, expression in _inequalities(programme, phase, certificate):
                prove_nonnegative(expression, programme.parameters, region, claim)
            for claim, expression in _equalities(programme, phase, certificate):
                prove_equal(expression, S.Zero, programme.parameters, region, claim)
            prove_face(programme, phase, certificate, region)


def _check_names(programme: Programme, phase: Phase) -> None:
    """Raise Refuted unless weights and balances name terms of the loss and the allocation is the first vertex."""
    names = [term.name for term in programme.loss.terms]
    lists = [phase.binding, *([name for name, _ in certificate.weights] for certificate in phase.certificates)]
    for listed in lists:
        if not set(listed) <= set(names) or len(set(listed)) < len(listed):
            raise Refuted(f"{listed} are not terms of the loss, each once; its terms are {names}")
    if tuple(resource for resource, _ in phase.allocation) != programme.resources:
        raise Refuted(f"the allocation must give a share to each of {programme.resources} in turn")
    if phase.vertices[0] != tuple(share for _, share in phase.allocation):
        raise Refuted("the allocation must be the first of the optimal vertices")


def _prove_infeasible(programme: Programme, phase: Phase) -> None:
    """Prove that no allocation meets the budgets: priced, their columns are nowhere positive, and their sides are."""
    _prove_covered(programme, phase)
    for certificate in phase.certificates:
        for clause in clauses(certificate.where):
            region = (*programme.domain, *sides(clause))
            total = sum(certificate.prices, S.Zero)
            prove_equal(total, S.One, programme.parameters, region, "the prices sum to 1")
            for resource in programme.resources:
                column = certificate.price_exponent(programme, resource)
                claim = f"no power of {resource} meets the budgets"
                prove_nonnegative(-column, programme.parameters, region, claim)
                if resource in programme.free:
                    prove_nonnegative(column, programme.parameters, region, claim)


def _prove_unbounded(programme: Programme, phase: Phase) -> None:
    """Prove that allocations meet the budgets along which every term falls faster without end."""
    _prove_covered(programme, phase)
    for certificate in phase.certificates:
        ascent = certificate.ascent
        if ascent is None:
            raise Refuted(f"the phase {phase.where} names no allocations along which the loss falls without bound")
        for clause in clauses(certificate.where):
            region = (*programme.domain, *sides(clause))
            for row, spent in ((ascent.start, S.One), (ascent.direction, S.Zero)):
                kept = (share for r, share in zip(programme.resources, row, strict=True) if r not in programme.free)
                for share in kept:
                    prove_nonnegative(share, programme.parameters, region, f"the share {share} is not negative")
                for budget in programme.budgets:
                    claim, own = f"the budget {budget.name} is spent", -_fall(programme, budget, row)
                    prove_equal(own, spent, programme.parameters, region, claim)
            for term in programme.loss.terms:
                surplus = _fall(programme, term, ascent.direction) - ascent.rate
                claim = f"{term.name} falls faster by {ascent.rate}"
                prove_nonnegative(surplus, programme.parameters, region, claim)
            for value, point in _signs(ascent.rate, programme.parameters, region):
                if value <= 0:
                    raise Refuted(f"{ascent.rate} > 0 fails at {describe_point(point)}", point)


def _prove_covered(programme: Programme, phase: Phase) -> None:
    """Prove that the certificates' regions tile the region of the phase; beyond two parameters they may overlap."""
    overlapping = len(programme.parameters) > 2
    regions = [certificate.where for certificate in phase.certificates]
    for (inside, *covered), point in _regions_at_samples(programme, [phase.where, *regions]):
        if (any(covered) if overlapping else sum(covered)) != inside:
            raise Refuted(f"the certificates do not cover the phase {phase.where} at {describe_point(point)}", point)


def _regions_at_samples(programme: Programme, regions: Sequence[Boolean]) -> list[tuple[tuple[bool, ...], Point]]:
    """Return which regions hold on each cell of a decomposition of the domain, with a sample of the cell."""
    functions = Functions(programme.parameters)

    def decide(sample: Point) -> tuple[tuple[bool, ...], list[RationalFunction]]:
        guards: list[Expr] = []
        holding = tuple(holds(region, sample, guards) for region in regions)
        return holding, [functions.element(guard) for guard in guards]

    return [(leaf.found, leaf.sample) for leaf in divide_domain(functions, programme.domain, decide).leaves]


def _inequalities(programme: Programme, phase: Phase, certificate: Certificate) -> list[tuple[str, Expr]]:
    claims = [(f"the weight of {name} is not negative", weight) for name, weight in certificate.weights]
    for vertex in phase.vertices:
        kept = (share for r, share in zip(programme.resources, vertex, strict=True) if r not in programme.free)
        claims += [(f"the share {share} is not negative", share) for share in kept]
        for term in programme.loss.terms:
            surplus = _fall(programme, term, vertex) - phase.exponent
            claims.append((f"{term.name} falls at least as fast as C^-({phase.exponent})", surplus))
    for resource in programme.resources:
        gain = certificate.average_exponent(programme, resource)
        price = certificate.price_exponent(programme, resource)
        claims.append((f"no allocation of {resource} lowers every term", price - gain))
        if resource in programme.free:
            claims.append((f"no allocation of 1/{resource} lowers every term", gain - price))
    return claims


def _equalities(programme: Programme, phase: Phase, certificate: Certificate) -> list[tuple[str, Expr]]:
    bound = [term for term in programme.loss.terms if term.name in phase.binding]
    claims = []
    for vertex in phase.vertices:
        claims += [(f"the budget {b.name} is spent", 1 + _fall(programme, b, vertex)) for b in programme.budgets]
        claims += [(f"{term.name} binds", _fall(programme, term, vertex) - phase.exponent) for term in bound]
    return [
        *claims,
        ("the weights sum to 1", sum((weight for _, weight in certificate.weights), S.Zero) - 1),
        ("the prices sum to the exponent", sum(certificate.prices, S.Zero) - phase.exponent),
    ]


def _fall(programme: Programme, term: PowerLaw, vertex: Sequence[Expr]) -> Expr:
    """Return r: a term falls as C^{-r} when the resources get the shares of ``vertex``."""
    return sum((term.exponent(r) * share for r, share in zip(programme.resources, vertex, strict=True)), S.Zero)


def prove_tiling(programme: Programme, regions: Sequence[Boolean]) -> None:
    """Prove that the regions tile the domain: no gap, no overlap, up to their boundary curves.

    Raises
    ------
    Refuted
        If a point of the domain lies in no region, or in several; the message names the point.

    Examples
    --------
    >>> from exponents import N, beta, programme, t
    >>> prove_tiling(programme(t**-beta, N * t), [beta < 1, beta > 1])
    """
    for holding, point in _regions_at_samples(programme, regions):
        if sum(holding) != 1:
            raise Refuted(f"{describe_point(point)} lies in {sum(holding) or 'no'} regions, not in one", point)


def prove(diagram: PhaseDiagram) -> None:
    """Prove a whole phase diagram from its finished statements.

    Parameters
    ----------
    diagram : PhaseDiagram

    Raises
    ------
    Refuted
        If a phase is not optimal on its region, the regions do not tile the domain, or the cases of the whole
        expression do not give each region its phase.
    IncompleteProof
        If the search did not cover the domain.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> prove(compute_optimum(t**-beta + 1 / t, N * t))
    """
    require_type(diagram, PhaseDiagram, "what is proved", "make one with compute_optimum('1/N + 1/t', 'N*t')")
    programme = diagram.programme
    if not diagram.complete:
        raise IncompleteProof("the phases are not proved to cover the domain; fix a parameter, or narrow the domain")
    prove_tiling(programme, [phase.where for phase in diagram.phases])
    for part in diagram.parts:
        prove(part)
    for own in diagram.exceptions:
        if own.diagram.programme != restrict(programme, own.curve):
            raise Refuted(f"the optimum on {own.curve} is that of another programme")
        prove(own.diagram)
        if not (own.curve.lhs.is_Symbol or is_proved_along(own.curve, own.diagram)):
            raise IncompleteProof(f"the optimum on {own.curve} is not that of the regions beside the curve")
    for place, phase in enumerate(diagram.phases):
        if diagram.parts:
            _prove_branch(diagram, place)
        else:
            prove_phase(programme, phase)
        for region in clauses(phase.where):
            domain = (*programme.domain, *sides(region))
            claim, values = "the cases give each phase its own", [own.exponent for own in diagram.phases]
            if diagram.phases[-1].fault:
                faults = [own.fault_number for own in diagram.phases]
                prove_equal(diagram.regions.piecewise(faults), faults[place], programme.parameters, domain, claim)
                values = [S.Zero if own.fault else own.exponent for own in diagram.phases]
            prove_equal(diagram.regions.piecewise(values), values[place], programme.parameters, domain, claim)


def _prove_branch(diagram: PhaseDiagram, place: int) -> None:
    """Prove that a phase is one of its branch, and that no other branch falls faster on its region."""
    phase, own = diagram.phases[place], diagram.parts[diagram.chosen[place]]
    same = [other for other in own.phases if replace(other, where=phase.where) == phase]
    if not same:
        raise Refuted(f"the phase {phase.where} is no phase of its branch")
    programme = diagram.programme
    others = () if phase.fault else diagram.parts  # the budgets are those of all branches
    for region in clauses(phase.where):
        domain = (*programme.domain, *sides(region))
        for (holding,), point in _regions_at_samples(replace(programme, domain=domain), [same[0].where]):
            if not holding:
                raise Refuted(f"the phase {phase.where} leaves that of its branch at {describe_point(point)}", point)
        for part in others:
            claim = "no other branch falls faster"
            if any(own.unbounded for own in part.phases):
                endless = part.regions.piecewise([Integer(own.unbounded) for own in part.phases])
                prove_equal(endless, S.Zero, programme.parameters, domain, claim)
            values = [S.Zero if own.fault else own.exponent for own in part.phases]  # no such phase is here
            prove_nonnegative(phase.exponent - part.regions.piecewise(values), programme.parameters, domain, claim)


def clauses(region: Boolean) -> tuple[Boolean, ...]:
    """Return the alternatives of a region, each a conjunction of inequalities.

    >>> from exponents import alpha
    >>> clauses(Or(alpha < 1, alpha > 2))
    (alpha > 2, alpha < 1)
    """
    return region.args if isinstance(region, Or) else (region,)


def sides(condition: Boolean) -> tuple[Expr, ...]:
    """Return functions that are positive where a conjunction of inequalities holds.

    >>> from exponents import alpha
    >>> sides(And(alpha > 1, alpha < 2))
    (alpha - 1, 2 - alpha)
    """
    parts = condition.args if isinstance(condition, And) else (condition,)
    return tuple(positive_side(part) for part in parts if part != S.true)
