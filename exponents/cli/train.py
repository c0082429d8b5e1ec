"""The command ``exponents train``: train networks, measure the exponent of their loss, and judge the prediction.

Words and numbers are checked before JAX is imported.
"""

from __future__ import annotations

import gc
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from ..files.whole_files import check_place, write_whole
from ..rationals import exact, to_double
from .progress import current_progress, say
from .signals import exit_status
from .terminal import Command, format_option, show_report
from .train_problem import BATCH, BETA, CIRCLE, FOLDERS, IMAGES, LAYERS, UNITS, Problem, read_problem
from .words import Whole

if TYPE_CHECKING:
    from verify.curves import LossCurve
    from verify.networks.network_ensemble import Training


_TASKS = ", ".join((CIRCLE, *IMAGES))


@click.command(cls=Command, log=True, short_help="Train networks, and judge the predicted exponent.")
@click.option("--task", default=CIRCLE, metavar="TASK", help=f"{_TASKS}, or an NPZ file.  [default: {CIRCLE}]")
@click.option("--data", metavar="FOLDER", help=f"Files of {', '.join(FOLDERS)}.")
@click.option("--beta", metavar="B", help=f"Source exponent of the circle.  [default: {BETA}]")
@click.option("--q", metavar="Q", help="Or its target: Fourier modes k^-Q.")
@click.option("--q-phi", metavar="P", help="Activation relu(h)^P, above 1/2.  [default: 1]")
@click.option(
    "--width", type=Whole(), metavar="N", help=f"Units of a layer.  [default: {UNITS[False]}; images: {UNITS[True]}]"
)
@click.option("--depth", type=Whole(), default=LAYERS, metavar="D", help=f"Layers of weights.  [default: {LAYERS}]")
@click.option("--gamma0", default="1", metavar="G", help="Richness; 0 is the linearised network.  [default: 1]")
@click.option(
    "--batch-size",
    type=Whole(),
    metavar="B",
    help=f"Fresh samples of a step.  [default: {BATCH[False]}; images: {BATCH[True]}]",
)
@click.option("--learning-rate", metavar="E", help="Below 2.  [default: follows from K and beta]")
@click.option("--steps", type=Whole(), default="20000", metavar="K", help="Steps of each network.  [default: 20000]")
@click.option("--seeds", type=Whole(), default="3", metavar="K", help="Networks.  [default: 3]")
@click.option(
    "--seed",
    type=Whole(0),
    default="0",
    metavar="S",
    help="Seed of the first of them; the others follow it.  [default: 0]",
)
@click.option("--resume", metavar="FILE", help="Keep the state in FILE, and go on from it if it is there.")
@click.option("--save-spectrum", metavar="FILE", help="Keep the kernel's spectrum, for exponents curve.")
@format_option
def train(form: str, resume: str | None, save_spectrum: str | None, **words: Any) -> int:
    """Train networks online, and compare the exponent of their loss with the prediction of the solvable model.

    The network is a multilayer perceptron in mean-field parameterisation, trained by gradient descent on fresh samples
    and centred: it learns with f - f_0.  Its time t is E times the step, in units in which its tangent kernel starts
    with diagonal 1, at any width, depth and richness.  With --gamma0 0 it is linear in its weights, the lazy limit.

    Inputs lie on a circle, and the target is the sum of k^-Q cos(k theta) over k >= 1.  The loss is that on the whole
    circle.  With activation relu(h)^P the paper has alpha = 2 P and beta = (2 Q - 1)/(2 P) (eq. 14), and predicts that
    L falls as t^-beta if lazy, and as t^-chi(beta) if rich.

    Where the target is hard, beta < 1, the kernel of a rich network grows, and a fixed step leaves the flow once E
    times the kernel is of order one.  The default E is the largest that stays inside until the last step, and at most
    1/4.

    digits are images of 8 x 8 pixels that scikit-learn ships, under random rotations, scales and shifts: an endless
    stream.  mnist, cifar10 and cifar5m are read from --data, in the files of their authors.  The network is a
    convolutional one, and alpha and beta are those of its tangent kernel before training, on at most 2000 images.

    A file of your own is NPZ, with arrays inputs and targets: one row, and one number, for each sample.  A fifth is
    held out.  alpha and beta are those of the tangent kernel of infinite width, with intervals; batches are drawn with
    replacement, and a warning says how often each sample is used.

    The exponent is measured in the later half of ln t, from the root of the last time on.  Its error is the sum of
    noise (the seeds' slopes, 95 %) and drift (half of the difference between the slopes in the two halves).  A
    prediction outside the error is refuted; inside, it is confirmed if the error is at most 0.05.

    --save-spectrum writes the eigenvalues of the kernel and the squared coefficients of the target, in the same unit of
    time: `exponents curve --spectrum FILE --gamma 0` is the loss of the kernel under gradient flow.

    Training needs JAX, which the extra networks installs.

    \b
    Examples:
      exponents train --beta 1/2 --width 64 --steps 2000
      exponents train --beta 1/2 --gamma0 0
      exponents train --q 7/4 --width 512 --seeds 8 --resume easy.npz
      exponents train --task samples.npz --width 128
      exponents train --task digits --gamma0 3 --save-spectrum digits.csv
      exponents train --task mnist --data downloads/mnist
    """
    steps, seeds, first = (words.pop(name) for name in ("steps", "seeds", "seed"))
    batch_size = words.pop("batch_size") or BATCH[words["task"] in IMAGES]
    rate = None if words["learning_rate"] is None else exact(words["learning_rate"], "--learning-rate")
    if save_spectrum is not None:
        check_place(save_spectrum, "--save-spectrum", "check its folder")
    problem = read_problem(words, first)
    if save_spectrum is not None:
        write_whole(save_spectrum, _write_spectrum(problem), "--save-spectrum", "check its folder")
    from verify.networks.network_ensemble import Training, train_networks
    from verify.networks.network_prediction import choose_learning_rate

    network = problem.network
    chosen = choose_learning_rate(problem.beta, steps, network.lazy)
    eta = chosen if rate is None else to_double(rate, "--learning-rate")
    training = Training(batch_size, eta, steps)
    gc.enable()  # a long computation, unlike the exact commands
    progress = current_progress()
    progress.begin("steps of training")

    def report(done: int, total: int) -> None:
        progress.done, progress.known = done, total

    curve = train_networks(
        network, problem.task, training, range(first, first + seeds), Path(resume) if resume else None, report
    )
    settings = {
        **problem.about,
        "width": network.width,
        "depth": network.depth,
        "gamma0": str(exact(words["gamma0"], "--gamma0")),
        "learning_rate": eta,
        "batch_size": batch_size,
        "steps": steps,
        "seeds": seeds,
        "seed": first,
    }
    found = {"settings": settings, **_judge(curve, problem, training)}
    from ..reports.training_tables import training_tables

    show_report(lambda: training_tables(found), lambda: found, form)
    for warning in found["warnings"]:
        say(f"exponents: {warning}")
    if curve.status.interrupted:
        say(f"exponents: interrupted; the loss is the mean of {len(curve.status.seeds)} seeds")
        return exit_status()
    return 0


def _write_spectrum(problem: Problem) -> str:
    """Return the text of a file that ``exponents curve --spectrum`` reads."""
    rows = zip(*(values.tolist() for values in problem.spectrum()), strict=True)
    return "\n".join(["eigenvalue,squared_coefficient", *(f"{one!r},{other!r}" for one, other in rows), ""])


def _judge(curve: LossCurve, problem: Problem, training: Training) -> dict[str, Any]:
    """Return the curve, the exponents and the verdicts as JSON holds them; without an exponent where times are few."""
    from verify.networks.network_exponent import measure_exponent

    found: dict[str, Any] = {
        "curve": {name: list(map(_finite, getattr(curve, name).tolist())) for name in ("time", "loss", "error")}
        | {"losses": curve.losses.tolist()},
        "predicted": {regime: value for regime, (value, _) in problem.predicted.items()},
        "prediction_error": {regime: error for regime, (_, error) in problem.predicted.items()},
        "measured": None,
        "verdicts": dict.fromkeys(problem.predicted, "undecided"),
        "warnings": [*problem.warnings, *problem.warn_of_reuse(training)],
    }
    try:
        measured = measure_exponent(curve)
    except InputError as error:
        return found | {"warnings": [*found["warnings"], str(error)]}
    parts = {name: _finite(getattr(measured, name)) for name in ("error", "noise", "drift")}
    about = {"exponent": measured.value, **parts, "window": list(measured.window), "seeds": measured.seeds}
    return found | {
        "measured": about,
        "verdicts": {regime: measured.judge(*value) for regime, value in problem.predicted.items()},
    }


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
