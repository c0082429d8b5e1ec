"""Where a loss falls without bound on part of the domain: a phase called unbounded, with its proof."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from sympy import Min, Piecewise, S, Symbol

from exponents import C, N, P, compute_optimum, prove, t
from exponents.certificate_checker import INVALID, Forged, check
from exponents.errors import FallsWithoutBound, NoBalance, Refuted
from exponents.reports.certificate import make_certificate

a, b, c, u = (Symbol(name, positive=True) for name in "abcu")


@cache
def growing_time():
    """1/t + 1/N at N t^(1-a) = C: x_N = 1 + (a-1) x_t, so beyond a = 1 both grow for ever; below, r = 1/(2-a)."""
    return compute_optimum(1 / t + 1 / N, N * t ** (1 - a), a < 3)


def test_one_part_without_a_bound_is_a_phase_and_the_rest_keeps_its_exponents():
    found = growing_time()
    first, last = found.phases
    assert (first.where, last.where) == (a < 1, a > 1)
    assert (first.exponent - 1 / (2 - a)).cancel() == 0
    assert last.unbounded and not last.infeasible and last.exponent is S.Infinity and last.growing == (("N", "t"),)
    assert all(share is S.NaN for _, share in last.allocation) and last.vertices == ()
    prove(found)


def test_on_the_boundary_the_side_with_an_optimum_holds():
    found = growing_time()
    assert found.exponent.subs(a, 1) == 1 == found.at(1).exponent and found.exponent.subs(a, 2) is S.Infinity
    assert found.phase_at(1) == 0 and found.phase_at(2) == 1
    with pytest.raises(FallsWithoutBound, match=r"at a = 2, the loss falls without bound as N and t grow together"):
        found.at(2)


def test_a_boundary_on_which_the_loss_falls_without_bound_as_well_is_said():
    """1/t at N t^(1-a) = C: for a < 1 all goes to t, r = 1/(1-a); at a = 1 nothing holds t."""
    found = compute_optimum(1 / t, N * t ** (1 - a), a < 3)
    assert [phase.fault for phase in found.phases] == ["", "unbounded"]
    assert found.exponent.subs(a, Fraction(1, 2)) == 2
    assert found.exponent.subs(a, 1) is S.Infinity


def test_all_three_kinds_of_phases_stand_side_by_side():
    """N = C^u, with N <= C: infeasible for u > 1.  t costs t^(1-a) N = C: bounded for a < 1 alone."""
    found = compute_optimum(1 / t + 1 / P, P * t ** (1 - a), (a < 2, u < 2), subject_to=[C**u <= N, N <= C])
    faults = [phase.fault for phase in found.phases]
    assert set(faults) == {"", "unbounded", "infeasible"} and faults == sorted(
        faults, key=["", "unbounded", "infeasible"].index
    )
    for place, fault in (((Fraction(1, 2), Fraction(1, 2)), ""), ((Fraction(3, 2), Fraction(1, 2)), "unbounded")):
        assert found.phases[found.phase_at(*place)].fault == fault
    assert found.phases[found.phase_at(Fraction(3, 2), Fraction(3, 2))].fault == "infeasible"
    prove(found)


def test_a_resource_that_may_shrink_gives_a_direction_of_either_sign():
    """N = C P^(1-b), so P^(b-1) N^(1-b) + N^(1-b) is C^(1-b) times powers of P that P, of either sign, moves."""
    found = compute_optimum(P ** (b - 1) * N ** (1 - b) + N ** (1 - b), N * P ** (b - 1), b < 3, free=[P])
    prove(found)
    for place in (Fraction(1, 2), Fraction(3, 2), Fraction(5, 2)):
        phase = found.phases[found.phase_at(place)]
        try:
            assert found.exponent.subs(b, place) == found.at(place).exponent
        except FallsWithoutBound:
            assert phase.unbounded


def test_a_loss_is_unbounded_where_one_of_its_branches_is():
    """min(1/t, 1/N) at N t^(1-a) = C, 1/N alone has its own end: N = C^(1 + (a-1) x_t)."""
    found = compute_optimum(Min(1 / t, 1 / N), N * t ** (1 - a), a < 3)
    assert [(phase.where, phase.fault) for phase in found.phases if phase.fault] == [(a > 1, "unbounded")]
    prove(found)


def test_with_three_parameters_the_unbounded_part_is_found():
    found = compute_optimum(t**-b + N**-u, N * t ** (1 - a), (a < 3, b < 2, u < 2))
    assert {phase.fault for phase in found.phases} == {"", "unbounded"} and found.complete
    assert found.phases[found.phase_at(2, 1, 1)].unbounded and not found.phases[found.phase_at("1/2", 1, 1)].fault
    prove(found)


def test_a_curve_inside_an_unbounded_part_on_which_a_term_is_constant_is_found():
    """At c = 1 the first term is 1, so the loss falls no further; beside it N t grows as it may, on both sides."""
    found = compute_optimum(
        N ** (c - 1) * t ** (1 - c) + 1 / (N * P * t), [N ** (a - 1) * P ** (a - c) * t**c], (a < 3, c < 3)
    )
    assert found.phases[found.phase_at("1/3", "6/5")].unbounded and found.phases[found.phase_at("1/3", "4/5")].unbounded
    assert found.exponent.subs({a: Fraction(1, 3), c: 1}) == 0 == found.at("1/3", 1).exponent
    prove(found)


def test_a_point_at_which_there_is_an_optimum_alone_is_found():
    """At a = b = 1, N = C and N^0 = 1; every phase beside the point divides by zero there or has no bound."""
    found = compute_optimum(N ** (b - 1) + t ** (1 - b) / N, N**a * t ** (1 - a), (a < 3, b < 3), free=[t])
    assert found.exponent.subs({a: 1, b: 1}) == 0 == found.at(1, 1).exponent
    assert found.allocation(N).subs({a: 1, b: 1}) is S.NaN


def test_a_loss_that_is_bounded_nowhere_is_an_error():
    with pytest.raises(NoBalance, match="without bound as t grows"):
        compute_optimum(t**-a, N, a < 2, resources=[t])


def forged(name):
    """The diagram with one false statement about its unbounded phase."""
    found = growing_time()
    *others, last = found.phases
    proofs = list(last.certificates)
    ascent = proofs[0].ascent
    wrong = {
        "start": replace(ascent, start=tuple(share + 1 for share in ascent.start)),
        "direction": replace(ascent, direction=tuple(2 * rate for rate in ascent.direction)),
        "turned": replace(ascent, direction=tuple(-rate for rate in ascent.direction)),
        "rate": replace(ascent, rate=S.Zero),
        "faster": replace(ascent, rate=ascent.rate * 3),
        "nothing": None,
    }
    if name == "where":
        last = replace(last, where=a > Fraction(1, 2))
    else:
        last = replace(last, certificates=(replace(proofs[0], ascent=wrong[name]), *proofs[1:]))
    return replace(found, phases=(*others, last))


@pytest.mark.parametrize("name", ["start", "turned", "rate", "faster", "nothing", "where"])
def test_a_false_proof_of_an_unbounded_phase_is_refuted(name):
    with pytest.raises(Refuted):
        prove(forged(name))


def test_a_phase_with_an_optimum_is_no_unbounded_one():
    """The statement about a > 1, made about all a, fails where the direction leads nowhere."""
    found = growing_time()
    wide = replace(found.phases[1], where=a < 3, certificates=(replace(found.phases[1].certificates[0], where=a < 3),))
    with pytest.raises(Refuted):
        prove(replace(found, phases=(wide,), regions=replace(found.regions, where=(a < 3,), cases=(S.true,))))


def test_an_expression_that_gives_an_unbounded_phase_a_number_is_refuted():
    found = growing_time()
    with pytest.raises(Refuted):
        prove(replace(found, regions=replace(found.regions, cases=(a <= 2, S.true))))


def test_the_certificate_holds_and_a_forged_one_does_not():
    data = json.loads(json.dumps(make_certificate(growing_time())))
    assert check(json.loads(json.dumps(data))) >= 2
    phase = data["parts"][0]["phases"][1]
    assert phase["exponent"] is None

    def negate(row):
        return [{"/": [[[str(-Fraction(c)), p] for c, p in x["/"][0]], x["/"][1]]} for x in row]

    for key in ("start", "direction", "rate"):
        wrong = json.loads(json.dumps(data))
        proof = wrong["parts"][0]["phases"][1]["proofs"][0]
        proof[key] = negate([proof[key]])[0] if key == "rate" else negate(proof[key])
        with pytest.raises((Forged, *INVALID)):
            check(wrong)


def test_piecewise_holds_infinity():
    assert isinstance(growing_time().exponent, Piecewise)
