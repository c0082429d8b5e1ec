"""What did the user ask of the command `curve`?  A `Model`, and the method, times, learning rate and seeds.

Numbers are read from words here.  `verify.model` says which of them exclude each other, in words of its arguments, and
`name_options` puts the command's options in their place.  Nothing here imports NumPy, so that a mistake is answered at
once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from verify.inputs import count_steps, exact_rate
from verify.model import SEEDS, Model, check_last_time, check_method

from ..errors import InputError
from ..names import CONTINUUM, FLOW, MODES, SIMULATE, SPECTRA, TWO_TIME, Method, SpectrumKind, require
from ..rationals import abbreviate, check_capacity, check_source, exact, to_double

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


@dataclass(frozen=True)
class Request:
    """What was asked for, checked; the learning rate is None where steps and batches are infinite."""

    model: Model
    method: Method
    times: tuple[float | Fraction, ...]
    learning_rate: Fraction | None
    seeds: int | None

    @property
    def counts_steps(self) -> bool:
        """Whether times are whole numbers of steps."""
        return self.learning_rate is not None and self.method != FLOW

    @property
    def is_lazy_recursion(self) -> bool:
        """Whether the two-time method is answered by the exact second moments of gamma = 0."""
        return self.method == TWO_TIME and self.model.gamma == 0 and not self.model.reuses


def capacity_and_source(alpha: str, beta: str) -> tuple[Fraction, Fraction]:
    """Return alpha and beta.

    Raises
    ------
    InputError
        Unless alpha > 1 and beta > 0 are exact numbers.

    Examples
    --------
    >>> capacity_and_source("1.5", "1/2")
    (Fraction(3, 2), Fraction(1, 2))
    """
    return check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))


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
def name_options() -> Iterator[None]:
    """Replace arguments in backticks by the command's options in the message of an InputError.

    Raises
    ------
    InputError
        If one was raised inside, with the new message.

    Examples
    --------
    >>> with name_options():
    ...     raise InputError("give `batch_size`")
    Traceback (most recent call last):
    exponents.errors.InputError: give --batch-size
    """
    try:
        yield
    except InputError as error:
        raise InputError(write_options(str(error))) from error


def write_options(message: str) -> str:
    """Return a message with its arguments in backticks replaced by the command's options.

    Examples
    --------
    >>> write_options('give `samples`, or take `method="simulate"`')
    'give --samples, or take --method simulate'
    """
    return re.sub(r"`(\w+)(?:=([^`]*))?`", _name_option, message)


def _name_option(argument: re.Match[str]) -> str:
    name, value = argument.groups()
    if name == "file":
        return "a file for --spectrum"
    option = f"--{name.replace('_', '-')}"
    return option if value is None else f"{option} {value.strip(chr(34))}"


def request(
    alpha: str | None,
    beta: str | None,
    gamma: str,
    times: str | None,
    method: Method,
    size: str | None,
    batch: str | None,
    rate: str | None,
    seeds: str | None,
    spectrum: str | None,
    modes: str | None,
    samples: str | None = None,
    eigenvalues: str | None = None,
    coefficients: str | None = None,
) -> Request:
    """Return what the options ask for.

    Parameters
    ----------
    alpha, beta, gamma : str
        The exponents and the richness; alpha and beta are None where a file has the spectrum.
    times, size, batch, rate, seeds, spectrum, modes, samples, eigenvalues, coefficients : str or None
        The words of ``--time``, ``--model-size``, ``--batch-size`` and so on; None if an option was left out.
    method : str
        The word of ``--method``.

    Returns
    -------
    Request

    Raises
    ------
    InputError
        If a word cannot be read, or options exclude each other; the message names options.

    Examples
    --------
    >>> asked = request("3/2", "1/2", "1", "1,10", "flow", "64", None, None, None, None, None)
    >>> asked.times, asked.model.model_size, asked.learning_rate
    ((1.0, 10.0), 64, None)
    """
    with name_options():
        kind, file = _read_spectrum(spectrum, method)
        model_size = None if size is None else whole_number(size, "the model size")
        data = None if samples is None else whole_number(samples, "the number of samples")
        count = None if modes is None else whole_number(modes, "the number of modes", 2)
        if method == SIMULATE and modes is None:
            largest = max(model_size or 0, data or 0 if batch is None else 0)
            count = MODES_A_FEATURE * largest or None
        model = Model(
            alpha,
            beta,
            to_double(_read_positive(gamma, "gamma", "0 is the lazy limit"), "gamma"),
            kind,
            count,
            model_size,
            batch_size=None if batch is None else whole_number(batch, "the batch size"),
            samples=data,
            file=file,
            eigenvalues=eigenvalues,
            coefficients=coefficients,
        )
        continuous = model.reuses or (method == FLOW and batch is None)
        eta = None if rate is None and continuous else exact_rate(LEARNING_RATE if rate is None else rate)
        number = None if seeds is None else _read_seeds(seeds)
        check_method(model, method, eta, number)
        return Request(model, method, tuple(_read_times(times, model, method, eta)), eta, number)


def _read_spectrum(word: str | None, method: Method) -> tuple[SpectrumKind, Path | None]:
    """Return the kind of a spectrum, or its file."""
    if word is None:
        return MODES if method == SIMULATE else CONTINUUM, None
    if method == SIMULATE and word != MODES:
        raise InputError(
            f"--method {SIMULATE} goes with --spectrum {MODES}; got {abbreviate(word)}; leave --spectrum out"
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


def _read_times(text: str | None, model: Model, method: Method, eta: Fraction | None) -> Sequence[float | Fraction]:
    """Return the times; where steps are finite, exact multiples of eta.  One pass ends with its samples."""
    exact_times = eta is not None and method != FLOW
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


def _read_seeds(text: str) -> int:
    """Return the number of seeds, at least two: a single one has no standard error."""
    value = whole_number(text, "the number of seeds", 2)
    if value > MOST_SEEDS:
        raise InputError(f"the number of seeds may be at most {MOST_SEEDS}; got {abbreviate(text)}; try {SEEDS}")
    return value


def _read_positive(text: str, name: str, hint: str) -> Fraction:
    value = exact(text, name)
    if value < 0:
        raise InputError(f"{name} must be at least 0; got {abbreviate(text)}; {hint}")
    to_double(value, name)
    return value


def _read_time(text: str) -> Fraction:
    return _read_positive(text, "a time", "training begins at 0")


def read_moments(text: str) -> list[float]:
    """Return times from a list ``1,1e3`` or a range ``first:last:number``, even in ln t.

    Examples
    --------
    >>> read_moments("1:100:3")
    [1.0, 10.0, 100.0]
    """
    if ":" not in text:
        return [float(time) for time in _read_list(text)]
    first, last, number = _read_range(text)
    return [*_between(float(first), float(last), number), float(last)]


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
