"""Claims about reused samples: what is measured, against what is derived, what is printed, and what is wrong."""

from functools import cache
from math import inf

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from exponents.claims.catalogue import families_of, select_claims
from exponents.claims.claim import REUSE
from exponents.errors import InputError
from exponents.names import LAZY, RICH
from verify.flow.curve import limit_curve
from verify.judgement import judge, shift_value
from verify.measurements import reuse_dynamics
from verify.measurements.experiment import SIZE
from verify.measurements.finite_dynamics import TOLERANCE
from verify.measurements.points import read_point
from verify.measurements.reuse_dynamics import ReuseMeasurements
from verify.measurements.slopes import extrapolate_exponent
from verify.reuse.mean_loss import mean_reuse, reuse_clock_curve, reuse_curve
from verify.spectra.continuum_equivalent import inverse_cutoff

HARD, SUPER_EASY, EASY = read_point(3, "1/2", 1), read_point(3, "5/2", 1), read_point("3/2", "6/5", 1)
POINTS = {"hard": HARD, "super-easy": SUPER_EASY, "easy": EASY}
SLOW = ("data: early stopping, rich", "data: transient, rich", "data: early stopping, lazy", "data: transient, lazy")
"""Measured at fewer points: rich where it takes least, lazy where the square shows."""

CLAIMS = {claim.name: claim for claim in select_claims(families_of(REUSE))}


@cache
def measured(where, name):
    """Fewer P than usual for the least loss: enough for verdicts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reuse_dynamics, "STOPPED", (1e3, 1e13, 10))
        return ReuseMeasurements(POINTS[where]).measure(name)


def derived(where, name):
    at = POINTS[where]
    return CLAIMS[name].derived_at(at.alpha, at.beta, at.gamma)


SOME = {SLOW[2]: "super-easy", SLOW[3]: "super-easy"}
ASKED = [(where, name) for where in POINTS for name in CLAIMS if name not in SLOW or where == SOME.get(name, "easy")]


def test_every_claim_has_a_measurement():
    assert set(CLAIMS) == set(ReuseMeasurements.procedures) and len(ASKED) == 3 * len(CLAIMS) - 8


@pytest.mark.slow
@pytest.mark.parametrize(("where", "name"), ASKED)
def test_what_is_derived_is_measured_and_one_percent_away_is_not(where, name):
    found, due = measured(where, name), derived(where, name)
    assert found.covers(due) and judge(due, found) == "confirmed"
    assert judge(shift_value(due), found) == "refuted" and not found.covers(float(due) * 0.99)  # control


def test_by_hand():
    """alpha min(2, beta), and where N ~ P, alpha min(1, beta); first corrections times P at fixed t, and N at P."""
    due = {
        "hard": (3, 1.5, 0.5, 1.5, 0.5),
        "super-easy": (3, 6, 2, 3, 0.5),
        "easy": (1.5, 1.8, 0.5, 1.5, 0.5),
    }
    names = ("resolution", "fixed point", "features beside samples", "as many features", "peak")
    for where, values in due.items():
        for name, value in zip(names, values, strict=True):
            assert measured(where, f"data: {name}").value == pytest.approx(value, abs=6e-3)


def test_the_least_loss_is_that_of_a_general_minimiser():
    """Three losses 0.23 apart in ln tau give the vertex of a parabola: c - b^2/(4a), up to the third power of 0.23."""
    at, samples = HARD, 1e3
    size = 1.25 * samples
    reuse, scale = mean_reuse(at.alpha, at.beta, size, samples), inverse_cutoff(at.alpha, at.beta, size, samples)

    def loss(place):
        return float(reuse.lazy_loss(np.array([scale * np.exp(place)]))[0])

    found = ReuseMeasurements(at)._least(LAZY, size, samples)
    due = minimize_scalar(loss, bounds=(-3, 3), method="bounded", options={"xatol": 1e-6})
    assert found == pytest.approx(due.fun, rel=3e-5)
    assert min(loss(np.log(stop)) for stop in reuse_dynamics.STOPS) > due.fun * (1 + 5e-5)  # control: no vertex


@pytest.mark.parametrize("where", POINTS)
def test_what_is_printed(where):
    """With as many features as samples in proportion, the exponent printed holds for beta <= 1 alone."""
    at = POINTS[where]
    for name, claim in CLAIMS.items():
        published = claim.published_at(at.alpha, at.beta, at.gamma)
        if published is not None and (where, name) in ASKED:
            wrong = name == "data: as many features" and at.beta > 1
            assert judge(published, measured(where, name)) == ("refuted" if wrong else "confirmed")


def test_control_as_many_features_as_samples_do_not_show_the_square():
    """Had the least loss been measured there, or had the floor of features been taken for that of samples."""
    at = SUPER_EASY
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reuse_dynamics, "STOPPED", (30.0, 3e3, 10))  # at N = P digits are lost further on
        equal = ReuseMeasurements(at).early_stopping(LAZY, more=0.0)
    assert not equal.covers(6) and equal.value == pytest.approx(3, abs=0.03)
    samples = ReuseMeasurements(at).samples
    floors = -extrapolate_exponent(samples, [1 / ReuseMeasurements(at)._final(2 * p, p) for p in map(float, samples)])
    assert not floors.covers(6)


def test_control_the_lazy_correction_is_not_the_rich_one():
    """On a hard task the clock runs ahead of time: 1/6 becomes 2/9."""
    lazy, rich = (derived("hard", f"data: transient, {regime}") for regime in (LAZY, RICH))
    assert float(rich / lazy) == pytest.approx(4 / 3)
    assert judge(rich, measured("hard", "data: transient, lazy")) == "refuted"


def test_control_there_is_no_peak_beside_it():
    made = ReuseMeasurements(HARD)
    for size in (99.0, 101.0):
        assert made._final(size, 100.0) < inf
    assert made._final(100.0, 100.0) == inf


@pytest.mark.parametrize("where", POINTS)
def test_the_correction_is_of_first_order(where):
    """The exponent alone does not tell: along P ~ tau^{1/alpha} a multiple of the loss has the same one."""
    at, time = POINTS[where], [1e6]
    limit = limit_curve(at.alpha, at.beta, 0.0, time, tolerance=TOLERANCE)
    samples = SIZE * float(limit.clock[0]) ** (1 / float(at.alpha)) * np.array([1.0, 10.0])
    losses = [reuse_curve(mean_reuse(at.alpha, at.beta, inf, float(p)), 0.0, time, TOLERANCE).loss[0] for p in samples]
    first, second = samples * (np.array(losses) - limit.loss[0])
    assert first / second == pytest.approx(1, abs=0.1)
    assert samples[1] * losses[1] > 2 * second  # control: what is not subtracted


@pytest.mark.parametrize("size", [inf, 1.25e3])
def test_the_least_loss_is_that_of_fine_stops(size):
    made, clocks = ReuseMeasurements(SUPER_EASY), np.geomspace(1e2, 1e12, 1001)
    fine = reuse_clock_curve(mean_reuse(3, "5/2", size, 1e3), 0.0, clocks).loss
    assert made._least(LAZY, size, 1e3) == pytest.approx(fine.min(), rel=1e-3)
    # control: with about as many features as samples, to train on is worse
    assert fine.min() < 0.5 * made._final(size, 1e3) or size == inf


def test_what_cannot_be_measured_says_why():
    with pytest.raises(InputError, match="measured on the continuum"):
        ReuseMeasurements(read_point(2, "1/2", 1, "modes"))
    with pytest.raises(InputError, match=r"double precision ends at .* for alpha = 40, beta = 3; take smaller ones"):
        ReuseMeasurements(read_point(40, 3, 1))
    with pytest.raises(InputError, match="there is no measurement for data: nothing"):
        ReuseMeasurements(HARD).measure("data: nothing")
