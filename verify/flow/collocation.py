"""How do many relaxing modes respond to one force that is a polynomial on a step?

On a step of length D, with s in [0, 1] along it and z = mu D, a mode that obeys dr/dtau = -g - mu r goes to

    r(s) = e^{-z s} r(0) - D int_0^s e^{-z (s - v)} g(v) dv.

With g the polynomial through its values at the `NODES`, the integral is sum_j W_j(z, s) g_j with exact weights

    W_j(z, s) = int_0^s e^{-z (s - v)} l_j(v) dv,          l_j the Lagrange polynomials,

so a step of any length is stable for any mode.  What a mode has gained, h - r with h = 1 - D int g, obeys the same kind
of law.  A mode is followed in whichever is the smaller when the step begins, so that neither is lost to rounding.

The weights come from the moments int e^{-z(s-v)} v^m dv by their recurrence where z is large, and from their power
series in z where it is small; the two meet at `SMALL`, where both still have twelve digits.

The nodes are Radau's, the end of the step among them: a collocation of `STAGES` values has order 2 STAGES - 1 for modes
that the step resolves; for those that it does not, STAGES inside the step and STAGES - 1 at its end.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from ..arrays import Reals
from ..spectra.quadrature import legendre_rule

STAGES = 6
"""Values of the force on a step.  More make the moments' recurrence lose digits, fewer make steps short."""

SMALL = 2.0
"""Below it, weights by power series; above, by recurrence."""

SERIES = 24
"""Terms of the series: SMALL**24/24! is below rounding."""


def _radau(stages: int) -> Reals:
    """The zeros of P_s - P_{s-1} on [0, 1], rising; the last is 1."""
    coefficients = np.zeros(stages + 1)
    coefficients[-2:] = -1.0, 1.0
    roots = np.sort(np.polynomial.legendre.Legendre(coefficients).roots().real)
    roots[-1] = 1.0
    return np.asarray((1 + roots) / 2)


NODES = _radau(STAGES)
_POWERS = np.arange(STAGES)
_ORDERS = np.arange(1, SERIES)
_LAGRANGE = np.linalg.inv(np.vander(NODES, increasing=True)).T
"""l_j(s) = sum_m _LAGRANGE[j, m] s^m."""
_LEGENDRE = np.linalg.inv(np.polynomial.legendre.legvander(2 * NODES - 1, STAGES - 1))
_FINE, _FINE_WEIGHTS = legendre_rule(0.0, 1.0, SERIES)
_RULE, _RULE_WEIGHTS = legendre_rule(0.0, 1.0, STAGES + 2)


def lagrange_basis(s: Reals) -> Reals:
    """l_j(s), of shape (STAGES, points)."""
    return np.asarray(_LAGRANGE @ np.power.outer(s, _POWERS).T)


def integrate_basis(s: Reals) -> Reals:
    """int_0^s l_j, of shape (STAGES, points)."""
    return np.asarray((_LAGRANGE / (_POWERS + 1)) @ np.power.outer(s, _POWERS + 1).T)


def integrate_basis_twice(s: Reals) -> Reals:
    """int_0^s int_0^v l_j, of shape (STAGES, points)."""
    return np.asarray((_LAGRANGE / ((_POWERS + 1) * (_POWERS + 2))) @ np.power.outer(s, _POWERS + 2).T)


def roughness(values: Reals) -> float:
    """The last Legendre coefficient of a polynomial over its largest: how far the step is from resolving the force."""
    coefficients = np.abs(_LEGENDRE @ values)
    return float(coefficients[-1] / coefficients.max()) if coefficients.max() > 0 else 0.0


def squared_integral(force: Reals, s: Reals) -> Reals:
    """int_0^s h(v)^2 dv for h = 1 - int_0^v force, exactly, of shape (points,)."""
    h = 1 - force @ integrate_basis(np.multiply.outer(s, _RULE).ravel())
    return np.asarray(s * (h.reshape(len(s), -1) ** 2 @ _RULE_WEIGHTS))


class Response:
    """How modes respond to the force at fixed points s, each in the variable that is small when it is about to be lost.

    Parameters
    ----------
    points : array of shape (points,)
        s in [0, 1].
    """

    def __init__(self, points: Reals) -> None:
        self.points = points
        v = np.multiply.outer(points, _FINE)
        values = lagrange_basis(v.ravel()).reshape(STAGES, *v.shape) * np.multiply.outer(points, _FINE_WEIGHTS)
        back = points[:, None] - v
        terms = [(-1) ** (m + 1) / factorial(m) * np.einsum("iq,jiq->ji", back**m, values) for m in _ORDERS]
        self._series = np.array(terms).reshape(len(_ORDERS), -1).T

    def free(self, z: Reals, learned: Reals, residual: Reals) -> Reals:
        """r of the modes that are mostly learned and h - r of the others without a force, of shape (points, modes)."""
        split, decay = count_mostly_learned(learned), np.multiply.outer(-self.points, z)
        found = np.exp(decay) * np.where(np.arange(len(z)) < split, residual, learned)
        found[:, split:] -= np.expm1(decay[:, split:])
        return found

    def weights(self, z: Reals, split: int) -> Reals:
        """What a unit of force takes away from `free`, of shape (STAGES, points, modes), for z falling.

        W_j for the first ``split`` modes and int_0^s l_j - W_j for the others.  The recurrence gives the former, where
        z is large, and the series, which begins with the first power of z, the latter, where it is small.
        """
        points, large = len(self.points), int(np.searchsorted(-z, -SMALL))
        found = np.empty((STAGES, points, len(z)))
        if large:
            moments = np.empty((STAGES, points, large))
            moments[0] = -np.expm1(-np.multiply.outer(self.points, z[:large])) / z[:large]
            for m in range(1, STAGES):
                moments[m] = (self.points[:, None] ** m - m * moments[m - 1]) / z[:large]
            found[:, :, :large] = (_LAGRANGE @ moments.reshape(STAGES, -1)).reshape(STAGES, points, -1)
        if large < len(z):
            found[:, :, large:] = (self._series @ z[large:] ** _ORDERS[:, None]).reshape(STAGES, points, -1)
        other = slice(min(large, split), max(large, split))
        found[:, :, other] = integrate_basis(self.points)[:, :, None] - found[:, :, other]
        return found


def count_mostly_learned(learned: Reals) -> int:
    """How many modes have phi > 1/2; they come first, as phi passes 1/2 once."""
    return int(np.searchsorted(-learned, -0.5))


def shares(split: int, found: Reals, h: Reals) -> tuple[Reals, Reals]:
    """phi and 1 - phi, of shape (points, modes), from r of the first ``split`` modes and h - r of the others."""
    own = found / h[:, None]
    learned, residual = 1 - own, 1 - own
    learned[:, split:], residual[:, :split] = own[:, split:], own[:, :split]
    return learned, residual


AT_NODES, AT_END = Response(NODES), Response(np.ones(1))
