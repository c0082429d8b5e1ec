"""What do second moments in closed form cost beside the march through two times, and do trained models follow them?

Run ``.venv/bin/python tests/benchmarks/lazy_moments.py``; ``--skip-training`` leaves out the second table, which takes
some minutes.
gamma = 0.  Two tables:

    cost        every loss of the first T steps at alpha = 3/2, beta = 1/2, N = 64, B = 16, eta = 0.1: by
                `verify.two_time.online.solve_online`, and by `verify.two_time.lazy_moments.solve_lazy`.
    training    `SEEDS` models for each of five (alpha, beta), N in {64, 400} and B in {1, 16}, at 15 steps from 1 to
                1000; eta is a quarter of the largest stable rate.  The mean loss of training stands beside that of
                second moments on the spectra of the same draws, on the mean spectrum, and there with what differences
                between models add: the share of times within 2 standard errors (of the differences from draw to draw,
                and of the mean over models), and the largest distance in units of the loss.

All runs use one thread, unless the environment says otherwise.  This is not a test: no number makes it fail.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # read when NumPy is imported

import argparse
from fractions import Fraction
from time import perf_counter

import numpy as np

from verify.spectra.finite_size import share_between_models
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum
from verify.training.ensemble import train_ensemble
from verify.training.gradients import FiniteModel
from verify.two_time.lazy_moments import largest_stable_rate, solve_lazy
from verify.two_time.online import solve_online

MARCHED, STEPS = (128, 256, 512, 1024), (10**4, 10**6)
LAWS = (("3/2", "1/2"), ("2", "6/5"), ("3/2", "13/10"), ("5/4", "4/5"), ("3", "2"))
SEEDS, MODES_A_FEATURE = 100, 8
EXPECTED = ("own draws: in 2 se, at most", "mean spectrum", "with between models")
RECORD = np.unique(np.geomspace(1, 1000, 15).round().astype(int)).tolist()


def cost() -> None:
    """Print seconds of the march and of the closed form."""
    print(f"{'steps':>8} {'march':>10} {'closed form':>12} {'ratio':>8}")
    spectra = mean_spectra("3/2", "1/2", 64)
    for steps in MARCHED + STEPS:
        start = perf_counter()
        solve_lazy(*spectra, 0.1, np.arange(steps + 1), 16)
        exact = perf_counter() - start
        if steps in STEPS:
            print(f"{steps:8} {'':>10} {exact:10.3f} s")
            continue
        start = perf_counter()
        solve_online(*spectra, 0.0, 0.1, steps, None, 16)
        march = perf_counter() - start
        print(f"{steps:8} {march:8.3f} s {exact:10.3f} s {march / exact:8.0f}")


def training() -> None:
    """Print how far trained models are from second moments."""
    print(f"{'alpha  beta   N   B    eta':26}" + "".join(f"{name:>28}" for name in EXPECTED))
    shares = []
    for law in LAWS:
        for size in (64, 400):
            model = FiniteModel(*map(float, map(Fraction, law)), size, MODES_A_FEATURE * size)
            draws = [model.spectrum(seed) for seed in range(SEEDS)]
            mean = mean_spectra(*law, size, "modes", model.modes)
            for batch in (1, 16):
                eta = float(f"{largest_stable_rate(*mean, batch) / 4:.2g}")
                trained = train_ensemble(
                    *law, 0.0, size, batch, model.modes, eta, RECORD[-1], range(SEEDS), record=RECORD
                )
                own = [solve_lazy(d, Spectrum(d.eigenvalues, d.eigenvalues), eta, RECORD, batch).loss for d in draws]
                found, recursion = [], solve_lazy(*mean, eta, RECORD, batch).loss
                limit = limit_spectra(*law, 1e9, "modes", model.modes, in_steps=True)
                share = share_between_models(*limit, size, eta * np.array(RECORD), eta, batch)
                for expected in (np.array(own), recursion, recursion * (1 + share)):
                    apart = trained.losses - expected
                    score = np.abs(apart.mean(axis=0)) / (apart.std(axis=0, ddof=1) / np.sqrt(SEEDS))
                    found.append((float((score < 2).mean()), float(np.abs(apart.mean(axis=0) / trained.loss).max())))
                shares.append(found)
                print(f"{law[0]:>5} {law[1]:>5} {size:4} {batch:3} {eta:6.3g}".ljust(26), end="")
                print("".join(f"{share:19.0%} {largest:8.2%}" for share, largest in found), flush=True)
    print(f"{'all':26}" + "".join(f"{share:19.1%} {'':8}" for share in np.mean(shares, axis=0)[:, 0]))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--skip-training", action="store_true")
    skip = parser.parse_args().skip_training
    cost()
    if not skip:
        training()


if __name__ == "__main__":
    main()
