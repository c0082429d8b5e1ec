"""Tables of training on P samples that are reused: how best to split a budget, and how many samples are enough."""

from __future__ import annotations

from ..algebra.piecewise import normal_form, partition_by_branch
from ..algebra.regions import regions_of
from ..model.online_loss import LOSS_EQUATION, data_bottleneck
from ..model.reuse_loss import FULL_BATCH, full_batch_optimum, one_pass_optimum, priced_optimum, samples_needed
from ..model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS
from ..names import REGIMES, Version
from ..optimum.programme import COST
from ..optimum.proof import sides
from ..printing import Notation, Phrase, phrase
from ..symbols import N, P, t
from .render import Cell, Column, Table

_SETTINGS = {"P = t": one_pass_optimum, "C = P": priced_optimum, "full batch": full_batch_optimum}
"""The optimum by what fixes P."""

_APART = 1000
"""Tells two exponents apart in their sum, so that both are the same formulas where the sum is."""


def data(version: Version) -> Table:
    """The best split of compute with P samples, in each setting."""
    rows: list[tuple[Cell, ...]] = []
    for setting, best in _SETTINGS.items():
        for regime in REGIMES:
            for phase in best(regime, version).phases:
                shares = dict(phase.allocation)
                samples = shares.get(P, shares[t])
                rows.append(
                    (setting, regime, phase.where, phase.exponent, shares[N], shares[t], samples, phase.binding)
                )
    columns = (
        Column("setting"),
        Column("regime"),
        Column("where"),
        Column("compute_exponent", Notation("L(C) ~ C^-r", "L⋆~C^-r", r"L_\star \sim C^{-r}")),
        Column("model_size_exponent", Notation("N(C) ~ C^r", "N⋆~C^r", r"N_\star \sim C^r")),
        Column("time_allocation_exponent", Notation("t(C) ~ C^r", "t⋆~C^r", r"t_\star \sim C^r")),
        Column("samples_exponent", Notation("P(C) ~ C^r", "P⋆~C^r", r"P_\star \sim C^r")),
        Column("binding", "balance"),
    )
    notes = (
        phrase("P = t: as many samples as units of time, and C = {cost}.", cost=COST),
        phrase("C = P: a sample costs as much as a step of one parameter, C = {cost} and C = P.", cost=COST),
        phrase(
            "full batch: every step goes through all samples, C = {cost}, and there are no batches.", cost=FULL_BATCH
        ),
        _stated(version),
    )
    return Table(
        "data", phrase("Compute-optimal exponents with P reused samples"), columns, tuple(rows), notes, blocks="always"
    )


def data_limit(version: Version) -> Table:
    """For a given P: up to which compute it is as good as infinitely many samples, and what is left in the end."""
    rows: list[tuple[Cell, ...]] = []
    for regime in REGIMES:
        pair = samples_needed(regime, version), data_bottleneck().exponent(P)
        _, regions = regions_of(
            partition_by_branch(pair[0] + _APART * pair[1], PARAMETERS, DOMAIN, lambda element, _: element)
        )
        for where in regions.where:
            needed, left = (normal_form(part, PARAMETERS, (*DOMAIN, *sides(where))) for part in pair)
            rows.append((regime, where, needed, (1 / needed).factor(), left))
    columns = (
        Column("regime"),
        Column("where"),
        Column("samples_needed", Notation("P(C) ~ C^r", "P~C^r", r"P \sim C^r")),
        Column("compute", Notation("C(P) ~ P^r", "C~P^r", r"C \sim P^r")),
        Column("data_bottleneck", Notation("L ~ P^-r", "L~P^-r", r"L \sim P^{-r}")),
    )
    notes = (
        phrase(
            "P(C) samples at the best N and t of C = {cost} change no exponent of Table 1; that is, a given P is "
            "enough up to the compute C(P). What is left at infinite compute is L(P).",
            cost=COST,
        ),
        _stated(version),
    )
    return Table("data-limit", phrase("How many samples are enough"), columns, tuple(rows), notes)


def _stated(version: Version) -> Phrase:
    sources = ", ".join(f"{regime} {LOSS_EQUATION[regime]}" for regime in REGIMES)
    return phrase(f"Loss as {version} ({sources}, eq. 78), {{condition}}.", condition=TRACE_CLASS)
