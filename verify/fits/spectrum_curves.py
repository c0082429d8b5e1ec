"""Which loss curve does a measured spectrum predict, and which one its power law?

Both are solved by the flow.  For lambda_k = A k^-alpha and y_k^2 = B k^-s, the flow of the law in its own units
(A = B = 1) gives the loss: times count in units of 1/A, losses in units of B, and the richness becomes gamma B/A, as
it multiplies |w|^2 = sum_k y_k^2/lambda_k.

The law differs from the measured spectrum in its first modes, and it has no last one.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import flow_curve, limit_curve
from ..flow.last_mode import find_learned_time
from ..inputs import check_richness, check_times
from ..spectra.spectrum import Spectrum, spectrum_from_arrays

if TYPE_CHECKING:
    from .fitted_spectrum import SpectrumFit

DIGITS = 6
"""Decimals to which exponents are rounded for the law's flow, which takes exact numbers."""

SPAN, PLACES = 3.0, 9
"""Default times end at this factor times the one at which the last mode is learned; and how many there are."""


@dataclass(frozen=True, eq=False)
class PredictedCurves:
    """Two predictions of the loss.

    Attributes
    ----------
    measured : LossCurve
        On the measured spectrum.
    law : LossCurve or None
        On the fitted power law; None if its exponents are outside of alpha > 1, beta > 0.
    learned_from : float or None
        The time at which the last measured mode is learned; None if that is after the last time.  Beyond it the
        measured curve shows where the spectrum ends.
    """

    measured: LossCurve
    law: LossCurve | None
    learned_from: float | None


def predict_curves(fit: SpectrumFit, times: ArrayLike, gamma: float = 1.0) -> PredictedCurves:
    """Solve the flow on a measured spectrum, and on the law that was fitted to it.

    Parameters
    ----------
    fit : SpectrumFit
    times : array of shape (times,)
        Rising, at least 0, in units of 1/(learning rate).
    gamma : float
        Richness, at least 0; 0 is lazy.

    Returns
    -------
    PredictedCurves

    Raises
    ------
    InputError
        If times or gamma are outside their range, or the loss at the last time is below double precision.

    Examples
    --------
    >>> from .spectrum_fit import fit_spectrum
    >>> k = np.arange(1.0, 1001)
    >>> found = predict_curves(fit_spectrum(k**-1.5, k**-1.75), [1.0, 1e5])
    >>> bool(abs(found.measured.loss[0] / found.law.loss[0] - 1) < 0.05), found.learned_from < 1e5
    (True, True)
    """
    t, richness = check_times(times), check_richness(gamma)
    spectrum = _measured_spectrum(fit)
    measured = flow_curve(spectrum, richness, t)
    learned = find_learned_time(spectrum, richness, float(t[-1])) if t[-1] > 0 else None
    return PredictedCurves(measured, _law_curve(fit, t, richness), learned)


def default_times(fit: SpectrumFit, gamma: float = 1.0) -> Reals:
    """Return times from when the first mode is learned to just after the last one is.

    Examples
    --------
    >>> from .spectrum_fit import fit_spectrum
    >>> k = np.arange(1.0, 101)
    >>> default_times(fit_spectrum(k**-1.5, k**-1.75, window=(10, 60)), 0.0)[[0, -1]].round().tolist()
    [1.0, 2079.0]
    """
    richness = check_richness(gamma)
    spectrum = _measured_spectrum(fit)
    first, slowest = 1 / float(spectrum.eigenvalues[0]), 1 / float(spectrum.eigenvalues[-1])
    learned = find_learned_time(spectrum, richness, slowest)  # lazily at ln(2)/lambda; sooner if rich
    assert learned is not None
    return np.geomspace(min(first, learned), SPAN * learned, PLACES)


def _measured_spectrum(fit: SpectrumFit) -> Spectrum:
    return spectrum_from_arrays(fit.eigenvalues, fit.coefficients, fit.floor).compress()


def _law_curve(fit: SpectrumFit, times: Reals, gamma: float) -> LossCurve | None:
    """Return the curve of the power law in the units of the measured one."""
    scale, power = fit.prefactors
    alpha, beta = (Fraction(round(value * 10**DIGITS), 10**DIGITS) for value in (fit.alpha.value, fit.beta.value))
    if alpha <= 1 or beta <= 0:
        return None
    try:
        own = limit_curve(alpha, beta, gamma * power / scale, times * scale, "modes")
    except InputError:  # the loss at the last time is below double precision
        return None
    return LossCurve(
        time=times,
        loss=power * own.loss + fit.floor,
        error=power * own.error,
        start=power * own.start + fit.floor,
        floor=fit.floor,
        observed={"kernel": own.kernel, "loss_slope": own.loss_slope},
    )
