"""How is a budget best split with P reused samples, and how many samples are enough?  One table answers each."""

from __future__ import annotations

from ..algebra.covered_regions import write_regions
from ..algebra.piecewise import normal_form, partition_by_branch
from ..model.bottleneck import data_bottleneck
from ..model.reuse_loss import FULL_BATCH, full_batch_optimum, one_pass_optimum, priced_optimum, samples_needed
from ..model.stable_steps import DURATION
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS
from ..names import REGIMES, TIME, Clock, Version
from ..optimum.programme import COST
from ..optimum.proof import sides
from ..printing import Notation, phrase
from ..symbols import N, P, t
from .columns import optimal_law, optimum_columns, state_clock, state_loss
from .render import Cell, Table, make_columns

_SETTINGS = {"P = {}": one_pass_optimum, "C = P": priced_optimum, "full batch": full_batch_optimum}
"""The optimum, by the condition that fixes P."""

_APART = 1000
"""Weight that keeps two exponents apart in their sum: where the sum is one formula, so is each exponent."""


def data(version: Version, clock: Clock = TIME) -> Table:
    """Return the best split of compute with P reused samples, in each setting.

    Examples
    --------
    >>> sorted({row[0] for row in data("published").rows})
    ['C = P', 'P = t', 'full batch']
    """
    rows: list[tuple[Cell, ...]] = []
    duration = DURATION[clock]
    cost, whole = (budget.subs(t, duration) for budget in (COST, FULL_BATCH))
    for setting, best in _SETTINGS.items():
        for regime in REGIMES:
            for phase in best(regime, version, clock).phases:
                shares = dict(phase.allocation)
                falls = phase.exponent, shares[N], shares[duration], shares.get(P, shares[duration])
                rows.append((setting.format(duration), regime, phase.where, *falls, phase.binding))
    samples = ("samples_exponent", optimal_law("P"))
    optimal = optimum_columns(clock=clock)
    columns = make_columns("setting", "regime", "where", *optimal, samples, ("binding", "balance"))
    unit = "unit of time" if clock == TIME else "step"
    notes = (
        phrase(f"P = {duration}: one sample per {unit}, C = {{cost}}.", cost=cost),
        phrase("C = P: a sample costs as much as a step of one parameter, C = {cost} and C = P.", cost=cost),
        phrase("full batch: every step uses all P samples, C = {cost}.", cost=whole),
        state_loss(version, TRACE_CLASS, also=", eq. 78"),
        state_clock(clock),
    )
    title = phrase("Compute-optimal exponents with P reused samples")
    return Table("data", title, columns, tuple(rows), notes, blocks="always", clock=clock)


def data_limit(version: Version, clock: Clock = TIME) -> Table:
    """Return, for P samples, the compute up to which they suffice, and the loss that is left at infinite compute.

    Examples
    --------
    >>> data_limit("published").rows[0][2:]
    (1/(alpha + 1), alpha + 1, alpha*beta)
    """
    rows: list[tuple[Cell, ...]] = []
    for regime in REGIMES:
        pair = samples_needed(regime, version, clock), data_bottleneck().exponent(P)
        _, regions = write_regions(
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
            cost=COST.subs(t, DURATION[clock]),
        ),
        state_loss(version, TRACE_CLASS, also=", eq. 78"),
        state_clock(clock),
    )
    return Table("data-limit", phrase("How many samples are enough"), columns, tuple(rows), notes, clock=clock)
