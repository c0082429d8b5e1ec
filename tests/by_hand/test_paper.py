"""The paper's own formulas, typed in from its pages, against what the package derives.

Bordelon, Atanasov and Pehlevan, arXiv 2409.17858; equation numbers are those of the first version.
"""

from fractions import Fraction

import pytest
from sympy import Max, Min, Piecewise, Rational, S, simplify

from exponents.algebra.piecewise import agreement
from exponents.claims.catalogue import CLAIMS
from exponents.model.batch_noise import noise_feedback, noise_kernel
from exponents.model.bottleneck import bottleneck_sum, data_bottleneck, resolution
from exponents.model.level_series import level_series
from exponents.model.model_transient import finite_model_transient
from exponents.model.online_loss import loss
from exponents.model.table1 import optimum, table_1
from exponents.model.timescale import chi, clock_growth, self_consistency
from exponents.reports.point import at
from exponents.symbols import B, N, P, alpha, beta, eta, n, t

PARAMETERS, DOMAIN = (alpha, beta), (alpha - 1, beta)
M = Max(1, 2 / (1 + beta))


def same(left, right, *more):
    return agreement(S(left), S(right), PARAMETERS, (*DOMAIN, *more)) == True  # noqa: E712


def test_eq_8_the_lazy_loss_has_the_four_printed_terms():
    terms = loss("lazy")
    assert same(terms["gradient_flow"].exponent(t), beta)
    assert same(terms["model_bottleneck"].exponent(N), alpha * Min(2, beta))
    assert same(terms["finite_model_transient"].exponent(N), 1)
    assert same(terms["finite_model_transient"].exponent(t), 1 - 1 / alpha)
    assert same(terms["sgd_transient"].exponent(t), 2 - 1 / alpha)
    assert terms["sgd_transient"].prefactor == eta / B


def test_eq_9_the_rich_loss_speeds_up_every_term_but_the_bottleneck():
    terms = loss("rich")
    assert same(terms["gradient_flow"].exponent(t), beta * M)
    assert same(terms["model_bottleneck"].exponent(N), alpha * Min(2, beta))
    assert same(terms["finite_model_transient"].exponent(t), (1 - 1 / alpha) * M)
    assert same(terms["sgd_transient"].exponent(t), (2 - 1 / alpha) * M)


def test_eq_10_the_time_exponent():
    assert same(chi("rich"), beta * M)
    assert same(chi("rich"), 2 * beta / (1 + beta), 1 - beta)
    assert same(chi("rich"), beta, beta - 1)
    assert same(chi("lazy"), beta)


def test_eq_11_the_mode_learned_at_time_t():
    # For beta < 1 the clock grows as t^{2 - chi} and mode k is learned when the clock reaches k^alpha.
    assert same(clock_growth("rich") / alpha, (2 - beta * M) / alpha, 1 - beta)


def test_eq_12_and_76_the_bottleneck_as_published():
    assert same(resolution(), alpha)
    assert same(bottleneck_sum("published").exponent, Min(2, beta))
    assert same(loss("lazy")["model_bottleneck"].exponent(N), alpha * beta, 2 - beta)


def test_the_bottleneck_as_derived_has_strip_end_one():
    assert same(bottleneck_sum("derived").exponent, Min(1, beta))


def test_eq_62_the_levels():
    series = level_series()
    assert series.level(0) == beta
    assert simplify(series.level(1) - beta * (2 - beta)) == 0
    assert simplify(series.level(2) - beta * (2 - beta * (2 - beta))) == 0
    assert simplify(series.level(3) - beta * (2 - beta * (2 - beta * (2 - beta)))) == 0


def test_eq_62_the_closed_form_and_its_error():
    # chi_n = 2 beta/(1+beta) + (-beta)^n (beta - 2 beta/(1+beta)), by solving the recursion on paper.
    limit = 2 * beta / (1 + beta)
    assert simplify(level_series().closed_form - (limit + (-beta) ** n * (beta - limit))) == 0
    for level in range(6):
        gap = abs(level_series().level(level).subs(beta, Rational(1, 3)) - Rational(1, 2))
        assert gap == Rational(1, 3) ** (level + 1) * Rational(2, 3) / Rational(4, 3)


def test_eq_68_the_self_consistent_equation_is_solved():
    equation = self_consistency()
    for value in (Rational(1, 7), Rational(2, 3), Rational(1), Rational(9, 5)):
        solution = chi("rich").subs(beta, value)
        assert equation.lhs.subs(equation.lhs, solution) == equation.rhs.subs(beta, value).subs(equation.lhs, solution)


def test_eq_78_the_data_bottleneck():
    assert same(data_bottleneck().exponent(P), alpha * Min(2, beta))


def test_eq_80_the_transient_in_the_rich_regime():
    assert same(finite_model_transient("rich", "published").exponent(t), 2 * (1 - 1 / alpha) / (1 + beta), 1 - beta)


def test_eq_82_needs_two_factors_of_the_eigenvalue_for_eq_9():
    assert same(noise_kernel().exponent, 2 - 1 / alpha)


def test_the_sgd_transient_as_derived_has_the_kernel_in_front():
    """By hand, for beta < 1.

    Divided by kappa^{1/2}, what an early batch has left in a mode relaxes at the mode's own rate in the clock.  Its
    variance there is K(tau) = sum_k lambda_k^2 e^{-2 lambda_k tau} ~ tau^{-(2 - 1/alpha)}, and the loss is kappa times
    that.  With tau ~ t^{2/(1+beta)} and kappa = dtau/dt ~ t^{(1-beta)/(1+beta)} it falls with

        2 (2 - 1/alpha)/(1+beta) - (1-beta)/(1+beta) = (3 + beta - 2/alpha)/(1+beta).

    At beta = 1, tau = t (ln t)^{1/2} and kappa ~ (ln t)^{1/2}: the power of ln t is 1/2 - (2 - 1/alpha)/2.
    """
    derived, published = (loss("rich", version)["sgd_transient"] for version in ("derived", "published"))
    assert same(derived.exponent(t), (3 + beta - 2 / alpha) / (1 + beta), 1 - beta)
    assert same(derived.exponent(t), 2 - 1 / alpha, beta - 1)
    assert same(loss("lazy", "derived")["sgd_transient"].exponent(t), 2 - 1 / alpha)
    assert derived.prefactor == eta / B
    assert not same(derived.exponent(t), published.exponent(t), 1 - beta)
    assert derived.exponent(t).subs({alpha: 2, beta: S.Half}) == Rational(5, 3)  # published: 2
    ((power, where),) = [(found.power, found.where) for found in derived.logarithms]
    assert simplify(power - (1 / alpha - 1) / 2) == 0 and where.subs(beta, 1) == True  # noqa: E712


def test_noise_made_all_along_lags_behind_the_flow_by_the_growth_of_the_kernel():
    """By hand: kappa(t) int dtau_s K(tau - tau_s) L(s), where L ~ tau^{-beta} in the clock.

    K falls faster than 1/tau for alpha > 1.  So for beta < 1 the integral follows L, and the total falls with chi less
    the growth of kappa, chi - (1 - chi); for beta > 1 kappa is constant, and the slower of L and K is left.
    """
    limit = 2 * beta / (1 + beta)
    assert same(noise_feedback("rich"), 2 * limit - 1, 1 - beta)
    assert same(noise_feedback("rich"), Min(beta, 2 - 1 / alpha), beta - 1)
    assert same(noise_feedback("lazy"), Min(beta, 2 - 1 / alpha))
    assert not same(noise_feedback("rich"), limit, 1 - beta)


TABLE_1 = {
    "lazy": (alpha * beta / (alpha + 1), alpha * beta / (alpha * beta + 1), 1 - 1 / (2 * alpha)),
    "rich": (2 * alpha * beta / (alpha * (1 + beta) + 2), alpha * beta / (alpha * beta + 1), 1 - 1 / (2 * alpha)),
}
BALANCED = (
    ("gradient_flow", "model_bottleneck"),
    ("gradient_flow", "finite_model_transient"),
    ("finite_model_transient", "sgd_transient"),
)


@pytest.mark.parametrize("regime", ["lazy", "rich"])
def test_table_1_exponents_balances_and_boundaries(regime):
    diagram = table_1()[regime]
    assert len(diagram.phases) == 3
    for phase, printed, balanced in zip(diagram.phases, TABLE_1[regime], BALANCED, strict=True):
        assert simplify(phase.exponent - printed) == 0
        assert phase.binding == balanced
    printed = Piecewise(
        (TABLE_1[regime][0], beta < 1), (TABLE_1[regime][1], beta < 2 - 1 / alpha), (TABLE_1[regime][2], True)
    )
    assert same(diagram.exponent, printed)
    assert [boundary.curve.rhs for boundary in diagram.boundaries] == [1, 2 - 1 / alpha]


def test_table_1_allocations_by_balancing_on_paper():
    # t^-chi = N^-(alpha beta) and N t = C give N ~ C^{chi/(chi + alpha beta)}; likewise for the other two.
    hard, easy, super_easy = optimum("rich").phases
    limit = 2 * beta / (1 + beta)
    assert simplify(dict(hard.allocation)[N] - limit / (limit + alpha * beta)) == 0
    assert simplify(dict(easy.allocation)[t] - 1 / (beta + 1 / alpha)) == 0
    assert dict(super_easy.allocation) == {N: Rational(1, 2), t: Rational(1, 2)}


def test_the_point_three_halves_one_half():
    point = at("3/2", "1/2")
    assert point.regime == "hard"
    assert (point.rich.compute_exponent, point.rich.model_size_exponent) == (Fraction(6, 17), Fraction(8, 17))
    assert (point.rich.time_exponent, point.rich.time_allocation_exponent) == (Fraction(2, 3), Fraction(9, 17))
    assert (point.lazy.compute_exponent, point.lazy.model_size_exponent) == (Fraction(3, 10), Fraction(2, 5))
    assert (point.lazy.time_exponent, point.lazy.time_allocation_exponent) == (Fraction(1, 2), Fraction(3, 5))
    assert point.lazy.binding == point.rich.binding == ("gradient_flow", "model_bottleneck")


FLOORS = {name: alpha * Min(2, beta) for name in ("fixed point", "early stopping, lazy", "early stopping, rich")}
EASIER = ((alpha * beta / (alpha * beta + 1), beta <= 2 - 1 / alpha), (1 - 1 / (2 * alpha), True))
CATALOGUE = {
    ("networks: trained, time exponent", "eq. 2, Fig. 5a"): beta * Max(1, 2 / (1 + beta)),
    ("networks: trained, source hypothesis", "sec. 5"): 0,
    ("chi: lazy time exponent", "eq. 8"): beta,
    **{
        (f"chi: {name}", source): beta * M
        for name, source in (("time exponent", "eq. 10, 68"), ("correlation", "eq. 66, 68"))
    },
    ("chi: kernel growth", "sec. 4"): 1 - beta * M,
    ("chi: readout norm", "Fig. 12"): Max(0, 1 - beta * M),
    ("chi: learned mode", "eq. 11"): (2 - beta * M) / alpha,
    **{(f"levels: level {i}", "eq. 62"): None for i in range(9)},
    ("levels: readout norm", "eq. 47"): Max(0, 1 - beta),
    ("levels: readout speed", "eq. 47"): beta,
    ("amplitude: RKHS norm", "eq. 7"): 1 / (alpha * (beta - 1)),
    ("bottleneck: resolution", "eq. 75"): alpha,
    ("bottleneck: infinite time", "eq. 12"): alpha * beta,
    ("bottleneck: infinite time", "eq. 76"): alpha * Min(2, beta),
    ("transient: lazy", "eq. 8"): 1 - 1 / alpha,
    ("transient: rich", "eq. 9, 80"): (1 - 1 / alpha) * M,
    ("sgd: variance, lazy", "eq. 8"): 2 - 1 / alpha,
    ("sgd: variance, rich", "eq. 9"): (2 - 1 / alpha) * M,
    ("sgd: variance, rich", "eq. 83"): (1 - 1 / alpha) * M,
    ("sgd: loss, rich", "eq. 9"): (2 - 1 / alpha) * M,
    ("compute-optimal: lazy", "Table 1"): Piecewise((alpha * beta / (alpha + 1), beta <= 1), *EASIER),
    ("compute-optimal: rich", "Table 1"): Piecewise(
        (alpha * beta * 2 / (alpha + alpha * beta + 2), beta <= 1), *EASIER
    ),
    ("data: resolution", "eq. 77"): alpha,
    **{(f"data: {name}", "eq. 78"): floor for name, floor in FLOORS.items()},
    ("data: as many features", "eq. 76, 78"): alpha * Min(2, beta),
    ("linear: time exponent", "Fig. 11"): beta * M,
    ("linear: readout norm", "Fig. 12"): Max(0, 1 - beta * M),
    ("linear: spike", "App. G.3"): Max(0, 1 - beta * M),
    **{(f"networks: tangent kernel{deep}", "eq. 14, Fig. 7a"): alpha for deep in ("", ", deep")},
    **{(f"networks: covariance{deep}", "Fig. 7a, read for NNGP"): alpha for deep in ("", ", deep")},
    # where two terms of eq. 8 or 9 meet: the floor with flow and transient, and the transient with the flow
    ("bottleneck: arrival, lazy", "eq. 8"): Max(
        alpha * Min(2, beta) / beta, alpha * (alpha * Min(2, beta) - 1) / (alpha - 1)
    ),
    ("bottleneck: arrival, rich", "eq. 9"): Max(
        alpha * Min(2, beta) / (beta * M), alpha * (alpha * Min(2, beta) - 1) / (alpha - 1) / M
    ),
    **{
        (f"transient: departure, {regime}", source): alpha / (alpha * beta - alpha + 1)
        for regime, source in (("lazy", "eq. 8"), ("rich", "eq. 9"))
    },
}
"""Every published formula of the catalogue, typed in a second time; levels follow from eq. 62."""


@pytest.mark.parametrize("point", [("3/2", "1/2"), ("2", "6/5"), ("3", "5/2")])
def test_the_catalogue_prints_what_the_paper_does(point):
    a, b = map(Rational, point)
    published = [claim for claim in CLAIMS if claim.published is not None]
    assert {(claim.name, claim.source) for claim in published} == set(CATALOGUE)
    for claim in published:
        due = CATALOGUE[claim.name, claim.source]
        if due is None:  # chi_n = chi + (-beta)^n (beta - chi), the closed form of eq. 62
            limit = 2 * beta / (1 + beta)
            due = limit + (-beta) ** int(claim.name.split()[-1]) * (beta - limit)
        assert simplify((claim.parse_published() - due).subs({alpha: a, beta: b})) == 0, (claim.name, claim.source)
