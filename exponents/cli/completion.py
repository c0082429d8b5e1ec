"""Which values does a shell complete?  Those of every option and argument that takes a name.

`eval "$(_EXPONENTS_COMPLETE=bash_source exponents)"` makes bash ask; zsh and fish have scripts of their own names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click
from click.shell_completion import CompletionItem

from ..names import (
    CLOCKS,
    CONVENTIONS,
    DERIVATIONS,
    FORMATS,
    METHODS,
    PICTURES,
    REGIMES,
    SPECTRA,
    TABLES,
    VERSIONS,
)


def _claims() -> Iterable[str]:
    from ..claims.catalogue import CLAIMS, describe_families

    return (*describe_families(), *dict.fromkeys(claim.name for claim in CLAIMS))


VALUES: dict[str, Callable[[], Iterable[str]]] = {
    "--format": lambda: FORMATS,
    "--loss": lambda: VERSIONS,
    "--convention": lambda: CONVENTIONS,
    "--model": lambda: REGIMES,
    "--method": lambda: METHODS,
    "--spectrum": lambda: SPECTRA,
    "--clock": lambda: CLOCKS,
    "table": lambda: TABLES,
    "derive": lambda: DERIVATIONS,
    "plot": lambda: PICTURES,
    "verify": _claims,
}
"""The values of options, and of the arguments of commands."""


COLUMNS = {("fit", "--loss")}
"""Options that name a column of the user's file."""


class Word(click.types.StringParamType):
    """Text that is completed from a list; what is typed is checked elsewhere, with a message of its own."""

    def __init__(self, values: Callable[[], Iterable[str]]) -> None:
        self._values = values

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Return the values that begin with what is typed."""
        return [CompletionItem(value) for value in self._values() if value.startswith(incomplete)]


def complete_values(command: click.Command) -> None:
    """Give the parameters of a command the values that a shell completes.

    Examples
    --------
    >>> command = click.Command("table", params=[click.Argument(["names"])])
    >>> complete_values(command)
    >>> [item.value for item in command.params[0].shell_complete(click.Context(command), "lev")]
    ['levels']
    """
    for param in command.params:
        keys = param.opts if isinstance(param, click.Option) else [command.name or ""]
        if (command.name, *keys) in COLUMNS:
            continue
        known = next((VALUES[key] for key in keys if key in VALUES), None)
        if known is not None and isinstance(param.type, click.types.StringParamType):
            param.type = Word(known)
