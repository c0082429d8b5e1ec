"""What all commands share: options, and printing to a terminal, a pipe or nowhere."""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from ..names import CONVENTIONS, FORMATS, MODEL, PUBLISHED

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ..reports.render import Emphasis, Table

_NEGATIVE = re.compile(r"-(?=[\d.]|inf|nan|oo)", re.IGNORECASE)


class Command(click.Command):
    """A command that reads ``-1`` as a number, which click would take for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, a negative number guarded by a space."""
        return super().parse_args(ctx, [f" {arg}" if _NEGATIVE.match(arg) else arg for arg in args])


format_option = click.option(
    "--format",
    "form",
    type=str,
    default="text",
    metavar="FORMAT",
    help=f"One of {', '.join(FORMATS)}.  [default: text]",
)
loss_option = click.option(
    "--loss",
    "version",
    type=str,
    default=PUBLISHED,
    metavar="VERSION",
    help="Terms of the loss as published, or as derived from their sums.  [default: published]",
)
convention_option = click.option(
    "--convention",
    type=str,
    default=MODEL,
    metavar="NAME",
    help=f"Symbols of the two parameters: {', '.join(CONVENTIONS)}.  [default: {MODEL}]",
)


def show(render: Callable[[str, Emphasis], str], form: str) -> None:
    """Print, with emphasis on a terminal, and in ASCII where the output has no Greek."""

    def bold(text: str) -> str:
        return click.style(text, bold=True)

    def plain(text: str) -> str:
        return text

    if sys.stdout is None:
        raise OSError("standard output is closed")
    emphasis = bold if sys.stdout.isatty() and "NO_COLOR" not in os.environ else plain
    text = render(form, emphasis)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = render("ascii" if form == "text" else form, emphasis).encode("ascii", "replace").decode()
    click.echo(text)


def show_report(tables: Callable[[], Sequence[Table]], as_object: Callable[[], object], form: str) -> None:
    """Print tables in a format; JSON has an object of its own, and CSV holds the first table."""
    import json

    from ..reports.render import render_table, render_tables

    if form == "json":
        show(lambda *_: json.dumps(as_object(), indent=2), form)
        return
    built = tables()
    if form == "csv":
        show(lambda style, emphasis: render_table(built[0], style, emphasis), form)
    else:
        show(lambda style, emphasis: render_tables(built, style, emphasis), form)


@contextmanager
def workers(most: int) -> Iterator[Executor | None]:
    """At most this many processes that measure several points at once, or None for a single one.

    An interrupt is the parent's to answer, and waits for the points that are being measured, so that no process is left
    behind.
    """
    if most == 1:
        yield None
        return
    from concurrent.futures import ProcessPoolExecutor

    executor = ProcessPoolExecutor(most, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN))
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
