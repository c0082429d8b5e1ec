"""How is a question about a loss kept in a file?  As TOML or JSON, with a key for each option that gives a loss.

    term = ["N**-alpha", "D**-alpha"]
    cost = ["N*D"]
    subject-to = ["D >= N*C**m"]
    where = ["0 < m < 1"]

A key holds a list of texts, or one text.  The file says the same as the options, so that a question can be kept,
compared and sent.  Nothing in it is executed.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from ..errors import InputError
from ..files.whole_files import write_whole
from ..names import PUBLISHED
from ..rationals import abbreviate

LISTS = ("term", "cost", "where", "subject-to", "given", "resource", "free", "set")
"""Keys that hold several texts; an argument has an underscore for the hyphen."""

WORDS = {"model": "", "loss": PUBLISHED}
"""Keys that hold one word, and its default."""

FIT = "fit"
"""Key of what ``fit --save`` keeps beside the problem; it is no part of the question."""

LARGEST = 1_000_000
"""Bytes of a file that is read."""


def read_problem(path: str) -> dict[str, tuple[str, ...] | str]:
    """Return the options that a file holds, by their arguments.

    Parameters
    ----------
    path : str
        A file of TOML, or of JSON if its name ends in .json.

    Raises
    ------
    InputError
        If there is no such file, or it is no such problem.

    Examples
    --------
    >>> read_problem("nothing.toml")
    Traceback (most recent call last):
    exponents.errors.InputError: --problem needs a file that can be read; got nothing.toml; check its name
    """
    try:
        data = Path(path).read_bytes()
        text = data.decode() if len(data) <= LARGEST else ""
        held = json.loads(text) if path.lower().endswith(".json") else tomllib.loads(text)
    except (OSError, ValueError) as error:
        if isinstance(error, UnicodeDecodeError | json.JSONDecodeError | tomllib.TOMLDecodeError):
            kind = "JSON" if path.lower().endswith(".json") else "TOML"
            raise InputError(f"--problem needs a file of {kind}; got {abbreviate(path)}: {error}; mend it") from error
        raise InputError(f"--problem needs a file that can be read; got {abbreviate(path)}; check its name") from error
    except RecursionError as error:
        raise InputError(f"--problem needs lists of texts; got deeper nesting in {abbreviate(path)}") from error
    if not isinstance(held, dict) or not held:
        raise InputError(f"a problem needs keys such as term and cost; got none in {abbreviate(path)}")
    held.pop(FIT, None)
    return {key.replace("-", "_"): _read_value(key, value) for key, value in held.items()}


def _read_value(key: str, value: object) -> tuple[str, ...] | str:
    """Return the texts of a key, or its word."""
    if key not in (*LISTS, *WORDS):
        raise InputError(f"a problem has the keys {', '.join((*LISTS, *WORDS))}; got {abbreviate(key)}; leave it out")
    if key in WORDS and isinstance(value, str):
        return value
    texts = value if isinstance(value, list) else [value]
    if key in WORDS or not all(isinstance(text, str) for text in texts):
        raise InputError(f"the key {key} must hold text in quotes; got {abbreviate(value)}; write it as on the command")
    return tuple(texts)


def problem_object(options: Mapping[str, object]) -> dict[str, object]:
    """Return the options of a loss as a file of JSON holds them; what has no value is left out.

    Parameters
    ----------
    options : mapping
        Values by argument.

    Examples
    --------
    >>> problem_object({"term": ("1/t", "1/N"), "cost": (), "model": ""})
    {'term': ['1/t', '1/N']}
    """
    given = {key: options.get(key.replace("-", "_"), WORDS.get(key)) for key in (*LISTS, *WORDS)}
    kept = {key: value for key, value in given.items() if value and value != WORDS.get(key)}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in kept.items()}


def write_problem(path: str, options: Mapping[str, object]) -> None:
    """Write the options of a loss to a file that `read_problem` reads; what has no value is left out.

    Parameters
    ----------
    path : str
        It is written as JSON if it ends in .json, else as TOML.
    options : mapping
        Values by argument.

    Raises
    ------
    InputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_problem(folder + "/law.toml", {"term": ("1/t", "1/N"), "cost": (), "model": ""})
    ...     read_problem(folder + "/law.toml")
    {'term': ('1/t', '1/N')}
    """
    kept = problem_object(options)
    if path.lower().endswith(".json"):
        text = json.dumps(kept, indent=2, ensure_ascii=False) + "\n"
    else:  # a list of JSON strings is a list of TOML strings
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in kept.items())
    write_whole(path, text, "--save", "check its folder")
