r"""What is written into a phase diagram: exponents, balances and equations, as formulas short enough to stand in it.

A balance is written from its terms as powers of the resources, ``t^{-\beta} \leftrightarrow N^{-\alpha\beta}``; what
stands in front of a term does not scale and is left out.  Min, Max and Piecewise are written as the branch that is in
force in the region.  A term without one such formula, or with a very long one, is called by its name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from sympy import Add, Expr, Max, Min, Mul, Piecewise, Symbol, expand, factor, fraction, latex, together
from sympy.core.relational import Relational

from exponents.algebra.parametric import Point, choose_branches, evaluate
from exponents.losses.terms import PowerLaw
from exponents.optimum.phase_diagram import Phase, PhaseDiagram

LONG = 60
"""Signs of a formula beyond which a term is called by its name."""


def plain(text: str) -> str:
    """Words as they are: a dollar sign in them opens no formula."""
    return " ".join(text.split()).replace("$", r"\$")


def letter_of(diagram: PhaseDiagram) -> str:
    """What the exponent is called: r, unless a parameter is."""
    taken = {symbol.name for symbol in (*diagram.programme.parameters, *diagram.programme.resources)}
    return next(letter for letter in ("r", "s", "p", r"\varrho") if letter not in taken)


def exponent(value: Expr, points: Sequence[Point]) -> tuple[Expr, Expr]:
    """Numerator and denominator of an exponent, both positive where the ``points`` are."""
    top, bottom = _quotient(together(value))
    if points and evaluate(bottom, points[0]) < 0:
        top, bottom = _negated(top), _negated(bottom)
    return top, bottom


def tall(top: Expr, bottom: Expr) -> str:
    """A quotient with a bar."""
    return inline(top) if bottom == 1 else rf"\dfrac{{{_sum(top)}}}{{{_sum(bottom)}}}"


def flat(top: Expr, bottom: Expr) -> str:
    """A quotient with a slash."""
    if bottom == 1:
        return inline(top)
    sign, top = ("-", _negated(top)) if _sum(top).startswith("-") else ("", top)
    single = bottom.is_Symbol or bottom.is_Integer or bottom.is_Pow
    return f"{sign}{_bracketed(top)}/{inline(bottom) if single else f'({_sum(bottom)})'}"


def balance(diagram: PhaseDiagram, phase: Phase, points: Sequence[Point]) -> list[str]:
    """The terms that balance, one a formula; ``points`` of the region say which branches are in force."""
    return [term(diagram.programme.loss[name], diagram.programme.resources, points) for name in phase.binding]


def join_terms(terms: Sequence[str]) -> str:
    """A balance on one line."""
    return r" $\leftrightarrow$ ".join(terms)


def equation(curve: Relational) -> str:
    """A boundary as an equation on one line."""
    if curve.rhs == 0:
        left = min((_sum(side) for side in (curve.lhs, expand(-curve.lhs))), key=lambda text: text.startswith("-"))
        return f"${left} = 0$"
    return f"${inline(curve.lhs)} = {_shortest(curve.rhs)}$"


def term(law: PowerLaw, resources: Sequence[Symbol], points: Sequence[Point]) -> str:
    """A term as powers of the resources, in the branch in force at all ``points``; else its name."""
    powers = []
    for resource in resources:
        whole = law.exponent(resource)
        branches = {choose_branches(whole, point, []) for point in points} or {whole}
        power = branches.pop()
        if branches or power.has(Min, Max, Piecewise):
            return plain(law.name)
        if power != 0:
            powers.append(f"{latex(resource)}^{{{_shortest(-power)}}}")
    text = " ".join(powers)
    return f"${text}$" if 0 < _signs(text) <= LONG else plain(law.name)


def inline(expression: Expr) -> str:
    """An expression in LaTeX on one line, with quotients as slashes."""
    if isinstance(expression, Add):
        return _signed(expression.as_ordered_terms())
    top, bottom = _quotient(expression)
    if bottom != 1:
        return flat(top, bottom)
    if isinstance(expression, Mul):
        sign, product = ("-", -expression) if expression.could_extract_minus_sign() else ("", expression)
        parts = product.as_ordered_factors() if isinstance(product, Mul) else [product]
        return sign + " ".join(_bracketed(part) for part in parts)
    return str(latex(expression))


def _bracketed(expression: Expr) -> str:
    return f"({_sum(expression)})" if isinstance(expression, Add) else inline(expression)


def _sum(expression: Expr) -> str:
    """A sum that begins with a term that is added, if it has one; anything else as it is."""
    if not isinstance(expression, Add):
        return inline(expression)
    terms = expression.as_ordered_terms()
    first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
    return _signed([first, *(term for term in terms if term is not first)])


def _signed(terms: Sequence[Expr]) -> str:
    rest = (f" - {inline(-r)}" if r.could_extract_minus_sign() else f" + {inline(r)}" for r in terms[1:])
    return inline(terms[0]) + "".join(rest)


def _quotient(expression: Expr) -> tuple[Expr, Expr]:
    """Numerator and denominator, signed so that fewer of them begin with a minus."""
    top, bottom = fraction(expression)
    if bottom == 1:
        return top, bottom
    forms = ((top, bottom), (_negated(top), _negated(bottom)))
    return min(forms, key=lambda form: sum(_sum(part).startswith("-") for part in form))


def _negated(expression: Expr) -> Expr:
    """Minus the expression, with the sign inside the sum that takes it best, if there is one."""
    factors = list(Mul.make_args(expression))
    turned = [(at, expand(-part)) for at, part in enumerate(factors) if isinstance(part, Add)]
    if not turned:
        return -expression
    at, part = min(turned, key=lambda pair: _sum(pair[1]).startswith("-"))
    return Mul(*factors[:at], part, *factors[at + 1 :])


def _shortest(expression: Expr) -> str:
    return min((inline(form) for form in (expression, expand(expression), factor(expression))), key=_signs)


def _signs(text: str) -> int:
    """How many signs a formula has when it is set."""
    return len(re.sub(r"[\s{}^_]", "", re.sub(r"\\[A-Za-z]+", "x", text)))
