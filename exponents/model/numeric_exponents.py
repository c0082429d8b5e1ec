"""Which regime, and which exponents, have many points (alpha, beta) at once, in floating point?

Fits have distributions of alpha and beta.  The functions here are the derived expressions of Table 1 and of the time
exponent, compiled for arrays.  For one exact point, see `exponents.at`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sympy import Expr, lambdify
from sympy.logic.boolalg import Boolean

from ..names import PUBLISHED, REGIMES, Regime, Version, remember
from .table1 import PARAMETERS, table_1
from .timescale import chi

Compiled = Callable[[Any, Any], Any]
"""A function of arrays of alpha and of beta."""


@dataclass(frozen=True)
class NumericExponents:
    """Functions of arrays (alpha, beta), for alpha > 1 and beta > 0.

    Attributes
    ----------
    where : mapping of str to function
        For each task ("hard", ...) whether a point lies in its region, up to boundaries.
    time, compute : mapping of Regime to function
        r in L ~ t^-r at N, B -> infinity, and in L* ~ C^-r at C = N t.

    Examples
    --------
    >>> found = numeric_exponents()
    >>> bool(found.where["hard"](1.5, 0.5)), round(float(found.compute["rich"](1.5, 0.5)), 6)  # 6/17
    (True, 0.352941)
    """

    where: Mapping[str, Compiled]
    time: Mapping[Regime, Compiled]
    compute: Mapping[Regime, Compiled]


@remember(2)
def numeric_exponents(version: Version = PUBLISHED) -> NumericExponents:
    """Return the derived exponents as functions of arrays.

    Parameters
    ----------
    version : "published" or "derived"
        The loss that they come from.

    Returns
    -------
    NumericExponents

    Examples
    --------
    >>> round(float(numeric_exponents().time["rich"](2.0, 0.5)), 6)
    0.666667
    """
    table = table_1(version)
    return NumericExponents(
        where={name: _compile(phase.where) for name, phase in zip(table.tasks, table.rich.phases, strict=True)},
        time={regime: _compile(chi(regime)) for regime in REGIMES},
        compute={regime: _compile(table[regime].exponent) for regime in REGIMES},
    )


def _compile(expression: Expr | Boolean) -> Compiled:
    return lambdify(PARAMETERS, expression, "numpy")
