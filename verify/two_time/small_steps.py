"""Which loss has a `Model` as steps tend to 0 at a fixed eta/B?  `continuous_time` on its spectra.

Finite N is the mean spectrum of models of that size.  The learning rate itself enters only in the warning that steps of
this size would leave the limit: eta kappa mu_1 > 2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import log

from ..arrays import Reals
from ..curves import LossCurve, Status
from ..flow.clock import estimate_clock, solve_deep_enough
from ..flow.collocation import STAGES
from ..model import Model
from ..spectra.few_nodes import NODES, PANEL
from ..spectra.random_features import limit_spectra, mean_spectra
from ..training.stability import STABLE
from .continuous_time import solve_online_flow
from .intervals import FIRST, RATIO
from .online_limit import first_time

CUBIC = 5e-9
"""Seconds that solutions take per node of the trace and cube of their times."""


def small_steps_curve(model: Model, learning_rate: float, times: Reals) -> LossCurve:
    """Return the loss of a model with finite batches as steps tend to 0.

    Parameters
    ----------
    model : Model
        With a batch size, and new samples in every step.
    learning_rate : float
        eta; eta/B is what stays.
    times : array of shape (times,)
        Rising, at least 0.

    Returns
    -------
    LossCurve
        As from `solve_online_flow`.  ``status.unstable_from`` is the first of the times at which eta kappa mu_1 > 2.

    Examples
    --------
    >>> small_steps_curve(Model("3/2", "3/2", batch_size=8), 0.1, [1.0, 2.0]).loss.round(4).tolist()
    [0.1406, 0.0516]
    """
    assert model.batch_size is not None
    (alpha, beta), temperature = model.exponents, learning_rate / model.batch_size

    def solver(clock: float) -> LossCurve:
        spectra = limit_spectra(alpha, beta, clock, model.spectrum, model.modes)
        return solve_online_flow(*spectra, model.gamma, temperature, times)

    if model.model_size is None:
        found, largest = solve_deep_enough(solver, _clock(model, times)), 1.0  # mu_1, beside the nodes of a rule
    else:
        spectra = mean_spectra(alpha, beta, model.model_size, model.spectrum, model.modes)
        found = solve_online_flow(*spectra, model.gamma, temperature, times)
        largest = float(spectra.target.eigenvalues[0])
    unstable = first_time(found.time, learning_rate * largest * found.kernel > STABLE)
    return replace(found, status=Status(unstable_from=unstable))


def estimate_small_steps_seconds(model: Model, times: Sequence[float | Fraction]) -> float:
    """Return about how many seconds `small_steps_curve` takes.

    Examples
    --------
    >>> round(estimate_small_steps_seconds(Model(2, "1/2", batch_size=8), [1e7]), -1)
    20.0
    """
    length = log(_clock(model, times) / FIRST)
    rows, nodes = STAGES * length / log(RATIO), NODES * length / PANEL
    return CUBIC * nodes * rows**3


def _clock(model: Model, times: Reals | Sequence[float | Fraction]) -> float:
    """Return an estimate of the clock at the last time."""
    alpha, beta = map(float, model.exponents)
    return estimate_clock(alpha, beta, model.gamma, float(times[-1]))
