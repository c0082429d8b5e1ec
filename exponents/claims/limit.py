"""Claims about training at N, B = infinity: the clock, the levels of perturbation theory, constants, stable steps.

The constants are those of the continuum y^2(k) dk = k^{-alpha beta-1} dk, or of the sum over integer modes.
"""

from __future__ import annotations

from fractions import Fraction

from ..names import LAZY, RICH
from .claim import LIMIT, MINUTES, SPECTRUM, Claim

LEVELS = 8
"""Levels of the series that are claimed one by one."""

SLOW_LEVELS = Fraction(3, 4)
"""Level n + 1 is reached as t^-(1 - chi_n); from this beta on chi_1 is close to 1."""

HARD, EASY, OFF = "beta < 1", "beta > 1", "Ne(beta, 1)"
"""Conditions.  At beta = 1 a logarithm takes the place of each constant."""

ACCELERATION = "Max(1, 2/(1 + beta))"
"""The factor of eq. 9 and 10, as printed."""

CHI = f"beta*{ACCELERATION}"
READOUT = f"Max(1 - {CHI}, 0)"


def _level(number: int) -> Claim:
    """Return eq. 62 as printed: each level is beta times 2 minus the level before."""
    published = "beta"
    for _ in range(number):
        published = f"beta*(2 - {published})"
    name = f"levels: level {number}"
    return Claim(name, LIMIT, "eq. 62", published, ("level", number), HARD, HARD, slow_from=SLOW_LEVELS)


def _in_steps(name: str, derivation: tuple[str, ...]) -> Claim:
    """Return a claim about stable steps where the kernel grows; elsewhere steps change nothing."""
    return Claim(name, LIMIT, "eta kappa mu_1 = 1", None, derivation, derived_for=HARD, cost=MINUTES)


LIMIT_CLAIMS = (
    Claim("chi: lazy time exponent", LIMIT, "eq. 8", "beta", ("chi", LAZY)),
    Claim("chi: time exponent", LIMIT, "eq. 10, 68", CHI, ("chi", RICH)),
    Claim("chi: correlation", LIMIT, "eq. 66, 68", CHI, ("chi", RICH)),
    Claim("chi: kernel growth", LIMIT, "sec. 4", f"1 - {CHI}", ("kernel_growth", RICH), HARD),
    Claim("chi: readout norm", LIMIT, "Fig. 12", READOUT, ("kernel_growth", RICH)),
    Claim("chi: learned mode", LIMIT, "eq. 11", f"(2 - {CHI})/alpha", ("learned_mode",), HARD),
    Claim("chi: learned norm", LIMIT, "eq. 7", None, ("learned_norm",)),
    *map(_level, range(LEVELS + 1)),
    Claim("levels: readout norm", LIMIT, "eq. 47", "Max(1 - beta, 0)", ("readout_norm",)),
    Claim("levels: readout speed", LIMIT, "eq. 47", "beta", ("readout_speed",)),
    Claim("amplitude: RKHS norm", LIMIT, "eq. 7", "1/(alpha*(beta - 1))", ("target_norm", SPECTRUM), EASY, EASY),
    Claim("amplitude: lazy loss", LIMIT, "eq. 8", None, ("amplitude", LAZY, SPECTRUM)),
    Claim("amplitude: loss", LIMIT, "eq. 10", None, ("amplitude", RICH, SPECTRUM), derived_for=OFF),
    Claim("amplitude: kernel", LIMIT, "sec. 4", None, ("kernel_amplitude", RICH, SPECTRUM), derived_for=OFF),
    Claim("amplitude: clock", LIMIT, "eq. 67", None, ("clock_amplitude", RICH, SPECTRUM), derived_for=OFF),
    _in_steps("steps: two-time equations", ("term_in_steps", "gradient_flow")),
    _in_steps("steps: trained model", ("term_in_steps", "gradient_flow")),
    _in_steps("steps: flattened modes", ("chi", RICH)),
)
