"""Which sentences about a phase diagram with two parameters does QEPCAD find true?

QEPCAD (``apt-get install qepcad``) eliminates quantifiers over the real numbers by cylindrical algebraic decomposition.
For each phase it must find false that some allocation is better than the exponent somewhere in the region, and that at
some point of the region no allocation reaches it; for the whole, that a point of the domain lies in no closed region.
Controls, which must be true: some allocation is better than an exponent that is lower by 1/100, one that is higher by
1/100 is missed, and a point lies in no region if the first region is left out.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence

from sympy import And, Expr, Ge, Gt, Le, Lt, Not, Or, Poly, Rational, S, Symbol, fraction, to_nnf, together
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

SECONDS = 20
"""Time for one sentence."""

SIGNS = {">": ">", "<": "<", ">=": ">=", "<=": "<=", "==": "=", "!=": "/="}


def eliminate(
    terms: Sequence[Sequence[Expr]],
    cost: Sequence[Expr],
    bounds: Sequence[tuple[int, int, Expr]],
    phases: Sequence[tuple[Boolean, Expr]],
    sizes: Mapping[Symbol, int],
) -> Iterator[tuple[str, str]]:
    """Ask for a better allocation, a place where none is as good, and a gap; then the same with planted faults.

    Terms, cost and bounds are those of a problem of ``oracles.py``, and the parameters lie between 0 and their sizes.
    """
    shares = list(map(Symbol, "xyz"[: len(cost) - 1]))
    last = (1 - sum(c * x for c, x in zip(cost, shares, strict=False))) / cost[-1]
    full, domain = [*shares, last], And(*(And(p > 0, p < size) for p, size in sizes.items()))
    falls = [sum(e * x for e, x in zip(term, full, strict=True)) for term in terms]
    met = And(*(x >= 0 for x in full), *(sign * (side - full[i]) >= 0 for i, sign, side in bounds))

    def some(formula: Boolean) -> bool | None:
        return decide(list(sizes), shares, And(domain, formula))

    def better(where: Boolean, exponent: Expr) -> bool | None:
        return some(And(where, met, _all_above(falls, exponent, strict=True)))

    def missed(where: Boolean, exponent: Expr) -> bool | None:
        reached = And(met, _all_above(falls, exponent, strict=False))
        return decide(list(sizes), shares, And(domain, where, Not(reached)), "A")

    def gap(regions: Sequence[Boolean]) -> bool | None:
        closed = [region.replace(Gt, Ge).replace(Lt, Le) for region in regions]
        return decide(list(sizes), [], And(domain, *map(Not, closed)))

    asked: list[tuple[bool, str, Callable[[], bool | None]]] = [
        (False, "a gap", lambda: gap([where for where, _ in phases])),
        (True, "control: a region left out", lambda: gap([where for where, _ in phases[1:]])),
    ]
    for where, r in phases:
        if r is S.NaN:
            asked.append((False, "an allocation", lambda w=where: some(And(w, met))))
            continue
        low, high = r - Rational(1, 100), r + Rational(1, 100)
        asked.append((False, f"better than {r}", lambda w=where, r=r: better(w, r)))
        asked.append((False, f"{r} missed", lambda w=where, r=r: missed(w, r)))
        asked.append((True, f"control: better than {low}", lambda w=where, r=low: better(w, r)))
        asked.append((True, f"control: {high} missed", lambda w=where, r=high: missed(w, r)))
    for wanted, what, question in asked:
        answer = question()
        yield "undecided" if answer is None else "right" if answer == wanted else "wrong", what


def _all_above(falls: Sequence[Expr], exponent: Expr, strict: bool) -> Boolean:
    """Return that each term falls faster than the exponent, without denominators."""
    top, bottom = fraction(together(exponent))
    sides = [bottom * fall - top for fall in falls]
    up = And(bottom > 0, *(s > 0 if strict else s >= 0 for s in sides))
    return Or(up, And(bottom < 0, *(s < 0 if strict else s <= 0 for s in sides)))


def decide(parameters: Sequence[Symbol], shares: Sequence[Symbol], formula: Boolean, kind: str = "E") -> bool | None:
    """Return whether for some parameters some shares ("E"), or all ("A"), meet the formula; None if QEPCAD gives up."""
    names = ",".join(map(str, (*parameters, *shares)))
    prefix = "".join([*(f"(E {p})" for p in parameters), *(f"({kind} {x})" for x in shares)])
    asked = f"[]\n({names})\n0\n{prefix}[{_write(to_nnf(formula, simplify=False))}].\nfinish\n"
    try:
        ran = subprocess.run(
            ["qepcad", "+N20000000"], input=asked, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return None
    answer = ran.stdout.partition("equivalent quantifier-free formula:")[2].split()
    return {"TRUE": True, "FALSE": False}.get(answer[0] if answer else "")


def _write(formula: Boolean) -> str:
    """Return a formula of And, Or and relations as QEPCAD reads it."""
    if formula in (S.true, S.false):
        return "0 = 0" if formula else "0 /= 0"
    if isinstance(formula, Relational):
        _, polynomial = Poly(formula.lhs - formula.rhs).clear_denoms(convert=True)
        parts = []
        for powers, number in polynomial.terms():
            symbols = [f"{g}^{n}" for g, n in zip(polynomial.gens, powers, strict=True) if n]
            parts.append(" ".join([f"({number})", *symbols]))
        return f"{' + '.join(parts)} {SIGNS[formula.rel_op]} 0"
    return "[" + {And: " /\\ ", Or: " \\/ "}[formula.func].join(map(_write, formula.args)) + "]"
