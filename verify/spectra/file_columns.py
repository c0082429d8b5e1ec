"""Which columns does a file hold, and which numbers stand in one of them?

A `Columns` has the names of the columns and their cells.  `read_text` reads text with one row per line; `array_files`
reads files of arrays.  Only the columns that are asked for are read as numbers, so that others may hold words.

Text: cells are separated by commas, tabs or semicolons, whichever the first row has most of, or else by blanks.  Cells
may be quoted.  A line that begins with # is a comment; in a spectrum a comment may also end a line.  The first row may
be a heading.  Without one, a comment just before the first row names the columns if it has as many words (as
`numpy.savetxt` writes it).  Columns without names are called 1, 2, ...
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from .spectrum import MAX_MODES

LONGEST = 100_000
"""Letters that a row may have."""

MARKS = ",\t;"
"""What may separate cells, besides blanks."""

STANDARD_INPUT = "-"
"""The name that stands for standard input."""


@dataclass(frozen=True)
class Columns:
    """The columns of a file.

    Attributes
    ----------
    file : str
        The name of the file, for messages.
    names : tuple of str
    cells : tuple of (sequence of str, or array)
        The cells of each column; the arrays of a file of arrays may have any shape.
    lines : sequence of int or None
        The number of the line of each row of a text; None if rows are counted from 1.
    ordered : bool
        Whether the order of the columns means something.
    heading : int or None
        The number of the line of a text that names the columns.

    Examples
    --------
    >>> table = Columns("kernel.csv", ("mu", "power"), (["1", "0.5"], ["2", "x"]), [2, 3])
    >>> table.read_numbers(0).tolist()
    [1.0, 0.5]
    >>> table.read_numbers(1)
    Traceback (most recent call last):
    exponents.errors.InputError: line 3 of kernel.csv, column power: must be a finite number; got x
    """

    file: str
    names: tuple[str, ...]
    cells: tuple[Sequence[str] | NDArray[np.generic], ...]
    lines: Sequence[int] | None = None
    ordered: bool = True
    heading: int | None = None

    def read_numbers(self, column: int) -> Reals:
        """Return a column as finite numbers, or raise InputError with the place of the first cell that is none."""
        cells = self.cells[column]
        if isinstance(cells, np.ndarray):
            if cells.dtype.kind not in "iuf" or cells.ndim != 1:
                raise InputError(
                    f"{self.names[column]} of {self.file} must be one column of real numbers; got {cells.dtype} of "
                    f"shape {cells.shape}"
                )
            values = cells.astype(float)
        else:
            values = np.array([_read_number(cell) for cell in cells])
        self.require(column, np.isfinite(values), "must be a finite number")
        return values

    def require(self, column: int, fulfilled: NDArray[np.bool_], requirement: str) -> None:
        """Raise InputError with the place of the first cell of a column that does not fulfil a requirement."""
        if fulfilled.all():
            return
        row = int(np.argmin(fulfilled))
        place = f"row {row + 1}" if self.lines is None else f"line {self.lines[row]}"
        raise InputError(
            f"{place} of {self.file}, column {self.names[column]}: {requirement}; "
            f"got {abbreviate(str(self.cells[column][row]))}"
        )


@dataclass(frozen=True)
class TextKind:
    """What a text holds: the words for messages, the number of rows, and where comments may stand.

    Attributes
    ----------
    name : str
        What the text is.
    row : str
        What one row is.
    most : int
    too_many : str
        What to try if there are more rows.
    ends_in_comments : bool
        Whether a comment may end a line.
    """

    name: str
    row: str
    most: int
    too_many: str
    ends_in_comments: bool


def read_text(path: Path, kind: TextKind | None = None) -> Columns:
    """Read the columns of a text file; the path ``-`` stands for standard input.

    Parameters
    ----------
    path : Path
    kind : TextKind, optional
        Default: that of a spectrum.

    Returns
    -------
    Columns
        With at most ``kind.most`` rows.

    Raises
    ------
    InputError
        If the file cannot be read, is not text, has rows of different lengths, a row longer than `LONGEST`, or more
        rows than ``kind.most``.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "kernel.txt")
    ...     _ = path.write_text("k mu power\\n1 1 0.5\\n2 0.25 0.02  # the second mode\\n")
    ...     read_text(path).names
    ('k', 'mu', 'power')
    """
    kind = kind or TextKind("a spectrum", "mode", MAX_MODES, "bin neighbouring ones", True)
    used = str(path) == STANDARD_INPUT
    name = "standard input" if used else abbreviate(path.name)
    try:
        with nullcontext(sys.stdin) if used else path.open(encoding="utf-8-sig", newline="") as stream:
            return _read_rows(iter(lambda: stream.readline(LONGEST), ""), name, kind)
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"{kind.name} must be a text file; {name} is not; export it as CSV in UTF-8, one line per {kind.row}"
        ) from error
    except OSError as error:
        raise InputError(
            f"{kind.name} must be a readable file; got {abbreviate(str(path))} ({error.strerror}); try another"
        ) from error


def _read_rows(text: Iterable[str], name: str, kind: TextKind) -> Columns:
    """Return the columns of lines of text, and read no further than the limit."""
    noted, heading, mark = [], [], ""  # type: list[str], list[str], str
    rows, lines, line = [], [], None  # type: list[list[str]], list[int], int | None
    for number, row in _join_lines(text, name, kind):
        content, _, comment = row.partition("#") if kind.ends_in_comments or row.lstrip()[:1] == "#" else (row, "", "")
        if not content.strip():
            noted = noted if heading or rows or not comment.strip() else _split(comment, _find_mark(comment))
            continue
        mark = mark or _find_mark(content)
        cells = _split(content, mark)
        if not any(cells):
            continue
        if not heading and not rows and _is_heading(cells):
            heading, line = cells, number
            continue
        width = len(heading or (rows[0] if rows else cells))
        cells = cells[:-1] if not cells[-1] and (len(cells) == width + 1 or not (heading or rows)) else cells
        if (heading or rows) and len(cells) != width:
            raise InputError(
                f"{name}, line {number}: {width} cells are needed, as in line {line or lines[0]}; got {len(cells)}; "
                "quote cells that hold the separator"
            )
        if len(rows) == kind.most:
            raise InputError(f"{kind.name} may have at most {kind.most} {kind.row}s; {name} has more; {kind.too_many}")
        rows.append(cells)
        lines.append(number)
    width = len(heading or (rows[0] if rows else noted))
    names = heading or (noted if len(noted) == width else [str(place + 1) for place in range(width)])
    return Columns(name, tuple(names), tuple(zip(*rows, strict=True)), lines, heading=line)


def _join_lines(text: Iterable[str], name: str, kind: TextKind) -> Iterator[tuple[int, str]]:
    """Yield each row with the number of its first line; a quoted cell may hold ends of lines."""
    started, row = 0, ""
    for number, line in enumerate(text, 1):
        if "\0" in line:
            raise InputError(
                f"{kind.name} must be a text file; {name} is not: line {number} is binary; export it as CSV"
            )
        started, row = (started, row + line) if row else (number, line)
        if len(row) >= LONGEST:
            raise InputError(
                f"line {started} of {name} is longer than {LONGEST} letters; give one line per {kind.row}, and close "
                "quotes"
            )
        if not _is_open(row):
            yield started, row
            row = ""
    if row:
        yield started, row


def _is_open(row: str) -> bool:
    """Return whether a row ends within a quoted cell."""
    try:
        list(csv.reader([row], delimiter=_find_mark(row), skipinitialspace=True, strict=True) if '"' in row else ())
    except csv.Error as error:
        return "end of data" in str(error)
    return False


def _find_mark(text: str) -> str:
    """Return what separates the cells of a row: the sign that it has most of, or a blank."""
    best = max(MARKS, key=text.count)
    return best if best in text else " "


def _split(text: str, mark: str) -> list[str]:
    """Return the cells of a row, without quotes; a row without the separator is split at another."""
    own = mark if mark != " " and mark in text else _find_mark(text)
    if own == " ":
        return [cell.strip('"') for cell in text.split()]
    if '"' not in text:
        return [cell.strip() for cell in text.split(own)]
    return [cell.strip() for cell in next(csv.reader([text.strip("\r\n")], delimiter=own, skipinitialspace=True))]


def _is_heading(cells: Sequence[str]) -> bool:
    """Return whether a row holds names: no cell is a number, and fewer than half begin with a digit."""
    starts = [cell.lstrip("+-.")[:1].isdigit() for cell in cells]
    return 2 * sum(starts) < len(cells) and not any(np.isfinite(_read_number(cell)) for cell in cells)


def _read_number(cell: str) -> float:
    """Return the number in a cell; NaN if there is none."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")
