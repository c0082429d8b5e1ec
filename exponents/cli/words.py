"""Which words and numbers do options take?  Each kind is read while the command is parsed, and refused in one line.

`eval "$(_EXPONENTS_COMPLETE=bash_source exponents)"` makes bash complete words; zsh and fish have scripts of their own
names.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import click
from click.shell_completion import CompletionItem

from verify.sweep.curve_question import whole_number

from ..names import require


class Word(click.types.StringParamType):
    """A word from a list, which a shell completes.

    Parameters
    ----------
    values : collection of str
    role : str
        What the word is: a message about another word begins with it.  Without a role any text is taken, and the
        command checks it.

    Examples
    --------
    >>> table = click.Argument(["name"], type=Word(["time", "levels"], "the table"))
    >>> [item.value for item in table.shell_complete(click.Context(click.Command("table")), "lev")]
    ['levels']
    >>> table.type.convert("level", None, None)
    Traceback (most recent call last):
    exponents.errors.InputError: the table must be one of time, levels; got level; did you mean levels?
    """

    def __init__(self, values: Collection[str], role: str = "") -> None:
        self.values, self.role = values, role

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002
        """Return the word, or raise InputError."""
        if self.role:
            require(value, self.values, self.role)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002
        """Return the values that begin with what is typed."""
        return [CompletionItem(value) for value in self.values if value.startswith(incomplete)]


class Whole(click.types.IntParamType):
    """A whole number of at least ``least``.

    Examples
    --------
    >>> Whole(20).convert("1e3", None, None)
    1000
    """

    def __init__(self, least: int = 1) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ARG002
        """Return the number, or raise InputError."""
        return whole_number(value, param.opts[0] if param else "a number", self.least)


def write_option(name: str) -> str:
    """Return the option whose argument has a name.

    Examples
    --------
    >>> write_option("model_size")
    '--model-size'
    """
    return f"--{name.replace('_', '-')}"
