"""Along which contour is a sum over the modes of the continuum taken, so that nothing on the real axis is near?

Sums with 1/(lambda + nu), where nu = -x + i y is very close to the real axis, are integrals over lambda = v in (0, 1].
Their integrands are analytic, so that v may go from 0 along the imaginary axis to i, and from there along the unit
circle to 1.  The pole at v = -nu is then an angle of pi/2 away, in ln v, but for places next to 1, where panels are as
short as the distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, log, pi

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .quadrature import legendre_rule

Complexes = NDArray[np.complex128]

PANEL, NODES = 1.5, 12
"""Width in ln v of a panel of the contour, whose poles in ln v are pi/2 away, and its nodes: rounding is reached."""


@dataclass(frozen=True)
class Contour:
    """Points v, their distances v - 1, and what sums over modes give to each: lambda, and y^2 for a remaining beta."""

    points: Complexes
    beyond: Complexes
    trace: Complexes
    powers: Complexes

    def resolvent(self, place: Reals, beyond: Reals, height: Reals) -> Complexes:
        """1/(v - x + i y), of shape (places, points), from x or, near 1, from x - 1."""
        close = place > 0.5
        difference = np.where(close[:, None], self.beyond - beyond[:, None], self.points - place[:, None])
        return np.asarray(1 / (difference + 1j * height[:, None]))

    def counts(self, nu: Complexes, resolvent: Complexes) -> tuple[Complexes, Complexes, Complexes]:
        """V, V + nu dV/nu and dV/dnu at each nu, whose resolvent is given."""
        count, slope = resolvent @ self.trace, -(resolvent * resolvent) @ self.trace
        return count, count + nu * slope, slope


@dataclass(frozen=True)
class Places:
    """Places nu = -x + i y along the band: x, x - 1 and y, and the contour that resolves them."""

    contour: Contour
    place: Reals
    beyond: Reals
    height: Reals

    @property
    def nu(self) -> Complexes:
        """Of shape (places,)."""
        return np.asarray(-self.place + 1j * self.height)

    @cached_property
    def resolvent(self) -> Complexes:
        """1/(v + nu), of shape (places, points)."""
        return self.contour.resolvent(self.place, self.beyond, self.height)


def contour(alpha: float, rest: float, start: float, near: float) -> Contour:
    """From ``start`` times i to i, and on the circle to 1, where panels halve down to ``near``.

    What sums of y^2 give is for beta = ``rest``.
    """
    depth = -log(start)
    radii, weights = composite(np.linspace(0.0, depth, ceil(depth / PANEL) + 1))
    angles = [pi / 2]
    while angles[-1] > near:
        angles.append(angles[-1] / 2)
    turns, arcs = composite(np.array([0.0, *angles[::-1]]))
    logs = np.concatenate([1j * turns, 1j * pi / 2 - radii])
    steps = np.concatenate([-1j * arcs, weights])  # d ln v, counted from 0 to 1
    points = np.exp(logs)
    beyond = np.concatenate([1j * np.sin(turns) - 2 * np.sin(turns / 2) ** 2, points[len(turns) :] - 1])
    trace = np.exp((1 - 1 / alpha) * logs) * steps / alpha
    powers = np.exp(rest * logs) * steps / alpha
    last = -depth + 1j * pi / 2  # below it, the sums of lambda and lambda^2, and of y^2, as one node
    first, second = (np.exp((j - 1 / alpha) * last) / (alpha * j - 1) for j in (1, 2))
    mass = np.exp(rest * last) / (alpha * rest)
    node = second / first
    ends = ((points, node), (beyond, node - 1), (trace, first), (powers, mass))
    return Contour(*(np.append(values, value) for values, value in ends))


def composite(cuts: Reals, nodes: int = NODES) -> tuple[Reals, Reals]:
    """Nodes and weights on panels."""
    rules = [legendre_rule(low, high, nodes) for low, high in pairwise(cuts)]
    points, weights = (np.concatenate(column) for column in zip(*rules, strict=True))
    return points, weights
