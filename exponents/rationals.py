"""Exact rationals from what people write: ``3/2``, ``1.5``, ``3``, ``1e-2``.

A decimal is the exact rational it writes.  A binary float is refused: 0.1 is not 1/10, and every
number derived from it would carry that difference.  Nothing here needs SymPy, so that a mistyped
number is answered before SymPy is imported.
"""

from __future__ import annotations

import numbers
import re
from fractions import Fraction

from .errors import InputError

MAX_DIGITS = 1000
"""Digits a number may have.  Ten times more than any exponent needs; beyond it, answers are unreadable."""

_DECIMAL = r"\d+\.?\d*(?:[eE][+-]?\d{1,18})?|\.\d+(?:[eE][+-]?\d{1,18})?"
_NUMBER = re.compile(rf"\s*([+-]?)({_DECIMAL})(?:\s*/\s*({_DECIMAL}))?\s*", re.ASCII)
_HINT = "write it as 3/2, 1.5 or 3"


def exact(value: object, name: str) -> Fraction:
    """The exact rational that ``value`` writes.

    Parameters
    ----------
    value : int, fractions.Fraction, sympy.Rational or str
        What the user gave.
    name : str
        What the number is, for the message.

    Raises
    ------
    InputError
        For text that is no number, a float, NaN, an infinity, a zero denominator, a symbol, or a
        number of more than `MAX_DIGITS` digits.
    """
    if isinstance(value, str):
        return _from_text(value, name)
    if isinstance(value, numbers.Rational) and not isinstance(value, bool):
        return _bounded(Fraction(int(value.numerator), int(value.denominator)), name)
    if isinstance(value, float) or getattr(value, "is_Float", False):
        raise InputError(f"{name} must be exact; got the float {abbreviate(value)}; give the text '1/10' or a Fraction")
    raise InputError(f"{name} must be a rational number; got {abbreviate(value)}; {_HINT}")


def check_capacity(alpha: Fraction) -> Fraction:
    """``alpha``, if the kernel's trace is finite there.

    Raises
    ------
    InputError
        For ``alpha <= 1``: the published loss is derived for trace-class kernels (eq. 6).
    """
    if alpha <= 1:
        raise InputError(
            f"alpha must exceed 1 for a finite kernel trace; got {abbreviate(alpha)}; "
            "for alpha <= 1 ask exponents balance about a loss of your own"
        )
    return alpha


def check_source(beta: Fraction) -> Fraction:
    """``beta``, if the target has finite variance there.

    Raises
    ------
    InputError
        For ``beta <= 0``.
    """
    if beta <= 0:
        raise InputError(f"beta must be positive for a target of finite variance; got {abbreviate(beta)}; try 1/2")
    return beta


def check_smaller(model_size: int, modes: int) -> None:
    """Refuse a model that has as many features as there are modes, or more.

    Raises
    ------
    InputError
    """
    if modes <= model_size:
        raise InputError(
            f"a model must be smaller than the number of modes; got N = {abbreviate(model_size)}, M = {abbreviate(modes)}; "
            "add modes"
        )


def to_double(value: int | Fraction, name: str) -> float:
    """``value`` in double precision, for computations that are not exact.

    Raises
    ------
    InputError
        If it is larger than any double.
    """
    try:
        return float(value)
    except OverflowError as error:
        raise InputError(
            f"{name} must fit into double precision; got {abbreviate(value)}; take a smaller one"
        ) from error


def abbreviate(value: object) -> str:
    """``value`` as a short text for a message, never longer than a line."""
    try:
        text = value if isinstance(value, str) else str(value)
    except ValueError:  # an int beyond the interpreter's limit on digits has no text
        return "a number of very many digits"
    text = " ".join(text.split()) or "nothing"
    return text if len(text) <= 40 else f"{text[:24]}… ({len(text)} characters)"


def _from_text(text: str, name: str) -> Fraction:
    if len(text) > 2 * MAX_DIGITS + 3:
        raise InputError(f"{name} may have at most {MAX_DIGITS} digits; got {abbreviate(text)}; {_HINT}")
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise InputError(f"{name} must be a finite rational number; got {abbreviate(text)}; {_HINT}")
    sign, top, bottom = match.groups()
    numerator, denominator = (_decimal(part, name) for part in (top, bottom or "1"))
    if denominator == 0:
        raise InputError(
            f"{name} must be a finite rational number; got {abbreviate(text)}, a division by zero; {_HINT}"
        )
    value = _bounded(numerator / denominator, name)
    return -value if sign == "-" else value


def _decimal(text: str, name: str) -> Fraction:
    _, _, power = text.lower().partition("e")
    if power and abs(int(power)) > MAX_DIGITS:
        raise InputError(f"{name} may have at most {MAX_DIGITS} digits; got {abbreviate(text)}; {_HINT}")
    return Fraction(text)


def _bounded(value: Fraction, name: str) -> Fraction:
    limit = 10**MAX_DIGITS
    if abs(value.numerator) >= limit or value.denominator >= limit:
        raise InputError(f"{name} may have at most {MAX_DIGITS} digits; got {abbreviate(value)}; {_HINT}")
    return value
