"""Which curves or verdicts does a sweep ask for?  A mapping, or a file of TOML or JSON that holds it.

    method = "two-time"
    alpha = "3/2"
    beta = {from = "1/2", to = "3/2", number = 5}
    gamma = [0, 1]
    model-size = [64, 128, "inf"]
    time = "1:100:9"

Keys are the options of the command `curve`, or with ``run = "verify"`` those of `verify`.  A key of `AXES` holds one
value, a list, or a range: ``{from, to, number}``, evenly spaced, or by equal factors with ``scale = "log"``.  The tasks
are all combinations of the values.  Tables ``[[grid]]`` hold keys of their own: each is a grid with the keys above it,
and the tasks are those of all grids.  Nothing in a file is executed, and a decimal is the exact number that it writes.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from numbers import Rational, Real
from pathlib import Path
from typing import Any

from exponents.errors import InputError
from exponents.names import SPECTRA, require
from exponents.rationals import abbreviate, exact, write_digits

CURVE, VERIFY = RUNS = ("curve", "verify")
"""What a sweep may run."""

AXES = {
    CURVE: (
        *("alpha", "beta", "gamma", "method", "spectrum", "modes", "model-size", "batch-size", "samples"),
        *("learning-rate", "seed"),
    ),
    VERIFY: ("claim", "alpha", "beta", "gamma", "spectrum"),
}
"""Keys that may hold several values; an argument has an underscore for the hyphen."""

SINGLE = {CURVE: ("time", "seeds", "eigenvalues", "coefficients"), VERIFY: ("control",)}
"""Keys that hold one value."""

WHOLE = ("modes", "model-size", "batch-size", "samples", "seed")
"""Axes of whole numbers: ranges are rounded to them."""

RANGE = ("from", "to", "number", "scale")

MOST_TASKS = 100_000
"""Most tasks of a sweep."""

LARGEST = 10_000_000
"""Bytes of a file that is read."""

DATABASE = b"SQLite format 3\0"


def read_file(path: Path) -> dict[str, Any]:
    """Return what a file of a sweep holds.

    Parameters
    ----------
    path : Path
        A file of TOML, or of JSON if its name ends in .json.

    Raises
    ------
    InputError
        If it cannot be read as such.

    Examples
    --------
    >>> read_file(Path("nothing.toml"))
    Traceback (most recent call last):
    exponents.errors.InputError: a sweep needs a file that can be read; got nothing.toml; check its name
    """
    kind, shown = "JSON" if path.suffix.lower() == ".json" else "TOML", abbreviate(path)
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"a sweep needs a file that can be read; got {shown}; check its name") from error
    if data.startswith(DATABASE):
        raise InputError(f"a sweep needs a file of TOML or JSON; got {shown}, a store of results; give it as --store")
    if len(data) > LARGEST:
        raise InputError(f"the file of a sweep may have {LARGEST // 10**6} MB; got {shown}, which is larger")
    try:
        held = json.loads(data, parse_float=str) if kind == "JSON" else tomllib.loads(data.decode(), parse_float=str)
    except (UnicodeDecodeError, json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"a sweep needs a file of {kind}; got {shown}: {error}; mend it") from error
    except RecursionError as error:
        raise InputError(f"a sweep needs keys and lists; got deeper nesting in {shown}") from error
    if not isinstance(held, dict):
        raise InputError(f"a sweep needs keys such as alpha and beta; got a list in {shown}")
    return held


def expand_sweep(held: Mapping[str, Any]) -> tuple[str, Iterator[dict[str, str]]]:
    """Return what a sweep runs, and the words of each of its tasks.

    Parameters
    ----------
    held : mapping
        The keys of a file, or the arguments of Python, with an underscore for a hyphen.

    Raises
    ------
    InputError
        If a key is unknown, a list is empty, or there are too many tasks.

    Examples
    --------
    >>> run, tasks = expand_sweep({"alpha": "3/2", "beta": ["1/2", 2], "gamma": {"from": 0, "to": 1, "number": 2}})
    >>> run, [task["gamma"] for task in tasks]
    ('curve', ['0', '1', '0', '1'])
    """
    keys = {str(key).replace("_", "-"): value for key, value in held.items()}
    run = keys.pop("run", CURVE)
    require(run, RUNS, "run")
    grids = keys.pop("grid", [{}])
    if not isinstance(grids, list) or not grids or not all(isinstance(grid, Mapping) for grid in grids):
        raise InputError(f"grid must be one or more tables of keys; got {abbreviate(grids)}; write [[grid]] above them")
    read = [_read_grid(run, {**keys, **{str(k).replace("_", "-"): v for k, v in grid.items()}}) for grid in grids]
    number = sum(prod(map(len, axes.values())) for axes, _ in read)
    if number > MOST_TASKS:
        raise InputError(f"a sweep may have at most {MOST_TASKS} tasks; got {number}; take shorter lists")
    return run, (
        {**single, **dict(zip(axes, values, strict=True))}
        for axes, single in read
        for values in product(*axes.values())
    )


def _read_grid(run: str, keys: Mapping[str, Any]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Return the values of each axis of a grid, and the keys with one value."""
    allowed = (*AXES[run], *SINGLE[run])
    for key in keys:
        require(key, (*allowed, "run", "grid"), "a key of a sweep")
        if key not in allowed:
            raise InputError(f"{key} stands above all grids; got it inside of one; move it up")
    if not keys:
        raise InputError("a sweep needs keys such as alpha, beta and gamma; got none; see exponents sweep --help")
    axes = {key.replace("-", "_"): _read_axis(key, keys[key]) for key in AXES[run] if key in keys}
    single = {key: _read_single(key, keys[key]) for key in SINGLE[run] if key in keys}
    for spectrum in axes.get("spectrum", ()) if run == VERIFY else ():
        require(spectrum, SPECTRA, "the spectrum")
    return axes, single


def _read_axis(key: str, value: object) -> list[str]:
    """Return the values of an axis as words."""
    if isinstance(value, Mapping):
        return _read_range(key, value)
    values = _listed(value)
    if not values:
        raise InputError(f"{key} must have at least one value; got an empty list; add one, or leave {key} out")
    return [_read_word(key, one) for one in values]


def _listed(value: object) -> list[object]:
    """Return the values of a list, a range or an array, or the one value."""
    if hasattr(value, "tolist"):  # an array or a number of NumPy, or a column of pandas
        value = value.tolist()
    return list(value) if isinstance(value, list | tuple | range) else [value]


def _read_word(key: str, value: object) -> str:
    """Return a number or a text as a word; a float of Python, NumPy or SymPy is the decimal that it prints."""
    if isinstance(value, bool) or not isinstance(value, str | Real | Path):
        raise InputError(f"{key} must hold numbers, or text in quotes; got {abbreviate(value)}; write 3/2, 1.5 or 3")
    return str(value) if isinstance(value, str | Rational | Path) else write_digits(value)


def _read_single(key: str, value: object) -> str:
    """Return the word of a key that is no axis; a list of times is one."""
    if key == "time" and not isinstance(value, Mapping):
        return ",".join(_read_word(key, time) for time in _listed(value))
    if key == "control" and isinstance(value, bool):
        return str(value).lower()
    if key == "control" or isinstance(value, list | tuple | Mapping):
        wanted = "true or false" if key == "control" else "one value"
        raise InputError(f"{key} must be {wanted}; got {abbreviate(value)}")
    return _read_word(key, value)


def _read_range(key: str, value: Mapping[str, object]) -> list[str]:
    """Return the values of a range."""
    for name in value:
        require(name, RANGE, f"a key of the range of {key}")
    if key in ("method", "spectrum", "claim"):
        raise InputError(f"{key} must be a word or a list; got a range")
    if "from" not in value or "number" not in value:
        raise InputError(f"a range must have from and number; got {abbreviate(dict(value))} for {key}")
    first, number = (exact(_read_word(key, value[name]), f"{name} of {key}") for name in ("from", "number"))
    if number.denominator != 1 or not 1 <= number <= MOST_TASKS:
        raise InputError(f"number of {key} must be a whole number from 1 to {MOST_TASKS}; got {abbreviate(number)}")
    count = int(number)
    last = exact(_read_word(key, value["to"]), f"to of {key}") if "to" in value else first + count - 1
    if last < first or (count == 1 and last > first):
        raise InputError(f"a range must rise, with 2 or more values; got {first} to {last} for {key}")
    scale = str(value.get("scale", "linear"))
    require(scale, ("linear", "log"), f"the scale of {key}")
    spaced = _space(key, first, last, count, scale)
    return list(dict.fromkeys(str(round(one) if key in WHOLE else one) for one in spaced))


def _space(key: str, first: Fraction, last: Fraction, count: int, scale: str) -> list[Fraction]:
    """Return numbers from first to last, exact if they are evenly spaced."""
    if count == 1:
        return [first]
    if scale == "linear":
        return [first + (last - first) * place / (count - 1) for place in range(count)]
    if key not in WHOLE or first <= 0:
        raise InputError(f"a log scale goes with whole numbers from 1 on; got {key} from {first}; list the values")
    return [Fraction(float(first) * float(last / first) ** (place / (count - 1))) for place in range(count)]
