"""How should a compute budget be split, and how fast does the loss fall with it? (Table 1)

C = N t.  The optimum of each loss is a phase diagram over capacity alpha > 1 and source beta > 0 (`phases`); the
phases, in order of beta, are what the paper calls hard, easy and super-easy.  Nothing about them is given: their
number, their boundaries, the terms that balance and the exponents come out of the programme.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sympy import And, Expr, S, Symbol
from sympy.core.relational import Equality, StrictGreaterThan, Unequality
from sympy.logic.boolalg import Boolean

from ..algebra.parametric import positive_side
from ..errors import InputError, TooMuchWork
from ..losses.terms import Loss, PowerLaw, bases
from ..names import LAZY, PUBLISHED, RICH, TASKS, Regime, Version
from ..optimum.phases import PhaseDiagram, Programme, phase_diagram
from ..rationals import abbreviate
from ..symbols import N, alpha, beta, t, to_expr
from .online_loss import loss

COST = N * t
"""Compute of one pass: one unit for each parameter and each step."""

TRACE_CLASS = alpha > 1
"""The kernel's trace is finite, which the published loss assumes."""

FINITE_VARIANCE = StrictGreaterThan(beta, 0, evaluate=False)
"""The target's variance is finite.  SymPy would call it true, as beta is declared positive; people want to read it."""

MAX_TERMS, MAX_RESOURCES = 60, 16
"""Beyond these an exact diagram is out of reach; the paper's loss has 4 terms in 2 resources."""

PARAMETERS = (alpha, beta)
"""Parameters of the model's loss; regions are solved for the last."""

DOMAIN = (positive_side(TRACE_CLASS), positive_side(FINITE_VARIANCE))
"""Positive where the model's loss is defined."""


def compute_optimum(
    loss: Loss | Expr,
    cost: Expr | Sequence[Expr] = COST,
    where: Boolean | Sequence[Boolean] = (),
    parameters: Sequence[Symbol] | None = None,
    free: Sequence[Symbol] = (),
) -> PhaseDiagram:
    """The compute optimum of any sum of power laws, for all values of its parameters.

    Parameters
    ----------
    loss : Loss or Expr
        A sum of monomials in the resources, with exponents rational (or Min, Max, Piecewise) in up to two parameters.
    cost : Expr or several
        The budget: a monomial; the symbols it is a product of are the resources, all others are held fixed.  Several
        budgets are all met at once.
    where : inequalities, optional
        The domain of the parameters, taken as open; a sign that a symbol was declared with counts besides.
    parameters : symbols, optional
        Order of the parameters: conditions are solved for the last.  Default: by name.
    free : symbols, optional
        Resources that may also shrink as the budget grows, such as a learning rate; they need not be in a budget.
        All others are at least 1.

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
    return phase_diagram(programme(loss, cost, where, parameters, free))


def programme(
    loss: Loss | Expr,
    cost: Expr | Sequence[Expr] = COST,
    where: Boolean | Sequence[Boolean] = (),
    parameters: Sequence[Symbol] | None = None,
    free: Sequence[Symbol] = (),
) -> Programme:
    """The loss, its budgets and its domain, checked and ready to be solved; see `compute_optimum`."""
    monomials = [to_expr(c, "a cost") for c in (cost if isinstance(cost, tuple | list) else (cost,))]
    resources = tuple(sorted(set(free).union(*map(bases, monomials)), key=lambda r: r.name))
    if not set().union(*map(bases, monomials)):
        raise InputError(f"the cost must be a monomial in at least one resource; got {abbreviate(cost)}; try N*t")
    written = loss if isinstance(loss, Loss) else Loss.from_expr(loss, resources)
    budgets = tuple(PowerLaw.from_expr(m, resources, name=str(m)) for m in monomials)
    _check_size(written, resources, budgets)
    exponents = [e for term in (*written.terms, *budgets) for _, e in term.exponents]
    jumping = [e for e in exponents if e.has(Equality, Unequality)]
    if jumping:
        raise InputError(f"an exponent may not jump on a curve alone; got {abbreviate(jumping[0])}; use inequalities")
    conditions = _conditions(where)
    found = set().union(*(e.free_symbols for e in exponents), *(side.free_symbols for side in conditions))
    ordered = tuple(sorted(found, key=lambda p: p.name)) if parameters is None else tuple(parameters)
    _check_symbols(found, ordered, resources, written)
    signs = [p if p.is_nonnegative else -p for p in ordered if p.is_nonnegative or p.is_nonpositive]
    return Programme(written, resources, budgets, ordered, tuple(dict.fromkeys((*conditions, *signs))), tuple(free))


def _check_size(loss: Loss, resources: Sequence[Symbol], budgets: Sequence[PowerLaw]) -> None:
    """Loss and budgets have resources in common, and there are not too many of anything."""
    if len(loss.terms) > MAX_TERMS or len(resources) > MAX_RESOURCES:
        raise TooMuchWork(
            f"a loss may have {MAX_TERMS} terms in {MAX_RESOURCES} resources at most; "
            f"got {len(loss.terms)} in {len(resources)}; leave out terms that never bind"
        )
    listed = ", ".join(r.name for r in resources)
    for budget in budgets:
        if not budget.exponents:
            raise InputError(f"a cost must involve a resource; got {budget.name}; the resources are {listed}")
    if not any(term.exponents for term in loss):
        raise InputError(f"the loss must depend on a resource of the cost; got none of {listed}; try the cost N*t")


def _conditions(where: object) -> list[Expr]:
    """Functions that are positive where the given inequalities hold."""
    parts: list[object] = list(where) if isinstance(where, tuple | list) else [where]
    flat = [side for part in parts for side in (part.args if isinstance(part, And) else (part,))]
    return [to_expr(positive_side(part), "the domain") for part in flat if part not in (True, S.true)]


def _check_symbols(found: set[Symbol], ordered: Sequence[Symbol], resources: Sequence[Symbol], loss: Loss) -> None:
    """Every parameter is listed once, and no two symbols share a name: they would be told apart in silence."""
    if not found <= set(ordered) or len(set(ordered)) < len(ordered):
        raise InputError(f"the parameters are {sorted(map(str, found))}, each once; got {abbreviate(ordered)}")
    every = {*ordered, *resources, *(symbol for term in loss for symbol in term.free_symbols)}
    names = sorted(symbol.name for symbol in every)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two different symbols are named {twice[0]}; import it from exponents, or declare it once")


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
