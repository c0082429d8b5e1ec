"""What claims derive, each by a second route: a mode sum, a numerical slope, or two terms that meet."""

import numpy as np
import pytest
from sympy import Max, Rational, simplify

from exponents.asymptotics.mode_sums import mode_sum
from exponents.claims import derived
from exponents.model.online_loss import loss
from exponents.model.timescale import clock_growth
from exponents.names import DERIVED, LAZY, REGIMES, RICH
from exponents.symbols import N, alpha, beta, t, x

POINTS = [(Rational(3, 2), Rational(1, 2)), (Rational(2), Rational(6, 5)), (Rational(3), Rational(5, 2))]


def at(expression, point):
    return expression.subs(dict(zip((alpha, beta), point, strict=True)))


@pytest.mark.parametrize("point", POINTS)
def test_what_is_learned_grows_as_its_mode_sum_in_the_clock(point):
    """U = sum_k k^(alpha - alpha beta - 1) phi^2, with phi^2 of strip -2 < Re z < 0 as x^2/(1 + x)^2 has it."""
    decay = mode_sum(alpha * beta + 1 - alpha, x**2 / (1 + x) ** 2).exponent
    assert at(derived.learned_norm() + clock_growth(RICH) * decay, point) == 0


@pytest.mark.parametrize("point", POINTS)
def test_the_readout_of_the_lazy_flow_moves_as_a_sum_does(point):
    """Eq. 47, C2(t, t) = sum_k lambda_k y_k^2 e^(-2 lambda_k t), by an integral over u = ln k at two late times."""
    a, b = map(float, point)
    u = np.linspace(0, 60 / a, 40_001)
    sums = [(np.exp(-a * (b + 1) * u) * np.exp(-2 * np.exp(-a * u) * late)).sum() for late in (1e6, 1e7)]
    assert np.log10(sums[0] / sums[1]) == pytest.approx(float(at(derived.readout_speed(), point)), rel=1e-3)


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("point", POINTS)
def test_the_bottleneck_is_reached_where_the_last_other_term_falls_below_it(point, regime):
    terms = loss(regime, DERIVED)
    floor = terms["model_bottleneck"].exponent(N)
    others = (terms[name] for name in ("gradient_flow", "finite_model_transient"))
    meets = Max(*((at(floor, point) - at(term.exponent(N), point)) / at(term.exponent(t), point) for term in others))
    assert simplify(at(derived.arrival(regime), point) - meets) == 0


def test_control_the_clock_is_not_time():
    assert at(derived.arrival(RICH), POINTS[0]) < at(derived.arrival(LAZY), POINTS[0])
