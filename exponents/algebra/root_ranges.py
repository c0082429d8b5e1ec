"""Which real roots of an integer polynomial lie between two others?

Most polynomials that are asked for their roots between two places have none there.  Descartes' rule of signs shows it
for a small part of what isolating all roots costs: a polynomial in x, written in u > 0 with x = (low + u high)/(1 + u),
has no root in between if its coefficients in u have one sign.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, floor, inf, isfinite

from flint import fmpz_poly

from .real_roots import Coefficients, Root, collect_roots, compare, is_between, real_roots, sign_at

GRID = 1 << 20
"""Ends are rounded outward to fractions of this denominator, so that the arithmetic stays short."""


def roots_between(coefficients: Coefficients, low: Root | None, high: Root | None) -> list[Root]:
    """Return the roots of a polynomial strictly between two others, unordered; None is an infinity.

    >>> (zero,) = real_roots((0, 1))
    >>> [root.index for root in roots_between((-2, 0, 1), zero, None)]  # x^2 - 2
    [1]
    """
    if not may_vanish_between(coefficients, low, high):
        return []
    return [root for root in real_roots(coefficients) if is_between(root, low, high)]


def sign_at_root(coefficients: Coefficients, root: Root) -> int:
    """Return the exact sign of a polynomial at a root of another, or of the same.

    >>> sign_at_root((-1, 1), max(real_roots((-2, 0, 1)), key=lambda root: root.index))  # x - 1 at the root of 2
    1
    """
    if not coefficients:
        return 0
    if not may_vanish_between(coefficients, root, root):
        return sign_at(coefficients, root.low)
    others = collect_roots({0: coefficients})
    if any(other == root for other, _ in others):
        return 0
    for other, _ in others:
        compare(other, root)  # leaves their intervals disjoint
    return sign_at(coefficients, root.low)


def may_vanish_between(coefficients: Coefficients, low: Root | None, high: Root | None) -> bool:
    """Return False only if a polynomial has no root from one place to another, ends included.

    >>> (one,), (three,) = real_roots((-1, 1)), real_roots((-3, 1))
    >>> may_vanish_between((-2, 0, 1), one, three), may_vanish_between((-2, 0, 1), three, None)
    (True, False)
    """
    if len(coefficients) <= 2:
        return len(coefficients) == 2
    start = -inf if low is None else low.outer_floats[0] * GRID
    end = inf if high is None else high.outer_floats[1] * GRID
    ends = floor(start) if isfinite(start) else None, ceil(end) if isfinite(end) else None
    return _may_vanish(coefficients, *ends)


@lru_cache(maxsize=100_000)
def _may_vanish(coefficients: Coefficients, start: int | None, end: int | None) -> bool:
    if start is None and end is None:
        mirrored = [-c if k % 2 else c for k, c in enumerate(coefficients)]
        return not coefficients[0] or _changes_sign(coefficients) or _changes_sign(mirrored)
    degree, scaled = len(coefficients) - 1, _scaled(coefficients)
    if start is not None and end is not None:
        inside = scaled(fmpz_poly([start, end - start])).coeffs()
        inside += [0] * (degree + 1 - len(inside))
        inside.reverse()
        moved = fmpz_poly(inside)(_ONE_MORE).coeffs()
        if len(moved) <= degree:  # it vanishes on the start
            return True
    else:
        moved = scaled(fmpz_poly([start, 1] if start is not None else [end, -1])).coeffs()
    return not moved[0] or _changes_sign(moved)


_ONE_MORE = fmpz_poly([1, 1])


@lru_cache(maxsize=100_000)
def _scaled(coefficients: Coefficients) -> fmpz_poly:
    """Return a polynomial in units of the grid."""
    degree = len(coefficients) - 1
    return fmpz_poly([c * GRID ** (degree - k) for k, c in enumerate(coefficients)])


def _changes_sign(coefficients: Sequence[int]) -> bool:
    positive = negative = False
    for c in coefficients:
        if c > 0:
            positive = True
        elif c < 0:
            negative = True
    return positive and negative
