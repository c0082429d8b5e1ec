"""Figures of the paper, drawn anew: curves are derived or computed, points are measured.

Each module but these computes what one kind of figure shows, and draws it: ``measurements`` and ``simulated`` give
points, ``laws`` the derived exponents, ``scales`` and ``sheet`` axes and marks.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from exponents.names import require

from ..files import save
from . import (
    batch_sizes,
    compute_optimum,
    level_exponents,
    linear_networks,
    model_sizes,
    reused_samples,
    richness,
    time_exponent,
)

__all__ = ["plot_figure"]

FIGURES: dict[str, Callable[[Executor | None], Any]] = {
    "fig1a": lambda executor: time_exponent.drawn(time_exponent.computed(executor)),
    "fig2a": lambda _: richness.drawn(richness.computed("6/5")),
    "fig2b": lambda _: richness.drawn(richness.computed("2/5")),
    "fig2c": lambda executor: model_sizes.drawn(model_sizes.computed("6/5", executor)),
    "fig2d": lambda executor: model_sizes.drawn(model_sizes.computed("2/5", executor)),
    "fig3": lambda executor: batch_sizes.drawn(batch_sizes.computed(executor)),
    "fig4": lambda executor: compute_optimum.drawn(compute_optimum.computed(executor)),
    "fig10": lambda executor: level_exponents.drawn(level_exponents.computed(executor)),
    "fig11": lambda executor: linear_networks.losses(linear_networks.computed(executor)),
    "fig12": lambda executor: linear_networks.readouts(linear_networks.computed(executor)),
    "offline": lambda executor: reused_samples.drawn(reused_samples.computed(executor)),
}
"""How each figure is made."""


def plot_figure(name: str, path: Path, executor: Executor | None = None) -> None:
    """Draw a figure of the paper, as PNG, SVG or PDF.

    Parameters
    ----------
    name : str
        One of `FIGURES`, such as "fig1a".
    path : Path
        The file to write; its suffix is the format.
    executor : Executor, optional
        Computes several curves and points at once.

    Raises
    ------
    InputError
        If there is no such figure, the suffix is none of the three, the file cannot be written, or Matplotlib is
        missing.
    """
    require(name, tuple(FIGURES), "the figure")
    save(lambda: FIGURES[name](executor), path)
