"""How is a problem with choices cut into pieces, each with a geometric programme whose minimum bounds the problem's?

What is not convex are the choices of a lifting: m <= m_1 + ... + m_n, or m <= max(m_1, ..., m_n).  The domain is cut by
which part is the largest; and for a sum, by how much smaller the others are.  On a piece with z_i = ln(m_i/m_k) between
two numbers, the sum lies below a monomial,

    ln(1 + sum_i e^{z_i})  <=  c + sum_i b_i z_i,

since the left side is convex, and so furthest above the right side at a corner (`relax`).  At one point it touches a
monomial from above, m_1 + ... + m_n >= prod_i (m_i/w_i)^{w_i}, where w are the shares there (`condense`).  Whole
numbers are one more way to cut: r <= k or r >= k + 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import exp, floor, inf, log, log1p, prod
from typing import Any

from flint import arb

from ..errors import TooMuchWork
from .lifting import Choice
from .posynomials import GeometricProgramme, Monomial, Posynomial

MAX_PIECES = 256
"""Most pieces at the start."""

FAR = 40.0
"""A part that is e^-FAR times another one no longer counts: where a piece without an end is cut at the latest."""

CLOSE = 1e-10
"""A sum is cut before whole numbers are fixed if the bound above it is further away than this, in ln."""

WHOLE = 1e-9
"""How close to a whole number, relative to it, an amount is one."""


@dataclass(frozen=True)
class Problem:
    """A geometric programme with choices.

    Attributes
    ----------
    programme : GeometricProgramme
    choices : tuple of Choice
    visible : tuple of int
        The variables that are resources; others stand for parts of expressions.
    whole : tuple of int
        The variables that must be whole numbers.
    """

    programme: GeometricProgramme
    choices: tuple[Choice, ...] = ()
    visible: tuple[int, ...] = ()
    whole: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """One way to make a choice: which part is the largest, and for a sum the range of ln of each other over it."""

    largest: int
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A cell for each choice, and the range of each whole number."""

    cells: tuple[Cell, ...]
    whole: tuple[tuple[int, int | None], ...]


def start_pieces(problem: Problem) -> Iterator[Piece]:
    """Return the pieces at the start: which part of each choice is the largest.

    >>> from flint import arb
    >>> one = Fraction(1)
    >>> N, t, y = (Monomial(arb(0), {r: one}) for r in range(3))
    >>> stated = GeometricProgramme([y**-1], [[N], [t]], [], ["N", "t", "y"])
    >>> sum_of_two = Problem(stated, (Choice(y, (N, t), True),), (0, 1))  # 1/(N + t) where N, t <= 1
    >>> [piece.cells[0].largest for piece in start_pieces(sum_of_two)]
    [0, 1]
    """
    number = prod(len(choice.parts) for choice in problem.choices)
    if number > MAX_PIECES:
        raise TooMuchWork(
            f"a plan searches {MAX_PIECES} branches at most; got {number}; use fewer terms under min or negative powers"
        )
    whole = tuple((1, None) for _ in problem.whole)
    options = []
    for choice in problem.choices:
        rest = len(choice.parts) - 1 if choice.is_sum else 0
        options.append([Cell(k, (-inf,) * rest, (0.0,) * rest) for k in range(len(choice.parts))])
    for cells in product(*options):
        yield Piece(tuple(cells), whole)


def relax(problem: Problem, piece: Piece) -> GeometricProgramme:
    """Return a geometric programme whose minimum is at most that of the problem on the piece.

    >>> from flint import arb
    >>> one = Fraction(1)
    >>> N, t, y = (Monomial(arb(0), {r: one}) for r in range(3))
    >>> stated = GeometricProgramme([y**-1], [[N], [t]], [], ["N", "t", "y"])
    >>> sum_of_two = Problem(stated, (Choice(y, (N, t), True),), (0, 1))  # 1/(N + t) where N, t <= 1
    >>> len(relax(sum_of_two, next(start_pieces(sum_of_two))).bounds)  # N, t, t/N, and y below 2 N
    4
    """
    programme = problem.programme
    bounds: list[Posynomial] = list(programme.bounds)
    equations = list(programme.equations)
    for choice, cell in zip(problem.choices, piece.cells, strict=True):
        head = choice.parts[cell.largest]
        others = [part for i, part in enumerate(choice.parts) if i != cell.largest]
        if not choice.is_sum:
            bounds.append([choice.least / head])
            continue
        slopes, level = _overestimate(cell)
        above = replace(head, front=head.front + level)
        for part, low, high, slope in zip(others, cell.low, cell.high, slopes, strict=True):
            ratio = part / head
            bounds.append([replace(ratio, front=ratio.front - arb(high))])
            if low > -inf:
                bounds.append([replace(ratio**-1, front=arb(low) - ratio.front)])
            above = above * ratio**slope
        bounds.append([choice.least / above])
    for position, (low_whole, high_whole) in zip(problem.whole, piece.whole, strict=True):
        own = {position: Fraction(1)}
        if low_whole == high_whole:
            equations.append(Monomial(-arb(low_whole).log(), own))
            continue
        if low_whole > 1:
            bounds.append([Monomial(-arb(low_whole).log(), own) ** -1])
        if high_whole is not None:
            bounds.append([Monomial(-arb(high_whole).log(), own)])
    return replace(programme, bounds=bounds, equations=equations)


def _overestimate(cell: Cell) -> tuple[list[Fraction], arb]:
    """Return b and c with ln(1 + sum e^z) <= c + b.z for z in the ranges of a cell."""
    middles = [high if low == -inf else (low + high) / 2 for low, high in zip(cell.low, cell.high, strict=True)]
    chords = [
        0.0 if low == -inf else (exp(high) - exp(low)) / (high - low) if high > low else exp(high)
        for low, high in zip(cell.low, cell.high, strict=True)
    ]
    if len(chords) == 1 and cell.low[0] > -inf and cell.high[0] > cell.low[0]:
        # the chord of ln(1 + e^z) itself
        ends = log1p(exp(cell.high[0])) - log1p(exp(cell.low[0]))
        slopes = [ends / (cell.high[0] - cell.low[0])]
    else:
        size = 1 + sum(
            exp(high) if low == -inf else (exp(low) + exp(high)) / 2
            for low, high in zip(cell.low, cell.high, strict=True)
        )
        slopes = [chord / size for chord in chords]
    del middles
    exact = [Fraction(slope) for slope in slopes]
    levels = []
    for corner in product(*zip(cell.low, cell.high, strict=True)):
        size = arb(1) + sum((arb(z).exp() for z in corner if z > -inf), arb(0))
        moved = sum((arb(slope) * arb(z) for slope, z in zip(slopes, corner, strict=True) if z > -inf), arb(0))
        levels.append(size.log() - moved)
    top = levels[0]
    for level in levels[1:]:
        top = top.max(level)
    return exact, arb(top.upper())


def condense(problem: Problem, logs: Sequence[Any], fixed: Sequence[int]) -> GeometricProgramme:
    """Return a geometric programme that allows less than the problem, and touches it at a point.

    >>> from flint import arb
    >>> one = Fraction(1)
    >>> N, t, y = (Monomial(arb(0), {r: one}) for r in range(3))
    >>> stated = GeometricProgramme([y**-1], [[N], [t]], [], ["N", "t", "y"])
    >>> sum_of_two = Problem(stated, (Choice(y, (N, t), True),), (0, 1))  # 1/(N + t) where N, t <= 1
    >>> condense(sum_of_two, (0.0, 0.0, 0.0), ()).bounds[-1][0].powers  # y <= 2 sqrt(N t)
    {2: Fraction(1, 1), 0: Fraction(-1, 2), 1: Fraction(-1, 2)}
    """
    bounds: list[Posynomial] = list(problem.programme.bounds)
    equations = list(problem.programme.equations)
    for choice in problem.choices:
        sizes = [_size(part, logs) for part in choice.parts]
        largest = max(sizes)
        if not choice.is_sum:
            bounds.append([choice.least / choice.parts[sizes.index(largest)]])
            continue
        parts = [exp(size - largest) for size in sizes]
        shares = [Fraction(part / sum(parts)) for part in parts]
        shares[sizes.index(largest)] += 1 - sum(shares)  # exactly 1 in all
        below = Monomial(arb(0), {})
        for part, share in zip(choice.parts, shares, strict=True):
            if share > 0:
                below = below * replace(part, front=part.front - _ball(share).log()) ** share
        bounds.append([choice.least / below])
    for position, number in zip(problem.whole, fixed, strict=True):
        equations.append(Monomial(-arb(number).log(), {position: Fraction(1)}))
    return replace(problem.programme, bounds=bounds, equations=equations)


def _ball(value: Fraction) -> arb:
    return arb(value.numerator) / arb(value.denominator)


def _size(term: Monomial, logs: Sequence[Any]) -> float:
    """Return ln of a monomial."""
    return float(term.front) + sum(float(p) * float(logs[r]) for r, p in term.powers.items())


def cut_piece(problem: Problem, piece: Piece, logs: Sequence[Any]) -> Iterator[Piece]:
    """Cut a piece in two: a sum whose bound is furthest from it, or a whole number that is none.

    >>> from flint import arb
    >>> one = Fraction(1)
    >>> N, t, y = (Monomial(arb(0), {r: one}) for r in range(3))
    >>> stated = GeometricProgramme([y**-1], [[N], [t]], [], ["N", "t", "y"])
    >>> sum_of_two = Problem(stated, (Choice(y, (N, t), True),), (0, 1))  # 1/(N + t) where N, t <= 1
    >>> parts = cut_piece(sum_of_two, next(start_pieces(sum_of_two)), (0.0, -1.0, 0.5))
    >>> [(part.cells[0].low[0], part.cells[0].high[0]) for part in parts]
    [(-inf, -1.0), (-1.0, 0.0)]
    """
    worst, error = None, 0.0
    for j, (choice, cell) in enumerate(zip(problem.choices, piece.cells, strict=True)):
        if not choice.is_sum:
            continue
        head = _size(choice.parts[cell.largest], logs)
        ratios = [_size(part, logs) - head for i, part in enumerate(choice.parts) if i != cell.largest]
        slopes, level = _overestimate(cell)
        above = float(level) + sum(float(b) * z for b, z in zip(slopes, ratios, strict=True) if b)
        missed = above - log1p(sum(exp(min(z, 0.0)) for z in ratios))
        if missed > error:
            worst, error = (j, ratios), missed
    amounts = [exp(min(float(logs[r]), 700.0)) for r in problem.whole]
    broken = [i for i, x in enumerate(amounts) if abs(x - round(x)) > WHOLE * x]
    if broken:
        i = max(broken, key=lambda own: abs(amounts[own] - round(amounts[own])) / amounts[own])
        yield from _cut_whole(piece, i, floor(amounts[i]))
    elif worst is not None and error > CLOSE:
        yield from _cut_sum(piece, *worst)
    else:
        loose = [i for i, (low, high) in enumerate(piece.whole) if low != high]
        if loose:  # whole, but not yet fixed
            yield from _fix_whole(piece, loose[0], round(amounts[loose[0]]))
        elif worst is not None:
            yield from _cut_sum(piece, *worst)


def _cut_whole(piece: Piece, i: int, below: int) -> Iterator[Piece]:
    low, high = piece.whole[i]
    for own in ((low, below), (below + 1, high)):
        if own[1] is None or own[0] <= own[1]:
            yield replace(piece, whole=(*piece.whole[:i], own, *piece.whole[i + 1 :]))


def _fix_whole(piece: Piece, i: int, number: int) -> Iterator[Piece]:
    low, high = piece.whole[i]
    for own in ((low, number - 1), (number, number), (number + 1, high)):
        if own[1] is None or own[0] <= own[1]:
            yield replace(piece, whole=(*piece.whole[:i], own, *piece.whole[i + 1 :]))


def _cut_sum(piece: Piece, j: int, ratios: Sequence[float]) -> Iterator[Piece]:
    """Cut the range of a part for which the bound of the sum is widest."""
    cell = piece.cells[j]

    def width(i: int) -> float:
        low, high = cell.low[i], cell.high[i]
        return exp(high) if low == -inf else exp((low + high) / 2) * min((high - low) ** 2 / 8, 1.0)

    i = max(range(len(cell.low)), key=width)
    low, high, at = cell.low[i], cell.high[i], ratios[i]
    if low == -inf:
        at = min(max(at, -FAR), high - 0.2) if high > -FAR else high - log(2)
    else:
        margin = (high - low) / 20
        at = min(max(at, low + margin), high - margin)
    for own in ((low, at), (at, high)):
        lows, highs = list(cell.low), list(cell.high)
        lows[i], highs[i] = own
        parts = list(piece.cells)
        parts[j] = Cell(cell.largest, tuple(lows), tuple(highs))
        yield replace(piece, cells=tuple(parts))
