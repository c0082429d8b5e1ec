"""Signs of polynomials on boxes: against their values, and by hand."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from sympy import symbols

from exponents.algebra.box import find_bounds, sign_on_box
from exponents.algebra.polynomials import Functions, factors

a, b = symbols("a b", positive=True)
FIELD = Functions((a, b))


def polynomial(expression):
    """The one irreducible factor of an expression, and 1 or -1 if it is that times a positive number."""
    element = FIELD.element(expression)
    (found,) = factors(element)
    ratio = (found.as_expr() / expression).subs({a: Fraction(355, 113), b: Fraction(22, 7)})
    return found, 1 if ratio > 0 else -1


def test_bounds_are_the_tightest_of_the_lines_of_one_parameter():
    known = [(2 * a - 3, 1), (a - 2, -1), (a - 1, 1), (3 * a - 7, -1), (a + b - 9, -1), (a**2 - 2, 1), (b - 5, -1)]
    signs = [(p, sign * own) for e, sign in known for p, own in [polynomial(e)]]
    assert {find_bounds(0, signs), find_bounds(1, signs)} == {(Fraction(3, 2), Fraction(2)), (None, Fraction(5))}


INTERVALS = [(0, None), (1, None), (None, 2), (Fraction(1, 3), Fraction(5, 2)), (-3, -1), (None, None)]


@pytest.mark.parametrize("seed", range(40))
def test_a_sign_on_a_box_is_that_of_every_value_inside(seed):
    rng = np.random.default_rng(seed)
    powers = [tuple(int(k) for k in rng.integers(0, 3, 2)) for _ in range(3)]
    expression = sum(int(c) * a**i * b**j for c, (i, j) in zip(rng.integers(-4, 5, 3), powers, strict=True))
    if not expression.free_symbols:
        return
    for p in factors(FIELD.element(expression)):
        for choice in product(range(len(INTERVALS)), repeat=2):
            box = [tuple(None if end is None else Fraction(end) for end in INTERVALS[k]) for k in choice]
            inside = [points_inside(*INTERVALS[k]) for k in choice]
            sign = sign_on_box(p, box)
            values = {value_sign(p, dict(enumerate(point))) for point in product(*inside)}
            assert sign == 0 or values == {sign}


def points_inside(low, high):
    """Six points of an interval."""
    length = 9 if low is None or high is None else high - low
    start = low if low is not None else (high or 0) - 9
    return [start + Fraction(k * length) / 7 for k in range(1, 7)]


def value_sign(p, values):
    """The sign of a polynomial at values of the parameters at each position."""
    total = sum(int(c) * values[0] ** int(i) * values[1] ** int(j) for (i, j), c in p.terms())
    return (total > 0) - (total < 0)


def test_signs_by_hand():
    """a b - 1 and a + b + 1 on boxes that decide, and on boxes that do not."""
    line, own = polynomial(a * b - 1)
    assert own * sign_on_box(line, [(Fraction(1), None), (Fraction(1), None)]) == 1
    assert own * sign_on_box(line, [(Fraction(1, 3), Fraction(1, 2)), (Fraction(1, 5), Fraction(2))]) == -1
    assert own * sign_on_box(line, [(None, Fraction(-1)), (None, Fraction(-1))]) == 1
    assert own * sign_on_box(line, [(None, Fraction(0)), (Fraction(0), None)]) == -1
    assert sign_on_box(line, [(Fraction(0), None), (Fraction(1), None)]) == 0
    assert sign_on_box(line, [(None, None), (Fraction(1), None)]) == 0
    above, own = polynomial(a - 2)  # it involves one parameter, whatever the bounds of the other one
    first = 0 if above.involves(0) else 1
    box = [(None, None), (None, None)]
    box[first] = (Fraction(2), None)
    assert own * sign_on_box(above, box) == 1
