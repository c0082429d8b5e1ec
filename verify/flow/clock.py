"""How far does the clock tau = int kappa dt run, so that a spectrum can be resolved up to there?

The clock is known only after the flow is solved, and the spectrum is needed before.  `estimate_clock` guesses it from
the power law; if the guess was too small, `solve_deep_enough` solves again with a later clock.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, expm1, log, sqrt
from typing import TypeVar

from exponents.errors import Unresolved

from ..spectra.spectrum import SMALLEST

Solved = TypeVar("Solved")

GUESSES = 60
"""Iterations of the guess at the clock, which contract by |1 - beta|/2."""

UNDERRATED = 1e3
"""Factor by which the spectrum is made deeper if the clock ran beyond the guess."""


def estimate_clock(alpha: float, beta: float, gamma: float, time: float) -> float:
    """Estimate the clock at ``time``, rather too large: time x kappa, if all modes with mu clock > 1 are learned.

    kappa = (1 + sqrt(1 + 4 gamma U))/2 with U = int (1/alpha) e^{(1 - beta) u} min(1, clock e^{-u})^2 du.

    Examples
    --------
    >>> round(estimate_clock(1.5, 0.5, 0.0, 100.0)), estimate_clock(1.5, 0.5, 1.0, 100.0) > 400
    (200, True)
    """
    clock = max(time, 1.0)
    for _ in range(GUESSES):
        rate = 1 - beta
        grown = min(rate * log(clock), -log(SMALLEST))
        learned = (expm1(grown) / rate if rate else log(clock)) + exp(grown) / (1 + beta)  # alpha U
        clock = max(time, 1.0) * (1 + sqrt(1 + 4 * gamma * learned / alpha))
    return clock


def solve_deep_enough(solver: Callable[[float], Solved], clock: float) -> Solved:
    """Return what ``solver`` finds with a spectrum resolved up to ``clock``, or `UNDERRATED` times further if needed.

    Examples
    --------
    >>> def solver(clock):
    ...     if clock < 500:
    ...         raise Unresolved("the clock ran further", 1.0, clock)
    ...     return clock
    >>> solve_deep_enough(solver, 1.0)
    1000.0
    """
    while True:
        try:
            return solver(clock)
        except Unresolved:
            clock *= UNDERRATED
