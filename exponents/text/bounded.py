"""Which sums, products and powers are small enough to be built from a text?

Those within the limits below.  SymPy evaluates what it builds: it multiplies numbers out, looks for factors under
roots, and isolates real roots of polynomials to find their signs when it combines exponents.  A short text can make any
of these endless: ``2**10**9``, ``(2**(10**9*t))**(1/t)``, ``N*t**(t**999 - 7*t + 3)``.  So `Arithmetic` measures an
operation (`Extent`) before SymPy sees it.  It measures the result too, because SymPy combines powers:
``t**600*t**600`` is a power of 1200.

The limits are far above what losses, costs and conditions need.  They are so low that every text within the limits of
`tokens` is read, or refused, within a second.

Map: `Arithmetic.add`, `multiply`, `raise_to` and `take_extremum` are the operations; `_build` performs one and measures
the result; `_measure` computes an `Extent`; `_check_power` and `_check_power_of_number` hold the rules for powers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lcm, log10
from typing import NamedTuple

from sympy import Add, Expr, Max, Min, Mul, Pow, Rational, S

from ..errors import InputError
from ..rationals import MAX_DIGITS, abbreviate
from .number_powers import LARGEST_ROOT, NumberPower, raise_number

MAX_POWER = 1000
"""Size of the numeric power of a symbol, and of any number in an exponent."""

MAX_SUM_POWER = 20
"""Size of the numeric power of anything but symbols, numbers and products: beyond it, expanding is hopeless."""

MAX_RADICAND = 10**60
"""Bound of numerator and denominator under a root or a symbolic power: SymPy factors them."""

MAX_ROOT = 1000
"""Common denominator of the powers of numbers in one text that SymPy combines; others stay as they are written."""

MAX_ARGUMENTS = 8  # of min and max: their branches multiply
MAX_SIZE = 4000  # `Extent.size` of the whole text

MAX_INNER_SIZE = 300
"""Nodes and digits of an exponent, and of what stands under a power or in min and max."""

MAX_INNER_DEGREE = 40
"""`Extent.degree` of the same: isolating the roots of a polynomial takes about the cube of its degree."""

SIMPLE_DEGREE = 2
"""Degree up to which an argument of min and max is simple: differences of such have roots in closed form."""

MAX_ALL_DEGREES = 200
"""Sum of all these degrees in one text."""

MAX_HEIGHT = 24  # levels of operations: SymPy calls itself for each


class Extent(NamedTuple):
    """How large an expression is.

    Attributes
    ----------
    size : int
        Nodes, and digits of numbers.
    degree : int
        Number of symbols, each times the numeric powers above it: at least the degree as a rational function.  A
        division by a sum doubles it, as fractions of fractions do; min and max multiply it by their arguments, unless
        all of these are simple.
    height : int
        Levels of operations.
    has_root : bool
        Whether the expression holds a root of a number.
    """

    size: int = 1
    degree: int = 0
    height: int = 0
    has_root: bool = False


@dataclass
class Arithmetic:
    """Build sums, products, powers and extrema that stay small, for one text.

    Attributes
    ----------
    role : str
        What the text is, for messages.

    Notes
    -----
    Every method raises `InputError` if its result would be too large, not real or not finite.

    Examples
    --------
    >>> from sympy import Integer
    >>> arithmetic = Arithmetic("the loss")
    >>> arithmetic.raise_to(Integer(2), Rational(1, 2))
    sqrt(2)
    >>> arithmetic.raise_to(Integer(2), Integer(10**9))
    Traceback (most recent call last):
    exponents.errors.InputError: the loss must come to numbers of at most 1000 digits; got more; use smaller powers
    """

    role: str
    _degrees: int = field(default=0, init=False, repr=False)
    _root: int = field(default=1, init=False, repr=False)

    def add(self, terms: Sequence[Expr]) -> Expr:
        """Return the sum of the terms."""
        return self._combine(Add, terms)

    def multiply(self, factors: Sequence[Expr]) -> Expr:
        """Return the product of the factors."""
        if S.Zero in factors:  # SymPy would ask whether the other factors are finite, which can take for ever
            return S.Zero
        return self._combine(Mul, factors)

    def take_extremum(self, kind: type[Expr], arguments: Sequence[Expr]) -> Expr:
        """Return the Min or Max of one or more arguments."""
        nests = [argument.args if isinstance(argument, kind) else [argument] for argument in arguments]
        flat = [part for nest in nests for part in nest]
        if len(flat) > MAX_ARGUMENTS:
            raise self._refusal(f"give min and max at most {MAX_ARGUMENTS} arguments", len(flat), "split the text")
        extents = [self._measure(part) for part in flat]
        for part, extent in zip(flat, extents, strict=True):
            self._check_inner(extent, "in min and max")
            if extent.has_root:
                raise self._refusal("compare rational functions in min and max", part, "write a fraction for the root")
        self._spend(_degree_of_extremum(extents))
        return self._build(kind, flat)

    def raise_to(self, base: Expr, exponent: Expr) -> Expr:
        """Return ``base**exponent``; an integer power of a product or of a power is taken apart first."""
        if exponent.is_Rational and not exponent.is_Integer and base.is_positive:
            parts = [part for part in Mul.make_args(base) if part.is_number]
            kept = exponent.q > LARGEST_ROOT or self._combines_badly(exponent)
            if parts and (kept or any(isinstance(part, NumberPower) for part in parts)):
                return self._raise_numbers(parts, base, exponent)
        if exponent.is_Integer and base.is_Mul:
            return self.multiply([self.raise_to(factor, exponent) for factor in base.args])
        if exponent.is_Integer and base.is_Pow:
            return self.raise_to(base.base, self.multiply([base.exp, exponent]))
        if base.is_Pow and base.base.is_Rational:  # SymPy multiplies the exponents, and symbols may cancel
            together = self.multiply([base.exp, exponent])
            self._check_power(base.base, together, Extent(), self._measure(together))
        under, above = self._measure(base), self._measure(exponent)
        self._check_power(base, exponent, under, above)
        self._spend(above.degree + (0 if base.is_Symbol else under.degree))
        return self._build(Pow, (base, exponent))

    def _raise_numbers(self, numbers: Sequence[Expr], base: Expr, exponent: Expr) -> Expr:
        """Raise a product with positive numbers in it, whose powers SymPy does not evaluate."""
        self._check_size(exponent, MAX_POWER, "powers of a number")
        raised, rest = [], [part for part in Mul.make_args(base) if not part.is_number]
        for part in numbers:
            number, power = (part.number, part.power) if isinstance(part, NumberPower) else part.as_base_exp()
            if not (number.is_Rational and power.is_Rational):
                raise self._refusal("have rational numbers under a power", part, "take the root out of the power")
            if max(abs(number.p), number.q) >= MAX_RADICAND:
                raise self._too_long_for_root(number)
            bad = number != 1 and self._combines_badly(power * exponent)
            raised.append((NumberPower if bad else raise_number)(number, power * exponent))
        return self.multiply([*raised, *([self.raise_to(self.multiply(rest), exponent)] if rest else [])])

    def _combines_badly(self, power: Rational) -> bool:
        """Return whether SymPy would find too large a common denominator for a power and the powers before it."""
        return lcm(self._root, power.q) > MAX_ROOT

    def _combine(self, operation: type[Expr], parts: Sequence[Expr]) -> Expr:
        if len(parts) == 1:
            return parts[0]
        size = sum(self._measure(part).size for part in parts)
        if size > MAX_SIZE:
            raise self._too_long(size)
        return self._build(operation, parts)

    def _spend(self, degree: int) -> None:
        self._degrees += degree
        if self._degrees > MAX_ALL_DEGREES:
            hint = "shorten the exponents, or split the text"
            raise self._refusal(f"have exponents of total degree {MAX_ALL_DEGREES} at most", self._degrees, hint)

    def _build(self, operation: type[Expr], parts: Sequence[Expr]) -> Expr:
        """Perform the operation and return its result, if that is within the limits, real and finite."""
        try:
            expression = operation(*parts)
        except (TypeError, ValueError) as error:  # SymPy compares values, perhaps in an exponent, that are not real
            hint = "take roots only of what cannot be negative"
            raise self._refusal("be real", "min or max of a value that is not", hint) from error
        extent = self._measure(expression)
        if extent.size > MAX_SIZE:
            raise self._too_long(extent.size)
        if extent.height > MAX_HEIGHT:
            hint = "write it flatter"
            raise self._refusal(f"nest at most {MAX_HEIGHT} operations", f"{extent.height} levels", hint)
        return expression

    def _measure(self, expression: Expr) -> Extent:
        if expression.is_Rational:
            return Extent(size=1 + self._digits(expression))
        if expression.is_Symbol:
            return Extent(degree=1)
        if isinstance(expression, NumberPower):
            return Extent(size=3 + self._digits(expression.number) + self._digits(expression.power), has_root=True)
        if not isinstance(expression, Add | Mul | Pow | Min | Max):
            # I, infinities, absolute values: SymPy turns some roots into these
            hint = "take roots only of what cannot be negative"
            raise self._refusal("be real and finite", expression, hint)
        parts = [self._measure(part) for part in expression.args]
        size, degree = 1 + sum(part.size for part in parts), sum(part.degree for part in parts)
        has_root = any(part.has_root for part in parts)
        if isinstance(expression, Min | Max):
            degree = _degree_of_extremum(parts)
        elif expression.is_Pow:
            base, exponent = expression.args
            self._check_power(base, exponent, *parts)
            if exponent.is_Rational:
                degree = -(-abs(exponent.p) * degree // exponent.q)
                degree *= 2 if exponent.is_negative and not base.is_Symbol else 1
            has_root = has_root or (base.is_Rational and exponent.is_Rational)
        return Extent(size, degree, 1 + max(part.height for part in parts), has_root)

    def _digits(self, number: Rational) -> int:
        """Return the digits of numerator and denominator, one less each."""
        largest = max(abs(number.p), number.q)
        if largest >= 10**MAX_DIGITS:
            raise self._too_many_digits()
        return int(log10(abs(number.p) or 1)) + int(log10(number.q))

    def _check_power(self, base: Expr, exponent: Expr, under: Extent, above: Extent) -> None:
        if above.has_root:
            raise self._refusal("have rational numbers in exponents", exponent, "write a fraction instead of the root")
        if not exponent.is_Rational:
            self._check_inner(above, "in an exponent")
            for number in exponent.atoms(Rational):
                self._check_size(number, MAX_POWER, "numbers in an exponent")
        if base.is_Rational:
            self._check_power_of_number(base, exponent)
        elif exponent.is_Rational and base.is_Symbol:
            self._check_size(exponent, MAX_POWER, "powers of a symbol")
        elif not base.is_Symbol:
            self._check_inner(under, "under a power")
            if exponent.is_Rational:
                self._check_size(exponent, MAX_SUM_POWER, "powers of a sum")
            if under.has_root and not exponent.is_Integer and not base.free_symbols:
                hint = "take the root out of the power"
                raise self._refusal("have rational numbers under a power that is not an integer", base, hint)

    def _check_power_of_number(self, base: Rational, exponent: Expr) -> None:
        """Raise InputError unless the power is defined, real and of few digits."""
        if base.is_zero and not exponent.is_positive:
            hint = "take the zero out of the denominator" if exponent.is_negative else "replace it by its value"
            what = "a division by zero" if exponent == -1 else f"zero to the power {abbreviate(exponent)}"
            raise self._refusal("be finite", what, hint)
        if exponent.is_Integer:
            if abs(exponent.p) > 4 * MAX_DIGITS or abs(exponent.p) * log10(max(abs(base.p), base.q)) > MAX_DIGITS:
                raise self._too_many_digits()
            return
        if base.is_negative and not exponent.is_integer:
            hint = "take roots of positive numbers, or put the power in parentheses: -(2**x)"
            raise self._refusal("be real", f"{abbreviate(base)} to the power {abbreviate(exponent)}", hint)
        if exponent.is_Rational:
            self._check_size(exponent, MAX_POWER, "powers of a number")
            self._root = lcm(self._root, exponent.q)
            if self._root > MAX_ROOT:
                hint = "use symbols for the roots"
                raise self._refusal(f"have roots of common denominator {MAX_ROOT} at most", self._root, hint)
        if max(abs(base.p), base.q) >= MAX_RADICAND:
            raise self._too_long_for_root(base)

    def _check_size(self, number: Rational, limit: int, what: str) -> None:
        if abs(number.p) > limit * number.q:
            raise self._refusal(f"have {what} of at most {limit} in size", number, "use smaller ones")

    def _check_inner(self, extent: Extent, where: str) -> None:
        if extent.size > MAX_INNER_SIZE:
            required = f"have at most {MAX_INNER_SIZE} operations and digits {where}"
            raise self._refusal(required, extent.size, "shorten it")
        if extent.degree > MAX_INNER_DEGREE:
            hint = "use lower powers there"
            raise self._refusal(f"have degree at most {MAX_INNER_DEGREE} {where}", extent.degree, hint)

    def _too_long(self, size: int) -> InputError:
        return self._refusal(f"come to at most {MAX_SIZE} operations and digits", size, "use fewer digits")

    def _too_long_for_root(self, number: Expr) -> InputError:
        required = f"have at most {len(str(MAX_RADICAND)) - 1} digits under a root or a symbolic power"
        return self._refusal(required, number, "use a symbol for the number")

    def _too_many_digits(self) -> InputError:
        required = f"come to numbers of at most {MAX_DIGITS} digits"
        return self._refusal(required, "more", "use smaller powers")

    def _refusal(self, required: str, got: object, hint: str) -> InputError:
        return InputError(f"{self.role} must {required}; got {abbreviate(got)}; {hint}")


def _degree_of_extremum(parts: Sequence[Extent]) -> int:
    """Return the degree that a min or max of arguments counts: SymPy compares every two of them."""
    simple = all(part.degree <= SIMPLE_DEGREE for part in parts)
    return sum(part.degree for part in parts) * (1 if simple else len(parts))
