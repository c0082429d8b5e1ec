"""How is the fit of a kernel's spectrum printed?  Exponents with intervals, windows, and predicted curves.

The tables are made from the object that JSON prints, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..printing import Notation, Phrase, phrase
from .measured import mark_note, mark_times
from .render import Cell, Column, Table, make_columns

_LAWS: dict[str, Notation] = {
    "alpha": Notation("lambda_k ~ k^-alpha", "λ_k ~ k^-α", r"\lambda_k \sim k^{-\alpha}"),
    "s": Notation("y_k^2 ~ k^-s", "y_k² ~ k^-s", r"y_k^2 \sim k^{-s}"),
    "beta": Notation("beta = (s - 1)/alpha", "β = (s - 1)/α", r"\beta = (s - 1)/\alpha"),
    "time_exponent": Notation("L ~ t^-r", "L ~ t^-r", r"L \sim t^{-r}"),
    "compute_exponent": Notation("L* ~ C^-r", "L⋆ ~ C^-r", r"L^\star \sim C^{-r}"),
}

CURVES = {"time": ("t", ".4g"), "measured": ("L, measured spectrum", ".5g"), "law": ("L, power law", ".5g")}
"""Headings and formats of the columns of predicted curves."""


def spectrum_tables(found: Mapping[str, Any]) -> list[Table]:
    """Return the tables of a fit.

    Parameters
    ----------
    found : mapping
        As ``exponents fit --format json`` prints it; ``curve`` may be missing.

    Returns
    -------
    list of Table

    Examples
    --------
    >>> one = {"value": 1.5, "interval": [1.4, 1.6], "windows": []}
    >>> found = dict(alpha=one, s=one, beta=one, level=0.95, modes=9, samples=None, regime={"hard": 1.0})
    >>> spectrum_tables({**found, "time_exponent": {}, "compute_exponent": {}, "warnings": []})[0].rows[0][1:]
    ('1.500', '1.400 to 1.600')
    """
    tables = [_exponents(found), _windows(found)]
    return [*tables, _curves(found["curve"])] if "curve" in found else tables


def _exponents(found: Mapping[str, Any]) -> Table:
    rows: list[tuple[Cell, ...]] = [(_LAWS[name], *_cells(found[name])) for name in ("alpha", "s", "beta")]
    for name in ("time_exponent", "compute_exponent"):
        law = _LAWS[name]
        for regime, value in found[name].items():
            rows.append((phrase(f"{{law}}, {regime}", law=law), *_cells(value)))
    level = f"{100 * found['level']:.4g} %"
    source = "exact eigenvalues" if found["samples"] is None else f"a kernel on n = {found['samples']} samples"
    title = Phrase(f"Exponents of {found['modes']} modes of {source}")
    notes = [_regimes(found["regime"]), *(f"Warning: {warning}." for warning in found["warnings"])]
    columns = make_columns("law", "value", ("interval", f"{level} interval"))
    return Table("spectrum", title, columns, tuple(rows), tuple(Phrase(note.replace("`", "")) for note in notes))


def _regimes(odds: Mapping[str, float]) -> str:
    listed = ", ".join(f"{name} {share:.3g}" for name, share in odds.items() if share > 0)
    return f"Probability of each regime: {listed}."


def _windows(found: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            f"{place['first']} to {place['last']}",
            _samples(place["samples"]),
            f"{place['value']:.4f}",
            f"{other['value']:.4f}",
        )
        for place, other in zip(found["alpha"]["windows"], found["s"]["windows"], strict=True)
    )
    alpha = Notation("alpha", "α", r"\alpha")
    columns = (Column("modes"), Column("samples", "n"), Column("alpha", alpha), Column("s"))
    note = (
        "The first window is that of the estimate. The differences of the others, beyond noise, are part of the error."
    )
    return Table("windows", Phrase("Windows and numbers of samples"), columns, rows, (Phrase(note),))


def _curves(curves: Mapping[str, Any]) -> Table:
    times, *losses = ([_number(value, form) for value in curves[key]] for key, (_, form) in CURVES.items())
    rows = zip(mark_times(times, curves["valid"]), *losses, strict=True)
    columns = tuple(Column(key, heading) for key, (heading, _) in CURVES.items())
    title = phrase(
        f"Predicted loss under gradient flow, {{gamma}} = {curves['gamma']:g}", gamma=Notation("gamma", "γ", r"\gamma")
    )
    notes = [Phrase("Times are in units of 1/(learning rate).")]
    if curves["learned_from"] is not None:
        notes.append(
            Phrase(
                f"At t = {curves['learned_from']:.3g} the last mode of the spectrum is learned. From there on, and "
                "gradually before, the measured curve shows where the spectrum ends, not the law of the kernel."
            )
        )
    notes += map(Phrase, mark_note(curves["valid"]))
    return Table("curve", title, columns, tuple(rows), tuple(notes))


def _cells(value: Mapping[str, Any]) -> tuple[str, str]:
    low, high = value["interval"]
    return f"{value['value']:.3f}", f"{low:.3f} to {high:.3f}"


def _samples(count: int | None) -> str:
    return "exact" if count is None else str(count)


def _number(value: float | None, form: str) -> str | None:
    return None if value is None else f"{value:{form}}"
