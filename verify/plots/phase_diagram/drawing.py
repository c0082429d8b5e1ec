"""Draw layouts: panels side by side, each with its legend, and the same colour for the same balance.

Map: `draw_page` makes a page for panels, `draw_layouts` draws on Axes, `_Drawing` draws one panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from math import ceil
from typing import Any

import numpy as np
from sympy import Symbol, latex

from ..style import AXIS, DOTS, FORMULA, HAIR, INK, LINE, NAME, PALE, SCALE, SMALL, import_matplotlib
from .boundary_curves import Line
from .formulas import escape, letter_of
from .labels import BADGE, Label, Row
from .layout import Layout, Panel, lay_out
from .text import Block, Words, make_settable, stack_lines

# The light scheme of Paul Tol: made to lie under black text, and distinct for the colour-blind.
PALETTE = ("#77AADD", "#EE8866", "#BBCC33", "#FFAABB", "#99DDFF", "#EEDD88", "#44BB99", "#AAAA00", "#DDDDDD")
STRENGTHS = (0.5, 0.85, 0.25)
"""Strength of a colour on white; the next is taken when the palette is used up."""

LEFT, RIGHT, BOTTOM, TOP, BETWEEN = 34.0, 8.0, 32.0, 20.0, 14.0
"""Room around a panel for its scales and its title, and between panels, in points."""

TICKS = 5
"""Intervals of a scale at most."""

ROW_GAP = 4.5
"""Free height between entries of a legend, and half the free width beside its marks, in points."""

OVERHANG = 1.25
"""Height of a column of the legend at most, in units of the panel's."""


def draw_page(panels: Sequence[Panel]) -> Any:
    """Draw panels in a row on a page of the size that they and their legends need.

    Parameters
    ----------
    panels : sequence of Panel

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If Matplotlib is missing, or a panel cannot be laid out.

    Examples
    --------
    >>> from exponents import N, alpha, compute_optimum, t
    >>> panel = Panel("a strip", compute_optimum(t**-alpha + 1 / N, N * t), alpha)
    >>> draw_page([panel]).axes[0].texts[0].get_text()
    'a strip'
    """
    layouts = [lay_out(panel) for panel in panels]
    legends = [_legend_size(layout) for layout in layouts]
    widths = [LEFT + layout.frame.width + legend[0] for layout, legend in zip(layouts, legends, strict=True)]
    heights = [max(layout.frame.height, legend[1]) for layout, legend in zip(layouts, legends, strict=True)]
    width, height = sum(widths) + BETWEEN * (len(layouts) - 1) + RIGHT, BOTTOM + max(heights) + TOP
    page = import_matplotlib("matplotlib.figure").Figure(figsize=(width / 72, height / 72), dpi=DOTS)
    axes = []
    for layout, left in zip(layouts, accumulate((w + BETWEEN for w in widths), initial=LEFT), strict=False):
        frame = layout.frame
        box = left / width, (height - TOP - frame.height) / height, frame.width / width, frame.height / height
        axes.append(page.add_axes(box))
    draw_layouts(layouts, axes)
    return page


def draw_layouts(layouts: Sequence[Layout], axes: Sequence[Any]) -> None:
    """Draw each layout on its Axes, whose size is that of the layout's frame.

    The same set of balancing terms has the same colour on all of them, in the order in which the sets appear.

    Examples
    --------
    >>> from exponents import N, alpha, compute_optimum, t
    >>> panel = Panel("a strip", compute_optimum(t**-alpha + 1 / N, N * t), alpha)
    >>> from matplotlib.figure import Figure
    >>> axes = Figure(figsize=(4, 2)).subplots()
    >>> draw_layouts([lay_out(panel)], [axes])
    >>> axes.get_xlabel()
    '$\\\\alpha$'
    """
    phases = [phase for layout in layouts for phase in layout.panel.diagram.phases if not phase.infeasible]
    sets = dict.fromkeys(frozenset(phase.binding) for phase in phases)
    colours = {binding: _tint(position) for position, binding in enumerate(sets)}
    for number, (layout, one) in enumerate(zip(layouts, axes, strict=True)):
        _Drawing(one, layout, colours, f"panel-{number + 1}").draw()


def _tint(position: int) -> str:
    strength = STRENGTHS[position // len(PALETTE) % len(STRENGTHS)]
    colour = PALETTE[position % len(PALETTE)]
    parts = [255 - strength * (255 - int(colour[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def _columns(layout: Layout) -> list[list[Row]]:
    """Return the legend in columns, about equally high and not much higher than the panel."""
    heights = [row.block.height + ROW_GAP for row in layout.legend]
    count = ceil(sum(heights) / (OVERHANG * layout.frame.height))
    columns: list[list[Row]] = [[] for _ in range(count)]
    for row, above in zip(layout.legend, accumulate(heights, initial=0.0), strict=False):
        columns[int(above / sum(heights) * count)].append(row)
    return columns


def _legend_size(layout: Layout) -> tuple[float, float]:
    columns = _columns(layout)
    heights = [sum(row.block.height + ROW_GAP for row in column) for column in columns]
    return sum(map(_column_width, columns)), max(heights, default=0.0)


def _column_width(column: Sequence[Row]) -> float:
    return 2 * BADGE + ROW_GAP + max(row.block.width for row in column)


class _Drawing:
    """One panel on its Axes."""

    def __init__(self, axes: Any, layout: Layout, colours: dict[frozenset[str], str], name: str) -> None:
        self.axes, self.layout, self.colours, self.name = axes, layout, colours, name
        frame = layout.frame
        axes.set(xlim=frame.x, ylim=frame.y)
        in_points = import_matplotlib("matplotlib.transforms").Affine2D().scale(1 / frame.width, 1 / frame.height)
        self.points = in_points + axes.transAxes

    def draw(self) -> None:
        """Draw scales, fills, lines, labels and the legend."""
        self._draw_scales()
        for position, polygons in enumerate(self.layout.fills):
            if polygons:
                self._fill(polygons, self._colour(position), f"{self.name}-phase-{position + 1}")
        for some, colour, width in ((self.layout.edges, PALE, HAIR), (self.layout.arcs, INK, LINE)):
            for line in (line for lines in some for line in lines):
                self._line(line, colour, width)
        for label in self.layout.labels:
            self._label(label)
        self._draw_legend()

    def _draw_scales(self) -> None:
        panel, axes = self.layout.panel, self.axes
        axes.set_axisbelow(False)
        axes.tick_params(direction="out", width=HAIR, length=3, pad=2.5, labelsize=SCALE)
        locator = import_matplotlib("matplotlib.ticker").MaxNLocator
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(locator(TICKS, steps=[1, 2, 2.5, 5, 10]))
        axes.set_xlabel(_symbol(panel.x), fontsize=AXIS, labelpad=2)
        if panel.y is None:
            axes.set_yticks([])
        else:
            axes.set_ylabel(_symbol(panel.y), fontsize=AXIS, labelpad=4, rotation=0, ha="right", va="center")
        above = self.layout.frame.height + 6
        self._text(escape(panel.title), 0, above, fontsize=NAME + 1, fontweight="bold", ha="left")
        law = rf"$L_\star \sim C^{{-{letter_of(panel.diagram)}}}$"
        self._text(law, self.layout.frame.width, above, fontsize=FORMULA, ha="right")

    def _colour(self, phase: int) -> str:
        """Return the colour of a balance; an infeasible phase is white, as all outside of the domain."""
        shown = self.layout.panel.diagram.phases[phase]
        return "white" if shown.infeasible else self.colours[frozenset(shown.binding)]

    def _fill(self, polygons: list[list[Line]], colour: str, name: str) -> None:
        path = import_matplotlib("matplotlib.path").Path
        rings = [ring for polygon in polygons for ring in polygon]
        whole = path.make_compound_path(*(path(ring, closed=True) for ring in rings))
        patch = import_matplotlib("matplotlib.patches").PathPatch
        self.axes.add_artist(patch(whole, facecolor=colour, linewidth=0, transform=self.points, gid=name, zorder=1))

    def _line(self, line: Line, colour: str, width: float, **style: Any) -> None:
        made = import_matplotlib("matplotlib.lines").Line2D
        style = {"zorder": 2, "solid_capstyle": "round", "solid_joinstyle": "round", "transform": self.points} | style
        self.axes.add_artist(made(*line.T, color=colour, linewidth=width, **style))

    def _label(self, label: Label) -> None:
        if label.anchor is not None:
            self._line(np.array([label.anchor, label.at]), INK, HAIR, zorder=3)
            self._circle(label.anchor, 1.0, INK, zorder=3)
        if label.kind in ("number", "letter"):
            self._badge(label.at, label.block, self._colour(label.of) if label.kind == "number" else "white")
        else:
            self._block(label.block, label.at, label.angle)

    def _badge(self, at: tuple[float, float], words: Block, colour: str) -> None:
        self._circle(at, BADGE / 2, colour, edgecolor=INK, linewidth=HAIR, zorder=4)
        (line,) = words.lines
        self._text(line.text, *at, va="center_baseline", ha="center", zorder=5, **line.style)

    def _circle(self, at: tuple[float, float], radius: float, colour: str, **style: Any) -> None:
        circle = import_matplotlib("matplotlib.patches").Circle
        style = {"linewidth": 0, "zorder": 3, "clip_on": False} | style
        self.axes.add_artist(circle(at, radius, facecolor=colour, transform=self.points, **style))

    def _block(self, words: Block, at: tuple[float, float], angle: float = 0.0, ha: str = "center") -> None:
        sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
        for line, rise in zip(words.lines, words.baselines, strict=True):
            place = at[0] - sine * rise, at[1] + cosine * rise
            self._text(line.text, *place, ha=ha, rotation=angle, rotation_mode="anchor", zorder=5, **line.style)

    def _text(self, text: str, u: float, v: float, **style: Any) -> None:
        style = {"va": "baseline", "color": INK} | style
        self.axes.text(u, v, text, transform=self.points, **style)

    def _draw_legend(self) -> None:
        left = self.layout.frame.width + BADGE
        for column in _columns(self.layout):
            top = self.layout.frame.height
            for row in column:
                middle = top - row.block.height / 2
                colour = "white" if row.phase is None else self._colour(row.phase)
                self._badge((left + BADGE / 2, middle), stack_lines([Words(row.mark, SMALL)]), colour)
                self._block(row.block, (left + BADGE + ROW_GAP, middle), ha="left")
                top -= row.block.height + ROW_GAP
            left += _column_width(column)


def _symbol(symbol: Symbol) -> str:
    return make_settable(f"${latex(symbol)}$")
