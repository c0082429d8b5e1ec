"""Several costs equal their budgets: where less may be spent, reports say what that gains."""

from fractions import Fraction

import pytest
from sympy import Symbol

from exponents import N, P, alpha, beta, compute_optimum, plan_budget, programme, t
from exponents.budget.smaller_spending import spend_less
from exponents.optimum.unspent_budgets import gains_from_less
from exponents.reports.budget_split import plan_tables
from exponents.reports.diagram import diagram_tables

D = Symbol("D", positive=True)


def notes(tables):
    return " ".join(note.write("plain") for table in tables for note in table.notes)


def test_a_plan_says_what_unspent_data_gains():
    """C = 6 N D = 1e24 leaves D at its best, 4.04e12, far below 1e15: loss 1.9112 in place of 2.36683."""
    loss = (
        Fraction(4064, 10) * N ** -Fraction(34, 100) + Fraction(4107, 10) * D ** -Fraction(28, 100) + Fraction(169, 100)
    )
    plan = plan_budget(programme(loss, (6 * N * D, D)), (10**24, 10**15))
    size = (0.34 * 406.4 / (0.28 * 410.7)) ** (1 / 0.62) * (1e24 / 6) ** (0.28 / 0.62)  # 0.34 A N^-.34 = 0.28 B D^-.28
    best = 406.4 * size**-0.34 + 410.7 * (1e24 / 6 / size) ** -0.28 + 1.69
    found = spend_less(plan)
    assert float(found.loss) == pytest.approx(best, rel=1e-9) and found.left == (1,)
    assert "Each cost equals its budget. If less may be spent on D, the least loss is 1.9112" in notes(
        plan_tables(plan)
    )
    tight = plan_budget(programme(loss, (6 * N * D, D)), (10**24, 10**12))
    assert spend_less(tight) is None and "may be spent" not in notes(plan_tables(tight))


def test_a_diagram_says_where_less_is_better():
    more = compute_optimum(t**-beta + N**-alpha, (N * t, t), [alpha > 0, beta > 0])
    assert more.exponent == 0 and gains_from_less(more)
    assert "loss falls faster on a part of the domain: give constraints in place of costs, N*t <= C, t <= C" in notes(
        diagram_tables(more)
    )
    priced = compute_optimum(t**-beta + N**-alpha + 1 / P, (N * t, P), [alpha > 0, beta > 0])
    assert not gains_from_less(priced) and "may be spent" not in notes(diagram_tables(priced))
    single = compute_optimum(t**-beta + N**-alpha, N * t, [alpha > 0, beta > 0])
    assert not gains_from_less(single)
