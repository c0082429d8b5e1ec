"""How should a compute budget be split, and how fast does the loss fall with it? (Table 1)

C = N t.  The optimum of each loss is a phase diagram over capacity alpha > 1 and source beta > 0 (`phases`); the
phases, in order of beta, are what the paper calls hard, easy and super-easy.  Nothing about them is given: their
number, their boundaries, the terms that balance and the exponents come out of the programme.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, S, Symbol
from sympy.logic.boolalg import Boolean

from .errors import InputError
from .model_loss import loss
from .names import LAZY, PUBLISHED, RICH, TASKS, Regime, Version
from .parametric import positive_side
from .phases import PhaseDiagram, Programme, phase_diagram
from .rationals import shown
from .symbols import N, alpha, beta, t, to_expr
from .terms import Loss, PowerLaw

COST = N * t
"""Compute of one pass: one unit for each parameter and each step."""

TRACE_CLASS = alpha > 1
"""The kernel's trace is finite, which the published loss assumes."""

PARAMETERS = (alpha, beta)
"""Parameters of the model's loss; regions are solved for the last."""

DOMAIN = (positive_side(TRACE_CLASS), beta)
"""Positive where the model's loss is defined."""


def compute_optimum(
    loss: Loss | Expr,
    cost: Expr | Iterable[Expr] = COST,
    where: Boolean | Iterable[Boolean] = (),
    parameters: Iterable[Symbol] | None = None,
) -> PhaseDiagram:
    """The compute optimum of any sum of power laws, for all values of its parameters.

    Parameters
    ----------
    loss : Loss or Expr
        A sum of monomials in the resources, with exponents rational (or Min, Max, Piecewise) in up to two parameters.
    cost : Expr or several
        The budget: a monomial; its symbols are the resources, all others are held fixed.  Several are all met at once.
    where : inequalities, optional
        The domain of the parameters; symbols declared positive are positive besides.
    parameters : symbols, optional
        Order of the parameters: conditions are solved for the last.  Default: by name.

    Returns
    -------
    PhaseDiagram
        ``.exponent`` is r in L*(C) ~ C^{-r}, ``.allocation(N)`` is n in N ~ C^n, ``.phases`` the regions and balances.

    Raises
    ------
    InputError
        For a term that is no monomial, a domain that is empty or no inequality, more than two parameters.
    NoBalance
        If a budget cannot be met or the loss can be driven to zero within it.
    """
    costs = (cost,) if isinstance(cost, Expr) else tuple(cost)
    monomials = [to_expr(c, "a cost") for c in costs]
    resources = tuple(sorted(set().union(*(m.free_symbols for m in monomials)), key=lambda r: r.name))
    if not resources:
        raise InputError(f"the cost must be a monomial in at least one resource; got {shown(costs)}; try N*t")
    written = loss if isinstance(loss, Loss) else Loss.from_expr(loss, resources)
    budgets = tuple(PowerLaw.from_expr(m, resources, name=str(m)) for m in monomials)
    exponents = [e for term in (*written.terms, *budgets) for _, e in term.exponents]
    conditions = (where,) if isinstance(where, Boolean) else tuple(where)
    found = set().union(*(e.free_symbols for e in exponents)) | set().union(*(c.free_symbols for c in conditions))
    ordered = tuple(sorted(found, key=lambda p: p.name)) if parameters is None else tuple(parameters)
    if not found <= set(ordered):
        raise InputError(f"the parameters of the loss are {sorted(map(str, found))}; got {shown(ordered)}")
    domain = [positive_side(c) for c in conditions if c != S.true]
    domain += [p for p in ordered if p.is_positive]
    return phase_diagram(Programme(written, resources, budgets, ordered, tuple(dict.fromkeys(domain))))


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
