"""How are many fits polished at once?  By damped Newton steps with exact second derivatives.

Each fit b minimises F_b(v), from its own start and with its own weights.  A step solves

    (|H| + mu D) s = -grad F,      D = diag of the Gauss-Newton matrix,

where |H| has the eigenvalues of D^-1/2 H D^-1/2 replaced by their absolute values, so that a step goes down on any
curvature.  mu falls after a step that lowers F and rises after one that does not.  A fit is finished when the Newton
decrement grad^T H^-1 grad is below a rounding error of F, or when no step lowers F any more.

The cost of a step is of order b n p^2 for b fits of n runs with p unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arrays import Places, Reals
from .log_model import LogModel, State
from .objectives import LS_RAW, Objective

STEPS = 200
"""Most steps of a fit."""

DECREMENT = 1e-14
"""Newton decrement, relative to F, below which a fit is finished."""

FLAT = 1e-12
"""Smallest scaled curvature, relative to the largest, that a step divides by."""

VANISHED = -14.0
"""ln of the irreducible loss, relative to the least loss, below which a fit is on its way to the face E = 0."""

LONGEST_STEP = 4.0
"""Largest change of an unknown in one step: far beyond it the model of the step says nothing."""


@dataclass(frozen=True)
class Minima:
    """Where the fits ended.

    Attributes
    ----------
    v : (b, p)
        The unknowns.
    value : (b,)
        F.
    decrement : (b,)
        grad^T H^-1 grad / F, at the end; zero at a minimum.
    """

    v: Reals
    value: Reals
    decrement: Reals


def polish(
    model: LogModel,
    loss: Reals,
    weights: Reals,
    objective: Objective,
    start: Reals,
    steps: int = STEPS,
) -> Minima:
    """Return a local minimum for each start.

    Parameters
    ----------
    model : LogModel
    loss : (n,)
    weights : (b, n) or (1, n)
    objective : Objective
        With its delta.
    start : (b, p)
    steps : int

    Returns
    -------
    Minima

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> from .log_model import build_model
    >>> size = np.logspace(6, 9, 12)
    >>> model = build_model(read_law(("E", "A*N**-alpha"), ("N",)), {"N": np.log(size)})
    >>> start = model.to_centred(np.array([[0.5, 0.0, 5.0]]))
    >>> found = polish(model, 2 + 300 * size**-0.3, np.ones((1, 12)), Objective("ls"), start)
    >>> bool(abs(found.v[0, 0] - 0.3) < 1e-10)
    True
    """
    b, p = start.shape
    weights = np.broadcast_to(weights, (b, len(loss)))
    v, mu = start.copy(), np.full(b, 1e-3)
    value, decrement = np.full(b, np.inf), np.full(b, np.inf)
    stalled, lowest = np.zeros(b, int), np.log(loss.min()) + VANISHED
    busy = np.arange(b)
    slope, curve, scale = np.empty((b, p)), np.empty((b, p, p)), np.empty((b, p))

    def expand(rows: Places, m: Reals, state: State) -> None:
        """Put F, its derivatives and the Gauss-Newton diagonal in place."""
        value[rows], first, second = objective.derivatives(loss, m, weights[rows])
        dm = model.slopes_at(state)
        slope[rows] = (first[:, None, :] @ dm)[:, 0]
        curve[rows] = model.curvature(state, dm, second, first)
        weight = weights[rows]
        if objective.name == LS_RAW:
            weight = weight * np.exp(2 * np.minimum(m, 300.0))
        scale[rows] = np.sqrt((weight[:, None, :] @ (dm * dm))[:, 0])

    expand(busy, *model.evaluate(v))
    for _ in range(steps):
        step, own = _newton_step(slope[busy], curve[busy], scale[busy], mu[busy])
        decrement[busy] = own / np.maximum(value[busy], np.finfo(float).tiny)
        trial = v[busy] + step
        m, state = model.evaluate(trial)
        reached = objective.value(loss, m, weights[busy])
        lower = reached < value[busy]
        # At the rounding error of F a step is still taken: it lowers the gradient.
        level = ~lower & (decrement[busy] < 1e-9) & (reached <= value[busy] * (1 + 1e-9))
        taken = (lower | level) & np.isfinite(reached)
        done = decrement[busy] < DECREMENT
        stalled[busy] = np.where(lower & ~done, 0, stalled[busy] + 1)
        mu[busy] = np.where(taken, np.maximum(mu[busy] / 8, 1e-15), np.minimum(np.maximum(mu[busy], 1e-8) * 6, 1e12))
        moved = busy[taken]
        v[moved] = trial[taken]
        if len(moved):
            expand(moved, m[taken], tuple(part[taken] for part in state))
        tiny = np.abs(step).max(1) < 1e-15
        if model.irreducible is not None:  # the face E = 0 has a search of its own
            tiny |= v[busy, model.irreducible] < lowest
        # A fit that is done takes one more step; one that finds no lower value gives up after mu has risen far.
        busy = busy[~((done & (stalled[busy] >= 2)) | tiny | (stalled[busy] > 25) | ~np.isfinite(value[busy]))]
        if not len(busy):
            break
    return Minima(v, value, decrement)


def _newton_step(slope: Reals, curve: Reals, scale: Reals, mu: Reals) -> tuple[Reals, Reals]:
    """Return the damped step, and the decrement grad^T |H|^-1 grad."""
    scale = np.maximum(scale, 1e-12 * np.maximum(scale.max(1, keepdims=True), 1e-300))
    scaled = curve / (scale[:, :, None] * scale[:, None, :])
    gradient = slope / scale
    scaled[~np.isfinite(scaled)] = 0
    gradient[~np.isfinite(gradient)] = 0
    sizes, axes = np.linalg.eigh(scaled)
    along = (axes.swapaxes(1, 2) @ gradient[:, :, None])[:, :, 0]
    floor = np.maximum(np.abs(sizes), FLAT * np.abs(sizes).max(1, keepdims=True) + 1e-300)
    step = -(axes @ (along / (floor + mu[:, None]))[:, :, None])[:, :, 0] / scale
    longest = np.abs(step).max(1, keepdims=True)
    step *= np.minimum(1, LONGEST_STEP / np.maximum(longest, 1e-300))
    return step, (along**2 / floor).sum(1)
