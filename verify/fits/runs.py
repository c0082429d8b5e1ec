"""Which runs does a fit use: their resources, their losses, and the budget each has spent?

`choose_runs` finds the columns.  A resource without a column follows from the others by an equation such as C = 6 N D.
Columns with usual names are taken for the loss, N, D and C where nothing else is said, and `Runs.notes` says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate
from exponents.text.law_text import BudgetEquation, read_budget_equation

from ..arrays import Choice, Places, Reals
from .run_table import RunTable

USUAL = {
    "loss": ("loss", "valloss", "validationloss", "evalloss", "testloss", "finalloss", "l"),
    "N": ("n", "params", "parameters", "nparams", "numparams", "modelsize", "size", "numberofparameters"),
    "D": ("d", "tokens", "ntokens", "numtokens", "traintokens", "trainingtokens", "data", "samples"),
    "C": ("c", "flops", "flop", "compute", "trainingflop", "trainingflops", "trainflops", "budget"),
}
"""Usual names of columns, in small letters without signs, best first."""


@dataclass(frozen=True)
class Runs:
    """Runs, checked.

    Attributes
    ----------
    logs : mapping of str to (n,)
        ln of each resource.
    loss : (n,)
    lines : (n,)
        Where each run stands in its file.
    unit : str
        What ``lines`` counts.
    budget : (n,) or None
        ln of the budget C of each run, if it is known.
    clusters : (n,) or None
        The number of the cluster of each run.
    notes : tuple of str
        What was assumed about columns and rows.
    equation : BudgetEquation or None
        How C follows from resources.

    Examples
    --------
    >>> from .run_table import make_table
    >>> table = make_table({"params": [1e6, 1e7], "flops": [6e15, 6e17], "loss": [3.1, 2.9]})
    >>> runs = choose_runs(table, ("N", "D"), given=("C=6*N*D",))
    >>> np.exp(runs.logs["D"]).round(-3).tolist(), runs.notes[0]
    ([1000000000.0, 10000000000.0], 'loss is the column loss')
    """

    logs: Mapping[str, Reals]
    loss: Reals
    lines: Places
    unit: str
    budget: Reals | None
    clusters: Places | None
    notes: tuple[str, ...]
    equation: BudgetEquation | None

    def __len__(self) -> int:
        return len(self.loss)

    def keep(self, kept: Choice) -> Runs:
        """Return these runs only; ``kept`` is a mask, or places."""
        return Runs(
            {name: values[kept] for name, values in self.logs.items()},
            self.loss[kept],
            self.lines[kept],
            self.unit,
            None if self.budget is None else self.budget[kept],
            None if self.clusters is None else self.clusters[kept],
            self.notes,
            self.equation,
        )


def find_resources(table: RunTable, names: Sequence[str], resources: Mapping[str, str]) -> tuple[str, ...]:
    """Return which names of a law are resources: those that were given columns, and those that usual columns have.

    Parameters
    ----------
    table : RunTable
    names : sequence of str
        The names in the law.
    resources : mapping of str to str
        Columns that were named.

    Examples
    --------
    >>> from .run_table import make_table
    >>> find_resources(make_table({"params": [1e6], "loss": [3.0]}), ("A", "N", "alpha"), {})
    ('N',)
    """
    usual = set(USUAL) - {"loss"}
    named = set(resources) | usual | (set() if resources else set(table.columns))
    return tuple(name for name in names if name in named)


def choose_runs(
    table: RunTable,
    names: Sequence[str],
    loss: str = "",
    resources: Mapping[str, str] | None = None,
    given: Sequence[str] = (),
    cluster: str = "",
    drop_blank: bool = False,
) -> Runs:
    """Return the runs of a table.

    Parameters
    ----------
    table : RunTable
    names : sequence of str
        The resources that the law needs.
    loss : str
        The column of the loss; a usual name by default.
    resources : mapping of str to str
        The column of each resource; the column of that name, or a usual one, by default.
    given : sequence of str
        Equations such as ``C=6*N*D``.
    cluster : str
        A column that numbers or names clusters.
    drop_blank : bool
        Whether rows with a blank cell in a column that is used are left out.

    Returns
    -------
    Runs

    Raises
    ------
    InputError
        If a column is missing or several could be meant, or a cell is no positive number.

    Examples
    --------
    >>> from .run_table import make_table
    >>> choose_runs(make_table({"loss": [3.0], "size": [5.0]}), ("N", "D"))
    Traceback (most recent call last):
    exponents.errors.InputError: the law needs D; the data has no usual column for it among loss, size; ...
    """
    equations = [read_budget_equation(text) for text in given]
    column, chosen, notes = choose_columns(table, names, loss, resources or {}, equations)
    if drop_blank:
        table, more = select_rows(table, (), tuple(dict.fromkeys((column, *chosen.values()))))
        notes += more
    values = {name: np.log(table.numbers(own)) for name, own in chosen.items()}
    for equation in equations:
        missing = [name for name in equation.names if name not in values]
        if len(missing) == 1:
            values[missing[0]] = equation.solve(missing[0], values)
            notes.append(f"{missing[0]} follows from {equation.text}")
    for name in names:
        if name not in values:
            raise InputError(
                f"the law needs {name}; {table.name} has no usual column for it among {_list(table)}; name it with "
                f"--resource {name}=COLUMN, or say how it follows, as in --given 'C=6*N*D'"
            )
    return Runs(
        {name: values[name] for name in names},
        table.numbers(column),
        np.asarray(table.lines),
        table.unit,
        values.get("C"),
        _number_clusters(table, cluster) if cluster else None,
        tuple(notes),
        next((equation for equation in equations if "C" in equation.names), None),
    )


def choose_columns(
    table: RunTable,
    names: Sequence[str],
    loss: str,
    resources: Mapping[str, str],
    equations: Sequence[BudgetEquation],
) -> tuple[str, dict[str, str], list[str]]:
    """Return the column of the loss, that of each resource that has one, and what was guessed.

    Examples
    --------
    >>> from .run_table import make_table
    >>> choose_columns(make_table({"params": ["1e6"], "loss": ["3"], "D": ["1e8"]}), ("N", "D"), "", {}, ())
    ('loss', {'N': 'params', 'D': 'D'}, ['loss is the column loss', 'N is the column params'])
    """
    chosen: dict[str, str] = dict(resources)
    notes: list[str] = []
    for own in chosen.values():
        table.cells(own)
    column = loss or _guess(table, "loss", notes, tuple(chosen.values()))
    if not column:
        raise InputError(
            f"{table.name} must have a column of losses; it has {_list(table)}; name it with --loss, "
            "or say --kind spectrum"
        )
    for name in dict.fromkeys([*names, *(name for equation in equations for name in equation.names)]):
        own = "" if name in chosen else _guess(table, name, notes, (*chosen.values(), column))
        if own:
            chosen[name] = own
    return column, chosen, notes


def _guess(table: RunTable, name: str, notes: list[str], taken: Sequence[str]) -> str:
    """Return the column that a usual name of a quantity has; empty if there is none."""
    if name != "loss" and name in table.columns and name not in taken:
        return name
    plain: dict[str, list[str]] = {}
    for column in table.columns:
        if column not in taken:
            plain.setdefault(re.sub(r"[^a-z0-9]", "", column.lower()), []).append(column)
    found = [column for usual in USUAL.get(name, ()) for column in plain.get(usual, ())]
    if name == "loss" and not found:
        found = [column for key, columns in plain.items() if key.endswith("loss") for column in columns]
        if len(found) > 1:
            raise InputError(f"several columns may hold the loss: {', '.join(found)}; name one with --loss")
    if found:
        notes.append(f"{name} is the column {found[0]}")
    return found[0] if found else ""


def _list(table: RunTable) -> str:
    return abbreviate(", ".join(table.columns))


def _number_clusters(table: RunTable, column: str) -> Places:
    cells = [str(cell) for cell in table.cells(column)]
    found: Places = np.unique(cells, return_inverse=True)[1]
    return found


def select_rows(table: RunTable, only: Sequence[str], drop_blank: Sequence[str]) -> tuple[RunTable, list[str]]:
    """Return the rows that conditions such as ``condition=raw_loss`` keep, and a note for each choice.

    Parameters
    ----------
    table : RunTable
    only : sequence of str
        Texts ``COLUMN=VALUE``.
    drop_blank : sequence of str
        Columns: a row in which one of these is blank is left out.

    Returns
    -------
    tuple of RunTable and list of str

    Raises
    ------
    InputError
        If a column does not exist, or no row is left.

    Examples
    --------
    >>> from .run_table import make_table
    >>> table = make_table({"kind": ["a", "b", "a"], "loss": ["1", "2", ""]})
    >>> kept, notes = select_rows(table, ["kind=a"], ["loss"])
    >>> len(kept), notes
    (1, ['kind=a keeps 2 of 3 rows', 'blank cells take away 1 of 2 rows'])
    """
    notes = []
    for text in only:
        column, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise InputError(f"--only must be COLUMN=VALUE; got {abbreviate(text)}; write --only condition=raw_loss")
        kept = [i for i, cell in enumerate(table.cells(column)) if _same(cell, value)]
        if not kept:
            values = abbreviate(", ".join(sorted({str(cell) for cell in table.cells(column)})[:8]))
            raise InputError(f"--only {abbreviate(text)} must keep a row; it keeps none; {column} has {values}")
        notes.append(f"{text} keeps {len(kept)} of {len(table)} rows")
        table = table.keep(kept)
    if drop_blank:
        blank = np.any([table.is_blank(column) for column in drop_blank], axis=0)
        if blank.all():
            raise InputError(
                f"{table.name} must have a row without a blank cell in {', '.join(drop_blank)}; it has none"
            )
        if blank.any():
            notes.append(f"blank cells take away {int(blank.sum())} of {len(table)} rows")
            table = table.keep(np.flatnonzero(~blank).tolist())
    return table, notes


def _same(cell: Any, value: str) -> bool:
    if str(cell).strip() == value:
        return True
    try:
        return float(cell) == float(value)
    except (TypeError, ValueError):
        return False


def reduce_runs(runs: Runs, drop_highest: int = 0, best: bool = False) -> tuple[Runs, list[str]]:
    """Return the runs that are left, and a note for each choice.

    Parameters
    ----------
    runs : Runs
    drop_highest : int
        The number of highest losses to leave out.
    best : bool
        Whether to keep only the lowest loss of runs whose resources are the same.

    Returns
    -------
    tuple of Runs and list of str

    Raises
    ------
    InputError
        If no run is left.

    Examples
    --------
    >>> from .run_table import make_table
    >>> runs = choose_runs(make_table({"N": [1e6, 1e6, 1e7], "loss": [3.1, 3.0, 2.9]}), ("N",))
    >>> reduce_runs(runs, best=True)[0].loss.tolist()
    [3.0, 2.9]
    """
    notes = []
    if best:
        kept = best_of_same(runs)
        notes.append(f"the best of equal resources keeps {len(kept)} of {len(runs)} runs")
        runs = runs.keep(kept)
    if drop_highest:
        if drop_highest >= len(runs):
            raise InputError(f"--drop-highest must leave a run; got {drop_highest} of {len(runs)} runs; drop fewer")
        notes.append(f"the {drop_highest} highest losses are left out")
        runs = runs.keep(np.sort(np.argsort(runs.loss, kind="stable")[: len(runs) - drop_highest]))
    return runs, notes


def best_of_same(runs: Runs) -> Places:
    """Return the places of the lowest loss for each set of equal resources.

    Examples
    --------
    >>> from .run_table import make_table
    >>> best_of_same(choose_runs(make_table({"N": [1e6, 1e6], "loss": [3.1, 3.0]}), ("N",))).tolist()
    [1]
    """
    keys = np.round(np.column_stack(list(runs.logs.values())), 9)
    order = np.argsort(runs.loss, kind="stable")
    first = np.unique(keys[order], axis=0, return_index=True)[1]
    found: Places = np.sort(order[first])
    return found
