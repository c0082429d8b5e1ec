"""How is a table of runs read?  From text (`file_columns`), Parquet, a DataFrame, or a mapping of arrays.

Every number is checked where it is read, and a message names the file, the line and the column.  What is no plain
number, such as ``210M`` or ``1,048,576``, is refused: nothing is guessed about units.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.names import nearest
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..spectra.array_files import PARQUET_ENDINGS, read_parquet
from ..spectra.file_columns import TextKind, read_text

MOST_ROWS = 200_000
"""Runs of a fit."""

TEXT = TextKind("a table of runs", "run", MOST_ROWS, "take one row per run, not per step", ends_in_comments=False)


@dataclass(frozen=True)
class RunTable:
    """Columns of cells, as they were written.

    Attributes
    ----------
    name : str
        The file, for messages.
    columns : mapping of str to sequence
        Text, or numbers of an array.
    lines : sequence of int
        The line of each row in the file; the number of the row, from 0, for arrays.

    Examples
    --------
    >>> table = make_table({"N": [1e6, 1e7], "loss": ["3.1", "2.9M"]})
    >>> table.numbers("N").tolist()
    [1000000.0, 10000000.0]
    >>> table.numbers("loss")
    Traceback (most recent call last):
    exponents.errors.InputError: the data, row 1, column loss: a number is needed; got 2.9M; write 2.9e6 if M is a unit
    """

    name: str
    columns: Mapping[str, Any]
    lines: Sequence[int]
    unit: str = "line"

    def __len__(self) -> int:
        return len(self.lines)

    def place(self, row: int, column: str) -> str:
        """Return the words by which a message names a cell."""
        return f"{self.name}, {self.unit} {self.lines[row]}, column {abbreviate(column)}"

    def cells(self, column: str) -> Any:
        """Return a column, or raise InputError with the names that there are."""
        if column not in self.columns:
            near = nearest(column, self.columns)
            names = abbreviate(", ".join(self.columns))
            hint = f"did you mean {near}?" if near else "name one of these"
            raise InputError(f"{self.name} has the columns {names}; got {abbreviate(column)}; {hint}")
        return self.columns[column]

    def numbers(self, column: str) -> Reals:
        """Return a column of positive numbers."""
        cells = self.cells(column)
        if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
            found = cells.astype(float)
        else:
            found = np.array([self._number(cell, row, column) for row, cell in enumerate(cells)])
        bad = np.flatnonzero(~(np.isfinite(found) & (found > 0)))
        if len(bad):
            place = self.place(int(bad[0]), column)
            raise InputError(f"{place}: a positive number is needed; got {found[bad[0]]:g}; mend or leave out that row")
        return found

    def _number(self, cell: Any, row: int, column: str) -> float:
        text = str(cell).strip()
        if _is_number(text):
            return float(text)
        place = self.place(row, column)
        if not text or text == "None":
            raise InputError(
                f"{place}: a number is needed; got an empty cell; fill it, or pass over rows with --drop-blank"
            )
        raise InputError(f"{place}: a number is needed; got {abbreviate(text)}; {_suggest(text)}")

    def is_blank(self, column: str) -> list[bool]:
        """Return where a column has no value."""
        return [cell is None or cell != cell or str(cell).strip() == "" for cell in self.cells(column)]

    def keep(self, kept: Sequence[int]) -> RunTable:
        """Return the table with these rows only."""
        columns = {
            name: cells[np.asarray(kept, int)] if isinstance(cells, np.ndarray) else [cells[i] for i in kept]
            for name, cells in self.columns.items()
        }
        return RunTable(self.name, columns, [self.lines[i] for i in kept], self.unit)


def _suggest(text: str) -> str:
    """Return how a cell that is no number might be written."""
    factors = {"k": "e3", "m": "e6", "b": "e9", "g": "e9", "t": "e12"}
    grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text)
    plain = text.replace(",", "" if grouped or text.count(",") != 1 else ".").replace(" ", "").replace("_", "")
    unit = factors.get(plain[-1].lower(), "") if _is_number(plain[:-1]) else ""
    if unit:
        return f"write {plain[:-1]}{unit} if {text[-1]} is a unit"
    if not _is_number(plain):
        return "write a plain number"
    return f"write {plain}" + (" if commas separate thousands" if grouped else "")


def make_table(data: Any) -> RunTable:
    """Return a table from a path, a DataFrame, or a mapping of columns.

    Parameters
    ----------
    data : str, Path, DataFrame or mapping of str to sequence

    Returns
    -------
    RunTable

    Raises
    ------
    InputError
        If the data are none of these, cannot be read, or their columns differ in length.

    Examples
    --------
    >>> len(make_table({"N": [1e6, 1e7], "loss": [3.1, 2.9]}))
    2
    """
    if isinstance(data, RunTable):
        return data
    if isinstance(data, str | Path):
        return read_table(Path(data))
    if hasattr(data, "columns") and hasattr(data, "to_numpy"):
        columns = {str(name): np.asarray(data[name]) for name in data.columns}
    elif isinstance(data, Mapping):
        columns = {str(name): np.asarray(values) for name, values in data.items()}
    else:
        raise InputError(f"runs must be a file, a DataFrame or a mapping of columns; got {type(data).__name__}")
    lengths = {name: cells.shape for name, cells in columns.items()}
    if not columns or len(set(lengths.values())) > 1 or any(len(shape) != 1 for shape in lengths.values()):
        shapes = ", ".join(f"{name} {shape}" for name, shape in lengths.items())
        raise InputError(
            f"columns of runs must be one-dimensional and of one length; got {abbreviate(shapes) or 'none'}"
        )
    length = len(next(iter(columns.values())))
    _check_rows(length, "the data")
    return RunTable("the data", columns, range(length), "row")


def read_table(path: Path) -> RunTable:
    """Read a table from a text file with a line of names, or from Parquet where pyarrow is installed.

    Parameters
    ----------
    path : Path
        Read as `file_columns` says.

    Returns
    -------
    RunTable

    Raises
    ------
    InputError
        If the file cannot be read, is no text, has no rows, has a row of another length, or has more than `MOST_ROWS`.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "runs.csv")
    ...     _ = path.write_text("params,loss\\n1e6,3.2\\n1e7,2.9\\n")
    ...     read_table(path).numbers("loss").tolist()
    [3.2, 2.9]
    """
    name = abbreviate(path.name)
    if path.suffix.lower() in PARQUET_ENDINGS:
        columns = read_parquet(path)
        length = len(next(iter(columns.values()), ()))
        _check_rows(length, name)
        return RunTable(name, columns, range(length), "row")
    text = read_text(path, TEXT)
    names, lines = text.names, text.lines or []
    if not names or names[0] == "1":
        got, line = ("numbers", lines[0]) if names else ("an empty file", 1)
        raise InputError(f"{name}, line {line}: names of columns are needed; got {got}; write a line of names first")
    double = next((cell for i, cell in enumerate(names) if cell and cell in names[:i]), "")
    if double:
        place = f"{name}, line {text.heading}" if text.heading else name
        raise InputError(f"{place}: names of columns must differ; got {abbreviate(double)} twice; rename one")
    if not lines:
        raise InputError(f"{name} must have a run in each line below the names; it has none")
    return RunTable(name, {own: list(cells) for own, cells in zip(names, text.cells, strict=True) if own}, lines)


def _is_number(cell: str) -> bool:
    """Return whether a cell is a number that is written plainly; Python would also read 1_5 as 15."""
    try:
        float(cell)
    except ValueError:
        return False
    return cell.isascii() and "_" not in cell


def _check_rows(number: int, name: str) -> None:
    if number > MOST_ROWS:
        raise InputError(f"{TEXT.name} may have at most {MOST_ROWS} runs; {name} has more; {TEXT.too_many}")
