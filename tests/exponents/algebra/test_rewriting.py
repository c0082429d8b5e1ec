"""Expressions and conditions in other parameters: they have the same values at corresponding points."""

from fractions import Fraction

import pytest
from sympy import And, Eq, Max, Min, Ne, Not, Or, Piecewise, Rational, S, exp, symbols

from exponents.algebra.rewriting import Rewriting, zeros

a, b, x, y = symbols("a b x y", positive=True)
# a = x/y and b = x y, on x > 1 and y > 0
OTHER = Rewriting({a: x / y, b: x * y}, (x, y), (x - 1, y))
POINTS = [
    (Rational(3, 2), Rational(1, 3)),
    (Rational(7, 2), Rational(2)),
    (Rational(11, 10), Rational(1)),
    (Rational(5), Rational(5)),
]


@pytest.mark.parametrize(
    "expression",
    [
        a * b,
        (a + 1) ** -2 / b,
        Min(a, 1 / b) + 3,
        Max(a * b, b) ** 2 - a,
        Piecewise((a / b, a < b), (b, True)),
        exp(a * b) / a,
        S(5),
        (a * b) ** Rational(1, 2),
    ],
    ids=str,
)
def test_an_expression_has_the_same_value(expression):
    found = OTHER.write(expression)
    assert found.free_symbols <= {x, y}
    for first, second in POINTS:
        value = expression.subs({a: first / second, b: first * second}, simultaneous=True)
        assert (found.subs({x: first, y: second}) - value).equals(0)


@pytest.mark.parametrize(
    "condition",
    [a < b, a <= b, a > 2, a >= Rational(3, 2), b < 1, And(a < b, b > 1), Or(a > 2, b >= 4), Not(Or(a > 2, b > 4))],
    ids=str,
)
def test_a_condition_holds_at_the_same_points(condition):
    found = OTHER.write(condition)
    for first, second in POINTS:
        held = condition.subs({a: first / second, b: first * second}, simultaneous=True)
        assert found.subs({x: first, y: second}) == held


def test_curves_go_over_into_curves():
    assert OTHER.write(Eq(a, b)) == Eq(y, 1)  # x/y = x y
    assert OTHER.write(Eq(a * b, 4)) == Eq(x, 2)
    assert OTHER.write(Ne(a * b, 4)) == Ne(x, 2)
    assert OTHER.write(Eq(a * b, Rational(1, 4))) == S.false  # x = 1/2 lies outside
    assert OTHER.write(Eq(Min(a, b), 3)) == Eq(Min(x / y, x * y), 3)  # no rational function
    assert OTHER.write(Eq(x, 3)) == Eq(x, 3)  # already in the new parameters


def test_a_function_vanishes_on_curves_only():
    """(y - 2)^2 (x - y) vanishes on y = 2 without a change of sign, as x^2 + y^2 - 2 x y does on x = y."""
    assert zeros((y - 3) * (x + y), [x, y], [x - 1, y]) == Eq(y, 3)
    assert zeros(S.Zero * x, [x, y], [x, y]) == S.true
    assert zeros((x - 2) ** 2 + (y - 3) ** 2, [x, y], [x, y]) == S.false  # a point
    found = zeros((x - 2) * (y - 3) / (x + 1), [x, y], [x, y])
    assert found == Or(Eq(x, 2), Eq(y, 3))
    assert zeros(x - Fraction(1, 2), [x, y], [x - 1, y]) == S.false
