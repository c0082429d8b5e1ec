"""How are claims about networks measured?

At one point, on the units relu(h)^(alpha/2), from Fourier coefficients on the circle (`circle_spectrum`).  Beta and
gamma do not enter.  Even and odd coefficients follow one power with two amplitudes, one of which may vanish: exponents
are those of the sum of two neighbours.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from math import nan
from typing import ClassVar

import numpy as np

from exponents.claims.claim import NETWORKS
from exponents.claims.networks import APART, DEEP
from exponents.errors import InputError
from exponents.names import COVARIANCE, TANGENT, KernelName

from ..networks.circle_spectrum import circle_spectrum
from ..networks.network_exponent import NetworkExponent
from .circle_exponents import compute_lazy_exponent, train_exponent
from .experiment import DOUBLES, Measurements, Procedure
from .points import Point
from .slopes import Limit, extrapolate, extrapolate_exponent

MODES = 2 ** np.arange(6, 33, 2)
"""Even k; k + 1 and k - 1 are their neighbours."""


class NetworkMeasurements(Measurements):
    """All measurements of networks at one point.

    Parameters
    ----------
    at : Point
        Its alpha is twice the power of the units.

    Raises
    ------
    InputError
        If the spectrum of the point is not the continuum, or alpha is too large.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> found = NetworkMeasurements(read_point(2, "1/2", 1)).measure("networks: covariance")
    >>> round(found.value, 6)
    4.0
    """

    system = NETWORKS

    def __init__(self, at: Point) -> None:
        super().__init__(at)
        if (float(at.alpha) + 2) * np.log(MODES[-1]) > DOUBLES:
            raise InputError(
                f"Fourier coefficients that fall as k^-alpha leave double precision for alpha = {at.alpha}; take an "
                f"alpha below {DOUBLES / np.log(MODES[-1]) - 2:.0f}"
            )
        self.power = float(at.alpha / 2)

    def capacity(self, kernel: KernelName, hidden_layers: int) -> Limit:
        """Measure the exponent with which the sum of two neighbouring coefficients falls with k."""
        pairs = circle_spectrum(MODES[:, None] + np.arange(2), self.power, hidden_layers, kernel)
        return -extrapolate_exponent(MODES, pairs.sum(axis=1))

    def parity(self) -> Limit:
        """Measure the contrast (even - odd)/(even + odd) of coefficients, each even one between two odd ones."""
        before, even, after = circle_spectrum(MODES[:, None] + np.arange(-1, 2), self.power).T
        odd = (before + after) / 2
        return extrapolate(MODES, (even - odd) / (even + odd))

    def trained_exponent(self) -> Limit:
        """Measure the exponent of the loss of trained networks."""
        return _as_limit(self._train())

    def gain(self) -> Limit:
        """Measure the exponent of the loss of trained networks, less that of infinitely wide lazy ones then."""
        rich = self._train()
        return _as_limit(rich, compute_lazy_exponent(self.at.alpha, self.at.beta, rich.window[1]))

    def gap(self) -> Limit:
        """Measure the exponent on a target of larger source, by 1/2, less that on the target."""
        return _as_limit(self._train(APART), self._train())

    def _train(self, more: Fraction = Fraction(0)) -> NetworkExponent:
        return train_exponent(self.at.alpha, self.at.beta + more, self.at.gamma)

    procedures: ClassVar[dict[str, Procedure]] = {
        "networks: tangent kernel": partial(capacity, kernel=TANGENT, hidden_layers=1),
        "networks: tangent kernel, deep": partial(capacity, kernel=TANGENT, hidden_layers=DEEP),
        "networks: covariance": partial(capacity, kernel=COVARIANCE, hidden_layers=1),
        "networks: covariance, deep": partial(capacity, kernel=COVARIANCE, hidden_layers=DEEP),
        "networks: parity": parity,
        "networks: trained, time exponent": trained_exponent,
        "networks: trained, source hypothesis": gain,
        "networks: trained, order of targets": gap,
    }


def _as_limit(found: NetworkExponent, less: NetworkExponent | None = None) -> Limit:
    """Return an exponent, or its difference to another one, as what `judge` takes."""
    if less is None:
        return Limit(found.value, found.error, found.window, nan, False)
    uncertain = less.error if np.isfinite(less.error) else less.drift  # a curve without noise
    return Limit(found.value - less.value, found.error + uncertain, found.window, nan, False)
