"""Which parts of a domain meet, and along which curves?

`find_neighbours` follows each curve that divides the domain.  At a point of the curve, a root of its polynomial above a
rational base, exact signs tell which part lies on either side.  The same two parts meet along the curve until one of
the polynomials that separate them from others vanishes; there a new piece of the curve begins.

`rational_corners` lists rational points at which curves meet, where closed inequalities need care.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Generic

from sympy import Expr

from .elimination import Base, roots_above, sample_heights, sign_on_line, univariate, wall_sources, walls_between
from .parametric import Point
from .partition import Found, Leaf, Partition
from .polynomials import Functions, Polynomial, factors
from .real_roots import (
    Root,
    collect_roots,
    is_between,
    rationals_between,
    real_roots,
    sign_below,
    sort_roots,
)
from .root_ranges import roots_between, sign_at_root

SignOf = Callable[[Polynomial], int]

_Pair = tuple[Leaf[Found], Leaf[Found]]
_Span = tuple[Root | None, Root | None]


def find_neighbours(partition: Partition[Found], curve: Polynomial) -> Iterator[_Pair[Found]]:
    """Yield the pairs of parts that meet along ``curve``: (below, above), or (left, right) of an upright line.

    A part that the curve crosses without dividing it may be yielded with itself.

    Examples
    --------
    >>> from sympy import Max
    >>> from exponents import alpha
    >>> from exponents.algebra.piecewise import partition_by_branch
    >>> found = partition_by_branch(Max(alpha, 1), [alpha], [alpha], lambda element, _: str(element))
    >>> (curve,) = found.divisions  # alpha = 1
    >>> [(below.found, above.found) for below, above in find_neighbours(found, curve)]
    [('1', 'alpha')]
    """
    if not curve.involves(0):
        yield from _across_lines(partition, curve)
        return
    spans: list[_Span] = [(None, None)]
    if len(partition.functions.parameters) == 2:
        ends = {p: univariate(p) for p in partition.functions.eliminate(curve)}
        spans = list(pairwise([None, *(root for root, _ in collect_roots(ends)), None]))
    for span in spans:
        base = next(_bases(partition, span))
        for branch in range(len(roots_above(curve, base))):
            yield from _along(partition, curve, branch, span)


class _Spot(Generic[Found]):
    """A point of a curve: exact signs there, and a record of the polynomials whose signs were asked for."""

    def __init__(self, partition: Partition[Found], curve: Polynomial, sign_of: SignOf) -> None:
        self._partition, self._curve, self._sign_of = partition, curve, sign_of
        self.signs: dict[Polynomial, int] = {}

    def sign(self, polynomial: Polynomial) -> int:
        """Return the sign of a polynomial at the point."""
        if polynomial not in self.signs:
            self.signs[polynomial] = self._sign_of(polynomial)
        return self.signs[polynomial]

    def is_inside(self) -> bool:
        """Return whether the point lies in the domain."""
        return self._partition.contains(self.sign)

    def hindrances(self) -> list[Polynomial]:
        """Return, for each part that the curve divides and in which the point does not lie, why not: a wrong sign.

        Empty if the point lies in one of them.
        """
        found: list[Polynomial] = []
        for signs in self._partition.divided.get(self._curve, ()):
            wrong = (p for p, s in signs.items() if p != self._curve and self.sign(p) != s)
            first = next(wrong, None)
            if first is None:
                return []
            found.append(first)
        return found

    def part_beside(self, side: int) -> Leaf[Found]:
        """Return the part on the side of the curve where its polynomial has this sign."""
        return self._partition.part(lambda polynomial: side if polynomial == self._curve else self.sign(polynomial))

    def is_generic(self) -> bool:
        """Return whether, of the polynomials asked for, only the curve's own vanishes here."""
        return all(sign for polynomial, sign in self.signs.items() if polynomial != self._curve)


def _across_lines(partition: Partition[Found], curve: Polynomial) -> Iterator[_Pair[Found]]:
    others = (partition.divisions | partition.edges) - {curve}
    for line in sort_roots(real_roots(univariate(curve))):
        for height in sample_heights(curve, others):
            spot = _Spot(partition, curve, partial(sign_on_line, line=line, height=height))
            if spot.is_inside():
                rising = sign_on_line(curve.derivative(1), line, height)
                yield spot.part_beside(-rising), spot.part_beside(rising)


def _on_branch(root: Root, base: Base) -> SignOf:
    return lambda polynomial: sign_at_root(polynomial.coefficients_above(base), root)


def _bases(partition: Partition[Found], span: _Span) -> Iterator[Base]:
    """Yield exact base points over an interval; with one parameter, the empty base."""
    if len(partition.functions.parameters) == 2:
        yield from ((value,) for value in rationals_between(*span))
    else:
        yield ()


def _along(partition: Partition[Found], curve: Polynomial, branch: int, span: _Span) -> Iterator[_Pair[Found]]:
    """Yield the pairs of parts beside one branch of a curve, over an interval on which it neither begins nor ends."""
    waiting = [span]
    while waiting:
        low, high = waiting.pop()
        for base in _bases(partition, (low, high)):
            partition.functions.work.spend(60)
            spot = _Spot(partition, curve, _on_branch(roots_above(curve, base)[branch], base))
            pair: _Pair[Found] | None = None
            hindering = spot.hindrances()
            if not hindering and spot.is_inside():
                below = sign_below(curve.coefficients_above(base), branch)
                pair = spot.part_beside(below), spot.part_beside(-below)
            if spot.is_generic():
                break
        else:
            continue  # an edge of the domain runs along the curve
        if pair is not None:
            yield pair
        if base:
            # Two parts meet until a sign changes that selects one of them, and none do while each sign stays wrong.
            asked = hindering or (spot.signs if pair is None else {*partition.edges, *pair[0].signs, *pair[1].signs})
            others = sorted((p for p in asked if p != curve), key=lambda p: p.simplicity)
            left, right = _nearest(base[0], curve, others, low, high)
            waiting += [(low, left)] if left is not low else []
            waiting += [(right, high)] if right is not high else []


def _nearest(
    value: Fraction, curve: Polynomial, others: Iterable[Polynomial], low: Root | None, high: Root | None
) -> _Span:
    """Return where, nearest to a value between two roots, other polynomials may vanish on a curve; or these roots."""
    left, right = low, high
    for other in others:
        for wall in walls_between(left, right, curve, other) if other.involves(0) else (other,):
            for root in roots_between(univariate(wall), left, right):
                if not is_between(root, left, right):
                    continue
                if root.side_of(value) < 0:
                    left = root
                elif root.side_of(value) > 0:
                    right = root
    return left, right


def rational_corners(functions: Functions, curves: Iterable[Expr]) -> Iterator[Point]:
    """Yield rational points at which curves meet, turn back or are singular, and others on upright lines through these.

    A closed inequality may hold at such a point although no cell of the region lies beside it.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> list(rational_corners(Functions((alpha, beta)), [alpha - 1, beta - alpha]))
    [{alpha: Fraction(1, 1), beta: Fraction(1, 1)}]
    """
    polynomials = frozenset().union(*(factors(functions.element(curve)) for curve in curves))
    listed = sorted(polynomials, key=lambda p: p.simplicity)
    bases: list[Base] = [()] if len(functions.parameters) == 1 else []
    if len(functions.parameters) == 2:
        roots = sort_roots(root for wall in wall_sources(listed) for root in real_roots(univariate(wall)))
        bases = [(root.low,) for root in roots if root.is_rational]
    for base in bases:
        for height in sort_roots(root for p in listed for root in real_roots(p.coefficients_above(base))):
            if height.is_rational:
                yield dict(zip(functions.parameters, (*base, height.low), strict=True))
