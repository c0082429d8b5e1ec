"""Fig. 6 and 8: losses of trained networks at several richnesses, laws of the predicted slopes, and what is said."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from figure_readers import clashes, draw, line, made_small, slope

from exponents.errors import NoSingleExponent
from verify.curves import LossCurve
from verify.networks.network_exponent import measure_exponent
from verify.plots.figures import FIGURES, fig6_fig8_richness
from verify.plots.figures.fig6_fig8_richness import Compared

SMALL = {"WIDTH": 4, "DEPTH": 2, "BATCH": 8, "STEPS": 400, "SEEDS": 2, "KERNEL": 400}
SMALL |= {"TEXT_WIDTH": 16, "TEXT_DEPTH": 1, "TEXT_BATCH": 2, "TEXT_STEPS": 60, "TEXT_SEEDS": 2}
LOSSES, EXPONENTS = 0, 1
"""Panels."""


def power_law(exponent, scatter=0.01):
    """The curve of three seeds that fall as a power of time, from the start on."""
    time = np.geomspace(0.25, 1000, 60)
    losses = np.array([np.minimum(1, time**-exponent) * (1 + sign * scatter) for sign in (-1, 0, 1)])
    error = losses.std(axis=0, ddof=1) / 3**0.5
    return LossCurve(time, losses.mean(axis=0), error, 1.0, observed={"losses": losses})


def use_curves(monkeypatch, exponents):
    """Let networks have these exponents, by gamma_0."""

    def train(gamma, **_):
        return power_law(exponents[gamma])

    monkeypatch.setattr(fig6_fig8_richness, "_train_on_digits", train)
    monkeypatch.setattr(fig6_fig8_richness, "_train_on_text", train)


def test_digits_are_judged_by_their_kernel(monkeypatch):
    """Linear networks by the lazy prediction, all others by the rich one; 0.3 gives 2 0.3/1.3 = 0.4615."""
    rich = 0.6 / 1.3
    use_curves(monkeypatch, {Fraction(0): 0.3, Fraction(1): rich, Fraction(3): 0.9})
    said = (("lazy", 0.3, 0.02), ("rich", rich, 0.02)), 0.3, "a remark"
    monkeypatch.setattr(fig6_fig8_richness, "_predict_digits", lambda _: said)
    figure = FIGURES["fig6"]
    found = figure.compute(map, figure.choose(type(figure.choice)(gamma=(Fraction(1), Fraction(3)))))
    assert found.gamma == (1, 3, 0)
    assert fig6_fig8_richness._sum_up(found) == ["lazy: confirmed at linear", "rich: confirmed at 1; refuted at 3"]
    drawn = draw({"fig6": found})["fig6"]
    time, loss = line(drawn, "loss 3", LOSSES)
    assert time[0] >= 1 and slope((time, loss)) == pytest.approx(-0.9)
    assert slope(line(drawn, "law lazy", LOSSES)) == pytest.approx(-0.3)
    assert slope(line(drawn, "law rich", LOSSES)) == pytest.approx(-rich)
    assert line(drawn, "predicted rich", EXPONENTS)[1] == pytest.approx([rich, rich])
    places, values = line(drawn, "measured 1", EXPONENTS)
    assert places == pytest.approx([1]) and values == pytest.approx([rich])
    assert list(clashes(drawn)) == []


def test_the_kernel_of_digits_is_computed_by_a_worker(monkeypatch):
    """Workers that are forked after JAX has begun in the parent would wait for ever."""
    use_curves(monkeypatch, {Fraction(0): 0.3, Fraction(1): 0.4})
    asked = []

    def predict(_):
        return (), 0.3, "a remark"

    def spread(function, *values):
        asked.append(function)
        return map(function, *values)

    monkeypatch.setattr(fig6_fig8_richness, "_predict_digits", predict)
    figure = FIGURES["fig6"]
    figure.compute(spread, figure.choose(type(figure.choice)(gamma=(Fraction(1),))))
    assert asked[0] is predict


def test_text_is_predicted_from_the_laziest_network(monkeypatch):
    """beta = 0.2 gives 0.2 1.8 = 0.36 and 0.4/1.2 = 1/3, and it is said to be only suggestive."""
    use_curves(monkeypatch, {Fraction(1, 100): 0.2, Fraction(1): 0.36})
    figure = FIGURES["fig8"]
    found = figure.compute(map, figure.choose(type(figure.choice)(gamma=(Fraction(1), Fraction(1, 100)))))
    assert [value for _, value, _ in found.predicted] == pytest.approx([0.36, 1 / 3])
    verdicts = fig6_fig8_richness._sum_up(found)
    assert "confirmed at 1" in verdicts[0] and "0.01" not in verdicts[0] and "refuted at 1" in verdicts[1]
    assert "only suggestive" in found.remarks[1] and "0.200" in found.remarks[0]
    drawn = draw({"fig8": found})["fig8"]
    tokens, _ = line(drawn, "loss 1", LOSSES)
    curve = power_law(0.36)
    assert tokens == pytest.approx(curve.time[curve.time >= 1] * 16 * 64)  # batches of 16 samples of 64 bytes
    assert list(clashes(drawn)) == []


def test_a_kernel_without_an_exponent_predicts_nothing(monkeypatch):
    def refuse(*_):
        raise NoSingleExponent("curved", ((1, 2), (2, 3)), (1.25, 0.75))

    monkeypatch.setattr(fig6_fig8_richness, "fit_kernel", refuse)
    monkeypatch.setattr(fig6_fig8_richness, "start_kernel", lambda *_: None)
    task = SimpleNamespace(answers=np.ones((5, 10)), held_out=np.ones((5, 8, 8, 1)))
    monkeypatch.setattr(fig6_fig8_richness, "digits_task", lambda: task)
    predicted, _, remark = fig6_fig8_richness._predict_digits(16)
    assert predicted == () and "1.25, 0.75" in remark and "nothing is predicted" in remark
    curve = power_law(0.5)
    found = (measure_exponent(curve),) * 2
    data = Compared((Fraction(1), Fraction(0)), (curve, curve), found, predicted, (remark,), "$N = 16$")
    assert list(clashes(draw({"fig6": data})["fig6"])) == []


def test_a_linear_network_alone_is_drawn(monkeypatch):
    use_curves(monkeypatch, {Fraction(0): 0.3})
    figure = FIGURES["fig8"]
    found = figure.compute(map, figure.choose(type(figure.choice)(gamma=(Fraction(0),))))
    assert line(draw({"fig8": found})["fig8"], "measured 0", EXPONENTS)[1] == pytest.approx([0.3])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["fig6", "fig8"])
def test_small_networks_are_trained_and_drawn(name, monkeypatch):
    monkeypatch.setattr("verify.networks.network_exponent.FEWEST", 2)
    with made_small({fig6_fig8_richness: SMALL}):
        found = FIGURES[name].compute(map)
        assert all(curve.loss[-1] < curve.loss[0] for curve in found.curves)
        assert "measured" in str([artist.get_gid() for artist in draw({name: found})[name].axes[1].lines])
