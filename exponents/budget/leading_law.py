"""With prefactors, which law does the compute optimum follow: L*(C) ~ a C^{-r} and resource ~ b C^n?

`leading_law` gives the exponents, the constants (`constants`) and, on demand, the budget above which the law holds
within a factor (`accuracy`).  Terms that depend on no resource are irreducible: the law describes the loss above them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from mpmath import mpf, nstr
from sympy import Expr, S, Symbol, simplify

from ..display import Reported
from ..errors import InputError, NoBalance
from ..losses.terms import PowerLaw
from ..names import require_type
from ..optimum.dominant_balance import PointOptimum
from ..optimum.programme import Programme
from ..rationals import abbreviate, exact
from .accuracy import Placement, least_budget, place_resources
from .certified_bounds import Enclosure
from .constants import Constant, Share, find_constants, product_of_powers
from .geometric_programme import DIGITS, number
from .linear_equations import row_echelon_form
from .numeric_programme import System, read_system


@dataclass(frozen=True, repr=False)
class Law(Reported):
    """The leading law of a compute optimum with prefactors, at one point of its parameters.

    Attributes
    ----------
    programme : Programme
        Without parameters, irreducible terms and budgets that follow from others.
    optimum : PointOptimum
        The exponents, exact.
    constant : Expr or Enclosure
        a in L*(C) - irreducible ~ a C^{-r}.
    shares : tuple of (Symbol, Share)
        n and b in resource ~ b C^n.
    irreducible : Expr
        The sum of the terms that no resource lowers.

    Examples
    --------
    >>> from exponents import N, leading_law, programme, t
    >>> law = leading_law(programme(1 / t + 1 / N))  # at N t = C, the loss is least at 2 C^{-1/2}
    >>> law.exponent, law.constant
    (Fraction(1, 2), 2)
    """

    programme: Programme
    optimum: PointOptimum
    constant: Constant
    shares: tuple[tuple[Symbol, Share], ...]
    irreducible: Expr
    _report = "exponents.reports.budget_split:law"

    def describe(self) -> str:
        """Return the law as a formula."""
        above = f" + {self.irreducible}" if self.irreducible else ""
        return f"L = {nstr(self.value(), 6)} C^-({self.exponent}){above}"

    @property
    def exponent(self) -> Fraction:
        """r in L*(C) - irreducible ~ a C^{-r}."""
        return self.optimum.exponent

    def value(self) -> mpf:
        """Return a as a number at the working precision."""
        if isinstance(self.constant, Enclosure):
            return number((self.constant.low + self.constant.high) / 2)
        return mpf(str(self.constant.evalf(DIGITS)))

    @cached_property
    def system(self) -> System:
        """The programme in numbers; raises InputError if a prefactor is a symbol."""
        return read_system(self.programme)

    @cached_property
    def placement(self) -> Placement:
        """Where the law puts the resources; raises InputError if a prefactor is a symbol."""
        return place_resources(self.system, self.optimum)

    def beyond(self, factor: object) -> Fraction | None:
        """Return the budget above which a C^{-r} <= L*(C) - irreducible <= factor a C^{-r}, rounded up.

        The allocation of the law reaches the upper bound, so its loss is larger than the least by that factor at most.
        Returns None if the budget has more than `MAX_DIGITS` digits.

        Parameters
        ----------
        factor : exact number

        Raises
        ------
        InputError
            If the factor is not an exact number above 1, or a prefactor is a symbol.

        Examples
        --------
        >>> from exponents import N, programme, t
        >>> leading_law(programme(1 / t + 1 / N + 1 / (N * t))).beyond(2)
        Fraction(101, 100)
        """
        return least_budget(self.placement, self.system.floored, check_factor(factor))


def check_factor(factor: object) -> Fraction:
    """Return a factor within which a law may be asked to hold; raise InputError unless it is an exact number above 1.

    >>> check_factor("1.1")
    Fraction(11, 10)
    """
    allowed = exact(factor, "the factor")
    if allowed <= 1:
        raise InputError(f"the factor must exceed 1; got {abbreviate(allowed)}; try 1.1")
    return allowed


def set_aside(programme: Programme) -> tuple[Programme, tuple[PowerLaw, ...]]:
    """Return a programme without its irreducible terms, and these terms.

    Raises
    ------
    InputError
        If the exponents hold parameters, or no term depends on a resource.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> [term.name for term in set_aside(programme(2 + 1 / t + 1 / N))[1]]
    ['2']
    """
    if programme.loss.whole:
        raise InputError(
            f"the constants of a law need a sum of monomials; got a loss that falls as {programme.loss}; "
            "write it as such terms"
        )
    if programme.parameters:
        raise InputError(
            f"constants need numbers for {abbreviate(programme.parameters)}; give each a value, as with --set alpha=3/2"
        )
    falling, irreducible = programme.reducible()
    if not any(e != 0 for term in falling.loss for _, e in term.exponents):
        raise InputError("the loss must have a term that depends on a resource of the budget; add one, such as t**-1")
    return falling, irreducible


def leading_law(programme: Programme) -> Law:
    """Return the law of the optimum with prefactors.

    Parameters
    ----------
    programme : Programme
        Without parameters; prefactors may hold symbols where the constants have a closed form.

    Returns
    -------
    Law

    Raises
    ------
    InputError
        If the exponents hold parameters, or no term depends on a resource.
    NoBalance
        If there is no optimum, if its constant depends on which of several allocations is taken, or if the budgets
        contradict each other or force a resource below 1.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> law = leading_law(programme(3 / t + 2 / N))  # 3/t + 2/N is least at N t = C where 3/t = 2/N
    >>> law.exponent, law.constant, [share.constant for _, share in law.shares]
    (Fraction(1, 2), 2*sqrt(6), [sqrt(6)/3, sqrt(6)/2])
    """
    require_type(programme, Programme, "what has a law", "make one with programme('1/N + 1/t', 'N*t')")
    falling, irreducible_terms = set_aside(programme)
    reducible = drop_dependent_budgets(falling)
    optimum = reducible.at({})
    constant, shares = find_constants(reducible, optimum)
    irreducible = sum((term.prefactor for term in irreducible_terms), S.Zero)
    return Law(reducible, optimum, constant, tuple(zip(programme.resources, shares, strict=True)), irreducible)


def drop_dependent_budgets(programme: Programme) -> Programme:
    """Return the programme without budgets that follow from others.

    Raises
    ------
    NoBalance
        If a budget that should follow contradicts the others by its prefactor, as N t = C and 2 N t = C do.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> [b.name for b in drop_dependent_budgets(programme(1 / t + 1 / N, (N * t, N**2 * t**2 / (N * t)))).budgets]
    ['N*t']
    """
    rows = read_system(programme, symbolic=True).budgets
    kept: list[int] = []
    for j, row in enumerate(rows):
        # Budget j follows if its exponents are a combination, with weights of sum 1, of those kept.
        width = len(kept)
        columns = [[rows[k][r] for k in kept] + [row[r]] for r in range(len(row))]
        matrix, pivots = row_echelon_form([*columns, [Fraction(1)] * (width + 1)], width + 1)
        if width in pivots:
            kept.append(j)
            continue
        powers = [line[-1] for line in matrix]
        costs = [programme.budgets[k].prefactor for k in kept]
        if simplify(product_of_powers(costs, powers) - programme.budgets[j].prefactor) != 0:
            names = " and ".join(f"{programme.budgets[k].name} = C" for k in (*kept, j))
            raise NoBalance(f"no allocation meets {names}; leave one of these costs out")
    return replace(programme, budgets=tuple(programme.budgets[k] for k in kept))
