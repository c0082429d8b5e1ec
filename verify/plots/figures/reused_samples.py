"""What is learned from P samples that are used again and again? (Appendix D and E.4 of the paper; no figure there.)

1. The loss on the population and, thin, that on the samples, against time; N is infinite and P = 2^5, ..., 2^11.  Black
   is the limit P -> infinity, on fresh samples, dashed its predicted slope.
2. What remains for one P, against N.  At infinite time it has a peak at N = P, where it has no limit; the least loss
   of all times has none.
3. The local exponent -d ln L/d ln P of what remains at infinite time, for N = infinity and, thin, for N = 5 P/4.
   Dashed is what they tend to: alpha min(2, beta), and alpha min(1, beta) where N is in proportion to P.

All curves are means over samples and features by deterministic equivalents (`reuse.mean`), on the continuum.  There are
no points: models that are trained have modes k = 1, 2, ..., and the continuum is another spectrum.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from exponents.claims.catalogue import select_claims
from exponents.model.online_loss import data_bottleneck
from exponents.model.timescale import chi
from exponents.names import RICH
from exponents.symbols import P

from ...arrays import Reals
from ...curves import LossCurve
from ...flow.curve import limit_curve
from ...reuse.mean_loss import final_loss, mean_reuse, reuse_clock_curve, reuse_curve
from ...spectra.continuum_equivalent import inverse_cutoff
from ..style import FORMULA, INK, NAME, PALE
from .axes import Scale, decades, even
from .page import BLUE, VERMILION, Panel, Row, Sheet, gradient
from .power_laws import exponent, power, power_of_two

ALPHA, BETA, GAMMA = Fraction(3, 2), Fraction(6, 5), 1.0
"""Capacity, source and richness of the first two panels."""

SAMPLES = tuple(2**power for power in range(5, 12))
"""P of the first panel."""

TIMES = np.geomspace(1, 1e5, 81)
"""From the first unit of time to where little is left to be learned from the most samples."""

FEW = 2**7
"""P of the second panel."""

RATIOS = np.geomspace(1 / 32, 32, 31)
"""N/P of the second panel, for the least loss; N = P is among them."""

NEAR = np.geomspace(1e-3, 31, 97)
"""How far N/P or P/N is above 1, for the loss at infinite time."""

HIGHEST = 3.0
"""Loss up to which the peak is shown."""

STOPS = np.geomspace(1e-2, 1e3, 81)
"""Clocks at which training may be stopped, in units of the resolution."""

SOURCES = (Fraction(1, 2), Fraction(3, 2), Fraction(5, 2))
"""beta of the last panel."""

MORE = Fraction(5, 4)
"""N/P of its thin curves."""

MANY = np.geomspace(10, 1e9, 65)
"""Its P."""

GUIDE = np.array([1.6, 4.0, 10.0])
"""From where to where the predicted slope is drawn above the limit, and where it bears its name."""

BESIDE = 20.0
"""How far above, in points."""

ROOM = 8.0
"""By what factor the axis of the loss goes beyond it, for a slope that stands there."""

THIN = 0.5
"""Width of the loss on the samples, in points."""

HEIGHTS = 150.0, 104.0, 92.0
"""Of the panels, in points."""

MARGIN = 52.0
"""Room for names, in points."""


@dataclass(frozen=True)
class ReusedSamples:
    """What the figure shows.

    Attributes
    ----------
    curves : tuple of LossCurve
        For `SAMPLES`.
    limit : LossCurve
        P -> infinity.
    fewer, more : array of shape (near,)
        The loss at infinite time for N < P and N > P, by `NEAR`.
    least : array of shape (ratios,)
        The least loss of all times, for `RATIOS`.
    unlimited, proportional : tuple of arrays of shape (samples - 1,)
        Local exponents in P for `SOURCES`, at N = infinity and at N in proportion to P.
    time_exponent : Fraction
        The derived exponent of the limit.
    fixed, shared : tuple of Fraction
        Those that the local exponents tend to, for `SOURCES`.
    """

    curves: tuple[LossCurve, ...]
    limit: LossCurve
    fewer: Reals
    more: Reals
    least: Reals
    unlimited: tuple[Reals, ...]
    proportional: tuple[Reals, ...]
    time_exponent: Fraction
    fixed: tuple[Fraction, ...]
    shared: tuple[Fraction, ...]


def computed(executor: Executor | None = None) -> ReusedSamples:
    """All curves."""
    spread = map if executor is None else executor.map
    curves, least = spread(_curve, SAMPLES), spread(_least, RATIOS)
    (shared,) = (claim.derive() for claim in select_claims(["data: as many features"]))
    return ReusedSamples(
        tuple(curves),
        limit_curve(ALPHA, BETA, GAMMA, TIMES),
        np.array([final_loss(ALPHA, BETA, FEW / (1 + near), FEW) for near in NEAR]),
        np.array([final_loss(ALPHA, BETA, FEW * (1 + near), FEW) for near in NEAR]),
        np.array(list(least)),
        tuple(_local(beta, inf) for beta in SOURCES),
        tuple(_local(beta, float(MORE)) for beta in SOURCES),
        exponent(chi(RICH), ALPHA, BETA),
        tuple(exponent(data_bottleneck().exponent(P), ALPHA, beta) for beta in SOURCES),
        tuple(exponent(shared, ALPHA, beta) for beta in SOURCES),
    )


def _curve(samples: int) -> LossCurve:
    return reuse_curve(mean_reuse(ALPHA, BETA, inf, samples), GAMMA, TIMES)


def _least(ratio: float) -> float:
    """The least loss of all times for a ratio N/P."""
    size = ratio * FEW
    reuse = mean_reuse(ALPHA, BETA, size, FEW)
    clocks = STOPS * inverse_cutoff(ALPHA, BETA, size, FEW)
    return min(float(reuse_clock_curve(reuse, GAMMA, clocks).loss.min()), reuse.unseen)


def _local(beta: Fraction, ratio: float) -> Reals:
    """-d ln L/d ln P of the loss at infinite time."""
    losses = [final_loss(ALPHA, beta, ratio * samples, samples) for samples in MANY]
    return np.asarray(-np.diff(np.log(losses)) / np.diff(np.log(MANY)))


def drawn(found: ReusedSamples) -> Any:
    """The figure."""
    rows = (
        decades(r"$L$", [ROOM * found.limit.loss[0], found.limit.loss[-1]]),
        decades(r"$L$", [*found.least, found.more[-1], HIGHEST]),
        even(
            r"$-\mathrm{d}\,\ln L_\infty/\,\mathrm{d}\,\ln P$",
            [0, *np.ravel(found.unlimited), *map(float, found.fixed)],
        ),
    )
    time = Scale(r"$t$", TIMES[0], TIMES[-1], 10.0 ** np.arange(6), logarithmic=True)
    size = Scale(r"$N$", FEW * RATIOS[0], FEW * RATIOS[-1], [10, 100, 1000], logarithmic=True)
    many = Scale(r"$P$", MANY[0], MANY[-1], 10.0 ** np.arange(1, 10, 2), logarithmic=True)
    note = rf"$\alpha = {ALPHA}$,  $\gamma = {GAMMA:g}$"
    scales = time, size, many
    sheet = Sheet(time, MARGIN, "reused samples", note, *map(Row, rows, HEIGHTS, scales))
    for draw, panel in zip((_losses, _sizes, _exponents), sheet.panels, strict=True):
        draw(panel, found)
    return sheet.figure


def _losses(panel: Panel, found: ReusedSamples) -> None:
    """Both losses against time, the limit and its slope."""
    colours = gradient(len(SAMPLES))
    for samples, one, colour in zip(SAMPLES, found.curves, colours, strict=True):
        panel.curve(one.time, one.train_loss, f"train {samples}", colour, THIN, alpha=0.7)
        panel.curve(one.time, one.loss, f"P {samples}", colour)
    panel.curve(found.limit.time, found.limit.loss, "limit", INK)
    start = float(np.interp(GUIDE[1], TIMES, found.limit.loss))
    guide = panel.y.above(start * (GUIDE / GUIDE[1]) ** -float(found.time_exponent), BESIDE / panel.height)
    panel.dashed(GUIDE, guide, "slope", INK)
    panel.beside(f"${power('t', found.time_exponent)}$", (GUIDE[1], guide[1]), 1)
    ends = [
        (f"$P = {power_of_two(p)}$", c.loss[-1], colour)
        for p, c, colour in zip(SAMPLES, found.curves, colours, strict=True)
    ]
    panel.margin([*ends, (r"$P \to \infty$", found.limit.loss[-1], INK)])
    panel.write(rf"$\beta = {BETA}$,  $N \to \infty$", (1, 1), (-6, -13), size=NAME, page=True, ha="right")
    panel.write("thin: on the samples", (0, 0), (6, 7), page=True, ha="left")


def _sizes(panel: Panel, found: ReusedSamples) -> None:
    """What remains, against N."""
    panel.dashed([FEW, FEW], [panel.y.low, panel.y.high], "as many", PALE, zorder=1)
    panel.curve(FEW / (1 + NEAR), found.fewer, "final fewer", INK)
    panel.curve(FEW * (1 + NEAR), found.more, "final more", INK)
    panel.curve(FEW * RATIOS, found.least, "least", VERMILION)
    panel.write(r"$t \to \infty$", (FEW, 0.3), (9, 0), size=FORMULA, ha="left")
    panel.write("the least of all times", (FEW, found.least[len(RATIOS) // 2]), (-9, -18), VERMILION, ha="right")
    panel.write(rf"$\beta = {BETA}$,  $P = {power_of_two(FEW)}$", (1, 1), (-6, -13), size=NAME, page=True, ha="right")
    panel.write("$N = P$", (FEW, panel.y.low), (3, 5), PALE, FORMULA, ha="left")


def _exponents(panel: Panel, found: ReusedSamples) -> None:
    """Local exponents, and what they tend to."""
    between, ends = np.sqrt(MANY[1:] * MANY[:-1]), MANY[[0, -1]]
    colours = (BLUE, "#7a4a9c", VERMILION)
    for beta, colour, unlimited, proportional in zip(
        SOURCES, colours, found.unlimited, found.proportional, strict=True
    ):
        panel.curve(between, proportional, f"proportional {beta}", colour, THIN, alpha=0.7)
        panel.curve(between, unlimited, f"unlimited {beta}", colour)
    for value in sorted({*found.fixed, *found.shared}):
        panel.dashed(ends, [float(value)] * 2, f"limit {value}", PALE, zorder=1)
    names = [
        (rf"$\beta = {beta}$: ${value}$", float(value), colour)
        for beta, colour, value in zip(SOURCES, colours, found.fixed, strict=True)
    ]
    names += [(f"${value}$", float(value), INK) for value in sorted({*found.shared} - {*found.fixed})]
    panel.margin(names)
    panel.write(
        rf"thin: $N = {MORE.numerator} P/{MORE.denominator}$,  else $N \to \infty$",
        (1, 0),
        (-6, 7),
        page=True,
        ha="right",
    )
