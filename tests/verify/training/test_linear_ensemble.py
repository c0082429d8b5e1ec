"""Ensembles of linear networks: written steps, batches in law, width, the spike, seeds, failures, input."""

import pickle
import tracemalloc
from math import inf, nan

import numpy as np
import pytest
from scipy.stats import ks_2samp

from exponents.errors import InputError
from verify.linear.infinite_width import linear_limit_curve, spike_at_finite_ratio
from verify.training import linear_ensemble as training
from verify.training.gradients import GaussianGradient
from verify.training.linear_descent import LOOKS
from verify.training.linear_ensemble import draw_network, train_linear_ensemble
from verify.training.seeds import SeedDiverged
from verify.witnesses import networks as network

LAW = "3/2", "1/2"


def spectrum(modes, alpha=1.5, beta=0.5):
    """lambda_k and w*_k."""
    k = np.arange(1.0, modes + 1)
    return k**-alpha, k ** ((alpha - alpha * beta - 1) / 2)


def population(eigenvalues):
    """A batch of M samples that is the population."""
    return np.diag(np.sqrt(len(eigenvalues) * eigenvalues))


def infinite(modes, gamma0, init, eta, steps):
    """Loss and |w|^2/N of each step at infinite width: A^T A/N, A^T w/N and |w|^2/N are then numbers that are known."""
    eigenvalues, target = spectrum(modes)
    square, cross, q, rate, found = np.eye(modes), np.zeros(modes), init**2, eta * gamma0, []
    for _ in range(steps + 1):
        v0 = target - cross / gamma0
        found.append((eigenvalues @ v0**2, q))
        g = eigenvalues * v0
        pair = np.outer(cross, g)
        square, cross, q = (
            square + rate * (pair + pair.T) + rate**2 * q * np.outer(g, g),
            cross + rate * (square @ g + q * g) + rate**2 * (cross @ g) * g,
            q + 2 * rate * cross @ g + rate**2 * g @ square @ g,
        )
    return np.array(found).T


# The same networks as they are written


@pytest.mark.parametrize(("width", "modes", "init"), [(6, 20, 1.0), (20, 6, 0.5), (1, 2, 0.0)])
def test_an_ensemble_takes_the_written_steps_on_the_draws_of_each_seed(width, modes, init):
    eigenvalues, target = spectrum(modes)
    batches = [population(eigenvalues)] * 40
    found = train_linear_ensemble(*LAW, 0.8, width, None, modes, 0.1, 40, [5, 2, 9], init)
    for row, seed in enumerate(found.status.seeds):
        written, other = (
            network.train_linear_network(
                *draw_network(width, modes, init, number), eigenvalues, target, batches, 0.8, 0.1
            )
            for number in (seed, seed + 1)
        )
        assert found.losses[row] == pytest.approx(written.losses, rel=1e-11)  # rounding of 40 steps
        assert found.readouts[row] == pytest.approx(written.readouts, rel=1e-11, abs=1e-14)
        assert np.abs(written.losses / other.losses - 1)[1:].min() > 1e-5  # control
    assert found.kernels == pytest.approx((1 + found.readouts) / (1 + init**2), rel=1e-14)
    assert found.time[-1] == pytest.approx(4) and len(found.status.seeds) == 3


def test_draws_have_the_variances_that_are_said():
    features, readout = draw_network(400, 500, 0.5, 3)
    assert features.shape == (400, 500) and readout.shape == (400,)
    # variances of n numbers scatter by sqrt(2/n): five of these
    assert features.var() == pytest.approx(1, abs=5 * np.sqrt(2 / 200_000))
    assert readout.var() == pytest.approx(0.25, rel=5 * np.sqrt(2 / 400))
    assert np.array_equal(draw_network(400, 500, 0, 3)[0], features) and not draw_network(400, 500, 0, 3)[1].any()


@pytest.mark.parametrize("batch", [1, 3])
def test_batches_are_gaussian_in_law(batch):
    width, modes, eta, steps, count = 4, 6, 0.08, 6, 1500
    eigenvalues, target = spectrum(modes)
    roots = np.sqrt(eigenvalues)

    def explicit(size):
        curves = []
        for seed in range(count):
            rng = np.random.default_rng([seed, 7])
            batches = rng.standard_normal((steps, size, modes)) * roots
            written = network.train_linear_network(
                *draw_network(width, modes, 1.0, seed), eigenvalues, target, batches, 1.0, eta
            )
            curves.append([written.losses, written.readouts])
        return np.array(curves)

    # what batches change, on the same starts, which scatter more
    free, noisy = (train_linear_ensemble(*LAW, 1.0, width, b, modes, eta, steps, range(count)) for b in (None, batch))
    start = np.stack([free.losses, free.readouts], axis=1)
    found = np.stack([noisy.losses, noisy.readouts], axis=1) - start
    curves, other = explicit(batch) - start, explicit(2 * batch) - start
    for step in (1, 2, steps):
        for part in (0, 1):
            assert ks_2samp(found[:, part, step], curves[:, part, step]).pvalue > 1e-3
    assert ks_2samp(found[:, 0, steps], other[:, 0, steps]).pvalue < 1e-4  # control: batches twice as large


# Width


def adjusted(values, width, modes, init):
    """Mean over seeds and its standard error, less what is linear in the known, centred fluctuations of the start."""
    several = modes
    rows = []
    for seed in range(len(values)):
        features, readout = draw_network(width, modes, init, seed)
        columns = np.column_stack([readout, features[:, :several]])
        matrix = columns.T @ columns / width - np.diag([init**2] + [1] * several)
        rows.append(matrix[np.triu_indices(several + 1)])
    design = np.column_stack([np.ones(len(values)), np.array(rows)])
    fit = np.linalg.lstsq(design, values, rcond=None)[0]
    rest = ((values - design @ fit) ** 2).sum(axis=0) / (len(values) - design.shape[1])
    return fit[0], np.sqrt(np.linalg.inv(design.T @ design)[0, 0] * rest)


@pytest.mark.slow
def test_wide_networks_differ_from_infinite_ones_by_one_over_the_width():
    modes, eta, steps, kept = 8, 0.1, 60, [20, 60]
    limit = infinite(modes, 1.0, 1.0, eta, steps)[:, kept]
    widths, gaps, errors = np.array([64, 128, 256, 1024]), [], []
    for width, count in zip(widths, (1000, 600, 400, 150), strict=True):
        found = train_linear_ensemble(*LAW, 1.0, int(width), None, modes, eta, steps, range(count), record=kept)
        parts = [adjusted(values, width, modes, 1.0) for values in (found.losses, found.readouts)]
        gaps.append([part[0] for part in parts] - limit)
        errors.append([part[1] for part in parts])
        for values, wanted in zip((found.losses, found.readouts), limit, strict=True):  # plain means agree, too
            scatter = values.std(axis=0, ddof=1) / np.sqrt(count)
            assert (np.abs(values.mean(axis=0) - wanted) < 5 * scatter + 8 * wanted / width).all()
    gaps, errors = np.array(gaps), np.array(errors)
    scaled, spread = gaps * widths[:, None, None], errors * widths[:, None, None]
    weight = spread**-2
    common = (scaled * weight).sum(axis=0) / weight.sum(axis=0)
    assert (np.abs(gaps[0]) > 4 * errors[0]).all()  # there is one
    assert (np.abs(scaled - common) < 3.5 * spread + 10 * np.abs(common) / widths[:, None, None]).all()
    # control: a gap of order 1/sqrt(N), and one to another limit
    root = np.abs(gaps[0] * np.sqrt(widths[0] / widths[-1]))
    assert (np.abs(np.abs(gaps[-1]) - root)[0] > 2.5 * errors[-1][0]).any()
    ignored = infinite(modes, 1.0, 0.0, eta, steps)[:, kept]
    assert (np.abs(gaps + limit - ignored)[-1] > 20 * errors[-1]).all()


def test_as_many_modes_as_features_leave_the_loss_and_move_the_spike():
    errors = []
    for size, count in ((64, 60), (512, 8)):
        found = train_linear_ensemble(*LAW, 1.0, size, None, size, 0.05, 100, range(count), record=[100], looks=[100])
        limit = infinite(size, 1.0, 1.0, 0.05, 100)[:, -1] if size < 100 else (None, None)
        flow = linear_limit_curve(*LAW, 1.0, [5], 1.0, "modes", size)
        wanted = flow.loss[0] if limit[0] is None else limit[0]
        errors.append(abs(found.loss[0] / wanted - 1))
        spike = found.spikes.mean()
        if size > 100:
            # a largest eigenvalue scatters by some spike sqrt(2/N) = 0.06 of itself, over eight seeds
            assert spike == pytest.approx(float(spike_at_finite_ratio(flow.spike, 1.0)[0]), rel=0.04)
            assert spike > 1.15 * flow.spike[0]  # control: it is seen at another place
            assert found.seconds.mean() == pytest.approx(4, rel=0.03)  # the end of the bulk, (1 + sqrt(M/N))^2
    assert errors[1] < 0.03 and errors[0] < 0.15


@pytest.mark.parametrize("init", [0.0, 1.0])
def test_what_is_learned_is_one_spike(init):
    width, modes, eta = 1024, 32, 0.04
    looks = [0, 25, 100, 500]
    found = train_linear_ensemble(*LAW, 1.5, width, None, modes, eta, 500, range(8), init, looks=looks)
    limit = linear_limit_curve(*LAW, 1.5, eta * np.array(looks[1:]), init, "modes", modes)
    edge = (1 + np.sqrt(modes / width)) ** 2
    scatter = edge**0.5 * (width**-0.5 + modes**-0.5) ** (1 / 3) / width**0.5  # Tracy and Widom's
    # their first eigenvalue is at -1.2 +- 1.3 of it, the second at -3.3 +- 1.0
    for ends in (found.spikes[:, 0], *found.seconds.T):
        assert (edge - 7 * scatter < ends).all() and (ends < edge + 3 * scatter).all()
    assert (found.spikes[:, 1:] > edge + 10 * scatter).all()  # control
    # sqrt(2/N) = 0.044 of a spike, over eight seeds, and a first order in eta of 0.03
    assert found.spikes[:, 1:].mean(axis=0) == pytest.approx(
        spike_at_finite_ratio(limit.spike, modes / width), rel=0.06
    )
    assert (found.overlaps[:, 1:] > 0.9).all() and found.overlaps[:, -1].mean() > 0.98
    # controls: another gamma0; sigma left out of the height
    poorer = linear_limit_curve(*LAW, 1.0, eta * np.array(looks[1:]), init, "modes", modes)
    assert (
        np.abs(found.spikes[:, 1:].mean(axis=0) / spike_at_finite_ratio(poorer.spike, modes / width) - 1).max() > 0.15
    )
    if init:
        assert (
            np.abs(found.spikes[:, 1:].mean(axis=0) / spike_at_finite_ratio(limit.kernel, modes / width) - 1).min()
            > 0.15
        )
    assert found.readout[-1] == pytest.approx(limit.readout[-1], rel=0.1)


def test_a_vector_overlaps_with_what_is_learned_the_more_the_wider():
    apart = []
    for width in (128, 512):
        found = train_linear_ensemble(*LAW, 1.0, width, None, 32, 0.05, 200, range(20), looks=[200])
        apart.append(1 - found.overlaps.mean())
    assert apart[0] / apart[1] == pytest.approx(4, rel=0.3)  # M/N


def test_what_is_conserved_drifts_by_the_order_of_the_step():
    halves = [
        train_linear_ensemble(*LAW, 1.0, 24, batch, 40, eta, round(8 / eta), [1, 2], looks=[0, round(8 / eta)]).drifts
        for eta, batch in ((0.02, None), (0.01, None), (0.02, 32), (0.005, 32))
    ]
    assert halves[0][:, 1] / halves[1][:, 1] == pytest.approx(2, rel=0.1)
    assert halves[2][:, 1] / halves[3][:, 1] == pytest.approx(4, rel=0.3)  # batches scatter
    assert all((drifts[:, 0] == 0).all() and (drifts[:, 1] < 0.02).all() for drifts in halves)


# Seeds


@pytest.mark.parametrize("batch", [None, 4])
def test_a_seed_is_the_same_to_the_last_bit_in_any_group(batch, monkeypatch):
    given = (*LAW, 1.0, 8, batch, 30, 0.05, 50)
    together = train_linear_ensemble(*given, range(7), looks=[10, 50])
    monkeypatch.setattr(training, "GROUP", 1)
    alone = train_linear_ensemble(*given, [6, 0, 1, 2, 3, 4, 5], looks=[10, 50])
    for name in ("losses", "kernels", "readouts", *LOOKS):
        assert np.array_equal(getattr(together, name)[[6, 0, 1, 2, 3, 4, 5]], getattr(alone, name))
    assert alone.status.seeds == (6, 0, 1, 2, 3, 4, 5)
    assert np.unique(together.losses[:, -1]).size == 7  # control: seeds differ


def test_batches_of_a_seed_do_not_depend_on_the_width():
    """Its streams are three: weights, normals, lengths."""
    one, other = (train_linear_ensemble(*LAW, 0, width, 4, 12, 0.01, 1, [3], 1e-9).losses for width in (500, 1000))
    free = train_linear_ensemble(*LAW, 0, 500, None, 12, 0.01, 1, [3], 1e-9).losses
    # a step on the same batch with kernels that differ by N^(-1/2)
    assert one[0, 1] == pytest.approx(other[0, 1], abs=0.2 * abs(free[0, 1] - one[0, 1]))


def test_weights_and_batches_have_streams_of_their_own():
    streams = [np.random.default_rng(stream) for stream in np.random.SeedSequence(3).spawn(3)]
    weights, normals, _ = (stream.standard_normal(50) for stream in streams)
    features, readout = draw_network(10, 4, 1.0, 3)
    assert np.array_equal(np.concatenate([readout, features.ravel()]), weights)
    source = GaussianGradient(training.check_network(*LAW, 1.0, 10, 4, 49, 0.1, 1, 1.0, None, None).features, 4, (3,))
    source(np.zeros((1, 49)))
    assert np.array_equal(source.drawn[0, 0], normals) and not np.isin(normals, weights).any()


def test_an_interrupted_ensemble_keeps_what_was_finished(monkeypatch):
    given = (*LAW, 1.0, 8, 4, 30, 0.05, 20)
    whole = train_linear_ensemble(*given, range(4))
    monkeypatch.setattr(training, "GROUP", 1)
    run, count = training._run, iter(range(9))

    def interrupted(setting, seeds):
        if next(count) == 2:
            raise KeyboardInterrupt
        return run(setting, seeds)

    monkeypatch.setattr(training, "_run", interrupted)
    found = train_linear_ensemble(*given, range(4))
    assert found.status.interrupted and found.status.seeds == (0, 1) and not whole.status.interrupted
    assert np.array_equal(found.losses, whole.losses[:2]) and np.array_equal(found.drifts, whole.drifts[:2])
    monkeypatch.setattr(training, "_run", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        train_linear_ensemble(*given, range(4))


def test_a_seed_that_diverges_is_named_and_others_are_kept():
    given = (*LAW, 1.5, 6, 1, 30, 0.18, 60)
    with pytest.raises(SeedDiverged, match="diverged for seed") as caught:
        train_linear_ensemble(*given, range(40), 0.5)
    error = caught.value
    assert 0 < error.step <= 60 and error.time == pytest.approx(0.18 * error.step)
    assert not error.loss <= 1e3 * train_linear_ensemble(*LAW, 1.5, 6, None, 30, 0.18, 1, [0], 0.5).loss[0]
    assert f"seed {error.seed}" in str(error) and f"step {error.step}" in str(error)
    assert error.finished is not None and error.seed not in error.finished.status.seeds
    again = train_linear_ensemble(*given, error.finished.status.seeds, 0.5)
    assert np.array_equal(again.losses, error.finished.losses) and np.array_equal(again.spikes, error.finished.spikes)
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (copy.seed, copy.step, str(copy)) == (error.seed, error.step, str(error))
    with pytest.raises(SeedDiverged) as alone:
        train_linear_ensemble(*given, [error.seed], 0.5)
    assert alone.value.step == error.step and alone.value.finished is None


def test_a_kernel_that_grows_beyond_stability_is_reported():
    with pytest.raises(SeedDiverged, match=r"began at 1\.8"):
        train_linear_ensemble(*LAW, 1e6, 16, None, 30, 0.9, 50, [1])


@pytest.mark.parametrize(
    ("width", "modes", "seeds"), [(300, 400, 1), (400, 30, 1), (30, 900, 1), (70, 60, 40), (20, 200, 80)]
)
def test_memory_is_what_is_said(width, modes, seeds):
    given = *LAW, 1.0, width, 4, modes, 0.05, 20
    train_linear_ensemble(*given, [0])
    tracemalloc.start()
    train_linear_ensemble(*given, range(seeds))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 0.5 < peak / training.check_network(*given, 1.0, None, None).memory(seeds) < 1


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"alpha": 1}, "alpha"),
        ({"beta": -1}, "beta"),
        ({"beta": "x"}, "beta"),
        ({"gamma0": -1}, "gamma0"),
        ({"gamma0": nan}, "gamma0"),
        ({"gamma0": "two"}, "gamma0"),
        ({"width": 0}, "width"),
        ({"width": 2.5}, "width"),
        ({"width": 10**400}, "width may be at most"),
        ({"batch_size": 0}, "batch"),
        ({"batch_size": 1.5}, "batch"),
        ({"modes": 1}, "modes"),
        ({"modes": 10**400}, "modes may be at most"),
        ({"learning_rate": 0}, "learning rate"),
        ({"learning_rate": inf}, "learning rate"),
        ({"learning_rate": 1.1}, "grows from the start"),
        ({"init": 10}, "grows from the start"),
        ({"init": -1}, "readout"),
        ({"init": nan}, "readout"),
        ({"steps": 0}, "steps"),
        ({"steps": 10**16}, "steps"),
        ({"seeds": []}, "seeds"),
        ({"seeds": [1, 1]}, "distinct"),
        ({"seeds": 3}, "seeds"),
        ({"seeds": [-1]}, "seeds"),
        ({"record": [11]}, "recorded"),
        ({"record": [2, 1]}, "recorded"),
        ({"looks": [0.5]}, "recorded"),
        ({"looks": [11]}, "recorded"),
        ({"looks": []}, "recorded"),
        ({"width": 10**5, "modes": 10**4}, "GiB"),
        ({"width": 4 * 10**4}, "GiB"),
        ({"modes": 10**12}, "GiB"),
        ({"seeds": range(10**6), "steps": 1000}, "GiB"),
    ],
)
def test_bad_input_is_told_what_to_do(change, word):
    asked = {"gamma0": 1, "width": 4, "batch_size": 2, "modes": 6, "learning_rate": 0.1, "steps": 10, "seeds": [0]}
    with pytest.raises(InputError, match=word) as caught:
        train_linear_ensemble(**({"alpha": "3/2", "beta": "1/2"} | asked | change))
    assert len(str(caught.value)) < 300
