"""Fourier spectra on the circle: closed form, quadrature on the real axis, sums over aliases, symmetry."""

import mpmath
import numpy as np
import pytest

from exponents.errors import InputError, NotSolved
from verify import circle_spectrum, relu_kernels
from verify.networks.unit_kernels import correlate, correlate_slopes, mean_square

POWERS = (0.75, 1)


def shallow_covariance(power, mode):
    """Coefficient for one hidden layer: E r^(2q)/2^q times the squared transform of cos_+^q, a ratio of gammas."""
    q = mpmath.mpf(power)
    transform = (
        mpmath.gamma(q + 1) / 2 ** (q + 1) / mpmath.gamma(1 + (q + mode) / 2) * mpmath.rgamma(1 + (q - mode) / 2)
    )
    return (2 if mode else 1) * mpmath.gamma(q + 1) * transform**2


def shallow(power, mode, kernel):
    """Coefficients of P_q, and of P_q + q^2 cos(theta) P_(q-1)/2 with the slopes of units of variance 1/2."""
    covariance = shallow_covariance(power, mode)
    if kernel == "covariance":
        return float(covariance)
    below = [shallow_covariance(power - 1, abs(k)) * (2 if k == 0 else 1) for k in (mode - 1, mode + 1)]
    slopes = mpmath.mpf(power) ** 2 / 2 * sum(below) / 2
    return float(covariance + (slopes if mode else slopes / 2))


@pytest.mark.parametrize(
    ("kernel", "powers"),
    [
        *((kernel, POWERS) for kernel in ("covariance", "tangent")),
        pytest.param("covariance", (0, 0.3, 0.5, 1.5, 6.5), marks=pytest.mark.slow),
        pytest.param("tangent", (0.55, 1.5, 3), marks=pytest.mark.slow),
    ],
)
def test_one_hidden_layer_has_a_closed_form_up_to_large_modes(kernel, powers):
    modes = np.array([0, 1, 2, 3, 8, 9, 100, 1001, 10**6, 10**9 + 1])
    for power in powers:
        with mpmath.workdps(40):
            expected = [shallow(power, int(k), kernel) for k in modes]
        found = circle_spectrum(modes, power, 1, kernel)
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-300)
        assert found[1] != pytest.approx(expected[1] * (1 + 1e-11), rel=1e-12, abs=0)


def quadrature(modes, power, layers, bias):
    """Integrals on the real axis, with panels that shrink towards both ends."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    small = np.pi / 2 / 2.0 ** np.arange(50, 1, -1)
    edges = np.concatenate([[0], small, np.linspace(np.pi / 4, np.pi / 2, 8)])
    half, middle = np.diff(edges) / 2, (edges[1:] + edges[:-1]) / 2
    near = (middle[:, None] + half[:, None] * nodes).ravel()
    weights = np.tile((half[:, None] * weights).ravel(), 2)
    angle, cosine = np.append(near, np.pi - near), np.append(np.cos(near), -np.cos(near))
    variance, preactivation = 0.5 + bias, cosine / 2 + bias
    tangent = preactivation
    for layer in range(layers):
        rho = np.clip(preactivation / variance, -1, 1)
        covariance = mean_square(power) * variance**power * correlate(power, rho)
        slopes = mean_square(power) * variance ** (power - 1) * correlate_slopes(power, rho)
        preactivation = covariance + (bias if layer < layers - 1 else 0)
        tangent = preactivation + tangent * slopes
        variance = mean_square(power) * variance**power + bias
    both = np.array([covariance, tangent]) * weights
    return 2 / np.pi * both @ np.cos(np.outer(angle, modes))


@pytest.mark.parametrize(
    ("power", "layers", "bias"),
    [
        (1, 3, 0),
        (1.5, 2, 0.2),
        *(pytest.param(*case, marks=pytest.mark.slow) for case in ((1.75, 2, 0), (2, 4, 0), (1, 2, 0.01), (5, 3, 0))),
    ],
)
def test_deep_kernels_agree_with_quadrature_on_the_real_axis(power, layers, bias):
    modes = np.array([1, 2, 3, 4, 7, 10, 19, 40])
    expected = quadrature(modes, power, layers, bias)
    for row, kernel in zip(expected, ("covariance", "tangent"), strict=True):
        found = circle_spectrum(modes, power, layers, kernel, bias_variance=bias)
        rounding = 1e-14 * abs(found[0])  # of the quadrature
        assert found == pytest.approx(row, rel=1e-10, abs=rounding)
        assert found != pytest.approx(row * (1 + 1e-8), rel=1e-10, abs=rounding)


def unit_correlation(power, s):
    """k_q and its derivative at s = (1 + rho)/2, in digits of mpmath."""
    if power == 1:
        rho = 2 * s - 1
        rest = mpmath.pi - mpmath.acos(rho)
        return (mpmath.sqrt(1 - rho**2) + rest * rho) / mpmath.pi, rest / mpmath.pi
    scale = mpmath.gamma(power + 1) ** 2 / mpmath.gamma(power + 1.5) / mpmath.gamma(power + 0.5)
    value, slope = (s ** (p + 0.5) * mpmath.hyp2f1(0.5, 0.5, p + 1.5, s) for p in (power, power - 1))
    return scale * value, scale * (power + 0.5) / 2 * slope


@pytest.mark.parametrize(
    ("power", "mode"),
    [(1, 48), pytest.param(0.75, 60, marks=pytest.mark.slow), pytest.param(1, 700, marks=pytest.mark.slow)],
)
def test_two_layers_agree_with_quadrature_of_forty_digits(power, mode):
    def kernel(angle):
        """The tangent kernel of two layers, its units divided by their root mean square."""
        second, slope = unit_correlation(power, mpmath.cos(angle / 2) ** 2)
        tangent = second + mpmath.cos(angle) * slope
        third, slope = unit_correlation(power, (1 + second) / 2)
        return third + tangent * slope

    with mpmath.workdps(40):
        first = 4 * mpmath.pi / mode
        grade = [first / 2**j for j in range(30, 0, -1)]
        edges = [
            0,
            *grade,
            *(first * j for j in range(1, mode // 4)),
            *(mpmath.pi - at for at in reversed(grade)),
            mpmath.pi,
        ]
        waves = mpmath.quad(
            lambda angle: mpmath.re(kernel(angle)) * mpmath.cos(mode * angle),
            edges,
            method="gauss-legendre",
            maxdegree=4,
        )
        unit = float(2 / mpmath.pi * waves)
    diagonal = relu_kernels([[1.0, 0.0]], power, 2).covariance[0, 0]
    assert circle_spectrum(mode, power, 2) / diagonal == pytest.approx(unit, rel=1e-12, abs=0)


@pytest.mark.slow
def test_points_on_the_circle_have_the_sums_over_aliases():
    count, modes = 128, np.arange(1, 5)
    angle = 2 * np.pi * np.arange(count) / count
    row = relu_kernels(np.column_stack([np.cos(angle), np.sin(angle)]), 1.75, 2).tangent[0]
    whole = count * np.arange(1, 1500)[:, None]
    folded = circle_spectrum(np.concatenate([modes[None], whole - modes, whole + modes]), 1.75, 2).sum(axis=0)
    assert 2 / count * np.fft.rfft(row).real[modes] == pytest.approx(folded, rel=1e-11, abs=0)
    assert 2 / count * np.fft.rfft(row).real[modes] != pytest.approx(circle_spectrum(modes, 1.75, 2), rel=1e-11, abs=0)


def test_only_one_hidden_layer_of_whole_power_without_biases_has_modes_that_vanish():
    modes = np.arange(1, 40)
    for power in (1, 2):
        vanish = (modes > power) & ((modes - power) % 2 == 0)  # of the parity of the power, beyond it
        for kernel in ("covariance", "tangent"):
            found = circle_spectrum(modes, power, 1, kernel)
            assert ((found == 0) == vanish).all() and (found >= 0).all()
            assert (circle_spectrum(modes, power, 2, kernel) > 0).all()
        assert (circle_spectrum(modes, power, 1, bias_variance=0.1) > 0).all()
    assert (circle_spectrum(modes, 1.25, 1) > 0).all()


def test_biases_take_the_singularity_at_antipodes_away():
    large = 2**16 + np.arange(2)
    with_bias, without = (circle_spectrum(large, 1.25, 1, bias_variance=b) for b in (0.2, 0))
    assert with_bias[0] / with_bias[1] == pytest.approx(1 + 2.5 / 2**16, rel=1e-4)  # as k^-2.5 for both
    assert without[0] / without[1] == pytest.approx(np.tan(np.pi * 1.25 / 2) ** 2, rel=1e-3)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"modes": -1}, "modes must be whole numbers"),
        ({"modes": 1.5}, "modes must be whole numbers"),
        ({"modes": []}, "modes must be whole numbers"),
        ({"power": 0.5}, "needs a power above 1/2"),
        ({"power": -1}, "power of relu"),
        ({"power": 30, "hidden_layers": 4}, "leaves double precision"),
        ({"kernel": "ntk"}, "the kernel must be one of covariance, tangent"),
    ],
)
def test_what_has_no_spectrum_is_refused(given, fault):
    with pytest.raises(InputError, match=fault):
        circle_spectrum(**{"modes": 1, **given})


def test_singularities_next_to_the_real_axis_are_said():
    with pytest.raises(NotSolved, match="singularities within"):
        circle_spectrum(1, 1, bias_variance=1e-6)
