"""What is the best fit, among all local minima?

1. Starts from a grid (`starts`) are polished by least squares of logarithms, and equal ends are merged.
2. For Huber, delta falls from three times the scale of the noise to its value, each time from the minima before; the
   minima of least squares, and shifted copies of the best fit, are also polished at the last delta at once.
3. The same is done without the irreducible term (the face E = 0), and the lower value wins.

`Problem` is a law on runs.  `solve` finds the best fit; `resolve` finds the best fits for other weights of the runs,
as a bootstrap needs, from the minima of the first.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from exponents.text.law_text import LawText, without_irreducible

from ..arrays import Reals
from .log_model import LogModel, build_model
from .newton import VANISHED, polish
from .objectives import HUBER, LS, Objective, robust_scale
from .runs import Runs
from .starts import grid_starts

MOST_STARTS = 8
"""Starts of the grid that are polished."""

TRIED = 20
"""Steps after which the most promising of many starts are chosen."""

GRID_RUNS = 1000
"""Runs of which the grid is computed; larger sets are thinned."""

ON_THE_WAY = 8
"""Most steps at each delta but the last."""

LOWER_DELTA = 0.3
"""Factor from one delta to the next."""

SHIFTS = 12
"""Shifted copies of the best fit that are polished for Huber."""

FEW_RUNS, BEYOND_DOUBT = 20, 4.0
"""Runs, and the ratio of least squares, above which the face E = 0 is not searched any further."""

OUTLYING = 8.0
"""Largest residual, in units of the noise, beyond which Huber's objective may have many minima."""

REWEIGHTED = 60
"""Fits with random weights of the runs that are starts then."""

EQUAL = 1e-7
"""Relative difference of objectives, and difference of centred unknowns, below which two minima are one."""

EXACT = 1e-13
"""Scale of residuals below which data are taken as free of noise."""


@dataclass(frozen=True)
class Solution:
    """A fit.

    Attributes
    ----------
    objective : Objective
        With its delta.
    value : float
    u : (p,)
        The unknowns of the law: exponents, and logarithms of scales; -inf for an irreducible loss of 0.
    minima : tuple of (float, array)
        The value and the centred unknowns of each local minimum that was found with the irreducible term.
    face : tuple of (float, array)
        The same without it.
    decrement : float
        Newton decrement over the objective; 0 at a stationary point.
    """

    objective: Objective
    value: float
    u: Reals
    minima: tuple[tuple[float, Reals], ...]
    face: tuple[tuple[float, Reals], ...]
    decrement: float


class Problem:
    """A law on runs.

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> size = np.logspace(6, 9, 12)
    >>> runs = choose_runs(make_table({"N": size, "loss": 2 + 300 * size**-0.3}), ("N",))
    >>> solution = Problem(read_law(("E", "A*N**-alpha"), ("N",)), runs).solve(Objective("ls"))
    >>> [round(float(x), 9) for x in (solution.u[0], *np.exp(solution.u[1:]))]
    [0.3, 2.0, 300.0]
    """

    def __init__(self, law: LawText, runs: Runs) -> None:
        self.law, self.runs, self.loss = law, runs, runs.loss
        self.model = build_model(law, runs.logs)
        self.face_law = without_irreducible(law) if law.irreducible else None
        self.face = None if self.face_law is None else build_model(self.face_law, runs.logs)
        self._least: dict[bool, tuple[Reals, Reals]] = {}
        self._solved: dict[tuple[Objective, bool], Solution] = {}

    def _needs_constant(self) -> bool:
        """Return whether the irreducible term is beyond doubt: least squares without it are several times larger."""
        if len(self.loss) < FEW_RUNS or self.face is None or self.face_law is None:
            return False
        whole = self._least_squares(self.law, self.model, False)[1][0]
        return bool(self._least_squares(self.face_law, self.face, True)[1][0] > BEYOND_DOUBT * whole)

    def solve(self, objective: Objective, thorough: bool = True) -> Solution:
        """Return the best fit; a Huber objective without delta takes the scale of the noise.

        Parameters
        ----------
        objective : Objective
        thorough : bool
            Whether shifted copies of the best fit are polished too.

        Returns
        -------
        Solution
        """
        if (objective, thorough) not in self._solved:
            self._solved[objective, thorough] = self._solve(objective, thorough)
        return self._solved[objective, thorough]

    def _solve(self, objective: Objective, thorough: bool) -> Solution:
        if objective.name == HUBER and objective.delta is None:
            objective = Objective(HUBER, self.noise_scale)
        ends = {False: self._minima(self.law, self.model, False, objective, thorough)}
        if self.face is not None and self.face_law is not None and not self._needs_constant():
            ends[True] = self._minima(self.face_law, self.face, True, objective, thorough)
        (value, v, decrement), *_ = min(ends.values(), key=lambda found: found[0][0])
        on_face = len(ends) > 1 and ends[True][0][0] <= ends[False][0][0] * (1 + 1e-9)
        if on_face:
            value, v, decrement = ends[True][0]
        model = self.face if on_face and self.face is not None else self.model
        return Solution(
            objective,
            float(value),
            self.complete(model.transform @ v, on_face),
            tuple((a, b) for a, b, _ in ends[False]),
            tuple((a, b) for a, b, _ in ends.get(True, ())),
            float(decrement),
        )

    @cached_property
    def noise_scale(self) -> float:
        """The robust scale of the residuals of a fit by Huber with that delta."""
        scale = self._scale(Objective(LS))
        for _ in range(3):
            if scale <= EXACT:
                return EXACT
            scale = self._scale(Objective(HUBER, scale))
        return max(scale, EXACT)

    def _scale(self, objective: Objective) -> float:
        _, v, _ = self._minima(self.law, self.model, False, objective, shifted=False)[0]
        return robust_scale(np.log(self.loss) - self.model.predict(v[None])[0])

    def complete(self, u: Reals, on_face: bool) -> Reals:
        """Return the unknowns of the law, with -inf for the irreducible term on the face."""
        if not on_face:
            return u
        place = self.law.unknowns.index(self.law.irreducible)
        return np.insert(u, place, -np.inf, axis=-1)

    def _least_squares(self, law: LawText, model: LogModel, face: bool) -> tuple[Reals, Reals]:
        """Return the minima of least squares of logarithms, and their values."""
        if face not in self._least:
            thin = self.runs
            if len(thin) > GRID_RUNS:
                thin = thin.keep(np.linspace(0, len(thin) - 1, GRID_RUNS).astype(int))
            small = model if thin is self.runs else build_model(law, thin.logs)
            starts = grid_starts(law, small, thin.loss, MOST_STARTS)
            starts = model.to_centred((small.transform @ starts.T).T)
            ones = np.ones((1, len(self.loss)))
            if len(starts) > MOST_STARTS:  # of many starts, only the most promising are polished to the end
                tried = polish(model, self.loss, ones, Objective(LS), starts, steps=TRIED)
                starts = _merge(tried.v, tried.value, tried.decrement)[0][:MOST_STARTS]
            found = polish(model, self.loss, ones, Objective(LS), starts)
            self._least[face] = _merge(found.v, found.value, found.decrement)[:2]
        return self._least[face]

    def _minima(
        self, law: LawText, model: LogModel, face: bool, objective: Objective, shifted: bool = True
    ) -> list[tuple[float, Reals, float]]:
        """Return the value, the unknowns and the decrement of each local minimum, best first."""
        v, values = self._least_squares(law, model, face)
        ones = np.ones((1, len(self.loss)))
        starts = [v]
        noisy = values[0] > len(self.loss) * EXACT**2
        if objective.name == HUBER and noisy:
            starts += [_lower_delta(model, self.loss, ones, objective, v)]
        found = polish(model, self.loss, ones, objective, np.vstack(starts))
        v, value, decrement = _merge(found.v, found.value, found.decrement)
        if objective.name == HUBER and shifted and noisy:
            starts = [_shift(v[0], law)]
            if _is_rough(np.abs(np.log(self.loss) - model.predict(v[:1])[0]), objective):
                starts += [self._reweight(model, v[0])]
                starts += [_lower_delta(model, self.loss, ones, objective, starts[-1])]
            more = polish(model, self.loss, ones, objective, np.vstack(starts))
            v, value, decrement = _merge(
                np.vstack([v, more.v]), np.append(value, more.value), np.append(decrement, more.decrement)
            )
        if model.irreducible is not None:  # what is on its way to the face E = 0 is no minimum
            inside = v[:, model.irreducible] > np.log(self.loss.min()) + VANISHED
            if inside.any():
                v, value, decrement = v[inside], value[inside], decrement[inside]
        return [(float(a), b, float(c)) for a, b, c in zip(value, v, decrement, strict=True)]

    def _reweight(self, model: LogModel, v: Reals) -> Reals:
        """Return the least squares of runs with random weights, most of which are small: each follows other runs."""
        weights = np.random.default_rng(0).exponential(size=(REWEIGHTED, len(self.loss))) ** 4
        start = np.repeat(v[None], REWEIGHTED, 0)
        if model.irreducible is not None:  # half of the starts have an irreducible loss that can be felt
            start[::2, model.irreducible] = np.log(self.loss.min() / 2)
        return polish(model, self.loss, weights, Objective(LS), start, steps=TRIED).v

    def refit(self, weights: Reals, solution: Solution) -> Reals:
        """Return the unknowns (p,) of the local minimum that follows the best fit when runs have other weights (n,)."""
        on_face = bool(np.isneginf(solution.u).any())
        model = self.face if on_face and self.face is not None else self.model
        start = model.to_centred(solution.u[~np.isneginf(solution.u)][None])
        found = polish(model, self.loss, weights[None], solution.objective, start)
        return self.complete(model.transform @ found.v[0], on_face)

    def resolve(self, weights: Reals, solution: Solution) -> tuple[Reals, Reals]:
        """Return the unknowns (b, p) and the values of the best fits for other weights (b, n) of the runs."""
        size = max(1, BLOCK // len(self.loss))
        parts = [self._resolve(weights[i : i + size], solution) for i in range(0, len(weights), size)]
        return np.vstack([u for u, _ in parts]), np.concatenate([value for _, value in parts])

    def _resolve(self, weights: Reals, solution: Solution) -> tuple[Reals, Reals]:
        found, values = self._resolve_on(self.model, weights, solution.objective, solution.minima)
        found = found @ self.model.transform.T
        if self.face is not None and solution.face:
            own, lower = self._resolve_on(self.face, weights, solution.objective, solution.face)
            face = lower <= values * (1 + 1e-9)
            found[face] = self.complete(own @ self.face.transform.T, on_face=True)[face]
            values = np.where(face, lower, values)
        return found, values

    def _resolve_on(
        self, model: LogModel, weights: Reals, objective: Objective, minima: tuple[tuple[float, Reals], ...]
    ) -> tuple[Reals, Reals]:
        b = len(weights)
        best, values = np.empty((b, len(model.unknowns))), np.full(b, np.inf)
        for _, v in minima[:MOST_REFITS]:
            start = np.repeat(v[None], b, 0)
            ways = [polish(model, self.loss, weights, objective, start)]
            if objective.name == HUBER:
                least = polish(model, self.loss, weights, Objective(LS), start)
                lowered = _lower_delta(model, self.loss, weights, objective, least.v)
                ways.append(polish(model, self.loss, weights, objective, lowered))
            for found in ways:
                better = found.value < values
                best[better], values[better] = found.v[better], found.value[better]
        return best, values


BLOCK = 8000
"""Runs times fits that are treated at once: so many stay in the cache."""

MOST_REFITS = 3
"""Local minima from which each bootstrap fit starts."""


def _is_rough(residuals: Reals, objective: Objective) -> bool:
    """Return whether Huber's objective may have many minima: outliers, or a delta below the scale of the noise."""
    scale = robust_scale(residuals)
    assert objective.delta is not None
    return bool(residuals.max() > OUTLYING * scale or objective.delta < scale / 2)


def _lower_delta(model: LogModel, loss: Reals, weights: Reals, objective: Objective, v: Reals) -> Reals:
    """Return the minima that follow those of least squares while delta falls to that of the objective."""
    assert objective.delta is not None
    residuals = np.abs(np.log(loss) - model.predict(v))
    delta = 3 * 1.4826 * float(np.median(residuals))
    while delta * LOWER_DELTA > objective.delta:
        v = polish(model, loss, weights, replace(objective, delta=delta), v, steps=ON_THE_WAY).v
        delta *= LOWER_DELTA
    return v


def _merge(v: Reals, value: Reals, decrement: Reals) -> tuple[Reals, Reals, Reals]:
    """Return different minima, best first."""
    kept: list[int] = []
    for i in np.argsort(value, kind="stable"):
        same = [
            j
            for j in kept
            if value[i] - value[j] <= EQUAL * value[j] + 1e-300 and np.abs(v[i] - v[j]).max() <= 1e3 * EQUAL
        ]
        if np.isfinite(value[i]) and not same:
            kept.append(int(i))
    kept = kept or [0]
    return v[kept], value[kept], decrement[kept]


def _shift(v: Reals, law: LawText) -> Reals:
    """Return copies of a fit whose unknowns are shifted, by a fixed pattern."""
    pattern = np.random.default_rng(0).normal(size=(SHIFTS, len(v)))
    size = np.concatenate([0.2 * np.abs(v[: len(law.exponents)]) + 0.02, np.full(len(law.scales), 0.2)])
    return v + pattern * size
