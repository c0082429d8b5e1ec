"""Which loss curve do words ask for?  A `Model`, and the method, times, learning rate and seeds.

The command `curve` and the files of sweeps share these words.  `verify.model` says which settings exclude each other.
Names in backticks in messages are those of arguments; `name_arguments` puts the words of a command or a file in their
place.  Nothing here imports NumPy, so that a mistake is answered at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from exponents.errors import InputError
from exponents.names import CONTINUUM, FLOW, METHODS, MODES, SIMULATE, SPECTRA, TWO_TIME, Method, SpectrumKind, require
from exponents.rationals import abbreviate, exact, to_double

from ..inputs import count_steps, exact_rate
from ..model import SEEDS, Model, check_last_time, check_method

if TYPE_CHECKING:
    from ..curves import LossCurve

TIMES = ",".join(f"1e{power}" for power in range(7))
"""Default times of the flow."""

STEPS = (10, 20, 50, 100, 200, 500)
"""Default steps of methods with finite steps: the last takes about a second."""

REUSE_TIMES = "1,3,10,30,100,300,1000"
"""Default times of two-time and simulate on reused samples."""

MOST_TIMES = 100_000
"""Most times of a curve."""

LEARNING_RATE = "0.1"
"""Default eta: below the inverse of the largest eigenvalue."""

MOST_SEEDS = 1_000_000

MODES_A_FEATURE = 16
"""Default M/N of a simulation; the output states the loss of the modes left out."""


INFINITE = "inf"
"""How an infinite size is written."""


@dataclass(frozen=True)
class CurveQuestion:
    """Which curve is asked for, checked.

    Attributes
    ----------
    model : Model
    gamma : Fraction
        Richness, as it was written.
    method : str
    times : tuple of numbers
        Multiples of the learning rate where steps are finite.
    learning_rate : Fraction or None
        None where steps and batches are infinite.
    seeds, first_seed : int or None
        How many models are trained, and the seed of the first; None where none is.
    small_steps : bool
        Whether steps tend to 0 at a fixed learning rate over batch size.

    Examples
    --------
    >>> asked = read_question("3/2", "1/2", time="1,10", model_size="64")
    >>> asked.solve().loss.round(4).tolist()
    [0.7566, 0.2364]
    """

    model: Model
    gamma: Fraction
    method: Method
    times: tuple[float | Fraction, ...]
    learning_rate: Fraction | None
    seeds: int | None = None
    first_seed: int | None = None
    small_steps: bool = False

    @property
    def counts_steps(self) -> bool:
        """Whether times are whole numbers of steps."""
        return self.learning_rate is not None and self.method != FLOW and not self.small_steps

    @property
    def is_lazy_recursion(self) -> bool:
        """Whether the two-time method is answered by the exact second moments of gamma = 0."""
        return self.method == TWO_TIME and self.model.gamma == 0 and not self.model.reuses

    def solve(self) -> LossCurve:
        """Return the curve; see `verify.solvers.loss_curve`."""
        from .. import solvers

        asked = self.model, self.times, self.method, self.learning_rate, self.seeds
        return solvers.loss_curve(*asked, self.first_seed or 0, self.small_steps)

    def estimate_work(self) -> tuple[float, int]:
        """Return about how many seconds `solve` takes, and how many bytes; 0 where it ends soon, or takes little."""
        from .. import solvers

        asked = self.model, self.times, self.method, self.learning_rate, self.seeds
        return solvers.estimate_work(solvers.check_task(*asked, small_steps=self.small_steps), self.method)

    def to_dict(self) -> dict[str, str | int | None]:
        """Return the setting: exact numbers as text that a rational parser reads, sizes as whole numbers."""
        model = self.model
        found: dict[str, object] = {
            "alpha": model.alpha,
            "beta": model.beta,
            "gamma": self.gamma,
            "method": self.method,
        }
        found["spectrum"] = model.spectrum if model.file is None else model.file
        found |= {name: getattr(model, name) for name in ("modes", "model_size", "batch_size", "samples")}
        found |= {"learning_rate": self.learning_rate, "seeds": self.seeds, "seed": self.first_seed}
        if self.small_steps:
            found["small_steps"] = True
        if model.file is not None:
            found |= {"eigenvalues": model.eigenvalues, "coefficients": model.coefficients}
        return {name: value if value is None or isinstance(value, int) else str(value) for name, value in found.items()}


def read_question(
    alpha: str | None = None,
    beta: str | None = None,
    gamma: str = "1",
    time: str | None = None,
    method: Method = FLOW,
    model_size: str | None = None,
    batch_size: str | None = None,
    learning_rate: str | None = None,
    seeds: str | None = None,
    spectrum: str | None = None,
    modes: str | None = None,
    samples: str | None = None,
    seed: str | None = None,
    eigenvalues: str | None = None,
    coefficients: str | None = None,
    small_steps: bool = False,
) -> CurveQuestion:
    """Return the curve that words ask for.

    Parameters
    ----------
    alpha, beta, gamma : str
        The exponents and the richness; alpha and beta are None where a file has the spectrum.
    time : str, optional
        A list such as ``1,1e3``, or a range ``FIRST:LAST:NUMBER``.
    method : {"flow", "two-time", "simulate"}
    model_size, batch_size, samples, modes, learning_rate : str, optional
        Numbers; a size may be `INFINITE`, which is the same as None.
    seeds, seed : str, optional
        How many models are trained, and the seed of the first.
    spectrum : str, optional
        "continuum", "modes", or the name of a file.
    eigenvalues, coefficients : str, optional
        Columns of the file.
    small_steps : bool

    Returns
    -------
    CurveQuestion

    Raises
    ------
    InputError
        If a word cannot be read, or settings exclude each other; arguments stand in backticks in the message.

    Examples
    --------
    >>> asked = read_question("3/2", "1/2", time="1,10", model_size="64", method="simulate", seed="5")
    >>> asked.times, asked.model.modes, asked.seeds, asked.first_seed
    ((Fraction(1, 1), Fraction(10, 1)), 1024, 16, 5)
    """
    require(method, METHODS, "the method")
    kind, file = _read_spectrum(spectrum, method)
    size = _read_size(model_size, "the model size")
    data = _read_size(samples, "the number of samples")
    batch = _read_size(batch_size, "the batch size")
    count = None if modes is None else whole_number(modes, "the number of modes", 2)
    if method == SIMULATE and modes is None:
        largest = max(size or 0, data or 0 if batch is None else 0)
        count = MODES_A_FEATURE * largest or None
    richness = _read_positive(gamma, "gamma", "0 is the lazy limit")
    rich = to_double(richness, "gamma")
    model = Model(alpha, beta, rich, kind, count, size, batch, data, file, eigenvalues, coefficients)
    continuous = model.reuses or (method == FLOW and batch is None)
    rate = LEARNING_RATE if learning_rate is None else learning_rate
    eta = None if learning_rate is None and continuous else exact_rate(rate)
    least = 2 if seed is None else 1  # a single one has no standard error
    number = None if seeds is None else whole_number(seeds, "the number of seeds", least)
    if number is not None and number > MOST_SEEDS:
        raise InputError(f"the number of seeds may be at most {MOST_SEEDS}; got {abbreviate(seeds)}; try {SEEDS}")
    if seed is not None and method != SIMULATE:
        raise InputError(f'`seed` goes with `method="{SIMULATE}"`; got {method}; leave it out')
    first = None if seed is None else whole_number(seed, "the seed", 0)
    check_method(model, method, eta, number, small_steps)
    if method == SIMULATE:
        number, first = number or SEEDS, first or 0
    moments = tuple(_read_times(time, model, method, eta, eta is not None and method != FLOW and not small_steps))
    return CurveQuestion(model, richness, method, moments, eta, number, first, small_steps)


def read_setting(setting: Mapping[str, str | int | None]) -> CurveQuestion:
    """Return the curve that a setting asks for, as `CurveQuestion.to_dict` writes it, with its time.

    Examples
    --------
    >>> read_setting({"alpha": "3/2", "beta": "1/2", "model_size": 64, "time": "1", "spectrum_digest": None}).times
    (1.0,)
    """
    words = {name: None if value is None else str(value) for name, value in setting.items()}
    words.pop("spectrum_digest", None)
    return read_question(**words)  # type: ignore[arg-type]


def whole_number(text: str, name: str, least: int = 1) -> int:
    """Return the whole number that a text writes.

    Raises
    ------
    InputError
        Unless it is a whole number of at least ``least``; ``name`` stands in the message.

    Examples
    --------
    >>> whole_number("1e3", "the batch size")
    1000
    """
    value = exact(text, name)
    if value.denominator != 1 or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}; got {abbreviate(text)}")
    to_double(value, name)
    return int(value)


@contextmanager
def name_arguments(write: Callable[[str, str | None], str]) -> Iterator[None]:
    """Replace arguments in backticks by other words in the message of an InputError.

    Parameters
    ----------
    write : callable
        Returns the words for the name of an argument and its value, which is None where only the name stands.

    Raises
    ------
    InputError
        If one was raised inside, with the new message.

    Examples
    --------
    >>> with name_arguments(lambda name, value: f"--{name.replace('_', '-')}"):
    ...     raise InputError("give `batch_size`")
    Traceback (most recent call last):
    exponents.errors.InputError: give --batch-size
    """
    try:
        yield
    except InputError as error:
        message, in_shell = (replace_arguments(text, write) for text in (str(error), error.in_shell))
        raise InputError(message, in_shell) from error


def replace_arguments(text: str, write: Callable[[str, str | None], str]) -> str:
    """Return a text with other words in place of its arguments in backticks.

    Examples
    --------
    >>> replace_arguments('give `seed=1`', lambda name, value: f"--{name} {value}")
    'give --seed 1'
    """
    return re.sub(r"`(\w+)(?:=([^`]*))?`", lambda found: write(found[1], found[2] and found[2].strip(chr(34))), text)


def _read_size(text: str | None, name: str) -> int | None:
    """Return a size; None is infinite."""
    return None if text is None or text.strip() == INFINITE else whole_number(text, name)


def _read_spectrum(word: str | None, method: Method) -> tuple[SpectrumKind, Path | None]:
    """Return the kind of a spectrum, or its file."""
    if word is None:
        return MODES if method == SIMULATE else CONTINUUM, None
    if method == SIMULATE and word != MODES:
        raise InputError(
            f'`method="{SIMULATE}"` goes with `spectrum="{MODES}"`; got {abbreviate(word)}; leave `spectrum` out'
        )
    for kind in SPECTRA:
        if word == kind:
            return kind, None
    try:
        there = word == "-" or (bool(word.strip()) and Path(word).exists())
    except OSError:  # a name too long for a file
        there = False
    if not there:
        require(word, (*SPECTRA, "the name of a file"), "the spectrum")
    return CONTINUUM, Path(word)


def _read_times(
    text: str | None, model: Model, method: Method, eta: Fraction | None, exact_times: bool
) -> Sequence[float | Fraction]:
    """Return the times; where steps are finite, exact multiples of eta.  One pass ends with its samples."""
    times: Sequence[float | Fraction]
    if eta is not None and exact_times:
        times = [eta * step for step in (STEPS if text is None else _read_steps(text, eta))]
    else:
        usual = REUSE_TIMES if model.reuses and method != FLOW else TIMES
        times = read_moments(usual if text is None else text)
    if eta is None or model.most_steps is None:
        return times
    if text is not None:
        check_last_time(model, eta, float(times[-1]))
        return times
    end = eta * model.most_steps
    before = [time for time in times if time < float(end)]
    return [*before, end if exact_times else float(end)]


def _read_positive(text: str, name: str, hint: str) -> Fraction:
    value = exact(text, name)
    if value < 0:
        raise InputError(f"{name} must be at least 0; got {abbreviate(text)}; {hint}")
    to_double(value, name)
    return value


def _read_time(text: str) -> Fraction:
    return _read_positive(text, "a time", "training begins at 0")


@lru_cache(maxsize=16)
def read_moments(text: str) -> tuple[float, ...]:
    """Return times from a list ``1,1e3`` or a range ``first:last:number``, even in ln t.

    Times inside a range are rounded to 14 digits, so that powers of ten are found where they belong.

    Examples
    --------
    >>> read_moments("1e5:1e8:4")
    (100000.0, 1000000.0, 10000000.0, 100000000.0)
    """
    if ":" not in text:
        return tuple(float(time) for time in _read_list(text))
    first, last, number = _read_range(text)
    inside = (float(f"{time:.14g}") for time in _between(float(first), float(last), number)[1:])
    return (float(first), *inside, float(last))


def _read_steps(text: str, eta: Fraction) -> list[int]:
    """Return the steps at the times of a list or range; those inside a range are the nearest."""
    if ":" not in text:
        steps = [count_steps(time, eta) for time in _read_list(text)]
        return sorted(set(steps))  # two times may be one step within rounding
    begin, end, number = _read_range(text)
    first, last = count_steps(begin, eta), count_steps(end, eta)
    return sorted({round(step) for step in _between(first, last, number)} | {last})


def _between(first: float, last: float, number: int) -> list[float]:
    """Return ``number`` values even in the logarithm, without the last."""
    return [first * (last / first) ** (i / (number - 1)) for i in range(number - 1)]


def _read_list(text: str) -> list[Fraction]:
    """Return the rising times of a list ``1,1e3``."""
    times = list(map(_read_time, text.split(",")))
    for before, after in pairwise(times):
        if after <= before:
            raise InputError(f"times must rise; got {float(before):g} followed by {float(after):g}; sort them")
    return times


def _read_range(text: str) -> tuple[Fraction, Fraction, int]:
    """Return first, last and number of a range ``first:last:number``."""
    parts = text.split(":")
    if len(parts) != 3:
        raise InputError(f"a range of times must be FIRST:LAST:NUMBER; got {abbreviate(text)}; try 1:1e12:25")
    first, last = map(_read_time, parts[:2])
    number = whole_number(parts[2], "the number of times")
    if not 0 < first < last or number < 2:
        raise InputError(f"a range of times must rise from above 0, with 2 or more; got {abbreviate(text)}")
    if number > MOST_TIMES:
        raise InputError(f"a curve may have at most {MOST_TIMES} times; got {abbreviate(number)}; take fewer")
    return first, last, number
