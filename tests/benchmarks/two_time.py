"""What do the two-time equations at finite N and B cost, compared with iterating them as whole matrices, mode by mode?

Run ``.venv/bin/python tests/benchmarks/two_time.py``; ``--skip-long`` leaves out the row that takes longest.
alpha = 3/2, beta = 1/2, gamma = 1, N = 64, B = 16, eta = 0.1.  Two tables:

    march       `verify.two_time.online.solve_online` on all modes, for more and more steps T.  Seconds grow as T^3 in
                the end, memory as T^2.
    whole       eq. 26-31 on 500 modes and T = 256.  Each function of two times is a matrix, some of them one for each
                mode.  They are iterated from C3 = Cw = 0 until no loss changes by more than 1e-10 of itself.
                `solve_online` on the same modes stands beside it.

The iteration is made fast.  Modes are batched, and sums over them are products of large matrices.  Only the diagonal of
C0 is computed, as only that enters.  J_k is not computed, as it is H0_k.  Matrices are inverted as triangular matrices.
That leaves one inverse and four products for each mode.

All runs use one thread, unless the environment says otherwise: on a busy machine threads make small products many times
slower, and the iteration has more of those.  This is not a test: no timing makes it fail.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")  # read when NumPy is imported

import argparse
from fractions import Fraction
from resource import RUSAGE_SELF, getrusage
from time import perf_counter

import numpy as np
from scipy.linalg.lapack import dtrtri

from verify.curves import LossCurve
from verify.spectra.random_features import TargetAndTrace, limit_spectra
from verify.spectra.spectrum import Spectrum
from verify.two_time.online import solve_online

ALPHA, BETA, GAMMA, SIZE, BATCH = "3/2", "1/2", 1.0, 64, 16
ETA = 0.1
"""eta kappa lambda_1 stays below 1 up to T = 2048."""

STEPS, LONG = (128, 256, 512, 1024), 2048
BOUNDS = {512: 5.0, 2048: 180.0}
"""Seconds that these may take on two cores."""

WHOLE_STEPS, WHOLE_MODES = 256, 500
RATIO = 20
"""The march should be this many times faster than the iteration."""

CONVERGED = 1e-10
"""Largest relative change of a loss in the last iteration."""

MOST = 500
"""Largest number of iterations."""

CHUNK = 50
"""Modes in a batch: 25 MiB for each function of two times."""


def some_modes(count: int) -> TargetAndTrace:
    """Return target and trace on modes one by one."""
    k = np.arange(1.0, count + 1)
    alpha, beta = float(Fraction(ALPHA)), float(Fraction(BETA))
    mu = k**-alpha
    return TargetAndTrace(Spectrum(mu, k ** (-alpha * beta - 1)), Spectrum(mu, mu))


def march(spectra: TargetAndTrace, steps: int, runs: int = 3) -> tuple[LossCurve, float]:
    """The march's curve, and the least of its seconds."""
    seconds = []
    for _ in range(runs):
        start = perf_counter()
        found = solve_online(spectra.target, spectra.trace, GAMMA, ETA, steps, SIZE, BATCH)
        seconds.append(perf_counter() - start)
    return found, min(seconds)


def whole(spectra: TargetAndTrace, steps: int) -> tuple[np.ndarray, int, float]:
    """The loss by whole matrices, the iterations it took, and the seconds."""
    start, n = perf_counter(), steps + 1
    one, theta = np.eye(n), ETA * np.tril(np.ones((n, n)), -1)
    c3, cw, r3, loss = np.zeros((n, n)), np.zeros((n, n)), np.eye(n), np.zeros(n)
    for iteration in range(1, MOST + 1):
        a = inverse(one - ETA * GAMMA * theta @ np.tril(c3, -1))
        g = a @ theta + ETA * GAMMA * np.tril(cw, -1)
        r24, c0, c2 = summed(spectra, g, g @ r3, c3, loss)
        r3 = inverse(one - r24 / SIZE)
        c3 = r3 @ c2 @ r3.T
        h = a @ theta
        cw = h @ c3 @ h.T
        before, loss = loss, c0 + spectra.target.floor
        if np.abs(loss - before).max() <= CONVERGED * loss.min():
            return loss, iteration, perf_counter() - start
    raise SystemExit(f"the iteration did not converge in {MOST}")


def summed(
    spectra: TargetAndTrace, g: np.ndarray, g_r3: np.ndarray, c3: np.ndarray, loss: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """R24, the diagonal of C0, and C2: all that runs over modes."""
    n = len(loss)
    one, r24, c0, c2 = np.eye(n), np.zeros((n, n)), np.zeros(n), np.zeros((n, n))
    eigenvalues, powers = spectra.target.eigenvalues, spectra.target.weights
    for first in range(0, len(eigenvalues), CHUNK):
        mu, power = (values[first : first + CHUNK] for values in (eigenvalues, powers))
        each = mu[:, None, None]
        h0 = np.array([inverse(matrix) for matrix in one + each * g_r3])
        x = (h0.reshape(-1, n) @ g).reshape(h0.shape)  # H0_k G
        y = (x.reshape(-1, n) @ c3).reshape(h0.shape)  # H0_k G C3
        r24 -= np.tensordot(mu, x, 1)
        v = h0.sum(axis=2)
        c0 += power @ v**2 + mu @ (x * y).sum(axis=2) / SIZE
        c0 += ((one - h0) ** 2 @ loss).sum(axis=0) / BATCH  # lambda_k H0_k G R3 is 1 - H0_k
        c2 += v.T @ ((mu * power)[:, None] * v)
        c2 += np.tensordot(each**2 * y, x, axes=([0, 2], [0, 2])) / SIZE
        c2 += np.tensordot(each * h0 * loss, h0, axes=([0, 2], [0, 2])) / BATCH
    return r24, c0, c2


def inverse(lower: np.ndarray) -> np.ndarray:
    """Return the inverse of a lower triangular matrix."""
    found, fault = dtrtri(lower.T, lower=0)
    if fault:
        raise SystemExit("a matrix with a vanishing diagonal")
    return found.T


def growth(longest: bool) -> None:
    """Print seconds for each number of steps."""
    print(f"{'T':>6} {'modes':>6} {'seconds':>9} {'bound':>7} {'MiB':>7} {'stated':>9} {'sharpness':>9}")
    for steps in (*STEPS, LONG) if longest else STEPS:
        spectra = limit_spectra(ALPHA, BETA, 2.0 * steps, "modes")
        found, seconds = march(spectra, steps, 3 if steps < LONG else 1)
        bound = f"{BOUNDS[steps]:7.0f}" if steps in BOUNDS else f"{'':7}"
        peak = getrusage(RUSAGE_SELF).ru_maxrss / 1024
        modes = len(spectra.target)
        print(
            f"{steps:6} {modes:6} {seconds:9.3f} {bound} {peak:7.0f} {found.error:9.1e} {found.sharpness.max():9.2f}",
            flush=True,
        )


def side_by_side() -> None:
    """Print the iteration beside the march."""
    spectra = some_modes(WHOLE_MODES)
    found, own = march(spectra, WHOLE_STEPS)
    loss, iterations, seconds = whole(spectra, WHOLE_STEPS)
    apart = np.abs(found.loss / loss - 1).max()
    print(f"\n{WHOLE_MODES} modes, T = {WHOLE_STEPS}")
    print(f"{'whole matrices':16} {seconds:9.3f} s, {iterations} iterations, last change below {CONVERGED:.0e}")
    print(f"{'march':16} {own:9.3f} s, stated error {found.error:.1e}")
    print(f"{'ratio':16} {seconds / own:9.1f}  (to be {RATIO} or more)")
    print(f"{'largest relative difference of the loss':42} {apart:.1e}")


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--skip-long", action="store_true", help=f"leave out T = {LONG}")
    growth(not parser.parse_args().skip_long)
    side_by_side()


if __name__ == "__main__":
    main()
