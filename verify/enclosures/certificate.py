"""How is the derived side of a verdict known: proved, enclosed or measured?

proved      its formula was proved on a box of alpha and beta around the point (`statements`).
enclosed    it lies in a ball that rigorous arithmetic computed from its definition (`constants`), and the value changed
            by `CHANGE` does not.
measured    there is neither; the measurement alone speaks for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, get_args

from flint import arb, ctx
from sympy import Rational

from exponents.claims.claim import Claim, Value
from exponents.errors import ExponentsError, Refuted
from exponents.symbols import alpha, beta

from ..measurements.points import Point
from .constants import ENCLOSURES
from .learned_fraction import BITS, ball
from .statements import PROOFS, prove_around

Rigour = Literal["proved", "enclosed", "measured"]
PROVED, ENCLOSED, MEASURED = get_args(Rigour)

CHANGE = arb(10) ** -10
"""Relative change of a value that its ball must exclude."""

SHOWN = 20
"""Digits of a ball in a report."""


@dataclass(frozen=True)
class Certificate:
    """What was found about a derived value.

    Attributes
    ----------
    rigour : "proved", "enclosed" or "measured"
    evidence : str
        The box or the ball; empty where the value is measured.
    contradiction : str
        Why the value is wrong; empty where it is not.

    Examples
    --------
    >>> Certificate(MEASURED).evidence
    ''
    """

    rigour: Rigour
    evidence: str = ""
    contradiction: str = ""


def certify(claim: Claim, at: Point, value: Value) -> Certificate:
    """Return how a derived value is known, without a measurement.

    Parameters
    ----------
    claim : Claim
    at : Point
    value : Fraction or mpf
        The value of the claim at the point.

    Examples
    --------
    >>> from exponents.claims.catalogue import select_claims
    >>> from verify.measurements.points import read_point
    >>> claim, at = select_claims(["chi: time exponent"])[0], read_point(2, "1/2", 1)
    >>> certify(claim, at, Fraction(2, 3))
    Certificate(rigour='proved', evidence='alpha in [3/2, 5/2] and beta in [1/4, 3/4]', contradiction='')
    >>> certify(claim, at, Fraction(3, 4)).contradiction
    'chi: time exponent is 2/3, not 3/4'
    """
    try:
        if claim.name in PROOFS:
            return _prove(claim, at, value)
        if claim.name in ENCLOSURES:
            return _enclose(claim, at, value)
    except Refuted as error:
        return Certificate(MEASURED, contradiction=str(error))
    except ExponentsError:  # a ball that stayed too wide
        pass
    return Certificate(MEASURED)


def _prove(claim: Claim, at: Point, value: Value) -> Certificate:
    formula = claim.derive(at.spectrum)
    box = prove_around(claim, at, formula)
    point = {name: Rational(v.numerator, v.denominator) for name, v in ((alpha, at.alpha), (beta, at.beta))}
    there = box.resolve(formula).subs(point)
    if not isinstance(value, Fraction) or there != Rational(value.numerator, value.denominator):
        raise Refuted(f"{claim.name} is {there}, not {value}", point)
    return Certificate(PROVED, str(box))


def _enclose(claim: Claim, at: Point, value: Value) -> Certificate:
    with ctx.workprec(BITS):
        found, exact = ENCLOSURES[claim.name](at), value_ball(value)
        shown = found.str(SHOWN)
        if not found.overlaps(exact):
            raise Refuted(f"{claim.name} lies in {shown}; {value} does not")
        if any(found.overlaps(exact * (1 + sign * CHANGE)) for sign in (1, -1)):
            return Certificate(MEASURED)
        return Certificate(ENCLOSED, shown)


def value_ball(value: Value) -> arb:
    """Return the ball of a value; one that is not rational was rounded to 30 digits.

    Examples
    --------
    >>> value_ball(Fraction(1, 4))
    0.250000000000000
    """
    if isinstance(value, Fraction):
        return ball(value)
    sign, mantissa, power, _ = value._mpf_
    return arb(int(-mantissa if sign else mantissa)) * arb(2) ** int(power) * arb(1, 1e-29)
