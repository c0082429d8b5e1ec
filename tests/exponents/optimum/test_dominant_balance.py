"""The exact programme at a point: optima, faces, and what has no optimum."""

from fractions import Fraction

import pytest

from exponents.algebra.polynomials import Functions
from exponents.errors import NoBalance
from exponents.optimum.dominant_balance import lift, optimum_at_point


def solve(terms, budgets):
    exact = [[Fraction(e) for e in row] for row in terms], [[Fraction(c) for c in row] for row in budgets]
    return optimum_at_point(*exact, ["N", "t", "B"])


def test_two_terms_balance():
    found = solve([["0", "2/3"], ["3/4", "0"]], [["1", "1"]])
    assert found.exponent == Fraction(6, 17) and found.vertices[0].allocation == (Fraction(8, 17), Fraction(9, 17))
    assert found.binding == (0, 1)


def test_a_term_that_never_binds_is_not_named():
    assert solve([[0, 1], [1, 0], [5, 5]], [[1, 1]]).binding == (0, 1)


def test_parallel_terms_both_bind():
    assert solve([[0, 1], [1, 0], [1, 0]], [[1, 1]]).binding == (0, 1, 2)


def test_a_resource_at_its_floor():
    found = solve([[1, 2]], [[1, 1]])
    assert (found.exponent, found.vertices[0].allocation) == (2, (0, 1))


def test_a_face_of_optima_is_reported_by_its_vertices():
    found = solve([[1, 1]], [[1, 1]])
    assert found.exponent == 1 and {v.allocation for v in found.vertices} == {(0, 1), (1, 0)}


def test_a_face_of_three_resources():
    found = solve([[1, 1, 0], [0, 0, 1]], [[1, 1, 1]])
    assert found.exponent == Fraction(1, 2)
    assert {v.allocation for v in found.vertices} == {
        (0, Fraction(1, 2), Fraction(1, 2)),
        (Fraction(1, 2), 0, Fraction(1, 2)),
    }


def test_two_budgets_at_once():
    found = solve([[1, 0], [0, 1]], [[1, 1], [1, 0]])
    assert found.vertices[0].allocation == (1, 0) and found.exponent == 0


def test_a_budget_that_repeats_another_changes_nothing():
    assert solve([[1, 0], [0, 1]], [[1, 1], [1, 1]]).exponent == Fraction(1, 2)


def test_a_loss_that_grows_has_a_negative_exponent():
    assert solve([[-1, -2]], [[1, 1]]).exponent == -1


def test_a_budget_that_cannot_be_met_is_named():
    with pytest.raises(NoBalance, match="budget"):
        solve([[1, 1]], [[1, 1], [2, 2]])


def test_a_resource_without_a_price_is_named():
    with pytest.raises(NoBalance, match="t"):
        solve([[1, 1]], [[1, 0]])


def test_many_degenerate_ties_do_not_cycle():
    rows = [[Fraction(k, 7), Fraction(7 - k, 7)] for k in range(8)] * 3
    found = solve(rows, [[1, 1]])
    assert found.exponent == Fraction(1, 2) and len(found.binding) == 24


def test_a_lifted_basis_must_determine_a_vertex():
    functions = Functions(())
    one, zero = functions.one, functions.zero
    basis = solve([[0, 1], [1, 0]], [[1, 1]]).vertices[0].basis
    with pytest.raises(NoBalance):
        lift(basis, [[one, zero], [one, zero]], [[one, one]], functions)
