"""Second moments at gamma = 0: against averages by quadrature, 60 digits, training, the march, the flow."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import product

import mpmath as mp
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exponents.errors import InputError
from verify.flow.curve import flow_curve
from verify.flow.noise import noisy_curve
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum
from verify.training.ensemble import train_ensemble
from verify.training.gradients import FiniteModel
from verify.training.stability import DIVERGED, Diverged
from verify.two_time import lazy_moments
from verify.two_time.lazy_moments import largest_stable_rate, solve_lazy
from verify.two_time.online import solve_online
from verify.two_time.online_limit import solve_online_limit


def modes(eigenvalues, powers, floor=0.0):
    """Target and trace on modes given one by one."""
    mu = np.array(eigenvalues, dtype=float)
    return Spectrum(mu, np.array(powers, dtype=float), floor), Spectrum(mu, mu)


SMALL = modes([1.0, 0.6, 0.3, 0.1], [0.5, 0.4, 0.3, 0.2], 0.05)
STEPS = np.array([0, 1, 2, 5, 20, 100, 1000])

FEATURES = np.array([[0.9, -0.4, 0.7], [-0.3, 1.1, 0.8]])
"""A, of N = 2 features on M = 3 modes."""

EIGENVALUES, TARGET = np.array([1.0, 0.5, 0.2]), np.array([1.0, -0.7, 0.4])


def transfer(eta, batch_size):
    """The matrix that takes E[s s^T] one step further, s = (1, w), averaged over batches of eq. 4 by quadrature.

    Three Gauss-Hermite points in each normal are exact for polynomials of degree 5; squares of a step have degree 4.
    """
    points, weights = np.polynomial.hermite_e.hermegauss(3)
    count, found = batch_size * len(TARGET), 0.0
    for places in product(range(3), repeat=count):
        psi = points[list(places)].reshape(batch_size, -1) * np.sqrt(EIGENVALUES)
        x, y = psi @ FEATURES.T / np.sqrt(2), psi @ TARGET
        step = np.eye(3)
        step[1:, 0] = eta * x.T @ y / batch_size
        step[1:, 1:] -= eta * x.T @ x / batch_size
        found = found + np.prod(weights[list(places)] / np.sqrt(2 * np.pi)) * np.kron(step, step)
    return found


def average(matrix, steps):
    """The mean losses on the population."""
    scaled = FEATURES * np.sqrt(EIGENVALUES) / np.sqrt(2)
    aim = TARGET * np.sqrt(EIGENVALUES)
    form = np.concatenate([aim[:, None], -scaled.T], axis=1)  # Lambda^{1/2} v0 = form (1, w)
    start = np.zeros(9)
    start[0] = 1
    return np.array([(form.T @ form).ravel() @ np.linalg.matrix_power(matrix, int(n)) @ start for n in steps])


def drawn():
    """Target and trace of the kernel of `FEATURES`."""
    scaled = FEATURES * np.sqrt(EIGENVALUES) / np.sqrt(2)
    aim = TARGET * np.sqrt(EIGENVALUES)
    mu, vectors = np.linalg.eigh(scaled @ scaled.T)
    powers = (vectors.T @ scaled @ aim) ** 2 / mu
    return modes(mu[::-1], powers[::-1], aim @ aim - powers.sum())


def without_four_point(monkeypatch):
    """Leave the 1/B out of a_j, as a mean field does."""
    whole = lazy_moments._merge
    monkeypatch.setattr(lazy_moments, "_merge", lambda *spectra: replace(whole(*spectra), four=1.0))


@pytest.mark.parametrize(("eta", "batch_size"), [(0.1, 1), (0.4, 1), (0.5, 2)])
def test_it_is_the_average_of_the_steps_of_eq_4_over_all_batches(eta, batch_size, monkeypatch):
    due = average(transfer(eta, batch_size), STEPS)
    # rounding of a thousand steps, and of a floor that is left of a variance
    found = solve_lazy(*drawn(), eta, STEPS, batch_size).loss
    assert found == pytest.approx(due, rel=1e-12, abs=1e-13 * due[0])
    wrong = [solve_lazy(*drawn(), 1.01 * eta, STEPS, batch_size), solve_lazy(*drawn(), eta, STEPS, batch_size + 1)]
    without_four_point(monkeypatch)
    wrong.append(solve_lazy(*drawn(), eta, STEPS, batch_size))
    assert all(np.abs(curve.loss / due - 1).max() > 1e-4 for curve in wrong)  # controls


@pytest.mark.parametrize("batch_size", [1, 2])
def test_the_largest_stable_rate_is_where_averages_stop_being_bounded(batch_size):
    rate = largest_stable_rate(*drawn(), batch_size)
    for factor, grows in ((0.999, False), (1.001, True)):
        radius = np.abs(np.linalg.eigvals(transfer(factor * rate, batch_size))).max()
        assert (radius > 1 + 1e-6) == grows  # 1 is the constant entry of s


def digits(target, trace, eta, batch_size, steps):
    """The recursion (1) as powers of a matrix, with 60 digits."""
    with mp.workdps(60):
        mu = sorted({*target.eigenvalues, *trace.eigenvalues})
        powers, counts = (dict(zip(s.eigenvalues, s.weights, strict=True)) for s in (target, trace))
        size = len(mu)
        matrix, start = mp.matrix(size + 1), mp.matrix(size + 1, 1)
        for j, value in enumerate(mu):
            x = mp.mpf(eta) * mp.mpf(value)
            for i in range(size + 1):
                matrix[j, i] = mp.mpf(eta) * x * mp.mpf(counts.get(value, 0)) / batch_size
            matrix[j, j] += (1 - x) ** 2 + x**2 / batch_size
            start[j] = mp.mpf(powers.get(value, 0))
        matrix[size, size], start[size] = 1, mp.mpf(target.floor)
        found, power, left = [], matrix, list(map(int, steps))
        states = [start for _ in left]
        while any(left):
            states = [power * s if n & 1 else s for n, s in zip(left, states, strict=True)]
            left, power = [n >> 1 for n in left], power * power
        found = [float(sum(state)) for state in states]
    return np.array(found)


spectra = st.lists(st.tuples(st.floats(-12, 0), st.floats(0.01, 1), st.integers(1, 9)), min_size=1, max_size=5)
HORIZONS = [0, 1, 7, 1000, 10**6, 10**12]


@settings(deadline=None)
@example([(0.0, 1.0, 1)], 0.0, 0.5, 2273, False)  # a step that leaves a thousandth of a mode
@given(spectra, st.sampled_from([0.0, 1e-13, 1e-6, 0.3]), st.floats(0.01, 0.9999), st.integers(1, 10**6), st.booleans())
def test_stated_errors_cover_the_rounding_at_any_horizon(nodes, apart, part, batch_size, rest):
    places, powers, counts = map(np.array, zip(*sorted(nodes, reverse=True), strict=True))
    mu = np.unique(10.0**places)[::-1]
    target = Spectrum(mu, powers[: len(mu)], 0.1 * rest)
    trace = Spectrum(mu * (1 - apart), mu * counts[: len(mu)])
    eta = part * largest_stable_rate(target, trace, batch_size)
    found = solve_lazy(target, trace, eta, HORIZONS, batch_size)
    due = digits(target, trace, eta, batch_size, HORIZONS)
    assert (np.abs(found.loss - due) <= found.error).all()
    seen = due > 1e-30  # what is left of the first loss by rounding alone is not small beside less
    assert seen[0] and (found.error <= 1e-9 * due / (1 - part))[seen].all()
    with_noise = solve_lazy(target, trace, eta, HORIZONS).loss
    assert found.loss[1:] == pytest.approx(with_noise[1:] + found.variance[1:], rel=1e-12, abs=found.error.max())


def test_control_a_wrong_last_digit_of_eta_is_seen():
    found = solve_lazy(*SMALL, 0.1, STEPS, 1)
    assert np.any(np.abs(found.loss - digits(*SMALL, 0.1 * (1 + 1e-10), 1, STEPS)) > found.error)


def test_modes_that_share_a_rate_are_one():
    """x and 2/(1 + 1/B) - x have one a_j: both are one node, or two that lie next to each other."""
    eta, fold = 0.5, 2 / (1 + 1 / 7)
    for x in (0.75, 0.75 - 1e-15, 0.75 + 1e-12):
        pair = modes(np.array([fold - x, x, 0.25]) / eta, [0.3, 0.2, 0.1], 0.01)
        found = solve_lazy(*pair, eta, STEPS, 7)
        assert (np.abs(found.loss - digits(*pair, eta, 7, STEPS)) <= found.error).all()
        assert (found.error < 1e-12).all()


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("3", "2")])
def test_on_the_continuum_nodes_serve_steps_as_large_as_are_stable(alpha, beta):
    """At B = infinity the loss is int (1 - eta mu)^{2n} mu^{beta-1}/alpha dmu."""
    limit = limit_spectra(alpha, beta, 1e4, in_steps=True)
    n = [1, 3, 10, 30, 100, 1000]
    for eta in (0.1, 1.0, 1.5, 1.9):
        due = []
        for steps in n:
            value = mp.quad(
                lambda u, steps=steps, eta=eta: (1 - eta * mp.e**-u) ** (2 * steps) * mp.e ** (-mp.mpf(beta) * u),
                [0, 0.01, 0.05, 0.2, 0.5, 1, 2, 4, 8, 16, 32, 64, 128],
            )
            due.append(float(value / mp.mpf(alpha)))
        assert solve_lazy(*limit, eta, n).loss == pytest.approx(due, rel=1e-12)
    plain = limit_spectra(alpha, beta, 1e4)  # control: the nodes of the flow do not
    assert np.abs(solve_lazy(*plain, 1.9, n).loss / due - 1).max() > 1e-4


@pytest.mark.parametrize("spectra", [SMALL, limit_spectra("3/2", "1/2", 100.0), mean_spectra("2", "6/5", 16)])
def test_the_march_is_the_same_without_the_four_point_part(spectra, monkeypatch):
    quiet = solve_online_limit(spectra[0], 0.0, 0.3, 100)
    assert solve_lazy(*spectra, 0.3, np.arange(101)).loss == pytest.approx(quiet.loss, rel=1e-12)
    march = solve_online(*spectra, 0.0, 0.3, 100, None, 2)
    exact = solve_lazy(*spectra, 0.3, np.arange(101), 2)
    assert (exact.loss[1:] > march.loss[1:] + march.error[1:]).all()  # control: it adds to the loss
    without_four_point(monkeypatch)
    found = solve_lazy(*spectra, 0.3, np.arange(101), 2)
    # the march's nodes are few: its own error
    assert (np.abs(found.loss - march.loss) <= march.error + found.error).all()


@pytest.mark.parametrize("batch_size", [1, 8])
def test_small_steps_tend_to_the_flow_its_variance_and_a_four_point_part(batch_size, monkeypatch):
    limit, times = limit_spectra("3/2", "4/5", 100.0), np.array([1.0, 10.0, 100.0])
    flow, rates = flow_curve(limit.target, 0.0, times), (1e-3, 5e-4)
    whole = [solve_lazy(*limit, eta, times / eta, batch_size) for eta in rates]
    without_four_point(monkeypatch)
    parts = [solve_lazy(*limit, eta, times / eta, batch_size).variance for eta in rates]
    # per step of the clock: int p mu^2 e^{-2 mu t}, t of it lost by steps, and t/B added by the four-point part
    mu = limit.target.eigenvalues
    first = times * (np.exp(-2 * np.outer(times, mu)) @ (limit.target.weights * mu**2))
    left = []
    for eta, found, mean_field in zip(rates, whole, parts, strict=True):
        assert found.loss == pytest.approx(flow.loss + found.from_steps + found.variance, rel=1e-9)
        noise, alone = (noisy_curve(*limit, 0.0, eta / batch_size, times, include=part) for part in ("all", "variance"))
        added = (found.variance - mean_field) * batch_size
        left.append(np.array([-found.from_steps, added]) / (eta * first) - 1)
        left[-1] = np.array([*left[-1], found.variance / noise.variance - 1, mean_field / alone.variance - 1])
    assert left[0] == pytest.approx(2 * left[1], rel=0.02)  # all of order eta
    assert 1e-4 < np.abs(left[0]).max() < 0.05


def test_noise_that_is_faster_than_the_target_multiplies_the_late_loss():
    """For beta < 2 - 1/alpha, L tends to 1/(1 - G) times the flow; G by quadrature over k."""
    eta, batch_size, steps = 0.5, 2, [10**6, 10**9, 10**12]
    limit = limit_spectra("3/2", "1/2", 1e12, in_steps=True)
    gain = mp.quad(lambda k: eta / batch_size * k**-1.5 / (2 - 1.5 * eta * k**-1.5), [1, 2, 4, 16, mp.inf])
    ratio = solve_lazy(*limit, eta, steps, batch_size).loss / limit.target.lazy_loss(eta * np.array(steps))
    # the correction is of the order of the modes that still relax, t^{1/alpha - 1}
    corrections = np.abs(ratio * (1 - float(gain)) - 1)
    assert corrections[-1] < 1e-3 and corrections[1] / corrections[2] == pytest.approx(10.0, rel=0.05)
    assert np.abs(ratio[-1] - 1) > 0.1  # control


RECORD = [1, 3, 10, 30]


@pytest.mark.parametrize("alpha", ["3/2", "3"])
def test_a_target_that_is_faster_than_noise_leaves_the_law_of_batches(alpha):
    """L ~ t^-(2 - 1/alpha) for beta > 2 - 1/alpha: the lazy term of batches in eq. 9."""
    limit = limit_spectra(alpha, "4", 1e12, in_steps=True)
    early, late = solve_lazy(*limit, 0.3, [10**10, 10**12], 4).loss
    due = 2 - 1 / float(Fraction(alpha))
    slope = np.log10(early / late) / 2
    assert slope == pytest.approx(due, rel=1e-5)
    assert slope != pytest.approx(1.01 * due, rel=1e-5)  # control


@cache
def trained(law, size, batch_size, eta, seeds):
    """Losses of lazy models after some steps, of shape (seeds, times)."""
    return train_ensemble(*law, 0.0, size, batch_size, 4 * size, eta, RECORD[-1], range(seeds), record=RECORD).losses


def on_draws(law, size, batch_size, eta, seeds):
    """The recursion on the spectrum of each seed, of shape (seeds, times)."""
    model, found = FiniteModel(*map(float, map(Fraction, law)), size, 4 * size), []
    for seed in range(seeds):
        target = model.spectrum(seed)
        trace = Spectrum(target.eigenvalues, target.eigenvalues)
        found.append(solve_lazy(target, trace, eta, RECORD, batch_size).loss)
    return np.array(found)


def scores(apart):
    """Mean over seeds in units of its standard error."""
    return np.abs(apart.mean(axis=0)) / (apart.std(axis=0, ddof=1) / np.sqrt(len(apart)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("law", "size", "batch_size", "eta", "seeds"),
    [(("3/2", "1/2"), 16, 1, 0.2, 600), (("2", "6/5"), 64, 1, 0.2, 200), (("3/2", "13/10"), 16, 256, 0.2, 400)],
    ids=str,
)
def test_trained_models_have_the_loss_of_their_own_spectrum(law, size, batch_size, eta, seeds, monkeypatch):
    """`tests/benchmarks/lazy_moments.py` measures a larger grid."""
    losses = trained(law, size, batch_size, eta, seeds)
    assert (scores(losses - on_draws(law, size, batch_size, eta, seeds)) < 3).all()
    if batch_size == 1:
        without_four_point(monkeypatch)
        assert scores(losses - on_draws(law, size, batch_size, eta, seeds)).max() > 4  # control
    else:
        assert scores(losses - on_draws(law, size, batch_size, 1.01 * eta, seeds)).max() > 4  # control


@pytest.mark.parametrize(("eta", "batch_size"), [(2.5, None), (0.9, 1), (1e200, 4), (1e308, None)])
def test_a_mean_that_grows_is_stopped_and_names_the_largest_stable_rate(eta, batch_size):
    stable = largest_stable_rate(*SMALL, batch_size)
    with pytest.raises(Diverged, match=f"bounded below {stable:.6g}; take a smaller one") as caught:
        solve_lazy(*SMALL, eta, [0, 1, 1000], batch_size)
    assert caught.value.step in (1, 1000) and not caught.value.loss <= DIVERGED * SMALL[0].variance
    assert solve_lazy(*SMALL, 0.99 * stable, [10**6], batch_size).status.mean_bounded_below is None
    early = solve_lazy(*SMALL, 1.01 * stable, [0, 3], batch_size)
    assert early.status.mean_bounded_below == stable and early.floor == 0


def test_the_floor_is_the_loss_after_all_steps():
    found = solve_lazy(*SMALL, 0.3, [10**9], 2)
    assert found.loss[-1] == pytest.approx(found.floor, rel=1e-14) and found.floor > 1.1 * SMALL[0].floor
    assert solve_lazy(*SMALL, 0.3, [1]).floor == SMALL[0].floor


def test_bad_input_is_refused():
    for wrong in ({"batch_size": 0}, {"batch_size": 1.5}, {"learning_rate": 0.0}, {"learning_rate": np.inf}):
        with pytest.raises(InputError):
            solve_lazy(*SMALL, **({"learning_rate": 0.1, "steps": [1]} | wrong))


def test_nodes_for_steps_keep_the_law():
    plain, fine = (power_law_spectrum("2", "5/2", 1e6, in_steps=steps) for steps in (False, True))
    assert fine.variance == pytest.approx(plain.variance, rel=1e-12) and len(fine) > 1.5 * len(plain)
    assert fine.lazy_loss([1, 1e3, 1e6]) == pytest.approx(plain.lazy_loss([1, 1e3, 1e6]), rel=2 * plain.error)
