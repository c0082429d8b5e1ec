"""A derivation as a record: the statement of each step, its reason, and its source equation.

The formulas in a record are the objects that computed the result, so a printed derivation cannot drift from the code.
The other modules of this folder build the records; `reports.derivation_text` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..display import Reported
from ..printing import Math, Notation, Phrase, formula, phrase


@dataclass(frozen=True)
class Step:
    """A step of a derivation.

    Attributes
    ----------
    statement : Phrase
        The statement.
    formulas : tuple of SymPy expression or Notation
        They end the statement, each on a line of its own.
    reason : Phrase
        Why the statement holds.
    source : str
        The equation of the paper, or another basis of the step.
    """

    statement: Phrase
    formulas: tuple[Math, ...]
    reason: Phrase
    source: str

    @property
    def opening(self) -> Phrase:
        """The statement, with a comma at its end where the reason follows without a formula between."""
        words = self.statement.template
        return self.statement if self.formulas else Phrase(f"{words.rstrip('.')},", self.statement.values)


def step(
    statement: str, expression: Math | str | tuple[Math | str, ...] | None, reason: str, source: str, **values: Math
) -> Step:
    r"""Return a step from its texts; `printing.phrase` and `printing.formula` put the values into them.

    Parameters
    ----------
    statement, reason : str
        Sentences with ``{name}`` or ``$#name$`` where a value stands.
    expression : SymPy expression, Notation, str, several of them, or None
        The formulas; a str is LaTeX, as `printing.formula` reads it.
    source : str
    **values : SymPy expression, Notation or number
        The values, by name.

    Examples
    --------
    >>> found = step("Level {n} is", r"\chi_#n = 0", "it is the start", "eq. 62", n=0)
    >>> found.statement.write("plain"), found.formulas[0].plain
    ('Level 0 is', 'chi_0 = 0')
    """
    several = expression if isinstance(expression, tuple) and not isinstance(expression, Notation) else (expression,)
    formulas = (formula(part, **values) if isinstance(part, str) else part for part in several if part is not None)
    return Step(phrase(statement, **values), tuple(formulas), phrase(reason, **values), source)


@dataclass(frozen=True, repr=False)
class Derivation(Reported):
    """The steps that lead to one result, and the assumptions that they start from.

    Attributes
    ----------
    name : str
    title : Phrase
    steps : tuple of Step
    assumptions : tuple of Phrase
        Printed first, in every format.
    """

    name: str
    title: Phrase
    steps: tuple[Step, ...]
    assumptions: tuple[Phrase, ...] = ()
    _report = "exponents.reports.derivation_text:derivation"

    def describe(self) -> str:
        """Return its title and how many steps it has."""
        return f"{self.title.write('plain')}, {len(self.steps)} steps"

    def _repr_latex_(self) -> str:
        return self.to_latex()  # a list of steps is no array
