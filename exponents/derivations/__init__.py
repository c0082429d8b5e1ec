"""How does each result follow, step by step, each step with its reason and source equation?

Each function runs the code that derives a result and puts what it finds into a text, which looks as it is printed
(`derivation.read_steps`).  Every formula that is a result is the object that the code returned; sums and integrals that
define a problem are typed in LaTeX (`printing.formula`).

Read `derivation` (the record), `assumptions` and `steps` (steps that several share), then `dynamics` and `rank_one`,
`limit_constants`, `loss_terms`, `clock_steps`, `sgd_noise`, `optimal_split`, `counted_steps`, `least_squares` and
`data_reuse`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..names import DERIVATIONS, PUBLISHED, VERSIONS, Version, require
from .assumptions import BY_NAME
from .counted_steps import derive_steps
from .data_reuse import derive_data
from .derivation import Derivation
from .dynamics import derive_chi, derive_levels
from .limit_constants import derive_amplitude
from .loss_terms import derive_bottleneck, derive_transient
from .optimal_split import derive_compute_optimal
from .sgd_noise import derive_sgd

_BUILDERS: dict[str, Callable[..., Derivation]] = {
    "chi": derive_chi,
    "levels": derive_levels,
    "amplitude": derive_amplitude,
    "bottleneck": derive_bottleneck,
    "transient": derive_transient,
    "sgd": derive_sgd,
    "compute-optimal": derive_compute_optimal,
    "steps": derive_steps,
    "data": derive_data,
}
_BY_VERSION = ("compute-optimal", "data")
"""Derivations that start from the loss in one version; the others derive both, or none."""


def derive(name: str, version: Version = PUBLISHED) -> Derivation:
    """Return the derivation called ``name``, with every statement proved on the way.

    Parameters
    ----------
    name : str
        One of `names.DERIVATIONS`.
    version : "published" or "derived"
        The loss that compute-optimal and data start from.

    Returns
    -------
    Derivation

    Raises
    ------
    InputError
        If no derivation or version has that name.
    ExponentsError
        If a statement cannot be proved.

    Examples
    --------
    >>> derive("levels").steps[0].statement.write("plain")
    'Level 0 is the lazy exponent:'
    """
    require(name, DERIVATIONS, "a derivation")
    require(version, VERSIONS, "the version")
    chosen = (version,) if name in _BY_VERSION else ()
    return replace(_BUILDERS[name](*chosen), assumptions=BY_NAME[name])
