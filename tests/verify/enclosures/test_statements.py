"""Proofs on boxes: signs of polynomials, and formulas of exponents; wrong ones are refuted."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Max, Min, Piecewise, Rational

from exponents.claims.catalogue import CLAIMS, select_claims
from exponents.errors import Refuted
from exponents.symbols import alpha, beta
from verify.enclosures.box_signs import Box, NotKept
from verify.enclosures.certificate import MEASURED, PROVED, certify
from verify.enclosures.statements import PROOFS, prove_around
from verify.measurements.points import read_point

UNIT = Box((Fraction(2), Fraction(3)), (Fraction(1, 2), Fraction(1)))
HARD, EASY, LATE, BETWEEN = (read_point("5/3", source, 1) for source in ("3/7", "6/5", "5/2", "1"))

numbers = st.fractions(-4, 4, max_denominator=6)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), numbers), min_size=1, max_size=6), numbers, numbers)
def test_what_is_proved_not_negative_is_so_everywhere(terms, u, v):
    polynomial = sum(
        (Rational(c.numerator, c.denominator) * (alpha - 2) ** i * beta**j for i, j, c in terms), Rational(0)
    )
    place = {alpha: 2 + Rational(abs(u)) / 4, beta: Rational(1, 2) + Rational(abs(v)) / 8}
    if UNIT.keeps_nonnegative(polynomial):
        assert polynomial.subs(place) >= 0


def test_signs_on_a_box_are_decided_where_they_are_tight():
    assert UNIT.keeps_nonnegative((alpha - beta - 1) ** 2 + 1 - beta)
    assert UNIT.keeps_nonnegative((1 - beta) / (alpha * beta - alpha - 1)) is False  # the denominator is negative
    assert UNIT.keeps_nonnegative((beta - 1) / (alpha * beta - alpha - 1))
    assert not UNIT.keeps_nonnegative(Rational(999, 1000) - beta)  # at one edge alone
    assert not UNIT.keeps_nonnegative(1 / (alpha - 2) + 5)  # no value at one edge


def test_branches_hold_on_the_whole_box_or_are_refused():
    formula = Piecewise((alpha, beta <= 1), (beta, True))
    assert UNIT.resolve(formula) == alpha and UNIT.resolve(Max(alpha, beta)) == alpha
    wide = Box(UNIT.capacity, (Fraction(1, 2), Fraction(3, 2)))
    for split in (formula, Min(1, beta), Piecewise((alpha, (beta <= 1) & (alpha > 1)), (beta, True))):
        with pytest.raises(NotKept):
            wide.resolve(split)


@pytest.mark.parametrize("points", [(HARD,), pytest.param((EASY, LATE, BETWEEN), marks=pytest.mark.slow)], ids=len)
@pytest.mark.parametrize("name", PROOFS)
def test_each_proof_holds_in_each_regime_and_refutes_a_formula_close_to_it(name, points):
    claim = select_claims([name])[0]
    for at in points:
        value = claim.derived_at(at.alpha, at.beta, at.gamma)
        if value is None:
            continue
        found = certify(claim, at, value)
        assert found.rigour == PROVED and found.contradiction == ""
        box = prove_around(claim, at, claim.derive())
        assert box.capacity[0] < at.alpha < box.capacity[1] and box.source[0] < box.source[1]
        wrong = certify(claim, at, value + Fraction(1, 10**10))
        assert wrong.rigour == MEASURED and wrong.contradiction
        with pytest.raises(Refuted, match="differ"):
            prove_around(claim, at, claim.derive() + beta * (alpha - 1) / 10**10)


def test_control_a_split_that_is_not_the_best_is_refuted(monkeypatch):
    """Both published exponents of the rich regime, at the lazy share of N: no term limits there."""
    claim = select_claims(["compute-optimal: model size, rich"])[0]
    lazy = select_claims(["compute-optimal: model size, lazy"])[0].derive()
    with pytest.raises(Refuted):
        prove_around(claim, HARD, lazy)


def test_every_certified_claim_exists():
    assert set(PROOFS) <= {claim.name for claim in CLAIMS}
