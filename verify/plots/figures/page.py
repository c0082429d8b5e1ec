"""One record for each figure, and the page that it is drawn on.

A page is one column of panels.  All lengths are in points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..style import DOTS, import_matplotlib

Map: TypeAlias = Callable[..., Iterable[Any]]
"""`map`, or the map of an executor, which computes several curves at once."""

LEFT, WIDTH, BOTTOM, TOP, BETWEEN = 40.0, 196.0, 30.0, 18.0, 7.0
"""Room at the left, width of a panel, room below and above, and between panels."""


@dataclass(frozen=True)
class Figure:
    """A figure: what it computes, how it is drawn, and the size of its page.

    Attributes
    ----------
    name : str
        As in `exponents.names.PICTURES`.
    source : str
        The figure of the paper, or "not in the paper".
    compute : callable
        ``compute(spread)`` returns the data; ``spread`` is `map` or the map of an executor.
    draw : callable
        ``draw(data, axes)`` draws on Axes of Matplotlib, one for each panel from top to bottom.
    heights : tuple of tuple of float
        Heights of the panels, in groups that share their horizontal axis.
    margin : float
        Room to the right of the panels, for names of curves.
    """

    name: str
    source: str
    compute: Callable[[Map], Any]
    draw: Callable[[Any, Sequence[Any]], None]
    heights: tuple[tuple[float, ...], ...]
    margin: float


def draw_page(figure: Figure, data: Any) -> Any:
    """Draw a figure on a page of its own size.

    Parameters
    ----------
    figure : Figure
    data : object
        What ``figure.compute`` returned.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> figure = Figure("any", "", lambda _: None, lambda data, axes: axes[0].set_title(data), ((50.0,),), 10.0)
    >>> draw_page(figure, "some data").axes[0].get_title()
    'some data'
    """
    rows = [
        row for group in figure.heights for row in [*((height, BETWEEN) for height in group[:-1]), (group[-1], BOTTOM)]
    ]
    width, height = LEFT + WIDTH + figure.margin, TOP + sum(map(sum, rows))
    page = import_matplotlib("matplotlib.figure").Figure(figsize=(width / 72, height / 72), dpi=DOTS)
    axes, top = [], height - TOP
    for panel, gap in rows:
        axes.append(page.add_axes((LEFT / width, (top - panel) / height, WIDTH / width, panel / height)))
        top -= panel + gap
    figure.draw(data, axes)
    return page
