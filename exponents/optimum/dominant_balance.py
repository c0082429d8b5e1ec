"""At one point: which allocation of resources makes a sum of power laws fall fastest?

Write each resource as a power of the budget, r = C^{x_r} with x_r >= 0.  The term prod r^{-e_r} falls as C^{-e.x}, and
the sum falls as its slowest term does.  So the compute optimum is a linear programme,

    maximise z   subject to   e_i.x >= z for each term i,   c_j.x = 1 for each budget j,   x >= 0,

solved exactly over the rationals (`simplex`).  The optimal basis says which constraints are tight: terms that balance,
and resources at their floor.  These are a square linear system.  Solved over the field of rational functions (`lift`),
it gives the optimum as a function of the parameters, with the dual multipliers that prove it.

Duality is the proof a reader can check by hand: the multipliers y_i are weights with sum 1, and the weighted
geometric mean of the terms, prod_i term_i^{y_i}, is at least C^{-z} for every allocation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ..algebra.polynomials import Functions, RationalFunction
from ..algebra.work_limit import WorkLimit
from ..errors import NoBalance
from .simplex import Basis, Row, Tableau, Unbounded, Vertex


@dataclass(frozen=True)
class PointOptimum:
    """The optimum of a programme at one exact point.

    Attributes
    ----------
    exponent : Fraction
        z: the optimal loss falls as C^{-z}.
    vertices : tuple of Vertex
        All vertices of the optimal face; one where the optimum is unique.
    binding : tuple of int
        Terms that are tight on the whole face.
    bases : tuple of Basis
        Bases that prove it: one alone if its multipliers are all positive, since then no other allocation is optimal;
        else every optimal basis.
    """

    exponent: Fraction
    vertices: tuple[Vertex, ...]
    binding: tuple[int, ...]
    bases: tuple[Basis, ...]


def optimum_at_point(
    terms: Sequence[Row],
    budgets: Sequence[Row],
    names: Sequence[str],
    costs: Sequence[str] = (),
    work: WorkLimit | None = None,
) -> PointOptimum:
    """Solve the programme exactly at one point.

    Parameters
    ----------
    terms : sequence of rows of Fraction
        e_i: one row for each term, one column for each resource.
    budgets : sequence of rows of Fraction
        c_j, over the same resources.
    names : sequence of str
        The resources' names, for messages.
    costs : sequence of str, optional
        The budgets' names, for messages.
    work : WorkLimit, optional
        What may be spent; by default, the work of one problem.

    Raises
    ------
    NoBalance
        If no allocation meets the budgets, or the loss falls without bound.
    TooMuchWork
        If the optimum has too many proofs to list.

    Examples
    --------
    >>> one, zero = Fraction(1), Fraction(0)
    >>> found = optimum_at_point([[one, zero], [zero, one]], [[one, one]], ["N", "t"])  # 1/N + 1/t at N t = C
    >>> found.exponent, found.binding
    (Fraction(1, 2), (0, 1))
    """
    tableau = Tableau(terms, budgets, work)
    if not tableau.find_feasible():
        conflict = _find_conflict(terms, budgets)
        listed = " and ".join(costs[j] for j in conflict if costs[j]) if costs else "the budgets"
        raise NoBalance(
            f"no allocation meets {listed} with all resources at least 1; change that cost, or free a resource",
            "budget",
        )
    try:
        tableau.solve()
    except Unbounded as error:
        growing = [names[r] for r in tableau.find_growing(error.column)]
        listed = " and ".join(growing)
        ending = f" grows; give {listed} a cost" if len(growing) == 1 else " grow together; give one of them a cost"
        raise NoBalance(f"the loss falls without bound as {listed}{ending} of its own", listed) from error
    vertices, bases, loosened = _explore_face(tableau)
    exponent = min(_fall_exponent(row, vertices[0]) for row in terms)
    tight = (i for i, row in enumerate(terms) if all(_fall_exponent(row, vertex) == exponent for vertex in vertices))
    return PointOptimum(exponent, vertices, tuple(i for i in tight if i not in loosened), bases)


def _find_conflict(terms: Sequence[Row], budgets: Sequence[Row]) -> tuple[int, ...]:
    """Return few budgets that cannot be met together, none of them superfluous."""
    kept = list(range(len(budgets)))
    for j in range(len(budgets)):
        fewer = [k for k in kept if k != j]
        if fewer and not Tableau(terms, [budgets[k] for k in fewer]).find_feasible():
            kept = fewer
    return tuple(kept)


def _fall_exponent(row: Row, vertex: Vertex) -> Fraction:
    """Return r: a term falls as C^{-r} at a vertex."""
    return sum((e * x for e, x in zip(row, vertex.allocation, strict=True)), Fraction(0))


def _explore_face(tableau: Tableau) -> tuple[tuple[Vertex, ...], tuple[Basis, ...], set[int]]:
    """Return vertices and bases of the optimal face, and the terms that loosen along its unbounded edges.

    Pivots that leave the objective alone lead from basis to basis.
    """
    found: dict[tuple[Fraction, ...], Vertex] = {}
    loosened: set[int] = set()
    bases: set[Basis] = set()
    seen, waiting = {frozenset(tableau.rows)}, [frozenset(tableau.rows)]
    while waiting:
        tableau.go_to(waiting.pop())
        here = tableau.vertex()
        free = tableau.free_columns()
        if not free:  # every multiplier is positive: the vertex is the only optimum
            return (here,), (here.basis,), set()
        bases.add(here.basis)
        found.setdefault(here.allocation, here)
        for column in free:
            leaving = tableau.leaving_candidates(column)
            if not leaving:
                loosened |= tableau.find_loosened(column)
            # Only the sets of basic variables are kept: a tableau for each would fill the memory.
            beyond = {frozenset(tableau.rows) - {basic} | {column} for basic in leaving} - seen
            seen |= beyond
            waiting += beyond
    return tuple(found[allocation] for allocation in sorted(found)), tuple(sorted(bases)), loosened


@dataclass(frozen=True)
class Lifted:
    """A vertex as a function of the parameters, with the multipliers that prove it optimal.

    Attributes
    ----------
    exponent : RationalFunction
        z.
    allocation : tuple of RationalFunction
        x_r for each resource.
    slacks : tuple of RationalFunction
        e_i.x - z for each term; zero on tight ones, and non-negative where the vertex is feasible.
    weights : tuple of RationalFunction
        y_i for each term, zero outside the basis; non-negative where the vertex is optimal.
    floors : tuple of RationalFunction
        Multiplier of x_r >= 0 for each resource; non-negative where the vertex is optimal.
    prices : tuple of RationalFunction
        Multiplier of each budget; they sum to the exponent.
    edges : tuple of RationalFunction
        Where a multiplier vanishes identically its constraint may loosen without loss; these are the rates at which
        other constraints that are tight by degeneracy then change, constants aside.  Their signs decide how far the
        face reaches.
    overspent : tuple of RationalFunction
        c_j.x - 1 for each budget that follows from the others at the sample; zero if it follows everywhere.
    """

    exponent: RationalFunction
    allocation: tuple[RationalFunction, ...]
    slacks: tuple[RationalFunction, ...]
    weights: tuple[RationalFunction, ...]
    floors: tuple[RationalFunction, ...]
    prices: tuple[RationalFunction, ...]
    edges: tuple[RationalFunction, ...]
    overspent: tuple[RationalFunction, ...]

    def conditions(self) -> tuple[RationalFunction, ...]:
        """Return all functions whose signs decide that the vertex is feasible and optimal, and where its face ends."""
        return (*self.slacks, *self.allocation, *self.weights, *self.floors, *self.edges, *self.overspent)


def lift(
    basis: Basis,
    terms: Sequence[Sequence[RationalFunction]],
    budgets: Sequence[Sequence[RationalFunction]],
    functions: Functions,
) -> Lifted:
    """Return the vertex with this basis as exact functions of the parameters, primal and dual.

    Rows of the square matrix M: (e_i, -1) for tight terms, unit vectors for floors, (c_j, 0) for budgets.  The vertex
    is M^{-1} applied to the right-hand side; the multipliers are the last row of M^{-1}.

    Parameters
    ----------
    basis : Basis
    terms, budgets : sequences of rows of RationalFunction
        e_i and c_j, one column for each resource.
    functions : Functions
        The field of the parameters.

    Raises
    ------
    NoBalance
        If the tight constraints do not determine a vertex.

    Examples
    --------
    >>> from exponents import alpha
    >>> field = Functions((alpha,))
    >>> a, one, zero = field.element(alpha), field.one, field.zero
    >>> lift(Basis((0, 1), (), (0,)), [[a, zero], [zero, one]], [[one, one]], field).exponent  # N^-a + 1/t, N t = C
    alpha/(alpha + 1)
    """
    zero, one = functions.zero, functions.one
    resources = range(len(terms[0]))
    # The equations M (x, z) = (0, 0, 1).
    unit = [[one if c == r else zero for c in (*resources, -1)] for r in basis.floors]
    kept = [budgets[j] for j in basis.budgets]
    matrix = [*([*terms[i], -one] for i in basis.terms), *unit, *([*budget, zero] for budget in kept)]
    try:
        inverse = functions.inverse(matrix)
    except ZeroDivisionError as error:
        raise NoBalance(f"the tight constraints {basis} do not determine an allocation", str(basis)) from error
    first_budget = len(matrix) - len(kept)
    *allocation, exponent = (sum(row[first_budget:], zero) for row in inverse)

    def slack(row: Sequence[RationalFunction], x: Sequence[RationalFunction], z: RationalFunction) -> RationalFunction:
        return sum((e * share for e, share in zip(row, x, strict=True)), zero) - z

    # The multipliers: y_i of tight terms, then of floors; the prices of the budgets.
    dual = [-entry for entry in inverse[-1][:first_budget]]
    weights, floors, prices = [zero] * len(terms), [zero] * len(resources), [zero] * len(budgets)
    for position, i in enumerate(basis.terms):
        weights[i] = dual[position]
    for position, r in enumerate(basis.floors, start=len(basis.terms)):
        floors[r] = dual[position]
    for position, j in enumerate(basis.budgets, start=first_budget):
        prices[j] = inverse[-1][position]
    slacks = [zero if i in basis.terms else slack(row, allocation, exponent) for i, row in enumerate(terms)]
    # Along an edge on which a multiplier vanishes, the other degenerate constraints change at these rates.
    edges: list[RationalFunction] = []
    for position in (p for p, multiplier in enumerate(dual) if not multiplier):
        *direction, rise = (row[position] for row in inverse)
        edges += [slack(row, direction, rise) for i, row in enumerate(terms) if i not in basis.terms and not slacks[i]]
        edges += [direction[r] for r in resources if r not in basis.floors and not allocation[r]]
    overspent = [slack(budget, allocation, one) for j, budget in enumerate(budgets) if j not in basis.budgets]
    varying = dict.fromkeys(e for e in edges if not (e.numer.is_constant() and e.denom.is_constant()))
    parts = (allocation, slacks, weights, floors, prices, varying, overspent)
    return Lifted(exponent, *map(tuple, parts))
