"""The exact factor of the loss at infinite time: Wishart algebra, draws, and the mean field for large sizes."""

from math import inf

import numpy as np
import pytest

from verify.reuse.draws import draw_features_and_samples, draw_reuse
from verify.reuse.finite_sizes import mean_final_loss, wishart_excess
from verify.reuse.mean_loss import final_loss

SEEDS = 400


def apart(values, due):
    """The mean less what is due, in standard errors."""
    return (np.mean(values) - due) / (np.std(values, ddof=1) / np.sqrt(len(values)))


@pytest.mark.parametrize(("size", "samples"), [(6, 12), (12, 6), (5, 9)])
def test_the_factor_is_the_mean_trace_of_an_inverse_wishart_matrix(size, samples):
    random = np.random.default_rng(0)
    few, many = sorted((size, samples))
    drawn = random.standard_normal((20 * SEEDS, many, few))
    traces = np.trace(np.linalg.inv(drawn.transpose(0, 2, 1) @ drawn), axis1=1, axis2=2) + (size < samples)
    assert abs(apart(traces, wishart_excess(size, samples))) < 3
    mean_field = 1 / (1 - size / samples) if size < samples else 1 / (size / samples - 1)
    assert abs(apart(traces, mean_field)) > 5  # control


def test_fewer_features_than_samples_multiply_their_floor():
    found = [draw_reuse("3/2", "1/2", 6, 11, 60, seed) for seed in range(SEEDS)]
    ratios = [one.final_loss / one.span_floor for one in found]
    assert abs(apart(ratios, wishart_excess(6, 11))) < 3
    assert abs(apart(ratios, 11 / (11 - 6))) > 3  # control: the mean field


def test_more_features_than_samples_add_a_multiple_of_what_samples_leave():
    draw = draw_features_and_samples("3/2", "1/2", 12, 6, 60, 0)
    root = np.sqrt(draw.eigenvalues)
    basis = np.linalg.qr(draw.samples.T)[0]
    inside = basis @ (basis.T @ draw.target)
    alone = float(((root * (draw.target - inside)) ** 2).sum())
    spare = float(draw.eigenvalues.sum() - (basis.T**2 @ draw.eigenvalues).sum())
    random, losses = np.random.default_rng(1), []
    for _ in range(SEEDS):
        on_samples = draw.samples @ (features := random.standard_normal((12, 60))).T
        losses.append(
            ((root * (draw.target - features.T @ np.linalg.pinv(on_samples) @ draw.samples @ draw.target)) ** 2).sum()
        )
    added = spare * float(inside @ inside) / 6  # tr[(1 - Pi) Lambda] |Pi w*|^2/P
    assert abs(apart(losses, alone + added * wishart_excess(12, 6))) < 3
    assert abs(apart(losses, alone + added / (12 / 6 - 1))) > 3  # control: the mean field


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("2", "6/5")])
def test_it_is_the_mean_field_with_one_fewer_of_the_larger_number(alpha, beta):
    assert mean_final_loss(alpha, beta, 20, 40) == pytest.approx(final_loss(alpha, beta, 20, 39), rel=1e-12)
    assert mean_final_loss(alpha, beta, 40, 20) == pytest.approx(final_loss(alpha, beta, 39, 20), rel=1e-12)
    assert mean_final_loss(alpha, beta, 40, 20) != pytest.approx(final_loss(alpha, beta, 40, 20), rel=0.01)
    for pair in ((1e9, 20), (20, 1e9), (inf, 20), (20, inf)):
        assert mean_final_loss(alpha, beta, *pair) == pytest.approx(final_loss(alpha, beta, *pair), rel=1e-7)


@pytest.mark.parametrize("samples", [63, 64, 65])
def test_within_one_of_the_model_size_the_mean_does_not_exist(samples):
    assert mean_final_loss("3/2", "1/2", 64, samples) == inf
    assert mean_final_loss("3/2", "1/2", 64, 66) < inf and mean_final_loss("3/2", "1/2", 64, 62) < inf
