"""In which balls do sums and integrals over modes lie?

Sums are Euler and Maclaurin's, with the next term as a bound of the rest; that holds for k^{-s}, whose derivatives have
alternating signs.  Integrals are quadratures with proved tails.  No zeta or Gamma function is called.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from flint import arb, ctx, fmpq

from .learned_fraction import BITS, REACH, ball, integrate_logarithmic

FIRST, ORDERS = 24, 14
"""Terms that are summed one by one, and corrections by Bernoulli numbers."""


def enclose_power_sum(s: arb) -> arb:
    """Return the ball of sum_{k >= 1} k^{-s}, s > 1.

    Examples
    --------
    >>> found = enclose_power_sum(arb(2))
    >>> bool(found.overlaps(arb.pi() ** 2 / 6)), bool(found.rad() < 1e-20)
    (True, True)
    """
    with ctx.workprec(BITS):
        n = arb(FIRST)
        total = sum((arb(k) ** -s for k in range(1, FIRST)), arb(0)) + n ** (1 - s) / (s - 1) + n**-s / 2
        rising, term = s, arb(0)
        for j in range(1, ORDERS + 1):  # B_{2j}/(2j)! s (s + 1) ... (s + 2j - 2) n^{-s - 2j + 1}
            term = arb(fmpq.bernoulli(2 * j)) / arb(2 * j).fac() * rising * n ** (1 - s - 2 * j)
            total += term if j < ORDERS else arb(0, abs(term).upper())
            rising *= (s + 2 * j - 1) * (s + 2 * j)
        return total


def enclose_power_integral(s: arb) -> arb:
    """Return the ball of int_1^inf k^{-s} dk, s > 1.

    Examples
    --------
    >>> bool(enclose_power_integral(arb(3)).overlaps(arb(1) / 2))
    True
    """
    with ctx.workprec(BITS):
        end = float((REACH / (s - 1)).upper())
        tail = ((1 - s) * end).exp() / (s - 1)
        return integrate_logarithmic(lambda u: ((1 - s) * u).exp(), 0, end) + arb(0, tail.upper())


@lru_cache(maxsize=64)
def enclose_decay(power: Fraction, rate: int) -> arb:
    """Return the ball of int_0^inf x^{power - 1} e^{-rate x} dx, power > 0.

    Below 1/X the factor e^{-rate x} is within 2 rate/X of 1.  Beyond Y >= 2 power, x^{power - 1} e^{-rate x/2} falls,
    so the rest is at most 2 Y^{power - 1} e^{-rate Y}/rate.

    Examples
    --------
    >>> bool(enclose_decay(Fraction(3), 2).overlaps(arb(1) / 4))
    True
    """
    with ctx.workprec(BITS):
        z, small = ball(power), arb(-REACH).exp()
        end = float((8 * REACH + 2 * z).log().upper())
        large = arb(end).exp()  # Y
        head = small**z / z * arb(1, (2 * rate * small).upper())
        tail = arb(0, (2 * large ** (z - 1) * (-rate * large).exp() / rate).upper())
        return integrate_logarithmic(lambda s: (z * s - rate * s.exp()).exp(), -REACH, end) + head + tail
