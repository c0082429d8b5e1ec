"""How is a law that was fitted to runs reported?  From the object that JSON holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

from ..printing import phrase
from .render import Cell, Table, make_columns

DIGITS = 7


EXACT = 17
"""Digits in CSV: all of a number."""


def fit_tables(fit: Mapping[str, Any], biases: Mapping[str, str] | None = None, exact: bool = False) -> list[Table]:
    """Return the tables of a fit: constants, the best split, other objectives, and what else was asked for.

    Parameters
    ----------
    fit : mapping
        As JSON holds it.
    biases : mapping of str to str, optional
        What is known to bias each approach.
    exact : bool
        Whether numbers keep all their digits.

    Examples
    --------
    >>> constants = {"alpha": {"value": 0.35, "interval": [0.32, 0.38], "level": 0.95}}
    >>> fit = {"form": "A*N**-alpha", "objective": {"name": "ls", "delta": None, "value": 0.1}, "rows": 20,
    ...        "parameters": constants, "allocation": {}, "rivals": [], "held_out": None}
    >>> [table.name for table in fit_tables(fit)]
    ['fit']
    """
    tables = [_constants(fit, exact)]
    if fit["allocation"] or fit.get("split"):
        tables.append(_allocation(fit))
    if fit["rivals"]:
        tables.append(_objectives(fit))
    if fit.get("held_out"):
        tables.append(_held_out(fit["held_out"]))
    if fit.get("approaches"):
        tables += [_approaches(fit, biases or {}), _budgets(fit["approaches"])]
    return tables


def checklist_table(lines: Sequence[tuple[str, str, str]]) -> Table:
    """Return the checklist of what a paper must report, as a table.

    Parameters
    ----------
    lines : sequence of tuples
        Group, item and answer.

    Examples
    --------
    >>> checklist_table([("data", "number of runs", "240")]).name
    'checklist'
    """
    rows = tuple((group, tuple(wrap(item, ITEM)), tuple(wrap(answer, ANSWER))) for group, item, answer in lines)
    return Table("checklist", phrase("What to report"), make_columns("group", "item", "answer"), rows)


ITEM, ANSWER = 20, 46
"""Letters of an item and of an answer in one line."""


def _number(value: float, digits: int = DIGITS) -> str:
    return f"{value:.{digits}g}".replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def _ends(one: Mapping[str, Any], digits: int = 5) -> tuple[Cell, Cell]:
    low, high = one["interval"] or (None, None)
    return (None if low is None else _number(low, digits)), (None if high is None else _number(high, digits))


def _exponent(one: Mapping[str, Any]) -> str:
    """Return n of a split; the least and the largest where it is not unique."""
    values = one.get("among") or [one["exponent"]]
    return " to ".join(_number(value) for value in values)


def _name(objective: Mapping[str, Any]) -> str:
    delta = objective.get("delta")
    return str(objective["name"]) if delta is None else f"{objective['name']}:{_number(delta, 4)}"


def _percent(fit: Mapping[str, Any]) -> str:
    level = next(iter(fit["parameters"].values()))["level"]
    return f"{100 * level:g} %"


def _constants(fit: Mapping[str, Any], exact: bool) -> Table:
    digits, ends = (EXACT, EXACT) if exact else (DIGITS, 5)
    rows = tuple((name, _number(one["value"], digits), *_ends(one, ends)) for name, one in fit["parameters"].items())
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
        rows.append((f"{name} ~ C^", _exponent(one), *_ends(one)))
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


def _approaches(fit: Mapping[str, Any], biases: Mapping[str, str]) -> Table:
    found = fit["approaches"]
    counts = {
        "envelope": f"{sum(one['runs'] >= found['fewest'] for one in found['budgets'])} budgets",
        "isoflop": f"{sum(one['minimum'] is not None for one in found['budgets'])} budgets",
        "parametric": f"{fit['rows']} runs",
    }
    rows: list[tuple[Cell, ...]] = []
    for approach, used in counts.items():
        shares = fit["allocation"] if approach == "parametric" else found[approach]
        for name, one in shares.items():
            rows.append((approach, f"{name} ~ C^", _exponent(one), *_ends(one), used))
        if not shares:
            rows.append((approach, None, None, None, None, used))
    columns = make_columns("approach", "quantity", "value", ("low", f"{_percent(fit)} from"), ("high", "to"), "used")
    notes = [phrase(f"Compute: {found['compute']}."), *(phrase(f"{name}: {text}.") for name, text in biases.items())]
    return Table("approaches", phrase("Three approaches to the best split"), columns, tuple(rows), tuple(notes))


def _budgets(found: Mapping[str, Any]) -> Table:
    names = list(found["budgets"][0]["best"])
    rows = []
    for one in found["budgets"]:
        own = [_number(one["minimum"][name], 4) if one["minimum"] else None for name in names]
        best = [_number(one["best"][name], 4) for name in names]
        rows.append((_number(one["budget"], 4), str(one["runs"]), *best, *own, one.get("refused")))
    heads = [*((f"best_{n}", f"best {n}") for n in names), *((n, f"{n} of parabola") for n in names)]
    columns = make_columns(("budget", "C"), "runs", *heads, "refused")
    return Table("budgets", phrase("Best runs and parabolas at each budget"), columns, tuple(rows))


def _percentage(value: float | None) -> Cell:
    return None if value is None else f"{100 * value:.3g} %"
