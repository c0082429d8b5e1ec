"""Write a figure to a file: PNG, SVG or PDF, whole or not at all, and the same bits for the same input."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate

from .style import apply_layout, import_matplotlib, use_style

# Without these, a file would say when and by what it was made.
METADATA: dict[str, dict[str, None]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}

DIGITS = 6
"""Decimals of places of Axes in a file, in units of the figure."""


def save_picture(draw: Callable[[], Any], path: Path) -> None:
    """Write the figure of the Axes that ``draw`` returns, in the style of this package.

    The place is tried before anything is computed.  The figure is saved beside it and then moved there, so that a
    failure leaves the old file.

    Parameters
    ----------
    draw : callable
        Returns Axes, or several of one figure.  It runs with the settings of `style`, whatever the caller's are.
    path : Path
        Its suffix is the format.

    Raises
    ------
    InputError
        If the suffix is not one of the three, the file cannot be written, or Matplotlib is missing.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from matplotlib.figure import Figure
    >>> with TemporaryDirectory() as folder:
    ...     save_picture(Figure().subplots, Path(folder, "empty.svg"))
    ...     print(Path(folder, "empty.svg").read_text()[:5])
    <?xml
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in METADATA:
        wanted = ", ".join(f".{name}" for name in METADATA)
        better = abbreviate(f"{path.stem or 'plot'}.pdf")
        raise InputError(f"a plot's file must end in one of {wanted}; got {abbreviate(path.name)}; try {better}")
    import_matplotlib("matplotlib")
    with _name_failures(path):
        if path.is_dir():
            raise IsADirectoryError(0, "it is a folder")
        with suppress(FileNotFoundError):
            path.lstat()  # fails at once if this cannot be the name of a file
        staging = tempfile.TemporaryDirectory(prefix=".plot-", dir=path.parent)
    with staging as folder, use_style():
        axes, made = draw(), Path(folder, f"plot.{form}")
        figure = np.ravel(axes)[0].figure
        _fix_layout(figure)
        with _name_failures(path):
            figure.savefig(made, format=form, metadata=METADATA[form])
            made.replace(path)


def _fix_layout(figure: Any) -> None:
    """Lay a figure out for the last time, with places that do not depend on how the solver of the layout rounds."""
    apply_layout(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position(np.round(axes.get_position().bounds, DIGITS))


@contextmanager
def _name_failures(path: Path) -> Iterator[None]:
    """Raise InputError that says which file could not be written, and why."""
    try:
        yield
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"a plot needs a file that can be written; got {abbreviate(path)} ({reason}); try another"
        ) from error
