"""What is claimed of the systems in the paper's appendices: samples that are reused, and plain linear networks?

The published sides are those of Appendix D and E.4 (eq. 77, 78) and of Appendix G with Fig. 11 and 12.
"""

from __future__ import annotations

from functools import lru_cache, partial

from sympy import Expr, Max, Min, Ne

from ..algebra.piecewise import normal_form
from ..model.linear_network import saturation
from ..model.online_loss import data_bottleneck, kernel_growth, resolution
from ..model.reuse_loss import data_correction, mixed_correction, peak_growth
from ..model.table1 import DOMAIN, PARAMETERS
from ..model.timescale import chi
from ..names import REGIMES, RICH, Regime
from ..symbols import P, alpha, beta
from .claim import Claim


@lru_cache(maxsize=1)
def reuse_claims() -> tuple[Claim, ...]:
    """Of P samples that are used again and again.

    The bottleneck does not depend on the regime, as the flow stays in the span of what it is shown, nor does stopping
    early change its exponent.  Each correction is the first, in 1/P or 1/N, times P or N; at beta = 1 that in 1/N has a
    logarithm.
    """
    fixed = alpha * Min(2, beta)
    found = [
        Claim("data: resolution", "eq. 77", alpha, resolution),
        Claim("data: fixed point", "eq. 78", fixed, _bottleneck),
    ]
    for regime in REGIMES:
        found += [
            Claim(f"data: early stopping, {regime}", "eq. 78", fixed, _bottleneck),
            Claim(f"data: transient, {regime}", "first order in 1/P", None, partial(_correction, regime)),
        ]
    return (
        *found,
        Claim("data: features beside samples", "first order in 1/N", None, mixed_correction, derived_for=Ne(beta, 1)),
        Claim("data: as many features", "eq. 76, 78", fixed, _shared_floor),
        Claim("data: peak", "N = P", None, peak_growth),
    )


@lru_cache(maxsize=1)
def linear_claims() -> tuple[Claim, ...]:
    """Of a linear network of infinite width, the weights of both layers trained."""
    acceleration = Max(1, 2 / (1 + beta))
    return (
        Claim("linear: time exponent", "Fig. 11", beta * acceleration, partial(chi, RICH)),
        Claim("linear: readout norm", "Fig. 12", Max(1 - beta * acceleration, 0), partial(kernel_growth, RICH)),
        Claim(
            "linear: readout norm",
            "Fig. 12, caption",
            1 - 2 * beta * (1 + beta),
            partial(kernel_growth, RICH),
            beta < 1,
        ),
        Claim("linear: spike", "App. G.3", Max(1 - beta * acceleration, 0), partial(kernel_growth, RICH)),
        Claim("linear: saturation", "Fig. 12", None, saturation, derived_for=beta > 1),
    )


def _bottleneck() -> Expr:
    return data_bottleneck().exponent(P)


def _correction(regime: Regime) -> Expr:
    return normal_form(data_correction(regime), PARAMETERS, DOMAIN)


def _shared_floor() -> Expr:
    """P times the mixed correction, over N in proportion to P."""
    return mixed_correction() + 1
