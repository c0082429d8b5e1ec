"""The command ``exponents verify``: measure the claims and judge them.

Words and numbers are checked before NumPy is imported.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import click

from verify.processes import start_processes

from ..claims.catalogue import CLAIMS, describe_families, select_claims
from ..claims.claim import MINUTES, NETWORKS
from ..errors import InputError
from ..names import CONTINUUM, SPECTRA
from ..rationals import abbreviate, check_capacity, check_source, exact
from .progress import current_progress, say
from .signals import exit_status
from .terminal import Command, fill_help, format_option, list_names, show_report
from .words import Whole, Word

if TYPE_CHECKING:
    from verify.judgement import Verdict
    from verify.measurements.points import Point

    from ..reports.render import Table


_NAMES = (*describe_families(), *dict.fromkeys(claim.name for claim in CLAIMS))


@click.command(cls=Command, short_help="Measure the claims and judge them.")
@click.argument("names", nargs=-1, type=Word(_NAMES), metavar="[CLAIM]...")
@click.option("--quick", is_flag=True, help="Measure at four points, without the claims that take minutes.")
@click.option("--control", is_flag=True, help="Shift every derived value by 1 %; each must then be refuted.")
@click.option("--at", "places", multiple=True, metavar="A,B,G", help="Measure at alpha,beta,gamma; 0 is lazy.  Repeat.")
@click.option(
    "--spectrum",
    default=CONTINUUM,
    type=Word(SPECTRA, "the spectrum"),
    metavar="NAME",
    help=f"Spectrum of your own points: {' or '.join(SPECTRA)}.  [default: {CONTINUUM}]",
)
@click.option("--evidence", is_flag=True, help="Print what was measured, in which window, and how to repeat it.")
@click.option("--certify", is_flag=True, help="Enclose constants in balls, and prove formulas on boxes of parameters.")
@click.option("--jobs", type=Whole(), metavar="N", help="Points measured at once.  [default: one per processor]")
@format_option
@fill_help(families=list_names(describe_families()))
def verify(
    names: tuple[str, ...],
    quick: bool,
    control: bool,
    places: tuple[str, ...],
    spectrum: str,
    evidence: bool,
    certify: bool,
    jobs: int | None,
    form: str,
) -> int:
    """Measure the claims, and print a verdict on each published and each derived value.

    CLAIM is the name of a claim, such as 'chi: kernel growth', or a family; without one, all but networks are measured:

    {families}

    A value outside the error of the measurement is refuted.  A value inside it is confirmed if the error is small
    enough to exclude a value 1 % away, and undecided otherwise.  For networks that are trained, it is a value 25 %
    away, and for their order a difference of zero.

    The rigour of a derived value: it is proved if --certify proves its formula on a box of parameters around the point,
    enclosed if it lies in a ball of rigorous arithmetic, and measured otherwise.

    Exit status 1: a derived value was refuted, or lies outside its ball; with --control: a shifted value was not
    refuted, or was certified.

    \b
    Examples:
      exponents verify
      exponents verify chi --quick
      exponents verify --control --quick
      exponents verify levels --at 3/2,9/10,1 --at 2,1/5,4
      exponents verify 'chi: kernel growth' --at 2,1/3,1 --evidence
    """
    if places and quick:
        raise InputError("--quick chooses its own points; got --at as well; leave one of the two out")
    if spectrum != CONTINUUM and not places:
        raise InputError("--spectrum needs points of your own; got none; add --at ALPHA,BETA,GAMMA")
    own = [_read_place(text) for text in places]
    most = jobs or os.cpu_count() or 1
    chosen = select_claims(names)
    if quick and all(claim.cost == MINUTES for claim in chosen):
        raise InputError("--quick skips claims that take minutes; got no others; leave --quick out")
    from verify.measurements.points import default_points, read_point

    usual = default_points(quick, any(claim.system == NETWORKS for claim in chosen))
    points = [read_point(*numbers, spectrum) for numbers in own] or usual  # type: ignore[arg-type]
    found, interrupted = _collect_verdicts(points, names, control, bool(own), most, certify)
    if not found and not interrupted:
        raise InputError(
            "no claim that was asked for is derived and measured at these points; ask for another claim or point"
        )
    if found:
        _show_verdicts(found, form, control, evidence)
    return _report_status(found, control, interrupted)


def _collect_verdicts(
    points: Sequence[Point], names: Sequence[str], control: bool, thorough: bool, jobs: int, certify: bool
) -> tuple[list[Verdict], bool]:
    """Return the verdicts, and whether an interrupt cut them short; those finished before it are kept."""
    from verify.judgement import verdicts

    gc.enable()  # a long computation, unlike the exact commands
    found: list[Verdict] = []
    with start_processes(min(jobs, len(points))) as executor:
        measured = verdicts(points, names, control, thorough, executor, certify)
        try:
            for part in current_progress().count(measured, len(points)):
                found.extend(part)
        except KeyboardInterrupt:
            return found, True
    return found, False


def _show_verdicts(found: Sequence[Verdict], form: str, control: bool, evidence: bool) -> None:
    """Print verdicts: in CSV one per row, otherwise a table for each claim."""
    from ..reports.verdict_tables import evidence_tables, flat_table, verdict_tables

    objects = [verdict.to_dict() | ({"evidence": verdict.evidence()} if evidence else {}) for verdict in found]
    logarithms = [verdict.measured is not None and verdict.measured.logarithm for verdict in found]

    def tables() -> Sequence[Table]:
        if form == "csv":
            return [flat_table(objects)]
        return [*verdict_tables(objects, logarithms, control), *(evidence_tables(objects) if evidence else [])]

    show_report(tables, lambda: {"verdicts": objects, "control": control}, form)


def _report_status(found: Sequence[Verdict], control: bool, interrupted: bool) -> int:
    """Return the exit status, after failures and weak checks are printed on standard error."""
    for verdict in found:
        if verdict.failure:
            say(f"exponents: {verdict.claim.name} was not measured: {verdict.failure}")
    if interrupted:
        say(f"exponents: interrupted; {'only finished points are shown' if found else 'no point was finished'}")
        return exit_status()
    if control:
        passed = [verdict for verdict in found if verdict.derived_verdict != "refuted"]
        if passed:
            names = ", ".join(dict.fromkeys(f"{verdict.claim.name} at beta = {verdict.at.beta}" for verdict in passed))
            say(f"exponents: the check is weak: a shift of 1 % was not refuted for {names}")
        certified = [verdict for verdict in found if verdict.rigour != "measured"]
        for verdict in certified:
            say(f"exponents: the certificate is weak: a shift of 1 % was {verdict.rigour} for {verdict.claim.name}")
        return 1 if passed or certified else 0
    wrong = [verdict.certificate.contradiction for verdict in found if verdict.certificate is not None]
    for contradiction in filter(None, wrong):
        say(f"exponents: {contradiction}")
    return 1 if any(wrong) or any(verdict.derived_verdict == "refuted" for verdict in found) else 0


def _read_place(text: str) -> tuple[Fraction, Fraction, Fraction]:
    """Return alpha, beta and gamma of a point."""
    parts = text.split(",")
    if len(parts) != 3:
        raise InputError(f"a point must be ALPHA,BETA,GAMMA; got {abbreviate(text)}; try 3/2,1/2,1")
    alpha, beta, gamma = (exact(part, name) for part, name in zip(parts, ("alpha", "beta", "gamma"), strict=True))
    if gamma < 0:
        raise InputError(f"gamma must be at least 0; got {abbreviate(gamma)}; 0 measures lazy claims alone")
    return check_capacity(alpha), check_source(beta), gamma
