"""Linear equations over the rationals: echelon forms, and what they determine.

A row is a sequence of Fraction, one for each unknown; further columns after the first ``width`` are right-hand sides.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

Row = Sequence[Fraction]


def row_echelon_form(rows: Sequence[Row], width: int) -> tuple[list[list[Fraction]], list[int]]:
    """Return the reduced row echelon form, and the pivot columns among the first ``width``.

    >>> row_echelon_form([[Fraction(2), Fraction(4)]], 2)
    ([[Fraction(1, 1), Fraction(2, 1)]], [0])
    """
    pivots: list[int] = []
    matrix = [list(row) for row in rows]
    for column in range(width):
        rank = len(pivots)
        found = next((i for i in range(rank, len(matrix)) if matrix[i][column]), None)
        if found is None:
            continue
        matrix[rank], matrix[found] = matrix[found], matrix[rank]
        head = matrix[rank][column]
        matrix[rank] = [value / head for value in matrix[rank]]
        for i, row in enumerate(matrix):
            if i != rank and row[column]:
                factor = row[column]
                matrix[i] = [own - factor * lead for own, lead in zip(row, matrix[rank], strict=True)]
        pivots.append(column)
    return matrix[: len(pivots)], pivots


def unit_row(position: int, width: int) -> list[Fraction]:
    """Return the row that picks one unknown.

    >>> unit_row(1, 2)
    [Fraction(0, 1), Fraction(1, 1)]
    """
    return [Fraction(int(c == position)) for c in range(width)]


def is_determined(unknown: int, rows: Sequence[Row]) -> bool:
    """Return whether the equations alone fix one unknown.

    >>> is_determined(0, [unit_row(0, 2)]), is_determined(1, [unit_row(0, 2)])
    (True, False)
    """
    width = len(rows[0])
    return len(row_echelon_form([*rows, unit_row(unknown, width)], width)[1]) == len(row_echelon_form(rows, width)[1])


def solve_unknowns(rows: Sequence[Row], width: int) -> list[list[Fraction] | None]:
    """Return each unknown as a combination of the right-hand sides; None where the rows do not fix it.

    >>> solve_unknowns([[Fraction(2), Fraction(0)]], 2)  # 2u = s, and nothing about v
    [[Fraction(1, 2)], None]
    """
    matrix, pivots = row_echelon_form([[*row, *unit_row(i, len(rows))] for i, row in enumerate(rows)], width)
    found: list[list[Fraction] | None] = [None] * width
    for row, pivot in zip(matrix, pivots, strict=True):
        if not any(row[c] for c in range(width) if c != pivot):
            found[pivot] = row[width:]
    return found


def independent_rows(rows: Sequence[Row], width: int) -> list[int]:
    """Return the positions of the rows that do not follow from those before them.

    >>> independent_rows([[Fraction(1)], [Fraction(2)]], 1)
    [0]
    """
    kept: list[int] = []
    for i in range(len(rows)):
        if len(row_echelon_form([rows[k] for k in (*kept, i)], width)[1]) > len(kept):
            kept.append(i)
    return kept


def free_directions(rows: Sequence[Row], width: int) -> list[list[Fraction]]:
    """Return a basis of the directions along which the rows stay constant.

    >>> free_directions([[Fraction(1), Fraction(1)]], 2)
    [[Fraction(-1, 1), Fraction(1, 1)]]
    """
    matrix, pivots = row_echelon_form(rows, width)
    basis = []
    for free in (c for c in range(width) if c not in pivots):
        direction = unit_row(free, width)
        for row, pivot in zip(matrix, pivots, strict=True):
            direction[pivot] = -row[free]
        basis.append(direction)
    return basis
