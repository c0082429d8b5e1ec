"""What do all commands share?  Options, lists of names in help, and printing to a terminal or a pipe."""

from __future__ import annotations

import inspect
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from .. import __version__
from ..names import CONVENTIONS, FORMATS, MODEL, PUBLISHED, VERSIONS
from .progress import current_progress, measure_terminal, show_progress
from .words import Word

if TYPE_CHECKING:
    from ..derivations.derivation import Derivation
    from ..reports.page import Page
    from ..reports.render import Table

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_NEGATIVE = re.compile(r"-(?=[\d.]|inf|nan|oo)", re.IGNORECASE)


class Command(click.Command):
    """A command that reads ``-1`` as a number, refuses an option given twice, and shows progress unless ``--quiet``.

    Parameters
    ----------
    *arguments, **keywords
        Those of click.
    log : bool
        Whether progress is written to a file too.
    """

    def __init__(self, *arguments: Any, log: bool = False, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.log = log
        self.params.append(click.Option(["--quiet"], is_flag=True, help="Show no progress."))

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and show how far it is."""
        with show_progress(self.name or "", ctx.params.pop("quiet"), self.log) as ctx.obj:
            return super().invoke(ctx)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments, with a space before each negative number; a lone ``help`` asks for help."""
        args = ["--help"] if args == ["help"] else args
        words = [f" {arg}" if _NEGATIVE.match(arg) else arg for arg in args]
        if not ctx.resilient_parsing:
            given = self.make_parser(ctx).parse_args(list(words))[2]
            once = [own for own in given if isinstance(own, click.Option) and not (own.multiple or own.is_flag)]
            twice = next((own for own in once if once.count(own) > 1), None)
            if twice is not None:
                raise click.UsageError(f"Option '{twice.opts[0]}' was given more than once; give it once.", ctx)
        return super().parse_args(ctx, words)


def list_names(names: Mapping[str, str]) -> str:
    r"""Return a registry as lines of help: each name, and what it is.

    Examples
    --------
    >>> print(list_names({"time": "time exponents", "levels": "the level series"}).replace("\b", "(kept)"))
    (kept)
      time    time exponents
      levels  the level series
    """
    width = max(map(len, names))
    return "\n".join(["\b", *(f"  {name:{width}}  {text}" for name, text in names.items())])


def fill_help(**texts: str) -> Decorator:
    """Return a decorator that puts texts into a command's docstring, each where its name stands in braces.

    Examples
    --------
    >>> @fill_help(names="one, two")
    ... def command():
    ...     'Print {names}.'
    >>> command.__doc__
    'Print one, two.'
    """

    def fill(command: Callable[..., Any]) -> Callable[..., Any]:
        command.__doc__ = inspect.cleandoc(command.__doc__ or "").format_map(texts)
        return command

    return fill


format_option = click.option(
    "--format",
    "form",
    default="text",
    type=Word(FORMATS, "the format"),
    metavar="FORMAT",
    help=f"One of {', '.join(FORMATS)}.  [default: text]",
)


def add_options(*options: Decorator) -> Decorator:
    """Return a decorator that gives a command some options, in this order.

    Examples
    --------
    >>> @add_options(click.option("--first"), click.option("--second"))
    ... def command(): ...
    >>> option_names(lambda _: command)
    ('first', 'second')
    """

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def option_names(*options: Decorator) -> tuple[str, ...]:
    """Return the arguments that some options fill.

    Examples
    --------
    >>> option_names(column_options, format_option)
    ('eigenvalues', 'coefficients', 'form')
    """
    return tuple(param.name or "" for param in click.command()(add_options(*options)(lambda: None)).params)


column_options = add_options(
    *(
        click.option(
            f"--{name}",
            metavar="COLUMN",
            help=f"Column of the {held} in a file: its name or number.  [default: the only, or the known, name]",
        )
        for name, held in (("eigenvalues", "eigenvalues"), ("coefficients", "squared coefficients of the target"))
    )
)
"""The options that name the two columns of the file of a spectrum."""

loss_option = click.option(
    "--loss",
    default=PUBLISHED,
    type=Word(VERSIONS, "the loss"),
    metavar="VERSION",
    help=f"Terms of the loss: {', '.join(VERSIONS)} (from their sums).  [default: {PUBLISHED}]",
)
convention_option = click.option(
    "--convention",
    default=MODEL,
    type=Word(CONVENTIONS, "the convention"),
    metavar="NAME",
    help=f"Symbols of the two parameters: {', '.join(CONVENTIONS)}.  [default: {MODEL}]",
)


def show(render: Callable[[str, Page], str], form: str) -> None:
    """Print what ``render`` returns: for a terminal or a pipe, and in ASCII where the output has no Greek.

    Parameters
    ----------
    render : callable
        Takes a format and a `Page`; returns the text to print.
    form : str
        The format that was asked for.

    Raises
    ------
    OSError
        If standard output is closed.

    Examples
    --------
    >>> show(lambda form, page: page.emphasise(f"a table as {form}"), "markdown")
    a table as markdown
    """
    if sys.stdout is None:
        raise OSError("standard output is closed")
    from ..reports.page import PIPE, Page

    page = PIPE
    if sys.stdout.isatty():
        emphasise = str if "NO_COLOR" in os.environ else partial(click.style, bold=True)
        page = Page(emphasise, measure_terminal(sys.stdout))
    text = render(form, page)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = render("ascii" if form == "text" else form, page).encode("ascii", "replace").decode()
    current_progress().clear(ended=True)
    click.echo(text)


def show_object(found: Mapping[str, object]) -> None:
    """Print an object as JSON, with the version that made it, so that a saved result says where it comes from.

    Parameters
    ----------
    found : mapping

    Raises
    ------
    OSError
        If standard output is closed.

    Examples
    --------
    >>> show_object({"exponent": "1/2", "version": "0.0.9"})
    {
      "exponent": "1/2",
      "version": "0.0.9"
    }
    """
    import json

    text = json.dumps({**found, "version": found.get("version", __version__)}, indent=2)
    show(lambda *_: text, "json")


def show_report(
    tables: Callable[[], Sequence[Table]], as_object: Callable[[], Mapping[str, object]], form: str
) -> None:
    """Print tables in a format; JSON prints ``as_object()`` instead, and CSV the first table only.

    Parameters
    ----------
    tables : callable
        Returns the tables; it is called unless the format is JSON.
    as_object : callable
        Returns the object that JSON prints, as `show_object` does.
    form : str
        The format that was asked for.

    Raises
    ------
    OSError
        If standard output is closed.

    Examples
    --------
    >>> show_report(lambda: [], lambda: {"exponent": "1/2"}, "json")
    {
      "exponent": "1/2",
      "version": "0.1.0"
    }
    """
    from ..reports.render import render_tables

    if form == "json":
        show_object(as_object())
        return
    built = tables()[: 1 if form == "csv" else None]
    show(lambda style, page: render_tables(built, style, page), form)


def show_with_derivation(
    tables: Callable[[], Sequence[Table]], as_object: Callable[[], Mapping[str, object]], steps: Derivation, form: str
) -> None:
    """Print tables and the steps that prove them; JSON has these under "proof", and CSV prints the steps alone.

    Parameters
    ----------
    tables, as_object, form
        As for `show_report`.
    steps : Derivation

    Raises
    ------
    OSError
        If standard output is closed.

    Examples
    --------
    >>> from exponents import derive
    >>> show_with_derivation(lambda: [], lambda: {}, derive("levels"), "csv")  # doctest: +ELLIPSIS
    step,statement,expression,reason,source
    ...
    """
    from ..reports.derivation_text import derivation_object, render_derivation
    from ..reports.render import render_tables

    if form == "json":
        show_object({**as_object(), "proof": derivation_object(steps)})
        return
    built = () if form == "csv" else tables()

    def render(style: str, page: Page) -> str:
        parts = [render_tables(built, style, page), render_derivation(steps, style, page)]
        return "\n\n".join(part for part in parts if part)

    show(render, form)
