"""How do power laws in time combine: integrals, and convolutions with a response kernel?

Two rules, both read off the regions that can dominate an integral of power laws that are regular at 0:

* ``int_0^t u^g du`` is t^{g+1} from its far end, or a constant from its near end, whichever is larger.
* ``int_0^t f(u) h(t-u) du`` with f ~ u^{-p}, h ~ u^{-q}: near u = 0 it is h(t) int f, near u = t it is
  f(t) int h, and the bulk gives t^{1-p-q}.  All three are present, so the slowest wins.

Where two of them tie (p = 1, or q = 1) a logarithm multiplies the law and the exponent stays.
Growth here is written as the paper writes a max: a tuple of candidate powers, the largest of which wins.
"""

from __future__ import annotations

from sympy import Expr, Min, S, expand

Growth = tuple[Expr, ...]
"""Candidate powers g of a sum of t^g; the law is t^{max g}."""


def integrate_growth(growth: Growth) -> Growth:
    """Candidate powers of ``int_0^t`` of a sum of the powers in ``growth``."""
    return leading_growth((S.Zero, *(expand(g + 1) for g in growth)))


def leading_growth(growth: Growth) -> Growth:
    """``growth`` without the candidates that another exceeds for all values of the parameters."""
    distinct = tuple(dict.fromkeys(growth))
    return tuple(g for g in distinct if not any(expand(other - g).is_positive for other in distinct))


def convolve_exponents(p: Expr, q: Expr) -> Expr:
    """Exponent r of ``int_0^t u^{-p} (t-u)^{-q} du ~ t^{-r}`` for laws that are regular at 0."""
    return Min(p, q, expand(p + q - 1))


def convolution_logarithm(p: Expr, q: Expr) -> tuple[Expr, ...]:
    """What vanishes where a logarithm multiplies the convolution: p - 1 or q - 1, with the other law no steeper.

    A law of exponent 1 has an integral that grows as a logarithm; it shows unless the other falls faster still.
    """
    return tuple(expand(own - 1) for own, other in ((p, q), (q, p)) if not (other - 1).is_positive)
