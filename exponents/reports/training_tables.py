"""How is the training of networks printed?  Exponents with verdicts, and the loss against time.

The tables are made from the object that JSON prints, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..printing import Notation, Phrase
from .render import Cell, Table, make_columns


def training_tables(found: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a training.

    Parameters
    ----------
    found : mapping
        As ``exponents train --format json`` prints it.

    Returns
    -------
    list of Table
        The loss, which alone is printed as CSV, and the exponents.

    Examples
    --------
    >>> measured = {"exponent": 0.41, "error": 0.03, "noise": 0.02, "drift": 0.01, "window": [40.0, 2e3], "seeds": 3}
    >>> found = {"predicted": {"lazy": 0.25, "rich": 0.4}, "verdicts": {"lazy": "refuted", "rich": "confirmed"}}
    >>> curve = {"time": [1.0], "loss": [0.5], "error": [0.01]}
    >>> tables = training_tables({**found, "measured": measured, "curve": curve, "settings": {}, "warnings": []})
    >>> [row[2] for row in tables[1].rows]
    ['refuted', 'confirmed', '']
    """
    curve = found["curve"]
    rows = tuple(
        (f"{time:.6g}", f"{loss:.6g}", "" if error is None else f"{error:.1e}")
        for time, loss, error in zip(curve["time"], curve["loss"], curve["error"], strict=True)
    )
    columns = make_columns(("time", "t"), ("loss", "L"), ("error", "error of L"))
    settings = ", ".join(f"{name} {value}" for name, value in found["settings"].items())
    loss = Table("training", Phrase("Loss of trained networks"), columns, rows, (Phrase(settings),) if settings else ())
    return [loss, *([_exponents(found)] if found["measured"] else [])]


def _exponents(found: Mapping[str, Any]) -> Table:
    """Return the table of the measured exponent beside the predicted ones."""
    measured = found["measured"]
    error = "unknown" if measured["error"] is None else f"{measured['error']:.3f}"
    rows: list[tuple[Cell, ...]] = [
        (f"{regime}, predicted", f"{value:.4g}", found["verdicts"][regime])
        for regime, value in found["predicted"].items()
    ]
    rows.append(("measured", f"{measured['exponent']:.3f} +- {error}", ""))
    first, last = measured["window"]
    notes = [
        f"Measured from t = {first:.4g} to {last:.4g} on {measured['seeds']} seeds; the window was chosen by its rule."
    ]
    if measured["error"] is not None:
        notes.append(f"Parts of the error: noise {measured['noise']:.3f}, drift {measured['drift']:.3f}.")
    notes += [f"Warning: {warning}." for warning in found["warnings"]]
    law = Notation("r in L ~ t^-r", "r in L ~ t^-r", r"r \text{ in } L \sim t^{-r}")
    columns = make_columns("network", ("exponent", law), "verdict")
    return Table("exponents", Phrase("Exponents of the loss"), columns, tuple(rows), tuple(map(Phrase, notes)))
