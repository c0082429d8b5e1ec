"""What is kept of a solved curve?  All columns, what was asked, what must be read with care, and the version.

The command `curve` prints records, and a sweep stores them.  In warnings, names in braces stand for symbols (see
`exponents.reports.measured.CURVE_SYMBOLS`), and names in backticks for arguments.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

from exponents import __version__
from exponents.names import SIMULATE
from exponents.reports.measured import CURVE_SYMBOLS, printed_columns

from ..curves import LossCurve
from .curve_question import CurveQuestion, replace_arguments

LARGE = 0.1
"""Share of the loss beyond which a model error is a warning."""


def curve_record(asked: CurveQuestion, found: LossCurve) -> dict[str, Any]:
    """Return a curve as JSON holds it; what is unknown or infinite is None.

    Examples
    --------
    >>> from verify.sweep.curve_question import read_question
    >>> asked = read_question("3/2", "1/2", time="1,10")
    >>> list(curve_record(asked, asked.solve()))[-3:]
    ['parameters', 'warnings', 'version']
    """
    columns = printed_columns(found)
    plain = {name: symbol.plain for name, symbol in CURVE_SYMBOLS.items()}
    return {
        **{key: [value if isfinite(value) else None for value in values] for key, values in columns.items()},
        "parameters": asked.to_dict(),
        "warnings": [
            replace_arguments(warning.format_map(plain), lambda name, value: f"{name} {value or ''}".rstrip())
            for warning in curve_warnings(asked, found)
        ],
        "version": __version__,
    }


def curve_warnings(asked: CurveQuestion, found: LossCurve) -> list[str]:
    """Return why, and after which times, the curve must be read with care.

    Examples
    --------
    >>> from verify.sweep.curve_question import read_question
    >>> asked = read_question("3/2", "1/2", time="1e3", model_size="8", samples="8", gamma="0")
    >>> [warning[:38] for warning in curve_warnings(asked, asked.solve())]
    ['The mean over models is infinite at in', 'At t = 1e+03 the model error exceeds a']
    """
    warnings, model, status = [], asked.model, found.status
    if model.reuses and model.samples and model.model_size and abs(model.samples - model.model_size) <= 1:
        warnings.append(
            "The mean over models is infinite at infinite time, since |N - P| <= 1; the mean field falls short of it "
            "at late times; take N and P further apart, or less time"
        )
    left_out = found.errors.get("model", 0 * found.loss)
    large = found.time[left_out > LARGE * found.loss].tolist()
    if len(large):
        where = f"At t = {large[0]:.3g}" + (f" to {large[-1]:.3g}" if len(large) > 1 else "")
        warnings.append(
            f"{where} the model error exceeds a tenth of L: means over models differ from the mean field; train some "
            f'with `method="{SIMULATE}"`'
        )
    if status.unstable_from is not None:
        warnings.append(
            f"From t = {status.unstable_from:.3g} on {{sharpness}} exceeds 2, and gradient descent in steps does "
            "not follow the flow"
        )
    if status.mean_bounded_below is not None:
        warnings.append(
            f"{{eta}} exceeds {status.mean_bounded_below:.6g}, up to which the mean loss is bounded; here it "
            "grows without end"
        )
    if status.modes_learned_from is not None:
        warnings.append(
            f"At t = {status.modes_learned_from:.3g} the last mode of the spectrum is learned; from there on, "
            "and gradually before, the curve shows where the file ends, not the law of the kernel; ask for less time, "
            "or give more modes"
        )
    if status.undetermined_from is not None:
        warnings.append(
            f"From t = {status.undetermined_from:.3g} on the solution alternates from step to step and "
            "depends on its last digits: its error is at least the loss, and trained models may differ or diverge"
        )
    return warnings
