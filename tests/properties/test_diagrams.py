"""Random losses in two parameters: the whole diagram against the programme point by point, and its own proof."""

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from sympy import Max, Min, Rational, S, symbols

from exponents.algebra.parametric import evaluate, holds
from exponents.losses.terms import Loss, PowerLaw
from exponents.optimum.proof import prove
from exponents.optimum.search import compute_optimum
from exponents.symbols import N, t

a, b = symbols("a b", positive=True)
RESOURCES = symbols("N t B P", positive=True)

EXPONENTS = (S.Zero, S.One, S(2), a, b, a * b, a + b, b / 2, 1 / (1 + a), a - 1, Min(a, b), Max(1, b))
CURVED = (*EXPONENTS, b**2 - a, a**2, (a - 2) ** 2 + (b - 2) ** 2, a**2 + b**2 - 2, 3 - b, -a / 2, a**3 - b)
exponents = st.sampled_from(EXPONENTS)
rows = st.tuples(exponents, exponents)
points = st.tuples(*[st.fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)] * 2)


@settings(max_examples=12)
@given(st.lists(rows, min_size=2, max_size=3), st.lists(points, min_size=8, max_size=8))
def test_a_random_diagram_is_proved_and_agrees_with_the_programme_on_and_off_its_boundaries(terms, places):
    loss = Loss(tuple(PowerLaw(f"term {i}", ((N, e), (t, f))) for i, (e, f) in enumerate(terms)))
    diagram = compute_optimum(loss, N * t, parameters=(a, b), where=(a < 9, b < 9))
    prove(diagram)
    for place in [*places, (Fraction(1), Fraction(1)), (Fraction(2), Fraction(2))]:
        found = diagram.at(*place)
        here = {s: Rational(v.numerator, v.denominator) for s, v in zip((a, b), place, strict=True)}
        assert diagram.exponent.subs(here) == Rational(found.exponent.numerator, found.exponent.denominator)
        phase = diagram.phases[diagram.phase_at(dict(zip((a, b), place, strict=True)))]
        assert set(phase.binding) <= {loss.terms[i].name for i in found.binding} or len(found.vertices) > 1


def random_diagram(seed):
    draw = random.Random(seed)
    used = RESOURCES[: draw.choice([2, 2, 3])]
    pool = draw.choice([EXPONENTS, CURVED])
    loss = Loss(
        tuple(PowerLaw(f"term {i}", tuple((r, draw.choice(pool)) for r in used)) for i in range(draw.choice([2, 3, 3])))
    )
    cost = S.One
    for r in used:
        cost *= r
    return draw, compute_optimum(loss, cost, (a < 4, b < 4), (a, b))


def random_point(draw):
    scale = draw.choice([1, 2, 3, 4, 7, 60])  # small denominators fall on boundaries and corners
    return {symbol: Fraction(draw.randint(1, 4 * scale - 1), scale) for symbol in (a, b)}


@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 50))])
def test_two_hundred_points_of_a_random_diagram_have_the_exact_optimum(seed):
    # 50 diagrams of 200 points are 10^4; in an open region the whole optimal face is compared, elsewhere the exponent.
    draw, diagram = random_diagram(seed)
    programme = diagram.programme
    for _ in range(200):
        point = random_point(draw)
        found = programme.at(point)
        inside = [phase for phase in diagram.phases if holds(phase.where, point)]
        assert len(inside) <= 1
        phase = inside[0] if inside else diagram.phases[diagram.phase_at(point)]
        assert evaluate(phase.exponent, point) == found.exponent
        best = {vertex.allocation for vertex in found.vertices}
        if inside and len(best) == 1:  # an isolated point may have a larger face than the region around it
            assert {tuple(evaluate(share, point) for share in vertex) for vertex in phase.vertices} == best
            assert set(phase.binding) == {programme.loss.terms[i].name for i in found.binding}


@pytest.mark.parametrize("seed", range(0, 50, 5))
def test_the_exponent_of_a_region_is_that_of_an_independent_programme_in_floats(seed):
    draw, diagram = random_diagram(seed)
    programme = diagram.programme
    for _ in range(20):
        point = random_point(draw)
        terms = np.array([[float(evaluate(e, point)) for e in row] for row in programme.term_exponents()])
        count = terms.shape[1]
        answer = linprog(
            [*[0.0] * count, -1.0],
            A_ub=np.hstack([-terms, np.ones((len(terms), 1))]),
            b_ub=np.zeros(len(terms)),
            A_eq=[[*[1.0] * count, 0.0]],
            b_eq=[1.0],
            bounds=[*[(0, None)] * count, (None, None)],
            method="highs",
        )
        for phase in diagram.phases:
            if holds(phase.where, point):
                exponent = float(evaluate(phase.exponent, point))
                assert abs(-answer.fun - exponent) < 1e-6  # ten times the solver's feasibility tolerance
                assert abs(-answer.fun * 1.01 - exponent) > 1e-6 or exponent == 0
