"""Which loss does a model have at the times that are asked for, and with which error?  `loss_curve` asks each solver.

Three methods know the random feature model with new samples in every step ("online"):

* flow: gradient flow, in the limit or in the mean field of models of size N (`flow`).  Batches add a
  variance, and shift the mean, to first order in eta/B (`flow.noise`).
* two-time: the mean field equations of finite steps (`two_time.online_limit`, and `two_time.online` at finite N or B);
  with small steps their limit at a fixed eta/B (`two_time.small_steps`);
  at gamma = 0 the exact second moments of finite steps instead, on the mean-field spectrum (`two_time.lazy_model`).
* simulate: the mean over trained models (`training.ensemble`).

The same three know samples that are reused in every step, all under gradient flow: the mean field of features and
samples on the continuum (`reuse.mean_loss`), the equations of eq. 41 (`two_time.fixed_sample`), and the mean over drawn
samples (`reuse.averaged_draws`).  Linear networks are known by the flow at infinite width (`linear`) and by training.

The flow needs no steps.  Its curve says when steps would leave the flow: after eta kappa mu_1 passes `STABLE`.

Map: `loss_curve` and `estimate_seconds` are the entries; `check_task` prepares what both need; `SOLVERS` lists a
solver for each system and method, and the functions below it call them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from exponents.names import FLOW, SIMULATE, TWO_TIME, require_type

from .arrays import Reals
from .curves import LossCurve, Status
from .flow.curve import TOLERANCE, flow_curve, limit_curve
from .flow.last_mode import find_learned_time
from .flow.noise import noisy_curve
from .flow.solver import solve_flow
from .inputs import check_times, check_whole, count_steps, exact_rate
from .linear.infinite_width import linear_curve, linear_limit_curve
from .model import SEEDS, Model, check_last_time, check_method
from .model_error import estimate_model_error
from .reuse.model_curves import reuse_draws, reuse_flow, reuse_two_time
from .spectra.power_law import power_law_spectrum
from .spectra.random_features import limit_spectra, mean_spectra
from .spectra.spectrum import Spectrum
from .spectra.spectrum_file import read_model_spectrum
from .training.ensemble import train_ensemble
from .training.gradients import GAUSSIAN
from .training.linear_ensemble import train_linear_ensemble
from .training.seeds import check_seeds
from .training.settings import check_memory, check_setting, estimate_training_seconds
from .training.stability import STABLE
from .two_time.lazy_model import add_between_models, lazy_curve, lazy_distance
from .two_time.online import ROW as FINITE_SQUARE
from .two_time.online import estimate_two_time_seconds, solve_online
from .two_time.online_limit import SQUARE, solve_online_limit
from .two_time.small_steps import estimate_small_steps_seconds, small_steps_curve

DEEPER = 2.0
"""Factor by which spectra are resolved beyond the clock of a flow: its last step ends after the last time."""

CLOCK_OF_A_STEP, LONGEST_CLOCK = 4.0, 1e9
"""Most clock per step: `STABLE` holds it to 2 in the mean, but it may run ahead.  And the longest clock: more steps
than it allows do not fit into memory."""

PLACES = 64
"""Times within a step of the flow among which a kernel is looked for: it is then found to a thousandth."""


@dataclass(frozen=True)
class Task:
    """What a solver is asked, checked: times, or steps of eta, and the seeds; `check_task` makes one."""

    model: Model
    times: Reals
    steps: tuple[int, ...]
    learning_rate: Fraction | None
    seeds: range
    small_steps: bool

    @property
    def eta(self) -> float:
        """The learning rate, where steps are finite."""
        assert self.learning_rate is not None
        return float(self.learning_rate)

    @property
    def last_step(self) -> int:
        """The last step, at least 1."""
        return max(1, self.steps[-1])


def loss_curve(
    model: Model,
    times: Sequence[float | Fraction],
    method: str = FLOW,
    learning_rate: Fraction | float | str | None = None,
    seeds: int | None = None,
    first_seed: int = 0,
    small_steps: bool = False,
) -> LossCurve:
    """Solve for the loss of a model by one of three methods.

    Parameters
    ----------
    model : Model
        What is trained, and on which data.
    times : sequence of float
        Rising, at least 0, in units of 1/(learning rate).  Where steps are finite (two-time and simulate, but for
        reused samples), they are whole numbers of steps: multiples of ``learning_rate``.
    method : {"flow", "two-time", "simulate"}
        Gradient flow, the mean field equations, or training.
    learning_rate : exact number or float, optional
        eta > 0; a float is read as the decimal that it prints.  Needed where steps or batches are finite.
    seeds : int, optional
        Number of models that "simulate" trains, 16 by default.
    first_seed : int
        The seeds are ``first_seed``, ``first_seed`` + 1, ...
    small_steps : bool
        With "two-time" and finite batches: steps tend to 0 at a fixed learning rate over batch size, and times need not
        be multiples of the learning rate.

    Returns
    -------
    LossCurve
        With the kernel, and what the method adds: clock and loss_slope of a flow, variance and mean_shift with
        batches, train_loss with reused samples.  ``model_error`` is the size of what a mean field leaves out
        (`model_error`).

    Raises
    ------
    InputError
        If the method does not know the system, or a number is outside its range.
    NotSolved
        If a solver gave up: `FlowFailed` for the flow, `Diverged` where gradient descent is unstable.
    KeyboardInterrupt
        If training is interrupted before a seed is finished.  Later, the finished seeds are returned.

    Examples
    --------
    >>> model = Model("3/2", "1/2", gamma=1, model_size=64)
    >>> loss_curve(model, [1, 10, 100]).loss.round(4).tolist()
    [0.7566, 0.2364, 0.1683]
    >>> loss_curve(model, [1, 10], "two-time", learning_rate=0.1).loss.round(4).tolist()
    [0.7537, 0.2362]
    >>> noisy = Model("3/2", "3/2", batch_size=8)
    >>> loss_curve(noisy, [1, 2.5], "two-time", learning_rate=0.1, small_steps=True).loss.round(4).tolist()
    [0.1406, 0.0352]
    """
    task = check_task(model, times, method, learning_rate, seeds, first_seed, small_steps)
    found = SOLVERS[_system(model), method](task)
    if method == SIMULATE or _system(model) == "linear":
        return found
    left_out = estimate_model_error(model, method, found, None if task.learning_rate is None else task.eta)
    return found if left_out is None else replace(found, errors={**found.errors, "model": left_out})


def estimate_seconds(
    model: Model,
    times: Sequence[float | Fraction],
    method: str = FLOW,
    learning_rate: Fraction | float | str | None = None,
    seeds: int | None = None,
    small_steps: bool = False,
) -> float:
    """Return about how many seconds `loss_curve` takes; 0 where it ends soon.

    Parameters
    ----------
    model, times, method, learning_rate, seeds, small_steps
        As in `loss_curve`.

    Returns
    -------
    float
        Seconds on one core of a usual machine.

    Raises
    ------
    InputError
        If `loss_curve` would refuse the arguments.

    Examples
    --------
    >>> model = Model("3/2", "1/2", model_size=64, batch_size=32)
    >>> round(estimate_seconds(model, [400], "two-time", learning_rate="1/10"))
    192
    """
    return estimate_work(check_task(model, times, method, learning_rate, seeds, small_steps=small_steps), method)[0]


def estimate_work(task: Task, method: str) -> tuple[float, int]:
    """Return the seconds of `estimate_seconds`, and the bytes of what grows with steps or sizes; 0 where it is little.

    Examples
    --------
    >>> estimate_work(check_task(Model("3/2", "1/2"), [400], "two-time", "1/10"), "two-time")
    (0.0, 256000000)
    """
    model = task.model
    if task.small_steps:
        return estimate_small_steps_seconds(model, task.times.tolist()), 0
    if _system(model) != "online" or method == FLOW or (method == TWO_TIME and not model.gamma):
        return 0.0, 0
    if method == TWO_TIME:
        finite, steps = model.model_size is not None or model.batch_size is not None, task.last_step
        return (estimate_two_time_seconds(steps), FINITE_SQUARE * steps**2) if finite else (0.0, SQUARE * steps**2)
    setting = check_setting(**_settings(task), features=GAUSSIAN, precision="float64")
    check_memory(setting, len(check_seeds(task.seeds)))
    return estimate_training_seconds(setting, len(task.seeds)), setting.memory(len(task.seeds))


def check_task(
    model: Model,
    times: Sequence[float | Fraction],
    method: str,
    rate: object = None,
    seeds: int | None = None,
    first_seed: int = 0,
    small_steps: bool = False,
) -> Task:
    """Return what the solver is asked, with times rounded to steps, or raise InputError.

    Examples
    --------
    >>> check_task(Model("3/2", "1/2"), [1, 400], "two-time", "1/10").steps
    (10, 4000)
    """
    require_type(model, Model, "what is trained", "make one with Model('3/2', '1/2', gamma=1)")
    eta = None if rate is None else exact_rate(rate)
    check_method(model, method, eta, seeds, small_steps)
    moments, steps = check_times(times), ()  # type: tuple[Reals, tuple[int, ...]]
    if eta is not None and method != FLOW and not small_steps:
        steps = tuple(sorted({count_steps(Fraction(time), eta) for time in times}))
        moments = np.array([float(eta * step) for step in steps])
    if eta is not None:
        check_last_time(model, eta, float(moments[-1]))
    if seeds is not None:
        check_whole(seeds, "the number of seeds", 1, SEEDS)
    check_whole(first_seed, "the first seed", 0, 0)
    own = range(first_seed, first_seed + (SEEDS if seeds is None else seeds))
    return Task(model, moments, steps, eta, own, small_steps)


def _system(model: Model) -> str:
    return "linear" if model.readout_scale is not None else "reuse" if model.reuses else "online"


def _flow(task: Task) -> LossCurve:
    """Solve the flow; a lazy curve on a mean-field spectrum says what differences between models add."""
    found, batches = _flow_with_batches(task), task.model.batch_size is not None
    return found if task.model.gamma else add_between_models(task.model, found, task.eta if batches else None)


def _flow_with_batches(task: Task) -> LossCurve:
    """Solve the flow, with what finite batches add."""
    model = task.model
    if model.file is not None:
        measured = read_model_spectrum(model).compress()
        return _mark_end(flow_curve(measured, model.gamma, task.times), measured, model.gamma)
    spectra = None
    if model.model_size is None:
        found = limit_curve(*model.exponents, model.gamma, task.times, model.spectrum, model.modes)
    else:
        spectra = mean_spectra(*model.exponents, model.model_size, model.spectrum, model.modes)
        found = flow_curve(spectra.target, model.gamma, task.times)
    if model.batch_size is None or task.learning_rate is None:
        return found
    largest = 1.0 if spectra is None else float(spectra.target.eigenvalues[0])  # mu_1, beside the nodes of a rule
    if spectra is None:
        reached = max(1.0, DEEPER * float(found.clock[-1]))
        spectra = limit_spectra(*model.exponents, reached, model.spectrum, model.modes)
    added = {name: np.zeros(len(found)) for name in ("variance", "mean_shift")[: 2 if model.gamma else 1]}
    errors = {name: np.zeros(len(found)) for name in added}
    later = found.time > 0  # batches add nothing at time 0
    if later.any():
        noisy = noisy_curve(*spectra, model.gamma, float(task.learning_rate / model.batch_size), found.time[later])
        for name in added:
            added[name][later], errors[name][later] = noisy.observed[name], noisy.errors[name]
    unstable = _find_kernel(found, spectra.target, model.gamma, STABLE / (task.eta * largest))
    loss, observed = found.loss + sum(added.values()), {"kernel": found.kernel, "clock": found.clock, **added}
    if not model.gamma:
        observed["left_out"] = lazy_distance(model, task.eta, task.times, loss)
    return replace(
        found,
        loss=loss,
        error=found.error + sum(errors.values()),
        floor=0.0,
        observed=observed,
        errors={"kernel": found.kernel_error, "clock": found.clock_error, **errors},
        status=Status(unstable_from=unstable),
    )


def _mark_end(found: LossCurve, measured: Spectrum, gamma: float, speed: float = 1.0) -> LossCurve:
    """Add to the status the time at which the last mode of a measured spectrum is learned by a flow of some speed."""
    last = speed * float(found.time[-1])
    learned = find_learned_time(measured, gamma, last) if last > 0 else None
    return replace(found, status=replace(found.status, modes_learned_from=learned and learned / speed))


def _find_kernel(found: LossCurve, target: Spectrum, gamma: float, kernel: float) -> float | None:
    """Return the first time at which kappa, which only grows, exceeds ``kernel``; None if that is after the last."""
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


def _two_time(task: Task) -> LossCurve:
    """Solve the two-time equations of finite steps."""
    model = task.model
    if task.small_steps:
        return small_steps_curve(model, task.eta, task.times)
    if not model.gamma:
        return lazy_curve(model, task.eta, task.times)
    last = task.last_step
    clock = min(CLOCK_OF_A_STEP * last, LONGEST_CLOCK)
    if model.file is not None:
        measured = read_model_spectrum(model).compress()
        found = _mark_end(solve_online_limit(measured, model.gamma, task.eta, last), measured, model.gamma)
    elif model.model_size is None and model.batch_size is None:
        measure = power_law_spectrum(*model.exponents, clock, model.spectrum, model.modes)
        found = solve_online_limit(measure, model.gamma, task.eta, last)
    else:
        spectra = limit_spectra(*model.exponents, clock, model.spectrum, model.modes)
        found = solve_online(*spectra, model.gamma, task.eta, last, model.model_size, model.batch_size)
    return replace(found.select(list(task.steps)), time=task.times)


def _settings(task: Task) -> Mapping[str, Any]:
    """Return the arguments of `train_ensemble`, but for the seeds."""
    (alpha, beta), model = task.model.exponents, task.model
    return {
        "alpha": alpha,
        "beta": beta,
        "gamma": model.gamma,
        "model_size": model.model_size,
        "batch_size": model.batch_size,
        "modes": model.modes,
        "learning_rate": task.eta,
        "steps": task.last_step,
        "record": sorted({0, *task.steps}),
    }


def _simulate(task: Task) -> LossCurve:
    """Train one model for each seed."""
    return _select_steps(train_ensemble(**_settings(task), seeds=task.seeds), task)


def _select_steps(found: LossCurve, task: Task) -> LossCurve:
    """Return the curve at the steps that were asked for; step 0 is always recorded."""
    return replace(found.select(np.isin(sorted({0, *task.steps}), task.steps)), time=task.times)


def _linear_flow(task: Task) -> LossCurve:
    """Solve the linear network of infinite width."""
    model = task.model
    assert model.readout_scale is not None
    if model.file is not None:
        measured = read_model_spectrum(model).compress()
        found = linear_curve(measured, model.gamma, task.times, model.readout_scale)
        speed = 1 + model.readout_scale**2  # the network is a flow that is so much faster, and less rich
        return _mark_end(found, measured, (model.gamma / speed) ** 2, speed)
    return linear_limit_curve(
        *model.exponents, model.gamma, task.times, model.readout_scale, model.spectrum, model.modes
    )


def _linear_simulate(task: Task) -> LossCurve:
    """Train one linear network for each seed."""
    assert task.model.readout_scale is not None
    settings = dict(_settings(task))
    settings["gamma0"], settings["width"] = settings.pop("gamma"), settings.pop("model_size")
    found = train_linear_ensemble(**settings, init=task.model.readout_scale, seeds=task.seeds)
    return _select_steps(found, task)


SOLVERS: Mapping[tuple[str, str], Callable[[Task], LossCurve]] = {
    ("online", FLOW): _flow,
    ("online", TWO_TIME): _two_time,
    ("online", SIMULATE): _simulate,
    ("reuse", FLOW): lambda task: reuse_flow(task.model, task.times),
    ("reuse", TWO_TIME): lambda task: reuse_two_time(task.model, task.times),
    ("reuse", SIMULATE): lambda task: reuse_draws(task.model, task.times, task.seeds),
    ("linear", FLOW): _linear_flow,
    ("linear", SIMULATE): _linear_simulate,
}
