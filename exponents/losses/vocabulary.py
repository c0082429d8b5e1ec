"""What does each name in a user's texts stand for?

The place of a name says what it is.  The bases of costs and constraints are resources, and so are names declared free;
names in conditions, settings and exponents are parameters.  Every name in a loss must be one of these or one of
`KNOWN`, so that a mistyped name is an error and never a new parameter.

Map: `declare_symbols` finds all names, `read_expression` reads a text with them, `read_relations` a constraint; the
`check_` functions refuse a name in the wrong place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from sympy import Expr, Symbol
from sympy.core.relational import Relational

from ..algebra.parametric import positive_side
from ..errors import InputError
from ..rationals import abbreviate
from ..symbols import B, C, N, P, alpha, beta, eta, gamma, t
from ..text.parsing import Spelled, UnknownName, names_in, parse_conditions, parse_expression
from ..text.tokens import spell_greek
from .terms import bases

RESOURCES = ("t", "N", "P")
"""Names of resources: as a constant in a term each is a mistake.  B may be held fixed."""

KNOWN = {symbol.name: symbol for symbol in (t, N, B, P, alpha, beta, gamma, eta)}
"""Names that need no declaration."""


def declare_symbols(
    where: Sequence[str],
    settings: Sequence[str] = (),
    others: Sequence[str] = (),
    known: Mapping[str, Symbol] = KNOWN,
) -> dict[str, Symbol]:
    """Return every name that may occur, with its symbol; a condition such as a > 0 makes its symbol positive.

    Parameters
    ----------
    where : sequence of str
        Conditions.
    settings : sequence of str
        Texts ``name=value``.
    others : sequence of str
        Costs, constraints and names of resources: their other names stand for something positive.
    known : mapping of str to Symbol
        Names that have a symbol.

    Examples
    --------
    >>> found = declare_symbols(["a > 0"], [], ["N*D"])
    >>> found["a"].is_positive, found["D"].is_positive
    (True, True)
    """
    declared = dict(known)
    plain = {name: Symbol(name) for text in where for name in names_in(text, "a condition")}
    for text in where:
        for condition in parse_conditions(text, plain, "a condition"):
            side = positive_side(condition)
            for symbol in side.free_symbols:
                positive = side.free_symbols == {symbol} and _keeps_positive(side, symbol)
                if positive or symbol.name not in declared:
                    assumed = {"positive": True} if positive else {"real": True}
                    declared[symbol.name] = known.get(symbol.name) or Symbol(symbol.name, **assumed)
    for text in settings:
        name = read_name(text.partition("=")[0], "a setting")
        declared.setdefault(name, Symbol(name, real=True))
    for text in others:
        for name in names_in(text, "a cost, constraint or resource"):
            declared.setdefault(name, C if name == C.name else Symbol(name, positive=True))
    return declared


def read_name(text: str, role: str) -> str:
    """Return the one name that a text is, in Latin letters.

    Examples
    --------
    >>> read_name(" η ", "a free resource")
    'eta'
    """
    names = names_in(text, role)
    if len(names) != 1 or spell_greek(text.strip()) != names[0]:
        raise InputError(f"{role} must be one name; got {abbreviate(text)}; write it as eta, one option for each")
    return names[0]


def read_expression(text: str, declared: Mapping[str, Symbol], role: str, spelled: Spelled | None = None) -> Expr:
    """Parse a text; for an unknown name, say how to declare it.

    Examples
    --------
    >>> read_expression("t**-q", KNOWN, "a term")
    Traceback (most recent call last):
    exponents.errors.InputError: a term must use known names; got 'q' at column 5; add --where 'q > 0' if it is a \
parameter, or use it in --cost if it is a resource
    """
    try:
        return parse_expression(text, declared, role, spelled)
    except UnknownName as error:
        near = get_close_matches(error.name, declared, n=1)
        guess = f"did you mean {near[0]}? otherwise " if near else ""
        raise InputError(
            f"{role} must use known names; got {error.place}; {guess}add --where '{error.name} > 0' if it is a "
            "parameter, or use it in --cost if it is a resource"
        ) from error


def read_relations(
    texts: Iterable[str], declared: Mapping[str, Symbol], spelled: Spelled | None = None
) -> list[Relational]:
    """Return the inequalities and equations between resources that texts spell.

    Examples
    --------
    >>> read_relations(["1 <= P <= N*C**2", "t == N"], declare_symbols([], [], ["C"]))
    [1 <= P, P <= C**2*N, Eq(t, N)]
    """
    return [
        relation
        for text in texts
        for relation in parse_conditions(text, declared, "a constraint", spelled, equations=True)
    ]


def check_exponents(written: Sequence[Expr], known: Iterable[str]) -> None:
    """Raise InputError if an exponent of a cost or constraint has a name that is neither known nor declared.

    Examples
    --------
    >>> check_exponents([N**alpha], ["alpha"])
    """
    inside = set().union(*(cost.free_symbols for cost in written)) - set().union(*map(bases, written))
    for name in sorted({symbol.name for symbol in inside} - set(known)):
        raise InputError(
            f"exponents of costs and constraints must use known names; got {name}; add --where '{name} > 0' if it is a "
            "parameter"
        )


def check_sides(relations: Sequence[Relational], parameters: set[str]) -> None:
    """Raise InputError if the base of a power in a constraint is a parameter.

    Examples
    --------
    >>> check_sides([N <= t], {"a"})
    """
    for relation in relations:
        sides = set().union(*map(bases, relation.args))
        for name in sorted({symbol.name for symbol in sides} & parameters):
            raise InputError(
                f"--subject-to takes constraints between resources; got {abbreviate(relation)}, where {name} is a "
                "parameter; conditions on parameters are --where"
            )


def check_stray(expression: Expr, used: Iterable[Symbol], resources: Iterable[Symbol], text: object = None) -> None:
    """Raise InputError if a loss has a name of a resource that has no cost; ``used`` are the symbols that count.

    Examples
    --------
    >>> check_stray(1 / N, {N}, [N])
    """
    stray = sorted(s.name for s in set(used) - set(resources) if s.name in RESOURCES)
    if stray:
        raise InputError(
            f"a resource must have a cost; got {stray[0]} in {abbreviate(expression if text is None else text)}; add "
            f"{stray[0]} to --cost, list it with --free, or fix it with --set"
        )


def strip_head(text: str) -> str:
    """Return a cost without the ``C =`` that it may begin with.

    >>> strip_head("C = 6*N*D")
    ' 6*N*D'
    """
    head, equals, rest = text.partition("=")
    return rest if equals and head.strip() == "C" else text


def _keeps_positive(side: Expr, symbol: Symbol) -> bool:
    """Return whether ``side > 0`` says that the symbol exceeds a number that is not negative."""
    slope = side.diff(symbol)
    return bool(slope.is_positive and (-side.subs(symbol, 0) / slope).is_nonnegative)
