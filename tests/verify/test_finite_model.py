"""Spectra of finite models: the mean against moments, draws and least squares, and what its floor says."""

from fractions import Fraction

import numpy as np
import pytest

from exponents.errors import InputError
from verify.finite_model import _floor, _population, drawn_measure, mean_measure
from verify.flow import curve


def spectrum(alpha, beta, modes):
    k = np.arange(1.0, modes + 1)
    return k ** -float(Fraction(alpha)), k ** -(float(Fraction(alpha)) * float(Fraction(beta)) + 1)


@pytest.mark.parametrize(
    ("alpha", "beta", "size", "modes"),
    [("3/2", "1/2", 1, 50), ("3/2", "1/2", 16, 400), ("2", "13/10", 100, 1000), ("6/5", "3/10", 37, 38)],
)
def test_mass_and_moments_are_those_of_the_mean(alpha, beta, size, modes):
    eigenvalues, powers = spectrum(alpha, beta, modes)
    measure = mean_measure(alpha, beta, size, modes)
    assert measure.error < 1e-6
    assert measure.variance == pytest.approx(powers.sum(), rel=measure.error + 1e-12)
    first, second = (measure.weights @ measure.eigenvalues**power for power in (1, 2))
    assert first == pytest.approx(powers @ eigenvalues, rel=measure.error + 1e-12)  # the mean of A^T A/N is 1
    # E K^2 = Lambda^2 + Lambda tr(Lambda)/N, to leading order in 1/N, at which the equivalent is exact
    leading = powers @ eigenvalues**2 + powers @ eigenvalues * eigenvalues.sum() / size
    assert second == pytest.approx(leading, rel=1e-6)  # ten times the error of the moments below


def test_a_sum_without_end_is_the_limit_of_finite_ones():
    whole = mean_measure("3/2", "1/2", 20)
    apart = []
    for modes in (10**3, 10**4, 10**5):
        cut = mean_measure("3/2", "1/2", 20, modes)
        missing = whole.variance - cut.variance
        assert missing == pytest.approx(modes**-0.75 / 0.75, rel=2e-3)  # what the cut leaves out, sum over k > M
        apart.append(abs(whole.floor - cut.floor - missing) / whole.floor)
    # the trace that is cut off is of order M^(1 - alpha), and so is what it changes
    assert apart[0] / apart[1] == pytest.approx(10**0.5, rel=0.1) and apart[1] / apart[2] == pytest.approx(
        10**0.5, rel=0.1
    )


@pytest.mark.parametrize("seed", [1, 2])
def test_the_floor_of_a_draw_is_its_least_squares_projection(seed):
    size, modes = 12, 200
    eigenvalues, powers = spectrum("3/2", "3/2", modes)
    features = np.random.default_rng(seed).standard_normal((size, modes)) * np.sqrt(eigenvalues / size)
    target = np.sqrt(powers)
    readout, *_ = np.linalg.lstsq(features.T, target, rcond=None)
    left = ((target - features.T @ readout) ** 2).sum()
    assert drawn_measure("3/2", "3/2", size, modes, seed).floor == pytest.approx(left, rel=1e-9)


def test_same_seed_same_bits_and_another_seed_others():
    one, same, other = (drawn_measure(2, 1, 10, 100, seed) for seed in (7, 7, 8))
    assert np.array_equal(one.eigenvalues, same.eigenvalues) and np.array_equal(one.weights, same.weights)
    assert not np.array_equal(one.eigenvalues, other.eigenvalues)


@pytest.mark.parametrize(
    ("alpha", "beta", "gamma", "size", "modes", "draws"),
    [
        ("3/2", "1/2", 1.0, 16, 400, 24),
        ("3/2", "6/5", 2.0, 64, 800, 24),
        ("2", "3/10", 0.0, 64, 800, 32),
        ("2", "2/5", 0.5, 256, 2000, 8),
    ],
)
def test_the_flow_on_the_mean_is_the_mean_of_the_flows(alpha, beta, gamma, size, modes, draws):
    times = np.array([1.0, 10.0, 100.0, 1e4])
    mean = curve(mean_measure(alpha, beta, size, modes), gamma, times).loss
    losses = np.array(
        [curve(drawn_measure(alpha, beta, size, modes, seed), gamma, times).loss for seed in range(1, draws + 1)]
    )
    scatter = losses.std(axis=0, ddof=1) / np.sqrt(draws)
    assert (np.abs(losses.mean(axis=0) - mean) < 3 * scatter + 1e-9).all()


def test_control_the_limit_spectrum_is_not_that_of_a_finite_model():
    times = np.array([100.0, 1e4])
    mean = curve(mean_measure("3/2", "1/2", 16, 400), 1.0, times).loss
    losses = np.array([curve(drawn_measure("3/2", "1/2", 32, 400, seed), 1.0, times).loss for seed in range(1, 17)])
    scatter = losses.std(axis=0, ddof=1) / np.sqrt(16)
    assert (np.abs(losses.mean(axis=0) - mean) > 6 * scatter).all()  # twice the size is told apart


@pytest.mark.parametrize(("beta", "published"), [("1/2", 0.5), ("7/5", 1.4), ("5/2", 2.0)])
def test_the_bottleneck_has_the_first_power_of_the_denominator(beta, published):
    """N^(-alpha min(1, beta)) as derived; eq. 76 has min(2, beta)."""
    alpha, source = 1.5, float(Fraction(beta))
    sizes = np.array([2000, 4000])
    floors = [_floor(_population(alpha, source, int(size), None), int(size)) for size in sizes]
    slope = -np.diff(np.log(floors))[0] / np.log(2)
    assert slope == pytest.approx(alpha * min(1, source), abs=0.01)  # corrections are of order 1/N and N^(1 - alpha)
    assert (abs(slope - alpha * published) < 0.01) == (source < 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mean_measure(1, 1, 10), "alpha must exceed 1"),
        (lambda: mean_measure(2, 0, 10), "beta must be positive"),
        (lambda: mean_measure(2, 1, 0), "the model size"),
        (lambda: mean_measure(2, 1, 2.5), "the model size"),
        (lambda: mean_measure(2, 1, True), "the model size"),
        (lambda: mean_measure(2, 1, 10**6), "at most"),
        (lambda: mean_measure(2, 1, 10, 10), "smaller than the number of modes"),
        (lambda: mean_measure(2, 1, 10, "x"), "the number of modes"),
        (lambda: drawn_measure(2, 1, 10, 100, -1), "a seed"),
        (lambda: drawn_measure(2, 1, 10, 100, 1.5), "a seed"),
        (lambda: drawn_measure(2, 1, 10, 5, 1), "smaller than the number of modes"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
