"""The errors this package raises on purpose: bad input, and derivations or solvers that fail honestly.

Every message says what was required, what came, and what to try.
"""

from __future__ import annotations


class ExponentsError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(ExponentsError, ValueError):
    """The input cannot be used; the message says what was required, what came and what to try.

    Parameters
    ----------
    message : str
        The message in Python.
    in_shell : str, optional
        The message of the command, where its users have another thing to try.

    Examples
    --------
    >>> error = InputError("alpha must exceed 1; call compute_optimum", in_shell="alpha must exceed 1; see balance")
    >>> print(error, error.in_shell, sep=" | ")
    alpha must exceed 1; call compute_optimum | alpha must exceed 1; see balance
    """

    def __init__(self, message: str = "", in_shell: str = "") -> None:
        super().__init__(message)
        self.in_shell = in_shell or message


class TooMuchWork(InputError):
    """An exact answer would take longer than is allowed: too many terms, or curves of too high a degree."""


class DivergentSum(InputError):
    """A mode sum diverges: its weight lies at or left of the kernel's Mellin strip."""


class UnknownKernel(ExponentsError):
    """No rule gives the kernel's Mellin transform, or the transform found failed its numerical check."""


class NoBalance(ExponentsError):
    """No dominant balance exists: the programme is infeasible or unbounded.

    Attributes
    ----------
    evidence : str
        The constraint or the resource that is the cause.
    """

    def __init__(self, message: str, evidence: str = "") -> None:
        super().__init__(message)
        self.evidence = evidence


class IncompleteProof(ExponentsError):
    """A statement could not be proved on its whole region, and so is not printed."""


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
    """A numerical solver gave up.

    It passes all its arguments, the message and the evidence, to `Exception`, so that it travels between processes.
    """

    def __str__(self) -> str:
        return str(self.args[0])


class FlowFailed(NotSolved):
    """The flow could not be solved any further.

    Attributes
    ----------
    time : float
        The last time that was reached, in units of 1/(learning rate).
    residual : float
        Size of the residual there; a solution has zero.
    """

    def __init__(self, message: str, time: float, residual: float) -> None:
        super().__init__(message, time, residual)
        self.time, self.residual = time, residual


class Unresolved(FlowFailed):
    """The clock ran beyond what the spectrum resolves."""
