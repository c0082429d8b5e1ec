"""Pictures of a fit show the runs and the law."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from exponents.errors import InputError
from verify import fit_law


@pytest.fixture(scope="module")
def fit():
    size, data = np.logspace(7, 10, 6).repeat(6), np.tile(np.logspace(9, 12, 6), 6)
    noise = np.exp(0.01 * np.random.default_rng(0).normal(size=36))
    table = {"N": size, "D": data, "loss": (1.7 + 400 * size**-0.34 + 2000 * data**-0.37) * noise}
    return fit_law(table, intervals="formula", objective="ls")


def draw(fit, **options):
    axes = Figure().subplots()
    fit.plot(axes, **options)
    return axes


def test_the_runs_scatter_about_the_line_of_equality(fit):
    runs, line = draw(fit, kind="loss").lines
    assert np.array_equal(runs.get_ydata(), fit.runs.loss)
    assert np.abs(np.log(runs.get_ydata() / runs.get_xdata())).max() < 0.05
    assert np.array_equal(line.get_xdata(), line.get_ydata())


def test_residuals_are_drawn_in_per_cent(fit):
    assert np.allclose(draw(fit, kind="residuals").lines[0].get_ydata(), 100 * fit.residuals)


def test_isoflop_curves_are_the_law_at_each_budget(fit):
    lines = draw(fit, kind="isoflop").lines
    for runs, curve in zip(lines[::2], lines[1::2], strict=True):
        chosen = np.isin(fit.runs.loss, runs.get_ydata())
        predicted = fit.predict({name: np.exp(own[chosen]) for name, own in fit.runs.logs.items()})
        drawn = np.interp(np.log(runs.get_xdata()), np.log(curve.get_xdata()), np.log(curve.get_ydata()))
        # straight lines between 200 points of the curve
        assert np.allclose(np.sort(drawn), np.sort(np.log(predicted)), atol=1e-3)


def test_a_profile_is_least_at_the_fit(fit):
    line = draw(fit, kind="profile", exponent="beta").lines[0]
    values = line.get_ydata()
    assert values.argmin() == len(values) // 2 and abs(values.min() - 1) < 1e-6
    assert values[0] > 1.01 and values[-1] > 1.01


@pytest.mark.parametrize("options", [{"kind": "pie"}, {"kind": "profile", "exponent": "gamma"}])
def test_other_pictures_are_refused(fit, options):
    with pytest.raises(InputError, match="must be one of"):
        draw(fit, **options)
