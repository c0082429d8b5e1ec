"""Where is there room for a label? On a grid of free places.

A box fits at every centre that an erosion of the free places by the box leaves over.  A label takes the centre deepest
inside, the pole of inaccessibility; where many are about as deep, the most central.  An equation runs along its curve,
at a small distance, where the curve is straight and others are far.

Map: `FreeSpace.take_...` mark places as taken; `inside`, `circle`, `near`, `along` and `on` find free ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .boundary_curves import Frame, Line, resample
from .viewport import Reals

Place: TypeAlias = tuple[float, float]
Mask: TypeAlias = NDArray[np.bool_]

AS_DEEP = 0.8
"""Places at least this deep, in units of the deepest, count as equally deep."""

GAP = 2.5
"""Distance of an equation from its curve, in points of the page."""

CLEAR = 1.2
"""Distance that text keeps from everything, in points of the page."""

EVERY = 5
"""One in this many free places, in the order of their distance, is tried for a mark."""

STRAIGHT = 0.97
"""An equation follows a curve whose chord is at least this long, in units of the arc."""


class FreeSpace:
    """The free space of a panel."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.spacing = frame.height / (len(frame.v) - 1), frame.width / (len(frame.u) - 1)
        self.lines: Mask = np.zeros((len(frame.v), len(frame.u)), dtype=bool)
        self.texts: Mask = self.lines.copy()

    def take_line(self, line: Line) -> None:
        """Keep a curve free of text."""
        self.lines[self._nodes(resample(line, min(self.spacing)))] = True

    def take_leader(self, line: Line) -> None:
        """Keep text and other leaders away from a leader."""
        self.texts[self._nodes(resample(line, min(self.spacing) / 2))] = True

    def take_box(self, at: Place, width: float, height: float, angle: float = 0.0) -> None:
        """Keep other text away from a box around ``at``, turned by ``angle`` degrees."""
        self.texts[self._nodes(_lattice(at, width, height, angle, min(self.spacing) / 2))] = True

    def distance(self, taken: Mask) -> Reals:
        """Return how far each node is from what is taken and from the frame, in points."""
        free: Reals = ndimage.distance_transform_edt(np.pad(~taken, 1), sampling=self.spacing)
        return free[1:-1, 1:-1]

    def fits(self, mask: Mask, width: float, height: float) -> Mask:
        """Return the centres of a box, with its margin, that lies in ``mask`` and on nothing taken."""
        free = mask & (self.distance(self.lines | self.texts) > CLEAR)
        size = [2 * int(np.ceil(s / 2 / h)) + 1 for s, h in zip((height, width), self.spacing, strict=True)]
        fitting: Mask = ndimage.minimum_filter(free.astype(np.uint8), size=size, mode="constant", cval=0) > 0
        return fitting

    def inside(self, mask: Mask, width: float, height: float) -> Place | None:
        """Return the best centre of a box that lies in ``mask``; None if there is no room."""
        fitting = self.fits(mask, width, height)
        if not fitting.any():
            return None
        depth = self.distance(~fitting)
        return self._central(depth >= AS_DEEP * depth.max())

    def pole(self, mask: Mask) -> Place:
        """Return the centre of the largest circle in ``mask``."""
        depth = self.distance(~mask)
        return self._central(depth >= (1 - 1e-9) * depth.max())

    def circle(self, mask: Mask, radius: float) -> Place | None:
        """Return the best centre of a circle that lies in ``mask``; None if there is no room."""
        depth = self.distance(~mask | self.lines | self.texts)
        return self._central(depth >= AS_DEEP * depth.max()) if depth.max() > radius + CLEAR / 2 else None

    def near(self, place: Place, radius: float) -> Place:
        """Return the centre near ``place`` of a circle on nothing taken, with a straight line to it that meets no text.

        If there is no such centre, return the nearest free one, and ``place`` itself if nothing is free.
        """
        free = self.distance(self.lines | self.texts) > radius + CLEAR
        rows, columns = np.nonzero(free)
        places = np.stack([self.frame.u[columns], self.frame.v[rows]], axis=1)
        if not len(places):
            return place
        nearest = places[np.argsort(np.hypot(*(places - place).T), kind="stable")]
        lines = (resample(np.array([place, at]), min(self.spacing)) for at in nearest[::EVERY])
        clear = (line[-1] for line in lines if not self.texts[self._nodes(line)].any())
        at = next(clear, nearest[0])
        return float(at[0]), float(at[1])

    def along(self, arcs: Sequence[Line], width: float, height: float) -> tuple[Place, float] | None:
        """Return centre and angle of a line of text beside one of the arcs; None if there is no room."""
        everything = self.distance(self.lines | self.texts)
        others = self.distance(self._lines_without(arcs) | self.texts)
        best: tuple[float, Place, float] | None = None
        for arc in arcs:
            for at, angle, penalty in _beside(resample(arc, 1.0), width, height):
                nodes = _lattice(at, width, height, angle, 2.0)
                if not self._contains(nodes) or everything[self._nodes(nodes)].min() < CLEAR:
                    continue
                score = min(others[self._nodes(nodes)].min(), 3 * height) - penalty
                if best is None or score > best[0] + 1e-9:
                    best = score, at, angle
        return None if best is None else best[1:]

    def on(self, arcs: Sequence[Line], size: float) -> Place:
        """Return the point of the arcs farthest from all texts, for a mark of this size on the curve."""
        points = np.concatenate([resample(arc, 1.0) for arc in arcs])
        free = self.distance(self.texts), self.distance(self._lines_without(arcs))
        best = points[np.argmax(np.minimum(np.minimum(free[0], size), free[1])[self._nodes(points)])]
        return float(best[0]), float(best[1])

    def is_free(self, at: Place, radius: float) -> bool:
        """Return whether a circle meets no text; it may lie on lines."""
        return bool(self.distance(self.texts)[self._nodes(np.array([at]))][0] >= radius)

    def _lines_without(self, arcs: Sequence[Line]) -> Mask:
        """Return where lines are that are not among some arcs."""
        own = FreeSpace(self.frame)
        for arc in arcs:
            own.take_line(arc)
        return self.lines & ~own.lines

    def _central(self, mask: Mask) -> Place:
        rows, columns = np.nonzero(mask)
        u, v = self.frame.u[columns], self.frame.v[rows]
        best = np.argmin(np.hypot(u - u.mean(), v - v.mean()))
        return float(u[best]), float(v[best])

    def _contains(self, points: Line) -> bool:
        return bool((points >= 0).all() and (points <= [self.frame.width, self.frame.height]).all())

    def _nodes(self, points: Line) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        rows = np.clip(np.rint(points[:, 1] / self.spacing[0]).astype(np.int64), 0, self.texts.shape[0] - 1)
        columns = np.clip(np.rint(points[:, 0] / self.spacing[1]).astype(np.int64), 0, self.texts.shape[1] - 1)
        return rows, columns


def _beside(points: Line, width: float, height: float) -> list[tuple[Place, float, float]]:
    """Return (centre, angle, penalty) of texts on both sides of a line with a point every point of the page."""
    span, found = int(np.ceil(width)), []
    last = len(points) - 1 - span
    for start in range(0, last + 1, 2):
        piece = points[start : start + span + 1]
        chord = piece[-1] - piece[0]
        length = float(np.hypot(*chord))
        if length < STRAIGHT * span:
            continue
        direction = chord / length
        if direction[0] < -1e-6 or (abs(direction[0]) <= 1e-6 and direction[1] < 0):
            direction = -direction  # text is read to the right, or else upwards
        normal = np.array([-direction[1], direction[0]])
        middle = (piece[0] + piece[-1]) / 2
        bulge = (piece - middle) @ normal
        for side in (1, -1):  # above or left first
            centre = middle + side * (float((side * bulge).max()) + GAP + height / 2) * normal
            penalty = float(np.ptp(bulge)) / 2 + 4 * abs(start / max(last, 1) - 0.5) + (side < 0)
            found.append(
                ((float(centre[0]), float(centre[1])), float(np.degrees(np.arctan2(*direction[::-1]))), penalty)
            )
    return found


def _lattice(at: Place, width: float, height: float, angle: float, step: float) -> Line:
    """Return points of a turned box, edges included, at most ``step`` apart."""
    across, upwards = (np.linspace(-s / 2, s / 2, max(2, int(np.ceil(s / step)) + 1)) for s in (width, height))
    u, v = (grid.ravel() for grid in np.meshgrid(across, upwards))
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return np.stack([at[0] + cosine * u - sine * v, at[1] + sine * u + cosine * v], axis=1)
