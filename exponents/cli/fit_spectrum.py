"""How does ``exponents fit`` read and report the spectrum of a kernel?"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..errors import InputError

SPECTRUM_OPTIONS: tuple[Callable[[Callable[..., Any]], Callable[..., Any]], ...] = ()
"""The options of ``exponents fit`` that concern spectra alone, as decorators of click."""

SPECTRUM_ARGUMENTS: tuple[str, ...] = ()
"""The arguments that these options fill."""

SUFFIXES = (".npz", ".npy")
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
    """
    return path.suffix.lower() in SUFFIXES or "eigenvalue" in header.lower()


def fit_spectrum_file(path: Path, form: str, **options: Any) -> int:  # noqa: ARG001
    """Fit a spectrum, print the result, and return the exit status.

    Parameters
    ----------
    path : Path
    form : str
        One of the formats.
    **options
        What `SPECTRUM_ARGUMENTS` name.

    Examples
    --------
    >>> fit_spectrum_file(Path("kernel.npz"), "text")
    Traceback (most recent call last):
    exponents.errors.InputError: fit takes runs so far; got the spectrum kernel.npz; see curve --spectrum
    """
    raise InputError(f"fit takes runs so far; got the spectrum {path.name}; see curve --spectrum")
