"""What is a task of a sweep, and which tasks does a sweep have?

A task is a setting that says everything on which its result depends: exact numbers as text, sizes, the method, and
seeds.  Its key is a digest of the setting.  So the same task has the same key in every file, order and store.

Seeds are explicit: each task of trained models states them.  Where a file has no ``seed``, each setting has seeds of
its own, drawn from its digest.  Where it lists several, each is one model, unless ``seeds`` says how many follow it.
No two tasks of one setting share a seed.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from itertools import groupby, pairwise
from math import inf
from pathlib import Path
from typing import Any

from exponents.claims.catalogue import FAMILIES, select_claims
from exponents.errors import InputError
from exponents.files.whole_files import write_whole
from exponents.names import CONTINUUM, SIMULATE
from exponents.rationals import abbreviate, check_capacity, check_source, exact

from ..inputs import to_path
from ..model import SEEDS
from .curve_question import name_arguments, read_question
from .sweep_file import CURVE, expand_sweep, read_file

SEED_BITS = 48
"""Bits of a seed that is drawn from a digest: in one of 50,000 sweeps of 100,000 tasks, two of them agree."""

Setting = Mapping[str, "str | int | None"]


@dataclass(frozen=True)
class Task:
    """One curve, or the verdicts of one claim or family at one point.

    Attributes
    ----------
    key : str
        The digest of the setting.
    setting : mapping of str to text, whole number or None

    Examples
    --------
    >>> task = read_sweep({"alpha": "1.5", "beta": "1/2", "time": "1,10"}).tasks[0]
    >>> task.setting["alpha"], len(task.key)
    ('3/2', 32)
    """

    key: str
    setting: Setting


@dataclass(frozen=True)
class Sweep:
    """What is run, and its tasks, each once.

    Attributes
    ----------
    run : {"curve", "verify"}
    tasks : tuple of Task

    Examples
    --------
    >>> sweep = read_sweep({"alpha": "3/2", "beta": ["1/2", "0.5", 1], "time": "1,10"})
    >>> sweep.run, len(sweep.tasks)
    ('curve', 2)
    """

    run: str
    tasks: tuple[Task, ...]


def read_sweep(source: Mapping[str, Any] | str | Path) -> Sweep:
    """Return a sweep.

    Parameters
    ----------
    source : mapping or path
        The keys of `sweep_file`, with hyphens or underscores, or a file of TOML or JSON that holds them.

    Returns
    -------
    Sweep

    Raises
    ------
    InputError
        If the file cannot be read, a key is unknown, a list is empty, or a setting is one that `curve` or `verify`
        would refuse.

    Examples
    --------
    >>> sweep = read_sweep({"alpha": "3/2", "beta": "1/2", "gamma": [0, 1], "model_size": [64, 128]})
    >>> [(task.setting["gamma"], task.setting["model_size"]) for task in sweep.tasks]
    [('0', 64), ('0', 128), ('1', 64), ('1', 128)]
    """
    place = Path() if isinstance(source, Mapping) else to_path(source, "a sweep")
    held = source if isinstance(source, Mapping) else read_file(place)
    find = cache(partial(_find_spectrum, place.parent))
    run, words = expand_sweep(held)
    read: Callable[[dict[str, str]], Iterable[Setting]] = _read_verdicts
    if run == CURVE:
        several = _has_several_seeds(held)
        read = lambda task: [_read_curve(task, find, several)]  # noqa: E731
    with name_arguments(_write_key):
        tasks = [Task(_digest(setting), setting) for task in words for setting in read(task)]
    if run == CURVE:
        _check_seeds(tasks)
    return Sweep(run, tuple({task.key: task for task in tasks}.values()))


def order(setting: Setting) -> list[tuple[int, float, str]]:
    """Return what sorts settings: by each value, as a number where it is one; an infinite size comes last.

    Examples
    --------
    >>> order({"alpha": "3/2", "model_size": None, "method": "flow"})
    [(0, 1.5, '3/2'), (0, inf, ''), (1, 0.0, 'flow')]
    """
    return [_order_value(value) for value in setting.values()]


def digest_file(path: Path) -> str:
    """Return a digest of what a file holds.

    Raises
    ------
    InputError
        If it cannot be read.

    Examples
    --------
    >>> digest_file(Path("nothing.csv"))
    Traceback (most recent call last):
    exponents.errors.InputError: a spectrum needs a file that can be read; got nothing.csv; check its name
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    except OSError as error:
        raise InputError(f"a spectrum needs a file that can be read; got {path}; check its name") from error


STANDARD_INPUT = "-"
"""The name of a spectrum that stands for standard input."""


def _write_key(name: str, value: str | None) -> str:
    """Return an argument as a key of a sweep, for a message."""
    key = "spectrum, the name of a file," if name == "file" else name.replace("_", "-")
    return key if value is None else f'{key} = "{value}"'


def _has_several_seeds(held: Mapping[str, Any]) -> bool:
    """Whether a sweep lists seeds, anywhere."""
    grids = held.get("grid", ())
    return any(isinstance(one.get("seed"), list | tuple | range | Mapping) for one in (held, *grids))


def _find_spectrum(folder: Path, name: str) -> tuple[str, str]:
    """Return a file of a spectrum, by its full name, and its digest."""
    path = (_keep_standard_input(folder) if name == STANDARD_INPUT else folder / name).resolve()
    return str(path), digest_file(path)


def _keep_standard_input(folder: Path) -> Path:
    """Write standard input into a file, since workers read it too, and a sweep may go on later; return its name."""
    try:
        held = b"" if sys.stdin is None else sys.stdin.buffer.read()
        if not held.strip():
            raise InputError('spectrum = "-" is standard input; got nothing there; pipe a file with one line per mode')
    except OSError as error:
        raise InputError(f"standard input could not be read ({error.strerror or error}); name a file") from error
    path = folder / f"spectrum-{hashlib.sha256(held).hexdigest()[:8]}.txt"
    write_whole(path, held, "a spectrum from standard input", "name a file")
    return path


def _read_curve(words: dict[str, str], find: Callable[[str], tuple[str, str]], several: bool) -> Setting:
    """Return the setting of a curve."""
    digest = None
    if "spectrum" in words and words["spectrum"] not in ("continuum", "modes"):
        words = dict(words)
        words["spectrum"], digest = find(words["spectrum"])
    if "seed" in words and "seeds" not in words and several:
        words = {**words, "seeds": "1"}
    asked = read_question(**words)  # type: ignore[arg-type]
    setting = asked.to_dict() | {"time": words.get("time"), "spectrum_digest": digest}
    if asked.method == SIMULATE and "seed" not in words:
        count = asked.seeds or SEEDS
        setting["seed"] = None
        setting["seed"] = count * (int(_digest(setting), 16) % 2**SEED_BITS)
    return setting


@cache
def _select_names(name: str | None) -> tuple[str, ...]:
    """Return the claims or families that a task measures together: one name, or each family."""
    if name is None:
        return tuple(FAMILIES)
    select_claims([name])
    return (name,)


def _read_verdicts(words: dict[str, str]) -> list[Setting]:
    """Return the settings of verdicts at one point: one for each claim or family."""
    if "alpha" not in words or "beta" not in words:
        raise InputError("verdicts need alpha and beta; got one or none of them; add both")
    alpha, beta = check_capacity(exact(words["alpha"], "alpha")), check_source(exact(words["beta"], "beta"))
    gamma = exact(words.get("gamma", "1"), "gamma")
    if gamma <= 0:
        raise InputError(f"gamma must be positive; got {abbreviate(gamma)}; lazy claims do not depend on it, so give 1")
    point = {"alpha": str(alpha), "beta": str(beta), "gamma": str(gamma)}
    point |= {"spectrum": words.get("spectrum", CONTINUUM), "control": words.get("control", "false")}
    return [{"claim": name, **point} for name in _select_names(words.get("claim"))]


def _digest(setting: Setting) -> str:
    """Return the digest of a setting; a file counts by what it holds, not by its name."""
    kept = dict(setting)
    if kept.get("spectrum_digest"):
        kept["spectrum"] = None
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _check_seeds(tasks: Iterable[Task]) -> None:
    """Raise InputError if two tasks that differ in their seeds alone share one."""
    trained = [task.setting for task in tasks if task.setting["method"] == SIMULATE]

    def other(setting: Setting) -> str:
        return json.dumps({**setting, "seed": None, "seeds": None})

    def seed(setting: Setting) -> tuple[int, int]:
        return int(setting["seed"] or 0), int(setting["seeds"] or 0)

    for _, group in groupby(sorted(trained, key=other), other):
        ranges = sorted({seed(setting) for setting in group})
        for (first, count), (second, _) in pairwise(ranges):
            if second < first + count:
                raise InputError(
                    f"tasks must not share seeds; got {count} seeds from {first} and others from {second}; put seeds "
                    f"{count} or more apart, or give seeds = 1"
                )


def _order_value(value: str | int | None) -> tuple[int, float, str]:
    if value is None:
        return 0, inf, ""
    try:
        return 0, float(Fraction(value)), str(value)
    except (ValueError, OverflowError, ZeroDivisionError):
        return 1, 0.0, str(value)
