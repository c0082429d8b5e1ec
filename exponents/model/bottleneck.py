"""What can N features not represent, and what can P reused samples not determine?  (eq. 74-78)

At infinite time the modes that a scale r resolves are learned, and r follows from N or P (eq. 75, 77).  The loss that
remains is a mode sum in r:

    model_bottleneck        sum_k y_k^2 f(lambda_k r),  r fixed by N               eq. 76
    data_bottleneck         sum_k y_k^2 / (1 + lambda_k r)^2,  r fixed by P        eq. 78

The published model bottleneck has f = 1/(1+x)^2.  The derived one has f = 1/(1+x), the loss of the best point in the
span of N random features.
"""

from __future__ import annotations

from sympy import Expr, S, Symbol

from ..asymptotics.mode_sums import ModeSum, mode_sum
from ..losses.terms import Logarithm, PowerLaw
from ..names import PUBLISHED, Version
from ..symbols import N, P, x
from .target import TARGET_WEIGHT, convergence_margins


def modes_resolved() -> ModeSum:
    """Return the number of modes that a scale r resolves: sum_k lambda_k r/(1 + lambda_k r) (eq. 74, 77).

    Examples
    --------
    >>> modes_resolved().exponent  # it grows as r^(1/alpha)
    -1/alpha
    """
    return mode_sum(0, x / (1 + x))


def resolution() -> Expr:
    """Return rho in r ~ N^rho, by inverting N = sum_k lambda_k r/(1 + lambda_k r) (eq. 75); the same holds for P.

    Examples
    --------
    >>> resolution()
    alpha
    """
    return -1 / modes_resolved().exponent


def bottleneck_sum(version: Version) -> ModeSum:
    """Return the loss at t = infinity as a mode sum in r: eq. 76 as published, the projection as derived.

    Examples
    --------
    >>> bottleneck_sum("published").exponent, bottleneck_sum("derived").exponent
    (Min(2, beta), Min(1, beta))
    """
    return mode_sum(TARGET_WEIGHT, (1 + x) ** (-2 if version == PUBLISHED else -1))


def model_bottleneck(version: Version) -> PowerLaw:
    """Return the term of what N features cannot represent (eq. 76).

    Examples
    --------
    >>> model_bottleneck("published").exponent(N)
    alpha*Min(2, beta)
    """
    source = "eq. 76" if version == PUBLISHED else "least squares"
    return _bottleneck("model_bottleneck", N, bottleneck_sum(version), source)


def data_bottleneck() -> PowerLaw:
    """Return the term of what P reused samples cannot determine (eq. 78); both versions have the squared kernel.

    Examples
    --------
    >>> data_bottleneck().exponent(P)
    alpha*Min(2, beta)
    """
    squared = bottleneck_sum(PUBLISHED)
    return _bottleneck("data_bottleneck", P, squared, "eq. 78")


def _bottleneck(name: str, resource: Symbol, total: ModeSum, source: str) -> PowerLaw:
    exponents = ((resource, resolution() * total.exponent),)
    logarithms = (Logarithm(resource, S.One, total.logarithm),)
    return PowerLaw(
        name, exponents, source=source, logarithms=logarithms, assumes=convergence_margins(modes_resolved(), total)
    )
