"""How do all modes move on one step of the clock, under a force that is a polynomial there?

Only modes with mu tau between `UNMOVED` and `SLAVED` are followed.  The faster ones are where the force holds them, and
the slower ones have moved by mu int h.  Both enter through their sums, so that a step costs the same at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Reals
from ..spectra.spectrum import Spectrum
from .collocation import Response, count_mostly_learned, integrate_basis, integrate_basis_twice, lagrange_basis, shares

SLAVED, UNMOVED = 1e11, 1e-11
"""mu tau above which a mode follows the force at once, r = -g/mu, and below which it has moved by mu int h only.

The error of this is smaller by one of these factors, or its square.
"""


@dataclass(frozen=True)
class Step:
    """A step, and how modes respond to a force on it.

    Attributes
    ----------
    mu : array of shape (modes,)
        Eigenvalues of all modes.
    part, span : Spectrum, slice
        The followed modes, and where they stand among all.
    split : int
        How many of the followed modes are mostly learned; they come first.
    length : float
        Length in the clock.
    response : Response
        At the points of interest on the step.
    weights : array of shape (STAGES, points, followed modes)
        Those of ``response``, in units of the clock.
    """

    mu: Reals
    part: Spectrum
    span: slice
    split: int
    length: float
    response: Response
    weights: Reals

    def free(self, learned: Reals, residual: Reals) -> Reals:
        """Return r or h - r of each followed mode without a force, of shape (points, followed modes)."""
        return self.response.free(self.part.eigenvalues * self.length, learned[self.span], residual[self.span])

    def states(self, learned: Reals, residual: Reals, force: Reals) -> tuple[Reals, Reals, Reals, Reals]:
        """Return phi and 1 - phi of all modes at the points of the response, h, and g/h.

        Parameters
        ----------
        learned, residual : array of shape (modes,)
            phi and 1 - phi where the step begins.
        force : array of shape (STAGES,)
            g at the nodes, in units of the h where the step begins.
        """
        s, scaled, span = self.response.points, force * self.length, self.span
        h = 1 - scaled @ integrate_basis(s)  # dh/dtau = -g
        rate = (force @ lagrange_basis(s)) / h
        moved = learned + np.multiply.outer(self.length * (s - scaled @ integrate_basis_twice(s)), self.mu)
        found = self.free(learned, residual) - np.tensordot(force, self.weights, 1)
        after, left = moved / h[:, None], np.multiply.outer(-rate, 1 / self.mu)  # of slow modes, of slaved modes
        after[:, : span.start] = 1 - left[:, : span.start]
        left[:, span.stop :] = 1 - after[:, span.stop :]
        after[:, span], left[:, span] = shares(self.split, found, h)
        return after, left, h, rate


def start_step(measure: Spectrum, clock: float, length: float, learned: Reals, response: Response) -> Step:
    """Return the step of this length from this clock, where phi is ``learned``.

    Examples
    --------
    >>> from verify.flow.collocation import AT_END
    >>> measure = Spectrum(np.array([1.0, 1e-20]), np.ones(2))
    >>> step = start_step(measure, 0.0, 0.5, np.zeros(2), AT_END)
    >>> step.span, step.split  # the second mode is too slow to be followed
    (slice(0, 1, None), 0)
    """
    mu = measure.eigenvalues
    span = _select_followed(mu, clock, length)
    part, split = Spectrum(mu[span], measure.weights[span]), count_mostly_learned(learned[span])
    return Step(mu, part, span, split, length, response, response.weights(part.eigenvalues * length, split) * length)


def _select_followed(mu: Reals, clock: float, length: float) -> slice:
    """Return the slice of the modes that are neither slaved to the force nor unmoved on a step; it has at least one."""
    first = int(np.searchsorted(-mu, -SLAVED / clock)) if clock > 0 else 0
    first = min(first, len(mu) - 1)
    slowest = UNMOVED * min(mu[0], 1 / (clock + length))
    return slice(first, max(int(np.searchsorted(-mu, -slowest)), first + 1))
