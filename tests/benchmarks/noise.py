"""Do trained models have the noise of batches that the flow says?  And how long does a noisy flow take?  No test.

Models of N = 64 random features are trained with batches of 16 and with infinite ones, seed by seed on the same
features.  Steps of 2 eta with batches of 32 extrapolate the difference to eta = 0, at the same eta/B.  It is compared
with variance and shift of the mean along the flow, on drawn spectra of N features.  The first argument is the number of
seeds.  The last line has the time of a noisy flow at N = 64 and B = 16 up to t = 1e7.
"""

import sys
import time

import numpy as np

from verify.flow.noise import noisy_curve
from verify.spectra.random_features import mean_spectra
from verify.training.ensemble import train_ensemble
from verify.witnesses.drawn_features import drawn_spectra

SIZE, MODES, ETA, BATCH, TIMES, DRAWS = 64, 256, 0.02, 16, (1.0, 2.0, 4.0, 8.0), 40


def train_difference(alpha, beta, gamma, eta, batch, seeds):
    """Return the change of the loss by batches, for each seed and time."""
    record = [round(t / eta) for t in TIMES]
    common = (alpha, beta, gamma, SIZE)
    noisy = train_ensemble(*common, batch, MODES, eta, record[-1], range(seeds), record=record)
    plain = train_ensemble(*common, None, MODES, eta, record[-1], range(seeds), record=record)
    return noisy.losses - plain.losses


def compare(alpha, beta, gamma, seeds):
    """Print the difference, its standard error and what the flow says, at each time."""
    coarse, fine = (train_difference(alpha, beta, gamma, ETA * k, BATCH * k, seeds) for k in (2, 1))
    change = 2 * fine - coarse
    mean, error = change.mean(axis=0), change.std(axis=0, ddof=1) / np.sqrt(seeds)
    found = []
    for seed in range(DRAWS):
        curve = noisy_curve(*drawn_spectra(alpha, beta, SIZE, MODES, seed), gamma, ETA / BATCH, TIMES)
        found.append((curve.variance, curve.variance + curve.mean_shift))
    variance, due = np.mean(found, axis=0)
    error = np.hypot(error, np.std([row[1] for row in found], axis=0) / np.sqrt(DRAWS))
    for t, *row in zip(TIMES, mean, error, due, variance, strict=True):
        apart = [(row[0] - value) / row[1] for value in row[2:]]
        print(
            f"{alpha:>4} {beta:>5} {gamma:>5} {t:>3g} {row[0]:10.5f} {row[1]:8.5f} {row[2]:10.5f} {row[3]:10.5f}",
            end="",
        )
        print(f"{apart[0]:8.1f} {apart[1]:8.1f}")


if __name__ == "__main__":
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print("alpha beta gamma  t   training     s.e.       flow   variance   apart  without the shift, in s.e.")
    for alpha, beta, gamma in (("3/2", "1/2", 5.0), ("2", "3/10", 5.0), ("3/2", "3/2", 2.0)):
        compare(alpha, beta, gamma, seeds)
    spectra = mean_spectra("2", "1/2", SIZE)
    start = time.perf_counter()
    noisy_curve(*spectra, 1.0, ETA / BATCH, np.geomspace(1, 1e7, 15))
    print(f"N = {SIZE}, B = {BATCH} up to t = 1e7: {time.perf_counter() - start:.1f} s")
