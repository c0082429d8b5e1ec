"""Do the claims hold?

At a point, the published and the derived value of a claim, both exact, meet the measured value with its error.  The
verdict on a value is

    refuted      if it lies outside the error,
    confirmed    if it lies inside, and the error is small enough to exclude a shifted value,
    undecided    otherwise.

A claim says how far the shifted value is away: 1 %, but for networks that are trained.  The negative control shifts
every derived value and must see it refuted: a check that would confirm any value
proves nothing.  A check that confirms a shifted value is reported as weak.

A verdict says how the derived value is known.  It is measured, unless a certificate was asked for and found: then it is
proved or enclosed (`enclosures.certificate`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Literal

from mpmath import mpf, nstr

from exponents.claims.catalogue import select_claims
from exponents.claims.claim import MINUTES, NETWORKS, SECONDS, SHIFT, Claim, System, Value
from exponents.display import Reported
from exponents.errors import ExponentsError
from exponents.names import LAZY

from .measurements.evidence import collect_evidence
from .measurements.experiment import Measurements
from .measurements.points import NETWORK_POINTS, SLOW_POINTS, TRAINED_POINTS, Point
from .measurements.slopes import Limit
from .measurements.systems import SYSTEMS

if TYPE_CHECKING:
    from .enclosures.certificate import Certificate, Rigour

Finding = Literal["confirmed", "refuted", "undecided"]

DIGITS = 15
"""Digits of a constant that is not rational, in a report."""


@dataclass(frozen=True, repr=False)
class Verdict(Reported):
    """The verdicts on both sides of one claim at one point.

    Attributes
    ----------
    claim : Claim
    at : Point
        At gamma = 0 the lazy claims alone are measured.
    published, derived : Fraction, mpf or None
        Values at the point; in a control, derived is the shifted value.
    measured : Limit or None
        None if the measurement failed.
    failure : str
        Why it failed.
    certificate : Certificate or None
        What rigorous arithmetic found; None where it was not asked.

    Examples
    --------
    >>> from verify import Limit, Verdict, read_point
    >>> claim = select_claims(["chi: lazy time exponent"])[0]
    >>> half = Fraction(1, 2)
    >>> found = Verdict(claim, read_point("3/2", half, 1), None, half, Limit(0.6, 0.001, (1e3, 1e9), 0.4, False))
    >>> found.published_verdict, found.derived_verdict
    ('undecided', 'refuted')
    """

    claim: Claim
    at: Point
    published: Value | None
    derived: Value
    measured: Limit | None
    failure: str = ""
    certificate: Certificate | None = None
    _report = "exponents.reports.verdict_tables:single"

    def describe(self) -> str:
        """Return the claim, the point, the measured value and the verdict."""
        measured = self.measured or "not measured"
        at = f"({self.at.alpha}, {self.at.beta}), gamma {self.at.gamma}"
        return f"{self.claim.name} at {at}: {measured}, {self.derived_verdict}"

    @property
    def published_verdict(self) -> Finding:
        """The verdict on what the paper prints; undecided where it prints nothing."""
        return judge(self.published, self.measured, self.claim.shift)

    @property
    def derived_verdict(self) -> Finding:
        """The verdict on what this package derives."""
        return judge(self.derived, self.measured, self.claim.shift)

    @property
    def rigour(self) -> Rigour:
        """How the derived value is known: proved, enclosed or measured."""
        return "measured" if self.certificate is None else self.certificate.rigour

    def to_dict(self) -> dict[str, object]:
        """Return the verdict as JSON holds it: exact values are texts, measured ones are numbers."""
        return {
            "claim": self.claim.name,
            "source": self.claim.source,
            "published": write_value(self.published),
            "derived": write_value(self.derived),
            "at": self.at.to_dict(),
            "measured": None if self.measured is None else self.measured.value,
            "error": None if self.measured is None else self.measured.error,
            "published_verdict": self.published_verdict,
            "derived_verdict": self.derived_verdict,
            "rigour": self.rigour,
        }

    def evidence(self) -> dict[str, object]:
        """Return what was measured, in which window, the box or the ball if there is one, and how to repeat it."""
        found = None if self.certificate is None else self.certificate.evidence or None
        return {**collect_evidence(self.claim, self.at, self.measured, found is not None), "certificate": found}


def judge(value: Value | None, measured: Limit | None, shift: Fraction = SHIFT) -> Finding:
    """Return the verdict on a value, given its measurement.  Whatever is confirmed would be refuted when shifted.

    Examples
    --------
    >>> found = Limit(0.5001, 0.001, (1e3, 1e9), 0.5, False)
    >>> judge(Fraction(1, 2), found), judge(Fraction(3, 5), found), judge(None, found)
    ('confirmed', 'refuted', 'undecided')
    """
    if value is None or measured is None:
        return "undecided"
    apart = abs(float(value) - measured.value)
    if apart > measured.error:
        return "refuted"
    return "confirmed" if apart + measured.error < abs(float(shift_value(value, shift) - value)) else "undecided"


def shift_value(value: Value, shift: Fraction = SHIFT) -> Value:
    """Return the value times 1 + ``shift``, or ``shift`` if the value is 0.

    Examples
    --------
    >>> shift_value(Fraction(2)), shift_value(Fraction(0)), shift_value(Fraction(2), Fraction(1, 4))
    (Fraction(101, 50), Fraction(1, 100), Fraction(5, 2))
    """
    if isinstance(value, Fraction):
        return value * (1 + shift) if value else shift
    return value * (1 + mpf(shift.numerator) / shift.denominator)


def write_value(value: Value | None) -> str | None:
    """Return a value as text that a rational parser reads.

    Examples
    --------
    >>> write_value(Fraction(6, 17)), write_value(mpf(1) / 3)
    ('6/17', '0.333333333333333')
    """
    return None if value is None else str(value) if isinstance(value, Fraction) else nstr(value, DIGITS)


def claims_at(at: Point, names: Sequence[str] = (), thorough: bool = True) -> tuple[Claim, ...]:
    """Return the claims that are measured at a point and derived there.

    Parameters
    ----------
    at : Point
        At gamma = 0 the lazy claims, and those about networks at their start, alone are measured.
    names : sequence of str
        Claims or families; all if empty.
    thorough : bool
        Whether to include claims that converge too slowly at the point to decide, and those that take minutes.  The
        latter are always included at `SLOW_POINTS`, and claims about networks at `NETWORK_POINTS` and `TRAINED_POINTS`.

    Raises
    ------
    InputError
        If a name is neither a claim nor a family.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> [claim.name for claim in claims_at(read_point("3/2", "1/2", 1), ["bottleneck"], thorough=False)]
    ['bottleneck: resolution', 'bottleneck: infinite time', 'bottleneck: infinite time']
    """

    def asked(claim: Claim) -> bool:
        if at.spectrum not in SYSTEMS[claim.system].spectra or (at.gamma == 0 and not _holds_lazy(claim)):
            return False
        if not thorough and claim.system == NETWORKS:
            return at in (TRAINED_POINTS if claim.cost == MINUTES else NETWORK_POINTS)
        too_slow = claim.slow_from is not None and at.beta >= claim.slow_from
        return thorough or (not too_slow and (claim.cost == SECONDS or at in SLOW_POINTS))

    return tuple(claim for claim in select_claims(names) if asked(claim) and _derived_at(claim, at) is not None)


def verdicts(
    points: Iterable[Point],
    names: Sequence[str] = (),
    control: bool = False,
    thorough: bool = False,
    executor: Executor | None = None,
    certify: bool = False,
) -> Iterator[list[Verdict]]:
    """Yield the verdicts at each point, in the order of the points.

    Parameters
    ----------
    points : iterable of Point
    names : sequence of str
        Claims or families; all if empty.
    control : bool
        Whether to shift every derived value.
    thorough : bool
        Whether to include claims that converge too slowly at the point to decide, and those that take minutes.
    executor : Executor, optional
        Measures several points at once.
    certify : bool
        Whether to look for a proof or an enclosure of each derived value.

    Yields
    ------
    list of Verdict
        For each point with claims to measure.

    Raises
    ------
    InputError
        If a name is neither a claim nor a family.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> [[verdict]] = verdicts([read_point("3/2", "1/2", 1)], ["chi: lazy time exponent"])
    >>> verdict.derived, verdict.derived_verdict
    (Fraction(1, 2), 'confirmed')
    """
    tasks = [(at, found) for at in points if (found := claims_at(at, names, thorough))]
    spread = executor.map if executor is not None else map
    measured = spread(measure_at, [at for at, _ in tasks], [[claim.name for claim in found] for _, found in tasks])
    for (at, found), results in zip(tasks, measured, strict=True):
        yield [_judge_claim(claim, at, result, control, certify) for claim, result in zip(found, results, strict=True)]


def measure_at(at: Point, names: Sequence[str]) -> list[Limit | str]:
    """Return the measurements of claims at one point, or the reason of each failure.

    A measurement that answers several claims is made once.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> [found] = measure_at(read_point("3/2", 90, 1), ["chi: time exponent"])
    >>> found[:41]
    'a measurement needs times up to 1e+06; do'
    """

    @cache
    def measurements(system: System) -> Measurements:
        return SYSTEMS[system](at)

    @cache
    def measure(name: str) -> Limit | str:
        try:
            return measurements(select_claims([name])[0].system).measure(name)
        except ExponentsError as error:
            return str(error)

    return [measure(name) for name in names]


def _holds_lazy(claim: Claim) -> bool:
    """Return whether a claim is about the lazy regime, or about networks before they learn."""
    return LAZY in claim.derivation or claim.system == NETWORKS


def _derived_at(claim: Claim, at: Point) -> Value | None:
    return claim.derived_at(at.alpha, at.beta, at.gamma, at.spectrum)


def _judge_claim(claim: Claim, at: Point, result: Limit | str, control: bool, certify: bool) -> Verdict:
    derived = _derived_at(claim, at)
    assert derived is not None
    measured, failure = (None, result) if isinstance(result, str) else (result, "")
    published = claim.published_at(at.alpha, at.beta, at.gamma)
    judged = shift_value(derived, claim.shift) if control else derived
    return Verdict(claim, at, published, judged, measured, failure, _certify(claim, at, judged) if certify else None)


def _certify(claim: Claim, at: Point, value: Value) -> Certificate:
    from .enclosures.certificate import certify

    return certify(claim, at, value)
