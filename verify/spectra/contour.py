"""Along which contour is a sum over the modes of the continuum integrated?

Sums with 1/(lambda + nu), where nu = -x + i y is very close to the real axis, are integrals over lambda = v in (0, 1].
Their integrands are analytic, so v may go from 0 along the imaginary axis to i, and from there along the unit circle
to 1.  The pole at v = -nu is then an angle of pi/2 away, in ln v.  Only for places next to 1 it is closer, and panels
there are as short as its distance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import ceil, log, pi

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .quadrature import panel_rule

Complexes = NDArray[np.complex128]

WIDTH, NODES = 1.5, 12
"""Width in ln v of a panel of the contour, whose poles in ln v are pi/2 away, and its nodes: rounding is reached."""


@dataclass(frozen=True)
class Contour:
    """Points of the contour, with the weights that sums over modes give them; arrays of shape (points,).

    Attributes
    ----------
    points, beyond : array
        v, and v - 1 without loss of digits.
    trace, powers : array
        Weights of sums of lambda_k, and of sums of y_k^2 for a reduced beta.

    Examples
    --------
    >>> contour = Contour.build(1.5, 0.5, 1e-10, 0.25)
    >>> round(float(contour.trace.sum().real), 8), round(float(contour.powers.sum().real), 8)  # 1/(a-1), 1/(a b)
    (2.0, 1.33333333)
    """

    points: Complexes
    beyond: Complexes
    trace: Complexes
    powers: Complexes

    @classmethod
    def build(cls, alpha: float, beta: float, start: float, near: float) -> Contour:
        """Return the contour from ``start`` times i to i, and on the circle to 1, where panels halve down to ``near``.

        Parameters
        ----------
        alpha, beta : float
            Capacity > 1, and the source for which ``powers`` are.
        start : float
            Modes below it act through their sums alone: they are one node.
        near : float
            Angle of the last panel before 1.
        """
        # the imaginary axis in panels of ln |v|, the circle in panels of the angle
        depth = -log(start)
        radii, weights = panel_rule(np.linspace(0.0, depth, ceil(depth / WIDTH) + 1), NODES)
        angles = [pi / 2]
        while angles[-1] > near:
            angles.append(angles[-1] / 2)
        turns, arcs = panel_rule(np.array([0.0, *angles[::-1]]), NODES)
        logs = np.concatenate([1j * turns, 1j * pi / 2 - radii])
        steps = np.concatenate([-1j * arcs, weights])  # d ln v, counted from 0 to 1
        points = np.exp(logs)
        beyond = np.concatenate([1j * np.sin(turns) - 2 * np.sin(turns / 2) ** 2, points[len(turns) :] - 1])

        # lambda dk = (1/alpha) v^{1-1/alpha} d ln v, y^2 dk = (1/alpha) v^beta d ln v
        trace = np.exp((1 - 1 / alpha) * logs) * steps / alpha
        powers = np.exp(beta * logs) * steps / alpha

        # below the start, the sums of lambda and lambda^2, and of y^2, as one node
        last = -depth + 1j * pi / 2
        first, second = (np.exp((j - 1 / alpha) * last) / (alpha * j - 1) for j in (1, 2))
        mass = np.exp(beta * last) / (alpha * beta)
        node = second / first
        ends = ((points, node), (beyond, node - 1), (trace, first), (powers, mass))
        return cls(*(np.append(values, value) for values, value in ends))

    def resolvent(self, place: Reals, beyond: Reals, height: Reals) -> Complexes:
        """Return 1/(v - x + i y), of shape (places, points), from x or, near 1, from x - 1."""
        close = place > 0.5
        difference = np.where(close[:, None], self.beyond - beyond[:, None], self.points - place[:, None])
        return np.asarray(1 / (difference + 1j * height[:, None]))

    def counts(self, nu: Complexes, resolvent: Complexes) -> tuple[Complexes, Complexes, Complexes]:
        """Return V, V + nu dV/dnu and dV/dnu at each nu, from its resolvent."""
        count, slope = resolvent @ self.trace, -(resolvent * resolvent) @ self.trace
        return count, count + nu * slope, slope


@dataclass(frozen=True)
class Places:
    """Places nu = -x + i y along the band, of shape (places,), and the contour on which sums there are integrated.

    Attributes
    ----------
    contour : Contour
    place, beyond, height : array of shape (places,)
        x, x - 1 without loss of digits, and y.
    """

    contour: Contour
    place: Reals
    beyond: Reals
    height: Reals

    @property
    def nu(self) -> Complexes:
        """-x + i y, of shape (places,)."""
        return np.asarray(-self.place + 1j * self.height)

    @cached_property
    def resolvent(self) -> Complexes:
        """1/(v + nu), of shape (places, points)."""
        return self.contour.resolvent(self.place, self.beyond, self.height)
