"""`exponents plot`: phase diagrams, loss curves and figures of the paper, as they are or at values of one's own.

`plot_request` checks names and options before SymPy and NumPy are imported; `gallery` writes the page of a folder.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any, cast

import click

from ..errors import InputError, import_extra
from ..files.whole_files import name_failure
from ..names import (
    ALL,
    CURVES,
    FLOW,
    METHODS,
    PHASES,
    PICTURES,
    PUBLISHED,
    REGIMES,
    SIMULATE,
    TRAINED_PICTURES,
    require,
)
from .curve_request import name_options, read_questions
from .loss_options import loss_options, read_loss
from .plot_request import LOSS, PlotRequest, read_request
from .progress import Progress, current_progress, say
from .signals import end_at_interrupt
from .terminal import Command, fill_help, list_names
from .words import Word

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from verify.curves import LossCurve
    from verify.sweep.curve_question import CurveQuestion

CURVE = {"alpha": "3/2", "beta": "1/2", "gamma": "0,1/2,1,2", "model_size": "256"}
"""What the picture of curves shows unless something else is chosen."""

MOST = 16
"""Most curves of a picture: so many can be told apart."""

SYMBOLS = {"gamma": r"\gamma", "model_size": "N", "batch_size": "B", "samples": "P"}
"""Symbols of what may have several values in the picture of curves."""


@click.command(cls=Command, log=True, short_help="Draw phase diagrams, curves and figures.")
@click.argument("names", nargs=-1, required=True, type=Word((*PICTURES, ALL), "the picture"), metavar="NAME...")
@click.option("--output", metavar="FILE", help="A .png, .svg or .pdf.  [default: NAME.png]")
@click.option("--out", metavar="DIR", help="A folder, with an index page that has the tables as well.")
@click.option("--data", metavar="FILE", help="Write what is drawn as well, as .csv or .json.")
@click.option("--size", metavar="WxH", help="Size in inches, such as 6x4.")
@click.option("--title", metavar="TEXT", help="Words above the picture; formulas between $.")
@click.option("--x-label", metavar="TEXT", help="Words below the axis, where panels share one.")
@click.option("--y-label", metavar="TEXT", help="Words beside the axis, likewise.")
@click.option("--x-range", metavar="LOW:HIGH", help="Range of the horizontal axis: phases, curves.")
@click.option("--y-range", metavar="LOW:HIGH", help="Range of the vertical axis: phases, curves.")
@click.option("--x-axis", metavar="NAME", help="The parameter to the right: phases.")
@click.option("--alpha", metavar="A", help="Capacity: curves and figures.")
@click.option("--beta", metavar="LIST", help="Source, or several: curves and most figures.")
@click.option("--gamma", metavar="LIST", help="Richness, or several: curves and figures.")
@click.option("--time", metavar="LIST", help="1:1e6, 1:1e6:25 or a list: where time is an axis.")
@click.option("--model-size", metavar="LIST", help="N, one or several: curves.")
@click.option("--batch-size", metavar="LIST", help="B, one or several: curves.")
@click.option("--samples", metavar="LIST", help="P, one or several: curves.")
@click.option("--method", type=Word(METHODS), metavar="NAME", help="As of the command curve: curves.")
@click.option("--learning-rate", metavar="E", help="As of the command curve: curves.")
@click.option("--quick", is_flag=True, help="Smaller networks, or fewer steps: figures that train networks.")
@loss_options
@fill_help(pictures=list_names(PICTURES), all=ALL)
def plot(names: tuple[str, ...], **options: Any) -> None:
    """Draw pictures into files.

    NAME is one or more of these, or {all} of them with --out DIR:

    {pictures}

    The figures are those of arXiv 2409.17858 v1, with derived curves and measured points.  The points of fig2c to
    fig4, fig11 and fig12 are models that are trained, which takes from ten seconds to some minutes each.  fig5a, fig5b,
    fig6, fig7b and fig8 train networks, which takes up to half an hour, or with --quick some minutes, and needs the
    extra networks.  The options for a loss go with phases only.

    \b
    Examples:
      exponents plot phases
      exponents plot fig1a fig2a fig2b
      exponents plot fig4 --alpha 2 --output fig4.pdf --data fig4.csv
      exponents plot curves --gamma 0,1/2,2 --model-size 64 --time 1:1e4
      exponents plot phases --loss derived --x-range 0:2 --y-range 1:3 --size 6x3
      exponents plot phases --term 't**-beta' --term 'N**-alpha' --cost 'N**2*t' --output mine.svg
      exponents plot all --quick --out figures
    """
    asked = read_request(names, **options)
    with end_at_interrupt():
        import_extra("matplotlib", "plot", "plotting")
        draws = [_prepare(asked, name) for name in asked.pictures]
        from verify.plots import check_data_file, save_picture, write_data

    if asked.data is not None:
        check_data_file(asked.data)
    if asked.folder is not None:
        with name_failure(asked.folder, "--out", "try another", "folder that can be written to"):
            asked.folder.mkdir(parents=True, exist_ok=True)
    gc.enable()  # a long computation, unlike the exact commands
    progress = current_progress()
    for name, path, draw in zip(asked.pictures, asked.paths, draws, strict=True):
        progress.begin(name)
        axes = save_picture(partial(_draw, asked, draw, progress), path)
        written = [path]
        data = path.with_suffix(".csv") if asked.folder is not None else asked.data
        if data is not None:
            write_data(axes, data)
            written.append(data)
        say(f"wrote {' and '.join(map(str, written))}")
    if asked.folder is not None:
        from .gallery import write_page

        page = write_page(asked.folder, asked.pictures)
        say(f"wrote {page}")


def _draw(asked: PlotRequest, draw: Callable[[Progress], Any], progress: Progress) -> Any:
    """Draw a picture, give it the user's words, and return its Axes."""
    from verify.plots import label_axes

    axes = draw(progress)
    label_axes(axes, **{name: asked.words.get(name) for name in ("title", "x_label", "y_label")})
    return axes


def _prepare(asked: PlotRequest, name: str) -> Callable[[Progress], Any]:
    """Return a function that draws a picture; what it is to show is checked before anything is drawn."""
    if name == PHASES:
        return _prepare_phases(asked)
    if name == CURVES:
        return _prepare_curves(asked)
    from verify.plots import plot_figure, read_choice
    from verify.processes import start_processes

    values = {key: None if not asked.words.get(key) else asked.words[key].split(",") for key in ("beta", "gamma")}
    chosen: dict[str, Any] = {"alpha": asked.words.get("alpha"), **values, "times": asked.times}
    chosen["quick"] = bool(asked.words.get("quick")) and name in TRAINED_PICTURES
    with name_options():
        read_choice(name, **chosen)

    def draw(progress: Progress) -> Any:
        with start_processes(os.cpu_count() or 1) as progress.executor:
            return plot_figure(name, **chosen, size=asked.inches, executor=cast("Executor", progress))

    return draw


def _prepare_phases(asked: PlotRequest) -> Callable[[Progress], Any]:
    """Return a function that draws the diagrams of the paper's loss, or of the user's own."""
    programme = read_loss(**{name: asked.words[name] for name in LOSS}) if asked.has_loss else None
    if programme is not None and not 1 <= len(programme.parameters) <= 2:
        came = ", ".join(map(str, programme.parameters)) or "none"
        hint = (
            "set values for the others, such as --set a=2" if programme.parameters else "write an exponent with alpha"
        )
        raise InputError(f"a picture needs one or two parameters; got {came}; {hint}")
    from ..symbols import alpha, beta

    vertical, across = (alpha, beta) if programme is None else ([None, *programme.parameters])[-2:]
    if asked.words.get("x_axis"):
        known = [str(symbol) for symbol in (vertical, across) if symbol is not None]
        require(asked.words["x_axis"], known, "the parameter of --x-axis")
        if asked.words["x_axis"] == str(vertical):
            vertical, across = across, vertical
    if vertical is None and asked.y_range is not None:
        raise InputError(f"--y-range needs two parameters; got {across}; leave it out")

    def draw(_: Progress) -> Any:
        from verify.plots import Panel, plot_phases

        from ..model.table1 import optimum, task_names
        from ..optimum.search import phase_diagram

        if programme is None:
            version = asked.words.get("loss") or PUBLISHED
            diagrams = {str(regime): optimum(regime, version) for regime in REGIMES}
        else:
            diagrams = {"your loss": phase_diagram(programme)}
        window = (asked.x_range,) if vertical is None else (asked.x_range, asked.y_range)
        panels = [
            Panel(title, found, across, vertical, task_names(found) if programme is None else (), window)
            for title, found in diagrams.items()
        ]
        return plot_phases(panels, size=asked.inches)

    return draw


def _prepare_curves(asked: PlotRequest) -> Callable[[Progress], Any]:
    """Return a function that draws loss curves, one for each combination of the values in lists."""
    names = (*SYMBOLS, "alpha", "beta", "method", "learning_rate")
    words: dict[str, Any] = {name: asked.words.get(name) for name in names}
    if not any(words.values()):
        words |= CURVE
    for name, usual in (("alpha", CURVE["alpha"]), ("beta", CURVE["beta"]), ("gamma", "1"), ("method", FLOW)):
        words[name] = words[name] or usual
    words["time"] = asked.words.get("time")
    if words["method"] == FLOW:
        words["time"] = "1:1e4:65" if asked.times is None else ",".join(map(repr, asked.times))
    lists = {name: words[name].split(",") if words[name] else [None] for name in SYMBOLS}
    several = [name for name, values in lists.items() if len(values) > 1]
    settings = [dict(zip(lists, values, strict=True)) for values in product(*lists.values())]
    if len(settings) > MOST:
        raise InputError(f"a picture may have at most {MOST} curves; got more; give fewer values")
    requests = {}
    for own in settings:
        label = ", ".join(f"${SYMBOLS[name]} = {own[name]}$" for name in several) or rf"$\gamma = {own['gamma']}$"
        (requests[label],) = read_questions(words | own)
    fixed = {"alpha": r"\alpha", "beta": r"\beta"} | {name: SYMBOLS[name] for name in SYMBOLS if name not in several}
    note = ",  ".join(f"${symbol} = {words[name]}$" for name, symbol in fixed.items() if words[name])
    kind = "trained models" if words["method"] == SIMULATE else ""

    def draw(progress: Progress) -> Any:
        from verify.plots import plot_curves, set_ranges
        from verify.processes import start_processes

        with start_processes(min(os.cpu_count() or 1, len(requests))) as progress.executor:
            solved = progress.map(_solve, list(requests.values()))
            axes = plot_curves(dict(zip(requests, solved, strict=True)), size=asked.inches)
        axes.set_title(note, loc="left")
        axes.set_title(kind, loc="right")
        set_ranges(axes, asked.x_range, asked.y_range)
        return axes

    return draw


def _solve(asked: CurveQuestion) -> LossCurve:
    """Return the curve of one question."""
    with name_options():
        return asked.solve()
