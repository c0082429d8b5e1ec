"""On which tasks are networks trained?  Inputs with targets to draw batches from, and a loss on what is held out.

`Task` is what every task is.  Images are in `image_tasks`, text is in `text_task`.

On the circle, inputs are x = (cos theta, sin theta) and the target has a power-law Fourier spectrum (eq. 13),

    y(theta) = sum_{k >= 1} k^{-q} cos(k theta),        L = sum_k (y_k - f_k)^2/2.

Batches are drawn from `POINTS` angles, so fine that a network cannot tell them from the circle.  The loss is measured
on the whole circle and not on samples: the modes f_k of the network follow from its outputs on a grid.  The modes of
the target beyond that grid count as not learned; the sum of their squares is a Hurwitz zeta function.

A task of your own is split: a fifth of its samples is held out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import zeta

from exponents.errors import InputError
from exponents.rationals import abbreviate, exact, to_double

from ..arrays import Reals
from ..inputs import check_whole
from ..training.seeds import check_seeds

POINTS = 2**18
"""Angles that batches are drawn from; the target has modes up to half of them."""

GRID = 2**12
"""Angles on which the outputs of a network are measured."""

HELD_OUT = 5
"""One of so many samples is held out."""

FEWEST = 100
"""Samples that a task needs."""

Singles = NDArray[np.float32]

LARGEST_SEED = 2**63 - 1
"""Largest seed that the random generators of JAX take."""


@dataclass(frozen=True, eq=False)
class Task:
    """Inputs and targets, and how the loss is measured.

    Attributes
    ----------
    name : str
    inputs : array of shape (samples, ...)
    targets : array of shape (samples,) or (samples, outputs)
    held_out : array of shape (points, ...)
        Where the outputs are measured.
    measure : callable
        Outputs there, of shape (points,) or (points, outputs) -> the loss, the mean of |y - f|^2.
    fresh : bool
        Whether the samples stand for infinitely many.
    distort : callable, optional
        A key of JAX and the inputs of a batch -> inputs that are new.
    tokens : bool
        Whether targets are tokens at each place, whose logits are the outputs; the loss is the cross-entropy then.
    answers : array of shape (points, ...), optional
        Targets of what is held out, where they are kept.

    Examples
    --------
    >>> task = circle_task(Fraction(1))
    >>> round(task.measure(np.zeros(len(task.held_out))), 6), round(np.pi**2 / 12, 6)  # the sum of k^-2/2
    (0.822467, 0.822467)
    """

    name: str
    inputs: NDArray[Any]
    targets: NDArray[Any]
    held_out: NDArray[Any]
    measure: Callable[[Reals], float]
    fresh: bool = False
    distort: Callable[[Any, Any], Any] | None = None
    tokens: bool = False
    answers: NDArray[Any] | None = None


def check_network_seeds(seeds: Collection[int]) -> tuple[int, ...]:
    """Return the seeds of networks or samples as a tuple.

    Raises
    ------
    InputError
        If `training.seeds.check_seeds` refuses them, or one is larger than `LARGEST_SEED`.

    Examples
    --------
    >>> check_network_seeds(range(2))
    (0, 1)
    """
    chosen = check_seeds(seeds)
    if max(chosen) > LARGEST_SEED:
        raise InputError(f"a seed of networks must be at most {LARGEST_SEED}; got {abbreviate(max(chosen))}; try 0")
    return chosen


def circle_task(q: Fraction, points: int = POINTS, grid: int = GRID) -> Task:
    """Return the task on the circle whose target has the modes k^-q.

    Parameters
    ----------
    q : Fraction
        Above 1/2: otherwise the target is not square integrable.
    points, grid : int
        Angles of batches and of measurements, powers of two.

    Returns
    -------
    Task

    Raises
    ------
    InputError
        If q is not above 1/2.

    Examples
    --------
    >>> task = circle_task(Fraction(3, 2), points=2**10)
    >>> angles = 2 * np.pi * np.arange(2**10) / 2**10
    >>> bool(np.allclose(task.targets, sum(np.cos(k * angles) / k**1.5 for k in range(1, 512)), atol=1e-5))
    True
    """
    q = exact(q, "q")
    to_double(q, "q")
    if q <= Fraction(1, 2):
        raise InputError(f"q must be above 1/2, where the target is square integrable; got {q}; try 1")
    for value, name in ((points, "angles of batches"), (grid, "angles of measurements")):
        check_whole(value, f"the number of {name}", 8, POINTS)
        if value & (value - 1):
            raise InputError(f"the number of {name} must be a power of two; got {value}; try {1 << value.bit_length()}")
    modes = np.arange(1, points // 2, dtype=float) ** -float(q)
    targets = np.fft.irfft(np.concatenate([[0], modes / 2, [0]]) * points, points)

    def measure(outputs: Reals) -> float:
        shift = np.exp(-1j * np.pi * np.arange(grid // 2) / grid)  # the grid stands between the angles of batches
        found = 2 * np.fft.rfft(outputs)[:-1] * shift / grid
        found[0] /= 2
        found[1:] -= np.arange(1, grid // 2) ** -float(q)
        power = np.abs(found) ** 2
        return float(power[0] + power[1:].sum() / 2 + zeta(2 * float(q), grid // 2) / 2)

    angles, between = (2 * np.pi * (np.arange(n) + part) / n for n, part in ((points, 0.0), (grid, 0.5)))
    return Task("circle", _on_circle(angles), targets.astype(np.float32), _on_circle(between), measure, fresh=True)


def samples_task(inputs: ArrayLike, targets: ArrayLike, seed: int = 0) -> Task:
    """Return the task of samples of your own, of which a fifth is held out.

    Parameters
    ----------
    inputs : array of shape (samples, dimensions)
        Divided by the root of their mean square.
    targets : array of shape (samples,)
    seed : int
        Of the choice of samples that are held out.

    Returns
    -------
    Task

    Raises
    ------
    InputError
        If these are not finite numbers of these shapes, with one target for each input, or too few; if all inputs are
        zero, or all targets are.

    Examples
    --------
    >>> x = np.random.default_rng(0).standard_normal((200, 3))
    >>> task = samples_task(x, x[:, 0])
    >>> task.inputs.shape, task.held_out.shape, float((task.inputs**2).sum(axis=1).mean().round(1))
    ((160, 3), (40, 3), 1.0)
    """
    x, y = np.asarray(inputs), np.asarray(targets)
    x = x.reshape(len(x), -1) if x.ndim > 2 else x
    if x.dtype.kind not in "iuf" or x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise InputError(f"inputs must be finite numbers, one row for each sample; got {x.dtype} of shape {x.shape}")
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.dtype.kind not in "iuf" or y.shape != (len(x),) or not np.isfinite(y).all():
        raise InputError(
            f"targets must be finite numbers, one for each of the {len(x)} inputs; got {y.dtype} of shape {y.shape}"
        )
    if len(x) < FEWEST:
        raise InputError(f"a task needs at least {FEWEST} samples; got {len(x)}; give more")
    for values, name in ((x, "inputs"), (y, "targets")):
        if not values.any():
            raise InputError(f"{name} must not all be zero: there is nothing to learn; got {abbreviate(values.shape)}")
    scaled = x.astype(float) / np.sqrt((x.astype(float) ** 2).sum(axis=1).mean())
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = order[: len(x) // HELD_OUT], order[len(x) // HELD_OUT :]
    truth = y[test].astype(float)
    singles = [values.astype(np.float32) for values in (scaled[train], y[train], scaled[test])]
    return Task("samples", singles[0], singles[1], singles[2], lambda outputs: float(((outputs - truth) ** 2).mean()))


def _on_circle(angles: Reals) -> Singles:
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
