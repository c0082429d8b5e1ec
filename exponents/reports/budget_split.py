"""The plan of a budget as tables, and as the object that JSON holds.  Numbers are rounded to six digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath
from mpmath import mpf
from sympy import Symbol

from ..budget.allocation import Plan
from ..budget.certified import Enclosure
from ..budget.constants import Constant
from ..budget.geometric_programme import number
from ..printing import STYLES, Notation, join_notation, phrase, write
from .render import Cell, Column, Table

DIGITS = 6


def plan_object(plan: Plan) -> dict[str, object]:
    """A plan as JSON holds it: exponents as text of rationals, measured values as numbers."""
    law, other = plan.law, plan.alternative
    resources = [r.name for r, _ in plan.allocation]
    return {
        "budget": write(plan.budget, "plain"),
        "loss": _float(plan.loss),
        "irreducible": _float(number(law.irreducible)),
        "unique": plan.unique,
        "allocation": {r.name: _float(value) for r, value in plan.allocation},
        "terms": {name: _float(value) for name, value in plan.terms},
        "law": {
            "exponent": write(law.exponent, "plain"),
            "constant": _float(law.value()),
            "loss": _float(plan.predicted),
            "allocation": {
                r.name: {"exponent": write(share.exponent, "plain"), "constant": _float(_value(share.constant))}
                for r, share in law.shares
            },
            "binding": [law.programme.loss.terms[i].name for i in law.optimum.binding],
            "factor": write(plan.factor, "plain"),
            "beyond": None if plan.beyond is None else _float(number(plan.beyond)),
        },
        "second_best": None
        if other is None
        else {
            "tied": list(other.tied),
            "held": [r.name for r in other.held],
            "allocation": dict(zip(resources, (write(x, "plain") for x in other.exponents), strict=True)),
            "exponent": write(other.exponent, "plain"),
            "loss_factor": _float(other.loss_factor),
            "compute_factor": _float(other.compute_factor),
        },
    }


def plan_tables(plan: Plan) -> list[Table]:
    """What each resource gets, what each term adds, and the law."""
    return [_split(plan), _terms(plan), _law(plan)]


def _split(plan: Plan) -> Table:
    rows = tuple(
        (_symbol(r), _decimal(value), share.exponent, _written(share.constant))
        for (r, value), (_, share) in zip(plan.allocation, plan.law.shares, strict=True)
    )
    columns = (
        Column("resource"),
        Column("amount", "best amount"),
        Column("exponent", Notation("n", "n", "n")),
        Column("constant", Notation("b", "b", "b")),
    )
    notes = [phrase("Leading law: a resource grows as {law}.", law=Notation("b C^n", "b·C^n", "b\\,C^n"))]
    if not plan.unique:
        notes.insert(0, phrase("This is one best split of several."))
    title = f"Best split of a budget of {_number(plan.budget)}: loss {_decimal(plan.loss)}"
    return Table("split", phrase(title), columns, rows, tuple(notes))


def _terms(plan: Plan) -> Table:
    rows = tuple((name, _decimal(value), f"{mpmath.nstr(100 * value / plan.loss, 3)} %") for name, value in plan.terms)
    columns = (Column("term"), Column("loss", "adds"), Column("share"))
    return Table("terms", phrase("What each term adds to the loss"), columns, rows)


def _law(plan: Plan) -> Table:
    law, other = plan.law, plan.alternative
    above = " + irreducible" if law.irreducible else ""
    latex_above = r" + \text{irreducible}" if law.irreducible else ""
    reached = plan.beyond is not None and plan.budget >= plan.beyond
    start = "a budget beyond all reach" if plan.beyond is None else f"C = {_number(plan.beyond)}"
    held_from = f"{start}{'' if reached else ', more than this budget'}"
    rows: list[tuple[Cell, ...]] = [
        ("law", Notation(f"a*C^-r{above}", f"a·C^-r{above}", rf"a\,C^{{-r}}{latex_above}")),
        ("r", law.exponent),
        ("a", _written(law.constant)),
        ("balance", tuple(law.programme.loss.terms[i].name for i in law.optimum.binding)),
        ("loss by the law", _decimal(plan.predicted)),
        (f"holds within {_decimal(number(plan.factor))} from", held_from),
    ]
    if law.irreducible:
        rows.insert(3, ("irreducible", _decimal(number(law.irreducible))))
    if other is not None:
        split = join_notation(
            ", ",
            *(_power(r, x) for (r, _), x in zip(plan.allocation, other.exponents, strict=True)),
        )
        tie = other.tied + tuple(f"{r} held at 1" for r in other.held)
        excess = "the loss" if not law.irreducible else "the loss above the irreducible"
        rows += [
            ("second-best balance", tie),
            ("its split", split),
            ("costs", f"{_decimal(other.loss_factor)} times {excess}"),
        ]
    if other is not None and mpmath.isfinite(other.compute_factor):
        rows.append(("as much as", f"{_decimal(other.compute_factor)} times the budget"))
    return Table("law", phrase("The leading law"), (Column("quantity"), Column("value")), tuple(rows))


def _power(resource: Symbol, exponent: Fraction) -> Notation:
    short = str(exponent) if exponent.denominator == 1 and exponent >= 0 else f"({exponent})"
    name = write(resource, "latex")
    return Notation(
        f"{resource} ~ C^{short}",
        f"{write(resource, 'unicode')} ~ C^{short}",
        rf"{name} \sim C^{{{write(exponent, 'latex')}}}",
    )


def _symbol(resource: Symbol) -> Notation:
    return Notation(write(resource, "plain"), write(resource, "unicode"), write(resource, "latex"))


def _decimal(value: mpf) -> str:
    text = mpmath.nstr(value, DIGITS)
    return text.removesuffix(".0") if "e" not in text else text.replace(".0e", "e").replace("e+", "e")


def _number(value: Fraction) -> str:
    return str(value) if value.denominator == 1 and abs(value) < 10**9 else _decimal(number(value))


def _float(value: mpf | None) -> float | str | None:
    """A JSON number; text where a float has no such size, null where there is no value."""
    if value is None or not mpmath.isfinite(value):
        return None
    return float(value) if value == 0 or mpf("1e-300") < abs(value) < mpf("1e300") else _decimal(value)


def _value(constant: Constant | None) -> mpf | None:
    if constant is None:
        return None
    return number(constant.low if isinstance(constant, Enclosure) else constant)


def _written(constant: Constant | None) -> Cell:
    """The number, with its closed form if that is short and says more."""
    value = _value(constant)
    if constant is None or value is None:
        return "left open"
    if isinstance(constant, Enclosure):
        return f"{_decimal(value)} (certified)"
    if constant.is_Rational or len(write(constant, "plain")) > 40:
        return _decimal(value)
    decimal = _decimal(value)
    return Notation(*(f"{decimal} = {write(constant, style)}" for style in STYLES))
