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

from mpmath import mp, mpf, taylor, workdps, zeta

REACH = mpf(1) / 4
"""Largest argument of the Taylor series: each term gains two bits."""


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
        # (1) for all others
        coefficients = enumerate(taylor(f, 0, terms))
        tail = mp.fsum(c * s**j * _hurwitz(a + alpha * j, first) for j, c in coefficients if abs(c) > negligible)
        return head + tail


def _hurwitz(power: mpf, first: int) -> mpf:
    """Return sum_{k >= first} k^{-power} to full relative precision.

    mpmath's zeta is precise to an absolute error, and these values are tiny: they need as many digits more.
    """
    with workdps(mp.dps + ceil(power * mp.log10(first))):
        return zeta(power, first)
