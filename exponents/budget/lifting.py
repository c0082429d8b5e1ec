"""How does any loss built from powers, sums, products, min and max become sums of monomials?

A variable of its own stands for each inner part, and a bound ties it to that part.  Where less of the part is better,
t >= f is a bound f/t <= 1 on a sum: max(f, g) gives f/t <= 1 and g/t <= 1, and a sum to a positive power stands for
itself.  Where more of the part is better, as under a negative power, y <= f is needed:

    y <= min(f, g)     two bounds                   y <= f^p      y is the power of another variable
    y <= f + g         a `Choice` among sums        y <= max(f, g)    a `Choice` of one
    t >= min(f, g)     a `Choice` of one

So everything is a geometric programme but for the choices; a loss without choices is convex in logarithms.  How the
choices are made is the subject of `branch_search`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

import mpmath
from flint import arb, ctx
from mpmath import mpf
from sympy import Add, Dummy, Expr, Max, Min, Mul, Pow, Symbol, exp, expand_power_base, log, powdenest

from ..errors import InputError
from ..rationals import abbreviate
from .certified_bounds import ball_of
from .geometric_programme import number
from .posynomials import Monomial, Posynomial
from .weight_certificate import BITS

MAX_PRODUCT = 8
"""Most monomials that a product of sums is multiplied out to; beyond that each sum has a variable."""


def log_of(value: Expr) -> arb:
    """Return ln of a positive constant as a ball.

    Raises
    ------
    InputError
        If it is not a positive number.

    Examples
    --------
    >>> from sympy import Rational, pi
    >>> log_of(Rational(1)), log_of(pi) > 1
    (0, True)
    """
    if value.free_symbols or not value.is_positive:
        raise InputError(
            f"a prefactor must be a positive number here; got {abbreviate(value)}; give a number, or a cost to what "
            "should be a resource"
        )
    try:
        return ball_of(value).log()
    except InputError:  # not made of rational powers: SymPy's digits are right to the last but few
        digits = int(BITS / 3.4)
        near = arb(str(value.evalf(digits + 10)))
        return (near * arb(1, 10.0 ** (5 - digits))).log()


@dataclass(frozen=True)
class Choice:
    """The condition m <= m_1 + ... + m_n on monomials, or m <= max(m_1, ..., m_n).

    Attributes
    ----------
    least : Monomial
        m.
    parts : tuple of Monomial
        m_1, ..., m_n.
    is_sum : bool
        Whether they add up.
    """

    least: Monomial
    parts: tuple[Monomial, ...]
    is_sum: bool


@dataclass
class Lifting:
    """Variables for resources and for parts of expressions, with the bounds that tie them.

    Attributes
    ----------
    positions : dict of Symbol to int
        The variable of each resource.
    names : list of str
        The names of all variables.
    bounds : list of sequences of Monomial
        Sums that may not exceed 1.
    choices : list of Choice

    Examples
    --------
    >>> from sympy import Rational
    >>> from exponents.symbols import N, t
    >>> lifted = Lifting.of([N, t])
    >>> len(lifted.bound_above((1 / N + 1 / t) ** Rational(1, 2))), len(lifted.bounds), lifted.choices
    (1, 1, [])
    >>> lifted = Lifting.of([N, t])
    >>> len(lifted.bound_above((N + t) ** Rational(-1, 2))), len(lifted.bounds), len(lifted.choices)
    (1, 0, 1)
    """

    positions: dict[Symbol, int]
    names: list[str]
    bounds: list[Posynomial] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)

    @classmethod
    def of(cls, resources: Sequence[Symbol]) -> Lifting:
        """Return a lifting that has variables for resources only."""
        return cls({r: i for i, r in enumerate(resources)}, [r.name for r in resources])

    def bound_above(self, expression: Expr) -> list[Monomial]:
        """Return monomials whose sum, at its least, is the expression.

        Raises
        ------
        InputError
            If it is not built from powers of resources with positive constants.
        """
        with ctx.workprec(BITS):
            return self._above(self._prepare(expression))

    def monomial(self, expression: Expr) -> Monomial:
        """Return an expression that is a monomial.

        >>> from exponents.symbols import N, t
        >>> Lifting.of([N, t]).monomial(N * t**2).powers == {0: 1, 1: 2}
        True
        """
        with ctx.workprec(BITS):
            (found,) = self._above(self._prepare(expression))
        return found

    def _prepare(self, expression: Expr) -> Expr:
        """Return the expression in positive symbols, in which powers of products split."""
        positive = {r: Dummy(r.name, positive=True) for r in self.positions}
        self._known: Mapping[Expr, int] = {dummy: self.positions[r] for r, dummy in positive.items()}
        return expression.xreplace(positive)

    def _new(self) -> Monomial:
        self.names.append(f"part {len(self.names)}")
        return Monomial(arb(0), {len(self.names) - 1: Fraction(1)})

    def _is_constant(self, part: Expr) -> bool:
        return not part.free_symbols & set(self._known)

    def _constant(self, value: Expr) -> Monomial:
        return Monomial(log_of(value), {})

    def _read_power(self, part: Expr) -> tuple[Expr, Fraction]:
        """Return the base and the power of a part that is one."""
        if isinstance(part, Pow) and part.exp.is_Rational:
            return part.base, Fraction(int(part.exp.p), int(part.exp.q))
        if isinstance(part, exp | log) or (isinstance(part, Pow) and part.exp.free_symbols & set(self._known)):
            raise InputError(f"a loss must be built from powers of resources; got {abbreviate(part)}; leave it out")
        raise InputError(f"a plan needs exponents that are rational numbers; got {abbreviate(part)}; write a decimal")

    def _above(self, part: Expr) -> list[Monomial]:
        """Return monomials whose sum may fall to the part, and no further."""
        if self._is_constant(part):
            return [self._constant(part)]
        if part in self._known:
            return [Monomial(arb(0), {self._known[part]: Fraction(1)})]
        if isinstance(part, Add):
            return [term for own in part.args for term in self._above(own)]
        if isinstance(part, Mul):
            return self._multiply([self._above(own) for own in part.args])
        if isinstance(part, Max | Min):
            return [self._extremum(part)]
        part = expand_power_base(powdenest(part))
        if not isinstance(part, Pow):
            return self._above(part)
        base, power = self._read_power(part)
        if power < 0:
            return [self._below(base) ** power]
        return [self._single(self._above(base)) ** power]

    def _extremum(self, part: Expr) -> Monomial:
        """Return a variable that may fall to the maximum, or minimum, of some parts."""
        found = self._new()
        if isinstance(part, Max):
            self.bounds += [[term / found for term in self._above(own)] for own in part.args]
        else:
            parts = tuple(self._single(self._above(own)) ** -1 for own in part.args)
            self.choices.append(Choice(found**-1, parts, False))
        return found

    def _multiply(self, factors: list[list[Monomial]]) -> list[Monomial]:
        if prod(map(len, factors)) > MAX_PRODUCT:
            factors = [[self._single(own)] for own in factors]
        found = factors[0]
        for own in factors[1:]:
            found = [one * other for one in found for other in own]
        return found

    def _single(self, terms: list[Monomial]) -> Monomial:
        """Return one monomial for a sum."""
        if len(terms) == 1:
            return terms[0]
        found = self._new()
        self.bounds.append([term / found for term in terms])
        return found

    def _below(self, part: Expr) -> Monomial:
        """Return a monomial that may rise to the part, and no further."""
        if self._is_constant(part):
            return self._constant(part)
        if part in self._known:
            return Monomial(arb(0), {self._known[part]: Fraction(1)})
        if isinstance(part, Mul):
            found = self._below(part.args[0])
            for own in part.args[1:]:
                found = found * self._below(own)
            return found
        if isinstance(part, Add | Max | Min):
            parts = tuple(self._below(own) for own in part.args)
            found = self._new()
            if isinstance(part, Min):
                self.bounds += [[found / own] for own in parts]
            else:
                self.choices.append(Choice(found, parts, isinstance(part, Add)))
            return found
        part = expand_power_base(powdenest(part))
        if not isinstance(part, Pow):
            return self._below(part)
        base, power = self._read_power(part)
        return self._below(base) ** power if power > 0 else self._single(self._above(base)) ** power


def value_at(expression: Expr, amounts: Mapping[Symbol, mpf]) -> mpf:
    """Return the value of an expression in resources, at the working precision.

    Parameters
    ----------
    expression : Expr
        Built from +, *, powers, Min and Max.
    amounts : mapping of Symbol to mpf

    Examples
    --------
    >>> from sympy import Min
    >>> from exponents.symbols import N, t
    >>> value_at(2 * Min(N, t) ** -1 + 1, {N: mpf(4), t: mpf(5)})
    mpf('1.5')
    """
    if expression in amounts:
        return amounts[expression]
    if not expression.free_symbols & set(amounts):
        return number(expression)
    if isinstance(expression, Pow):
        return value_at(expression.base, amounts) ** number(expression.exp)
    values = [value_at(part, amounts) for part in expression.args]
    if isinstance(expression, Add):
        return mpmath.fsum(values)
    if isinstance(expression, Mul):
        return mpmath.fprod(values)
    return (max if isinstance(expression, Max) else min)(values)
