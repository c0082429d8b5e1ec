"""How does Table 1 follow from the loss?  The steps, with the proof that each cell holds on a whole region."""

from __future__ import annotations

from sympy import S
from sympy.logic.boolalg import Boolean

from ..algebra.piecewise import normal_form
from ..losses.terms import Loss
from ..model.table1 import DOMAIN, FINITE_VARIANCE, PARAMETERS, TRACE_CLASS, optimum, task_names
from ..model.timescale import solve_self_consistency
from ..names import LAZY, LOSS_EQUATION, REGIMES, RICH, Regime, Version
from ..optimum.phase_diagram import Phase, PhaseDiagram
from ..optimum.programme import COST, resolve_branches
from ..optimum.proof import prove, prove_nonnegative, sides
from ..printing import join_notation, phrase
from ..symbols import N, t
from .derivation import Derivation, Step, read_steps, step
from .phase_proof import SIGNS_IN_CELLS


def derive_compute_optimal(version: Version) -> Derivation:
    """Derive Table 1 from the loss in one version; every phase is proved before it is printed.

    Parameters
    ----------
    version : "published" or "derived"
        The loss that the derivation starts from.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_compute_optimal("published").title.write("plain")
    'Table 1: the best split of compute C = N*t'
    """
    for regime in REGIMES:
        prove(optimum(regime, version))
    gain = optimum(RICH, version).exponent - optimum(LAZY, version).exponent
    prove_nonnegative(gain, PARAMETERS, DOMAIN, "the rich exponent is at least the lazy one")
    steps = read_steps(
        """
        * {lazy}
        * {rich}
        * The rich exponent exceeds the lazy one by
              {gain}
          since the difference is not negative on any cell of the domain [Table 1]
        """,
        **{regime: _regime_steps(optimum(regime, version), regime, version) for regime in REGIMES},
        gain=normal_form(gain, PARAMETERS, DOMAIN),
    )
    return Derivation("compute-optimal", phrase("Table 1: the best split of compute C = {cost}", cost=COST), steps)


def _regime_steps(diagram: PhaseDiagram, regime: Regime, version: Version) -> tuple[Step, ...]:
    source = LOSS_EQUATION[regime]
    pieces = [S.true] if regime == LAZY else [piece.where for piece in solve_self_consistency().pieces]
    named = zip(diagram.phases, task_names(diagram), strict=True)
    return read_steps(
        """
        * {losses}
        * {phases}
        * These phases tile {trace}, {variance} without gap or overlap. They meet on {curves}.
          since {signs} [Table 1]
        """,
        losses=[_loss_step(diagram.programme.loss, regime, version, piece) for piece in pieces],
        phases=[_phase_step(diagram, phase, name, source) for phase, name in named],
        trace=TRACE_CLASS,
        variance=FINITE_VARIANCE,
        curves=join_notation(", ", *(boundary.curve for boundary in diagram.boundaries)),
        signs=SIGNS_IN_CELLS,
    )


def _loss_step(loss: Loss, regime: Regime, version: Version, where: Boolean) -> Step:
    region = (*DOMAIN, *sides(where))
    laws = (resolve_branches(term, PARAMETERS, region).as_expr() for term in loss)
    condition = "" if where == S.true else ", for {where},"
    return step(
        f"As {version}, the {regime} loss{condition} is the sum of",
        tuple(laws),
        "with N and t powers of C whose exponents sum to 1, every term is a power of C; "
        "the best split makes the slowest term fall fastest, which is a linear programme",
        LOSS_EQUATION[regime],
        where=where,
    )


def _phase_step(diagram: PhaseDiagram, phase: Phase, name: str, source: str) -> Step:
    shares = dict(phase.allocation)
    region = (*DOMAIN, *sides(phase.where))
    weights = phase.certificates[0].weights
    weighed = " and ".join(f"{term} to the power {{w{i}}}" for i, (term, _) in enumerate(weights))
    others = [term for term in diagram.programme.loss if term.name not in phase.binding]
    falls = [sum((e * shares[r] for r, e in term.exponents), S.Zero) for term in others]
    losing = ", ".join(f"{term.name} with {{l{i}}}" for i, term in enumerate(others))
    values = {f"w{i}": weight for i, (_, weight) in enumerate(weights)}
    values |= {f"l{i}": normal_form(fall, PARAMETERS, region) for i, fall in enumerate(falls)}
    return step(
        f"{name.capitalize()}, {{where}}: {' and '.join(phase.binding)} balance, where N grows as C to the power "
        "{size} and t as C to the power {time}. The loss falls as a power of C with exponent",
        phase.exponent,
        f"no split does better: for every split the product of {weighed} is C to minus that exponent, "
        f"and the largest term is no smaller; the other terms fall at least as fast: {losing or 'there are none'}",
        source,
        where=phase.where,
        size=shares[N],
        time=shares[t],
        **values,
    )
