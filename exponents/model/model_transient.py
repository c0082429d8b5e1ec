"""How does the loss of N features approach the loss of infinitely many, to first order in 1/N?  (eq. 79, 80)

    finite_model_transient  (1/N) sum_k lambda_k e^{-lambda_k tau}

The published term is the bare response kernel (eq. 79).  The derived one is that kernel convolved with its source,
sum_k y_k^2 lambda_k tau e^{-lambda_k tau}: the first-order term in 1/N.
"""

from __future__ import annotations

from sympy import Eq, Expr, S, exp

from ..asymptotics.convolution import convolution_logarithm, convolve_exponents
from ..asymptotics.mode_sums import ModeSum, mode_sum
from ..losses.terms import Logarithm, PowerLaw
from ..names import PUBLISHED, Regime, Version
from ..symbols import N, alpha, beta, t, x
from .target import TARGET_WEIGHT, convergence_margins
from .timescale import clock_growth, clock_logarithms


def model_response() -> ModeSum:
    """Return sum_k lambda_k e^{-lambda_k tau}, the 1/N part of the response R3 (eq. 79).

    Examples
    --------
    >>> model_response().exponent
    1 - 1/alpha
    """
    return mode_sum(alpha, exp(-x))


def response_source() -> ModeSum:
    """Return sum_k y_k^2 (lambda_k tau) e^{-lambda_k tau}: the source that the 1/N response acts on, to first order.

    Examples
    --------
    >>> response_source().exponent
    beta
    """
    return mode_sum(TARGET_WEIGHT, x * exp(-x))


def transient_decay(version: Version) -> Expr:
    """Return the decay of the 1/N correction in tau: of the bare kernel, or of its convolution with the source.

    Examples
    --------
    >>> transient_decay("derived")
    Min(1 - 1/alpha, beta - 1/alpha)
    """
    kernel = model_response().exponent
    return kernel if version == PUBLISHED else convolve_exponents(response_source().exponent, kernel)


def finite_model_transient(regime: Regime, version: Version) -> PowerLaw:
    """Return the first correction in 1/N to the dynamics (eq. 80).

    Examples
    --------
    >>> finite_model_transient("lazy", "published").exponents
    ((N, 1), (t, 1 - 1/alpha))
    """
    decay = clock_growth(regime) * transient_decay(version)
    source = "eq. 80" if version == PUBLISHED else "first order in 1/N"
    kernel, origin = model_response(), response_source()
    logarithms = clock_logarithms(regime, kernel.exponent)
    if version != PUBLISHED:
        ties = convolution_logarithm(origin.exponent, kernel.exponent)
        logarithms += tuple(Logarithm(t, S.One, Eq(tie, 0)) for tie in ties if tie.has(beta))
    return PowerLaw(
        "finite_model_transient",
        ((N, S.One), (t, decay)),
        source=source,
        logarithms=logarithms,
        assumes=convergence_margins(kernel, *([] if version == PUBLISHED else [origin])),
    )
