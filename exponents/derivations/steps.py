"""Steps that several derivations share: reading an exponent off a mode sum, and a term of the loss in each regime."""

from __future__ import annotations

from sympy import Eq, Function, oo

from ..asymptotics.mode_sums import ModeSum
from ..model.online_loss import loss
from ..model.table1 import DOMAIN, PARAMETERS
from ..model.timescale import solve_self_consistency
from ..names import LAZY, RICH, Version
from ..optimum.programme import resolve_branches
from ..optimum.proof import sides
from ..symbols import x
from .derivation import Step, step


def mode_sum_steps(found: ModeSum, what: str, source: str) -> tuple[Step, Step]:
    """Return the argument of `mode_sums` for one sum: the kernel's strip, then the pole that wins.

    ``what`` names the sum and its argument s, at the start of a sentence.
    """
    kernel, grows = found.kernel, found.exponent.is_negative
    meeting = "" if found.logarithm == False else ", and where they meet a logarithm multiplies the law"  # noqa: E712
    poles = f"the strip ends at {{end}}: the nearer one wins{meeting}"
    if kernel.right is oo:
        poles = "the strip has no right end"
    return (
        step(
            rf"{what} is a mode sum $\sum_k k^{{-a}} f(s k^{{-\alpha}})$ with $a = #weight$ and kernel",
            Eq(Function("f")(x), kernel.expression, evaluate=False),
            r"its Mellin transform is {transform} on the strip $#left < \operatorname{Re} z < #right$",
            source,
            transform=kernel.transform,
            left=kernel.left,
            right=kernel.right,
            weight=found.weight,
        ),
        step(
            f"For large $s$ it {'grows' if grows else 'falls'} as a power of $s$ with exponent",
            -found.exponent if grows else found.exponent,
            f"the pole of zeta stands at {{pole}} and {poles}",
            source,
            pole=found.pole,
            end=kernel.right,
        ),
    )


def term_step(name: str, version: Version, reason: str, source: str) -> Step:
    """Return the step that states one term of the loss: lazy, and on each piece of the rich regime."""
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
