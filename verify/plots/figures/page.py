"""What all figures have in common: panels above each other, curves, points, words.

All lengths are in points of the page.  Nothing is put into a legend: a curve bears its name beside it or at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ..optional_import import import_optional
from ..style import AXIS, DOTS, FORMULA, HAIR, INK, LINE, NAME, SCALE, SMALL
from .axes import Scale

BLUE, VERMILION = "#4477aa", "#cc4c02"
"""Lazy, and rich: the colour-blind tell them apart, and so does a printer without colour."""

GRADIENT = (BLUE, "#7a4a9c", "#b03c78", "#cf4038")
"""Colours from the smallest of some sizes to the largest, evenly."""

LEFT, WIDTH, BOTTOM, TOP, BETWEEN = 40.0, 196.0, 30.0, 18.0, 7.0
"""Room at the left, width of a panel, room below and above, and between panels."""

LABEL = 29.0
"""Distance of a vertical axis from its label."""

GAP = 2.0
"""Distance of a formula from its line, across and upwards."""

MARKER = 3.6
"""Diameter of a point."""

APART = 8.0
"""Least distance between baselines of names in the margin."""

LEADER = 9.0
"""Length of the line from the end of a curve to its name in the margin."""

DASHES = (0, (4.0, 2.5))
"""Strokes and gaps of a dashed line, in units of its width."""


class Row(NamedTuple):
    """A panel: its vertical axis, its height in points, and its horizontal axis if it is not that of the sheet."""

    y: Scale
    height: float
    x: Scale | None = None


class Sheet:
    """A figure of one column."""

    def __init__(self, x: Scale, right: float, title: str, note: str, *rows: Row) -> None:
        """``right`` is the room for names in the margin; an axis is labelled below the last panel that shares it."""
        scales = [row.x or x for row in rows]
        last = [this is not following for this, following in zip(scales, [*scales[1:], None], strict=True)]
        gaps = [BOTTOM if labelled else BETWEEN for labelled in last]
        height = TOP + sum(row.height for row in rows) + sum(gaps)
        width = LEFT + WIDTH + right
        self.x, self.size = x, (width, height)
        self.figure = import_optional("matplotlib.figure").Figure(figsize=(width / 72, height / 72), dpi=DOTS)
        self.panels: list[Panel] = []
        top = height - TOP
        for row, scale, labelled, gap in zip(rows, scales, last, gaps, strict=True):
            box = LEFT / width, (top - row.height) / height, WIDTH / width, row.height / height
            panel = Panel(self.figure.add_axes(box), scale, row.y, row.height)
            if labelled:
                panel.axes.set_xlabel(scale.label, fontsize=AXIS, labelpad=1)
            else:
                panel.axes.tick_params(labelbottom=False)
            self.panels.append(panel)
            top -= row.height + gap
        self.panels[0].write(title, (0, 1), (0, 5), size=NAME, ha="left", page=True)
        self.panels[0].write(note, (1, 1), (0, 5), size=FORMULA, ha="right", page=True)


class Panel:
    """One pair of axes."""

    def __init__(self, axes: Any, x: Scale, y: Scale, height: float) -> None:
        self.axes, self.x, self.y, self.height = axes, x, y, height
        axes.set_axisbelow(False)
        axes.tick_params(which="both", direction="out", width=HAIR, length=3, pad=2.5, labelsize=SCALE)
        axes.tick_params(which="minor", length=1.6)
        for axis, scale, name in ((axes.xaxis, x, "x"), (axes.yaxis, y, "y")):
            if scale.logarithmic:
                axes.set(**{f"{name}scale": "log"})
            _rule(axis, scale)
        axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high))
        single = " " not in y.label
        axes.set_ylabel(y.label, fontsize=AXIS if single else FORMULA, rotation=0 if single else 90, ha="center")
        axes.yaxis.set_label_coords(-LABEL / WIDTH, 0.5)

    def curve(self, x: ArrayLike, y: ArrayLike, name: str, colour: str, width: float = LINE, **style: Any) -> None:
        """A line called ``name``."""
        style = {"solid_capstyle": "round", "dash_capstyle": "butt", "zorder": 2} | style
        self.axes.plot(x, y, color=colour, linewidth=width, gid=name, **style)

    def dashed(self, x: ArrayLike, y: ArrayLike, name: str, colour: str, **style: Any) -> None:
        """A thin dashed line."""
        self.curve(x, y, name, colour, HAIR, **({"linestyle": DASHES} | style))

    def points(self, x: ArrayLike, y: ArrayLike, error: ArrayLike, name: str, colour: str) -> None:
        """Points with error bars."""
        (dots, _, _) = self.axes.errorbar(
            x, y, error, color=colour, linewidth=0, elinewidth=HAIR, capsize=1.5, capthick=HAIR, zorder=4
        )
        dots.set(marker="o", markersize=MARKER, markerfacecolor="white", markeredgewidth=LINE, gid=name)

    def write(
        self,
        text: str,
        at: tuple[float, float],
        offset: tuple[float, float] = (0, 0),
        colour: str = INK,
        size: float = SMALL,
        page: bool = False,
        **style: Any,
    ) -> None:
        """Words beside a place; with ``page``, the place is in units of the panel."""
        style = {"ha": "center", "va": "baseline", "zorder": 5} | style
        self.axes.annotate(
            text,
            at,
            offset,
            xycoords="axes fraction" if page else "data",
            textcoords="offset points",
            color=colour,
            fontsize=size,
            annotation_clip=False,
            **style,
        )

    def beside(self, formula: str, at: tuple[float, float], side: int, colour: str = INK) -> None:
        """A formula beside a falling line: to the right above it (``side`` 1), or to the left below it (-1)."""
        horizontal, vertical = ("left", "baseline") if side > 0 else ("right", "top")
        self.write(formula, at, (GAP * side, GAP * side), colour, FORMULA, ha=horizontal, va=vertical)

    def margin(self, names: Sequence[tuple[str, float, str]], size: float = SMALL) -> None:
        """Names of curves to the right of where they end: (text, value there, colour), kept apart from each other."""
        ends = np.array([self.y.place(value) * self.height for _, value, _ in names])
        places = spread(ends, APART)
        for (text, _, colour), end, place in zip(names, ends, places, strict=True):
            line = import_optional("matplotlib.lines").Line2D
            x, y = [1.006, 1 + LEADER / WIDTH], [end / self.height, place / self.height]
            self.axes.add_artist(
                line(x, y, color=colour, linewidth=HAIR, transform=self.axes.transAxes, clip_on=False, gid="leader")
            )
            at = 1 + LEADER / WIDTH, place / self.height
            self.write(text, at, (2, 0), colour, size, page=True, ha="left", va="center_baseline")


def gradient(count: int) -> list[str]:
    """So many colours along `GRADIENT`."""
    ends = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in GRADIENT])
    places = np.linspace(0, len(ends) - 1, count)
    mixed = np.column_stack([np.interp(places, np.arange(len(ends)), channel) for channel in ends.T])
    return ["#" + "".join(f"{round(value):02x}" for value in colour) for colour in mixed]


def spread(places: ArrayLike, gap: float) -> Any:
    """Places moved apart to at least ``gap``, by as little as possible in all (least squares)."""
    order = np.argsort(places, kind="stable")
    wanted = np.asarray(places, float)[order] - gap * np.arange(len(order))
    blocks: list[list[float]] = []  # of equal value, as the isotonic fit leaves them
    for value in wanted:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    fitted = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
    found = np.empty(len(order))
    found[order] = fitted + gap * np.arange(len(order))
    return found


def _rule(axis: Any, scale: Scale) -> None:
    """Give an axis of Matplotlib the ticks and numbers of a scale."""
    tickers = import_optional("matplotlib.ticker")
    axis.set_major_locator(tickers.FixedLocator(np.asarray(scale.ticks)))
    axis.set_major_formatter(tickers.FuncFormatter(lambda value, _: scale.number(value)))
    axis.set_minor_locator(tickers.FixedLocator(scale.short_ticks))
    axis.set_minor_formatter(tickers.NullFormatter())
