"""When should a fit not be trusted?

`check_data` looks at the runs before the fit, and refuses what cannot determine the law.  `check_fit` looks at the fit,
and returns a warning for each reason for doubt.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import fdtrc

from exponents.errors import InputError
from exponents.text.law_text import BudgetEquation, LawText

from ..arrays import Reals
from .objectives import HUBER, Objective, robust_scale
from .prediction import log_loss
from .quantities import Estimate
from .runs import Runs, best_of_same
from .search import EXACT, Problem, Solution
from .starts import falling_signs

FEWEST_VALUES = 3
"""Different values of a resource below which an exponent, a prefactor and a constant are not separate."""

COLLINEAR, NEARLY = 1 - 1e-6, 0.98
"""R^2 of one logarithm of a resource given the others: refused, and warned of."""

FEW_CLUSTERS = 20
ILL_CONDITIONED = 1e4
HALF = 0.5
OUTLIER = 5.0
"""Residual, in units of the noise, beyond which a run is an outlier."""

LIKELY = 3.84
"""Twice the difference of log likelihoods within which fits are alike: the 95 % point of chi^2 with one degree."""

CERTAIN = 1e-3
"""Probability below which structure of the residuals is no chance."""

STEEPEST = 5.0
"""Exponents above are on the edge of what a fit can tell."""

VANISHED = 1e-6
"""Share of the loss, in all runs, below which a term is 0."""


def check_data(law: LawText, runs: Runs) -> list[str]:
    """Return warnings about the runs, or raise InputError if they cannot determine the law.

    Parameters
    ----------
    law : LawText
    runs : Runs

    Returns
    -------
    list of str

    Raises
    ------
    InputError
        If there are too few runs, too few values of a resource, or resources that determine each other.

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> runs = choose_runs(make_table({"N": [1e6] * 5, "loss": [3.1, 3.0, 2.9, 3.2, 3.0]}), ("N",))
    >>> check_data(read_law(("E", "A*N**-alpha"), ("N",)), runs)
    Traceback (most recent call last):
    exponents.errors.InputError: a fit needs 3 different values of each resource; N has 1; add runs
    """
    count = len(law.unknowns)
    if len(runs) <= count:
        raise InputError(f"a fit of {count} unknowns needs {count + 1} runs; got {len(runs)}; add runs or fix unknowns")
    for name in law.resources:
        different = len(np.unique(np.round(runs.logs[name], 9)))
        if different < FEWEST_VALUES:
            raise InputError(
                f"a fit needs {FEWEST_VALUES} different values of each resource; {name} has {different}; add runs"
            )
    warnings = []
    for name in law.resources:
        others = [own for own in law.resources if own != name]
        if not others:
            continue
        explained = _explained(runs.logs[name], np.column_stack([runs.logs[own] for own in others]))
        if explained > COLLINEAR:
            raise InputError(
                f"a fit needs resources that vary apart; {name} is a power of {' and '.join(others)} in all runs, "
                "as for D = 20 N; add runs off that line, or fit one resource"
            )
        if explained > NEARLY:
            warnings.append(
                f"{name} is nearly a power of {' and '.join(others)} (R^2 = {explained:.4f}): their terms are hard to "
                "tell apart"
            )
            break
    rows = np.column_stack([*runs.logs.values(), runs.loss])
    double = len(rows) - len(np.unique(rows, axis=0))
    if double:
        warnings.append(f"{double} rows repeat others exactly; each counts as a run of its own")
    if runs.clusters is not None and (number := int(runs.clusters.max()) + 1) < FEW_CLUSTERS:
        if number < 2:
            raise InputError("a bootstrap of clusters needs 2 of them; got 1; leave --cluster out")
        warnings.append(f"{number} clusters are few: below {FEW_CLUSTERS} their bootstrap gives intervals too narrow")
    return warnings


def _explained(values: Reals, others: Reals) -> float:
    """Return R^2 of values given others and a constant."""
    design = np.column_stack([np.ones(len(values)), others])
    rest = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
    whole = ((values - values.mean()) ** 2).sum()
    return 1 - float((rest**2).sum() / whole) if whole else 1.0


def check_fit(
    problem: Problem,
    solution: Solution,
    found: Mapping[str, Mapping[str, Estimate]],
    rivals: Sequence[tuple[Objective, Mapping[str, float]]],
    budget: float | None,
    cost: BudgetEquation | None,
    level: float,
) -> list[str]:
    """Return a warning for each reason to doubt a fit.

    Parameters
    ----------
    problem : Problem
    solution : Solution
    found : mapping
        The quantities with their intervals.
    rivals : sequence
        Other objectives, and the parameters by these.
    budget : float or None
    cost : BudgetEquation or None
    level : float

    Returns
    -------
    list of str

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> law, size = read_law(("E", "A*N**-alpha"), ("N",)), np.logspace(6, 9, 12)
    >>> problem = Problem(law, choose_runs(make_table({"N": size, "loss": 300 * size**-0.3}), ("N",)))
    >>> check_fit(problem, problem.solve(Objective("ls")), {"parameters": {}}, (), None, None, 0.95)[0]
    'E is 0 at the best fit, the end of its range'
    """
    law = problem.law
    m, slopes = _slopes(problem, solution)
    residuals = np.log(problem.loss) - m
    scale = robust_scale(residuals)
    warnings = _check_bounds(problem, solution, found, m) + _check_split(found)
    if scale > EXACT:
        warnings += _check_precision(slopes, found, law, level)
        warnings += _check_outliers(problem, solution, found)
        warnings += _check_minima(problem, solution, found)
        warnings += _check_structure(problem, residuals, slopes)
        warnings += _check_rivals(found, rivals, law)
    if solution.decrement > 1e-6 and solution.value > EXACT**2:
        warnings.append(
            "the search ended where the gradient is not 0: the law has no least objective, or is degenerate"
        )
    if budget is not None and cost is not None:
        spent = np.log(cost.factor) + sum(power * problem.runs.logs[name] for name, power in cost.powers)
        beyond = budget / float(np.exp(spent.max()))
        if beyond > 1:
            warnings.append(f"the budget is {beyond:.3g} times that of the largest run: the law is extrapolated")
    return warnings


def _slopes(problem: Problem, solution: Solution) -> tuple[Reals, Reals]:
    """Return m, and its slopes in the unknowns that are not at a bound."""
    on_face = bool(np.isneginf(solution.u).any())
    model = problem.face if on_face and problem.face is not None else problem.model
    m, state = model.evaluate(model.to_centred(solution.u[~np.isneginf(solution.u)][None]))
    return m[0], model.slopes_at(state)[0]


def _half_width(found: Mapping[str, Mapping[str, Estimate]], name: str) -> float:
    """Return half the interval of a parameter; a tenth of its value without one."""
    one = found.get("parameters", {}).get(name)
    if one is None:
        return np.inf
    return one.width / 2 if np.isfinite(one.width) else abs(one.value) / 10


def _check_bounds(
    problem: Problem, solution: Solution, found: Mapping[str, Mapping[str, Estimate]], m: Reals
) -> list[str]:
    law, warnings = problem.law, []
    name = law.irreducible
    if name:
        own = found.get("parameters", {}).get(name)
        if np.isneginf(solution.u[law.unknowns.index(name)]):
            warnings.append(f"{name} is 0 at the best fit, the end of its range")
        elif (own and own.low is not None and own.low < 1e-3 * problem.loss.min()) or _as_likely(problem, solution):
            warnings.append(f"{name} cannot be told from 0 by these runs")
    signs = falling_signs(law)
    for i, exponent in enumerate(law.exponents):
        value = solution.u[i]
        if abs(value) > STEEPEST or abs(value) < 1e-3:
            warnings.append(f"{exponent} = {value:.4g} is at the end of what a fit can tell")
        elif value * signs[i] < 0:
            warnings.append(f"{exponent} = {value:.4g}: the law grows with a resource")
    for k, monomial in enumerate(law.monomials or ()):
        if not monomial.powers or np.isneginf(solution.u).any():
            continue
        z = problem.model.slopes[k] @ problem.model.to_centred(solution.u[None])[0] + problem.model.constants[k]  # type: ignore[attr-defined]
        if np.exp((z - m).max()) < VANISHED:
            warnings.append(f"the term {law.terms[k] if k < len(law.terms) else k + 1} is 0 at the best fit")
    return warnings


def _check_split(found: Mapping[str, Mapping[str, Estimate]]) -> list[str]:
    """Warn of a best split that is one of many."""
    ranges = [
        f"{name} ~ C^n with n from {one.among[0]:.4g} to {one.among[1]:.4g}"
        for name, one in found.get("allocation", {}).items()
        if one.among
    ]
    more = "; the amounts at a budget are one choice of many" if "split" in found else ""
    return [f"the best split at large C is not unique: {', '.join(ranges)}{more}"] if ranges else []


def _as_likely(problem: Problem, solution: Solution) -> bool:
    """Return whether the fit without the irreducible term is as likely, for normal noise."""
    if not solution.face or solution.value <= 0:
        return False
    return len(problem.loss) * float(np.log(solution.face[0][0] / solution.value)) < LIKELY


def _check_precision(
    slopes: Reals, found: Mapping[str, Mapping[str, Estimate]], law: LawText, level: float
) -> list[str]:
    warnings = []
    sizes = np.linalg.svd(slopes / np.sqrt((slopes**2).sum(0)), compute_uv=False)
    condition = float(sizes[0] / max(sizes[-1], 1e-300))
    if condition > ILL_CONDITIONED:
        warnings.append(f"the unknowns are nearly dependent: condition number {condition:.2g}")
    wide = [
        name
        for group in ("parameters", "allocation")
        for name, one in found.get(group, {}).items()
        if np.isfinite(one.width) and one.width > HALF * abs(one.value) and name not in _prefactors(law)
    ]
    if wide:
        warnings.append(
            f"not identified by these runs: {', '.join(wide)}; the {100 * level:g} % interval is wider than half the "
            "value"
        )
    return warnings


def _prefactors(law: LawText) -> set[str]:
    """Return the scales that multiply resources: their size depends on units, and their intervals are always wide."""
    return set(law.scales) - {law.irreducible}


def _check_outliers(problem: Problem, solution: Solution, found: Mapping[str, Mapping[str, Estimate]]) -> list[str]:
    """Refit without the outliers of a robust fit, and warn if that moves an exponent by more than its error."""
    warnings = []
    robust = problem.solve(Objective(HUBER), thorough=False)
    residuals = np.log(problem.loss) - log_loss(problem.law, robust.u, problem.runs.logs)
    far = np.abs(residuals) > OUTLIER * robust_scale(residuals)
    if far.any():
        others = problem.refit(np.where(far, 0.0, 1.0), solution)
        moved = [
            f"{name} to {others[i]:.4g}"
            for i, name in enumerate(problem.law.exponents)
            if abs(others[i] - solution.u[i]) > _half_width(found, name)
        ]
        if moved:
            lines = ", ".join(str(line) for line in problem.runs.lines[far][:5])
            more = ", ..." if far.sum() > 5 else ""
            warnings.append(
                f"{int(far.sum())} outliers ({problem.runs.unit} {lines}{more}) carry the fit: without them "
                f"{', '.join(moved)}"
            )
    worse = np.ones(len(residuals), bool)
    worse[best_of_same(problem.runs)] = False
    if failed := int((far & worse & (residuals > 0)).sum()):
        warnings.append(
            f"{failed} outliers are worse than a run with the same resources, as for failed learning rates; "
            "--best keeps the best of each"
        )
    return warnings


def _check_minima(problem: Problem, solution: Solution, found: Mapping[str, Mapping[str, Estimate]]) -> list[str]:
    law = problem.law
    for value, v in solution.minima:
        u = problem.model.transform @ v
        ratio = np.log(value / solution.value) if solution.value > 0 else 0.0
        apart = [
            f"{name} = {u[i]:.4g}"
            for i, name in enumerate(law.exponents)
            if abs(u[i] - solution.u[i]) > _half_width(found, name)
        ]
        if apart and 0 <= len(problem.loss) * ratio < LIKELY:
            return [f"another minimum is nearly as low, with {', '.join(apart)}"]
    return []


def _check_structure(problem: Problem, residuals: Reals, slopes: Reals) -> list[str]:
    """Test whether squares and products of ln resources explain residuals; a law that holds leaves nothing."""
    logs = [own - own.mean() for own in problem.runs.logs.values()]
    more = [logs[i] * logs[j] for i in range(len(logs)) for j in range(i, len(logs))]
    n, p = slopes.shape
    if n - p - len(more) < 2:
        return []
    rest = residuals - slopes @ np.linalg.lstsq(slopes, residuals, rcond=None)[0]
    whole = np.column_stack([slopes, *more])
    size = np.sqrt((whole**2).sum(0))
    left = residuals - (whole / size) @ np.linalg.lstsq(whole / size, residuals, rcond=None)[0]
    gained, kept = float((rest**2).sum() - (left**2).sum()), float((left**2).sum())
    degrees = n - p - len(more)
    if kept <= 0 or fdtrc(len(more), degrees, gained / len(more) * degrees / kept) > CERTAIN:
        return []
    share = gained / float((rest**2).sum())
    return [
        f"the residuals have structure: squares and products of ln {', ln '.join(problem.runs.logs)} explain "
        f"{100 * share:.0f} % of their variance; a richer form fits better (--held-out compares)"
    ]


def _check_rivals(
    found: Mapping[str, Mapping[str, Estimate]], rivals: Sequence[tuple[Objective, Mapping[str, float]]], law: LawText
) -> list[str]:
    warnings = []
    for objective, parameters in rivals:
        apart = []
        for name in law.exponents:
            one = found.get("parameters", {}).get(name)
            if one and one.low is not None and one.high is not None and not one.low <= parameters[name] <= one.high:
                apart.append(f"{name} = {parameters[name]:.4g}")
        if apart:
            own = objective.name if objective.delta is None else f"{objective.name}:{objective.delta:.3g}"
            warnings.append(f"the objective matters: {own} gives {', '.join(apart)}, outside the interval")
    return warnings
