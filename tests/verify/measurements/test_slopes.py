"""Limits with errors: they cover the truth on curves whose limit is known, and reject what is wrong."""

from itertools import pairwise

import numpy as np
import pytest

from exponents.errors import InputError
from verify.flow.curve import limit_curve
from verify.measurements import slopes
from verify.measurements.correction_fits import Fit
from verify.measurements.slopes import FEWEST, Limit, extrapolate, extrapolate_exponent

CURVES = 100
"""Curves of a family: with a true coverage of 95 % fewer than 88 are covered once in a thousand."""


def times(rng, points):
    """Evenly in ln t from 100 on, over 10 to 90 units of ln t."""
    return np.linspace(np.log(1e2), np.log(1e2) + rng.uniform(10, 90), points or rng.integers(20, 100))


def one_power(rng, length):
    return rng.uniform(-0.5, 0.5) * np.exp(-(10 ** rng.uniform(-1.5, 0)) * (length - length[0]))


def quick_power(rng, length):
    """A power that has died at the end of every window."""
    return rng.uniform(-0.5, 0.5) * np.exp(-rng.uniform(1, 2) * (length - length[0]))


def two_powers(rng, length):
    return one_power(rng, length) + one_power(rng, length)


def of_a_sum(rng, length):
    """The slope of ln(1 + a t^-d), whose corrections are all powers of t^-d."""
    d = 10 ** rng.uniform(-1.5, 0)
    term = rng.uniform(-0.9, 2) * np.exp(-d * (length - length[0]))
    return d * term / (1 + term)


def constant(rng, length):
    return 0 * length


def logarithm(rng, length):
    p, q, r = rng.uniform(-1, 1, 3)
    return p / length + (q * np.log(length) + r) / length**2


FAMILIES = (one_power, two_powers, of_a_sum, constant, logarithm)


def limits(family, noise, seed, points=None):
    """(true limit, what is found) for random curves."""
    rng = np.random.default_rng(seed)
    for _ in range(CURVES):
        length, true = times(rng, points), rng.uniform(0.1, 2)
        values = true + family(rng, length) + noise * rng.standard_normal(len(length))
        yield true, extrapolate(np.exp(length), values, noise)


@pytest.mark.parametrize("noise", [0, 1e-6, 1e-4])
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_the_error_covers_the_truth(family, noise):
    assert sum(found.covers(true) for true, found in limits(family, noise, seed=1)) >= 88


@pytest.mark.parametrize("family", FAMILIES[:-1], ids=lambda family: family.__name__)
def test_the_error_covers_the_truth_under_strong_noise(family):
    # not for logarithms: one that hides below the noise is not seen, as the module says
    assert sum(found.covers(true) for true, found in limits(family, 1e-2, seed=2)) >= 88


def test_the_error_is_small_where_the_curve_is_clean():
    assert np.median([found.error for _, found in limits(quick_power, 0, seed=3)]) < 1e-7
    assert np.median([found.error for _, found in limits(constant, 1e-6, seed=3)]) < 2e-6  # the noise of one value


def test_control_an_exponent_one_percent_off_is_rejected():
    for family in (quick_power, constant):
        found = [(true, limit) for true, limit in limits(family, 0, seed=4, points=60)]
        assert not any(limit.covers(1.01 * true) for true, limit in found)


def test_control_one_straight_line_through_all_points_misses():
    rng = np.random.default_rng(5)
    missed = 0
    for _ in range(CURVES):
        length, true = times(rng, 100), rng.uniform(0.1, 2)
        slope = true + one_power(rng, length)
        height = np.concatenate([[0], np.cumsum((slope[1:] + slope[:-1]) / 2 * np.diff(length))])
        (fit, _), covariance = np.polyfit(length, height, 1, cov=True)
        missed += abs(fit - true) > 2 * np.sqrt(covariance[0, 0])
    assert missed > CURVES / 2


def test_logarithms_are_told_from_powers():
    assert sum(found.logarithm for _, found in limits(logarithm, 0, seed=6)) >= 95
    rng = np.random.default_rng(7)
    for _ in range(CURVES):  # powers that die within the window
        length = times(rng, 100)
        decay = rng.uniform(8, 20) / (length[-1] - length[0])
        values = 1 + rng.uniform(-0.5, 0.5) * np.exp(-decay * (length - length[0]))
        found = extrapolate(np.exp(length), values)
        assert not found.logarithm and found.correction == pytest.approx(decay, rel=1e-3)


def test_the_slower_the_correction_the_larger_the_error():
    length = np.linspace(5, 95, 100)
    errors = [extrapolate(np.exp(length), 1 + length**-1.0 * rate).error for rate in (1e-6, 1e-3, 1e-1)]
    assert errors[0] < errors[1] < errors[2]


def test_a_limit_can_be_turned_and_widened():
    limit = Limit(0.5, 0.1, (1.0, 2.0), 0.3, False)
    assert (-limit).value == -0.5 and (-limit).error == 0.1
    assert limit.widen(0.2).error == pytest.approx(0.3) and limit.widen(0.2).covers(0.75)
    assert not limit.covers(0.61) and "0.5" in str(limit)


@pytest.mark.parametrize(
    ("time", "values", "words"),
    [
        ([10, 100], [1, 1], "8 points"),
        (np.arange(1, 20), np.ones(19), "above 1"),
        ([10, 20, 30, 30, 50, 60, 70, 80], np.ones(8), "rise"),
        (np.arange(2, 20), np.full(18, np.nan), "finite"),
        (np.arange(2, 20), np.ones(17), "points"),
    ],
)
def test_bad_input_is_refused(time, values, words):
    with pytest.raises(InputError, match=words):
        extrapolate(time, values)


def noisy_curve(rng, points=600):
    """t^-0.7 (1 + 0.5 t^-0.6) with one per cent of noise."""
    t = np.geomspace(10, 1e7, points)
    value = t**-0.7 * (1 + 0.5 * t**-0.6)
    return t, value * (1 + 0.01 * rng.standard_normal(points)), 0.01 * value


def local_slopes(t, values, errors, pieces=24):
    """Middles, slopes d ln value/d ln t and their standard errors, by straight lines through pieces of a curve."""
    length, height, sigma = np.log(t), np.log(values), errors / values
    rows = []
    for low, high in pairwise(np.linspace(length[0], length[-1] + 1e-9, pieces + 1)):
        part = (length >= low) & (length < high)
        (slope, _), covariance = np.polyfit(length[part], height[part], 1, w=1 / sigma[part], cov="unscaled")
        rows.append((np.average(length[part], weights=sigma[part] ** -2.0), slope, np.sqrt(covariance[0, 0])))
    middle, slope, noise = np.array(rows).T
    return np.exp(middle), slope, noise


def test_local_slopes_have_the_standard_errors_they_state():
    rng = np.random.default_rng(8)
    scores = []
    for _ in range(60):
        t, slope, noise = local_slopes(*noisy_curve(rng))
        term = 0.5 * t**-0.6
        scores.extend((slope - (-0.7 - 0.6 * term / (1 + term))) / noise)
    assert abs(np.mean(scores)) < 0.1 and abs(np.std(scores) - 1) < 0.1  # 1440 scores: 0.03 and 0.02 expected


def test_noisy_curves_give_exponents_that_cover():
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(CURVES):
        t, slope, noise = local_slopes(*noisy_curve(rng))
        covered += extrapolate(t, -slope, noise).covers(0.7)
    assert covered >= 88


@pytest.mark.parametrize("horizon", [1e20, 1e60])
def test_the_logarithm_at_the_boundary_of_hard_and_easy_is_recognised(horizon):
    # beta = 1: L ~ t^-1 (ln t)^-1/2, so that the slope is 1 + 1/(2 ln t) + ...
    time = np.geomspace(1e3, horizon, 100)
    for tolerance, seen in ((3e-8, False), (1e-10, True)):  # with errors of 1e-6 a slow power fits as well
        curve = limit_curve("3/2", "1", 1.0, time, tolerance=tolerance)
        found = extrapolate(time, -curve.loss_slope, curve.errors["loss_slope"])
        assert found.covers(1.0) and not found.covers(1.01)
        assert found.logarithm or not seen
    (naive, _), covariance = np.polyfit(np.log(time), -np.log(curve.loss), 1, cov=True)
    assert abs(naive - 1) > 5 * np.sqrt(covariance[0, 0])  # control: one line is sure of something else


@pytest.mark.parametrize("root", [lambda length: 1 / np.sqrt(length), lambda length: np.log(length) / length])
def test_slow_corrections_of_kinds_that_are_not_fitted_are_covered_without_noise(root):
    assert (
        sum(found.covers(true) for true, found in limits(lambda rng, l: rng.uniform(-1, 1) * root(l), 0, seed=10)) >= 88
    )


def test_the_error_does_not_depend_on_the_unit_of_time_or_the_sign():
    length = np.linspace(5, 60, 80)
    noise = 1e-5 * np.random.default_rng(11).standard_normal(80)
    values = 0.7 + 0.3 * np.exp(-0.2 * length) + noise
    one = extrapolate(np.exp(length), values, 1e-5)
    later, turned = extrapolate(1e9 * np.exp(length), values, 1e-5), extrapolate(np.exp(length), -values, 1e-5)
    assert later.value == pytest.approx(one.value, abs=1e-9) and later.error == pytest.approx(one.error, rel=1e-4)
    assert turned.value == pytest.approx(-one.value, abs=1e-9) and turned.error == pytest.approx(one.error, rel=1e-4)
    assert later.window[0] == pytest.approx(1e9 * one.window[0]) and one.correction == pytest.approx(0.2, rel=0.2)


# over 2 to 6 factors of ten, with noise of a hundredth, the module promises less
@pytest.mark.parametrize(("noise", "least"), [(0, 88), (1e-4, 88), (1e-2, 75)])
def test_the_error_covers_the_truth_on_short_windows(noise, least):
    rng = np.random.default_rng(12)
    covered = 0
    for number in range(CURVES):
        length, true = np.linspace(5, 5 + rng.uniform(5, 15), 60), rng.uniform(0.1, 2)
        values = true + FAMILIES[number % 3](rng, length) + noise * rng.standard_normal(60)
        covered += extrapolate(np.exp(length), values, noise).covers(true)
    assert covered >= least


@pytest.mark.parametrize("noise", [np.nan, np.inf, [1e-6] * 7 + [np.inf]])
def test_a_noise_that_is_none_is_refused(noise):
    with pytest.raises(InputError, match="finite"):
        extrapolate(np.arange(2.0, 10.0), np.ones(8), noise)


@pytest.mark.parametrize(
    ("time", "values", "noise"), [([], [], 0.0), (2.0, 1.0, 0.0), (range(2, 10), [1] * 8, [0.1] * 3)]
)
def test_nothing_and_shapes_that_differ_have_no_limit(time, values, noise):
    with pytest.raises(InputError):
        extrapolate(time, values, noise)


def test_as_few_points_as_are_allowed_show_two_corrections():
    time = np.geomspace(10, 1e6, FEWEST)
    found = extrapolate(time, 0.7 + time**-0.5 - 0.5 / time)
    assert abs(found.value - 0.7) < 1e-8 and abs(found.correction - 0.5) < 1e-6


def test_the_noise_of_differences_is_that_of_white_noise_with_the_same_third_differences():
    """Slopes s +- a in turn have third differences +-8 a, and those of white noise have the variance 20 sigma^2."""
    length, shift = np.linspace(1, 20, 31), 1e-6
    slopes = 1.5 + shift * (-1.0) ** np.arange(30)
    values = np.exp(np.concatenate([[0], np.cumsum(slopes * np.diff(length))]))
    noise = 8 * shift / np.sqrt(20)
    middles = np.exp((length[1:] + length[:-1]) / 2)
    found, known = extrapolate_exponent(np.exp(length), values), extrapolate(middles, slopes, noise)
    assert found.value == pytest.approx(known.value, rel=1e-9)
    assert found.error - known.error == pytest.approx(noise, rel=1e-4)


def test_a_misfit_is_acceptable_up_to_two_standard_deviations_of_noise():
    """The sum of 8 squares of noise is 8 +- 4."""
    assert Fit(0.0, 0.0, 15.9, 8).acceptable and not Fit(0.0, 0.0, 16.1, 8).acceptable


# --- local slopes ----------------------------------------------------------------------------------------------------


def test_a_local_slope_belongs_to_the_geometric_mean_and_its_noise_is_that_of_the_slopes(monkeypatch):
    """Slopes 1/2 + 1e-3 times normal numbers, between places that are even in ln t; third differences see the noise."""
    seen = []

    def keep(time, values, noise):
        seen.append((time, values, noise))
        return Limit(0.5, 0.0, (1.0, 1.0), 1.0, False)

    monkeypatch.setattr(slopes, "extrapolate", keep)
    place, random = np.geomspace(10, 1e9, 5001), np.random.default_rng(3)
    own = 0.5 + 1e-3 * random.standard_normal(5000)
    extrapolate_exponent(place, np.exp(np.append(0, np.cumsum(own * np.diff(np.log(place))))))
    ((time, values, noise),) = seen
    assert time == pytest.approx(np.sqrt(place[1:] * place[:-1]), rel=1e-12)
    assert values == pytest.approx(own, rel=1e-9)
    assert noise == pytest.approx(1e-3, rel=0.1)  # some 2500 third differences, of which neighbours share numbers


@pytest.mark.parametrize("column", range(3))
def test_what_is_no_number_is_refused(column):
    values = [np.geomspace(10, 1e6, 20), np.ones(20), 0.0]
    values[column] = "much"
    with pytest.raises(InputError, match="needs numbers"):
        extrapolate(*values)


def test_places_must_rise_from_above_one():
    place = np.geomspace(1.1, 1e6, 20)
    assert abs(extrapolate_exponent(place, place**2).value - 2) < 1e-9
    for wrong in (np.append(0.9, place), np.append(place, 10.0)):
        with pytest.raises(InputError, match="rise from above 1"):
            extrapolate_exponent(wrong, wrong**2)
