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
from ..names import PUBLISHED, REGIMES, Version
from ..optimum.proof import prove, prove_equal
from ..printing import phrase
from ..symbols import P, t
from .clock_steps import data_clock_steps
from .derivation import Derivation, Step, step
from .least_squares import loss_steps, spectrum_steps
from .steps import mode_sum_steps

_MEAN = "mean field of features and samples"


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
    return Derivation(
        "data",
        phrase("Reused samples: what P of them cannot determine"),
        (
            *spectrum_steps(),
            step(
                "At infinite time, for N > P, modes are resolved up to a scale $r$, which solves",
                r"P = \sum_k \frac{\lambda_k r}{1 + \lambda_k r}",
                "there $z = 0$; for N < P the same equation holds with N for P",
                "eq. 77",
            ),
            *mode_sum_steps(modes_resolved(), "The number of modes resolved at $s = r$", "eq. 77"),
            *loss_steps(),
            *mode_sum_steps(bottleneck_sum(PUBLISHED), "The sum $Q_P$ at $s = r$", "eq. 78"),
            step(
                "So for infinite N the term is",
                data_bottleneck().as_expr(),
                "$d_P/P$ tends to a constant below 1",
                "eq. 78",
            ),
            step(
                "With N in proportion to P, N > P, the loss falls as a power of P with exponent",
                mixed_correction() + 1,
                "$T_P$ has this exponent; for infinite N the exponent is the same for {where}",
                _MEAN,
                where=_where_mixed_agrees(),
            ),
            step(
                "For N much larger than P, N features add P/N of $T_P$. Its part at the strip's end is the term",
                mixed_bottleneck().as_expr(),
                "the rest of it is P/N of the data bottleneck",
                "first order in 1/N",
            ),
            step(
                "At N = P the loss has no limit: it grows as a power of the clock with exponent",
                peak_growth(),
                "$z$ has a double zero there; with early stopping the exponent is the same as for N in proportion to P",
                _MEAN,
            ),
            *_correction_steps(),
            *_setting_steps(version),
        ),
    )


def _where_mixed_agrees() -> Boolean:
    """Return where the loss falls as fast with N in proportion to P as with infinite N."""
    return agreement(mixed_correction() + 1, data_bottleneck().exponent(P), PARAMETERS, DOMAIN)


def _correction_steps() -> list[Step]:
    """Return the steps of first order in 1/P."""
    return [
        *data_clock_steps(),
        *(
            step(
                f"The 1/P correction to the {regime} loss falls as a power of $t$ with exponent",
                normal_form(data_correction(regime), PARAMETERS, DOMAIN),
                "it is the noise of the samples, drawn once, in all modes; negative means growth",
                "first order in 1/P",
            )
            for regime in REGIMES
        ),
        *(
            step(
                f"{regime.capitalize()}: the part from unlearned modes is a separate term. It falls with exponent",
                normal_form(data_transient(regime).exponent(t), PARAMETERS, DOMAIN),
                "the rest is the flow times the number of modes resolved over P",
                "first order in 1/P",
            )
            for regime in REGIMES
        ),
    ]


def _setting_steps(version: Version) -> list[Step]:
    """Prove the optimum in each setting, and where it equals Table 1, and return the steps.

    Raises
    ------
    Refuted
        If a diagram is wrong, or the exponents differ.
    """
    steps: list[Step] = []
    for regime in REGIMES:
        best = optimum(regime, PUBLISHED)
        for diagram in (one_pass_optimum(regime, version), priced_optimum(regime, version)):
            prove(diagram)
        prove(full_batch_optimum(regime, version))
        priced = priced_optimum(regime, version)
        claim = f"Table 1 ({regime}) is the same where a sample costs a step of one parameter"
        prove_equal(best.exponent, priced.exponent, PARAMETERS, DOMAIN, claim)
        same = agreement(best.exponent, one_pass_optimum(regime, version).exponent, PARAMETERS, DOMAIN)
        said = f"As {version}, {regime}"
        held, reason = ("holds for {where}", "elsewhere so few samples do not resolve all modes that are learned")
        if same == S.true:
            held, reason = "holds everywhere", "no term in P is the slowest"
        steps += [
            step(
                f"{said}: if a sample costs as much as a step of one parameter, Table 1 stays as it is.",
                None,
                "both diagrams were proved, and they are equal on every cell",
                "Table 1",
            ),
            *(
                step(
                    f"{said}: for {{where}} the samples needed for this grow as a power of C with exponent",
                    value,
                    "every term in P then falls as fast as the optimum",
                    "Table 1",
                    where=where,
                )
                for where, value in _values_by_region(samples_needed(regime, version))
            ),
            step(f"{said}: with P = t Table 1 {held}.", None, reason, "Table 1", where=same),
            step(
                f"{said}: with all samples in every step, C = {{cost}}, the loss falls with exponent",
                full_batch_optimum(regime, version).exponent,
                "the diagram was proved",
                "eq. 78",
                cost=FULL_BATCH,
            ),
        ]
    return steps


def _values_by_region(expression: Expr) -> list[tuple[Boolean, Expr]]:
    """Return the regions of the domain, and the function on each."""
    values, regions = write_regions(partition_by_branch(expression, PARAMETERS, DOMAIN, lambda element, _: element))
    return [(where, to_factored_expr(value)) for where, value in zip(regions.where, values, strict=True)]
