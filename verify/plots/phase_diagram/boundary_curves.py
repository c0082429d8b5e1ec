"""Where do the boundaries run, and what do they enclose? As polylines, in points of the page.

A boundary is the zero level of its polynomial.  It is found by linear interpolation on a fine grid, then moved onto the
curve by Newton's method, so that a line in a file is the curve itself.  Only the parts of the curve with different
phases on their two sides are kept.  Where such a part ends, at a triple point or at the domain's edge, the end is found
by bisection.  Fills are bounded by the zero level of the region's own depth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, nextprime

from ..style import import_matplotlib
from .viewport import Plane, Reals
from .window import Range

Line: TypeAlias = NDArray[np.float64]
"""Points along a curve, one a row, in points of the page from the lower left corner of the panel."""

CELL = 0.5
"""Size of a cell of the grid, in points of the page."""

BESIDE = 1e-6
"""Distance beside a curve at which the phases of its two sides are compared, in units of the panel."""

NEWTON_STEPS = 4
"""Steps of Newton's method: each doubles the number of correct digits, and the grid gives two or three."""

BISECTIONS = 20
"""Bisections that find an end to a millionth of a cell."""

SHORT = 0.5
"""Length in points below which a part of a curve is not drawn: half the width of its line."""


@dataclass(frozen=True)
class Frame:
    """A window on the parameter plane and its size on the page, in points.

    The grid has a prime number of cells along each axis: curves at simple fractions pass between its nodes, where the
    sign of a polynomial is not in doubt.
    """

    x: Range
    y: Range
    width: float
    height: float

    @property
    def u(self) -> Reals:
        """Columns of the grid, in points."""
        return np.linspace(0, self.width, nextprime(int(self.width / CELL)) + 1)

    @property
    def v(self) -> Reals:
        """Rows of the grid, in points."""
        return np.linspace(0, self.height, nextprime(int(self.height / CELL)) + 1)

    @property
    def scale(self) -> tuple[float, float]:
        """Parameters per point."""
        return (self.x[1] - self.x[0]) / self.width, (self.y[1] - self.y[0]) / self.height

    def parameters(self, u: Reals, v: Reals) -> tuple[Reals, Reals]:
        """Return the parameters at places on the page."""
        return self.x[0] + u * self.scale[0], self.y[0] + v * self.scale[1]

    def grid(self) -> tuple[Reals, Reals]:
        """Return the parameters at the nodes of the grid, rows upwards."""
        u, v = np.meshgrid(self.u, self.v)
        return self.parameters(u, v)


def fill_of(frame: Frame, depth: Reals) -> list[list[Line]]:
    """Return where a depth on the grid is positive, as polygons: each an outline and its holes.

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> from .viewport import plane_of
    >>> plane = plane_of(optimum("lazy"), beta, alpha)
    >>> frame = Frame((0.0, 2.0), (1.0, 3.0), 100.0, 100.0)
    >>> (polygon,) = fill_of(frame, plane.depths(*frame.grid())[0])  # hard tasks, beta < 1
    >>> polygon[0].max(axis=0).round(3).tolist()
    [50.0, 100.0]
    """
    contours = import_matplotlib("contourpy").contour_generator(frame.u, frame.v, depth, fill_type="OuterOffset")
    polygons, offsets = contours.filled(0.0, np.inf)
    return [np.split(points, at[1:-1]) for points, at in zip(polygons, offsets, strict=True)]


def arcs_of(frame: Frame, plane: Plane, polynomial: Expr) -> list[Line]:
    """Return the parts of the curve ``polynomial`` = 0 that have different labels on their two sides.

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> from .viewport import plane_of
    >>> plane = plane_of(optimum("lazy"), beta, alpha)
    >>> frame = Frame((0.0, 2.0), (1.0, 3.0), 100.0, 100.0)
    >>> plane.curves[0]
    beta - 1
    >>> [arc[[0, -1]].round(3).tolist() for arc in arcs_of(frame, plane, plane.curves[0])]
    [[[50.0, 100.0], [50.0, 0.0]]]
    """
    curve = _Curve(frame, plane, polynomial)
    height = curve.value(*np.meshgrid(frame.u, frame.v))
    lines = import_matplotlib("contourpy").contour_generator(frame.u, frame.v, height).lines(0.0)
    return [arc for line in lines for arc in curve.separating(np.asarray(line)) if total_length([arc]) > SHORT]


class _Curve:
    """The zero level of a polynomial on the page."""

    def __init__(self, frame: Frame, plane: Plane, polynomial: Expr) -> None:
        self.frame, self.plane, self.polynomial = frame, plane, polynomial
        self._all = [polynomial, polynomial.diff(plane.x), polynomial.diff(plane.y)]

    def value(self, u: Reals, v: Reals) -> Reals:
        """Return the polynomial at places on the page."""
        values: Reals = self.plane.values([self.polynomial], *self.frame.parameters(u, v))[0]
        return values

    def value_and_gradient(self, line: Line) -> tuple[Reals, Line]:
        """Return the polynomial along a line and its gradient in points of the page, which is never quite zero."""
        value, *slopes = self.plane.values(self._all, *self.frame.parameters(*line.T))
        gradient = np.stack([slope * s for slope, s in zip(slopes, self.frame.scale, strict=True)], axis=1)
        flat = ~gradient.any(axis=1)  # a singular point, where any direction will do
        gradient[flat] = 1.0
        return value, gradient

    def onto(self, line: Line) -> Line:
        """Move a line onto the curve; a point that would leave the page or move by more than a cell stays."""
        moved = line
        for _ in range(NEWTON_STEPS):
            value, gradient = self.value_and_gradient(moved)
            moved = moved - gradient * (value / (gradient**2).sum(axis=1))[:, None]
        near = np.hypot(*(moved - line).T) <= CELL
        on_page = ((moved >= -BESIDE) & (moved <= np.array([self.frame.width, self.frame.height]) + BESIDE)).all(axis=1)
        return np.where((near & on_page)[:, None], moved, line)

    def separates(self, line: Line) -> NDArray[np.bool_]:
        """Return at which points the labels beside the curve differ."""
        _, gradient = self.value_and_gradient(line)
        across = gradient / np.hypot(*gradient.T)[:, None] * BESIDE * max(self.frame.width, self.frame.height)
        sides = np.stack([line + across, line - across])
        labels = self.plane.labels(*self.frame.parameters(sides[..., 0], sides[..., 1]))
        different: NDArray[np.bool_] = labels[0] != labels[1]
        return different

    def separating(self, line: Line) -> list[Line]:
        """Return the parts of a polyline along the curve that separate labels, with their ends in place."""
        line = self.onto(line)
        keep = self.separates(line)
        turns = np.flatnonzero(keep[1:] != keep[:-1])
        inner = np.where(keep[turns], turns, turns + 1)
        ends = self._ends(line[inner], line[2 * turns + 1 - inner])
        pieces = enumerate(zip(np.split(line, turns + 1), np.split(keep, turns + 1), strict=True))
        return [  # between two neighbouring pieces, one of them kept, stands one end
            np.concatenate([ends[max(at - 1, 0) : at], piece, ends[at : at + 1]])
            for at, (piece, kept) in pieces
            if kept[0]
        ]

    def _ends(self, inside: Line, beyond: Line) -> Line:
        """Return the last points from ``inside`` towards ``beyond`` at which the curve still separates."""
        low, high = np.zeros((len(inside), 1)), np.ones((len(inside), 1))
        for _ in range(BISECTIONS if len(inside) else 0):
            middle = (low + high) / 2
            good = self.separates(self.onto(inside + middle * (beyond - inside)))[:, None]
            low, high = np.where(good, middle, low), np.where(good, high, middle)
        return self.onto(inside + low * (beyond - inside))


def resample(line: Line, step: float) -> Line:
    """Return the line with a point every ``step`` points of the page.

    >>> resample(np.array([[0.0, 0.0], [0.0, 4.0]]), 2.0).tolist()
    [[0.0, 0.0], [0.0, 2.0], [0.0, 4.0]]
    """
    length = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0, length[-1], max(2, int(length[-1] / step) + 1))
    return np.stack([np.interp(at, length, line[:, 0]), np.interp(at, length, line[:, 1])], axis=1)


def total_length(lines: Sequence[Line]) -> float:
    """Return the length of several lines together, in points of the page.

    Examples
    --------
    >>> total_length([np.array([[0.0, 0.0], [3.0, 4.0]])])
    5.0
    """
    return float(sum(np.hypot(*np.diff(line, axis=0).T).sum() for line in lines))
