"""How much work may an exact answer take?

Each problem has one `WorkLimit`, which its branches and exceptions share.  Every step of the algebra spends units of
it, in proportion to the time that the step takes, so that the same problem is refused everywhere; a clock catches what
the units underrate.  What would take too long, or fill the memory, stops early with `TooMuchWork`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import process_time

from ..errors import TooMuchWork

WORK = 12_000_000
"""Units of work a problem may take: about a minute of a present-day machine."""

SECONDS = 60.0
"""Processor time that a problem may take."""

BETWEEN = 20_000
"""Units between two looks at the clock: a tenth of a second."""


class WorkLimit:
    """A count of work that may not pass ``allowed`` units, nor `SECONDS` of processor time.

    Examples
    --------
    >>> limit = WorkLimit(10)
    >>> limit.spend(8)
    >>> limit.left
    2
    """

    def __init__(self, allowed: int = WORK, seconds: float = SECONDS) -> None:
        self.allowed = self.left = allowed
        self._look, self._end = allowed - BETWEEN, process_time() + seconds

    def spend(self, units: int) -> None:
        """Count ``units`` of work; raise `TooMuchWork` when none is left."""
        self.left -= units
        late = False
        if self.left < self._look:
            self._look, late = self.left - BETWEEN, process_time() > self._end
        if self.left < 0 or late:
            raise TooMuchWork(
                "an exact answer for this loss is too much work; use fewer terms or resources, above all fewer terms "
                "that can tie with each other, simpler exponents, or numbers for parameters"
            )

    @contextmanager
    def hold(self, units: int) -> Iterator[None]:
        """Keep units of work, and their share of time, for what comes after a block.

        >>> limit = WorkLimit(10)
        >>> with limit.hold(4):
        ...     limit.left
        6
        """
        time = SECONDS * units / self.allowed
        self.left, self._end = self.left - units, self._end - time
        try:
            yield
        finally:
            self.left, self._end = max(self.left, 0) + units, self._end + time
            self._look = self.left


_shared: ContextVar[WorkLimit | None] = ContextVar("shared", default=None)


@contextmanager
def one_problem() -> Iterator[None]:
    """Let all that is begun inside share one limit; a problem inside another one takes part in that.

    Examples
    --------
    >>> with one_problem():
    ...     problem_limit() is problem_limit()
    True
    """
    token = _shared.set(_shared.get() or WorkLimit())
    try:
        yield
    finally:
        _shared.reset(token)


def problem_limit() -> WorkLimit:
    """Return the limit of the problem that is being solved, or a new one.

    Examples
    --------
    >>> problem_limit() is problem_limit()
    False
    """
    return _shared.get() or WorkLimit()
