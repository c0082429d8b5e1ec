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

    from .amplitudes import LogLaw, amplitude, clock_amplitude, kernel_amplitude, log_law
    from .compute_optimal import Table1, compute_optimum, programme, table_1
    from .constants import Law, leading_law
    from .conventions import Convention, convention
    from .derivations import derive
    from .errors import ExponentsError, IncompleteProof, InputError, NoBalance, Refuted
    from .evaluation import evaluate
    from .kernels import Kernel, kernel
    from .learned_fraction import learned_integral, loss_integral, scaling_function, unlearned_integral
    from .level_series import LevelSeries
    from .mode_sums import ModeSum, mode_sum
    from .model_loss import loss
    from .phases import Phase, PhaseDiagram
    from .plan import Plan, plan_budget
    from .proof import prove, prove_equal, prove_nonnegative
    from .reports.point import PointReport, at
    from .symbols import B, C, N, P, alpha, beta, eta, gamma, n, t, x
    from .terms import Loss, PowerLaw
    from .ties import Tie, assumptions, boundary_ties
    from .timescale import fixed_point

    chi: Expr
    levels: LevelSeries
    table1: Table1

_HOMES = {
    "amplitudes": ("LogLaw", "amplitude", "clock_amplitude", "kernel_amplitude", "log_law"),
    "compute_optimal": ("Table1", "compute_optimum", "programme", "table_1"),
    "constants": ("Law", "leading_law"),
    "conventions": ("Convention", "convention"),
    "derivations": ("derive",),
    "errors": ("ExponentsError", "IncompleteProof", "InputError", "NoBalance", "Refuted"),
    "evaluation": ("evaluate",),
    "kernels": ("Kernel", "kernel"),
    "learned_fraction": ("learned_integral", "loss_integral", "scaling_function", "unlearned_integral"),
    "mode_sums": ("ModeSum", "mode_sum"),
    "model_loss": ("loss",),
    "phases": ("Phase", "PhaseDiagram"),
    "plan": ("Plan", "plan_budget"),
    "proof": ("prove", "prove_equal", "prove_nonnegative"),
    "reports.point": ("PointReport", "at"),
    "symbols": ("B", "C", "N", "P", "alpha", "beta", "eta", "gamma", "n", "t", "x"),
    "terms": ("Loss", "PowerLaw"),
    "level_series": ("LevelSeries",),
    "ties": ("Tie", "assumptions", "boundary_ties"),
    "timescale": ("fixed_point",),
}
_COMPUTED = {
    "chi": ("timescale", "chi"),
    "levels": ("level_series", "level_series"),
    "table1": ("compute_optimal", "table_1"),
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
