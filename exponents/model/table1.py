"""How should a compute budget be split, and how fast does the loss fall with it? (Table 1)

Compute is C = N t.  The optimum of each loss is a phase diagram over capacity alpha > 1 and source beta > 0; the paper
calls its phases, in order of beta, hard, easy and super-easy.  Their number, their boundaries, the terms that balance
and the exponents all come out of the linear programme (`optimum.search`).
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy.core.relational import StrictGreaterThan

from ..algebra.parametric import positive_side
from ..display import Reported
from ..names import LAZY, PUBLISHED, RICH, TASKS, Regime, Version, remember
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import COST
from ..optimum.search import compute_optimum
from ..symbols import alpha, beta
from .online_loss import loss

TRACE_CLASS = alpha > 1
"""The kernel's trace is finite, which the published loss assumes."""

FINITE_VARIANCE = StrictGreaterThan(beta, 0, evaluate=False)
"""The target's variance is finite.  SymPy would simplify it to true, as beta is declared positive; readers need it."""

PARAMETERS = (alpha, beta)
"""Parameters of the model's loss; inequalities of regions are solved for the last one."""

DOMAIN = (positive_side(TRACE_CLASS), positive_side(FINITE_VARIANCE))
"""Positive where the model's loss is defined."""


def optimum(regime: Regime = RICH, version: Version = PUBLISHED) -> PhaseDiagram:
    """Return the compute optimum of the model's own loss at C = N t, for alpha > 1 and beta > 0.

    Raises
    ------
    InputError
        If the regime or the version has another name.

    Examples
    --------
    >>> optimum("lazy").phases[0].exponent
    alpha*beta/(alpha + 1)
    """
    return _optimum(regime, version)


@remember(8)
def _optimum(regime: Regime, version: Version) -> PhaseDiagram:
    return compute_optimum(loss(regime, version), COST, TRACE_CLASS, PARAMETERS)


@dataclass(frozen=True, repr=False)
class Table1(Reported):
    """Table 1: the compute optimum of the lazy and of the rich loss, by task difficulty.

    Attributes
    ----------
    lazy, rich : PhaseDiagram
        ``table1.rich.exponent`` is the row of the rich regime as one Piecewise expression in alpha and beta.
    version : str
        The loss it comes from: "published" or "derived".

    Examples
    --------
    >>> from exponents import table1
    >>> table1.lazy.exponent.args[0]
    (alpha*beta/(alpha + 1), beta <= 1)
    """

    lazy: PhaseDiagram
    rich: PhaseDiagram
    version: Version
    _report = "exponents.reports.tables:optimum"

    def describe(self) -> str:
        """Return what it is derived from."""
        return f"compute-optimal exponents of the {self.version} loss, lazy and rich, in alpha, beta"

    def __getitem__(self, regime: Regime) -> PhaseDiagram:
        return self.lazy if regime == LAZY else self.rich

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the phases in order of beta: those of the paper if there are three."""
        return task_names(self.rich)


def table_1(version: Version = PUBLISHED) -> Table1:
    """Derive Table 1 from the published or the derived loss.

    Parameters
    ----------
    version : "published" or "derived"

    Returns
    -------
    Table1

    Raises
    ------
    InputError
        If the version has another name.

    Examples
    --------
    >>> table = table_1()
    >>> table.tasks, [str(phase.where) for phase in table.lazy.phases][0]
    (('hard', 'easy', 'super-easy'), 'beta < 1')
    """
    return Table1(optimum(LAZY, version), optimum(RICH, version), version)


def task_names(diagram: PhaseDiagram) -> tuple[str, ...]:
    """Return a name for each phase of a diagram of the model's loss, in order of beta.

    Examples
    --------
    >>> task_names(optimum("lazy"))
    ('hard', 'easy', 'super-easy')
    """
    count = len(diagram.phases)
    return TASKS if count == len(TASKS) else tuple(f"phase {i + 1}" for i in range(count))
