"""Open cells: every sign pattern is found, every sample is exact and inside its cell."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol

from exponents.algebra.cells import cut_domain
from exponents.algebra.partition import partition_domain
from exponents.algebra.polynomials import Functions, factors, sign
from exponents.algebra.real_roots import simplest_between
from exponents.errors import InputError

a, b = Symbol("a"), Symbol("b")
PLANE = Functions((a, b))


def open_cells(functions, every, domain=()):
    return cut_domain(functions, every, domain).cells


def polynomials(*expressions):
    return frozenset().union(*(factors(PLANE.element(e)) for e in expressions))


bounds = st.fractions(min_value=-5, max_value=5, max_denominator=60)


@given(bounds, bounds)
def test_the_simplest_rational_lies_strictly_between_and_has_the_least_denominator(low, high):
    if low >= high:
        return
    found = simplest_between(low, high)
    assert low < found < high
    for denominator in range(1, found.denominator):
        assert not any(low < Fraction(k, denominator) < high for k in range(-5 * denominator, 5 * denominator + 1))


def test_unbounded_gaps_get_integers():
    assert simplest_between(None, None) == 0
    assert simplest_between(Fraction(7, 2), None) == 4 and simplest_between(Fraction(4), None) == 5
    assert simplest_between(None, Fraction(-7, 2)) == -4 and simplest_between(None, Fraction(-4)) == -5


def patterns(cells, every):
    ordered = sorted(every, key=str)
    return {tuple(sign(p, cell.sample) for p in ordered) for cell in cells}


def test_two_lines_cut_the_plane_into_four():
    every = polynomials(a - 1, b - a)
    cells = open_cells(PLANE, every)
    assert len(patterns(cells, every)) == 4
    assert all(0 not in pattern for pattern in patterns(cells, every))


def test_a_circle_has_an_inside_and_an_outside():
    every = polynomials(a**2 + b**2 - 1)
    assert patterns(open_cells(PLANE, every), every) == {(1,), (-1,)}


def test_where_a_curve_turns_back_a_new_column_begins():
    # The circle is met only for -1 < a < 1, which the discriminant tells: one cell, three, one.
    cells = open_cells(PLANE, polynomials(a**2 + b**2 - 1))
    assert list(Counter(cell.place for cell in cells).values()) == [1, 3, 1]


def test_where_a_root_runs_to_infinity_a_new_column_begins():
    # a b = 1 has no root at a = 0, which the leading coefficient tells.
    cells = open_cells(PLANE, polynomials(a * b - 1))
    assert list(Counter(cell.place for cell in cells).values()) == [2, 2]


def test_a_circle_with_irrational_crossings_and_a_line_through_them():
    every = polynomials(a**2 + b**2 - 2, a - b, a**2 - 3)
    cells = open_cells(PLANE, every)
    assert len(patterns(cells, every)) == 6  # inside: two halves; outside |a| < sqrt 3: two; beyond: two
    assert all(isinstance(v, Fraction) for cell in cells for v in cell.sample.values())


def test_curves_that_only_touch_are_told_apart():
    every = polynomials(b - a**2, b)
    assert len(patterns(open_cells(PLANE, every), every)) == 3  # inside the parabola, between, below the axis


def test_three_lines_through_one_point():
    every = polynomials(a, b, a - b)
    assert len(patterns(open_cells(PLANE, every), every)) == 6


def test_a_narrow_gap_between_irrational_roots_is_found():
    narrow = (a**2 - 2) * (10**12 * a**2 - (2 * 10**12 + 1))
    line = Functions((a,))
    every = frozenset().union(*(factors(line.element(f)) for f in (a**2 - 2, narrow)))
    cells = open_cells(line, every)
    assert len(cells) == 5
    assert any(Fraction(2) < cell.sample[a] ** 2 < 2 + Fraction(1, 10**12) for cell in cells)


def test_cells_outside_the_domain_are_left_out():
    every = polynomials(a - 1, b, b - a)
    cells = open_cells(PLANE, every, (a - 1, b))
    assert cells and all(cell.sample[a] > 1 and cell.sample[b] > 0 for cell in cells)


small = st.integers(-3, 3)


@given(
    st.lists(st.tuples(small, small, small, small), min_size=1, max_size=3),
    st.lists(st.tuples(bounds, bounds), min_size=30, max_size=30),
)
def test_every_sign_pattern_of_random_points_is_among_the_cells(conics, points):
    every = polynomials(*(p * a * b + q * a + r * b + s for p, q, r, s in conics if (p, q, r) != (0, 0, 0)))
    found = patterns(open_cells(PLANE, every), every)
    for x, y in points:
        pattern = tuple(sign(p, {a: x, b: y}) for p in sorted(every, key=str))
        assert 0 in pattern or pattern in found


def test_an_empty_domain_is_refused():
    with pytest.raises(InputError, match="empty"):
        partition_domain(PLANE, (a, -a - 1, b), lambda _: (0, ()))


def test_no_parameters_are_one_cell():
    assert len(open_cells(Functions(()), ())) == 1
