"""A real kernel: scikit-learn's digits, through the tangent kernel of a two-layer ReLU network."""

import numpy as np
import pytest

from exponents.errors import NoSingleExponent
from verify import fit_kernel, one_hot, relu_kernels

datasets = pytest.importorskip("sklearn.datasets")
IMAGES, DIGITS = datasets.load_digits(return_X_y=True)
LABELS = one_hot(DIGITS)


@pytest.fixture(scope="module")
def kernel():
    return relu_kernels(IMAGES - IMAGES.mean(axis=0)).tangent


@pytest.fixture(scope="module")
def fit(kernel):
    return fit_kernel(kernel, LABELS)


def test_without_their_mean_image_digits_have_one_capacity(fit):
    for window in fit.windows:
        if window.samples == 1797:
            assert 1.40 <= window.alpha <= 1.45
    low, high = fit.alpha.interval
    assert low < 1.40 and 1.45 < high < low + 0.2
    eigenvalues = np.log(fit.eigenvalues)
    for first, last in ((10, 200), (10, 500), (20, 500)):  # further windows, by another routine
        k = np.arange(first, last + 1)
        assert 1.40 <= round(-np.polyfit(np.log(k), eigenvalues[k - 1], 1)[0], 2) <= 1.45
    assert fit.outputs == pytest.approx(9, rel=0.2)  # ten centred columns are nine


def test_raw_pixels_have_no_single_capacity_and_are_refused():
    raw = relu_kernels(IMAGES).tangent
    with pytest.raises(NoSingleExponent, match=r"alpha is 1\.\d+ in modes 10 to 33.*subtract the mean") as caught:
        fit_kernel(raw, LABELS)
    assert max(caught.value.exponents) > 1.3 * min(caught.value.exponents)


def learning_curve(kernel, sizes, generator):
    """The loss of kernel regression without ridge on the other samples, for nested training sets of one order."""
    order = generator.permutation(len(kernel))
    losses = []
    for size in sizes:
        train, rest = order[:size], order[size:]
        predicted = kernel[np.ix_(rest, train)] @ np.linalg.solve(kernel[np.ix_(train, train)], LABELS[train])
        losses.append(((LABELS[rest] - predicted) ** 2).sum(axis=1).mean())
    return losses


def test_learning_curves_of_kernel_regression_fall_with_s_less_one(kernel, fit):
    """Spigler, Geiger and Wyart (2020): without noise the loss falls as P^(1 - s), where s - 1 < 2 alpha."""
    sizes = np.array([10, 14, 20, 28, 40, 57, 80])
    generator = np.random.default_rng(0)
    losses = [learning_curve(kernel, sizes, generator) for _ in range(16)]
    slopes = [-np.polyfit(np.log(sizes), np.log(loss), 1)[0] for loss in losses]
    mean, error = np.mean(slopes), np.std(slopes, ddof=1) / 4
    low, high = fit.s.interval
    assert error < 0.03 and low - 1 < mean < high - 1
    assert abs(mean - (fit.s.value - 1)) < 0.1  # closer than the interval: half its width is 0.2
    assert not low - 1 < mean + 0.3 < high - 1 and not low - 1 < mean - 0.3 < high - 1  # control
