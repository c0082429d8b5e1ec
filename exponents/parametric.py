"""Exponents as exact functions of parameters: piecewise rational, resolved one branch at a time.

An exponent may hold Min, Max and Piecewise of rational functions of the parameters.  At an exact point
one branch of each is in force; `Branch` is that choice, written as plain rational functions together with
its guards: polynomials whose signs decide the choice.  Wherever the guards keep their signs the branch stays
the same, which is what lets one sample speak for a whole cell of the parameter plane.

Nothing here approximates: points are rationals, and a function outside the class is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from math import prod
from operator import eq, ge, gt, le, lt, ne

from sympy import ZZ, And, Dummy, Expr, Max, Min, Mul, Not, Or, Piecewise, Symbol
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean
from sympy.polys.fields import FracElement, FracField
from sympy.polys.matrices import DomainMatrix
from sympy.polys.matrices.exceptions import DMError
from sympy.polys.orderings import lex
from sympy.polys.polyerrors import CoercionFailed
from sympy.polys.rings import PolyElement

from .errors import InputError
from .rationals import shown

Point = Mapping[Symbol, Fraction]
"""An exact point in parameter space."""


class Pole(InputError):
    """A function was evaluated where it divides by zero."""

    def __init__(self, power: Expr, point: Point) -> None:
        super().__init__(f"{power} divides by zero at {described(point)}; try a point beside it")
        guards: list[Expr] = []
        self.vanishing = (resolve(power.base, point, guards), *guards)
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
            raise InputError(f"the point needs a value for {expression}; got {described(point)}; name every parameter")
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
        return evaluate(_chosen(expression, point, []), point)
    raise InputError(
        f"exponents must be rational functions of the parameters, or Min, Max, Piecewise of them; got {expression}"
    )


def resolve(expression: Expr, point: Point, guards: list[Expr]) -> Expr:
    """The rational function that ``expression`` is at ``point``; appends what decided it to ``guards``."""
    if isinstance(expression, Piecewise):
        return resolve(_chosen(expression, point, guards), point, guards)
    if not expression.args or not expression.has(Min, Max, Piecewise):
        return expression
    arguments = [resolve(argument, point, guards) for argument in expression.args]
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
        difference = resolve(condition.lhs - condition.rhs, point, guards)
        guards.append(difference)
        return _COMPARISONS[condition.rel_op](evaluate(difference, point), 0)
    raise InputError(f"a condition must be made of inequalities in the parameters; got {condition}")


def positive_side(condition: Boolean) -> Expr:
    """f, for an inequality that says f > 0; regions are open, so >= counts as >."""
    if isinstance(condition, StrictGreaterThan | GreaterThan):
        return condition.lhs - condition.rhs
    if isinstance(condition, StrictLessThan | LessThan):
        return condition.rhs - condition.lhs
    raise InputError(f"a domain is given by inequalities such as alpha > 1; got {shown(condition)}")


def _chosen(expression: Piecewise, point: Point, guards: list[Expr]) -> Expr:
    for value, condition in expression.args:
        if holds(condition, point, guards):
            return value
    raise InputError(f"{expression} is not defined at {described(point)}; restrict the domain to where it is")


def described(point: Point) -> str:
    """A point in words, for messages."""
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items()) or "this loss"


class Functions:
    """The field of rational functions of the parameters, over the rationals.

    Generators stand in reverse, so that the last parameter is the one that is eliminated first.
    """

    def __init__(self, parameters: Sequence[Symbol]) -> None:
        self.parameters = tuple(parameters)
        symbols = tuple(reversed(self.parameters)) or (Dummy("none"),)
        self._field = FracField(symbols, ZZ, lex)
        self._elements: dict[Expr, FracElement] = {}

    def element(self, expression: Expr) -> FracElement:
        """``expression``, free of Min, Max and Piecewise, as an element of the field."""
        if expression not in self._elements:
            self._elements[expression] = self._converted(expression)
        return self._elements[expression]

    def _converted(self, expression: Expr) -> FracElement:
        try:
            return self._field.from_expr(expression)
        except (ValueError, CoercionFailed) as error:
            raise InputError(
                f"exponents must be rational functions of {list(self.parameters)}; got {expression}"
            ) from error

    def inverse(self, rows: Sequence[Sequence[FracElement]]) -> list[list[FracElement]]:
        """The exact inverse of a square matrix over the field.

        Each row is multiplied by its common denominator and the matrix inverted over the ring of polynomials without
        fractions; only the entries of the result are cancelled, which is what costs.

        Raises
        ------
        ValueError
            If the matrix is singular or not square.
        """
        scales = [reduce(lambda d, e: d.lcm(e.denom), row, self._field.ring.one) for row in rows]
        cleared = [[e.numer * d.exquo(e.denom) for e in row] for row, d in zip(rows, scales, strict=True)]
        matrix = DomainMatrix(cleared, (len(rows), len(rows[0])), self._field.ring.to_domain())
        try:
            adjugate, determinant = matrix.inv_den()
        except DMError as error:
            raise ValueError("the matrix has no inverse") from error
        return [
            [self._field.new(entry * d, determinant) for entry, d in zip(row, scales, strict=True)]
            for row in adjugate.to_list()
        ]

    @property
    def zero(self) -> FracElement:
        """The function 0."""
        return self._field.zero

    @property
    def one(self) -> FracElement:
        """The function 1."""
        return self._field.one


def factors(element: FracElement) -> frozenset[PolyElement]:
    """The irreducible polynomials whose signs decide the sign of ``element``."""
    return irreducible(element.numer) | irreducible(element.denom)


def irreducible(polynomial: PolyElement) -> frozenset[PolyElement]:
    """The distinct irreducible factors of ``polynomial``, constants aside."""
    return frozenset(normalised(factor) for factor, _ in _factored(polynomial)[1])


def factored(element: FracElement) -> Expr:
    """``element`` as a SymPy quotient of products, which reads better than expanded polynomials."""
    top, bottom = (_product(_factored(part)) for part in (element.numer, element.denom))
    return top / bottom


_Factored = tuple[int, tuple[tuple[PolyElement, int], ...]]


@lru_cache(maxsize=4096)
def _factored(polynomial: PolyElement) -> _Factored:
    if polynomial.is_ground:
        return int(polynomial.LC), ()
    content, parts = polynomial.factor_list()
    return int(content), tuple(parts)


def _product(parts: _Factored) -> Expr:
    content, powers = parts
    return Mul(content, *(factor.as_expr() ** power for factor, power in powers))


def normalised(polynomial: PolyElement) -> PolyElement:
    """The primitive multiple of ``polynomial`` whose leading coefficient is positive."""
    primitive = polynomial.primitive()[1]
    return primitive if primitive.LC > 0 else -primitive


def sign(element: FracElement | PolyElement, point: Point) -> int:
    """The exact sign of ``element`` at ``point``; a denominator must not vanish there."""
    if isinstance(element, FracElement):
        return sign(element.numer, point) * sign(element.denom, point)
    # Times the positive denominators of the point, all is integer arithmetic.
    values = [point.get(symbol, Fraction(0)) for symbol in element.ring.symbols]
    scales = [(v.numerator, v.denominator, d) for v, d in zip(values, element.degrees(), strict=True)]
    total = 0
    for powers, coefficient in element.terms():
        term = int(coefficient)
        for (top, bottom, degree), power in zip(scales, powers, strict=True):
            term *= top**power * bottom ** (degree - power)
        total += term
    return (total > 0) - (total < 0)
