"""One record for each figure: what may be chosen, how it is computed and drawn, and the page that it is drawn on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from exponents.errors import InputError

from ...arrays import Reals
from ..style import POINT, TYPE, apply_layout, make_page, setting

Map: TypeAlias = Callable[..., Iterable[Any]]
"""`map`, or the map of an executor, which computes several curves at once."""

WIDTH, ABOVE, BELOW, BETWEEN = 290.0, 20.0, 38.0, 9.0
"""Width of a page, and room above, below and between its panels, in points at a ``font.size`` of `TYPE`."""

MOST = 16
"""Most values of a parameter: so many curves can be told apart."""


@dataclass(frozen=True)
class Choice:
    """What a figure is computed for; None and () stand for what it does not depend on.

    Attributes
    ----------
    alpha : Fraction, optional
    beta, gamma : tuple of Fraction
    times : array of shape (times,), optional
        In units of 1/(learning rate), rising.
    quick : bool, optional
        Whether networks are smaller, or take fewer steps.
    """

    alpha: Fraction | None = None
    beta: tuple[Fraction, ...] = ()
    gamma: tuple[Fraction, ...] = ()
    times: Reals | None = None
    quick: bool | None = None

    @property
    def capacity(self) -> Fraction:
        """The value of alpha, where a figure has one."""
        assert self.alpha is not None
        return self.alpha

    @property
    def source(self) -> Fraction:
        """The value of beta, where a figure has one."""
        (beta,) = self.beta
        return beta

    @property
    def richness(self) -> float:
        """The value of gamma, where a figure has one."""
        (gamma,) = self.gamma
        return float(gamma)

    @property
    def note(self) -> str:
        """The values of alpha and gamma, for a title."""
        return rf"$\alpha = {self.capacity}$,  $\gamma = {self.gamma[0]}$"

    @property
    def time(self) -> Reals:
        """The times, where a figure has some."""
        assert self.times is not None
        return self.times

    @property
    def given(self) -> dict[str, Any]:
        """What is chosen, by name."""
        chosen = {name: value for name, value in vars(self).items() if value is not None}
        return {name: value for name, value in chosen.items() if not isinstance(value, tuple) or value}

    def along(self, *parts: float) -> Reals:
        """Return times at parts of the way from the first to the last, on a logarithmic scale.

        >>> Choice(times=np.array([1.0, 1e4])).along(0.25, 0.5).tolist()
        [10.0, 100.0]
        """
        found: Reals = self.time[0] * (self.time[-1] / self.time[0]) ** np.array(parts)
        return found


@dataclass(frozen=True)
class Figure:
    """A figure: what it computes, how it is drawn, and the heights of its panels.

    Attributes
    ----------
    name : str
        As in `exponents.names.PICTURES`.
    source : str
        The figure of the paper, or "not in the paper".
    solve : callable
        ``solve(choice, spread)`` returns the data; ``spread`` is `map` or the map of an executor.
    draw : callable
        ``draw(data, axes)`` draws on Axes of Matplotlib, one for each panel from top to bottom.
    heights : tuple of tuple of float
        Heights of the panels, in groups that share their horizontal axis.
    choice : Choice
        What it is computed for unless something else is chosen.
    several : tuple of str
        Which of ``beta`` and ``gamma`` may have another number of values.
    """

    name: str
    source: str
    solve: Callable[[Choice, Map], Any]
    draw: Callable[[Any, Sequence[Any]], None]
    heights: tuple[tuple[float, ...], ...]
    choice: Choice = Choice()
    several: tuple[str, ...] = ()

    def compute(self, spread: Map = map, choice: Choice | None = None) -> Any:
        """Return the data that the figure shows."""
        return self.solve(choice or self.choice, spread)

    @property
    def accepts(self) -> tuple[str, ...]:
        """What may be chosen, by name."""
        return tuple(self.choice.given)

    def choose(self, choice: Choice) -> Choice:
        """Return what the figure is computed for, with its own values where ``choice`` leaves them open.

        Raises
        ------
        InputError
            If something is chosen that the figure does not depend on, or the number of values is another.

        Examples
        --------
        >>> figure = Figure("any", "", lambda *_: None, lambda *_: None, (), Choice(Fraction(2), gamma=(Fraction(1),)))
        >>> figure.choose(Choice(Fraction(3, 2))).alpha
        Fraction(3, 2)
        >>> figure.choose(Choice(beta=(Fraction(1),)))
        Traceback (most recent call last):
        exponents.errors.InputError: any does not take `beta`; it takes `alpha`, `gamma`; leave `beta` out
        """
        for name in choice.given:
            if name not in self.accepts:
                able = ", ".join(f"`{one}`" for one in self.accepts) or "no values"
                raise InputError(f"{self.name} does not take `{name}`; it takes {able}; leave `{name}` out")
        if choice.times is not None and (len(choice.times) < 2 or choice.times[0] <= 0):
            raise InputError("a figure needs at least two times, all above 0; try 1, 10, 100")
        for name in ("beta", "gamma"):
            wanted, came = len(getattr(self.choice, name)), len(getattr(choice, name))
            if came and (came > MOST if name in self.several else came != wanted):
                number = f"at most {MOST}" if name in self.several else str(wanted)
                raise InputError(f"`{name}` of {self.name} takes {number} values; got {came}; give as many")
        return replace(self.choice, **choice.given)


def draw_page(figure: Figure, data: Any, size: tuple[float, float] | None = None) -> Any:
    """Draw a figure on a page of its own.

    Words are placed for the size that the panels have, so everything is drawn twice: the first time to find that size.

    Parameters
    ----------
    figure : Figure
    data : object
        What ``figure.compute`` returned.
    size : (width, height), optional
        In inches.  Default: a column of a paper, in proportion to ``font.size``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If Matplotlib is missing.

    Examples
    --------
    >>> figure = Figure("any", "", lambda *_: None, lambda data, axes: axes[0].set_title(data), ((50.0,),))
    >>> draw_page(figure, "some data").axes[0].get_title()
    'some data'
    """
    heights = [height for group in figure.heights for height in group]
    room = ABOVE + sum(BETWEEN * (len(group) - 1) + BELOW for group in figure.heights)
    scale = setting("font.size") / TYPE / POINT
    page, axes = make_page(heights, *(size or (WIDTH * scale, (sum(heights) + room) * scale)))
    for _ in range(2):
        for one in axes:
            one.clear()
        figure.draw(data, axes)
        page.align_ylabels(axes)
        apply_layout(page)
    return page
