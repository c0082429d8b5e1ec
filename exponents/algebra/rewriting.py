"""How does an expression read after its parameters have been replaced by functions of others?

`Rewriting` follows the structure of an expression, so a Min stays a Min and a Piecewise keeps its cases:

* A rational part gets the one normal form that all exponents have here: cancelled and factored.  Two rational parts are
  the same function exactly if they are written the same.
* A condition is decided on the whole domain (`partition`, `regions`), and solved for a parameter where it is linear:
  (2a + 2b - 1)/(2a) < 1 on a > 1/2 becomes b < 1/2.

Nothing is simplified by trial, so the same input always gives the same text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Dummy, Expr, Max, Min, Not, Or, Piecewise, S, Symbol
from sympy.core.relational import Equality, GreaterThan, LessThan, Relational, StrictGreaterThan, Unequality
from sympy.logic.boolalg import Boolean

from .partition import partition_domain
from .piecewise import positive_where
from .polynomials import Functions, Polynomial, sign, to_factored_expr
from .regions import regions_of


@dataclass(frozen=True)
class Rewriting:
    """A replacement of parameters.

    Attributes
    ----------
    replaced : mapping of Symbol to Expr
        Rational functions of the new parameters.
    parameters : tuple of Symbol
        The new parameters, two at most; conditions are solved for the last.
    domain : tuple of Expr
        Functions of the new parameters that are positive on their domain.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> a = Symbol("a")
    >>> Rewriting({alpha: 2 * a}, (a,), (a,)).write(Min(alpha, 1 / alpha))
    Min(1/(2*a), 2*a)
    """

    replaced: Mapping[Symbol, Expr]
    parameters: tuple[Symbol, ...]
    domain: tuple[Expr, ...]

    def write(self, part: Expr | Boolean) -> Expr | Boolean:
        """Return an expression, or a condition, in the new parameters."""
        if part.free_symbols.isdisjoint(self.replaced):
            return part
        if isinstance(part, Relational) and part.free_symbols.issubset(self.replaced):
            return self._condition(part)
        if _is_rational(part):
            return self._rational(part)
        return part.func(*map(self.write, part.args))

    def _rational(self, expression: Expr) -> Expr:
        """Return the normal form of sums, products and integer powers; any other part counts as one symbol."""
        held: dict[Expr, Dummy] = {}

        def replacing(part: Expr) -> Expr:
            if part in self.replaced or part.is_Rational:
                return self.replaced.get(part, part)
            if _is_rational(part) and part.args:
                return part.func(*map(replacing, part.args))
            return held.setdefault(part, Dummy())

        replaced = replacing(expression)
        element = Functions((*held.values(), *self.parameters)).element(replaced)
        return to_factored_expr(element).xreplace({dummy: self.write(part) for part, dummy in held.items()})

    def _condition(self, relation: Relational) -> Boolean:
        if isinstance(relation, Unequality):
            return Not(self._condition(Equality(*relation.args, evaluate=False)))
        difference = (relation.lhs - relation.rhs).xreplace(self.replaced)
        if isinstance(relation, Equality):
            if difference.has(Min, Max, Piecewise):
                return relation.func(*map(self.write, relation.args))
            return zeros(difference, self.parameters, self.domain)
        # A closed inequality is where the opposite open one does not hold.
        closed = isinstance(relation, GreaterThan | LessThan)
        greater = isinstance(relation, StrictGreaterThan | GreaterThan)
        found = positive_where(difference if greater != closed else -difference, self.parameters, self.domain)
        return Not(found) if closed else found


def zeros(function: Expr, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> Boolean:
    """Return where a rational function vanishes: the curves on which an irreducible factor changes its sign.

    Points at which a factor vanishes without a change of sign are isolated, and left out.

    >>> from exponents import alpha
    >>> zeros(alpha**2 - 4, [alpha], [alpha])
    Eq(alpha, 2)
    """
    functions = Functions(parameters)
    numerator = functions.element(function).numer
    if numerator.is_zero():
        return S.true
    factors = sorted(functions.irreducible(numerator), key=lambda p: p.simplicity)
    return Or(*(curve for factor in factors for curve in _crossings(functions, factor, domain)))


def _crossings(functions: Functions, factor: Polynomial, domain: Sequence[Expr]) -> list[Relational]:
    element = functions.element(factor.as_expr())
    partition = partition_domain(functions, domain, lambda sample: (sign(element, sample), (element,)))
    return [boundary.curve for boundary in regions_of(partition)[1].boundaries]


def _is_rational(part: Expr | Boolean) -> bool:
    """Return whether the outermost node belongs to rational arithmetic."""
    return bool(part.is_Symbol or part.is_Rational or part.is_Add or part.is_Mul) or (
        part.is_Pow and part.exp.is_Integer
    )
