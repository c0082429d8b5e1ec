"""Limits of curves whose limit is known: sums of powers of time, with and without noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from problem import Compared

from verify.measurements.slopes import extrapolate, extrapolate_exponent


def limit(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare limits of sums of powers of t, up to three, whose exponents are or are not multiples of the first."""
    last = float(rng.uniform(6, 60))
    times = np.geomspace(10, 10**last, int(rng.integers(20, 120)))
    first = float(rng.uniform(4, 25) / (last * np.log(10)))  # e-folds by which the correction falls
    rates = first * np.array([1, 2, 3]) if rng.random() < 0.5 else np.cumsum(rng.uniform(0.6, 1.4, 3)) * first
    sizes = rng.normal(0, 1, 3) * np.array([1, rng.random() < 0.7, rng.random() < 0.4])
    value = float(rng.uniform(-3, 3))
    found = extrapolate(times, value + (sizes * times[:, None] ** -rates).sum(axis=1))
    yield Compared("limit", found.value, found.error, value, 1e-13)


def exponent(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare exponents of x^e (1 + a x^-d + b x^-d')."""
    last = float(rng.uniform(6, 40))
    places = np.geomspace(10, 10**last, int(rng.integers(12, 60)))
    rate = float(rng.uniform(4, 25) / (last * np.log(10)))
    other = rate * float(rng.uniform(1.2, 3))
    value = float(rng.uniform(-4, 4))
    scale = 1 + rng.uniform(-0.9, 2) * places**-rate + rng.uniform(0, 2) * places**-other
    if last * abs(value) > 250 or (scale <= 0).any():
        return
    found = extrapolate_exponent(places, places**value * scale)
    yield Compared("exponent", found.value, found.error, value, 1e-13)


def noisy_limit(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare limits of values with noise, whose standard error is stated; the error covers it 95 times in 100."""
    last = float(rng.uniform(6, 60))
    times = np.geomspace(10, 10**last, int(rng.integers(20, 120)))
    rate, sigma = float(rng.uniform(4, 25) / (last * np.log(10))), float(10 ** rng.uniform(-8, -3))
    value = float(rng.uniform(-3, 3))
    noisy = value + rng.normal() * times**-rate + sigma * rng.normal(size=len(times))
    found = extrapolate(times, noisy, sigma)
    yield Compared("limit", found.value, found.error, value, 1e-15)
