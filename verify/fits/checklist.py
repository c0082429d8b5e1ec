"""What must a paper report about a fit, so that others can repeat it?

The questions are those of the checklist of (Mis)Fitting (arXiv 2502.18969), in four groups.  Answers that follow from
the fit are filled in.  The others are for the authors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .starts import GRID, LARGEST, SMALLEST

if TYPE_CHECKING:
    from .law_fit import LawFit

AUTHORS = "for the authors to say"


def fill_checklist(fit: LawFit) -> list[tuple[str, str, str]]:
    """Return the group, the question and the answer of each line.

    Parameters
    ----------
    fit : LawFit

    Returns
    -------
    list of tuple of str

    Examples
    --------
    >>> from .law_fit import fit_law
    >>> size = np.logspace(6, 9, 12)
    >>> fit = fit_law({"N": size, "loss": 2 + 300 * size**-0.3}, ("E", "A*N**-alpha"), intervals="none")
    >>> fill_checklist(fit)[0]
    ('hypothesis', 'form of the law', 'L = E + A*N**-alpha')
    """
    law, runs = fit.law, fit.runs
    ranges = ", ".join(
        f"{name} {np.exp(v.min()):.3g} to {np.exp(v.max()):.3g} ({len(np.unique(np.round(v, 9)))} values)"
        for name, v in runs.logs.items()
    )
    count = GRID.get(len(law.exponents))
    grid = f"{count} points from {SMALLEST} to {LARGEST} in each exponent" if count else "evenly spread"
    budget = "" if fit.cost is None else f"; cost {fit.cost.text}"
    return [
        ("hypothesis", "form of the law", f"L = {fit.form}"),
        ("hypothesis", "unknowns", ", ".join(law.unknowns)),
        ("hypothesis", "variables", ", ".join(law.resources) + budget),
        ("hypothesis", "do N and C count embeddings", AUTHORS),
        ("training", "architecture, data and tokeniser", AUTHORS),
        ("training", "learning rates and batch sizes, and how they were chosen", AUTHORS),
        ("training", "ranges", ranges),
        ("data", "number of runs", str(len(runs))),
        ("data", "loss: which set, and of last or earlier checkpoints", AUTHORS),
        ("data", "how runs were chosen or left out", "; ".join(fit.notes) or "all rows"),
        ("data", "lowest and highest loss", f"{runs.loss.min():.4g}, {runs.loss.max():.4g}"),
        ("fitting", "objective", _objective(fit)),
        ("fitting", "value of the objective", f"{fit.value:.10g}"),
        ("fitting", "search", f"grid of exponents ({grid}), prefactors by non-negative least squares"),
        ("fitting", "optimiser", "damped Newton steps with exact second derivatives, until the gradient is 0"),
        ("fitting", "local minima found", str(len(fit.solution.minima) + len(fit.solution.face))),
        ("fitting", "constants", ", ".join(f"{name} = {one.value:.7g}" for name, one in fit.parameters.items())),
        ("fitting", "uncertainty", _uncertainty(fit)),
        ("fitting", "other objectives", "; ".join(_rivals(fit)) or "none"),
        ("fitting", "tested on runs left out", "see the table of laws" if fit.held_out else "no: add --held-out"),
        ("fitting", "doubts", "; ".join(fit.warnings) or "none found"),
    ]


def _objective(fit: LawFit) -> str:
    name, delta = fit.objective.name, fit.objective.delta
    if name == "ls-raw":
        return "sum of squares of L minus its prediction"
    return (
        "sum of squares of the residual of ln L" if delta is None else f"sum of Huber's loss of ln L, delta {delta:.4g}"
    )


def _uncertainty(fit: LawFit) -> str:
    if fit.intervals == "none":
        return "none"
    if fit.draws is None:
        return f"{100 * fit.level:g} % intervals by a formula"
    unit = "clusters of runs" if fit.runs.clusters is not None else "runs"
    return f"{100 * fit.level:g} % intervals, percentiles of {len(fit.draws)} bootstrap fits of {unit}"


def _rivals(fit: LawFit) -> list[str]:
    return [
        f"{rival.objective.name if rival.objective.delta is None else f'huber:{rival.objective.delta:.4g}'}: "
        + ", ".join(f"{name} = {rival.parameters[name]:.5g}" for name in fit.law.exponents)
        for rival in fit.rivals
    ]
