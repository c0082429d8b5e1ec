"""What do all measurements at one point share?

A system of measurements is a subclass of `Measurements`.  It lists the spectra on which it measures, prepares sizes and
times for its point, and maps the name of each claim to the procedure that measures it.  Each computation runs once,
when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from math import log
from typing import ClassVar

import numpy as np

from exponents.claims.claim import SUBJECTS, System
from exponents.errors import InputError
from exponents.names import CONTINUUM, LAZY, REGIMES, Regime, SpectrumKind

from ..arrays import Reals
from ..spectra.spectrum import SMALLEST
from .points import Point
from .slopes import Limit

Procedure = Callable[..., Limit]
"""A function that measures a claim, given the measurements of its system."""

DOUBLES = -0.9 * log(SMALLEST)
"""Depth of double precision, in e-folds; a quantity that falls further is not measured."""

DEEPER = 40.0
"""E-folds by which a spectrum reaches below the lowest eigenvalues."""

SIZE = 1000.0
"""Model size over modes resolved at the first time, where the first correction in 1/N is measured."""

TILT = 0.1
"""Power of the time with which that ratio rises."""

SECOND = TILT / SIZE
"""What the second order adds to the exponent of the first order at the first time; it falls with that power."""


class Measurements:
    """All measurements of one system at one point.

    Parameters
    ----------
    at : Point
        Its gamma is that of the rich measurements.

    Raises
    ------
    InputError
        If the system is not measured on the spectrum of the point, or if its losses leave double precision there.
    """

    system: ClassVar[System]
    spectra: ClassVar[tuple[SpectrumKind, ...]] = (CONTINUUM,)
    procedures: ClassVar[Mapping[str, Procedure]]

    def __init__(self, at: Point) -> None:
        if at.spectrum not in self.spectra:
            raise InputError(
                f"{SUBJECTS[self.system]} are measured on the continuum; got {at.spectrum}; leave --spectrum out"
            )
        self.at = at

    def measure(self, claim: str) -> Limit:
        """Return the measurement for the claim of this name.

        Raises
        ------
        InputError
            If no measurement has this name.
        """
        if claim not in self.procedures:
            raise InputError(f"there is no measurement for {claim}")
        return self.procedures[claim](self)

    def gamma_of(self, regime: Regime) -> float:
        """Return the richness of a regime at the point; lazy is gamma = 0."""
        return 0.0 if regime == LAZY else float(self.at.gamma)


def by_regime(name: str, procedure: Procedure, **given: float) -> dict[str, Procedure]:
    """Return the procedure that measures a claim in each regime, by the name of the claim.

    Examples
    --------
    >>> list(by_regime("sgd: {}", Measurements.measure))
    ['sgd: lazy', 'sgd: rich']
    """
    return {name.format(regime): partial(procedure, regime=regime, **given) for regime in REGIMES}


def space_evenly(bounds: tuple[float, float, int], last: float) -> Reals:
    """Return places that are even in their logarithm, up to ``last`` at most.

    Parameters
    ----------
    bounds : (float, float, int)
        First and last place, and how many.

    Examples
    --------
    >>> space_evenly((1.0, 1e4, 3), 100.0).tolist()
    [1.0, 10.0, 100.0]
    """
    first, end, count = bounds
    return np.asarray(np.geomspace(first, min(end, last), count))


def sizes_beside(resolved: Reals, times: Reals) -> Reals:
    """Return sizes at which a first correction is measured, from the modes resolved at these times.

    Examples
    --------
    >>> sizes_beside(np.array([2.0, 2.0]), np.array([1.0, 1e10])).round(6).tolist()
    [2000.0, 20000.0]
    """
    return np.asarray(SIZE * resolved * (times / times[0]) ** TILT)
