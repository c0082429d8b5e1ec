"""A user's loss, costs and domain, read from text and made into a programme.

What a symbol is follows from where it stands: the bases of the costs are resources, and so are the ones declared free;
names in conditions, settings and exponents are parameters.  Every name in a term must be one of these, or one that this
package gives a meaning (`symbols`): a mistyped name is answered, not taken for a new parameter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sympy import Expr, Rational, Symbol
from sympy.core.relational import Relational, StrictGreaterThan

from .compute_optimal import MAX_TERMS, programme
from .errors import InputError, TooMuchWork
from .model_loss import loss
from .names import PUBLISHED, Regime, Version
from .parametric import positive_side
from .parsing import names_in, parse_conditions, parse_expression
from .phases import Programme
from .rationals import exact, shown
from .symbols import B, N, P, alpha, beta, eta, gamma, t
from .terms import Loss, PowerLaw, bases

KNOWN = {symbol.name: symbol for symbol in (t, N, B, P, alpha, beta, gamma, eta)}
"""Names that need no declaration."""


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


def read(question: Question) -> Programme:
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
    settings = _settings(question.settings, declared)
    costs = [_read(text, declared, "a cost").subs(settings) for text in question.costs]
    free = [declared[name.strip()] for name in question.free]
    resources = sorted(set(free).union(*map(bases, costs)), key=lambda r: r.name)
    conditions = [condition for text in question.where for condition in _conditions(text, declared, settings)]
    terms = [*_model_terms(question, settings), *_terms(question.terms, declared, resources, settings)]
    found = {s for term in terms for _, e in term.exponents for s in e.free_symbols}
    found.update(s for condition in conditions for s in condition.free_symbols)
    ordered = sorted(found - set(resources), key=lambda p: p.name)
    return programme(Loss(tuple(terms)), costs, conditions, ordered, free)


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
        name = text.partition("=")[0].strip()
        declared.setdefault(name, Symbol(name, real=True))
    for text in (*question.costs, *question.free):
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
        raise InputError(f"the domain is empty: {shown(text)} does not hold; change it or a setting")
    return [StrictGreaterThan(side, 0, evaluate=False) for side in sides if not side.is_number]


def _settings(texts: Sequence[str], declared: Mapping[str, Symbol]) -> dict[Symbol, Rational]:
    settings: dict[Symbol, Rational] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        symbol = declared.get(name.strip())
        if not equals or symbol is None or not name.strip().isidentifier():
            raise InputError(f"a setting must be a name and a number; got {shown(text)}; write it as alpha=3/2")
        number = exact(value.strip(), name.strip())
        if symbol.is_positive and number <= 0:
            raise InputError(f"{name.strip()} must be positive; got {shown(value)}; set another value")
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
        name = " ".join(text.split())
        same = sum(term.name == name or term.name.startswith(f"{name} [") for term in terms)
        expression = _read(text, declared, "a term").subs(settings)
        terms.append(PowerLaw.from_expr(expression, resources, f"{name} [{same + 1}]" if same else name))
    return terms


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
        logarithms = () if settings else term.logarithms
        found.append(PowerLaw(term.name, exponents, term.prefactor.subs(settings), term.source, logarithms, kept))
    return found
