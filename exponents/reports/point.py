"""What is exact at one point (alpha, beta)?  The task, the exponents of each regime, and how each term falls.

Map: `at` builds a `PointReport` of two `RegimePoint`; `_regime_point` evaluates one regime, `_logarithms` the boundary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

from sympy import Eq, Rational, Symbol
from sympy.core.relational import Relational

from ..algebra.parametric import Point, evaluate
from ..display import Reported
from ..model.table1 import PARAMETERS, Table1, table_1, task_names
from ..names import MODEL, PUBLISHED, REGIMES, Regime, Version
from ..optimum.phase_diagram import PhaseDiagram
from ..printing import Notation, Phrase, join_notation, phrase, write
from ..rationals import check_capacity, check_source, exact
from ..symbols import N, t
from .columns import OPTIMUM, optimal_law
from .render import Cell, Table, make_columns
from .window_table import find_window, window_object, window_table

if TYPE_CHECKING:
    from ..model.conventions import Convention
    from ..model.rich_window import RichWindow


@dataclass(frozen=True)
class RegimePoint:
    """The exponents of one regime at one point.

    Attributes
    ----------
    time_exponent : Fraction
        r in L(t) ~ t^{-r} at N, B -> infinity.
    compute_exponent : Fraction
        r in L*(C) ~ C^{-r}, the optimal loss at compute C = N t.
    model_size_exponent, time_allocation_exponent : Fraction
        n in N* ~ C^n and t* ~ C^n.
    binding : tuple of str
        The terms that balance at the optimum.
    terms : tuple of (str, mapping of Symbol to Fraction, Fraction)
        For each term its name, its exponents in the resources, and the r of its fall C^{-r} at the optimum.
    logarithms : tuple of (str, Symbol, Fraction)
        Each term that a power of ln(resource) multiplies at this point, the resource, and that power.
    """

    time_exponent: Fraction
    compute_exponent: Fraction
    model_size_exponent: Fraction
    time_allocation_exponent: Fraction
    binding: tuple[str, ...]
    terms: tuple[tuple[str, Mapping[Symbol, Fraction], Fraction], ...]
    logarithms: tuple[tuple[str, Symbol, Fraction], ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return the exponents as JSON holds them."""
        exponents = {key: write(getattr(self, key), "plain") for key in ("time_exponent", *OPTIMUM)}
        return {**exponents, "binding": list(self.binding)}


@dataclass(frozen=True, repr=False)
class PointReport(Reported):
    """Both regimes at one point; see `at`.

    Attributes
    ----------
    alpha, beta : Fraction
        The point in the model's own symbols, in whatever convention it was given.
    regime : str
        The paper's name of the phase: "hard", "easy" or "super-easy".
    on_boundary : tuple of Relational
        The boundaries that the point lies on.
    neighbours : tuple of str
        The phases that meet there.
    lazy, rich : RegimePoint
    version : "published" or "derived"
        The loss that was used.
    convention : Convention or None
        The convention in whose symbols the point was given; None for the model's own.
    logarithms : tuple of (str, Fraction)
        On a boundary: each regime whose optimal loss has a power of ln C as a factor, and that power.
    window : RichWindow or None
        Where a learning rate shows the rich exponent, if one was given.

    Examples
    --------
    >>> at(2, 1).logarithms
    (('rich', Fraction(-1, 3)),)
    """

    alpha: Fraction
    beta: Fraction
    regime: str
    on_boundary: tuple[Relational, ...]
    neighbours: tuple[str, ...]
    lazy: RegimePoint
    rich: RegimePoint
    version: Version
    convention: Convention | None = None
    logarithms: tuple[tuple[Regime, Fraction], ...] = ()
    window: RichWindow | None = None

    def describe(self) -> str:
        """Return the point and its task."""
        return f"alpha = {self.alpha}, beta = {self.beta}: {self.regime}"

    def to_dict(self) -> dict[str, object]:
        """Return the object that ``exponents at ALPHA BETA --format json`` prints."""
        found: dict[str, object] = {
            "alpha": write(self.alpha, "plain"),
            "beta": write(self.beta, "plain"),
            "regime": self.regime,
            "on_boundary": [write(curve, "plain") for curve in self.on_boundary],
            "loss": self.version,
            "lazy": self.lazy.to_dict(),
            "rich": self.rich.to_dict(),
        }
        if self.on_boundary:
            found["logarithms"] = {regime: write(power, "plain") for regime, power in self.logarithms}
        if self.window is not None:
            found["window"] = window_object(self.window)
        return found

    def tables(self) -> tuple[Table, ...]:
        """Return a table of the exponents, one of how every term falls at the optimum, and one of the window."""
        windows = () if self.window is None else (window_table(self.window, self.beta),)
        return self._exponents(), self._terms(), *windows

    def _exponents(self) -> Table:
        both, r = (self.lazy, self.rich), self._letter
        rows: tuple[tuple[Cell, ...], ...] = (
            (Notation("time_exponent", f"L~t^-{r}", rf"L \sim t^{{-{r}}}"), *(p.time_exponent for p in both)),
            *(
                (optimal_law(quantity, r)._replace(plain=key), *(getattr(p, key) for p in both))
                for key, quantity in OPTIMUM.items()
            ),
            (Notation("binding", "balance", r"\text{balance}"), *(p.binding for p in both)),
        )
        columns = make_columns(("exponent", f"exponent {r}"), *REGIMES)
        return Table("at", self._title(), columns, rows, tuple(self._notes()))

    @property
    def _letter(self) -> str:
        return self.convention.exponent_letter if self.convention else "r"

    def _title(self) -> Phrase:
        """Return the point and its task, in both sets of symbols if the point was given in a convention."""
        point = _equate(PARAMETERS, (self.alpha, self.beta))
        if self.convention is None:
            return phrase(f"{{point}}: {self.regime}", point=point)
        given = _equate(self.convention.symbols, self.convention.from_model(self.alpha, self.beta))
        return phrase(f"{{given}} ({{point}}): {self.regime}", given=given, point=point)

    def _notes(self) -> Iterator[Phrase]:
        if self.on_boundary:
            phases = " and ".join(self.neighbours)
            written = self.convention.write if self.convention else lambda curve: curve
            curves = join_notation(", ", *map(written, self.on_boundary))
            yield phrase(f"On the boundary {{curve}} of {phases}: terms of both tie.", curve=curves)
        for regime, power in self.logarithms:
            letter = self._letter
            log = _write_logarithm("C", power)
            law = Notation(f"C^-{letter} {log.plain}", f"C^-{letter} {log.unicode}", f"C^{{-{letter}}} {log.latex}")
            yield phrase(f"There the optimal {regime} loss falls as {{law}}.", law=law)
        yield phrase(f"Loss as {self.version}.")
        if self.convention:
            yield from self.convention.notes()

    def _terms(self) -> Table:
        rows = tuple(
            (name, *(cell for p in (self.lazy, self.rich) for cell in _term_cells(p, name)))
            for name, *_ in self.lazy.terms
        )
        r = self._letter
        fall = Notation(f"C^-{r}", f"C^-{r}", f"C^{{-{r}}}")
        pairs = ([(f"{regime}_law", regime), (f"{regime}_falls_as", fall)] for regime in REGIMES)
        columns = make_columns("term", *chain.from_iterable(pairs))
        note = phrase(f"{r}: exponent of each term at the optimum. The terms with the smallest {r} balance.")
        return Table("terms", phrase("Terms of the loss"), columns, rows, (note, *self._logarithm_notes()))

    def _logarithm_notes(self) -> Iterator[Phrase]:
        """Yield, for each power of a logarithm, the terms that it multiplies at this point."""
        for regime, place in zip(REGIMES, (self.lazy, self.rich), strict=True):
            for resource, power in dict.fromkeys((resource, power) for _, resource, power in place.logarithms):
                names = ", ".join(n for n, *law in place.logarithms if law == [resource, power])
                law = _write_logarithm(str(resource), power)
                yield phrase(f"Here {{law}} multiplies the {regime} law of {names}.", law=law)


def at(
    first: object,
    second: object,
    version: Version = PUBLISHED,
    convention: str | Convention = MODEL,
    learning_rate: object = None,
    gamma: object = 1,
) -> PointReport:
    """Return all that is exact at one point.

    Parameters
    ----------
    first, second : int, Fraction, sympy.Rational, or text such as "3/2"
        Capacity (> 1) and source (> 0) exponents, or the two parameters of a convention.
    version : "published" or "derived"
        The loss to use.
    convention : str or Convention
        The convention whose parameters the numbers are.
    learning_rate, gamma : exact number, or None for no learning rate
        0 < eta < 2 and gamma > 0 of the window in which the rich exponent shows.

    Returns
    -------
    PointReport

    Raises
    ------
    InputError
        If a number is not exact or lies outside alpha > 1, beta > 0, 0 < eta < 2 or gamma > 0, or if the convention is
        unknown.

    Examples
    --------
    >>> report = at("3/2", "1/2")
    >>> report.regime, report.rich.compute_exponent, report.rich.binding
    ('hard', Fraction(6, 17), ('gradient_flow', 'model_bottleneck'))
    """
    used = None
    if convention == MODEL:
        values = check_capacity(exact(first, "alpha")), check_source(exact(second, "beta"))
        point = dict(zip(PARAMETERS, values, strict=True))
    else:
        from ..model.conventions import convention as named  # imported only when asked for

        used = named(convention)
        point = used.to_model(first, second)
    table = table_1(version)
    boundaries = [boundary for diagram in (table.lazy, table.rich) for boundary in diagram.boundaries_at(point)]
    names = task_names(table.rich)
    neighbours = sorted({i for boundary in boundaries for i in boundary.phases})
    here = table.rich.phase_at(point)
    curves = tuple(dict.fromkeys(boundary.curve for boundary in boundaries))
    lazy, rich = (_regime_point(table, regime, point) for regime in REGIMES)
    capacity, source = (point[parameter] for parameter in PARAMETERS)
    between = tuple(names[i] for i in neighbours)
    logarithms = _logarithms(table, point) if boundaries else ()
    window = None
    if learning_rate is not None:
        window = find_window(capacity, source, exact(gamma, "gamma"), exact(learning_rate, "learning rate"), version)
    return PointReport(capacity, source, names[here], curves, between, lazy, rich, version, used, logarithms, window)


def _logarithms(table: Table1, point: Point) -> tuple[tuple[Regime, Fraction], ...]:
    """Return each regime whose optimal loss has a power of ln C as a factor at this point, and that power."""
    from ..optimum.boundary_ties import boundary_ties  # few points lie on a boundary

    found = {}
    for regime in REGIMES:
        here = table[regime].boundaries_at(point)
        powers = [tie.logarithm for tie in boundary_ties(table[regime]) if tie.boundary in here]
        found[regime] = max((evaluate(power, point) for power in powers if power is not None), default=Fraction(0))
    return tuple((regime, power) for regime, power in found.items() if power)


def _equate(symbols: Sequence[Symbol], values: Sequence[Fraction]) -> Notation:
    pairs = zip(symbols, map(Rational, values), strict=True)
    return join_notation(", ", *(Eq(symbol, number, evaluate=False) for symbol, number in pairs))


def _regime_point(table: Table1, regime: Regime, point: Point) -> RegimePoint:
    diagram: PhaseDiagram = table[regime]
    optimum = diagram.programme.at(point)
    shares = dict(zip(diagram.programme.resources, optimum.vertices[0].allocation, strict=True))
    terms = []
    for term in diagram.programme.loss:
        exponents = {r: evaluate(e, point) for r, e in term.exponents}
        terms.append((term.name, exponents, sum((e * shares[r] for r, e in exponents.items()), Fraction(0))))
    in_time = evaluate(diagram.programme.loss["gradient_flow"].exponent(t), point)
    binding = tuple(terms[i][0] for i in optimum.binding)
    logarithms = tuple(_term_logarithms(diagram, point))
    return RegimePoint(in_time, optimum.exponent, shares[N], shares[t], binding, tuple(terms), logarithms)


def _term_logarithms(diagram: PhaseDiagram, point: Point) -> Iterator[tuple[str, Symbol, Fraction]]:
    """Yield each term with a logarithm at this point, its resource, and the power."""
    for term in diagram.programme.loss:
        powers: dict[Symbol, Fraction] = {}
        for log in term.logarithms:
            if isinstance(log.where, Relational) and evaluate(log.where.lhs - log.where.rhs, point) == 0:
                powers[log.resource] = powers.get(log.resource, Fraction(0)) + evaluate(log.power, point)
        yield from ((term.name, resource, power) for resource, power in powers.items() if power)


def _write_logarithm(resource: str, power: Fraction) -> Notation:
    """Return a power of ln(resource)."""
    if power == 1:
        return Notation(f"ln({resource})", f"(ln {resource})", rf"(\ln {resource})")
    shown = f"({power})" if power.denominator > 1 or power < 0 else str(power)
    latex = rf"(\ln {resource})^{{{write(power, 'latex')}}}"
    return Notation(f"ln({resource})^{shown}", f"(ln {resource})^{shown}", latex)


def _term_cells(point: RegimePoint, name: str) -> tuple[Cell, Cell]:
    exponents, fall = next((exponents, fall) for term, exponents, fall in point.terms if term == name)
    return join_notation(" ", *(_power(resource, exponent) for resource, exponent in exponents.items())), fall


def _power(resource: Symbol, exponent: Fraction) -> Notation:
    plain, latex = write(-exponent, "plain"), write(-exponent, "latex")
    short = f"{resource}^{plain}" if exponent.denominator == 1 and exponent < 0 else f"{resource}^({plain})"
    return Notation(short, short, f"{resource}^{{{latex}}}")
