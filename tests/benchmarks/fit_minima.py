"""Is there a lower minimum than the one that a fit finds?  ``python tests/benchmarks/fit_minima.py [FOLDER] [SETS]``.

Differential evolution of SciPy, followed by its quasi-Newton and simplex methods, minimises the same objectives without
any code of the search: from bounds alone.  It is run on public files in FOLDER, if it is given, and on hard synthetic
runs: few of them, outliers, heavy tails, short ranges, no irreducible loss.  A positive "missed" says that the search
has missed a lower value.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.optimize import differential_evolution, minimize

from exponents.text.law_text import DEFAULT_TERMS, read_law
from verify.fits.objectives import read_objective
from verify.fits.run_table import make_table
from verify.fits.runs import choose_runs, reduce_runs, select_rows
from verify.fits.search import Problem

LAW = read_law(DEFAULT_TERMS, ("N", "D"))
OBJECTIVES = ("ls", "huber", "huber:1e-3", "huber:1e-4", "ls-raw")


def public(folder):
    """The public sets of runs."""
    path = Path(folder, "chinchilla_digitised.csv")
    yield "chinchilla, 240", reduce_runs(choose_runs(make_table(path), ("N", "D"), given=["C=6*N*D"]), 5)[0]
    yield "chinchilla, 245", choose_runs(make_table(path), ("N", "D"), given=["C=6*N*D"])
    for kind in ("raw_loss", "exp_loss"):
        table, _ = select_rows(make_table(Path(folder, "llama3_isoflops.csv")), [f"condition={kind}"], ())
        yield f"llama 3, {kind}", choose_runs(table, ("N", "D"))
    runs = choose_runs(make_table(Path(folder, "misfitting_last_checkpoints.csv")), ("N", "D"))
    yield "misfitting, all", runs
    yield "misfitting, best", reduce_runs(runs, best=True)[0]


def synthetic(rng, number):
    """Hard sets of runs."""
    for i in range(number):
        n = int(rng.choice([9, 15, 30, 80]))
        decades = rng.uniform(0.7, 3, size=2)
        size, data = 10 ** (8 + decades[0] * rng.uniform(size=n)), 10 ** (10 + decades[1] * rng.uniform(size=n))
        alpha, beta = rng.uniform(0.1, 0.9, size=2)
        parts = rng.uniform(0.05, 1, size=2)
        constant = rng.choice([0.0, 0.02, 1.7])
        loss = constant + parts[0] * (size / 1e9) ** -alpha + parts[1] * (data / 1e11) ** -beta
        noise = 10 ** rng.uniform(-3, -1) * (rng.normal(size=n) if i % 2 else rng.standard_t(1.5, size=n))
        noise += (rng.uniform(size=n) < 0.1) * rng.normal(size=n)
        yield (
            f"synthetic {i}, {n} runs",
            choose_runs(make_table({"N": size, "D": data, "loss": loss * np.exp(np.clip(noise, -3, 3))}), ("N", "D")),
        )


def independent(runs, objective, seed=0):
    """The least objective that SciPy finds."""
    x, y = runs.logs["N"] - runs.logs["N"].mean(), runs.logs["D"] - runs.logs["D"].mean()
    logs = np.log(runs.loss)

    def value(p):
        alpha, beta, a, b, e = p[:, None] if p.ndim == 1 else p[:, :, None]
        alpha, beta = np.abs(alpha), np.abs(beta)
        m = np.logaddexp(np.logaddexp(a - alpha * x, b - beta * y), e)
        if objective.name == "ls-raw":
            return ((runs.loss - np.exp(m)) ** 2).sum(-1)
        r = np.abs(logs - m)
        if objective.name == "ls":
            return (r**2).sum(-1)
        d = objective.delta
        return np.where(r <= d, r**2 / 2, d * (r - d / 2)).sum(-1)

    top = logs.max()
    bounds = [
        (0, 6),
        (0, 6),  # the law falls
        (top - 12, top + 1),
        (top - 12, top + 1),
        (top - 25, top),
    ]
    found = differential_evolution(
        value, bounds, popsize=16, maxiter=400, tol=1e-10, seed=seed, vectorized=True, updating="deferred", polish=False
    )
    point, simplex = found.x, {"xatol": 1e-12, "fatol": 1e-16, "maxiter": 4000}
    for _ in range(3):
        for method, options in (("BFGS", {"gtol": 1e-13}), ("Nelder-Mead", simplex)):
            again = minimize(value, point, method=method, options=options)
            point = again.x if again.fun <= value(point) else point
    return float(value(point))


def main(folder="", sets=20):
    """Print both minima for every set and objective."""
    cases = [*(public(folder) if folder else ()), *synthetic(np.random.default_rng(5), int(sets))]
    missed = 0
    for name, runs in cases:
        problem = Problem(LAW, runs)
        for text in OBJECTIVES:
            solution = problem.solve(read_objective(text))
            other = independent(runs, solution.objective)
            gap = solution.value / other - 1
            missed += gap > 1e-7
            print(f"{name:24} {text:10} {solution.value:.10g}  independent {other:.10g}  missed {gap:+.2e}", flush=True)
    print(f"{missed} lower minima were missed in {len(cases) * len(OBJECTIVES)} fits")


if __name__ == "__main__":
    main(*sys.argv[1:])
