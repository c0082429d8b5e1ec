"""Which measurement answers which claim about linear networks of two layers?

At one point (alpha, beta, gamma), from the network of infinite width (`limit`) with gamma0^2 = gamma, whose readout
starts with the variance `INIT`^2.  Exponents are limits of local slopes, which the equations give.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from math import sqrt

from exponents.errors import InputError
from exponents.model.linear_network import INIT

from ..curves import LossCurve
from ..linear.infinite_width import linear_limit_curve
from .limit import TOLERANCE, Point, limit_of, measured_times
from .slopes import Limit


class LinearEvidence:
    """All measurements of linear networks at one point.

    Parameters
    ----------
    at : Point

    Raises
    ------
    InputError
        For a beta or gamma so large that the loss leaves double precision before it follows a law.
    """

    def __init__(self, at: Point) -> None:
        self.at, self.times = at, measured_times(at)

    def measured(self, claim: str) -> Limit:
        """The measurement for the claim called ``claim``.

        Raises
        ------
        InputError
            If there is none.
        """
        if claim not in LINEAR_MEASUREMENTS:
            raise InputError(f"there is no measurement for {claim}")
        return LINEAR_MEASUREMENTS[claim](self)

    @cached_property
    def curve(self) -> LossCurve:
        """The network."""
        at = self.at
        return linear_limit_curve(at.alpha, at.beta, sqrt(at.gamma), self.times, INIT, at.spectrum, tolerance=TOLERANCE)

    def slope(self, name: str) -> Limit:
        """The exponent with which something grows."""
        return limit_of(self.times, getattr(self.curve, f"{name}_slope"), self.curve.errors[f"{name}_slope"])

    def saturation(self) -> Limit:
        """The limit of |w|^2/N."""
        return limit_of(self.times, self.curve.readout, self.curve.errors["readout"])


LINEAR_MEASUREMENTS: dict[str, Callable[[LinearEvidence], Limit]] = {
    "linear: time exponent": lambda evidence: -evidence.slope("loss"),
    "linear: readout norm": lambda evidence: evidence.slope("readout"),
    "linear: spike": lambda evidence: evidence.slope("spike"),
    "linear: saturation": LinearEvidence.saturation,
}
"""How each claim is measured."""
