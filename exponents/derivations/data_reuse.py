"""What P reused samples change: the bottleneck, its first corrections, and how a budget is then split."""

from __future__ import annotations

from sympy import Expr, S
from sympy.logic.boolalg import Boolean

from ..algebra.covered_regions import write_regions
from ..algebra.piecewise import agreement, normal_form, partition_by_branch
from ..algebra.polynomials import to_factored_expr
from ..model.bottleneck import bottleneck_sum, data_bottleneck, modes_resolved
from ..model.reuse_loss import (
    FULL_BATCH,
    data_correction,
    data_transient,
    full_batch_optimum,
    mixed_bottleneck,
    mixed_correction,
    one_pass_optimum,
    peak_growth,
    priced_optimum,
    samples_needed,
)
from ..model.table1 import DOMAIN, PARAMETERS, optimum
from ..names import PUBLISHED, REGIMES, Regime, Version
from ..optimum.proof import prove, prove_equal
from ..printing import phrase
from ..symbols import P, t
from .clock_steps import data_clock_steps
from .derivation import Derivation, Step, read_steps, step
from .least_squares import loss_steps, spectrum_steps
from .steps import mode_sum_steps


def derive_data(version: Version) -> Derivation:
    """Derive how the loss depends on P samples that are reused, in one version of the loss.

    Parameters
    ----------
    version : "published" or "derived"
        The loss that the derivation starts from.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_data("published").title.write("plain")
    'Reused samples: what P of them cannot determine'
    """
    mixed = mixed_correction() + 1
    return Derivation(
        "data",
        phrase("Reused samples: what P of them cannot determine"),
        read_steps(
            r"""
            * {spectrum}
            * At infinite time, for N > P, modes are resolved up to a scale $r$, which solves
                  P = \sum_k \frac{\lambda_k r}{1 + \lambda_k r}
              since there $z = 0$; for N < P the same equation holds with N for P [eq. 77]
            * {resolved}
            * {final_loss}
            * {squares}
            * So for infinite N the term is
                  {term}
              since $d_P/P$ tends to a constant below 1 [eq. 78]
            * With N in proportion to P, N > P, the loss falls as a power of P with exponent
                  {mixed}
              since $T_P$ has this exponent; for infinite N the exponent is the same for {where} [mean field of features
              and samples]
            * For N much larger than P, N features add P/N of $T_P$. Its part at the strip's end is the term
                  {mixed_term}
              since the rest of it is P/N of the data bottleneck [first order in 1/N]
            * At N = P the loss has no limit: it grows as a power of the clock with exponent
                  {peak}
              since $z$ has a double zero there; with early stopping the exponent is the same as for N in proportion to
              P [mean field of features and samples]
            * {corrections}
            * {settings}
            """,
            spectrum=spectrum_steps(),
            resolved=mode_sum_steps(modes_resolved(), "The number of modes resolved at $s = r$", "eq. 77"),
            final_loss=loss_steps(),
            squares=mode_sum_steps(bottleneck_sum(PUBLISHED), "The sum $Q_P$ at $s = r$", "eq. 78"),
            term=data_bottleneck().as_expr(),
            where=agreement(mixed, data_bottleneck().exponent(P), PARAMETERS, DOMAIN),
            mixed=mixed,
            mixed_term=mixed_bottleneck().as_expr(),
            peak=peak_growth(),
            corrections=_correction_steps(),
            settings=[own for regime in REGIMES for own in _setting_steps(regime, version)],
        ),
    )


def _correction_steps() -> tuple[Step, ...]:
    """Return the steps of first order in 1/P."""
    return read_steps(
        r"""
        * {clock}
        * The 1/P correction to the lazy loss falls as a power of $t$ with exponent
              {lazy}
          since it is the noise of the samples, drawn once, in all modes; negative means growth [first order in 1/P]
        * The 1/P correction to the rich loss falls as a power of $t$ with exponent
              {rich}
          since it is the noise of the samples, drawn once, in all modes; negative means growth [first order in 1/P]
        * Lazy: the part from unlearned modes is a separate term. It falls with exponent
              {lazy_part}
          since the rest is the flow times the number of modes resolved over P [first order in 1/P]
        * Rich: the part from unlearned modes is a separate term. It falls with exponent
              {rich_part}
          since the rest is the flow times the number of modes resolved over P [first order in 1/P]
        """,
        clock=data_clock_steps(),
        **{regime: normal_form(data_correction(regime), PARAMETERS, DOMAIN) for regime in REGIMES},
        **{f"{r}_part": normal_form(data_transient(r).exponent(t), PARAMETERS, DOMAIN) for r in REGIMES},
    )


def _setting_steps(regime: Regime, version: Version) -> tuple[Step, ...]:
    """Prove the optimum in each setting, and where it equals Table 1, and return the steps.

    Raises
    ------
    Refuted
        If a diagram is wrong, or the exponents differ.
    """
    best = optimum(regime, PUBLISHED)
    single, priced, whole = (own(regime, version) for own in (one_pass_optimum, priced_optimum, full_batch_optimum))
    for diagram in (single, priced, whole):
        prove(diagram)
    claim = f"Table 1 ({regime}) is the same where a sample costs a step of one parameter"
    prove_equal(best.exponent, priced.exponent, PARAMETERS, DOMAIN, claim)
    same = agreement(best.exponent, single.exponent, PARAMETERS, DOMAIN)
    held, reason = ("holds for {where}", "elsewhere so few samples do not resolve all modes that are learned")
    if same == S.true:
        held, reason = "holds everywhere", "no term in P is the slowest"
    said = f"As {version}, {regime}"
    return read_steps(
        r"""
        * {said}: if a sample costs as much as a step of one parameter, Table 1 stays as it is.
          since both diagrams were proved, and they are equal on every cell [Table 1]
        * {samples}
        * {said}: with P = t Table 1 {held}.
          since {reason} [Table 1]
        * {said}: with all samples in every step, C = {cost}, the loss falls with exponent
              {exponent}
          since the diagram was proved [eq. 78]
        """,
        said=said,
        samples=[
            step(
                f"{said}: for {{where}} the samples needed for this grow as a power of C with exponent",
                value,
                "every term in P then falls as fast as the optimum",
                "Table 1",
                where=where,
            )
            for where, value in _values_by_region(samples_needed(regime, version))
        ],
        held=held,
        reason=reason,
        where=same,
        cost=FULL_BATCH,
        exponent=whole.exponent,
    )


def _values_by_region(expression: Expr) -> list[tuple[Boolean, Expr]]:
    """Return the regions of the domain, and the function on each."""
    values, regions = write_regions(partition_by_branch(expression, PARAMETERS, DOMAIN, lambda element, _: element))
    return [(where, to_factored_expr(value)) for where, value in zip(regions.where, values, strict=True)]
