"""How is what was asked beside a plan reported: resources that are held, splits to compare, and a loss to reach?"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from mpmath import mpf

from ..budget.allocation import Plan
from ..budget.comparison import Comparison, Held
from ..budget.geometric_programme import number
from ..budget.trade_off import Cost
from ..printing import phrase, write
from .amounts import amount, as_float, decimal, round_gap
from .render import Cell, Table, make_columns


def question_object(held: Held | None, compared: Sequence[Comparison]) -> dict[str, object]:
    """Return the keys that JSON has beside those of the plan.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> from exponents.budget.comparison import hold_resources
    >>> held = hold_resources(plan_budget(programme(1 / t + 1 / N), 100), {N: 5})
    >>> question_object(held, [])["held"]["loss"]
    0.25
    """
    found: dict[str, object] = {}
    if held:
        found["held"] = {
            "amounts": {r.name: write(own, "plain") for r, own in held.amounts},
            "allocation": {r.name: as_float(x) for r, x in held.plan.allocation if r in held.plan.programme.visible},
            "loss": as_float(held.plan.loss),
            "budget_for_best_loss": None if held.needed is None else as_float(number(held.needed)),
            "best_budget_for_its_loss": as_float(number(held.enough)),
        }
    if compared:
        found["compared"] = [
            {
                "allocation": {r.name: write(own, "plain") for r, own in split.amounts},
                "costs": {name: as_float(cost) for name, cost in split.costs},
                "budget": as_float(split.budget),
                "loss": as_float(split.loss),
                "best_budget_for_its_loss": as_float(number(split.needed)),
                "broken": list(split.broken),
            }
            for split in compared
        ]
    return found


def target_object(target: Fraction, cost: Cost) -> dict[str, object]:
    """Return the keys that JSON has for a loss to reach.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> from exponents.budget.trade_off import least_cost
    >>> target_object(Fraction(1, 5), least_cost(programme(1 / t + 1 / N), "1/5"))["target"]
    '1/5'
    """
    return {"target": str(target), "budget_gap": as_float(_gap_of(cost)), "budget_pieces": cost.pieces}


def target_table(target: Fraction, cost: Cost) -> Table:
    """Return the table for a loss to reach.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> from exponents.budget.trade_off import least_cost
    >>> target_table(Fraction(1, 5), least_cost(programme(1 / t + 1 / N), "1/5")).rows[1]
    ('least budget', '100')
    """
    rows: tuple[tuple[Cell, ...], ...] = (("target", amount(target)), ("least budget", amount(cost.budget)))
    searched = f"All branches were searched, in {cost.pieces} piece{'s' * (cost.pieces > 1)}. " if cost.pieces else ""
    proved = f"Proved: no budget that is lower by more than {round_gap(_gap_of(cost))} of it reaches the target."
    columns = make_columns("quantity", "value")
    return Table("target", phrase("The loss to reach"), columns, rows, (phrase(searched + proved),))


def _gap_of(cost: Cost) -> mpf:
    """Return by how much of the budget a lower one may suffice: what is not proved, and the rounding to 18 digits."""
    return max(1 - cost.low / number(cost.budget), mpf(10) ** -17)


def question_tables(plan: Plan, held: Held | None, compared: Sequence[Comparison]) -> list[Table]:
    """Return a table for the resources that are held, and one for the splits to compare, if there are any.

    Examples
    --------
    >>> from exponents import N, plan_budget, programme, t
    >>> from exponents.budget.comparison import compare_split
    >>> plan = plan_budget(programme(1 / t + 1 / N), 100)
    >>> [table.name for table in question_tables(plan, None, [compare_split(plan, {N: 5, t: 20})])]
    ['compared']
    """
    best = dict(plan.allocation)
    tables = []
    if held:
        own = dict(held.plan.allocation)
        rows: list[tuple[Cell, ...]] = [(r, decimal(best[r]), decimal(own[r])) for r in plan.programme.visible]
        needed = "none reaches it" if held.needed is None else amount(held.needed)
        rows += [
            ("loss", decimal(plan.loss), decimal(held.plan.loss)),
            (f"budget for a loss of {decimal(plan.loss)}", amount(plan.budget), needed),
            (f"budget for a loss of {decimal(held.plan.loss)}", amount(held.enough), amount(plan.budget)),
        ]
        what = " and ".join(f"{r} = {amount(own)}" for r, own in held.amounts)
        columns = make_columns("quantity", ("best", "best split"), "held")
        tables.append(Table("held", phrase(f"What it costs to hold {what}"), columns, tuple(rows)))
    if compared:
        tables.append(_compare(plan, compared))
    return tables


def _compare(plan: Plan, compared: Sequence[Comparison]) -> Table:
    best = dict(plan.allocation)
    rows: list[tuple[Cell, ...]] = [
        (r, decimal(best[r]), *(amount(dict(split.amounts)[r]) for split in compared)) for r in plan.programme.visible
    ]
    for i, (name, _) in enumerate(compared[0].costs):
        rows.append((f"cost {name}", None, *(decimal(split.costs[i][1]) for split in compared)))
    rows += [
        ("budget", amount(plan.budget), *(decimal(split.budget) for split in compared)),
        ("loss", decimal(plan.loss), *(decimal(split.loss) for split in compared)),
        ("best split, same loss", amount(plan.budget), *(amount(split.needed) for split in compared)),
    ]
    if any(split.broken for split in compared):
        rows.append(("breaks", None, *(split.broken or None for split in compared)))
    columns = make_columns(
        "quantity", ("best", "best split"), *((f"split_{i + 1}", f"split {i + 1}") for i in range(len(compared)))
    )
    note = phrase("Best split, same loss: the budget that the best split needs for the loss of the column.")
    return Table("compared", phrase("Splits to compare"), columns, tuple(rows), (note,))
