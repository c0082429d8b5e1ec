"""What is learned from reused samples in the mean: three routes, limits, contour integrals, bounds, digits, errors."""

from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import hyp2f1

from exponents.errors import InputError
from verify.flow import curve as flow
from verify.reuse.mean_loss import final_loss, mean_reuse, reuse_clock_curve, reuse_curve
from verify.spectra.continuum_equivalent import ContinuumEquivalent
from verify.spectra.floor import mean_floor
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.two_time.continuous_time import solve_reuse_flow

pytestmark = pytest.mark.slow  # mean fields of features and samples take seconds a case

POINTS = (("3/2", "6/5"), ("2", "1/2"), ("3", "5/2"))
"""alpha, beta: between one and two, hard, and super-easy."""

PAIRS = ((24, 48), (48, 24), (inf, 32), (32, inf))
"""N and P."""

ALPHAS = st.fractions(Fraction(105, 100), 8, max_denominator=100)
BETAS = st.fractions(Fraction(1, 10), 4, max_denominator=100)
RICHNESS = st.one_of(st.just(0.0), st.floats(-3, 3).map(lambda depth: 10**depth))
FIRST = st.floats(0, 6).map(lambda depth: 10**depth)
RATIOS = st.sampled_from([1.0, 1.01, 1 / 1.01, 1.1, 1 / 1.1, 2.0, 0.5, 10.0, 0.1, 1e3, 1e-3, inf, 0.0])


def sizes(first, ratio):
    """N and P, the smaller of which is ``first``; a ratio of 0 is for infinitely many features."""
    if ratio == 0:
        return inf, first
    return (first, first * ratio) if ratio >= 1 else (first / ratio, first)


def numbers(*texts):
    return tuple(float(Fraction(text)) for text in texts)


# --- three routes ----------------------------------------------------------------------------------------------------


@cache
def by_eq_41(alpha, beta, size, samples, gamma):
    """The two-time equations on the modes of the limit: no equivalent of a spectrum enters."""
    target, trace = limit_spectra(alpha, beta, 1e6)
    finite = (None if number == inf else number for number in (size, samples))
    return solve_reuse_flow(target, trace, gamma, np.expm1(np.linspace(0.0, np.log1p(300.0), 17)), *finite)


def apart(found, due):
    """Largest deviation of losses and kernel, where training has left more than 1e-6 of the loss."""
    left = due.train_loss > 1e-6 * due.train_loss[0]
    pairs = [(getattr(found, name), getattr(due, name)) for name in ("loss", "kernel")]
    pairs.append((found.train_loss[left], due.train_loss[left]))
    return max(float(np.abs(a / b - 1).max()) for a, b in pairs)


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("size", "samples"), PAIRS)
def test_the_flow_on_the_equivalent_is_the_mean_field_of_eq_41(size, samples, gamma):
    due = by_eq_41("3/2", "6/5", size, samples, gamma)
    found = {
        change: reuse_curve(mean_reuse("3/2", "6/5", n, p), g, due.time)
        for change, (n, p, g) in {
            "none": (size, samples, gamma),
            "features": (2 * size, samples, gamma),
            "samples": (size, 2 * samples, gamma),
            "richness": (size, samples, 1 - gamma),
        }.items()
    }
    assert apart(found["none"], due) < (1e-6 if gamma else 1e-7)
    assert apart(found["features"], due) > 1e-2 or size == inf
    assert apart(found["samples"], due) > 1e-2 or samples == inf
    assert apart(found["richness"], due) > 1e-2


@pytest.mark.parametrize(("alpha", "beta"), [("2", "1/2"), ("3", "5/2")])
def test_eq_41_at_other_points(alpha, beta):
    for size, samples in ((24, 48), (48, 24), (32, 32)):
        due = by_eq_41(alpha, beta, size, samples, 0.0)
        assert apart(reuse_curve(mean_reuse(alpha, beta, size, samples), 0.0, due.time), due) < 1e-7


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "beta", "gamma"), [("3/2", "6/5", 0.0), ("2", "1/2", 1.0), ("3", "5/2", 0.0)])
def test_on_all_data_both_losses_are_that_of_the_flow(alpha, beta, gamma):
    times = np.geomspace(0.1, 1e6, 8)
    due = flow.flow_curve(mean_spectra(alpha, beta, 40.5).target, gamma, times, 1e-9).loss
    all_data = reuse_curve(mean_reuse(alpha, beta, 40.5, inf), gamma, times, 1e-9)
    assert all_data.loss == pytest.approx(due, rel=1e-9, abs=0)
    assert all_data.train_loss == pytest.approx(due, rel=1e-9, abs=0)
    much = reuse_curve(mean_reuse(alpha, beta, 40.5, 1e12), gamma, times, 1e-9)
    assert much.loss == pytest.approx(due, rel=1e-7, abs=0) and much.train_loss == pytest.approx(due, rel=1e-7, abs=0)
    little = reuse_curve(mean_reuse(alpha, beta, 40.5, 1e3), gamma, times)  # control
    assert np.abs(little.loss / due - 1).max() > 1e-3 and np.abs(little.train_loss / due - 1).max() > 1e-3


@pytest.mark.parametrize(("alpha", "beta"), POINTS)
def test_many_features_are_as_good_as_infinitely_many(alpha, beta):
    times = np.geomspace(0.1, 1e6, 8)
    none, many, some = (reuse_curve(mean_reuse(alpha, beta, n, 40.5), 0.0, times) for n in (inf, 1e12, 1e3))
    assert many.loss == pytest.approx(none.loss, rel=1e-6, abs=0)
    assert np.abs(some.loss / none.loss - 1).max() > 1e-3  # control


# --- at infinite time ------------------------------------------------------------------------------------------------


def over_modes(alpha, bend, term):
    """int_1^inf term(k) dk by quadrature in ln k, in pieces around ``bend``, for something that falls as a power."""
    cuts = [0.0, bend / 2, bend, bend + 2, bend + 6, bend + 20, bend + 60, bend + 200]
    return sum(quad(lambda u: np.exp(u) * term(np.exp(u)), *p, epsabs=0, epsrel=1e-12)[0] for p in pairwise(cuts))


def ridgeless(alpha, beta, number):
    """T, Q and d where V(nu) is a number, from their sums over k."""

    def summed(nu, term):
        bend = max(0.5, -np.log(nu) / alpha)
        return over_modes(alpha, bend, lambda k: term(k, 1 / (1 + nu * k**alpha)))  # lambda/(lambda + nu)

    power = alpha * beta + 1
    log_nu = brentq(lambda y: summed(np.exp(y), lambda _, seen: seen) / number - 1, -60, 5, xtol=1e-14, rtol=1e-14)
    nu = np.exp(log_nu)
    unseen = summed(nu, lambda k, seen: k**-power * nu * k**alpha * seen)
    squared = summed(nu, lambda k, seen: k**-power * (nu * k**alpha * seen) ** 2)
    return unseen, squared, summed(nu, lambda _, seen: seen**2)


@pytest.mark.parametrize(("alpha", "beta"), POINTS)
def test_what_is_left_at_infinite_time_is_that_of_least_squares(alpha, beta):
    unseen, squared, shared = ridgeless(*numbers(alpha, beta), 24.5)
    due = {
        (24.5, 49.0): unseen / (1 - 24.5 / 49.0),
        (24.5, 30.0): unseen / (1 - 24.5 / 30.0),
        (24.5, inf): unseen,
        (inf, 24.5): squared / (1 - shared / 24.5),
        (49.0, 24.5): squared / (1 - shared / 24.5) + unseen / (49.0 / 24.5 - 1),
        (30.0, 24.5): squared / (1 - shared / 24.5) + unseen / (30.0 / 24.5 - 1),
    }
    for pair, value in due.items():
        assert final_loss(alpha, beta, *pair) == pytest.approx(value, rel=1e-9, abs=0)
        for gamma in (0.0, 1.0):
            late = reuse_curve(mean_reuse(alpha, beta, *pair), gamma, [1e15])
            assert late.loss[0] == pytest.approx(value, rel=1e-9, abs=0)
            assert late.train_loss[0] == pytest.approx(max(0.0, 1 - pair[0] / pair[1]) * unseen, rel=1e-9, abs=1e-250)
    assert unseen == pytest.approx(mean_floor(alpha, beta, 24.5), rel=1e-9)
    assert final_loss(alpha, beta, 24.5, 24.5) == inf
    # controls: another number of samples, another number of features, and a wrong power
    assert abs(final_loss(alpha, beta, 24.5, 50.0) / due[24.5, 49.0] - 1) > 1e-3
    assert abs(final_loss(alpha, beta, 50.0, 24.5) / due[49.0, 24.5] - 1) > 1e-3
    assert abs(unseen / (1 - shared / 24.5) / due[inf, 24.5] - 1) > 0.1


# --- contour integrals -----------------------------------------------------------------------------------------------


CLOSER = 0.97
"""How much more closely points lie where the curve passes between z = 0 and the left, which may be narrow."""


def around(alpha, beta, size, samples, widening, points=900):
    """nu on an ellipse around all that belongs to the spectrum and to z = 0, with what the losses are made of there.

    z of nu is explicit, so nothing is solved for; sums over modes are hypergeometric functions.
    """
    model = ContinuumEquivalent.from_input(alpha, beta, size, samples)  # for where the ellipse has to pass
    a, b = numbers(alpha, beta)
    right, left = model.cutoff * (2 + widening), -(1.2 + model.upper_end + 1 / (a - 1) / min(size, samples) + widening)
    turn = 2 * np.pi * (np.arange(points) + 0.5) / points
    angle, pace = turn - CLOSER * np.sin(turn), 1 - CLOSER * np.cos(turn)
    middle, half, height = (right + left) / 2, (right - left) / 2, 1.0 + widening
    nu = middle + half * np.cos(angle) + 1j * height * np.sin(angle)
    step = (-half * np.sin(angle) + 1j * height * np.cos(angle)) * pace * 2 * np.pi / points

    def transform(power):  # (1/alpha) int v^(power - 1) dv/(v + nu)
        return hyp2f1(1, power, power + 1, -1 / nu) / (a * power * nu)

    count, target = transform(1 - 1 / a), transform(b)
    fall = (count + 1 / (1 + nu)) / a  # -nu dV/dnu, as nu^{1/alpha} V depends on nu through the end of its integral
    seen, taken = 1 - count / size, 1 - count / samples
    change = -seen * taken - fall * (taken / size + seen / samples)
    return -nu * seen * taken, change * step, nu * seen, nu * target, target / seen


@pytest.mark.parametrize(("alpha", "beta"), POINTS)
@pytest.mark.parametrize(("size", "samples"), [(10, 20), (20, 10), (inf, 12), (12, inf), (12, 12)])
def test_losses_are_integrals_around_the_spectrum(alpha, beta, size, samples):
    """Neither jumps along the spectrum nor the pole at 0: e^{-z t} on two closed curves, one inside the other."""
    outer, inner = (around(alpha, beta, size, samples, widening) for widening in (1.0, 0.0))
    times = np.array([0.0, 0.3, 2.0, 20.0])
    kernel = np.subtract.outer(outer[0], inner[0])
    kernel = (np.multiply.outer(outer[3], inner[2]) - np.multiply.outer(outer[2], inner[3])) / kernel

    def summed(curve_, time):
        return np.exp(-curve_[0] * time) * curve_[1] / (2j * np.pi) / curve_[0]

    test = [(summed(outer, t) @ kernel @ summed(inner, t)).real for t in times]
    train = [-(np.exp(-2 * inner[0] * t) * inner[1] / (2j * np.pi) @ inner[4]).real for t in times]
    found = reuse_curve(mean_reuse(alpha, beta, size, samples), 0.0, times)
    assert found.loss == pytest.approx(np.array(test), rel=1e-9, abs=0)
    assert found.train_loss == pytest.approx(np.array(train), rel=1e-9, abs=0)
    for other in ((size * 1.05, samples), (size, samples * 1.05)):  # controls
        if other != (size, samples):
            moved = reuse_curve(mean_reuse(alpha, beta, *other), 0.0, times)
            assert np.abs(moved.loss / test - 1).max() > 1e-4


# --- what holds everywhere -------------------------------------------------------------------------------------------


@settings(max_examples=20)
@given(ALPHAS, BETAS, FIRST, RATIOS, RICHNESS, st.floats(0, 12))
def test_bounds(alpha, beta, first, ratio, gamma, depth):
    size, samples = sizes(first, ratio)
    reuse = mean_reuse(alpha, beta, size, samples)
    variance, power = 1 / float(alpha * beta), float(alpha * beta)
    found = reuse_curve(reuse, gamma, np.concatenate([[0.0], np.geomspace(0.01, 10**depth, 30)]))
    assert reuse.error < 1e-9
    assert (found.loss[0], found.train_loss[0]) == pytest.approx((variance, variance), rel=1e-9, abs=0)
    assert (np.diff(found.train_loss) <= found.train_loss_error[1:]).all()
    unfit = max(0.0, 1 - size / samples) * mean_floor(alpha, beta, size) if size < inf else 0.0
    assert (found.train_loss >= unfit * (1 - 1e-9)).all() and (found.loss > 0).all()
    # signs of the target's modes do not matter in the mean, so that no map of rank R does better than to keep R modes
    assert (found.loss >= (1 + first) ** -power / power * (1 - 1e-9)).all()
    if size < inf:
        assert (found.loss >= mean_floor(alpha, beta, size) * (1 - 1e-9)).all()


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("size", "samples"), [(24, 48), (48, 24)])
def test_the_clock_is_the_integral_of_the_kernel_and_may_be_asked_for(size, samples, gamma):
    """Far beyond the time at which nothing moves any more, too."""
    reuse, times = mean_reuse("3/2", "6/5", size, samples), np.array([0.5, 3.0, 1e4, 1e15])
    found = reuse_curve(reuse, gamma, times)
    asked = reuse_clock_curve(reuse, gamma, found.clock)
    for name in ("time", "loss", "train_loss", "kernel"):
        assert getattr(asked, name) == pytest.approx(getattr(found, name), rel=1e-6, abs=1e-60)
    x, w = np.polynomial.legendre.leggauss(20)
    due = sum(
        (b - a) / 2 * w @ reuse_curve(reuse, gamma, (a + b) / 2 + (b - a) / 2 * x).kernel
        for a, b in ((0, 0.5), (0.5, 3))
    )
    assert found.clock[1] == pytest.approx(due, rel=1e-6)
    assert found.clock[3] == pytest.approx(found.kernel[3] * 1e15, rel=1e-6)
    assert gamma == 0 or found.clock[1] / times[1] > 1.05  # control: it is not time


@settings(max_examples=10)
@given(ALPHAS, BETAS, st.floats(0, 3).map(lambda depth: 10**depth), st.sampled_from([0.0, 0.5, 0.8, 2.0, 5.0, inf]))
def test_both_losses_come_to_rest(alpha, beta, first, ratio):
    size, samples = sizes(first, ratio)
    reuse = mean_reuse(alpha, beta, size, samples)
    unfit = max(0.0, 1 - size / samples) * mean_floor(alpha, beta, size) if size < inf else 0.0
    late = 60 / reuse.train.eigenvalues[-1]
    for gamma in (0.0, 1.0):
        found = reuse_curve(reuse, gamma, [late])
        assert found.loss[0] == pytest.approx(final_loss(alpha, beta, size, samples), rel=1e-9, abs=0)
        assert found.train_loss[0] == pytest.approx(unfit, rel=1e-9, abs=1e-30)


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("alpha", "beta"), POINTS)
def test_with_as_many_features_as_samples_the_loss_grows_without_bound(alpha, beta, gamma):
    low = ContinuumEquivalent.from_input(alpha, beta, 10, 10).cutoff
    clocks = np.geomspace(1e6, 1e9, 7) / low
    grown, bounded = (reuse_clock_curve(mean_reuse(alpha, beta, 10, p), gamma, clocks) for p in (10, 11))
    slopes = np.diff(np.log(grown.loss)) / np.diff(np.log(clocks))
    assert slopes == pytest.approx(0.5, abs=1e-2)
    assert (np.diff(grown.train_loss) < 0).all()
    assert np.abs(np.diff(np.log(bounded.loss))).max() < 1e-2  # control


def test_at_the_peak_times_beyond_the_lowest_eigenvalues_are_refused():
    for size, samples in ((10, 10), (10, 10.001), (10.001, 10)):
        reuse = mean_reuse("3/2", "6/5", size, samples)
        for gamma in (0.0, 1.0):
            with pytest.raises(InputError, match=r"up to a clock of .*; got t = 1e"):
                reuse_curve(reuse, gamma, [1e18])
    assert np.isfinite(reuse_curve(mean_reuse("3/2", "6/5", 10, 10.1), 1.0, [1e18]).loss).all()  # control


def test_the_error_at_the_peak_tells_that_digits_are_lost():
    """The loss is 1e-14, and the difference of numbers around 1."""
    time = 10 / ContinuumEquivalent.from_input("2", "3", 1e7, 1e7).cutoff
    equal, beside = (reuse_curve(mean_reuse("2", "3", 1e7, p), 0.0, [time]) for p in (1e7, 1e7 * (1 + 1e-4)))
    assert abs(equal.loss[0] - beside.loss[0]) < 1e-3 * beside.loss[0] + equal.error[0]


@pytest.mark.parametrize("distance", [1e-3, 1e-4, 1e-6])
@pytest.mark.parametrize(("alpha", "beta", "number"), [("3/2", "1/2", 100.0), ("2", "3", 30.0)])
def test_numbers_next_to_each_other_are_as_good_as_equal_until_the_lowest_eigenvalues_matter(
    alpha, beta, number, distance
):
    equal = mean_reuse(alpha, beta, number, number)
    times = 10.0 ** np.arange(-1, 3) * ContinuumEquivalent.from_input(alpha, beta, number, number).cutoff ** -1
    due = reuse_curve(equal, 0.0, times)
    for pair in ((number * (1 + distance), number), (number, number * (1 + distance))):
        found = reuse_curve(mean_reuse(alpha, beta, *pair), 0.0, times)
        known = 30 * distance * due.loss + due.error + found.error
        assert (np.abs(found.loss - due.loss) <= known).all() and (found.error < 1e-3 * found.loss).all()


@pytest.mark.parametrize(
    ("alpha", "beta", "size", "samples"),
    [("3/2", "6/5", 1e3, 2e3), ("2", "1/2", 2e3, 1e3), ("3", "5/2", inf, 1e3), ("2", "1/2", 1e2, 1e2)],
)
def test_stated_errors_cover_a_run_with_tighter_tolerance(alpha, beta, size, samples):
    reuse, times = mean_reuse(alpha, beta, size, samples), np.geomspace(0.1, 1e6, 20)
    for gamma in (0.05, 3.0):
        found, tighter = (reuse_curve(reuse, gamma, times, tolerance) for tolerance in (3e-8, 3e-9))
        assert (np.abs(found.loss - tighter.loss) <= found.error + 1e-15 * found.loss).all()
        moved = np.abs(found.train_loss - tighter.train_loss)
        assert (moved <= found.train_loss_error + 1e-15 * found.train_loss).all()
        assert (found.error < 1e-4 * found.loss).all()


# --- digits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "samples"), [(inf, 1e12), (1e15, 1e12), (1e12, 1e15)])
def test_a_loss_of_which_seventy_digits_are_gone_is_positive_and_smooth(size, samples):
    reuse = mean_reuse(3, "5/2", size, samples)
    times = np.geomspace(1e20, 1e44, 481)
    loss = reuse_curve(reuse, 0.0, times).loss
    assert (loss > 0).all() and loss[-1] < 1e-36 and (size < inf or loss[-1] < 1e-70)
    slopes = np.diff(np.log(loss)) / np.diff(np.log(times))
    assert np.abs(slopes[-20:]).max() < 1e-6 and (size < inf or slopes[:20] == pytest.approx(-5 / 3, abs=1e-4))
    assert np.abs(np.diff(slopes, 4)).max() < 1e-3  # sixth differences of rounding would be as large as the slope
    rough = loss * (1 + 1e-3 * (-1.0) ** np.arange(len(loss)))  # control
    assert np.abs(np.diff(np.diff(np.log(rough)) / np.diff(np.log(times)), 4)).max() > 1e-2


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [mean_reuse, final_loss])
@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ((1, 1, 2.0, 3.0), "alpha must exceed 1"),
        ((2, "x", 2.0, 3.0), "beta must be a finite"),
        ((2, 1, 0.5, 3.0), "the model size must be"),
        ((2, 1, 3.0, "many"), "the number of samples must be"),
        ((2, 1, inf, inf), "must be a finite number"),
    ],
)
def test_bad_models_are_refused(function, given_, said):
    with pytest.raises(InputError, match=said):
        function(*given_)


@pytest.mark.parametrize("function", [reuse_curve, reuse_clock_curve])
@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ((-1.0, [1.0]), "gamma must be"),
        ((float("nan"), [1.0]), "gamma must be"),
        ((inf, [1.0]), "gamma must be"),
        ((1.0, [2.0, 1.0]), "times must rise"),
        ((1.0, [-1.0]), "times must be finite"),
        ((1.0, []), "times must be finite"),
        ((1.0, "soon"), "times must be numbers"),
        ((1.0, [1.0], 0.0), "the tolerance must lie between"),
        ((1.0, [1.0], 1.0), "the tolerance must lie between"),
        ((1.0, [1.0], float("nan")), "the tolerance must lie between"),
    ],
)
def test_bad_curves_are_refused(function, given_, said):
    with pytest.raises(InputError, match=said):
        function(mean_reuse(2, 1, 10, 20), *given_)
