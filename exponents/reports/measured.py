"""What was measured, as tables: a loss curve, and verdicts claim by claim.

Verdicts come as the objects that JSON holds, so that nothing here depends on how they were measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isnan
from typing import Any

from sympy import log

from ..printing import Notation, Phrase, phrase
from ..symbols import t
from .render import Cell, Column, Table

Object = Mapping[str, Any]

SHORT = 8
"""Letters of an exact value that a table shows as it is; longer ones are rounded to `DIGITS`."""

DIGITS = 8
"""Significant digits of a measured value in a table."""

FORMS = (("measured", f".{DIGITS}g"), ("error", ".0e"))

CURVE: dict[str, tuple[str | Notation, str]] = {
    "time": (Notation("t", "t", "t"), ".6g"),
    "loss": (Notation("L", "L", "L"), ".9g"),
    "error": ("error of L", ".1e"),
    "train_loss": ("L on the samples", ".9g"),
    "local_exponent": (Notation("-d ln L/d ln t", "-d ln L/d ln t", r"-d \ln L/d \ln t"), ".6f"),
    "variance": ("from batches", ".6g"),
    "kernel": (Notation("kappa", "κ", r"\kappa"), ".6g"),
    "clock": (Notation("tau", "τ", r"\tau"), ".6g"),
}
"""Headings and formats of what may be known of a loss curve, by the keys of CSV."""

CURVE_SYMBOLS = {
    "eta": Notation("eta", "η", r"\eta"),
    "noise": Notation("eta/B", "η/B", r"\eta/B"),
    "sharpness": Notation("eta kappa mu_1", "ηκμ₁", r"\eta \kappa \mu_1"),
}
"""Mathematics in the words about it."""

FLAT = (
    "claim",
    "source",
    "published",
    "derived",
    "alpha",
    "beta",
    "gamma",
    "spectrum",
    "measured",
    "error",
    "published_verdict",
    "derived_verdict",
)
"""Columns of the verdicts in CSV: the keys of JSON, with the point spread out."""


def curve_table(columns: Mapping[str, Sequence[float]], title: str, notes: Sequence[str]) -> Table:
    """A loss curve.

    Parameters
    ----------
    columns : mapping of str to sequence of float
        By the keys of `CURVE`, all of one length.  NaN is not known.
    title, notes : str
        Templates, in which the names of `CURVE_SYMBOLS` stand for mathematics.
    """
    cells = zip(*([_number(value, CURVE[key][1]) for value in values] for key, values in columns.items()), strict=True)
    heading, *said = (phrase(template, **CURVE_SYMBOLS) for template in (title, *notes))
    return Table("curve", heading, tuple(Column(key, CURVE[key][0]) for key in columns), tuple(cells), tuple(said))


def _number(value: float, form: str) -> Cell:
    return None if isnan(value) else f"{value:{form}}"


def verdict_tables(objects: Sequence[Object], logarithms: Sequence[bool], control: bool) -> list[Table]:
    """A table for each claim, its points one below the other, and a summary.

    Parameters
    ----------
    objects : sequence of mappings
        Verdicts as JSON holds them.
    logarithms : sequence of bool
        Which limits are reached as a power of 1/ln t.
    control : bool
        Whether the derived values are shifted.
    """
    by_claim: dict[tuple[str, str], list[tuple[Object, bool]]] = {}
    for item, logarithm in zip(objects, logarithms, strict=True):
        by_claim.setdefault((item["claim"], item["source"]), []).append((item, logarithm))
    own = "shifted" if control else "derived"
    return [*(_claim_table(items, own) for items in by_claim.values()), _summary(by_claim, own)]


def _claim_table(items: Sequence[tuple[Object, bool]], own: str) -> Table:
    name, source = (items[0][0][key] for key in ("claim", "source"))
    columns = (
        Column("alpha", Notation("alpha", "α", r"\alpha")),
        Column("beta", Notation("beta", "β", r"\beta")),
        Column("gamma", Notation("gamma", "γ", r"\gamma")),
        Column("spectrum", "spectrum"),
        Column("side", "value"),
        Column("exact", "is"),
        Column("measured", "measured"),
        Column("error", "error"),
        Column("verdict", "verdict"),
    )
    rows = tuple(_row(item, logarithm, own) for item, logarithm in items)
    slow = any(logarithm for _, logarithm in items)
    notes = (phrase("ln: the limit is reached no faster than a power of {log}.", log=1 / log(t)),) if slow else ()
    return Table(name, phrase(f"{name} ({source})"), columns, rows, notes)


def _row(item: Object, logarithm: bool, own: str) -> tuple[Cell, ...]:
    """One point: a line for both values where they agree, or where nothing is published, and two where they differ."""
    at, published, derived = item["at"], item["published"], item["derived"]
    sides = [("both" if published == derived else own, derived, item["derived_verdict"])]
    if published not in (None, derived):
        sides.insert(0, ("paper", published, item["published_verdict"]))
    measured, error = (None if item[key] is None else f"{item[key]:{form}}" for key, form in FORMS)
    return (
        *(at[key] for key in ("alpha", "beta", "gamma", "spectrum")),
        tuple(side for side, _, _ in sides),
        tuple(_exact(value) for _, value, _ in sides),
        measured,
        f"{error} ln" if logarithm else error,
        tuple(verdict for _, _, verdict in sides),
    )


def _exact(value: str) -> str:
    """An exact value, rounded where it is long."""
    return value if len(value) <= SHORT else f"{float(Fraction(value)):.{DIGITS}g}"


def _summary(by_claim: Mapping[tuple[str, str], Sequence[tuple[Object, bool]]], own: str) -> Table:
    rows = []
    for (name, source), pairs in by_claim.items():
        items = [item for item, _ in pairs]
        measured = [item for item in items if item["measured"] is not None]
        published = Counter(item["published_verdict"] for item in items if item["published"] is not None)
        apart = max((abs(item["measured"] - float(Fraction(item["derived"]))) for item in measured), default=None)
        error = max((item["error"] for item in measured), default=None)
        largest = (None if value is None else f"{value:.0e}" for value in (apart, error))
        derived = Counter(item["derived_verdict"] for item in items)
        rows.append((name, source, str(len(items)), _counted(published), _counted(derived), *largest))
    columns = (
        Column("claim"),
        Column("source"),
        Column("points"),
        Column("published"),
        Column("derived", own),
        Column("difference"),
        Column("error"),
    )
    note = phrase(f"Difference: the largest one between measured and {own} value. Error: the largest one.")
    return Table("verdicts", phrase(f"Verdicts on published and {own} values"), columns, tuple(rows), (note,))


def _counted(verdicts: Counter[str]) -> Cell:
    """Verdicts with how often each was given."""
    if not verdicts:
        return None
    total = sum(verdicts.values())
    return tuple(word if count == total else f"{word} {count}" for word, count in sorted(verdicts.items()))


def flat_table(objects: Sequence[Object]) -> Table:
    """All verdicts, one a row."""
    rows = tuple(tuple(_flat(({**item, **item["at"]})[key]) for key in FLAT) for item in objects)
    return Table("verdicts", Phrase("Verdicts"), tuple(Column(key) for key in FLAT), rows)


def _flat(value: object) -> Cell:
    return None if value is None else value if isinstance(value, str) else repr(value)
