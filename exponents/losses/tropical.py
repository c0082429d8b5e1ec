"""How does an expression in resources fall, when every resource is a power of the budget?

With r = C^{x_r} a monomial falls as C^{-d}, d linear in the x_r.  So the decay of an expression in monomials is
piecewise linear, and follows its shape:

    f + g, max(f, g)     min(d_f, d_g)             the larger part decides
    min(f, g)            max(d_f, d_g)
    f g                  d_f + d_g
    f^p                  p d_f,                    where a negative p turns min into max

`read_branches` writes it as a maximum of minima: a tuple of branches, each a sum of monomials.  The expression falls as
fast as its best branch.  One branch, as for (1/N + 1/D)^(1/2), is one linear programme; several, as for
min(g, g^(1/2)) or (N + N^(1/3) D)^(-1), are several.

A branch that falls no faster than another, whatever the allocation, is left out.  For this every resource is at least
1 unless it is free: (N + 50 N^(1/3))^(-1) is one branch, 1/N.

Positive constants change no exponent.  A prefactor is kept; it is that of the expression where one monomial decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain, product
from math import prod
from typing import TypeAlias

from sympy import Add, Dummy, Expr, Max, Min, Mul, Pow, S, Symbol, exp, expand_power_base, log, powdenest

from ..errors import InputError, TooMuchWork
from ..rationals import abbreviate
from ..symbols import to_expr
from ..text.number_powers import raise_factors
from .terms import PowerLaw

MAX_BRANCHES, MAX_MONOMIALS = 256, 1000
"""Most branches of a loss, and most monomials of a branch."""

_MIXED = "constant in a sum under a power"
"""Source of a monomial without resources that does not stand alone: (5 + 1/N)^2 - 25 falls as 1/N, not as 1/N^2."""

Branches: TypeAlias = "tuple[tuple[PowerLaw, ...], ...]"
Sign: TypeAlias = "Callable[[Expr], set[int]]"
"""The signs that an exponent takes on the domain of the parameters."""

IsSlower: TypeAlias = "Callable[[PowerLaw, PowerLaw], bool]"


def read_branches(expression: Expr, resources: Iterable[Symbol], sign: Sign, free: Iterable[Symbol] = ()) -> Branches:
    """Return the branches of an expression, each a sum of monomials with its own name.

    Parameters
    ----------
    expression : Expr
        Monomials in the resources, combined by +, *, /, powers, min and max, with positive constants.
    resources : iterable of Symbol
    sign : callable
        Returns the signs, in {-1, 0, 1}, that an exponent takes on the domain.
    free : iterable of Symbol
        Resources that may be smaller than 1.

    Returns
    -------
    tuple of tuple of PowerLaw

    Raises
    ------
    InputError
        If a constant is not positive, a resource stands in an exponent or a logarithm, or the sign of a power over a
        sum changes within the domain.
    TooMuchWork
        If there are more than `MAX_BRANCHES` branches, or `MAX_MONOMIALS` monomials in one.

    Examples
    --------
    >>> from sympy import Min, Rational
    >>> from exponents.symbols import N, t
    >>> from exponents.algebra.piecewise import signs_on
    >>> sign = signs_on([])
    >>> [[term.name for term in branch] for branch in read_branches((1 / N + 1 / t) ** Rational(1, 2), (N, t), sign)]
    [['1/sqrt(N)', '1/sqrt(t)']]
    >>> [[term.name for term in branch] for branch in read_branches(Min(1 / N, t / N**2), (N, t), sign)]
    [['1/N'], ['t/N**2']]
    """
    is_slower = _compare_by(sign, set(free))
    reader = _Reader(expression, resources, sign, is_slower)
    branches = reader.read()
    if all(map(_has_constant, branches)) and any(m.source == _MIXED for m in chain(*branches) if not m.exponents):
        raise InputError(
            "a sum under a power may not hold a constant that is left of the whole loss; got "
            f"{abbreviate(expression)}; expand it, or put the constant outside"
        )
    constant = [m for m in branches[0] if not m.exponents and all(_has_constant(branch) for branch in branches)]
    falling = [tuple(m for m in branch if m.exponents or not constant) for branch in branches]
    found = _leave_out_slow([branch for branch in falling if branch], is_slower) or [()]
    return tuple(tuple(reader.name(monomial) for monomial in (*branch, *constant)) for branch in found)


def add_branches(parts: Sequence[Branches]) -> Branches:
    """Return the branches of a sum of expressions from those of each; names that occur twice are numbered.

    Raises
    ------
    TooMuchWork
        If there are more than `MAX_BRANCHES`.

    Examples
    --------
    >>> from exponents.symbols import N, t
    >>> one, other = PowerLaw("1/N", ((N, 1),)), PowerLaw("1/t", ((t, 1),))
    >>> [len(branch) for branch in add_branches([((one,),), ((other,), (one,))])]
    [2, 1]
    """
    _check_count(prod(map(len, parts)))
    found = []
    for choice in product(*parts):
        terms = {term.name: term for branch in choice for term in branch}
        found.append(tuple(terms.values()))
    return tuple(dict.fromkeys(found))


def is_plain(expression: Expr, resources: Iterable[Symbol]) -> bool:
    """Return whether an expression is a sum of monomials, of which constants and exponents need no reading here.

    Examples
    --------
    >>> from exponents.symbols import N, t
    >>> is_plain(1 / N + t**-2, (N, t)), is_plain((1 / N + 1 / t) ** 2, (N, t))
    (True, False)
    """
    wanted = set(resources)

    def is_monomial(part: Expr) -> bool:
        if part in wanted or not part.free_symbols & wanted:
            return True
        if isinstance(part, Pow):
            return not part.exp.free_symbols & wanted and is_monomial(part.base)
        return isinstance(part, Mul) and all(map(is_monomial, part.args))

    return all(map(is_monomial, Add.make_args(expression)))


class _Reader:
    """Reads one expression; resources are positive in it, however they were declared."""

    def __init__(self, expression: Expr, resources: Iterable[Symbol], sign: Sign, is_slower: IsSlower) -> None:
        self._positive = {r: Dummy(r.name, positive=True) for r in resources}
        self._plain = {dummy: r for r, dummy in self._positive.items()}
        self._whole, self._sign, self._is_slower = abbreviate(expression), sign, is_slower
        self._expression = to_expr(expression, "a loss").xreplace(self._positive)

    def read(self) -> list[tuple[PowerLaw, ...]]:
        """Return the branches; monomials have no names yet."""
        return self._branches(self._expression)

    def name(self, monomial: PowerLaw) -> PowerLaw:
        """Return a monomial named by its expression."""
        return PowerLaw(str(monomial.as_expr()), monomial.exponents, monomial.prefactor)

    def _branches(self, part: Expr) -> list[tuple[PowerLaw, ...]]:
        if not part.free_symbols & set(self._plain):
            return [(self._constant(part),)]
        if part in self._plain:
            return [(PowerLaw("", ((self._plain[part], S.NegativeOne),)),)]
        if isinstance(part, Add | Max):
            return self._combine(part.args)
        if isinstance(part, Min):
            return _unique([branch for argument in part.args for branch in self._branches(argument)])
        if isinstance(part, Mul):
            return self._multiply(part.args)
        if isinstance(part, Pow) and not part.exp.free_symbols & set(self._plain):
            return self._raise(expand_power_base(powdenest(part)))
        raise InputError(f"a loss must be built from powers of resources; got {self._show(part)}; {self._hint(part)}")

    def _constant(self, value: Expr) -> PowerLaw:
        if value.is_positive:
            return PowerLaw("", (), value)
        hint = "leave the sign out" if value.is_number else "declare its symbols positive"
        raise InputError(f"a constant must be positive; got {value} in {self._whole}; {hint}")

    def _combine(self, parts: Sequence[Expr]) -> list[tuple[PowerLaw, ...]]:
        """Return the branches of a sum, or a maximum: one of each part, together."""
        read = [self._branches(part) for part in parts]
        _check_count(prod(map(len, read)))
        return _unique([tuple(m for branch in choice for m in branch) for choice in product(*read)])

    def _multiply(self, factors: Sequence[Expr]) -> list[tuple[PowerLaw, ...]]:
        """Return the branches of a product: one of each factor, all its monomials with all of the others."""
        number = Mul(*(f for f in factors if not f.free_symbols & set(self._plain)))
        read: list[list[tuple[PowerLaw, ...]]] = [[(self._constant(number),)]]
        read += [self._branches(f) for f in factors if f.free_symbols & set(self._plain)]
        _check_count(prod(map(len, read)))
        found = []
        for choice in product(*read):
            _check_monomials(prod(map(len, choice)))
            found.append(tuple(_product(monomials) for monomials in product(*choice)))
        return _unique(found)

    def _raise(self, part: Expr) -> list[tuple[PowerLaw, ...]]:
        """Return the branches of a power: a negative one turns every choice into a sum, and every sum into a choice."""
        if not isinstance(part, Pow):
            return self._branches(part)
        base, power = [self._drop_constant(branch) for branch in self._branches(part.base)], part.exp
        signs = self._sign(power) if len(base) > 1 or len(base[0]) > 1 else {1}
        if len(signs) > 1:
            raise InputError(
                f"a power over a sum must keep its sign; got {power} in {self._whole}; add a condition on it, such as "
                f"--where '{power} > 0'"
            )
        if signs == {0}:
            return [(PowerLaw("", ()),)]
        raised = [tuple(_power(monomial, power, len(branch) > 1) for monomial in branch) for branch in base]
        if signs == {1}:
            return raised
        _check_count(prod(map(len, raised)))
        return _unique(list(product(*raised)))

    def _drop_constant(self, branch: tuple[PowerLaw, ...]) -> tuple[PowerLaw, ...]:
        """Return a sum without its constant if it also holds a monomial that never falls."""
        falling = tuple(m for m in branch if m.exponents)
        constant = PowerLaw("", ())
        return falling if any(self._is_slower(monomial, constant) for monomial in falling) else branch

    def _show(self, part: Expr) -> str:
        return abbreviate(part.xreplace(self._plain))

    def _hint(self, part: Expr) -> str:
        if isinstance(part, log):
            return "a logarithm is no power law; it lies below every power, so leave it out"
        if isinstance(part, exp | Pow):
            return "an exponential is no power law; leave it out if it falls, as it lies below every power"
        return "use +, *, /, powers, min and max"


def _has_constant(branch: Sequence[PowerLaw]) -> bool:
    return any(not monomial.exponents for monomial in branch)


def _product(monomials: Sequence[PowerLaw]) -> PowerLaw:
    exponents: dict[Symbol, Expr] = {}
    for monomial in monomials:
        for resource, e in monomial.exponents:
            exponents[resource] = exponents.get(resource, S.Zero) + e
    kept = tuple((r, e) for r, e in sorted(exponents.items(), key=lambda item: item[0].name) if e != 0)
    mixed = _MIXED if any(monomial.source == _MIXED for monomial in monomials) else ""
    return PowerLaw("", kept, Mul(*(monomial.prefactor for monomial in monomials)), mixed)


def _power(monomial: PowerLaw, power: Expr, in_sum: bool) -> PowerLaw:
    exponents = tuple((r, e * power) for r, e in monomial.exponents)
    mixed = _MIXED if in_sum and not exponents else monomial.source
    return PowerLaw("", exponents, raise_factors(monomial.prefactor, power), mixed)


def _leave_out_slow(branches: list[tuple[PowerLaw, ...]], is_slower: IsSlower) -> list[tuple[PowerLaw, ...]]:
    """Return the branches without monomials that never decide, and without those that another one always matches."""
    kept: list[tuple[PowerLaw, ...]] = []
    for branch in branches:
        deciding = _find_deciding(branch, is_slower)
        if not any(_is_matched(deciding, other, is_slower) for other in kept):
            kept = [other for other in kept if not _is_matched(other, deciding, is_slower)] + [deciding]
    return kept


def _find_deciding(branch: Sequence[PowerLaw], is_slower: IsSlower) -> tuple[PowerLaw, ...]:
    """Return the monomials of a sum that another one does not always exceed."""
    deciding: list[PowerLaw] = []
    for monomial in branch:
        if not any(is_slower(other, monomial) for other in deciding):
            deciding = [other for other in deciding if not is_slower(monomial, other)] + [monomial]
    return tuple(deciding)


def _compare_by(sign: Sign, free: set[Symbol]) -> IsSlower:
    """Return a function that says whether a monomial falls no faster than another one, whatever the allocation."""

    def is_slower(one: PowerLaw, other: PowerLaw) -> bool:
        for resource in {r for monomial in (one, other) for r, _ in monomial.exponents}:
            signs = sign(other.exponent(resource) - one.exponent(resource))
            if not signs <= ({0} if resource in free else {0, 1}):
                return False
        return True

    return is_slower


def _is_matched(branch: Sequence[PowerLaw], other: Sequence[PowerLaw], is_slower: IsSlower) -> bool:
    """Return whether the minimum of ``branch`` is never above that of ``other``."""
    return all(any(is_slower(one, monomial) for one in branch) for monomial in other)


def _unique(branches: list[tuple[PowerLaw, ...]]) -> list[tuple[PowerLaw, ...]]:
    """Return the branches with every monomial once, and every branch once."""
    found: dict[frozenset[object], tuple[PowerLaw, ...]] = {}
    for branch in branches:
        monomials = {monomial.exponents: monomial for monomial in branch}
        _check_monomials(len(monomials))
        found.setdefault(frozenset(monomials), tuple(monomials.values()))
    _check_count(len(found))
    return list(found.values())


def _check_count(count: int) -> None:
    if count > MAX_BRANCHES:
        raise TooMuchWork(
            f"a loss may have {MAX_BRANCHES} branches at most; got {count}; use fewer min, or fewer sums under a "
            "negative power"
        )


def _check_monomials(count: int) -> None:
    if count > MAX_MONOMIALS:
        raise TooMuchWork(f"a branch of a loss may have {MAX_MONOMIALS} monomials at most; got {count}; multiply fewer")
