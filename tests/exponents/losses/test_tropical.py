"""The language of losses: against piecewise-linear functions followed step by step.

Published laws are in `tests/exponents/reports/test_law_table.py`.
"""

from fractions import Fraction
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Max, Min, Rational, Symbol, exp, log

from exponents import C, N, alpha, beta, compute_optimum, programme, prove, t
from exponents.algebra.piecewise import signs_on
from exponents.errors import InputError, NoBalance, Refuted, TooMuchWork
from exponents.losses.constraints import read_constraint
from exponents.losses.tropical import read_branches

B, D, G, L, P, U = (Symbol(name, positive=True) for name in "BDGLPU")
a, b, m, q, u = (Symbol(name, positive=True) for name in "abmqu")


def number(text):
    return Rational(text)


# --- an independent solution: the decay as a piecewise-linear function of the share of t, N t = C ---------------------


class Line:
    """A continuous piecewise-linear function on [0, 1]: its values where it bends."""

    def __init__(self, points):
        self.points = sorted(points)

    def at(self, x):
        """Return the value at a place."""
        for (left, low), (right, high) in pairwise(self.points):
            if left <= x <= right:
                return low + (high - low) * (x - left) / (right - left)
        raise AssertionError(x)

    def with_line(self, other, choose):
        """Return min or max of two functions: they may cross between two bends."""
        places = sorted({x for x, _ in (*self.points, *other.points)})
        for left, right in pairwise(tuple(places)):
            first, last = self.at(left) - other.at(left), self.at(right) - other.at(right)
            if first * last < 0:
                places.append(left + (right - left) * first / (first - last))
        return Line([(x, choose(self.at(x), other.at(x))) for x in places])

    def plus(self, other):
        """Return the sum."""
        places = {x for x, _ in (*self.points, *other.points)}
        return Line([(x, self.at(x) + other.at(x)) for x in places])

    def times(self, factor):
        """Return a multiple."""
        return Line([(x, factor * y) for x, y in self.points])


def monomial(by_size, by_time):
    """N^-by_size t^-by_time, and its decay where t = C^x and N = C^{1-x}."""
    expression = N ** -Rational(by_size) * t ** -Rational(by_time)
    return expression, Line([(Fraction(0), Fraction(by_size)), (Fraction(1), Fraction(by_time))])


def combine_expressions(kind):
    return {"+": lambda f, g: f + 3 * g, "min": Min, "max": Max, "*": lambda f, g: f * g / 2}[kind]


def combine(kind):
    """Return a function that combines two losses, each with its decay."""
    build = combine_expressions(kind)
    follow = {
        "+": lambda f, g: f.with_line(g, min),
        "max": lambda f, g: f.with_line(g, min),
        "min": lambda f, g: f.with_line(g, max),
        "*": Line.plus,
    }[kind]
    return lambda f, g: (build(f[0], g[0]), follow(f[1], g[1]))


SMALL = st.sampled_from([Fraction(k, 2) for k in range(-2, 5)])
MONOMIALS = st.builds(monomial, SMALL, SMALL)
POWERS = st.sampled_from([Fraction(k, 2) for k in (-2, -1, 1, 3)])
LOSSES = st.recursive(
    MONOMIALS,
    lambda inner: st.one_of(
        st.builds(lambda kind, f, g: combine(kind)(f, g), st.sampled_from(["+", "min", "max", "*"]), inner, inner),
        st.builds(lambda f, p: (f[0] ** Rational(p), f[1].times(p)), inner, POWERS),
    ),
    max_leaves=6,
)


@given(LOSSES, st.fractions(0, 1, max_denominator=4))
def test_the_best_exponent_is_the_largest_value_of_the_piecewise_linear_decay(loss, least):
    """With t >= C^least besides; a constant under a power is refused, and sets no problem here."""
    expression, decay = loss
    best = max(decay.at(x) for x in {least, *(x for x, _ in decay.points)} if x >= least)
    try:
        found = compute_optimum(expression, N * t, subject_to=[t >= C ** Rational(least)])
    except (InputError, TooMuchWork) as error:
        assert any(words in str(error) for words in ("may not hold a constant", "must depend on a resource", "at most"))
        return
    reached = found.at().exponent
    if found.programme.loss.terms != tuple(term for term in found.programme.loss if term.exponents):
        return  # a constant term: exponent 0 above it
    assert reached == best
    prove(found)


# --- three resources: the decay of the expression itself, on a grid and at the allocation that is found ---------------

SHARES = [(Fraction(i, 12), Fraction(j, 12), Fraction(12 - i - j, 12)) for i in range(13) for j in range(13 - i)]
THIRD = st.tuples(SMALL, SMALL, SMALL).map(
    lambda powers: (
        reduce(lambda f, pair: f * pair[0] ** -Rational(pair[1]), zip((N, t, D), powers, strict=True), Rational(1)),
        lambda x: sum(power * share for power, share in zip(powers, x, strict=True)),
    )
)
FOLLOW = {"+": min, "max": min, "min": max, "*": lambda one, other: one + other}


def combine_points(kind, f, g):
    return combine_expressions(kind)(f[0], g[0]), lambda x: FOLLOW[kind](f[1](x), g[1](x))


@settings(max_examples=20)
@given(
    st.recursive(
        THIRD,
        lambda inner: st.one_of(
            st.builds(combine_points, st.sampled_from(list(FOLLOW)), inner, inner),
            st.builds(lambda f, p: (f[0] ** Rational(p), lambda x: p * f[1](x)), inner, POWERS),
        ),
        max_leaves=6,
    ),
    st.sampled_from([None, Fraction(0), Fraction(1, 4)]),
)
def test_no_allocation_is_better_and_the_one_found_attains_it(loss, least):
    """Cost N t D, and D >= N C^least or nothing."""
    try:
        constraints = [] if least is None else [N * C ** Rational(least) <= D]
        found = compute_optimum(loss[0], N * t * D, subject_to=constraints)
    except (InputError, TooMuchWork) as error:
        assert any(words in str(error) for words in ("may not hold a constant", "must depend on a resource", "at most"))
        return
    if any(not term.exponents for term in found.programme.loss):
        return  # a constant term: exponent 0 above it
    optimum = found.at()
    allocation = dict(zip(found.programme.resources, optimum.vertices[0].allocation, strict=True))
    assert loss[1](tuple(allocation[r] for r in (N, t, D))) == optimum.exponent
    allowed = [x for x in SHARES if least is None or x[2] >= x[0] + least]
    assert optimum.exponent >= max(map(loss[1], allowed))


def test_control_a_wrong_choice_of_branch_is_seen():
    found = compute_optimum(Min(t**-beta, 1 / t), N * t)
    prove(found)
    swapped = found.__class__(found.programme, found.phases, found.regions, found.parts[::-1], found.chosen)
    with pytest.raises(Refuted):
        prove(swapped)


def monomials(branches):
    return {frozenset(term.as_expr() for term in branch) for branch in branches}


def test_a_branch_that_never_falls_faster_is_left_out_unless_its_resource_may_shrink():
    """1/(N + 50 N^(1/3)) is the smaller of 1/N and N^(-1/3)/50: 1/N for N >= 1, either one otherwise."""
    loss, third = 1 / (N + 50 * N ** number("1/3")), N ** number("-1/3") / 50
    assert monomials(read_branches(loss, (N, t), signs_on([]))) == {frozenset({1 / N})}
    assert monomials(read_branches(loss, (N, t), signs_on([]), free=(N,))) == {frozenset({1 / N}), frozenset({third})}
    assert monomials(read_branches(1 / N + 1 / N**2, (N, t), signs_on([]))) == {frozenset({1 / N})}
    assert monomials(read_branches(1 / (N + t), (N, t), signs_on([]))) == {frozenset({1 / N}), frozenset({1 / t})}


def test_a_power_that_vanishes_on_the_domain_leaves_a_constant():
    loss = (1 / N + 1 / t) ** Max(0, 1 - alpha) + 1 / t
    assert monomials(read_branches(loss, (N, t), signs_on([alpha - 1]))) == {frozenset({1 / t, Rational(1)})}


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("loss", "words"),
    [
        ((1 / N - 1 / t), "must be positive"),
        ((N - 5) ** Rational(1, 2), "must be positive"),
        ((5 + 1 / N) ** 2 + 1 / t, "may not hold a constant"),
        (log(N) + 1 / t, "a logarithm is no power law"),
        (exp(-N) + 1 / t, "an exponential is no power law"),
        ((1 / N + 1 / t) ** (alpha - 2), "must keep its sign"),
    ],
    ids=str,
)
def test_what_is_no_power_law_is_refused_with_what_to_do(loss, words):
    with pytest.raises(InputError, match=words):
        compute_optimum(loss, N * t)


def test_too_many_branches_and_contradictions_are_refused():
    choices = reduce(lambda f, g: f * g, (Min(N**k, t ** (k + 1)) + N**-k * t**-k for k in range(2, 12)))
    with pytest.raises(TooMuchWork, match="branches"):
        read_branches(choices, (N, t), signs_on([]))
    with pytest.raises(NoBalance, match=r"no allocation meets t >= C\*N and t <= N with"):
        compute_optimum(1 / N + 1 / t, N * t, subject_to=[t >= N * C, t <= N])
    with pytest.raises(InputError, match="must involve a resource"):
        programme(1 / N + 1 / t, N * t, subject_to=[C**m <= C**2])


def test_a_constraint_may_have_a_sum_on_its_smaller_side_only():
    rows = read_constraint(N + t <= C**m, (N, t))
    assert sorted(row.name for row in rows) == ["N <= C**m", "t <= C**m"]
    with pytest.raises(InputError, match="the larger side of a constraint must be a monomial"):
        read_constraint(N + t >= C**m, (N, t))
