"""How is a loss, a cost or a condition read from text?

A tokeniser (`tokens`) and a parser by recursive descent read it exactly; the arithmetic of `bounded` builds nothing
large.  Python's own parser is never used: ``0.1`` is 1/10, and no text can call a function.

Grammar, loosest first; each level is a method of `_Reader`::

    conditions  comparison {("," | "and") comparison}
    comparison  sum ("<" | ">" | "<=" | ">=") sum {...}          1 < alpha < 2 is two of them; constraints take "=" too
    sum         product {("+" | "-") product}
    product     signed {("*" | "/") signed}                      2alpha is refused; write 2*alpha
    signed      {"+" | "-"} power                                -x**2 is -(x**2)
    power       atom [("**" | "^") signed]                       x**y**z is x**(y**z); x**-y
    atom        number | name | "(" sum ")" | "sqrt" "(" sum ")" | ("min" | "max") "(" sum {"," sum} ")"

A number is the exact rational that it spells.  Greek letters stand for their names, ``−`` for ``-``, ``·`` for ``*``,
and ``≤ ≥`` for ``<= >=``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from sympy import Eq, Expr, Max, Min, Rational, S, Symbol
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan

from ..errors import InputError
from ..rationals import abbreviate, exact
from .bounded import Arithmetic
from .tokens import Token, refusal, spell_greek, tokenise

Spelled = dict[Expr, str]
"""How expressions were written: the sides of comparisons, and the summands of these and of a whole text."""

MAX_NESTING = 50
"""Parentheses and powers of powers inside each other: the parser calls itself for each."""


class UnknownName(InputError):
    """A text holds a name that has no meaning there.

    Attributes
    ----------
    name, place : str
        The name, and how messages refer to it: ``'q' at column 3``.
    """

    def __init__(self, message: str, name: str, place: str) -> None:
        super().__init__(message)
        self.name, self.place = name, place


_EXTREMA = {"min": Min, "Min": Min, "max": Max, "Max": Max}
_FUNCTIONS = (*_EXTREMA, "sqrt")
_LOGARITHM = "a logarithm is no power law: it grows more slowly than any power, such as N**(1/100); leave it out"
_EXPONENTIAL = "an exponential is no power law: exp(-N) falls faster than any power, such as N**(-100); leave it out"
_NO_POWER_LAWS = {**dict.fromkeys(("log", "ln", "log2", "log10"), _LOGARITHM), "exp": _EXPONENTIAL}
_ASCII = {"−": "-", "·": "*", "⋅": "*"}
_COMPARISONS = {"<": StrictLessThan, ">": StrictGreaterThan, "<=": LessThan, ">=": GreaterThan}


def parse_expression(text: str, symbols: Mapping[str, Symbol], role: str, spelled: Spelled | None = None) -> Expr:
    """Return the expression that ``text`` spells, exactly.

    Parameters
    ----------
    text : str
        Arithmetic with + - * / ** ^, parentheses, min and max, such as ``t**(-beta) + N**-alpha/2``.
    symbols : mapping of str to Symbol
        What each name stands for.
    role : str
        What the text is, for messages: "the loss".
    spelled : dict, optional
        Takes the text of the whole and of each summand, under its expression.

    Returns
    -------
    Expr

    Raises
    ------
    UnknownName
        If the text holds a name that is not in ``symbols``.
    InputError
        If the text is not such an expression, is not finite and real, or is too large.

    Examples
    --------
    >>> parse_expression("2t^-0.5", {"t": Symbol("t")}, "a term")
    Traceback (most recent call last):
    exponents.errors.InputError: a term must have an operator between factors; got 't' at column 2; write * before it
    >>> parse_expression("2*t^-0.5", {"t": Symbol("t")}, "a term")
    2/sqrt(t)
    """
    reader = _Reader(text, symbols, role)
    expression = reader.whole(spelled)
    reader.finish("be one expression")
    return expression


def parse_conditions(
    text: str,
    symbols: Mapping[str, Symbol],
    role: str,
    spelled: Spelled | None = None,
    equations: bool = False,
) -> tuple[Relational, ...]:
    """Return the comparisons that ``text`` spells, such as ``alpha > 1 and 0 < beta <= 2``, in that order.

    They are not evaluated: ``beta > 0`` stays a relation where beta is known to be positive, and so does ``1 > 2``.

    Parameters
    ----------
    text, symbols, role, spelled
        As for `parse_expression`.
    equations : bool
        Whether == and = are comparisons too.

    Returns
    -------
    tuple of Relational

    Raises
    ------
    InputError
        If the text is not a list of comparisons by < > <= >=, or if `parse_expression` refuses a side of one.

    Examples
    --------
    >>> parse_conditions("1 < a <= 2", {"a": Symbol("a")}, "a condition")
    (1 < a, a <= 2)
    """
    reader = _Reader(text, symbols, role)
    kinds = {**_COMPARISONS, "==": Eq} if equations else _COMPARISONS
    found = reader.comparisons(kinds, spelled)
    while reader.take(",", "and"):
        found += reader.comparisons(kinds, spelled)
    reader.finish("join conditions by 'and' or a comma")
    return tuple(found)


def names_in(text: str, role: str = "the text") -> tuple[str, ...]:
    """Return the names in ``text``, in order of appearance and in Latin letters; min, max and "and" do not count.

    Raises
    ------
    InputError
        If the text is empty, too long, or cannot be cut into numbers, names and signs.

    Examples
    --------
    >>> names_in("N**-α + min(t, 2)")
    ('N', 'alpha', 't')
    """
    names = (token.text for token in tokenise(text, role) if token.kind == "name" and token.text not in _FUNCTIONS)
    return tuple(dict.fromkeys(names))


class _Reader:
    """One pass over the tokens of a text; each method reads one level of the grammar."""

    def __init__(self, text: str, symbols: Mapping[str, Symbol], role: str) -> None:
        self._symbols, self._role = symbols, role
        self._arithmetic = Arithmetic(role)
        self._text, self._rest = text, tokenise(text, role)[::-1]
        self._depth = self._end = 0
        self._summands: list[tuple[list[Expr], str]] = []

    def take(self, *signs: str) -> str:
        """Take the next token and return its text if it is one of these signs; return nothing otherwise."""
        return self._pop().text if self._next.kind == "sign" and self._next.text in signs else ""

    def _pop(self) -> Token:
        token = self._rest.pop()
        self._end = token.end
        return token

    def finish(self, required: str) -> None:
        """Raise InputError unless the text is read to its end."""
        if self._next.kind != "end":
            raise self._unexpected(required)

    def comparisons(self, kinds: Mapping[str, type[Relational]], spelled: Spelled | None) -> list[Relational]:
        """Read ``a < b <= c`` as two relations; at least one."""
        found, left = [], self.whole(spelled)
        while sign := self.take(*kinds):
            right = self.whole(spelled)
            found.append(kinds[sign](left, right, evaluate=False))
            left = right
        if not found:
            raise self._unexpected("compare by < > <= or >=, as in alpha > 1")
        return found

    def whole(self, spelled: Spelled | None) -> Expr:
        """Read a sum, and note how it and its summands are written."""
        start, self._summands = self._next.start, []
        found = self.sum()
        if spelled is not None:
            for factors, text in self._summands:
                spelled.setdefault(self._arithmetic.multiply(factors), text)
            spelled[found] = self._written(start)
        return found

    def _written(self, start: int) -> str:
        text = " ".join(self._text[start : self._end].split())
        return spell_greek("".join(_ASCII.get(sign, sign) for sign in text))

    def sum(self) -> Expr:
        """Read products with + and - between them."""
        return self._arithmetic.multiply(self._sum())

    def _sum(self) -> list[Expr]:
        """Read a sum and return its factors: the sum itself, or the factors of its only product.

        Factors stay apart until they are needed, so that 1/(2*(x + 1)) is 1/2 of 1/(x + 1), as SymPy prints it.
        """
        terms = [self._product([])]
        while sign := self.take("+", "-"):
            terms.append(self._product([S.NegativeOne] if sign == "-" else []))
        if len(terms) == 1:
            return terms[0]
        return [self._arithmetic.add([self._arithmetic.multiply(factors) for factors in terms])]

    def _product(self, factors: list[Expr]) -> list[Expr]:
        start, found = self._next.start, [*factors, *self._signed()]
        while sign := self.take("*", "/"):
            found += self._signed() if sign == "*" else self._raise_factors(self._signed(), S.NegativeOne)
        if self._next.kind in ("number", "name") or self._next.text == "(":
            raise refusal(self._role, "have an operator between factors", self._next.place, "write * before it")
        if self._depth == 0:
            self._summands.append((found, "-" * bool(factors) + self._written(start)))
        return found

    def _signed(self) -> list[Expr]:
        """Read a power with signs before it: -x**2 has the factors -1 and x**2."""
        negative = False
        while sign := self.take("+", "-"):
            negative ^= sign == "-"
        return [*([S.NegativeOne] if negative else []), *self._power()]

    def _power(self) -> list[Expr]:
        base = self._atom()
        if not self.take("**"):
            return base
        self._enter()
        first, second = self._rest[-1], self._rest[-2:][0]
        exponent = self._arithmetic.multiply(self._signed())
        self._depth -= 1
        if (first.text == "-" and second.text != "(") or (first.kind == "number" and exponent == 1):
            self._refuse_half_fraction(first)
        return self._raise_factors(base, exponent)

    def _refuse_half_fraction(self, exponent: Token) -> None:
        """Raise InputError for x**-1/2, which is (x**-1)/2 by the rules and is often meant as x**(-1/2)."""
        written = self._written(exponent.start)
        if self.take("/") and self._next.kind == "number":
            number = self._next.text
            meant = f"write **({written}/{number}), or put the power in parentheses before /{number}"
            raise refusal(self._role, f"say what **{written}/{number} means", exponent.place, meant)

    def _raise_factors(self, factors: list[Expr], exponent: Expr) -> list[Expr]:
        if not exponent.is_Integer:
            factors = [self._arithmetic.multiply(factors)]
        return [self._arithmetic.raise_to(factor, exponent) for factor in factors]

    def _atom(self) -> list[Expr]:
        if self._next.kind == "number":
            number = exact(self._pop().text, f"a number in {self._role}")
            return [Rational(number.numerator, number.denominator)]
        if self._next.kind == "name":
            return [self._read_name(self._pop())]
        if not self.take("("):
            raise self._unexpected("have a number, a name or a parenthesis there")
        self._enter()
        found = self._sum()
        self._close()
        return found

    def _read_name(self, name: Token) -> Expr:
        called = bool(self.take("("))
        if name.text in _EXTREMA and called:
            return self._arithmetic.take_extremum(_EXTREMA[name.text], self._arguments())
        if name.text == "sqrt" and called:
            self._enter()
            root = self._arithmetic.raise_to(self.sum(), Rational(1, 2))
            self._close()
            return root
        if name.text in self._symbols and not called:
            return self._symbols[name.text]
        if name.text in _FUNCTIONS:
            example = "sqrt(2)" if name.text == "sqrt" else f"{name.text}(1, 2)"
            raise refusal(self._role, f"give {name.text} its arguments", name.place, f"write {example}")
        if called:
            hint = _NO_POWER_LAWS.get(name.text, "write * before ( to multiply")
            raise refusal(self._role, "use no functions but min, max and sqrt", name.place, hint)
        near = get_close_matches(name.text, self._symbols, n=1)
        hint = f"did you mean {abbreviate(near[0])}?" if near else "use one of these"
        error = refusal(self._role, f"use the names {_list(self._symbols)}", name.place, hint)
        raise UnknownName(str(error), name.text, name.place)

    def _arguments(self) -> list[Expr]:
        self._enter()
        found = [self.sum()]
        while self.take(","):
            found.append(self.sum())
        self._close()
        return found

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_NESTING:
            raise refusal(self._role, f"nest at most {MAX_NESTING} parentheses and powers", "more", "write it flatter")

    def _close(self) -> None:
        if not self.take(")"):
            raise self._unexpected("close its parentheses")
        self._depth -= 1

    @property
    def _next(self) -> Token:
        return self._rest[-1]

    def _unexpected(self, required: str) -> InputError:
        hint = _HINTS.get(self._next.text, "check what stands before it")
        return refusal(self._role, required, self._next.place, hint)


_HINTS = {
    **dict.fromkeys(_COMPARISONS, "comparisons stand only in conditions, outside parentheses"),
    "==": "a parameter gets its number by --set, and resources are equal in --subject-to or --given",
    "!=": "compare by < > <= >= in conditions, and nowhere else",
    ",": "commas stand between conditions, or in min( , ) and max( , )",
    "and": "'and' stands only between conditions",
    "": "complete the text",
}


def _list(names: Iterable[str]) -> str:
    """Return the first names, as many as fit."""
    text = ", ".join(map(abbreviate, sorted(names))) or "(there are none)"
    return text if len(text) <= 60 else text[:60].rpartition(", ")[0] + ", …"
