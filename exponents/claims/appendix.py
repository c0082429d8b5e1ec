"""Claims about the systems of the appendices: samples that are reused (D, E.4), and linear networks (G).

The bottleneck of data is the same lazy and rich, since the flow stays in the span of the samples.  Stopping early does
not change its exponent.  Each correction is the first, in 1/P or 1/N, times P or N.  At beta = 1 that in 1/N has a
logarithm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..names import REGIMES, RICH, Regime
from .claim import LINEAR, MINUTES, REUSE, Claim, Deferred
from .finite import SQUARED_FLOOR
from .limit import ACCELERATION, EASY, HARD, OFF

if TYPE_CHECKING:
    from . import derived
else:
    derived = Deferred(".derived")


def _by_regime(regime: Regime) -> tuple[Claim, Claim]:
    return (
        Claim(
            f"data: early stopping, {regime}",
            REUSE,
            "eq. 78",
            SQUARED_FLOOR,
            lambda _: derived.data_floor(),
            cost=MINUTES,
        ),
        Claim(
            f"data: transient, {regime}",
            REUSE,
            "first order in 1/P",
            None,
            lambda _: derived.data_transient(regime),
            cost=MINUTES,
        ),
    )


REUSE_CLAIMS = (
    Claim("data: resolution", REUSE, "eq. 77", "alpha", lambda _: derived.resolution()),
    Claim("data: fixed point", REUSE, "eq. 78", SQUARED_FLOOR, lambda _: derived.data_floor()),
    *(claim for regime in REGIMES for claim in _by_regime(regime)),
    Claim(
        "data: features beside samples",
        REUSE,
        "first order in 1/N",
        None,
        lambda _: derived.mixed_correction(),
        derived_for=OFF,
    ),
    Claim(
        "data: as many features",
        REUSE,
        "eq. 76, 78",
        SQUARED_FLOOR,
        lambda _: derived.proportional_floor(),
        cost=MINUTES,
    ),
    Claim("data: peak", REUSE, "N = P", None, lambda _: derived.peak_growth(), cost=MINUTES),
)

_READOUT = f"Max(1 - beta*{ACCELERATION}, 0)"


def _growth(name: str, source: str, published: str, stated_for: str = "") -> Claim:
    """The growth of what follows the kernel."""
    return Claim(
        f"linear: {name}",
        LINEAR,
        source,
        published,
        lambda _: derived.kernel_growth(RICH),
        stated_for=stated_for,
        cost=MINUTES,
    )


LINEAR_CLAIMS = (
    Claim(
        "linear: time exponent",
        LINEAR,
        "Fig. 11",
        f"beta*{ACCELERATION}",
        lambda _: derived.chi(RICH),
        cost=MINUTES,
    ),
    _growth("readout norm", "Fig. 12", _READOUT),
    _growth("readout norm", "Fig. 12, caption", "1 - 2*beta*(1 + beta)", HARD),
    _growth("spike", "App. G.3", _READOUT),
    Claim(
        "linear: saturation",
        LINEAR,
        "Fig. 12",
        None,
        lambda _: derived.saturation(),
        derived_for=EASY,
        cost=MINUTES,
    ),
)
