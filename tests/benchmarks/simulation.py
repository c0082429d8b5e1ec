"""What does a seed-step of `verify.training` cost, compared with a plain loop of eq. 4 and with products of matrices?

Run ``.venv/bin/python tests/benchmarks/simulation.py``.  Two tables:

* N = 64, M = 2048, B = 32, alpha = 3/2, beta = 1/2, gamma = 1. The plain loop is `verify.witnesses.networks`, seed
  after seed: eq. 4 in M dimensions, and Appendix B with a batch of B samples in N + 1 dimensions.  The second separates
  the gain of the reduction from the gain of groups of seeds and of the law of the gradient.  Rounds of all ways
  alternate, and seconds are those of the processor, because other users change the speed of a machine.  Each row gives
  the median of the rounds' seed-steps per second, including the draw of A(0), and the median of their ratio to eq. 4.
  The final losses show that all are the same model.
* The rate of the steps alone, up to large N, as a fraction of the rate of a product of two N x N matrices, and beside
  the rate of a product of a matrix and a vector.  A step needs one such product, which reads a matrix from the cache
  or, beyond N = 1024, from memory.

All runs use one thread.  This is not a test: no timing makes it fail.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when NumPy is imported

import argparse
from collections.abc import Callable
from functools import partial
from statistics import median
from time import process_time

import numpy as np

from verify.training import descent
from verify.training.descent import descend
from verify.training.ensemble import train_ensemble
from verify.training.gradients import FiniteModel
from verify.training.settings import check_setting
from verify.witnesses import networks as network

ALPHA, BETA, GAMMA, RATE = "3/2", "1/2", 1.0, 0.05
SIZE, MODES, BATCH = 64, 2048, 32
SEEDS = 100
"""Of an ensemble in each round: two or three groups."""

Run = Callable[[int, int], np.ndarray]
"""(first seed, steps) -> last losses of some seeds."""


def plain(first: int, steps: int, seeds: int = 1) -> np.ndarray:
    """Eq. 4 as printed."""
    k, found = np.arange(1.0, MODES + 1), []
    eigenvalues, target = k**-1.5, k ** (-(0.75 + 1) / 2 + 0.75)
    for seed in range(first, first + seeds):
        rng = np.random.default_rng(seed)
        start = rng.standard_normal((SIZE, MODES))
        batches = (rng.standard_normal((BATCH, MODES)) * np.sqrt(eigenvalues) for _ in range(steps))
        found.append(network.in_modes(start, eigenvalues, target, batches, GAMMA, RATE)[-1])
    return np.array(found)


def reduced(first: int, steps: int, seeds: int = 4) -> np.ndarray:
    """Appendix B, with x_j = sqrt(mu_j) z_j and y = sum_j omega_j x_j + sqrt(floor) z_0."""
    found = []
    for seed in range(first, first + seeds):
        mu, amplitudes, floor = FiniteModel(1.5, 0.5, SIZE, MODES).diagonalise(seed)
        roots, rng, matrix, w = np.sqrt(mu), np.random.default_rng(seed), np.eye(SIZE), np.zeros(SIZE)
        u = w
        for _ in range(steps):
            z = rng.standard_normal((BATCH, SIZE + 1))
            x = z[:, 1:] * roots
            g = x.T @ (z[:, 1:] @ amplitudes + np.sqrt(floor) * z[:, 0] - x @ u) / BATCH
            w, matrix = w + RATE * matrix @ g, matrix + RATE * GAMMA * np.outer(w, g)
            u = matrix.T @ w
        found.append(floor + ((amplitudes - roots * u) ** 2).sum())
    return np.array(found)


def grouped(
    first: int, steps: int, seeds: int = SEEDS, features: str = "gaussian", precision: str = "float64"
) -> np.ndarray:
    """`ensemble`."""
    numbers = range(first, first + seeds)
    return train_ensemble(
        ALPHA, BETA, GAMMA, SIZE, BATCH, MODES, RATE, steps, numbers, features, precision, record=[steps]
    ).losses[:, 0]


def side_by_side(rounds: int, steps: int) -> None:
    """Print a row for each way."""
    ways: dict[str, Run] = {
        "eq. 4, plain loop": plain,
        "Appendix B, plain loop": reduced,
        "ensemble, float64": grouped,
        "ensemble, float32": partial(grouped, precision="float32"),
        "ensemble, signs": partial(grouped, seeds=4, features="signs"),
        "ensemble, sparse": partial(grouped, seeds=4, features="sparse"),
        "ensemble, signs, float32": partial(grouped, seeds=4, features="signs", precision="float32"),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    losses: dict[str, list[np.ndarray]] = {name: [] for name in ways}
    for number in range(rounds):
        for name, run in ways.items():
            start = process_time()
            found = run(1000 * number, steps)
            speeds[name].append(steps * len(found) / (process_time() - start))
            losses[name].append(found)
    base = speeds["eq. 4, plain loop"]
    print(f"N = {SIZE}, M = {MODES}, B = {BATCH}, {steps} steps, {rounds} rounds; mean loss at t = {RATE * steps:g}\n")
    print(f"{'way':26} {'seed-steps/s':>12} {'ratio':>8} {'loss':>9} {'+-':>8} {'seeds':>6}")
    for name in ways:
        last, ratio = np.concatenate(losses[name]), median(a / b for a, b in zip(speeds[name], base, strict=True))
        error = last.std(ddof=1) / np.sqrt(len(last))
        print(f"{name:26} {median(speeds[name]):12.0f} {ratio:8.1f} {last.mean():9.5f} {error:8.5f} {len(last):6}")


def large(sizes: list[int], seconds: float) -> None:
    """Print a row for each size and precision: rates in 10^9 operations a second."""
    print("\nSteps alone, of as many seeds as are trained together; rates in 10^9 operations a second\n")
    names = ("precision", "seeds", "ms/step", "rate", "product", "fraction", "vector")
    print(f"{'N':>5}" + "".join(f"{name:>10}" for name in names))
    for size in sizes:
        waiting = max(descent.SHORTEST, size // descent.SHARE)
        operations = 6 * size**2 + 8 * size * (waiting - 1) / 2  # K g, the sum of pairs (g, p), and pairs that wait
        for precision in ("float64", "float32"):
            setting = check_setting(ALPHA, BETA, GAMMA, size, BATCH, 2 * size, RATE, 1, "gaussian", precision, None)
            seeds = tuple(range(setting.together))
            matrix = np.ones((size, size), precision)
            steps = waiting * max(4, round(seconds / (len(seeds) * operations / 1e10) / 3 / waiting))
            run = partial(
                descend,
                setting.gradient(seeds),
                (len(seeds), size),
                GAMMA,
                RATE,
                steps,
                np.array([steps]),
                setting.dtype,
            )
            best = [np.inf] * 3
            for _ in range(3):
                best[0] = min(best[0], timed(run) / steps / len(seeds))
                best[1] = min(best[1], timed(partial(np.matmul, matrix, matrix.T.copy())))
                best[2] = min(best[2], *(timed(partial(np.matmul, matrix, matrix[0])) for _ in range(20)))
            rate, peak, vector = operations / best[0] / 1e9, 2e-9 * size**3 / best[1], 2e-9 * size**2 / best[2]
            numbers = f"{1e3 * best[0]:10.4f}{rate:10.1f}{peak:10.1f}{rate / peak:10.2f}{vector:10.1f}"
            print(f"{size:5}{precision:>10}{len(seeds):10}{numbers}", flush=True)


def timed(run: Callable[[], object]) -> float:
    """Seconds."""
    start = process_time()
    run()
    return process_time() - start


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="rounds of the first table (default 7)")
    parser.add_argument("--steps", type=int, default=1000, help="steps of the first table (default 1000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 256, 512, 1024, 2048], help="N of the second")
    parser.add_argument("--seconds", type=float, default=2.0, help="seconds, about, of each row of the second")
    given = parser.parse_args()
    side_by_side(given.rounds, given.steps)
    large(given.sizes, given.seconds)


if __name__ == "__main__":
    main()
