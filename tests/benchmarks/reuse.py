"""What does a draw of reused samples cost, compared with eq. 32 in features, solved by SciPy?

Run ``.venv/bin/python tests/benchmarks/reuse.py``.  alpha = 3/2, beta = 1/2, gamma = 1. Two tables:

* One draw of N features and P samples on M modes, and its curve at 60 times, errors included: seconds to draw, to
  diagonalise (with the floor of the span), and for the curve.
* A smaller size, in one process and in turn: all of that, and the flow in N features,

      dw/dt = Bm g,     dBm/dt = gamma w g^T,     g = b - Sigma u,     u = Bm^T w,

  by DOP853 and LSODA of SciPy to a relative tolerance of 1e-8, on the same draw.  Sigma and b are given to them.  Each
  gets the same budget of seconds, and goes from horizon to horizon by factors of ten; the last one that it completed is
  printed, with the relative difference of its test loss there, the seconds of both and their ratio.

All runs use one thread.  This is not a test: no timing makes it fail.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when NumPy is imported

import argparse
from time import perf_counter

import numpy as np
from scipy.integrate import DOP853, LSODA

from verify.reuse.draws import Draw, diagonalise, draw_features_and_samples

ALPHA, BETA, GAMMA = "3/2", "1/2", 1.0
TIMES = np.geomspace(0.1, 1e6, 60)
RELATIVE, ABSOLUTE = 1e-8, 1e-11
"""Tolerances for SciPy's solvers."""

FARTHEST = 6
"""Largest power of ten of the time."""

SIZES = [
    (512, 512, 4096),
    (1024, 1024, 4096),
    (2048, 2048, 4096),
    (512, 2048, 4096),
    (2048, 512, 4096),
    (None, 2048, 4096),
    (None, 4096, 2048),
]


def row(size: int | None, samples: int, modes: int) -> None:
    """Print the seconds of one draw."""
    marks = [perf_counter()]
    given = draw_features_and_samples(ALPHA, BETA, size, samples, modes, 0)
    marks.append(perf_counter())
    found = diagonalise(given)
    marks.append(perf_counter())
    curve = found.curve(GAMMA, TIMES)
    marks.append(perf_counter())
    pairs = (curve.loss, curve.error), (curve.train_loss, curve.train_loss_error)
    worst = max((error / (value + 1e-250)).max() for value, error in pairs)
    seconds = "".join(f"{after:10.2f}" for after in [*np.diff(marks), marks[-1] - marks[0]])
    print(f"{size or 'inf':>6} {samples:6} {modes:6}{seconds} {curve.loss[-1]:10.3e} {worst:9.1e}", flush=True)


class Features:
    """The flow in N features; a state is w and Bm."""

    def __init__(self, given: Draw) -> None:
        size, self.given = len(given.features), given
        self.scaled = given.features / np.sqrt(size)
        inputs = given.samples @ self.scaled.T / np.sqrt(len(given.samples))
        self.sigma, self.b = inputs.T @ inputs, inputs.T @ (given.samples @ given.target) / np.sqrt(len(given.samples))
        self.start = np.concatenate([np.zeros(size), np.eye(size).ravel()])

    def rates(self, _: float, state: np.ndarray) -> np.ndarray:
        """Return the right side."""
        w, matrix = self.split(state)
        g = self.b - self.sigma @ (matrix.T @ w)
        return np.concatenate([matrix @ g, np.outer(GAMMA * w, g).ravel()])

    def split(self, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """w and Bm."""
        size = len(self.b)
        return state[:size], state[size:].reshape(size, size)

    def test(self, state: np.ndarray) -> float:
        """The test loss."""
        w, matrix = self.split(state)
        return float(self.given.eigenvalues @ (self.given.target - self.scaled.T @ (matrix.T @ w)) ** 2)

    def run(self, method: type, budget: float) -> tuple[float, float, float]:
        """The last power of ten of time that was reached in the budget, the seconds to it, and the test loss there."""
        start, time, state, reached = perf_counter(), 0.0, self.start, (0.0, 0.0, 0.0)
        for horizon in 10.0 ** np.arange(FARTHEST + 1):
            solver = method(self.rates, time, state, horizon, rtol=RELATIVE, atol=ABSOLUTE)
            while solver.status == "running":
                solver.step()
                if perf_counter() - start > budget:
                    return reached
            if solver.status == "failed":
                return reached
            time, state = horizon, solver.y
            reached = time, perf_counter() - start, self.test(state)
        return reached


def beside(size: int, samples: int, modes: int, budget: float) -> None:
    """Print a row for each of SciPy's solvers."""
    given = draw_features_and_samples(ALPHA, BETA, size, samples, modes, 0)
    for method in (DOP853, LSODA):
        if method is LSODA and size > 32:
            continue  # its Jacobian has N^4 entries
        horizon, seconds, test = Features(given).run(method, budget)
        if horizon == 0:
            print(f"{size:6} {samples:6} {modes:6} {method.__name__:>8} not even t = 1")
            continue
        start = perf_counter()
        curve = diagonalise(given).curve(GAMMA, np.append(TIMES[horizon > TIMES], horizon))
        own = perf_counter() - start
        print(
            f"{size:6} {samples:6} {modes:6} {method.__name__:>8} {horizon:8.0e} {seconds:9.3f} {own:9.3f} "
            f"{seconds / own:9.1f} {abs(curve.loss[-1] / test - 1):9.1e}",
            flush=True,
        )


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=20.0, help="budget of each of SciPy's runs (default 20)")
    seconds = parser.parse_args().seconds
    print(f"Seconds of one draw and its curve at {len(TIMES)} times up to t = {TIMES[-1]:.0e}\n")
    names = ("draw", "reduce", "curve", "all")
    print(f"{'N':>6} {'P':>6} {'M':>6}" + "".join(f"{name:>10}" for name in names) + f" {'test':>10} {'error':>9}")
    for sizes in SIZES:
        row(*sizes)
    print(f"\nBeside the flow in N features, budget {seconds:g} s\n")
    names = ("horizon", "seconds", "own", "ratio", "apart")
    print(f"{'N':>6} {'P':>6} {'M':>6} {'method':>8} {names[0]:>8}" + "".join(f" {name:>9}" for name in names[1:]))
    for size in (16, 64, 256):
        beside(size, size, 1024, seconds)


if __name__ == "__main__":
    main()
