"""How does a result show itself?  One line in a shell, the command's tables when printed, HTML and LaTeX in a notebook.

A class names the functions that report it, as ``module:stem``: they are ``stem_tables`` and ``stem_object`` of that
module, and ``render_stem`` where tables do not suffice.  They are imported when they are first used, so that a result
does not import how it is printed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import Any, ClassVar

from .errors import InputError

LONGEST = 100
"""Letters of the description in a repr."""


class Described(ABC):
    """A result with a repr of one short line.

    Examples
    --------
    >>> class Answer(Described):
    ...     def describe(self):
    ...         return "6 times 7"
    >>> Answer()
    <Answer: 6 times 7>
    """

    @abstractmethod
    def describe(self) -> str:
        """Return what this is, in a few words."""

    def __repr__(self) -> str:
        """Return the class and the description, shortened."""
        text = " ".join(self.describe().split())
        return f"<{type(self).__name__}: {text if len(text) <= LONGEST else text[: LONGEST - 1] + '…'}>"


class Reported(Described):
    """A result that the command prints as tables.

    Examples
    --------
    >>> from exponents import N, compute_optimum, t
    >>> found = compute_optimum(1 / t + 1 / N)
    >>> found
    <PhaseDiagram: 1 phase at C = N*t>
    >>> print(found)
    Compute-optimal exponents at C = N·t
    <BLANKLINE>
    phase 1
             everywhere
    -------  ----------
    L⋆~C^-r  1/2
    N⋆~C^r   1/2
    t⋆~C^r   1/2
    balance  1/N
             1/t
    >>> found.to_dict()["phases"][0]["exponent"]
    '1/2'
    """

    _report: ClassVar[str] = "exponents.reports.render:"

    def _find(self, function: str) -> Any:
        """Return a function of the report by its name, with the stem in braces; None if there is none."""
        module, stem = self._report.split(":")
        return getattr(import_module(module), function.format(stem), None)

    def tables(self) -> Any:
        """Return the tables that the command prints, a sequence of `reports.render.Table`."""
        return self._find("{}_tables")(self)

    def to_dict(self) -> dict[str, object]:
        """Return the object that the command prints as JSON, but for version and problem; exact values are texts."""
        found: dict[str, object] = self._find("{}_object")(self)
        return found

    def to_latex(self) -> str:
        """Return the tables as LaTeX, as the command prints them."""
        return self._render("latex")

    def to_frame(self) -> Any:
        """Return the first table as a pandas DataFrame; exact values stay exact.

        Raises
        ------
        InputError
            If pandas is not installed.
        """
        table = self.tables()[0]
        return make_frame({column.key: [row[i] for row in table.rows] for i, column in enumerate(table.columns)})

    def _render(self, form: str) -> str:
        own = self._find("render_{}")
        found: str = own(self, form) if own else _from_reports("render", "render_tables")(self.tables(), form)
        return found

    def __str__(self) -> str:
        return self._render("text")

    def _repr_html_(self) -> str:
        return self._render("html")

    def _repr_latex_(self) -> str:
        found: str = _from_reports("arrays", "write_arrays")(self.tables())
        return found


def _from_reports(module: str, function: str) -> Any:
    return getattr(import_module(f"exponents.reports.{module}"), function)


def make_frame(columns: dict[str, Any]) -> Any:
    """Return columns as a pandas DataFrame.

    Parameters
    ----------
    columns : dict of str to sequences of one length

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        If pandas is not installed.

    Examples
    --------
    >>> make_frame({"time": [1.0, 2.0]}).shape
    (2, 1)
    """
    try:
        import pandas
    except ImportError as error:
        raise InputError("a frame needs pandas, which is not installed; install it, or use to_dict()") from error
    return pandas.DataFrame(columns)
