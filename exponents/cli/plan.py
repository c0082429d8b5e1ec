"""The command ``exponents plan``: the best split of a budget for a loss with constants."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import click

from ..errors import InputError
from ..names import FORMATS, require
from ..rationals import exact
from .loss_options import loss_options, read_loss
from .terminal import Command, format_option, show_report


def _read_amount(text: str, role: str) -> Fraction:
    """Return a number that is written as such, or as arithmetic in numbers such as 6*10**21."""
    try:
        return exact(text, role)
    except InputError:
        from ..text.parsing import parse_expression

        with contextlib.suppress(InputError):
            return exact(parse_expression(text, {}, role), role)
        raise


@click.command(cls=Command, short_help="Split a budget, constants included.")
@loss_options
@click.option(
    "--budget",
    "budgets",
    required=True,
    multiple=True,
    metavar="C",
    help="The budget; once for all costs, or once for each --cost, in order.",
)
@click.option("--factor", default="1.1", metavar="F", help="Accuracy asked of the leading law.  [default: 1.1]")
@format_option
def plan(form: str, budgets: tuple[str, ...], factor: str, **options: Any) -> None:
    """Split a budget in the best way, for a loss with numerical prefactors, and print the law that the split follows.

    Prints what each resource gets, what each term adds to the loss, the leading law L = a C^-r with its constants, the
    budget above which that law is right to within --factor, and what the second-best balance would cost.  A term
    without resources is irreducible.

    \b
    Examples:
      exponents plan --term '406.4*N**-0.34' --term '410.7*D**-0.28' --term 1.69 --cost '6*N*D' --budget 1e21
      exponents plan --term '2*t**(-beta)' --term 'N**-alpha' --set alpha=3/2 --set beta=1/2 --budget 1e9
    """
    require(form, FORMATS, "the format")
    spent, wanted = [_read_amount(budget, "the budget") for budget in budgets], exact(factor, "the factor")
    programme = read_loss(**options)
    from ..budget.allocation import plan_budget
    from ..reports.budget_split import plan_object, plan_tables

    found = plan_budget(programme, spent, wanted)
    show_report(lambda: plan_tables(found), lambda: plan_object(found), form)
