"""A derivation as a record: the statement of each step, its reason, and its source equation.

The formulas in a record are the objects that computed the result, so a printed derivation cannot drift from the code.
The other modules of this folder build the records; `reports.render` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..printing import Math, Notation, Phrase


@dataclass(frozen=True)
class Step:
    """A step of a derivation.

    Attributes
    ----------
    statement : Phrase
        The statement.
    expression : SymPy expression, Notation, several of them, or None
        The formulas that end the statement, each on a line of its own.
    reason : Phrase
        Why the statement holds.
    source : str
        The equation of the paper, or another basis of the step.
    """

    statement: Phrase
    expression: Math | tuple[Math, ...] | None
    reason: Phrase
    source: str

    @property
    def opening(self) -> Phrase:
        """The statement, with a comma at its end where the reason follows without a formula between."""
        words = self.statement.template
        return self.statement if self.formulas else Phrase(f"{words.rstrip('.')},", self.statement.values)

    @property
    def formulas(self) -> tuple[Math, ...]:
        """The formulas as a tuple."""
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
