"""Colours, fonts and line widths of all figures.  Lengths are in points."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from exponents.errors import import_extra

import_matplotlib = partial(import_extra, extra="plot", purpose="plotting")
"""Import a module of Matplotlib, or of what is installed along with it."""

INK, PALE = "#1a1a1a", "#8c8c8c"

BLUE, VERMILION = "#4477aa", "#cc4c02"
"""Colours of lazy and rich: distinct for the colour-blind, and in print without colour."""

LINE, HAIR, BOLD = 0.9, 0.6, 1.5
"""Widths of curves and boundaries, of all other lines, and of the curve that a figure is about."""

SCALE, AXIS = 8.0, 10.0
"""Sizes of type: numbers of a scale, and the quantity it shows."""

NAME, FORMULA, SMALL = 9.0, 9.0, 7.5
"""Sizes of type: names, formulas, and both where room is scarce."""

DOTS = 300  # pixels per inch of a PNG

SETTINGS = {
    "font.family": ["STIXGeneral", "DejaVu Sans"],  # the second for signs that the first lacks
    "mathtext.fontset": "stix",
    "font.size": SCALE,
    "axes.linewidth": HAIR,
    "path.simplify_threshold": 0.01,
    "svg.hashsalt": "phases",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.hinting": "none",
}


@contextmanager
def use_settings() -> Iterator[None]:
    """Set Matplotlib to its defaults and `SETTINGS`, and back at the end.

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> with use_settings():
    ...     import_matplotlib("matplotlib").rcParams["font.size"]
    8.0
    """
    matplotlib = import_matplotlib("matplotlib")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield
