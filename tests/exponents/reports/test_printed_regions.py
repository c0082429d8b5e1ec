"""A printed region is the region: its text, read back, is the same set of inequalities, in every format."""

import csv
import io
import json
import random
from itertools import pairwise

import pytest
from sympy import And, Or, S, Symbol, symbols
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    split_symbols,
    standard_transformations,
)

from exponents import N, compute_optimum, t
from exponents.losses.terms import Loss, PowerLaw
from exponents.printing import STYLES, write
from exponents.reports.diagram import diagram_object, diagram_tables
from exponents.reports.render import render_table, table_object
from exponents.text.parsing import parse_conditions

a, b = symbols("a b")
HUMAN = (*standard_transformations, convert_xor, split_symbols, implicit_multiplication)


def relations(where):
    """The inequalities of a region as a list of sets of positive functions, one set for each alternative."""
    clauses = where.args if isinstance(where, Or) else (where,)
    parts = [clause.args if isinstance(clause, And) else (clause,) for clause in clauses]
    return {frozenset(positive(part.lhs, part.rel_op, part.rhs) for part in row) for row in parts}


def positive(left, sign, right):
    return (left - right if sign == ">" else right - left).expand()


def read_plain(text):
    rows = [parse_conditions(clause, {"a": a, "b": b}, "a region") for clause in text.split(" or ")]
    return {frozenset(positive(part.lhs, part.rel_op, part.rhs) for part in row) for row in rows}


def read_unicode(text):
    found = set()
    for clause in text.split(" or "):
        row = set()
        for part in clause.split(" and "):
            sign = "<" if "<" in part else ">"
            sides = [parse_expr(side, {"a": a, "b": b}, HUMAN) for side in part.replace("·", "*").split(sign)]
            row |= {positive(left, sign, right) for left, right in pairwise(sides)}
        found.add(frozenset(row))
    return found


def random_diagram(seed):
    draw = random.Random(seed)
    pool = (S.One, S(2), a, b, a + b, 1 - a + b, 3 - b, a - b, b / 2 + 1, a * b)
    rows = [(draw.choice(pool), draw.choice(pool)) for _ in range(draw.choice([3, 4, 5]))]
    loss = Loss(tuple(PowerLaw(f"term {i}", ((N, e), (t, f))) for i, (e, f) in enumerate(rows)))
    return compute_optimum(loss, N * t, (a > -5, a < 5, b > -5, b < 5), (a, b))


def by_hand():
    terms = 1 / t + t ** -(1 - a + b) + t ** -(a + b) + t ** -(3 - b)
    return compute_optimum(terms, t, (a > -5, a < 5, b > -5), (a, b))


def test_a_symbol_with_two_lower_bounds_and_an_upper_one_keeps_all_three():
    # The slowest of 1, 1 - a + b, a + b, 3 - b is 1 exactly where 1 - a < b, a < b and b < 2.
    (one,) = [phase for phase in by_hand().phases if phase.exponent == 1]
    assert relations(one.where) == {frozenset({a + b - 1, b - a, 2 - b})}
    assert read_plain(write(one.where, "plain")) == relations(one.where)
    dropped = write(one.where, "plain").rpartition(" and ")[0]
    assert read_plain(dropped) != relations(one.where)  # control


@pytest.mark.parametrize("count", [1, 2, 3])
def test_bounds_of_either_kind_are_all_written(count):
    lower = [StrictGreaterThan(b, k * a, evaluate=False) for k in range(1, count + 1)]
    upper = [StrictLessThan(b, k + a**2, evaluate=False) for k in range(count)]
    for parts in (lower, upper, lower + upper, lower + upper[:1], lower[:1] + upper):
        region = And(*parts)
        assert read_plain(write(region, "plain")) == read_unicode(write(region, "unicode")) == relations(region)
        assert sum(write(region, "latex").count(sign) for sign in "<>") == len(parts)


def test_alternatives_inside_a_condition_stand_in_parentheses():
    assert write(And(Or(a > 1, a < 0), b > 2), "plain") == "(a < 0 or a > 1) and b > 2"


@pytest.mark.parametrize("diagram", [by_hand(), *map(random_diagram, range(12))])
def test_every_format_prints_the_region_itself(diagram):
    (phases, *_) = diagram_tables(diagram)
    printed = list(csv.DictReader(io.StringIO(render_table(phases, "csv"))))
    objects = diagram_object(diagram)["phases"], json.loads(json.dumps(table_object(phases)))["rows"]
    texts = {form: "".join(render_table(phases, form).split()) for form in ("text", "ascii", "markdown", "latex")}
    styles = {"text": "unicode", "ascii": "plain", "markdown": "latex", "latex": "latex"}
    for i, phase in enumerate(diagram.phases):
        if phase.where == S.true:
            continue
        expected = relations(phase.where)
        for rows in (printed, *objects):
            assert read_plain(rows[i]["where"]) == expected
        assert read_unicode(write(phase.where, "unicode")) == expected
        for form, text in texts.items():
            assert "".join(write(phase.where, styles[form]).split()) in text
        for style in STYLES:
            signs = sum(write(phase.where, style).count(sign) for sign in "<>")
            assert signs == sum(map(len, expected)) >= len(phase.where.atoms(Relational))


def test_the_bounds_of_a_model_in_one_symbol_are_all_there():
    q = Symbol("q")
    for row in (And(q > 1, q < 3), And(q > 1, q < 3, q < a)):
        assert write(row, "plain").count("<") == len(row.args)
