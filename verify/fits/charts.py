"""How is a fitted law drawn, on Axes that the caller gives?

    loss      each run's loss against its prediction, and the line on which both are equal
    residuals ln(loss) minus its prediction, against the budget of each run
    isoflop   the loss against the first resource: runs of each budget, and the law at that budget
    profile   the least objective against one exponent, from fits in which it is held

Nothing here imports matplotlib: the Axes bring it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from exponents.errors import InputError
from exponents.names import require
from exponents.text.law_text import read_law

from .classical import group_budgets
from .prediction import log_loss
from .search import Problem

if TYPE_CHECKING:
    from .law_fit import LawFit

KINDS = ("loss", "residuals", "isoflop", "profile")

POINTS = 200
"""Points of a curve."""

HELD = 15
"""Values at which an exponent is held for a profile."""


def draw_fit(fit: LawFit, axes: Any, kind: str, exponent: str = "") -> None:
    """Draw a fit.

    Parameters
    ----------
    fit : LawFit
    axes : matplotlib Axes
    kind : "loss", "residuals", "isoflop" or "profile"
    exponent : str
        For a profile; the first one by default.

    Raises
    ------
    InputError
        If the kind is unknown, or the fit has no such picture.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from .law_fit import fit_law
    >>> size = np.logspace(6, 9, 12)
    >>> fit = fit_law({"N": size, "loss": 2 + 300 * size**-0.3}, ("E", "A*N**-alpha"), intervals="none")
    >>> axes = Figure().subplots()
    >>> draw_fit(fit, axes, "loss")
    >>> axes.get_xlabel()
    'predicted loss'
    """
    require(kind, KINDS, "the kind of picture")
    if kind == "profile":
        _draw_profile(fit, axes, exponent)
    else:
        _DRAW[kind](fit, axes)


def _draw_loss(fit: LawFit, axes: Any) -> None:
    predicted = np.exp(log_loss(fit.law, fit.solution.u, fit.runs.logs))
    ends = [predicted.min(), predicted.max()]
    axes.loglog(predicted, fit.runs.loss, ".", label="runs")
    axes.loglog(ends, ends, "-", color="black", linewidth=0.8, label="equal")
    axes.set_xlabel("predicted loss")
    axes.set_ylabel("loss")


def _draw_residuals(fit: LawFit, axes: Any) -> None:
    axes.semilogx(np.exp(_budgets(fit)), 100 * fit.residuals, ".")
    axes.axhline(0, color="black", linewidth=0.8)
    known = fit.runs.budget is not None or fit.cost is not None
    axes.set_xlabel("budget C" if known else "product of the resources")
    axes.set_ylabel("residual of ln L, %")


def _budgets(fit: LawFit) -> Any:
    """Return ln C of each run: of the file, by the cost, or the product of the resources."""
    if fit.runs.budget is not None:
        return fit.runs.budget
    if fit.cost is None:
        return sum(fit.runs.logs.values())
    return np.log(fit.cost.factor) + sum(power * fit.runs.logs[name] for name, power in fit.cost.powers)


def _draw_isoflop(fit: LawFit, axes: Any) -> None:
    if fit.cost is None or len(fit.law.resources) != 2:
        raise InputError("isoFLOP curves need two resources and their cost; give cost='C=6*N*D'")
    first, second = fit.law.resources
    powers, spent = dict(fit.cost.powers), _budgets(fit)
    for rows in group_budgets(spent):
        (line,) = axes.loglog(
            np.exp(fit.runs.logs[first][rows]), fit.runs.loss[rows], ".", label=f"C = {np.exp(spent[rows].mean()):.3g}"
        )
        x = np.linspace(fit.runs.logs[first][rows].min() - 0.5, fit.runs.logs[first][rows].max() + 0.5, POINTS)
        y = (spent[rows].mean() - np.log(fit.cost.factor) - powers[first] * x) / powers[second]
        loss = np.exp(log_loss(fit.law, fit.solution.u, {first: x, second: y}))
        axes.loglog(np.exp(x), loss, "-", color=line.get_color(), linewidth=0.8)
    axes.set_xlabel(first)
    axes.set_ylabel("loss")


def _draw_profile(fit: LawFit, axes: Any, exponent: str) -> None:
    name = exponent or next(iter(fit.law.exponents), "")
    require(name, fit.law.exponents, "the exponent of a profile")
    one = fit.parameters[name]
    spread = one.width / 2 if np.isfinite(one.width) else abs(one.value) / 5
    held = np.linspace(one.value - 1.5 * spread, one.value + 1.5 * spread, HELD)
    values = []
    for value in held:
        law = read_law(fit.law.terms, fit.law.resources, (f"{name}=={value:.12g}",))
        values.append(Problem(law, fit.runs).solve(fit.objective, thorough=False).value)
    axes.plot(held, np.array(values) / fit.value, ".-")
    axes.axvline(one.value, color="black", linewidth=0.8)
    axes.set_xlabel(name)
    axes.set_ylabel("objective, relative to the least")


_DRAW = {"loss": _draw_loss, "residuals": _draw_residuals, "isoflop": _draw_isoflop}
