"""Texts in Python: they say what expressions say, and what the command says; a text is never executed."""

import json

import pytest
from sympy import Eq, Min, Rational, Symbol, symbols

from exponents import N, P, alpha, beta, compute_optimum, programme, prove, t
from exponents.cli.app import main
from exponents.errors import InputError
from exponents.losses.arguments import speaking_python
from exponents.losses.terms import Loss, PowerLaw
from exponents.reports.diagram import diagram_object

C, D = symbols("C D", positive=True)
m, q = symbols("m q", positive=True)


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        (("N**-alpha + D**-beta", "N*D"), (N**-alpha + D**-beta, N * D)),
        (("406.4/N^.34 + 410.7/D^.28", "6*N*D"), (1 / N ** Rational("0.34") + D ** -Rational("0.28"), N * D)),
        (("min(1/N, N**-q)", "N*t", "q > 0"), (Min(1 / N, N**-q), N * t)),
        (
            ("N**-q + D**-q", "N*D", ("0 < m < 1", "q > 0"), None, (), "D >= N*C**m"),
            (N**-q + D**-q, N * D, m < 1, None, (), N * C**m <= D),
        ),
    ],
    ids=["sum", "constants", "min", "constraint"],
)
def test_a_text_and_an_expression_have_the_same_diagram(text, expression):
    one, other = compute_optimum(*text), compute_optimum(*expression)
    assert [(p.where, p.exponent, p.allocation[0][1]) for p in one.phases] == [
        (p.where, p.exponent, p.allocation[0][1]) for p in other.phases
    ]
    prove(one)


def test_python_and_the_command_say_the_same(capsys):
    arguments = ["--term", "N**-q + 1/D", "--cost", "6*N*D", "--where", "q > 0", "--where", "0 < u < 2"]
    arguments += ["--subject-to", "D >= N*C**(1/4)", "--given", "U=C**u", "--subject-to", "U <= N"]
    assert main(["balance", *arguments, "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    constraints = ["D >= N*C**(1/4)", "U <= N", "U == C**u"]
    found = compute_optimum("N**-q + 1/D", "6*N*D", ["q > 0", "0 < u < 2"], subject_to=constraints)
    assert said.keys() - diagram_object(found).keys() == {"problem", "version"}
    assert diagram_object(found).items() <= said.items()


def test_texts_and_expressions_may_stand_beside_each_other():
    size, a = symbols("size a", positive=True)
    found = compute_optimum(size**-a + 1 / t, "size*t", subject_to=["t >= size", t <= P], where=a < 3)
    assert found.exponent == compute_optimum("size**-a + 1/t", "size*t", "0 < a < 3", subject_to="t >= size").exponent


def test_symbols_without_assumptions_work():
    size, time, a, budget = symbols("N t a C")
    assert compute_optimum(size**-2 + 1 / time, size * time).exponent == Rational(2, 3)
    assert compute_optimum((size**-a + 1 / time) ** 2, size * time, a > 0).exponent == 2 * a / (a + 1)
    tied = compute_optimum(1 / size + 1 / time, size * time, subject_to=time >= size * budget ** Rational(1, 2))
    assert tied.exponent == Rational(1, 4)


def test_constraints_have_the_names_that_were_typed():
    found = programme("1/N + 1/D", "6*N*D + 2*N*C**q", "0 < q < 1", subject_to=["D ≥ N*C**(q/2)", "1 <= D <= N*C**2"])
    names = ["2*N*C**q <= C", "6*N*D <= C", "D >= N*C**(q/2)", "1 <= D", "D <= N*C**2"]
    assert [constraint.name for constraint in found.constraints] == names


def test_a_loss_is_parsed():
    found = Loss.parse("406.4/N**0.34 + 410.7/D**.28 + 1.69")
    powers = {term.exponents for term in found}
    assert powers == {(), ((N, Rational("0.34")),), ((D, Rational("0.28")),)}
    assert Loss.parse("eta/B*N**-q", resources=["N"], where="q > 0").terms[0].exponents == ((N, q),)
    ((_, whole), (_, rest)) = Loss.parse("(1/N + 1/D)**(1/2) + 2/N").whole
    assert {whole, rest} == {(1 / N + 1 / D) ** Rational(1, 2), 2 / N}
    assert compute_optimum(Loss.parse("1/N + 1/D"), "N*D").exponent == Rational(1, 2)
    assert Loss((PowerLaw("a", ((N, 1),)), PowerLaw("b", ((t, 2),)))).terms


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: compute_optimum("N**-q + 1/D", "N*D"), "got 'q' at column 5; .*add where=\"q > 0\""),
        (lambda: compute_optimum("1/N + 1/E", "N*D"), "got 'E' at column 9"),
        (lambda: compute_optimum("1/N + t**-bta", "N*t"), "did you mean beta"),
        (lambda: compute_optimum("1/N + 1/D", "N*D", free="2*N"), "must be one name"),
        (lambda: compute_optimum("1/N", "N*D", subject_to="D >= N*C**m"), 'got m; add where="m > 0"'),
        (lambda: compute_optimum("__import__('os')", "N*D"), "plain names"),
        (lambda: compute_optimum("N.diff(N)", "N*D"), "numbers, names"),
        (lambda: Loss.parse("N**-q"), 'add where="q > 0"'),
        (lambda: Loss.parse("min(1/N, 1/D)"), "give the text to compute_optimum"),
        (lambda: Loss.parse(1 / N), "use Loss.from_expr"),
        (lambda: programme("(1/N + 1/D)**(q - 1)", "N*D", "q > 0"), 'where="q - 1 > 0"'),
        (lambda: compute_optimum("1/N", "N*D", free=["D", "E F"]), "must be one name"),
    ],
)
def test_bad_texts_are_refused_in_words_of_python(call, words):
    with pytest.raises(InputError, match=words) as refusal:
        call()
    assert "--" not in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_constant_with_a_condition_is_held_fixed():
    found = compute_optimum("(A/N)**alpha + (B/D)**beta", "N*D", ["A > 0", "beta > 1"])
    assert found.programme.parameters == (alpha, beta) and len(found.phases) == 1


def test_equations_may_stand_among_constraints():
    given = programme("1/N + 1/D", "N*D", subject_to=["U = C**(1/2)", "U <= N"]).constraints
    same = programme("1/N + 1/D", "N*D", subject_to=[Eq(Symbol("U", positive=True), C ** Rational(1, 2)), "U <= N"])
    assert [row.budget.exponents for row in given] == [row.budget.exponents for row in same.constraints]


def test_a_cost_may_begin_with_the_budget():
    assert compute_optimum("1/N + 1/t", "C = N**2*t").exponent == Rational(1, 3)
    with pytest.raises(InputError):
        compute_optimum("1/N + 1/t", "D = N**2*t")


def test_an_error_that_names_no_option_stays_the_same_one():
    error = InputError("a loss needs at least one term")
    with pytest.raises(InputError) as caught, speaking_python():
        raise error
    assert caught.value is error


def test_a_part_of_a_cost_that_is_not_positive_is_named():
    with pytest.raises(InputError, match="got -N;"):
        programme(1 / N + 1 / t, N * t - N)
