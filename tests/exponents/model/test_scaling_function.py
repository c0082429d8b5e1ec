"""The scaling function and its integrals against quadrature of what defines them."""

from functools import lru_cache

import pytest
from mpmath import diff as derivative
from mpmath import exp, fsum, gamma, hyp1f1, hyp2f1, mp, mpf, pi, quad, sin, workdps
from sympy import Float, Rational, lambdify, nan

from exponents.asymptotics.evaluation import evaluate
from exponents.errors import IncompleteProof
from exponents.model import scaling_function as scaling_module
from exponents.model.scaling_function import (
    c,
    integrals,
    learned_integral,
    loss_integral,
    relaxation,
    residue_sums,
    scaling_function,
    shift_ratio,
    solution,
    transform,
    unlearned_integral,
)
from exponents.model.timescale import clock_growth, solve_self_consistency
from exponents.symbols import beta, x, z

SOURCES = [Rational(1, 7), Rational(1, 2), Rational(4, 5)]
DIGITS = 26
FAR = 80
"""Beyond it e^{-x} is less than 10^-34, and so is the error of the asymptotic series of 1 - phi."""


def number(value):
    return mpf(value.p) / value.q


def by_hand(source):
    """c = (1 - beta)/4, from kappa ~ tau^{(1 - beta)/2}."""
    return (1 - source) / 4


def learned(argument, power):
    """phi, and 1 - phi without cancellation: two series of x phi' = x (1 - phi) + power phi, or that in 1/x."""
    if argument < FAR:
        return argument / (1 - power) * hyp1f1(1, 2 - power, -argument), hyp1f1(1, 1 - power, -argument)
    term, rest, order = -power / argument, mpf(0), 1
    while abs(term) > mp.eps * abs(rest) and order < FAR:
        term, rest, order = term * (order + power) / argument, rest + term, order + 1
    return 1 - rest, rest


def over_all_scales(integrand, left, right):
    """int_0^inf of ``integrand(x) dx/x`` that behaves as x^left at 0 and x^-right at infinity, by the trapezoid rule.

    In u = ln x the integrand is analytic for |Im u| < pi/2, so the error is exp(-pi^2/step): 10^-30 here.
    """
    step, reach = mpf(1) / 7, (DIGITS + 2) * mp.log(10)
    first, last = int(reach / left / step), int(reach / right / step)
    return step * fsum(integrand(exp(j * step)) for j in range(-first, last + 1))


@lru_cache(maxsize=8)
def quadrature(source, power):
    """I2, J, I1 and the overlap of phi and 1 - phi, by their definitions."""
    known = lru_cache(maxsize=None)(lambda argument: learned(argument, power))

    def weighed(weight, function):
        return lambda argument: argument**weight * function(*known(argument))

    return (
        over_all_scales(weighed(source - 1, lambda phi, _: phi**2), 1 + source, 1 - source),
        over_all_scales(weighed(source, lambda _, rest: rest), source, 1 - source),
        over_all_scales(weighed(source, lambda _, rest: rest**2), source, 2 - source),
        over_all_scales(weighed(source, lambda phi, rest: phi * rest), 1 + source, 1 - source),
    )


def close(found, expected, digits=DIGITS - 1):
    return abs(found - expected) < mpf(10) ** -digits * abs(expected)


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_the_integrals_are_those_that_define_them(source):
    with workdps(DIGITS + 9):
        expected = quadrature(number(source), by_hand(number(source)))
        formulas = (learned_integral(), unlearned_integral(), loss_integral())
        for formula, value in zip(formulas, expected, strict=False):
            assert close(evaluate(formula, 2, source, 1, DIGITS + 5), value)
        assert close(expected[3], by_hand(number(source)) * expected[0])  # the growth of kappa^2


def test_the_integrals_hold_for_any_relaxation():
    source, power = Rational(2, 5), Rational(1, 3)
    with workdps(DIGITS + 9):
        expected = quadrature(number(source), number(power))
        for formula, value in zip(integrals(), expected, strict=False):
            assert close(evaluate(formula.subs(c, power), 2, source, 1, DIGITS + 5), value)


def test_control_without_the_rank_one_part_they_are_wrong():
    source = Rational(1, 2)
    with workdps(DIGITS + 9):
        found = [evaluate(formula.subs(c, 0), 2, source, 1) for formula in integrals()]
        expected = quadrature(number(source), by_hand(number(source)))
        assert all(abs(f / e - 1) > mpf(1) / 50 for f, e in zip(found, expected, strict=False))
        # phi = 1 - e^{-x} is not a flow with this clock: the learned part is too small for the growth of kappa^2
        _, _, _, overlap = quadrature(number(source), mpf(0))
        assert abs(overlap - by_hand(number(source)) * found[0]) > mpf(1) / 50


def test_the_series_are_those_found_by_hand():
    """I2 = pi/sin(pi beta) {Gamma(1-c)/Gamma(2-c-beta) 2F1(1,c;2-c-beta;-1) - ...}, by residues on paper."""
    with workdps(40):
        b, p = mpf(3) / 7, mpf(2) / 11
        values = [lambdify((beta, c), series, "mpmath")(b, p) for series in residue_sums()]
        first = gamma(1 - p) / gamma(2 - p - b) * hyp2f1(1, p, 2 - p - b, -1)
        second = gamma(1 - p) / ((1 - p) * gamma(1 - p - b)) * hyp2f1(1, p + b, 2 - p, -1)
        assert close(values[0], pi / sin(pi * b) * first) and close(values[1], -pi / sin(pi * b) * second)


@pytest.mark.parametrize("argument", [Rational(1, 100), Rational(1), Rational(30)], ids=str)
def test_the_scaling_function_solves_the_flow(argument):
    with workdps(40):
        power, at = mpf(1) / 6, number(argument)
        phi = lambdify(x, solution().subs(c, Rational(1, 6)), "mpmath")
        assert close(at * derivative(phi, at), at * (1 - phi(at)) + power * phi(at), 20)
        # variation of constants; u = v^6 takes the singular power away
        direct = quad(lambda v: 6 * v**4 * exp(-at * (1 - v**6)), [0, mpf(1) / 2, 1]) * at
        assert close(phi(at), direct)
        assert close(1 - phi(at), learned(at, power)[1], 25)


def test_learned_modes_relax_as_a_power_law():
    with workdps(30):
        phi = lambdify((x, beta), scaling_function(), "mpmath")
        for source in (mpf(1) / 5, mpf(4) / 5):
            assert abs((1 - phi(mpf(10) ** 8, source)) * 10**8 / -by_hand(source) - 1) < mpf(10) ** -7  # next: 1/x
        assert phi(mpf(3), mpf(2)) == 1 - exp(-3)


def test_the_transform_is_that_of_the_scaling_function():
    with workdps(DIGITS + 9):
        power = mpf(1) / 6
        phi = lambdify(z, transform().subs(c, Rational(1, 6)), "mpmath")
        for point in (mpf(-1) / 2, mpf(-1) / 3):
            assert close(phi(point), over_all_scales(lambda v, z=point: v**z * learned(v, power)[0], 1 + point, -point))
        for point in (mp.mpc("-0.3", "1.7"), mp.mpc("2.4", "-0.6")):
            assert close(phi(point + 1), (point + power) * phi(point))


def test_its_residues_on_the_left_are_the_taylor_coefficients():
    """Ramanujan: phi = sum a_n x^n has residues a_n at -n; by hand a_n = (-1)^{n-1} Gamma(1-c)/Gamma(n+1-c)."""
    with workdps(60):
        power, small = mpf(1) / 6, mpf(10) ** -25
        phi = lambdify(z, transform().subs(c, Rational(1, 6)), "mpmath")
        series = mp.taylor(lambda v: learned(v, power)[0], 0, 4)
        for order in (1, 2, 3, 4):
            residue = small * phi(-order + small)
            assert close(residue, (-1) ** (order - 1) * gamma(1 - power) / gamma(order + 1 - power), 20)
            assert close(residue, series[order], 20)


def test_the_relaxation_is_that_of_the_clock():
    for source in SOURCES:
        growth = clock_growth().subs(beta, source)
        assert relaxation().subs(beta, source) == (growth - 1) / (2 * growth) == by_hand(source)


def test_control_a_clock_that_is_not_the_flow_s_is_refused(monkeypatch):
    from dataclasses import replace

    fixed = solve_self_consistency()
    below, above = fixed.pieces
    relaxation.cache_clear()
    wrong = replace(fixed, pieces=(replace(below, growth=below.growth + 1), above))
    monkeypatch.setattr(scaling_module, "solve_self_consistency", lambda: wrong)
    with pytest.raises(IncompleteProof, match="clock"):
        relaxation()
    monkeypatch.undo()
    assert relaxation().subs(beta, 1) == 0


def test_control_another_transform_does_not_solve_the_equation():
    assert (shift_ratio(transform()) - z - c).expand() == 0
    assert (shift_ratio(transform().subs(c, 2 * c)) - z - c).expand() != 0


def test_beyond_one_the_function_is_lazy_and_what_diverges_has_no_value():
    source = Rational(3, 2)
    assert learned_integral().subs(beta, source) is nan and learned_integral().subs(beta, 1) is nan
    with workdps(DIGITS + 9):
        lazy = [quad(lambda v, r=rate: v ** (mpf(1) / 2) * exp(-r * v), [0, 1, 10, mp.inf]) for rate in (1, 2)]
        for formula, value in zip((unlearned_integral(), loss_integral()), lazy, strict=True):
            assert close(evaluate(formula, 2, source, 1, DIGITS), value, 20)


def test_no_formula_holds_a_float():
    for formula in (scaling_function(), learned_integral(), unlearned_integral(), loss_integral(), transform()):
        assert not formula.atoms(Float)
