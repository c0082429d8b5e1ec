"""Figures of the paper: what is drawn is what is derived and measured, in its place, and the same every time."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import matplotlib.figure
import numpy as np
import pytest
from figure_readers import (
    MAGIC,
    assert_same_bits_again,
    at,
    clashes,
    draw,
    error_bars,
    line,
    made_small,
    slope,
    use_data,
    words,
)
from hypothesis import given
from hypothesis import strategies as st

from exponents.asymptotics.evaluation import evaluate
from exponents.errors import InputError, NotSolved
from exponents.model.amplitudes import amplitude
from exponents.names import CHOICES, CURVES, PHASES, PICTURES
from verify.curves import Status
from verify.flow import curve as flow
from verify.measurements.compute_budget import Budgets
from verify.measurements.points import SOURCES, read_point
from verify.measurements.slopes import Limit
from verify.plots import plot_figure, save_picture
from verify.plots.figures import (
    FIGURES,
    chart,
    fig1a_time_exponent,
    fig2ab_richness,
    fig2cd_model_sizes,
    fig3_batch_sizes,
    fig4_compute_optimum,
    fig10_levels,
    power_laws,
    trained_points,
)
from verify.plots.figures.axes import FAR, Scale, fit_linear_scale, fit_log_scale
from verify.plots.figures.chart import APART, make_gradient, move_apart, set_up
from verify.plots.figures.measured_points import Measured, format_error, measure_exponents
from verify.plots.figures.page import Choice, Figure, draw_page
from verify.plots.style import BLUE
from verify.spectra.floor import mean_floor
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.random_features import mean_spectra
from verify.two_time import online as two_time_sgd

pytestmark = pytest.mark.slow  # each figure trains models or draws for seconds

LOSSES = {"fig2a": ("6/5", "6/5", "6/5"), "fig2b": ("2/5", "2/5", "4/7")}
"""beta, and the exponents lazy and rich by hand: 2 (2/5)/(1 + 2/5) = 4/7."""

GAMMAS = Fraction(0), Fraction(1, 2), Fraction(2)
"""Of the curves that are drawn here: the lazy one, one between, and the richest of the paper."""

FINITE = {"fig2c": ("6/5", "6/5", "3/2", "9/5"), "fig2d": ("2/5", "4/7", "3/5", "3/5")}
"""beta, and by hand the exponents in t of the limit, and in N of the floor: alpha min(1, beta), and alpha min(2, beta)
as published, for alpha = 3/2."""

MODES = fig4_compute_optimum.MODES
"""Of the figure itself."""

NAMES = ("fig1a", "fig2a", "fig2b", "fig2c", "fig2d", "fig3", "fig4", "fig10")

SMALL = {
    fig2cd_model_sizes: {"SIMULATED": (16, 64), "SEEDS": 8, "POINTS": (2.0, 6.0, 20.0)},
    fig3_batch_sizes: {
        "STEPS": 256,
        "SIZE": 128,
        "SEEDS": 8,
        "LARGE": 2**13,
        "POINTS": tuple(np.geomspace(2, 15, 9)),
        "HARD_GUIDE": np.array([2.0, 5.0, 12.0]),
    },
    fig4_compute_optimum: {
        "SIZES": tuple(2**power for power in range(3, 11)),
        "TIMES": np.geomspace(0.5, 1.25e5, 65),
        "MODES": 2**16,
        "COMPUTE": (10.0, 1e6),
        "GUIDE": np.array([2e3, 2e4, 2e5]),
        "SEEDS": 8,
        "POINTS": (2.0, 6.0, 20.0),
    },
}
"""The figures with trained models, smaller: they are drawn in seconds."""


@pytest.fixture(scope="module", autouse=True)
def small():
    with made_small(SMALL):
        yield


@pytest.fixture(scope="module")
def data(small):
    """What each figure shows, with fewer points than it has, or made-up ones that stand off the curve."""
    made_up = {"3/10": (0.5, 2e-4), "1": (1.001, 3.4e-3), "3/2": (1.45, 0.06)}
    points = tuple(
        Measured(read_point("3/2", beta, 1), (Limit(value, error, (1e3, 1e9), 0.5, False),))
        for beta, (value, error) in made_up.items()
    )
    levels = measure_exponents(
        ["1/2", "11/10"], [f"levels: level {number}" for number in range(fig10_levels.LEVELS + 1)]
    )
    made = {"fig1a": points, "fig10": levels}
    few = {name: FIGURES[name].choose(Choice(gamma=GAMMAS)) for name in LOSSES}
    return {name: made[name] if name in made else FIGURES[name].compute(map, few.get(name)) for name in NAMES}


@pytest.fixture(scope="module")
def figures(data):
    return draw(data)


@pytest.fixture
def known(data, monkeypatch):
    """Nothing is computed again."""
    use_data(monkeypatch, data)


def test_every_figure_has_a_name_and_a_picture_of_its_own():
    assert (PHASES, CURVES, *FIGURES) == tuple(PICTURES)
    assert {name: own.accepts for name, own in FIGURES.items()} == {name: CHOICES.get(name, ()) for name in FIGURES}
    assert all(figure.name == name and figure.source for name, figure in FIGURES.items())


@pytest.mark.parametrize(("beta", "rich"), [(0.5, 2 / 3), (0.25, 0.4), (1.0, 1.0), (1.8, 1.8)])
def test_fig1a_passes_through_exact_exponents(figures, beta, rich):
    assert at(line(figures["fig1a"], "rich"), beta) == pytest.approx(rich, rel=1e-14)
    assert at(line(figures["fig1a"], "lazy"), beta) == pytest.approx(beta, rel=1e-14)


def test_fig1a_shows_what_was_measured_and_says_how_well(figures, data):
    limits = [one.limits[0] for one in data["fig1a"]]
    x, y = line(figures["fig1a"], "measured")
    assert x.tolist() == [0.3, 1.0, 1.5] and y.tolist() == [0.5, 1.001, 1.45]
    assert error_bars(figures["fig1a"], 0)[0] == pytest.approx([limit.error for limit in limits], rel=1e-6)
    said = words(figures["fig1a"])
    assert r"error $\leq 6.0 \times 10^{-2}$" in said and r"on $\beta = 1$:  $3.4 \times 10^{-3}$" in said


def test_fig1a_measures_the_time_exponent_where_claims_are_tested(monkeypatch):
    asked = []
    monkeypatch.setattr(fig1a_time_exponent, "measure_exponents", lambda *arguments: asked.append(arguments))
    fig1a_time_exponent.FIG1A.compute(map)
    sources = tuple(map(Fraction, SOURCES))
    assert asked == [(sources, ["chi: time exponent"], map, Fraction(3, 2), Fraction(1))]
    fig1a_time_exponent.FIG1A.compute(map, fig1a_time_exponent.FIG1A.choose(Choice(Fraction(2), (Fraction(1, 3),))))
    assert asked[1] == ((Fraction(1, 3),), ["chi: time exponent"], map, Fraction(2), Fraction(1))
    (found,) = measure_exponents(["9/5"], ["chi: time exponent"])
    assert found.at == read_point("3/2", "9/5", 1) and found.limits[0].covers(1.8)


def test_fig1a_says_that_a_logarithm_comes_in(figures):
    assert r"logarithm:  $t^{-1} (\ln t)^{-1/2}$" in words(figures["fig1a"])


@pytest.mark.parametrize("name", LOSSES)
def test_fig2_shows_the_flow_and_its_lazy_limit_by_another_route(name, figures, data):
    beta = Fraction(LOSSES[name][0])
    for gamma, curve in zip(GAMMAS, data[name].curves, strict=True):
        assert (line(figures[name], f"gamma {gamma}")[1] == curve.loss).all()
        assert (line(figures[name], f"gamma {gamma}", 2)[1] == -curve.loss_slope).all()
    t, lazy = line(figures[name], "gamma 0")
    assert t[0] == 1 and t[-1] == pytest.approx(1e12)
    assert lazy == pytest.approx(
        power_law_spectrum(fig2ab_richness.ALPHA, beta, 2e12).lazy_loss(t), rel=1e-6
    )  # that of the flow


@pytest.mark.parametrize("name", LOSSES)
def test_fig2_guides_have_the_predicted_slopes_and_keep_off_the_curves(name, figures):
    _, lazy, rich = (float(Fraction(text)) for text in LOSSES[name])
    for side, power, beside in (("lazy", lazy, "gamma 0"), ("rich", rich, "gamma 2")):
        t, value = line(figures[name], f"{side} slope")
        assert np.diff(np.log(value)) / np.diff(np.log(t)) == pytest.approx(-power, rel=1e-12)
        ratio = np.array([at((t, value), when) / at(line(figures[name], beside), when) for when in t])
        assert (ratio > 3 if side == "lazy" else ratio < 1 / 3).all()
    assert np.allclose(np.log(line(figures[name], "limit " + LOSSES[name][2], 2)[1]), np.log(rich), rtol=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_fig2_curves_reach_the_derived_law(name, figures):
    beta, _, power = LOSSES[name]
    t, law = line(figures[name], "law")
    constant = float(evaluate(amplitude(), fig2ab_richness.ALPHA, beta, 2))
    assert law * t ** float(Fraction(power)) == pytest.approx(constant, rel=1e-12)
    for gamma in GAMMAS[1:]:
        constant = float(evaluate(amplitude(), fig2ab_richness.ALPHA, beta, gamma))
        assert line(figures[name], f"constant {gamma}", 1)[1] == pytest.approx([constant] * 2, rel=1e-12)
        reached = line(figures[name], f"gamma {gamma}", 1)[1][-1]
        assert reached == pytest.approx(constant, rel=5e-3)  # corrections fall as t^-0.2, 4e-3 at the end, for 6/5
        assert abs(reached / constant - 1) < abs(line(figures[name], f"gamma {gamma}", 1)[1][72] / constant - 1)


def deviations(points, time, losses):
    """How many standard errors the points stand off a curve."""
    expected = np.exp(np.interp(np.log(points.time), np.log(time), np.log(losses)))
    return (points.loss - expected) / points.error


def inside(value):
    """Of eight seeds, one mean in a hundred is off by more (Student's t); points of one run rise and fall together."""
    return (np.abs(value) < 3.5).all()


@pytest.mark.parametrize("name", FINITE)
def test_fig2_of_finite_models_shows_curves_that_end_at_their_floors(name, figures, data):
    beta, chi, *_ = FINITE[name]
    t, limit = line(figures[name], "limit")
    assert t[0] == 1 and t[-1] == pytest.approx(1e4)
    assert data[name].limit.loss_slope[-1] == pytest.approx(-float(Fraction(chi)), rel=0.02)  # t^-0.2 off at 1e4
    above = [line(figures[name], f"N {size}")[1] for size in fig2cd_model_sizes.SIZES]
    assert (np.diff(above, axis=0) < 0).all()  # larger models have learned more
    for size, losses in zip(fig2cd_model_sizes.SIZES[:5], above, strict=False):  # these have arrived by the end
        assert losses[-1] == pytest.approx(mean_floor("3/2", beta, size, "modes", fig2cd_model_sizes.MODES), rel=0.03)
        assert losses[-1] > 3 * limit[-1]


@pytest.mark.parametrize("name", FINITE)
def test_fig2_points_lie_on_the_curve_of_their_model_and_on_no_other(name, figures, data):
    found = data[name]
    for place, points in enumerate(found.points):
        size = points.run.model_size
        assert size == fig2cd_model_sizes.SIMULATED[place] and points.run.batch_size is None
        time, losses = line(figures[name], f"N {size}")
        assert inside(deviations(points, time, losses))
        assert not inside(deviations(points, time, line(figures[name], f"N {2 * size}")[1]))
        x, y = line(figures[name], f"simulated {size}")
        assert (x == points.time).all() and (y == points.loss).all()
    errors = np.concatenate([points.error / points.loss for points in found.points])
    lengths, middles = error_bars(figures[name], 0)
    assert lengths / middles == pytest.approx(errors, rel=1e-6)
    assert rf"standard error $\leq {np.ceil(100 * errors.max()):.0f}\,\%$" in words(figures[name])
    assert "points: 8 seeds" in words(figures[name])


@pytest.mark.parametrize("name", FINITE)
def test_fig2_of_finite_models_has_the_predicted_exponents(name, figures):
    _, chi, derived, published = (float(Fraction(text)) for text in FINITE[name])
    assert -slope(line(figures[name], "slope")) == pytest.approx(chi, rel=1e-12)
    size, found = line(figures[name], "floor", 1)
    assert (np.array(line(figures[name], "derived floor", 1)[1]) == derived).all()
    assert (np.array(line(figures[name], "published floor", 1)[1]) == published).all()
    assert size[-1] > 5e11 and found[-1] == pytest.approx(derived, abs=1e-3)  # corrections fall as N^-0.3
    if published != derived:
        assert abs(found[-1] - published) > 0.2


@pytest.mark.parametrize("name", FINITE)
def test_fig2_modes_that_are_cut_off_are_as_small_a_part_of_the_floor_as_is_said(name):
    def missing(size, modes):
        return 1 - mean_floor("3/2", FINITE[name][0], size, "modes", modes) / mean_floor(
            "3/2", FINITE[name][0], size, "modes"
        )

    assert missing(256, fig2cd_model_sizes.MODES) < 0.05 and missing(2**11, fig2cd_model_sizes.MODES) < 1 / 7
    assert missing(256, fig2cd_model_sizes.MODES // 4) > 0.05


def test_fig2_of_finite_models_says_what_was_published_where_it_differs(figures):
    assert "published: $9/5$" in words(figures["fig2c"]) and "derived: $3/2$" in words(figures["fig2c"])
    assert r"$L_\infty \sim N^{-3/5}$, as published" in words(figures["fig2d"])
    assert not [text for text in words(figures["fig2d"]) if text.startswith("published")]


def test_fig3_smaller_batches_have_more_loss_and_that_without_end_the_least(figures):
    for panel in range(3):
        names = [*map(str, fig3_batch_sizes.BATCHES), r"\infty"]
        losses = np.array([line(figures["fig3"], f"B {name}", panel)[1] for name in names])
        assert losses.shape == (7, len(losses[0])) and (np.diff(losses, axis=0) < 0).all()
        excess = losses[:-1, -1] - losses[-1, -1]
        assert excess[1:] / excess[:-1] == pytest.approx(0.5, abs=0.1)  # to first order it is halved as B doubles


def test_fig3_shows_each_loss_at_its_own_step(figures):
    spectra = mean_spectra(2, "1/2", fig3_batch_sizes.SIZE, "modes", fig3_batch_sizes.MODES)
    until = two_time_sgd.solve_online(
        spectra.target, spectra.trace, float(fig3_batch_sizes.GAMMA), 1 / 16, 16, batch_size=4
    )
    assert at(line(figures["fig3"], "B 4"), 1.0) == pytest.approx(until.loss[-1], rel=1e-9)
    assert until.loss[-1] != pytest.approx(until.loss[-2], rel=1e-2)


def test_fig3_points_lie_on_the_curve_of_their_batch_size_and_on_no_other(figures, data):
    for panel, found in enumerate(data["fig3"][:2]):
        curves = dict(zip(fig3_batch_sizes.BATCHES, found.losses, strict=False))
        for points in found.points:
            batch = points.run.batch_size
            off = deviations(points, found.time, curves[batch])
            assert inside(off if batch > 1 else off[-1:])  # what the equations leave out matters early, for B = 1
            x, y = line(figures["fig3"], f"simulated {batch}", panel)
            assert (x == points.time).all() and (y == points.loss).all()
        assert not inside(deviations(found.points[-1], found.time, curves[1]))
    assert not data["fig3"][2].points and "curves only" in words(figures["fig3"])


def test_fig3_slopes_are_those_derived(figures):
    """2 (1/2)/(1 + 1/2); beta = 18/5; 2 - 1/alpha and 1 - 1/alpha for alpha = 2."""
    assert -slope(line(figures["fig3"], "gradient_flow")) == pytest.approx(2 / 3, rel=1e-12)
    by_hand = {"gradient_flow": 18 / 5, "sgd_transient": 3 / 2, "finite_model_transient": 1 / 2}
    for term, value in by_hand.items():
        assert -slope(line(figures["fig3"], term, 2)) == pytest.approx(value, rel=1e-12)
    t, flow = line(figures["fig3"], r"B \infty", 2)
    late = -np.diff(np.log(flow)) / np.diff(np.log(t))
    assert late[(t[1:] > 1e3) & (t[1:] < 1e4)] == pytest.approx(1 / 2, abs=0.06)  # as far from 3/2 as from nothing else
    hard = data_slope(line(figures["fig3"], r"B \infty"), 8)
    assert hard == pytest.approx(2 / 3, abs=0.1)


def data_slope(curve, time):
    """The local exponent of a drawn curve at the last point before a time."""
    place = np.searchsorted(curve[0], time)
    return -np.log(curve[1][place] / curve[1][place - 8]) / np.log(curve[0][place] / curve[0][place - 8])


def test_fig4_the_optimum_is_that_of_budgets_on_the_continuum():
    """Two ways to where each size is the best: a difference of two near sizes, and a spline across sizes."""
    sizes, times = [2.0**power for power in range(4, 12)], np.geomspace(0.5, 1e5, 96)
    losses = [flow.flow_curve(mean_spectra("3/2", "5/4", size)[0], 0.75, times).loss for size in sizes]
    found = fig4_compute_optimum.find_optimum(sizes, times, losses)
    assert found.model_size == pytest.approx(sizes[1:-1])
    assert found.compute == pytest.approx(found.model_size * found.time)
    other = Budgets("3/2", "5/4", 0.75, sizes[2:-2:2]).optimum()
    log_loss = np.interp(np.log(other.compute), np.log(found.compute), np.log(found.loss))
    # between sizes a factor of two apart the optimum is a straight line to a few thousandths
    assert np.exp(log_loss) == pytest.approx(other.loss, rel=1e-2)
    (at,) = np.nonzero(np.isclose(found.model_size[:, None], other.model_size).any(axis=1))
    assert found.time[at] == pytest.approx(other.time, rel=2e-2)
    wrong = fig4_compute_optimum.find_optimum(sizes, times, np.array(losses) ** 1.1)
    assert np.interp(np.log(other.compute), np.log(wrong.compute), np.log(wrong.loss)) != pytest.approx(
        np.log(other.loss), rel=1e-2
    )


def test_fig4_the_optimum_by_hand():
    """L = 1/t + 1/N: at the best, t = N, so that L = 2/N at C = N^2; control: that of 1/t + 2/N is elsewhere."""
    sizes, times = [2.0**power for power in range(1, 9)], np.geomspace(0.1, 1e4, 200)

    def found(weight):
        return fig4_compute_optimum.find_optimum(sizes, times, [1 / times + weight / size for size in sizes])

    middle = slice(2, -2)  # a spline is not as good next to its ends
    assert found(1).time[middle] == pytest.approx(found(1).model_size[middle], rel=2e-2)
    assert found(1).loss[middle] == pytest.approx(2 / found(1).model_size[middle], rel=1e-2)
    assert found(2).time[middle] != pytest.approx(found(2).model_size[middle], rel=0.3)


def test_fig4_a_size_that_is_never_the_best_is_said():
    times = np.geomspace(1, 100, 40)
    with pytest.raises(NotSolved, match="of the sizes N = 2 to 16 only 0 are the best at a time up to 100"):
        fig4_compute_optimum.find_optimum([2, 4, 8, 16], times, [times**-2 / size for size in (2, 4, 8, 16)])


COMPUTE = {"1/2": "6/17", "5/4": "15/23", "7/4": "2/3"}
"""r of Table 1 by hand for alpha = 3/2, by beta: 2 alpha beta/(2 + alpha (1 + beta)); alpha beta/(1 + alpha beta);
1 - 1/(2 alpha)."""


def test_fig4_has_the_predicted_exponents(figures, data):
    for panel, (found, (beta, r)) in enumerate(zip(data["fig4"], COMPUTE.items(), strict=True)):
        assert found.beta == Fraction(beta) and found.predicted == Fraction(r)
        assert -slope(line(figures["fig4"], "slope", panel)) == pytest.approx(float(Fraction(r)), rel=1e-12)
        assert line(figures["fig4"], f"limit {beta}", 3)[1] == pytest.approx(float(Fraction(r)), rel=1e-12)
        _, local = line(figures["fig4"], f"slope {beta}", 3)
        assert local[-1] == pytest.approx(float(Fraction(r)), rel=0.1)  # N = 2^9; N = 2^15 is within 5 %, 1 % if B = oo
    assert [text for text in words(figures["fig4"]) if "task" in text] == [
        rf"{name} task,  $\beta = {beta}$" for name, beta in zip(("hard", "easy", "super-easy"), COMPUTE, strict=True)
    ]


def test_fig4_no_curve_passes_below_the_optimum(figures):
    for panel in range(3):
        compute, best = line(figures["fig4"], "optimum", panel)
        middle = np.geomspace(compute[0], compute[-1], 50)[1:-1]
        wanted = np.exp(np.interp(np.log(middle), np.log(compute), np.log(best)))
        lowest = np.full(len(middle), np.inf)
        for size in fig4_compute_optimum.SIZES:
            c, losses = line(figures["fig4"], f"N {size}", panel)
            here = np.exp(np.interp(np.log(middle), np.log(c), np.log(losses), left=np.inf))
            lowest = np.minimum(lowest, here)
        # a straight line between sizes a factor of two apart, and the smallest of curves so far apart
        assert (wanted < 1.02 * lowest).all() and (wanted > 0.9 * lowest).all()


def test_fig4_points_lie_on_the_curve_of_their_model_and_on_no_other(figures, data):
    for panel, found in enumerate(data["fig4"]):
        for points in found.points:
            size = points.run.model_size
            losses = found.losses[fig4_compute_optimum.SIZES.index(size)]
            assert inside(deviations(points, fig4_compute_optimum.TIMES, losses))
            other = found.losses[fig4_compute_optimum.SIZES.index(2 * size)]
            assert not inside(deviations(points, fig4_compute_optimum.TIMES, other))
            x, y = line(figures["fig4"], f"simulated {size}", panel)
            assert (x == size * points.time).all() and (y == points.loss).all()
        assert (points.run.batch_size is None) == (panel < 2)


@pytest.mark.parametrize("beta", ["1/2", "5/4", "7/4"])
def test_modes_that_training_leaves_out_are_two_hundredths_of_the_loss(beta):
    times = np.geomspace(1, 1e3, 13)
    every, some, few = (
        flow.flow_curve(mean_spectra("3/2", beta, 64, "modes", modes).target, 0.75, times).loss
        for modes in (None, MODES, 2**10)
    )
    assert some == pytest.approx(every, rel=0.02) and few != pytest.approx(every, rel=0.05)


def run(**changed):
    given = {"alpha": Fraction(3, 2), "beta": Fraction(1, 2), "gamma": 1.0, "model_size": 4, "batch_size": 2}
    given |= {"modes": 16, "learning_rate": 0.05, "times": (0.1, 0.5, 0.52, 1.0), "seeds": 5}
    return trained_points.Run(**(given | changed))


def test_points_are_the_same_bits_however_seeds_are_shared_out(monkeypatch):
    runs = [run(), run(batch_size=None, seeds=3)]
    alone = trained_points.train_points(runs)
    with ProcessPoolExecutor(2) as executor:
        together = trained_points.train_points(runs, executor.map)
    monkeypatch.setattr(trained_points, "PART", 2)
    for first, *others in zip(alone, together, trained_points.train_points(runs), strict=True):
        assert first.time.tolist() == pytest.approx([0.1, 0.5, 1.0])
        for other in others:
            assert (first.loss == other.loss).all() and (first.error == other.error).all()
    assert [points.run for points in alone] == runs


def test_points_are_means_over_seeds_with_their_standard_error():
    (points,) = trained_points.train_points([run()])
    single = np.array([trained_points._train_seeds(run(), range(seed, seed + 1))[0] for seed in range(5)])
    assert points.loss == pytest.approx(single.mean(axis=0), rel=1e-14)
    assert points.error == pytest.approx(np.sqrt(single.var(axis=0, ddof=1) / 5), rel=1e-12)
    assert trained_points.describe_seeds([points])[0] == "points: 5 seeds"


def test_an_interrupted_ensemble_is_no_point(monkeypatch):
    class Part:
        status, losses = Status(interrupted=True), np.ones((1, 3))

    monkeypatch.setattr(trained_points, "train_ensemble", lambda *_, **__: Part())
    with pytest.raises(KeyboardInterrupt):
        trained_points.train_points([run()])


def test_laws_at_a_point_by_hand():
    from exponents import alpha, beta, chi

    assert power_laws.evaluate_exponent(chi, Fraction(3, 2), Fraction(2, 5)) == Fraction(4, 7)
    assert power_laws.evaluate_exponent(2 - 1 / alpha + 0 * beta, Fraction(3, 2), Fraction(1)) == Fraction(4, 3)
    assert (power_laws.power("t", Fraction(4, 7)), power_laws.power_of_two(2**10)) == ("t^{-4/7}", "2^{10}")
    assert [power_laws.task(Fraction(2), Fraction(beta)) for beta in ("1/2", "5/4", "18/5")] == [
        "hard",
        "easy",
        "super-easy",
    ]


def test_colours_run_from_blue_on_and_all_differ():
    colours = make_gradient(8)
    assert colours[0] == BLUE and len(set(colours)) == 8 and make_gradient(4) == list(chart.GRADIENT)


def test_panels_share_an_axis_in_groups_and_each_group_has_its_label():
    time, size = (Scale(name, 1, 10, [1, 10], logarithmic=True) for name in ("$t$", "$N$"))
    loss = Scale("$L$", 0, 1, [0, 1])

    def draw_panels(data, axes):
        assert data == "data"
        set_up(axes, [(time, loss), (time, loss), (size, loss)], "", "")

    shown = draw_page(Figure("any", "", lambda *_: None, draw_panels, ((50.0, 50.0), (60.0,))), "data")
    assert [axes.get_xlabel() for axes in shown.axes] == ["", "$t$", "$N$"]
    heights = [axes.bbox.height for axes in shown.axes]
    assert np.array(heights) / heights[0] == pytest.approx([1, 1, 6 / 5])


@pytest.mark.parametrize("name", NAMES)
def test_panels_have_a_label_at_the_end_of_each_group_of_the_record(name, figures):
    labelled = [bool(axes.get_xlabel()) for axes in figures[name].axes]
    ends = [at == len(group) - 1 for group in FIGURES[name].heights for at in range(len(group))]
    assert labelled == ends


def test_a_figure_draws_on_axes_that_it_is_given(data):
    """Of another size, among others, and with the settings of the user."""
    page = matplotlib.figure.Figure(figsize=(9, 5), layout="constrained")
    left, right = page.subplots(2, 2).T
    FIGURES["fig10"].draw(data["fig10"], left)
    (first, second) = (line(page, name, 0) for name in ("level 1", "level 2"))
    assert at(first, 0.5) == 3 / 4 and at(second, 0.5) == 5 / 8
    assert not right[0].lines and left[1].get_xlabel() == r"$\beta$"
    with pytest.raises(InputError, match="this figure has 2 panels; got 1 Axes"):
        FIGURES["fig10"].draw(data["fig10"], right[0])


def test_fig2b_at_values_of_my_own_on_axes_of_my_own():
    """By hand: chi = 2 (3/4)/(1 + 3/4) = 6/7 at beta = 3/4; lines as thick as the user's."""
    given = matplotlib.figure.Figure(figsize=(5, 7), layout="constrained").subplots(3)
    with matplotlib.rc_context({"lines.linewidth": 4}):
        drawn = plot_figure("fig2b", given, alpha=2, beta="3/4", gamma=0.5, times=[1, 10, 1e3])
    assert drawn.tolist() == given.tolist() and given[0].get_title(loc="right").startswith(r"$\alpha = 2$")
    assert {r"$\chi = 6/7$", r"$\beta = 3/4$"} <= set(words(given[0].figure))
    found = next(one for one in given[0].lines if one.get_gid() == "gamma 1/2")
    wanted = flow.limit_curve(2, "3/4", 0.5, [1, 10, 1e3])
    assert (found.get_ydata() == wanted.loss).all() and found.get_linewidth() == 4
    assert given[0].get_xlim() == (1, 1e3)


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("fig3", {"beta": 1}, "fig3 does not take `beta`; it takes `alpha`, `gamma`; leave `beta` out"),
        ("fig4", {"beta": [1, 2]}, "`beta` of fig4 takes 3 values; got 2"),
        ("fig2a", {"gamma": range(17)}, "`gamma` of fig2a takes at most 16 values; got 17"),
        ("fig2a", {"times": [0, 1]}, "at least two times, all above 0"),
        ("fig2a", {"alpha": 1}, "alpha must exceed 1"),
        ("fig10", {"axes": "fig10.png"}, "ax must be Axes of Matplotlib; got str"),
    ],
)
def test_what_a_figure_does_not_depend_on_is_refused_with_what_it_does(name, values, said):
    with pytest.raises(InputError, match=said):
        plot_figure(name, **values)


def test_fig4_at_another_alpha_drops_sizes_that_are_never_the_best():
    """L = 1/t + 1/N: the best has t = N, which the times end before for the larger sizes."""
    sizes, times = [2.0**power for power in range(1, 9)], np.geomspace(0.1, 20, 200)
    found = fig4_compute_optimum.find_optimum(sizes, times, [1 / times + 1 / size for size in sizes])
    assert found.model_size == pytest.approx([4, 8, 16]) and found.time == pytest.approx(found.model_size, rel=0.1)


def test_fig10_levels_by_hand(figures):
    """chi_{n+1} = (2 - chi_n)/2 from chi_0 = 1/2, and its limit 2/3; at beta = 6/5 it runs away."""
    by_hand = [1 / 2, 3 / 4, 5 / 8, 11 / 16, 21 / 32, 43 / 64, 85 / 128]
    for number, value in enumerate(by_hand):
        assert at(line(figures["fig10"], f"level {number}"), 0.5) == pytest.approx(value, rel=1e-14)
        assert at(line(figures["fig10"], f"level {number}", 1), 0.5) == pytest.approx(value - 2 / 3, abs=1e-14)
    assert at(line(figures["fig10"], "limit"), 0.5) == pytest.approx(2 / 3, rel=1e-14)
    assert at(line(figures["fig10"], "level 1 beyond"), 1.2) == pytest.approx(0.96, rel=1e-14)
    assert at(line(figures["fig10"], "level 2 beyond"), 1.2) == pytest.approx(1.248, rel=1e-14)
    for number in range(len(by_hand)):
        assert line(figures["fig10"], f"level {number}")[0][-1] == 1.0


def test_fig10_points_are_measured_and_leave_the_dashed_curves(figures, data):
    below, above = data["fig10"]
    for number, (here, beyond) in enumerate(zip(below.limits, above.limits, strict=True)):
        x, y = line(figures["fig10"], f"measured {number}")
        assert x.tolist() == [0.5, 1.1] and y.tolist() == [here.value, beyond.value]
        assert here.covers(at(line(figures["fig10"], f"level {number}"), 0.5))
        assert beyond.covers(1.1)
        if number:
            assert not beyond.covers(at(line(figures["fig10"], f"level {number} beyond"), 1.1))
    difference = line(figures["fig10"], "measured 3", 1)[1]
    assert difference == pytest.approx([below.limits[3].value - 2 / 3, above.limits[3].value - 1.1], abs=1e-14)


@pytest.mark.parametrize("name", NAMES)
def test_words_keep_off_each_other_off_curves_and_on_the_page(name, figures):
    assert not list(clashes(figures[name]))


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        *(("fig1a", "png"), ("fig2a", "svg"), ("fig2b", "pdf"), ("fig2c", "pdf"), ("fig3", "svg"), ("fig4", "png")),
        *(("fig10", suffix) for suffix in MAGIC),
    ],
)
def test_each_format_is_written_and_has_the_same_bits_again(name, suffix, known, tmp_path):
    assert_same_bits_again(name, suffix, tmp_path)


def test_another_process_with_another_hash_seed_writes_the_same_bits(tmp_path):
    code = (
        "import sys; from pathlib import Path; from verify.plots import plot_figure, save_picture; "
        "from verify.plots.figures import fig2ab_richness as richness; "
        "assert 'matplotlib' not in sys.modules; "
        "save_picture(lambda: plot_figure('fig2b', gamma=[0, 1]), Path(sys.argv[1]))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"}
    here, there = tmp_path / "here.pdf", tmp_path / "there.pdf"
    save_picture(lambda: plot_figure("fig2b", gamma=[0, 1]), here)
    subprocess.run([sys.executable, "-c", code, there], env=environment, check=True, cwd=Path(__file__).parents[3])
    assert here.read_bytes() == there.read_bytes()


BAD = {
    "unknown": ("fig1b", "a.png", r"the figure must be one of fig1a, .*; got fig1b"),
    "suffix": ("fig1a", "fig1a.gif", r"\.png, \.svg, \.pdf; got fig1a\.gif; try fig1a\.pdf"),
    "folder": ("fig1a", "missing/fig1a.png", "can be written"),
    "is a folder": ("fig10", "folder.png", "it is a folder"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_said_before_anything_is_computed_and_leaves_no_file(case, tmp_path, monkeypatch):
    def never(*_):
        raise AssertionError("computed")

    for figure in list(FIGURES.values()):
        monkeypatch.setitem(FIGURES, figure.name, replace(figure, solve=never))
    (tmp_path / "folder.png").mkdir()
    name, file, message = BAD[case]
    with pytest.raises(InputError, match=message) as caught:
        save_picture(lambda: plot_figure(name), tmp_path / file)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["folder.png"]


def test_a_failure_while_computing_leaves_what_was_there(tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("no curve")

    monkeypatch.setitem(FIGURES, "fig2a", replace(FIGURES["fig2a"], solve=fails))
    target = tmp_path / "fig2a.svg"
    target.write_text("before")
    with pytest.raises(RuntimeError, match="no curve"):
        save_picture(lambda: plot_figure("fig2a"), target)
    assert target.read_text() == "before" and list(tmp_path.iterdir()) == [target]


def test_several_processes_measure_what_one_does_in_the_same_order():
    sources, claims = ["1/2", "3/10"], ["chi: lazy time exponent", "levels: readout norm"]
    with ProcessPoolExecutor(2) as executor:
        together = measure_exponents(sources, claims, executor.map)
    assert [one.at.beta for one in together] == [Fraction(1, 2), Fraction(3, 10)]
    assert repr(together) == repr(measure_exponents(sources, claims))  # in which NaN is NaN


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(1, 9 * APART))
def test_names_in_the_margin_move_apart_in_order_and_around_their_middle(places, gap):
    found = move_apart(places, gap)
    order = np.argsort(places, kind="stable")
    assert (np.diff(found[order]) >= gap - 1e-9).all()
    assert np.mean(found) == pytest.approx(np.mean(places), abs=1e-9)
    if (np.diff(np.sort(places)) >= gap).all():
        assert found == pytest.approx(np.array(places), abs=1e-9)


@given(st.floats(1e-20, 1e3), st.floats(2, 1e15))
def test_axes_have_room_and_numbers_where_they_are(low, ratio):
    for scale, least in ((fit_log_scale("L", [low, low * ratio]), 1), (fit_linear_scale("r", [low, low * ratio]), 3)):
        ticks = np.asarray(scale.ticks)
        assert scale.low < low and low * ratio < scale.high and len(ticks) >= least
        assert ((ticks >= scale.low * (1 - 1e-9)) & (ticks <= scale.high * (1 + 1e-9))).all()


def test_a_place_on_an_axis_by_hand():
    axis = Scale("t", 1, 1e4, [1, 1e4], logarithmic=True)
    assert axis.place(100) == pytest.approx(0.5) and axis.above(10, 0.25) == pytest.approx(100)
    assert axis.far and axis.number(1e4) == "$10^{4}$" and axis.number(1.0) == "$1$"
    assert not Scale("t", 1, 10, [1, FAR / 2], logarithmic=True).far


@pytest.mark.parametrize(
    ("error", "said"), [(2.44e-5, "2.5"), (9.99e-4, "1.0"), (1.04e-3, "1.1"), (3.0000001e-7, "3.1")]
)
def test_an_error_is_rounded_up(error, said):
    number, power = format_error(error).split(r" \times 10^{")
    assert number == said and float(number) * 10.0 ** int(power.rstrip("}")) >= error
