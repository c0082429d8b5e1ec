"""The exact simplex method against one in floats, with resources that may shrink and ones that may not."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import linprog

from exponents.optimum.simplex import Tableau, Unbounded


def by_scipy(terms, budgets, free):
    """Maximise z under e_i.x >= z and c_j.x = 1."""
    rows, costs = np.array(terms, float), np.array(budgets, float)
    width = rows.shape[1]
    bounds = [(None, None) if r in free else (0, None) for r in range(width)] + [(None, None)]
    above = np.hstack([-rows, np.ones((len(rows), 1))])
    equal = np.hstack([costs, np.zeros((len(costs), 1))])
    return linprog([0] * width + [-1], above, [0] * len(rows), equal, [1] * len(costs), bounds)


@pytest.mark.parametrize("seed", range(60))
def test_the_best_exponent_is_that_of_another_simplex_method(seed):
    rng = np.random.default_rng(seed)
    width, sizes = rng.integers(2, 5), (rng.integers(1, 5), rng.integers(1, 3))
    terms, budgets = ([[Fraction(int(k), 2) for k in row] for row in rng.integers(-2, 6, (n, width))] for n in sizes)
    free = tuple(int(r) for r in range(width) if rng.random() < 0.4)
    other = by_scipy(terms, budgets, free)
    tableau = Tableau(terms, budgets, free)
    if not tableau.find_feasible():
        assert other.status == 2
        return
    try:
        tableau.solve()
    except Unbounded:
        assert other.status in (2, 3, 4)  # HiGHS may not tell unbounded from infeasible
        return
    x = tableau.vertex().allocation
    assert all(sum(c * share for c, share in zip(budget, x, strict=True)) == 1 for budget in budgets)
    assert all(share >= 0 for r, share in enumerate(x) if r not in free)
    best = min(sum(e * share for e, share in zip(term, x, strict=True)) for term in terms)
    assert other.status == 0 and abs(float(best) + other.fun) < 1e-9
    tight = tableau.vertex().basis.terms
    assert all(sum(e * share for e, share in zip(terms[i], x, strict=True)) == best for i in tight)


def test_a_free_resource_stands_where_a_constraint_holds_it():
    """1/t at t = C and N = U C: x_N = 1 + x_U, so U may grow without end, and shrink until N is 1."""
    one, zero = Fraction(1), Fraction(0)
    tableau = Tableau([[zero, zero, one]], [[zero, zero, one], [one, -one, zero]], free=(1,))
    assert tableau.find_feasible()
    tableau.solve()
    assert tableau.vertex().allocation == (0, -1, 1)
