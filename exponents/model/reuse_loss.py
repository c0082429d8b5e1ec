"""What is the loss in (N, t, P) if P samples are reused, and how is compute then best split?

Three terms in P join the terms of `online_loss`; the first is in `bottleneck`:

    data_bottleneck     sum_k y_k^2/(1 + lambda_k r)^2,  r fixed by P            eq. 78
    data_transient      (1/P) sum_k lambda_k^2 e^{-2 lambda_k tau}               first order in 1/P
    mixed_bottleneck    (P/N) sum_k y_k^2/(1 + lambda_k r),  r fixed by P        first order in 1/N

The paper has the first.  Its mean field equations add the others at first order (`verify.reuse.mean_loss` solves them
exactly):

* The samples are noise that is drawn once.  In the modes not learned yet it decays as `noise_kernel`, with 1/P for
  eta/B.
* At infinite time the loss of N features on P < N samples is that of infinitely many features plus P/(N - P) times the
  population loss of P features.  The part of the latter that falls with the end of the kernel's strip is the term.

Each first correction has another part: the flow times tau^{1/alpha}/N or tau^{1/alpha}/P, or the data bottleneck times
P/N (`data_correction` and `mixed_correction` have all of it).  While it is a correction, such a part is small and never
leads.  As a power law it would lead where it no longer holds.  So no term here contains it, and the finite-model
transient is taken as published.

Four settings, each with its budget: as many samples as steps (P = t); P is given; a sample costs as much as a step of
one parameter (C = N t and C = P); every step uses all samples (C = N t P), without batches.

Map: `data_transient` and `mixed_bottleneck` are the terms, `reuse_loss` and `one_pass` the losses; `one_pass_optimum`,
`priced_optimum` and `full_batch_optimum` are the diagrams of the settings, and `samples_needed` is the P of Table 1.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Max, Mul, Poly, S, Symbol

from ..algebra.piecewise import normal_form
from ..asymptotics.convolution import integrate_growth
from ..losses.terms import Loss, PowerLaw
from ..names import CLOCKS, DERIVED, LOSS_EQUATION, PUBLISHED, TIME, Clock, Regime, Version, remember, require
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import COST
from ..optimum.search import compute_optimum
from ..symbols import N, P, t
from .batch_noise import noise_kernel
from .bottleneck import bottleneck_sum, data_bottleneck, resolution
from .model_transient import finite_model_transient
from .online_loss import loss
from .stable_steps import DURATION, OPTIMUM_BY_CLOCK, count
from .table1 import DOMAIN, PARAMETERS, TRACE_CLASS
from .target import target_sum
from .timescale import clock_growth

FULL_BATCH = N * t * P
"""Compute of gradient descent on all samples: one unit for each parameter, step and sample."""


def data_transient(regime: Regime) -> PowerLaw:
    """Return the term of the samples' noise in modes that are not learned yet.

    Examples
    --------
    >>> data_transient("lazy").as_expr()
    t**(-2 + 1/alpha)/P
    """
    decay = clock_growth(regime) * noise_kernel().exponent
    return PowerLaw("data_transient", ((P, S.One), (t, decay)), source="first order in 1/P")


def mixed_bottleneck() -> PowerLaw:
    """Return the term that N features add on fewer samples, without the part proportional to the data bottleneck.

    Examples
    --------
    >>> mixed_bottleneck().as_expr()
    P**(1 - alpha)/N
    """
    floor = bottleneck_sum(DERIVED).kernel.right
    return PowerLaw("mixed_bottleneck", ((N, S.One), (P, resolution() * floor - 1)), source="first order in 1/N")


def data_correction(regime: Regime) -> Expr:
    """Return the decay in t of the whole first correction in 1/P.

    Noise with the correlations C0(s, s') of the residual acts on mode k as (1/P) lambda_k^2 int int e^{-lambda_k
    (2 tau - s - s')} C0.  C0 falls with s + s' as the flow, so its integral over both times grows as tau^{2 - beta}
    for beta < 2, and is bounded beyond.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> data_correction("lazy").subs(beta, 3)
    2 - 1/alpha
    """
    pull = Max(*integrate_growth((1 - target_sum().exponent,)))
    return clock_growth(regime) * (noise_kernel().exponent - pull)


def mixed_correction() -> Expr:
    """Return the decay in P of N times the first correction in 1/N at infinite time: P times the loss of P features.

    Examples
    --------
    >>> mixed_correction()
    alpha*Min(1, beta) - 1
    """
    return resolution() * bottleneck_sum(DERIVED).exponent - 1


@remember(8)
def reuse_loss(regime: Regime, version: Version = PUBLISHED, batches: bool = True) -> Loss:
    """Return the loss in (t, N, P) for P samples that are reused.

    Parameters
    ----------
    regime : "lazy" or "rich"
    version : "published" or "derived"
        Published: the terms of `online_loss.loss` and data_bottleneck.  Derived: also data_transient and
        mixed_bottleneck, with the finite-model transient as published.
    batches : bool
        Whether steps use batches drawn from the P samples; then the loss has the SGD transient.

    Returns
    -------
    Loss

    Raises
    ------
    InputError
        If the regime or the version has another name.

    Examples
    --------
    >>> [term.name for term in reuse_loss("lazy", batches=False)]
    ['gradient_flow', 'model_bottleneck', 'finite_model_transient', 'data_bottleneck']
    """
    found = loss(regime, version)
    more: tuple[PowerLaw, ...] = (data_bottleneck(),)
    if version == DERIVED:
        found = found.replace("finite_model_transient", finite_model_transient(regime, PUBLISHED))
        more = (*more, data_transient(regime), mixed_bottleneck())
    kept = found if batches else found.without("sgd_transient")
    return Loss((*kept.terms, *more), f"{regime}, as {version} ({LOSS_EQUATION[regime]}, eq. 78)")


def one_pass(regime: Regime, version: Version = PUBLISHED, clock: Clock = TIME) -> Loss:
    """Return the loss in (t, N) with as many samples as units of time, P = t: one pass, in batches of one sample.

    If the clock counts steps, it is the loss in (n, N) with one sample in each step, P = n.

    Examples
    --------
    >>> one_pass("lazy")["data_bottleneck"].as_expr()
    t**(-alpha*Min(2, beta))
    """
    whole, duration = count(reuse_loss(regime, version), regime, clock), DURATION[clock]
    return Loss(tuple(_merge_resources(term, P, duration) for term in whole), f"{whole.title}, P = {duration}")


def _merge_resources(term: PowerLaw, resource: Symbol, other: Symbol) -> PowerLaw:
    """Return the term with ``resource`` replaced by ``other``."""
    exponents = dict(term.exponents)
    total = exponents.pop(resource, S.Zero) + exponents.get(other, S.Zero)
    logarithms = tuple(replace(log, resource=other) if log.resource == resource else log for log in term.logarithms)
    return replace(
        term, exponents=tuple((exponents | ({other: total} if total != 0 else {})).items()), logarithms=logarithms
    )


@remember(16)
def one_pass_optimum(regime: Regime, version: Version = PUBLISHED, clock: Clock = TIME) -> PhaseDiagram:
    """Return the optimum for C = N t and P = t: one pass through the samples.

    Parameters
    ----------
    regime : "lazy" or "rich"
    version : "published" or "derived"
    clock : "time" or "steps"

    Returns
    -------
    PhaseDiagram

    Raises
    ------
    InputError
        If the regime, the version or the clock has another name.

    Examples
    --------
    >>> len(one_pass_optimum("lazy").phases)
    3
    """
    return compute_optimum(one_pass(regime, version, clock), _cost(COST, clock), TRACE_CLASS, PARAMETERS)


@remember(16)
def priced_optimum(regime: Regime, version: Version = PUBLISHED, clock: Clock = TIME) -> PhaseDiagram:
    """Return the optimum for C = N t and C = P, where a sample costs as much as a step of one parameter.

    Parameters
    ----------
    regime : "lazy" or "rich"
    version : "published" or "derived"
    clock : "time" or "steps"

    Returns
    -------
    PhaseDiagram

    Raises
    ------
    InputError
        If the regime, the version or the clock has another name.

    Examples
    --------
    >>> priced_optimum("lazy").phases[0].exponent
    alpha*beta/(alpha + 1)
    """
    whole = count(reuse_loss(regime, version), regime, clock)
    return compute_optimum(whole, (_cost(COST, clock), P), TRACE_CLASS, PARAMETERS)


@remember(16)
def full_batch_optimum(regime: Regime, version: Version = PUBLISHED, clock: Clock = TIME) -> PhaseDiagram:
    """Return the optimum for C = N t P: gradient descent on all samples in every step.

    Parameters
    ----------
    regime : "lazy" or "rich"
    version : "published" or "derived"
    clock : "time" or "steps"

    Returns
    -------
    PhaseDiagram

    Raises
    ------
    InputError
        If the regime, the version or the clock has another name.

    Examples
    --------
    >>> full_batch_optimum("lazy").phases[0].exponent
    alpha*beta/(alpha + 2)
    """
    whole = count(reuse_loss(regime, version, batches=False), regime, clock)
    return compute_optimum(whole, _cost(FULL_BATCH, clock), TRACE_CLASS, PARAMETERS)


def _cost(cost: Expr, clock: Clock) -> Expr:
    """Return a budget in which the clock counts."""
    return cost.subs(t, DURATION[clock])


def samples_needed(regime: Regime, version: Version = PUBLISHED, clock: Clock = TIME) -> Expr:
    """Return x in P ~ C^x, the fewest samples with which C = N t has the same optimum as with infinitely many.

    Every term in P must fall as fast as the optimum at its best N and t.  Each term needs some P; the largest counts.

    Parameters
    ----------
    regime : "lazy" or "rich"
    version : "published" or "derived"
    clock : "time" or "steps"

    Returns
    -------
    Expr
        x, a function of alpha and beta.

    Raises
    ------
    InputError
        If the regime, the version or the clock has another name.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> samples_needed("lazy").subs({alpha: 2, beta: 1})
    1/3
    """
    require(clock, CLOCKS, "the clock")
    best, whole = OPTIMUM_BY_CLOCK[clock](regime, PUBLISHED), count(reuse_loss(regime, version), regime, clock)
    duration = DURATION[clock]
    needed = [
        (best.exponent - best.allocation(N) * term.exponent(N) - best.allocation(duration) * term.exponent(duration))
        / term.exponent(P)
        for term in whole
        if term.exponent(P) != 0
    ]
    return normal_form(Max(*needed), PARAMETERS, DOMAIN)


def peak_growth() -> Expr:
    """Return the growth in the clock of the test loss at N = P, where it has no limit.

    z = -nu (1 - V/N)(1 - V/P) has a zero of order m at V = N = P.  The loss at z (infinite time is z = 0) is in
    proportion to dnu/dz ~ z^{1/m - 1}, and the loss at time tau is that at z = 1/tau.

    Examples
    --------
    >>> peak_growth()
    1/2
    """
    count, size = Symbol("V", positive=True), Symbol("N", positive=True)
    zero = Mul(1 - count / size, 1 - count / size)
    order = next(multiplicity for root, multiplicity in Poly(zero, count).all_roots(multiple=False) if root == size)
    return 1 - S.One / order
