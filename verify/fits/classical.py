"""What do the other two usual approaches say about the same runs?

Envelope: the run with the lowest loss at each budget; ln N of these against ln C.
IsoFLOP: at each budget a parabola of the loss in ln N, and one in ln D; the positions of their minima against ln C.
The third is the fit of a law itself.

A parabola is refused for a named reason: too few runs, budgets that differ, no minimum, or a
minimum that is not between runs.  Budgets with too few runs are no part of the envelope either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError
from exponents.text.law_text import BudgetEquation

from ..arrays import Places, Reals
from .formula_intervals import quantile
from .quantities import Estimate
from .runs import Runs

FEWEST = 4
"""Runs of a parabola."""

FEWEST_BUDGETS = 3
"""Budgets of a line."""

GAP = 0.1
"""Difference of ln C from which two budgets are different."""

SPREAD = 0.35
"""Range of ln C of runs that count as one budget."""

BIASES = {
    "envelope": "steps between the sizes that were trained move each best run",
    "isoflop": "the loss is no parabola in ln N: a range that is not centred on the minimum moves it",
    "parametric": "the form itself; the split at large C follows from the exponents alone",
}
"""What is known to bias each approach."""


@dataclass(frozen=True)
class Parabola:
    """The runs of one budget, and the minimum of a parabola through them.

    Attributes
    ----------
    budget : float
        C, the geometric mean over the runs.
    runs : int
    best : mapping of str to float
        The amount of each resource in the run with the lowest loss.
    minimum : mapping of str to float
        The amount at the minimum of the parabola; empty if it was refused.
    refused : str
        Why there is none.
    """

    budget: float
    runs: int
    best: Mapping[str, float]
    minimum: Mapping[str, float]
    refused: str


@dataclass(frozen=True)
class Classical:
    """The exponents of the split by envelope and by parabolas.

    Attributes
    ----------
    convention : str
        Which compute was used.
    parabolas : tuple of Parabola
        One for each budget, in order.
    envelope, isoflop : mapping of str to Estimate
        n in resource ~ C^n; empty with fewer than `FEWEST_BUDGETS` budgets.
    """

    convention: str
    parabolas: tuple[Parabola, ...]
    envelope: Mapping[str, Estimate]
    isoflop: Mapping[str, Estimate]

    def to_dict(self, level: float) -> dict[str, object]:
        """Return the approaches as JSON holds them."""
        return {
            "compute": self.convention,
            "fewest": FEWEST,
            "envelope": {name: one.to_dict(level, "exponent") for name, one in self.envelope.items()},
            "isoflop": {name: one.to_dict(level, "exponent") for name, one in self.isoflop.items()},
            "budgets": [
                {"budget": p.budget, "runs": p.runs, "best": dict(p.best), "minimum": dict(p.minimum) or None}
                | ({"refused": p.refused} if p.refused else {})
                for p in self.parabolas
            ],
        }


def compare_approaches(runs: Runs, cost: BudgetEquation | None, level: float = 0.95) -> Classical:
    """Return what envelope and parabolas say about runs.

    Parameters
    ----------
    runs : Runs
        With two resources or one.
    cost : BudgetEquation or None
        Gives C, where the runs have no column of it.
    level : float
        Of the intervals, by Student's t over the budgets.

    Returns
    -------
    Classical

    Raises
    ------
    InputError
        If no compute is known.

    Examples
    --------
    >>> from exponents.text.law_text import read_budget_equation
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> budget, shift = np.repeat([1e18, 1e19, 1e20], 5), np.tile([-0.4, -0.2, 0.0, 0.2, 0.4], 3)
    >>> size = np.sqrt(budget / 6) * np.exp(shift)
    >>> table = make_table({"N": size, "D": budget / 6 / size, "loss": 3 + shift**2})
    >>> found = compare_approaches(choose_runs(table, ("N", "D")), read_budget_equation("C=6*N*D"))
    >>> round(found.isoflop["N"].value, 9), found.convention
    (0.5, 'C=6*N*D')
    """
    if runs.budget is not None:
        spent, convention = runs.budget, "the file's own C"
    elif cost is not None:
        spent = np.log(cost.factor) + sum((power * runs.logs[n] for n, power in cost.powers), np.zeros(len(runs)))
        convention = cost.text
    else:
        raise InputError("the approaches need the compute of each run; got none; add --cost '6*N*D' or a column C")
    groups = group_budgets(spent)
    parabolas = tuple(_parabola(runs, spent, rows) for rows in groups)
    envelope, isoflop = {}, {}
    for name in runs.logs:
        envelope[name] = _line([(p.budget, p.best[name]) for p in parabolas if p.runs >= FEWEST], level)
        isoflop[name] = _line([(p.budget, p.minimum[name]) for p in parabolas if p.minimum], level)
    return Classical(
        convention,
        parabolas,
        {name: one for name, one in envelope.items() if one is not None},
        {name: one for name, one in isoflop.items() if one is not None},
    )


def group_budgets(spent: Reals) -> list[Places]:
    """Return the places of the runs of each budget, given ln C.

    Examples
    --------
    >>> [rows.tolist() for rows in group_budgets(np.array([2.0, 0.0, 2.01, 0.02]))]
    [[1, 3], [0, 2]]
    """
    order = np.argsort(spent, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(spent[order]) > GAP) + 1)


def _parabola(runs: Runs, spent: Reals, rows: Places) -> Parabola:
    best = rows[np.argmin(runs.loss[rows])]
    minimum, refused = {}, ""
    if (spread := float(np.ptp(spent[rows]))) > SPREAD:
        refused = f"C varies by a factor of {np.exp(spread):.2g}"
    for name, logs in runs.logs.items():
        place, why = _vertex(logs[rows], runs.loss[rows])
        refused = refused or (f"{name}: {why}" if why else "")
        minimum[name] = float(np.exp(place))
    return Parabola(
        float(np.exp(spent[rows].mean())),
        len(rows),
        {name: float(np.exp(logs[best])) for name, logs in runs.logs.items()},
        {} if refused else minimum,
        refused,
    )


def _vertex(x: Reals, loss: Reals) -> tuple[float, str]:
    """Return where a parabola has its minimum, or why it has none that counts."""
    if len(x) < FEWEST or len(np.unique(x)) < FEWEST:
        return np.nan, f"fewer than {FEWEST} sizes"
    centre = x.mean()
    second, first, _ = np.polyfit(x - centre, loss, 2)
    if second <= 0:
        return np.nan, "the parabola opens downwards"
    place = float(centre - first / (2 * second))
    if not x.min() < place < x.max():
        return np.nan, "the minimum lies outside the runs"
    return place, ""


def _line(points: list[tuple[float, float]], level: float) -> Estimate | None:
    """Return the slope of ln amount against ln C, with its interval."""
    if len(points) < FEWEST_BUDGETS:
        return None
    x, y = np.log(np.array(points)).T
    x = x - x.mean()
    slope = float((x @ y) / (x @ x))
    rest = y - y.mean() - slope * x
    error = quantile(level, len(x) - 2) * float(np.sqrt((rest @ rest) / (len(x) - 2) / (x @ x)))
    return Estimate(slope, slope - error, slope + error)
