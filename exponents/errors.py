"""What can go wrong, told apart: bad input, and honest failure of a derivation.

Every message says what was required, what came, and what to try.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class ExponentsError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(ExponentsError, ValueError):
    """The input cannot be used; the message says what was required, what came and what to try."""


class TooMuchWork(InputError):
    """An exact answer would take longer than is allowed: too many terms, or curves of too high a degree."""


class DivergentSum(InputError):
    """A mode sum does not converge: its weight lies at or left of the kernel's Mellin strip."""


class UnknownKernel(ExponentsError):
    """No rule gives the kernel's Mellin transform, or the one found failed its numerical check."""


class NoBalance(ExponentsError):
    """No dominant balance exists: the programme is infeasible or unbounded.

    Attributes
    ----------
    evidence : str
        The constraint or the resource that makes it so.
    """

    def __init__(self, message: str, evidence: str = "") -> None:
        super().__init__(message)
        self.evidence = evidence


class IncompleteProof(ExponentsError):
    """A statement could not be proved on its whole region.  Raised instead of printing it."""


class Refuted(ExponentsError):
    """A statement was found false.

    Attributes
    ----------
    counterexample : mapping of Symbol to Fraction
        An exact point where it fails.
    """

    def __init__(self, message: str, counterexample: object = None) -> None:
        super().__init__(message)
        self.counterexample = counterexample


class NotSolved(ExponentsError):
    """A numerical solution was given up.

    All its arguments, the message and the evidence, are handed on, so that it travels between processes.
    """

    def __str__(self) -> str:
        return str(self.args[0])


class FlowFailed(NotSolved):
    """The flow could not be solved on.

    Attributes
    ----------
    time : float
        The last time that was reached, in units of 1/(learning rate).
    residual : float
        Size of what should have vanished there.
    """

    def __init__(self, message: str, time: float, residual: float) -> None:
        super().__init__(message, time, residual)
        self.time, self.residual = time, residual


class Unresolved(FlowFailed):
    """The clock ran beyond what the measure resolves."""
