"""What does a method return?  One `LossCurve`, whatever the method and the system.

Every solver in this package returns a loss curve: gradient flow, the two-time equations, the level series' flow,
trained ensembles, linear networks; with fresh samples or with reused ones.  ``time``, ``loss`` and ``error`` are always
there.  What a method adds stands in ``observed``, and its errors in ``errors``, under the same names; both are also
attributes, so that ``curve.kernel`` is ``curve.observed["kernel"]``.

Names in ``observed``, each an array of shape (times,) unless said otherwise:

    kernel          kappa = 1 + gamma |w|^2/N
    clock           tau = int kappa dt
    train_loss      the loss on reused samples
    slope           -d ln L/d ln t above the floor
    variance        what the noise of batches adds to the loss; contained in it
    readout         |w|^2/N
    spike           the largest eigenvalue of A^T A/N of a linear network
    losses, kernels per seed, of shape (seeds, times)

Losses are in units in which the mode k = 1 contributes 1 to the target's variance; times are in units of
1/(learning rate): eta times the step, where steps are finite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .arrays import Reals


@dataclass(frozen=True)
class Status:
    """How a solution ended, and from where on it must be read with care.

    Attributes
    ----------
    seeds : tuple of int
        The draws that the curve is a mean over; empty where nothing is drawn.
    interrupted : bool
        Whether these are fewer than were asked for.
    unstable_from : float or None
        The time from which on eta kappa mu_1 > 2: steps do not follow the flow there.
    undetermined_from : float or None
        The time from which on the two-time equations depend on their last digits.
    """

    seeds: tuple[int, ...] = ()
    interrupted: bool = False
    unstable_from: float | None = None
    undetermined_from: float | None = None


@dataclass(frozen=True)
class LossCurve:
    """A loss at several times, with its error.

    Attributes
    ----------
    time, loss, error : array of shape (times,)
        ``error`` is what the method states, NaN where it is unknown.
    start, floor : float
        Loss at time 0, and at infinite time: infinite where the loss grows for ever, 0 where it is unknown.
    observed, errors : mapping of str to array
        What the method adds, and the errors that it states of these; see the module's list.
    settings : mapping of str to object
        How it was solved: method, gamma, learning rate, tolerance, grid.
    status : Status
    """

    time: Reals
    loss: Reals
    error: Reals
    start: float
    floor: float = 0.0
    observed: Mapping[str, Reals] = field(default_factory=dict)
    errors: Mapping[str, Reals] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    status: Status = field(default_factory=Status)

    def __getattr__(self, name: str) -> Reals:
        """An observed quantity by its name; `AttributeError` lists those that this curve has."""
        observed = self.__dict__.get("observed", {})
        if name in observed:
            return observed[name]
        raise AttributeError(f"this loss curve has no {name}; it has {', '.join(observed) or 'time, loss and error'}")
