"""What does a loss cost at least, and which loss does a cost buy, if the cost may be a sum?

In logarithms, u_r = ln r, loss and cost are both sums of exponentials, so both are convex.  The best of both worlds is
then found by weighing them: for every price p the minimum of

    loss(u) + p cost(u)

has the least loss of all allocations that cost no more, and the least cost of all whose loss is no larger.  Every point
of the trade-off is one of these.  Along it the loss rises with p and the cost falls, so that one equation in ln p
remains, and each step of it is a geometric programme without a budget.

Two questions use it.  `meet_sum` splits a budget that a sum may not exceed.  `least_cost` asks for the least C that
reaches a loss: there the cost is C itself, a resource beside the others, or the sum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath
from mpmath import mp, mpf
from sympy import Add, Expr, Rational, S

from ..errors import InputError
from ..losses.terms import PowerLaw
from ..optimum.programme import Programme
from ..rationals import MAX_DIGITS, abbreviate, exact
from ..symbols import C
from .geometric_programme import DIGITS, PRECISION, Minimum, minimise, number
from .leading_law import set_aside
from .numeric_programme import System, check_prefactor, read_system

FURTHEST = 5 * MAX_DIGITS
"""Largest |ln p| that is tried: beyond it, budgets have more digits than a budget may have."""

CLOSE = mpf(10) ** -30
"""How closely the logarithm of a loss or a cost is met."""

FLAT = mpf(10) ** -20
"""Relative fall of a loss with the budget below which `CLOSE` does not determine the budget to ten digits."""

MAX_TRIALS = 200
"""Most prices tried; some ten are usual."""


@dataclass(frozen=True)
class TradeOff:
    """A loss and a cost that are weighed against each other.

    Attributes
    ----------
    system : System
        Its terms are those of the loss, then the parts of the cost; its budgets are all other rows.
    count : int
        How many terms are the loss's.
    right : tuple of mpf
        The logarithm of what each budget equals.
    """

    system: System
    count: int
    right: tuple[mpf, ...]

    def at(self, price: mpf) -> tuple[Minimum, mpf, mpf]:
        """Return the minimum at ln p = ``price``, with ln of its loss and ln of its cost."""
        system = self.system
        with mp.workdps(PRECISION):
            fronts = [p + (price if i >= self.count else 0) for i, p in enumerate(system.log_prefactors())]
            found = minimise(fronts, system.terms, system.budgets, self.right, system.floored, system.names)
            loss, cost = (mpmath.fsum(part) for part in (found.shares[: self.count], found.shares[self.count :]))
            shares = tuple(share / loss for share in found.shares[: self.count])
            size = found.loss + mpmath.log(loss)
            return replace(found, loss=size, shares=shares), size, found.loss + mpmath.log(cost) - price

    def solve(self, gap: Callable[[mpf, mpf], mpf]) -> tuple[Minimum, mpf, mpf]:
        """Return the minimum, ln of its cost, and ln p where ``gap(ln loss, ln cost)``, which rises with p, is zero.

        Where there is no such price within `FURTHEST`, the nearest end is returned.
        """
        low = high = mpf(0)
        found, *sizes = self.at(low)
        below = above = gap(*sizes)
        step, tried = mpf(1), low
        while below > 0 or above < 0:
            if step > FURTHEST:
                return found, sizes[1], tried
            tried = -step if below > 0 else step
            found, *sizes = self.at(tried)
            if below > 0:
                high, above, low, below = low, below, tried, gap(*sizes)
            else:
                low, below, high, above = high, above, tried, gap(*sizes)
            step *= 2
        # The Illinois method: a secant through the ends, where an end that stays counts half.
        last, error = 0, mpf(1)
        for _ in range(MAX_TRIALS):
            if abs(error) < CLOSE or high - low < CLOSE or above == below:
                break
            tried = (low * above - high * below) / (above - below)
            found, *sizes = self.at(tried)
            error = gap(*sizes)
            if error > 0:
                high, above, below = tried, error, below / 2 if last > 0 else below
            else:
                low, below, above = tried, error, above / 2 if last < 0 else above
            last = 1 if error > 0 else -1
        return found, sizes[1], tried


def separate_sum(programme: Programme) -> tuple[Programme, Expr | None]:
    """Return a programme without the parts of a sum that may not exceed C, and that sum.

    Raises
    ------
    InputError
        If there are several such sums.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> rest, total = separate_sum(programme(1 / t + 1 / N, 6 * N * t + N))
    >>> [row.name for row in rest.budgets], total
    (['C'], 6*N*t + N)
    """
    sums = list(dict.fromkeys(c.total for c in programme.constraints if c.total is not None))
    if not sums:
        return programme, None
    if len(sums) > 1:
        raise InputError(
            f"a plan takes one sum among its costs and constraints; got {' and '.join(map(str, sums))}; "
            "keep one, and write the others as monomials"
        )
    parts = [c for c in programme.constraints if c.total is not None]
    slacks, rows = {c.slack for c in parts}, {c.budget for c in parts}
    rest = replace(
        programme,
        resources=tuple(r for r in programme.resources if r not in slacks),
        budgets=tuple(row for row in programme.budgets if row not in rows),
        constraints=tuple(c for c in programme.constraints if c not in parts),
    )
    return rest, sums[0]


def _read_parts(programme: Programme, total: Expr) -> tuple[list[PowerLaw], Fraction]:
    """Return the parts of a sum that depend on resources, and what is left of it."""
    parts = [PowerLaw.from_expr(part, programme.resources) for part in Add.make_args(total)]
    for part in parts:
        check_prefactor(part)
    fixed = sum((part.prefactor for part in parts if not part.exponents), S.Zero)
    return [part for part in parts if part.exponents], exact(Rational(fixed), "the constant of a cost")


def _weigh(system: System, parts: list[PowerLaw], programme: Programme) -> System:
    """Return the system with the parts of a cost after its terms."""
    rows = [[Fraction(int(e.p), int(e.q)) for e in map(part.exponent, programme.resources)] for part in parts]
    return replace(system, terms=[*system.terms, *rows], prefactors=[*system.prefactors, *(p.prefactor for p in parts)])


def meet_sum(programme: Programme, total: Expr, spent: Fraction) -> Minimum:
    """Return the least loss at a budget C, ``spent``, that the sum ``total`` may not exceed.

    Parameters
    ----------
    programme : Programme
        Without irreducible terms, and without that sum: see `separate_sum`.
    total : Expr
    spent : Fraction

    Raises
    ------
    InputError
        If the sum exceeds C wherever the resources are at least 1.
    NoBalance
        If the loss falls without end.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> rest, total = separate_sum(programme(1 / t + 1 / N, 3 * N + 5 * t))  # least at N = C/(3 + sqrt(15))
    >>> found = meet_sum(rest, total, Fraction(30))
    >>> round(float(mpmath.exp(found.loss)), 9) == round((3**0.5 + 5**0.5) ** 2 / 30, 9)
    True
    """
    parts, fixed = _read_parts(programme, total)
    system = read_system(programme)
    message = f"no allocation meets {total} <= {abbreviate(spent)} with all resources at least 1; give a larger budget"
    if fixed >= spent:
        raise InputError(message)
    with mp.workdps(PRECISION):
        wanted = mpmath.log(number(spent - fixed))
        trade = TradeOff(_weigh(system, parts, programme), len(system.terms), tuple(system.log_budgets(spent)))
        found, cost, _ = trade.solve(lambda _, cost: wanted - cost)
        if cost > wanted + CLOSE:
            raise InputError(message)
    return found


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
    open_programme, total = separate_sum(programme)
    falling, irreducible = set_aside(open_programme)
    system, parts, fixed = read_system(falling), [PowerLaw("C", ((C, S.NegativeOne),))], Fraction(0)
    with mp.workdps(PRECISION):
        target = loss if isinstance(loss, mpf) else number(exact(loss, "the target"))
        floor = mpmath.fsum(number(term.prefactor) for term in irreducible)
        if target <= floor:
            what = "the terms that no resource lowers add up to" if irreducible else "a loss is always more than"
            raise InputError(f"no budget reaches a loss of {_short(target)}: {what} {_short(floor)}; ask for more")
        if total is None:
            system, right = _price_budget(falling, system)
            names = replace(falling, resources=(*falling.resources, C)) if C not in falling.resources else falling
        else:
            names = falling
            parts, fixed = _read_parts(falling, total)
            if C in total.free_symbols or any(row.exponent(C) != -1 for row in falling.budgets):
                raise InputError(
                    f"a target takes a cost that is a sum, or constraints with C, not both; got {total}; ask for the "
                    "loss at some budgets instead"
                )
            right = system.log_budgets(Fraction(1))
        trade = TradeOff(_weigh(system, parts, names), len(system.terms), tuple(right))
        wanted = mpmath.log(target - floor)
        found, cost, price = trade.solve(lambda size, _: size - wanted)
        missed = found.loss > wanted + CLOSE
        if price + cost - found.loss < mpmath.log(FLAT) and not missed:
            # p cost/loss is how fast the loss falls with the budget.  Here it vanishes: the loss is the least of all,
            # at a cost that no longer rises as p falls, or it is only approached.
            missed = abs(trade.at(price - 1)[2] - cost) > FLAT
        if missed or cost > MAX_DIGITS * mpmath.log(10):
            raise InputError(
                f"no budget of up to {MAX_DIGITS} digits reaches a loss of {_short(target)}; ask for a larger one"
            )
        return _round_up(mpmath.exp(cost) + number(fixed))


def _price_budget(programme: Programme, system: System) -> tuple[System, list[mpf]]:
    """Return the system in which C is a resource, with ln of what each budget then equals: c_j.u - ln C = -ln k_j."""
    own = programme.resources.index(C) if C in programme.resources and programme.constraints else system.width
    if own == system.width:
        system = replace(
            system,
            terms=[[*row, Fraction(0)] for row in system.terms],
            budgets=[[*row, Fraction(0)] for row in system.budgets],
            names=[*system.names, "C"],
        )
    rows = [[c - (r == own) for r, c in enumerate(row)] for row in system.budgets]
    kept = [j for j, row in enumerate(rows) if any(row)]  # all but C = C
    right = [-mpmath.log(number(system.costs[j])) for j in kept]
    return replace(system, budgets=[rows[j] for j in kept], costs=[system.costs[j] for j in kept]), right


def _short(value: mpf) -> str:
    return mpmath.nstr(value, 8)


def _round_up(value: mpf) -> Fraction:
    """Return a rational of eighteen digits that is not below ``value``."""
    with mp.workdps(DIGITS):
        power = int(mpmath.floor(mpmath.log10(value))) - 17
        near = value / mpf(10) ** power
        # what lies within the accuracy of the solution above a whole number is that number
        return Fraction(int(mpmath.ceil(near - mpf(10) ** -9))) * Fraction(10) ** power
