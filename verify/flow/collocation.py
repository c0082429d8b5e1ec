"""How do many relaxing modes respond to one force that is a polynomial on a step?  Linearly, with exact weights.

On a step of length D, with s in [0, 1] along it and z = mu D, a mode that obeys dr/dtau = -g - mu r goes to

    r(s) = e^{-z s} r(0) - D int_0^s e^{-z (s - v)} g(v) dv.

With g the polynomial through its values g_j at the `NODES`, the integral is sum_j W_j(z, s) g_j with the weights

    W_j(z, s) = int_0^s e^{-z (s - v)} l_j(v) dv,          l_j the Lagrange polynomials,

so a step of any length is stable for any mode.  The learned part h - r, with h = 1 - D int g, obeys the same kind of
law.  A mode is followed in the smaller of r and h - r at the start of the step, so that neither is lost to rounding.

The weights follow from the moments int e^{-z(s-v)} v^m dv by their recurrence where z is large, and by their power
series in z where it is small; the two meet at `SMALL`, where both have twelve digits.

The nodes are Radau's, which include the end of the step.  The order is 2 STAGES - 1 for modes that the step resolves;
for the others it is STAGES inside the step and STAGES - 1 at its end.

Map: `lagrange_basis`, `integrate_basis` and `integrate_basis_twice` are l_j and its integrals; `roughness` says whether
a step is short enough; `squared_integral` gives the elapsed time; `Response` has the weights; `shares` reads phi.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from ..arrays import Reals
from ..spectra.quadrature import legendre_rule

STAGES = 6
"""Nodes of the force on a step.  With more, the moments' recurrence loses digits; with fewer, steps are short."""

SMALL = 2.0
"""Weights come from the power series for smaller z, and from the recurrence for larger z."""

SERIES, TINY = 24, 1e-17
"""Terms of the series: SMALL**24/24! is below rounding.  Below the second number the first is enough."""


def _radau(stages: int) -> Reals:
    """Return the zeros of P_s - P_{s-1} on [0, 1], rising; the last is 1."""
    coefficients = np.zeros(stages + 1)
    coefficients[-2:] = -1.0, 1.0
    roots = np.sort(np.polynomial.legendre.Legendre(coefficients).roots().real)
    roots[-1] = 1.0
    return np.asarray((1 + roots) / 2)


NODES = _radau(STAGES)
_POWERS = np.arange(STAGES)
_LAGRANGE = np.linalg.inv(np.vander(NODES, increasing=True)).T
"""l_j(s) = sum_m _LAGRANGE[j, m] s^m."""
_INTEGRAL, _TWICE = _LAGRANGE / (_POWERS + 1), _LAGRANGE / ((_POWERS + 1) * (_POWERS + 2))
_SIGNED = np.array([(-1) ** (m + 1) / factorial(m) for m in range(1, SERIES)])
_LEGENDRE = np.linalg.inv(np.polynomial.legendre.legvander(2 * NODES - 1, STAGES - 1))
_TO_LAST = (STAGES - 1) / np.arange(STAGES - 3, STAGES)
_FINE, _FINE_WEIGHTS = legendre_rule(0.0, 1.0, SERIES)
_RULE, _RULE_WEIGHTS = legendre_rule(0.0, 1.0, STAGES + 2)


def _list_powers(x: Reals, count: int) -> Reals:
    """Return x, x^2, ..., of shape (count, points); products are many times quicker than powers."""
    found = np.empty((count, len(x)))
    found[0] = x
    for m in range(1, count):
        np.multiply(found[m - 1], x, out=found[m])
    return found


def lagrange_basis(s: Reals) -> Reals:
    """Return l_j(s), of shape (STAGES, points).

    Examples
    --------
    >>> bool(np.allclose(lagrange_basis(NODES), np.eye(STAGES)))
    True
    """
    return np.asarray(_LAGRANGE @ np.power.outer(s, _POWERS).T)


def integrate_basis(s: Reals) -> Reals:
    """Return int_0^s l_j dv, of shape (STAGES, points).

    Examples
    --------
    >>> integrate_basis(np.array([0.5])).sum().round(12).item()  # the l_j add up to 1
    0.5
    """
    return np.asarray(_INTEGRAL @ _list_powers(s, STAGES))


def integrate_basis_twice(s: Reals) -> Reals:
    """Return int_0^s int_0^v l_j, of shape (STAGES, points).

    Examples
    --------
    >>> integrate_basis_twice(np.array([0.5])).sum().round(12).item()
    0.125
    """
    return np.asarray(s * (_TWICE @ _list_powers(s, STAGES)))


def roughness(values: Reals) -> float:
    """Return how far a step is from resolving the force: its last Legendre coefficient over the largest.

    A single coefficient may vanish by chance, on a step that is much too long.  So each of the last three says what the
    last would be if all fell as a geometric sequence, and the largest counts.

    Examples
    --------
    >>> roughness(NODES) < 1e-12, roughness(NODES ** (STAGES - 1)) > 1e-3
    (True, True)
    """
    coefficients = np.abs(_LEGENDRE @ values)
    largest = coefficients.max()
    return float(((coefficients[-3:] / largest) ** _TO_LAST).max()) if largest > 0 else 0.0


def squared_integral(force: Reals, s: Reals) -> Reals:
    """Return int_0^s h(v)^2 dv for h = 1 - int_0^v force, exactly, of shape (points,).

    Examples
    --------
    >>> squared_integral(np.ones(STAGES), np.array([1.0])).round(12).tolist()  # int (1 - v)^2
    [0.333333333333]
    """
    h = 1 - force @ integrate_basis(np.multiply.outer(s, _RULE).ravel())
    return np.asarray(s * (h.reshape(len(s), -1) ** 2 @ _RULE_WEIGHTS))


class Response:
    """How modes respond to the force at fixed points s, each in the smaller of its two variables.

    Parameters
    ----------
    points : array of shape (points,)
        s in [0, 1].

    Examples
    --------
    >>> weights = Response(np.ones(1)).weights(np.array([3.0]), split=1)
    >>> weights.sum().round(12) == ((1 - np.exp(-3.0)) / 3).round(12)  # a constant force
    np.True_
    """

    def __init__(self, points: Reals) -> None:
        self.points = points
        v = np.multiply.outer(points, _FINE)
        values = lagrange_basis(v.ravel()).reshape(STAGES, *v.shape) * np.multiply.outer(points, _FINE_WEIGHTS)
        back = _list_powers((points[:, None] - v).ravel(), SERIES - 1).reshape(-1, *v.shape)
        terms = np.matmul(back.swapaxes(0, 1), values.transpose(1, 2, 0)) * _SIGNED[:, None]  # point, term, j
        self._series = terms.transpose(2, 0, 1).reshape(-1, SERIES - 1)

    def free(self, z: Reals, learned: Reals, residual: Reals) -> Reals:
        """Return r of the mostly learned modes and h - r of the others, without a force, of shape (points, modes)."""
        split, decay = count_mostly_learned(learned), np.multiply.outer(-self.points, z)
        found = np.exp(decay) * np.where(np.arange(len(z)) < split, residual, learned)
        found[:, split:] -= np.expm1(decay[:, split:])
        return found

    def weights(self, z: Reals, split: int) -> Reals:
        """Return what a unit of force takes away from `free`, of shape (STAGES, points, modes), for z falling.

        That is W_j for the first ``split`` modes and int_0^s l_j - W_j for the others.  Where z is large, the
        recurrence gives W_j; where it is small, the series, which begins with z, gives int_0^s l_j - W_j.
        """
        points, large = len(self.points), int(np.searchsorted(-z, -SMALL))
        found = np.empty((STAGES, points, len(z)))
        if large:
            moments = np.empty((STAGES, points, large))
            moments[0] = -np.expm1(-np.multiply.outer(self.points, z[:large])) / z[:large]
            for m in range(1, STAGES):  # M_m = (s^m - m M_{m-1})/z
                moments[m] = (self.points[:, None] ** m - m * moments[m - 1]) / z[:large]
            found[:, :, :large] = (_LAGRANGE @ moments.reshape(STAGES, -1)).reshape(STAGES, points, -1)
        if large < len(z):
            one = max(large, int(np.searchsorted(-z, -TINY)))
            found[:, :, large:one] = (self._series @ _list_powers(z[large:one], SERIES - 1)).reshape(STAGES, points, -1)
            found[:, :, one:] = np.multiply.outer(self._series[:, 0], z[one:]).reshape(STAGES, points, -1)
        # where the rule at hand gave the other of the two, take the difference
        other = slice(min(large, split), max(large, split))
        found[:, :, other] = integrate_basis(self.points)[:, :, None] - found[:, :, other]
        return found


def count_mostly_learned(learned: Reals) -> int:
    """Return how many modes have phi > 1/2; they come first, because phi falls with mu.

    Examples
    --------
    >>> count_mostly_learned(np.array([0.9, 0.6, 0.2]))
    2
    """
    return int(np.searchsorted(-learned, -0.5))


def shares(split: int, found: Reals, h: Reals) -> tuple[Reals, Reals]:
    """Return phi and 1 - phi, of shape (points, modes), from r of the first ``split`` modes and h - r of the others.

    Examples
    --------
    >>> learned, residual = shares(1, np.array([[0.1, 0.2]]), np.array([0.5]))
    >>> learned.tolist(), residual.tolist()
    ([[0.8, 0.4]], [[0.2, 0.6]])
    """
    own = found / h[:, None]
    learned, residual = 1 - own, 1 - own
    learned[:, split:], residual[:, :split] = own[:, split:], own[:, :split]
    return learned, residual


AT_NODES, AT_END = Response(NODES), Response(np.ones(1))
