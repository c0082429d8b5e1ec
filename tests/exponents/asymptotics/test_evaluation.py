"""Numbers from formulas: to the last digit asked for, also where terms cancel."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp, mpf, workdps
from sympy import Rational, cos, exp, pi, sin, sqrt

from exponents.asymptotics import evaluation
from exponents.asymptotics.evaluation import evaluate
from exponents.errors import IncompleteProof, InputError
from exponents.model.amplitudes import amplitude, clock_amplitude, kernel_amplitude, target_norm
from exponents.model.scaling_function import learned_integral, loss_integral, unlearned_integral
from exponents.rationals import MAX_DIGITS
from exponents.symbols import alpha, beta, gamma, t

FORMULAS = [amplitude(), amplitude("rich", "modes"), kernel_amplitude(), clock_amplitude(), loss_integral()]
close_to_trouble = st.builds(
    lambda whole, sign, power: Fraction(whole) + sign * Fraction(1, 10**power),
    st.sampled_from([0, 1]),
    st.sampled_from([-1, 1]),
    st.integers(1, 60),
)
sources = st.one_of(st.fractions(Fraction(1, 50), 4, max_denominator=60), close_to_trouble).filter(
    lambda source: source > 0 and source != 1
)


@given(sources, st.fractions(Fraction(11, 10), 5, max_denominator=20), st.sampled_from(FORMULAS))
@example(Fraction(1, 10**60), Fraction(2), FORMULAS[0])
@example(1 - Fraction(1, 10**60), Fraction(2), FORMULAS[0])
@example(1 + Fraction(1, 10**60), Fraction(2), FORMULAS[1])
@example(Fraction(2), Fraction(2), FORMULAS[4])
def test_thirty_digits_are_those_of_forty(source, capacity, formula):
    thirty, forty = (evaluate(formula, capacity, source, 3, digits) for digits in (30, 40))
    with workdps(50):
        assert abs(thirty - forty) <= abs(forty) * mpf(10) ** -29 / 2  # half a unit in the last digit


@pytest.mark.parametrize("power", [10, 80, 150])
def test_near_the_boundaries_the_values_are_those_of_the_poles(power):
    """By hand: I2 -> 1/(1 - beta) and I1 -> 1/2 as beta -> 1, I1 -> 1/beta as beta -> 0, zeta(1 + e) -> 1/e."""
    small = Fraction(1, 10**power)
    with workdps(40):
        tolerance = 10 * max(mpf(10) ** -power, mpf(10) ** -29)
        for formula, source, leading in (
            (learned_integral(), 1 - small, mpf(10) ** power),
            (loss_integral(), 1 - small, mpf(1) / 2),
            (loss_integral(), small, mpf(10) ** power),
            (unlearned_integral(), small, mpf(10) ** power),
            (target_norm("modes"), 1 + small, mpf(10) ** power / 3),
        ):
            assert abs(evaluate(formula, 3, source, 1) / leading - 1) < tolerance


def test_control_thirty_digits_alone_do_not_suffice():
    source = 1 - Rational(1, 10**50)
    point = {alpha: Rational(2), beta: source, gamma: Rational(1)}
    compute = evaluation._compile(learned_integral().args[0][0])
    try:
        wrong = evaluation._compute(compute, point, 30)
    except InputError:
        wrong = mpf(0)
    right = evaluate(learned_integral(), 2, source, 1)
    assert abs(right / mpf(10) ** 50 - 1) < 1e-14 and abs(wrong / right - 1) > 0.1


def test_the_value_does_not_depend_on_the_precision_outside_and_leaves_it_alone():
    found = []
    for outside in (5, 15, 200):
        with workdps(outside):
            found.append(evaluate(amplitude(), 2, "1/2", 1, 50))
            assert mp.dps == outside
    assert found[0] == found[1] == found[2]


def test_parameters_may_be_written_as_people_write_them():
    values = {evaluate(amplitude(), a, b, g) for a, b, g in (("1.5", ".5", 2), (Fraction(3, 2), Rational(1, 2), "2"))}
    assert len(values) == 1


def test_formulas_may_be_combined():
    ratio = evaluate(amplitude() / amplitude("lazy"), 2, "3/2", 1)
    with workdps(30):  # (2 kappa)^{-beta} against 2^{-beta}, with kappa = (1 + 5^{1/2})/2 for |w*|^2 = 1
        assert abs(ratio - ((1 + mp.sqrt(5)) / 2) ** mpf("-1.5")) < mpf(10) ** -28
    assert evaluate(amplitude() - amplitude(), 2, "3/2", 1) == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((amplitude(), 2, 1, 1), "no value at beta = 1.*log_law"),
        ((amplitude(), 2, 0, 1), "beta must be positive"),
        ((amplitude(), 2, "-1/2", 1), "beta must be positive"),
        ((amplitude(), 1, "1/2", 1), "alpha must exceed 1"),
        ((amplitude(), 2, "1/2", 0), "gamma must be positive"),
        ((amplitude(), 2, float("nan"), 1), "beta must be a finite rational number"),
        ((amplitude(), 2, "1/2", 1, 0), "digits must be an integer from 1"),
        ((amplitude(), 2, "1/2", 1, MAX_DIGITS + 1), "digits must be an integer from 1"),
        ((amplitude(), 2, "1/2", 1, 20.0), "digits must be an integer from 1"),
        ((amplitude(), 2, "1/2", 1, True), "digits must be an integer from 1"),
        ((learned_integral(), 2, "3/2", 1), "no value at beta = 3/2"),
        ((amplitude() * t, 2, "1/2", 1), "may depend on alpha, beta and gamma; got {t}"),
        ((1 / sin(pi * beta), 2, 2, 1), None),
        (((1 - beta) ** Rational(1, 2), 2, 2, 1), "not real"),
        (("amplitude", 2, "1/2", 1), "must be a SymPy expression"),
    ],
)
def test_bad_input_is_explained(arguments, message):
    with pytest.raises((InputError, IncompleteProof) if message is None else InputError, match=message):
        evaluate(*arguments)


def test_digits_that_cancel_are_made_up_for_by_a_larger_precision():
    """(4 + e)^(1/2) - 2 = e/4 - e^2/64 + ... for e = e^-160: seventy digits cancel, more than the first guard has."""
    found = evaluate(sqrt(alpha**2 + exp(-80 * beta)) - alpha, 2, 2, 1)
    with workdps(60):
        small = mp.exp(-160)
        assert abs(found / (small / 4 - small**2 / 64) - 1) < mpf(10) ** -29


@pytest.mark.parametrize("digits", [1, MAX_DIGITS])
def test_as_few_and_as_many_digits_as_are_allowed(digits):
    with workdps(digits + 10):
        third = evaluate(1 / (alpha * beta), 2, "3/2", 1, digits)
        assert abs(3 * third - 1) < mpf(10) ** -digits * 2 and abs(3 * third - 1) > mpf(10) ** -digits / 100


def test_what_vanishes_identically_is_not_guessed():
    with pytest.raises(IncompleteProof, match="check whether it is zero"):
        evaluate(sin(beta) ** 2 + cos(beta) ** 2 - 1, 2, "1/2", 1)


def test_a_pole_is_an_error():
    with pytest.raises(InputError, match="no value"):
        evaluate(1 / (beta - Rational(1, 2)), 2, "1/2", 1)
