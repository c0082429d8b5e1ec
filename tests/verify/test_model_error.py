"""The model error: means over models lie within it, without it they do not, and it is no guess on the safe side."""

from math import inf

import numpy as np
import pytest

from exponents.names import FLOW, SIMULATE, TWO_TIME
from verify import Model, loss_curve
from verify.model_error import estimate_model_error

MODES, SEEDS = 60, 600
SETTINGS = {
    "N": ({"alpha": 2, "beta": "5/2", "gamma": 1.0, "model_size": 4}, (2, 40), "1/10"),
    "N, B": ({"alpha": "3/2", "beta": "1/2", "gamma": 2.0, "model_size": 8, "batch_size": 6}, (1, 4), "1/10"),
    "B, lazy": ({"alpha": 2, "beta": 1, "gamma": 0.0, "model_size": 6, "batch_size": 3}, (1, 16), "1/5"),
    "N, P": ({"alpha": 2, "beta": 1, "gamma": 0.0, "model_size": 6, "samples": 11}, (1, 1000), None),
    "P": ({"alpha": "5/2", "beta": "3/2", "gamma": 0.0, "samples": 6}, (1, 100), None),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SETTINGS)
def test_the_mean_over_models_lies_within_the_model_error_and_not_without_it(name):
    options, times, rate = SETTINGS[name]
    model = Model(spectrum="modes", modes=MODES, **options)
    field = loss_curve(model, times, TWO_TIME, rate)
    mean = loss_curve(model, times, SIMULATE, rate, SEEDS)
    apart = np.abs(mean.loss - field.loss)
    assert np.all(apart <= field.error + field.model_error + 3 * mean.error)
    assert np.any(apart > field.error + 3 * mean.error)  # control: a model error of zero
    assert np.all(field.model_error <= 10 * np.maximum(apart, mean.error))


@pytest.mark.parametrize("method", [FLOW, TWO_TIME])
def test_it_falls_as_one_over_the_size_and_is_none_in_the_limit(method):
    rate = "1/10" if method == TWO_TIME else None
    small, large = (loss_curve(Model("3/2", "1/2", model_size=n), [1, 10], method, rate).model_error for n in (64, 256))
    assert np.all((small / large > 3) & (small / large < 6))  # the share of modes that are learned changes too
    assert "model" not in loss_curve(Model("3/2", "1/2"), [1, 10], method, rate).errors


def test_it_is_zero_at_the_start_and_infinite_where_one_sample_fewer_leaves_no_loss():
    model = Model("3/2", "1/2", model_size=64, samples=65)
    late = loss_curve(model, [0, 1, 1e15]).model_error
    assert late[0] == pytest.approx(0, abs=1e-9) and 0 < late[1] < 0.1 and late[2] == inf
    lazy = loss_curve(Model("3/2", "1/2", 0.0, batch_size=8), [1], TWO_TIME, "1/10")
    assert "model" not in lazy.errors  # exact in B
    assert estimate_model_error(Model("3/2", "1/2", batch_size=8), TWO_TIME, loss_curve(model, [0]), 0.1) == [0]


def test_sizes_beyond_any_number_leave_nothing_out():
    for options in ({"model_size": 10**12}, {"samples": 10**12}):
        found = loss_curve(Model("3/2", "1/2", **options), [1, 100])
        assert np.all(found.model_error <= 1e-6 * found.loss)  # the tolerance of the flows whose difference is taken


def test_it_is_no_smaller_than_a_first_order_that_is_known():
    near = loss_curve(Model("3/2", "1/2", 0.0, model_size=64, batch_size=1), [6.4, 64], TWO_TIME, "0.64")
    assert np.all(near.model_error == np.abs(near.between_models))  # the largest stable rate is 0.71
    assert near.model_error[1] > 0.3 * near.loss[1]
    flow = loss_curve(Model("3/2", "1/2", 0.0, batch_size=1), [1], learning_rate="1/10")
    assert flow.model_error >= np.abs(flow.left_out) > 0.003
