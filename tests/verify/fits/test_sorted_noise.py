"""Sorting hides noise: the usual error of least squares is too small, and simulated spectra show the true one."""

import numpy as np
import pytest

from verify.fits.capacity_fit import fit_capacity
from verify.fits.sorted_noise import estimate_noise, fit_slopes, simulate_sorted
from verify.fits.spectrum_window import choose_windows

ALPHA, WINDOW = 1.5, (10, 500)
X = np.log(np.arange(WINDOW[0], WINDOW[1] + 1.0))
X -= X.mean()


def sets(noise, count, seed=1):
    return simulate_sorted(ALPHA, noise, 1000, np.random.default_rng(seed), count)


def usual_errors(spectra):
    """The error of least squares with independent residuals."""
    values = spectra[:, WINDOW[0] - 1 : WINDOW[1]]
    residual = values - values.mean(axis=1, keepdims=True) - np.outer(values @ X / (X @ X), X)
    return np.sqrt((residual**2).sum(axis=1) / (len(X) - 2) / (X @ X))


def test_the_slope_is_that_of_least_squares():
    spectrum = sets(0.2, 1)[0]
    k = np.arange(10, 501)
    assert fit_slopes(spectrum, 10, 500) == pytest.approx(-np.polyfit(np.log(k), spectrum[9:500], 1)[0], rel=1e-12)


@pytest.mark.parametrize("noise", [0.003, 0.03, 0.1, 0.3])
def test_the_noise_is_found_behind_the_sorting(noise):
    found = estimate_noise(sets(noise, 100), *WINDOW, ALPHA)
    assert np.exp(np.log(found).mean()) == pytest.approx(noise, rel=0.25)  # the formula joins two limits


@pytest.mark.parametrize(("noise", "least"), [(0.03, 1.7), (0.1, 1.7), (0.3, 1.7)])
def test_the_usual_error_is_too_small_by_a_factor(noise, least):
    spectra = sets(noise, 200)
    scatter = fit_slopes(spectra, *WINDOW).std()
    assert scatter > least * usual_errors(spectra).mean()
    unsorted = -ALPHA * np.log(np.arange(1.0, 1001)) + noise * np.random.default_rng(2).standard_normal((200, 1000))
    assert fit_slopes(unsorted, *WINDOW).std() == pytest.approx(usual_errors(unsorted).mean(), rel=0.15)  # control


def test_intervals_of_alpha_cover_where_the_usual_ones_do_not(monkeypatch):
    monkeypatch.setattr("verify.fits.sorted_noise.DRAWS", 100)
    ranges = choose_windows(1000)
    spectra = sets(0.1, 60)
    fits = [fit_capacity(spectrum, ranges.windows, ranges.parts) for spectrum in spectra]
    low, high = np.quantile([fit.draws for fit in fits], [0.025, 0.975], axis=1)
    ours = ((low <= ALPHA) & (high >= ALPHA)).mean()
    usual = (np.abs(fit_slopes(spectra, *WINDOW) - ALPHA) < 1.96 * usual_errors(spectra)).mean()
    assert ours >= 0.88 and usual < 0.7  # 60 sets: 95 % is 57, less 3 standard deviations 52
    assert not any(fit.is_curved for fit in fits)


def test_a_bent_spectrum_is_curved_and_a_straight_one_is_not():
    k = np.arange(1.0, 1001)
    ranges = choose_windows(1000)
    bent = (-k / 50, -1.5 * np.log(k + 30), -np.log(k) - 2 * np.log(np.log(k + 1)), -1.2 * np.log(k) * (1 + k / 900))
    for spectrum in bent:
        assert fit_capacity(spectrum, ranges.windows, ranges.parts).is_curved
    for spectrum in (-1.5 * np.log(k), -3 * np.log(k) + 1e-3 * np.cos(k), -1.5 * np.log(k) + 0.05 * np.log(k + 3)):
        assert not fit_capacity(spectrum, ranges.windows, ranges.parts).is_curved
