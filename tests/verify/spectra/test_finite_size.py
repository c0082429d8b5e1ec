"""The mean over lazy models to first order in 1/N: against the mean spectrum, moments by hand, and draws."""

import numpy as np
import pytest

from verify.spectra.finite_size import MOST, SMALL, lazy_mean, share_between_models
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum
from verify.two_time.lazy_moments import largest_stable_rate, solve_lazy
from verify.witnesses.drawn_features import drawn_spectra

STEPS = np.array([1.0, 2, 5, 8, 9, 30, 1e3, 1e6])


def sums(alpha, beta, modes):
    """Target and trace of the limit, mode by mode."""
    k = np.arange(1.0, modes + 1)
    return Spectrum(k**-alpha, k ** (-alpha * beta - 1)), Spectrum(k**-alpha, k**-alpha)


@pytest.mark.parametrize(
    ("law", "size", "kind", "batch_size"),
    [
        (("3/2", "1/2"), 64, ("continuum",), 1),
        (("3/2", "1/2"), 1, ("modes", 1000), None),
        (("2", "6/5"), 400, ("modes",), 16),
        (("12", "1"), 4, ("continuum",), 1),
    ],
    ids=str,
)
def test_the_zeroth_order_is_the_recursion_on_the_mean_spectrum(law, size, kind, batch_size):
    limit = limit_spectra(*law, 1e9, *kind, in_steps=True)
    mean = mean_spectra(*law, size, *kind)
    for part in (0.1, 0.8):
        eta = part * largest_stable_rate(*mean, batch_size)
        due = solve_lazy(*mean, eta, STEPS, batch_size)
        found = lazy_mean(*limit, size, eta, STEPS, batch_size)[0]
        # the parabola errs by 1e-9 of the first loss, times noise; at N = 1 the mean spectrum has its own error
        assert (np.abs(found - due.loss) < 1e-8 * mean.target.variance + due.error).all()
        other = lazy_mean(*limit, 1.01 * size, eta, STEPS, batch_size)[0]  # control: 1 % of N
        assert np.abs(other / due.loss - 1).max() > 1e-4


@pytest.mark.parametrize("batch_size", [None, 2])
def test_after_one_step_the_mean_gains_the_pairing_that_real_features_have(batch_size):
    """E[K^2] = Lambda^2 + Lambda tr Lambda/N + Lambda^2/N, by Isserlis; the mean spectrum lacks the last."""
    target, trace = sums(1.5, 0.5, 100)
    inverse_batch = 0.0 if batch_size is None else 1 / batch_size
    due = (1 + inverse_batch) * target.weights @ target.eigenvalues**2
    due += inverse_batch * trace.weights @ trace.eigenvalues * target.variance
    added = lazy_mean(target, trace, 16, 0.2, np.array([1.0]), batch_size)[1][0]
    assert added == pytest.approx(0.2**2 / 16 * due, rel=1e-10)


def test_with_equal_eigenvalues_the_floor_of_the_mean_spectrum_is_exact():
    flat = Spectrum(np.ones(1), np.full(1, 3.0)), Spectrum(np.ones(1), np.full(1, 40.0))  # 40 modes, and N = 10
    mean, added = lazy_mean(*flat, 10, 0.01, np.array([100.0, 1e9]))
    assert mean[1] == pytest.approx(3 * (1 - 10 / 40), rel=1e-8) and abs(added[1]) < 1e-6 < 1e-3 < abs(added[0])


def controlled(values, seen, due):
    """Mean and standard error of ``values``, less their regression on quantities whose means are known."""
    centred = np.column_stack([np.ones(len(seen)), seen - due])
    fit, *_ = np.linalg.lstsq(centred, values, rcond=None)
    left = values - centred @ fit
    return fit[0], left.std(axis=0, ddof=centred.shape[1]) / np.sqrt(len(seen))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "size", "batch_size", "eta"),
    [((2.0, 1.2), 64, None, 0.2), ((1.5, 0.5), 48, 1, 0.2)],
    ids=str,
)
def test_it_is_what_the_mean_over_draws_adds(law, size, batch_size, eta):
    modes, steps, draws = 4 * size, np.array([2, 5, 10, 20, 50, 200]), 600
    limit = sums(*law, modes)
    words = [f"{value:g}" for value in law]
    values, seen = [], []
    for seed in range(draws):
        target, trace = drawn_spectra(*words, size, modes, seed)
        values.append(solve_lazy(target, trace, eta, steps, batch_size).loss)
        moments = [target.weights @ target.eigenvalues**power for power in (1, 2)]
        seen.append([*moments, trace.variance, trace.weights @ trace.eigenvalues])
    eigenvalues, power = limit[0].eigenvalues, limit[0].weights
    total = eigenvalues.sum()
    squares = (1 + 1 / size) * eigenvalues**2 + eigenvalues * total / size  # E[K^2], by Isserlis
    due = [power @ eigenvalues, power @ squares, total, squares.sum()]
    whole, error = controlled(np.array(values), np.array(seen), np.array(due))
    mean, added = lazy_mean(*limit, size, eta, steps.astype(float), batch_size)
    assert (np.abs(whole - mean - added) < 3 * error).all()
    assert (added[:3] > 5 * error[:3]).all()  # control: the mean spectrum alone
    if batch_size is not None:  # control: in proportion, without what noise and features have in common
        quiet, quiet_added = lazy_mean(*limit, size, eta, steps.astype(float))
        assert abs(whole - mean - quiet_added / quiet * mean)[0] > 10 * error[0]


def test_many_times_are_interpolated():
    limit = sums(1.5, 0.5, 100)
    times = np.concatenate([[0.0], np.geomspace(0.1, 1e3, 3 * MOST)])
    found = share_between_models(*limit, 16, times)
    eta = SMALL * times[1]
    mean, added = lazy_mean(*limit, 16, eta, np.rint(times[1:] / eta))
    assert found[0] == 0 and np.abs(found[1:] - added / mean).max() < 2e-4
    assert share_between_models(*limit, 16, np.array([0.0])).tolist() == [0]
