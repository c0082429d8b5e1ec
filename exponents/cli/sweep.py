"""The command ``exponents sweep``: many curves or verdicts, on many processors, resumed after a crash."""

from __future__ import annotations

import gc
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import InputError
from .progress import current_progress, say
from .signals import exit_status
from .terminal import Command, format_option, show, show_report
from .words import Whole

if TYPE_CHECKING:
    from verify.sweep.export import SweepResults
    from verify.sweep.grid import Sweep
    from verify.sweep.runner import Progress

SHOWN = 5
"""Failed tasks that are printed one by one."""


@click.command(cls=Command, log=True, short_help="Many curves or verdicts, in parallel, resumed after a crash.")
@click.argument("file")
@click.option("--store", metavar="FILE", help="Where results are kept.  [default: FILE with .sqlite]")
@click.option("--export", "exports", multiple=True, metavar="FILE", help="Also write .csv, .json or .parquet.  Repeat.")
@click.option("--jobs", type=Whole(), metavar="N", help="Processes.  [default: one per processor]")
@click.option("--scheduler", metavar="ADDRESS", help="Run on the workers of a scheduler of Dask.")
@click.option("--dry-run", is_flag=True, help="Print tasks, memory and expected time; run nothing.")
@click.option("--retry", is_flag=True, help="Run failed tasks again.")
@format_option
def sweep(
    file: str,
    store: str | None,
    exports: tuple[str, ...],
    jobs: int | None,
    scheduler: str | None,
    dry_run: bool,
    retry: bool,
    form: str,
) -> int:
    """Run a grid of curves or verdicts, and keep each result at once.

    FILE is TOML, or JSON if its name ends in .json.  Its keys are the options of curve; a key may hold one value, a
    list or a range, and the tasks are all combinations:

    \b
      method = "two-time"
      alpha = "3/2"
      beta = {from = "1/2", to = "3/2", number = 5}
      gamma = [0, 1]
      model-size = [64, 128, "inf"]
      time = "1:100:9"

    \b
    alpha beta gamma modes model-size batch-size samples learning-rate seed
                          may hold several values; a size may be "inf"
    method                flow, two-time, simulate, or several
    spectrum              continuum, modes, a file, "-" for standard input (kept
                          in a file beside FILE), or several
    time seeds            hold one; time as in curve, or a list of numbers
    eigenvalues coefficients
                          columns of the file of a spectrum
    run = "verify"        verdicts: claim (names or families), alpha, beta,
                          gamma, spectrum, and control = true or false
    [[grid]]              a grid of its own, with the keys above all grids

    A range of whole numbers may have scale = "log".  With method = "simulate" every setting has seeds of its own, which
    the results state; seed = {from = 0, number = 100} trains the models 0 to 99, each a task.

    Results are kept in SQLite, a task a row.  The same command goes on after an interrupt or a crash: what is in the
    store is not run again.  A task that fails keeps its message and stops no other.  The export has one order and is
    the same, byte for byte, wherever the tasks ran.  With --format csv or json it is printed.

    \b
    Examples:
      exponents sweep grid.toml --dry-run
      exponents sweep grid.toml --export curves.parquet
      exponents sweep grid.toml --scheduler tcp://10.0.0.1:8786
    """
    if scheduler is not None and jobs is not None:
        raise InputError("--jobs counts processes of this machine; got --scheduler as well; leave one of the two out")
    if store is not None and not store.strip():
        raise InputError("--store needs the name of a file; got none")
    gc.enable()  # a long computation, unlike the exact commands
    from verify.sweep.export import check_target
    from verify.sweep.grid import read_sweep

    targets = [check_target(target) for target in exports]
    asked = read_sweep(file)
    place = Path(file).with_suffix(".sqlite") if store is None else Path(store)
    if dry_run:
        _show_estimate(asked, place, jobs or os.cpu_count() or 1, form)
        return 0
    found = _run(asked, place, jobs, scheduler, retry)
    for target in () if found.interrupted else targets:  # a part would look like the whole
        found.write(target)
        say(f"exponents: wrote {target}")
    _show_results(found, place, form)
    return _report_status(found)


def _run(asked: Sweep, place: Path, jobs: int | None, scheduler: str | None, retry: bool) -> SweepResults:
    """Run the sweep, and report its progress."""
    from verify.sweep.runner import run_sweep
    from verify.sweep.scheduler import open_scheduler

    shown = current_progress()

    def report(progress: Progress) -> None:
        if shown.describe is None and progress.kept:
            say(f"exponents: {progress.kept} of {progress.total} tasks ended before; they are not repeated")
        shown.describe = partial(_write_progress, progress)

    if scheduler is None:
        return run_sweep(asked, place, None, jobs, retry, report)
    with open_scheduler(scheduler) as (executor, threads):
        return run_sweep(asked, place, executor, threads, retry, report)


def _write_progress(progress: Progress) -> str:
    """Return how far a sweep is, in one line."""
    parts = [f"{progress.ended} of {progress.total} tasks"]
    if progress.kept:
        parts.append(f"{progress.kept} before")
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if progress.done + progress.failed:
        parts.append(f"{progress.rate:.3g} a second")
    if progress.seconds_left:
        parts.append(f"{_write_time(progress.seconds_left)} left")
    return ", ".join(parts)


def _write_time(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} seconds"


def _write_bytes(count: int) -> str:
    return f"{count / 2**30:.3g} GiB" if count >= 2**30 else f"{count / 2**20:.3g} MiB"


def _show_estimate(asked: Sweep, place: Path, jobs: int, form: str) -> None:
    """Print what a sweep takes."""
    from verify.sweep.estimate import estimate_sweep
    from verify.sweep.store import open_store

    kept, mean = set[str](), None
    if place.exists():
        with open_store(place, asked.run, write=False) as opened:
            kept, mean = opened.ended(), opened.mean_seconds()
    found = estimate_sweep(asked, kept, jobs, mean)
    workers = min(jobs, max(1, found.tasks - found.kept))
    rows = {
        "tasks": str(found.tasks),
        "in the store": str(found.kept),
        "to run": str(found.tasks - found.kept),
        "processes": str(workers),
        "expected time": _write_time(found.seconds),
        "memory": f"{_write_bytes(workers * found.bytes_of_a_worker)}, {_write_bytes(found.bytes_of_a_worker)} each",
        "store": f"{place}, {_write_bytes(found.bytes_of_store)} more",
    }
    memory = {"bytes": workers * found.bytes_of_a_worker, "bytes_of_store": found.bytes_of_store}
    times = {"tasks": found.tasks, "kept": found.kept, "processes": workers, "seconds": found.seconds}
    as_object = {**times, **memory, "store": str(place)}
    show_report(lambda: [_table("A sweep that is not run", rows)], lambda: as_object, form)


def _table(title: str, rows: dict[str, str]) -> Any:
    from ..printing import Phrase
    from ..reports.render import Table, make_columns

    return Table("sweep", Phrase(title), make_columns("quantity", "value"), tuple(rows.items()))


def _show_results(found: SweepResults, place: Path, form: str) -> None:
    """Print the results in CSV and JSON, and otherwise how many there are."""
    if form in ("csv", "json"):
        show(lambda *_: found.write_text(form).rstrip("\n"), form)
        return
    failed = len(found.failed)
    rows = {
        "done": str(len(found.records) - failed),
        "failed": str(failed),
        "left": str(found.left),
        "store": str(place),
    }
    title = {"curve": "A sweep of curves", "verify": "A sweep of verdicts"}[found.run]
    show_report(lambda: [_table(title, rows)], dict, form)


def _report_status(found: SweepResults) -> int:
    """Return the exit status, after failures are printed on standard error."""
    for record in found.failed[:SHOWN]:
        where = ", ".join(f"{name} = {value}" for name, value in record["parameters"].items() if value is not None)
        say(f"exponents: failed at {where}: {record['message']}")
    if len(found.failed) > SHOWN:
        say(f"exponents: {len(found.failed) - SHOWN} more failed; --export lists them")
    if found.interrupted:
        say(f"exponents: interrupted; {found.left} tasks are left; run the same command to go on")
        return exit_status()
    return 1 if found.failed else 0
