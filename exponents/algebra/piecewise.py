"""What does a nest of Min, Max and Piecewise amount to, region by region?

`normal_form` rewrites a piecewise rational function as one Piecewise whose regions tile the domain and whose values are
plain rational functions.  `agreement` says where two such functions are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from sympy import Expr, Max, Min, Piecewise, S, Symbol
from sympy.logic.boolalg import Boolean

from ..terms import PowerLaw
from .parametric import Point, resolve
from .polynomials import Functions, RationalFunction, denominators, factored, sign
from .regions import Regions, regions_of
from .settling import settled

_Label = TypeVar("_Label")


def normal_form(expression: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> Expr:
    """``expression`` as a single Piecewise over the domain, or a rational function if one serves everywhere.

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
    """
    if not expression.has(Min, Max, Piecewise):
        return factored(Functions(parameters).element(expression))
    elements, regions = _regions(expression, parameters, domain, lambda element: element)
    return regions.piecewise([factored(element) for element in elements])


def agreement(left: Expr, right: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> Boolean:
    """Where on the domain ``left`` and ``right`` are the same function: true, false, or the condition."""
    same, regions = _regions(left - right, parameters, domain, lambda element: element == 0)
    return dict(zip(same, regions.where, strict=True)).get(True, S.false)


def positive_where(expression: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> Boolean:
    """Where on the domain ``expression`` is positive: true, false, or the condition."""
    functions = Functions(parameters)

    def decide(sample: Point) -> tuple[bool, list[RationalFunction]]:
        guards: list[Expr] = []
        element = functions.element(resolve(expression, sample, guards))
        return sign(element, sample) > 0, [element, *(functions.element(guard) for guard in guards)]

    found, regions = regions_of(settled(functions, domain, decide))
    return dict(zip(found, regions.where, strict=True)).get(True, S.false)


def _regions(
    expression: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr], label: Callable[[RationalFunction], _Label]
) -> tuple[list[_Label], Regions]:
    """The labels that the rational function in force takes on the domain, and their regions."""
    functions = Functions(parameters)

    def decide(sample: Point) -> tuple[_Label, list[RationalFunction]]:
        guards: list[Expr] = []
        element = functions.element(resolve(expression, sample, guards))
        return label(element), [element, *(functions.element(guard) for guard in guards)]

    partition = settled(functions, domain, decide)
    return regions_of(
        partition,
        denominators=lambda found: denominators([found]) if isinstance(found, RationalFunction) else frozenset(),
    )


def resolved(term: PowerLaw, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> PowerLaw:
    """``term`` with each exponent as a plain rational function, where one serves the whole domain."""
    forms = [(r, e, normal_form(e, parameters, domain)) for r, e in term.exponents]
    return replace(term, exponents=tuple((r, e if form.is_Piecewise else form) for r, e, form in forms))
