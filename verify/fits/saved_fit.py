"""How is a fit kept in a file, and read back?

The file is a problem that ``balance --problem`` and ``plan --problem`` take: the terms with their numbers, and the
cost.  A table ``fit`` in it holds what JSON holds of the fit, intervals and warnings included.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate
from exponents.text.law_text import LawText, law_names, read_law

from ..arrays import Reals
from ..inputs import to_path
from .prediction import log_loss

DIGITS = 8
"""Significant digits of the constants in the terms."""


@dataclass(frozen=True)
class SavedFit:
    """A fit that was read from a file.

    Attributes
    ----------
    law : LawText
    values : mapping of str to float
        The unknowns.
    as_object : mapping
        The fit as JSON holds it.

    Examples
    --------
    >>> SavedFit(read_law(("A*N**-alpha",), ("N",)), {"A": 4.0, "alpha": 0.5}, {}).predict({"N": 4.0}).item()
    2.0
    """

    law: LawText
    values: Mapping[str, float]
    as_object: Mapping[str, Any]

    def predict(self, resources: Mapping[str, Any]) -> Reals:
        """Return the loss at given amounts of the resources.

        Parameters
        ----------
        resources : mapping of str to array

        Returns
        -------
        array
        """
        with np.errstate(divide="ignore"):
            u = [self.values[n] if n in self.law.exponents else np.log(self.values[n]) for n in self.law.unknowns]
        logs = {name: np.log(np.asarray(resources[name], float)) for name in self.law.resources}
        return np.exp(log_loss(self.law, np.array(u), logs))


def numeric_terms(law: LawText, values: Mapping[str, float]) -> tuple[str, ...]:
    """Return the terms of a law with numbers for its unknowns; a term of size 0 is left out.

    Examples
    --------
    >>> law = read_law(("E", "A*N**-alpha"), ("N",))
    >>> numeric_terms(law, {"E": 0.0, "A": 477.8, "alpha": 0.3473})
    ('477.8*N**-0.3473',)
    """
    found = []
    for term in law.terms:
        names = [name for name in law_names((term,)) if name in values]
        if any(name in law.scales and values[name] == 0 for name in names):
            continue
        for name in names:
            term = re.sub(rf"\b{re.escape(name)}\b", _write(values[name]), term)
        found.append(term)
    return tuple(found)


def _write(value: float) -> str:
    text = f"{value:.{DIGITS}g}".replace("e+", "e")
    return f"({text})" if value < 0 else text


def fit_as_toml(fit: Mapping[str, Any], law: LawText, cost: Sequence[str]) -> str:
    """Return the text of a problem file with a fit in it.

    Parameters
    ----------
    fit : mapping
        The fit as JSON holds it.
    law : LawText
    cost : sequence of str

    Returns
    -------
    str

    Examples
    --------
    >>> law = read_law(("E", "A*N**-alpha"), ("N",))
    >>> values = {name: {"value": value} for name, value in (("E", 1.5), ("A", 400.0), ("alpha", 0.34))}
    >>> print(fit_as_toml({"parameters": values, "rows": 9}, law, ()).splitlines()[0])
    term = ["1.5", "400*N**-0.34"]
    """
    values = {name: one["value"] for name, one in fit["parameters"].items()}
    lines = [f"term = {json.dumps(numeric_terms(law, values))}"]
    if cost:
        lines.append(f"cost = {json.dumps(list(cost))}")
    own = {**fit, "terms": list(law.terms), "resources": list(law.resources)}
    return "\n".join([*lines, *_table(own, "fit")]) + "\n"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)


def _table(values: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield the lines of a TOML table; what has no value is left out."""
    yield f"\n[{path}]"
    later: list[tuple[str, Any]] = []
    for key, value in values.items():
        nested = isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(v, Mapping) for v in value))
        if nested:
            later.append((key, value))
        elif value is not None:
            yield f"{_key(key)} = {json.dumps(value)}"
    for key, value in later:
        place = f"{path}.{_key(key)}"
        if isinstance(value, Mapping):
            yield from _table(value, place)
        else:
            for part in value:
                first, *rest = _table(part, place)
                yield from (first.replace("[", "[[", 1)[:-1] + "]]", *rest)


def read_fit(path: str | Path) -> SavedFit:
    """Read a fit that was saved.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    SavedFit

    Raises
    ------
    InputError
        If the file cannot be read, or holds no fit.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> law = read_law(("E", "A*N**-alpha"), ("N",))
    >>> values = {name: {"value": value} for name, value in (("E", 1.5), ("A", 4.0), ("alpha", 0.5))}
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "law.toml")
    ...     _ = path.write_text(fit_as_toml({"form": law.text, "parameters": values}, law, ()))
    ...     read_fit(path).predict({"N": 4.0}).item()
    3.5
    """
    path = to_path(path, "a saved fit")
    try:
        held = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"a saved fit must be a file of TOML; got {abbreviate(str(path))}: {error}") from error
    fit: Any = held.get("fit")
    try:
        law = read_law(fit["terms"], fit["resources"])
        values = {name: float(fit["parameters"][name]["value"]) for name in law.unknowns}
    except (KeyError, TypeError) as error:
        raise InputError(
            f"a saved fit must have a table fit; {abbreviate(str(path))} has none; save it again"
        ) from error
    return SavedFit(law, values, fit)
