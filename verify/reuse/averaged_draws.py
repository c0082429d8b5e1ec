"""What do models do on samples that are drawn once, over many draws of features and samples?

Each seed is a draw of `draws`, whose flow is solved exactly.  Means are over seeds.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError

from ..curves import LossCurve
from ..inputs import check_richness, check_times
from ..training.seeds import Ensemble, Group, average_seeds, check_seeds
from .draws import ENTRIES, draw_reuse


def average_draws(
    alpha: object,
    beta: object,
    gamma: float,
    model_size: int | None,
    samples: int,
    modes: int,
    times: ArrayLike,
    seeds: Collection[int],
) -> LossCurve:
    """Return the mean of the losses over one draw for each seed.

    Parameters
    ----------
    alpha, beta, model_size, samples, modes
        As in `draw_features_and_samples`.
    gamma, times
        As in `DrawnReuse.curve`.
    seeds : collection of int
        Distinct whole numbers of at least 0, such as ``range(20)``.

    Returns
    -------
    LossCurve
        ``loss`` is the mean test loss and ``error`` its standard error, NaN for one seed.  After an interruption by the
        user it is the mean of the finished draws.  ``observed`` has the means ``train_loss`` and ``kernel``, and for
        each seed ``losses``, ``train_losses`` and ``kernels`` of shape (seeds, times); ``details`` has ``final_losses``
        and ``span_floors`` of shape (seeds,): the test loss at infinite time, and the least one of any model.

    Raises
    ------
    InputError
        If an argument is not as described, or there are more than `draws.ENTRIES` losses.
    FlowFailed
        If the flow of a draw cannot be solved.
    KeyboardInterrupt
        If it is interrupted before a draw is finished.

    Examples
    --------
    >>> found = average_draws("3/2", "1/2", 1.0, 8, 12, 20, [0.0, 1.0, 10.0], range(3))
    >>> found.loss.round(3), found.train_loss.round(3), found.losses.shape
    (array([1.824, 0.986, 0.856]), array([2.153, 0.704, 0.348]), (3, 3))
    """
    t, numbers = check_times(times), check_seeds(seeds)
    check_richness(gamma)
    if len(t) * len(numbers) > ENTRIES:
        raise InputError(f"seeds times times may be at most {ENTRIES}; got {len(t) * len(numbers)}; take fewer")

    def run(group: tuple[int, ...]) -> Group:
        (seed,) = group
        found = draw_reuse(alpha, beta, model_size, samples, modes, seed)
        curve = found.curve(gamma, t)
        row = {
            "starts": curve.start,
            "losses": curve.loss,
            "train_losses": curve.train_loss,
            "kernels": curve.kernel,
            "final_losses": found.final_loss,
            "span_floors": found.span_floor,
        }
        return {name: np.array([value]) for name, value in row.items()}, {}

    return average_seeds(Ensemble(t), numbers, 1, run)
