"""How is a fit shown on a page?  Panels of a law fitted to runs, or of a kernel's spectrum.

The panels are those that a fit draws itself, by its method ``plot``.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, Any

from .drawn_curves import plot_curves
from .style import POINT, ink, make_page

if TYPE_CHECKING:
    from ..fits.fitted_spectrum import SpectrumFit
    from ..fits.law_fit import LawFit
    from ..fits.spectrum_curves import PredictedCurves

WIDTH, HEIGHT = 240.0, 190.0
"""Size of a panel, in points."""

MOST_LISTED = 10
"""Budgets of a legend."""


def plot_law_fit(fit: LawFit) -> Any:
    """Draw a law that was fitted to runs: data, residuals, isoFLOP curves, and a profile of each exponent.

    Parameters
    ----------
    fit : LawFit

    Returns
    -------
    array of Axes
        Of a new figure.  IsoFLOP curves are there for two resources with a cost.

    Examples
    --------
    >>> import numpy as np
    >>> from verify import fit_law
    >>> size = np.logspace(6, 9, 12)
    >>> noise = np.exp(0.01 * np.random.default_rng(0).standard_normal(12))
    >>> fit = fit_law({"N": size, "loss": (2 + 300 * size**-0.3) * noise}, ("E", "A*N**-alpha"), intervals="formula")
    >>> [axes.get_xlabel() for axes in plot_law_fit(fit)]
    ['predicted loss', 'product of the resources', 'alpha']
    """
    panels = [("loss", ""), ("residuals", "")]
    panels += [("isoflop", "")] if fit.cost is not None and len(fit.law.resources) == 2 else []
    panels += [("profile", name) for name in fit.law.exponents] if len(fit.law.unknowns) > 1 else []
    axes = _make_panels(len(panels))
    for own, (kind, exponent) in zip(axes, panels, strict=True):
        fit.plot(own, kind, exponent)
        if kind == "loss":
            own.legend()
        elif kind == "isoflop" and len(own.get_legend_handles_labels()[0]) <= MOST_LISTED:
            own.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    axes[0].set_title(f"L = {fit.form}", loc="left", parse_math=False)
    return axes


def plot_spectrum_fit(fit: SpectrumFit, curves: PredictedCurves | None = None) -> Any:
    """Draw a kernel's spectrum with its laws and their window, and the loss curves that follow.

    Parameters
    ----------
    fit : SpectrumFit
    curves : PredictedCurves, optional

    Returns
    -------
    array of Axes
        Of a new figure.

    Examples
    --------
    >>> import numpy as np
    >>> from verify import fit_spectrum
    >>> k = np.arange(1.0, 1001)
    >>> len(plot_spectrum_fit(fit_spectrum(k**-1.5, k**-1.75)))
    1
    """
    axes = _make_panels(1 if curves is None else 2)
    fit.plot(axes[0])
    if curves is not None:
        known = {"measured spectrum": curves.measured, "power law": curves.law}
        plot_curves({label: curve for label, curve in known.items() if curve is not None}, axes[1])
        if curves.learned_from is not None:
            axes[1].axvline(curves.learned_from, color=ink(), linestyle=":", label="last mode learned")
            axes[1].legend()
    return axes


def _make_panels(count: int) -> Any:
    """Return Axes in two columns, or in one."""
    columns = min(count, 2)
    rows = ceil(count / columns)
    figure, axes = make_page([1] * rows, columns * WIDTH / POINT, rows * HEIGHT / POINT, columns)
    for spare in axes[count:]:
        figure.delaxes(spare)
    return axes[:count]
