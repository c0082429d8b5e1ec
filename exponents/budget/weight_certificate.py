"""What do weights of monomials prove about the minimum of a geometric programme?

For any weights y >= 0 with sum 1 over the objective's monomials c_i e^{a_i.w}, and sum_i y_i a_i = 0 over all, every w
where no bound f_k exceeds 1 has

    ln f_0(w)  >=  sum_i y_i (ln c_i - ln(y_i / l_k(i))),       l_k = sum_{i in k} y_i      (l_0 = 1),

by the inequality of weighted means (Duffin, Peterson and Zener, 1967).  `certify` moves weights that were found in any
way by little, so that they solve these equations exactly, and adds the bound up in balls.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from .linear_equations import row_echelon_form
from .posynomials import Rows, to_ball

BITS = 300
"""Precision of the balls that certify bounds."""


SMALLEST = 1e-250
"""Smallest weight that is kept: a weight is only a proposal, and leaving it out costs no proof."""


def certify(sums: Sequence[Rows], weights: Sequence[Sequence[Any]]) -> arb | None:
    """Return what weights close to the ones given prove: a lower bound of ln of the first sum where no other exceeds 1.

    Parameters
    ----------
    sums : sequence of Rows
    weights : sequence of sequences of numbers
        y, one for each monomial.

    Returns
    -------
    arb or None
        None if no weights close to these are positive.

    Examples
    --------
    >>> own = Rows((arb(0), arb(0)), ((Fraction(1),), (Fraction(-1),)))
    >>> certify([own], [[0.5, 0.5]]).overlaps(arb(2).log())  # N + 1/N >= 2
    True
    """
    flat = [(k, i) for k, own in enumerate(sums) for i in range(len(own.rows))]
    start = {(k, i): _exact(weights[k][i]) for k, i in flat}
    chosen = sorted((place for place in flat if start[place] > 0), key=lambda place: -start[place])
    while chosen:
        found = _balance(sums, chosen, start)
        if found is None:
            return None
        kept = [place for place in chosen if found[place] >= 0]
        if len(kept) == len(chosen):
            return _add_up(sums, found)
        chosen = kept
    return None


def _balance(
    sums: Sequence[Rows], chosen: list[tuple[int, int]], start: dict[tuple[int, int], Fraction]
) -> dict[tuple[int, int], Fraction] | None:
    """Return weights that solve sum_0 y = 1 and sum y a = 0 exactly; the largest ones are solved for."""
    width = len(sums[0].rows[0])
    rows = [[Fraction(int(k == 0)) for k, _ in chosen] + [Fraction(1)]]
    rows += [[sums[k].rows[i][c] for k, i in chosen] + [Fraction(0)] for c in range(width)]
    matrix, pivots = row_echelon_form(rows, len(chosen) + 1)
    if len(chosen) in pivots:
        return None
    values = dict.fromkeys(chosen, Fraction(0))
    free = [c for c in range(len(chosen)) if c not in pivots]
    for c in free:
        values[chosen[c]] = start[chosen[c]]
    for line, pivot in zip(matrix, pivots, strict=True):
        values[chosen[pivot]] = line[-1] - sum((line[c] * start[chosen[c]] for c in free if line[c]), Fraction(0))
    return values


def _add_up(sums: Sequence[Rows], values: dict[tuple[int, int], Fraction]) -> arb:
    """Return the bound that weights prove."""
    totals = [Fraction(0)] * len(sums)
    for (k, _), y in values.items():
        totals[k] += y
    parts = (to_ball(y) * (sums[k].fronts[i] - to_ball(y / totals[k]).log()) for (k, i), y in values.items() if y > 0)
    return sum(parts, arb(0))


def _exact(value: Any) -> Fraction:
    """Return a number as a rational that is close to it; what is too small to count is 0."""
    if not SMALLEST < value < 1 / SMALLEST:
        return Fraction(0)
    if isinstance(value, float):
        return Fraction(value)
    sign, digits, power, _ = value._mpf_
    return (-1) ** sign * int(digits) * Fraction(2) ** power
