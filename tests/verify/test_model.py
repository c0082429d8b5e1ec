"""What a model is: checked once, when it is made, in words of its arguments; and which methods know it."""

from fractions import Fraction
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest

from exponents.errors import InputError
from verify.model import Model, check_last_time, check_method

FILE = Path("spectrum.csv")


def test_a_model_keeps_exact_exponents_and_a_finite_richness():
    model = Model("3/2", 2, gamma=1, model_size=64)
    assert model.exponents == (Fraction(3, 2), Fraction(2)) and type(model.gamma) is float
    assert Model("1.5", "2", 1.0, model_size=64) == model
    assert hash(Model("1.5", 2, model_size=64)) == hash(model)


def test_samples_are_reused_unless_batches_use_each_once():
    alone, one_pass = Model(2, 1, samples=100), Model(2, 1, samples=100, batch_size=8)
    assert alone.reuses and alone.most_steps is None
    assert not one_pass.reuses and one_pass.most_steps == 12
    check_last_time(one_pass, Fraction(1, 10), 1.2)
    with pytest.raises(InputError, match=r"ends after 12 steps, at t = 1.2; got t = 1.3; .* leave `batch_size` out"):
        check_last_time(one_pass, Fraction(1, 10), 1.3)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "needs alpha and beta, or `file`; got neither"),
        ({"alpha": 2}, "got alpha alone"),
        ({"beta": 2}, "got beta alone"),
        ({"alpha": 1, "beta": 1}, "alpha must exceed 1"),
        ({"alpha": 2, "beta": 0}, "beta must be positive"),
        ({"alpha": float("inf"), "beta": 1}, "alpha must be a finite"),
        ({"alpha": 10**400, "beta": 1}, "double precision"),
        ({"alpha": 2, "beta": 1, "spectrum": "contnuum"}, "did you mean continuum"),
        ({"alpha": 2, "beta": 1, "modes": 5}, '`modes` goes with `spectrum="modes"`; got continuum'),
        ({"alpha": 2, "beta": 1, "spectrum": "modes", "modes": 1}, "the number of modes must be .* at least 2"),
        ({"alpha": 2, "beta": 1, "model_size": 1.5}, "the model size must be a whole number"),
        ({"alpha": 2, "beta": 1, "batch_size": 0}, "the batch size must be a whole number of at least 1"),
        ({"alpha": 2, "beta": 1, "samples": True}, "the number of samples must be a whole number"),
        ({"alpha": 2, "beta": 1, "spectrum": "modes", "modes": 9, "model_size": 9}, "smaller than the number of modes"),
        ({"alpha": 2, "beta": 1, "samples": 5, "batch_size": 10}, "at least a batch of samples"),
        ({"alpha": 2, "beta": 1, "readout_scale": -1}, "scale of the readout"),
        ({"alpha": 2, "beta": 1, "readout_scale": nan}, "scale of the readout"),
        ({"alpha": 2, "beta": 1, "readout_scale": 1, "samples": 9}, "new samples in every step"),
        ({"alpha": 2, "file": FILE}, "no alpha and beta"),
        ({"file": FILE, "modes": 9}, "got spectrum.csv"),
        ({"file": FILE, "model_size": 9}, "`model_size` cannot be combined with a spectrum file"),
        ({"file": FILE, "batch_size": 9}, "`batch_size` cannot be combined with a spectrum file"),
        ({"file": FILE, "samples": 9}, "`samples` cannot be combined with a spectrum file"),
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused_when_the_model_is_made(given, words):
    with pytest.raises(InputError, match=words):
        Model(**given)


@pytest.mark.parametrize("gamma", [-1, nan, inf, -inf, "one", None, True, 10**400])
def test_a_gamma_that_is_no_finite_number_of_at_least_0_is_refused(gamma):
    with pytest.raises(InputError, match="gamma must be a finite number of at least 0"):
        Model(2, 1, gamma)


MODES = {"alpha": 2, "beta": 1, "spectrum": "modes", "modes": 100}


@pytest.mark.parametrize(
    ("given", "method", "settings", "words"),
    [
        ({}, "twotime", {}, "did you mean two-time"),
        ({}, "flow", {"seeds": 4}, '`seeds` goes with `method="simulate"`; got flow'),
        ({}, "flow", {"learning_rate": 0.1}, "`learning_rate` goes with `batch_size`"),
        ({"batch_size": 4}, "flow", {}, "need a `learning_rate`"),
        ({}, "two-time", {}, "need a `learning_rate`"),
        ({"model_size": 8}, "simulate", {"learning_rate": 0.1}, 'goes with `spectrum="modes"`; got continuum'),
        (MODES, "simulate", {"learning_rate": 0.1}, "needs a `model_size`"),
        (MODES | {"modes": None, "model_size": 8}, "simulate", {"learning_rate": 0.1}, "needs a number of `modes`"),
        ({"samples": 9}, "flow", {"learning_rate": 0.1}, "gradient flow on all of them"),
        (MODES | {"samples": 9}, "flow", {}, 'take `method="two-time"` or simulate'),
        ({"readout_scale": 1}, "two-time", {"learning_rate": 0.1}, "no two-time equations"),
        ({"readout_scale": 1, "model_size": 8}, "flow", {}, "infinite width"),
    ],
    ids=str,
)
def test_a_method_refuses_systems_and_settings_that_it_does_not_know(given, method, settings, words):
    with pytest.raises(InputError, match=words):
        check_method(Model(**{"alpha": 2, "beta": 1} | given), method, **settings)


def test_sizes_are_whole_numbers_however_they_are_written():
    wanted = Model("3/2", "1/2", gamma=0.5, model_size=64, batch_size=10**9)
    for sixty_four in (np.int64(64), np.int32(64), "64", 64.0, Fraction(64)):
        found = Model(1.5, 0.5, gamma="1/2", model_size=sixty_four, batch_size="1e9")
        assert found == wanted and type(found.model_size) is int
    assert Model(1.5, 0.5, model_size=float("inf"), samples="inf") == Model(1.5, 0.5)
    for wrong in (64.5, "many", float("nan"), True, -1, np.float64(0.5), [64]):
        with pytest.raises(InputError, match=r"the model size must be a whole number of at least 1; got .*; try 64"):
            Model(1.5, 0.5, model_size=wrong)
