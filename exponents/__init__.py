"""Exact exponents of neural scaling laws, derived from a loss that is a sum of power laws.

    >>> from exponents import alpha, beta, chi, table1
    >>> chi
    Piecewise((2*beta/(beta + 1), beta <= 1), (beta, True))
    >>> table1.rich.exponent.subs({alpha: 2, beta: 3})
    3/4

Names are imported when they are first used, so ``import exponents`` does not import SymPy.

SymPy has functions called N, beta, gamma and evaluate as well.  Of two imports with a star the last one holds, so write
``from sympy import *`` before ``from exponents import *``, or import the names that you need.

Sign convention: a loss that falls as ``L ~ t**(-r)`` has exponent ``r > 0``.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

__version__ = "0.1.0"

_HOMES = {
    # Symbols
    "symbols": ("B", "C", "N", "P", "alpha", "beta", "eta", "gamma", "n", "t", "x"),
    # Sums over modes
    "asymptotics.kernels": ("Kernel", "kernel"),
    "asymptotics.mode_sums": ("ModeSum", "mode_sum"),
    "asymptotics.evaluation": ("evaluate",),
    # Losses
    "losses.terms": ("Loss", "PowerLaw"),
    "model.online_loss": ("loss",),
    "model.reuse_loss": ("full_batch_optimum", "one_pass_optimum", "priced_optimum", "reuse_loss", "samples_needed"),
    # Exponents in stable steps, and how far a fixed learning rate goes
    "model.stable_steps": ("flattening", "in_steps", "optimum_in_steps"),
    "model.rich_window": ("RichWindow", "rich_window"),
    # Exponents in time
    "model.timescale": ("fixed_point",),
    "model.level_series": ("LevelSeries",),
    # Constants in front of the laws
    "model.amplitudes": ("LogLaw", "amplitude", "clock_amplitude", "kernel_amplitude", "log_law"),
    "model.scaling_function": ("learned_integral", "loss_integral", "scaling_function", "unlearned_integral"),
    # Compute optima and their proofs
    "optimum.programme": ("programme",),
    "optimum.phase_diagram": ("Phase", "PhaseDiagram"),
    "optimum.search": ("compute_optimum",),
    "optimum.proof": ("prove", "prove_equal", "prove_nonnegative"),
    "optimum.boundary_ties": ("Tie", "assumptions", "boundary_ties"),
    "model.table1": ("Table1", "table_1"),
    "model.conventions": ("Convention", "convention"),
    # Budgets
    "budget.leading_law": ("Law", "leading_law"),
    "budget.allocation": ("Plan", "plan_budget"),
    # What the command prints
    "derivations": ("derive",),
    "reports.point": ("PointReport", "at"),
    # Errors
    "errors": ("ExponentsError", "IncompleteProof", "InputError", "NoBalance", "Refuted"),
}
"""The public names, by the module they live in."""

_COMPUTED = {
    "chi": ("model.timescale", "chi"),
    "levels": ("model.level_series", "level_series"),
    "table1": ("model.table1", "table_1"),
}
"""Public results: a function without arguments computes each when its name is first used."""

__all__ = sorted({*_COMPUTED, *(name for names in _HOMES.values() for name in names)})

if TYPE_CHECKING:  # type checkers do not read the table, so the names stand here once more
    from sympy import Expr

    from .asymptotics.evaluation import evaluate as evaluate
    from .asymptotics.kernels import Kernel as Kernel, kernel as kernel
    from .asymptotics.mode_sums import ModeSum as ModeSum, mode_sum as mode_sum
    from .budget.allocation import Plan as Plan, plan_budget as plan_budget
    from .budget.leading_law import Law as Law, leading_law as leading_law
    from .derivations import derive as derive
    from .errors import ExponentsError as ExponentsError, IncompleteProof as IncompleteProof
    from .errors import InputError as InputError, NoBalance as NoBalance, Refuted as Refuted
    from .losses.terms import Loss as Loss, PowerLaw as PowerLaw
    from .model.amplitudes import LogLaw as LogLaw, amplitude as amplitude, clock_amplitude as clock_amplitude
    from .model.amplitudes import kernel_amplitude as kernel_amplitude, log_law as log_law
    from .model.conventions import Convention as Convention, convention as convention
    from .model.level_series import LevelSeries as LevelSeries
    from .model.online_loss import loss as loss
    from .model.reuse_loss import full_batch_optimum as full_batch_optimum, one_pass_optimum as one_pass_optimum
    from .model.reuse_loss import priced_optimum as priced_optimum, reuse_loss as reuse_loss
    from .model.reuse_loss import samples_needed as samples_needed
    from .model.rich_window import RichWindow as RichWindow, rich_window as rich_window
    from .model.scaling_function import learned_integral as learned_integral, loss_integral as loss_integral
    from .model.scaling_function import scaling_function as scaling_function, unlearned_integral as unlearned_integral
    from .model.stable_steps import flattening as flattening, in_steps as in_steps, optimum_in_steps as optimum_in_steps
    from .model.table1 import Table1 as Table1, table_1 as table_1
    from .model.timescale import fixed_point as fixed_point
    from .optimum.boundary_ties import Tie as Tie, assumptions as assumptions, boundary_ties as boundary_ties
    from .optimum.phase_diagram import Phase as Phase, PhaseDiagram as PhaseDiagram
    from .optimum.programme import programme as programme
    from .optimum.proof import prove as prove, prove_equal as prove_equal, prove_nonnegative as prove_nonnegative
    from .optimum.search import compute_optimum as compute_optimum
    from .reports.point import PointReport as PointReport, at as at
    from .symbols import B as B, C as C, N as N, P as P, alpha as alpha, beta as beta, eta as eta, gamma as gamma
    from .symbols import n as n, t as t, x as x

    chi: Expr
    levels: LevelSeries
    table1: Table1

_MOVED = {"reuse_loss": "model.reuse_loss"}
"""Modules under names they had before; ``from exponents.reuse_loss import full_batch_optimum`` still works."""


def _forward(home: str) -> ModuleType:
    """Return a module that finds its names in ``home`` when they are used."""

    def find(name: str) -> object:
        return getattr(import_module(f".{home}", __name__), name)

    module = ModuleType(home, f"Moved to ``exponents.{home}``.")
    vars(module)["__getattr__"] = find  # PEP 562
    return module


sys.modules |= {f"{__name__}.{former}": _forward(home) for former, home in _MOVED.items()}


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
