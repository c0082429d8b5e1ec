"""How is a budget best split with P reused samples, and how many samples are enough?  One table answers each."""

from __future__ import annotations

from ..algebra.piecewise import normal_form, partition_by_branch
from ..algebra.regions import regions_of
from ..model.bottleneck import data_bottleneck
from ..model.reuse_loss import FULL_BATCH, full_batch_optimum, one_pass_optimum, priced_optimum, samples_needed
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS
from ..names import REGIMES, Version
from ..optimum.programme import COST
from ..optimum.proof import sides
from ..printing import Notation, phrase
from ..symbols import N, P, t
from .columns import optimal_law, optimum_columns, state_loss
from .render import Cell, Table, make_columns

_SETTINGS = {"P = t": one_pass_optimum, "C = P": priced_optimum, "full batch": full_batch_optimum}
"""The optimum, by the condition that fixes P."""

_APART = 1000
"""Weight that keeps two exponents apart in their sum: where the sum is one formula, so is each exponent."""


def data(version: Version) -> Table:
    """Return the best split of compute with P reused samples, in each setting.

    Examples
    --------
    >>> sorted({row[0] for row in data("published").rows})
    ['C = P', 'P = t', 'full batch']
    """
    rows: list[tuple[Cell, ...]] = []
    for setting, best in _SETTINGS.items():
        for regime in REGIMES:
            for phase in best(regime, version).phases:
                shares = dict(phase.allocation)
                samples = shares.get(P, shares[t])
                rows.append(
                    (setting, regime, phase.where, phase.exponent, shares[N], shares[t], samples, phase.binding)
                )
    columns = make_columns(
        "setting", "regime", "where", *optimum_columns(), ("samples_exponent", optimal_law("P")), ("binding", "balance")
    )
    notes = (
        phrase("P = t: one sample per unit of time, C = {cost}.", cost=COST),
        phrase("C = P: a sample costs as much as a step of one parameter, C = {cost} and C = P.", cost=COST),
        phrase("full batch: every step uses all P samples, C = {cost}.", cost=FULL_BATCH),
        state_loss(version, TRACE_CLASS, also=", eq. 78"),
    )
    title = phrase("Compute-optimal exponents with P reused samples")
    return Table("data", title, columns, tuple(rows), notes, blocks="always")


def data_limit(version: Version) -> Table:
    """Return, for P samples, the compute up to which they suffice, and the loss that is left at infinite compute.

    Examples
    --------
    >>> data_limit("published").rows[0][2:]
    (1/(alpha + 1), alpha + 1, alpha*beta)
    """
    rows: list[tuple[Cell, ...]] = []
    for regime in REGIMES:
        pair = samples_needed(regime, version), data_bottleneck().exponent(P)
        _, regions = regions_of(
            partition_by_branch(pair[0] + _APART * pair[1], PARAMETERS, DOMAIN, lambda element, _: element)
        )
        for where in regions.where:
            needed, left = (normal_form(part, PARAMETERS, (*DOMAIN, *sides(where))) for part in pair)
            rows.append((regime, where, needed, (1 / needed).factor(), left))
    columns = make_columns(
        "regime",
        "where",
        ("samples_needed", Notation("P(C) ~ C^r", "P~C^r", r"P \sim C^r")),
        ("compute", Notation("C(P) ~ P^r", "C~P^r", r"C \sim P^r")),
        ("data_bottleneck", Notation("L ~ P^-r", "L~P^-r", r"L \sim P^{-r}")),
    )
    notes = (
        phrase(
            "With at least P(C) samples Table 1, for C = {cost}, is unchanged. P samples suffice up to compute C(P); "
            "with more compute the loss tends to L(P).",
            cost=COST,
        ),
        state_loss(version, TRACE_CLASS, also=", eq. 78"),
    )
    return Table("data-limit", phrase("How many samples are enough"), columns, tuple(rows), notes)
