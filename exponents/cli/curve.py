"""The command that prints a loss curve: by the flow, by the two-time equations of finite steps, or by training.

What was asked for is checked in `curve_request`, before NumPy is imported.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from math import isinf, isnan
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from ..names import CONTINUUM, FLOW, FORMATS, METHODS, MODES, SIMULATE, TWO_TIME, require
from .curve_request import LEARNING_RATE, MODES_A_FEATURE, SEEDS, Request, request
from .terminal import Command, format_option, show_report

if TYPE_CHECKING:
    from verify.loss_curve import LossCurve, Model

CUBIC, ROW = 3e-9, 48
"""Seconds that the two-time equations take over the third power of the steps, and bytes over the second."""

A_STEP, A_PAIR, A_DRAW = 1e-5, 3e-9, 1e-10
"""Seconds that a step of a model takes, beside those over N^2; and those of a draw over N^2 M."""

DAY = 86400
"""Seconds."""

SOON, LONG = 90, 30 * DAY
"""Seconds beyond which it is said how long a computation takes, and beyond which it is refused."""


@click.command(cls=Command, short_help="Loss curve of the theory.")
@click.argument("alpha", required=False)
@click.argument("beta", required=False)
@click.option("--gamma", default="1", metavar="G", help="Richness; 0 is lazy.  [default: 1]")
@click.option("--time", "times", default=None, metavar="LIST", help="Times: 1,1e3, or 1:1e12:25 for 25 of them.")
@click.option("--method", default=FLOW, metavar="NAME", help=f"{', '.join(METHODS)}.  [default: {FLOW}]")
@click.option("--model-size", "size", default=None, metavar="N", help="Random features.  [default: infinite]")
@click.option("--batch-size", "batch", default=None, metavar="B", help="Samples a step.  [default: infinite]")
@click.option("--samples", default=None, metavar="P", help="Samples that are reused; with --batch-size, one pass.")
@click.option(
    "--learning-rate",
    "rate",
    default=None,
    metavar="E",
    help=f"eta, where batches or steps are finite.  [default: {LEARNING_RATE}]",
)
@click.option("--seeds", default=None, metavar="K", help=f"Models that {SIMULATE} trains.  [default: {SEEDS}]")
@click.option(
    "--spectrum",
    default=None,
    metavar="NAME",
    help=f"{CONTINUUM}, {MODES}, or a file of a measured one.  [default: {CONTINUUM}; {SIMULATE}: {MODES}]",
)
@click.option(
    "--modes",
    default=None,
    metavar="M",
    help=f"How many, of a spectrum of modes.  [default: all; {SIMULATE}: {MODES_A_FEATURE} N]",
)
@format_option
def curve(
    alpha: str | None,
    beta: str | None,
    gamma: str,
    times: str | None,
    method: str,
    size: str | None,
    batch: str | None,
    samples: str | None,
    rate: str | None,
    seeds: str | None,
    spectrum: str | None,
    modes: str | None,
    form: str,
) -> int:
    """The loss at any time, with its error: of the limit N, B to infinity, of finite models, and with finite batches.

    \b
    flow      gradient flow.  Finite N: the mean over the random features.  Finite
              B: with the variance of batches, to first order in E/B.
    two-time  the mean field equations of finite steps E, at any N and B.
    simulate  models of size N, trained; the mean over K seeds.

    Times are in units of 1/(learning rate): E times the step.  Where steps are finite, times are whole numbers of
    them; those inside a range are rounded.

    With --samples every step uses the same P samples, and the loss on these is printed as well: gradient flow, by the
    flow on the mean over samples (of the continuum), by the mean field equations, or trained on draws.  With
    --batch-size each sample is used once, and training ends with them.

    The spectrum is that of ALPHA and BETA: y^2(k) dk = k^(-alpha beta-1) dk on k >= 1 (continuum), or the sum over
    integers k (modes).  A file has a line for each mode, its eigenvalue and the target's power in it; ALPHA and BETA
    are left out then, and N and B are infinite.

    \b
    Examples:
      exponents curve 3/2 1/2 --gamma 1 --time 1e2,1e6
      exponents curve 2 1.2 --gamma 0.5 --time 1:1e40:9 --spectrum modes
      exponents curve 3/2 1/2 --model-size 64 --batch-size 32
      exponents curve 3/2 1/2 --method two-time --model-size 64 --batch-size 32
      exponents curve 3/2 1/2 --method simulate --model-size 64 --batch-size 32
      exponents curve 3/2 1/2 --samples 100 --model-size 64
      exponents curve --spectrum spectrum.txt --gamma 2
    """
    require(form, FORMATS, "the format")
    require(method, METHODS, "the method")
    asked = request(alpha, beta, gamma, times, method, size, batch, rate, seeds, spectrum, modes, samples)  # type: ignore[arg-type]
    gc.enable()  # a long computation, unlike the exact commands
    found = _found(asked)
    _show(asked, found, form)
    if found.interrupted:
        click.echo(f"exponents: interrupted; what is printed is of {found.seeds} of {asked.seeds} seeds", err=True)
        return 130
    return 0


def _found(asked: Request) -> LossCurve:
    from verify.loss_curve import Model, by_flow, by_simulation, by_two_time, check_simulation

    model = Model(
        alpha=asked.alpha,
        beta=asked.beta,
        gamma=asked.gamma,
        spectrum=CONTINUUM if asked.spectrum == CONTINUUM else MODES,
        modes=asked.modes,
        size=asked.size,
        batch=asked.batch,
        file=asked.file,
        samples=asked.samples,
    )
    if asked.reuses:
        return _reused(asked, model)
    if asked.method == FLOW or asked.learning_rate is None:
        return by_flow(model, asked.times, asked.learning_rate)
    if asked.method == TWO_TIME:
        _tell(_two_time_seconds(asked))
        return by_two_time(model, asked.steps, asked.learning_rate)
    check_simulation(model, asked.steps, asked.learning_rate, asked.seeds)
    _tell(_training_seconds(asked))
    return by_simulation(model, asked.steps, asked.learning_rate, asked.seeds)


def _reused(asked: Request, model: Model) -> LossCurve:
    """On samples that are used in every step."""
    from verify.reuse.loss_curves import by_flow, by_simulation, by_two_time

    if asked.method == FLOW:
        return by_flow(model, asked.times)
    if asked.method == TWO_TIME:
        return by_two_time(model, asked.times)
    return by_simulation(model, asked.times, asked.seeds)


def _two_time_seconds(asked: Request) -> float:
    """About how long the equations at finite N or B take; without these, and without memory, they end soon."""
    from verify.two_time.sizes import MEMORY

    steps = asked.steps[-1]
    return CUBIC * steps**3 if (asked.size or asked.batch) and ROW * steps**2 <= MEMORY else 0.0


def _training_seconds(asked: Request) -> float:
    """About how long training takes.

    Raises
    ------
    InputError
        If it does not end.
    """
    square = (asked.size or 0) ** 2
    step = A_STEP + (A_PAIR * square if asked.gamma > 0 else 0.0)
    seconds = asked.seeds * (step * asked.steps[-1] + A_DRAW * square * (asked.modes or 0))
    if seconds > LONG:
        raise InputError(
            f"training would take some {seconds / DAY:.2g} days; ask for less time, larger steps, a smaller model or "
            "fewer seeds"
        )
    return seconds


def _tell(seconds: float) -> None:
    """Say on standard error what takes minutes."""
    if seconds > SOON:
        text = f"{seconds / 60:.0f} minutes" if seconds < DAY / 12 else f"{seconds / DAY * 24:.0f} hours"
        click.echo(f"exponents: this takes some {text}", err=True)


def _show(asked: Request, found: LossCurve, form: str) -> None:
    """The table or object on standard output; where steps leave the flow, on standard error as well."""
    from ..reports.measured import CURVE_SYMBOLS, curve_table

    columns = {
        "time": found.time,
        "loss": found.loss,
        "error": found.error,
        "train_loss": found.train,
        "local_exponent": found.slope,
        "variance": found.variance,
        "kernel": found.kernel,
        "clock": found.clock,
    }
    known = {key: values.tolist() for key, values in columns.items() if values is not None}
    as_object = {
        key: [None if isnan(value) else value for value in known[key]]
        for key in ("time", "loss", "error", "train_loss")
        if key in known
    }
    notes = _notes(asked, found)
    show_report(lambda: [curve_table(known, _title(asked, found), notes)], lambda: as_object, form)
    plain = {name: symbol.plain for name, symbol in CURVE_SYMBOLS.items()}
    for warning in _warnings(found):
        click.echo(f"exponents: {warning.format_map(plain)}", err=True)


def _title(asked: Request, found: LossCurve) -> str:
    """What was solved, for which model."""
    done = {
        FLOW: "The loss under gradient flow",
        TWO_TIME: "The loss by the two-time equations",
        SIMULATE: f"The loss of trained models, mean of {found.seeds} seeds",
    }[asked.method]
    if asked.reuses:
        size = "N to infinity" if asked.size is None else f"N = {asked.size}"
        parts = [f"P = {asked.samples} samples reused", size]
    elif asked.size is None and asked.batch is None:
        parts = ["N and B to infinity" if asked.file is None else "B to infinity, measured spectrum"]
    else:
        batch = "B to infinity" if asked.batch is None else f"B = {asked.batch}"
        size = "N to infinity" if asked.size is None else f"N = {asked.size}"
        mean = asked.method == FLOW and asked.size is not None
        parts = [batch, f"mean over models of size {size}"] if mean else [size, batch]
    if asked.learning_rate is not None:
        parts.append(f"{{eta}} = {float(asked.learning_rate):g}")
    return ", ".join([done, *parts])


def _notes(asked: Request, found: LossCurve) -> Sequence[str]:
    """What must be known to read the numbers."""
    units = "{eta} times the step" if asked.steps else "in units of 1/(learning rate)"
    notes = [f"At t = 0 the loss is {found.start:.6g}. Times are {units}."]
    if asked.samples is not None and not asked.reuses:
        notes.append(f"One pass: each of P = {asked.samples} samples is used once.")
    if asked.reuses:
        notes += _reuse_notes(asked, found)
    elif found.floor:
        notes.append(f"The loss tends to {found.floor:.6g}, and the exponent is that of what lies above.")
    if asked.batch is not None and found.variance is not None and asked.learning_rate is not None:
        noise = f"{{noise}} = {float(asked.learning_rate / asked.batch):g}"
        notes.append(
            f"From batches: the variance that they add to the flow, to first order in {noise} and for small steps. "
            "What they do to the mean is left out."
        )
    notes += [f"{warning}." for warning in _warnings(found)]
    if asked.method == TWO_TIME and not asked.reuses:
        notes.append("The error is that of the sums over modes, not that of the mean field.")
    if asked.modes is not None and asked.alpha is not None and asked.beta is not None and found.seeds:
        product = float(asked.alpha * asked.beta)
        beyond = f"{asked.modes**-product / product:.2g}"
        notes.append(
            f"The error is the standard error of the mean over seeds. Models have M = {asked.modes} modes; all others "
            f"would add {beyond} to the loss at t = 0."
        )
    return notes


def _reuse_notes(asked: Request, found: LossCurve) -> list[str]:
    """What the two losses are, and what becomes of them."""
    notes = ["L is the loss on new data. Training sees the P samples only, and its loss is that on them."]
    if asked.method == FLOW:
        end = "grows for ever, as N = P" if isinf(found.floor) else f"tends to {found.floor:.6g}"
        notes.append(f"The mean over features and samples. L {end}.")
    if asked.method == TWO_TIME:
        notes.append("The error is that of the time grid and of the sums over modes, not that of the mean field.")
    return notes


def _warnings(found: LossCurve) -> list[str]:
    """Where a method ceases to say what training does."""
    warnings = []
    if found.unstable is not None:
        warnings.append(
            f"From t = {found.unstable:.3g} on {{sharpness}} exceeds 2, and gradient descent in steps does not follow "
            "the flow"
        )
    if found.undetermined is not None:
        warnings.append(
            f"From t = {found.undetermined:.3g} on the solution alternates from step to step: models differ, some may "
            "diverge, and how the curve goes on depends on its last digits"
        )
    return warnings
