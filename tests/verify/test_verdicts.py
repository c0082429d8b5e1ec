"""Verdicts: the rule, the control, and what the measurements say at a few points."""

from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from exponents.claims.appendix import linear_claims, reuse_claims
from exponents.claims.claim import claims, finite_claims, flow_claims
from exponents.errors import FlowFailed, InputError
from exponents.names import FAMILIES, LIMIT
from verify.measurements import limit as evidence
from verify.measurements.finite import FINITE_MEASUREMENTS
from verify.measurements.limit import MEASUREMENTS, Evidence, point
from verify.measurements.linear import LINEAR_MEASUREMENTS
from verify.measurements.reuse import REUSE_MEASUREMENTS
from verify.measurements.slopes import Limit
from verify.verdicts import CHEAP, MEASURED, claims_at, default_points, judge, shift_value, value_text, verdicts

HARD, EASY, BETWEEN = point("3/2", "3/5", 2), point("5/4", "7/5", "1/3", "modes"), point(2, 1, 1)


def limit(value, error):
    return Limit(value, error, (1e3, 1e9), 0.5, False)


@pytest.fixture(scope="module")
def found():
    """All verdicts on the limit at three points that the default grid does not have."""
    return [verdict for part in verdicts((HARD, EASY, BETWEEN), LIMIT) for verdict in part]


def test_every_derived_value_is_confirmed(found):
    assert {verdict.derived_verdict for verdict in found} == {"confirmed"}
    assert (
        {verdict.claim.family for verdict in found} == set(LIMIT) == {name.partition(":")[0] for name in MEASUREMENTS}
    )


def test_only_the_readout_speed_and_the_sum_of_the_norm_contradict_the_paper(found):
    refuted = {(v.claim.name, v.at.spectrum) for v in found if v.published_verdict == "refuted"}
    # eq. 47 prints the exponent of an integral of C_2; eq. 7 replaces its sum by an integral, which only a continuum is
    assert refuted == {("levels: readout speed", "continuum"), ("levels: readout speed", "modes")} | {
        ("amplitude: RKHS norm", "modes")
    }


def test_exponents_away_from_beta_1_are_known_to_four_digits(found):
    for verdict in found:
        if verdict.claim.name in ("chi: time exponent", "chi: kernel growth") and verdict.at.beta != 1:
            assert verdict.measured.error <= 1e-4  # the bound that the project sets itself
            assert abs(verdict.measured.value - float(verdict.derived)) <= 1e-4


def test_the_logarithm_at_beta_1_is_detected_and_nowhere_else(found):
    flags = {v.at.beta: v.measured.logarithm for v in found if v.claim.name == "chi: time exponent"}
    assert flags == {Fraction(3, 5): False, Fraction(7, 5): False, Fraction(1): True}


@pytest.mark.parametrize("names", [("chi",), ("amplitude",), ("levels: level 3",)], ids=" ".join)
def test_control_a_shift_of_one_percent_is_refuted(names):
    shifts = [verdict for part in verdicts((HARD, EASY, BETWEEN), names, control=True) for verdict in part]
    assert shifts and {verdict.derived_verdict for verdict in shifts} == {"refuted"}


def test_a_value_inside_a_small_error_is_confirmed_and_outside_refuted():
    assert judge(Fraction(1, 2), limit(0.5001, 0.001)) == "confirmed"
    assert judge(Fraction(1, 2), limit(0.51, 0.001)) == "refuted"


def test_the_error_is_the_border_of_refutation():
    assert judge(Fraction(1, 2), limit(0.5009, 0.001)) == "confirmed"
    assert judge(Fraction(1, 2), limit(0.5011, 0.001)) == "refuted"


def test_a_wide_error_decides_nothing():
    assert judge(Fraction(1, 2), limit(0.5, 0.006)) == "undecided"
    assert judge(Fraction(0), limit(0.0, 0.02)) == "undecided"
    assert judge(None, limit(0.5, 0.001)) == judge(Fraction(1, 2), None) == "undecided"


@given(st.fractions(-3, 3), st.floats(-0.02, 0.02), st.floats(1e-9, 0.05))
def test_whatever_is_confirmed_would_be_refuted_when_shifted(value, off, error):
    measured = limit(float(value) + off, error)
    if judge(value, measured) == "confirmed":
        assert judge(shift_value(value), measured) == "refuted"


def test_a_shift_is_one_percent_and_exact():
    assert shift_value(Fraction(2, 3)) == Fraction(2, 3) * Fraction(101, 100)
    assert shift_value(Fraction(0)) == Fraction(1, 100)
    assert abs(shift_value(mpf(2)) - mpf("2.02")) < mpf(10) ** -14


def test_values_are_written_so_that_a_rational_parser_reads_them():
    assert Fraction(value_text(Fraction(6, 17))) == Fraction(6, 17)
    assert abs(Fraction(value_text(mpf(2) / 3)) - Fraction(2, 3)) < Fraction(1, 10**14)
    assert value_text(None) is None


def test_a_failed_measurement_is_undecided_and_says_why(monkeypatch):
    def failing(*_, **__):
        raise FlowFailed("the flow could not be solved beyond t = 7", 7.0, 0.5)

    monkeypatch.setattr(evidence, "limit_curve", failing)
    (part,) = verdicts((HARD,), ("chi",))
    by_name = {verdict.claim.name: verdict for verdict in part}
    failed, lazy = by_name["chi: time exponent"], by_name["chi: lazy time exponent"]
    assert (failed.derived_verdict, failed.measured, failed.as_object()["error"]) == ("undecided", None, None)
    assert "t = 7" in failed.failure and lazy.derived_verdict == "confirmed"  # what needs no flow is still measured


def test_other_processes_give_the_same_bits():
    alone = [v.as_object() for part in verdicts((HARD, EASY), ("chi: time exponent",)) for v in part]
    with ProcessPoolExecutor(2) as executor:
        spread = [
            v.as_object() for part in verdicts((HARD, EASY), ("chi: time exponent",), executor=executor) for v in part
        ]
    assert alone == spread


def test_points_are_measured_by_the_executor_that_is_given():
    class Counting:
        asked = 0

        def map(self, function, *columns):
            results = list(map(function, *columns))
            self.asked += len(results)
            return results

    counting = Counting()
    found = list(verdicts((HARD, EASY), ("chi: lazy time exponent",), executor=counting))
    assert counting.asked == len(found) == 2


def test_every_claim_of_a_measured_family_has_a_measurement_and_the_reverse():
    names = {claim.name for claim in flow_claims()}
    assert names == set(MEASUREMENTS)
    finite = {claim.name for claim in finite_claims()}
    assert finite == set(FINITE_MEASUREMENTS)
    assert {claim.name for claim in claims()} <= names | finite
    assert {claim.name for claim in reuse_claims()} == set(REUSE_MEASUREMENTS)
    assert {claim.name for claim in linear_claims()} == set(LINEAR_MEASUREMENTS)
    assert {name.partition(":")[0] for name in MEASURED} == set(FAMILIES)


def test_every_measurement_is_used_on_the_default_grid_and_on_both_sides_of_1():
    for points in (default_points(), default_points(quick=True)):
        used = {claim.name for at in points for claim in claims_at(at, thorough=False)}
        assert used == ({*MEASUREMENTS, *CHEAP} if len(points) < len(default_points()) else set(MEASURED))
        assert min(at.beta for at in points) < 1 < max(at.beta for at in points)
    assert {at.spectrum for at in default_points()} == {"continuum", "modes"}
    assert (min(at.beta for at in default_points()), max(at.beta for at in default_points())) == (
        Fraction(1, 10),
        Fraction(5, 2),
    )


def test_published_values_are_left_out_where_the_paper_does_not_state_them():
    by_name = {claim.name: claim for claim in flow_claims()}
    growth = by_name["chi: kernel growth"]
    assert growth.published_at(Fraction(2), Fraction(1, 2), Fraction(1)) == Fraction(1, 3)
    assert growth.published_at(Fraction(2), Fraction(3, 2), Fraction(1)) is None
    assert growth.derived_at(Fraction(2), Fraction(3, 2), Fraction(1)) == 0
    assert by_name["amplitude: loss"].derived_at(Fraction(2), Fraction(1), Fraction(1)) is None


def test_an_unknown_measurement_is_refused():
    with pytest.raises(InputError, match="no measurement for chi: nonsense"):
        Evidence(HARD, {}).measured("chi: nonsense")


def test_a_point_needs_numbers():
    with pytest.raises(InputError, match="alpha must be a finite rational"):
        point("x", "1/2", 1)


def test_a_beta_beyond_double_precision_is_undecided_and_says_why():
    (part,) = verdicts((point(2, 90, 1),), ("chi: time exponent",))
    assert part[0].derived_verdict == "undecided" and "double precision" in part[0].failure
    (part,) = verdicts((point(2, 9, 1),), ("chi: time exponent",))
    assert part[0].derived_verdict == "confirmed"
