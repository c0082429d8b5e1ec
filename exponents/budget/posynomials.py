"""What is a programme of sums of monomials, and how are its equations solved away?

    minimise  f_0(r)   subject to   f_k(r) <= 1,   e_j(r) = 1,   r > 0,

with sums of monomials f and monomials e is convex in u_r = ln r: a geometric programme (Duffin, Peterson and Zener,
1967).  ln of a coefficient is a ball, so that bounds can be certified; powers are rational.  `reduce_programme` solves
the equations exactly: r = e^{u}, u = (constants) + (directions) w, and what is left are sums of monomials in w.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, fmpq

from ..errors import NoBalance
from .linear_equations import row_echelon_form, unit_row


@dataclass(frozen=True)
class Monomial:
    """The monomial e^front prod_r r^power.

    Attributes
    ----------
    front : arb
        ln of the coefficient.
    powers : mapping of int to Fraction
        The power of each variable, by position; variables without one have the power 0.

    Examples
    --------
    >>> half = Monomial(arb(0), {0: Fraction(1, 2)})
    >>> (half * half).powers, (half**-2).powers
    ({0: Fraction(1, 1)}, {0: Fraction(-1, 1)})
    """

    front: arb
    powers: Mapping[int, Fraction]

    def __mul__(self, other: Monomial) -> Monomial:
        powers = dict(self.powers)
        for position, power in other.powers.items():
            powers[position] = powers.get(position, Fraction(0)) + power
        return Monomial(self.front + other.front, {r: p for r, p in powers.items() if p})

    def __pow__(self, power: Fraction | int) -> Monomial:
        exact = Fraction(power)
        return Monomial(self.front * to_ball(exact), {r: p * exact for r, p in self.powers.items() if exact})

    def __truediv__(self, other: Monomial) -> Monomial:
        return self * other**-1


Posynomial = Sequence[Monomial]
"""A sum of monomials."""


def to_ball(value: Fraction) -> arb:
    """Return a rational as a ball.

    >>> to_ball(Fraction(1, 2))
    0.500000000000000
    """
    return arb(fmpq(value.numerator, value.denominator))


@dataclass(frozen=True)
class GeometricProgramme:
    """Minimise the sum ``objective`` where no sum of ``bounds`` exceeds 1 and each of ``equations`` is 1.

    Attributes
    ----------
    objective : sequence of Monomial
    bounds : sequence of sequences of Monomial
    equations : sequence of Monomial
    names : sequence of str
        The names of the variables.
    """

    objective: Posynomial
    bounds: Sequence[Posynomial]
    equations: Sequence[Monomial]
    names: Sequence[str]


@dataclass(frozen=True)
class Rows:
    """A sum of monomials in w: ln of each is front + row.w."""

    fronts: tuple[arb, ...]
    rows: tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True)
class Reduced:
    """A geometric programme without equations.

    Attributes
    ----------
    objective : Rows
    bounds : tuple of Rows
    width : int
        The number of variables w.
    origin : tuple of arb
        u at w = 0, one for each variable of the programme.
    directions : tuple of tuples of Fraction
        What each w adds to u.
    """

    objective: Rows
    bounds: tuple[Rows, ...]
    width: int
    origin: tuple[arb, ...]
    directions: tuple[tuple[Fraction, ...], ...]


def reduce_programme(programme: GeometricProgramme) -> Reduced:
    """Solve the equations of a programme.

    Raises
    ------
    NoBalance
        If they contradict each other, with the evidence "floor".

    Examples
    --------
    >>> one = Fraction(1)
    >>> both = GeometricProgramme([Monomial(arb(0), {0: -one})], [], [Monomial(arb(0), {0: one, 1: one})], ["N", "t"])
    >>> reduce_programme(both).objective.rows  # t = 1/N, so 1/N = t
    ((Fraction(1, 1),),)
    """
    size, equations = len(programme.names), programme.equations
    rows = [[own.powers.get(r, Fraction(0)) for r in range(size)] for own in equations]
    tagged = [[*row, *unit_row(j, len(rows))] for j, row in enumerate(rows)]
    matrix, pivots = row_echelon_form(tagged, size)
    _check_consistent(rows, equations)
    free = [r for r in range(size) if r not in pivots]
    origin = [arb(0)] * size
    directions = [[Fraction(int(r == c)) for r in range(size)] for c in free]
    for pivot, line in zip(pivots, matrix, strict=True):
        parts = (to_ball(-c) * own.front for c, own in zip(line[size:], equations, strict=True) if c)
        origin[pivot] = sum(parts, arb(0))
        for way, c in zip(directions, free, strict=True):
            way[pivot] = -line[c]

    def reduce_sum(terms: Posynomial) -> Rows:
        fronts = tuple(
            term.front + sum((to_ball(p) * origin[r] for r, p in term.powers.items()), arb(0)) for term in terms
        )
        slopes = tuple(
            tuple(sum((p * way[r] for r, p in term.powers.items()), Fraction(0)) for way in directions)
            for term in terms
        )
        return Rows(fronts, slopes)

    return Reduced(
        reduce_sum(programme.objective),
        tuple(map(reduce_sum, programme.bounds)),
        len(free),
        tuple(origin),
        tuple(map(tuple, directions)),
    )


def _check_consistent(rows: Sequence[Sequence[Fraction]], equations: Sequence[Monomial]) -> None:
    """Raise NoBalance if an equation that follows from others by its powers contradicts them by its coefficient."""
    kept: list[int] = []
    for j, row in enumerate(rows):
        columns = [[*(rows[k][r] for k in kept), row[r]] for r in range(len(row))]
        matrix, pivots = row_echelon_form(columns, len(kept) + 1)
        if len(kept) in pivots:
            kept.append(j)
            continue
        powers = [line[-1] for line in matrix]
        rest = equations[j].front - sum(
            (to_ball(p) * equations[k].front for p, k in zip(powers, kept, strict=True)), arb(0)
        )
        if not rest.contains(0):
            raise NoBalance("the costs contradict each other", "floor")
