"""Random degenerate problems: the whole optimal face against an enumeration of all its corners and rays."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from math import prod

import pytest
from sympy import S, symbols

from exponents.algebra.parametric import evaluate, holds
from exponents.errors import InputError, NoBalance, Refuted
from exponents.losses.terms import Loss, PowerLaw
from exponents.optimum.proof import prove, prove_phase
from exponents.optimum.search import compute_optimum

a, b = symbols("a b")
RESOURCES = symbols("N t B P", positive=True)
RATES = (S.Zero, S.Zero, S.One, S.One, S(2), 1 + a, 1 + b, a - b)
SPENT = (S.One, S.One, 1 + a, 2 + b)
BOUND = (S.Zero, S.Zero, S.One, a, b, -b, a - b)
DOMAIN = (a > -1, a < 1, b > -1, b < 1)


def random_problem(seed):
    """A diagram of few terms, one budget of everything, and perhaps another; None if somewhere there is no optimum."""
    draw = random.Random(seed)
    used = RESOURCES[: draw.choice([2, 3, 3, 4])]
    free = tuple(r for r in used if draw.random() < 0.25)
    rows = [
        tuple((r, draw.choice(RATES) * (draw.choice([1, -1]) if r in free else 1)) for r in used)
        for _ in range(draw.choice([1, 2, 3]))
    ]
    costs = [prod((r ** draw.choice(SPENT) for r in used if r not in free), start=S.One)]
    if draw.random() < 0.6:
        costs.append(used[0] * prod((r ** draw.choice(BOUND) for r in used), start=S.One))
    loss = Loss(tuple(PowerLaw(f"term {i}", row) for i, row in enumerate(rows)))
    try:
        return draw, compute_optimum(loss, costs[-draw.choice([1, 2]) :], DOMAIN, (a, b), free)
    except (NoBalance, InputError):
        return draw, None


def eliminate(rows, width):
    """Reduced echelon form over the rationals, and its pivots."""
    rows, pivots = [list(row) for row in rows], []
    for column in range(width):
        place = next((i for i in range(len(pivots), len(rows)) if rows[i][column]), None)
        if place is None:
            continue
        rows[len(pivots)], rows[place] = rows[place], rows[len(pivots)]
        head = rows[len(pivots)] = [value / rows[len(pivots)][column] for value in rows[len(pivots)]]
        for i, row in enumerate(rows):
            if row is not head and row[column]:
                rows[i] = [own - row[column] * above for own, above in zip(row, head, strict=True)]
        pivots.append(column)
    return rows, pivots


def enumerate_face(terms, budgets, free, exponent):
    """Corners and rays of {x: c.x = 1, e.x >= r, x >= 0 unless free}; None where it holds a line."""
    width = len(budgets[0])
    sides = [([*term], exponent) for term in terms]
    sides += [([Fraction(c == r) for c in range(width)], Fraction(0)) for r in range(width) if r not in free]
    equations = [[*row, Fraction(1)] for row in budgets]
    rank = len(eliminate(equations, width)[1])
    if len(eliminate([*(row[:-1] for row in equations), *(g for g, _ in sides)], width)[1]) < width:
        return None
    corners, rays = set(), set()
    for chosen in combinations(sides, width - rank):
        rows, pivots = eliminate([*equations, *([*g, level] for g, level in chosen)], width)
        if len(pivots) == width and not any(row[-1] for row in rows[width:]):
            x = tuple(row[-1] for row in rows[:width])
            if all(sum(map(prod, zip(g, x, strict=True))) >= level for g, level in sides):
                corners.add(x)
    for chosen in combinations(sides, width - rank - 1) if width > rank else ():
        rows, pivots = eliminate([*([*row[:-1], 0] for row in equations), *([*g, 0] for g, _ in chosen)], width)
        if len(pivots) != width - 1:
            continue
        (own,) = set(range(width)) - set(pivots)
        line = [Fraction(c == own) for c in range(width)]
        for row, pivot in zip(rows, pivots, strict=False):
            line[pivot] = -row[own]
        for ray in (line, [-rate for rate in line]):
            if all(sum(map(prod, zip(g, ray, strict=True))) >= 0 for g, _ in sides):
                rays.add(unit(ray))
    return corners, rays


def unit(ray):
    return tuple(rate / sum(map(abs, ray)) for rate in ray)


def check_faces(draw, diagram, points):
    programme = diagram.programme
    compared = 0
    for _ in range(points):
        point = {symbol: Fraction(draw.randint(-9972, 9972), 9973) for symbol in (a, b)}  # off all curves
        inside = [phase for phase in diagram.phases if holds(phase.where, point)]
        if not inside:
            continue
        (phase,) = inside
        terms, budgets = (
            [[evaluate(e, point) for e in row] for row in rows]
            for rows in (programme.term_exponents(), programme.budget_exponents())
        )
        if phase.unbounded:
            continue
        if phase.infeasible:
            everything = enumerate_face([], budgets, programme.free_positions, Fraction(0))
            assert everything is None or not everything[0], point
            continue
        face = enumerate_face(terms, budgets, programme.free_positions, evaluate(phase.exponent, point))
        if face is not None:
            corners = {tuple(evaluate(x, point) for x in vertex) for vertex in phase.vertices}
            assert (corners, {unit([evaluate(x, point) for x in ray]) for ray in phase.rays}) == face, point
            compared += 1
    return compared


def is_refuted(diagram, forged):
    try:
        prove_phase(diagram.programme, forged)
    except Refuted as error:
        return "face" in str(error)
    return False


@pytest.mark.parametrize("seeds", [range(18), pytest.param(range(18, 50), marks=pytest.mark.slow)])
def test_the_listed_face_of_random_problems_is_the_whole_one_and_any_less_is_refuted(seeds):
    compared = rays = faces = 0
    for seed in seeds:
        draw, diagram = random_problem(seed)
        if diagram is None:
            continue
        compared += check_faces(draw, diagram, 2)
        prove(diagram)
        for phase in diagram.phases:
            if phase.rays:
                rays += 1
                assert is_refuted(diagram, replace(phase, rays=phase.rays[1:]))
            if len(phase.vertices) > 1:
                faces += 1
                assert is_refuted(diagram, replace(phase, vertices=phase.vertices[:-1]))
    assert compared > 10 and rays > 0 and faces > 0


def test_the_exponent_at_simple_points_is_that_of_the_programme_there():
    # Points of small denominators lie on boundaries, and where budgets change.
    compared = 0
    for seed in range(70, 110):
        draw, diagram = random_problem(seed)
        for _ in range(12 if diagram else 0):
            size = draw.choice([2, 3, 4])
            point = {symbol: Fraction(draw.randint(1 - size, size - 1), size) for symbol in (a, b)}
            try:
                optimum = diagram.programme.at(point)
            except (NoBalance, InputError):
                continue
            assert evaluate(diagram.exponent, point) == optimum.exponent
            compared += 1
    assert compared > 150
