"""Where budgets and constraints contradict each other: a phase called infeasible, with its proof."""

import json
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest
from sympy import Eq, Min, S, Symbol

from exponents import C, N, P, alpha, compute_optimum, prove, t
from exponents.algebra.polynomials import Functions, factors
from exponents.certificate_checker import Forged, check
from exponents.errors import NoBalance, Refuted
from exponents.optimum.contradictions import find_conflict
from exponents.optimum.curve_reduction import Residues, same_on_curve
from exponents.optimum.proof import prove_phase
from exponents.reports.certificate import make_certificate

a, m, u = (Symbol(name, positive=True) for name in "amu")


@cache
def given_size():
    """1/N + 1/t at N t = C with P = C^u <= N: N >= C^u, and N <= C, so u <= 1."""
    return compute_optimum(1 / N + 1 / t, N * t, u < 2, subject_to=[Eq(P, C**u), P <= N])


def test_a_given_power_that_is_too_large_gives_an_infeasible_phase_with_the_right_boundary():
    found = given_size()
    *others, last = found.phases
    assert last.infeasible and last.where == (u > 1) and last.exponent is S.NaN
    assert last.conflicts == (("N*t = C", "P == C**u", "P <= N"),)
    assert [(phase.where, phase.exponent) for phase in others] == [
        (u < Fraction(1, 2), Fraction(1, 2)),
        ((u > Fraction(1, 2)) & (u < 1), 1 - u),
    ]
    prove(found)


def test_on_the_boundary_the_feasible_side_holds():
    """At u = 1 there is one allocation, N = C and t = 1."""
    found = given_size()
    assert found.exponent.subs(u, 1) == 0 == found.at(1).exponent
    assert found.exponent.subs(u, Fraction(3, 2)) is S.NaN
    assert found.phase_at(found.point("3/2")) == 2 and found.phase_at(found.point(1)) == 1


def test_an_infeasible_part_of_a_plane_has_a_curved_boundary():
    """N <= C^m and N >= C^(a^2): infeasible for m < a^2."""
    found = compute_optimum(1 / N + t**-a, N * t, (a < 2, m < 1), subject_to=[C**m >= N, C ** (a**2) <= N])
    (last,) = [phase for phase in found.phases if phase.infeasible]
    for place in ((Fraction(1, 2), Fraction(1, 5)), (Fraction(1, 2), Fraction(1, 3)), (Fraction(3, 2), Fraction(1, 2))):
        inside = found.phases[found.phase_at(dict(zip((a, m), place, strict=True)))] is last
        assert inside == (place[1] < place[0] ** 2 or place[0] > 1)
    prove(found)


def test_a_resource_that_may_shrink_does_not_help_where_its_powers_add_up_to_nothing():
    """x_N + x_P = 1 and x_N + x_P <= u: infeasible for u < 1, whatever x_P; else N t = C decides."""
    found = compute_optimum(1 / N + 1 / t, (N * t, N * P), u < 2, free=(P,), subject_to=[C**u >= N * P])
    prove(found)
    assert {(phase.where, phase.infeasible) for phase in found.phases} == {(u < 1, True), (u > 1, False)}
    assert found.exponent.subs(u, Fraction(3, 2)) == Fraction(1, 2)


def test_phases_agree_on_a_curve_if_all_or_none_are_infeasible():
    field = Functions((u,))
    (curve,) = factors(field.element(u - 1))
    residues = Residues(field, curve)
    *_, below, above = given_size().phases
    assert same_on_curve(residues, (above,)) and same_on_curve(residues, (below,))
    assert not same_on_curve(residues, (below, above)) and not same_on_curve(residues, ())


def test_branches_share_their_infeasible_part():
    found = compute_optimum(Min(N**-a, 1 / t), N * t, (u < 2, a < 3), subject_to=[C**u <= N])
    assert [phase.where for phase in found.phases if phase.infeasible] == [u > 1]
    prove(found)
    assert check(make_certificate(found)) > 1


def test_infeasible_everywhere_is_an_error_that_names_a_smallest_contradiction():
    with pytest.raises(NoBalance, match=r"at u = \S+, no allocation meets C\*\*\(u \+ 1\) <= N and C\*\*u >= N with"):
        compute_optimum(1 / N + 1 / t, N * t, subject_to=[t >= 1, C ** (u + 1) <= N, C**u >= N])


def test_a_smallest_contradiction_has_nothing_superfluous():
    one, zero = Fraction(1), Fraction(0)
    rows = [[one, one, zero], [one, zero, zero], [zero, one, one], [one, one, one]]
    assert find_conflict(rows, ()) == (1, 2, 3)  # x = 1, y + z = 1 and x + y + z = 1


def test_control_a_wrong_proof_a_wrong_region_and_wrong_cases_are_refuted():
    found = given_size()
    last = found.phases[-1]
    (proof,) = last.certificates
    wrong = replace(proof, prices=tuple(price + 1 for price in proof.prices))
    for phase in (replace(last, certificates=(wrong,)), replace(last, where=u > Fraction(3, 4))):
        with pytest.raises(Refuted):
            prove(replace(found, phases=(*found.phases[:-1], phase)))
    wider = replace(found.phases[1], where=(u > Fraction(1, 2)) & (u < 2), certificates=found.phases[1].certificates)
    with pytest.raises(Refuted):
        prove_phase(found.programme, wider)
    swapped = replace(found.regions, cases=(*found.regions.cases[:1], u <= 2, S.true))
    with pytest.raises(Refuted):
        prove(replace(found, regions=swapped))


@pytest.mark.parametrize("forge", ["prices", "exponent", "weights", "where", "nothing"])
def test_a_forged_certificate_of_an_infeasible_phase_is_rejected(forge):
    data = json.loads(json.dumps(make_certificate(given_size())))
    phase = data["parts"][0]["phases"][-1]
    unit = {"/": [[["1", [0]]], [["1", [0]]]]}
    if forge == "prices":  # true for u < 1 only
        for price in phase["proofs"][0]["prices"]:
            price["/"][1] = [[str(-Fraction(number)), power] for number, power in price["/"][1]]
    elif forge == "exponent":
        phase["exponent"] = unit
    elif forge == "nothing":  # a phase without a vertex, and multipliers that say 0 >= 0
        none = {"/": [[], [["1", [0]]]]}
        phase = data["parts"][0]["phases"][0]
        phase |= {"exponent": none, "vertices": [], "binding": []}
        for proof in phase["proofs"]:
            proof |= {"weights": [none] * len(proof["weights"]), "prices": [none] * len(proof["prices"])}
    elif forge == "weights":
        phase["proofs"][0]["weights"][0] = unit
    else:  # infeasible everywhere
        data["parts"][0]["phases"] = [phase | {"where": [[]], "proofs": [phase["proofs"][0] | {"where": [[]]}]}]
    with pytest.raises(Forged):
        check(data)
    assert check(make_certificate(given_size())) == 3


def test_a_curve_on_which_budgets_coincide_inside_an_infeasible_part_is_found():
    """N t = C and N^a t^a = C: only a = 1 is feasible; t >= C^0 leaves no open part, so the diagram is refused."""
    with pytest.raises(NoBalance):
        compute_optimum(1 / N + 1 / t, [N * t, (N * t) ** a], a < 2)
    found = compute_optimum(1 / N + 1 / t, [N * t, N**a * t], a < 2)
    assert found.at(1).exponent == Fraction(1, 2) == found.exponent.subs(a, 1)
    assert found.exponent.subs(a, Fraction(1, 2)) == found.at("1/2").exponent


def test_exceptions_are_found_behind_branches_too():
    """min(1/N, 1/t) at N t = C and N^alpha t = C falls as 1/C at alpha = 1 by either, as N = 1 elsewhere by t alone."""
    loss = Min(1 / N, t**-2)
    found = compute_optimum(loss, [N * t, N**alpha * t], alpha < 2)
    assert found.at(1).exponent == 2 == found.exponent.subs(alpha, 1)
    lower = compute_optimum(Min(1 / N**3, t**-2), [N * t, N**alpha * t], alpha < 2)
    assert lower.exponent.subs(alpha, 1) == 3 == lower.at(1).exponent
    assert lower.exponent.subs(alpha, Fraction(1, 2)) == 2 == lower.at("1/2").exponent
    assert len(lower.exceptions) == 1
    prove(lower)


def test_exceptions_know_budgets_with_minima():
    """D >= D^min(a, 2)/2 holds D at 1 beyond, and says nothing where the power vanishes: min(a, 2) = 2."""
    D = Symbol("D", positive=True)
    found = compute_optimum(1 / N + 1 / D, N * D, a < 3, subject_to=[D ** (Min(a, 2) - 1) <= D])
    for value in ("1/2", "3/2", "2", "5/2"):
        assert found.exponent.subs(a, Fraction(value)) == found.at(value).exponent
