"""How much does the noise of batches add to the loss?  (eq. 82, 83)

    sgd_transient           (eta/B) kappa^q sum_k lambda_k^2 e^{-2 lambda_k tau}

The published term has q = 0.  The derived one has q = 1, where kappa = dtau/dt is the growth of the kernel: feature
learning after a noisy step amplifies the noise.  Both are the variance that remains of the noise of early steps.  Early
noise also moves the mean of the loss, and this shift falls more slowly: `sgd_mean_shift`.  `noise_feedback` has the
exponent of the noise of all later steps at a fixed learning rate.  Neither version of the loss contains these two.
"""

from __future__ import annotations

from sympy import Expr, exp

from ..asymptotics.convolution import convolve_exponents
from ..asymptotics.mode_sums import ModeSum, mode_sum
from ..losses.terms import PowerLaw
from ..names import LOSS_EQUATION, PUBLISHED, RICH, Regime, Version
from ..symbols import B, alpha, eta, t, x
from .target import convergence_margins, target_sum
from .timescale import chi, clock_growth, clock_logarithms, kernel_growth


def noise_kernel() -> ModeSum:
    """Return the response to the noise of one step, sum_k lambda_k^2 e^{-2 lambda_k tau} (eq. 82, with lambda_k^2).

    Examples
    --------
    >>> noise_kernel().exponent
    2 - 1/alpha
    """
    return mode_sum(2 * alpha, exp(-2 * x))


def sgd_transient(regime: Regime, version: Version) -> PowerLaw:
    """Return the term of the noise that remains from early batches (eq. 83, with the exponent of eq. 9).

    Divided by sqrt(kappa), the noise of a batch in a mode relaxes as e^{-lambda_k tau}, whatever the kernel does.  A
    step moves v_k by eta kappa times a noise of variance lambda_k L/B.  In these variables that is the variance
    (eta/B) lambda_k L(s) dtau_s, since dtau = eta kappa.  The loss at t weighs it with lambda_k and, as derived, with
    kappa(t); the published term lacks that factor.

    Examples
    --------
    >>> sgd_transient("lazy", "derived").as_expr()
    eta*t**(-2 + 1/alpha)/B
    """
    kernels = 0 if version == PUBLISHED else 1
    decay = clock_growth(regime) * noise_kernel().exponent - kernels * kernel_growth(regime)
    return PowerLaw(
        "sgd_transient",
        ((t, decay),),
        prefactor=eta / B,
        source=LOSS_EQUATION[regime] if version == PUBLISHED else "first order in 1/B",
        logarithms=clock_logarithms(regime, noise_kernel().exponent, kernels),
        assumes=convergence_margins(noise_kernel()),
    )


def sgd_mean_shift() -> PowerLaw:
    """Return the shift of the mean loss that the noise of early batches leaves in the rich regime, to first order.

    Noise adds (eta/B) gamma E to B B^T - gamma w w^T, which the flow conserves, with

        dE/dt = gamma tr(Gamma) w w^T - B Gamma B^T,        Gamma = L Lambda + Lambda v v^T Lambda.

    With D = (eta/B) gamma a^T E a, where a is the direction of w, (kappa - 1)(kappa + D) = gamma U.  So kappa, and with
    it the clock, shifts relatively by D/kappa, and the loss by as much: its decay is that of the flow plus the growth
    of the kernel.  D may have either sign.  In the lazy regime nothing moves.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> sgd_mean_shift().exponent(t).subs(beta, 3)
    3
    """
    decay = chi(RICH) + kernel_growth(RICH)
    return PowerLaw("sgd_mean_shift", ((t, decay),), prefactor=eta / B, source="first order in eta/B")


def noise_feedback(regime: Regime) -> Expr:
    """Return the decay in t of the gradient noise of all steps, at a fixed learning rate.

    It sums the derived `sgd_transient` of every step: (eta/B) kappa(t) int dtau_s K(tau - tau_s) L(s), where L falls in
    the clock as `target_sum` does.  Neither eq. 8 nor eq. 9 contains this term.  In the lazy regime it never falls
    slower than the flow.

    With kappa(s) for kappa(t) the exponent is the same.  Early noise leads only where int L dtau is finite, beta > 1,
    and there the kernel does not grow.  Where the kernel grows, most of the noise at t comes from times s of order t.

    Examples
    --------
    >>> noise_feedback("lazy")
    Min(beta, 2 - 1/alpha, beta + 1 - 1/alpha)
    """
    decay = convolve_exponents(target_sum().exponent, noise_kernel().exponent)
    return clock_growth(regime) * decay - kernel_growth(regime)
