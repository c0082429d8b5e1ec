"""How few nodes does the trace sum_k lambda_k delta(lambda_k) need?  Some six for each panel in ln(lambda).

The two-time equations keep a matrix, or a block of one, for each node of the trace, while sums over it enter through
smooth functions of lambda alone.  So the trace is replaced by a Gauss rule, panel by panel.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..spectra.quadrature import rule_of_points
from ..spectra.spectrum import Spectrum

PANEL, NODES = 1.5, 6
"""Width in ln(lambda) of a panel of the trace, and its nodes."""

SLOW, SLOW_NODES = 0.3, 4
"""Modes whose lambda times the clock is below the first number share a rule with this many nodes, exact for polynomials
in lambda."""

FADED = 1e-6
"""Share of the trace below which modes are negligible: their later effect, and its error, are small beside their
earlier one."""


def on_few_nodes(trace: Spectrum, clock: float) -> Spectrum:
    """Return the trace on few nodes, enough for clocks up to ``clock``; its ``error`` is the error of the lazy loss.

    Parameters
    ----------
    trace : Spectrum
        sum_k lambda_k delta(lambda_k).
    clock : float
        Largest int kappa dt, in units of one over the eigenvalues.

    Examples
    --------
    >>> k = np.arange(1.0, 1001)
    >>> few = on_few_nodes(Spectrum(k**-1.5, k**-1.5), clock=1e3)
    >>> len(few), few.error < 1e-6
    (35, True)
    """
    fast = trace.eigenvalues * clock >= SLOW
    place, slow = np.log(trace.eigenvalues[fast]), trace.eigenvalues[~fast]
    panel = np.floor((place[0] - place) / PANEL)
    parts = [rule_of_points(place[panel == i], trace.weights[fast][panel == i], NODES) for i in np.unique(panel)]
    parts = [(np.exp(u), w) for u, w in parts]
    if len(slow):
        parts.append(rule_of_points(slow, trace.weights[~fast], SLOW_NODES))
    eigenvalues, weights = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(-eigenvalues)
    found = Spectrum(eigenvalues[order], weights[order], trace.floor)
    clocks = np.geomspace(0.1 / trace.eigenvalues[0], clock, 30)
    whole = trace.lazy_loss(clocks)
    apart = (np.abs(found.lazy_loss(clocks) - whole) / np.maximum(whole, FADED * trace.variance)).max()
    return replace(found, error=max(trace.error, float(apart)))


def error_in_steps(trace: Spectrum, few: Spectrum, largest: float, steps: int) -> float:
    """Return the largest relative error of the few nodes in gradient descent with finite steps.

    It is that of sum_k lambda_k (1 - x lambda_k/lambda_1)^{2t} for t up to ``steps`` and a sharpness x up to
    ``largest``; beyond x = 1 the slowest and the fastest modes matter.

    Examples
    --------
    >>> k = np.arange(1.0, 1001)
    >>> trace = Spectrum(k**-1.5, k**-1.5)
    >>> error_in_steps(trace, on_few_nodes(trace, clock=1e3), 1.5, 100) < 1e-3
    True
    """
    t = np.unique(np.geomspace(1, steps, 30).round())
    errors = [0.0]
    for x in largest * np.array([0.25, 0.5, 0.75, 1.0]):
        whole, found = (
            np.abs(1 - x * s.eigenvalues / trace.eigenvalues[0]) ** (2 * t[:, None]) @ s.weights for s in (trace, few)
        )
        errors.append(float((np.abs(found - whole) / np.maximum(whole, FADED * trace.variance)).max()))
    return max(errors)
