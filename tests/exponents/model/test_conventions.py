"""The symbols of other papers: relations and table entries worked out by hand, round trips, and the derived diagrams.

By hand: with eigenvalues k^{-A} and target power k^{-W}, alpha = A and beta = (W - 1)/A.  On C = N t, t^{-x} balances
N^{-y} at N ~ C^{x/(x + y)}, where both are C^{-xy/(x + y)}.
"""

from dataclasses import replace
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import And, Eq, Max, Min, Ne, Piecewise, Rational, S, Symbol, gamma, simplify, symbols

import exponents
from exponents.algebra.parametric import evaluate, holds
from exponents.algebra.piecewise import positive_where
from exponents.algebra.rewriting import zeros
from exponents.errors import IncompleteProof, InputError
from exponents.losses.terms import Logarithm, Loss, PowerLaw
from exponents.model.conventions import CONVENTIONS, Convention, convention
from exponents.model.online_loss import loss
from exponents.model.table1 import optimum
from exponents.model.target import TARGET_WEIGHT
from exponents.model.timescale import chi
from exponents.names import CONVENTIONS as NAMES
from exponents.names import COORDINATES, REGIMES, TABLES, VERSIONS
from exponents.optimum.boundary_ties import assumptions, boundary_ties
from exponents.optimum.proof import prove
from exponents.optimum.search import compute_optimum
from exponents.reports.point import at
from exponents.reports.tables import table
from exponents.symbols import N, alpha, beta, t

FEATURES, SOURCE, CIRCLE = (convention(name) for name in NAMES[1:])
a, b = FEATURES.symbols
r = SOURCE.symbols[1]
q_phi, q = CIRCLE.symbols
DERIVED = pytest.mark.parametrize("used", CONVENTIONS, ids=lambda used: used.name)

numbers = st.fractions(min_value=Fraction(1, 50), max_value=6, max_denominator=50)
points = st.tuples(numbers.map(lambda value: 1 + value), numbers)
conventions = st.sampled_from(CONVENTIONS)


def in_model(alpha_value, beta_value):
    return {alpha: Fraction(alpha_value), beta: Fraction(beta_value)}


def at_point(expression, point):
    return evaluate(S(expression), point)


def moved(used, point):
    """A point of the model in the symbols of a convention."""
    return dict(zip(used.symbols, used.from_model(point[alpha], point[beta]), strict=True))


# Relations


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("bordelon2024", ("3/2", "1/2"), ("3/2", "1/2")),
        ("random-features", ("3/4", "1/4"), ("3/2", "2/3")),  # (3/2 + 1/2 - 1)/(3/2)
        ("random-features", ("1", "0"), ("2", "1/2")),
        ("random-features", ("1", "-1/4"), ("2", "1/4")),  # b may be negative while 2a + 2b > 1
        ("source-condition", ("3/2", "1/4"), ("3/2", "1/2")),
        ("circle", ("1", "1.4"), ("2", "9/10")),  # ReLU and q = 1.4, as in figure 5b
        ("circle", ("1", "3/2"), ("2", "1")),
    ],
)
def test_a_point_by_hand_there_and_back(name, given, expected):
    capacity, source = map(Fraction, expected)
    assert convention(name).to_model(*given) == in_model(capacity, source)
    assert convention(name).from_model(capacity, source) == tuple(map(Fraction, given))


def test_eq_14_and_the_relations_of_the_others():
    assert (CIRCLE.alpha, CIRCLE.beta) == (2 * q_phi, (2 * q - 1) / (2 * q_phi))
    assert simplify(FEATURES.alpha - 2 * a) == simplify(FEATURES.beta - (2 * a + 2 * b - 1) / (2 * a)) == 0
    assert (SOURCE.alpha, SOURCE.beta) == (alpha, 2 * r)
    assert (CONVENTIONS[0].alpha, CONVENTIONS[0].beta) == (alpha, beta)


@pytest.mark.parametrize(
    ("used", "power"), [(FEATURES, 2 * a + 2 * b), (SOURCE, 2 * r * alpha + 1), (CIRCLE, 2 * q)], ids=lambda v: str(v)
)
def test_the_power_of_a_mode_is_that_of_the_target_in_each_convention(used, power):
    assert used.write(TARGET_WEIGHT) == power


@DERIVED
def test_the_power_beyond_a_mode_falls_as_eq_6_says(used):
    # The Hurwitz zeta function sums l^{-W} over all l from k on.
    point = moved(used, in_model("3/2", "2/3"))
    weight = at_point(used.write(TARGET_WEIGHT), point)
    with mpmath.workdps(30):
        tails = [mpmath.zeta(mpmath.mpf(weight.numerator) / weight.denominator, k) for k in (10**8, 2 * 10**8)]
        slope = -mpmath.log(tails[1] / tails[0], 2)
    assert abs(slope - 1) < 1e-7  # alpha beta = 1; the first correction is of order 1/k


@given(conventions, points)
def test_every_point_of_the_model_survives_a_convention(used, point):
    first, second = used.from_model(*point)
    assert used.to_model(first, second) == in_model(*point)


@given(conventions, st.tuples(numbers, st.fractions(min_value=-3, max_value=6, max_denominator=50)))
def test_numbers_are_taken_exactly_where_alpha_and_beta_are_in_their_domain(used, given_point):
    point = dict(zip(used.symbols, given_point, strict=True))
    capacity, source = at_point(used.alpha, point), at_point(used.beta, point)
    if capacity > 1 and source > 0:
        assert used.to_model(*given_point) == in_model(capacity, source)
        assert used.from_model(capacity, source) == given_point
    else:
        with pytest.raises(InputError, match=rf"^{used.name} needs {used.symbols[0]} > 1(/2)? and "):
            used.to_model(*given_point)


@DERIVED
def test_the_inverse_undoes_the_relations_symbolically(used):
    inverse = dict(zip(used.symbols, used.inverse, strict=True))
    for symbol, expression in used.in_symbols.items():
        assert simplify(expression.subs(inverse, simultaneous=True) - symbol) == 0
    for symbol, expression in inverse.items():
        assert used.write(expression) == symbol


def test_domains_are_solved_in_the_order_of_the_symbols():
    written = {used.name: [f"{c.lhs} {c.rel_op} {c.rhs}" for c in used.domain()] for used in CONVENTIONS}
    assert written == {
        "bordelon2024": ["alpha > 1", "beta > 0"],
        "random-features": ["a > 1/2", "b > 1/2 - a"],
        "source-condition": ["alpha > 1", "r > 0"],
        "circle": ["q_phi > 1/2", "q > 1/2"],
    }


def test_no_assumption_excludes_what_the_domain_allows():
    assert b.is_positive is None and b.is_real
    assert all(symbol.is_positive for used in CONVENTIONS for symbol in used.symbols if symbol != b)


# The diagrams

HARD, EASY, SUPER_EASY = range(3)
BY_HAND = [
    # Lazy, hard: t^{-beta} against N^{-alpha beta}, r = alpha beta/(alpha + 1), N ~ C^{1/(alpha + 1)}.  These are the
    # laws of the phases Ia, II and III of random features trained by SGD (Paquette et al. 2024), where alpha is a
    # and beta is b: boundaries 2b = 1 and a = b.
    (FEATURES, "lazy", HARD, b < S.Half, (2 * a + 2 * b - 1) / (2 * a + 1), 1 / (2 * a + 1)),
    (FEATURES, "lazy", EASY, And(b > S.Half, b < a), (2 * a + 2 * b - 1) / (2 * (a + b)), (b / a) / (1 + b / a)),
    (FEATURES, "lazy", SUPER_EASY, b > a, (4 * a - 1) / (4 * a), S.Half),
    # Rich, hard: the flow falls as t^{-2 beta/(1 + beta)}, beta/(1 + beta) = (2a + 2b - 1)/(4a + 2b - 1).
    (FEATURES, "rich", HARD, b < S.Half, 2 * (2 * a + 2 * b - 1) / (4 * a + 2 * b + 1), 2 / (4 * a + 2 * b + 1)),
    # r of the optimum is alpha * 2r/(alpha + 1) here.
    (SOURCE, "lazy", HARD, r < S.Half, 2 * r * alpha / (alpha + 1), 1 / (alpha + 1)),
    (SOURCE, "rich", HARD, r < S.Half, 4 * alpha * r / (alpha * (1 + 2 * r) + 2), 2 / (alpha * (1 + 2 * r) + 2)),
    # t^{-(2q - 1)/(2 q_phi)} against N^{-(2q - 1)}; then against t^{-1 + 1/(2 q_phi)}/N, where N t^{1 - 1/alpha} =
    # C t^{-1/alpha} = t^beta gives t = C^{q_phi/q}.
    (CIRCLE, "lazy", HARD, q < q_phi + S.Half, (2 * q - 1) / (2 * q_phi + 1), 1 / (2 * q_phi + 1)),
    (CIRCLE, "rich", HARD, q < q_phi + S.Half, 2 * (2 * q - 1) / (2 * q_phi + 2 * q + 1), 2 / (2 * q_phi + 2 * q + 1)),
    (CIRCLE, "rich", EASY, And(q > q_phi + S.Half, q < 2 * q_phi), 1 - 1 / (2 * q), 1 - q_phi / q),
    (CIRCLE, "lazy", SUPER_EASY, q > 2 * q_phi, 1 - 1 / (4 * q_phi), S.Half),
]


@pytest.mark.parametrize(
    ("used", "regime", "number", "where", "exponent", "model_size"),
    BY_HAND,
    ids=[f"{used.name}-{regime}-{number}" for used, regime, number, *_ in BY_HAND],
)
def test_a_column_of_the_table_by_hand(used, regime, number, where, exponent, model_size):
    phase = used.optimum(regime).phases[number]
    assert phase.where == where
    assert simplify(phase.exponent - exponent) == 0
    assert simplify(dict(phase.allocation)[N] - model_size) == 0
    assert used.tasks(regime)[number] == ("hard", "easy", "super-easy")[number]


@DERIVED
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("regime", REGIMES)
def test_a_derived_diagram_is_proved_and_says_what_the_model_s_says(used, regime, version):
    model, own = optimum(regime, version), used.optimum(regime, version)
    prove(own)
    assert len(own.phases) == len(model.phases)
    for theirs, ours in zip(model.phases, own.phases, strict=True):
        assert (used.write(theirs.exponent), used.write(theirs.where)) == (ours.exponent, ours.where)
        assert theirs.binding == ours.binding
    assert {used.write(x.curve) for x in model.boundaries} == {x.curve for x in own.boundaries}


@given(conventions, st.sampled_from(REGIMES), st.sampled_from(VERSIONS), points)
def test_derived_diagrams_agree_with_the_model_point_by_point(used, regime, version, place):
    point = in_model(*place)
    model, own = optimum(regime, version), used.optimum(regime, version)
    here = moved(used, point)
    assert own.at(*here.values()) == model.at(*place)
    assert at_point(own.exponent, here) == at_point(model.exponent, point)
    assert at_point(own.allocation(N), here) == at_point(model.allocation(N), point)
    assert own.phase_at(here) == model.phase_at(point)


@DERIVED
def test_another_loss_is_derived_in_the_same_way(used):
    changed = loss("rich").without("sgd_transient").add(PowerLaw("floor", ((N, alpha),)))
    model = compute_optimum(changed, N**2 * t, where=(alpha > 1, beta < 3), parameters=(alpha, beta))
    domain = (*used.domain(), used.write(beta < 3))
    own = compute_optimum(used.loss(changed), N**2 * t, where=domain, parameters=used.symbols)
    assert [phase.binding for phase in own.phases] == [phase.binding for phase in model.phases]
    assert [phase.exponent for phase in own.phases] == [used.write(phase.exponent) for phase in model.phases]
    assert used.loss(changed).title == f"{changed.title}, in the symbols of {used.name}"


@DERIVED
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("regime", REGIMES)
def test_logarithms_and_assumptions_are_those_of_the_model(used, regime, version):
    model, own = optimum(regime, version), used.optimum(regime, version)
    theirs = {
        (used.write(tie.boundary.curve), tie.terms, used.write(tie.logarithm).factor()) for tie in boundary_ties(model)
    }
    assert {(tie.boundary.curve, tie.terms, tie.logarithm) for tie in boundary_ties(own)} == theirs
    assert len(theirs) == 2
    assert assumptions(own) == tuple((name, used.write(where)) for name, where in assumptions(model))


def test_a_logarithm_outside_the_domain_is_left_out():
    term = PowerLaw(
        "mine", ((t, beta),), logarithms=(Logarithm(t, beta, Eq(alpha * beta, alpha)),), assumes=(beta - 1,)
    )
    (kept,) = FEATURES.loss(Loss((term,)))
    assert kept.logarithms == (Logarithm(t, FEATURES.beta, Eq(b, S.Half)),)
    assert kept.assumes == (FEATURES.write(beta - 1),)
    (none,) = FEATURES.loss(Loss((replace(term, logarithms=(Logarithm(t, beta, Eq(alpha, S.Half)),)),)))
    assert none.logarithms == ()


# Writing


def test_a_min_stays_a_min_and_a_piecewise_keeps_its_cases():
    assert SOURCE.write(alpha * Min(2, beta)) == alpha * Min(2, 2 * r)
    assert CIRCLE.write(chi("rich")) == Piecewise(
        ((4 * q - 2) / (2 * q + 2 * q_phi - 1), q <= q_phi + S.Half), ((2 * q - 1) / (2 * q_phi), True)
    )


def test_rational_parts_are_cancelled_and_factored_together():
    assert FEATURES.write(alpha * (beta - 1) + 1) == 2 * b
    assert FEATURES.write(1 / (1 + alpha) + beta / (1 + alpha)) == (4 * a + 2 * b - 1) / (2 * a * (2 * a + 1))
    assert CIRCLE.write(Max(alpha * beta, 1)) == Max(2 * q - 1, 1)


def test_functions_and_powers_are_written_inside():
    assert SOURCE.write(gamma(beta) / (alpha * 2**beta)) == gamma(2 * r) / (alpha * 2 ** (2 * r))
    assert CIRCLE.write(t ** (-alpha * beta)) == t ** (1 - 2 * q)


def test_conditions_are_solved_where_they_are_linear():
    assert FEATURES.write(beta < 1) == (b < S.Half)
    assert FEATURES.write(beta >= 2 - 1 / alpha) == (b >= a)
    assert FEATURES.write(beta <= 1) == (b <= S.Half)
    assert FEATURES.write(Min(1, beta) > 1 / alpha) == (b > 1 - a)
    assert CIRCLE.write(Eq(beta, 2 - 1 / alpha)) == Eq(q, 2 * q_phi)
    assert CIRCLE.write(Ne(beta, 1)) == Ne(q, q_phi + S.Half)
    assert CIRCLE.write(Eq((alpha - 2) * (beta - 1) ** 2, 0)) == Eq(q_phi, 1) | Eq(q, q_phi + S.Half)
    assert SOURCE.write(And(beta > 1, beta < 2)) == And(r > S.Half, r < 1)


def test_a_condition_that_the_domain_decides_is_decided():
    assert FEATURES.write(alpha * beta > 0) == True  # noqa: E712
    assert FEATURES.write(alpha < S.Half) == False  # noqa: E712
    assert CIRCLE.write(Eq(alpha, S.Half)) == False  # noqa: E712
    assert CIRCLE.write(Eq(alpha * (beta + 1), alpha * beta + alpha, evaluate=False)) == True  # noqa: E712


def test_what_has_neither_alpha_nor_beta_stays():
    assert FEATURES.write(N * t) == N * t and FEATURES.write(S.Half) == S.Half


POOL = (
    alpha * beta,
    (alpha * beta + 1 - alpha) / (alpha + 1),
    Min(1, beta) * alpha - 1 / beta,
    Max(alpha, 2 * beta, alpha * beta),
    Piecewise((beta, beta < 2 - 1 / alpha), (alpha, True)) / (1 + alpha),
    Piecewise((Min(alpha, beta), alpha * beta >= 2), (beta**2, alpha > 3), (1 / alpha, True)),
)


@given(conventions, st.sampled_from(POOL), points)
def test_writing_changes_no_value(used, expression, place):
    point = in_model(*place)
    assert at_point(used.write(expression), moved(used, point)) == at_point(expression, point)


@given(conventions, st.sampled_from((beta < 1, alpha * beta >= 2, Eq(beta, 1), Ne(alpha * beta, 2))), points)
def test_writing_changes_no_condition(used, condition, place):
    for point in (in_model(*place), in_model(place[0], 1), in_model(place[0], 2 / place[0])):
        assert holds(used.write(condition), moved(used, point)) == holds(condition, point)


def test_signs_and_zeros_on_the_whole_plane():
    x, y = symbols("x y", real=True)
    assert positive_where(Min(x, y), (x, y), ()) == And(x > 0, y > 0)
    assert positive_where(-1 - x**2, (x, y), ()) == False  # noqa: E712
    assert zeros(x * y / (x - y), (x, y), ()) == Eq(x, 0) | Eq(y, 0)


# Names, reports, tables, bad input


def test_names_are_bound_to_conventions_one_to_one():
    assert tuple(used.name for used in CONVENTIONS) == NAMES
    assert {used.name: tuple(map(str, used.symbols)) for used in CONVENTIONS} == COORDINATES
    assert all(used.description and used.source for used in CONVENTIONS)
    assert exponents.convention("circle") is CIRCLE and convention(CIRCLE) is CIRCLE
    assert str(CIRCLE).startswith("circle: alpha = 2*q_phi, beta = (2*q - 1)/(2*q_phi); ")


@DERIVED
def test_a_point_is_reported_alike_in_all_symbols(used):
    report = at(*used.from_model("7/3", "1"), convention=used.name)
    assert report.to_dict() == at("7/3", 1).to_dict()
    (title, *_) = (part.title.write("plain") for part in report.tables())
    assert "alpha = 7/3, beta = 1" in title
    assert all(str(symbol) in title for symbol in used.symbols)


def test_a_boundary_is_named_in_the_symbols_of_the_point():
    exponent_table, _ = at(2, Rational(1, 2), convention="source-condition").tables()
    notes = [note.write("plain") for note in exponent_table.notes]
    assert notes[0].startswith("On the boundary r = 1/2 of hard and easy")
    assert notes[-1].endswith("beta = 2*r.")


def test_a_heading_avoids_a_letter_that_is_a_symbol():
    assert [used.exponent_letter for used in CONVENTIONS] == ["r", "r", "s", "r"]
    assert "exponents s at" in table("compute-optimal", convention="source-condition").title.write("plain")


def test_a_convention_of_one_s_own():
    # Tail exponents themselves: eigenvalues k^{-u}, power beyond k as k^{-v}.
    u, v = symbols("u v", positive=True)
    mine = Convention.from_decay("tails", (u, v), eigenvalues=u, power=v + 1)
    assert mine.inverse == (alpha, alpha * beta)
    hard = mine.optimum("lazy").phases[HARD]
    assert (hard.where, hard.exponent) == (v < u, v / (u + 1))
    assert at(2, 1, convention=mine).to_dict() == at(2, "1/2").to_dict()
    rows = table("phases", convention=mine).rows
    assert [row[1] for row in rows[:2]] == [Eq(v, u), Eq(v, 2 * u - 1)]
    assert str(mine) == "tails: alpha = u, beta = v/u"


def test_phases_keep_their_names_when_the_symbols_run_the_other_way():
    # Difficulty as 1/beta: the last phase in order is the hard one.
    d = Symbol("d", positive=True)
    mine = Convention("difficulty", (alpha, d), alpha, 1 / d)
    tasks = dict(zip(mine.tasks("lazy"), mine.optimum("lazy").phases, strict=True))
    assert (tasks["hard"].where, tasks["hard"].exponent) == (d > 1, alpha / (d * (alpha + 1)))


def test_phases_that_are_not_the_model_s_are_refused(monkeypatch):
    wrong = FEATURES.optimum("lazy")
    monkeypatch.setattr("exponents.model.conventions._optimum", lambda *_: wrong)
    with pytest.raises(IncompleteProof, match="symbols of circle"):
        CIRCLE.tasks("lazy")


@pytest.mark.parametrize("name", ["randm-features", "", "Circle", None, 3, "circle "])
def test_a_name_that_does_not_exist_is_refused_in_one_line(name):
    for use in (convention, lambda it: at(2, 1, convention=it), lambda it: table("phases", convention=it)):
        with pytest.raises(InputError, match="the convention must be one of bordelon2024, random-features") as refusal:
            use(name)
        assert "\n" not in str(refusal.value)
    with pytest.raises(InputError, match=r"did you mean random-features\?"):
        convention("random-feature")


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("random-features", ("1/2", "1"), "needs a > 1/2 and b > 1/2 - a; got a = 1/2, b = 1;"),
        ("random-features", (0, 0), "got a = 0, b = 0;"),
        ("random-features", (1, "-1/2"), "got a = 1, b = -1/2;"),
        ("source-condition", (2, 0), "needs alpha > 1 and r > 0; got alpha = 2, r = 0;"),
        ("circle", (1, "1/2"), "needs q_phi > 1/2 and q > 1/2; got q_phi = 1, q = 1/2;"),
        ("circle", (float("nan"), 1), "q_phi must be a finite rational number; got nan"),
        ("random-features", (1, "x"), "b must be a finite rational number; got x"),
        ("random-features", (1, -(10**900)), "characters"),
    ],
)
def test_numbers_outside_are_refused_in_the_convention_s_own_symbols(name, given, message):
    with pytest.raises(InputError) as refusal:
        at(*given, convention=name)
    assert message in str(refusal.value) and "\n" not in str(refusal.value) and len(str(refusal.value)) < 160


def test_the_model_s_numbers_are_checked_on_the_way_back():
    with pytest.raises(InputError, match="alpha must exceed 1"):
        CIRCLE.from_model(1, 1)
    assert CIRCLE.from_model(2, 0.5) == CIRCLE.from_model(2, "1/2")


def test_only_some_tables_have_other_symbols():
    for name in set(TABLES) - {"compute-optimal", "phases"}:
        with pytest.raises(InputError, match="in the symbols of circle must be one of compute-optimal, phases"):
            table(name, convention="circle")
    with pytest.raises(InputError, match="the table must be one of"):
        table("nonsense", convention="circle")
    assert table("time", convention="bordelon2024") == table("time")


def test_an_expression_that_mixes_symbols_is_refused():
    with pytest.raises(InputError, match="must be in alpha and beta; got a in it"):
        FEATURES.write(a * alpha)
    assert FEATURES.write(0.5 * alpha) == FEATURES.write(alpha / 2)


def test_a_convention_that_is_not_one_to_one_is_refused():
    u, v = symbols("u v", real=True)
    with pytest.raises(InputError, match="one-to-one; got 2 solutions in folded"):
        Convention("folded", (u, v), u**2, v).from_model(4, 1)
    with pytest.raises(InputError, match="one-to-one"):
        Convention("flat", (u, v), u, u).from_model(4, 1)
