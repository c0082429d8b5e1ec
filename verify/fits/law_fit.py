"""Which law do runs follow, and how well is each of its constants known?

`fit_law` reads runs, finds the best constants of a law with its rivals by other objectives, puts intervals on
everything, and warns where the fit should not be trusted.  The parts: `run_table` and `runs` read; `search` fits;
`bootstrap` and `formula_intervals` give errors; `fit_checks` warns; `held_out` compares with other laws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from exponents.display import Reported
from exponents.errors import InputError
from exponents.names import require_type
from exponents.rationals import abbreviate
from exponents.text.law_text import (
    DEFAULT_TERMS,
    BudgetEquation,
    LawText,
    law_names,
    read_budget_equation,
    read_law,
)

from ..arrays import Reals
from .allocation import explain_split, find_obstacle
from .bootstrap import DRAWS, bootstrap
from .charts import draw_fit
from .classical import BIASES, Classical
from .fit_checks import check_data, check_fit
from .fit_settings import check_budget, check_settings, list_texts
from .formula_intervals import covariance, quantile
from .objectives import HUBER, LS, Objective, read_objective
from .prediction import log_loss
from .quantities import Estimate, estimates, quantities
from .run_table import make_table
from .runs import Runs, choose_runs, find_resources, reduce_runs, select_rows
from .search import Problem, Solution

LITERATURE = Objective(HUBER, 1e-3)
"""The objective of most published fits."""

DEFAULT_COST = "C=6*N*D"


@dataclass(frozen=True)
class Rival:
    """The fit of the same law by another objective."""

    objective: Objective
    value: float
    parameters: Mapping[str, float]

    def to_dict(self) -> dict[str, object]:
        """Return the rival as JSON holds it."""
        own = {"objective": self.objective.name, "parameters": dict(self.parameters), "value": self.value}
        return own if self.objective.delta is None else {**own, "delta": self.objective.delta}


@dataclass(frozen=True, repr=False, eq=False)
class LawFit(Reported):
    """A law fitted to runs.

    Attributes
    ----------
    form : str
        The law, with its unknowns.
    objective : Objective
        With its delta.
    value : float
        The objective at the fit.
    parameters : mapping of str to Estimate
        Exponents and scales.
    allocation : mapping of str to Estimate
        n in resource ~ C^n at the best split of large budgets; empty if none is known, as `notes` then says.
    budget : float or None
    split : mapping of str to Estimate
        The best amounts at the budget, and the loss there; empty without a budget.
    rivals : tuple of Rival
        The same law by other objectives.
    warnings : tuple of str
    notes : tuple of str
        What was assumed about columns and rows.
    level : float
    intervals : "bootstrap", "formula" or "none"
    law, cost, runs, problem, solution, draws
        What the fit was made of, and the unknowns of the bootstrap fits, (draws, p).
    held_out : sequence of mappings or None
        The table of `held_out.compare_laws`, if it was asked for.
    approaches : Classical or None
        Envelope and parabolas on the same runs, if they were asked for.

    Examples
    --------
    >>> size = np.logspace(7, 9, 5).repeat(5)
    >>> data = np.tile(np.logspace(9, 11, 5), 5)
    >>> loss = 1.7 + 400 * size**-0.34 + 410 * data**-0.28
    >>> fit = fit_law({"N": size, "D": data, "loss": loss}, intervals="none")
    >>> [round(fit.parameters[name].value, 6) for name in ("alpha", "beta", "E")]
    [0.34, 0.28, 1.7]
    >>> fit.predict({"N": 1e10, "D": 1e12}).round(4).item()
    2.0382
    """

    form: str
    objective: Objective
    value: float
    parameters: Mapping[str, Estimate]
    allocation: Mapping[str, Estimate]
    budget: float | None
    split: Mapping[str, Estimate]
    rivals: tuple[Rival, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    level: float
    intervals: str
    law: LawText = field(repr=False)
    cost: BudgetEquation | None = field(repr=False)
    runs: Runs = field(repr=False)
    problem: Problem = field(repr=False)
    solution: Solution = field(repr=False)
    draws: Reals | None = field(repr=False)
    held_out: Sequence[Mapping[str, Any]] | None = None
    approaches: Classical | None = None

    def predict(self, resources: Mapping[str, Any]) -> Reals:
        """Return the loss at given resources.

        Parameters
        ----------
        resources : mapping of str to array
            The amount of each resource of the law; arrays broadcast.

        Returns
        -------
        array

        Raises
        ------
        InputError
            If a resource is missing, or is not positive.
        """
        logs = {}
        for name in self.law.resources:
            if name not in resources:
                raise InputError(f"predict needs {', '.join(self.law.resources)}; got no {name}; give its amount")
            amount = np.asarray(resources[name], float)
            if not (np.isfinite(amount) & (amount > 0)).all():
                raise InputError(f"predict needs positive amounts; got {abbreviate(amount)} for {name}")
            logs[name] = np.log(amount)
        found: Reals = np.exp(log_loss(self.law, self.solution.u, logs))
        return found

    @property
    def residuals(self) -> Reals:
        """ln(loss) minus its prediction, for each run."""
        return np.log(self.runs.loss) - log_loss(self.law, self.solution.u, self.runs.logs)

    def at_budget(self, budget: float) -> Mapping[str, Estimate]:
        """Return the best split of a budget, and the loss there, with intervals; empty if no split is known."""
        found = _estimate(
            self.law,
            self.problem,
            self.solution,
            self.cost,
            check_budget(budget),
            self.level,
            self.intervals,
            self.draws,
        )
        return found.get("split", {})

    def plot(self, axes: Any, kind: str = "loss", exponent: str = "") -> None:
        """Draw the fit on Axes of matplotlib.

        Parameters
        ----------
        axes : matplotlib Axes
        kind : "loss", "residuals", "isoflop" or "profile"
        exponent : str
            For a profile.
        """
        draw_fit(self, axes, kind, exponent)

    def to_dict(self) -> dict[str, Any]:
        """Return the fit as JSON holds it."""
        own = {"name": self.objective.name, "delta": self.objective.delta, "value": self.value}
        found: dict[str, Any] = {
            "form": self.form,
            "objective": own,
            "parameters": {name: one.to_dict(self.level) for name, one in self.parameters.items()},
            "allocation": {name: one.to_dict(self.level, "exponent") for name, one in self.allocation.items()},
            "rivals": [rival.to_dict() for rival in self.rivals],
            "held_out": self.held_out,
            "warnings": list(self.warnings),
            "rows": len(self.runs),
            "intervals": self.intervals,
        }
        if self.split:
            amounts = {name: one.to_dict(self.level) for name, one in self.split.items()}
            found["split"] = {"budget": self.budget, **amounts}
        if self.approaches:
            found["approaches"] = self.approaches.to_dict(self.level)
        return found

    def describe(self) -> str:
        """Return the law, its exponents and scales, and how many runs there are."""
        found = ", ".join(f"{name} = {one.value:.4g}" for name, one in self.parameters.items())
        return f"{self.form}, {len(self.runs)} runs: {found}"

    def tables(self) -> Any:
        """Return the tables that ``exponents fit`` prints."""
        from exponents.reports.fit_tables import fit_tables

        return fit_tables(self.to_dict(), BIASES)

    def summary(self) -> str:
        """Return the tables as text, then the warnings."""
        return "\n\n".join([str(self), *(f"Warning: {text}." for text in self.warnings)])


def describe(objective: Objective) -> str:
    """Return the name of an objective, with its delta.

    Examples
    --------
    >>> describe(Objective("huber", 1e-3))
    'huber:0.001'
    """
    return objective.name if objective.delta is None else f"{objective.name}:{objective.delta:.4g}"


def fit_law(
    data: Any,
    form: Sequence[str] | str = DEFAULT_TERMS,
    *,
    where: Sequence[str] | str = (),
    resources: Mapping[str, str] | None = None,
    loss: str = "",
    given: Sequence[str] | str = (),
    cost: str | None = None,
    budget: float | None = None,
    objective: str = HUBER,
    intervals: str = "bootstrap",
    draws: int = DRAWS,
    level: float = 0.95,
    cluster: str = "",
    seed: int = 0,
    only: Sequence[str] | str = (),
    drop_blank: bool = False,
    drop_highest: int = 0,
    best: bool = False,
    executor: Executor | None = None,
    progress: Callable[[Iterable[Reals], int], Iterable[Reals]] | None = None,
) -> LawFit:
    """Fit a law to runs.

    Parameters
    ----------
    data : str, Path, DataFrame or mapping of str to array
        The runs: a file with a line of names, or columns.
    form : str or sequence of str
        The terms of the law, such as ``"A*N**-alpha"``; names that are no resources are unknown.
    where : sequence of str
        Ties and fixed numbers: ``"alpha==beta"``, ``"E==0"``.
    resources : mapping of str to str, optional
        The column of each resource.
    loss : str, optional
        The column of the loss.
    given : sequence of str
        Equations such as ``"C=6*N*D"``, from which a resource without a column follows.
    cost : str, optional
        The cost of all resources, such as ``"C=6*N*D"``, for the best split; by default the equation for C in
        ``given``, or 6 N D.
    budget : float, optional
        Where the best split is reported.
    objective : str
        ``"huber"`` (delta is the scale of the noise), ``"huber:1e-3"``, ``"ls"`` or ``"ls-raw"``.
    intervals : "bootstrap", "formula" or "none"
    draws : int
        Fits of the bootstrap.
    level : float
        Of the intervals.
    cluster : str, optional
        A column: runs with the same entry are drawn together.
    seed : int
    only : sequence of str
        Conditions ``"COLUMN=VALUE"`` on rows.
    drop_blank : bool
        Whether rows with a blank cell in a column that is needed are left out.
    drop_highest : int
        The number of highest losses to leave out.
    best : bool
        Whether to keep the lowest loss only, where resources are equal.
    executor : Executor, optional
        For the bootstrap.
    progress : callable, optional
        As in `bootstrap`.

    Returns
    -------
    LawFit

    Raises
    ------
    InputError
        If the runs or the law cannot be read, or the runs cannot determine the law.

    Examples
    --------
    >>> size = np.logspace(6, 9, 12)
    >>> fit = fit_law({"N": size, "loss": 2 + 300 * size**-0.3}, ("E", "A*N**-alpha"), intervals="none")
    >>> round(fit.parameters["alpha"].value, 9)
    0.3
    """
    terms = list_texts(form, "the form")
    wanted = read_objective(objective)
    check_settings(intervals, draws, level, seed, drop_highest)
    budget = None if budget is None else check_budget(budget)
    require_type(resources or {}, Mapping, "resources", "write {'N': 'params'}")
    table, notes = select_rows(make_table(data), list_texts(only, "only"), ())
    names = find_resources(table, law_names(terms), resources or {})
    law = read_law(terms, names, list_texts(where, "where"))
    runs = choose_runs(table, law.resources, loss, resources, list_texts(given, "given"), cluster, drop_blank)
    runs, more = reduce_runs(runs, drop_highest, best)
    warnings = check_data(law, runs)
    spent = _read_cost(cost, runs)
    problem = Problem(law, runs)
    solution = problem.solve(wanted)
    found_draws = None
    if intervals == "bootstrap":
        found_draws = bootstrap(problem, solution, draws, seed, executor, progress)
    found = _estimate(law, problem, solution, spent, budget, level, intervals, found_draws)
    asked = cost is not None or budget is not None
    notes += explain_split(law, solution.u, spent, budget, asked, "allocation" in found)
    known = None if find_obstacle(law, spent) else spent
    rivals = _fit_rivals(problem, solution, wanted)
    warnings += check_fit(problem, solution, found, [(r.objective, r.parameters) for r in rivals], budget, known, level)
    return LawFit(
        law.text, solution.objective, solution.value, found["parameters"], found.get("allocation", {}), budget,
        found.get("split", {}), rivals, tuple(warnings), (*runs.notes, *notes, *more), level, intervals,
        law, known, runs, problem, solution, found_draws,
    )  # fmt: skip


def _read_cost(cost: str | None, runs: Runs) -> BudgetEquation:
    """Return the cost of a split: the one that was given, or the equation of the runs, or 6 N D."""
    if cost is not None:
        (cost,) = list_texts((cost,), "the cost")
        return read_budget_equation(cost if "=" in cost else f"C={cost}", "the cost")
    return runs.equation if runs.equation and runs.equation.left == "C" else read_budget_equation(DEFAULT_COST)


def _estimate(
    law: LawText,
    problem: Problem,
    solution: Solution,
    cost: BudgetEquation | None,
    budget: float | None,
    level: float,
    intervals: str,
    draws: Reals | None,
) -> dict[str, dict[str, Estimate]]:
    formula = None
    if intervals == "formula":
        degrees = len(problem.loss) - len(law.unknowns)
        formula = covariance(problem, solution), quantile(level, degrees)
    return estimates(law, solution.u, cost, budget, level, draws, formula)


def _fit_rivals(problem: Problem, solution: Solution, wanted: Objective) -> tuple[Rival, ...]:
    """Return the fits of the same law by the other usual objectives."""
    found = []
    for objective in (Objective(HUBER), Objective(LS), LITERATURE):
        if objective in (wanted, solution.objective):
            continue
        other = problem.solve(objective, thorough=False)
        values = quantities(problem.law, other.u[None])["parameters"]
        found.append(Rival(other.objective, other.value, {name: float(v[0]) for name, v in values.items()}))
    return tuple(found)
