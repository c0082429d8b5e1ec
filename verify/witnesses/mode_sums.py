"""A sum over modes, added up: sum_{k >= 1} k^{-a} f(k^{-alpha} s) to any number of digits.

The first modes, those with k^{-alpha} s > `REACH`, are added one by one.  Beyond them f is its Taylor series at 0, and
each power sums to a Hurwitz zeta function: sum_{k >= K} k^{-a} (k^{-alpha} s)^j = s^j zeta(a + alpha j, K).
No mode is left out, so the truncation that fakes exponents in numerical work cannot happen here.

Cost: (s/REACH)^{1/alpha} evaluations of f.  The kernel must be analytic in the disc |x| < 1.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log

from mpmath import bernoulli, exp, factorial, mp, mpf, pi, workdps

REACH = mpf(1) / 4
"""Largest argument at which the Taylor series is used: each term gains two bits."""

RADIUS = mpf(1) / 2
"""Circle on which Taylor coefficients are read off, inside the nearest singularity at |x| = 1."""


def mode_sum(f: Callable[[mpf], mpf], weight: float, capacity: float, s: float, digits: int = 30) -> mpf:
    """``sum_k k**(-weight) * f(k**(-capacity) * s)`` to about ``digits`` digits.

    Parameters
    ----------
    f : callable
        The kernel, on real and complex mpmath numbers; analytic for |x| < 1.
    weight, capacity : float or mpf
        a > 1 (or f(0) = 0 to sufficient order for the sum to converge) and alpha > 0.
    s : float or mpf
        Argument of the sum.
    digits : int
        Digits of the result.

    Returns
    -------
    mpf
    """
    with workdps(digits + 15):
        a, alpha, s = mpf(weight), mpf(capacity), mpf(s)
        terms = ceil((digits + 15) * log(10) / log(4)) + 5
        first = int(mp.ceil((s / REACH) ** (1 / alpha))) + 1
        head = mp.fsum(mpf(k) ** -a * f(mpf(k) ** -alpha * s) for k in range(1, first))
        negligible = mpf(10) ** -(digits + 10)
        coefficients = [c if abs(c) > negligible else mpf(0) for c in taylor(f, terms)]
        tail = mp.fsum(c * s**j * _hurwitz(a + alpha * j, first) for j, c in enumerate(coefficients) if c)
        return head + tail


def _hurwitz(power: mpf, first: int) -> mpf:
    """sum_{k >= first} k^{-power} to full relative precision, by the Euler-Maclaurin formula.

    mpmath's zeta is precise to an absolute error, and these values are tiny.  The formula's terms fall by a factor
    ((power + 2m)/(2 pi first))^2, which is small because ``first`` is in the hundreds or more.
    """
    start = mpf(first)
    total = start / (power - 1) + mpf(1) / 2
    rising, m = power / start, 1
    while True:
        term = bernoulli(2 * m) / factorial(2 * m) * rising
        total += term
        if abs(term) < abs(total) * mpf(10) ** -mp.dps:
            return total * start**-power
        rising *= (power + 2 * m - 1) * (power + 2 * m) / start**2
        m += 1


def taylor(f: Callable[[mpf], mpf], terms: int) -> list[mpf]:
    """The first Taylor coefficients of ``f`` at 0, by the trapezoidal rule on a circle, at the working precision.

    The rule's error is the coefficient ``samples`` further on times RADIUS**samples, so it falls below any precision.
    """
    samples = 2 * (terms + mp.prec)
    circle = [exp(2j * pi * mpf(m) / samples) for m in range(samples)]
    values = [f(RADIUS * point) for point in circle]
    return [
        (mp.fsum(v * circle[-j * m % samples] for m, v in enumerate(values)) / samples).real / RADIUS**j
        for j in range(terms)
    ]
