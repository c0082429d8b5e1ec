"""What is a claim?

A claim is one exponent, or one constant in front of a power.  Its record holds what the paper prints, how this package
derives the same quantity, where each side applies, and which system measures it at what cost.  Nothing is ever derived
from the published side.  A claim without one is derived here alone.  Exponents of decay are positive when the quantity
falls, exponents of growth when it grows.

Agreement of both sides on alpha > 1, beta > 0 is algebra.  Measurement decides which side is true.

A record is text and numbers.  SymPy is imported when a record is evaluated.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from ..names import CONTINUUM, SpectrumKind

if TYPE_CHECKING:
    from mpmath import mpf
    from sympy import Basic, Expr
    from sympy.logic.boolalg import Boolean

Value: TypeAlias = "Fraction | mpf"
"""Rational, or a number of 30 digits."""

EDITION = "arXiv 2409.17858 v1"
"""The edition that published sides are taken from; v2 and the journal version were not compared."""

System = Literal["limit", "finite", "reuse", "linear", "networks"]
LIMIT: System = "limit"
FINITE: System = "finite"
REUSE: System = "reuse"
LINEAR: System = "linear"
NETWORKS: System = "networks"

SUBJECTS: dict[System, str] = {
    LIMIT: "training at N, B = infinity",
    FINITE: "finite models and batches",
    REUSE: "samples that are reused",
    LINEAR: "linear networks of two layers",
    NETWORKS: "networks with units relu(h)^(alpha/2), on the circle: their kernels, and their training",
}
"""What each system is, in the order of the argument."""

Cost = Literal["seconds", "minutes"]
SECONDS: Cost = "seconds"
MINUTES: Cost = "minutes"
"""Claims that take minutes are measured at a few points only, and not by ``verify --quick``."""

SHIFT = Fraction(1, 100)
"""Relative shift of a value that a verdict can exclude, where a claim does not say otherwise."""

SPECTRUM = "on the spectrum"
"""Stands for the kind of spectrum among the arguments of a derivation."""


@dataclass(frozen=True)
class Claim:
    """One statement of the paper or of this package that can be measured.

    Attributes
    ----------
    name : str
        Family, colon, and what is claimed.
    system : "limit", "finite", "reuse", "linear" or "networks"
        What measures it.
    source : str
        Equation or figure that prints it; if none does, the equation or section it follows from.
    published : str or None
        The formula as printed there, in alpha and beta; None if the paper prints none.
    derivation : tuple of str or int
        A function in `derived`, and its arguments.  `SPECTRUM` stands for the kind of spectrum.
    stated_for, derived_for : str
        Conditions, such as "beta < 1", under which the paper states it and this package derives it.  Empty: always.
    cost : "seconds" or "minutes"
        How long one measurement takes.
    slow_from : Fraction or None
        The smallest source exponent at which the measurement converges too slowly to decide.
    tabulated : bool
        Whether the table of claims lists it.
    by_default : bool
        Whether it is measured where no claim is named.
    shift : Fraction
        A verdict confirms a value if its error excludes one that is so far away, as a part of the value.
    edition : str
        The edition of the paper.

    Examples
    --------
    >>> claim = Claim("chi: half", LIMIT, "eq. 0", "beta/2", ("chi", "lazy"), stated_for="beta < 1")
    >>> claim.family, claim.parse_published(), claim.derive()
    ('chi', beta/2, beta)
    >>> print(claim.published_at(Fraction(2), Fraction(3, 2), Fraction(1)))
    None
    """

    name: str
    system: System
    source: str
    published: str | None
    derivation: tuple[str | int, ...]
    stated_for: str = ""
    derived_for: str = ""
    cost: Cost = SECONDS
    slow_from: Fraction | None = None
    tabulated: bool = True
    by_default: bool = True
    shift: Fraction = SHIFT
    edition: str = EDITION

    @property
    def family(self) -> str:
        """The part of the argument that the claim belongs to."""
        return self.name.partition(":")[0]

    @property
    def domain(self) -> tuple[Expr, ...]:
        """Expressions that are positive where the paper states the claim."""
        from ..model.table1 import DOMAIN
        from ..optimum.proof import sides

        return (*DOMAIN, *sides(parse_condition(self.stated_for)))

    def parse_published(self) -> Expr | None:
        """Return the published formula, or None where nothing is published."""
        return None if self.published is None else _parse(self.published)

    def derive(self, spectrum: SpectrumKind = CONTINUUM) -> Expr:
        """Return the derived formula.  Only constants depend on the kind of spectrum."""
        from . import derived

        name, *arguments = self.derivation
        return getattr(derived, str(name))(*(spectrum if part == SPECTRUM else part for part in arguments))

    def published_at(self, alpha: Fraction, beta: Fraction, gamma: Fraction) -> Value | None:
        """Return the exact published value at a point, or None where nothing is published."""
        published = self.parse_published()
        return None if published is None else _evaluate_where(published, self.stated_for, alpha, beta, gamma)

    def derived_at(
        self, alpha: Fraction, beta: Fraction, gamma: Fraction, spectrum: SpectrumKind = CONTINUUM
    ) -> Value | None:
        """Return the derived value at a point, exact or to 30 digits, or None where it is not derived."""
        return _evaluate_where(self.derive(spectrum), self.derived_for, alpha, beta, gamma)

    def agreement(self) -> Boolean:
        """Return where both sides are the same function, within the domain of the paper; false if one is missing."""
        from sympy import S

        from ..algebra.piecewise import agreement
        from ..model.table1 import PARAMETERS

        published = self.parse_published()
        return S.false if published is None else agreement(published, self.derive(), PARAMETERS, self.domain)


def parse_condition(text: str) -> Boolean:
    """Return the condition that a record writes as text; an empty one is always true.

    Examples
    --------
    >>> parse_condition("beta < 1"), parse_condition("")
    (beta < 1, True)
    """
    return _parse(text)


@cache
def _parse(text: str) -> Basic:
    """Return the formula or condition that a record writes as text, in the symbols of this package."""
    from sympy import S, sympify

    from ..symbols import alpha, beta

    return sympify(text, locals={"alpha": alpha, "beta": beta}) if text else S.true


def _evaluate_where(expression: Expr, where: str, *at: Fraction) -> Value | None:
    """Return the value at (alpha, beta, gamma) if the condition holds there: a Fraction if it is rational."""
    from sympy import Rational, hyper, zeta
    from sympy import gamma as gamma_function

    from ..asymptotics.evaluation import evaluate
    from ..symbols import alpha, beta, gamma

    point = dict(zip((alpha, beta, gamma), (Rational(v.numerator, v.denominator) for v in at), strict=True))
    if parse_condition(where).subs(point) != True:  # noqa: E712
        return None
    if not expression.has(gamma, gamma_function, hyper, zeta) and (found := expression.subs(point)).is_Rational:
        return Fraction(int(found.p), int(found.q))
    richness = at[2] if expression.has(gamma) else Fraction(1)  # lazy claims are stated at gamma = 0 as well
    return evaluate(expression, at[0], at[1], richness)
