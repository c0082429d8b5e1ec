"""A programme at one point, in numbers: exponents as rationals, prefactors as exact expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import mpmath
from mpmath import mp, mpf
from sympy import Expr, Symbol

from ..algebra.parametric import evaluate
from ..errors import InputError
from ..losses.terms import PowerLaw
from ..optimum.programme import Programme
from ..rationals import abbreviate
from ..symbols import C
from .geometric_programme import PRECISION, Minimum, minimise, number


@dataclass(frozen=True)
class System:
    """Minimise sum_i p_i prod_r r^{-e_ir} where k_j prod_r r^{c_jr} = C for each budget j.

    Attributes
    ----------
    terms, budgets : list of rows of Fraction
        e_i and c_j, one column for each resource.
    prefactors, costs : list of Expr
        p_i and k_j.
    floored : list of int
        Resources that may not fall below 1.
    names : sequence of str, optional
        The resources' names, for messages.
    """

    terms: list[list[Fraction]]
    budgets: list[list[Fraction]]
    prefactors: list[Expr]
    costs: list[Expr]
    floored: list[int]
    names: Sequence[str] = ()

    @property
    def width(self) -> int:
        """The number of resources."""
        return len(self.terms[0])

    def restrict(self, kept: Sequence[int]) -> System:
        """Return the system with some of the terms only."""
        return replace(self, terms=[self.terms[i] for i in kept], prefactors=[self.prefactors[i] for i in kept])

    def log_prefactors(self) -> list[mpf]:
        """Return ln p_i at the working precision."""
        return [mpmath.log(number(p)) for p in self.prefactors]

    def log_budgets(self, spent: Fraction) -> list[mpf]:
        """Return ln (C / k_j) for a budget C, ``spent``, at the working precision."""
        return [mpmath.log(number(spent) / number(k)) for k in self.costs]

    def minimise(self, spent: Fraction, floors: Sequence[int]) -> Minimum:
        """Minimise the loss at a budget C, ``spent``; see `geometric_programme.minimise`."""
        with mp.workdps(PRECISION):
            fronts, sizes = self.log_prefactors(), self.log_budgets(spent)
        return minimise(fronts, self.terms, self.budgets, sizes, floors, self.names)


def read_system(programme: Programme, symbolic: bool = False) -> System:
    """Return a programme without parameters as a `System`.

    Raises
    ------
    InputError
        If a prefactor is not a number, unless ``symbolic`` allows that.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> read_system(programme(3 / t + 2 / N)).prefactors
    [2, 3]
    """
    if not symbolic:
        for monomial in (*programme.loss, *programme.budgets):
            check_prefactor(monomial)
    return System(
        [[evaluate(e, {}) for e in row] for row in programme.term_exponents()],
        [[evaluate(c, {}) for c in row] for row in programme.budget_exponents()],
        [term.prefactor for term in programme.loss],
        [budget.prefactor for budget in programme.budgets],
        [i for i, r in enumerate(programme.resources) if r not in programme.free and not _is_budget(r, programme)],
        [r.name for r in programme.resources],
    )


def _is_budget(resource: Symbol, programme: Programme) -> bool:
    """Return whether a resource is C itself, which constraints bring in: it may be any number."""
    return resource == C and bool(programme.constraints)


def check_prefactor(monomial: PowerLaw) -> None:
    """Raise InputError unless the prefactor of a monomial is a number.

    >>> from exponents import N, eta
    >>> check_prefactor(PowerLaw.from_expr(eta / N, [N]))
    Traceback (most recent call last):
    exponents.errors.InputError: a prefactor must be a number here; got eta in eta/N; ...
    """
    if not monomial.prefactor.is_number:
        raise InputError(
            f"a prefactor must be a number here; got {abbreviate(monomial.prefactor)} in {abbreviate(monomial.name)}; "
            "give a number, or a cost to what should be a resource"
        )
