"""Sums of monomials: reading, changing, refusing."""

import pickle

import pytest
from sympy import Add, Float, Min, Rational, Symbol, sqrt, symbols

from exponents.errors import InputError, TooMuchWork
from exponents.losses.constraints import read_constraint
from exponents.losses.terms import MAX_SUMMANDS, Loss, PowerLaw
from exponents.symbols import B, C, N, alpha, beta, eta, t


def test_a_monomial_is_read_into_exponents_and_prefactor():
    term = PowerLaw.from_expr(eta / B * t ** (-beta) / N, (N, t))
    assert (term.exponent(t), term.exponent(N), term.prefactor) == (beta, 1, eta / B)
    assert term.exponent(B) == 0


@pytest.mark.parametrize(
    "written", [t ** (-beta) * t**2, sqrt(t) / N**2, 3 * N**alpha, (N * t) ** -beta, (N**2) ** -beta]
)
def test_reading_and_writing_are_inverse(written):
    assert PowerLaw.from_expr(written, (N, t)).as_expr().equals(written)


def test_powers_of_a_resource_that_stand_apart_are_added_up():
    """N inside of a power, N^(min(0, a - 1) (-b)), and outside, 1/N."""
    term = PowerLaw.from_expr((t * N ** Min(0, alpha - 1)) ** -beta / N, (N, t))
    assert term.exponent(t) == beta
    for value in (Rational(1, 3), Rational(5, 2)):
        assert term.exponent(N).subs({alpha: value, beta: 3}) == 1 + 3 * min(0, value - 1)


@pytest.mark.parametrize("written", [N + t, (1 + t) ** -beta, t**t, t ** (-N), 2**t, -(t**-beta), 0 * t, "t**-1"])
def test_what_is_no_positive_monomial_is_refused(written):
    with pytest.raises(InputError):
        PowerLaw.from_expr(written, (N, t))


def test_floats_enter_as_the_decimals_that_they_print_as():
    term = PowerLaw("x", ((t, Float(0.3)),))
    assert term.exponent(t) == Rational(3, 10)
    assert PowerLaw.from_expr(0.1 * t**-0.7, (N, t)).as_expr() == t ** Rational(-7, 10) / 10


def test_a_loss_is_a_sum_with_distinct_names():
    loss = Loss.from_expr(t**-beta + 1 / N, (N, t))
    assert loss.as_expr() == t**-beta + 1 / N
    with pytest.raises(InputError):
        Loss(())
    with pytest.raises(InputError):
        Loss((PowerLaw("a", ((t, 1),)), PowerLaw("a", ((N, 1),))))


def test_a_loss_has_the_title_it_is_given_and_a_bounded_number_of_terms():
    assert Loss.from_expr(1 / N + 1 / t, (N, t), "mine").title == "mine"
    many = Add(*(N**-k for k in range(1, MAX_SUMMANDS + 2)))
    with pytest.raises(TooMuchWork):
        Loss.from_expr(many, (N,))
    assert len(Loss.from_expr(many - 1 / N, (N,)).terms) == MAX_SUMMANDS


@pytest.mark.parametrize(
    ("relation", "bound"),
    [(N <= 5, "upper"), (N * t <= 7, "upper"), (N >= 5, "lower"), (3 * t <= N, None), (C**alpha >= N, None)],
)
def test_a_constant_bound_is_an_upper_or_a_lower_one(relation, bound):
    (row,) = read_constraint(relation, (N, t))
    assert row.constant_bound == bound


def test_terms_are_replaced_added_and_removed_by_name():
    loss = Loss((PowerLaw("flow", ((t, beta),)), PowerLaw("size", ((N, alpha),))))
    steeper = loss.replace("size", PowerLaw("size", ((N, 2 * alpha),)))
    assert steeper["size"].exponent(N) == 2 * alpha and loss["size"].exponent(N) == alpha
    assert [term.name for term in loss.without("flow")] == ["size"]
    assert len(loss.add(PowerLaw("noise", ((t, 2),))).terms) == 3
    for broken in (loss.without, loss.__getitem__):
        with pytest.raises(InputError, match=r"flow, size"):
            broken("nonsense")


def test_values_survive_pickling_and_print_themselves():
    loss = Loss((PowerLaw("flow", ((t, beta),)), PowerLaw("size", ((N, Rational(1, 2)),), eta)))
    assert pickle.loads(pickle.dumps(loss)) == loss  # noqa: S301
    assert "t" in str(loss) and loss._repr_latex_().startswith("$")
    assert str(loss["flow"]) == "flow: t**(-beta)"


def test_a_resource_may_be_any_symbol():
    a, b = symbols("a b", positive=True)
    assert PowerLaw.from_expr(a**-2 * b ** Rational(1, 3), (a, b)).exponents == ((a, 2), (b, Rational(-1, 3)))
    assert Symbol("q") not in dict(PowerLaw.from_expr(a**-2, (a, b)).exponents)
