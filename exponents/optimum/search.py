"""For all parameters at once: which phases does the compute optimum of a loss have?

The optimum at a point sits on a vertex (`dominant_balance`).  As a function of the parameters the vertex stays feasible
and optimal exactly while its slacks and multipliers are non-negative, and the branches of Min, Max and Piecewise stay
the same while their guards keep their signs.  All these are signs of finitely many polynomials.  `phase_diagram` finds
them all:

1. cut the parameter space by the polynomials known so far (at first: those of the domain);
2. solve the programme at one exact sample in every cell, and lift its vertices to functions;
3. add the polynomials of their conditions and guards, and repeat until none is new.

Then in every cell each condition keeps the sign that it has at the sample, so the solution is optimal on all of the
cell.  The cells cover the domain up to curves, on which the statement holds by continuity.  That is the proof; `proof`
checks it again from the finished inequalities.  The loop ends, since there are finitely many bases and branches.

Map: `compute_optimum` takes a loss, `phase_diagram` a programme; `_Search.solve` is step 2, `partition_domain` the
loop, `regions_of` writes the cells as inequalities, `_make_phase` one phase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Expr, Max, Min, Piecewise, S, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from ..algebra.covered_regions import write_regions
from ..algebra.covering import Covering, cover_domain
from ..algebra.parametric import Point, choose_branches, evaluate
from ..algebra.partition import Partition, partition_domain
from ..algebra.polynomials import Functions, Polynomial, RationalFunction, denominators, to_factored_expr
from ..algebra.smt import complete_covering
from ..algebra.work_limit import WORK, one_problem
from ..errors import FallsWithoutBound, NoBalance
from ..losses.arguments import speaking_python
from ..losses.terms import Loss
from .branches import join_branches
from .contradictions import Contradiction, lift_contradiction
from .dominant_balance import Lifted, lift
from .escapes import Ascent, Escape, lift_escape
from .exceptions import find_exceptions
from .phase_diagram import Certificate, Phase, PhaseDiagram
from .programme import COST, Programme, programme
from .simplex import Basis

WRITING = WORK * 2 // 5
"""Units of work that are kept for writing the regions."""


def compute_optimum(
    loss: Loss | Expr | str,
    cost: Expr | str | Sequence[Expr | str] = COST,
    where: Boolean | str | Sequence[Boolean | str] = (),
    parameters: Sequence[Symbol] | None = None,
    free: Sequence[Symbol | str] = (),
    subject_to: Relational | str | Sequence[Relational | str] = (),
    resources: Sequence[Symbol | str] = (),
) -> PhaseDiagram:
    """Return the compute optimum of a sum of power laws, for all values of its parameters.

    Parameters
    ----------
    loss : Loss or Expr
        A sum of monomials in the resources.  Their exponents are rational functions, or Min, Max, Piecewise of such, of
        parameters.
    cost : Expr or sequence of Expr
        The budget, a monomial.  Its symbols are the resources; all other symbols are held fixed.  Several budgets are
        all met at once.
    where : inequalities, optional
        The domain of the parameters, taken as open.  The sign that a symbol was declared with counts too.
    parameters : sequence of Symbol, optional
        Order of the parameters: conditions are solved for the last.  Default: by name.
    free : sequence of Symbol, optional
        Resources that may also shrink as the budget grows, such as a learning rate; they need not be in a budget.
        All others are at least 1.
    subject_to, resources
        Constraints between resources, and resources that no cost names, as for `programme`.

    Notes
    -----
    Each of these may be a text, as on the command line: ``compute_optimum("N**-q + 1/D", "6*N*D", "q > 0")``.  A text
    is never executed.

    Returns
    -------
    PhaseDiagram
        ``.exponent`` is r in L*(C) ~ C^{-r}, ``.allocation(N)`` is n in N ~ C^n, ``.phases`` the regions and balances.

    Raises
    ------
    InputError
        If a term is not a monomial, or the domain is empty.
    NoBalance
        If there is an optimum nowhere: a budget cannot be met, or the loss falls without bound within it.

    Examples
    --------
    >>> from exponents import N, alpha, beta, t
    >>> found = compute_optimum(t**-beta + N**-alpha, N * t)
    >>> found.exponent, found.allocation(N)
    (alpha*beta/(alpha + beta), beta/(alpha + beta))
    """
    with speaking_python():
        return phase_diagram(programme(loss, cost, where, parameters, free, subject_to, resources))


@dataclass(frozen=True, eq=False)
class _Solution:
    """The optimum in a cell: vertices and rays of the optimal face, and the terms that bind on all of it.

    Two solutions are equal if exponent, face and balance are, even if different multipliers prove them.
    """

    lifted: tuple[Lifted, ...]
    rays: tuple[tuple[RationalFunction, ...], ...]
    binding: tuple[int, ...]

    @cached_property
    def key(self) -> tuple[object, ...]:
        """The exponent, vertices and rays of the face, and the balance."""
        first = self.lifted[0]
        return (first.exponent, frozenset(v.allocation for v in self.lifted), frozenset(self.rays), self.binding)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Solution) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    @property
    def certified_key(self) -> tuple[object, ...]:
        return (*self.key, self.lifted[0].weights, self.lifted[0].prices)


Outcome = _Solution | Contradiction | Escape
"""What is found in a cell: an optimum, or why there is none."""

Elements = tuple[tuple[RationalFunction, ...], ...]
"""Exponents as functions of the parameters: a row for each term or budget."""


def phase_diagram(programme: Programme) -> PhaseDiagram:
    """Return the complete, proved phase diagram of a programme.

    Raises
    ------
    InputError
        If the domain is empty, or an exponent is not rational in the parameters.
    NoBalance
        If there is an optimum nowhere in the domain: the budgets cannot be met, or the loss falls without bound.

    Examples
    --------
    >>> from exponents import N, beta, t
    >>> [phase.where for phase in phase_diagram(programme(t**-beta + 1 / t, N * t)).phases]
    [beta < 1, beta > 1]
    """
    with one_problem():
        return _find_phases(programme)


def _find_phases(programme: Programme) -> PhaseDiagram:
    if programme.branches:
        joined = join_branches(programme, tuple(map(phase_diagram, programme.split())))
        return _with_exceptions(joined)
    search = _Search(programme, Functions(programme.parameters))
    partition = search.divide()
    if not any(isinstance(leaf.found, _Solution) for leaf in partition.leaves):
        unbounded = [leaf for leaf in partition.leaves if isinstance(leaf.found, Escape)]
        programme.at((unbounded or partition.leaves)[0].sample)  # raises NoBalance, with the reason
    firsts, regions = write_regions(partition, lambda found: found.key, _denominators, _rank)
    proofs: dict[object, set[object]] = {}
    for leaf in partition.leaves:
        proofs.setdefault(leaf.found.key, set()).add(leaf.found.certified_key)
    several = {key for key, own in proofs.items() if len(own) > 1}
    certified = [(found, where) for found, where in zip(firsts, regions.where, strict=True) if found.key not in several]
    if several:  # phases that need different multipliers in different parts
        parts, own = write_regions(
            partition, lambda found: found.certified_key, is_wanted=lambda found: found.key in several
        )
        certified += zip(parts, own.where, strict=True)
    phases = tuple(
        _make_phase(programme, where, found, [proof for proof in certified if proof[0].key == found.key])
        for where, found in zip(regions.where, firsts, strict=True)
    )
    found = PhaseDiagram(programme, phases, regions, complete=isinstance(partition, Partition) or partition.complete)
    return _with_exceptions(found)


def _with_exceptions(diagram: PhaseDiagram) -> PhaseDiagram:
    exceptions, undecided = find_exceptions(diagram, phase_diagram)
    return replace(diagram, exceptions=exceptions, undecided=undecided)


def _rank(found: Outcome) -> int:
    """Return the place of a phase: unbounded and infeasible ones come last, so that curves belong to others."""
    return (_Solution, Escape, Contradiction).index(type(found))


def _denominators(found: Outcome) -> frozenset[Polynomial]:
    if not isinstance(found, _Solution):
        return frozenset()
    first = found.lifted[0]
    return denominators((first.exponent, *first.allocation))


class _Search:
    """Solves the programme at samples, and remembers the vertices that it has lifted."""

    def __init__(self, programme: Programme, functions: Functions) -> None:
        self.programme, self.functions = programme, functions
        self._lifted: dict[object, Lifted] = {}
        self._written = (programme.term_exponents(), programme.budget_exponents())
        self._plain: dict[int, Elements] = {}

    def divide(self) -> Partition[Outcome] | Covering[Outcome]:
        """Divide the domain by the optimum; beyond two parameters the parts may be incomplete."""
        if len(self.programme.parameters) <= 2:
            return partition_domain(self.functions, self.programme.domain, self.solve)
        found = cover_domain(self.functions, self.programme.domain, self.solve, kept=WRITING)
        return complete_covering(found, self.solve)

    def solve(self, sample: Point) -> tuple[Outcome, tuple[RationalFunction, ...]]:
        """Return the optimum at ``sample`` as functions of the parameters, and the functions whose signs decide it."""
        guards: list[Expr] = []
        terms, budgets = (self._row_elements(rows, sample, guards) for rows in self._written)
        poles = [e for row in (*terms, *budgets) for e in row if not e.denom.is_constant()]
        try:
            optimum = self.programme.at(sample, self.functions.work)
        except NoBalance as error:
            if not sample:
                raise
            deciding = [*map(self.functions.element, guards), *poles]
            if isinstance(error, FallsWithoutBound):
                return self._escape(sample, terms, budgets, deciding)
            return self._contradict(sample, budgets, deciding)
        lifted = tuple(self._lift(v.basis, terms, budgets) for v in optimum.vertices)
        starts = [(self._lift(ray.basis, terms, budgets), ray) for ray in optimum.rays]
        # A multiplier that vanishes at the sample alone is a condition, and the sample is taken again.
        starts = [(start, ray) for start, ray in starts if ray.position in start.edges]
        rays = tuple(dict.fromkeys(start.follow(ray) for start, ray in starts))
        bases = optimum.bases if sample else ()  # without parameters nothing is left to decide
        conditions = [c for basis in bases for c in self._lift(basis, terms, budgets).conditions]
        conditions += [rate for start, ray in starts for rate in start.rates[ray.position]]
        conditions += [self.functions.element(guard) for guard in guards]
        return _Solution(lifted, rays, optimum.binding), (*conditions, *poles)

    def _escape(
        self,
        sample: Point,
        terms: Elements,
        budgets: Elements,
        deciding: list[RationalFunction],
    ) -> tuple[Escape, tuple[RationalFunction, ...]]:
        own_terms, own_budgets = ([[evaluate(e, sample) for e in row] for row in part] for part in self._written)
        free = self.programme.free_positions
        found = lift_escape((own_terms, own_budgets), terms, budgets, self.functions, free)
        return found, (*deciding, *found.deciding)

    def _contradict(
        self, sample: Point, budgets: Elements, deciding: list[RationalFunction]
    ) -> tuple[Contradiction, tuple[RationalFunction, ...]]:
        values = [[evaluate(c, sample) for c in row] for row in self._written[1]]
        found = lift_contradiction(values, budgets, self.functions, self.programme.free_positions)
        return found, (*deciding, *found.columns, *found.prices)

    def _row_elements(self, rows: list[list[Expr]], sample: Point, guards: list[Expr]) -> Elements:
        if id(rows) in self._plain:
            return self._plain[id(rows)]
        before = len(guards)
        found = tuple(tuple(self.functions.element(choose_branches(e, sample, guards)) for e in row) for row in rows)
        if len(guards) == before and not any(e.has(Min, Max, Piecewise) for row in rows for e in row):
            self._plain[id(rows)] = found
        return found

    def _lift(self, basis: Basis, terms: Elements, budgets: Elements) -> Lifted:
        plain = len(self._plain) == len(self._written)
        key = basis if plain else (basis, terms, budgets)
        if key not in self._lifted:
            self._lifted[key] = lift(basis, terms, budgets, self.functions, self.programme.free_positions)
        return self._lifted[key]


def _make_phase(
    programme: Programme, where: Boolean, found: Outcome, proofs: Sequence[tuple[Outcome, Boolean]]
) -> Phase:
    if isinstance(found, Contradiction):
        return _make_infeasible(programme, where, proofs)
    if isinstance(found, Escape):
        return _make_unbounded(programme, where, proofs)
    first, names = found.lifted[0], [term.name for term in programme.loss.terms]
    vertices = tuple(tuple(to_factored_expr(x) for x in vertex.allocation) for vertex in found.lifted)
    rays = tuple(tuple(to_factored_expr(rate) for rate in ray) for ray in found.rays)
    certificates = tuple(
        Certificate(
            part,
            tuple((name, to_factored_expr(y)) for name, y in zip(names, proof.lifted[0].weights, strict=True) if y),
            tuple(to_factored_expr(price) for price in proof.lifted[0].prices),
        )
        for proof, part in proofs
        if isinstance(proof, _Solution)
    )
    shares = tuple(zip(programme.resources, vertices[0], strict=True))
    binding = tuple(names[i] for i in found.binding)
    return Phase(where, to_factored_expr(first.exponent), shares, vertices, binding, certificates, rays)


def _make_unbounded(programme: Programme, where: Boolean, proofs: Sequence[tuple[Outcome, Boolean]]) -> Phase:
    escapes = [(proof, part) for proof, part in proofs if isinstance(proof, Escape)]
    ascents = [
        Ascent(
            tuple(map(to_factored_expr, e.start)), tuple(map(to_factored_expr, e.direction)), to_factored_expr(e.rate)
        )
        for e, _ in escapes
    ]
    certificates = tuple(Certificate(p, (), (), own) for own, (_, p) in zip(ascents, escapes, strict=True))
    moved = [[(r, rate) for r, rate in zip(programme.resources, own.direction, strict=True) if rate] for own in ascents]
    visible = [[own for own in pairs if own[0] in programme.visible] or pairs for pairs in moved]
    growing = dict.fromkeys(tuple(r.name for r, _ in pairs) for pairs in visible)
    shares = tuple((r, S.NaN) for r in programme.resources)
    return Phase(where, S.Infinity, shares, (), (), certificates, growing=tuple(growing))


def _make_infeasible(programme: Programme, where: Boolean, proofs: Sequence[tuple[Outcome, Boolean]]) -> Phase:
    names = programme.describe_budgets()
    contradictions = [(proof, part) for proof, part in proofs if isinstance(proof, Contradiction)]
    certificates = tuple(Certificate(part, (), tuple(map(to_factored_expr, c.prices))) for c, part in contradictions)
    conflicts = dict.fromkeys(tuple(names[j] for j in c.budgets if names[j]) for c, _ in contradictions)
    shares = tuple((r, S.NaN) for r in programme.resources)
    return Phase(where, S.NaN, shares, (), (), certificates, conflicts=tuple(conflicts))
