"""What is the loss of networks that are trained online, over several seeds?

Seeds are trained one after the other, since one network uses all processors.  The state is kept in a file from time to
time, so that training goes on where it was interrupted, with the same bits.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from exponents.errors import InputError
from exponents.names import require_type

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_whole
from ..training.seeds import Ensemble, Group, average_seeds, step_times
from ..training.stability import Diverged
from .checkpoint import Checkpoint, open_checkpoint
from .network import Network, import_jax
from .online_descent import Descent
from .online_tasks import Task, check_network_seeds

PER_DECADE = 16
"""Times per factor of ten at which the loss is measured."""

MOST_STEPS, MOST_BATCH = 10**9, 2**20
"""Largest numbers that are taken."""

MOST_UNITS = 2**29
"""Largest number of units in all layers of a batch: 2 GiB."""

SAVED_EVERY = 20.0
"""Seconds between two states in the file."""

SPAN = 1.0
"""Seconds of steps between two looks at the clock, and at interrupts."""


@dataclass(frozen=True)
class Training:
    """How networks are trained.

    Attributes
    ----------
    batch_size : int
    learning_rate : float
        eta, above 0; steps start stable below 2.
    steps : int

    Raises
    ------
    InputError
        If a value cannot be used.

    Examples
    --------
    >>> Training(128, 0.1, 1000).record[-3:].tolist()
    [750, 866, 1000]
    """

    batch_size: int = 128
    learning_rate: float = 0.1
    steps: int = 20_000

    def __post_init__(self) -> None:
        check_whole(self.batch_size, "the batch size", 1, 128, MOST_BATCH)
        check_whole(self.steps, "the number of steps", 1, 20_000, MOST_STEPS)
        if not 0 < self.learning_rate < 2:
            raise InputError(
                f"the learning rate must be above 0 and below 2, where steps start stable; got {self.learning_rate:g}; "
                "try 0.1"
            )

    @property
    def record(self) -> np.ndarray:
        """The steps after which the loss is measured, evenly in their logarithm."""
        count = round(PER_DECADE * np.log10(self.steps)) + 1
        return np.unique(np.round(np.geomspace(1, self.steps, count)).astype(np.int64))


def train_networks(
    network: Network,
    task: Task,
    training: Training,
    seeds: Collection[int] = range(3),
    resume: Path | None = None,
    report: Callable[[int, int], None] | None = None,
) -> LossCurve:
    """Train networks on a task, one for each seed.

    Parameters
    ----------
    network : Perceptron, Convolutional or Transformer
    task : Task
    training : Training
    seeds : collection of int
        A seed decides weights and batches.
    resume : Path, optional
        A file in which the state is kept: training goes on from it.
    report : callable, optional
        Takes the steps that were taken in this call, and how many it will take, about once a second.

    Returns
    -------
    LossCurve
        Time is eta times the step.  ``loss`` is the mean over seeds of the loss on what is held out, ``error`` its
        standard error, ``losses`` the losses of the seeds.

    Raises
    ------
    InputError
        If JAX is not installed, or the file cannot be used.
    SeedDiverged
        If a step of a seed is unstable.
    KeyboardInterrupt
        If it is interrupted before a seed is finished.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from verify.networks.online_tasks import circle_task
    >>> from verify.networks.perceptron import Perceptron
    >>> found = train_networks(Perceptron(16, 2), circle_task(Fraction(1), 2**10), Training(8, 0.1, 10), seeds=(0, 1))
    >>> found.losses.shape, float(found.time[-1])
    ((2, 9), 1.0)
    """
    require_type(network, Network, "what is trained", "make one with Perceptron(width=64)")
    require_type(task, Task, "the task", "make one with circle_task('5/4')")
    require_type(training, Training, "the training", "make one with Training(steps=1000, batch_size=32)")
    chosen = check_network_seeds(seeds)
    if network.units * training.batch_size > MOST_UNITS:
        raise InputError(
            f"the layers of a batch must hold at most {MOST_UNITS} numbers to fit into memory; got "
            f"{network.units} for each of {training.batch_size} samples; take a smaller batch"
        )
    import_jax("jax")
    settings = _settings(network, task, training)
    checkpoint = open_checkpoint(resume, settings)
    record = training.record
    waiting = [seed for seed in chosen if seed not in checkpoint.finished]
    total = len(waiting) * training.steps - (checkpoint.steps if checkpoint.seed in waiting else 0)
    done = 0

    def count(steps: int) -> None:
        nonlocal done
        done += steps
        if report is not None:
            report(done, total)

    def run(group: tuple[int, ...]) -> Group:
        (seed,) = group
        try:
            losses = _train_seed(network, task, training, seed, checkpoint, count)
        except Diverged as error:
            return {}, {0: (error.step, error.loss)}
        return {"starts": losses[:1], "losses": losses[None, 1:]}, {}

    ensemble = Ensemble(
        step_times(training.learning_rate, record),
        training.learning_rate,
        settings=settings,
        advice="take a smaller learning rate",
    )
    return average_seeds(ensemble, chosen, 1, run)


def _train_seed(
    network: Network, task: Task, training: Training, seed: int, checkpoint: Checkpoint, count: Callable[[int], None]
) -> Reals:
    """Return the losses of one seed, the first before any step, and keep the state from time to time."""
    if seed in checkpoint.finished:
        return checkpoint.finished[seed]
    descent = Descent(network, task, training.batch_size, training.learning_rate, seed)
    losses = [descent.measure()]
    if checkpoint.seed == seed:
        losses, descent.state = list(checkpoint.losses), (checkpoint.weights, checkpoint.steps)
    saved, at_once = time.monotonic(), 1

    def keep() -> None:
        checkpoint.seed, checkpoint.losses = seed, losses
        checkpoint.weights, checkpoint.steps = descent.state
        checkpoint.save()

    try:
        for stop in training.record[len(losses) - 1 :].tolist():
            while descent.steps < stop:
                begun, steps = time.monotonic(), min(at_once, stop - descent.steps)
                descent.advance(steps)
                count(steps)
                if steps == at_once and time.monotonic() - begun < SPAN / 2:
                    at_once *= 2
            losses.append(descent.measure())
            if time.monotonic() - saved > SAVED_EVERY:
                keep()
                saved = time.monotonic()
    except KeyboardInterrupt:
        keep()
        raise
    checkpoint.finish(seed, losses)
    checkpoint.save()
    return checkpoint.finished[seed]


def _settings(network: Network, task: Task, training: Training) -> dict[str, object]:
    """Return everything that the losses depend on, seeds aside."""
    digest = hashlib.sha256()
    for values in (task.inputs, task.targets, task.held_out):
        digest.update(np.ascontiguousarray(values).tobytes())
    return {"task": task.name, "samples": digest.hexdigest()[:16], **asdict(network), **asdict(training)}
