"""How is the plan of a budget reported: as tables for people, and as the object that JSON holds?

`plan_tables` rounds numbers to six digits; `plan_object` keeps them as floats.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

import mpmath
from mpmath import mpf
from sympy import Symbol

from ..budget.allocation import Alternative, Plan
from ..budget.certified_bounds import Enclosure
from ..budget.comparison import ROUNDING, spare_room
from ..budget.constants import Constant
from ..budget.geometric_programme import DIGITS, number
from ..budget.leading_law import Law
from ..budget.smaller_spending import spend_less
from ..printing import STYLES, Notation, Phrase, join_notation, phrase, write
from .amounts import amount, as_float, decimal, round_gap
from .render import Cell, Table, make_columns


def plan_object(plan: Plan) -> dict[str, object]:
    """Return a plan as JSON holds it: exponents as text of rationals, amounts and losses as numbers.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> plan_object(plan_budget(programme(3 / t + 2 / N), 10**6))["law"]["exponent"]
    '1/2'
    """
    law, other = plan.law, plan.alternative
    visible, tight = set(plan.programme.visible), _tight(plan)
    return {
        "budget": write(plan.budget, "plain"),
        "budgets": [write(budget, "plain") for budget in plan.budgets],
        "loss": as_float(plan.loss),
        "irreducible": as_float(plan.irreducible),
        "gap": None if plan.low is None else as_float(gap_of(plan)),
        "pieces": plan.pieces,
        "unique": plan.unique,
        **({"whole": [r.name for r in plan.whole]} if plan.whole else {}),
        "allocation": {r.name: as_float(value) for r, value in plan.allocation if r in visible},
        **({"tight": tight} if plan.programme.constraints else {}),
        "terms": {name: as_float(value) for name, value in plan.terms},
        "law": None
        if law is None
        else {
            **_law_object(law, visible, loss=as_float(plan.predicted)),
            "binding": [law.programme.loss.terms[i].name for i in law.optimum.binding],
            "factor": write(plan.factor, "plain"),
            "beyond": None if plan.beyond is None else as_float(number(plan.beyond)),
        },
        **({} if law else {"no_law": plan.no_law}),
        "second_best": None
        if other is None
        else {
            "tied": list(other.tied),
            "held": [r.name for r in other.held],
            "allocation": {
                r.name: write(x, "plain")
                for (r, _), x in zip(plan.allocation, other.exponents, strict=True)
                if r in visible
            },
            "exponent": write(other.exponent, "plain"),
            "loss_factor": as_float(other.loss_factor),
            "compute_factor": as_float(other.compute_factor),
        },
    }


def gap_of(plan: Plan) -> mpf:
    """Return by how much of the loss, at most, another split is better: what the certificate leaves open.

    >>> from exponents import N, plan_budget, programme, t
    >>> gap_of(plan_budget(programme(3 / t + 2 / N), 10**6)) < 1e-30
    True
    """
    assert plan.low is not None
    # below the accuracy of the amounts themselves a gap says nothing
    return max((plan.loss - plan.low) / plan.loss, mpf(10) ** (10 - DIGITS))


def plan_tables(plan: Plan) -> list[Table]:
    """Return three tables: what each resource gets, what each term adds to the loss, and the leading law.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> [table.name for table in plan_tables(plan_budget(programme(3 / t + 2 / N), 10**6))]
    ['split', 'terms', 'law']
    """
    return [_split(plan), _terms(plan), _law(plan)]


def law_tables(law: Law) -> list[Table]:
    """Return a leading law as a table: the loss, and each resource, as powers of C.

    Examples
    --------
    >>> from exponents import N, leading_law, programme, t
    >>> law_tables(leading_law(programme(1 / t + 1 / N)))[0].rows[0]
    ('loss', '2', Fraction(-1, 2))
    """
    rows: list[tuple[Cell, ...]] = [("loss", _constant(law.constant), -law.exponent)]
    rows += [(r, _constant(share.constant), share.exponent) for r, share in law.shares if r in law.programme.visible]
    notes = (phrase("Irreducible: {sum}.", sum=law.irreducible),) if law.irreducible else ()
    columns = make_columns("quantity", ("constant", Notation("b", "b", "b")), ("exponent", Notation("n", "n", "n")))
    title = phrase("Leading law: {law}", law=Notation("b C^n", "b·C^n", "b\\,C^n"))
    return [Table("law", title, columns, tuple(rows), notes)]


def law_object(law: Law) -> dict[str, object]:
    """Return a leading law as JSON holds it.

    Examples
    --------
    >>> from exponents import N, leading_law, programme, t
    >>> law_object(leading_law(programme(1 / t + 1 / N)))["allocation"]["t"]
    {'exponent': '1/2', 'constant': 1.0}
    """
    return _law_object(law, law.programme.visible, irreducible=write(law.irreducible, "plain"))


def _law_object(law: Law, visible: Collection[Symbol], **more: object) -> dict[str, object]:
    """Return the exponents and constants of the loss and of each visible resource, with more about the loss."""
    return {
        "exponent": write(law.exponent, "plain"),
        "constant": as_float(law.value()),
        **more,
        "allocation": {
            r.name: {"exponent": write(share.exponent, "plain"), "constant": as_float(_value(share.constant))}
            for r, share in law.shares
            if r in visible
        },
    }


def _split(plan: Plan) -> Table:
    shares = dict(plan.law.shares) if plan.law else {}
    rows = tuple(
        (r, decimal(value), *((shares[r].exponent, _constant(shares[r].constant)) if shares else ()))
        for r, value in plan.allocation
        if r in plan.programme.visible
    )
    law_columns = (("exponent", Notation("n", "n", "n")), ("constant", Notation("b", "b", "b"))) if shares else ()
    columns = make_columns("resource", ("amount", "best amount"), *law_columns)
    notes = []
    if shares:
        notes.append(phrase("Leading law: a resource grows as {law}.", law=Notation("b C^n", "b·C^n", "b\\,C^n")))
    if len(plan.budgets) > 1:
        notes.append(phrase("C is the first budget; in the law the others grow in proportion."))
    if less := spend_less(plan):
        left = [plan.programme.costs[i].name for i in less.left]
        bounds = " and ".join(f"{cost} <= {amount(plan.budgets[i])}" for i, cost in zip(less.left, left, strict=True))
        notes.append(
            phrase(
                f"Each cost equals its budget. If less may be spent on {' and '.join(left)}, the least loss is "
                f"{decimal(less.loss)}: give {bounds} as a constraint in place of the cost."
            )
        )
    if plan.programme.constraints:
        notes.append(phrase(f"Tight constraints: {', '.join(_tight(plan)) or 'none'}."))
    if plan.whole:
        notes.append(phrase(f"In whole numbers: {', '.join(r.name for r in plan.whole)}."))
    notes += _certify(plan)
    if plan.unique is False:
        notes.insert(0, phrase("The best split is not unique; this is one of several."))
    budgets = ", ".join(map(amount, plan.budgets))
    what = f"a budget of {budgets}" if len(plan.budgets) == 1 else f"budgets of {budgets}"
    title = f"Best split of {what}: loss {decimal(plan.loss)}"
    return Table("split", phrase(title), columns, rows, tuple(notes))


def _certify(plan: Plan) -> list[Phrase]:
    """Return what is proved about the loss, and how it was searched."""
    if plan.low is None:
        return []
    gap = round_gap(gap_of(plan))
    if plan.pieces:
        pieces = "1 piece" if plan.pieces == 1 else f"{plan.pieces} pieces"
        searched = f"Not convex in logarithms: all branches were searched, in {pieces}."
        return [phrase(f"{searched} Proved: no split has a loss that is lower by more than {gap} of it.")]
    return [phrase(f"Proved: no split has a loss that is lower by more than {gap} of it.")]


def _tight(plan: Plan) -> list[str]:
    """Return the constraints that this budget meets without slack."""
    spare = spare_room(plan.programme, dict(plan.allocation), number(plan.budget))
    return [name for name, room, equal in spare if not equal and room <= ROUNDING]


def _terms(plan: Plan) -> Table:
    rows = tuple((name, decimal(value), f"{mpmath.nstr(100 * value / plan.loss, 3)} %") for name, value in plan.terms)
    columns = make_columns("term", ("loss", "adds"), "share")
    return Table("terms", phrase("What each term adds to the loss"), columns, rows)


def _law(plan: Plan) -> Table:
    law = plan.law
    title, columns = phrase("The leading law"), make_columns("quantity", "value")
    if law is None or plan.predicted is None:
        return Table("law", title, columns, (("law", "none"), ("reason", plan.no_law)))
    above = " + irreducible" if law.irreducible else ""
    latex_above = r" + \text{irreducible}" if law.irreducible else ""
    rows: list[tuple[Cell, ...]] = [
        ("law", Notation(f"a*C^-r{above}", f"a·C^-r{above}", rf"a\,C^{{-r}}{latex_above}")),
        ("r", law.exponent),
        ("a", _constant(law.constant)),
        *([("irreducible", decimal(number(law.irreducible)))] if law.irreducible else []),
        ("balance", tuple(law.programme.loss.terms[i].name for i in law.optimum.binding)),
        ("loss by the law", decimal(plan.predicted)),
        (f"accurate to {_accuracy(plan.factor)}", _from_budget(plan)),
        *(_second_best(plan, law, plan.alternative) if plan.alternative else []),
    ]
    return Table("law", title, columns, tuple(rows))


def _accuracy(factor: Fraction) -> str:
    """Return the accuracy of a law that holds within a factor: 10 % for 1.1."""
    return f"{decimal(number(100 * (factor - 1)))} %" if factor < 2 else f"a factor {decimal(number(factor))}"


def _from_budget(plan: Plan) -> Cell:
    """Return the budgets at which the law is that accurate."""
    if plan.beyond is None:
        return "for no budget in reach"
    start = amount(plan.beyond)
    sentence = "for {budget}" if plan.budget >= plan.beyond else "for {budget}, more than this budget"
    return phrase(sentence, budget=Notation(f"C >= {start}", f"C ≥ {start}", rf"C \geq {start}"))


def _second_best(plan: Plan, law: Law, other: Alternative) -> list[tuple[Cell, ...]]:
    """Return the rows of the second-best balance: what ties, how it splits a budget, and what that costs."""
    excess = "reducible loss" if law.irreducible else "loss"
    rows: list[tuple[Cell, ...]] = [
        ("second-best balance", other.tied + tuple(f"{r} held at 1" for r in other.held)),
        ("its split", _split_of(plan, other)),
        (f"its {excess}", f"{decimal(other.loss_factor)} times larger"),
    ]
    if mpmath.isfinite(other.compute_factor):
        rows.append(("best split, same loss", f"a budget {decimal(other.compute_factor)} times smaller"))
    return rows


def _split_of(plan: Plan, other: Alternative) -> Cell:
    visible = plan.programme.visible
    shares = [(r, x) for (r, _), x in zip(plan.allocation, other.exponents, strict=True) if r in visible]
    growing = [r for r, x in shares if x != 0]
    if len(growing) == 1:
        return phrase("all compute goes to {resource}", resource=growing[0])
    return join_notation(", ", *(_power(r, x) for r, x in shares))


def _power(resource: Symbol, exponent: Fraction) -> Notation:
    short = str(exponent) if exponent.denominator == 1 and exponent >= 0 else f"({exponent})"
    name = write(resource, "latex")
    return Notation(
        f"{resource} ~ C^{short}",
        f"{write(resource, 'unicode')} ~ C^{short}",
        rf"{name} \sim C^{{{write(exponent, 'latex')}}}",
    )


def _value(constant: Constant | None) -> mpf | None:
    if constant is None:
        return None
    return number(constant.low if isinstance(constant, Enclosure) else constant)


def _constant(constant: Constant | None) -> Cell:
    """Return the number, with its closed form if that is short and not a plain rational."""
    value = _value(constant)
    if constant is None or value is None:
        return "left open"
    if isinstance(constant, Enclosure):
        return f"{decimal(value)} (certified)"
    if constant.is_Rational or len(write(constant, "plain")) > 40:
        return decimal(value)
    short = decimal(value)
    return Notation(*(f"{short} = {write(constant, style)}" for style in STYLES))
