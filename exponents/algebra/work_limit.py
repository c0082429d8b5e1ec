"""How much work may an exact answer take?

Each problem has one `WorkLimit`.  Every step of the algebra spends units of it, in proportion to the time that the step
takes.  What would take too long, or fill the memory, stops early with `TooMuchWork`.
"""

from __future__ import annotations

from ..errors import TooMuchWork

WORK = 12_000_000
"""Units of work a problem may take: about a minute of a present-day machine."""


class WorkLimit:
    """A count of work that may not pass ``allowed`` units.

    Examples
    --------
    >>> limit = WorkLimit(10)
    >>> limit.spend(8)
    >>> limit.left
    2
    """

    def __init__(self, allowed: int = WORK) -> None:
        self.allowed = self.left = allowed

    def spend(self, units: int) -> None:
        """Count ``units`` of work; raise `TooMuchWork` when none is left."""
        self.left -= units
        if self.left < 0:
            raise TooMuchWork(
                "an exact answer for this loss is too much work; use fewer terms or resources, above all fewer terms "
                "that can tie with each other, simpler exponents, or numbers for parameters"
            )
