"""How does perturbation theory approach the self-consistent exponent?

Level 0 is lazy: B(t) falls in the clock tau = t.  Level n + 1 lets B of level n drive the clock (eq. 60-62), so that

    chi_{n+1} = source * (growing candidate of the clock at chi_n),

an affine recursion, beta (2 - chi_n) for the model.  `solve_recursion` solves it, and checks the solution by
substitution; `stays_on_branch` shows that below the boundary of the fixed point every level stays on the growing
candidate.  The slope of the recursion is -beta: the levels alternate around the limit, and their error falls only for
beta < 1 (at beta = 1 the error is 0).  Above, the clock's constant candidate leads from level 0 on, and the full map
stays where it starts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import And, Dummy, Expr, cancel
from sympy.logic.boolalg import Boolean

from ..display import Described
from ..errors import IncompleteProof, NoBalance
from ..optimum.proof import prove_nonnegative, sides
from ..printing import write
from ..symbols import n
from .target import target_sum
from .timescale import clock, decay


@dataclass(frozen=True, repr=False)
class LevelSeries(Described):
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

    Examples
    --------
    >>> from exponents import levels
    >>> levels.start, levels.limit, levels.converges
    (beta, 2*beta/(beta + 1), beta < 1)
    """

    start: Expr
    slope: Expr
    intercept: Expr
    limit: Expr
    closed_form: Expr
    converges: Boolean

    def describe(self) -> str:
        """Return the first level and the limit."""
        return f"from {self.start} to {self.limit}"

    def _repr_latex_(self) -> str:
        return f"$\\chi_n = {write(self.closed_form, 'latex')}$"

    def level(self, number: int) -> Expr:
        """Return chi_number by running the recursion; the closed form is not used.

        Examples
        --------
        >>> level_series().level(1)
        -beta**2 + 2*beta
        """
        value = self.start
        for _ in range(number):
            value = self.slope * value + self.intercept
        return cancel(value)

    @property
    def error(self) -> Expr:
        """Error chi_n - chi; its sign alternates with n when the slope is negative."""
        return (self.start - self.limit).factor() * self.slope**n


@lru_cache(maxsize=1)
def level_series() -> LevelSeries:
    """Iterate the map of eq. 10 from the lazy clock, along its learning branch (eq. 62).

    The recursion is chi_{n+1} = source * (growing candidate of the clock at chi_n).  Below the boundary of the fixed
    point every level stays on that branch (`stays_on_branch`); above it the first step already returns chi_0.

    Examples
    --------
    >>> series = level_series()
    >>> series.slope, series.intercept, series.limit
    (-beta, 2*beta, 2*beta/(beta + 1))
    """
    source = target_sum().exponent
    (growing,) = (g for g in clock(decay) if g.has(decay))
    slope, intercept = source * growing.coeff(decay, 1), source * growing.coeff(decay, 0)
    return solve_recursion(source, slope, intercept)


def solve_recursion(start: Expr, slope: Expr, intercept: Expr) -> LevelSeries:
    """Solve chi_{n+1} = slope chi_n + intercept, and substitute the solution back as a check.

    Raises
    ------
    NoBalance
        If the recursion has no fixed point (slope 1).
    IncompleteProof
        If the solution does not satisfy the recursion.

    Examples
    --------
    >>> from sympy import Rational
    >>> solve_recursion(Rational(1), Rational(1, 2), Rational(1)).limit
    2
    """
    if cancel(slope - 1) == 0:
        raise NoBalance(f"the recursion with slope {slope} has no fixed point", "slope")
    rest = cancel(intercept / (1 - slope))
    gap, power = cancel(start - rest), Dummy("power")  # chi_n = rest + power * gap, with power = slope**n
    step = (rest + slope * power * gap) - (slope * (rest + power * gap) + intercept)
    if cancel(step) != 0 or cancel(rest + gap - start) != 0:
        raise IncompleteProof(f"the recursion {slope} chi + {intercept} is not solved by {rest}")
    converges = And((slope < 1).canonical, (slope > -1).canonical)
    return LevelSeries(start, slope, intercept, rest, rest + slope**n * gap.factor(), converges)


def stays_on_branch(series: LevelSeries) -> tuple[Expr, Expr, Expr]:
    """Prove that every level stays on the learning branch where the series converges, and return three margins.

    A decreasing affine map sends the interval from chi_0 to chi_1 into itself when chi_2 >= chi_0, so all levels lie
    in it.  On that interval the growing candidate leads if it leads at chi_1.  The margins are chi_1 - chi_0,
    chi_2 - chi_0 and the lead of that candidate at chi_1, factored; each is proved non-negative.

    Raises
    ------
    Refuted
        If one of the margins is negative somewhere.

    Examples
    --------
    >>> stays_on_branch(level_series())
    (-beta*(beta - 1), beta*(beta - 1)**2, (beta - 1)**2)
    """
    source = target_sum().exponent
    lead = (series.level(1) * series.slope + series.intercept) / source - 1
    margins = (series.level(1) - series.start, series.level(2) - series.start, lead)
    for margin in margins:
        prove_nonnegative(margin, (source,), (source, *sides(series.converges)), "a level stays on the learning branch")
    first, second, third = (cancel(margin).factor() for margin in margins)
    return first, second, third
