"""The variance of batches: against equations mode by mode, the two-time equations, simulation; states at a clock."""

from functools import cache, partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from exponents.errors import InputError, NotSolved
from verify.flow import noise
from verify.flow.noise import noisy_curve
from verify.flow.solver import solve_flow as solve_flow
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum
from verify.training.ensemble import train_ensemble
from verify.training.gradients import FiniteModel
from verify.two_time.online import solve_online

variance_curve = partial(noisy_curve, include="variance")

MU = np.array([1.0, 0.5, 0.3, 0.1, 0.03, 0.01])
TARGET = Spectrum(MU, np.array([0.5, 0.4, 0.3, 0.2, 0.1, 0.05]), 0.02)
TRACE = Spectrum(MU, MU)
TIMES = np.geomspace(0.01, 300, 12)


def by_equations(target, mu, gamma, temperature, times, until=np.inf, late=True, four_point=False):
    """kappa, tau, L and X by the flow in t and a variance for each of the modes ``mu``, by Runge and Kutta.

    Without ``late`` the kernel of the loss is that of the time of the kick.  With ``four_point`` a batch of Gaussian
    features kicks along what it is to learn, too; gamma = 0.
    """
    own, power, modes = target.eigenvalues, target.weights, len(target)

    def read(state):
        phi, variances, clock = state[:modes], state[modes:-1], state[-1]
        kappa = (1 + np.sqrt(1 + 4 * gamma * ((power / own) @ phi**2))) / 2
        loss = power @ (1 - phi) ** 2 + target.floor
        return phi, variances, clock, kappa, loss, (kappa if late else 1) * (mu @ variances)

    def rates(_, state):
        phi, variances, clock, kappa, loss, excess = read(state)
        pull = gamma * (power @ (phi * (1 - phi))) / kappa
        kick = mu * (loss + excess) * (1 if late else kappa)
        if four_point:
            kick = kick + mu * (power * (1 - phi) ** 2 + mu * variances)
        grown = kappa * (temperature * kick * (clock < until) - 2 * mu * variances)
        return np.concatenate([kappa * own * (1 - phi) + pull * phi, grown, [kappa]])

    start = np.zeros(modes + len(mu) + 1)
    found = solve_ivp(rates, (0, times[-1]), start, "DOP853", times, rtol=1e-11, atol=1e-15)
    columns = [read(state) for state in found.y.T]
    return tuple(np.array([column[i] for column in columns]) for i in (3, 2, 4, 5))


# --- the equation ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gamma", "temperature"), [(0.0, 1e-3), (0.0, 0.9), (1.0, 1e-3), (1.0, 0.1), (20.0, 0.02)])
def test_it_solves_the_equation_mode_by_mode_and_its_error_is_honest(gamma, temperature):
    """At 0.9 most of the noise is made by noise: half of the trace times eta/B is 0.87."""
    found = variance_curve(TARGET, TRACE, gamma, temperature, TIMES)
    kappa, clock, loss, variance = by_equations(TARGET, MU, gamma, temperature, TIMES)
    reference = 1e-9  # of the equations: rtol, over 300 units of time
    assert (np.abs(found.variance - variance) <= found.variance_error + reference * variance).all()
    assert (found.variance_error > 0).all() and (found.variance_error < 1e-5 * variance).all()
    assert found.kernel == pytest.approx(kappa, rel=3e-9, abs=0) and found.clock == pytest.approx(
        clock, rel=3e-9, abs=0
    )
    assert (np.abs(found.loss - loss - variance) <= found.variance_error + 1e-8 * (loss + variance)).all()
    assert np.array_equal(found.time, TIMES)
    if gamma:  # control: the kernel at the time of the kick
        assert np.abs(by_equations(TARGET, MU, gamma, temperature, TIMES, late=False)[3] / variance - 1).max() > 0.1


def test_the_loss_with_noise_is_that_of_the_flow_plus_variance_plus_the_shift_of_the_mean():
    found = noisy_curve(TARGET, TRACE, 1.0, 1e-2, TIMES)
    flow = by_equations(TARGET, MU, 1.0, 0.0, TIMES)[2]
    left = found.loss - flow - found.variance - found.mean_shift
    assert (np.abs(left) < 1e-7 * found.loss).all()  # of the reference
    assert (np.abs(found.mean_shift) > 1e-4 * found.loss).any()  # control: the shift is seen


def test_a_brute_volterra_equation_of_a_power_law():
    """X(t) = (eta/B) int K(t - s) [L(s) + X(s)] ds by the trapezoid on two grids, with the step extrapolated to 0."""
    target, trace = power_law_spectrum("3/2", "1/2", 1e3), power_law_spectrum("3/2", "1/3", 1e3)
    temperature, last = 0.2, 20.0
    ends = []
    for count in (1000, 2000):
        step = last / count
        times = step * np.arange(count + 1)
        kernel = 4 * trace.weights @ (trace.eigenvalues[:, None] * np.exp(-2 * np.outer(trace.eigenvalues, times))) / 4
        loss, total = target.lazy_loss(times), np.zeros(count + 1)
        total[0] = loss[0]
        for i in range(1, count + 1):
            past = kernel[i:0:-1] @ total[:i] - kernel[i] * total[0] / 2
            total[i] = (loss[i] + temperature * step * past) / (1 - temperature * step * kernel[0] / 2)
        ends.append((total - loss)[[count // 20, count // 4, count]])
    due = (4 * ends[1] - ends[0]) / 3  # the rule errs as step^2
    found = variance_curve(target, trace, 0.0, temperature, last * np.array([1 / 20, 1 / 4, 1]))
    assert found.variance == pytest.approx(due, rel=1e-6, abs=0)  # step^4, of modes with mu = 1


def test_batches_that_become_infinite_leave_a_variance_that_decays():
    """Kicks up to a clock: before it nothing changes, after it each mode decays by itself."""
    for gamma in (0.0, 1.0):
        whole, early = (variance_curve(TARGET, TRACE, gamma, 0.2, TIMES, until) for until in (np.inf, 2.0))
        before = whole.clock <= 2.0
        assert 2 < before.sum() < len(TIMES) - 2
        assert early.variance[before] == pytest.approx(whole.variance[before], rel=1e-8, abs=0)  # other steps
        due = by_equations(TARGET, MU, gamma, 0.2, TIMES, until=2.0)[3]
        # where the noise ends the reference steps over a jump, whose size it has to 1e-6
        seen = due > 1e-9  # of what has decayed further the reference has lost the digits
        assert seen.sum() > before.sum() + 1
        assert early.variance[seen] == pytest.approx(due[seen], rel=1e-5, abs=0)
        assert (early.variance[~before] < whole.variance[~before]).all()


@settings(max_examples=15)
@given(st.floats(0, 1), st.floats(1e-3, 0.1), st.lists(st.floats(0.05, 50), min_size=2, max_size=5, unique=True))
def test_a_time_does_not_depend_on_which_others_are_asked_for(gamma, temperature, times):
    times = sorted(times)
    if min(np.diff(times)) < 1e-3:
        return
    together = variance_curve(TARGET, TRACE, gamma, temperature, times)
    alone = variance_curve(TARGET, TRACE, gamma, temperature, times[-1:])
    apart = abs(together.variance[-1] - alone.variance[0])
    assert apart <= together.variance_error[-1] + alone.variance_error[0]


def test_the_first_order_is_linear_and_no_temperature_no_variance():
    one, two = (variance_curve(TARGET, TRACE, 1.0, value, TIMES).variance for value in (1e-12, 2e-12))
    assert two / one == pytest.approx(2, rel=1e-9, abs=0)
    none = variance_curve(TARGET, TRACE, 1.0, 0.0, TIMES)
    assert (none.variance == 0).all() and (none.variance_error == 0).all()
    first, hot = (variance_curve(TARGET, TRACE, 0.0, value, TIMES).variance / value for value in (1e-12, 0.5))
    assert (hot > 1.1 * first).any()  # control: noise of noise


def test_target_and_trace_may_have_nodes_of_their_own():
    halves = Spectrum(np.repeat(MU, 2), np.repeat(MU / 2, 2))
    found, due = (variance_curve(TARGET, trace, 1.0, 0.1, TIMES).variance for trace in (halves, TRACE))
    assert found == pytest.approx(due, rel=1e-11, abs=0)  # rounding


def test_the_whole_loss_is_gone_when_all_is_learned_and_noise_is_all_that_is_left():
    """Far beyond double precision the flow has no loss; a floor of 0.02 keeps the noise at its stationary value."""
    late = variance_curve(TARGET, TRACE, 0.0, 0.2, [1e5, 1e6])
    # mu_j dX_j: X = (T/2) sum mu (floor + X)
    share = 0.2 * MU.sum() / 2
    assert late.variance == pytest.approx(0.02 * share / (1 - share), rel=1e-9, abs=0)
    assert late.loss - late.variance == pytest.approx(0.02, rel=1e-12, abs=0)
    assert late.clock == pytest.approx(late.time, rel=1e-12, abs=0)


def test_noise_that_feeds_on_itself_is_refused():
    """Half of the trace is 0.97: stable up to eta/B = 1.03; beyond it X grows without end, and steps lose it."""
    assert np.isfinite(variance_curve(TARGET, TRACE, 0.0, 1.0, [1e6]).variance).all()
    assert variance_curve(TARGET, TRACE, 0.0, 1.5, [0.1, 0.5]).variance[-1] > 0  # as long as it can be resolved
    with pytest.raises(NotSolved, match=r"noise feeds on itself from t = \d"):
        variance_curve(TARGET, TRACE, 0.0, 3.0, [1e3])
    with pytest.raises(NotSolved, match="take a smaller eta/B"):
        variance_curve(
            power_law_spectrum("3/2", "1/2", 1e6), power_law_spectrum("3/2", "1/3", 1e6), 1.0, 0.1, [1e4]
        )  # as the kernel grows


# --- the model -------------------------------------------------------------------------------------------------------


@cache
def descents(source, gamma, temperature=2e-5):
    """Variance of batches and change of the loss at steps of 0.16, 0.08, 0.04, and kappa, at six times up to 16."""
    k = np.arange(1.0, 9)
    mu = k**-1.5
    target, trace = Spectrum(mu, k ** (-1.5 * source - 1)), Spectrum(mu, mu)
    rows, times = [], np.array([0.8, 1.6, 4.0, 8.0, 12.8, 16.0])
    for eta in (0.16, 0.08, 0.04):
        at = np.rint(times / eta).astype(int)
        noisy = solve_online(target, trace, gamma, eta, int(at[-1]), None, round(eta / temperature))
        plain = solve_online(target, trace, gamma, eta, int(at[-1]))
        rows.append((noisy.from_batches[at], (noisy.loss - plain.loss)[at]))
    return target, trace, times, np.array(rows), plain.kernel[at]


@pytest.mark.parametrize(("source", "gamma"), [(0.4, 0.0), (0.4, 1.0), (1.5, 1.0)])
def test_it_is_the_variance_in_the_two_time_equations_as_steps_become_small(source, gamma):
    target, trace, times, rows, kernel = descents(source, gamma)
    batches = rows[:, 0]
    first, second = 2 * batches[2] - batches[1], (8 * batches[2] - 6 * batches[1] + batches[0]) / 3
    found = variance_curve(target, trace, gamma, 2e-5, times).variance
    assert np.abs(found / batches[2] - 1).max() > 0.01  # steps of 0.04 are not yet small
    # two orders of the step are taken away, and what differs between one and two is left as tolerance
    assert (np.abs(found / second - 1) < np.abs(first / second - 1) + 2e-4).all()
    assert np.abs(first / second - 1).max() < 0.01
    if gamma:  # control: kappa(s) for kappa(t)
        assert kernel[-1] > 1.4
        wrong = by_equations(target, trace.eigenvalues, gamma, 2e-5, times, late=False)[3]
        assert np.abs(wrong / second - 1).max() > 0.05


@pytest.mark.slow
def test_simulation_has_the_variance_and_the_four_point_part_beside_it():
    """Gaussian features, gamma = 0, B = 1, steps of 0.04: the loss less that of infinite batches, seed by seed."""
    size, modes, eta, steps = 8, 64, 0.04, 50
    record = (12, 25, 50)
    settings_ = ("3/2", "1/2", 0.0, size)
    noisy = train_ensemble(*settings_, 1, modes, eta, steps, range(10_000), record=record)
    plain = train_ensemble(*settings_, None, modes, eta, steps, range(10_000), record=record)
    change = noisy.losses - plain.losses
    error = change.std(axis=0, ddof=1) / np.sqrt(len(change))
    alone, both = [], []
    for seed in range(40):
        drawn = FiniteModel(1.5, 0.5, size, modes).spectrum(seed)
        trace = Spectrum(drawn.eigenvalues, drawn.eigenvalues)
        alone.append(variance_curve(drawn, trace, 0.0, eta, noisy.time).variance)
        both.append(by_equations(drawn, drawn.eigenvalues, 0.0, eta, noisy.time, four_point=True)[3])
    alone, both = np.array(alone), np.array(both)
    scatter = np.hypot(error, both.std(axis=0, ddof=1) / np.sqrt(40))
    finite = 2 * eta * both.mean(axis=0)  # steps are not small: the fastest modes relax by eta mu more
    assert (np.abs(change.mean(axis=0) - both.mean(axis=0)) < 4 * scatter + finite).all()
    assert (change.mean(axis=0) - alone.mean(axis=0) > 3 * scatter).all()  # control: without the four-point part


def test_mean_spectra_of_a_model_can_be_used():
    spectra = mean_spectra("3/2", "1/2", 16, "modes")
    found = variance_curve(spectra.target, spectra.trace, 1.0, 0.01, [1.0, 100.0, 1e5])
    assert (found.variance > 0).all() and (found.variance_error < 1e-5 * found.variance).all()


# --- states at a clock -----------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.sampled_from([0.0, 0.3, 30.0]), st.lists(st.floats(0, 1), min_size=1, max_size=6, unique=True))
def test_states_at_a_clock_are_those_at_its_time(gamma, places):
    flow = flows(gamma)
    clocks = np.sort(np.array(places)) * flow.clock[-1]
    there = flow.at_clock(clocks)
    assert there.clock == pytest.approx(clocks, rel=1e-14, abs=0)
    again = flow.at(there.time)
    # time is found to 1e-13 of a step, and at the end of the longest, 1e-12 of a state
    for name in ("clock", "kernel", "growth"):
        assert getattr(again, name) == pytest.approx(getattr(there, name), rel=1e-9, abs=1e-12)
    assert np.allclose(again.learned, there.learned, rtol=1e-9, atol=1e-14)
    assert np.allclose(again.residual, there.residual, rtol=1e-9, atol=1e-14)


@cache
def flows(gamma):
    return solve_flow(power_law_spectrum("3/2", "1/2", 1e8), gamma, 1e4, 1e-9)


def test_without_richness_the_clock_is_time():
    flow = flows(0.0)
    clocks = np.array([0.0, 1.0, 50.0])
    states = flow.at_clock(clocks)
    assert np.array_equal(states.time, clocks) and np.array_equal(states.kernel, np.ones(3))
    assert states.residual == pytest.approx(np.exp(-np.outer(clocks, flow.measure.eigenvalues)), rel=1e-12, abs=0)


def test_a_growing_clock_runs_ahead_of_time():
    flow = flows(30.0)
    states = flow.at_clock(flow.clock[[0, 5, -1]])
    assert states.time == pytest.approx(flow.time[[0, 5, -1]], rel=1e-12, abs=0)  # where steps meet
    assert states.clock[-1] > 50 * states.time[-1]  # control: not the time itself


# --- input -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: noisy_curve(TARGET, TRACE, -1.0, 0.1, [1.0]), "gamma must be"),
        (lambda: noisy_curve(TARGET, TRACE, float("nan"), 0.1, [1.0]), "gamma must be"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, -0.1, [1.0]), "eta/B must be a finite number of at least 0"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, float("nan"), [1.0]), "eta/B must be"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, float("inf"), [1.0]), "eta/B must be"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, 0.1, [0.0, 1.0]), "times above 0"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, 0.1, [2.0, 1.0]), "times must rise"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, 0.1, []), "times must be"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, 0.1, ["x"]), "times must be"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, 0.1, [1.0], 0.0), "until a clock above 0; got 0"),
        (lambda: noisy_curve(TARGET, TRACE, 1.0, 0.1, [1.0], float("nan")), "until a clock above 0; got nan"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.slow
@pytest.mark.parametrize(("gamma", "beta"), [(0.0, "1/2"), (1.0, "2/5"), (0.5, "3/2")])
def test_the_stated_error_covers_much_shorter_steps(gamma, beta, monkeypatch):
    """And longer ones, with which it grows."""
    limit = limit_spectra("3/2", beta, 1e9)
    times = np.array([1.0, 1e3, 1e6])
    found = noisy_curve(limit.target, limit.trace, gamma, 1e-3, times)
    monkeypatch.setattr(noise, "RATIO", noise.RATIO**6)
    longer = noisy_curve(limit.target, limit.trace, gamma, 1e-3, times)
    monkeypatch.setattr(noise, "RATIO", 1.15)
    finer = noisy_curve(limit.target, limit.trace, gamma, 1e-3, times)
    for other in (found, longer):
        assert (np.abs(other.variance - finer.variance) <= other.variance_error + finer.variance_error).all()
    assert (found.variance_error < 1e-4 * found.variance).all()
    assert longer.variance_error.max() > 10 * found.variance_error.max()
