"""The level series as dynamics, against direct integrals and against its exponents."""

from math import log

import numpy as np
import pytest
from mpmath import exp, gammainc, mpf, quad, workdps
from scipy.special import gamma as complete
from scipy.special import gammainc as lower
from sympy import Rational

from exponents.errors import InputError
from exponents.model.level_series import level_series
from exponents.model.timescale import chi
from exponents.symbols import beta as source
from verify.flow import levels
from verify.flow.levels import level_curves
from verify.measurements.slopes import extrapolate


def lazy_correlation(alpha, beta, t):
    """int_1^inf k^{-alpha beta - 1} exp(-k^-alpha t) dk."""
    return gammainc(beta, 0, t) / alpha / t**beta


def test_level_0_is_the_lazy_correlation_and_level_1_a_double_integral():
    alpha, beta, gamma = mpf(3) / 2, mpf(1) / 2, mpf(2)
    zero, one = level_curves("3/2", "1/2", 2.0, 1e6, 1)
    for at in (150, 190, 230):
        t = float(zero.time[at])
        with workdps(20):
            assert zero.correlation[at] == pytest.approx(float(lazy_correlation(alpha, beta, t)), rel=1e-9)
            # int_0^t (t - s) B(s) ds, once integrated by parts
            double = quad(
                lambda x, t=t: exp(2 * x) * (t / exp(x) - 1) * lazy_correlation(alpha, beta, exp(x)),
                [-25, -5, 0, 2, log(t) - 2, log(t)],
            )
            clock = float(t + gamma * double)
        assert one.clock[at] == pytest.approx(clock, rel=1e-8)  # the panels' rule
        assert one.correlation[at] == pytest.approx(float(lazy_correlation(alpha, beta, clock)), rel=1e-8)


@pytest.fixture(scope="module", params=["1/10", "1/2", "7/10"])
def measured(request):
    found = level_curves("3/2", request.param, 1.0, 1e60, 8)
    limits = []
    for level in found:
        late = np.flatnonzero(level.time > 1e3)[::8]
        noise = level.slope_error[late]
        limits.append(extrapolate(level.time[late], -level.slope[late], noise).widen(float(noise.max())))
    return Rational(request.param), limits


def test_each_level_has_its_exponent(measured):
    at, limits = measured
    for number, limit in enumerate(limits):
        value = float(level_series().level(number).subs(source, at))
        assert limit.covers(value) and limit.error < 0.005 * value  # half of what the control shifts by
        assert not limit.covers(1.01 * value)


def test_measured_levels_alternate_around_the_limit(measured):
    at, limits = measured
    limit = float(chi().subs(source, at))
    for number in range(7):  # beyond, levels at beta = 1/10 lie closer than their errors
        one, other = limits[number], limits[number + 1]
        if min(abs(one.value - limit), abs(other.value - limit)) > max(one.error, other.error):
            assert (one.value - limit) * (other.value - limit) < 0
    assert (limits[0].value - limit) * (limits[1].value - limit) < 0


def test_levels_above_beta_1_all_fall_as_the_lazy_one():
    for level in level_curves("3/2", "7/5", 1.0, 1e40, 3):
        assert -level.slope[-1] == pytest.approx(1.4, abs=1e-3)


def test_the_stated_error_bounds_the_true_one(monkeypatch):
    found = level_curves("2", "1/2", 0.5, 1e20, 3)
    monkeypatch.setattr(levels, "NODES", (16, 10))
    finer = level_curves("2", "1/2", 0.5, 1e20, 3)
    for one, other in zip(found, finer, strict=True):
        reference = np.interp(np.log(one.time), np.log(other.time), other.correlation * other.time**0.5)
        inside = one.time > 1e3
        apart = np.abs(one.correlation * one.time**0.5 - reference)[inside] / reference[inside]
        assert apart.max() < 1e-3  # linear interpolation of the reference
        ends = [-1]
        assert np.abs(one.slope[ends] - other.slope[ends]).max() < one.slope_error.max() + 1e-6


def test_control_another_kernel_growth_is_another_level():
    whole, half = (level_curves("3/2", "1/2", gamma, 1e6, 1)[1] for gamma in (2.0, 1.0))
    assert abs(whole.correlation[-1] / half.correlation[-1] - 1) > 0.1


@pytest.mark.parametrize(
    ("gamma", "horizon", "number", "words"),
    [
        (0.0, 1e6, 2, "gamma above 0"),
        (-1.0, 1e6, 2, "gamma above 0"),
        (float("nan"), 1e6, 2, "gamma above 0"),
        (1.0, 1.0, 2, "above 1"),
        (1.0, float("inf"), 2, "above 1"),
        (1.0, 1e6, -1, "number of levels"),
        (1.0, 1e6, True, "number of levels"),
        (1.0, 1e280, 1, "less time"),
    ],
)
def test_bad_input_is_refused(gamma, horizon, number, words):
    with pytest.raises(InputError, match=words):
        level_curves("3/2", "1/2", gamma, horizon, number)


@pytest.mark.parametrize("beta", [0.1, 0.5, 1.0, 1.75])
def test_level_0_is_the_lazy_correlation_at_all_times(beta):
    (zero,) = level_curves("3/2", str(beta), 1.0, 1e40, 0)
    t = zero.time
    exact = complete(beta) * lower(beta, t) / (1.5 * t**beta)
    assert np.array_equal(zero.clock, t) and np.abs(zero.correlation / exact - 1).max() < 1e-8  # the modes' rule
    # d ln B/d ln t = -beta + t^beta e^-t/int_0^t x^(beta - 1) e^-x dx
    slope = -beta + t**beta * np.exp(-t) / (complete(beta) * lower(beta, t))
    assert np.abs(zero.slope - slope).max() < 1e-7  # the rule's error oscillates in ln t: a slope has ten times more


@pytest.mark.parametrize("gamma", [0.05, 2.0, 300.0])
def test_level_1_has_the_slope_of_direct_integrals(gamma):
    alpha, beta = 1.5, 0.5
    one = level_curves("3/2", "1/2", gamma, 1e9, 1)[1]
    for at in range(5, len(one.time), 60):
        t = float(one.time[at])
        with workdps(20):
            # int_0^t B = (1/alpha) int mu^(beta - 2) (1 - e^(-mu t)) dmu, in ln mu
            area = quad(lambda u, t=t: exp(-(beta - 1) * u) * (1 - exp(-exp(-u) * t)), range(0, 120, 5)) / alpha
            kernel = 1 + gamma * float(area)
        clock = float(one.clock[at])
        fall = -beta + clock**beta * np.exp(-clock) / (complete(beta) * lower(beta, clock))
        assert one.slope[at] == pytest.approx(t * kernel / clock * fall, rel=1e-7, abs=1e-14)  # both rules


@pytest.mark.parametrize("beta", ["1/10", "1/2", "7/10"])
def test_levels_of_all_integers_have_the_exponents_of_the_continuum(beta):
    for level in level_curves("3/2", beta, 1.0, 1e60, 4, "modes"):
        value = float(level_series().level(level.number).subs(source, Rational(beta)))
        assert -level.slope[-1] == pytest.approx(value, abs=1e-4)  # corrections are t^(beta - 1) at the slowest


def test_the_stated_error_of_a_slope_includes_the_rule_of_the_modes():
    (zero,) = level_curves("3/2", "1/2", 1.0, 1e40, 0)
    late = zero.time > 1e3  # where the slope is -1/2 to rounding
    assert np.all(np.abs(zero.slope + 0.5)[late] <= zero.slope_error[late] + 1e-13)


@pytest.mark.parametrize(("gamma", "horizon"), [(1.0, 1e144), (1e200, 1e10)])
def test_a_clock_beyond_double_precision_gives_no_slope(gamma, horizon):
    try:
        found = level_curves("3/2", "1/2", gamma, horizon, 1)
    except InputError:
        return
    assert found[1].slope[-1] == pytest.approx(-0.75, abs=1e-3)


@pytest.mark.parametrize(("alpha", "beta"), [(1, 1), (2, 0), (2, "-1/2"), (float("nan"), 1), ("x", 1)])
def test_exponents_that_are_none_are_refused(alpha, beta):
    with pytest.raises(InputError):
        level_curves(alpha, beta, 1.0, 1e6, 1)
