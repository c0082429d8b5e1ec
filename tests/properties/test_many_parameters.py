"""Random losses in three and four parameters: the whole diagram against independent programmes, point by point."""

import random
from dataclasses import replace
from fractions import Fraction
from math import prod

import pytest
from scipy.optimize import linprog
from sympy import Eq, Min, Rational, S, simplify, symbols

from exponents.algebra.parametric import evaluate, holds
from exponents.errors import InputError, Refuted
from exponents.losses.terms import Loss, PowerLaw
from exponents.optimum.proof import prove, prove_tiling
from exponents.optimum.search import compute_optimum
from exponents.reports.certificate import make_certificate
from exponents.symbols import B, C, N, P, t

a, b, c, d = symbols("a b c d", positive=True)
D, G, U, u = symbols("D G U u", positive=True)
RESOURCES = (N, t, B)


def random_diagram(seed):
    draw = random.Random(seed)
    parameters = (a, b, c) if seed % 4 else (a, b, c, d)
    pool = [S.Zero, S.One, *parameters, a + b, b + c, c / 2, 1 - a, a + c - b, 2 * b]
    pool += [a * b, b**2] if seed % 3 == 0 else []
    used = RESOURCES[: 2 if seed % 5 else 3]
    loss = Loss(
        tuple(PowerLaw(f"term {i}", tuple((r, draw.choice(pool)) for r in used)) for i in range(draw.choice([2, 3])))
    )
    return draw, compute_optimum(loss, prod(used), [p < 3 for p in parameters], parameters)


def best_exponent(programme, point):
    terms = [[float(evaluate(e, point)) for e in row] for row in programme.term_exponents()]
    budgets = [[float(evaluate(e, point)) for e in row] for row in programme.budget_exponents()]
    count = len(programme.resources)
    answer = linprog(
        [*[0.0] * count, -1.0],
        A_ub=[[*(-e for e in row), 1.0] for row in terms],
        b_ub=[0.0] * len(terms),
        A_eq=[[*row, 0.0] for row in budgets],
        b_eq=[1.0] * len(budgets),
        bounds=[*[(0, None)] * count, (None, None)],
        method="highs",
    )
    return -answer.fun


@pytest.mark.parametrize("seed", range(40))
def test_a_random_diagram_has_the_optimum_of_two_programmes_at_random_points_and_on_boundaries(seed):
    draw, diagram = random_diagram(seed)
    assert diagram.complete
    parameters = diagram.programme.parameters
    for scale in (1, 1, 1, 2, 2, 3, 60, 97):  # small denominators fall on boundaries and corners
        point = {p: Fraction(draw.randint(1, 3 * scale - 1), scale) for p in parameters}
        optimum = diagram.programme.at(point).exponent
        inside = [phase for phase in diagram.phases if holds(phase.where, point)]
        on_boundary = any(evaluate(curve, point) == 0 for curve in diagram.regions.curves)
        assert len(inside) == 1 or (on_boundary and not inside)
        phase = inside[0] if inside else diagram.phases[diagram.phase_at(point)]
        assert evaluate(phase.exponent, point) == optimum == evaluate(diagram.exponent, point)
        assert abs(best_exponent(diagram.programme, point) - optimum) < 1e-7  # ten times the solver's tolerance


@pytest.mark.parametrize("seed", [1, 2, 11])
def test_a_random_diagram_is_proved_from_its_finished_statements(seed):
    prove(random_diagram(seed)[1])


def crossover():
    return compute_optimum(t**-a + N**-b + (N * t) ** -c, N * t)


def test_two_terms_tie_unless_a_third_one_is_slower():
    # By hand: the first two terms balance at r = ab/(a + b); the third falls as C^-c whatever the split.
    diagram = crossover()
    assert [phase.where for phase in diagram.phases] == [c < a * b / (a + b), c > a * b / (a + b)]
    assert [simplify(phase.exponent - r) for phase, r in zip(diagram.phases, (c, a * b / (a + b)), strict=True)] == [
        0,
        0,
    ]
    prove(diagram)


def test_a_phase_that_is_removed_is_missed_and_one_that_is_repeated_is_found():
    diagram = crossover()
    first, second = (phase.where for phase in diagram.phases)
    prove_tiling(diagram.programme, [first, second])
    for wrong in ([first], [first, second, second], [first, c > a * b / (a + 2 * b)], [first, c > a * b]):
        with pytest.raises(Refuted):
            prove_tiling(diagram.programme, wrong)


def test_a_wrong_exponent_is_refuted():
    diagram = crossover()
    for wrong in (diagram.phases[0].exponent * Rational(101, 100), a * b / (a + b)):
        phases = (replace(diagram.phases[0], exponent=wrong), *diagram.phases[1:])
        with pytest.raises(Refuted):
            prove(replace(diagram, phases=phases))


def test_known_laws_with_symbols_for_all_exponents():
    # By hand: shares x of N and 1 - c x of D balance where a x = b (1 - c x).
    pencil = compute_optimum(N**-a + D**-b, N**c * D)
    assert pencil.phases[0].where == True and simplify(pencil.exponent - a * b / (a + b * c)) == 0  # noqa: E712
    # By hand: shares in proportion to 1/a, 1/b, 1/c.
    three = compute_optimum(t**-a + N**-b + B**-c, N * B * t)
    assert simplify(three.exponent - 1 / (1 / a + 1 / b + 1 / c)) == 0
    # Krajewski 2024: experts are free of gain, so N and D share N D; at the printed exponents 0.064523.
    experts = compute_optimum(N**-a + N**-a * G**-b + D**-c, N * D + N ** Rational(2, 3) * G * D)
    printed = {a: Rational(115, 1000), b: Rational(58, 100), c: Rational(147, 1000)}
    assert simplify(experts.exponent - a * c / (a + c)) == 0 and abs(experts.exponent.subs(printed) - 0.064523) < 1e-6
    # Muennighoff 2023, in class: with U = C^u unique samples, r = b u while u < a/(a + b), at a = b while u < 1/2.
    unique = compute_optimum(N**-a + Min(D, U) ** -b, N * D, subject_to=Eq(U, C**u))
    assert [phase.where for phase in unique.phases] == [u < a / (a + b), u > a / (a + b)]
    assert unique.at(a="3527/10000", b="3527/10000", u="1/3").exponent == Fraction(3527, 30000)
    for diagram in (pencil, three, experts, unique):
        prove(diagram)


def test_branches_several_budgets_and_curves_where_budgets_meet():
    # By hand: N^a + t^b is as large as its larger part, so all of the budget goes where a or b is larger.
    branched = compute_optimum((N**a + t**b) ** -c, N * t)
    assert {(phase.where, phase.exponent) for phase in branched.phases} == {(b < a, a * c), (b > a, b * c)}
    # By hand: N t = C and t B^c = C tie N and B; B falls as x_t = 1 - c x_B.
    several = compute_optimum(t**-a + N**-b + 1 / B, (N * t, t * B**c))
    assert several.at(a=1, b=1, c=2).exponent == Fraction(1, 3) == several.exponent.subs({a: 1, b: 1, c: 2})
    # N stays 1 unless both budgets are the same.
    meeting = compute_optimum(t**-a + N**-b, (N * t, N**c * t))
    assert meeting.exponent.subs({a: 1, b: 1, c: 2}) == 0 and meeting.exponent.subs({a: 1, b: 1, c: 1}) == Rational(
        1, 2
    )
    for diagram in (branched, several, meeting):
        prove(diagram)


def test_a_certificate_of_three_parameters_is_refused_with_what_to_try():
    with pytest.raises(InputError, match="--set c=1"):
        make_certificate(crossover())


def test_conditions_may_join_all_parameters():
    diagram = compute_optimum(t**-a + N**-b + (N * t) ** -c, N * t, where=(a + b < c,))
    assert [phase.where for phase in diagram.phases] == [True]  # ab/(a + b) < a + b < c
    curved = compute_optimum(t**-a + N**-b + (N * t) ** -c, N * t, where=(a * b < 1, c > 1, a + b > 1))
    assert [phase.exponent for phase in curved.phases] == [a * b / (a + b)] and P not in curved.programme.resources
