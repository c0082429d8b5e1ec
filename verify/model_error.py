"""How far is the mean field of finite N, B and P from the mean over models?  The size of what it leaves out.

A mean field is exact for N, B, P to infinity.  What it leaves out has three parts, each of order 1/N, 1/P or 1/B.

1. While learning, the speed g of each mode fluctuates.  For N Gaussian features it has a variance of 2/N, of which a
   mean field has at most half; the rest is a four-point part.  With L_0 the limit N, B, P to infinity, the size is

       |E L_0(g t; gamma/g) - L_0(t; gamma)|,     g a Gamma variable of mean 1 and variance v = 2/N.

   P samples change the speed by v = 2/P at the same gamma, and so do the B t/eta samples of steps at a finite B.  A few
   values stand for g, the eigenvalues of the Jacobi matrix of its orthogonal polynomials: 1 + 2 i v on the diagonal and
   sqrt(i v (1 + (i - 1) v)) beside it.  Slow draws, g < 1, decide where the loss has fallen far.
2. What cannot be learned: the four-point part of the floor (`spectra.floor`), times the share of the target that is
   learned.  With reused samples it is the relative change of the loss if N, or P, is one fewer, on the continuum.  With
   one fewer of the larger number the mean field has the exact factor of `reuse.finite_sizes`.
3. In the rich regime noise moves the kernel: as much as batches add to the loss, times the largest kernel so far over
   the kernel.

The flow has all of the first order in 1/B (`flow.noise`).  What it leaves out of batches is the second order, what
batches add times their share of the loss.

It is a size, not a bound.  Means over models lie within it, and it is seldom ten times too large
(`tests/benchmarks/mean_field.py`).  At gamma = 0 steps are exact in B (`two_time.lazy_moments`), so that only what
features leave out remains.  Where the first order is known (`spectra.finite_size`), the model error is no smaller.
"""

from __future__ import annotations

from math import inf

import numpy as np

from exponents.errors import InputError
from exponents.names import FLOW, TWO_TIME

from .arrays import Reals
from .curves import LossCurve
from .flow.clock import estimate_clock, solve_deep_enough
from .flow.solver import solve_flow
from .model import Model
from .reuse.mean_loss import mean_reuse, reuse_curve
from .spectra.floor import four_point_floor
from .spectra.power_law import power_law_spectrum

TOLERANCE = 1e-7
"""Of the flows whose difference is taken."""

NODES = 4
"""Values of a random speed that stand for all."""


def estimate_model_error(model: Model, method: str, found: LossCurve, learning_rate: float | None) -> Reals | None:
    """Return the model error of a curve by the flow or the two-time equations.

    Parameters
    ----------
    model : Model
        What the curve is of; not a linear network.
    method : {"flow", "two-time"}
    found : LossCurve
        The curve, with its kernel and what batches add.
    learning_rate : float or None
        eta, where batches or steps are finite.

    Returns
    -------
    array of shape (times,) or None
        In units of the loss; None where N, B and P are infinite, and the mean field is the mean.  Infinite where one
        sample or feature fewer leaves no mean field.

    Examples
    --------
    >>> curve = LossCurve(np.array([1.0, 10.0]), np.array([0.75, 0.25]), np.zeros(2), start=1.333)
    >>> estimate_model_error(Model("3/2", "1/2", model_size=64), "flow", curve, None).round(4)
    array([0.006 , 0.0025])
    """
    size, batch, samples = model.model_size, model.batch_size, model.samples if model.reuses else None
    if method == TWO_TIME and not model.gamma:
        batch = None
    if size is batch is samples is None or model.file is not None:
        return None
    time, error = found.time, np.zeros(len(found))
    later = time > 0
    if not later.any():
        return error
    if size is not None:
        error[later] += _speed_error(model, time[later], np.full(later.sum(), 2 / size), changes_richness=True)
    if samples is not None:
        error[later] += _speed_error(model, time[later], np.full(later.sum(), 2 / samples))
        return error + found.loss * _fewer_error(model, time)
    if batch is not None and method == FLOW:
        added = sum(np.abs(found.observed.get(name, 0 * time)) for name in ("variance", "mean_shift"))
        error += added * np.minimum(added / found.loss, 1)
    elif batch is not None and learning_rate is not None:
        error[later] += _speed_error(model, time[later], 2 * learning_rate / batch / time[later])
        if model.gamma:
            noise = found.observed.get("from_batches", found.observed.get("variance", 0 * time))
            error += noise * np.maximum.accumulate(found.kernel) / found.kernel
    if size is not None:
        floor, left_out = four_point_floor(*model.exponents, size, model.spectrum, model.modes)
        learned = (found.start - found.loss) / (found.start - floor)
        error += abs(left_out) * np.clip(learned, 0, 1)
    # in the lazy limit the first order is known; near the largest stable rate it is much larger
    known = (np.abs(found.observed[name]) for name in ("between_models", "left_out") if name in found.observed)
    return np.maximum(error, np.nan_to_num(sum(known, np.zeros(len(time))), nan=inf))


def _speed_error(model: Model, time: Reals, variance: Reals, changes_richness: bool = False) -> Reals:
    """Return |E L_0(g t) - L_0(t)|; with ``changes_richness``, of one variance, gamma is gamma/g."""
    place = np.arange(NODES)
    v = variance[:, None, None]
    beside = np.sqrt(place[1:] * v[:, 0] * (1 + (place[1:] - 1) * v[:, 0]))
    jacobi = np.eye(NODES) * (1 + 2 * place * v)
    jacobi[:, place[1:], place[:-1]] = beside
    speeds, vectors = np.linalg.eigh(jacobi)  # reads the lower half
    weights, mean = vectors[:, 0] ** 2, np.zeros(len(time))
    for speed, weight in zip(speeds.T, weights.T, strict=True):
        gamma = model.gamma / float(speed[0]) if changes_richness else model.gamma
        mean += weight * _limit_loss(model, gamma, time * speed)
    return np.asarray(np.abs(mean - _limit_loss(model, model.gamma, time)))


def _limit_loss(model: Model, gamma: float, time: Reals) -> Reals:
    """Return the loss of the flow for N, B, P to infinity; zero where it is below double precision."""
    alpha, beta = (float(number) for number in model.exponents)
    last = float(time[-1])

    def solver(clock: float) -> Reals:
        measure = power_law_spectrum(*model.exponents, clock, model.spectrum, model.modes)
        flow = solve_flow(measure, gamma, last, TOLERANCE)
        seen = np.minimum(time, flow.horizon)
        loss = flow.at(seen).residual ** 2 @ measure.weights + measure.floor
        return np.where(time > seen, measure.floor, loss)

    try:
        return solve_deep_enough(solver, estimate_clock(alpha, beta, gamma, last))
    except InputError:  # the power law ends in double precision
        return np.zeros(len(time))


def _fewer_error(model: Model, time: Reals) -> Reals:
    """Return the relative change of the loss on reused samples with one feature fewer, plus that with one sample."""
    size, samples = float(model.model_size or inf), float(model.samples or inf)

    def loss(size: float, samples: float) -> Reals:
        if min(size, samples) < 1:  # no feature or no sample: nothing is learned
            return np.zeros(len(time))
        known = len(time)
        while known:  # next to N = P only the first times may be known
            try:
                found = reuse_curve(mean_reuse(*model.exponents, size, samples), model.gamma, time[:known]).loss
                return np.append(found, np.full(len(time) - known, inf))
            except InputError:
                known -= 1 + known // 8
        return np.full(len(time), inf)

    whole = loss(size, samples)
    fewer = [loss(size, samples - 1)] + ([loss(size - 1, samples)] if size < inf else [])
    with np.errstate(invalid="ignore"):  # infinite over infinite
        return np.nan_to_num(sum(np.abs(other / whole - 1) for other in fewer), nan=inf, posinf=inf)
