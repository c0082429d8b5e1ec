"""Into which open cells do a set of polynomials cut the space of parameters?

On a cell no polynomial of the set vanishes, so each keeps one sign, which an exact rational sample inside the cell
tells.  Thus "for all parameters in this region" becomes finitely many exact evaluations.  Every proof in this package
rests on that.

The method is open cylindrical algebraic decomposition.  Elimination of the last parameter (`Functions.eliminate`) gives
polynomials that vanish wherever the real roots of the set could meet, vanish or run off to infinity.  Between the zeros
of these the roots stand in a fixed order (Collins; McCallum): a column.  Above one exact base point in each column the
roots are isolated, and a rational is taken between each two.  Cells of lower dimension (the boundary curves) are not
visited: a closed inequality between continuous functions that holds on open cells holds on their closures.

Polynomials must be irreducible and distinct, as `polynomials.factors` gives them; two that share a factor would have a
vanishing resultant.

Map: `cut_domain` makes an `Arrangement` of `Cell`s.  `Arrangement.find_crossings` answers what proofs ask most: does a
further polynomial vanish inside these cells?  It looks only at that polynomial and the curves that bound the cells, so
it costs far less than cutting every cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from sympy import Expr, Symbol

from .box import find_bounds, sign_on_box
from .branch_order import Branch, Column, ordered_columns
from .elimination import Base, roots_above, sample_between, univariate, walls_between
from .parametric import Point, evaluate
from .polynomials import Functions, Polynomial, RationalFunction, sign
from .real_roots import Root, compare, is_between, sign_below, sort_roots
from .root_ranges import roots_between


@dataclass(frozen=True, eq=False)
class Cell:
    """An open cell, and what bounds it.

    Attributes
    ----------
    parameters : tuple of Symbol
    place : Column
        The cylinder it belongs to.
    lower, upper : (Polynomial, int) or None
        The branches that bound it in the last parameter; None is an infinity.
    signs : int
        Bit i is set where the i-th polynomial of the arrangement is positive.
    """

    parameters: tuple[Symbol, ...]
    place: Column
    lower: Branch | None = None
    upper: Branch | None = None
    signs: int = 0

    @cached_property
    def bounds(self) -> tuple[Root | None, Root | None]:
        """The bounds in the last parameter above the column's base point; None is an infinity."""
        return self.bounds_above(self.place.base)

    @cached_property
    def sample(self) -> Point:
        """An exact point inside."""
        if not self.parameters:
            return {}
        return dict(zip(self.parameters, (*self.place.base, sample_between(*self.bounds)), strict=True))

    def bounds_above(self, base: Base) -> tuple[Root | None, Root | None]:
        """Return the bounds above another base point of the column, in which branches keep their order."""
        low, high = (branch and roots_above(branch[0], base)[branch[1]] for branch in (self.lower, self.upper))
        if low is not None and high is not None:
            compare(low, high)  # leaves their intervals disjoint
        return low, high


class Arrangement:
    """The open cells that polynomials cut from a domain, column by column, bottom to top.

    Attributes
    ----------
    functions : Functions
    polynomials : tuple of Polynomial
        In the order of the bits of a cell's signs.
    cells : tuple of Cell
    position : dict
        The position of each polynomial in ``polynomials``.
    """

    def __init__(self, functions: Functions, polynomials: tuple[Polynomial, ...], cells: tuple[Cell, ...]) -> None:
        self.functions, self.polynomials, self.cells = functions, polynomials, cells
        self.position = {p: i for i, p in enumerate(polynomials)}
        self._changing: dict[Polynomial, bool] = {}
        self._positive = self._negative = (1 << len(polynomials)) - 1
        for cell in cells:
            self._positive &= cell.signs
            self._negative &= ~cell.signs
        steady = [(p, 1) for i, p in enumerate(polynomials) if self._positive >> i & 1]
        steady += [(p, -1) for i, p in enumerate(polynomials) if self._negative >> i & 1]
        self._box = [find_bounds(i, steady) for i in range(len(functions.parameters))]

    def changes(self, polynomial: Polynomial) -> bool:
        """Return whether a polynomial has different signs on different cells."""
        if polynomial in self.position:
            return not (self._positive | self._negative) >> self.position[polynomial] & 1
        if polynomial not in self._changing:
            here = self.cells if polynomial.involves(0) else {cell.place: cell for cell in self.cells}.values()
            self._changing[polynomial] = not self._keeps_sign(polynomial) and _changes(polynomial, here)
        return self._changing[polynomial]

    def sign_mask(self, signs: Mapping[Polynomial, int]) -> tuple[int, int]:
        """Return (mask, wanted): a cell has the given signs exactly if ``cell.signs & mask == wanted``."""
        bits = {p: 1 << self.position[p] for p in signs}
        return sum(bits.values()), sum(bits[p] for p, s in signs.items() if s > 0)

    def find_crossings(self, polynomial: Polynomial, cells: Sequence[Cell]) -> Iterator[tuple[Cell, Base | None]]:
        """Yield the cells inside which a further polynomial changes sign, each with a base point above which it does.

        The base point is None where the zeros are upright lines, on which the first of two parameters is constant.
        Isolated zeros, at which no sign changes, do not count.
        """
        if self._keeps_sign(polynomial):
            return
        places = dict.fromkeys(cell.place for cell in cells)
        if not polynomial.involves(0):
            line = univariate(polynomial)
            crossed = [place for place in places if roots_between(line, place.low, place.high)]
            yield from ((cell, None) for cell in cells if cell.place in crossed)
            return
        members = {place: [cell for cell in cells if cell.place is place] for place in places}
        critical = self._critical(polynomial, cells)
        for place, residents in members.items():
            found: dict[Cell, Base] = {}
            for base in self._bases(place, critical):
                for cell in self._with_roots(polynomial, [c for c in residents if c not in found], base):
                    found[cell] = base
            yield from found.items()

    def _critical(self, polynomial: Polynomial, cells: Sequence[Cell]) -> list[Root]:
        """Return base values at which a root of the polynomial may appear, vanish, or enter one of the cells."""
        if len(self.functions.parameters) < 2:
            return []
        bounds = {branch[0] for cell in cells for branch in (cell.lower, cell.upper) if branch is not None}
        low, high = cells[0].place.low, cells[-1].place.high
        walls = [walls_between(low, high, polynomial), *(walls_between(low, high, polynomial, b) for b in bounds)]
        every = frozenset().union(*walls)
        return sort_roots(root for p in every for root in roots_between(univariate(p), low, high))

    def _bases(self, place: Column, critical: list[Root]) -> list[Base]:
        """Return exact base points of a column: its own, or one between each two critical values inside it."""
        inside = [root for root in critical if is_between(root, place.low, place.high)]
        if not inside:
            return [place.base]
        ends = [place.low, *inside, place.high]
        for left, right in pairwise(end for end in ends if end is not None):
            compare(left, right)  # leaves their intervals disjoint
        return [(sample_between(left, right),) for left, right in pairwise(ends)]

    def _with_roots(self, polynomial: Polynomial, cells: Sequence[Cell], base: Base) -> list[Cell]:
        """Return the cells of a column that have a root of the polynomial above ``base``."""
        self.functions.work.spend(8 * (1 + len(cells)))
        curve = polynomial.coefficients_above(base)
        return [cell for cell in cells if roots_between(curve, *cell.bounds_above(base))]

    def _keeps_sign(self, polynomial: Polynomial) -> bool:
        """Return whether coefficients show that the polynomial keeps its sign on the box around the domain."""
        return bool(sign_on_box(polynomial, self._box))


def _changes(polynomial: Polynomial, cells: Iterable[Cell]) -> bool:
    signs = (sign(polynomial, cell.sample) for cell in cells)
    first = next(signs)
    return any(other != first for other in signs)


def cut_domain(functions: Functions, polynomials: Iterable[Polynomial], domain: Sequence[Expr] = ()) -> Arrangement:
    """Cut a domain into open cells.

    Parameters
    ----------
    functions : Functions
        The field the polynomials belong to, of at most two parameters.
    polynomials : iterable of Polynomial
        Distinct irreducible polynomials, those that bound the domain among them.
    domain : sequence of Expr
        Functions that are positive on the domain; cells outside are left out.

    Examples
    --------
    >>> from exponents import alpha
    >>> from exponents.algebra.polynomials import factors
    >>> field = Functions((alpha,))
    >>> curves = factors(field.element(alpha**2 - 1))  # alpha - 1 and alpha + 1
    >>> [int(cell.sample[alpha]) for cell in cut_domain(field, curves).cells]
    [-2, 0, 2]
    """
    listed = sorted(set(polynomials), key=lambda p: p.text)
    if not functions.parameters:
        cells = [Cell((), Column(None, None, ()))] if all(evaluate(side, {}) > 0 for side in domain) else []
        return Arrangement(functions, (), tuple(cells))
    last = functions.parameters[-1]
    flips = {p: 1 << i for i, p in enumerate(listed)}
    sides = [_parity(functions.element(side), flips) for side in domain if last in side.free_symbols]
    upright = [side for side in domain if last not in side.free_symbols]
    found: list[Cell] = []
    below = 0
    for column, order, met in ordered_columns(functions, listed, upright):
        if not met:
            below = sum(flips[p] for p in listed if sign_below(p.coefficients_above(column.base)) > 0)
        signs = below
        # From minus infinity upwards, a polynomial changes sign at each of its roots, which are simple.
        for lower, upper in pairwise([None, *order, None]):
            signs ^= flips[lower[0]] if lower is not None else 0
            if all((signs & mask).bit_count() % 2 == parity for mask, parity in sides):
                found.append(Cell(functions.parameters, column, lower, upper, signs))
    return Arrangement(functions, tuple(listed), tuple(found))


def _parity(side: RationalFunction, flips: dict[Polynomial, int]) -> tuple[int, int]:
    """Return (mask, parity): a function is positive where ``parity`` masked polynomials are, modulo 2."""
    content, powers = side.factor
    odd = [flips[p] for p, power in powers.items() if power % 2]
    return sum(odd), (len(odd) + (content < 0)) % 2
