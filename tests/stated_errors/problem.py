"""What is compared: one value with the error that is stated of it, and what it should be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Compared(NamedTuple):
    """A value, its stated error, the true value, and what the true value itself may be off by."""

    what: str
    value: float
    stated: float
    true: float
    doubt: float

    @property
    def off(self) -> float:
        """How far the value is from the true one, beyond all doubt about that."""
        return max(abs(self.value - self.true) - self.doubt, 0.0)

    @property
    def covered(self) -> bool:
        """Whether the true error is within the stated one."""
        return self.off <= self.stated

    @property
    def ratio(self) -> float:
        """Stated over true error; the doubt stands for a true error that is smaller."""
        return self.stated / max(abs(self.value - self.true), self.doubt, 1e-320)


def pair(
    what: str, values: Sequence[float], stated: Sequence[float], true: Sequence[float], doubt: float
) -> Iterator[Compared]:
    """Yield a comparison for each time; ``doubt`` is relative to the true value."""
    for value, error, due in zip(values, stated, true, strict=True):
        yield Compared(what, float(value), float(error), float(due), doubt * abs(float(due)) + 1e-320)
