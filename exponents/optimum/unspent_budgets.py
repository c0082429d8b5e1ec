"""Would less than the whole of a budget be better?

Each of several costs equals its budget.  So a budget that few resources share may force one of them up, and another one
down: at C = N t and C = t, N cannot grow.  If costs may stay below their budgets, as in `allow_unspent`, the loss may
fall faster.  With a single cost this is no question: more of a resource never hurts a loss that falls with all of them.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import LessThan

from ..errors import ExponentsError, Refuted
from ..symbols import C
from .phase_diagram import PhaseDiagram
from .programme import Programme, make_programme
from .proof import prove_equal
from .search import phase_diagram


def allow_unspent(programme: Programme) -> Programme | None:
    """Return the programme whose costs may stay below their budgets; None if it has only one.

    Examples
    --------
    >>> from exponents import N, programme, t
    >>> allow_unspent(programme(1 / t + 1 / N, (N * t, t))).constraints[1].name
    't <= C'
    >>> allow_unspent(programme(1 / t + 1 / N, N * t))
    """
    costs = programme.costs
    if len(costs) < 2:
        return None
    below = [LessThan(cost.as_expr(), C, evaluate=False) for cost in costs]
    found = make_programme(
        programme.branches or programme.loss,
        [],
        free=programme.free,
        subject_to=below,
        resources=programme.visible,
        spelled={cost.as_expr(): cost.name for cost in costs},
    )
    return replace(found, parameters=programme.parameters, domain=programme.domain)


def gains_from_less(diagram: PhaseDiagram) -> bool:
    """Return whether the loss falls faster somewhere if costs may stay below their budgets.

    Examples
    --------
    >>> from exponents import N, P, compute_optimum, t
    >>> gains_from_less(compute_optimum(1 / t + 1 / N, (N * t, t)))
    True
    >>> gains_from_less(compute_optimum(1 / t + 1 / N + 1 / P, (N * t, P)))
    False
    """
    if diagram.programme.constraints or any(phase.fault for phase in diagram.phases):
        return False
    relaxed = allow_unspent(diagram.programme)
    if relaxed is None:
        return False
    try:
        prove_equal(diagram.exponent, phase_diagram(relaxed).exponent, relaxed.parameters, relaxed.domain)
    except Refuted:
        return True
    except ExponentsError:  # no statement: it has no optimum, or takes too much work
        return False
    return False
