"""How do results leave a store?  As CSV, JSON, Parquet or a DataFrame, in one order, whoever computed them and when.

Records are sorted by their settings, and hold nothing of how they were computed.  So the same tasks give the same file,
byte for byte.  A curve has one row for each time, a failed task one row with its message.  CSV and JSON hold exact
numbers as text such as 3/2; a DataFrame and Parquet hold them as doubles.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from math import inf, nan
from pathlib import Path
from typing import Any

from exponents import __version__
from exponents.display import Described, make_frame
from exponents.errors import InputError, import_extra
from exponents.files.whole_files import write_whole
from exponents.names import require
from exponents.printing import Phrase
from exponents.rationals import abbreviate
from exponents.reports.measured import long_table
from exponents.reports.render import Table, make_columns, render_tables

from .curve_question import INFINITE
from .grid import Task, order
from .store import Store
from .sweep_file import CURVE
from .tasks import DONE, FAILED

SUFFIXES = (".csv", ".json", ".parquet")
"""Files that results may be written to."""

VERDICT = (
    *("claim", "source", "alpha", "beta", "gamma", "spectrum", "control", "published", "derived", "measured", "error"),
    *("published_verdict", "derived_verdict", "failure", "status", "message", "version"),
)
"""Columns of verdicts."""

TEXTS = {
    *("method", "spectrum", "claim", "source", "control", "published_verdict", "derived_verdict"),
    *("failure", "status", "message", "warnings", "version"),
}
"""Columns that hold words; all others but `VALID` hold numbers."""

VALID = "valid"
"""The column that says whether a curve holds at a time."""

_INNER = ("time", "spectrum_digest")
"""Parts of a setting that are no parameters: the times are a column."""


@dataclass(frozen=True, repr=False)
class SweepResults(Described):
    """The results of a sweep.

    Attributes
    ----------
    run : {"curve", "verify"}
    records : list of dict
        A record for each task that ended, sorted by its ``parameters``: of a curve, the columns, ``warnings`` and
        ``version``; of a point, ``verdicts``.  ``status`` is "done" or "failed", and then ``message`` says why.
    left : int
        Tasks that have not ended.
    interrupted : bool

    Examples
    --------
    >>> found = SweepResults("curve", [{"parameters": {"gamma": "1"}, "status": "failed", "message": "no luck"}])
    >>> found
    <SweepResults: curve, 0 done, 1 failed, 0 left>
    >>> print(found.write_text("csv"))
    gamma,status,message
    1,failed,no luck
    """

    run: str
    records: list[dict[str, Any]]
    left: int = 0
    interrupted: bool = False

    def describe(self) -> str:
        """Return how many tasks ended, and how."""
        failed = len(self.failed)
        return f"{self.run}, {len(self.records) - failed} done, {failed} failed, {self.left} left"

    @property
    def failed(self) -> list[dict[str, Any]]:
        """The records of tasks that failed."""
        return [record for record in self.records if record["status"] == FAILED]

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON holds."""
        return {"run": self.run, "curves" if self.run == CURVE else "points": self.records, "version": __version__}

    def to_table(self) -> Table:
        """Return one long table: a row for each time of a curve, or for each verdict."""
        if self.run == CURVE:
            return long_table(self.records)
        rows = [
            {**record["parameters"], **verdict, **record}
            for record in self.records
            for verdict in record.get("verdicts", [{}])
        ]
        cells = tuple(tuple(_write(row.get(key)) for key in VERDICT) for row in rows)
        return Table("verdicts", Phrase("Verdicts"), make_columns(*VERDICT), cells)

    def to_columns(self) -> dict[str, list[Any]]:
        """Return the columns of `to_table`, with numbers as doubles or whole numbers, NaN if unknown."""
        table = self.to_table()
        return {column.key: _read_column(column.key, table.rows, i) for i, column in enumerate(table.columns)}

    def to_frame(self) -> Any:
        """Return the columns as a DataFrame of pandas.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        return make_frame(self.to_columns())

    def write_text(self, form: str) -> str:
        """Return the results as "csv" or "json"."""
        require(form, ("csv", "json"), "the format")
        if form == "json":
            return json.dumps(self.to_dict(), indent=1)
        return render_tables([self.to_table()], "csv")

    def write(self, path: str | Path) -> None:
        """Write the results to a file that ends in one of `SUFFIXES`; nothing is left of one that was not finished.

        Raises
        ------
        InputError
            If the name has another end, PyArrow is not installed, or the file cannot be written.
        """
        target = check_target(path)
        form = target.suffix[1:].lower()
        content = self._write_parquet() if form == "parquet" else self.write_text(form).rstrip("\n") + "\n"
        write_whole(target, content, "an export", "the results are kept in the store; free some space, or try another")

    def _write_parquet(self) -> bytes:
        arrow = import_extra("pyarrow", "parquet", "a file of Parquet")
        parquet = import_extra("pyarrow.parquet", "parquet", "a file of Parquet")
        columns = {
            key: arrow.array(values, arrow.string()) if key in TEXTS else arrow.array(values)
            for key, values in self.to_columns().items()
        }
        stream = BytesIO()
        parquet.write_table(arrow.table(columns), stream)
        return stream.getvalue()


def check_target(path: str | Path) -> Path:
    """Return the path of a file that results may be written to.

    Raises
    ------
    InputError
        If its name has another end than `SUFFIXES`, or its folder is not there.

    Examples
    --------
    >>> check_target("curves.xlsx")
    Traceback (most recent call last):
    exponents.errors.InputError: results are written to .csv, .json, .parquet; got curves.xlsx; change its end
    """
    target = Path(path)
    if target.suffix.lower() not in SUFFIXES:
        raise InputError(f"results are written to {', '.join(SUFFIXES)}; got {abbreviate(path)}; change its end")
    if not target.parent.is_dir():
        raise InputError(f"results need a folder that is there; got {abbreviate(path)}; make its folder first")
    if target.suffix.lower() == ".parquet":
        import_extra("pyarrow", "parquet", "a file of Parquet")
    return target


def read_results(store: Store, tasks: Sequence[Task] | None = None, interrupted: bool = False) -> SweepResults:
    """Return the results in a store: those of some tasks, or all.

    Parameters
    ----------
    store : Store
    tasks : sequence of Task, optional
    interrupted : bool

    Examples
    --------
    >>> from verify.sweep.store import open_store
    >>> with open_store(None, "curve") as store:
    ...     read_results(store)
    <SweepResults: curve, 0 done, 0 failed, 0 left>
    """
    about = store.about()
    wanted = None if tasks is None else {task.key for task in tasks}
    found = [(json.loads(setting), one) for setting, one in store.rows() if wanted is None or one.key in wanted]
    found.sort(key=lambda pair: order(pair[0]))
    records = [
        {**json.loads(one.result), "status": DONE}
        if one.result is not None
        else {
            "parameters": {key: value for key, value in setting.items() if key not in _INNER},
            "status": one.status,
            "message": one.message,
            "version": about["version"],
        }
        for setting, one in found
    ]
    return SweepResults(about["run"], records, 0 if wanted is None else len(wanted) - len(records), interrupted)


def _write(value: object) -> str | None:
    return None if value is None else value if isinstance(value, str) else repr(value)


def _read_column(key: str, rows: Sequence[Sequence[Any]], place: int) -> list[Any]:
    """Return a column as words, as truth values or as numbers."""
    if key in TEXTS:
        return [row[place] for row in rows]
    if key == VALID:
        return [None if row[place] is None else row[place] == "True" for row in rows]
    found = [_read_number(row[place]) for row in rows]
    return found if all(isinstance(value, int) for value in found) else list(map(float, found))


def _read_number(cell: str | None) -> float | int:
    """Return a number; NaN where none is known, and infinity for a size that is written so."""
    if cell is None:
        return nan
    if cell == INFINITE:
        return inf
    return int(cell) if cell.isdigit() else float(Fraction(cell))
