"""Claims about networks on the circle: their kernels at initialisation, and their training (sec. 5, App. A).

At a point, the units are relu(h)^q_phi with q_phi = alpha/2, so that the statement of eq. 14, alpha = 2 q_phi, reads
"coefficients fall as k^-alpha".  The paper does not say of which kernel: its theory needs the tangent kernel, which the
first records take; the others read the same statement for the covariance of outputs (NNGP).

Networks that are trained have richness gamma_0 = gamma, and a target of source beta (Fig. 5a).  Their exponents are
known to some five hundredths.  So a verdict excludes what is a quarter away: less than the gain of features that learn,
which is a third of the lazy exponent at beta = 1/2.  An order of exponents is confirmed if equal ones are excluded.
"""

from __future__ import annotations

from fractions import Fraction
from functools import partial

from ..names import COVARIANCE, RICH, TANGENT
from .claim import MINUTES, NETWORKS, Claim

DEEP = 3
"""Hidden layers of a deep network, beside one with a single one."""

APART = Fraction(1, 2)
"""Difference of the sources beta of two targets whose order is measured."""

_named = partial(Claim, system=NETWORKS, by_default=False)
_trained = partial(_named, cost=MINUTES, tabulated=False)

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
    _trained(
        "networks: trained, time exponent",
        source="eq. 2, Fig. 5a",
        published="beta*Max(1, 2/(1 + beta))",
        derivation=("chi", RICH),
        shift=Fraction(1, 4),
    ),
    _trained(
        "networks: trained, source hypothesis",
        source="sec. 5",
        published="0",
        derivation=("gain",),
        stated_for="beta > 1",
        derived_for="beta > 1",
        shift=Fraction(1, 4),
    ),
    _trained(
        "networks: trained, order of targets",
        source="sec. 5, Fig. 1",
        published=None,
        derivation=("gap", str(APART)),
        shift=Fraction(1),
    ),
)
