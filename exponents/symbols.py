"""Every symbol that modules share, declared once, and the one sign convention.

Sign convention
---------------
A loss that falls as ``L ~ t**(-r)`` has exponent ``r > 0``.  Exponents are always quoted with that
sign: a larger exponent is a faster fall.  An allocation exponent ``n`` means growth, ``N ~ C**n``.

Units
-----
Times are in units of 1/(learning rate), losses in units of the variance of the target.
"""

from __future__ import annotations

from sympy import Expr, Float, I, Rational, Symbol, SympifyError, nan, oo, sympify, zoo

from .errors import InputError
from .rationals import abbreviate, write_digits

alpha = Symbol("alpha", positive=True)
"""Capacity: the kernel's eigenvalues fall as ``k**(-alpha)`` (eq. 6)."""

beta = Symbol("beta", positive=True)
"""Source: the target's power beyond mode ``k`` falls as ``k**(-alpha*beta)`` (eq. 6)."""

gamma = Symbol("gamma", positive=True)
"""Richness: the speed of the features relative to the readout (eq. 4)."""

eta = Symbol("eta", positive=True)
"""Learning rate (eq. 4)."""

t = Symbol("t", positive=True)
"""Training time, in units of 1/(learning rate)."""

N = Symbol("N", positive=True)
"""Model size: the number of random features."""

B = Symbol("B", positive=True)
"""Batch size."""

P = Symbol("P", positive=True)
"""Number of samples, where samples are reused."""

C = Symbol("C", positive=True)
"""Compute; ``C = N*t`` unless said otherwise."""

steps = Symbol("n", positive=True)
"""Number of steps, each at a stable rate.  It prints as `n` does, and never stands in one formula with it."""

x = Symbol("x", positive=True)
"""Argument of a kernel: ``x = eigenvalue * time``."""

z = Symbol("z")
"""Mellin variable."""

s = Symbol("s", positive=True)
"""Argument of a mode sum, large: a time, or the resolution that N or P samples buy."""

tau = Symbol("tau", positive=True)
"""The clock of the flow: the integral of the kernel's growth over time."""

n = Symbol("n", integer=True, nonnegative=True)
"""Level of the perturbative series (eq. 62)."""


def to_expr(value: object, role: str) -> Expr:
    """Return ``value`` as an exact SymPy expression; ``role`` is its name in messages.

    A float stands for the decimal that it prints as.

    Raises
    ------
    InputError
        If ``value`` is text (it would have to be evaluated), contains an infinity or I, or is not an expression.

    Examples
    --------
    >>> to_expr(2 * alpha, "an exponent"), to_expr(0.1 * alpha, "an exponent")
    (2*alpha, alpha/10)
    """
    try:
        expression = sympify(value, strict=True)
    except SympifyError as error:
        raise InputError(f"{role} must be a SymPy expression; got {abbreviate(value)}; {_hint(value)}") from error
    if isinstance(expression, Expr) and expression.has(nan, oo, zoo, I):
        raise InputError(f"{role} must be real and finite; got {abbreviate(value)}; leave infinities and I out")
    if not isinstance(expression, Expr):
        raise InputError(f"{role} must be an expression; got {abbreviate(value)}; {_hint(value)}")
    decimals = {float_: Rational(write_digits(float_)) for float_ in expression.atoms(Float)}
    return expression.xreplace(decimals) if decimals else expression


def _hint(value: object) -> str:
    """Return what to try in place of what is no expression."""
    if callable(value):
        return "it is a function: import exponents' symbols after SymPy's names, which hide N, beta and gamma"
    return "build it from exponents' symbols"
