"""Exponents in stable steps: by hand, against the lazy table with controls, and against the flow's clock."""

from dataclasses import replace

import numpy as np
import pytest
from sympy import Rational

from exponents.derivations import derive
from exponents.derivations.counted_steps import prove_steps_undo
from exponents.errors import Refuted
from exponents.model.online_loss import loss
from exponents.model.reuse_loss import FULL_BATCH, full_batch_optimum, reuse_loss
from exponents.model.stable_steps import (
    STEP_COST,
    compute_horizon,
    flattening,
    in_steps,
    noise_in_steps,
    optimum_in_steps,
    stability_horizon,
)
from exponents.model.table1 import optimum
from exponents.names import DERIVED, LAZY, PUBLISHED, RICH, VERSIONS
from exponents.optimum.boundary_ties import boundary_ties
from exponents.symbols import alpha, beta, steps, t
from verify.flow.curve import limit_curve
from verify.flow.noise import noisy_curve
from verify.measurements.slopes import extrapolate_exponent
from verify.spectra.random_features import limit_spectra

POINT = {alpha: Rational(3, 2), beta: Rational(1, 2)}


def test_the_largest_rate_lies_between_kappa_and_twice_kappa_minus_one():
    gamma, mu = 3.0, np.arange(1.0, 9.0) ** -1.5
    rng = np.random.default_rng(1)
    first, other = np.eye(8)[0], np.eye(8)[1]
    for u in (first, other, *rng.standard_normal((20, 8))):
        kappa = (1 + np.sqrt(1 + 4 * gamma * u @ u)) / 2
        rates = np.linalg.eigvals((kappa * np.eye(8) + gamma / kappa * np.outer(u, u)) * mu)
        assert kappa * (1 - 1e-12) <= rates.real.max() <= (2 * kappa - 1) * (1 + 1e-12)
        if u is first:  # the upper end is reached, and a bound 1 % lower fails
            assert rates.real.max() > 0.99 * (2 * kappa - 1)
    small = 1e-9 * other
    assert np.linalg.eigvals((np.eye(8) + gamma * np.outer(small, small)) * mu).real.max() < 1.01  # and the lower end


def test_terms_in_steps_by_hand_at_one_point():
    """alpha = 3/2, beta = 1/2: tau ~ t^(4/3)."""
    hand = {
        PUBLISHED: {"gradient_flow": "1/2", "finite_model_transient": "1/3", "sgd_transient": "4/3"},
        DERIVED: {"gradient_flow": "1/2", "finite_model_transient": "-1/6", "sgd_transient": "13/12"},
    }
    for version, terms in hand.items():
        found = in_steps(loss(RICH, version), RICH)
        assert {name: found[name].exponent(steps).subs(POINT) for name in terms} == {
            name: Rational(value) for name, value in terms.items()
        }
    assert all(term.exponent(t) == 0 for term in in_steps(loss(RICH), RICH))


def test_horizons_and_the_flattening_by_hand_at_one_point():
    found = [f().subs(POINT) for f in (stability_horizon, compute_horizon, flattening, noise_in_steps)]
    assert found == [3, Rational(17, 3), Rational(2, 9), Rational(1, 2)]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("factor", [1, Rational(101, 100)])
def test_the_rich_exponents_are_the_lazy_ones_and_one_percent_more_is_refuted(version, factor):
    cases = [
        (loss(RICH, version), STEP_COST, optimum(LAZY, version)),
        (reuse_loss(RICH, version, batches=False), FULL_BATCH.subs(t, steps), full_batch_optimum(LAZY, version)),
    ]
    for whole, cost, lazy in cases:
        arguments = in_steps(whole, RICH), cost, factor * lazy.exponent, "the exponent"
        if factor == 1:
            prove_steps_undo(*arguments)
        else:
            with pytest.raises(Refuted, match="the exponent fails at"):
                prove_steps_undo(*arguments)


def test_control_a_flow_that_is_one_percent_faster_changes_the_table():
    rich = in_steps(loss(RICH), RICH)
    flow = rich["gradient_flow"]
    faster = replace(flow, exponents=((steps, flow.exponent(steps) * Rational(101, 100)),))
    with pytest.raises(Refuted):
        prove_steps_undo(rich.replace("gradient_flow", faster), STEP_COST, optimum(LAZY).exponent, "the exponent")


@pytest.mark.parametrize("version", VERSIONS)
def test_logarithms_on_boundaries_are_the_lazy_ones(version):
    """The clock of n stable steps has no logarithm."""
    found = (boundary_ties(diagram) for diagram in (optimum_in_steps(RICH, version), optimum(LAZY, version)))
    ours, lazy = ([(tie.boundary.curve, tie.logarithm) for tie in ties] for ties in found)
    assert ours == lazy and len(ours) == 2


@pytest.mark.parametrize("source", ["3/10", "1/2"])
def test_the_noise_of_early_batches_falls_along_the_clock_as_it_does_in_stable_steps(source):
    """n is proportional to the clock; the variance comes from the linear response along the flow."""
    times, capacity = np.geomspace(1e3, 1e18, 40), 3
    clock = limit_curve(capacity, source, 1.0, times).clock
    target, trace = limit_spectra(capacity, source, 2 * clock[-1])
    variance = noisy_curve(target, trace, 1.0, 1e-30, times, 1.0, "variance").variance
    found = -extrapolate_exponent(clock, variance)
    at = {alpha: capacity, beta: Rational(source)}
    due = float(in_steps(loss(RICH, DERIVED), RICH)["sgd_transient"].exponent(steps).subs(at))
    lazy = float(loss(LAZY, DERIVED)["sgd_transient"].exponent(t).subs(at))
    assert found.covers(due) and not found.covers(1.01 * due) and not found.covers(lazy)


def test_the_derivation_is_the_same_for_both_versions_and_ends_with_the_flattening():
    published, derived = (derive("steps", version).steps for version in VERSIONS)
    assert published == derived
    assert published[-1].formulas[0].rhs == flattening()
