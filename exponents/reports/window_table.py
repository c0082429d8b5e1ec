"""How is the window printed in which a fixed learning rate shows the rich exponent?  As a table, and as JSON."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from mpmath import mpf, nstr
from sympy import Rational

from ..names import Version
from ..printing import Notation, Phrase, formula, phrase, write
from .render import Cell, Table, make_columns

if TYPE_CHECKING:
    from ..model.rich_window import RichWindow

QUANTITIES = {
    "time": Notation("t", "t", "t"),
    "steps": Notation("n = t/eta", "n = t/η", r"n = t/\eta"),
    "model_size": Notation("N", "N⋆", r"N_\star"),
    "samples": Notation("P", "P⋆", r"P_\star"),
    "compute": Notation("C = N*t", "C = N⋆·t", r"C = N_\star t"),
    "full_batch_compute": Notation("C = N*t*P", "C = N⋆·t·P⋆", r"C = N_\star t P_\star"),
}
"""The fields of an end of the window, and how they are written."""

SHOWN, DIGITS = 4, 15
"""Digits of a number in a table, and in JSON."""


def find_window(capacity: Fraction, source: Fraction, gamma: Fraction, rate: Fraction, version: Version) -> RichWindow:
    """Return the window; the constants behind it are imported only when asked for.

    Examples
    --------
    >>> find_window(Fraction(3, 2), Fraction(1), Fraction(1), Fraction(1, 10), "published").last is None
    True
    """
    from ..model.rich_window import rich_window

    return rich_window(capacity, source, gamma, rate, version)


def window_object(window: RichWindow) -> dict[str, object]:
    """Return a window as JSON holds it: numbers as text that a rational parser reads, and null where there is none.

    Examples
    --------
    >>> window = find_window(Fraction(3, 2), Fraction(2), Fraction(1), Fraction(1, 10), "published")
    >>> window_object(window)["kernel_limit"]
    '1.45742710775634'
    """
    limit = window.kernel_limit
    return {
        "learning_rate": write(window.learning_rate, "plain"),
        "gamma": write(window.gamma, "plain"),
        **{
            key: None if end is None else {name: _digits(getattr(end, name), DIGITS) for name in QUANTITIES}
            for key, end in (("from", window.first), ("to", window.last))
        },
        "kernel_limit": None if limit is None else _digits(limit, DIGITS),
    }


def window_table(window: RichWindow, source: Fraction) -> Table:
    """Return a window as a table with a column for each end, or without numbers where there is none.

    Examples
    --------
    >>> window = find_window(Fraction(3, 2), Fraction(1, 2), Fraction(1), Fraction(1, 100), "published")
    >>> window_table(window, Fraction(1, 2)).rows[0][1:]
    ('1.073', '4.474e+6')
    """
    at = {"eta": Rational(window.learning_rate), "gamma": Rational(window.gamma)}
    ends = window.first, window.last
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (heading, *(None if end is None else _digits(getattr(end, name), SHOWN) for end in ends))
        for name, heading in QUANTITIES.items()
    )
    title = phrase(r"Where the rich exponents show at $\eta = #eta$, $\gamma = #gamma$", **at)
    return Table("window", title, make_columns("quantity", "from", "to"), rows, _notes(window, source))


def _notes(window: RichWindow, source: Fraction) -> tuple[Phrase, ...]:
    if window.first is not None:
        return (
            phrase(
                r"From where the laws of $\kappa$ and $\tau$ have passed 1, to where $\eta \kappa \mu_1 = 2$. Later "
                "steps at this learning rate are unstable, and the gain over the lazy exponent is lost."
            ),
            phrase(
                "{size}: the best model at t, where flow and bottleneck balance; {samples}: the best number of "
                "samples, if every step reuses them all. Other terms change both by a factor of order one.",
                size=QUANTITIES["model_size"],
                samples=QUANTITIES["samples"],
            ),
        )
    if source < 1:
        return (phrase(r"Nowhere: $\eta \kappa \mu_1$ passes 2 before the rich law begins. Take a smaller $\eta$."),)
    lazy = phrase("Nowhere: here the rich exponents are the lazy ones.")
    if window.kernel_limit is None:
        return lazy, phrase(r"$\kappa$ grows as a power of ln(t), so steps at this learning rate become unstable.")
    sharpness = window.kernel_limit * window.learning_rate.numerator / window.learning_rate.denominator
    limit, sharp = (formula(_digits(value, SHOWN)) for value in (window.kernel_limit, sharpness))
    return lazy, phrase(
        r"$\kappa$ tends to {limit}, and $\eta \kappa \mu_1$ to {sharp}; beyond 2 steps are unstable.",
        limit=limit,
        sharp=sharp,
    )


def _digits(value: mpf, digits: int) -> str:
    return str(nstr(value, digits, min_fixed=-3, max_fixed=5))
