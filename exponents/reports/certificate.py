"""How is the proof of a phase diagram written so that it can be checked without this package?  As JSON.

Polynomials are lists of coefficients with the powers of the parameters, and rational functions are pairs of them.  The
factors of all numerators and denominators are listed too; they spare the checker (`certificate_checker`) work and prove
nothing.  An infeasible phase has no vertex, no weights, and the exponent -1; an unbounded one has the exponent null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sympy import Add, Expr, Max, Min, Mul, Or, Piecewise, Poly, S, Symbol, fraction, together
from sympy.logic.boolalg import Boolean

from ..errors import InputError
from ..optimum.phase_diagram import Certificate, Phase, PhaseDiagram
from ..optimum.proof import sides

OPERATIONS = {Min: "min", Max: "max", Add: "+", Mul: "*"}


def make_certificate(diagram: PhaseDiagram) -> dict[str, object]:
    """Return a certificate of a phase diagram, as JSON holds it.

    Parameters
    ----------
    diagram : PhaseDiagram

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If an exponent of the loss or of a budget holds another function, or there are more than two parameters.

    Examples
    --------
    >>> from exponents import N, beta, compute_optimum, t
    >>> from exponents.certificate_checker import check
    >>> check(make_certificate(compute_optimum(t**-beta + 1 / N, N * t)))
    1
    """
    names = [p.name for p in diagram.programme.parameters]
    if len(names) > 2:
        raise InputError(
            f"a certificate is checked for two parameters at most; got {', '.join(names)}; give the others numbers, as "
            f"with --set {names[-1]}=1, or call prove(diagram) in Python"
        )
    writer = _Writer(diagram.programme.parameters)
    parts = diagram.parts or (diagram,)
    joined = [
        {"where": writer.region(phase.where), "part": branch, "phase": _find_phase(diagram.parts[branch], phase)}
        for phase, branch in zip(diagram.phases, diagram.chosen, strict=False)
    ]
    found = {
        "certificate": 1,
        "parameters": [p.name for p in diagram.programme.parameters],
        "resources": [r.name for r in diagram.programme.resources],
        "free": [r.name for r in diagram.programme.free],
        "domain": [writer.ratio(side) for side in diagram.programme.domain],
        "parts": [_write_part(part, writer) for part in parts],
        "joined": joined,
    }
    return found | {"factors": list(writer.factors.values())}


def _find_phase(part: PhaseDiagram, phase: Phase) -> int:
    """Return the position of a phase in the diagram of its branch: all but the region is the same."""
    return [replace(other, where=phase.where) for other in part.phases].index(phase)


def _write_part(diagram: PhaseDiagram, writer: _Writer) -> dict[str, object]:
    programme = diagram.programme
    names = [term.name for term in programme.loss]
    phases = [
        {
            "where": writer.region(phase.where),
            "exponent": None if phase.unbounded else writer.ratio(-S.One if phase.infeasible else phase.exponent),
            "vertices": [[writer.ratio(share) for share in vertex] for vertex in phase.vertices],
            "binding": [names.index(name) for name in phase.binding],
            "proofs": [
                {"where": writer.region(proof.where), **_write_proof(names, phase, proof, writer)}
                for proof in phase.certificates
            ],
        }
        for phase in diagram.phases
    ]
    return {
        "names": names,
        "terms": [[writer.expression(e) for e in row] for row in programme.term_exponents()],
        "budgets": [[writer.expression(e) for e in row] for row in programme.budget_exponents()],
        "phases": phases,
    }


def _write_proof(names: Sequence[str], phase: Phase, proof: Certificate, writer: _Writer) -> dict[str, object]:
    if proof.ascent:
        rows = {"start": proof.ascent.start, "direction": proof.ascent.direction}
        written = {key: [writer.ratio(share) for share in row] for key, row in rows.items()}
        return {**written, "rate": writer.ratio(proof.ascent.rate)}
    weights = dict(proof.weights)
    return {
        "weights": [writer.ratio(weights.get(name, S.Zero)) for name in names],
        "prices": [writer.ratio(-price if phase.infeasible else price) for price in proof.prices],
    }


class _Writer:
    """Writes rational functions, and remembers their factors."""

    def __init__(self, parameters: Sequence[Symbol]) -> None:
        self._parameters = parameters
        self.factors: dict[object, list[object]] = {}

    def region(self, where: Boolean) -> list[list[object]]:
        """Return a region as alternatives of functions that are positive."""
        clauses = where.args if isinstance(where, Or) else (where,)
        return [[self.ratio(side) for side in sides(clause)] for clause in clauses]

    def expression(self, e: Expr) -> object:
        """Return an exponent, with its minima and maxima as operations."""
        if not e.has(Min, Max, Piecewise):
            return self.ratio(e)
        if isinstance(e, Piecewise):
            return {"cases": [{"where": self.region(where), "value": self.expression(part)} for part, where in e.args]}
        name = next((name for kind, name in OPERATIONS.items() if isinstance(e, kind)), None)
        if name is None:
            raise InputError(f"a certificate holds exponents by +, *, min, max and cases; got {e}; write it with those")
        return {name: [self.expression(part) for part in e.args]}

    def ratio(self, e: Expr) -> dict[str, object]:
        """Return a rational function as numerator and denominator."""
        top, bottom = fraction(together(e).cancel())
        return {"/": [self._polynomial(top), self._polynomial(bottom)]}

    def _polynomial(self, e: Expr) -> list[object]:
        if not self._parameters:
            return [[str(e), []]] if e != 0 else []
        poly = Poly(e, *self._parameters)
        for factor, _ in poly.factor_list()[1]:
            self.factors.setdefault(factor, self._terms(factor))
        return self._terms(poly)

    def _terms(self, poly: Poly) -> list[object]:
        return [[str(a), list(power)] for power, a in poly.terms() if a]
