"""How well are the unknowns known, by a formula in place of a bootstrap?

With G the slopes dm of the logarithm (those of the loss for ls-raw), h the diagonal of G (G^T G)^-1 G^T, and n runs:

    least squares   (G^T G)^-1 [sum r_i^2/(1 - h_i)^2 G_i G_i^T] (G^T G)^-1           HC3
    Huber           n/(n - p) mean(psi^2) / P^2 (G^T G)^-1,  P = probability of |r| <= delta

P comes from a kernel density of the residuals.  Counting the residuals inside delta instead (the usual sandwich with
the Hessian) gives intervals that are too narrow where delta is small: the fit puts residuals close to 0.
"""

from __future__ import annotations

import numpy as np
from scipy.special import erf, stdtrit

from ..arrays import Reals
from .objectives import HUBER, LS_RAW, robust_scale
from .search import Problem, Solution


def covariance(problem: Problem, solution: Solution) -> Reals:
    """Return the covariance of the unknowns, (p, p); nan for an irreducible loss of 0.

    Parameters
    ----------
    problem : Problem
    solution : Solution

    Returns
    -------
    array, (p, p)

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> from .objectives import Objective
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> size, loss = np.array([1.0, 1.0, 10.0, 10.0]), np.exp(np.array([0.1, -0.1, 0.1, -0.1]))
    >>> runs = choose_runs(make_table({"N": size, "loss": loss}), ("N",))
    >>> problem = Problem(read_law(("A*N**-alpha",), ("N",)), runs)
    >>> float(covariance(problem, problem.solve(Objective("ls")))[1, 1].round(9))  # 2 (0.1/(1 - 1/2))^2/4
    0.02
    """
    face = bool(np.isneginf(solution.u).any())
    model = problem.face if face and problem.face is not None else problem.model
    u = solution.u[~np.isneginf(solution.u)]
    m, state = model.evaluate(model.to_centred(u[None]))
    slopes = model.slopes_at(state)[0]
    objective, runs = solution.objective, len(problem.loss)
    if objective.name == LS_RAW:
        slopes = slopes * np.exp(m[0])[:, None]
    residuals = objective.residuals(problem.loss, m[0])
    _, triangle = np.linalg.qr(slopes)
    inverse = np.linalg.pinv(triangle)
    bread = inverse @ inverse.T
    if objective.name == HUBER:
        centred = bread * _huber_variance(residuals, objective.delta or 0.0, slopes.shape[1])
    else:
        leverage = np.clip(np.einsum("np,pq,nq->n", slopes, bread, slopes), 0, 1 - 1e-6)
        pulled = slopes * (residuals / (1 - leverage))[:, None]
        centred = bread @ (pulled.T @ pulled) @ bread
    own = model.transform @ centred @ model.transform.T
    if not face:
        return own
    whole = np.full((len(solution.u), len(solution.u)), np.nan)
    kept = np.flatnonzero(~np.isneginf(solution.u))
    whole[np.ix_(kept, kept)] = own
    assert runs
    return whole


def _huber_variance(residuals: Reals, delta: float, unknowns: int) -> float:
    """Return n/(n - p) mean(psi^2)/P^2."""
    n = len(residuals)
    spread = n / max(n - unknowns, 1)
    width = 1.06 * max(robust_scale(residuals), 1e-300) * n**-0.2
    ends = erf(np.add.outer([delta, -delta], -residuals) / (width * np.sqrt(2))) / 2
    inside = float((ends[0] - ends[1]).mean())
    psi = np.clip(residuals, -delta, delta)
    return spread * float((psi**2).mean()) / max(inside, 1e-300) ** 2


def quantile(level: float, degrees: int) -> float:
    """Return the factor of a standard error in an interval of this level: of Student's t.

    Examples
    --------
    >>> round(quantile(0.95, 10), 3)
    2.228
    """
    return float(stdtrit(max(degrees, 1), (1 + level) / 2))
