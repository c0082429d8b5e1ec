"""Where the noise of finite batches comes from, as published and as derived."""

from __future__ import annotations

from sympy import exp
from sympy.logic.boolalg import Boolean

from ..algebra.piecewise import agreement, normal_form
from ..asymptotics.mode_sums import mode_sum
from ..model.batch_noise import noise_feedback, noise_kernel, sgd_mean_shift
from ..model.noise_shift import ratio_in_symbols
from ..model.online_loss import loss
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS
from ..model.timescale import kernel_growth, solve_self_consistency
from ..names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH
from ..optimum.proof import prove_nonnegative, sides
from ..printing import phrase
from ..symbols import alpha, t, x
from .derivation import Derivation, Step, read_steps
from .steps import CLOCK, mode_sum_steps, prove_table_unchanged, table_unchanged_step, term_step


def derive_sgd() -> Derivation:
    """Derive what the noise of batches does to the loss: early noise, in its variance and in its mean, and all noise.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_sgd().title.write("plain")
    'The SGD transient: noise of finite batches'
    """
    total = {regime: normal_form(noise_feedback(regime), PARAMETERS, DOMAIN) for regime in REGIMES}
    published, derived = (loss(RICH, v)["sgd_transient"].exponent(t) for v in (PUBLISHED, DERIVED))
    learning = solve_self_consistency().pieces[0].where
    return Derivation(
        "sgd",
        phrase("The SGD transient: noise of finite batches"),
        read_steps(
            r"""
            * The noise of one step relaxes with the kernel
                  \frac{\eta}{B} \sum_k \lambda_k^2 e^{-2 \lambda_k \tau}
              since the noise of a gradient has one factor of the eigenvalue, and the loss weighs it with another [eq.
              82]
            * {relaxes}
            * {published_term}
            * With one factor of the eigenvalue, as eq. 82 is printed, the exponent in the clock would be
                  {printed}
              since eq. 83 has this exponent, and eq. 8 and 9 have the other [eq. 82, 83]
            * But feature learning after a noisy step amplifies the variance that remains, to
                  \frac{\eta}{B} \kappa(t) \sum_k \lambda_k^2 e^{-2 \lambda_k \tau}
              since divided by $\sqrt{\kappa}$, every mode relaxes at its own rate, whatever the kernel $\kappa$ does;
              in these variables a step's noise is proportional to its step of the clock, and the loss is $\kappa$ times
              a sum of squares [first order in 1/B]
            * The rich kernel grows as a power of t with exponent
                  {kernel}
              since it is the rate of its clock; the lazy kernel is constant [eq. 67]
            * {derived_term}
            * In the lazy regime the two coincide; in the rich regime they agree for {where}.
              since there the kernel stops growing [first order in 1/B]
            * {unchanged}
            * {shifts}
            * Every step adds variance in proportion to the loss. In the lazy regime all of it decays with exponent
                  {lazy}
              since it is the convolution of loss and kernel, which falls as the slower of the two; where the flow is
              slower, only its prefactor changes [first order in 1/B]
            * In the rich regime, at a fixed learning rate, all of it decays with exponent
                  {rich}
              since it is that convolution in the clock, times the kernel; eq. 9 has no such term, and the variance
              grows where the exponent is negative [first order in 1/B]
            * For {learning} that is slower than gradient flow, by the growth of the kernel. There eq. 9 and the tables
              hold only while learning rate times kernel stays small.
              since beyond, plain gradient descent is unstable as well; the tables leave this term out [first order in
              1/B]
            * {constants}
            """,
            relaxes=mode_sum_steps(noise_kernel(), r"The noise kernel at $s = \tau$", "eq. 9"),
            published_term=term_step("sgd_transient", PUBLISHED, CLOCK, "eq. 8, 9"),
            printed=mode_sum(alpha, exp(-2 * x)).exponent,
            kernel=normal_form(kernel_growth(RICH), PARAMETERS, DOMAIN),
            derived_term=term_step(
                "sgd_transient",
                DERIVED,
                "the kernel's growth is taken off the decay in the clock",
                "first order in 1/B",
            ),
            where=agreement(published, derived, PARAMETERS, DOMAIN),
            unchanged=table_unchanged_step("sgd_transient"),
            shifts=_mean_shift_steps(learning),
            lazy=total[LAZY],
            rich=total[RICH],
            learning=learning,
            constants=_constant_steps(learning),
        ),
    )


def _constant_steps(learning: Boolean) -> tuple[Step, ...]:
    """Return the steps to the shift of the mean by all batches, in units of their variance."""
    return read_steps(
        r"""
        * For {where} all batches shift the mean too. Where $\kappa$ is large, $\frac{\eta}{B} B^T E B$ acts as $R u
          u^T$, with
              d(R \kappa)/d \tau = \frac{\eta}{B} \gamma L tr(\Lambda)
          since terms smaller by $1/\kappa$ or by $\tau^{1/\alpha - 1}$ are left out here and below; so R grows as
          $\kappa$ [first order in 1/B]
        * Then the modes of u shift by R times a function g of $x = \lambda \tau$, and $\kappa$ shifts by $\sigma R
          \kappa$. With $\nu = (1 - \beta)/4$ and the $\phi$ of `derive amplitude`, g solves
              x g' + (x + \nu) g = \sigma x (\frac{1}{2} - \phi) - \frac{\nu}{2} \phi - \frac{x}{2} (1 - \phi)
              g = A \phi + B \phi_b + C x (1 - \phi)
          since $\phi_b$ is $\phi$ with $b = -\nu$ in place of $\nu$; A, B and C follow by putting g in [first order in
          1/B]
        * Let G and $G_b$ be the integrals of $x^{\beta-2} \phi^2$ and $x^{\beta-2} \phi \phi_b$, and $I_1$ and $I_b$
          those of $x^{\beta-1} (1 - \phi)^2$ and $x^{\beta-1} (1 - \phi) (1 - \phi_b)$. The shift of the mean loss over
          the variance tends to
              {ratio}
          since $\kappa = 1 + \gamma |w|^2$ fixes $\sigma$. The integrals converge and no two powers meet, so there is
          no logarithm: the shift has the exponent of the variance, for every capacity, richness and learning rate
          [first order in 1/B]
        """,
        where=learning,
        ratio=ratio_in_symbols(),
    )


def _mean_shift_steps(learning: Boolean) -> tuple[Step, ...]:
    """Return the steps from the noise of early batches to the shift of the mean loss, and prove Table 1 unchanged.

    Raises
    ------
    Refuted
        If the shift falls more slowly than the flow somewhere, a diagram is wrong, or the exponents differ.
    """
    term, terms = sgd_mean_shift(), loss(RICH, DERIVED)
    shift = term.exponent(t)
    ahead = shift - terms["gradient_flow"].exponent(t)
    prove_nonnegative(ahead, PARAMETERS, DOMAIN, "the shift of the mean falls at least as fast as the flow")
    prove_table_unchanged(RICH, loss(RICH, PUBLISHED).add(term), "with the shift of the mean")
    return read_steps(
        r"""
        * The loss also has a mean that noise moves. A step with any gradient g takes w to $w + \eta B g$ and B to $B +
          \eta \gamma w g^T$, and so changes $B B^T - \gamma w w^T$ by
              \eta^2 \gamma (\gamma |g|^2 w w^T - B g g^T B^T)
          since the parts of first order in $\eta$ cancel, whatever g is; for the flow, $\eta \to 0$, nothing is left
          [eq. 4, Appendix B]
        * The noise of a batch has the covariance $\Gamma/B$. In time it adds $\frac{\eta}{B} \gamma E$ to $B B^T -
          \gamma w w^T = I$, and this stays when the noise ends:
              dE/dt = \gamma tr(\Gamma) w w^T - B \Gamma B^T
              \Gamma = L \Lambda + \Lambda v v^T \Lambda
          since a step adds $\eta^2/B$ times it, and a unit of time has $1/\eta$ steps; the fluctuation about the mean
          vanishes as the root of $\eta$. With v for what is not learned, a gradient is $\psi \psi^T v$, which has this
          covariance for Gaussian $\psi$ [first order in eta/B]
        * With $u = B^T w$, $U = |u|^2$ and $\kappa = 1 + \gamma |w|^2$, the kernel then solves
              (\kappa - 1) (\kappa + D) = \gamma U
              D = \frac{\eta}{B} \gamma \int [\gamma tr(\Gamma) (a \cdot w)^2 - a^T B \Gamma B^T a]\, dt
          since $U = w^T B B^T w$, and the unit vector a is the late direction of w. It exists: where u turns by an
          angle, w turns by $1/\sqrt{\kappa}$ of it. D may have either sign [first order in eta/B]
        * So $\kappa$ is shifted by $-D/2$ where it is large, and the clock relatively by $D/\kappa$, which falls in t
          with exponent
              {relative}
          since D is constant once the noise has ended. What else the noise of early steps has moved is forgotten by the
          flow, but for a shift of the clock by a constant, which is smaller [first order in eta/B]
        * Relative to itself, the mean loss is shifted in proportion to that. The shift falls with exponent
              {shift}
          since it is the exponent of the flow plus the growth of the kernel; neither eq. 9 nor the variance has it
          [first order in eta/B]
        * For {where} the variance falls faster, by the exponent
              {ahead}
          since it is positive for {trace}: what early noise leaves in the loss is the shift of its mean [first order in
          eta/B]
        * Table 1 is the same with this shift in the loss, for all {trace}.
          since the shift never falls more slowly than the flow, and the diagram with it was proved [Table 1]
        """,
        relative=normal_form(kernel_growth(RICH), PARAMETERS, DOMAIN),
        shift=normal_form(shift, PARAMETERS, DOMAIN),
        where=learning,
        trace=TRACE_CLASS,
        ahead=normal_form(terms["sgd_transient"].exponent(t) - shift, PARAMETERS, (*DOMAIN, *sides(learning))),
    )
