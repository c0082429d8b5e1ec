"""The least budget for a loss, and budgets that a sum may not exceed, against minimisations that share no formula."""

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from sympy import Rational, Symbol

from exponents import N, P, plan_budget, programme, t
from exponents.budget.trade_off import least_cost
from exponents.errors import InputError, NoBalance

D = Symbol("D", positive=True)
HOFFMANN = (406.4, 0.34, 410.7, 0.28)
SARDANA = (406.4, 0.336, 410.7, 0.283)


def least_cost_of(problem, target):
    return least_cost(problem, target).budget


INFERENCE = 6 * N * D + 2 * N * 10**13


def law(a, alpha, b, beta):
    """Return a N^-alpha + b D^-beta + 1.69, exactly."""
    a, alpha, b, beta = (Rational(str(value)) for value in (a, alpha, b, beta))
    return a * N**-alpha + b * D**-beta + Rational("1.69")


def cheapest(constants, target, cost):
    """Minimise the cost over N, where D is what the target then needs."""
    a, alpha, b, beta = constants

    def spend(log_n):
        left = target - 1.69 - a * np.exp(-alpha * log_n)
        return np.log(cost(np.exp(log_n), (b / left) ** (1 / beta))) if left > 0 else 1e3

    start = np.log(a / (target - 1.69)) / alpha
    return np.exp(minimize_scalar(spend, bounds=(start, start + 20), method="bounded", options={"xatol": 1e-10}).fun)


@pytest.mark.parametrize(
    ("constants", "target", "sum_cost", "cost", "printed", "digits"),
    [
        # the loss is printed to 1e-6 of 0.24 above 1.69, and the budget goes as the power -6.5 of that
        (HOFFMANN, "1.930748", 6 * N * D, lambda n, d: 6 * n * d, 5.76e23, 3e-5),
        # printed to 1e-5 of 0.27
        (SARDANA, "1.95825", INFERENCE, lambda n, d: 6 * n * d + 2e13 * n, 6.3378e23, 3e-4),
    ],
)
def test_the_least_budget_for_a_published_loss(constants, target, sum_cost, cost, printed, digits):
    found = float(least_cost_of(programme(law(*constants), sum_cost), target))
    assert found == pytest.approx(printed, rel=digits)
    # the cost is flat at its minimum: 1e-10 in ln N leaves rounding
    assert found == pytest.approx(cheapest(constants, float(target), cost), rel=1e-9)
    assert found != pytest.approx(cheapest(constants, float(target) * 1.001, cost), rel=1e-3)


def test_a_plan_for_a_sum_is_the_published_one_and_spends_the_sum():
    found = plan_budget(programme(law(*SARDANA), INFERENCE), "6.3378e23")
    amounts = {r.name: float(x) for r, x in found.allocation}
    assert float(found.loss) == pytest.approx(1.95825, abs=6e-6)
    assert amounts["N"] == pytest.approx(1.361e10, rel=5e-4)
    assert amounts["D"] == pytest.approx(4.426e12, rel=5e-4)
    assert 6 * amounts["N"] * amounts["D"] + 2e13 * amounts["N"] == pytest.approx(6.3378e23, rel=1e-12)
    assert found.law is None
    assert "sum" in found.no_law


@pytest.mark.parametrize("seed", range(6))
def test_random_sums_against_a_general_minimiser(seed):
    draw = np.random.default_rng(seed)
    falls, front = draw.integers(1, 9, (3, 3)) / 10, draw.integers(1, 50, 3)
    falls[~np.eye(3, dtype=bool)] *= draw.integers(0, 2, 6)
    costs, price = np.vstack([draw.integers(0, 3, (3, 3)), np.ones(3, int)]), draw.integers(1, 9, 4)
    amounts = (N, t, P)

    def exact(prefactors, powers):
        return sum(
            int(p) * np.prod([r ** Rational(str(e)) for r, e in zip(amounts, row, strict=True)])
            for p, row in zip(prefactors, powers.tolist(), strict=True)
        )

    budget = 10**6
    problem = programme(exact(front, -falls), exact(price, costs))
    found = plan_budget(problem, budget)
    check = minimize(
        lambda u: np.log(front @ np.exp(-falls @ u)),
        np.full(3, 0.1),
        bounds=[(0, np.log(budget))] * 3,
        constraints={"type": "ineq", "fun": lambda u: np.log(budget) - np.log(price @ np.exp(costs @ u))},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    # the general minimiser is the coarser: its steps end within about 1e-7 of the least loss
    assert np.log(float(found.loss)) == pytest.approx(check.fun, abs=1e-6)
    assert np.log(float(plan_budget(problem, budget * 101 // 100).loss)) != pytest.approx(check.fun, abs=1e-6)
    # the other direction gives the budget back
    assert float(least_cost_of(problem, found.loss)) == pytest.approx(budget, rel=1e-12)


def test_a_sum_that_is_not_spent_where_more_does_not_help():
    found = plan_budget(programme(1 / N + N / 100, N + N**2), 10**6)
    assert float(found.loss) == pytest.approx(0.2, rel=1e-12)  # N = 10
    assert dict(found.allocation)[N] == pytest.approx(10, rel=1e-12)
    assert float(least_cost_of(programme(1 / N + N / 100, N + N**2), "0.2")) == pytest.approx(110, rel=1e-9)


def test_a_constant_in_a_cost_is_paid_first():
    assert plan_budget(programme(1 / N + 1 / t, N + t + 60), 100).loss == pytest.approx(0.1, rel=1e-12)
    assert float(least_cost_of(programme(1 / N + 1 / t, N + t + 60), "0.1")) == pytest.approx(100, rel=1e-12)


def test_a_sum_between_resources_binds_as_a_sum():
    # t = N + P with N P = 16 and loss 1/N + 1/P + t/1000 spends N = P = 4
    found = plan_budget(programme(1 / N + 1 / P + t / 1000, N * P, subject_to=[t >= N + P]), 16)
    assert {r.name: round(float(x), 9) for r, x in found.allocation if r in (N, P, t)} == {"N": 4, "P": 4, "t": 8}


def test_two_sums_and_a_cost_beside_a_sum():
    # N + 2 t <= 30 and 2 N + t <= 30 meet at N = t = 10, where both are tight for 1/N + 1/t
    both = programme(1 / N + 1 / t, (N + 2 * t, 2 * N + t))
    assert float(plan_budget(both, 30).loss) == pytest.approx(0.2, rel=1e-12)
    # only one is tight: 1/N + 1/t is least at (1 + sqrt(2))**2/C on N + 2 t = C
    loose = programme(1 / N + 1 / t, (N + 2 * t, N + t))
    assert float(plan_budget(loose, 100).loss) == pytest.approx((1 + 2**0.5) ** 2 / 100, rel=1e-12)
    # N t = C = 16 is spent, and P + N <= C leaves P = 12: 1/4 + 1/4 + 1/12
    beside = programme(1 / N + 1 / t + 1 / P, (N * t, N + P))
    assert float(plan_budget(beside, 16).loss) == pytest.approx(
        minimize_scalar(lambda n: 1 / n + n / 16 + 1 / (16 - n), bounds=(1, 15), method="bounded").fun, rel=1e-9
    )
    assert float(least_cost_of(beside, plan_budget(beside, 16).loss)) == pytest.approx(16, rel=1e-12)


def test_a_target_under_constraints():
    # with D = 100 N the budget is 600 N^2; at N = 100 the loss is 1/10 + 1/100
    tight = programme(N ** -Rational(1, 2) + 1 / D, 6 * N * D, subject_to=[D >= 100 * N])
    assert float(least_cost_of(tight, "0.1001")) == pytest.approx(600 * 100**2, rel=1e-12)
    # a bound on a resource leaves losses that no budget reaches
    bounded = programme(1 / N + 1 / t, N * t, subject_to=[N <= 10])
    assert float(least_cost_of(bounded, "0.2")) == pytest.approx(100, rel=1e-12)
    with pytest.raises(InputError, match=r"no budget of up to 1000 digits reaches a loss of 0\.1"):
        least_cost(bounded, "0.1")
    # what is only approached is not reached
    assert float(least_cost_of(bounded, "0.100001")) == pytest.approx(10**7, rel=1e-9)


def test_the_cheapest_split_may_be_better_than_the_target():
    assert least_cost_of(programme(1 / N + 1 / t, 6 * N * t), 100) == pytest.approx(6, rel=1e-15)


@pytest.mark.parametrize("target", ["1.69", "1", "0", "-1"])
def test_a_target_below_what_no_resource_lowers_is_refused(target):
    with pytest.raises(InputError, match=r"add up to 1\.69"):
        least_cost(programme(law(*HOFFMANN), 6 * N * D), target)


def test_what_a_plan_with_sums_cannot_do_is_said():
    with pytest.raises(InputError, match="one budget for all costs; got 2"):
        plan_budget(programme(1 / N + 1 / t, (N + t, N * t)), (100, 100))
    with pytest.raises(InputError, match=r"no allocation meets N \+ t <= C at C = 1 with"):
        plan_budget(programme(1 / N + 1 / t, N + t), 1)
    with pytest.raises(NoBalance, match="keeps falling as P grows"):
        least_cost(programme(1 / N + 1 / (t * P), N * t, resources=[P]), 1)
    with pytest.raises(NoBalance, match="keeps falling as 1/P grows"):
        least_cost(programme(1 / N + 1 / t + P, N * t, free=[P]), 1)
