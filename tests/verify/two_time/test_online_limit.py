"""The two-time equations of eq. 44, against a network, against whole matrices, and against the flow they tend to."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exponents.errors import ExponentsError, InputError
from verify.flow.curve import flow_curve
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.spectrum import spectrum_from_arrays
from verify.training.stability import Diverged
from verify.two_time import online_limit as two_time
from verify.two_time.online_limit import ROUNDING, solve_online_limit

HARD, EASY = power_law_spectrum("3/2", "1/2", 1e3), power_law_spectrum("3/2", "3/2", 1e3)
SMALL = spectrum_from_arrays([1.0, 0.6, 0.3, 0.1], [0.5, 0.4, 0.3, 0.2], floor=0.05)


def network(measure, gamma, eta, steps, seed=0):
    """The loss under eq. 4 as it stands, B infinite, for an A(0) with A(0)^T A(0)/N = I: N = infinity is no more."""
    mu = measure.eigenvalues
    n = len(mu)
    first = np.sqrt(n) * np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]
    target, features, w, losses = np.sqrt(measure.weights / mu), first.copy(), np.zeros(n), []
    for _ in range(steps + 1):
        v0 = target - features.T @ w / n
        losses.append(measure.floor + mu @ v0**2)
        w, features = (
            w + eta * features @ (mu * v0),
            features + eta * gamma * np.outer(w, mu * v0) @ (first.T @ first / n),
        )
    return np.array(losses)


spectra = st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=2, max_size=6)


@given(spectra, st.floats(0, 3), st.floats(0.01, 0.2))
def test_the_equations_are_gradient_descent_on_a_network_with_orthogonal_first_features(modes, gamma, eta):
    measure = spectrum_from_arrays(*zip(*modes, strict=True))
    found = solve_online_limit(measure, gamma, eta, 40)
    # rounding of some forty steps; the network subtracts what it has learned from its target
    size = np.sqrt(network(measure, gamma, eta, 40))
    assert np.sqrt(found.loss) == pytest.approx(size, rel=1e-12, abs=1e-14 * size[0])
    assert np.array_equal(found.kernel, 1 + gamma * found.readout_correlation.diagonal())


def test_the_correlation_functions_solve_the_equations_of_whole_matrices():
    gamma, eta, steps = 0.7, 0.3, 12
    found = solve_online_limit(SMALL, gamma, eta, steps)
    one, theta = np.ones(steps + 1), eta * np.tril(np.ones((steps + 1, steps + 1)), -1)
    h = np.linalg.solve(np.eye(steps + 1) - eta * gamma * theta @ np.tril(found.force_correlation, -1), theta)
    g = h + eta * gamma * np.tril(found.readout_correlation, -1)
    mu, target = SMALL.eigenvalues, np.sqrt(SMALL.weights / SMALL.eigenvalues)
    v0 = np.array([np.linalg.solve(np.eye(steps + 1) + m * g, w * one) for m, w in zip(mu, target, strict=True)])
    # 1e-13: thirteen rows of sums of order one
    assert found.readout_correlation == pytest.approx(h @ found.force_correlation @ h.T, abs=1e-13)
    assert found.force_correlation == pytest.approx((mu[:, None] * v0).T @ (mu[:, None] * v0), abs=1e-13)
    assert found.loss == pytest.approx(mu @ v0**2 + SMALL.floor, abs=1e-13)


def test_without_feature_learning_each_mode_shrinks_by_its_own_factor():
    found = solve_online_limit(HARD, 0.0, 0.2, 300)
    shrunk = (1 - 0.2 * HARD.eigenvalues) ** (2 * np.arange(301)[:, None]) @ HARD.weights
    assert found.loss == pytest.approx(shrunk, rel=1e-12)  # rounding of 300 steps
    assert (found.kernel == 1).all()


def limit_of_small_steps(measure, gamma, eta, steps):
    """Loss, error and observed order of the limit of small steps, by Richardson's extrapolation.

    With losses L_0, L_1, L_2 at eta, eta/2, eta/4, an error c_1 eta + c_2 eta^2 + ... loses its first term in
    E_i = 2 L_{i+1} - L_i and its second in (4 E_1 - E_0)/3.  The error is how far the last stage moved the loss: the
    largest within a factor of 2 in time, as a difference may pass through zero.
    """
    first, second, third = (solve_online_limit(measure, gamma, eta / n, n * steps).loss[::n] for n in (1, 2, 4))
    linear, finer = 2 * second - first, 2 * third - second
    loss = (4 * finer - linear) / 3
    moved, further, rounding = np.abs(first - second), np.abs(second - third), ROUNDING * loss[0]
    order = np.log2(moved[further > rounding] / further[further > rounding])
    apart = np.abs(loss - finer) / np.maximum(loss, rounding)
    apart = np.array([apart[t // 2 : 2 * t + 1].max() for t in range(steps + 1)])
    return loss, (apart + measure.error) * np.abs(loss) + rounding, order


@pytest.mark.parametrize(
    ("measure", "gamma"), [(HARD, 1.0), (EASY, 1.0), (power_law_spectrum(2, 1, 1e3), 4.0), (SMALL, 0.0)]
)
def test_the_limit_of_small_steps_is_the_flow_within_its_stated_error(measure, gamma):
    loss, error, order = limit_of_small_steps(measure, gamma, 0.1, 200)
    flow = flow_curve(measure, gamma, 0.1 * np.arange(201), 1e-10)
    assert (np.abs(loss - flow.loss) <= error + flow.loss_error).all()
    assert (error <= 1e-3 * loss).all()  # an error estimate that says something: eta/4 itself is 1 % off
    assert len(order) > 150 and np.abs(order - 1).max() < 0.25  # a next order of eta = 0.1 is 10 or 20 %
    steps = solve_online_limit(measure, gamma, 0.1, 200)
    assert (np.abs(steps.loss - flow.loss) > error + flow.loss_error)[1:].mean() > 0.9  # control


def wrong_sign(target, mu, gamma, vw, past):
    return target - vw + past * mu * gamma


def without_memory(mu, gamma, eta, vw, v0, past):
    return vw + eta * mu * v0


def as_printed(mu, gamma, eta, vw, v0, past):
    return vw + eta * mu * v0 + past * gamma  # one eta is in the past steps


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("_residual", wrong_sign), ("_step_readout", without_memory), ("_step_readout", as_printed)],
    ids=["sign of eq. 45", "without the term of order gamma", "eta gamma as printed in eq. 44"],
)
def test_control_a_wrong_equation_is_found_out(name, wrong, monkeypatch):
    right = network(SMALL, 1.0, 0.1, 100)
    assert solve_online_limit(SMALL, 1.0, 0.1, 100).loss == pytest.approx(right, rel=1e-12)
    monkeypatch.setattr(two_time, name, wrong)
    try:
        found = solve_online_limit(SMALL, 1.0, 0.1, 100).loss
    except Diverged:
        return
    assert np.abs(found / right - 1).max() > 0.01


def test_control_with_one_eta_as_printed_there_is_no_limit_of_small_steps(monkeypatch):
    monkeypatch.setattr(two_time, "_step_readout", as_printed)
    coarse, fine = (solve_online_limit(SMALL, 0.1, 0.1 / n, 100 * n).loss[::n] for n in (1, 4))
    found = flow_curve(SMALL, 0.1, np.arange(1, 101) * 0.1).loss
    assert np.abs(fine[1:] / found - 1).max() > 2 * np.abs(coarse[1:] / found - 1).max()  # smaller steps are worse


def test_beyond_the_stable_region_the_kernel_stops_growing_and_the_loss_leaves_the_flow():
    found = solve_online_limit(HARD, 1.0, 0.5, 2000)
    assert found.sharpness == pytest.approx(0.5 * HARD.eigenvalues[0] * found.kernel)
    late = found.sharpness[found.time > 200]
    assert 2 < late.mean() < 2.8 and late.max() < 3  # it was 2.45 and 2.79; the flow is at 6.4
    flow = flow_curve(power_law_spectrum("3/2", "1/2", 1e5), 1.0, found.time[1:])
    assert flow.kernel[-1] > 2 * found.kernel[-1] and found.loss[-1] > 1.5 * flow.loss[-1]


@pytest.mark.parametrize(("gamma", "eta", "steps"), [(5.0, 0.1, 450), (5.0, 0.2, 200)])
def test_the_error_covers_what_rounding_grows_to_beyond_the_stable_region(gamma, eta, steps):
    measure = power_law_spectrum("3/2", "3/10", 4.0 * steps)
    found = solve_online_limit(measure, gamma, eta, steps)
    stable, lost = (round(time / eta) for time in (found.status.unstable_from, found.status.undetermined_from))
    assert found.sharpness[stable - 1] <= 2 < found.sharpness[stable] and stable < lost < steps
    rules = measure.error * found.loss + ROUNDING * found.loss[0]
    assert found.error[:stable] == pytest.approx(rules[:stable], rel=0, abs=1e-14 * found.loss[0])
    assert np.all(found.error[lost:] >= found.loss[lost:])
    outside = np.zeros(steps + 1, bool)
    for seed in range(3):  # the same dynamics as a network, whose rounding differs
        apart = np.abs(network(measure, gamma, eta, steps, seed) - found.loss)
        assert np.all(apart <= found.error + 1e-13 * found.loss[0])  # rounding of hundreds of matrix products
        outside |= apart > 1e6 * rules
    assert outside[lost:].any() and not outside[:stable].any()  # control: the error of the rules does not cover


def test_a_stable_solution_is_solved_once(monkeypatch):
    monkeypatch.setattr(two_time, "_spread", None)
    status = solve_online_limit(HARD, 1.0, 0.1, 50).status
    assert status.unstable_from is status.undetermined_from is None


def test_too_large_a_step_is_an_error_that_knows_where_it_diverged():
    with pytest.raises(Diverged, match=r"step \d+.*had reached 2 at step 0.*smaller learning rate") as caught:
        solve_online_limit(SMALL, 0.0, 2.5, 100)
    error = caught.value
    # 1 - 2.5 multiplies the first mode: 1.5^(2t)/2 first exceeds 1e3 times the first loss at t = 10
    assert isinstance(error, ExponentsError) and (error.step, error.time) == (10, 25.0)
    assert error.loss > 1e3 * SMALL.variance
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (str(copy), copy.step, copy.loss) == (str(error), error.step, error.loss)


@pytest.mark.parametrize(("gamma", "eta"), [(1.0, 1e200), (1e300, 1e300), (1e300, 1e-3), (0.0, 1e308)])
def test_overflow_is_a_divergence_too(gamma, eta):
    with pytest.raises(Diverged) as caught:
        solve_online_limit(SMALL, gamma, eta, 50)
    assert caught.value.step <= 3 and not caught.value.loss < 1e3


@settings(max_examples=15)
@given(st.integers(1, 40))
def test_a_history_is_summed_in_blocks_of_any_size(block):
    whole = solve_online_limit(SMALL, 1.0, 0.2, 30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_time, "BLOCK", block)
        found = solve_online_limit(SMALL, 1.0, 0.2, 30)
    for name in ("force_correlation", "readout_correlation"):
        due = getattr(whole, name)
        assert getattr(found, name) == pytest.approx(due, rel=1e-13, abs=1e-15 * due.max())  # the order of a sum


@pytest.mark.parametrize(
    ("gamma", "eta", "steps", "message"),
    [
        (-1, 0.1, 10, "gamma must"),
        (float("nan"), 0.1, 10, "gamma must"),
        (float("inf"), 0.1, 10, "gamma must"),
        (1, 0, 10, "learning rate must.*got 0"),
        (1, -0.1, 10, "learning rate must"),
        (1, float("nan"), 10, "learning rate must.*nan"),
        (1, float("inf"), 10, "learning rate must"),
        (1, 0.1, 0, "at least 1; got 0"),
        (1, 0.1, -5, "at least 1; got -5"),
        (1, 0.1, 2.5, "whole number"),
        (1, 0.1, True, "whole number"),
        (1, 0.1, 10**8, "100000000 steps of 4 modes need more than 4 GiB; take fewer"),
        (1, 0.1, 10**400, "4 GiB"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_starts(gamma, eta, steps, message):
    with pytest.raises(InputError, match=message):
        solve_online_limit(SMALL, gamma, eta, steps)


def test_memory_counts_the_correlation_functions_where_they_are_kept():
    with pytest.raises(InputError, match="GiB"):
        solve_online_limit(SMALL, 1.0, 0.1, 17_000)
