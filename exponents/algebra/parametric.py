"""Exponents as exact functions of parameters: piecewise rational, one branch at a time.

An exponent may hold Min, Max and Piecewise of rational functions of the parameters.  At an exact point one branch of
each is in force.  `choose_branches` returns it as a rational function, with its guards: functions whose signs decide
the choice.  Wherever the guards keep their signs the branch stays the same, so one sample decides for a whole cell of
the parameter plane.

Nothing is approximated: points are rationals, and any other kind of function raises InputError.
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
        """The functions that vanish there: the divisor in the branch in force, and the guards of the branch."""


def evaluate(expression: Expr, point: Point) -> Fraction:
    """Return the exact value of a piecewise rational ``expression`` at ``point``.

    Parameters
    ----------
    expression : Expr
        A rational function of the parameters, or Min, Max, Piecewise of such.
    point : mapping of Symbol to Fraction
        A value for each parameter.

    Raises
    ------
    Pole
        If the expression divides by zero there.
    InputError
        If it is not a piecewise rational function, or the point lacks a parameter.

    Examples
    --------
    >>> from exponents import alpha
    >>> evaluate(Min(1, 1 / alpha), {alpha: Fraction(3, 2)})
    Fraction(2, 3)
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
    """Return the rational function that ``expression`` is at ``point``; append what decided it to ``guards``.

    Raises
    ------
    InputError
        If a case of a Piecewise has a condition that is not made of inequalities, or none of its cases holds.

    Examples
    --------
    >>> from exponents import alpha
    >>> guards = []
    >>> choose_branches(Min(1, 1 / alpha), {alpha: Fraction(2)}, guards), guards
    (1/alpha, [-1 + 1/alpha])
    """
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
    """Return whether an inequality, or And, Or, Not of inequalities, holds at ``point``.

    The functions that decide it are appended to ``guards``.

    Raises
    ------
    InputError
        If the condition is not made of inequalities in the parameters.

    Examples
    --------
    >>> from exponents import alpha
    >>> holds(alpha > 1, {alpha: Fraction(2)})
    True
    """
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
    """Return f for an inequality that says f > 0; regions are open, so >= counts as >.

    Raises InputError if ``condition`` is not an inequality.

    >>> from exponents import alpha
    >>> positive_side(alpha < 2)
    2 - alpha
    """
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
    """Return a point in words, for messages.

    >>> from exponents import alpha
    >>> describe_point({alpha: Fraction(3, 2)})
    'alpha = 3/2'
    """
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items()) or "this loss"
