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
from .derivation import Step, read_steps


def exact_flow_steps() -> tuple[Step, ...]:
    """Return the steps that reduce eq. 51 to one equation for each mode, without an approximation.

    Examples
    --------
    >>> exact_flow_steps()[0].formulas[1].plain
    'kappa^2 - kappa = gamma |u|^2,  d kappa/dt = 2 gamma u g'
    """
    return read_steps(
        r"""
        * The matrix of eq. 51 keeps one form. With the target $w$, the residual $v$, what is learned, $u = w - v$, and
          $g = \Lambda v$:
              M = \kappa I + (\gamma/\kappa)\, u u^T, \quad du/dt = M g
              \kappa^2 - \kappa = \gamma |u|^2, \quad d\kappa/dt = 2 \gamma u g
          since its derivative is $2 \gamma (u g) I + \gamma (u g^T + g u^T)$, as in eq. 51: the terms in $u u^T$ are
          $-\gamma \kappa^{-2} 2 \gamma u g$ from $1/\kappa$ and $2 \gamma^2 \kappa^{-2} u g$ from $du/dt$, and cancel;
          and $2 \gamma u M g = 2 \gamma (2 \kappa - 1) u g$ is the derivative of $\kappa^2 - \kappa$ [eq. 51]
        * So in the clock $d\tau = \kappa\, dt$ the learned fraction $\phi_k = u_k/w_k$ of each mode obeys exactly
              d\phi_k/d\tau = \lambda_k (1 - \phi_k) + \frac{1}{2} \frac{d \ln \kappa}{d\tau} \phi_k
              \kappa^2 - \kappa = \gamma U, \quad U = \sum_k \frac{y_k^2}{\lambda_k} \phi_k^2, \quad L = \sum_k y_k^2 (1
                  - \phi_k)^2
          since $\kappa I$ gives the first term, and the rank-one part gives $\gamma \kappa^{-2} (u g) \phi_k$, where
          $\gamma u g = (\kappa/2) d\kappa/d\tau$ [eq. 51]
        """,
    )


def survival_steps() -> tuple[Step, ...]:
    """Return the steps that restore the rank-one part, and show that the exponents stay.

    Examples
    --------
    >>> len(survival_steps())
    4
    """
    below, above = solve_self_consistency().pieces
    return read_steps(
        r"""
        * Restored, for {where}: suppose $\kappa$ grows as $\tau^{2 c}$. The term that was dropped is $c \phi/\tau$, as
          large as the other one at $\lambda \tau = 1$, so $\phi$ is another function of $x = \lambda \tau$:
              x \phi'(x) = x (1 - \phi) + c \phi
              \phi \sim x/(1 - c) \quad (x \to 0), \qquad 1 - \phi \sim -c/x \quad (x \to \infty)
          since put $\phi = a x$ and $1 - \phi = b/x$ into the equation and compare the leading powers [eq. 51]
        * Both equations balance $\kappa^2$ with $U$: it grows as $\tau^{#growth}$ for any such $\phi$, so that
              {relaxation}
              {clock}
          since the kernel $\phi^2$ is $x^2$ at 0 and 1 at infinity, up to factors, so its strip is $-2 <
          \operatorname{Re} z < 0$, as for $1 - e^{-x}$, and the pole at $z = #pole$ is inside; $4 c = #growth$, and the
          clock, $d\tau/dt = \kappa$, grows as $t^m$ with $m = 1/(1 - 2 c)$. In the approximation $\kappa\,
          d\kappa/d\tau = \gamma B \sim \tau^{#decay}$ gives the same power [eq. 51, 67]
        * In the clock, $B$ and $L$ fall with the same power as before, with other constants:
              \tau^{#decay}
          since the kernels $1 - \phi$ and $(1 - \phi)^2$ fall as $1/x$ and $1/x^2$: their strips end at 1 and at 2, and
          the pole at {end} is inside both for {where}. So $\chi$ is unchanged [eq. 51]
        * For {beyond} the exponent is unchanged as well: the dropped term changes $\phi$ by a relative amount that
          vanishes as
              \tau^{#shrinks} \quad or \quad 1/\tau
          since $\kappa$ has a limit, and $\kappa\, d\kappa/d\tau = 2 \gamma \sum_k y_k^2 \phi_k (1 - \phi_k)$ falls as
          $\tau^{#decay}$; times $\tau$ this is its effect at $\lambda \tau = 1$, the slower of the two leads. Learned
          modes keep $1 - \phi \sim \tau^{#decay}/\lambda$, which adds $\tau^{-2 \beta} \sum_k y_k^2/\lambda_k^2$ over
          $\lambda_k \tau > 1$ to the loss: less than $\tau^{#decay}$ [eq. 51]
        """,
        where=below.where,
        growth=-learned_sum().pole,
        pole=learned_sum().pole,
        decay=-target_sum().exponent,
        relaxation=Eq(c, relaxation(), evaluate=False),
        clock=Eq(Symbol("m"), below.growth, evaluate=False),
        end=target_sum().pole,
        beyond=above.where,
        shrinks=1 - beta,
    )
