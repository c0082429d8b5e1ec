"""Roots between two places are those among all roots that lie there, and quadratic roots are exact."""

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from exponents.algebra.real_roots import is_between, real_roots, sign_at, sort_roots
from exponents.algebra.root_ranges import may_vanish_between, roots_between, sign_at_root


def random_polynomial(draw):
    return (*(draw.randint(-9, 9) for _ in range(draw.randint(1, 7))), draw.choice([-3, -1, 1, 2]))


@pytest.mark.parametrize("seed", range(20))
def test_the_range_keeps_exactly_the_roots_inside_and_gaps_between_roots_may_not_vanish(seed):
    draw = random.Random(seed)
    curve, other = random_polynomial(draw), random_polynomial(draw)
    places = [None, *sort_roots([*real_roots(other), *real_roots((draw.randint(-5, 5), 3))]), None]
    for low, high in pairwise(places):
        inside = {root for root in real_roots(curve) if is_between(root, low, high)}
        assert set(roots_between(curve, low, high)) == inside
        assert may_vanish_between(curve, low, high) or not inside


@pytest.mark.parametrize("seed", range(20))
def test_the_sign_at_a_root_is_that_of_both_sides_of_a_short_interval_or_zero_where_it_is_shared(seed):
    draw = random.Random(seed)
    curve, (low, high) = random_polynomial(draw), sort_roots(real_roots((draw.randint(-30, -1), 1, 4)))
    for root in (low, high):
        found = sign_at_root(curve, root)
        assert found == (0 if root in real_roots(curve) else sign_at(curve, root.low))


@pytest.mark.parametrize("coefficients", [(-2, 0, 1), (2, 0, -1), (1, -(10**30), 1), (-1, 3 * 10**40, 7), (1, 1, 1)])
def test_a_quadratic_polynomial_changes_sign_inside_each_interval_and_has_two_or_no_roots(coefficients):
    constant, slope, leading = coefficients
    roots = sort_roots(real_roots(coefficients))
    assert len(roots) == (2 if slope**2 > 4 * leading * constant else 0)
    for root in roots:
        assert sign_at(coefficients, root.low) * sign_at(coefficients, root.high) < 0
        assert root.high - root.low < Fraction(1, 10**30) * max(1, abs(root.low))
