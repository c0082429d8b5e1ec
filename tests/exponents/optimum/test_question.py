"""Texts of a whole problem: they give the programme that expressions give, and a name stands where it may."""

import pytest
from sympy import Min, Rational, symbols

from exponents import C, N, alpha, compute_optimum, t
from exponents.errors import InputError, TooMuchWork
from exponents.losses.terms import PowerLaw
from exponents.optimum.question import MAX_TERMS, Question, read_question
from exponents.optimum.search import phase_diagram

D, U = symbols("D U", positive=True)
q, u = symbols("q u", positive=True)


def shares(diagram):
    """Exponents and shares of the phases; a slack has the name that its constraint was given."""
    return [(p.exponent, {(r if r in (N, t, D, U) else "", x) for r, x in p.allocation}) for p in diagram.phases]


@pytest.mark.parametrize(
    ("texts", "expressions"),
    [
        ({"terms": ("N**-q", "1/t"), "costs": ("N*t",), "where": ("q > 0",)}, (N**-q + 1 / t, N * t)),
        (
            {"terms": ("min(1/N, N**-q)", "1/t"), "costs": ("C = N*t",), "where": ("q > 0",)},
            (Min(1 / N, N**-q) + 1 / t, N * t),
        ),
        (
            {"terms": ("(1/N + 1/D)**(1/2)",), "costs": ("N**2*D",), "constraints": ("D >= N*C**(1/9)",)},
            (N ** Rational(-1, 2) + D ** Rational(-1, 2), N**2 * D, (), None, (), N * C ** Rational(1, 9) <= D),
        ),
        (
            {"terms": ("N**-q + 1/t",), "costs": ("N*t",), "settings": ("q=2",), "where": ("q > 1",)},
            (N**-2 + 1 / t, N * t),
        ),
        (
            {"terms": ("1/(N*U)", "U/t"), "costs": ("N*t",), "free": ("U",)},
            (1 / (N * U) + U / t, N * t, (), None, (U,)),
        ),
    ],
    ids=["two terms", "branches", "constraint", "setting", "free"],
)
def test_texts_give_the_optimum_of_the_expressions(texts, expressions):
    read, written = phase_diagram(read_question(Question(**texts))), compute_optimum(*expressions)
    assert shares(read) == shares(written)


def test_the_smaller_of_two_laws_decides_and_the_whole_loss_is_kept():
    """max(1/2, q/(1 + q)) by balancing 1/t with 1/N and with N^-q."""
    found = read_question(Question(("min(1/N, N**-q)", "2/t"), ("N*t",), where=("q > 0",)))
    exponent = phase_diagram(found).exponent
    for value in (Rational(1, 3), Rational(5, 2)):
        assert exponent.subs(q, value) == max(Rational(1, 2), value / (1 + value))
    assert dict(found.loss.whole) == {"min(1/N, N**-q)": Min(1 / N, N**-q), "2/t": 2 / t}


def test_terms_given_twice_are_numbered_and_known_ones_come_first():
    known = PowerLaw("flow", ((t, alpha),), source="eq. 10")
    found = read_question(Question(("1/N", "1/N"), ("N*t",), settings=("alpha=3/2",), known_terms=(known,)))
    assert [term.name for term in found.loss] == ["flow", "1/N", "1/N [2]"]
    assert found.loss["flow"].exponent(t) == Rational(3, 2) and found.loss["flow"].source == "eq. 10"


def test_budgets_have_the_names_that_were_typed():
    found = read_question(Question(("1/N + 1/t",), ("N*t*6",), constraints=("t >= N*2",)))
    assert found.budgets[0].name == "N*t*6"
    assert [constraint.name for constraint in found.constraints] == ["t >= N*2"]


def test_resources_are_those_of_the_costs_and_those_that_are_named():
    found = read_question(Question(("1/N + 1/U",), ("N*t",), given=("U=C**u",), where=("u > 0",), resources=("D",)))
    assert set(found.resources) - {C} == {N, t, U, D}
    assert any(budget.exponent(U) for budget in found.budgets)
    assert found.parameters == (u,)


def test_a_constant_is_set_aside_and_kept_where_it_is_all_there_is():
    read = read_question(Question(("1/N", "1/t", "3"), ("N*t",)))
    falling, constant = read.reducible()
    assert [term.name for term in falling.loss] == ["1/N", "1/t"] and [term.name for term in constant] == ["3"]
    assert phase_diagram(read).exponent == 0 and phase_diagram(falling).exponent == Rational(1, 2)
    assert falling.reducible() == (falling, ())


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"settings": ("q",)}, "a name and a number"),
        ({"settings": ("q=1", "q=2")}, "set twice"),
        ({"settings": ("N=1",)}, "is a resource"),
        ({"settings": ("q=0",)}, "must be positive"),
        ({"settings": ("q=1/2",)}, "is false"),
        ({"settings": ("v=1/2",)}, "does not occur"),
        ({"given": ("U",)}, "a resource and a power of C"),
        ({"given": ("C=N",)}, "C, the budget"),
        ({"where": ("q > 1", "N > 2")}, "N, a resource"),
        ({"terms": ()}, "at least one term"),
        ({"terms": ("N**-q", "0")}, "constant must be positive"),
        ({"costs": ("N*t**v",)}, "got v"),
        ({"constraints": ("q <= N",)}, "q is a parameter"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "-",
)
def test_what_cannot_stand_where_it_does_is_refused(texts, words):
    with pytest.raises(InputError, match=words):
        read_question(Question(**{"terms": ("N**-q",), "costs": ("N*t",), "where": ("q > 1",), **texts}))


def test_too_many_terms_are_refused():
    with pytest.raises(TooMuchWork):
        read_question(Question(("1/N",) * (MAX_TERMS + 1), ("N*t",)))
