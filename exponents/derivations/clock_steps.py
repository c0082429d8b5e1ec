"""Why does a correction keep its exponent in t, although it shifts the clock as well?"""

from __future__ import annotations

from sympy import Expr

from ..algebra.piecewise import normal_form
from ..model.clock_shift import (
    data_growth,
    data_loss_correction,
    data_shift,
    model_correction,
    model_growth,
    model_shift,
)
from ..model.table1 import DOMAIN, PARAMETERS
from ..optimum.proof import prove_nonnegative
from .derivation import Step, read_steps


def model_clock_steps() -> tuple[Step, ...]:
    """Return the steps for N features, with the comparison proved.

    Raises
    ------
    Refuted
        If the clock shifts relatively more than the loss somewhere.

    Examples
    --------
    >>> model_clock_steps()[1].formulas[0]
    1/alpha
    """
    return read_steps(
        r"""
        * When rich, the clock shifts too, as $\kappa^2 - \kappa = \gamma U$. With D the correction at $2 \tau = s$, U
          changes at fixed $\tau$ by $U_1/N$, which grows as a power of $\tau$ with the exponent
              U_1 = \int_0^\tau [D(s) - D(s + \tau)]\, ds
              {growth}
          since $U = \sum_k \frac{y_k^2}{\lambda_k} \phi_k^2$, and with $\phi = 1 - e^{-\lambda \tau}$ it is
          $\phi^2/\lambda = \int_0^\tau (e^{-\lambda s} - e^{-\lambda (s + \tau)})\, ds$; every $\phi$ that vanishes as
          x and tends to 1 gives the same power [first order in 1/N]
        * {compared}
        """,
        growth=normal_form(model_growth(), PARAMETERS, DOMAIN),
        compared=_compare("N", model_shift(), model_correction()),
    )


def data_clock_steps() -> tuple[Step, ...]:
    """Return the steps for P reused samples, with the comparison proved.

    Raises
    ------
    Refuted
        If the clock shifts relatively more than the loss somewhere.

    Examples
    --------
    >>> len(data_clock_steps())
    3
    """
    return read_steps(
        r"""
        * When rich, the clock shifts too, as $\kappa^2 - \kappa = \gamma U$. At fixed $\tau$, U changes by $U_1/P$,
          which grows as a power of $\tau$ with the exponent
              U_1 = D_w(2 \tau) - 2 D_w(\tau)
              D_w(s) = \int_0^s [\sum_k y_k^2 u e^{-\lambda_k u}] [\sum_k \lambda_k e^{-\lambda_k (s - u)}]\, du
              {growth}
          since $U = w^T (I - e^{-\tau S})^2 w$, and the first lemma with $\nu = \zeta (1 + V/P)$ changes the resolvent
          by $\frac{C}{(C + \zeta)^2} V/P$, a product of two Laplace transforms; the integral has the power of the
          slowest of its two ends and its bulk [first order in 1/P]
        * {compared}
        """,
        growth=normal_form(data_growth(), PARAMETERS, DOMAIN),
        compared=_compare("P", data_shift(), data_loss_correction()),
    )


def _compare(size: str, shift: Expr, correction: Expr) -> tuple[Step, ...]:
    """Prove that the relative shift of the clock falls at least as fast as the relative correction of the loss."""
    claim = f"the relative shift of the clock by 1/{size} falls at least as fast as the correction"
    prove_nonnegative(shift - correction, PARAMETERS, DOMAIN, claim)
    return read_steps(
        r"""
        * Relative to itself, the clock at fixed t then shifts by 1/{size} times a power of $\tau$ with the exponent
              {shift}
          since $\delta \kappa/\kappa$ is at most $\delta U/(2 U)$, and $\delta \tau = \kappa \int_0^\tau (\delta
          \kappa/\kappa)\, d\tau/\kappa$; what $\delta \kappa$ does to $\phi$ by the rank-one part is linear in it and
          has the same power [first order in 1/{size}]
        * At a fixed clock the loss changes by 1/{size} of itself times a power with the exponent
              {correction}
          since it is never below the exponent of the clock, as was proved on every cell. The shift changes the loss by
          $-\beta L\, \delta \tau/\tau$, so the correction keeps its exponent [first order in 1/{size}]
        """,
        size=size,
        shift=normal_form(-shift, PARAMETERS, DOMAIN),
        correction=normal_form(-correction, PARAMETERS, DOMAIN),
    )
