"""Piecewise rational functions: exact values, branches, and what is refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Eq, Max, Min, Ne, Not, Or, Piecewise, Rational, Symbol, exp, sqrt

from exponents.algebra.parametric import choose_branches, evaluate, holds, positive_side
from exponents.algebra.polynomials import Functions, factors, sign, to_factored_expr
from exponents.errors import InputError
from exponents.symbols import alpha, beta

PLANE = Functions((alpha, beta))
positive = st.fractions(min_value=Fraction(1, 20), max_value=9, max_denominator=40)

NEST = Max(beta, Min(alpha, 2 - 1 / alpha)) / (1 + Piecewise((alpha * beta, beta < 1), (beta**2, True)))


@given(positive, positive)
def test_values_are_those_of_sympy_substitution(a, b):
    here = {alpha: a, beta: b}
    by_sympy = NEST.subs({s: Rational(v.numerator, v.denominator) for s, v in here.items()})
    assert evaluate(NEST, here) == Fraction(int(by_sympy.p), int(by_sympy.q))


@given(positive, positive)
def test_the_branch_in_force_has_the_value_of_the_whole(a, b):
    here, guards = {alpha: a, beta: b}, []
    branch = choose_branches(NEST, here, guards)
    assert not branch.has(Min, Max, Piecewise) and guards
    assert evaluate(branch, here) == evaluate(NEST, here)


@given(positive, positive)
def test_signs_and_factors_are_exact(a, b):
    here = {alpha: a, beta: b}
    expression = (beta - 1) * (alpha * beta - 2) ** 2 / (alpha - beta) / alpha
    element = PLANE.element(expression)
    if all(sign(p, here) for p in factors(element)):
        value = evaluate(expression, here)
        assert sign(element, here) == (value > 0) - (value < 0)
    assert (to_factored_expr(element) - expression).equals(0)


def test_conditions_are_combined():
    here = {alpha: Fraction(2), beta: Fraction(1)}
    assert holds(And(alpha > 1, Eq(beta, 1)), here) and holds(Or(alpha < 1, beta >= 1), here)
    assert holds(Not(And(alpha > 3, beta > 0)), here) and holds(Ne(alpha, beta), here)
    assert not holds(alpha <= beta, here)


def test_a_negation_holds_where_its_condition_does_not():
    both = Not(And(alpha > 1, beta > 2), evaluate=False)
    guards = []
    assert not holds(both, {alpha: Fraction(2), beta: Fraction(3)}, guards) and len(guards) == 2
    assert holds(both, {alpha: Fraction(2), beta: Fraction(1)}) and holds(both, {alpha: Fraction(1), beta: Fraction(3)})


def test_an_inverse_is_exact():
    rows = [[PLANE.element(e) for e in row] for row in ((alpha, 1 / beta), (beta / (1 + alpha), Rational(1, 3) + beta))]
    inverse = PLANE.inverse(rows)
    product = [[sum((rows[i][k] * inverse[k][j] for k in range(2)), PLANE.zero) for j in range(2)] for i in range(2)]
    assert product == [[PLANE.one, PLANE.zero], [PLANE.zero, PLANE.one]]
    with pytest.raises(ZeroDivisionError, match="no inverse"):
        PLANE.inverse([[PLANE.one, PLANE.one], [PLANE.one, PLANE.one]])


@pytest.mark.parametrize("function", [exp(beta), sqrt(beta), beta**alpha, Symbol("q") + beta])
def test_what_is_not_rational_in_the_parameters_is_refused(function):
    with pytest.raises(InputError):
        PLANE.element(function)


def test_a_pole_and_an_undefined_branch_are_refused_with_the_point():
    here = {alpha: Fraction(1), beta: Fraction(1)}
    with pytest.raises(InputError, match="alpha = 1"):
        evaluate(1 / (alpha - beta), here)
    with pytest.raises(InputError, match="not defined"):
        evaluate(Piecewise((beta, beta > 2)), here)
    with pytest.raises(InputError):
        evaluate(sqrt(beta), here)


def test_sides_of_inequalities():
    assert positive_side(alpha > 1) == alpha - 1 and positive_side(beta <= alpha) == alpha - beta
    with pytest.raises(InputError):
        positive_side(Eq(alpha, 1))
