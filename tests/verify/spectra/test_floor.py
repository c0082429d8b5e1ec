"""The floor of finite models: the mean against sums mode by mode and least squares, and what it says of eq. 76."""

from fractions import Fraction
from math import exp, log

import numpy as np
import pytest
from scipy.optimize import brentq

from exponents.errors import InputError
from verify import Model, loss_curve
from verify.spectra.floor import four_point_floor, mean_floor


def by_modes(alpha, beta, size, modes, power):
    """sum_k y_k^2/(1 + lambda_k r)^power, with sum_k lambda_k r/(1 + lambda_k r) = N, mode by mode."""
    a, b = float(Fraction(alpha)), float(Fraction(beta))
    k = np.arange(1.0, modes + 1)
    eigenvalues, powers = k**-a, k ** -(a * b + 1)

    def surplus(logarithm):
        return (1 / (1 + exp(-logarithm) / eigenvalues)).sum() - size

    r = exp(brentq(surplus, -50, 50 + 2 * a * log(modes), xtol=1e-14))
    return (powers / (1 + eigenvalues * r) ** power).sum()


@pytest.mark.parametrize(
    ("alpha", "beta", "size", "modes"),
    [
        ("3/2", "1/2", 30, 31),
        ("3/2", "7/5", 30, 5000),
        ("6", "3", 10, 300),
        ("11/10", "1/10", 100, 20_000),
        (20, 1, 2, 9),
    ],
)
def test_blocks_of_modes_add_up_to_the_modes_themselves(alpha, beta, size, modes):
    # the reference loses digits: r is found from a sum near N, 1e-14 of itself, and M - N may be 1
    assert mean_floor(alpha, beta, size, "modes", modes) == pytest.approx(
        by_modes(alpha, beta, size, modes, 1), rel=1e-10
    )


def test_all_modes_are_the_limit_of_many():
    # what is cut off is y^2 summed from M = 10^18 on, and a trace of order M^(1 - alpha)
    assert mean_floor(2, 1, 50, "modes") == pytest.approx(mean_floor(2, 1, 50, "modes", 10**18), rel=1e-12)


def test_modes_next_to_the_size_leave_a_floor_of_few():
    # with one mode to spare nu sum_k 1/lambda_k = 1 at leading order, and the floor is nu sum_k y_k^2/lambda_k
    size = 10**12
    nu = 2.5 * size**-2.5
    assert mean_floor("3/2", "1/2", size, "modes", size + 1) == pytest.approx(nu * size**0.75 / 0.75, rel=1e-6)


@pytest.mark.parametrize("beta", ["1/2", "7/5", "5/2"])
def test_the_floor_falls_by_the_first_power_of_the_denominator(beta):
    """N^(-alpha min(1, beta)) as derived; eq. 76 has min(2, beta)."""
    source = float(Fraction(beta))
    floors = [mean_floor("3/2", beta, 10**n, "modes") for n in range(3, 9)]
    slopes = -np.diff(np.log10(floors)) / 1.5
    apart = np.abs(slopes - min(1, source))
    # corrections fall as powers of N: each decade must be closer, and the last one close
    assert (np.diff(apart) < 0).all() and apart[-1] < 1e-4
    assert (abs(slopes[-1] - min(2, source)) < 1e-4) == (source < 1)  # control: what is published is refuted above 1


def project_target(alpha, beta, size, modes, seed):
    """The floor of one draw of N features on M modes: the squared distance of the target from their span."""
    k = np.arange(1.0, modes + 1)
    target = k ** -float((Fraction(alpha) * Fraction(beta) + 1) / 2)
    features = k[:, None] ** -float(Fraction(alpha) / 2) * np.random.default_rng(seed).standard_normal((modes, size))
    readout, _, rank, _ = np.linalg.lstsq(features, target, rcond=None)
    assert rank == size
    return float(((target - features @ readout) ** 2).sum())


@pytest.mark.parametrize("beta", ["1/2", "7/5"])
@pytest.mark.parametrize(("size", "modes", "draws"), [(16, 500, 60), (64, 1000, 16), (128, 1500, 8)])
def test_the_floor_is_what_least_squares_leaves(beta, size, modes, draws):
    floors = np.array([project_target("3/2", beta, size, modes, seed) for seed in range(1, draws + 1)])
    scatter = floors.std(ddof=1) / np.sqrt(draws)
    assert abs(floors.mean() - mean_floor("3/2", beta, size, "modes", modes)) < 3 * scatter
    squared = by_modes("3/2", beta, size, modes, 2)  # control: eq. 76
    assert abs(floors.mean() - squared) > 9 * scatter


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mean_floor(1, 1, 10, "modes"), "alpha must exceed 1"),
        (lambda: mean_floor(2, 0, 10, "modes"), "beta must be positive"),
        (lambda: mean_floor(2, 1, 0, "modes"), "the model size"),
        (lambda: mean_floor(2, 1, 10.0, "modes"), "the model size"),
        (lambda: mean_floor(2, 1, 10, "modes", 10), "smaller than the number of modes"),
        (lambda: mean_floor(2, 1, 10**400, "modes"), "N\\^\\(-alpha\\) must be at least"),
        (lambda: mean_floor(1000, 1, 1, "modes"), "N\\^\\(-alpha\\) must be at least"),
        (lambda: mean_floor(2, 1, 10, "modes", "x"), "the number of modes"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("2", "5/2"), ("3", "1/2")])
@pytest.mark.parametrize("size", [4, 8])
def test_the_four_point_part_is_the_first_order_that_the_mean_field_lacks(alpha, beta, size):
    modes, draws = 60, 6000
    k, (a, b) = np.arange(1.0, modes + 1), (float(Fraction(number)) for number in (alpha, beta))
    target = k ** (-(a * b + 1) / 2)
    span = np.random.default_rng(size).standard_normal((draws, modes, size)) * k[:, None] ** (-a / 2)
    seen = span.transpose(0, 2, 1) @ target
    gram = span.transpose(0, 2, 1) @ span
    floors = target @ target - (seen * np.linalg.solve(gram, seen[..., None])[..., 0]).sum(axis=1)
    mean, error = floors.mean(), floors.std() / np.sqrt(draws)
    floor, left_out = four_point_floor(alpha, beta, size, "modes", modes)
    assert floor == mean_floor(alpha, beta, size, "modes", modes)
    assert abs(mean - floor - left_out) < 3 * error + left_out / size  # the next order
    assert mean - floor > 5 * error  # control: the mean field


@pytest.mark.parametrize(("alpha", "beta", "size"), [("3/2", "1/2", 8), ("2", "5/2", 30), ("3", "1/2", 2)])
def test_the_four_point_part_is_what_models_add_to_a_lazy_curve_at_late_times(alpha, beta, size):
    late = loss_curve(Model(alpha, beta, 0.0, "modes", 60, model_size=size), [1e9])
    floor, left_out = four_point_floor(alpha, beta, size, "modes", 60)
    assert late.loss[0] == pytest.approx(floor, rel=1e-6)
    assert late.between_models[0] == pytest.approx(left_out, rel=1e-4)  # a contour errs by 1e-9 of the first loss
    other = four_point_floor(alpha, beta, size + 1, "modes", 60)[1]  # control
    assert late.between_models[0] != pytest.approx(other, rel=1e-2)
