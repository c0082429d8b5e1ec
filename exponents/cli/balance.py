"""Commands for a loss of the user's own: its phase diagram, and the plan of a budget."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from ..names import FORMATS, REGIMES, VERSIONS, require
from ..rationals import exact
from .terminal import Command, format_option, loss_option, show_report

if TYPE_CHECKING:
    from ..optimum.programme import Programme

Decorated = Callable[..., Any]

_OPTIONS = (
    click.option("--term", "terms", multiple=True, metavar="TEXT", help="A term, such as 't**(-beta)'.  Repeat."),
    click.option(
        "--cost", "costs", multiple=True, metavar="TEXT", help="A budget, such as 'N*t' for C = N t.  Repeat."
    ),
    click.option("--where", multiple=True, metavar="TEXT", help="A condition, such as 'alpha > 1'.  Repeat."),
    click.option("--free", multiple=True, metavar="NAME", help="A resource that may shrink as C grows.  Repeat."),
    click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A number for a parameter.  Repeat."),
    click.option(
        "--model", default="", metavar="REGIME", help=f"Begin with the model's own terms: {', '.join(REGIMES)}."
    ),
    loss_option,
)


def loss_options(command: Decorated) -> Decorated:
    """Give a command the options of a loss."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_loss(
    terms: Sequence[str],
    costs: Sequence[str],
    where: Sequence[str],
    free: Sequence[str],
    settings: Sequence[str],
    model: str,
    version: str,
) -> Programme:
    """The programme of the options; what can be checked without SymPy is checked first."""
    require(version, VERSIONS, "the loss")
    if model:
        require(model, REGIMES, "the model")
    if not terms and not model:
        raise InputError("a loss needs at least one term; got none; give one, such as --term 't**(-beta)'")
    from ..text.question import Question, read_question

    costs = tuple(costs) or ("N*t",)
    return read_question(Question(tuple(terms), costs, tuple(where), tuple(free), tuple(settings), model, version))  # type: ignore[arg-type]


@click.command(cls=Command, short_help="Phase diagram of your own loss.")
@loss_options
@format_option
def balance(form: str, **options: Any) -> None:
    """The complete, proved phase diagram of a loss that is a sum of power laws, at a budget of your choice.

    A term is a monomial in resources with exponents in up to two parameters.  The symbols of --cost are the resources;
    t, N, B, P, alpha, beta, gamma and eta are known, other parameters are declared by a condition on them.

    \b
    Examples:
      exponents balance --term 't**(-1/2)' --term 'N**(-3/4)' --cost 'N*t'
      exponents balance --term 't**-beta' --term 'N**-alpha' --cost 'N**2*t' --where 'alpha > 1'
      exponents balance --model lazy --where 'alpha > 0'
      exponents balance --model rich --term 'P**(-alpha*min(2,beta))' --cost 'N*t' --cost 'P' --where 'alpha > 1'
    """
    require(form, FORMATS, "the format")
    programme = read_loss(**options)
    from ..optimum.search import phase_diagram
    from ..reports.diagram import diagram_object, diagram_tables

    falling, irreducible = programme.reducible()
    diagram = phase_diagram(falling)
    names = [term.name for term in irreducible]
    show_report(lambda: diagram_tables(diagram, options["settings"], names), lambda: diagram_object(diagram), form)


def _amount(text: str, role: str) -> Fraction:
    """A number, or arithmetic in numbers such as 6*10**21."""
    try:
        return exact(text, role)
    except InputError:
        from ..text.parsing import parse_expression

        with contextlib.suppress(InputError):
            return exact(parse_expression(text, {}, role), role)
        raise


@click.command(cls=Command, short_help="Split a budget, constants included.")
@loss_options
@click.option("--budget", required=True, metavar="C", help="What each cost may come to.")
@click.option("--factor", default="1.1", metavar="F", help="How closely the leading law must hold.  [default: 1.1]")
@format_option
def plan(form: str, budget: str, factor: str, **options: Any) -> None:
    """The best split of a budget for a loss with numerical prefactors, and the law that it follows.

    Prints what each resource gets, what each term adds to the loss, the leading law L = a C^-r with its constants, the
    budget from which on it holds within --factor, and what the second-best balance would cost.  A term that depends on
    no resource is irreducible.

    \b
    Examples:
      exponents plan --term '406.4*N**-0.34' --term '410.7*D**-0.28' --term 1.69 --cost '6*N*D' --budget 1e21
      exponents plan --term '2*t**(-beta)' --term 'N**-alpha' --set alpha=3/2 --set beta=1/2 --budget 1e9
    """
    require(form, FORMATS, "the format")
    spent, wanted = _amount(budget, "the budget"), exact(factor, "the factor")
    programme = read_loss(**options)
    from ..budget.allocation import plan_budget
    from ..reports.budget_split import plan_object, plan_tables

    found = plan_budget(programme, spent, wanted)
    show_report(lambda: plan_tables(found), lambda: plan_object(found), form)


COMMANDS = (balance, plan)
