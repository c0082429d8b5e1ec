"""How far is a long computation?  A line on standard error after two seconds, with the time left where it is known.

Every command shows it, unless ``--quiet`` is given: `Command` of `terminal` opens it, and gives it to the command as
`current_progress`.  It is shown on a terminal; commands that take hours also write it to a file, line by line.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from concurrent.futures import Executor

SOON = 2.0
"""Seconds after which a computation says how far it is."""

EVERY = 0.5
"""Seconds between two states of the line on a terminal."""

SELDOM = 15.0
"""Seconds between two lines where standard error is no terminal."""

DEFAULT = 80
"""Columns of a terminal that does not say how many it has."""

ERASE = "\r\x1b[K"
"""What a terminal takes to empty the line."""


class Progress:
    """The parts of a computation that are done, of those that are known.

    Parameters
    ----------
    label : str
        What is computed.

    Attributes
    ----------
    expected : float
        Seconds that the whole takes, where that is known before any part is done; else 0.
    describe : callable or None
        Returns the state in words, where these are not the number of parts.
    executor : Executor or None
        Where `map` computes; None stands for the builtin map.
    """

    def __init__(self, label: str) -> None:
        self.expected, self.describe = 0.0, None  # type: float, Callable[[], str] | None
        self.executor: Executor | None = None
        self._lock, self._shown, self._ended = threading.RLock(), False, False
        self.begin(label)

    def begin(self, label: str) -> None:
        """Begin another computation: nothing of it is done."""
        self.label, self.done, self.known, self.begun = label, 0, 0, time.monotonic()

    def map(self, function: Callable[..., Any], *values: Iterable[Any]) -> Iterator[Any]:
        """Do what ``map`` does, or the map of the executor, and count.

        Examples
        --------
        >>> progress = Progress("squares")
        >>> list(progress.map(lambda x: x * x, [1, 2, 3])), progress.done
        ([1, 4, 9], 3)
        """
        lists = [list(some) if hasattr(some, "__len__") else some for some in values]
        length = min((len(some) for some in lists if isinstance(some, list)), default=0)
        spread = map if self.executor is None else self.executor.map
        return self.count(spread(function, *lists), length)

    def count(self, found: Iterable[Any], length: int) -> Iterator[Any]:
        """Yield the same values, of which there will be ``length``, and count them.

        Examples
        --------
        >>> progress = Progress("parts")
        >>> next(progress.count(iter("abc"), 3)), progress.known
        ('a', 3)
        """
        self.known += length
        return self._count(found)

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
        if self.describe is not None:
            return f"{self.label}: {self.describe()}"
        passed = time.monotonic() - self.begun
        text = f"{self.label}: {passed:.0f} s"
        if self.known:
            text = f"{self.label}: {self.done} of {self.known} parts, {passed:.0f} s"
        left = self.expected - passed
        if 0 < self.done < self.known:
            left = passed / self.done * (self.known - self.done)
        return f"{text}, about {left:.0f} s left" if left >= 0.5 else text

    def show(self, terminal: bool) -> None:
        """Print the state: over the line before on a terminal, else as a line."""
        with self._lock:
            if self._ended:
                return
            if terminal:  # a line that breaks could not be erased
                click.echo(f"{ERASE}{self.write()[: measure_terminal(sys.stderr) - 1]}", err=True, nl=False, color=True)
            else:
                click.echo(self.write(), err=True)
            self._shown = terminal

    def clear(self, ended: bool = False) -> None:
        """Erase the line, so that something else can be printed; an ``ended`` computation shows none again."""
        with self._lock:
            self._ended = self._ended or ended
            if self._shown:
                click.echo(ERASE, err=True, nl=False, color=True)
            self._shown = False


def measure_terminal(stream: Any) -> int:
    """Return the columns of the terminal that a stream writes to; `COLUMNS` says another number, and 80 is the default.

    Examples
    --------
    >>> import io
    >>> measure_terminal(io.StringIO()) > 0
    True
    """
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdigit() and int(said) > 0:
        return int(said)
    try:
        return os.get_terminal_size(stream.fileno()).columns or DEFAULT
    except (OSError, ValueError, AttributeError):
        return DEFAULT


def current_progress() -> Progress:
    """Return the progress of the command that runs; without a command, one that nobody sees.

    Examples
    --------
    >>> current_progress().done
    0
    """
    context = click.get_current_context(silent=True)
    found = None if context is None else context.find_object(Progress)
    return found or Progress("")


def say(message: str) -> None:
    """Print a line on standard error, where the line of the progress stood.

    Examples
    --------
    >>> say("wrote fig2a.png")
    """
    current_progress().clear()
    click.echo(message, err=True)


@contextmanager
def show_progress(label: str, quiet: bool = False, log: bool = False) -> Iterator[Progress]:
    """Say on standard error how far a computation is, once it takes longer than `SOON`.

    Parameters
    ----------
    label : str
        What is computed.
    quiet : bool
        Whether to say nothing.
    log : bool
        Whether to write lines where standard error is no terminal.

    Examples
    --------
    >>> with show_progress("nothing") as progress:  # done at once, so nothing is printed
    ...     progress.known
    0
    """
    progress, over = Progress(label), threading.Event()
    terminal = sys.stderr is not None and sys.stderr.isatty()
    if quiet or sys.stderr is None or not (terminal or log):
        yield progress
        return
    threading.Thread(target=_speak, args=(progress, over, terminal), daemon=True).start()
    try:
        yield progress
    finally:
        over.set()
        progress.clear(ended=True)


def _speak(progress: Progress, over: threading.Event, terminal: bool) -> None:
    """Show the state again and again; each computation is silent at first."""
    last, label = 0.0, ""
    while not over.wait(EVERY):
        now = time.monotonic()
        if now - progress.begun < SOON or (not terminal and progress.label == label and now - last < SELDOM):
            continue
        progress.show(terminal)
        last, label = now, progress.label
