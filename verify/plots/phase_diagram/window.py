"""Which part of the parameter plane shows everything that happens in a phase diagram?

It is a finite set of landmarks: points where two curves meet (boundaries, or edges of the domain), and points where the
tangent of a boundary is level or upright.  Candidates are common zeros of two polynomials: the real roots of both
resultants, isolated exactly.  A candidate is a landmark if, on a small circle around it, the phase changes where both
polynomials change sign; this leaves out curves that are not boundaries there.

The window is the smallest box around the landmarks.  It ends where the domain ends.  Where the domain goes on, room is
added for the last region, and the curves are followed to the rim before the range of the other axis is fixed.

Map: `window_of` chooses the window from `crossings` and `_turning_points`; `_Ends` finds the ends of the domain;
`_common_zeros` solves, `_is_landmark` judges.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil, floor, log10
from typing import TypeAlias

import numpy as np
from sympy import Expr, Poly, Symbol, resultant

from .viewport import Plane

Spot: TypeAlias = tuple[float, float]
Range: TypeAlias = tuple[float, float]

ROOT_WIDTH = Fraction(1, 10**14)
"""Width of the intervals that isolate roots."""

NEAR_ZERO = 1e-9
"""Largest value of a polynomial at its zero, in units of the sum of its terms' sizes."""

CIRCLE = 1e-4
"""Radius of the circle on which a candidate is judged, in units of 1 + its distance from the origin."""

STEPS = 1009
"""Points on that circle: a prime, so that curves along the axes pass between them."""

ROOM = 0.4
"""Room beyond the last landmark where the domain goes on, in units of the landmarks' spread."""

ALONE = 3.0
"""Spread that is assumed for a single landmark at or below 1; in proportion beyond."""

RIM = 0.04
"""Room beyond an end of the domain that is not straight along the window's side."""

REACH = 2.0
"""Curves are followed to the rim of a first window, up to so many times its size along the other axis."""


def crossings(plane: Plane) -> list[Spot]:
    """Return where two curves meet (boundaries or edges of the domain) and the phase changes across both; sorted.

    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> from .viewport import plane_of
    >>> crossings(plane_of(optimum("lazy"), beta, alpha))
    [(0.0, 1.0), (1.0, 1.0)]
    """
    pairs = combinations([*plane.curves, *plane.edges], 2)
    return sorted({spot for pair in pairs for spot in _common_zeros(plane, *pair) if _is_landmark(plane, spot, pair)})


def _turning_points(plane: Plane) -> list[Spot]:
    """Return where a boundary has a level or upright tangent; sorted."""
    slopes = [(p, p.diff(symbol)) for p in plane.curves for symbol in (plane.x, plane.y)]
    return sorted({s for p, slope in slopes for s in _common_zeros(plane, p, slope) if _is_landmark(plane, s, (p,))})


def window_of(plane: Plane) -> tuple[Range, Range]:
    """Return ranges of x and y that show all landmarks of the diagram, with room around them.

    Examples
    --------
    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> from .viewport import plane_of
    >>> plane = plane_of(optimum("lazy"), beta, alpha)
    >>> window_of(plane)
    ((0.0, 2.5), (1.0, 4.0))
    """
    ends = _Ends(plane, 0), _Ends(plane, 1)
    spots = [*crossings(plane), *_turning_points(plane)]
    spots += [spot for curve in plane.curves for spot in _on_lines_near_the_corner(plane, curve, spots, ends)]
    first = ends[0].around(spots), ends[1].around(spots)
    # Where curves leave at the ends of y says how wide x must be, and the other way round.
    wide, high = (ends[axis].around([*spots, *_on_the_rim(plane, first, 1 - axis)]) for axis in (0, 1))
    return _hull(first[0], wide), _hull(first[1], high)


def _hull(first: Range, second: Range) -> Range:
    return min(first[0], second[0]), max(first[1], second[1])


class _Ends:
    """Ends of the domain along one axis, exactly; None where it has no end."""

    def __init__(self, plane: Plane, axis: int) -> None:
        self.axis = axis
        symbol, other = (plane.x, plane.y) if axis == 0 else (plane.y, plane.x)
        straight = [float(r) for edge in plane.edges if not edge.has(other) for r in _real_roots(Poly(edge, symbol))]
        corners = [spot[axis] for pair in combinations(plane.edges, 2) for spot in _common_zeros(plane, *pair)]
        turns = [spot[axis] for edge in plane.edges for spot in _common_zeros(plane, edge, edge.diff(other))]
        cuts = sorted({*straight, *corners, *turns})
        samples = [cuts[0] - 1, *((a + b) / 2 for a, b in pairwise(cuts)), cuts[-1] + 1] if cuts else [0.0]
        filled = [_has_points(plane, symbol, other, sample) for sample in samples]
        first, last = filled.index(True), len(filled) - 1 - filled[::-1].index(True)
        self.low = cuts[first - 1] if first > 0 else None
        self.high = cuts[last] if last < len(cuts) else None
        self.rims = tuple(0.0 if end in straight else RIM for end in (self.low, self.high))

    def around(self, spots: Sequence[Spot]) -> Range:
        """Return the range that shows all ``spots`` and these ends, with room where the domain goes on."""
        seen = [spot[self.axis] for spot in spots] + [end for end in (self.low, self.high) if end is not None]
        least, most = min(seen, default=0.0), max(seen, default=0.0)
        alone = most == least
        spread = ALONE * max(1.0, abs(most)) if alone else most - least
        room = spread if alone else ROOM * spread
        low = _round_outwards(least - room, spread, floor) if self.low is None else self.low - self.rims[0] * spread
        high = _round_outwards(most + room, spread, ceil) if self.high is None else self.high + self.rims[1] * spread
        return low, high


def _has_points(plane: Plane, symbol: Symbol, other: Symbol, value: float) -> bool:
    """Return whether the domain has points with ``symbol`` at ``value``, by one sample between any two edges."""
    edges = [Poly(edge.subs(symbol, Fraction(value)), other) for edge in plane.edges]
    roots = sorted({float(root) for edge in edges for root in _real_roots(edge)})
    samples = [roots[0] - 1, *((a + b) / 2 for a, b in pairwise(roots)), roots[-1] + 1] if roots else [0.0]
    along, across = np.array(samples), np.full(len(samples), value)
    return bool(plane.defined(*((across, along) if symbol == plane.x else (along, across))).any())


def _round_outwards(value: float, spread: float, direction: Callable[[float], int]) -> float:
    """Return ``value`` moved outwards to a number with few digits."""
    step = 10.0 ** floor(log10(spread)) / 4
    return round(step * direction(value / step), 12)


def _on_lines_near_the_corner(
    plane: Plane, curve: Expr, spots: Sequence[Spot], ends: tuple[_Ends, _Ends]
) -> list[Spot]:
    """Return where a curve without a landmark meets diagonals from the domain's corner, or lines a unit from it."""
    through = [spot for spot in spots if _vanishes(Poly(curve, plane.x, plane.y), spot)]
    if any(_is_landmark(plane, spot, (curve,)) for spot in through):
        return []
    x, y = (symbol - Fraction(end.low or 0) for symbol, end in zip((plane.x, plane.y), ends, strict=True))
    for line in (x - y, x + y, x - 1, y - 1, x + 1, y + 1):
        found = [spot for spot in _common_zeros(plane, curve, line) if _is_landmark(plane, spot, (curve,))]
        if found:
            return found
    return []


def _on_the_rim(plane: Plane, window: tuple[Range, Range], axis: int) -> list[Spot]:
    """Return where boundaries pass the ends of the window along ``axis``, in it or near it along the other axis."""
    symbol = (plane.x, plane.y)[axis]
    low, high = window[1 - axis]
    reach = REACH * (high - low)
    lines = [symbol - Fraction(end) for end in window[axis]]
    found = [(curve, spot) for curve in plane.curves for line in lines for spot in _common_zeros(plane, curve, line)]
    near = [(curve, spot) for curve, spot in found if low - reach <= spot[1 - axis] <= high + reach]
    return [spot for curve, spot in near if _is_landmark(plane, spot, (curve,))]


def _common_zeros(plane: Plane, first: Expr, second: Expr) -> list[Spot]:
    """Return all real points at which two polynomials vanish, unless they share a curve."""
    p, q = (Poly(f, plane.x, plane.y) for f in (first, second))
    if p.is_ground or q.is_ground:
        return []
    columns, rows = (_real_roots(_eliminate(p, q, symbol)) for symbol in (plane.y, plane.x))
    places = [(float(x), float(y)) for x in columns for y in rows]
    return [place for place in places if _vanishes(p, place) and _vanishes(q, place)]


def _eliminate(p: Poly, q: Poly, symbol: Symbol) -> Poly:
    """Return a polynomial without ``symbol`` that vanishes wherever both do."""
    (other,) = (s for s in p.gens if s != symbol)
    alone = [f.as_expr() for f in (p, q) if f.degree(symbol) == 0]
    return Poly(alone[0] if alone else resultant(p.as_expr(), q.as_expr(), symbol), other)


def _real_roots(polynomial: Poly) -> list[Fraction]:
    if polynomial.is_ground:
        return []
    intervals = polynomial.sqf_part().intervals(eps=ROOT_WIDTH)
    return [Fraction(str((low + high) / 2)) for (low, high), _ in intervals]


def _vanishes(polynomial: Poly, spot: Spot) -> bool:
    terms = [float(c) * spot[0] ** i * spot[1] ** j for (i, j), c in polynomial.terms()]
    return abs(sum(terms)) <= NEAR_ZERO * sum(map(abs, terms))


def _is_landmark(plane: Plane, spot: Spot, polynomials: Sequence[Expr]) -> bool:
    """Return whether the phase changes on a small circle around ``spot``, across each of the polynomials."""
    angles = 0.1 + np.linspace(0, 2 * np.pi, STEPS + 1)
    radius = CIRCLE * (1 + np.hypot(*spot))
    x, y = spot[0] + radius * np.cos(angles), spot[1] + radius * np.sin(angles)
    labels = plane.labels(x, y)
    changes = labels[1:] != labels[:-1]
    values = plane.values(polynomials, x, y)
    return bool((changes & (values[:, 1:] * values[:, :-1] <= 0)).any(axis=1).all())
