"""What does the finite model do when it is trained, over many draws of features and batches?

Each seed draws A(0), and a fresh batch for each step, and takes the steps of eq. 4: `gradients` computes what a batch
contributes, `descent` what it changes, `seeds` the means.  The loss is taken on the whole population, without sampling
error.  The witness `verify.witnesses.networks` computes the same steps as eq. 4 and Appendix B print them.

Reproducibility: a seed's streams depend on its number alone, and its steps on its own arrays alone.  Its curve is the
same to the last bit however seeds are grouped, on one machine with one linear algebra library and count of threads.
Seeds are independent: several processes can share them, and an interrupted ensemble can go on with the remaining seeds.

Precision: ``precision`` applies to matrices, and to batches that are not Gaussian.  Vectors, draws and losses are
double.  In float32 matrices take half the memory and time; a seed has the same draws, and its curve differs by
rounding.

Layout: seeds along the first axis, recorded steps along the last.  Cost of a step of one seed: 6 N^2 operations and
those of `gradients`.  Memory: see `settings`.  Matrices are small and products of a matrix and a vector many: give the
linear algebra library a single thread, and each core seeds of its own.
"""

from __future__ import annotations

from collections.abc import Collection

from ..curves import LossCurve
from .descent import descend
from .gradients import GAUSSIAN
from .seeds import Ensemble, Group, average_seeds, check_seeds, step_times
from .settings import check_memory, check_setting


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
) -> LossCurve:
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
        Rising steps at which the loss is kept; by default all of up to `settings.ALL`, or about
        `settings.PER_DECADE` per decade.

    Returns
    -------
    LossCurve
        ``time`` is eta times the step, ``loss`` the mean over seeds, ``error`` its standard error, NaN for one seed.
        ``observed`` has ``kernel``, the mean of 1 + gamma |w|^2/N, and per seed ``losses`` and ``kernels`` of shape
        (seeds, times).  After an interruption by the user it is the mean of the finished seeds.

    Raises
    ------
    InputError
        If an argument is not as described, or the ensemble would take more than `settings.MEMORY`.
    SeedDiverged
        If the loss of a seed exceeds `stability.DIVERGED` times its first, or is not a number.
    KeyboardInterrupt
        If it is interrupted before a seed is finished.

    Examples
    --------
    >>> found = train_ensemble("3/2", "1/2", 1.0, 8, 4, 40, 0.1, 20, range(5), record=[0, 20])
    >>> found.loss.round(3), found.error.round(3), found.losses.shape
    (array([1.879, 0.72 ]), array([0.   , 0.124]), (5, 2))
    """
    setting = check_setting(
        alpha, beta, gamma, model_size, batch_size, modes, learning_rate, steps, features, precision, record
    )
    numbers = check_seeds(seeds)
    check_memory(setting, len(numbers))
    eta = setting.learning_rate
    ensemble = Ensemble(
        step_times(eta, setting.record),
        eta,
        settings={"gamma": setting.gamma, "learning_rate": eta, "features": features, "precision": precision},
        advice="take a smaller learning rate or a larger batch",
    )

    def run(group: tuple[int, ...]) -> Group:
        shape = len(group), setting.model.size
        return descend(setting.gradient(group), shape, setting.gamma, eta, setting.steps, setting.record, setting.dtype)

    return average_seeds(ensemble, numbers, setting.together, run)
