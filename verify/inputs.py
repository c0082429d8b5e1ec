"""What every solver asks of its input, and how it refuses what it cannot take."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError
from exponents.rationals import abbreviate

from .arrays import Reals


def check_richness(gamma: float) -> None:
    """Refuse a gamma that is none.

    Raises
    ------
    InputError
    """
    if not 0 <= gamma < inf:
        raise InputError(f"gamma must be a finite number of at least 0; got {gamma}; 0 is the lazy limit")


def check_step(learning_rate: float, largest: float) -> None:
    """Refuse an eta that is no step length; ``largest`` is the largest eigenvalue.

    Raises
    ------
    InputError
    """
    if not 0 < learning_rate < inf:
        raise InputError(
            f"the learning rate must be a finite number above 0; got {learning_rate}; try {0.1 / largest:.1g}"
        )


def check_whole(value: object, name: str, least: int, example: int) -> None:
    """Refuse what is no whole number of at least ``least``; ``example`` is one that would do.

    Raises
    ------
    InputError
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}; got {abbreviate(value)}; try {example}")


def check_times(times: ArrayLike) -> Reals:
    """``times`` as an array, if they are times.

    Raises
    ------
    InputError
    """
    try:
        t = np.atleast_1d(np.asarray(times, dtype=float))
    except (TypeError, ValueError) as error:
        raise InputError(f"times must be numbers; got {abbreviate(times)}; try 1, 10, 100") from error
    if t.ndim != 1 or not len(t) or not np.isfinite(t).all() or (t < 0).any():
        raise InputError("times must be finite numbers of at least 0, and at least one; try 1, 10, 100")
    if (np.diff(t) <= 0).any():
        at = int(np.argmax(np.diff(t) <= 0))
        raise InputError(f"times must rise; got {t[at]:g} followed by {t[at + 1]:g}; sort them")
    return t
