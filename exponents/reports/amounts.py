"""How are amounts and losses written, with six digits for people, and as JSON holds them?"""

from __future__ import annotations

from fractions import Fraction

import mpmath
from mpmath import mpf

from ..budget.geometric_programme import number

DIGITS = 6


def decimal(value: mpf) -> str:
    """Return a number with six digits.

    >>> decimal(mpf("1234567.8")), decimal(mpf(2))
    ('1.23457e6', '2')
    """
    text = mpmath.nstr(value, DIGITS)
    return text.removesuffix(".0") if "e" not in text else text.replace(".0e", "e").replace("e+", "e")


def amount(value: Fraction) -> str:
    """Return an exact number: whole ones in full, if they are short, and others with six digits.

    >>> amount(Fraction(7)), amount(Fraction(1, 3))
    ('7', '0.333333')
    """
    return str(value) if value.denominator == 1 and abs(value) < 10**9 else decimal(number(value))


def as_float(value: mpf | None) -> float | str | None:
    """Return a JSON number; text if it lies beyond floats, None if there is no value.

    >>> as_float(mpf(2)), as_float(mpf("1e400"))
    (2.0, '1e400')
    """
    if value is None or not mpmath.isfinite(value):
        return None
    return float(value) if value == 0 or mpf("1e-300") < abs(value) < mpf("1e300") else decimal(value)


def round_gap(value: mpf) -> str:
    """Return a gap with one digit, rounded up.

    >>> round_gap(mpf("1.4e-10")), round_gap(mpf("0"))
    ('2e-10', '1e-30')
    """
    shown = max(value, mpf(10) ** -30)
    power = int(mpmath.floor(mpmath.log10(shown)))
    digit = int(mpmath.ceil(shown / mpf(10) ** power - mpf(10) ** -6))
    return f"{digit}e{power}" if digit < 10 else f"1e{power + 1}"
