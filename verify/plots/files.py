"""Write a figure to a file: PNG, SVG or PDF, whole or not at all, and the same bits for the same input."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.files.whole_files import check_place, write_whole
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


def save_picture(draw: Callable[[], Any], path: Path) -> Any:
    """Write the figure of the Axes that ``draw`` returns, in the style of this package, and return them.

    The place is tried before anything is computed; a failure leaves the old file.

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
    ...     axes = save_picture(Figure().subplots, Path(folder, "empty.svg"))
    ...     print(Path(folder, "empty.svg").read_text()[:5])
    <?xml
    """
    form = check_picture(path)
    with use_style():
        axes = draw()
        figure = np.ravel(axes)[0].figure
        _fix_layout(figure)
        stream = BytesIO()
        figure.savefig(stream, format=form, metadata=METADATA[form])
    write_whole(path, stream.getvalue(), "a plot")
    return axes


def check_picture(path: Path) -> str:
    """Return the format of a picture's file, or raise InputError if it cannot be written or drawn.

    Parameters
    ----------
    path : Path

    Returns
    -------
    str
        The ending, without its dot.

    Examples
    --------
    >>> check_picture(Path("picture.gif"))
    Traceback (most recent call last):
    exponents.errors.InputError: a plot's file must end in one of .png, .svg, .pdf; got picture.gif; try picture.pdf
    """
    form = path.suffix.lower().removeprefix(".")
    if form not in METADATA:
        wanted = ", ".join(f".{name}" for name in METADATA)
        better = abbreviate(f"{path.stem or 'plot'}.pdf")
        raise InputError(f"a plot's file must end in one of {wanted}; got {abbreviate(path.name)}; try {better}")
    import_matplotlib("matplotlib")
    check_place(path, "a plot")
    return form


def _fix_layout(figure: Any) -> None:
    """Lay a figure out for the last time, with places that do not depend on how the solver of the layout rounds."""
    apply_layout(figure)
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position(np.round(axes.get_position().bounds, DIGITS))
