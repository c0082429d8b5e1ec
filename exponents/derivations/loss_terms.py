"""Where the terms at finite N and P come from, as published and as derived."""

from __future__ import annotations

from ..algebra.piecewise import agreement, normal_form
from ..model.bottleneck import bottleneck_sum, data_bottleneck, modes_resolved, resolution
from ..model.model_transient import model_response, response_source, transient_decay
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS, optimum
from ..names import DERIVED, PUBLISHED, REGIMES
from ..printing import phrase
from .clock_steps import model_clock_steps
from .derivation import Derivation, Step, read_steps
from .steps import CLOCK, mode_sum_steps, table_unchanged_step, term_step


def derive_bottleneck() -> Derivation:
    """Derive how the loss at infinite time depends on N, in both versions, and that Table 1 is the same in both.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_bottleneck().title.write("plain")
    'The bottleneck: what N features cannot represent'
    """
    published, derived = (bottleneck_sum(v) for v in (PUBLISHED, DERIVED))
    same = agreement(published.exponent, derived.exponent, PARAMETERS, DOMAIN)
    return Derivation(
        "bottleneck",
        phrase("The bottleneck: what N features cannot represent"),
        read_steps(
            r"""
            * At infinite time N features resolve the modes up to a scale $r$, which solves
                  N = \sum_k \frac{\lambda_k r}{1 + \lambda_k r}
              since it is the fixed point of the response functions [eq. 74]
            * {resolved}
            * Solved for $r$, it grows as a power of N with exponent
                  {resolution}
              since the sum converges where {trace}: the kernel's trace is finite [eq. 75]
            * {published_sum}
            * {published_term}
            * {projection}
            * {derived_sum}
            * {derived_term}
            * The two agree for {where}.
              since there the pole of zeta lies inside both strips [eq. 76]
            * {unchanged}
            * With P reused samples the squared form is the right one (ridgeless regression), and the term is
                  {term}
              since P fixes $r$ as N does; `exponents derive data` has the steps [eq. 77, 78]
            """,
            resolved=mode_sum_steps(modes_resolved(), "The number of modes resolved at $s = r$", "eq. 75"),
            trace=TRACE_CLASS,
            resolution=resolution(),
            published_sum=mode_sum_steps(published, "The published fixed point of the loss at $s = r$", "eq. 76"),
            published_term=term_step("model_bottleneck", PUBLISHED, "$r$ is replaced by its law in N", "eq. 76"),
            projection=_projection_steps(),
            derived_sum=mode_sum_steps(derived, "The loss of that projection at $s = r$", "least squares"),
            derived_term=term_step("model_bottleneck", DERIVED, "$r$ is replaced by its law in N", "least squares"),
            where=same,
            unchanged=table_unchanged_step("model_bottleneck"),
            term=data_bottleneck().as_expr(),
        ),
    )


def _projection_steps() -> tuple[Step, ...]:
    """Return the steps that find the loss of the best point in the span, by a projector's diagonal."""
    return read_steps(
        r"""
        * But the flow ends at the best point in the span of the N features. With $\Pi$ the projector on the rows of
          $A(0) \Lambda^{1/2}$, its mean loss is
              \sum_k y_k^2 (1 - E \Pi_{kk})
          since the flow stops where the gradient vanishes on all N features, which is least squares; the law of a
          column of A(0) is even, so $E \Pi_{kl} = 0$ for k unlike l [least squares]
        * Column k is $\lambda_k^{1/2} a_k$ with N Gaussian numbers $a_k$, independent of G, the sum of $\lambda_l a_l
          a_l^T$ over the other columns. So
              1 - \Pi_{kk} = 1 - \lambda_k a_k^T (G + \lambda_k a_k a_k^T)^{-1} a_k = \frac{1}{1 + \lambda_k a_k^T
                  G^{-1} a_k}
              E (I - \Pi) = (I + r \Lambda)^{-1}, \quad r = E \operatorname{tr} G^{-1}
          since the second form is Sherman and Morrison's; $a_k^T G^{-1} a_k$ has the mean r, the same for each k, up to
          relative fluctuations of order $N^{-1/2}$, which change the mean by 1/N of itself [least squares]
        * The trace fixes r as in step 1, and the loss is
              N = \operatorname{tr} \Pi = \sum_k \frac{\lambda_k r}{1 + \lambda_k r}
              \sum_k \frac{y_k^2}{1 + \lambda_k r}
          since a projector on N directions has the trace N; eq. 76 drops the fluctuations of the features about their
          mean (C3), and has the square of the denominator [eq. 74, least squares]
        """,
    )


def derive_transient() -> Derivation:
    """Derive how the first correction in 1/N decays: the bare response as published, the convolution as derived.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_transient().title.write("plain")
    'The finite-model transient: the first correction in 1/N'
    """
    bare, full = (transient_decay(v) for v in (PUBLISHED, DERIVED))
    return Derivation(
        "transient",
        phrase("The finite-model transient: the first correction in 1/N"),
        read_steps(
            r"""
            * To first order in 1/N the response of the features changes by
                  \frac{1}{N} \sum_k \lambda_k e^{-\lambda_k \tau}
              since eq. 29 is expanded once [eq. 79]
            * {response}
            * {bare}
            * The correction to the loss is that response convolved with its source,
                  \sum_k y_k^2 \lambda_k \tau e^{-\lambda_k \tau}
              since the first-order change of the resolvent is a product of two Laplace transforms [first order in 1/N]
            * {source}
            * The convolution decays in the clock with exponent
                  {decay}
              since it is the slowest of its far end, its near end and its bulk, {all}; negative means growth [first
              order in 1/N]
            * {clock}
            * {convolved}
            * The two agree for {where}.
              since there the source is integrable, and the response's own tail is the slowest part [eq. 80]
            * {ties}
            """,
            response=mode_sum_steps(model_response(), r"The response at $s = \tau$", "eq. 79"),
            bare=term_step("finite_model_transient", PUBLISHED, CLOCK, "eq. 80"),
            source=mode_sum_steps(response_source(), r"The source at $s = \tau$", "first order in 1/N"),
            all=full,
            decay=normal_form(full, PARAMETERS, DOMAIN),
            clock=model_clock_steps(),
            convolved=term_step("finite_model_transient", DERIVED, CLOCK, "first order in 1/N"),
            where=agreement(bare, full, PARAMETERS, DOMAIN),
            ties=_redundant_tie_steps(),
        ),
    )


def _redundant_tie_steps() -> list[Step]:
    """Return a step for each phase in which only the derived transient ties at the optimum."""
    text = """
        * For {where} the derived {regime} terms tie at the compute optimum: {tied}. There the loss falls as a power of
          C with exponent
              {exponent}
          since it is the exponent of {alone} alone: the third term falls equally fast and changes no exponent [Table 1]
        """
    found: list[Step] = []
    for regime in REGIMES:
        for before, own in zip(optimum(regime, PUBLISHED).phases, optimum(regime, DERIVED).phases, strict=True):
            if set(own.binding) > set(before.binding) and before.exponent == own.exponent:
                tied, alone = ", ".join(own.binding), " and ".join(before.binding)
                found += read_steps(text, regime=regime, where=own.where, tied=tied, exponent=own.exponent, alone=alone)
    return found
