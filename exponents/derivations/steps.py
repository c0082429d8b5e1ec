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
from ..printing import Notation, Phrase, join_notation, phrase
from ..symbols import s, x
from .derivation import Step

_SUM = Notation("sum_k k^-a f(k^-alpha s)", "Σₖ k^-a f(s k^-α)", r"\sum_k k^{-a} f(s k^{-\alpha})")


def mode_sum_steps(found: ModeSum, what: Phrase, source: str) -> tuple[Step, Step]:
    """The argument of `mode_sums` for one sum: the kernel's strip, then the pole that wins."""
    kernel = found.kernel
    opening = Phrase(
        f"{what.template} is a mode sum {{sum_}} with a = {{a_}} and kernel",
        {**what.values, "sum_": _SUM, "a_": found.weight},
    )
    strip = phrase(
        "its Mellin transform is {transform} on the strip {strip}",
        transform=kernel.transform,
        strip=join_notation(" < ", kernel.left, Notation("Re z", "Re z", r"\operatorname{Re} z"), kernel.right),
    )
    meeting = "" if found.logarithm == False else ", and where they meet a logarithm multiplies the law"  # noqa: E712
    if kernel.right is oo:
        reason = phrase("the pole of zeta stands at {pole} and the strip has no right end", pole=found.pole)
    else:
        reason = phrase(
            f"the pole of zeta stands at {{pole}} and the strip ends at {{end}}: the nearer one wins{meeting}",
            pole=found.pole,
            end=kernel.right,
        )
    grows = found.exponent.is_negative
    law = phrase(f"As {{s}} grows it {'grows' if grows else 'falls'} as a power of {{s}} with exponent", s=s)
    return (
        Step(opening, Eq(Function("f")(x), kernel.expression, evaluate=False), strip, source),
        Step(law, -found.exponent if grows else found.exponent, reason, source),
    )


def term_step(name: str, version: Version, reason: str, source: str) -> Step:
    """One term of the loss: lazy, and on each piece of the rich regime."""
    pieces = solve_self_consistency().pieces
    laws = [resolve_branches(loss(LAZY, version)[name], PARAMETERS, DOMAIN)]
    laws += [
        resolve_branches(loss(RICH, version)[name], PARAMETERS, (*DOMAIN, *sides(piece.where))) for piece in pieces
    ]
    regimes = "; ".join(f"rich for {{w{i}}}" for i in range(len(pieces)))
    return Step(
        phrase(f"As {version}, the term is (lazy; {regimes})", **{f"w{i}": p.where for i, p in enumerate(pieces)}),
        tuple(law.as_expr() for law in laws),
        phrase(reason),
        source,
    )
