"""The command ``exponents balance``: the phase diagram of a loss of the user's own."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import click

from ..files.whole_files import check_place, write_whole
from .loss_options import loss_options, read_loss
from .problem_file import problem_object
from .terminal import Command, format_option, show_report, show_with_derivation

if TYPE_CHECKING:
    from ..derivations.derivation import Derivation


@click.command(cls=Command, short_help="Phase diagram of your own loss.")
@loss_options
@click.option("--certificate", metavar="FILE", help="Write the proof, for python -m exponents.certificate_checker.")
@click.option("--proof", is_flag=True, help="Print why each phase is optimal as well.")
@format_option
def balance(form: str, certificate: str | None, proof: bool, **options: Any) -> None:
    """Print the full phase diagram of your loss, with every region proved.

    A term is built from powers of resources by +, *, /, powers, min and max; exponents may hold parameters.
    The symbols in --cost are the resources; each is at least 1 unless it is listed with --free.  A cost may be a sum;
    it may then not exceed C.  --subject-to gives inequalities between resources and the budget C.  t, N, B, P, alpha,
    beta, gamma and eta are known; declare any other parameter with a condition on it, such as --where 'a > 0'.

    \b
    Examples:
      exponents balance --term 't**(-1/2)' --term 'N**(-3/4)' --cost 'N*t'
      exponents balance --term 't**-beta' --term 'N**-alpha' --cost 'N**2*t' --where 'alpha > 1'
      exponents balance --model lazy --where 'alpha > 0' --proof
      exponents balance --term '((5/N)**(4/5) + 7/D)**(1/10)' --cost '6*N*D'
      exponents balance --term '1/N + 1/D' --cost 'N*D' --subject-to 'D >= N*C**m' --where '0 < m < 1'
      exponents balance --model rich --term 'P**(-alpha*min(2,beta))' --cost 'N*t' --cost 'P' --where 'alpha > 1'
    """
    programme = read_loss(**options)
    if certificate is not None:
        check_place(certificate, "--certificate", "check its folder")
    from ..optimum.search import phase_diagram
    from ..reports.diagram import diagram_object, diagram_tables

    falling, irreducible = programme.reducible()
    diagram = phase_diagram(falling)
    if certificate is not None:
        from ..reports.certificate import make_certificate

        text = json.dumps(make_certificate(diagram)) + "\n"
        write_whole(certificate, text, "--certificate", "check its folder")
    names = [term.name for term in irreducible]
    tables = partial(diagram_tables, diagram, options["set"], names)

    def as_object() -> dict[str, object]:
        return {**diagram_object(diagram), "problem": problem_object(options)}

    if proof:
        show_with_derivation(tables, as_object, cast("Derivation", diagram.explain()), form)
    else:
        show_report(tables, as_object, form)
