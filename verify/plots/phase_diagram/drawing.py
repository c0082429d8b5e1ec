"""Draw layouts on Axes: the same colour for the same balance, and a legend for what has no room inside.

Map: `draw_page` makes a page for panels, `draw_panels` draws on Axes, `_Drawing` draws one panel.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
from sympy import Symbol, latex

from ..style import (
    FORMULA,
    POINT,
    TYPE,
    apply_layout,
    hair,
    import_matplotlib,
    ink,
    make_page,
    make_settable,
    pale,
    setting,
    size_in_points,
)
from .boundary_curves import Line
from .formulas import equation, escape, letter_of
from .labels import BADGE, Label
from .layout import HEIGHT, STRIP, WIDTH, Layout, Panel, lay_out
from .text import Block

# The light scheme of Paul Tol: made to lie under black text, and distinct for the colour-blind.
PALETTE = ("#77AADD", "#EE8866", "#BBCC33", "#FFAABB", "#99DDFF", "#EEDD88", "#44BB99", "#AAAA00", "#DDDDDD")
STRENGTHS = (0.5, 0.85, 0.25)
"""Strength of a colour on white; the next is taken when the palette is used up."""

BESIDE, BELOW = 42.0, 52.0
"""Room for scales and titles beside and below a panel, in points at a ``font.size`` of `TYPE`."""

TICKS = 5
"""Intervals of a scale at most."""

ROWS = 9
"""Entries of a column of the legend at most."""

PASSES = 3
"""Times that a page is drawn at most, until the room for its legends no longer changes."""


def draw_page(panels: Sequence[Panel], size: tuple[float, float] | None = None) -> Any:
    """Draw panels in a row on a page of their own.

    Parameters
    ----------
    panels : sequence of Panel
    size : (width, height), optional
        In inches.  Default: what the panels and their legends need.

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
    >>> draw_page([panel]).axes[0].get_title(loc="left")
    'a strip'
    """
    scale = setting("font.size") / TYPE / POINT
    high = STRIP if all(panel.y is None for panel in panels) else HEIGHT
    width, height = size or (len(panels) * (WIDTH + BESIDE) * scale, (high + BELOW) * scale)
    page, axes = make_page([1], width, height, len(panels))
    for one, panel in zip(axes, panels, strict=True):
        _draw_scales(one, panel)
    apply_layout(page)
    for drawn in range(PASSES):
        before = [size_in_points(one) for one in axes]
        draw_panels(panels, axes)
        if size is None and not drawn:  # the legends widen the page
            page.set_size_inches(width + sum(map(_legend_width, axes)), height)
        apply_layout(page)
        if drawn + 1 == PASSES or np.allclose([size_in_points(one) for one in axes], before, atol=1):
            break
        for one in axes:
            one.clear()
    return page


def draw_panels(panels: Sequence[Panel], axes: Sequence[Any]) -> None:
    """Draw each panel on its Axes, laid out for their present size.

    The same set of balancing terms has the same colour on all of them, in the order in which the sets appear.

    Examples
    --------
    >>> from exponents import N, alpha, compute_optimum, t
    >>> panel = Panel("a strip", compute_optimum(t**-alpha + 1 / N, N * t), alpha)
    >>> from matplotlib.figure import Figure
    >>> axes = Figure(figsize=(4, 2)).subplots()
    >>> draw_panels([panel], [axes])
    >>> axes.get_xlabel()
    '$\\\\alpha$'
    """
    layouts = [lay_out(panel, size_in_points(one)) for panel, one in zip(panels, axes, strict=True)]
    phases = [phase for layout in layouts for phase in layout.panel.diagram.phases if not phase.fault]
    sets = dict.fromkeys(frozenset(phase.binding) for phase in phases)
    colours = {binding: _tint(position) for position, binding in enumerate(sets)}
    for number, (layout, one) in enumerate(zip(layouts, axes, strict=True)):
        _draw_scales(one, layout.panel)
        _Drawing(one, layout, colours, f"panel-{number + 1}").draw()


def _tint(position: int) -> str:
    strength = STRENGTHS[position // len(PALETTE) % len(STRENGTHS)]
    colour = PALETTE[position % len(PALETTE)]
    parts = [255 - strength * (255 - int(colour[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(part):02x}" for part in parts)


def _legend_width(axes: Any) -> float:
    """Return the width of a legend in inches."""
    legend = axes.get_legend()
    return 0.0 if legend is None else float(legend.get_window_extent().width) / axes.figure.dpi


def _draw_scales(axes: Any, panel: Panel) -> None:
    """Draw the scales and the title of a panel."""
    locator = import_matplotlib("matplotlib.ticker").MaxNLocator
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(locator(TICKS, steps=[1, 2, 2.5, 5, 10]))
    if not axes.get_xlabel():
        axes.set_xlabel(_symbol(panel.x))
    if panel.y is None:
        axes.set_yticks([])
    elif not axes.get_ylabel():
        axes.set_ylabel(_symbol(panel.y), rotation=0, ha="right", va="center")
    axes.set_title(escape(panel.title), loc="left", fontweight="bold")
    axes.set_title(rf"$L_\star \sim C^{{-{letter_of(panel.diagram)}}}$", loc="right", fontsize=FORMULA)


class _Drawing:
    """One panel on its Axes."""

    def __init__(self, axes: Any, layout: Layout, colours: dict[frozenset[str], str], name: str) -> None:
        self.axes, self.layout, self.colours, self.name = axes, layout, colours, name
        frame = layout.frame
        parameters = import_matplotlib("matplotlib.transforms").Affine2D().scale(*frame.scale)
        self.points = parameters.translate(frame.x[0], frame.y[0]) + axes.transData  # ranges set later move all alike

    def draw(self) -> None:
        """Draw fills, lines, labels and the legend."""
        layout, frame = self.layout, self.layout.frame
        self.axes.set(xlim=frame.x, ylim=frame.y)
        for position, polygons in enumerate(layout.fills):
            if polygons:
                self._fill(polygons, self._colour(position), f"{self.name}-phase-{position + 1}")
        equations = {boundary.polynomial: equation(boundary.curve) for boundary in layout.panel.diagram.boundaries}
        names = [f"boundary {equations[curve]}" for curve in layout.plane.curves]
        for lines, name in zip(layout.edges, layout.plane.edges, strict=True):
            self._curves(lines, f"edge {name} = 0", pale(), hair())
        for lines, name in zip(layout.arcs, names, strict=True):
            self._curves(lines, name, ink(), setting("lines.linewidth"))
        for label in layout.labels:
            self._label(label)
        self._draw_legend()

    def _colour(self, phase: int) -> Any:
        """Return the colour of a balance; a phase without an optimum is blank, as all outside of the domain."""
        shown = self.layout.panel.diagram.phases[phase]
        return self.axes.get_facecolor() if shown.fault else self.colours[frozenset(shown.binding)]

    def _fill(self, polygons: list[list[Line]], colour: str, name: str) -> None:
        path = import_matplotlib("matplotlib.path").Path
        rings = [ring for polygon in polygons for ring in polygon]
        whole = path.make_compound_path(*(path(ring, closed=True) for ring in rings))
        patch = import_matplotlib("matplotlib.patches").PathPatch
        self.axes.add_artist(patch(whole, facecolor=colour, linewidth=0, transform=self.points, gid=name, zorder=1))

    def _curves(self, lines: Sequence[Line], name: str, colour: str, width: float) -> None:
        """Draw lines that belong together, in units of the axes."""
        for line in lines:
            x, y = self.layout.frame.parameters(*line.T)
            self.axes.plot(x, y, color=colour, linewidth=width, gid=name, zorder=2, scalex=False, scaley=False)

    def _label(self, label: Label) -> None:
        if label.anchor is not None:
            leader = import_matplotlib("matplotlib.lines").Line2D
            ends = zip(label.anchor, label.at, strict=True)
            self.axes.add_artist(leader(*ends, color=ink(), linewidth=hair(), transform=self.points, zorder=3))
            self._circle(label.anchor, 1.0, ink(), linewidth=0, zorder=3)
        if label.kind in ("number", "letter"):
            colour = self._colour(label.of) if label.kind == "number" else self.axes.get_facecolor()
            self._circle(label.at, BADGE / 2, colour, edgecolor=ink(), linewidth=hair(), zorder=4)
            (line,) = label.block.lines
            self._text(line.text, *label.at, va="center_baseline", ha="center", zorder=5, **line.style)
        else:
            self._block(label.block, label.at, label.angle)

    def _circle(self, at: tuple[float, float], radius: float, colour: Any, **style: Any) -> None:
        circle = import_matplotlib("matplotlib.patches").Circle
        self.axes.add_artist(circle(at, radius, facecolor=colour, transform=self.points, **style))

    def _block(self, words: Block, at: tuple[float, float], angle: float) -> None:
        sine, cosine = np.sin(np.radians(angle)), np.cos(np.radians(angle))
        for line, rise in zip(words.lines, words.baselines, strict=True):
            place = at[0] - sine * rise, at[1] + cosine * rise
            self._text(line.text, *place, ha="center", rotation=angle, rotation_mode="anchor", zorder=5, **line.style)

    def _text(self, text: str, u: float, v: float, **style: Any) -> None:
        self.axes.text(u, v, text, transform=self.points, clip_on=True, **({"va": "baseline"} | style))

    def _draw_legend(self) -> None:
        """Say what numbers and letters stand for, to the right of the panel."""
        rows = self.layout.legend
        if not rows:
            return
        made = import_matplotlib("matplotlib.lines").Line2D
        handles = []
        for row in rows:
            colour = self.axes.get_facecolor() if row.phase is None else self._colour(row.phase)
            style = {"markersize": BADGE, "markerfacecolor": colour, "markeredgecolor": ink()}
            circle = made([], [], marker="o", linestyle="", markeredgewidth=hair(), **style)
            mark = made([], [], marker=rf"$\mathrm{{{row.mark}}}$", linestyle="", color=ink(), markersize=0.4 * BADGE)
            mark.set_markeredgewidth(0)
            handles.append((circle, mark))
        self.axes.legend(
            handles,
            ["\n".join(row.lines) for row in rows],
            loc="upper left",
            bbox_to_anchor=(1, 1),
            borderaxespad=0,
            fontsize=setting("font.size"),
            ncols=ceil(len(rows) / ROWS),
            handlelength=1.2,
            frameon=False,
        )


def _symbol(symbol: Symbol) -> str:
    return make_settable(f"${latex(symbol)}$")
