"""The compute optimum and crossovers: against minimisation over sizes, against their definitions, and by hand."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from exponents.errors import InputError, NotSolved
from verify.flow.curve import flow_curve, limit_curve
from verify.flow.noise import noisy_curve
from verify.flow.observables import observe
from verify.flow.solver import solve_flow
from verify.measurements.compute_budget import APART, Budgets
from verify.spectra.floor import mean_floor
from verify.spectra.random_features import mean_spectra

SIZES = np.array([30.0, 100.0, 300.0])


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "gamma", "temperature"), [("1/2", 0.0, 0.0), ("1/2", 1.0, 0.0), ("5/2", 0.0, 0.01)])
def test_the_optimum_is_the_minimum_over_sizes(beta, gamma, temperature):
    budgets = Budgets(3, beta, gamma, SIZES, temperature)
    found = budgets.optimum()
    assert found.compute == pytest.approx(found.model_size * found.time) and (found.model_size == SIZES).all()

    def log_loss(log_size, compute):
        target, trace = mean_spectra(3, beta, float(np.exp(log_size)))
        time = [compute * np.exp(-log_size)]
        if temperature:
            return float(np.log(noisy_curve(target, trace, gamma, temperature, time).loss[0]))
        return float(np.log(flow_curve(target, gamma, time).loss[0]))

    for compute, size, loss in zip(found.compute[1:2], found.model_size[1:2], found.loss[1:2], strict=True):
        near = np.log(size)
        best = minimize_scalar(log_loss, bounds=(near - 1, near + 1), args=(compute,), method="bounded")
        # ln L is a mean over sizes APART to both sides, and curves as (ln N)^2; so does what a difference misses
        assert best.fun == pytest.approx(np.log(loss), abs=APART**2)
        assert best.x == pytest.approx(near, abs=2 * APART**2)
        # control: a size that is off by a factor of two costs more than what is left open here
        assert min(log_loss(near + log2, compute) for log2 in (-0.7, 0.7)) > best.fun + 4 * APART**2


@pytest.mark.slow
def test_in_steps_the_optimum_is_the_minimum_over_sizes_at_the_same_product_with_the_clock():
    found = Budgets(3, "1/2", 1.0, SIZES).optimum(in_steps=True)
    compute, size, loss = (float(column[1]) for column in (found.compute, found.model_size, found.loss))

    def log_loss(log_size):
        target, _ = mean_spectra(3, "1/2", float(np.exp(log_size)))
        state = solve_flow(target, 1.0, 1e5, 1e-8).at_clock(np.array([compute * np.exp(-log_size)]))
        return float(np.log(observe(target, state)["loss"][0]))

    near = np.log(size)
    best = minimize_scalar(log_loss, bounds=(near - 1, near + 1), method="bounded")
    assert best.fun == pytest.approx(np.log(loss), abs=APART**2)
    assert best.x == pytest.approx(near, abs=2 * APART**2)
    in_time = Budgets(3, "1/2", 1.0, SIZES).optimum()
    assert found.compute[1] > in_time.compute[1] * 1.1  # control: another optimum


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "gamma"), [("1/2", 1.0), ("4/3", 0.0)])
def test_crossovers_are_where_losses_are_twice_another(beta, gamma):
    budgets = Budgets(3, beta, gamma, SIZES)
    for size, arrival, departure in zip(SIZES, budgets.arrivals(), budgets.departures(), strict=True):
        target, _ = mean_spectra(3, beta, size * np.exp(-APART))
        assert flow_curve(target, gamma, [arrival]).loss[0] == pytest.approx(2 * target.floor, rel=1e-6, abs=0)
        limit = limit_curve(3, beta, gamma, [departure])
        assert flow_curve(target, gamma, [departure]).loss[0] == pytest.approx(2 * limit.loss[0], rel=1e-5, abs=0)
        assert target.floor == pytest.approx(mean_floor(3, beta, size * np.exp(-APART)), rel=1e-12, abs=0)


def test_batches_move_the_optimum_but_no_crossover():
    with_batches, without = Budgets(3, "4/3", 0.0, SIZES, 0.1), Budgets(3, "4/3", 0.0, SIZES)
    assert with_batches.arrivals() == pytest.approx(without.arrivals(), rel=1e-9, abs=0)
    assert (with_batches.optimum().loss > without.optimum().loss).all()


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([100.0, 10.0], "rise"),
        ([1.0, 10.0], "2 or more"),
        ([], "rise"),
        ([float("nan")], "rise"),
        (["x"], "model sizes must"),
        ([[100.0, 1000.0]], "rise"),
        ([100.0, float("inf")], "finite"),
        ([100.0, 100.0], "rise"),
    ],
)
def test_sizes_that_are_none_are_refused(sizes, words):
    with pytest.raises(InputError, match=words):
        Budgets(3, "1/2", 0.0, sizes)


def test_a_limit_that_falls_slowly_is_watched_long_after_a_model_has_learned_all():
    """At beta = 1/10 it takes a factor of a thousand in time to halve the loss."""
    (departure,) = Budgets(5, "1/10", 0.0, [1e3]).departures()
    target, _ = mean_spectra(5, "1/10", 1e3 * np.exp(-APART))
    assert departure > 10 / target.eigenvalues[-1]
    assert limit_curve(5, "1/10", 0.0, [departure]).loss[0] == pytest.approx(target.floor / 2, rel=1e-5, abs=0)


def test_a_rich_model_may_have_learned_all_before_time_1():
    budgets = Budgets("3/2", "3/2", 1e6, [100.0])
    (arrival,), target = budgets.arrivals(), mean_spectra("3/2", "3/2", 100.0 * np.exp(-APART))[0]
    assert arrival < 0.1
    assert flow_curve(target, 1e6, [arrival]).loss[0] == pytest.approx(2 * target.floor, rel=1e-6, abs=0)
    assert budgets.departures()[0] < arrival


def test_a_large_beta_leaves_the_limit_within_double_precision():
    budgets = Budgets("3/2", 8, 0.0, [1e10])  # a larger model would not be
    (departure,) = budgets.departures()
    target, _ = mean_spectra("3/2", 8, 1e10 * np.exp(-APART))
    limit = limit_curve("3/2", 8, 0.0, [departure]).loss[0]
    assert target.lazy_loss(departure) == pytest.approx(2 * limit, rel=1e-5, abs=0)


def test_noise_that_feeds_on_itself_has_no_optimum():
    with pytest.raises(NotSolved, match="noise feeds on itself"):
        Budgets(3, "1/2", 0.0, [100.0], 5.0)  # half of the trace is 1/4
    with pytest.raises(InputError, match="eta/B must be"):
        Budgets(3, "1/2", 0.0, [100.0], -0.1)
    with pytest.raises(InputError, match="gamma must be"):
        Budgets(3, "1/2", float("nan"), [100.0])


def test_departures_beyond_double_precision_are_refused():
    with pytest.raises(InputError, match="for beta = 1/300 the limit falls so slowly"):
        Budgets(2, "1/300", 0.0, [100.0]).departures()


def test_a_size_that_is_never_the_best_is_said():
    """A slow spectrum, a simple target: at any time another feature would have been worth more."""
    with pytest.raises(NotSolved, match=r"N = 2 is the best size was not found from t = 0\.1 to"):
        Budgets("11/10", 8, 0.0, [2.0], 0.1).optimum()


def test_what_is_never_reached_is_said():
    with pytest.raises(NotSolved, match=r"arrived at its floor.*was not found"):
        Budgets(3, "1/20", 0.0, [2.0]).arrivals()  # its floor is most of the loss from the beginning
