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
from ..names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH, Version
from ..optimum.proof import prove_nonnegative, sides
from ..printing import join_notation, phrase
from ..symbols import alpha, t, x
from .derivation import Derivation, Step, step
from .steps import CLOCK, mode_sum_steps, prove_table_unchanged, table_unchanged_step, term_step

_FIRST_ORDER = "first order in 1/B"


def derive_sgd(version: Version) -> Derivation:
    """Derive what the noise of batches does to the loss: early noise, in its variance and in its mean, and all noise.

    Parameters
    ----------
    version : "published" or "derived"
        It changes nothing.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_sgd("published").title.write("plain")
    'The SGD transient: noise of finite batches'
    """
    del version  # both are derived
    total = {regime: normal_form(noise_feedback(regime), PARAMETERS, DOMAIN) for regime in REGIMES}
    published, derived = (loss(RICH, v)["sgd_transient"].exponent(t) for v in (PUBLISHED, DERIVED))
    learning = solve_self_consistency().pieces[0].where
    return Derivation(
        "sgd",
        phrase("The SGD transient: noise of finite batches"),
        (
            step(
                "The noise of one step relaxes with the kernel",
                r"\frac{\eta}{B} \sum_k \lambda_k^2 e^{-2 \lambda_k \tau}",
                "the noise of a gradient has one factor of the eigenvalue, and the loss weighs it with another",
                "eq. 82",
            ),
            *mode_sum_steps(noise_kernel(), r"The noise kernel at $s = \tau$", "eq. 9"),
            term_step("sgd_transient", PUBLISHED, CLOCK, "eq. 8, 9"),
            step(
                "With one factor of the eigenvalue, as eq. 82 is printed, the exponent in the clock would be",
                mode_sum(alpha, exp(-2 * x)).exponent,
                "eq. 83 has this exponent, and eq. 8 and 9 have the other",
                "eq. 82, 83",
            ),
            step(
                "But feature learning after a noisy step amplifies the variance that remains, to",
                r"\frac{\eta}{B} \kappa(t) \sum_k \lambda_k^2 e^{-2 \lambda_k \tau}",
                r"divided by $\sqrt{\kappa}$, every mode relaxes at its own rate, whatever the kernel $\kappa$ does; "
                r"in these variables a step's noise is proportional to its step of the clock, and the loss is $\kappa$ "
                "times a sum of squares",
                _FIRST_ORDER,
            ),
            step(
                "The rich kernel grows as a power of t with exponent",
                normal_form(kernel_growth(RICH), PARAMETERS, DOMAIN),
                "it is the rate of its clock; the lazy kernel is constant",
                "eq. 67",
            ),
            term_step(
                "sgd_transient", DERIVED, "the kernel's growth is taken off the decay in the clock", _FIRST_ORDER
            ),
            step(
                "In the lazy regime the two coincide; in the rich regime they agree for {where}.",
                None,
                "there the kernel stops growing",
                _FIRST_ORDER,
                where=agreement(published, derived, PARAMETERS, DOMAIN),
            ),
            table_unchanged_step("sgd_transient"),
            *_mean_shift_steps(learning),
            step(
                "Every step adds variance in proportion to the loss. In the lazy regime all of it decays with exponent",
                total[LAZY],
                "it is the convolution of loss and kernel, which falls as the slower of the two; where the flow is "
                "slower, only its prefactor changes",
                _FIRST_ORDER,
            ),
            step(
                "In the rich regime, at a fixed learning rate, all of it decays with exponent",
                total[RICH],
                "it is that convolution in the clock, times the kernel; eq. 9 has no such term, and the "
                "variance grows where the exponent is negative",
                _FIRST_ORDER,
            ),
            step(
                "For {where} that is slower than gradient flow, by the growth of the kernel. There eq. 9 and the "
                "tables hold only while learning rate times kernel stays small.",
                None,
                "beyond, plain gradient descent is unstable as well; the tables leave this term out",
                _FIRST_ORDER,
                where=join_notation(", ", learning),
            ),
            *_constant_steps(learning),
        ),
    )


def _constant_steps(learning: Boolean) -> tuple[Step, ...]:
    """Return the steps to the shift of the mean by all batches, in units of their variance."""
    return (
        step(
            r"For {where} all batches shift the mean too. Where $\kappa$ is large, $\frac{\eta}{B} B^T E B$ acts as "
            r"$R u u^T$, with",
            r"d(R \kappa)/d \tau = \frac{\eta}{B} \gamma L tr(\Lambda)",
            r"terms smaller by $1/\kappa$ or by $\tau^{1/\alpha - 1}$ are left out here and below; so R grows as "
            r"$\kappa$",
            _FIRST_ORDER,
            where=join_notation(", ", learning),
        ),
        step(
            r"Then the modes of u shift by R times a function g of $x = \lambda \tau$, and $\kappa$ shifts by "
            r"$\sigma R \kappa$. With $\nu = (1 - \beta)/4$ and the $\phi$ of `derive amplitude`, g solves",
            (
                r"x g' + (x + \nu) g = \sigma x (\frac{1}{2} - \phi) - \frac{\nu}{2} \phi - \frac{x}{2} (1 - \phi)",
                r"g = A \phi + B \phi_b + C x (1 - \phi)",
            ),
            r"$\phi_b$ is $\phi$ with $b = -\nu$ in place of $\nu$; A, B and C follow by putting g in",
            _FIRST_ORDER,
        ),
        step(
            r"Let G and $G_b$ be the integrals of $x^{\beta-2} \phi^2$ and $x^{\beta-2} \phi \phi_b$, and $I_1$ and "
            r"$I_b$ those of $x^{\beta-1} (1 - \phi)^2$ and $x^{\beta-1} (1 - \phi) (1 - \phi_b)$. The shift of the "
            "mean loss over the variance tends to",
            ratio_in_symbols(),
            r"$\kappa = 1 + \gamma |w|^2$ fixes $\sigma$. The integrals converge and no two powers meet, so there is "
            "no logarithm: the shift has the exponent of the variance, for every capacity, richness and learning rate",
            _FIRST_ORDER,
        ),
    )


def _mean_shift_steps(learning: Boolean) -> tuple[Step, ...]:
    """Return the steps from the noise of early batches to the shift of the mean loss, and prove Table 1 unchanged.

    Raises
    ------
    Refuted
        If the shift falls more slowly than the flow somewhere, a diagram is wrong, or the exponents differ.
    """
    term, terms = sgd_mean_shift(), loss(RICH, DERIVED)
    shift, source = term.exponent(t), term.source
    ahead = shift - terms["gradient_flow"].exponent(t)
    prove_nonnegative(ahead, PARAMETERS, DOMAIN, "the shift of the mean falls at least as fast as the flow")
    prove_table_unchanged(RICH, loss(RICH, PUBLISHED).add(term), "with the shift of the mean")
    return (
        step(
            r"The loss also has a mean that noise moves. A step with any gradient g takes w to $w + \eta B g$ and B to "
            r"$B + \eta \gamma w g^T$, and so changes $B B^T - \gamma w w^T$ by",
            r"\eta^2 \gamma (\gamma |g|^2 w w^T - B g g^T B^T)",
            r"the parts of first order in $\eta$ cancel, whatever g is; for the flow, $\eta \to 0$, nothing is left",
            "eq. 4, Appendix B",
        ),
        step(
            r"The noise of a batch has the covariance $\Gamma/B$. In time it adds $\frac{\eta}{B} \gamma E$ to "
            r"$B B^T - \gamma w w^T = I$, and this stays when the noise ends:",
            (r"dE/dt = \gamma tr(\Gamma) w w^T - B \Gamma B^T", r"\Gamma = L \Lambda + \Lambda v v^T \Lambda"),
            r"a step adds $\eta^2/B$ times it, and a unit of time has $1/\eta$ steps; the fluctuation about the mean "
            r"vanishes as the root of $\eta$. With v for what is not learned, a gradient is $\psi \psi^T v$, "
            r"which has this covariance for Gaussian $\psi$",
            source,
        ),
        step(
            r"With $u = B^T w$, $U = |u|^2$ and $\kappa = 1 + \gamma |w|^2$, the kernel then solves",
            (
                r"(\kappa - 1) (\kappa + D) = \gamma U",
                r"D = \frac{\eta}{B} \gamma \int [\gamma tr(\Gamma) (a \cdot w)^2 - a^T B \Gamma B^T a]\, dt",
            ),
            r"$U = w^T B B^T w$, and the unit vector a is the late direction of w. It exists: where u turns by "
            r"an angle, w turns by $1/\sqrt{\kappa}$ of it. D may have either sign",
            source,
        ),
        step(
            r"So $\kappa$ is shifted by $-D/2$ where it is large, and the clock relatively by $D/\kappa$, which falls "
            "in t with exponent",
            normal_form(kernel_growth(RICH), PARAMETERS, DOMAIN),
            "D is constant once the noise has ended. What else the noise of early steps has moved is forgotten by the "
            r"flow, but for a shift of the clock by a constant, which is smaller",
            source,
        ),
        step(
            "Relative to itself, the mean loss is shifted in proportion to that. The shift falls with exponent",
            normal_form(shift, PARAMETERS, DOMAIN),
            "it is the exponent of the flow plus the growth of the kernel; neither eq. 9 nor the variance has it",
            source,
        ),
        step(
            "For {where} the variance falls faster, by the exponent",
            normal_form(terms["sgd_transient"].exponent(t) - shift, PARAMETERS, (*DOMAIN, *sides(learning))),
            "it is positive for {trace}: what early noise leaves in the loss is the shift of its mean",
            source,
            where=join_notation(", ", learning),
            trace=TRACE_CLASS,
        ),
        step(
            "Table 1 is the same with this shift in the loss, for all {trace}.",
            None,
            "the shift never falls more slowly than the flow, and the diagram with it was proved",
            "Table 1",
            trace=TRACE_CLASS,
        ),
    )
