"""Which settings does a fit take, besides its runs and its law?  Each is checked where the user gives it."""

from __future__ import annotations

from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.names import require
from exponents.rationals import abbreviate

from ..inputs import check_whole

INTERVALS = ("bootstrap", "formula", "none")

FEWEST_DRAWS, MOST_DRAWS = 20, 100_000
"""Fits of a bootstrap."""


def check_settings(intervals: str, draws: int, level: float, seed: int, drop_highest: int = 0) -> None:
    """Raise InputError unless the settings of the intervals make sense.

    Examples
    --------
    >>> check_settings("bootstrap", 400, 95, 0)
    Traceback (most recent call last):
    exponents.errors.InputError: the level of intervals must lie between 0 and 1; got 95; try 0.95
    """
    require(intervals, INTERVALS, "the kind of intervals")
    if isinstance(level, bool) or not isinstance(level, float | int | np.floating) or not 0 < level < 1:
        raise InputError(f"the level of intervals must lie between 0 and 1; got {abbreviate(level)}; try 0.95")
    check_whole(draws, "the number of bootstrap fits", FEWEST_DRAWS, 400)
    if draws > MOST_DRAWS:
        raise InputError(f"a bootstrap has at most {MOST_DRAWS} fits; got {abbreviate(draws)}; try 400")
    check_whole(seed, "the seed", 0, 0)
    check_whole(drop_highest, "the number of highest losses to leave out", 0, 5)


def check_budget(budget: object) -> float:
    """Return a budget as a double, or raise InputError unless it is a positive number.

    Examples
    --------
    >>> check_budget(1e21)
    1e+21
    >>> check_budget(-1)
    Traceback (most recent call last):
    exponents.errors.InputError: the budget must be a positive number; got -1; try 1e21
    """
    try:
        found = float(budget)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        found = np.nan
    if not 0 < found < np.inf:
        raise InputError(f"the budget must be a positive number; got {abbreviate(budget)}; try 1e21")
    return found


def list_texts(given: Any, name: str) -> tuple[str, ...]:
    """Return one text, or several, as a tuple.

    Examples
    --------
    >>> list_texts("alpha==beta", "where"), list_texts(["E==0"], "where")
    (('alpha==beta',), ('E==0',))
    >>> list_texts(3, "where")
    Traceback (most recent call last):
    exponents.errors.InputError: where must be a text or a list of texts; got 3; write each as text
    """
    texts = (given,) if isinstance(given, str) else given
    if not isinstance(texts, tuple | list) or not all(isinstance(text, str) for text in texts):
        raise InputError(f"{name} must be a text or a list of texts; got {abbreviate(given)}; write each as text")
    return tuple(texts)
