"""Which tables can the command print?  Those of `names.TABLES`, each built here by a function of its own.

Every exponent, region and balance in a row comes from a `PhaseDiagram`, a `FixedPoint`, a `LevelSeries`, a `Loss` or a
`Claim`; none is typed here.

Map: `compute_optimal`, `time`, `levels`, `loss_terms`, `phases` and `claims` build one table each (`data_tables` has
two more, `law_table` one); `table` finds one by name.
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
from ..model.batch_noise import sgd_mean_shift
from ..model.bottleneck import data_bottleneck
from ..model.level_series import level_series
from ..model.online_loss import loss
from ..model.stable_steps import DURATION, OPTIMUM_BY_CLOCK
from ..model.table1 import DOMAIN, FINITE_VARIANCE, PARAMETERS, TRACE_CLASS, Table1, task_names
from ..model.timescale import chi, clock_growth, self_consistency, solve_self_consistency
from ..names import (
    CLOCK_TABLES,
    CLOCKS,
    CONVENTION_TABLES,
    DERIVED,
    LAZY,
    MODEL,
    PUBLISHED,
    REGIMES,
    RICH,
    STEPS,
    TABLES,
    TIME,
    VERSIONS,
    Clock,
    Regime,
    Version,
    require,
)
from ..optimum.boundary_ties import boundary_ties
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import resolve_branches
from ..optimum.proof import sides
from ..printing import STYLES, Notation, Phrase, formula, phrase, write
from ..symbols import N, beta
from .columns import optimum_columns, state_clock, state_loss
from .data_tables import data, data_limit
from .render import Cell, Table, make_columns, table_object

if TYPE_CHECKING:
    from ..model.conventions import Convention

LEVELS = 5  # of the series, printed before the closed form


def compute_optimal(version: Version, convention: Convention | None = None, clock: Clock = TIME) -> Table:
    """Return Table 1: exponents of the optimal loss, model size and time in each phase, and what balances.

    Examples
    --------
    >>> compute_optimal("published").rows[0][:4]
    ('lazy', 'hard', beta < 1, alpha*beta/(alpha + 1))
    """
    rows: list[tuple[Cell, ...]] = []
    duration = DURATION[clock]
    for regime in REGIMES:
        diagram, tasks = _diagram(regime, version, convention, clock)
        for task, phase in zip(tasks, diagram.phases, strict=True):
            shares = dict(phase.allocation)
            rows.append((regime, task, phase.where, phase.exponent, shares[N], shares[duration], phase.binding))
    r = convention.exponent_letter if convention else "r"
    columns = make_columns("regime", "task", "where", *optimum_columns(r, clock), ("binding", "balance"))
    title = phrase(f"Table 1: compute-optimal exponents {r} at C = {{cost}}", cost=N * duration)
    notes = (*_state(version, convention), state_clock(clock))
    return Table("compute-optimal", title, columns, tuple(rows), notes, blocks="always", clock=clock)


def optimum_tables(found: Table1) -> list[Table]:
    """Return Table 1 as the command prints it.

    Examples
    --------
    >>> from exponents import table1
    >>> optimum_tables(table1)[0].name
    'compute-optimal'
    """
    return [compute_optimal(found.version)]


def optimum_object(found: Table1) -> dict[str, object]:
    """Return Table 1 as JSON holds it.

    Examples
    --------
    >>> from exponents import table1
    >>> optimum_object(table1)["rows"][0]["task"]
    'hard'
    """
    return table_object(compute_optimal(found.version))


def time() -> Table:
    """Return the time exponents of the limit dynamics, piece by piece, with the clock.

    Examples
    --------
    >>> [row[2] for row in time().rows]
    [beta, 2*beta/(beta + 1), beta]
    """
    growth, everywhere = clock_growth(LAZY), phrase("all {beta}", beta=beta)
    rows: list[tuple[Cell, ...]] = [(LAZY, everywhere, chi(LAZY), growth, growth - 1, None)]
    for piece in solve_self_consistency().pieces:
        rows.append((RICH, piece.where, piece.value, piece.growth, (piece.growth - 1).factor(), piece.slope))
    columns = make_columns(
        "regime",
        "where",
        ("time_exponent", formula(r"L \sim t^{-\chi}")),
        ("clock", formula(r"\tau \sim t^m")),
        ("kernel_growth", formula(r"\kappa \sim t^g")),
        ("slope", "slope at the fixed point"),
    )
    note = phrase("Lazy: eq. 8. Rich: the stable fixed point of {map} (eq. 10, 68).", map=self_consistency())
    return Table("time", phrase("Time exponents of the limit dynamics"), columns, tuple(rows), (note,))


def levels() -> Table:
    """Return the level-n series of eq. 62, its closed form and its limit.

    Examples
    --------
    >>> [row[1] for row in levels().rows[:2]]
    [beta, -beta**2 + 2*beta]
    """
    series = level_series()
    rows: list[tuple[Cell, ...]] = [
        (str(i), series.level(i), (series.level(i) - series.limit).factor()) for i in range(LEVELS)
    ]
    rows += [("n", series.closed_form, series.error), ("limit", series.limit, S.Zero)]
    columns = make_columns(
        "level",
        ("exponent", Notation("chi_n", "χₙ", r"\chi_n")),
        ("error", Notation("chi_n - chi", "χₙ - χ", r"\chi_n - \chi")),
    )
    note = phrase(
        "The error falls for {where} only, by a factor {rate} per level, and alternates in sign (eq. 62).",
        where=series.converges,
        rate=abs(series.slope),
    )
    return Table("levels", phrase("The level series of the time exponent"), columns, tuple(rows), (note,))


def loss_terms() -> Table:
    """Return each term of the loss, lazy and on each piece of the rich regime, in both versions where they differ.

    Examples
    --------
    >>> loss_terms().rows[0][:3]
    ('gradient_flow', 'both', t**(-beta))
    """
    pieces = solve_self_consistency().pieces
    rows: list[tuple[Cell, ...]] = []
    for name in [term.name for term in loss(LAZY)]:
        forms = {v: (loss(LAZY, v)[name], loss(RICH, v)[name]) for v in VERSIONS}
        same = len(set(forms.values())) == 1
        for v in VERSIONS[: 1 if same else None]:
            lazy, rich = forms[v]
            laws = [_law(rich, (*DOMAIN, *sides(piece.where))) for piece in pieces]
            rows.append((name, "both" if same else v, _law(lazy, DOMAIN), *laws, rich.source))
    shift = sgd_mean_shift()
    shifts = (_law(shift, (*DOMAIN, *sides(piece.where))) for piece in pieces)
    rows.append((shift.name, DERIVED, S.Zero, *shifts, shift.source))
    data = _law(data_bottleneck(), DOMAIN)
    rows.append((data_bottleneck().name, "both", data, *(data for _ in pieces), data_bottleneck().source))
    rich_columns = ((f"rich_{i}", _head_rich(piece.where)) for i, piece in enumerate(pieces, 1))
    columns = make_columns("term", "version", "lazy", *rich_columns, "source")
    notes = (
        phrase("Prefactors are omitted; {condition}.", condition=TRACE_CLASS),
        phrase(
            f"sgd_transient is the variance that the noise of early batches leaves; {shift.name} is what it does to "
            "the mean of the loss."
        ),
    )
    title = phrase("Terms of the loss, each from its mode sum")
    return Table("loss", title, columns, tuple(rows), notes, blocks="always")


def phases(version: Version, convention: Convention | None = None, clock: Clock = TIME) -> Table:
    """Return the boundaries of the phase diagram: between which phases they lie, and which terms tie there.

    Examples
    --------
    >>> phases("published").rows[0][:3]
    ('lazy', Eq(beta, 1), 'hard, easy')
    """
    rows: list[tuple[Cell, ...]] = []
    for regime in REGIMES:
        diagram, names = _diagram(regime, version, convention, clock)
        for tie in boundary_ties(diagram):
            between = ", ".join(names[i] for i in tie.boundary.phases)
            rows.append((regime, tie.boundary.curve, between, tie.terms, tie.logarithm))
    columns = make_columns(
        "regime", "boundary", "between", ("tied", "terms that tie on it"), ("logarithm", "power of ln C")
    )
    title = phrase("Boundaries of the phase diagram")
    note = phrase("Last column: on the boundary, the optimal loss has this power of ln C as a factor.")
    notes = (note, *_state(version, convention), state_clock(clock))
    return Table("phases", title, columns, tuple(rows), notes, clock=clock)


def claims() -> Table:
    """Return exponents that the paper states and this package derives, and where they agree.

    It is the same in each version.

    Examples
    --------
    >>> claims().rows[0][:3]
    ('chi: lazy time exponent', 'eq. 8', beta)
    """
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
    columns = make_columns(
        "claim", "source", "published", "derived", ("stated_for", "stated where"), ("agree", "agree where")
    )
    notes = (
        phrase(f"Published: {EDITION}; v2 and the journal version were not compared."),
        phrase(
            "Both sides are compared as functions for {trace}. Measurement decides between them.", trace=TRACE_CLASS
        ),
    )
    return Table("claims", phrase("Exponents as published and as derived"), columns, rows, notes, blocks="text")


def laws() -> Table:
    """Return laws that others published, each with its derived phases.

    Examples
    --------
    >>> laws().rows[0][0]
    'Hoffmann et al. 2022: size and data'
    """
    from .law_table import law_table  # imported only when asked for: it needs the parser

    return law_table()


_BUILDERS: dict[str, Callable[..., Table]] = dict(
    zip(TABLES, (compute_optimal, time, levels, loss_terms, phases, data, data_limit, claims, laws), strict=True)
)


def table(name: str, version: Version = PUBLISHED, convention: str | Convention = MODEL, clock: Clock = TIME) -> Table:
    """Return the table called ``name``, derived from the loss in one version, in the symbols of one convention.

    Parameters
    ----------
    name : str
        One of `names.TABLES`.
    version : "published" or "derived"
        The loss to start from.
    convention : str or Convention
        Whose symbols the two parameters have.
    clock : "time" or "steps"
        What compute counts: time, or steps at a stable learning rate.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If there is no such table, convention or clock, if the table exists in the model's own symbols or for time
        only, or if steps are asked for in the symbols of a convention.

    Examples
    --------
    >>> table("time").columns[2].key
    'time_exponent'
    """
    require(name, TABLES, "the table")
    require(clock, CLOCKS, "the clock")
    if clock == STEPS:
        require(name, CLOCK_TABLES, "a table that counts steps")
        require(convention, (MODEL,), "the convention of a table that counts steps")
    if convention == MODEL:
        return _BUILDERS[name](version, clock=clock) if name in CLOCK_TABLES else _BUILDERS[name]()
    from ..model.conventions import convention as named  # imported only when asked for

    used = named(convention)
    require(name, CONVENTION_TABLES, f"a table in the symbols of {used.name}")
    return _BUILDERS[name](version, used)


def _diagram(
    regime: Regime, version: Version, convention: Convention | None, clock: Clock
) -> tuple[PhaseDiagram, tuple[str, ...]]:
    """Return the compute optimum, and the names of its phases."""
    if convention is not None:
        return convention.optimum(regime, version), convention.tasks(regime, version)
    diagram = OPTIMUM_BY_CLOCK[clock](regime, version)
    return diagram, task_names(diagram)


def _law(term: PowerLaw, domain: tuple[Expr, ...]) -> Expr:
    return resolve_branches(replace(term, prefactor=S.One), PARAMETERS, domain).as_expr()


def _head_rich(where: Boolean) -> Notation:
    plain, unicode, latex = (write(where, style) for style in STYLES)
    return Notation(f"rich, {plain}", f"rich, {unicode}", rf"\text{{rich, }} {latex}")


def _where(condition: object) -> Cell:
    return {S.true: "everywhere", S.false: "nowhere"}.get(condition, condition)


def _state(version: Version, convention: Convention | None) -> tuple[Phrase, ...]:
    """Return the notes on the loss, its domain and the symbols."""
    if convention is None:
        return (state_loss(version, TRACE_CLASS, FINITE_VARIANCE),)
    return (state_loss(version, *convention.domain()), *convention.notes())
