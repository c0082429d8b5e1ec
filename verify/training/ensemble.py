"""What does the finite model do when it is trained, over many draws of features and batches?

Each seed draws A(0), and a fresh batch for each step, and takes the steps of eq. 4.  In `simulation`, `gradients` says
what a batch contributes, `descent` what it changes, `network` computes the same as it is written.  The loss is that on
the whole population and has no sampling error of its own.  Means are over seeds, with their standard error.

Reproducibility: a seed's streams depend on its number alone, and its steps on its own arrays alone.  So its curve is
the same to the last bit however seeds are grouped, on one machine with one linear algebra library and count of threads.
Seeds are independent: several processes can share them, and an interrupted ensemble can be taken up with the rest.

Precision: that of matrices, and of batches that are not Gaussian.  Vectors, draws and losses are double.  In float32
matrices take half the memory and time; a seed has the same draws, and its curve differs by rounding.

Layout: seeds along the first axis, recorded steps along the last.  Cost of a step of one seed: 6 N^2 operations and
those of `gradients`.  Memory: see `settings`.  Matrices are small and products of a matrix and a vector many, for which
a linear algebra library had better use a single thread, and cores better have seeds of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

import numpy as np

from ..arrays import Reals
from ..spectra.spectrum import Spectrum
from .descent import descend
from .gradients import GAUSSIAN, spectrum
from .settings import Setting, Steps, check_memory, check_model, check_seeds, check_setting
from .stability import Diverged

Trained = TypeVar("Trained", bound="Ensemble")

Failure: TypeAlias = tuple[int, int, float]
"""A seed that diverged, and the step and the loss at which it did."""


@dataclass(frozen=True)
class Ensemble:
    """Curves of several seeds.

    Attributes
    ----------
    seeds : tuple of int
        Those that were finished, in the order given.
    steps : array of shape (n,)
        Steps at which the loss was recorded.
    learning_rate : float
        eta.
    losses : array of shape (seeds, n)
        Population loss before that step, in units in which the mode k = 1 contributes 1 to the target's variance.
    kernels : array of shape (seeds, n)
        1 + gamma |w|^2/N there: the kappa of the flow.
    interrupted : bool
        Whether the user stopped it before all seeds were finished.
    """

    seeds: tuple[int, ...]
    steps: Steps
    learning_rate: float
    losses: Reals
    kernels: Reals
    interrupted: bool = False

    def __len__(self) -> int:
        return len(self.seeds)

    @property
    def time(self) -> Reals:
        """eta times the step."""
        return np.asarray(self.learning_rate * self.steps)

    @property
    def loss(self) -> Reals:
        """Mean loss over seeds."""
        return np.asarray(self.losses.mean(axis=0))

    @property
    def error(self) -> Reals:
        """Standard error of that mean; NaN for a single seed, which says nothing of it."""
        return standard_error(self.losses)

    @property
    def kernel(self) -> Reals:
        """Mean of 1 + gamma |w|^2/N over seeds."""
        return np.asarray(self.kernels.mean(axis=0))

    @property
    def kernel_error(self) -> Reals:
        """Standard error of that mean; NaN for a single seed."""
        return standard_error(self.kernels)


class SeedDiverged(Diverged):
    """Gradient descent of a seed left the region in which it is stable.

    Attributes
    ----------
    step, time, loss
        See `Diverged`.
    seed : int
        The first seed, in the order given, of the group that was being run.
    finished : Ensemble or None
        All seeds that had reached the last step, those of the same group among them.  Their mean is that of the seeds
        that did not diverge, not of the ensemble.
    """

    def __init__(self, message: str, step: int, time: float, loss: float, seed: int, finished: Ensemble | None) -> None:
        super().__init__(message, step, time, loss)
        self.args = (message, step, time, loss, seed, finished)
        self.seed, self.finished = seed, finished


def train_ensemble(
    alpha: object,
    beta: object,
    gamma: float,
    model_size: int,
    batch_size: int | None,
    modes: int,
    learning_rate: float,
    steps: int,
    seeds: Collection[int],
    features: str = GAUSSIAN,
    precision: str = "float64",
    record: Collection[int] | None = None,
) -> Ensemble:
    """Train one model for each seed.

    Parameters
    ----------
    alpha, beta : exact number
        Of eq. 42; an integer, a Fraction or text such as "3/2".
    gamma : float
        Richness, at least 0.
    model_size, modes : int
        N and M, N < M.
    batch_size : int or None
        B; None is the population gradient.
    learning_rate : float
        eta > 0, in units of one over the first eigenvalue of Lambda.
    steps : int
        T, at least 1.
    seeds : collection of int
        Distinct whole numbers of at least 0, such as ``range(20)``.
    features : {"gaussian", "signs", "sparse"}
        Law of psi_k/sqrt(lambda_k), see `gradients.FEATURES`.  The latter two cost B M instead of N numbers a step.
    precision : {"float64", "float32"}
        Of the matrices.
    record : collection of int, optional
        Rising steps at which the loss is kept; by default all of up to `ALL`, or about `PER_DECADE` a decade.

    Returns
    -------
    Ensemble
        When the user interrupts it, of the seeds that were finished, and marked so.

    Raises
    ------
    InputError
        For what is none of these, or would take more than `MEMORY`.
    SeedDiverged
        If the loss of a seed exceeds `DIVERGED` times its first, or is no number.
    KeyboardInterrupt
        When it was interrupted before a seed was finished.
    """
    setting = check_setting(
        alpha, beta, gamma, model_size, batch_size, modes, learning_rate, steps, features, precision, record
    )
    numbers = check_seeds(seeds)
    check_memory(setting, len(numbers))
    return run_in_groups(
        numbers,
        setting.together,
        lambda seeds: _run(setting, seeds),
        _joined,
        lambda failure, done: _diverged(setting, failure, done, len(numbers)),
    )


def run_in_groups(
    seeds: tuple[int, ...],
    together: int,
    run: Callable[[tuple[int, ...]], tuple[Trained, Failure | None]],
    joined: Callable[[Sequence[Trained]], Trained],
    diverged: Callable[[Failure, Sequence[Trained]], SeedDiverged],
) -> Trained:
    """What ``run`` makes of the seeds, so many together, joined; of the groups that are finished if interrupted.

    Raises
    ------
    SeedDiverged
        What ``diverged`` makes of the first failure and of what was finished.
    KeyboardInterrupt
        When it was interrupted before a seed was finished.
    """
    done: list[Trained] = []
    try:
        for start in range(0, len(seeds), together):
            part, failure = run(seeds[start : start + together])
            if len(part):
                done.append(part)
            if failure is not None:
                raise diverged(failure, done)
    except KeyboardInterrupt:
        if not done:
            raise
        return replace(joined(done), interrupted=True)
    return joined(done)


def spectrum_of_seed(alpha: object, beta: object, model_size: int, modes: int, seed: int) -> Spectrum:
    """The measure that the flow of a seed runs on: what `flow` and `two_time` need for its curve at B = infinity.

    Raises
    ------
    InputError
        See `ensemble`.
    """
    model = check_model(alpha, beta, model_size, modes)
    (number,) = check_seeds((seed,))
    return spectrum(model, number)


def _run(setting: Setting, seeds: tuple[int, ...]) -> tuple[Ensemble, Failure | None]:
    """Those seeds of a group that reach the last step, and the first that does not, with the step and loss."""
    shape = len(seeds), setting.model.size
    losses, kernels, failures = descend(
        setting.gradient(seeds),
        shape,
        setting.gamma,
        setting.learning_rate,
        setting.steps,
        setting.record,
        setting.dtype,
    )
    kept = [row for row in range(len(seeds)) if row not in failures]
    finished = Ensemble(
        tuple(seeds[row] for row in kept), setting.record, setting.learning_rate, losses[kept], kernels[kept]
    )
    return finished, next(((seeds[row], *failures[row]) for row in sorted(failures)), None)


def _joined(parts: Sequence[Ensemble]) -> Ensemble:
    return replace(
        parts[0],
        seeds=tuple(seed for part in parts for seed in part.seeds),
        losses=np.concatenate([part.losses for part in parts]),
        kernels=np.concatenate([part.kernels for part in parts]),
    )


def _diverged(setting: Setting, failure: Failure, done: Sequence[Ensemble], asked: int) -> SeedDiverged:
    seed, step, loss = failure
    finished = _joined(done) if done else None
    time = setting.learning_rate * step
    return SeedDiverged(
        f"gradient descent diverged for seed {seed} at step {step}, t = {time:.6g}, where the loss was {loss:.3g}; "
        f"{len(finished or ())} of {asked} seeds were finished; take a smaller learning rate or a larger batch",
        step,
        time,
        loss,
        seed,
        finished,
    )


def standard_error(values: Reals) -> Reals:
    """Of the mean over the first axis, NaN for a single value."""
    if len(values) < 2:
        return np.full(values.shape[1], np.nan)
    return np.asarray(values.std(axis=0, ddof=1) / np.sqrt(len(values)))
