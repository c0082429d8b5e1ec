"""Where the noise of finite batches comes from, as published and as derived."""

from __future__ import annotations

from sympy import exp

from ..algebra.piecewise import agreement, normal_form
from ..asymptotics.mode_sums import mode_sum
from ..model.batch_noise import noise_feedback, noise_kernel
from ..model.online_loss import loss
from ..model.table1 import DOMAIN, PARAMETERS
from ..model.timescale import kernel_growth, solve_self_consistency
from ..names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH, Version
from ..printing import join_notation, phrase
from ..symbols import alpha, t, x
from .derivation import Derivation, step
from .steps import CLOCK, mode_sum_steps, table_unchanged_step, term_step

_FIRST_ORDER = "first order in 1/B"


def derive_sgd(version: Version) -> Derivation:
    """Derive how gradient noise decays: the noise of one step, as published and as derived, and the noise of all steps.

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
    learning = join_notation(", ", solve_self_consistency().pieces[0].where)
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
                "But feature learning after a noisy step amplifies the noise that remains, to",
                r"\frac{\eta}{B} \kappa(t) \sum_k \lambda_k^2 e^{-2 \lambda_k \tau}",
                r"divided by $\sqrt{\kappa}$, every mode relaxes at its own rate, whatever the kernel "
                r"$\kappa$ does; "
                r"in these variables a step's noise is proportional to its step of the clock, and the loss is "
                r"$\kappa$ times a sum of squares",
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
            step(
                "Every step adds noise in proportion to the loss. In the lazy regime all of it decays with exponent",
                total[LAZY],
                "it is the convolution of loss and kernel, which falls as the slower of the two; where the flow is "
                "slower, only its prefactor changes",
                _FIRST_ORDER,
            ),
            step(
                "In the rich regime, at a fixed learning rate, all of it decays with exponent",
                total[RICH],
                "it is that convolution in the clock, times the kernel; eq. 9 has no such term, and the "
                "noise grows where the exponent is negative",
                _FIRST_ORDER,
            ),
            step(
                "For {where} that is slower than gradient flow, by the growth of the kernel. There eq. 9 and the "
                "tables hold only while learning rate times kernel stays small.",
                None,
                "beyond, plain gradient descent is unstable as well; the tables leave this term out",
                _FIRST_ORDER,
                where=learning,
            ),
        ),
    )
