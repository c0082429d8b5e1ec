"""Steps that derivations share: an exponent read off a mode sum, a term in each regime, Table 1 unchanged."""

from __future__ import annotations

from sympy import Eq, Function, oo

from ..asymptotics.mode_sums import ModeSum
from ..losses.terms import Loss
from ..model.online_loss import loss
from ..model.table1 import DOMAIN, FINITE_VARIANCE, PARAMETERS, TRACE_CLASS, optimum
from ..model.timescale import solve_self_consistency
from ..names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH, Regime, Version
from ..optimum.programme import COST, resolve_branches
from ..optimum.proof import prove, prove_equal, sides
from ..optimum.search import compute_optimum
from ..symbols import x
from .derivation import Step, read_steps, step

CLOCK = "the clock is time itself when lazy, and a power of time with the growth found for the time scale when rich"
"""Why a term that falls as a power of the clock falls as a power of time."""


def mode_sum_steps(found: ModeSum, what: str, source: str) -> tuple[Step, ...]:
    """Return the steps that read an exponent off a mode sum: the kernel's strip, then the pole that wins.

    Parameters
    ----------
    found : ModeSum
    what : str
        The sum and its argument s, at the start of a sentence.
    source : str
        The equation of the paper.

    Returns
    -------
    tuple of Step

    Examples
    --------
    >>> from exponents.model.bottleneck import modes_resolved
    >>> mode_sum_steps(modes_resolved(), "The number of modes", "eq. 77")[1].formulas[0]  # it grows as s^{1/alpha}
    1/alpha
    """
    kernel, grows = found.kernel, found.exponent.is_negative
    meeting = "" if found.logarithm == False else ", and where they meet a logarithm multiplies the law"  # noqa: E712
    return read_steps(
        r"""
        * {what} is a mode sum $\sum_k k^{-a} f(s k^{-\alpha})$ with $a = #weight$ and kernel
              {kernel}
          since its Mellin transform is {transform} on the strip $#left < \operatorname{Re} z < #right$ [{source}]
        * For large $s$ it {changes} as a power of $s$ with exponent
              {exponent}
          since the pole of zeta stands at {pole} and the strip {end} [{source}]
        """,
        what=what,
        source=source,
        weight=found.weight,
        kernel=Eq(Function("f")(x), kernel.expression, evaluate=False),
        transform=kernel.transform,
        left=kernel.left,
        right=kernel.right,
        changes="grows" if grows else "falls",
        exponent=-found.exponent if grows else found.exponent,
        pole=found.pole,
        end="has no right end" if kernel.right is oo else f"ends at {{right}}: the nearer one wins{meeting}",
    )


def term_step(name: str, version: Version, reason: str, source: str) -> Step:
    """Return the step that states one term of the loss: lazy, and on each piece of the rich regime.

    Parameters
    ----------
    name : str
        The term's name in `model.online_loss.loss`.
    version : "published" or "derived"
    reason, source : str
        Why the term has that form, and the equation of the paper.

    Returns
    -------
    Step

    Examples
    --------
    >>> term_step("model_bottleneck", "published", "N features are fitted", "eq. 13").formulas[0]
    N**(-alpha*Min(2, beta))
    """
    pieces = solve_self_consistency().pieces
    laws = [resolve_branches(loss(LAZY, version)[name], PARAMETERS, DOMAIN)]
    laws += [
        resolve_branches(loss(RICH, version)[name], PARAMETERS, (*DOMAIN, *sides(piece.where))) for piece in pieces
    ]
    regimes = "; ".join(f"rich for {{w{i}}}" for i in range(len(pieces)))
    return step(
        f"As {version}, the term is (lazy; {regimes})",
        tuple(law.as_expr() for law in laws),
        reason,
        source,
        **{f"w{i}": p.where for i, p in enumerate(pieces)},
    )


def prove_table_unchanged(regime: Regime, changed: Loss, how: str) -> None:
    """Prove the diagram of a changed loss, and that its exponent is the one that Table 1 has.

    Parameters
    ----------
    regime : "lazy" or "rich"
    changed : Loss
    how : str
        What was changed, after "Table 1 is the same", for the message.

    Raises
    ------
    Refuted
        If the diagram is wrong, or the exponents differ.

    Examples
    --------
    >>> prove_table_unchanged("lazy", loss("lazy"), "with the same loss")
    """
    found = compute_optimum(changed, COST, TRACE_CLASS, PARAMETERS)
    prove(found)
    claim = f"Table 1 ({regime}) is the same {how}"
    prove_equal(optimum(regime, PUBLISHED).exponent, found.exponent, PARAMETERS, DOMAIN, claim)


def table_unchanged_step(name: str) -> Step:
    """Prove that Table 1 stays the same when only this term is exchanged, in both regimes, and return that step.

    Parameters
    ----------
    name : str
        The term's name in `model.online_loss.loss`.

    Returns
    -------
    Step

    Raises
    ------
    Refuted
        If a diagram is wrong, or the exponents differ.

    Examples
    --------
    >>> table_unchanged_step("sgd_transient").source
    'Table 1'
    """
    for regime in REGIMES:
        swapped = loss(regime, PUBLISHED).replace(name, loss(regime, DERIVED)[name])
        prove_table_unchanged(regime, swapped, f"with either {name}")
    (found,) = read_steps(
        """
        * Table 1 is the same with either term, for all {trace} and {variance}.
          since both diagrams, with only this term exchanged, were proved, and they are equal on every cell [Table 1]
        """,
        trace=TRACE_CLASS,
        variance=FINITE_VARIANCE,
    )
    return found
