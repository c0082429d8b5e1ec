"""How is a loss, a cost or a condition read from text?

Exactly, and without running anything: a tokenizer, a parser by recursive descent, and the arithmetic of
`exponents.bounded`, which builds nothing large.  Python's own parser is never asked, so that ``0.1`` is 1/10 and no
text can call a function.

Grammar, loosest first; every level is a function below::

    conditions  comparison {("," | "and") comparison}
    comparison  sum ("<" | ">" | "<=" | ">=") sum {...}          1 < alpha < 2 is two of them
    sum         product {("+" | "-") product}
    product     signed {("*" | "/") signed}                      2alpha is refused, 2*alpha is meant
    signed      {"+" | "-"} power                                -x**2 is -(x**2)
    power       atom [("**" | "^") signed]                       x**y**z is x**(y**z); x**-y
    atom        number | name | "(" sum ")" | ("min" | "max") "(" sum {"," sum} ")"

A number is the exact rational it writes.  Greek letters stand for their names, ``−`` for ``-``, ``·`` for ``*``, and
``≤ ≥`` for ``<= >=``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from sympy import Expr, Max, Min, Rational, S, Symbol
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from ..errors import InputError
from ..rationals import abbreviate, exact
from .bounded import Arithmetic
from .tokens import Token, refusal, tokenise

MAX_NESTING = 50
"""Parentheses and powers of powers inside each other: the parser calls itself for each."""

_EXTREMA = {"min": Min, "Min": Min, "max": Max, "Max": Max}
_COMPARISONS = {"<": StrictLessThan, ">": StrictGreaterThan, "<=": LessThan, ">=": GreaterThan}


def parse_expression(text: str, symbols: Mapping[str, Symbol], role: str) -> Expr:
    """The expression that ``text`` writes, exactly.

    Parameters
    ----------
    text : str
        Arithmetic with + - * / ** ^, parentheses, min and max, such as ``t**(-beta) + N**-alpha/2``.
    symbols : mapping of str to Symbol
        What each name stands for.
    role : str
        What the text is, for messages: "the loss".

    Raises
    ------
    InputError
        If the text is not such an expression, is not finite and real, or is too large.
    """
    reader = _Reader(text, symbols, role)
    expression = reader.sum()
    reader.finish("be one expression")
    return expression


def parse_conditions(text: str, symbols: Mapping[str, Symbol], role: str) -> tuple[Relational, ...]:
    """The comparisons that ``text`` writes, such as ``alpha > 1 and 0 < beta <= 2``, in that order.

    They are not evaluated: ``beta > 0`` stays a relation where beta is known to be positive, and so does ``1 > 2``.

    Parameters
    ----------
    text, symbols, role
        As for `parse_expression`.

    Raises
    ------
    InputError
        If the text is no list of comparisons by < > <= >=, or for what `parse_expression` refuses.
    """
    reader = _Reader(text, symbols, role)
    found = reader.comparisons()
    while reader.takes(",", "and"):
        found += reader.comparisons()
    reader.finish("join conditions by 'and' or a comma")
    return tuple(found)


def names_in(text: str, role: str = "the text") -> tuple[str, ...]:
    """The names in ``text``, in order of appearance, spelled in Latin letters; min, max and "and" are none.

    Raises
    ------
    InputError
        If the text is empty, too long, or holds what no expression and no condition can hold.
    """
    names = (token.text for token in tokenise(text, role) if token.kind == "name" and token.text not in _EXTREMA)
    return tuple(dict.fromkeys(names))


class _Reader:
    """One pass over the tokens of a text; each method reads one level of the grammar."""

    def __init__(self, text: str, symbols: Mapping[str, Symbol], role: str) -> None:
        self._symbols, self._role = symbols, role
        self._arithmetic = Arithmetic(role)
        self._rest = tokenise(text, role)[::-1]
        self._depth = 0

    def takes(self, *signs: str) -> str:
        """The next token's text, taken, if it is one of these signs; nothing otherwise."""
        return self._rest.pop().text if self._next.kind == "sign" and self._next.text in signs else ""

    def finish(self, required: str) -> None:
        """Refuse whatever is left."""
        if self._next.kind != "end":
            raise self._unexpected(required)

    def comparisons(self) -> list[Relational]:
        """``a < b <= c`` as two relations; at least one."""
        found, left = [], self.sum()
        while sign := self.takes(*_COMPARISONS):
            right = self.sum()
            found.append(_COMPARISONS[sign](left, right, evaluate=False))
            left = right
        if not found:
            raise self._unexpected("compare by < > <= or >=, as in alpha > 1")
        return found

    def sum(self) -> Expr:
        """Products with + and - between them."""
        return self._arithmetic.product(self._sum())

    def _sum(self) -> list[Expr]:
        """The factors of a sum: itself, or those of its only product.

        Factors stay apart until they are needed, so that 1/(2*(x + 1)) is 1/2 of 1/(x + 1), as SymPy prints it.
        """
        terms = [self._product([])]
        while sign := self.takes("+", "-"):
            terms.append(self._product([S.NegativeOne] if sign == "-" else []))
        if len(terms) == 1:
            return terms[0]
        return [self._arithmetic.total([self._arithmetic.product(factors) for factors in terms])]

    def _product(self, factors: list[Expr]) -> list[Expr]:
        found = [*factors, *self._signed()]
        while sign := self.takes("*", "/"):
            found += self._signed() if sign == "*" else self._raised(self._signed(), S.NegativeOne)
        if self._next.kind in ("number", "name") or self._next.text == "(":
            raise refusal(self._role, "have a sign between factors", self._next.place, "write * before it")
        return found

    def _signed(self) -> list[Expr]:
        """A power with signs before it: -x**2 has the factors -1 and x**2."""
        negative = False
        while sign := self.takes("+", "-"):
            negative ^= sign == "-"
        return [*([S.NegativeOne] if negative else []), *self._power()]

    def _power(self) -> list[Expr]:
        base = self._atom()
        if not self.takes("**"):
            return base
        self._enter()
        exponent = self._arithmetic.product(self._signed())
        self._depth -= 1
        return self._raised(base, exponent)

    def _raised(self, factors: list[Expr], exponent: Expr) -> list[Expr]:
        if not exponent.is_Integer:
            factors = [self._arithmetic.product(factors)]
        return [self._arithmetic.power(factor, exponent) for factor in factors]

    def _atom(self) -> list[Expr]:
        if self._next.kind == "number":
            number = exact(self._rest.pop().text, f"a number in {self._role}")
            return [Rational(number.numerator, number.denominator)]
        if self._next.kind == "name":
            return [self._named(self._rest.pop())]
        if not self.takes("("):
            raise self._unexpected("have a number, a name or a parenthesis there")
        self._enter()
        found = self._sum()
        self._close()
        return found

    def _named(self, name: Token) -> Expr:
        called = bool(self.takes("("))
        if name.text in _EXTREMA and called:
            return self._arithmetic.extremum(_EXTREMA[name.text], self._arguments())
        if name.text in self._symbols and not called:
            return self._symbols[name.text]
        if name.text in _EXTREMA:
            raise refusal(self._role, f"give {name.text} its arguments", name.place, f"write {name.text}(1, 2)")
        if called:
            hint = "write sqrt(x) as x**(1/2)" if name.text == "sqrt" else "write * before ( to multiply"
            raise refusal(self._role, "call nothing but min and max", name.place, hint)
        near = get_close_matches(name.text, self._symbols, n=1)
        hint = f"did you mean {abbreviate(near[0])}?" if near else "is it spelled right?"
        raise refusal(self._role, f"use the names {_listed(self._symbols)}", name.place, hint)

    def _arguments(self) -> list[Expr]:
        self._enter()
        found = [self.sum()]
        while self.takes(","):
            found.append(self.sum())
        self._close()
        return found

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise refusal(self._role, f"nest at most {MAX_NESTING} parentheses and powers", "more", "write it flatter")

    def _close(self) -> None:
        if not self.takes(")"):
            raise self._unexpected("close its parentheses")
        self._depth -= 1

    @property
    def _next(self) -> Token:
        return self._rest[-1]

    def _unexpected(self, required: str) -> InputError:
        hint = _HINTS.get(self._next.text, "is something missing before it?")
        return refusal(self._role, required, self._next.place, hint)


_HINTS = {
    **dict.fromkeys(_COMPARISONS, "comparisons stand only in conditions, outside parentheses"),
    **dict.fromkeys(("==", "!="), "compare by < > <= >= in conditions, and nowhere else"),
    ",": "commas stand between conditions, or in min( , ) and max( , )",
    "and": "'and' stands only between conditions",
    "": "is something missing?",
}


def _listed(names: Iterable[str]) -> str:
    """The first names, as many as fit."""
    text = ", ".join(map(abbreviate, sorted(names))) or "(there are none)"
    return text if len(text) <= 60 else text[:60].rpartition(", ")[0] + ", …"
