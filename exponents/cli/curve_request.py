"""What did the user ask of the command `curve`?  One question, or one for each setting where options hold lists.

`verify.sweep.curve_question` reads the words; here lists are taken apart, and messages name options.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import product
from math import prod

from verify.sweep.curve_question import (
    CurveQuestion,
    name_arguments,
    read_question,
    replace_arguments,
)

from ..errors import InputError

LISTS = ("gamma", "model_size", "batch_size", "samples")
"""Options that may hold several values."""

MOST_CURVES = 1000
"""Most curves of one command."""


def read_questions(words: Mapping[str, str | None]) -> tuple[CurveQuestion, ...]:
    """Return the curves that the options ask for: one for each combination of the values in `LISTS`.

    Parameters
    ----------
    words : mapping
        Arguments of `verify.sweep.curve_question.read_question`.

    Raises
    ------
    InputError
        If a word cannot be read, or options exclude each other; the message names options.

    Examples
    --------
    >>> words = {"alpha": "3/2", "beta": "1/2", "gamma": "0,1", "model_size": "64,128"}
    >>> [(asked.model.gamma, asked.model.model_size) for asked in read_questions(words)]
    [(0.0, 64), (0.0, 128), (1.0, 64), (1.0, 128)]
    """
    given = {name: word.split(",") for name in LISTS if (word := words.get(name)) is not None}
    number = prod(map(len, given.values()))
    if number > MOST_CURVES:
        raise InputError(f"a command solves at most {MOST_CURVES} curves; got {number}; use exponents sweep")
    if number > 1 and words.get("spectrum") == "-":
        raise InputError("standard input is read once; got --spectrum - for several curves; give a file")
    with name_options():
        settings = (dict(zip(given, values, strict=True)) for values in product(*given.values()))
        found = [read_question(**{**words, **setting}) for setting in settings]  # type: ignore[arg-type]
    return tuple(dict.fromkeys(found))


@contextmanager
def name_options() -> Iterator[None]:
    """Replace arguments in backticks by the command's options in the message of an InputError.

    Raises
    ------
    InputError
        If one was raised inside, with the new message.

    Examples
    --------
    >>> with name_options():
    ...     raise InputError("give `batch_size`")
    Traceback (most recent call last):
    exponents.errors.InputError: give --batch-size
    """
    with name_arguments(_write_option):
        yield


def write_options(text: str) -> str:
    """Return a text with options in place of its arguments in backticks.

    Examples
    --------
    >>> write_options('give `samples`, or take `method="simulate"`')
    'give --samples, or take --method simulate'
    """
    return replace_arguments(text, _write_option)


def _write_option(name: str, value: str | None) -> str:
    if name == "file":
        return "a file for --spectrum"
    option = f"--{name.replace('_', '-')}"
    return option if value is None else f"{option} {value}"
