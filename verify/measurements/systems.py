"""Which system measures which claim?

Each claim has a record in `exponents.claims`, which names its system, and an entry in ``procedures`` of that system,
which measures it.
"""

from __future__ import annotations

from exponents.claims.claim import System

from .circle_networks import NetworkMeasurements
from .experiment import Measurements
from .finite_dynamics import FiniteMeasurements
from .limit_dynamics import LimitMeasurements
from .linear_dynamics import LinearMeasurements
from .reuse_dynamics import ReuseMeasurements

SYSTEMS: dict[System, type[Measurements]] = {
    kind.system: kind
    for kind in (LimitMeasurements, FiniteMeasurements, ReuseMeasurements, LinearMeasurements, NetworkMeasurements)
}
