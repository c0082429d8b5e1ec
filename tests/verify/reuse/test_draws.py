"""Reused samples on the eigenvalues of one draw: properties of any draw, and least squares, by other formulas."""

from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.linalg import expm

from exponents.errors import InputError
from verify.flow import curve as flow
from verify.reuse.averaged_draws import average_draws
from verify.reuse.draws import ROUNDING, Draw, diagonalise, draw_features_and_samples, draw_reuse
from verify.spectra.spectrum import Spectrum

pytestmark = pytest.mark.slow  # drawn models take seconds a case

LOSSES = ("loss", "train_loss")


@st.composite
def draws(draw_from, steepest=3):
    """A draw with N below, at and above P, and N = infinity; its sizes."""
    modes = draw_from(st.integers(2, 24))
    size = draw_from(st.none() | st.integers(1, modes - 1))
    beside = st.integers(-2, 2).map(lambda d: max(1, (size or modes) + d))
    samples = draw_from(beside | st.integers(1, 60))
    alpha = 1 + draw_from(st.fractions(Fraction(1, 20), steepest - 1, max_denominator=20))
    beta = draw_from(st.fractions(Fraction(1, 20), 3, max_denominator=20))
    return draw_features_and_samples(alpha, beta, size, samples, modes, draw_from(st.integers(0, 10**6)))


RICHNESS = st.sampled_from([0.0, 0.1, 1.0, 30.0])


def sizes(given):
    """N, or M for N = infinity, and P."""
    samples, modes = given.samples.shape
    return modes if given.features is None else len(given.features), samples


def scaled(given):
    """A(0)/sqrt N, or I."""
    size, _ = sizes(given)
    return np.eye(size) if given.features is None else given.features / np.sqrt(size)


def losses(given, v0):
    return v0**2 @ given.eigenvalues, ((given.samples @ v0) ** 2).sum() / len(given.samples)


@given(draws(), RICHNESS)
def test_the_train_loss_never_rises_and_ends_where_least_squares_does(problem, gamma):
    found = diagonalise(problem)
    times = np.append(0.0, np.geomspace(1e-2, 1e3 / found.spectrum.eigenvalues[-1], 40))
    curve = found.curve(gamma, times)
    assert (np.diff(curve.train_loss) <= curve.train_loss_error[1:]).all()
    assert curve.train_loss[0] == pytest.approx(losses(problem, problem.target)[1], rel=1e-10, abs=0)
    assert curve.loss[0] == pytest.approx(losses(problem, problem.target)[0], rel=1e-10, abs=0)
    size, samples = sizes(problem)
    if samples <= size or problem.features is None:
        assert curve.train_loss[-1] == found.spectrum.floor == 0 < curve.train_loss_error[-1]
    else:  # control: with more samples than features something is left
        inputs, y = problem.samples @ scaled(problem).T, problem.samples @ problem.target
        readout = np.linalg.lstsq(inputs, y, rcond=None)[0]
        left = ((y - inputs @ readout) ** 2).sum() / samples
        assert curve.train_loss[-1] == pytest.approx(left, rel=1e-6, abs=1e-20) and left > 0
    # wherever it began, and however rich, the end is that of least squares
    assert curve.loss[-1] == pytest.approx(found.final_loss, rel=1e-9, abs=1e-200)


def test_control_the_test_loss_does_rise():
    curve = draw_reuse("3/2", "1/2", 20, 20, 60, 0).curve(1.0, np.geomspace(1, 1e8, 30))
    assert curve.loss[-1] > 3 * curve.loss.min() and (np.diff(curve.train_loss) <= 0).all()


@given(draws(), RICHNESS)
def test_the_test_loss_is_above_the_span_floor(problem, gamma):
    found = diagonalise(problem)
    curve = found.curve(gamma, np.geomspace(1e-2, 1e6, 30))
    assert (curve.loss + curve.error >= found.span_floor).all()
    assert found.final_loss + found.final_loss_error >= found.span_floor
    features = scaled(problem) * np.sqrt(problem.eigenvalues)
    target = problem.target * np.sqrt(problem.eigenvalues)
    best = np.linalg.lstsq(features.T, target, rcond=None)[0]
    assert found.span_floor == pytest.approx(((target - best @ features) ** 2).sum(), rel=1e-6, abs=1e-16)


def test_control_the_train_loss_falls_below_the_span_floor():
    found = draw_reuse("3/2", "1/2", 20, 10, 60, 0)
    assert found.curve(1.0, [1e4]).train_loss[0] < 1e-3 * found.span_floor


@given(draws(steepest=2), st.floats(0.1, 300))
def test_without_richness_it_is_the_exponential_of_a_matrix(problem, time):
    curve, features, count = diagonalise(problem).curve(0.0, [time]), scaled(problem), len(problem.samples)

    def closed(covariance):
        sigma, b = features @ covariance @ features.T, features @ covariance @ problem.target
        n = len(b)
        whole = np.zeros((n + 1, n + 1))
        whole[:n, :n], whole[:n, n] = -sigma, b
        return losses(problem, problem.target - features.T @ expm(whole * time)[:n, n])

    test, train = closed(problem.samples.T @ problem.samples / count)
    assert curve.loss[0] == pytest.approx(test, rel=1e-8, abs=1e-20)
    assert curve.train_loss[0] == pytest.approx(train, rel=1e-8, abs=1e-20)
    fresh = closed(np.diag(problem.eigenvalues))  # control: samples that are not reused
    assert abs(curve.loss[0] / fresh[0] - 1) > 1e-6


@given(draws(steepest=2))
def test_the_end_is_the_interpolation_of_least_norm_or_least_squares(problem):
    found = diagonalise(problem)

    def end(samples):
        features = scaled(problem)
        u = np.linalg.pinv(samples @ features.T, rcond=1e-13) @ (samples @ problem.target)
        return losses(problem, problem.target - features.T @ u)[0]

    assert found.final_loss == pytest.approx(end(problem.samples), rel=1e-6, abs=1e-16)
    if 1 < len(problem.samples) < 30 and found.final_loss > 1e-10:  # control: a sample less
        assert abs(found.final_loss / end(problem.samples[1:]) - 1) > 1e-6


@pytest.mark.parametrize(("size", "samples", "seeds"), [(6, 16, 3000), (1, 6, 3000), (12, 22, 3000)])
def test_the_mean_of_the_final_loss_loss_over_samples_is_exact(size, samples, seeds):
    """The features miss the target by Gaussian noise of variance floor: an inverse Wishart matrix has this mean."""
    found = [draw_reuse("3/2", "1/2", size, samples, 50, seed) for seed in range(seeds)]
    ratio = np.array([one.final_loss / one.span_floor for one in found])
    error = ratio.std(ddof=1) / np.sqrt(seeds)
    assert abs(ratio.mean() - (samples - 1) / (samples - size - 1)) < 3 * error
    assert abs(ratio.mean() - samples / (samples - size)) > 3 * error  # control: as if N and P were large
    # the train loss has lost as many degrees of freedom as there are features
    train = np.array([one.spectrum.floor / one.span_floor for one in found])
    assert abs(train.mean() - (1 - size / samples)) < 3 * train.std(ddof=1) / np.sqrt(seeds)


def population_curve(features, eigenvalues, target, gamma, times):
    """The loss of the flow on fresh samples, from the eigenvectors of A Lambda A^T/N."""
    mu, vectors = np.linalg.eigh(features * eigenvalues @ features.T)
    powers = (vectors.T @ (features @ (eigenvalues * target))) ** 2 / mu
    floor = eigenvalues @ target**2 - powers.sum()
    return flow.flow_curve(Spectrum(mu[::-1], powers[::-1], floor), gamma, times).loss


def test_many_samples_are_fresh_ones():
    """The distance from the population falls as P^(-1/2) in the train loss, and faster in the test loss."""
    times, counts, seeds = [3.0, 100.0], (10**3, 10**4, 10**5), range(8)
    apart = np.empty((3, len(counts), len(seeds), len(times)))
    for seed in seeds:
        whole = draw_features_and_samples("3/2", "1/2", 8, counts[-1], 20, seed)
        fresh = population_curve(scaled(whole), whole.eigenvalues, whole.target, 1.0, times)
        other = population_curve(
            scaled(draw_features_and_samples("3/2", "1/2", 8, 1, 20, 99)), whole.eigenvalues, whole.target, 1.0, times
        )
        for row, count in enumerate(counts):
            curve = diagonalise(replace(whole, samples=whole.samples[:count])).curve(1.0, times)
            apart[:, row, seed] = curve.train_loss / fresh - 1, curve.loss / fresh - 1, curve.loss / other - 1
    train, test, control = np.sqrt((apart**2).mean(axis=2))
    slope = np.log10(train[-1] / train[0]) / 2
    assert np.abs(slope + 0.5).max() < 0.15
    assert (np.log10(test[-1] / test[0]) / 2 < -0.4).all() and test[-1].max() < 0.01
    assert (control[-1] > 0.05).all()  # control: features of another draw


@given(draws(steepest=5), st.sampled_from([0.0, 1.0]), st.integers(0, 100))
def test_the_order_of_samples_and_features_changes_no_more_than_is_stated(problem, gamma, seed):
    shuffle, times = np.random.default_rng(seed).permutation, np.geomspace(1e-2, 1e10, 25)
    features = None if problem.features is None else shuffle(problem.features)
    found, other = (
        diagonalise(problem),
        diagonalise(replace(problem, samples=shuffle(problem.samples), features=features)),
    )
    one, two = found.curve(gamma, times), other.curve(gamma, times)
    for name in LOSSES:
        apart = np.abs(getattr(one, name) - getattr(two, name))
        assert (apart <= getattr(one, f"{name}_error") + getattr(two, f"{name}_error")).all()
    assert abs(found.final_loss - other.final_loss) <= found.final_loss_error + other.final_loss_error


@pytest.mark.parametrize(("size", "samples"), [(20, 20), (20, 25), (None, 20), (None, 60)])
def test_control_samples_in_single_precision_change_more(size, samples):
    problem = draw_features_and_samples("3/2", "1/2", size, samples, 40, 0)
    found, other = (
        diagonalise(each) for each in (problem, replace(problem, samples=problem.samples.astype("f4").astype(float)))
    )
    one, two = (each.curve(0.0, np.geomspace(1e-2, 1e10, 25)) for each in (found, other))
    assert (np.abs(one.loss - two.loss) > one.error + two.error).any()
    assert (np.abs(one.train_loss - two.train_loss) > one.train_loss_error + two.train_loss_error).any()


@settings(max_examples=25)
@example(
    draw_features_and_samples("3/2", "1/2", 8, 6, 17, 53), 30.0
)  # the error of its kernel passes zero, and rests nearby
@given(draws(), st.sampled_from([0.1, 1.0, 30.0]))
def test_stated_errors_cover_those_of_the_tolerance(problem, gamma):
    found, times = diagonalise(problem), np.geomspace(0.1, 1e4, 8)
    usual, sharp = found.curve(gamma, times), found.curve(gamma, times, 1e-10)
    for name in (*LOSSES, "kernel", "clock"):
        apart = np.abs(getattr(usual, name) - getattr(sharp, name))
        assert (apart <= getattr(usual, f"{name}_error") + getattr(sharp, f"{name}_error")).all()
    assert (usual.errors["kernel"] < 1e-4 * usual.kernel).all()


def test_control_a_loose_tolerance_is_further_off_than_a_sharp_one_states():
    found, times = draw_reuse("3/2", "1/2", 10, 20, 30, 0), np.geomspace(0.1, 1e4, 8)
    loose, sharp = found.curve(1.0, times, 1e-6), found.curve(1.0, times, 1e-10)
    for name in (*LOSSES, "kernel", "clock"):
        assert (np.abs(getattr(loose, name) - getattr(sharp, name)) > getattr(sharp, f"{name}_error")).any()


def test_a_small_loss_has_its_digits():
    """N = infinity and P > M: in the end one mode is left, and the test loss falls at twice its rate, to 1e-280."""
    found = draw_reuse("3/2", "1/2", None, 40, 10, 0)
    slowest, gap = found.spectrum.eigenvalues[-1], found.spectrum.eigenvalues[-2] - found.spectrum.eigenvalues[-1]
    times = 60 / gap + np.array([0.0, 20.0, 60.0]) / slowest
    curve = found.curve(0.0, times)
    assert 0 < curve.loss[-1] < 1e-60
    for name in LOSSES:
        fall = np.diff(np.log(getattr(curve, name)))
        assert fall == pytest.approx(-2 * slowest * np.diff(times), rel=1e-9, abs=0)
        assert (getattr(curve, f"{name}_error") < 1e-8 * getattr(curve, name)).all()
    # control: what is learned, taken from the target, leaves rounding
    learned = -np.expm1(-found.spectrum.eigenvalues * times[-1])
    assert ((found.target - learned @ found.steps) ** 2).sum() > 1e-40


def test_same_seed_same_bits_and_fewer_samples_are_the_first():
    one, same, other = (draw_features_and_samples("3/2", "1/2", 8, 12, 20, seed) for seed in (3, 3, 4))
    for name in ("samples", "features"):
        assert (getattr(one, name) == getattr(same, name)).all() and (getattr(one, name) != getattr(other, name)).all()
    fewer = draw_features_and_samples("3/2", "1/2", 5, 7, 20, 3)
    assert (one.samples[:7] == fewer.samples).all() and (one.features[:5] == fewer.features).all()
    white = fewer.samples * np.arange(1.0, 21) ** 0.75
    assert one.features[:7] != pytest.approx(white, rel=1e-6)
    curves = [diagonalise(each).curve(1.0, [1.0, 10.0]) for each in (one, same, other)]
    assert (curves[0].loss == curves[1].loss).all() and (curves[0].loss != curves[2].loss).all()


def test_draws_have_the_covariance_and_the_target_of_the_model():
    found = draw_features_and_samples("3/2", "1/2", 19, 100_000, 20, 1)
    k = np.arange(1.0, 21)
    assert found.eigenvalues == pytest.approx(k**-1.5, rel=1e-14)
    assert found.eigenvalues * found.target**2 == pytest.approx(k**-1.75, rel=1e-14)
    white = found.samples * k**0.75
    deviation = white.T @ white / len(white) - np.eye(20)
    assert np.abs(deviation).max() < 5 * np.sqrt(2 / len(white))
    wrong = found.samples.T @ found.samples / len(white) - np.eye(20)  # control: not scaled
    assert np.abs(wrong).max() > 0.5


def test_an_ensemble_is_its_draws_with_mean_and_standard_error():
    times, seeds = [0.5, 5.0, 50.0], (4, 2, 11)
    found = average_draws("3/2", "1/2", 2.0, 6, 9, 20, times, seeds)
    each = [draw_reuse("3/2", "1/2", 6, 9, 20, seed) for seed in seeds]
    for name, curves in (("loss", found.losses), ("train_loss", found.train_losses), ("kernel", found.kernels)):
        mean, error = getattr(found, name), getattr(found, f"{name}_error")
        own = np.array([getattr(one.curve(2.0, times), name) for one in each])
        assert (curves == own).all()
        assert mean == pytest.approx(own.sum(axis=0) / 3, rel=1e-14)
        assert error**2 == pytest.approx(((own - mean) ** 2).sum(axis=0) / 2 / 3, rel=1e-12)
    assert (found.final_losses == [one.final_loss for one in each]).all()
    assert (found.span_floors == [one.span_floor for one in each]).all()
    assert np.isnan(average_draws("3/2", "1/2", 2.0, 6, 9, 20, times, [1]).error).all()
    assert (found.losses[0] != found.losses[1]).all()  # control: seeds differ


@pytest.mark.parametrize("samples", [10, 14])
def test_steep_draws_are_those_of_many_digits(samples):
    """Eigenvalues span 12 decades and more; mpmath has 60 digits."""
    problem = draw_features_and_samples(12, "1/2", 10, samples, 11, 0)
    found = diagonalise(problem)
    with mpmath.workdps(60):
        features, psi, target = (mpmath.matrix(m.tolist()) for m in (problem.features, problem.samples, problem.target))
        inputs, y = psi * features.T / mpmath.sqrt(10 * samples), psi * target / mpmath.sqrt(samples)
        singular = mpmath.svd_r(inputs, compute_uv=False)
        mu = np.array([float(s**2) for s in singular])
        u = mpmath.lu_solve(inputs.T * inputs, inputs.T * y)
        v0 = target - features.T * u / mpmath.sqrt(10)
        test = float(sum(l * v**2 for l, v in zip(problem.eigenvalues.tolist(), v0, strict=True)))
        train = float(mpmath.norm(psi * v0) ** 2 / samples)
    assert mu[-1] < 1e-12 * mu[0]
    stated = 2 * ROUNDING * np.sqrt(mu[0] / mu)
    assert (np.abs(found.spectrum.eigenvalues / mu - 1) <= stated).all()
    assert abs(found.final_loss - test) <= found.final_loss_error
    curve = found.curve(1.0, [1e25])
    assert abs(curve.loss[0] - test) <= curve.error[0]
    assert abs(curve.train_loss[0] - train) <= curve.train_loss_error[0] + 1e-60
    matrix = problem.samples @ problem.features.T / np.sqrt(10 * samples)  # control: the Gram matrix
    gram = np.linalg.eigvalsh(matrix.T @ matrix)[::-1]
    assert (np.abs(gram / mu - 1) > stated).any()


def test_steeper_draws_are_refused():
    with pytest.raises(InputError, match="may span 20 decades"):
        draw_reuse(20, "1/2", 20, 40, 30, 0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: draw_reuse(1, 1, 4, 8, 20, 0), "alpha must exceed 1"),
        (lambda: draw_reuse("x", 1, 4, 8, 20, 0), "alpha must be a finite"),
        (lambda: draw_reuse(2, 0, 4, 8, 20, 0), "beta must be positive"),
        (lambda: draw_reuse(2, 1, 0, 8, 20, 0), "the model size must be a whole number of at least 1; got 0"),
        (lambda: draw_reuse(2, 1, 4.0, 8, 20, 0), "the model size"),
        (lambda: draw_reuse(2, 1, 20, 8, 20, 0), "smaller than the number of modes"),
        (
            lambda: draw_reuse(2, 1, 4, 0, 20, 0),
            "the number of samples must be a whole number of at least 1; got 0",
        ),
        (lambda: draw_reuse(2, 1, 4, None, 20, 0), "the number of samples"),
        (lambda: draw_reuse(2, 1, None, True, 20, 0), "the number of samples"),
        (lambda: draw_reuse(2, 1, 4, 8, None, 0), "the number of modes"),
        (lambda: draw_reuse(2, 1, None, 8, 1, 0), "the number of modes must be a whole number of at least 2"),
        (lambda: draw_reuse(2, 1, 4, 8, 20, -1), "a seed"),
        (lambda: draw_reuse(2, 1, 4, 8, 20, None), "a seed"),
        (lambda: draw_reuse(2, 1, 4, 10**8, 20, 0), "random numbers; got P M = 2000000000"),
        (lambda: draw_reuse(2, 1, 10**5, 8, 10**6, 0), "random numbers; got N M"),
        (lambda: draw_reuse(100, 1, None, 8, 20, 0), "M\\^alpha may be at most"),
        (
            lambda: draw_reuse("3/2", 1, None, 4097, 4098, 0),
            "smaller of features and samples may be at most 4096",
        ),
        (lambda: draw_reuse(2, 1, 4, 8, 20, 0).curve(-1.0, [1.0]), "gamma must be"),
        (lambda: draw_reuse(2, 1, 4, 8, 20, 0).curve(np.nan, [1.0]), "gamma must be"),
        (lambda: draw_reuse(2, 1, 4, 8, 20, 0).curve(1.0, [2.0, 1.0]), "times must rise"),
        (lambda: draw_reuse(2, 1, 4, 8, 20, 0).curve(1.0, [-1.0]), "times must be finite"),
        (lambda: draw_reuse(2, 1, 4, 8, 20, 0).curve(1.0, []), "at least one"),
        (lambda: draw_reuse(2, 1, 4, 8, 20, 0).curve(1.0, [1.0], 1.0), "the tolerance"),
        (lambda: average_draws(2, 1, 1.0, 4, 8, 20, [1.0], []), "seeds must be"),
        (lambda: average_draws(2, 1, 1.0, 4, 8, 20, [1.0], [1, 1]), "seeds must be distinct"),
        (lambda: average_draws(2, 1, -1.0, 4, 8, 20, [1.0], [1]), "gamma must be"),
        (lambda: average_draws(2, 1, 1.0, 4, 8, 20, np.arange(1.0, 1001), range(10**5)), "seeds times times"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.parametrize(("size", "samples", "modes"), [(1, 1, 2), (1, 2, 2), (None, 1, 2), (None, 2, 2), (None, 3, 2)])
def test_the_smallest_models_have_curves(size, samples, modes):
    curve = draw_reuse("3/2", "1/2", size, samples, modes, 0).curve(1.0, [0.0, 1.0, 1e6, 1e12])
    assert np.isfinite(curve.loss).all() and np.isfinite(curve.train_loss).all()
    assert (curve.kernel >= 1).all() and (np.diff(curve.clock) > 0).all()


def test_a_mode_without_power_of_the_target_does_not_move():
    """Samples along the modes themselves: each is learned alone, and one of them is not there."""
    k = np.arange(1.0, 5)
    problem = Draw(k**-1.5, np.array([1.0, 0.5, 0.0, 0.2]), None, 2 * np.diag(k**-0.75))
    found = diagonalise(problem)
    assert len(found.spectrum) == 3
    curve = found.curve(0.0, [2.0])
    assert curve.loss[0] == pytest.approx((k**-1.5 * problem.target**2) @ np.exp(-4 * k**-1.5), rel=1e-12)
    assert len(diagonalise(replace(problem, target=np.ones(4))).spectrum) == 4  # control


def test_an_end_far_off_leaves_the_start_its_digits():
    """A sample that is almost orthogonal to the only feature: its coefficient in the end is a million."""
    found = diagonalise(Draw(np.ones(2), np.array([1 / 3, 0.7]), np.ones((1, 2)), np.array([[1.0, 3e-7 - 1]])))
    curve = found.curve(1.0, [0.0, 1e-3])
    assert found.final_loss > 1e11 and curve.error.max() < 1e-9
    assert curve.loss[0] == pytest.approx(1 / 9 + 0.49, rel=1e-14)
    assert ((found.rest + found.steps.sum(axis=0)) ** 2).sum() != pytest.approx(1 / 9 + 0.49, rel=1e-12)  # control


def test_what_is_finished_is_kept_when_interrupted(monkeypatch):
    whole = average_draws(2, 1, 1.0, 4, 8, 20, [0.0, 2.0], range(3))
    assert not whole.status.interrupted

    def stopping(*arguments):
        if arguments[-1] == 2:
            raise KeyboardInterrupt
        return draw_reuse(*arguments)

    monkeypatch.setattr("verify.reuse.averaged_draws.draw_reuse", stopping)
    part = average_draws(2, 1, 1.0, 4, 8, 20, [0.0, 2.0], range(3))
    assert part.status.interrupted and part.status.seeds == (0, 1) and (part.kernels == whole.kernels[:2]).all()
    with pytest.raises(KeyboardInterrupt):
        average_draws(2, 1, 1.0, 4, 8, 20, [0.0], [2])
