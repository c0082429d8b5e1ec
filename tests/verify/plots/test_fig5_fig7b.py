"""Fig. 5a, 5b and 7b: losses of trained networks, laws of the predicted slope, and exponents on both predictions."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from figure_readers import clashes, draw, line, made_small, slope

from exponents.cli import plot_request
from exponents.errors import InputError
from exponents.names import PICTURES
from verify.networks.network_ensemble import Training, train_networks
from verify.networks.network_exponent import measure_exponent
from verify.networks.online_tasks import circle_task
from verify.networks.perceptron import Perceptron
from verify.plots import plot_figure
from verify.plots.figures import FIGURES, fig5_fig7b_trained_networks

SMALL = {"WIDTH": 16, "BATCH": 16, "STEPS": 400, "SEEDS": 2}
LOSSES, EXPONENTS = 0, 1
"""Panels."""


@pytest.fixture(scope="module")
def trained():
    choice = FIGURES["fig5a"].choose(type(FIGURES["fig5a"].choice)(beta=(Fraction(1, 2), Fraction(5, 4))))
    with made_small({fig5_fig7b_trained_networks: SMALL}):
        return FIGURES["fig5a"].compute(map, choice)


@pytest.fixture(scope="module")
def figure(trained):
    with made_small({fig5_fig7b_trained_networks: SMALL}):
        return draw({"fig5a": trained})["fig5a"]


@pytest.mark.slow
def test_curves_are_trained_networks_and_laws_are_predicted(figure):
    network, training = Perceptron(16, 4), Training(16, 400**-0.25, 400)
    found = train_networks(network, circle_task(Fraction(1)), training, range(2))
    time, loss = line(figure, "loss 1/2", LOSSES)
    assert time == pytest.approx(found.time[found.time >= 1]) and loss == pytest.approx(found.loss[found.time >= 1])
    assert slope(line(figure, "law 1/2", LOSSES)) == pytest.approx(-2 / 3)  # eq. 10, by hand
    assert slope(line(figure, "law 5/4", LOSSES)) == pytest.approx(-5 / 4)
    places, values = line(figure, "measured rich", EXPONENTS)
    assert places == pytest.approx([0.5, 1.25]) and values[0] == pytest.approx(measure_exponent(found).value)


@pytest.mark.slow
def test_both_predictions_are_drawn(figure):
    beta, lazy = line(figure, "predicted lazy", EXPONENTS)
    assert lazy == pytest.approx(beta)
    beta, rich = line(figure, "predicted rich", EXPONENTS)
    assert rich == pytest.approx(beta * np.maximum(1, 2 / (1 + beta)))


@pytest.mark.slow
def test_names_stand_apart(trained):
    """With exponents as networks of the size of the figure have them: the small ones of this test know none."""
    usual = [replace(one.rich, error=0.1) for one in trained]
    data = [
        replace(one, rich=replace(some, value=float(one.predicted)), lazy=replace(some, value=0.7 * float(one.beta)))
        for one, some in zip(trained, usual, strict=True)
    ]
    assert list(clashes(draw({"fig5a": data})["fig5a"])) == []


def test_the_powers_of_fig5b_follow_from_the_target():
    """beta = (2 q - 1)/(2 q_phi) with q = 7/5 (eq. 14): q_phi = 9/(10 beta)."""
    asked = []

    def spread(_, *tasks):
        asked.extend(zip(*tasks, strict=True))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        FIGURES["fig5b"].compute(spread)
    assert {(beta, power) for beta, power, *_ in asked} == {
        (beta, Fraction(9, 10) / beta) for beta in map(Fraction, ("1/2", "3/4", "1", "5/4"))
    }


def test_all_pictures_without_jax_are_all_others(monkeypatch, tmp_path, capsys):
    def ask():
        return plot_request.read_request(["all"], out=str(tmp_path))

    assert {"fig5a", "fig5b", "fig6", "fig7b", "fig8"} < set(ask().pictures)
    monkeypatch.setattr(plot_request, "find_spec", lambda _: None)
    assert set(PICTURES) - set(ask().pictures) == {"fig5a", "fig5b", "fig6", "fig7b", "fig8"}
    assert "fig5a, fig5b, fig6, fig7b, fig8 are left out: they need jax" in capsys.readouterr().err


def test_a_quick_figure_has_smaller_networks(monkeypatch):
    asked = []

    def train(beta, power, gamma, width, steps):
        asked.append((width, steps))
        raise InterruptedError

    monkeypatch.setattr(fig5_fig7b_trained_networks, "_train", train)
    figure = FIGURES["fig5a"]
    for quick in (None, True):
        with pytest.raises(InterruptedError):
            figure.compute(map, figure.choose(type(figure.choice)(quick=quick)))
    assert asked[0] == (256, 20_000) and asked[1][0] < asked[0][0] and asked[1][1] < asked[0][1]


def test_a_figure_without_networks_has_no_quick_version():
    with pytest.raises(InputError, match=r"fig2a does not take `quick`"):
        plot_figure("fig2a", quick=True)
