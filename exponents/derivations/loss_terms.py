"""Where the terms at finite N and P come from, as published and as derived."""

from __future__ import annotations

from ..algebra.piecewise import agreement, normal_form
from ..model.bottleneck import bottleneck_sum, data_bottleneck, modes_resolved, resolution
from ..model.model_transient import model_response, response_source, transient_decay
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS, optimum
from ..names import DERIVED, PUBLISHED, REGIMES, Version
from ..printing import phrase
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
            table_unchanged_step("model_bottleneck"),
            step(
                "With P reused samples the squared form is the right one (ridgeless regression), and the term is",
                data_bottleneck().as_expr(),
                "P fixes $r$ as N does",
                "eq. 77, 78",
            ),
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
