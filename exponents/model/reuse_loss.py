"""What is the loss in (N, t, P) if P samples are used again and again, and how is compute then best split?

To the terms of `model_loss` come three in P:

    data_bottleneck     sum_k y_k^2/(1 + lambda_k r)^2,  r fixed by P            eq. 78
    data_transient      (1/P) sum_k lambda_k^2 e^{-2 lambda_k tau}               first order in 1/P
    mixed_bottleneck    (P/N) sum_k y_k^2/(1 + lambda_k r),  r fixed by P        first order in 1/N

The paper has the first.  The others are what its mean field equations add at first order (`verify.reuse.mean` solves
them exactly):

* Samples are noise that is drawn once.  What it leaves in the modes that are not learned yet is that of `noise_kernel`,
  with 1/P for eta/B.
* At infinite time N features on P < N samples leave what infinitely many would, and P/(N - P) times what P features
  leave on the population.  The part of the latter that falls with the end of the kernel's strip is the term.

Each first correction has another part, the flow times tau^{1/alpha}/N or tau^{1/alpha}/P, or the data bottleneck times
P/N (`data_correction` and `mixed_correction` have all of it).  Such a part is small as long as it is a correction, so
that it leads nowhere; but as a power law it would lead beyond, where it does not hold.  So it is in no term here, nor
in the finite-model transient, which is taken as published.

Settings, each with its budget: as many samples as steps (P = t); P is given; a sample costs as much as a step of one
parameter (C = N t and C = P); every step goes through all samples (C = N t P), where there are no batches.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Expr, Max, Mul, Poly, S, Symbol

from ..algebra.piecewise import normal_form
from ..asymptotics.convolution import integrate_growth
from ..losses.terms import Loss, PowerLaw
from ..names import DERIVED, PUBLISHED, Regime, Version
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import COST
from ..optimum.search import compute_optimum
from ..symbols import N, P, t
from .online_loss import (
    LOSS_EQUATION,
    bottleneck_sum,
    data_bottleneck,
    finite_model_transient,
    loss,
    noise_kernel,
    resolution,
)
from .table1 import DOMAIN, PARAMETERS, TRACE_CLASS, optimum
from .timescale import clock_growth, target_sum

FULL_BATCH = N * t * P
"""Compute of gradient descent on all samples: one unit for each parameter, step and sample."""


def data_transient(regime: Regime) -> PowerLaw:
    """What the noise of the samples leaves in modes that are not learned yet."""
    decay = clock_growth(regime) * noise_kernel().exponent
    return PowerLaw("data_transient", ((P, S.One), (t, decay)), source="first order in 1/P")


def mixed_bottleneck() -> PowerLaw:
    """What N features add on fewer samples, beyond a part of the data bottleneck."""
    floor = bottleneck_sum(DERIVED).kernel.right
    return PowerLaw("mixed_bottleneck", ((N, S.One), (P, resolution() * floor - 1)), source="first order in 1/N")


def data_correction(regime: Regime) -> Expr:
    """Decay in t of the whole first correction in 1/P.

    Noise with the correlations C0(s, s') of the residual acts on mode k as (1/P) lambda_k^2 int int e^{-lambda_k
    (2 tau - s - s')} C0.  C0 falls with s + s' as the flow, so that its integral over both times grows as
    tau^{2 - beta} as long as that grows.
    """
    pull = Max(*integrate_growth((1 - target_sum().exponent,)))
    return clock_growth(regime) * (noise_kernel().exponent - pull)


def mixed_correction() -> Expr:
    """Decay in P of N times the first correction in 1/N at infinite time: P times what P features leave."""
    return resolution() * bottleneck_sum(DERIVED).exponent - 1


@lru_cache(maxsize=8)
def reuse_loss(regime: Regime, version: Version = PUBLISHED, batches: bool = True) -> Loss:
    """The loss in (t, N, P); with ``batches``, of samples drawn from the P, it has the SGD transient."""
    found = loss(regime, version)
    more: tuple[PowerLaw, ...] = (data_bottleneck(),)
    if version == DERIVED:
        found = found.replace("finite_model_transient", finite_model_transient(regime, PUBLISHED))
        more = (*more, data_transient(regime), mixed_bottleneck())
    kept = found if batches else found.without("sgd_transient")
    return Loss((*kept.terms, *more), f"{regime}, as {version} ({LOSS_EQUATION[regime]}, eq. 78)")


def one_pass(regime: Regime, version: Version = PUBLISHED) -> Loss:
    """The loss in (t, N) with as many samples as units of time, P = t: one pass, in batches of one sample."""
    whole = reuse_loss(regime, version)
    return Loss(tuple(_merge_resources(term, P, t) for term in whole), f"{whole.title}, P = t")


def _merge_resources(term: PowerLaw, resource: Symbol, other: Symbol) -> PowerLaw:
    """The term where ``resource`` is another name for ``other``."""
    exponents = dict(term.exponents)
    total = exponents.pop(resource, S.Zero) + exponents.get(other, S.Zero)
    logarithms = tuple(replace(log, resource=other) if log.resource == resource else log for log in term.logarithms)
    return replace(
        term, exponents=tuple((exponents | ({other: total} if total != 0 else {})).items()), logarithms=logarithms
    )


@lru_cache(maxsize=8)
def one_pass_optimum(regime: Regime, version: Version = PUBLISHED) -> PhaseDiagram:
    """C = N t, P = t."""
    return compute_optimum(one_pass(regime, version), COST, TRACE_CLASS, PARAMETERS)


@lru_cache(maxsize=8)
def priced_optimum(regime: Regime, version: Version = PUBLISHED) -> PhaseDiagram:
    """C = N t, and C = P."""
    return compute_optimum(reuse_loss(regime, version), (COST, P), TRACE_CLASS, PARAMETERS)


@lru_cache(maxsize=8)
def full_batch_optimum(regime: Regime, version: Version = PUBLISHED) -> PhaseDiagram:
    """C = N t P, without batches."""
    return compute_optimum(reuse_loss(regime, version, batches=False), FULL_BATCH, TRACE_CLASS, PARAMETERS)


def samples_needed(regime: Regime, version: Version = PUBLISHED) -> Expr:
    """x in P ~ C^x, the fewest samples with which C = N t has the optimum that it has with infinitely many.

    Every term in P must fall as fast as the optimum at its best N and t; each asks for a P, and the largest is needed.
    """
    best, whole = optimum(regime, PUBLISHED), reuse_loss(regime, version)
    asked = [
        (best.exponent - best.allocation(N) * term.exponent(N) - best.allocation(t) * term.exponent(t))
        / term.exponent(P)
        for term in whole
        if term.exponent(P) != 0
    ]
    return normal_form(Max(*asked), PARAMETERS, DOMAIN)


def peak_growth() -> Expr:
    """Growth in the clock of the test loss at N = P, where it has no limit.

    z = -nu (1 - V/N)(1 - V/P) has a zero of order m at V = N = P.  The loss at z, as that of infinite time is at z = 0,
    is in proportion to dnu/dz ~ z^{1/m - 1}, and at a time it is that at z = 1/tau.
    """
    count, size = Symbol("V", positive=True), Symbol("N", positive=True)
    zero = Mul(1 - count / size, 1 - count / size)
    order = next(multiplicity for root, multiplicity in Poly(zero, count).all_roots(multiple=False) if root == size)
    return 1 - S.One / order
