"""Exponents as exact functions of parameters: piecewise rational, resolved one branch at a time.

An exponent may hold Min, Max and Piecewise of rational functions of the parameters.  At an exact point
one branch of each is in force; `Branch` is that choice, written as plain rational functions together with
its guards: polynomials whose signs decide the choice.  Wherever the guards keep their signs the branch stays
the same, which is what lets one sample speak for a whole cell of the parameter plane.

Nothing here approximates: points are rationals, and a function outside the class is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from operator import eq, ge, gt, le, lt, ne

from sympy import And, Expr, Max, Min, Not, Or, Piecewise, Symbol
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean

from ..errors import InputError
from ..rationals import abbreviate

Point = Mapping[Symbol, Fraction]
"""An exact point in parameter space."""


class Pole(InputError):
    """A function was evaluated where it divides by zero."""

    def __init__(self, power: Expr, point: Point) -> None:
        super().__init__(f"{power} divides by zero at {describe_point(point)}; try a point beside it")
        guards: list[Expr] = []
        self.vanishing = (choose_branches(power.base, point, guards), *guards)
        """What vanishes there, in the branch in force, and what decides the branch."""


def evaluate(expression: Expr, point: Point) -> Fraction:
    """The exact value of a piecewise rational ``expression`` at ``point``.

    Raises
    ------
    InputError
        If the expression divides by zero there, or is not a rational function.
    """
    if expression.is_Rational:
        return Fraction(int(expression.p), int(expression.q))
    if expression.is_Symbol:
        if expression not in point:
            raise InputError(
                f"the point needs a value for {expression}; got {describe_point(point)}; name every parameter"
            )
        return point[expression]
    if expression.is_Add:
        return sum((evaluate(term, point) for term in expression.args), Fraction(0))
    if expression.is_Mul:
        return prod((evaluate(factor, point) for factor in expression.args), start=Fraction(1))
    if expression.is_Pow and expression.exp.is_Integer:
        base = evaluate(expression.base, point)
        if base == 0 and expression.exp < 0:
            raise Pole(expression, point)
        return base ** int(expression.exp)
    if isinstance(expression, Min | Max):
        choose = min if isinstance(expression, Min) else max
        return choose(evaluate(argument, point) for argument in expression.args)
    if isinstance(expression, Piecewise):
        return evaluate(_choose_case(expression, point, []), point)
    raise InputError(
        f"exponents must be rational functions of the parameters, or Min, Max, Piecewise of them; got {expression}"
    )


def choose_branches(expression: Expr, point: Point, guards: list[Expr]) -> Expr:
    """The rational function that ``expression`` is at ``point``; appends what decided it to ``guards``."""
    if isinstance(expression, Piecewise):
        return choose_branches(_choose_case(expression, point, guards), point, guards)
    if not expression.args or not expression.has(Min, Max, Piecewise):
        return expression
    arguments = [choose_branches(argument, point, guards) for argument in expression.args]
    if not isinstance(expression, Min | Max):
        return expression.func(*arguments)
    choose = min if isinstance(expression, Min) else max
    chosen = choose(arguments, key=lambda argument: evaluate(argument, point))
    guards.extend(chosen - other for other in arguments if other != chosen)
    return chosen


_COMPARISONS = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}


def holds(condition: Boolean, point: Point, guards: list[Expr] | None = None) -> bool:
    """Whether an inequality, or And, Or, Not of inequalities, holds at ``point``."""
    guards = [] if guards is None else guards
    if condition in (True, False):
        return bool(condition)
    if isinstance(condition, And | Or):
        every = [holds(argument, point, guards) for argument in condition.args]
        return all(every) if isinstance(condition, And) else any(every)
    if isinstance(condition, Not):
        return not holds(condition.args[0], point, guards)
    if isinstance(condition, Relational):
        difference = choose_branches(condition.lhs - condition.rhs, point, guards)
        guards.append(difference)
        return _COMPARISONS[condition.rel_op](evaluate(difference, point), 0)
    raise InputError(f"a condition must be made of inequalities in the parameters; got {condition}")


def positive_side(condition: Boolean) -> Expr:
    """f, for an inequality that says f > 0; regions are open, so >= counts as >."""
    if isinstance(condition, StrictGreaterThan | GreaterThan):
        return condition.lhs - condition.rhs
    if isinstance(condition, StrictLessThan | LessThan):
        return condition.rhs - condition.lhs
    raise InputError(f"a domain is given by inequalities such as alpha > 1; got {abbreviate(condition)}")


def _choose_case(expression: Piecewise, point: Point, guards: list[Expr]) -> Expr:
    for value, condition in expression.args:
        if holds(condition, point, guards):
            return value
    raise InputError(f"{expression} is not defined at {describe_point(point)}; restrict the domain to where it is")


def describe_point(point: Point) -> str:
    """A point in words, for messages."""
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items()) or "this loss"
