"""How do all modes move on one step of the clock, under a force that is a polynomial there?

Only modes with mu tau between `UNMOVED` and `SLAVED` are followed.  The faster ones are where the force holds them, the
slower ones have moved by mu int h; both enter through their sums, so that a step costs the same at any time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Reals
from ..spectra.spectrum import Spectrum
from .collocation import Response, count_mostly_learned, integrate_basis, integrate_basis_twice, lagrange_basis, shares

SLAVED, UNMOVED = 1e11, 1e-11
"""mu tau above which a mode follows the force at once, r = -g/mu, and below which it has moved by mu int h only.

What is left out is smaller than what is kept by these factors, or the square of it.
"""


@dataclass(frozen=True)
class Step:
    """A step, and how modes respond to a force on it.

    ``part`` are the modes that are followed, ``span`` says where they stand among all, whose eigenvalues are ``mu``;
    the first ``split`` of them are mostly learned.  ``weights`` are those of ``response`` in units of the clock.
    """

    mu: Reals
    part: Spectrum
    span: slice
    split: int
    length: float
    response: Response
    weights: Reals

    def free(self, learned: Reals, residual: Reals) -> Reals:
        """What is followed of each mode, without a force, of shape (points, modes)."""
        return self.response.free(self.part.eigenvalues * self.length, learned[self.span], residual[self.span])

    def states(self, learned: Reals, residual: Reals, force: Reals) -> tuple[Reals, Reals, Reals, Reals]:
        """phi and 1 - phi of all modes at the points of the response, h, and g/h, from those where the step begins."""
        s, scaled, span = self.response.points, force * self.length, self.span
        h = 1 - scaled @ integrate_basis(s)
        rate = (force @ lagrange_basis(s)) / h
        moved = learned + np.multiply.outer(self.length * (s - scaled @ integrate_basis_twice(s)), self.mu)
        found = self.free(learned, residual) - np.tensordot(force, self.weights, 1)
        after, left = moved / h[:, None], np.multiply.outer(-rate, 1 / self.mu)
        after[:, : span.start] = 1 - left[:, : span.start]
        left[:, span.stop :] = 1 - after[:, span.stop :]
        after[:, span], left[:, span] = shares(self.split, found, h)
        return after, left, h, rate


def start_step(measure: Spectrum, clock: float, length: float, learned: Reals, response: Response) -> Step:
    """The step of this length from this clock, where ``learned`` is phi."""
    mu = measure.eigenvalues
    span = _followed(mu, clock, length)
    part, split = Spectrum(mu[span], measure.weights[span]), count_mostly_learned(learned[span])
    return Step(mu, part, span, split, length, response, response.weights(part.eigenvalues * length, split) * length)


def _followed(mu: Reals, clock: float, length: float) -> slice:
    """The modes that are neither slaved to the force nor, beside the others, unmoved on a step."""
    first = int(np.searchsorted(-mu, -SLAVED / clock)) if clock > 0 else 0
    first = min(first, len(mu) - 1)
    slowest = UNMOVED * min(mu[0], 1 / (clock + length))
    return slice(first, max(int(np.searchsorted(-mu, -slowest)), first + 1))
