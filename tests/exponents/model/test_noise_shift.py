"""The shift of the mean by batches: its profile solves its equation, and its constants are those of quadrature."""

from functools import cache

import pytest
from mpmath import diff, hyp1f1, mp, mpf, quad
from sympy import Rational

from exponents.asymptotics.evaluation import evaluate
from exponents.errors import InputError
from exponents.model import noise_shift
from exponents.model.noise_shift import close, j, shift_by_invariant, shift_over_variance, sigma, solve_profile
from exponents.model.scaling_function import c

SOURCES = ("3/10", "1/2", "7/10")


@cache
def learned(x, a):
    """x u' = x (1 - u) + a u, with u ~ x at 0; kept, because all integrals ask at the same places."""
    return x / (1 - a) * hyp1f1(1, 2 - a, -x)


@cache
def by_quadrature(source, power):
    """int x^{beta-2} phi phi_b and int x^{beta-1} (1 - phi) (1 - phi_b), for b = c and for b = (1 - 2 power) c."""
    beta = mpf(Rational(source).p) / Rational(source).q
    nu, ends = (1 - beta) / 4, [0, 1, 10, 100, 1000, 1e4, 1e6, 1e9, mp.inf]
    found = []
    for b in (nu, (1 - 2 * power) * nu):
        # over u = x^beta near 0 and as powers at infinity, quad needs the pieces
        product = quad(lambda x, b=b: x ** (beta - 2) * learned(x, nu) * learned(x, b), ends)
        rest = quad(lambda x, b=b: x ** (beta - 1) * (1 - learned(x, nu)) * (1 - learned(x, b)), ends)
        found += [product, rest]
    return beta, found


@pytest.mark.parametrize("source", SOURCES)
def test_the_constants_are_those_of_quadrature(source):
    """Worked by hand from the profile, without SymPy; the tails of the integrals limit quadrature to 1e-4."""
    beta, (g, i, g_other, i_other) = by_quadrature(source, 1)
    due = 2 * (i_other - (1 - beta) * i) / ((1 - beta) * (g + g_other))
    found = evaluate(shift_over_variance(), 2, source, 1)
    assert float(found) == pytest.approx(float(due), rel=1e-4, abs=0)
    beta, (g, i, g_other, i_other) = by_quadrature(source, -1)
    due = 2 * i_other / ((1 + beta) * (g + g_other))
    assert float(evaluate(shift_by_invariant(), 2, source, 1)) == pytest.approx(float(due), rel=1e-4, abs=0)
    assert float(found) != pytest.approx(float(due), rel=1e-2)  # control: they are different constants


@pytest.mark.parametrize("power", [1, -1])
def test_the_profile_solves_its_equation(power):
    """By numerical derivatives, at beta = 1/2, with any sigma."""
    nu, value = mpf(1) / 8, mpf("0.3")
    b = (1 - 2 * power) * nu
    same, other, clock = (
        mpf(str(part.subs({j: power, c: Rational(1, 8), sigma: Rational(3, 10)}).evalf(30))) for part in solve_profile()
    )

    def g(x, extra=0):
        return (same + extra) * learned(x, nu) + other * learned(x, b) + clock * x * (1 - learned(x, nu))

    def left(x, extra=0):
        phi = learned(x, nu)
        due = value * x * (mpf(1) / 2 - phi) - power * nu / 2 * phi - x / 2 * (1 - phi)
        return x * diff(lambda y: g(y, extra), x) + (x + (2 * power - 1) * nu) * g(x, extra) - due

    for x in (mpf("0.1"), mpf(2), mpf(30)):
        assert abs(left(x)) < 1e-10
        assert abs(left(x, extra=mpf("0.01"))) > 1e-4  # control


def test_the_shift_of_the_kernel_is_the_one_that_its_profile_makes():
    """sigma G = 2 int x^{beta-2} phi g, with numbers for G and G_b."""
    numbers = {noise_shift.learned: Rational(7, 3), noise_shift.crossed: Rational(5, 4), j: 1, c: Rational(1, 8)}
    numbers[noise_shift.beta] = Rational(1, 2)
    value = close().subs(numbers)
    same, other, clock = (part.subs(sigma, value).subs(numbers) for part in solve_profile())
    overlap = Rational(1, 8) * Rational(7, 3)  # c G for c = (1 - beta)/4
    assert value * Rational(7, 3) == 2 * (same * Rational(7, 3) + other * Rational(5, 4) + clock * overlap)


def test_there_is_no_shift_law_where_the_kernel_stays():
    for formula in (shift_over_variance(), shift_by_invariant()):
        with pytest.raises(InputError):
            evaluate(formula, 2, "3/2", 1)
