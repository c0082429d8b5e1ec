"""Where does each label stand?  One inside every region, an equation along every boundary, and a legend for the rest.

Each visible connected part of a region gets a label inside it: the phase's name, its exponent and its balance, in the
first of several forms that fits.  Where no form fits, the part gets a number, and the label goes to the legend.  A
number without room stands outside, with a line to its region.  A boundary without room for its equation gets a letter.

Map: `label_regions` and `label_boundaries` do all; `_Text` writes the forms of a label, the functions `_place_...` find
room, `_sample_region` and `_split_region` say what a region is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from string import ascii_uppercase
from typing import Literal

import numpy as np
from scipy import ndimage
from sympy import Expr, Symbol

from exponents.algebra.parametric import Point
from exponents.optimum.phase_diagram import PhaseDiagram

from ..style import FORMULA, SMALL, make_settable
from .boundary_curves import Line, total_length
from .formulas import balance, equation, escape, exponent, flat, join_terms, letter_of, tall
from .label_packing import FreeSpace, Mask, Place
from .text import Block, Words, stack_lines

ARROWS = {FORMULA: "x-small", SMALL: "xx-small"}
"""Sizes of type of arrows on a line of their own, beside formulas of a size."""

LONGEST = 110.0
"""Length in points beyond which an equation goes to the legend, and a line of the legend is broken."""

MARGIN = 3.0
"""Least distance of a label from the edge of its region, in points."""

BADGE = 10.0
"""Diameter of the circle of a number or a letter, in points."""

VISIBLE = 12.0
"""Area in square points from which a further part of a region gets a label of its own."""

SAMPLES = 9
"""Points of a region that say which branch of a Min, Max or Piecewise is in force."""


@dataclass(frozen=True)
class Label:
    """A block of text in a panel.

    Attributes
    ----------
    kind : str
        ``phase`` or ``number`` for a region, ``equation`` or ``letter`` for a boundary.
    of : int
        Position of the phase in its diagram, or of the polynomial among the curves of the plane.
    block : Block
    at : (float, float)
        The block's centre, in points from the lower left corner of the panel.
    angle : float
        Its slope, in degrees.
    anchor : (float, float), optional
        The point that a number or a letter stands for, where it had to be put elsewhere.
    """

    kind: Literal["phase", "number", "equation", "letter"]
    of: int
    block: Block
    at: Place
    angle: float = 0.0
    anchor: Place | None = None


@dataclass(frozen=True)
class Row:
    """An entry of the legend: what a number (of a phase) or a letter (of a boundary, without a phase) stands for."""

    mark: str
    phase: int | None
    lines: tuple[str, ...]


def label_regions(
    diagram: PhaseDiagram, names: Sequence[str], masks: Sequence[Mask], axes: tuple[Symbol, Symbol], room: FreeSpace
) -> tuple[list[Label], list[Row]]:
    """Label every visible part of every region, the largest first, and return the labels and the rows of the legend.

    Labels take their place from ``room``.

    Parameters
    ----------
    diagram : PhaseDiagram
    names : sequence of str
        A name for each phase, or none.
    masks : sequence of arrays
        The nodes of the grid that lie in each phase.
    axes : (Symbol, Symbol)
        The parameters to the right and upwards.
    room : FreeSpace

    Returns
    -------
    (list of Label, list of Row)
        The labels in the panel, and the legend beside it.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> from .boundary_curves import Frame
    >>> from .viewport import plane_of
    >>> diagram, frame = compute_optimum(t**-beta + 1 / t, N * t), Frame((0.0, 2.0), (0.0, 1.0), 200.0, 60.0)
    >>> plane = plane_of(diagram, beta, None)
    >>> masks = [depth > 0 for depth in plane.depths(*frame.grid())]
    >>> labels, legend = label_regions(diagram, (), masks, (plane.x, plane.y), FreeSpace(frame))
    >>> [(label.kind, label.of) for label in labels], legend
    ([('phase', 1), ('phase', 0)], [])
    """
    texts = [
        _write_phase(diagram, position, names[position] if names else "", _sample_region(mask, axes, room))
        for position, mask in enumerate(masks)
    ]
    parts = [(position, part) for position, mask in enumerate(masks) for part in _split_region(mask, room)]
    labels, numbered = [], []
    for position, part in sorted(parts, key=lambda pair: -int(pair[1].sum())):
        label = _place_inside(position, texts[position], part, room)
        if label is None:
            numbered.append((position, part))
        else:
            labels.append(label)
    for position, part in numbered:
        labels.append(
            _place_mark("number", position, str(position + 1), room.circle(part, BADGE / 2), room.pole(part), room)
        )
    hidden = {position for position, mask in enumerate(masks) if not mask.any()}
    listed = sorted(hidden.union(position for position, _ in numbered))
    return labels, [texts[p].row(p, p in hidden) for p in listed]


def label_boundaries(
    diagram: PhaseDiagram, curves: Sequence[Expr], arcs: Sequence[Sequence[Line]], room: FreeSpace
) -> tuple[list[Label], list[Row]]:
    """Label every boundary that has arcs in the panel, first those with the fewest places to choose from.

    Parameters
    ----------
    diagram : PhaseDiagram
    curves : sequence of Expr
        Polynomials of the boundaries.
    arcs : sequence of sequences of Line
        The parts of each that are seen.
    room : FreeSpace
        The labels take their place from it.

    Returns
    -------
    (list of Label, list of Row)
        The labels in the panel, and the legend beside it.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> from .boundary_curves import Frame, arcs_of
    >>> from .viewport import plane_of
    >>> diagram, frame = compute_optimum(t**-beta + 1 / t, N * t), Frame((0.0, 2.0), (0.0, 1.0), 200.0, 60.0)
    >>> plane = plane_of(diagram, beta, None)
    >>> arcs = [arcs_of(frame, plane, curve) for curve in plane.curves]
    >>> labels, legend = label_boundaries(diagram, plane.curves, arcs, FreeSpace(frame))
    >>> [label.of for label in labels], legend
    ([0], [])
    """
    equations = {boundary.polynomial: equation(boundary.curve) for boundary in diagram.boundaries}
    texts = [equations[curve] for curve in curves]
    labels: list[Label] = []
    rows: list[Row] = []
    seen = sorted((p for p, some in enumerate(arcs) if some), key=lambda p: total_length(arcs[p]))
    for position in seen:
        label = _place_along(position, texts[position], arcs[position], room)
        if label is not None:
            labels.append(label)
    for position in sorted(set(seen) - {label.of for label in labels}):
        mark = ascii_uppercase[len(rows) % 26] * (1 + len(rows) // 26)
        on = room.on(arcs[position], BADGE)
        labels.append(_place_mark("letter", position, mark, on if room.is_free(on, BADGE / 2) else None, on, room))
        rows.append(Row(mark, None, (make_settable(texts[position]),)))
    return labels, rows


@dataclass(frozen=True)
class _Text:
    """The texts for a phase: its name, its exponent in two forms, and its balance."""

    name: str
    tall: str
    flat: str
    terms: list[str]

    def forms(self) -> Iterator[Block]:
        """Yield the label in all its forms, the preferred one first."""
        for size in (FORMULA, SMALL):
            column = [Words(r"$\updownarrow$", ARROWS[size])] * (2 * len(self.terms) - 1)
            column[::2] = [Words(term, size) for term in self.terms]
            for lines in ([Words(join_terms(self.terms), size)] if self.terms else [], column):
                for formula in (self.tall, self.flat):
                    yield stack_lines([*self._header(size), Words(formula, size), *lines])

    def row(self, position: int, hidden: bool) -> Row:
        """Return the entry of the legend."""
        terms = [join_terms(self.terms)] if self.terms else []
        one_line = stack_lines([Words(r"$\quad$".join([self.flat, *terms]), FORMULA)])
        lines = [one_line.lines[0].text] if one_line.width < LONGEST else [self.flat, *terms]
        note = ["(not visible in this window)"] if hidden else []
        return Row(str(position + 1), position, (*([escape(self.name)] if self.name else []), *lines, *note))

    def _header(self, size: str) -> list[Words]:
        return [Words(escape(self.name), size, bold=True)] if self.name else []


def _write_phase(diagram: PhaseDiagram, position: int, name: str, points: Sequence[Point]) -> _Text:
    phase, letter = diagram.phases[position], letter_of(diagram)
    if phase.fault:
        return _Text(name, phase.fault, phase.fault, [])
    value = exponent(phase.exponent, points)
    return _Text(name, f"${letter} = {tall(*value)}$", f"${letter} = {flat(*value)}$", balance(diagram, phase, points))


def _place_inside(position: int, text: _Text, part: Mask, room: FreeSpace) -> Label | None:
    for form in text.forms():
        at = room.inside(part, form.width + 2 * MARGIN, form.height + 2 * MARGIN)
        if at is not None:
            room.take_box(at, form.width, form.height)
            return Label("phase", position, form, at)
    return None


def _place_along(position: int, text: str, arcs: Sequence[Line], room: FreeSpace) -> Label | None:
    for size in (FORMULA, SMALL):
        words = stack_lines([Words(text, size)])
        found = room.along(arcs, words.width, words.height) if words.width <= LONGEST else None
        if found is not None:
            at, angle = found
            room.take_box(at, words.width, words.height, angle)
            return Label("equation", position, words, at, angle)
    return None


def _place_mark(
    kind: Literal["number", "letter"], of: int, mark: str, at: Place | None, anchor: Place, room: FreeSpace
) -> Label:
    """Put a mark at its place; without one, beside the anchor that it stands for, joined to it by a line."""
    place = room.near(anchor, BADGE / 2) if at is None else at
    if at is None:
        room.take_leader(np.array([anchor, place]))
    room.take_box(place, BADGE, BADGE)
    return Label(kind, of, stack_lines([Words(mark, SMALL)]), place, anchor=anchor if at is None else None)


def _sample_region(mask: Mask, axes: tuple[Symbol, Symbol], room: FreeSpace) -> list[Point]:
    """Return exact points of a region, spread over it; none if it is not visible."""
    x, y = (values[mask] for values in room.frame.grid())
    some = np.linspace(0, len(x) - 1, min(SAMPLES, len(x))).astype(int)
    return [{axes[0]: Fraction(float(x[i])), axes[1]: Fraction(float(y[i]))} for i in some]


def _split_region(mask: Mask, room: FreeSpace) -> list[Mask]:
    """Return the connected parts of a region, cut by lines: the largest, and all that are large enough to be seen."""
    numbers, count = ndimage.label(mask & ~room.lines)
    whole = (ndimage.binary_dilation(numbers == number, mask=mask) for number in range(1, count + 1))
    parts = sorted(whole, key=lambda part: -int(part.sum())) or [mask]
    area = room.spacing[0] * room.spacing[1]
    return [part for rank, part in enumerate(parts) if (rank == 0 and part.any()) or part.sum() * area >= VISIBLE]
