"""Compare plans of random losses in powers of sums, min and max with brute force, and print gaps and times.

Run ``.venv/bin/python tests/benchmarks/branches.py [NUMBER]``.  A plan is right if its amounts meet the budget and have
the loss that it states, both evaluated by NumPy, and no point of the grids lies below its lower bound.  This is not a
test: no timing makes it fail.
"""

import sys
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1] / "exponents" / "budget"))

from random_losses import BUDGET, draw_problem, look, search_grid

from exponents import plan_budget
from exponents.errors import InputError, TooMuchWork


def judge(seed):
    """Return the processor seconds of a plan, whether it agrees with brute force, and what came out."""
    start = process_time()
    try:
        problem, *question = draw_problem(seed)
        found = plan_budget(problem, BUDGET)
    except (InputError, TooMuchWork) as error:
        used = process_time() - start
        infeasible = "no allocation" in str(error) and search_grid(*question) is None
        return used, infeasible or isinstance(error, TooMuchWork), f"{type(error).__name__}: {error}"
    used = process_time() - start
    brute = search_grid(*question)
    if brute is None:
        return used, False, "no point of the grid is allowed"
    loss, low, own = float(found.loss), float(found.low), look(*question, dict(found.allocation))
    right = own is not None and abs(own / loss - 1) < 1e-9 and low <= brute * (1 + 1e-12) and loss <= brute * (1 + 2e-9)
    return used, right, f"loss {loss:.9g}, grid {brute:.9g}, gap {(loss - low) / loss:.1e}, {found.pieces} pieces"


number = int(sys.argv[1]) if len(sys.argv) > 1 else 50
began, results = perf_counter(), []
for seed in range(number):
    results.append(judge(seed))
    used, right, outcome = results[-1]
    print(f"{seed:4} {used:7.2f} s  {'agrees' if right else 'DIFFERS'}  {outcome}", flush=True)
seconds = [used for used, _, _ in results]
print(
    f"{number} problems: {sum(not right for _, right, _ in results)} differ; {median(seconds):.2f} s median, "
    f"{max(seconds):.1f} s longest, of the processor; {perf_counter() - began:.0f} s in all"
)
