"""A phase diagram as tables, and as the object that JSON holds."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Expr, S, Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan

from ..optimum.boundary_ties import assumptions, boundary_ties
from ..optimum.phase_diagram import Phase, PhaseDiagram
from ..printing import STYLES, Notation, Phrase, join_notation, phrase, write
from .render import Cell, Column, Table


def diagram_object(diagram: PhaseDiagram) -> dict[str, object]:
    """``{"phases": [...]}``: where, exponent, allocation and binding of each; vertices where there is a choice."""
    return {"phases": [_phase_object(diagram, phase) for phase in diagram.phases]}


def _phase_object(diagram: PhaseDiagram, phase: Phase) -> dict[str, object]:
    names = [resource.name for resource in diagram.programme.resources]
    found: dict[str, object] = {
        "where": "everywhere" if phase.where == S.true else write(phase.where, "plain"),
        "exponent": write(phase.exponent, "plain"),
        "allocation": {r.name: write(share, "plain") for r, share in phase.allocation},
        "binding": list(phase.binding),
    }
    if len(phase.vertices) > 1:
        found["vertices"] = [dict(zip(names, (write(x, "plain") for x in v), strict=True)) for v in phase.vertices]
    return found


def diagram_tables(diagram: PhaseDiagram, settings: Sequence[str] = (), irreducible: Sequence[str] = ()) -> list[Table]:
    """The phases, and the boundaries between them if there are any; below, what was set and what was set aside."""
    tables = [_phases(diagram, settings, irreducible)]
    return [*tables, _boundaries(diagram)] if diagram.boundaries else tables


def _phases(diagram: PhaseDiagram, settings: Sequence[str], irreducible: Sequence[str]) -> Table:
    resources = diagram.programme.resources
    columns = (
        Column("phase"),
        Column("where"),
        Column("compute_exponent", Notation("L(C) ~ C^-r", "L⋆~C^-r", r"L_\star \sim C^{-r}")),
        *(Column(f"{r}_exponent", _growth(r)) for r in resources),
        Column("binding", "balance"),
    )
    rows = tuple(
        (
            f"phase {number}",
            "everywhere" if phase.where == S.true else phase.where,
            phase.exponent,
            *(_corners(phase, position) for position in range(len(resources))),
            phase.binding,
        )
        for number, phase in enumerate(diagram.phases, 1)
    )
    budgets = join_notation(", ", *(Notation(*_budget(b.as_expr())) for b in diagram.programme.budgets))
    return Table(
        "balance",
        phrase("Compute-optimal exponents at C = {budgets}", budgets=budgets),
        columns,
        rows,
        (*_set_aside(irreducible), *_notes(diagram, settings)),
        blocks="text",
    )


def _budget(monomial: Expr) -> tuple[str, str, str]:
    plain, unicode, latex = (write(monomial, style) for style in STYLES)
    return plain, unicode, latex


def _growth(resource: Symbol) -> Notation:
    latex = rf"{{{write(resource, 'latex')}}}_\star \sim C^r"
    return Notation(f"{resource}(C) ~ C^r", f"{write(resource, 'unicode')}⋆~C^r", latex)


def _corners(phase: Phase, position: int) -> Cell:
    """The share of a resource; where there is a choice, that of each corner of the optimal face."""
    values = tuple(vertex[position] for vertex in phase.vertices)
    return values if len(set(values)) > 1 else values[0]


def _set_aside(irreducible: Sequence[str]) -> list[Phrase]:
    names = ", ".join(irreducible)
    return [phrase(f"Of the loss above what no resource lowers: {names}.")] if irreducible else []


def _notes(diagram: PhaseDiagram, settings: Sequence[str]) -> list[Phrase]:
    programme = diagram.programme
    notes = []
    if programme.domain:
        notes.append(phrase("Domain: {domain}.", domain=join_notation(", ", *_domain(programme.domain))))
    if settings:
        notes.append(phrase(f"With {', '.join(' '.join(setting.split()) for setting in settings)}."))
    if any(len(phase.vertices) > 1 for phase in diagram.phases):
        notes.append(phrase("Where a resource has several exponents, every mixture of these rows is as good."))
    fixed = {s for term in programme.loss for s in term.prefactor.free_symbols} - set(programme.resources)
    if fixed:
        notes.append(phrase("Held fixed: {symbols}.", symbols=join_notation(", ", *sorted(fixed, key=str))))
    notes += [
        phrase(f"Assumed outside of where it was derived: {name}, for {{condition}}.", condition=condition)
        for name, condition in assumptions(diagram)
    ]
    return notes


def _domain(sides: Sequence[Expr]) -> list[Relational]:
    """Inequalities that read well, alpha > 1 instead of alpha - 1 > 0, without those that follow from another."""
    lower: dict[Symbol, Expr] = {}
    upper: dict[Symbol, Expr] = {}
    others: list[Relational] = []
    for side in sides:
        symbols = sorted(side.free_symbols, key=str)
        slope = side.diff(symbols[0])
        if len(symbols) == 1 and slope.is_number:
            bound = -side.subs(symbols[0], 0) / slope
            kept, better = (lower, max) if slope > 0 else (upper, min)
            kept[symbols[0]] = better(kept.get(symbols[0], bound), bound)
        else:
            others.append(StrictGreaterThan(side, 0, evaluate=False))
    found = [StrictGreaterThan(symbol, bound, evaluate=False) for symbol, bound in lower.items()]
    return [*found, *(StrictLessThan(symbol, bound, evaluate=False) for symbol, bound in upper.items()), *others]


def _boundaries(diagram: PhaseDiagram) -> Table:
    found = boundary_ties(diagram)
    logarithmic = any(tie.logarithm != 0 for tie in found)
    columns = [Column("boundary"), Column("between", "phases"), Column("tied", "terms that tie on it")]
    rows: list[tuple[Cell, ...]] = []
    for tie in found:
        between = " and ".join(str(i + 1) for i in tie.boundary.phases)
        reason = tie.terms + tuple(f"{r} reaches its floor" for r in tie.floors)
        rows.append((tie.boundary.curve, between, reason, *([tie.logarithm] if logarithmic else [])))
    if logarithmic:
        columns.append(Column("logarithm", Notation("power of ln C", "power of ln C", r"\text{power of } \ln C")))
    notes = () if logarithmic else (phrase("No logarithm multiplies the law on any of them."),)
    return Table("boundaries", phrase("Boundaries"), tuple(columns), tuple(rows), notes)
