"""What is learned from P samples that are used again and again? (Appendix D and E.4 of the paper; no figure there.)

1. The loss on the population and, thin, on the samples, against time; N is infinite and P = 2^5, ..., 2^11.  The limit
   P -> infinity, on fresh samples, is black, and its predicted slope dashed.
2. What remains for one P, against N.  The loss at infinite time has a peak at N = P, where it has no limit; the least
   loss of all times has no peak.
3. The local exponent -d ln L/d ln P of what remains at infinite time, for N = infinity and, thin, for N = 5 P/4.
   Their limits are dashed: alpha min(2, beta), and alpha min(1, beta) where N is in proportion to P.

All curves are mean fields of samples and features, by deterministic equivalents (`mean_loss`), on the continuum.  There
are no points: models that are trained have modes k = 1, 2, ..., and the continuum is another spectrum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import inf
from typing import Any

import numpy as np

from exponents.claims.catalogue import select_claims
from exponents.model.bottleneck import data_bottleneck
from exponents.model.timescale import chi
from exponents.names import RICH
from exponents.symbols import P

from ...arrays import Reals
from ...curves import LossCurve
from ...flow.curve import limit_curve
from ...reuse.mean_loss import final_loss, mean_reuse, reuse_clock_curve, reuse_curve
from ...spectra.continuum_equivalent import inverse_cutoff
from ..style import BLUE, FORMULA, VERMILION, hair, ink, pale
from .axes import fit_linear_scale, fit_log_scale, slope_label, span_log_scale, span_time
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map
from .power_laws import ALPHA, evaluate_exponent, local_exponents, power_of_two

BETA, GAMMA = Fraction(6, 5), Fraction(1)
"""Source and richness of the first two panels."""

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

GUIDE = 0.04, 0.12, 0.2
"""From where to where the predicted slope is drawn above the limit, and where it bears its name; parts of the axis."""

BESIDE = 20.0
"""How far above, in points."""

ROOM = 8.0
"""Factor by which the axis of the loss goes beyond it, for a slope that stands there."""


@dataclass(frozen=True)
class ReusedSamples:
    """What the figure shows.

    Attributes
    ----------
    choice : Choice
        With the beta of the first two panels.
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
        The limits of the local exponents, for `SOURCES`.
    """

    choice: Choice
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


def _compute_reused_samples(choice: Choice, spread: Map) -> ReusedSamples:
    """Compute all curves."""
    alpha, beta, gamma = choice.capacity, choice.source, choice.richness
    curves, least = spread(partial(_solve, choice), SAMPLES), spread(partial(_least_loss, choice), RATIOS)
    (shared,) = (claim.derive() for claim in select_claims(["data: as many features"]))
    return ReusedSamples(
        choice,
        tuple(curves),
        limit_curve(alpha, beta, gamma, choice.time),
        np.array([final_loss(alpha, beta, FEW / (1 + near), FEW) for near in NEAR]),
        np.array([final_loss(alpha, beta, FEW * (1 + near), FEW) for near in NEAR]),
        np.array(list(least)),
        tuple(_local_exponents(alpha, source, inf) for source in SOURCES),
        tuple(_local_exponents(alpha, source, float(MORE)) for source in SOURCES),
        evaluate_exponent(chi(RICH), alpha, beta),
        tuple(evaluate_exponent(data_bottleneck().exponent(P), alpha, source) for source in SOURCES),
        tuple(evaluate_exponent(shared, alpha, source) for source in SOURCES),
    )


def _solve(choice: Choice, samples: int) -> LossCurve:
    reuse = mean_reuse(choice.capacity, choice.source, inf, samples)
    return reuse_curve(reuse, choice.richness, choice.time)


def _least_loss(choice: Choice, ratio: float) -> float:
    """Return the least loss of all times for a ratio N/P."""
    size = ratio * FEW
    reuse = mean_reuse(choice.capacity, choice.source, size, FEW)
    clocks = STOPS * inverse_cutoff(choice.capacity, choice.source, size, FEW)
    return min(float(reuse_clock_curve(reuse, choice.richness, clocks).loss.min()), reuse.unseen)


def _local_exponents(alpha: Fraction, beta: Fraction, ratio: float) -> Reals:
    """Return -d ln L/d ln P of the loss at infinite time."""
    return local_exponents(MANY, [final_loss(alpha, beta, ratio * samples, samples) for samples in MANY])[1]


def _draw_reused_samples(found: ReusedSamples, axes: Sequence[Any]) -> None:
    """Draw the loss against time, what remains against N, and local exponents in P on three Axes."""
    slopes = [0, *np.ravel(found.unlimited), *map(float, found.fixed)]
    time, losses = span_time(found.choice.time), [ROOM * found.limit.loss[0], found.limit.loss[-1]]
    size, remaining = span_log_scale(r"$N$", FEW * RATIOS[0], FEW * RATIOS[-1]), [*found.least, found.more[-1], HIGHEST]
    samples = span_log_scale(r"$P$", MANY[0], MANY[-1], 2)
    scales = (
        (time, fit_log_scale(r"$L$", losses)),
        (size, fit_log_scale(r"$L$", remaining)),
        (samples, fit_linear_scale(slope_label(r"L_\infty", "P"), slopes)),
    )
    charts = set_up(axes, scales, "reused samples", found.choice.note)
    for draw, chart in zip((_draw_losses, _draw_sizes, _draw_exponents), charts, strict=True):
        draw(chart, found)


def _draw_losses(chart: Chart, found: ReusedSamples) -> None:
    """Draw both losses against time, the limit and its slope."""
    colours = make_gradient(len(SAMPLES))
    for samples, one, colour in zip(SAMPLES, found.curves, colours, strict=True):
        chart.curve(one.time, one.train_loss, f"train {samples}", colour, hair(), alpha=0.6)
    chart.curves(found.choice.time, [one.loss for one in found.curves], "P", SAMPLES, colours)
    chart.curve(found.limit.time, found.limit.loss, "limit", ink())
    chart.guide(
        found.choice.along(*GUIDE), (found.choice.time, found.limit.loss), found.time_exponent, 1, distance=BESIDE
    )
    ends = [
        (f"$P = {power_of_two(samples)}$", one.loss[-1], colour)
        for samples, one, colour in zip(SAMPLES, found.curves, colours, strict=True)
    ]
    chart.margin([*ends, (r"$P \to \infty$", found.limit.loss[-1], ink())])
    chart.caption((1, 1), rf"$\beta = {found.choice.source}$,  $N \to \infty$")
    chart.caption((0, 0), lines=["thin: training loss"])


def _draw_sizes(chart: Chart, found: ReusedSamples) -> None:
    """Draw what remains, against N."""
    chart.dashed([FEW, FEW], [chart.y.low, chart.y.high], "as many", pale(), zorder=1)
    chart.curve(FEW / (1 + NEAR), found.fewer, "final fewer", ink())
    chart.curve(FEW * (1 + NEAR), found.more, "final more", ink())
    chart.curve(FEW * RATIOS, found.least, "least", VERMILION)
    chart.write(r"$t \to \infty$", (FEW, 0.3), (9, 0), size=FORMULA, ha="left")
    middle = (FEW, found.least[len(RATIOS) // 2])
    chart.lines(("minimum over $t$", "(early stopping)"), middle, (-9, -16), colour=VERMILION, ha="right")
    chart.caption((1, 1), rf"$\beta = {found.choice.source}$,  $P = {power_of_two(FEW)}$")
    chart.write("$N = P$", (FEW, chart.y.low), (3, 5), pale(), FORMULA, ha="left")


def _draw_exponents(chart: Chart, found: ReusedSamples) -> None:
    """Draw local exponents and their limits."""
    between = np.sqrt(MANY[1:] * MANY[:-1])
    colours = (BLUE, "#7a4a9c", VERMILION)
    for beta, colour, proportional in zip(SOURCES, colours, found.proportional, strict=True):
        chart.curve(between, proportional, f"proportional {beta}", colour, hair(), alpha=0.6)
    chart.curves(between, found.unlimited, "unlimited", SOURCES, colours)
    for value in sorted({*found.fixed, *found.shared}):
        chart.level(value, f"limit {value}")
    names = [
        (rf"$\beta = {beta}$: ${value}$", float(value), colour)
        for beta, colour, value in zip(SOURCES, colours, found.fixed, strict=True)
    ]
    chart.margin(names + [(f"${value}$", float(value), ink()) for value in sorted({*found.shared} - {*found.fixed})])
    chart.caption((1, 0), lines=[rf"thin: $N = {MORE.numerator} P/{MORE.denominator}$,  else $N \to \infty$"])


OFFLINE = Figure(
    "offline",
    "Appendix D and E.4, without a figure",
    _compute_reused_samples,
    _draw_reused_samples,
    ((150.0,), (104.0,), (92.0,)),
    Choice(ALPHA, (BETA,), (GAMMA,), TIMES),
)
