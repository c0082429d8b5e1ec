"""The order of branches, followed from column to column, against roots isolated anew in each column."""

import random

import pytest
from sympy import symbols

from exponents.algebra import branch_order
from exponents.algebra.branch_order import order_above, ordered_columns
from exponents.algebra.cells import cut_domain
from exponents.algebra.polynomials import Functions, factors, sign

a, b = symbols("a b")
SETS = {
    "three lines through a point": [b - a, b + a, b, a - 2],
    "a circle and its tangent": [a**2 + b**2 - 1, b - 1, b - a],
    "branches that run to infinity": [a * b - 1, b - a, b + 3],
    "two cubics": [b**3 - b - a, a**3 - a - b, 2 * b - a],
    "crossings at one place": [b**2 - a**2 - 1, (b - 3) ** 2 - a**2 - 1, b - a, b - 3 + a, 2 * b - 3],
}


def drawn(seed):
    draw = random.Random(seed)
    monomials = [1, a, b, a * b, a**2, b**2, a * b**2, b**3]
    return [sum(draw.randint(-3, 3) * m for m in monomials) + draw.choice([a, b]) for _ in range(5)]


def curves(functions, expressions):
    return sorted(frozenset().union(*(factors(functions.element(e)) for e in expressions)), key=lambda p: p.text)


@pytest.mark.parametrize("case", [*SETS, *range(12)])
def test_the_order_is_that_of_the_roots_in_each_column(case):
    plane, short = Functions((a, b)), []
    listed = curves(plane, SETS[case] if case in SETS else drawn(case))
    for column, order, met in ordered_columns(plane, listed):
        assert order == order_above(listed, column.base)
        short.append(met)
    assert case in SETS or any(short)  # control: the short way is gone


def test_control_a_crossing_that_is_not_followed_is_seen(monkeypatch):
    monkeypatch.setattr(branch_order, "_exchange", lambda order, *_: order)
    plane = Functions((a, b))
    listed = curves(plane, [b - a, b, a + b - 3])
    assert any(order != order_above(listed, column.base) for column, order, _ in ordered_columns(plane, listed))


@pytest.mark.parametrize("seed", range(6))
def test_the_signs_of_a_cell_are_those_at_its_sample(seed):
    plane = Functions((a, b))
    listed = curves(plane, [*drawn(seed), a, b])
    cut = cut_domain(plane, listed, [a, b])
    assert cut.cells
    for cell in cut.cells:
        assert all((cell.signs >> i & 1) == (sign(p, cell.sample) > 0) for i, p in enumerate(cut.polynomials))
