"""The level series: recursion, closed form, alternation, convergence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Function as SymPyFunction
from sympy import Integer, Rational, Symbol, cancel, rsolve

from exponents.errors import NoBalance
from exponents.model.level_series import level_series, solve_recursion, stays_on_branch
from exponents.symbols import beta, n


def test_closed_form_is_the_one_sympy_solves():
    series, y, m = level_series(), SymPyFunction("y"), Symbol("m", integer=True, nonnegative=True)
    solution = rsolve(y(m + 1) - series.slope * y(m) - series.intercept, y(m), {y(0): series.start})
    for level in range(7):
        assert cancel(solution.subs(m, level) - series.closed_form.subs(n, level)) == 0
        assert cancel(series.level(level) - series.closed_form.subs(n, level)) == 0


@given(st.fractions(min_value=0, max_value=1, max_denominator=30).filter(lambda f: 0 < f < 1), st.integers(0, 12))
def test_levels_alternate_and_shrink_by_beta(value, level):
    series, source = level_series(), Rational(value.numerator, value.denominator)
    here, after = ((series.level(i) - series.limit).subs(beta, source) for i in (level, level + 1))
    assert here * after < 0 and abs(after) == source * abs(here)
    assert (here < 0) == (level % 2 == 0)


def test_the_series_converges_only_for_sources_below_one():
    series = level_series()
    assert series.converges == (beta < 1)
    assert abs(series.error.subs({beta: Rational(1, 2), n: 60})) < 1e-18
    assert abs(series.error.subs({beta: Rational(3, 2), n: 60})) > 1e9


def test_the_error_of_a_level_is_its_distance_from_the_limit():
    """chi_n - chi = (beta - 2 beta/(1 + beta)) (-beta)^n, by hand from eq. 62 and 69."""
    series = level_series()
    for number in range(5):
        assert cancel(series.error.subs(n, number) - (series.level(number) - series.limit)) == 0
        assert cancel(series.error.subs(n, number) - (beta - 2 * beta / (1 + beta)) * (-beta) ** number) == 0


def test_no_level_leaves_the_learning_branch():
    for margin in stays_on_branch(level_series()):
        for value in (Rational(1, 9), Rational(1, 2), Rational(8, 9)):
            assert margin.subs(beta, value) >= 0


def test_the_margins_of_the_branch_by_hand():
    """chi_1 = b (2 - b), chi_2 = b (2 - chi_1), and the candidate 2 - chi_1 leads 1."""
    b = Rational(1, 3)
    first, second = b * (2 - b), b * (2 - b * (2 - b))
    assert [m.subs(beta, b) for m in stays_on_branch(level_series())] == [first - b, second - b, 1 - first]


def test_a_recursion_without_fixed_point_is_refused():
    with pytest.raises(NoBalance):
        solve_recursion(beta, Integer(1), beta)
