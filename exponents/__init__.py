"""Exact exponents of neural scaling laws, derived from a loss that is a sum of power laws.

    >>> from exponents import alpha, beta, chi, table1
    >>> chi.subs(beta, beta / 2)  # doctest: +SKIP
    >>> table1.rich.exponent      # doctest: +SKIP

Names are imported when they are first used, so that ``import exponents`` does not import SymPy.

Sign convention: a loss that falls as ``L ~ t**(-r)`` has exponent ``r > 0``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from sympy import Expr

    from .asymptotics.evaluation import evaluate
    from .asymptotics.kernels import Kernel, kernel
    from .asymptotics.mode_sums import ModeSum, mode_sum
    from .budget.allocation import Plan, plan_budget
    from .budget.constants import Law, leading_law
    from .derivations import derive
    from .errors import ExponentsError, IncompleteProof, InputError, NoBalance, Refuted
    from .losses.terms import Loss, PowerLaw
    from .model.amplitudes import LogLaw, amplitude, clock_amplitude, kernel_amplitude, log_law
    from .model.conventions import Convention, convention
    from .model.level_series import LevelSeries
    from .model.online_loss import loss
    from .model.scaling_function import learned_integral, loss_integral, scaling_function, unlearned_integral
    from .model.table1 import Table1, table_1
    from .model.timescale import fixed_point
    from .optimum.boundary_ties import Tie, assumptions, boundary_ties
    from .optimum.phase_diagram import Phase, PhaseDiagram
    from .optimum.programme import programme
    from .optimum.proof import prove, prove_equal, prove_nonnegative
    from .optimum.search import compute_optimum
    from .reports.point import PointReport, at
    from .symbols import B, C, N, P, alpha, beta, eta, gamma, n, t, x

    chi: Expr
    levels: LevelSeries
    table1: Table1

_HOMES = {
    "model.amplitudes": ("LogLaw", "amplitude", "clock_amplitude", "kernel_amplitude", "log_law"),
    "model.table1": ("Table1", "table_1"),
    "budget.constants": ("Law", "leading_law"),
    "model.conventions": ("Convention", "convention"),
    "derivations": ("derive",),
    "errors": ("ExponentsError", "IncompleteProof", "InputError", "NoBalance", "Refuted"),
    "asymptotics.evaluation": ("evaluate",),
    "asymptotics.kernels": ("Kernel", "kernel"),
    "model.scaling_function": ("learned_integral", "loss_integral", "scaling_function", "unlearned_integral"),
    "asymptotics.mode_sums": ("ModeSum", "mode_sum"),
    "model.online_loss": ("loss",),
    "optimum.phase_diagram": ("Phase", "PhaseDiagram"),
    "optimum.programme": ("programme",),
    "optimum.search": ("compute_optimum",),
    "budget.allocation": ("Plan", "plan_budget"),
    "optimum.proof": ("prove", "prove_equal", "prove_nonnegative"),
    "reports.point": ("PointReport", "at"),
    "symbols": ("B", "C", "N", "P", "alpha", "beta", "eta", "gamma", "n", "t", "x"),
    "losses.terms": ("Loss", "PowerLaw"),
    "model.level_series": ("LevelSeries",),
    "optimum.boundary_ties": ("Tie", "assumptions", "boundary_ties"),
    "model.timescale": ("fixed_point",),
}
_COMPUTED = {
    "chi": ("model.timescale", "chi"),
    "levels": ("model.level_series", "level_series"),
    "table1": ("model.table1", "table_1"),
}
"""Results, computed by a function without arguments when the name is first used."""

__all__ = [
    "B",
    "C",
    "Convention",
    "ExponentsError",
    "IncompleteProof",
    "InputError",
    "Kernel",
    "Law",
    "LevelSeries",
    "LogLaw",
    "Loss",
    "ModeSum",
    "N",
    "NoBalance",
    "P",
    "Phase",
    "PhaseDiagram",
    "Plan",
    "PointReport",
    "PowerLaw",
    "Refuted",
    "Table1",
    "Tie",
    "alpha",
    "amplitude",
    "assumptions",
    "at",
    "beta",
    "boundary_ties",
    "chi",
    "clock_amplitude",
    "compute_optimum",
    "convention",
    "derive",
    "eta",
    "evaluate",
    "fixed_point",
    "gamma",
    "kernel",
    "kernel_amplitude",
    "leading_law",
    "learned_integral",
    "levels",
    "log_law",
    "loss",
    "loss_integral",
    "mode_sum",
    "n",
    "plan_budget",
    "programme",
    "prove",
    "prove_equal",
    "prove_nonnegative",
    "scaling_function",
    "t",
    "table1",
    "table_1",
    "unlearned_integral",
    "x",
]


def __getattr__(name: str) -> object:
    if name in _COMPUTED:
        home, function = _COMPUTED[name]
        value = getattr(import_module(f".{home}", __name__), function)()
    else:
        home = next((module for module, names in _HOMES.items() if name in names), "")
        if not home:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
