"""The compute optimum and crossovers: against minimisation over sizes, against their definitions, and by hand."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from exponents.errors import InputError, NotSolved
from verify.compute_budget import APART, Budgets
from verify.continuum_model import bottleneck, mean_spectra
from verify.flow import curve, limit_curve
from verify.noise import noisy_curve

SIZES = np.array([30.0, 100.0, 300.0])


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
        return float(np.log(curve(target, gamma, time).loss[0]))

    for compute, size, loss in zip(found.compute[1:], found.model_size[1:], found.loss[1:], strict=True):
        near = np.log(size)
        best = minimize_scalar(log_loss, bounds=(near - 1, near + 1), args=(compute,), method="bounded")
        # the loss is flat there: ln L is known to APART^2 from both sides, and so is the best size
        assert best.fun == pytest.approx(np.log(loss), abs=3 * APART**2)
        assert best.x == pytest.approx(near, abs=0.05)
        # control: a size that is off by a factor of two costs more than what is left open here
        assert min(log_loss(near + log2, compute) for log2 in (-0.7, 0.7)) > best.fun + 3 * APART**2


@pytest.mark.parametrize(("beta", "gamma"), [("1/2", 1.0), ("4/3", 0.0)])
def test_crossovers_are_where_losses_are_twice_another(beta, gamma):
    budgets = Budgets(3, beta, gamma, SIZES)
    for size, arrival, departure in zip(SIZES, budgets.arrivals(), budgets.departures(), strict=True):
        target, _ = mean_spectra(3, beta, size * np.exp(-APART))
        assert curve(target, gamma, [arrival]).loss[0] == pytest.approx(2 * target.floor, rel=1e-6)
        limit = limit_curve(3, beta, gamma, [departure])
        assert curve(target, gamma, [departure]).loss[0] == pytest.approx(2 * limit.loss[0], rel=1e-5)
        assert target.floor == pytest.approx(bottleneck(3, beta, size * np.exp(-APART)), rel=1e-12)


def test_batches_move_the_optimum_but_no_crossover():
    with_batches, without = Budgets(3, "4/3", 0.0, SIZES, 0.1), Budgets(3, "4/3", 0.0, SIZES)
    assert with_batches.arrivals() == pytest.approx(without.arrivals(), rel=1e-9)
    assert (with_batches.optimum().loss > without.optimum().loss).all()


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ([100.0, 10.0], "rise"),
        ([1.0, 10.0], "2 or more"),
        ([], "rise"),
        ([float("nan")], "rise"),
        (["x"], "model sizes must"),
    ],
)
def test_sizes_that_are_none_are_refused(sizes, words):
    with pytest.raises(InputError, match=words):
        Budgets(3, "1/2", 0.0, sizes)


def test_what_is_never_reached_is_said():
    with pytest.raises(NotSolved, match=r"arrived at its floor.*was not found"):
        Budgets(3, "1/20", 0.0, [2.0]).arrivals()  # its floor is most of the loss from the beginning
