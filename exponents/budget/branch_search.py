"""Which allocation is best of all, where a loss is not convex in logarithms?

Branch and bound: each of the `pieces` of the domain has a lower bound that weights prove (`weight_certificate`).  The
piece with the lowest bound is cut in two where its solution lies, until no bound is more than `GAP` below the best
allocation found.  Every piece that is left out has a proof: so the search is global, and the gap is stated.  A problem
without choices is convex, and one geometric programme.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import count
from math import exp, inf
from typing import Any

import mpmath
from flint import arb, ctx
from mpmath import mpf

from ..algebra.work_limit import WorkLimit
from ..errors import NoBalance, TooMuchWork
from .attainment import Approached, check_attained, find_direction_of_fall, find_lasting
from .interior_point import EXACT, FLOATS, Infeasible, Solution, Undecided, minimise_posynomial
from .linear_programme import falls_without_end, find_direction
from .pieces import Piece, Problem, condense, cut_piece, relax, start_pieces
from .posynomials import GeometricProgramme, Monomial, Reduced, reduce_programme
from .weight_certificate import BITS

GAP = 1e-9
"""Largest gap between ln of the least value found and its lower bound at which a search ends."""

WIDEST = 1e-4
"""Largest gap that is reported where the work ends first; beyond it the search has failed."""

DISTANT, NEARLY = 500, mpf(10) ** -15
"""An amount beyond e^DISTANT is replaced, if a smaller one is as good but for the factor e^NEARLY."""

POLISH = 40
"""Most programmes that improve one allocation."""


@dataclass(frozen=True)
class Found:
    """The least value of a problem.

    Attributes
    ----------
    logs : tuple of mpf
        u of each variable.
    value : mpf
        ln of the value there.
    low : mpf
        A proved lower bound of ln of every value.
    pieces : int
        How many pieces were searched; 0 where the problem is convex in logarithms, and solved at once.
    unique : bool or None
        Whether no other allocation is as good; None if that was not decided.
    """

    logs: tuple[mpf, ...]
    value: mpf
    low: mpf
    pieces: int
    unique: bool | None


def minimise_globally(problem: Problem, work: WorkLimit | None = None) -> Found:
    """Minimise a problem over all its choices.

    Parameters
    ----------
    problem : Problem
    work : WorkLimit, optional

    Raises
    ------
    Infeasible
        If it is proved that nothing meets the bounds.
    NoBalance
        If the value falls without end; the evidence is "minimum".
    TooMuchWork
        If there are too many pieces, or the work ends with a gap above `WIDEST`.

    Examples
    --------
    >>> from exponents.budget.lifting import Lifting
    >>> from exponents.symbols import N, t
    >>> lifted = Lifting.of([N, t])
    >>> loss = lifted.bound_above(1 / (N + t))
    >>> capped = [*lifted.bounds, [lifted.monomial(N / 3)], [lifted.monomial(t / 5)]]
    >>> stated = GeometricProgramme(loss, capped, [], lifted.names)
    >>> found = minimise_globally(Problem(stated, tuple(lifted.choices), (0, 1)))
    >>> round(float(mpmath.exp(-found.value)), 6), float(found.value - found.low) < 2e-9
    (8.0, True)
    """
    with mpmath.workdps(EXACT.digits), ctx.workprec(BITS):
        search = _Search(problem, work or WorkLimit())
        return search.run()


class _Search:
    """The pieces that are open, and the best allocation so far."""

    def __init__(self, problem: Problem, work: WorkLimit) -> None:
        self.problem, self.work = problem, work
        self.best: tuple[float, tuple[Any, ...]] = (inf, ())
        self.open: list[tuple[float, int, Piece, tuple[Any, ...]]] = []
        self.closed, self.pieces, self._order = inf, 0, count()

    def run(self) -> Found:
        """Search until no piece can hold a better allocation."""
        if not (self.problem.choices or self.problem.whole):
            return self._solve_convex()
        try:
            failed = self._examine_starts()
            if failed is not None and not self.open and self.best[0] == inf:
                raise failed
            while self.open and self.open[0][0] < self.best[0] - GAP:
                bound, _, piece, logs = heapq.heappop(self.open)
                self._cut(bound, piece, logs)
        except TooMuchWork as error:
            self._check_gap(error)
        return self._finish()

    def _examine_starts(self) -> Infeasible | None:
        """Examine the pieces at the start; return the proof that one of them is empty, if one is."""
        endless: list[tuple[Piece, NoBalance]] = []
        failed: Infeasible | None = None
        for piece in start_pieces(self.problem):
            try:
                self._check_attained(relax(self.problem, piece))
                self._examine(piece)
            except Infeasible as error:
                failed = error
            except NoBalance as error:
                endless.append((piece, error))
        for piece, reason in endless:
            self._dismiss_endless(piece, reason)
        return failed

    def _check_attained(self, programme: GeometricProgramme) -> None:
        """Raise NoBalance if the value falls without end, or to a value that is approached only."""
        growing = find_direction_of_fall(programme, self.problem.visible)
        if growing is not None:
            raise falls_without_end(growing)
        check_attained(programme, self.problem.visible, self.work)

    def _solve_convex(self) -> Found:
        """Return the minimum of a convex problem."""
        programme = self.problem.programme
        self._check_attained(programme)
        reduced = reduce_programme(programme)
        found = minimise_posynomial(reduced, EXACT, self.work)
        if found.bound is None:
            raise TooMuchWork("the least value could not be certified; bring the terms closer in size")
        logs, value = _come_near(programme, self.problem.visible, _logs(reduced, found), found.value)
        return Found(logs, value, _lower(found.bound), 0, _is_unique(self.problem, reduced, found))

    def _examine(self, piece: Piece) -> None:
        """Find the bound of a piece, and try its solution as an allocation."""
        self.pieces += 1
        reduced = reduce_programme(relax(self.problem, piece))
        try:
            found = minimise_posynomial(reduced, FLOATS, self.work)
            certain = found.bound is not None and float(found.value) - float(_lower(found.bound)) < GAP / 4
        except Undecided:
            certain = False
        if not certain:
            found = minimise_posynomial(reduced, EXACT, self.work)
        bound = -inf if found.bound is None else float(_lower(found.bound)) - 1e-15
        if bound >= self.best[0] - GAP:
            self.closed = min(self.closed, bound)
            return
        logs = _logs(reduced, found)
        self._improve(logs)
        heapq.heappush(self.open, (bound, next(self._order), piece, logs))

    def _improve(self, logs: tuple[Any, ...]) -> None:
        """Follow allocations from a point while they get better, and keep the best."""
        value, last = inf, inf
        fixed = tuple(max(1, round(exp(min(float(logs[r]), 700.0)))) for r in self.problem.whole)
        for _ in range(POLISH):
            programme = condense(self.problem, logs, fixed)
            reduced = reduce_programme(programme)
            try:
                found = minimise_posynomial(reduced, FLOATS, self.work)
            except (Infeasible, Undecided):
                return
            logs, last, value = _logs(reduced, found), value, float(found.value)
            better, gain = self.best[0] - value, last - value
            if better > 0:
                self.best = (value, logs)
            # what is gained falls by a factor from one programme to the next
            if gain < 1e-13 or better + 5 * gain < GAP / 10 or better < -GAP:
                return

    def _cut(self, bound: float, piece: Piece, logs: tuple[Any, ...]) -> None:
        """Cut a piece where its solution lies, and examine the parts; keep the bound of a piece that cannot be cut."""
        parts = list(cut_piece(self.problem, piece, logs))
        if not parts:  # its programme is that of the problem
            self.closed = min(self.closed, bound)
        for part in parts:
            try:
                self._examine(part)
            except Infeasible:
                continue

    def _dismiss_endless(self, piece: Piece, error: NoBalance) -> None:
        """Leave out a piece without a least value if all its values exceed one that was found; else raise the error."""
        bound = error.low if isinstance(error, Approached) else None
        programme = relax(self.problem, piece)
        kept = find_lasting(programme) if bound is None else []
        if kept and self.best[0] < inf:
            reduced = reduce_programme(replace(programme, objective=kept))
            try:
                bound = minimise_posynomial(reduced, EXACT, self.work).bound
            except Infeasible:
                return
        if bound is None or float(_lower(bound)) < self.best[0] - GAP:
            raise error
        self.closed = min(self.closed, float(_lower(bound)))

    def _check_gap(self, error: TooMuchWork) -> None:
        """Raise the error, with the gap that is left, if that is too wide."""
        left = self.best[0] - min((self.closed, *(own[0] for own in self.open)))
        if not left <= WIDEST:
            raise TooMuchWork(
                f"the search over all branches takes too much work: after {self.pieces} pieces the least value is "
                f"known within a factor {exp(min(left, 700)):.6g} only; use fewer terms under min or negative powers"
                if left < inf
                else f"the search over all branches takes too much work: after {self.pieces} pieces no bound was "
                "found; use fewer terms under min or negative powers"
            ) from error

    def _finish(self) -> Found:
        """Return the best allocation to many digits, with the lower bound that all pieces leave."""
        value, logs = self.best
        if value == inf:
            raise TooMuchWork("no allocation was found that meets the budgets, and none is excluded; change a bound")
        low = min((self.closed, *(own[0] for own in self.open)))
        assert low < value + WIDEST, "every piece was proved to lie above an allocation that was found"
        fixed = tuple(max(1, round(exp(min(float(logs[r]), 700.0)))) for r in self.problem.whole)
        for _ in range(3):
            programme = condense(self.problem, logs, fixed)
            reduced = reduce_programme(programme)
            last, found = mpf(value), minimise_posynomial(reduced, EXACT, WorkLimit())
            logs, value = _logs(reduced, found), found.value
            if abs(last - value) < mpf(10) ** -25:
                break
        places, value = _come_near(programme, self.problem.visible, tuple(map(mpf, logs)), mpf(value))
        return Found(places, value, min(mpf(low), value), self.pieces, None)


def check_bounded(problem: Problem) -> None:
    """Raise NoBalance, with the evidence "minimum", if the value falls without end on some branch.

    >>> from exponents.budget.posynomials import Monomial
    >>> fall = Monomial(arb(0), {0: Fraction(-1)})
    >>> check_bounded(Problem(GeometricProgramme([fall], [], [], ["N"]), (), (0,)))
    Traceback (most recent call last):
    exponents.errors.NoBalance: the loss keeps falling as N grows; give it a cost or a bound
    """
    with ctx.workprec(BITS):
        for piece in start_pieces(problem):
            growing = find_direction_of_fall(relax(problem, piece), problem.visible)
            if growing is not None:
                raise falls_without_end(growing)


def _come_near(
    programme: GeometricProgramme, visible: Sequence[int], logs: tuple[mpf, ...], value: mpf
) -> tuple[tuple[mpf, ...], mpf]:
    """Return an allocation of moderate amounts that is as good, where steps went far along what does not matter."""
    if max((abs(logs[r]) for r in visible), default=0) < DISTANT:
        return logs, value
    limit = arb(mpmath.nstr(value + NEARLY, EXACT.digits))
    close = [replace(term, front=term.front - limit) for term in programme.objective]
    each = [Monomial(arb(0), {r: Fraction(side)}) for r in visible for side in (1, -1)]
    reduced = reduce_programme(replace(programme, objective=each, bounds=[*programme.bounds, close]))
    try:
        found = minimise_posynomial(reduced, EXACT, WorkLimit())
    except (Infeasible, TooMuchWork):
        return logs, value
    return _logs(reduced, found), value + NEARLY


def _logs(reduced: Reduced, found: Solution) -> tuple[Any, ...]:
    """Return u of every variable."""
    moved = []
    for r, start in enumerate(reduced.origin):
        mantissa, power = start.mid().man_exp()
        own = mpf((int(mantissa), int(power)))
        parts = (
            mpf(way[r].numerator) / way[r].denominator * w
            for way, w in zip(reduced.directions, found.place, strict=True)
            if way[r]
        )
        moved.append(own + mpmath.fsum(parts))
    return tuple(moved)


def _lower(bound: arb) -> mpf:
    """Return the lower end of a ball."""
    mantissa, power = bound.lower().man_exp()
    return mpf((int(mantissa), int(power)))


def _is_unique(problem: Problem, reduced: Reduced, found: Solution) -> bool:
    """Return whether no direction keeps all monomials that count at the minimum of a convex problem.

    Monomials count that have a weight; bounds that are tight without one may fall.
    """
    level, falling = [], []
    for own, weights in zip((reduced.objective, *reduced.bounds), found.weights, strict=True):
        for row, weight, front in zip(own.rows, weights, own.fronts, strict=True):
            if weight > mpf(10) ** -18:
                level.append(row)
            elif len(own.rows) == 1 and _value(front, row, found.place) > -(mpf(10) ** -18):
                falling.append([-c for c in row])
    every = list(range(reduced.width))
    if not reduced.width:
        return True
    for r in problem.visible:
        moves = [way[r] for way in reduced.directions]
        for side in (1, -1):
            if any(moves) and find_direction([[side * m for m in moves]], level, every, falling) is not None:
                return False
    return True


def _value(front: arb, row: Sequence[Fraction], place: Sequence[Any]) -> mpf:
    return mpf(float(front)) + mpmath.fsum(
        mpf(c.numerator) / c.denominator * w for c, w in zip(row, place, strict=True)
    )
