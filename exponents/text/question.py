"""How do the texts of a user become a programme: a loss, its costs and its domain?

The place of a symbol says what it is.  The bases of the costs are resources, and so are the names declared free; names
in conditions, settings and exponents are parameters.  Every name in a term must be one of these or one of `KNOWN`, so
that a mistyped name is an error and never a new parameter.

Map: `read_question` calls, in this order, `_declare_symbols`, `_read_settings`, `_read_conditions`,
`_model_terms` and `_read_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from sympy import Add, Eq, Expr, Rational, S, Symbol
from sympy.core.relational import Relational, StrictGreaterThan

from ..algebra.parametric import positive_side
from ..errors import InputError, TooMuchWork
from ..losses.constraints import budget_symbols
from ..losses.terms import Loss, PowerLaw, bases
from ..losses.tropical import Branches, Sign, add_branches, is_plain, read_branches
from ..model.online_loss import loss
from ..names import PUBLISHED, Regime, Version
from ..optimum.programme import MAX_TERMS, Programme, programme, signs_on
from ..printing import GREEK
from ..rationals import abbreviate, exact
from ..symbols import B, N, P, alpha, beta, eta, gamma, t
from .parsing import UnknownName, names_in, parse_conditions, parse_expression

RESOURCES = ("t", "N", "P")
"""Names of resources: as a constant in a term each is a mistake.  B may be held fixed."""

KNOWN = {symbol.name: symbol for symbol in (t, N, B, P, alpha, beta, gamma, eta)}
"""Names that need no declaration."""

_LATIN = {letter: name for name, letter in GREEK.items()}


@dataclass(frozen=True)
class Question:
    """What a user asks: the texts of a loss, its costs and its domain.

    Attributes
    ----------
    terms, costs, where, free : tuples of str
        The texts of ``--term``, ``--cost``, ``--where`` and ``--free``.
    settings : tuple of str
        Texts ``name=value``; the values are substituted first.
    constraints, given, resources : tuples of str
        The texts of ``--subject-to``, ``--given`` and ``--resource``.
    model : "lazy", "rich" or ""
        The regime whose terms of the paper's loss come first, if any.
    version : "published" or "derived"
        The form of these terms.
    """

    terms: tuple[str, ...]
    costs: tuple[str, ...]
    where: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    model: Regime | str = ""
    version: Version = PUBLISHED
    constraints: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()


def read_question(question: Question) -> Programme:
    """Return the programme that the texts describe.

    Parameters
    ----------
    question : Question

    Returns
    -------
    Programme

    Raises
    ------
    InputError
        If a text is not arithmetic in declared symbols, if a term is not a monomial in the resources, or if
        `programme` refuses the loss.

    Examples
    --------
    >>> found = read_question(Question(terms=("t**-q", "N**-2"), costs=("N*t",), where=("q > 0",)))
    >>> found.resources, found.parameters
    ((N, t), (q,))
    """
    if len(question.terms) > MAX_TERMS:
        raise TooMuchWork(f"a loss may have {MAX_TERMS} terms at most; got {len(question.terms)}; leave some out")
    if not question.terms and not question.model:
        raise InputError("a loss needs at least one term; got none; give one, such as --term 't**(-beta)'")
    declared = _declare_symbols(question)
    costs = [_read_expression(_strip_head(text), declared, "a cost") for text in question.costs]
    relations = _read_constraints(question, declared)
    written = [*costs, *(side for relation in relations for side in relation.args)]
    _check_declared(written, question)
    _check_sides(relations, question)
    free = [declared[_read_name(text, "a free resource")] for text in question.free]
    named = [declared[_read_name(text, "a resource")] for text in question.resources]
    bounds = budget_symbols(costs, relations)
    resources = sorted({*free, *named}.union(*map(bases, written)) - bounds, key=lambda r: r.name)
    settings = _read_settings(question.settings, declared, resources)
    costs = [cost.subs(settings) for cost in costs]
    relations = [relation.subs(settings) for relation in relations]
    conditions = [condition for text in question.where for condition in _read_conditions(text, declared, settings)]
    measured = sorted({s.name for c in conditions for s in c.free_symbols} & {r.name for r in resources})
    if measured:
        raise InputError(f"--where takes conditions on parameters; got {measured[0]}, a resource; leave that one out")
    sign = signs_on(list(map(positive_side, conditions)))
    own, exact_sum = _read_terms(question.terms, declared, resources, settings, sign, free)
    branches = add_branches([*(((term,),) for term in _model_terms(question, settings)), *own])
    texts = (*question.terms, *question.costs, *question.where, *question.constraints, *question.given)
    unused = [s.name for s in settings if not any(s.name in names_in(text) for text in texts)]
    if unused and not question.model:
        raise InputError(f"--set takes parameters of the loss; got {unused[0]}, which does not occur; leave it out")
    losses = [Loss(terms, leading=not exact_sum) for terms in branches]
    loss = losses[0] if len(losses) == 1 else losses
    return programme(loss, costs, conditions, free=free, subject_to=relations, resources=resources)


def _read_constraints(question: Question, declared: Mapping[str, Symbol]) -> list[Relational]:
    """Return the constraints between resources, and the equations of those that are given."""
    found: list[Relational] = []
    for text in question.constraints:
        found += parse_conditions(text, declared, "a constraint")
    for text in question.given:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--given must be a resource and a power of C; got {abbreviate(text)}; write U=C**u")
        resource = declared[_read_name(name, "a given resource")]
        found.append(Eq(resource, _read_expression(value, declared, "a given power"), evaluate=False))
    return found


def _read_name(text: str, role: str) -> str:
    """Return the one name that a text is, in Latin letters."""
    names = names_in(text, role)
    if len(names) != 1 or _spell_greek(text.strip()) != names[0]:
        raise InputError(f"{role} must be one name; got {abbreviate(text)}; write it as eta, one option for each")
    return names[0]


def _strip_head(text: str) -> str:
    """Return a cost without the ``C =`` that it may begin with."""
    head, equals, rest = text.partition("=")
    return rest if equals and head.strip() == "C" else text


def _read_expression(text: str, declared: Mapping[str, Symbol], role: str) -> Expr:
    """Parse a text; for an unknown name, say how to declare it."""
    try:
        return parse_expression(text, declared, role)
    except UnknownName as error:
        near = get_close_matches(error.name, declared, n=1)
        guess = f"did you mean {near[0]}? otherwise " if near else ""
        raise InputError(
            f"{role} must use known names; got {error.place}; {guess}add --where '{error.name} > 0' if it is a "
            "parameter, or use it in --cost if it is a resource"
        ) from error


def _declare_symbols(question: Question) -> dict[str, Symbol]:
    """Return every name that may occur, with its symbol; a condition such as a > 0 makes its symbol positive."""
    declared = dict(KNOWN)
    plain = {name: Symbol(name) for text in question.where for name in names_in(text, "a condition")}
    for text in question.where:
        for condition in parse_conditions(text, plain, "a condition"):
            side = positive_side(condition)
            for symbol in side.free_symbols:
                positive = side.free_symbols == {symbol} and _keeps_positive(side, symbol)
                if positive or symbol.name not in declared:
                    assumed = {"positive": True} if positive else {"real": True}
                    declared[symbol.name] = KNOWN.get(symbol.name) or Symbol(symbol.name, **assumed)
    for text in question.settings:
        name = _read_name(text.partition("=")[0], "a setting")
        declared.setdefault(name, Symbol(name, real=True))
    given = (part for text in question.given for part in text.split("=", 1))
    for text in (*map(_strip_head, question.costs), *question.free, *question.resources, *question.constraints, *given):
        for name in names_in(text, "a cost"):
            declared.setdefault(name, Symbol(name, positive=True))
    return declared


def _check_declared(costs: Sequence[Expr], question: Question) -> None:
    """Raise InputError if an exponent of a cost or constraint has a name that is neither known nor declared."""
    texts = (*question.where, *question.free, *(setting.partition("=")[0] for setting in question.settings))
    known = {*KNOWN, *(name for text in texts for name in names_in(text, "a condition"))}
    inside = set().union(*(cost.free_symbols for cost in costs)) - set().union(*map(bases, costs))
    for name in sorted({symbol.name for symbol in inside} - known):
        raise InputError(
            f"exponents of costs and constraints must use known names; got {name}; add --where '{name} > 0' if it is a "
            "parameter"
        )


def _check_sides(relations: Sequence[Relational], question: Question) -> None:
    """Raise InputError if the base of a power in a constraint is a parameter."""
    parameters = {name for text in question.where for name in names_in(text, "a condition")}
    for relation in relations:
        sides = set().union(*map(bases, relation.args))
        for name in sorted({symbol.name for symbol in sides} & parameters):
            raise InputError(
                f"--subject-to takes constraints between resources; got {abbreviate(relation)}, where {name} is a "
                "parameter; conditions on parameters are --where"
            )


def _keeps_positive(side: Expr, symbol: Symbol) -> bool:
    """Return whether ``side > 0`` says that the symbol exceeds a number that is not negative."""
    slope = side.diff(symbol)
    return bool(slope.is_positive and (-side.subs(symbol, 0) / slope).is_nonnegative)


def _read_conditions(
    text: str, declared: Mapping[str, Symbol], settings: Mapping[Symbol, Rational]
) -> list[Relational]:
    """Return the conditions that are left once the settings are put in."""
    sides = [positive_side(condition).subs(settings) for condition in parse_conditions(text, declared, "a condition")]
    if any(side.is_number and side <= 0 for side in sides):
        raise InputError(f"a condition must hold somewhere; got {abbreviate(text)}, which is false; change it or --set")
    return [StrictGreaterThan(side, 0, evaluate=False) for side in sides if not side.is_number]


def _read_settings(
    texts: Sequence[str], declared: Mapping[str, Symbol], resources: Sequence[Symbol]
) -> dict[Symbol, Rational]:
    """Return the number that each setting gives to a parameter."""
    settings: dict[Symbol, Rational] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--set must be a name and a number; got {abbreviate(text)}; write it as --set alpha=3/2")
        symbol = declared[_read_name(name, "a setting")]
        number = exact(value.strip(), symbol.name)
        if symbol in settings or symbol in resources:
            why = "is set twice" if symbol in settings else "is a resource"
            raise InputError(f"--set takes parameters, once each; got {abbreviate(text)}, but {symbol} {why}")
        if symbol.is_positive and number <= 0:
            raise InputError(f"{symbol} must be positive; got {abbreviate(value)}; set another value")
        settings[symbol] = Rational(number.numerator, number.denominator)
    return settings


def _read_terms(
    texts: Sequence[str],
    declared: Mapping[str, Symbol],
    resources: Sequence[Symbol],
    settings: Mapping[Symbol, Rational],
    sign: Sign,
    free: Sequence[Symbol],
) -> tuple[list[Branches], bool]:
    """Return the branches of each text, and whether all are sums of monomials.

    A monomial is named as it was written, and numbered if it is given twice.
    """
    terms: list[PowerLaw] = []
    branches: list[Branches] = []
    exact_sum = True
    for text in texts:
        name = _spell_greek(" ".join(text.split()))
        same = sum(term.name == name or term.name.startswith(f"{name} [") for term in terms)
        expression = _read_expression(text, declared, "a term").subs(settings)
        plain = is_plain(expression, resources)
        whole, exact_sum = isinstance(expression, Add) or not plain, exact_sum and plain
        used = expression.free_symbols if whole else bases(expression)
        stray = sorted(s.name for s in used - set(resources) if s.name in RESOURCES)
        if stray:
            raise InputError(
                f"a resource must have a cost; got {stray[0]} in {abbreviate(text)}; add {stray[0]} to --cost, list it "
                "with --free, or fix it with --set"
            )
        if whole:
            branches.append(read_branches(expression, resources, sign, free))
            continue
        terms.append(PowerLaw.from_expr(expression, resources, f"{name} [{same + 1}]" if same else name))
        branches.append(((terms[-1],),))
    return branches, exact_sum


def _spell_greek(text: str) -> str:
    """Return a text with Greek letters spelled, for names that a terminal, LaTeX and a parser all read."""
    for letter, name in _LATIN.items():
        text = text.replace(letter, name)
    return text


def _model_terms(question: Question, settings: Mapping[Symbol, Rational]) -> list[PowerLaw]:
    """Return the terms of the paper's loss that were asked for, with the settings put in."""
    if not question.model:
        return []
    found = []
    for term in loss(question.model, question.version):  # type: ignore[arg-type]
        exponents = tuple((resource, e.subs(settings)) for resource, e in term.exponents)
        assumed = tuple(margin.subs(settings) for margin in term.assumes)
        if any(margin.is_nonpositive for margin in assumed):
            raise InputError(
                f"{term.name} is derived for {' and '.join(f'{m} > 0' for m in term.assumes)} only; change --set"
            )
        kept = tuple(margin for margin in assumed if margin.free_symbols)
        logarithms = tuple(
            replace(own, power=own.power.subs(settings), where=own.where.subs(settings))
            for own in term.logarithms
            if own.where.subs(settings) not in (S.true, S.false)
        )
        if any(own.where.subs(settings) == S.true for own in term.logarithms):
            raise InputError(
                f"a logarithm multiplies {term.name} at this point, so it is not a power law; change --set"
            )
        found.append(PowerLaw(term.name, exponents, term.prefactor.subs(settings), term.source, logarithms, kept))
    return found
