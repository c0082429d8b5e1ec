"""The command line: exact tables, points and derivations in five formats.

Tables go to standard output, everything else to standard error.  Exit 0: done, and every derived statement held; 1: a
derived statement did not hold; 2: bad usage or bad input, said in one line.

Words and numbers are checked before SymPy is imported, so that help, the version and a mistake are answered at once.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click
from click.core import ParameterSource

from .. import __version__
from ..errors import ExponentsError, InputError, NoBalance, NotSolved
from ..names import (
    CONVENTION_TABLES,
    CONVENTIONS,
    COORDINATES,
    DERIVATIONS,
    FORMATS,
    MODEL,
    TABLES,
    VERSIONS,
    Format,
    Version,
    require,
)
from ..rationals import abbreviate, check_capacity, check_source, exact
from .balance import COMMANDS
from .plot import PICTURE_COMMANDS
from .terminal import Command, convention_option, format_option, loss_option, show, show_report
from .verify import EVIDENCE_COMMANDS

if TYPE_CHECKING:
    pass

SUFFIXES: dict[Format, str] = {"markdown": "md", "latex": "tex", "csv": "csv"}
"""Formats that ``--write`` writes, and how their files end."""


class _Group(click.Group):
    """A group that names what it has when asked for what it has not."""

    command_class = Command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        require(args[0], tuple(self.commands), "the command")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Group,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""
\b
Examples:
  exponents table                        Table 1, derived
  exponents table time levels            more tables
  exponents table --loss derived         Table 1 from the loss as derived
  exponents at 3/2 1/2                   everything exact at one point
  exponents at 1.5 0.5 --format json     the same for a program
  exponents derive chi                   a derivation, step by step
  exponents balance --term 't**-beta' --term 'N**-alpha' --cost 'N**2*t'
  exponents plan --term '2*t**-0.5' --term 'N**-0.75' --budget 1e9
  exponents curve 3/2 1/2 --time 1,1e12  the loss under gradient flow
  exponents verify                       measure, and judge what is claimed
  exponents plot phases fig1a            phase diagrams, and figures of the paper
""",
)
@click.version_option(__version__, "-V", "--version", message="exponents %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Exact exponents of neural scaling laws, derived from a loss that is a sum of power laws.

    The model is that of Bordelon, Atanasov and Pehlevan (2024): capacity alpha > 1, source beta > 0, lazy or
    rich.  Exponents are positive when the loss falls.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


@cli.command(short_help="Print tables: Table 1 and its companions.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@format_option
@loss_option
@convention_option
@click.option(
    "--write",
    "folder",
    type=str,
    metavar="DIR",
    help="Write the tables (all, if none is named) into DIR as Markdown, LaTeX and CSV.",
)
def table(names: tuple[str, ...], form: str, version: str, convention: str, folder: str | None) -> None:
    """Print tables: compute-optimal (the default), time, levels, loss, phases, claims.

    \b
    Examples:
      exponents table
      exponents table compute-optimal --format latex
      exponents table phases --convention random-features
      exponents table --write tables
    """
    for name in names:
        require(name, TABLES, "a table")
    require(form, FORMATS, "the format")
    require(version, VERSIONS, "the loss")
    require(convention, CONVENTIONS, "the convention")
    available = TABLES if convention == MODEL else CONVENTION_TABLES
    for name in names:
        require(name, available, f"a table in the symbols of {convention}")
    wanted = names or (available if folder else available[:1])
    if form == "csv" and len(wanted) > 1 and folder is None:
        raise InputError(f"csv holds one table; got {len(wanted)}; ask for one, or use --write DIR")
    if folder is not None:
        if not folder.strip():
            raise InputError("--write needs the name of a folder; got nothing; try --write tables")
        if click.get_current_context().get_parameter_source("form") is ParameterSource.COMMANDLINE:
            raise InputError(f"--write writes {', '.join(SUFFIXES)}, all of them; got --format {form}; leave it out")
        _write_tables(wanted, version, convention, folder)  # type: ignore[arg-type]
        return
    from ..reports.render import render_tables
    from ..reports.tables import table as built

    tables = [built(name, version, convention) for name in wanted]  # type: ignore[arg-type]
    show(lambda style, emphasis: render_tables(tables, style, emphasis), form)


@cli.command(short_help="Print everything exact at one point.")
@click.argument("alpha")
@click.argument("beta")
@format_option
@loss_option
@convention_option
def at(alpha: str, beta: str, form: str, version: str, convention: str) -> None:
    """Print everything exact at one point: capacity ALPHA > 1 and source BETA > 0.

    Numbers may be 3/2, 1.5 or 3; a decimal is the exact rational it writes.  With --convention they are the
    two parameters of that convention; JSON states them as alpha and beta all the same.

    \b
    Examples:
      exponents at 3/2 1/2
      exponents at 2 1                       on a boundary: says what ties
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


@cli.command(short_help="Print a derivation, step by step.")
@click.argument("name")
@format_option
@loss_option
def derive(name: str, form: str, version: str) -> None:
    """Print a derivation step by step.

    NAME is chi, levels, amplitude, bottleneck, transient, sgd, compute-optimal or data.

    Each step has its statement, formula, reason and source equation, printed from the objects that computed it.

    \b
    Examples:
      exponents derive chi
      exponents derive compute-optimal --format latex
    """
    require(name, DERIVATIONS, "a derivation")
    require(form, FORMATS, "the format")
    require(version, VERSIONS, "the loss")
    from ..derivations import derive as derive_steps
    from ..reports.render import render_derivation

    found = derive_steps(name, version)  # type: ignore[arg-type]
    show(lambda style, emphasis: render_derivation(found, style, emphasis), form)


for _command in (*COMMANDS, *EVIDENCE_COMMANDS, *PICTURE_COMMANDS):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; never a traceback for bad input."""
    try:
        status = cli.main(arguments, prog_name="exponents", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "exponents"
        return _complain(f"{error.format_message()} See {path} --help.", 2)
    except (InputError, NoBalance) as error:  # a loss without an optimum is no statement of ours that failed
        return _complain(str(error), 2)
    except NotSolved as error:
        return _complain(f"not solved: {error}", 1)
    except ExponentsError as error:
        return _complain(f"a derived statement did not hold: {error}", 1)
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", 130)
    except BrokenPipeError:
        return _closed_pipe()
    except OSError as error:
        return _complain(f"the output could not be written: {error.strerror or error}; try another place", 2)


def run() -> NoReturn:
    """Run the command as a process of its own."""
    gc.disable()  # one short computation: collecting while SymPy is imported costs a tenth of the whole run
    status = main()
    with contextlib.suppress(OSError, AttributeError):  # a closed standard error is None
        sys.stderr.flush()
    os._exit(status)  # standard output is flushed by main; taking SymPy down object by object costs a fifth


def _write_tables(names: Sequence[str], version: Version, convention: str, folder: str) -> None:
    """Write tables in every file format; all of them or, on failure, none."""
    from ..reports.render import render_table
    from ..reports.tables import table as built

    texts = {
        f"{name}.{suffix}": render_table(built(name, version, convention), form)
        for name in names
        for form, suffix in SUFFIXES.items()
    }
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True)
        blocked = [name for name in texts if (target / name).is_dir()]
        if blocked:
            raise IsADirectoryError(errno.EISDIR, f"{blocked[0]} is a folder there")
        with tempfile.TemporaryDirectory(prefix=".tables-", dir=target) as staging:
            for name, text in texts.items():
                Path(staging, name).write_text(f"{text}\n", encoding="utf-8")
            for name in texts:
                Path(staging, name).replace(target / name)
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"--write needs a folder that can be written to; got {abbreviate(folder)} ({reason}); try another folder"
        ) from error
    click.echo(f"wrote {len(texts)} files to {folder}", err=True)


def _complain(message: str, status: int) -> int:
    with contextlib.suppress(OSError):
        click.echo(f"exponents: {' '.join(message.split())}", err=True)
    return status


def _closed_pipe() -> int:
    """The reader has gone, as with ``| head``: stop quietly, and let nothing more be flushed into the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
