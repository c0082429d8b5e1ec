"""Columns and notes that several tables share: laws of the optimum, and the loss that was used."""

from __future__ import annotations

from ..names import LOSS_EQUATION, REGIMES, STEPS, TIME, Clock, Version
from ..printing import Math, Notation, Phrase, phrase
from .render import Column

OPTIMUM = {"compute_exponent": "L", "model_size_exponent": "N", "time_allocation_exponent": "t"}
"""Keys of the exponents of the optimum, and the quantity that each belongs to."""


IN_STEPS = {"compute_exponent": "L", "model_size_exponent": "N", "steps_allocation_exponent": "n"}
"""The same where the clock counts steps."""


def optimal_law(quantity: str, letter: str = "r") -> Notation:
    """Return how a quantity depends on compute at the optimum: the loss L falls, all others grow.

    Examples
    --------
    >>> optimal_law("L").unicode, optimal_law("N").plain
    ('L⋆~C^-r', 'N(C) ~ C^r')
    """
    sign, power = ("-", f"{{-{letter}}}") if quantity == "L" else ("", letter)
    return Notation(
        f"{quantity}(C) ~ C^{sign}{letter}", f"{quantity}⋆~C^{sign}{letter}", rf"{quantity}_\star \sim C^{power}"
    )


def optimum_columns(letter: str = "r", clock: Clock = TIME) -> tuple[Column, ...]:
    """Return the columns of the optimum's exponents, which are called ``letter``; the last is that of the clock.

    Examples
    --------
    >>> [column.key for column in optimum_columns()]
    ['compute_exponent', 'model_size_exponent', 'time_allocation_exponent']
    """
    shown = OPTIMUM if clock == TIME else IN_STEPS
    return tuple(Column(key, optimal_law(quantity, letter)) for key, quantity in shown.items())


def state_clock(clock: Clock) -> Phrase:
    """Return the note that says what the clock counts, and what that assumes.

    Examples
    --------
    >>> state_clock("steps").write("plain")
    'n counts steps, each at a stable learning rate: eta kappa mu_1 < 2.'
    """
    if clock == STEPS:
        return phrase(r"n counts steps, each at a stable learning rate: $\eta \kappa \mu_1 < 2$.")
    return phrase(r"t counts $\eta$ times the steps; rich needs $\eta$ much smaller than $1/\kappa$.")


def state_loss(version: Version, *conditions: Math, also: str = "") -> Phrase:
    """Return the note that says which loss a table comes from, and for which parameters.

    Examples
    --------
    >>> from exponents import alpha
    >>> state_loss("published", alpha > 1, also=", eq. 78").write("plain")
    'Loss as published (lazy eq. 8, rich eq. 9, eq. 78), alpha > 1.'
    """
    sources = ", ".join(f"{regime} {LOSS_EQUATION[regime]}" for regime in REGIMES)
    named = {f"condition_{i}": condition for i, condition in enumerate(conditions)}
    stated = ", ".join(f"{{{name}}}" for name in named)
    return phrase(f"Loss as {version} ({sources}{also}), {stated}.", **named)
