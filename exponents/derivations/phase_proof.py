"""Why is a phase of any loss optimal?  The weights and the weighted mean that prove it, phase by phase.

At the allocation that is stated, every term falls at least as fast as C^{-r}.  No allocation does better: weights of
the terms with sum 1 and prices of the budgets with sum r give, for every allocation,

    largest term >= prod_i term_i^{w_i} >= prod_j budget_j^{-p_j} = C^{-r}.

The second inequality holds resource by resource: each is at least 1, and its exponent in the mean, sum_i w_i e_i, is at
most that in the priced budgets, sum_j p_j c_j.  Weights and prices are those of the diagram's certificates, which
`optimum.proof.prove` checks before anything is printed.
"""

from __future__ import annotations

from sympy import Expr, S, Symbol
from sympy.logic.boolalg import Boolean

from ..algebra.piecewise import normal_form
from ..losses.terms import PowerLaw
from ..optimum.phase_diagram import Certificate, Phase, PhaseDiagram
from ..optimum.programme import Programme, resolve_branches
from ..optimum.proof import clauses, prove, sides
from ..printing import STYLES, Math, Notation, join_notation, phrase, write
from ..symbols import C
from .derivation import Derivation, Step, step

CERTIFICATE, TILING = "weights and prices", "decomposition into cells"
"""What the steps rest on."""

SIGNS_IN_CELLS = (
    "every inequality used keeps its sign on each cell between the zeros of the polynomials involved, "
    "and was evaluated exactly in each"
)
"""Why a finite number of samples proves that phases cover a domain."""

EVERYWHERE = Notation("everywhere", "everywhere", r"\text{everywhere}")


def explain_diagram(diagram: PhaseDiagram) -> Derivation:
    """Return the proof of each phase as steps; the whole diagram is proved first.

    Parameters
    ----------
    diagram : PhaseDiagram

    Returns
    -------
    Derivation

    Raises
    ------
    Refuted
        If a step of the proof fails.

    Examples
    --------
    >>> from exponents import N, compute_optimum, t
    >>> found = explain_diagram(compute_optimum(1 / t + 1 / N))
    >>> [formula.plain for formula in found.steps[1].formulas]
    ['(1/N)**(1/2) (1/t)**(1/2) >= (N*t)**(-1/2) = C**(-1/2)', 'N: 1/2 <= 1/2', 't: 1/2 <= 1/2']
    """
    prove(diagram)
    steps = [own for place in range(len(diagram.phases)) for own in _explain_phase(diagram, place)]
    if len(diagram.phases) > 1:
        steps.append(_explain_tiling(diagram))
    names = ", ".join(r.name for r in diagram.programme.visible if r not in diagram.programme.free)
    assumed = (phrase(f"Resources are powers of C and at least 1: {names}."),) if names else ()
    return Derivation("proof", phrase("Why each phase is optimal"), tuple(steps), assumed)


def _explain_phase(diagram: PhaseDiagram, place: int) -> list[Step]:
    """Return what balances in a phase, why no allocation does better, and why no other branch does."""
    phase = diagram.phases[place]
    own = diagram.parts[diagram.chosen[place]] if diagram.parts else diagram
    several = len(phase.certificates) > 1
    if phase.unbounded:
        return [_explain_ascent(own.programme, certificate, place + 1) for certificate in phase.certificates]
    if phase.infeasible:
        return [_explain_conflict(own.programme, certificate, place + 1) for certificate in phase.certificates]
    steps = [_explain_balance(own.programme, phase, place + 1)]
    steps += [_explain_bound(own.programme, certificate, several) for certificate in phase.certificates]
    others = [part for i, part in enumerate(diagram.parts) if i != diagram.chosen[place]]
    if others:
        steps.append(
            step(
                "Each other branch of the loss falls no faster than as C to minus",
                tuple(_resolve(own.programme, phase.where, part.exponent) for part in others),
                "for exponents the loss is the smallest of its branches, and each of these is a sum",
                CERTIFICATE,
            )
        )
    return steps


def _explain_balance(programme: Programme, phase: Phase, number: int) -> Step:
    """Return how the resources grow, and how fast every term falls."""
    shares = dict(phase.allocation)
    falls = {
        term.name: _resolve(programme, phase.where, sum((e * shares[r] for r, e in term.exponents), S.Zero))
        for term in programme.loss
        if term.name not in phase.binding
    }
    losing = ", ".join(f"{name} with {{fall_{i}}}" for i, name in enumerate(falls))
    growth = tuple(_relate("~", r, _power("C", shares[r])) for r in programme.visible)
    return step(
        f"Phase {number}, {{where}}: with the following growth of the resources, {' and '.join(phase.binding)} "
        f"{'fall' if len(phase.binding) > 1 else 'falls'} as C to the power {{exponent}}:",
        growth,
        f"the other terms fall at least as fast: {losing}" if losing else "there are no other terms",
        CERTIFICATE,
        where=EVERYWHERE if phase.where == S.true else phase.where,
        exponent=-phase.exponent,
        **{f"fall_{i}": fall for i, fall in enumerate(falls.values())},
    )


def _explain_bound(programme: Programme, certificate: Certificate, several: bool) -> Step:
    """Return the weighted mean that no allocation brings below C^{-r}, and the exponents that show it."""
    weights = [(programme.loss[name], weight) for name, weight in certificate.weights if weight != 0]
    where, prices = certificate.where, certificate.prices
    mean = join_notation(" ", *(_power(_law(programme, where, term), weight) for term, weight in weights))
    priced = [(b, price) for b, price in zip(programme.budgets, prices, strict=True) if price != 0]
    spent = [join_notation(" ", *(_power(b.as_expr(), -price) for b, price in priced))]
    end = _power("C", -sum(prices, S.Zero))
    chain = join_notation(" = ", *([] if programme.constraints else spent), end)
    inside = ", for {where}" if several else ""
    bounds = {constraint.budget for constraint in programme.constraints}
    powers = [(b.name, -price if b in bounds else price) for b, price in priced if b.name != C.name]
    named = " and ".join(f"{name} to the power {{power_{i}}}" for i, (name, _) in enumerate(powers))
    return step(
        f"No allocation does better{inside}. For every allocation the largest term is at least a weighted mean of the "
        "terms; it is bounded below, as its exponents show resource by resource:",
        (_relate(">=", mean, chain), *_compare_exponents(programme, certificate)),
        "the weights are not negative and their sum is 1; the right sides come from "
        f"{named or 'the floors of the resources'}",
        CERTIFICATE,
        where=where,
        **{f"power_{i}": power for i, (_, power) in enumerate(powers)},
    )


def _explain_conflict(programme: Programme, certificate: Certificate, number: int) -> Step:
    """Return why no allocation meets the budgets: a product of them would be C, and is 1 at most."""
    where = certificate.where
    powers = {b.name: price for b, price in zip(programme.budgets, certificate.prices, strict=True) if price != 0}
    columns = [
        _compare(programme, where, r, certificate.price_exponent(programme, r), S.Zero) for r in programme.visible
    ]
    return step(
        f"Phase {number}, {{where}}: no allocation meets all costs and constraints. Powers of them multiply to C, "
        "while each resource has no positive power in the product:",
        tuple(columns),
        "resources are at least 1, so the product is 1 at most; the powers are "
        + ", ".join(f"{{power_{i}}} of {name}" for i, name in enumerate(powers)),
        CERTIFICATE,
        where=EVERYWHERE if where == S.true else where,
        **{f"power_{i}": power for i, power in enumerate(powers.values())},
    )


def _explain_ascent(programme: Programme, certificate: Certificate, number: int) -> Step:
    """Return along which allocations the loss falls without bound."""
    assert certificate.ascent is not None
    where, ascent = certificate.where, certificate.ascent
    rows = zip(programme.resources, ascent.start, ascent.direction, strict=True)
    multiplier = Symbol("s", positive=True)
    growth = [_relate("~", r, _power("C", x + multiplier * d)) for r, x, d in rows if r in programme.visible]
    return step(
        f"Phase {number}, {{where}}: the loss falls without bound. For every s > 0 the budgets are met by",
        tuple(growth),
        "each term then falls at least as fast as C to a power that decreases with s at the rate {rate}",
        CERTIFICATE,
        where=EVERYWHERE if where == S.true else where,
        rate=ascent.rate,
    )


def _compare_exponents(programme: Programme, certificate: Certificate) -> list[Notation]:
    """Return, for each resource, its exponent in the mean beside that in the priced budgets."""
    found = []
    for r in programme.visible:
        mean, priced = certificate.average_exponent(programme, r), certificate.price_exponent(programme, r)
        found.append(_compare(programme, certificate.where, r, mean, priced))
    return found


def _compare(programme: Programme, where: Boolean, resource: Symbol, least: Expr, most: Expr) -> Notation:
    """Return how two exponents of a resource compare on a region; those of a free one are equal."""
    ends = (_resolve(programme, where, end) for end in (least, most))
    return join_notation(": ", resource, _relate("=" if resource in programme.free else "<=", *ends))


def _explain_tiling(diagram: PhaseDiagram) -> Step:
    return step(
        "The phases cover the domain without gap or overlap. They meet on {curves}.",
        None,
        SIGNS_IN_CELLS,
        TILING,
        curves=join_notation(", ", *(boundary.curve for boundary in diagram.boundaries)),
    )


def _resolve(programme: Programme, where: Boolean, value: Expr) -> Expr:
    """Return a function of the parameters as it is on a region."""
    return normal_form(value, programme.parameters, (*programme.domain, *sides(clauses(where)[0])))


def _law(programme: Programme, where: Boolean, term: PowerLaw) -> Expr:
    """Return a term as it is on a region, without its prefactor."""
    region = (*programme.domain, *sides(clauses(where)[0]))
    own = resolve_branches(term, programme.parameters, region)
    return own.as_expr() / own.prefactor


_SIGNS: dict[str, tuple[str, str, str]] = {
    ">=": (">=", "≥", r"\geq"),
    "<=": ("<=", "≤", r"\leq"),
    "=": ("=", "=", "="),
    "~": ("~", "~", r"\sim"),
}


def _relate(sign: str, left: Math, right: Math) -> Notation:
    parts = zip(STYLES, _SIGNS[sign], strict=True)
    return Notation(*(f"{write(left, style)} {own} {write(right, style)}" for style, own in parts))


def _power(base: Expr | str, exponent: Expr) -> Notation:
    """Return a power as it reads; a power 1 is left out."""
    found = []
    for style in STYLES:
        inner = base if isinstance(base, str) else write(base, style)
        if exponent == 1:
            found.append(inner)
            continue
        outer = inner if inner.isalnum() else rf"\left({inner}\right)" if style == "latex" else f"({inner})"
        raised = write(exponent, style)
        sign = "**" if style == "plain" else "^"
        found.append(f"{outer}^{{{raised}}}" if style == "latex" else f"{outer}{sign}{_in_brackets(raised)}")
    return Notation(*found)


def _in_brackets(text: str) -> str:
    return text if text.isalnum() else f"({text})"
