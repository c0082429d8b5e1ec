"""Real roots of integer polynomials in one variable, isolated, compared and separated exactly.

A `Root` is an irreducible polynomial and an interval with rational ends that holds this root of it and no other.  FLINT
finds the intervals, with certified balls.  Where two intervals overlap, bisection with exact signs separates them.

Map: `real_roots` finds the roots of one polynomial, `collect_roots` those of several in order; `compare` and
`is_between` order them; `rationals_between` and `simplest_between` give samples.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cmp_to_key, lru_cache
from itertools import pairwise
from math import ceil, floor, inf, isqrt, nextafter
from typing import TypeVar

from flint import arb, ctx, fmpz_poly

REFINEMENT = 16
"""Halvings of an isolating interval at a time: intervals overlap so rarely that the step hardly matters."""

DIGITS = 128
"""Binary digits to which the root of a quadratic polynomial is found at first."""

BALLS = 30
"""Binary digits to which other roots are found at first: more would take two or three times as long."""

Coefficients = tuple[int, ...]
"""Coefficients of a polynomial in one variable, constant first."""

Owner = TypeVar("Owner")


class Root:
    """A real root: the ``index``-th, from below, of an irreducible polynomial, alone in [low, high].

    A rational root has low == high; no other root's interval ends on it.
    """

    __slots__ = ("_ends", "_floats", "_hash", "coefficients", "index")

    def __init__(self, coefficients: Coefficients, index: int, ends: arb | tuple[Fraction, Fraction]) -> None:
        self.coefficients, self.index = coefficients, index
        self._hash = hash((coefficients, index))
        self._ends = ends
        if isinstance(ends, arb):  # exact ends are needed seldom: floats mostly tell roots apart
            middle, radius = float(ends.mid()), float(ends.rad())
            self._floats = _outward(middle - radius, middle + radius)
        else:
            self._floats = _outward(_float(ends[0]), _float(ends[1]))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Root) and (self.coefficients, self.index) == (other.coefficients, other.index)
        )

    def __hash__(self) -> int:
        return self._hash

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The interval, exactly."""
        if isinstance(self._ends, arb):
            middle, radius = _dyadic(self._ends.mid()), _dyadic(self._ends.rad())
            self._ends = middle - radius, middle + radius
        return self._ends

    @property
    def low(self) -> Fraction:
        """The lower end of the interval."""
        return self.ends[0]

    @property
    def high(self) -> Fraction:
        """The upper end of the interval."""
        return self.ends[1]

    @property
    def is_rational(self) -> bool:
        """Whether the root is a rational number; ``low`` is its value."""
        return len(self.coefficients) == 2

    def refine(self) -> None:
        """Halve the interval `REFINEMENT` times."""
        if self.is_rational:
            return
        low, high = self.ends
        below = sign_at(self.coefficients, low)
        for _ in range(REFINEMENT):
            middle = (low + high) / 2
            if sign_at(self.coefficients, middle) == below:
                low = middle
            else:
                high = middle
        self._ends = low, high
        self._floats = _outward(_float(low), _float(high))

    @property
    def outer_floats(self) -> tuple[float, float]:
        """Floats below and above the root."""
        return self._floats

    def compare_intervals(self, other: Root) -> int:
        """Return 1 or -1 if the intervals tell which root is larger, 0 if they overlap; floats mostly suffice."""
        (low, high), (start, end) = self._floats, other._floats
        if low > end:
            return 1
        if high < start:
            return -1
        return (self.low > other.high) - (self.high < other.low)

    def side_of(self, value: Fraction) -> int:
        """Return the sign of root - value; 0 only if they are equal."""
        near, (below, above) = _float(value), self._floats  # the floats stand off by more than the error of near
        if near < below or near > above:
            return 1 if near < below else -1
        while not self.is_rational and self.low <= value <= self.high:
            self.refine()
        return (self.low > value) - (self.low < value)


def compare(left: Root, right: Root) -> int:
    """Return the sign of left - right; 0 only if they are the same root.

    >>> low, high = sort_roots(real_roots((-2, 0, 1)))  # x^2 - 2
    >>> compare(high, low)
    1
    """
    if (found := left.compare_intervals(right)) or left == right:
        return found
    while not (found := left.compare_intervals(right)):
        left.refine()
        right.refine()
    return found


def is_between(root: Root, low: Root | None, high: Root | None) -> bool:
    """Return whether a root lies strictly between two others; None is an infinity.

    >>> (root,) = real_roots((-1, 2))
    >>> is_between(root, None, None)
    True
    """
    return (low is None or compare(root, low) > 0) and (high is None or compare(root, high) < 0)


def sign_at(coefficients: Coefficients, value: Fraction) -> int:
    """Return the exact sign of a polynomial at a rational.

    >>> sign_at((-2, 0, 1), Fraction(7, 5))  # x^2 - 2
    -1
    """
    total, scale = 0, 1
    for coefficient in reversed(coefficients):  # Horner, times the denominator's powers
        total = total * value.numerator + coefficient * scale
        scale *= value.denominator
    return (total > 0) - (total < 0)


def sign_below(coefficients: Coefficients, branch: int = 0) -> int:
    """Return the sign of a polynomial with simple roots just below its ``branch``-th root, counted from below.

    >>> sign_below((-2, 0, 1)), sign_below((-2, 0, 1), 1)  # x^2 - 2
    (1, -1)
    """
    return 1 if (coefficients[-1] > 0) == ((len(coefficients) + branch) % 2 == 1) else -1


def collect_roots(polynomials: Mapping[Owner, Coefficients]) -> list[tuple[Root, frozenset[Owner]]]:
    """Return all real roots of some polynomials in order, each with the owners that vanish there.

    The intervals of the roots are disjoint.

    >>> [(str(root.low), sorted(owners)) for root, owners in collect_roots({"a": (-1, 1), "b": (0, -1, 1)})]
    [('0', ['b']), ('1', ['a', 'b'])]
    """
    owners: dict[Root, set[Owner]] = {}
    for owner, coefficients in polynomials.items():
        for root in real_roots(coefficients):
            owners.setdefault(root, set()).add(owner)
    return [(root, frozenset(owners[root])) for root in sort_roots(owners)]


def sort_roots(roots: Iterable[Root]) -> list[Root]:
    """Return the distinct roots from below, with disjoint intervals.

    >>> [root.low for root in sort_roots([*real_roots((-1, 1)), *real_roots((0, 1))])]
    [Fraction(0, 1), Fraction(1, 1)]
    """
    found = sorted(set(roots), key=cmp_to_key(compare))
    for lower, upper in pairwise(found):
        compare(lower, upper)  # leaves neighbours' intervals disjoint
    return found


@lru_cache(maxsize=100_000)
def real_roots(coefficients: Coefficients) -> tuple[Root, ...]:
    """Return the distinct real roots of a polynomial, unordered.

    >>> len(real_roots((-2, 0, 1))), len(real_roots((2, 0, 1)))  # x^2 - 2 and x^2 + 2
    (2, 0)
    """
    if len(coefficients) <= 1:
        return ()
    if len(coefficients) == 2:
        return _isolate_roots(coefficients)
    _, parts = fmpz_poly(list(coefficients)).factor()
    return tuple(root for part, _ in parts for root in _isolate_roots(tuple(map(int, part.coeffs()))))


@lru_cache(maxsize=100_000)
def _isolate_roots(coefficients: Coefficients) -> tuple[Root, ...]:
    """Return the real roots of an irreducible polynomial, which are simple."""
    if len(coefficients) == 2:
        value = Fraction(-coefficients[0], coefficients[1])
        return (Root((-value.numerator, value.denominator), 0, (value, value)),)
    if len(coefficients) == 3:
        return _solve_quadratic(coefficients)
    with ctx.workprec(BALLS):
        balls = [root.real for root, _ in fmpz_poly(list(coefficients)).complex_roots() if root.imag == 0]
    return tuple(Root(coefficients, i, ball) for i, ball in enumerate(sorted(balls, key=lambda ball: ball.mid())))


def _solve_quadratic(coefficients: Coefficients) -> tuple[Root, ...]:
    constant, slope, leading = coefficients
    discriminant = slope * slope - 4 * leading * constant
    if discriminant < 0:
        return ()
    scale = 1 << (DIGITS + leading.bit_length())
    square = isqrt(discriminant * scale * scale)  # the square root times the scale lies between this and one more
    below, above = (-slope * scale + side for side in (-square, square))
    ends = ((below - 1, below), (above, above + 1))
    intervals = (sorted(Fraction(end, 2 * leading * scale) for end in pair) for pair in ends)
    return tuple(Root(coefficients, i, (low, high)) for i, (low, high) in enumerate(sorted(intervals)))


def _outward(low: float, high: float) -> tuple[float, float]:
    return nextafter(nextafter(low, -inf), -inf), nextafter(nextafter(high, inf), inf)


def _float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return inf if value > 0 else -inf


def _dyadic(value: arb) -> Fraction:
    mantissa, exponent = value.man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


GENERIC_TRIALS = 12
"""Rationals tried between two roots, in search of one at which no polynomial vanishes."""


def rationals_between(low: Root | None, high: Root | None) -> Iterator[Fraction]:
    """Yield rationals strictly between two roots: the simplest first, then others that are unlikely to be special.

    >>> next(rationals_between(None, None))
    Fraction(0, 1)
    """
    if low is not None and high is not None:
        compare(low, high)  # leaves their intervals disjoint
    start = None if low is None else low.high
    end = None if high is None else high.low
    yield simplest_between(start, end)
    if start is None:
        start = Fraction(-9) if end is None else end - 7
    if end is None:
        end = start + 20
    for k in range(1, GENERIC_TRIALS):
        left = start + (end - start) * Fraction(5 * k + 1, 5 * GENERIC_TRIALS + 3)
        yield simplest_between(left, left + (end - start) / 131)


def simplest_between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """Return the rational of least denominator strictly between two bounds; None is an infinity.

    >>> simplest_between(Fraction(1, 3), Fraction(3, 4))
    Fraction(1, 2)
    """
    if low is None and high is None:
        return Fraction(0)
    if low is None or high is None:
        return Fraction(floor(low) + 1) if low is not None else Fraction(ceil(high or 0) - 1)
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -simplest_between(-high, -low)
    wholes, (a, b), (c, d) = list[int](), low.as_integer_ratio(), high.as_integer_ratio()
    while True:  # find the simplest of a/b and c/d as a continued fraction: whole + 1/(a fraction between inverses)
        whole = a // b
        if (whole + 1) * d < c:
            top, bottom = whole + 1, 1
            break
        if a == whole * b:  # the simplest fraction above an integer is that integer plus 1/n
            bottom = d // (c - whole * d) + 1
            top = whole * bottom + 1
            break
        wholes.append(whole)
        a, b, c, d = d, c - whole * d, b, a - whole * b
    for whole in reversed(wholes):
        top, bottom = whole * top + bottom, top
    return Fraction(top, bottom)
