"""How should one budget be split, and how do splits grow with the budget, for each of many fits at once?

How they grow is derived by the engine of ``balance`` (`exponents.optimum.law_splits`).  For one budget:

The cost is a monomial, C = k prod resource^c.  In logarithms the splits of a budget are a simplex.  The first resource
takes a share s of the logarithm of the budget, the next one a share of what is left, and so on; the last takes the
rest.  Along each share the least loss is found by a grid, and then where the slope changes its sign.  (Values of the
loss alone would give ln N to half the digits.)  The least loss over the later shares has the slope of the loss itself,
as these are at their best or at an end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from exponents.errors import InputError, NoBalance, TooMuchWork
from exponents.optimum.law_splits import split_law
from exponents.text.law_text import BudgetEquation, LawText

from ..arrays import Reals
from .prediction import log_loss_with_slope

GRIDS = {1: 128, 2: 33, 3: 13}
"""Points of the first grid along a share, for each number of shares."""

MOST_RESOURCES = max(GRIDS) + 1
"""Resources among which a budget is split."""

SMALLEST = 1e-15
"""Least step of a share."""

MOST_STEPS = 120
"""Steps of the search for a zero; bisection alone needs half of them."""


def find_obstacle(law: LawText, cost: BudgetEquation) -> str:
    """Return why no budget of this cost can be split; nothing if it can.

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> find_obstacle(read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N"))
    'the cost C=6*N has no D, which the law has'
    """
    powers = dict(cost.powers)
    for one, other, words in ((law.resources, powers, "has no"), (powers, law.resources, "has")):
        missing = ", ".join(name for name in one if name not in other)
        if missing:
            return f"the cost {cost.text} {words} {missing}, which the law has{'' if one is law.resources else ' not'}"
    falling = [name for name, power in cost.powers if power <= 0]
    return f"the cost {cost.text} does not rise with {', '.join(falling)}" if falling else ""


def explain_split(
    law: LawText, u: Reals, cost: BudgetEquation, budget: float | None, asked: bool, derived: bool
) -> list[str]:
    """Return why a fit has no best split, if that was asked for or the law has several resources.

    ``derived`` says whether the split at large budgets is known.

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> explain_split(read_law(DEFAULT_TERMS, ("N", "D")), np.ones(5), read_budget_equation("C=N"), None, False, False)
    ['no best split: the cost C=N has no D, which the law has; name a cost of all, such as N*D']
    """
    if obstacle := find_obstacle(law, cost):
        hint = f"name a cost of all, such as {'*'.join(law.resources)}"
        return [f"no best split: {obstacle}; {hint}"] if asked or len(law.resources) > 1 else []
    notes = []
    if not derived:
        try:
            leading_splits(law, u[None], cost)
        except (InputError, NoBalance, TooMuchWork) as error:
            notes.append(f"no split at large C: {error}")
    if budget is not None and len(law.resources) > MOST_RESOURCES:
        notes.append(
            f"no split at C = {budget:.4g}: at most {MOST_RESOURCES} resources; the law has {len(law.resources)}"
        )
    return notes


@dataclass(frozen=True)
class LeadingSplits:
    """The best split at large budgets, for each of many fits; see `exponents.optimum.law_splits`.

    Attributes
    ----------
    low, high : mapping of str to (b,)
        n in resource ~ C^n: the least and the largest that are optimal.
    binding : list of tuple of str
        The terms that balance.
    """

    low: Mapping[str, Reals]
    high: Mapping[str, Reals]
    binding: list[tuple[str, ...]]


def leading_splits(law: LawText, u: Reals, cost: BudgetEquation) -> LeadingSplits:
    """Return how resources grow with the budget at the best split, for each fit of a law.

    Parameters
    ----------
    law : LawText
    u : (b, p)
    cost : BudgetEquation

    Returns
    -------
    LeadingSplits

    Raises
    ------
    InputError, NoBalance, TooMuchWork
        If the engine derives a split for none of the fits.

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> law, cost = read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N*D")
    >>> found = leading_splits(law, np.array([[0.25, 0.75, 0, 0, 0]]), cost)
    >>> found.low["N"].tolist(), found.binding
    ([0.75], [('A*N**-alpha', 'B*D**-beta')])
    """
    count = len(law.exponents)
    values = [dict(zip(law.exponents, map(Fraction, row), strict=True)) for row in u[:, :count].tolist()]
    for row, own in zip(u, values, strict=True):
        own |= {name: Fraction(0) for name, value in zip(law.scales, row[count:], strict=True) if value == -np.inf}
    splits = split_law(law, values, [Fraction(dict(cost.powers)[name]) for name in law.resources])
    low, high = (
        {name: np.array([float(side[r]) for side in sides]) for r, name in enumerate(law.resources)}
        for sides in ([split.low for split in splits], [split.high for split in splits])
    )
    return LeadingSplits(low, high, [split.binding for split in splits])


def split_budget(law: LawText, u: Reals, cost: BudgetEquation, budget: float) -> Mapping[str, Reals]:
    """Return ln of each resource and of the loss at the best split of a budget.

    Parameters
    ----------
    law : LawText
        With at most `MOST_RESOURCES` resources.
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
    powers = dict(cost.powers)
    whole = np.log(budget) - np.log(cost.factor)
    count = len(law.resources) - 1

    def place(shares: list[Reals]) -> dict[str, Reals]:
        left, logs = np.asarray(whole), {}
        for name, share in zip(law.resources, [*shares, np.asarray(1.0)], strict=True):
            logs[name], left = share * left / powers[name], (1 - share) * left
        return logs

    def direction(shares: list[Reals], moved: int) -> dict[str, Reals]:
        """Return the change of ln of each resource with one share."""
        left, found = np.asarray(whole), {}
        for i, (name, share) in enumerate(zip(law.resources, [*shares, np.asarray(1.0)], strict=True)):
            if i < moved:
                found[name], left = np.asarray(0.0), (1 - share) * left
            elif i == moved:
                found[name], left = left / powers[name], -left
            else:
                found[name], left = share * left / powers[name], (1 - share) * left
        return found

    def minimise(shares: list[Reals], own: Reals) -> list[Reals]:
        """Return the best later shares, given the earlier ones."""
        if len(shares) == count:
            return shares
        axis, points = len(shares), GRIDS[count]

        def rest(share: Reals) -> list[Reals]:
            return minimise([*(one[..., None] for one in shares), share], own[..., None, :])

        def value(share: Reals) -> tuple[Reals, Reals]:
            found = rest(share)
            return log_loss_with_slope(law, own[..., None, :], place(found), direction(found, axis))

        grid = np.broadcast_to(np.linspace(0, 1, points), (*own.shape[:-1], points))
        best = value(grid)[0].argmin(-1)[..., None]
        low = np.take_along_axis(grid, np.maximum(best - 1, 0), -1)
        high = np.take_along_axis(grid, np.minimum(best + 1, points - 1), -1)
        return [one[..., 0] for one in rest(_find_zero(lambda share: value(share)[1], low, high))]

    logs = place(minimise([], u))
    return {**logs, "loss": log_loss_with_slope(law, u, logs, dict.fromkeys(logs, 0.0))[0]}


def _find_zero(slope: Callable[[Reals], Reals], low: Reals, high: Reals) -> Reals:
    """Return where a slope changes its sign, or the end at which it points outwards; Chandrupatla's method."""
    x1, x2 = low, high
    f1, f2 = slope(x1), slope(x2)
    ends = np.where(f1 >= 0, low, high)
    inside = (f1 < 0) & (f2 > 0)
    t = np.full(x1.shape, 0.5)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(MOST_STEPS):
            x = x1 + t * (x2 - x1)
            f = slope(x)
            same = (f > 0) == (f1 > 0)
            x3, f3 = np.where(same, x1, x2), np.where(same, f1, f2)
            x2, f2 = np.where(same, x2, x1), np.where(same, f2, f1)
            x1, f1 = x, f
            x2, f2 = np.where(f == 0, x, x2), np.where(f == 0, 0.0, f2)  # found: it stays
            nearest = np.where(np.abs(f1) < np.abs(f2), x1, x2)
            least = SMALLEST * (1 + np.abs(nearest)) / np.abs(x2 - x1)
            if not (inside & (least < 0.5)).any():
                break
            xi, phi = (x1 - x2) / (x3 - x2), (f1 - f2) / (f3 - f2)
            inverse = f1 / (f2 - f1) * f3 / (f2 - f3) + (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f3 - f2)
            smooth = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & np.isfinite(inverse)
            t = np.clip(np.where(smooth, inverse, 0.5), np.minimum(least, 0.5), np.maximum(1 - least, 0.5))
    return np.where(inside, nearest, ends)
