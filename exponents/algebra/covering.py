"""How is a domain of three or more parameters covered by parts, on each of which one decision holds?

A decision at a sample holds as long as certain polynomials keep their signs (`partition`).  So one sample decides for a
whole part.  `cover_domain` takes samples where no known part lies, until nothing is left.  `line_sweep` proves on
the way, parameter by parameter, that nothing is left: what decides at a point are the polynomials of the part that
holds it, or those that put it outside of the domain.

Map: `cover_domain` makes a `Covering`; a `Searcher` tells whether inequalities can hold together, by a sweep in which a
violated inequality decides; `divide_domain` takes any number of parameters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Generic

from sympy import Expr

from ..errors import InputError, TooMuchWork
from .line_sweep import Domain, Line, Place, Special, Sweep
from .parametric import Point, Pole
from .partition import Decide, Found, Leaf, Partition, Signs, partition_domain
from .polynomials import Functions, Polynomial, factors, sign


@dataclass(frozen=True, eq=False)
class Covering(Generic[Found]):
    """Parts that cover a domain but for zeros of polynomials, with the decision on each.

    Parts may overlap; where they do, their decisions are equal.

    Attributes
    ----------
    functions : Functions
    domain : tuple of Expr
        Functions that are positive on the domain.
    leaves : tuple of Leaf
    complete : bool
        Whether it is proved that no open set is left out.
    """

    functions: Functions
    domain: tuple[Expr, ...]
    leaves: tuple[Leaf[Found], ...]
    complete: bool = True

    @cached_property
    def divisions(self) -> frozenset[Polynomial]:
        """The polynomials at which the parts divide."""
        return frozenset().union(*(leaf.signs for leaf in self.leaves))


class _Found(Exception):
    """A place was found at which all inequalities hold."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


class Searcher:
    """Decides on a domain whether inequalities between polynomials can hold together.

    Parameters
    ----------
    functions : Functions
    domain : sequence of Expr
        Functions that are positive on the domain.
    """

    def __init__(self, functions: Functions, domain: Sequence[Expr]) -> None:
        self.functions, self.region = functions, Domain(functions, domain)
        self._points: list[Point] = []

    def find(self, signs: Mapping[Polynomial, int]) -> Point | None:
        """Return a point of the domain at which polynomials have given signs; None proves that there is none."""
        for point in reversed(self._points):
            if all(sign(p, point) == s for p, s in signs.items()):
                return point
        ordered = sorted(signs, key=lambda p: p.simplicity)

        def examine(line: Line, value: Fraction) -> frozenset[Polynomial]:
            self.functions.work.spend(20)
            outside = self.region.outside(line, value)
            if outside:
                return outside
            for p in ordered:
                if line.sign(p, value) != signs[p]:
                    return frozenset((p,))
            raise _Found((*line.base, value))

        try:
            Sweep(self.region, examine).characterise(())
        except _Found as found:
            self._points.append(dict(zip(self.functions.parameters, found.place, strict=True)))
            return self._points[-1]
        return None

    def reduce(self, signs: Mapping[Polynomial, int]) -> Signs:
        """Return the signs without those that follow from the others on the domain, the simplest last."""
        kept = dict(signs)
        for p in sorted(signs, key=lambda p: p.simplicity, reverse=True):
            others = {q: s for q, s in kept.items() if q != p}
            if self.find({**others, p: -kept[p]}) is None:
                kept = others
        return kept


def cover_domain(
    functions: Functions, domain: Sequence[Expr], decide: Decide[Found], kept: int | None = None
) -> Covering[Found]:
    """Decide something at samples until the parts on which the decisions hold cover the domain.

    Parameters
    ----------
    functions, domain, decide
        As for `partition.partition_domain`, for any number of parameters.
    kept : int, optional
        Units of work to keep for later.  If all others are spent the parts found so far are returned, as incomplete.

    Raises
    ------
    InputError
        If the domain is empty.
    TooMuchWork
        If the problem is too large for an exact answer.

    Examples
    --------
    >>> from exponents import alpha, beta, gamma
    >>> field = Functions((alpha, beta, gamma))
    >>> curve = field.element(alpha + beta - gamma)
    >>> found = cover_domain(field, [alpha, beta, gamma], lambda sample: (sign(curve, sample), [curve]))
    >>> sorted(leaf.found for leaf in found.leaves)
    [-1, 1]
    """
    searcher, parts = Searcher(functions, domain), list[Leaf[Found]]()
    region = searcher.region

    def examine(line: Line, value: Fraction) -> frozenset[Polynomial]:
        functions.work.spend(20)
        outside = region.outside(line, value)
        if outside:
            return outside
        for leaf in parts:
            if all(line.sign(p, value) == s for p, s in leaf.signs.items()):
                return frozenset(leaf.signs)
        sample = dict(zip(functions.parameters, (*line.base, value), strict=True))
        functions.work.spend(100)
        try:
            found, deciding = decide(sample)
        except Pole as pole:
            raise Special from pole
        every = {p for e in deciding if e for p in factors(e) if not region.sign(p)}
        signs = {p: line.sign(p, value) for p in every}
        parts.append(Leaf(found, searcher.reduce(signs), sample))
        return frozenset(parts[-1].signs)

    complete = True
    try:
        with functions.work.hold(kept or 0):
            Sweep(region, examine).characterise(())
    except TooMuchWork:
        complete = False
        if kept is None or not parts:
            raise
    except Special as special:
        raise InputError("no generic sample was found; restrict the domain a little") from special
    if not parts:
        raise InputError(f"the domain {' and '.join(f'{side} > 0' for side in domain)} is empty; widen it")
    return Covering(functions, tuple(domain), tuple(parts), complete)


def divide_domain(
    functions: Functions, domain: Sequence[Expr], decide: Decide[Found]
) -> Partition[Found] | Covering[Found]:
    """Return the parts of a domain on which decisions hold, for any number of parameters.

    Examples
    --------
    >>> from exponents import alpha
    >>> field = Functions((alpha,))
    >>> curve = field.element(alpha - 2)
    >>> found = divide_domain(field, [alpha], lambda sample: (sign(curve, sample), [curve]))
    >>> [leaf.found for leaf in found.leaves]
    [-1, 1]
    """
    divide = partition_domain if len(functions.parameters) <= 2 else cover_domain
    return divide(functions, domain, decide)
