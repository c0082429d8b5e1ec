"""What does a linear network of finite width do when it is trained, over many draws of weights and batches?

Each seed draws A(0) and w(0), and a fresh Gaussian batch for each step, and takes the steps of `network`, as `descent`
computes them.  The loss is that on the whole population, without sampling error.  Means are over seeds.

A batch of any size is M normals and one chi-squared.  In `simulation.gradients` a Gaussian batch is reduced in the
eigenbasis of the features; here the features move, and the modes themselves take their place, all of them learnable.
With d along Lambda^{1/2} v0 and s, z chi-squared of B degrees and normal,

    g = Lambda^{1/2} [(s/B) sqrt(L) d + (sqrt(L s)/B)(z - d (d . z))],

exact in law; B = infinity leaves g = Lambda v0.

What is stable: eta (1 + sigma^2) < 2 at the start, in units of the first eigenvalue, for the network of infinite width.
More is refused.  Later the kernel grows, and a seed that passes 2 for long enough is reported with its step.

Reproducibility: as in `simulate`; a seed's streams depend on its number alone.  Layout: seeds along the first axis,
recorded steps along the last.  Cost: see `descent`.  Memory: A of each seed that is trained together, N M doubles, its
A A^T - w w^T at the start, N^2, and, for one seed at a time, another A and what a look at its spectrum takes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..inputs import check_whole
from .ensemble import Ensemble, Failure, SeedDiverged, run_in_groups, standard_error
from .gradients import AHEAD, GAUSSIAN, Model, Relevant
from .linear_descent import KEPT, descend
from .linear_inputs import check_linear
from .settings import BUFFERS, GROUP, LARGEST, MEMORY, STREAMS, Steps, check_seeds, check_setting
from .stability import STABLE


@dataclass(frozen=True, kw_only=True)
class Networks(Ensemble):
    """Curves of several seeds: those of `simulate.Ensemble`, and what follows.

    ``kernels`` are (1 + |w|^2/N)/(1 + sigma^2), which is kappa at infinite width.

    Attributes
    ----------
    readouts : array of shape (seeds, n)
        |w|^2/N at the recorded steps.
    looks : array of shape (l,)
        Steps at which spectra were looked at.
    spikes, seconds : array of shape (seeds, l)
        The largest and the second eigenvalue of A^T A/N.
    overlaps : array of shape (seeds, l)
        Squared overlap of the largest one's vector with w* - v0; NaN where that is 0, as at the start.
    drifts : array of shape (seeds, l)
        Frobenius norm of A A^T - w w^T less what it was at the start, over the norm of that.
    """

    readouts: Reals
    looks: Steps
    spikes: Reals
    seconds: Reals
    overlaps: Reals
    drifts: Reals

    @property
    def readout(self) -> Reals:
        """Mean of |w|^2/N over seeds."""
        return np.asarray(self.readouts.mean(axis=0))

    @property
    def readout_error(self) -> Reals:
        """Standard error of that mean; NaN for a single seed."""
        return standard_error(self.readouts)


PER_SEED = ("losses", "kernels", "readouts", "spikes", "seconds", "overlaps", "drifts")
"""Fields of `Networks` with a row for each seed."""


@dataclass(frozen=True)
class _Modes(Model):
    """The modes themselves as features, all of them learnable: ``size`` is M."""

    def relevant(self, seed: int) -> tuple[Reals, Reals, float]:  # noqa: ARG002
        """lambda_k, y_k and no floor, for any seed."""
        return np.arange(1.0, self.modes + 1) ** -self.alpha, self.target, 0.0


@dataclass(frozen=True)
class _Setting:
    """One ensemble without its seeds; names as in `ensemble`."""

    features: _Modes
    gamma0: float
    size: int
    batch_size: int | None
    learning_rate: float
    steps: int
    init: float
    record: Steps
    looks: Steps

    @property
    def running(self) -> int:
        """Bytes of a seed while it is trained."""
        size, modes = self.size, self.features.modes
        numbers = size * modes + size**2 + (KEPT + 8) * (size + modes) + (AHEAD + 8) * (modes + 1)
        return STREAMS + 8 * (numbers + 8 * (len(self.record) + len(self.looks)))

    @property
    def looking(self) -> int:
        """Bytes of what is there once: another A, A A^T and its parts, and the matrix whose eigenvalues are wanted."""
        size, modes = self.size, self.features.modes
        return 8 * (3 * size * modes + 4 * size**2 + 4 * min(size, modes) ** 2)

    @property
    def together(self) -> int:
        """Seeds in a group."""
        return max(1, GROUP // self.running)

    def memory(self, seeds: int) -> int:
        """Bytes of a group, and of the curves of all seeds, twice as they are joined."""
        curves = 16 * seeds * (3 * len(self.record) + 4 * len(self.looks))
        return BUFFERS + min(seeds, self.together) * self.running + self.looking + curves


def train_linear_ensemble(
    alpha: object,
    beta: object,
    gamma0: float,
    width: int,
    batch_size: int | None,
    modes: int,
    learning_rate: float,
    steps: int,
    seeds: Collection[int],
    init: float = 1.0,
    record: Collection[int] | None = None,
    looks: Collection[int] | None = None,
) -> Networks:
    """Train one network for each seed.

    Parameters
    ----------
    alpha, beta : exact number
        lambda_k = k^-alpha and y_k^2 = k^(-alpha beta - 1).
    gamma0 : float
        Richness, at least 0; 0 leaves A and w at their start.
    width, modes : int
        N >= 1 and M >= 2, in any order.
    batch_size : int or None
        B; None is the population gradient.
    learning_rate : float
        eta > 0, in units of one over the first eigenvalue of Lambda.
    steps : int
        At least 1.
    seeds : collection of int
        Distinct whole numbers of at least 0, such as ``range(20)``.
    init : float
        sigma, the scale of w(0), at least 0.
    record : collection of int, optional
        Rising steps at which loss and |w|^2/N are kept; by default as in `simulate.ensemble`.
    looks : collection of int, optional
        Rising steps at which spectra are looked at; by default the first and the last.

    Returns
    -------
    Networks
        When the user interrupts it, of the seeds that were finished, and marked so.

    Raises
    ------
    InputError
        For what is none of these, would take more than `MEMORY`, or is unstable from the start.
    SeedDiverged
        If the loss of a seed exceeds `DIVERGED` times its first, or is no number.
    KeyboardInterrupt
        When it was interrupted before a seed was finished.
    """
    setting = _checked(alpha, beta, gamma0, width, batch_size, modes, learning_rate, steps, init, record, looks)
    numbers = check_seeds(seeds)
    _check_memory(setting, len(numbers))
    return run_in_groups(
        numbers,
        setting.together,
        lambda seeds: _run(setting, seeds),
        _joined,
        lambda failure, done: _diverged(setting, failure, done, len(numbers)),
    )


def draw_network(width: int, modes: int, init: float, seed: int) -> tuple[Reals, Reals]:
    """A(0) of shape (N, M) and w(0) of shape (N,) of a seed."""
    stream = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])  # batches have the second and the third
    readout = init * stream.standard_normal(width)
    return stream.standard_normal((width, modes)), readout


def _checked(
    alpha: object,
    beta: object,
    gamma0: float,
    width: int,
    batch_size: int | None,
    modes: int,
    learning_rate: float,
    steps: int,
    init: float,
    record: Collection[int] | None,
    looks: Collection[int] | None,
) -> _Setting:
    rich, sigma = check_linear(gamma0, init)
    check_whole(width, "the width", 1, 64)
    check_whole(modes, "the number of modes", 2, 100)
    if width > LARGEST:
        raise InputError(f"the width may be at most {LARGEST:.0e}; got {abbreviate(width)}; try 64")
    ends = (0, steps) if looks is None else looks
    kept, seen = (  # of the model of eq. 4 with a single feature: all that both have in common
        check_setting(alpha, beta, 0.0, 1, batch_size, modes, learning_rate, steps, GAUSSIAN, "float64", some)
        for some in (record, ends)
    )
    sharpness = kept.learning_rate * (1 + sigma**2)
    if sharpness > STABLE:
        raise InputError(
            f"eta (1 + sigma^2) must be at most {STABLE:g}, or the first mode grows from the start; got "
            f"{sharpness:.3g}; take a learning rate below {STABLE / (1 + sigma**2):.3g} or a smaller sigma"
        )
    modes_seen = _Modes(kept.model.alpha, kept.model.beta, modes, modes)
    return _Setting(
        modes_seen,
        rich,
        width,
        batch_size,
        kept.learning_rate,
        steps,
        sigma,
        kept.record,
        seen.record,
    )


def _check_memory(setting: _Setting, seeds: int) -> None:
    needed = setting.memory(seeds)
    if needed > MEMORY:
        raise InputError(
            f"an ensemble may take {MEMORY / 2**30:.3g} GiB; this one takes {needed / 2**30:.3g} GiB; take a smaller "
            "width, fewer modes, or fewer recorded steps or seeds"
        )


def _run(setting: _Setting, seeds: tuple[int, ...]) -> tuple[Networks, Failure | None]:
    """Those seeds of a group that reach the last step, and the first that does not, with the step and loss."""
    modes = setting.features.modes
    first, readout = np.empty((len(seeds), setting.size, modes)), np.empty((len(seeds), setting.size))
    for row, seed in enumerate(seeds):
        first[row], readout[row] = draw_network(setting.size, modes, setting.init, seed)
    found = descend(
        Relevant(setting.features, setting.batch_size, seeds),
        first,
        readout,
        setting.gamma0,
        setting.learning_rate,
        setting.steps,
        setting.record,
        setting.looks,
    )
    kept = [row for row in range(len(seeds)) if row not in found.failures]
    finished = Networks(
        seeds=tuple(seeds[row] for row in kept),
        steps=setting.record,
        learning_rate=setting.learning_rate,
        losses=found.losses[kept],
        kernels=(1 + found.readouts[kept]) / (1 + setting.init**2),
        readouts=found.readouts[kept],
        looks=setting.looks,
        spikes=found.spikes[kept],
        seconds=found.seconds[kept],
        overlaps=found.overlaps[kept],
        drifts=found.drifts[kept],
    )
    return finished, next(((seeds[row], *found.failures[row]) for row in sorted(found.failures)), None)


def _joined(parts: Sequence[Networks]) -> Networks:
    rows: dict[str, Any] = {name: np.concatenate([getattr(part, name) for part in parts]) for name in PER_SEED}
    return replace(parts[0], seeds=tuple(seed for part in parts for seed in part.seeds), **rows)


def _diverged(setting: _Setting, failure: Failure, done: Sequence[Networks], asked: int) -> SeedDiverged:
    seed, step, loss = failure
    finished = _joined(done) if done else None
    time, start = setting.learning_rate * step, setting.learning_rate * (1 + setting.init**2)
    return SeedDiverged(
        f"gradient descent diverged for seed {seed} at step {step}, t = {time:.6g}, where the loss was {loss:.3g}; "
        f"eta (1 + |w|^2/N), stable below {STABLE:g}, began at {start:.3g}; {len(finished or ())} of {asked} seeds "
        "were finished; take a smaller learning rate or gamma0, or a larger batch",
        step,
        time,
        loss,
        seed,
        finished,
    )
