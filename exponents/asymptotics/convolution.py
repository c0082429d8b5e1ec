"""How do power laws in time combine: integrals, and convolutions with a response kernel?

Two rules follow from the regions that can dominate an integral of power laws that are regular at 0:

* ``int_0^t u^g du`` is t^{g+1} from its far end, or a constant from its near end, whichever is larger.
* ``int_0^t f(u) h(t-u) du`` with f ~ u^{-p}, h ~ u^{-q}: near u = 0 it is h(t) int f, near u = t it is
  f(t) int h, and the bulk gives t^{1-p-q}.  All three are present, so the slowest wins.

Where two of them tie (p = 1, or q = 1) a logarithm multiplies the law and the exponent stays.
A growth is a tuple of candidate powers, the largest of which wins, as in the paper's max.
"""

from __future__ import annotations

from sympy import Expr, Min, S, expand

Growth = tuple[Expr, ...]
"""Candidate powers g of a sum of t^g; the law is t^{max g}."""


def integrate_growth(growth: Growth) -> Growth:
    """Return the candidate powers of ``int_0^t`` of a sum of the powers in ``growth``.

    Examples
    --------
    >>> integrate_growth((S.Zero, S.One))
    (2,)
    """
    return leading_growth((S.Zero, *(expand(g + 1) for g in growth)))


def leading_growth(growth: Growth) -> Growth:
    """Return ``growth`` without the candidates that another exceeds for all values of the parameters.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> leading_growth((S.Zero, -beta, 1 - beta))
    (0, 1 - beta)
    """
    distinct = tuple(dict.fromkeys(growth))
    return tuple(g for g in distinct if not any(expand(other - g).is_positive for other in distinct))


def convolve_exponents(p: Expr, q: Expr) -> Expr:
    """Return the exponent r of ``int_0^t u^{-p} (t-u)^{-q} du ~ t^{-r}`` for laws that are regular at 0.

    Examples
    --------
    >>> convolve_exponents(S(3), S(1) / 2)
    1/2
    """
    return Min(p, q, expand(p + q - 1))


def convolution_logarithm(p: Expr, q: Expr) -> tuple[Expr, ...]:
    """Return p - 1 or q - 1, which vanishes where a logarithm multiplies the convolution, if the other is no steeper.

    The integral of a law of exponent 1 grows as a logarithm; it shows unless the other law falls faster than that.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> convolution_logarithm(beta, S.One)
    (beta - 1, 0)
    """
    return tuple(expand(own - 1) for own, other in ((p, q), (q, p)) if not (other - 1).is_positive)
