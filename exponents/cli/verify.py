"""The command ``exponents verify``: measure what is claimed, and judge it.

Words and numbers are checked before NumPy is imported.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from ..errors import InputError
from ..names import ALSO, FAMILIES, FORMATS, SPECTRA, require
from ..rationals import abbreviate, exact
from .curve_request import capacity_and_source, whole_number
from .terminal import Command, format_option, show, workers

if TYPE_CHECKING:
    from verify.measurements.limit import Point
    from verify.verdicts import Verdict


@click.command(cls=Command, short_help="Measure, and judge what is claimed.")
@click.argument("names", nargs=-1, metavar="[CLAIM]...")
@click.option("--quick", is_flag=True, help="A handful of points, and no claims that take long.")
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

    CLAIM is a claim, such as 'chi: kernel growth', or a family: chi, levels and amplitude are of the limit N, B to
    infinity; bottleneck, transient, sgd and compute-optimal of finite models; data (or offline) of samples that are
    reused; linear of plain linear networks.  A value is refuted outside the error of
    the measurement, confirmed inside it if a value 1 % away would have been refuted, and undecided otherwise.  Exit
    status 1: a derived value was refuted; with --control, one was not.

    \b
    Examples:
      exponents verify
      exponents verify chi --quick
      exponents verify --control --quick
      exponents verify levels --at 3/2,9/10,1 --at 2,1/5,4
    """
    require(form, FORMATS, "the format")
    require(spectrum, SPECTRA, "the spectrum")
    if places and quick:
        raise InputError("--quick chooses its own points; got --at as well; leave one of them out")
    if spectrum != SPECTRA[0] and not places:
        raise InputError("--spectrum goes with points of your own; got none; add --at ALPHA,BETA,GAMMA")
    own = [_place(text) for text in places]
    most = whole_number(jobs, "--jobs") if jobs is not None else os.cpu_count() or 1
    from verify.measurements.limit import point
    from verify.verdicts import MEASURED, default_points

    known = (*FAMILIES, *MEASURED)
    names = tuple(ALSO.get(name, name) for name in names)
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]}?" if near else "such as 'chi: kernel growth'"
            raise InputError(
                f"a claim must be a family, {', '.join(FAMILIES)}, or one in it; got {abbreviate(name)}; {hint}"
            )
    points = [point(*numbers, spectrum) for numbers in own] or default_points(quick)  # type: ignore[arg-type]
    found, interrupted = _measured(points, names, control, bool(own), most)
    if not found and not interrupted:
        hint = ", or takes little time; leave --quick out" if quick else "; ask for another claim or point"
        raise InputError(f"no claim that was asked for is derived at these points{hint}")
    _show_verdicts(found, form, control)
    return _status(found, control, interrupted)


def _measured(
    points: Sequence[Point], names: Sequence[str], control: bool, thorough: bool, jobs: int
) -> tuple[list[Verdict], bool]:
    """The verdicts, and whether an interrupt cut them short; what was finished until then is kept."""
    from verify.verdicts import verdicts

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

    from ..reports.measured import flat_table, verdict_tables
    from ..reports.render import render_table, render_tables

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
        raise InputError(f"a point must be ALPHA,BETA,GAMMA; got {abbreviate(text)}; try 3/2,1/2,1")
    (alpha, beta), gamma = capacity_and_source(*parts[:2]), exact(parts[2], "gamma")
    if gamma <= 0:
        raise InputError(f"gamma must be positive for a rich model; got {abbreviate(gamma)}; lazy claims need none")
    return alpha, beta, gamma
