"""How does the loss of trained networks fall? (Fig. 5a, 5b and 7b of the paper: targets on the circle.)

Above: the mean loss over seeds, from the time in which networks start to move.  Dashed: the predicted power law,
drawn where the exponent is measured, through the middle of the curve.

Below: exponents as measured (`verify.networks.network_exponent`), with their errors: of rich networks, filled, and of
networks that are linear in their weights, open.  The lines are the predictions of the solvable model, lazy and rich.

* Fig. 5a, 7b: units relu(h), and several targets.
* Fig. 5b: one target, q = 7/5, and several units relu(h)^q_phi.  Its legend has four numbers, which are read as beta;
  q_phi follows from eq. 14.

The paper gives neither width, depth, batch, learning rate nor gamma_0 of its networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.model.conventions import convention
from exponents.model.numeric_exponents import numeric_exponents
from exponents.names import LAZY, REGIMES, RICH
from exponents.symbols import beta as beta_symbol

from ...curves import LossCurve
from ...networks.circle_training import train_on_circle
from ...networks.network_exponent import NetworkExponent, measure_exponent
from ...networks.network_prediction import predict_exponents
from ..style import BLUE, VERMILION
from .axes import Scale, fit_linear_scale, fit_log_scale, span_time
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map

WIDTH, DEPTH, BATCH, STEPS, SEEDS = 256, 4, 128, 20_000, 3
"""Of all networks."""

QUICK = 128, 5_000
"""Width and steps for a first look."""

TARGET = Fraction(7, 5)
"""q in Fig. 5b."""


@dataclass(frozen=True)
class Trained:
    """Networks on one task.

    Attributes
    ----------
    beta, power, gamma : Fraction
        Source, q_phi, and gamma_0 of the rich ones.
    width, steps : int
    curve : LossCurve
        Of rich networks.
    rich, lazy : NetworkExponent
        Measured exponents.
    """

    beta: Fraction
    power: Fraction
    gamma: Fraction
    width: int
    steps: int
    curve: LossCurve
    rich: NetworkExponent
    lazy: NetworkExponent

    @property
    def predicted(self) -> Fraction:
        """The exponent of rich networks."""
        return predict_exponents(2 * self.power, self.beta)[RICH]


def _compute(target: Fraction | None, choice: Choice, spread: Map) -> tuple[Trained, ...]:
    """Train rich and lazy networks for each beta; units are relu(h) unless the target is given."""
    single = Fraction(0) if target is None else convention("circle").to_model(1, target)[beta_symbol]  # at q_phi = 1
    powers = [Fraction(1) if target is None else single / beta for beta in choice.beta]  # eq. 14: beta ~ 1/q_phi
    pairs = list(zip(choice.beta, powers, strict=True))
    sizes = QUICK if choice.quick else (WIDTH, STEPS)
    tasks = [(*pair, gamma, *sizes) for pair in pairs for gamma in (choice.gamma[0], Fraction(0))]
    curves = list(spread(_train, *zip(*tasks, strict=True)))
    return tuple(
        Trained(beta, power, choice.gamma[0], *sizes, rich, measure_exponent(rich), measure_exponent(lazy))
        for (beta, power), rich, lazy in zip(pairs, curves[::2], curves[1::2], strict=True)
    )


def _train(beta: Fraction, power: Fraction, gamma: Fraction, width: int, steps: int) -> LossCurve:
    return train_on_circle(2 * power, beta, gamma, width, DEPTH, BATCH, steps, SEEDS)


def _draw(title: str, found: tuple[Trained, ...], axes: Sequence[Any]) -> None:
    """Draw losses, and exponents against beta, on two Axes."""
    times = [one.curve.time[one.curve.time >= 1] for one in found]
    losses = [one.curve.loss[one.curve.time >= 1] for one in found]
    along = span_time([1, max(time[-1] for time in times)])
    sources = np.linspace(*_room([float(one.beta) for one in found]), 200)
    lines = {regime: numeric_exponents().time[regime](2.0, sources) for regime in REGIMES}
    points = [getattr(one, regime) for one in found for regime in REGIMES]
    reached = [one.value + sign * one.error for one in points for sign in (-1, 1)]
    marks = [float(one.beta) for one in found]
    across = Scale(r"$\beta$", float(sources[0]), float(sources[-1]), marks)
    upwards = fit_linear_scale("exponent", [*reached, *lines[RICH]])
    note = f"$N = {found[0].width}$"
    charts = set_up(axes, [(along, fit_log_scale(r"$L$", np.concatenate(losses))), (across, upwards)], title, note)
    _draw_losses(charts[0], found)
    for regime, colour in zip(REGIMES, (BLUE, VERMILION), strict=True):
        charts[1].curve(sources, lines[regime], f"predicted {regime}", colour)
        values, errors = ([getattr(getattr(one, regime), part) for one in found] for part in ("value", "error"))
        charts[1].points(marks, values, errors, f"measured {regime}", colour, filled=regime == RICH)
    charts[1].caption((0, 1), "", [rf"filled: $\gamma_0 = {found[0].gamma}$", "open: linear in the weights"])
    ends = {"lazy, rich": BLUE} if lines[LAZY][-1] == lines[RICH][-1] else {LAZY: BLUE, RICH: VERMILION}
    charts[1].margin(
        [(name, float(lines[RICH if name == RICH else LAZY][-1]), colour) for name, colour in ends.items()]
    )


def _draw_losses(chart: Chart, found: Sequence[Trained]) -> None:
    """Draw the loss for each task, and the predicted law where its exponent is measured."""
    names: list[tuple[str, float, str]] = []
    same = len({one.power for one in found}) == 1
    for one, colour in zip(found, make_gradient(len(found)), strict=True):
        seen = one.curve.time >= 1
        time, loss = one.curve.time[seen], one.curve.loss[seen]
        chart.curve(time, loss, f"loss {one.beta}", colour)
        window = np.array(one.rich.window)
        middle = float(np.exp(np.interp(np.log(window).mean(), np.log(time), np.log(loss))))
        law = middle * (window / np.sqrt(window.prod())) ** -float(one.predicted)
        chart.dashed(window, law, f"law {one.beta}", colour)
        first = "" if names else r"\beta = " if same else r"q_\phi = "
        names.append((f"${first}{float(one.beta if same else one.power):g}$", float(loss[-1]), colour))
    chart.margin(names)
    chart.caption(
        (0, 0),
        "",
        [r"dashed: $t^{-\beta \max(1,\, 2/(1+\beta))}$", f"depth {DEPTH}, {found[0].steps} steps, {SEEDS} seeds"],
    )


def _room(values: Sequence[float]) -> tuple[float, float]:
    """Return a range with room around some values."""
    more = 0.08 * (max(values) - min(values) or 1.0)
    return max(0.01, min(values) - more), max(values) + more


def _make_figure(name: str, source: str, title: str, sources: str, target: Fraction | None = None) -> Figure:
    beta = tuple(map(Fraction, sources.split()))
    compute, draw = partial(_compute, target), partial(_draw, title)
    choice = Choice(beta=beta, gamma=(Fraction(1),), quick=False)
    return Figure(name, source, compute, draw, ((150.0,), (110.0,)), choice, ("beta",))


FIG5A = _make_figure("fig5a", "Fig. 5a", "networks, several targets", "1/10 1/4 1/2 3/4 1 5/4 3/2")
FIG5B = _make_figure("fig5b", "Fig. 5b", r"networks, several $q_\phi$", "1/2 3/4 1 5/4", TARGET)
FIG7B = _make_figure("fig7b", "Fig. 7b", "networks, easy targets", "1 6/5 3/2 9/5")
