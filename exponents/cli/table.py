"""The command ``exponents table``: print tables, or write them into a folder."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import click
from click.core import ParameterSource

from ..errors import InputError
from ..files.whole_files import name_failure, write_all
from ..names import CLOCK_TABLES, CLOCKS, CONVENTION_TABLES, MODEL, STEPS, TABLES, TIME, Clock, Format, Version, require
from .progress import current_progress, say
from .terminal import Command, convention_option, fill_help, format_option, list_names, loss_option, show_report
from .words import Word

SUFFIXES: dict[Format, str] = {"markdown": "md", "latex": "tex", "csv": "csv"}
"""Formats that ``--write`` writes, and how their files end."""


@click.command(cls=Command, short_help="Print tables: Table 1 and its companions.")
@click.argument("names", nargs=-1, type=Word(TABLES, "the table"), metavar="[NAME]...")
@format_option
@loss_option
@convention_option
@click.option(
    "--clock",
    default=TIME,
    type=Word(CLOCKS, "the clock"),
    metavar="NAME",
    help=f"What compute counts: {' or '.join(CLOCKS)}; a step is at a stable learning rate.  [default: {TIME}]",
)
@click.option(
    "--write",
    "folder",
    metavar="DIR",
    help="Write the tables (all, if none is named) into DIR as Markdown, LaTeX and CSV.",
)
@fill_help(tables=list_names(TABLES), some=" and ".join(CONVENTION_TABLES), counted=", ".join(CLOCK_TABLES))
def table(names: tuple[str, ...], form: str, loss: str, convention: str, clock: str, folder: str | None) -> None:
    """Print tables of exact exponents.

    NAME is one or more of these; without a name, the first:

    {tables}

    With --convention, {some} are derived again in the symbols of another paper.  With --clock steps, these
    are derived again for compute that counts stable steps: {counted}.

    \b
    Examples:
      exponents table
      exponents table compute-optimal --format latex
      exponents table phases --convention random-features
      exponents table compute-optimal --clock steps
      exponents table --write tables
    """
    if clock == STEPS and convention != MODEL:
        raise InputError(f"--clock {clock} needs the symbols of {MODEL}; got --convention {convention}; leave one out")
    available, kind = tuple(TABLES), ""
    if convention != MODEL:
        available, kind = CONVENTION_TABLES, f"a table in the symbols of {convention}"
    if clock == STEPS:
        available, kind = CLOCK_TABLES, "a table that counts steps"
    for name in names:
        require(name, available, kind)
    wanted = names or (available if folder is not None else available[:1])
    if form == "csv" and len(wanted) > 1 and folder is None:
        raise InputError(f"--format csv prints one table; got {len(wanted)}; name one, or write all with --write DIR")
    if folder is not None:
        if not folder.strip():
            raise InputError("--write needs the name of a folder; got nothing; try --write tables")
        if not _left_out("form"):
            raise InputError(f"--write always writes {', '.join(SUFFIXES)}; got --format {form}; leave --format out")
        pairs = [(name, clock) for name in wanted]
        if not names and convention == MODEL and _left_out("clock"):
            pairs += [(name, STEPS) for name in CLOCK_TABLES]
        _write_tables(pairs, loss, convention, folder)  # type: ignore[arg-type]
        return
    from ..reports.render import table_object
    from ..reports.tables import table as build_table

    build = partial(build_table, version=loss, convention=convention, clock=clock)  # type: ignore[arg-type]
    tables = list(current_progress().map(build, wanted))
    show_report(lambda: tables, lambda: {"tables": [table_object(one) for one in tables]}, form)


def _left_out(option: str) -> bool:
    """Return whether the user did not type an option."""
    return click.get_current_context().get_parameter_source(option) is not ParameterSource.COMMANDLINE


def _write_tables(wanted: Sequence[tuple[str, Clock]], version: Version, convention: str, folder: str) -> None:
    """Write tables, each with its clock, in every file format; all of them or, on failure, none."""
    from ..reports.render import render_table
    from ..reports.tables import table as build_table

    def build(name: str, clock: Clock) -> dict[str, str]:
        found, stem = build_table(name, version, convention, clock), name if clock == TIME else f"{name}-{clock}"
        return {f"{stem}.{suffix}": render_table(found, form) for form, suffix in SUFFIXES.items()}

    built = current_progress().map(build, *zip(*wanted, strict=True))
    texts = {file: text for files in built for file, text in files.items()}
    target = Path(folder)
    with name_failure(folder, "--write", "try another folder", "folder that can be written to"):
        target.mkdir(parents=True, exist_ok=True)
        blocked = [name for name in texts if (target / name).is_dir()]
        if blocked:
            raise IsADirectoryError(errno.EISDIR, f"{blocked[0]} is a folder there")
        write_all({target / name: f"{text}\n" for name, text in texts.items()})
    say(f"wrote {len(texts)} files to {folder}")
