"""Resources that are held, and splits of one's own, against closed forms."""

import pytest
from scipy.optimize import brentq
from sympy import Rational, Symbol

from exponents import N, P, plan_budget, programme, t
from exponents.budget.comparison import compare_split, hold_resources
from exponents.errors import InputError

D = Symbol("D", positive=True)
LAW = Rational("406.4") * N ** -Rational("0.34") + Rational("410.7") * D ** -Rational("0.28") + Rational("1.69")


def chinchilla(n, d):
    return 406.4 * n**-0.34 + 410.7 * d**-0.28 + 1.69


def best_loss(budget):
    """Return the least loss at 6 N D = C, where 0.34 a N^-0.34 = 0.28 b D^-0.28."""
    n = (0.34 * 406.4 / (0.28 * 410.7) * (budget / 6) ** 0.28) ** (1 / 0.62)
    return chinchilla(n, budget / 6 / n)


def test_holding_a_resource_costs_loss_and_budget():
    plan = plan_budget(programme(LAW, 6 * N * D), 10**21)
    held = hold_resources(plan, {N: 7 * 10**9})
    lost = chinchilla(7e9, 1e21 / 42e9)
    assert float(held.plan.loss) == pytest.approx(lost, rel=1e-13)
    assert dict(held.plan.allocation)[D] == pytest.approx(1e21 / 42e9, rel=1e-13)
    # a loss of 2.3 known to 1e-16 fixes the budget to about 1e-14
    assert float(held.enough) == pytest.approx(brentq(lambda c: best_loss(c) - lost, 1e18, 1e21, rtol=1e-14), rel=1e-11)
    assert float(held.enough) != pytest.approx(brentq(lambda c: best_loss(c) - 1.01 * lost, 1e17, 1e21), rel=1e-2)
    d = ((best_loss(1e21) - 1.69 - 406.4 * 7e9**-0.34) / 410.7) ** (-1 / 0.28)
    assert held.needed is not None
    assert float(held.needed) == pytest.approx(42e9 * d, rel=1e-11)


def test_a_loss_that_the_held_resource_forbids_has_no_budget():
    held = hold_resources(plan_budget(programme(1 / N + 1 / t, N * t), 100), {N: 5})  # the best loss is 1/5
    assert held.needed is None
    assert float(held.plan.loss) == pytest.approx(1 / 5 + 1 / 20, rel=1e-13)
    assert float(held.enough) == pytest.approx((2 / 0.25) ** 2, rel=1e-13)


def test_holding_the_best_amount_costs_nothing():
    held = hold_resources(plan_budget(programme(1 / N + 1 / t, N * t), 100), {N: 10})
    assert float(held.plan.loss) == pytest.approx(0.2, rel=1e-13)
    assert float(held.enough) == pytest.approx(100, rel=1e-13)
    assert held.needed is not None
    assert float(held.needed) == pytest.approx(100, rel=1e-13)


def test_a_held_resource_in_a_sum_and_beside_a_second_budget():
    # 7 N + t = 100 with N = 5
    held = hold_resources(plan_budget(programme(1 / N + 1 / t, 7 * N + t), 100), {N: 5})
    assert float(held.plan.loss) == pytest.approx(1 / 5 + 1 / 65, rel=1e-13)
    # N t = 100 and 4 P = 20, in proportion: 1/5 + 1/20 + 1/5 is 2/sqrt(C) + 20/C for the best split
    held = hold_resources(plan_budget(programme(1 / N + 1 / t + 1 / P, (N * t, 4 * P)), (100, 20)), {N: 5})
    assert float(held.enough) == pytest.approx(brentq(lambda c: 2 / c**0.5 + 20 / c - 0.45, 1, 100), rel=1e-11)


def test_a_split_of_ones_own_beside_the_best():
    plan = plan_budget(programme(LAW, 6 * N * D), 10**21)
    found = compare_split(plan, {D: 2 * 10**10, N: 10**9})
    assert float(found.budget) == pytest.approx(1.2e20, rel=1e-14)
    assert [(name, float(cost)) for name, cost in found.costs] == [("6*D*N", pytest.approx(1.2e20, rel=1e-14))]
    assert float(found.loss) == pytest.approx(chinchilla(1e9, 2e10), rel=1e-14)
    same = brentq(lambda c: best_loss(c) - chinchilla(1e9, 2e10), 1e18, 1.2e20, rtol=1e-14)
    assert float(found.needed) == pytest.approx(same, rel=1e-11)
    assert found.broken == ()
    best = compare_split(plan, {N: 10**9, D: 10**12})
    assert float(best.budget) == pytest.approx(6e21, rel=1e-14)
    assert best.needed < 6 * 10**21


def test_a_split_that_breaks_constraints_is_told_which():
    problem = programme(1 / N + 1 / t, 3 * N * t + N, subject_to=[t >= 2 * N, N <= 50])
    plan = plan_budget(problem, 10**4)
    assert compare_split(plan, {N: 10, t: 20}).broken == ()
    found = compare_split(plan, {N: 60, t: Rational(1, 2)})
    assert found.broken == ("t >= 2*N", "N <= 50", "t >= 1")
    assert [(name, float(cost)) for name, cost in found.costs] == [("3*N*t + N", 150)]


def test_bad_amounts_are_refused():
    plan = plan_budget(programme(1 / N + 1 / t, N * t), 100)
    with pytest.raises(InputError, match="the resources are N, t"):
        hold_resources(plan, {P: 1})
    with pytest.raises(InputError, match="got none for t"):
        compare_split(plan, {N: 1})
    with pytest.raises(InputError, match="the amount of N must be positive; got 0"):
        hold_resources(plan, {N: 0})
    with pytest.raises(InputError, match=r"no allocation meets .* and N == 1000"):
        hold_resources(plan, {N: 1000})
