"""Pages of fits have the panels that the fits draw, with their data."""

import numpy as np
import pytest

from verify import fit_law, fit_spectrum
from verify.plots import plot_law_fit, plot_spectrum_fit, save_picture


def runs(noise=0.01):
    size, data = np.logspace(7, 10, 5).repeat(5), np.tile(np.logspace(9, 12, 5), 5)
    factor = np.exp(noise * np.random.default_rng(0).normal(size=25))
    return {"N": size, "D": data, "loss": (1.7 + 400 * size**-0.34 + 2000 * data**-0.37) * factor}


@pytest.mark.parametrize("noise", [0.01, 0.0])
def test_a_law_of_two_resources_has_all_panels(noise, tmp_path):
    fit = fit_law(runs(noise), intervals="none")
    axes = plot_law_fit(fit)
    assert [own.get_xlabel() for own in axes] == ["predicted loss", "budget C", "N", "alpha", "beta"]
    assert np.array_equal(axes[0].lines[0].get_ydata(), fit.runs.loss)
    assert axes[0].get_title("left") == "L = E + A*N**-alpha + B*D**-beta"
    for own in axes[3:]:
        assert np.isfinite(own.lines[0].get_ydata()).all()
    save_picture(lambda: axes, tmp_path / "fit.svg")
    assert (tmp_path / "fit.svg").stat().st_size > 10_000


def test_one_resource_with_one_unknown_has_no_profile():
    size = np.logspace(6, 9, 12)
    fit = fit_law({"N": size, "loss": 300 * size**-0.3}, "300*N**-alpha", intervals="none")
    assert [own.get_xlabel() for own in plot_law_fit(fit)] == ["predicted loss", "product of the resources"]


def test_a_spectrum_has_its_window_and_both_curves():
    k = np.arange(1.0, 1001)
    fit = fit_spectrum(k**-1.5, k**-1.75)
    curves = fit.predict([1.0, 10.0, 1e5])
    spectrum, losses = plot_spectrum_fit(fit, curves)
    assert np.array_equal(spectrum.lines[0].get_ydata(), fit.eigenvalues)
    assert [line.get_label() for line in losses.lines] == ["measured spectrum", "power law", "last mode learned"]
    assert np.array_equal(losses.lines[0].get_ydata(), curves.measured.loss)
    assert losses.lines[2].get_xdata()[0] == curves.learned_from
