"""Fig. 7a: coefficients in units of the first, the laws at their ends, and measured exponents on the derived lines."""

import numpy as np
import pytest
from figure_readers import clashes, draw, line, made_small, slope, words

from verify import circle_spectrum
from verify.measurements.points import NETWORK_POINTS, read_point
from verify.plots.figures import FIGURES, fig7a_kernel_spectra

DEEP, ONE, EXPONENTS = 0, 1, 2
"""Panels."""


@pytest.fixture(scope="module")
def figure():
    points = read_point(2, "1/2", 1), read_point("7/2", "1/2", 1)
    with made_small({fig7a_kernel_spectra: {"NETWORK_POINTS": points, "DEEP": 2, "LAYERS": (2, 1)}}):
        data = FIGURES["fig7a"].compute(map)
        yield draw({"fig7a": data})["fig7a"]


@pytest.mark.slow
def test_curves_and_points_are_coefficients(figure):
    k, values = line(figure, "coefficients 7/4", DEEP)
    assert values == pytest.approx(
        circle_spectrum(k.astype(int), 1.75, 2) / circle_spectrum(1, 1.75, 2), rel=1e-9, abs=0
    )
    for parity, powers in ((0, ("1", "7/4")), (1, ("7/4",))):
        for power in powers:
            k, values = line(figure, f"parity {parity} {power}", ONE)
            assert set(k.astype(int) % 2) == {parity} and (values > 0).all()
    assert len(line(figure, "parity 1 1", ONE)[0]) == 0  # odd modes of one layer of relu vanish


@pytest.mark.slow
def test_laws_and_exponents_are_derived(figure):
    for panel in (DEEP, ONE):
        for name, alpha in (("1", 2.0), ("7/4", 3.5)):
            assert slope(line(figure, f"law {name}", panel)) == pytest.approx(-alpha, rel=1e-9)
    for kernel, more in (("tangent", 0), ("covariance", 2)):
        power, alpha = line(figure, f"derived {kernel}", EXPONENTS)
        assert alpha == pytest.approx(2 * power + more)
        for layers in (1, 2):
            power, alpha = line(figure, f"measured {kernel} {layers}", EXPONENTS)
            assert alpha == pytest.approx(2 * power + more, abs=1e-4)


@pytest.mark.slow
def test_names_stand_apart(figure):
    assert list(clashes(figure)) == []
    assert any("NNGP" in text for text in words(figure))


def test_the_figure_is_of_the_five_powers():
    assert np.allclose([float(at.alpha) / 2 for at in NETWORK_POINTS], [0.75, 1, 1.25, 1.5, 1.75])
