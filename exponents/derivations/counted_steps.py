"""What is left of the rich exponents if compute counts steps, each of which is stable?"""

from __future__ import annotations

from sympy import Eq, Expr

from ..algebra.piecewise import normal_form
from ..losses.terms import Loss
from ..model.batch_noise import noise_feedback
from ..model.online_loss import loss
from ..model.reuse_loss import FULL_BATCH, full_batch_optimum, reuse_loss
from ..model.stable_steps import (
    STEP_COST,
    clock_in_steps,
    compute_horizon,
    flattened,
    flattening,
    in_steps,
    noise_in_steps,
    optimum_in_steps,
    stability_horizon,
)
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS, optimum
from ..model.target import target_sum
from ..model.timescale import kernel_growth, solve_self_consistency
from ..names import DERIVED, LAZY, PUBLISHED, RICH, VERSIONS, Version
from ..optimum.programme import COST
from ..optimum.proof import prove, prove_equal, prove_nonnegative, sides
from ..optimum.search import compute_optimum
from ..printing import phrase
from ..symbols import alpha, steps, t
from .derivation import Derivation, Step, read_steps


def derive_steps() -> Derivation:
    """Derive how the loss falls with stable steps, what Table 1 becomes, and what restores the rich exponent.

    Returns
    -------
    Derivation

    Raises
    ------
    Refuted
        If the rich exponents in steps are not the lazy ones somewhere, or a diagram is wrong.

    Examples
    --------
    >>> derive_steps().steps[3].formulas[0]
    n**(-beta)
    """
    return Derivation(
        "steps",
        phrase("Compute that counts stable steps"),
        (*_clock_steps(), *_table_steps(), *_noise_steps(), *_fixed_rate_steps(), *_flattening_steps()),
    )


def _clock_steps() -> tuple[Step, ...]:
    law = in_steps(loss(RICH, PUBLISHED), RICH)["gradient_flow"].as_expr()
    claim = "the clock in stable steps is that of the lazy flow in time"
    prove_equal(loss(LAZY)["gradient_flow"].exponent(t), _decay("gradient_flow", PUBLISHED), PARAMETERS, DOMAIN, claim)
    return read_steps(
        r"""
        * What is not learned obeys $dv/dt = -M \Lambda v$. The rates of $M \Lambda$ are at most $\mu_1 (2 \kappa - 1)$,
          and the largest is at least $\mu_1 \kappa$, with $\mu_1$ the largest eigenvalue of $\Lambda$.
              M = \kappa I + \frac{\gamma}{\kappa} u u^T, \quad \frac{\gamma}{\kappa} |u|^2 = \kappa - 1
          since $\Lambda^{1/2} M \Lambda^{1/2}$ has the same eigenvalues; M lies between $\kappa I$ and $(2 \kappa - 1)
          I$, since $\gamma |u|^2 = \kappa (\kappa - 1)$ [eq. 51, derive chi]
        * A step of learning rate $\eta$ is unstable where $\eta \kappa \mu_1 > 2$, and stable where $\eta \kappa \mu_1
          \leq 1$.
          since it multiplies a deviation in the direction of rate r by $1 - \eta r$, which is shorter than 1 for $\eta
          r < 2$ [linear stability]
        * So a stable step moves the clock by $\eta \kappa \leq 2/\mu_1$, and n of them by no more than the first
          formula. With the largest stable learning rate, up to c, they reach the second, which grows as a power of n
          with exponent {growth}:
              \tau \leq 2 n/\mu_1
              \eta_n = \frac{c}{\kappa \mu_1}: \quad \tau = c n/\mu_1
          since $d\tau = \kappa\, dt$ and a step takes the time $\eta$; the growth of the kernel cancels, so features
          that learn do not move the clock faster [linear stability]
        * At this rate the loss of the flow falls with steps as
              {law}
          since it is the mode sum in the clock, $\tau^{-#power}$, for every $\gamma$; the lazy flow has the same
          exponent. A step acts on a mode as the flow where $\eta \kappa \mu_k$ is small, which is so for the late modes
          that hold the loss [eq. 10]
        """,
        growth=clock_in_steps(),
        power=target_sum().exponent,
        law=law,
    )


def _decay(name: str, version: Version) -> Expr:
    """Return the exponent in stable steps of one term of the rich loss."""
    return in_steps(loss(RICH, version), RICH)[name].exponent(steps)


def prove_steps_undo(rich: Loss, cost: Expr, lazy: Expr, claim: str) -> None:
    """Prove the diagram of a loss in stable steps, and that its exponent is the one that the lazy loss has in time.

    Parameters
    ----------
    rich : Loss
        In steps.
    cost : Expr
        The budget, in steps.
    lazy : Expr
        The exponent of the lazy optimum.
    claim : str
        The statement, for the message.

    Raises
    ------
    Refuted
        If the diagram is wrong, or the exponents differ.

    Examples
    --------
    >>> rich = in_steps(loss("rich"), "rich")
    >>> prove_steps_undo(rich, STEP_COST, optimum("lazy").exponent, "the exponents are equal")
    """
    found = compute_optimum(rich, cost, TRACE_CLASS, PARAMETERS)
    prove(found)
    prove_equal(lazy, found.exponent, PARAMETERS, DOMAIN, claim)


def _table_steps() -> tuple[Step, ...]:
    """Prove both tables for both versions, and return the steps that say so."""
    whole = FULL_BATCH.subs(t, steps)
    for version in VERSIONS:
        single, epochs = loss(RICH, version), reuse_loss(RICH, version, batches=False)
        for rich, cost, best in ((single, STEP_COST, optimum), (epochs, whole, full_batch_optimum)):
            claim = f"the rich exponent at C = {cost}, as {version}, is the lazy one"
            prove_steps_undo(in_steps(rich, RICH), cost, best(LAZY, version).exponent, claim)
    hard = optimum_in_steps(RICH).phases[0]
    learning = solve_self_consistency().pieces[0].where
    gain = optimum(RICH).exponent - optimum_in_steps(RICH).exponent
    return read_steps(
        r"""
        * With C = {cost}, the rich loss of the best model falls as a power of C with the lazy exponent of Table 1. For
          {where} it is
              {optimum}
          since every power of t in the loss was written in steps, with the derived growth of the clock; the diagram of
          that sum was proved, and its exponent equals the lazy one on every cell, for the published and the derived
          terms [Table 1]
        * Counted in time, C = {time_cost}, the rich exponent is larger by
              {gain}
          since time counts $\eta$ times the steps, which is the same only while $\eta$ is small compared with
          $1/\kappa$; for {learning} the kernel grows, and beyond it has a limit, so that nothing changes [Table 1]
        * With P reused samples in every step, C = {whole}, the rich exponent is the lazy one as well.
          since the diagrams were proved and compared in the same way, for the published and the derived terms [eq. 78]
        """,
        cost=STEP_COST,
        where=hard.where,
        optimum=hard.exponent,
        time_cost=COST,
        learning=learning,
        gain=normal_form(gain, PARAMETERS, DOMAIN),
        whole=whole,
    )


def _noise_steps() -> tuple[Step, ...]:
    learning = solve_self_consistency().pieces[0].where
    noise = noise_in_steps()
    prove_equal(
        noise, noise_feedback(LAZY), PARAMETERS, DOMAIN, "the noise of stable steps falls as in the lazy regime"
    )
    return read_steps(
        r"""
        * Not every term becomes the lazy one. For {where} the variance that the noise of early batches leaves falls
          with
              {variance}
          since it has a factor $\kappa$, which does not cancel; the lazy exponent is {lazy} [derive sgd]
        * With $\eta_n = \frac{c}{\kappa \mu_1}$ the noise of all batches falls as in the lazy regime, with
              {noise}
          since it is $\kappa(t) \int d\tau_s \frac{\eta_s}{B} K(\tau - \tau_s) L(s)$, and $\eta_s$ falls as the kernel
          grows. At a fixed one it falls more slowly than the flow while the kernel grows. Larger batches remove noise;
          they do not make a larger step stable [first order in 1/B]
        """,
        where=learning,
        lazy=loss(LAZY, DERIVED)["sgd_transient"].exponent(t),
        variance=normal_form(_decay("sgd_transient", DERIVED), PARAMETERS, (*DOMAIN, *sides(learning))),
        noise=noise,
    )


def _fixed_rate_steps() -> tuple[Step, ...]:
    learning = solve_self_consistency().pieces[0].where
    region = (*DOMAIN, *sides(learning))
    horizons = (normal_form(compute_horizon(best), PARAMETERS, region) for best in (optimum, full_batch_optimum))
    return read_steps(
        r"""
        * At a fixed learning rate $\eta$ steps follow the flow, for {where}, up to the time at which $\eta \kappa \mu_1
          = 2$. It grows as a power of $1/\eta$ with exponent
              {horizon}
          since the kernel grows as a power of t with exponent {growth}. Until then t counts steps, and the rich
          exponent shows [linear stability]
        * For the best model, that is a compute which grows as a power of $1/\eta$ with the first exponent for C =
          {cost}, and with the second for P reused samples, C = {whole}:
              {horizons}
          since it is that time, at the share of time in the best split. With more compute at the same learning rate the
          gain is lost [Table 1]
        """,
        where=learning,
        growth=normal_form(kernel_growth(RICH), PARAMETERS, region),
        horizon=normal_form(stability_horizon(), PARAMETERS, region).factor(),
        cost=COST,
        whole=FULL_BATCH,
        horizons=tuple(horizon.factor() for horizon in horizons),
    )


def _flattening_steps() -> tuple[Step, ...]:
    learning = solve_self_consistency().pieces[0]
    region = (*DOMAIN, *sides(learning.where))
    share, clock = flattening(), clock_in_steps(flattened)
    reached = clock.subs(flattened, share)
    left = 2 * (reached - alpha * share)  # (1 - phi)^2 ~ x^-2 at x = mu_k0 tau
    claims = {
        "flattened modes are learned": reached / alpha - share,
        "flattened modes do not hold the loss": left - learning.value,
    }
    for claim, margin in claims.items():
        prove_nonnegative(margin, PARAMETERS, region, claim)
    return read_steps(
        r"""
        * A preconditioner can restore the gain. Let it lower the first $k_0$ eigenvalues to about $\mu_{k_0}$: each
          gradient g is multiplied by a matrix Q, before the step of w and of B.
              dv/dt = -M Q \Lambda v, \quad Q = (I + \Lambda/\mu_{k_0})^{-1}
          since $B B^T - \gamma w w^T$ is conserved whatever g is, so M keeps its form. The largest eigenvalue of $Q
          \Lambda$ is below $\mu_{k_0}$, so every step before holds with $\mu_{k_0}$ for $\mu_1$; the eigenvalues of
          later modes stay [Appendix B]
        * With $k_0 \sim n^p$, as n grows, the clock grows as a power of n with exponent
              {clock}
          since a stable step moves it by at most $2/\mu_{k_0}$, and $\mu_k = k^{-\alpha}$ [linear stability]
        * For {where} the loss then falls with stable steps as it does in time, with the exponent {chi}, for
              {share}
          since this solves $\beta (#clock) = #chi$. The flattened modes have been learned, since the clock has passed
          more than $k_0$ modes, and what they leave falls with {left}, which is faster: it is the square of $1 - \phi
          \sim -c/x$ at $x = \mu_{k_0} \tau$ [linear stability]
        """,
        clock=clock,
        where=learning.where,
        chi=learning.value,
        left=left.cancel(),
        share=Eq(flattened, share, evaluate=False),
    )
