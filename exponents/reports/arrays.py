"""How is a table written for a notebook that typesets LaTeX?  As an array, which MathJax knows; it has no tabular."""

from __future__ import annotations

from collections.abc import Sequence

from .formats import escape_latex
from .render import Table, cut_grids


def write_arrays(tables: Sequence[Table]) -> str:
    r"""Return tables as displayed LaTeX, each an array under its title.

    Examples
    --------
    >>> from ..printing import Phrase
    >>> from .render import Column
    >>> print(write_arrays([Table("one", Phrase("One"), (Column("x"),), ((1,),))]))
    $$\begin{array}{l}
    \textbf{One} \\
    \begin{array}{l}
    \text{x} \\ \hline
    1
    \end{array}
    \end{array}$$
    """
    return "\n\n".join(map(_write_array, tables))


def _write_array(table: Table) -> str:
    rows = [rf"\textbf{{{escape_latex(table.title.write('latex'))}}}"]
    for headings, cells in cut_grids(table, "latex", table.in_blocks("latex")):
        head = " & ".join(map(_write_cell, headings))
        body = " \\\\\n".join(" & ".join(_stack(cell) for cell in row) for row in cells)
        rows.append(f"\\begin{{array}}{{{'l' * len(headings)}}}\n{head} \\\\ \\hline\n{body}\n\\end{{array}}")
    return "$$\\begin{array}{l}\n" + " \\\\\n".join(rows) + "\n\\end{array}$$"


def _stack(cell: Sequence[str]) -> str:
    """Return a cell; several lines stand one below the other."""
    lines = [_write_cell(line) for line in cell]
    return lines[0] if len(lines) == 1 else r"\begin{array}{l}" + r" \\ ".join(lines) + r"\end{array}"


def _write_cell(text: str) -> str:
    """Return text with formulas between dollar signs as a formula with text in it."""
    parts = text.split("$")
    parts[::2] = [rf"\text{{{escape_latex(part)}}}" if part else "" for part in parts[::2]]
    return "".join(parts)
