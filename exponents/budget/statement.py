"""How does a programme, with all its constants, become a problem for the search over branches?

`state_problem` takes resources to variables, costs and equations to equations, constraints and sums to bounds, and the
loss to whatever `lifting` makes of it.  C is a number for a plan, and one more variable where the least budget is asked
for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import arb, ctx
from sympy import Dummy, Expr, S, Symbol

from ..algebra.parametric import evaluate
from ..errors import InputError
from ..losses.terms import PowerLaw
from ..optimum.programme import Programme
from ..rationals import abbreviate
from ..symbols import C
from .lifting import Lifting, log_of
from .posynomials import Monomial, Posynomial
from .weight_certificate import BITS


@dataclass(frozen=True)
class Statement:
    """A programme in variables; the budget is the last one.

    Attributes
    ----------
    lifted : Lifting
        The variables, and the bounds and choices of the loss.
    loss : sequence of Monomial
        What adds up to the loss above its irreducible part.
    bounds : tuple of sequences of Monomial
        Floors, constraints and sums.
    equations : tuple of Monomial
        Costs, and constraints that are equations.
    irreducible : tuple of Expr
        The parts of the loss that no resource lowers.
    resources : tuple of Symbol
        The first variables, in order.
    """

    lifted: Lifting
    loss: Posynomial
    bounds: tuple[Posynomial, ...]
    equations: tuple[Monomial, ...]
    irreducible: tuple[Expr, ...]
    resources: tuple[Symbol, ...]

    @property
    def budget(self) -> Monomial:
        """C."""
        return Monomial(arb(0), {len(self.resources): Fraction(1)})


def state_problem(programme: Programme) -> Statement:
    """Return a programme in variables.

    Raises
    ------
    InputError
        If exponents hold parameters, or a prefactor is not a positive number.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> stated = state_problem(programme(1 / t + 1 / N + 2, 6 * N * t + N))
    >>> stated.resources, stated.irreducible, len(stated.bounds), len(stated.equations)
    ((N, t), (2,), 3, 0)
    """
    if programme.parameters:
        raise InputError(
            f"constants need numbers for {abbreviate(programme.parameters)}; give each a value, as with --set alpha=3/2"
        )
    visible, slacks = programme.visible, {own.budget: own for own in programme.constraints}
    budget = Dummy("C") if C in visible else C
    lifted = Lifting.of([*visible, budget])
    falling, irreducible = _split_loss(programme)
    with ctx.workprec(BITS):
        spent = Monomial(arb(0), {len(visible): Fraction(1)})
        bounds: list[Posynomial] = [[lifted.monomial(1 / r)] for r in visible if r not in programme.free]
        equations: list[Monomial] = []
        totals: dict[Expr, None] = {}
        for row in programme.budgets:
            constraint = slacks.get(row)
            if constraint is None:
                if row in programme.costs:
                    equations.append(_read_row(row, lifted, ()) / spent)
            elif constraint.total is not None:
                totals[constraint.total] = None
            elif constraint.slack is None:
                equations.append(_read_row(row, lifted, ()) / spent)
            else:
                bounds.append([spent / _read_row(row, lifted, (constraint.slack,))])
        bounds += [[term / spent for term in lifted.bound_above(total)] for total in totals]
        loss = [term for part in falling for term in lifted.bound_above(part)]
    return Statement(lifted, loss, tuple(bounds), tuple(equations), irreducible, visible)


def _split_loss(programme: Programme) -> tuple[list[Expr], tuple[Expr, ...]]:
    """Return the parts of the loss that depend on a resource, and the others."""
    resources = set(programme.visible)
    parts = [part for _, part in programme.loss.parts]
    falling = [part for part in parts if part.free_symbols & resources]
    if not falling:
        raise InputError("the loss must have a term that depends on a resource of the budget; add one, such as t**-1")
    irreducible = tuple(part for part in parts if not part.free_symbols & resources)
    for part in irreducible:
        log_of(part)  # raises unless it is a positive number
    return falling, irreducible


def _read_row(row: PowerLaw, lifted: Lifting, hidden: Iterable[Symbol]) -> Monomial:
    """Return the monomial of a budget, without slacks."""
    left = set(hidden)
    powers = {lifted.positions[r]: -evaluate(e, {}) for r, e in row.exponents if r not in left and e != S.Zero}
    return Monomial(log_of(row.prefactor), powers)


def log_number(value: Fraction) -> arb:
    """Return ln of a positive rational as a ball.

    >>> log_number(Fraction(1))
    0
    """
    return arb(value.numerator).log() - arb(value.denominator).log()


def positions_of(resources: Sequence[Symbol], chosen: Iterable[Symbol]) -> tuple[int, ...]:
    """Return the places of some resources among all.

    >>> from exponents import N, t
    >>> positions_of([N, t], [t])
    (1,)
    """
    return tuple(resources.index(r) for r in chosen)
