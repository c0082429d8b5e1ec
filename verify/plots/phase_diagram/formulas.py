r"""Write exponents, balances and equations as formulas short enough to stand in a phase diagram.

A balance is written from its terms as powers of the resources, ``t^{-\beta} \leftrightarrow N^{-\alpha\beta}``,
without their coefficients.  Min, Max and Piecewise are written as the branch that holds in the region.  A term without
one such formula, or with a very long one, is called by its name.

Map: `exponent`, `balance`, `term` and `equation` find what to write; `tall`, `flat` and `inline` set it.
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
"""A term whose formula has more signs is called by its name."""


def escape(text: str) -> str:
    r"""Return words in which a dollar sign does not open a formula.

    >>> escape("costs $5")
    'costs \\$5'
    """
    return " ".join(text.split()).replace("$", r"\$")


def letter_of(diagram: PhaseDiagram) -> str:
    """Return the letter of the exponent: r, unless a parameter or a resource has it.

    Examples
    --------
    >>> from exponents.model.table1 import optimum
    >>> letter_of(optimum("lazy"))
    'r'
    """
    taken = {symbol.name for symbol in (*diagram.programme.parameters, *diagram.programme.resources)}
    return next(letter for letter in ("r", "s", "p", r"\varrho") if letter not in taken)


def exponent(value: Expr, points: Sequence[Point]) -> tuple[Expr, Expr]:
    """Return numerator and denominator of an exponent, the latter positive at the ``points``.

    >>> from sympy.abc import a
    >>> exponent((1 - a) / (a - 2), [{a: 1}])
    (a - 1, 2 - a)
    """
    top, bottom = _split_quotient(together(value))
    if points and evaluate(bottom, points[0]) < 0:
        top, bottom = _negate(top), _negate(bottom)
    return top, bottom


def tall(top: Expr, bottom: Expr) -> str:
    r"""Write a quotient with a bar.

    >>> from sympy.abc import a
    >>> print(tall(a, a + 1))
    \dfrac{a}{a + 1}
    """
    return inline(top) if bottom == 1 else rf"\dfrac{{{_write_sum(top)}}}{{{_write_sum(bottom)}}}"


def flat(top: Expr, bottom: Expr) -> str:
    """Write a quotient with a slash.

    >>> from sympy.abc import a
    >>> flat(a, a + 1)
    'a/(a + 1)'
    """
    if bottom == 1:
        return inline(top)
    sign, top = ("-", _negate(top)) if _write_sum(top).startswith("-") else ("", top)
    single = bottom.is_Symbol or bottom.is_Integer or bottom.is_Pow
    return f"{sign}{_in_brackets(top)}/{inline(bottom) if single else f'({_write_sum(bottom)})'}"


def balance(diagram: PhaseDiagram, phase: Phase, points: Sequence[Point]) -> list[str]:
    """Write the terms that balance, each as a formula; ``points`` of the region say which branches hold.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> diagram, points = optimum("lazy"), [{alpha: Fraction(2), beta: Fraction(1, 2)}]
    >>> print(*balance(diagram, diagram.phases[0], points))
    $t^{-\\beta}$ $N^{-\\alpha \\beta}$
    """
    return [term(diagram.programme.loss[name], diagram.programme.resources, points) for name in phase.binding]


def join_terms(terms: Sequence[str]) -> str:
    """Write a balance on one line.

    Examples
    --------
    >>> print(join_terms(["$1/t$", "$1/N$"]))
    $1/t$ $\\leftrightarrow$ $1/N$
    """
    return r" $\leftrightarrow$ ".join(terms)


def equation(curve: Relational) -> str:
    """Write a boundary as an equation on one line.

    >>> from sympy import Eq
    >>> from sympy.abc import a, b
    >>> equation(Eq(b, 2 - 1 / a, evaluate=False))
    '$b = 2 - 1/a$'
    """
    if curve.rhs == 0:
        left = min(
            (_write_sum(side) for side in (curve.lhs, expand(-curve.lhs))), key=lambda text: text.startswith("-")
        )
        return f"${left} = 0$"
    return f"${inline(curve.lhs)} = {_write_shortest(curve.rhs)}$"


def term(law: PowerLaw, resources: Sequence[Symbol], points: Sequence[Point]) -> str:
    """Write a term as powers of the resources, in the branch that holds at all ``points``; else its name.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> diagram, points = optimum("lazy"), [{alpha: Fraction(2), beta: Fraction(1, 2)}]
    >>> print(term(diagram.programme.loss["gradient_flow"], diagram.programme.resources, points))
    $t^{-\\beta}$
    """
    powers = []
    for resource in resources:
        whole = law.exponent(resource)
        branches = {choose_branches(whole, point, []) for point in points} or {whole}
        power = branches.pop()
        if branches or power.has(Min, Max, Piecewise):
            return escape(law.name)
        if power != 0:
            powers.append(f"{latex(resource)}^{{{_write_shortest(-power)}}}")
    text = " ".join(powers)
    return f"${text}$" if 0 < _count_signs(text) <= LONG else escape(law.name)


def inline(expression: Expr) -> str:
    """Write an expression in LaTeX on one line, with quotients as slashes.

    >>> from sympy.abc import a
    >>> inline(2 - 1 / a)
    '2 - 1/a'
    """
    if isinstance(expression, Add):
        return _write_sum_of(expression.as_ordered_terms())
    top, bottom = _split_quotient(expression)
    if bottom != 1:
        return flat(top, bottom)
    if isinstance(expression, Mul):
        sign, product = ("-", -expression) if expression.could_extract_minus_sign() else ("", expression)
        if sign and any(isinstance(part, Add) for part in product.args):  # a(1 - q) is shorter than -a(q - 1)
            sign, product = "", _negate(product)
        parts = product.as_ordered_factors() if isinstance(product, Mul) else [product]
        return sign + " ".join(_in_brackets(part) for part in parts)
    return str(latex(expression))


def _in_brackets(expression: Expr) -> str:
    return f"({_write_sum(expression)})" if isinstance(expression, Add) else inline(expression)


def _write_sum(expression: Expr) -> str:
    """Write a sum with a positive term in front, if it has one; anything else by `inline`."""
    if not isinstance(expression, Add):
        return inline(expression)
    terms = expression.as_ordered_terms()
    first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
    return _write_sum_of([first, *(term for term in terms if term is not first)])


def _write_sum_of(terms: Sequence[Expr]) -> str:
    rest = (f" - {inline(-r)}" if r.could_extract_minus_sign() else f" + {inline(r)}" for r in terms[1:])
    return inline(terms[0]) + "".join(rest)


def _split_quotient(expression: Expr) -> tuple[Expr, Expr]:
    """Return numerator and denominator, signed so that fewer of them begin with a minus."""
    top, bottom = fraction(expression)
    if bottom == 1:
        return top, bottom
    forms = ((top, bottom), (_negate(top), _negate(bottom)))
    return min(forms, key=lambda form: sum(_write_sum(part).startswith("-") for part in form))


def _negate(expression: Expr) -> Expr:
    """Return minus the expression, with the sign inside one of its sums, if it has any."""
    factors = list(Mul.make_args(expression))
    turned = [(at, expand(-part)) for at, part in enumerate(factors) if isinstance(part, Add)]
    if not turned:
        return -expression
    at, part = min(turned, key=lambda pair: _write_sum(pair[1]).startswith("-"))
    return Mul(*factors[:at], part, *factors[at + 1 :])


def _write_shortest(expression: Expr) -> str:
    return min((inline(form) for form in (expression, expand(expression), factor(expression))), key=_count_signs)


def _count_signs(text: str) -> int:
    """Return how many signs a formula has when it is set."""
    return len(re.sub(r"[\s{}^_]", "", re.sub(r"\\[A-Za-z]+", "x", text)))
