"""How are claims about networks measured?  Their kernels here, their training in `network_training`.

At one point, on the units relu(h)^(alpha/2), from Fourier coefficients on the circle (`circle_spectrum`).  Beta and
gamma do not enter.  Even and odd coefficients follow one power with two amplitudes, one of which may vanish: exponents
are those of the sum of two neighbours.
"""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np

from exponents.claims.claim import NETWORKS
from exponents.claims.networks import DEEP
from exponents.errors import InputError
from exponents.names import COVARIANCE, TANGENT, KernelName

from ..networks.circle_spectrum import circle_spectrum
from .experiment import DOUBLES, Measurements, Procedure
from .network_training import measure_gain, measure_gap, measure_time_exponent
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

    procedures: ClassVar[dict[str, Procedure]] = {
        "networks: tangent kernel": partial(capacity, kernel=TANGENT, hidden_layers=1),
        "networks: tangent kernel, deep": partial(capacity, kernel=TANGENT, hidden_layers=DEEP),
        "networks: covariance": partial(capacity, kernel=COVARIANCE, hidden_layers=1),
        "networks: covariance, deep": partial(capacity, kernel=COVARIANCE, hidden_layers=DEEP),
        "networks: parity": parity,
        "networks: trained, time exponent": measure_time_exponent,
        "networks: trained, source hypothesis": measure_gain,
        "networks: trained, order of targets": measure_gap,
    }
