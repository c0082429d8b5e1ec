"""Derived exponents as numbers: what a formula in alpha and beta is at a point, and how powers are written."""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr

from exponents.model.table1 import optimum, task_names
from exponents.names import DERIVED, RICH
from exponents.symbols import alpha as alpha_symbol
from exponents.symbols import beta as beta_symbol


def exponent(formula: Expr, alpha: Fraction, beta: Fraction) -> Fraction:
    """The value of an exponent at a point."""
    value = formula.subs({alpha_symbol: alpha, beta_symbol: beta})
    return Fraction(int(value.p), int(value.q))


def power(symbol: str, value: Fraction) -> str:
    """A power law that falls with this exponent, without the signs of a formula."""
    return rf"{symbol}^{{-{value}}}"


def power_of_two(value: int) -> str:
    """A power of two as such."""
    return f"2^{{{value.bit_length() - 1}}}"


def task(alpha: Fraction, beta: Fraction) -> str:
    """What the paper calls a task: the phase of the compute optimum that it is in."""
    diagram = optimum(RICH, DERIVED)
    return task_names(diagram)[diagram.phase_at(diagram.point(alpha, beta))]
