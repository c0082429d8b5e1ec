"""Where the terms at finite N, P and B come from, as published and as derived."""

from __future__ import annotations

from sympy import exp

from ..algebra.piecewise import agreement, normal_form
from ..asymptotics.mode_sums import mode_sum
from ..model.batch_noise import noise_feedback, noise_kernel
from ..model.bottleneck import bottleneck_sum, data_bottleneck, modes_resolved, resolution
from ..model.model_transient import model_response, response_source, transient_decay
from ..model.online_loss import loss
from ..model.table1 import DOMAIN, FINITE_VARIANCE, PARAMETERS, TRACE_CLASS, optimum
from ..model.timescale import kernel_growth, solve_self_consistency
from ..names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH, Version
from ..optimum.programme import COST
from ..optimum.proof import prove, prove_equal
from ..optimum.search import compute_optimum
from ..printing import join_notation, phrase
from ..symbols import alpha, t, x
from .derivation import Derivation, Step, step
from .steps import mode_sum_steps, term_step

_FIRST_ORDER = "first order in 1/B"
_CLOCK = "the clock is time itself when lazy, and a power of time with the growth found for the time scale when rich"


def derive_bottleneck(version: Version) -> Derivation:
    """Derive how the loss at infinite time depends on N, in both versions, and that Table 1 is the same in both.

    Parameters
    ----------
    version : "published" or "derived"
        It changes nothing.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_bottleneck("published").title.write("plain")
    'The bottleneck: what N features cannot represent'
    """
    del version  # both are derived
    published, derived = (bottleneck_sum(v) for v in (PUBLISHED, DERIVED))
    same = agreement(published.exponent, derived.exponent, PARAMETERS, DOMAIN)
    return Derivation(
        "bottleneck",
        phrase("The bottleneck: what N features cannot represent"),
        (
            step(
                "At infinite time N features resolve the modes up to a scale $r$, which solves",
                r"N = \sum_k \frac{\lambda_k r}{1 + \lambda_k r}",
                "it is the fixed point of the response functions",
                "eq. 74",
            ),
            *mode_sum_steps(modes_resolved(), "The number of modes resolved at $s = r$", "eq. 75"),
            step(
                "Solved for $r$, it grows as a power of N with exponent",
                resolution(),
                "the sum converges where {trace}: the kernel's trace is finite",
                "eq. 75",
                trace=TRACE_CLASS,
            ),
            *mode_sum_steps(published, "The published fixed point of the loss at $s = r$", "eq. 76"),
            term_step("model_bottleneck", PUBLISHED, "$r$ is replaced by its law in N", "eq. 76"),
            step(
                "But the flow ends at the best point in the span of the N features, whose loss is",
                r"\sum_k \frac{y_k^2}{1 + \lambda_k r}",
                "eq. 76 drops the fluctuations of the features about their mean, which restore one power",
                "least squares",
            ),
            *mode_sum_steps(derived, "The loss of that projection at $s = r$", "least squares"),
            term_step("model_bottleneck", DERIVED, "$r$ is replaced by its law in N", "least squares"),
            step(
                "The two agree for {where}.",
                None,
                "there the pole of zeta lies inside both strips",
                "eq. 76",
                where=same,
            ),
            _table_unchanged_step("model_bottleneck"),
            step(
                "With P reused samples the squared form is the right one (ridgeless regression), and the term is",
                data_bottleneck().as_expr(),
                "P fixes $r$ as N does",
                "eq. 77, 78",
            ),
        ),
    )


def _table_unchanged_step(name: str) -> Step:
    """Prove that Table 1 stays the same when only this term is exchanged, in both regimes, and return that step.

    Raises
    ------
    Refuted
        If a diagram is wrong, or the exponents differ.
    """
    for regime in REGIMES:
        swapped = loss(regime, PUBLISHED).replace(name, loss(regime, DERIVED)[name])
        other = compute_optimum(swapped, COST, TRACE_CLASS, PARAMETERS)
        prove(other)
        claim = f"Table 1 ({regime}) is the same with either {name}"
        prove_equal(optimum(regime, PUBLISHED).exponent, other.exponent, PARAMETERS, DOMAIN, claim)
    return step(
        "Table 1 is the same with either term, for all {trace} and {variance}.",
        None,
        "both diagrams, with only this term exchanged, were proved, and they are equal on every cell",
        "Table 1",
        trace=TRACE_CLASS,
        variance=FINITE_VARIANCE,
    )


def derive_transient(version: Version) -> Derivation:
    """Derive how the first correction in 1/N decays: the bare response as published, the convolution as derived.

    Parameters
    ----------
    version : "published" or "derived"
        It changes nothing.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_transient("published").title.write("plain")
    'The finite-model transient: the first correction in 1/N'
    """
    del version  # both are derived
    bare, full = (transient_decay(v) for v in (PUBLISHED, DERIVED))
    return Derivation(
        "transient",
        phrase("The finite-model transient: the first correction in 1/N"),
        (
            step(
                "To first order in 1/N the response of the features changes by",
                r"\frac{1}{N} \sum_k \lambda_k e^{-\lambda_k \tau}",
                "eq. 29 is expanded once",
                "eq. 79",
            ),
            *mode_sum_steps(model_response(), r"The response at $s = \tau$", "eq. 79"),
            term_step("finite_model_transient", PUBLISHED, _CLOCK, "eq. 80"),
            step(
                "The correction to the loss is that response convolved with its source,",
                r"\sum_k y_k^2 \lambda_k \tau e^{-\lambda_k \tau}",
                "the first-order change of the resolvent is a product of two Laplace transforms",
                "first order in 1/N",
            ),
            *mode_sum_steps(response_source(), r"The source at $s = \tau$", "first order in 1/N"),
            step(
                "The convolution decays in the clock with exponent",
                normal_form(full, PARAMETERS, DOMAIN),
                "it is the slowest of its far end, its near end and its bulk, {all}; negative means growth",
                "first order in 1/N",
                all=full,
            ),
            term_step("finite_model_transient", DERIVED, _CLOCK, "first order in 1/N"),
            step(
                "The two agree for {where}.",
                None,
                "there the source is integrable, and the response's own tail is the slowest part",
                "eq. 80",
                where=agreement(bare, full, PARAMETERS, DOMAIN),
            ),
            *_redundant_tie_steps(),
        ),
    )


def _redundant_tie_steps() -> list[Step]:
    """Return a step for each phase in which only the derived transient ties at the optimum."""
    pairs = (
        (regime, before, after)
        for regime in REGIMES
        for before, after in zip(optimum(regime, PUBLISHED).phases, optimum(regime, DERIVED).phases, strict=True)
    )
    return [
        step(
            f"For {{where}} the derived {regime} terms tie at the compute optimum: {', '.join(after.binding)}. "
            "There the loss falls as a power of C with exponent",
            after.exponent,
            f"it is the exponent of {' and '.join(before.binding)} alone: "
            "the third term falls equally fast and changes no exponent",
            "Table 1",
            where=after.where,
        )
        for regime, before, after in pairs
        if set(after.binding) > set(before.binding) and before.exponent == after.exponent
    ]


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
            term_step("sgd_transient", PUBLISHED, _CLOCK, "eq. 8, 9"),
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
            _table_unchanged_step("sgd_transient"),
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
