"""What is to be optimised: a loss, the budgets of its resources, and the domain of its parameters.

`programme` reads these from expressions and checks them; `Programme.at` solves one exact point.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Add, And, Expr, S, Symbol
from sympy.core.relational import Equality, Relational, Unequality
from sympy.logic.boolalg import Boolean

from ..algebra.parametric import Point, describe_point, evaluate, positive_side
from ..algebra.piecewise import normal_form, signs_on
from ..algebra.work_limit import WorkLimit
from ..display import Described
from ..errors import InputError, NoBalance, TooMuchWork
from ..losses.arguments import read_arguments, speaking_python
from ..losses.constraints import Constraint, budget_symbols, read_constraint, read_cost
from ..losses.terms import Loss, PowerLaw, bases
from ..losses.tropical import is_plain, read_branches
from ..names import require_type
from ..rationals import abbreviate
from ..symbols import C, N, t, to_expr
from .dominant_balance import PointOptimum, optimum_at_point

COST = N * t
"""Compute of one pass: one unit for each parameter and each step."""

MAX_TERMS, MAX_RESOURCES = 60, 16
"""Beyond these an exact diagram is out of reach; the paper's loss has 4 terms in 2 resources."""


@dataclass(frozen=True, repr=False)
class Programme(Described):
    """A loss, its budgets, and the domain of its parameters, ready to be solved; `programme` makes one.

    Attributes
    ----------
    loss : Loss
    resources : tuple of Symbol
        What can be allocated: the symbols of the budgets.
    budgets : tuple of PowerLaw
        Monomials that equal the budget; exponents with the sign of growth reversed, as in any `PowerLaw`.
    parameters : tuple of Symbol
        Symbols of the exponents, at most two.
    domain : tuple of Expr
        Functions of the parameters that are positive on the domain.
    free : tuple of Symbol
        Resources that may shrink below 1 as the budget grows, such as a learning rate.
    constraints : tuple of Constraint
        Inequalities and equations among the budgets.  Their slacks, and C itself, are among the resources.
    branches : tuple of Loss
        Where the loss is no sum: sums, of which the one that falls fastest decides.  ``loss`` then holds all terms.
    """

    loss: Loss
    resources: tuple[Symbol, ...]
    budgets: tuple[PowerLaw, ...]
    parameters: tuple[Symbol, ...]
    domain: tuple[Expr, ...]
    free: tuple[Symbol, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    branches: tuple[Loss, ...] = ()

    def describe(self) -> str:
        """Return the loss and what is spent on it."""
        return f"{self.loss} at C = {', '.join(str(cost.as_expr()) for cost in self.costs)}"

    @property
    def visible(self) -> tuple[Symbol, ...]:
        """The resources that a user named: all but C and the slacks of constraints."""
        hidden = {C, *(constraint.slack for constraint in self.constraints)} if self.constraints else set()
        return tuple(r for r in self.resources if r not in hidden)

    @property
    def costs(self) -> tuple[PowerLaw, ...]:
        """The budgets that are spent: all but constraints, and but C = C."""
        others = {constraint.budget for constraint in self.constraints}
        return tuple(b for b in self.budgets if b not in others and b.exponents != ((C, S.NegativeOne),))

    def split(self) -> tuple[Programme, ...]:
        """Return a programme for each branch, whose loss is a sum."""
        return tuple(replace(self, loss=loss, branches=()) for loss in self.branches) or (self,)

    def term_exponents(self) -> list[list[Expr]]:
        """Return e_i: a row for each term, a column for each resource."""
        return [[term.exponent(r) for r in self.resources] for term in self.loss.terms]

    def budget_exponents(self) -> list[list[Expr]]:
        """Return c_j: a row for each budget, a column for each resource."""
        return [[-budget.exponent(r) for r in self.resources] for budget in self.budgets]

    def reducible(self) -> tuple[Programme, tuple[PowerLaw, ...]]:
        """Return the programme without the terms that no resource lowers, and these terms.

        If no resource lowers any term, the programme is returned as it is, with no terms set aside.
        """
        constant = tuple(term for term in self.loss if not any(e != 0 for _, e in term.exponents))
        kept = tuple(term for term in self.loss if term not in constant)
        if not (constant and kept):
            return self, ()
        falling = [tuple(term for term in branch if term in kept) for branch in self.branches]
        branches = tuple(Loss(terms, self.loss.title) for terms in falling if terms)
        if len(branches) < len(falling):  # a branch that is constant
            return self, ()
        return replace(self, loss=replace(self.loss, terms=kept), branches=branches), constant

    @property
    def free_positions(self) -> tuple[int, ...]:
        """Positions of the free resources among all."""
        return tuple(i for i, r in enumerate(self.resources) if r in self.free)

    def restrict(self, parameter: Symbol, value: Expr) -> Programme:
        """Return the programme on the curve where a parameter is a function of the others.

        Raises
        ------
        InputError
            If the curve lies outside of the domain, or has a pole all along.
        """

        def put(term: PowerLaw) -> PowerLaw:
            exponents = tuple((r, e.subs(parameter, value)) for r, e in term.exponents)
            return replace(term, exponents=exponents, logarithms=(), assumes=())

        def put_all(loss: Loss) -> Loss:
            whole = tuple((name, part.subs(parameter, value)) for name, part in loss.whole)
            return replace(loss, terms=tuple(map(put, loss)), whole=whole)

        domain = tuple(dict.fromkeys(side.subs(parameter, value) for side in self.domain))
        if any(side.is_number and not side.is_positive for side in domain):
            raise InputError(f"{parameter} = {value} lies outside of the domain; choose another curve")
        return replace(
            self,
            loss=put_all(self.loss),
            branches=tuple(map(put_all, self.branches)),
            budgets=tuple(map(put, self.budgets)),
            constraints=tuple(replace(own, budget=put(own.budget)) for own in self.constraints),
            parameters=tuple(p for p in self.parameters if p != parameter),
            domain=tuple(side for side in domain if not side.is_number),
        )

    def describe_budgets(self) -> list[str]:
        """Return what each budget says, for messages; nothing for C = C."""
        constraints = {constraint.budget: constraint.name for constraint in self.constraints}
        costs = set(self.costs)
        return [constraints.get(b, f"{b.name} = C" if b in costs else "") for b in self.budgets]

    def at(self, point: Point, work: WorkLimit | None = None) -> PointOptimum:
        """Return the optimum at one exact point.

        Parameters
        ----------
        point : mapping of Symbol to Fraction
            A value for each parameter.
        work : WorkLimit, optional
            What may be spent; by default, the work of one problem.

        Raises
        ------
        InputError
            If the point lies outside the domain.
        NoBalance
            If no allocation meets the budgets there, or the loss falls without bound.
        TooMuchWork
            If the optimum has too many proofs to list.

        Examples
        --------
        >>> programme(1 / t + 1 / N).at({}).exponent
        Fraction(1, 2)
        """
        if self.branches:
            return max((part.at(point) for part in self.split()), key=lambda found: found.exponent)
        outside = [side for side in self.domain if evaluate(side, point) <= 0]
        if outside:
            raise InputError(
                f"the parameters must obey {outside[0]} > 0; got {describe_point(point)}; move the point inside"
            )
        rows = (self.term_exponents(), self.budget_exponents())
        values = {e: evaluate(e, point) for e in dict.fromkeys(e for part in rows for row in part for e in row)}
        terms, budgets = ([[values[e] for e in row] for row in part] for part in rows)
        slacks = {constraint.slack for constraint in self.constraints}
        names = [f"the distance from {r}" if r in slacks else r.name for r in self.resources]
        try:
            return optimum_at_point(terms, budgets, names, self.describe_budgets(), self.free_positions, work)
        except NoBalance as error:
            place = f"at {describe_point(point)}, " if point else ""
            raise type(error)(f"{place}{error}", error.evidence) from error


def programme(
    loss: Loss | Expr | str | Sequence[Loss],
    cost: Expr | str | Sequence[Expr | str] = COST,
    where: Boolean | str | Sequence[Boolean | str] = (),
    parameters: Sequence[Symbol] | None = None,
    free: Sequence[Symbol | str] = (),
    subject_to: Relational | str | Sequence[Relational | str] = (),
    resources: Sequence[Symbol | str] = (),
) -> Programme:
    """Return a loss with its budgets and its domain, checked and ready to be solved.

    Parameters
    ----------
    loss : Loss, Expr or sequence of Loss
        A sum of monomials in the resources, or monomials combined by +, *, /, powers, Min and Max (`losses.tropical`).
        Exponents are rational functions, or Min, Max, Piecewise of such, of up to two parameters.  Several losses are
        branches, of which the one that falls fastest decides.  Each argument may be a text as on the command line, such
        as ``"N**-alpha + D**-q"``, which is never executed.
    cost : Expr or sequence of Expr
        The budget: a monomial that equals C, or a sum of monomials that may not exceed C.  Its symbols are the
        resources; all other symbols are held fixed.  Several budgets are all met at once.
    where : inequalities, optional
        The domain of the parameters, taken as open.  The sign that a symbol was declared with counts too.
    parameters : sequence of Symbol, optional
        Order of the parameters: conditions are solved for the last.  Default: by name.
    free : sequence of Symbol, optional
        Resources that may also shrink as the budget grows, such as a learning rate; they need not be in a budget.
        All others are at least 1.
    subject_to : inequalities or equations, optional
        Constraints between resources, in which the symbol C is the budget, such as t >= N*C**m or Eq(P, C**u).
    resources : sequence of Symbol, optional
        Resources that no cost, constraint or ``free`` names.

    Returns
    -------
    Programme

    Raises
    ------
    InputError
        If a term is not a monomial, a condition not an inequality, or the parameters do not match the exponents.
    TooMuchWork
        If there are more than `MAX_TERMS` terms or `MAX_RESOURCES` resources.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> found = programme(t**-beta + N**-alpha, N * t, alpha > 1)
    >>> found.resources, found.parameters
    ((N, t), (alpha, beta))
    """
    with speaking_python():
        read = read_arguments(loss, cost, where, free, subject_to, resources)
        return make_programme(
            read.loss, read.costs, read.conditions, parameters, read.free, read.relations, read.resources, read.spelled
        )


def make_programme(
    loss: Loss | Expr | Sequence[Loss],
    cost: Sequence[Expr],
    where: Sequence[Boolean] = (),
    parameters: Sequence[Symbol] | None = None,
    free: Sequence[Symbol] = (),
    subject_to: Sequence[Relational] = (),
    resources: Sequence[Symbol] = (),
    spelled: Mapping[Expr, str] | None = None,
) -> Programme:
    """Return the programme of expressions; ``spelled`` says how costs and constraints were written, for their names.

    Examples
    --------
    >>> make_programme(1 / t + 1 / N, [N * t]).resources
    (N, t)
    """
    sums, relations = [to_expr(c, "a cost") for c in cost], list(subject_to)
    spent = set().union(*map(bases, sums)) - budget_symbols(sums, relations)
    named = set().union(*(bases(side) for relation in relations for side in relation.args)) - {C}
    if not spent | named:
        got = abbreviate(", ".join(map(str, cost)))
        raise InputError(f"the cost must be a monomial in at least one resource; got {got}; try N*t")
    every = tuple(sorted({*free, *resources, *spent, *named}, key=lambda r: r.name))
    conditions = _conditions(where)
    branches = _read_loss(loss, every, conditions, free)
    written = branches[0] if len(branches) == 1 else _join(branches)
    budgets, constraints = _read_budgets(sums, relations, every, spelled or {})
    slacks = [constraint.slack for constraint in constraints if constraint.slack is not None]
    every = tuple(sorted({*every, *slacks, *([C] if constraints else [])}, key=lambda r: r.name))
    _check_size(written, every, budgets)
    exponents = [e for term in (*written.terms, *budgets) for _, e in term.exponents]
    jumping = [e for e in exponents if e.has(Equality, Unequality)]
    if jumping:
        raise InputError(f"an exponent may not jump on a curve alone; got {abbreviate(jumping[0])}; use inequalities")
    inside = set().union(*(e.free_symbols for e in exponents))
    fixed = set().union(*(term.free_symbols for term in (*written, *budgets))) - inside
    conditions = [side for side in conditions if not side.free_symbols or not side.free_symbols <= fixed]
    found = inside.union(*(side.free_symbols for side in conditions))
    ordered = tuple(sorted(found, key=lambda p: p.name)) if parameters is None else tuple(parameters)
    _check_symbols(found, ordered, every, written)
    signs = [p if p.is_nonnegative else -p for p in ordered if p.is_nonnegative or p.is_nonpositive]
    domain = tuple(dict.fromkeys((*conditions, *signs)))
    several = branches if len(branches) > 1 else ()
    return Programme(written, every, budgets, ordered, domain, tuple(free), constraints, several)


def _read_loss(
    loss: Loss | Expr | Sequence[Loss], resources: Sequence[Symbol], conditions: Sequence[Expr], free: Sequence[Symbol]
) -> tuple[Loss, ...]:
    """Return the branches of a loss, one where it is a sum."""
    if isinstance(loss, Loss):
        return (loss,)
    if isinstance(loss, tuple | list):
        hint = "write one loss as one text, such as '1/N + 1/t', and each of several by Loss.parse"
        for branch in loss or [loss]:
            require_type(branch, Loss, "each of several losses", hint)
        return tuple(loss)
    loss = to_expr(loss, "a loss")
    if is_plain(loss, resources):
        return (Loss.from_expr(loss, resources),)
    whole = tuple((str(part), part) for part in Add.make_args(loss))
    return tuple(Loss(branch, whole=whole) for branch in read_branches(loss, resources, signs_on(conditions), free))


def _join(branches: Sequence[Loss]) -> Loss:
    """Return all terms of some branches as one loss."""
    terms = {term.name: term for branch in branches for term in branch}
    return Loss(tuple(terms.values()), whole=branches[0].whole)


def _read_budgets(
    costs: Sequence[Expr],
    relations: Sequence[Relational],
    resources: Sequence[Symbol],
    spelled: Mapping[Expr, str],
) -> tuple[tuple[PowerLaw, ...], tuple[Constraint, ...]]:
    """Return all budgets, and those of them that are constraints."""
    for cost in costs:
        if not bases(cost) & set(resources):
            listed = ", ".join(r.name for r in resources)
            raise InputError(f"a cost must involve a resource; got {abbreviate(cost)}; the resources are {listed}")
    rows = [row for cost in costs for row in read_cost(cost, resources, spelled)]
    rows += [row for relation in relations for row in read_constraint(relation, resources, spelled)]
    constraints = tuple(row for row in rows if isinstance(row, Constraint))
    if constraints and C in resources:
        raise InputError("with constraints, or costs that are sums, C is the budget; got a resource C; rename it")
    budgets = [row.budget if isinstance(row, Constraint) else row for row in rows]
    own = [PowerLaw("C", ((C, S.NegativeOne),))] if constraints else []
    return (*budgets, *own), constraints


def _check_size(loss: Loss, resources: Sequence[Symbol], budgets: Sequence[PowerLaw]) -> None:
    """Raise unless loss and budgets share a resource and there are not too many terms or resources."""
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
    """Return functions that are positive where the given inequalities hold."""
    parts: list[object] = list(where) if isinstance(where, tuple | list) else [where]
    flat = [side for part in parts for side in (part.args if isinstance(part, And) else (part,))]
    return [to_expr(positive_side(part), "the domain") for part in flat if part not in (True, S.true)]


def _check_symbols(found: set[Symbol], ordered: Sequence[Symbol], resources: Sequence[Symbol], loss: Loss) -> None:
    """Raise InputError unless each parameter is listed once and no two symbols share a name.

    SymPy treats symbols of one name but other assumptions as different, which no output would show.
    """
    if not found <= set(ordered) or len(set(ordered)) < len(ordered):
        raise InputError(f"the parameters are {sorted(map(str, found))}, each once; got {abbreviate(ordered)}")
    every = {*ordered, *resources, *(symbol for term in loss for symbol in term.free_symbols)}
    names = sorted(symbol.name for symbol in every)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"two different symbols are named {twice[0]}; import it from exponents, or declare it once")


def resolve_branches(term: PowerLaw, parameters: Sequence[Symbol], domain: Sequence[Expr]) -> PowerLaw:
    """Return ``term`` with each exponent as one rational function, where one serves the whole domain.

    Parameters
    ----------
    term : PowerLaw
    parameters : sequence of Symbol
    domain : sequence of Expr
        Functions that are positive on the domain.

    Examples
    --------
    >>> from sympy import Min
    >>> from exponents import alpha
    >>> term = PowerLaw("term", ((t, Min(alpha, 1)),))
    >>> resolve_branches(term, [alpha], [alpha - 1]).exponents
    ((t, 1),)
    """
    forms = [(r, e, normal_form(e, parameters, domain)) for r, e in term.exponents]
    return replace(term, exponents=tuple((r, e if form.is_Piecewise else form) for r, e, form in forms))
