"""How does the time for a proved phase diagram grow with the number of terms and of resources?

Run ``.venv/bin/python tests/benchmarks/growth.py``.  For each size it takes random losses in two parameters, with
exponents drawn from polynomials, quotients and Min, Max of them.  It prints processor seconds (median and largest), the
number of phases, and the work counted against the bound.  Then it times the two diagrams of the paper in a new process.
This is not a test: no timing makes it fail.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from math import prod
from statistics import median
from time import perf_counter, process_time

from sympy import Expr, Max, Min, S, Symbol, symbols

from exponents.algebra.polynomials import Functions
from exponents.errors import TooMuchWork
from exponents.losses.terms import Loss, PowerLaw
from exponents.optimum import search
from exponents.optimum.search import compute_optimum

a, b = symbols("a b", positive=True)
RESOURCES = symbols("N t B P", positive=True)
PLAIN = (S.Zero, S.One, S(2), a, b, a + b, b / 2, a / 3, 2 - 1 / a, a * b)
MIXED = (*PLAIN, 1 / (1 + a), a - 1, 2 * a * b / (a * b + a + 2), Min(a, b), Max(1, b))
SIZES = ((2, 2), (4, 2), (6, 2), (8, 2), (4, 3), (6, 3), (4, 4), (6, 4))
PAPER = """
from time import perf_counter
start = perf_counter()
from exponents.model.table1 import optimum
for regime in ("lazy", "rich"):
    optimum(regime)
print(perf_counter() - start)
"""


def random_loss(terms: int, resources: int, pool: tuple[Expr, ...], seed: int) -> Loss:
    """Return a loss whose exponents are drawn from ``pool``."""
    draw = random.Random(seed)
    used: tuple[Symbol, ...] = RESOURCES[:resources]
    return Loss(tuple(PowerLaw(f"term {i}", tuple((r, draw.choice(pool)) for r in used)) for i in range(terms)))


def solve(loss: Loss, resources: int) -> tuple[float, int | None, int]:
    """Return processor seconds, the number of phases or None after `TooMuchWork`, and units of work."""
    made: list[Functions] = []

    def recorded(parameters: tuple[Symbol, ...]) -> Functions:
        made.append(Functions(parameters))
        return made[-1]

    honest, search.Functions = search.Functions, recorded
    start = process_time()
    try:
        count = len(compute_optimum(loss, prod(RESOURCES[:resources]), (a < 9, b < 9), (a, b)).phases)
    except TooMuchWork:
        count = None
    finally:
        search.Functions = honest
    return process_time() - start, count, made[0].work.allowed - max(made[0].work.left, 0)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--losses", type=int, default=5, help="random losses of each size")
    count = parser.parse_args().losses
    for name, pool in (("plain", PLAIN), ("mixed", MIXED)):
        print(f"\n{name} exponents: {', '.join(map(str, pool))}")
        print(f"{'terms':>5} {'resources':>9} {'median':>9} {'largest':>9} {'phases':>9} {'work':>12}")
        for terms, resources in SIZES:
            runs = [solve(random_loss(terms, resources, pool, seed), resources) for seed in range(count)]
            times, found = [run[0] for run in runs], [run[1] for run in runs if run[1] is not None]
            spread = f"{min(found)}-{max(found)}" if found else "-"
            refused = f", {count - len(found)} refused" if len(found) < count else ""
            work = f"{max(run[2] for run in runs):,}{refused}"
            print(
                f"{terms:5} {resources:9} {median(times):8.2f}s {max(times):8.2f}s {spread:>9} {work:>12}", flush=True
            )
    start = perf_counter()
    inside = subprocess.run([sys.executable, "-c", PAPER], capture_output=True, text=True, check=True).stdout
    cold, started = perf_counter() - start, float(inside)
    print(f"\nboth diagrams of the paper, cold: {cold:.2f} s, of which {started:.2f} s after Python's own start")


if __name__ == "__main__":
    main()
