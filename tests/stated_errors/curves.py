"""Curves on few modes, where another method gives all digits: flow, two-time equations, batches in the lazy limit."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath as mp
import numpy as np
from problem import Compared, pair
from scipy.integrate import solve_ivp

from verify.flow.curve import flow_curve
from verify.spectra.spectrum import Spectrum
from verify.training.stability import Diverged
from verify.two_time.lazy_moments import largest_stable_rate, solve_lazy
from verify.two_time.online_limit import solve_online_limit


def draw_modes(rng: np.random.Generator, most: int, lowest: float) -> Spectrum:
    """Return a spectrum of a few modes, with a floor half of the time."""
    count = int(rng.integers(1, most + 1))
    eigenvalues = np.sort(np.exp(rng.uniform(np.log(lowest), 0, count)))[::-1]
    floor = float(10 ** rng.uniform(-6, 0)) if rng.random() < 0.5 else 0.0
    return Spectrum(eigenvalues, 10 ** rng.uniform(-3, 0, count), floor)


def flow(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare the rich flow on up to six modes with Dormand and Prince's method of order 8, at 1e-13."""
    modes = draw_modes(rng, 6, 0.02)
    gamma, tolerance = float(10 ** rng.uniform(-2, 2)), float(10 ** rng.uniform(-9, -6))
    times = np.sort(10 ** rng.uniform(-1, 1.7, 3))
    mu, p = modes.eigenvalues, modes.weights

    def kernel(left: np.ndarray) -> float:
        return float((1 + np.sqrt(1 + 4 * gamma * (p / mu * (1 - left) ** 2).sum())) / 2)

    def speed(_: float, left: np.ndarray) -> np.ndarray:  # d(1 - phi)/dt of the module `flow.curve`
        kappa = kernel(left)
        c = gamma * (p * left * (1 - left)).sum() / kappa
        return np.asarray(-kappa * mu * left - c * (1 - left))

    last = times[-1]
    found = solve_ivp(speed, (0, last), np.ones(len(mu)), "DOP853", times, rtol=1e-13, atol=1e-32)
    left = found.y.T
    curve = flow_curve(modes, gamma, times, tolerance)
    fallen = (p * left**2).sum(axis=1)
    known = fallen > 1e-36  # (1 - phi)^2 has come near the square of the absolute tolerance
    due = modes.floor + fallen
    yield from pair("loss", curve.loss[known], curve.loss_error[known], due[known], 2e-11)
    yield from pair("kernel", curve.kernel, curve.kernel_error, [kernel(row) for row in left], 2e-12)


def two_time(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare eq. 44 with descent of eq. 4 on orthogonal features, in 40 digits, while it is stable."""
    modes = draw_modes(rng, 4, 0.02)
    gamma, steps = float(10 ** rng.uniform(-1, 1)), int(rng.integers(2, 40))
    eta = float(10 ** rng.uniform(-2, 0.2))
    try:
        curve = solve_online_limit(modes, gamma, eta, steps)
    except Diverged:
        return
    if curve.status.unstable_from is not None:
        return
    with mp.workdps(40):
        size = len(modes)
        rate, richness = mp.mpf(eta), mp.mpf(gamma)
        mu, target = ([mp.mpf(float(v)) for v in column] for column in (modes.eigenvalues, modes.weights))
        aim = [mp.sqrt(p / m) for p, m in zip(target, mu, strict=True)]
        features, readout = mp.eye(size), [mp.mpf(0)] * size
        due = []
        for _ in range(steps + 1):
            rest = [aim[k] - sum(features[i, k] * readout[i] for i in range(size)) for k in range(size)]
            due.append(modes.floor + sum(mu[k] * rest[k] ** 2 for k in range(size)))
            pull = [mu[k] * rest[k] for k in range(size)]
            moved = [sum(features[i, k] * pull[k] for k in range(size)) for i in range(size)]
            for i in range(size):
                for k in range(size):
                    features[i, k] += rate * richness * readout[i] * pull[k]
            readout = [readout[i] + rate * moved[i] for i in range(size)]
    places = sorted({int(n) for n in rng.integers(0, steps + 1, 3)})
    yield from pair("loss", curve.loss[places], curve.loss_error[places], [float(due[n]) for n in places], 2e-16)


def lazy_exact(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare closed forms of the mean over batches with powers of the recursion's matrix, in 60 digits."""
    target = draw_modes(rng, 5, 1e-3)
    mu = target.eigenvalues
    trace = Spectrum(mu, mu)
    batch = int(10 ** rng.uniform(0, 3))
    eta = largest_stable_rate(target, trace, batch) * float(rng.uniform(0.05, 0.99))
    steps = np.unique((10 ** rng.uniform(0, 6, 3)).astype(int))
    curve = solve_lazy(target, trace, eta, steps, batch)
    with mp.workdps(60):
        size = len(mu)
        matrix, start = mp.matrix(size + 1), mp.matrix(size + 1, 1)
        for j, value in enumerate(mu):
            x = mp.mpf(float(eta)) * mp.mpf(float(value))
            for i in range(size + 1):
                matrix[j, i] = x**2 / batch
            matrix[j, j] += (1 - x) ** 2 + x**2 / batch
            start[j] = mp.mpf(float(target.weights[j]))
        matrix[size, size], start[size] = 1, mp.mpf(target.floor)
        due = [float(mp.fsum(list(matrix ** int(n) * start))) for n in steps]
    yield from pair("loss", curve.loss, curve.loss_error, due, 2e-16)
