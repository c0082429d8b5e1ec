"""In which regime is a kernel with its target, with which probability, and which exponents follow?

alpha and beta come as draws, given the data.  Regimes and exponents are the derived ones, at each draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from exponents.model.numeric_exponents import numeric_exponents
from exponents.names import REGIMES

from ..arrays import Reals


@dataclass(frozen=True)
class Estimate:
    """A number with an interval.

    Attributes
    ----------
    value : float
    interval : (float, float)

    Examples
    --------
    >>> Estimate(1.5, (1.4, 1.6)).to_dict()
    {'value': 1.5, 'interval': [1.4, 1.6]}
    """

    value: float
    interval: tuple[float, float]

    def to_dict(self) -> dict[str, object]:
        """Return it as JSON holds it."""
        return {"value": self.value, "interval": list(self.interval)}

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.4g} ({low:.4g} to {high:.4g})"


@dataclass(frozen=True)
class Consequences:
    """What follows from draws of (alpha, beta).

    Attributes
    ----------
    regime : mapping of str to float
        The probability of each regime, and of "outside" of alpha > 1, beta > 0.
    time_exponent, compute_exponent : mapping of str to Estimate
        r of L ~ t^-r and of L* ~ C^-r, lazy and rich; empty if the estimate itself is outside.
    """

    regime: Mapping[str, float]
    time_exponent: Mapping[str, Estimate]
    compute_exponent: Mapping[str, Estimate]


def estimate(value: float, draws: Reals, level: float) -> Estimate:
    """Return a value with the interval between the quantiles of its draws.

    Examples
    --------
    >>> print(estimate(0.5, np.linspace(0, 1, 101), 0.9))
    0.5 (0.05 to 0.95)
    """
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Estimate(value, (low, high))


def find_consequences(alpha: float, beta: float, alphas: Reals, betas: Reals, level: float) -> Consequences:
    """Return regimes and exponents for an estimate (alpha, beta) and draws about it.

    Parameters
    ----------
    alpha, beta : float
    alphas, betas : array of shape (draws,)
    level : float
        Coverage of intervals.

    Returns
    -------
    Consequences

    Examples
    --------
    >>> betas = np.linspace(0.3, 0.7, 5)
    >>> found = find_consequences(1.5, 0.5, np.full(5, 1.5), betas, 0.95)
    >>> found.regime["hard"], round(found.time_exponent["lazy"].value, 6)
    (1.0, 0.5)
    """
    derived = numeric_exponents()
    inside = (alphas > 1) & (betas > 0)
    odds = {"outside": float(1 - inside.mean())}
    within = alphas[inside], betas[inside]
    for name, where in derived.where.items():
        odds[name] = float(np.count_nonzero(where(*within)) / len(alphas)) if inside.any() else 0.0
    regime = {name: odds[name] for name in (*derived.where, "outside")}
    if alpha <= 1 or beta <= 0:
        return Consequences(regime, {}, {})
    in_time, in_compute = (
        {str(law): estimate(float(functions[law](alpha, beta)), functions[law](*within), level) for law in REGIMES}
        for functions in (derived.time, derived.compute)
    )
    return Consequences(regime, in_time, in_compute)
