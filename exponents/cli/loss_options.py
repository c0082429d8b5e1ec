"""The options by which a user gives a loss of their own, shared by balance, plan and plot."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from ..names import PUBLISHED, REGIMES, VERSIONS, require
from .problem_file import read_problem, write_problem
from .terminal import add_options, loss_option
from .words import Word

if TYPE_CHECKING:
    from ..optimum.programme import Programme

Texts = tuple[str, ...]

_texts = partial(click.option, multiple=True, metavar="TEXT")

_OPTIONS = (
    _texts("--term", help="A term, such as 't**(-beta)'.  Repeat."),
    _texts("--cost", help="A budget, such as 'N*t' for C = N t.  Repeat.  [default: N*t]"),
    _texts("--where", help="A condition, such as 'a > 1'.  It also declares the parameter a.  Repeat."),
    _texts("--subject-to", help="A constraint, such as 'D >= N*C**(1/4)'; C is the budget.  Repeat."),
    _texts("--given", metavar="NAME=POWER", help="A resource that is a power of the budget: 'U=C**(1/3)'.  Repeat."),
    _texts("--resource", metavar="NAME", help="A resource that no cost names.  Repeat."),
    _texts("--free", metavar="NAME", help="A resource that may shrink as C grows.  Repeat."),
    _texts("--set", metavar="NAME=VALUE", help="A number for a parameter.  Repeat."),
    click.option(
        "--model",
        default="",
        type=Word(REGIMES),
        metavar="REGIME",
        help=f"Start with the terms of the paper's loss: {', '.join(REGIMES)}.",
    ),
    loss_option,
    click.option("--problem", metavar="FILE", help="Take these options from a file of TOML or JSON as well."),
    click.option("--save", metavar="FILE", help="Write these options to such a file."),
)


def loss_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a loss; those of a problem file come before the ones on the command line.

    Parameters
    ----------
    command : callable

    Returns
    -------
    callable
        The same command with the options.

    Examples
    --------
    >>> command = click.command()(loss_options(lambda **options: None))
    >>> [option.name for option in command.params]  # doctest: +NORMALIZE_WHITESPACE
    ['term', 'cost', 'where', 'subject_to', 'given', 'resource', 'free', 'set', 'model', 'loss', 'problem', 'save']
    """

    @wraps(command)
    def with_file(*, problem: str | None, save: str | None, **options: Any) -> Any:
        if problem is not None:
            for name, value in read_problem(problem).items():
                given = options[name]
                if isinstance(value, tuple):
                    added = given if name == "term" else [text for text in given if text not in value]
                    options[name] = (*value, *added)
                elif given in ("", PUBLISHED):  # the default
                    options[name] = value
        if save is not None:
            write_problem(save, options)
        return command(**options)

    return add_options(*_OPTIONS)(with_file)


def read_loss(term: Texts, cost: Texts = (), model: str = "", loss: str = PUBLISHED, **texts: Texts) -> Programme:
    """Return the programme that the options describe.

    Parameters
    ----------
    term, cost : tuples of str
        The texts of ``--term`` and ``--cost`` (``N*t`` by default).
    model, loss : str
        The words of ``--model`` (empty: no terms of the paper) and ``--loss``.
    **texts : tuples of str
        The texts of ``--where``, ``--subject-to``, ``--given``, ``--resource``, ``--free`` and ``--set``.

    Raises
    ------
    InputError
        If a word is unknown, if there is no term, or if `read_question` cannot read a text.

    Examples
    --------
    >>> programme = read_loss(("t**-beta", "N**-alpha"))
    >>> programme.budgets[0].as_expr()
    N*t
    """
    require(loss, VERSIONS, "the loss")
    if model:
        require(model, REGIMES, "the model")
    if not term and not model:
        raise InputError("a loss needs at least one term; got none; give one, such as --term 't**(-beta)'")
    from ..model.online_loss import loss as loss_of_model
    from ..optimum.question import Question, read_question
    from ..text.parsing import names_in

    # with constraints on C and no cost, the constraints are the budget
    powers = (text.partition("=")[2] for text in texts.get("given", ()))
    written = (text for text in (*texts.get("subject_to", ()), *powers) if text.strip())
    bounded = any("C" in names_in(text, "a constraint") for text in written)
    default = () if bounded else ("N*t",)
    known = tuple(loss_of_model(model, loss)) if model else ()  # type: ignore[arg-type]
    arguments = {"subject_to": "constraints", "resource": "resources", "set": "settings"}
    parts: dict[str, Any] = {arguments.get(name, name): held for name, held in texts.items()}
    return read_question(Question(term, cost or default, known_terms=known, **parts))
