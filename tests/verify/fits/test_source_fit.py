"""The exponent of squared coefficients by the likelihood of chi^2 variables."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import gamma

from exponents.errors import InputError
from verify.fits.source_fit import fit_gamma, fit_source

S, K = 1.75, np.arange(1.0, 1001)
WINDOWS, PARTS = [(10, 500), (20, 500), (10, 250)], [(10, 37), (37, 136), (136, 500)]
X = np.log(K[9:500])


def draw(seed, outputs=1):
    return K**-S * np.random.default_rng(seed).chisquare(outputs, 1000) / outputs


def test_the_estimate_is_the_maximum_of_the_likelihood():
    values = draw(0)[9:500]

    def cost(b):  # of scipy's own density, whose scale is the mean over the shape
        return -gamma.logpdf(values, b[2], scale=np.exp(b[0] + b[1] * X) / b[2]).sum()

    due = minimize(
        cost, [0.0, -1.5, 0.5], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9, "maxiter": 4000}
    )
    found = fit_gamma(X[:, None], values)
    assert found.coefficients == pytest.approx(due.x[:2], abs=1e-5)
    assert found.shape == pytest.approx(due.x[2], rel=0.02)  # the closed form of the shape is within 1.5 %


@pytest.mark.parametrize("outputs", [1, 9])
def test_the_stated_error_is_the_scatter_and_the_outputs_are_found(outputs):
    fits = [fit_gamma(X[:, None], draw(seed, outputs)[9:500]) for seed in range(200)]
    scatter = np.std([fit.coefficients[1] for fit in fits])
    assert np.mean([fit.error for fit in fits]) == pytest.approx(scatter, rel=0.15)  # 200 sets: 5 % each
    assert np.mean([2 * fit.shape for fit in fits]) == pytest.approx(outputs, rel=0.05)


def test_it_scatters_less_than_least_squares_by_the_known_factor():
    ours, least_squares = [], []
    for seed in range(300):
        values = draw(seed)[9:500]
        ours.append(fit_gamma(X[:, None], values).coefficients[1])
        least_squares.append(np.polyfit(X, np.log(values), 1)[0])
    ratio = np.std(least_squares) / np.std(ours)
    assert ratio == pytest.approx(np.pi / 2, rel=0.15)  # Var ln chi^2_1 = pi^2/2, against 2


def test_cumulative_tails_are_biased_and_the_fit_is_not():
    """Control: the route that is not taken."""
    values = draw(7)
    tails = np.cumsum(values[::-1])[::-1]
    biased = 1 - np.polyfit(X, np.log(tails[9:500]), 1)[0]
    assert biased - S > 0.2
    assert abs(fit_source(values, WINDOWS, PARTS).values[0] - S) < 0.2


def test_zeros_of_a_symmetry_do_not_spoil_it():
    values = K**-S * (K % 2) + 1e-30
    found = fit_source(values, WINDOWS, PARTS)
    assert found.values[0] == pytest.approx(S, abs=0.02) and found.errors[0] < 0.1 and not found.is_curved
    with pytest.raises(InputError, match="above 0; got 0 of 491"):
        fit_source(np.where(K < 10, values, 0), WINDOWS, PARTS)


def test_a_target_without_a_single_exponent_is_curved():
    assert fit_source(draw(3, 9) * np.where(K > 60, (K / 60) ** -2.0, 1), WINDOWS, PARTS).is_curved
    assert fit_source(np.exp(-K / 30), WINDOWS, PARTS).is_curved
    assert not any(fit_source(draw(seed), WINDOWS, PARTS).is_curved for seed in range(50))


@pytest.mark.parametrize("scale", [1e-250, 1e250])
def test_units_do_not_matter(scale):
    found, due = (fit_source(unit * draw(1), WINDOWS, PARTS) for unit in (scale, 1.0))
    assert found.values == pytest.approx(due.values, rel=1e-9) and found.prefactor == pytest.approx(
        scale * due.prefactor
    )
