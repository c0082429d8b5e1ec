"""Does what is claimed hold?

A claim is put to the test at a point: its published and its derived value, exact, against the measured one with its
error.  The verdict on a value is

    refuted      if it lies outside the error,
    confirmed    if it lies inside, and the error is small enough to have told it from a value `SHIFT` away,
    undecided    otherwise.

The negative control shifts every derived value by `SHIFT` and must see it refuted: a check that confirms anything is
none.  Where it is not, the check says of itself that it is weak.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import Literal, Protocol

from mpmath import mpf, nstr

from exponents.claims.appendix import linear_claims, reuse_claims
from exponents.claims.claim import Claim, Value, finite_claims, flow_claims
from exponents.errors import ExponentsError
from exponents.names import CONTINUUM, FINITE, LIMIT, LINEAR, REUSE

from .measurements.finite import FINITE_MEASUREMENTS, FiniteEvidence
from .measurements.limit import MEASUREMENTS, Evidence, Point, point
from .measurements.linear import LINEAR_MEASUREMENTS, LinearEvidence
from .measurements.reuse import REUSE_MEASUREMENTS, ReuseEvidence
from .measurements.slopes import Limit


class Measuring(Protocol):
    """All measurements at one point, each done when it is asked for."""

    def measured(self, claim: str) -> Limit:
        """The measurement for a claim."""


Finding = Literal["confirmed", "refuted", "undecided"]

SHIFT = Fraction(1, 100)
"""By what part of itself the negative control shifts a value; a value of 0 is shifted to it."""

DIGITS = 15
"""Digits of a constant that is no rational number, in a report."""

SOURCES = ("1/10", "3/10", "1/2", "7/10", "9/10", "1", "11/10", "13/10", "3/2", "9/5")
"""Values of beta at which claims are tested, on both sides of 1."""

FINITE_POINTS = (point(3, "1/2", 1), point(3, "4/3", 1), point(3, "5/2", 1), point("3/2", "2/5", 1))
"""Where those of finite models, reused samples and linear networks are tested: hard, easy and super-easy, far from
their boundaries for a large alpha, and hard for a smaller one."""

CHEAP = (
    "bottleneck: resolution",
    "bottleneck: infinite time",
    "data: resolution",
    "data: fixed point",
    "data: features beside samples",
)
"""Claims of these that take less than a second."""

SYSTEMS: dict[tuple[str, ...], Callable[..., Measuring]] = {
    LIMIT: Evidence,
    FINITE: FiniteEvidence,
    (REUSE,): ReuseEvidence,
    (LINEAR,): LinearEvidence,
}
"""What measures each family."""

MEASURED = (*MEASUREMENTS, *FINITE_MEASUREMENTS, *REUSE_MEASUREMENTS, *LINEAR_MEASUREMENTS)
"""All claims that are measured."""

SLOW_LEVELS = Fraction(3, 4)
"""beta from which on the levels are left out: level n + 1 is reached as t^-(1 - chi_n), and chi_1 comes close to 1."""


@dataclass(frozen=True)
class Verdict:
    """What became of one claim at one point.

    Attributes
    ----------
    claim : Claim
    at : Point
    published, derived : Fraction, mpf or None
        Values there; derived is the shifted one in a control.
    measured : Limit or None
        None if the measurement failed, for the reason in ``failure``.
    published_verdict, derived_verdict : "confirmed", "refuted" or "undecided"
        Undecided as well where there is nothing to decide.
    """

    claim: Claim
    at: Point
    published: Value | None
    derived: Value
    measured: Limit | None
    failure: str = ""

    @property
    def published_verdict(self) -> Finding:
        """The verdict on what the paper prints."""
        return judge(self.published, self.measured)

    @property
    def derived_verdict(self) -> Finding:
        """The verdict on what this package derives."""
        return judge(self.derived, self.measured)

    def as_object(self) -> dict[str, object]:
        """The verdict as JSON holds it."""
        return {
            "claim": self.claim.name,
            "source": self.claim.source,
            "published": value_text(self.published),
            "derived": value_text(self.derived),
            "at": self.at.as_object(),
            "measured": None if self.measured is None else self.measured.value,
            "error": None if self.measured is None else self.measured.error,
            "published_verdict": self.published_verdict,
            "derived_verdict": self.derived_verdict,
        }


def judge(value: Value | None, measured: Limit | None) -> Finding:
    """The verdict on a value, given its measurement.  A confirmed value is one whose shift would be refuted."""
    if value is None or measured is None:
        return "undecided"
    apart = abs(float(value) - measured.value)
    if apart > measured.error:
        return "refuted"
    return "confirmed" if apart + measured.error < abs(float(shift_value(value) - value)) else "undecided"


def shift_value(value: Value) -> Value:
    """A value that is wrong by `SHIFT` of itself, or by `SHIFT` where it is 0."""
    if isinstance(value, Fraction):
        return value * (1 + SHIFT) if value else SHIFT
    return value * (1 + mpf(SHIFT.numerator) / SHIFT.denominator)


def value_text(value: Value | None) -> str | None:
    """A value as text that a rational parser reads."""
    return None if value is None else str(value) if isinstance(value, Fraction) else nstr(value, DIGITS)


def default_points(quick: bool = False) -> tuple[Point, ...]:
    """Points on both sides of beta = 1, on both spectra, at several gamma; a handful if ``quick``."""
    if quick:
        return tuple(point("3/2", beta, 1) for beta in ("3/10", "7/10", "1", "3/2"))
    continuum = [point("3/2", beta, 1) for beta in SOURCES]
    modes = [point(2, beta, "1/4", "modes") for beta in SOURCES]
    strong = [point(4, beta, 25) for beta in ("3/10", "7/10", "3/2")]
    return (*continuum, *modes, *strong, *FINITE_POINTS)


def claims_at(at: Point, names: Sequence[str] = (), thorough: bool = True) -> tuple[Claim, ...]:
    """The claims that can be measured and are derived at a point.

    Parameters
    ----------
    names : sequence of str
        Claims or families; all if empty.
    thorough : bool
        Whether to include those whose measurement converges too slowly there to decide, or takes long.
    """
    named = [claim for claim in flow_claims(at.spectrum) if claim.name in MEASUREMENTS]
    if not thorough and at.beta >= SLOW_LEVELS:
        named = [claim for claim in named if not claim.name.startswith("levels: level")]
    if at.spectrum == CONTINUUM:
        everything = thorough or at in FINITE_POINTS
        others = (*finite_claims(), *reuse_claims(), *linear_claims())
        named += [claim for claim in others if everything or claim.name in CHEAP]
    return tuple(
        claim
        for claim in named
        if (not names or claim.name in names or claim.family in names)
        and claim.derived_at(at.alpha, at.beta, at.gamma) is not None
    )


def verdicts(
    points: Iterable[Point],
    names: Sequence[str] = (),
    control: bool = False,
    thorough: bool = False,
    executor: Executor | None = None,
) -> Iterator[list[Verdict]]:
    """Verdicts on the claims called ``names``, point by point, in the order of the points.

    Parameters
    ----------
    points : iterable of Point
    names : sequence of str
        Claims or families; all if empty.
    control : bool
        Whether to shift every derived value.
    thorough : bool
        See `claims_at`.
    executor : Executor, optional
        Measures several points at once.
    """
    tasks = [(at, claims_at(at, names, thorough)) for at in points]
    tasks = [(at, found) for at, found in tasks if found]
    spread = executor.map if executor is not None else map
    asked = [[claim.name for claim in found] for _, found in tasks]
    laws = [_laws(at) for at, _ in tasks]
    measured = spread(measure_at, [at for at, _ in tasks], laws, asked)
    for (at, found), results in zip(tasks, measured, strict=True):
        yield [_verdict(claim, at, result, control) for claim, result in zip(found, results, strict=True)]


def measure_at(at: Point, laws: Mapping[str, float], names: Sequence[str]) -> list[Limit | str]:
    """The measurements at one point, or the reasons why there are none."""
    systems: dict[tuple[str, ...], Callable[[Point], Measuring]] = {**SYSTEMS, LIMIT: partial(Evidence, laws=laws)}
    evidence = lru_cache(lambda system: systems[system](at))
    found: dict[str, Limit | str] = {}
    for name in dict.fromkeys(names):  # one measurement may answer several claims
        try:
            found[name] = evidence(_system(name)).measured(name)
        except ExponentsError as error:
            found[name] = str(error)
    return [found[name] for name in names]


def _system(name: str) -> tuple[str, ...]:
    """The families that are measured together with that of a claim."""
    family = name.partition(":")[0]
    return next(families for families in SYSTEMS if family in families)


def _laws(at: Point) -> dict[str, float]:
    """The derived exponents that are divided out to measure constants."""
    by_name = {claim.name: claim for claim in flow_claims(at.spectrum)}

    def value(name: str) -> float:
        derived = by_name[name].derived_at(at.alpha, at.beta, at.gamma)
        assert derived is not None
        return float(derived)

    growth = value("chi: kernel growth")
    return {
        "loss": -value("chi: time exponent"),
        "kernel": growth,
        "clock": 1 + growth,
        "lazy loss": -value("chi: lazy time exponent"),
    }


def _verdict(claim: Claim, at: Point, result: Limit | str, control: bool) -> Verdict:
    derived = claim.derived_at(at.alpha, at.beta, at.gamma)
    assert derived is not None
    measured, failure = (None, result) if isinstance(result, str) else (result, "")
    published = claim.published_at(at.alpha, at.beta, at.gamma)
    return Verdict(claim, at, published, shift_value(derived) if control else derived, measured, failure)
