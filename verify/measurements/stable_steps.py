"""How fast does the loss fall with steps, each at the largest stable learning rate?

N and B are infinite, and step n has eta = c/(kappa mu_1) with c = 1.  Two routes share no formula:

* the two-time equations of finite steps (`two_time.online_limit`);
* training a model in the modes of the spectrum, with the population gradient (`training.descent`).

The second also trains with a preconditioner, which takes Lambda to Lambda/(1 + Lambda/mu), so that mu bounds the
eigenvalues and eta = c/(kappa mu); mu falls as n^{-lowering}.  Stable steps are finite: nothing here is a flow.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from exponents.model.stable_steps import flattening
from exponents.symbols import alpha, beta

from ..arrays import Reals
from ..spectra.power_law import power_law_spectrum
from ..spectra.spectrum import Spectrum
from ..training.descent import descend
from ..training.stability import StableRate
from ..two_time.online_limit import solve_stable_steps
from .points import Point
from .slopes import Limit, extrapolate_exponent

Route = Literal["two-time", "trained", "flattened"]

SHARPNESS = 1.0
"""c, the largest for which every step is stable in every direction."""

TWO_TIME, TRAINED = (30, 6000, 18), (300, 30000, 22)
"""First and last step, and how many, at which the loss is read; a two-time solution costs the square of the last."""

DEEPER = 4.0
"""Depth of the spectrum over the last clock: the modes beyond are not learned."""


def measure_in_steps(at: Point, route: Route) -> Limit:
    """Measure the exponent with which the loss falls with stable steps.

    Parameters
    ----------
    at : Point
    route : "two-time", "trained" or "flattened"
        The last trains with the preconditioner that restores the rich exponent, for beta < 1.

    Examples
    --------
    >>> from .points import read_point
    >>> measure_in_steps(read_point(3, "1/2", 1), "trained").covers(0.5)
    True
    """
    gamma, lowering = float(at.gamma), 0.0
    if route == "flattened":
        share = flattening().subs({alpha: str(at.alpha), beta: str(at.beta)})
        lowering = float(at.alpha * Fraction(str(share)))
    bounds = TWO_TIME if route == "two-time" else TRAINED
    steps = np.unique(np.round(np.geomspace(*bounds)).astype(np.int64))
    spectrum = power_law_spectrum(at.alpha, at.beta, DEEPER * float(steps[-1]) ** (1 + lowering), at.spectrum)
    if route == "two-time":
        losses = solve_stable_steps(spectrum, gamma, SHARPNESS, int(steps[-1])).loss[steps]
    else:
        losses = train_stable_steps(spectrum, gamma, steps, lowering)
    return -extrapolate_exponent(steps, losses)


def train_stable_steps(spectrum: Spectrum, gamma: float, steps: NDArray[np.int64], lowering: float = 0.0) -> Reals:
    """Train one model of infinite size, each step at the largest stable learning rate.

    Parameters
    ----------
    spectrum : Spectrum
        Eigenvalues and the power of the target on them; one direction of the model for each.
    gamma : float
        Richness, at least 0.
    steps : array of int, shape (recorded,)
        Rising steps at which the loss is kept.
    lowering : float
        Power of n with which the bound on eigenvalues falls; 0 trains without a preconditioner.

    Returns
    -------
    array of shape (recorded,)
        The losses.

    Examples
    --------
    >>> modes = Spectrum(np.array([1.0, 0.5]), np.array([1.0, 1.0]))
    >>> train_stable_steps(modes, 0.0, np.array([0, 1, 2]))  # the second mode halves its residual in each step
    array([2.    , 0.25  , 0.0625])
    """
    own = _Descent(spectrum, lowering)
    shape, last = (1, len(spectrum)), int(steps[-1])
    rows, _ = descend(own.gradient, shape, gamma, own.rate, last, steps, np.dtype(np.float64))
    return np.asarray(rows["losses"][0])


class _Descent:
    """The gradient and the learning rate of one model; the gradient is asked first in each step."""

    def __init__(self, spectrum: Spectrum, lowering: float) -> None:
        self.mu, self.floor, self.lowering = spectrum.eigenvalues, spectrum.floor, lowering
        self.roots, self.aims = np.sqrt(self.mu), np.sqrt(spectrum.weights)
        self.bound, self.step = float(self.mu[0]), 0

    def gradient(self, u: Reals) -> tuple[Reals, Reals]:
        """Return the loss at ``u`` and g = mu (omega - u), or g/(1 + mu/bound)."""
        rest = self.aims - self.roots * u
        pull = self.roots * rest
        self.step += 1
        if self.lowering:
            self.bound = self.step**-self.lowering
            pull /= 1 + self.mu / self.bound
        return self.floor + (rest * rest).sum(axis=1), pull

    def rate(self, kernel: Reals) -> Reals:
        """Return eta = c/(kappa mu), with mu the bound on eigenvalues."""
        return StableRate(SHARPNESS, self.bound)(kernel)
