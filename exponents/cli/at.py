"""The command ``exponents at``: all exact exponents at one point (alpha, beta)."""

from __future__ import annotations

import click

from ..names import CONVENTIONS, COORDINATES, FORMATS, MODEL, VERSIONS, require
from ..rationals import check_capacity, check_source, exact
from .terminal import Command, convention_option, format_option, loss_option, show_report


@click.command(cls=Command, short_help="Print all exact exponents at one point.")
@click.argument("alpha")
@click.argument("beta")
@format_option
@loss_option
@convention_option
def at(alpha: str, beta: str, form: str, version: str, convention: str) -> None:
    """Print all exact exponents at one point: capacity ALPHA > 1 and source BETA > 0.

    Numbers may be 3/2, 1.5 or 3; 0.1 means exactly 1/10.  With --convention the two numbers are the parameters of
    that convention; JSON output always uses alpha and beta.

    \b
    Examples:
      exponents at 3/2 1/2
      exponents at 2 1                       on a boundary: says which terms tie
      exponents at 1.5 0.5 --format json
      exponents at 3/4 1/4 --convention random-features
    """
    require(form, FORMATS, "the format")
    require(version, VERSIONS, "the loss")
    require(convention, CONVENTIONS, "the convention")
    first, second = (exact(text, name) for text, name in zip((alpha, beta), COORDINATES[convention], strict=True))
    if convention == MODEL:  # the domains of the others are derived, with SymPy
        check_capacity(first)
        check_source(second)
    from ..reports.point import at as report_at

    report = report_at(first, second, version, convention)  # type: ignore[arg-type]
    show_report(report.tables, report.as_object, form)
