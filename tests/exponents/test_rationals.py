"""Numbers as people write them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Float, Integer, Rational, Symbol, nan, oo, sqrt, zoo

from exponents.errors import InputError
from exponents.rationals import MAX_DIGITS, abbreviate, check_capacity, exact


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3/2", Fraction(3, 2)),
        ("1.5", Fraction(3, 2)),
        ("3", Fraction(3)),
        (" -1/3 ", Fraction(-1, 3)),
        ("+.25", Fraction(1, 4)),
        ("2.", Fraction(2)),
        ("1e-2", Fraction(1, 100)),
        ("0.5/0.25", Fraction(2)),
        (7, Fraction(7)),
        (Rational(2, 9), Fraction(2, 9)),
        (Integer(4), Fraction(4)),
        (Fraction(5, 3), Fraction(5, 3)),
    ],
)
def test_a_number_is_the_rational_it_writes(written, value):
    assert exact(written, "x") == value


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "a",
            "1/0",
            "0/0",
            "nan",
            "inf",
            "-inf",
            "1/2/3",
            "1e99999",
            "1_000",
            "0x10",
            "١",
            "1 2",
            "3,5",
            "--1",
            "1/-2",
        ),
        *(float("inf"), float("nan"), True, None, [1], Symbol("a"), sqrt(2), oo, zoo, nan, Float("inf"), 1j),
    ],
)
def test_what_is_no_exact_number_is_refused_in_one_short_line(written):
    with pytest.raises(InputError) as refusal:
        exact(written, "alpha")
    message = str(refusal.value)
    assert message.startswith("alpha ") and "got " in message
    assert "\n" not in message and len(message) < 160


@pytest.mark.parametrize("text", ["0.1", "0.3478", "1e-300", "2.5", "-0.1", "123456.789", "1e+22"])
def test_a_float_means_what_its_digits_mean_on_the_command_line(text):
    kinds = [float(text), np.float64(text), Float(float(text))]
    assert {exact(kind, "alpha") for kind in kinds} == {exact(text, "alpha")}


def test_a_single_float_means_its_own_digits():
    assert exact(np.float32(0.1), "alpha") == Fraction(1, 10)


LONG = ["1" * 10**6, "1/" + "3" * 10**6, "." + "1" * 10**6, 10 ** (10**6), "1e1001"]


@pytest.mark.parametrize("written", LONG, ids=["integer", "fraction", "decimal", "int", "power"])
def test_a_million_digits_are_refused_at_once(written):
    with pytest.raises(InputError, match=f"at most {MAX_DIGITS} digits") as refusal:
        exact(written, "beta")
    assert len(str(refusal.value)) < 160


@given(st.fractions())
def test_every_fraction_survives_being_written(value):
    assert exact(str(value), "x") == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_every_decimal_is_read_exactly(value):
    assert exact(f"{value:f}", "x") == Fraction(value)


@given(st.text(max_size=30))
def test_any_text_gives_a_number_or_a_refusal(text):
    try:
        assert isinstance(exact(text, "x"), Fraction)
    except InputError as refusal:
        assert "\n" not in str(refusal)


def test_what_is_shown_in_a_message_is_short():
    assert len(abbreviate("x" * 10**6)) < 60
    assert abbreviate("a\nb") == "a b"


def test_a_small_capacity_names_the_function_in_python_and_the_command_in_a_shell():
    with pytest.raises(InputError, match="give your own loss to compute_optimum") as raised:
        check_capacity(Fraction(1, 2))
    assert raised.value.in_shell.endswith("ask exponents balance about a loss of your own")
