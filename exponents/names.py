"""The names people type, and that results bear: regimes, versions, tables, derivations, formats.

Kept apart from what they name, so that the command can check a word without importing SymPy.
"""

from __future__ import annotations

from typing import Literal, get_args

Regime = Literal["lazy", "rich"]
Version = Literal["published", "derived"]
Format = Literal["text", "markdown", "latex", "csv", "json"]

REGIMES: tuple[Regime, ...] = get_args(Regime)
LAZY, RICH = REGIMES

VERSIONS: tuple[Version, ...] = get_args(Version)
PUBLISHED, DERIVED = VERSIONS

FORMATS: tuple[Format, ...] = get_args(Format)

TABLES = ("compute-optimal", "time", "levels", "loss", "phases", "claims")
DERIVATIONS = ("chi", "levels", "bottleneck", "transient", "sgd", "compute-optimal")

PICTURES = ("phases",)

TASKS = ("hard", "easy", "super-easy")
"""The paper's names for the phases of its loss, in order of increasing source exponent."""
