"""What is a sum over modes, sum_{k >= 1} k^{-a} f(k^{-alpha} s)?  It is added up here, to any number of digits.

The first modes, those with k^{-alpha} s > `REACH`, are added one by one.  Beyond them f is its Taylor series at 0, and
each power sums to a Hurwitz zeta function:

    (1)  sum_{k >= K} k^{-a} (k^{-alpha} s)^j = s^j zeta(a + alpha j, K).

All modes are counted, so no truncation can fake an exponent.  It is the witness for `exponents.asymptotics`.

Cost: (s/REACH)^{1/alpha} evaluations of f.  The kernel must be analytic in the disc |x| < 1 and real on the real axis.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, log

from mpmath import bernoulli, factorial, mp, mpf, pi, workdps

REACH = mpf(1) / 4
"""Largest argument of the Taylor series: each term gains two bits."""

RADIUS = mpf(1) / 2
"""Radius of the circle on which f is sampled for its Taylor coefficients: inside the singularity at |x| = 1."""


def mode_sum(f: Callable[[mpf], mpf], weight: float, capacity: float, s: float, digits: int = 30) -> mpf:
    """Return ``sum_k k**(-weight) * f(k**(-capacity) * s)`` to about ``digits`` digits.

    Parameters
    ----------
    f : callable
        The kernel, on real and complex mpmath numbers; analytic for |x| < 1, real for real x.
    weight, capacity : float or mpf
        a > 1 (or f(0) = 0 to sufficient order for the sum to converge) and alpha > 0.
    s : float or mpf
        Argument of the sum.
    digits : int
        Digits of the result.

    Returns
    -------
    mpf

    Examples
    --------
    For large s, sum_k k^-2 exp(-s/k^2) is the integral over k, sqrt(pi/s)/2.

    >>> round(float(mode_sum(lambda x: mp.exp(-x), 2, 2, 1e4, digits=5)), 8)
    0.00886227
    """
    with workdps(digits + 15):
        a, alpha, s = mpf(weight), mpf(capacity), mpf(s)
        terms = ceil((digits + 15) * log(10) / log(4)) + 5
        first = int(mp.ceil((s / REACH) ** (1 / alpha))) + 1
        # the first modes, one by one
        head = mp.fsum(mpf(k) ** -a * f(mpf(k) ** -alpha * s) for k in range(1, first))
        negligible = mpf(10) ** -(digits + 10)
        coefficients = [c if abs(c) > negligible else mpf(0) for c in taylor(f, terms)]
        # (1) for all others
        tail = mp.fsum(c * s**j * _hurwitz(a + alpha * j, first) for j, c in enumerate(coefficients) if c)
        return head + tail


def _hurwitz(power: mpf, first: int) -> mpf:
    """Return sum_{k >= first} k^{-power} to full relative precision, by the Euler-Maclaurin formula.

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
    """Return the first Taylor coefficients of ``f`` at 0, by the trapezoidal rule on a circle.

    With n points on the circle, the rule's error is the coefficient n places further on, times RADIUS**n: below the
    working precision.

    >>> [round(float(c), 6) for c in taylor(mp.exp, 3)]
    [1.0, 1.0, 0.5]
    """
    half = terms + mp.prec
    angles = [pi * mpf(m) / half for m in range(2 * half)]
    cosines, sines = [mp.cos(angle) for angle in angles], [mp.sin(angle) for angle in angles]
    # f is real on the real axis, so its values on the lower half of the circle are conjugates of those on the upper
    values = [f(RADIUS * mp.mpc(cosines[m], sines[m])) * (1 if m in (0, half) else 2) for m in range(half + 1)]
    parts = [value.real for value in values], [value.imag for value in values]

    def project(j: int) -> mpf:
        turns = [j * m % (2 * half) for m in range(half + 1)]
        return mp.fdot(parts[0], [cosines[m] for m in turns]) + mp.fdot(parts[1], [sines[m] for m in turns])

    return [project(j) / (2 * half * RADIUS**j) for j in range(terms)]
