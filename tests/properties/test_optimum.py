"""Random losses and random points: the exact optimum against independent ways to find it."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from mpmath import mpf
from scipy.optimize import linprog
from sympy import Float, Rational, S, preorder_traversal

from exponents.algebra.parametric import evaluate
from exponents.errors import NoBalance
from exponents.losses.terms import PowerLaw
from exponents.model.online_loss import loss
from exponents.model.table1 import optimum
from exponents.optimum.dominant_balance import optimum_at_point
from exponents.optimum.search import compute_optimum
from exponents.reports.point import at
from exponents.symbols import N, alpha, beta, t
from verify.witnesses.minimum import measured_exponent

rationals = st.fractions(min_value=0, max_value=4, max_denominator=12)
positive = st.fractions(min_value=Fraction(1, 12), max_value=4, max_denominator=12)
capacities = st.fractions(min_value=Fraction(13, 12), max_value=6, max_denominator=24)
sources = st.fractions(min_value=Fraction(1, 24), max_value=4, max_denominator=24)
regimes = st.sampled_from(["lazy", "rich"])
versions = st.sampled_from(["published", "derived"])


def losses(resources):
    row = st.lists(rationals, min_size=resources, max_size=resources)
    return st.lists(row, min_size=1, max_size=6)


def solve(terms, cost):
    return optimum_at_point(terms, [cost], [f"r{i}" for i in range(len(cost))])


@given(st.integers(2, 4).flatmap(lambda r: st.tuples(losses(r), st.lists(positive, min_size=r, max_size=r))))
@example(([[Fraction(0), Fraction(1)], [Fraction(0), Fraction(1)]], [Fraction(1), Fraction(1)]))
def test_the_exponent_is_that_of_an_independent_linear_programme(problem):
    terms, cost = problem
    found = solve(terms, cost)
    # maximise z over (x, z): e_i.x >= z, c.x = 1, x >= 0
    rows = np.array([[*(-float(e) for e in row), 1.0] for row in terms])
    answer = linprog(
        [*[0.0] * len(cost), -1.0],
        A_ub=rows,
        b_ub=np.zeros(len(terms)),
        A_eq=[[*map(float, cost), 0.0]],
        b_eq=[1.0],
        bounds=[*[(0, None)] * len(cost), (None, None)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    assert abs(-answer.fun - float(found.exponent)) < 1e-9  # ten times the solver's tolerance
    assert abs(-answer.fun * 1.01 - float(found.exponent)) > 1e-9 or found.exponent == 0


signed = st.fractions(min_value=-2, max_value=3, max_denominator=4)


@given(losses(3), st.lists(st.lists(signed, min_size=3, max_size=3), min_size=2, max_size=3))
def test_several_budgets_of_either_sign_are_solved_or_refused_as_by_an_independent_programme(terms, budgets):
    answer = linprog(
        [0.0, 0.0, 0.0, -1.0],
        A_ub=np.array([[*(-float(e) for e in row), 1.0] for row in terms]),
        b_ub=np.zeros(len(terms)),
        A_eq=np.array([[*map(float, row), 0.0] for row in budgets]),
        b_eq=np.ones(len(budgets)),
        bounds=[*[(0, None)] * 3, (None, None)],
        method="highs",
    )
    try:
        found = optimum_at_point(terms, budgets, ["N", "t", "B"])
    except NoBalance:
        assert answer.status in (2, 3, 4)  # infeasible, unbounded, or one of the two
        return
    assert answer.status == 0 and abs(-answer.fun - float(found.exponent)) < 1e-7
    for vertex in found.vertices:
        assert all(sum(c * x for c, x in zip(row, vertex.allocation, strict=True)) == 1 for row in budgets)


@given(losses(2), st.tuples(positive, positive))
def test_the_exponent_is_that_of_the_minimised_loss_at_an_astronomical_budget(terms, cost):
    found = solve(terms, list(cost))
    prefactors = [mpf(1 + i) / 3 for i in range(len(terms))]
    measured, _ = measured_exponent(list(zip(prefactors, terms, strict=True)), cost)
    exact = mpf(found.exponent.numerator) / found.exponent.denominator
    # ln C = 1e8: the leading correction is ln(prefactors, ties)/1e8, and mostly cancels between the budgets.
    assert abs(measured - exact) < 1e-7


@given(losses(3), st.lists(positive, min_size=3, max_size=3), st.lists(rationals, min_size=3, max_size=3))
def test_no_other_allocation_and_no_discarded_term_beats_the_optimum(terms, cost, shares):
    found = solve(terms, cost)
    for vertex in found.vertices:
        falls = [sum(e * x for e, x in zip(row, vertex.allocation, strict=True)) for row in terms]
        assert min(falls) == found.exponent
        assert sum(c * x for c, x in zip(cost, vertex.allocation, strict=True)) == 1
        assert all(falls[i] == found.exponent for i in found.binding)
    spent = sum(c * x for c, x in zip(cost, shares, strict=True))
    assume(spent > 0)
    other = min(sum(e * x for e, x in zip(row, shares, strict=True)) for row in terms) / spent
    assert other <= found.exponent


@given(losses(2), st.tuples(positive, positive), rationals)
def test_a_further_term_never_helps_and_a_faster_one_changes_nothing(terms, cost, extra):
    found = solve(terms, list(cost))
    assert solve([*terms, [extra, extra]], list(cost)).exponent <= found.exponent
    faster = [found.exponent * c + 1 for c in cost]
    assert solve([*terms, faster], list(cost)).exponent == found.exponent


@given(capacities, sources, regimes, versions)
@example(Fraction(3, 2), Fraction(1), "rich", "derived")
@example(Fraction(2), Fraction(3, 2), "lazy", "published")
def test_the_diagram_agrees_with_the_programme_at_every_point(a, b, regime, version):
    diagram = optimum(regime, version)
    point = {alpha: a, beta: b}
    here = {alpha: Rational(a.numerator, a.denominator), beta: Rational(b.numerator, b.denominator)}
    found = diagram.programme.at(point)
    assert diagram.exponent.subs(here) == Rational(found.exponent.numerator, found.exponent.denominator)
    phase = diagram.phases[diagram.phase_at(point)]
    assert evaluate(phase.exponent, point) == found.exponent
    shares = tuple(evaluate(share, point) for _, share in phase.allocation)
    assert shares in [vertex.allocation for vertex in found.vertices]


@given(capacities, sources)
def test_table_1_is_the_minimum_of_the_loss_itself(a, b):
    point = {alpha: a, beta: b}
    for regime in ("lazy", "rich"):
        terms = [(1, [evaluate(term.exponent(r), point) for r in (N, t)]) for term in loss(regime)]
        measured, _ = measured_exponent(terms, (1, 1))
        exact = optimum(regime).programme.at(point).exponent
        assert abs(measured - mpf(exact.numerator) / exact.denominator) < 1e-7  # as above


@given(capacities, sources)
def test_feature_learning_never_lowers_the_compute_exponent(a, b):
    point = at(a, b)
    assert point.rich.compute_exponent >= point.lazy.compute_exponent
    assert (point.rich.compute_exponent == point.lazy.compute_exponent) == (b >= 1)


@given(capacities, sources, versions)
def test_the_version_of_the_loss_never_changes_table_1(a, b, version):
    ours, published = at(a, b, version), at(a, b)
    for regime in ("lazy", "rich"):
        own, other = getattr(ours, regime), getattr(published, regime)
        assert own.compute_exponent == other.compute_exponent
        assert own.model_size_exponent == other.model_size_exponent
        assert set(other.binding) <= set(own.binding)


def test_replacing_a_term_changes_the_table_where_it_binds_and_only_there():
    slower = loss("rich").replace("model_bottleneck", PowerLaw("model_bottleneck", ((N, alpha * beta / 2),)))
    changed = compute_optimum(slower, where=alpha > 1, parameters=(alpha, beta))
    hard = changed.at("3/2", "1/2").exponent
    assert hard != optimum("rich").at("3/2", "1/2").exponent
    # t^{-2/3} = N^{-3/8} on N t = C: r = (2/3)(3/8)/(2/3 + 3/8) = 6/25
    assert hard == Fraction(6, 25)
    faster = loss("rich").replace("sgd_transient", PowerLaw("sgd_transient", ((t, 9 * alpha),)))
    changed = compute_optimum(faster, where=alpha > 1, parameters=(alpha, beta))
    for a, b in (("3/2", "1/2"), ("2", "5/4")):
        assert changed.at(a, b).exponent == optimum("rich").at(a, b).exponent
    assert changed.at("2", "3").exponent != optimum("rich").at("2", "3").exponent


def results():
    from exponents.claims.catalogue import CLAIMS
    from exponents.model.level_series import level_series
    from exponents.model.timescale import chi
    from exponents.names import DERIVATIONS, TABLES
    from exponents.reports.tables import table

    yield from (chi(regime) for regime in ("lazy", "rich"))
    series = level_series()
    yield from (series.closed_form, series.limit, series.error)
    for regime in ("lazy", "rich"):
        for version in ("published", "derived"):
            yield loss(regime, version).as_expr()
            diagram = optimum(regime, version)
            yield from (diagram.exponent, diagram.allocation(N), diagram.allocation(t))
            for phase in diagram.phases:
                yield from (phase.where, *(e for vertex in phase.vertices for e in vertex))
                yield from (weight for certificate in phase.certificates for _, weight in certificate.weights)
    for claim in CLAIMS:
        yield from (claim.parse_published(), claim.derive())
    for name in TABLES:
        yield from (cell for row in table(name).rows for cell in row if hasattr(cell, "atoms"))
    from exponents.derivations import derive

    for name in DERIVATIONS:
        for step in derive(name).steps:
            values = (*step.formulas, *step.statement.values.values(), *step.reason.values.values())
            yield from (value for value in values if hasattr(value, "atoms"))


@pytest.mark.slow
def test_no_result_holds_a_float():
    count = 0
    for result in results():
        count += 1
        assert not any(isinstance(node, Float) for node in preorder_traversal(S(result))), result
    assert count > 200


@given(capacities, sources, versions)
def test_no_point_holds_a_float(a, b, version):
    report = at(a, b, version)
    for regime in (report.lazy, report.rich):
        for value in (regime.time_exponent, regime.compute_exponent, regime.model_size_exponent):
            assert isinstance(value, Fraction)
    assert "." not in str(report.to_dict())
