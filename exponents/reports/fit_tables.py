"""How is a law that was fitted to runs reported?  From the object that JSON holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..printing import phrase
from .render import Cell, Table, make_columns

DIGITS = 7


def fit_tables(fit: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a fit: constants, the best split, other objectives, and other laws if asked for.

    Parameters
    ----------
    fit : mapping
        As JSON holds it.

    Examples
    --------
    >>> constants = {"alpha": {"value": 0.35, "interval": [0.32, 0.38], "level": 0.95}}
    >>> fit = {"form": "A*N**-alpha", "objective": {"name": "ls", "delta": None, "value": 0.1}, "rows": 20,
    ...        "parameters": constants, "allocation": {}, "rivals": [], "held_out": None}
    >>> [table.name for table in fit_tables(fit)]
    ['fit']
    """
    tables = [_constants(fit)]
    if fit["allocation"]:
        tables.append(_allocation(fit))
    if fit["rivals"]:
        tables.append(_objectives(fit))
    if fit.get("held_out"):
        tables.append(_held_out(fit["held_out"]))
    return tables


def _number(value: float, digits: int = DIGITS) -> str:
    return f"{value:.{digits}g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def _ends(one: Mapping[str, Any]) -> tuple[Cell, Cell]:
    return (_number(one["interval"][0], 5), _number(one["interval"][1], 5)) if one["interval"] else (None, None)


def _name(objective: Mapping[str, Any]) -> str:
    delta = objective.get("delta")
    return str(objective["name"]) if delta is None else f"{objective['name']}:{_number(delta, 4)}"


def _percent(fit: Mapping[str, Any]) -> str:
    level = next(iter(fit["parameters"].values()))["level"]
    return f"{100 * level:g} %"


def _constants(fit: Mapping[str, Any]) -> Table:
    rows = tuple((name, _number(one["value"]), *_ends(one)) for name, one in fit["parameters"].items())
    columns = make_columns("constant", "value", ("low", f"{_percent(fit)} from"), ("high", "to"))
    objective = fit["objective"]
    how = {"bootstrap": "a bootstrap of runs", "formula": "a formula"}.get(fit.get("intervals", ""), "")
    notes = [
        phrase(f"Objective {_name(objective)}: {_number(objective['value'], 10)}, summed over {fit['rows']} runs.")
    ]
    if how:
        notes.append(phrase(f"Intervals by {how}."))
    return Table("fit", phrase(f"L = {fit['form']}"), columns, rows, tuple(notes))


def _allocation(fit: Mapping[str, Any]) -> Table:
    split = fit.get("split") or {}
    rows: list[tuple[Cell, ...]] = []
    for name, one in fit["allocation"].items():
        rows.append((f"{name} ~ C^", _number(one["exponent"]), *_ends(one)))
    for name, one in split.items():
        if name != "budget":
            rows.append((f"best {name}" if name != "loss" else name, _number(one["value"]), *_ends(one)))
    columns = make_columns("quantity", "value", ("low", f"{_percent(fit)} from"), ("high", "to"))
    title = f"The best split at C = {_number(split['budget'])}" if split else "The best split at large C"
    return Table("allocation", phrase(title), columns, tuple(rows))


def _objectives(fit: Mapping[str, Any]) -> Table:
    own = {"value": fit["objective"]["value"], "parameters": {n: p["value"] for n, p in fit["parameters"].items()}}
    fits = [({**own, **fit["objective"]}), *({**rival, "name": rival["objective"]} for rival in fit["rivals"])]
    names = list(fit["parameters"])
    rows = tuple(
        (_name(one), *(_number(one["parameters"][name], 6) for name in names), _number(one["value"], 6)) for one in fits
    )
    columns = make_columns("objective", *names, ("value", "sum"))
    return Table("objectives", phrase("The same law by other objectives"), columns, rows)


def _held_out(laws: Sequence[Mapping[str, Any]]) -> Table:
    rows = tuple(
        (one["form"], str(one["unknowns"]), *(_percentage(one[key]) for key in ("error", "largest_budget", "folds")))
        for one in laws
    )
    columns = make_columns(
        ("form", "law"),
        "unknowns",
        ("error", "all runs"),
        ("largest_budget", "largest C left out"),
        ("folds", "5 folds"),
    )
    note = phrase("Root mean square of the error of ln L: on the runs of the fit, and on runs that were left out.")
    return Table("held_out", phrase("Other laws on the same runs"), columns, rows, (note,))


def _percentage(value: float | None) -> Cell:
    return None if value is None else f"{100 * value:.3g} %"
