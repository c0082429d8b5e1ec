"""Into which open cells do a set of polynomials cut the space of parameters?

On a cell no polynomial of the set vanishes, so each keeps one sign; an exact rational sample inside the cell
tells which.  That turns "for all parameters in this region" into finitely many exact evaluations, and
is the ground of every proof in this package.

The method is open cylindrical algebraic decomposition.  `_projected` eliminates the last parameter: leading
coefficients, discriminants and pairwise resultants vanish wherever the real roots of the set could
meet, vanish or run off to infinity, so between the zeros of these the roots stand in a fixed order (Collins;
McCallum).  `_stack` then isolates the roots above one exact base point and takes a rational between
each two.  Cells of lower dimension (the boundary curves) are not visited: what holds on the open cells
of a closed inequality between continuous functions holds on their closures.

`settled` is how the rest of the package uses them: decide at samples, add what decided, repeat until nothing is new.

Polynomials must be irreducible and distinct, as `parametric.factors` gives them; two that share a
factor would have a vanishing resultant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil, floor, lcm
from typing import Generic, NamedTuple, TypeVar

from sympy import Expr, Poly, Rational, Symbol, factor_list, intervals, resultant
from sympy.polys.fields import FracElement
from sympy.polys.rings import PolyElement

from .errors import InputError
from .parametric import Functions, Point, Pole, evaluate, factors, irreducible, normalised

REFINEMENT = 8
"""Halvings of an isolating interval at a time, while it overlaps a neighbour's: few enough to stay cheap."""


class Cell(NamedTuple):
    """An open cell: an exact sample in it, and what bounds it.

    ``below`` holds the polynomials that vanish on the cell's lower bound in the last parameter, empty at
    minus infinity.  ``column`` numbers the cylinder it belongs to and ``row`` its height in it: consecutive rows
    of one column touch.
    """

    sample: Point
    below: frozenset[PolyElement]
    column: int = 0
    row: int = 0


def open_cells(
    parameters: Sequence[Symbol], polynomials: Iterable[PolyElement], domain: Sequence[Expr] = ()
) -> list[Cell]:
    """The open cells of an arrangement inside a domain, column by column, bottom to top.

    Parameters
    ----------
    parameters : sequence of Symbol
        Coordinates; the ring's generators are these in reverse.
    polynomials : iterable of PolyElement
        Distinct irreducible polynomials in the parameters, those that bound the domain among them.
    domain : sequence of Expr
        Functions that are positive on the domain; cells outside are left out.
    """
    if not parameters:
        return [Cell({}, frozenset())] if all(evaluate(side, {}) > 0 for side in domain) else []
    listed = sorted(set(polynomials), key=str)
    *base_parameters, last = parameters
    known = {side for side in domain if last not in side.free_symbols}
    base = open_cells(base_parameters, _projected(listed) if base_parameters else (), sorted(known, key=str))
    cells = [
        Cell({**under.sample, last: height}, below, column, row)
        for column, under in enumerate(base)
        for row, (height, below) in enumerate(_stack(listed, under.sample, last))
    ]
    return [cell for cell in cells if all(evaluate(side, cell.sample) > 0 for side in domain if side not in known)]


Found = TypeVar("Found")


class Settled(NamedTuple, Generic[Found]):
    """Cells on which something was decided for good: what was found in each, and the polynomials that decide it."""

    cells: list[Cell]
    found: list[Found]
    polynomials: frozenset[PolyElement]


def settled(
    functions: Functions,
    domain: Sequence[Expr],
    decide: Callable[[Point], tuple[Found, Iterable[FracElement]]],
    seeds: Iterable[FracElement] = (),
) -> Settled[Found]:
    """Decide something at one sample of each cell, and refine the cells until each decision holds on all of its cell.

    Parameters
    ----------
    functions : Functions
        The field of the parameters.
    domain : sequence of Expr
        Functions that are positive on the domain.
    decide : callable
        sample -> (what was found, the functions whose signs at the sample made it so).
    seeds : iterable, optional
        Functions that must not vanish at the very first samples, such as denominators.

    Raises
    ------
    InputError
        If the domain is empty.
    """
    known = frozenset().union(*(factors(e) for e in (*map(functions.element, domain), *seeds)))
    while True:
        cells = open_cells(functions.parameters, known, domain)
        if not cells:
            raise InputError(f"the domain {' and '.join(f'{side} > 0' for side in domain)} is empty; widen it")
        try:
            decisions = [decide(cell.sample) for cell in cells]
        except Pole as pole:  # a first sample may lie on a pole that nothing has named yet
            wider = known.union(*(factors(functions.element(e)) for e in pole.vanishing))
            if wider == known:
                raise
            known = wider
            continue
        needed = known.union(*(factors(e) for _, deciding in decisions for e in deciding if e))
        if needed == known:
            return Settled(cells, [found for found, _ in decisions], known)
        known = needed


def telling_apart(polynomials: Iterable[PolyElement]) -> set[PolyElement]:
    """Polynomials whose signs, with those given, are different on any two cells.

    Signs alone need not tell two cells apart: a curve may have one sign on both of its outer sides.  With all
    derivatives of the polynomials they do, above one base point (Thom's lemma); with the projections of all these, and
    their derivatives, so do the base points.
    """
    stack = {factor for p in polynomials for d in _derivatives(p) for factor in irreducible(d)}
    ring = next(iter(stack)).ring
    if ring.ngens == 1:
        return stack
    base = {factor for p in _projected(sorted(stack, key=str)) for d in _derivatives(p) for factor in irreducible(d)}
    return stack | {ring.from_dict({(0, *powers): c for powers, c in p.terms()}) for p in base}


def _derivatives(polynomial: PolyElement) -> list[PolyElement]:
    """The polynomial and all its derivatives in the first generator, down to the last that is not constant."""
    found = [polynomial]
    while found[-1].degree(0) > 1:
        found.append(found[-1].diff(0))
    return found


def _projected(polynomials: list[PolyElement]) -> set[PolyElement]:
    """Polynomials in the other parameters between whose zeros the roots keep their order."""
    projections: list[PolyElement] = []
    rising = [p for p in polynomials if p.degree(0) > 0]
    for p in polynomials:
        projections.append(_leading(p))
        if p.degree(0) > 1:
            projections.append(p.discriminant())
    projections.extend(p.resultant(q) for p, q in combinations(rising, 2))
    return {normalised(factor) for p in projections if not p.is_ground for factor, _ in p.factor_list()[1]}


def _leading(polynomial: PolyElement) -> PolyElement:
    """The leading coefficient in the first generator, as a polynomial in the others."""
    rest = polynomial.ring.drop(0)
    degree = polynomial.degree(0)
    return rest.from_dict({powers[1:]: c for powers, c in polynomial.terms() if powers[0] == degree})


def _stack(polynomials: list[PolyElement], base: Point, last: Symbol) -> list[tuple[Fraction, frozenset[PolyElement]]]:
    """(height, polynomials that vanish just below it) for each gap between roots above ``base``."""
    above = {p: _above(p, base) for p in polynomials}
    roots = _separated({p: coefficients for p, coefficients in above.items() if len(coefficients) > 1}, last)
    ends: list[Fraction | None] = [None, *(end for root in roots for end in (root.low, root.high)), None]
    gaps = zip(ends[::2], ends[1::2], strict=True)
    floors = [frozenset[PolyElement](), *(frozenset({root.polynomial}) for root in roots)]
    return [(simplest_between(low, high), below) for (low, high), below in zip(gaps, floors, strict=True)]


def _above(polynomial: PolyElement, base: Point) -> list[Fraction]:
    """Coefficients of ``polynomial`` above a base point in the last parameter, constant first."""
    coefficients = [Fraction(0)] * (polynomial.degree(0) + 1)
    others = polynomial.ring.symbols[1:]
    for powers, c in polynomial.terms():
        value = Fraction(int(c))
        for symbol, power in zip(others, powers[1:], strict=True):
            value *= base[symbol] ** power
        coefficients[powers[0]] += value
    while coefficients and coefficients[-1] == 0:
        coefficients.pop()
    return coefficients


class _Root(NamedTuple):
    """A real root of ``polynomial`` above the base, alone in [low, high]; an exact root has low == high."""

    low: Fraction
    high: Fraction
    polynomial: PolyElement
    univariate: Poly | None = None

    def refined(self) -> _Root:
        """The same root in a much smaller interval."""
        if self.univariate is None or self.low == self.high:
            return self
        low, high = self.univariate.refine_root(_rational(self.low), _rational(self.high), steps=REFINEMENT)
        return self._replace(low=_fraction(low), high=_fraction(high))


def _separated(above: dict[PolyElement, list[Fraction]], last: Symbol) -> list[_Root]:
    """All real roots, in order, with positive distance between neighbours."""
    roots = [_Root(-c[0] / c[1], -c[0] / c[1], p) for p, c in above.items() if len(c) == 2]
    for p, coefficients in above.items():
        if len(coefficients) > 2:
            curve = _polynomial(coefficients, last)
            roots += [_Root(_fraction(low), _fraction(high), p, curve) for (low, high), _ in curve.intervals()]
    while True:
        roots.sort(key=lambda root: (root.low, root.high))
        overlaps = (i for i, (lower, upper) in enumerate(pairwise(roots)) if lower.high >= upper.low)
        clashing = {j for i in overlaps for j in (i, i + 1)}
        if not clashing:
            return roots
        roots = [root.refined() if i in clashing else root for i, root in enumerate(roots)]


def _polynomial(coefficients: list[Fraction], last: Symbol) -> Poly:
    scale = lcm(*(c.denominator for c in coefficients))
    return Poly([int(c * scale) for c in reversed(coefficients)], last)


def _fraction(value: Rational) -> Fraction:
    return Fraction(int(value.p), int(value.q))


class RealRoot:
    """A real root of an irreducible polynomial in one parameter, and the exact sign of other polynomials there."""

    def __init__(self, polynomial: Poly, low: Fraction, high: Fraction) -> None:
        self.polynomial, self.low, self.high = polynomial, low, high

    def sign_of(self, other: PolyElement, last: Symbol, height: Fraction) -> int:
        """The sign of ``other`` at this root and at ``last = height``; 0 only if it vanishes there exactly."""
        first = self.polynomial.gen
        value = Poly(other.as_expr().subs(last, Rational(height.numerator, height.denominator)), first)
        if self.low == self.high:
            return _sign_at(value, self.low)
        if value.gcd(self.polynomial).degree() > 0:
            return 0
        while value.count_roots(_rational(self.low), _rational(self.high)):
            low, high = self.polynomial.refine_root(_rational(self.low), _rational(self.high), steps=4)
            self.low, self.high = _fraction(low), _fraction(high)
        return _sign_at(value, self.low)


def real_roots_of(polynomial: PolyElement, symbol: Symbol) -> list[RealRoot]:
    """The real roots of an irreducible polynomial that depends on ``symbol`` alone."""
    univariate = Poly(polynomial.as_expr(), symbol)
    return [RealRoot(univariate, _fraction(low), _fraction(high)) for (low, high), _ in univariate.intervals()]


def heights_on(line: PolyElement, others: Iterable[PolyElement], parameters: Sequence[Symbol]) -> list[Fraction]:
    """Values of the last parameter, one between each two at which some other polynomial may vanish on the line."""
    first, last = parameters
    crossing = (resultant(line.as_expr(), other.as_expr(), first) for other in others if other.degree(0) > 0)
    critical = {factor for r in crossing if r.has(last) for factor, _ in factor_list(Poly(r, last))[1]}
    roots = intervals(sorted(critical, key=str)) if critical else []
    width = Fraction(1, 8)
    while any(_fraction(a[0][1]) >= _fraction(b[0][0]) for a, b in pairwise(roots)):
        roots, width = intervals(sorted(critical, key=str), eps=width), width / 64
    ends: list[Fraction | None] = [None, *(_fraction(end) for ends, _ in roots for end in ends), None]
    return [simplest_between(low, high) for low, high in zip(ends[::2], ends[1::2], strict=True)]


def _sign_at(polynomial: Poly, value: Fraction) -> int:
    result = polynomial.eval(_rational(value))
    return int(bool(result > 0)) - int(bool(result < 0))


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def simplest_between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """The rational of least denominator strictly between two bounds; None is an infinity."""
    if low is None and high is None:
        return Fraction(0)
    if low is None or high is None:
        return Fraction(floor(low) + 1) if low is not None else Fraction(ceil(high or 0) - 1)
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -simplest_between(-high, -low)
    whole = Fraction(floor(low))
    if whole + 1 < high:
        return whole + 1
    if low == whole:  # the simplest fraction above an integer is that integer plus 1/n
        return whole + Fraction(1, floor(1 / (high - whole)) + 1)
    return whole + 1 / simplest_between(1 / (high - whole), 1 / (low - whole))
