"""Exponents of kernels of networks: confirmed where derived, refuted where the statement is read for the covariance."""

import numpy as np
import pytest

from exponents.claims.catalogue import families_of, select_claims
from exponents.claims.claim import NETWORKS, SECONDS
from exponents.model.kernel_singularity import capacity_of_kernel
from verify import circle_spectrum, extrapolate
from verify.judgement import claims_at, verdicts
from verify.measurements.points import NETWORK_POINTS, default_points, read_point
from verify.measurements.slopes import extrapolate_exponent

COVARIANCE = {"networks: covariance", "networks: covariance, deep"}
KERNELS = [claim.name for claim in select_claims(families_of(NETWORKS)) if claim.cost == SECONDS]


def judge_at(at, control=False, names=()):
    [found] = verdicts([at], names, control=control, thorough=True)
    return {verdict.claim.name: verdict for verdict in found}


def check(found):
    assert {v.derived_verdict for v in found.values()} == {"confirmed"}
    assert {name for name, v in found.items() if v.published_verdict == "refuted"} == COVARIANCE & set(found)
    assert all(v.measured.error < 1e-4 for v in found.values())


def test_one_layer_confirms_the_tangent_kernel_alone():
    names = ("networks: tangent kernel", "networks: covariance", "networks: parity")
    check(judge_at(read_point("13/5", "1/2", 1), names=names))
    control = judge_at(read_point("13/5", "1/2", 1), True, names)
    assert {v.derived_verdict for v in control.values()} == {"refuted"}


@pytest.mark.slow
@pytest.mark.parametrize("at", NETWORK_POINTS, ids=lambda at: str(at.alpha))
def test_the_five_powers_of_the_figure(at):
    found = judge_at(at, names=KERNELS)
    assert set(found) == set(KERNELS)
    check(found)
    assert {v.derived_verdict for v in judge_at(at, True, KERNELS).values()} == {"refuted"}


@pytest.mark.parametrize(
    ("power", "layers"), [(0, 2), *(pytest.param(*case, marks=pytest.mark.slow) for case in ((0.25, 3), (0.4, 2)))]
)
def test_depth_bends_kernels_of_powers_below_one_half(power, layers):
    modes = 2 ** np.arange(4, 39, 2)
    pairs = circle_spectrum(modes[:, None] + np.arange(2), power, layers, "covariance").sum(axis=1)
    found = -extrapolate_exponent(modes, pairs)
    assert found.error < 4e-3 and found.covers(float(capacity_of_kernel("covariance", layers, power)))
    assert not found.covers(float(capacity_of_kernel("covariance", layers - 1, power)))


@pytest.mark.slow
def test_a_second_layer_of_power_one_half_adds_a_logarithm():
    modes = 2 ** np.arange(4, 39, 2)
    once, twice = (extrapolate_exponent(modes, circle_spectrum(modes, 0.5, layers, "covariance")) for layers in (1, 2))
    assert once.covers(-3) and not once.logarithm
    assert twice.covers(-3) and twice.logarithm


def test_networks_are_measured_only_if_named():
    assert not [claim for claim in select_claims() if claim.system == NETWORKS]
    assert set(default_points()) < set(default_points(networks=True)) >= set(NETWORK_POINTS)
    asked = [claims_at(at, ("networks: parity",), thorough=False) for at in default_points(networks=True)]
    assert sum(map(len, asked)) == len(NETWORK_POINTS)
    assert claims_at(read_point(3, "1/2", 2), ("networks",)) == claims_at(read_point(3, "1/2", 0), ("networks",))


def test_an_alpha_beyond_double_precision_is_said():
    found = judge_at(read_point(60, "1/2", 1), names=("networks: parity",))
    assert "leave double precision for alpha = 60" in found["networks: parity"].failure


def test_a_limit_of_amplitudes():
    """K = |pi - theta|/(2 pi) for step functions has 4/(2 pi^2 k^2) for odd k: the constant, beside the power."""
    modes = 2 ** np.arange(4, 30, 2) + 1
    found = extrapolate(modes, modes**2.0 * circle_spectrum(modes, 0, 1, "covariance"))
    assert found.covers(2 / np.pi**2) and found.error < 1e-9
