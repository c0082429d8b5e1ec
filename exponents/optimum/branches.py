"""Which branch of a loss decides where, and what is its phase there?

A loss such as min(f, g), or a sum under a negative power, is the smallest of several sums, its branches
(`losses.tropical`).  For every allocation it falls as fast as the branch that falls fastest, so its best exponent is
the largest among those of the branches.  Each branch has a phase diagram of its own, proved as any other.
`join_branches` divides the domain by the phases of all of them, and by which exponent is largest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Expr

from ..algebra.covered_regions import write_regions
from ..algebra.covering import divide_domain
from ..algebra.parametric import Point, evaluate, holds
from ..algebra.polynomials import Functions, Polynomial, RationalFunction, denominators
from .phase_diagram import PhaseDiagram
from .programme import Programme

Chosen = tuple[int, int]
"""A branch, and a phase of its diagram."""


def join_branches(programme: Programme, parts: Sequence[PhaseDiagram]) -> PhaseDiagram:
    """Return the phase diagram of a loss from those of its branches.

    Parameters
    ----------
    programme : Programme
    parts : sequence of PhaseDiagram
        The diagram of each branch, in order.

    Returns
    -------
    PhaseDiagram
        With ``parts``.  Neighbouring phases that are the same phase of one branch are one.

    Examples
    --------
    >>> from sympy import Min
    >>> from exponents import N, beta, compute_optimum, t
    >>> found = compute_optimum(Min(t**-beta, 1 / t), N * t)  # all of the budget on t, whatever the branch
    >>> found.exponent, [phase.binding for phase in found.phases]
    (Piecewise((1, beta <= 1), (beta, True)), [('1/t',), ('t**(-beta)',)])
    """
    functions = Functions(programme.parameters)

    def decide(sample: Point) -> tuple[Chosen, list[RationalFunction]]:
        guards: list[Expr] = []
        places = [_find_phase(part, sample, guards) for part in parts]
        deciding = [functions.element(guard) for guard in guards]
        if parts[0].phases[places[0]].infeasible:  # the budgets are those of all branches
            return (0, places[0]), deciding
        endless = [own for own in enumerate(places) if parts[own[0]].phases[own[1]].unbounded]
        if endless:
            return endless[0], deciding
        exponents = [part.phases[place].exponent for part, place in zip(parts, places, strict=True)]
        values = [evaluate(exponent, sample) for exponent in exponents]
        best = values.index(max(values))
        elements = [functions.element(exponent) for exponent in exponents]
        return (best, places[best]), [*deciding, *(elements[best] - other for other in elements)]

    def find_denominators(found: Chosen) -> frozenset[Polynomial]:
        phase = parts[found[0]].phases[found[1]]
        if phase.fault:
            return frozenset()
        return denominators([functions.element(e) for e in (phase.exponent, *(share for _, share in phase.allocation))])

    partition = divide_domain(functions, programme.domain, decide)

    def rank(found: Chosen) -> int:
        return int(parts[found[0]].phases[found[1]].fault_number)

    chosen, regions = write_regions(partition, denominators=find_denominators, rank=rank)
    phases = tuple(
        replace(parts[branch].phases[place], where=where)
        for (branch, place), where in zip(chosen, regions.where, strict=True)
    )
    return PhaseDiagram(
        programme,
        phases,
        regions,
        tuple(parts),
        tuple(branch for branch, _ in chosen),
        complete=all(part.complete for part in parts),
    )


def _find_phase(part: PhaseDiagram, sample: Point, guards: list[Expr]) -> int:
    """Return the position of the phase whose region holds at a sample; on a boundary, of the first beside it."""
    found = [place for place, phase in enumerate(part.phases) if holds(phase.where, sample, guards)]
    return found[0] if found else part.phase_at(sample)
