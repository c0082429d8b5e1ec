"""Exact objects and typed notation in three styles: one spelling in, three out."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sympy import Min, Symbol

from exponents import at
from exponents.printing import LONG, formula, phrase, write, write_decimal
from exponents.reports.render import render_table, table_object
from exponents.symbols import alpha, beta, gamma, t

c, second = Symbol("c"), Symbol("I_2")

FORMULAS = {
    r"B(t) = \sum_k y_k^2 e^{-\lambda_k \tau}": ("B(t) = sum_k y_k^2 exp(-lambda_k tau)", "B(t) = Σₖ yₖ² exp(-λₖ τ)"),
    r"\int_0^{t'} B(s)\, ds": ("int_0^t' B(s) ds", "∫₀ᵗ' B(s) ds"),
    r"\int_0^\infty x^{\beta - 2} \phi^2\, dx": ("int_0^oo x^(beta - 2) phi^2 dx", "∫₀^∞ x^(β - 2) φ² dx"),
    r"\frac{1}{2 \pi i} \int \Phi(z)\, dz": ("(1/(2 pi i)) int Phi(z) dz", "(1/(2 π i)) ∫ Φ(z) dz"),
    r"\frac{y_k^2}{(1 + \lambda_k r)^2}": ("y_k^2/(1 + lambda_k r)^2", "yₖ²/(1 + λₖ r)²"),
    r"d\psi/d\tau, \quad h = \kappa^{-1/2}": ("d psi/d tau,  h = kappa^(-1/2)", "dψ/dτ,  h = κ^(-1/2)"),
    r"0 < \operatorname{Re} z < \infty": ("0 < Re z < oo", "0 < Re z < ∞"),
    r"\chi_{n+1}": ("chi_(n+1)", "χ_(n+1)"),
}


@pytest.mark.parametrize("source", FORMULAS)
def test_ascii_and_unicode_follow_from_latex(source):
    found = formula(source)
    assert (found.plain, found.unicode) == FORMULAS[source] and found.latex == source


def test_values_stand_in_a_formula_in_each_style():
    found = formula(r"\kappa \sim \sqrt{#square} t^{#power}", square=gamma / alpha, power=1 - beta)
    assert found.plain == "kappa ~ sqrt(gamma/alpha) t^(1 - beta)"
    assert found.unicode == "κ ~ √(γ/α) t^(1 - β)"
    assert found.latex == r"\kappa \sim \sqrt{\frac{\gamma}{\alpha}} t^{1 - \beta}"


def test_a_sentence_takes_formulas_and_values():
    sentence = phrase(r"For {where} it is $\tau^{#power}$.", where=beta < 1, power=-beta)
    assert sentence.write("unicode") == "For β < 1 it is τ^-β."
    assert sentence.write("latex") == r"For $\beta < 1$ it is $\tau^{- \beta}$."


def test_a_factor_after_a_subscript_is_set_off():
    assert write(second * c, "unicode") == "I_2·c"
    assert write(second * gamma / alpha, "unicode") == "I_2·γ/α"


def test_a_negative_product_takes_its_sign_into_a_difference():
    assert write(-beta * (beta - 1) / (beta + 1), "unicode") == "β(1 - β)/(β + 1)"
    assert write(-beta * (beta - 1) * (beta + 1), "plain") == "beta*(1 - beta)*(beta + 1)"
    assert write(Min(alpha, -beta * (beta - 1) ** 3), "unicode") == "min(α, β(1 - β)^3)"
    assert write(-beta * (beta + 1), "plain") == "-beta*(beta + 1)"  # no factor reads better with its sign changed
    assert write(alpha - 2 * beta * (beta - 1) / (beta + 1), "unicode") == "α + 2β(1 - β)/(β + 1)"
    assert write(-beta / (beta + 1), "unicode") == "-β/(β + 1)"
    assert write(t ** (-alpha * (beta - 1)), "unicode") == "t^(-α(β - 1))"  # exponents stay as they are


@given(st.fractions().filter(lambda value: value.denominator > 1))
@example(Fraction(33524082, 81452041))
@example(Fraction(-1, 3**20))
@example(Fraction(1234567, 10**7))
def test_a_long_fraction_is_cut_off_and_says_so(value):
    """The digits are those of the value: nothing is rounded up, and dots stand where digits are left out."""
    text = write_decimal(value, "unicode")
    if text is None:
        assert len(str(abs(value.numerator))) + len(str(value.denominator)) <= LONG
        return
    shown = Fraction(text.replace("…", ""))
    assert abs(shown) <= abs(value)
    assert abs(value) - abs(shown) < abs(value) / 10 ** (LONG - 1)
    assert ("…" in text) == (shown != value)


def test_programs_read_the_exact_value():
    table = at("1.2345", "0.6789").tables()[0]
    assert "0.41158062…" in render_table(table, "text")
    for form in ("csv", "ascii"):
        assert "33524082/81452041" in render_table(table, form)
    assert table_object(table)["rows"][1]["rich"] == "33524082/81452041"
