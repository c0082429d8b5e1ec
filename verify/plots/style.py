"""What do figures look like?  As Matplotlib's rcParams say; `STYLE` has those of the command and of the documents.

Sizes of type, widths of lines and the colours of text and of guides come from rcParams at the time of drawing.  Colours
that tell curves apart are fixed: they mean the same in every figure.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import numpy as np

from exponents.errors import InputError, import_extra

import_matplotlib = partial(import_extra, extra="plot", purpose="plotting")
"""Import a module of Matplotlib, or of what is installed along with it."""

BLUE, VERMILION = "#4477aa", "#cc4c02"
"""Colours of lazy and rich: distinct for the colour-blind, and in print without colour."""

FORMULA, SMALL = "medium", "small"
"""Sizes of type of names and formulas, and of both where room is scarce, relative to ``font.size``."""

STYLE: dict[str, Any] = {
    "font.family": ["STIXGeneral", "DejaVu Sans"],  # the second for signs that the first lacks
    "mathtext.fontset": "stix",
    "font.size": 9,
    "text.color": "#1a1a1a",
    "grid.color": "#8c8c8c",
    "axes.titlesize": 9,
    "axes.labelsize": 10,
    "axes.labelpad": 4,
    "axes.linewidth": 0.6,
    "axes.axisbelow": False,
    "axes.titlepad": 5,
    "lines.linewidth": 0.9,
    "lines.markersize": 3.6,
    "lines.dashed_pattern": [4.0, 2.5],
    "lines.solid_capstyle": "round",
    "errorbar.capsize": 1.5,
    "legend.fontsize": 9,
    "legend.frameon": False,
    **{
        f"{axis}tick.{name}": value
        for axis in "xy"
        for name, value in {
            "labelsize": 8,
            "major.size": 3,
            "minor.size": 1.6,
            "major.width": 0.6,
            "minor.width": 0.6,
            "major.pad": 2.5,
        }.items()
    },
    "figure.constrained_layout.use": True,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.05,
    "figure.constrained_layout.hspace": 0,
    "figure.constrained_layout.wspace": 0,
    "path.simplify_threshold": 0.01,
    "savefig.dpi": 300,
    "svg.hashsalt": "phases",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "text.hinting": "none",
}
"""Settings of Matplotlib for a column of a paper.  Lengths are in points, pads of the layout in inches."""

POINT = 72.0
"""Points per inch."""

TYPE = 9.0
"""The ``font.size`` at which sizes of pages are stated; pages grow with it."""


@contextmanager
def use_style() -> Iterator[None]:
    """Set Matplotlib to its defaults and `STYLE`, and back at the end.

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> with use_style():
    ...     import_matplotlib("matplotlib").rcParams["font.size"]
    9.0
    """
    matplotlib = import_matplotlib("matplotlib")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def setting(name: str) -> Any:
    """Return a setting of Matplotlib as it is now.

    >>> with use_style():
    ...     setting("font.size")
    9.0
    """
    return import_matplotlib("matplotlib").rcParams[name]


def ink() -> str:
    """Return the colour of text, which is that of limits and of boundaries.

    >>> with use_style():
    ...     ink()
    '#1a1a1a'
    """
    return str(setting("text.color"))


def pale() -> str:
    """Return the colour of grids, which is that of lines and words in the background.

    >>> with use_style():
    ...     pale()
    '#8c8c8c'
    """
    return str(setting("grid.color"))


def hair() -> float:
    """Return the width of thin lines, in points.

    >>> with use_style():
    ...     hair()
    0.6
    """
    return float(setting("axes.linewidth"))


def bold() -> float:
    """Return the width of the curve that a figure is about, in points.

    >>> with use_style():
    ...     bold()
    1.5
    """
    return 5 / 3 * float(setting("lines.linewidth"))


def size_in_points(axes: Any) -> tuple[float, float]:
    """Return width and height of Axes, in points, as they are laid out now.

    >>> size_in_points(import_matplotlib("matplotlib.figure").Figure(figsize=(2, 1)).add_axes((0, 0, 1, 0.5)))
    (144.0, 36.0)
    """
    width, height = axes.bbox.size
    return float(width) * POINT / axes.figure.dpi, float(height) * POINT / axes.figure.dpi


def make_page(heights: Any, width: float, height: float, columns: int = 1) -> tuple[Any, Any]:
    """Return a figure of a size in inches, with Axes below or beside each other in Matplotlib's constrained layout.

    Parameters
    ----------
    heights : sequence of float
        Heights of the rows, in any unit.
    width, height : float
        Of the figure, in inches.
    columns : int

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : array of Axes
        From left to right, then down.

    Examples
    --------
    >>> len(make_page([2, 1], 4, 3)[1])
    2
    """
    figure = import_matplotlib("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(len(heights), columns, squeeze=False, height_ratios=heights).ravel()


def check_axes(ax: Any, count: int) -> Any:
    """Return Axes as an array, laid out as their figure will have them.

    Raises
    ------
    InputError
        If they are not Axes of Matplotlib, or not as many as there are panels.

    Examples
    --------
    >>> check_axes("x.png", 1)
    Traceback (most recent call last):
    exponents.errors.InputError: ax must be Axes of Matplotlib; got str; save a figure by ax.figure.savefig("x.png")
    """
    kind = import_matplotlib("matplotlib.axes").Axes
    given = np.ravel(np.array(ax, dtype=object))
    other = next((one for one in given if not isinstance(one, kind)), None)
    if other is not None:
        hint = f'save a figure by ax.figure.savefig("{ax}")' if isinstance(ax, str) else "try Figure().subplots()"
        raise InputError(f"ax must be Axes of Matplotlib; got {type(other).__name__}; {hint}")
    if len(given) != count:
        raise InputError(f"each of {count} panels needs its Axes; got {len(given)}; give as many, or leave ax out")
    for figure in dict.fromkeys(one.get_figure() for one in given):
        apply_layout(figure)  # a layout engine moves Axes when a figure is drawn
    return given


@cache
def make_settable(text: str) -> str:
    r"""Return ``text``, without dollar signs if Matplotlib cannot set its formulas: symbols may have any name.

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> make_settable("$x^2$"), make_settable(r"$\frac$")
    ('$x^2$', '\\frac')
    """
    if not import_matplotlib("matplotlib.cbook").is_math_text(text):
        return text
    try:
        import_matplotlib("matplotlib.mathtext").MathTextParser("path").parse(text)
    except ValueError:
        return text.replace("$", "")
    return text


def label_axes(axes: Any, title: str | None = None, x_label: str | None = None, y_label: str | None = None) -> None:
    """Replace the title of a picture, and the labels of all its axes.

    Parameters
    ----------
    axes : Axes of Matplotlib, or several
        The title stands above the first.
    title, x_label, y_label : str, optional
        Formulas stand between dollar signs; text that Matplotlib cannot set as a formula is shown as it is.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> label_axes(axes, x_label="time $t$")
    >>> axes.get_xlabel()
    'time $t$'
    """
    given = np.ravel(np.array(axes, dtype=object))
    if title is not None:
        for one in given:
            one.set_title("" if one is not given[0] else make_settable(title), loc="left")
            one.set_title("" if one is given[0] else one.get_title(loc="right"), loc="right")
    for one in given:
        if x_label is not None:
            one.set_xlabel(make_settable(x_label))
        if y_label is not None:
            one.set_ylabel(make_settable(y_label), rotation=90, ha="center", va="bottom")


def set_ranges(axes: Any, x_range: tuple[Any, Any] | None = None, y_range: tuple[Any, Any] | None = None) -> None:
    """Set the ranges of one pair of Axes.

    Raises
    ------
    InputError
        If an axis is logarithmic and a range begins at 0 or below.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> axes.set_xscale("log")
    >>> set_ranges(axes, (0, 1))
    Traceback (most recent call last):
    exponents.errors.InputError: a range on a logarithmic axis begins above 0; got 0; try 1e-6
    """
    for name, ends in (("x", x_range), ("y", y_range)):
        if ends is None:
            continue
        low, high = map(float, ends)
        if getattr(axes, f"get_{name}scale")() == "log" and low <= 0:
            raise InputError(f"a range on a logarithmic axis begins above 0; got {low:g}; try 1e-6")
        axes.set(**{f"{name}lim": (low, high)})


def apply_layout(figure: Any) -> None:
    """Lay a figure out now.

    Raises
    ------
    InputError
        If its words leave no room for its panels.

    Examples
    --------
    >>> apply_layout(make_page([1], 4, 3)[0])
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*constrained_layout not applied")
        try:
            figure.draw_without_rendering()
        except UserWarning as error:
            width, height = figure.get_size_inches()
            raise InputError(
                f"a picture of {width:g} by {height:g} inches has no room for its panels; try a larger size"
            ) from error
