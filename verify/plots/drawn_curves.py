"""Loss curves of any system and method on one pair of Axes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from exponents.errors import InputError

from ..curves import LossCurve
from .style import POINT, TYPE, check_axes, make_page, make_settable, setting

WIDTH, HEIGHT = 290.0, 200.0
"""Size of a page of its own, in points at a ``font.size`` of `TYPE`."""

VISIBLE = 0.01
"""Error from which on a curve has a band, in units of the loss."""


def plot_curves(
    curves: LossCurve | Mapping[str, LossCurve] | Sequence[LossCurve],
    ax: Any = None,
    *,
    labels: Sequence[str] | None = None,
    size: tuple[float, float] | None = None,
) -> Any:
    """Draw losses against time on logarithmic scales.

    Trained ensembles are points with error bars of one standard error.  Other curves are lines, with a band where the
    error exceeds a hundredth of the loss.  Colours, widths, markers and fonts are those of Matplotlib's rcParams.

    Parameters
    ----------
    curves : LossCurve, or a sequence of them, or a mapping from labels
    ax : Axes of Matplotlib, optional
        Default: Axes of a new figure.
    labels : sequence of str, optional
        One for each curve; a legend shows them.
    size : (width, height), optional
        Of a new figure, in inches.

    Returns
    -------
    Axes

    Raises
    ------
    InputError
        If there is no curve, something is no curve, the labels are not one for each, no time or no loss is positive,
        ``ax`` are not Axes, or Matplotlib is missing.

    Examples
    --------
    >>> from verify import Model, loss_curve
    >>> times = [1, 10, 100]
    >>> curves = {f"$\\\\gamma = {gamma}$": loss_curve(Model("3/2", "1/2", gamma=gamma), times) for gamma in (0, 1)}
    >>> ax = plot_curves(curves)
    >>> [line.get_label() for line in ax.lines]
    ['$\\\\gamma = 0$', '$\\\\gamma = 1$']
    >>> ax.figure.savefig("curves.pdf")  # doctest: +SKIP
    """
    if isinstance(curves, Mapping):
        labels, given = list(curves), list(curves.values())
    else:
        given = list(curves) if isinstance(curves, Iterable) else [curves]
    others = [one for one in given if not isinstance(one, LossCurve)]
    if not given or others:
        came = type(others[0]).__name__ if others else "none"
        raise InputError(f"a plot of curves needs loss curves; got {came}; try loss_curve(Model(...), times)")
    if labels is not None and len(labels) != len(given):
        raise InputError(f"each of {len(given)} curves needs a label; got {len(labels)}; give as many, or none")
    if not any(((one.time > 0) & (one.loss > 0)).any() for one in given):
        raise InputError("logarithmic scales need a time and a loss above 0; got none; give later times")
    if ax is None:
        scale = setting("font.size") / TYPE / POINT
        ax = make_page([1], *(size or (WIDTH * scale, HEIGHT * scale)))[1][0]
    else:
        (ax,) = check_axes(ax, 1)
    for at, curve in enumerate(given):
        _draw_curve(ax, curve, f"_curve {at + 1}" if labels is None else make_settable(labels[at]))
    ax.set(xscale="log", yscale="log", xlabel=ax.get_xlabel() or "$t$")
    if not ax.get_ylabel():
        ax.set_ylabel("$L$", rotation=0, ha="right", va="center")
    if labels is not None:
        ax.legend()
    return ax


def _draw_curve(ax: Any, curve: LossCurve, label: str) -> None:
    """Draw one curve where both its time and its loss have a logarithm."""
    name = label.removeprefix("_")
    seen = (curve.time > 0) & (curve.loss > 0)
    time, loss, error = curve.time[seen], curve.loss[seen], curve.error[seen]
    if curve.status.seeds:
        drawn = ax.errorbar(time, loss, error, linestyle="", marker="o", label=label)
        drawn.lines[0].set_gid(name)
        return
    (line,) = ax.plot(time, loss, label=label, gid=name)
    if (error > VISIBLE * loss).any():
        low = np.maximum(loss - error, np.finfo(float).tiny)
        ax.fill_between(time, low, loss + error, color=line.get_color(), alpha=0.2, linewidth=0)
