"""Where can budgets and constraints not be met together, and what proves it?

Farkas: no x >= 0 has c_j.x = 1 for all j in J if there are multipliers p with

    sum_j p_j c_j <= 0,   sum_j p_j = 1,

since these equations would add up to 1 <= 0; for a free resource the sum of its column must vanish.  `find_conflict`
finds a set J from which no budget can be left out, at one point.  `lift_contradiction` solves for the multipliers as
functions of the parameters: they prove it wherever these inequalities hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..algebra.polynomials import Functions, RationalFunction
from .simplex import Row, Tableau


@dataclass(frozen=True)
class Contradiction:
    """Budgets that cannot be met together, and the proof as functions of the parameters.

    Attributes
    ----------
    budgets : tuple of int
        Positions of the budgets; none is superfluous.
    prices : tuple of RationalFunction
        A multiplier for each budget of the programme, zero for the others; their sum is 1.
    columns : tuple of RationalFunction
        What they add up to for each resource: nowhere positive where the proof holds.
    """

    budgets: tuple[int, ...]
    prices: tuple[RationalFunction, ...]
    columns: tuple[RationalFunction, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """All infeasible parts are one phase."""
        return ("infeasible",)

    @property
    def certified_key(self) -> tuple[object, ...]:
        """The same with the proof."""
        return (*self.key, self.budgets, self.prices)


def find_conflict(budgets: Sequence[Row], free: Sequence[int]) -> tuple[int, ...]:
    """Return few budgets that cannot be met together, none of them superfluous.

    Examples
    --------
    >>> one, two = Fraction(1), Fraction(2)
    >>> find_conflict([[one, one], [one, Fraction(0)], [two, Fraction(0)]], ())  # N t = C, N = C, N^2 = C
    (1, 2)
    """
    kept = list(range(len(budgets)))
    for j in range(len(budgets)):
        fewer = [k for k in kept if k != j]
        if fewer and not _try([budgets[k] for k in fewer], free)[0]:
            kept = fewer
    return tuple(kept)


def _try(budgets: Sequence[Row], free: Sequence[int]) -> tuple[bool, Tableau]:
    """Return whether the budgets can be met, and the tableau at the end."""
    nothing = [[Fraction(0)] * len(budgets[0])]
    tableau = Tableau(nothing, budgets, free)
    return tableau.find_feasible(evenly=True), tableau


def lift_contradiction(
    values: Sequence[Row],
    budgets: Sequence[Sequence[RationalFunction]],
    functions: Functions,
    free: Sequence[int] = (),
) -> Contradiction:
    """Return the proof that some budgets contradict each other at a sample, as functions of the parameters.

    In the last basis of the simplex method the columns of basic resources add up to zero, and the multipliers of all
    budgets that are still not met are alike.

    Parameters
    ----------
    values : sequence of rows of Fraction
        The exponents of the budgets at the sample.
    budgets : sequence of rows of RationalFunction
        The same as functions of the parameters.
    functions : Functions
    free : sequence of int, optional
        Positions of the resources that may shrink.

    Examples
    --------
    >>> from exponents import alpha
    >>> field = Functions((alpha,))
    >>> rows = [[field.one], [field.element(alpha)]]  # N = C and N^alpha = C, at alpha = 2
    >>> found = lift_contradiction([[Fraction(1)], [Fraction(2)]], rows, field)
    >>> found.budgets, found.prices, found.columns
    ((0, 1), (alpha/(alpha - 1), -1/(alpha - 1)), (0,))
    """
    conflict = find_conflict(values, free)
    met, tableau = _try([values[j] for j in conflict], free)
    assert not met, "budgets in conflict cannot be met"
    zero, one = functions.zero, functions.one
    basic = [tableau.negatives.get(v, v) for v in tableau.rows]
    columns = [v for v in basic if v < tableau.resources]
    missed = [v - tableau.structural for v in tableau.rows if v >= tableau.structural]
    matrix = [[budgets[j][r] for j in conflict] for r in columns]
    matrix += [[one if place == own else zero for place in range(len(conflict))] for own in missed]
    inverse = functions.inverse(matrix)
    solved = [sum(row[len(columns) :], zero) for row in inverse]
    total = sum(solved, zero)
    prices = [zero] * len(budgets)
    for j, price in zip(conflict, solved, strict=True):
        prices[j] = price / total
    priced = [[price * c for c in row] for price, row in zip(prices, budgets, strict=True)]
    return Contradiction(conflict, tuple(prices), tuple(sum(column, zero) for column in zip(*priced, strict=True)))
