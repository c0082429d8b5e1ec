"""Mellin transforms and strips: against SymPy where it can, against quadrature everywhere."""

import pytest
from mpmath import mp, mpf, workdps
from sympy import EulerGamma, Integer, Rational, Symbol, exp, lambdify, mellin_transform, oo, pi, sin, sqrt

from exponents.asymptotics.kernels import _confirm_by_quadrature, kernel
from exponents.errors import InputError, UnknownKernel
from exponents.symbols import x, z

# f, strip, and (q, c) of its leading tail c x^{-q}, from the textbook or by hand.
KNOWN = [
    (exp(-x), (0, oo), None),
    (exp(-2 * x), (0, oo), None),
    (x * exp(-x), (-1, oo), None),
    (1 / (1 + x), (0, 1), (1, 1)),
    (1 / (1 + x) ** 2, (0, 2), (2, 1)),
    (x / (1 + x), (-1, 0), (0, 1)),
    (1 - exp(-x), (-1, 0), (0, 1)),
    ((1 - exp(-x)) ** 2, (-2, 0), (0, 1)),
    (x**2 / (1 + x) ** 3, (-2, 1), (1, 1)),
    (1 / (1 + 2 * x), (0, 1), (1, Rational(1, 2))),
    (x * exp(-x) * (1 - exp(-x)), (-2, oo), None),
    (1 / sqrt(1 + x), (0, Rational(1, 2)), (Rational(1, 2), 1)),
    (exp(-(x**2)), (0, oo), None),  # outside the rules: SymPy's answer, confirmed
    (1 / (1 + x**2), (0, 2), (2, 1)),
]
BY_SYMPY = [f for f, _, _ in KNOWN if f not in (1 - exp(-x), (1 - exp(-x)) ** 2, x * exp(-x) * (1 - exp(-x)))]


def interior(strip):
    left, right = strip
    return left + (right - left) * Rational(3, 7) if right is not oo else left + Rational(2, 3)


@pytest.mark.parametrize(("f", "strip", "tail"), KNOWN, ids=lambda value: str(value)[:24])
def test_strip_and_tail_are_those_worked_out_by_hand(f, strip, tail):
    found = kernel(f)
    assert found.expression == f and (found.left, found.right) == strip
    assert (found.tail[0] if found.tail else None) == tail


# What is left of a Taylor series, and of a difference, vanishes as the first power that does not cancel.
CANCELLING = [
    (exp(-2 * x) - 1 + 2 * x - 2 * x**2 + Rational(4, 3) * x**3, (-4, -3)),
    (1 / sqrt(1 + 2 * x) - 1 + x - Rational(3, 2) * x**2 + Rational(5, 2) * x**3, (-4, -3)),
    (1 / (1 + 2 * x) - exp(-2 * x), (-2, 1)),
    (3 * x * exp(-2 * x), (-1, oo)),
    (5 * sqrt(x) / (1 + 3 * x) ** Rational(5, 2), (Rational(-1, 2), 2)),
    ((2 * exp(-x) - exp(-3 * x)) ** 2 * x**2, (-2, oo)),
    (exp(-x) + 1 / (1 + x**2), (0, 2)),  # one part outside the rules
    ((1 + 1 / (1 + x)) ** 2 - 1, (0, 1)),
]


@pytest.mark.parametrize(("f", "strip"), CANCELLING, ids=lambda value: str(value)[:24])
def test_the_transform_is_the_integral_on_the_strip(f, strip):
    found, point = kernel(f), interior(strip)
    assert (found.left, found.right) == strip
    with workdps(200):  # f cancels to x^4, which is as small as 1e-174 here
        value, power = lambdify(x, f, "mpmath"), mpf(point.p) / point.q
        # The trapezoidal rule in ln x converges as exp(-4.9/step) or faster; the ends fall as exp(-3/7 |ln x|).
        highest = 5 if strip[1] is oo else 100
        nodes = [mp.exp(mpf(k) / 5) for k in range(-500, 5 * highest + 1)]
        numeric = mp.fsum(u**power * value(u) for u in nodes) / 5
        assert abs(numeric / found.transform.subs(z, point).evalf(30) - 1) < 1e-9


def test_a_product_of_two_scales_is_no_power_of_one():
    """1/((1 + x)(1 + 2 x)) = 2/(1 + 2 x) - 1/(1 + x), so F = (2^(1-z) - 1) pi/sin(pi z): refused, or this."""
    point = Rational(2, 3)
    try:
        found = kernel(1 / ((1 + x) * (1 + 2 * x))).transform.subs(z, point)
    except UnknownKernel:
        return
    assert abs((found - (2 ** (1 - point) - 1) * pi / sin(pi * point)).evalf()) < 1e-12


def test_where_poles_cancel_the_transform_is_the_limit():
    """int (e^-x - 1/(1 + x))/x dx is minus Euler's constant; each part alone has a pole there."""
    found = kernel(exp(-x) - 1 / (1 + x))
    assert (found.left, found.right) == (-2, 1)
    assert found.transform_at(Integer(0)) == -EulerGamma
    assert found.transform_at(Rational(1, 2)) == found.transform.subs(z, Rational(1, 2))


@pytest.mark.slow
@pytest.mark.parametrize(("f", "strip", "tail"), KNOWN, ids=lambda value: str(value)[:24])
def test_transform_is_the_integral_to_thirty_digits(f, strip, tail):
    point = interior(strip)
    with workdps(200):  # 1 - exp(-x) cancels to x, which is as small as 1e-143 here
        value, power = lambdify(x, f, "mpmath"), mpf(point.p) / point.q
        # With x = e^u both ends decay exponentially, and the trapezoidal rule converges as exp(-4.9/step) or faster.
        lowest, highest = -360, 8 if strip[1] is oo else 360  # exp(-e^8) is 1e-1294
        step = mpf(1) / 20
        nodes = (step * m for m in range(20 * lowest, 20 * highest + 1))
        numeric = step * mp.fsum(mp.exp(u * power) * value(mp.exp(u)) for u in nodes)
        symbolic = kernel(f).transform.subs(z, point).evalf(45)
        assert abs(numeric - symbolic) < mpf(10) ** -30 * abs(numeric)


@pytest.mark.parametrize("f", BY_SYMPY, ids=str)
def test_sympy_finds_the_same_transform_and_strip(f):
    transform, strip, condition = mellin_transform(f, x, z)
    found = kernel(f)
    assert strip == (found.left, found.right) and condition == True  # noqa: E712
    point = interior(strip)
    assert abs((transform - found.transform).subs(z, point).evalf(30)) < 1e-25


@pytest.mark.parametrize("f", [1 / (1 + x), x / (1 + x), 1 / (1 + x) ** 2, x**2 / (1 + x) ** 3])
def test_further_tail_terms_are_the_expansion_at_infinity(f):
    with workdps(40):
        value, point = lambdify(x, f, "mpmath"), mpf(10) ** 6
        expansion = sum(mpf(c.p) / c.q * point ** -mpf(q.p) for q, c in kernel(f).tail[:5])
        power, coefficient = kernel(f).tail[5]
        assert abs(value(point) - expansion) < 2 * abs(mpf(coefficient.p)) * point ** -mpf(power.p)


@pytest.mark.parametrize("f", [Integer(1), x, 1 + x, sqrt(x), x + 1 / (1 + x), exp(-x) - exp(-x)])
def test_a_function_without_a_strip_is_refused(f):
    with pytest.raises(InputError):
        kernel(f)


@pytest.mark.slow
@pytest.mark.parametrize("f", [exp(x), sin(x), exp(x) / (1 + x)])
def test_a_transform_that_quadrature_does_not_confirm_is_refused(f):
    with pytest.raises(UnknownKernel):
        kernel(f)


def test_foreign_symbols_and_text_are_refused():
    for f in (x * Symbol("y"), "exp(-x)", oo, None):
        with pytest.raises(InputError):
            kernel(f)


def test_control_the_confirmation_rejects_a_wrong_transform():
    right = kernel(exp(-(x**2))).transform
    assert _confirm_by_quadrature(exp(-(x**2)), right, Integer(0), oo)
    assert not _confirm_by_quadrature(exp(-(x**2)), right * Rational(101, 100), Integer(0), oo)
    assert not _confirm_by_quadrature(exp(-(x**2)), right.subs(z, z + Rational(1, 100)), Integer(0), oo)


def test_a_high_power_is_expanded_without_blowing_up():
    assert kernel((1 - exp(-x)) ** 12).left == -12


@pytest.mark.parametrize("f", [(1 + x) ** -sqrt(2), x ** sqrt(2) * exp(-x)])
def test_an_irrational_strip_is_refused(f):
    with pytest.raises(UnknownKernel):
        kernel(f)
