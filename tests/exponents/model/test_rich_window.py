"""The window of a fixed learning rate, against the flow and against measured optima."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest

from exponents.asymptotics.evaluation import evaluate
from exponents.errors import InputError
from exponents.model.amplitudes import amplitude, kernel_amplitude
from exponents.model.bottleneck import bottleneck_sum, modes_resolved
from exponents.model.rich_window import rich_window
from exponents.names import VERSIONS
from verify.flow.curve import limit_curve
from verify.measurements.compute_budget import Budgets
from verify.reuse.mean_loss import mean_reuse
from verify.spectra.floor import mean_floor

HALF, ONE = Fraction(1, 2), Fraction(1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("alpha", "beta", "gamma"), [("3/2", "1/2", "1"), ("3", "3/10", "25"), ("2", "7/10", "1")], ids=str
)
def test_at_its_end_the_flow_s_kernel_reaches_the_bound(alpha, beta, gamma):
    """The next power of the clock is below 1e-4 at this rate; a time 1 % later is seen."""
    rate = Fraction(1, 10**4)
    last = rich_window(*map(Fraction, (alpha, beta, gamma)), rate).last
    time = np.array([1.0, 1.01]) * float(last.time)
    there, later = limit_curve(alpha, beta, float(gamma), time).kernel * float(rate) / 2
    assert abs(there - 1) < 1e-4 < abs(later - 1)
    assert last.steps == pytest.approx(float(last.time / rate.numerator * rate.denominator))


@pytest.mark.slow
def test_inside_it_the_local_exponent_is_nearer_to_the_rich_one_and_before_it_to_the_lazy_one():
    window = rich_window(Fraction(3, 2), HALF, Fraction(1, 1000), Fraction(1, 100))
    first, last = float(window.first.time), float(window.last.time)
    slopes = -limit_curve("3/2", "1/2", 1e-3, [first / 30, first * 30, last]).loss_slope
    middle = (1 / 2 + 2 / 3) / 2
    assert slopes[0] < middle < slopes[1] and abs(slopes[2] - 2 / 3) < 1e-3


@pytest.mark.slow
def test_its_compute_is_that_of_a_measured_optimum_up_to_a_factor_of_order_one():
    """The optimum weighs the transient of finite models too, which falls alike."""
    found = Budgets(3, "1/2", 1.0, [1e4]).optimum()
    size, time = float(found.model_size[0]), float(found.time[0])
    for version in VERSIONS:
        last = rich_window(Fraction(3), HALF, ONE, Fraction(1, 10**6), version).last
        # along the best split N grows as t^(x_N/x_t) = t^(4/9)
        assert 1 / 2 < float(last.model_size) * (time / float(last.time)) ** (4 / 9) / size < 2
        assert last.compute == pytest.approx(float(last.model_size * last.time))
        assert last.full_batch_compute == pytest.approx(float(last.compute * last.samples))


def test_from_beta_1_on_and_where_steps_are_too_large_there_is_none():
    none = [rich_window(Fraction(3, 2), beta, ONE, HALF) for beta in (ONE, Fraction(2))]
    none.append(rich_window(Fraction(3, 2), Fraction(1, 10), Fraction(100), ONE))
    assert all(window.first is window.last is None for window in none)
    # kappa (kappa - 1) = gamma |w*|^2 = 1/(alpha (beta - 1)) = 2/3
    assert none[1].kernel_limit * (none[1].kernel_limit - 1) == pytest.approx(2 / 3)
    assert none[0].kernel_limit is none[2].kernel_limit is None


def test_the_ends_are_where_the_leading_laws_say():
    """At beta = 1/2 kappa ~ K t^{1/3} and tau ~ (3 K/4) t^{4/3}: both have passed 1, and kappa reaches 2/eta."""
    rate = Fraction(1, 10**4)
    for gamma, version in ((Fraction(1, 100), "published"), (ONE, "derived")):  # kernel or clock is the later one
        window = rich_window(Fraction(2), HALF, gamma, rate, version)
        assert (window.learning_rate, window.gamma, window.kernel_limit) == (rate, gamma, None)
        kernel = float(evaluate(kernel_amplitude(), 2, HALF, gamma))
        ends = (kernel**-3, (kernel * 3 / 4) ** (-3 / 4))
        assert float(window.first.time) == pytest.approx(max(ends)) and (ends[0] > ends[1]) == (gamma < 1)
        assert float(window.last.time) == pytest.approx((2 / (1e-4 * kernel)) ** 3)
        # the slopes of A t^{-2/3} and F/N in ln t and ln N are equal: N = 3 F/(2 A) t^{2/3}
        flow = float(evaluate(amplitude(), 2, HALF, gamma)) * float(window.last.time) ** (-2 / 3)
        floor = float(evaluate(bottleneck_sum(version).amplitude * modes_resolved().amplitude, 2, HALF, gamma))
        assert float(window.last.model_size) == pytest.approx(3 * floor / (2 * flow))
        for end in (window.first, window.last):
            assert float(end.steps) == pytest.approx(float(end.time) * 1e4)
            assert float(end.compute) == pytest.approx(float(end.model_size * end.time))
            assert float(end.full_batch_compute) == pytest.approx(float(end.compute * end.samples))


@pytest.mark.parametrize("rate", [Fraction(0), Fraction(-1), Fraction(2)])
def test_a_learning_rate_without_stable_first_steps_is_refused(rate):
    with pytest.raises(InputError, match="between 0 and 2"):
        rich_window(Fraction(3, 2), HALF, ONE, rate)


def test_model_and_samples_balance_the_flow_where_their_floors_come_from_other_solvers():
    """The minimum of A/t^chi + F(N) + G(P) at fixed N t P: equal slopes in ln t, ln N and ln P."""
    alpha, beta = Fraction(3), HALF
    last = rich_window(alpha, beta, ONE, Fraction(1, 10**4), "derived").last
    time, size, samples = (float(value) for value in (last.time, last.model_size, last.samples))
    slopes = [2 / 3 * limit_curve(3, "1/2", 1.0, [time]).loss[0]]
    slopes.append(3 / 2 * mean_floor(3, "1/2", size))
    slopes.append(3 / 2 * mean_reuse(3, "1/2", inf, samples).unseen)
    assert max(slopes) < 1.001 * min(slopes)  # the next powers of N, P and t; 1 % in N or P would be seen
