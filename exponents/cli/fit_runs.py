"""What does ``exponents fit`` do with runs?  Its options, and the report of the fit."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.processes import start_processes

from ..errors import InputError
from ..files.whole_files import check_place, write_whole
from ..names import OBJECTIVES, require
from ..rationals import abbreviate, exact
from .progress import current_progress, say
from .terminal import Decorator, option_names, show_report
from .words import Whole

if TYPE_CHECKING:
    from verify.fits.law_fit import LawFit

    from ..reports.render import Table

_texts = partial(click.option, multiple=True, metavar="TEXT")

RUNS_OPTIONS: tuple[Decorator, ...] = (
    _texts("--term", help="A term, such as 'A*N**-alpha'.  Repeat.  [default: E + A*N**-alpha + B*D**-beta]"),
    _texts("--where", help="A tie or a fixed number: alpha==beta, E==0, alpha==0.34.  Repeat."),
    _texts("--resource", metavar="NAME=COLUMN", help="The column of a resource.  Repeat."),
    click.option("--loss", default="", metavar="COLUMN", help="The column of the loss."),
    _texts("--given", metavar="EQUATION", help="A resource that follows from others: 'C=6*N*D'.  Repeat."),
    _texts("--only", metavar="COLUMN=VALUE", help="Keep the rows with this entry.  Repeat."),
    click.option("--drop-blank", is_flag=True, help="Leave out rows with a blank cell."),
    click.option("--drop-highest", type=Whole(0), default="0", metavar="K", help="Leave out the K highest losses."),
    click.option("--best", is_flag=True, help="Of runs with equal resources keep the lowest loss."),
    click.option(
        "--objective",
        default="huber",
        metavar="NAME",
        help=f"{', '.join(OBJECTIVES)}; huber:1e-3 for a delta of your own.  [default: huber, delta the noise]",
    ),
    click.option("--fast", is_flag=True, help="Intervals by a formula and not by a bootstrap."),
    click.option("--no-intervals", is_flag=True, help="No intervals."),
    click.option("--draws", type=Whole(20), default="400", metavar="K", help="Fits of the bootstrap.  [default: 400]"),
    click.option("--level", default="0.95", metavar="P", help="Level of the intervals.  [default: 0.95]"),
    click.option("--cluster", default="", metavar="COLUMN", help="Runs with the same entry share noise."),
    click.option("--seed", type=Whole(0), default="0", metavar="K", help="Seed of the bootstrap.  [default: 0]"),
    click.option("--jobs", type=Whole(), metavar="K", help="Processes.  [default: all processors]"),
    click.option("--held-out", is_flag=True, help="Compare with other laws on runs that are left out."),
    click.option("--approaches", is_flag=True, help="Envelope and isoFLOP parabolas beside the fit."),
    click.option("--report", is_flag=True, help="The checklist of what a paper must report, filled in."),
    click.option("--plan", is_flag=True, help="Split --budget by the law, as plan does, with intervals."),
    click.option("--cost", metavar="TEXT", help="The cost.  [default: --given, or 6*N*D]"),
    click.option("--budget", metavar="C", help="The budget of a split."),
    click.option("--save", metavar="FILE", help="Write the law for balance, plan and plot --problem."),
    click.option("--plot", metavar="FILE", help="Draw the fit: a .png, .svg or .pdf."),
)
"""The options of ``exponents fit`` that concern runs alone."""

RUNS_ARGUMENTS = option_names(*RUNS_OPTIONS)
"""The arguments that these options fill."""


def fit_runs_file(path: Path, form: str, **options: Any) -> int:
    """Fit a law to the runs of a file, print the report, and return the exit status.

    Parameters
    ----------
    path : Path
    form : str
        One of the formats.
    **options
        What `RUNS_ARGUMENTS` name.

    Examples
    --------
    >>> fit_runs_file(Path("runs.csv"), "text", objective="l1")
    Traceback (most recent call last):
    exponents.errors.InputError: the objective must be one of huber, ls, ls-raw; got l1
    """
    require(options["objective"].partition(":")[0], OBJECTIVES, "the objective")
    settings = _read_settings(options)
    check_files(options["save"], options["plot"])
    gc.enable()  # a long computation, unlike the exact commands
    from verify.fits.classical import compare_approaches
    from verify.fits.held_out import compare_laws
    from verify.fits.law_fit import fit_law

    with start_processes(options["jobs"] or os.cpu_count() or 1) as executor:
        found = fit_law(path, **settings, executor=executor, progress=current_progress().count)
    if options["held_out"]:
        found = replace(found, held_out=compare_laws(found.law, found.runs, found.objective, settings["seed"]))
    if options["approaches"]:
        found = replace(found, approaches=compare_approaches(found.runs, found.cost, found.level))
    _say(found)
    if options["save"] is not None:
        _save(found, options["save"])
    if options["plot"] is not None:
        from verify.plots import plot_law_fit

        draw_picture(partial(plot_law_fit, found), options["plot"])
    _show(found, form, options["plan"], options["report"])
    return 0


def check_files(save: str | None, picture: str | None) -> None:
    """Raise InputError unless the files of ``--save`` and ``--plot`` can be written.

    Examples
    --------
    >>> check_files(None, "fit.gif")
    Traceback (most recent call last):
    exponents.errors.InputError: a plot's file must end in one of .png, .svg, .pdf; got fit.gif; try fit.pdf
    """
    if save is not None:
        check_place(save, "--save", "check its folder")
    if picture is not None:
        from verify.plots import check_picture

        check_picture(Path(picture))


def draw_picture(draw: Callable[[], Any], picture: str) -> None:
    """Write the figure that a function draws, and say so.

    Examples
    --------
    >>> draw_picture(list, "fit.gif")
    Traceback (most recent call last):
    exponents.errors.InputError: a plot's file must end in one of .png, .svg, .pdf; got fit.gif; try fit.pdf
    """
    from verify.plots import save_picture

    save_picture(draw, Path(picture))
    say(f"wrote {picture}")


def _read_settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of `fit_law`; every number is checked before NumPy is imported."""
    kept = ("where", "loss", "given", "only", "drop_blank", "drop_highest", "best", "objective", "draws", "cluster")
    settings: dict[str, Any] = {name: options[name] for name in (*kept, "seed", "cost")}
    settings["resources"] = dict(_read_pair(text) for text in options["resource"])
    if options["term"]:
        settings["form"] = options["term"]
    level = exact(options["level"], "--level")
    if not 0 < level < 1:
        raise InputError(f"--level must lie between 0 and 1; got {options['level'].strip()}; try 0.95")
    settings["level"] = float(level)
    if options["fast"] and options["no_intervals"]:
        raise InputError("--fast and --no-intervals exclude each other; leave one out")
    settings["intervals"] = "formula" if options["fast"] else "none" if options["no_intervals"] else "bootstrap"
    if options["plan"] and options["budget"] is None:
        raise InputError("--plan needs a budget; got none; add --budget 1e21")
    if options["budget"] is not None:
        from .plan import read_amount

        budget = read_amount(options["budget"], "the budget")
        if budget <= 0:
            raise InputError(f"the budget must be positive; got {abbreviate(options['budget'])}; try 1e21")
        settings["budget"] = float(budget)
    return settings


def _read_pair(text: str) -> tuple[str, str]:
    name, equals, column = (part.strip() for part in text.partition("="))
    if not (name and equals and column):
        raise InputError(f"--resource must be NAME=COLUMN; got {abbreviate(text)}; write --resource N=params")
    return name, column


def _say(found: LawFit) -> None:
    """Print what was assumed, and the warnings, on standard error."""
    for note in found.notes:
        say(f"exponents: {note}")
    for warning in found.warnings:
        say(f"exponents: warning: {warning}")


def _save(found: LawFit, path: str) -> None:
    """Write the law as a problem, with the fit beside it."""
    from verify.fits.saved_fit import fit_as_toml

    cost = [found.cost.text.partition("=")[2].strip()] if found.cost else []
    write_whole(path, fit_as_toml(found.to_dict(), found.law, cost), "--save", "check its folder")


def _show(found: LawFit, form: str, planned: bool, report: bool) -> None:
    """Print the fit, and after it the checklist and the plan that were asked for."""
    from verify.fits.checklist import fill_checklist
    from verify.fits.classical import BIASES

    from ..reports.fit_tables import checklist_table, fit_tables
    from .fit_plan import plan_of_fit

    held = found.to_dict()
    lines = fill_checklist(found) if report else []
    plan, plan_tables = plan_of_fit(found) if planned else ({}, list)

    def tables() -> list[Table]:
        own = fit_tables(held, BIASES, exact=form == "csv")
        return [*own, *([checklist_table(lines)] if report else []), *plan_tables()]

    as_object = {**held, **({"plan": plan} if planned else {})}
    if report:
        as_object["report"] = [{"group": group, "item": item, "answer": answer} for group, item, answer in lines]
    show_report(tables, lambda: as_object, form)
