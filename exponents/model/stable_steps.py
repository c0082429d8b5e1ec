"""How does the loss fall with the number of steps, if every step is stable?

Time t is the learning rate times the number of steps, so a time exponent counts steps only while the learning rate
stays the same.  It cannot: what is not learned, v, and the kernel M obey

    d v/dt = -M Lambda v,   M = kappa I + (gamma/kappa) u u^T,   (gamma/kappa) |u|^2 = kappa - 1      (`rank_one`),

so the fastest direction has a rate from kappa mu_1 to (2 kappa - 1) mu_1, with mu_1 the largest eigenvalue of Lambda.
A step with eta kappa mu_1 > 2 is unstable; one with eta kappa mu_1 <= 1 is stable.  The clock d tau = kappa dt then
moves by eta kappa <= 2/mu_1 in a stable step, whatever the features do:

    tau <= 2 n/mu_1,       and  tau = c n/mu_1  for the schedule  eta_n = c/(kappa mu_1).

So the best that n stable steps can do is tau ~ n.  A law t^{-e} is tau^{-e/m}, and becomes n^{-e/m}, where tau ~ t^m.

Two things are not covered.  Schedules in which single steps are unstable and their product is not (Chebyshev steps,
momentum) can move the clock further.  And a preconditioner changes mu_1: with the first k_0 ~ n^p eigenvalues lowered
to mu_{k_0}, tau ~ n^{1 + alpha p}.

Map: `clock_in_steps` is the growth of the clock; `in_steps` counts a loss in steps (`count`, by the name of the clock)
and `optimum_in_steps` is its Table 1; `noise_in_steps` is the noise of all batches; `stability_horizon` and
`compute_horizon` say how far a fixed rate goes; `flattening` is the p that restores the rich exponent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sympy import Expr, Max, S, Symbol, cancel, solve

from ..algebra.piecewise import normal_form
from ..asymptotics.convolution import convolve_exponents, integrate_growth
from ..losses.terms import Logarithm, Loss, PowerLaw
from ..names import PUBLISHED, RICH, STEPS, TIME, Clock, Regime, Version, remember, require_type
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import COST
from ..optimum.search import compute_optimum
from ..symbols import alpha, steps, t
from .batch_noise import noise_kernel
from .online_loss import loss
from .table1 import DOMAIN, PARAMETERS, TRACE_CLASS, optimum
from .target import target_sum
from .timescale import clock_growth, clock_logarithm, kernel_growth, solve_self_consistency

DURATION: dict[Clock, Symbol] = {TIME: t, STEPS: steps}
"""The resource that each clock counts."""

STEP_COST = COST.subs(t, steps)
"""Compute that counts steps: one unit for each parameter and each step."""

flattened = Symbol("p", nonnegative=True)
"""p in k_0 ~ n^p, the number of eigenvalues that a preconditioner lowers to one value."""


def clock_in_steps(lowered: Expr = S.Zero) -> Expr:
    """Return the growth of the clock in n stable steps, if the first n^lowered eigenvalues are flattened.

    A step moves the clock by 1/(largest eigenvalue), and lambda_k = k^{-alpha}.

    Examples
    --------
    >>> clock_in_steps(), clock_in_steps(flattened)
    (1, alpha*p + 1)
    """
    return Max(*integrate_growth((alpha * lowered,)))


def in_steps(whole: Loss, regime: Regime) -> Loss:
    """Return a loss in which every power of time is written in stable steps, n, for time.

    Parameters
    ----------
    whole : Loss
        In `symbols.t` and other resources, with the terms of one regime.
    regime : "lazy" or "rich"

    Returns
    -------
    Loss
        In `symbols.steps` and the same other resources.

    Examples
    --------
    >>> in_steps(loss("rich"), "rich")["gradient_flow"].as_expr()
    n**(-beta)
    """
    require_type(whole, Loss, "a loss in steps", "make one with loss('rich')")
    return Loss(tuple(_count(term, regime) for term in whole), f"{whole.title}, in stable steps")


def count(whole: Loss, regime: Regime, clock: Clock) -> Loss:
    """Return a loss in the resource that a clock counts: as it is, or `in_steps`.

    Examples
    --------
    >>> count(loss("rich"), "rich", "time") is loss("rich")
    True
    """
    return in_steps(whole, regime) if clock == STEPS else whole


def _count(term: PowerLaw, regime: Regime) -> PowerLaw:
    """Return t^{-e} as n^{-e/m}, with the logarithm that t has in terms of n on the curve where the clock has one."""
    if t not in dict(term.exponents):
        return term
    decay = normal_form(term.exponent(t) / clock_growth(regime) * clock_in_steps(), PARAMETERS, DOMAIN)
    logarithms = [replace(log, resource=steps if log.resource == t else log.resource) for log in term.logarithms]
    if regime == RICH:  # where tau ~ t (ln t)^l, the law t^-e is tau^-e (ln tau)^(e l)
        curve, power = clock_logarithm()
        own = [log for log in logarithms if (log.resource, log.where) == (steps, curve)]
        total = cancel(sum((log.power for log in own), power * decay).subs(curve.lhs, curve.rhs))
        logarithms = [log for log in logarithms if log not in own] + [Logarithm(steps, total, curve)] * (total != 0)
    exponents = tuple((steps, decay) if resource == t else (resource, e) for resource, e in term.exponents)
    return replace(term, exponents=exponents, logarithms=tuple(logarithms))


@remember(8)
def optimum_in_steps(regime: Regime = RICH, version: Version = PUBLISHED) -> PhaseDiagram:
    """Return the compute optimum of the model's own loss at C = N n, where n counts stable steps.

    Parameters
    ----------
    regime : "lazy" or "rich"
    version : "published" or "derived"

    Returns
    -------
    PhaseDiagram
        Its allocation is in N and `symbols.steps`.

    Raises
    ------
    InputError
        If the regime or the version has another name.

    Examples
    --------
    >>> optimum_in_steps("rich").phases[0].exponent
    alpha*beta/(alpha + 1)
    """
    return compute_optimum(in_steps(loss(regime, version), regime), STEP_COST, TRACE_CLASS, PARAMETERS)


OPTIMUM_BY_CLOCK: dict[Clock, Callable[[Regime, Version], PhaseDiagram]] = {TIME: optimum, STEPS: optimum_in_steps}
"""The function that returns the compute optimum for each clock, from a regime and a version."""


def noise_in_steps() -> Expr:
    """Return the decay in n of the noise of all steps, rich, on the schedule eta_n = c/(kappa mu_1).

    It is kappa(t) int dtau_s (eta_s/B) K(tau - tau_s) L(s), where eta_s falls as 1/kappa(s); at a fixed learning rate
    it is `noise_feedback`.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> noise_in_steps().subs({alpha: 2, beta: 3})
    3/2
    """
    kernel = kernel_growth(RICH) / clock_growth(RICH)  # in the clock
    decay = convolve_exponents(target_sum().exponent + kernel, noise_kernel().exponent) - kernel
    return normal_form(decay * clock_in_steps(), PARAMETERS, DOMAIN)


def stability_horizon() -> Expr:
    """Return the exponent in 1/eta of the time at which eta kappa mu_1 reaches 2, at a fixed learning rate.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> stability_horizon().subs(beta, 1 / alpha).subs(alpha, 2)
    3
    """
    return 1 / kernel_growth(RICH)


def compute_horizon(best: Callable[[Regime], PhaseDiagram] = optimum) -> Expr:
    """Return the exponent in 1/eta of the compute at which a model of the best size reaches that time.

    Parameters
    ----------
    best : callable
        Returns the diagram of the optimum for a regime; by default at C = N t.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> compute_horizon().subs(beta, 1 / alpha).subs(alpha, 2)
    5
    """
    return stability_horizon() / best(RICH).allocation(t)


def flattening() -> Expr:
    """Return the p for which n stable steps reach the rich time exponent, where the features learn.

    A preconditioner flattens the first n^p eigenvalues.

    Returns
    -------
    Expr
        In alpha and beta, for beta < 1.

    Examples
    --------
    >>> flattening()
    -(beta - 1)/(alpha*(beta + 1))
    """
    learning = solve_self_consistency().pieces[0]
    (found,) = solve(target_sum().exponent * clock_in_steps(flattened) - learning.value, flattened)
    return found.factor()
