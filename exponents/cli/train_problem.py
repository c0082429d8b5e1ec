"""What do networks train on, and which exponent is predicted?  The circle, images, or samples of the user's own.

For samples and images, alpha and beta are those of the tangent kernel at initialisation, with the targets as
labels; see `verify.fits.spectrum_fit`.  For samples the network is infinitely wide; for images it is that of the
first seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..names import REGIMES
from ..rationals import abbreviate, check_source, exact, to_double
from .words import write_option

if TYPE_CHECKING:
    from verify.arrays import Reals
    from verify.networks.network import Network
    from verify.networks.network_ensemble import Training
    from verify.networks.online_tasks import Task
    from verify.networks.perceptron import Perceptron

CIRCLE, DIGITS = "circle", "digits"
"""The tasks that are built in."""

FOLDERS = ("mnist", "cifar10", "cifar5m")
"""Data sets in a folder."""

IMAGES = (DIGITS, *FOLDERS)
"""Tasks of images."""

BETA = "1/2"
"""Source exponent of the circle, unless another is chosen."""

INPUTS, TARGETS = "inputs", "targets"
"""Arrays of a file of samples."""

LAYERS = "4"
"""Layers of weights, unless another depth is chosen."""

UNITS, BATCH = {True: 32, False: 256}, {True: 32, False: 128}
"""Width and batch size unless others are chosen, for images and otherwise."""

KERNEL_SAMPLES = 2000
"""Most samples of the kernel from which alpha and beta follow."""

HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Problem:
    """A task, and what is predicted for it.

    Attributes
    ----------
    network : Network
    task : Task
    beta : Fraction or float
        From which the learning rate follows.
    predicted : mapping of str to (float, float)
        For each regime the exponent and half of the width of its interval; empty if there is no prediction.
    about : mapping of str to text or number
        What the output says of it.
    spectrum : callable
        Returns eigenvalues of the tangent kernel, in units of the mean of its diagonal, and squared coefficients of
        the target.
    warnings : tuple of str
    """

    network: Network
    task: Task
    beta: Fraction | float
    predicted: Mapping[str, tuple[float, float]]
    about: Mapping[str, Any]
    spectrum: Callable[[], tuple[Reals, Reals]]
    warnings: tuple[str, ...] = ()

    def warn_of_reuse(self, training: Training) -> tuple[str, ...]:
        """Return a warning if samples that stand for themselves alone are drawn again."""
        often = training.batch_size * training.steps / len(self.task.targets)
        if self.task.fresh or often <= 1:
            return ()
        return (f"each sample is drawn some {often:.3g} times; the prediction is for samples that are always new",)


def read_problem(words: Mapping[str, Any], seed: int) -> Problem:
    """Return the problem that options ask for.

    Parameters
    ----------
    words : mapping
        The options of ``exponents train``; None where one was not given.
    seed : int
        Of the first network.

    Raises
    ------
    InputError
        If an option or a file cannot be used.

    Examples
    --------
    >>> words = dict.fromkeys(("q", "beta", "q_phi", "data", "width"))
    >>> found = read_problem({**words, "task": "circle", "beta": "1/4", "depth": 4, "gamma0": "1"}, 0)
    >>> found.about, found.predicted["rich"]
    ({'task': 'circle', 'alpha': '2', 'beta': '1/4', 'q': '3/4', 'q_phi': '1'}, (0.4, 0.0))
    """
    name = words["task"]
    images = name in IMAGES
    unused = () if name == CIRCLE else ("q", "beta", "q_phi") if images else ("q", "beta")
    given = next((option for option in unused if words[option] is not None), None)
    if given is not None:
        of_what = "multilayer perceptrons" if given == "q_phi" else f"the task {CIRCLE}"
        raise InputError(f"{write_option(given)} is for {of_what}; got the task {abbreviate(name)}; leave it out")
    if (words["data"] is None) == (name in FOLDERS):
        what = "needs" if name in FOLDERS else "does not take"
        raise InputError(f"the task {abbreviate(name)} {what} --data FOLDER, the folder of {', '.join(FOLDERS)}")
    width, depth = words["width"] or UNITS[images], words["depth"]
    richness = to_double(exact(words["gamma0"], "--gamma0"), "--gamma0")
    if images:
        return _read_images(name, words["data"], width, depth, richness, seed)
    power = exact("1" if words["q_phi"] is None else words["q_phi"], "--q-phi")
    from verify.networks.perceptron import Perceptron

    network = Perceptron(width, depth, to_double(power, "--q-phi"), richness)
    if name == CIRCLE:
        return _read_circle(words, power, network)
    return _read_samples(Path(name), power, network, seed)


def _read_circle(words: Mapping[str, Any], power: Fraction, network: Perceptron) -> Problem:
    """Return the circle, for the q or the beta that is given (eq. 14)."""
    q, beta = words["q"], words["beta"]
    if q is not None and beta is not None:
        both = f"{abbreviate(q)} and {abbreviate(beta)}"
        raise InputError(f"--q and --beta say the same; got {both}; leave one of them out")
    decay = None if q is None else exact(q, "--q")
    if decay is not None and decay <= HALF:
        raise InputError(f"--q must be above 1/2, where the target is square integrable; got {decay}; try 1")
    source = check_source(exact(BETA if beta is None else beta, "--beta"))
    from verify.networks.circle_spectrum import learned_spectrum
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
    about = {"task": CIRCLE, "alpha": str(capacity), "beta": str(source), "q": str(decay), "q_phi": str(power)}

    spectrum = partial(learned_spectrum, float(decay), network.power, network.depth - 1)
    return Problem(network, circle_task(decay), source, predicted, about, spectrum)


def _read_samples(path: Path, power: Fraction, network: Perceptron, seed: int) -> Problem:
    """Return the samples of a file, and the exponents that their kernel predicts."""
    if path.suffix.lower() != ".npz":
        raise InputError(
            f"--task must be {CIRCLE}, {', '.join(IMAGES)}, or an NPZ file with arrays {INPUTS} and {TARGETS}; "
            f"got {abbreviate(str(path))}"
        )
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
    few = slice(None, KERNEL_SAMPLES)
    kernel = relu_kernels(task.inputs[few], network.power, network.depth - 1).tangent
    about = {"task": path.name, "q_phi": str(power)}
    return predict_from_kernel(network, task, about, kernel, task.targets[few].astype(float))


def _read_images(name: str, folder: str | None, width: int, depth: int, richness: float, seed: int) -> Problem:
    """Return a task of images, with the exponents that the network of the first seed predicts before it is trained."""
    from verify.networks.convolutional import Convolutional
    from verify.networks.image_folders import folder_task
    from verify.networks.image_tasks import digits_task
    from verify.networks.network import start_kernel

    network = Convolutional(width, depth, richness)
    task = digits_task() if folder is None else folder_task(name, Path(folder))
    assert task.answers is not None
    targets = task.answers[:KERNEL_SAMPLES].astype(float)
    kernel = start_kernel(network, task.held_out[:KERNEL_SAMPLES], seed)
    return predict_from_kernel(network, task, {"task": name}, kernel, targets - targets.mean(axis=0))


def predict_from_kernel(
    network: Network, task: Task, name: Mapping[str, Any], kernel: Reals, targets: Reals
) -> Problem:
    """Return the problem of a task, with the exponents that a kernel on some samples predicts.

    Parameters
    ----------
    network : Network
    task : Task
    name : mapping
        What the output says of it first.
    kernel : array of shape (samples, samples)
    targets : array of shape (samples,) or (samples, outputs)

    Examples
    --------
    >>> import numpy as np
    >>> from verify.networks.online_tasks import samples_task
    >>> from verify.networks.perceptron import Perceptron
    >>> x = np.random.default_rng(0).uniform(size=600)
    >>> brown = np.minimum.outer(x, x)
    >>> found = predict_from_kernel(Perceptron(), samples_task(x[:, None], x), {}, brown, x - x.mean())
    >>> round(found.about["alpha"], 1), bool(found.spectrum()[0].sum().round(9) == 1)
    (2.1, True)
    """
    from verify.fits.kernel_spectrum import kernel_modes
    from verify.fits.spectrum_fit import fit_kernel

    about: dict[str, Any] = {**name, "samples": len(task.targets), "held_out": len(task.held_out)}

    def measure_spectrum() -> tuple[Reals, Reals]:
        modes = kernel_modes(kernel / kernel.diagonal().mean(), targets)
        return modes.eigenvalues, modes.coefficients

    try:
        fit = fit_kernel(kernel, targets)
    except InputError as error:
        unknown = f"alpha and beta of the kernel are unknown, and no exponent is predicted: {error}"
        return Problem(network, task, 1.0, {}, about, measure_spectrum, (unknown,))
    about |= {"alpha": fit.alpha.value, "beta": fit.beta.value}
    if not fit.time_exponent:
        outside = (
            f"no exponent is predicted: alpha = {fit.alpha.value:.3g} and beta = {fit.beta.value:.3g} have no regime"
        )
        return Problem(network, task, 1.0, {}, about, measure_spectrum, (outside, *fit.warnings))
    predicted: dict[str, tuple[float, float]] = {}
    for regime in REGIMES:
        found = fit.time_exponent[regime]
        low, high = found.interval
        predicted[regime] = found.value, max(high - found.value, found.value - low)
    return Problem(network, task, max(fit.beta.value, 0.01), predicted, about, measure_spectrum, tuple(fit.warnings))
