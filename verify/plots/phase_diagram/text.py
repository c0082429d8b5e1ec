"""Measure blocks of text and formulas before anything is placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ..style import import_matplotlib, use_settings

FINENESS = 10
"""Text is measured this many times larger than it is set, so that rounding to pixels does not matter."""

LEADING = 2.0
"""Free height between two lines of a block, in points."""


@dataclass(frozen=True)
class Words:
    """One line of text, with formulas between dollar signs."""

    text: str
    size: float
    bold: bool = False

    @property
    def style(self) -> dict[str, Any]:
        """The keywords of Matplotlib for it."""
        return {"fontsize": self.size, "fontweight": "bold" if self.bold else "normal"}


@dataclass(frozen=True)
class Block:
    """Lines below each other, as measured.

    Attributes
    ----------
    lines : tuple of Words
    baselines : tuple of float
        Height of each line's baseline above the middle of the block, in points.
    width, height : float
        Size in points.
    """

    lines: tuple[Words, ...]
    baselines: tuple[float, ...]
    width: float
    height: float


def stack_lines(lines: Sequence[Words]) -> Block:
    """Measure lines and stack them.

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> block = stack_lines([Words("one", 8.0), Words("two", 8.0)])
    >>> block.baselines[0] > block.baselines[1], block.width < 20
    (True, True)
    """
    lines = [replace(line, text=make_settable(line.text)) for line in lines]
    sizes = [_measure(line) for line in lines]
    height = sum(above + below for _, above, below in sizes) + LEADING * (len(lines) - 1)
    baselines, top = [], height / 2
    for _, above, below in sizes:
        baselines.append(top - above)
        top -= above + below + LEADING
    return Block(tuple(lines), tuple(baselines), max(width for width, _, _ in sizes), height)


@cache
def make_settable(text: str) -> str:
    r"""Return ``text``, without dollar signs if Matplotlib cannot set its formulas: symbols may have any name.

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> make_settable("$x^2$"), make_settable(r"$\frac$")
    ('$x^2$', '\\frac')
    """
    if not import_matplotlib("matplotlib.cbook").is_math_text(text):
        return text
    try:
        import_matplotlib("matplotlib.mathtext").MathTextParser("path").parse(text)
    except ValueError:
        return text.replace("$", "")
    return text


@cache
def _measure(line: Words) -> tuple[float, float, float]:
    """Return width, height above the baseline and depth below it, in points."""
    with use_settings():
        figure = import_matplotlib("matplotlib.figure").Figure(figsize=(1, 1), dpi=72 * FINENESS)
        renderer = import_matplotlib("matplotlib.backends.backend_agg").FigureCanvasAgg(figure).get_renderer()
        box = figure.text(0, 0, line.text, va="baseline", ha="left", **line.style).get_window_extent(renderer)
    return float(box.width) / FINENESS, float(box.y1) / FINENESS, -float(box.y0) / FINENESS
