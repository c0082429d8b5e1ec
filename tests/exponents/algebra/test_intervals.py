"""Regions of one parameter as intervals with explicit ends."""

import pytest
from sympy import And, Or, Rational, Symbol, sqrt

from exponents.algebra.intervals import cut_line, solve_region
from exponents.algebra.parametric import holds

a = Symbol("a")
QUADRATIC = a**2 - 4 * a + 1


def test_roots_of_degree_two_are_exact_and_in_order():
    ends = [interval.high for interval in cut_line(a, [QUADRATIC, 3 - 2 * a])][:-1]
    assert ends == [2 - sqrt(3), Rational(3, 2), 2 + sqrt(3)]


@pytest.mark.parametrize("region", [QUADRATIC < 0, QUADRATIC > 0, Or(a > 3, And(a < 2, QUADRATIC < 0))])
def test_intervals_hold_where_the_region_does(region):
    domain = [a, 5 - a]
    solved = solve_region(region, a, domain)
    for interval in cut_line(a, [QUADRATIC, a - 2, a - 3, *domain]):
        if 0 < interval.sample < 5:
            assert bool(solved.subs(a, Rational(interval.sample))) == holds(region, {a: interval.sample})


def test_ends_of_the_domain_are_left_out():
    assert solve_region(a > 0, a, [a]) == True  # noqa: E712
    assert solve_region(a < 2, a, [a]) == (a < 2)


def test_a_root_without_closed_form_leaves_the_condition_as_it_is():
    assert solve_region(a**3 < 2, a, [a]) is None
