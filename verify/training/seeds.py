"""How are many seeds run, and what is their mean?  In groups, each seed with random streams of its own.

`average_seeds` is the one loop over seeds: of trained models (`ensemble`), of linear networks (`linear_ensemble`) and
of draws of samples that are reused (`verify.reuse.averaged_draws`).  It joins the groups, keeps what is finished when
the user interrupts it or a seed diverges, and takes means and standard errors.

Layout: a group's rows are arrays by name, with seeds along the first axis.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from numbers import Integral
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..curves import LossCurve, Status
from .stability import Diverged

MOST = 1_000_000
"""Seeds of one ensemble.  The standard error is then a thousandth of the scatter."""

MEANS = {"losses": "loss", "kernels": "kernel", "train_losses": "train_loss", "readouts": "readout"}
"""Rows along the times, and the names of their means over seeds."""

Group: TypeAlias = tuple[dict[str, Reals], dict[int, tuple[int, float]]]
"""Rows of a group; and the step and the loss at which each seed diverged, by its row."""


class SeedDiverged(Diverged):
    """Gradient descent of a seed left the region in which it is stable.

    Attributes
    ----------
    step, time, loss
        See `Diverged`.
    seed : int
        The first seed, in the order given, of the group that was being run.
    finished : LossCurve or None
        The mean over all seeds that had reached the last step, also in the same group.  It leaves out seeds that
        diverged, so it is not the mean of the ensemble.
    """

    def __init__(
        self, message: str, step: int, time: float, loss: float, seed: int, finished: LossCurve | None
    ) -> None:
        super().__init__(message, step, time, loss)
        self.args = (message, step, time, loss, seed, finished)
        self.seed, self.finished = seed, finished


@dataclass(frozen=True)
class Ensemble:
    """What all seeds of an ensemble share.

    Attributes
    ----------
    time : array of shape (times,)
    learning_rate : float
        eta.
    details, settings : mapping
        What the mean curve has beside the rows of the seeds; see `LossCurve`.
    note, advice : str
        What the message about a seed that diverges says beside its step and loss, and what to try.
    """

    time: Reals
    learning_rate: float = 0.0
    details: Mapping[str, Reals] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    advice: str = ""


def average_seeds(
    ensemble: Ensemble, seeds: tuple[int, ...], together: int, run: Callable[[tuple[int, ...]], Group]
) -> LossCurve:
    """Run seeds group by group, and return their mean curve.

    Parameters
    ----------
    ensemble : Ensemble
    seeds : tuple of int
        Checked, see `check_seeds`.
    together : int
        Seeds of a group, at least 1.
    run : callable
        The seeds of a group -> its rows, among them ``losses`` of shape (seeds, times) and ``starts``, the losses at
        time 0, of shape (seeds,); and its failures.

    Returns
    -------
    LossCurve
        ``loss`` is the mean over seeds and ``error`` its standard error; ``observed`` has the rows of `MEANS` and their
        means, ``details`` all other rows.  After an interruption it is the mean of the seeds that were finished.

    Raises
    ------
    SeedDiverged
        If a seed of a group diverges.
    KeyboardInterrupt
        If it is interrupted before a seed is finished.

    Examples
    --------
    >>> def run(seeds):
    ...     losses = np.array([[1.0, 1 / (1 + seed)] for seed in seeds])
    ...     return {"starts": losses[:, 0], "losses": losses}, {}
    >>> found = average_seeds(Ensemble(np.array([0.0, 1.0])), (0, 1), 1, run)
    >>> found.loss, found.losses.shape, found.status.seeds
    (array([1.  , 0.75]), (2, 2), (0, 1))
    """
    finished: list[int] = []
    parts: list[dict[str, Reals]] = []
    try:
        for start in range(0, len(seeds), together):
            group = seeds[start : start + together]
            rows, failures = run(group)
            kept = [row for row in range(len(group)) if row not in failures]
            if kept:
                finished += [group[row] for row in kept]
                parts.append({name: values[kept] for name, values in rows.items()})
            if failures:
                first = min(failures)
                curve = _average(ensemble, tuple(finished), parts) if parts else None
                raise _report(ensemble, group[first], *failures[first], curve, f"{len(finished)} of {len(seeds)}")
    except KeyboardInterrupt:
        if not parts:
            raise
        return _average(ensemble, tuple(finished), parts, interrupted=True)
    return _average(ensemble, tuple(finished), parts)


def step_times(learning_rate: float, steps: NDArray[np.int64]) -> Reals:
    """Return eta times the steps; infinity beyond double precision.

    >>> step_times(0.5, np.arange(3))
    array([0. , 0.5, 1. ])
    """
    with np.errstate(over="ignore"):
        return np.asarray(learning_rate * steps, dtype=float)


def standard_error(values: Reals) -> Reals:
    """Return the standard error of the mean over the first axis; NaN for a single value.

    Examples
    --------
    >>> standard_error(np.array([[1.0, 2.0], [3.0, 2.0]])), standard_error(np.array([[1.0, 2.0]]))
    (array([1., 0.]), array([nan, nan]))
    """
    if len(values) < 2:
        return np.full(values.shape[1], np.nan)
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))


def check_seeds(seeds: Collection[int]) -> tuple[int, ...]:
    """Return the seeds as a tuple.

    Raises
    ------
    InputError
        Unless they are 1 to `MOST` distinct whole numbers of at least 0.

    Examples
    --------
    >>> check_seeds(range(3))
    (0, 1, 2)
    """
    try:
        count = len(seeds)
    except TypeError:
        count = 0
    except OverflowError:  # a range longer than any list
        count = MOST + 1
    if isinstance(seeds, str | bytes) or not 0 < count <= MOST:
        raise InputError(f"seeds must be 1 to {MOST} whole numbers; got {abbreviate(seeds)}; try range(20)")
    wrong = [s for s in seeds if isinstance(s, bool) or not isinstance(s, Integral) or s < 0]
    if wrong:
        raise InputError(
            f"seeds must be whole numbers of at least 0; got {abbreviate(wrong[0])} among them; try range(20)"
        )
    numbers = tuple(int(seed) for seed in seeds)
    if len(set(numbers)) < count:
        twice = next(seed for place, seed in enumerate(numbers) if seed in numbers[:place])
        raise InputError(f"seeds must be distinct, as the same seed is the same curve; got {abbreviate(twice)} twice")
    return numbers


def _average(
    ensemble: Ensemble, seeds: tuple[int, ...], parts: list[dict[str, Reals]], interrupted: bool = False
) -> LossCurve:
    """Join the groups and take means over seeds."""
    rows = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    means = {mean: rows[name].mean(axis=0) for name, mean in MEANS.items() if name in rows}
    errors = {mean: standard_error(rows[name]) for name, mean in MEANS.items() if name in rows}
    loss, starts = means.pop("loss"), rows.pop("starts")
    return LossCurve(
        time=ensemble.time,
        loss=loss,
        error=errors.pop("loss"),
        start=float(loss[0]) if ensemble.time[0] == 0 else float(starts.mean()),
        observed=means | {name: values for name, values in rows.items() if name in MEANS},
        errors=errors,
        details={**ensemble.details, **{name: values for name, values in rows.items() if name not in MEANS}},
        settings=ensemble.settings,
        status=Status(seeds=seeds, interrupted=interrupted),
    )


def _report(
    ensemble: Ensemble, seed: int, step: int, loss: float, finished: LossCurve | None, share: str
) -> SeedDiverged:
    """Return the error that says which seed diverged, where, and how many are finished."""
    time = ensemble.learning_rate * step
    return SeedDiverged(
        f"gradient descent diverged for seed {seed} at step {step}, t = {time:.6g}, where the loss was {loss:.3g}; "
        f"{ensemble.note}{share} seeds were finished; {ensemble.advice}",
        step,
        time,
        loss,
        seed,
        finished,
    )
