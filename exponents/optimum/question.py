"""How do the texts of a user become a programme: a loss, its costs and its domain?

`losses.vocabulary` says what each name stands for.

Map: `read_question` calls, in this order, `declare_symbols`, `_read_settings`, `_read_conditions`, `_put_settings` and
`_read_terms`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Add, Eq, Expr, Rational, S, Symbol
from sympy.core.relational import Relational, StrictGreaterThan

from ..algebra.parametric import positive_side
from ..algebra.piecewise import signs_on
from ..errors import InputError, TooMuchWork
from ..losses.constraints import budget_symbols
from ..losses.terms import Loss, PowerLaw, bases
from ..losses.tropical import Branches, Sign, add_branches, is_plain, read_branches
from ..losses.vocabulary import (
    KNOWN,
    check_exponents,
    check_sides,
    check_stray,
    declare_symbols,
    read_expression,
    read_name,
    read_relations,
    strip_head,
)
from ..rationals import abbreviate, exact
from ..symbols import C
from ..text.parsing import Spelled, names_in, parse_conditions
from ..text.tokens import spell_greek
from .programme import MAX_TERMS, Programme, make_programme


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
    known_terms : tuple of PowerLaw
        Terms that come first, such as those of the paper's loss.
    """

    terms: tuple[str, ...]
    costs: tuple[str, ...]
    where: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    known_terms: tuple[PowerLaw, ...] = ()


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
    if not question.terms and not question.known_terms:
        raise InputError("a loss needs at least one term; got none; give one, such as --term 't**(-beta)'")
    given = [part for text in question.given for part in text.split("=", 1)]
    if not all("=" in text for text in question.given):
        text = next(text for text in question.given if "=" not in text)
        raise InputError(f"--given must be a resource and a power of C; got {abbreviate(text)}; write U=C**u")
    costs_read = list(map(strip_head, question.costs))
    others = (*costs_read, *question.free, *question.resources, *question.constraints, *given)
    declared, spelled = declare_symbols(question.where, question.settings, others), Spelled()
    costs = [read_expression(text, declared, "a cost", spelled) for text in costs_read]
    relations = [*read_relations(question.constraints, declared, spelled), *_read_given(question, declared, spelled)]
    written = [*costs, *(side for relation in relations for side in relation.args)]
    _check_names(question, written, relations)
    free = [declared[read_name(text, "a free resource")] for text in question.free]
    named = [declared[read_name(text, "a resource")] for text in question.resources]
    bounds = budget_symbols(costs, relations)
    resources = sorted({*free, *named}.union(*map(bases, written)) - bounds, key=lambda r: r.name)
    settings = _read_settings(question.settings, declared, resources)
    texts = (*question.terms, *question.costs, *question.where, *question.constraints, *question.given)
    unused = [s.name for s in settings if not any(s.name in names_in(text) for text in texts)]
    if unused and not question.known_terms:
        raise InputError(f"--set takes parameters of the loss; got {unused[0]}, which does not occur; leave it out")
    costs = [cost.subs(settings) for cost in costs]
    relations = [relation.subs(settings) for relation in relations]
    conditions = [condition for text in question.where for condition in _read_conditions(text, declared, settings)]
    measured = sorted({s.name for c in conditions for s in c.free_symbols} & {r.name for r in resources})
    if measured:
        raise InputError(f"--where takes conditions on parameters; got {measured[0]}, a resource; leave that one out")
    sign = signs_on(list(map(positive_side, conditions)))
    own, whole = _read_terms(question.terms, declared, resources, settings, sign, free)
    known = _put_settings(question.known_terms, settings)
    branches = add_branches([*(((term,),) for term in known), *own])
    if whole:
        whole = [*((term.name, term.as_expr()) for term in known), *whole]
    losses = [Loss(terms, whole=tuple(whole)) for terms in branches]
    loss = losses[0] if len(losses) == 1 else losses
    spelled = {expression.subs(settings): text for expression, text in spelled.items()}
    return make_programme(
        loss, costs, conditions, free=free, subject_to=relations, resources=resources, spelled=spelled
    )


def _check_names(question: Question, written: Sequence[Expr], relations: Sequence[Relational]) -> None:
    """Raise InputError if a name stands where it cannot."""
    parameters = {name for text in question.where for name in names_in(text, "a condition")}
    set_names = [read_name(setting.partition("=")[0], "a setting") for setting in question.settings]
    free = {name for text in question.free for name in names_in(text, "a free resource")}
    check_exponents(written, {*KNOWN, *parameters, *set_names, *free})
    check_sides(relations, parameters)


def _read_given(question: Question, declared: Mapping[str, Symbol], spelled: Spelled) -> list[Relational]:
    """Return the equations of the resources that are given."""
    found: list[Relational] = []
    for text in question.given:
        name, _, value = text.partition("=")
        if name.strip() == C.name:
            raise InputError(f"--given must name a resource; got C, the budget, in {abbreviate(text)}; write U=C**u")
        resource = declared[read_name(name, "a given resource")]
        found.append(Eq(resource, read_expression(value, declared, "a given power", spelled), evaluate=False))
    return found


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
        symbol = declared[read_name(name, "a setting")]
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
) -> tuple[list[Branches], list[tuple[str, Expr]]]:
    """Return the branches of each text; and, unless all are sums of monomials, each text with its expression.

    A monomial is named as it was written, and numbered if it is given twice.
    """
    terms: list[PowerLaw] = []
    branches: list[Branches] = []
    parts: list[tuple[str, Expr]] = []
    exact_sum = True
    for text in texts:
        name = spell_greek(" ".join(text.split()))
        same = sum(own == name or own.startswith(f"{name} [") for own, _ in parts)
        name = f"{name} [{same + 1}]" if same else name
        spelled = Spelled()
        expression = read_expression(text, declared, "a term", spelled).subs(settings)
        if spelled.get(S.Zero):
            raise InputError(f"a constant must be positive; got 0 in {abbreviate(text)}; leave that part out")
        plain = is_plain(expression, resources)
        whole, exact_sum = isinstance(expression, Add) or not plain, exact_sum and plain
        parts.append((name, expression))
        used = expression.free_symbols if whole else bases(expression)
        check_stray(expression, used, resources, text)
        if whole:
            branches.append(read_branches(expression, resources, sign, free))
            continue
        terms.append(PowerLaw.from_expr(expression, resources, name))
        branches.append(((terms[-1],),))
    return branches, [] if exact_sum else parts


def _put_settings(terms: Sequence[PowerLaw], settings: Mapping[Symbol, Rational]) -> list[PowerLaw]:
    """Return known terms with the settings put in."""
    found = []
    for term in terms:
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
