"""Integrals and convolutions of power laws, against numerical integration."""

import pytest
from mpmath import mp, mpf, quad
from sympy import Min, Rational, S, Symbol

from exponents.asymptotics.convolution import (
    convolution_logarithm,
    convolve_exponents,
    integrate_growth,
    leading_growth,
)

g = Symbol("g", positive=True)


def test_integration_adds_one_or_leaves_a_constant():
    assert integrate_growth((-g,)) == (S.Zero, 1 - g)
    assert set(integrate_growth((S.One, g))) == {S(2), g + 1}


def test_only_candidates_that_never_lead_are_dropped():
    assert leading_growth((S.Zero, g)) == (g,)
    assert set(leading_growth((S.Zero, 1 - g))) == {S.Zero, 1 - g}
    assert leading_growth((g, g + 1, g)) == (g + 1,)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        (Rational(1, 2), Rational(1, 3)),
        (Rational(3, 2), Rational(1, 3)),
        (Rational(1, 3), Rational(7, 4)),
        (S(3), S(2)),
    ],
)
def test_a_convolution_decays_as_its_slowest_part(p, q):
    rate = float(convolve_exponents(p, q))

    def convolution(t):
        points = [0, 1, 10, t / 2, t - 10, t - 1, t]
        return quad(lambda u: (1 + u) ** -mpf(p.p / p.q) * (1 + t - u) ** -mpf(q.p / q.q), points)

    with mp.workdps(20):
        measured = -(mp.log(convolution(mpf(10) ** 9)) - mp.log(convolution(mpf(10) ** 8))) / mp.log(10)
        assert abs(measured - rate) < 0.002  # corrections fall as t^(-1/3) or faster here
        assert abs(measured - rate * 1.05) > 0.002


def test_symbolic_exponents_give_the_min_of_all_three_regions():
    assert convolve_exponents(g, Rational(1, 2)) == Min(g, Rational(1, 2), g - Rational(1, 2))


@pytest.mark.parametrize(
    ("p", "q", "logarithmic"),
    [
        (S.One, Rational(1, 2), True),
        (Rational(1, 3), S.One, True),
        (S.One, S.One, True),
        (S.One, Rational(3, 2), False),
        (Rational(5, 2), S.One, False),
        (Rational(1, 2), Rational(1, 3), False),
    ],
)
def test_a_logarithm_multiplies_the_convolution_where_the_function_vanishes(p, q, logarithmic):
    """The convolution times t^r gains the same at each decade, or settles."""
    assert (S.Zero in convolution_logarithm(p, q)) == logarithmic
    rate = mpf(1) * convolve_exponents(p, q)

    def scaled(t):
        ends = [10**k for k in range(int(mp.log10(t)))]
        points = [0, *ends, t / 2, *(t - end for end in reversed(ends)), t]
        return t**rate * quad(lambda u: (1 + u) ** -mpf(float(p)) * (1 + t - u) ** -mpf(float(q)), points)

    first, second, third = (scaled(mpf(10) ** k) for k in (6, 8, 10))
    if logarithmic:
        assert second - first > 1 and abs((third - second) / (second - first) - 1) < 0.05
    else:
        assert abs(third - second) < abs(second - first) / 4
