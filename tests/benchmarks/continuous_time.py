"""White noise at fixed eta/B: against steps that tend to 0 up to t = 100, and seconds to t = 1e7.

Run it as `python tests/benchmarks/continuous_time.py`; it prints what it measures, and takes some minutes.
"""

import time
from itertools import pairwise

import numpy as np

from verify.spectra.few_nodes import on_few_nodes
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.two_time.continuous_time import solve_online_flow
from verify.two_time.online import solve_online

TIMES, TEMPERATURE = np.array([1.6, 6.4, 25.6, 99.2]), 0.05
BATCHES = (16, 8, 4, 2, 1)
"""Batches of steps eta = B x TEMPERATURE: 0.8 to 0.05."""


def by_steps(spectra, gamma):
    """Loss and kernel as steps tend to 0, with the change by the last extrapolation."""
    rows = []
    for batch in BATCHES:
        eta = batch * TEMPERATURE
        at = np.rint(TIMES / eta).astype(int)
        found = solve_online(*spectra, gamma, eta, int(at[-1]), None, batch)
        rows.append(np.array([found.loss[at], found.kernel[at]]))
    for order in range(1, len(BATCHES)):  # Richardson: powers of eta are taken away one by one
        before = rows[-1]
        rows = [(2**order * fine - coarse) / (2**order - 1) for coarse, fine in pairwise(rows)]
    return rows[0], np.abs(before / rows[0] - 1)


if __name__ == "__main__":
    for name, given, gamma in (
        ("3/2 1/2, gamma = 0.1", limit_spectra("3/2", "1/2", 1e3), 0.1),
        ("3/2 3/2, gamma = 0.1", limit_spectra("3/2", "3/2", 1e3), 0.1),
        ("N = 64, gamma = 0.1", mean_spectra("3/2", "1/2", 64), 0.1),
    ):
        spectra = [on_few_nodes(spectrum, 1e3) for spectrum in given]
        (loss, kernel), left = by_steps(spectra, gamma)
        found = solve_online_flow(*spectra, gamma, TEMPERATURE, TIMES)
        print(f"{name}: noise makes {(found.variance / found.loss).round(3)} of the loss at t = {TIMES}")
        print(
            "  loss  ", np.abs(found.loss / loss - 1), "stated", found.error / found.loss, "steps", left[0], flush=True
        )
        print("  kernel", np.abs(found.kernel / kernel - 1), "steps", left[1], flush=True)
    begin = time.perf_counter()
    found = solve_online_flow(*limit_spectra("2", "1/2", 1e12), 1.0, 1e-5, [1e3, 1e7])
    print(f"t = 1e7: {time.perf_counter() - begin:.0f} s, loss {found.loss}, stated error {found.error / found.loss}")
