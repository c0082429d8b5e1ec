"""Claims about the systems of the appendices: samples that are reused (D, E.4), and linear networks (G).

The bottleneck of data is the same lazy and rich, since the flow stays in the span of the samples.  Stopping early does
not change its exponent.  Each correction is the first, in 1/P or 1/N, times P or N.  At beta = 1 that in 1/N has a
logarithm.
"""

from __future__ import annotations

from functools import partial

from ..names import REGIMES, RICH, Regime
from .claim import LINEAR, MINUTES, REUSE, Claim
from .finite import SQUARED_FLOOR
from .limit import CHI, EASY, OFF, READOUT

_slow = partial(Claim, cost=MINUTES)


def _of_regime(regime: Regime) -> tuple[Claim, Claim]:
    stopping, transient = f"data: early stopping, {regime}", f"data: transient, {regime}"
    return (
        _slow(stopping, REUSE, "eq. 78", SQUARED_FLOOR, ("data_floor",)),
        _slow(transient, REUSE, "first order in 1/P", None, ("data_transient", regime)),
    )


_MIXED, _GROWTH = ("mixed_correction",), ("kernel_growth", RICH)

REUSE_CLAIMS = (
    Claim("data: resolution", REUSE, "eq. 77", "alpha", ("resolution",)),
    Claim("data: fixed point", REUSE, "eq. 78", SQUARED_FLOOR, ("data_floor",)),
    *(claim for regime in REGIMES for claim in _of_regime(regime)),
    Claim("data: features beside samples", REUSE, "first order in 1/N", None, _MIXED, derived_for=OFF),
    _slow("data: as many features", REUSE, "eq. 76, 78", SQUARED_FLOOR, ("proportional_floor",)),
    _slow("data: peak", REUSE, "N = P", None, ("peak_growth",)),
)

LINEAR_CLAIMS = (
    _slow("linear: time exponent", LINEAR, "Fig. 11", CHI, ("chi", RICH)),
    _slow("linear: readout norm", LINEAR, "Fig. 12", READOUT, _GROWTH),
    # The caption, as extracted from a PDF, has 1 - 2 beta (1 + beta).  If a slash was lost, 1 - 2 beta/(1 + beta) is
    # the value of the figure.  What v1 prints is undecided, so the caption is no claim.
    _slow("linear: spike", LINEAR, "App. G.3", READOUT, _GROWTH),
    _slow("linear: saturation", LINEAR, "Fig. 12", None, ("saturation",), derived_for=EASY),
)
