"""What is to be trained, and does it fit into memory?

`check_setting` checks all arguments of `train_ensemble` before anything is drawn.  Memory is counted array by array:

* while A(0) of a seed is drawn: two stretches of it; and, for Gaussian features, 5 N^2 doubles to diagonalise Sigma, or
  else all of A(0), N M numbers;
* while a seed is trained: for gamma > 0 `descent.count_matrix_entries` numbers, some 2 N^2; and, for other features,
  A(0) and a batch, (N + B) M numbers.

Seeds are drawn one after the other, and trained in groups of as many as fit into `GROUP`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError
from exponents.names import require
from exponents.rationals import abbreviate, check_capacity, check_smaller, check_source, exact, to_double

from ..inputs import check_richness, check_step, check_whole
from .descent import count_matrix_entries
from .gradients import (
    AHEAD,
    ENTRIES,
    FEATURES,
    GAUSSIAN,
    FiniteModel,
    GaussianGradient,
    Gradient,
    SampledGradient,
    count_drawn_bytes,
)

Steps: TypeAlias = NDArray[np.int64]

PRECISIONS = ("float64", "float32")

MEMORY = 4 * 2**30
"""Bytes that an ensemble may take."""

GROUP = 2**22
"""Bytes that the seeds of a group may take, unless one takes more: then a step finds them in the cache, and a call
serves many."""

STREAMS, BUFFERS = 2**14, 2**17
"""Bytes of a seed's streams, and of all else that does not grow with sizes."""

ALL, PER_DECADE = 1000, 50
"""Up to this many steps all losses are kept; beyond, about so many per decade."""

LARGEST = 10**15
"""Most steps, and largest sizes: more would not fit or not end, and doubles are exact up to here."""


A_STEP, A_PAIR, A_DRAW = 1e-5, 3e-9, 1e-10
"""Seconds of a step: a constant, and a part per N^2.  Seconds of a draw, per N^2 M."""


@dataclass(frozen=True)
class Setting:
    """One ensemble, without its seeds.

    The arguments are those of `train_ensemble`; ``record`` holds the steps at which losses are kept.

    Examples
    --------
    >>> setting = check_setting(2, 1, 1.0, 64, 32, 1000, 0.1, 100, "gaussian", "float64", None)
    >>> setting.together, setting.memory(1)
    (38, 846912)
    """

    model: FiniteModel
    gamma: float
    batch_size: int | None
    learning_rate: float
    steps: int
    record: Steps
    features: str
    precision: str

    @property
    def gaussian(self) -> bool:
        """Whether only N + 1 dimensions matter: always at B = infinity, where fourth moments do not enter."""
        return self.batch_size is None or self.features == GAUSSIAN

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Type of the matrices' entries."""
        return np.dtype(self.precision)

    def gradient(self, seeds: tuple[int, ...]) -> Gradient:
        """Return the gradient on fresh batches for a group of seeds."""
        if self.batch_size is None or self.gaussian:
            return GaussianGradient(self.model, self.batch_size, seeds)
        return SampledGradient(self.model, self.batch_size, seeds, self.features, self.dtype)

    @property
    def drawing(self) -> int:
        """Bytes while a seed is drawn."""
        size, modes = self.model.size, self.model.modes
        stretches = min(2 * max(ENTRIES, size), size * modes) + 5 * modes
        if self.gaussian:
            return 8 * (stretches + 5 * size**2)
        return 8 * stretches + self.dtype.itemsize * size * modes

    @property
    def running(self) -> int:
        """Bytes of a seed while it is trained."""
        size, modes, width = self.model.size, self.model.modes, self.dtype.itemsize
        taken = STREAMS + 8 * (20 + AHEAD) * (size + 1)
        if self.gamma > 0:
            taken += width * count_matrix_entries(size)
        if self.batch_size is not None and not self.gaussian:
            batch = ceil(self.batch_size * (width + count_drawn_bytes(self.features))) * modes
            taken += batch + width * size * modes + 8 * (10 * modes + 2 * self.batch_size)
        return taken

    @property
    def together(self) -> int:
        """Seeds in a group."""
        return max(1, GROUP // self.running)

    def memory(self, seeds: int) -> int:
        """Return the bytes of a group of so many seeds, or of as many as there are in one."""
        trained = min(seeds, self.together) * self.running
        return BUFFERS + max(trained, self.drawing + trained - self.running)


def check_setting(
    alpha: object,
    beta: object,
    gamma: object,
    model_size: int,
    batch_size: int | None,
    modes: int,
    learning_rate: object,
    steps: int,
    features: str,
    precision: str,
    record: Collection[int] | None,
) -> Setting:
    """Return the arguments of `train_ensemble` as a setting.

    Raises
    ------
    InputError
        Unless all of them are as `train_ensemble` asks.

    Examples
    --------
    >>> check_setting(2, 1, 1.0, 64, 32, 1000, 0.1, 100, "gaussian", "float64", None).model
    FiniteModel(alpha=2.0, beta=1.0, size=64, modes=1000)
    """
    a, b = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    check_whole(model_size, "the model size", 1, 64, LARGEST)
    check_whole(modes, "the number of modes", 1, 1000, LARGEST)
    check_smaller(model_size, modes)
    model = FiniteModel(to_double(a, "alpha"), to_double(b, "beta"), model_size, modes)
    richness, eta = check_richness(gamma), check_step(learning_rate, 1.0)
    check_whole(steps, "the number of steps", 1, 1000, LARGEST)
    if batch_size is not None:
        check_whole(batch_size, "the batch size", 1, 32, LARGEST)
    require(features, FEATURES, "features")
    require(precision, PRECISIONS, "the precision")
    kept = space_steps(steps) if record is None else check_recorded(record, steps)
    return Setting(model, richness, batch_size, eta, steps, kept, features, precision)


def check_memory(setting: Setting, seeds: int) -> None:
    """Raise InputError if an ensemble of so many seeds takes more than `MEMORY`.

    Raises
    ------
    InputError
        If it does; the message says what takes how much.

    Examples
    --------
    >>> setting = check_setting(2, 1, 1.0, 64, 32, 1000, 0.1, 100, "gaussian", "float64", None)
    >>> check_memory(setting, 20)
    >>> check_memory(setting, 10**9)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    exponents.errors.InputError: an ensemble may take 4 GiB; training takes 4.65 MiB, the curves 3.01e+03 GiB; ...
    """
    curves, group = 32 * seeds * len(setting.record), setting.memory(seeds)  # loss and kernel, twice as they are joined
    if curves + group > MEMORY:
        raise InputError(
            f"an ensemble may take {_size_text(MEMORY)}; training takes {_size_text(group)}, the curves "
            f"{_size_text(curves)}; take a smaller model, fewer modes, a smaller batch, precision float32, or fewer "
            "recorded steps or seeds"
        )


def space_steps(steps: int) -> Steps:
    """Return the steps at which losses are kept by default, 0 and the last among them.

    >>> space_steps(3), len(space_steps(10**6))
    (array([0, 1, 2, 3]), 256)
    """
    if steps <= ALL:
        return np.arange(steps + 1)
    count = int(PER_DECADE * np.log10(steps)) + 1
    return np.unique(np.concatenate([[0, steps], np.geomspace(1, steps, count).round().astype(np.int64)]))


def check_recorded(record: Collection[int], steps: int) -> Steps:
    """Return the recorded steps as an array.

    Raises
    ------
    InputError
        Unless they are rising whole numbers from 0 to ``steps``, and at least one.

    Examples
    --------
    >>> check_recorded([0, 5], 10)
    array([0, 5])
    """
    wanted = f"the recorded steps must be rising whole numbers from 0 to {steps}; got {abbreviate(record)}"
    try:
        kept = np.array(record) if 0 < len(record) <= steps + 1 else None
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{wanted}; try [0, {steps}]") from error
    if kept is None or kept.ndim != 1 or kept.dtype.kind not in "iu":
        raise InputError(f"{wanted}; try [0, {steps}]")
    if kept[0] < 0 or kept[-1] > steps or (kept[1:] <= kept[:-1]).any():
        raise InputError(f"{wanted}; sort them, and leave out those beyond {steps}")
    return kept.astype(np.int64)


def _size_text(count: int) -> str:
    return f"{count / 2**30:.3g} GiB" if count >= 2**30 else f"{count / 2**20:.3g} MiB"


def estimate_training_seconds(setting: Setting, seeds: int) -> float:
    """Return about how many seconds it takes to train so many seeds.

    Examples
    --------
    >>> setting = check_setting(2, 1, 1.0, 64, 32, 1000, 0.1, 100, "gaussian", "float64", None)
    >>> estimate_training_seconds(setting, 20) < 10
    True
    """
    square = setting.model.size**2
    step = A_STEP + (A_PAIR * square if setting.gamma > 0 else 0.0)
    return seeds * (step * setting.steps + A_DRAW * square * setting.model.modes)
