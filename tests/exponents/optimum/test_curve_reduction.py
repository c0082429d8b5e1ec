"""Budgets that coincide on curves that are linear in no parameter, against values worked out by hand."""

from dataclasses import replace

import pytest
from sympy import Integer, Min, Rational, S, sqrt, symbols

from exponents.errors import Refuted
from exponents.optimum.proof import prove
from exponents.optimum.search import compute_optimum, phase_diagram
from exponents.reports.diagram import diagram_object, diagram_tables

a, b, c, N, t, P, B = symbols("a b c N t P B", positive=True)
SQUARE = (a < 3, b < 3)
CIRCLE = a**2 + b**2 - 1
CUBIC = a**3 + b**3 - 9
ON_CIRCLE = [(Rational(3, 5), Rational(4, 5)), (Rational(12, 13), Rational(5, 13))]
ON_CUBIC = [(Integer(1), Integer(2)), (Integer(2), Integer(1))]
BESIDE = [(Rational(1, 2), Rational(1, 2)), (Integer(1), Integer(1)), (Integer(2), Integer(2))]

HAND = {
    # x_N + x_t = 1 and x_N + (1 + c) x_t = 1 leave x_t = 0; on c = 0 the even split is the best.
    "circle": (1 / t + 1 / N, (N * t, N * t ** (1 + CIRCLE)), ON_CIRCLE, S.Zero, Rational(1, 2)),
    "cubic": (1 / t + 1 / N, (N * t, N * t ** (1 + CUBIC)), ON_CUBIC, S.Zero, Rational(1, 2)),
    # a x_N + x_t = 1 and a x_N + (1 + c) x_t = 1 leave x_t = 0; on c = 0 the best is x_N = x_t = 1/(1 + a).
    "varying": (1 / t + 1 / N, (N**a * t, N**a * t ** (1 + CIRCLE)), ON_CIRCLE, S.Zero, 1 / (1 + a)),
    # The second budget is c x_t + x_N = 1 with x_P + x_t = 1, and the third says c x_t = 0: t stays 1 but on c = 0.
    "a resource drops out": (1 / t, (P * t, N * t**CIRCLE, N), ON_CIRCLE, S.Zero, S.One),
    # Both branches of a min: x_t = 0 and x_N = 1 beside the curve; on it all of the budget may go to t.
    "branches": (Min(1 / N, t**-2), (N * t, N * t ** (1 + CIRCLE)), ON_CIRCLE, S.One, Integer(2)),
}


def value_at(found, point):
    return found.exponent.subs(dict(zip((a, b), point, strict=True)))


@pytest.mark.parametrize("case", HAND)
def test_where_budgets_coincide_on_a_conic_or_a_cubic_the_optimum_is_that_of_the_curve(case):
    loss, costs, on_curve, beside, on = HAND[case]
    found = compute_optimum(loss, costs, SQUARE, (a, b))
    prove(found)
    assert [phase.exponent for phase in found.phases] == [beside] and len(found.exceptions) == 1
    for point in on_curve:
        assert value_at(found, point) == found.at(*point).exponent == on.subs(a, point[0])
    for point in BESIDE:
        assert value_at(found, point) == found.at(*point).exponent == beside
    (own,) = found.exceptions
    other = phase_diagram(replace(own.diagram.programme, budgets=found.programme.budgets))
    with pytest.raises(Refuted, match="another programme"):  # control
        prove(replace(found, exceptions=(replace(own, diagram=other),)))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_jump_across_a_cubic_has_the_larger_value_on_it(sign):
    # x_P = 1 = x_P + x_N + s c x_t leaves x_N = -s c x_t: t grows, and shares C = t B with B, for s c <= 0 alone.
    found = compute_optimum(1 / t + 1 / B, (P, P * N * t ** (sign * CUBIC), t * B), SQUARE, (a, b))
    prove(found)
    for point in (*ON_CUBIC, *BESIDE):
        margin = sign * CUBIC.subs({a: point[0], b: point[1]})
        assert value_at(found, point) == found.at(*point).exponent == (Rational(1, 2) if margin <= 0 else 0)


def test_an_irrational_value_of_a_single_parameter_is_found():
    found = compute_optimum(1 / t + 1 / N, (N * t, N ** (a**2 - 1) * t), a < 3)
    prove(found)
    assert found.exponent.subs(a, sqrt(2)) == Rational(1, 2) and found.exponent.subs(a, Rational(7, 5)) == 0
    outside = compute_optimum(1 / t + 1 / N, (N * t, N ** (a**2 - 1) * t), a < 1)
    assert outside.exceptions == outside.undecided == ()


def test_an_exponent_that_goes_on_along_the_curve_is_no_exception():
    # x_t = 1 leaves x_P + x_N = 1 - c, and all of it goes to N, beside the circle and on it.
    loss, costs = 1 / t + N**-2, (t, P * N * t**CIRCLE)
    found = compute_optimum(loss, costs, (a**2 + b**2 < Rational(3, 2), *SQUARE), (a, b))
    assert found.exceptions == found.undecided == ()
    assert value_at(found, ON_CIRCLE[0]) == found.at(*ON_CIRCLE[0]).exponent == 1


@pytest.mark.parametrize(("margin", "point"), [(CIRCLE, ON_CIRCLE[0]), (a - b, (Integer(1), Integer(1)))])
def test_a_curve_on_which_no_allocation_meets_the_budgets_is_named(margin, point):
    # 2 x_N + 2 x_t + c x_P = 1 and x_N + x_t = 1 leave x_P = -1/c, but nothing where c = 0.
    found = compute_optimum(1 / t + 1 / N, (N * t, N**2 * t**2 * P**margin), SQUARE, (a, b), free=(P,))
    (own,) = found.undecided
    assert "no allocation meets" in own.reason and value_at(found, point) is S.NaN
    assert found.allocation(t).subs({a: point[0], b: point[1]}) is S.NaN
    assert value_at(found, (2, 1)) == Rational(1, 2)


def test_a_curve_on_which_the_loss_falls_without_bound_is_named():
    # x_N = 1 = x_N + (a - 7/5) x_t: t stays 1, but on a = 7/5 nothing holds it.
    found = compute_optimum(1 / t, (N, N * t ** (a - Rational(7, 5))), a < 3)
    assert "without bound" in found.undecided[0].reason and found.exponent.subs(a, Rational(7, 5)) is S.NaN
    assert any("falls without bound" in note.write("plain") for note in diagram_tables(found)[0].notes)


UNDECIDED = {
    "budgets with min": ((N * t, N ** (Min(a, 2) ** 2 + b**2) * t), SQUARE),
    "three parameters": ((N * t, N ** (a**2 + b**2 + c**2) * t), (*SQUARE, c < 3)),
}


@pytest.mark.parametrize("case", UNDECIDED)
def test_a_curve_that_is_not_followed_is_said_to_be_undecided(case):
    costs, where = UNDECIDED[case]
    found = compute_optimum(1 / t + 1 / N, costs, where)
    (own,) = found.undecided
    assert not own.reason and found.exceptions == ()
    assert "was not decided" in diagram_object(found)["undecided"][0]["note"]
    assert any("was not decided" in note.write("plain") for note in diagram_tables(found)[0].notes)
    here = {a: Rational(2, 3), b: Rational(1, 3), c: Rational(2, 3)} if c in found.programme.parameters else {}
    here = here or dict(zip((a, b), ON_CIRCLE[0], strict=True))
    assert found.exponent.subs(here) is S.NaN and found.at(here).exponent == Rational(1, 2)
    far = compute_optimum(1 / t + 1 / N, costs, (*where, a > 2))  # control: the curve does not enter the domain
    assert far.undecided == far.exceptions == ()
