"""How should a compute budget be split, and how fast does the loss fall with it? (Table 1)

C = N t.  The optimum of each loss is a phase diagram over capacity alpha > 1 and source beta > 0 (`phases`); the
phases, in order of beta, are what the paper calls hard, easy and super-easy.  Nothing about them is given: their
number, their boundaries, the terms that balance and the exponents come out of the programme.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy.core.relational import StrictGreaterThan

from ..algebra.parametric import positive_side
from ..names import LAZY, PUBLISHED, RICH, TASKS, Regime, Version
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import COST
from ..optimum.search import compute_optimum
from ..symbols import alpha, beta
from .online_loss import loss

TRACE_CLASS = alpha > 1
"""The kernel's trace is finite, which the published loss assumes."""

FINITE_VARIANCE = StrictGreaterThan(beta, 0, evaluate=False)
"""The target's variance is finite.  SymPy would call it true, as beta is declared positive; people want to read it."""

PARAMETERS = (alpha, beta)
"""Parameters of the model's loss; regions are solved for the last."""

DOMAIN = (positive_side(TRACE_CLASS), positive_side(FINITE_VARIANCE))
"""Positive where the model's loss is defined."""


def optimum(regime: Regime = RICH, version: Version = PUBLISHED) -> PhaseDiagram:
    """The compute optimum of the model's own loss at C = N t, for alpha > 1 and beta > 0."""
    return _optimum(regime, version)


@lru_cache(maxsize=8)
def _optimum(regime: Regime, version: Version) -> PhaseDiagram:
    return compute_optimum(loss(regime, version), COST, TRACE_CLASS, PARAMETERS)


@dataclass(frozen=True)
class Table1:
    """Table 1: the compute optimum of the lazy and of the rich loss, by task difficulty.

    Attributes
    ----------
    lazy, rich : PhaseDiagram
        ``table1.rich.exponent`` is the row of the rich regime as one Piecewise expression in alpha and beta.
    version : str
        Which loss it comes from.
    """

    lazy: PhaseDiagram
    rich: PhaseDiagram
    version: Version

    def __getitem__(self, regime: Regime) -> PhaseDiagram:
        return self.lazy if regime == LAZY else self.rich

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of the phases in order; the paper's, when there are as many phases as it has names for."""
        return task_names(self.rich)


def table_1(version: Version = PUBLISHED) -> Table1:
    """Table 1, derived from the loss as published or as derived."""
    return Table1(optimum(LAZY, version), optimum(RICH, version), version)


def task_names(diagram: PhaseDiagram) -> tuple[str, ...]:
    """A name for each phase of a diagram of the model's loss, in order of beta."""
    count = len(diagram.phases)
    return TASKS if count == len(TASKS) else tuple(f"phase {i + 1}" for i in range(count))
