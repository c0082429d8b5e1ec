"""Which laws have others published, and which exponents do they print?

A record of the file ``published_laws.toml`` holds a law as text, in the language that ``exponents balance`` reads, and
the exponents that its source prints for the best split of the budget.  Nothing is derived from what is printed; the
table ``laws`` sets the derived phases beside it.  Terms that no resource lowers are left out, and constants that change
no exponent may be.

The records need no SymPy.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Any

Texts = tuple[str, ...]


@dataclass(frozen=True)
class Printed:
    """An exponent as a source prints it.

    Attributes
    ----------
    quantity : str
        ``L``, which falls; a resource, which grows with the budget; or ``D(N)``, a resource as a power of another.
    value : str
        A number with the digits that are printed, or a formula in the parameters.
    where : tuple of str
        The conditions under which it is printed.
    """

    quantity: str
    value: str
    where: Texts = ()

    @property
    def rounding(self) -> Fraction:
        """Half of the last digit of a number with decimals; 0 for a formula."""
        whole, _, digits = self.value.partition(".")
        return Fraction(1, 2 * 10 ** len(digits)) if f"{whole}{digits}".isdigit() and digits else Fraction(0)


@dataclass(frozen=True)
class PublishedLaw:
    """A law, its budget, and what its source prints.

    Attributes
    ----------
    name, source : str
        What the law is about, and who published it when.
    terms, costs, where, constraints, given, free, resources : tuples of str
        The texts of ``--term``, ``--cost``, ``--where``, ``--subject-to``, ``--given``, ``--free`` and ``--resource``.
    printed : tuple of Printed
        Empty if the source prints no exponent of the best split.
    note : str
        How the printed side relates to the formula.

    Examples
    --------
    >>> LAWS[0].source, LAWS[0].printed[0].quantity
    ('Hoffmann et al. 2022', 'N')
    """

    name: str
    source: str
    terms: Texts
    costs: Texts = ()
    where: Texts = ()
    constraints: Texts = ()
    given: Texts = ()
    free: Texts = ()
    resources: Texts = ()
    printed: tuple[Printed, ...] = ()
    note: str = ""


def _read_law(record: dict[str, Any]) -> PublishedLaw:
    """Return the law of a record of the file."""
    printed = tuple(Printed(quantity, value, tuple(where)) for quantity, value, *where in record.pop("printed", ()))
    texts: dict[str, Any] = {key: tuple(text) if isinstance(text, list) else text for key, text in record.items()}
    return PublishedLaw(**texts, printed=printed)


_FILE = files(__package__) / "published_laws.toml"
LAWS = tuple(map(_read_law, tomllib.loads(_FILE.read_text("utf-8"))["law"]))
"""All laws, in the order of the table."""
