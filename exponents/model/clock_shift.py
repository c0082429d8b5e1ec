"""How much do N features, or P reused samples, shift the clock of the rich flow, to first order?

kappa^2 - kappa = gamma U, and U = sum_k (y_k^2/lambda_k) phi_k^2 changes at fixed tau at order 1/N or 1/P.  So does the
clock.  With phi = 1 - e^{-x}, and D the correction to sum_k y_k^2 e^{-lambda_k s}:

    N features     U_1 = int_0^tau [D(s) - D(s + tau)] ds
    P samples      U_1 = D_w(2 tau) - 2 D_w(tau)
                   D_w(s) = (sum_k y_k^2 s e^{-lambda_k s}) * (sum_k lambda_k e^{-lambda_k s})

where * is a convolution.  Another phi that vanishes as x and tends to 1 has the same powers.  They are upper ends: a
constant in front may vanish, as it does at beta = 1/alpha.

Map: `model_shift` and `data_shift` are the decays of the relative shift in the clock, `model_correction` and
`data_loss_correction` those of the loss at a fixed clock.
"""

from __future__ import annotations

from sympy import Expr, Max, Min, S

from ..asymptotics.convolution import convolve_exponents, integrate_growth
from ..names import DERIVED, LAZY
from .model_transient import model_response, transient_decay
from .reuse_loss import data_correction
from .scaling_function import learned_sum
from .target import target_sum


def model_growth() -> Expr:
    """Return the growth of U_1 for N features, in the clock.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> model_growth().subs({alpha: 2, beta: 3})
    1/2
    """
    return Max(*integrate_growth((-transient_decay(DERIVED),)))


def data_growth() -> Expr:
    """Return the growth of U_1 for P reused samples, in the clock; the source is sum_k y_k^2 s e^{-lambda_k s}.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> data_growth().subs({alpha: 2, beta: 3})
    -1/2
    """
    return -convolve_exponents(target_sum().exponent - 1, model_response().exponent)


def model_shift() -> Expr:
    """Return the decay of N times the relative shift of the clock.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> model_shift().subs({alpha: 2, beta: 3})
    -1/2
    """
    return _shift(model_growth())


def data_shift() -> Expr:
    """Return the decay of P times the relative shift of the clock.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> data_shift().subs({alpha: 2, beta: 3})
    1/2
    """
    return _shift(data_growth())


def model_correction() -> Expr:
    """Return the decay of N times the relative first correction to the loss, at a fixed clock.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> model_correction().subs({alpha: 2, beta: 3})
    -5/2
    """
    return transient_decay(DERIVED) - target_sum().exponent


def data_loss_correction() -> Expr:
    """Return the decay of P times the relative first correction to the loss, at a fixed clock.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> data_loss_correction().subs({alpha: 2, beta: 3})
    -3/2
    """
    return data_correction(LAZY) - target_sum().exponent


def _shift(growth: Expr) -> Expr:
    """Return the decay of dtau/tau = (kappa/tau) int (dkappa/kappa) dtau/kappa, where dkappa/kappa ~ U_1/U."""
    learned = Max(S.Zero, -learned_sum().pole)  # U ~ tau^learned, and kappa^2 ~ U
    return Min(learned - growth, 1 - learned / 2)
