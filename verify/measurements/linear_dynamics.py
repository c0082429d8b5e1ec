"""How are claims about linear networks of two layers measured?

At one point (alpha, beta, gamma), from the network of infinite width (`infinite_width`) with gamma0^2 = gamma, whose
readout starts with the variance `INIT`^2.  Exponents are limits of local slopes, which the equations give.
"""

from __future__ import annotations

from functools import cached_property, partial
from math import sqrt
from typing import ClassVar

from exponents.claims.claim import LINEAR
from exponents.model.linear_network import INIT

from ..curves import LossCurve
from ..linear.infinite_width import linear_limit_curve
from .experiment import Measurements, Procedure
from .limit_dynamics import TOLERANCE, extrapolate_with_errors, space_times
from .points import Point
from .slopes import Limit


class LinearMeasurements(Measurements):
    """All measurements of linear networks at one point.

    Parameters
    ----------
    at : Point
        On the continuum.

    Raises
    ------
    InputError
        If the spectrum is another one, or if beta or gamma is so large that the loss leaves double precision before it
        follows a law.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> round(float(LinearMeasurements(read_point(3, "1/2", 1)).times[0]))
    1000
    """

    system = LINEAR

    def __init__(self, at: Point) -> None:
        super().__init__(at)
        self.times = space_times(at)

    @cached_property
    def curve(self) -> LossCurve:
        """The network."""
        at = self.at
        return linear_limit_curve(at.alpha, at.beta, sqrt(at.gamma), self.times, INIT, at.spectrum, tolerance=TOLERANCE)

    def slope(self, name: str) -> Limit:
        """Measure the exponent with which a quantity of the network grows."""
        slopes, errors = getattr(self.curve, f"{name}_slope"), self.curve.errors[f"{name}_slope"]
        return extrapolate_with_errors(self.times, slopes, errors)

    def time_exponent(self) -> Limit:
        """Measure the exponent with which the loss falls."""
        return -self.slope("loss")

    def saturation(self) -> Limit:
        """Measure the limit of |w|^2/N."""
        return extrapolate_with_errors(self.times, self.curve.readout, self.curve.errors["readout"])

    procedures: ClassVar[dict[str, Procedure]] = {
        "linear: time exponent": time_exponent,
        "linear: readout norm": partial(slope, name="readout"),
        "linear: spike": partial(slope, name="spike"),
        "linear: saturation": saturation,
    }
