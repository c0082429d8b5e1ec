"""The command ``exponents plan``: the best split of a budget for a loss with constants."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from ..rationals import abbreviate, exact
from .loss_options import loss_options, read_loss
from .problem_file import problem_object
from .terminal import Command, format_option, show_report

if TYPE_CHECKING:
    from sympy import Symbol

    from ..optimum.programme import Programme
    from ..reports.render import Table


def read_amount(text: str, role: str) -> Fraction:
    """Return a number that is written as such, or as arithmetic in numbers such as 6*10**21.

    Examples
    --------
    >>> read_amount("6*10**2", "the budget")
    Fraction(600, 1)
    """
    try:
        return exact(text, role)
    except InputError:
        from ..text.parsing import parse_expression

        with contextlib.suppress(InputError):
            return exact(parse_expression(text, {}, role), role)
        raise


def _read_amounts(text: str, programme: Programme, option: str) -> dict[Symbol, Fraction]:
    """Return the amounts of resources that a text such as N=1e9,D=2e10 gives."""
    known = {resource.name: resource for resource in programme.visible}
    found: dict[Symbol, Fraction] = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or name not in known or known[name] in found:
            raise InputError(
                f"{option} must give resources ({', '.join(known)}) an amount, once each; got {abbreviate(part)}; "
                f"write {next(iter(known))}=1e9"
            )
        found[known[name]] = read_amount(value, f"the amount of {name}")
    return found


def _read_whole(names: tuple[str, ...], programme: Programme) -> tuple[Symbol, ...]:
    """Return the resources that must be whole numbers."""
    known = {resource.name: resource for resource in programme.visible}
    for name in names:
        if name not in known:
            raise InputError(f"--integer takes resources; got {abbreviate(name)}; they are {', '.join(known)}")
    return tuple(known[name] for name in dict.fromkeys(names))


@click.command(cls=Command, short_help="Split a budget, constants included.")
@loss_options
@click.option(
    "--budget",
    "budgets",
    multiple=True,
    metavar="C",
    help="The budget; once for all costs, or once for each --cost, in order.",
)
@click.option("--target", metavar="LOSS", help="Instead of --budget: split the least budget that reaches this loss.")
@click.option("--fix", "fixed", multiple=True, metavar="NAME=AMOUNT", help="What does it cost to hold this?  Repeat.")
@click.option(
    "--compare", "splits", multiple=True, metavar="SPLIT", help="A split of your own: 'N=1e9,D=2e10'.  Repeat."
)
@click.option("--integer", "integers", multiple=True, metavar="NAME", help="A resource in whole numbers.  Repeat.")
@click.option("--factor", default="1.1", metavar="F", help="Accuracy asked of the leading law.  [default: 1.1]")
@format_option
def plan(
    form: str,
    budgets: tuple[str, ...],
    factor: str,
    target: str | None,
    fixed: tuple[str, ...],
    splits: tuple[str, ...],
    integers: tuple[str, ...],
    **options: Any,
) -> None:
    """Split a budget in the best way, for a loss with numerical prefactors, and print the law that the split follows.

    Prints what each resource gets, what each term adds to the loss, the leading law L = a C^-r with its constants, the
    budget above which that law is right to within --factor, and what the second-best balance would cost.  A term
    without resources is irreducible.

    The loss may hold sums in powers, min and max; costs may be sums.  What is convex in logarithms is solved at once;
    for all else every branch is searched.  Either way the output says what is proved.

    --fix compares with the best split that holds a resource; --compare with a split of your own.

    \b
    Examples:
      exponents plan --term '406.4*N**-0.34' --term '410.7*D**-0.28' --term 1.69 --cost '6*N*D' --budget 1e21
      exponents plan --term '(N+4e4*N**(1/3))**-0.35' --term '2/D**0.37' --cost '6*N*D' --budget 1e18
      exponents plan --term '3/t' --term '2/N' --target 0.01 --fix N=500 --compare N=1000,t=2000
      exponents plan --term '2*t**(-beta)' --term 'N**-alpha' --set alpha=3/2 --set beta=1/2 --budget 1e9
    """
    if bool(budgets) == (target is not None):
        given = "both" if budgets else "neither"
        raise InputError(f"plan takes either --budget or --target; got {given}; try --budget 1e21")
    spent, wanted = [read_amount(budget, "the budget") for budget in budgets], exact(factor, "the factor")
    programme = read_loss(**options)
    from ..budget.allocation import plan_budget
    from ..budget.comparison import compare_split, hold_resources
    from ..budget.trade_off import least_cost
    from ..reports.budget_questions import question_object, question_tables, target_object, target_table
    from ..reports.budget_split import plan_object, plan_tables
    from ..reports.joined_table import join_tables

    wished = None if target is None else read_amount(target, "the target")
    holding = _read_amounts(",".join(fixed), programme, "--fix") if fixed else {}
    asked = [_read_amounts(split, programme, "--compare") for split in splits]
    whole = _read_whole(integers, programme)
    cost = None if wished is None else least_cost(programme, wished, whole)
    found = plan_budget(programme, spent if cost is None else cost.budget, wanted, whole)
    held = hold_resources(found, holding) if holding else None
    compared = [compare_split(found, split) for split in asked]

    def make_tables() -> list[Table]:
        reached = [target_table(wished, cost)] if wished is not None and cost is not None else []
        tables = [*plan_tables(found), *reached, *question_tables(found, held, compared)]
        return [join_tables(tables)] if form == "csv" else tables

    extra = target_object(wished, cost) if wished is not None and cost is not None else {}
    extra["problem"] = problem_object(options)
    show_report(make_tables, lambda: {**plan_object(found), **question_object(held, compared), **extra}, form)
