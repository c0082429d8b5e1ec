"""The variance of batches: against a linear system of modes and the two-time equations; what it leaves out."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from exponents.errors import InputError, NotSolved
from verify import noise
from verify.finite_model import limit_spectra
from verify.march import solve as flow_of
from verify.measure import SpectralMeasure, from_arrays
from verify.noise import noisy_curve, variance_along
from verify.two_time_sgd import solve

MU = np.array([1.0, 0.5, 0.2, 0.05])
SMALL = from_arrays(MU, [0.5, 0.4, 0.3, 0.2], floor=0.05)
TRACE = SpectralMeasure(MU, MU)
TIMES = np.array([0.3, 1.0, 5.0, 30.0, 100.0])


def by_modes(temperature, times):
    """gamma = 0: dV_j/dt = -2 mu_j V_j + (eta/B) mu_j L, with L = sum_j (mu_j V_j + y_j^2 e^{-2 mu_j t}) + floor."""

    def rate(t, variance):
        loss = SMALL.weights @ np.exp(-2 * MU * t) + SMALL.floor + MU @ variance
        return -2 * MU * variance + temperature * MU * loss

    found = solve_ivp(
        rate, (0, times[-1]), np.zeros(4), t_eval=times, rtol=1e-11, atol=1e-12 * temperature, method="LSODA"
    )
    return MU @ found.y


@pytest.mark.parametrize("temperature", [1e-6, 0.1, 0.5])
def test_a_lazy_model_is_a_linear_system_of_modes(temperature):
    found = noisy_curve(SMALL, TRACE, 0.0, temperature, TIMES)
    expected = by_modes(temperature, TIMES)
    assert found.variance == pytest.approx(expected, rel=1e-8)  # the integrator's tolerance, over a few hundred steps
    assert (np.abs(found.variance - expected) <= found.variance_error + 1e-8 * expected).all()
    assert found.loss == pytest.approx(SMALL.lazy_loss(TIMES) + expected, rel=1e-8)


def two_time_variance(gamma, eta, batch, steps, places, beta):
    """from_batches of the two-time equations at two step lengths of one temperature, extrapolated to small steps."""
    limit = limit_spectra("3/2", beta, 1e4, "modes")
    coarse, fine = (
        solve(limit.target, limit.trace, gamma, eta / n, n * steps, None, batch // n).from_batches[n * places]
        for n in (1, 2)
    )
    return limit, 2 * fine - coarse


@pytest.mark.parametrize(("gamma", "beta"), [(0.0, "1/2"), (1.0, "2/5"), (1.0, "5/2")])
def test_the_two_time_equations_have_the_same_variance(gamma, beta):
    eta, batch, steps = 0.04, 20, 200
    places = np.array([25, 50, 100, 200])
    limit, expected = two_time_variance(gamma, eta, batch, steps, places, beta)
    found = noisy_curve(limit.target, limit.trace, gamma, eta / batch, eta * places).variance
    # eta^2 is left of the steps, and eta/B times the kernel of higher orders: one or two in a thousand
    assert found == pytest.approx(expected, rel=4e-3)
    if gamma and beta == "2/5":  # control: the factor kappa(t) where the batch was taken, kappa(s), as eq. 82 has it
        flow = flow_of(limit.target, gamma, float(eta * places[-1]), 1e-9)
        kernel = flow.at(eta * places.astype(float)).kernel
        assert kernel[-1] > 2 and (np.abs(found / kernel * kernel[0] / expected - 1)[1:] > 0.1).all()


def test_noise_moves_the_mean_as_well_which_is_left_out():
    limit = limit_spectra("3/2", "2/5", 1e4, "modes")
    noisy, quiet = (solve(limit.target, limit.trace, 1.0, 0.04, 200, None, batch) for batch in (20, None))
    moved = (noisy.from_target - quiet.loss)[[25, 200]] / noisy.from_batches[[25, 200]]
    assert moved[0] < -0.05 and moved[1] > 0.05  # it lowers the loss at first, and raises it later


def test_early_batches_leave_what_the_slowest_modes_remember():
    late = np.array([20.0, 40.0, 80.0])
    found = noisy_curve(SMALL, TRACE, 0.0, 1e-9, late, until=1.0).variance
    kicks = noisy_curve(SMALL, TRACE, 0.0, 1e-9, [1.0]).variance[0]
    # after the kicks every mode falls at its own rate, the last one at 2 mu_4
    assert np.log(found[1] / found[2]) == pytest.approx(2 * MU[-1] * 40, rel=1e-3)
    assert found[0] < kicks and noisy_curve(SMALL, TRACE, 0.0, 1e-9, late).variance[0] > 2 * found[0]
    assert noisy_curve(SMALL, TRACE, 0.0, 1e-9, late, until=1e9).variance == pytest.approx(
        noisy_curve(SMALL, TRACE, 0.0, 1e-9, late).variance, rel=1e-12
    )


@pytest.mark.parametrize(("gamma", "beta"), [(0.0, "1/2"), (1.0, "2/5"), (0.5, "3/2")])
def test_the_stated_error_covers_much_shorter_steps(gamma, beta, monkeypatch):
    limit = limit_spectra("3/2", beta, 1e9)
    times = np.geomspace(1, 1e6, 7)
    found = noisy_curve(limit.target, limit.trace, gamma, 1e-3, times)
    monkeypatch.setattr(noise, "RATIO", 1.15)
    finer = noisy_curve(limit.target, limit.trace, gamma, 1e-3, times)
    assert (np.abs(found.variance - finer.variance) <= found.variance_error + finer.variance_error).all()
    assert (found.variance_error < 1e-4 * found.variance).all()


def test_without_temperature_there_is_no_variance_and_it_is_linear_in_a_small_one():
    assert (noisy_curve(SMALL, TRACE, 1.0, 0.0, TIMES).variance == 0).all()
    one, two = (noisy_curve(SMALL, TRACE, 1.0, temperature, TIMES).variance for temperature in (1e-12, 2e-12))
    assert two == pytest.approx(2 * one, rel=1e-9)


def test_noise_that_feeds_on_itself_is_said_with_its_time():
    """(eta/B) kappa tr(Lambda)/2 > 1: what noise adds makes more noise than it was."""
    limit = limit_spectra("3/2", "2/5", 1e9)
    with pytest.raises(NotSolved, match=r"feeds on itself from t = \d"):
        noisy_curve(limit.target, limit.trace, 1.0, 0.01, [1e6])
    with pytest.raises(NotSolved, match="feeds on itself"):
        noisy_curve(SMALL, TRACE, 0.0, 2.1 / TRACE.weights.sum(), TIMES)


def test_the_flow_is_read_at_a_clock_as_at_a_time():
    for gamma in (0.0, 1.0):
        flow = flow_of(SMALL, gamma, 100.0, 1e-9)
        times = np.array([0.1, 1.0, 7.0, 60.0])
        at_time = flow.at(times)
        at_clock = flow.at_clock(at_time.clock)
        assert at_clock.time == pytest.approx(times, rel=1e-12)
        assert at_clock.kernel == pytest.approx(at_time.kernel, rel=1e-12)
        assert at_clock.residual == pytest.approx(at_time.residual, rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: noisy_curve(SMALL, TRACE, -1.0, 0.1, TIMES), "gamma must"),
        (lambda: noisy_curve(SMALL, TRACE, 1.0, -0.1, TIMES), "eta/B must"),
        (lambda: noisy_curve(SMALL, TRACE, 1.0, float("nan"), TIMES), "eta/B must"),
        (lambda: noisy_curve(SMALL, TRACE, 1.0, 0.1, [0.0, 1.0]), "times above 0"),
        (lambda: noisy_curve(SMALL, TRACE, 1.0, 0.1, [2.0, 1.0]), "times must rise"),
        (lambda: noisy_curve(SMALL, TRACE, 1.0, 0.1, TIMES, until=0.0), "above 0"),
        (lambda: variance_along(flow_of(SMALL, 0.0, 1.0, 1e-9), TRACE, 0.1, []), "times"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
