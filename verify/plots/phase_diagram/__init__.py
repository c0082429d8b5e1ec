"""Phase diagrams of compute optima, as a paper would print them.

From a diagram to a picture: `viewport` turns its regions into functions of coordinates, `window` chooses what is shown,
`boundary_curves` traces the boundaries, `formulas` and `text` write, `label_packing` and `labels` find room for what is
written, `layout` gathers all, and `drawing` draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from exponents.errors import InputError

from ..files import save
from ..style import use_settings
from .drawing import draw_layouts, draw_page
from .layout import Panel, lay_out

__all__ = ["Panel", "draw_phases", "plot_phases"]


def plot_phases(panels: Sequence[Panel], path: Path) -> None:
    """Draw phase diagrams of compute optima side by side into a file, as PNG, SVG or PDF.

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
        If there is no panel, the suffix is not one of the three, the file cannot be written, Matplotlib is missing, or
        a panel cannot be drawn: its diagram has no parameter, or its axes, names or window do not fit.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from exponents import N, alpha, compute_optimum, t
    >>> panel = Panel("a strip", compute_optimum(t**-alpha + 1 / N, N * t), alpha)
    >>> with TemporaryDirectory() as folder:
    ...     plot_phases([panel], Path(folder, "strip.svg"))
    ...     Path(folder, "strip.svg").read_text()[:5]
    '<?xml'
    """
    if not panels:
        raise InputError("a plot needs at least one panel; got none; give a Panel for each diagram")
    save(lambda: draw_page(panels), path)


def draw_phases(panels: Sequence[Panel], axes: Any) -> None:
    """Draw phase diagrams of compute optima on Axes of your own.

    Labels are placed for the present size of the Axes, so set the size first.  A legend, where labels need one,
    stands to the right of the Axes.

    Parameters
    ----------
    panels : sequence of Panel
    axes : Axes of Matplotlib, or several
        One for each panel.

    Raises
    ------
    InputError
        If the number of Axes differs from the number of panels, or a panel cannot be drawn, as in `plot_phases`.

    Examples
    --------
    >>> from exponents import compute_optimum
    >>> from exponents.symbols import N, t
    >>> from matplotlib.figure import Figure
    >>> from sympy import symbols
    >>> a = symbols("a", positive=True)
    >>> axes = Figure(figsize=(4, 2)).subplots()
    >>> draw_phases([Panel("a strip", compute_optimum(t**-a + 1 / N, N * t), a)], axes)
    >>> axes.get_xlabel()
    '$a$'
    """
    given = np.ravel(axes)
    if len(given) != len(panels):
        raise InputError(f"each panel needs its Axes; got {len(panels)} panels and {len(given)} Axes; give as many")
    with use_settings():
        sizes = [np.array(one.bbox.size) * 72 / one.figure.dpi for one in given]
        layouts = [lay_out(panel, (float(w), float(h))) for panel, (w, h) in zip(panels, sizes, strict=True)]
        draw_layouts(layouts, list(given))
