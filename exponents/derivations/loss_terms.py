"""Where the terms at finite N and P come from, as published and as derived."""

from __future__ import annotations

from ..algebra.piecewise import agreement, normal_form
from ..model.bottleneck import bottleneck_sum, data_bottleneck, modes_resolved, resolution
from ..model.model_transient import model_response, response_source, transient_decay
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS, optimum
from ..names import DERIVED, PUBLISHED, REGIMES, Version
from ..printing import phrase
from .clock_steps import model_clock_steps
from .derivation import Derivation, Step, step
from .steps import CLOCK, mode_sum_steps, table_unchanged_step, term_step


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
            *_projection_steps(),
            *mode_sum_steps(derived, "The loss of that projection at $s = r$", "least squares"),
            term_step("model_bottleneck", DERIVED, "$r$ is replaced by its law in N", "least squares"),
            step(
                "The two agree for {where}.",
                None,
                "there the pole of zeta lies inside both strips",
                "eq. 76",
                where=same,
            ),
            table_unchanged_step("model_bottleneck"),
            step(
                "With P reused samples the squared form is the right one (ridgeless regression), and the term is",
                data_bottleneck().as_expr(),
                "P fixes $r$ as N does; `exponents derive data` has the steps",
                "eq. 77, 78",
            ),
        ),
    )


def _projection_steps() -> tuple[Step, ...]:
    """Return the steps that find the loss of the best point in the span, by a projector's diagonal."""
    return (
        step(
            r"But the flow ends at the best point in the span of the N features. With $\Pi$ the projector on the rows "
            r"of $A(0) \Lambda^{1/2}$, its mean loss is",
            r"\sum_k y_k^2 (1 - E \Pi_{kk})",
            "the flow stops where the gradient vanishes on all N features, which is least squares; the law of a column "
            r"of A(0) is even, so $E \Pi_{kl} = 0$ for k unlike l",
            "least squares",
        ),
        step(
            r"Column k is $\lambda_k^{1/2} a_k$ with N Gaussian numbers $a_k$, independent of G, the sum of $\lambda_l "
            "a_l a_l^T$ over the other columns. So",
            (
                r"1 - \Pi_{kk} = 1 - \lambda_k a_k^T (G + \lambda_k a_k a_k^T)^{-1} a_k = \frac{1}{1 + \lambda_k a_k^T "
                r"G^{-1} a_k}",
                r"E (I - \Pi) = (I + r \Lambda)^{-1}, \quad r = E \operatorname{tr} G^{-1}",
            ),
            r"the second form is Sherman and Morrison's; $a_k^T G^{-1} a_k$ has the mean r, the same for each k, up to "
            r"relative fluctuations of order $N^{-1/2}$, which change the mean by 1/N of itself",
            "least squares",
        ),
        step(
            "The trace fixes r as in step 1, and the loss is",
            (
                r"N = \operatorname{tr} \Pi = \sum_k \frac{\lambda_k r}{1 + \lambda_k r}",
                r"\sum_k \frac{y_k^2}{1 + \lambda_k r}",
            ),
            "a projector on N directions has the trace N; eq. 76 drops the fluctuations of the features about their "
            "mean (C3), and has the square of the denominator",
            "eq. 74, least squares",
        ),
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
            term_step("finite_model_transient", PUBLISHED, CLOCK, "eq. 80"),
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
            *model_clock_steps(),
            term_step("finite_model_transient", DERIVED, CLOCK, "first order in 1/N"),
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
