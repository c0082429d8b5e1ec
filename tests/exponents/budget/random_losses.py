"""Random losses in powers of sums, min and max under random budgets, and their minimum by brute force (no tests here).

The brute force shares no formula with the package: it evaluates the loss, as NumPy reads its text, on a grid of
ln(resources), and zooms into the best places.
"""

from __future__ import annotations

import numpy as np
from sympy import Max, Min, Rational, Symbol, lambdify

from exponents import programme

N, D, g = (Symbol(name, positive=True) for name in ("N", "D", "g"))
BUDGET = 2000
FALLS = [Rational(text) for text in ("1/4", "1/3", "1/2", "2/3", "1")]


def draw_monomial(draw, resources, sign):
    """Return a monomial that falls, or grows, with some of the resources."""
    found = Rational(int(draw.integers(1, 60)), int(draw.integers(1, 6)))
    for r in draw.permutation(np.array(resources, dtype=object))[: draw.integers(1, len(resources) + 1)]:
        found *= r ** (sign * FALLS[draw.integers(len(FALLS))])
    return found


def draw_sum(draw, resources, sign):
    """Return a sum, minimum or maximum of two or three monomials."""
    parts = [draw_monomial(draw, resources, sign) for _ in range(draw.integers(2, 4))]
    kind = draw.integers(4)
    return Min(*parts) if kind == 0 else Max(*parts) if kind == 1 else sum(parts)


def draw_part(draw, resources):
    """Return a part of a loss that falls with the resources."""
    power = FALLS[draw.integers(len(FALLS))]
    kind = draw.integers(4)
    if kind == 0:
        return draw_monomial(draw, resources, -1)
    if kind == 1:
        return draw_sum(draw, resources, -1) ** power
    if kind == 2:
        return 20 * draw_sum(draw, resources, 1) ** -power
    return draw_sum(draw, resources, -1) * draw_sum(draw, resources, 1) ** -power


def draw_problem(seed):
    """Return a programme, its loss, its cost (an equation, or a sum that C bounds) and its constraints."""
    draw = np.random.default_rng(seed)
    resources = [N, D, g][: 2 + int(draw.integers(2))]
    loss = sum(draw_part(draw, resources) for _ in range(2 + int(draw.integers(2))))
    # something grows with each resource, so that a best split lies inside
    loss += sum(r / 3000 for r in resources) * int(draw.integers(2))
    costs = [3 * N * D, N * D + 5 * N, 2 * N + D**2 / 50, N * D * 2 + D ** Rational(3, 2)]
    cost = costs[draw.integers(len(costs))]
    if g in resources:
        cost = cost + 3 * g * N if cost.is_Add else cost * g
    relations = [D >= 2 * N, N <= 30, D <= 25, 2 * D <= N**2]
    chosen = [relations[draw.integers(len(relations))]] if draw.integers(2) else []
    return programme(loss, cost, subject_to=chosen), loss, cost, chosen, resources


def look(loss, cost, relations, resources, amounts):
    """Return the loss at some amounts, or None if they break the budget or a constraint by more than rounding."""
    place = [float(amounts[r]) for r in resources]
    spent = float(lambdify(resources, cost, "numpy")(*place))
    met = abs(spent / BUDGET - 1) < 1e-9 if not cost.is_Add else spent < BUDGET * (1 + 1e-9)
    for relation in relations:
        more, less = (float(lambdify(resources, side, "numpy")(*place)) for side in (relation.gts, relation.lts))
        met &= less <= more * (1 + 1e-9)
    return float(lambdify(resources, loss, "numpy")(*place)) if met and min(place) > 1 - 1e-9 else None


def search_grid(loss, cost, relations, resources, rounds=24):
    """Return the least loss on grids that close in on the best places; None if no point is allowed."""
    value = lambdify(resources, loss, "numpy")
    spent = lambdify(resources, cost, "numpy")
    holds = [lambdify(resources, relation.gts - relation.lts, "numpy") for relation in relations]
    last = None if cost.is_Add else resources[-1]
    kept = len(resources) - (last is not None)
    per_side = {1: 3000, 2: 480, 3: 70}[kept]

    def evaluate(axes):
        grid = [np.exp(axis.ravel()) for axis in np.meshgrid(*axes, indexing="ij")]
        if last is not None:
            grid.append(BUDGET / spent(*grid, np.ones_like(grid[0])))  # the cost is linear in the last resource
        with np.errstate(all="ignore"):
            allowed = np.all([x >= 1 - 1e-12 for x in grid], axis=0) & (spent(*grid) <= BUDGET * (1 + 1e-12))
            for rule in holds:
                allowed &= rule(*grid) >= -1e-12
            found = np.where(allowed, value(*grid), np.inf)
        order = np.argsort(found)[:4]
        return [(found[i], [np.log(grid[c][i]) for c in range(kept)]) for i in order if np.isfinite(found[i])]

    top = np.log(BUDGET) + 1
    best = evaluate([np.linspace(0, top, per_side)] * kept)
    if not best:
        return None
    width = top / (per_side)
    for _ in range(rounds):
        more = list(best)
        for _, place in best:
            axes = [np.unique(np.clip([*np.linspace(u - 2 * width, u + 2 * width, 21), u], 0, None)) for u in place]
            more += evaluate(axes)
        best = sorted(more, key=lambda own: own[0])[:4]
        width /= 3
    return best[0][0]
