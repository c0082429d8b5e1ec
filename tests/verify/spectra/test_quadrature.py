"""Gauss rules against sums and integrals that are known exactly, and against each other."""

from fractions import Fraction
from math import factorial, prod

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from verify.spectra.quadrature import integer_rule, legendre_rule, rule_of_points

ROUNDING = 2e-14  # a hundred roundings: what sums of some ten terms and an eigenvalue problem leave

sizes = st.integers(1, 12)
whole = st.integers(1, 2000)
positions = st.floats(-100, 100)
widths = st.floats(1e-2, 100)


def falling(x, degree, unit):
    """x (x - 1) ... (x - degree + 1)/unit^degree: a polynomial whose sum over integers is known."""
    return np.prod([(x - j) / unit for j in range(degree)], axis=0) if degree else np.ones_like(x)


def falling_sum(count, degree):
    """The sum over 0, ..., count - 1 of `falling`, in units of count^(degree + 1): telescoping, exact for any count."""
    return float(prod((Fraction(count - j, count) for j in range(degree + 1)), start=Fraction(1)) / (degree + 1))


@st.composite
def weighted_points(draw):
    """Distinct points and positive weights over six decades, more of them than nodes."""
    nodes = draw(st.integers(1, 9))
    count = draw(st.integers(nodes + 1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    points = draw(positions) + draw(widths) * rng.permutation(np.cumsum(rng.uniform(0.1, 1, count))) / count
    return points, 10 ** rng.uniform(-3, 3, count), nodes


@given(positions, widths, sizes)
def test_legendre_integrates_degree_2m_minus_1_exactly(low, width, nodes):
    x, w = legendre_rule(low, low + width, nodes)
    y = 2 * (x - low) / width - 1
    for degree in range(2 * nodes):
        exact = width / (degree + 1) if degree % 2 == 0 else 0.0
        # ends and nodes are rounded in units of their distance from 0, and a power amplifies that by its degree
        assert abs(w @ y**degree - exact) <= ROUNDING * (1 + degree) * (abs(low) + width)


@given(sizes)
def test_control_legendre_is_off_at_degree_2m_by_its_known_error(nodes):
    x, w = legendre_rule(-1, 1, nodes)
    error = 2 ** (2 * nodes + 1) * factorial(nodes) ** 4 / ((2 * nodes + 1) * factorial(2 * nodes) ** 2)
    assert abs(2 / (2 * nodes + 1) - w @ x ** (2 * nodes) - error) <= ROUNDING


@given(whole, sizes)
@example(1, 1)
@example(13, 12)
def test_the_rule_of_integers_sums_degree_2m_minus_1_exactly(count, nodes):
    x, w = integer_rule(0.0, float(count), nodes)
    for degree in range(min(2 * nodes, count)):
        found = w @ falling(x, degree, count) / count
        assert abs(found - falling_sum(count, degree)) <= degree * ROUNDING + ROUNDING


@pytest.mark.parametrize("count", [10**7, 10**15, 10**30, 10**100])
@pytest.mark.parametrize("nodes", [1, 2, 9])
def test_the_rule_of_integers_holds_for_more_integers_than_can_be_counted(count, nodes):
    x, w = integer_rule(0.0, float(count), nodes)
    for degree in range(2 * nodes):
        found = w @ falling(x, degree, float(count)) / float(count)
        assert abs(found - falling_sum(count, degree)) <= (1 + degree) * ROUNDING


@given(st.integers(2, 40), st.integers(1, 6))
def test_control_the_rule_of_integers_is_off_at_degree_2m_by_its_known_error(count, nodes):
    assume(count > nodes)
    x, w = integer_rule(0.0, float(count), nodes)
    middle = Fraction(count - 1, 2)
    exact = sum((k - middle) ** (2 * nodes) for k in range(count))
    found = w @ (x - float(middle)) ** (2 * nodes)
    # what is missed is the squared norm of the monic discrete Chebyshev polynomial of degree m
    norm = Fraction(factorial(nodes) ** 4 * factorial(count + nodes)) / (
        factorial(2 * nodes) * factorial(2 * nodes + 1) * factorial(count - nodes - 1)
    )
    assert abs(float(exact) - found - float(norm)) <= ROUNDING * 2 * nodes * float(exact)


@given(whole, sizes, st.integers(0, 10**6))
def test_the_rule_of_integers_is_positive_symmetric_and_lies_between_its_ends(count, nodes, first):
    x, w = integer_rule(float(first), float(count), nodes)
    assert len(x) == len(w) == min(count, nodes)
    assert (w > 0).all() and (np.diff(x) > 0).all()
    assert abs(w.sum() - count) <= ROUNDING * count
    slack = ROUNDING * (first + count)
    assert first - slack <= x[0] and x[-1] <= first + count - 1 + slack
    assert np.allclose(x + x[::-1], 2 * first + count - 1, rtol=ROUNDING, atol=ROUNDING * count)
    assert np.allclose(w, w[::-1], rtol=1e-12)  # a small weight is the square of a small component


@given(sizes, st.integers(1, 12), st.integers(1, 1000))
def test_no_more_integers_than_nodes_are_the_nodes(nodes, count, first):
    assume(count <= nodes)
    x, w = integer_rule(float(first), float(count), nodes)
    assert x.tolist() == list(range(first, first + count)) and w.tolist() == [1.0] * count


@pytest.mark.parametrize("nodes", [2, 5, 9])
def test_very_many_integers_are_a_continuum(nodes):
    count = 1e9
    discrete, continuous = integer_rule(0.0, count, nodes), legendre_rule(-0.5, count - 0.5, nodes)
    for own, other in zip(discrete, continuous, strict=True):
        assert np.allclose(own, other, rtol=1e-12, atol=1e-12 * count)  # the recurrence differs by (m/count)^2


@given(weighted_points())
def test_the_rule_of_points_has_their_moments_to_degree_2m_minus_1(case):
    points, weights, nodes = case
    x, w = rule_of_points(points, weights, nodes)
    middle, half = (points.max() + points.min()) / 2, np.ptp(points) / 2
    unit = 1 + abs(middle) / half  # points are rounded in units of their distance from 0
    for degree in range(2 * nodes):
        chebyshev = np.polynomial.chebyshev.Chebyshev.basis(degree)
        exact, found = (m @ chebyshev((u - middle) / half) for u, m in ((points, weights), (x, w)))
        # Chebyshev polynomials are bounded by 1, and their slopes by degree^2
        assert abs(found - exact) <= 10 * ROUNDING * weights.sum() * (1 + degree**2) * unit


@given(weighted_points())
def test_the_rule_of_points_is_positive_and_lies_between_its_ends(case):
    points, weights, nodes = case
    x, w = rule_of_points(points, weights, nodes)
    assert len(x) == len(w) == nodes
    assert (w > 0).all() and (np.diff(x) > 0).all()
    assert abs(w.sum() / weights.sum() - 1) <= ROUNDING
    slack = ROUNDING * np.abs(points).max()
    assert points.min() - slack <= x[0] and x[-1] <= points.max() + slack


@given(weighted_points())
def test_control_the_rule_of_points_misses_degree_2m(case):
    points, weights, nodes = case
    x, w = rule_of_points(points, weights, nodes)
    vanishing = [np.prod([(y - node) / np.ptp(points) for node in x], axis=0) ** 2 for y in (x, points)]
    assert w @ vanishing[0] == 0 < weights @ vanishing[1]  # prod (y - node)^2 has degree 2m


@given(st.integers(10, 300), st.integers(1, 9))
def test_two_routes_to_the_rule_of_integers_agree(count, nodes):
    known = integer_rule(1.0, float(count), nodes)
    lanczos = rule_of_points(np.arange(1.0, count + 1), np.ones(count), nodes)
    for own, other in zip(known, lanczos, strict=True):
        assert np.allclose(own, other, rtol=1e-11, atol=1e-11)  # rounding, through eigenvectors of 9 x 9


def test_points_of_very_different_weights_keep_their_moments():
    points, weights = np.linspace(0, 1, 30), 10.0 ** -np.arange(30)
    x, w = rule_of_points(points, weights, 9)
    assert (w > 0).all()
    for degree in range(18):
        assert abs(w @ x**degree - weights @ points**degree) <= ROUNDING * weights.sum()
