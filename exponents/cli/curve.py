"""The command that prints a loss curve: by the flow, by the two-time equations of finite steps, or by training.

`curve_request` checks the options before NumPy is imported; `verify.solvers` solves.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from verify.model import SEEDS
from verify.sweep.curve_question import LEARNING_RATE, MODES_A_FEATURE, CurveQuestion

from ..errors import InputError, NotSolved
from ..names import CONTINUUM, FLOW, METHODS, MODES, SIMULATE, SPECTRA
from .curve_request import name_options, read_questions, write_options
from .curve_text import curve_notes, curve_title
from .progress import current_progress, say
from .signals import exit_status
from .terminal import Command, column_options, format_option, show_report
from .words import Word

if TYPE_CHECKING:
    from verify.curves import LossCurve

    from ..reports.render import Table

DAY = 86400  # seconds

SOON, LONG = 90, 30 * DAY
"""Seconds beyond which the command says how long a computation takes, and beyond which it refuses to begin."""

MOST_DAYS = 10**9  # a larger number of days is not told


@click.command(cls=Command, short_help="Loss curve of the theory.")
@click.argument("alpha", required=False)
@click.argument("beta", required=False)
@click.option("--gamma", default="1", metavar="G", help="Richness; 0 is lazy.  [default: 1]")
@click.option("--time", metavar="LIST", help="Times: 1,1e3, or 1:1e12:25 for 25 of them.")
@click.option(
    "--method", default=FLOW, type=Word(METHODS), metavar="NAME", help=f"{', '.join(METHODS)}.  [default: {FLOW}]"
)
@click.option("--model-size", metavar="N", help="Random features.  [default: infinite]")
@click.option("--batch-size", metavar="B", help="Samples per step.  [default: infinite]")
@click.option("--samples", metavar="P", help="Samples that are reused; with --batch-size, one pass.")
@click.option(
    "--learning-rate", metavar="E", help=f"eta, where batches or steps are finite.  [default: {LEARNING_RATE}]"
)
@click.option("--small-steps", is_flag=True, help="With two-time: steps tend to 0 at fixed E/B.")
@click.option("--seeds", metavar="K", help=f"Models that {SIMULATE} trains.  [default: {SEEDS}]")
@click.option("--seed", metavar="S", help="Seed of the first of them; the others follow it.  [default: 0]")
@click.option(
    "--spectrum",
    type=Word(SPECTRA),
    metavar="NAME",
    help=f"{CONTINUUM}, {MODES}, or a file of a measured one.  [default: {CONTINUUM}; {SIMULATE}: {MODES}]",
)
@column_options
@click.option(
    "--modes",
    metavar="M",
    help=f"Number of modes (with --spectrum {MODES}).  [default: all; {SIMULATE}: {MODES_A_FEATURE} N]",
)
@format_option
def curve(form: str, **words: Any) -> int:
    """The loss at any time, with its error: of the limit N, B to infinity, of finite models, and with finite batches.

    \b
    flow      gradient flow.  Finite N: the mean field of the random features.
              Finite B: with the variance and the shift of the mean by batches, to
              first order in E/B.
    two-time  the mean field equations of finite steps E, at any N and B.  With
              --gamma 0 exact second moments, for any number of steps.  With
              --small-steps the limit of small steps at fixed E/B, at any time.
    simulate  models of size N, trained; the mean over K seeds.

    Times are in units of 1/(learning rate): E times the step.  With a finite step, times must be multiples of E; times
    from a range are rounded.  Warnings say from when on E kappa mu_1 > 2, where gradient descent is unstable, and from
    when on the last digits decide.

    At finite N, B or P a second error, the model error, is the size of what the mean field leaves out.

    With --samples every step uses the same P samples, and the loss on these is printed as well.  Training is gradient
    flow then; with flow: the mean field of samples, continuum only; two-time: its equations; simulate: training
    on drawn samples.  With --batch-size each sample is used once, and training stops when they are used up.

    Where --gamma, --model-size, --batch-size or --samples hold lists, such as 0,1,5 or 64,inf, there is a curve for
    each combination: a table each, or one long table in CSV.  CSV and JSON say for which setting a curve holds, its
    warnings, and the version.

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
      exponents curve 3/2 1/2 --method two-time --batch-size 32 --small-steps
      exponents curve 3/2 1/2 --method simulate --model-size 64 --batch-size 32
      exponents curve 3/2 1/2 --samples 100 --model-size 64
      exponents curve 3/2 1/2 --gamma 0,1,5 --model-size 64,inf --format csv
      exponents curve --spectrum spectrum.txt --gamma 2
    """
    asked = read_questions(words)
    gc.enable()  # a long computation, unlike the exact commands
    progress = current_progress()
    progress.expected, progress.known = _announce(asked), len(asked) if len(asked) > 1 else 0
    status, solved = 0, []
    for question in asked:
        try:
            with name_options():
                solved.append((question, question.solve()))
                progress.done += 1
        except NotSolved as error:
            if len(asked) == 1:
                raise
            status = _say(f"{_name_setting(question)}: not solved: {error}", 1)
        except KeyboardInterrupt:
            if not solved:
                raise
            status = _say(f"interrupted; {len(solved)} of {len(asked)} curves are shown", exit_status())
            break
        if solved and solved[-1][1].status.interrupted:
            finished = f"{len(solved[-1][1].status.seeds)} of {solved[-1][0].seeds} seeds"
            status = _say(f"interrupted; the curve is the mean of {finished}", exit_status())
            break
    _show(solved, form, among=len(asked) > 1)
    return status


def _say(message: str, status: int) -> int:
    """Print a message on standard error, and return the status."""
    say(f"exponents: {message}")
    return status


def _name_setting(asked: CurveQuestion) -> str:
    """Return what the curves of one command differ in."""
    model = asked.model
    sizes = {"N": model.model_size, "B": model.batch_size, "P": model.samples}
    return ", ".join([f"gamma = {asked.gamma}", *(f"{name} = {size}" for name, size in sizes.items() if size)])


def _announce(asked: Sequence[CurveQuestion]) -> float:
    """Return how many seconds the curves take; say it if minutes, and refuse what takes a month."""
    with name_options():
        seconds = sum(question.estimate_work()[0] for question in asked)
    if seconds > LONG:
        days = f"some {seconds / DAY:.2g}" if seconds < MOST_DAYS * DAY else f"more than {MOST_DAYS:g}"
        raise InputError(
            f"this would take {days} days; ask for less time, larger steps, a smaller model or fewer seeds"
        )
    if seconds > SOON:
        text = f"{seconds / 60:.0f} minutes" if seconds < DAY / 12 else f"{seconds / DAY * 24:.0f} hours"
        say(f"exponents: this takes some {text}")
    return seconds


def _show(solved: Sequence[tuple[CurveQuestion, LossCurve]], form: str, among: bool) -> None:
    """Print tables or objects on standard output, and warnings on standard error as well."""
    from verify.sweep.record import curve_record, curve_warnings

    from ..reports.measured import CURVE_SYMBOLS, curve_table, long_table, printed_columns

    records = [curve_record(*pair) for pair in solved]

    def tables() -> Iterator[Table]:
        if form == "csv":
            yield long_table(records)
            return
        for asked, found in solved:
            yield curve_table(printed_columns(found), curve_title(asked, found, among), curve_notes(asked, found))

    objects = {"curves": records} if among else records[0]
    show_report(lambda: list(tables()), lambda: objects, form)
    plain = {name: symbol.plain for name, symbol in CURVE_SYMBOLS.items()}
    for asked, found in solved:
        where = f"{_name_setting(asked)}: " if among else ""
        for warning in curve_warnings(asked, found):
            say(f"exponents: {where}{write_options(warning).format_map(plain)}")
