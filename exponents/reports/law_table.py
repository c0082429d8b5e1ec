"""What does the engine derive from laws that others published, beside what they print?

`law_table` reads each record of `claims.published_laws` as ``exponents balance`` reads a user's loss, and `follows`
compares a printed exponent with the derived one: to the digits that are printed, or as formulas.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from sympy import Expr, Rational, S, Symbol
from sympy.logic.boolalg import Boolean

from ..algebra.parametric import positive_side
from ..algebra.piecewise import agreement
from ..claims.published_laws import LAWS, Printed, PublishedLaw
from ..errors import InputError
from ..optimum.phase_diagram import Phase, PhaseDiagram
from ..optimum.proof import sides
from ..optimum.question import Question, read_question
from ..optimum.search import phase_diagram
from ..printing import STYLES, Notation, Phrase, phrase, write
from ..text.parsing import parse_conditions, parse_expression
from .columns import optimal_law
from .render import Cell, Table, make_columns

DIGITS = 6
"""Decimal places beside a rational number, for people; programs read the number."""


@cache
def derive_law(law: PublishedLaw) -> PhaseDiagram:
    """Return the phases of a published law.

    Examples
    --------
    >>> derive_law(LAWS[0]).phases[0].exponent
    119/775
    """
    question = Question(
        law.terms,
        law.costs,
        law.where,
        law.free,
        constraints=law.constraints,
        given=law.given,
        resources=law.resources,
    )
    return phase_diagram(read_question(question))


def law_table() -> Table:
    """Return a row for each phase of each law.

    Examples
    --------
    >>> [column.key for column in law_table().columns][-3:]
    ['split', 'published', 'follows']
    """
    rows = [_row(law, phase) for law in LAWS for phase in derive_law(law).phases]
    columns = make_columns(
        "law",
        "where",
        "loss",
        ("cost", "budget"),
        ("subject_to", "subject to"),
        ("compute_exponent", optimal_law("L")),
        ("split", "split of C"),
        "published",
        ("follows", "it follows"),
    )
    notes = (
        phrase("A resource with several rows has several best splits. Decimals are rounded."),
        phrase("it follows: whether the printed exponent follows from the formula, to the digits that are printed."),
        *(phrase(f"{_title(law)}: {law.note}") for law in LAWS if law.note),
    )
    title = phrase("Published laws: derived phases beside the printed exponents")
    return Table("laws", title, columns, tuple(rows), notes, blocks="text")


def _title(law: PublishedLaw) -> str:
    return f"{law.source}: {law.name}"


def _row(law: PublishedLaw, phase: Phase) -> tuple[Cell, ...]:
    diagram = derive_law(law)
    resources = diagram.programme.resources
    split: list[Cell] = []
    for r in () if phase.fault else diagram.programme.visible:
        place = resources.index(r)
        more = " or more" * any(ray[place] > 0 for ray in phase.rays)
        shares = dict.fromkeys(vertex[place] for vertex in phase.vertices)
        split += [phrase(f"{r}: {{share}}{more}", share=_beside(share)) for share in shares]
    found = [(printed, follows(law, printed, phase)) for printed in law.printed]
    compared = [(printed, answer) for printed, answer in found if answer is not None]
    return (
        _title(law),
        "everywhere" if phase.where == S.true else phase.where,
        law.terms,
        tuple(f"{cost} = C" for cost in law.costs) or None,
        (*law.constraints, *law.given) or None,
        phase.fault or _beside(phase.exponent),
        tuple(split),
        tuple(phrase(f"{printed.quantity}: {{value}}", value=_as_printed(diagram, printed)) for printed, _ in compared)
        or None,
        tuple({S.true: "yes", S.false: "no"}.get(answer, _where(answer)) for _, answer in compared) or None,
    )


def _where(condition: Boolean) -> Phrase:
    return phrase("for {condition}", condition=condition)


def _beside(value: Expr) -> Expr | Notation:
    """Return a value; a fraction with its decimals behind it, for people."""
    if not value.is_Rational or value.q < 10:  # 1/2 needs none
        return value
    plain, unicode, latex = (write(value, style) for style in STYLES)
    decimals = f"{float(value):.{DIGITS}f}".rstrip("0")
    return Notation(plain, f"{unicode} ≈ {decimals}", rf"{latex} \approx {decimals}")


def _as_printed(diagram: PhaseDiagram, printed: Printed) -> Expr | Notation:
    """Return a number with the digits that are printed, or the formula."""
    if printed.rounding:
        return Notation(printed.value, printed.value, printed.value)
    return _parse(diagram, printed)


def _parse(diagram: PhaseDiagram, printed: Printed) -> Expr:
    return parse_expression(printed.value, {p.name: p for p in diagram.programme.parameters}, "a printed exponent")


def derived_side(phase: Phase, quantity: str) -> Expr:
    """Return the derived exponent of a quantity in a phase.

    Examples
    --------
    >>> derived_side(derive_law(LAWS[0]).phases[0], "D(N)")
    17/14
    """
    if quantity == "L":
        return phase.exponent
    shares = {r.name: share for r, share in phase.allocation}
    name, _, of = quantity.rstrip(")").partition("(")
    return (shares[name] / shares[of]).cancel() if of else shares[name]


def follows(law: PublishedLaw, printed: Printed, phase: Phase) -> Boolean | None:
    """Return where in a phase a printed exponent is the derived one; None if it is printed for other phases.

    Parameters
    ----------
    law : PublishedLaw
    printed : Printed
    phase : Phase
        One of the law's.

    Returns
    -------
    Boolean or None
        True, false, or a condition on the parameters.

    Examples
    --------
    >>> [bool(follows(LAWS[0], Printed("N", value), derive_law(LAWS[0]).phases[0])) for value in ("0.45", "0.46")]
    [True, False]
    """
    programme = derive_law(law).programme
    if phase.fault:
        return None
    value, derived = _parse(derive_law(law), printed), derived_side(phase, printed.quantity)
    if not programme.parameters:
        return S.true if abs(value - derived) <= Rational(printed.rounding) else S.false
    domain = [*programme.domain, *sides(phase.where), *_conditions(printed, programme.parameters)]
    if not _is_met(domain, programme.parameters):
        return None
    return agreement(value, derived, programme.parameters, domain)


def _is_met(domain: list[Expr], parameters: tuple[Symbol, ...]) -> bool:
    """Return whether all functions are positive somewhere."""
    try:
        return agreement(S.Zero, S.Zero, parameters, domain) == S.true
    except InputError:  # the domain is empty
        return False


def _conditions(printed: Printed, parameters: tuple[Symbol, ...]) -> Iterator[Expr]:
    symbols = {p.name: p for p in parameters}
    for text in printed.where:
        yield from map(positive_side, parse_conditions(text, symbols, "a condition"))
