"""What is typed as a loss, a cost or a condition: what it means, and what is refused."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Add,
    Eq,
    Expr,
    Float,
    Ge,
    I,
    Integer,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    nan,
    oo,
    sqrt,
    sstr,
    sympify,
    zoo,
)
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from exponents.errors import InputError
from exponents.losses.terms import PowerLaw
from exponents.printing import GREEK, write
from exponents.symbols import B, N, alpha, beta, eta, gamma, n, t, tau, x, z
from exponents.text.number_powers import NumberPower
from exponents.text.parsing import MAX_NESTING, Spelled, names_in, parse_conditions, parse_expression
from exponents.text.tokens import MAX_LENGTH, MAX_TOKENS

SYMBOLS = {symbol.name: symbol for symbol in (B, N, alpha, beta, eta, gamma, n, t, tau, x, z)}
half, third = Rational(1, 2), Rational(1, 3)


def parse(text):
    return parse_expression(text, SYMBOLS, "the loss")


def conditions(text):
    return parse_conditions(text, SYMBOLS, "the domain")


def refusal(read, text):
    """The message, which must be one short line that says what was required and what came."""
    with pytest.raises(InputError) as error:
        read(text)
    message = str(error.value)
    assert "\n" not in message and len(message) < 200
    assert " must " in message or " may " in message
    assert "; got " in message and message.count("; ") >= 2
    return message


MEANINGS = {
    "t": t,
    " t ": t,
    "1": S.One,
    "1.5": Rational(3, 2),
    ".5": half,
    "2.": Integer(2),
    "0.1": Rational(1, 10),
    "1e-3": Rational(1, 1000),
    "1e+3": Integer(1000),
    "1E3": Integer(1000),
    "2/3": Rational(2, 3),
    "1/3*t": t / 3,
    "t + N - B": t + N - B,
    "t - N - B": Add(t, -N, -B),
    "t / N / B": Mul(t, 1 / N, 1 / B),
    "t/N*B": t * B / N,
    "t*-N": -N * t,
    "t - -N": N + t,
    "--t": t,
    "-+-+-t": -t,
    "2*(t + N)": 2 * t + 2 * N,
    "-(t + N)*(B + 1)": Mul(-1, t + N, B + 1),
    "((((t))))": t,
    "t**2": t**2,
    "t^2": t**2,
    "t**-beta": Pow(t, -beta),
    "t**-beta*N": N * Pow(t, -beta),
    "-x**2": Mul(-1, Pow(x, 2)),
    "(-x)**2": Pow(x, 2),
    "2**3**2": Integer(512),
    "(2**3)**2": Integer(64),
    "2**-3**2": Rational(1, 512),
    "-2**2": Integer(-4),
    "-2**-2": Rational(-1, 4),
    "t**alpha**beta": Pow(t, Pow(alpha, beta)),
    "t**-alpha**-beta": Pow(t, -Pow(alpha, -beta)),
    "t**(1/2)": sqrt(t),
    "(t**1)/2": t / 2,
    "(N*t)**-(1)/2": 1 / (2 * N * t),
    "t**2/2": t**2 / 2,
    "2**(1/2)": sqrt(2),
    "(4/9)**(1/2)": Rational(2, 3),
    "8**(2/3)": Integer(4),
    "2**0.35": Pow(2, Rational(7, 20)),
    "sqrt(N*t)*sqrt(4)": 2 * sqrt(N) * sqrt(t),
    "t**0.34": Pow(t, Rational(17, 50)),
    "(N*t)**(1/2)": sqrt(N) * sqrt(t),
    "(N*t)**-2": N**-2 * t**-2,
    "1/(2*N*t)": 1 / (2 * N * t),
    "(1 + t)**-1": 1 / (1 + t),
    "(alpha - beta)**beta": Pow(alpha - beta, beta),
    "(-2)**n": Pow(-2, n),
    "0*t": S.Zero,
    "t - t": S.Zero,
    "0**alpha": S.Zero,
    "z": z,
    "t**(-2*beta/(1 + alpha))*N**-alpha + eta/B": t ** (-2 * beta / (1 + alpha)) * N**-alpha + eta / B,
    "min(alpha, 2)": Min(2, alpha),
    "max(alpha,beta,1)": Max(1, alpha, beta),
    "Min(alpha, Max(beta, 1))": Min(alpha, Max(beta, 1)),
    "max(1, 2, 3/2)": Integer(2),
    "max(t)": t,
    "max(alpha, 0)": alpha,
    "max(alpha, max(beta, 1))": Max(1, alpha, beta),
    "t**-min(1, beta/2)": Pow(t, -Min(1, beta / 2)),
    "(1 + max(alpha, 1))*t": t * (1 + Max(alpha, 1)),
    "α*β": alpha * beta,
    "γ + η*τ": gamma + eta * tau,
    "t^−β": Pow(t, -beta),
    "2·N⋅t": 2 * N * t,
}


@pytest.mark.parametrize("text", ["t**-1/2", "t**1/2", "(N*t)^-1/2", "3*t**-0.5/2 + N", "t**-alpha/2", "2**-1/3"])
def test_a_power_that_may_be_meant_as_a_fraction_is_refused(text):
    """By the rules of powers t**-1/2 is a half of 1/t, and most who write it mean 1/sqrt(t)."""
    with pytest.raises(InputError, match=r"say what \*\*.*/\d means; got .*; write \*\*\("):
        parse_expression(text, {"t": t, "N": N, "alpha": alpha}, "a term")


@pytest.mark.parametrize(("text", "meaning"), MEANINGS.items(), ids=MEANINGS)
def test_a_text_means_what_mathematics_makes_of_it(text, meaning):
    assert parse(text) == meaning
    assert parse(text.replace(" ", "")) == meaning
    assert parse(text.replace(" ", " \t\n")) == meaning


def test_decimals_are_exact():
    assert parse("0.1 + 0.2") == Rational(3, 10)
    assert not parse("1.25*t**0.1 + 1e-30").atoms(Float)


def test_every_greek_letter_stands_for_its_name():
    symbols = {name: Symbol(name) for name in GREEK}
    assert parse_expression("α + β + γ + η + χ + τ + κ + φ", symbols, "the loss") == Add(*symbols.values())


def test_names_mean_the_symbols_that_are_given():
    width = Symbol("width_1", positive=True)
    assert parse_expression("2*width_1", {"width_1": width}, "the cost") == 2 * width


# text: what the message must hold
REFUSED = {
    "": "got nothing",
    " \n\t ": "got nothing",
    "2alpha": "'alpha' at column 2; write * before it",
    "2 t": "'t' at column 3; write * before it",
    "t N": "'N' at column 3; write * before it",
    "2(t)": "'(' at column 2; write * before it",
    "(t)(N)": "'(' at column 4; write * before it",
    "t 2": "'2' at column 3; write * before it",
    "αβ": "'β' at column 2; write * before it",
    "1.2.3": "'.3' at column 4; write * before it",
    "1_000": "'_000' at column 2",
    "0x10": "'x10' at column 2",
    "2t + 1": "'t' at column 2; write * before it",
    "t(N)": "no functions but min, max and sqrt; got 't' at column 1; write * before (",
    "sin(t)": "got 'sin' at column 1; write * before (",
    "exp(t)": "no functions but min, max and sqrt",
    "eval(t)": "no functions but min, max and sqrt",
    "N + open(t)": "got 'open' at column 5",
    "min": "give min its arguments",
    "2*max": "give max its arguments; got 'max' at column 3",
    "min()": "')' at column 5",
    "min(t,)": "')' at column 7",
    "min(t": "close its parentheses; got the end of the text",
    "min(t; 1)": "';' at column 6",
    "minn(t, 1)": "got 'minn' at column 1",
    "t.x": "'.' at column 2",
    "t.__class__": "'.' at column 2",
    "__import__": "plain names; got '__import__' at column 1",
    "_t": "plain names",
    "a__b": "plain names",
    "lambda": "'lambda' at column 1",
    "lambda t: t": "'lambda' at column 1",
    "t if N else B": "'if' at column 3",
    "not t": "'not' at column 1",
    "None": "'None' at column 1",
    "t[0]": "'[' at column 2",
    "{t}": "'{' at column 1",
    "'t'": '"\'" at column 1',
    '"t"': "'\"' at column 1",
    "t@N": "'@' at column 2",
    "t:N": "':' at column 2",
    "t!": "'!' at column 2",
    "t;N": "';' at column 2",
    "t\\N": "at column 2",
    "t % 2": "'%' at column 3",
    "t | N": "'|' at column 3",
    "t\x00": r"'\x00' at column 2",
    "t\u202eN": r"'\u202e' at column 2",
    "\ud800": r"'\ud800' at column 1",
    "١": "'١' at column 1",
    "t²": "'²' at column 2",
    "λ": "'λ' at column 1",
    "t, N": "',' at column 2; commas stand between",
    "(t, N)": "',' at column 3; commas stand between",
    "t < 1": "'<' at column 3; comparisons stand only in conditions",
    "(t <= 1)*N": "'<=' at column 4; comparisons stand only in conditions",
    "t = 1": "'=' at column 3",
    "t == 1": "'==' at column 3",
    "t ≠ 1": "'≠' at column 3",
    "t and N": "'and' at column 3",
    "t +": "got the end of the text",
    "*t": "'*' at column 1",
    "t**": "got the end of the text",
    "t***2": "'*' at column 4",
    "t//2": "'/' at column 3",
    "()": "')' at column 2",
    "(t": "close its parentheses",
    "t)": "')' at column 2",
    "(t))": "')' at column 4",
    "1/0": "finite; got a division by zero",
    "t/(N - N)": "finite; got a division by zero",
    "t/0.0": "finite; got a division by zero",
    "0**-1": "finite; got a division by zero",
    "0**0": "zero to the power 0",
    "0**-beta": "zero to the power -beta",
    "0**z": "zero to the power z",
    "(-2)**(1/2)": "real; got -2 to the power 1/2",
    "(-8)**(1/3)": "real; got -8 to the power 1/3",
    "(-2)**beta": "real; got -2 to the power beta",
    "(-t)**(1/2)": "real and finite",
    "((alpha - beta)**2)**(1/2)": "real and finite",
    "t**2**(1/2)": "rational numbers in exponents; got sqrt(2)",
    "max(2**(1/2), t)": "rational functions in min and max; got sqrt(2)",
    "(1 + 2**(1/2))**beta": "rational numbers under a power",
    "oo": "use the names B, N,",
    "I": "got 'I' at column 1",
    "nan": "got 'nan' at column 1",
}


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_what_cannot_be_read_is_refused_where_it_stands(text, said):
    assert said in refusal(parse, text)


def test_an_unknown_name_is_named_with_those_that_are_known():
    message = refusal(parse, "2*alhpa")
    assert "B, N, alpha, beta, eta, gamma, n, t, tau, x, z" in message
    assert "'alhpa' at column 3; did you mean alpha?" in message
    assert "did you mean" not in refusal(parse, "q")
    assert "(there are none)" in refusal(lambda text: parse_expression(text, {}, "the cost"), "q")


def test_a_long_list_of_known_names_is_cut():
    symbols = {name: Symbol(name) for name in (f"resource_{k}" for k in range(100))}
    message = refusal(lambda text: parse_expression(text, symbols, "the cost"), "resource_1o")
    assert "resource_0, resource_1, " in message and ", …" in message and "did you mean resource_1" in message


def test_the_role_opens_the_message():
    assert refusal(lambda text: parse_expression(text, SYMBOLS, "the cost"), "2t").startswith("the cost must ")
    assert refusal(lambda text: parse_conditions(text, SYMBOLS, "the domain"), "t").startswith("the domain must ")


CONDITIONS = {
    "alpha > 1": [StrictGreaterThan(alpha, 1, evaluate=False)],
    "alpha<2": [StrictLessThan(alpha, 2, evaluate=False)],
    "α ≥ 1, β ≤ 2": [GreaterThan(alpha, 1, evaluate=False), LessThan(beta, 2, evaluate=False)],
    "0 < beta <= 2": [StrictLessThan(0, beta, evaluate=False), LessThan(beta, 2, evaluate=False)],
    "1 < alpha < 2 and beta > 0": [
        StrictLessThan(1, alpha, evaluate=False),
        StrictLessThan(alpha, 2, evaluate=False),
        StrictGreaterThan(beta, 0, evaluate=False),
    ],
    "max(alpha, 1) > 2, beta < 1": [
        StrictGreaterThan(Max(1, alpha), 2, evaluate=False),
        StrictLessThan(beta, 1, evaluate=False),
    ],
    "2*alpha - 1 >= beta/(1 + alpha)": [GreaterThan(2 * alpha - 1, beta / (1 + alpha), evaluate=False)],
}


@pytest.mark.parametrize(("text", "relations"), CONDITIONS.items(), ids=CONDITIONS)
def test_conditions_are_read_in_order(text, relations):
    assert conditions(text) == tuple(relations)


@pytest.mark.parametrize("text", ["beta > 0", "1 > 2", "1 < 2", "beta > beta", "0 >= beta"])
def test_conditions_are_not_decided(text):
    (relation,) = conditions(text)
    assert isinstance(relation, Relational)
    assert write(relation, "plain") == text


REFUSED_CONDITIONS = {
    "": "got nothing",
    "alpha": "compare by < > <= or >=, as in alpha > 1; got the end of the text",
    "alpha == 1": "got '==' at column 7",
    "alpha = 1": "got '=' at column 7",
    "alpha != 1": "got '!=' at column 7",
    "alpha ≠ 1": "got '≠' at column 7",
    "0 < alpha == 1": "got '==' at column 11",
    "alpha =< 1": "got '=' at column 7",
    "alpha >> 1": "got '>' at column 8",
    "alpha > 1 or beta > 1": "got 'or' at column 11",
    "not alpha > 1": "got 'not' at column 1",
    "(alpha > 1)": "got '>' at column 8; comparisons stand only in conditions, outside parentheses",
    "max(alpha > 1, 2) > 1": "got '>' at column 11",
    "alpha > 1 beta > 1": "got 'beta' at column 11",
    "alpha > 1)": "join conditions by 'and' or a comma; got ')' at column 10",
    "alpha > 1; beta > 1": "got ';' at column 10",
    "alpha > 1 and": "got the end of the text",
    "and alpha > 1": "got 'and' at column 1",
    "alpha > 1,, beta > 1": "got ',' at column 11",
    "alpha > 1 and beta": "compare by < > <= or >=",
    "> 1": "got '>' at column 1",
    "2alpha > 1": "write * before it",
    "a > 1": "use the names",
    "alpha > 1/0": "a division by zero",
}


@pytest.mark.parametrize(("text", "said"), REFUSED_CONDITIONS.items(), ids=map(ascii, REFUSED_CONDITIONS))
def test_what_is_no_condition_is_refused(text, said):
    assert said in refusal(conditions, text)


NAMES = {
    "t**-beta + N": ("t", "beta", "N"),
    "min(b, a) + Max(c, b) - a": ("b", "a", "c"),
    "α > 1 and 0 < beta <= alpha": ("alpha", "beta"),
    "1e3*e3": ("e3",),
    "1/2": (),
    "2a + )b": ("a", "b"),
}


@pytest.mark.parametrize(("text", "names"), NAMES.items(), ids=NAMES)
def test_the_names_of_a_text_come_in_order_of_appearance(text, names):
    assert names_in(text) == names


@pytest.mark.parametrize("text", ["", "a.b", "a or b", "__a", "a@b", "λ", "a" * (MAX_LENGTH + 1), "a+" * MAX_TOKENS])
def test_names_are_refused_as_the_parser_would(text):
    refusal(names_in, text)


def test_declaring_the_names_that_were_found_lets_the_text_be_read():
    text = "width**-α + min(steps, 2)/data"
    symbols = {name: Symbol(name, positive=True) for name in names_in(text)}
    assert parse_expression(text, symbols, "the loss").free_symbols == set(symbols.values())


def test_the_limits_on_the_text_are_those_that_are_stated():
    assert parse("t".rjust(MAX_LENGTH)) == t
    assert f"at most {MAX_LENGTH} characters" in refusal(parse, "t".rjust(MAX_LENGTH + 1))
    assert parse("+".join(["t"] * (MAX_TOKENS // 2))) == MAX_TOKENS // 2 * t
    assert f"at most {MAX_TOKENS} numbers, names and signs" in refusal(parse, "+".join(["t"] * (MAX_TOKENS // 2 + 1)))
    assert parse("(" * MAX_NESTING + "t" + ")" * MAX_NESTING) == t
    assert f"nest at most {MAX_NESTING} parentheses" in refusal(parse, "(" * (MAX_NESTING + 1) + "t" + ")" * 51)
    assert f"nest at most {MAX_NESTING} parentheses" in refusal(parse, "1**" * (MAX_NESTING + 1) + "1")


# Powers are integers, thirds or symbols: SymPy prints halves as sqrt(...), which is a call and not read.
powers = st.sampled_from([-2, -1, 2, third, -2 * third, alpha, -beta, 1 - alpha])
leaves = st.sampled_from([alpha, beta, t, N, S.One, S(2), S(-3), half, -third, Rational(7, 10)])
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Add, inner, inner),
        st.builds(lambda a, b: a - b, inner, inner),
        st.builds(Mul, inner, inner),
        st.builds(lambda a, b: a / b if b != 0 else a, inner, inner),
        st.builds(lambda a, b: a**b if a.free_symbols or (a > 0 and b in (-2, -1, 2)) else a, inner, powers),
    ),
    max_leaves=8,
)


def readable(expression):
    """Whether it is real and finite, printed without calls, and free of roots of numbers, refused inside powers."""
    roots = [power for power in expression.atoms(Pow) if power.base.is_Rational]
    return not expression.has(I, nan, oo, zoo, Abs) and not roots and "sqrt" not in sstr(expression)


@given(expressions.filter(readable))
@settings(max_examples=200)
@example(Mul(-1, alpha + beta, t + N))
@example(1 / (alpha + beta) / 2)
@example((2 * (alpha + beta)) ** third)
@example((alpha / beta) ** -alpha)
@example(Pow(t, -beta) / 3)
def test_what_sympy_prints_is_read_back(expression):
    assert parse(sstr(expression)) == expression


comparable = expressions.filter(lambda e: readable(e) and e.is_extended_real is not False)


@given(comparable, comparable)
def test_what_sympy_prints_of_min_and_max_is_read_back(left, right):
    expression = Min(left, Max(right, alpha))
    assert parse(sstr(expression)) == expression


words = st.sampled_from(
    [
        *SYMBOLS,
        *"+-*/^(),",
        "**",
        "(",
        ")",
        "<",
        ">=",
        "and",
        "min(",
        "max(",
        "0",
        "1",
        "2",
        "1/2",
        "1e3",
        "1e-30",
        "999",
    ]
)
texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="tNzn0123456789.e+-*/^()<>=, αβ", max_size=40),
    st.lists(words, max_size=40).map(" ".join),
    expressions.map(sstr),
)


@given(texts)
@settings(max_examples=300)
@example("(((t**1000)**1000)**1000)")
def test_any_text_gives_an_expression_or_a_refusal(text):
    try:
        value = parse(text)
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) < 200
    else:
        assert isinstance(value, Expr)
        assert not value.has(I, nan, oo, zoo) and not value.atoms(Float)
        assert value.free_symbols <= set(SYMBOLS.values())


@given(texts)
@settings(max_examples=200)
def test_any_text_gives_conditions_or_a_refusal(text):
    try:
        assert all(isinstance(relation, Relational) for relation in conditions(text))
    except InputError as error:
        assert "\n" not in str(error) and len(str(error)) < 200


# --- formulas as they stand in papers ---------------------------------------------------------------------------------

AS_PUBLISHED = {  # powers of N and D, and the constant to twelve digits by hand: exp of a sum of logarithms
    "406.4/N**.34": ({"N": "-0.34"}, 406.4),
    "2e3*(D/1e9)**-.28": ({"D": "-0.28"}, 2e3 * 1e9**0.28),
    "(47491*N**(1/3))**-0.3478": ({"N": "-0.3478/3"}, 47491**-0.3478),
    "(8.8e13/N)^0.076": ({"N": "-0.076"}, 8.8e13**0.076),
    "sqrt(3/N)": ({"N": "-1/2"}, 3**0.5),
    "6.9*(N/1e6)**(-0.34)*1.5**2": ({"N": "-0.34"}, 6.9 * 1e6**0.34 * 2.25),
    "(3.3*(N*D/6)**(1/3))**(-0.123456)": ({"N": "-0.041152", "D": "-0.041152"}, (3.3 / 6 ** (1 / 3)) ** -0.123456),
    "((N**0.8731*0.002)**0.5)**-0.8642": ({"N": "-0.8731*0.4321"}, 0.002**-0.4321),
    "2**(-0.3478)*3**(-0.1234)/N": ({"N": "-1"}, 2**-0.3478 * 3**-0.1234),
    "N**(-(2*0.28))": ({"N": "-0.56"}, 1.0),
    "(7.1*N)^(-1/7.3)": ({"N": "-10/73"}, 7.1 ** (-1 / 7.3)),
    "12**.333333333*N": ({"N": "1"}, 12**0.333333333),
    "(N^0.34/406.4)^-1": ({"N": "-0.34"}, 406.4),
}


@pytest.mark.parametrize(("text", "expected"), AS_PUBLISHED.items(), ids=AS_PUBLISHED)
def test_a_formula_as_it_stands_in_a_paper_has_its_powers_and_its_constant(text, expected):
    symbols = {name: Symbol(name, positive=True) for name in "ND"}
    powers, constant = expected
    read = PowerLaw.from_expr(parse_expression(text, symbols, "a term"), symbols.values())
    assert {r.name: -e for r, e in read.exponents} == {name: sympify(p, rational=True) for name, p in powers.items()}
    assert float(read.prefactor) == pytest.approx(constant, rel=1e-12)
    again = parse_expression(str(read.as_expr()), symbols, "a term")
    assert float((again / read.as_expr()).simplify().subs(symbols["N"], 7).subs(symbols["D"], 5)) == pytest.approx(1.0)


def test_powers_of_numbers_stay_short_and_exact():
    N = Symbol("N", positive=True)
    text = "*".join(f"(54*N)**(-0.{k}777)" for k in range(1, 9))
    read = parse_expression(text, {"N": N}, "a term")
    assert len(str(read)) < 250
    assert read.subs(N, Rational(1, 54)).evalf() == pytest.approx(1.0)
    (power,) = parse_expression("47491**-0.3478", {}, "a term").atoms(NumberPower)
    assert power**5000 == Rational(47491) ** -1739


@pytest.mark.parametrize(
    ("text", "words"),
    [("log(N)/D", "grows more slowly than any power"), ("exp(-N)", "falls faster than any power"), ("sqrt", "sqrt(2)")],
)
def test_what_is_no_power_law_is_told_which_power_law_bounds_it(text, words):
    with pytest.raises(InputError, match=re.escape(words)):
        parse_expression(text, {name: Symbol(name, positive=True) for name in "ND"}, "a term")


def test_comparisons_and_their_sides_keep_how_they_were_written():
    symbols = {name: Symbol(name, positive=True) for name in ("N", "D", "C", "m", "alpha")}
    spelled = Spelled()
    found = parse_conditions("D ≥ N*C**m and  N*D + 2*N*C^α = C", symbols, "a constraint", spelled, equations=True)
    N, D, C, m, alpha = symbols.values()
    assert found == (Ge(D, N * C**m), Eq(N * D + 2 * N * C**alpha, C, evaluate=False))
    assert spelled == {
        **{D: "D", N * C**m: "N*C**m", N * D: "N*D", 2 * N * C**alpha: "2*N*C^alpha", C: "C"},
        N * D + 2 * N * C**alpha: "N*D + 2*N*C^alpha",
    }
    with pytest.raises(InputError, match="compare by"):
        parse_conditions("D = N", symbols, "a condition")
