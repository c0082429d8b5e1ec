"""What does the flow cost, compared with the solvers of SciPy and the equations with more unknowns that it replaces?

Run ``.venv/bin/python tests/benchmarks/flow.py``.  It computes one curve, alpha = 3/2, beta = 1/2, gamma = 1, in four
ways, in one process:

    flow        `verify.flow.curve`, with error estimates
    phi         its equations, dphi/dt = kappa mu (1 - phi) + c phi, on the same nodes, by LSODA, BDF and Radau of
                SciPy, with the exact Jacobian and with one by differences
    matrix      the n(n + 1) unknowns of eq. 51, `verify.witnesses.matrix_flow`
    two-time    the equations in finite steps of eq. 44, `verify.two_time.online_limit`

Each method gets a budget of seconds and goes from horizon to horizon by factors of ten.  The table shows the last
horizon that it completed, the relative error of the loss there (against the flow at a tolerance of 1e-12), and the
flow's seconds to the same horizon.  Two more tables show how the flow's cost and LSODA's grow with time and with nodes.
This is not a test: no timing makes it fail.

All runs use one thread.  With more threads, a busy machine makes the small dense systems of SciPy's solvers a hundred
times slower, which would flatter the flow.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):
    os.environ[f"{library}_NUM_THREADS"] = "1"  # read when NumPy is imported

import argparse
from collections.abc import Iterator
from functools import partial
from time import perf_counter

import numpy as np
from scipy.integrate import BDF, LSODA, Radau

from exponents.errors import InputError
from verify.curves import LossCurve
from verify.flow.curve import flow_curve, limit_curve
from verify.spectra import power_law
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.spectrum import Spectrum, spectrum_from_arrays
from verify.two_time.online_limit import solve_online_limit as solve_two_time
from verify.witnesses.matrix_flow import solve_matrix_flow as solve_matrix

ALPHA, BETA, GAMMA = "3/2", "1/2", 1.0
FARTHEST = 1e12
SHARP = 1e-12
"""Tolerance of the reference solution."""

RELATIVE, ABSOLUTE = 1e-8, 1e-12
"""Tolerances on phi for SciPy's solvers."""

STEP = 0.1
"""eta of the two-time equations: eta kappa mu_1 stays below 1.3 up to t = 1e3."""

DENSE = 2_000
"""Nodes for which SciPy's solvers are tried: their Jacobian is dense."""


def timed(spectrum: Spectrum, horizon: float, runs: int = 3) -> tuple[LossCurve, float]:
    """The flow's curve, and the least of its seconds."""
    seconds = []
    for _ in range(runs):
        start = perf_counter()
        found = flow_curve(spectrum, GAMMA, [horizon])
        seconds.append(perf_counter() - start)
    return found, min(seconds)


def decades(last: float = FARTHEST) -> Iterator[float]:
    """10, 100, ... up to ``last``."""
    return (10.0**power for power in range(1, round(np.log10(last)) + 1))


Reached = tuple[float, float, float]
"""The last power of ten of time that was reached in the budget, the seconds to it, and the loss there."""

NOWHERE = (0.0, 0.0, 0.0)


class Phi:
    """The equations of the learned fraction on the nodes of a spectrum."""

    def __init__(self, spectrum: Spectrum) -> None:
        self.mu, self.p = spectrum.eigenvalues, spectrum.weights

    def scalars(self, phi: np.ndarray) -> tuple[float, float]:
        """Kappa and c."""
        kappa = (1 + np.sqrt(1 + 4 * GAMMA * (self.p / self.mu @ phi**2))) / 2
        return kappa, GAMMA * (self.p @ (phi * (1 - phi))) / kappa

    def rates(self, _: float, phi: np.ndarray) -> np.ndarray:
        """The right side."""
        kappa, c = self.scalars(phi)
        return kappa * self.mu * (1 - phi) + c * phi

    def jacobian(self, _: float, phi: np.ndarray) -> np.ndarray:
        """Its derivative: a diagonal and two products, of kappa's and of c's gradient."""
        kappa, c = self.scalars(phi)
        by_kappa = 2 * GAMMA * self.p / self.mu * phi / (2 * kappa - 1)
        by_c = GAMMA * self.p * (1 - 2 * phi) / kappa - c / kappa * by_kappa
        return np.diag(c - kappa * self.mu) + np.outer(self.mu * (1 - phi), by_kappa) + np.outer(phi, by_c)

    def run(self, method: type, budget: float, last: float = FARTHEST, exact: bool = True) -> Reached:
        """Up to ``last``, within the budget."""
        start, reached = perf_counter(), NOWHERE
        zero, jac = np.zeros(len(self.mu)), self.jacobian if exact else None
        solver = method(self.rates, 0.0, zero, last, rtol=RELATIVE, atol=ABSOLUTE, jac=jac)
        for horizon in decades(last):
            while solver.t < horizon and solver.status == "running":
                solver.step()
                if perf_counter() - start > budget:
                    return reached
            if solver.t < horizon:
                return reached
            phi = solver.dense_output()(horizon)
            reached = horizon, perf_counter() - start, float(self.p @ (1 - phi) ** 2)
        return reached


def by_matrix(budget: float) -> Reached:
    """The same by the matrix equation, from the start; each horizon takes ten times as long as the one before."""
    reached = NOWHERE
    for horizon in decades():
        if 10 * reached[1] > budget:
            return reached
        spectrum = deep_spectrum(horizon)
        start = perf_counter()
        found = solve_matrix(spectrum, GAMMA, [horizon])
        reached = horizon, perf_counter() - start, float(found.loss[0])
    return reached


def by_two_times(budget: float) -> Reached:
    """The same by steps of `STEP`; ten times the horizon takes a hundred times as long."""
    reached = NOWHERE
    for horizon in decades():
        if 100 * reached[1] > budget:
            return reached
        start = perf_counter()
        try:
            found = solve_two_time(deep_spectrum(horizon), GAMMA, STEP, round(horizon / STEP))
        except InputError:  # beyond the memory that it allows itself
            return reached
        reached = horizon, perf_counter() - start, float(found.loss[-1])
    return reached


def deep_spectrum(horizon: float) -> Spectrum:
    """Return the continuum, deep enough for a run to this horizon."""
    return power_law_spectrum(ALPHA, BETA, 2 * limit_curve(ALPHA, BETA, GAMMA, [horizon]).clock[-1])


def side_by_side(budget: float) -> None:
    """Print a row for each way."""
    spectrum = deep_spectrum(FARTHEST)
    found, seconds = timed(spectrum, FARTHEST)
    truth = flow_curve(spectrum, GAMMA, [FARTHEST], SHARP)
    print(f"One curve on {len(spectrum)} nodes, budget {budget:g} s")
    print(f"flow to t = {FARTHEST:.0e}: {seconds:.3f} s; loss {found.loss[0]:.10e}, relative errors:")
    stated, actual = found.error[0] / found.loss[0], abs(found.loss[0] / truth.loss[0] - 1)
    print(
        f"stated {stated:.1e} (of which the spectrum {spectrum.error:.1e}), against tolerance {SHARP:.0e} {actual:.1e}"
    )
    print(f"\n{'method':23} {'horizon':>8} {'seconds':>9} {'error':>9} {'flow':>9} {'ratio':>9}")
    phi = Phi(spectrum)
    ways = [
        (f"phi, {m.__name__}{'' if exact else ', differences'}", partial(phi.run, m, budget, exact=exact), spectrum)
        for exact in (True, False)
        for m in (LSODA, BDF, Radau)
    ]
    ways += [("matrix", partial(by_matrix, budget), None), ("two-time", partial(by_two_times, budget), None)]
    for name, run, given in ways:
        horizon, own, loss = run()
        if horizon == 0:
            print(f"{name:23} not even t = 10")
            continue
        used = given or deep_spectrum(horizon)
        error = abs(loss / flow_curve(used, GAMMA, [horizon], SHARP).loss[0] - 1)
        other = timed(used, horizon)[1]
        print(f"{name:23} {horizon:8.0e} {own:9.3f} {error:9.1e} {other:9.3f} {own / other:9.1f}", flush=True)


def growth_with_time(budget: float) -> None:
    """Print the flow's seconds to horizons up to 1e100."""
    print(f"\n{'horizon':>8} {'nodes':>6} {'seconds':>9} {'stated':>9} {'actual':>9} {'LSODA':>9}")
    for horizon in (1e3, 1e6, 1e12, 1e25, 1e50, 1e100):
        spectrum = deep_spectrum(horizon)
        row(f"{horizon:8.0e}", spectrum, horizon, budget)


def growth_with_nodes(budget: float) -> None:
    """Print the flow's seconds on rules of several sizes, and on random spectra, to t = 1e6."""
    horizon = 1e6
    print(f"\n{'spectrum, t = 1e6':24} {'nodes':>6} {'seconds':>9} {'stated':>9} {'actual':>9} {'LSODA':>9}")
    usual = power_law.NODES
    for nodes in (5, 7, usual, 2 * usual, 4 * usual):
        power_law.NODES = nodes
        try:
            spectrum = deep_spectrum(horizon)
        finally:
            power_law.NODES = usual
        row(f"{nodes:3} nodes in a panel   ", spectrum, horizon, budget)
    draw = np.random.default_rng(0)
    for modes in (100, 1_000, 10_000):
        mu = np.exp(-20 * draw.random(modes))
        row("random modes            ", spectrum_from_arrays(mu, mu**0.5 * draw.random(modes) / modes), horizon, budget)


def row(label: str, spectrum: Spectrum, horizon: float, budget: float) -> None:
    """Print one."""
    found, seconds = timed(spectrum, horizon, 1 if len(spectrum) > 5_000 else 3)
    actual = abs(found.loss[0] / flow_curve(spectrum, GAMMA, [horizon], SHARP).loss[0] - 1)
    stated = found.error[0] / found.loss[0]
    reached = Phi(spectrum).run(LSODA, budget, horizon) if len(spectrum) <= DENSE else NOWHERE
    other = f"{reached[1]:9.3f}" if reached[0] > 0.9 * horizon else f"{'beyond':>9}"
    print(f"{label} {len(spectrum):6} {seconds:9.3f} {stated:9.1e} {actual:9.1e} {other}", flush=True)


def main() -> None:
    """Print three tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0, help="budget of each method (default 60)")
    seconds = parser.parse_args().seconds
    side_by_side(seconds)
    growth_with_time(seconds)
    growth_with_nodes(seconds)


if __name__ == "__main__":
    main()
