"""Random plans against an independent convex programme in logarithms (SciPy): the same least loss, no false refusal.

A linear programme says whether an allocation meets the budgets, and whether the loss falls without end; a sequential
quadratic programme minimises the loss.  None of it shares a formula with the package.
"""

import random
from fractions import Fraction
from math import log

import mpmath
import numpy as np
import pytest
from scipy.optimize import linprog, minimize
from sympy import Mul, Rational, Symbol

from exponents.budget.allocation import plan_budget
from exponents.errors import InputError, NoBalance, TooMuchWork
from exponents.losses.terms import Loss, PowerLaw
from exponents.optimum.programme import programme

RESOURCES = [Symbol(name, positive=True) for name in "DNtx"]
INFEASIBLE, UNBOUNDED = "infeasible", "unbounded"


def draw_problem(seed):
    """Return terms and costs as (prefactor, powers), a budget for each cost, and the resources that are free."""
    draw = random.Random(seed)
    sizes = [1, 1, 2, 3, 10, Fraction(1, 7), 400, Fraction(1, 10**6), 10**9]
    powers = [0, 0, 1, 1, 2, -1], [1, 1, 2, 3]
    return draw_any(draw, draw.choice([2, 2, 3, 3, 4]), draw.choice([1, 2, 3, 4, 5]), sizes, powers, [0, 1, 1, 1, 2])


def draw_wide_problem(seed):
    """Return a problem whose powers and prefactors differ by many orders of magnitude."""
    draw = random.Random(seed)
    sizes = [1, 1, 2, 3, Fraction(1, 7), 400, Fraction(1, 10**60), 10**60, 10**9, Fraction(3, 10**9)]
    powers = [0, 0, 1, 1, 2, -1, 100], [1, 1, 2, 3, 10, 1000]
    return draw_any(draw, draw.choice([2, 3, 4]), draw.choice([2, 3, 5, 8]), sizes, powers, [0, 1, 1, 1, 2, -1])


def draw_any(draw, width, count, sizes, powers, growths):
    def row(tops):
        found = [Fraction(draw.choice(tops), draw.choice(powers[1])) for _ in range(width)]
        return found if any(found) else row(tops)

    terms = [(Fraction(draw.choice(sizes)), row(powers[0])) for _ in range(count)]
    costs = [(Fraction(draw.choice([1, 1, 6, Fraction(1, 3)])), row(growths)) for _ in range(draw.choice([1, 1, 2]))]
    budgets = [Fraction(draw.choice([1, 6, 100, 10**4, 10**9])) for _ in costs]
    free = [r for r in range(width) if draw.random() < 0.1]
    for r in range(width):
        if r not in free and not any(powers[r] for _, powers in costs):
            costs[-1][1][r] = Fraction(1)  # a resource without a cost is none
    return terms, costs, budgets, free


def solve_in_logs(terms, costs, budgets, free):
    """Return ln of the least loss by SciPy, or what is wrong with the problem."""
    falls = np.array([[float(e) for e in row] for _, row in terms])
    fronts = np.array([log(p) for p, _ in terms])
    equal = np.array([[float(c) for c in row] for _, row in costs])
    right = np.array([log(spent / k) for spent, (k, _) in zip(budgets, costs, strict=True)])
    width = falls.shape[1]
    floors = [(None if r in free else 0, None) for r in range(width)]
    inside = linprog(np.zeros(width), A_eq=equal, b_eq=right, bounds=floors)
    if inside.status == 2:
        return INFEASIBLE
    # A direction that raises no term: how far do all terms fall along it, at most?
    cone = [(-1 if r in free else 0, 1) for r in range(width)]
    rise = linprog(-falls.sum(0), A_ub=-falls, b_ub=np.zeros(len(terms)), A_eq=equal, b_eq=0 * right, bounds=cone)
    if -rise.fun > 1e-9:
        return UNBOUNDED
    # The largest term alone, for a start; then all of them.
    epigraph = linprog(
        [*np.zeros(width), 1],
        A_ub=np.hstack([-falls, -np.ones((len(terms), 1))]),
        b_ub=-fronts,
        A_eq=np.hstack([equal, np.zeros((len(costs), 1))]),
        b_eq=right,
        bounds=[*floors, (None, None)],
    )
    scale = max(1.0, np.abs(epigraph.x).max())

    def loss(u):
        sizes = fronts - falls @ (scale * u)
        shares = np.exp(sizes - sizes.max())
        return sizes.max() + np.log(shares.sum()), -scale * (shares @ falls) / shares.sum()

    rows = independent(equal)
    constraint = {"type": "eq", "fun": lambda u: equal[rows] @ u - right[rows] / scale, "jac": lambda _: equal[rows]}
    best = np.inf
    for start in (epigraph.x[:width] / scale, inside.x / scale):
        found = minimize(
            loss,
            start,
            jac=True,
            method="SLSQP",
            bounds=floors,
            constraints=constraint,
            options={"maxiter": 2000, "ftol": 1e-15},
        )
        violated = max(
            np.abs(equal @ found.x * scale - right).max(),
            -min((found.x[r] for r in range(width) if r not in free), default=0),
        )
        if violated < 1e-7:
            best = min(best, found.fun)
    return best


def independent(rows):
    kept = []
    for j in range(len(rows)):
        if np.linalg.matrix_rank(rows[[*kept, j]]) > len(kept):
            kept.append(j)
    return kept


def plan(terms, costs, budgets, free):
    """Return ln of the least loss by the package, or what is wrong with the problem."""
    used = RESOURCES[: len(terms[0][1])]

    def monomial(front, row, sign):
        return Mul(Rational(front), *(r ** (sign * Rational(e)) for r, e in zip(used, row, strict=True)))

    loss = Loss(tuple(PowerLaw.from_expr(monomial(p, row, -1), used, f"{i}") for i, (p, row) in enumerate(terms)))
    problem = programme(loss, [monomial(k, row, 1) for k, row in costs], free=[used[r] for r in free])
    try:
        found = plan_budget(problem, budgets)
    except TooMuchWork:
        return "too much work"
    except InputError:
        return INFEASIBLE
    except NoBalance:
        return UNBOUNDED
    with mpmath.workdps(50):
        check_allocation(found, terms, costs, budgets, free)
        return float(mpmath.log(found.loss))


def check_allocation(found, terms, costs, budgets, free):
    """The amounts meet the budgets and floors, and cost the loss that is said, to 30 digits."""
    logs = [mpmath.log(amount) for _, amount in found.allocation]

    def log_of(front, row, sign):
        parts = (sign * mpmath.mpf(e.numerator) / e.denominator * u for e, u in zip(row, logs, strict=True))
        return mpmath.log(mpmath.mpf(front.numerator) / front.denominator) + mpmath.fsum(parts)

    tiny = mpmath.mpf(10) ** -30
    assert all(u > -tiny for r, u in enumerate(logs) if r not in free)
    for (k, row), spent in zip(costs, budgets, strict=True):
        assert abs(log_of(k / spent, row, 1)) < tiny
    assert abs(mpmath.fsum(mpmath.exp(log_of(p, row, -1)) for p, row in terms) / found.loss - 1) < tiny


def agree(found, independent, tolerance=1e-6):
    if isinstance(found, str) or isinstance(independent, str):
        return found == independent
    return abs(found - independent) < tolerance  # what SLSQP reaches in double precision


@pytest.mark.parametrize("seed", range(60))
def test_a_plan_is_the_least_loss_of_a_convex_programme_or_is_rightly_refused(seed):
    problem = draw_problem(seed)
    assert agree(plan(*problem), solve_in_logs(*problem))


@pytest.mark.parametrize("seed", range(40))
def test_powers_and_prefactors_of_any_size_are_planned(seed):
    problem = draw_wide_problem(seed)
    found, right = plan(*problem), solve_in_logs(*problem)
    if isinstance(right, str):
        assert found == right
    else:
        assert found < right + 1e-4  # in double precision the quadratic programme may stop short of the minimum


def test_control_another_loss_or_another_verdict_does_not_agree():
    problem = draw_problem(0)
    right = solve_in_logs(*problem)
    assert agree(plan(*problem), right) and not isinstance(right, str)
    assert not agree(right + log(1.01), right) and not agree(UNBOUNDED, right) and not agree(right, INFEASIBLE)
    terms, costs, budgets, free = problem
    dearer = [(k * Fraction(11, 10), row) for k, row in costs]
    assert not agree(plan(terms, dearer, budgets, free), right)
    assert {solve_in_logs(*draw_problem(seed)) for seed in range(60)} >= {INFEASIBLE, UNBOUNDED}
