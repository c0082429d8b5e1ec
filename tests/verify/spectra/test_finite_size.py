"""The mean over lazy models to first order in 1/N: against the mean spectrum, moments by hand, and draws."""

import numpy as np
import pytest

from verify.spectra.finite_size import MOST, lazy_mean, share_between_models
from verify.spectra.random_features import drawn_spectra, limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum

TIMES = np.array([0.01, 0.3, 1.0, 10.0, 1e3, 1e6])


def sums(alpha, beta, modes):
    """Target and trace of the limit, mode by mode."""
    k = np.arange(1.0, modes + 1)
    return Spectrum(k**-alpha, k ** (-alpha * beta - 1)), Spectrum(k**-alpha, k**-alpha)


@pytest.mark.parametrize(
    ("law", "size", "kind"),
    [
        (("3/2", "1/2"), 64, ("continuum",)),
        (("3/2", "1/2"), 1, ("modes", 1000)),
        (("2", "6/5"), 400, ("modes",)),
        (("12", "1"), 4, ("continuum",)),
    ],
    ids=str,
)
def test_the_zeroth_order_is_the_loss_on_the_mean_spectrum(law, size, kind):
    limit = limit_spectra(*law, 1e9, *kind, in_steps=True)
    mean = mean_spectra(*law, size, *kind).target
    found = lazy_mean(*limit, size, TIMES)[0]
    # the contour errs by 1e-9 of the first loss; at N = 1 the mean spectrum has its own error
    bound = 3e-9 * mean.variance + mean.error * mean.lazy_loss(TIMES)
    assert (np.abs(found - mean.lazy_loss(TIMES)) < bound).all()
    other = lazy_mean(*limit, 1.01 * size, TIMES)[0]  # control: 1 % of N
    assert np.abs(other / mean.lazy_loss(TIMES) - 1).max() > 1e-4


def test_early_the_mean_gains_the_pairing_that_real_features_have():
    """E[K^2] = Lambda^2 + Lambda tr Lambda/N + Lambda^2/N, by Isserlis; the mean spectrum lacks the last."""
    target, trace = sums(1.5, 0.5, 100)
    due = 2 * float(target.weights @ target.eigenvalues**2) / 16
    for t in (0.02, 0.01):
        added = lazy_mean(target, trace, 16, np.array([t]))[1][0]
        assert added / t**2 == pytest.approx(due, rel=6 * t)  # the next order in t, some 5 times as large


def test_with_equal_eigenvalues_the_floor_of_the_mean_spectrum_is_exact():
    flat = Spectrum(np.ones(1), np.full(1, 3.0)), Spectrum(np.ones(1), np.full(1, 40.0))  # 40 modes, and N = 10
    mean, added = lazy_mean(*flat, 10, np.array([1.0, 1e9]))
    assert mean[1] == pytest.approx(3 * (1 - 10 / 40), rel=1e-8) and abs(added[1]) < 1e-8 < abs(added[0])


def controlled(values, seen, due):
    """Mean and standard error of ``values``, less their regression on quantities whose means are known."""
    centred = np.column_stack([np.ones(len(seen)), seen - due])
    fit, *_ = np.linalg.lstsq(centred, values, rcond=None)
    left = values - centred @ fit
    return fit[0], left.std(axis=0, ddof=centred.shape[1]) / np.sqrt(len(seen))


@pytest.mark.parametrize(("law", "size"), [((1.5, 0.5), 24), ((2.0, 1.2), 64)])
def test_it_is_what_the_mean_over_draws_adds(law, size):
    modes, times, draws = 4 * size, np.array([0.5, 1.0, 2.0, 4.0]), 1000
    limit = sums(*law, modes)
    words = [f"{value:g}" for value in law]
    values, seen = [], []
    for seed in range(draws):
        target, trace = drawn_spectra(*words, size, modes, seed)
        values.append(target.lazy_loss(times))
        moments = [target.weights @ target.eigenvalues**power for power in (1, 2)]
        seen.append([*moments, trace.variance, trace.weights @ trace.eigenvalues])
    eigenvalues, power = limit[0].eigenvalues, limit[0].weights
    total = eigenvalues.sum()
    squares = (1 + 1 / size) * eigenvalues**2 + eigenvalues * total / size  # E[K^2], by Isserlis
    due = [power @ eigenvalues, power @ squares, total, squares.sum()]
    whole, error = controlled(np.array(values), np.array(seen), np.array(due))
    mean, added = lazy_mean(*limit, size, times)
    assert (np.abs(whole - mean - added) < 3 * error).all()
    assert (added[:3] > 5 * error[:3]).all()  # control: the mean spectrum alone


def test_many_times_are_interpolated():
    limit = sums(1.5, 0.5, 100)
    times = np.concatenate([[0.0], np.geomspace(0.1, 1e3, 3 * MOST)])
    found = share_between_models(*limit, 16, times)
    mean, added = lazy_mean(*limit, 16, times[1:])
    assert found[0] == 0 and np.abs(found[1:] - added / mean).max() < 2e-4
    assert share_between_models(*limit, 16, np.array([0.0])).tolist() == [0]
