"""What does a loss cost at least, and which loss does a budget buy, where costs are sums and losses any expressions?

Both are problems for `branch_search`, of one statement: `meet_budget` minimises the loss at a C that is given, and
`least_cost` minimises C where the loss is at most the one that is given.  The answer is certified: where the problem is
convex in logarithms by the weights of one geometric programme, otherwise by those of all pieces of the search.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath
from flint import arb, ctx
from mpmath import mp, mpf
from sympy import Expr, Symbol

from ..errors import InputError, NoBalance
from ..optimum.programme import Programme
from ..rationals import MAX_DIGITS, abbreviate, exact
from .branch_search import Found, check_bounded, minimise_globally
from .geometric_programme import DIGITS, number
from .interior_point import Infeasible
from .pieces import Problem
from .posynomials import GeometricProgramme, Monomial
from .statement import Statement, log_number, positions_of, state_problem
from .weight_certificate import BITS

REACHED = mpf(10) ** -6
"""By how much a proved lower bound of ln C may exceed ln C: beyond it, the loss is approached and not reached."""


@dataclass(frozen=True)
class Split:
    """The least loss at a budget.

    Attributes
    ----------
    logs : tuple of mpf
        u_r = ln r for each resource that a user named.
    loss, low : mpf
        The least loss above the irreducible part, and a proved lower bound of it.
    pieces : int
        How many pieces of the domain were searched; 0 where the problem is convex in logarithms.
    unique : bool or None
        Whether no other allocation is as good; None if that was not decided.
    """

    logs: tuple[mpf, ...]
    loss: mpf
    low: mpf
    pieces: int
    unique: bool | None


def sums_of(programme: Programme) -> tuple[Expr, ...]:
    """Return the sums that may not exceed C.

    >>> from exponents import N, programme, t
    >>> sums_of(programme(1 / t + 1 / N, 6 * N * t + N))
    (6*N*t + N,)
    """
    return tuple(dict.fromkeys(c.total for c in programme.constraints if c.total is not None))


def meet_budget(programme: Programme, spent: Fraction, whole: Sequence[Symbol] = ()) -> Split:
    """Return the least loss at a budget C.

    Parameters
    ----------
    programme : Programme
        Without parameters; its prefactors are numbers.  Every cost has the budget C.
    spent : Fraction
    whole : sequence of Symbol, optional
        Resources that must be whole numbers.

    Raises
    ------
    InputError
        If it is proved that no allocation meets the budget.
    NoBalance
        If the loss falls without end.
    TooMuchWork
        If the search takes too much work.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> found = meet_budget(programme(1 / t + 1 / N, 3 * N + 5 * t), Fraction(30))  # least at N = C/(3 + sqrt(15))
    >>> round(float(found.loss), 9) == round(float((3**0.5 + 5**0.5) ** 2 / 30), 9)
    True
    """
    stated = state_problem(programme)
    with ctx.workprec(BITS):
        given = replace(stated.budget, front=-log_number(spent))
    try:
        found = minimise_globally(_pose(stated, stated.loss, [], [given], whole))
    except Infeasible as error:
        raise InputError(
            f"no allocation meets {abbreviate(_list(programme))} at C = {abbreviate(spent)}{_floors(programme)}"
            f"{' in whole numbers' if whole else ''}; give a larger budget, or change a bound"
        ) from error
    with mp.workdps(DIGITS):
        size = len(stated.resources)
        return Split(found.logs[:size], mpmath.exp(found.value), mpmath.exp(found.low), found.pieces, found.unique)


def _pose(
    stated: Statement,
    objective: Sequence[Monomial],
    bounds: list[list[Monomial]],
    equations: list[Monomial],
    whole: Sequence[Symbol],
) -> Problem:
    """Return the problem of a statement with more bounds and equations."""
    every = GeometricProgramme(
        objective,
        [*stated.lifted.bounds, *stated.bounds, *bounds],
        [*stated.equations, *equations],
        stated.lifted.names,
    )
    visible = tuple(range(len(stated.resources)))
    return Problem(every, tuple(stated.lifted.choices), visible, positions_of(stated.resources, whole))


def _list(programme: Programme) -> str:
    """Return the costs and constraints, as messages name them."""
    costs = [f"{cost.name} = C" for cost in programme.costs]
    sums = [f"{total} <= C" for total in sums_of(programme)]
    return " and ".join([*costs, *sums, *(c.name for c in programme.constraints if c.total is None)])


def _floors(programme: Programme) -> str:
    return " with all resources at least 1" if not programme.free else ""


@dataclass(frozen=True)
class Cost:
    """The least budget for a loss.

    Attributes
    ----------
    budget : Fraction
        A budget that reaches it, rounded up to eighteen digits.
    low : mpf
        A proved lower bound: no budget below it does.
    pieces : int
        How many pieces of the domain were searched; 0 where the problem is convex in logarithms.
    """

    budget: Fraction
    low: mpf
    pieces: int


def least_cost(programme: Programme, loss: object, whole: Sequence[Symbol] = ()) -> Cost:
    """Return the least budget C whose best split reaches a loss.

    Parameters
    ----------
    programme : Programme
        Without parameters; its prefactors are numbers.  Every cost has the budget C.
    loss : exact number, or mpf
        The loss, irreducible terms included.
    whole : sequence of Symbol, optional
        Resources that must be whole numbers.

    Returns
    -------
    Cost

    Raises
    ------
    InputError
        If no budget reaches the loss, or every one does.
    NoBalance
        If the loss falls without end.
    TooMuchWork
        If the search takes too much work.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> least_cost(programme(1 / t + 1 / N), "1/50").budget == 100**2  # 2/sqrt(C) = 1/50
    True
    """
    stated = state_problem(programme)
    with mp.workdps(DIGITS), ctx.workprec(BITS):
        target = loss if isinstance(loss, mpf) else number(exact(loss, "the target"))
        floor = mpmath.fsum(map(number, stated.irreducible))
        if target <= floor:
            what = "the terms that no resource lowers add up to" if floor else "a loss is always more than"
            raise InputError(f"no budget reaches a loss of {_short(target)}: {what} {_short(floor)}; ask for more")
        check_bounded(_pose(stated, stated.loss, [], [stated.budget], ()))
        asked = Monomial(-arb(mpmath.nstr(target - floor, 2 * DIGITS)).log(), {})
        reached = [term * asked for term in stated.loss]
        found = _search(_pose(stated, [stated.budget], [reached], [], whole), target)
        cost = found.value
        if cost > MAX_DIGITS * mpmath.log(10) or found.low > found.value + REACHED:
            raise _unreachable(target)
        return Cost(_round_up(mpmath.exp(cost)), mpmath.exp(min(found.low, cost)), found.pieces)


def _search(problem: Problem, target: mpf) -> Found:
    try:
        return minimise_globally(problem)
    except Infeasible as error:
        raise _unreachable(target) from error
    except NoBalance as error:
        if error.evidence != "minimum":
            raise
        raise InputError(
            f"every budget reaches a loss of {_short(target)}, however small it is; ask for a smaller loss"
        ) from error


def _unreachable(target: mpf) -> InputError:
    return InputError(
        f"no budget of up to {MAX_DIGITS} digits reaches a loss of {_short(target)}; ask for a larger one"
    )


def _short(value: mpf) -> str:
    return mpmath.nstr(value, 8)


def _round_up(value: mpf) -> Fraction:
    """Return a rational of eighteen digits that is not below ``value``."""
    with mp.workdps(DIGITS):
        power = int(mpmath.floor(mpmath.log10(value))) - 17
        near = value / mpf(10) ** power
        # what lies within the accuracy of the solution above a whole number is that number
        return Fraction(int(mpmath.ceil(near - mpf(10) ** -9))) * Fraction(10) ** power
