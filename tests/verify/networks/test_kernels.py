"""Kernels of two-layer ReLU networks: integrals over angles, and wide networks."""

import numpy as np
import pytest
from scipy.integrate import quad

from exponents.errors import InputError
from verify import relu_kernels

POINTS = np.random.default_rng(3).standard_normal((6, 5)) * np.array([1.0, 2.0, 0.1, 1.0, 1.0])


def averages(x, y):
    """E relu(h) relu(h') and E relu'(h) relu'(h') for h = w.x/sqrt(d): integrals over directions of w in one plane."""
    sizes = np.linalg.norm(x) * np.linalg.norm(y) / len(x)
    angle = np.arccos(x @ y / np.linalg.norm(x) / np.linalg.norm(y))
    both = (angle - np.pi / 2, np.pi / 2)  # directions in which both units are on
    product = quad(lambda phi: np.cos(phi) * np.cos(phi - angle), *both, epsabs=1e-13)[0] / (2 * np.pi)
    return 2 * sizes * product, (both[1] - both[0]) / (2 * np.pi)  # the mean square of a plane Gaussian is 2


def test_the_closed_form_is_the_integral_over_directions():
    found = relu_kernels(POINTS)
    for i, x in enumerate(POINTS):
        for j, y in enumerate(POINTS[:i]):
            product, slopes = averages(x, y)
            assert found.covariance[i, j] == pytest.approx(product, rel=1e-8)
            assert found.tangent[i, j] == pytest.approx(product + slopes * (x @ y) / 5, rel=1e-8)
    assert np.diag(found.tangent) == pytest.approx((POINTS**2).sum(axis=1) / 5, rel=1e-12)


def empirical(generator, width=4096):
    """Covariance over units, and tangent kernel from gradients, of one network."""
    inner, outer = generator.standard_normal((width, 5)), generator.standard_normal(width)
    h = POINTS @ inner.T / np.sqrt(5)
    hidden, gate = np.maximum(h, 0), (h > 0) * outer
    return hidden @ hidden.T / width, hidden @ hidden.T / width + (gate @ gate.T / width) * (POINTS @ POINTS.T) / 5


def test_wide_networks_have_these_kernels_within_their_statistical_error():
    generator = np.random.default_rng(0)
    draws = np.array([empirical(generator) for _ in range(60)])
    mean, error = draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(60)
    off = np.triu_indices(6)
    z = ((mean - np.array(relu_kernels(POINTS))) / error)[:, off[0], off[1]]
    assert np.abs(z).max() < 4 and 0.3 < np.sqrt((z**2).mean()) < 1.7  # 42 correlated numbers of unit variance
    wrong = (mean[1] / 1.01 - relu_kernels(POINTS).tangent) / error[1]  # control: one percent off
    assert np.abs(wrong).max() > 4


def test_inputs_that_are_no_table_are_refused():
    for inputs, fault in (([1.0, 2.0], "one row for each"), ([[1, np.nan]], "finite"), ([[1, 1], [0, 0]], "row 2")):
        with pytest.raises(InputError, match=fault):
            relu_kernels(inputs)
