"""What is the programme on a curve that is linear in no parameter, and is its diagram right along all of the curve?

On a^2 + b^2 = 1 no parameter is a rational function of the other, so none can be replaced.  But the budgets can be:
`restrict` writes each exponent by its remainder modulo the polynomial of the curve, and leaves out budgets that
follow from the others there.  On the curve the two programmes are the same, and beside it the new one is no exception.

Its diagram is then read on the curve.  That needs a proof.  Shares, weights and prices prove an optimum on an open
region; where they have no pole on the curve, the same inequalities hold on the curve, for they are not strict.
`proved_pieces` follows the curve through the domain and says which phases are proved on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Max, Min, Piecewise, reduced
from sympy.core.relational import Relational

from ..algebra.boundaries import find_neighbours
from ..algebra.parametric import Point, holds
from ..algebra.partition import partition_domain
from ..algebra.polynomials import Functions, Polynomial, RationalFunction, factors, sign, to_factored_expr
from ..errors import IncompleteProof, NoBalance
from ..losses.terms import PowerLaw
from .phase_diagram import Certificate, Phase, PhaseDiagram
from .programme import Programme

Place = tuple[int, int] | None
"""A phase and one of its certificates, by their positions; None where none holds."""


@dataclass(frozen=True)
class Residues:
    """Rational functions of the parameters, as functions on the zeros of an irreducible polynomial."""

    functions: Functions
    curve: Polynomial

    def reduce(self, element: RationalFunction) -> RationalFunction:
        """Return the simplest function that is the same on the curve; ZeroDivisionError if it has a pole all along."""
        top, bottom = (self._remainder(self.functions.to_expr(part)) for part in (element.numer, element.denom))
        if not bottom:
            raise ZeroDivisionError(f"{element} has a pole on {self.curve} = 0")
        return top / bottom

    def _remainder(self, polynomial: Expr) -> RationalFunction:
        self.functions.work.spend(100)
        divisor = self.curve.as_expr()
        return self.functions.element(reduced(polynomial, [divisor], *self.functions.parameters, order="grevlex")[1])

    def dependent(self, rows: Sequence[Sequence[RationalFunction]]) -> list[int]:
        """Return the positions of equations, with their right sides last, that follow from those before them.

        Raises
        ------
        NoBalance
            If the equations contradict each other on the curve.
        """
        found: list[int] = []
        heads: list[tuple[int, list[RationalFunction]]] = []
        for position, row in enumerate(rows):
            left = [self.reduce(e) for e in row]
            for column, head in heads:
                left = [self.reduce(e - left[column] * above) for e, above in zip(left, head, strict=True)]
            pivot = next((column for column, e in enumerate(left) if e), None)
            if pivot is None:
                found.append(position)
            elif pivot == len(row) - 1:
                raise NoBalance("no allocation meets the budgets", "budget")
            else:
                heads.append((pivot, [self.reduce(e / left[pivot]) for e in left]))
        return found


def has_pole(curve: Polynomial, functions: Functions, phase: Phase, certificate: Certificate) -> bool:
    """Return whether a share of a phase, or a multiplier that proves it, has a pole on a curve.

    Where the loss falls without bound, the rate that proves it may not vanish there either.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> (phase,) = compute_optimum(1 / t + 1 / N, (N * t, N**beta * t)).phases  # N stays 1: its price is 1/(beta - 1)
    >>> field = Functions((beta,))
    >>> (point,) = factors(field.element(beta - 1))
    >>> has_pole(point, field, phase, phase.certificates[0])
    True
    """
    values = [*(weight for _, weight in certificate.weights), *certificate.prices]
    if certificate.ascent:
        values += [*certificate.ascent.start, *certificate.ascent.direction, 1 / certificate.ascent.rate]
    if not phase.fault:
        values += [phase.exponent, *(share for vertex in phase.vertices for share in vertex)]
    return any(curve in functions.irreducible(functions.element(value).denom) for value in values)


def restrict(programme: Programme, curve: Relational) -> Programme:
    """Return the programme on a curve.

    Where the curve is solved for a parameter, that parameter is replaced.  Otherwise the programme is one that is the
    same on the curve, without budgets that follow from others there.

    Raises
    ------
    NoBalance
        If no allocation meets the budgets on the curve.
    InputError
        If the curve is solved for a parameter and lies outside of the domain, or at a pole.
    IncompleteProof
        If it is not, and budgets hold Min, Max or Piecewise.
    ZeroDivisionError
        If it is not, and an exponent has a pole all along the curve.

    Examples
    --------
    >>> from sympy import Eq
    >>> from exponents import N, alpha, beta, programme, t
    >>> found = programme(1 / t + 1 / N, (N * t, N ** (alpha**2 + beta**2) * t))
    >>> [str(budget.as_expr()) for budget in restrict(found, Eq(alpha**2 + beta**2 - 1, 0)).budgets]
    ['N*t']
    """
    if curve.lhs.is_Symbol:
        return programme.restrict(*curve.args)
    return _reduce(programme, curve.lhs)


def _reduce(programme: Programme, polynomial: Expr) -> Programme:
    functions = Functions(programme.parameters)
    (curve,) = factors(functions.element(polynomial))
    if any(e.has(Min, Max, Piecewise) for row in programme.budget_exponents() for e in row):
        raise IncompleteProof("budgets with min, max or cases are not followed along such a curve")
    residues = Residues(functions, curve)
    rows = [[*map(functions.element, row), functions.one] for row in programme.budget_exponents()]
    left_out = {programme.budgets[i] for i in residues.dependent(rows)}

    def put(budget: PowerLaw) -> PowerLaw:
        on_curve = ((r, to_factored_expr(residues.reduce(functions.element(e)))) for r, e in budget.exponents)
        return replace(budget, exponents=tuple(on_curve))

    return replace(
        programme,
        budgets=tuple(put(budget) for budget in programme.budgets if budget not in left_out),
        constraints=tuple(
            replace(own, budget=put(own.budget)) for own in programme.constraints if own.budget not in left_out
        ),
    )


@dataclass(frozen=True)
class Piece:
    """Part of a curve inside the domain: for each diagram the phases beside it, and whether one is proved on it.

    Where there is no optimum on one side, the phase on the other side counts alone.
    """

    residues: Residues
    beside: tuple[tuple[Phase, ...], ...]
    proved: tuple[bool, ...]

    def is_right(self, position: int) -> bool:
        """Return whether the optimum on the piece is what the diagram at a position says on both sides of it."""
        return self.proved[position] and same_on_curve(self.residues, self.beside[position])

    def is_exception(self) -> bool:
        """Return whether the diagrams differ on the piece."""
        return not same_on_curve(self.residues, sum(self.beside, ()))


def proved_pieces(curve: Polynomial, functions: Functions, diagrams: Sequence[PhaseDiagram]) -> list[Piece]:
    """Return the pieces of a curve, and whether each diagram is proved on them; at most two parameters.

    A diagram of several branches is proved where that of each branch is.

    Parameters
    ----------
    curve : Polynomial
    functions : Functions
    diagrams : sequence of PhaseDiagram
        Of programmes that have one domain.

    Returns
    -------
    list of Piece
        Empty where the curve does not divide the domain.

    Examples
    --------
    >>> from exponents import N, alpha, beta, compute_optimum, t
    >>> found = compute_optimum(1 / t + 1 / N, (N * t, N ** (alpha**2 + beta**2) * t))
    >>> field = Functions((alpha, beta))
    >>> (circle,) = factors(field.element(alpha**2 + beta**2 - 1))
    >>> [piece.proved for piece in proved_pieces(circle, field, [found, found.exceptions[0].diagram])]
    [(False, True)]
    """
    element = functions.element(curve.as_expr())
    every = [own for diagram in diagrams for own in (diagram, *diagram.parts)]

    def decide(sample: Point) -> tuple[tuple[int, tuple[Place, ...]], list[RationalFunction]]:
        guards: list[Expr] = []
        places = tuple(_find_place(diagram, sample, guards) for diagram in every)
        return (sign(curve, sample), places), [element, *map(functions.element, guards)]

    partition = partition_domain(functions, diagrams[0].programme.domain, decide)
    if curve not in partition.divisions:
        return []
    pieces = []
    for pair in find_neighbours(partition, curve):
        places = [dict(zip(map(id, every), leaf.found[1], strict=True)) for leaf in pair]

        def phases_of(diagram: PhaseDiagram, places: Sequence[dict[int, Place]] = places) -> list[tuple[Phase, int]]:
            found = [(diagram.phases[at[0]], at[1]) for at in (side[id(diagram)] for side in places) if at]
            return [own for own in found if not own[0].fault] or found

        def is_proved(diagram: PhaseDiagram) -> bool:
            if diagram.parts:
                return all(map(is_proved, diagram.parts))
            return any(not has_pole(curve, functions, own, own.certificates[i]) for own, i in phases_of(diagram))

        beside = tuple(tuple(phase for phase, _ in phases_of(diagram)) for diagram in diagrams)
        pieces.append(Piece(Residues(functions, curve), beside, tuple(map(is_proved, diagrams))))
    return pieces


def _find_place(diagram: PhaseDiagram, sample: Point, guards: list[Expr]) -> Place:
    for place, phase in enumerate(diagram.phases):
        if holds(phase.where, sample, guards):
            if diagram.parts:
                return place, 0
            return next(((place, i) for i, c in enumerate(phase.certificates) if holds(c.where, sample, guards)), None)
    return None


def same_on_curve(residues: Residues, phases: Sequence[Phase]) -> bool:
    """Return whether phases have the same exponents on a curve, and the same shares if these are unique.

    Examples
    --------
    >>> from exponents import beta, compute_optimum, t
    >>> phases = compute_optimum(t**-beta + 1 / t, t).phases  # 1 and beta
    >>> field = Functions((beta,))
    >>> (point,) = factors(field.element(beta - 1))
    >>> same_on_curve(Residues(field, point), phases)
    True
    """
    if not phases or any(phase.fault for phase in phases):
        return len({phase.fault for phase in phases}) == 1
    unique = all(len(phase.vertices) == 1 and not phase.rays for phase in phases)
    first, *others = ([phase.exponent, *(phase.vertices[0] if unique else ())] for phase in phases)
    pairs = ((own, other) for values in others for own, other in zip(first, values, strict=True))
    try:
        return not any(residues.reduce(residues.functions.element(own - other)) for own, other in pairs)
    except ZeroDivisionError:
        return False


def is_proved_along(curve: Relational, diagram: PhaseDiagram) -> bool:
    """Return whether a diagram is right on all of a curve inside its domain.

    Examples
    --------
    >>> from exponents import N, alpha, beta, compute_optimum, t
    >>> found = compute_optimum(1 / t + 1 / N, (N * t, N ** (alpha**2 + beta**2) * t))
    >>> (own,) = found.exceptions
    >>> is_proved_along(own.curve, own.diagram), is_proved_along(own.curve, found)
    (True, False)
    """
    functions = Functions(diagram.programme.parameters)
    (polynomial,) = factors(functions.element(curve.lhs))
    return all(piece.is_right(0) for piece in proved_pieces(polynomial, functions, [diagram]))
