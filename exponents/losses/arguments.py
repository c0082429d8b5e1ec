"""How do texts stand beside SymPy expressions in a call of Python?

A loss, costs, conditions, constraints and resources may each be a text, as on the command line, or an expression.  The
symbols of the expressions keep their meaning in the texts.  `read_arguments` turns all texts into expressions, and
`in_words_of_python` the options that a message names into arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sympy import Add, Basic, Expr, Symbol

from ..algebra.parametric import positive_side
from ..algebra.piecewise import signs_on
from ..errors import InputError, TooMuchWork
from ..rationals import abbreviate
from ..symbols import C
from ..text.parsing import Spelled, names_in, parse_conditions
from .terms import Loss, PowerLaw
from .tropical import is_plain, read_branches
from .vocabulary import (
    KNOWN,
    check_exponents,
    check_sides,
    declare_symbols,
    read_expression,
    read_name,
    read_relations,
    strip_head,
)

_ARGUMENTS = {
    **{"where": "where", "set": "subs", "free": "free", "cost": "cost", "term": "loss", "subject-to": "subject_to"},
    **{"given": "subject_to", "resource": "resources"},
}
_OPTION = re.compile(rf"--({'|'.join(_ARGUMENTS)})\b(?: '([^']*)')?")


@dataclass(frozen=True)
class Arguments:
    """A problem in expressions, and how those that came as text were written."""

    loss: Any
    costs: tuple[Any, ...]
    conditions: tuple[Any, ...]
    free: tuple[Any, ...]
    relations: tuple[Any, ...]
    resources: tuple[Any, ...]
    spelled: Spelled


def read_arguments(
    loss: Any, cost: Any = (), where: Any = (), free: Any = (), subject_to: Any = (), resources: Any = ()
) -> Arguments:
    """Return the arguments of `programme` with all texts read.

    Parameters
    ----------
    loss, cost, where, free, subject_to, resources
        As for `programme`.

    Raises
    ------
    InputError
        If a text is not arithmetic in declared names.

    Examples
    --------
    >>> found = read_arguments("N**-q + 1/D", "6*N*D", "q > 0", subject_to="D >= N*C**(1/2)")
    >>> found.costs, found.relations
    ((6*D*N,), (D >= sqrt(C)*N,))
    """
    costs, conditions, relations, freed, named = map(_listed, (cost, where, subject_to, free, resources))
    every = (loss, *costs, *conditions, *relations, *freed, *named)
    known = {**KNOWN, **{symbol.name: symbol for symbol in _symbols(every)}}
    written = [part for part in conditions if isinstance(part, str)]
    heads = [strip_head(part) if isinstance(part, str) else part for part in costs]
    others = [part for part in (*heads, *relations, *freed, *named) if isinstance(part, str)]
    declared, spelled = declare_symbols(written, (), others, known), Spelled()
    read_costs = [read_expression(c, declared, "a cost", spelled) if isinstance(c, str) else c for c in heads]
    read = [one for part in relations for one in _relations_of(part, declared, spelled)]
    _check(read_costs, read, (*costs, *relations), written, known)
    found: list[Any] = []
    for part in conditions:
        found += parse_conditions(part, declared, "a condition") if isinstance(part, str) else [part]
    symbols = [
        tuple(declared[read_name(part, "a resource")] if isinstance(part, str) else part for part in parts)
        for parts in (freed, named)
    ]
    expression = read_expression(loss, declared, "a loss", spelled) if isinstance(loss, str) else loss
    return Arguments(expression, tuple(read_costs), tuple(found), symbols[0], tuple(read), symbols[1], spelled)


@contextmanager
def speaking_python() -> Iterator[None]:
    """Let errors of the input name arguments of Python in place of options of the command.

    Examples
    --------
    >>> with speaking_python():
    ...     raise InputError("add --where 'q > 0'")
    Traceback (most recent call last):
    exponents.errors.InputError: add where="q > 0"
    """
    try:
        yield
    except (InputError, TooMuchWork) as error:
        said = in_words_of_python(str(error))
        if said == str(error):
            raise
        raise type(error)(said) from error


def parse_loss(text: str, resources: Iterable[str] = (), where: str | Sequence[str] = ()) -> Loss:
    """Return the loss that a text spells; see `Loss.parse`.

    Examples
    --------
    >>> [str(term.as_expr()) for term in parse_loss("2/N", ["N"])]
    ['2/N']
    """
    if not isinstance(text, str):
        raise InputError(f"Loss.parse reads a text; got {abbreviate(text)}; use Loss.from_expr for an expression")
    conditions, named = _listed(where), _listed(resources)
    parameters = {name for part in conditions for name in names_in(part, "a condition")}
    others = [name for name in names_in(text, "a loss") if name not in parameters]
    free = declare_symbols(conditions, (), [*others, *named])
    expression = read_expression(text, free, "a loss")
    used = [free[read_name(name, "a resource")] for name in named] or _find_bases(expression, parameters)
    unknown = expression.free_symbols - {*used, *(free[name] for name in parameters), *KNOWN.values()}
    if unknown:
        # names in exponents are parameters, and must be declared so that a mistyped one is seen
        read_expression(text, {name: s for name, s in free.items() if s not in unknown}, "a loss")
    if is_plain(expression, used):
        return Loss.from_expr(expression, used)
    read = [positive_side(c) for part in conditions for c in parse_conditions(part, free, "a condition")]
    branches = read_branches(expression, used, signs_on(read))
    if len(branches) > 1:
        raise InputError(
            f"this loss is the smallest of {len(branches)} sums; got {abbreviate(text)}; give the text to "
            "compute_optimum, which says which sum decides where"
        )
    return Loss(branches[0], whole=tuple((str(part), part) for part in Add.make_args(expression)))


def _find_bases(expression: Expr, parameters: set[str]) -> list[Symbol]:
    """Return the symbols that occur outside of exponents, in order."""
    found: set[Symbol] = set()
    waiting: list[Basic] = [expression]
    while waiting:
        part = waiting.pop()
        if part.is_Symbol:
            found.add(part)
        elif part.is_Pow and part.base.is_number:
            continue
        else:
            waiting += part.args[:1] if part.is_Pow else part.args
    return sorted((s for s in found if s.name not in parameters), key=lambda s: s.name)


def in_words_of_python(message: str) -> str:
    """Return a message with the arguments of Python in place of options of the command.

    Examples
    --------
    >>> in_words_of_python("add --where 'q > 0' if it is a parameter, or use it in --cost if it is a resource")
    'add where="q > 0" if it is a parameter, or use it in cost if it is a resource'
    """

    def replace(match: re.Match[str]) -> str:
        name, text = _ARGUMENTS[match[1]], match[2]
        return name if text is None else f'{name}="{text}"'

    return _OPTION.sub(replace, message)


def _listed(argument: Any) -> tuple[Any, ...]:
    return tuple(argument) if isinstance(argument, tuple | list | set | frozenset) else (argument,)


def _symbols(parts: Iterable[Any]) -> Iterator[Symbol]:
    for part in parts:
        if isinstance(part, Loss | tuple | list):
            yield from _symbols(part)
        elif isinstance(part, PowerLaw | Basic):
            yield from part.free_symbols


def _relations_of(part: Any, declared: dict[str, Symbol], spelled: Spelled) -> list[Any]:
    """Return the relations of a text, or the one that is given; the budget may be any symbol named C."""
    if isinstance(part, str):
        return read_relations([part], declared, spelled)
    if not isinstance(part, Basic):
        raise InputError(f"a constraint must be an inequality or an equation; got {abbreviate(part)}; write D >= N")
    return [part.xreplace({symbol: C for symbol in part.free_symbols if symbol.name == C.name})]


def _check(
    costs: Sequence[Any],
    read: Sequence[Any],
    written: Sequence[Any],
    conditions: Sequence[str],
    known: dict[str, Symbol],
) -> None:
    """Raise InputError if a name of a text stands where it cannot."""
    parameters = {name for text in conditions for name in names_in(text, "a condition")}
    if any(isinstance(part, str) for part in written):
        sides = [side for relation in read for side in relation.args]
        check_exponents([*costs, *sides], {*known, *parameters})
        check_sides(read, parameters)
