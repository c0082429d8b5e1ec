"""Which polynomials keep one sign on a box around a domain, as their coefficients show?

With each parameter written as a fraction of non-negative variables, a polynomial whose coefficients all have one sign
keeps it on the box.  Most polynomials that decide about exponents do, and need no further treatment.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import prod

from flint import fmpz_mpoly

from .polynomials import Polynomial

Interval = tuple[Fraction | None, Fraction | None]
"""Lower and upper bound of a parameter; None is an infinity."""


def find_bounds(position: int, signs: Iterable[tuple[Polynomial, int]]) -> Interval:
    """Return constant bounds of the parameter at a position, from the linear polynomials among those of known signs.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> (line,) = factors(Functions((alpha, beta)).element(beta - 2))
    >>> find_bounds(0, [(line, 1)])
    (Fraction(2, 1), None)
    """
    lows: list[Fraction] = []
    highs: list[Fraction] = []
    for p, sign in signs:
        if p.degrees[position] == 1 and sum(p.degrees) == 1:
            terms = {powers[position]: c for powers, c in p.terms()}
            value = Fraction(-terms.get(0, 0), terms[1])
            (lows if (terms[1] > 0) == (sign > 0) else highs).append(value)
    return max(lows, default=None), min(highs, default=None)


def sign_on_box(polynomial: Polynomial, box: list[Interval]) -> int:
    """Return the sign that a polynomial keeps on a box, as its coefficients show; 0 if they do not.

    Parameters
    ----------
    polynomial : Polynomial
    box : list of (Fraction or None, Fraction or None)
        Bounds of the parameter at each position.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> from exponents.algebra.polynomials import Functions, factors
    >>> (sum_,) = factors(Functions((alpha, beta)).element(alpha + beta))
    >>> sign_on_box(sum_, [(Fraction(0), None)] * 2), sign_on_box(sum_, [(None, None)] * 2)
    (1, 0)
    """
    used = [i for i in range(len(box)) if polynomial.involves(i)]
    if any(box[i] == (None, None) for i in used):
        return 0
    generators = polynomial.data.context().gens()
    one = polynomial.data.context().constant(1)
    tops, bottoms = [], []
    for i, (w, degree) in enumerate(zip(generators, polynomial.degrees, strict=True)):
        low, high = box[i] if i in used else (Fraction(0), None)
        top, bottom = _mobius(low, high, w, one)
        tops.append([top**k for k in range(degree + 1)])
        bottoms.append([bottom**k for k in range(degree + 1)])
    total = one * 0
    for powers, coefficient in polynomial.terms():
        factors = (t[k] * b[len(b) - 1 - k] for t, b, k in zip(tops, bottoms, map(int, powers), strict=True))
        total += coefficient * prod(factors, start=one)
    signs = {int(c) > 0 for c in total.coeffs()}
    return (1 if signs.pop() else -1) if len(signs) == 1 else 0


def _mobius(
    low: Fraction | None, high: Fraction | None, w: fmpz_mpoly, one: fmpz_mpoly
) -> tuple[fmpz_mpoly, fmpz_mpoly]:
    """Return (top, bottom), polynomials in w with top/bottom in (low, high) exactly for w in (0, oo)."""
    if low is not None and high is not None:
        top = low.numerator * high.denominator * one + high.numerator * low.denominator * w
        return top, low.denominator * high.denominator * (one + w)
    if low is not None:
        return low.numerator * one + low.denominator * w, low.denominator * one
    assert high is not None
    return high.numerator * one - high.denominator * w, high.denominator * one
