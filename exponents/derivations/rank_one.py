"""Why does the exponent chi survive an approximation that drops the rank-one part of the kernel?

The exact flow has kappa^2 - kappa = gamma U, and the learned fraction phi of a mode depends on x = lambda tau alone at
late times.  The rank-one part changes phi(x), not how phi vanishes at 0 and saturates at infinity.  Exponents of mode
sums depend on these two ends only.
"""

from __future__ import annotations

from sympy import Eq, Symbol

from ..model.scaling_function import c, learned_sum, relaxation
from ..model.target import target_sum
from ..model.timescale import solve_self_consistency
from ..symbols import beta
from .derivation import Step, step


def exact_flow_steps() -> tuple[Step, ...]:
    """Return the steps that reduce eq. 51 to one equation for each mode, without an approximation.

    Examples
    --------
    >>> exact_flow_steps()[0].formulas[1].plain
    'kappa^2 - kappa = gamma |u|^2,  d kappa/dt = 2 gamma u g'
    """
    return (
        step(
            "The matrix of eq. 51 keeps one form. With the target $w$, the residual $v$, what is learned, $u = w - "
            r"v$, and $g = \Lambda v$:",
            (
                r"M = \kappa I + (\gamma/\kappa)\, u u^T, \quad du/dt = M g",
                r"\kappa^2 - \kappa = \gamma |u|^2, \quad d\kappa/dt = 2 \gamma u g",
            ),
            r"its derivative is $2 \gamma (u g) I + \gamma (u g^T + g u^T)$, as in eq. 51: the terms in $u u^T$ are "
            r"$-\gamma \kappa^{-2} 2 \gamma u g$ from $1/\kappa$ and $2 \gamma^2 \kappa^{-2} u g$ from $du/dt$, and "
            r"cancel; and $2 \gamma u M g = 2 \gamma (2 \kappa - 1) u g$ is the derivative of $\kappa^2 - \kappa$",
            "eq. 51",
        ),
        step(
            r"So in the clock $d\tau = \kappa\, dt$ the learned fraction $\phi_k = u_k/w_k$ of each mode obeys exactly",
            (
                r"d\phi_k/d\tau = \lambda_k (1 - \phi_k) + \frac{1}{2} \frac{d \ln \kappa}{d\tau} \phi_k",
                r"\kappa^2 - \kappa = \gamma U, \quad U = \sum_k \frac{y_k^2}{\lambda_k} \phi_k^2, \quad "
                r"L = \sum_k y_k^2 (1 - \phi_k)^2",
            ),
            r"$\kappa I$ gives the first term, and the rank-one part gives $\gamma \kappa^{-2} (u g) \phi_k$, where "
            r"$\gamma u g = (\kappa/2) d\kappa/d\tau$",
            "eq. 51",
        ),
    )


def survival_steps() -> tuple[Step, ...]:
    """Return the steps that restore the rank-one part, and show that the exponents stay.

    Examples
    --------
    >>> len(survival_steps())
    4
    """
    below, above = solve_self_consistency().pieces
    return (
        step(
            r"Restored, for {where}: suppose $\kappa$ grows as $\tau^{2 c}$. The term that was dropped is $c "
            r"\phi/\tau$, as large as the other one at $\lambda \tau = 1$, so $\phi$ is another function of $x = "
            r"\lambda \tau$:",
            (
                r"x \phi'(x) = x (1 - \phi) + c \phi",
                r"\phi \sim x/(1 - c) \quad (x \to 0), \qquad 1 - \phi \sim -c/x \quad (x \to \infty)",
            ),
            r"put $\phi = a x$ and $1 - \phi = b/x$ into the equation and compare the leading powers",
            "eq. 51",
            where=below.where,
        ),
        step(
            r"Both equations balance $\kappa^2$ with $U$: it grows as $\tau^{#growth}$ for any such $\phi$, so that",
            (Eq(c, relaxation(), evaluate=False), Eq(Symbol("m"), below.growth, evaluate=False)),
            r"the kernel $\phi^2$ is $x^2$ at 0 and 1 at infinity, up to factors, so its strip is $-2 < "
            r"\operatorname{Re} z < 0$, as for $1 - e^{-x}$, and the pole at $z = #pole$ is inside; $4 c = #growth$, "
            r"and the clock, $d\tau/dt = \kappa$, grows as $t^m$ with $m = 1/(1 - 2 c)$. In the approximation "
            r"$\kappa\, d\kappa/d\tau = \gamma B \sim \tau^{#decay}$ gives the same power",
            "eq. 51, 67",
            growth=-learned_sum().pole,
            pole=learned_sum().pole,
            decay=-target_sum().exponent,
        ),
        step(
            r"In the clock, $B$ and $L$ fall with the same power as before, with other constants:",
            r"\tau^{#power}",
            r"the kernels $1 - \phi$ and $(1 - \phi)^2$ fall as $1/x$ and $1/x^2$: their strips end at 1 and at 2, and "
            r"the pole at {pole} is inside both for {where}. So $\chi$ is unchanged",
            "eq. 51",
            power=-target_sum().exponent,
            pole=target_sum().pole,
            where=below.where,
        ),
        step(
            r"For {where} the exponent is unchanged as well: the dropped term changes $\phi$ by a relative amount that "
            "vanishes as",
            r"\tau^{#shrinks} \quad or \quad 1/\tau",
            r"$\kappa$ has a limit, and $\kappa\, d\kappa/d\tau = 2 \gamma \sum_k y_k^2 \phi_k (1 - \phi_k)$ falls as "
            r"$\tau^{#decay}$; times $\tau$ this is its effect at $\lambda \tau = 1$, the slower of the two leads. "
            r"Learned modes keep $1 - \phi \sim \tau^{#decay}/\lambda$, which adds $\tau^{-2 \beta} \sum_k "
            r"y_k^2/\lambda_k^2$ over $\lambda_k \tau > 1$ to the loss: less than $\tau^{#decay}$",
            "eq. 51",
            where=above.where,
            shrinks=1 - beta,
            decay=-target_sum().exponent,
        ),
    )
