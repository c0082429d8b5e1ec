"""Which sign does a formula in alpha and beta keep on a whole box?

A polynomial on a box is a mean of its Bernstein coefficients, with weights that are never negative: if these are all at
least 0, so is the polynomial.  Otherwise the box is halved.  All numbers are rational, so the answer is exact.

`Box.resolve` replaces each minimum, maximum and case of a formula by the branch that holds on the whole box, or raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import comb

from sympy import And, Expr, Max, Min, Piecewise, Poly, Rational, S, fraction, together
from sympy.core.relational import Equality, GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean

from exponents.errors import ExponentsError, Refuted
from exponents.symbols import alpha, beta

DEPTH = 6
"""How often a box is halved."""

Interval = tuple[Fraction, Fraction]


class NotKept(ExponentsError):
    """A sign changes on the box, or was not decided."""


@dataclass(frozen=True)
class Box:
    """A closed box of alpha and beta with rational corners.

    Examples
    --------
    >>> box = Box((Fraction(2), Fraction(3)), (Fraction(1, 2), Fraction(1)))
    >>> box.keeps_nonnegative(1 - beta), box.keeps_nonnegative(alpha * beta - 2)
    (True, False)
    >>> print(box.resolve(Min(alpha * beta, alpha)))
    alpha*beta
    """

    capacity: Interval
    source: Interval

    def __str__(self) -> str:
        sides = (("alpha", self.capacity), ("beta", self.source))
        return " and ".join(f"{name} in [{low}, {high}]" for name, (low, high) in sides)

    @property
    def centre(self) -> dict[Expr, Rational]:
        """The middle of the box."""
        middles = ((low + high) / 2 for low, high in (self.capacity, self.source))
        return {name: Rational(m.numerator, m.denominator) for name, m in zip((alpha, beta), middles, strict=True)}

    def keeps_nonnegative(self, formula: Expr) -> bool:
        """Return whether a rational function is proved to be at least 0 on the box; False if it is not proved."""
        top, bottom = (Poly(part, alpha, beta) for part in fraction(together(formula)))
        if bottom.eval(self.centre) < 0:
            top, bottom = -top, -bottom
        return _sign_kept(bottom, self, strict=True) and _sign_kept(top, self, strict=False)

    def resolve(self, formula: Expr) -> Expr:
        """Return a rational function that is the formula on all of the box.

        Raises
        ------
        NotKept
            If a branch does not hold on all of the box.
        """
        if isinstance(formula, Piecewise):
            for value, condition in formula.args:
                if self.decide(condition):
                    return self.resolve(value)
            raise NotKept(f"no case of {formula} holds on {self}")
        if isinstance(formula, Min | Max):
            sign = 1 if isinstance(formula, Min) else -1
            options = [self.resolve(part) for part in formula.args]
            best = min(options, key=lambda option: sign * option.subs(self.centre))
            if not all(self.keeps_nonnegative(sign * (other - best)) for other in options):
                raise NotKept(f"no part of {formula} leads on {self}")
            return best
        return formula.func(*map(self.resolve, formula.args)) if formula.args else formula

    def decide(self, condition: Boolean) -> bool:
        """Return whether a condition holds inside the box, up to its boundary.

        Raises
        ------
        NotKept
            If it holds on a part only.
        """
        if condition in (S.true, S.false):
            return bool(condition)
        if isinstance(condition, And):
            return all(self.decide(part) for part in condition.args)
        if not isinstance(condition, Relational) or isinstance(condition, Equality):
            raise NotKept(f"{condition} is not an inequality")
        margin = condition.gts - condition.lts
        if isinstance(condition, StrictGreaterThan | StrictLessThan | GreaterThan | LessThan):
            if self.keeps_nonnegative(margin):
                return True
            if self.keeps_nonnegative(-margin):
                return False
        raise NotKept(f"{condition} holds on a part of {self} only")

    def vanishes(self, formula: Expr) -> bool:
        """Return whether a rational function is 0 on all of the box."""
        terms = Poly(fraction(together(formula))[0], alpha, beta).terms()
        rationals = {powers: Fraction(int(c.p), int(c.q)) for powers, c in terms}
        return not any(_bernstein(rationals, (self.capacity, self.source)))

    def require_equal(self, first: Expr, second: Expr) -> None:
        """Raise Refuted unless two formulas are the same function on the box, NotKept if that was not decided."""
        one, other = self.resolve(first), self.resolve(second)
        if not self.vanishes(one - other):
            raise Refuted(f"{one} and {other} differ on {self}", self.centre)

    def require_nonnegative(self, formula: Expr) -> None:
        """Raise NotKept unless a formula is proved to be at least 0 on the box."""
        if not self.keeps_nonnegative(self.resolve(formula)):
            raise NotKept(f"{formula} is not proved to be at least 0 on {self}")


def _sign_kept(polynomial: Poly, box: Box, strict: bool) -> bool:
    """Return whether a polynomial is proved to be at least 0 on a box; above 0 if it must be ``strict``."""
    terms = {powers: Fraction(int(c.p), int(c.q)) for powers, c in polynomial.terms()}
    return _search(terms, (box.capacity, box.source), strict, DEPTH)


def _search(terms: dict[tuple[int, ...], Fraction], sides: tuple[Interval, Interval], strict: bool, depth: int) -> bool:
    found = list(_bernstein(terms, sides))
    if all(c > 0 for c in found) or (not strict and all(c >= 0 for c in found)):
        return True
    corners = (_value(terms, point) for point in product(*sides))
    if depth == 0 or any(value < 0 or (strict and value == 0) for value in corners):
        return False
    longer = max((0, 1), key=lambda i: sides[i][1] - sides[i][0])
    low, high = sides[longer]
    halves = ((low, (low + high) / 2), ((low + high) / 2, high))
    parts = ((half, sides[1]) if longer == 0 else (sides[0], half) for half in halves)
    return all(_search(terms, part, strict, depth - 1) for part in parts)


def _bernstein(terms: dict[tuple[int, ...], Fraction], sides: tuple[Interval, Interval]) -> Iterable[Fraction]:
    """Yield the Bernstein coefficients b_ij = sum_{p <= i, q <= j} C(i,p) C(j,q)/(C(m,p) C(n,q)) a_pq on [0, 1]^2."""
    m, n = (max((powers[i] for powers in terms), default=0) for i in (0, 1))
    moved: dict[tuple[int, int], Fraction] = {}
    for (i, j), value in terms.items():  # (low + width x)^i by the binomial theorem, in both variables
        (low, high), (floor, top) = sides
        for p, q in product(range(i + 1), range(j + 1)):
            first = comb(i, p) * low ** (i - p) * (high - low) ** p
            second = comb(j, q) * floor ** (j - q) * (top - floor) ** q
            moved[p, q] = moved.get((p, q), Fraction(0)) + value * first * second
    for i, j in product(range(m + 1), range(n + 1)):
        yield sum(
            (
                Fraction(comb(i, p) * comb(j, q), comb(m, p) * comb(n, q)) * value
                for (p, q), value in moved.items()
                if p <= i and q <= j
            ),
            Fraction(0),
        )


def _value(terms: dict[tuple[int, ...], Fraction], point: tuple[Fraction, ...]) -> Fraction:
    return sum((c * point[0] ** i * point[1] ** j for (i, j), c in terms.items()), Fraction(0))
