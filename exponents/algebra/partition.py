"""How do decisions at sample points become statements about whole regions of parameters?

Something is decided at an exact point: which vertex is optimal, which branch of a Min is in force, what sign a function
has.  The decision holds as long as certain functions keep their signs.  `partition_domain` divides the domain until
each part has one decision that holds on all of it:

1. Decide at a sample of the part.  Look for a polynomial that decided and changes its sign inside the part.
2. If there is none, the decision holds on the whole part.  That is the proof.
3. Otherwise follow the decision along a line through a place where the polynomial vanishes, from root to root.  If the
   outcome changes on the line, a polynomial that vanishes there is a true boundary: divide by it.  If the outcome does
   not change, divide by the polynomial found in step 1.

So only curves on which something happens cut the domain, and each part is examined with the few curves that bound it.
The division ends, since finitely many polynomials decide.

Map: `partition_domain` starts `_Search.divide`, which asks `_find_division` for steps 1 to 3; `_follow_line` is step 3.
The result is a `Partition`, a binary tree of `Split`s by signs, whose `Leaf`s are the parts.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Generic, NamedTuple, TypeAlias, TypeVar

from sympy import Expr

from ..errors import InputError
from .cells import Arrangement, Cell, cut_domain
from .elimination import Base
from .parametric import Point, Pole
from .polynomials import Functions, Polynomial, RationalFunction, factors, sign
from .real_roots import Root, rationals_between, sign_at, sort_roots
from .root_ranges import roots_between

Found = TypeVar("Found", bound=Hashable)

Decide = Callable[[Point], tuple[Found, Iterable[RationalFunction]]]

Signs = dict[Polynomial, int]
"""Signs of polynomials; with the inequalities of the domain they describe a part."""


@dataclass(frozen=True, eq=False)
class Leaf(Generic[Found]):
    """A part of the domain, and the decision that holds on all of it.

    Attributes
    ----------
    found
        The decision.
    signs : dict
        The signs that select the part in the domain, without those that follow from the others.
    sample : mapping of Symbol to Fraction
        An exact point inside.
    """

    found: Found
    signs: Signs
    sample: Point


@dataclass(frozen=True, eq=False)
class Split(Generic[Found]):
    """A part divided by the sign of a polynomial."""

    polynomial: Polynomial
    signs: Signs
    negative: Tree[Found]
    positive: Tree[Found]


Tree: TypeAlias = "Leaf[Found] | Split[Found]"


@dataclass(frozen=True, eq=False)
class Partition(Generic[Found]):
    """A domain divided into parts, with the decision on each.

    Attributes
    ----------
    functions : Functions
    domain : tuple of Expr
        Functions that are positive on the domain.
    edges : set of Polynomial
        Their factors.
    tree : Leaf or Split
    """

    functions: Functions
    domain: tuple[Expr, ...]
    edges: frozenset[Polynomial]
    tree: Tree[Found]

    @cached_property
    def leaves(self) -> tuple[Leaf[Found], ...]:
        """The parts, in the order of the tree."""
        return tuple(_leaves(self.tree))

    @cached_property
    def divided(self) -> dict[Polynomial, list[Signs]]:
        """For each polynomial that divides parts, the signs that select these parts in the domain."""
        found: dict[Polynomial, list[Signs]] = {}
        waiting = [self.tree]
        while waiting:
            tree = waiting.pop()
            if isinstance(tree, Split):
                found.setdefault(tree.polynomial, []).append(tree.signs)
                waiting += [tree.negative, tree.positive]
        return found

    @cached_property
    def divisions(self) -> frozenset[Polynomial]:
        """The polynomials at which the parts divide."""
        return frozenset().union(*(leaf.signs for leaf in self.leaves))

    def merge_alike(self, alike: Callable[[Found], Hashable]) -> Partition[Found]:
        """Return the partition without the divisions whose two sides have the same decisions."""
        return replace(self, tree=_merge(self.tree, alike))

    def cut_by(self, polynomials: Iterable[Polynomial]) -> Arrangement:
        """Return the cells that some polynomials cut from the domain."""
        return cut_domain(self.functions, self.edges.union(polynomials), self.domain)

    def contains(self, sign_of: Callable[[Polynomial], int]) -> bool:
        """Return whether a point at which polynomials have these signs lies in the domain."""
        for side in self.domain:
            content, powers = self.functions.element(side).factor
            signs = [sign_of(polynomial) ** power for polynomial, power in powers.items() if power > 0]
            signs += [sign_of(polynomial) for polynomial, power in powers.items() if power < 0 and power % 2]
            if prod(signs, start=content) <= 0:
                return False
        return True

    def part(self, sign_of: Callable[[Polynomial], int]) -> Leaf[Found]:
        """Return the part in which polynomials have the signs that ``sign_of`` gives."""
        tree = self.tree
        while isinstance(tree, Split):
            tree = tree.positive if sign_of(tree.polynomial) > 0 else tree.negative
        return tree


def partition_domain(functions: Functions, domain: Sequence[Expr], decide: Decide[Found]) -> Partition[Found]:
    """Decide something at samples, and divide the domain until each decision holds on all of its part.

    Parameters
    ----------
    functions : Functions
        The field of the parameters, two at most.
    domain : sequence of Expr
        Functions that are positive on the domain.
    decide : callable
        sample -> (the decision, the functions whose signs at the sample decide it).

    Raises
    ------
    InputError
        If the domain is empty.
    TooMuchWork
        If the problem is too large for an exact answer.

    Examples
    --------
    >>> from exponents import alpha
    >>> field = Functions((alpha,))
    >>> curve = field.element(alpha - 2)
    >>> found = partition_domain(field, [alpha], lambda sample: (sign(curve, sample), [curve]))
    >>> [leaf.found for leaf in found.leaves]
    [-1, 1]
    """
    edges = frozenset().union(*(factors(e) for e in map(functions.element, domain) if e))
    search = _Search(functions, domain, edges, decide)
    whole = search.cut_by(())
    if not whole.cells:
        raise InputError(f"the domain {' and '.join(f'{side} > 0' for side in domain)} is empty; widen it")
    tree = search.divide({}, whole, frozenset())
    assert tree is not None, "a domain with cells has parts"
    return Partition(functions, tuple(domain), edges, tree)


def _leaves(tree: Tree[Found]) -> list[Leaf[Found]]:
    return [tree] if isinstance(tree, Leaf) else [*_leaves(tree.negative), *_leaves(tree.positive)]


def _merge(tree: Tree[Found], alike: Callable[[Found], Hashable]) -> Tree[Found]:
    if isinstance(tree, Leaf):
        return tree
    first, second = _merge(tree.negative, alike), _merge(tree.positive, alike)
    if isinstance(first, Leaf) and isinstance(second, Leaf) and alike(first.found) == alike(second.found):
        return replace(first, signs=tree.signs)
    return replace(tree, negative=first, positive=second)


class _Decision(NamedTuple, Generic[Found]):
    """The decision at a point, and the polynomials whose signs decide it."""

    found: Found
    polynomials: frozenset[Polynomial]


class _Piece(NamedTuple, Generic[Found]):
    """Part of a line on which one decision holds: its ends, and the polynomials that vanish on them."""

    low: Root | None
    high: Root | None
    below: frozenset[Polynomial]
    above: frozenset[Polynomial]
    decision: _Decision[Found]


class _Degenerate(Exception):
    """Polynomials that vanish all along a line: the line is one of their zeros."""


class _Search(Generic[Found]):
    """Makes decisions at points, remembers them, follows them along lines, and divides the domain by them."""

    def __init__(
        self, functions: Functions, domain: Sequence[Expr], edges: frozenset[Polynomial], decide: Decide[Found]
    ) -> None:
        self.functions, self.domain, self.edges = functions, domain, edges
        self._decide = decide
        self._decisions: dict[Base, _Decision[Found]] = {}
        self._lines: dict[tuple[object, ...], list[_Piece[Found]]] = {}

    def divide(self, signs: Signs, cut: Arrangement, steady: frozenset[Polynomial]) -> Tree[Found] | None:
        """Divide the part on which the polynomials that cut the domain have given signs; return None if it is empty.

        The ``steady`` polynomials are known to keep their signs on a part that contains this one.
        """
        mask, wanted = cut.sign_mask(signs)
        cells = [cell for cell in cut.cells if not (cell.signs ^ wanted) & mask]
        if not cells:
            return None
        bounding = dict(signs)
        for polynomial in signs:  # a sign without which no more cells remain follows from the others
            fewer = mask & ~(1 << cut.position[polynomial])
            if sum(not (cell.signs ^ wanted) & fewer for cell in cut.cells) == len(cells):
                mask = fewer
                del bounding[polynomial]
        division, steady = self._find_division(cut, cells, steady)
        if not isinstance(division, Polynomial):
            return Leaf(division, bounding, cells[len(cells) // 2].sample)
        finer = self.cut_by({*bounding, division})
        negative, positive = (self.divide({**bounding, division: s}, finer, steady) for s in (-1, 1))
        if negative is None or positive is None:
            return negative or positive
        return Split(division, bounding, negative, positive)

    def cut_by(self, polynomials: Iterable[Polynomial]) -> Arrangement:
        """Return the cells that some polynomials cut from the domain."""
        return cut_domain(self.functions, self.edges.union(polynomials), self.domain)

    def _find_division(
        self, cut: Arrangement, cells: Sequence[Cell], steady: frozenset[Polynomial]
    ) -> tuple[Polynomial | Found, frozenset[Polynomial]]:
        """Return the decision that holds on all of the cells, or a polynomial to divide them by, and steady ones."""
        known = set(steady)
        try:
            start = cells[len(cells) // 2]
            height, decision = self._sample(start.place.base, *start.bounds)
            here = dict(zip(self.functions.parameters, (*start.place.base, height), strict=False))
            unknown = decision.polynomials.difference(cut.polynomials, known)
            for polynomial in sorted(unknown, key=lambda p: p.simplicity):
                for cell, base in cut.find_crossings(polynomial, cells):
                    changes = self._changes_above(cell, base) or {polynomial}
                    return min(changes, key=lambda p: p.simplicity), frozenset(known)
                if {sign(polynomial, cell.sample) for cell in cells} != {sign(polynomial, here)}:
                    return polynomial, frozenset(known)
                known.add(polynomial)
        except _Degenerate as degenerate:
            return min(*degenerate.args, key=lambda p: p.simplicity), frozenset(known)
        except Pole as pole:  # a sample may lie on a pole that nothing has named yet
            named = frozenset().union(*(factors(self.functions.element(e)) for e in pole.vanishing))
            if not named.difference(cut.polynomials):
                raise
            return min(named.difference(cut.polynomials), key=lambda p: p.simplicity), frozenset(known)
        return decision.found, frozenset(known)

    def at(self, sample: Point) -> _Decision[Found]:
        """Return the decision at a point."""
        key = tuple(sample.values())
        if key not in self._decisions:
            self.functions.work.spend(100)
            found, deciding = self._decide(sample)
            self._decisions[key] = _Decision(found, frozenset().union(*(factors(e) for e in deciding if e)))
        return self._decisions[key]

    def _changes_above(self, cell: Cell, base: Base | None) -> frozenset[Polynomial]:
        """Return the polynomials at which the outcome changes on the line above a base value, inside a cell."""
        if base is None:
            return frozenset()
        return _changes(self._follow_line(base, *cell.bounds_above(base)))

    def _follow_line(self, base: Base, low: Root | None, high: Root | None) -> list[_Piece[Found]]:
        """Return the pieces of a line between two roots, from below, each with the decision that holds on it."""
        if (base, low, high) in self._lines:
            return self._lines[base, low, high]
        pieces: list[_Piece[Found]] = []
        waiting: list[_Piece[Found] | tuple[Root | None, Root | None]] = [(low, high)]
        while waiting:
            part = waiting.pop()
            if isinstance(part, _Piece):
                pieces.append(part)
                continue
            height, decision = self._sample(base, *part)
            vanishing: dict[Root, set[Polynomial]] = {}
            for p in decision.polynomials:
                for root in roots_between(p.coefficients_above(base), *part):
                    vanishing.setdefault(root, set()).add(p)
            inside = sort_roots(vanishing)
            below = [root for root in inside if root.side_of(height) < 0]
            above = [root for root in inside if root.side_of(height) > 0]
            bottom, top = below[-1] if below else None, above[0] if above else None
            if top is not None:
                waiting.append((top, part[1]))
            ending, starting = (frozenset(vanishing[end] if end else ()) for end in (bottom, top))
            waiting.append(_Piece(bottom or part[0], top or part[1], ending, starting, decision))
            if bottom is not None:
                waiting.append((part[0], bottom))
        self._lines[base, low, high] = pieces
        return pieces

    def _sample(self, base: Base, low: Root | None, high: Root | None) -> tuple[Fraction, _Decision[Found]]:
        """Return a height between two roots at which no deciding polynomial vanishes, and the decision there."""
        decision = None
        for height in rationals_between(low, high):
            sample = dict(zip(self.functions.parameters, (*base, height), strict=False))
            decision = self.at(sample)
            lines = {p: p.coefficients_above(base) for p in decision.polynomials}
            flat = frozenset(p for p, line in lines.items() if base and not line)
            if flat:
                raise _Degenerate(flat)
            if all(len(line) <= 1 or sign_at(line, height) for line in lines.values()):
                return height, decision
        raise InputError(f"no generic sample was found above {base}; restrict the domain a little")


def _changes(pieces: Sequence[_Piece[Found]]) -> frozenset[Polynomial]:
    """Return the polynomials that vanish where neighbouring pieces of a line have different outcomes."""
    changes: set[Polynomial] = set()
    for lower, upper in pairwise(pieces):
        if lower.decision.found != upper.decision.found:
            both = lower.above & upper.below
            changes |= both or lower.above or upper.below
    return frozenset(changes)
