"""Steps of a linear network: as printed, at infinite width, what is conserved, what a look sees."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify.linear.infinite_width import linear_limit_curve
from verify.training.descent import descend as of_eq_4
from verify.training.linear_descent import KEPT, descend
from verify.training.stability import DIVERGED
from verify.witnesses import networks as network


def spectrum(modes, alpha=1.5, beta=0.5):
    """lambda_k and w*_k."""
    k = np.arange(1.0, modes + 1)
    return k**-alpha, k ** ((alpha - alpha * beta - 1) / 2)


def population(eigenvalues):
    """A batch of M samples that is the population."""
    return np.diag(np.sqrt(len(eigenvalues) * eigenvalues))


def stepped(first, readout, eigenvalues, target, batches, gamma0, eta, looks=None):
    """`descend` on given batches, each of shape (B, M)."""
    count = len(batches)
    rest = iter([*batches, batches[0]])

    def gradient(u):
        x, v0 = next(rest), target - u[0]
        return np.array([eigenvalues @ v0**2]), (x.T @ (x @ v0) / len(x))[None]

    every = np.arange(count + 1)
    rows, failures = descend(
        gradient, first[None].copy(), readout[None], gamma0, eta, count, every, every[looks or slice(None)]
    )
    return SimpleNamespace(**rows, failures=failures)


def orthogonal(modes, init, width=None):
    """A(0) and w(0) with A^T A/N = 1, A^T w = 0 and |w|^2/N = sigma^2: no width has less of a fluctuation."""
    width = width or modes + 1
    columns = np.linalg.qr(np.random.default_rng(modes).standard_normal((width, modes + 1)))[0] * np.sqrt(width)
    return columns[:, :modes], init * columns[:, modes]


# The same steps as they are written


@settings(max_examples=30)
@given(
    st.integers(1, 9),
    st.integers(2, 9),
    st.integers(1, 6),
    st.floats(0.05, 2),
    st.floats(0.01, 0.1),
    st.floats(0, 1.5),
    st.integers(0, 99),
)
def test_steps_are_those_that_are_written(size, modes, batch, gamma0, eta, init, seed):
    rng = np.random.default_rng(seed)
    eigenvalues, target = spectrum(modes)
    first, readout = rng.standard_normal((size, modes)), init * rng.standard_normal(size)
    batches = rng.standard_normal((2 * KEPT + 3, batch, modes)) * np.sqrt(eigenvalues)
    written = network.train_linear_network(first, readout, eigenvalues, target, batches, gamma0, eta)
    found = stepped(first, readout, eigenvalues, target, batches, gamma0, eta)
    # rounding of twenty steps, some of which grow the loss, over the gamma0 that is divided by
    close = {"rel": 1e-10, "abs": 1e-10 * written.losses.max()}
    if written.losses.max() > 1e3 * written.losses[0]:
        return
    assert found.losses[0] == pytest.approx(written.losses, **close)
    assert found.readouts[0] == pytest.approx(written.readouts, rel=1e-10, abs=1e-10 * written.readouts.max())


def test_control_other_steps_have_other_losses():
    rng = np.random.default_rng(0)
    eigenvalues, target = spectrum(9)
    first, readout = rng.standard_normal((7, 9)), rng.standard_normal(7)
    batches = rng.standard_normal((30, 4, 9)) * np.sqrt(eigenvalues)
    given = first, readout, eigenvalues, target, batches
    written = network.train_linear_network(*given, 1.0, 0.05).losses
    assert stepped(*given, 1.0, 0.05).losses[0] == pytest.approx(written, rel=1e-12)
    others = (
        stepped(*given, 1.001, 0.05),
        stepped(first, 0 * readout, *given[2:], 1.0, 0.05),
        stepped(*given[:4], batches[::-1], 1.0, 0.05),
    )
    assert min(np.abs(other.losses[0] / written - 1).max() for other in others) > 1e-5


@pytest.mark.parametrize(("size", "modes"), [(5, 12), (12, 5), (1, 4), (4, 4)])
@pytest.mark.parametrize("steps", [KEPT - 1, KEPT, KEPT + 1, 3 * KEPT + 2])
def test_a_look_sees_the_features_as_they_are(size, modes, steps):
    rng = np.random.default_rng(size)
    eigenvalues, target = spectrum(modes)
    first, readout = rng.standard_normal((size, modes)), rng.standard_normal(size)
    batches = rng.standard_normal((steps, 3, modes)) * np.sqrt(eigenvalues)
    given = first, readout, eigenvalues, target, batches, 1.0, 0.05
    written, found = network.train_linear_network(*given), stepped(*given)
    values, vectors = np.linalg.svd(written.features)[1:]
    learned = (written.features.T @ written.readout - first.T @ readout) / size
    overlap = (vectors[0] @ learned) ** 2 / (learned @ learned)
    start, end = (a @ a.T - np.outer(w, w) for a, w in ((first, readout), (written.features, written.readout)))
    assert found.spikes[0, -1] == pytest.approx(values[0] ** 2 / size, rel=1e-11)
    assert found.seconds[0, -1] == pytest.approx(values[1] ** 2 / size if size > 1 else 0, rel=1e-11)
    assert found.overlaps[0, -1] == pytest.approx(overlap, rel=1e-9)
    assert found.drifts[0, -1] == pytest.approx(np.linalg.norm(end - start) / np.linalg.norm(start), rel=1e-9)
    assert np.isnan(found.overlaps[0, 0]) and found.drifts[0, 0] == 0
    # looks leave no trace
    assert np.array_equal(stepped(*given, looks=slice(0, 1)).losses, found.losses)


@pytest.mark.parametrize("init", [0, 0.8])
def test_no_richness_is_a_kernel_that_stays(init):
    rng = np.random.default_rng(3)
    eigenvalues, target = spectrum(8)
    first, readout = rng.standard_normal((5, 8)), init * rng.standard_normal(5)
    batches = [population(eigenvalues)] * 20
    kernel = first.T @ first / 5 + readout @ readout / 5 * np.eye(8)
    step = np.eye(8) - 0.1 * kernel * eigenvalues
    wanted = [eigenvalues @ (np.linalg.matrix_power(step, t) @ target) ** 2 for t in range(21)]
    found = stepped(first, readout, eigenvalues, target, batches, 0.0, 0.1)
    assert found.losses[0] == pytest.approx(wanted, rel=1e-12)
    assert (found.drifts == 0).all() and np.ptp(found.readouts) == 0
    nearly = stepped(first, readout, eigenvalues, target, batches, 1e-9, 0.1)
    assert nearly.losses[0] == pytest.approx(wanted, rel=1e-7)
    rich = stepped(first, readout, eigenvalues, target, batches, 1.0, 0.1)
    assert np.abs(rich.losses[0] / wanted - 1).max() > 1e-2  # control


# Infinite width


def test_without_a_readout_at_the_start_steps_at_infinite_width_are_those_of_eq_4():
    eigenvalues, target = spectrum(20)
    first, readout = orthogonal(20, 0)
    found = stepped(first, readout, eigenvalues, target, [population(eigenvalues)] * 100, 1.5, 0.1)

    def gradient(u):  # eq. 4 in features that are the modes themselves
        rest = target - u
        return (eigenvalues * rest**2).sum(axis=1), eigenvalues * rest

    every = np.arange(101)
    rows, _ = of_eq_4(gradient, (1, 20), 1.5**2, 0.1, 100, every, np.dtype(float))
    assert found.losses == pytest.approx(rows["losses"], rel=1e-11)  # rounding of 100 steps
    assert 1 + found.readouts == pytest.approx(rows["kernels"], rel=1e-11)
    other = of_eq_4(gradient, (1, 20), 1.5, 0.1, 100, every, np.dtype(float))[0]["losses"]
    assert np.abs(found.losses / other - 1).max() > 1e-2  # control: gamma0 for gamma0^2


@pytest.mark.parametrize("init", [0, 0.6, 1.5])
def test_small_steps_without_fluctuations_are_the_flow_of_infinite_width(init):
    eigenvalues, target = spectrum(12)
    first, readout = orthogonal(12, init)
    times, orders = np.array([1.0, 4.0, 16.0]), []
    for eta in (0.02, 0.01, 0.005):
        kept = np.round(times / eta).astype(int)
        found = stepped(first, readout, eigenvalues, target, [population(eigenvalues)] * kept[-1], 1.0, eta, [*kept])
        orders.append(np.array([found.losses[0, kept], found.readouts[0, kept], found.spikes[0], found.overlaps[0]]))
    limit = linear_limit_curve("3/2", "1/2", 1.0, times, init, "modes", 12, 1e-12)
    wanted = np.array([limit.loss, limit.readout, limit.spike, np.ones(3)])
    first_order = 2 * orders[1] - orders[0], 2 * orders[2] - orders[1]
    best = (4 * first_order[1] - first_order[0]) / 3
    # order three in eta is left: some eta^3 (1 + sigma^2)^3
    assert best == pytest.approx(wanted, rel=1e-5)
    apart = [np.abs(found - wanted)[:3, 0] for found in orders]
    assert apart[0] / apart[1] == pytest.approx(2, rel=0.1) and apart[1] / apart[2] == pytest.approx(2, rel=0.05)
    assert (apart[2] > 5e-5 * wanted[:3, 0]).all()  # control: a step is not the flow
    if init:
        ignored = linear_limit_curve("3/2", "1/2", 1.0, times, 0, "modes", 12)
        assert (np.abs(best[0] / ignored.loss - 1) > 1e-2).all()  # control


# What is conserved


def conserved(features, readout):
    return features @ features.T - np.outer(readout, readout)


def test_a_step_leaves_of_what_is_conserved_what_is_said():
    rng = np.random.default_rng(5)
    eigenvalues, target = spectrum(10)
    first, w = rng.standard_normal((6, 10)), rng.standard_normal(6)
    g = eigenvalues * target
    h, rate = first @ g, 0.1 * 0.7
    wanted = rate**2 * (g @ g * np.outer(w, w) - np.outer(h, h))
    after = network.train_linear_network(first, w, eigenvalues, target, [population(eigenvalues)], 0.7, 0.1)
    change = conserved(after.features, after.readout) - conserved(first, w)
    assert change == pytest.approx(wanted, rel=1e-10, abs=1e-13)  # rounding of entries of order 10
    drift = np.linalg.norm(wanted) / np.linalg.norm(conserved(first, w))
    found = stepped(first, w, eigenvalues, target, [population(eigenvalues)], 0.7, 0.1)
    assert found.drifts[0] == pytest.approx([0, drift], rel=1e-10)
    without = after.features @ after.features.T - first @ first.T  # control: the readout left out is of order eta
    assert np.linalg.norm(without) > 10 * np.linalg.norm(wanted)


@pytest.mark.parametrize("init", [0, 1])
@pytest.mark.parametrize(("size", "modes"), [(8, 20), (20, 8)])
def test_what_drifts_in_a_fixed_time_is_of_the_order_of_the_step(init, size, modes):
    rng = np.random.default_rng(7)
    eigenvalues, target = spectrum(modes)
    first, readout = rng.standard_normal((size, modes)), init * rng.standard_normal(size)
    drifts, without = [], []
    for eta in (0.02, 0.01, 0.005, 0.0025):
        batches = [population(eigenvalues)] * round(8 / eta)
        drifts.append(stepped(first, readout, eigenvalues, target, batches, 1.0, eta, looks=[-1]).drifts[0, 0])
        after = network.train_linear_network(first, readout, eigenvalues, target, batches, 1.0, eta).features
        without.append(np.linalg.norm(after @ after.T - first @ first.T) / np.linalg.norm(first @ first.T))
    order = -np.diff(np.log2(drifts))
    # a next order of eta kappa: 0.1 at the first, half as much each time
    assert order == pytest.approx(1, abs=0.1) and abs(order[-1] - 1) < 0.02
    assert abs(order[-1] - 1) < 0.7 * abs(order[0] - 1)
    # control: without the readout it does not vanish with the step
    assert min(without) > 0.1 and np.abs(np.diff(np.log2(without))).max() < 0.1


def test_batches_drift_as_well_but_by_the_order_of_the_step():
    rng = np.random.default_rng(9)
    eigenvalues, target = spectrum(12)
    first, readout = rng.standard_normal((9, 12)), rng.standard_normal(9)

    def drift(eta):
        batches = rng.standard_normal((round(8 / eta), 4, 12)) * np.sqrt(eigenvalues)
        return stepped(first, readout, eigenvalues, target, batches, 1.0, eta, looks=[-1]).drifts[0, 0]

    # |g|^2 scatters: over four draws the ratio is known to a tenth, and another power of eta gives 2, 8 or 16
    ratio = np.mean([drift(0.02) for _ in range(4)]) / np.mean([drift(0.005) for _ in range(4)])
    assert ratio == pytest.approx(4, rel=0.25)


# Seeds beside each other


def test_a_seed_that_diverges_touches_no_other():
    rng = np.random.default_rng(11)
    eigenvalues, target = spectrum(6)
    first, readout = rng.standard_normal((2, 5, 6)), rng.standard_normal((2, 5))
    first[0] *= 10

    def gradient(u):
        rest = target - u
        return (eigenvalues * rest**2).sum(axis=1), eigenvalues * rest

    record, looks = np.arange(41), np.array([3, 40])
    both, failures = descend(gradient, first.copy(), readout, 1.0, 0.05, 40, record, looks)
    alone, none = descend(gradient, first[1:].copy(), readout[1:], 1.0, 0.05, 40, record, looks)
    assert list(failures) == [0] and not none
    step, loss = failures[0]
    written = network.train_linear_network(
        first[0], readout[0], eigenvalues, target, [population(eigenvalues)] * step, 1.0, 0.05
    )
    assert loss == pytest.approx(written.losses[-1], rel=1e-9) and loss > DIVERGED * written.losses[0]
    assert (written.losses[:-1] <= DIVERGED * written.losses[0]).all()
    assert loss < 10 * DIVERGED * written.losses[0]  # not far beyond the bound
    for name in ("losses", "readouts", "spikes", "seconds", "overlaps", "drifts"):
        assert np.array_equal(both[name][1], alone[name][0])
    assert np.isnan(both["spikes"][0, 1])
