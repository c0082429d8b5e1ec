"""A panel of a figure: Axes of Matplotlib with two scales, and the marks that all figures have in common.

There are no boxed legends: the name of a curve stands beside it or at its end.  Lengths are in points.  Sizes of type,
widths of lines and the colours of words come from Matplotlib's rcParams.

Map: `set_up` gives Axes their scales and words above; `Chart` draws curves, points, slopes and words on one of them;
`make_gradient` and `move_apart` choose colours and places.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError

from ..style import BLUE, FORMULA, SMALL, hair, import_matplotlib, ink, pale, setting, size_in_points
from .axes import Scale
from .power_laws import power

GRADIENT = (BLUE, "#7a4a9c", "#b03c78", "#cf4038")  # evenly from the smallest of some sizes to the largest

GAP = 2.0
"""Distance of a formula from its line, across and upwards."""

BESIDE = 12.0
"""Distance of a predicted slope from its curve."""

LEADING, APART = 10 / 9, 8 / 9
"""Distance between baselines of lines of words, and least one of names in the margin, in units of ``font.size``."""

LEADER = 9.0
"""Length of the line from the end of a curve to its name in the margin."""


class Chart:
    """One pair of Axes with its scales.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    x, y : Scale
    """

    def __init__(self, axes: Any, x: Scale, y: Scale) -> None:
        self.axes, self.x, self.y = axes, x, y
        self.width, self.height = size_in_points(axes)
        for axis, scale, name in ((axes.xaxis, x, "x"), (axes.yaxis, y, "y")):
            if scale.logarithmic:
                axes.set(**{f"{name}scale": "log"})
            _set_ticks(axis, scale)
        axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high))
        single = " " not in y.label
        axes.set_ylabel(y.label, **({"rotation": 0, "ha": "right", "va": "center"} if single else {}))

    def curve(
        self, x: ArrayLike, y: ArrayLike, name: str, colour: str, width: float | None = None, **style: Any
    ) -> None:
        """Draw a curve called ``name``."""
        self.axes.plot(x, y, color=colour, linewidth=width, gid=name, **({"zorder": 2} | style))

    def curves(
        self, x: ArrayLike, values: Iterable[ArrayLike], kind: str, keys: Iterable[Any], colours: Iterable[str]
    ) -> None:
        """Draw a curve for each key, called by its kind and key."""
        for y, key, colour in zip(values, keys, colours, strict=True):
            self.curve(x, y, f"{kind} {key}", colour)

    def dashed(self, x: ArrayLike, y: ArrayLike, name: str, colour: str, **style: Any) -> None:
        """Draw a thin dashed line."""
        self.curve(x, y, name, colour, hair(), **({"linestyle": "dashed"} | style))

    def level(self, value: float | Fraction, name: str, colour: str = "", zorder: int = 1) -> None:
        """Draw a dashed line across the chart at one value."""
        self.dashed([self.x.low, self.x.high], [float(value)] * 2, name, colour or pale(), zorder=zorder)

    def points(
        self, x: ArrayLike, y: ArrayLike, error: ArrayLike, name: str, colour: str, filled: bool = False
    ) -> None:
        """Draw points with error bars."""
        (dots, _, _) = self.axes.errorbar(
            x, y, error, color=colour, linewidth=0, elinewidth=hair(), capthick=hair(), zorder=4
        )
        inside = colour if filled else self.axes.get_facecolor()
        dots.set(marker="o", markerfacecolor=inside, markeredgewidth=setting("lines.linewidth"), gid=name)

    def guide(
        self,
        where: ArrayLike,
        curve: tuple[ArrayLike, ArrayLike],
        exponent: Fraction,
        side: int,
        name: str = "slope",
        symbol: str = "t",
        text: str = "",
        colour: str = "",
        distance: float = BESIDE,
    ) -> None:
        """Draw a predicted slope beside a curve, dashed, with its formula.

        Parameters
        ----------
        where : array of shape (3,)
            Its start, the place of its formula, and its end.
        curve : (x, y)
            The curve beside it, on logarithmic scales.
        exponent : Fraction
            r of the law x^-r; negative if the curve rises.
        side : int
            1 above the curve, -1 below.
        name : str
        symbol, text : str
            x in the formula, or the whole formula.
        colour : str
            Of the formula.
        distance : float
            From the curve.
        """
        x = np.asarray(where)
        start = np.exp(np.interp(np.log(x[1]), np.log(curve[0]), np.log(curve[1])))
        y = self.y.above(start * (x / x[1]) ** -float(exponent), side * distance / self.height)
        self.dashed(x, y, name, ink())
        self.beside(text or f"${power(symbol, exponent)}$", (x[1], y[1]), side, colour, rising=exponent < 0)

    def write(
        self,
        text: str,
        at: tuple[float, float],
        offset: tuple[float, float] = (0, 0),
        colour: str = "",
        size: str = SMALL,
        page: bool = False,
        **style: Any,
    ) -> None:
        """Write words beside a place; with ``page``, the place is in units of the chart."""
        style = {"ha": "center", "va": "baseline", "zorder": 5, "color": colour or ink(), "fontsize": size} | style
        coordinates = {"xycoords": "axes fraction" if page else "data", "textcoords": "offset points"}
        self.axes.annotate(text, at, offset, **coordinates, annotation_clip=False, **style)

    def lines(self, texts: Iterable[str], at: tuple[float, float], offset: tuple[float, float], **style: Any) -> None:
        """Write lines of words below each other."""
        leading = LEADING * setting("font.size")
        for number, text in enumerate(texts):
            self.write(text, at, (offset[0], offset[1] - leading * number), **style)

    def caption(self, corner: tuple[float, float], heading: str = "", lines: Sequence[str] = ()) -> None:
        """Write a heading and lines below it into a corner, in units of the chart: (0, 0) is at the lower left."""
        right, above = corner
        place: dict[str, Any] = {"page": True, "ha": "right" if right else "left"}
        across = -6.0 if right else 6.0
        leading = LEADING * setting("font.size")
        top = -1.3 * leading if above else 6 + leading * (len(lines) - (not heading))
        if heading:
            self.write(heading, corner, (across, top), size=FORMULA, **place)
            top -= leading + bool(above)
        self.lines(lines, corner, (across, top), **place)

    def beside(self, formula: str, at: tuple[float, float], side: int, colour: str = "", rising: bool = False) -> None:
        """Write a formula beside a line: on the side of the line that is above it (``side`` 1) or below it (-1)."""
        across = -side if rising else side
        horizontal, vertical = "left" if across > 0 else "right", "baseline" if side > 0 else "top"
        self.write(formula, at, (GAP * across, GAP * side), colour, FORMULA, ha=horizontal, va=vertical)

    def margin(self, names: Sequence[tuple[str, float, str]]) -> None:
        """Write names of curves to the right of where they end: (text, value there, colour), kept apart.

        Raises
        ------
        InputError
            If Matplotlib is missing.
        """
        ends = np.array([self.y.place(value) * self.height for _, value, _ in names])
        line = import_matplotlib("matplotlib.lines").Line2D
        right = 1 + LEADER / self.width
        apart = move_apart(ends, APART * setting("font.size"))
        for (text, _, colour), *heights in zip(names, ends / self.height, apart / self.height, strict=True):
            leader = line([1.006, right], heights, color=colour, linewidth=hair(), clip_on=False, gid="leader")
            leader.set_transform(self.axes.transAxes)
            self.axes.add_artist(leader)
            self.write(text, (right, heights[1]), (2, 0), colour, page=True, ha="left", va="center_baseline")


def set_up(axes: Any, scales: Sequence[tuple[Scale, Scale]], title: str, note: str) -> list[Chart]:
    """Give Axes the scales of a figure, and words above the first.

    Parameters
    ----------
    axes : Axes of Matplotlib, or several
        One for each panel, from top to bottom.
    scales : sequence of (x, y)
        For each panel.  The label of x stands below the last of those that share it.
    title, note : str
        Words at the left and at the right.

    Returns
    -------
    list of Chart

    Raises
    ------
    InputError
        If the number of Axes differs from the number of panels.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from .axes import fit_linear_scale, span_log_scale
    >>> time = span_log_scale("$t$", 1, 100)
    >>> charts = set_up(Figure().subplots(2), [(time, fit_linear_scale("$r$", [0, 1]))] * 2, "title", "note")
    >>> [chart.axes.get_xlabel() for chart in charts]
    ['', '$t$']
    """
    given = np.ravel(axes)
    if len(given) != len(scales):
        raise InputError(f"this figure has {len(scales)} panels; got {len(given)} Axes; give one for each panel")
    charts = [Chart(one, x, y) for one, (x, y) in zip(given, scales, strict=True)]
    for chart, following in zip(charts, [*charts[1:], None], strict=True):
        if following is not None and following.x is chart.x:
            chart.axes.tick_params(labelbottom=False)
        else:
            chart.axes.set_xlabel(chart.x.label)
    charts[0].axes.set_title(title, loc="left")
    charts[0].axes.set_title(note, loc="right")
    return charts


def make_gradient(count: int, through: Sequence[str] = GRADIENT) -> list[str]:
    """Return so many colours along a row of some; a single one is the last.

    >>> make_gradient(2)
    ['#4477aa', '#cf4038']
    """
    ends = np.array([[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in through])
    places = np.linspace(0, len(ends) - 1, count) if count > 1 else [len(ends) - 1] * count
    mixed = np.column_stack([np.interp(places, np.arange(len(ends)), channel) for channel in ends.T])
    return ["#" + "".join(f"{round(value):02x}" for value in colour) for colour in mixed]


def move_apart(places: ArrayLike, gap: float) -> Any:
    """Move places apart to at least ``gap``, by as little as possible in all (least squares).

    >>> move_apart([0, 1, 10], 3)
    array([-1.,  2., 10.])
    """
    order = np.argsort(places, kind="stable")
    wanted = np.asarray(places, float)[order] - gap * np.arange(len(order))
    blocks: list[list[float]] = []  # of equal value, as the isotonic fit leaves them
    for value in wanted:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) > np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    fitted = np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])
    found = np.empty(len(order))
    found[order] = fitted + gap * np.arange(len(order))
    return found


def _set_ticks(axis: Any, scale: Scale) -> None:
    """Give an axis of Matplotlib the ticks and numbers of a scale."""
    tickers = import_matplotlib("matplotlib.ticker")
    axis.set_major_locator(tickers.FixedLocator(np.asarray(scale.ticks)))
    axis.set_major_formatter(tickers.FuncFormatter(lambda value, _: scale.number(value)))
    axis.set_minor_locator(tickers.FixedLocator(scale.short_ticks))
    axis.set_minor_formatter(tickers.NullFormatter())
