"""Which numbers does every solver require?  Each check states one, and its message suggests a value to try.

Public entry points check once; what they call trusts them.  The module imports NumPy only when times are checked, so
that `verify.model` can refuse a mistake at once.
"""

from __future__ import annotations

import os
from contextlib import suppress
from fractions import Fraction
from math import inf
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, cast

from exponents.errors import InputError
from exponents.rationals import abbreviate, exact, to_double

if TYPE_CHECKING:
    from .arrays import Reals

MOST_STEPS = 10**15
"""Most steps of a solution: one with more would never end."""

WHOLE = Fraction(1, 10**9)
"""How far a time may be from a whole number of steps, relative to that number: computed times are rounded."""


def check_richness(gamma: object) -> float:
    """Return gamma as a double.

    Raises
    ------
    InputError
        Unless gamma is a finite number of at least 0.

    Examples
    --------
    >>> check_richness(2), check_richness("1/2")
    (2.0, 0.5)
    """
    value = as_double(gamma)
    if not 0 <= value < inf:
        raise InputError(f"gamma must be a finite number of at least 0; got {abbreviate(gamma)}; 0 is the lazy limit")
    return value


def check_number(value: object, name: str, most: float, hint: str) -> float:
    """Return a number as a double.

    Raises
    ------
    InputError
        Unless it is a number from 0 to ``most``; ``name`` begins the message, and ``hint`` ends it.

    Examples
    --------
    >>> check_number(2, "gamma0", 10, "0 is the lazy limit")
    2.0
    """
    found = as_double(value)
    if not 0 <= found <= most:
        raise InputError(f"{name} must be a number from 0 to {most:g}; got {abbreviate(value)}; {hint}")
    return found


def check_temperature(temperature: float) -> None:
    """Raise InputError unless eta/B is a finite number of at least 0.

    Examples
    --------
    >>> check_temperature(0.1)
    """
    if not 0 <= as_double(temperature) < inf:
        came = abbreviate(temperature)
        raise InputError(f"eta/B must be a finite number of at least 0; got {came}; 0 is an infinite batch")


def check_step(learning_rate: object, largest: float) -> float:
    """Return the learning rate as a double.

    Parameters
    ----------
    learning_rate : number
        eta, in units of one over the eigenvalues.
    largest : float
        The largest eigenvalue, from which the message computes a stable value.

    Raises
    ------
    InputError
        Unless it is a finite number above 0.

    Examples
    --------
    >>> check_step(0.1, 1.0)
    0.1
    """
    value = as_double(learning_rate)
    if not 0 < value < inf:
        came, hint = abbreviate(learning_rate), f"try {0.1 / largest:.1g}"
        raise InputError(f"the learning rate must be a finite number above 0; got {came}; {hint}")
    return value


def exact_rate(value: object) -> Fraction:
    """Return the learning rate as an exact number; a float means the decimal that it prints.

    Raises
    ------
    InputError
        Unless it is a finite number above 0.

    Examples
    --------
    >>> exact_rate(0.1), exact_rate("1/3")
    (Fraction(1, 10), Fraction(1, 3))
    """
    rate = exact(repr(float(value)) if isinstance(value, float) else value, "the learning rate")
    if rate <= 0 or not to_double(rate, "the learning rate"):
        raise InputError(f"the learning rate must be positive; got {abbreviate(value)}; try 0.1")
    return rate


def check_whole(value: object, name: str, least: int, example: int, most: int | None = None) -> None:
    """Raise InputError unless ``value`` is a whole number from ``least`` to ``most``; the message suggests ``example``.

    Whole numbers are those of Python and NumPy.

    Examples
    --------
    >>> check_whole(64, "the model size", 1, 64)
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        came = abbreviate(repr(value))
        raise InputError(f"{name} must be a whole number of at least {least}; got {came}; try {example}")
    if most is not None and int(value) > most:
        raise InputError(f"{name} may be at most {most:.7g}; got {abbreviate(value)}; try {example}")


def read_whole(value: object, name: str, least: int, example: int) -> int:
    """Return the whole number that a user gave: a number or text, such as 64, 1e9 or "64".

    Raises
    ------
    InputError
        If it is not a whole number, or smaller than ``least``.

    Examples
    --------
    >>> read_whole(1e9, "the model size", 1, 64), read_whole("64", "the model size", 1, 64)
    (1000000000, 64)
    """
    if isinstance(value, Real | str) and not isinstance(value, bool):
        with suppress(InputError):  # said below
            number = exact(value, name)
            value = int(number) if number.denominator == 1 else value
    check_whole(value, name, least, example)
    return cast(int, value)


def check_times(times: object) -> Reals:
    """Return ``times`` as an array of shape (times,).

    Raises
    ------
    InputError
        Unless there is at least one time, and all are finite, at least 0, and rising.

    Examples
    --------
    >>> check_times([1, 10, 100]).tolist()
    [1.0, 10.0, 100.0]
    """
    import numpy as np  # here, so that numbers are checked without NumPy

    try:
        t = np.atleast_1d(np.asarray(times, dtype=float))
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"times must be numbers; got {abbreviate(times)}; try 1, 10, 100") from error
    if t.ndim != 1 or not len(t) or not np.isfinite(t).all() or (t < 0).any():
        raise InputError("times must be finite numbers of at least 0, and at least one; try 1, 10, 100")
    if (np.diff(t) <= 0).any():
        at = int(np.argmax(np.diff(t) <= 0))
        raise InputError(f"times must rise; got {t[at]:g} followed by {t[at + 1]:g}; sort them")
    return t


def to_path(value: object, role: str) -> Path:
    """Return the path that a user gave.

    Raises
    ------
    InputError
        If it is neither text nor a path.

    Examples
    --------
    >>> to_path("kernel.npz", "a spectrum").suffix
    '.npz'
    """
    if not isinstance(value, str | PathLike):
        raise InputError(f"{role} must be the path of a file; got {abbreviate(value)}; write it as text")
    return Path(os.fsdecode(value))


def count_steps(time: Fraction, learning_rate: Fraction) -> int:
    """Return the number of steps of the learning rate that end at ``time``.

    Raises
    ------
    InputError
        If that is not a whole number to within `WHOLE`, or is more than `MOST_STEPS`.

    Examples
    --------
    >>> count_steps(Fraction(3), Fraction(1, 10))
    30
    """
    steps = time / learning_rate
    if steps > MOST_STEPS:
        raise InputError(
            f"t = {float(time):g} is more than {MOST_STEPS:.0e} steps of {float(learning_rate):g}; ask for less time "
            "or larger steps"
        )
    nearest = round(steps)
    if abs(steps - nearest) > WHOLE * nearest:
        near = [f"{float(learning_rate * whole):.12g}" for whole in (steps // 1, steps // 1 + 1) if whole > 0]
        raise InputError(
            f"a time must be a whole number of steps of {float(learning_rate):g}; got t = {float(time):g}; "
            f"try {' or '.join(near)}, or another `learning_rate`"
        )
    return nearest


def as_double(value: object) -> float:
    """Return a number, or one written as text, as a double; infinity beyond all doubles, NaN for anything else.

    Examples
    --------
    >>> as_double(2), as_double("1/2"), as_double("many")
    (2.0, 0.5, nan)
    """
    if isinstance(value, str):
        with suppress(InputError):
            return to_double(exact(value, "a number"), "a number")
    if isinstance(value, bool) or not isinstance(value, Real):
        return float("nan")
    try:
        return float(value)
    except OverflowError:
        return inf
