"""Figures of linear networks and of reused samples: what is drawn is what is derived and measured, in its place."""

from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from math import inf

import numpy as np
import pytest
from figure_readers import (
    assert_same_bits_again,
    between,
    clashes,
    draw,
    error_bars,
    line,
    made_small,
    slope,
    use_data,
    words,
)
from scipy.special import zeta

from verify.curves import Status
from verify.flow import curve as flow
from verify.plots.figures import FIGURES, fig11_fig12_linear_networks, offline_reused_samples
from verify.plots.figures.page import Choice
from verify.reuse.mean_loss import final_loss, mean_reuse, reuse_curve
from verify.training.linear_ensemble import train_linear_ensemble

pytestmark = pytest.mark.slow  # each figure trains models or draws for seconds

SMALL = {
    fig11_fig12_linear_networks: {
        "SEEDS": {fig11_fig12_linear_networks.NARROW: 4, fig11_fig12_linear_networks.WIDE: 2},
        "PARTS": {fig11_fig12_linear_networks.NARROW: 4, fig11_fig12_linear_networks.WIDE: 2},
        "POINTS": tuple(np.geomspace(1.2, 12, 20)),
    },
    offline_reused_samples: {"SAMPLES": (2**5, 2**8, 2**11), "RATIOS": np.geomspace(1 / 32, 32, 9)},
}
"""The figures, smaller: they are drawn in seconds."""

EASY, HARD = 0, 1
"""Panels of linear networks."""

GAMMAS = {"1/1000": 1e-3, "1/100": 1e-2, "1/10": 1e-1, "1": 1.0}


@pytest.fixture(scope="module", autouse=True)
def small():
    with made_small(SMALL):
        yield


@pytest.fixture(scope="module")
def data(small):
    networks = fig11_fig12_linear_networks.FIG11.compute(map)
    return {"fig11": networks, "fig12": networks, "offline": offline_reused_samples.OFFLINE.compute(map)}


@pytest.fixture(scope="module")
def figures(data):
    return draw(data)


@pytest.mark.parametrize(("panel", "beta"), [(EASY, "6/5"), (HARD, "1/5")])
def test_linear_networks_are_the_flow_of_eq_4_at_another_richness_and_pace(panel, beta, figures):
    """gamma = gamma0^2/4 and twice the time, for sigma = 1; |w|^2/N = 2 kappa - 1."""
    for name, gamma0 in GAMMAS.items():
        time, loss = line(figures["fig11"], f"gamma0 {name}", panel)
        assert time[0] == 1 and time[-1] == pytest.approx(1e6)
        wanted, other = (flow.limit_curve(2, beta, gamma0**2 / 4, pace * time, "modes") for pace in (2, 1))
        assert loss == pytest.approx(wanted.loss, rel=10 * flow.TOLERANCE, abs=0)
        assert loss != pytest.approx(other.loss, rel=0.1, abs=0)
        readout = line(figures["fig12"], f"gamma0 {name}", panel)[1]
        assert readout == pytest.approx(2 * wanted.kernel - 1, rel=10 * flow.TOLERANCE)
        if panel == HARD:
            gain = line(figures["fig12"], f"gamma0 {name}", 2)[1]
            assert gain == pytest.approx(2 * (wanted.kernel - 1), rel=1e-6, abs=0)
            assert line(figures["fig11"], f"gamma0 {name}", 2)[1] == pytest.approx(-wanted.loss_slope, rel=1e-6)


def test_linear_networks_have_the_predicted_slopes(figures):
    """By hand: beta = 6/5; 1/5 and 2 (1/5)/(1 + 1/5) = 1/3; the readout 1 - 1/5 and 1 - 1/3."""
    assert slope(line(figures["fig11"], "rich slope")) == pytest.approx(-6 / 5, rel=1e-12)
    assert slope(line(figures["fig11"], "lazy slope", HARD)) == pytest.approx(-1 / 5, rel=1e-12)
    assert slope(line(figures["fig11"], "rich slope", HARD)) == pytest.approx(-1 / 3, rel=1e-12)
    for panel in (1, 2):
        assert slope(line(figures["fig12"], "rich slope", panel)) == pytest.approx(2 / 3, rel=1e-12)
    assert slope(line(figures["fig12"], "first slope", 2)) == pytest.approx(4 / 5, rel=1e-12)
    for value in ("1/5", "1/3"):
        assert line(figures["fig11"], f"limit {value}", 2)[1] == pytest.approx([float(Fraction(value))] * 2)
    assert {"$t^{-6/5}$", "$t^{-1/5}$", "$t^{-1/3}$", r"$\beta = 1/5$", r"$\chi = 1/3$"} <= set(words(figures["fig11"]))
    assert {"$t^{2/3}$", "$t^{4/5}$"} <= set(words(figures["fig12"]))


def local(drawn, time):
    """d ln y/d ln t over the decade up to a time."""
    return np.log(between(drawn, time) / between(drawn, time / 10)) / np.log(10)


def test_linear_networks_reach_the_slopes_drawn_and_not_that_of_the_caption(figures):
    """The caption's 1 - 2 beta (1 + beta) is 13/25."""
    for gamma0, value in (("1", 2 / 3), ("1/1000", 4 / 5)):
        found = local(line(figures["fig12"], f"gamma0 {gamma0}", 2), 1e6 if gamma0 == "1" else 1e4)
        assert found == pytest.approx(value, abs=0.01) and abs(found - 13 / 25) > 0.1
    assert local(line(figures["fig11"], "gamma0 1", EASY), 1e6) == pytest.approx(-6 / 5, abs=0.01)
    for gamma0, value in (("1", -1 / 3), ("1/1000", -1 / 5)):
        assert local(line(figures["fig11"], f"gamma0 {gamma0}", HARD), 1e6) == pytest.approx(value, abs=0.004)


def test_the_readout_of_an_easy_task_levels_off_where_it_is_said(figures):
    """kappa^2 - kappa = (gamma0^2/4) sum_k k^{-7/5}; without the 4 the limit is another."""
    for name, gamma0 in GAMMAS.items():
        squared = gamma0**2 / 4 * zeta(7 / 5)
        limit = np.sqrt(1 + 4 * squared)  # 2 kappa - 1
        assert line(figures["fig12"], f"limit {name}")[1] == pytest.approx([limit] * 2, rel=1e-14)
        _, readout = line(figures["fig12"], f"gamma0 {name}")
        missing = limit - readout
        assert (np.diff(missing) < 0).all() and 0 < missing[-1] < 0.05 * (limit - 1)
    # next to gamma0 = 0 that is (gamma0^2/2) sum_k k^{-7/5} (1 - (1 - e^{-2 t/k^2})^2)
    drawn = line(figures["fig12"], "gamma0 1/1000")
    k = np.arange(1.0, 1e6)
    unlearned = k ** (-7 / 5) @ (1 - np.expm1(-2e6 / k**2) ** 2) + zeta(7 / 5, 1e6)
    gained = drawn[1][-1] - 1
    assert gained == pytest.approx(1e-6 / 2 * (zeta(7 / 5) - unlearned), rel=1e-5, abs=0)
    assert unlearned > 0.04 * zeta(7 / 5)
    assert np.sqrt(1 + 4 * zeta(7 / 5)) != pytest.approx(np.sqrt(1 + zeta(7 / 5)), rel=0.3)


@pytest.mark.parametrize("panel", [EASY, HARD])
def test_points_are_means_over_networks_with_their_standard_error(panel, figures, data):
    """Of the widest, each seed on its own; and where each was measured."""
    beta = ("6/5", "1/5")[panel]
    some = data["fig11"][panel].trained[-1]
    assert (some.width, some.gamma0, some.seeds) == (fig11_fig12_linear_networks.WIDE, 1, 2)
    steps = np.rint(some.time / fig11_fig12_linear_networks.RATE).astype(int).tolist()
    alone = [
        train_linear_ensemble(2, beta, 1.0, some.width, 128, 512, 0.02, steps[-1], [seed], 1, [0, *steps])
        for seed in (0, 1)
    ]
    losses = np.array([one.losses[0, 1:] for one in alone]) + zeta(1 + 2 * float(Fraction(beta)), 513)
    gains = np.array([one.readouts[0, 1:] - one.readouts[0, 0] for one in alone])
    for found, wanted in ((some.loss, losses), (some.gain, gains)):
        assert found[0] == pytest.approx(wanted.mean(axis=0), rel=1e-12, abs=0)
        assert found[1] == pytest.approx(np.abs(wanted[1] - wanted[0]) / 2, rel=1e-9, abs=0)
    for figure, measured, where in (
        ("fig11", "loss", panel),
        ("fig12", "readout", panel),
        *((("fig12", "gain", 2),) if panel == HARD else ()),
    ):
        for trained in data["fig11"][panel].trained:
            if measured == "gain" and trained.gamma0 < Fraction(1, 10):
                continue
            x, y = line(figures[figure], f"trained {trained.width} {trained.gamma0}", where)
            assert (x == trained.time).all() and (y == getattr(trained, measured)[0]).all()


def test_no_point_hides_another(data):
    for task in data["fig11"]:
        times = np.concatenate([some.time for some in task.trained])
        assert len(set(times.tolist())) == len(times) == 20


def test_error_bars_are_as_long_as_is_said(figures, data):
    for figure, measured in (("fig11", "loss"), ("fig12", "readout")):
        largest = 0.0
        for panel in (EASY, HARD):
            pairs = [getattr(some, measured) for some in data["fig11"][panel].trained]
            assert error_bars(figures[figure], panel)[0] == pytest.approx(
                np.concatenate([error for _, error in pairs]), rel=1e-6
            )
            largest = max(largest, *(float((error / mean).max()) for mean, error in pairs))
        assert rf"standard error $\leq {np.ceil(100 * largest):.0f}\,\%$" in words(figures[figure])
        dots = [one for one in figures[figure].axes[0].lines if str(one.get_gid()).startswith("trained")]
        assert len(dots) == 5
        for one in dots:
            assert (one.get_markerfacecolor() == one.get_markeredgecolor()) == ("trained 100" in one.get_gid())
        assert {"filled: $N = 100$, 4 seeds", "open: $N = 512$, 2 seeds"} <= set(words(figures[figure]))


def test_points_of_the_hard_task_lie_on_the_curve_of_their_gamma0_and_on_no_other(figures, data):
    for some in data["fig11"][HARD].trained:
        own = between(line(figures["fig11"], f"gamma0 {some.gamma0}", HARD), some.time)
        assert np.abs(some.loss[0] / own - 1).max() < 0.05  # 2 % from the width, and as much from seeds
        if some.gamma0 == 1:
            other = between(line(figures["fig11"], "gamma0 1/10", HARD), some.time)
            assert some.loss[0][-1] / other[-1] < 0.9
            gain = between(line(figures["fig12"], "gamma0 1", 2), some.time)
            assert (np.abs(some.gain[0] - gain) < 0.15 * gain).all()


def test_points_of_the_easy_task_are_above_their_curve_the_less_the_larger_the_network(figures, data):
    def above(some):
        return (some.loss[0] / between(line(figures["fig11"], f"gamma0 {some.gamma0}"), some.time))[-1] - 1

    *narrow, wide = data["fig11"][EASY].trained
    assert all(0.1 < above(some) < 0.6 for some in narrow)
    assert abs(above(wide)) < 0.5 * min(map(above, narrow))


@pytest.mark.parametrize(("beta", "gamma0"), [("6/5", 1e-3), ("6/5", 1.0), ("1/5", 1e-3), ("1/5", 1.0)])
def test_modes_that_are_not_trained_would_be_learned_too_late_to_matter(beta, gamma0):
    times = np.geomspace(1.2, 40, 7)
    every, some = (
        fig11_fig12_linear_networks.linear_limit_curve(2, beta, gamma0, times, 1, "modes", modes)
        for modes in (None, fig11_fig12_linear_networks.MODES)
    )
    added = fig11_fig12_linear_networks.unlearned(Fraction(2), Fraction(beta))
    assert some.loss + added == pytest.approx(every.loss, rel=3e-3, abs=0)
    assert some.readout == pytest.approx(every.readout, rel=3e-3)
    if beta == "1/5":
        assert some.loss != pytest.approx(every.loss, rel=0.1, abs=0)


def test_points_are_the_same_bits_however_seeds_are_shared_out(monkeypatch):
    monkeypatch.setattr(fig11_fig12_linear_networks, "POINTS", tuple(np.geomspace(0.2, 1, 5)))
    monkeypatch.setattr(fig11_fig12_linear_networks, "WIDE", 128)
    monkeypatch.setattr(fig11_fig12_linear_networks, "SEEDS", {100: 3, 128: 3})
    monkeypatch.setattr(fig11_fig12_linear_networks, "PARTS", {100: 3, 128: 3})
    figure = fig11_fig12_linear_networks.FIG11
    choice = figure.choose(Choice(times=np.geomspace(1, 10, 3)))
    alone = figure.compute(map, choice)
    monkeypatch.setattr(fig11_fig12_linear_networks, "PARTS", {100: 2, 128: 1})
    with ProcessPoolExecutor(2) as executor:
        together = figure.compute(executor.map, choice)
    for one, other in zip(alone, together, strict=True):
        for left, right in zip(one.trained, other.trained, strict=True):
            assert (left.time == right.time).all() and left.seeds == right.seeds == 3
            for measured in ("loss", "readout", "gain"):
                assert np.array_equal(getattr(left, measured), getattr(right, measured))


def test_an_interrupted_ensemble_is_no_point(monkeypatch):
    class Part:
        status, losses = Status(interrupted=True), np.ones((1, 3))

    monkeypatch.setattr(fig11_fig12_linear_networks, "train_linear_ensemble", lambda *_, **__: Part())
    with pytest.raises(KeyboardInterrupt):
        fig11_fig12_linear_networks._train(Fraction(2), (Fraction(1, 5), 100, Fraction(1)), range(2))


def test_reused_samples_shows_both_losses_of_each_number_of_samples(figures):
    time, limit = line(figures["offline"], "limit")
    assert limit == pytest.approx(flow.limit_curve("3/2", "6/5", 1.0, time).loss, rel=1e-12, abs=0)
    above = []
    for samples in SMALL[offline_reused_samples]["SAMPLES"]:
        wanted = reuse_curve(mean_reuse("3/2", "6/5", inf, samples), 1.0, time[::20])
        loss, train = (line(figures["offline"], f"{name} {samples}")[1] for name in ("P", "train"))
        assert loss[::20] == pytest.approx(wanted.loss, rel=1e-6, abs=0)
        assert train[:61:20] == pytest.approx(wanted.train_loss[:4], rel=1e-6, abs=1e-60)
        assert (train < limit * (1 + 1e-9)).all() and (limit < loss * (1 + 1e-9)).all()
        above.append(loss)
    assert (np.diff(above, axis=0)[:, 1:] < 0).all()
    assert above[0][-1] == pytest.approx(final_loss("3/2", "6/5", inf, 32), rel=1e-6, abs=0)
    assert above[0][-1] != pytest.approx(final_loss("3/2", "6/5", inf, 33), rel=1e-2, abs=0)


def test_reused_samples_peak_where_there_are_as_many_features_unless_stopped(figures):
    few = offline_reused_samples.FEW
    (below, fewer), (beyond, more) = (line(figures["offline"], f"final {name}", 1) for name in ("fewer", "more"))
    assert below.max() < few < beyond.min() and line(figures["offline"], "as many", 1)[0].tolist() == [few] * 2
    for x, y in ((below, fewer), (beyond, more)):
        for place in (0, 40, 96):
            assert y[place] == pytest.approx(final_loss("3/2", "6/5", x[place], few), rel=1e-12, abs=0)
        assert y[0] > 3 and y.max() == y[0]  # beyond the panel, at N = P
    size, least = line(figures["offline"], "least", 1)
    assert (np.diff(least) < 0).all() and np.isfinite(least).all() and size[4] == pytest.approx(few)
    for n, loss in zip(size, least, strict=True):
        if n != pytest.approx(few):
            assert loss <= final_loss("3/2", "6/5", n, few) * (1 + 1e-9)
    time = np.geomspace(1, 1e4, 201)
    by_time = reuse_curve(mean_reuse("3/2", "6/5", few, few), 1.0, time).loss
    assert least[4] == pytest.approx(by_time.min(), rel=5e-3)
    assert by_time[-1] > 2 * least[4]


def test_reused_samples_have_the_predicted_exponents(figures):
    """By hand, for alpha = 3/2: chi = beta = 6/5; (3/2) min(2, beta); (3/2) min(1, beta) for N in proportion to P."""
    assert slope(line(figures["offline"], "slope")) == pytest.approx(-6 / 5, rel=1e-12)
    by_hand = {"1/2": (3 / 4, 3 / 4), "3/2": (9 / 4, 3 / 2), "5/2": (3, 3 / 2)}
    for beta, exponents in by_hand.items():
        for name, value in zip(("unlimited", "proportional"), exponents, strict=True):
            samples, found = line(figures["offline"], f"{name} {beta}", 2)
            assert samples[-1] > 5e8 and found[-1] == pytest.approx(value, abs=2e-3)
            assert abs(found[0] - value) > 0.1
            where = samples[0] * np.array([0.99, 1.01])
            size = {"unlimited": inf, "proportional": 5 / 4}[name] * where
            losses = [final_loss("3/2", beta, *one) for one in zip(size, where, strict=True)]
            assert found[0] == pytest.approx(-slope((where, losses)), rel=2e-3)  # of the middle of a ratio of 1.3
    drawn = [one for one in figures["offline"].axes[2].lines if str(one.get_gid()).startswith("limit")]
    assert [one.get_ydata()[0] for one in drawn] == [3 / 4, 3 / 2, 9 / 4, 3]
    assert {r"$\beta = 1/2$: $3/4$", r"$\beta = 3/2$: $9/4$", r"$\beta = 5/2$: $3$"} <= set(words(figures["offline"]))


@pytest.mark.parametrize("name", ["fig11", "fig12", "offline"])
def test_words_keep_off_each_other_off_curves_and_on_the_page(name, figures):
    assert not list(clashes(figures[name]))


def test_a_word_on_a_curve_or_on_another_is_found(data):
    figure = draw({"fig11": data["fig11"]})["fig11"]
    figure.axes[0].annotate("here", (1e3, between(line(figure, "gamma0 1"), 1e3)))
    figure.axes[1].annotate("there", (0, 0), (6, 7), xycoords="axes fraction", textcoords="offset points")
    figure.canvas.draw()
    found = list(clashes(figure))
    assert any(text.get_text() == "here" and gid == "gamma0 1" for text, gid in found)
    assert any("there" in (text.get_text(), getattr(other, "get_text", str)()) for text, other in found)


@pytest.mark.parametrize(("name", "suffix"), [("fig11", "pdf"), ("fig12", "png"), ("offline", "svg")])
def test_each_is_written_and_has_the_same_bits_again(name, suffix, data, monkeypatch, tmp_path):
    use_data(monkeypatch, data)
    assert_same_bits_again(name, suffix, tmp_path)


def test_the_names_lead_to_these_figures():
    assert {"fig11", "fig12", "offline"} < set(FIGURES)
