"""Measure blocks of text and formulas before anything is placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from ..style import import_matplotlib, make_settable, setting

FINENESS = 10
"""Text is measured this many times larger than it is set, so that rounding to pixels does not matter."""

FONTS = ("font.family", "font.size", "font.serif", "font.sans-serif", "mathtext.fontset", "text.usetex")
"""Settings on which the size of text depends."""

LEADING = 2.0
"""Free height between two lines of a block, in points."""


@dataclass(frozen=True)
class Words:
    """One line of text, with formulas between dollar signs; its size is relative to ``font.size``."""

    text: str
    size: str
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
    >>> block = stack_lines([Words("one", "small"), Words("two", "small")])
    >>> block.baselines[0] > block.baselines[1], block.width < 30
    (True, True)
    """
    lines = [replace(line, text=make_settable(line.text)) for line in lines]
    fonts = tuple(str(setting(name)) for name in FONTS)
    sizes = [_measure(line, fonts) for line in lines]
    height = sum(above + below for _, above, below in sizes) + LEADING * (len(lines) - 1)
    baselines, top = [], height / 2
    for _, above, below in sizes:
        baselines.append(top - above)
        top -= above + below + LEADING
    return Block(tuple(lines), tuple(baselines), max(width for width, _, _ in sizes), height)


@cache
def _measure(line: Words, fonts: tuple[str, ...]) -> tuple[float, float, float]:  # noqa: ARG001 - a key of the cache
    """Return width, height above the baseline and depth below it, in points."""
    figure = import_matplotlib("matplotlib.figure").Figure(figsize=(1, 1), dpi=72 * FINENESS)
    renderer = import_matplotlib("matplotlib.backends.backend_agg").FigureCanvasAgg(figure).get_renderer()
    box = figure.text(0, 0, line.text, va="baseline", ha="left", **line.style).get_window_extent(renderer)
    return float(box.width) / FINENESS, float(box.y1) / FINENESS, -float(box.y0) / FINENESS
