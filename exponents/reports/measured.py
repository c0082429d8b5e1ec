"""How is a loss curve printed?  As a table with one row per time, and a column for each known quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite, isnan
from typing import Any, TypeAlias

from ..printing import Notation, phrase
from .render import Cell, Column, Table

CURVE: dict[str, tuple[str | Notation, str]] = {
    "time": (Notation("t", "t", "t"), ".6g"),
    "loss": (Notation("L", "L", "L"), ".9g"),
    "error": ("error of L", ".1e"),
    "model_error": ("model error", ".1e"),
    "train_loss": ("L on the samples", ".9g"),
    "local_exponent": (Notation("-d ln L/d ln t", "-d ln L/d ln t", r"-d \ln L/d \ln t"), ".6f"),
    "variance": ("from batches", ".6g"),
    "mean_shift": ("mean shift", ".6g"),
    "from_steps": ("from steps", ".3g"),
    "left_out": ("left out", ".3g"),
    "between_models": ("between models", ".3g"),
    "kernel": (Notation("kappa", "κ", r"\kappa"), ".6g"),
    "clock": (Notation("tau", "τ", r"\tau"), ".6g"),
    "valid": ("valid", ""),
}
"""Headings and formats of the columns that a loss curve may have, by the keys of CSV."""

MARK, MARKED = " *", "* Past the time from which a warning holds."
"""What marks a time at which a curve is not valid, and the note that says so."""

SIZES = ("model_size", "batch_size", "samples")
"""Parameters that are infinite where they have no value."""

CURVE_SYMBOLS = {
    "gamma": Notation("gamma", "γ", r"\gamma"),
    "eta": Notation("eta", "η", r"\eta"),
    "noise": Notation("eta/B", "η/B", r"\eta/B"),
    "sharpness": Notation("eta kappa mu_1", "ηκμ₁", r"\eta \kappa \mu_1"),
}
"""Symbols in titles and notes."""


Curve: TypeAlias = Any
"""A `verify.LossCurve`; this package does not import `verify`."""


def curve_columns(curve: Curve) -> dict[str, Any]:
    """Return all that a loss curve has along its times, by the keys of CSV.

    Parameters
    ----------
    curve : verify.LossCurve

    Returns
    -------
    dict of str to array of shape (times,)
        What `CURVE` knows, in its order, and then whatever else was observed.

    Examples
    --------
    >>> from verify import Model, loss_curve
    >>> list(curve_columns(loss_curve(Model("3/2", "1/2"), [10.0])))[:5]
    ['time', 'loss', 'error', 'local_exponent', 'kernel']
    """
    found = {"time": curve.time, "loss": curve.loss, "error": curve.error, "valid": curve.valid, **curve.observed}
    if "model" in curve.errors:
        found["model_error"] = curve.errors["model"]
    if "loss_slope" in found and "train_loss" not in found:  # of reused samples the slope is no exponent
        found["local_exponent"] = -found["loss_slope"]
    along = {key: values for key, values in found.items() if values.shape == curve.time.shape}
    return {key: along[key] for key in (*(key for key in CURVE if key in along), *(set(along) - set(CURVE)))}


def printed_columns(curve: Curve) -> dict[str, list[float]]:
    """Return what is printed of a curve at each time, in the order and by the keys of `CURVE`.

    Examples
    --------
    >>> from verify import Model, loss_curve
    >>> list(printed_columns(loss_curve(Model("3/2", "1/2"), [1, 10])))
    ['time', 'loss', 'error', 'local_exponent', 'kernel', 'clock', 'valid']
    """
    return {key: values.tolist() for key, values in curve_columns(curve).items() if key in CURVE}


def curve_object(curve: Curve) -> dict[str, object]:
    """Return a loss curve as JSON holds it: lists of numbers, with None where a value is unknown.

    Examples
    --------
    >>> from verify import Model, loss_curve
    >>> list(curve_object(loss_curve(Model("3/2", "1/2"), [10.0])))
    ['time', 'loss', 'error', 'valid']
    """
    columns = curve_columns(curve)
    return {
        key: [value if isfinite(value) else None for value in columns[key].tolist()]
        for key in ("time", "loss", "error", "train_loss", "model_error", "valid")
        if key in columns
    }


def curve_tables(curve: Curve) -> list[Table]:
    """Return a loss curve as a table.

    Examples
    --------
    >>> from verify import Model, loss_curve
    >>> [column.key for column in curve_tables(loss_curve(Model("3/2", "1/2"), [10.0]))[0].columns][:3]
    ['time', 'loss', 'error']
    """
    columns = printed_columns(curve)
    final = f" Final loss: {curve.floor:.6g}." if curve.floor else ""
    return [curve_table(columns, "Loss curve", [f"At t = 0 the loss is {curve.start:.6g}.{final}"])]


def curve_table(columns: Mapping[str, Sequence[float]], title: str, notes: Sequence[str]) -> Table:
    """Return a loss curve as a table.

    Parameters
    ----------
    columns : mapping of str to sequence of float
        By the keys of `CURVE`, all of one length; NaN is an unknown value, and its cell is empty.  Times that are not
        valid are marked.
    title : str
        A template, with names of `CURVE_SYMBOLS` in braces.
    notes : sequence of str
        Templates as well.

    Examples
    --------
    >>> table = curve_table({"time": [1.0], "loss": [0.5], "error": [float("nan")]}, "The loss", ["At {eta} = 1."])
    >>> table.rows
    (('1', '0.5', None),)
    """
    valid = list(map(bool, columns.get("valid", [True] * len(columns["time"]))))
    shown = {key: [_number(value, CURVE[key][1]) for value in columns[key]] for key in columns if key != "valid"}
    shown["time"] = mark_times(shown["time"], valid)
    heading, *said = (phrase(template, **CURVE_SYMBOLS) for template in (title, *notes, *mark_note(valid)))
    cells = tuple(zip(*shown.values(), strict=True))
    return Table("curve", heading, tuple(Column(key, CURVE[key][0]) for key in shown), cells, tuple(said))


def mark_times(times: Sequence[Cell], valid: Sequence[bool]) -> list[Cell]:
    """Return cells of times, marked where a curve is not valid.

    Examples
    --------
    >>> mark_times(["1", "10"], [True, False])
    ['1', '10 *']
    """
    return [time if good else f"{time}{MARK}" for time, good in zip(times, valid, strict=True)]


def mark_note(valid: Sequence[bool]) -> list[str]:
    """Return the note that explains marks, if there are any.

    Examples
    --------
    >>> mark_note([True, True]), len(mark_note([True, False]))
    ([], 1)
    """
    return [] if all(valid) else [MARKED]


def long_table(records: Sequence[Mapping[str, Any]]) -> Table:
    """Return curves as one table for a program: the parameters, each quantity of `CURVE`, warnings and version.

    Parameters
    ----------
    records : sequence of mappings
        Curves as JSON holds them.  A curve without times, which was not solved, has one row.

    Returns
    -------
    Table
        With one row per curve and time.  Numbers have all their digits; what is unknown is an empty cell.

    Examples
    --------
    >>> record = {"time": [1.0], "loss": [0.5], "parameters": {"gamma": "1"}, "warnings": [], "version": "0"}
    >>> table = long_table([record])
    >>> [column.key for column in table.columns], table.rows
    (['gamma', 'time', 'loss', 'warnings', 'version'], (('1', '1.0', '0.5', None, '0'),))
    """
    given = tuple(dict.fromkeys(key for record in records for key in record["parameters"]))
    known = tuple(key for key in CURVE if any(key in record for record in records))
    said = tuple(key for key in ("status", "message", "warnings", "version") if any(key in one for one in records))
    rows: list[tuple[Cell, ...]] = []
    for record in records:
        asked = {**record["parameters"]}
        asked |= {key: "inf" for key in SIZES if key in asked and asked[key] is None}
        before = [_exact(asked.get(key)) for key in given]
        after = [_exact("; ".join(text) if isinstance(text := record.get(key), list) else text) for key in said]
        for place in range(len(record.get("time", ()))) or (None,):
            values = [None if place is None or key not in record else record[key][place] for key in known]
            rows.append((*before, *map(_exact, values), *after))
    return Table("curves", phrase("Loss curves"), tuple(map(Column, (*given, *known, *said))), tuple(rows))


def _exact(value: object) -> Cell:
    """Return a value with all its digits; nothing for what is unknown."""
    return None if value is None or value == "" else value if isinstance(value, str) else repr(value)


def _number(value: float, form: str) -> Cell:
    return None if isnan(value) else f"{value:{form}}"
