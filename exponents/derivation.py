"""A derivation as a record: what is said at each step, why, and from which equation.

The formulas in a record are the objects that computed the result, so a printed derivation cannot drift from the code.
`derivations.py` builds the records; `render.py` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

from .printing import Math, Phrase


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Attributes
    ----------
    statement : Phrase
        What holds.
    expression : SymPy expression, Notation or None
        The formula the step ends in, set on a line of its own.
    reason : Phrase
        Why it holds.
    source : str
        Equation of the paper it corresponds to, or what else it rests on.
    """

    statement: Phrase
    expression: Math | None
    reason: Phrase
    source: str


@dataclass(frozen=True)
class Derivation:
    """The steps that lead to one result."""

    name: str
    title: Phrase
    steps: tuple[Step, ...]
