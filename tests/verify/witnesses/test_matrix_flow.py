"""The matrix equation of eq. 51 and the flow, each an independent witness for the other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exponents.errors import NotSolved
from verify.flow.curve import flow_curve
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.spectrum import spectrum_from_arrays
from verify.witnesses import matrix_flow as markov
from verify.witnesses.matrix_flow import solve_matrix_flow

SMALL = spectrum_from_arrays([1.0, 0.6, 0.3, 0.1], [0.5, 0.4, 0.3, 0.2], floor=0.05)
TIMES = np.geomspace(0.1, 100, 12)
TOLERANCE = 1e-8
"""Agreement asked for: ten times the tolerance of a step of `matrix_flow` and of the flow: errors add up."""


def drawn(modes, seed):
    draw = np.random.default_rng(seed)
    return spectrum_from_arrays(draw.random(modes) ** 3 + 1e-3, draw.random(modes), floor=0.1)


def agreement(measure, gamma, times, **settings):
    """Largest relative differences in loss and in kernel, and the departure from kappa I + (gamma/kappa) u u^T."""
    found = solve_matrix_flow(measure, gamma, times, **settings)
    with np.errstate(divide="ignore", invalid="ignore"):  # the frontier among equal modes, which is not compared
        flow = flow_curve(measure, gamma, times, 1e-10)
    return (
        np.abs(found.loss / flow.loss - 1).max(),
        np.abs(found.kernel / flow.kernel - 1).max(),
        found.departure.max(),
    )


@pytest.mark.parametrize(
    ("alpha", "beta", "gamma"),
    [("3/2", "1/2", 1.0), ("3/2", "3/2", 2.0), (2, 1, 0.5), ("5/4", "3/4", 10.0), (2, "1/4", 0.1)],
)
def test_loss_and_kernel_are_those_of_the_flow_on_both_sides_of_beta_1(alpha, beta, gamma):
    assert max(agreement(power_law_spectrum(alpha, beta, 3e3), gamma, TIMES)) < TOLERANCE


def test_loss_and_kernel_are_those_of_the_flow_on_a_spectrum_given_mode_by_mode():
    assert max(agreement(drawn(40, 1), 3.0, TIMES)) < TOLERANCE


def test_a_smaller_tolerance_agrees_to_twelve_digits():
    found = solve_matrix_flow(SMALL, 2.0, TIMES, 1e-13)
    flow = flow_curve(SMALL, 2.0, TIMES, 1e-13)
    assert found.loss == pytest.approx(flow.loss, rel=1e-11)  # a hundred times the tolerance of either
    assert found.kernel == pytest.approx(flow.kernel, rel=1e-11)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=2, max_size=6),
    st.floats(0, 20),
    st.floats(0.01, 30),
)
def test_any_small_spectrum_agrees_with_the_flow(modes, gamma, time):
    measure = spectrum_from_arrays(*zip(*modes, strict=True), floor=0.1)
    assert max(agreement(measure, gamma, [time / 2, time])) < TOLERANCE


def test_without_feature_learning_the_matrix_stays_the_identity():
    found = solve_matrix_flow(SMALL, 0.0, TIMES)
    assert found.loss == pytest.approx(SMALL.lazy_loss(TIMES), rel=TOLERANCE)
    assert (found.kernel == 1).all() and (found.departure == 0).all()


def test_the_residuals_have_the_loss_and_start_at_the_target():
    found = solve_matrix_flow(SMALL, 1.0, [0.0, 1.0, 2.0])
    assert found.residuals[0] == pytest.approx(np.sqrt(SMALL.weights / SMALL.eigenvalues), rel=1e-15)
    assert found.residuals.shape == (3, 4)
    assert found.loss == pytest.approx(found.residuals**2 @ SMALL.eigenvalues + SMALL.floor, rel=1e-15)
    assert found.loss[0] == pytest.approx(SMALL.variance, rel=1e-15)


right = markov._rates


def wrong_sign(mu, target, gamma, state):
    rates = right(mu, target, gamma, state)
    rates[: len(mu)] *= -1
    return rates


def growth_of_readout(mu, target, gamma, state):
    v0 = state[: len(mu)]
    return 2 * gamma * ((target - v0) @ (mu * v0)) * np.eye(len(mu)).ravel()


def without_the_readout(mu, target, gamma, state):
    rates = right(mu, target, gamma, state)
    rates[len(mu) :] -= growth_of_readout(mu, target, gamma, state)
    return rates


def without_the_rank_one_term(mu, target, gamma, state):
    rates = right(mu, target, gamma, state)
    rates[len(mu) :] = growth_of_readout(mu, target, gamma, state)
    return rates


@pytest.mark.parametrize("wrong", [wrong_sign, without_the_readout, without_the_rank_one_term])
def test_control_a_wrong_equation_disagrees_with_the_flow(wrong, monkeypatch):
    monkeypatch.setattr(markov, "_rates", wrong)
    loss, _, departure = agreement(SMALL, 1.0, [0.5, 1.0])
    assert loss > 1e5 * TOLERANCE and departure > 1e5 * TOLERANCE


def test_a_kernel_beyond_double_precision_is_an_error():
    huge = spectrum_from_arrays([1e200, 1e199], [1e200, 1e200])
    with pytest.raises(NotSolved, match="the matrix equation was not solved"), np.errstate(all="ignore"):
        solve_matrix_flow(huge, 1e300, [1.0])
