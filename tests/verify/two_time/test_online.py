"""The two-time equations at finite N and B: against whole matrices, recursions, mean spectra, the flow and draws."""

import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exponents.errors import ExponentsError, InputError
from verify.flow.curve import flow_curve
from verify.spectra import few_nodes
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.random_features import limit_spectra, mean_spectra
from verify.spectra.spectrum import Spectrum
from verify.training.ensemble import train_ensemble
from verify.training.stability import DIVERGED, Diverged
from verify.two_time import online as two_time_sgd
from verify.two_time import online_limit as two_time
from verify.two_time import sizes as memory
from verify.two_time.online import solve_online

ALPHAS_BETAS = [("3/2", "1/2"), ("2", "6/5"), ("3/2", "13/10"), ("5/4", "4/5"), ("3", "2")]
MODES = 2000


def modes(eigenvalues, powers, floor=0.0):
    """Target and trace on modes given one by one."""
    mu = np.array(eigenvalues, dtype=float)
    order = np.argsort(-mu)
    return Spectrum(mu[order], np.array(powers, dtype=float)[order], floor), Spectrum(mu[order], mu[order])


SMALL = modes([1.0, 0.6, 0.3, 0.1], [0.5, 0.4, 0.3, 0.2], 0.05)
MANY = modes(np.arange(1.0, 21) ** -1.5, np.arange(1.0, 21) ** -1.75)


def rules_error(found):
    """The relative error of the spectra's rules, without rounding."""
    return found.settings["rules_error"]


def whole(target, trace, gamma, eta, steps, model_size=None, batch_size=None, power=2, in_force=True):
    """Loss and kernel from eq. 26-31 as matrices over all times, iterated until they no longer change.

    As printed but for ``power``, the power of lambda_k in C2, which eq. 31 has as 1; without ``in_force`` the variance
    over features is left out of C2.
    """
    n = steps + 1
    one, theta = np.eye(n), eta * np.tril(np.ones((n, n)), -1)
    inverse_size, inverse_batch = (0.0 if value is None else 1 / value for value in (model_size, batch_size))
    mu = trace.eigenvalues[:, None, None]
    aims = (target.weights / target.eigenvalues)[:, None, None] * np.ones((n, n))
    c2, c3, cw, r3, losses = np.zeros((n, n)), np.zeros((n, n)), np.zeros((n, n)), one, np.zeros(n)

    def spread(left, middle):
        return left @ middle @ left.transpose(0, 2, 1)

    for _ in range(400):
        a = np.linalg.inv(one - eta * gamma * theta @ np.tril(c3, -1))
        g = a @ theta + eta * gamma * np.tril(cw, -1)
        h0 = np.linalg.inv(one + mu * (g @ r3))
        r24 = -(mu * (h0 @ g)).sum(axis=0)
        noise = np.diag(losses)
        j = one - mu * (h0 @ g @ r3)
        by_features = g @ (inverse_size * c3) @ g.T
        by_batches = mu * inverse_batch * (g @ r3 @ noise @ r3.T @ g.T)
        c0 = (mu * spread(h0, aims + by_features + by_batches)).sum(axis=0)
        c2 = (mu * inverse_batch * spread(j, noise)).sum(axis=0)
        c2 += (mu**power * spread(h0, aims + in_force * by_features)).sum(axis=0)
        r3 = np.linalg.inv(one - inverse_size * r24)
        c3 = r3 @ c2 @ r3.T
        cw = a @ theta @ c3 @ theta.T @ a.T
        before, losses = losses, np.diag(c0) + target.floor
        if np.abs(losses - before).max() <= 1e-15 * losses.max():
            return losses, 1 + gamma * np.diag(cw)
    raise AssertionError("whole matrices did not converge")


pairs = st.lists(st.tuples(st.floats(0.01, 1), st.floats(0.01, 1)), min_size=1, max_size=6)
sizes = st.one_of(st.none(), st.integers(1, 100))


@settings(max_examples=40)
@given(pairs, st.floats(0, 1.5), st.floats(0.01, 0.15), sizes, sizes)
def test_the_march_solves_the_equations_of_whole_matrices(spectrum, gamma, eta, model_size, batch_size):
    spectra = modes(*zip(*spectrum, strict=True), floor=0.05)
    try:
        found = solve_online(*spectra, gamma, eta, 40, model_size, batch_size)  # 40 steps cross the end of a block
    except Diverged:  # single samples may
        assert batch_size < 4
        return
    loss, kernel = whole(*spectra, gamma, eta, 40, model_size, batch_size)
    # 1e-11: rounding of matrices of 41 rows, inverted a hundred times in a row
    assert found.loss == pytest.approx(loss, rel=1e-11)
    assert found.kernel == pytest.approx(kernel, rel=1e-11)


def test_many_steps_and_modes_solve_them_too(monkeypatch):
    monkeypatch.setattr(few_nodes, "NODES", 60)  # no quadrature: modes are modes
    found = solve_online(*MANY, 1.0, 0.1, 75, 16, 8)
    loss, kernel = whole(*MANY, 1.0, 0.1, 75, 16, 8)
    assert found.loss == pytest.approx(loss, rel=1e-11)
    assert found.kernel == pytest.approx(kernel, rel=1e-11)


@pytest.mark.parametrize(
    "wrong",
    [{"power": 1}, {"in_force": False}, {"model_size": 9}, {"batch_size": 5}, {"gamma": 0.75}],
    ids=["eq. 31 as printed", "C2 without the features' variance", "wrong N", "wrong B", "wrong gamma"],
)
def test_control_wrong_whole_matrices_are_found_out(wrong):
    right = {"gamma": 0.7, "eta": 0.1, "steps": 40, "model_size": 8, "batch_size": 4}
    found = solve_online(*SMALL, *right.values())
    assert found.loss == pytest.approx(whole(*SMALL, **right)[0], rel=1e-11)
    # 1e-4 is seven orders above the agreement
    assert np.abs(found.loss / whole(*SMALL, **(right | wrong))[0] - 1).max() > 1e-4


@settings(max_examples=20)
@given(st.integers(1, 75))
def test_blocks_of_any_size_give_the_same(block):
    usual = solve_online(*SMALL, 1.0, 0.2, 70, 8, 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_time_sgd, "BLOCK", block)
        found = solve_online(*SMALL, 1.0, 0.2, 70, 8, 4)
    for name in ("loss", "from_target", "from_features", "from_batches", "kernel"):
        assert getattr(found, name) == pytest.approx(getattr(usual, name), rel=1e-12)  # the order of sums


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize(
    "measure", [SMALL[0], power_law_spectrum("3/2", "1/2", 1e3), power_law_spectrum("3/2", "3/2", 1e3)]
)
def test_without_bounds_on_n_and_b_it_is_the_limit(measure, gamma):
    found, limit = (
        solve_online(measure, SMALL[1], gamma, 0.2, 150),
        two_time.solve_online_limit(measure, gamma, 0.2, 150),
    )
    for name in ("time", "loss", "kernel", "sharpness"):
        assert getattr(found, name) == pytest.approx(getattr(limit, name), rel=1e-12)  # rounding of 150 steps
    assert not found.from_features.any() and not found.from_batches.any()


@pytest.mark.parametrize("gamma", [0.0, 1.5])
@pytest.mark.parametrize(("alpha", "beta"), ALPHAS_BETAS)
@pytest.mark.parametrize(("size", "batch"), [(16, None), (64, None), (256, None), (16, 16), (64, 4)])
def test_a_model_size_is_the_mean_spectrum_of_that_size(alpha, beta, gamma, size, batch):
    steps, eta = 100, 0.1
    limit, mean = limit_spectra(alpha, beta, 2.0 * steps, "modes", MODES), means(alpha, beta, size)
    found = solve_online(limit.target, limit.trace, gamma, eta, steps, size, batch)
    stated = rules_error(found) + mean.target.error + 1e-11  # rounding in bands narrower by orders than their place
    if batch is None:
        other = two_time.solve_online_limit(mean.target, gamma, eta, steps)
    else:
        other = solve_online(mean.target, mean.trace, gamma, eta, steps, None, batch)
        stated += rules_error(other)
    assert np.abs(found.loss / other.loss - 1).max() < stated < 1e-4
    assert np.abs(found.kernel / other.kernel - 1).max() < stated
    # control: 5 % more features change the loss by at least 1e-4, so that the agreement says something
    wrong = solve_online(limit.target, limit.trace, gamma, eta, steps, size + max(1, size // 20), batch)
    assert np.abs(wrong.loss / other.loss - 1).max() > max(1e-4, 3 * stated)


@cache
def means(alpha, beta, size):
    return mean_spectra(alpha, beta, size, "modes", MODES)


@pytest.mark.parametrize(("alpha", "beta", "gamma"), [("3/2", "1/2", 1.0), ("2", "6/5", 3.0), ("5/4", "4/5", 0.0)])
def test_small_steps_tend_to_the_flow_on_the_mean_measure_in_first_order(alpha, beta, gamma):
    size, eta, steps = 32, 0.1, 60
    limit = limit_spectra(alpha, beta, 100.0, "modes", MODES)
    coarse, middle, fine = (
        solve_online(limit.target, limit.trace, gamma, eta / n, n * steps, size).loss[::n][1:] for n in (1, 2, 4)
    )
    flow = flow_curve(means(alpha, beta, size).target, gamma, eta * np.arange(1, steps + 1), 1e-10)
    late = slice(10, None)
    orders = np.log2((coarse - flow.loss)[late] / (middle - flow.loss)[late])
    assert np.abs(orders - 1).max() < 0.15  # the next order of eta is some 10 %
    first, second = 2 * middle - coarse, 2 * fine - middle
    removed = (4 * second - first) / 3
    left = np.abs(removed / flow.loss - 1)[late]
    assert (
        left < 0.02 * np.abs(fine / flow.loss - 1)[late]
    ).all()  # without two orders of eta, a third of them is left
    assert left.max() < 1e-4
    endless = flow_curve(limit.target, gamma, [eta * steps]).loss[0]
    assert abs(endless / flow.loss[-1] - 1) > 0.01  # control: the flow of another model


def spread_by_modes(target, trace, eta, steps, batch_size):
    """Loss at gamma = 0 and N = infinity, the noise of a batch in mode k being lambda_k L/B and nothing else.

    A step multiplies the residual v_k by 1 - eta lambda_k and adds eta/B sum_b (psi_k psi - lambda_k) . v, whose
    variance without its four-point part is (eta^2/B) lambda_k L.
    """
    mu, squares, losses = target.eigenvalues, target.weights / target.eigenvalues, []
    for _ in range(steps + 1):
        losses.append(target.floor + mu @ squares)
        squares = (1 - eta * mu) ** 2 * squares + eta**2 / batch_size * mu * losses[-1]
    return np.array(losses)


@given(pairs, st.floats(0.01, 1.5), st.integers(1, 64))
def test_a_lazy_model_without_bound_on_n_obeys_a_recursion_of_squares(spectrum, eta, batch_size):
    spectra = modes(*zip(*spectrum, strict=True), floor=0.05)
    mu, t = spectra[0].eigenvalues, np.arange(71)
    right = spread_by_modes(*spectra, eta, 70, batch_size)
    if right.max() > 0.9 * DIVERGED * spectra[0].variance:
        return
    found = solve_online(*spectra, 0.0, eta, 70, None, batch_size)
    # 1e-11: where the loss has grown by 1e3, rounding has, too
    assert found.loss == pytest.approx(right, rel=1e-11)
    mean = (1 - eta * mu[:, None]) ** (2 * t)
    assert found.from_target == pytest.approx(spectra[0].weights @ mean, rel=1e-11, abs=1e-15)
    assert (found.kernel == 1).all() and not found.from_features.any()


def gaussian(target, trace, eta, steps, batch_size):
    """The loss at gamma = 0 and N = infinity of Gaussian batches, and the largest share that a mode has in it.

    V = <v v^T> obeys V' = (I - eta Lambda) V (I - eta Lambda) + (eta^2/B) [Lambda V Lambda + Lambda tr(Lambda V)],
    by Isserlis' theorem, exactly; the floor is a mode that is not learned.
    """
    mu, losses, shares = target.eigenvalues, [], []
    v = np.outer(*2 * [np.sqrt(target.weights / mu)])
    for _ in range(steps + 1):
        losses.append(target.floor + mu @ v.diagonal())
        shares.append((mu * v.diagonal()).max() / losses[-1])
        noise = mu[:, None] * v * mu + np.diag(mu) * losses[-1]
        v = (1 - eta * mu[:, None]) * v * (1 - eta * mu) + eta**2 / batch_size * noise
    return np.array(losses), max(shares)


@pytest.mark.parametrize(("spectra", "eta"), [(SMALL, 0.1), (SMALL, 0.3), (MANY, 0.1)])
def test_the_four_point_part_that_a_mean_field_leaves_out_is_of_order_eta_over_b(spectra, eta, monkeypatch):
    monkeypatch.setattr(few_nodes, "NODES", 60)
    apart = {}
    for batch_size in (8, 16, 32):
        loss = solve_online(*spectra, 0.0, eta, 100, None, batch_size).loss
        exact, share = gaussian(*spectra, eta, 100, batch_size)
        # it is lambda_k (lambda_k V_kk) beside lambda_k L: less than what B/(1 + share) would add
        bound = spread_by_modes(*spectra, eta, 100, batch_size / (1 + share))
        assert (loss[1:] < exact[1:]).all() and (exact <= bound * (1 + 1e-12)).all()
        apart[batch_size] = (exact / loss - 1).max()
    # of order eta/B, with a factor of the share; it was 0.3 %, 1.3 % and 0.3 % at B = 8
    assert 0.1 * eta / 8 < apart[8] < eta / 8
    for batch_size in (8, 16):
        assert apart[batch_size] / apart[2 * batch_size] == pytest.approx(2, rel=0.15)  # the next order is eta/B


@settings(max_examples=30)
@given(pairs, st.floats(0, 1.5), st.floats(0.01, 0.15), sizes, st.one_of(st.none(), st.integers(4, 100)))
def test_the_loss_is_the_sum_of_its_parts(spectrum, gamma, eta, model_size, batch_size):
    spectra = modes(*zip(*spectrum, strict=True), floor=0.05)
    found = solve_online(*spectra, gamma, eta, 35, model_size, batch_size)
    parts = (found.from_target, found.from_features, found.from_batches)
    assert found.loss == pytest.approx(spectra[0].floor + sum(parts), rel=1e-14)
    assert all((part >= 0).all() for part in parts) and (found.kernel >= 1).all()
    assert found.loss[0] == pytest.approx(spectra[0].variance, rel=1e-14)
    assert (model_size is not None) == found.from_features[2:].any()
    assert (batch_size is not None) == found.from_batches[2:].any()
    assert found.time == pytest.approx(eta * np.arange(36), rel=1e-15)
    assert found.sharpness == pytest.approx(eta * spectra[0].eigenvalues[0] * found.kernel, rel=1e-15)


@pytest.mark.parametrize("gamma", [0.0, 1.0])
@pytest.mark.parametrize("name", ["model_size", "batch_size"])
def test_each_variance_halves_when_its_size_doubles(name, gamma):
    part = {"model_size": "from_features", "batch_size": "from_batches"}[name]
    ratios = [
        getattr(solve_online(*SMALL, gamma, 0.1, 100, **{name: n}), part)[2:]
        / getattr(solve_online(*SMALL, gamma, 0.1, 100, **{name: 2 * n}), part)[2:]
        for n in (256, 512)
    ]
    off = [np.abs(ratio - 2).max() for ratio in ratios]
    assert off[0] < 0.1 and off[1] < 0.6 * off[0]  # corrections of the next order halve, too


@settings(max_examples=15)
@given(st.integers(-8, 8))
def test_units_of_the_eigenvalues_do_not_matter(power):
    scale = 2.0**power
    target, trace = SMALL
    usual = solve_online(target, trace, 0.7, 0.2, 60, 8, 4)
    scaled = Spectrum(scale * target.eigenvalues, target.weights, target.floor)
    found = solve_online(scaled, Spectrum(scaled.eigenvalues, scaled.eigenvalues), scale * 0.7, 0.2 / scale, 60, 8, 4)
    assert found.loss == pytest.approx(usual.loss, rel=1e-12)
    assert found.kernel == pytest.approx(usual.kernel, rel=1e-12)


@pytest.mark.parametrize("count", [2, 10])
def test_modes_that_coincide_are_one_mode(count):
    parts = np.full(count, 1 / count)
    several = modes(np.full(count, 0.5), 0.3 * parts)
    one = Spectrum(np.array([0.5]), np.array([0.3])), Spectrum(np.array([0.5]), np.array([0.5 * count]))
    found, merged = (solve_online(*spectra, 1.0, 0.1, 60, 8, 8) for spectra in (several, one))
    assert found.loss == pytest.approx(merged.loss, rel=1e-13) and rules_error(found) < 1e-13


def test_more_steps_do_not_change_the_first():
    short, long = (solve_online(*SMALL, 1.0, 0.2, steps, 8, 4) for steps in (45, 90))
    assert long.loss[:46] == pytest.approx(short.loss, rel=1e-13)
    limit = limit_spectra("3/2", "1/2", 1e3)  # its nodes are chosen for the last step
    short, long = (solve_online(limit.target, limit.trace, 1.0, 0.2, steps, 16, 8) for steps in (60, 120))
    assert np.abs(long.loss[:61] / short.loss - 1).max() < rules_error(short) + rules_error(long)


@pytest.mark.parametrize(("panel", "nodes"), [(1.5, 6), (1.5, 3), (3.0, 2)])
@pytest.mark.parametrize(("alpha", "beta", "gamma"), [("3/2", "1/2", 1.0), ("3/2", "3/2", 1.0), ("5/4", "4/5", 0.0)])
def test_few_nodes_for_the_trace_err_by_less_than_is_stated(alpha, beta, gamma, panel, nodes, monkeypatch):
    limit = limit_spectra(alpha, beta, 1e3, "modes")
    arguments = (limit.target, limit.trace, gamma, 0.3, 100, 64, 4)
    monkeypatch.setattr(few_nodes, "PANEL", panel)
    monkeypatch.setattr(few_nodes, "NODES", nodes)
    found = solve_online(*arguments)
    monkeypatch.setattr(few_nodes, "PANEL", 0.75)
    monkeypatch.setattr(few_nodes, "NODES", 10)
    monkeypatch.setattr(few_nodes, "SLOW_NODES", 8)
    finer = solve_online(*arguments)
    apart = np.abs(found.loss / finer.loss - 1).max()
    assert apart < rules_error(found) + rules_error(finer)
    if nodes == 6:
        assert rules_error(found) < 1e-7
    else:  # control: a rule that is too coarse shows, and says so
        assert apart > 100 * rules_error(finer) and rules_error(found) < 0.3


@pytest.mark.parametrize("erring", [0, 1])
def test_errors_of_the_spectra_are_passed_on(erring):
    spectra = list(SMALL)
    spectra[erring] = replace(spectra[erring], error=0.125)
    found = solve_online(*spectra, 1.0, 0.1, 10, 8, 4)
    assert rules_error(found) == 0.125 and (found.error >= 0.125 * found.loss).all()


def test_nodes_stand_for_explicit_modes():
    k = np.arange(1.0, 501)
    spectra = modes(k**-1.5, k**-1.75)
    few = solve_online(*spectra, 1.0, 0.1, 60, 16, 8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(few_nodes, "NODES", 500)
        patch.setattr(few_nodes, "SLOW_NODES", 500)
        every = solve_online(*spectra, 1.0, 0.1, 60, 16, 8)
    assert np.abs(few.loss / every.loss - 1).max() < rules_error(few) < 1e-7
    cut = solve_online(spectra[0], Spectrum(*2 * [k[:100] ** -1.5]), 1.0, 0.1, 60, 16, 8)
    assert np.abs(cut.loss / every.loss - 1).max() > 1e-4  # control: four fifths of the modes make no noise


def test_modes_that_are_long_gone_leave_no_warning_and_a_finite_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = few_nodes.on_few_nodes(SMALL[1], 1e6)
        assert found.error < 1e-12
        mean = means("3/2", "1/2", 16).trace
        assert few_nodes.on_few_nodes(mean, 1e5).error < 1e-3


def test_too_large_a_step_is_an_error_that_knows_where_it_diverged():
    with pytest.raises(Diverged, match=r"step \d+.*had reached 2 at step 0.*smaller learning rate") as caught:
        solve_online(*SMALL, 0.0, 2.5, 100)
    error = caught.value
    # 1 - 2.5 multiplies the first mode: 1.5^(2t)/2 first exceeds 1e3 times the first loss at t = 10
    assert isinstance(error, ExponentsError) and (error.step, error.time) == (10, 25.0)
    assert error.loss > 1e3 * SMALL[0].variance


def test_noise_alone_diverges_where_batches_are_too_small():
    target, trace = SMALL
    eta = 1.5
    # squares reach a constant when sum_k eta lambda_k/(2 - eta lambda_k) < B, at gamma = 0 and N = infinity: here 4.2
    ratio = (eta * target.eigenvalues / (2 - eta * target.eigenvalues)).sum()
    assert 4 < ratio < 5
    loss = solve_online(target, trace, 0.0, eta, 300, None, 5).loss[-1]
    assert loss == pytest.approx(target.floor / (1 - ratio / 5), rel=1e-3)
    with pytest.raises(Diverged, match=r"no more than 1\.5"):
        solve_online(target, trace, 0.0, eta, 2000, None, 4)


@pytest.mark.parametrize(("gamma", "eta"), [(1.0, 1e200), (1e300, 1e300), (1e300, 1e-3), (0.0, 1e308), (1e10, 1.0)])
@pytest.mark.parametrize(("size", "batch"), [(8, 4), (None, 4), (8, None), (None, None)])
def test_overflow_is_a_divergence_too(gamma, eta, size, batch):
    with warnings.catch_warnings(), pytest.raises(Diverged) as caught:
        warnings.simplefilter("error")
        solve_online(*SMALL, gamma, eta, 50, size, batch)
    assert caught.value.step <= 4 and not caught.value.loss < 1e3


def test_sizes_beyond_any_number_are_infinite():
    usual, huge = solve_online(*SMALL, 1.0, 0.1, 40), solve_online(*SMALL, 1.0, 0.1, 40, 10**400, 10**400)
    assert np.array_equal(usual.loss, huge.loss)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"gamma": -1}, "gamma must"),
        ({"gamma": float("nan")}, "gamma must"),
        ({"gamma": float("inf")}, "gamma must"),
        ({"learning_rate": 0}, "learning rate must.*got 0"),
        ({"learning_rate": -0.1}, "learning rate must"),
        ({"learning_rate": float("nan")}, "learning rate must.*nan"),
        ({"learning_rate": float("inf")}, "learning rate must"),
        ({"steps": 0}, "number of steps.*at least 1; got 0"),
        ({"steps": 2.5}, "whole number"),
        ({"steps": True}, "whole number"),
        ({"steps": 10_000}, "10000 steps need more than 4 GiB"),
        ({"steps": 10**8}, "100000000 steps need more than 4 GiB; take fewer"),
        ({"steps": 10**400}, "4 GiB"),
        ({"model_size": 0}, "model size.*at least 1; got 0; try 64"),
        ({"model_size": -3}, "model size.*at least 1"),
        ({"model_size": 2.5}, "model size.*whole number"),
        ({"model_size": 8.0}, "model size.*whole number"),
        ({"model_size": True}, "model size.*whole number"),
        ({"batch_size": 0}, "batch size.*at least 1; got 0; try 32"),
        ({"batch_size": "32"}, "batch size.*whole number"),
        ({"batch_size": float("inf")}, "batch size.*whole number"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_starts(wrong, message):
    right = {"gamma": 1.0, "learning_rate": 0.1, "steps": 10, "model_size": 8, "batch_size": 4}
    assert len(solve_online(*SMALL, **right).loss) == 11
    with pytest.raises(InputError, match=message):
        solve_online(*SMALL, **(right | wrong))


def test_memory_counts_the_nodes_of_both_spectra():
    steps, per_step = 1000, 6 * 1001 + 4 + (two_time_sgd.BLOCK + 8) * 4
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "MEMORY", 8 * (steps + 1) * per_step - 1)
        with pytest.raises(InputError, match="1000 steps"):
            solve_online(*SMALL, 1.0, 0.1, steps, 8, 4)


RECORDED = [1, 5, 20, 50, 100, 200]


@pytest.mark.parametrize(
    ("alpha", "beta", "gamma", "eta"), [("3/2", "1/2", 1.0, 0.2), ("2", "6/5", 0.5, 0.3), ("3/2", "13/10", 0.0, 0.3)]
)
def test_the_mean_of_drawn_networks_is_within_its_standard_errors(alpha, beta, gamma, eta):
    size, batch, count, steps = 64, 16, 400, RECORDED[-1]
    noisy, quiet = (
        train_ensemble(alpha, beta, gamma, size, b, count, eta, steps, range(64), record=RECORDED)
        for b in (batch, None)
    )
    limit = limit_spectra(alpha, beta, 2.0 * steps, "modes", count)

    def theory(model_size, batch_size, richness=gamma):
        return solve_online(limit.target, limit.trace, richness, eta, steps, model_size, batch_size)

    found, other = theory(size, batch), theory(size, None)
    deviations = [(noisy.loss - found.loss[RECORDED]) / noisy.error]
    if gamma:
        deviations.append((noisy.kernel - found.kernel[RECORDED]) / noisy.kernel_error)
    # Both ensembles have the same A(0), so that the difference by batches is free of that by features.
    apart = noisy.losses - quiet.losses
    error = apart.std(axis=0, ddof=1) / np.sqrt(len(apart))
    deviations.append((apart.mean(axis=0) - (found.loss - other.loss)[RECORDED]) / error)
    # Three settings make 48 numbers; those of neighbouring steps are of the same draws.  With 64 seeds a number exceeds
    # three standard errors in 0.4 % of cases, so any of 48 independent ones would in 17 %, and fewer of these.  Seeds
    # are fixed and were not chosen: this passes or fails for good.
    assert np.abs(deviations).max() < 3
    # controls: either size infinite, half the features, twice the batch, another gamma
    for wrong in (theory(None, batch), theory(size // 2, batch), theory(size, batch, gamma + 1)):
        assert np.abs((noisy.loss - wrong.loss[RECORDED]) / noisy.error).max() > 5
    assert np.abs(apart.mean(axis=0) / error).max() > 5
    smaller = (theory(size, 2 * batch).loss - other.loss)[RECORDED]
    assert np.abs((apart.mean(axis=0) - smaller) / error).max() > 3


@pytest.mark.parametrize(
    ("spectra", "gamma", "eta", "size", "batch"),
    [
        (mean_spectra("3", "2", 16, "modes", 2000), 0.0, 0.9, None, 16),
        (mean_spectra("3/2", "1/2", 64, "modes", 2000), 1.0, 0.3, None, 16),
        (limit_spectra("3/2", "1/2", 1e3), 1.0, 0.3, 64, 16),
        (limit_spectra("3/2", "1/2", 1e3), 1.0, 0.5, 64, 16),
    ],
)
def test_beyond_a_sharpness_of_one_the_error_is_that_of_steps(spectra, gamma, eta, size, batch, monkeypatch):
    found = solve_online(spectra.target, spectra.trace, gamma, eta, 200, size, batch)
    flow = few_nodes.on_few_nodes(spectra.trace, 400 / spectra.trace.eigenvalues[0]).error
    monkeypatch.setattr(few_nodes, "PANEL", 0.25)
    monkeypatch.setattr(few_nodes, "NODES", 12)
    monkeypatch.setattr(few_nodes, "SLOW_NODES", 12)
    finer = solve_online(spectra.target, spectra.trace, gamma, eta, 200, size, batch)
    apart = np.abs(found.loss / finer.loss - 1).max()
    assert found.sharpness.max() > 1
    assert flow < apart < 2 * rules_error(found) < 0.04  # a factor of two: the loss also depends on the loss before


def test_a_solution_that_rounding_decides_says_so(monkeypatch):
    limit = limit_spectra("3/2", "1/2", 600.0, "modes", 1000)

    def runs(size, batch):
        found = []
        for block in (32, 17):
            monkeypatch.setattr(two_time_sgd, "BLOCK", block)
            found.append(solve_online(limit.target, limit.trace, 1.0, 0.3, 300, size, batch))
        return found, np.abs(found[0].loss / found[1].loss - 1)

    found, apart = runs(64, 16)
    assert apart.max() < 1e-12 and found[0].status.undetermined_from is None
    found, apart = runs(4, 2)
    unstable = round(found[0].status.undetermined_from / 0.3)
    assert apart.max() > 0.1 and np.argmax(apart > 1e-4) < unstable + 10 < 260
    assert apart[: unstable - 20].max() < 1e-4
    assert np.all((found[0].error >= found[0].loss) == (np.arange(301) >= unstable))


def test_equations_that_break_down_are_not_called_a_divergence_of_descent():
    limit = limit_spectra("3/2", "3/10", 1000.0)
    message = r"mean-field equations broke down at step \d+, t = [12]\d.*reached 2 at step \d\d;.*train some"
    with pytest.raises(Diverged, match=message) as caught:
        solve_online(*limit, 5.0, 0.2, 120, 1024)
    assert not caught.value.loss < 1e3
    with pytest.raises(Diverged, match="gradient descent diverged"):  # control: no model is stable at the first step
        solve_online(*limit, 5.0, 2.5, 120, 1024)
