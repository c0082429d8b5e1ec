"""Which split of a large budget does a law with unknown constants favour, at each of many values of them?

A law with symbols for its exponents falls as the best of several sums (`losses.tropical`).  Which sums these are
depends on signs of exponents alone, so they are derived once for all values with the same signs.  The linear programme
of each value is then solved exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from sympy import Add, Expr, Symbol

from ..algebra.parametric import Pole, evaluate
from ..errors import InputError, NoBalance, TooMuchWork
from ..losses.terms import PowerLaw
from ..losses.tropical import read_branches
from ..text.law_text import LawText
from ..text.parsing import parse_expression
from .dominant_balance import optimum_at_point

Point = Mapping[Symbol, Fraction]


@dataclass(frozen=True)
class LawSplit:
    """The best split of large budgets.

    Attributes
    ----------
    low, high : tuple of Fraction
        n in resource ~ C^n, in the order of the law's resources: the least and the largest that are optimal.  They
        differ where the split is not unique.
    binding : tuple of str
        The terms that balance.
    """

    low: tuple[Fraction, ...]
    high: tuple[Fraction, ...]
    binding: tuple[str, ...]


def split_law(law: LawText, values: Sequence[Mapping[str, Fraction]], spent: Sequence[Fraction]) -> list[LawSplit]:
    """Return how resources grow with the budget at the best split, for each choice of the constants of a law.

    Parameters
    ----------
    law : LawText
    values : sequence of mapping of str to Fraction
        The exponents of the law, and its scales that are 0; other scales change nothing.
    spent : sequence of Fraction
        The power of each resource in the cost, positive.

    Returns
    -------
    list of LawSplit
        Where exponents have no best split, as at a pole, it has the whole range.

    Raises
    ------
    InputError, NoBalance, TooMuchWork
        If no split is derived for any of the values.

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> law = read_law(("((A/N)**(alpha/beta) + B/D)**beta",), ("N", "D"))
    >>> (found,) = split_law(law, [{"alpha": Fraction(1, 4), "beta": Fraction(1, 2)}], [Fraction(1), Fraction(1)])
    >>> found.low == found.high, *found.low
    (True, Fraction(2, 3), Fraction(1, 3))
    """
    found: list[LawSplit | None] = [None] * len(values)
    failures: list[Exception] = []
    for i, sums in _derive_sums(law, values):
        try:
            if isinstance(sums, Exception):
                raise sums
            found[i] = _solve(sums, spent, law.resources)
        except (InputError, NoBalance, TooMuchWork) as error:
            failures.append(error)
    if len(failures) == len(values):
        raise failures[0]
    anything = LawSplit(tuple(Fraction(0) for _ in spent), tuple(1 / power for power in spent), ())
    return [own or anything for own in found]


Sum = Sequence[tuple[str, Mapping[str, Fraction]]]
"""The monomials of a sum: the name of each, and e in resource^-e for each resource."""


def _solve(sums: Sequence[Sum], spent: Sequence[Fraction], resources: Sequence[str]) -> LawSplit:
    """Return the best split of the sum that falls fastest, or of all that do."""
    optima = []
    for terms in sums:
        rows = [[own.get(name, Fraction(0)) for name in resources] for _, own in terms]
        optima.append(optimum_at_point(rows, [spent], resources))
    best = max(optimum.exponent for optimum in optima)
    tied = [(optimum, terms) for optimum, terms in zip(optima, sums, strict=True) if optimum.exponent == best]
    shares = list(zip(*(vertex.allocation for optimum, _ in tied for vertex in optimum.vertices), strict=True))
    first, terms = tied[0]
    return LawSplit(tuple(map(min, shares)), tuple(map(max, shares)), tuple(terms[k][0] for k in first.binding))


def _derive_sums(
    law: LawText, values: Sequence[Mapping[str, Fraction]]
) -> Iterator[tuple[int, Sequence[Sum] | Exception]]:
    """Yield the place of each choice and the sums of which the best decides, or why they cannot be derived."""
    symbols = {name: Symbol(name, positive=True) for name in (*law.resources, *law.scales)}
    symbols |= {name: Symbol(name, real=True, nonzero=True) for name in law.exponents}
    parts = [parse_expression(text, symbols, "a term") for text in law.terms]
    resources = [symbols[name] for name in law.resources]
    written = dict(zip(parts, law.terms, strict=True))
    points = [{symbols[name]: own[name] for name in law.exponents} for own in values]
    absent = [frozenset(symbols[name] for name in law.scales if own.get(name) == 0) for own in values]
    waiting = list(range(len(values)))
    while waiting:
        first = waiting[0]
        asked: dict[Expr, int] = {}
        try:
            whole = Add(*parts).subs(dict.fromkeys(absent[first], 0))
            branches = read_branches(whole, resources, partial(_answer, points[first], asked))
        except (InputError, TooMuchWork) as error:
            alike = [first] if isinstance(error, Pole) else waiting
            yield from ((i, error) for i in alike)
        else:
            alike = [i for i in waiting if absent[i] == absent[first] and _agrees(points[i], asked)]
            for i in alike:
                yield i, [_evaluate(branch, points[i], written) for branch in branches]
        waiting = sorted({*waiting} - {*alike})


def _answer(point: Point, asked: dict[Expr, int], exponent: Expr) -> set[int]:
    """Return the sign of an exponent at a point, and keep what was asked."""
    value = evaluate(exponent, point)
    asked[exponent] = (value > 0) - (value < 0)
    return {asked[exponent]}


def _agrees(point: Point, asked: Mapping[Expr, int]) -> bool:
    """Return whether exponents have the same signs at another point."""
    try:
        return all(_answer(point, {}, exponent) == {found} for exponent, found in asked.items())
    except Pole:
        return False


def _evaluate(branch: Sequence[PowerLaw], point: Point, written: Mapping[Expr, str]) -> Sum:
    """Return a sum at a point, without what no resource changes."""
    falling = [term for term in branch if term.exponents] or branch
    return [
        (written.get(term.as_expr(), term.name), {r.name: evaluate(e, point) for r, e in term.exponents})
        for term in falling
    ]
