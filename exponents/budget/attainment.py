"""Is the least value of a geometric programme attained, or only approached as some resource grows without end?

A direction along which no monomial rises, and some monomial of a bound falls, lets that monomial vanish.  Without the
monomials that can vanish the programme is larger, and is closed.  If its minimum needs the bound that they were in, no
point of the programme itself is as good: the minimum is approached only.  The same for points that meet the bounds at
all.  Directions are found by exact linear programmes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from flint import arb

from ..algebra.work_limit import WorkLimit
from ..errors import NoBalance
from .interior_point import EXACT, Infeasible, find_contact, minimise_posynomial
from .linear_programme import falls_without_end, find_direction
from .posynomials import GeometricProgramme, Monomial, Reduced, Rows, reduce_programme


class Approached(NoBalance):
    """The least value is approached only; ``low`` is a lower bound of its ln, None if there is none."""

    def __init__(self, error: NoBalance, low: arb | None) -> None:
        super().__init__(str(error), "minimum")
        self.low = low


NEEDED = 1e-9
"""Smallest weight of a bound that counts."""

Places = set[tuple[int, int]]
"""A bound, and a monomial in it."""


def check_attained(programme: GeometricProgramme, visible: Sequence[int], work: WorkLimit) -> None:
    """Raise unless the bounds can be met, and the least value is that of a point.

    Parameters
    ----------
    programme : GeometricProgramme
    visible : sequence of int
        The variables that are resources.
    work : WorkLimit

    Raises
    ------
    Infeasible
        If bounds are met at most in the limit of growing resources.
    Approached
        If the least value is approached only.

    Examples
    --------
    >>> from exponents.budget.posynomials import Monomial
    >>> one = Fraction(1)
    >>> N, per_g = Monomial(arb(0), {0: one}), Monomial(arb(0), {0: one, 1: -one})
    >>> check_attained(GeometricProgramme([N**-1], [[N, per_g]], [], ["N", "g"]), (0, 1), WorkLimit())  # N + N/g <= 1
    Traceback (most recent call last):
    exponents.budget.attainment.Approached: the loss keeps falling as g grows; give it a cost or a bound
    """
    reduced = reduce_programme(programme)
    if not reduced.width:
        return
    vanishing, _ = _find_vanishing(reduced, [])
    if vanishing:
        closed, numbers = _leave_out(reduced, vanishing)
        weights = dict(zip(numbers, find_contact(closed, work), strict=True))
        if any(weights.get(k, 0) > NEEDED for k, _ in vanishing):
            raise Infeasible("the bounds are met in a limit only", arb(0))
    vanishing, ways = _find_vanishing(reduced, reduced.objective.rows)
    if vanishing:
        closed, numbers = _leave_out(reduced, vanishing)
        found = minimise_posynomial(closed, EXACT, work)
        weights = {k: float(sum(own)) for k, own in zip(numbers, found.weights[1:], strict=True)}
        if any(weights.get(k, 0) > NEEDED for k, _ in vanishing):
            way = [sum(column, Fraction(0)) for column in zip(*ways, strict=True)]
            raise Approached(falls_without_end(name_growing(programme, reduced, way, visible)), found.bound)


def _find_vanishing(reduced: Reduced, level: Sequence[Sequence[Fraction]]) -> tuple[Places, list[list[Fraction]]]:
    """Return the monomials of sums that can vanish while the level rows stay, and the directions in which they do."""
    falls = {(k, i): [-c for c in row] for k, own in enumerate(reduced.bounds) for i, row in enumerate(own.rows)}
    several = {place for place in falls if len(reduced.bounds[place[0]].rows) > 1}
    found: Places = set()
    ways: list[list[Fraction]] = []
    while True:
        rising = [falls[place] for place in sorted(several - found)]
        if not any(map(any, rising)):
            return found, ways
        beside = [row for place, row in falls.items() if place not in several or place in found]
        way = find_direction(rising, level, range(reduced.width), beside)
        if way is None:
            return found, ways
        ways.append(way)
        found |= {
            place for place in several if sum((c * d for c, d in zip(falls[place], way, strict=True)), Fraction(0)) > 0
        }


def _leave_out(reduced: Reduced, vanishing: Places) -> tuple[Reduced, list[int]]:
    """Return a programme without some monomials, and the positions of the bounds that it still has."""
    kept: list[Rows] = []
    numbers = []
    for k, own in enumerate(reduced.bounds):
        left = [i for i in range(len(own.rows)) if (k, i) not in vanishing]
        if left:
            numbers.append(k)
            kept.append(Rows(tuple(own.fronts[i] for i in left), tuple(own.rows[i] for i in left)))
    return replace(reduced, bounds=tuple(kept)), numbers


def find_direction_of_fall(programme: GeometricProgramme, visible: Sequence[int]) -> list[str] | None:
    """Return what grows while the value falls without end, if anything does; by an exact linear programme.

    >>> from exponents.budget.posynomials import Monomial
    >>> fall = GeometricProgramme([Monomial(arb(0), {0: Fraction(-1)}), Monomial(arb(0), {})], [], [], ["N"])  # 1/N + 1
    >>> find_direction_of_fall(fall, (0,))
    ['N']
    """
    reduced = reduce_programme(programme)
    if not reduced.width:
        return None
    falls = [[-c for c in row] for row in reduced.objective.rows]
    beside = [[-c for c in row] for own in reduced.bounds for row in own.rows]
    free = list(range(reduced.width))
    way = find_direction(falls, [], free, beside) if any(any(row) for row in falls) else None
    if way is None:
        return None
    return name_growing(programme, reduced, way, visible)


def find_lasting(programme: GeometricProgramme) -> list[Monomial]:
    """Return the monomials of the objective that no direction lowers without end.

    >>> from exponents.budget.posynomials import Monomial
    >>> fall = GeometricProgramme([Monomial(arb(0), {0: Fraction(-1)}), Monomial(arb(0), {})], [], [], ["N"])  # 1/N + 1
    >>> [term.powers for term in find_lasting(fall)]
    [{}]
    """
    kept = list(programme.objective)
    while kept:
        reduced = reduce_programme(replace(programme, objective=kept))
        falls = [[-c for c in row] for row in reduced.objective.rows]
        beside = [[-c for c in row] for own in reduced.bounds for row in own.rows]
        way = find_direction(falls, [], list(range(reduced.width)), beside) if any(map(any, falls)) else None
        if way is None:
            return kept
        drop = [sum((c * d for c, d in zip(row, way, strict=True)), Fraction(0)) > 0 for row in falls]
        kept = [term for term, falling in zip(kept, drop, strict=True) if not falling]
    return kept


def name_growing(
    programme: GeometricProgramme, reduced: Reduced, way: Sequence[Fraction], visible: Sequence[int]
) -> list[str]:
    """Return what grows along a direction, by its name; or what shrinks, as 1/name.

    >>> from exponents.budget.posynomials import Monomial
    >>> fall = GeometricProgramme([Monomial(arb(0), {0: Fraction(-1)})], [], [], ["N"])
    >>> name_growing(fall, reduce_programme(fall), [Fraction(1)], [0])
    ['N']
    """
    moved = [
        sum((d * own[r] for d, own in zip(way, reduced.directions, strict=True)), Fraction(0))
        for r in range(len(programme.names))
    ]
    growing = [programme.names[r] for r in visible if moved[r] > 0]
    return growing or [f"1/{programme.names[r]}" for r in visible if moved[r] < 0] or ["a resource"]
