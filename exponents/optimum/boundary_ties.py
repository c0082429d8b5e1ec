"""What happens on the boundary of a phase: what ties there, and does a logarithm multiply the law?

A sum of power laws with fixed exponents has an optimum a C^{-r} without logarithms, however many terms tie, because the
shares of the terms in the loss stay bounded.  Logarithms come from the terms.  If term i carries (ln C)^{q_i}, then by
duality (`dominant_balance`) the optimal loss carries (ln C)^q, where q is the largest sum_i y_i q_i over the weights y
that prove the exponent.  On a boundary the weights of both phases prove it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Max, S, Symbol
from sympy.logic.boolalg import Boolean

from ..algebra.piecewise import normal_form, positive_where
from ..algebra.polynomials import Functions, factors
from ..algebra.regions import Boundary
from ..display import Described
from ..errors import InputError
from ..losses.terms import PowerLaw
from ..names import require_type
from ..printing import write
from .phase_diagram import Phase, PhaseDiagram


@dataclass(frozen=True, repr=False)
class Tie(Described):
    """A boundary of a phase diagram, and the reason for it.

    Attributes
    ----------
    boundary : Boundary
    terms : tuple of str
        The terms that balance on it.
    floors : tuple of Symbol
        Resources that reach 1 there: they grow with the budget on one side and not on the other.
    logarithm : Expr or None
        q in L* ~ C^{-r} (ln C)^q on the curve; None if the curve is not solved for a parameter.
    faults : tuple of str
        Why there is no optimum on a side: "infeasible", where no allocation meets the budgets, or "unbounded".

    Examples
    --------
    >>> from exponents import N, beta, boundary_ties, compute_optimum, t
    >>> (tie,) = boundary_ties(compute_optimum(t**-beta + 1 / t, N * t))
    >>> tie.boundary.curve, tie.terms, tie.floors, tie.logarithm
    (Eq(beta, 1), ('1/t', 't**(-beta)'), (), 0)
    """

    boundary: Boundary
    terms: tuple[str, ...]
    floors: tuple[Symbol, ...]
    logarithm: Expr | None
    faults: tuple[str, ...] = ()

    def describe(self) -> str:
        """Return the curve and what ties there."""
        return f"{write(self.boundary.curve, 'plain')}: {', '.join((*self.terms, *map(str, self.floors)))}"


def boundary_ties(diagram: PhaseDiagram) -> tuple[Tie, ...]:
    """Return every boundary of a diagram with what ties on it.

    Parameters
    ----------
    diagram : PhaseDiagram

    Returns
    -------
    tuple of Tie
        In the order of the diagram's boundaries.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> [(tie.boundary.curve, tie.terms) for tie in boundary_ties(compute_optimum(t**-beta + 1 / t, N * t))]
    [(Eq(beta, 1), ('1/t', 't**(-beta)'))]
    """
    require_type(diagram, PhaseDiagram, "the diagram", "make one with compute_optimum('1/N + 1/t', 'N*t')")
    return tuple(_tie(diagram, boundary) for boundary in diagram.boundaries)


def _tie(diagram: PhaseDiagram, boundary: Boundary) -> Tie:
    both = [diagram.phases[i] for i in boundary.phases]
    sides = [side for side in both if not side.fault]
    faults = tuple(dict.fromkeys(side.fault for side in both if side.fault))
    names = [term.name for term in diagram.programme.loss if any(term.name in side.binding for side in sides)]
    growing = [{r for r, share in side.allocation if share != 0} for side in sides] or [set()]
    floors = tuple(r for r in diagram.programme.resources if (r in growing[0]) != (r in growing[-1]))
    return Tie(boundary, tuple(names), floors, _logarithm(diagram, boundary, sides) if sides else S.Zero, faults)


def _logarithm(diagram: PhaseDiagram, boundary: Boundary, sides: list[Phase]) -> Expr | None:
    """Return the largest sum of weights times powers of logarithms over the proofs of both sides."""
    programme = diagram.programme
    powers = {term.name: _power_on(term, boundary, programme.parameters) for term in programme.loss}
    if not any(powers.values()):
        return S.Zero
    if not boundary.curve.lhs.is_Symbol:
        return None
    here = {boundary.curve.lhs: boundary.curve.rhs}
    sums = {
        sum((weight * powers[name] for name, weight in certificate.weights), S.Zero).subs(here).cancel()
        for side in sides
        for certificate in side.certificates
    }
    domain = [side.subs(here) for side in programme.domain]
    rest = tuple(p for p in programme.parameters if p not in here)
    return normal_form(Max(*sums), rest, [side for side in domain if side.free_symbols]).factor()


def _power_on(term: PowerLaw, boundary: Boundary, parameters: tuple[Symbol, ...]) -> Expr:
    """Return the power of the logarithm that the term carries on the curve."""
    functions = Functions(parameters)
    curve = factors(functions.element(boundary.polynomial))
    sides = ((log.power, functions.element(log.where.lhs - log.where.rhs)) for log in term.logarithms)
    return sum((power for power, difference in sides if curve <= factors(difference)), S.Zero)


def assumptions(diagram: PhaseDiagram) -> tuple[tuple[str, Boolean], ...]:
    """Return (name, condition) of each term that was derived under a condition that fails on part of the domain.

    Parameters
    ----------
    diagram : PhaseDiagram

    Returns
    -------
    tuple of (str, Boolean)
        Empty if every assumption holds on the whole domain.

    Raises
    ------
    InputError
        If a condition has a symbol that is not a parameter.

    Examples
    --------
    >>> from exponents import N, alpha, compute_optimum, loss
    >>> assumptions(compute_optimum(loss("lazy"), where=alpha > 0))[0]
    ('model_bottleneck', alpha > 1)
    """
    require_type(diagram, PhaseDiagram, "the diagram", "make one with compute_optimum('1/N + 1/t', 'N*t')")
    programme = diagram.programme
    found = []
    for term in programme.loss:
        for margin in term.assumes:
            if not margin.free_symbols <= set(programme.parameters):
                raise InputError(f"the assumption {margin} > 0 of {term.name} has a symbol that is not a parameter")
            holds = positive_where(margin, programme.parameters, programme.domain)
            if holds != S.true:
                found.append((term.name, holds))
    return tuple(found)
