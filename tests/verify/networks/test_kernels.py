"""Kernels of networks: integrals over angles, layer by layer, and wide networks."""

from math import gamma

import numpy as np
import pytest
from scipy.integrate import quad

from exponents.errors import InputError
from verify import relu_kernels

POINTS = np.random.default_rng(3).standard_normal((6, 5)) * np.array([1.0, 2.0, 0.1, 1.0, 1.0])


def average(power, one, other, both):
    """E relu(u)^p relu(v)^p, p > -1/2, for Gaussian u, v with these variances and covariance, in polar coordinates."""
    angle = np.arccos(np.clip(both / np.sqrt(one * other), -1, 1))
    zeros, half = (power, power), (np.pi - angle) / 2  # both units are on from -half to half, and off at both ends
    if angle < 1e-7:
        zeros, half = (2 * power, 0), np.pi / 2  # equal inputs: half of an even integrand, from one end

    def smooth(up, down):
        """The product of units, by its zeros at the ends."""
        return (np.sinc(up / np.pi) * np.sinc(down / np.pi)) ** power

    if angle < 1e-7:
        whole = 2 * quad(lambda up: smooth(up, up), 0, half, weight="alg", wvar=zeros, epsabs=0, epsrel=1e-12)[0]
    else:
        ends = {"weight": "alg", "wvar": zeros, "epsabs": 0, "epsrel": 1e-12}
        whole = quad(lambda phi: smooth(half - phi, half + phi), -half, half, **ends)[0]
    radial = 2**power * gamma(power + 1)  # E r^(2p) of a plane Gaussian
    return (one * other) ** (power / 2) * radial * whole / (2 * np.pi)


def by_integrals(x, y, power, layers, weight, bias):
    """Covariance and tangent kernel of one pair, each layer from three integrals."""
    preactivation = [weight * (a @ b) / len(a) + bias for a, b in ((x, x), (y, y), (x, y))]
    tangent = preactivation[2]
    for layer in range(layers):
        one, other, both = preactivation
        covariance = [average(power, *three) for three in ((one, one, one), (other, other, other), preactivation)]
        slopes = power**2 * average(power - 1, one, other, both)
        last = layer == layers - 1
        preactivation = covariance if last else [weight * c + bias for c in covariance]
        tangent = preactivation[2] + tangent * slopes * (1 if last else weight)
    return covariance[2], tangent


@pytest.mark.parametrize(
    ("power", "layers", "weight", "bias"),
    [(1, 1, 1, 0), (0.6, 2, 1, 0), (1, 3, 2, 0.3), (1.5, 2, 0.7, 0.1), (2, 3, 1, 0), (2.75, 2, 1, 0), (0.3, 2, 1, 0)],
)
def test_each_layer_is_an_integral_over_directions(power, layers, weight, bias):
    found = relu_kernels(POINTS, power, layers, weight_variance=weight, bias_variance=bias)
    for i, x in enumerate(POINTS):
        for j, y in enumerate(POINTS[: i + (power > 0.5)]):  # the tangent kernel is infinite on the diagonal below
            covariance, tangent = by_integrals(x, y, power, layers, weight, bias)
            assert found.covariance[i, j] == pytest.approx(covariance, rel=1e-10)
            assert found.tangent[i, j] == pytest.approx(tangent, rel=1e-10)
            assert found.tangent[i, j] != pytest.approx(tangent * 1.000001, rel=1e-10)
    assert np.isfinite(np.diag(found.tangent)).all() == (power > 0.5)


def test_a_step_function_has_the_kernel_of_angles():
    cosine = (POINTS @ POINTS.T) / np.outer(*[np.linalg.norm(POINTS, axis=1)] * 2)
    angle = np.arccos(np.clip(cosine, -1, 1))
    assert relu_kernels(POINTS, 0).covariance == pytest.approx((np.pi - angle) / (2 * np.pi), abs=1e-7)


def test_scales_change_no_ratio_without_biases():
    one, other = (relu_kernels(POINTS, 1.5, 3, weight_variance=w).tangent for w in (1, 3.7))
    ratio = other / one
    assert ratio == pytest.approx(np.full((6, 6), ratio[0, 0]), rel=1e-12)
    biased = relu_kernels(POINTS, 1.5, 3, weight_variance=3.7, bias_variance=0.1).tangent / one  # control
    assert biased.max() > 1.1 * biased.min()


def test_equal_and_nearly_equal_inputs_keep_their_correlation():
    angle = np.array([0, 0, 2.5e-7, 1e-6, 4e-6])
    found = relu_kernels(np.column_stack([np.cos(angle), np.sin(angle)]), 0.75).tangent[0]
    assert found[1] == found[0]
    drop = found[0] - found[2:]  # as the angle to the power 2 q - 1 = 1/2
    assert drop[1:] / drop[:-1] == pytest.approx([2, 2], rel=2e-3)


def empirical(generator, power, layers, width, points):
    """Covariance over units, and tangent kernel from gradients, of one network."""
    h = points @ generator.standard_normal((width, points.shape[1])).T / np.sqrt(points.shape[1])
    below, weights, slopes = [points @ points.T / points.shape[1]], [], []
    for layer in range(layers):
        hidden = np.maximum(h, 0) ** power
        slopes.append(power * np.maximum(h, 0) ** (power - 1) * (h > 0))
        below.append(hidden @ hidden.T / width)
        if layer < layers - 1:
            weights.append(generator.standard_normal((width, width)))
            h = hidden @ weights[-1].T / np.sqrt(width)
    back = generator.standard_normal(width) * slopes[-1]
    tangent = below[-1] + below[-2] * (back @ back.T / width)
    for layer in range(layers - 2, -1, -1):
        back = (back @ weights[layer] / np.sqrt(width)) * slopes[layer]
        tangent = tangent + below[layer] * (back @ back.T / width)
    return below[-1], tangent


def compare(power, layers, width, count):
    """Standard scores of the kernels against the mean of draws, and those of kernels five per cent off."""
    generator = np.random.default_rng([layers, int(4 * power)])
    points = POINTS / np.linalg.norm(POINTS, axis=1)[:, None] * np.sqrt(5)
    draws = np.array([empirical(generator, power, layers, width, points) for _ in range(count)])
    mean, error = draws.mean(axis=0), draws.std(axis=0, ddof=1) / np.sqrt(count)
    off = np.triu_indices(6)
    kernels = np.array(relu_kernels(points, power, layers))
    return (((mean - scale * kernels) / error)[:, off[0], off[1]] for scale in (1, 1.05))


@pytest.mark.parametrize(
    ("power", "layers", "width", "count"),
    [
        (1, 1, 4096, 60),
        (1.5, 2, 1024, 30),
        *(pytest.param(power, layers, 4096, 20, marks=pytest.mark.slow) for power, layers in ((1, 2), (1.25, 3))),
    ],
)
def test_wide_networks_have_these_kernels_within_their_statistical_error(power, layers, width, count):
    z, wrong = compare(power, layers, width, count)
    assert np.abs(z).max() < 4 and 0.3 < np.sqrt((z**2).mean()) < 1.7  # 42 correlated numbers of unit variance
    assert np.abs(wrong).max() > 4  # control


def test_inputs_that_are_no_table_are_refused():
    for inputs, fault in (
        ([1.0, 2.0], "one row for each"),
        ([[1, np.nan]], "finite"),
        ([[1, 1], [0, 0]], "row 2"),
        (np.ones((9000, 1)), "4 GiB"),
    ):
        with pytest.raises(InputError, match=fault):
            relu_kernels(inputs)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"power": -0.5}, "power of relu must be a number from 0"),
        ({"power": np.nan}, "power of relu"),
        ({"power": "one"}, "power of relu"),
        ({"power": [1, 2]}, "power of relu"),
        ({"weight_variance": "1"}, "variance of weights"),
        ({"hidden_layers": 0}, "hidden layers must be a whole number"),
        ({"weight_variance": 0}, "variance of weights"),
        ({"bias_variance": -1}, "variance of biases"),
        ({"power": 6, "hidden_layers": 6}, "leave double precision"),
    ],
)
def test_layers_that_cannot_be_are_refused(given, fault):
    with pytest.raises(InputError, match=fault):
        relu_kernels(100 * POINTS, **given)
