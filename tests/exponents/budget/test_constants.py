"""Constants of the optimum: by hand, against direct minimisation, and certified from both sides."""

import random
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from sympy import Rational, S, Symbol, simplify, sqrt

from exponents.algebra.work_limit import WorkLimit
from exponents.budget.allocation import plan_budget
from exponents.budget.certified_bounds import Enclosure
from exponents.budget.geometric_programme import minimise
from exponents.budget.leading_law import leading_law
from exponents.errors import InputError, NoBalance, TooMuchWork
from exponents.optimum.programme import programme
from exponents.symbols import B, N, P, t

D = Symbol("D", positive=True)


def law(loss, cost=N * t, **options):
    return leading_law(programme(loss, cost, **options))


def constants(found):
    return {r: share.constant for r, share in found.shares}


def test_two_balancing_terms_by_hand():
    # 3/t + 2/N on N t = C: N = sqrt(2 C/3), t = sqrt(3 C/2), L = 2 sqrt(6/C).
    found = law(3 / t + 2 / N)
    assert found.exponent == Fraction(1, 2) and simplify(found.constant - 2 * sqrt(6)) == 0
    assert simplify(constants(found)[N] - sqrt(Rational(2, 3))) == 0
    assert simplify(constants(found)[t] - sqrt(Rational(3, 2))) == 0


def test_a_cost_with_a_prefactor_by_hand():
    # 1/t + 2/N with 7 N^2 t = C.  Lagrange: 1/t = (2/N)/2, so t = N, 7 N^3 = C, L = 3/N = 3 (7/C)^(1/3).
    found = law(1 / t + 2 / N, 7 * N**2 * t)
    assert found.exponent == Fraction(1, 3) and simplify(found.constant - 3 * 7 ** Rational(1, 3)) == 0
    assert simplify(constants(found)[N] - 7 ** -Rational(1, 3)) == 0


def test_symbolic_prefactors_keep_the_closed_form():
    p, q = Symbol("p", positive=True), Symbol("q", positive=True)
    found = law(p / t + q / N)
    assert simplify(found.constant - 2 * sqrt(p * q)) == 0
    assert simplify(constants(found)[N] - sqrt(q / p)) == 0
    with pytest.raises(InputError, match="number"):
        found.beyond(2)


def test_three_balancing_terms_in_closed_form():
    # 1/t + 1/N + 1/B on N t B = C: all equal, L = 3 C^(-1/3).
    found = law(1 / t + 1 / N + 1 / B, N * t * B)
    assert found.constant == 3 and constants(found) == {B: 1, N: 1, t: 1}


def test_a_resource_at_its_floor_costs_nothing():
    # B helps only the last term, which is faster: B stays at 1.
    found = law(1 / t + 1 / N + 1 / (B * t**2), N * t * B)
    assert found.exponent == Fraction(1, 2) and constants(found)[B] == 1 and found.constant == 2


def test_more_terms_than_balance_are_certified():
    # 3/t + 1/N + 2/sqrt(N t): the last is 2/sqrt(C) whatever the split, so L = (2 sqrt(3) + 2)/sqrt(C).
    found = law(3 / t + 1 / N + 2 / sqrt(N * t))
    assert isinstance(found.constant, Enclosure)
    low, high = found.constant.low, found.constant.high
    assert low > 2 and (low - 2) ** 2 <= 12 <= (high - 2) ** 2
    assert found.constant.high - found.constant.low < found.constant.low / 10**20
    assert str(found.constant).startswith("5.4641016151377545")
    # N = C^(1/2)/sqrt(3), t = sqrt(3) C^(1/2)
    share = constants(found)
    assert share[N].low ** 2 * 3 <= 1 <= share[N].high ** 2 * 3 and share[t].low ** 2 <= 3 <= share[t].high ** 2
    assert share[t].high - share[t].low < Fraction(1, 10**20)


def test_an_allocation_that_the_balance_leaves_open_has_no_constant():
    found = law(1 / (N * t))
    assert found.constant == 1 and constants(found) == {N: None, t: None}


def test_irreducible_terms_are_set_aside():
    found = law(Rational(169, 100) + 3 / t + 2 / N)
    assert found.irreducible == Rational(169, 100) and simplify(found.constant - 2 * sqrt(6)) == 0
    with pytest.raises(InputError, match="depend"):
        law(S(2))


numbers = st.fractions(min_value=Fraction(1, 8), max_value=8, max_denominator=8)
steep = st.fractions(min_value=Fraction(1, 4), max_value=3, max_denominator=4)
laws = st.lists(st.tuples(numbers, steep), min_size=1, max_size=2)


def rational(value):
    return Rational(value.numerator, value.denominator)


def real(value):
    return mpf(int(value.numerator)) / int(value.denominator)


def least_by_search(terms, budget):
    """ln of the least loss on N t = C by golden-section search in ln N: convex, so a bracket is enough."""
    low, high = mpf(0), mpmath.log(budget)

    def size(n):
        return sum(mpf(p) * mpmath.exp(-mpf(e) * n - mpf(f) * (mpmath.log(budget) - n)) for p, e, f in terms)

    ratio = (mpmath.sqrt(5) - 1) / 2
    for _ in range(200):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, right) if size(left) < size(right) else (left, high)
    return mpmath.log(size((low + high) / 2))


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(numbers, steep | st.just(Fraction(0)), steep), min_size=2, max_size=4), st.integers(3, 30))
def test_the_plan_is_the_least_loss_found_by_search(rows, digits):
    terms = [(rational(p), e, f) for p, e, f in rows]
    exact = [
        p * N ** -Rational(e.numerator, e.denominator) * t ** -Rational(f.numerator, f.denominator) for p, e, f in terms
    ]
    found = plan_budget(programme(sum(exact), N * t), 10**digits)
    with mp.workdps(40):
        searched = least_by_search(
            [(p.p / mpf(p.q), mpf(e.numerator) / e.denominator, mpf(f.numerator) / f.denominator) for p, e, f in terms],
            mpf(10) ** digits,
        )
        assert abs(mpmath.log(found.loss) - searched) < mpf(10) ** -12  # the search stops at a width of 1e-20 or so
    assert abs(sum(value for _, value in found.terms) - found.loss) < 1e-12 * found.loss
    assert abs(mpmath.fprod(value for _, value in found.allocation) / mpf(10) ** digits - 1) < 1e-12


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(numbers, steep), min_size=1, max_size=2),
    st.lists(st.tuples(numbers, steep), min_size=1, max_size=2),
    st.sampled_from(["2", "1.1", "1.01"]),
)
def test_beyond_its_budget_the_law_holds_within_the_factor(along_t, along_n, factor):
    def rational(value):
        return Rational(value.numerator, value.denominator)

    loss = sum(rational(p) * t ** -rational(e) for p, e in along_t) + sum(
        rational(p) * N ** -rational(e) for p, e in along_n
    )
    found = law(loss)
    start = found.beyond(factor)
    for decade in range(4):
        budget = start * 10**decade
        least = plan_budget(programme(loss, N * t), budget, factor).loss
        with mp.workdps(30):
            leading = found.value() * (mpf(budget.numerator) / budget.denominator) ** -(
                mpf(found.exponent.numerator) / found.exponent.denominator
            )
            assert leading * (1 - mpf(10) ** -12) <= least <= mpf(factor) * leading


def test_control_below_its_budget_the_law_need_not_hold():
    # 1/t + 1/N + 1000/(N t): the last term decays as 1/C and dominates below C = 250000.
    found = law(1 / t + 1 / N + 1000 / (N * t))
    start = found.beyond("1.1")
    below = plan_budget(programme(1 / t + 1 / N + 1000 / (N * t), N * t), start / 100)
    assert below.loss > 1.1 * 2 / mpmath.sqrt(start / 100)


def test_a_plan_by_hand():
    # 1.69 + 400/N^(1/2) + 400/D^(1/2) on N D = 10^12: N = D = 10^6, each adds 0.4.
    found = plan_budget(programme(Rational(169, 100) + 400 / sqrt(N) + 400 / sqrt(D), N * D), 10**12)
    assert abs(found.loss - mpf("2.49")) < 1e-12 and found.unique
    assert dict(found.allocation) == pytest.approx({D: 10**6, N: 10**6})
    assert [float(v) for _, v in found.terms] == pytest.approx([1.69, 0.4, 0.4])


def test_the_second_best_balance_by_hand():
    # t^-1 + N^-1 + N^-1 t^-1/2: balancing the first with the third gives t^(1/2) = N, N = C^(1/3), L ~ C^(-1/3).
    found = plan_budget(programme(1 / t + 1 / N + 1 / (N * sqrt(t)), N * t), 10**6)
    other = found.alternative
    assert other is not None and other.exponent < found.law.exponent and other.loss_factor > 1
    assert set(other.tied) == {"1/t", "1/(N*sqrt(t))"} and other.exponents == (Fraction(1, 3), Fraction(2, 3))
    # N = 100, t = 10^4 costs 1/10^4 + 1/100 + 1/10^4.
    assert float(other.loss_factor * found.loss) == pytest.approx(0.0102)


def test_a_second_best_split_costs_the_budget_with_which_the_best_one_has_its_loss():
    problem, spent = programme(1 / t + 1 / N + 1 / (N * sqrt(t)), N * t), 10**8
    found = plan_budget(problem, spent)
    less = plan_budget(problem, int(spent / found.alternative.compute_factor))
    due = float(found.loss * found.alternative.loss_factor)
    assert float(less.loss) == pytest.approx(due, rel=0.03)  # the third term, N^(-3/2), is left out of the law
    assert float(found.loss) < 0.2 * due  # control


def test_two_budgets_are_both_met():
    found = plan_budget(programme(1 / t + 1 / N + 1 / P, (N * t, 4 * P)), 10**4)
    assert dict(found.allocation)[P] == pytest.approx(2500)
    assert float(found.loss) == pytest.approx(2 / 100 + 1 / 2500)


def test_a_budget_too_small_for_resources_of_one_is_refused():
    with pytest.raises(InputError, match="budget"):
        plan_budget(programme(1 / t + 1 / N, N * t), "1/2")
    with pytest.raises(InputError, match="factor"):
        plan_budget(programme(1 / t + 1 / N, N * t), 10, 1)
    with pytest.raises(InputError, match="positive"):
        plan_budget(programme(1 / t + 1 / N, N * t), 0)


def test_constants_need_numbers_for_parameters():
    beta = Symbol("beta", positive=True)
    with pytest.raises(InputError, match="beta"):
        leading_law(programme(t**-beta + 1 / N, N * t))


def test_a_loss_that_only_approaches_its_bound_has_no_minimum():
    with mp.workdps(50), pytest.raises(NoBalance):
        minimise([mpf(0)], [[Fraction(1), Fraction(0)]], [[Fraction(0), Fraction(1)]], [mpf(1)], [])


def test_a_free_resource_is_free_in_a_plan_too():
    # 1/t + 1/(N eta) + eta sqrt(t) on N t = C: with eta free r = 2/7 (balance), and eta ~ C^(-3/7).
    from exponents.symbols import eta

    loss = 1 / t + 1 / (N * eta) + eta * sqrt(t)
    found = plan_budget(programme(loss, N * t, free=(eta,)), 10**6)
    assert found.law.exponent == Fraction(2, 7) and dict(found.allocation)[eta] < 1
    bound = plan_budget(programme(loss, (N * t, eta * t)), 10**6)
    assert bound.law.exponent < Fraction(2, 7) and dict(bound.allocation)[eta] >= 1


def test_a_resource_that_the_budgets_pin_is_not_at_its_floor():
    # 6 N t = C and N t^2 = C force t = 6, N = C/36: 2/(N^3 t) + 2/N ~ 72/C.
    found = law(2 / (N**3 * t) + 2 / N, (6 * N * t, N * t**2))
    assert found.constant == 72 and constants(found)[t] == 6
    with pytest.raises(NoBalance, match="force t below 1"):
        law(1 / N, (6 * N * t, 18 * N * t**2))  # t = 1/3


def test_budgets_that_repeat_each_other_are_one_and_those_that_contradict_are_refused():
    assert law(1 / t + 1 / N, (N * t, N * t)).constant == 2
    with pytest.raises(NoBalance, match="no allocation meets"):
        law(1 / t + 1 / N, (N * t, 2 * N * t))


def test_terms_that_balance_at_a_floor_are_certified():
    # 3/N + 10/(N t) on N t = C: t = 1 is best, L = 13/C.
    found = law(3 / N + 10 / (N * t))
    assert isinstance(found.constant, Enclosure) and found.constant.low <= 13 <= found.constant.high
    both = law(1 / t + 1 / N, (6 * N * t, 2 * t**2))  # t = sqrt(C/2), N = C/(6 t): L = (1 + 3) sqrt(2/C)
    assert both.constant.low**2 <= 32 <= both.constant.high**2


def test_a_budget_beyond_reach_is_none_and_far_minima_are_found():
    assert law(1 / t + 1 / N + 100 * t ** -Rational(1000001, 1000000)).beyond(2) is None
    huge = plan_budget(programme(10**300 / t + Rational(1, 10**300) / N, N * t), 10**9)
    assert huge.loss == pytest.approx(1e291)  # t = C, N = 1


def test_prefactors_may_be_powers_of_numbers():
    # (3/N)^(1/2) + t^(-1/2) on N t = C: L = 2 (3/C)^(1/4).
    found = law(sqrt(3) / sqrt(N) + 1 / sqrt(t))
    assert simplify(found.constant - 2 * 3 ** Rational(1, 4)) == 0


@pytest.mark.parametrize("seed", range(40))
def test_random_laws_hold_a_thousandfold_beyond_their_budget(seed):
    # Negative exponents, ties and floors included; a loss without bound is the only thing that may be refused.
    draw = random.Random(seed)
    used = (N, t, B)[: draw.choice([2, 2, 3])]
    loss, cost = S.Zero, Rational(draw.choice([1, 3]))
    for _ in range(draw.choice([2, 3, 4])):
        term = Rational(draw.choice([1, 2, 3, 5]), draw.choice([1, 2]))
        for resource in used:
            term *= resource ** -Rational(draw.choice([0, 0, 1, 1, 2, -1]), draw.choice([1, 2]))
        loss += term
    for resource in used:
        cost *= resource ** draw.choice([1, 1, 2])
    problem = programme(loss, cost)
    try:
        found = leading_law(problem)
    except NoBalance as error:
        assert "without bound" in str(error)
        return
    budget = 1000 * found.beyond("1.01")
    least = plan_budget(problem, budget).loss
    with mp.workdps(30):
        leading = found.value() * real(budget) ** -real(found.exponent)
        ratio = (least - real(found.irreducible)) / leading
        assert 1 - mpf(10) ** -12 <= ratio <= mpf("1.01")  # the loss is solved for to some 40 digits


def test_the_second_best_balance_is_never_the_best_split_itself():
    # At this budget the best split already lies on the floor that the law only leaves later.
    tenth = Rational(1, 100)
    found = plan_budget(programme(t**-1 / 100 + 10**9 / sqrt(N) + t**-tenth, N * t), 10**9)
    assert found.alternative is None or found.alternative.loss_factor > 1 + mpf(10) ** -6
    assert found.beyond is not None and found.beyond > found.budget


x = Symbol("x", positive=True)


def plan(loss, cost, budget, **options):
    return plan_budget(programme(loss, cost, **options), budget)


def test_constants_of_thousands_of_digits_leave_the_plan_alone():
    # 10^9 t^-0.001 outweighs the others at any split: all goes to t, and each of the others adds 1.
    slow = Rational(1, 1000)
    found = plan(10**9 * t**-slow + D**-slow + 1 / N, t * N * D, 10**9)
    with mp.workdps(30):
        assert abs(found.loss - (mpf(10) ** (9 - mpf(9) / 1000) + 2)) < 1e-12
    assert abs(found.loss - mpf("979489987.4087")) < 1e-4
    # The law's terms balance far beyond: D = 10^-4500 times a factor e^(O(1)), t = 10^4500 times one.
    assert found.law is not None and found.law.exponent == Fraction(1, 2001)
    share = constants_of(found)[D]
    assert isinstance(share, Enclosure) and mpf(10) ** -4502 < real(share.low) <= real(share.high) < mpf(10) ** -4498


def constants_of(found):
    return {r: share.constant for r, share in found.law.shares}


def test_a_budget_that_fixes_a_product_leaves_the_split_of_it_to_the_loss():
    # 6 D = C and D N t = C leave N t = 6, N and t >= 1: 1/t + 10/N is least at N = 6, t = 1.
    found = plan(1 / t + 10 / N, (D * N * t, 6 * D), 10**6)
    assert abs(found.loss - mpf(8) / 3) < 1e-12 and dict(found.allocation)[N] == pytest.approx(6)
    assert dict(found.allocation)[t] == pytest.approx(1) and found.law.exponent == 0
    # Control: with 2/N the split is inside, N = sqrt(12), t = sqrt(3).
    inside = plan(1 / t + 2 / N, (D * N * t, 6 * D), 10**6)
    assert float(inside.loss) == pytest.approx(2 / 3**0.5)


def test_budgets_that_leave_one_allocation_only_are_planned():
    # x = C, and D N t x = C leaves D = N = t = 1.
    found = plan(1 / (x * D), (D * N * t * x, x), 100)
    assert abs(found.loss - mpf("0.01")) < 1e-14 and found.unique
    with pytest.raises(NoBalance, match="keeps falling as D grows"):  # control: t may shrink, and D grows
        plan(1 / (x * D), (D * N * t * x, x), 100, free=(t,))


def test_terms_of_one_kind_are_certified_whatever_their_sizes():
    found = law(Rational(1, 10**60) / t + 1 / t)
    assert found.constant.low <= 1 + Fraction(1, 10**60) <= found.constant.high
    # 1/t is fixed by the cost t; N D = C goes half to each though both together are 10^-4500 of the loss.
    far = plan(1 / t + N**-1000 + D**-1000, (t, N * D), 10**9)
    assert dict(far.allocation) == pytest.approx({t: 1e9, N: 10**4.5, D: 10**4.5})


def test_budgets_may_be_met_though_no_law_holds():
    # N = C and N^2 t/1000 = C leave t = 1000/C: at C = 100 t is 10, beyond C = 1000 less than 1.
    found = plan(1 / t + 1 / N, (N, N**2 * t / 1000), 100)
    assert (
        float(found.loss) == pytest.approx(0.1 + 0.01) and found.law is None and "no allocation meets" in found.no_law
    )
    assert found.predicted is None and found.alternative is None
    with pytest.raises(InputError, match="no allocation meets"):
        plan(1 / t + 1 / N, (N, N**2 * t / 1000), 1001)


def test_each_cost_may_have_a_budget_of_its_own():
    # D = 10^10, 6 N D = 10^21: N = 10^11/6.
    found = plan(1 / N + 1 / D, (6 * N * D, D), (10**21, 10**10))
    assert dict(found.allocation) == pytest.approx({D: 1e10, N: 1e11 / 6}) and found.budget == 10**21
    assert float(found.loss) == pytest.approx(1.6e-10)
    swapped = plan(1 / N + 1 / D, (D, 6 * N * D), (10**10, 10**21))
    assert float(swapped.loss) == pytest.approx(1.6e-10)
    same = plan(1 / N + 1 / D, (D, 2 * D * N), (10**10, 10**11))  # 2 N = 10
    assert float(same.loss) == pytest.approx(1 / 5 + 1e-10)
    with pytest.raises(InputError, match="one for each cost"):
        plan(1 / N + 1 / D, (N * D, D), (1, 2, 3))
    with pytest.raises(InputError, match="= 3 and D = 5"):
        plan(1 / N + 1 / D, (N * D, D), (3, 5))
    with pytest.raises(InputError, match=r"= 5 and .* = 6"):
        plan(1 / N + 1 / D, (N * D, N * D), (5, 6))
    assert plan(1 / N + 1 / D, (N * D, 2 * N * D), (5, 10)).loss == pytest.approx(2 / 5**0.5)


def test_the_work_of_a_plan_is_bounded(monkeypatch):
    assert plan(3 / t + 2 / N, N * t, 10**6).unique
    monkeypatch.setattr("exponents.budget.geometric_programme.WorkLimit", lambda: WorkLimit(10))
    with pytest.raises(TooMuchWork, match="fewer terms"):
        plan(3 / t + 2 / N, N * t, 10**6)


@pytest.mark.parametrize(("power", "closed"), [(100, True), (240, False)])
def test_whole_powers_that_multiply_to_a_thousand_digits_are_certified_by_hand(power, closed):
    # N^-e = 97 D^-e with 997 (N D)^e = C and e = 1/(2 power): N = (997*97)^-power C^power, of 4.99 power digits.
    e = Rational(1, 2 * power)
    share = constants(law(N**-e + 97 * D**-e, 997 * N**e * D**e))[N]
    exact = Fraction(1, (997 * 97) ** power)
    if closed:
        assert share == Rational(exact)
    else:
        assert isinstance(share, Enclosure) and share.low <= exact <= share.high <= share.low * (
            1 + Fraction(1, 10**15)
        )


def test_exponents_of_many_digits_that_tie_are_certified_by_hand():
    # A N^-e = B D^-e on N D = C: N = (A/B)^(1/(2e)) C^(1/2).  SymPy does not finish these powers in closed form.
    e, a, b = Rational(34051234, 10**8), Rational(40212345, 10**5), Rational(10021234, 10**4)
    share = constants(law(a * N**-e + b * D**-e, N * D))[N]
    assert isinstance(share, Enclosure)
    assert abs(float(share.low) / (402.12345 / 1002.1234) ** (1 / (2 * 0.34051234)) - 1) < 1e-12


def test_roots_whose_product_has_thousands_of_digits_are_certified():
    # 20 N^-a and 7 D^-b in balance: N and D share the budget, and the loss is 20 N^-a (1 + a/b)
    a, b, t_cost = Fraction(4077, 1000), Fraction(1999, 1499), 10**40
    found = plan_budget(programme(20 * N ** -Rational(a) + 7 * D ** -Rational(b), N * D), t_cost)
    size = (20 * a / (7 * b)) ** (1 / float(a + b)) * float(t_cost) ** float(b / (a + b))
    assert float(found.loss) == pytest.approx(20 * size ** -float(a) * float(1 + a / b), rel=1e-12)
    assert found.law is not None and all(len(str(share.constant)) < 2000 for _, share in found.law.shares)
