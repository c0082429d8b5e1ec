"""Commands that measure: the loss curve of the limit dynamics, and the verdicts on what is claimed of it.

Words and numbers are checked before NumPy is imported.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .errors import InputError
from .names import FAMILIES, FORMATS, MEASURED, SPECTRA, require
from .rationals import check_capacity, check_source, exact, in_doubles, shown
from .terminal import Command, format_option, show, show_report, workers

if TYPE_CHECKING:
    from verify.checks import Verdict
    from verify.evidence import Point
    from verify.flow import Curve


TIMES = ",".join(f"1e{power}" for power in range(7))
"""Times at which a curve is printed, unless others are asked for."""

MOST_TIMES = 100_000
"""Times that a curve may have."""


@click.command(cls=Command, short_help="Loss curve of the theory.")
@click.argument("alpha", required=False)
@click.argument("beta", required=False)
@click.option("--gamma", default="1", metavar="G", help="Richness; 0 is lazy.  [default: 1]")
@click.option(
    "--time", "times", default=TIMES, metavar="LIST", help="Times, such as 1,1e3 or 1:1e12:25 for 25 of them."
)
@click.option(
    "--spectrum", default=SPECTRA[0], metavar="NAME", help="continuum, modes, or a file of a measured spectrum."
)
@click.option("--modes", default=None, metavar="M", help="With --spectrum modes: how many.  [default: all]")
@click.option("--model-size", "size", default=None, metavar="N", help="With --spectrum modes: a finite model.")
@format_option
def curve(
    alpha: str | None,
    beta: str | None,
    gamma: str,
    times: str,
    spectrum: str,
    modes: str | None,
    size: str | None,
    form: str,
) -> int:
    """The loss under gradient flow, at any time, with its error; N and B are infinite unless --model-size is given.

    The spectrum is that of ALPHA and BETA: y^2(k) dk = k^(-alpha beta-1) dk on k >= 1 (continuum), or the sum over
    integers k (modes).  A file has a line for each mode, its eigenvalue and the target's power in it; ALPHA and BETA
    are left out then.  A finite model is taken in the mean over its random features.  Times are in units of
    1/(learning rate).

    \b
    Examples:
      exponents curve 3/2 1/2 --gamma 1 --time 1e2,1e6
      exponents curve 2 1.2 --gamma 0.5 --time 1:1e40:9 --spectrum modes
      exponents curve 3/2 1/2 --spectrum modes --model-size 64
      exponents curve --spectrum spectrum.txt --gamma 2
    """
    require(form, FORMATS, "the format")
    richness, wanted = _at_least_zero(gamma, "gamma", "0 is the lazy limit"), _times(times)
    measured = spectrum not in SPECTRA
    if measured and not Path(spectrum).exists():
        require(spectrum, (*SPECTRA, "the name of a file"), "the spectrum")
    count = _count(modes, "the number of modes") if modes is not None else None
    features = _count(size, "the model size") if size is not None else None
    for value, option in ((count, "--modes"), (features, "--model-size")):
        if value is not None and spectrum != SPECTRA[1]:
            raise InputError(
                f"{option} goes with --spectrum modes; got --spectrum {shown(spectrum)}; add or leave it out"
            )
    given = [text for text in (alpha, beta) if text is not None]
    if measured and given:
        raise InputError(
            "a measured spectrum has no alpha and beta; got both a file and numbers; leave the numbers out"
        )
    if not measured and len(given) < 2:
        came = "alpha alone" if given else "neither"
        raise InputError(f"a curve needs alpha and beta, or a file for --spectrum; got {came}; try 3/2 1/2")
    if not measured and features is None:
        from verify.flow import limit_curve

        found = limit_curve(*_exponents(given), richness, wanted, spectrum, count)  # type: ignore[arg-type]
    else:
        from verify.finite_model import mean_measure
        from verify.flow import curve as solved
        from verify.measure import from_file

        modes_seen = (
            from_file(Path(spectrum)).compressed() if measured else mean_measure(*_exponents(given), features, count)  # type: ignore[arg-type]
        )
        found = solved(modes_seen, richness, wanted)
    limit = "N and B to infinity" if features is None else f"B to infinity, mean over models of size N = {features}"
    _show_curve(found, "B to infinity, measured spectrum" if measured else limit, form)
    return 0


def _exponents(given: Sequence[str]) -> tuple[Fraction, Fraction]:
    """alpha and beta, if they are the model's."""
    return check_capacity(exact(given[0], "alpha")), check_source(exact(given[1], "beta"))


def _show_curve(found: Curve, model: str, form: str) -> None:
    from .reports.evidence import curve_table

    floor, variance = found.floor, found.variance
    columns = (found.time, found.loss, found.loss_error, -found.loss_slope, found.kernel, found.clock)
    rows = [tuple(float(value) for value in row) for row in zip(*columns, strict=True)]
    as_object = {"time": found.time.tolist(), "loss": found.loss.tolist(), "error": found.loss_error.tolist()}
    show_report(lambda: [curve_table(rows, floor, variance, model)], lambda: as_object, form)


@click.command(cls=Command, short_help="Measure, and judge what is claimed.")
@click.argument("names", nargs=-1, metavar="[CLAIM]...")
@click.option("--quick", is_flag=True, help="A handful of points.")
@click.option("--control", is_flag=True, help="Shift every derived value by 1 %: each must be refuted.")
@click.option("--at", "places", multiple=True, metavar="A,B,G", help="A point alpha,beta,gamma of your own.  Repeat.")
@click.option("--spectrum", default=SPECTRA[0], metavar="NAME", help="Of your own points: continuum or modes.")
@click.option("--jobs", default=None, metavar="N", help="Points measured at once.  [default: one a processor]")
@format_option
def verify(
    names: tuple[str, ...],
    quick: bool,
    control: bool,
    places: tuple[str, ...],
    spectrum: str,
    jobs: str | None,
    form: str,
) -> int:
    """Measure what is claimed and judge it: published and derived value, measured value with its error, verdicts.

    CLAIM is a claim, such as 'chi: kernel growth', or a family: chi, levels, amplitude.  A value is refuted outside the
    error of the measurement, confirmed inside it if a value 1 % away would have been refuted, and undecided otherwise.
    Exit status 1: a derived value was refuted; with --control, one was not.

    \b
    Examples:
      exponents verify
      exponents verify chi --quick
      exponents verify --control --quick
      exponents verify levels --at 3/2,9/10,1 --at 2,1/5,4
    """
    require(form, FORMATS, "the format")
    require(spectrum, SPECTRA, "the spectrum")
    later = [name for name in names if name in FAMILIES and name not in MEASURED]
    if later:
        raise InputError(f"{later[0]} is not measured yet; measured are the families {', '.join(MEASURED)}")
    if places and quick:
        raise InputError("--quick chooses its own points; got --at as well; leave one of them out")
    if spectrum != SPECTRA[0] and not places:
        raise InputError("--spectrum goes with points of your own; got none; add --at ALPHA,BETA,GAMMA")
    own = [_place(text) for text in places]
    most = _count(jobs, "--jobs") if jobs is not None else os.cpu_count() or 1
    from verify.checks import grid
    from verify.evidence import MEASUREMENTS, point
    from verify.finite_evidence import FINITE_MEASUREMENTS

    known = (*MEASURED, *MEASUREMENTS, *FINITE_MEASUREMENTS)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "such as 'chi: kernel growth'"
            raise InputError(
                f"a claim must be a family, {', '.join(MEASURED)}, or one in it; got {shown(name)}; {hint}"
            )
    points = [point(*numbers, spectrum) for numbers in own] or grid(quick)  # type: ignore[arg-type]
    found, interrupted = _measured(points, names, control, bool(own), most)
    if not found and not interrupted:
        raise InputError("no claim that was asked for is derived at these points; ask for another claim or point")
    _show_verdicts(found, form, control)
    return _status(found, control, interrupted)


def _measured(
    points: Sequence[Point], names: Sequence[str], control: bool, thorough: bool, jobs: int
) -> tuple[list[Verdict], bool]:
    """The verdicts, and whether an interrupt cut them short; what was finished until then is kept."""
    from verify.checks import verdicts

    gc.enable()  # a long computation, unlike the exact commands
    found: list[Verdict] = []
    with workers(min(jobs, len(points))) as executor:
        try:
            for part in _progress(verdicts(points, names, control, thorough, executor), len(points)):
                found.extend(part)
        except KeyboardInterrupt:
            return found, True
    return found, False


def _progress(parts: Iterable[list[Verdict]], length: int) -> Iterator[list[Verdict]]:
    """The same parts, with a bar on standard error if that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield from parts
        return
    with click.progressbar(parts, length=length, label="measuring", file=sys.stderr) as bar:
        yield from bar


def _show_verdicts(found: Sequence[Verdict], form: str, control: bool) -> None:
    import json

    from .reports.evidence import flat_table, verdict_tables
    from .reports.render import render_table, render_tables

    objects = [verdict.as_object() for verdict in found]
    logarithms = [verdict.measured is not None and verdict.measured.logarithm for verdict in found]
    if form == "json":
        show(lambda *_: json.dumps({"verdicts": objects, "control": control}, indent=2), form)
    elif form == "csv":
        show(lambda style, emphasis: render_table(flat_table(objects), style, emphasis), form)
    else:
        show(lambda style, emphasis: render_tables(verdict_tables(objects, logarithms, control), style, emphasis), form)


def _status(found: Sequence[Verdict], control: bool, interrupted: bool) -> int:
    """The exit status, after what must be said on standard error."""
    for verdict in found:
        if verdict.failure:
            click.echo(f"exponents: {verdict.claim.name} was not measured: {verdict.failure}", err=True)
    if interrupted:
        click.echo("exponents: interrupted; what is printed had been finished", err=True)
        return 130
    if control:
        passed = [verdict for verdict in found if verdict.derived_verdict != "refuted"]
        if passed:
            names = ", ".join(dict.fromkeys(f"{verdict.claim.name} at beta = {verdict.at.beta}" for verdict in passed))
            click.echo(f"exponents: the check is weak: a shift of 1 % was not refuted for {names}", err=True)
        return 1 if passed else 0
    return 1 if any(verdict.derived_verdict == "refuted" for verdict in found) else 0


def _place(text: str) -> tuple[Fraction, Fraction, Fraction]:
    """alpha, beta and gamma of a point."""
    parts = text.split(",")
    if len(parts) != 3:
        raise InputError(f"a point must be ALPHA,BETA,GAMMA; got {shown(text)}; try 3/2,1/2,1")
    (alpha, beta), gamma = _exponents(parts[:2]), exact(parts[2], "gamma")
    if gamma <= 0:
        raise InputError(f"gamma must be positive for a rich model; got {shown(gamma)}; lazy claims need none")
    return alpha, beta, gamma


def _at_least_zero(text: str, name: str, hint: str) -> float:
    value = exact(text, name)
    if value < 0:
        raise InputError(f"{name} must be at least 0; got {shown(text)}; {hint}")
    return in_doubles(value, name)


def _time(text: str) -> float:
    return _at_least_zero(text, "a time", "training begins at 0")


def _count(text: str, name: str) -> int:
    value = exact(text, name)
    if value.denominator != 1 or value < 1:
        raise InputError(f"{name} must be a whole number of at least 1; got {shown(text)}")
    return int(value)


def _times(text: str) -> list[float]:
    """Times from a list ``1,1e3`` or a range ``first:last:number``, even in ln t."""
    if ":" in text:
        parts = text.split(":")
        if len(parts) != 3:
            raise InputError(f"a range of times must be FIRST:LAST:NUMBER; got {shown(text)}; try 1:1e12:25")
        first, last = map(_time, parts[:2])
        number = _count(parts[2], "the number of times")
        if not 0 < first < last or number < 2:
            raise InputError(f"a range of times must rise from above 0, with 2 or more; got {shown(text)}")
        if number > MOST_TIMES:
            raise InputError(f"a curve may have at most {MOST_TIMES} times; got {number}; take fewer")
        return [first * (last / first) ** (i / (number - 1)) for i in range(number - 1)] + [last]
    times = list(map(_time, text.split(",")))
    for before, after in pairwise(times):
        if after <= before:
            raise InputError(f"times must rise; got {before:g} followed by {after:g}; sort them")
    return times


EVIDENCE_COMMANDS: tuple[click.Command, ...] = (curve, verify)
