"""Which terms make up the loss of the model, and where does each exponent come from?

The paper writes the loss as a sum of power laws (eq. 8 lazy, eq. 9 rich).  Each term follows from its mode sum or
response kernel, in the clock tau ~ t^m of its regime (`timescale.clock_growth`), in a module of its own:

    gradient_flow           sum_k y_k^2 e^{-2 lambda_k tau}                        eq. 8, 10    here
    model_bottleneck        sum_k y_k^2 f(lambda_k r),  r fixed by N               eq. 76       `bottleneck`
    finite_model_transient  (1/N) sum_k lambda_k e^{-lambda_k tau}                 eq. 79, 80   `model_transient`
    sgd_transient           (eta/B) kappa^q sum_k lambda_k^2 e^{-2 lambda_k tau}   eq. 82, 83   `batch_noise`

The published and the derived loss differ in the last three terms; each module says how.
"""

from __future__ import annotations

from ..losses.terms import Loss, PowerLaw
from ..names import LOSS_EQUATION, PUBLISHED, REGIMES, RICH, VERSIONS, Regime, Version, remember, require
from ..symbols import t
from .batch_noise import sgd_transient
from .bottleneck import model_bottleneck
from .model_transient import finite_model_transient
from .target import convergence_margins, target_sum
from .timescale import chi, clock_logarithms


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


@remember(8)
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
    logarithms = clock_logarithms(regime, target_sum().exponent)
    return PowerLaw(
        "gradient_flow",
        ((t, chi(regime)),),
        source=source,
        logarithms=logarithms,
        assumes=convergence_margins(target_sum()),
    )
