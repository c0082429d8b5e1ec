"""Do the parts of a covering leave out a point of the domain?  An SMT solver answers, where one is installed.

`covering` proves by itself that nothing is left.  Where that takes too much work, `complete_covering` asks z3, a
decision procedure for real polynomials, for a point that no part holds, decides there, and asks again.  That there is
none is the proof.  An answer that does not come in time proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from time import monotonic
from typing import Any

from sympy import Expr

from ..errors import IncompleteProof, InputError, install_hint
from .covering import Covering
from .line_sweep import Special
from .parametric import Point, Pole, evaluate
from .partition import Decide, Found, Leaf
from .polynomials import Polynomial, factors, sign

SECONDS = 12.0
"""Time that the solver may take for one diagram."""

DIGITS = 12
"""Digits to which a model is approximated by rationals."""


def has_solver() -> bool:
    """Return whether z3 is installed.

    >>> isinstance(has_solver(), bool)
    True
    """
    return find_spec("z3") is not None


def find_uncovered(covering: Covering[Found], seconds: float = SECONDS) -> Point | None:
    """Return a point of the domain that lies in no part; None proves that the parts cover an open, dense set.

    Parameters
    ----------
    covering : Covering
    seconds : float
        Time allowed.

    Raises
    ------
    IncompleteProof
        If z3 is missing or has no answer in time.

    Examples
    --------
    >>> from exponents import alpha, beta, gamma
    >>> from exponents.algebra.covering import cover_domain
    >>> from exponents.algebra.polynomials import Functions
    >>> field = Functions((alpha, beta, gamma))
    >>> curve = field.element(alpha + beta - gamma)
    >>> found = cover_domain(field, [alpha, beta, gamma], lambda sample: (sign(curve, sample), [curve]))
    >>> find_uncovered(found) is None, find_uncovered(replace(found, leaves=found.leaves[:1])) is None
    (True, False)
    """
    if not has_solver():
        raise IncompleteProof(f"a proof by an SMT solver needs z3; try: {install_hint('smt')}")
    import z3

    context = z3.Context()
    reals = [z3.Real(f"x{i}", ctx=context) for i in range(len(covering.functions.parameters))]
    solver = z3.SolverFor("QF_NRA", ctx=context)
    solver.set("timeout", max(1, int(1000 * seconds)))
    for side in covering.domain:
        content, powers = covering.functions.element(side).factor
        odd = [_write(p, reals) for p, power in powers.items() if power % 2]
        solver.add((z3.Product(odd) if odd else z3.RealVal(1, ctx=context)) * (1 if content > 0 else -1) > 0)
        solver.add([_write(p, reals) != 0 for p, power in powers.items() if power % 2 == 0])
    for leaf in covering.leaves:
        solver.add(z3.Or([_write(p, reals) * s < 0 for p, s in leaf.signs.items()] or [z3.BoolVal(False, ctx=context)]))
    answer = str(solver.check())
    if answer == "unsat":
        return None
    if answer != "sat":
        raise IncompleteProof("the SMT solver found no answer in time")
    model, place = solver.model(), list[Fraction]()
    for real in reals:
        value = model.eval(real, model_completion=True)
        place.append(Fraction(str((value if z3.is_rational_value(value) else value.approx(DIGITS)).as_fraction())))
    return dict(zip(covering.functions.parameters, place, strict=True))


def complete_covering(covering: Covering[Found], decide: Decide[Found], seconds: float = SECONDS) -> Covering[Found]:
    """Add parts until z3 finds no point outside of them; return an incomplete covering if it has no answer in time.

    Parameters
    ----------
    covering : Covering
    decide : callable
        As for `covering.cover_domain`.
    seconds : float
        Time allowed.

    Examples
    --------
    >>> from exponents import alpha, beta, gamma
    >>> from exponents.algebra.covering import cover_domain
    >>> from exponents.algebra.polynomials import Functions
    >>> field = Functions((alpha, beta, gamma))
    >>> curve = field.element(alpha + beta - gamma)
    >>> decide = lambda sample: (sign(curve, sample), [curve])
    >>> found = cover_domain(field, [alpha, beta, gamma], decide)
    >>> len(complete_covering(replace(found, leaves=found.leaves[:1], complete=False), decide).leaves)
    2
    """
    end = monotonic() + seconds
    while not covering.complete:
        try:
            point = find_uncovered(covering, end - monotonic()) if monotonic() < end else {}
        except IncompleteProof:
            return covering
        if point is None:
            return replace(covering, complete=True)
        leaf = _decide_near(covering, decide, point) if point else None
        if leaf is None:
            return covering
        covering = replace(covering, leaves=(*covering.leaves, leaf))
    return covering


def _decide_near(covering: Covering[Found], decide: Decide[Found], point: Point) -> Leaf[Found] | None:
    """Return the part that holds an uncovered point beside a given one, at which nothing vanishes by accident."""
    for near in _points_near(point):
        if not _is_inside(covering.domain, near) or any(
            all(sign(p, near) == s for p, s in leaf.signs.items()) for leaf in covering.leaves
        ):
            continue
        try:
            found, deciding = decide(near)
        except (Pole, Special):
            continue
        signs = {p: sign(p, near) for e in deciding if e for p in factors(e)}
        if all(signs.values()):
            return Leaf(found, signs, near)
    return None


def _points_near(point: Point) -> Iterator[Point]:
    """Yield points at shrinking distances, in directions that no simple curve has."""
    for k in range(1, 13):
        step = Fraction(1, 97 * 10**k)
        for direction in (1, -1):
            yield {
                symbol: value + direction * step * (1 + Fraction((7 * i + 3 * k) % 11, 13)) * (-1) ** (i * k)
                for i, (symbol, value) in enumerate(point.items())
            }


def _is_inside(domain: Sequence[Expr], point: Point) -> bool:
    try:
        return all(evaluate(side, point) > 0 for side in domain)
    except InputError:
        return False


def _write(polynomial: Polynomial, reals: Sequence[Any]) -> Any:
    """Return a polynomial over the solver's variables."""
    last = len(reals) - 1
    total = reals[0] * 0
    for powers, coefficient in polynomial.terms():
        term = reals[0] * 0 + coefficient
        for position, power in enumerate(powers):
            for _ in range(power):
                term = term * reals[last - position]
        total = total + term
    return total
