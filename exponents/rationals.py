"""Exact rationals from what people write: ``3/2``, ``1.5``, ``3``, ``1e-2``.

A decimal means exactly what it says: 0.1 is 1/10.  So does a float in Python: it stands for the shortest decimal that
prints as this float, and the same digits mean the same number in Python and on the command line.  This module needs no
SymPy, so a mistyped number is answered before SymPy is imported.

Map: `exact` reads a number, `write_digits` a float as its decimal.  `check_capacity`, `check_source` and
`check_smaller` test the range of a parameter; `to_double` leaves exact arithmetic; `abbreviate` shortens what a message
repeats.
"""

from __future__ import annotations

import numbers
import re
from fractions import Fraction

from .errors import InputError

MAX_DIGITS = 1000
"""Digits a number may have: ten times more than any exponent needs.  Longer answers are unreadable."""

DOUBLE = 53
"""Bits of a double."""

_DECIMAL = r"\d+\.?\d*(?:[eE][+-]?\d{1,18})?|\.\d+(?:[eE][+-]?\d{1,18})?"
_NUMBER = re.compile(rf"\s*([+-]?)({_DECIMAL})(?:\s*/\s*({_DECIMAL}))?\s*", re.ASCII)
_HINT = "write it as 3/2, 1.5 or 3"


def exact(value: object, name: str) -> Fraction:
    """Return the exact rational that ``value`` stands for.

    Parameters
    ----------
    value : int, fractions.Fraction, sympy.Rational, float, sympy.Float or str
        What the user gave.  A float is the decimal that it prints as.
    name : str
        What the number is, for the message.

    Returns
    -------
    Fraction

    Raises
    ------
    InputError
        If ``value`` is other text, NaN, an infinity or a symbol, has a zero denominator, or has more than
        `MAX_DIGITS` digits.

    Examples
    --------
    >>> exact("1.5", "alpha"), exact("1e-2", "gamma"), exact("3 / 2", "alpha"), exact(0.1, "beta")
    (Fraction(3, 2), Fraction(1, 100), Fraction(3, 2), Fraction(1, 10))
    """
    if isinstance(value, str):
        return _read_text(value, name)
    if isinstance(value, numbers.Rational) and not isinstance(value, bool):
        return _check_digits(Fraction(int(value.numerator), int(value.denominator)), name)
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        return _read_text(write_digits(value), name)
    raise InputError(f"{name} must be a rational number; got {abbreviate(value)}; {_HINT}")


def write_digits(value: numbers.Real) -> str:
    """Return the shortest decimal that prints as this float, of Python, NumPy or SymPy.

    Examples
    --------
    >>> write_digits(0.1), write_digits(1e-300)
    ('0.1', '1e-300')
    """
    double = isinstance(value, float) or getattr(value, "_prec", 0) == DOUBLE
    return repr(float(value)) if double else str(value)


def check_capacity(alpha: Fraction) -> Fraction:
    """Return ``alpha`` unchanged if the kernel's trace is finite there.

    Raises
    ------
    InputError
        If ``alpha <= 1``: the published loss is derived for trace-class kernels (eq. 6).

    Examples
    --------
    >>> check_capacity(Fraction(3, 2))
    Fraction(3, 2)
    """
    if alpha <= 1:
        problem = f"alpha must exceed 1 for a finite kernel trace; got {abbreviate(alpha)}; for alpha <= 1"
        raise InputError(
            f"{problem} give your own loss to compute_optimum",
            in_shell=f"{problem} ask exponents balance about a loss of your own",
        )
    return alpha


def check_source(beta: Fraction) -> Fraction:
    """Return ``beta`` unchanged if the target's variance is finite there.

    Raises
    ------
    InputError
        If ``beta <= 0``.

    Examples
    --------
    >>> check_source(Fraction(1, 2))
    Fraction(1, 2)
    """
    if beta <= 0:
        raise InputError(f"beta must be positive for a target of finite variance; got {abbreviate(beta)}; try 1/2")
    return beta


def check_smaller(model_size: int, modes: int) -> None:
    """Check that a model has fewer features than there are modes.

    Raises
    ------
    InputError
        If ``modes <= model_size``.

    Examples
    --------
    >>> check_smaller(64, modes=1000)
    """
    if modes <= model_size:
        came = f"N = {abbreviate(model_size)}, M = {abbreviate(modes)}"
        raise InputError(f"a model must be smaller than the number of modes; got {came}; add modes")


def to_double(value: int | Fraction, name: str) -> float:
    """Return ``value`` in double precision, for numerical computations.

    Raises
    ------
    InputError
        If it is larger than any double.

    Examples
    --------
    >>> to_double(Fraction(3, 2), "alpha")
    1.5
    """
    try:
        return float(value)
    except OverflowError as error:
        raise InputError(
            f"{name} must fit into double precision; got {abbreviate(value)}; take a smaller one"
        ) from error


def abbreviate(value: object) -> str:
    """Return ``value`` as a short text for a message, of one line at most.

    Examples
    --------
    >>> abbreviate("1" * 100)
    '111111111111111111111111… (100 characters)'
    """
    try:
        text = value if isinstance(value, str) else str(value)
    except ValueError:  # an int beyond the interpreter's limit on digits has no text
        return "a number of very many digits"
    text = " ".join(text.split()) or "nothing"
    return text if len(text) <= 40 else f"{text[:24]}… ({len(text)} characters)"


def _read_text(text: str, name: str) -> Fraction:
    if len(text) > 2 * MAX_DIGITS + 3:
        raise InputError(f"{name} may have at most {MAX_DIGITS} digits; got {abbreviate(text)}; {_HINT}")
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise InputError(f"{name} must be a finite rational number; got {abbreviate(text)}; {_HINT}")
    sign, top, bottom = match.groups()
    numerator, denominator = (_read_decimal(part, name) for part in (top, bottom or "1"))
    if denominator == 0:
        raise InputError(
            f"{name} must be a finite rational number; got {abbreviate(text)}, a division by zero; {_HINT}"
        )
    value = _check_digits(numerator / denominator, name)
    return -value if sign == "-" else value


def _read_decimal(text: str, name: str) -> Fraction:
    _, _, power = text.lower().partition("e")
    if power and abs(int(power)) > MAX_DIGITS:
        raise InputError(f"{name} may have at most {MAX_DIGITS} digits; got {abbreviate(text)}; {_HINT}")
    return Fraction(text)


def _check_digits(value: Fraction, name: str) -> Fraction:
    limit = 10**MAX_DIGITS
    if abs(value.numerator) >= limit or value.denominator >= limit:
        raise InputError(f"{name} may have at most {MAX_DIGITS} digits; got {abbreviate(value)}; {_HINT}")
    return value


def scaled_powers(value: Fraction, degree: int) -> list[int]:
    """Return the powers of a number up to a degree, times its denominator to that degree: all are integers.

    >>> scaled_powers(Fraction(2, 3), 2)
    [9, 6, 4]
    """
    top, bottom = value.as_integer_ratio()
    return [top**k * bottom ** (degree - k) for k in range(degree + 1)]
