"""The phases of a compute optimum: regions of parameters, each with an exponent, a balance and its proof.

`search.phase_diagram` makes a `PhaseDiagram`; it holds the phases in order and answers questions at single points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib import import_module

from sympy import And, Eq, Expr, Integer, Rational, S, Symbol, latex
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from ..algebra.boundaries import rational_corners
from ..algebra.parametric import Point, Pole, describe_point, evaluate, holds
from ..algebra.polynomials import Functions
from ..algebra.regions import Boundary, Regions
from ..display import Described, Reported
from ..errors import FallsWithoutBound, InputError, NoBalance
from ..printing import write
from ..rationals import abbreviate, exact
from .dominant_balance import PointOptimum
from .escapes import Ascent
from .programme import Programme


@dataclass(frozen=True)
class Certificate:
    """Why no allocation does better, on a region: weights of the terms and prices of the budgets.

    Attributes
    ----------
    where : Boolean
        The region on which these multipliers prove the phase optimal, as inequalities inside the domain.
    weights : tuple of (str, Expr)
        Non-negative, with sum 1: prod term^weight >= C^{-r} for every allocation, hence so is the largest term.
    prices : tuple of Expr
        Multiplier of each budget; they sum to the exponent, and with one budget the price is the exponent.
    ascent : Ascent or None
        Where the loss falls without bound: allocations that prove it.  There are then no weights and no prices.
    """

    where: Boolean
    weights: tuple[tuple[str, Expr], ...]
    prices: tuple[Expr, ...]
    ascent: Ascent | None = None

    def average_exponent(self, programme: Programme, resource: Symbol) -> Expr:
        """Return sum_i w_i e_i: the resource falls with this power in the weighted mean of the terms."""
        return sum((weight * programme.loss[name].exponent(resource) for name, weight in self.weights), S.Zero)

    def price_exponent(self, programme: Programme, resource: Symbol) -> Expr:
        """Return sum_j p_j c_j: the power of the resource in the priced budgets."""
        priced = zip(self.prices, programme.budgets, strict=True)
        return sum((-price * budget.exponent(resource) for price, budget in priced), S.Zero)


@dataclass(frozen=True, repr=False)
class Phase(Described):
    """A region of parameters on which one balance is optimal.

    Attributes
    ----------
    where : Boolean
        The region, as open inequalities inside the domain; on a boundary curve the phases on both sides are optimal.
    exponent : Expr
        r in L*(C) ~ C^{-r}.
    allocation : tuple of (Symbol, Expr)
        n in resource ~ C^n.  If the optimum is not unique, n at one vertex; see ``vertices``.
    vertices : tuple of tuples of Expr
        All vertices of the optimal face, in the order of the resources.
    binding : tuple of str
        The terms that balance.
    certificates : tuple of Certificate
        The proofs, whose regions cover this one; mostly there is one.
    rays : tuple of tuples of Expr
        Directions in which the optimal face has no end: a vertex plus any positive multiple of them is optimal too.
    conflicts : tuple of tuples of str
        Where no allocation meets the budgets: costs and constraints that contradict each other, for each part.  The
        exponent and the shares are then NaN, and there is no vertex.
    growing : tuple of tuples of str
        Where the loss falls without bound: the resources that grow together, for each part.  The exponent is then
        infinite, the shares are NaN, and there is no vertex.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> phase = compute_optimum(t**-beta + 1 / t, N * t).phases[0]
    >>> phase.where, phase.exponent, phase.allocation, phase.binding
    (beta < 1, beta, ((N, 0), (t, 1)), ('t**(-beta)',))
    """

    where: Boolean
    exponent: Expr
    allocation: tuple[tuple[Symbol, Expr], ...]
    vertices: tuple[tuple[Expr, ...], ...]
    binding: tuple[str, ...]
    certificates: tuple[Certificate, ...]
    rays: tuple[tuple[Expr, ...], ...] = ()
    conflicts: tuple[tuple[str, ...], ...] = ()
    growing: tuple[tuple[str, ...], ...] = ()

    @property
    def infeasible(self) -> bool:
        """Whether no allocation meets the budgets here."""
        return bool(self.conflicts)

    @property
    def unbounded(self) -> bool:
        """Whether the loss falls without bound within the budgets here."""
        return bool(self.growing)

    @property
    def fault(self) -> str:
        """Why there is no optimum here, in one word; empty if there is one."""
        return "infeasible" if self.infeasible else "unbounded" if self.unbounded else ""

    @property
    def fault_number(self) -> Expr:
        """0, 1 where the phase is unbounded, or 2 where it is infeasible: a number that cases can hold."""
        return Integer(("", "unbounded", "infeasible").index(self.fault))

    def describe(self) -> str:
        """Return the region, the exponent and the balance."""
        if self.fault:
            return f"{write(self.where, 'plain')}: {self.fault}"
        return f"{write(self.where, 'plain')}: r = {self.exponent}, {', '.join(self.binding)} balance"

    def _repr_latex_(self) -> str:
        found = rf"\text{{{self.fault}}}" if self.fault else f"r = {latex(self.exponent)}"
        return f"${write(self.where, 'latex')}: {found}$"


@dataclass(frozen=True)
class Exceptional:
    """A curve on which the optimum is not that of the regions beside it; see `exceptions`.

    Attributes
    ----------
    curve : Relational
        The curve as an equation, solved for a parameter where it is linear in one.
    diagram : PhaseDiagram
        The optimum on the curve: with one parameter fewer where the curve is solved, and otherwise to be read on the
        curve alone.
    """

    curve: Relational
    diagram: PhaseDiagram


@dataclass(frozen=True)
class Undecided:
    """A curve on which budgets change and for which the diagram states no optimum.

    Attributes
    ----------
    curve : Relational
        The curve as an equation, solved for a parameter where it is linear in one.
    reason : str
        Why there is no optimum there; empty if it was not decided.
    """

    curve: Relational
    reason: str = ""

    def __str__(self) -> str:
        """Return the reason, or what to try."""
        return self.reason or "the optimum there was not decided; give parameters numbers on the curve with --set"


@dataclass(frozen=True, repr=False)
class PhaseDiagram(Reported):
    """All phases of a compute optimum, in order, with the curves between them.

    ``exponent`` and ``allocation(resource)`` are SymPy Piecewise expressions over the whole domain.

    Attributes
    ----------
    programme : Programme
    phases : tuple of Phase
    regions : Regions
        The regions of the phases, as open conditions and as successive cases.
    parts : tuple of PhaseDiagram
        Where the loss is no sum: the diagrams of its branches.
    chosen : tuple of int
        For each phase, the branch whose phase it is.
    exceptions : tuple of Exceptional
        Curves on which budgets coincide, and the optimum there.
    undecided : tuple of Undecided
        Curves on which they change and no optimum is stated; ``exponent`` and ``allocation`` are NaN there.
    complete : bool
        Whether it is proved that the phases cover the domain.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> found = compute_optimum(t**-beta + 1 / t, N * t)
    >>> found.exponent
    Piecewise((beta, beta <= 1), (1, True))
    >>> found.at("1/2").exponent, found.phase_at(found.point(3))
    (Fraction(1, 2), 1)
    """

    programme: Programme
    phases: tuple[Phase, ...]
    regions: Regions
    parts: tuple[PhaseDiagram, ...] = ()
    chosen: tuple[int, ...] = ()
    exceptions: tuple[Exceptional, ...] = ()
    undecided: tuple[Undecided, ...] = ()
    complete: bool = True
    _report = "exponents.reports.diagram:diagram"

    def describe(self) -> str:
        """Return how many phases there are, in which parameters, at which cost."""
        count, named = len(self.phases), ", ".join(p.name for p in self.programme.parameters)
        costs = ", ".join(str(cost.as_expr()) for cost in self.programme.costs)
        return f"{count} phase{'s' * (count > 1)}{f' in {named}' * bool(named)}{f' at C = {costs}' * bool(costs)}"

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """The curves on which phases meet."""
        return self.regions.boundaries

    @property
    def exponent(self) -> Expr:
        """r in L*(C) ~ C^{-r}, over the whole domain."""
        there = [(own.curve, S.NaN) for own in self.undecided]
        there += [*((own.curve, own.diagram.exponent) for own in self.exceptions), *self._isolated]
        return self.regions.piecewise([phase.exponent for phase in self.phases], self._corners, there)

    def allocation(self, resource: Symbol | str) -> Expr:
        """Return n in resource ~ C^n at the optimum, over the whole domain; a resource may be given by its name.

        Raises
        ------
        InputError
            If the budget has no such resource.

        Examples
        --------
        >>> from exponents import N, compute_optimum, t
        >>> compute_optimum(1 / t + 1 / N**2, N * t).allocation("N")
        1/3
        """
        name = str(resource)
        if name not in (known := [r.name for r in self.programme.resources]):
            raise InputError(f"a resource must be one of {', '.join(known)}; got {abbreviate(name)}")
        there = [(own.curve, S.NaN) for own in self.undecided]
        there += [(own.curve, own.diagram.allocation(name)) for own in self.exceptions]
        there += [(here, S.NaN) for here, _ in self._isolated]
        values = [{r.name: share for r, share in phase.allocation}[name] for phase in self.phases]
        return self.regions.piecewise(values, self._corners, there)

    def at(self, *coordinates: object, **named: object) -> PointOptimum:
        """Return the optimum at one exact point, given as for `point`.

        Raises
        ------
        InputError
            If a parameter has no exact value, or the point lies outside the domain.
        """
        return self.programme.at(self.point(*coordinates, **named))

    def point(self, *coordinates: object, **named: object) -> dict[Symbol, Fraction]:
        """Return a point from numbers in the order of the parameters, by name, or as one mapping from parameters.

        Raises
        ------
        InputError
            Unless each parameter is given once, as an exact number.

        Examples
        --------
        >>> from exponents import N, beta, compute_optimum, t
        >>> found = compute_optimum(t**-beta + 1 / N, N * t)
        >>> found.point(0.5) == found.point(beta="1/2") == found.point({beta: 0.5})
        True
        """
        parameters = self.programme.parameters
        if len(coordinates) == 1 and isinstance(coordinates[0], Mapping):
            named, coordinates = {str(key): value for key, value in coordinates[0].items()} | named, ()
        given = dict(zip((p.name for p in parameters), coordinates, strict=False)) | named
        if len(coordinates) + len(named) != len(parameters) or set(given) != {p.name for p in parameters}:
            names = ", ".join(p.name for p in parameters) or "no parameter"
            raise InputError(f"a point needs one value for each of {names}; got {abbreviate(given or 'none')}")
        return {p: exact(given[p.name], p.name) for p in parameters}

    def phase_at(self, *coordinates: object, **named: object) -> int:
        """Return the position of the phase that a point lies in; on a boundary, of the first phase beside it.

        Raises
        ------
        InputError
            If the point is not given as for `point`, or lies outside the domain.
        """
        point = self.point(*coordinates, **named)
        first = next((i for i, case in enumerate(self.regions.cases) if holds(case, point)), None)
        try:
            optimum = self.programme.at(point)
        except NoBalance as error:
            fault = "unbounded" if isinstance(error, FallsWithoutBound) else "infeasible"
            found = [place for place, phase in enumerate(self.phases) if phase.fault == fault]
            if found:
                return found[0]
            raise
        if first is None:
            raise InputError(f"{describe_point(point)} lies in none of the phases that were found; ask at() about it")
        order = (first, *range(len(self.phases)))
        return next((i for i in order if self._attains(i, point, optimum.exponent)), first)

    def _attains(self, position: int, point: Point, exponent: Fraction) -> bool:
        """Return whether a phase's exponent and allocation are optimal at a point, which may lie outside of it."""
        phase = self.phases[position]
        if phase.fault:
            return False
        try:
            shares = {r: evaluate(share, point) for r, share in phase.allocation}
            if evaluate(phase.exponent, point) != exponent:
                return False
        except Pole:
            return False
        terms = self.programme.branches[self.chosen[position]] if self.parts else self.programme.loss
        falls = (sum(evaluate(e, point) * shares[r] for r, e in term.exponents) for term in terms)
        return min(falls) == exponent and all(x >= 0 for r, x in shares.items() if r not in self.programme.free)

    def explain(self) -> Reported:
        """Return the proof as a derivation: for each phase the weights and the weighted mean that no allocation beats.

        Raises
        ------
        Refuted
            If a step of the proof fails.

        Examples
        --------
        >>> from exponents import N, compute_optimum, t
        >>> compute_optimum(1 / t + 1 / N).explain()
        <Derivation: Why each phase is optimal, 2 steps>
        """
        found: Reported = import_module("exponents.derivations.phase_proof").explain_diagram(self)
        return found

    @cached_property
    def _corners(self) -> tuple[tuple[Boolean, int], ...]:
        """Rational points at which the first closed case that holds belongs to a phase that is not beside the point."""
        found = []
        for point in rational_corners(Functions(self.programme.parameters), self.regions.curves):
            try:
                phase = self.phase_at(point)
            except (InputError, NoBalance):  # outside the domain, at a pole, or where the budgets cannot be met
                continue
            claimed = next(i for i, case in enumerate(self.regions.cases) if holds(case, point))
            if phase != claimed:
                here = (Eq(symbol, Rational(value), evaluate=False) for symbol, value in point.items())
                found.append((And(*here), phase))
        return tuple(found)

    @cached_property
    def _isolated(self) -> tuple[tuple[Boolean, Expr], ...]:
        """Rational points at which curves meet, and the exponent there, if there is an optimum at one place only."""
        found: list[tuple[Boolean, Expr]] = []
        functions = Functions(self.programme.parameters)
        for point in rational_corners(functions, self.regions.curves) if self.phases[-1].fault else ():
            cases = zip(self.phases, self.regions.cases, strict=True)
            try:
                claimed = next((phase for phase, case in cases if holds(case, point)), None)
                value: Expr = Rational(self.programme.at(point).exponent)
            except NoBalance as error:
                value = S.Infinity if isinstance(error, FallsWithoutBound) else S.NaN
            except InputError:  # outside the domain, or at a pole
                continue
            if claimed and value is not claimed.exponent and (claimed.fault or not value.is_Rational):
                found.append((And(*(Eq(r, Rational(x), evaluate=False) for r, x in point.items())), value))
        return tuple(found)

    def boundaries_at(self, point: Point) -> tuple[Boundary, ...]:
        """Return the boundary curves through ``point`` between phases that meet there."""
        best = Rational(self.programme.at(point).exponent)
        here = {s: Rational(v) for s, v in point.items()}
        tied = {i for i, phase in enumerate(self.phases) if phase.fault or phase.exponent.subs(here) == best}
        return tuple(b for b in self.boundaries if evaluate(b.polynomial, point) == 0 and set(b.phases) <= tied)
