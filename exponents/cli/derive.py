"""The command ``exponents derive``: print a derivation, step by step."""

from __future__ import annotations

import click

from ..names import DERIVATIONS
from .terminal import Command, fill_help, format_option, list_names, loss_option, show, show_object
from .words import Word


@click.command(cls=Command, short_help="Print a derivation, step by step.")
@click.argument("name", type=Word(DERIVATIONS, "the derivation"))
@format_option
@loss_option
@fill_help(derivations=list_names(DERIVATIONS))
def derive(name: str, form: str, loss: str) -> None:
    """Print a derivation step by step.

    NAME is one of these:

    {derivations}

    Each step has its statement, formula, reason and source equation.  The formulas are the objects that the derivation
    computed.

    \b
    Examples:
      exponents derive chi
      exponents derive compute-optimal --format latex
    """
    from ..derivations import derive as derive_steps
    from ..reports.derivation_text import derivation_object, render_derivation

    found = derive_steps(name, loss)  # type: ignore[arg-type]
    if form == "json":
        show_object({"derivations": [derivation_object(found)]})
        return
    show(lambda style, page: render_derivation(found, style, page), form)
