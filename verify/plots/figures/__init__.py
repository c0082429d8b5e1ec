"""Which figures of the paper can be drawn?  One record each, in `FIGURES`.

Curves are derived or computed, points are measured.  Each record stands at the end of the module that computes and
draws it: `fig1a_time_exponent`, `fig2ab_richness`, `fig2cd_model_sizes`, `fig3_batch_sizes`, `fig4_compute_optimum`,
`fig5_fig7b_trained_networks`, `fig6_fig8_richness`, `fig7a_kernel_spectra`, `fig10_levels`,
`fig11_fig12_linear_networks`, `offline_reused_samples`.  They share `page` (the record and its page), `chart` and
`axes` (marks and scales), `power_laws` (derived exponents), `measured_points` and `trained_points`.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from exponents.names import FIGURES as NAMES
from exponents.names import require
from exponents.rationals import check_capacity, check_source, exact

from ...inputs import check_richness, check_times
from ..style import check_axes, import_matplotlib
from . import (
    fig1a_time_exponent,
    fig2ab_richness,
    fig2cd_model_sizes,
    fig3_batch_sizes,
    fig4_compute_optimum,
    fig5_fig7b_trained_networks,
    fig6_fig8_richness,
    fig7a_kernel_spectra,
    fig10_levels,
    fig11_fig12_linear_networks,
    offline_reused_samples,
)
from .page import Choice, Figure, draw_page

__all__ = ["FIGURES", "Figure", "plot_figure", "read_choice"]

_MODULES = (
    *(fig1a_time_exponent, fig2ab_richness, fig2cd_model_sizes, fig3_batch_sizes, fig4_compute_optimum),
    *(fig5_fig7b_trained_networks, fig6_fig8_richness, fig7a_kernel_spectra, fig10_levels),
    *(fig11_fig12_linear_networks, offline_reused_samples),
)

FIGURES = {one.name: one for module in _MODULES for one in vars(module).values() if isinstance(one, Figure)}
"""The record of each figure, by its name."""


def plot_figure(
    name: str,
    axes: Any = None,
    *,
    alpha: object = None,
    beta: object = None,
    gamma: object = None,
    times: ArrayLike | None = None,
    quick: bool = False,
    size: tuple[float, float] | None = None,
    executor: Executor | None = None,
) -> Any:
    """Draw a figure of the paper, as the paper has it or at values of your own.

    Fonts, sizes and lines are those of Matplotlib's rcParams; `verify.plots.use_style` sets those of the command.

    Parameters
    ----------
    name : str
        One of `FIGURES`, such as "fig1a".
    axes : Axes of Matplotlib, or several, optional
        One for each panel, from top to bottom.  Default: Axes of a new figure.
    alpha : number, optional
        Capacity, above 1.
    beta, gamma : number or sequence of numbers, optional
        Sources, and richnesses, which are ≥ 0.
    times : array of shape (times,), optional
        Times of the curves, in units of 1/(learning rate); positive and rising.
    quick : bool
        Whether to train smaller networks, or for fewer steps, where a figure trains some.
    size : (width, height), optional
        Of a new figure, in inches.
    executor : Executor, optional
        Computes several curves and points at once.

    Returns
    -------
    array of Axes
        One for each panel.

    Raises
    ------
    InputError
        If there is no such figure, a value cannot be used, the figure does not depend on it, ``axes`` are not one for
        each panel, or Matplotlib is missing.
    NotSolved
        If a curve cannot be computed at these values.

    Examples
    --------
    >>> plot_figure("fig5")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    exponents.errors.InputError: the figure must be ...

    The figures take from seconds to minutes:

    >>> axes = plot_figure("fig2b", gamma=[0, 1], times=[1, 10, 100])
    >>> axes[0].get_title(loc="left")
    'hard task,  $\\\\beta = 2/5$'
    >>> axes[0].figure.savefig("fig2b.pdf")  # doctest: +SKIP
    """
    choice = read_choice(name, alpha, beta, gamma, times, quick)
    figure = FIGURES[name]
    count = sum(map(len, figure.heights))
    given = None if axes is None else check_axes(axes, count)
    import_matplotlib("matplotlib")  # before anything is computed
    data = figure.compute(map if executor is None else executor.map, choice)
    if given is None:
        return np.array(draw_page(figure, data, size).axes, dtype=object)
    figure.draw(data, list(given))
    return given


def read_choice(
    name: str,
    alpha: object = None,
    beta: object = None,
    gamma: object = None,
    times: ArrayLike | None = None,
    quick: bool = False,
) -> Choice:
    """Return what a figure is computed for.

    Parameters
    ----------
    name, alpha, beta, gamma, times, quick
        As of `plot_figure`.

    Raises
    ------
    InputError
        As by `plot_figure`.

    Examples
    --------
    >>> read_choice("fig4", alpha=2).beta
    (Fraction(1, 2), Fraction(5, 4), Fraction(7, 4))
    """
    require(name, NAMES, "the figure")
    return FIGURES[name].choose(
        Choice(
            None if alpha is None else check_capacity(*_read_numbers(alpha, "alpha")),
            tuple(map(check_source, _read_numbers(beta, "beta"))),
            _read_numbers(gamma, "gamma"),
            None if times is None else check_times(times),
            quick or None,
        )
    )


def _read_numbers(value: object, name: str) -> tuple[Fraction, ...]:
    """Return one number, or several, as exact ones; a float means the digits that it prints."""
    several = isinstance(value, Iterable) and not isinstance(value, str)
    given = [] if value is None else list(value) if several else [value]  # type: ignore[call-overload]
    found = tuple(exact(repr(float(one)) if isinstance(one, float) else one, name) for one in given)
    if name == "gamma":
        for one in found:
            check_richness(one)
    return found
