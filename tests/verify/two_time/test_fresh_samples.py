"""White noise at fixed eta/B in continuous time: against steps that tend to 0, moments along the flow, and training."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from exponents.errors import InputError, NotSolved, Unresolved
from verify.flow.collocation import STAGES
from verify.flow.curve import flow_curve
from verify.flow.noise import noisy_curve
from verify.model import Model
from verify.spectra.few_nodes import on_few_nodes
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum
from verify.two_time import continuous_time, intervals, sizes
from verify.two_time.continuous_time import solve_online_flow
from verify.two_time.fresh_samples import FreshSamples
from verify.two_time.online import _March as DiscreteMarch
from verify.two_time.online import solve_online
from verify.two_time.small_steps import small_steps_curve
from verify.witnesses.antithetic import train_pairs

MU = np.arange(1.0, 9) ** -1.5
POWER_LAW = Spectrum(MU, np.arange(1.0, 9) ** -1.6), Spectrum(MU, MU)
WITH_FLOOR = Spectrum(np.array([1.0, 0.4]), np.array([1.0, 0.3]), 0.5), Spectrum(*2 * [np.array([1.0, 0.4])])


# --- steps that tend to 0 --------------------------------------------------------------------------------------------


@cache
def by_steps(case):
    """Loss, variance and kernel as steps tend to 0 at fixed eta/B; in the equations B need not be whole."""
    spectra, gamma, temperature, times, etas, _ = CASES[case]
    rows = []
    for eta in etas:
        at = np.rint(np.array(times) / eta).astype(int)
        march = DiscreteMarch(*spectra, gamma, eta, int(at[-1]), 0.0, temperature / eta)
        parts = np.array([march.step(t) for t in range(at[-1] + 1)])[at]
        rows.append(np.array([march.loss[at], parts[:, 2], 1 + gamma * parts[:, 3]]))
    for order in range(1, len(etas)):  # Richardson: powers of eta are taken away one by one
        rows = [(2**order * fine - coarse) / (2**order - 1) for coarse, fine in pairwise(rows)]
    return rows[0]


CASES = {
    "weak": (POWER_LAW, 1.0, 0.02, (0.8, 1.6, 4.0, 6.4), (0.16, 0.08, 0.04, 0.02), 1e-5),
    "a quarter of the loss": (POWER_LAW, 1.0, 0.2, (0.8, 1.6, 4.0, 6.4), (0.16, 0.08, 0.04, 0.02), 1e-4),
    "noise turns the kernel back": (WITH_FLOOR, 1.0, 0.2, (1.6, 4.8, 8.0), (0.16, 0.08, 0.04, 0.02), 1e-5),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_the_limit_of_small_steps_at_fixed_temperature(case):
    """The tolerance is what the extrapolation of steps leaves."""
    spectra, gamma, temperature, times, _, tolerance = CASES[case]
    loss, variance, kernel = by_steps(case)
    found = solve_online_flow(*spectra, gamma, temperature, times)
    assert found.loss == pytest.approx(loss, rel=tolerance, abs=0)
    assert found.kernel == pytest.approx(kernel, rel=tolerance, abs=0)
    assert np.abs(found.variance - variance).max() < tolerance * loss.max()
    # control: moments of the first order in eta/B are not enough
    first = noisy_curve(*spectra, gamma, temperature, times, include="mean field").loss
    assert np.abs(first / loss - 1).max() > 10 * tolerance
    if case == "weak":  # control: the temperature is seen to a thousandth
        wrong = solve_online_flow(*spectra, gamma, 1.001 * temperature, times).loss
        assert np.abs(wrong / loss - 1).max() > 10 * tolerance
    if "turns" in case:
        assert kernel[1] - 0.01 > kernel[2]


@pytest.mark.slow
@pytest.mark.parametrize(
    "spectra",
    [limit_spectra("3/2", "1/2", 1e3), limit_spectra("3/2", "3/2", 1e3), limit_spectra("5/2", "3/10", 1e3)],
    ids=["3/2 1/2", "3/2 3/2", "5/2 3/10"],
)
def test_up_to_a_time_of_100_it_is_the_limit_of_small_steps_to_a_hundred_thousandth(spectra):
    """Steps are extrapolated by the polynomial in eta through all of them; its last change bounds what it leaves."""
    gamma, temperature, times = 0.1, 0.05, np.array([1.2, 6.0, 24.0, 99.6])
    few = [on_few_nodes(spectrum, 1e3) for spectrum in spectra]
    batches = np.array([8, 6, 4, 3, 2, 1])
    rows = []
    for batch in batches:
        at = np.rint(times / (batch * temperature)).astype(int)
        found = solve_online(*few, gamma, batch * temperature, int(at[-1]), None, int(batch))
        rows.append(np.log([found.loss[at], found.kernel[at]]))
    for order in range(1, len(batches)):  # Neville's scheme at eta = 0
        before = rows[-1]
        weights = batches[: len(batches) - order] / batches[order:]
        rows = [(w * fine - coarse) / (w - 1) for w, coarse, fine in zip(weights, rows, rows[1:], strict=False)]
    found = solve_online_flow(*few, gamma, temperature, times)
    values = np.array([found.loss, found.kernel])
    errors = np.array([found.error, found.kernel_error]) / values
    apart, left = np.abs(np.log(values) - rows[0]), np.abs(rows[0] - before)
    assert apart.max() < 1e-5
    assert (apart <= left + errors).all() and left.max() < 1e-5 and errors.max() < 5e-6
    # control: half a percent of the temperature is seen
    wrong = solve_online_flow(*few, gamma, 1.005 * temperature, times)
    assert np.abs(np.log(wrong.loss) - rows[0][0]).max() > 5e-5


@pytest.mark.parametrize("part", ["_sum_noise", "_sum_smooth", "_fill_tails"])
def test_control_each_part_of_the_memory_is_seen(part, monkeypatch):
    spectra, gamma, temperature, times, _, tolerance = CASES["a quarter of the loss"]

    def nothing(self, step, *others):
        return np.zeros((STAGES, step.last))

    monkeypatch.setattr(FreshSamples, part, nothing)
    found = solve_online_flow(*spectra, gamma, temperature, times[:2])
    assert np.abs(found.loss / by_steps("a quarter of the loss")[0][:2] - 1).max() > 5 * tolerance


def test_without_noise_it_is_the_flow():
    target, trace = limit_spectra("3/2", "1/2", 1e8)
    times = [0.0, 0.3, 10.0, 1e4]
    found, flow = solve_online_flow(target, trace, 2.0, 0.0, times), flow_curve(target, 2.0, times)
    for name, largest in (("loss", 1e-5), ("kernel", 1e-5)):
        value, error = getattr(found, name), getattr(found, f"{name}_error")
        assert (np.abs(value - getattr(flow, name)) <= error + getattr(flow, f"{name}_error")).all()
        assert (error < largest * value).all()
    assert found.clock == pytest.approx(flow.clock, rel=1e-6)
    assert not found.variance.any() and np.abs(found.mean_shift).max() < 1e-15
    assert found.loss[0] == pytest.approx(target.variance) == found.start and found.kernel[0] == 1


# --- moments of the first order in eta/B ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spectra", "gamma", "temperature", "times", "until"),
    [
        (limit_spectra(2, "1/2", 1e8), 1.0, 1e-3, (1.0, 10.0, 100.0), np.inf),
        (mean_spectra("3/2", "3/2", 32), 3.0, 1e-3, (1.0, 3.0, 10.0), np.inf),
        (limit_spectra(3, "1/2", 1e8), 2.0, 1e-3, (3.0, 30.0), 1.0),
    ],
    ids=["limit", "N = 32", "early noise"],
)
def test_it_tends_to_the_moments_along_the_flow_as_the_temperature_falls(spectra, gamma, temperature, times, until):
    """What is left is the next order: it halves with eta/B."""
    apart, names = [], ("variance", "mean_shift")
    for heat in (temperature, temperature / 2):
        found = solve_online_flow(*spectra, gamma, heat, times, until)
        moments = noisy_curve(*spectra, gamma, heat, times, until, include="mean field")
        size = moments.variance + np.abs(moments.mean_shift)
        apart.append([np.abs(found.observed[name] - moments.observed[name]) / size for name in names])
        error = np.array([(found.errors[name] + moments.errors[name]) / size for name in names])
    coarse, fine = np.array(apart)
    assert coarse.max() < 0.02 and (fine < 0.52 * coarse + 2 * error).all()
    # controls: the shift is seen, and so is the next order
    assert np.abs(found.mean_shift / size).max() > 20 * fine.max() and (coarse > 10 * error).any()


# --- errors -----------------------------------------------------------------------------------------------------------


def test_stated_errors_cover_shorter_intervals(monkeypatch):
    arguments = (*limit_spectra("3/2", "1/2", 1e8), 3.0, 1e-2, np.geomspace(0.1, 10, 6))
    found = solve_online_flow(*arguments)
    monkeypatch.setattr(continuous_time, "RATIO", 1.3)
    monkeypatch.setattr(intervals, "FIRST", 0.075)
    monkeypatch.setattr(intervals, "ROUGH", 1e-6)
    finer = solve_online_flow(*arguments)
    for name in ("loss", "kernel", "variance", "mean_shift"):
        apart, error = np.abs(getattr(found, name) - getattr(finer, name)), getattr(found, f"{name}_error")
        assert (apart <= error).all() and (apart > error / 1e4).any(), name
    assert (found.error < 1e-5 * found.loss).all()


# --- training ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_antithetic_pairs_at_infinite_n_have_the_change_by_noise():
    """Each eigenvalue has sixteen modes, of which one has power: single modes, and four-point parts, count little."""
    lam, many, gamma, temperature, times = np.array([1.0, 0.5, 0.2]), 16, 2.0, 0.002, (0.4, 1.2, 3.2)
    aims, rows = np.zeros(3 * many), []
    aims[::many] = 1.0
    for eta, seed in ((0.04, 1), (0.02, 2)):
        record = np.rint(np.array(times) / eta).astype(int)
        change = train_pairs(np.repeat(lam, many), aims, gamma, eta, round(eta / temperature), record, 100, seed)[1]
        rows.append((change.mean(axis=0), change.std(axis=0) / 10))
    (coarse, coarse_error), (fine, fine_error) = rows
    change, error = 2 * fine - coarse, np.hypot(2 * fine_error, coarse_error)
    found = solve_online_flow(Spectrum(lam, lam), Spectrum(lam, many * lam), gamma, temperature, times)
    assert (np.abs(change - found.variance - found.mean_shift) < 3 * error).all()
    assert np.abs((change - found.variance) / error).max() > 3  # control: without the shift of the mean
    assert np.abs((change - 2 * (found.variance + found.mean_shift)) / error).max() > 3


@pytest.mark.slow
def test_antithetic_pairs_at_n_64_and_b_16_have_the_change_by_noise():
    """Single modes count here: their first order, the four-point part, comes from the moments along the flow."""
    k, size, batch, gamma, eta = np.arange(1.0, 161), 64, 16, 1.0, 0.05
    lam, aims = k**-1.25, k ** ((1.25 * 0.5 - 1) / 2)
    times = np.array([0.5, 1.0, 2.0, 3.0])
    record = np.rint(times / eta).astype(int)
    quiet, change = train_pairs(lam, aims, gamma, eta, batch, record, 49, 3, size)
    spectra = mean_spectra("5/4", "1/2", size, "modes", 160)
    found = solve_online_flow(*spectra, gamma, eta / batch, times)
    four, two = (noisy_curve(*spectra, gamma, eta / batch, times, include=part) for part in ("all", "mean field"))
    due = found.variance + found.mean_shift + four.loss - two.loss
    error = change.std(axis=0) / 7
    assert (np.abs(change.mean(axis=0) - due) < 3 * error).all()
    assert np.abs((change.mean(axis=0) - 2 * due) / error).max() > 5  # control: another batch size
    loss, spread = quiet + change, (quiet + change).std(axis=0) / 7
    assert (np.abs(loss.mean(axis=0) - found.loss - four.loss + two.loss) < 3 * spread).all()


# --- models -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 16])
def test_a_model_has_the_curve_of_its_spectra(size):
    model, times = Model("3/2", "3/2", model_size=size, batch_size=4), np.array([0.0, 2.0])
    found = small_steps_curve(model, 1.6, times)
    spectra = limit_spectra("3/2", "3/2", 1e3) if size is None else mean_spectra("3/2", "3/2", size)
    due = solve_online_flow(*spectra, 1.0, 0.4, times)
    assert (np.abs(found.loss - due.loss) <= found.error + due.error).all()
    largest = 1.0 if size is None else spectra[0].eigenvalues[0]  # mu_1, which features enlarge
    assert found.status.unstable_from == (0.0 if 1.6 * largest > 2 else 2.0)
    assert small_steps_curve(model, 0.1, times).status.unstable_from is None


# --- what cannot be solved --------------------------------------------------------------------------------------------


def test_noise_that_feeds_on_itself_is_refused():
    with pytest.raises(NotSolved, match=r"feeds on itself from t = .*smaller eta/B"):
        solve_online_flow(*POWER_LAW, 1.0, 1.0, [1.0, 30.0])


def test_a_clock_beyond_the_spectra_is_said():
    with pytest.raises(Unresolved, match=r"spectr.* resolved"):
        solve_online_flow(*limit_spectra("3/2", "1/2", 100.0), 1.0, 1e-3, [1e4])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"gamma": -1}, "gamma must"),
        ({"temperature": -0.1}, "eta/B must"),
        ({"temperature": float("nan")}, "eta/B must"),
        ({"times": [2, 1]}, "times must rise"),
        ({"times": [float("inf")]}, "finite"),
        ({"until": 0}, "clock above 0; got 0"),
    ],
)
def test_what_cannot_be_asked_is_refused(wrong, message):
    right = {"gamma": 1.0, "temperature": 0.01, "times": [1.0]}
    with pytest.raises(InputError, match=message):
        solve_online_flow(*POWER_LAW, **(right | wrong))


def test_what_does_not_fit_into_memory_is_refused(monkeypatch):
    monkeypatch.setattr(sizes, "MEMORY", 10**6)
    with pytest.raises(InputError, match=r"times up to 1000 need more than .*less time"):
        solve_online_flow(*limit_spectra("3/2", "1/2", 1e8), 1.0, 1e-3, [1e3])
