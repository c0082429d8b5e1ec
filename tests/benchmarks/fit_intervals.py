"""How often do intervals of fitted laws hold the truth?  ``python tests/benchmarks/fit_intervals.py [SETS [SIZES]]``.

Sets of runs on a grid of sizes and data, from a known law with noise of 1 % in the loss.  For α, β, a = β/(α + β) and
ln N⋆ at a budget, prints the share of 95 % intervals that hold the truth, and the bias in standard deviations.
"""

import sys
import time

import numpy as np

from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
from verify.fits.bootstrap import bootstrap
from verify.fits.formula_intervals import covariance, quantile
from verify.fits.objectives import read_objective
from verify.fits.quantities import estimates
from verify.fits.run_table import make_table
from verify.fits.runs import choose_runs
from verify.fits.search import Problem

TRUTH = {"alpha": 0.34, "beta": 0.37, "E": 1.7, "A": 400.0, "B": 2000.0}
BUDGET = 1e23
COST = read_budget_equation("C=6*N*D")
LAW = read_law(DEFAULT_TERMS, ("N", "D"))


def true_values():
    """α, β, a and ln N⋆ of the law, by hand: A α N^-α = B β D^-β at the best split."""
    alpha, beta = TRUTH["alpha"], TRUTH["beta"]
    log_ratio = np.log(alpha * TRUTH["A"] / (beta * TRUTH["B"]))
    size = (log_ratio + beta * np.log(BUDGET / 6)) / (alpha + beta)
    return {"alpha": alpha, "beta": beta, "a": beta / (alpha + beta), "ln N": size}


def draw(rng, sizes):
    """Runs on a grid, with noise of 1 %."""
    size, data = np.logspace(7, 10, sizes).repeat(sizes), np.tile(np.logspace(9, 12, sizes), sizes)
    loss = TRUTH["E"] + TRUTH["A"] * size ** -TRUTH["alpha"] + TRUTH["B"] * data ** -TRUTH["beta"]
    noisy = loss * np.exp(0.01 * rng.normal(size=len(loss)))
    return choose_runs(make_table({"N": size, "D": data, "loss": noisy}), ("N", "D"))


def intervals(problem, solution, method, seed):
    """The value and the interval of each quantity."""
    draws, formula = None, None
    if method == "bootstrap":
        draws = bootstrap(problem, solution, 400, seed)
    else:
        formula = covariance(problem, solution), quantile(0.95, len(problem.loss) - 5)
    found = estimates(LAW, solution.u, COST, BUDGET, 0.95, draws, formula)
    own = {name: found["parameters"][name] for name in ("alpha", "beta")}
    own["a"] = found["allocation"]["N"]
    size = found["split"]["N"]
    log = type(size)(np.log(size.value), np.log(size.low), np.log(size.high))
    return {**own, "ln N": log}


def main(sets=200, *grids):
    """Print a table of coverage and bias."""
    truth = true_values()
    for sizes in grids or (7, 12):
        for objective, method in (
            *((name, "formula") for name in ("ls", "huber", "huber:1e-3")),
            *((name, "bootstrap") for name in ("huber", "ls")),
        ):
            rng, begun = np.random.default_rng(sizes), time.process_time()
            found = []
            for seed in range(sets):
                problem = Problem(LAW, draw(rng, sizes))
                found.append(intervals(problem, problem.solve(read_objective(objective)), method, seed))
            seconds = time.process_time() - begun
            parts = []
            for name, value in truth.items():
                inside = np.mean([one[name].low <= value <= one[name].high for one in found])
                values = np.array([one[name].value for one in found])
                parts.append(f"{name} {inside:.3f} (bias {(values.mean() - value) / values.std():+.2f})")
            print(f"{sizes**2:4} runs  {objective:10} {method:9}  {'  '.join(parts)}  {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
