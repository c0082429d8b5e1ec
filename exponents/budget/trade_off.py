"""What does a loss cost at least, and which loss does a cost buy, where costs may be sums?

In logarithms, u_r = ln r, a loss and a cost that is a sum are both sums of exponentials, so both are convex.  A bound
on a sum is then met by a price: the least loss with S(u) <= 1 is, for some p, the minimum of

    loss(u) + p S(u),

along which S falls as p rises.  One equation in ln p remains, and each step of it is a geometric programme without that
bound.  Several sums are nested: at each price of the first, the prices of the others are found.

Two questions use it.  `meet_sums` splits a budget that sums may not exceed.  `least_cost` asks for the least C that
reaches a loss: C, or the sum that is the only cost, has a price, and the loss that is asked for gives the equation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction

import mpmath
from mpmath import mp, mpf
from sympy import Add, Dummy, Expr, Symbol

from ..errors import InputError, NoBalance, TooMuchWork
from ..losses.terms import PowerLaw
from ..optimum.programme import Programme
from ..rationals import MAX_DIGITS, abbreviate, exact
from ..symbols import C
from .geometric_programme import DIGITS, PRECISION, LogLoss, Minimum, minimise, number
from .leading_law import set_aside
from .linear_equations import unit_row
from .numeric_programme import System, check_prefactor, read_system

FURTHEST = 5 * MAX_DIGITS
"""Largest |ln p| that is tried: beyond it, budgets have more digits than a budget may have."""

CLOSE = mpf(10) ** -30
"""How closely the logarithm of a loss or a cost is met."""

FLAT = mpf(10) ** -20
"""Relative fall of a loss with the budget below which `CLOSE` does not determine the budget to ten digits."""

MAX_TRIALS = 200
"""Most prices tried; some ten are usual."""

MAX_PROGRAMMES = 1500
"""Most geometric programmes solved for one question: some seconds."""

MAX_SUMS = 2
"""Most sums in one plan: each multiplies the work by about ten."""

Sum = tuple[tuple[tuple[Fraction, ...], ...], tuple[mpf, ...]]
"""Exponents, as those of terms, and ln of the prefactors."""


@dataclass(frozen=True)
class Balanced:
    """A minimum, with ln of its loss and of each sum, and ln of the price of the first."""

    found: Minimum
    loss: mpf
    sums: tuple[mpf, ...]
    price: mpf


@dataclass(frozen=True)
class TradeOff:
    """A loss, and sums that have a price.

    Attributes
    ----------
    system : System
        The terms of the loss, and the budgets that are monomials.
    right : tuple of mpf
        The logarithm of what each budget equals.
    sums : tuple of Sum
        All but a first one that is the cost may not exceed 1.
    guesses : dict
        For each sum, the price found last.
    solved : list of Minimum
        Every programme solved on the way.
    """

    system: System
    right: tuple[mpf, ...]
    sums: tuple[Sum, ...]
    guesses: dict[int, mpf] = field(default_factory=dict)
    solved: list[Minimum] = field(default_factory=list)

    def at(self, prices: tuple[mpf | None, ...]) -> Balanced:
        """Return the minimum at ln of some prices, None for a sum that is left out; other sums are met."""
        level = len(prices)
        if level < len(self.sums):
            with suppress(_Unbounded):
                point = self._free(prices)
                if point.sums[level] <= 0:
                    return point
            point = self.solve(prices, lambda point: -point.sums[level])
            if point.sums[level] > CLOSE:
                raise NoBalance("the sums exceed their bounds wherever the resources are at least 1", "floor")
            return point
        system, priced = self.system, [(s, p) for s, p in zip(self.sums, prices, strict=True) if p is not None]
        count = len(system.terms)
        fronts = [*system.log_prefactors(), *(front + p for (_, fronts), p in priced for front in fronts)]
        rows = [*system.terms, *(list(row) for (rows, _), _ in priced for row in rows)]
        if len(self.solved) >= MAX_PROGRAMMES:
            raise TooMuchWork(f"the prices of the sums took more than {MAX_PROGRAMMES} programmes; leave a sum out")
        found = minimise(fronts, rows, system.budgets, self.right, system.floored, system.names)
        self.solved.append(found)
        part = mpmath.fsum(found.shares[:count])
        loss, shares = found.loss + mpmath.log(part), tuple(share / part for share in found.shares[:count])
        values = tuple(LogLoss(fronts, rows).value(found.logs) for rows, fronts in self.sums)
        return Balanced(replace(found, loss=loss, shares=shares), loss, values, prices[0] or mpf(0))

    def _free(self, prices: tuple[mpf | None, ...]) -> Balanced:
        """Return the minimum without the next sum."""
        try:
            return self.at((*prices, None))
        except NoBalance as error:
            if error.evidence == "minimum":
                raise _Unbounded from error
            raise

    def solve(self, prices: tuple[mpf | None, ...], gap: Callable[[Balanced], mpf]) -> Balanced:
        """Return the minimum at the price of the next sum where ``gap``, which rises with it, is zero.

        Where there is no such price within `FURTHEST`, the nearest end is returned.
        """
        level = len(prices)
        close = CLOSE * mpf(10) ** (-6 * level)
        low = high = tried = self.guesses.get(level, mpf(0))
        found = self.at((*prices, tried))
        below = above = gap(found)
        step = mpf(1) / 8 if level in self.guesses else mpf(1)
        while below > 0 or above < 0:
            if step > FURTHEST:
                return found
            tried = low - step if below > 0 else high + step
            found = self.at((*prices, tried))
            if below > 0:
                high, above, low, below = low, below, tried, gap(found)
            else:
                low, below, high, above = high, above, tried, gap(found)
            step *= 2
        # The Illinois method: a secant through the ends, where an end that stays counts half.
        last, error = 0, mpf(1)
        for _ in range(MAX_TRIALS):
            if abs(error) < close or high - low < close or above == below:
                break
            tried = (low * above - high * below) / (above - below)
            found = self.at((*prices, tried))
            error = gap(found)
            if error > 0:
                high, above, below = tried, error, below / 2 if last > 0 else below
            else:
                low, below, above = tried, error, above / 2 if last < 0 else above
            last = 1 if error > 0 else -1
        self.guesses[level] = tried
        return found


class _Unbounded(Exception):
    """Without a sum the loss has no least value."""


def separate_sums(programme: Programme) -> tuple[Programme, tuple[Expr, ...]]:
    """Return a programme without the parts of sums that may not exceed C, and these sums.

    Raises
    ------
    TooMuchWork
        If there are more than `MAX_SUMS`.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> rest, sums = separate_sums(programme(1 / t + 1 / N, 6 * N * t + N))
    >>> [row.name for row in rest.budgets], sums
    (['C'], (6*N*t + N,))
    """
    parts = [c for c in programme.constraints if c.total is not None]
    sums = tuple(dict.fromkeys(c.total for c in parts if c.total is not None))
    if len(sums) > MAX_SUMS:
        raise TooMuchWork(
            f"a plan takes {MAX_SUMS} sums among its costs and constraints at most; got {len(sums)}; leave one out"
        )
    slacks, rows = {c.slack for c in parts}, {c.budget for c in parts}
    rest = replace(
        programme,
        resources=tuple(r for r in programme.resources if r not in slacks),
        budgets=tuple(row for row in programme.budgets if row not in rows),
        constraints=tuple(c for c in programme.constraints if c not in parts),
    )
    return (rest, sums) if sums else (programme, ())


def _read_sum(total: Expr, resources: Sequence[Symbol]) -> Sum:
    """Return a sum of monomials as rows over the resources."""
    parts = [PowerLaw.from_expr(part, resources) for part in Add.make_args(total)]
    for part in parts:
        check_prefactor(part)
    rows = tuple(tuple(Fraction(int(e.p), int(e.q)) for e in map(part.exponent, resources)) for part in parts)
    return rows, tuple(mpmath.log(number(part.prefactor)) for part in parts)


def _over_budget(total: Expr) -> Expr:
    """Return S/C, term by term."""
    return Add(*(part / C for part in Add.make_args(total)))


def meet_sums(programme: Programme, sums: Sequence[Expr], spent: Fraction) -> Minimum:
    """Return the least loss at a budget C, ``spent``, that ``sums`` may not exceed.

    Parameters
    ----------
    programme : Programme
        Without irreducible terms, and without these sums: see `separate_sums`.
    sums : sequence of Expr
    spent : Fraction

    Raises
    ------
    InputError
        If a sum exceeds C wherever the resources are at least 1.
    NoBalance
        If the loss falls without end.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> rest, sums = separate_sums(programme(1 / t + 1 / N, 3 * N + 5 * t))  # least at N = C/(3 + sqrt(15))
    >>> found = meet_sums(rest, sums, Fraction(30))
    >>> round(float(mpmath.exp(found.loss)), 9) == round((3**0.5 + 5**0.5) ** 2 / 30, 9)
    True
    """
    system = read_system(programme)
    with mp.workdps(PRECISION):
        read = tuple(_read_sum(_over_budget(total), programme.resources) for total in sums)
        try:
            return TradeOff(system, tuple(system.log_budgets(spent)), read).at(()).found
        except NoBalance as error:
            if error.evidence != "floor":
                raise
            listed = " and ".join([*(f"{total} <= C" for total in sums), *(c.name for c in programme.constraints)])
            raise InputError(
                f"no allocation meets {abbreviate(listed)} at C = {abbreviate(spent)} with all resources at least 1; "
                "give a larger budget"
            ) from error


def least_cost(programme: Programme, loss: object) -> Fraction:
    """Return the least budget C whose best split reaches a loss, rounded up to eighteen digits.

    Parameters
    ----------
    programme : Programme
        Without parameters; its prefactors are numbers.  Every cost has the budget C.
    loss : exact number, or mpf
        The loss, irreducible terms included.

    Returns
    -------
    Fraction

    Raises
    ------
    InputError
        If no budget reaches the loss.
    NoBalance
        If the loss falls without end.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> least_cost(programme(1 / t + 1 / N), "1/50") == 100**2  # 2/sqrt(C) = 1/50
    True
    """
    for term in programme.loss:
        check_prefactor(term)
    rest, sums = separate_sums(programme)
    falling, irreducible = set_aside(rest)
    system = read_system(falling)
    with mp.workdps(PRECISION):
        target = loss if isinstance(loss, mpf) else number(exact(loss, "the target"))
        floor = mpmath.fsum(number(term.prefactor) for term in irreducible)
        if target <= floor:
            what = "the terms that no resource lowers add up to" if irreducible else "a loss is always more than"
            raise InputError(f"no budget reaches a loss of {_short(target)}: {what} {_short(floor)}; ask for more")
        alone = all(row.exponent(C) == -1 for row in falling.budgets) and len(sums) == 1
        if alone and C not in sums[0].free_symbols:  # that sum is the cost; C occurs nowhere else
            right, priced = system.log_budgets(Fraction(1)), [_read_sum(sums[0], falling.resources)]
        else:
            own = (
                falling.resources
                if C in falling.resources and (falling.constraints or sums)
                else (*falling.resources, C)
            )
            system, right = _price_budget(system, own.index(C))
            own = (*own, Dummy())
            priced = [_read_sum(total, own) for total in (C, *map(_over_budget, sums))]
        trade, wanted = TradeOff(system, tuple(right), tuple(priced)), mpmath.log(target - floor)
        missed = trade.at((mpf(-FURTHEST),)).loss > wanted + CLOSE
        if not missed:
            trade.guesses.clear()
            point = trade.solve((), lambda point: point.loss - wanted)
            cost = point.sums[0]
            missed = cost > MAX_DIGITS * mpmath.log(10)
            if point.price + cost - point.loss < mpmath.log(FLAT):
                # p cost/loss is how fast the loss falls with the budget.  Here it vanishes: the loss is the least of
                # all, at a cost that no longer rises as p falls, or it is only approached.
                missed = abs(trade.at((point.price - 1,)).sums[0] - cost) > FLAT
        if missed:
            raise InputError(
                f"no budget of up to {MAX_DIGITS} digits reaches a loss of {_short(target)}; ask for a larger one"
            )
        return _round_up(mpmath.exp(cost))


def _price_budget(system: System, own: int) -> tuple[System, list[mpf]]:
    """Return the system in which C is a resource, with ln of what each budget then equals: c_j.u - ln C = -ln k_j."""
    more = [Fraction(0)] * (2 if own == system.width else 1)  # C, and a resource that is not used
    system = replace(
        system,
        terms=[[*row, *more] for row in system.terms],
        budgets=[[*row, *more] for row in system.budgets],
        names=[*system.names, *(["C"] * len(more))],
    )
    rows = [[c - (r == own) for r, c in enumerate(row)] for row in system.budgets]
    kept = [j for j, row in enumerate(rows) if any(row)]  # all but C = C
    right = [*(-mpmath.log(number(system.costs[j])) for j in kept), mpf(1)]
    # the resource that is not used has a budget of its own, so that there always is one
    return replace(system, budgets=[*(rows[j] for j in kept), unit_row(system.width - 1, system.width)]), right


def _short(value: mpf) -> str:
    return mpmath.nstr(value, 8)


def _round_up(value: mpf) -> Fraction:
    """Return a rational of eighteen digits that is not below ``value``."""
    with mp.workdps(DIGITS):
        power = int(mpmath.floor(mpmath.log10(value))) - 17
        near = value / mpf(10) ** power
        # what lies within the accuracy of the solution above a whole number is that number
        return Fraction(int(mpmath.ceil(near - mpf(10) ** -9))) * Fraction(10) ** power
