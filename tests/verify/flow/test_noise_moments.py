"""Variance and shift of the mean by batches: against the two-time equations, and against noisy descent, run by run."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from exponents.asymptotics.evaluation import evaluate
from exponents.model.noise_shift import shift_by_invariant
from verify.flow import noise
from verify.flow.noise import noisy_curve
from verify.flow.solver import solve_flow
from verify.measurements.slopes import extrapolate
from verify.spectra.random_features import limit_spectra
from verify.spectra.spectrum import Spectrum
from verify.two_time.online import solve_online


def modes_of(count, source):
    mu = np.arange(1.0, count + 1) ** -1.5
    return Spectrum(mu, np.arange(1.0, count + 1) ** (-1.5 * source - 1)), Spectrum(mu, mu)


# --- the mean field --------------------------------------------------------------------------------------------------

HEAT = 2e-5
"""eta/B of the comparison: the second order in it is below 1e-4 of the first."""


@cache
def by_marching(source, gamma):
    """Variance and shift of the mean over eta/B as steps tend to 0, at six times: steps are halved three times."""
    target, trace = modes_of(8, source)
    unit = 1 if gamma < 2 else 0.25  # richer models need smaller steps
    times = unit * np.array([0.8, 1.6, 4.0, 8.0, 12.8, 16.0])
    rows = []
    for eta in unit * np.array([0.16, 0.08, 0.04, 0.02]):
        at = np.rint(times / eta).astype(int)
        noisy = solve_online(target, trace, gamma, eta, int(at[-1]), None, round(eta / HEAT))
        plain = solve_online(target, trace, gamma, eta, int(at[-1]))
        rows.append(np.array([noisy.from_batches, noisy.loss - plain.loss - noisy.from_batches])[:, at] / HEAT)
    for order in (1, 2, 3):  # Richardson: powers of eta are taken away one by one
        rows = [(2**order * fine - coarse) / (2**order - 1) for coarse, fine in pairwise(rows)]
    return target, trace, times, rows[0]


@pytest.mark.slow
@pytest.mark.parametrize(("source", "gamma", "tolerance"), [(0.4, 1.0, 3e-5), (1.5, 1.0, 3e-5), (0.4, 5.0, 2e-4)])
def test_both_are_those_of_the_two_time_equations_as_steps_tend_to_0(source, gamma, tolerance):
    """The tolerance is eta/B times the kernel and the trace, the next order in eta/B."""
    target, trace, times, (variance, shift) = by_marching(source, gamma)
    found = noisy_curve(target, trace, gamma, HEAT, times, include="mean field")
    size = variance + np.abs(shift)
    assert (np.abs(found.variance / HEAT - variance) < tolerance * size).all()
    assert (np.abs(found.mean_shift / HEAT - shift) < tolerance * size).all()
    # controls: the shift is no rounding error, and the four-point part is no part of the mean field
    assert (np.abs(shift) > 1000 * tolerance * size).any()
    whole = noisy_curve(target, trace, gamma, HEAT, times)
    assert (np.abs(whole.variance / HEAT - variance) > 100 * tolerance * size).any()


def test_the_shift_of_the_mean_vanishes_in_the_lazy_regime():
    target, trace = modes_of(8, 0.4)
    found = noisy_curve(target, trace, 0.0, 0.1, [1.0, 10.0])
    assert (found.mean_shift == 0).all() and (found.invariant_shift == 0).all() and (found.variance > 0).all()


# --- noisy descent ---------------------------------------------------------------------------------------------------


def descend(gamma, eta, times, runs, seed):
    """Change of the loss by batches of one sample over eta, with its standard error; and the shift of the invariant.

    From each run the part that is linear in the noise is taken away.  It has the mean 0 and most of the scatter.
    """
    target, _ = modes_of(3, 0.4)
    mu, omega, rng = target.eigenvalues, np.sqrt(target.weights / target.eigenvalues), np.random.default_rng(seed)
    w, b = np.zeros((runs, 3)), np.tile(np.eye(3), (runs, 1, 1))
    w_quiet, b_quiet, w_linear, b_linear = np.zeros(3), np.eye(3), np.zeros((runs, 3)), np.zeros((runs, 3, 3))
    rows, records = [], np.rint(np.array(times) / eta).astype(int)
    for step in range(records[-1] + 1):
        v, v_quiet = omega - np.einsum("rji,rj->ri", b, w), omega - b_quiet.T @ w_quiet
        linear = np.einsum("rji,j->ri", b_linear, w_quiet) + w_linear @ b_quiet  # of B^T w
        if step in records:
            change = v**2 @ mu - v_quiet**2 @ mu + 2 * linear @ (mu * v_quiet)
            c = w_quiet / np.linalg.norm(w_quiet)
            kept = np.einsum("i,rij,rkj,k->r", c, b, b, c) - gamma * (w @ c) ** 2
            quiet = c @ b_quiet @ b_quiet.T @ c - gamma * (w_quiet @ c) ** 2
            rows.append((change.mean(), change.std() / np.sqrt(runs), kept.mean() - quiet))
        psi = rng.standard_normal((runs, 3)) * np.sqrt(mu)
        pull, quiet_pull = psi * (psi * v).sum(axis=1)[:, None], mu * v_quiet
        linear_pull = psi * (psi @ v_quiet)[:, None] - quiet_pull - mu * linear
        w_linear, b_linear = (
            w_linear + eta * (b_linear @ quiet_pull + linear_pull @ b_quiet.T),
            b_linear + eta * gamma * (w_linear[:, :, None] * quiet_pull + w_quiet[:, None] * linear_pull[:, None]),
        )
        w, b = w + eta * np.einsum("rij,rj->ri", b, pull), b + eta * gamma * w[:, :, None] * pull[:, None]
        w_quiet, b_quiet = w_quiet + eta * b_quiet @ quiet_pull, b_quiet + eta * gamma * np.outer(w_quiet, quiet_pull)
    return np.array(rows).T / eta


def test_noisy_descent_has_the_variance_the_shift_and_the_four_point_part():
    """Three modes, batches of one sample; two steps, extrapolated to 0."""
    gamma, times = 5.0, (0.6, 1.5, 3.0)
    (coarse, coarse_error, coarse_kept), (fine, fine_error, kept) = (
        descend(gamma, eta, times, runs=12_000, seed=seed) for eta, seed in ((0.02, 1), (0.01, 2))
    )
    change, error = 2 * fine - coarse, np.hypot(2 * fine_error, coarse_error)
    found = noisy_curve(*modes_of(3, 0.4), gamma, 1e-9, times)
    due = (found.variance + found.mean_shift) / 1e-9
    assert (np.abs(change - due) < 3 * error).all() and (error < 0.04 * due).all()
    partial = noisy_curve(*modes_of(3, 0.4), gamma, 1e-9, times, include="mean field")
    for wrong in (found.variance, found.variance - found.mean_shift, partial.variance + partial.mean_shift):  # controls
        assert (np.abs(change - wrong / 1e-9) > 5 * error).any()
    # D, which the mean of B B^T - gamma w w^T has by itself
    assert 2 * kept - coarse_kept == pytest.approx(found.invariant_shift / 1e-9, rel=0.05)


# --- any time, any richness ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("alpha", "beta", "gamma", "modes"), [("2", "1/2", 1.0, None), ("3/2", "3/2", 0.5, None), ("2", "1/2", 100.0, 50)]
)
def test_the_stated_errors_cover_shorter_steps_and_all_nodes(alpha, beta, gamma, modes, monkeypatch):
    spectra = limit_spectra(alpha, beta, 1e5, "modes", modes)
    times = np.array([1.0, 3.0, 30.0, 1e3])
    found = noisy_curve(*spectra, gamma, 1e-20, times)
    monkeypatch.setattr(noise, "RATIO", 1.2)
    monkeypatch.setattr(noise, "on_few_nodes", lambda spectrum, _: spectrum)
    finer = noisy_curve(*spectra, gamma, 1e-20, times)
    for name in ("variance", "mean_shift"):
        apart = np.abs(found.observed[name] - finer.observed[name])
        assert (apart <= found.errors[name] + finer.errors[name]).all()
        size = found.variance + np.abs(found.mean_shift)
        assert (found.errors[name] < 1e-4 * size)[size > 1e-12 * size[0]].all()


def test_early_noise_shifts_the_loss_by_a_constant_times_the_shift_of_the_invariant():
    """gamma t/D times the shift, extrapolated, is the closed form to a thousandth."""
    times = np.geomspace(1e3, 1e8, 17)
    found = noisy_curve(*limit_spectra(3, "3/10", 1e18), 2.0, 1e-30, times, until=1.0)
    limit = extrapolate(times, 2.0 * times * found.mean_shift / found.invariant_shift)
    due = float(evaluate(shift_by_invariant(), 3, "3/10", 2))
    assert limit.covers(due) and limit.value == pytest.approx(due, rel=1e-3, abs=0)


def test_noise_of_early_batches_leaves_a_shift_of_either_sign():
    """beta = 1/2, gamma = 100, noise until t = 0.2: the sign depends on alpha, and so does that of D."""
    signs = []
    for alpha in ("3", "3/2"):
        spectra = limit_spectra(alpha, "1/2", 1e5, "modes")
        until = float(solve_flow(spectra.target, 100.0, 1.0, 1e-9).at(np.array([0.2])).clock[0])
        found = noisy_curve(*spectra, 100.0, 1e-20, [30.0, 100.0, 200.0], until)
        assert (np.abs(found.mean_shift) > 20 * found.variance).all() or alpha == "3/2"
        assert np.ptp(found.invariant_shift) < 0.05 * abs(found.invariant_shift[-1])  # it stays
        signs.append((np.sign(found.mean_shift[-1]), np.sign(found.invariant_shift[-1])))
    assert signs == [(-1, -1), (1, 1)]
