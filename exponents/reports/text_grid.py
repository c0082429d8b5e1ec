"""How is a grid of cells laid out as text?

As aligned columns, which in a pipe are as wide as they are.  On a terminal a grid that is wider than the window is cut
into parts below each other.  Each begins with the first columns, as many as tell the rows apart.  Where these take more
than half of the window, each row is a list of its cells.  Lines that are still too long are wrapped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from .page import WIDTH, Page

GAP = 2
"""Spaces between two columns."""

HANGING = 12
"""Columns from which the lines that go on are indented."""

Cells = Sequence[Sequence[str]]
"""The cells of a row, or of a column; each is a list of lines."""


def lay_out(headings: Sequence[str], rows: Sequence[Cells], page: Page) -> str:
    """Return a grid as text.

    Parameters
    ----------
    headings : sequence of str
    rows : sequence of sequences
        One cell for each heading, a list of lines.
    page : Page

    Examples
    --------
    >>> print(lay_out(["time", "loss"], [[["1"], ["0.5"]], [["10"], ["0.25"]]], Page()))
    time  loss
    ----  ----
    1     0.5
    10    0.25
    """
    if page.width is None or sum(_widths(headings, rows)) + GAP * (len(headings) - 1) <= page.width:
        return _draw(headings, rows, page)
    key = _count_keys(rows)
    if key == len(headings) or sum(_widths(headings, rows)[:key]) + GAP * key > page.width // 2:
        return "\n\n".join(_draw_record(headings, row, page) for row in rows)
    return "\n\n".join(_draw(*part, page) for part in _cut(headings, rows, page.width, key))


def lay_out_block(headings: Sequence[str], rows: Sequence[Cells], page: Page) -> str:
    """Return a block, whose columns are records behind the labels, as text: its name, and parts that fit a terminal.

    Examples
    --------
    >>> print(lay_out_block(["rich", "hard", "easy"], [[["where"], ["beta < 1"], ["beta > 1"]]], Page()))
    rich
           hard      easy
    -----  --------  --------
    where  beta < 1  beta > 1
    """
    width = WIDTH if page.width is None else min(WIDTH, page.width)
    parts = [_draw(*part, page) for part in _cut(["", *headings[1:]], rows, width, 1)]
    return "\n".join([page.emphasise(headings[0]), "\n\n".join(parts)])


def _widths(headings: Sequence[str], rows: Sequence[Cells]) -> list[int]:
    """Return the width of each column."""
    columns = zip([[heading] for heading in headings], *rows, strict=True)
    return [max(len(line) for cell in column for line in cell) for column in columns]


def _count_keys(rows: Sequence[Cells]) -> int:
    """Return how many of the first columns tell the rows apart; all if none do."""
    for count in range(1, len(rows[0]) if rows else 1):
        if len({tuple(map(tuple, row[:count])) for row in rows}) == len(rows):
            return count
    return len(rows[0]) if rows else 1


def _cut(
    headings: Sequence[str], rows: Sequence[Cells], width: int, key: int
) -> list[tuple[list[str], list[list[Sequence[str]]]]]:
    """Return a grid in parts that fit a width, each with the first ``key`` columns; what is too wide stays whole."""
    widths = _widths(headings, rows)
    labels, parts = sum(widths[:key]) + GAP * (key - 1), [[]]  # type: int, list[list[int]]
    for column in range(key, len(headings)):
        if parts[-1] and labels + sum(GAP + widths[i] for i in (*parts[-1], column)) > width:
            parts.append([])
        parts[-1].append(column)
    chosen = [(*range(key), *part) for part in parts]
    return [([headings[i] for i in part], [[row[i] for i in part] for row in rows]) for part in chosen]


def _draw(headings: Sequence[str], rows: Sequence[Cells], page: Page) -> str:
    """Return left-aligned columns; a cell of several lines takes several lines, and the last column is wrapped."""
    widths = _widths(headings, rows)
    room = None if page.width is None else max(1, page.width - sum(widths[:-1]) - GAP * (len(widths) - 1))
    if room is not None and widths[-1] > room:
        head, rows = _wrap([headings[-1]], room), [[*row[:-1], _wrap(row[-1], room)] for row in rows]
        widths[-1] = room
    else:
        head = [headings[-1]]
    top = [*([heading] for heading in headings[:-1]), head]
    printed: list[str] = []
    for row in (top, [["-" * width] for width in widths], *rows):
        for parts in zip_longest(*row, fillvalue=""):
            line = (" " * GAP).join(part.ljust(width) for part, width in zip(parts, widths, strict=True))
            printed.append(line.rstrip())
    lines = max(map(len, top))
    return "\n".join([*map(page.emphasise, printed[:lines]), *printed[lines:]])


def _draw_record(headings: Sequence[str], row: Cells, page: Page) -> str:
    """Return the cells of a row below each other, each beside its heading, or below a heading that is too long."""
    assert page.width is not None
    label = min(max(map(len, headings)), page.width // 2)
    room, printed = max(1, page.width - label - GAP), []  # type: int, list[str]
    for heading, cell in zip(headings, row, strict=True):
        first, *more = _wrap([heading], label)
        for name, line in zip_longest([first, *more], _wrap(cell, room), fillvalue=""):
            shown = page.emphasise(name) if name else ""
            printed.append(f"{shown}{' ' * (label - len(name) + GAP)}{line}".rstrip())
    return "\n".join(printed)


def _wrap(lines: Sequence[str], width: int) -> list[str]:
    """Return lines that are no longer than a width."""
    rest = "  " if width >= HANGING else ""
    return [
        part
        for line in lines
        for part in textwrap.wrap(line, width, subsequent_indent=rest, break_on_hyphens=False) or [""]
    ]
