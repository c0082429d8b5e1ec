"""Bands of the mean spectrum: against the law of Marchenko and Pastur, modes one by one, and finer rules."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad

from verify.spectra import discrete_equivalent, mode_nodes
from verify.spectra.discrete_equivalent import mean_density
from verify.spectra.mode_nodes import ModeNodes
from verify.spectra.random_features import mean_spectra

CLOCKS = np.array([0.1, 1.0, 10.0, 100.0])


def equal(count, power=1.0):
    """So many modes of eigenvalue 1 as one node, with this power of the target in each."""
    one = np.ones(1)
    return ModeNodes(one, count * one, count * one, count * one, power * count * one, power * count * one, alone=1)


@pytest.mark.parametrize("ratio", [1.01, 1.5, 30.0])
def test_equal_modes_have_the_law_of_marchenko_and_pastur(ratio):
    """n(dmu)/N is sqrt((b - mu)(mu - a))/(2 pi mu) dmu on a < mu < b, which are (1 -+ sqrt(M/N))^2."""
    size = 1000
    found = mean_density(equal(ratio * size), 2.0, size)
    low, high = (1 - ratio**0.5) ** 2, (1 + ratio**0.5) ** 2
    assert low < found.eigenvalues.min() < found.eigenvalues.max() < high
    middle, half = (low + high) / 2, (high - low) / 2

    def at(angle, power, clock):
        mu = middle - half * np.cos(angle)
        return (half * np.sin(angle)) ** 2 / (2 * np.pi * mu) * mu**power * np.exp(-clock * mu)

    for clock in (0.0, 0.3, 3.0):
        number, trace = (quad(at, 0, np.pi, (power, clock), epsabs=1e-13)[0] for power in (0, 1))
        decay = np.exp(-clock * found.eigenvalues) / size
        # the tolerance is the one asked of the reference
        assert found.trace @ decay == pytest.approx(trace, rel=1e-9)
        assert found.target @ decay == pytest.approx(number, rel=1e-9)  # each eigenvector has the power of one mode


def test_control_another_ratio_has_another_law():
    found = mean_density(equal(1500.0), 2.0, 1000)
    assert found.eigenvalues.max() > (1 + 1.4**0.5) ** 2


@pytest.mark.parametrize(("alpha", "beta", "size", "modes"), [("3/2", "1/2", 200, 1500), ("4", "2", 40, 500)])
def test_blocks_of_modes_act_as_the_modes_themselves(monkeypatch, alpha, beta, size, modes):
    blocks = mean_spectra(alpha, beta, size, "modes", modes)
    nodes = mode_nodes.group_modes(float(Fraction(alpha)), 1.0, size, modes, poles=True)
    assert len(nodes.eigenvalues) < modes / 3 and nodes.counts.sum() == pytest.approx(modes, rel=1e-12)
    monkeypatch.setattr(mode_nodes, "RATIO", 0.0)  # blocks of one mode
    monkeypatch.setattr(mode_nodes, "DEPTH", 1e300)
    alone = mean_spectra(alpha, beta, size, "modes", modes)
    for one, other in ((blocks.target, alone.target), (blocks.trace, alone.trace)):
        assert one.lazy_loss(CLOCKS) == pytest.approx(other.lazy_loss(CLOCKS), rel=1e-9)
        assert one.lazy_norm(CLOCKS) == pytest.approx(other.lazy_norm(CLOCKS), rel=1e-9)


@pytest.mark.parametrize(("alpha", "size"), [("3/2", 3), ("3/2", 300), ("4", 2), ("4", 100), ("6", 16)])
def test_a_finer_rule_agrees_and_a_coarse_one_shows_its_error(monkeypatch, alpha, size):
    found = mean_spectra(alpha, "7/10", size, "modes")
    for name, value in (("NODES", 16), ("PANEL", 0.5), ("VISIBLE", 1.5)):
        monkeypatch.setattr(discrete_equivalent, name, value)
    finer = mean_spectra(alpha, "7/10", size, "modes")
    for one, other in ((found.target, finer.target), (found.trace, finer.trace)):
        assert one.lazy_loss(CLOCKS) == pytest.approx(other.lazy_loss(CLOCKS), rel=1e-9)  # the constants say 1e-11
    for name, value in (("NODES", 3), ("PANEL", 2.0)):
        monkeypatch.setattr(discrete_equivalent, name, value)
    coarse = mean_spectra(alpha, "7/10", size, "modes")
    assert coarse.target.error > 1e-6 and coarse.trace.error > 1e-6


def test_memory_is_bounded_by_chunks(monkeypatch):
    whole = mean_spectra("3/2", "1/2", 64, "modes")
    monkeypatch.setattr(discrete_equivalent, "CHUNK", 1)  # place by place
    assert mean_spectra("3/2", "1/2", 64, "modes").target.lazy_loss(CLOCKS) == pytest.approx(
        whole.target.lazy_loss(CLOCKS), rel=1e-12
    )
