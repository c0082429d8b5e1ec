"""What does a nest of Min, Max and Piecewise amount to, region by region?

`normal_form` rewrites a piecewise rational function as one Piecewise whose regions tile the domain and whose values are
plain rational functions.  `agreement` says where two such functions are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from sympy import Expr, Max, Min, Piecewise, S, Symbol
from sympy.logic.boolalg import Boolean

from ..errors import TooMuchWork
from .covered_regions import write_regions
from .covering import Covering, divide_domain
from .parametric import Point, choose_branches
from .partition import Partition
from .polynomials import Functions, RationalFunction, denominators, sign, to_factored_expr

_Label = TypeVar("_Label")


def normal_form(expression: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> Expr:
    """Return ``expression`` as a single Piecewise over the domain, or a rational function if one serves everywhere.

    Parameters
    ----------
    expression : Expr
        Min, Max and Piecewise of rational functions, nested in any way.
    parameters : sequence of Symbol
        Regions are solved for the last.
    domain : sequence of Expr
        Functions that are positive on the domain.

    Notes
    -----
    On the curves between regions the value is that of the first region, so the function should be continuous there.

    Examples
    --------
    >>> from exponents import alpha
    >>> normal_form(Min(alpha, Max(2, 1 / alpha)), [alpha], [alpha])
    Piecewise((alpha, alpha <= 2), (2, True))
    """
    if not expression.has(Min, Max, Piecewise):
        return to_factored_expr(Functions(parameters).element(expression))
    partition = partition_by_branch(expression, parameters, domain, lambda element, _: element)
    elements, regions = write_regions(partition, denominators=lambda element: denominators([element]))
    return regions.piecewise([to_factored_expr(element) for element in elements])


def agreement(left: Expr, right: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> Boolean:
    """Return where on the domain ``left`` and ``right`` are the same function: true, false, or the condition.

    >>> from exponents import alpha
    >>> agreement(Max(alpha, 1), alpha, [alpha], [alpha])
    alpha > 1
    """
    same, regions = write_regions(
        partition_by_branch(left - right, parameters, domain, lambda element, _: element == 0)
    )
    return dict(zip(same, regions.where, strict=True)).get(True, S.false)


def positive_where(expression: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> Boolean:
    """Return where on the domain ``expression`` is positive: true, false, or the condition.

    >>> from exponents import alpha
    >>> positive_where(1 - 1 / alpha, [alpha], [alpha])
    alpha > 1
    """
    partition = partition_by_branch(expression, parameters, domain, lambda element, sample: sign(element, sample) > 0)
    found, regions = write_regions(partition)
    return dict(zip(found, regions.where, strict=True)).get(True, S.false)


def partition_by_branch(
    expression: Expr,
    parameters: Sequence[Symbol],
    domain: Sequence[Expr],
    label: Callable[[RationalFunction, Point], _Label],
) -> Partition[_Label] | Covering[_Label]:
    """Divide the domain by the rational function in force.

    Parameters
    ----------
    expression : Expr
        A rational function, or Min, Max, Piecewise of such.
    parameters, domain
        As for `normal_form`.
    label : callable
        (function in force, sample) -> the finding of a part.

    Examples
    --------
    >>> from exponents import alpha
    >>> len(partition_by_branch(Max(alpha, 1), [alpha], [alpha], lambda element, _: element).leaves)
    2
    """
    functions = Functions(parameters)

    def decide(sample: Point) -> tuple[_Label, list[RationalFunction]]:
        guards: list[Expr] = []
        element = functions.element(choose_branches(expression, sample, guards))
        return label(element, sample), [element, *(functions.element(guard) for guard in guards)]

    return divide_domain(functions, domain, decide)


def signs_on(conditions: Sequence[Expr]) -> Callable[[Expr], set[int]]:
    """Return a function that says which signs an exponent takes where the conditions are positive.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> sorted(signs_on([alpha - 1])(1 - alpha)), sorted(signs_on([alpha - 1])(beta - 1))
    ([-1], [-1, 1])
    """

    def sign_of(exponent: Expr) -> set[int]:
        if exponent.is_number:
            return {int((exponent > 0) == True) - int((exponent < 0) == True)}  # noqa: E712
        known = [value for value, holds in ((1, exponent.is_positive), (-1, exponent.is_negative)) if holds]
        parameters = sorted(exponent.free_symbols.union(*(side.free_symbols for side in conditions)), key=str)
        if known:
            return set(known)
        domain = (*conditions, *(p for p in parameters if p.is_positive))
        try:
            return {leaf.found for leaf in partition_by_branch(exponent, parameters, domain, sign).leaves}
        except TooMuchWork:
            return {-1, 0, 1}

    return sign_of
