"""Spectra of finite models: the mean against moments, draws, and the first correction in 1/N; the trace; the limit."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad

from exponents.errors import InputError
from verify.flow.curve import flow_curve
from verify.spectra.floor import mean_floor
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.witnesses.drawn_features import DECADES, drawn_spectra


def power_law(alpha, beta, modes):
    k = np.arange(1.0, modes + 1)
    return k ** -float(Fraction(alpha)), k ** -(float(Fraction(alpha)) * float(Fraction(beta)) + 1)


def sums(spectrum):
    """Of weights times mu^-1, mu^0, mu^1 and mu^2."""
    return [spectrum.weights @ spectrum.eigenvalues**power for power in (-1, 0, 1, 2)]


@pytest.mark.parametrize(
    ("alpha", "beta", "size", "modes"),
    [("3/2", "1/2", 1, 50), ("3/2", "1/2", 16, 400), ("2", "13/10", 100, 1000), ("6/5", "3/10", 37, 38)],
)
def test_mass_and_moments_are_those_of_the_mean(alpha, beta, size, modes):
    eigenvalues, powers = power_law(alpha, beta, modes)
    spectra = mean_spectra(alpha, beta, size, "modes", modes)
    assert spectra.target.error < 1e-10 and spectra.trace.error < 1e-10
    # ten times the bound on the error for moments of both kinds; rounding of sums is below it
    close = {"rel": 1e-9}
    _, mass, first, second = sums(spectra.target)
    assert mass + spectra.target.floor == pytest.approx(powers.sum(), **close)
    assert first == pytest.approx(powers @ eigenvalues, **close)  # the mean of A^T A/N is 1
    # E K^2 = Lambda^2 + Lambda tr(Lambda)/N, to leading order in 1/N, at which the equivalent is exact
    assert second == pytest.approx(powers @ eigenvalues**2 + powers @ eigenvalues * eigenvalues.sum() / size, **close)
    count, total, square, _ = sums(spectra.trace)
    assert count == pytest.approx(size, **close)
    assert total == pytest.approx(eigenvalues.sum(), **close)
    assert square == pytest.approx((eigenvalues**2).sum() + eigenvalues.sum() ** 2 / size, **close)


@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize(("alpha", "beta"), [("11/10", "1/10"), ("4", "3"), ("6", "1/10"), ("6", "3")])
def test_extremes_have_small_errors(alpha, beta, size):
    for modes in (size + 1, 10**9, 10**300, None):
        spectra = mean_spectra(alpha, beta, size, "modes", modes)
        # the constant of the quadrature says 1e-8 for one eigenvalue
        assert spectra.target.error < 1e-8 and spectra.trace.error < 1e-8
        assert spectra.target.floor == pytest.approx(
            mean_floor(alpha, beta, size, "modes", modes), rel=1e-12
        )  # other nodes
        assert (np.diff(spectra.target.eigenvalues) < 0).all() and (spectra.target.weights > 0).all()


@pytest.mark.parametrize(("alpha", "size"), [("11/10", 2**16), ("2", 2**14), ("4", 2**10)])
def test_large_models_have_small_errors(alpha, size):
    spectra = mean_spectra(alpha, "7/5", size, "modes")
    assert spectra.target.error < 1e-10 and spectra.trace.error < 1e-10
    assert len(spectra.target) < 500  # a curve on it costs no more than one of the limit


def test_a_sum_without_end_is_the_limit_of_finite_ones():
    whole = mean_spectra("3/2", "1/2", 20, "modes").target
    apart = []
    for modes in (10**3, 10**4, 10**5):
        cut = mean_spectra("3/2", "1/2", 20, "modes", modes).target
        missing = whole.variance - cut.variance
        assert missing == pytest.approx(modes**-0.75 / 0.75, rel=2e-3)  # what the cut leaves out, sum over k > M
        apart.append(abs(whole.floor - cut.floor - missing) / whole.floor)
    # the trace that is cut off is of order M^(1 - alpha), and so is what it changes
    assert apart[0] / apart[1] == pytest.approx(10**0.5, rel=0.1)
    assert apart[1] / apart[2] == pytest.approx(10**0.5, rel=0.1)


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("2", "7/5")])
def test_the_first_correction_in_the_size_is_target_and_trace_convolved(alpha, beta):
    """(1/N) (sum_k y_k^2 lambda_k s e^{-lambda_k s}) * (sum_l lambda_l e^{-lambda_l s}) at s = 2 t."""
    limit, s = limit_spectra(alpha, beta, 1e6, "modes"), 2.0

    def together(u):
        return (limit.target.correlations(u, (1,))[0] * limit.trace.lazy_loss((s - u) / 2)).item()

    due, _ = quad(together, 0, s)
    apart = []
    for size in (2**10, 2**12, 2**14):
        change = mean_spectra(alpha, beta, size, "modes").target.lazy_loss(s / 2) - limit.target.lazy_loss(s / 2)
        apart.append(abs(size * change / due - 1))
    assert apart[2] < 1e-3
    # the next correction is one in 1/N more; 4 to within 10 %
    assert apart[0] / apart[1] == pytest.approx(4, rel=0.1) and apart[1] / apart[2] == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_draw_has_the_floor_of_least_squares_and_the_trace_of_its_kernel(seed):
    size, modes = 12, 200
    eigenvalues, powers = power_law("3/2", "3/2", modes)
    features = np.random.default_rng(seed).standard_normal((size, modes)) * np.sqrt(eigenvalues / size)
    target = np.sqrt(powers)
    readout, *_ = np.linalg.lstsq(features.T, target, rcond=None)
    left = ((target - features.T @ readout) ** 2).sum()
    spectra = drawn_spectra("3/2", "3/2", size, modes, seed)
    assert spectra.target.floor == pytest.approx(left, rel=1e-9)
    kernel = features.T @ features
    count, total, square, _ = sums(spectra.trace)
    assert (count, total, square) == pytest.approx((size, np.trace(kernel), (kernel**2).sum()), rel=1e-9)
    assert sums(spectra.target)[2] == pytest.approx(target @ kernel @ target, rel=1e-9)


def test_same_seed_same_bits_and_another_seed_others():
    one, same, other = (drawn_spectra(2, 1, 10, 100, seed).target for seed in (7, 7, 8))
    assert np.array_equal(one.eigenvalues, same.eigenvalues) and np.array_equal(one.weights, same.weights)
    assert not np.array_equal(one.eigenvalues, other.eigenvalues)


def standard_errors(values, mean):
    """How far the mean of draws, along the first axis, is from ``mean``, in units of its standard error."""
    return np.abs(values.mean(axis=0) - mean) / (values.std(axis=0, ddof=1) / np.sqrt(len(values)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("alpha", "beta", "gamma", "size", "modes", "draws"),
    [
        ("3/2", "1/2", 1.0, 16, 400, 16),
        ("3/2", "6/5", 2.0, 64, 800, 16),
        ("2", "3/10", 0.0, 64, 800, 32),
        ("2", "2/5", 0.5, 256, 2000, 8),
        ("3/2", "1/2", 1.0, 1024, 3000, 4),
    ],
)
def test_the_flow_on_the_mean_is_the_mean_of_the_flows(alpha, beta, gamma, size, modes, draws):
    times = np.array([1.0, 10.0, 100.0, 1e4])
    mean = flow_curve(mean_spectra(alpha, beta, size, "modes", modes).target, gamma, times).loss
    spectra = [drawn_spectra(alpha, beta, size, modes, seed).target.compress() for seed in range(1, draws + 1)]
    losses = np.array([flow_curve(spectrum, gamma, times).loss for spectrum in spectra])
    assert (standard_errors(losses, mean) < 3).all()


@pytest.mark.slow
def test_control_a_model_of_twice_the_size_is_told_apart():
    times = np.array([100.0, 1e4])
    mean = flow_curve(mean_spectra("3/2", "1/2", 16, "modes", 400).target, 1.0, times).loss
    losses = np.array(
        [flow_curve(drawn_spectra("3/2", "1/2", 32, 400, seed).target, 1.0, times).loss for seed in range(1, 13)]
    )
    assert (standard_errors(losses, mean) > 6).all()


@pytest.mark.parametrize(("alpha", "size", "modes", "draws"), [("3/2", 16, 400, 40), ("2", 64, 800, 40)])
def test_the_mean_trace_is_the_mean_of_traces(alpha, size, modes, draws):
    """sum_j mu_j e^{-2 mu_j t}, which is what noise of batches decays by."""
    clocks = np.array([0.1, 1.0, 10.0])  # later, the smallest eigenvalue decides, whose mean is one only for large N
    mean, double = (mean_spectra(alpha, "1/2", n, "modes", modes).trace.lazy_loss(clocks) for n in (size, 2 * size))
    losses = np.array(
        [drawn_spectra(alpha, "1/2", size, modes, s).trace.lazy_loss(clocks) for s in range(1, draws + 1)]
    )
    assert (standard_errors(losses, mean) < 3).all()
    assert standard_errors(losses, double).max() > 6  # control


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), (Fraction(5, 4), 2)])
def test_the_limit_has_the_target_of_the_limit_and_the_sum_of_its_eigenvalues(alpha, beta):
    clocks = np.array([0.0, 1.0, 30.0, 1e3])
    for form, modes in (("continuum", None), ("modes", None), ("modes", 500)):
        spectra, due = limit_spectra(alpha, beta, 1e6, form, modes), power_law_spectrum(alpha, beta, 1e6, form, modes)
        assert np.array_equal(spectra.target.weights, due.weights) and spectra.target.error == due.error
    eigenvalues, _ = power_law(alpha, beta, 500)
    decayed = np.exp(-2 * np.outer(clocks, eigenvalues)) @ eigenvalues
    # the tolerance is above the error of the rule, 1e-8 or less
    assert spectra.trace.lazy_loss(clocks) == pytest.approx(decayed, rel=1e-7)
    a = float(Fraction(alpha))
    assert limit_spectra(alpha, beta).trace.variance == pytest.approx(1 / (a - 1), rel=1e-9)  # of k^-alpha on k >= 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mean_spectra(1, 1, 10, "modes").target, "alpha must exceed 1"),
        (lambda: mean_spectra(2, 0, 10, "modes").target, "beta must be positive"),
        (lambda: mean_spectra(2, 1, 0, "modes").target, "the model size"),
        (lambda: mean_spectra(2, 1, 2.5, "modes").target, "the model size"),
        (lambda: mean_spectra(2, 1, True, "modes").target, "the model size"),
        (lambda: mean_spectra(2, 1, 10**6, "modes").target, "at most 262144 for this alpha"),
        (lambda: mean_spectra(8, 1, 10**5, "modes").target, "at most 65536 for this alpha"),
        (lambda: mean_spectra(13, 1, 10, "modes").target, "alpha may be at most"),
        (lambda: mean_spectra(2, 1, 10, "modes", 10).target, "smaller than the number of modes"),
        (lambda: mean_spectra(2, 1, 10, "modes", "x").target, "the number of modes"),
        (lambda: mean_spectra(2, 1, 10, "modes", 10**400).target, "must fit into double precision"),
        (lambda: mean_spectra("1.00000000000000000001", 1, 10, "modes").target, "in double precision"),
        (lambda: mean_spectra(2, "1e-20", 10, "modes").target, "in double precision"),
        (lambda: drawn_spectra(2, 1, 10, 5, 1).target, "smaller than the number of modes"),
        (lambda: drawn_spectra(12, 1, 30, 60, 1).target, f"span {DECADES} decades"),
        (lambda: limit_spectra(1, 1), "alpha must exceed 1"),
        (lambda: limit_spectra(2, 1, 1e6, "continuum", 10), "no number of modes"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
