"""How does ``exponents fit`` read and report the spectrum of a kernel?

A file holds either eigenvalues and squared coefficients, or a kernel matrix with labels (an NPZ file of both).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.sweep.curve_question import read_moments, whole_number

from ..errors import InputError
from ..rationals import abbreviate, exact, to_double
from .curve_request import name_options, write_options
from .fit_runs import check_files, draw_picture
from .progress import say
from .terminal import Decorator, column_options, option_names, show_report
from .words import Whole

if TYPE_CHECKING:
    from verify.fits.fitted_spectrum import SpectrumFit
    from verify.fits.spectrum_curves import PredictedCurves
    from verify.spectra.file_columns import Columns

KERNEL, LABELS = "kernel", "labels"
"""Names of the arrays of a file that holds a kernel matrix."""

SPECTRUM_OPTIONS: tuple[Decorator, ...] = (
    column_options,
    click.option("--kernel", metavar="ARRAY", help=f"Kernel matrix in an NPZ file.  [default: {KERNEL}]"),
    click.option("--labels", metavar="ARRAY", help=f"Its labels.  [default: {LABELS}]"),
    click.option("--classes", is_flag=True, help="Labels name classes: one centred output for each."),
    click.option("--samples", type=Whole(), metavar="n", help="Samples behind eigenvalues.  [default: exact ones]"),
    click.option("--window", metavar="FIRST:LAST", help="Modes to use.  [default: 10:n/20]"),
    click.option("--gamma", default="1", metavar="G", help="Richness of a spectrum's curve; 0 is lazy.  [default: 1]"),
    click.option("--time", metavar="LIST", help="Times of that curve: 1,1e3, or 1:1e12:25."),
)
"""The options of ``exponents fit`` that concern spectra alone, as decorators of click."""

SPECTRUM_ARGUMENTS = (*option_names(*SPECTRUM_OPTIONS), "level", "seed", "save", "plot")
"""The arguments of a fit of a spectrum; the last four are options for runs as well."""

ARRAY_ENDINGS = (".npz", ".npy")
"""Endings of files that hold arrays, and so a spectrum."""


def is_spectrum(path: Path, header: str) -> bool:
    """Return whether a file holds a spectrum and not runs.

    Parameters
    ----------
    path : Path
    header : str
        The first line of a text file; empty for others.

    Examples
    --------
    >>> is_spectrum(Path("kernel.npz"), ""), is_spectrum(Path("runs.csv"), "N,D,loss")
    (True, False)
    >>> is_spectrum(Path("kernel.txt"), "1.0 0.5")
    True
    """
    if path.suffix.lower() in ARRAY_ENDINGS:
        return True
    words = header.replace(",", " ").replace(";", " ").split()
    return "eigenvalue" in header.lower() or (len(words) == 2 and all(map(_is_number, words)))


def fit_spectrum_file(path: Path, form: str, **options: Any) -> int:
    """Fit a spectrum, print the result, and return the exit status.

    Parameters
    ----------
    path : Path
    form : str
        One of the formats.
    **options
        What `SPECTRUM_ARGUMENTS` name.

    Raises
    ------
    InputError
        If the file or an option cannot be used, or the spectrum follows no single power law.

    Examples
    --------
    >>> fit_spectrum_file(Path("kernel.npz"), "text", window="ten")
    Traceback (most recent call last):
    exponents.errors.InputError: --window must be FIRST:LAST, two modes; got ten; try 10:100
    """
    asked: dict[str, Any] = {"window": _read_window(options.get("window"))}
    asked["level"] = to_double(exact(options.get("level", "0.95"), "--level"), "--level")
    asked["seed"] = options.get("seed", 0)
    gamma = to_double(exact(options.get("gamma", "1"), "gamma"), "gamma")
    times = None if options.get("time") is None else read_moments(options["time"])
    check_files(options.get("save"), options.get("plot"))
    from verify.fits.spectrum_curves import default_times
    from verify.spectra.spectrum_file import read_columns

    with name_options():
        fit = _fit(read_columns(path), options, asked)
        when = default_times(fit, gamma) if times is None else times
        warnings = [write_options(text).replace("give one_hot(labels)", "add --classes") for text in fit.warnings]
        curves = fit.predict(when, gamma)
        report = fit.to_dict() | {"warnings": warnings, "curve": _list_curves(curves, gamma)}
    from ..reports.spectrum_tables import spectrum_tables

    show_report(lambda: spectrum_tables(report), lambda: report, form)
    for warning in warnings:
        say(f"exponents: {warning}")
    if options.get("save") is not None:
        fit.save(options["save"])
    if options.get("plot") is not None:
        from verify.plots import plot_spectrum_fit

        draw_picture(partial(plot_spectrum_fit, fit, curves), options["plot"])
    return 0


def _fit(table: Columns, options: Mapping[str, Any], asked: Mapping[str, Any]) -> SpectrumFit:
    """Fit what a file holds."""
    from verify.fits.kernel_spectrum import one_hot
    from verify.fits.spectrum_fit import fit_kernel, fit_spectrum
    from verify.spectra.spectrum_file import read_modes

    columns = options.get("eigenvalues"), options.get("coefficients")
    matrix, labels, samples = options.get("kernel"), options.get("labels"), options.get("samples")
    if matrix is None and labels is None and (KERNEL not in table.names or any(columns)):
        if options.get("classes"):
            raise InputError(f"--classes goes with a kernel matrix and labels; {table.file} has none; leave it out")
        return fit_spectrum(*read_modes(table, *columns), samples, **asked)
    if any(columns) or samples is not None:
        wrong = "--samples" if samples is not None else "--eigenvalues and --coefficients"
        raise InputError(f"{wrong} cannot be combined with a kernel matrix, which has its own; leave them out")
    kernel, target = (_read_array(table, name) for name in (matrix or KERNEL, labels or LABELS))
    return fit_kernel(kernel, one_hot(target) if options.get("classes") else target, **asked)


def _read_array(table: Columns, name: str) -> Any:
    """Return an array of a file by its name, or raise InputError."""
    if name not in table.names or table.lines is not None:
        raise InputError(
            f"a kernel matrix is read from an NPZ file with arrays {KERNEL} and {LABELS}, or others that --kernel and "
            f"--labels name; {table.file} has {', '.join(map(abbreviate, table.names))}"
        )
    return table.cells[table.names.index(name)]


def _read_window(text: str | None) -> tuple[int, int] | None:
    """Return the two modes of a window."""
    if text is None:
        return None
    first, colon, last = text.partition(":")
    if not colon or not _is_number(first) or not _is_number(last):
        raise InputError(f"--window must be FIRST:LAST, two modes; got {abbreviate(text)}; try 10:100")
    return whole_number(first, "the first mode"), whole_number(last, "the last mode")


def _is_number(text: str) -> bool:
    try:
        return isfinite(float(text))
    except ValueError:
        return False


def _list_curves(found: PredictedCurves, gamma: float) -> dict[str, Any]:
    """Return both predicted curves as JSON holds them."""
    law = [None] * len(found.measured) if found.law is None else found.law.loss.tolist()
    return {
        "gamma": gamma,
        "time": found.measured.time.tolist(),
        "measured": found.measured.loss.tolist(),
        "law": law,
        "learned_from": found.learned_from,
        "valid": [bool(found.learned_from is None or time < found.learned_from) for time in found.measured.time],
    }
