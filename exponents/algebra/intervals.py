"""Between which numbers does a region of one parameter lie?

A condition such as 2a^2 - 4a + 1 < 0 is exact, but few readers see from it where it holds.  The roots of polynomials up
to degree 2 have closed forms, so such a region is also a union of intervals: 1 - sqrt(2)/2 < a < 1 + sqrt(2)/2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import groupby, pairwise
from typing import NamedTuple

from sympy import And, Expr, Or, Rational, Symbol, sqrt
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean

from .elimination import sample_between
from .parametric import evaluate, holds
from .polynomials import Functions, factors
from .real_roots import Root, collect_roots


class Interval(NamedTuple):
    """An open interval of one parameter: its ends, None for an infinite one, and a rational inside."""

    low: Expr | None
    high: Expr | None
    sample: Fraction


def cut_line(parameter: Symbol, functions: Iterable[Expr]) -> list[Interval] | None:
    """Return the intervals between the zeros and poles of rational functions, from below.

    Returns None if one of these points has no closed form in square roots.

    Examples
    --------
    >>> from sympy import Symbol
    >>> a = Symbol("a")
    >>> [interval.high for interval in cut_line(a, [a**2 - 2, 1 / (a - 1)])]
    [-sqrt(2), 1, sqrt(2), None]
    >>> cut_line(a, [a**3 - 2]) is None
    True
    """
    field = Functions((parameter,))
    curves = frozenset().union(*(factors(element) for element in map(field.element, functions) if element))
    roots = [root for root, _ in collect_roots({curve: curve.coefficients_above(()) for curve in curves})]
    if any(len(root.coefficients) > 3 for root in roots):
        return None
    return [
        Interval(low and _closed_form(low), high and _closed_form(high), sample_between(low, high))
        for low, high in pairwise([None, *roots, None])
    ]


def _closed_form(root: Root) -> Expr:
    """Return a root of a polynomial of degree 1 or 2 as an expression."""
    if root.is_rational:
        return Rational(root.low)
    c, b, a = root.coefficients  # a > 0, so the root of index 0 is the one with the minus sign
    return Rational(-b, 2 * a) + (2 * root.index - 1) * sqrt(b * b - 4 * a * c) / (2 * a)


def solve_region(region: Boolean, parameter: Symbol, domain: Sequence[Expr]) -> Boolean | None:
    """Return a region of one parameter as intervals with explicit ends.

    Ends that are also ends of the domain are left out.  Returns None if an end has no closed form in square roots.

    Parameters
    ----------
    region : Boolean
        Inequalities in the parameter.
    parameter : Symbol
    domain : sequence of Expr
        Functions that are positive on the domain.

    Examples
    --------
    >>> from sympy import Symbol
    >>> a = Symbol("a")
    >>> solve_region(2*a**2 - 4*a + 1 < 0, a, [1 - a])
    a > 1 - sqrt(2)/2
    """
    sides = [relation.lhs - relation.rhs for relation in region.atoms(Relational)]
    line = cut_line(parameter, [*sides, *domain])
    if line is None:
        return None
    allowed = [all(evaluate(side, {parameter: i.sample}) > 0 for side in domain) for i in line]
    inside = [a and holds(region, {parameter: i.sample}) for a, i in zip(allowed, line, strict=True)]
    parts: list[Boolean] = []
    for first, last in _runs(inside):
        bounds: list[Boolean] = []
        if first > 0 and allowed[first - 1]:
            bounds.append(StrictGreaterThan(parameter, line[first].low, evaluate=False))
        if last + 1 < len(line) and allowed[last + 1]:
            bounds.append(StrictLessThan(parameter, line[last].high, evaluate=False))
        parts.append(And(*bounds))
    return Or(*parts)


def _runs(chosen: Sequence[bool]) -> list[tuple[int, int]]:
    """Return the first and last position of each run of true values."""
    runs = [list(run) for value, run in groupby(range(len(chosen)), chosen.__getitem__) if value]
    return [(run[0], run[-1]) for run in runs]
