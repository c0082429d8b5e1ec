"""Where is text printed?  In a pipe, or on a terminal of some width, which can emphasise titles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

WIDTH = 80
"""Columns of sentences, and of blocks, unless the terminal has fewer."""


@dataclass(frozen=True)
class Page:
    """Where text is printed.

    Attributes
    ----------
    emphasise : callable
        Marks titles and headings.
    width : int or None
        Columns of the terminal; None in a pipe, where tables are as wide as they are.

    Examples
    --------
    >>> Page().emphasise("a title"), Page(width=100).prose
    ('a title', 80)
    """

    emphasise: Callable[[str], str] = str
    width: int | None = None

    @property
    def prose(self) -> int:
        """Columns of a sentence."""
        return WIDTH if self.width is None else min(WIDTH, self.width)


PIPE = Page()
