"""The exponent of a network's loss: its error covers the truth, and predictions are those of the model."""

from fractions import Fraction

import numpy as np
import pytest

from exponents.errors import InputError
from verify.curves import LossCurve
from verify.networks.network_exponent import measure_exponent
from verify.networks.network_prediction import MOST_RATE, choose_learning_rate, predict_exponents

TIME = np.geomspace(0.1, 1e3, 65)


def curve(losses):
    return LossCurve(TIME, losses.mean(axis=0), 0 * TIME, 1.0, observed={"losses": losses})


def draw(generator, seeds=3):
    """Power laws with a correction, and noise that is correlated in time, as that of one training is."""
    noise = generator.standard_normal((seeds, len(TIME)))
    for place in range(1, len(TIME)):
        noise[:, place] = 0.8 * noise[:, place - 1] + 0.6 * noise[:, place]
    return TIME**-0.5 * (1 + 0.3 * TIME**-0.5) * np.exp(0.05 * noise)


def test_the_error_covers_the_limit_and_not_a_wrong_one():
    generator = np.random.default_rng(0)
    found = [measure_exponent(curve(draw(generator))) for _ in range(200)]
    inside = np.mean([abs(one.value - 0.5) <= one.error for one in found])
    assert inside > 0.93  # 95 % for the noise alone, less two standard errors of 200 draws; drift adds to it
    assert np.mean([one.judge(0.75) == "refuted" for one in found]) > 0.9


def test_one_seed_decides_nothing():
    found = measure_exponent(curve(draw(np.random.default_rng(0), seeds=1)))
    assert found.error == np.inf and found.judge(0.5) == found.judge(3.0) == "undecided"


@pytest.mark.parametrize("last", [2.0, 0.5])  # too few times in the window, and none
def test_a_short_curve_has_no_exponent(last):
    short = curve(draw(np.random.default_rng(0))).select(last > TIME)
    with pytest.raises(InputError, match="train for more steps"):
        measure_exponent(short)


@pytest.mark.parametrize(("beta", "rich"), [("1/4", "2/5"), ("1/2", "2/3"), ("5/4", "5/4")])
def test_predictions_are_those_of_the_paper(beta, rich):
    """t^(-beta max(1, 2/(1 + beta))), eq. 10, by hand."""
    found = predict_exponents(Fraction(2), Fraction(beta))
    assert found == {"lazy": Fraction(beta), "rich": Fraction(rich)}


def test_the_chosen_step_times_the_last_kernel_is_one():
    """With kappa ~ t^((1 - beta)/(1 + beta)), eq. 63; a lazy or easy kernel does not grow."""
    for beta, steps in ((Fraction(1, 2), 10**4), (Fraction(1, 10), 10**6)):
        eta, growth = choose_learning_rate(beta, steps), float((1 - beta) / (1 + beta))
        assert eta * (eta * steps) ** growth == pytest.approx(1)
    assert choose_learning_rate(beta, 10**4, lazy=True) == choose_learning_rate(Fraction(2), 10**4) == MOST_RATE
