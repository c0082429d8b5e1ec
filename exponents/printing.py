"""How are exact objects written: for a program, for a terminal, for a paper?

Three styles of the same value: ``plain`` (ASCII that a parser reads back: ``2*alpha*beta/(alpha + 1)``), ``unicode``
(one line for people: ``2αβ/(α + 1)``) and ``latex``.  A `Phrase` is a sentence with such values in it, so that words
and formulas cannot drift apart: the formulas are the objects that were computed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias, get_args

from sympy import And, Basic, Or, Piecewise, hyper, latex, sstr
from sympy.core.relational import Relational, StrictGreaterThan, StrictLessThan
from sympy.printing.str import StrPrinter

Style = Literal["plain", "unicode", "latex"]
STYLES: tuple[Style, ...] = get_args(Style)


class Notation(NamedTuple):
    """Mathematics that is no SymPy expression, such as ``L⋆(C) ~ C^-r``, in all three styles."""

    plain: str
    unicode: str
    latex: str


Math: TypeAlias = "Basic | Notation | Fraction | int"
"""Anything that can be written in each style."""

GREEK = {
    "alpha": "α",
    "beta": "β",
    "gamma": "γ",
    "eta": "η",
    "chi": "χ",
    "tau": "τ",
    "kappa": "κ",
    "phi": "φ",
}
_FUNCTIONS = {"Min(": "min(", "Max(": "max(", "gamma(": "Γ(", "zeta(": "ζ(", "log(": "ln("}
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NAMES = re.compile(rf"(?<![A-Za-z])({'|'.join(GREEK)})(?![A-Za-z])")


def write(value: Math, style: Style) -> str:
    """``value`` in one of the three styles, on one line."""
    if isinstance(value, Notation):
        return getattr(value, style)
    if isinstance(value, int | Fraction):
        top, bottom = value.numerator, value.denominator
        text = str(top) if bottom == 1 else f"{top}/{bottom}"
        return text if style != "latex" or bottom == 1 else rf"{'-' if top < 0 else ''}\frac{{{abs(top)}}}{{{bottom}}}"
    return {"plain": _plain, "unicode": _unicode, "latex": _latex}[style](value)


def _plain(value: Basic) -> str:
    if isinstance(value, Relational | And | Or | Piecewise):
        return _sentence(value, "plain")
    return str(sstr(value))


class _Printer(StrPrinter):
    """SymPy's own, but hypergeometric functions and pi as they are written: ``₂F₁(a, b; c; x)``."""

    def _print_hyper(self, expr: hyper) -> str:
        above, below = (", ".join(map(self._print, row)) for row in (expr.ap, expr.bq))
        orders = [str(len(row)).translate(_SUBSCRIPTS) for row in (expr.ap, expr.bq)]
        return f"{orders[0]}F{orders[1]}({above}; {below}; {self._print(expr.argument)})"

    def _print_Pi(self, expr: Basic) -> str:  # noqa: N802
        del expr
        return "π"


def _unicode(value: Basic) -> str:
    if isinstance(value, Relational | And | Or | Piecewise):
        return _sentence(value, "unicode")
    text = str(_Printer().doprint(value))
    for name, sign in _FUNCTIONS.items():
        text = re.sub(rf"\b{re.escape(name)}", sign, text)
    text = _NAMES.sub(lambda match: GREEK[match[1]], text)
    text = re.sub(r"(\*\*[^\W\d]\w*)\*(?!\*)", r"\1·", text)  # 2^β·α, as 2^βα would be another number
    text = text.replace("**", "^").replace("oo", "∞")
    text = re.sub(r"(?<=[^\W\d)])\*(?=[^\W\d_α-ω])", "·", text)
    return re.sub(r"(?<=[\d)])\*(?=[\d₀-₉])", "·", text).replace("*", "")


def _latex(value: Basic) -> str:
    if isinstance(value, Relational | And | Or):
        return _sentence(value, "latex")
    return str(latex(value, ln_notation=True))


_SIGNS = {
    "plain": {"<": "<", ">": ">", "<=": "<=", ">=": ">=", "==": "=", "!=": "!="},
    "unicode": {"<": "<", ">": ">", "<=": "≤", ">=": "≥", "==": "=", "!=": "≠"},
    "latex": {"<": "<", ">": ">", "<=": r"\leq", ">=": r"\geq", "==": "=", "!=": r"\neq"},
}


def _sentence(value: Basic, style: Style) -> str:
    """Conditions and case distinctions in words, ``a < beta < b`` where a symbol is bounded on both sides."""
    if isinstance(value, Piecewise):
        return ", ".join(cases(value, style))
    if isinstance(value, Relational):
        return f"{write(value.lhs, style)} {_SIGNS[style][value.rel_op]} {write(value.rhs, style)}"
    if isinstance(value, Or):
        return {"latex": r" \text{ or } "}.get(style, " or ").join(sorted(write(part, style) for part in value.args))
    lower = {p.lhs: p.rhs for p in value.args if isinstance(p, StrictGreaterThan)}
    upper = {p.lhs: p.rhs for p in value.args if isinstance(p, StrictLessThan)}
    both = [s for s in lower if s in upper]
    parts = [f"{write(lower[s], style)} < {write(s, style)} < {write(upper[s], style)}" for s in both]
    rest = [p for p in value.args if not (isinstance(p, StrictGreaterThan | StrictLessThan) and p.lhs in both)]
    return {"latex": ", "}.get(style, " and ").join([*parts, *sorted(write(p, style) for p in rest)])


def join_notation(separator: str, *values: Math) -> Notation:
    """Several values as one piece of mathematics, with ``separator`` between them."""
    return Notation(*(separator.join(write(value, style) for value in values) for style in STYLES))


def cases(value: Piecewise, style: Style) -> list[str]:
    """The cases of a Piecewise in words, one by one; the last covers all that is left."""
    *conditional, last = [(write(v, style), write(c, style)) for v, c in value.args]
    return [*(f"{v} if {c}" for v, c in conditional), f"else {last[0]}"]


@dataclass(frozen=True)
class Phrase:
    """A sentence with mathematics in it: ``{name}`` in the template is written from ``values``."""

    template: str
    values: Mapping[str, Math] = field(default_factory=dict)

    def write(self, style: Style, space: str = " ") -> str:
        """The sentence; in LaTeX its formulas stand between dollar signs.

        ``space`` is what formulas have between their parts: a no-break space keeps them on one line.
        """
        wrap = "${}$" if style == "latex" else "{}"
        formulas = {name: write(value, style).replace(" ", space) for name, value in self.values.items()}
        return self.template.format_map({name: wrap.format(formula) for name, formula in formulas.items()})


def phrase(template: str, **values: Math) -> Phrase:
    """A `Phrase` with its values as keywords."""
    return Phrase(template, values)
