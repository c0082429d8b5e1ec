"""Verdicts as tables, claim by claim.

Verdicts come as the objects that JSON holds, so that nothing here depends on how they were measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from textwrap import wrap as wrap_text
from typing import Any, TypeAlias

from sympy import log

from ..claims.claim import EDITION
from ..printing import Phrase, formula, phrase
from ..symbols import alpha, beta, gamma, t
from .render import Cell, Table, make_columns

Object = Mapping[str, Any]

Verdict: TypeAlias = Any
"""A `verify.Verdict`; this package does not import `verify`."""

SHORT = 8
"""Letters of an exact value that a table shows as it is; longer ones are rounded to `DIGITS`."""

DIGITS = 8
"""Significant digits of a measured value in a table."""

FORMS = (("measured", f".{DIGITS}g"), ("error", ".0e"))

FLAT = (
    *("claim", "source", "published", "derived", "alpha", "beta", "gamma", "spectrum"),
    *("measured", "error", "published_verdict", "derived_verdict", "rigour"),
)
"""Columns of the verdicts in CSV: the keys of JSON, with the point spread out."""


EVIDENCE = ("quantity", "system", "window_from", "window_to", "correction", "certificate", "command")
"""More columns, with the evidence."""

NARROW = 64
"""Letters of a line in a cell."""

SYMBOLS = {"alpha": alpha, "beta": beta, "gamma": gamma}


def verdict_tables(objects: Sequence[Object], logarithms: Sequence[bool], control: bool) -> list[Table]:
    """Return a table for each claim, its points one below the other, and a summary.

    Parameters
    ----------
    objects : sequence of mappings
        Verdicts as JSON holds them.
    logarithms : sequence of bool
        Whether each limit is reached as a power of 1/ln t.
    control : bool
        Whether the derived values are shifted.

    Returns
    -------
    list of Table

    Examples
    --------
    >>> point = {"alpha": "3/2", "beta": "1/2", "gamma": "1", "spectrum": "continuum"}
    >>> verdict = {"claim": "chi: lazy time exponent", "source": "eq. 8", "at": point, "measured": 0.5, "error": 1e-9}
    >>> verdict |= {side: "1/2" for side in ("published", "derived")}
    >>> verdict |= {f"{side}_verdict": "confirmed" for side in ("published", "derived")} | {"rigour": "measured"}
    >>> [table.name for table in verdict_tables([verdict], [False], control=False)]
    ['chi: lazy time exponent', 'verdicts']
    """
    by_claim: dict[tuple[str, str], list[tuple[Object, bool]]] = {}
    for item, logarithm in zip(objects, logarithms, strict=True):
        by_claim.setdefault((item["claim"], item["source"]), []).append((item, logarithm))
    own = "shifted" if control else "derived"
    return [*(_claim_table(items, own) for items in by_claim.values()), _summary(by_claim, own)]


def single_tables(verdict: Verdict) -> list[Table]:
    """Return the table of one verdict.

    Parameters
    ----------
    verdict : verify.Verdict

    Examples
    --------
    >>> from verify import read_point, verdicts
    >>> [[found]] = verdicts([read_point("3/2", "1/2", 1)], ["chi: lazy time exponent"])
    >>> single_tables(found)[0].rows[0][:6]
    ('3/2', '1/2', '1', 'continuum', ('both',), ('1/2',))
    """
    measured = verdict.measured
    return [_claim_table([(verdict.to_dict(), measured is not None and measured.logarithm)], "derived")]


def _claim_table(items: Sequence[tuple[Object, bool]], own: str) -> Table:
    name, source = (items[0][0][key] for key in ("claim", "source"))
    columns = make_columns(
        ("alpha", formula(r"\alpha")),
        ("beta", formula(r"\beta")),
        ("gamma", formula(r"\gamma")),
        "spectrum",
        ("side", "statement"),
        ("exact", "expected"),
        "measured",
        "error",
        "verdict",
        "rigour",
    )
    rows = tuple(_row(item, logarithm, own) for item, logarithm in items)
    slow = any(logarithm for _, logarithm in items)
    notes = (phrase("ln: the limit is reached no faster than a power of {log}.", log=1 / log(t)),) if slow else ()
    return Table(name, phrase(f"{name} ({source})"), columns, rows, notes)


def _row(item: Object, logarithm: bool, own: str) -> tuple[Cell, ...]:
    """Return the row of a point: two lines where the published and the derived value differ, otherwise one."""
    at, published, derived = item["at"], item["published"], item["derived"]
    sides = [("both" if published == derived else own, derived, item["derived_verdict"])]
    if published not in (None, derived):
        sides.insert(0, ("paper", published, item["published_verdict"]))
    measured, error = (None if item[key] is None else f"{item[key]:{form}}" for key, form in FORMS)
    return (
        *(at[key] for key in ("alpha", "beta", "gamma", "spectrum")),
        tuple(side for side, _, _ in sides),
        tuple(_shorten(value) for _, value, _ in sides),
        measured,
        f"{error} ln" if logarithm else error,
        tuple(verdict for _, _, verdict in sides),
        (*[""] * (len(sides) - 1), item["rigour"]),
    )


def _shorten(value: str) -> str:
    """Return an exact value, rounded where it is long."""
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
        rows.append((name, source, str(len(items)), _count_words(published), _count_words(derived), *largest))
    columns = make_columns("claim", "source", "points", "published", ("derived", own), "difference", "error")
    notes = [phrase(f"Difference, of measured and {own} value, and error: the largest over the points.")]
    if any(item["published"] is not None for pairs in by_claim.values() for item, _ in pairs):
        notes.append(phrase(f"Published: {EDITION}; v2 and the journal version were not compared."))
    return Table("verdicts", phrase(f"Verdicts on published and {own} values"), columns, tuple(rows), tuple(notes))


def _count_words(verdicts: Counter[str]) -> Cell:
    """Write each verdict with its count; a single verdict stands without a count."""
    if not verdicts:
        return None
    total = sum(verdicts.values())
    return tuple(word if count == total else f"{word} {count}" for word, count in sorted(verdicts.items()))


def evidence_tables(objects: Sequence[Object]) -> list[Table]:
    """Return, for each verdict, what was measured, in which window, with which error, and how to repeat it.

    Parameters
    ----------
    objects : sequence of mappings
        Verdicts as JSON holds them, with ``evidence``.

    Examples
    --------
    >>> evidence_tables([])
    []
    """
    tables = []
    for item in objects:
        found, at = item["evidence"], item["at"]
        measured = "not measured" if item["measured"] is None else f"{item['measured']:.12g} ± {item['error']:.1e}"
        window = "-" if found["window"] is None else "from {:.4g} to {:.4g}".format(*found["window"])
        rows: list[tuple[Cell, ...]] = [
            ("quantity", tuple(wrap_text(found["quantity"], NARROW))),
            ("system", found["system"]),
            ("window", window),
            ("measured", measured),
            *([] if found["correction"] is None else [("leading correction", f"exponent {found['correction']:.4g}")]),
            ("published", f"{item['published'] or '-'}: {item['published_verdict']}"),
            ("derived", f"{item['derived']}: {item['derived_verdict']}"),
            *([] if found["certificate"] is None else [(item["rigour"], found["certificate"])]),
            ("repeat with", found["command"]),
        ]
        place = ", ".join(f"{{{name}}} = {at[name]}" for name in ("alpha", "beta", "gamma"))
        title = phrase(f"{item['claim']} ({item['source']}), {place}, {at['spectrum']}", **SYMBOLS)
        tables.append(Table("evidence", title, make_columns("what", "is"), tuple(rows)))
    return tables


def flat_table(objects: Sequence[Object]) -> Table:
    """Return all verdicts, one per row.

    Parameters
    ----------
    objects : sequence of mappings
        Verdicts as JSON holds them.

    Examples
    --------
    >>> flat_table([]).columns[0].key
    'claim'
    """
    keys = (*FLAT, *(EVIDENCE if objects and "evidence" in objects[0] else ()))
    cells = ([({**item, **item["at"], **_spread(item)})[key] for key in keys] for item in objects)
    rows = tuple(tuple(c if c is None or isinstance(c, str) else repr(c) for c in row) for row in cells)
    return Table("verdicts", Phrase("Verdicts"), make_columns(*keys), rows)


def _spread(item: Object) -> dict[str, object]:
    """Return the evidence with the two ends of the window apart."""
    found = item.get("evidence", {})
    first, last = found.get("window") or (None, None)
    return {**found, "window_from": first, "window_to": last}
