"""Phase diagrams of compute optima, as a paper would print them.

From a diagram to a picture: ``plane`` makes it into functions of coordinates, ``window`` chooses what is shown,
``curves`` traces the boundaries, ``formulas`` and ``text`` write, ``placement`` and ``labels`` find room for what is
written, ``layout`` gathers it, and ``drawing`` draws.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from exponents.errors import InputError

from ..files import save
from .drawing import figure_of
from .layout import Panel, lay_out

__all__ = ["Panel", "plot_phases"]


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
    if not panels:
        raise InputError("a plot needs at least one panel; got none; give a Panel for each diagram")
    save(lambda: figure_of([lay_out(panel) for panel in panels]), path)
