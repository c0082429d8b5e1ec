"""The names people type, and that results bear: regimes, versions, tables, derivations, formats.

Kept apart from what they name, so that the command can check a word without importing SymPy.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from .errors import InputError
from .rationals import abbreviate

Regime = Literal["lazy", "rich"]
Version = Literal["published", "derived"]
SpectrumKind = Literal["continuum", "modes"]
Method = Literal["flow", "two-time", "simulate"]
Format = Literal["text", "markdown", "latex", "csv", "json"]

REGIMES: tuple[Regime, ...] = get_args(Regime)
LAZY, RICH = REGIMES

VERSIONS: tuple[Version, ...] = get_args(Version)
PUBLISHED, DERIVED = VERSIONS

FORMATS: tuple[Format, ...] = get_args(Format)

TABLES = ("compute-optimal", "time", "levels", "loss", "phases", "data", "data-limit", "claims")

CONVENTION_TABLES = ("compute-optimal", "phases")
"""Tables that can be derived in the symbols of other papers."""

DERIVATIONS = ("chi", "levels", "amplitude", "bottleneck", "transient", "sgd", "compute-optimal", "data")

FAMILIES = ("chi", "levels", "amplitude", "bottleneck", "transient", "sgd", "compute-optimal", "data", "linear")
"""Families of claims, in the order of the argument."""

LIMIT, FINITE, (REUSE, LINEAR) = FAMILIES[:3], FAMILIES[3:7], FAMILIES[7:]
"""The dynamics at N, B = infinity; those of finite models; reused samples; and plain linear networks."""

ALSO = {"offline": REUSE}
"""Other names of families."""

SPECTRA: tuple[SpectrumKind, ...] = get_args(SpectrumKind)
CONTINUUM, MODES = SPECTRA

METHODS: tuple[Method, ...] = get_args(Method)
FLOW, TWO_TIME, SIMULATE = METHODS
"""Ways to a loss curve: gradient flow; the two-time equations of finite steps; models that are trained."""

PICTURES = ("phases", "fig1a", "fig2a", "fig2b", "fig2c", "fig2d", "fig3", "fig4", "fig10", "fig11", "fig12", "offline")
"""What can be drawn: the phase diagrams, figures of the paper, and the losses on reused samples."""

TASKS = ("hard", "easy", "super-easy")
"""The paper's names for the phases of its loss, in order of increasing source exponent."""

COORDINATES = {
    "bordelon2024": ("alpha", "beta"),
    "random-features": ("a", "b"),
    "source-condition": ("alpha", "r"),
    "circle": ("q_phi", "q"),
}
"""Each convention's names for its two parameters: the kernel's first, the target's last."""

CONVENTIONS = tuple(COORDINATES)
MODEL = CONVENTIONS[0]


def require(word: object, allowed: Sequence[str], role: str) -> None:
    """Refuse a word that is none of those allowed, and name the nearest that is.

    Raises
    ------
    InputError
    """
    if word in allowed:
        return
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(word, allowed, n=1) if isinstance(word, str) else ()
    hint = f"; did you mean {near[0]}?" if near else ""
    came = abbreviate(repr(word) if isinstance(word, str) and word != word.strip() else word)
    raise InputError(f"{role} must be one of {', '.join(allowed)}; got {came}{hint}")
