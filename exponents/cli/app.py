"""The command line: the group of all commands, running it, and its errors.

Tables go to standard output, everything else to standard error.  Exit 0: done, and every derived statement held; 1: a
derived statement did not hold, or a solver gave up; 2: bad usage or bad input, too little memory, or a file that cannot
be written; 130, 143 and 129: interrupted.  What is wrong is said in one line.

Each command checks words and numbers before it imports SymPy, so that help, the version and a mistake are answered
at once.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import click

from .. import __version__
from ..errors import ExponentsError, InputError, NoBalance, NotSolved
from ..names import require
from .at import at
from .balance import balance
from .curve import curve
from .derive import derive
from .fit import fit
from .memory import NO_MEMORY, check_limit, end_without_memory, is_memory
from .plan import plan
from .plot import plot
from .signals import answer_signals, exit_status, leave
from .sweep import sweep
from .table import table
from .terminal import Command
from .train import train
from .verify import verify

SLOW_EXIT = "EXPONENTS_SLOW_EXIT"
"""Environment variable: if set, the process ends as Python does by default, so that coverage and profilers can save."""


class _ReaderGone(Exception):
    """Nobody reads standard output any more; click would end the process itself at a BrokenPipeError, with status 1."""


@contextlib.contextmanager
def _see_closed_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError as error:
        raise _ReaderGone from error


class _Group(click.Group):
    """A group that answers an unknown command with the list of commands, and ``help`` with help."""

    command_class = Command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments; ``help`` and ``help COMMAND`` ask for help."""
        return super().parse_args(ctx, [*args[1:], "--help"] if args[:1] == ["help"] else args)

    def make_context(self, *arguments: Any, **keywords: Any) -> click.Context:
        """Make a context; help may be printed into a closed pipe."""
        with _see_closed_pipe():
            return super().make_context(*arguments, **keywords)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _see_closed_pipe():
            return super().invoke(ctx)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        require(args[0], tuple(self.commands), "the command")
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Group,
    invoke_without_command=True,
    subcommand_metavar="[COMMAND] [ARGS]...",  # as all versions of click should have it
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""
\b
Examples:
  exponents table                        Table 1, derived
  exponents table time levels            more tables
  exponents table --loss derived         Table 1 from the loss as derived
  exponents at 3/2 1/2                   all exact exponents at one point
  exponents at 1.5 0.5 --format json     the same for a program
  exponents derive chi                   a derivation, step by step
  exponents balance --term 't**-beta' --term 'N**-alpha' --cost 'N**2*t'
  exponents plan --term '2*t**-0.5' --term 'N**-0.75' --budget 1e9
  exponents curve 3/2 1/2 --time 1,1e12  the loss under gradient flow
  exponents verify                       measure every claim and judge it
  exponents train --beta 1/2             train networks, and judge the prediction
  exponents plot phases fig1a            phase diagrams, and figures of the paper
  exponents sweep grid.toml              a grid of curves or verdicts, in parallel
""",
)
@click.version_option(__version__, "-V", "--version", message="exponents %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """Exact exponents of neural scaling laws, derived from a loss that is a sum of power laws.

    The model is that of Bordelon, Atanasov and Pehlevan (arXiv 2409.17858v1): capacity alpha > 1, source beta > 0,
    lazy or rich.  An exponent r > 0 means that the loss falls, L ~ t^-r.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


for _command in (table, at, derive, balance, plan, fit, curve, verify, train, plot, sweep):
    cli.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status; bad input never ends in a traceback.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``exponents``; those of the process by default.

    Examples
    --------
    >>> main(["at", "3/2", "1/2", "--format", "csv"])
    exponent,lazy,rich
    time_exponent,1/2,2/3
    compute_exponent,3/10,6/17
    model_size_exponent,2/5,8/17
    time_allocation_exponent,3/5,9/17
    binding,gradient_flow; model_bottleneck,gradient_flow; model_bottleneck
    0
    """
    try:
        status = cli.main(arguments, prog_name="exponents", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "exponents"
        return _complain(f"{error.format_message()} See {path} --help.", 2)
    except (InputError, NoBalance) as error:  # a loss without an optimum refutes none of our statements
        return _complain(getattr(error, "in_shell", str(error)), 2)
    except NotSolved as error:
        return _complain(f"not solved: {error}", 1)
    except ExponentsError as error:
        return _complain(f"a derived statement did not hold: {error}", 1)
    except (click.Abort, KeyboardInterrupt):
        return _complain("interrupted", exit_status())
    except (BrokenPipeError, _ReaderGone):
        return _leave_closed_pipe()
    except (MemoryError, OSError, RuntimeError, ImportError) as error:
        if is_memory(error):
            return _complain(NO_MEMORY, 2)
        if not isinstance(error, OSError):
            raise
        return _complain(f"the output could not be written: {error.strerror or error}", 2)


def run() -> NoReturn:
    """Run the command as a process of its own, and end the process quickly unless `SLOW_EXIT` is set.

    Examples
    --------
    >>> import subprocess
    >>> words = [sys.executable, "-c", "from exponents.cli.app import run; run()", "--version"]
    >>> subprocess.run(words, capture_output=True).returncode
    0
    """
    if SLOW_EXIT in os.environ:
        sys.exit(main())
    answer_signals()
    if too_little := check_limit():
        os._exit(_complain(too_little, 2))
    threading.excepthook = end_without_memory
    gc.disable()  # one short computation: collecting while SymPy is imported costs a tenth of the whole run
    try:
        status = main()
    except KeyboardInterrupt:  # a second one
        leave(exit_status() - 128)
    with contextlib.suppress(OSError, AttributeError):  # a closed standard error is None
        sys.stderr.flush()
    os._exit(status)  # standard output is flushed by main; taking SymPy down object by object costs a fifth


def _complain(message: str, status: int) -> int:
    """Print a message in one line on standard error, and return the status."""
    with contextlib.suppress(OSError):
        click.echo(f"exponents: {' '.join(message.split())}", err=True)
    return status


def _leave_closed_pipe() -> int:
    """Stop quietly once the reader has gone, as with ``| head``; nothing more is flushed into the pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
