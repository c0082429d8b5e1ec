"""What does perturbation theory, iterated as dynamics, converge to?

Level 0 is lazy: each mode relaxes in the clock tau_0 = t.  Level n + 1 lets the correlation of level n drive the
kernel,

    B_n(t) = sum_k y_k^2 exp(-mu_k tau_n(t)),
    tau_{n+1}(t) = int_0^t dt' [1 + gamma int_0^{t'} ds B_n(s)]                      (eq. 63-67),

and nothing else: no exponent, and no power law, is put in.  Both integrals run over panels of equal width in ln t, on
each of which the integrand is a polynomial at Gauss nodes; before the first panel it is a constant to rounding.

Layout: arrays of shape (panels, nodes), time rising along both.  Cost: times x modes exponentials a level.  The error
is what rules with fewer nodes change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from exponents.errors import InputError
from exponents.names import SpectrumKind

from ..arrays import Reals
from ..inputs import check_whole
from ..spectra.power_law import power_law_spectrum
from ..spectra.quadrature import legendre_rule
from ..spectra.spectrum import SMALLEST, Spectrum
from .error_estimate import SLOPES

WIDTH = 1.0
"""Width of a panel in ln t."""

NODES = (10, 7)
"""Nodes in a panel, and those of the second solution that the error is read off."""

START = 1e-8
"""First time, in units of 1/(largest eigenvalue) and of the kernel's own growth: before it, nothing has happened."""

DEEPER = 1e3
"""By what factor the measure outreaches the clock of level 1, which is the largest of all."""


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
    """Levels 0 to ``levels`` on the spectrum of eq. 42, up to time ``horizon``.

    Raises
    ------
    InputError
        For gamma <= 0, fewer than 0 levels, a horizon that does not exceed 1, or a clock beyond double precision.
    """
    if not 0 < gamma < np.inf:
        raise InputError(f"the level series needs a finite gamma above 0; got {gamma}; 0 has level 0 only")
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
    fine, coarse = (_iterated(measure, gamma, panels, levels) for panels in rules)
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
        """The matrix that takes values at a panel's nodes to those at the nodes of the same panel of ``other``."""
        return np.asarray((other.places[:, None] ** np.arange(self.shape[1]) @ self.lagrange).T)

    def integral(self, values: Reals) -> Reals:
        """int_0^t of a function given at all nodes, at all nodes; it is a constant before the first panel."""
        slices = (values * self.time).reshape(self.shape)
        whole = np.cumsum(slices @ self.weights)
        before = np.concatenate([[0.0], whole[:-1]])
        return np.asarray(((slices @ self.inner.T) + before[:, None]).ravel() + self.first * values[0])

    def clock(self, gamma: float, correlation: Reals) -> Reals:
        """int_0^t dt' [1 + gamma int_0^t' B ds]."""
        return self.time + gamma * self.integral(self.integral(correlation))


def _iterated(measure: Spectrum, gamma: float, panels: _Panels, levels: int) -> list[Level]:
    """The levels one after another; errors are left at zero."""
    found, clock, kernel = [], panels.time, np.ones_like(panels.time)
    for number in range(levels + 1):
        correlation, falls = measure.correlations(clock, (0, 1))
        slope = -panels.time * kernel / clock * falls / correlation
        found.append(Level(number, panels.time, clock, correlation, slope, np.zeros_like(slope)))
        kernel = 1 + gamma * panels.integral(correlation)
        clock = panels.time + panels.integral(kernel - 1)
    return found
