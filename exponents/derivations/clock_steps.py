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
from .derivation import Step, step


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
    opening = step(
        r"When rich, the clock shifts too, as $\kappa^2 - \kappa = \gamma U$. With D the correction at $2 \tau = s$, U "
        r"changes at fixed $\tau$ by $U_1/N$, which grows as a power of $\tau$ with the exponent",
        (r"U_1 = \int_0^\tau [D(s) - D(s + \tau)]\, ds", normal_form(model_growth(), PARAMETERS, DOMAIN)),
        r"$U = \sum_k \frac{y_k^2}{\lambda_k} \phi_k^2$, and with $\phi = 1 - e^{-\lambda \tau}$ it is $\phi^2/\lambda "
        r"= \int_0^\tau (e^{-\lambda s} - e^{-\lambda (s + \tau)})\, ds$; every $\phi$ that vanishes as x and tends to "
        "1 gives the same power",
        "first order in 1/N",
    )
    return opening, *_compare("N", model_shift(), model_correction())


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
    opening = step(
        r"When rich, the clock shifts too, as $\kappa^2 - \kappa = \gamma U$. At fixed $\tau$, U changes by $U_1/P$, "
        r"which grows as a power of $\tau$ with the exponent",
        (
            r"U_1 = D_w(2 \tau) - 2 D_w(\tau)",
            r"D_w(s) = \int_0^s [\sum_k y_k^2 u e^{-\lambda_k u}] [\sum_k \lambda_k e^{-\lambda_k (s - u)}]\, du",
            normal_form(data_growth(), PARAMETERS, DOMAIN),
        ),
        r"$U = w^T (I - e^{-\tau S})^2 w$, and the first lemma with $\nu = \zeta (1 + V/P)$ changes the resolvent by "
        r"$\frac{C}{(C + \zeta)^2} V/P$, a product of two Laplace transforms; the integral has the power of the "
        "slowest of its two ends and its bulk",
        "first order in 1/P",
    )
    return opening, *_compare("P", data_shift(), data_loss_correction())


def _compare(size: str, shift: Expr, correction: Expr) -> tuple[Step, Step]:
    """Prove that the relative shift of the clock falls at least as fast as the relative correction of the loss."""
    claim = f"the relative shift of the clock by 1/{size} falls at least as fast as the correction"
    prove_nonnegative(shift - correction, PARAMETERS, DOMAIN, claim)
    return (
        step(
            rf"Relative to itself, the clock at fixed t then shifts by 1/{size} times a power of $\tau$ "
            r"with the exponent",
            normal_form(-shift, PARAMETERS, DOMAIN),
            r"$\delta \kappa/\kappa$ is at most $\delta U/(2 U)$, and $\delta \tau = \kappa \int_0^\tau (\delta "
            r"\kappa/\kappa)\, d\tau/\kappa$; what $\delta \kappa$ does to $\phi$ by the rank-one part is linear in it "
            "and has the same power",
            f"first order in 1/{size}",
        ),
        step(
            rf"At a fixed clock the loss changes by 1/{size} of itself times a power with the exponent",
            normal_form(-correction, PARAMETERS, DOMAIN),
            r"it is never below the exponent of the clock, as was proved on every cell. The shift changes the loss by "
            r"$-\beta L\, \delta \tau/\tau$, so the correction keeps its exponent",
            f"first order in 1/{size}",
        ),
    )
