"""Claims about trained networks: what is measured, which verdicts follow, and where they are asked for."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from exponents.claims.catalogue import select_claims
from exponents.claims.claim import MINUTES, NETWORKS
from verify import relu_kernels
from verify.judgement import claims_at, judge, verdicts
from verify.measurements import circle_exponents, circle_networks
from verify.measurements.circle_exponents import compute_lazy_loss
from verify.measurements.circle_networks import NetworkMeasurements
from verify.measurements.points import TRAINED_POINTS, default_points, read_point
from verify.measurements.slopes import Limit
from verify.networks.network_exponent import NetworkExponent

EXPONENT, SOURCE, ORDER = names = [
    claim.name for claim in select_claims(["networks"]) if claim.name.startswith("networks: trained")
]


@pytest.fixture
def measured(monkeypatch):
    """Exponents that stand for measured ones, by beta."""
    known = {Fraction(1, 4): 0.43, Fraction(3, 4): 0.86, Fraction(5, 4): 1.2, Fraction(7, 4): 1.6}
    monkeypatch.setattr(
        circle_networks,
        "train_exponent",
        lambda _, beta, __: NetworkExponent(known[beta], 0.06, 0.04, 0.02, (30.0, 1000.0), 3),
    )


def judge_at(beta, control=False):
    [found] = verdicts([read_point(2, beta, 1)], names, control=control, thorough=True)
    return {verdict.claim.name: verdict for verdict in found}


def test_a_gain_is_confirmed_and_its_absence(measured):
    hard, easy = judge_at("1/4"), judge_at("5/4")
    assert set(hard) == {EXPONENT, ORDER} and set(easy) == {EXPONENT, SOURCE, ORDER}
    assert {v.derived_verdict for v in (*hard.values(), *easy.values())} == {"confirmed"}
    assert hard[ORDER].measured.value == pytest.approx(0.43) and hard[ORDER].measured.error == pytest.approx(0.12)
    assert float(hard[ORDER].derived) == pytest.approx(6 / 7 - 2 / 5)
    control = (*judge_at("1/4", True).values(), *judge_at("5/4", True).values())
    assert {v.derived_verdict for v in control} == {"refuted"}


def test_a_lazy_exponent_and_a_wrong_order_are_refuted(monkeypatch):
    """Networks that gain nothing have t^-beta: below the claim by more than a verdict excludes."""
    monkeypatch.setattr(
        circle_networks,
        "train_exponent",
        lambda _, beta, __: NetworkExponent(float(beta) if beta < 1 else 0.4, 0.03, 0.02, 0.01, (30, 1e3), 3),
    )
    assert judge_at("1/4")[EXPONENT].derived_verdict == "refuted"
    falling = judge_at("5/4")
    assert {verdict.derived_verdict for verdict in falling.values()} == {"refuted"}


def test_an_error_that_excludes_no_gain_decides_nothing():
    wide = Limit(0.42, 0.09, (30.0, 1e3), float("nan"), False)
    claim = select_claims([EXPONENT])[0]
    assert judge(Fraction(2, 5), wide, claim.shift) == "undecided" and claim.shift < Fraction(1, 3)
    half = Fraction(1, 2)
    assert half * claim.shift < claim.derived_at(Fraction(2), half, Fraction(1)) - half + half * Fraction(1, 100)


def test_networks_are_trained_at_their_own_points_only():
    def asked_at(points):
        return [claim for at in points for claim in claims_at(at, names, thorough=False)]

    asked = asked_at(default_points(networks=True))
    assert len(asked) == 3 + 1 + 3 and {claim.cost for claim in asked} == {MINUTES}
    assert not asked_at(default_points(quick=True, networks=True))
    assert all(claim.system == NETWORKS and not claim.by_default for claim in asked)
    assert {at.beta for at in TRAINED_POINTS} == {Fraction(1, 4), Fraction(1, 2), Fraction(5, 4)}


def test_the_lazy_loss_is_gradient_descent_with_the_kernel():
    """The residual on a grid of angles, driven by the matrix of the kernel: no Fourier sum enters."""
    angles = 2 * np.pi * np.arange(256) / 256
    inputs = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    kernel = relu_kernels(inputs, 1, 2).tangent
    target = sum(np.cos(k * angles) / k**1.5 for k in range(1, 128))
    rate = kernel / kernel[0, 0] / len(angles)
    times = np.array([0.5, 2.0, 8.0])
    solved = solve_ivp(lambda _, left: -rate @ left, (0, 8), target, t_eval=times, rtol=1e-9, atol=1e-12)
    tail = (np.arange(128, 2**17) ** -3.0).sum() / 2  # modes beyond the grid have not moved yet
    expected = (solved.y**2).mean(axis=0) + tail
    assert np.allclose(compute_lazy_loss(times, Fraction(2), Fraction(1), 3), expected, rtol=2e-4)
    assert not np.allclose(compute_lazy_loss(1.1 * times, Fraction(2), Fraction(1), 3), expected, rtol=2e-3)


@pytest.mark.slow
def test_networks_that_are_trained(monkeypatch):
    """A small one, in seconds: hard targets gain, and one training answers all that is asked of it."""
    pytest.importorskip("jax")
    for name, value in {"WIDTH": 32, "DEPTH": 3, "BATCH": 32, "STEPS": 600}.items():
        monkeypatch.setattr(circle_exponents, name, value)
    circle_exponents.train_exponent.cache_clear()
    system = NetworkMeasurements(read_point(2, "1/2", 1))
    exponent, gap = system.measure(EXPONENT), system.measure(ORDER)
    assert circle_exponents.train_exponent.cache_info().misses == 2
    assert exponent.covers(2 / 3) and gap.value > 0 and gap.error > exponent.error
    circle_exponents.train_exponent.cache_clear()
