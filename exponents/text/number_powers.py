"""How is 47491**(-0.3478) kept exactly?  As it stands; SymPy would write it with an integer of thousands of digits.

SymPy takes the primes of the base apart and multiplies them up under one root: 54**(19/200) becomes the 200th root of a
number of 42 digits, and for four decimals in the exponent the number has thousands.  A `NumberPower` is one exact
positive number that SymPy leaves alone.
"""

from __future__ import annotations

from typing import Any

from mpmath.libmp import from_rational, mpf_exp, mpf_log, mpf_mul
from sympy import Expr, Mul, NumberSymbol, Pow, Rational
from sympy.printing.precedence import PRECEDENCE

LARGEST_ROOT = 40
"""Denominator of an exponent up to which SymPy's own form is short."""


class NumberPower(NumberSymbol):
    """A positive rational to a rational power, as one number.

    Examples
    --------
    >>> one = NumberPower(Rational(47491), Rational(-1739, 5000))
    >>> one, one.is_positive, one.evalf(6)
    (47491**(-1739/5000), True, 0.0236306)
    """

    __slots__ = ("number", "power")
    is_real = is_positive = is_finite = True
    precedence = PRECEDENCE["Pow"]

    def __new__(cls, number: Rational, power: Rational) -> NumberPower:
        """Return the power; `raise_number` decides whether one is needed."""
        made = super().__new__(cls)
        made.number, made.power = number, power
        return made

    def __getnewargs__(self) -> tuple[Rational, Rational]:
        return (self.number, self.power)

    def _hashable_content(self) -> tuple[object, ...]:
        return (self.number, self.power)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NumberPower) and self._hashable_content() == other._hashable_content()

    def __hash__(self) -> int:
        return hash((type(self).__name__, *self._hashable_content()))

    def _as_mpf_val(self, precision: int) -> object:
        working = precision + 20 + max(abs(self.power.p).bit_length() - self.power.q.bit_length(), 0)
        logarithm = mpf_log(from_rational(self.number.p, self.number.q, working), working)
        return mpf_exp(mpf_mul(logarithm, from_rational(self.power.p, self.power.q, working)), precision)

    def _eval_power(self, exponent: Expr) -> Expr | None:
        return raise_number(self.number, self.power * exponent) if exponent.is_Rational else None

    def _sympystr(self, printer: Any) -> str:
        return str(printer.doprint(self.as_power()))

    def _latex(self, printer: Any) -> str:
        return str(printer.doprint(self.as_power()))

    def _pretty(self, printer: Any) -> Any:
        return printer._print(self.as_power())

    def as_power(self) -> Expr:
        """Return the power that SymPy has not evaluated."""
        return Pow(self.number, self.power, evaluate=False)


def raise_number(number: Rational, power: Rational) -> Expr:
    """Return a positive rational to a rational power, in SymPy's form where that is short.

    Examples
    --------
    >>> raise_number(Rational(54), Rational(1, 3)), raise_number(Rational(54), Rational(19, 200))
    (3*2**(1/3), 54**(19/200))
    """
    if power.q <= LARGEST_ROOT or number == 1:
        return number**power
    return NumberPower(number, power)


def raise_factors(product: Expr, power: Expr) -> Expr:
    """Return a power of a positive product, whose rational factors, and powers of such, are raised by `raise_number`.

    Examples
    --------
    >>> from sympy import sqrt
    >>> from exponents.symbols import N
    >>> raise_factors(54 * N**2, Rational(19, 200)), raise_factors(sqrt(2) * N, Rational(19, 200))
    (54**(19/200)*N**(19/100), 2**(19/400)*N**(19/200))
    """
    if not power.is_Rational:
        return product**power
    found, rest = [], []
    for factor in Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        if base.is_Rational and base.is_positive and exponent.is_Rational:
            found.append(raise_number(base, exponent * power))
        else:
            rest.append(factor)
    return Mul(*found, Mul(*rest) ** power)
