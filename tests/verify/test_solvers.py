"""One dispatcher for all systems: it returns what each solver returns, at the times that were asked for."""

from fractions import Fraction
from math import inf

import numpy as np
import pytest

from exponents.errors import InputError
from verify import Model, loss_curve
from verify.flow.curve import flow_curve, limit_curve
from verify.linear.infinite_width import linear_curve, linear_limit_curve
from verify.reuse.mean_loss import mean_reuse, reuse_curve
from verify.solvers import SOLVERS, estimate_seconds
from verify.spectra.random_features import mean_spectra
from verify.spectra.spectrum_file import read_spectrum
from verify.training.linear_ensemble import train_linear_ensemble

LAW = ("3/2", "1/2")
TIMES = [1.0, 4.0]
MODES = {"spectrum": "modes", "modes": 40}
SYSTEMS = {
    "online": (Model(*LAW), Model(*LAW, **MODES, model_size=8, batch_size=4)),
    "reuse": (Model(*LAW, samples=20), Model(*LAW, **MODES, samples=20)),
    "linear": (Model(*LAW, readout_scale=1.0), Model(*LAW, **MODES, model_size=8, readout_scale=1.0)),
}


@pytest.mark.parametrize(("system", "method"), SOLVERS, ids=" ".join)
def test_every_solver_returns_a_curve_at_the_times_that_were_asked_for(system, method):
    model = SYSTEMS[system][method != "flow"]
    steps = {} if system == "reuse" or method == "flow" else {"learning_rate": 0.1}
    seeds = {"seeds": 2} if method == "simulate" else {}
    curve = loss_curve(model, TIMES, method, **steps, **seeds)
    assert curve.time == pytest.approx(TIMES, rel=1e-15) and curve.start > curve.loss[0] > curve.loss[1]
    assert (curve.error > 0).all() and len(curve.status.seeds) == (2 if seeds else 0)
    assert {values.shape[-1] for values in curve.observed.values()} == {2} and curve.kernel[1] > 1
    assert ("train_loss" in curve.observed) == (system == "reuse")
    assert estimate_seconds(model, TIMES, method, **steps, **seeds) < 60


def test_the_flow_is_that_of_the_solver(tmp_path):
    path = tmp_path / "spectrum.csv"
    path.write_text("1,1\n0.5,0.3\n0.1,0.2\n")
    measure = read_spectrum(path).compress()
    for model, due in (
        (Model(*LAW, 2.0), limit_curve(*LAW, 2.0, TIMES)),
        (Model(*LAW, model_size=8), flow_curve(mean_spectra(*LAW, 8).target, 1.0, TIMES)),
        (Model(gamma=2.0, file=path), flow_curve(measure, 2.0, TIMES)),
        (Model(*LAW, samples=9), reuse_curve(mean_reuse(*LAW, inf, 9), 1.0, TIMES)),
        (Model(*LAW, 2.0, readout_scale=0.5), linear_limit_curve(*LAW, 2.0, TIMES, 0.5)),
        (Model(gamma=2.0, file=path, readout_scale=0.5), linear_curve(measure, 2.0, TIMES, 0.5)),
    ):
        assert loss_curve(model, TIMES).loss.tolist() == due.loss.tolist()


def test_a_linear_network_is_trained_as_its_own_solver_does():
    model = Model(*LAW, **MODES, model_size=8, batch_size=4, readout_scale=0.5)
    curve = loss_curve(model, TIMES, "simulate", learning_rate="1/10", seeds=3)
    due = train_linear_ensemble(*LAW, 1.0, 8, 4, 40, 0.1, 40, range(3), 0.5, record=[10, 40])
    assert curve.loss.tolist() == due.loss.tolist() and curve.error.tolist() == due.error.tolist()


def test_times_are_whole_numbers_of_steps_and_a_float_is_the_decimal_that_it_prints():
    model = Model(*LAW)
    exact, rounded = (
        loss_curve(model, times, "two-time", learning_rate=rate)
        for times, rate in (([Fraction(3, 10), 1], "1/10"), ([0.1 + 0.2, 1.0], 0.1))
    )
    assert exact.time.tolist() == rounded.time.tolist() == [0.3, 1.0]
    assert exact.loss.tolist() == rounded.loss.tolist()
    with pytest.raises(InputError, match=r"got t = 0\.25; try 0\.2 or 0\.3, or another `learning_rate`"):
        loss_curve(model, [0.25], "two-time", learning_rate=0.1)


@pytest.mark.parametrize(
    ("times", "method", "settings", "words"),
    [
        ([2, 1], "flow", {}, "times must rise"),
        ([], "flow", {}, "at least one"),
        (None, "flow", {}, "times must be"),
        ([10**400], "flow", {}, "times must be numbers"),
        ([1], "two-time", {"learning_rate": 0}, "learning rate must be positive"),
        ([1], "two-time", {"learning_rate": float("nan")}, "learning rate must be a finite"),
        ([1], "two-time", {}, "need a `learning_rate`"),
        ([1e40], "two-time", {"learning_rate": 0.1}, r"more than 1e\+15 steps"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused_once_at_the_entry(times, method, settings, words):
    for entry in (loss_curve, estimate_seconds):
        with pytest.raises(InputError, match=words):
            entry(Model(*LAW), times, method, **settings)


def test_one_pass_ends_with_its_samples():
    model = Model(*LAW, samples=40, batch_size=2)
    assert loss_curve(model, [2.0], learning_rate=0.1).variance[0] > 0
    with pytest.raises(InputError, match="ends after 20 steps"):
        loss_curve(model, [2.1], learning_rate=0.1)


def test_the_time_that_training_takes_grows_with_what_is_asked():
    model = Model(*LAW, **MODES, model_size=8, batch_size=4)
    short, long = (estimate_seconds(model, [t], "simulate", 0.1, 3) for t in (10, 1000))
    assert 50 * short < long < 100 * short + 1
    assert np.isclose(estimate_seconds(model, [400], "two-time", 0.1), 192)
    assert estimate_seconds(Model(*LAW), [400], "two-time", 0.1) == 0
