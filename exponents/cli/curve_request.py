"""What was asked of the command `curve`: numbers from words, and which options go together.

Nothing here imports NumPy, so that a mistake is answered at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from ..errors import InputError
from ..names import CONTINUUM, FLOW, MODES, SIMULATE, SPECTRA, TWO_TIME, Method, require
from ..rationals import abbreviate, check_capacity, check_smaller, check_source, exact, to_double

TIMES = ",".join(f"1e{power}" for power in range(7))
"""Times at which the flow is printed, unless others are asked for."""

STEPS = (10, 20, 50, 100, 200, 500)
"""Steps at which methods of finite steps are: the last takes about a second."""

REUSE_TIMES = "1,3,10,30,100,300,1000"
"""Times at which the other methods print losses on samples that are reused."""

MOST_TIMES = 100_000
"""Times that a curve may have."""

MOST_STEPS = 10**15
"""Steps that are counted: no more would end."""

WHOLE = Fraction(1, 10**9)
"""How far a time may be from a whole number of steps, over that number: times that were computed are rounded."""

LEARNING_RATE = "0.1"
"""eta, unless said otherwise: below the inverse of the largest eigenvalue."""

SEEDS, MOST_SEEDS = 16, 1_000_000
"""Models that are trained, unless said otherwise: the standard error is then known to a fifth; and the most."""

MODES_A_FEATURE = 16
"""M over N of a simulation, unless said otherwise: what it cuts off is stated."""


@dataclass(frozen=True)
class Request:
    """What was asked for, checked; None is infinite, or not given."""

    method: Method
    alpha: Fraction | None
    beta: Fraction | None
    gamma: float
    spectrum: str
    modes: int | None
    size: int | None
    batch: int | None
    samples: int | None
    learning_rate: Fraction | None
    seeds: int
    times: tuple[float, ...]
    steps: tuple[int, ...]

    @property
    def reuses(self) -> bool:
        """Whether every step uses all samples; with batches, each is used once."""
        return self.samples is not None and self.batch is None

    @property
    def file(self) -> Path | None:
        """Of a measured spectrum."""
        return None if self.spectrum in SPECTRA else Path(self.spectrum)


def capacity_and_source(alpha: str, beta: str) -> tuple[Fraction, Fraction]:
    """alpha and beta, if they are the model's."""
    return check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))


def whole_number(text: str, name: str, least: int = 1) -> int:
    """The whole number of at least ``least`` that a text writes."""
    value = exact(text, name)
    if value.denominator != 1 or value < least:
        raise InputError(f"{name} must be a whole number of at least {least}; got {abbreviate(text)}")
    to_double(value, name)
    return int(value)


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
) -> Request:
    """All of it, if it goes together; the words are those of the options.

    Raises
    ------
    InputError
    """
    richness = to_double(_at_least_zero(gamma, "gamma", "0 is the lazy limit"), "gamma")
    model_size = None if size is None else whole_number(size, "the model size")
    batch_size = None if batch is None else whole_number(batch, "the batch size")
    data = None if samples is None else whole_number(samples, "the number of samples")
    reuses = data is not None and batch_size is None
    kind = _spectrum(spectrum, method)
    _check_options(method, kind, model_size, batch_size, rate, seeds, modes, reuses)
    if reuses:
        _check_reuse(method, kind, rate)
    capacity, source = _power_law(alpha, beta, kind)
    count = None if modes is None else whole_number(modes, "the number of modes", 2)
    if method == SIMULATE and model_size is not None and count is None:
        count = MODES_A_FEATURE * model_size
    if method == SIMULATE and reuses and modes is None:
        count = MODES_A_FEATURE * max(model_size or 1, data or 1)
    if model_size is not None and count is not None:
        check_smaller(model_size, count)
    flows = reuses or (method == FLOW and batch_size is None)
    eta = None if flows else _learning_rate(LEARNING_RATE if rate is None else rate)
    steps = () if method == FLOW or eta is None else tuple(_steps(times, eta))
    usual = REUSE_TIMES if reuses and method != FLOW else TIMES
    moments = () if steps else tuple(_times(usual if times is None else times))
    if data is not None and batch_size is not None and eta is not None:
        steps, moments = _one_pass(data, batch_size, eta, steps, moments, times is None)
    return Request(
        method=method,
        alpha=capacity,
        beta=source,
        gamma=richness,
        spectrum=kind,
        modes=count,
        size=model_size,
        batch=batch_size,
        samples=data,
        learning_rate=eta,
        seeds=SEEDS if seeds is None else _seeds(seeds),
        times=moments,
        steps=steps,
    )


def _spectrum(word: str | None, method: Method) -> str:
    """The name of the spectrum, or of its file."""
    if word is None:
        return MODES if method == SIMULATE else CONTINUUM
    if method == SIMULATE and word != MODES:
        raise InputError(
            f"--method {SIMULATE} goes with --spectrum {MODES}; got {abbreviate(word)}; leave --spectrum out"
        )
    if word in SPECTRA:
        return word
    try:
        there = bool(word.strip()) and Path(word).exists()
    except OSError:  # a name too long for a file
        there = False
    if not there:
        require(word, (*SPECTRA, "the name of a file"), "the spectrum")
    return word


def _check_options(
    method: Method,
    spectrum: str,
    size: int | None,
    batch: int | None,
    rate: str | None,
    seeds: str | None,
    modes: str | None,
    reuses: bool,
) -> None:
    """Refuse options that do not go together."""
    if method == SIMULATE and size is None and not reuses:
        raise InputError(f"--method {SIMULATE} needs a --model-size; got none; try --model-size 64")
    if seeds is not None and method != SIMULATE:
        raise InputError(f"--seeds goes with --method {SIMULATE}; got {method}; leave it out")
    if rate is not None and method == FLOW and batch is None and not reuses:
        raise InputError(
            f"--learning-rate goes with --batch-size, or with --method {TWO_TIME} or {SIMULATE}; got neither; "
            "leave it out"
        )
    if modes is not None and spectrum != MODES:
        raise InputError(f"--modes goes with --spectrum {MODES}; got {abbreviate(spectrum)}; add or leave it out")
    for value, option in ((size, "--model-size"), (batch, "--batch-size")):
        if value is not None and spectrum not in SPECTRA:
            raise InputError(
                f"{option} needs all eigenvalues, and a file has those in which the target has power; got "
                f"{abbreviate(spectrum)}; leave one of them out"
            )


def _check_reuse(method: Method, spectrum: str, rate: str | None) -> None:
    """Refuse what does not go with samples that are used in every step."""
    if rate is not None:
        raise InputError(
            "--learning-rate goes with batches; --samples without --batch-size is gradient flow on all of them; leave "
            "one of them out, or add --batch-size for one pass"
        )
    if spectrum not in SPECTRA:
        raise InputError(
            f"--samples needs all eigenvalues, and a file has those in which the target has power; got "
            f"{abbreviate(spectrum)}; leave one of them out"
        )
    if method == FLOW and spectrum != CONTINUUM:
        raise InputError(
            f"--samples by the {FLOW} is the mean on the {CONTINUUM}; got --spectrum {spectrum}; take "
            f"--method {TWO_TIME} or {SIMULATE}"
        )


def _one_pass(
    samples: int, batch: int, eta: Fraction, steps: tuple[int, ...], times: tuple[float, ...], usual: bool
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The steps or times, if P samples in batches of B, each used once, last so long; the usual ones end with them."""
    most = samples // batch
    if not most:
        raise InputError(
            f"one pass needs at least a batch of samples; got P = {samples} and B = {batch}; take a smaller B"
        )
    end = float(eta * most)
    if usual:
        kept, before = [step for step in steps if step < most], [time for time in times if time < end]
        return (*kept, most) if steps else (), (*before, end) if times else ()
    if (steps and steps[-1] > most) or (times and times[-1] > end):
        last = float(eta * steps[-1]) if steps else times[-1]
        raise InputError(
            f"one pass over P = {samples} samples in batches of B = {batch} ends after {most} steps, at t = {end:g}; "
            f"got t = {last:g}; ask for less time, more samples, or leave --batch-size out to use samples again"
        )
    return steps, times


def _power_law(alpha: str | None, beta: str | None, spectrum: str) -> tuple[Fraction, Fraction] | tuple[None, None]:
    """alpha and beta; a measured spectrum has none."""
    given = [text for text in (alpha, beta) if text is not None]
    if spectrum not in SPECTRA:
        if given:
            raise InputError(
                "a measured spectrum has no alpha and beta; got both a file and numbers; leave the numbers out"
            )
        return None, None
    if len(given) < 2:
        came = "alpha alone" if given else "neither"
        raise InputError(f"a curve needs alpha and beta, or a file for --spectrum; got {came}; try 3/2 1/2")
    return capacity_and_source(*given)


def _learning_rate(text: str) -> Fraction:
    value = exact(text, "the learning rate")
    if value <= 0 or not to_double(value, "the learning rate"):
        raise InputError(f"the learning rate must be positive; got {abbreviate(text)}; try {LEARNING_RATE}")
    return value


def _seeds(text: str) -> int:
    """At least two, as one has no standard error."""
    value = whole_number(text, "the number of seeds", 2)
    if value > MOST_SEEDS:
        raise InputError(f"the number of seeds may be at most {MOST_SEEDS}; got {abbreviate(text)}; try {SEEDS}")
    return value


def _at_least_zero(text: str, name: str, hint: str) -> Fraction:
    value = exact(text, name)
    if value < 0:
        raise InputError(f"{name} must be at least 0; got {abbreviate(text)}; {hint}")
    to_double(value, name)
    return value


def _time(text: str) -> Fraction:
    return _at_least_zero(text, "a time", "training begins at 0")


def _times(text: str) -> list[float]:
    """Times from a list ``1,1e3`` or a range ``first:last:number``, even in ln t."""
    if ":" not in text:
        return [float(time) for time in _listed(text)]
    first, last, number = _range(text)
    return [*_between(float(first), float(last), number), float(last)]


def _steps(text: str | None, eta: Fraction) -> list[int]:
    """The steps at the times of a list or range; those inside a range are the nearest."""
    if text is None:
        return list(STEPS)
    if ":" not in text:
        steps = [_whole_steps(time, eta) for time in _listed(text)]
        return sorted(set(steps))  # two that are one step within rounding
    begin, end, number = _range(text)
    first, last = _whole_steps(begin, eta), _whole_steps(end, eta)
    return sorted({round(step) for step in _between(first, last, number)} | {last})


def _between(first: float, last: float, number: int) -> list[float]:
    """``number`` values even in the logarithm, but for the last."""
    return [first * (last / first) ** (i / (number - 1)) for i in range(number - 1)]


def _listed(text: str) -> list[Fraction]:
    times = list(map(_time, text.split(",")))
    for before, after in pairwise(times):
        if after <= before:
            raise InputError(f"times must rise; got {float(before):g} followed by {float(after):g}; sort them")
    return times


def _range(text: str) -> tuple[Fraction, Fraction, int]:
    parts = text.split(":")
    if len(parts) != 3:
        raise InputError(f"a range of times must be FIRST:LAST:NUMBER; got {abbreviate(text)}; try 1:1e12:25")
    first, last = map(_time, parts[:2])
    number = whole_number(parts[2], "the number of times")
    if not 0 < first < last or number < 2:
        raise InputError(f"a range of times must rise from above 0, with 2 or more; got {abbreviate(text)}")
    if number > MOST_TIMES:
        raise InputError(f"a curve may have at most {MOST_TIMES} times; got {abbreviate(number)}; take fewer")
    return first, last, number


def _whole_steps(time: Fraction, eta: Fraction) -> int:
    """How many steps of ``eta`` a time is, if it is a whole number of them."""
    steps = time / eta
    if steps > MOST_STEPS:
        raise InputError(
            f"t = {float(time):g} is more than {MOST_STEPS:.0e} steps of {float(eta):g}; ask for less time or larger "
            "steps"
        )
    nearest = round(steps)
    if abs(steps - nearest) > WHOLE * nearest:
        near = [f"{float(eta * whole):.12g}" for whole in (steps // 1, steps // 1 + 1) if whole > 0]
        raise InputError(
            f"a time must be a whole number of steps of {float(eta):g}; got t = {float(time):g}; "
            f"try {' or '.join(near)}, or another --learning-rate"
        )
    return nearest
