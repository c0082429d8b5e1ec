"""Which polynomials decide what lies above a base point?  The step from line to line of a covering.

A base point has values for the first parameters.  On the `Line` of the next one, points are taken until the intervals
on which nothing changes cover it (`Sweep.characterise`).  As the base moves, they cover it as long as roots neither
meet nor appear nor run off to infinity: as long as some resultants, discriminants and leading coefficients do not
vanish (`Sweep.project`).  These decide at the base point (cylindrical algebraic coverings; Abraham, Davenport, England,
Kremer 2021).  Polynomials that keep their sign on a box around the domain are left out.

On open intervals rational samples suffice; what lies on zeros of polynomials is left out, and follows by continuity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import prod
from typing import NamedTuple

from sympy import Expr, Rational

from .box import find_bounds, sign_on_box
from .polynomials import Functions, Polynomial, factors
from .real_roots import Coefficients, Root, compare, rationals_between, real_roots, sign_at, sort_roots

Place = tuple[Fraction, ...]
"""Values of the first parameters."""

Examine = Callable[["Line", Fraction], frozenset[Polynomial]]
"""Returns the polynomials that decide at a point of a line of the last parameter."""


class Special(Exception):
    """A polynomial vanishes at a point by accident; take another one."""


class Line:
    """A line of one parameter: those before it have values, and those after it do not matter.

    >>> from exponents import alpha, beta, gamma
    >>> field = Functions((alpha, beta, gamma))
    >>> (parabola,) = factors(field.element(beta**2 - alpha))
    >>> line = Line((Fraction(4),), 3)
    >>> [int(root.low) for root in line.roots(parabola)], line.sign(parabola, Fraction(1))
    ([2, -2], -1)
    """

    def __init__(self, base: Place, dimension: int) -> None:
        self.base, self.position = base, dimension - 1 - len(base)
        self._values = [(value.numerator, value.denominator) for value in reversed(base)]
        self._coefficients: dict[Polynomial, Coefficients] = {}

    def coefficients(self, polynomial: Polynomial) -> Coefficients:
        """Return integer coefficients in the parameter, constant first; raise `Special` if all of them vanish."""
        found = self._coefficients.get(polynomial)
        if found is None:
            found = self._coefficients[polynomial] = self._substitute(polynomial)
        if not found:
            raise Special
        return found

    def _substitute(self, polynomial: Polynomial) -> Coefficients:
        """Return coefficients of a positive multiple, from powers of integers."""
        start = self.position + 1
        tables = []
        for (top, bottom), degree in zip(self._values, polynomial.degrees[start:], strict=True):
            tables.append([top**k * bottom ** (degree - k) for k in range(degree + 1)])
        found = [0] * (polynomial.degrees[self.position] + 1)
        for powers, coefficient in polynomial.terms():
            for table, power in zip(tables, powers[start:], strict=True):
                coefficient *= table[power]
            found[powers[self.position]] += coefficient
        while found and found[-1] == 0:
            found.pop()
        return tuple(found)

    def roots(self, polynomial: Polynomial) -> tuple[Root, ...]:
        """Return the real roots of a polynomial on the line."""
        return real_roots(self.coefficients(polynomial))

    def sign(self, polynomial: Polynomial, value: Fraction) -> int:
        """Return the sign of a polynomial at a point of the line; raise `Special` where it vanishes."""
        found = sign_at(self.coefficients(polynomial), value)
        if not found:
            raise Special
        return found


class Domain:
    """Where some functions are positive, as signs of their factors, in a box of constant bounds.

    Attributes
    ----------
    limits : list of (Root or None, Root or None)
        The bounds of the parameter at each position; ``edges`` are the polynomials that vanish on them.
    """

    def __init__(self, functions: Functions, sides: Sequence[Expr]) -> None:
        self.functions = functions
        every = [functions.element(side).factor for side in sides]
        known = [(p, content) for content, powers in every for p, power in powers.items() if len(powers) == power == 1]
        self._box = [find_bounds(i, known) for i in range(len(functions.parameters))]
        self._steady: dict[Polynomial, int] = {}
        signs = ((content, [(self.sign(p), power) for p, power in powers.items()]) for content, powers in every)
        inside = [prod((s**power for s, power in found), start=content) > 0 for content, found in signs]
        self.sides = [side for side, holds in zip(every, inside, strict=True) if not holds]
        self.limits: list[tuple[Root | None, Root | None]] = []
        self.edges: list[list[Polynomial]] = []
        for (low, high), symbol in zip(self._box, reversed(functions.parameters), strict=True):
            roots = [None if x is None else real_roots((-x.numerator, x.denominator))[0] for x in (low, high)]
            self.limits.append((roots[0], roots[1]))
            ends = [factors(functions.element(symbol - Rational(x))) for x in (low, high) if x is not None]
            self.edges.append([p for end in ends for p in end])

    def outside(self, line: Line, value: Fraction) -> frozenset[Polynomial]:
        """Return the polynomials that put a point of the box outside of the domain; none if it lies inside."""
        for content, powers in self.sides:
            if prod((line.sign(p, value) ** power for p, power in powers.items()), start=content) < 0:
                return frozenset(powers)
        return frozenset()

    def sign(self, polynomial: Polynomial) -> int:
        """Return the sign that a polynomial keeps on the domain, as coefficients show; 0 if they do not."""
        if polynomial not in self._steady:
            self._steady[polynomial] = sign_on_box(polynomial, self._box)
        return self._steady[polynomial]

    def steady(self, polynomial: Polynomial) -> int:
        """Return the same for a polynomial that may have factors."""
        content, powers = self.functions.factor(polynomial.data)
        value = prod((self.sign(p) ** power for p, power in powers.items()), start=content)
        return (value > 0) - (value < 0)


class Span(NamedTuple):
    """An interval of a line on which nothing changes: its ends, what vanishes there, and all that decides."""

    low: Root | None
    high: Root | None
    below: frozenset[Polynomial]
    above: frozenset[Polynomial]
    deciding: frozenset[Polynomial]


class Sweep:
    """Covers a box of parameters by cells on which what ``examine`` finds at a point holds."""

    def __init__(self, region: Domain, examine: Examine) -> None:
        self.functions, self.region, self.examine = region.functions, region, examine
        self.dimension = len(self.functions.parameters)

    def characterise(self, base: Place) -> frozenset[Polynomial]:
        """Return polynomials in the first parameters; what lies above the base is known while none of them vanishes."""
        line = Line(base, self.dimension)
        start, end = self.region.limits[line.position]
        spans: list[Span] = []
        gap: tuple[Root | None, Root | None] | None = (start, end)
        while gap is not None:
            spans.append(self._find_span(line, *gap))
            gap = _find_gap(spans, start, end)
        return frozenset(p for p in self.project(line, _choose(spans, start, end)) if not self.region.sign(p))

    def _find_span(self, line: Line, low: Root | None, high: Root | None) -> Span:
        """Return an interval that begins to cover a gap between two roots."""
        for value in rationals_between(low, high):
            self.functions.work.spend(20)
            try:
                deciding = self.characterise((*line.base, value)) if line.position else self.examine(line, value)
            except Special:
                continue
            ends: dict[Root, set[Polynomial]] = {}
            for p in (*deciding, *self.region.edges[line.position]):
                for root in line.roots(p):
                    ends.setdefault(root, set()).add(p)
            sides = {root: root.side_of(value) for root in ends}
            if 0 in sides.values():
                continue
            ordered = sort_roots(ends)
            lower = next((root for root in reversed(ordered) if sides[root] < 0), None)
            upper = next((root for root in ordered if sides[root] > 0), None)
            below, above = (frozenset(ends[end] if end is not None else ()) for end in (lower, upper))
            return Span(lower, upper, below, above, deciding | below | above)
        raise Special

    def project(self, line: Line, spans: Sequence[Span]) -> frozenset[Polynomial]:
        """Return polynomials in the parameters of the base; while none vanishes the spans cover the line."""
        position, eliminate = line.position, self.functions.eliminate
        found: set[Polynomial] = set()
        before: frozenset[Polynomial] = frozenset()
        for i, span in enumerate(spans):
            after = spans[i + 1].below if i + 1 < len(spans) else frozenset()
            lower, upper = _pick(span.below, before), _pick(span.above, after)
            if i and before.isdisjoint(span.below):
                found |= eliminate(_pick(before, span.below), lower, position=position)
            for p in span.deciding:
                if not p.involves(position):
                    found.add(p)
                    continue
                found |= eliminate(p, position=position)
                roots = line.roots(p)
                if span.low is not None and p != lower and any(compare(root, span.low) <= 0 for root in roots):
                    found |= eliminate(p, lower, position=position)
                if span.high is not None and p != upper and any(compare(root, span.high) >= 0 for root in roots):
                    found |= eliminate(p, upper, position=position)
            before = span.above
        return frozenset(found)


def _pick(polynomials: frozenset[Polynomial], preferred: frozenset[Polynomial]) -> Polynomial:
    return min(polynomials & preferred or polynomials, key=lambda p: p.simplicity, default=None)  # type: ignore[return-value]


def _ordered(spans: Iterable[Span]) -> list[Span]:
    """Return spans by their lower ends."""
    by_end: dict[Root | None, list[Span]] = {}
    for span in spans:
        by_end.setdefault(span.low, []).append(span)
    starts = by_end.pop(None, [])
    return [*starts, *(span for root in sort_roots(r for r in by_end if r is not None) for span in by_end[root])]


def _reaches(end: Root | None, other: Root | None) -> bool:
    """Return whether an upper end lies at or above another; None is infinity."""
    return end is None or (other is not None and compare(end, other) >= 0)


def _find_gap(spans: Sequence[Span], start: Root | None, end: Root | None) -> tuple[Root | None, Root | None] | None:
    """Return the first interval between two ends that no span covers."""
    reached, first = start, True
    for span in _ordered(spans):
        if span.low is not None and (reached is None or compare(span.low, reached) > 0):
            return reached, span.low
        reached = span.high if first or _reaches(span.high, reached) else reached
        first = False
        if _reaches(reached, end):
            return None
    return reached, end


def _choose(spans: Sequence[Span], start: Root | None, end: Root | None) -> list[Span]:
    """Return few spans that cover the line between two ends, from below."""
    ordered, chosen, place, reached = _ordered(spans), list[Span](), 0, start
    while not chosen or not _reaches(reached, end):
        best: Span | None = None
        while place < len(ordered):
            span = ordered[place]
            if span.low is not None and (reached is None or compare(span.low, reached) > 0):
                break
            if best is None or _reaches(span.high, best.high):
                best = span
            place += 1
        assert best is not None, "the spans cover the line"
        chosen.append(best)
        reached = best.high
    return chosen
