"""How long does a fit take?  ``EXPONENTS_DATA=FOLDER python tests/benchmarks/fit_speed.py``.

The 133 runs of Llama 3's isoFLOP curves.  Prints the median time of a fit without intervals, after import, and of a fit
with a bootstrap of 400, beside the bound that the project allows itself: by the clock, and the processor's time of all
processes, which other programmes change less.  This is not a test: no timing makes it fail.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

from verify import fit_law
from verify.processes import start_processes

REPEATS, PROCESSES = 5, 2


def spend() -> float:
    """Return the processor's time of this process, and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(own.ru_utime + own.ru_stime for own in used)


def measure(task: Callable[[], object]) -> tuple[float, float]:
    """Return the median time of a task by the clock, and the processor's."""
    found = []
    for _ in range(REPEATS):
        clock, used = perf_counter(), spend()
        task()
        found.append((perf_counter() - clock, spend() - used))
    return median(wall for wall, _ in found), median(own for _, own in found)


def main() -> None:
    """Print a line for each kind of fit."""
    path = Path(os.environ["EXPONENTS_DATA"], "llama3_isoflops.csv")

    def fit() -> None:
        fit_law(path, only=["condition=raw_loss"], intervals="none")

    def bootstrap() -> None:
        with start_processes(PROCESSES) as executor:
            fit_law(path, only=["condition=raw_loss"], executor=executor)

    fit()  # what is imported at the first fit
    for name, task, bound in (("no intervals", fit, 0.1), (f"400 draws, {PROCESSES} processes", bootstrap, 20.0)):
        wall, used = measure(task)
        print(f"{name:24s} {wall:7.3f} s   processor {used:7.3f} s   bound {bound:g} s")


if __name__ == "__main__":
    main()
