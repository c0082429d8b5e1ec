"""Where does a loss fall without bound within its budgets, and what proves it?

The allocations x + s d meet the budgets for every s >= 0, and each term falls faster the larger s is, if

    c_j.x = 1,  x >= 0,   and   c_j.d = 0,  d >= 0,  e_i.d >= z > 0

for each budget j and each term i; a free resource may have either sign.  `lift_escape` finds x and d at a sample and
solves for them as functions of the parameters: they prove it wherever these inequalities hold.  The direction whose
rates sum to 1 and for which z is largest is the optimum of a programme of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr

from ..algebra.polynomials import Functions, RationalFunction
from .dominant_balance import Lifted, lift
from .simplex import Row, Tableau


@dataclass(frozen=True)
class Ascent:
    """Allocations along which a loss falls without bound: powers of the budget that change at constant rates.

    Attributes
    ----------
    start : tuple of Expr
        Powers of the budget that meet the budgets, in the order of the resources.
    direction : tuple of Expr
        The rates at which they change; the budgets stay met.
    rate : Expr
        How much faster each term falls, at least, for each unit of the direction.
    """

    start: tuple[Expr, ...]
    direction: tuple[Expr, ...]
    rate: Expr


@dataclass(frozen=True)
class Escape:
    """Allocations along which the loss falls without bound, as functions of the parameters.

    Attributes
    ----------
    start : tuple of RationalFunction
        x, the power of the budget given to each resource at first.
    direction : tuple of RationalFunction
        d, the rates at which these powers change; the sizes of the rates sum to 1.
    rate : RationalFunction
        z: each term falls faster by at least this along d.  It is positive where the proof holds.
    deciding : tuple of RationalFunction
        The functions whose signs decide that the proof holds.
    """

    start: tuple[RationalFunction, ...]
    direction: tuple[RationalFunction, ...]
    rate: RationalFunction
    deciding: tuple[RationalFunction, ...]

    @property
    def key(self) -> tuple[object, ...]:
        """All unbounded parts are one phase."""
        return ("unbounded",)

    @property
    def certified_key(self) -> tuple[object, ...]:
        """The same with the proof."""
        return (*self.key, self.start, self.direction, self.rate)


def lift_escape(
    values: tuple[Sequence[Row], Sequence[Row]],
    terms: Sequence[Sequence[RationalFunction]],
    budgets: Sequence[Sequence[RationalFunction]],
    functions: Functions,
    free: Sequence[int] = (),
) -> Escape:
    """Return why the loss falls without bound at a sample, as functions of the parameters.

    Parameters
    ----------
    values : pair of sequences of rows of Fraction
        The exponents of terms and budgets at the sample.
    terms, budgets : sequences of rows of RationalFunction
        The same as functions of the parameters.
    functions : Functions
    free : sequence of int, optional
        Positions of the resources that may shrink.

    Examples
    --------
    >>> from exponents import alpha
    >>> field = Functions((alpha,))
    >>> a, one = field.element(alpha), field.one
    >>> at_two = [[Fraction(1), Fraction(1)]], [[Fraction(1), Fraction(-1)]]
    >>> found = lift_escape(at_two, [[one, one]], [[one, one - a]], field)  # 1/(N t) at N t^(1 - a) = C
    >>> found.start, found.direction, found.rate
    ((1, 0), ((alpha - 1)/alpha, 1/alpha), 1)
    """
    own_terms, own_budgets = values
    width = len(own_budgets[0])
    start = _solve(([[Fraction(0)] * width], own_budgets), [[functions.zero] * width], budgets, functions, free)
    course = _solve(
        (_split(own_terms, free), _keep_sum(_split(own_budgets, free), Fraction(1))),
        _split(terms, free),
        _keep_sum(_split(budgets, free), functions.one),
        functions,
    )
    direction = list(course.allocation[:width])
    for r, shrinking in zip(free, course.allocation[width:], strict=True):
        direction[r] = direction[r] - shrinking
    deciding = [share for r, share in enumerate(start.allocation) if r not in free]
    deciding += [*start.overspent, *course.allocation, *course.slacks, *course.overspent, course.exponent]
    return Escape(start.allocation, tuple(direction), course.exponent, tuple(deciding))


def _split(rows: Sequence[Sequence[Any]], free: Sequence[int]) -> list[list[Any]]:
    """Return rows in which each free resource has a second column, for what is subtracted from it."""
    return [[*row, *(-row[r] for r in free)] for row in rows]


def _keep_sum(rows: Sequence[Sequence[Any]], one: Any) -> list[list[Any]]:
    """Return equations with the right side 1 which say that the rates sum to 1 and do not change the budgets."""
    return [*([c + one for c in row] for row in rows), [one] * len(rows[0])]


def _solve(
    values: tuple[Sequence[Row], Sequence[Row]],
    terms: Sequence[Sequence[RationalFunction]],
    budgets: Sequence[Sequence[RationalFunction]],
    functions: Functions,
    free: Sequence[int] = (),
) -> Lifted:
    """Return an optimal vertex of a programme that has an optimum at the sample."""
    tableau = Tableau(*values, free, functions.work)
    feasible = tableau.find_feasible()
    assert feasible, "a loss falls without bound only where its budgets can be met"
    tableau.solve()
    return lift(tableau.vertex().basis, terms, budgets, functions, free)
