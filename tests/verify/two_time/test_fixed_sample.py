"""The two-time equations of data reuse: against draws, eq. 41 as printed, the flow and closed forms."""

import warnings
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from exponents.errors import FlowFailed, InputError, Unresolved
from verify.flow.curve import flow_curve, limit_curve
from verify.spectra.floor import mean_floor
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum
from verify.two_time import continuous_time
from verify.two_time import sizes as memory
from verify.two_time.continuous_time import solve_reuse_flow
from verify.two_time.fixed_sample import FixedSample

pytestmark = pytest.mark.slow  # two-time dynamics of reused samples take seconds a case

NAMES = ("loss", "train_loss", "kernel")


def time_grid(last, steps):
    """Times from 0, with equal ratios beyond 1."""
    return np.expm1(np.linspace(0.0, np.log1p(last), steps + 1))


def modes(eigenvalues, powers, floor=0.0):
    """Target and trace on modes given one by one; those that coincide are one."""
    falling, place = np.unique(-np.asarray(eigenvalues, dtype=float), return_inverse=True)
    power, trace = np.bincount(place, powers).astype(float), np.bincount(place, eigenvalues).astype(float)
    return Spectrum(-falling, power, floor), Spectrum(-falling, trace)


SMALL = modes([1.0, 0.6, 0.3, 0.1], [0.5, 0.4, 0.3, 0.2], 0.05)
LIMIT = limit_spectra("3/2", "1/2", 1e6, "modes", 200)


def rules_error(found):
    """The relative error of the spectra's rules, without that of the grid."""
    return found.settings["rules_error"]


def apart(found, other, names=NAMES, every=1):
    return max(np.abs(getattr(found, name)[::every] / getattr(other, name) - 1)[1:].max() for name in names)


# Draws


def draws(lam, w, model_size, samples, gamma, times, seeds):
    """Losses and kernel of eq. 32 on draws of A(0) and Psi, each of shape (times, seeds).

    A = B A(0) with B B^T - gamma w w^T/N = I conserved, so that u = B^T w, of kappa (kappa - 1) = gamma |u|^2/N, obeys
    du/dt = kappa x + gamma u (u.x)/(N kappa) with x = A(0) Psi^T Psi v0/P, v0 = w* - A(0)^T u/N.
    """
    first, data = [], []
    for seed in seeds:
        random = np.random.default_rng(seed)
        first.append(random.standard_normal((model_size, len(lam))))
        data.append(random.standard_normal((samples, len(lam))) * np.sqrt(lam))
    first, data = np.array(first), np.array(data)
    features = data @ first.transpose(0, 2, 1)
    kernel = features.transpose(0, 2, 1) @ features / (model_size * samples)
    goal = ((data @ w)[:, None] @ features)[:, 0] / samples

    def kappa(u):
        return (1 + np.sqrt(1 + 4 * gamma * (u**2).sum(-1) / model_size)) / 2

    def pull(_, flat):
        u = flat.reshape(goal.shape)
        x = goal - (kernel @ u[:, :, None])[:, :, 0]
        along = (u * x).sum(1) / (model_size * kappa(u))
        return (kappa(u)[:, None] * x + gamma * u * along[:, None]).ravel()

    found = solve_ivp(pull, (0, times[-1]), 0 * goal.ravel(), "DOP853", times, rtol=1e-9, atol=1e-10)
    u = found.y.T.reshape(len(times), *goal.shape)
    v0 = w - np.einsum("snm,tsn->tsm", first, u) / model_size
    return v0**2 @ lam, (np.einsum("spm,tsm->tsp", data, v0) ** 2).mean(-1), kappa(u)


def drawn_in_full(lam, w, model_size, samples, gamma, times, seed):
    """The same for one draw, with all of A as the state."""
    random = np.random.default_rng(seed)
    first = random.standard_normal((model_size, len(lam)))
    data = random.standard_normal((samples, len(lam))) * np.sqrt(lam)

    def split(flat):
        readout, features = flat[:model_size], flat[model_size:].reshape(first.shape)
        return readout, features, w - features.T @ readout / model_size

    def pull(_, flat):
        readout, features, v0 = split(flat)
        v2 = data.T @ (data @ v0) / samples
        change = gamma * np.outer(readout, first.T @ (first @ v2) / model_size)
        return np.concatenate([features @ v2, change.ravel()])

    start = np.concatenate([np.zeros(model_size), first.ravel()])
    states = [split(y) for y in solve_ivp(pull, (0, times[-1]), start, t_eval=times, rtol=1e-10, atol=1e-12).y.T]
    return np.array([(v0**2 @ lam, ((data @ v0) ** 2).mean(), 1 + gamma * r @ r / model_size) for r, _, v0 in states]).T


@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_the_reference_is_the_flow_of_eq_32(gamma):
    lam, times = np.arange(1.0, 13) ** -1.5, np.array([0.5, 2.0, 10.0])
    few = draws(lam, np.ones(12), 6, 8, gamma, times, [3])
    whole = drawn_in_full(lam, np.ones(12), 6, 8, gamma, times, 3)
    for found, other in zip(few, whole, strict=True):
        assert found[:, 0] == pytest.approx(other, rel=1e-7)


TIMES, SEEN = time_grid(30.0, 12), [2, 4, 6, 8, 10, 12]


def deviations(found, theory, allowance=0.0):
    """In standard errors, beyond a relative allowance, for all that is observed and not constant."""
    for values, name in zip(found, NAMES, strict=True):
        due, error = getattr(theory, name)[SEEN], values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
        if error.min() > 0:
            yield np.maximum(np.abs(values.mean(axis=1) - due) - allowance * due, 0) / error


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("model_size", "samples"), [(64, 96), (96, 64), (72, 72)])
def test_the_mean_of_draws_is_within_its_standard_errors(model_size, samples, gamma):
    # Two levels of many modes: the mean field is exact for large N at a fixed ratio to P and M.
    lam = np.repeat([1.0, 0.25], 64)
    w = np.full(128, np.sqrt(2 / 128))
    found = draws(lam, w, model_size, samples, gamma, TIMES[SEEN], range(64))
    spectra = modes(lam, lam * w**2)

    def most(size, number, richness):
        theory = solve_reuse_flow(*spectra, richness, TIMES, size, number)
        return max(part.max() for part in deviations(found, theory))

    assert most(model_size, samples, gamma) < 3
    for wrong in ((2 * model_size, samples, gamma), (model_size, 2 * samples, gamma)):
        assert most(*wrong) > 10
    for wrong in ((None, samples, gamma), (model_size, None, gamma)):
        assert most(*wrong) > 20
    assert most(model_size, samples, 1 - gamma) > 5


@pytest.mark.parametrize(("model_size", "samples"), [(24, 96), (96, 24)])
def test_few_features_are_not_few_samples(model_size, samples):
    lam = np.repeat([1.0, 0.02], [16, 112])
    w = np.repeat([0.4, 1.5], [16, 112])
    loss = draws(lam, w, model_size, samples, 0.0, TIMES[SEEN], range(100))[0]
    right, swapped = (
        solve_reuse_flow(*modes(lam, lam * w**2), 0.0, TIMES, *pair).loss[SEEN]
        for pair in ((model_size, samples), (samples, model_size))
    )
    error = loss.std(axis=1, ddof=1) / 10
    assert np.abs((loss.mean(axis=1) - right) / error).max() < 3
    assert np.abs((loss.mean(axis=1) - swapped) / error).max() > 10


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("2", "6/5")])
def test_on_power_laws_it_is_within_what_falls_as_one_over_n(alpha, beta, gamma):
    a, b, count = float(Fraction(alpha)), float(Fraction(beta)), 128
    k = np.arange(1.0, count + 1)
    lam, w = k**-a, k ** (-(a * b + 1 - a) / 2)
    spectra = limit_spectra(alpha, beta, 1e5, "modes", count)
    for size in (24, 48):
        found = draws(lam, w, size, size * 3 // 2, gamma, TIMES[SEEN], range(9600 // size))
        # Single modes hold a large share of the power, and the mean field leaves out what is 1/N of it.
        right, *wrong = (
            max(part.max() for part in deviations(found, solve_reuse_flow(*spectra, gamma, TIMES, *sizes), 3 / size))
            for sizes in ((size, size * 3 // 2), (size * 3 // 2, size), (None, size * 3 // 2), (size, None))
        )
        assert right < 3
        # those of the draws, the wrong way round, or infinite
        assert max(wrong) > 10 and min(wrong) > 3


# Eq. 41 as printed


def printed(target, trace, gamma, times, model_size, samples, drop=""):
    """Losses and kernel from eq. 41 with the trapezoidal rule, all times at once, iterated until they stay.

    With R02 and R24 inverted as they stand, and no use of what commutes.
    """
    n, d = len(times), np.diff(times)
    theta = np.zeros((n, n))
    for i in range(n - 1):
        theta[i + 1 :, i] += d[i] / 2
        theta[i + 1 :, i + 1] += d[i] / 2
    one, mu = np.eye(n), trace.eigenvalues[:, None, None]
    aims = (target.weights / target.eigenvalues)[:, None, None] * np.ones((n, n))
    multiples = (trace.weights / trace.eigenvalues)[:, None, None]
    by_n, by_p = 1 / model_size, 1 / samples
    c0, c3, cw, r1, r3 = np.full((n, n), target.variance), np.zeros((n, n)), np.zeros((n, n)), one, one
    for _ in range(500):
        h = np.linalg.solve(one - gamma * theta @ (c3 * theta), theta)
        g = h + (drop != "Cw") * gamma * cw * theta
        j = np.linalg.inv(one + mu * (g @ r3 @ r1))
        r02 = -(multiples * mu * (j @ g @ r3)).sum(axis=0)
        r24 = -(multiples * mu * (r1 @ j @ g)).sum(axis=0)
        r1, r3 = np.linalg.inv(one - by_p * r02), np.linalg.inv(one - by_n * r24)
        j = np.linalg.inv(one + mu * (g @ r3 @ r1))
        c1 = r1 @ c0 @ r1.T
        by_u2, by_u4 = j @ g @ r3, j @ g
        kept = one - mu * (r1 @ by_u2)  # of u2 in v2
        before = c0
        each = j @ aims @ j.transpose(0, 2, 1)
        spread = by_u4 @ (by_n * c3) @ by_u4.transpose(0, 2, 1)
        noise = by_p * mu * (by_u2 @ c1 @ by_u2.transpose(0, 2, 1))
        c0 = target.floor + (mu * (each + multiples * (spread + noise))).sum(axis=0)
        c2 = (multiples * by_p * mu * (kept @ c1 @ kept.transpose(0, 2, 1))).sum(axis=0)
        if drop == "u2":
            c2 *= 0
        c2 += r1 @ (mu**2 * (each + multiples * spread)).sum(axis=0) @ r1.T
        c3 = r3 @ c2 @ r3.T
        cw = h @ c3 @ h.T
        if np.abs(c0 - before).max() < 1e-12:
            columns = c0.diagonal(), (r1 @ c0 @ r1.T).diagonal(), 1 + gamma * cw.diagonal()
            return SimpleNamespace(**dict(zip(NAMES, columns, strict=True)))
    raise AssertionError("eq. 41 did not converge")


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("model_size", "samples"), [(8, 12), (12, 8), (3, 3)])
def test_eq_41_by_the_trapezoidal_rule_tends_to_it_in_second_order(model_size, samples, gamma):
    found = solve_reuse_flow(*SMALL, gamma, np.linspace(0, 4, 5), model_size, samples)
    coarse, fine = (printed(*SMALL, gamma, np.linspace(0, 4, 4 * n + 1), model_size, samples) for n in (12, 24))
    for name in NAMES:
        one, two, due = getattr(coarse, name)[::12][1:], getattr(fine, name)[::24][1:], getattr(found, name)[1:]
        assert np.abs((4 * two - one) / 3 / due - 1).max() < 3e-6
        if name != "kernel" or gamma:
            assert np.abs(one / due - 1).max() > 1e-5
            assert (one - due)[:2] / (two - due)[:2] == pytest.approx(4, rel=0.2)  # beside the next order
    for drop in ["u2", "Cw"][: 2 if gamma else 1]:  # controls
        wrong = printed(*SMALL, gamma, np.linspace(0, 4, 97), model_size, samples, drop)
        assert np.abs(wrong.loss[::24] / found.loss - 1).max() > 1e-3


# Limits


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("alpha", "beta", "size"), [("3/2", "1/2", 32), ("2", "6/5", 16), ("5/4", "4/5", 100)])
def test_without_bound_on_p_it_is_the_flow_on_the_mean_measure(alpha, beta, size, gamma):
    limit = limit_spectra(alpha, beta, 1e6, "modes", 2000)
    mean, times = mean_spectra(alpha, beta, size, "modes", 2000), time_grid(60.0, 13)
    found, other = solve_reuse_flow(*limit, gamma, times, size), solve_reuse_flow(*mean, gamma, times)
    flow = flow_curve(mean.target, gamma, times)
    stated = rules_error(found) + mean.target.error + (flow.loss_error / flow.loss).max() + 1e-9
    for solution in (found, other):
        assert apart(solution, flow, ("loss", "kernel")) < min(5 * stated, 1e-6)
        assert solution.train_loss == pytest.approx(solution.loss, rel=1e-9)
    assert apart(solve_reuse_flow(*limit, gamma, times, size + 1), flow, ("loss",)) > 1e-3  # control


@pytest.mark.parametrize("gamma", [0.0, 3.0])
def test_without_any_bound_it_is_the_flow_of_the_limit(gamma):
    times = time_grid(300.0, 24)
    found = solve_reuse_flow(*limit_spectra("3/2", "1/2", 1e6), gamma, times)
    flow = limit_curve("3/2", "1/2", gamma, times)
    for name in ("loss", "kernel"):
        value, error = getattr(flow, name), getattr(flow, f"{name}_error")
        assert (np.abs(getattr(found, name) - value) <= error + 1e-8 * value).all() and (error < 1e-6 * value).all()


@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_large_sizes_tend_to_it_as_their_inverse(gamma):
    times = time_grid(30.0, 10)
    endless = solve_reuse_flow(*LIMIT, gamma, times, 32)
    off = [solve_reuse_flow(*LIMIT, gamma, times, 32, 10**power) for power in (6, 7)]
    for name in NAMES:
        coarse, fine = (np.abs(getattr(each, name) / getattr(endless, name) - 1).max() for each in off)
        if name != "kernel" or gamma:
            assert coarse / fine == pytest.approx(10, rel=0.05) and coarse < 1e-3
    beyond = solve_reuse_flow(*LIMIT, gamma, times, 10**400, 10**400)
    assert beyond.loss == pytest.approx(solve_reuse_flow(*LIMIT, gamma, times).loss, rel=1e-13)


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_lazy_isotropic_model_follows_the_law_of_marchenko_and_pastur(ratio):
    # At N = infinity v0 = exp(-K t) w*, with K the covariance of P samples in M dimensions, M/P = ratio.
    count, times = 100, time_grid(20.0, 12)
    spectra = modes(np.ones(count), np.full(count, 1 / count))
    found = solve_reuse_flow(*spectra, 0.0, times, None, round(count / ratio))
    low, high = (1 - np.sqrt(ratio)) ** 2, (1 + np.sqrt(ratio)) ** 2

    def mean(function):
        def at(angle):
            x = (low + high) / 2 - (high - low) / 2 * np.cos(angle)
            return function(x) * ((high - low) / 2 * np.sin(angle)) ** 2 / (2 * np.pi * ratio * x)

        return quad(at, 0, np.pi, epsabs=1e-13, epsrel=1e-12)[0]

    dead = max(0.0, 1 - 1 / ratio)
    for t, loss, train in zip(times, found.loss, found.train_loss, strict=True):
        assert loss == pytest.approx(dead + mean(lambda x: np.exp(-2 * x * t)), rel=1e-7)  # noqa: B023
        # rounding leaves 1e-11 of the loss at the start, on any grid, and differs between processors
        assert train == pytest.approx(mean(lambda x: x * np.exp(-2 * x * t)), rel=1e-7, abs=5e-11)  # noqa: B023
    mirrored = solve_reuse_flow(*spectra, 0.0, times, round(count / ratio), None)
    assert mirrored.loss == pytest.approx(found.loss, rel=1e-9)
    assert np.abs(mirrored.train_loss / found.train_loss - 1).max() > 0.1


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(("model_size", "samples"), [(16, 64), (48, 64)])
def test_fewer_features_than_samples_come_to_rest_at_least_squares(model_size, samples, gamma):
    # What no feature reaches is noise of variance sigma^2, which leaves sigma^2 (1 - N/P), and sigma^2/(1 - N/P) on new
    # data.
    found = solve_reuse_flow(
        *limit_spectra("3/2", "1/2", 1e7), gamma, time_grid(3e4 if gamma else 1e6, 22), model_size, samples
    )
    noise = mean_floor("3/2", "1/2", model_size)
    assert found.train_loss[-1] == pytest.approx(noise * (1 - model_size / samples), rel=1e-4)
    assert found.loss[-1] == pytest.approx(noise / (1 - model_size / samples), rel=1e-4)


def test_a_floor_is_noise_of_the_labels():
    # Four modes, all features: least squares on P = 8 of them.
    found = solve_reuse_flow(*SMALL, 1.0, time_grid(3000.0, 24), None, 8)
    assert found.loss[-1] == pytest.approx(0.05 / (1 - 4 / 8), rel=1e-6)
    assert found.train_loss[-1] == pytest.approx(0.05 * (1 - 4 / 8), rel=1e-6)
    tiny = modes([1.0, 0.6, 0.3, 0.1, 1e-9], [0.5, 0.4, 0.3, 0.2, 0.05])
    assert (
        apart(
            solve_reuse_flow(*tiny, 1.0, time_grid(100.0, 16), 8, 6),
            solve_reuse_flow(*SMALL, 1.0, time_grid(100.0, 16), 8, 6),
        )
        < 1e-6
    )


# Properties

pairs = st.lists(st.tuples(st.floats(0.02, 1), st.floats(0.05, 1)), min_size=1, max_size=5)
sizes = st.one_of(st.none(), st.integers(1, 60))


@settings(max_examples=15, deadline=None)
@given(pairs, st.floats(0, 2), sizes, sizes)
def test_the_train_loss_never_rises_and_all_keep_their_bounds(spectrum, gamma, model_size, samples):
    spectra = modes(*zip(*spectrum, strict=True), floor=0.05)
    found = solve_reuse_flow(*spectra, gamma, time_grid(20.0, 10), model_size, samples)
    first = spectra[0].variance
    assert (np.diff(found.train_loss) < 1e-10 * first).all()
    assert found.loss[0] == found.train_loss[0] == first and found.kernel[0] == 1
    assert (found.loss >= 0.05 - 1e-10).all() and (found.train_loss >= 0).all()
    assert (np.diff(found.kernel) > -found.kernel_error[1:]).all()
    assert (found.train_loss <= found.loss + 1e-10).all()
    if samples is None:
        assert found.train_loss == pytest.approx(found.loss, rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40))
def test_a_lazy_isotropic_model_does_not_tell_features_from_samples(count, one, other):
    # v0 = exp(-X Y t) w* with two covariances whose eigenvectors are free: tr M M^T = tr M^T M.
    spectra, times = modes(np.ones(count), np.full(count, 1 / count)), time_grid(60.0, 14)
    found, mirrored = (
        solve_reuse_flow(*spectra, 0.0, times, one, other),
        solve_reuse_flow(*spectra, 0.0, times, other, one),
    )
    assert mirrored.loss == pytest.approx(found.loss, rel=1e-8)


@pytest.mark.parametrize("power", [-6, 3])
def test_units_of_the_eigenvalues_do_not_matter(power):
    scale, times = 2.0**power, time_grid(50.0, 12)
    target, trace = SMALL
    scaled = (
        replace(target, eigenvalues=scale * target.eigenvalues),
        Spectrum(scale * trace.eigenvalues, scale * trace.weights),
    )
    found = solve_reuse_flow(*scaled, scale * 0.7, times / scale, 8, 6)
    assert apart(found, solve_reuse_flow(*SMALL, 0.7, times, 8, 6)) < 1e-9


def test_more_time_does_not_change_what_came_before():
    times = time_grid(100.0, 16)
    short, long = (solve_reuse_flow(*SMALL, 1.0, times[: n + 1], 8, 6) for n in (10, 16))
    for name in NAMES:
        assert getattr(long, name)[:11] == pytest.approx(getattr(short, name), rel=1e-10)


# Intervals


@pytest.mark.parametrize(("gamma", "counts", "least"), [(0.0, (2, 4, 32), 9.0), (1.0, (4, 8, 32), 4.5)])
def test_the_order_is_high_where_intervals_resolve_the_modes(gamma, counts, least):
    values = []
    for count in counts:
        march = FixedSample(*SMALL, gamma, np.linspace(0, 8, count + 1), 1 / 8, 1 / 6)
        for number in range(count):
            march.interval(number)
        values.append([march.loss[-1], march.part[-1], march.kernel[-1]])
    errors = np.abs(np.array(values[:2]) - values[2])[:, : 3 if gamma else 2]
    assert (np.log2(errors[0] / errors[1]) > least).all() or errors[1].max() < 1e-11
    assert errors[0].max() > 1e-9


@pytest.mark.parametrize(
    ("gamma", "model_size", "samples"), [(0.0, 48, 32), (0.0, 32, 32), (1.0, 32, 48), (1.0, None, 32), (1.0, 32, 32)]
)
def test_stated_errors_cover_shorter_intervals(gamma, model_size, samples, monkeypatch):
    arguments = (*LIMIT, gamma, time_grid(60.0, 5), model_size, samples)
    found = solve_reuse_flow(*arguments)
    monkeypatch.setattr(continuous_time, "CLOSER", 1.1)
    finer = solve_reuse_flow(*arguments)
    for name in NAMES:
        error, due = getattr(found, f"{name}_error"), getattr(finer, name)
        assert (np.abs(getattr(found, name) - due) <= error).all()
        assert (error < (1e-6 + rules_error(found)) * due + 1e-10 * due[0]).all()
    by_intervals = found.error - rules_error(found) * found.loss
    assert (np.abs(found.loss - finer.loss) > by_intervals / 1e4)[1:].any()


def test_few_nodes_for_the_trace_err_by_less_than_is_stated(monkeypatch):
    arguments = (*limit_spectra("3/2", "1/2", 1e5), 1.0, time_grid(100.0, 12), 32, 48)
    found = solve_reuse_flow(*arguments)
    monkeypatch.setattr(continuous_time, "on_few_nodes", lambda trace, _: trace)
    assert apart(solve_reuse_flow(*arguments), found) < rules_error(found) + 1e-8 < 1e-7


@pytest.mark.parametrize("erring", [0, 1])
def test_errors_of_the_spectra_are_passed_on(erring):
    spectra = list(SMALL)
    spectra[erring] = replace(spectra[erring], error=0.125)
    once = solve_reuse_flow(*spectra, 1.0, time_grid(10.0, 8), 8, 4)
    assert rules_error(once) == 0.125 and (once.error >= 0.125 * once.loss).all()
    assert (once.kernel_error >= 0.125 * once.kernel).all()


# What cannot be solved


def test_a_clock_beyond_the_measure_is_told():
    spectra = limit_spectra("3/2", "1/2", 100.0)
    solve_reuse_flow(*spectra, 1.0, time_grid(10.0, 10), 32, 32)
    with pytest.raises(Unresolved, match="larger clock") as caught:
        solve_reuse_flow(*spectra, 1.0, time_grid(100.0, 16), 32, 32)
    assert 10 < caught.value.time <= 100 <= caught.value.residual


def test_more_intervals_than_are_kept_are_refused():
    with pytest.raises(InputError, match=r"clock of 1.*e\+100 .* more than 400 intervals"):
        solve_reuse_flow(*SMALL, 0.0, [1e100], 8, 6)


def test_what_no_intervals_resolve_is_told():
    with warnings.catch_warnings(), pytest.raises(FlowFailed, match=r"try a smaller"):
        warnings.simplefilter("error")
        solve_reuse_flow(*SMALL, 1e308, time_grid(10.0, 10), 8, 6)


@pytest.mark.parametrize("last", [1e-300, 1e-10, 1e5])
def test_early_and_late_times_are_answered(last):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = solve_reuse_flow(*SMALL, 0.0, [0.0, last], 8, 6)
    assert found.loss[-1] == pytest.approx(SMALL[0].variance if last < 1 else 0.05 / (1 - 4 / 6), rel=1e-8)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"gamma": -1}, "gamma must"),
        ({"gamma": float("nan")}, "gamma must"),
        ({"gamma": float("inf")}, "gamma must"),
        ({"times": [0, 2, 1]}, "times must rise"),
        ({"times": [0, float("nan")]}, "finite"),
        ({"times": [-1, 0, 1]}, "at least 0"),
        ({"times": "soon"}, "must be numbers"),
        ({"model_size": 0}, "model size.*at least 1; got 0; try 64"),
        ({"model_size": 2.5}, "model size.*whole number"),
        ({"model_size": True}, "model size.*whole number"),
        ({"samples": 0}, "number of samples.*at least 1; got 0; try 128"),
        ({"samples": -4}, "number of samples"),
        ({"samples": "32"}, "number of samples.*whole number"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_starts(wrong, message):
    right = {"gamma": 1.0, "times": [0, 0.5, 1], "model_size": 8, "samples": 4}
    with pytest.raises(InputError, match=message):
        solve_reuse_flow(*SMALL, **(right | wrong))


def test_what_does_not_fit_into_memory_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "MEMORY", 10**6)
    with pytest.raises(InputError, match=r"times up to 1000 need more than .*less time"):
        solve_reuse_flow(*SMALL, 1.0, [1e3], 8, 6)
