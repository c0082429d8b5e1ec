"""The derivations the command prints: chi, levels, amplitude, bottleneck, transient, sgd, compute-optimal, data.

Each function runs the code that derives a result and records what it found, step by step.  The words are written here;
every formula that is a result is the object the code returned.  Fixed notation, the sums and integrals that define
a problem, stands in `printing.Notation`.
"""

from __future__ import annotations

from collections.abc import Callable

from ..names import DERIVATIONS, PUBLISHED, Version
from .data_reuse import derive_data
from .derivation import Derivation
from .dynamics import derive_chi, derive_levels
from .limit_constants import derive_amplitude
from .loss_terms import derive_bottleneck, derive_sgd, derive_transient
from .optimal_split import derive_compute_optimal

_BUILDERS: dict[str, Callable[[Version], Derivation]] = dict(
    zip(
        DERIVATIONS,
        (
            derive_chi,
            derive_levels,
            derive_amplitude,
            derive_bottleneck,
            derive_transient,
            derive_sgd,
            derive_compute_optimal,
            derive_data,
        ),
        strict=True,
    )
)


def derive(name: str, version: Version = PUBLISHED) -> Derivation:
    """The derivation called ``name``; ``version`` is the loss that compute-optimal starts from."""
    return _BUILDERS[name](version)
