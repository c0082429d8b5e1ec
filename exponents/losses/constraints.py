"""How does an inequality between resources become a budget that is met exactly?

With r = C^{x_r}, D >= N C^m says x_D >= x_N + m.  A resource of its own, the slack s >= 1, takes up the difference:

    D = s N C^m,      so      D C/(s N C^m) = C.

That is a budget like N t = C, once C itself is a resource with the budget C = C.  So costs, constraints and given
resources are rows of one kind, and the programme, its proof and its plan need nothing else.  A constraint is tight
where its slack does not grow.

A smaller side may be a sum or a max, a larger side a min: each part is a row.  The other way round, as in
D >= min(N, t), would be a choice, and is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sympy import Add, Eq, Expr, Max, Min, Symbol
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from ..errors import InputError
from ..rationals import abbreviate
from ..symbols import C
from .terms import PowerLaw, bases

Bound: TypeAlias = Literal["upper", "lower"]


@dataclass(frozen=True)
class Constraint:
    """An inequality between monomials, or an equation, as a budget.

    Attributes
    ----------
    name : str
        The statement, as it is written.
    budget : PowerLaw
        The monomial that equals C.
    slack : Symbol or None
        The resource that takes up the difference; None for an equation.
    total : Expr or None
        A sum that may not exceed C and of which this is one part: for exponents the parts count one by one.
    """

    name: str
    budget: PowerLaw
    slack: Symbol | None
    total: Expr | None = None

    @property
    def constant_bound(self) -> Bound | None:
        """Whether resources are compared with a constant: as C grows, an upper one says that they do not grow.

        A lower one says no more than that resources are at least 1.
        """
        if self.slack is None or self.budget.exponent(C) != -1:
            return None
        signs = {e.is_positive for r, e in self.budget.exponents if r not in (C, self.slack)}
        return {True: "upper", False: "lower"}.get(signs.pop()) if len(signs) == 1 else None  # type: ignore[return-value]


def read_constraint(
    relation: Relational, resources: Iterable[Symbol], spelled: Mapping[Expr, str] | None = None
) -> tuple[Constraint, ...]:
    """Return the rows of an inequality or equation between resources and the budget C.

    Parameters
    ----------
    relation : Relational
        By >=, <=, >, < or Eq; strict ones say the same, since exponents are compared.
    resources : iterable of Symbol
    spelled : mapping of Expr to str, optional
        How sides, and summands of sides, were written.

    Returns
    -------
    tuple of Constraint

    Raises
    ------
    InputError
        If a side is not a monomial where it must be, or if no resource occurs.

    Examples
    --------
    >>> from exponents.symbols import N, t
    >>> (found,) = read_constraint(t >= N * C**2, (N, t))
    >>> found.name, found.budget.exponent(C), found.slack
    ('t >= C**2*N', 1, t >= C**2*N)
    """
    wanted, written = tuple(resources), spelled or {}
    if not isinstance(relation, GreaterThan | StrictGreaterThan | LessThan | StrictLessThan | Eq):
        raise InputError(f"a constraint must be an inequality or an equation; got {abbreviate(relation)}; write D >= N")
    if not relation.free_symbols & set(wanted):
        raise InputError(
            f"a constraint must involve a resource; got {abbreviate(relation)}; conditions on parameters are --where"
        )
    if isinstance(relation, Eq):
        return (_make_row(relation.lhs, relation.rhs, "==", wanted, written),)
    larger, smaller = relation.gts, relation.lts
    sign = ">=" if larger == relation.lhs else "<="
    return tuple(
        _make_row(
            above,
            below,
            sign,
            wanted,
            written,
            Add(*(part * C / above for part in smaller.args)) if isinstance(smaller, Add) else None,
        )
        for above in (larger.args if isinstance(larger, Min) else (larger,))
        for below in (smaller.args if isinstance(smaller, Add | Max) else (smaller,))
    )


def budget_symbols(costs: Sequence[Expr], relations: Sequence[Relational]) -> set[Symbol]:
    """Return the symbols that stand for the budget, not for a resource: C, if there is a constraint or a sum as cost.

    Examples
    --------
    >>> from exponents.symbols import N, t
    >>> budget_symbols([N * t], []), budget_symbols([N * t + N], [])
    (set(), {C})
    """
    return {C} if relations or any(isinstance(cost, Add | Max) for cost in costs) else set()


def read_cost(
    cost: Expr, resources: Iterable[Symbol], spelled: Mapping[Expr, str] | None = None
) -> tuple[PowerLaw, ...] | tuple[Constraint, ...]:
    """Return a monomial as a budget that is spent, or each part of a sum as one that may not be exceeded.

    Examples
    --------
    >>> from exponents.symbols import N, t
    >>> [found.name for found in read_cost(6 * N * t, (N, t))], [found.name for found in read_cost(N * t + N, (N, t))]
    (['6*N*t'], ['N <= C', 'N*t <= C'])
    """
    wanted, written = tuple(resources), spelled or {}
    parts = cost.args if isinstance(cost, Add | Max) else (cost,)
    for part in parts:
        if any(inner.free_symbols & set(wanted) for inner in part.atoms(Add, Min, Max)):
            raise InputError(
                f"a cost must be a monomial, or a sum or max of monomials; got {abbreviate(cost)}; expand it, or give "
                "several costs"
            )
        if not part.is_positive and part.as_coeff_Mul()[0] <= 0:
            text = written.get(part, str(part))
            raise InputError(f"the parts of a cost must be positive; got {abbreviate(text)}; leave it out or its sign")
    if len(parts) == 1:
        return (PowerLaw.from_expr(cost, wanted, name=written.get(cost, str(cost))),)
    total, inside = cost if isinstance(cost, Add) else None, (part for part in parts if bases(part) & set(wanted))
    return tuple(_make_row(C, part, "<=", wanted, written, total) for part in sorted(inside, key=str))


def _make_row(
    larger: Expr,
    smaller: Expr,
    sign: str,
    resources: Sequence[Symbol],
    spelled: Mapping[Expr, str],
    total: Expr | None = None,
) -> Constraint:
    """Return larger >= smaller as a budget; the sign is that of the name, which has the sides as they were written."""
    above, below = (spelled.get(side, str(side)) for side in (larger, smaller))
    name = f"{below} <= {above}" if sign == "<=" else f"{above} {sign} {below}"
    for side, where in ((larger, "larger"), (smaller, "smaller")):
        if side.as_coeff_Mul()[0] <= 0:
            raise InputError(f"both sides of a constraint must be positive; got {abbreviate(name)}; leave it out")
        if any(part.free_symbols & {*resources, C} for part in side.atoms(Add, Min, Max)):
            raise InputError(
                f"the {where} side of a constraint must be a monomial; got {abbreviate(side)}; a sum or max may stand "
                "on the smaller side, a min on the larger one"
            )
    slack = None if sign == "==" else Symbol(name, positive=True)
    every = (*resources, C) if slack is None else (*resources, C, slack)
    row = larger * C / smaller if slack is None else larger * C / (smaller * slack)
    return Constraint(name, PowerLaw.from_expr(row, every, name=name), slack, total)
