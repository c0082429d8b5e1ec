"""In which balls do integrals over the learned fraction lie, for beta < 1?

A mode that a force h = tau^-c drives has d psi/d tau = mu (h - psi).  With psi = h phi and x = mu tau,

    phi(x) = x int_0^1 e^{-x v} (1 - v)^{-c} dv,      1 - phi(x) = 1F1(1; 1 - c; -x).

The integrals run over s = ln x, from -`REACH` to `REACH`, by the rigorous quadrature of Arb.  Both tails are bounded by
hand, for x > 0 and |c| <= 1/2:

    0 <= phi <= 2 x,                 since int_0^1 (1 - v)^{-c} dv = 1/(1 - c) <= 2;
    phi = 1 + (c/x) (1 + e),         |e| <= 20/x for x >= X = e^60: on [0, 1/2], (1 - v)^{-c} is 1 + c v with a
                                     rest of at most 5 |c| v^2; what lies beyond is below 2 x e^{-x/2}.

Nothing here uses a Mellin transform, residues or an integration by parts, on which the closed forms rest.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, lru_cache

from flint import acb, arb, ctx, fmpq

from exponents.errors import NotSolved

BITS = 192
"""Working precision."""

GOALS = 2.0**-60, 2.0**-70
"""Relative and absolute accuracy that the quadrature is asked for."""

NARROW = 40
"""Bits of a ball at the least: a value that is off by 1e-10 of itself lies far outside."""

REACH = 60
"""ln x at both ends of the quadrature."""

Integrand = Callable[[acb], acb]


def ball(value: Fraction) -> arb:
    """Return the ball of an exact number.

    Examples
    --------
    >>> ball(Fraction(1, 2))
    0.500000000000000
    """
    return arb(fmpq(value.numerator, value.denominator))


def integrate_logarithmic(integrand: Integrand, low: float, high: float) -> arb:
    """Return the ball of int f(e^s) ds from ``low`` to ``high``.

    Parameters
    ----------
    integrand : callable
        Takes s to f(e^s), holomorphic near the real axis.

    Raises
    ------
    NotSolved
        If the ball has fewer than `NARROW` bits.

    Examples
    --------
    >>> found = integrate_logarithmic(lambda s: s.exp(), -1, 0)
    >>> found.overlaps(1 - arb(-1).exp())
    True
    """
    relative, absolute = map(arb, GOALS)
    found = acb.integral(lambda s, _: integrand(s), acb(low), acb(high), rel_tol=relative, abs_tol=absolute).real
    if found.rel_accuracy_bits() < NARROW:
        raise NotSolved(f"a ball must have {NARROW} bits; got {found}; take another point")
    return found


def unlearned_fraction(x: acb, c: arb) -> acb:
    """Return 1 - phi(x) for a force tau^-c.

    Examples
    --------
    >>> bool(abs(unlearned_fraction(acb(1), arb(0)).real - arb(-1).exp()) < 1e-15)  # e^-x
    True
    """
    return acb.hypgeom_1f1(-x, 1, acb(1 - c))


class LearnedFraction:
    """The integrals of one beta < 1, each computed when it is first asked for.

    Parameters
    ----------
    beta : Fraction
        0 < beta < 1.  The force is kappa^{-1/2} with kappa^2 ~ tau^{1 - beta}, so c = (1 - beta)/4.

    Examples
    --------
    >>> integrals = learned_integrals(Fraction(1, 2))
    >>> print(integrals.learned.str(12, radius=False), integrals.loss.str(12, radius=False))
    2.31599696366 1.15464127798
    """

    def __init__(self, beta: Fraction) -> None:
        self.beta, self.force = ball(beta), ball((1 - beta) / 4)
        self.end = arb(REACH).exp()

    def _integrate(self, power: arb, product: Callable[[acb, acb], acb], crossed: bool = False) -> arb:
        """Return int x^{power - 1} product(u, v) dx between the ends: u is 1 - phi, and v the same, or 1 - phi_b."""

        def integrand(s: acb) -> acb:
            x = s.exp()
            rest = unlearned_fraction(x, self.force)
            other = unlearned_fraction(x, -self.force) if crossed else rest
            return (power * s).exp() * product(rest, other)

        with ctx.workprec(BITS):
            return integrate_logarithmic(integrand, -REACH, REACH)

    def _tail(self, power: arb) -> arb:
        """Return int_X^inf x^{power - 1} dx (1 + e) for a power < 0, |e| <= 100/X: each factor is 1 + O(20/X)."""
        with ctx.workprec(BITS):
            return self.end**power / -power * arb(1, 100 / self.end)

    def _head(self, power: arb, bound: int) -> arb:
        """Return the ball of an integral over 0 < x < 1/X whose integrand is within bound x^{power - 1} of 0."""
        with ctx.workprec(BITS):
            return arb(0, bound * self.end**-power / power)

    @cached_property
    def learned(self) -> arb:
        """The ball of int x^{beta - 2} phi^2 dx; phi <= 2 x near 0, and phi tends to 1."""
        power = self.beta - 1
        return self._integrate(power, lambda u, _: (1 - u) ** 2) + self._head(self.beta + 1, 4) + self._tail(power)

    @cached_property
    def crossed(self) -> arb:
        """The ball of int x^{beta - 2} phi phi_b dx."""
        power = self.beta - 1
        ends = self._head(self.beta + 1, 4) + self._tail(power)
        return self._integrate(power, lambda u, v: (1 - u) * (1 - v), True) + ends

    @cached_property
    def loss(self) -> arb:
        """The ball of int x^{beta - 1} (1 - phi)^2 dx; near 0 the square is 1 - 4 x at the least, far away c^2/x^2."""
        with ctx.workprec(BITS):
            head = self.end**-self.beta / self.beta * arb(1, 4 / self.end)
            tail = self.force**2 * self._tail(self.beta - 2)
            return self._integrate(self.beta, lambda u, _: u**2) + head + tail

    @cached_property
    def overlap(self) -> arb:
        """The ball of int x^{beta - 1} phi (1 - phi) dx; far away the product is -c/x."""
        with ctx.workprec(BITS):
            ends = self._head(self.beta + 1, 3) - self.force * self._tail(self.beta - 1)
            return self._integrate(self.beta, lambda u, _: u * (1 - u)) + ends

    @cached_property
    def crossed_overlap(self) -> arb:
        """The ball of int x^{beta - 1} phi_b (1 - phi) dx; far away the product is -c/x."""
        with ctx.workprec(BITS):
            ends = self._head(self.beta + 1, 3) - self.force * self._tail(self.beta - 1)
            return self._integrate(self.beta, lambda u, v: u * (1 - v), True) + ends

    @cached_property
    def squares(self) -> arb:
        """The ball of int x^beta (1 - phi)^2 dx; far away the square is c^2/x^2."""
        with ctx.workprec(BITS):
            ends = self._head(self.beta + 1, 2) + self.force**2 * self._tail(self.beta - 1)
            return self._integrate(self.beta + 1, lambda u, _: u**2) + ends


learned_integrals = lru_cache(maxsize=64)(LearnedFraction)
"""The integrals of one beta, kept for claims that share them."""
