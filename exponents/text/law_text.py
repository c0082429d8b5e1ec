"""How does the text of a law with unknown constants become a form that can be fitted?

Names that are resources are known in every run.  All other names are unknown: an unknown in an exponent is an exponent,
any other is a positive scale, such as a prefactor.  A condition ``NAME == EXPRESSION`` ties or fixes an unknown.

A form is written twice: as a tree of plain tuples, which any programme evaluates without SymPy, and, where the law
expands into monomials whose exponents are linear in the unknowns, as these monomials.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log
from typing import Any, TypeAlias

from sympy import Add, Expr, Max, Min, Mul, Poly, PolynomialError, Pow, S, Symbol, expand

from ..errors import InputError
from ..rationals import abbreviate
from .parsing import names_in, parse_expression

DEFAULT_TERMS = ("E", "A*N**-alpha", "B*D**-beta")
"""The law of size N and data D that most papers fit."""

MOST_UNKNOWNS = 12
"""Unknowns that a law may have."""

Tree: TypeAlias = "tuple[Any, ...]"
"""("number", x), (kind, name) for a resource, scale or exponent, or a head add, mul, pow, min, max and trees."""


@dataclass(frozen=True)
class Monomial:
    """A term ``number * prod scale^power * prod resource^(constant + sum slope * exponent)``.

    Attributes
    ----------
    number : float
    scales : tuple of (str, float)
        Each scale and its power.
    powers : tuple of (str, float, tuple of (str, float))
        Each resource, the constant part of its exponent, and the slope in each unknown exponent.
    """

    number: float
    scales: tuple[tuple[str, float], ...]
    powers: tuple[tuple[str, float, tuple[tuple[str, float], ...]], ...]


@dataclass(frozen=True)
class LawText:
    """A law with unknowns.

    Attributes
    ----------
    text : str
        The law, as it was written, with ties and fixed numbers put in.
    terms : tuple of str
        Its terms, likewise.
    resources, scales, exponents : tuple of str
        The names, in order of appearance.
    irreducible : str
        The scale that is a term by itself; empty if there is none.
    tree : Tree
    monomials : tuple of Monomial or None
        The same law as a sum of monomials, where it is one.

    Examples
    --------
    >>> law = read_law(DEFAULT_TERMS, ("N", "D"))
    >>> law.text, law.scales, law.exponents, law.irreducible
    ('E + A*N**-alpha + B*D**-beta', ('E', 'A', 'B'), ('alpha', 'beta'), 'E')
    """

    text: str
    terms: tuple[str, ...]
    resources: tuple[str, ...]
    scales: tuple[str, ...]
    exponents: tuple[str, ...]
    irreducible: str
    tree: Tree
    monomials: tuple[Monomial, ...] | None

    @property
    def unknowns(self) -> tuple[str, ...]:
        """All unknowns: exponents first, then scales."""
        return (*self.exponents, *self.scales)


def read_law(terms: Sequence[str], resources: Sequence[str], where: Sequence[str] = ()) -> LawText:
    """Return the law that texts describe.

    Parameters
    ----------
    terms : sequence of str
        Texts such as ``A*N**-alpha``; the law is their sum.
    resources : sequence of str
        The names that are known in every run.
    where : sequence of str
        Ties and fixed numbers, such as ``alpha==beta``, ``E==0`` or ``alpha==0.34``.

    Returns
    -------
    LawText

    Raises
    ------
    InputError
        If a text cannot be read, an unknown is both a scale and an exponent, a term is not positive, or nothing is
        unknown.

    Examples
    --------
    >>> read_law(("A*N**-alpha", "B*D**-beta"), ("N", "D"), ("alpha==beta",)).unknowns
    ('beta', 'A', 'B')
    """
    if not terms:
        raise InputError("a law needs at least one term; got none; give one, such as --term 'A*N**-alpha'")
    parts = [text.partition("=") for text in where]
    order = list(dict.fromkeys(name for text in (*terms, *where) for name in names_in(text, "a term")))
    symbols = {name: Symbol(name, positive=True) for name in order}
    unknown = [name for name in order if name not in resources]
    if len(unknown) > MOST_UNKNOWNS:
        raise InputError(f"a law may have {MOST_UNKNOWNS} unknowns; got {len(unknown)}; fix some with --where")
    ties = [_read_tie(text, part, symbols, resources) for text, part in zip(where, parts, strict=True)]
    expressions = [_tie(parse_expression(text, symbols, "a term"), ties) for text in terms]
    kept = [expression for expression in expressions if expression != 0]
    law = Add(*kept)
    inside = _exponent_names(law)
    left = {symbol.name for symbol in law.free_symbols} - set(resources)
    written = {name for text in terms for name in names_in(text)} - set(resources)
    unused = sorted({tie[0].name for tie in ties} - written)
    if unused:
        has = ", ".join(name for name in order if name in written)
        raise InputError(f"--where must name an unknown of the law; got {unused[0]}; the law has {has}")
    exponents = tuple(name for name in order if name in left & inside)
    scales = tuple(name for name in order if name in left - inside)
    if not left:
        raise InputError(f"a law must have unknowns to fit; got {abbreviate(law)}; leave a number out")
    for expression in kept:
        _check(expression, set(resources))
    names = [_spell(e, text, bool(ties)) for e, text in zip(expressions, terms, strict=True) if e != 0]
    alone = [e.name for e in law.args if isinstance(e, Symbol) and e.name in scales] if isinstance(law, Add) else []
    own = [name for name in alone if sum(symbols[name] in e.free_symbols for e in law.args) == 1]
    used = tuple(name for name in resources if symbols.get(name) in law.free_symbols)
    kinds = {
        **dict.fromkeys(used, "resource"),
        **dict.fromkeys(scales, "scale"),
        **dict.fromkeys(exponents, "exponent"),
    }
    return LawText(
        " + ".join(names),
        tuple(names),
        used,
        scales,
        exponents,
        own[0] if own else "",
        _tree(law, kinds),
        _monomials(law, kinds),
    )


def law_names(terms: Sequence[str]) -> tuple[str, ...]:
    """Return the names in the terms of a law, in order of appearance.

    Examples
    --------
    >>> law_names(("E", "A*N**-alpha"))
    ('E', 'A', 'N', 'alpha')
    """
    return tuple(dict.fromkeys(name for text in terms for name in names_in(text, "a term")))


def _read_tie(text: str, part: tuple[str, str, str], symbols: dict[str, Symbol], resources: Sequence[str]) -> Any:
    """Return the symbol that a condition replaces, and by what."""
    name, value = part[0].strip(), part[2].removeprefix("=")
    if not part[1] or name not in symbols or name in resources or not value.strip():
        raise InputError(
            f"--where must tie or fix an unknown; got {abbreviate(text)}; write alpha==beta, E==0 or alpha==0.34"
        )
    return symbols[name], parse_expression(value, symbols, "a condition")


def _tie(expression: Expr, ties: Sequence[Any]) -> Expr:
    for symbol, value in ties:
        expression = expression.subs(symbol, value)
    return expression


def _spell(expression: Expr, text: str, tied: bool) -> str:
    """Return a term as it was written, or as it is once ties are put in."""
    return str(expression) if tied else " ".join(text.split())


def _exponent_names(expression: Expr, inside: bool = True) -> set[str]:
    """Return the names that stand in an exponent, or those that stand outside of all exponents."""
    return {name for name, found in _places(expression, False) if found == inside}


def _places(expression: Expr, inside: bool) -> set[tuple[str, bool]]:
    """Return each name, and whether it stands in an exponent."""
    if isinstance(expression, Symbol):
        return {(expression.name, inside)}
    if isinstance(expression, Pow):
        return _places(expression.base, inside) | _places(expression.exp, True)
    return set().union(*(_places(part, inside) for part in expression.args))


def _check(expression: Expr, resources: set[str]) -> None:
    """Raise InputError unless a term is positive and each unknown has one role."""
    inside, outside = _exponent_names(expression), _exponent_names(expression, inside=False)
    if inside & resources:
        raise InputError(f"an exponent may hold no resource; got {abbreviate(expression)}; write powers of resources")
    if inside & outside:
        name = min(inside & outside)
        raise InputError(f"an unknown must be an exponent or a scale; got {name} as both; give one another name")
    if _has_difference(expression):
        raise InputError(f"a law must be a sum of positive terms; got {abbreviate(expression)}; change the sign")


def _has_difference(expression: Expr) -> bool:
    """Return whether a negative number multiplies or stands in an expression, exponents aside."""
    if isinstance(expression, Pow):
        return _has_difference(expression.base)
    if expression.is_number:
        return not expression.is_positive
    return any(_has_difference(part) for part in expression.args)


_HEADS = {Add: "add", Mul: "mul", Pow: "pow", Min: "min", Max: "max"}


def _tree(expression: Expr, kinds: dict[str, str]) -> Tree:
    """Return an expression as plain tuples."""
    if isinstance(expression, Symbol):
        return (kinds[expression.name], expression.name)
    if expression.is_number:
        return ("number", float(expression))
    head = next((name for kind, name in _HEADS.items() if isinstance(expression, kind)), "")
    if not head:
        raise InputError(f"a law may combine powers by +, *, /, min and max; got {abbreviate(expression)}")
    return (head, *(_tree(part, kinds) for part in expression.args))


def _monomials(law: Expr, kinds: dict[str, str]) -> tuple[Monomial, ...] | None:
    """Return the monomials of a law, or None if it is no sum of monomials with linear exponents."""
    whole = expand(law)
    found = [_monomial(part, kinds) for part in Add.make_args(whole)]
    return tuple(part for part in found if part is not None) if None not in found else None


def _monomial(part: Expr, kinds: dict[str, str]) -> Monomial | None:
    number, whole = 1.0, dict[Symbol, Expr]()
    for factor in Mul.make_args(part):
        base, power = factor.as_base_exp()
        if factor.is_number:
            number *= float(factor)
        elif isinstance(base, Symbol):
            whole[base] = whole.get(base, S.Zero) + power  # N**-alpha*N**-beta are two factors
        else:
            return None
    scales, powers = [], []
    for base, power in whole.items():
        linear = _linear(power)
        if linear is None:
            return None
        if kinds[base.name] == "resource":
            powers.append((base.name, *linear))
        elif linear[1]:
            return None
        else:
            scales.append((base.name, linear[0]))
    return Monomial(number, tuple(scales), tuple(powers))


def _linear(power: Expr) -> tuple[float, tuple[tuple[str, float], ...]] | None:
    """Return the constant and the slopes of an exponent that is linear in the unknowns."""
    symbols = sorted(power.free_symbols, key=lambda s: s.name)
    if not symbols:
        return float(power), ()
    try:
        polynomial = Poly(power, *symbols)
    except PolynomialError:
        return None
    if polynomial.total_degree() > 1 or not all(c.is_number for c in polynomial.coeffs()):
        return None
    slopes = tuple((s.name, float(polynomial.coeff_monomial(s))) for s in symbols)
    return float(polynomial.coeff_monomial(1)), slopes


@dataclass(frozen=True)
class BudgetEquation:
    """An equation ``C = k prod resource^power``.

    Attributes
    ----------
    text : str
        As it was written.
    left : str
    factor : float
        k.
    powers : tuple of (str, float)
    """

    text: str
    left: str
    factor: float
    powers: tuple[tuple[str, float], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the left one first."""
        return (self.left, *(name for name, _ in self.powers))

    def solve(self, name: str, logs: Any) -> Any:
        """Return ln of one name, given those of the others.

        Examples
        --------
        >>> read_budget_equation("C=6*N*D").solve("D", {"C": 5.0, "N": 1.0}) == 4.0 - __import__("math").log(6)
        True
        """
        total = log(self.factor) + sum(power * logs[own] for own, power in self.powers if own != name)
        if name == self.left:
            return total
        return (logs[self.left] - total) / dict(self.powers)[name]


def read_budget_equation(text: str, role: str = "--given") -> BudgetEquation:
    """Return the equation that a text such as ``C=6*N*D`` is.

    Raises
    ------
    InputError
        If it is not a name and a monomial.

    Examples
    --------
    >>> read_budget_equation("C = 6*N*D").powers
    (('D', 1.0), ('N', 1.0))
    """
    left, equals, right = text.partition("=")
    names = names_in(left, role)
    wrong = InputError(f"{role} must be a name and a product of powers; got {abbreviate(text)}; write C=6*N*D")
    if not equals or len(names) != 1 or left.strip() != names[0]:
        raise wrong
    symbols = {name: Symbol(name, positive=True) for name in names_in(right, role)}
    found = _monomial(parse_expression(right, symbols, role), dict.fromkeys(symbols, "scale"))
    if found is None or not found.scales or found.number <= 0 or names[0] in symbols:
        raise wrong
    return BudgetEquation(" ".join(text.split()), names[0], found.number, tuple(sorted(found.scales)))


def without_irreducible(law: LawText) -> LawText:
    """Return a law without the scale that is a term by itself.

    Examples
    --------
    >>> without_irreducible(read_law(DEFAULT_TERMS, ("N", "D"))).text
    'A*N**-alpha + B*D**-beta'
    """
    name = law.irreducible
    terms = tuple(term for term in law.terms if term != name)
    parts = tuple(part for part in law.tree[1:] if part != ("scale", name))
    tree = parts[0] if len(parts) == 1 else ("add", *parts)
    kept = None if law.monomials is None else tuple(m for m in law.monomials if m.scales != ((name, 1.0),) or m.powers)
    scales = tuple(scale for scale in law.scales if scale != name)
    text = " + ".join(terms)
    return replace(law, text=text, terms=terms, scales=scales, irreducible="", tree=tree, monomials=kept)
