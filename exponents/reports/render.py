"""Tables and derivations as text, Markdown, LaTeX, CSV or JSON.

Exact values are written as they are, never rounded.  In CSV and JSON they are ASCII that a rational parser, or SymPy,
reads back.  Text is aligned for a terminal of 80 columns and says the same when piped; only the emphasis goes.
"""

from __future__ import annotations

import csv
import io
import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, zip_longest
from typing import Literal, TypeAlias

from sympy import Basic, Piecewise

from ..derivations.derivation import Derivation, Step
from ..printing import Math, Notation, Phrase, Style, cases, write

WIDTH = 80
"""Columns of a terminal that text is wrapped for."""

_NO_BREAK = "\N{NO-BREAK SPACE}"

STYLE: dict[str, Style] = {"text": "unicode", "ascii": "plain", "markdown": "latex", "latex": "latex"}
"""How formulas are written in each format; ascii is text for a terminal that has no Greek."""

TEXTUAL = ("text", "ascii")

Cell: TypeAlias = "str | Phrase | Math | tuple[Cell, ...] | None"
Emphasis = Callable[[str], str]


@dataclass(frozen=True)
class Column:
    """A column: its key in CSV and JSON, and its heading for people."""

    key: str
    heading: str | Notation = ""

    def write(self, style: Style) -> str:
        """The heading in one style."""
        if isinstance(self.heading, Notation):
            text = write(self.heading, style)
            return f"${text}$" if style == "latex" else text
        return self.heading or self.key


@dataclass(frozen=True)
class Table:
    """Rows of exact values, with what they are and which loss they come from.

    Attributes
    ----------
    name, title : str
    columns : tuple of Column
    rows : tuple of tuples
        Cells: text, exact values, or several of them, one a line.
    notes : tuple of Phrase
        Printed below the table; states which version of the loss was used.
    blocks : "never", "text" or "always"
        Where to print one block for each value of the first column, with records as columns headed by the second.
    """

    name: str
    title: Phrase
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Phrase, ...] = ()
    blocks: Literal["never", "text", "always"] = "never"

    def in_blocks(self, form: str) -> bool:
        """Whether this format prints the table in blocks."""
        return self.blocks == "always" or (self.blocks == "text" and form in TEXTUAL)


def plain_emphasis(text: str) -> str:
    """No emphasis: what a pipe gets."""
    return text


def render_tables(tables: Sequence[Table], form: str, emphasis: Emphasis = plain_emphasis) -> str:
    """Several tables in one format; CSV holds exactly one."""
    if form == "json":
        return json.dumps({"tables": [table_object(table) for table in tables]}, indent=2, ensure_ascii=False)
    return "\n\n".join(render_table(table, form, emphasis) for table in tables)


def render_table(table: Table, form: str, emphasis: Emphasis = plain_emphasis) -> str:
    """One table in a format that is not JSON."""
    if form == "csv":
        return _csv(table)
    style, block = STYLE[form], table.in_blocks(form)
    parts = [_grid(headings, rows, form, emphasis, block) for headings, rows in _grids(table, style, block)]
    title = table.title.write(style)
    if form in TEXTUAL:
        return "\n\n".join(
            [emphasis(title), *parts, *("\n".join(_wrapped(note, "", "", style)) for note in table.notes)]
        )
    notes = [note.write(style) for note in table.notes]
    if form == "markdown":
        return "\n\n".join([f"**{title}**", *parts, *notes])
    return "\n\n".join(
        [
            _tex_heading(table.name, title),
            *parts,
            *(_tex(note) for note in notes),
        ]
    )


def table_object(table: Table) -> dict[str, object]:
    """A table as the object that JSON holds."""
    keys = [column.key for column in table.columns]
    return {
        "name": table.name,
        "title": table.title.write("plain"),
        "rows": [dict(zip(keys, map(value_object, row), strict=True)) for row in table.rows],
        "notes": [note.write("plain") for note in table.notes],
    }


def value_object(cell: Cell) -> object:
    """A cell as JSON holds it: exact values as text that a parser reads, several as a list."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, tuple) and not isinstance(cell, Notation):
        return [value_object(part) for part in cell]
    return cell.write("plain") if isinstance(cell, Phrase) else write(cell, "plain")


def render_derivation(derivation: Derivation, form: str, emphasis: Emphasis = plain_emphasis) -> str:
    """A derivation, step by step."""
    if form == "json":
        return json.dumps({"derivations": [derivation_object(derivation)]}, indent=2, ensure_ascii=False)
    if form == "csv":
        rows = [tuple(step.values()) for step in _step_objects(derivation)]
        return _csv_rows(("step", "statement", "expression", "reason", "source"), rows)
    if form in TEXTUAL:
        style = STYLE[form]
        steps = [_text_step(number, step, style) for number, step in enumerate(derivation.steps, 1)]
        return "\n\n".join([emphasis(derivation.title.write(style)), *steps])
    title = derivation.title.write("latex")
    if form == "markdown":
        steps = [_markdown_step(number, step) for number, step in enumerate(derivation.steps, 1)]
        return "\n\n".join([f"**{title}**", *steps])
    items = "\n".join(_latex_step(step) for step in derivation.steps)
    return f"{_tex_heading(derivation.name, title)}\n\\begin{{enumerate}}\n{items}\n\\end{{enumerate}}"


def derivation_object(derivation: Derivation) -> dict[str, object]:
    """A derivation as the object that JSON holds."""
    return {
        "name": derivation.name,
        "title": derivation.title.write("plain"),
        "steps": _step_objects(derivation),
    }


def _step_objects(derivation: Derivation) -> list[dict[str, object]]:
    return [
        {
            "step": number,
            "statement": step.statement.write("plain"),
            "expression": "; ".join(write(formula, "plain") for formula in step.formulas) or None,
            "reason": step.reason.write("plain"),
            "source": step.source,
        }
        for number, step in enumerate(derivation.steps, 1)
    ]


def _text_step(number: int, step: Step, style: Style) -> str:
    margin = " " * 4
    lines = _wrapped(step.opening, f"{number:2}. ", margin, style)
    lines += [margin * 2 + write(formula, style) for formula in step.formulas]
    because = Phrase(
        f"since {step.reason.template} [{{source_}}]", {**step.reason.values, "source_": _quoted(step.source)}
    )
    return "\n".join([*lines, *_wrapped(because, margin, margin, style)])


def _wrapped(sentence: Phrase, first: str, rest: str, style: Style) -> list[str]:
    """``sentence`` in lines of a terminal's width, no formula broken across two."""
    text = sentence.write(style, space=_NO_BREAK)
    lines = textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False)
    return [line.replace(_NO_BREAK, " ") for line in lines]


def _quoted(text: str) -> Notation:
    return Notation(text, text, text)


def _markdown_step(number: int, step: Step) -> str:
    formula = "".join(f"\n   $${write(formula, 'latex')}$$\n" for formula in step.formulas)
    return f"{number}. {step.opening.write('latex')}\n{formula}\n   since {step.reason.write('latex')} [{step.source}]"


def _latex_step(step: Step) -> str:
    formula = "".join(f"\n  \\[ {write(formula, 'latex')} \\]" for formula in step.formulas)
    formula += "\n " if formula else ""
    statement, reason = (_tex(part.write("latex")) for part in (step.opening, step.reason))
    return f"\\item {statement}{formula} since {reason} [{step.source}]"


def _grids(table: Table, style: Style, blocks: bool) -> list[tuple[list[str], list[list[list[str]]]]]:
    """(headings, rows of cells, each a list of lines) for each grid that a table is printed as."""
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
    """A cell as lines of text; in LaTeX, formulas stand between dollar signs."""
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
    text = write(cell, style)
    return [f"${text}$" if style == "latex" else text]


def _grid(headings: list[str], rows: list[list[list[str]]], form: str, emphasis: Emphasis, block: bool) -> str:
    if form in TEXTUAL:  # a block's name may be wider than its column: it gets a line of its own
        if not block:
            return _text_grid(headings, rows, emphasis)
        parts = [_text_grid(*part, emphasis) for part in _fitting(["", *headings[1:]], rows)]
        return "\n".join([emphasis(headings[0]), "\n\n".join(parts)])
    from tabulate import tabulate  # text is what the command prints at once; it need not wait for this

    joined = [[", ".join(cell) for cell in row] for row in rows]
    if form == "markdown":
        starred = [[_outside_formulas(cell, {"*": r"\*"}) for cell in row] for row in joined]
        return tabulate(starred, headings, tablefmt="github", disable_numparse=True)
    escaped = [[_tex(cell) for cell in row] for row in joined]
    return tabulate(escaped, [_tex(h) for h in headings], tablefmt="latex_raw", disable_numparse=True)


def _fitting(headings: list[str], rows: list[list[list[str]]]) -> list[tuple[list[str], list[list[list[str]]]]]:
    """A grid in parts that fit a terminal, the labels in each; a record too wide by itself stays whole."""
    columns = zip([[heading] for heading in headings], *rows, strict=True)
    labels, *widths = (max(len(line) for cell in column for line in cell) for column in columns)
    parts: list[list[int]] = [[]]
    for record, width in enumerate(widths, 1):
        if parts[-1] and labels + sum(2 + widths[i - 1] for i in parts[-1]) + 2 + width > WIDTH:
            parts.append([])
        parts[-1].append(record)
    return [([headings[i] for i in (0, *part)], [[row[i] for i in (0, *part)] for row in rows]) for part in parts]


def _text_grid(headings: list[str], rows: list[list[list[str]]], emphasis: Emphasis) -> str:
    """Left-aligned columns two spaces apart; a cell of several lines takes several lines."""
    columns = [[[heading], *cells] for heading, *cells in zip(headings, *rows, strict=True)]
    widths = [max(len(line) for cell in column for line in cell) for column in columns]
    printed: list[str] = []
    for row in ([[heading] for heading in headings], [["-" * width] for width in widths], *rows):
        for parts in zip_longest(*row, fillvalue=""):
            printed.append("  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip())
    return "\n".join([emphasis(printed[0]), *printed[1:]])


def _csv(table: Table) -> str:
    rows = [["; ".join(_lines(cell, "plain")) if cell is not None else "" for cell in row] for row in table.rows]
    return _csv_rows([column.key for column in table.columns], rows)


def _csv_rows(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().rstrip("\n")


_TEX = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    **{letter: f"\\{letter}" for letter in "_%&#{}"},
}


def _tex(text: str) -> str:
    """Escape what LaTeX would read as commands outside formulas."""
    return _outside_formulas(text, _TEX)


def _outside_formulas(text: str, replaced: Mapping[str, str]) -> str:
    """Replace letters where they are not between dollar signs."""
    parts = text.split("$")
    parts[::2] = ["".join(replaced.get(letter, letter) for letter in part) for part in parts[::2]]
    return "$".join(parts)


def _tex_heading(name: str, title: str) -> str:
    return f"% {name}; needs the package amsmath\n\\textbf{{{_tex(title)}}}"
