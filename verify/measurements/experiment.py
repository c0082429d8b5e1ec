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
from ..curves import LossCurve
from ..spectra.spectrum import SMALLEST
from .points import Point
from .slopes import Limit, extrapolate_noisy_exponent

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

    def measure_correction(self, limit: LossCurve, solve: Callable[[float, Reals], LossCurve]) -> Limit:
        """Measure the exponent with which the first correction in 1/N (or 1/P) to a limit falls with time.

        Parameters
        ----------
        limit : LossCurve
            The curve of infinite size, at the times of the measurement.
        solve : callable
            Returns the curve of a finite size at one time, from that size and an array of shape (1,).
        """
        resolved, times = limit.clock ** (1 / float(self.at.alpha)), limit.time
        sizes = SIZE * resolved * (times / times[0]) ** TILT
        curves = [solve(float(size), times[i : i + 1]) for i, size in enumerate(sizes)]
        excess = np.array([curve.loss[0] for curve in curves]) - limit.loss
        errors = np.array([curve.loss_error[0] for curve in curves]) + limit.loss_error
        return -extrapolate_noisy_exponent(times, sizes * excess, sizes * errors).widen(SECOND)


def by_regime(name: str, procedure: Procedure, **given: float) -> dict[str, Procedure]:
    """Return the procedure that measures a claim in each regime, by the name of the claim.

    Examples
    --------
    >>> list(by_regime("chi: {}", Measurements.measure))
    ['chi: lazy', 'chi: rich']
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
