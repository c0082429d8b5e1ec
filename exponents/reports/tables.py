"""The tables the command prints, each built from the objects that derive it.

Every exponent, region and balance in a row is read off a `PhaseDiagram`, a `FixedPoint`, a `LevelSeries`, a `Loss` or a
`Claim`; none is written here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sympy import Expr, S
from sympy.logic.boolalg import Boolean

from ..algebra.piecewise import normal_form
from ..claims.catalogue import CLAIMS
from ..claims.claim import EDITION, parse_condition
from ..losses.terms import PowerLaw
from ..model.level_series import level_series
from ..model.online_loss import LOSS_EQUATION, data_bottleneck, loss
from ..model.table1 import DOMAIN, FINITE_VARIANCE, PARAMETERS, TRACE_CLASS, optimum, task_names
from ..model.timescale import clock_growth, self_consistency, solve_self_consistency
from ..names import CONVENTION_TABLES, LAZY, MODEL, PUBLISHED, REGIMES, RICH, TABLES, VERSIONS, Regime, Version, require
from ..optimum.boundary_ties import boundary_ties
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import resolve_branches
from ..optimum.proof import sides
from ..printing import STYLES, Notation, Phrase, phrase, write
from ..symbols import N, beta, t
from .data_tables import data, data_limit
from .render import Cell, Column, Table

if TYPE_CHECKING:
    from ..model.conventions import Convention

LEVELS = 5
"""Levels of the series that are printed before the closed form."""


def compute_optimal(version: Version, convention: Convention | None = None) -> Table:
    """Table 1: exponents of the optimal loss, model size and time in each phase, and what balances."""
    rows: list[tuple[Cell, ...]] = []
    for regime in REGIMES:
        diagram, tasks = _diagram(regime, version, convention)
        for task, phase in zip(tasks, diagram.phases, strict=True):
            shares = dict(phase.allocation)
            rows.append((regime, task, phase.where, phase.exponent, shares[N], shares[t], phase.binding))
    r = convention.exponent_letter if convention else "r"
    columns = (
        Column("regime"),
        Column("task"),
        Column("where"),
        Column("compute_exponent", Notation(f"L(C) ~ C^-{r}", f"L⋆~C^-{r}", rf"L_\star \sim C^{{-{r}}}")),
        Column("model_size_exponent", Notation(f"N(C) ~ C^{r}", f"N⋆~C^{r}", rf"N_\star \sim C^{r}")),
        Column("time_allocation_exponent", Notation(f"t(C) ~ C^{r}", f"t⋆~C^{r}", rf"t_\star \sim C^{r}")),
        Column("binding", "balance"),
    )
    title = phrase(f"Table 1: compute-optimal exponents {r} at C = {{cost}}", cost=N * t)
    return Table("compute-optimal", title, columns, tuple(rows), _stated(version, convention), blocks="always")


def time(version: Version) -> Table:
    """Time exponents of the limit dynamics, piece by piece, with the clock; the same in each version."""
    del version
    lazy_clock = clock_growth(LAZY)
    rows: list[tuple[Cell, ...]] = [
        (
            LAZY,
            phrase("all {beta}", beta=beta),
            loss(LAZY)["gradient_flow"].exponent(t),
            lazy_clock,
            lazy_clock - 1,
            None,
        )
    ]
    for piece in solve_self_consistency().pieces:
        rows.append((RICH, piece.where, piece.value, piece.growth, (piece.growth - 1).factor(), piece.slope))
    columns = (
        Column("regime"),
        Column("where"),
        Column("time_exponent", Notation("L ~ t^-chi", "L ~ t^-χ", r"L \sim t^{-\chi}")),
        Column("clock", Notation("tau ~ t^m", "τ ~ t^m", r"\tau \sim t^m")),
        Column("kernel_growth", Notation("kappa ~ t^g", "κ ~ t^g", r"\kappa \sim t^g")),
        Column("slope", "slope of the map"),
    )
    note = phrase("Lazy: eq. 8. Rich: the stable fixed point of {map} (eq. 10, 68).", map=self_consistency())
    return Table("time", phrase("Time exponents of the limit dynamics"), columns, tuple(rows), (note,))


def levels(version: Version) -> Table:
    """The level-n series of eq. 62, its closed form and its limit; the same in each version."""
    del version
    series = level_series()
    rows: list[tuple[Cell, ...]] = [
        (str(i), series.level(i), (series.level(i) - series.limit).factor()) for i in range(LEVELS)
    ]
    rows += [("n", series.closed_form, series.error), ("limit", series.limit, S.Zero)]
    columns = (
        Column("level"),
        Column("exponent", Notation("chi_n", "χₙ", r"\chi_n")),
        Column("error", Notation("chi_n - chi", "χₙ - χ", r"\chi_n - \chi")),
    )
    note = phrase(
        "The error alternates, and falls, by a factor {rate} a level, for {where} only (eq. 62).",
        where=series.converges,
        rate=abs(series.slope),
    )
    return Table("levels", phrase("The level series of the time exponent"), columns, tuple(rows), (note,))


def loss_terms(version: Version) -> Table:
    """Each term of the loss, lazy and on each piece of the rich regime, in both versions where they differ."""
    del version
    pieces = solve_self_consistency().pieces
    rows: list[tuple[Cell, ...]] = []
    for name in [term.name for term in loss(LAZY)]:
        forms = {v: (loss(LAZY, v)[name], loss(RICH, v)[name]) for v in VERSIONS}
        same = len(set(forms.values())) == 1
        for v in VERSIONS[: 1 if same else None]:
            lazy, rich = forms[v]
            laws = [_law(rich, (*DOMAIN, *sides(piece.where))) for piece in pieces]
            rows.append((name, "both versions" if same else v, _law(lazy, DOMAIN), *laws, rich.source))
    data = _law(data_bottleneck(), DOMAIN)
    rows.append((data_bottleneck().name, "both versions", data, *(data for _ in pieces), data_bottleneck().source))
    rich_columns = [Column(f"rich_{i}", _rich(piece.where)) for i, piece in enumerate(pieces, 1)]
    columns = (Column("term"), Column("version"), Column("lazy"), *rich_columns, Column("source"))
    note = phrase("Prefactors are left out; {condition}.", condition=TRACE_CLASS)
    return Table(
        "loss", phrase("Terms of the loss, each from its mode sum"), columns, tuple(rows), (note,), blocks="always"
    )


def phases(version: Version, convention: Convention | None = None) -> Table:
    """The boundaries of the phase diagram: between which phases, and which terms tie there."""
    rows: list[tuple[Cell, ...]] = []
    for regime in REGIMES:
        diagram, names = _diagram(regime, version, convention)
        for tie in boundary_ties(diagram):
            between = ", ".join(names[i] for i in tie.boundary.phases)
            rows.append((regime, tie.boundary.curve, between, tie.terms, tie.logarithm))
    columns = (
        Column("regime"),
        Column("boundary"),
        Column("between"),
        Column("tied", "terms that tie on it"),
        Column("logarithm", "power of ln C"),
    )
    title = phrase("Boundaries of the phase diagram")
    note = phrase("Last: the power of ln C that multiplies the law of the optimal loss on the boundary.")
    return Table("phases", title, columns, tuple(rows), (note, *_stated(version, convention)))


def claims(version: Version) -> Table:
    """Exponents the paper states and this package derives, and where they agree; the same in each version."""
    del version
    rows = tuple(
        (
            claim.name,
            claim.source,
            claim.parse_published(),
            normal_form(claim.derive(), PARAMETERS, claim.domain),
            _where(parse_condition(claim.stated_for)),
            _where(claim.agreement()),
        )
        for claim in CLAIMS
        if claim.published is not None and claim.tabulated
    )
    columns = (
        Column("claim"),
        Column("source"),
        Column("published"),
        Column("derived"),
        Column("stated_for", "stated where"),
        Column("agree", "agree where"),
    )
    notes = (
        phrase(f"Published: {EDITION}; v2 and the journal version were not compared."),
        phrase(
            "Both sides are compared as functions for {trace}. Measurement decides between them.", trace=TRACE_CLASS
        ),
    )
    return Table("claims", phrase("Exponents as published and as derived"), columns, rows, notes, blocks="text")


_BUILDERS: dict[str, Callable[[Version], Table]] = dict(
    zip(TABLES, (compute_optimal, time, levels, loss_terms, phases, data, data_limit, claims), strict=True)
)


_IN_SYMBOLS: dict[str, Callable[[Version, Convention], Table]] = dict(
    zip(CONVENTION_TABLES, (compute_optimal, phases), strict=True)
)


def table(name: str, version: Version = PUBLISHED, convention: str | Convention = MODEL) -> Table:
    """The table called ``name``, from the loss in one version, derived in the symbols of one convention.

    Raises
    ------
    InputError
        For a name or a convention that does not exist, and for a table that only the model's own symbols have.
    """
    require(name, TABLES, "a table")
    if convention == MODEL:
        return _BUILDERS[name](version)
    from ..model.conventions import convention as named  # nobody else need wait for this

    used = named(convention)
    require(name, CONVENTION_TABLES, f"a table in the symbols of {used.name}")
    return _IN_SYMBOLS[name](version, used)


def _diagram(regime: Regime, version: Version, convention: Convention | None) -> tuple[PhaseDiagram, tuple[str, ...]]:
    """The compute optimum, and the names of its phases."""
    if convention is not None:
        return convention.optimum(regime, version), convention.tasks(regime, version)
    diagram = optimum(regime, version)
    return diagram, task_names(diagram)


def _law(term: PowerLaw, domain: tuple[Expr, ...]) -> Expr:
    return resolve_branches(replace(term, prefactor=S.One), PARAMETERS, domain).as_expr()


def _rich(where: Boolean) -> Notation:
    plain, unicode, latex = (write(where, style) for style in STYLES)
    return Notation(f"rich, {plain}", f"rich, {unicode}", rf"\text{{rich, }} {latex}")


def _where(condition: object) -> Cell:
    return {S.true: "everywhere", S.false: "nowhere"}.get(condition, condition)


def _stated(version: Version, convention: Convention | None) -> tuple[Phrase, ...]:
    sources = ", ".join(f"{regime} {LOSS_EQUATION[regime]}" for regime in REGIMES)
    domain = convention.domain() if convention else (TRACE_CLASS, FINITE_VARIANCE)
    conditions = {f"condition_{i}": condition for i, condition in enumerate(domain)}
    stated = ", ".join(f"{{{name}}}" for name in conditions)
    return (
        phrase(f"Loss as {version} ({sources}), {stated}.", **conditions),
        *(convention.notes() if convention else ()),
    )
