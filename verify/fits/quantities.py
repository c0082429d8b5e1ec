"""Which quantities does a fit report, and within which intervals?

Of fits with unknowns u: each exponent, each scale, the exponents of the best split, and at one budget the best split
and its loss.  An interval is the percentiles of bootstrap fits, or symmetric about the value by a formula: then
amounts, scales and losses are treated in logarithms, and derivatives of a quantity are differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError, NoBalance, TooMuchWork
from exponents.text.law_text import BudgetEquation, LawText

from ..arrays import Reals
from .allocation import MOST_RESOURCES, find_obstacle, leading_splits, split_budget

STEP = 1e-5
"""Change of an unknown, in units of its standard error, by which derivatives are taken."""


@dataclass(frozen=True)
class Estimate:
    """A value and its interval; ends are None where there is no interval.

    A value that is not determined, as the exponent of a split that is not unique, is NaN; ``among`` has the least and
    the largest of its values.

    Examples
    --------
    >>> Estimate(0.35, 0.32, 0.38).to_dict(0.95)
    {'value': 0.35, 'interval': [0.32, 0.38], 'level': 0.95}
    """

    value: float
    low: float | None = None
    high: float | None = None
    among: tuple[float, float] | None = None

    @property
    def width(self) -> float:
        """Length of the interval; infinite if there is none."""
        return self.high - self.low if self.low is not None and self.high is not None else np.inf

    def to_dict(self, level: float, key: str = "value") -> dict[str, object]:
        """Return the estimate as JSON holds it."""
        interval = None if self.low is None or self.high is None else [self.low, self.high]
        if self.among is None:
            return {key: self.value, "interval": interval, "level": level}
        return {key: None, "among": list(self.among), "interval": interval, "level": level}


def quantities(
    law: LawText, u: Reals, cost: BudgetEquation | None = None, budget: float | None = None
) -> dict[str, dict[str, Reals]]:
    """Return the quantities of fits: ``parameters``, ``allocation``, and ``split`` at the budget.

    ``allocation`` has the least exponents of a best split at large C, and ``upper`` the largest; both are missing if
    none is derived.

    Parameters
    ----------
    law : LawText
    u : (b, p)
    cost : BudgetEquation, optional
    budget : float, optional

    Returns
    -------
    dict of str to dict of str to (b,)

    Examples
    --------
    >>> from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
    >>> law, cost = read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N*D")
    >>> found = quantities(law, np.array([[0.3, 0.6, 0.0, 1.0, 1.0]]), cost)
    >>> list(found["parameters"]), float(found["allocation"]["N"][0].round(6))
    (['alpha', 'beta', 'E', 'A', 'B'], 0.666667)
    """
    count = len(law.exponents)
    names = law.unknowns
    found = {"parameters": {name: u[:, i] if i < count else np.exp(u[:, i]) for i, name in enumerate(names)}}
    if cost is None or find_obstacle(law, cost):
        return found
    try:
        leading = leading_splits(law, u, cost)
        found |= {"allocation": dict(leading.low), "upper": dict(leading.high)}
    except (InputError, NoBalance, TooMuchWork):  # `fit_law` says why
        pass
    if budget is not None and len(law.resources) <= MOST_RESOURCES:
        split = split_budget(law, u, cost, budget)
        found["split"] = {name: np.exp(values) for name, values in split.items()}
    return found


def estimates(
    law: LawText,
    u: Reals,
    cost: BudgetEquation | None,
    budget: float | None,
    level: float,
    draws: Reals | None,
    formula: tuple[Reals, float] | None,
) -> dict[str, dict[str, Estimate]]:
    """Return every quantity of a fit with its interval.

    Parameters
    ----------
    law : LawText
    u : (p,)
        The fit.
    cost, budget
        As in `quantities`.
    level : float
    draws : (b, p) or None
        Bootstrap fits.
    formula : pair of (p, p) and float, or None
        A covariance, and the factor of a standard error.

    Returns
    -------
    dict of str to dict of str to Estimate

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> law = read_law(("A*N**-alpha",), ("N",))
    >>> found = estimates(law, np.array([0.3, 0.0]), None, None, 0.95, None, (np.eye(2) * 1e-4, 2.0))
    >>> round(found["parameters"]["alpha"].low, 6)
    0.28
    """
    at = quantities(law, u[None], cost, budget)
    if draws is not None:
        many = quantities(law, draws, cost, budget)
        found = {
            group: {name: _percentiles(float(at[group][name][0]), v, level) for name, v in own.items()}
            for group, own in many.items()
            if group in at
        }
    elif formula is not None:
        found = _by_formula(law, u, cost, budget, *formula)
    else:
        found = {group: {name: Estimate(float(v[0])) for name, v in own.items()} for group, own in at.items()}
    upper = found.pop("upper", {})
    for name, high in upper.items():
        found["allocation"][name] = own = _join(found["allocation"][name], high)
        if own.among and "split" in found:  # the amount is one of many, and has no interval
            found["split"][name] = Estimate(found["split"][name].value)
    return found


def _percentiles(value: float, draws: Reals, level: float) -> Estimate:
    low, high = np.percentile(draws, [50 * (1 - level), 50 * (1 + level)]).tolist()
    return Estimate(value, low, high)


def _join(low: Estimate, high: Estimate) -> Estimate:
    """Return the estimate of a value that lies between two others, or is both."""
    if low.value == high.value:
        return Estimate(low.value, low.low, high.high)
    return Estimate(np.nan, low.low, high.high, (low.value, high.value))


def _by_formula(
    law: LawText, u: Reals, cost: BudgetEquation | None, budget: float | None, covariance: Reals, factor: float
) -> dict[str, dict[str, Estimate]]:
    """Return the quantities with their intervals by differences."""
    known = np.isfinite(np.diag(covariance))
    errors = np.where(known, np.sqrt(np.maximum(np.nan_to_num(np.diag(covariance)), 1e-300)), 0.0)
    shifts = np.vstack([np.diag(errors * STEP), -np.diag(errors * STEP), np.zeros((1, len(u)))])
    with np.errstate(invalid="ignore", divide="ignore"):
        points = np.where(np.isneginf(u), u, u + shifts)
        correlation = np.where(np.outer(known, known), covariance / np.outer(errors, errors), 0.0)

    def interval(group: str, name: str, values: Reals) -> Estimate:
        value = float(values[-1])
        logarithm = group == "split" or (group == "parameters" and name in law.scales)
        if logarithm and value == 0:  # an irreducible loss of 0 has no error by a formula
            return Estimate(value)
        values = np.log(values) if logarithm else values
        change = (values[: len(u)] - values[len(u) : -1]) / (2 * STEP)  # per standard error
        error = factor * float(np.sqrt(max(change @ np.nan_to_num(correlation) @ change, 0.0)))
        low, high = float(values[-1]) - error, float(values[-1]) + error
        return (
            Estimate(value, float(np.exp(low)), float(np.exp(min(high, 700.0))))
            if logarithm
            else Estimate(value, low, high)
        )

    found = quantities(law, points, cost, budget)
    return {group: {name: interval(group, name, v) for name, v in own.items()} for group, own in found.items()}
