"""Eq. 32 as printed, against the flow on eigenvalues, and against steps of eq. 4 on the same batch."""

from dataclasses import replace
from fractions import Fraction
from itertools import repeat

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exponents.errors import NotSolved
from verify.reuse.draws import diagonalise, draw_features_and_samples
from verify.witnesses.networks import in_modes
from verify.witnesses.reuse_equations import solve_reuse_equations

TIMES = np.array([0.0, 0.3, 1.0, 3.0, 10.0, 30.0])
ROUNDING = 1e-14
"""Losses that the equations, of unknowns of order 1, come down to."""


@st.composite
def draws(draw_from):
    """A draw with N below, at and above P, and N = infinity."""
    modes = draw_from(st.integers(2, 16))
    size = draw_from(st.none() | st.integers(1, modes - 1))
    beside = st.integers(-1, 1).map(lambda d: max(1, (size or modes) + d))
    samples = draw_from(beside | st.integers(1, 40))
    alpha = 1 + draw_from(st.fractions(Fraction(1, 20), 2, max_denominator=20))
    beta = draw_from(st.fractions(Fraction(1, 20), 3, max_denominator=20))
    return draw_features_and_samples(alpha, beta, size, samples, modes, draw_from(st.integers(0, 10**6)))


def apart(problem, other, gamma, richness):
    """Largest relative distance of eq. 32 on one draw from the flow on another, by name."""
    solution, curve = (
        solve_reuse_equations(problem, gamma, TIMES, 1e-12),
        diagonalise(other).curve(richness, TIMES, 1e-10),
    )
    return {
        name: np.max(np.abs(getattr(solution, name) - getattr(curve, name)) / (getattr(curve, name) + ROUNDING))
        for name in ("loss", "train_loss", "kernel")
    }


@pytest.mark.slow
@settings(max_examples=40)
@given(draws(), st.sampled_from([0.0, 0.1, 1.0, 10.0]))
def test_the_flow_on_eigenvalues_solves_the_equations(problem, gamma):
    distance = apart(problem, problem, gamma, gamma)
    assert max(distance.values()) < 1e-6


@pytest.mark.parametrize(("size", "samples"), [(8, 5), (8, 8), (8, 20), (None, 10), (None, 30)])
def test_control_another_flow_does_not(size, samples):
    problem = draw_features_and_samples("3/2", "1/2", size, samples, 16, 0)
    assert max(apart(problem, problem, 1.0, 1.0).values()) < 1e-6
    features = None if size is None else problem.features[:-1]
    others = [
        (replace(problem, samples=problem.samples[:-1]), 1.0),
        (replace(problem, features=problem.features if size is None else features), 1.0 if size else 0.99),
        (problem, 1.01),
        (replace(problem, target=problem.target * 1.001), 1.0),
    ]
    for other, richness in others:
        distance = apart(problem, other, 1.0, richness)
        assert all(value > 1e-5 for value in distance.values())


@pytest.mark.parametrize(("size", "samples"), [(8, 5), (8, 20)])
def test_steps_of_the_same_batch_are_the_equations_in_the_limit_of_small_steps(size, samples):
    """Eq. 4 has an error of the first power of eta, which two step lengths remove."""
    problem, last, gamma = draw_features_and_samples("3/2", "1/2", size, samples, 16, 0), 4.0, 2.0

    def steps(count, batches):
        return in_modes(problem.features, problem.eigenvalues, problem.target, batches, gamma, last / count)[-1]

    coarse, fine, finest = (steps(count, repeat(problem.samples, count)) for count in (1000, 2000, 4000))
    limit = (8 * finest - 6 * fine + coarse) / 3
    solution = solve_reuse_equations(problem, gamma, [last]).loss[0]
    assert limit == pytest.approx(solution, rel=1e-7, abs=0)
    assert abs(finest / solution - 1) > 1e-6
    rng = np.random.default_rng(0)  # control: fresh batches
    fresh = (rng.standard_normal(problem.samples.shape) * np.sqrt(problem.eigenvalues) for _ in range(4000))
    assert abs(steps(4000, fresh) / solution - 1) > 0.01


def test_a_tolerance_decides_the_error():
    problem = draw_features_and_samples("3/2", "1/2", 8, 12, 16, 0)
    sharp = solve_reuse_equations(problem, 1.0, TIMES, 1e-12)
    errors = [
        np.abs(solve_reuse_equations(problem, 1.0, TIMES, tolerance).loss - sharp.loss).max()
        for tolerance in (1e-4, 1e-7, 1e-9)
    ]
    assert errors[0] > 10 * errors[1] > 100 * errors[2] and errors[2] < 1e-9


def test_what_is_beyond_double_precision_is_no_silent_answer():
    problem = draw_features_and_samples("3/2", "1/2", 8, 12, 16, 0)
    with pytest.raises(NotSolved, match=r"eq\. 32 was not solved"), np.errstate(all="ignore"):
        solve_reuse_equations(replace(problem, target=problem.target * 1e200), 1.0, [1.0])
