"""What did the user ask of the command `plot`?  Options are read, and refused where a picture does not depend on them.

Nothing here imports NumPy, so that a mistake is answered at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib.util import find_spec
from math import log10
from pathlib import Path
from typing import Any

from verify.sweep.curve_question import read_moments

from ..errors import InputError, install_hint
from ..names import ALL, CHOICES, CURVES, PHASES, PICTURES, PUBLISHED, TRAINED_PICTURES
from ..rationals import abbreviate, exact
from .problem_file import LISTS, WORDS
from .progress import say
from .words import write_option

SINGLE = (PHASES, CURVES, "fig1a")
"""Pictures whose panels share one pair of labels."""

LOSS = tuple(key.replace("-", "_") for key in (*LISTS, *WORDS))
"""Options of a loss.  All but the last need a term or a model."""

APPLIES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(LOSS, (PHASES,)),
    "x_axis": (PHASES,),
    **dict.fromkeys(("x_range", "y_range"), (PHASES, CURVES)),
    **dict.fromkeys(("x_label", "y_label"), SINGLE),
    **{
        name: tuple(picture for picture, able in CHOICES.items() if chosen in able)
        for name, chosen in (*((word, word) for word in ("alpha", "beta", "gamma", "quick")), ("time", "times"))
    },
    **dict.fromkeys(("model_size", "batch_size", "samples", "method", "learning_rate"), (CURVES,)),
}
"""Options that go with some pictures only, and these."""

NUMBER = r"\s*(\d+\.?\d*|\.\d+)\s*"
"""A side of a picture, as it is written."""

INCHES = 1.0, 100.0
"""Least and largest width and height of a picture."""

A_DECADE, FEWEST = 16, 25
"""Times of a range without a number: so many a decade, and at least so many."""

Range = tuple[Fraction, Fraction]


@dataclass(frozen=True)
class PlotRequest:
    """What was asked for, checked; None and empty words stand for what was left out."""

    pictures: tuple[str, ...]
    paths: tuple[Path, ...]
    folder: Path | None
    data: Path | None
    inches: tuple[float, float] | None
    x_range: Range | None
    y_range: Range | None
    times: tuple[float, ...] | None
    words: dict[str, Any] = field(default_factory=dict)

    @property
    def has_loss(self) -> bool:
        """Whether a loss of the user's own is to be drawn."""
        return bool(self.words["term"] or self.words["model"])


def read_request(names: Sequence[str], **words: Any) -> PlotRequest:
    """Return what the options ask for.

    Parameters
    ----------
    names : sequence of str
        Pictures, or the word for all.
    **words : str, tuple of str or None
        What is given to the options, by their names.

    Returns
    -------
    PlotRequest

    Raises
    ------
    InputError
        If a word cannot be read, or an option does not go with a picture.

    Examples
    --------
    >>> asked = read_request(["fig2a"], size="6x4", time="1:1e4")
    >>> asked.inches, asked.paths[0].name, len(asked.times)
    ((6.0, 4.0), 'fig2a.png', 65)
    """
    output, out, data = (words.get(name) for name in ("output", "out", "data"))
    wanted = _list_all() if ALL in names else tuple(dict.fromkeys(names))
    if ALL in names and out is None:
        raise InputError(f"{ALL} writes many files; got no folder; give one, such as --out figures")
    _check_files(wanted, output, out, data)
    given = {name: words.get(name) for name in APPLIES}
    _check_options(wanted, {name: value for name, value in given.items() if value and value != PUBLISHED})
    folder = None if out is None else Path(out)
    paths = [Path(output)] if output is not None else [(folder or Path()) / f"{name}.png" for name in wanted]
    return PlotRequest(
        wanted,
        tuple(paths),
        folder,
        None if data is None else Path(data),
        None if words.get("size") is None else _read_size(words["size"]),
        None if words.get("x_range") is None else _read_range(words["x_range"], "--x-range"),
        None if words.get("y_range") is None else _read_range(words["y_range"], "--y-range"),
        None if not words.get("time") else _read_times(words["time"]),
        words,
    )


def _list_all() -> tuple[str, ...]:
    """Return all pictures, and say which are left out for want of JAX."""
    if find_spec("jax") is not None:
        return tuple(PICTURES)
    say(f"exponents: {', '.join(TRAINED_PICTURES)} are left out: they need jax; try {install_hint('networks')}")
    return tuple(name for name in PICTURES if name not in TRAINED_PICTURES)


def _check_files(wanted: Sequence[str], output: str | None, out: str | None, data: str | None) -> None:
    """Raise InputError if one file is given for several pictures, or two places for one."""
    if output is not None and out is not None:
        raise InputError("--output and --out both say where pictures go; got both; leave one out")
    for option, value in (("--output", output), ("--data", data)):
        if value is not None and len(wanted) > 1:
            raise InputError(
                f"{option} is the file of one picture; got {len(wanted)} pictures; leave it out, draw them one by one, "
                "or give --out DIR"
            )
    if out is not None and not out.strip():
        raise InputError("--out needs the name of a folder; got nothing; try --out figures")


def _check_options(wanted: Sequence[str], given: dict[str, Any]) -> None:
    """Raise InputError if an option does not go with a picture, or a loss has no terms."""
    for name in given:
        able = APPLIES[name]
        if name == "quick" and set(able) & set(wanted):
            continue  # of several pictures, those that can are quick
        other = next((picture for picture in wanted if picture not in able), None)
        if other is not None:
            fits = f"{able[0]} only" if len(able) == 1 else ", ".join(able)
            has = ", ".join(write_option(one) for one in APPLIES if one not in LOSS and other in APPLIES[one])
            takes = f", which takes {has}" if has and len(wanted) == 1 else ""
            hint = "leave the option or the picture out"
            raise InputError(f"{write_option(name)} goes with {fits}; got {other}{takes}; {hint}")
    lone = next((name for name in given if name in LOSS and name != "loss"), None)
    if lone and not (given.get("term") or given.get("model")):
        raise InputError(f"{write_option(lone)} needs a loss; got none; give --term or --model as well")


def _read_size(text: str) -> tuple[float, float]:
    """Return width and height in inches from a text such as 6x4."""
    parts = re.fullmatch(rf"{NUMBER}[x×,]{NUMBER}", text)
    low, high = INCHES
    width, height = map(float, parts.groups()) if parts else (0.0, 0.0)
    if not (low <= width <= high and low <= height <= high):
        raise InputError(
            f"--size must be WIDTHxHEIGHT in inches, each {low:g} to {high:g}; got {abbreviate(text)}; try 6x4"
        )
    return width, height


def _read_range(text: str, option: str) -> Range:
    """Return the ends of a range such as 0:2."""
    parts = text.split(":")
    if len(parts) != 2:
        raise InputError(f"{option} must be LOW:HIGH; got {abbreviate(text)}; try 0:2")
    low, high = (exact(part, f"an end of {option}") for part in parts)
    if not low < high:
        raise InputError(f"{option} must rise from LOW to HIGH; got {abbreviate(text)}; try 0:2")
    return low, high


def _read_times(text: str) -> tuple[float, ...]:
    """Return times above 0 from a list, or from a range with or without a number."""
    if text.count(":") == 1:
        first, last = (float(exact(part, "a time")) for part in text.split(":"))
        decades = log10(last / first) if 0 < first < last else 0
        text = f"{text}:{max(FEWEST, round(A_DECADE * decades) + 1)}"
    times = tuple(read_moments(text))
    if times[0] <= 0 or len(times) < 2:
        raise InputError(f"--time of a picture needs two times or more, above 0; got {abbreviate(text)}; try 1:1e4")
    return times
