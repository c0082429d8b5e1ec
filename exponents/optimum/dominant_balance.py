"""At one point: which allocation of resources makes a sum of power laws fall fastest?

Write each resource as a power of the budget, r = C^{x_r} with x_r >= 0.  The term prod r^{-e_r} falls as C^{-e.x}, and
the sum falls as its slowest term does.  So the compute optimum is a linear programme,

    maximise z   subject to   e_i.x >= z for each term i,   c_j.x = 1 for each budget j,   x >= 0,

without the last for free resources, solved exactly over the rationals (`simplex`).  The optimal basis says which
constraints are tight: terms that balance, and resources at their floor.  These are a square linear system.  Solved over
the field of rational functions (`lift`), it gives the optimum as a function of the parameters, with the dual
multipliers that prove it.

Duality is the proof a reader can check by hand: the multipliers y_i are weights with sum 1, and the weighted
geometric mean of the terms, prod_i term_i^{y_i}, is at least C^{-z} for every allocation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from ..algebra.polynomials import Functions, RationalFunction
from ..algebra.work_limit import WorkLimit
from ..errors import FallsWithoutBound, NoBalance
from .contradictions import find_conflict
from .simplex import Basis, Ray, Row, Tableau, Unbounded, Vertex


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
    rays : tuple of Ray
        Directions in which the optimal face has no end.
    """

    exponent: Fraction
    vertices: tuple[Vertex, ...]
    binding: tuple[int, ...]
    bases: tuple[Basis, ...]
    rays: tuple[Ray, ...] = ()


def optimum_at_point(
    terms: Sequence[Row],
    budgets: Sequence[Row],
    names: Sequence[str],
    costs: Sequence[str] = (),
    free: Sequence[int] = (),
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
    free : sequence of int, optional
        Positions of the resources that may shrink.
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
    tableau = Tableau(terms, budgets, free, work)
    if not tableau.find_feasible():
        conflict = find_conflict(budgets, free)
        listed = " and ".join(costs[j] for j in conflict if costs[j]) if costs else "the budgets"
        raise NoBalance(
            f"no allocation meets {listed} with all resources at least 1; change that cost, or free a resource",
            "budget",
        )
    try:
        tableau.solve()
    except Unbounded as error:
        growing = [
            names[v] if v < len(names) else f"1/{names[tableau.negatives[v]]}"
            for v in tableau.find_growing(error.column)
        ]
        listed = " and ".join(growing)
        ending = f" grows; give {listed} a cost" if len(growing) == 1 else " grow together; give one of them a cost"
        raise FallsWithoutBound(f"the loss falls without bound as {listed}{ending} of its own", listed) from error
    vertices, bases, rays, loosened = _explore_face(tableau)
    exponent = min(_fall_exponent(row, vertices[0]) for row in terms)
    tight = (i for i, row in enumerate(terms) if all(_fall_exponent(row, vertex) == exponent for vertex in vertices))
    return PointOptimum(exponent, vertices, tuple(i for i in tight if i not in loosened), bases, rays)


def _fall_exponent(row: Row, vertex: Vertex) -> Fraction:
    """Return r: a term falls as C^{-r} at a vertex."""
    return sum((e * x for e, x in zip(row, vertex.allocation, strict=True)), Fraction(0))


def _explore_face(tableau: Tableau) -> tuple[tuple[Vertex, ...], tuple[Basis, ...], tuple[Ray, ...], set[int]]:
    """Return vertices, bases and rays of the optimal face, and the terms that loosen along rays.

    Pivots that leave the objective alone lead from basis to basis.
    """
    found: dict[tuple[Fraction, ...], Vertex] = {}
    rays: dict[tuple[Fraction, ...], Ray] = {}
    loosened: set[int] = set()
    bases: set[Basis] = set()
    # Of a basis only the set of basic variables is kept, as bits: a tableau for each would fill the memory.
    seen = {sum(1 << basic for basic in tableau.rows)}
    waiting = list(seen)
    while waiting:
        code = waiting.pop()
        tableau.go_to([v for v in range(code.bit_length()) if code >> v & 1])
        here = tableau.vertex()
        columns, idle = tableau.free_columns(), tableau.idle_columns()
        if not columns and not idle:  # every multiplier is positive: the vertex is the only optimum
            return (here,), (here.basis,), (), set()
        bases.add(here.basis)
        found.setdefault(here.allocation, here)
        endless = [tableau.ray(column, sign) for column in idle for sign in (1, -1)]
        for column in columns:
            leaving = tableau.leaving_candidates(column)
            if not leaving:
                loosened |= tableau.find_loosened(column)
                endless.append(tableau.ray(column))
            beyond = {code - (1 << basic) + (1 << column) for basic in leaving} - seen
            seen |= beyond
            waiting += beyond
        for ray in endless:
            size = sum(map(abs, ray.direction))
            rays.setdefault(tuple(rate / size for rate in ray.direction), ray)
    vertices = tuple(found[allocation] for allocation in sorted(found))
    return vertices, tuple(sorted(bases)), tuple(rays[direction] for direction in sorted(rays)), loosened


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
    edges : mapping of int to tuple of RationalFunction
        Where a multiplier vanishes identically its constraint may loosen without loss.  For the position of each such
        constraint, terms before floors: the rates at which the powers x_r then change.
    rates : mapping of int to tuple of RationalFunction
        The rates at which the other constraints change along each of these edges, constants aside.  Where the edge has
        no end their signs keep it so.
    turns : tuple of RationalFunction
        Those of the rates that belong to constraints that are tight by degeneracy; they decide where an edge begins.
        An edge that ends at another vertex needs no other: the shares of that vertex have its rate as a denominator.
    free : tuple of int
        Positions of the resources that may shrink.
    overspent : tuple of RationalFunction
        c_j.x - 1 for each budget that follows from the others at the sample; zero if it follows everywhere.
    """

    exponent: RationalFunction
    allocation: tuple[RationalFunction, ...]
    slacks: tuple[RationalFunction, ...]
    weights: tuple[RationalFunction, ...]
    floors: tuple[RationalFunction, ...]
    prices: tuple[RationalFunction, ...]
    edges: Mapping[int, tuple[RationalFunction, ...]]
    rates: Mapping[int, tuple[RationalFunction, ...]]
    turns: tuple[RationalFunction, ...]
    free: tuple[int, ...]
    overspent: tuple[RationalFunction, ...]

    @cached_property
    def conditions(self) -> tuple[RationalFunction, ...]:
        """Return all functions whose signs decide that the vertex is feasible and optimal, and where its face ends."""
        shares = (share for r, share in enumerate(self.allocation) if r not in self.free)
        return (*self.slacks, *shares, *self.weights, *self.floors, *self.turns, *self.overspent)

    def follow(self, ray: Ray) -> tuple[RationalFunction, ...]:
        """Return the direction of a ray as functions of the parameters, times a positive factor.

        The factor makes a share that changes constant: the first that always does, if there is one, or the first that
        may not shrink.
        """
        direction = self.edges[ray.position]
        moving = [r for r, rate in enumerate(direction) if rate]
        constant = [r for r in moving if direction[r].is_constant]
        unit = (constant or [r for r in moving if r not in self.free] or moving)[0]
        size = direction[unit] if ray.direction[unit] > 0 else -direction[unit]
        return tuple(rate / size for rate in direction)


def lift(
    basis: Basis,
    terms: Sequence[Sequence[RationalFunction]],
    budgets: Sequence[Sequence[RationalFunction]],
    functions: Functions,
    free: Sequence[int] = (),
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
    free : sequence of int, optional
        Positions of the resources that may shrink.

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
    # Along an edge on which a multiplier vanishes, the other constraints change at these rates.
    edges: dict[int, tuple[RationalFunction, ...]] = {}
    rates: dict[int, tuple[RationalFunction, ...]] = {}
    turns: list[RationalFunction] = []
    floored = [r for r in resources if r not in free]
    for position in (p for p, multiplier in enumerate(dual) if not multiplier):
        *direction, rise = (row[position] for row in inverse)
        changes = [(slack(row, direction, rise), slacks[i]) for i, row in enumerate(terms) if i not in basis.terms]
        changes += [(direction[r], allocation[r]) for r in floored if r not in basis.floors]
        # Where free resources move alone, the sign of a share orients the edge.
        turned = [] if any(direction[r] for r in floored) else [rate for rate in direction if rate]
        edges[position] = tuple(direction)
        rates[position] = _varying([*(rate for rate, _ in changes), *turned])
        turns += [rate for rate, own in changes if not own]
    overspent = [slack(budget, allocation, one) for j, budget in enumerate(budgets) if j not in basis.budgets]
    return Lifted(
        exponent,
        tuple(allocation),
        tuple(slacks),
        tuple(weights),
        tuple(floors),
        tuple(prices),
        edges,
        rates,
        _varying(turns),
        tuple(free),
        tuple(overspent),
    )


def _varying(functions: Sequence[RationalFunction]) -> tuple[RationalFunction, ...]:
    return tuple(dict.fromkeys(function for function in functions if not function.is_constant))
