"""Lay out a panel: find all that is drawn in it, and where, in points of the page."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import TypeAlias

import numpy as np
from sympy import Symbol

from exponents.errors import InputError
from exponents.optimum.phase_diagram import PhaseDiagram
from exponents.rationals import abbreviate

from .boundary_curves import Frame, Line, arcs_of, fill_of
from .label_packing import FreeSpace
from .labels import Label, Row, label_boundaries, label_regions
from .viewport import Plane, plane_of
from .window import Range, window_of

Limits: TypeAlias = tuple[float | Fraction, float | Fraction]

WIDTH, HEIGHT, STRIP = 222.0, 198.0, 90.0
"""Size of a panel in points: its width, its height, and its height for a single parameter."""


@dataclass(frozen=True)
class Panel:
    """A phase diagram and how it is shown.

    Attributes
    ----------
    title : str
        Words above the panel.
    diagram : PhaseDiagram
        In one or two parameters.
    x : Symbol
        The parameter that grows to the right.
    y : Symbol, optional
        The parameter that grows upwards; left out for a diagram in one parameter.
    names : tuple of str
        A name for each phase, or none.
    window : tuple of (low, high) or None, optional
        A closed range for each axis.  Default, and for None: what shows every crossing of boundaries.

    Examples
    --------
    >>> from exponents import alpha, beta, table1
    >>> Panel("rich", table1.rich, x=beta, y=alpha, names=("hard", "easy", "super-easy"), window=((0, 3), (1, 4))).y
    alpha
    """

    title: str
    diagram: PhaseDiagram
    x: Symbol
    y: Symbol | None = None
    names: tuple[str, ...] = ()
    window: tuple[Limits | None, ...] | None = None


@dataclass(frozen=True)
class Layout:
    """All that is drawn in a panel, in points from its lower left corner.

    Attributes
    ----------
    panel : Panel
    frame : Frame
        The window and its size.
    plane : Plane
        The diagram as functions of the coordinates.
    fills : tuple
        For each phase its polygons, each an outline and its holes.
    arcs : tuple
        For each polynomial of ``plane.curves`` the parts that are boundaries.
    edges : tuple
        The same for ``plane.edges``, where the domain ends inside the window.
    labels : tuple of Label
    legend : tuple of Row
    """

    panel: Panel
    frame: Frame
    plane: Plane
    fills: tuple[list[list[Line]], ...]
    arcs: tuple[list[Line], ...]
    edges: tuple[list[Line], ...]
    labels: tuple[Label, ...]
    legend: tuple[Row, ...]


def lay_out(panel: Panel, size: tuple[float, float] | None = None) -> Layout:
    """Find a place for everything that a panel shows.

    Parameters
    ----------
    panel : Panel
    size : (width, height), optional
        Of the frame, in points.  Default: that of the command's pictures.

    Raises
    ------
    InputError
        If the axes are not the diagram's parameters, the names do not match its phases, or the window shows nothing.

    Examples
    --------
    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> layout = lay_out(Panel("lazy", optimum("lazy"), beta, alpha))
    >>> len(layout.fills), layout.frame.x
    (3, (0.0, 2.5))
    """
    diagram = panel.diagram
    if panel.names and len(panel.names) != len(diagram.phases):
        raise InputError(
            f"each of the {len(diagram.phases)} phases needs a name; got {len(panel.names)}; "
            "list them in the diagram's order, or leave them out"
        )
    plane = plane_of(diagram, panel.x, panel.y)
    frame = _choose_frame(panel, plane, size or (WIDTH, STRIP if panel.y is None else HEIGHT))
    depths = plane.depths(*frame.grid())
    masks = [depth > 0 for depth in depths]
    if not np.any(masks):
        raise InputError(f"the window must show part of the domain; got {abbreviate(panel.window)}; try leaving it out")
    arcs = [arcs_of(frame, plane, curve) for curve in plane.curves]
    edges = [[arc for arc in arcs_of(frame, plane, edge) if not _on_the_frame(arc, frame)] for edge in plane.edges]
    room = FreeSpace(frame)
    for arc in (arc for some in (*arcs, *edges) for arc in some):
        room.take_line(arc)
    labels, legend = label_regions(diagram, panel.names, masks, (plane.x, plane.y), room)
    equations, letters = label_boundaries(diagram, plane.curves, arcs, room)
    fills = tuple(fill_of(frame, depth) for depth in depths)
    return Layout(panel, frame, plane, fills, tuple(arcs), tuple(edges), (*labels, *equations), (*legend, *letters))


def _choose_frame(panel: Panel, plane: Plane, size: tuple[float, float]) -> Frame:
    axes = 1 if panel.y is None else 2
    given = _check_window(panel.window, axes) if panel.window is not None else (None,) * axes
    usual = window_of(plane) if None in given else ((0.0, 1.0), (0.0, 1.0))
    x, y = (own or other for own, other in zip((*given, (0.0, 1.0)), usual, strict=False))
    return Frame(x, y, *size)


def _check_window(window: tuple[Limits | None, ...], axes: int) -> tuple[Range | None, ...]:
    ranges = tuple(None if limits is None else (float(limits[0]), float(limits[1])) for limits in window)
    good = all(one is None or (isfinite(one[0]) and isfinite(one[1]) and one[0] < one[1]) for one in ranges)
    if len(ranges) != axes or not good:
        wanted, example = ("a range", "((0, 2),)") if axes == 1 else ("two ranges", "((0, 2), (1, 4))")
        raise InputError(
            f"a window needs {wanted}, low < high; got {abbreviate(window)}; try {example}, or leave it out"
        )
    return ranges


def _on_the_frame(arc: Line, frame: Frame) -> bool:
    u, v = arc.T
    return any(bool((np.abs(side) < 0.1).all()) for side in (u, v, u - frame.width, v - frame.height))
