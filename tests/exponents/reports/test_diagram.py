"""Conditions in one parameter, written so that a reader sees where they hold."""

import pytest
from sympy import Symbol

from exponents import N, compute_optimum, t
from exponents.reports.diagram import diagram_object, diagram_tables
from exponents.reports.render import render_table

a = Symbol("a")
QUADRATIC = a**2 - 4 * a + 1


@pytest.fixture(scope="module")
def diagram():
    return compute_optimum(1 / t + N**-QUADRATIC, N * t, (a > 0, a < 4))


def test_an_irrational_condition_is_also_written_as_intervals(diagram):
    text = render_table(diagram_tables(diagram)[0], "text")
    assert "a^2 - 4a + 1 < 0 (2 - √3 < a < √3 + 2)" in text
    assert "a^2 - 4a + 1 > 0 (a < 2 - √3 or a > √3 + 2)" in text


def test_both_branches_of_a_boundary_are_one_row_with_the_smaller_phase_first(diagram):
    text = render_table(diagram_tables(diagram)[1], "text")
    assert "a^2 - 4a + 1 = 0 (a = 2 - √3 or a = √3 + 2)" in text
    assert text.count("1 and 2") == 1 and "2 and 1" not in text


def test_programs_read_the_condition_alone(diagram):
    assert {phase["where"] for phase in diagram_object(diagram)["phases"]} == {
        "a**2 - 4*a + 1 < 0",
        "a**2 - 4*a + 1 > 0",
    }
    assert "sqrt" not in render_table(diagram_tables(diagram)[0], "csv")
