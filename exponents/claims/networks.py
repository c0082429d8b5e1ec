"""Claims about kernels of networks at initialisation, on the circle (sec. 5.1, App. A).

At a point, the units are relu(h)^q_phi with q_phi = alpha/2, so that the statement of eq. 14, alpha = 2 q_phi, reads
"coefficients fall as k^-alpha".  The paper does not say of which kernel: its theory needs the tangent kernel, which the
first records take; the others read the same statement for the covariance of outputs (NNGP).
"""

from __future__ import annotations

from functools import partial

from ..names import COVARIANCE, TANGENT
from .claim import NETWORKS, Claim

DEEP = 3
"""Hidden layers of a deep network, beside one with a single one."""

_named = partial(Claim, system=NETWORKS, by_default=False)

_OTHER = "Fig. 7a, read for NNGP"

NETWORK_CLAIMS = (
    _named(
        "networks: tangent kernel",
        source="eq. 14, Fig. 7a",
        published="alpha",
        derivation=("kernel_capacity", TANGENT, 1),
    ),
    _named(
        "networks: tangent kernel, deep",
        source="eq. 14, Fig. 7a",
        published="alpha",
        derivation=("kernel_capacity", TANGENT, DEEP),
    ),
    _named("networks: covariance", source=_OTHER, published="alpha", derivation=("kernel_capacity", COVARIANCE, 1)),
    _named(
        "networks: covariance, deep", source=_OTHER, published="alpha", derivation=("kernel_capacity", COVARIANCE, DEEP)
    ),
    _named("networks: parity", source="eq. 13", published=None, derivation=("kernel_parity",)),
)
