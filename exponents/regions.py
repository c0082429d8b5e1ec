"""How is a union of cells written as a few inequalities a reader can check?

A phase is a set of cells.  `regions_of` looks for signs of polynomials that all its cells share and that together
exclude every other cell of the domain, and drops those that are not needed, so that what is printed selects
exactly the phase: no more, no less.  An inequality linear in a parameter is solved for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sympy import And, Eq, Expr, Ne, Or, Piecewise, S, Symbol, expand
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean
from sympy.polys.rings import PolyElement

from .cells import Cell, heights_on, real_roots_of, telling_apart
from .errors import Indistinct
from .parametric import irreducible, sign

_Signs = dict[PolyElement, int]
"""The sign of each polynomial in one cell."""


@dataclass(frozen=True)
class Boundary:
    """A curve on which two neighbouring phases meet.

    Attributes
    ----------
    curve : Relational
        The curve as an equation, solved for a parameter where it is linear in one.
    phases : tuple of (int, int)
        Positions of the two phases in their diagram.
    polynomial : Expr
        Vanishes on the curve.
    """

    curve: Relational
    phases: tuple[int, int]
    polynomial: Expr


@dataclass(frozen=True)
class Regions:
    """The regions of all labels, in the order of their numbers.

    Attributes
    ----------
    where : tuple of Boolean
        Each region by itself, open: strict inequalities that hold on exactly its cells.
    cases : tuple of Boolean
        The same as successive cases, closed: the first that holds decides, and the last is true.  A function that is
        continuous across the boundaries gets its value on them from the first region beside them.  Where a region needs
        more than one solved inequality, a single point at which curves touch or are singular may satisfy its closed
        case without lying beside the region; a point-wise optimum is right there too.
    boundaries : tuple of Boundary
        The curves between them.
    """

    where: tuple[Boolean, ...]
    cases: tuple[Boolean, ...]
    boundaries: tuple[Boundary, ...]

    def piecewise(self, values: Sequence[Expr]) -> Expr:
        """The function with ``values``, one for each region, over the whole domain."""
        if len(set(values)) == 1:
            return values[0]
        return Piecewise(*zip(values, self.cases, strict=True))


def regions_of(
    parameters: Sequence[Symbol],
    cells: Sequence[Cell],
    labels: Sequence[int],
    polynomials: frozenset[PolyElement],
    denominators: Sequence[frozenset[PolyElement]] = (),
) -> Regions:
    """Write the cells of each label as inequalities.

    Parameters
    ----------
    parameters : sequence of Symbol
        Inequalities are solved for the last one they are linear in.
    cells, labels
        All cells of the domain, and the label of each: 0, 1, ... in order of first appearance.
    polynomials : set of PolyElement
        What cuts the cells.
    denominators : sequence of sets, optional
        What the values on each region divide by.  None of it vanishes in an open region; a closed case is denied the
        points of its edge where some of it does, which a neighbour then takes.

    Raises
    ------
    Indistinct
        If the signs of the polynomials do not tell some cell from one of another label; it carries polynomials that do.
    """
    signs = [{p: sign(p, cell.sample) for p in polynomials} for cell in cells]
    separators = [*_separators(cells, labels), *_upright_separators(parameters, signs, labels, polynomials)]
    separating = {polynomial for _, polynomial in separators}
    order = sorted(polynomials, key=lambda p: (p in separating, str(p)))
    count = max(labels) + 1
    distinct = {(owner, tuple(s.values())): s for s, owner in zip(signs, labels, strict=True)}
    members = [[s for (owner, _), s in distinct.items() if owner == label] for label in range(count)]

    def condition(label: int, excluded: Sequence[int], strict: bool) -> Boolean:
        others = [s for other in excluded for s in members[other]]
        whole = _separating(order, members[label], others)
        parts = [whole] if whole is not None else [_separating(order, [one], others) for one in members[label]]
        clauses = []
        for part in parts:
            if part is None:
                raise Indistinct(tuple(p.as_expr() for p in telling_apart(polynomials)))
            clauses.append(And(*(_inequality(p, s, strict, parameters, cells) for p, s in part.items())))
        return Or(*clauses)

    def case(label: int) -> Boolean:
        whole = condition(label, range(label + 1, count), strict=False)
        edges = denominators[label] if denominators and label + 1 < count else ()
        vanishing = (p for p in edges if len({sign(p, cell.sample) for cell in cells}) > 1)
        return And(whole, *(Ne(p.as_expr(), 0) for p in sorted(vanishing, key=str)))

    return Regions(
        tuple(condition(label, [o for o in range(count) if o != label], strict=True) for label in range(count)),
        tuple(case(label) for label in range(count)),
        tuple(_boundary(pair, polynomial, parameters, cells) for pair, polynomial in separators),
    )


def _boundary(
    pair: tuple[int, int], polynomial: PolyElement, parameters: Sequence[Symbol], cells: Sequence[Cell]
) -> Boundary:
    solved = _solved(polynomial, parameters, cells)
    sides = (polynomial.as_expr(), S.Zero) if solved is None else solved[:2]
    return Boundary(Eq(*sides, evaluate=False), pair, polynomial.as_expr())


def _separators(cells: Sequence[Cell], labels: Sequence[int]) -> list[tuple[tuple[int, int], PolyElement]]:
    """(labels below and above, polynomial that vanishes between) wherever the label changes within a column."""
    found: dict[tuple[tuple[int, int], PolyElement], None] = {}
    for (low, a), (high, b) in pairwise(zip(cells, labels, strict=True)):
        if a != b and low.column == high.column and low.row + 1 == high.row:
            found.update(dict.fromkeys(((a, b), polynomial) for polynomial in high.below))
    return list(found)


def _upright_separators(
    parameters: Sequence[Symbol], signs: Sequence[_Signs], labels: Sequence[int], polynomials: frozenset[PolyElement]
) -> list[tuple[tuple[int, int], PolyElement]]:
    """The same across the lines on which the first of two parameters is constant.

    A line is a root of a polynomial p in the first parameter alone.  On it, resultants with p cut the last parameter
    into intervals on which no other polynomial changes sign; an exact sample in each gives the signs that the cells on
    both sides share, all but that of p itself.
    """
    if len(parameters) != 2:
        return []
    by_signs = {frozenset(s.items()): label for s, label in zip(signs, labels, strict=True)}
    found: dict[tuple[tuple[int, int], PolyElement], None] = {}
    crossed = (p for p in polynomials if p.degree(0) == 0 and len({s[p] for s in signs}) > 1)
    for line in sorted(crossed, key=str):
        others = polynomials - {line}
        for root in real_roots_of(line, parameters[0]):
            for height in heights_on(line, others, parameters):
                here = frozenset((q, root.sign_of(q, parameters[1], height)) for q in others)
                rising = root.sign_of(line.diff(1), parameters[1], height)
                pair = tuple(by_signs.get(here | {(line, side)}) for side in (-rising, rising))
                if None not in pair and pair[0] != pair[1]:
                    found[pair, line] = None  # type: ignore[index]
    return list(found)


def _separating(order: list[PolyElement], mine: list[_Signs], others: list[_Signs]) -> _Signs | None:
    """Fewest signs shared by ``mine`` that every one of ``others`` violates; those late in ``order`` stay longest."""
    shared = {p: mine[0][p] for p in order if all(s[p] == mine[0][p] for s in mine)}

    def excludes(literals: _Signs) -> bool:
        return all(any(other[p] != s for p, s in literals.items()) for other in others)

    if not excludes(shared):
        return None
    for p in order:
        fewer = {q: s for q, s in shared.items() if q != p}
        if p in shared and excludes(fewer):
            shared = fewer
    return shared


def _inequality(
    polynomial: PolyElement, positive: int, strict: bool, parameters: Sequence[Symbol], cells: Sequence[Cell]
) -> Boolean:
    greater, less = (StrictGreaterThan, StrictLessThan) if strict else (GreaterThan, LessThan)
    symbol, value, slope = _solved(polynomial, parameters, cells) or (polynomial.as_expr(), S.Zero, 1)
    relation = greater if positive * slope > 0 else less
    return relation(symbol, value, evaluate=False)  # what the samples showed needs no query of assumptions


def _solved(
    polynomial: PolyElement, parameters: Sequence[Symbol], cells: Sequence[Cell]
) -> tuple[Symbol, Expr, int] | None:
    """(parameter, value, sign of the slope) where the polynomial is linear in a parameter.

    The slope must not vanish in the domain.  Each of its irreducible factors is among the polynomials that cut the
    base and has simple roots only, so a root inside the domain would show as a change of sign between samples.
    """
    for position, symbol in enumerate(reversed(parameters)):
        if polynomial.degree(position) == 0:
            continue
        if polynomial.degree(position) > 1:
            return None
        slope = polynomial.diff(position)
        if any(len({sign(factor, cell.sample) for cell in cells}) > 1 for factor in irreducible(slope)):
            return None
        rest = polynomial - slope * polynomial.ring.gens[position]
        return symbol, expand(-rest.as_expr() / slope.as_expr()), sign(slope, cells[0].sample)
    return None
