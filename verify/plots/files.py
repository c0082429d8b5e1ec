"""A figure becomes a file: PNG, SVG or PDF, whole or not at all, and the same bits for the same input."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exponents.errors import InputError
from exponents.rationals import shown

from .drawing import SETTINGS, figure_of
from .layout import Panel, laid_out
from .needs import needed

# What a file would say about when and by what it was made.
METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


def plot_phases(panels: Sequence[Panel], path: Path) -> None:
    """Draw phase diagrams of compute optima side by side, as PNG, SVG or PDF.

    Regions bear their name, exponent and balance; boundaries bear their equations; the same set of balancing terms has
    the same colour in all panels.

    Parameters
    ----------
    panels : sequence of Panel
        At least one, from left to right.
    path : Path
        The file to write; its suffix is the format.

    Raises
    ------
    InputError
        If the suffix is none of the three, the file cannot be written, Matplotlib is missing, or a panel cannot be
        drawn: its diagram has no parameter, or its axes, names or window do not fit.
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in METADATA:
        wanted = ", ".join(f".{name}" for name in METADATA)
        raise InputError(f"a plot's file must end in one of {wanted}; got {shown(path.name)}; try phases.pdf")
    if not panels:
        raise InputError("a plot needs at least one panel; got none; give a Panel for each diagram")
    matplotlib = needed("matplotlib")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        _write(figure_of([laid_out(panel) for panel in panels]), path, form)


def _write(figure: Any, path: Path, form: str) -> None:
    """Save beside the target, then put it in its place, so that a failure leaves what was there."""
    try:
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        with tempfile.TemporaryDirectory(prefix=".plot-", dir=path.parent) as staging:
            made = Path(staging, f"plot.{form}")
            figure.savefig(made, format=form, metadata=METADATA[form])
            made.replace(path)
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"a plot needs a file that can be written; got {shown(path)} ({reason}); try another"
        ) from error
