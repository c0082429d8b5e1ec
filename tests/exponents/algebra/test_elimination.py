"""Where curves of two parameters turn back, cells that signs tell apart, and signs that change between cells."""

from fractions import Fraction

import pytest
from sympy import symbols

from exponents.algebra.cells import cut_domain
from exponents.algebra.elimination import separating_polynomials, walls_between
from exponents.algebra.polynomials import Functions, factors
from exponents.algebra.real_roots import real_roots

a, b = symbols("a b", positive=True)
FIELD = Functions((a, b))


def curves(*expressions):
    return frozenset().union(*(factors(FIELD.element(e)) for e in expressions))


@pytest.mark.parametrize(
    "expressions", [(b**2 - a**2 + 1,), (a**2 + b**2 - 4,), (b**3 - 3 * b - a,), (a * b - 1, a - b)], ids=str
)
def test_separating_polynomials_have_other_signs_on_any_two_cells(expressions):
    cells = cut_domain(FIELD, separating_polynomials(curves(*expressions))).cells
    assert len({cell.signs for cell in cells}) == len(cells)


def test_control_the_curves_alone_do_not_tell_their_cells_apart():
    cells = cut_domain(FIELD, curves(b**2 - a**2 + 1)).cells
    assert len({cell.signs for cell in cells}) < len(cells)


def test_walls_are_where_a_curve_turns_back_or_meets_another_one():
    """b^2 = a^2 - 1 turns back at -1 and 1, and meets b = 2 a - 2 at 1 and 5/3."""
    (hyperbola,), (line,) = curves(b**2 - a**2 + 1), curves(b - 2 * a + 2)
    (zero,), (three,), (five,) = (real_roots((-k, 1)) for k in (0, 3, 5))
    assert walls_between(None, three, hyperbola) == curves(a - 1, a + 1)
    assert walls_between(three, five, hyperbola) == frozenset()
    assert curves(3 * a - 5) <= walls_between(zero, three, hyperbola, line)
    assert walls_between(three, five, hyperbola, line) == frozenset()


def test_a_polynomial_changes_its_sign_between_cells_beside_or_above_each_other():
    cut = cut_domain(FIELD, curves(b - 1, a - 1, a, b), [a, b])
    changing = {e: cut.changes(next(iter(curves(e)))) for e in (b - 1, a - 1, a, b, a + b, a * b + 1)}
    assert {e for e, changes in changing.items() if changes} == {a - 1, b - 1}
    assert {tuple(v < 1 for v in cell.sample.values()) for cell in cut.cells} == {
        (x, y) for x in (True, False) for y in (True, False)
    }
    assert all(isinstance(v, Fraction | int) for cell in cut.cells for v in cell.sample.values())
