"""Which loss does each method give at the times that are asked for, and with which error?

Three methods on one description of a model:

* `by_flow`: gradient flow, in the limit or in the mean over models of size N (`flow`).  Batches add their variance to
  first order in eta/B (`noise`); what they do to the mean is left out.
* `by_two_time`: the two-time equations of finite steps (`two_time`, and `two_time_sgd` at finite N or B).
* `by_simulation`: the mean over trained models (`simulate`).

The first needs no steps, and says where they would leave it: where eta kappa mu_1 passes `STABLE`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from exponents.names import SpectrumKind

from .arrays import Reals
from .flow.curve import TOLERANCE, flow_curve, limit_curve
from .flow.noise import noisy_curve
from .flow.solver import solve_flow
from .spectra.power_law import power_law_spectrum
from .spectra.random_features import TargetAndTrace, limit_spectra, mean_spectra
from .spectra.spectrum import Spectrum
from .spectra.spectrum_file import read_spectrum
from .training.ensemble import train_ensemble
from .training.gradients import GAUSSIAN
from .training.seeds import check_seeds
from .training.settings import check_memory, check_setting
from .training.stability import STABLE
from .two_time import online as two_time_sgd
from .two_time import online_limit as two_time

DEEPER = 2.0
"""How much further spectra are resolved than the clock of a flow, whose last step ends beyond the last time."""

CLOCK_OF_A_STEP, LONGEST_CLOCK = 4.0, 1e9
"""The clock in a step: `STABLE` holds it to 2 in the mean, but it may run ahead.  More steps than the second allows do
not fit into memory."""

PLACES = 64
"""Times within a step of the flow among which a kernel is looked for: it is then found to a thousandth."""


@dataclass(frozen=True)
class Model:
    """What is trained.

    Attributes
    ----------
    alpha, beta : Fraction or None
        Capacity and source; None for a measured spectrum.
    gamma : float
        Richness, at least 0.
    spectrum : {"continuum", "modes"}
    modes : int or None
        M; None is infinite.
    size, batch : int or None
        N and B; None is infinite.
    file : Path or None
        Of a measured spectrum.  It says nothing of modes without power of the target: N and B are infinite then.
    samples : int or None
        P of samples that are used again in every step (`verify.reuse.methods`); None has new ones.
    """

    alpha: Fraction | None
    beta: Fraction | None
    gamma: float
    spectrum: SpectrumKind = "continuum"
    modes: int | None = None
    size: int | None = None
    batch: int | None = None
    file: Path | None = None
    samples: int | None = None


@dataclass(frozen=True)
class LossCurve:
    """What a method gives, each array of shape (times,); what a method does not know is None.

    Attributes
    ----------
    time : array
        In units of 1/(learning rate): eta times the step.
    loss, error : array
        L in units of the variance that the mode k = 1 contributes, and its error.  NaN is an unknown error.
    kernel : array
        kappa.
    start : float
        Loss at time 0.
    slope, clock : array or None
        -d ln L/d ln t above the floor, and tau = int kappa dt.
    variance : array or None
        What the variance of batches adds to the loss; contained in it.
    train : array or None
        The loss on reused samples.
    floor : float
        What remains at infinite time, infinite where the loss grows for ever, or 0 if it is not known.
    unstable : float or None
        The time from which on eta kappa mu_1 exceeds `STABLE`.
    undetermined : float or None
        The time from which on the two-time equations depend on their last digits; see `two_time_sgd`.
    seeds : int
        How many models the mean is over.
    interrupted : bool
        Whether these are fewer than were asked for.
    """

    time: Reals
    loss: Reals
    error: Reals
    kernel: Reals
    start: float
    slope: Reals | None = None
    clock: Reals | None = None
    variance: Reals | None = None
    train: Reals | None = None
    floor: float = 0.0
    unstable: float | None = None
    undetermined: float | None = None
    seeds: int = 0
    interrupted: bool = False


def by_flow(model: Model, times: Sequence[float], learning_rate: Fraction | None = None) -> LossCurve:
    """Gradient flow, with the variance of batches.

    Parameters
    ----------
    times : sequence of float
        Rising, at least 0.
    learning_rate : Fraction, optional
        eta > 0; needed for a finite B.

    Raises
    ------
    InputError, FlowFailed
        See `flow.limit_curve` and the makers of spectra.
    NotSolved
        If the variance of batches feeds on itself; see `noise.noisy_curve`.
    """
    spectra = None
    if model.size is not None:
        spectra = mean_spectra(*capacity_and_source(model), model.size, model.spectrum, model.modes)
    if spectra is not None:
        found = flow_curve(spectra.target, model.gamma, times)
    elif model.file is not None:
        found = flow_curve(read_spectrum(model.file).compress(), model.gamma, times)
    else:
        found = limit_curve(*capacity_and_source(model), model.gamma, times, model.spectrum, model.modes)
    alone = LossCurve(
        time=found.time,
        loss=found.loss,
        error=found.error,
        kernel=found.kernel,
        start=found.start,
        slope=-found.loss_slope,
        clock=found.clock,
        floor=found.floor,
    )
    if model.batch is None or learning_rate is None:
        return alone
    if spectra is None:
        reached = max(1.0, DEEPER * float(found.clock[-1]))
        spectra = limit_spectra(*capacity_and_source(model), reached, model.spectrum, model.modes)
    largest = 1.0 if model.size is None else float(spectra.target.eigenvalues[0])
    return _with_batches(alone, spectra, largest, model.gamma, learning_rate, model.batch)


def by_two_time(model: Model, steps: Sequence[int], learning_rate: Fraction) -> LossCurve:
    """The two-time equations; the error is that of the rules for sums over modes, and rounding.

    Parameters
    ----------
    steps : sequence of int
        Rising, at least 0.
    learning_rate : Fraction
        eta > 0.

    Raises
    ------
    InputError, Diverged
        See `two_time.solve` and `two_time_sgd.solve`.
    """
    last, eta = max(1, steps[-1]), float(learning_rate)
    clock = min(CLOCK_OF_A_STEP * last, LONGEST_CLOCK)
    if model.size is None and model.batch is None:
        if model.file is None:
            measure = power_law_spectrum(*capacity_and_source(model), clock, model.spectrum, model.modes)
        else:
            measure = read_spectrum(model.file).compress()
        found = two_time.solve_online_limit(measure, model.gamma, eta, last)
    else:
        spectra = limit_spectra(*capacity_and_source(model), clock, model.spectrum, model.modes)
        found = two_time_sgd.solve_online(
            spectra.target, spectra.trace, model.gamma, eta, last, model.size, model.batch
        )
    found = found.select(list(steps))
    return LossCurve(
        time=_times(steps, learning_rate),
        loss=found.loss,
        error=found.error,
        kernel=found.kernel,
        start=found.start,
        undetermined=found.status.undetermined_from,
    )


def check_simulation(model: Model, steps: Sequence[int], learning_rate: Fraction, seeds: int) -> None:
    """Refuse at once what `by_simulation` would refuse.

    Raises
    ------
    InputError
    """
    setting = _simulated(model, steps, learning_rate)
    check_memory(check_setting(**setting, features=GAUSSIAN, precision="float64"), len(check_seeds(range(seeds))))


def by_simulation(model: Model, steps: Sequence[int], learning_rate: Fraction, seeds: int) -> LossCurve:
    """The mean over models of the seeds 0, 1, ..., with its standard error.

    Parameters
    ----------
    model : Model
        Of finite N and M, on modes.
    steps, learning_rate
        As in `by_two_time`.
    seeds : int
        How many.

    Raises
    ------
    InputError, SeedDiverged, KeyboardInterrupt
        See `simulate.ensemble`.
    """
    asked = _simulated(model, steps, learning_rate)
    found, wanted = train_ensemble(**asked, seeds=range(seeds)), np.isin(asked["record"], list(steps))
    return LossCurve(
        time=_times(steps, learning_rate),
        loss=found.loss[wanted],
        error=found.error[wanted],
        kernel=found.kernel[wanted],
        start=float(found.loss[0]),
        seeds=len(found.status.seeds),
        interrupted=found.status.interrupted,
    )


def capacity_and_source(model: Model) -> tuple[Fraction, Fraction]:
    """alpha and beta of a model that is no measured spectrum."""
    assert model.alpha is not None and model.beta is not None
    return model.alpha, model.beta


def _simulated(model: Model, steps: Sequence[int], learning_rate: Fraction) -> dict[str, Any]:
    """What `simulate.ensemble` is told, but for the seeds."""
    return {
        "alpha": model.alpha,
        "beta": model.beta,
        "gamma": model.gamma,
        "model_size": model.size,
        "batch_size": model.batch,
        "modes": model.modes,
        "learning_rate": float(learning_rate),
        "steps": max(1, steps[-1]),
        "record": sorted({0, *steps}),
    }


def _times(steps: Sequence[int], learning_rate: Fraction) -> Reals:
    """eta times the step, rounded once."""
    return np.array([float(learning_rate * step) for step in steps])


def _with_batches(
    alone: LossCurve, spectra: TargetAndTrace, largest: float, gamma: float, eta: Fraction, batch: int
) -> LossCurve:
    """The curve with the variance of batches, none at time 0; ``largest`` is mu_1, beside the nodes of a rule."""
    target, trace = spectra.target, spectra.trace
    variance, error = np.zeros((2, len(alone.time)))
    later = alone.time > 0
    if later.any():
        noisy = noisy_curve(target, trace, gamma, float(eta / batch), alone.time[later])
        variance[later], error[later] = noisy.variance, noisy.variance_error
    return replace(
        alone,
        loss=alone.loss + variance,
        error=alone.error + error,
        slope=None,
        variance=variance,
        floor=0.0,
        unstable=_passed(alone, target, gamma, STABLE / (float(eta) * largest)),
    )


def _passed(found: LossCurve, target: Spectrum, gamma: float, kernel: float) -> float | None:
    """The first time at which kappa exceeds ``kernel``, or None if it does not by the last; it only grows."""
    if not found.kernel[-1] > kernel:
        return None
    flow = solve_flow(target, gamma, float(found.time[-1]), TOLERANCE)
    beyond = np.flatnonzero(flow.shrinkage**-2.0 > kernel)
    if not len(beyond):  # passed within the error of the last kernel
        return float(found.time[-1])
    if beyond[0] == 0:
        return 0.0
    times = np.linspace(flow.time[beyond[0] - 1], flow.time[beyond[0]], PLACES)
    return float(np.interp(kernel, flow.at(times).kernel, times))
