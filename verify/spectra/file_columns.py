"""Which columns does a file hold, and which numbers stand in one of them?

A `Columns` has the names of the columns and their cells.  `read_text` reads text with one row per line; `array_files`
reads files of arrays.  Only the columns that are asked for are read as numbers, so that others may hold words.

Text: cells are separated by semicolons, by commas or by blanks; a # starts a comment.  The first row may be a heading.
Without one, a comment just before the first row names the columns if it has as many words (as `numpy.savetxt` writes
it).  Columns without names are called 1, 2, ...
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from .spectrum import MAX_MODES

LONGEST = 10_000
"""Letters that a line may have."""

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


def read_text(path: Path) -> Columns:
    """Read the columns of a text file; the path ``-`` stands for standard input.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Columns
        With at most `MAX_MODES` rows.

    Raises
    ------
    InputError
        If the file cannot be read, is not text, has rows of different lengths, a line longer than `LONGEST`, or more
        than `MAX_MODES` rows.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "kernel.txt")
    ...     _ = path.write_text("k mu power\\n1 1 0.5\\n2 0.25 0.02  # the second mode\\n")
    ...     read_text(path).names
    ('k', 'mu', 'power')
    """
    used = str(path) == STANDARD_INPUT
    name = "standard input" if used else abbreviate(path.name)
    try:
        with nullcontext(sys.stdin) if used else path.open(encoding="utf-8-sig") as stream:
            return _read_rows(iter(lambda: stream.readline(LONGEST), ""), name)
    except UnicodeDecodeError as error:
        raise InputError(f"a spectrum must be a text file; {name} is not; give one line per mode") from error
    except OSError as error:
        raise InputError(
            f"a spectrum must be a readable file; got {abbreviate(str(path))} ({error.strerror}); try another"
        ) from error


def _read_rows(text: Iterable[str], name: str) -> Columns:
    """Return the columns of lines of text, and read no further than the limit."""
    names: list[str] = []
    headed, rows, lines = False, [], []  # type: bool, list[list[str]], list[int]
    for number, line in enumerate(text, 1):
        if len(line) == LONGEST:
            raise InputError(f"line {number} of {name} is longer than {LONGEST} letters; give one line per mode")
        content, _, comment = line.partition("#")
        cells = _split(content)
        if not cells:
            names = names if headed or rows or not comment.strip() else _split(comment)
        elif not headed and not rows and not any(cell.lstrip("+-.")[:1].isdigit() for cell in cells):
            names, headed = cells, True
        elif rows and len(cells) != len(rows[0]):
            raise InputError(
                f"line {number} of {name} must have {len(rows[0])} columns, as line {lines[0]}; got {abbreviate(line)}"
            )
        elif len(rows) == MAX_MODES:
            raise InputError(f"a spectrum may have at most {MAX_MODES} modes; {name} has more; bin neighbouring ones")
        else:
            rows.append(cells)
            lines.append(number)
    width = len(rows[0]) if rows else len(names)
    numbered = tuple(str(number + 1) for number in range(width))
    return Columns(name, tuple(names) if len(names) == width else numbered, tuple(zip(*rows, strict=True)), lines)


def _split(text: str) -> list[str]:
    """Return the cells of a line, without quotes; one empty cell at the end is left out."""
    mark = next((mark for mark in ";,\t" if mark in text), None)
    cells = [cell.strip().strip('"').strip() for cell in text.split(mark)]
    return cells[:-1] if cells and not cells[-1] else cells


def _read_number(cell: str) -> float:
    """Return the number in a cell; NaN if there is none."""
    try:
        return float(cell)
    except ValueError:
        return float("nan")
