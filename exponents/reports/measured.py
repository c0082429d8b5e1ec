"""How is a loss curve printed?  As a table with one row per time, and a column for each known quantity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isnan

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
}
"""Headings and formats of the columns that a loss curve may have, by the keys of CSV."""

CURVE_SYMBOLS = {
    "gamma": Notation("gamma", "γ", r"\gamma"),
    "eta": Notation("eta", "η", r"\eta"),
    "noise": Notation("eta/B", "η/B", r"\eta/B"),
    "sharpness": Notation("eta kappa mu_1", "ηκμ₁", r"\eta \kappa \mu_1"),
}
"""Symbols in titles and notes."""


def curve_table(columns: Mapping[str, Sequence[float]], title: str, notes: Sequence[str]) -> Table:
    """Return a loss curve as a table.

    Parameters
    ----------
    columns : mapping of str to sequence of float
        By the keys of `CURVE`, all of one length; NaN is an unknown value, and its cell is empty.
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
    cells = zip(*([_number(value, CURVE[key][1]) for value in values] for key, values in columns.items()), strict=True)
    heading, *said = (phrase(template, **CURVE_SYMBOLS) for template in (title, *notes))
    return Table("curve", heading, tuple(Column(key, CURVE[key][0]) for key in columns), tuple(cells), tuple(said))


def _number(value: float, form: str) -> Cell:
    return None if isnan(value) else f"{value:{form}}"
