"""How is a phase diagram reported: as tables for people, and as the object that JSON holds?

`diagram_tables` gives the phases and their boundaries, `diagram_object` the object.  With one parameter, a condition
whose ends are irrational is also written as intervals: 2a^2 - 4a + 1 < 0 (a > 1 - √2/2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise

from sympy import Basic, Eq, Expr, Or, Pow, S, Symbol
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.logic.boolalg import Boolean

from ..algebra.intervals import cut_line, solve_region
from ..algebra.parametric import evaluate, holds
from ..algebra.regions import Boundary
from ..algebra.smt import has_solver
from ..optimum.boundary_ties import Tie, assumptions, boundary_ties
from ..optimum.inner_ties import inner_ties
from ..optimum.phase_diagram import Phase, PhaseDiagram
from ..optimum.programme import Programme
from ..optimum.unspent_budgets import gains_from_less
from ..printing import STYLES, Notation, Phrase, join_notation, phrase, write
from ..symbols import C, s
from .render import Cell, Table, make_columns


def diagram_object(diagram: PhaseDiagram) -> dict[str, object]:
    """Return a diagram as JSON holds it: ``{"phases": [{where, exponent, allocation, binding, vertices, rays}]}``.

    Exact values are text that SymPy reads back.  ``vertices`` is there only where the allocation is not unique, and
    ``rays`` only where it may move without end.  Where no allocation meets the budgets, ``exponent`` is null, and
    ``infeasible`` lists the costs and constraints that contradict each other; where the loss falls without bound,
    ``unbounded`` lists the resources that grow together.  If the optimum is another on single curves, ``exceptions``
    lists these, each as ``on`` and the phases there; ``undecided`` lists curves for which no optimum is stated, each as
    ``on`` and a ``note``.  With three parameters or more ``complete`` says whether the phases are proved to cover the
    domain, and ``note`` why not.

    Examples
    --------
    >>> from exponents import N, compute_optimum, t
    >>> diagram_object(compute_optimum(1 / t + 1 / N))["phases"][0]["exponent"]
    '1/2'
    """
    found: dict[str, object] = {"phases": [_phase_object(diagram, phase) for phase in diagram.phases]}
    if len(diagram.programme.parameters) > 2:
        found["complete"] = diagram.complete
    if not diagram.complete:
        found["note"] = _incomplete()
    if diagram.exceptions:
        found["exceptions"] = [
            {"on": write(own.curve, "plain"), **diagram_object(own.diagram)} for own in diagram.exceptions
        ]
    if diagram.undecided:
        found["undecided"] = [{"on": write(own.curve, "plain"), "note": str(own)} for own in diagram.undecided]
    return found


def _phase_object(diagram: PhaseDiagram, phase: Phase) -> dict[str, object]:
    visible = diagram.programme.visible
    if phase.fault:
        where = "everywhere" if phase.where == S.true else write(phase.where, "plain")
        nothing: dict[str, object] = {"where": where, "exponent": None, "allocation": {}, "binding": []}
        return nothing | {phase.fault: [list(names) for names in phase.conflicts or phase.growing]}
    found: dict[str, object] = {
        "where": "everywhere" if phase.where == S.true else write(phase.where, "plain"),
        "exponent": write(phase.exponent, "plain"),
        "allocation": {r.name: write(share, "plain") for r, share in phase.allocation if r in visible},
        "binding": list(phase.binding),
    }
    for key, rows in (("vertices", phase.vertices), ("rays", phase.rays)):
        if len(rows) > (key == "vertices"):
            found[key] = [
                {
                    r.name: write(x, "plain")
                    for r, x in zip(diagram.programme.resources, row, strict=True)
                    if r in visible
                }
                for row in rows
            ]
    if diagram.programme.constraints:
        found["tight"] = list(_tight(diagram, phase))
    return found


def _tight(diagram: PhaseDiagram, phase: Phase) -> tuple[str, ...]:
    """Return the constraints whose slack does not grow anywhere on the optimal face."""
    if phase.fault:
        return ()
    places = {r: place for place, r in enumerate(diagram.programme.resources)}
    slacks = [(c.name, places[c.slack]) for c in diagram.programme.constraints if c.slack is not None]
    return tuple(name for name, place in slacks if all(x[place] == 0 for x in (*phase.vertices, *phase.rays)))


def diagram_tables(diagram: PhaseDiagram, settings: Sequence[str] = (), irreducible: Sequence[str] = ()) -> list[Table]:
    """Return a table of the phases and, if terms tie on curves, one of the boundaries between and inside phases.

    Parameters
    ----------
    diagram : PhaseDiagram
    settings : sequence of str
        Parameters that were given a number, such as ``alpha=3/2``; a note lists them.
    irreducible : sequence of str
        Names of terms that were set aside because no resource lowers them; a note lists them.

    Examples
    --------
    >>> from exponents import N, compute_optimum, t
    >>> [table.name for table in diagram_tables(compute_optimum(1 / t + 1 / N))]
    ['balance']
    """
    tables = [_phases(diagram, settings, irreducible)]
    ties = (*boundary_ties(diagram), *inner_ties(diagram))
    return [*tables, _boundaries(diagram, ties)] if ties else tables


def _phases(diagram: PhaseDiagram, settings: Sequence[str], irreducible: Sequence[str]) -> Table:
    resources, constraints = diagram.programme.visible, diagram.programme.constraints
    places = [diagram.programme.resources.index(r) for r in resources]
    columns = make_columns(
        "phase",
        "where",
        ("compute_exponent", Notation("L(C) ~ C^-r", "L⋆~C^-r", r"L_\star \sim C^{-r}")),
        *((f"{r}_exponent", _growth(r)) for r in resources),
        ("binding", "balance"),
        *([("tight", "tight")] if constraints else []),
        *([] if diagram.complete else [("complete", "complete")]),
    )
    rows = tuple(
        (
            f"phase {number}",
            "everywhere" if phase.where == S.true else _condition(diagram, phase.where),
            *(_results(diagram, phase, places)),
            *([] if diagram.complete else ["not proved"]),
        )
        for number, phase in enumerate(diagram.phases, 1)
    )
    budgets = join_notation(", ", *(budget.as_expr() for budget in diagram.programme.costs))
    title = phrase("Compute-optimal exponents at C = {budgets}", budgets=budgets)
    if not diagram.programme.costs:
        title = phrase("Compute-optimal exponents")
    return Table("balance", title, columns, rows, tuple(_notes(diagram, settings, irreducible)), blocks="text")


def _results(diagram: PhaseDiagram, phase: Phase, places: Sequence[int]) -> tuple[Cell, ...]:
    """Return the cells of a phase behind its region: exponent, shares, balance and tight constraints."""
    tight = [_tight(diagram, phase) or "none"] if diagram.programme.constraints else []
    if phase.fault:
        return (phase.fault, *(None for _ in places), None, *(None for _ in tight))
    return (phase.exponent, *(_corners(phase, place) for place in places), phase.binding, *tight)


def _growth(resource: Symbol) -> Notation:
    latex = rf"{{{write(resource, 'latex')}}}_\star \sim C^r"
    return Notation(f"{resource}(C) ~ C^r", f"{write(resource, 'unicode')}⋆~C^r", latex)


def _corners(phase: Phase, position: int) -> Cell:
    """Return the share of a resource; if the optimum is not unique, its share at each corner of the optimal face."""
    values = tuple(vertex[position] for vertex in phase.vertices)
    return values if len(set(values)) > 1 else values[0]


def _condition(diagram: PhaseDiagram, where: Boolean) -> Basic | Notation:
    """Return the region of a phase, followed by its intervals unless its inequalities are already solved."""
    parameters = diagram.programme.parameters
    if len(parameters) != 1 or all(relation.lhs.is_Symbol for relation in where.atoms(Relational)):
        return where
    return _beside(where, solve_region(where, parameters[0], diagram.programme.domain))


def _beside(condition: Boolean, solved: Boolean | None) -> Basic | Notation:
    """Return a condition with its solved form in brackets, for people; programs read the condition alone."""
    if solved is None:
        return condition
    unicode, latex = (f"{write(condition, style)} ({write(solved, style)})" for style in STYLES[1:])
    return Notation(write(condition, "plain"), unicode, latex)


def _notes(diagram: PhaseDiagram, settings: Sequence[str], irreducible: Sequence[str]) -> Iterable[Phrase]:
    programme = diagram.programme
    if not diagram.complete:
        yield phrase(_incomplete())
    if irreducible:
        yield phrase(f"Exponents are those of the loss above what no resource lowers: {', '.join(irreducible)}.")
    if programme.domain:
        yield phrase("Domain: {domain}.", domain=join_notation(", ", *_domain(programme.domain)))
    if settings:
        yield phrase(f"With {', '.join(' '.join(setting.split()) for setting in settings)}.")
    if programme.constraints:
        yield phrase(f"Subject to {', '.join(c.name for c in programme.constraints)}.")
        tight = {name for phase in diagram.phases for name in _tight(diagram, phase)}
        never = [c.name for c in programme.constraints if c.slack is not None and c.name not in tight]
        if never:
            yield phrase(f"Never tight: {', '.join(never)}.")
        yield from _constant_bounds(programme)
    if gains_from_less(diagram):
        bounds = ", ".join(f"{cost.name} <= C" for cost in programme.costs)
        yield phrase(
            "Each cost equals the budget. Where less may be spent, the loss falls faster on a part of the domain: "
            f"give constraints in place of costs, {bounds}."
        )
    if any(len(phase.vertices) > 1 for phase in diagram.phases):
        yield phrase("Optimum not unique: any split between the rows of a resource is optimal.")
    for number, phase in enumerate(diagram.phases, 1):
        if not phase.fault and phase.exponent.is_negative:
            grows = " and ".join(phase.binding)
            yield phrase(f"Phase {number}: the loss grows with the budget, however it is split, by {grows}.")
        for ray in phase.rays:
            rates = zip(programme.resources, ray, strict=True)
            moved = {r.name: Pow(C, rate * s) for r, rate in rates if rate != 0 and r in programme.visible}
            changes = ", ".join(f"{name} times {{{name}}}" for name in moved)
            yield phrase(f"Phase {number}: {changes} is optimal too, for any s > 0.", **moved)
        for names in phase.conflicts:
            yield phrase(f"Phase {number} is infeasible: no allocation meets {' and '.join(names)}.")
        for names in phase.growing:
            grow = "changes" if len(names) == 1 else "change together"
            yield phrase(f"Phase {number} is unbounded: the loss falls without bound as {' and '.join(names)} {grow}.")
    for own in diagram.exceptions:
        where = join_notation("", own.curve)
        yield phrase("On {where} alone, where budgets change, r is {r}.", where=where, r=own.diagram.exponent)
    for curve in diagram.undecided:
        reason = str(curve).replace("{", "{{").replace("}", "}}")
        yield phrase(f"On {{where}} alone, where budgets change: {reason}.", where=join_notation("", curve.curve))
    fixed = {own for term in programme.loss for own in term.prefactor.free_symbols} - set(programme.resources)
    if fixed:
        yield phrase("Held fixed: {symbols}.", symbols=join_notation(", ", *sorted(fixed, key=str)))
    for name, condition in assumptions(diagram):
        yield phrase(f"{name} was derived for {{condition}} and is used beyond it.", condition=condition)


def _constant_bounds(programme: Programme) -> Iterable[Phrase]:
    """Yield what constant bounds mean as C grows."""
    for constraint in programme.constraints:
        bound = constraint.constant_bound
        used = [r.name for r in programme.visible if constraint.budget.exponent(r) != 0]
        verb = "does" if len(used) == 1 else "do"
        if bound == "upper":
            yield phrase(
                f"{constraint.name} says that {' and '.join(used)} {verb} not grow with C, whatever the constant."
            )
        elif bound == "lower" and not set(used) & {r.name for r in programme.free}:
            yield phrase(f"{constraint.name} says nothing as C grows: no exponent knows a constant.")


def _incomplete() -> str:
    """Return why phases may be missing, and what to try."""
    then = (
        "the SMT solver found no answer in time; give a parameter a number with --set, or narrow the domain"
        if has_solver()
        else "install the extra smt, an SMT solver, or give a parameter a number with --set"
    )
    return f"Each phase is proved on its region, but not that the phases cover the domain: {then}."


def _domain(sides: Sequence[Expr]) -> list[Relational]:
    """Return inequalities that read well, alpha > 1 for alpha - 1 > 0, without those that follow from another."""
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


def _boundaries(diagram: PhaseDiagram, ties: Sequence[Tie]) -> Table:
    logarithmic = any(tie.logarithm != 0 for tie in ties)
    rows: dict[object, tuple[Cell, ...]] = {}
    for tie in ties:
        pair = sorted(tie.boundary.phases)
        slacks = {c.slack for c in diagram.programme.constraints}
        reason = tie.terms + tuple(
            f"{r} becomes tight" if r in slacks else f"{r} reaches its floor" for r in tie.floors
        )
        reason += tuple(f"{fault} beyond" for fault in tie.faults)
        logarithm = [tie.logarithm] if logarithmic else []
        between = " and ".join(str(i + 1) for i in pair) if pair[0] < pair[1] else f"inside {pair[0] + 1}"
        # Two branches of one curve are one row.
        rows[tie.boundary.curve, *pair] = (_equation(diagram, tie.boundary), between, reason, *logarithm)
    power = Notation("power of ln C", "power of ln C", r"\text{power of } \ln C")
    columns = make_columns(
        "boundary",
        ("between", "phases"),
        ("tied", "terms that tie on it"),
        *([("logarithm", power)] if logarithmic else []),
    )
    notes = () if logarithmic else (phrase("No logarithm multiplies the law on any of them."),)
    return Table("boundaries", phrase("Boundaries"), columns, tuple(rows.values()), notes)


def _equation(diagram: PhaseDiagram, boundary: Boundary) -> Basic | Notation:
    """Return the curve of a boundary, followed by its points if it is an unsolved equation in one parameter."""
    parameters = diagram.programme.parameters
    if len(parameters) > 1 or boundary.curve.lhs.is_Symbol:
        return boundary.curve
    line = cut_line(parameters[0], [*diagram.regions.curves, *diagram.programme.domain])
    if line is None:
        return boundary.curve
    points = [
        Eq(parameters[0], left.high, evaluate=False)
        for left, right in pairwise(line)
        if boundary.polynomial.subs(parameters[0], left.high).expand() == 0
        and {_phase_of(diagram, left.sample), _phase_of(diagram, right.sample)} == set(boundary.phases)
    ]
    return _beside(boundary.curve, Or(*points))


def _phase_of(diagram: PhaseDiagram, value: Fraction) -> int | None:
    """Return the position of the phase that a value of the one parameter lies in; None outside of the domain."""
    point = {diagram.programme.parameters[0]: value}
    if any(evaluate(side, point) <= 0 for side in diagram.programme.domain):
        return None
    return next(i for i, phase in enumerate(diagram.phases) if holds(phase.where, point))
