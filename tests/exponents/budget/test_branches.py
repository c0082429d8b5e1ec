"""Plans of losses in powers of sums, min and max: published values, and brute force on random problems."""

import numpy as np
import pytest
from random_losses import BUDGET, draw_problem, look, search_grid
from scipy.optimize import brentq, minimize_scalar
from sympy import Max, Min, Rational, Symbol

from exponents import plan_budget, programme
from exponents.algebra.work_limit import WorkLimit
from exponents.budget import branch_search, pieces
from exponents.budget.comparison import compare_split, hold_resources
from exponents.budget.trade_off import least_cost
from exponents.errors import InputError, NoBalance, TooMuchWork
from exponents.symbols import C

N, D, U, g = (Symbol(name, positive=True) for name in ("N", "D", "U", "g"))


def r(text):
    return Rational(str(text))


PEARCE = r(482.01) * (N + 47491 * N ** r("1/3")) ** -r(0.3478) + r(2085.43) * D ** -r(0.3658) + r(1.8172)


def amounts(plan):
    return {resource.name: float(value) for resource, value in plan.allocation}


def gap(plan):
    return float((plan.loss - plan.low) / plan.loss)


def test_effective_parameters_as_published():
    # Pearce and Song 2024: at this budget the best N is 1e8
    found = plan_budget(programme(PEARCE, 6 * N * D), "2.618311e18")
    assert amounts(found) == pytest.approx({"N": 1e8, "D": 4.36385e9}, rel=1e-6)
    assert float(found.loss - found.irreducible) == pytest.approx(1.3630484, abs=5e-8)
    assert found.pieces > 0 and 0 <= gap(found) < 2e-9
    # the condition for a minimum, d loss/d ln N = 0, solved for N
    size = 2.618311e18 / 6

    def slope(n):
        inner = n + 47491 * n ** (1 / 3)
        rise = -0.3478 * 482.01 * inner**-1.3478 * (n + 47491 / 3 * n ** (1 / 3))
        return rise + 0.3658 * 2085.43 * (n / size) ** 0.3658

    assert amounts(found)["N"] == pytest.approx(brentq(slope, 1e7, 1e9, rtol=1e-14), rel=1e-7)
    assert sum(float(value) for _, value in found.terms) == pytest.approx(float(found.loss), rel=1e-14)


@pytest.mark.slow
def test_the_other_questions_of_a_loss_that_is_searched():
    problem = programme(PEARCE, 6 * N * D)
    found = plan_budget(problem, "2.618311e18")
    cost = least_cost(problem, found.loss)
    assert float(cost.budget) == pytest.approx(2.618311e18, rel=1e-8)
    assert float(cost.low) <= 2.618311e18 * (1 + 1e-12) and cost.pieces > 0
    held = hold_resources(found, {N: 7 * 10**7})

    def loss(n, d):
        return 482.01 * (n + 47491 * n ** (1 / 3)) ** -0.3478 + 2085.43 / d**0.3658 + 1.8172

    assert float(held.plan.loss) == pytest.approx(loss(7e7, 2.618311e18 / 4.2e8), rel=1e-12)
    best = float(found.loss)
    needed = brentq(lambda c: loss(7e7, c / 4.2e8) - best, 1e18, 1e19, rtol=1e-13)
    assert held.needed is not None and float(held.needed) == pytest.approx(needed, rel=1e-8)
    own = compare_split(found, {N: 10**8, D: 4 * 10**9})
    assert float(own.loss) == pytest.approx(loss(1e8, 4e9), rel=1e-13)
    assert float(own.budget) == pytest.approx(2.4e18) and float(own.needed) < 2.4e18


def test_compute_as_published():
    # Hoffmann 2022
    loss = r(406.4) * N ** -r(0.34) + r(410.7) * D ** -r(0.28) + r(1.69)
    found = plan_budget(programme(loss, 6 * N * D), "5.76e23")
    assert amounts(found) == pytest.approx({"N": 3.21899e10, "D": 2.98231e12}, rel=5e-6)
    assert float(found.loss) == pytest.approx(1.930748, abs=5e-7)
    assert gap(found) < 1e-30


def test_a_sum_under_a_positive_power_is_convex():
    # Kaplan 2020: [(Nc/N)^(aN/aD) + Dc/D]^aD at 6 N D = C
    power = r("0.095")
    loss = ((r("8.8e13") / N) ** (r("0.076") / power) + r("5.4e13") / D) ** power
    found = plan_budget(programme(loss, 6 * N * D), "1e22")

    def along(log_n):
        return ((8.8e13 / np.exp(log_n)) ** 0.8 + 5.4e13 * 6 * np.exp(log_n) / 1e22) ** 0.095

    check = minimize_scalar(along, bounds=(10, 40), method="bounded", options={"xatol": 1e-10})
    assert float(found.loss) == pytest.approx(check.fun, rel=1e-12)
    assert found.pieces == 0 and found.unique and gap(found) < 1e-30


@pytest.mark.parametrize("cost", [N * D, N * D + 0 * N + N])
def test_data_that_are_limited(cost):
    # Muennighoff 2023, in class: min(D, U) is all that counts of D
    loss = N ** -r(0.3527) + Min(D, U) ** -r(0.3527)
    problem = programme(loss, cost, subject_to=[U <= 10**9])
    found = plan_budget(problem, 10**22)
    assert amounts(found)["U"] == pytest.approx(1e9, rel=1e-9)
    assert amounts(found)["N"] == pytest.approx(1e22 / (1e9 + (cost != N * D)), rel=1e-9)
    assert found.pieces == 0


def test_a_minimum_of_terms_is_two_branches():
    # min(g/N, g^(1/2)) + 1/g at N g = 10^6: g^2/10^6 + 1/g beats g^(1/2) + 1/g; least at g^3 = 10^6/2
    found = plan_budget(programme(Min(g / N, g ** r("1/2")) + 1 / g, N * g), 10**6)
    best = (10**6 / 2) ** (1 / 3)
    assert amounts(found)["g"] == pytest.approx(best, rel=1e-9)
    assert float(found.loss) == pytest.approx(best**2 / 1e6 + 1 / best, rel=1e-12)
    assert found.pieces == 2


def test_max_plus_problems_with_a_budget():
    # 1/(I J K) with I J, J K, I K <= C^m and I, J, K <= C^n is C^-3 min(n, m/2)
    first, second, third = (Symbol(name, positive=True) for name in ("I1", "J1", "K1"))
    loss = 1 / (first * second * third)
    for m, n, power in ((r(1), r("2/3"), 1.5), (r("3/2"), r("1/2"), 1.5), (r("1/2"), r(1), 0.75)):
        pairs = [one * other <= C**m for one, other in ((first, second), (second, third), (first, third))]
        singles = [own <= C**n for own in (first, second, third)]
        found = plan_budget(programme(loss, (), subject_to=[*pairs, *singles]), 10**6)
        assert float(found.loss) == pytest.approx(10 ** (-6 * power), rel=1e-12)


def test_constraints_and_bounds_on_the_loss_of_a_published_law():
    # N <= 10^7 is tight, and leaves D = C/(6 10^7)
    found = plan_budget(programme(PEARCE, 6 * N * D, subject_to=[N <= 10**7]), "2.618311e18")
    assert amounts(found) == pytest.approx({"N": 1e7, "D": 2.618311e18 / 6e7}, rel=1e-9)
    # D = C^(1/2) is given
    given = plan_budget(programme(PEARCE, 6 * N * D + N, subject_to=[C ** r("1/2") >= D]), 10**18)
    assert amounts(given)["D"] == pytest.approx(1e9, rel=1e-9)
    assert amounts(given)["N"] == pytest.approx(1e18 / 6000000001, rel=1e-9)


@pytest.mark.parametrize("count", [3, 5])
def test_any_number_of_sums(count):
    # N/k + k D <= 30 for several k: the corner of the first two, or a side, is best for 1/N + 1/D
    rates = [r(k) for k in (1, 2, "1/2", 3, "1/3")][:count]
    found = plan_budget(programme(1 / N + 1 / D, tuple(N / k + k * D for k in rates)), 30)
    ends = [np.array([1 / float(k), float(k)]) for k in rates]

    def along(n):
        d = min((30 - side[0] * n) / side[1] for side in ends)
        return 1 / n + 1 / d if d >= 1 else 1e3 + n

    best = minimize_scalar(along, bounds=(1, 30), method="bounded", options={"xatol": 1e-10}).fun
    # both sides of a corner are straight, so the scalar minimiser is off by its step
    assert best * (1 - 1e-8) < float(found.loss) <= best


def test_whole_numbers():
    # 1/N + 5/D at N^2 + D <= 31: N = 3 and D = 22, by enumeration
    found = plan_budget(programme(1 / N + 5 / D, N**2 + D), 31, whole=(N, D))
    best = min((1 / n + 5 / d, n, d) for n in range(1, 6) for d in range(1, 31) if n * n + d <= 31)
    assert (float(found.loss), amounts(found)["N"], amounts(found)["D"]) == pytest.approx(best, rel=1e-12)
    assert gap(found) < 2e-9 and found.whole == (N, D)
    # without them N is no whole number, and the loss is less
    assert plan_budget(programme(1 / N + 5 / D, N**2 + D), 31).loss < found.loss * 0.999


@pytest.mark.parametrize("seed", [1, 2, 10, 20, 24, 27])
def test_random_losses_against_brute_force(seed):
    problem, *question = draw_problem(seed)
    found, brute = plan_budget(problem, BUDGET), search_grid(*question)
    assert look(*question, dict(found.allocation)) == pytest.approx(float(found.loss), rel=1e-9)
    # rounding of NumPy's loss
    assert float(found.low) <= brute * (1 + 1e-12)
    assert float(found.loss) <= brute * (1 + 2e-9) and gap(found) < 2e-9
    # the grid is fine enough to see a loss that is larger by 1e-3
    assert brute <= float(found.loss) * 1.001


def test_control_a_loss_that_is_larger_by_a_thousandth_is_told_apart():
    _, loss, cost, relations, resources = draw_problem(27)
    found = plan_budget(programme(loss * r("1.002"), cost, subject_to=relations), BUDGET)
    assert float(found.low) > search_grid(loss, cost, relations, resources) * 1.0001


@pytest.mark.parametrize("others", [1, 2, 3])
def test_the_monomial_above_a_sum_lies_above_it_and_close_where_the_cell_is_small(others):
    draw = np.random.default_rng(others)
    for width in (30.0, 3.0, 0.1):
        high = -draw.random(others) * 3
        low = high - width * draw.random(others)
        slopes, level = pieces._overestimate(pieces.Cell(0, tuple(map(float, low)), tuple(map(float, high))))
        places = low + (high - low) * draw.random((500, others))
        above = float(level) + places @ np.array(slopes, dtype=float)
        room = above - np.log1p(np.exp(places).sum(axis=1))
        # the second derivative of ln(1 + sum e^z) is below 1 in every direction of length 1
        assert room.min() >= -1e-12 and room.max() <= others * width**2 + 1e-12
    unending = pieces._overestimate(pieces.Cell(0, (-np.inf,), (-1.0,)))
    assert unending[0] == [0] and float(unending[1]) == pytest.approx(np.log1p(np.exp(-1)), rel=1e-14)


def test_what_has_no_least_loss_is_said():
    with pytest.raises(NoBalance, match="keeps falling as D and g grow; give one of them"):
        plan_budget(programme(1 / (N + D) + 1 / D, N, subject_to=[g >= D]), 100)
    # N + N/g <= 100: the least 1/N is approached only
    with pytest.raises(NoBalance, match="keeps falling as g grows"):
        plan_budget(programme(1 / N, N + N / g, resources=[g]), 100)
    # one branch falls without end, but never below what the other reaches
    found = plan_budget(programme(Min(1 / N, 5 + 1 / g), N, resources=[g]), 100)
    assert float(found.loss) == pytest.approx(0.01)


def test_budgets_that_cannot_be_met_are_refused_and_small_ones_are_not():
    with pytest.raises(InputError, match=r"no allocation meets .*N \+ D <= C|no allocation meets .*D \+ N <= C"):
        plan_budget(programme(1 / (N + D), N + D), 1)
    assert float(plan_budget(programme(1 / (N + D), N + D), 2).loss) == pytest.approx(0.5)
    # C itself is no resource that has to be at least 1
    tenth = programme(1 / N + 1 / D, N * D / 1000, subject_to=[D >= 2 * N])
    assert float(plan_budget(tenth, r("1/10")).loss) == pytest.approx((50**-0.5) * 1.5, rel=1e-12)
    held = hold_resources(plan_budget(programme(1 / N + 1 / D, N * D / 1000), r("1/10")), {N: 20})
    assert float(held.plan.loss) == pytest.approx(1 / 20 + 1 / 5, rel=1e-12)
    with pytest.raises(InputError, match="every budget reaches a loss of 3"):
        least_cost(programme(1 / N, g, subject_to=[N <= 10], free=[g]), 3)


def test_a_resource_that_does_not_matter_stays_moderate():
    # g^(1/2)/10^6 + 1/g is least at g^(3/2) = 2 10^6; D need only be g B
    B = Symbol("B", positive=True)
    loss = Min(g, g ** r("1/2")) / B + 1 / g
    found = amounts(plan_budget(programme(loss, N * B, subject_to=[g <= D / B], free=[g], resources=[D]), 10**6))
    assert found["g"] == pytest.approx(2e6 ** (2 / 3), rel=1e-6)
    assert found["g"] * found["B"] <= found["D"] * (1 + 1e-12) and found["D"] < 1e12


def test_work_is_bounded_and_the_message_says_what_was_reached(monkeypatch):
    monkeypatch.setattr(branch_search, "WorkLimit", lambda: WorkLimit(250_000))
    problem, *_ = draw_problem(5)
    with pytest.raises(TooMuchWork, match=r"after \d+ pieces the least value is known within a factor 1\.\d+ only"):
        plan_budget(problem, BUDGET)


def test_a_piece_that_cannot_be_cut_keeps_its_bound():
    # the parts of the maximum tie at N = 1/sqrt(D): more N costs more, and less raises the loss
    loss = (1 / D + Max(D ** r("-2/3"), D**-2 * N ** r("-8/3"))) ** r("1/3")
    tie = least_cost(programme(loss, N * D, free=[N]), r("2/3"))
    best = brentq(lambda d: (1 / d + d ** (-2 / 3)) ** (1 / 3) - 2 / 3, 1, 1e3)
    assert float(tie.budget) == pytest.approx(best**0.5, rel=1e-9)
    # N^(-1/5) + U^(-1/2) = 1/70, where N U is least with shares 5/7 and 2/7
    loss = N ** r("-1/5") + U ** r("-1/2") * D ** r("-1/6") + Min(U ** r("-9/4"), N ** r("-9/4"))
    found = least_cost(programme(loss, N * D * U), r("1/70"))
    assert float(found.budget) == pytest.approx(98.0**5 * 245.0**2, rel=1e-9)
