"""A derivation as a record: what is said at each step, why, and from which equation.

The formulas in a record are the objects that computed the result, so a printed derivation cannot drift from the code.
`derivations.py` builds the records; `render.py` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..printing import Math, Notation, Phrase


@dataclass(frozen=True)
class Step:
    """One step of a derivation.

    Attributes
    ----------
    statement : Phrase
        What holds.
    expression : SymPy expression, Notation, several of them, or None
        What the step ends in, each formula on a line of its own.
    reason : Phrase
        Why it holds.
    source : str
        Equation of the paper it corresponds to, or what else it rests on.
    """

    statement: Phrase
    expression: Math | tuple[Math, ...] | None
    reason: Phrase
    source: str

    @property
    def opening(self) -> Phrase:
        """The statement as a sentence that its reason can follow: with a comma where no formula stands between."""
        words = self.statement.template
        return self.statement if self.formulas else Phrase(f"{words.rstrip('.')},", self.statement.values)

    @property
    def formulas(self) -> tuple[Math, ...]:
        """The formulas, as a tuple."""
        if self.expression is None:
            return ()
        several = isinstance(self.expression, tuple) and not isinstance(self.expression, Notation)
        return self.expression if several else (self.expression,)  # type: ignore[return-value]


@dataclass(frozen=True)
class Derivation:
    """The steps that lead to one result."""

    name: str
    title: Phrase
    steps: tuple[Step, ...]
