"""How does the loss fall at several richnesses: networks on digits, a transformer on text? (Fig. 6 and 8.)

Above: the mean loss over seeds with its standard error, for each gamma_0, and the predicted laws, dashed, where the
exponent is measured.  Below: the measured exponents with their errors, and the predictions as lines across.

* Fig. 6: digits under random affine maps instead of MNIST-1M and CIFAR-5M.  alpha and beta are those of the tangent
  kernel before training, and predict t^-beta and t^(-beta max(1, 2/(1 + beta))).  Where the kernel has no single
  alpha, nothing is predicted, and the figure says so.
* Fig. 8: the source of Python's standard library instead of C4.  beta is the exponent of the network of the smallest
  gamma_0, as in the paper, without a floor of the loss; it gives t^(-beta(2 - beta)), the paper's, and
  t^(-2 beta/(1 + beta)).  The theory has squared errors, and this loss is a cross-entropy: this is only suggestive.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.errors import InputError, NoSingleExponent
from exponents.names import LAZY, REGIMES

from ...arrays import Reals
from ...curves import LossCurve
from ...fits.spectrum_fit import fit_kernel
from ...networks.convolutional import Convolutional
from ...networks.image_tasks import digits_task
from ...networks.network import start_kernel
from ...networks.network_ensemble import Training, train_networks
from ...networks.network_exponent import NetworkExponent, measure_exponent
from ...networks.network_prediction import choose_learning_rate
from ...networks.text_task import CONTEXT, text_task
from ...networks.transformer import Transformer
from ..style import BLUE, VERMILION, ink
from .axes import Scale, fit_linear_scale, fit_log_scale, span_time
from .chart import Chart, make_gradient, set_up
from .page import Choice, Figure, Map

WIDTH, DEPTH, BATCH, STEPS, SEEDS, KERNEL = 16, 4, 32, 4000, 3, 2000
"""Of convolutional networks, and the images of the kernel."""

USUAL_BETA = 0.3
"""Source for the learning rate where none was found; that of the paper's MNIST."""

TEXT_WIDTH, TEXT_DEPTH, TEXT_BATCH, TEXT_STEPS, TEXT_SEEDS, TEXT_RATE = 32, 2, 16, 600, 3, 1.0
"""Of transformers."""

QUICK_STEPS, QUICK_KERNEL, QUICK_TEXT_STEPS = 1000, 1000, 150
"""For a first look."""


ROOM = 1.8
"""Height of the lower panel, over the largest exponent: words stand above."""


@dataclass(frozen=True)
class Compared:
    """Networks of several richnesses on one task.

    Attributes
    ----------
    gamma : tuple of Fraction
        gamma_0 of each; 0 is the network that is linear in its weights.
    curves : tuple of LossCurve
    exponents : tuple of NetworkExponent
    predicted : tuple of (str, float, float)
        Name, exponent, and its error.
    remarks : tuple of str
        What is said of the predictions.
    note : str
        The networks, for the title.
    """

    gamma: tuple[Fraction, ...]
    curves: tuple[LossCurve, ...]
    exponents: tuple[NetworkExponent, ...]
    predicted: tuple[tuple[str, float, float], ...]
    remarks: tuple[str, ...]
    note: str


def _compute_digits(choice: Choice, spread: Map) -> Compared:
    steps, images = (QUICK_STEPS, QUICK_KERNEL) if choice.quick else (STEPS, KERNEL)
    ((predicted, beta, remark),) = spread(_predict_digits, (images,))  # a fork after JAX has begun would wait for ever
    gamma = (*choice.gamma, Fraction(0))
    curves = tuple(spread(partial(_train_on_digits, beta=beta, steps=steps), gamma))
    note = f"$N = {WIDTH}$, {steps} steps, {SEEDS} seeds"
    return Compared(gamma, curves, tuple(map(measure_exponent, curves)), predicted, (remark,), note)


def _predict_digits(images: int) -> tuple[tuple[tuple[str, float, float], ...], float, str]:
    """Return what the kernel at the start predicts, the source, and what is said of both."""
    task = digits_task()
    assert task.answers is not None
    targets = task.answers[:images]
    kernel = start_kernel(Convolutional(WIDTH, DEPTH), task.held_out[:images])
    try:
        fit = fit_kernel(kernel, targets - targets.mean(axis=0))
    except NoSingleExponent as error:
        found = ", ".join(f"{value:.2f}" for value in np.asarray(error.exponents))
        return (), USUAL_BETA, f"the kernel has no single exponent ({found}): nothing is predicted"
    except InputError:
        return (), USUAL_BETA, "the kernel has too few modes: nothing is predicted"
    predicted = []
    for regime in REGIMES if fit.time_exponent else ():
        one = fit.time_exponent[regime]
        predicted.append((regime, one.value, max(one.interval[1] - one.value, one.value - one.interval[0])))
    half = (fit.beta.interval[1] - fit.beta.interval[0]) / 2
    where = "" if predicted else " outside of the theory"
    remark = rf"kernel{where}: $\alpha = {fit.alpha.value:.2f}$, $\beta = {fit.beta.value:.2f} \pm {half:.2f}$"
    return tuple(predicted), max(fit.beta.value, 0.05), remark


def _train_on_digits(gamma: Fraction, beta: float, steps: int) -> LossCurve:
    eta = choose_learning_rate(beta, steps, lazy=gamma == 0)
    network = Convolutional(WIDTH, DEPTH, float(gamma))
    return train_networks(network, digits_task(), Training(BATCH, eta, steps), range(SEEDS))


def _compute_text(choice: Choice, spread: Map) -> Compared:
    gamma = tuple(sorted(choice.gamma))
    steps = QUICK_TEXT_STEPS if choice.quick else TEXT_STEPS
    curves = tuple(spread(partial(_train_on_text, steps=steps), gamma))
    exponents = tuple(map(measure_exponent, curves))
    beta, error = exponents[0].value, exponents[0].error
    predicted = (
        (r"$\beta(2-\beta)$", beta * (2 - beta), 2 * abs(1 - beta) * error),
        (r"$2\beta/(1+\beta)$", 2 * beta / (1 + beta), 2 / (1 + beta) ** 2 * error),
    )
    remark = rf"$\beta = {beta:.3f} \pm {error:.3f}$, measured at $\gamma_0 = {float(gamma[0]):g}$"
    remarks = remark, "cross-entropy, not squared error: only suggestive"
    note = f"$N = {TEXT_WIDTH}$, {steps} steps, {TEXT_SEEDS} seeds"
    return Compared(gamma, curves, exponents, predicted, remarks, note)


def _train_on_text(gamma: Fraction, steps: int) -> LossCurve:
    network = Transformer(TEXT_WIDTH, TEXT_DEPTH, float(gamma))
    return train_networks(network, text_task(), Training(TEXT_BATCH, TEXT_RATE, steps), range(TEXT_SEEDS))


def _draw(title: str, label: str, unit: float, found: Compared, axes: Sequence[Any]) -> None:
    """Draw losses against time, in units of a clock, and exponents against gamma_0, on two Axes."""
    colours = (*make_gradient(len(found.gamma) - (found.gamma[-1] == 0)), *([ink()] if found.gamma[-1] == 0 else []))
    seen = [curve.time >= 1 for curve in found.curves]
    times = [curve.time[part] * unit for curve, part in zip(found.curves, seen, strict=True)]
    losses = [curve.loss[part] for curve, part in zip(found.curves, seen, strict=True)]
    along = span_time([unit, max(float(time[-1]) for time in times)])
    along = Scale(label, along.low, along.high, along.ticks, along.logarithmic)
    positive = [float(one) for one in found.gamma if one] or [1.0]
    places = [float(one) or min(positive) / 3 for one in found.gamma]
    ends = np.log10(min(places)) - 0.2, np.log10(max(places)) + 0.2
    decades = 10.0 ** np.arange(np.ceil(ends[0]), np.floor(ends[1]) + 1)
    decades = decades if len(decades) else np.array(places)
    across = Scale(r"$\gamma_0$", 10 ** ends[0], 10 ** ends[1], decades, logarithmic=True)
    reached = [one.value + sign * min(one.error, 1.0) for one in found.exponents for sign in (-1, 1)]
    reached += [value for _, value, _ in found.predicted]
    upwards = fit_linear_scale("exponent", [0.0, *reached, ROOM * max(reached)])
    charts = set_up(
        axes, [(along, fit_log_scale(r"$L$", np.concatenate(losses))), (across, upwards)], title, found.note
    )
    names: list[tuple[str, float, str]] = []
    rows = zip(found.gamma, found.curves, found.exponents, times, losses, seen, colours, strict=True)
    for gamma, curve, exponent, time, loss, part, colour in rows:
        charts[0].curve(time, loss, f"loss {gamma}", colour)
        error = np.nan_to_num(curve.error[part], posinf=0.0)
        charts[0].axes.fill_between(time, loss - error, loss + error, color=colour, alpha=0.25, linewidth=0)
        first = "" if names else r"\gamma_0 = "
        names.append((f"${first}{float(gamma):g}$" if gamma else "linear", float(loss[-1]), colour))
        place = [places[found.gamma.index(gamma)]]
        charts[1].points(place, [exponent.value], [exponent.error], f"measured {gamma}", colour, filled=bool(gamma))
    charts[0].margin(names)
    _draw_laws(charts, found, times, losses, unit)
    lines = [*found.remarks, *_sum_up(found)]
    charts[0].caption((0, 0), "", ["dashed: predicted laws, where exponents are measured"] if found.predicted else [])
    charts[1].caption((0, 1), "", lines)


def _draw_laws(
    charts: Sequence[Chart], found: Compared, times: Sequence[Reals], losses: Sequence[Reals], unit: float
) -> None:
    """Draw the predicted laws: the first through the laziest loss, the last through that of the largest richness."""
    sides = sorted(range(len(found.gamma)), key=lambda place: found.gamma[place])
    colours = (BLUE, VERMILION)
    for (name, value, _), colour in zip(found.predicted, colours, strict=False):
        charts[1].level(value, f"predicted {name}", colour)
        place = sides[0] if name == LAZY else sides[-1]
        window = np.array(found.exponents[place].window) * unit
        middle = float(np.exp(np.interp(np.log(window).mean(), np.log(times[place]), np.log(losses[place]))))
        law = middle * (window / np.sqrt(window.prod())) ** -value
        charts[0].dashed(window, law, f"law {name}", colour)
    if found.predicted:
        charts[1].margin(
            [(name, value, colour) for (name, value, _), colour in zip(found.predicted, colours, strict=False)]
        )


def _sum_up(found: Compared) -> list[str]:
    """Return the verdicts in words: on the lazy prediction for the smallest gamma_0, on others for all others."""
    lines = []
    for name, value, error in found.predicted:
        verdicts: dict[str, list[str]] = {}
        for gamma, exponent in zip(found.gamma, found.exponents, strict=True):
            if (name == LAZY) != (gamma == min(found.gamma)):
                continue
            verdicts.setdefault(exponent.judge(value, error), []).append(f"{float(gamma):g}" if gamma else "linear")
        lines.append(f"{name}: " + "; ".join(f"{verdict} at {', '.join(at)}" for verdict, at in verdicts.items()))
    return lines


_draw_digits = partial(_draw, "networks on digits", "$t$", 1.0)
_draw_text = partial(_draw, "networks on text", "tokens", TEXT_BATCH * CONTEXT / TEXT_RATE)

FIG6, FIG8 = (
    Figure(
        name,
        source,
        compute,
        draw,
        ((150.0,), (130.0,)),
        Choice(gamma=tuple(map(Fraction, gammas.split())), quick=False),
        ("gamma",),
    )
    for name, source, compute, draw, gammas in (
        ("fig6", "Fig. 6", _compute_digits, _draw_digits, "3/100 1/10 3/10 1 3"),
        ("fig8", "Fig. 8", _compute_text, _draw_text, "1/1000 1/100 1/10 1"),
    )
)
