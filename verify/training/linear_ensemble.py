"""What does a linear network of finite width do when it is trained, over many draws of weights and batches?

Each seed draws A(0) and w(0), and a fresh Gaussian batch for each step, and takes the steps that `linear_descent`
computes; the witness is `verify.witnesses.networks.train_linear_network`.  The loss is taken on the whole population,
without sampling error.  Means are over seeds.

A batch of any size is M normals and one chi-squared.  `gradients` reduces a Gaussian batch in the eigenbasis of the
features; here the features move, and the modes themselves take their place, all of them learnable.  With d along
Lambda^{1/2} v0 and s, z chi-squared of B degrees and normal,

    g = Lambda^{1/2} [(s/B) sqrt(L) d + (sqrt(L s)/B)(z - d (d . z))],

exact in law; B = infinity leaves g = Lambda v0.

Stability: the network of infinite width is stable at the start for eta (1 + sigma^2) < 2, in units of the first
eigenvalue; more is refused.  Later the kernel grows, and a seed that diverges is reported with its step.

Reproducibility: as in `ensemble`; a seed's streams depend on its number alone.  Layout: seeds along the first axis,
recorded steps along the last.  Cost: see `linear_descent`.  Memory: A of each seed of a group, N M doubles, its
A A^T - w w^T at the start, N^2, and, for one seed at a time, another A and what a look at its spectrum takes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError

from ..arrays import Reals
from ..curves import LossCurve
from ..inputs import check_number, check_whole
from .gradients import AHEAD, GAUSSIAN, FiniteModel, GaussianGradient
from .linear_descent import KEPT, descend
from .seeds import Ensemble, Group, average_seeds, check_seeds, step_times
from .settings import BUFFERS, GROUP, LARGEST, MEMORY, STREAMS, Steps, check_recorded, check_setting
from .stability import STABLE

STRONGEST = 1e6
"""Largest gamma0 and sigma: fourth powers of larger ones would leave double precision."""


@dataclass(frozen=True)
class _Modes(FiniteModel):
    """The modes themselves as features, all of them learnable: ``size`` is M."""

    def diagonalise(self, seed: int) -> tuple[Reals, Reals, float]:  # noqa: ARG002
        """Return lambda_k, y_k and no floor, for any seed."""
        return np.arange(1.0, self.modes + 1) ** -self.alpha, self.target, 0.0


@dataclass(frozen=True)
class _Setting:
    """One ensemble without its seeds; names as in `train_linear_ensemble`."""

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
        """Bytes that are taken once: another A, A A^T and its parts, and the matrix that is diagonalised."""
        size, modes = self.size, self.features.modes
        return 8 * (3 * size * modes + 4 * size**2 + 4 * min(size, modes) ** 2)

    @property
    def together(self) -> int:
        """Seeds in a group."""
        return max(1, GROUP // self.running)

    def memory(self, seeds: int) -> int:
        """Return the bytes of a group, and of the curves of all seeds, twice as they are joined."""
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
) -> LossCurve:
    """Train one linear network for each seed.

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
        Rising steps at which loss and |w|^2/N are kept; by default as in `train_ensemble`.
    looks : collection of int, optional
        Rising steps at which spectra are looked at; by default the first and the last.

    Returns
    -------
    LossCurve
        ``time`` is eta times the step, ``loss`` the mean over seeds, ``error`` its standard error, NaN for one seed.
        After an interruption by the user it is the mean of the finished seeds.  ``observed`` and ``details`` have

        - ``readout``: the mean of |w|^2/N; ``kernel``: the mean of (1 + |w|^2/N)/(1 + sigma^2), which is kappa at
          infinite width;
        - ``losses``, ``readouts``, ``kernels``: the same for each seed, of shape (seeds, times);
        - ``looks``: the steps of the looks;
        - ``spikes``, ``seconds``: the largest and the second eigenvalue of A^T A/N, of shape (seeds, looks);
        - ``overlaps``: the squared overlap of the largest one's vector with w* - v0, NaN where that is 0, as at the
          start;
        - ``drifts``: the Frobenius norm by which A A^T - w w^T has moved from its start, over that of the start.

    Raises
    ------
    InputError
        If an argument is not as described, the ensemble would take more than `settings.MEMORY`, or it is unstable
        from the start.
    SeedDiverged
        If the loss of a seed exceeds `stability.DIVERGED` times its first, or is not a number.
    KeyboardInterrupt
        If it is interrupted before a seed is finished.

    Examples
    --------
    >>> found = train_linear_ensemble("3/2", "1/2", 1.0, 16, None, 20, 0.1, 20, range(4), record=[0, 20])
    >>> found.loss.round(3), found.readout.round(3), found.spikes.shape
    (array([1.824, 0.26 ]), array([0.803, 1.753]), (4, 2))
    """
    setting = check_network(alpha, beta, gamma0, width, batch_size, modes, learning_rate, steps, init, record, looks)
    numbers = check_seeds(seeds)
    needed = setting.memory(len(numbers))
    if needed > MEMORY:
        raise InputError(
            f"an ensemble may take {MEMORY / 2**30:.3g} GiB; this one takes {needed / 2**30:.3g} GiB; take a smaller "
            "width, fewer modes, or fewer recorded steps or seeds"
        )
    eta = setting.learning_rate
    ensemble = Ensemble(
        step_times(eta, setting.record),
        eta,
        details={"looks": setting.looks.astype(float)},
        settings={"gamma0": setting.gamma0, "learning_rate": eta, "init": setting.init},
        note=f"eta (1 + |w|^2/N), stable below {STABLE:g}, began at {eta * (1 + setting.init**2):.3g}; ",
        advice="take a smaller learning rate or gamma0, or a larger batch",
    )
    return average_seeds(ensemble, numbers, setting.together, lambda group: _run(setting, group))


def draw_network(width: int, modes: int, init: float, seed: int) -> tuple[Reals, Reals]:
    """Draw A(0) of shape (N, M) and w(0) of shape (N,) of a seed.

    >>> features, readout = draw_network(3, 5, 1.0, seed=0)
    >>> features.shape, readout.shape
    ((3, 5), (3,))
    """
    stream = np.random.default_rng(np.random.SeedSequence(seed).spawn(1)[0])  # batches have the second and the third
    readout = init * stream.standard_normal(width)
    return stream.standard_normal((width, modes)), readout


def check_linear(gamma0: float, init: float) -> tuple[float, float]:
    """Return gamma0 and sigma in double precision.

    Raises
    ------
    InputError
        Unless both are numbers from 0 to `STRONGEST`.

    Examples
    --------
    >>> check_linear(1, 0)
    (1.0, 0.0)
    """
    return (
        check_number(gamma0, "gamma0", STRONGEST, "0 is the lazy limit"),
        check_number(init, "the scale of the readout", STRONGEST, "0 starts without one, 1 is usual"),
    )


def check_network(
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
    """Return the arguments of `train_linear_ensemble` as a setting.

    Raises
    ------
    InputError
        Unless all of them are as `train_linear_ensemble` asks.

    Examples
    --------
    >>> check_network(2, 1, 1.0, 10, 4, 49, 0.1, 100, 1.0, None, None).size
    10
    """
    rich, sigma = check_linear(gamma0, init)
    check_whole(width, "the width", 1, 64, LARGEST)
    check_whole(modes, "the number of modes", 2, 100)
    # all that both systems have in common is checked as the model of eq. 4 with a single feature
    kept = check_setting(alpha, beta, 0.0, 1, batch_size, modes, learning_rate, steps, GAUSSIAN, "float64", record)
    seen = check_recorded((0, steps) if looks is None else looks, steps)
    sharpness = kept.learning_rate * (1 + sigma**2)
    if sharpness > STABLE:
        raise InputError(
            f"eta (1 + sigma^2) must be at most {STABLE:g}, or the first mode grows from the start; got "
            f"{sharpness:.3g}; take a learning rate below {STABLE / (1 + sigma**2):.3g} or a smaller sigma"
        )
    features = _Modes(kept.model.alpha, kept.model.beta, modes, modes)
    return _Setting(features, rich, width, batch_size, kept.learning_rate, steps, sigma, kept.record, seen)


def _run(setting: _Setting, seeds: tuple[int, ...]) -> Group:
    """Train a group of seeds."""
    modes = setting.features.modes
    first, readout = np.empty((len(seeds), setting.size, modes)), np.empty((len(seeds), setting.size))
    for row, seed in enumerate(seeds):
        first[row], readout[row] = draw_network(setting.size, modes, setting.init, seed)
    gradient = GaussianGradient(setting.features, setting.batch_size, seeds)
    rows, failures = descend(
        gradient, first, readout, setting.gamma0, setting.learning_rate, setting.steps, setting.record, setting.looks
    )
    rows["kernels"] = (1 + rows["readouts"]) / (1 + setting.init**2)
    return rows, failures
