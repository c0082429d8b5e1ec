"""Which terms make up the loss of the model, and where does each exponent come from?

The paper writes the loss as a sum of power laws (eq. 8 lazy, eq. 9 rich).  Each term is produced here from its mode sum
or response kernel, in the clock tau ~ t^m of its regime (`timescale.clock_growth`):

    gradient_flow           sum_k y_k^2 e^{-2 lambda_k tau}                        eq. 8, 10
    model_bottleneck        sum_k y_k^2 f(lambda_k r),  r fixed by N               eq. 76
    finite_model_transient  (1/N) sum_k lambda_k e^{-lambda_k tau}                 eq. 79, 80
    sgd_transient           (eta/B) kappa^q sum_k lambda_k^2 e^{-2 lambda_k tau}   eq. 82, 83
    data_bottleneck         sum_k y_k^2 / (1 + lambda_k r)^2,  r fixed by P        eq. 78

Two versions, where they differ:

* published: f = 1/(1+x)^2 in the bottleneck (eq. 76), the bare response kernel as the finite-model transient (eq. 79),
  and q = 0 in the SGD transient.
* derived: f = 1/(1+x), the loss of the best point in the span of N random features; the response kernel convolved with
  what it responds to, sum_k y_k^2 lambda_k tau e^{-lambda_k tau}, which is the first-order term in 1/N; and q = 1 in
  the SGD transient, kappa = dtau/dt being the growth of the kernel: features that are learned after a batch enlarge
  what it has left.

Both SGD terms are what noise made early in training leaves behind.  Noise made all along, at a fixed learning rate, is
in neither version, see `noise_feedback`.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Eq, Expr, S, Symbol, exp

from ..algebra.parametric import positive_side
from ..asymptotics.convolution import convolution_logarithm, convolve_exponents
from ..asymptotics.mode_sums import ModeSum, mode_sum
from ..errors import InputError
from ..losses.terms import Logarithm, Loss, PowerLaw
from ..names import LAZY, PUBLISHED, REGIMES, RICH, VERSIONS, Regime, Version
from ..rationals import abbreviate
from ..symbols import B, N, P, alpha, beta, eta, t, x
from .timescale import chi, clock_growth, clock_logarithm, target_sum

LOSS_EQUATION = {LAZY: "eq. 8", RICH: "eq. 9"}

TARGET_WEIGHT = alpha * beta + 1
"""a of y_k^2 = k^{-a} (eq. 42)."""


def loss(regime: Regime = RICH, version: Version = PUBLISHED) -> Loss:
    """The loss of the model in (t, N, B) as a sum of power laws, term by term.

    Parameters
    ----------
    regime : "lazy" or "rich"
        gamma -> 0 (eq. 8) or gamma > 0 (eq. 9).
    version : "published" or "derived"
        The terms as the paper has them, or as they follow from the sums; see the module.

    Raises
    ------
    InputError
        For any other regime or version.
    """
    _require(regime, REGIMES, "the regime")
    _require(version, VERSIONS, "the version")
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
    """Population gradient flow, N, B -> infinity: the mode sum of eq. 8, 10 in the clock of the regime."""
    source = f"{LOSS_EQUATION[regime]}, 10"
    logarithms = _clock_logarithms(regime, target_sum().exponent)
    return PowerLaw(
        "gradient_flow", ((t, chi(regime)),), source=source, logarithms=logarithms, assumes=_assumed(target_sum())
    )


def modes_resolved() -> ModeSum:
    """sum_k lambda_k r/(1 + lambda_k r): how many modes a resolution r takes in (eq. 74, 77)."""
    return mode_sum(0, x / (1 + x))


def resolution() -> Expr:
    """rho in r ~ N^rho, by inverting N = sum_k lambda_k r/(1 + lambda_k r) (eq. 75); the same with P for N."""
    return -1 / modes_resolved().exponent


def bottleneck_sum(version: Version) -> ModeSum:
    """Loss at t = infinity as a mode sum in the resolution r: eq. 76 as published, the projection as derived."""
    return mode_sum(TARGET_WEIGHT, (1 + x) ** (-2 if version == PUBLISHED else -1))


def model_bottleneck(version: Version) -> PowerLaw:
    """What N features cannot represent (eq. 76)."""
    source = "eq. 76" if version == PUBLISHED else "least squares"
    return _bottleneck("model_bottleneck", N, bottleneck_sum(version), source)


def data_bottleneck() -> PowerLaw:
    """What P reused samples cannot determine (eq. 78): the ridgeless mode sum, squared in both versions."""
    squared = bottleneck_sum(PUBLISHED)
    return _bottleneck("data_bottleneck", P, squared, "eq. 78")


def _bottleneck(name: str, resource: Symbol, total: ModeSum, source: str) -> PowerLaw:
    exponents = ((resource, resolution() * total.exponent),)
    logarithms = (Logarithm(resource, S.One, total.logarithm),)
    return PowerLaw(name, exponents, source=source, logarithms=logarithms, assumes=_assumed(modes_resolved(), total))


def model_response() -> ModeSum:
    """sum_k lambda_k e^{-lambda_k tau}, the 1/N part of the response R3 (eq. 79)."""
    return mode_sum(alpha, exp(-x))


def response_source() -> ModeSum:
    """sum_k y_k^2 (lambda_k tau) e^{-lambda_k tau}: what the 1/N response acts on, to first order."""
    return mode_sum(TARGET_WEIGHT, x * exp(-x))


def transient_decay(version: Version) -> Expr:
    """Decay of the 1/N correction in the clock tau: the bare kernel, or the kernel convolved with its source."""
    kernel = model_response().exponent
    return kernel if version == PUBLISHED else convolve_exponents(response_source().exponent, kernel)


def finite_model_transient(regime: Regime, version: Version) -> PowerLaw:
    """The first correction in 1/N to the dynamics (eq. 80)."""
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
        assumes=_assumed(kernel, *([] if version == PUBLISHED else [origin])),
    )


def noise_kernel() -> ModeSum:
    """sum_k lambda_k^2 e^{-2 lambda_k tau}: the response to one step's gradient noise (eq. 82, with lambda_k^2)."""
    return mode_sum(2 * alpha, exp(-2 * x))


def kernel_growth(regime: Regime) -> Expr:
    """g in kappa = dtau/dt ~ t^g, zero where features stand still."""
    return clock_growth(regime) - 1


def sgd_transient(regime: Regime, version: Version) -> PowerLaw:
    """What the noise of early batches leaves behind (eq. 83, with the exponent of eq. 9).

    Divided by sqrt(kappa), what a batch leaves in a mode relaxes as e^{-lambda_k tau}, whatever the kernel does.  A
    step moves v_k by eta kappa times a noise of variance lambda_k L/B.  In these variables that is the variance
    (eta/B) lambda_k L(s) dtau_s, as dtau = eta kappa.  The loss at t weighs it with lambda_k, and with kappa(t) as
    derived; as published that factor is missing.
    """
    kernels = 0 if version == PUBLISHED else 1
    decay = clock_growth(regime) * noise_kernel().exponent - kernels * kernel_growth(regime)
    return PowerLaw(
        "sgd_transient",
        ((t, decay),),
        prefactor=eta / B,
        source=LOSS_EQUATION[regime] if version == PUBLISHED else "first order in 1/B",
        logarithms=_clock_logarithms(regime, noise_kernel().exponent, kernels),
        assumes=_assumed(noise_kernel()),
    )


def noise_feedback(regime: Regime) -> Expr:
    """Decay in t of gradient noise made all along training, at a fixed learning rate.

    It is `sgd_transient`, as derived, of every step: (eta/B) kappa(t) int dtau_s K(tau - tau_s) L(s), where L falls in
    the clock as `target_sum` does.  Neither eq. 8 nor eq. 9 contains this term.  In the lazy regime it never falls
    slower than the flow.

    With kappa(s) for kappa(t) the exponent is the same.  Early noise leads only where int L dtau is finite, beta > 1,
    and there the kernel does not grow; where it grows, most of what is left at t was made at an s of the order of t.
    """
    decay = convolve_exponents(target_sum().exponent, noise_kernel().exponent)
    return clock_growth(regime) * decay - kernel_growth(regime)


def _clock_logarithms(regime: Regime, decay: Expr, kernels: int = 0) -> tuple[Logarithm, ...]:
    """The logarithm that a decay in the clock takes over from the clock, on the curve where that has one.

    A factor kappa = dtau/dt has the same power of it as tau; there are ``kernels`` of them.
    """
    if regime == LAZY:
        return ()
    curve, power = clock_logarithm()
    return (Logarithm(t, power * (kernels - decay), curve),)


def _assumed(*sums: ModeSum) -> tuple[Expr, ...]:
    """Positive where the mode sums converge; what holds for all positive parameters is left out."""
    margins = (positive_side(found.condition) for found in sums if found.condition not in (True, S.true))
    return tuple(dict.fromkeys(margin for margin in margins if not margin.is_positive))


def _require(value: object, allowed: tuple[str, ...], role: str) -> None:
    if value not in allowed:
        raise InputError(f"{role} must be one of {', '.join(allowed)}; got {abbreviate(value)}")
