"""Which system measures which claim?

Adding a claim to a system means adding its record to `exponents.claims` and the method that measures it to ``procedures`` of the system.
"""

from __future__ import annotations

from exponents.claims.claim import System

from .experiment import Measurements
from .finite_dynamics import FiniteMeasurements
from .limit_dynamics import LimitMeasurements
from .linear_dynamics import LinearMeasurements
from .reuse_dynamics import ReuseMeasurements

SYSTEMS: dict[System, type[Measurements]] = {
    kind.system: kind for kind in (LimitMeasurements, FiniteMeasurements, ReuseMeasurements, LinearMeasurements)
}
