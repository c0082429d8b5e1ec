"""Figures of the paper, drawn anew: curves are derived, points are measured.

``time_exponent``, ``loss_curves`` and ``level_exponents`` each compute what one kind of figure shows, and draw it.
``measurements`` gives them their points, ``scales`` and ``sheet`` their axes and marks.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from exponents.names import require

from ..files import save
from . import level_exponents, loss_curves, time_exponent

__all__ = ["plot_figure"]

FIGURES: dict[str, Callable[[Executor | None], Any]] = {
    "fig1a": lambda executor: time_exponent.drawn(time_exponent.computed(executor)),
    "fig2a": lambda _: loss_curves.drawn(loss_curves.computed("6/5")),
    "fig2b": lambda _: loss_curves.drawn(loss_curves.computed("2/5")),
    "fig10": lambda executor: level_exponents.drawn(level_exponents.computed(executor)),
}
"""How each figure is made."""


def plot_figure(name: str, path: Path, executor: Executor | None = None) -> None:
    """Draw a figure of the paper, as PNG, SVG or PDF.

    Parameters
    ----------
    name : "fig1a", "fig2a", "fig2b" or "fig10"
    path : Path
        The file to write; its suffix is the format.
    executor : Executor, optional
        Measures several points at once.

    Raises
    ------
    InputError
        If there is no such figure, the suffix is none of the three, the file cannot be written, or Matplotlib is
        missing.
    """
    require(name, tuple(FIGURES), "the figure")
    save(lambda: FIGURES[name](executor), path)
