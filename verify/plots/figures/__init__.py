"""Which figures of the paper can be drawn?  One record each, in `FIGURES`.

Curves are derived or computed, points are measured.  Each record stands at the end of the module that computes and
draws it: `fig1a_time_exponent`, `fig2ab_richness`, `fig2cd_model_sizes`, `fig3_batch_sizes`, `fig4_compute_optimum`,
`fig10_levels`, `fig11_fig12_linear_networks`, `offline_reused_samples`.  They share `page` (the record and its page),
`chart` and `axes` (marks and scales), `power_laws` (derived exponents), `measured_points` and `trained_points`.
"""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path

from exponents.names import require

from ..files import save
from .fig1a_time_exponent import FIG1A
from .fig2ab_richness import FIG2A, FIG2B
from .fig2cd_model_sizes import FIG2C, FIG2D
from .fig3_batch_sizes import FIG3
from .fig4_compute_optimum import FIG4
from .fig10_levels import FIG10
from .fig11_fig12_linear_networks import FIG11, FIG12
from .offline_reused_samples import OFFLINE
from .page import Figure, draw_page

__all__ = ["FIGURES", "Figure", "plot_figure"]

FIGURES: dict[str, Figure] = {
    figure.name: figure for figure in (FIG1A, FIG2A, FIG2B, FIG2C, FIG2D, FIG3, FIG4, FIG10, FIG11, FIG12, OFFLINE)
}


def plot_figure(name: str, path: Path, executor: Executor | None = None) -> None:
    """Draw a figure of the paper into a file, as PNG, SVG or PDF.

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
        If there is no such figure, the suffix is not one of the three, the file cannot be written, or Matplotlib is
        missing.

    Examples
    --------
    >>> plot_figure("fig5", Path("fig5.png"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    exponents.errors.InputError: the figure must be ...

    The figures take from seconds to minutes:

    >>> plot_figure("fig2a", Path("fig2a.png"))  # doctest: +SKIP

    A figure can also be drawn on Axes of your own, one for each panel:

    >>> from matplotlib.figure import Figure as Page
    >>> fig1a, axes = FIGURES["fig1a"], Page(figsize=(5, 4)).subplots()
    >>> fig1a.draw(fig1a.compute(map), [axes])  # doctest: +SKIP
    """
    require(name, tuple(FIGURES), "the figure")
    figure, spread = FIGURES[name], map if executor is None else executor.map
    save(lambda: draw_page(figure, figure.compute(spread)), path)
