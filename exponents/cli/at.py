"""The command ``exponents at``: all exact exponents at one point (alpha, beta)."""

from __future__ import annotations

import click

from ..errors import InputError
from ..names import COORDINATES, MODEL
from ..rationals import abbreviate, check_capacity, check_source, exact
from .terminal import Command, convention_option, format_option, loss_option, show_report


@click.command(cls=Command, short_help="Print all exact exponents at one point.")
@click.argument("alpha")
@click.argument("beta")
@format_option
@loss_option
@convention_option
@click.option("--learning-rate", "rate", metavar="E", help="Also print where steps of E show the rich exponents.")
@click.option("--gamma", metavar="G", help="Richness for --learning-rate.  [default: 1]")
def at(alpha: str, beta: str, form: str, loss: str, convention: str, rate: str | None, gamma: str | None) -> None:
    """Print all exact exponents at one point: capacity ALPHA > 1 and source BETA > 0.

    Numbers may be 3/2, 1.5 or 3; 0.1 means exactly 1/10.  With --convention the two numbers are the parameters of
    that convention; JSON output always uses alpha and beta.

    \b
    Examples:
      exponents at 3/2 1/2
      exponents at 2 1                       on a boundary: says which terms tie
      exponents at 1.5 0.5 --format json
      exponents at 3/4 1/4 --convention random-features
      exponents at 3/2 1/2 --learning-rate 0.01 --gamma 10
    """
    first, second = (exact(text, name) for text, name in zip((alpha, beta), COORDINATES[convention], strict=True))
    if convention == MODEL:  # the domains of the others are derived, with SymPy
        check_capacity(first)
        check_source(second)
    if gamma is not None and rate is None:
        raise InputError(
            f"--gamma needs --learning-rate; got --gamma {abbreviate(gamma)} alone; add --learning-rate 0.01"
        )
    richness = exact("1" if gamma is None else gamma, "gamma")
    if richness <= 0:
        raise InputError(f"gamma must be positive for a rich model; got {abbreviate(richness)}; try 1")
    step = None if rate is None else exact(rate, "learning rate")
    from ..reports.point import at as report_at

    report = report_at(first, second, loss, convention, step, richness)  # type: ignore[arg-type]
    show_report(report.tables, report.to_dict, form)
