"""How does perturbation theory approach the self-consistent exponent?

Level 0 is lazy: B(t) falls in the clock tau = t.  Level n + 1 lets B of level n drive the clock (eq. 60-62), so that

    chi_{n+1} = source * (growing candidate of the clock at chi_n),

an affine recursion, beta (2 - chi_n) for the model.  `solved_recursion` solves it, and checks the solution by
substitution; `stays_on_branch` shows that below the boundary of the fixed point no level leaves the growing candidate.
The slope of the recursion is -beta: the levels alternate around the limit, and their error falls for beta < 1 only (at
beta = 1 there is none).  Above, the clock's constant candidate leads from level 0 on, and the full map stays where it
starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import And, Dummy, Expr, cancel
from sympy.logic.boolalg import Boolean

from ..errors import IncompleteProof, NoBalance
from ..optimum.proof import prove_nonnegative, sides
from ..symbols import n
from .timescale import clock, decay, target_sum


@dataclass(frozen=True)
class LevelSeries:
    """The perturbative series chi_0, chi_1, ... of eq. 62: an affine recursion and its solution.

    Attributes
    ----------
    start, slope, intercept : Expr
        chi_0 and the recursion chi_{n+1} = slope * chi_n + intercept.
    limit : Expr
        The recursion's fixed point.
    closed_form : Expr
        chi_n in the symbol `symbols.n`.
    converges : Boolean
        Where |slope| < 1, so that the error falls from level to level.
    """

    start: Expr
    slope: Expr
    intercept: Expr
    limit: Expr
    closed_form: Expr
    converges: Boolean

    def level(self, number: int) -> Expr:
        """chi_number by running the recursion, not by the closed form."""
        value = self.start
        for _ in range(number):
            value = self.slope * value + self.intercept
        return cancel(value)

    @property
    def error(self) -> Expr:
        """chi_n - chi: its sign alternates with n when the slope is negative."""
        return (self.start - self.limit).factor() * self.slope**n


@lru_cache(maxsize=1)
def level_series() -> LevelSeries:
    """Iterate the map of eq. 10 from the lazy clock, along its learning branch (eq. 62).

    The recursion is chi_{n+1} = source * (growing candidate of the clock at chi_n).  Below the boundary of the fixed
    point every level stays on that branch, see `stays_on_branch`; above it the first step already returns chi_0.
    """
    source = target_sum().exponent
    (growing,) = (g for g in clock(decay) if g.has(decay))
    slope, intercept = source * growing.coeff(decay, 1), source * growing.coeff(decay, 0)
    return solve_recursion(source, slope, intercept)


def solve_recursion(start: Expr, slope: Expr, intercept: Expr) -> LevelSeries:
    """Solve chi_{n+1} = slope chi_n + intercept; the solution is substituted back before it is returned.

    Raises
    ------
    NoBalance
        If the recursion has no fixed point (slope 1).
    IncompleteProof
        If the solution does not satisfy the recursion.
    """
    if cancel(slope - 1) == 0:
        raise NoBalance(f"the recursion with slope {slope} has no fixed point", "slope")
    rest = cancel(intercept / (1 - slope))
    gap, power = cancel(start - rest), Dummy("power")  # chi_n = rest + power * gap, with power = slope**n
    step = (rest + slope * power * gap) - (slope * (rest + power * gap) + intercept)
    if cancel(step) != 0 or cancel(rest + gap - start) != 0:
        raise IncompleteProof(f"the recursion {slope} chi + {intercept} is not solved by {rest}")
    return LevelSeries(
        start,
        slope,
        intercept,
        rest,
        rest + slope**n * gap.factor(),
        And((slope < 1).canonical, (slope > -1).canonical),
    )


def stays_on_branch(series: LevelSeries) -> tuple[Expr, Expr, Expr]:
    """Why no level leaves the learning branch where the series converges: three margins, proved non-negative there.

    A decreasing affine map sends the interval from chi_0 to chi_1 into itself when chi_2 does not fall below chi_0, so
    all levels lie in it; and on it the growing candidate leads as long as it does at chi_1.  Returned are
    chi_1 - chi_0, chi_2 - chi_0 and the lead of that candidate at chi_1, factored.

    Raises
    ------
    Refuted
        If one of them is negative somewhere.
    """
    source = target_sum().exponent
    lead = (series.level(1) * series.slope + series.intercept) / source - 1
    margins = (series.level(1) - series.start, series.level(2) - series.start, lead)
    for margin in margins:
        prove_nonnegative(margin, (source,), (source, *sides(series.converges)), "a level stays on the learning branch")
    rising, held, led = (cancel(margin).factor() for margin in margins)
    return rising, held, led
