"""Which sums, products and powers are small enough to be built from a text?

SymPy evaluates what it builds: it multiplies numbers out, looks for factors under roots, and, to combine exponents,
asks for the signs of polynomials, which isolates their real roots.  A short text can make any of these endless:
``2**10**9``, ``(2**(10**9*t))**(1/t)``, ``N*t**(t**999 - 7*t + 3)``.  So an operation is measured before SymPy sees it,
and its result afterwards, because SymPy combines powers: ``t**600*t**600`` is a power of 1200.

The measures are those of `Extent`.  The limits are far above what losses, costs and conditions need, and so low
that every text within the limits of `exponents.parsing` is read, or refused, within a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lcm, log10
from typing import NamedTuple

from sympy import Add, Expr, Max, Min, Mul, Pow, Rational, S

from ..errors import InputError
from ..rationals import MAX_DIGITS, abbreviate

MAX_POWER = 1000
"""Size of the numeric power of a symbol, and of any number in an exponent."""

MAX_SUM_POWER = 20
"""Size of the numeric power of anything but symbols, numbers and products: beyond it, expanding is hopeless."""

MAX_RADICAND = 10**60
"""What numerator and denominator under a root, or under a symbolic power, stay below: SymPy factors them."""

MAX_ROOT = 1000
"""Common denominator of all numeric powers of numbers in one text: SymPy combines them, and powers what is left."""

MAX_ARGUMENTS = 8
"""Arguments of min and max: their branches multiply."""

MAX_SIZE = 4000
"""Nodes and digits of the whole, `Extent.size`."""

MAX_INNER_SIZE = 300
"""Nodes and digits of an exponent, and of what stands under a power or in min and max."""

MAX_INNER_DEGREE = 40
"""`Extent.degree` of the same: isolating the roots of a polynomial takes about the cube of its degree."""

MAX_ALL_DEGREES = 200
"""The degrees of all that in one text together."""

MAX_HEIGHT = 24
"""Levels of operations: SymPy calls itself for each."""


class Extent(NamedTuple):
    """How large an expression is."""

    size: int = 1
    """Nodes, and digits of numbers."""

    degree: int = 0
    """Symbols, each times the numeric powers above it: no less than the degree as a rational function.  Doubled under
    a division by a sum, because fractions of fractions double; and times the number of arguments in min and max."""

    height: int = 0
    """Levels of operations."""

    has_root: bool = False
    """Whether it holds a root of a number."""


@dataclass
class Arithmetic:
    """Sums, products, powers and extrema that stay small, for one text.

    Attributes
    ----------
    role : str
        What the text is, for messages.

    Notes
    -----
    Every method raises `InputError` for what is too large, not real or not finite.
    """

    role: str
    _degrees: int = field(default=0, init=False, repr=False)
    _root: int = field(default=1, init=False, repr=False)

    def total(self, terms: Sequence[Expr]) -> Expr:
        """The sum."""
        return self._combined(Add, terms)

    def product(self, factors: Sequence[Expr]) -> Expr:
        """The product."""
        if S.Zero in factors:  # SymPy would ask whether the other factors are finite, which can take for ever
            return S.Zero
        return self._combined(Mul, factors)

    def extremum(self, kind: type[Expr], arguments: Sequence[Expr]) -> Expr:
        """The Min or Max of one or more arguments."""
        nests = [argument.args if isinstance(argument, kind) else [argument] for argument in arguments]
        flat = [part for nest in nests for part in nest]
        if len(flat) > MAX_ARGUMENTS:
            raise self._refusal(f"give min and max at most {MAX_ARGUMENTS} arguments", len(flat), "split the text")
        extents = [self._extent(part) for part in flat]
        for part, extent in zip(flat, extents, strict=True):
            self._check_inner(extent, "in min and max")
            if extent.has_root:
                raise self._refusal("compare rational functions in min and max", part, "write a fraction for the root")
        self._spend(len(flat) * sum(extent.degree for extent in extents))
        return self._built(kind, flat)

    def power(self, base: Expr, exponent: Expr) -> Expr:
        """``base**exponent``; an integer power of a product or of a power is taken apart first."""
        if exponent.is_Integer and base.is_Mul:
            return self.product([self.power(factor, exponent) for factor in base.args])
        if exponent.is_Integer and base.is_Pow:
            return self.power(base.base, self.product([base.exp, exponent]))
        if base.is_Pow and base.base.is_Rational:  # SymPy multiplies the exponents, and symbols may cancel
            together = self.product([base.exp, exponent])
            self._check_power(base.base, together, Extent(), self._extent(together))
        under, above = self._extent(base), self._extent(exponent)
        self._check_power(base, exponent, under, above)
        self._spend(above.degree + (0 if base.is_Symbol else under.degree))
        return self._built(Pow, (base, exponent))

    def _combined(self, operation: type[Expr], parts: Sequence[Expr]) -> Expr:
        if len(parts) == 1:
            return parts[0]
        size = sum(self._extent(part).size for part in parts)
        if size > MAX_SIZE:
            raise self._too_long(size)
        return self._built(operation, parts)

    def _spend(self, degree: int) -> None:
        self._degrees += degree
        if self._degrees > MAX_ALL_DEGREES:
            hint = "shorten the exponents, or split the text"
            raise self._refusal(f"have exponents of total degree {MAX_ALL_DEGREES} at most", self._degrees, hint)

    def _built(self, operation: type[Expr], parts: Sequence[Expr]) -> Expr:
        """What SymPy makes of the operation, if it is within the limits, real and finite."""
        try:
            expression = operation(*parts)
        except (TypeError, ValueError) as error:  # it compares, perhaps in an exponent, what proves not to be real
            hint = "take roots only of what cannot be negative"
            raise self._refusal("be real", "min or max of what is not", hint) from error
        extent = self._extent(expression)
        if extent.size > MAX_SIZE:
            raise self._too_long(extent.size)
        if extent.height > MAX_HEIGHT:
            hint = "write it flatter"
            raise self._refusal(f"nest at most {MAX_HEIGHT} operations", f"{extent.height} levels", hint)
        return expression

    def _extent(self, expression: Expr) -> Extent:
        if expression.is_Rational:
            return Extent(size=1 + self._digits(expression))
        if expression.is_Symbol:
            return Extent(degree=1)
        if not isinstance(expression, Add | Mul | Pow | Min | Max):
            # I, infinities, absolute values: what SymPy makes of some roots
            hint = "take roots only of what cannot be negative"
            raise self._refusal("be real and finite", expression, hint)
        parts = [self._extent(part) for part in expression.args]
        size, degree = 1 + sum(part.size for part in parts), sum(part.degree for part in parts)
        has_root = any(part.has_root for part in parts)
        if isinstance(expression, Min | Max):
            degree *= len(parts)
        elif expression.is_Pow:
            base, exponent = expression.args
            self._check_power(base, exponent, *parts)
            if exponent.is_Rational:
                degree = -(-abs(exponent.p) * degree // exponent.q)
                degree *= 2 if exponent.is_negative and not base.is_Symbol else 1
            has_root = has_root or (base.is_Rational and exponent.is_Rational)
        return Extent(size, degree, 1 + max(part.height for part in parts), has_root)

    def _digits(self, number: Rational) -> int:
        """Digits of numerator and denominator, one less each."""
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
            if under.has_root and not exponent.is_Integer:
                hint = "take the root out of the power"
                raise self._refusal("have rational numbers under a power that is no integer", base, hint)

    def _check_power_of_number(self, base: Rational, exponent: Expr) -> None:
        """Whether the power is defined, real and of few digits."""
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
            required = f"have at most {len(str(MAX_RADICAND)) - 1} digits under a root or a symbolic power"
            raise self._refusal(required, base, "use a symbol for the number")

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

    def _too_many_digits(self) -> InputError:
        required = f"come to numbers of at most {MAX_DIGITS} digits"
        return self._refusal(required, "a larger power or product", "use smaller powers")

    def _refusal(self, required: str, got: object, hint: str) -> InputError:
        return InputError(f"{self.role} must {required}; got {abbreviate(got)}; {hint}")
