"""The plan of a budget as tables, and as the object that JSON holds.  Numbers are rounded to six digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath
from mpmath import mpf
from sympy import Expr, Symbol

from .constants import Constant
from .enclosures import Enclosure
from .plan import Plan
from .printing import Notation, phrase, write
from .render import Cell, Column, Table

DIGITS = 6


def plan_object(plan: Plan) -> dict[str, object]:
    """A plan as JSON holds it: exponents as text of rationals, measured values as numbers."""
    law, other = plan.law, plan.alternative
    resources = [r.name for r, _ in plan.allocation]
    return {
        "budget": write(plan.budget, "plain"),
        "loss": float(plan.loss),
        "irreducible": float(law.irreducible),
        "unique": plan.unique,
        "allocation": {r.name: float(value) for r, value in plan.allocation},
        "terms": {name: float(value) for name, value in plan.terms},
        "law": {
            "exponent": write(law.exponent, "plain"),
            "constant": float(law.value()),
            "loss": float(plan.predicted),
            "allocation": {
                r.name: {"exponent": write(share.exponent, "plain"), "constant": _float(share.constant)}
                for r, share in law.shares
            },
            "binding": [law.programme.loss.terms[i].name for i in law.optimum.binding],
            "factor": write(plan.factor, "plain"),
            "beyond": float(plan.beyond),
        },
        "second_best": None
        if other is None
        else {
            "tied": list(other.tied),
            "allocation": dict(zip(resources, (write(x, "plain") for x in other.exponents), strict=True)),
            "exponent": write(other.exponent, "plain"),
            "loss_factor": float(other.loss_factor),
            "compute_factor": float(other.compute_factor),
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
    rows: list[tuple[Cell, ...]] = [
        ("law", f"a C^-r{above}"),
        ("r", law.exponent),
        ("a", _written(law.constant)),
        ("balance", tuple(law.programme.loss.terms[i].name for i in law.optimum.binding)),
        ("loss by the law", _decimal(plan.predicted)),
        (f"holds within {_number(plan.factor)} from C =", _number(plan.beyond)),
    ]
    if law.irreducible:
        rows.insert(3, ("irreducible", _number(Fraction(int(law.irreducible.p), int(law.irreducible.q)))))
    if other is not None:
        split = ", ".join(
            f"{write(r, 'unicode')} ~ C^{write(x, 'plain')}"
            if x.denominator == 1
            else f"{write(r, 'unicode')} ~ C^({x})"
            for (r, _), x in zip(plan.allocation, other.exponents, strict=True)
        )
        excess = "the loss" if not law.irreducible else "the loss above the irreducible"
        rows += [
            ("second-best balance", other.tied),
            ("its split", split),
            ("costs", f"{mpmath.nstr(other.loss_factor, 4)} times {excess}"),
            ("as much as", f"{mpmath.nstr(other.compute_factor, 4)} times the budget"),
        ]
    return Table("law", phrase("The leading law"), (Column("quantity"), Column("value")), tuple(rows))


def _symbol(resource: Symbol) -> Notation:
    return Notation(write(resource, "plain"), write(resource, "unicode"), write(resource, "latex"))


def _decimal(value: mpf) -> str:
    return mpmath.nstr(value, DIGITS)


def _number(value: Fraction) -> str:
    if value.denominator == 1 and abs(value) < 10**9:
        return str(value)
    return mpmath.nstr(mpf(value.numerator) / value.denominator, DIGITS)


def _float(constant: Constant | None) -> float | None:
    if constant is None:
        return None
    return float(constant)


def _written(constant: Constant | None) -> Cell:
    """The number, with its closed form if that is short."""
    if constant is None:
        return "left open"
    if isinstance(constant, Enclosure):
        return f"{mpmath.nstr(mpf(float(constant)), DIGITS)} (certified)"
    number = mpmath.nstr(mpf(str(constant.evalf(15))), DIGITS)
    return f"{number} = {form}" if len(form := _closed(constant)) <= 40 else number


def _closed(constant: Expr) -> str:
    return write(constant, "plain")
