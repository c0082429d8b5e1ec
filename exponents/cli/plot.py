"""`exponents plot`: phase diagrams, of the paper's loss or of the user's own, and figures of the paper.

Names are checked before SymPy and NumPy are imported.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verify.processes import start_processes

from ..errors import InputError, import_extra
from ..names import PICTURES, PUBLISHED, REGIMES, VERSIONS, Version, require
from .loss_options import loss_options, read_loss
from .terminal import Command, fill_help, list_names

if TYPE_CHECKING:
    from ..optimum.programme import Programme

PHASES, *FIGURES = PICTURES

_OPTIONS = {
    "terms": "--term",
    "model": "--model",
    "costs": "--cost",
    "where": "--where",
    "constraints": "--subject-to",
    "given": "--given",
    "resources": "--resource",
    "free": "--free",
    "settings": "--set",
    "version": "--loss",
}
"""Options that go with phases only.  All but the last need one of the first two, which give the terms of a loss."""


@click.command(cls=Command, short_help="Draw phase diagrams and figures.")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@loss_options
@click.option("--output", default=None, metavar="FILE", help="A .png, .svg or .pdf.  [default: NAME.png]")
@fill_help(pictures=list_names(PICTURES))
def plot(names: tuple[str, ...], output: str | None, **options: Any) -> None:
    """Draw pictures into files.

    NAME is one or more of these:

    {pictures}

    The figures are those of arXiv 2409.17858 v1, with derived curves and measured points.  The points of fig2c to
    fig4, fig11 and fig12 are models that are trained, which takes from ten seconds to some minutes each.  The options
    for a loss go with phases only.

    \b
    Examples:
      exponents plot phases
      exponents plot fig1a fig2a fig2b
      exponents plot fig2b --output fig2b.pdf
      exponents plot phases --loss derived --output derived.pdf
      exponents plot phases --term 't**-beta' --term 'N**-alpha' --cost 'N**2*t' --output mine.svg
    """
    for name in names:
        require(name, PICTURES, "the picture")
    wanted = tuple(dict.fromkeys(names))
    if output is not None and len(wanted) > 1:
        raise InputError(
            f"--output is the file of one picture; got {len(wanted)} pictures; leave it out to write each as NAME.png, "
            "or draw them one by one"
        )
    _check_loss(wanted, options)
    programme = read_loss(**options) if options["terms"] or options["model"] else None
    require(options["version"], VERSIONS, "the loss")
    import_extra("matplotlib", "plot", "plotting")
    from verify.plots import plot_figure

    gc.enable()  # a long computation, unlike the exact commands
    for name in wanted:
        path = f"{name}.png" if output is None else output
        if name == PHASES:
            _plot_phases(programme, options["version"], Path(path))
        else:
            with start_processes(os.cpu_count() or 1) as executor:
                plot_figure(name, Path(path), executor)
        click.echo(f"wrote {path}", err=True)


def _check_loss(wanted: Sequence[str], options: dict[str, Any]) -> None:
    """Raise InputError if a loss of the user's own has no terms or is given for another picture than phases."""
    given = [name for name in _OPTIONS if options[name] and options[name] != PUBLISHED]
    figures = [name for name in wanted if name in FIGURES]
    if given and figures:
        option = _OPTIONS[given[0]]
        raise InputError(f"{option} goes with {PHASES} only; got {figures[0]}; leave the option or the picture out")
    if given and given != ["version"] and not (options["terms"] or options["model"]):
        raise InputError(f"{_OPTIONS[given[0]]} needs a loss; got none; give --term or --model as well")


def _plot_phases(programme: Programme | None, version: Version, path: Path) -> None:
    """Draw the diagrams of the paper's loss, or of the user's own loss."""
    from verify.plots import Panel, plot_phases

    from ..model.table1 import optimum, task_names
    from ..optimum.search import phase_diagram
    from ..symbols import alpha, beta

    if programme is None:
        diagrams = {regime: optimum(regime, version) for regime in REGIMES}
        panels = [Panel(regime, diagram, beta, alpha, task_names(diagram)) for regime, diagram in diagrams.items()]
    else:
        if not programme.parameters:
            raise InputError("a picture needs one or two parameters; got none; write an exponent with alpha or beta")
        vertical, *horizontal = programme.parameters
        across = horizontal[0] if horizontal else vertical
        panels = [Panel("your loss", phase_diagram(programme), across, vertical if horizontal else None)]
    plot_phases(panels, path)
