"""In which columns do curves keep their order, and in which order do they stand there?

Between two neighbouring zeros of the polynomials that elimination leaves, the branches of all curves keep their order.
At most of these zeros only two curves may have met, and mostly not in real points.  So `ordered_columns` goes from left
to right: where only two may have changed their order, it looks at the roots of these two alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import pairwise

from sympy import Expr

from .box import find_bounds
from .elimination import Base, roots_above, sample_between, univariate, wall_sources
from .parametric import evaluate
from .polynomials import Functions, Polynomial
from .real_roots import Root, collect_roots, compare, real_roots
from .root_ranges import may_vanish_between

Branch = tuple[Polynomial, int]
"""A polynomial and the number of one of its roots above a base point, from below."""


@dataclass(frozen=True, eq=False)
class Column:
    """The cells above one interval of the first of two parameters; with one parameter, all of the line.

    Attributes
    ----------
    low, high : Root or None
        Ends of the interval; None is an infinity.
    base : tuple of Fraction
        Exact values of all parameters but the last, inside the interval.
    """

    low: Root | None
    high: Root | None
    base: Base


def order_above(polynomials: Sequence[Polynomial], base: Base) -> list[Branch]:
    """Return the branches of irreducible polynomials above a generic base point, from below.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import factors
    >>> field = Functions((alpha, beta))
    >>> (parabola,), (level,) = factors(field.element(beta**2 - alpha)), factors(field.element(beta - 1))
    >>> order_above([parabola, level], (Fraction(4),)) == [(parabola, 0), (level, 0), (parabola, 1)]
    True
    """
    branches = {root: (p, i) for p in polynomials for i, root in enumerate(roots_above(p, base))}
    found = sorted(branches, key=cmp_to_key(compare))
    return [branches[root] for root in found]


def ordered_columns(
    functions: Functions, polynomials: Sequence[Polynomial], upright: Sequence[Expr] = ()
) -> Iterator[tuple[Column, list[Branch], bool]]:
    """Yield the columns that meet conditions on the first of two parameters alone, from the left.

    Each comes with the order of all branches, and with whether since the column before it two curves have met and
    nothing else has happened.  With one parameter there is one column.

    Parameters
    ----------
    functions : Functions
        The field of the polynomials.
    polynomials : sequence of Polynomial
        Distinct and irreducible.
    upright : sequence of Expr
        Functions of the first parameter that are positive in the columns.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import factors
    >>> field = Functions((alpha, beta))
    >>> curves = sorted(factors(field.element((beta - alpha) * (beta - 1))), key=str)
    >>> [[str(p) for p, _ in order] for _, order, _ in ordered_columns(field, curves)]  # they meet at 1
    [['-alpha + beta', 'beta - 1'], ['beta - 1', '-alpha + beta']]
    """
    if len(functions.parameters) == 1:
        functions.work.spend(8 * (1 + len(polynomials)))
        yield Column(None, None, ()), order_above(polynomials, ()), False
        return
    first = functions.parameters[0]
    sides = (functions.element(side).factor for side in upright)
    known = [(p, content) for content, powers in sides for p, power in powers.items() if len(powers) == power == 1]
    low, high = (None if x is None else real_roots((-x.numerator, x.denominator))[0] for x in find_bounds(1, known))
    sources = wall_sources(polynomials)
    walls = {wall: univariate(wall) for wall in sources}
    walls = {wall: line for wall, line in walls.items() if may_vanish_between(line, low, high)}
    order: list[Branch] | None = None
    for (left, owners), (right, _) in pairwise([(None, frozenset()), *collect_roots(walls), (None, frozenset())]):
        column = Column(left, right, (sample_between(left, right),))
        if not all(evaluate(side, {first: column.base[0]}) > 0 for side in upright):
            order = None
            continue
        changed = frozenset().union(*(sources[wall] for wall in owners))
        pair = next(iter(changed)) if len(changed) == 1 else ()
        if order is None or len(pair) != 2:
            functions.work.spend(8 * (1 + len(polynomials)))
            order = order_above(polynomials, column.base)
            yield column, order, False
            continue
        functions.work.spend(20)
        order = _exchange(order, pair, order_above(sorted(pair, key=lambda p: p.text), column.base))
        yield column, order, True


def _exchange(order: list[Branch], pair: frozenset[Polynomial], present: Sequence[Branch]) -> list[Branch]:
    """Return the order after two polynomials have taken another order among themselves.

    Branches of theirs that changed places were neighbours, for no third one has changed its place.
    """
    following = iter(present)
    return [next(following) if branch[0] in pair else branch for branch in order]
