"""When has gradient descent left the region in which it is stable?  When its loss exceeds `DIVERGED` times the first.

`StableRate` is a learning rate that follows the kernel, so that every step is stable.  `StabilityWatch` follows one
solution and keeps its sharpness eta kappa mu_1; a mode is multiplied by 1 - eta kappa mu_1 in a step, so it grows
beyond `STABLE`.  `GroupWatch` follows the losses of a group of seeds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError, NotSolved

from ..arrays import Reals

DIVERGED = 1e3  # loss, in units of the first
STABLE = 2.0  # eta kappa mu_1


class Diverged(NotSolved):
    """Gradient descent left the region in which it is stable.

    Attributes
    ----------
    step : int
        The step at which the loss was no longer bounded.
    time : float
        eta times that step.
    loss : float
        The loss there; may be infinite or NaN.
    """

    def __init__(self, message: str, step: int, time: float, loss: float) -> None:
        super().__init__(message, step, time, loss)
        self.step, self.time, self.loss = step, time, loss


@dataclass(frozen=True)
class StableRate:
    """The learning rate eta = c/(kappa mu_1) of a step, for the kernel kappa of the moment.

    The fastest direction has a rate from kappa mu_1 to (2 kappa - 1) mu_1, so a step is stable for c of up to 1.

    Parameters
    ----------
    sharpness : float
        c.
    largest : float
        mu_1.

    Raises
    ------
    InputError
        Unless 0 < c <= 1.

    Examples
    --------
    >>> StableRate(0.5, 2.0)(np.array([1.0, 10.0]))
    array([0.25 , 0.025])
    """

    sharpness: float
    largest: float

    def __post_init__(self) -> None:
        if not 0 < self.sharpness <= STABLE / 2:
            raise InputError(
                f"the sharpness of stable steps must be above 0 and at most {STABLE / 2:g}; got {self.sharpness}; try 1"
            )

    def __call__(self, kernel: Reals) -> Reals:
        """Return eta for each kernel."""
        return self.sharpness / (kernel * self.largest)


class StabilityWatch:
    """Follow a descent step by step, and stop it when its loss has grown too far.

    Parameters
    ----------
    first : float
        The loss at the first step.
    learning_rate, largest : float
        eta and mu_1.
    mean_field : bool
        Whether the loss is that of mean-field equations at finite N or B.  Unless the first step is unstable already,
        trained models need not diverge where these do.

    Examples
    --------
    >>> watch = StabilityWatch(1.0, learning_rate=0.5, largest=1.0)
    >>> for step, kernel in enumerate((1.0, 4.5)):
    ...     watch.see(step, 1.0, kernel)
    >>> watch.sharpness, watch.passed
    (2.25, 1)
    """

    def __init__(self, first: float, learning_rate: float, largest: float, mean_field: bool = False) -> None:
        self.bound, self.learning_rate, self.top = DIVERGED * first, learning_rate, learning_rate * largest
        self.mean_field = mean_field
        self.sharpness, self.passed = 0.0, -1

    def see(self, step: int, loss: float, kernel: float) -> None:
        """Take note of a step.

        Raises
        ------
        Diverged
            If the loss is not a number, or above `DIVERGED` times the first.
        """
        if not loss <= self.bound:
            raise self._diverged(step, loss)
        self.sharpness = max(self.sharpness, self.top * kernel)
        if self.passed < 0 and self.sharpness > STABLE:
            self.passed = step

    def _diverged(self, step: int, loss: float) -> Diverged:
        time, passed = self.learning_rate * step, self.passed
        since = f"{STABLE:g} at step {passed}" if passed >= 0 else f"no more than {self.sharpness:.3g}"
        subject, advice = "gradient descent diverged", "take a smaller learning rate"
        if self.mean_field and passed != 0:  # a first step beyond `STABLE` is unstable for any model
            subject = "the mean-field equations broke down"
            advice = "models need not diverge there: train some, take a smaller learning rate, or ask for less time"
        message = (
            f"{subject} at step {step}, t = {time:.6g}, where the loss was {loss:.3g}; eta kappa mu_1, stable below "
            f"{STABLE:g}, had reached {since}; {advice}"
        )
        return Diverged(message, step, time, loss)


class GroupWatch:
    """Follow the losses of a group of seeds, and note which seeds diverge.

    Attributes
    ----------
    alive : array of bool, shape (seeds,)
        The seeds that have not diverged.
    first : array of shape (seeds,)
        Losses at step 0.
    failures : dict
        The step and the loss at which each seed diverged, by its row.

    Examples
    --------
    >>> watch = GroupWatch(2)
    >>> watch.see(0, np.array([1.0, 1.0])), watch.see(1, np.array([0.5, 2e3])), watch.failures
    (True, True, {1: (1, 2000.0)})
    """

    def __init__(self, seeds: int) -> None:
        self.alive = np.ones(seeds, bool)
        self.failures: dict[int, tuple[int, float]] = {}

    def see(self, step: int, loss: Reals) -> bool:
        """Take note of the losses at a step, from step 0 on; return whether any seed is left."""
        if step == 0:
            self.first, self.bound = loss, DIVERGED * loss
        lost = self.alive & ~(loss <= self.bound)
        if lost.any():  # from here on the numbers of a lost seed affect no other seed
            self.failures |= {int(row): (step, float(loss[row])) for row in np.flatnonzero(lost)}
            self.alive &= ~lost
        return bool(self.alive.any())
