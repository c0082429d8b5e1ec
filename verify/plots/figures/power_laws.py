"""Derived exponents as numbers, and how figures write powers, tasks and local exponents."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike
from sympy import Expr

from exponents.algebra.parametric import evaluate
from exponents.model.table1 import optimum, task_names
from exponents.names import DERIVED, RICH
from exponents.symbols import alpha as alpha_symbol
from exponents.symbols import beta as beta_symbol

from ...arrays import Reals

ALPHA = Fraction(3, 2)
"""Capacity in most figures.  The paper gives beta and gamma of its figures, but not alpha."""


def evaluate_exponent(formula: Expr, alpha: Fraction, beta: Fraction) -> Fraction:
    """Return the value of an exponent at a point.

    >>> from exponents.model.timescale import chi
    >>> print(evaluate_exponent(chi(), Fraction(3, 2), Fraction(2, 5)))
    4/7
    """
    return evaluate(formula, {alpha_symbol: alpha, beta_symbol: beta})


def power(symbol: str, exponent: Fraction) -> str:
    """Write the power law x^-r without the signs of a formula.

    >>> power("t", Fraction(4, 7)), power("t", Fraction(-2, 3))
    ('t^{-4/7}', 't^{2/3}')
    """
    return f"{symbol}^{{{-exponent}}}"


def power_of_two(value: int) -> str:
    """Write a power of two as such.

    >>> power_of_two(1024)
    '2^{10}'
    """
    return f"2^{{{value.bit_length() - 1}}}"


def task(alpha: Fraction, beta: Fraction) -> str:
    """Return the paper's name of a task: the phase of the compute optimum that it is in.

    >>> task(Fraction(3, 2), Fraction(1, 2))
    'hard'
    """
    diagram = optimum(RICH, DERIVED)
    return task_names(diagram)[diagram.phase_at(diagram.point(alpha, beta))]


def task_at(alpha: Fraction, beta: Fraction) -> str:
    """Write the name of a task and its beta.

    >>> print(task_at(Fraction(3, 2), Fraction(1, 2)))
    hard task,  $\\beta = 1/2$
    """
    return rf"{task(alpha, beta)} task,  $\beta = {beta}$"


def local_exponents(x: ArrayLike | Sequence[float], y: ArrayLike) -> tuple[Reals, Reals]:
    """Return -d ln y/d ln x from differences, and where: in the middle between the points.

    >>> local_exponents([1.0, 4.0], [1.0, 1 / 16])
    (array([2.]), array([2.]))
    """
    log_x, log_y = np.log(np.asarray(x, float)), np.log(y)
    return np.exp((log_x[1:] + log_x[:-1]) / 2), -np.diff(log_y) / np.diff(log_x)
