"""From which budget on does the leading law hold within a factor?

At the allocation of the law, the terms that balance add up to a C^{-r}; each other term is e^s C^{-rate} times that,
with rate > 0.  The law holds within the factor f once these add up to f - 1 at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import mpmath
from mpmath import mp, mpf

from ..optimum.dominant_balance import PointOptimum
from ..rationals import MAX_DIGITS
from .constants import least_constant, mean_allocation, tight_constraints
from .geometric_programme import DIGITS, number
from .numeric_programme import System


@dataclass(frozen=True)
class Placement:
    """Where the leading law puts the resources, and how the other terms compare there.

    Attributes
    ----------
    direction : tuple of Fraction
        x_r in resource = e^{v_r} C^{x_r}.
    logs : tuple of mpf
        v_r.
    rest : tuple of (mpf, Fraction)
        (s, rate) for each term that does not balance: its ratio to the law is e^s C^{-rate}.
    """

    direction: tuple[Fraction, ...]
    logs: tuple[mpf, ...]
    rest: tuple[tuple[mpf, Fraction], ...]


def place_resources(system: System, optimum: PointOptimum) -> Placement:
    """Return the allocation of the leading law.

    >>> from exponents import N, programme, t
    >>> from exponents.budget.numeric_programme import read_system
    >>> loss = programme(1 / t + 1 / N + 1 / (N * t))
    >>> place_resources(read_system(loss), loss.at({})).rest[0][1]  # 1/(N t) falls as C^-1, the law as C^-1/2
    Fraction(1, 2)
    """
    bound, floors = tight_constraints(system, optimum)
    direction, rest = mean_allocation(optimum), []
    with mp.workdps(DIGITS):
        least = least_constant(system, bound, floors)
        for i in (i for i in range(len(system.terms)) if i not in bound):
            fall = mpmath.fsum(number(e) * v for e, v in zip(system.terms[i], least.logs, strict=True))
            rate = sum((e * x for e, x in zip(system.terms[i], direction, strict=True)), Fraction(0)) - optimum.exponent
            rest.append((mpmath.log(number(system.prefactors[i])) - fall - least.loss, rate))
    return Placement(tuple(direction), least.logs, tuple(rest))


def least_budget(place: Placement, floored: Sequence[int], factor: Fraction) -> Fraction | None:
    """Return the budget above which the law holds within ``factor`` > 1, rounded up.

    Parameters
    ----------
    place : Placement
    floored : sequence of int
        Resources that may not fall below 1.
    factor : Fraction

    Returns
    -------
    Fraction or None
        None if the budget has more than `MAX_DIGITS` digits.

    Examples
    --------
    >>> place = Placement((Fraction(1),), (mpf(0),), ((mpf(0), Fraction(1)),))  # the ratio is 1/C
    >>> least_budget(place, [0], Fraction(11, 10))
    Fraction(101, 10)
    """
    with mp.workdps(DIGITS):
        columns = enumerate(zip(place.logs, place.direction, strict=True))
        low = max([mpf(0), *(-v / number(x) for r, (v, x) in columns if x > 0 and r in floored)])

        def exceeds(c: mpf) -> bool:
            return mpmath.fsum(mpmath.exp(size - number(rate) * c) for size, rate in place.rest) > number(factor - 1)

        # Bisection in ln C, to a millionth.
        high, most = low + 1, MAX_DIGITS * mpmath.log(10)
        while exceeds(high) and high < most:
            high *= 2
        while high - low > mpf(10) ** -6:
            middle = (low + high) / 2
            low, high = (middle, high) if exceeds(middle) else (low, middle)
        return _round_up(mpmath.exp(high)) if high < most else None


def _round_up(value: mpf) -> Fraction:
    """Return a rational of three digits that is not below ``value``."""
    power = int(mpmath.floor(mpmath.log10(value))) - 2
    return Fraction(int(mpmath.ceil(value / mpf(10) ** power))) * Fraction(10) ** power
