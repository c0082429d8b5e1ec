"""Which derived formulas are proved on a whole box around a point?

- The time exponent solves chi = beta max(1, 2 - chi) (eq. 10).  The right side falls as chi rises, so that there is one
  solution at most.  Growth of clock, kernel and modes follow from chi by their definitions.
- A level follows from the one before by the same map (eq. 62).
- At C = N t, with n + tau = 1, a loss of terms N^-e t^-f falls as C^-r with r = max min (e n + f tau).  A split that
  gives each term r or more proves that r is reached.  Weights w >= 0 of the terms, of sum 1, with sum w e <= r and
  sum w f <= r prove that no split has more.

What is proved starts from the terms of the loss and the map of eq. 10; that they are the right ones is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache, partial

from sympy import Expr, Max, S

from exponents.claims.catalogue import select_claims
from exponents.claims.claim import Claim
from exponents.claims.limit import LEVELS
from exponents.errors import Refuted
from exponents.model.online_loss import loss
from exponents.model.stable_steps import in_steps
from exponents.names import DERIVED, LAZY, RICH, Regime
from exponents.symbols import N, alpha, beta, steps, t

from ..measurements.points import Point
from .box_signs import Box, NotKept

SMALLEST = Fraction(1, 4096)
"""Half width of the last box before the point itself, relative to the distance to alpha = 1 and beta = 0."""

Proof = Callable[[Box, Expr], None]
"""Proves that a formula is the exponent of a claim on a box; raises if it cannot, or if the formula is wrong."""


OPTIMUM: Mapping[tuple[Regime, bool], tuple[str, str]] = {
    (LAZY, False): ("compute-optimal: lazy", "compute-optimal: model size, lazy"),
    (RICH, False): ("compute-optimal: rich", "compute-optimal: model size, rich"),
    (RICH, True): ("compute-optimal: loss, rich in steps", "compute-optimal: model size, rich in steps"),
}
"""The claims about the smallest loss and the best size, by regime, and whether stable steps are counted."""


def time_exponent(box: Box) -> Expr:
    """Return the fixed point chi = beta max(1, 2 - chi) on a box, found by its two branches and proved.

    Examples
    --------
    >>> print(time_exponent(Box((Fraction(2), Fraction(3)), (Fraction(1, 4), Fraction(1, 2)))))
    2*beta/(beta + 1)
    """
    for candidate in (beta, 2 * beta / (1 + beta)):  # beta * 1, and the solution of chi = beta (2 - chi)
        try:
            box.require_equal(candidate, beta * Max(S.One, 2 - candidate))
        except Refuted:
            continue
        return candidate
    raise NotKept(f"neither branch of the clock holds on {box}")


def _follow_clock(box: Box, formula: Expr, of: Callable[[Expr], Expr]) -> None:
    """Prove that a formula is a function of the growth m = max(1, 2 - chi) of the clock."""
    box.require_equal(formula, of(Max(S.One, 2 - time_exponent(box))))


def _iterate(box: Box, formula: Expr, number: int) -> None:
    chi: Expr = beta
    for _ in range(number):
        chi = box.resolve(beta * Max(S.One, 2 - chi)).expand()
    box.require_equal(formula, chi)


def _split(box: Box, formula: Expr, regime: Regime, in_stable_steps: bool, of_size: bool) -> None:
    """Prove the exponent of the smallest loss, and that the share of N reaches it."""
    terms = loss(regime, DERIVED)
    terms = in_steps(terms, regime) if in_stable_steps else terms
    clock = steps if in_stable_steps else t
    names = OPTIMUM[regime, in_stable_steps]
    best, size = (box.resolve(select_claims([name])[0].derive()) for name in names)
    box.require_equal(formula, size if of_size else best)
    falls = [(box.resolve(term.exponent(N)), box.resolve(term.exponent(clock))) for term in terms]
    margins = [(e * size + f * (1 - size) - best).together() for e, f in falls]
    for margin in (size, 1 - size, *margins):
        box.require_nonnegative(margin)
    first, *others = (fall for fall, margin in zip(falls, margins, strict=True) if box.vanishes(margin))
    weight = (best - others[0][0]) / (first[0] - others[0][0]) if others else S.One
    second = others[0] if others else first
    for rest in (weight, 1 - weight, best - weight * first[0] - (1 - weight) * second[0]):
        box.require_nonnegative(rest)
    box.require_nonnegative(best - weight * first[1] - (1 - weight) * second[1])


PROOFS: Mapping[str, Proof] = {
    "chi: time exponent": partial(_follow_clock, of=lambda m: beta * m),
    "chi: correlation": partial(_follow_clock, of=lambda m: beta * m),
    "chi: kernel growth": partial(_follow_clock, of=lambda m: m - 1),
    "chi: readout norm": partial(_follow_clock, of=lambda m: m - 1),
    "chi: learned mode": partial(_follow_clock, of=lambda m: m / alpha),
    "chi: learned norm": partial(_follow_clock, of=lambda m: m * Max(S.Zero, 1 - beta)),
    **{f"levels: level {n}": partial(_iterate, number=n) for n in range(LEVELS + 1)},
    **{
        name: partial(_split, regime=regime, in_stable_steps=counted, of_size=of_size)
        for (regime, counted), names in OPTIMUM.items()
        for name, of_size in zip(names, (False, True), strict=True)
    },
}
"""The proof for each claim that has one."""


@lru_cache(maxsize=512)
def prove_around(claim: Claim, at: Point, formula: Expr) -> Box:
    """Return the largest box tried around a point on which a formula is proved to be the exponent of a claim.

    Parameters
    ----------
    claim : Claim
        One of `PROOFS`.
    at : Point
    formula : Expr
        In alpha and beta.

    Raises
    ------
    Refuted
        If the formula is another one.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> claim = select_claims(["chi: time exponent"])[0]
    >>> print(prove_around(claim, read_point(2, "1/2", 1), claim.derive()))
    alpha in [3/2, 5/2] and beta in [1/4, 3/4]
    """
    for box in _boxes(at):
        try:
            PROOFS[claim.name](box, formula)
        except NotKept as error:
            reason = error
        else:
            return box
    raise Refuted(f"{claim.name} is not {formula} at alpha = {at.alpha}, beta = {at.beta}: {reason}", vars(at))


def _boxes(at: Point) -> Iterator[Box]:
    """Yield boxes around a point, then boxes that end at it, smaller and smaller, and the point itself.

    The point lies on the edge of the latter, for a boundary of regimes.
    """
    share = Fraction(1, 2)
    while share >= SMALLEST:
        wide, high = share * (at.alpha - 1), share * at.beta
        for below, above in ((high, high), (high, Fraction(0)), (Fraction(0), high)):
            yield Box((at.alpha - wide, at.alpha + wide), (at.beta - below, at.beta + above))
        share /= 2
    yield Box((at.alpha, at.alpha), (at.beta, at.beta))
