"""What is to be simulated, and does it fit into memory?

All that `simulate.ensemble` is told is checked here, before anything is drawn.  Memory is counted array by array:

* while A(0) of a seed is drawn: two stretches of it; and, Gaussian, 5 N^2 doubles to diagonalise Sigma, or else all of
  A(0), N M numbers;
* while it is trained: for gamma > 0 `descent.matrices` numbers, some 2 N^2; and, if not Gaussian, A(0) and a batch,
  (N + B) M numbers.

Seeds are drawn one after the other, and trained in groups of as many as fit into `GROUP`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from math import ceil, inf
from numbers import Integral, Real
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError
from exponents.names import require
from exponents.rationals import abbreviate, check_capacity, check_smaller, check_source, exact, to_double

from ..inputs import check_richness, check_step, check_whole
from .descent import matrices
from .gradients import AHEAD, ENTRIES, FEATURES, GAUSSIAN, AllModes, Gradient, Model, Relevant, drawn_bytes

Steps: TypeAlias = NDArray[np.int64]

PRECISIONS = ("float64", "float32")

MEMORY = 4 * 2**30
"""Bytes that an ensemble may take."""

GROUP = 2**22
"""Bytes that the seeds which are trained together may take, unless one takes more: then a step finds them in the cache,
and a call serves many."""

STREAMS, BUFFERS = 2**14, 2**17
"""Bytes of a seed's streams, and of what else does not grow with sizes."""

ALL, PER_DECADE = 1000, 50
"""Up to this many steps all losses are kept, beyond about so many in a decade."""

MOST = 1_000_000
"""Seeds of one ensemble.  The standard error is then a thousandth of the scatter."""

LARGEST = 10**15
"""Of steps, sizes and samples: no more would fit or end, and computing with them in doubles is exact."""


@dataclass(frozen=True)
class Setting:
    """One ensemble, without its seeds; arguments as in `simulate.ensemble`, ``record`` the steps that are kept."""

    model: Model
    gamma: float
    batch_size: int | None
    learning_rate: float
    steps: int
    record: Steps
    features: str
    precision: str

    @property
    def gaussian(self) -> bool:
        """Whether only N + 1 dimensions matter: a batch without end has no fourth moment that does."""
        return self.batch_size is None or self.features == GAUSSIAN

    @property
    def dtype(self) -> np.dtype[np.floating]:
        """Of matrices."""
        return np.dtype(self.precision)

    def gradient(self, seeds: tuple[int, ...]) -> Gradient:
        """The gradient on fresh batches for a group of seeds."""
        if self.batch_size is None or self.gaussian:
            return Relevant(self.model, self.batch_size, seeds)
        return AllModes(self.model, self.batch_size, seeds, self.features, self.dtype)

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
            taken += width * matrices(size)
        if self.batch_size is not None and not self.gaussian:
            batch = ceil(self.batch_size * (width + drawn_bytes(self.features))) * modes
            taken += batch + width * size * modes + 8 * (10 * modes + 2 * self.batch_size)
        return taken

    @property
    def together(self) -> int:
        """Seeds in a group."""
        return max(1, GROUP // self.running)

    def memory(self, seeds: int) -> int:
        """Bytes of a group of so many seeds, or of as many as there are in one."""
        trained = min(seeds, self.together) * self.running
        return BUFFERS + max(trained, self.drawing + trained - self.running)

    @property
    def recorded(self) -> int:
        """Bytes of the curves of a seed, twice as they are joined."""
        return 32 * len(self.record)


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
    """The setting, if it is one.

    Raises
    ------
    InputError
    """
    model = check_model(alpha, beta, model_size, modes)
    richness, eta = _real(gamma, "gamma"), _real(learning_rate, "the learning rate")
    check_richness(richness)
    check_step(eta, 1.0)
    _check_count(steps, "the number of steps", 1000)
    if batch_size is not None:
        _check_count(batch_size, "the batch size", 32)
    require(features, FEATURES, "features")
    require(precision, PRECISIONS, "the precision")
    kept = space_steps(steps) if record is None else _recorded(record, steps)
    return Setting(model, richness, batch_size, eta, steps, kept, features, precision)


def check_model(alpha: object, beta: object, model_size: int, modes: int) -> Model:
    """The model, if it is one.

    Raises
    ------
    InputError
    """
    a, b = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    _check_count(model_size, "the model size", 64)
    _check_count(modes, "the number of modes", 1000)
    check_smaller(model_size, modes)
    return Model(to_double(a, "alpha"), to_double(b, "beta"), model_size, modes)


def check_seeds(seeds: Collection[int]) -> tuple[int, ...]:
    """Seeds as a tuple, if they are some.

    Raises
    ------
    InputError
    """
    try:
        count = len(seeds)
    except TypeError:
        count = 0
    except OverflowError:  # a range longer than any list
        count = MOST + 1
    if isinstance(seeds, str | bytes) or not 0 < count <= MOST:
        raise InputError(f"seeds must be 1 to {MOST} whole numbers; got {abbreviate(seeds)}; try range(20)")
    wrong = [seed for seed in seeds if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0]
    if wrong:
        raise InputError(
            f"seeds must be whole numbers of at least 0; got {abbreviate(wrong[0])} among them; try range(20)"
        )
    numbers = tuple(int(seed) for seed in seeds)
    if len(set(numbers)) < count:
        twice = next(seed for place, seed in enumerate(numbers) if seed in numbers[:place])
        raise InputError(f"seeds must be distinct, as the same seed is the same curve; got {abbreviate(twice)} twice")
    return numbers


def check_memory(setting: Setting, seeds: int) -> None:
    """Refuse an ensemble that takes more than `MEMORY`.

    Raises
    ------
    InputError
    """
    curves, group = seeds * setting.recorded, setting.memory(seeds)
    if curves + group > MEMORY:
        raise InputError(
            f"an ensemble may take {_sized(MEMORY)}; training takes {_sized(group)}, the curves {_sized(curves)}; "
            "take a smaller model, fewer modes, a smaller batch, precision float32, or fewer recorded steps or seeds"
        )


def memory(
    gamma: float,
    model_size: int,
    batch_size: int | None,
    modes: int,
    features: str = GAUSSIAN,
    precision: str = "float64",
) -> int:
    """Bytes of all arrays of a single seed at their most, without its curve and buffers of the linear algebra library.

    Raises
    ------
    InputError
        See `simulate.ensemble`.
    """
    return check_setting(2, 1, gamma, model_size, batch_size, modes, 0.1, 1, features, precision, None).memory(1)


def space_steps(steps: int) -> Steps:
    """Steps at which losses are kept unless said otherwise, 0 and the last among them."""
    if steps <= ALL:
        return np.arange(steps + 1)
    count = int(PER_DECADE * np.log10(steps)) + 1
    return np.unique(np.concatenate([[0, steps], np.geomspace(1, steps, count).round().astype(np.int64)]))


def _recorded(record: Collection[int], steps: int) -> Steps:
    wanted = f"the recorded steps must be rising whole numbers from 0 to {steps}; got {abbreviate(record)}"
    try:
        kept = np.array(record) if 0 < len(record) <= steps + 1 else None
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{wanted}; try [0, {steps}]") from error
    if kept is None or kept.ndim != 1 or kept.dtype.kind not in "iu":
        raise InputError(f"{wanted}; try [0, {steps}]")
    if kept[0] < 0 or kept[-1] > steps or (kept[1:] <= kept[:-1]).any():
        raise InputError(f"{wanted}; sort them, and leave out those beyond")
    return kept.astype(np.int64)


def _check_count(value: int, name: str, example: int) -> None:
    check_whole(value, name, 1, example)
    if value > LARGEST:
        raise InputError(f"{name} may be at most {LARGEST:.0e}; got {abbreviate(value)}; try {example}")


def _real(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(f"{name} must be a number; got {abbreviate(value)}; try 0.1")
    try:
        return float(value)
    except OverflowError:
        return inf


def _sized(count: int) -> str:
    return f"{count / 2**30:.3g} GiB" if count >= 2**30 else f"{count / 2**20:.3g} MiB"
