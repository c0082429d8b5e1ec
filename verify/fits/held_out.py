"""How well do a law and its rivals predict runs that they were not fitted to?

The largest budget is left out, and then each of five folds.  The table is for judgement: it chooses nothing.
"""

from __future__ import annotations

import numpy as np

from exponents.text.law_text import LawText, law_names, read_law

from ..arrays import Mask
from .objectives import Objective
from .prediction import log_loss
from .runs import Runs
from .search import Problem, Solution

FOLDS = 5
SAME_BUDGET = 0.1
"""Difference of ln C within which runs have the largest budget."""

FEWEST = 5
"""Runs of the largest budget; where it has fewer, the largest tenth of the runs is left out."""


def rival_terms(law: LawText) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the terms and ties of a law and its rivals, by name.

    Parameters
    ----------
    law : LawText

    Returns
    -------
    dict of str to pair of tuples of str

    Examples
    --------
    >>> list(rival_terms(read_law(("E", "A*N**-alpha"), ("N",))))
    ['this law', 'E = 0']
    """
    found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {"this law": (law.terms, ())}
    if law.irreducible:
        found[f"{law.irreducible} = 0"] = (law.terms, (f"{law.irreducible}==0",))
    if len(law.resources) < 2:
        return found
    count = len(law.resources)
    first, second, gamma, e = (_free(name, law) for name in ("alpha", "beta", "gamma", "E"))
    powers = (first, second, *(_free(f"power{k}", law) for k in range(3, count + 1)))[:count]
    scales = [_free(name, law) for name in ("A", "B", *(f"scale{k}" for k in range(3, count + 1)))][:count]
    plain = tuple(f"{a}*{r}**-{p}" for a, r, p in zip(scales, law.resources, powers, strict=True))
    product = "*".join(f"{r}**-{p}" for r, p in zip(law.resources, powers, strict=True))
    found |= {
        "sum": ((e, *plain), ()),
        "tied": ((e, *plain), tuple(f"{power}=={powers[-1]}" for power in powers[:-1])),
        "product": ((e, f"{scales[0]}*{product}"), ()),
        "interaction": ((e, f"({' + '.join(plain)})**{gamma}"), ()),
    }
    if count == 2:
        (n, d), (a, b) = law.resources, scales
        found["Kaplan"] = ((f"(({a}/{n})**({first}/{second}) + {b}/{d})**{second}",), ())
    if _is_sum(law):
        del found["sum"]
    return found


def _free(name: str, law: LawText) -> str:
    """Return a name for an unknown that is no resource, such as a batch size B."""
    return name if name not in law.resources else f"{name}0"


def _is_sum(law: LawText) -> bool:
    """Return whether a law is an irreducible loss and one term for each resource, with unknowns of their own."""
    held = sorted(tuple(name for name, _, _ in monomial.powers) for monomial in law.monomials or ())
    count = len(law.resources)
    wanted = sorted([(), *((name,) for name in law.resources)])
    return held == wanted and len(law.exponents) == count and len(law.scales) == count + 1


def compare_laws(law: LawText, runs: Runs, objective: Objective, seed: int = 0) -> list[dict[str, object]]:
    """Return a row for a law and each rival: its error on the runs, on the largest budget left out, and on folds.

    Parameters
    ----------
    law : LawText
    runs : Runs
    objective : Objective
        With its delta; the same for all.
    seed : int
        Of the folds.

    Returns
    -------
    list of dict
        Keys ``name``, ``form``, ``unknowns``, ``error``, ``largest_budget``, ``folds``: root mean squares of the error
        of ln L; None where too few runs are left.

    Examples
    --------
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> law, size = read_law(("E", "A*N**-alpha"), ("N",)), np.logspace(6, 9, 12)
    >>> runs = choose_runs(make_table({"N": size, "loss": 2 + 300 * size**-0.3}), ("N",))
    >>> [row["folds"] < 1e-9 for row in compare_laws(law, runs, Objective("ls"))]
    [True, False]
    """
    rows = []
    parts = np.random.default_rng(seed).permutation(len(runs)) % FOLDS
    folds = np.array([parts == fold for fold in range(FOLDS)])
    for name, (terms, where) in rival_terms(law).items():
        names = tuple(own for own in law_names(terms) if own in law.resources)
        own = read_law(terms, names, where)
        problem = Problem(own, runs)
        solution = problem.solve(objective)
        errors = np.log(runs.loss) - log_loss(own, solution.u, runs.logs)
        rows.append(
            {
                "name": name,
                "form": own.text,
                "unknowns": len(own.unknowns),
                "error": float(np.sqrt((errors**2).mean())),
                "largest_budget": _error(problem, solution, largest_budget(runs)[None]),
                "folds": _error(problem, solution, folds),
            }
        )
    return rows


def largest_budget(runs: Runs) -> Mask:
    """Return which runs have the largest budget: C where it is known, else the product of the resources.

    Examples
    --------
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> largest_budget(choose_runs(make_table({"N": [1, 2, 3, 3.1], "loss": [4, 3, 2, 2]}), ("N",))).tolist()
    [False, False, False, True]
    """
    spent = runs.budget if runs.budget is not None else sum(runs.logs.values())
    assert not isinstance(spent, int)
    far: Mask = spent > spent.max() - SAME_BUDGET
    if far.sum() >= FEWEST:
        return far
    found = np.zeros(len(runs), bool)
    found[np.argsort(spent, kind="stable")[-max(1, len(runs) // 10) :]] = True
    return found


def _error(problem: Problem, solution: Solution, left_out: Mask) -> float | None:
    """Return the root mean square error of ln L on runs that were left out, (folds, n), fitted without them."""
    law, runs = problem.law, problem.runs
    if (~left_out).sum(1).min() <= len(law.unknowns):
        return None
    u, _ = problem.resolve(np.where(left_out, 0.0, 1.0), solution)
    predicted = log_loss(law, u[:, None], runs.logs)
    return float(np.sqrt(((np.log(runs.loss) - predicted)[left_out] ** 2).mean()))
