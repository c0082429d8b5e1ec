"""How is a derivation written as text, Markdown, LaTeX, HTML, CSV or JSON?"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING

from ..printing import Notation, Phrase, Style, write
from .formats import STYLE, TEXTUAL, escape_latex, latex_heading, wrap, write_csv, write_title
from .page import PIPE, Page
from .render import Table, make_columns

if TYPE_CHECKING:  # a table must not import every derivation
    from ..derivations.derivation import Derivation, Step

_ASSUMPTIONS = "Assumptions"


def render_derivation(derivation: Derivation, form: str, page: Page = PIPE) -> str:
    """Return a derivation, step by step, in one format.

    Examples
    --------
    >>> from exponents import derive
    >>> print(render_derivation(derive("levels"), "text").splitlines()[0])
    The level series of the time exponent
    """
    if form == "json":
        return json.dumps({"derivations": [derivation_object(derivation)]}, indent=2, ensure_ascii=False)
    if form == "csv":
        rows: list[tuple[object, ...]] = [
            (0, part.write("plain"), None, "assumption", None) for part in derivation.assumptions
        ]
        rows += [tuple(step.values()) for step in _step_objects(derivation)]
        return write_csv(("step", "statement", "expression", "reason", "source"), rows)
    if form in TEXTUAL:
        style = STYLE[form]
        steps = [_text_step(number, step, style, page) for number, step in enumerate(derivation.steps, 1)]
        opening = [f"{_ASSUMPTIONS}:"] * bool(derivation.assumptions)
        opening += [line for part in derivation.assumptions for line in wrap(part, "  - ", "    ", style, page)]
        parts = [write_title(derivation.title, style, page), "\n".join(opening), *steps]
        return "\n\n".join(part for part in parts if part)
    if form == "html":
        return _html(derivation)
    title = derivation.title.write("latex")
    if form == "markdown":
        steps = [_markdown_step(number, step) for number, step in enumerate(derivation.steps, 1)]
        assumed = "\n".join(f"- {part.write('latex')}" for part in derivation.assumptions)
        opening = [f"{_ASSUMPTIONS}:", assumed] if assumed else []
        return "\n\n".join([f"**{title}**", *opening, *steps])
    items = "\n".join(_latex_step(step) for step in derivation.steps)
    listed = "\n".join(f"\\item {escape_latex(part.write('latex'))}" for part in derivation.assumptions)
    start = f"\n{_ASSUMPTIONS}:\n\\begin{{itemize}}\n{listed}\n\\end{{itemize}}" if listed else ""
    return f"{latex_heading(derivation.name, title)}{start}\n\\begin{{enumerate}}\n{items}\n\\end{{enumerate}}"


def derivation_tables(derivation: Derivation) -> list[Table]:
    """Return a derivation as a table with one row per step.

    Examples
    --------
    >>> from exponents import derive
    >>> [column.key for column in derivation_tables(derive("levels"))[0].columns]
    ['step', 'statement', 'expression', 'reason', 'source']
    """
    rows = tuple(
        (str(number), step.statement, step.formulas or None, step.reason, step.source)
        for number, step in enumerate(derivation.steps, 1)
    )
    columns = make_columns("step", "statement", "expression", "reason", "source")
    return [Table(derivation.name, derivation.title, columns, rows, derivation.assumptions)]


def derivation_object(derivation: Derivation) -> dict[str, object]:
    """Return a derivation as the object that JSON holds.

    Examples
    --------
    >>> from exponents import derive
    >>> sorted(derivation_object(derive("levels"))["steps"][0])
    ['expression', 'reason', 'source', 'statement', 'step']
    """
    return {
        "name": derivation.name,
        "title": derivation.title.write("plain"),
        "assumptions": [part.write("plain") for part in derivation.assumptions],
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


def _text_step(number: int, step: Step, style: Style, page: Page) -> str:
    margin = " " * 4
    lines = wrap(step.opening, f"{number:2}. ", margin, style, page)
    lines += [margin * 2 + write(formula, style) for formula in step.formulas]
    because = Phrase(
        f"since {step.reason.template} [{{source_}}]", {**step.reason.values, "source_": _quoted(step.source)}
    )
    return "\n".join([*lines, *wrap(because, margin, margin, style, page)])


def _html(derivation: Derivation) -> str:
    style = STYLE["html"]
    assumed = "".join(f"<li>{escape(part.write(style))}</li>" for part in derivation.assumptions)
    steps = "\n".join(
        f"<li>{escape(step.opening.write(style))}"
        + "".join(f"<br><code>{escape(write(formula, style))}</code>" for formula in step.formulas)
        + f"<br>since {escape(step.reason.write(style))} [{escape(step.source)}]</li>"
        for step in derivation.steps
    )
    opening = f"<p>{_ASSUMPTIONS}:</p><ul>{assumed}</ul>" if assumed else ""
    return f"<p><strong>{escape(derivation.title.write(style))}</strong></p>{opening}\n<ol>\n{steps}\n</ol>"


def _quoted(text: str) -> Notation:
    return Notation(text, text, text)


def _markdown_step(number: int, step: Step) -> str:
    formula = "".join(f"\n   $${write(formula, 'latex')}$$\n" for formula in step.formulas)
    return f"{number}. {step.opening.write('latex')}\n{formula}\n   since {step.reason.write('latex')} [{step.source}]"


def _latex_step(step: Step) -> str:
    formula = "".join(f"\n  \\[ {write(formula, 'latex')} \\]" for formula in step.formulas)
    formula += "\n " if formula else ""
    statement, reason = (escape_latex(part.write("latex")) for part in (step.opening, step.reason))
    return f"\\item {statement}{formula} since {reason} [{step.source}]"
