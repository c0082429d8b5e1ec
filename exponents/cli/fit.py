"""The command ``exponents fit``: a law from runs, or α and β from the spectrum of a kernel.

Whether a file holds runs or a spectrum follows from its content (`fit_spectrum.is_spectrum`), unless ``--kind`` says
it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import InputError
from ..names import FIT_KINDS, RUNS, SPECTRUM
from ..rationals import abbreviate
from .fit_runs import RUNS_ARGUMENTS, RUNS_OPTIONS, fit_runs_file
from .fit_spectrum import SPECTRUM_ARGUMENTS, SPECTRUM_OPTIONS, fit_spectrum_file, is_spectrum
from .terminal import Command, add_options, format_option
from .words import Word


@click.command(cls=Command, short_help="A law from runs, or a kernel's spectrum.")
@click.argument("file")
@click.option(
    "--kind",
    type=Word(FIT_KINDS, "the kind"),
    metavar="KIND",
    help=f"{' or '.join(FIT_KINDS)}.  [default: what the content says]",
)
@add_options(*RUNS_OPTIONS, *SPECTRUM_OPTIONS)
@format_option
@click.pass_context
def fit(context: click.Context, /, file: str, form: str, kind: str | None, **options: Any) -> int:
    """Fit a law to runs, or alpha and beta to the spectrum of a kernel, with intervals.

    Runs are a CSV with a line of names.  Columns with usual names are found, and said; name others with --loss and
    --resource.  Names in a term that are no resources are unknown: exponents, or positive scales.  Intervals are
    percentiles of a bootstrap.  What makes a fit doubtful is a warning.

    A spectrum is a table with one row per mode, its eigenvalue and the squared coefficient of the target in it: text (-
    is standard input), NPY, NPZ or Parquet.  Or it is an NPZ file with a kernel matrix and labels.  Printed are
    capacity and source, the probability of each regime, the exponents that follow, and the loss that the spectrum
    itself predicts beside that of its power law.  A spectrum without a single exponent is refused.

    \b
    Examples:
      exponents fit runs.csv --given 'C=6*N*D'
      exponents fit runs.csv --resource N=params --resource D=tokens --loss loss --objective huber:1e-3
      exponents fit runs.csv --term 'A*N**-alpha' --term 'B*D**-beta' --where 'alpha==beta'
      exponents fit runs.csv --plan --cost '6*N*D' --budget 5.76e23 --save law.toml
      exponents fit kernel.npz --classes
      exponents fit spectrum.csv --eigenvalues lambda --coefficients power --samples 2000
    """
    path = Path(file)
    given = [parameter for parameter in context.command.params if _is_given(context, parameter)]
    decided = any(option.name in SPECTRUM_ARGUMENTS and option.name not in RUNS_ARGUMENTS for option in given)
    found = kind or (SPECTRUM if decided or file == "-" or is_spectrum(path, _read_header(path)) else RUNS)
    own, other = (SPECTRUM_ARGUMENTS, RUNS_ARGUMENTS) if found == SPECTRUM else (RUNS_ARGUMENTS, SPECTRUM_ARGUMENTS)
    for parameter in given:
        if parameter.name in other and parameter.name not in own:
            wrong = RUNS if found == SPECTRUM else SPECTRUM
            raise InputError(
                f"{parameter.opts[0]} is for {wrong}; {abbreviate(path.name)} was taken as {found}; leave it out, "
                "or say --kind"
            )
    taken = {name: options[name] for name in own}
    return fit_spectrum_file(path, form, **taken) if found == SPECTRUM else fit_runs_file(path, form, **taken)


def _is_given(context: click.Context, parameter: click.Parameter) -> bool:
    return context.get_parameter_source(parameter.name or "") == click.core.ParameterSource.COMMANDLINE


def _read_header(path: Path) -> str:
    """Return the first line of a text file; nothing of a binary one."""
    try:
        with path.open("rb") as stream:
            return stream.readline(10_000).decode("utf-8-sig", "ignore")
    except OSError as error:
        raise InputError(
            f"fit needs a file that can be read; got {abbreviate(str(path))} ({error.strerror}); check its name"
        ) from error
