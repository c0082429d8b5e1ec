"""Phase diagrams of compute optima, as a paper would print them.

From a diagram to a picture: `viewport` turns its regions into functions of coordinates, `window` chooses what is shown,
`boundary_curves` traces the boundaries, `formulas` and `text` write, `label_packing` and `labels` find room for what is
written, `layout` gathers all, and `drawing` draws.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.optimum.phase_diagram import PhaseDiagram

from ..style import check_axes
from .drawing import draw_page, draw_panels
from .layout import Panel

__all__ = ["Panel", "plot_phases"]


def plot_phases(
    diagrams: PhaseDiagram | Panel | Sequence[PhaseDiagram | Panel],
    ax: Any = None,
    *,
    size: tuple[float, float] | None = None,
) -> Any:
    """Draw phase diagrams of compute optima.

    Regions bear their name, exponent and balance; boundaries bear their equations; the same set of balancing terms has
    the same colour in all panels.  Fonts, sizes and lines are those of Matplotlib's rcParams; `verify.plots.use_style`
    sets those of the command.

    Axes that are given keep the ranges and axis labels that they have, unless the `Panel` has a window.  Labels are
    placed for the present size and ranges, so set both first.  A legend, where labels need one, stands to the right.

    Parameters
    ----------
    diagrams : PhaseDiagram or Panel, or a sequence of them
        A `Panel` says what a diagram is shown with: title, axes, names of phases, ranges.
    ax : Axes of Matplotlib, or several, optional
        One for each diagram.  Default: Axes of a new figure, side by side.
    size : (width, height), optional
        Of that figure, in inches.

    Returns
    -------
    Axes, or array of Axes
        One for each diagram; one alone if ``diagrams`` is one alone.

    Raises
    ------
    InputError
        If there is no diagram, Matplotlib is missing, ``ax`` is not one pair of Axes for each diagram, or a panel
        cannot be drawn: its diagram has no parameter or more than two, or its axes, names or window do not fit.

    Examples
    --------
    >>> from exponents import N, alpha, compute_optimum, t
    >>> strip = compute_optimum(t**-alpha + 1 / N, N * t)
    >>> axes = plot_phases(strip)
    >>> axes.get_xlabel()
    '$\\\\alpha$'
    >>> axes.figure.savefig("strip.pdf")  # doctest: +SKIP

    Two panels, on Axes of your own and on a range of your own:

    >>> from matplotlib.figure import Figure
    >>> left, right = Figure(figsize=(6, 2), layout="constrained").subplots(1, 2)
    >>> drawn = plot_phases([strip, Panel("near 1", strip, alpha, window=((0, 2),))], ax=[left, right])
    >>> right.get_xlim()
    (np.float64(0.0), np.float64(2.0))

    The same range, set on the Axes:

    >>> axes = Figure().subplots()
    >>> _ = axes.set_xlim(0, 2)
    >>> plot_phases(strip, ax=axes).get_xlim()
    (np.float64(0.0), np.float64(2.0))
    """
    alone = isinstance(diagrams, PhaseDiagram | Panel)
    given = list(diagrams) if isinstance(diagrams, Iterable) else [diagrams]
    if not given:
        raise InputError("a plot needs at least one panel; got none; give a Panel for each diagram")
    panels = [_read_panel(one) for one in given]
    if ax is None:
        axes = np.array(draw_page(panels, size).axes, dtype=object)
    else:
        axes = check_axes(ax, len(panels))
        draw_panels([_keep_ranges(panel, one) for panel, one in zip(panels, axes, strict=True)], list(axes))
    return axes[0] if alone else axes


def _keep_ranges(panel: Panel, axes: Any) -> Panel:
    """Return a panel whose window is the ranges that were set on the Axes, where it has none of its own."""
    if panel.window is not None:
        return panel
    sides = [(axes.get_xlim(), axes.get_autoscalex_on()), (axes.get_ylim(), axes.get_autoscaley_on())]
    window = [None if free else tuple(sorted(limits)) for limits, free in sides[: 1 if panel.y is None else 2]]
    return replace(panel, window=tuple(window)) if any(window) else panel


def _read_panel(value: object) -> Panel:
    """Return a panel; a diagram alone is shown over its parameters, the last of them to the right."""
    if isinstance(value, Panel):
        return value
    if not isinstance(value, PhaseDiagram):
        raise InputError(
            f"a plot shows a PhaseDiagram or a Panel; got {type(value).__name__}; try compute_optimum(...)"
        )
    parameters = value.programme.parameters
    if not 1 <= len(parameters) <= 2:
        came = ", ".join(map(str, parameters)) or "none"
        raise InputError(f"a phase diagram is drawn over one or two parameters; got {came}; set values for the others")
    vertical, *horizontal = parameters
    return Panel("", value, *([horizontal[0], vertical] if horizontal else [vertical]))
