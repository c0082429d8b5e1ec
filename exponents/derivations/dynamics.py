"""How fast the limit dynamics learns: the self-consistent exponent, and the level series that leads to it."""

from __future__ import annotations

from sympy import Eq, Max, Symbol

from ..model.level_series import level_series, stays_on_branch
from ..model.table1 import FINITE_VARIANCE
from ..model.target import target_sum
from ..model.timescale import Piece, clock, decay, self_consistency, solve_self_consistency
from ..printing import join_notation, phrase
from ..symbols import alpha, beta
from .derivation import Derivation, Step, read_steps, step
from .rank_one import exact_flow_steps, survival_steps
from .steps import mode_sum_steps


def derive_chi() -> Derivation:
    """Derive the time exponent from eq. 10; it is the same in each version of the loss.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_chi().steps[0].source
    'eq. 51'
    """
    fixed = solve_self_consistency()
    steps = read_steps(
        r"""
        * {exact_flow}
        * The paper's approximation drops the rank-one part of M, and puts $w$ for $u$ in the rate of $\kappa$ (without
          the factor 2). Then $\phi_k = 1 - e^{-\lambda_k \tau}$, and the correlation $B = \sum_k y_k^2 (1 - \phi_k)$
          and the clock drive each other:
              B(t) = \sum_k y_k^2 e^{-\lambda_k \tau}, \quad \tau = \int_0^t dt' [1 + \gamma \int_0^{t'} B(s)\, ds]
          since $d\phi_k/d\tau = \lambda_k (1 - \phi_k)$ and $d\kappa/dt = \gamma B$; here $y_k^2 = k^{-a}$ with $a =
          #weight$ [eq. 42, 63-67]
        * Suppose $B$ falls as a power of $t$ with exponent {chi}. The clock then grows with exponent
              {clock}
          since integrating a power adds one to it, or leaves a constant; the kernel's constant part gives the first
          candidate [eq. 67]
        * {sum}
        * The decay of the sum times the growth of its clock must return the exponent that was assumed:
              {map}
          since $B$ is the same function on both sides [eq. 68]
        * {pieces}
        * The pieces tile all {positive}, agree on {curves}, and each is stable where it holds:
              {solution}
          since in every cell between the zeros of the margins exactly one piece is consistent, and the boundary's
          polynomial divides the difference of the pieces that meet there; on the boundary two candidates of the clock
          tie, which multiplies the law by a power of a logarithm [eq. 10]
        * In the same approximation the loss falls with the same exponent.
              L(t) = \sum_k y_k^2 e^{-2 \lambda_k \tau}
          since the factor 2 changes the amplitude of the mode sum, not its exponent [sec. E.2]
        * {survival}
        """,
        exact_flow=exact_flow_steps(),
        weight=alpha * beta + 1,
        chi=decay,
        clock=Max(*clock(decay)),
        sum=mode_sum_steps(target_sum(), r"$B$ in its clock $s = \tau$", "eq. 10"),
        map=self_consistency(),
        pieces=[_piece_step(piece) for piece in fixed.pieces],
        positive=FINITE_VARIANCE,
        curves=join_notation(", ", *(boundary.curve for boundary in fixed.boundaries)),
        solution=Eq(decay, fixed.value, evaluate=False),
        survival=survival_steps(),
    )
    return Derivation("chi", phrase("The time exponent of the limit dynamics, N and B to infinity"), steps)


def _piece_step(piece: Piece) -> Step:
    return step(
        "Where the clock's leading candidate comes out as {growth}, the linear equation gives",
        Eq(decay, piece.value, evaluate=False),
        "with this value the candidate does lead for {where}, and the map has slope {slope} there",
        "eq. 68",
        growth=piece.growth,
        where=piece.where,
        slope=piece.slope,
    )


def derive_levels() -> Derivation:
    """Derive how the perturbative series converges to that exponent; it is the same in each version of the loss.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_levels().title.write("plain")
    'The level series of the time exponent'
    """
    series = level_series()
    level_n = _level("n")
    return Derivation(
        "levels",
        phrase("The level series of the time exponent"),
        read_steps(
            r"""
            * Level 0 is the lazy exponent:
                  {first}
              since the mode sum falls with this exponent in the lazy clock, $\tau = t$ [eq. 62]
            * Each level feeds its $B(t)$ into the clock of the next:
                  \chi_{n+1} = #recursion
              since it is the learning candidate of the clock at the last level, times the decay of the mode sum [eq.
              60-62]
            * For {where} every level stays on that candidate, since these three are non-negative there:
                  {margins}
              since they are level 1 minus level 0, level 2 minus level 0, and the lead of the candidate at level 1; the
              map falls, so all levels lie between levels 0 and 1 [eq. 68]
            * The recursion is affine. Its fixed point is
                  {limit}
              since it solves the recursion with both levels equal [eq. 68]
            * Its solution is
                  {closed_form}
              since substituted into the recursion it leaves zero, and at $n = 0$ it is level 0 [eq. 62]
            * The levels alternate around the limit and approach it by a factor {rate} per level:
                  {error}
              since the slope of the recursion is {slope} [eq. 62]
            * The error falls from level to level exactly for {where}.
              since the slope is smaller than 1 in size only there; beyond, the recursion diverges, but the clock's
              first candidate leads from level 0 on, so the exponent stays {start} [eq. 68]
            """,
            first=Eq(_level("0"), series.start, evaluate=False),
            recursion=series.slope * level_n + series.intercept,
            where=series.converges,
            margins=stays_on_branch(series),
            limit=Eq(decay, series.limit, evaluate=False),
            closed_form=Eq(level_n, series.closed_form, evaluate=False),
            rate=abs(series.slope),
            slope=series.slope,
            error=Eq(level_n - decay, series.error, evaluate=False),
            start=series.start,
        ),
    )


def _level(index: str) -> Symbol:
    return Symbol(f"chi_{index}")
