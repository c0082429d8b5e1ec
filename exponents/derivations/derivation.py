"""A derivation as a record: the statement of each step, its reason, and its source equation.

The formulas in a record are the objects that computed the result, so a printed derivation cannot drift from the code.
The other modules of this folder build the records; `reports.derivation_text` prints them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import cleandoc
from typing import Any, TypeAlias, TypeGuard

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


Value: TypeAlias = "Math | str | Step | Sequence[Math | Step]"
"""What stands for a name in a text of steps: a value, words, formulas, or steps that are derived elsewhere."""

_ITEM = re.compile(
    r"(?P<statement>.+?)\n(?P<formulas>( {6}[^\n]+\n)*) *since (?P<reason>.+)\s\[(?P<source>[^]]+)\]", re.DOTALL
)
_NAME = re.compile(r"\{(\w+)\}")


def read_steps(text: str, **values: Value) -> tuple[Step, ...]:
    r"""Return the steps that a text lists, with the values put into it; the text looks as it is printed.

    Parameters
    ----------
    text : str
        A list with a ``*`` before each step: the statement, formulas that are indented by four more spaces, and
        ``since`` a reason, with the source in brackets.  Statements, reasons and formulas are those of `step`; a
        formula is LaTeX, or ``{name}``.  An item that is only ``{name}`` is a step, or several.
    **values : SymPy expression, Notation, number, str, Step, or a sequence of formulas or steps
        The values, by name; a str is more text.

    Examples
    --------
    >>> found = read_steps(
    ...     r'''
    ...     * Level {n} is
    ...           \chi_#n = 0
    ...       since it is the start [eq. 62]
    ...     ''',
    ...     n=0,
    ... )
    >>> found[0].statement.write("plain"), found[0].formulas[0].plain, found[0].source
    ('Level 0 is', 'chi_0 = 0', 'eq. 62')
    """
    words = {name: value for name, value in values.items() if isinstance(value, str)}
    several: dict[str, Sequence[Any]] = {
        name: value if _is_several(value) else (value,) for name, value in values.items() if name not in words
    }
    single = {name: value for name, (value, *more) in several.items() if not more}
    steps: list[Step] = []
    for item in cleandoc(_NAME.sub(lambda name: words.get(name[1], name[0]), text)).removeprefix("* ").split("\n* "):
        if derived := _NAME.fullmatch(item):
            steps += several[derived[1]]
            continue
        parts = _ITEM.fullmatch(item)
        assert parts is not None, item
        formulas: list[Math] = []
        for line in re.split(r"\n {6}(?! )", f"\n{parts['formulas'].rstrip()}")[1:]:
            named = _NAME.fullmatch(line)
            formulas += several[named[1]] if named else [formula(" ".join(line.split()), **single)]
        statement, reason, source = (" ".join(parts[part].split()) for part in ("statement", "reason", "source"))
        steps.append(Step(Phrase(statement, single), tuple(formulas), Phrase(reason, single), source))
    return tuple(steps)


def _is_several(value: Value) -> TypeGuard[Sequence[Math | Step]]:
    return isinstance(value, tuple | list) and not isinstance(value, Notation)


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
