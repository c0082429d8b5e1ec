"""What do networks train on, and which exponent is predicted?  The circle, or samples of the user's own.

For samples, alpha and beta are those of the tangent kernel of an infinitely wide network at initialisation, with the
targets as labels; see `verify.fits.spectrum_fit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..names import REGIMES
from ..rationals import abbreviate, check_source, exact

if TYPE_CHECKING:
    from verify.networks.network_ensemble import Training
    from verify.networks.online_tasks import Task

CIRCLE = "circle"
"""The task that is built in."""

BETA = "1/2"
"""Source exponent of the circle, unless another is chosen."""

INPUTS, TARGETS = "inputs", "targets"
"""Arrays of a file of samples."""

KERNEL_SAMPLES = 2000
"""Most samples of the kernel from which alpha and beta follow."""

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Problem:
    """A task, and what is predicted for it.

    Attributes
    ----------
    task : Task
    beta : Fraction or float
        From which the learning rate follows.
    predicted : mapping of str to (float, float)
        For each regime the exponent and half of the width of its interval; empty if there is no prediction.
    about : mapping of str to text or number
        What the output says of it.
    warnings : tuple of str
    """

    task: Task
    beta: Fraction | float
    predicted: Mapping[str, tuple[float, float]]
    about: Mapping[str, Any]
    warnings: tuple[str, ...] = ()

    def warn_of_reuse(self, training: Training) -> tuple[str, ...]:
        """Return a warning if samples that stand for themselves alone are drawn again."""
        often = training.batch_size * training.steps / len(self.task.targets)
        if self.task.fresh or often <= 1:
            return ()
        return (f"each sample is drawn some {often:.3g} times; the prediction is for samples that are always new",)


def read_problem(words: Mapping[str, str | None], power: Fraction, hidden_layers: int, seed: int) -> Problem:
    """Return the problem that options ask for.

    Parameters
    ----------
    words : mapping
        ``task``, ``q`` and ``beta``.
    power : Fraction
        q_phi, above 1/2.
    hidden_layers : int
    seed : int
        Of the choice of samples that are held out.

    Raises
    ------
    InputError
        If an option or a file cannot be used.

    Examples
    --------
    >>> found = read_problem({"task": "circle", "q": None, "beta": "1/4"}, Fraction(1), 3, 0)
    >>> found.about, found.predicted["rich"]
    ({'task': 'circle', 'alpha': '2', 'beta': '1/4', 'q': '3/4'}, (0.4, 0.0))
    """
    name = words["task"] or ""
    if name == CIRCLE:
        return _read_circle(words["q"], words["beta"], power)
    given = next((f"--{option}" for option in ("q", "beta") if words[option] is not None), None)
    if given is not None:
        raise InputError(f"{given} is for the task {CIRCLE}; {abbreviate(name)} has targets of its own; leave it out")
    return _read_samples(Path(name), float(power), hidden_layers, seed)


def _read_circle(q: str | None, beta: str | None, power: Fraction) -> Problem:
    """Return the circle, for the q or the beta that is given (eq. 14)."""
    if q is not None and beta is not None:
        both = f"{abbreviate(q)} and {abbreviate(beta)}"
        raise InputError(f"--q and --beta say the same; got {both}; leave one of them out")
    decay = None if q is None else exact(q, "--q")
    if decay is not None and decay <= HALF:
        raise InputError(f"--q must be above 1/2, where the target is square integrable; got {decay}; try 1")
    source = check_source(exact(BETA if beta is None else beta, "--beta"))
    from verify.networks.network_prediction import predict_exponents
    from verify.networks.online_tasks import circle_task

    from ..model.conventions import convention
    from ..symbols import alpha as alpha_symbol
    from ..symbols import beta as beta_symbol

    circle = convention(CIRCLE)
    if decay is None:
        decay = circle.from_model(circle.to_model(power, 1)[alpha_symbol], source)[1]
    point = circle.to_model(power, decay)
    capacity, source = point[alpha_symbol], point[beta_symbol]
    predicted = {regime: (float(value), 0.0) for regime, value in predict_exponents(capacity, source).items()}
    about = {"task": CIRCLE, "alpha": str(capacity), "beta": str(source), "q": str(decay)}
    return Problem(circle_task(decay), source, predicted, about)


def _read_samples(path: Path, power: float, hidden_layers: int, seed: int) -> Problem:
    """Return the samples of a file, and the exponents that their kernel predicts."""
    if path.suffix.lower() != ".npz":
        raise InputError(
            f"--task must be {CIRCLE}, or an NPZ file with arrays {INPUTS} and {TARGETS}; got {abbreviate(str(path))}"
        )
    from verify.fits.spectrum_fit import fit_kernel
    from verify.networks.kernels import relu_kernels
    from verify.networks.online_tasks import samples_task
    from verify.spectra.spectrum_file import read_columns

    table = read_columns(path)
    for array in (INPUTS, TARGETS):
        if array not in table.names:
            held = ", ".join(map(abbreviate, table.names))
            raise InputError(f"{table.file} must have arrays {INPUTS} and {TARGETS}; it has {held}")
    inputs, targets = (table.cells[table.names.index(array)] for array in (INPUTS, TARGETS))
    task = samples_task(inputs, targets, seed)
    about: dict[str, Any] = {"task": path.name, "samples": len(task.targets), "held_out": len(task.held_out)}
    few = slice(None, KERNEL_SAMPLES)
    try:
        fit = fit_kernel(relu_kernels(task.inputs[few], power, hidden_layers).tangent, task.targets[few].astype(float))
    except InputError as error:
        return Problem(
            task, 1.0, {}, about, (f"alpha and beta of the kernel are unknown, and no exponent is: {error}",)
        )
    about |= {"alpha": fit.alpha.value, "beta": fit.beta.value}
    predicted: dict[str, tuple[float, float]] = {}
    for regime in REGIMES:
        found = fit.time_exponent[regime]
        low, high = found.interval
        predicted[regime] = found.value, max(high - found.value, found.value - low)
    return Problem(task, max(fit.beta.value, 0.01), predicted, about, tuple(fit.warnings))
