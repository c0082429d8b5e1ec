"""Exponents in stable steps: two routes that share no formula, how far a fixed rate goes, what restores the gain."""

from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from exponents.model.rich_window import rich_window
from verify.judgement import judge, shift_value, verdicts
from verify.measurements.points import SLOW_POINTS
from verify.measurements.stable_steps import train_stable_steps
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.random_features import mean_spectra
from verify.two_time.online_limit import solve_online_limit, solve_stable_steps

HARD = power_law_spectrum("3/2", "1/2", 1e3)


@pytest.mark.parametrize("gamma", [0.0, 1.0, 30.0])
def test_training_takes_the_steps_of_the_two_time_equations(gamma):
    """1e-12: rounding of some hundred steps; another sharpness gives another curve."""
    steps = np.arange(200)
    trained = train_stable_steps(HARD, gamma, steps)
    assert trained == pytest.approx(solve_stable_steps(HARD, gamma, 1.0, 199).loss, rel=1e-12)
    assert np.abs(trained / solve_stable_steps(HARD, gamma, 0.99, 199).loss - 1).max() > 1e-3


@pytest.mark.slow
def test_the_exponent_in_stable_steps_is_the_lazy_one_by_both_routes_and_flattening_restores_the_rich():
    """At a point of `exponents verify`: alpha = 3, beta = 1/2."""
    [found] = verdicts(SLOW_POINTS[:1], ["steps"])
    lazy, rich = Fraction(1, 2), Fraction(2, 3)
    assert [verdict.derived for verdict in found] == [lazy, lazy, rich]
    assert {verdict.derived_verdict for verdict in found} == {"confirmed"}
    for verdict, other in zip(found, (rich, rich, lazy), strict=True):
        wrong = (other, shift_value(verdict.derived), verdict.derived * Fraction(99, 100))
        assert {judge(value, verdict.measured) for value in wrong} == {"refuted"}


def test_a_fixed_learning_rate_shows_the_rich_exponent_up_to_the_end_of_its_window():
    """Steps are few and finite here, which moves the end by some percent, and the slope by some hundredths.

    Beyond the end the solution depends on its last digits, so no exponent is read there.
    """
    window = rich_window(Fraction(3, 2), Fraction(3, 10), Fraction(1), Fraction(1, 5))
    found = solve_online_limit(power_law_spectrum("3/2", "3/10", 1e4), 1.0, 0.2, 450)
    end = int(np.argmax(found.sharpness > 2))
    assert end == pytest.approx(float(window.last.steps), rel=0.1)
    inside = -np.log(found.loss[end] / found.loss[end // 4]) / np.log(4)
    assert abs(inside - 0.6 / 1.3) < 0.03 < 0.1 < abs(inside - 0.3)


def test_trained_models_of_the_best_size_have_the_lazy_exponent_in_compute():
    """No flow: each size is trained in stable steps on its mean spectrum, and two sizes are equally good at a C = N n.

    0.5 %: the slope still rises, by 0.1 % from one pair of sizes to the next.
    """
    sizes = np.geomspace(300, 600, 4)
    curves = []
    for size in sizes:
        steps = np.unique(np.round(np.geomspace(size**1.5 / 50, size**1.5, 30)).astype(int))
        spectrum = mean_spectra("3/2", "2/5", float(size)).target.compress()
        curves.append(CubicSpline(np.log(size * steps), np.log(train_stable_steps(spectrum, 1.0, steps))))
    optima = []
    for smaller, larger in pairwise(curves):
        place = brentq(lambda c, one=smaller, two=larger: one(c) - two(c), larger.x[0], smaller.x[-1])
        optima.append((place, float(smaller(place))))
    (first, high), *_, (last, low) = optima
    found, lazy, rich = (high - low) / (last - first), 0.6 / 2.5, 2 * 0.6 / (1.5 * 1.4 + 2)
    assert abs(found / lazy - 1) < 0.005
    assert all(abs(found / (wrong * lazy) - 1) > 0.005 for wrong in (0.99, 1.01, rich / lazy))
