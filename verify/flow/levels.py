"""What does perturbation theory converge to when it is iterated as dynamics?  To the exponents of the level series.

Level 0 is lazy: each mode relaxes in the clock tau_0 = t.  At level n + 1 the correlation of level n drives the kernel,

    B_n(t) = sum_k y_k^2 exp(-mu_k tau_n(t)),
    tau_{n+1}(t) = int_0^t dt' [1 + gamma int_0^{t'} ds B_n(s)]                      (eq. 63-67).

No exponent and no power law is put in.  Both integrals run over panels of equal width in ln t.  On each panel the
integrand is a polynomial through its values at Gauss nodes; before the first panel it is constant to rounding.

Layout: arrays of shape (panels, nodes), time rising along both.  Cost: times x modes exponentials per level.  The error
is the change when each panel has fewer nodes.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from numbers import Real

import numpy as np

from exponents.errors import InputError
from exponents.names import SpectrumKind
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..inputs import check_whole
from ..spectra.power_law import power_law_spectrum
from ..spectra.quadrature import legendre_rule
from ..spectra.spectrum import SMALLEST, Spectrum
from .error_estimate import SLOPES

WIDTH = 1.0
"""Width of a panel in ln t."""

NODES = (10, 7)
"""Nodes in a panel, and in the coarser solution that tells the error."""

START = 1e-8
"""First time, in units of the shorter of 1/(largest eigenvalue) and the kernel's growth time: before, nothing moves."""

DEEPER = 1e3
"""Factor by which the spectrum is resolved beyond the clock of level 1, the largest of all levels."""


@dataclass(frozen=True)
class Level:
    """One level of the series, each array of shape (times,).

    Attributes
    ----------
    number : int
        n.
    time : array
        Units of 1/(learning rate).
    clock, correlation : array
        tau_n and B_n.
    slope : array
        d ln B_n/d ln t, from the equations.
    slope_error : array
        Its estimated error.

    See `level_curves` for an example.
    """

    number: int
    time: Reals
    clock: Reals
    correlation: Reals
    slope: Reals
    slope_error: Reals


def level_curves(
    alpha: object, beta: object, gamma: float, horizon: float, levels: int, spectrum: SpectrumKind = "continuum"
) -> tuple[Level, ...]:
    """Solve levels 0 to ``levels`` on the spectrum of eq. 42, up to time ``horizon``.

    Parameters
    ----------
    alpha, beta : exact number
        Capacity > 1 and source > 0: an int, a Fraction, or text such as "3/2".
    gamma : float
        Richness, above 0.
    horizon : float
        Last time, above 1, in units of 1/(learning rate).
    levels : int
        The last level, at least 0.
    spectrum : {"continuum", "modes"}

    Returns
    -------
    tuple of Level
        Level n at index n, at the Gauss nodes of all panels.

    Raises
    ------
    InputError
        If a number is outside its range, or a clock may exceed double precision.

    Examples
    --------
    >>> lazy, first = level_curves("3/2", "1/2", 1.0, 1e12, 1)
    >>> lazy.slope[-1].round(4).item(), first.slope[-1].round(3).item()
    (-0.5, -0.75)
    """
    if not isinstance(gamma, Real) or not 0 < gamma <= sys.float_info.max:
        raise InputError(f"the level series needs a finite gamma above 0; got {abbreviate(gamma)}; 0 has level 0 only")
    check_whole(levels, "the number of levels", 0, 8)
    if not 1 < horizon < np.inf:
        raise InputError(f"the horizon must be a finite time above 1; got {horizon}; try 1e40")
    if not horizon * max(horizon, gamma * horizon) < 1 / SMALLEST:
        raise InputError(
            f"a level's clock may grow as gamma t^2, which must stay below {1 / SMALLEST:.0e}; got t = {horizon:.1e}; "
            "ask for less time"
        )
    first = START * min(1.0, gamma**-0.5)
    rules = [_Panels(np.log(first), np.log(horizon), nodes) for nodes in NODES]
    lazy = power_law_spectrum(alpha, beta, horizon, spectrum)
    driven = rules[1].clock(gamma, lazy.correlations(rules[1].time)[0])
    measure = power_law_spectrum(alpha, beta, DEEPER * float(driven[-1]), spectrum)
    fine, coarse = (_iterate(measure, gamma, panels, levels) for panels in rules)
    onto, of_rule = rules[1].interpolation(rules[0]), SLOPES * measure.error
    return tuple(
        replace(a, slope_error=np.abs(a.slope - (b.slope.reshape(rules[1].shape) @ onto).ravel()) + of_rule)
        for a, b in zip(fine, coarse, strict=True)
    )


class _Panels:
    """Panels in x = ln t, each with Gauss nodes, and integrals over t from 0 to every node."""

    def __init__(self, low: float, high: float, nodes: int) -> None:
        count = int(np.ceil((high - low) / WIDTH))
        width = (high - low) / count
        x, weights = legendre_rule(0.0, width, nodes)
        self.time = np.exp((low + width * np.arange(count)[:, None] + x).ravel())
        self.shape = (count, nodes)
        self.weights, self.places = weights, x / width
        self.lagrange = np.linalg.inv(np.vander(self.places, increasing=True))
        degrees = np.arange(nodes) + 1
        self.inner = width * (self.places[:, None] ** degrees / degrees) @ self.lagrange
        self.first = float(np.exp(low))

    def interpolation(self, other: _Panels) -> Reals:
        """Return the matrix that interpolates from a panel's nodes to the nodes of the same panel of ``other``."""
        return np.asarray((other.places[:, None] ** np.arange(self.shape[1]) @ self.lagrange).T)

    def integral(self, values: Reals) -> Reals:
        """Return int_0^t at all nodes of a function given at all nodes and constant before the first panel."""
        slices = (values * self.time).reshape(self.shape)
        whole = np.cumsum(slices @ self.weights)
        before = np.concatenate([[0.0], whole[:-1]])
        return np.asarray(((slices @ self.inner.T) + before[:, None]).ravel() + self.first * values[0])

    def clock(self, gamma: float, correlation: Reals) -> Reals:
        """Return int_0^t dt' [1 + gamma int_0^t' B ds], eq. 67."""
        return self.time + gamma * self.integral(self.integral(correlation))


def _iterate(measure: Spectrum, gamma: float, panels: _Panels, levels: int) -> list[Level]:
    """Return the levels; their errors are zero."""
    found, clock, kernel = [], panels.time, np.ones_like(panels.time)
    for number in range(levels + 1):
        correlation, falls = measure.correlations(clock, (0, 1))
        slope = -panels.time * kernel / clock * falls / correlation
        found.append(Level(number, panels.time, clock, correlation, slope, np.zeros_like(slope)))
        kernel = 1 + gamma * panels.integral(correlation)
        clock = panels.time + panels.integral(kernel - 1)
    return found
