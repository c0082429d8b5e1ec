"""For all parameters at once: which phases does the compute optimum of a loss have?

The optimum at a point sits on a vertex (`balance`).  As functions of the parameters the vertex stays feasible
and optimal exactly while its slacks and multipliers are non-negative, and the branches of Min, Max and
Piecewise stay as they are while their guards keep sign.  All these are signs of finitely many polynomials.
`phase_diagram` closes that set:

1. cut the parameter space by the polynomials known so far (at first: those of the domain);
2. solve the programme at one exact sample in every cell, and lift its vertices to functions;
3. add the polynomials of their conditions and guards, and repeat until none is new.

Then in every cell each condition keeps the sign it was seen to have at the sample: the solution found is optimal
on all of the cell, not only there.  The cells cover the domain up to curves, on which the statement
holds by continuity.  That is the proof; `proof.py` checks it again from the finished inequalities.

The loop ends, since there are finitely many bases and branches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import TypeVar

from sympy import And, Eq, Expr, Rational, Symbol, latex
from sympy.logic.boolalg import Boolean

from ..algebra.boundaries import rational_corners
from ..algebra.parametric import Point, Pole, choose_branches, describe_point, evaluate, holds
from ..algebra.partition import partition_domain
from ..algebra.polynomials import Functions, Polynomial, RationalFunction, denominators, to_factored_expr
from ..algebra.regions import Boundary, Regions, regions_of
from ..errors import InputError, NoBalance
from ..losses.terms import Loss, PowerLaw
from ..rationals import exact
from .dominant_balance import Lifted, PointOptimum, lift, optimum_at_point
from .simplex import Basis, Vertex

Number = TypeVar("Number", Expr, Fraction, RationalFunction)


@dataclass(frozen=True)
class Programme:
    """A loss, its budgets, and the domain of its parameters, ready to be solved.

    Attributes
    ----------
    loss : Loss
    resources : tuple of Symbol
        What can be allocated: the symbols of the budgets.
    budgets : tuple of PowerLaw
        Monomials that equal the budget; exponents with the sign of growth reversed, as in any `PowerLaw`.
    parameters : tuple of Symbol
        Symbols of the exponents, at most two.
    domain : tuple of Expr
        Functions of the parameters that are positive on the domain.
    free : tuple of Symbol
        Resources that may shrink below 1 as the budget grows, such as a learning rate.
    """

    loss: Loss
    resources: tuple[Symbol, ...]
    budgets: tuple[PowerLaw, ...]
    parameters: tuple[Symbol, ...]
    domain: tuple[Expr, ...]
    free: tuple[Symbol, ...] = ()

    def term_exponents(self) -> list[list[Expr]]:
        """e_i: a row for each term, a column for each resource."""
        return [[term.exponent(r) for r in self.resources] for term in self.loss.terms]

    def budget_exponents(self) -> list[list[Expr]]:
        """c_j: a row for each budget, a column for each resource."""
        return [[-budget.exponent(r) for r in self.resources] for budget in self.budgets]

    def reducible(self) -> tuple[Programme, tuple[PowerLaw, ...]]:
        """The programme without the terms that no resource lowers, and these; itself if it has no others."""
        constant = tuple(term for term in self.loss if not any(e != 0 for _, e in term.exponents))
        kept = tuple(term for term in self.loss if term not in constant)
        return (replace(self, loss=Loss(kept, self.loss.title)), constant) if constant and kept else (self, ())

    def columns(self, row: Sequence[Number]) -> list[Number]:
        """A row over the variables of the linear programme: a free resource r is followed, at the end, by its 1/r."""
        return list(row) + [-value for value, r in zip(row, self.resources, strict=True) if r in self.free]

    def shares(self, variables: Sequence[Number]) -> tuple[Number, ...]:
        """The share of each resource: that of a free one is the difference of its two variables."""
        inverse = dict(
            zip((r for r in self.resources if r in self.free), variables[len(self.resources) :], strict=True)
        )
        plain = zip(self.resources, variables, strict=False)
        return tuple(share - inverse[r] if r in inverse else share for r, share in plain)

    def at(self, point: Point) -> PointOptimum:
        """The optimum at one exact point of the domain.

        Raises
        ------
        InputError
            If the point lies outside the domain.
        """
        outside = [side for side in self.domain if evaluate(side, point) <= 0]
        if outside:
            raise InputError(
                f"the parameters must obey {outside[0]} > 0; got {describe_point(point)}; move the point inside"
            )
        terms = [[evaluate(e, point) for e in row] for row in self.term_exponents()]
        budgets = [[evaluate(c, point) for c in row] for row in self.budget_exponents()]
        names = [r.name for r in self.resources] + [f"1/{r}" for r in self.resources if r in self.free]
        try:
            found = optimum_at_point(
                [self.columns(row) for row in terms],
                [self.columns(row) for row in budgets],
                names,
                [budget.name for budget in self.budgets],
            )
        except NoBalance as error:
            place = f"at {describe_point(point)}, " if point else ""
            raise NoBalance(f"{place}{error}", error.evidence) from error
        vertices = {self.shares(v.allocation): v.basis for v in reversed(found.vertices)}
        return replace(found, vertices=tuple(Vertex(vertices[x], x) for x in sorted(vertices)))


@dataclass(frozen=True)
class Certificate:
    """Why no allocation does better, on a region: weights of the terms and prices of the budgets.

    Attributes
    ----------
    where : Boolean
        The region on which these multipliers prove the phase optimal, as inequalities inside the domain.
    weights : tuple of (str, Expr)
        Non-negative, with sum 1: prod term^weight >= C^{-r} for every allocation, so the largest term is.
    prices : tuple of Expr
        Multiplier of each budget; they sum to the exponent, and with one budget the price is the exponent.
    """

    where: Boolean
    weights: tuple[tuple[str, Expr], ...]
    prices: tuple[Expr, ...]


@dataclass(frozen=True)
class Phase:
    """A region of parameters on which one balance is optimal.

    Attributes
    ----------
    where : Boolean
        The region, as inequalities inside the domain; open, the boundary curves belong to both sides.
    exponent : Expr
        r in L*(C) ~ C^{-r}.
    allocation : tuple of (Symbol, Expr)
        n in resource ~ C^n.  Where the optimum is not unique: that of one vertex, see ``vertices``.
    vertices : tuple of tuples of Expr
        All vertices of the optimal face, in the order of the resources.
    binding : tuple of str
        The terms that balance.
    certificates : tuple of Certificate
        The proof, whose regions tile this one; mostly a single one.
    """

    where: Boolean
    exponent: Expr
    allocation: tuple[tuple[Symbol, Expr], ...]
    vertices: tuple[tuple[Expr, ...], ...]
    binding: tuple[str, ...]
    certificates: tuple[Certificate, ...]


@dataclass(frozen=True)
class PhaseDiagram:
    """All phases of a compute optimum, in order, with the curves between them.

    ``exponent`` and ``allocation(resource)`` are SymPy Piecewise expressions over the whole domain.
    """

    programme: Programme
    phases: tuple[Phase, ...]
    regions: Regions

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """The curves on which phases meet."""
        return self.regions.boundaries

    @property
    def exponent(self) -> Expr:
        """r in L*(C) ~ C^{-r}, over the whole domain."""
        return self.regions.piecewise([phase.exponent for phase in self.phases], self._corners)

    def allocation(self, resource: Symbol) -> Expr:
        """n in resource ~ C^n at the optimum, over the whole domain."""
        if resource not in self.programme.resources:
            raise InputError(f"{resource} is not allocated here; the budget spends {self.programme.resources}")
        return self.regions.piecewise([dict(phase.allocation)[resource] for phase in self.phases], self._corners)

    def at(self, *coordinates: object, **named: object) -> PointOptimum:
        """The optimum at one exact point, given in the order of the parameters or by name."""
        return self.programme.at(self.point(*coordinates, **named))

    def point(self, *coordinates: object, **named: object) -> dict[Symbol, Fraction]:
        """Exact coordinates as a point; raises `InputError` unless each parameter is given once."""
        parameters = self.programme.parameters
        given = dict(zip((p.name for p in parameters), coordinates, strict=False)) | named
        if len(coordinates) + len(named) != len(parameters) or set(given) != {p.name for p in parameters}:
            raise InputError(f"a point needs a value for each of {[p.name for p in parameters]}; got {given}")
        return {p: exact(given[p.name], p.name) for p in parameters}

    def phase_at(self, point: Point) -> int:
        """The position of the phase that ``point`` lies in; on a boundary, of the first phase beside it."""
        optimum = self.programme.at(point)
        first = next(i for i, case in enumerate(self.regions.cases) if holds(case, point))
        order = (first, *range(len(self.phases)))
        return next((i for i in order if self._attains(i, point, optimum.exponent)), first)

    def _attains(self, position: int, point: Point, exponent: Fraction) -> bool:
        """Whether a phase's exponent and allocation are optimal at a point, which may lie outside of it."""
        phase = self.phases[position]
        try:
            shares = {r: evaluate(share, point) for r, share in phase.allocation}
            if evaluate(phase.exponent, point) != exponent:
                return False
        except Pole:
            return False
        falls = (sum(evaluate(e, point) * shares[r] for r, e in term.exponents) for term in self.programme.loss)
        return min(falls) == exponent and all(x >= 0 for r, x in shares.items() if r not in self.programme.free)

    @cached_property
    def _corners(self) -> tuple[tuple[Boolean, int], ...]:
        """Single rational points at which the first closed case that holds is not that of a phase beside the point."""
        found = []
        for point in rational_corners(Functions(self.programme.parameters), self.regions.curves):
            if all(evaluate(side, point) > 0 for side in self.programme.domain):
                claimed = next(i for i, case in enumerate(self.regions.cases) if holds(case, point))
                phase = self.phase_at(point)
                if phase != claimed:
                    here = (Eq(symbol, _rational(value), evaluate=False) for symbol, value in point.items())
                    found.append((And(*here), phase))
        return tuple(found)

    def boundaries_at(self, point: Point) -> tuple[Boundary, ...]:
        """The boundary curves that pass through ``point`` between phases that meet there."""
        best = _rational(self.programme.at(point).exponent)
        here = {s: _rational(v) for s, v in point.items()}
        tied = {i for i, phase in enumerate(self.phases) if phase.exponent.subs(here) == best}
        return tuple(b for b in self.boundaries if evaluate(b.polynomial, point) == 0 and set(b.phases) <= tied)

    def _repr_latex_(self) -> str:
        return f"${latex(self.exponent)}$"


@dataclass(frozen=True, eq=False)
class _Solution:
    """What was found in a cell: the vertices of the optimal face, and the terms that bind on all of it.

    Two are equal that say the same of the optimum, even if different multipliers prove it.
    """

    lifted: tuple[Lifted, ...]
    binding: tuple[int, ...]

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The exponent, the vertices of the face, and the balance."""
        first = self.lifted[0]
        return (first.exponent, frozenset(v.allocation for v in self.lifted), self.binding)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Solution) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def certified_key(self) -> tuple[object, ...]:
        return (*self.key, self.lifted[0].weights, self.lifted[0].prices)


def phase_diagram(programme: Programme) -> PhaseDiagram:
    """The complete, proved phase diagram of a programme.

    Raises
    ------
    InputError
        If the domain is empty, there are more than two parameters, or an exponent is not rational in them.
    NoBalance
        If somewhere in the domain the budgets cannot be met or the loss has no floor.
    """
    parameters = programme.parameters
    if len(parameters) > 2:
        raise InputError(f"at most two parameters can be mapped; got {parameters}; substitute numbers for the others")
    search = _Search(programme, Functions(parameters))
    partition = partition_domain(search.functions, programme.domain, search.solve)
    firsts, regions = regions_of(partition, lambda found: found.key, _divided_by)
    certified: list[_Solution] = firsts
    parts = regions.where
    if len({leaf.found.certified_key for leaf in partition.leaves}) > len(firsts):
        # Some phase needs different multipliers in different parts.
        certified, proofs = regions_of(partition, lambda found: found.certified_key)
        parts = proofs.where
    phases = tuple(
        _phase(
            programme, where, found, [(c, part) for c, part in zip(certified, parts, strict=True) if c.key == found.key]
        )
        for where, found in zip(regions.where, firsts, strict=True)
    )
    return PhaseDiagram(programme, phases, regions)


def _divided_by(found: _Solution) -> frozenset[Polynomial]:
    first = found.lifted[0]
    return denominators((first.exponent, *first.allocation))


class _Search:
    """Solves the programme at samples, remembering the vertices and branches it has lifted."""

    def __init__(self, programme: Programme, functions: Functions) -> None:
        self.programme, self.functions = programme, functions
        self._branches: dict[tuple[Expr, ...], list[RationalFunction]] = {}
        self._lifted: dict[object, Lifted] = {}
        self._solved: dict[tuple[Fraction, ...], tuple[_Solution, tuple[RationalFunction, ...]]] = {}

    def solve(self, sample: Point) -> tuple[_Solution, tuple[RationalFunction, ...]]:
        """The optimum at ``sample`` as functions of the parameters, with all that decides it."""
        key = tuple(sample.values())
        if key not in self._solved:
            self._solved[key] = self._solve(sample)
        return self._solved[key]

    def _solve(self, sample: Point) -> tuple[_Solution, tuple[RationalFunction, ...]]:
        guards: list[Expr] = []
        terms = self._row_elements(self.programme.term_exponents(), sample, guards)
        budgets = self._row_elements(self.programme.budget_exponents(), sample, guards)
        optimum = self.programme.at(sample)
        vertices = (self._lift(v.basis, terms, budgets) for v in optimum.vertices)
        lifted = tuple(replace(v, allocation=self.programme.shares(v.allocation)) for v in vertices)
        deciding = [c for basis in optimum.bases for c in self._lift(basis, terms, budgets).conditions()]
        deciding += [self.functions.element(guard) for guard in guards]
        deciding += [e for row in (*terms, *budgets) for e in row if not e.denom.is_constant()]
        return _Solution(lifted, optimum.binding), tuple(deciding)

    def _row_elements(self, rows: list[list[Expr]], sample: Point, guards: list[Expr]) -> list[list[RationalFunction]]:
        resolved = [tuple(choose_branches(e, sample, guards) for e in row) for row in rows]
        return [self.programme.columns(self._elements(row)) for row in resolved]

    def _elements(self, row: tuple[Expr, ...]) -> list[RationalFunction]:
        if row not in self._branches:
            self._branches[row] = [self.functions.element(e) for e in row]
        return self._branches[row]

    def _lift(self, basis: Basis, terms: list[list[RationalFunction]], budgets: list[list[RationalFunction]]) -> Lifted:
        key = (basis, tuple(map(tuple, terms)), tuple(map(tuple, budgets)))
        if key not in self._lifted:
            self._lifted[key] = lift(basis, terms, budgets, self.functions)
        return self._lifted[key]


def _phase(
    programme: Programme, where: Boolean, found: _Solution, proofs: Sequence[tuple[_Solution, Boolean]]
) -> Phase:
    first, names = found.lifted[0], [term.name for term in programme.loss.terms]
    vertices = tuple(tuple(to_factored_expr(x) for x in vertex.allocation) for vertex in found.lifted)
    certificates = tuple(
        Certificate(
            part,
            tuple((name, to_factored_expr(y)) for name, y in zip(names, proof.lifted[0].weights, strict=True) if y),
            tuple(to_factored_expr(price) for price in proof.lifted[0].prices),
        )
        for proof, part in proofs
    )
    shares = tuple(zip(programme.resources, vertices[0], strict=True))
    binding = tuple(names[i] for i in found.binding)
    return Phase(where, to_factored_expr(first.exponent), shares, vertices, binding, certificates)


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)
