"""What does a seed-step of `verify.training.linear_ensemble` cost, compared with a plain loop that draws its batches?

Run ``.venv/bin/python tests/benchmarks/linear.py``.  It prints a row for each N, M and B.  The plain loop is
`verify.witnesses.networks.train_linear_network` on batches of B M numbers, seed after seed.  Rounds of both alternate,
and seconds are those of the processor, because other users change the speed of a machine.  Each row gives the median of
the rounds' seed-steps per second, including the draw of A(0) and a look at the last spectrum, and the median of their
ratio.  The final losses show that both are the same model.

All runs use one thread.  This is not a test: no timing makes it fail.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when NumPy is imported

import argparse
from statistics import median
from time import process_time

import numpy as np

from verify.training.linear_ensemble import draw_network, train_linear_ensemble
from verify.witnesses import networks as network

ALPHA, BETA, GAMMA0, RATE, INIT = "3/2", "1/2", 1.0, 0.05, 1.0
SIZES = ((64, 512, 32), (256, 512, 32), (64, 2048, 32), (256, 2048, 128), (1024, 1024, 32))
"""N, M and B."""


def plain(width: int, modes: int, batch: int, steps: int, seeds: range) -> np.ndarray:
    """Return the last loss of each seed, by the equations as written."""
    k, found = np.arange(1.0, modes + 1), []
    eigenvalues, target = k**-1.5, k ** (-(0.75 + 1) / 2 + 0.75)
    for seed in seeds:
        rng = np.random.default_rng(seed)
        batches = (rng.standard_normal((batch, modes)) * np.sqrt(eigenvalues) for _ in range(steps))
        start = draw_network(width, modes, INIT, seed)
        found.append(network.train_linear_network(*start, eigenvalues, target, batches, GAMMA0, RATE).losses[-1])
    return np.array(found)


def reduced(width: int, modes: int, batch: int, steps: int, seeds: range) -> np.ndarray:
    """Return the same by `train_linear_ensemble`."""
    found = train_linear_ensemble(
        ALPHA, BETA, GAMMA0, width, batch, modes, RATE, steps, seeds, INIT, record=[steps], looks=[steps]
    )
    return found.losses[:, 0]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds (default 3)")
    parser.add_argument("--steps", type=int, default=500, help="steps (default 500)")
    given = parser.parse_args()
    names = ("plain/s", "ensemble/s", "ratio", "plain loss", "+-", "loss", "+-")
    print(f"{'N':>5}{'M':>6}{'B':>5}" + "".join(f"{name:>12}" for name in names))
    for width, modes, batch in SIZES:
        speeds: list[list[float]] = [[], []]
        losses: list[list[np.ndarray]] = [[], []]
        for number in range(given.rounds):
            for way, (run, count) in enumerate(((plain, 2), (reduced, 8))):
                start = process_time()
                losses[way].append(run(width, modes, batch, given.steps, range(10 * number, 10 * number + count)))
                speeds[way].append(given.steps * count / (process_time() - start))
        ratio = median(b / a for a, b in zip(*speeds, strict=True))
        row = f"{median(speeds[0]):12.0f}{median(speeds[1]):12.0f}{ratio:12.1f}"
        for part in losses:
            last = np.concatenate(part)
            row += f"{last.mean():12.5f}{last.std(ddof=1) / np.sqrt(len(last)):12.5f}"
        print(f"{width:5}{modes:6}{batch:5}{row}", flush=True)


if __name__ == "__main__":
    main()
