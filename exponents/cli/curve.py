"""The command that prints a loss curve: by the flow, by the two-time equations of finite steps, or by training.

`curve_request` checks the options before NumPy is imported; `verify.solvers` solves.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from math import inf, isinf
from typing import TYPE_CHECKING, Any, cast

import click

from verify.model import SEEDS

from ..errors import InputError
from ..names import CONTINUUM, FLOW, FORMATS, METHODS, MODES, SIMULATE, TWO_TIME, Method, require
from .curve_request import LEARNING_RATE, MODES_A_FEATURE, Request, name_options, request
from .terminal import Command, column_options, format_option, show_report

if TYPE_CHECKING:
    from verify.curves import LossCurve
    from verify.model import Model

DAY = 86400  # seconds

SOON, LONG = 90, 30 * DAY
"""Seconds beyond which the command says how long a computation takes, and beyond which it refuses to begin."""

LARGE = 0.1
"""Share of the loss beyond which a model error is a warning."""


@click.command(cls=Command, short_help="Loss curve of the theory.")
@click.argument("alpha", required=False)
@click.argument("beta", required=False)
@click.option("--gamma", default="1", metavar="G", help="Richness; 0 is lazy.  [default: 1]")
@click.option("--time", "times", default=None, metavar="LIST", help="Times: 1,1e3, or 1:1e12:25 for 25 of them.")
@click.option("--method", default=FLOW, metavar="NAME", help=f"{', '.join(METHODS)}.  [default: {FLOW}]")
@click.option("--model-size", "size", default=None, metavar="N", help="Random features.  [default: infinite]")
@click.option("--batch-size", "batch", default=None, metavar="B", help="Samples per step.  [default: infinite]")
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
@column_options
@click.option(
    "--modes",
    default=None,
    metavar="M",
    help=f"Number of modes (with --spectrum {MODES}).  [default: all; {SIMULATE}: {MODES_A_FEATURE} N]",
)
@format_option
def curve(method: str, form: str, **words: Any) -> int:
    """The loss at any time, with its error: of the limit N, B to infinity, of finite models, and with finite batches.

    \b
    flow      gradient flow.  Finite N: the mean field of the random features.
              Finite B: with the variance and the shift of the mean by batches, to
              first order in E/B.
    two-time  the mean field equations of finite steps E, at any N and B.  With
              --gamma 0 exact second moments, for any number of steps.
    simulate  models of size N, trained; the mean over K seeds.

    Times are in units of 1/(learning rate): E times the step.  With a finite step, times must be multiples of E; times
    from a range are rounded.  Warnings say from when on E kappa mu_1 > 2, where gradient descent is unstable, and from
    when on the last digits decide.

    At finite N, B or P a second error, the model error, is the size of what the mean field leaves out.

    With --samples every step uses the same P samples, and the loss on these is printed as well.  Training is gradient
    flow then; with flow: the mean field of samples, continuum only; two-time: its equations; simulate: training
    on drawn samples.  With --batch-size each sample is used once, and training stops when they are used up.

    The spectrum is that of ALPHA and BETA: y^2(k) dk = k^(-alpha beta-1) dk on k >= 1 (continuum), or the sum over
    integers k (modes).  A file has one row per mode: its eigenvalue and the squared coefficient of the target in it.
    It is text (- is standard input), or NPY, NPZ or Parquet.  ALPHA and BETA are left out then, and N and B are
    infinite.

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
    asked = request(method=cast("Method", method), **words)
    gc.enable()  # a long computation, unlike the exact commands
    found = _solve(asked)
    _show(asked, found, form)
    if found.status.interrupted:
        finished = f"{len(found.status.seeds)} of {asked.seeds or SEEDS} seeds"
        click.echo(f"exponents: interrupted; the curve is the mean of {finished}", err=True)
        return 130
    return 0


def _solve(asked: Request) -> LossCurve:
    """Return the curve; what takes minutes is announced on standard error, what takes a month is refused."""
    from verify import solvers

    question = (asked.model, asked.times, asked.method, asked.learning_rate, asked.seeds)
    with name_options():
        seconds = solvers.estimate_seconds(*question)
        if seconds > LONG:
            raise InputError(
                f"training would take some {seconds / DAY:.2g} days; ask for less time, larger steps, a smaller model "
                "or fewer seeds"
            )
        if seconds > SOON:
            text = f"{seconds / 60:.0f} minutes" if seconds < DAY / 12 else f"{seconds / DAY * 24:.0f} hours"
            click.echo(f"exponents: this takes some {text}", err=True)
        return solvers.loss_curve(*question)


def _show(asked: Request, found: LossCurve, form: str) -> None:
    """Print the table or object on standard output, and warnings on standard error as well."""
    from ..reports.measured import CURVE, CURVE_SYMBOLS, curve_columns, curve_object, curve_table

    known = {key: values.tolist() for key, values in curve_columns(found).items() if key in CURVE}
    notes = _notes(asked, found)
    show_report(lambda: [curve_table(known, _title(asked, found), notes)], lambda: curve_object(found), form)
    plain = {name: symbol.plain for name, symbol in CURVE_SYMBOLS.items()}
    for warning in _warnings(asked, found):
        click.echo(f"exponents: {warning.format_map(plain)}", err=True)


def _title(asked: Request, found: LossCurve) -> str:
    """Return what was solved, for which model."""
    model = asked.model
    done = {
        FLOW: "The loss under gradient flow",
        TWO_TIME: "The loss by the two-time equations",
        SIMULATE: f"The loss of trained models, mean of {len(found.status.seeds)} seeds",
    }[asked.method]
    if asked.is_lazy_recursion:
        done = "The lazy loss in finite steps, by exact second moments"
    size = "N to infinity" if model.model_size is None else f"N = {model.model_size}"
    batch = "B to infinity" if model.batch_size is None else f"B = {model.batch_size}"
    if model.reuses:
        parts = [f"P = {model.samples} samples reused", size]
    elif model.model_size is None and model.batch_size is None:
        parts = ["N and B to infinity" if model.file is None else "B to infinity, measured spectrum"]
    elif asked.is_lazy_recursion and model.model_size is not None:
        parts = [f"mean-field spectrum of {size}", batch]
    elif asked.method == FLOW and model.model_size is not None:
        parts = [batch, f"mean field of models of size {size}"]
    else:
        parts = [size, batch]
    if asked.learning_rate is not None:
        parts.append(f"{{eta}} = {float(asked.learning_rate):g}")
    return ", ".join([done, *parts])


def _notes(asked: Request, found: LossCurve) -> Sequence[str]:
    """Return what must be known to read the numbers."""
    model = asked.model
    units = "{eta} times the step" if asked.counts_steps else "in units of 1/(learning rate)"
    notes = [f"At t = 0 the loss is {found.start:.6g}. Times are {units}."]
    if model.most_steps is not None:
        notes.append(f"One pass: each of P = {model.samples} samples is used once.")
    if model.reuses:
        notes += _reuse_notes(asked, found)
    elif found.floor:
        taken = " The exponent is taken of L minus this." if "loss_slope" in found.observed else ""
        notes.append(f"Final loss: {found.floor:.6g}.{taken}")
        if asked.method == FLOW and model.model_size is not None:
            from verify.spectra.floor import four_point_floor

            mean = sum(four_point_floor(*model.exponents, model.model_size, model.spectrum, model.modes))
            notes.append(f"With its four-point part, the first order in 1/N that the mean field lacks: {mean:.6g}.")
    if asked.method == FLOW and model.batch_size is not None and asked.learning_rate is not None:
        noise = f"{{noise}} = {float(asked.learning_rate / model.batch_size):g}"
        notes.append(
            f"From batches: the variance that they add{', and the shift of the mean' if model.gamma else ''}, to first "
            f"order in {noise}, for Gaussian features and small steps."
        )
    if "left_out" in found.observed:
        notes.append("Left out: the exact lazy loss in steps of {eta}, less L.")
    notes += [f"{warning}." for warning in _warnings(asked, found)]
    if "between_models" in found.observed:
        notes.append(
            "Between models: what the mean over models adds to L, which is on their mean-field spectrum, to first "
            "order in 1/N. Neither L nor its error contains it."
        )
    if asked.is_lazy_recursion:
        notes.append(_lazy_note(model))
    elif asked.method == TWO_TIME and not model.reuses:
        notes.append("The error covers the sums over modes, not the mean field.")
    if "model" in found.errors:
        notes.append(
            f"Model error: the size of what {'that' if asked.is_lazy_recursion else 'the mean field'} leaves out, of "
            f"order {_orders(asked)}. The error of L is that of the numbers."
        )
    if model.modes is not None and found.status.seeds:
        alpha, beta = model.exponents
        beyond = f"{model.modes ** -float(alpha * beta) / float(alpha * beta):.2g}"
        notes.append(
            f"The error is the standard error of the mean over seeds. Models have M = {model.modes} modes; the modes "
            f"left out would add {beyond} to the loss at t = 0."
        )
    return notes


def _orders(asked: Request) -> str:
    """Return the small numbers that a mean field leaves out."""
    model = asked.model
    batch = None if asked.is_lazy_recursion or model.reuses else model.batch_size
    sizes = {"1/N": model.model_size, "1/B": batch, "1/P": model.samples if model.reuses else None}
    return " and ".join(name for name, size in sizes.items() if size is not None)


def _lazy_note(model: Model) -> str:
    """Return what is exact at gamma = 0."""
    exact = "At {gamma} = 0 second moments close"
    if model.batch_size is not None:
        exact += ": the mean over Gaussian batches is exact, with its four-point part"
    return f"{exact}. L is the loss of the flow, and what steps and batches add to it."


def _reuse_notes(asked: Request, found: LossCurve) -> list[str]:
    """Return what the two losses are, and how they end."""
    notes = ["L is the loss on new data. Training sees the P samples only."]
    if asked.method == FLOW:
        from verify.reuse.finite_sizes import mean_final_loss

        end = "grows without end, since N = P" if isinf(found.floor) else f"tends to {found.floor:.6g}"
        model = asked.model
        assert model.samples is not None
        mean = mean_final_loss(*model.exponents, inf if model.model_size is None else model.model_size, model.samples)
        if model.model_size is not None and not isinf(mean):
            end += f"; with the exact factor of finite N and P, to {mean:.6g}"
        notes.append(f"The mean field of features and samples. L {end}.")
    if asked.method == TWO_TIME:
        notes.append("The error covers the time grid and the sums over modes, not the mean field.")
    return notes


def _warnings(asked: Request, found: LossCurve) -> list[str]:
    """Return why, and after which times, the curve must be read with care."""
    warnings, model = [], asked.model
    if model.reuses and model.samples and model.model_size and abs(model.samples - model.model_size) <= 1:
        warnings.append(
            "The mean over models is infinite at infinite time, since |N - P| <= 1; the mean field falls short of it "
            "at late times; take N and P further apart, or less time"
        )
    left_out = found.errors.get("model", 0 * found.loss)
    large = found.time[left_out > LARGE * found.loss].tolist()
    if len(large):
        where = f"At t = {large[0]:.3g}" + (f" to {large[-1]:.3g}" if len(large) > 1 else "")
        warnings.append(
            f"{where} the model error exceeds a tenth of L: means over models differ from the mean field; train some "
            f"with --method {SIMULATE}"
        )
    if found.status.unstable_from is not None:
        warnings.append(
            f"From t = {found.status.unstable_from:.3g} on {{sharpness}} exceeds 2, and gradient descent in steps does "
            "not follow the flow"
        )
    if found.status.mean_bounded_below is not None:
        warnings.append(
            f"{{eta}} exceeds {found.status.mean_bounded_below:.6g}, up to which the mean loss is bounded; here it "
            "grows without end"
        )
    if found.status.modes_learned_from is not None:
        warnings.append(
            f"At t = {found.status.modes_learned_from:.3g} the last mode of the spectrum is learned; from there on, "
            "and gradually before, the curve shows where the file ends, not the law of the kernel; ask for less time, "
            "or give more modes"
        )
    if found.status.undetermined_from is not None:
        warnings.append(
            f"From t = {found.status.undetermined_from:.3g} on the solution alternates from step to step and "
            "depends on its last digits: its error is at least the loss, and trained models may differ or diverge"
        )
    return warnings
