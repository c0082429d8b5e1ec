"""The command ``exponents fit``: a law from runs, or α and β from the spectrum of a kernel.

Whether a file holds runs or a spectrum follows from its content (`fit_spectrum.is_spectrum`), unless ``--kind`` says
it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..errors import InputError
from ..names import FIT_KINDS, FORMATS, RUNS, SPECTRUM, require
from ..rationals import abbreviate
from .fit_spectrum import SPECTRUM_ARGUMENTS, SPECTRUM_OPTIONS, fit_spectrum_file, is_spectrum
from .terminal import Command, format_option


def _with_options(command: Any) -> Any:
    for option in reversed(SPECTRUM_OPTIONS):
        command = option(command)
    return command


@click.command(cls=Command, short_help="A law from runs, or a kernel's spectrum.")
@click.argument("file")
@click.option(
    "--kind", default=None, metavar="KIND", help=f"{' or '.join(FIT_KINDS)}.  [default: what the content says]"
)
@_with_options
@format_option
def fit(file: str, form: str, kind: str | None, **options: Any) -> int:
    """Fit a law to runs, or α and β to the spectrum of a kernel."""
    require(form, FORMATS, "the format")
    if kind is not None:
        require(kind, FIT_KINDS, "the kind")
    path = Path(file)
    found = kind or (SPECTRUM if is_spectrum(path, _read_header(path)) else RUNS)
    if found == SPECTRUM:
        return fit_spectrum_file(path, form, **{name: options[name] for name in SPECTRUM_ARGUMENTS})
    raise InputError(f"fit takes spectra so far; got the runs {abbreviate(path.name)}; see plan")


def _read_header(path: Path) -> str:
    """Return the first line of a text file; nothing of a binary one."""
    try:
        with path.open("rb") as stream:
            return stream.readline(10_000).decode("utf-8-sig", "ignore")
    except OSError as error:
        raise InputError(
            f"fit needs a file that can be read; got {abbreviate(str(path))} ({error.strerror}); check its name"
        ) from error
