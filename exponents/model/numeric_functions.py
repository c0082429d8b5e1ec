"""How do SymPy's `lambdify` and the symbol γ get along?  The Gamma function has another name in generated code.

`lambdify` binds every symbol of a formula to its name, so that the symbol gamma hides the function gamma, whatever
library is chosen; and not every library has the hypergeometric function and zeta.  In amplitudes and integrals these
functions are SymPy's, with one addition: code that is generated from them calls the functions below, for numbers and
arrays (NumPy, SciPy, Python) or in any precision (mpmath).  `expression.rewrite(sympy.gamma)` returns SymPy's own.

Nothing here imports NumPy or SciPy before a number is asked for.
"""

from __future__ import annotations

from typing import Any

import mpmath
import sympy
from sympy import Expr

ARRAYS, PRECISE = "_of_numbers", "_of_mpf"
"""Ends of the names of functions for doubles, and for numbers of any precision."""


def make_callable(expression: Expr) -> Expr:
    """Return the same formula, ready for `sympy.lambdify`.

    Examples
    --------
    >>> from sympy import lambdify
    >>> from exponents.symbols import beta, gamma as richness
    >>> formula = make_callable(richness * sympy.gamma(beta))
    >>> formula, float(lambdify((beta, richness), formula)(3.0, 2.0))
    (gamma*gamma(beta), 4.0)
    """
    found: Expr = expression.replace(sympy.gamma, gamma).replace(sympy.hyper, hyper).replace(sympy.zeta, zeta)
    return found


class _Called:
    """A function whose generated code calls one of this module."""

    def _call(self, printer: Any, end: str) -> str:
        function = printer._module_format(f"{__name__}.{type(self).__name__}{end}")
        return f"{function}({', '.join(map(printer._print, self.args))})"  # type: ignore[attr-defined]

    def _pythoncode(self, printer: Any, **_: Any) -> str:
        return self._call(printer, ARRAYS)

    def _mpmathcode(self, printer: Any, **_: Any) -> str:
        return self._call(printer, PRECISE)

    _numpycode = _lambdacode = _pythoncode


class gamma(_Called, sympy.gamma):  # noqa: N801 (it prints as SymPy's does)
    """The Gamma function of SymPy; only its generated code differs."""

    def _eval_rewrite_as_gamma(self, argument: Expr, **_: Any) -> Expr:
        return sympy.gamma(argument)


class hyper(_Called, sympy.hyper):  # noqa: N801
    """The hypergeometric function of SymPy; only its generated code differs."""

    def _eval_rewrite_as_hyper(self, *arguments: Any, **_: Any) -> Expr:
        return sympy.hyper(*arguments)


class zeta(_Called, sympy.zeta):  # noqa: N801
    """The zeta function of SymPy; only its generated code differs."""

    def _eval_rewrite_as_zeta(self, *arguments: Expr, **_: Any) -> Expr:
        return sympy.zeta(*arguments)


def gamma_of_numbers(argument: Any) -> Any:
    """Return Γ of a number, or of each entry of an array.

    Examples
    --------
    >>> gamma_of_numbers([3, 4]).tolist()
    [2.0, 6.0]
    """
    from scipy.special import gamma as function

    return function(argument)


def gamma_of_mpf(argument: Any) -> Any:
    """Return Γ of a number of mpmath.

    Examples
    --------
    >>> gamma_of_mpf(4)
    mpf('6.0')
    """
    return mpmath.gamma(argument)


def hyper_of_numbers(upper: Any, lower: Any, argument: Any) -> Any:
    """Return the hypergeometric function of numbers, or of arrays that are broadcast; NaN where it has no real value.

    Examples
    --------
    >>> hyper_of_numbers((1,), (), [0.5, 0.75]).tolist()  # 1/(1 - x)
    [2.0, 4.0]
    """
    import numpy as np

    def compute(*values: float) -> float:
        numbers = list(map(float, values))
        above, below = numbers[: len(upper)], numbers[len(upper) : -1]
        try:
            found = mpmath.hyper(above, below, numbers[-1])
        except (ValueError, ZeroDivisionError):  # a pole, or no convergence
            return np.nan
        return np.nan if isinstance(found, mpmath.mpc) else float(found)

    found = np.vectorize(compute, otypes=[float])(*upper, *lower, argument)
    return found if found.shape else float(found)


def hyper_of_mpf(upper: Any, lower: Any, argument: Any) -> Any:
    """Return the hypergeometric function of numbers of mpmath.

    Examples
    --------
    >>> hyper_of_mpf((1,), (), 0.5)
    mpf('2.0')
    """
    return mpmath.hyper(list(upper), list(lower), argument)


def zeta_of_numbers(argument: Any) -> Any:
    """Return ζ of a number above 1, or of each entry of an array.

    Examples
    --------
    >>> round(float(zeta_of_numbers(2.0)), 4)
    1.6449
    """
    from scipy.special import zeta as function

    return function(argument)


def zeta_of_mpf(argument: Any) -> Any:
    """Return ζ of a number of mpmath.

    Examples
    --------
    >>> zeta_of_mpf(0)
    mpf('-0.5')
    """
    return mpmath.zeta(argument)
