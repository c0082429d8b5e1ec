"""What do models do on samples that are drawn once, over many draws of features and samples?

Each seed is a draw of `drawn`, on which the flow is exact.  Means are over seeds.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError

from ..arrays import Reals
from ..inputs import check_richness, check_times
from ..training.ensemble import standard_error
from ..training.settings import check_seeds
from .draws import ENTRIES, draw_diagonalised


@dataclass(frozen=True)
class ReuseEnsemble:
    """Curves of several draws.

    Attributes
    ----------
    seeds : tuple of int
    time : array of shape (n,)
    tests, trains : array of shape (seeds, n)
        Losses, in units in which the mode k = 1 contributes 1 to the target's variance.
    kernels : array of shape (seeds, n)
        kappa.
    final_tests, span_floors : array of shape (seeds,)
        See `DrawnReuse`.
    interrupted : bool
        Whether seeds are missing, as the user had enough.
    """

    seeds: tuple[int, ...]
    time: Reals
    tests: Reals
    trains: Reals
    kernels: Reals
    final_tests: Reals
    span_floors: Reals
    interrupted: bool = False

    @property
    def test(self) -> tuple[Reals, Reals]:
        """Mean test loss over seeds, and its standard error, which is NaN for a single seed."""
        return self.tests.mean(axis=0), standard_error(self.tests)

    @property
    def train(self) -> tuple[Reals, Reals]:
        """The same of the train loss."""
        return self.trains.mean(axis=0), standard_error(self.trains)


def average_draws(
    alpha: object,
    beta: object,
    gamma: float,
    model_size: int | None,
    samples: int,
    modes: int,
    times: ArrayLike,
    seeds: Collection[int],
) -> ReuseEnsemble:
    """Losses of one draw for each seed.

    Parameters
    ----------
    alpha, beta, model_size, samples, modes
        As in `draw`.
    gamma, times
        As in `DrawnReuse.curve`.
    seeds : collection of int
        Distinct whole numbers of at least 0, such as ``range(20)``.

    Raises
    ------
    InputError
        See `draw`, `reduced` and `DrawnReuse.curve`; for seeds that are not such, or more than `ENTRIES` losses.
    FlowFailed
        See `march.solve`.
    KeyboardInterrupt
        When it was interrupted before a draw was finished; after one, those that are finished are returned.
    """
    t, numbers = check_times(times), check_seeds(seeds)
    check_richness(gamma)
    if len(t) * len(numbers) > ENTRIES:
        raise InputError(f"seeds times times may be at most {ENTRIES}; got {len(t) * len(numbers)}; take fewer")
    rows: list[tuple[Reals, Reals, Reals, float, float]] = []
    try:
        for seed in numbers:
            found = draw_diagonalised(alpha, beta, model_size, samples, modes, seed)
            curve = found.curve(gamma, t)
            rows.append((curve.test, curve.train, curve.kernel, found.final_test, found.span_floor))
    except KeyboardInterrupt:
        if not rows:
            raise
    tests, trains, kernels, finals, floors = (np.array(column) for column in zip(*rows, strict=True))
    return ReuseEnsemble(
        numbers[: len(rows)], t, tests, trains, kernels, finals, floors, interrupted=len(rows) < len(numbers)
    )
