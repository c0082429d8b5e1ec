"""Asymptotics of mode sums against the sums themselves, added up to thirty digits."""

from functools import cache

import pytest
from mpmath import mp, mpf, workdps
from sympy import Eq, I, Integer, Min, Rational, S, Symbol, exp, lambdify, log, oo

from exponents.asymptotics.kernels import kernel
from exponents.asymptotics.mode_sums import mode_sum
from exponents.errors import DivergentSum, InputError
from exponents.symbols import alpha, beta, s, x
from verify.witnesses.mode_sums import mode_sum as added_up

LARGE = Integer(10) ** 10
CAPACITY = 3
KERNELS = [
    exp(-x),
    exp(-2 * x),
    x * exp(-x),
    1 / (1 + x),
    1 / (1 + x) ** 2,
    x / (1 + x),
    1 - exp(-x),
    (1 - exp(-x)) ** 2,
]


@cache
def direct(f, weight, argument, digits=32):
    return added_up(lambdify(x, f, "mpmath"), mpf(weight.p) / weight.q, CAPACITY, mpf(int(argument)), digits)


def poles(f):
    """Positions of the zeta pole on both sides of the strip's right end, as far as the sum converges."""
    found = kernel(f)
    inside = found.left + Rational(2, 7) if found.right is oo else (found.left + found.right) / Integer(2)
    return [inside] if found.right is oo else [inside, found.right + Rational(3, 7)]


@pytest.mark.parametrize(("f", "pole"), [(f, pole) for f in KERNELS for pole in poles(f)], ids=str)
def test_expansion_reproduces_the_sum_to_thirty_digits(f, pole):
    weight = Integer(1) + CAPACITY * pole
    with workdps(45):
        expansion = mode_sum(weight, f, CAPACITY).expansion(5).subs(s, LARGE).evalf(45)
        exact = direct(f, weight, LARGE)
        assert abs(exact - expansion) < mpf(10) ** -30 * abs(exact)


@pytest.mark.parametrize(("f", "pole"), [(f, pole) for f in KERNELS for pole in poles(f)], ids=str)
def test_exponent_and_amplitude_are_those_of_the_sum(f, pole):
    weight = Integer(1) + CAPACITY * pole
    found = mode_sum(weight, f, CAPACITY)
    with workdps(45):
        exact = direct(f, weight, LARGE)
        ratio = exact * mpf(10) ** (10 * mpf(found.exponent.p) / found.exponent.q) / found.amplitude.evalf(40)
        # The next power is at least s^{-2/7} below the first for these positions.
        assert abs(ratio - 1) < 3 * mpf(10) ** (-10 * mpf(2) / 7)
        assert abs(direct(f, weight, LARGE**2 // 10**9) / exact * 10 ** mpf(float(found.exponent)) - 1) < 0.02


@pytest.mark.parametrize(("f", "edge"), [(f, kernel(f).right) for f in KERNELS if kernel(f).right is not oo], ids=str)
def test_a_logarithm_appears_exactly_on_the_edge(f, edge):
    weight = Integer(1) + CAPACITY * edge
    found = mode_sum(weight, f, CAPACITY)
    assert found.logarithm == True  # noqa: E712
    assert found.exponent == edge
    with workdps(40):
        scaled = [direct(f, weight, r) * mpf(int(r)) ** int(edge) for r in (LARGE, 10 * LARGE)]
        slope = (scaled[1] - scaled[0]) / mp.log(10)
        assert found.amplitude == log(s) / CAPACITY  # every kernel here has tail coefficient 1
        assert abs(slope - 1 / mpf(CAPACITY)) < 1e-8


def test_symbolic_exponents_carry_the_end_of_the_strip():
    assert mode_sum(alpha * beta + 1, 1 / (1 + x) ** 2).exponent == Min(2, beta)
    assert mode_sum(alpha * beta + 1, 1 / (1 + x)).exponent == Min(1, beta)
    assert mode_sum(alpha * beta + 1, exp(-x)).exponent == beta
    assert mode_sum(alpha * beta + 1, 1 / (1 + x) ** 2).logarithm == Eq(beta, 2)


def test_a_sum_that_diverges_is_refused():
    with pytest.raises(DivergentSum):
        mode_sum(1, exp(-x))  # sum 1/k
    with pytest.raises(DivergentSum):
        mode_sum(0, x / (1 + x), Rational(1, 2))  # the kernel's trace is infinite for alpha <= 1
    assert mode_sum(0, x / (1 + x)).condition == (-1 / alpha > -1)


def test_control_a_wrong_exponent_is_rejected_by_the_sum():
    found = mode_sum(Integer(1) + CAPACITY * Rational(1, 2), 1 / (1 + x), CAPACITY)
    with workdps(40):
        exact = direct(1 / (1 + x), Integer(1) + CAPACITY * Rational(1, 2), LARGE)
        wrong = found.amplitude.evalf(40) * mpf(10) ** (-10 * mpf(float(found.exponent)) * 1.01)
        assert abs(exact / wrong - 1) > 0.1


def test_a_sum_whose_leading_amplitude_vanishes_is_refused():
    # sum k^-4 (1 - x) e^-x at pole 1: F(1) = Gamma(1) - Gamma(2) = 0, so the sum falls faster than 1/s.
    with pytest.raises(InputError, match="vanishes"):
        mode_sum(4, exp(-x) * (1 - x), 3)


@pytest.mark.parametrize("capacity", [0, -1, I])
def test_a_capacity_that_is_not_positive_is_refused(capacity):
    with pytest.raises(InputError):
        mode_sum(alpha * beta + 1, exp(-x), capacity)


def test_a_removable_pole_of_the_transform_has_its_limit():
    # sum k^-(1 - alpha) (1 - e^-x)^2 has its pole at z = -1, where Gamma(z) (2^-z - 2) is 0 times infinity: 2 ln 2.
    assert mode_sum(1 - alpha, (1 - exp(-x)) ** 2).amplitude.equals(2 * log(2) / alpha)


def test_a_kernel_that_falls_faster_than_any_power_adds_no_logarithm():
    """Only the pole of zeta is there, whatever is known about the weight."""
    weight = Symbol("a")
    found = mode_sum(weight, exp(-x))
    assert found.logarithm == S.false and (found.exponent - (weight - 1) / alpha).expand() == 0
    assert mode_sum(weight, 1 / (1 + x)).logarithm.subs(weight, alpha + 1) == S.true  # pole 1 meets the end 1
