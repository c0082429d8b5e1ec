"""What do all renderers share?  Styles of formulas, lines of a terminal's width, CSV and what LaTeX must escape."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Mapping, Sequence

from ..printing import Phrase, Style
from .page import PIPE, Page

_NO_BREAK = "\N{NO-BREAK SPACE}"

STYLE: dict[str, Style] = {
    "text": "unicode",
    "ascii": "plain",
    "markdown": "latex",
    "latex": "latex",
    "html": "unicode",
}
"""The style of formulas in each format; ascii is text for a terminal without Greek letters."""

TEXTUAL = ("text", "ascii")


def wrap(sentence: Phrase, first: str, rest: str, style: Style, page: Page = PIPE) -> list[str]:
    """Return a sentence in lines of a terminal's width, with each formula on one line if it fits.

    Parameters
    ----------
    sentence : Phrase
    first, rest : str
        What the first line and the others begin with.
    style : Style
    page : Page

    Examples
    --------
    >>> wrap(Phrase("One line."), "1. ", "   ", "plain")
    ['1. One line.']
    """
    text = sentence.write(style, space=_NO_BREAK)
    lines = textwrap.wrap(
        text, max(page.prose, len(rest) + 1), initial_indent=first, subsequent_indent=rest, break_on_hyphens=False
    )
    return [line.replace(_NO_BREAK, " ") for line in lines]


def write_title(title: Phrase, style: Style, page: Page = PIPE) -> str:
    """Return a title with emphasis; in a pipe it is one line.

    Examples
    --------
    >>> write_title(Phrase("One line"), "plain")
    'One line'
    """
    lines = [title.write(style)] if page.width is None else wrap(title, "", "", style, page)
    return "\n".join(map(page.emphasise, lines))


def write_csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as CSV, without a line break at the end.

    Examples
    --------
    >>> print(write_csv(["a", "b"], [[1, "x, y"]]))
    a,b
    1,"x, y"
    """
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


def escape_latex(text: str) -> str:
    r"""Escape all that LaTeX would read as commands outside formulas.

    Examples
    --------
    >>> escape_latex("50 % of $x_1$")
    '50 \\% of $x_1$'
    """
    return replace_outside_formulas(text, _TEX)


def replace_outside_formulas(text: str, replaced: Mapping[str, str]) -> str:
    """Replace letters where they are not between dollar signs.

    Examples
    --------
    >>> replace_outside_formulas("a*b $a*b$", {"*": "."})
    'a.b $a*b$'
    """
    parts = text.split("$")
    parts[::2] = ["".join(replaced.get(letter, letter) for letter in part) for part in parts[::2]]
    return "$".join(parts)


def latex_heading(name: str, title: str) -> str:
    r"""Return a comment with the name of a table, and its title in bold.

    Examples
    --------
    >>> print(latex_heading("one", "One"))
    % one; needs the package amsmath
    \textbf{One}
    """
    return f"% {name}; needs the package amsmath\n\\textbf{{{escape_latex(title)}}}"
