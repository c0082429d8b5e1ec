"""The exact response of a mode to a polynomial force, against integrals; and the order with which steps converge."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from verify.flow.collocation import (
    AT_NODES,
    NODES,
    SMALL,
    STAGES,
    Response,
    count_mostly_learned,
    integrate_basis,
    integrate_basis_twice,
    lagrange_basis,
    roughness,
    shares,
    squared_integral,
)

ROUNDING = 1e-12  # inverting the Vandermonde matrix of six nodes leaves some 1e-13; "twelve digits" is what is claimed
PLACES = np.array([0.05, 0.3, 0.77, 1.0])
forces = st.lists(st.floats(-1, 1), min_size=STAGES, max_size=STAGES).map(np.array)


def lagrange(j, s):
    """l_j(s) as a product, with no matrix."""
    return np.prod([(s - c) / (NODES[j] - c) for i, c in enumerate(NODES) if i != j], axis=0)


def integral(f, low, high):
    return quad(f, low, high, epsabs=0, epsrel=1e-13, limit=200)[0] if high > low else 0.0


def lost(j, z, s):
    """W_j = int_0^s e^(-z (s - v)) l_j(v) dv, in the variable x = z (s - v) where the exponential is short."""
    if z * s < 1:
        return integral(lambda v: np.exp(-z * (s - v)) * lagrange(j, v), 0.0, s)
    return integral(lambda x: np.exp(-x) * lagrange(j, s - x / z), 0.0, min(z * s, 50.0)) / z  # e^-50 is nothing


def kept(j, z, s):
    """int_0^s l_j - W_j, in one integral where the difference is small."""
    if z * s > 1:
        return integral(lambda v: lagrange(j, v), 0.0, s) - lost(j, z, s)
    return integral(lambda v: -np.expm1(-z * (s - v)) * lagrange(j, v), 0.0, s)


def apart(found, exact):
    """Largest difference over the largest of the weights, which is what a sum over j with a smooth force sees."""
    return np.abs(found - exact).max() / np.abs(exact).max()


@pytest.mark.filterwarnings("ignore::scipy.integrate.IntegrationWarning")  # 1e-13 is asked of weights near zero too
@pytest.mark.parametrize("z", [1e12, 1e8, 1e4, 30.0, 2.001, SMALL, 1.999, 0.5, 1e-4, 1e-8, 1e-12])
def test_the_weights_are_those_of_the_integral_on_both_sides_of_small(z):
    response = Response(PLACES)
    lose, keep = (response.weights(np.array([z]), split)[:, :, 0] for split in (1, 0))
    for q, s in enumerate(PLACES):
        # between nodes and just above SMALL the recurrence has divided by z^6 what rounding left
        slack = ROUNDING if s in NODES or not 0.5 < z < 3 else 4 * ROUNDING
        assert apart(lose[:, q], np.array([lost(j, z, s) for j in range(STAGES)])) < slack
        assert apart(keep[:, q], np.array([kept(j, z, s) for j in range(STAGES)])) < slack


def test_the_two_branches_agree_where_they_meet():
    above, at, below = np.nextafter(SMALL, 3), SMALL, np.nextafter(SMALL, 0)
    response = Response(np.concatenate([NODES, PLACES]))
    for split in (0, 1):
        recurrence, edge, series = (response.weights(np.array([z]), split) for z in (above, at, below))
        scale = np.abs(series).max(axis=0)
        for branch in (recurrence, edge):
            assert (np.abs(branch - series) / scale).max() < 10 * ROUNDING  # where the recurrence is at its worst
        assert np.abs(recurrence - series).max() > 0  # they are two branches


@given(st.lists(st.floats(-12, 12), min_size=1, max_size=8), st.data())
def test_both_forms_of_a_weight_add_up_to_the_integral_for_any_split(exponents, data):
    z = np.sort(10.0 ** np.array(exponents))[::-1]
    split = data.draw(st.integers(0, len(z)))
    lose, keep, mixed = (AT_NODES.weights(z, n) for n in (len(z), 0, split))
    assert np.abs(lose + keep - integrate_basis(NODES)[:, :, None]).max() < ROUNDING
    assert np.array_equal(mixed[:, :, :split], lose[:, :, :split])
    assert np.array_equal(mixed[:, :, split:], keep[:, :, split:])


def test_a_mode_that_does_not_move_keeps_all_its_digits():
    # h - r = z int int ... for z -> 0: a difference of two numbers near 1 would have nothing left
    z = np.array([1e-14])
    found = AT_NODES.weights(z, 0)[:, :, 0] / z
    assert apart(found, integrate_basis_twice(NODES)) < ROUNDING


def test_the_nodes_are_those_of_radau():
    assert len(NODES) == STAGES and NODES[-1] == 1 and (np.diff(NODES) > 0).all() and NODES[0] > 0
    weights = integrate_basis(np.ones(1))[:, 0]
    assert (weights > 0).all()
    errors = [abs(weights @ NODES**k - 1 / (k + 1)) for k in range(2 * STAGES)]
    assert max(errors[:-1]) < 0.1 * ROUNDING  # Radau's rule is exact to degree 2 STAGES - 2 ...
    assert errors[-1] > 1e-8  # ... and no further


@given(forces, st.floats(0, 1))
def test_interpolation_and_integrals_are_those_of_the_polynomial(values, s):
    place = np.array([s])
    polynomial = np.polynomial.Polynomial(np.linalg.solve(np.vander(NODES, increasing=True), values))
    assert abs(values @ lagrange_basis(place) - polynomial(s)) < ROUNDING
    assert abs(values @ integrate_basis(place) - polynomial.integ()(s)) < ROUNDING
    assert abs(values @ integrate_basis_twice(place) - polynomial.integ(2)(s)) < ROUNDING
    squared = (1 - polynomial.integ()) ** 2
    assert abs(squared_integral(values, place)[0] - squared.integ()(s)) < 10 * ROUNDING  # degree 13


def test_roughness_is_the_share_that_the_last_legendre_polynomial_would_have_in_a_geometric_sequence():
    legendre = [np.polynomial.legendre.Legendre.basis(n)(2 * NODES - 1) for n in range(STAGES)]
    for smooth in legendre[:-3]:
        assert roughness(smooth) < 1e-13  # rounding
    for ratio in (0.5, 0.01):
        terms = [ratio**n * polynomial for n, polynomial in enumerate(legendre)]
        assert abs(roughness(sum(terms)) / ratio ** (STAGES - 1) - 1) < 1e-4
        for lost in (1, 2):  # by chance one of the last is missing, or two
            assert abs(roughness(sum(terms[:-lost])) / ratio ** (STAGES - 1) - 1) < 1e-4
    assert abs(roughness(legendre[-1]) - 1) < 1e-13
    assert abs(roughness(3 * legendre[0] - 0.6 * legendre[-1]) - 0.2) < 1e-13
    assert roughness(np.zeros(STAGES)) == 0


@given(forces, st.floats(-8, 4), st.floats(1e-6, 1 - 1e-6))
def test_a_mode_followed_in_either_variable_is_the_same_mode(force, exponent, phi):
    z, scaled = np.array([10.0**exponent]), 0.1 * force
    h = 1 - scaled @ integrate_basis(NODES)
    # phi decides which variable `free` takes; the residual r = 1 - phi at h = 1 is the same in both
    for_r, for_rest = (AT_NODES.free(z, np.array([p]), np.array([1 - p])) for p in (max(phi, 0.6), min(phi, 0.4)))
    r = for_r - np.tensordot(scaled, AT_NODES.weights(z, 1), 1)
    rest = for_rest - np.tensordot(scaled, AT_NODES.weights(z, 0), 1)
    assert np.allclose(np.exp(-z * NODES[:, None]) * (1 - max(phi, 0.6)), for_r, rtol=1e-13)
    # r + (h - r) = h, once the difference of the two starts has decayed as a free mode does
    start = (max(phi, 0.6) - min(phi, 0.4)) * np.exp(-z * NODES[:, None])
    assert np.abs(r + rest + start - h[:, None]).max() < ROUNDING
    for split, found in ((1, r), (0, rest)):
        learned, residual = shares(split, found, h)
        assert np.abs(learned + residual - 1).max() < 1e-15


def test_learned_modes_come_first():
    assert count_mostly_learned(np.array([1.1, 0.9, 0.5001, 0.4999, 0.0])) == 3
    assert count_mostly_learned(np.zeros(4)) == 0 and count_mostly_learned(np.ones(4)) == 4


# dr/dtau = -g - mu r with g = e^(5 tau) and r(0) = 1 has r = (1 + c) e^(-mu tau) - c e^(5 tau), c = 1/(5 + mu)
RATE = 5.0
INSIDE = np.linspace(0.05, 0.95, 19)


def errors(mu, steps):
    """Largest relative error inside the steps, and the error at the end, after equal steps to tau = 1."""
    length, response, r, worst = 1 / steps, Response(np.append(INSIDE, 1.0)), 1.0, 0.0
    c, scale = 1 / (RATE + mu), np.exp(RATE) / (RATE + mu)
    z = np.array([mu * length])
    weights = response.weights(z, 1)[:, :, 0] * length
    for step in range(steps):
        tau = (step + response.points) * length
        found = np.exp(-z * response.points) * r - np.exp(RATE * (step + NODES) * length) @ weights
        off = np.abs(found - (1 + c) * np.exp(-mu * tau) + c * np.exp(RATE * tau)) / scale
        worst, r = max(worst, off[:-1].max()), found[-1]
    return worst, off[-1]


def order(mu, few, many):
    """By how many powers of the step the errors inside and at the end fall."""
    return np.log(np.divide(errors(mu, few), errors(mu, many))) / np.log(many / few)


def test_a_mode_that_the_step_resolves_converges_with_order_2_stages_minus_1():
    _, end = order(1.0, 2, 4)
    assert abs(end - (2 * STAGES - 1)) < 0.6  # measured between two and four steps, before rounding is reached


@pytest.mark.parametrize("mu", [1e5, 1e9])
def test_a_mode_that_the_step_does_not_resolve_converges_with_order_stages(mu):
    inside, _ = order(mu, 16, 32)
    assert abs(inside - STAGES) < 0.25  # the next order is RATE/32 of it


def test_a_step_of_any_length_is_stable_for_any_mode():
    for mu in 10.0 ** np.arange(-12.0, 13.0):
        worst, end = errors(mu, 4)
        assert worst < 1e-5 and end < 1e-5  # (RATE/4)^6/6!, times what the product of distances leaves


def test_control_the_order_is_not_one_higher():
    (few, _), (many, _) = errors(1e9, 16), errors(1e9, 32)
    assert few / many < 2 ** (STAGES + 0.5)
