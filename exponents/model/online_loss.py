"""Which terms make up the loss of the model, and where does each exponent come from?

The paper writes the loss as a sum of power laws (eq. 8 lazy, eq. 9 rich).  This module derives each term from its mode
sum or response kernel, in the clock tau ~ t^m of its regime (`timescale.clock_growth`):

    gradient_flow           sum_k y_k^2 e^{-2 lambda_k tau}                        eq. 8, 10
    model_bottleneck        sum_k y_k^2 f(lambda_k r),  r fixed by N               eq. 76
    finite_model_transient  (1/N) sum_k lambda_k e^{-lambda_k tau}                 eq. 79, 80
    sgd_transient           (eta/B) kappa^q sum_k lambda_k^2 e^{-2 lambda_k tau}   eq. 82, 83
    data_bottleneck         sum_k y_k^2 / (1 + lambda_k r)^2,  r fixed by P        eq. 78

The two versions differ in three terms:

* published: f = 1/(1+x)^2 in the bottleneck (eq. 76), the bare response kernel as the finite-model transient (eq. 79),
  and q = 0 in the SGD transient.
* derived: f = 1/(1+x), the loss of the best point in the span of N random features; the response kernel convolved with
  its source, sum_k y_k^2 lambda_k tau e^{-lambda_k tau}, which is the first-order term in 1/N; and q = 1 in the SGD
  transient, where kappa = dtau/dt is the growth of the kernel: feature learning after a noisy step amplifies the noise.

Both SGD terms are what remains of the noise of early steps.  Neither version contains the noise of all later steps at a
fixed learning rate; `noise_feedback` has its exponent.

Map: `loss` adds up `gradient_flow`, `model_bottleneck`, `finite_model_transient` and `sgd_transient`; `data_bottleneck`
is the term of reused samples.  `modes_resolved`, `bottleneck_sum`, `model_response`, `response_source` and
`noise_kernel` are the mode sums; `resolution`, `transient_decay` and `kernel_growth` are exponents read off them.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Eq, Expr, S, Symbol, exp

from ..algebra.parametric import positive_side
from ..asymptotics.convolution import convolution_logarithm, convolve_exponents
from ..asymptotics.mode_sums import ModeSum, mode_sum
from ..losses.terms import Logarithm, Loss, PowerLaw
from ..names import LAZY, PUBLISHED, REGIMES, RICH, VERSIONS, Regime, Version, require
from ..symbols import B, N, P, alpha, beta, eta, t, x
from .timescale import chi, clock_growth, clock_logarithm, target_sum

LOSS_EQUATION = {LAZY: "eq. 8", RICH: "eq. 9"}

TARGET_WEIGHT = alpha * beta + 1
"""a of y_k^2 = k^{-a} (eq. 42)."""


def loss(regime: Regime = RICH, version: Version = PUBLISHED) -> Loss:
    """Return the loss of the model in (t, N, B) as a sum of power laws.

    Parameters
    ----------
    regime : "lazy" or "rich"
        gamma -> 0 (eq. 8) or gamma > 0 (eq. 9).
    version : "published" or "derived"
        The terms as the paper has them, or as they follow from the mode sums; the module lists the differences.

    Returns
    -------
    Loss
        Four terms: gradient_flow, model_bottleneck, finite_model_transient, sgd_transient.

    Raises
    ------
    InputError
        If the regime or the version has another name.

    Examples
    --------
    >>> print(*loss("lazy"), sep=chr(10))
    gradient_flow: t**(-beta)
    model_bottleneck: N**(-alpha*Min(2, beta))
    finite_model_transient: t**(-1 + 1/alpha)/N
    sgd_transient: eta*t**(-2 + 1/alpha)/B
    """
    require(regime, REGIMES, "the regime")
    require(version, VERSIONS, "the version")
    return _loss(regime, version)


@lru_cache(maxsize=8)
def _loss(regime: Regime, version: Version) -> Loss:
    terms = (
        gradient_flow(regime),
        model_bottleneck(version),
        finite_model_transient(regime, version),
        sgd_transient(regime, version),
    )
    return Loss(terms, f"{regime}, as {version} ({LOSS_EQUATION[regime]})")


def gradient_flow(regime: Regime) -> PowerLaw:
    """Return the term of population gradient flow, N, B -> infinity: the mode sum of eq. 8, 10 in the regime's clock.

    Examples
    --------
    >>> gradient_flow("lazy").exponent(t)
    beta
    """
    source = f"{LOSS_EQUATION[regime]}, 10"
    logarithms = _clock_logarithms(regime, target_sum().exponent)
    return PowerLaw(
        "gradient_flow",
        ((t, chi(regime)),),
        source=source,
        logarithms=logarithms,
        assumes=_convergence_margins(target_sum()),
    )


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
        name, exponents, source=source, logarithms=logarithms, assumes=_convergence_margins(modes_resolved(), total)
    )


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
    """Return the decay of the 1/N correction in tau: that of the bare kernel, or of its convolution with the source.

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
    logarithms = _clock_logarithms(regime, kernel.exponent)
    if version != PUBLISHED:
        ties = convolution_logarithm(origin.exponent, kernel.exponent)
        logarithms += tuple(Logarithm(t, S.One, Eq(tie, 0)) for tie in ties if tie.has(beta))
    return PowerLaw(
        "finite_model_transient",
        ((N, S.One), (t, decay)),
        source=source,
        logarithms=logarithms,
        assumes=_convergence_margins(kernel, *([] if version == PUBLISHED else [origin])),
    )


def noise_kernel() -> ModeSum:
    """Return the response to the noise of one step, sum_k lambda_k^2 e^{-2 lambda_k tau} (eq. 82, with lambda_k^2).

    Examples
    --------
    >>> noise_kernel().exponent
    2 - 1/alpha
    """
    return mode_sum(2 * alpha, exp(-2 * x))


def kernel_growth(regime: Regime) -> Expr:
    """Return g in kappa = dtau/dt ~ t^g; it is zero where the features stand still.

    Examples
    --------
    >>> kernel_growth("lazy")
    0
    """
    return clock_growth(regime) - 1


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
        logarithms=_clock_logarithms(regime, noise_kernel().exponent, kernels),
        assumes=_convergence_margins(noise_kernel()),
    )


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


def _clock_logarithms(regime: Regime, decay: Expr, kernels: int = 0) -> tuple[Logarithm, ...]:
    """Return the logarithm that a decay in the clock inherits, on the curve where the clock has one.

    A factor kappa = dtau/dt has the same power of the logarithm as tau; the law has ``kernels`` such factors.
    """
    if regime == LAZY:
        return ()
    curve, power = clock_logarithm()
    return (Logarithm(t, power * (kernels - decay), curve),)


def _convergence_margins(*sums: ModeSum) -> tuple[Expr, ...]:
    """Return margins that are positive where the mode sums converge, without those that are always positive."""
    margins = (positive_side(found.condition) for found in sums if found.condition not in (True, S.true))
    return tuple(dict.fromkeys(margin for margin in margins if not margin.is_positive))
