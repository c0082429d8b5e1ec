"""How does the loss fall under gradient flow?  This room solves it at B = infinity, and adds the noise of batches.

In reading order: `curve` (the equations, and what is asked of them), `solver` (step after step), `step` and
`collocation` (how modes move on one), `trajectory` (a solved flow, read at any time), `observables`, `error_estimate`,
`clock` (how deep a spectrum must be), `last_mode` (when a measured one ends), `noise`, `noise_moments` and `relaxation`
(what batches add), `levels` (perturbation theory, iterated).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .curve import flow_curve, limit_curve

__all__ = ["flow_curve", "limit_curve"]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used, so that importing the package does not import NumPy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from . import curve

    return getattr(curve, name)
