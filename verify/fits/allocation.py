"""How should a budget be split, for each of many laws at once?

The cost is a monomial, C = k N^c D^d.  Exponents of the best split at large C solve a linear programme: with N = C^x
and D = C^y, c x + d y = 1, the slowest term falls as fast as possible.  For two resources its corners are compared
directly.  At one budget the loss on the line of splits is minimised by a grid in ln N, and then by halving the
interval in which its slope changes sign.  (Values of the loss alone would give ln N to half the digits.)
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np

from exponents.text.law_text import BudgetEquation, LawText

from ..arrays import Reals
from .prediction import log_loss_with_slope

GRID, HALVINGS = 128, 60
"""Points of the first grid, and halvings of the interval."""


def can_split(law: LawText, cost: BudgetEquation | None) -> bool:
    """Return whether the split of a budget is known here: two resources, both in the cost with positive powers.

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> can_split(read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N*D"))
    True
    """
    powers = dict(cost.powers) if cost else {}
    return len(law.resources) == 2 and set(powers) == set(law.resources) and min(powers.values()) > 0


def split_exponents(law: LawText, u: Reals, cost: BudgetEquation) -> Mapping[str, Reals]:
    """Return n in resource ~ C^n for each law, at large budgets; nothing for laws that are no sums of monomials.

    Parameters
    ----------
    law : LawText
    u : (b, p)
    cost : BudgetEquation

    Returns
    -------
    mapping of str to (b,)

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> law, cost = read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N*D")
    >>> float(split_exponents(law, np.array([[0.3, 0.6, 0, 0, 0]]), cost)["N"][0].round(9))
    0.666666667
    """
    if law.monomials is None:
        return {}
    first, second = law.resources
    c, d = dict(cost.powers)[first], dict(cost.powers)[second]
    falls = [fall for fall in _decays(law, u) if fall is not None]
    # Along x, with y = (1 - c x)/d, each term falls with the exponent at_zero + slope * x.
    at_zero = np.array([fall[second] / d for fall in falls])
    slopes = np.array([fall[first] - fall[second] * c / d for fall in falls])
    corners = [np.zeros(len(u)), np.full(len(u), 1 / c)]
    for i, j in combinations(range(len(falls)), 2):
        with np.errstate(divide="ignore", invalid="ignore"):
            x = (at_zero[j] - at_zero[i]) / (slopes[i] - slopes[j])
        corners.append(np.where((x >= 0) & (x <= 1 / c), x, 0.0))
    points = np.array(corners)
    slowest = (at_zero[:, None] + slopes[:, None] * points).min(0)
    x = points[slowest.argmax(0), np.arange(len(u))]
    return {first: x, second: (1 - c * x) / d, "loss": slowest.max(0)}


def binding_terms(law: LawText, u: Reals, cost: BudgetEquation) -> list[tuple[int, ...]]:
    """Return which monomials balance at large budgets, for each law.

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> law, cost = read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N*D")
    >>> binding_terms(law, np.array([[0.3, 0.6, 0, 0, 0]]), cost)
    [(1, 2)]
    """
    shares = split_exponents(law, u, cost)
    first, second = law.resources
    found = np.zeros((len(law.monomials or ()), len(u)), bool)
    for k, fall in enumerate(_decays(law, u)):
        if fall is not None:
            own = fall[first] * shares[first] + fall[second] * shares[second]
            found[k] = own <= shares["loss"] + 1e-9
    return [tuple(np.flatnonzero(column).tolist()) for column in found.T]


def _decays(law: LawText, u: Reals) -> list[dict[str, Reals] | None]:
    """Return how fast each monomial falls with each resource; None for one without resources, or of size 0."""
    unknowns = {name: u[:, i] for i, name in enumerate(law.unknowns)}
    falls: list[dict[str, Reals] | None] = []
    for monomial in law.monomials or ():
        if not monomial.powers:
            falls.append(None)
            continue
        own = {name: np.zeros(len(u)) for name in law.resources}
        for name, constant, parts in monomial.powers:
            own[name] = -(constant + sum((slope * unknowns[part] for part, slope in parts), np.zeros(len(u))))
        falls.append(own)
    return falls


def split_budget(law: LawText, u: Reals, cost: BudgetEquation, budget: float) -> Mapping[str, Reals]:
    """Return ln of each resource and of the loss at the best split of a budget.

    Parameters
    ----------
    law : LawText
    u : (b, p)
    cost : BudgetEquation
    budget : float

    Returns
    -------
    mapping of str to (b,)
        One entry for each resource, and ``loss``.

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> law, cost = read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N*D")
    >>> u = np.array([[0.5, 0.5, -np.inf, np.log(3), np.log(3)]])
    >>> np.exp(split_budget(law, u, cost, 6e20)["N"]).round(-5).tolist()
    [10000000000.0]
    """
    first, second = law.resources
    c, d = dict(cost.powers)[first], dict(cost.powers)[second]
    whole = np.log(budget) - np.log(cost.factor)

    def loss_at(x: Reals) -> tuple[Reals, Reals]:
        logs = {first: x, second: (whole - c * x) / d}
        return log_loss_with_slope(law, u[:, None], logs, {first: 1.0, second: -c / d})

    low, high = np.zeros((len(u), 1)), np.full((len(u), 1), whole / c)
    grid = low + (high - low) * np.linspace(0, 1, GRID)
    place = loss_at(grid)[0].argmin(1)[:, None]
    low = np.take_along_axis(grid, np.maximum(place - 1, 0), 1)
    high = np.take_along_axis(grid, np.minimum(place + 1, GRID - 1), 1)
    for _ in range(HALVINGS):
        x = (low + high) / 2
        rises = loss_at(x)[1] > 0
        low, high = np.where(rises, low, x), np.where(rises, x, high)
    x = (low + high) / 2
    return {first: x[:, 0], second: ((whole - c * x) / d)[:, 0], "loss": loss_at(x)[0][:, 0]}
