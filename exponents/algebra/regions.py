"""How is a part of the plane of parameters written as a few inequalities a reader can check?

`regions_of` looks for signs of polynomials that all cells of a region share and that together exclude every other cell
of the domain.  It drops those that are not needed, so the inequalities select exactly the region.  An inequality
that is linear in a parameter is solved for it.

Map: `_Writer` writes each region, open by itself and closed as a case; `_cover` chooses the signs, `_separate` those of
one conjunction; `write_inequality` and `_solve_linear` turn a sign into an inequality.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, NamedTuple

from sympy import And, Eq, Expr, Ne, Or, Piecewise, S, Symbol, expand
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean

from ..errors import IncompleteProof
from .boundaries import find_neighbours
from .cells import Arrangement
from .elimination import separating_polynomials
from .partition import Found, Leaf, Partition
from .polynomials import Polynomial, sign

Steady = Callable[[Polynomial], int]
"""Returns the sign that a polynomial keeps on the domain, or 0."""

SHARED = 12
"""Dividing polynomials up to which all regions are written from one set of cells, which makes for shorter cases."""


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
        The same as successive closed cases: the first that holds decides, and the last is true.  A function that is
        continuous across the boundaries gets its value on them from the first region beside them.  A single point at
        which curves touch or are singular may satisfy a closed case without lying beside the region.
    boundaries : tuple of Boundary
        The curves between them.
    curves : tuple of Expr
        Polynomials that divide the domain.
    """

    where: tuple[Boolean, ...]
    cases: tuple[Boolean, ...]
    boundaries: tuple[Boundary, ...]
    curves: tuple[Expr, ...] = ()

    def piecewise(
        self,
        values: Sequence[Expr],
        corners: Sequence[tuple[Boolean, int]] = (),
        exceptions: Sequence[tuple[Boolean, Expr]] = (),
    ) -> Expr:
        """Return the function with ``values``, one for each region, over the whole domain.

        ``exceptions`` are curves with another value on them, and ``corners`` single points with the position of the
        value there; they are decided first, in this order.
        """
        special = [(value, curve) for curve, value in exceptions]
        if len(set(values)) == 1:
            return Piecewise(*special, (values[0], True)) if special else values[0]
        special += [(values[label], corner) for corner, label in corners]
        return Piecewise(*special, *zip(values, self.cases, strict=True))


def regions_of(
    partition: Partition[Found],
    label_of: Callable[[Found], Hashable] = lambda found: found,
    denominators: Callable[[Found], frozenset[Polynomial]] = lambda _: frozenset(),
    rank: Callable[[Found], int] = lambda _: 0,
    is_wanted: Callable[[Found], bool] | None = None,
) -> tuple[list[Found], Regions]:
    """Write the parts of each label as inequalities, solved for the last parameter in which they are linear.

    Parameters
    ----------
    partition : Partition
    label_of : callable
        Parts whose findings have equal labels make up one region.
    denominators : callable
        The polynomials that the value on a region divides by.  They do not vanish in the open region.  A closed case
        excludes the points of its edge where one of them vanishes; a neighbour takes these points.
    rank : callable
        Regions come in this order.  A finding that holds on its open region alone has a positive rank, so that the
        closed cases of the others come first.
    is_wanted : callable, optional
        Whether the region of a finding is asked for.  There are then neither cases nor boundaries, which take longer.

    Returns
    -------
    list, Regions
        The first finding on each region, and the regions, in the same order; only those that are wanted.

    Raises
    ------
    IncompleteProof
        If signs of polynomials do not select a region.

    Examples
    --------
    >>> from exponents import alpha
    >>> from exponents.algebra.partition import partition_domain
    >>> from exponents.algebra.polynomials import Functions
    >>> field = Functions((alpha,))
    >>> curve = field.element(alpha - 2)
    >>> found, regions = regions_of(partition_domain(field, [alpha], lambda sample: (sign(curve, sample), [curve])))
    >>> found, regions.where
    ([-1, 1], (alpha < 2, alpha > 2))
    """
    partition = partition.merge_alike(label_of)
    firsts: dict[Hashable, Found] = {}
    for leaf in partition.leaves:
        firsts.setdefault(label_of(leaf.found), leaf.found)
    firsts = dict(sorted(firsts.items(), key=lambda item: rank(item[1])))
    numbers = {label: i for i, label in enumerate(firsts)}
    labels = {leaf: numbers[label_of(leaf.found)] for leaf in partition.leaves}
    found = list(firsts.values())
    if is_wanted is not None:
        wanted = [label for label, value in enumerate(found) if is_wanted(value)]
        separating = _separating(partition, labels, wanted)
        writer = _Writer(partition, labels, separating)
        return [found[label] for label in wanted], Regions(tuple(map(writer.region, wanted)), (), ())
    whole = partition.cut_by(())
    boundaries: dict[tuple[tuple[int, int], Polynomial], Boundary] = {}
    for curve in sorted(partition.divisions, key=lambda p: p.simplicity):
        for below, above in find_neighbours(partition, curve):
            pair = labels[below], labels[above]
            if pair[0] != pair[1]:
                boundaries.setdefault((pair, curve), make_boundary(pair, curve, whole))
    writer = _Writer(partition, labels, frozenset(curve for _, curve in boundaries))
    where = [writer.region(label) for label in range(len(found))]
    cases = [writer.case(label, denominators(value)) for label, value in enumerate(found[:-1])]
    between = tuple(boundary for _, boundary in sorted(boundaries.items(), key=lambda item: item[0][0]))
    curves = tuple(curve.as_expr() for curve in sorted(partition.divisions, key=lambda p: p.simplicity))
    return found, Regions(tuple(where), (*cases, S.true), between, curves)


def _separating(
    partition: Partition[Found], labels: dict[Leaf[Found], int], wanted: Sequence[int]
) -> frozenset[Polynomial]:
    """Return the curves, of those from which wanted regions are written, on which two regions meet."""
    parts = [leaf for leaf, label in labels.items() if label in wanted]
    curves = frozenset().union(*(leaf.signs for leaf in parts))
    if len(partition.divisions) <= SHARED:
        curves = partition.divisions
    return frozenset(c for c in curves if any(labels[a] != labels[b] for a, b in find_neighbours(partition, c)))


class _View(NamedTuple):
    """Cells of the domain, and the region to which each belongs; -1 stands for regions left out."""

    cut: Arrangement
    owners: list[int]


@dataclass(frozen=True, eq=False)
class _Writer(Generic[Found]):
    """Writes regions from the cells that separate them from the rest."""

    partition: Partition[Found]
    labels: dict[Leaf[Found], int]
    separating: frozenset[Polynomial]
    _views: dict[int, _View] = field(default_factory=dict)

    def region(self, label: int) -> Boolean:
        """Return the open region by itself."""
        return self._write(label, lambda owner: owner != label, strict=True)

    def case(self, label: int, edges: frozenset[Polynomial]) -> Boolean:
        """Return the closed case, given that those before it do not hold, without points where ``edges`` vanish."""
        whole = self._write(label, lambda owner: owner < 0 or owner > label, strict=False)
        vanishing = sorted((p for p in edges if self._views[label].cut.changes(p)), key=lambda p: p.text)
        return And(whole, *(Ne(p.as_expr(), 0) for p in vanishing))

    def _write(self, label: int, excluded: Callable[[int], bool], strict: bool) -> Boolean:
        further: set[Polynomial] = set()
        while True:
            cut, owners = self._view(label, further)
            mine = list(dict.fromkeys(c.signs for c, owner in zip(cut.cells, owners, strict=True) if owner == label))
            others = list(dict.fromkeys(c.signs for c, owner in zip(cut.cells, owners, strict=True) if excluded(owner)))
            order = sorted(cut.polynomials, key=lambda p: (p in self.separating, -len(p.text), p.text))
            bits = [1 << cut.position[p] for p in order]
            clauses = _cover(bits, mine, others)
            if clauses is not None:
                break
            if further:
                raise IncompleteProof("the signs of the boundary polynomials single out no region; narrow the domain")
            further = separating_polynomials(cut.polynomials)
        written, steady = [], _steady_on(cut)
        for mask, signs in clauses:
            used = [(p, bool(signs & bit)) for p, bit in zip(order, bits, strict=True) if mask & bit]
            written.append(And(*(write_inequality(p, positive, strict, steady) for p, positive in used)))
        return Or(*written)

    def _view(self, label: int, further: set[Polynomial]) -> _View:
        """Return cells that separate a region from the rest; all regions share one set of cells if it is small."""
        if further or label not in self._views:
            divisions = self.partition.divisions
            shared = len(divisions) <= SHARED
            parts = [leaf for leaf, owner in self.labels.items() if owner == label]
            own = divisions if shared else frozenset().union(*(leaf.signs for leaf in parts))
            cut = self.partition.cut_by(own | further)
            looked_at = self.labels if shared else dict.fromkeys(parts, label)
            chosen = [(cut.sign_mask(leaf.signs), owner) for leaf, owner in looked_at.items()]
            owners = [
                next((owner for (mask, wanted), owner in chosen if not (cell.signs ^ wanted) & mask), -1)
                for cell in cut.cells
            ]
            self._views[label] = _View(cut, owners)
        return self._views[label]


def make_boundary(pair: tuple[int, int], polynomial: Polynomial, cut: Arrangement) -> Boundary:
    """Return the zeros of a polynomial as a boundary, solved for a parameter where the domain, cut into cells, allows.

    >>> from exponents import alpha
    >>> from exponents.algebra.cells import cut_domain
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> field = Functions((alpha,))
    >>> (point,) = factors(field.element(alpha - 2))
    >>> make_boundary((0, 1), point, cut_domain(field, [point])).curve
    Eq(alpha, 2)
    """
    solved = _solve_linear(polynomial, _steady_on(cut))
    sides = (polynomial.as_expr(), S.Zero) if solved is None else solved[:2]
    return Boundary(Eq(*sides, evaluate=False), pair, polynomial.as_expr())


def _separate(bits: list[int], mine: list[int], others: list[int]) -> int | None:
    """Return few signs shared by ``mine`` that every one of ``others`` violates, as a mask; early ``bits`` go first."""
    every, some = -1, 0
    for signs in mine:
        every, some = every & signs, some | signs
    shared = sum(bits) & (every | ~some)
    differing = [(signs ^ mine[0]) & shared for signs in others]
    if not all(differing):
        return None
    for bit in bits:
        if shared & bit and all(d & ~bit for d in differing):
            shared &= ~bit
            differing = [d & ~bit for d in differing]
    return shared


def _cover(bits: list[int], mine: list[int], others: list[int]) -> list[tuple[int, int]] | None:
    """Return (mask, signs) of few conjunctions that together hold for all of ``mine`` and none of ``others``."""
    whole = _separate(bits, mine, others)
    if whole is not None:
        return [(whole, mine[0])]
    clauses: list[tuple[int, int]] = []
    left = list(mine)
    while left:
        mask = _separate(bits, left[:1], others)
        if mask is None:
            return None
        chosen = left[0]
        clauses.append((mask, chosen))
        left = [signs for signs in left if (signs ^ chosen) & mask]
    return clauses


def write_inequality(polynomial: Polynomial, positive: bool, strict: bool, steady: Steady) -> Boolean:
    """Return that a polynomial is positive, or negative, as an inequality; solved for a parameter where it can be.

    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> (line,) = factors(Functions((alpha, beta)).element(beta - alpha))
    >>> write_inequality(line, True, True, lambda slope: 1)
    beta > alpha
    """
    greater, less = (StrictGreaterThan, StrictLessThan) if strict else (GreaterThan, LessThan)
    symbol, value, slope = _solve_linear(polynomial, steady) or (polynomial.as_expr(), S.Zero, 1)
    relation = greater if positive == (slope > 0) else less
    return relation(symbol, value, evaluate=False)  # the samples have decided it


def _steady_on(cut: Arrangement) -> Steady:
    """Return a function that says which sign a polynomial keeps on all cells.

    The irreducible factors of a slope, or the leading coefficient they stem from, are among the polynomials that cut
    the base, so a zero inside the domain would show as a change of sign between samples.
    """

    def steady(polynomial: Polynomial) -> int:
        changing = any(map(cut.changes, polynomial.functions.irreducible(polynomial.data)))
        return 0 if changing else sign(polynomial, cut.cells[0].sample)

    return steady


def _solve_linear(polynomial: Polynomial, steady: Steady) -> tuple[Symbol, Expr, int] | None:
    """Return (parameter, value, sign of the slope) if the polynomial is linear in a parameter with a steady slope."""
    for position, symbol in enumerate(reversed(polynomial.functions.parameters)):
        if not polynomial.involves(position):
            continue
        if polynomial.degrees[position] > 1:
            return None
        slope = polynomial.derivative(position)
        rising = steady(slope)
        if not rising:
            return None
        rest = polynomial.as_expr() - slope.as_expr() * symbol
        return symbol, expand(-expand(rest) / slope.as_expr()), rising
    return None
