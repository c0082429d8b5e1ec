"""What does a solver return?  One `LossCurve`, whatever the method and the system.

Gradient flow, the two-time equations, trained ensembles and linear networks return loss curves, with new samples or
with reused ones.  ``time``, ``loss`` and ``error`` are always there.  ``observed`` holds what a method adds, and
``errors`` the error of each quantity, under the same name.  ``details`` holds arrays that do not run over the times.
All are read by name: ``curve.kernel`` is ``curve.observed["kernel"]``, and ``curve.kernel_error`` is
``curve.errors["kernel"]``; ``curve.loss_error`` is ``curve.error``.

Names in ``observed``, each an array of shape (times,) unless said otherwise:

    kernel          kappa = 1 + gamma |w|^2/N
    clock           tau = int kappa dt
    train_loss      the loss on reused samples
    variance        what the noise of batches adds to the loss; contained in it
    readout         |w|^2/N
    correlation     B = sum_k y_k^2 (1 - phi_k), of eq. 66
    learned_norm    U = sum_j (y_j^2/mu_j) phi_j^2, the squared RKHS norm of what has been learned
    frontier        the eigenvalue whose mode is half learned
    spike           the largest eigenvalue of A^T A/N of a linear network
    sharpness       eta kappa mu_1
    *_slope         d ln/d ln t of a quantity; of the loss, of what lies above its floor
    from_target, from_features, from_batches    parts of the loss
    from_steps      what finite steps add to the flow; contained in the loss
    left_out        the exact lazy loss in steps, less the loss of the method
    between_models  what the mean over models adds to the loss on the mean spectrum, to order 1/N; not contained in it
    model           (in ``errors`` only) what a mean field leaves out at finite N, B or P, as ``model_error``
    losses, kernels ... (plural)  per seed, of shape (seeds, times)

Names in ``details``:

    *_correlation   between two times, of shape (times, times)
    looks           steps at which spectra of linear networks were looked at
    spikes, seconds, overlaps, drifts   values measured there, of shape (seeds, looks)
    final_losses, span_floors           of draws, of shape (seeds,)

Losses are in units in which the mode k = 1 contributes 1 to the target's variance.  Times are in units of
1/(learning rate): eta times the step, where steps are finite.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exponents.display import Reported, make_frame

from .arrays import Reals, same_values


@dataclass(frozen=True)
class Status:
    """How a solution ended, and after which times it must be read with care.

    Attributes
    ----------
    seeds : tuple of int
        The draws that the curve is a mean over; empty where nothing is drawn.
    interrupted : bool
        Whether ``seeds`` has fewer than were asked for.
    unstable_from : float or None
        The time after which eta kappa mu_1 > 2: steps then do not follow the flow.
    undetermined_from : float or None
        The time after which the two-time equations depend on their last digits.
    mean_bounded_below : float or None
        The largest learning rate at which the mean over batches is bounded, if the rate exceeds it.
    modes_learned_from : float or None
        The time at which half of the last mode of a measured spectrum is learned.

    Examples
    --------
    >>> Status(seeds=(0, 1), unstable_from=1e3).interrupted
    False
    """

    seeds: tuple[int, ...] = ()
    interrupted: bool = False
    unstable_from: float | None = None
    undetermined_from: float | None = None
    mean_bounded_below: float | None = None
    modes_learned_from: float | None = None

    @property
    def valid_until(self) -> float:
        """The first time from which on the curve must be read with care; infinite if there is none.

        Examples
        --------
        >>> Status().valid_until, Status(unstable_from=1e3, undetermined_from=2e3).valid_until
        (inf, 1000.0)
        """
        ends = (self.unstable_from, self.undetermined_from, self.modes_learned_from)
        return min((end for end in ends if end is not None), default=inf)


@dataclass(frozen=True, repr=False, eq=False)
class LossCurve(Reported):
    """A loss at several times, with its error.

    Attributes
    ----------
    time, loss, error : array of shape (times,)
        ``error`` is what the method states, NaN where it is unknown.
    start, floor : float
        Losses at time 0 and at infinite time.  The floor is infinite if the loss grows without end, 0 if it is unknown.
    observed, errors : mapping of str to array
        What the method adds along the times, and the errors that it states of these; see the module's list.
    details : mapping of str to array
        Arrays that do not run over the times.
    settings : mapping of str to object
        How it was solved: gamma, learning rate, tolerance.
    status : Status

    Examples
    --------
    >>> curve = LossCurve(np.ones(1), np.full(1, 0.5), np.full(1, 1e-9), start=2.0, observed={"kernel": np.ones(1)})
    >>> len(curve), curve.kernel.tolist()
    (1, [1.0])
    """

    time: Reals
    loss: Reals
    error: Reals
    start: float
    floor: float = 0.0
    observed: Mapping[str, Reals] = field(default_factory=dict)
    errors: Mapping[str, Reals] = field(default_factory=dict)
    details: Mapping[str, Reals] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    status: Status = field(default_factory=Status)
    _report = "exponents.reports.measured:curve"

    def describe(self) -> str:
        """Return the times and the loss at their ends."""
        if not len(self.time):
            return "no times"
        ends = f"t = {self.time[0]:.3g} to {self.time[-1]:.3g}"
        return f"{len(self)} times, {ends}, L = {self.loss[0]:.6g} to {self.loss[-1]:.6g}"

    def to_frame(self) -> Any:
        """Return time, loss, error and all that was observed as a pandas DataFrame, one row per time.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        from exponents.reports.measured import curve_columns  # only a frame needs SymPy

        return make_frame(curve_columns(self))

    def __eq__(self, other: object) -> bool:
        return same_values(self, other)

    __hash__ = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Reals:
        """Return an observed quantity, a detail or an error; `AttributeError` lists those that this curve has."""
        observed, errors, details = (self.__dict__.get(part, {}) for part in ("observed", "errors", "details"))
        for values in (observed, details):
            if name in values:
                return values[name]
        quantity = name.removesuffix("_error")
        if quantity != name and quantity in errors:
            return errors[quantity]
        known = ", ".join(["time, loss, error", *observed, *details])
        raise AttributeError(f"this loss curve has no {name}; it has {known}")

    @property
    def loss_error(self) -> Reals:
        """The error of the loss, by the same name as other quantities' errors."""
        return self.error

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Where the curve is not past ``status.valid_until``, an array of shape (times,)."""
        return np.asarray(self.time < self.status.valid_until)

    def __len__(self) -> int:
        return len(self.time)

    def select(self, places: ArrayLike) -> LossCurve:
        """Return the curve at some of its times.

        Parameters
        ----------
        places : array of int or bool
            Indices of times, or a mask.  They are applied to the last axis of each array but the details.

        Examples
        --------
        >>> curve = LossCurve(np.arange(3.0), np.array([1, 0.5, 0.2]), np.zeros(3), start=1.0)
        >>> curve.select([0, 2]).loss.tolist()
        [1.0, 0.2]
        """
        kept: NDArray[np.generic] = np.asarray(places)
        return replace(
            self,
            time=self.time[kept],
            loss=self.loss[kept],
            error=self.error[kept],
            observed={name: values[..., kept] for name, values in self.observed.items()},
            errors={name: values[..., kept] for name, values in self.errors.items()},
        )
