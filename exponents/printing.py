"""How are exact objects written: for a program, for a terminal, for a paper?

There are three styles of one value: ``plain`` (ASCII that a parser reads back: ``2*alpha*beta/(alpha + 1)``),
``unicode`` (one line for people: ``2αβ/(α + 1)``) and ``latex``.  A `Phrase` is a sentence with such values in it, so
words and formulas cannot drift apart: the formulas are the objects that were computed.

Map: `write` prints a value in one style.  `formula` reads notation that SymPy does not express, typed once in LaTeX,
and writes the other two styles from it.  `Phrase` and `phrase` put values and formulas into sentences; `cases` lists
the branches of a Piecewise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias, get_args

from sympy import Add, And, Basic, Max, Min, Mul, Or, Piecewise, Pow, Rational, S, hyper, latex, sstr
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.printing.str import StrPrinter

Style = Literal["plain", "unicode", "latex"]
STYLES: tuple[Style, ...] = get_args(Style)


class Notation(NamedTuple):
    """Mathematics beyond SymPy, such as ``L⋆(C) ~ C^-r``, in all three styles; `formula` makes one from LaTeX."""

    plain: str
    unicode: str
    latex: str


Math: TypeAlias = "Basic | Notation | Fraction | int"
"""Anything that can be written in each style."""

GREEK = dict(zip(("alpha", "beta", "gamma", "eta", "chi", "tau", "kappa", "phi"), "αβγηχτκφ", strict=True))
_FUNCTIONS = {"Min(": "min(", "Max(": "max(", "gamma(": "Γ(", "zeta(": "ζ(", "log(": "ln("}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NAMES = re.compile(rf"(?<![A-Za-z])({'|'.join(GREEK)})(?![A-Za-z])")


def write(value: Math, style: Style) -> str:
    """Return ``value`` in one of the three styles, on one line.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> [write(2 * alpha * beta / (alpha + 1), style) for style in ("plain", "unicode")]
    ['2*alpha*beta/(alpha + 1)', '2αβ/(α + 1)']
    """
    if isinstance(value, Notation):
        return getattr(value, style)
    if isinstance(value, int | Fraction):
        top, bottom = value.numerator, value.denominator
        text = str(top) if bottom == 1 else f"{top}/{bottom}"
        return text if style != "latex" or bottom == 1 else rf"{'-' if top < 0 else ''}\frac{{{abs(top)}}}{{{bottom}}}"
    if isinstance(value, Relational | And | Or) or (isinstance(value, Piecewise) and style != "latex"):
        return _sentence(value, style)
    value = _absorb_signs(value)
    if style == "unicode":
        return _unicode(value)
    return str(sstr(value) if style == "plain" else latex(value, ln_notation=True))


LONG = 8
"""Digits of a fraction beyond which a table shows its decimal digits."""


def write_decimal(value: Math, style: Style) -> str | None:
    """Return a fraction of many digits as a decimal, cut off after `LONG` digits; None for anything that is short.

    Dots say that digits were cut off.

    Examples
    --------
    >>> write_decimal(Fraction(33524082, 81452041), "unicode"), write_decimal(Fraction(1234567, 10**7), "unicode")
    ('0.41158062…', '0.1234567')
    >>> write_decimal(Fraction(2, 3), "unicode") is None
    True
    """
    if not isinstance(value, Fraction | Rational):
        return None
    top, bottom = int(value.numerator), int(value.denominator)
    if bottom == 1 or len(str(abs(top))) + len(str(bottom)) <= LONG:
        return None
    with localcontext(prec=LONG, rounding=ROUND_DOWN) as context:
        text = str(Decimal(top) / bottom)
        rest = ({"latex": r"\ldots"}.get(style, "…")) if context.flags[Inexact] else ""
    base, _, power = text.partition("E")
    if not power:
        return f"{base}{rest}"
    return rf"{base}{rest} \cdot 10^{{{int(power)}}}" if style == "latex" else f"{base}{rest}e{int(power)}"


class _Printer(StrPrinter):
    """SymPy's printer, with the usual notation for hypergeometric functions and pi: ``₂F₁(a, b; c; x)``."""

    def _print_hyper(self, expr: hyper) -> str:
        above, below = (", ".join(map(self._print, row)) for row in (expr.ap, expr.bq))
        orders = [str(len(row)).translate(_SUBSCRIPTS) for row in (expr.ap, expr.bq)]
        return f"{orders[0]}F{orders[1]}({above}; {below}; {self._print(expr.argument)})"

    def _print_Pi(self, expr: Basic) -> str:  # noqa: N802, ARG002
        return "π"

    def _print_Pow(self, expr: Pow, rational: bool = False) -> str:  # noqa: N802
        """Print the root of a whole number with its sign: ``√6/3``."""
        if expr.exp == S.Half and expr.base.is_Integer:
            return f"√{expr.base}"
        return str(super()._print_Pow(expr, rational))


def _unicode(value: Basic) -> str:
    text = str(_Printer().doprint(value))
    for name, sign in _FUNCTIONS.items():
        text = re.sub(rf"\b{re.escape(name)}", sign, text)
    text = _NAMES.sub(lambda match: GREEK[match[1]], text)
    text = re.sub(r"(\*\*[^\W\d]\w*)\*(?!\*)", r"\1·", text)  # 2^β·α, since 2^βα would be another number
    text = re.sub(r"(_\w+)\*(?!\*)", r"\1·", text)  # I_2·c, since I_2c would be another subscript
    text = text.replace("**", "^").replace("oo", "∞")
    text = re.sub(r"(?<=[^\W\d)])\*(?=[^\W\d_α-ω])", "·", text)
    return re.sub(r"(?<=[\d)])\*(?=[\d₀-₉])", "·", text).replace("*", "")


def _absorb_signs(value: Basic) -> Basic:
    """Return an expression with -(β - 1)/(β + 1) written as (1 - β)/(β + 1), or -1/(β - 1) as 1/(1 - β)."""
    if isinstance(value, Add | Min | Max):
        return value.func(*map(_absorb_signs, value.args))
    if isinstance(value, Mul) and value.as_coeff_Mul()[0].is_negative:
        powers = [(factor, *factor.as_base_exp()) for factor in value.args]
        odd = [part for part in powers if part[1].is_Add and part[2].is_odd and not str(-part[1]).startswith("-")]
        for factor, base, exponent in sorted(odd, key=lambda part: (abs(part[2]), -part[2])):
            return Mul(-1, (-base) ** exponent, *(other for other in value.args if other != factor))
    return value


_SIGNS = {
    "plain": {"==": "="},
    "unicode": {"<=": "≤", ">=": "≥", "==": "=", "!=": "≠"},
    "latex": {"<=": r"\leq", ">=": r"\geq", "==": "=", "!=": r"\neq"},
}
"""How a comparison is written, where not as SymPy writes it."""


def _sentence(value: Basic, style: Style) -> str:
    """Write conditions and cases in words, with ``a < beta < b`` where a symbol is bounded on both sides."""
    if isinstance(value, Piecewise):
        return ", ".join(cases(value, style))
    if isinstance(value, Relational):
        return f"{write(value.lhs, style)} {_SIGNS[style].get(value.rel_op, value.rel_op)} {write(value.rhs, style)}"
    if isinstance(value, Or):
        return {"latex": r" \text{ or } "}.get(style, " or ").join(sorted(write(part, style) for part in value.args))
    rest, parts = list(value.args), []
    for above in [part for part in rest if isinstance(part, StrictGreaterThan)]:
        # Each bound is written once: a second lower bound of a symbol stands by itself.
        below = next((part for part in rest if isinstance(part, StrictLessThan) and part.lhs == above.lhs), None)
        if below is not None:
            rest = [part for part in rest if part not in (above, below)]
            parts.append(" < ".join(write(side, style) for side in (above.rhs, above.lhs, below.rhs)))
    parts += sorted(f"({write(part, style)})" if isinstance(part, Or) else write(part, style) for part in rest)
    return {"latex": ", "}.get(style, " and ").join(parts)


def join_notation(separator: str, *values: Math) -> Notation:
    """Return several values as one piece of mathematics, with ``separator`` between them.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> join_notation(", ", alpha > 1, beta < 2).unicode
    'α > 1, β < 2'
    """
    return Notation(*(separator.join(write(value, style) for value in values) for style in STYLES))


def cases(value: Piecewise, style: Style) -> list[str]:
    """Return the cases of a Piecewise in words, one by one; the last covers all remaining values.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> cases(Piecewise((1, beta < 1), (beta, True)), "unicode")
    ['1 if β < 1', 'else β']
    """
    *conditional, last = [(write(v, style), write(c, style)) for v, c in value.args]
    return [*(f"{v} if {c}" for v, c in conditional), f"else {last[0]}"]


_COMMANDS = {
    **{name: (name, letter) for name, letter in GREEK.items()},
    **{
        name: (name, letter)
        for name, letter in zip(
            ("lambda", "mu", "nu", "pi", "psi", "zeta", "sigma", "delta", "Gamma", "Lambda", "Phi", "Pi"),
            "λμνπψζσδΓΛΦΠ",
            strict=True,
        )
    },
    "sum": ("sum", "Σ"),
    "int": ("int", "∫"),
    "infty": ("oo", "∞"),
    "ln": ("log", "ln"),
    "max": ("max", "max"),
    "sim": ("~", "~"),
    "leq": ("<=", "≤"),
    "star": ("*", "⋆"),
    "cdot": (".", "·"),
    "quad": ("", ""),
    "qquad": ("", ""),
    "to": ("->", "→"),
    "operatorname": ("", ""),
}
"""What LaTeX's commands are in ASCII and in Unicode."""

_WORD = re.compile(r"\\([A-Za-z]+)|\\,|#(\w+)|[A-Za-z]+|\d+|\s+|.")
_SUPERSCRIPTS = str.maketrans("0123456789t", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵗ")
_FACTOR = re.compile(r"\s*(\\(?!quad|sim|leq)|[\w(#])")


def formula(source: str, /, **values: Math) -> Notation:
    r"""Return mathematics that is typed once, in LaTeX; ASCII and Unicode follow from it.

    It knows ``\frac``, ``\sqrt``, ``^``, ``_``, powers of e, Greek letters, and the commands of `_COMMANDS`.

    Parameters
    ----------
    source : str
        LaTeX, with ``#name`` where a value stands.
    **values : SymPy expression, Notation or number
        The values, by name.

    Examples
    --------
    >>> flow = formula(r"\sum_k \frac{y_k^2}{\lambda_k} e^{-2 \lambda_k \tau}")
    >>> print(flow.plain, flow.unicode, sep="\n")
    sum_k (y_k^2/lambda_k) exp(-2 lambda_k tau)
    Σₖ (yₖ²/λₖ) exp(-2 λₖ τ)
    """
    in_latex = re.sub(r"#(\w+)", lambda match: write(values[match[1]], "latex"), source)
    return Notation(_Reader(source, "plain", values).read(), _Reader(source, "unicode", values).read(), in_latex)


class _Reader:
    """Reads LaTeX from left to right and writes it in ASCII or Unicode."""

    def __init__(self, source: str, style: Literal["plain", "unicode"], values: Mapping[str, Math]) -> None:
        self.source, self.style, self.values, self.at = source, style, values, 0

    def read(self, end: str = "") -> str:
        """Write everything up to ``end``."""
        parts: list[str] = []
        while self.at < len(self.source):
            word = self._next()
            if word[0] == end:
                break
            if word[0] == "_":
                parts.append(self._subscript(self._argument(), below=parts[-1] in ("∫", "Σ")))
            elif word[0] == "^" and parts[-1] == "e":
                parts[-1] = f"exp({self._argument()})"
            elif word[0] == "^":
                parts.append(self._power(self._argument()))
            else:
                apart = self.style == "plain" and word[1] in _COMMANDS and parts and parts[-1][-1:].isalpha()
                parts.append(f" {self._write_word(word)}" if apart else self._write_word(word))
        return "".join(parts)

    def _next(self) -> re.Match[str]:
        word = _WORD.match(self.source, self.at)
        assert word is not None
        self.at = word.end()
        return word

    def _argument(self) -> str:
        return self._write_word(self._next())

    def _write_word(self, word: re.Match[str]) -> str:
        if word[0] == "{":
            return self.read("}")
        if word[2]:
            return write(self.values[word[2]], self.style)
        if word[1] == "frac":
            top, bottom = self._argument(), self._argument()
            ratio = f"{top}/({bottom})" if " " in re.sub(r"\([^()]*\)", "", bottom) else f"{top}/{bottom}"
            return f"({ratio})" if _FACTOR.match(self.source, self.at) else ratio
        if word[1] == "sqrt":
            return f"{'sqrt' if self.style == 'plain' else '√'}({self._argument()})"
        if word[1]:
            return _COMMANDS[word[1]][self.style == "unicode"]
        return "" if word[0] == r"\," else word[0]

    def _subscript(self, index: str, below: bool) -> str:
        if self.style == "unicode" and (below or index == "k"):
            return index.replace("k", "ₖ").translate(_SUBSCRIPTS)
        return f"_{index}" if index.isalnum() else f"_({index})"

    def _power(self, power: str) -> str:
        if self.style == "unicode" and re.fullmatch(r"[\dt]'?", power):
            return power.translate(_SUPERSCRIPTS)
        return f"^{power}" if re.fullmatch(r"-?\w+'?|∞", power) else f"^({power})"


_FORMULA_OR_VALUE = re.compile(r"\$([^$]*)\$|\{(\w+)\}")


@dataclass(frozen=True)
class Phrase:
    r"""A sentence with mathematics in it: ``{name}`` is written from ``values``, and ``$\tau$`` by `formula`."""

    template: str
    values: Mapping[str, Math] = field(default_factory=dict)

    def write(self, style: Style, space: str = " ") -> str:
        """Return the sentence; in LaTeX its formulas stand between dollar signs.

        ``space`` is what formulas have between their parts: a no-break space keeps them on one line.
        """

        def mathematics(match: re.Match[str]) -> str:
            value = self.values[match[2]] if match[2] else formula(match[1], **self.values)
            text = write(value, style).replace(" ", space)
            return f"${text}$" if style == "latex" else text

        return _FORMULA_OR_VALUE.sub(mathematics, self.template)


def phrase(template: str, /, **values: Math) -> Phrase:
    r"""Return a `Phrase` with its values as keywords.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> phrase(r"The loss falls as $\tau^{-#r}$ for {where}.", r=beta, where=beta < 1).write("unicode")
    'The loss falls as τ^-β for β < 1.'
    """
    return Phrase(template, values)
