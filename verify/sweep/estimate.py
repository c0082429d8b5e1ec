"""How long will a sweep take, and how much memory?  Estimated from the settings, before anything is solved.

Where a solver says how its time grows (training, the two-time equations), that is added up.  All other tasks take about
`SHORT` seconds; once tasks of the same store have ended, their mean time is the better guess for these.  The memory is
that of the largest solution, beside `PROCESS` for each process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from exponents.claims.catalogue import select_claims
from exponents.claims.claim import MINUTES

from .curve_question import read_setting
from .grid import Setting, Sweep
from .sweep_file import CURVE

SHORT = 0.2
"""Seconds of a task that ends soon: of a flow, or of a claim that is measured at once."""

SLOW_CLAIM = 240.0
"""Seconds of a claim that takes minutes."""

PROCESS = 220 * 2**20
"""Bytes of a process that has begun, with the libraries in it."""

POINT = 200
"""Bytes of the store for each time of a curve: some eight numbers as text."""

ROW = 1500
"""Bytes of the store for each task beside its curve."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep takes.

    Attributes
    ----------
    tasks, kept : int
        All tasks, and those that have ended before.
    seconds : float
        Until the others have ended, with so many workers.
    bytes_of_a_worker, bytes_of_store : int
        The largest memory of one process, and the size of the store at the end.

    Examples
    --------
    >>> Estimate(10, 4, 1.2, 2**28, 15000).tasks
    10
    """

    tasks: int
    kept: int
    seconds: float
    bytes_of_a_worker: int
    bytes_of_store: int


def estimate_sweep(sweep: Sweep, kept: set[str], jobs: int, mean: float | None = None) -> Estimate:
    """Return what a sweep takes.

    Parameters
    ----------
    sweep : Sweep
    kept : set of str
        Keys of tasks that have ended.
    jobs : int
        Workers.
    mean : float, optional
        Mean seconds of the tasks that have ended.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> from verify.sweep.grid import read_sweep
    >>> found = estimate_sweep(read_sweep({"alpha": "3/2", "beta": ["1/2", 1]}), set(), jobs=2)
    >>> found.tasks, found.seconds
    (2, 0.2)
    """
    waiting = [task.setting for task in sweep.tasks if task.key not in kept]
    measure = _measure_curve if sweep.run == CURVE else _measure_claims
    measured = [measure(setting) for setting in waiting]
    short = SHORT if mean is None else mean
    return Estimate(
        len(sweep.tasks),
        len(sweep.tasks) - len(waiting),
        _share([seconds or short for seconds, _, _ in measured], jobs),
        PROCESS + max((memory for _, memory, _ in measured), default=0),
        sum(ROW + POINT * times for _, _, times in measured),
    )


def _share(seconds: Sequence[float], jobs: int) -> float:
    """Return the time that workers need together: no less than the longest task."""
    return max(sum(seconds) / max(1, jobs), max(seconds, default=0.0))


def _measure_curve(setting: Setting) -> tuple[float, int, int]:
    """Return seconds, 0 if it ends soon, bytes, and times of a curve."""
    asked = read_setting(setting)
    return *asked.estimate_work(), len(asked.times)


def _measure_claims(setting: Setting) -> tuple[float, int, int]:
    """Return seconds, bytes and rows of the claims at a point."""
    claims = select_claims([str(setting["claim"])])
    slow = sum(SLOW_CLAIM for claim in claims if claim.cost == MINUTES)
    return slow, 0, len(claims)
