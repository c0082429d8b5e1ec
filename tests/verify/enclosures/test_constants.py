"""Balls: they hold what is derived by other formulas, and exclude a value that is off by 1e-10 of itself."""

from fractions import Fraction
from math import factorial

import numpy as np
import pytest
from flint import acb, arb, ctx
from scipy.integrate import solve_ivp

from exponents.claims.catalogue import select_claims
from exponents.errors import NotSolved
from verify.enclosures.certificate import CHANGE, ENCLOSED, MEASURED, certify, value_ball
from verify.enclosures.constants import ENCLOSURES, enclose_kernel
from verify.enclosures.learned_fraction import (
    BITS,
    LearnedFraction,
    ball,
    integrate_logarithmic,
    learned_integrals,
    unlearned_fraction,
)
from verify.enclosures.series import enclose_decay, enclose_power_integral, enclose_power_sum
from verify.judgement import shift_value
from verify.measurements.points import read_point

POINTS = (
    read_point("3/2", "2/7", 1),
    read_point("7/3", "11/12", "1/4", "modes"),
    read_point("9/8", "29/20", 3, "modes"),
    read_point(4, "21/20", 25),
)


@pytest.mark.parametrize(
    "at",
    [pytest.param(at, marks=[pytest.mark.slow] * (at in POINTS[1::2])) for at in POINTS],
    ids=lambda at: f"{at.alpha}-{at.beta}",
)
@pytest.mark.parametrize("name", ENCLOSURES)
def test_a_ball_holds_the_derived_value_and_not_one_off_by_1e_10(name, at):
    claim = select_claims([name])[0]
    value = claim.derived_at(at.alpha, at.beta, at.gamma, at.spectrum)
    if value is None:  # the claim is about the other side of beta = 1
        return
    assert certify(claim, at, value).rigour == ENCLOSED
    with ctx.workprec(BITS):
        found, exact = ENCLOSURES[name](at), value_ball(value)
        assert found.overlaps(exact) and found.rel_accuracy_bits() > 40
        assert not any(found.overlaps(exact * (1 + sign * CHANGE)) for sign in (1, -1))
    wrong = certify(claim, at, shift_value(value))
    assert wrong.rigour == MEASURED and name in wrong.contradiction


@pytest.mark.parametrize("force", ["1/8", "-1/8", "1/100"])
def test_the_learned_fraction_solves_its_equation(force):
    """x phi' = x (1 - phi) + c phi, from its power series in balls of real and complex x."""
    with ctx.workprec(BITS):
        c = ball(Fraction(force))
        for x in (acb(0.01), acb(3), acb(40), acb(2, 5)):
            # phi = sum a_n x^n, so (n - c) a_n is 1 - a_0 = 1 for n = 1 and -a_{n-1} beyond
            term, total = acb(0), acb(0)
            for n in range(1, 300):
                term = ((1 if n == 1 else 0) * x - term * x) / (n - c)
                total += term
            assert abs(term) < 1e-50
            rest = acb(arb(0, 1e-40), arb(0, 1e-40))
            assert (1 - unlearned_fraction(x, c)).overlaps(total + rest)
            assert not (1 - unlearned_fraction(x, c * (1 + CHANGE))).overlaps(total + rest)


def test_the_integrals_are_those_of_a_fraction_that_is_followed_step_by_step():
    """phi from an ODE solver, in s = ln x; five digits are enough to see a wrong power or a forgotten tail."""
    beta, force = 0.5, 0.125
    grid = np.linspace(-30, 30, 60001)
    found = solve_ivp(
        lambda s, phi: np.exp(s) * (1 - phi) + force * phi,
        (-30, 30),
        [np.exp(-30) / (1 - force)],
        method="LSODA",
        t_eval=grid,
        rtol=1e-9,
        atol=1e-16,
    ).y[0]
    integrals = learned_integrals(Fraction(1, 2))
    learned = np.trapezoid(np.exp((beta - 1) * grid) * found**2, grid) + np.exp(30 * (beta - 1)) / (1 - beta)
    lost = np.trapezoid(np.exp(beta * grid) * (1 - found) ** 2, grid) + np.exp(-30 * beta) / beta
    assert abs(learned / float(integrals.learned) - 1) < 1e-5 and abs(lost / float(integrals.loss) - 1) < 1e-5


def test_the_integrals_keep_what_integration_by_parts_says():
    """x phi phi' = x phi (1 - phi) + c phi^2, times x^{beta - 2}: overlap = ((1 - beta)/2 - c) learned."""
    for beta in (Fraction(2, 7),):
        integrals = LearnedFraction(beta)
        with ctx.workprec(BITS):
            share = (1 - ball(beta)) / 2 - integrals.force
            assert integrals.overlap.overlaps(share * integrals.learned)
            assert not integrals.overlap.overlaps(share * integrals.learned * (1 + CHANGE))


def test_sums_and_integrals_over_modes_are_known_ones():
    with ctx.workprec(BITS):
        for s in (arb("1.001"), arb("1.5"), arb(4), arb(30)):
            assert enclose_power_sum(s).overlaps(s.zeta()) and not enclose_power_sum(s).overlaps(
                s.zeta() * (1 + CHANGE)
            )
            assert enclose_power_integral(s).overlaps(1 / (s - 1))
        for power in (1, 3, 8):
            exact = arb(factorial(power - 1)) / arb(2) ** power
            assert enclose_decay(Fraction(power), 2).overlaps(exact)
            assert not enclose_decay(Fraction(power), 2).overlaps(exact * (1 - CHANGE))


def test_the_kernel_is_a_root():
    with ctx.workprec(BITS):
        for strength in ("1e-6", "2", "1e9"):
            kappa = enclose_kernel(arb(strength))
            assert kappa.overlaps((1 + (1 + 4 * arb(strength)).sqrt()) / 2) and kappa.rel_accuracy_bits() > 60


def test_a_ball_that_stays_wide_is_refused_and_the_value_is_then_measured(monkeypatch):
    with pytest.raises(NotSolved, match="40 bits"):
        integrate_logarithmic(lambda s: s * acb(arb(1, 0.5)), 0, 1)

    def wide(at):
        raise NotSolved("too wide")

    claim = select_claims(["amplitude: lazy loss"])[0]
    monkeypatch.setitem(ENCLOSURES, claim.name, wide)
    at = POINTS[0]
    assert certify(claim, at, claim.derived_at(at.alpha, at.beta, at.gamma)).rigour == MEASURED
    monkeypatch.setitem(ENCLOSURES, claim.name, lambda _: arb(0, 100))  # holds everything, so it says nothing
    assert certify(claim, at, claim.derived_at(at.alpha, at.beta, at.gamma)).rigour == MEASURED
