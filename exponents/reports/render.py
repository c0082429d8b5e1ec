"""How is a table written as text, Markdown, LaTeX, HTML, CSV or JSON?

Exact values are never rounded.  In CSV and JSON they are ASCII that a rational parser, or SymPy, reads back.  Text is
aligned for 80 columns, and cut to fit a terminal (`text_grid`).

Map: `render_tables`, `render_table` and `table_object` write a `Table`.  `cut_grids` cuts it into grids of cells,
`_lines` writes a cell, `_grid` a grid.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal, TypeAlias

from sympy import Basic, Piecewise

from ..names import Clock
from ..printing import Math, Notation, Phrase, Style, cases, write, write_decimal
from .formats import (
    STYLE,
    TEXTUAL,
    escape_latex,
    latex_heading,
    replace_outside_formulas,
    wrap,
    write_csv,
    write_title,
)
from .page import PIPE, Page
from .text_grid import lay_out, lay_out_block

Cell: TypeAlias = "str | Phrase | Math | tuple[Cell, ...] | None"


@dataclass(frozen=True)
class Column:
    """A column: its key in CSV and JSON, and its heading for people."""

    key: str
    heading: str | Notation = ""

    def write(self, style: Style) -> str:
        """Return the heading in one style."""
        if isinstance(self.heading, Notation):
            text = write(self.heading, style)
            return f"${text}$" if style == "latex" else text
        return self.heading or self.key


def make_columns(*parts: str | tuple[str, str | Notation] | Column) -> tuple[Column, ...]:
    """Return columns from their keys, from pairs of a key and a heading, or as they are.

    Examples
    --------
    >>> [column.write("unicode") for column in make_columns("task", ("binding", "balance"))]
    ['task', 'balance']
    """
    return tuple(
        part if isinstance(part, Column) else Column(part) if isinstance(part, str) else Column(*part) for part in parts
    )


@dataclass(frozen=True)
class Table:
    """Rows of exact values, with a title and notes.

    Attributes
    ----------
    name : str
        One word, for JSON and LaTeX.
    title : Phrase
    columns : tuple of Column
    rows : tuple of tuples
        Cells: text, exact values, or tuples of these, which print one per line.
    notes : tuple of Phrase
        Printed below the table; they say which version of the loss was used.
    blocks : "never", "text" or "always"
        The formats that print one block for each value of the first column; in a block each record is a column, and
        the second value is its head.
    clock : "time", "steps" or ""
        What compute counts, where a table depends on it; JSON says it.

    Examples
    --------
    >>> square = Table("squares", Phrase("Squares"), (Column("x"), Column("y", "x^2")), (("2", 4), ("3", 9)))
    >>> print(render_table(square, "text"))
    Squares
    <BLANKLINE>
    x  x^2
    -  ---
    2  4
    3  9
    """

    name: str
    title: Phrase
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Phrase, ...] = ()
    blocks: Literal["never", "text", "always"] = "never"
    clock: Clock | Literal[""] = ""

    def in_blocks(self, form: str) -> bool:
        """Return whether this format prints the table in blocks."""
        return self.blocks == "always" or (self.blocks == "text" and form in TEXTUAL)


def render_tables(tables: Sequence[Table], form: str, page: Page = PIPE) -> str:
    """Return several tables in one format; CSV holds exactly one.

    Examples
    --------
    >>> print(render_tables([Table("one", Phrase("One"), (Column("x"),), ((1,),))], "csv"))
    x
    1
    """
    if form == "json":
        return json.dumps({"tables": [table_object(table) for table in tables]}, indent=2, ensure_ascii=False)
    return "\n\n".join(render_table(table, form, page) for table in tables)


def render_table(table: Table, form: str, page: Page = PIPE) -> str:
    """Return one table in a format that is not JSON.

    Parameters
    ----------
    table : Table
    form : "text", "ascii", "markdown", "latex", "html" or "csv"
    page : Page
        Where text is printed.

    Examples
    --------
    >>> print(render_table(Table("one", Phrase("One"), (Column("x"),), ((1,),)), "markdown"))
    **One**
    <BLANKLINE>
    | x   |
    |-----|
    | $1$ |
    """
    if form == "csv":
        return _csv(table)
    style, block = STYLE[form], table.in_blocks(form)
    parts = [_grid(headings, rows, form, page, block) for headings, rows in cut_grids(table, style, block)]
    title = table.title.write(style)
    if form in TEXTUAL:
        head = write_title(table.title, style, page)
        return "\n\n".join([head, *parts, *("\n".join(wrap(note, "", "", style, page)) for note in table.notes)])
    notes = [note.write(style) for note in table.notes]
    if form == "html":
        return "\n".join([f"<p><strong>{escape(title)}</strong></p>", *parts, *(f"<p>{escape(n)}</p>" for n in notes)])
    if form == "markdown":
        return "\n\n".join([f"**{title}**", *parts, *notes])
    return "\n\n".join([latex_heading(table.name, title), *parts, *map(escape_latex, notes)])


def table_object(table: Table) -> dict[str, object]:
    """Return a table as the object that JSON holds.

    Examples
    --------
    >>> table_object(Table("one", Phrase("One"), (Column("x"),), ((1,),)))
    {'name': 'one', 'title': 'One', 'rows': [{'x': '1'}], 'notes': []}
    """
    keys = [column.key for column in table.columns]
    return {
        "name": table.name,
        "title": table.title.write("plain"),
        "rows": [dict(zip(keys, map(value_object, row), strict=True)) for row in table.rows],
        "notes": [note.write("plain") for note in table.notes],
        **({"clock": table.clock} if table.clock else {}),
    }


def value_object(cell: Cell) -> object:
    """Return a cell as JSON holds it: exact values as text that a parser reads, several as a list.

    Examples
    --------
    >>> value_object((1, None))
    ['1', None]
    """
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, tuple) and not isinstance(cell, Notation):
        return [value_object(part) for part in cell]
    return cell.write("plain") if isinstance(cell, Phrase) else write(cell, "plain")


def cut_grids(table: Table, style: Style, blocks: bool) -> list[tuple[list[str], list[list[list[str]]]]]:
    """Return (headings, rows of cells, each cell a list of lines) for each grid of a table.

    Examples
    --------
    >>> cut_grids(Table("one", Phrase("One"), (Column("x"),), (((1, 2),),)), "plain", False)
    [(['x'], [[['1', '2']]])]
    """
    rows = [[_lines(cell, style) for cell in row] for row in table.rows]
    headings = [column.write(style) for column in table.columns]
    if not blocks:
        return [(headings, rows)]
    grids = []
    for block, members in groupby(rows, key=lambda row: row[0]):
        records = list(members)
        labels = [block[0], *(record[1][0] for record in records)]
        lines = [[[headings[i]], *(record[i] for record in records)] for i in range(2, len(headings))]
        grids.append((labels, lines))
    return grids


def _lines(cell: Cell, style: Style) -> list[str]:
    """Return a cell as lines of text; in LaTeX, formulas stand between dollar signs."""
    if cell is None:
        return ["-"]
    if isinstance(cell, str):
        return [cell]
    if isinstance(cell, Phrase):
        return [cell.write(style)]
    if isinstance(cell, tuple) and not isinstance(cell, Notation):
        return [line for part in cell for line in _lines(part, style)]
    assert isinstance(cell, Basic | Notation | int) or hasattr(cell, "denominator")
    if style != "latex" and isinstance(cell, Piecewise):
        return cases(cell, style)
    text = (write_decimal(cell, style) if style != "plain" else None) or write(cell, style)
    return [f"${text}$" if style == "latex" else text]


def _grid(headings: list[str], rows: list[list[list[str]]], form: str, page: Page, block: bool) -> str:
    if form in TEXTUAL:
        return (lay_out_block if block else lay_out)(headings, rows, page)
    from tabulate import tabulate  # imported here: text, the default, does not need it

    if form == "html":
        cells = [["<br>".join(map(escape, cell)) for cell in row] for row in rows]
        return tabulate(cells, list(map(escape, headings)), tablefmt="unsafehtml", disable_numparse=True)
    joined = [[", ".join(cell) for cell in row] for row in rows]
    if form == "markdown":
        starred = [[replace_outside_formulas(cell, {"*": r"\*"}) for cell in row] for row in joined]
        return tabulate(starred, headings, tablefmt="github", disable_numparse=True)
    escaped = [[escape_latex(cell) for cell in row] for row in joined]
    return tabulate(escaped, [escape_latex(h) for h in headings], tablefmt="latex_raw", disable_numparse=True)


def _csv(table: Table) -> str:
    rows = [["; ".join(_lines(cell, "plain")) if cell is not None else "" for cell in row] for row in table.rows]
    return write_csv([column.key for column in table.columns], rows)
