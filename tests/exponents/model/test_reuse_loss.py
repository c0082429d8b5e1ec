"""The loss in (N, t, P): its terms against numbers by hand, and its phase diagrams against brute force."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from sympy import Rational, simplify

from exponents.algebra.piecewise import agreement
from exponents.derivations import derive
from exponents.model.linear_network import saturation
from exponents.model.reuse_loss import (
    data_correction,
    data_transient,
    full_batch_optimum,
    mixed_bottleneck,
    mixed_correction,
    one_pass,
    one_pass_optimum,
    peak_growth,
    priced_optimum,
    reuse_loss,
    samples_needed,
)
from exponents.model.stable_steps import DURATION
from exponents.model.table1 import DOMAIN, PARAMETERS, optimum
from exponents.names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH, STEPS, VERSIONS
from exponents.optimum.proof import prove
from exponents.symbols import N, P, alpha, beta, gamma, t

POINTS = st.tuples(
    st.fractions(Fraction(21, 20), 6, max_denominator=40), st.fractions(Fraction(1, 20), 5, max_denominator=40)
)


def at(expression, point):
    return expression.subs(
        {alpha: Rational(*point[0].as_integer_ratio()), beta: Rational(*point[1].as_integer_ratio())}
    )


def best(loss, budgets, point):
    """r by a linear programme in doubles: maximise r, every term falling by r at least, within every budget."""
    resources = (N, t, P)
    rows = [[-float(at(term.exponent(r), point)) for r in resources] + [1.0] for term in loss]
    rows += [[float(budget.get(r, 0)) for r in resources] + [0.0] for budget in budgets]
    bounds = [0.0] * len(loss.terms) + [1.0] * len(budgets)
    found = linprog([0, 0, 0, -1], rows, bounds, bounds=[(0, None)] * 3 + [(None, None)])
    return -found.fun


@given(POINTS, st.sampled_from(REGIMES), st.sampled_from(VERSIONS))
def test_each_diagram_is_the_optimum_of_a_linear_programme(point, regime, version):
    compute = {N: 1, t: 1}
    whole, full = reuse_loss(regime, version), reuse_loss(regime, version, batches=False)
    one = one_pass(regime, version)
    cases = [
        (one_pass_optimum(regime, version), one, [compute]),
        (priced_optimum(regime, version), whole, [compute, {P: 1}]),
        (full_batch_optimum(regime, version), full, [{N: 1, t: 1, P: 1}]),
    ]
    for diagram, loss, budgets in cases:
        assert float(at(diagram.exponent, point)) == pytest.approx(best(loss, budgets, point), abs=1e-7)


@pytest.mark.slow
@given(POINTS, st.sampled_from(REGIMES), st.sampled_from(VERSIONS))
def test_the_samples_needed_are_enough_and_no_fewer_are(point, regime, version):
    whole, needed = reuse_loss(regime, version), float(at(samples_needed(regime, version), point))
    table = float(at(optimum(regime, PUBLISHED).exponent, point))
    for share, enough in ((1.0, True), (0.98, False)):
        found = best(whole, [{N: 1, t: 1}, {P: 1 / (share * needed)}], point)
        assert (found > table - 1e-7) is enough
    assert needed < 1  # so that a price of one step a sample changes nothing


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("regime", REGIMES)
def test_every_diagram_is_proved(regime, version):
    for diagram in (one_pass_optimum, priced_optimum, full_batch_optimum):
        prove(diagram(regime, version))


def test_with_pencil_and_paper():
    assert simplify(mixed_bottleneck().exponent(P) - (alpha - 1)) == 0 and mixed_bottleneck().exponent(N) == 1
    assert simplify(data_transient(LAZY).exponent(t) - (2 - 1 / alpha)) == 0
    for b, exponent in ((Rational(1, 2), Rational(1, 2) - 1 / alpha), (3, 2 - 1 / alpha)):
        assert simplify(data_correction(LAZY).subs(beta, b) - exponent) == 0
    assert mixed_correction().subs({alpha: 3, beta: Rational(1, 2)}) == Rational(1, 2)
    assert peak_growth() == Rational(1, 2)


def test_full_batches_by_hand():
    # hard and lazy: t^-b = N^-ab = P^-ab and N t P = C
    found = full_batch_optimum(LAZY, PUBLISHED).phases[0]
    assert simplify(found.exponent - alpha * beta / (alpha + 2)) == 0
    # super-easy as derived: t^-(2 - 1/a)/P = P^-2a, N = P^(a+1)
    found = full_batch_optimum(LAZY, DERIVED).phases[-1]
    assert simplify(found.exponent - alpha / (alpha + 1)) == 0
    assert simplify(dict(found.allocation)[N] - (alpha + 1) * dict(found.allocation)[P]) == 0


def test_where_a_rich_flow_is_ahead_of_its_samples():
    same = agreement(optimum(RICH).exponent, one_pass_optimum(RICH, DERIVED).exponent, PARAMETERS, DOMAIN)
    for a, b, holds in (
        (Fraction(5, 4), Fraction(1, 2), False),
        (Fraction(5, 4), Fraction(7, 10), True),
        (2, Fraction(1, 9), True),
    ):
        assert bool(at(same, (Fraction(a), Fraction(b)))) is holds
    assert agreement(optimum(LAZY).exponent, one_pass_optimum(LAZY, DERIVED).exponent, PARAMETERS, DOMAIN) == True  # noqa: E712


@pytest.mark.parametrize("version", VERSIONS)
def test_in_stable_steps_one_pass_of_a_rich_model_falls_as_that_of_a_lazy_one(version):
    stepped, lazy, n = one_pass(RICH, version, STEPS), one_pass(LAZY, version), DURATION[STEPS]
    assert {term.name for term in stepped} == {term.name for term in lazy}
    assert ("data_transient" in {term.name for term in stepped}) == (version == DERIVED)
    for name in ("gradient_flow", "data_bottleneck", "finite_model_transient"):
        assert agreement(stepped[name].exponent(n), lazy[name].exponent(t), PARAMETERS, DOMAIN) == True  # noqa: E712
    best = [one_pass_optimum(*setting).exponent for setting in ((RICH, version, STEPS), (LAZY, version))]
    assert agreement(*best, PARAMETERS, DOMAIN) == True  # noqa: E712
    assert stepped["gradient_flow"].exponent(n) != one_pass(RICH, version)["gradient_flow"].exponent(t)  # control


def test_control_without_the_mixed_term_fewer_samples_would_be_enough():
    point = (Fraction(2), Fraction(3))
    assert at(samples_needed(LAZY, DERIVED), point) == Rational(1, 4) > at(samples_needed(LAZY, PUBLISHED), point)


def test_terms_are_those_of_the_design():
    names = [term.name for term in reuse_loss(RICH, PUBLISHED)]
    assert names == ["gradient_flow", "model_bottleneck", "finite_model_transient", "sgd_transient", "data_bottleneck"]
    assert [term.name for term in reuse_loss(RICH, DERIVED)][5:] == ["data_transient", "mixed_bottleneck"]


def test_the_plateau_of_a_linear_network_by_hand():
    # sigma = 1: kappa (kappa - 1) = gamma/(4 alpha (beta - 1)), and 2 kappa - 1
    point = {alpha: 2, beta: Rational(5, 4), gamma: 4}
    assert simplify(saturation().subs(point) - 3) == 0
    assert simplify(saturation().subs({alpha: 2, beta: 3, gamma: 0}) - 1) == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_the_derivation_says_what_it_proved(version):
    found = derive("data", version)
    numbers = [formula for step in found.steps for formula in step.formulas if isinstance(formula, Rational)]
    assert numbers == [peak_growth()]
