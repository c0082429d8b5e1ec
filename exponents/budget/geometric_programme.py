"""Which allocation minimises a sum of power laws at a given budget, prefactors included?

In logarithms, u_r = ln r, a sum of monomials is a sum of exponentials of linear functions: convex.  With budgets
c_j.u = s_j and floors u_r >= 0 its minimum is a geometric programme.  `minimise` finds it in four steps:

1. The largest term alone is least at the solution of a linear programme: the start, if an allocation meets the budgets.
2. The minimum exists unless some direction within the budgets lowers a term and raises none.  That is decided exactly.
3. Newton steps follow the minimum of tau ln sum_i exp((p_i - e_i.u)/tau) from a large tau, where all terms count alike,
   down to tau = 1.  A step of length ln(1 + s)/s, for a Newton step that changes a term by the factor e^s, always
   lowers a function of this kind (Sun and Tran-Dinh 2019, generalised self-concordance).  It is doubled while the loss
   falls at its end, as far as that can be told.
4. Floors that a step meets are held, and released where the loss then falls.

Terms may differ in size by thousands of digits.  So directions are chosen in echelon form, the largest term first: each
leaves all terms alone that are larger than the first that it moves, and no digit is lost to cancellation.

At the minimum the share y_i of each term in the loss is the weight of a proof, as in `optimum.dominant_balance`: for
any weights with sum 1 and sum_i y_i e_i <= sum_j price_j c_j,

    sum_i p_i r^{-e_i}  >=  prod_i (p_i/y_i)^{y_i} prod_j e^{-price_j s_j}      (Duffin, Peterson and Zener, 1967).

The gap between the minimum found and this bound is therefore a bound on its error.

Map: `LogLoss` is the function; `minimise` takes the steps; `_Descent` holds a point, its floors and its directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
from mpmath import mp, mpf
from sympy import Expr

from ..algebra.work_limit import WorkLimit
from ..errors import NoBalance, TooMuchWork
from .linear_equations import Row, free_directions, row_echelon_form, solve_unknowns, unit_row
from .linear_programme import falls_without_end, find_direction, least_largest_term

DIGITS = 50
"""Digits of a minimum: beyond what a certified bound of 20 digits needs."""

PRECISION = 2 * DIGITS
"""Working precision."""

MAX_STEPS = 3_000
"""Most Newton steps; some tens are usual, and hundreds where terms differ by thousands of digits."""

COOLING = 4
"""Factor by which tau falls once the steps are short."""


def number(value: Fraction | Expr) -> mpf:
    """Return a rational, or a SymPy number, at the working precision.

    >>> number(Fraction(1, 4))
    mpf('0.25')
    """
    if isinstance(value, Fraction):
        return mpf(value.numerator) / value.denominator
    if value.is_Rational:
        return mpf(int(value.p)) / int(value.q)
    return mpf(str(value.evalf(mp.dps + 5)))


@dataclass(frozen=True)
class LogLoss:
    """The convex function ln sum_i exp(p_i - e_i.u) of u.

    Attributes
    ----------
    prefactors : sequence of mpf
        ln p_i.
    terms : sequence of rows of Fraction
        e_i: one row for each term, one column for each resource.
    """

    prefactors: Sequence[mpf]
    terms: Sequence[Row]

    def value(self, logs: Sequence[mpf]) -> mpf:
        """Return the logarithm of the loss at u.

        >>> LogLoss([mpf(0)], [[Fraction(2)]]).value([mpf(3)])
        mpf('-6.0')
        """
        sizes = self.sizes(logs)
        largest = max(sizes)
        return largest + mpmath.log(mpmath.fsum(mpmath.exp(size - largest) for size in sizes))

    def shares(self, logs: Sequence[mpf]) -> list[mpf]:
        """Return the share of each term in the loss at u.

        >>> LogLoss([mpf(0), mpf(0)], [[Fraction(1)], [Fraction(1)]]).shares([mpf(0)])
        [mpf('0.5'), mpf('0.5')]
        """
        return _normalise(self.sizes(logs))

    def sizes(self, logs: Sequence[mpf]) -> list[mpf]:
        """Return ln of each term at u.

        >>> LogLoss([mpf(0)], [[Fraction(2)]]).sizes([mpf(3)])
        [mpf('-6.0')]
        """
        return [
            p - mpmath.fsum(number(e) * value for e, value in zip(row, logs, strict=True) if e)
            for p, row in zip(self.prefactors, self.terms, strict=True)
        ]


def _normalise(sizes: Sequence[mpf]) -> list[mpf]:
    """Return exponentials, divided by their sum."""
    largest = max(sizes)
    values = [mpmath.exp(size - largest) for size in sizes]
    total = mpmath.fsum(values)
    return [value / total for value in values]


@dataclass(frozen=True)
class Minimum:
    """Where a sum of power laws is least.

    Attributes
    ----------
    logs : tuple of mpf
        u_r = ln r for each resource.
    loss : mpf
        ln of the least loss.
    shares : tuple of mpf
        The share y_i of each term in it; they sum to 1.
    at_floor : tuple of int
        Resources held at 1.
    unique : bool
        Whether no other allocation is as good.
    """

    logs: tuple[mpf, ...]
    loss: mpf
    shares: tuple[mpf, ...]
    at_floor: tuple[int, ...]
    unique: bool


def minimise(
    prefactors: Sequence[mpf],
    terms: Sequence[Row],
    budgets: Sequence[Row],
    spent: Sequence[mpf],
    floors: Sequence[int],
    names: Sequence[str] = (),
) -> Minimum:
    """Minimise ``sum_i exp(p_i - e_i.u)`` subject to ``c_j.u = s_j``, and ``u_r >= 0`` for the resources in ``floors``.

    Parameters
    ----------
    prefactors : sequence of mpf
        ln p_i, to `PRECISION` digits.
    terms, budgets : sequences of rows of Fraction
        e_i and c_j, one column for each resource.
    spent : sequence of mpf
        s_j, the logarithm of each budget, to `PRECISION` digits.
    floors : sequence of int
        Resources that may not fall below 1.
    names : sequence of str, optional
        The resources' names, for messages.

    Raises
    ------
    NoBalance
        If the loss falls without end, or the budgets leave less than one of a resource.
    TooMuchWork
        If `MAX_STEPS` steps do not suffice, or take too long.

    Examples
    --------
    >>> N, t, both = unit_row(0, 2), unit_row(1, 2), [Fraction(1), Fraction(1)]
    >>> found = minimise([mpf(0)] * 2, [N, t], [both], [mpf(4)], [0, 1])  # 1/N + 1/t where N t = e^4
    >>> [float(u) for u in found.logs], found.unique
    ([2.0, 2.0], True)
    """
    width = len(terms[0])
    with mp.workdps(PRECISION):
        start = least_largest_term(prefactors, terms, budgets, spent, floors)
        if start is None:
            forced = _forced_below(budgets, spent, floors)
            which = names[forced] if names and forced is not None else "some resource"
            raise NoBalance(f"these budgets force {which} below 1; give more, or change a cost", "floor")
        rise = find_direction(terms, budgets, [r for r in range(width) if r not in floors])
        if rise is not None:
            growing = [names[r] for r, d in enumerate(rise) if d > 0] if names else ["some resource"]
            growing = growing or [f"1/{names[r]}" for r, d in enumerate(rise) if d < 0]
            raise falls_without_end(growing)
        loss = LogLoss(prefactors, terms)
        descent = _Descent(loss, free_directions(budgets, width), start.floors, list(start.logs), start.held)
        descent.run()
        held = sorted(descent.held)
        logs = [mpf(0) if r in held else u for r, u in enumerate(descent.logs)]
        active = [r for r in floors if logs[r] < mpf(10) ** (10 - DIGITS)]
        return Minimum(
            tuple(logs), loss.value(logs), tuple(loss.shares(logs)), tuple(held), _is_unique([*budgets, *terms], active)
        )


def _forced_below(budgets: Sequence[Row], spent: Sequence[mpf], floors: Sequence[int]) -> int | None:
    """Return a resource that the budgets fix below its floor, if there is one alone."""
    for r, row in enumerate(solve_unknowns(budgets, len(budgets[0]))):
        if r in floors and row is not None and mpmath.fsum(number(c) * s for c, s in zip(row, spent, strict=True)) < 0:
            return r
    return None


def _is_unique(rows: Sequence[Row], active: Sequence[int]) -> bool:
    """Return whether no direction leaves the rows alone and keeps the resources at their floor from falling."""
    width = len(rows[0])
    units = [unit_row(r, width) for r in active]
    if free_directions([*rows, *units], width):
        return False
    return not units or find_direction(units, rows, [r for r in range(width) if r not in active]) is None


@dataclass(frozen=True)
class _Directions:
    """Directions within the budgets, as rows (slopes of the terms, largest term first; the direction itself).

    Attributes
    ----------
    releases : dict
        For each floor that is held, the direction in which it rises and the others stay.
    moves : list
        Directions in which all floors that are held stay.
    """

    releases: dict[int, tuple[list[mpf], list[mpf]]]
    moves: list[tuple[list[mpf], list[mpf]]]


class _Descent:
    """A point on its way to the minimum, and the floors that are held there."""

    def __init__(
        self, loss: LogLoss, within: list[list[Fraction]], floors: dict[int, mpf], logs: list[mpf], held: set[int]
    ) -> None:
        self.loss, self.within, self.floors, self.logs, self.held = loss, within, floors, logs, held
        slopes = (
            [sum((e * d for e, d in zip(row, way, strict=True)), Fraction(0)) for row in loss.terms] for way in within
        )
        self._slopes = list(slopes)
        self._work = WorkLimit()
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...]], _Directions] = {}

    def run(self) -> None:
        """Go to the minimum."""
        sizes = self.loss.sizes(self.logs)
        tau = max(mpf(1), max(sizes) - min(sizes))
        for _ in range(MAX_STEPS):
            accuracy = mpf(10) ** (10 - PRECISION) if tau == 1 else mpf("0.1")
            if self._step(tau) > accuracy or self._release(tau):
                continue
            if tau == 1:
                return
            tau = max(mpf(1), tau / COOLING)
        raise TooMuchWork(
            f"the best split was not found in {MAX_STEPS} steps; bring the terms closer in size, or leave terms out"
        )

    def _step(self, tau: mpf) -> mpf:
        """Take a step along the directions that keep the floors; return the change of a term by a full step, in ln."""
        shares, directions = self._look(tau)
        if not directions.moves:
            return mpf(0)
        columns = [slopes for slopes, _ in directions.moves]
        self._work.spend(len(shares) * (30 + len(columns) ** 2))
        # Slopes relative to the largest term, so that a loss which is almost that term alone keeps its curvature.
        relative = [[a - column[0] for a in column] for column in columns]
        weighted = [[y * b for y, b in zip(shares, column, strict=True)] for column in relative]
        means = [mpmath.fsum(column) for column in weighted]
        hessian = [
            [mpmath.fdot(one, other) - mean * means[k] for k, other in enumerate(relative)]
            for one, mean in zip(weighted, means, strict=True)
        ]
        gradient = [column[0] + mean for column, mean in zip(columns, means, strict=True)]
        step = [tau * d for d in _solve_graded(hessian, gradient)]
        way = [mpmath.fdot(step, column) for column in zip(*(d for _, d in directions.moves), strict=True)]
        change = max(abs(mpmath.fdot(step, column)) for column in zip(*relative, strict=True)) / tau
        falls = [mpmath.fdot(step, column) for column in zip(*columns, strict=True)]
        room = {r: (self.floors[r] - self.logs[r]) / way[r] for r in self.floors if r not in self.held and way[r] < 0}
        first = min(room, key=lambda r: room[r], default=None)
        most = mpmath.inf if first is None else max(room[first], mpf(0))
        length = _step_length(shares, falls, tau, change, most)
        if first is not None and length == most:
            self.held.add(first)
            change = mpmath.inf
        self.logs = [u + length * d for u, d in zip(self.logs, way, strict=True)]
        for r in self.held:
            self.logs[r] = self.floors[r]
        return change

    def _release(self, tau: mpf) -> bool:
        """Release the floor that gains most, relative to the terms that this changes; return whether there is one."""
        shares, directions = self._look(tau)
        gains = {}
        for r, (slopes, _) in directions.releases.items():
            parts = [y * a for y, a in zip(shares, slopes, strict=True)]
            largest = max(map(abs, parts))
            gains[r] = mpmath.fsum(parts) / largest if largest else mpf(0)
        best = max(gains, key=lambda r: gains[r], default=None)
        if best is None or gains[best] <= mpf(10) ** -DIGITS:
            return False
        self.held.discard(best)
        return True

    def _look(self, tau: mpf) -> tuple[list[mpf], _Directions]:
        """Return the shares of the terms at ``tau``, the largest first, and the directions."""
        sizes = [size / tau for size in self.loss.sizes(self.logs)]
        largest = max(sizes)
        # Terms of about the same size keep their order, so that directions can be used again.
        order = sorted(range(len(sizes)), key=lambda i: (int((largest - sizes[i]) / 20), i))
        key = (tuple(sorted(self.held)), tuple(order))
        if key not in self._known:
            self._known[key] = self._directions(*key)
        return _normalise([sizes[i] for i in order]), self._known[key]

    def _directions(self, held: tuple[int, ...], order: tuple[int, ...]) -> _Directions:
        count, width = len(held), len(held) + len(order)
        rows = [
            [*(way[r] for r in held), *(slopes[i] for i in order), *way]
            for slopes, way in zip(self._slopes, self.within, strict=True)
        ]
        self._work.spend(sum(len(row) for row in rows) * len(rows))
        matrix, _ = row_echelon_form(rows, width)
        numbers = [(list(map(number, row[count:width])), list(map(number, row[width:]))) for row in matrix]
        return _Directions(dict(zip(held, numbers[:count], strict=True)), numbers[count:])


def _step_length(shares: list[mpf], falls: list[mpf], tau: mpf, change: mpf, most: mpf) -> mpf:
    """Return how much of a step to take: what is safe, doubled while the loss still falls at the end, or ``most``."""
    safe = mpmath.log(1 + change) / change if change > 0 else mpf(1)
    if safe >= most or change < 1:
        return min(safe, most)

    def still_falls(length: mpf) -> bool:
        parts = [y * mpmath.exp(-length * fall / tau) * fall for y, fall in zip(shares, falls, strict=True)]
        return mpmath.fsum(parts) > mpf(10) ** (10 - PRECISION) * max(map(abs, parts))

    if mpmath.isfinite(most) and still_falls(most):
        return most
    while 2 * safe < most and still_falls(2 * safe):
        safe *= 2
    return safe


def _solve_graded(matrix: list[list[mpf]], right: list[mpf]) -> list[mpf]:
    """Solve a symmetric positive system whose rows fall in size, without exchanging them (Cholesky)."""
    size = len(right)
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    least = mpf(10) ** -DIGITS
    for k in range(size):
        # Where the loss is one exponential, it has no curvature: the step is then as long as the floors allow.
        pivot = max(rows[k][k], least * abs(matrix[k][k])) or least
        rows[k] = [value / pivot for value in rows[k]]
        rows[k][k] = mpf(1)
        for i in range(k + 1, size):
            factor = rows[i][k]
            rows[i] = [own - factor * above for own, above in zip(rows[i], rows[k], strict=True)]
    solved = [mpf(0)] * size
    for k in reversed(range(size)):
        solved[k] = rows[k][size] - mpmath.fdot(rows[k][k + 1 : size], solved[k + 1 :])
    return solved
