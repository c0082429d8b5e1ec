"""Where do the curves of a set of polynomials meet, and where are points between them?

Elimination of the last parameter (`Functions.eliminate`) leaves polynomials in the first.  Between their zeros the
curves keep their order (Collins; McCallum).

Map: `wall_sources` eliminates, `walls_between` only where it matters; `separating_polynomials` separate any two
cells.  `roots_above` and `univariate` fix one parameter.  `sample_heights` and `sample_between` give points between
curves, `sign_on_line` the sign at one.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from itertools import combinations, pairwise

from .polynomials import Polynomial
from .real_roots import Root, real_roots, simplest_between, sort_roots
from .root_ranges import may_vanish_between, sign_at_root

Base = tuple[Fraction, ...]
"""Exact values of all parameters but the last: one value, or none."""


@lru_cache(maxsize=200_000)
def roots_above(polynomial: Polynomial, base: Base) -> tuple[Root, ...]:
    """Return the real roots of a polynomial in the last parameter above a base point, from below.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> field = Functions((alpha, beta))
    >>> (parabola,) = factors(field.element(beta**2 - alpha))
    >>> [int(root.low) for root in roots_above(parabola, (Fraction(4),))]
    [-2, 2]
    """
    return tuple(sort_roots(real_roots(polynomial.coefficients_above(base))))


@lru_cache(maxsize=100_000)
def univariate(polynomial: Polynomial, height: Fraction = Fraction(0)) -> tuple[int, ...]:
    """Return coefficients in the first of two parameters, constant first, at a height of the last.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> field = Functions((alpha, beta))
    >>> (parabola,) = factors(field.element(beta**2 - alpha))
    >>> univariate(parabola, Fraction(3))  # 9 - alpha
    (9, -1)
    """
    degree = polynomial.degrees[0]
    coefficients = [0] * (polynomial.degrees[1] + 1)
    for (last, first), coefficient in polynomial.terms():
        coefficients[first] += coefficient * height.numerator**last * height.denominator ** (degree - last)
    while coefficients and coefficients[-1] == 0:
        coefficients.pop()
    return tuple(coefficients)


def walls_between(low: Root | None, high: Root | None, *polynomials: Polynomial) -> frozenset[Polynomial]:
    """Return the polynomials that `Functions.eliminate` leaves; none if they have no root between two places.

    Most have none, which shows before they are factored.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> field = Functions((alpha, beta))
    >>> (hyperbola,) = factors(field.element(beta**2 - alpha**2 + 1))
    >>> (three,) = real_roots((-3, 1))
    >>> sorted(map(str, walls_between(None, three, hyperbola)))  # it turns back at -1 and 1
    ['alpha + 1', 'alpha - 1']
    >>> walls_between(three, None, hyperbola)
    frozenset()
    """
    if any(may_vanish_between(line, low, high) for line in _unfactored(*polynomials)):
        return polynomials[0].functions.eliminate(*polynomials)
    return frozenset()


@lru_cache(maxsize=100_000)
def _unfactored(*polynomials: Polynomial) -> list[tuple[int, ...]]:
    """Return coefficients of the polynomials that elimination leaves in the first of two parameters, constant first."""
    lines = []
    for data in polynomials[0].functions.unfactored(*polynomials):
        line = [0] * (int(data.degrees()[1]) + 1)
        for powers, coefficient in data.terms():
            line[int(powers[1])] = int(coefficient)
        lines.append(tuple(line))
    return lines


def wall_sources(polynomials: Iterable[Polynomial]) -> dict[Polynomial, set[frozenset[Polynomial]]]:
    """Return polynomials in the first of two parameters between whose zeros the roots of all keep their order.

    Returns
    -------
    dict of Polynomial to set of frozenset of Polynomial
        For each of them the polynomials, one or two, that it comes from.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> field = Functions((alpha, beta))
    >>> (parabola,) = factors(field.element(beta**2 - alpha))
    >>> (level,) = factors(field.element(beta - 1))
    >>> sorted(map(str, wall_sources([parabola, level])))  # where it turns back, and where both meet
    ['alpha', 'alpha - 1']
    """
    listed = list(polynomials)
    rising = [p for p in listed if p.involves(0)]
    eliminated = [(frozenset({p}), p.functions.eliminate(p) if p.involves(0) else frozenset({p})) for p in listed]
    eliminated += [(frozenset(pair), pair[0].functions.eliminate(*pair)) for pair in combinations(rising, 2)]
    found: dict[Polynomial, set[frozenset[Polynomial]]] = {}
    for source, walls in eliminated:
        for wall in walls:
            found.setdefault(wall, set()).add(source)
    return found


def separating_polynomials(polynomials: Iterable[Polynomial]) -> set[Polynomial]:
    """Return polynomials whose signs, with those given, are different on any two cells.

    The given signs need not separate two cells: a curve may have one sign on both of its outer sides.  Above one base
    point, the signs of all derivatives of the polynomials do (Thom's lemma).  The polynomials left by elimination, with
    all their derivatives, separate the base points.

    Examples
    --------
    >>> from exponents import alpha
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> sorted(map(str, separating_polynomials(factors(Functions((alpha,)).element(alpha**2 - 2)))))
    ['alpha', 'alpha**2 - 2']
    """
    stack = {factor for p in polynomials for factor in _derivatives(p, 0)}
    if len(next(iter(stack)).degrees) == 1:
        return stack
    return stack | {factor for p in wall_sources(stack) for factor in _derivatives(p, 1)}


def _derivatives(polynomial: Polynomial, position: int) -> set[Polynomial]:
    """Return the irreducible factors of the polynomial and of all its derivatives in one parameter."""
    found, current = {polynomial}, polynomial
    while current.degrees[position] > 1:
        current = current.derivative(position)
        found |= current.functions.irreducible(current.data)
    return found


def sample_heights(line: Polynomial, others: Iterable[Polynomial]) -> list[Fraction]:
    """Return values of the last parameter, one between each two at which another polynomial may vanish on the line.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> field = Functions((alpha, beta))
    >>> (parabola,) = factors(field.element(beta**2 - alpha))
    >>> (line,) = factors(field.element(alpha - 2))
    >>> [int(height) for height in sample_heights(line, [parabola])]
    [-2, 0, 2]
    """
    functions = line.functions
    crossing = [functions.eliminate(line, other, position=1) for other in others if other.involves(0)]
    origin = (Fraction(0),)
    roots = sort_roots(root for p in frozenset().union(*crossing) for root in real_roots(p.coefficients_above(origin)))
    ends = [None, *roots, None]
    return [sample_between(low, high) for low, high in pairwise(ends)]


def sign_on_line(polynomial: Polynomial, line: Root, height: Fraction) -> int:
    """Return the exact sign of a polynomial where the first parameter is a real root and the last a rational.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> field = Functions((alpha, beta))
    >>> (parabola,) = factors(field.element(beta**2 - alpha))
    >>> (line,) = factors(field.element(alpha - 2))
    >>> (root,) = real_roots(univariate(line))
    >>> sign_on_line(parabola, root, Fraction(1)), sign_on_line(parabola, root, Fraction(2))
    (-1, 1)
    """
    return sign_at_root(univariate(polynomial, height), line)


def sample_between(low: Root | None, high: Root | None) -> Fraction:
    """Return the simplest rational between two roots whose intervals are disjoint; None is an infinity.

    >>> sample_between(None, None)
    Fraction(0, 1)
    """
    return simplest_between(None if low is None else low.high, None if high is None else high.low)
