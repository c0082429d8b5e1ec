"""How are the parts that cover a domain of three or more parameters written as regions?

Parts of one decision make up one region.  Where one conjunction of signs selects all of them and no other part, it is
the region; otherwise the region is the union of its parts.  Both are proved by asking whether inequalities can hold
together (`covering.Searcher`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence

from sympy import And, Ne, Or, S
from sympy.logic.boolalg import Boolean

from ..errors import TooMuchWork
from .covering import Covering, Searcher
from .partition import Found, Partition, Signs
from .polynomials import Polynomial
from .regions import Regions, regions_of, write_inequality


def write_regions(
    division: Partition[Found] | Covering[Found],
    label_of: Callable[[Found], Hashable] = lambda found: found,
    denominators: Callable[[Found], frozenset[Polynomial]] = lambda _: frozenset(),
    rank: Callable[[Found], int] = lambda _: 0,
    is_wanted: Callable[[Found], bool] | None = None,
) -> tuple[list[Found], Regions]:
    """Write the parts of each label as inequalities, for any number of parameters.

    Parameters
    ----------
    division : Partition or Covering
    label_of, denominators, rank, is_wanted
        As for `regions.regions_of`.

    Returns
    -------
    list, Regions
        The first finding on each region, and the regions, in the same order.

    Examples
    --------
    >>> from exponents import alpha, beta, gamma
    >>> from exponents.algebra.covering import cover_domain
    >>> from exponents.algebra.polynomials import Functions, sign
    >>> field = Functions((alpha, beta, gamma))
    >>> curve = field.element(alpha + beta - gamma)
    >>> found = cover_domain(field, [alpha, beta, gamma], lambda sample: (sign(curve, sample), [curve]))
    >>> write_regions(found)[1].where
    (gamma < alpha + beta, gamma > alpha + beta)
    """
    if isinstance(division, Partition):
        return regions_of(division, label_of, denominators, rank, is_wanted)
    firsts: dict[Hashable, Found] = {}
    parts: dict[Hashable, list[Signs]] = {}
    for leaf in sorted(division.leaves, key=lambda leaf: (rank(leaf.found), *leaf.sample.values())):
        firsts.setdefault(label_of(leaf.found), leaf.found)
        parts.setdefault(label_of(leaf.found), []).append(leaf.signs)
    searcher = Searcher(division.functions, division.domain)
    clauses = []
    if is_wanted is not None:
        firsts = {label: found for label, found in firsts.items() if is_wanted(found)}
    for label in firsts:
        own = parts[label]
        others = [signs for other, listed in parts.items() if other != label for signs in listed]
        clauses.append(_join(searcher, own, others) if division.complete else own)
    steady = searcher.region.steady

    def write(signs: Signs, strict: bool) -> Boolean:
        ordered = sorted(signs.items(), key=lambda item: item[0].simplicity)
        return And(*(write_inequality(p, s > 0, strict, steady) for p, s in ordered))

    where = [Or(*(write(signs, True) for signs in own)) for own in clauses]
    if is_wanted is not None:
        return list(firsts.values()), Regions(tuple(where), (), ())
    cases: list[Boolean] = []
    for own, found in zip(clauses[:-1], firsts.values(), strict=False):
        edges = sorted((p for p in denominators(found) if not searcher.region.sign(p)), key=lambda p: p.text)
        cases.append(And(Or(*(write(signs, False) for signs in own)), *(Ne(p.as_expr(), 0) for p in edges)))
    last = S.true if division.complete else Or(*(write(signs, False) for signs in clauses[-1]))
    curves = tuple(curve.as_expr() for curve in sorted(division.divisions, key=lambda p: p.simplicity))
    return list(firsts.values()), Regions(tuple(where), (*cases, last), (), curves)


def _join(searcher: Searcher, parts: Sequence[Signs], others: Sequence[Signs]) -> list[Signs]:
    """Return one conjunction for all parts if there is one that excludes all others, else the parts."""
    if len(parts) == 1:
        return list(parts)
    try:
        whole = dict(_shared(searcher, parts))
        if all(_are_apart(searcher, whole, other) for other in others):
            return [searcher.reduce(whole)]
    except TooMuchWork:
        pass  # the union of the parts is right as well
    return list(parts)


def _shared(searcher: Searcher, parts: Sequence[Signs]) -> Iterable[tuple[Polynomial, int]]:
    """Yield the signs of some part that hold on all of them."""
    for p, s in {item: None for signs in parts for item in signs.items()}:
        if all(signs.get(p) == s or (p not in signs and searcher.find({**signs, p: -s}) is None) for signs in parts):
            yield p, s


def _are_apart(searcher: Searcher, one: Signs, other: Signs) -> bool:
    """Return whether two conjunctions never hold together."""
    if any(one[p] != other[p] for p in one.keys() & other.keys()):
        return True
    return searcher.find({**one, **other}) is None
