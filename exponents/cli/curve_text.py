"""What must be known to read a loss curve?  Its title, and the notes below the table."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isinf, log
from typing import TYPE_CHECKING

from ..names import FLOW, SIMULATE, TWO_TIME
from .curve_request import write_options

if TYPE_CHECKING:
    from verify.curves import LossCurve
    from verify.model import Model
    from verify.sweep.curve_question import CurveQuestion

MATTERS, TINY = 0.1, 1e-300
"""The part of the loss from which noise matters, and the least one that has a logarithm."""


def curve_title(asked: CurveQuestion, found: LossCurve, among: bool = False) -> str:
    """Return what was solved, for which model; ``among`` others, also what else may differ.

    Examples
    --------
    >>> from verify.sweep.curve_question import read_question
    >>> asked = read_question("3/2", "1/2", time="1", gamma="1/3")
    >>> curve_title(asked, asked.solve(), among=True)
    'The loss under gradient flow, N and B to infinity, {gamma} = 1/3'
    """
    model = asked.model
    done = {
        FLOW: "The loss under gradient flow",
        TWO_TIME: "The loss by the two-time equations",
        SIMULATE: f"The loss of trained models, mean of {len(found.status.seeds)} seeds",
    }[asked.method]
    if asked.small_steps:
        done = "The loss by the two-time equations of small steps"
    if asked.is_lazy_recursion:
        done = "The lazy loss in finite steps, by exact second moments"
    size = "N to infinity" if model.model_size is None else f"N = {model.model_size}"
    batch = "B to infinity" if model.batch_size is None else f"B = {model.batch_size}"
    if model.reuses:
        parts = [f"P = {model.samples} samples reused", size]
    elif model.model_size is None and model.batch_size is None:
        parts = ["N and B to infinity" if model.file is None else "B to infinity, measured spectrum"]
    elif asked.is_lazy_recursion and model.model_size is not None:
        parts = [f"mean-field spectrum of {size}", batch]
    elif (asked.method == FLOW or asked.small_steps) and model.model_size is not None:
        parts = [batch, f"mean field of models of size {size}"]
    else:
        parts = [size, batch]
    if asked.learning_rate is not None:
        parts.append(f"{{eta}} = {float(asked.learning_rate):g}")
    if among:
        parts.append(f"{{gamma}} = {asked.gamma}")
        if model.most_steps is not None:
            parts.append(f"one pass over P = {model.samples}")
    return ", ".join([done, *parts])


def curve_notes(asked: CurveQuestion, found: LossCurve) -> Sequence[str]:
    """Return what must be known to read the numbers.

    Examples
    --------
    >>> from verify.sweep.curve_question import read_question
    >>> asked = read_question("3/2", "1/2", time="1")
    >>> curve_notes(asked, asked.solve())[0]
    'At t = 0 the loss is 1.33333. Times are in units of 1/(learning rate).'
    """
    from verify.sweep.record import curve_warnings

    model = asked.model
    units = "{eta} times the step" if asked.counts_steps else "in units of 1/(learning rate)"
    notes = [f"At t = 0 the loss is {found.start:.6g}. Times are {units}."]
    if model.most_steps is not None:
        notes.append(f"One pass: each of P = {model.samples} samples is used once.")
    if model.reuses:
        notes += _reuse_notes(asked, found)
    elif found.floor:
        taken = " The exponent is taken of L minus this." if "loss_slope" in found.observed else ""
        notes.append(f"Final loss: {found.floor:.6g}.{taken}")
        if asked.method == FLOW and model.model_size is not None:
            from verify.spectra.floor import four_point_floor

            mean = sum(four_point_floor(*model.exponents, model.model_size, model.spectrum, model.modes))
            notes.append(f"With its four-point part, the first order in 1/N that the mean field lacks: {mean:.6g}.")
    if asked.method == FLOW and model.batch_size is not None and asked.learning_rate is not None:
        noise = f"{{noise}} = {float(asked.learning_rate / model.batch_size):g}"
        notes.append(
            f"From batches: the variance that they add{', and the shift of the mean' if model.gamma else ''}, to first "
            f"order in {noise}, for Gaussian features and small steps."
        )
    if asked.small_steps and model.batch_size is not None and asked.learning_rate is not None:
        notes.append(
            "From batches: the variance that they add; mean shift: what else they change. Both at all orders in {noise}"
            f" = {float(asked.learning_rate / model.batch_size):g}, as steps tend to 0, without the four-point part."
        )
    notes += describe_noise(found)
    if "left_out" in found.observed:
        notes.append("Left out: the exact lazy loss in steps of {eta}, less L.")
    notes += [f"{write_options(warning)}." for warning in curve_warnings(asked, found)]
    if "between_models" in found.observed:
        notes.append(
            "Between models: what the mean over models adds to L, which is on their mean-field spectrum, to first "
            "order in 1/N. Neither L nor its error contains it."
        )
    if asked.is_lazy_recursion:
        notes.append(_lazy_note(model))
    elif asked.method == TWO_TIME and not model.reuses:
        covered = "the intervals of time and the sums" if asked.small_steps else "the sums"
        notes.append(f"The error covers {covered} over modes, not the mean field.")
    if "model" in found.errors:
        notes.append(
            f"Model error: the size of what {'that' if asked.is_lazy_recursion else 'the mean field'} leaves out, of "
            f"order {_orders(asked)}. The error of L is that of the numbers."
        )
    if model.modes is not None and found.status.seeds:
        alpha, beta = model.exponents
        beyond = f"{model.modes ** -float(alpha * beta) / float(alpha * beta):.2g}"
        notes.append(
            f"The error is the standard error of the mean over seeds. Models have M = {model.modes} modes; the modes "
            f"left out would add {beyond} to the loss at t = 0."
        )
    return notes


def _orders(asked: CurveQuestion) -> str:
    """Return the small numbers that a mean field leaves out."""
    model = asked.model
    batch = None if asked.is_lazy_recursion or model.reuses else model.batch_size
    sizes = {"1/N": model.model_size, "1/B": batch, "1/P": model.samples if model.reuses else None}
    return " and ".join(name for name, size in sizes.items() if size is not None)


def _lazy_note(model: Model) -> str:
    """Return what is exact at gamma = 0."""
    exact = "At {gamma} = 0 second moments close"
    if model.batch_size is not None:
        exact += ": the mean over Gaussian batches is exact, with its four-point part"
    return f"{exact}. L is the loss of the flow, and what steps and batches add to it."


def describe_noise(found: LossCurve) -> list[str]:
    """Return a sentence on when the noise of batches matters: from which times on it adds a tenth of the loss.

    Between two times the share is followed along its power law.

    Examples
    --------
    >>> import numpy as np
    >>> from verify.curves import LossCurve
    >>> time, loss, noise = (np.array(values) for values in ([1.0, 100.0], [1.0, 0.1], [0.01, 0.1]))
    >>> describe_noise(LossCurve(time, loss, 0 * time, 1.0, observed={"variance": noise}))
    ['Batches add more than a tenth of L from t = 10 on: there their noise matters.']
    """
    parts = [found.observed[name] for name in ("variance", "from_batches", "mean_shift") if name in found.observed]
    rows = zip(found.time.tolist(), found.loss.tolist(), *(part.tolist() for part in parts), strict=True)
    seen = [(time, max(abs(sum(added)) / loss, TINY)) for time, loss, *added in rows if time > 0 and loss > 0]
    if not seen or not any(part.any() for part in parts):  # without batches there is nothing to say
        return []
    large = [share > MATTERS for _, share in seen]
    when, most = max(seen, key=lambda one: one[1])
    if not any(large):
        return [f"Batches add at most {100 * most:.2g} % of L at these times, at t = {when:.4g}."]
    if all(large):
        return ["Batches add more than a tenth of L at all of these times: their noise matters."]
    edges = [i for i in range(1, len(seen)) if large[i] != large[i - 1]]
    if len(edges) > 1:
        return [f"Batches add up to {100 * most:.2g} % of L: their noise matters at some of these times."]
    (before, low), (after, high) = seen[edges[0] - 1 : edges[0] + 1]
    crossing = before * (after / before) ** (log(MATTERS / low) / log(high / low))
    side = f"from t = {crossing:.3g} on" if large[-1] else f"up to t = {crossing:.3g}"
    return [f"Batches add more than a tenth of L {side}: there their noise matters."]


def _reuse_notes(asked: CurveQuestion, found: LossCurve) -> list[str]:
    """Return what the two losses are, and how they end."""
    notes = ["L is the loss on new data. Training sees the P samples only."]
    if asked.method == FLOW:
        from verify.reuse.finite_sizes import mean_final_loss

        end = "grows without end, since N = P" if isinf(found.floor) else f"tends to {found.floor:.6g}"
        model = asked.model
        assert model.samples is not None
        mean = mean_final_loss(*model.exponents, inf if model.model_size is None else model.model_size, model.samples)
        if model.model_size is not None and not isinf(mean):
            end += f"; with the exact factor of finite N and P, to {mean:.6g}"
        notes.append(f"The mean field of features and samples. L {end}.")
    if asked.method == TWO_TIME:
        notes.append("The error covers the intervals of time and the sums over modes, not the mean field.")
    return notes
