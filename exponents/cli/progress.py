"""How far is a long computation?  A line on standard error after two seconds, with the time left where it is known."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from concurrent.futures import Executor

SOON = 2.0
"""Seconds after which a computation says how far it is."""

EVERY = 0.5
"""Seconds between two states of the line on a terminal."""

SELDOM = 15.0
"""Seconds between two lines where standard error is no terminal."""


class Progress:
    """The parts of a computation that are done, of those that are known.

    Parameters
    ----------
    label : str
        What is computed.
    """

    def __init__(self, label: str) -> None:
        self.label, self.done, self.known, self.begun = label, 0, 0, time.monotonic()

    def map(self, function: Callable[..., Any], *values: Iterable[Any], over: Any = None) -> Iterator[Any]:
        """Do what ``map`` does, or the map of the executor ``over``, and count.

        Examples
        --------
        >>> progress = Progress("squares")
        >>> list(progress.map(lambda x: x * x, [1, 2, 3])), progress.done
        ([1, 4, 9], 3)
        """
        lists = [list(some) if hasattr(some, "__len__") else some for some in values]
        self.known += min((len(some) for some in lists if isinstance(some, list)), default=0)
        found = map(function, *lists) if over is None else over.map(function, *lists)
        return self._count(found)

    def over(self, executor: Executor | None) -> Executor:
        """Return an executor whose map counts; None stands for the builtin map."""
        return cast("Executor", _Counted(self, executor))

    def _count(self, found: Iterable[Any]) -> Iterator[Any]:
        for value in found:
            self.done += 1
            yield value

    def write(self) -> str:
        """Return the state in words.

        Examples
        --------
        >>> Progress("fig2a").write()
        'fig2a: 0 s'
        """
        passed = time.monotonic() - self.begun
        if not self.known:
            return f"{self.label}: {passed:.0f} s"
        text = f"{self.label}: {self.done} of {self.known} parts, {passed:.0f} s"
        if 0 < self.done < self.known:
            text += f", about {passed / self.done * (self.known - self.done):.0f} s left"
        return text


class _Counted:
    """An executor whose ``map`` counts; None stands for the builtin ``map``."""

    def __init__(self, progress: Progress, executor: Any) -> None:
        self.progress, self.executor = progress, executor

    def map(self, function: Callable[..., Any], *values: Iterable[Any]) -> Iterator[Any]:
        """Do what the executor's ``map`` does, and count."""
        return self.progress.map(function, *values, over=self.executor)


@contextmanager
def show_progress(label: str, quiet: bool = False) -> Iterator[Progress]:
    """Say on standard error how far a computation is, once it takes longer than `SOON`.

    Parameters
    ----------
    label : str
        What is computed.
    quiet : bool
        Whether to say nothing.

    Examples
    --------
    >>> with show_progress("nothing") as progress:  # done at once, so nothing is printed
    ...     progress.known
    0
    """
    progress, over = Progress(label), threading.Event()
    speaker = threading.Thread(target=_speak, args=(progress, over), daemon=True)
    if not quiet:
        speaker.start()
    try:
        yield progress
    finally:
        over.set()
        if not quiet:
            speaker.join()


def _speak(progress: Progress, over: threading.Event) -> None:
    """Write the state again and again: over itself on a terminal, else line by line."""
    if over.wait(SOON):
        return
    terminal = sys.stderr.isatty()
    while True:
        click.echo(f"\r\x1b[K{progress.write()}" if terminal else progress.write(), err=True, nl=not terminal)
        if over.wait(EVERY if terminal else SELDOM):
            break
    if terminal:
        click.echo("\r\x1b[K", err=True, nl=False)
