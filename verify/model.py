"""What is trained?  A `Model`: one description, checked once, when it is made.

The command and all solvers share it, so solvers do not check it again.  Names in backticks
in messages are those of the arguments; the command translates them to its options.

The module imports no NumPy: a mistake is answered at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from exponents.errors import InputError
from exponents.names import CONTINUUM, FLOW, METHODS, MODES, SIMULATE, SPECTRA, TWO_TIME, SpectrumKind, require
from exponents.rationals import abbreviate, check_capacity, check_smaller, check_source, exact, to_double

from .inputs import check_richness, read_whole

Exact: TypeAlias = Fraction | int | str
"""An exact number, as people write it: 3, Fraction(3, 2), or text such as "3/2" and "1.5"."""

SEEDS = 16
"""Default number of trained models: the standard error is then known to a fifth."""


@dataclass(frozen=True)
class Model:
    """A model and its data, checked.

    Without ``readout_scale`` it is the random feature model of eq. 4, with it the linear network of Appendix G.

    Parameters
    ----------
    alpha, beta : exact number, optional
        Capacity > 1 and source > 0 of eq. 42: an int, a Fraction, or text such as "3/2".  They are kept as Fractions;
        both are None with the file of a measured spectrum.
    gamma : number or text
        Richness, at least 0, and 0 is lazy; gamma0 of a linear network.
    spectrum : {"continuum", "modes"}
        Eigenvalues k^(-alpha) for all real k >= 1, or for whole numbers k.
    modes : int, optional
        M, at least 2, of a spectrum of modes; None is infinite.
    model_size : int, optional
        N: a number, or text such as "64" or "1e9"; None or inf is infinite.  Sizes are kept as ints, or None.
    batch_size : int, optional
        B, samples per step; None is infinite.
    samples : int, optional
        P.  Alone, all of them are used in every step; with ``batch_size`` each is used once, in one pass.
    file : path, optional
        A measured spectrum.  N and B are then infinite: the file does not list modes without power of the target.
    eigenvalues, coefficients : str, optional
        Names of the columns of the file; see `read_spectrum`.
    readout_scale : float, optional
        sigma, the scale of a linear network's readout at the start, at least 0.

    Raises
    ------
    InputError
        If a number is outside its range, or if two of them exclude each other.

    Examples
    --------
    >>> model = Model("3/2", "1/2", gamma=1, model_size=64)
    >>> model.alpha, model.reuses
    (Fraction(3, 2), False)
    >>> Model("3/2", "1/2", modes=100)
    Traceback (most recent call last):
    exponents.errors.InputError: `modes` goes with `spectrum="modes"`; got continuum; add or leave it out
    """

    alpha: Exact | None = None
    beta: Exact | None = None
    gamma: float = 1.0
    spectrum: SpectrumKind = "continuum"
    modes: int | None = None
    model_size: int | None = None
    batch_size: int | None = None
    samples: int | None = None
    file: Path | None = None
    eigenvalues: str | None = None
    coefficients: str | None = None
    readout_scale: float | None = None

    def __post_init__(self) -> None:
        require(self.spectrum, SPECTRA, "the spectrum")
        counts = (
            ("modes", "the number of modes", 2, 1000),
            ("model_size", "the model size", 1, 64),
            ("batch_size", "the batch size", 1, 32),
            ("samples", "the number of samples", 1, 256),
        )
        for field, name, least, example in counts:
            value = getattr(self, field)
            if field != "modes" and isinstance(value, float | str) and str(value) == "inf":
                object.__setattr__(self, field, None)
            elif value is not None:
                count = read_whole(value, name, least, example)
                to_double(count, name)
                object.__setattr__(self, field, count)
        object.__setattr__(self, "gamma", check_richness(self.gamma))
        self._check_combinations()
        if self.file is None:
            alpha, beta = check_capacity(exact(self.alpha, "alpha")), check_source(exact(self.beta, "beta"))
            to_double(alpha, "alpha"), to_double(beta, "beta")
            object.__setattr__(self, "alpha", alpha)
            object.__setattr__(self, "beta", beta)

    def _check_combinations(self) -> None:
        """Raise InputError if one part of the description excludes another."""
        if self.modes is not None and (self.spectrum != MODES or self.file is not None):
            came = self.spectrum if self.file is None else abbreviate(self.file)
            raise InputError(f'`modes` goes with `spectrum="modes"`; got {came}; add or leave it out')
        for name in ("eigenvalues", "coefficients"):
            if self.file is None and getattr(self, name) is not None:
                raise InputError(f"`{name}` names a column of `file`; got no file; add one or leave it out")
        if self.file is not None:
            self._check_file(self.file)
        elif self.alpha is None or self.beta is None:
            came = (
                "neither" if self.alpha is self.beta is None else "alpha alone" if self.beta is None else "beta alone"
            )
            raise InputError(f"a curve needs alpha and beta, or `file`; got {came}; try 3/2 1/2")
        if self.readout_scale is not None:
            if not 0 <= self.readout_scale < float("inf"):
                raise InputError(
                    f"the scale of the readout must be a finite number of at least 0; got {self.readout_scale}; "
                    "1 is usual"
                )
            if self.samples is not None:
                raise InputError("a linear network has new samples in every step; got `samples`; leave it out")
        elif self.model_size is not None and self.modes is not None:
            check_smaller(self.model_size, self.modes)
        if self.samples is not None and self.batch_size is not None and self.samples < self.batch_size:
            raise InputError(
                f"one pass needs at least a batch of samples; got P = {abbreviate(self.samples)} and "
                f"B = {abbreviate(self.batch_size)}; take a smaller B"
            )

    def _check_file(self, file: Path) -> None:
        """Raise InputError for settings that exclude a measured spectrum."""
        if self.alpha is not None or self.beta is not None:
            raise InputError(
                "a measured spectrum has no alpha and beta; got both a file and numbers; leave the numbers out"
            )
        for name in ("model_size", "batch_size", "samples"):
            if getattr(self, name) is not None:
                raise InputError(
                    f"`{name}` cannot be combined with a spectrum file, which lacks the modes without power of the "
                    f"target; got {abbreviate(file)}; leave one of them out"
                )

    @property
    def exponents(self) -> tuple[Fraction, Fraction]:
        """Capacity alpha and source beta of a model that has no measured spectrum."""
        assert isinstance(self.alpha, Fraction) and isinstance(self.beta, Fraction)
        return self.alpha, self.beta

    @property
    def reuses(self) -> bool:
        """Whether every step uses the same samples."""
        return self.samples is not None and self.batch_size is None

    @property
    def most_steps(self) -> int | None:
        """The steps of one pass over the samples; None if training has no end."""
        if self.samples is None or self.batch_size is None:
            return None
        return self.samples // self.batch_size


def check_last_time(model: Model, learning_rate: Fraction, last: float) -> None:
    """Raise InputError if one pass over the samples ends before the time ``last``.

    Examples
    --------
    >>> model = Model("3/2", "1/2", samples=1000, batch_size=10)
    >>> check_last_time(model, Fraction(1, 10), 10.0)
    """
    most = model.most_steps
    if most is not None and last > float(learning_rate * most):
        raise InputError(
            f"one pass over P = {model.samples} samples in batches of B = {model.batch_size} ends after {most} steps, "
            f"at t = {float(learning_rate * most):g}; got t = {last:g}; ask for less time, more samples, or leave "
            "`batch_size` out to use samples again"
        )


def check_method(
    model: Model, method: str, learning_rate: object = None, seeds: object = None, small_steps: bool = False
) -> None:
    """Raise InputError unless the method can solve the model with these settings.

    Parameters
    ----------
    method : {"flow", "two-time", "simulate"}
    learning_rate : exact number, optional
    seeds : int, optional
        None where they are not given.
    small_steps : bool
        Whether steps tend to 0 at a fixed learning rate over batch size.

    Raises
    ------
    InputError
        If the method does not know the system, or does not use a setting.

    Examples
    --------
    >>> check_method(Model("3/2", "1/2"), "flow")
    >>> check_method(Model("3/2", "1/2"), "simulate")
    Traceback (most recent call last):
    exponents.errors.InputError: `method="simulate"` goes with `spectrum="modes"`; got continuum
    """
    require(method, METHODS, "the method")
    if method == SIMULATE:
        _check_simulation(model)
    if seeds is not None and method != SIMULATE:
        raise InputError(f'`seeds` goes with `method="{SIMULATE}"`; got {method}; leave it out')
    if small_steps:
        _check_small_steps(model, method)
    if model.reuses:
        _check_reuse(model, method, learning_rate)
    elif learning_rate is None and (method != FLOW or model.batch_size is not None):
        raise InputError("finite steps and batches need a `learning_rate`; got none; try `learning_rate=0.1`")
    elif learning_rate is not None and method == FLOW and model.batch_size is None:
        raise InputError(
            f'`learning_rate` goes with `batch_size`, or with `method="{TWO_TIME}"` or {SIMULATE}; got neither; '
            "leave it out"
        )
    if model.readout_scale is not None:
        _check_linear(model, method)


def _check_small_steps(model: Model, method: str) -> None:
    if method != TWO_TIME or model.batch_size is None:
        came = method if method != TWO_TIME else "no batch size"
        raise InputError(f'`small_steps` goes with `method="{TWO_TIME}"` and a `batch_size`; got {came}; leave it out')
    if model.gamma == 0:
        raise InputError(
            "`small_steps` needs gamma above 0; got 0, where finite steps have exact moments at any time; leave it out"
        )


def _check_simulation(model: Model) -> None:
    if model.file is not None or model.spectrum != MODES:
        came = model.spectrum if model.file is None else abbreviate(model.file)
        raise InputError(f'`method="{SIMULATE}"` goes with `spectrum="{MODES}"`; got {came}')
    if model.model_size is None and not model.reuses:
        raise InputError(f'`method="{SIMULATE}"` needs a `model_size`; got none; try `model_size=64`')
    if model.modes is None:
        raise InputError(f'`method="{SIMULATE}"` needs a number of `modes`; got none; try `modes=1000`')


def _check_reuse(model: Model, method: str, learning_rate: object) -> None:
    """Raise InputError for settings that exclude samples used in every step."""
    if learning_rate is not None:
        raise InputError(
            "`learning_rate` goes with batches; `samples` without `batch_size` is gradient flow on all of them; leave "
            "one of them out, or add `batch_size` for one pass"
        )
    if method == FLOW and model.spectrum != CONTINUUM:
        raise InputError(
            f'the {FLOW} knows `samples` on the {CONTINUUM} only; got `spectrum="{model.spectrum}"`; take '
            f'`method="{TWO_TIME}"` or {SIMULATE}'
        )


def _check_linear(model: Model, method: str) -> None:
    if method == TWO_TIME:
        raise InputError(f'a linear network has no two-time equations here; take `method="{FLOW}"` or {SIMULATE}')
    if method == FLOW and (model.model_size is not None or model.batch_size is not None):
        raise InputError(
            f"the {FLOW} of a linear network is that of infinite width and batches; got a finite one; take "
            f'`method="{SIMULATE}"`'
        )
