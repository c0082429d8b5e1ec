"""Verdicts: the rule, the control, and what the measurements say at a few points."""

import json
import shlex
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from exponents.claims.catalogue import CLAIMS, families_of
from exponents.claims.claim import LIMIT, SECONDS
from exponents.cli.app import main
from exponents.errors import FlowFailed, InputError
from verify.judgement import claims_at, judge, shift_value, verdicts, write_value
from verify.measurements import limit_dynamics
from verify.measurements.evidence import describe_measurement
from verify.measurements.limit_dynamics import LimitMeasurements
from verify.measurements.points import SLOW_POINTS, default_points, read_point
from verify.measurements.slopes import Limit
from verify.measurements.systems import SYSTEMS

HARD, EASY, BETWEEN = read_point("3/2", "3/5", 2), read_point("5/4", "7/5", "1/3", "modes"), read_point(2, 1, 1)


def limit(value, error):
    return Limit(value, error, (1e3, 1e9), 0.5, False)


@pytest.fixture(scope="module")
def found():
    """All verdicts on the limit at three points that the default grid does not have."""
    return [verdict for part in verdicts((HARD, EASY, BETWEEN), families_of(LIMIT)) for verdict in part]


def test_every_derived_value_is_confirmed(found):
    assert {verdict.derived_verdict for verdict in found} == {"confirmed"}
    assert {verdict.claim.name for verdict in found} == {
        claim.name for claim in CLAIMS if claim.system == LIMIT and claim.cost == SECONDS
    }


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


@pytest.mark.slow
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
    assert judge(Fraction(1, 2), limit(0.5 + 2**-12, 2**-12)) == "confirmed"  # exactly on the border


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
    assert Fraction(write_value(Fraction(6, 17))) == Fraction(6, 17)
    assert abs(Fraction(write_value(mpf(2) / 3)) - Fraction(2, 3)) < Fraction(1, 10**14)
    assert write_value(None) is None


def test_a_failed_measurement_is_undecided_and_says_why(monkeypatch):
    def failing(*_, **__):
        raise FlowFailed("the flow could not be solved beyond t = 7", 7.0, 0.5)

    monkeypatch.setattr(limit_dynamics, "limit_curve", failing)
    (part,) = verdicts((HARD,), ("chi",))
    by_name = {verdict.claim.name: verdict for verdict in part}
    failed, lazy = by_name["chi: time exponent"], by_name["chi: lazy time exponent"]
    assert (failed.derived_verdict, failed.measured, failed.to_dict()["error"]) == ("undecided", None, None)
    assert "t = 7" in failed.failure and lazy.derived_verdict == "confirmed"  # what needs no flow is still measured


@pytest.mark.slow
def test_other_processes_give_the_same_bits():
    alone = [v.to_dict() for part in verdicts((HARD, EASY), ("chi: time exponent",)) for v in part]
    with ProcessPoolExecutor(2) as executor:
        spread = [
            v.to_dict() for part in verdicts((HARD, EASY), ("chi: time exponent",), executor=executor) for v in part
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


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_claim_has_a_measurement_and_the_reverse(system):
    assert {claim.name for claim in CLAIMS if claim.system == system} == set(SYSTEMS[system].procedures)


@pytest.mark.slow
def test_every_claim_is_measured_by_default_and_those_of_seconds_quickly():
    for quick in (False, True):
        points = default_points(quick)
        used = {claim.name for at in points for claim in claims_at(at, thorough=False)}
        assert used == {c.name for c in CLAIMS if c.by_default and (not quick or c.cost == SECONDS)}
        assert min(at.beta for at in points) < 1 < max(at.beta for at in points)
    assert {at.spectrum for at in default_points()} == {"continuum", "modes"}
    assert (min(at.beta for at in default_points()), max(at.beta for at in default_points())) == (
        Fraction(1, 10),
        Fraction(5, 2),
    )


@pytest.mark.slow
def test_claims_that_take_minutes_are_asked_at_few_points_unless_one_is_named():
    slow = {claim.name for claim in CLAIMS if claim.cost != SECONDS}
    asked = {at for at in default_points() for claim in claims_at(at, thorough=False) if claim.name in slow}
    assert asked == set(SLOW_POINTS)
    assert slow & {claim.name for claim in claims_at(HARD, thorough=True)}


def test_levels_that_converge_slowly_are_asked_only_at_a_point_that_is_named():
    near = read_point("3/2", "9/10", 1)
    levels = {claim.name for claim in CLAIMS if claim.slow_from is not None}
    assert len(levels) == 9 and not levels & {claim.name for claim in claims_at(near, thorough=False)}
    assert levels <= {claim.name for claim in claims_at(near)}


def test_published_values_are_left_out_where_the_paper_does_not_state_them():
    by_name = {claim.name: claim for claim in CLAIMS}
    growth = by_name["chi: kernel growth"]
    assert growth.published_at(Fraction(2), Fraction(1, 2), Fraction(1)) == Fraction(1, 3)
    assert growth.published_at(Fraction(2), Fraction(3, 2), Fraction(1)) is None
    assert growth.derived_at(Fraction(2), Fraction(3, 2), Fraction(1)) == 0
    assert by_name["amplitude: loss"].derived_at(Fraction(2), Fraction(1), Fraction(1)) is None


def test_an_unknown_claim_is_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean chi: time exponent"):
        next(verdicts((HARD,), ("chi: time exponnt",)))


def test_an_unknown_measurement_is_refused():
    with pytest.raises(InputError, match="no measurement for chi: nonsense"):
        LimitMeasurements(HARD).measure("chi: nonsense")


def test_a_point_needs_numbers():
    with pytest.raises(InputError, match="alpha must be a finite rational"):
        read_point("x", "1/2", 1)


def test_a_beta_beyond_double_precision_is_undecided_and_says_why():
    (part,) = verdicts((read_point(2, 90, 1),), ("chi: time exponent",))
    assert part[0].derived_verdict == "undecided" and "double precision" in part[0].failure
    (part,) = verdicts((read_point(2, 9, 1),), ("chi: time exponent",))
    assert part[0].derived_verdict == "confirmed"


@pytest.mark.slow
def test_evidence_names_a_command_that_measures_the_same_again(capsys):
    """The window and the command are those of the measurement: the command prints the same verdict."""
    [[verdict]] = verdicts([read_point(2, "1/3", 1)], ("chi: kernel growth",))
    evidence = verdict.evidence()
    assert evidence["window"] == list(verdict.measured.window)
    program, *words = shlex.split(evidence["command"])
    assert program == "exponents"
    assert main([*words, "--format", "json"]) == 0
    [again] = json.loads(capsys.readouterr().out)["verdicts"]
    assert again == verdict.to_dict() | {"evidence": evidence}


def test_every_claim_says_what_is_measured_for_it():
    for claim in CLAIMS:
        text = describe_measurement(claim)
        assert text[0].isupper() and not text.startswith("Measure ")


def test_lazy_claims_are_measured_alone_at_gamma_0():
    found = claims_at(read_point("3/2", "2/3", 0), families_of(LIMIT))
    assert found and all("lazy" in claim.derivation for claim in found)
    [[verdict]] = verdicts([read_point("3/2", "2/3", 0)], ("amplitude: lazy loss",))
    assert verdict.derived_verdict == "confirmed"


def test_a_constant_is_enclosed_where_that_is_asked_and_a_shifted_one_is_not():
    for certify, control, rigour in ((True, False, "enclosed"), (True, True, "measured"), (False, False, "measured")):
        [[verdict]] = verdicts([read_point("3/2", "1/2", 1)], ["amplitude: lazy loss"], control, certify=certify)
        assert verdict.rigour == rigour
        assert verdict.evidence()["window"] == list(verdict.measured.window)
        assert (verdict.evidence()["certificate"] is None) == (rigour != "enclosed")
