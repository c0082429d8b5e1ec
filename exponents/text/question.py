"""A user's loss, costs and domain, read from text and made into a programme.

What a symbol is follows from where it stands: the bases of the costs are resources, and so are the ones declared free;
names in conditions, settings and exponents are parameters.  Every name in a term must be one of these, or one that this
package gives a meaning (`symbols`): a mistyped name is answered, not taken for a new parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Rational, S, Symbol
from sympy.core.relational import Relational, StrictGreaterThan

from ..algebra.parametric import positive_side
from ..errors import InputError, TooMuchWork
from ..losses.terms import Loss, PowerLaw, bases
from ..model.online_loss import loss
from ..names import PUBLISHED, Regime, Version
from ..optimum.programme import MAX_TERMS, Programme, programme
from ..printing import GREEK
from ..rationals import abbreviate, exact
from ..symbols import B, N, P, alpha, beta, eta, gamma, t
from .parsing import names_in, parse_conditions, parse_expression

RESOURCES = ("t", "N", "P")
"""Names that mean something to be allocated: as a mere constant in a term they are a slip.  B may be held fixed."""

KNOWN = {symbol.name: symbol for symbol in (t, N, B, P, alpha, beta, gamma, eta)}
"""Names that need no declaration."""


_LATIN = {letter: name for name, letter in GREEK.items()}


@dataclass(frozen=True)
class Question:
    """What a user asks: the texts of a loss, its costs and its domain.

    Attributes
    ----------
    terms, costs, where, free : tuples of str
    settings : tuple of str
        ``name=value``, substituted before anything else.
    model : "lazy", "rich" or ""
        Whether the terms of the model's own loss come first.
    version : "published" or "derived"
        Which form of these.
    """

    terms: tuple[str, ...]
    costs: tuple[str, ...]
    where: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    model: Regime | str = ""
    version: Version = PUBLISHED


def read_question(question: Question) -> Programme:
    """The programme that some texts describe.

    Raises
    ------
    InputError
        For text that is no arithmetic in declared symbols, terms that are no monomials, and whatever
        `compute_optimal.programme` refuses.
    """
    if len(question.terms) > MAX_TERMS:
        raise TooMuchWork(f"a loss may have {MAX_TERMS} terms at most; got {len(question.terms)}; leave some out")
    if not question.terms and not question.model:
        raise InputError("a loss needs at least one term; got none; give one, such as --term 't**(-beta)'")
    declared = _declared(question)
    costs = [_cost(text, declared) for text in question.costs]
    free = [declared[_name(text, "a free resource")] for text in question.free]
    resources = sorted(set(free).union(*map(bases, costs)), key=lambda r: r.name)
    settings = _settings(question.settings, declared, resources)
    costs = [cost.subs(settings) for cost in costs]
    conditions = [condition for text in question.where for condition in _conditions(text, declared, settings)]
    measured = sorted({s.name for c in conditions for s in c.free_symbols} & {r.name for r in resources})
    if measured:
        raise InputError(f"a domain is about parameters; got {measured[0]}, a resource; leave that condition out")
    terms = [*_model_terms(question, settings), *_terms(question.terms, declared, resources, settings)]
    found = {s for term in terms for _, e in term.exponents for s in e.free_symbols}
    found.update(s for condition in conditions for s in condition.free_symbols)
    ordered = sorted(found - set(resources), key=lambda p: p.name)
    unused = [s.name for s in settings if not any(s.name in _names(text) for text in _texts(question))]
    if unused and not question.model:
        raise InputError(f"a setting must be of a parameter of the loss; got {unused[0]}; leave it out")
    return programme(Loss(tuple(terms)), costs, conditions, ordered, free)


def _texts(question: Question) -> tuple[str, ...]:
    return (*question.terms, *question.costs, *question.where)


def _name(text: str, role: str) -> str:
    """The one name that a text is, in Latin letters."""
    names = names_in(text, role)
    if len(names) != 1 or text.strip() not in {
        names[0],
        *(letter for letter, name in _LATIN.items() if name == names[0]),
    }:
        raise InputError(f"{role} must be one name; got {abbreviate(text)}; write it as eta, one option for each")
    return names[0]


def _cost(text: str, declared: Mapping[str, Symbol]) -> Expr:
    """A cost, which may be written as C = ..."""
    head, equals, rest = text.partition("=")
    return _read(rest if equals and head.strip() == "C" else text, declared, "a cost")


def _read(text: str, declared: Mapping[str, Symbol], role: str) -> Expr:
    try:
        return parse_expression(text, declared, role)
    except InputError as error:
        unknown = [name for name in _names(text) if name not in declared]
        if not unknown:
            raise
        hint = f"; declare {unknown[0]} with --where '{unknown[0]} > 0' if it is a parameter, with --cost if a resource"
        raise InputError(f"{error}{hint}") from error


def _names(text: str) -> tuple[str, ...]:
    try:
        return names_in(text)
    except InputError:
        return ()


def _declared(question: Question) -> dict[str, Symbol]:
    """Every name that may occur, with its symbol; one that a condition keeps positive is declared so."""
    declared = dict(KNOWN)
    plain = {name: Symbol(name) for text in question.where for name in names_in(text, "a domain")}
    for text in question.where:
        for condition in parse_conditions(text, plain, "a domain"):
            side = positive_side(condition)
            for symbol in side.free_symbols:
                positive = side.free_symbols == {symbol} and _keeps_positive(side, symbol)
                if positive or symbol.name not in declared:
                    declared[symbol.name] = KNOWN.get(symbol.name) or Symbol(symbol.name, **_assumed(positive))
    for text in question.settings:
        name = _name(text.partition("=")[0], "a setting")
        declared.setdefault(name, Symbol(name, real=True))
    for text in (*(text.removeprefix("C =").removeprefix("C=") for text in question.costs), *question.free):
        for name in names_in(text, "a cost"):
            declared.setdefault(name, Symbol(name, positive=True))
    return declared


def _assumed(positive: bool) -> dict[str, bool]:
    return {"positive": True} if positive else {"real": True}


def _keeps_positive(side: Expr, symbol: Symbol) -> bool:
    """Whether ``side > 0`` says that the symbol exceeds a number that is not negative."""
    slope = side.diff(symbol)
    return bool(slope.is_positive and (-side.subs(symbol, 0) / slope).is_nonnegative)


def _conditions(text: str, declared: Mapping[str, Symbol], settings: Mapping[Symbol, Rational]) -> list[Relational]:
    """The conditions that are left once the settings are put in."""
    sides = [positive_side(condition).subs(settings) for condition in parse_conditions(text, declared, "a domain")]
    if any(side.is_number and side <= 0 for side in sides):
        raise InputError(f"the domain is empty: {abbreviate(text)} does not hold; change it or a setting")
    return [StrictGreaterThan(side, 0, evaluate=False) for side in sides if not side.is_number]


def _settings(
    texts: Sequence[str], declared: Mapping[str, Symbol], resources: Sequence[Symbol]
) -> dict[Symbol, Rational]:
    settings: dict[Symbol, Rational] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"a setting must be a name and a number; got {abbreviate(text)}; write it as alpha=3/2")
        symbol = declared[_name(name, "a setting")]
        number = exact(value.strip(), symbol.name)
        if symbol in settings or symbol in resources:
            why = "is set twice" if symbol in settings else "is a resource, not a parameter"
            raise InputError(
                f"a setting is of one parameter, once; got {abbreviate(text)}, but {symbol} {why}; leave it out"
            )
        if symbol.is_positive and number <= 0:
            raise InputError(f"{symbol} must be positive; got {abbreviate(value)}; set another value")
        settings[symbol] = Rational(number.numerator, number.denominator)
    return settings


def _terms(
    texts: Sequence[str],
    declared: Mapping[str, Symbol],
    resources: Sequence[Symbol],
    settings: Mapping[Symbol, Rational],
) -> list[PowerLaw]:
    """Each text as a term, named as it was written; a text given twice is numbered."""
    terms: list[PowerLaw] = []
    for text in texts:
        name = _latin(" ".join(text.split()))
        same = sum(term.name == name or term.name.startswith(f"{name} [") for term in terms)
        expression = _read(text, declared, "a term").subs(settings)
        stray = sorted(s.name for s in bases(expression) - set(resources) if s.name in RESOURCES)
        if stray:
            raise InputError(
                f"{stray[0]} in {abbreviate(text)} has no cost; put it into --cost, or into --free, or set it"
            )
        terms.append(PowerLaw.from_expr(expression, resources, f"{name} [{same + 1}]" if same else name))
    return terms


def _latin(text: str) -> str:
    """A text with Greek letters spelled, for names that a terminal, LaTeX and a parser all read."""
    for letter, name in _LATIN.items():
        text = text.replace(letter, name)
    return text


def _model_terms(question: Question, settings: Mapping[Symbol, Rational]) -> list[PowerLaw]:
    if not question.model:
        return []
    found = []
    for term in loss(question.model, question.version):  # type: ignore[arg-type]
        exponents = tuple((resource, e.subs(settings)) for resource, e in term.exponents)
        assumed = tuple(margin.subs(settings) for margin in term.assumes)
        if any(margin.is_nonpositive for margin in assumed):
            raise InputError(
                f"{term.name} is derived for {' and '.join(f'{m} > 0' for m in term.assumes)}; change a setting"
            )
        kept = tuple(margin for margin in assumed if margin.free_symbols)
        logarithms = tuple(
            replace(own, power=own.power.subs(settings), where=own.where.subs(settings))
            for own in term.logarithms
            if own.where.subs(settings) not in (S.true, S.false)
        )
        if any(own.where.subs(settings) == S.true for own in term.logarithms):
            raise InputError(f"a logarithm multiplies {term.name} at these settings, so it is no power law; change one")
        found.append(PowerLaw(term.name, exponents, term.prefactor.subs(settings), term.source, logarithms, kept))
    return found
